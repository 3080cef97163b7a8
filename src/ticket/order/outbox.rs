//! The outbox: one sender at a time for each subject, pay first, until Meituan accepts it or it is given up.

use super::breaches::conflict_id;
use super::change::{Change, Said, is_ahead};
use super::units::{equal, sorted};
use super::{Answer, Breach, Delivery, Lifecycle, Notice, NoticeEnded, Order, Reason, Refund, RefundState, TransitionKind};
use super::{Settings, State};
use crate::ticket::{PAY_NOTICE, REFUND_NOTICE};
use crate::time::{DAY, Timestamp, in_milliseconds};
use std::time::Duration;

/// How long a send may take, and what is added for the sender's clock and its store.
const SEND_LIMIT: Duration = Duration::from_secs(30);
const SEND_GRACE: Duration = Duration::from_secs(60);
/// A notice that Meituan did not accept waits as long as it has waited already, within these bounds.
const MIN_PAUSE: i64 = 1_000;
const MAX_PAUSE: i64 = 600_000;
/// When a pay notice is sent again that Meituan is still processing (300): after 1, 5 and 15 minutes (inferred).
const PROCESSING_PAUSES: [i64; 3] = [60_000, 300_000, 900_000];
/// Limit of notices that were given up and are kept though somebody has resolved their conflicts.
const MAX_GIVEN_UP: usize = 20;

impl Notice {
    /// Its subject: later notices of the same subject wait for it.
    fn subject(&self) -> &str {
        // refundNotice:<orderId>:<refundId>:<code>
        match (self.name == REFUND_NOTICE.name, self.id.rsplit_once(':')) {
            (true, Some((subject, _))) => subject,
            _ => &self.name,
        }
    }

    pub(super) fn is_pay(&self) -> bool {
        self.name == PAY_NOTICE.name
    }

    /// When somebody may send it.
    fn sendable_at(&self) -> Timestamp {
        let at = [Some(self.since), self.next_at, self.claimed_until].into_iter().flatten().max();
        at.unwrap_or(self.since)
    }
}

/// The notices that wait for no other: the first of each subject, in order; while there is a pay notice, that one alone.
fn first_ones(order: &Order) -> Vec<usize> {
    if let Some(pay) = order.notices.iter().position(Notice::is_pay) {
        return vec![pay];
    }
    let subjects = sorted(order.notices.iter().enumerate().map(|(place, notice)| (notice.subject(), place)));
    let is_first = |place: usize, subject: &str| equal(&subjects, subject).first().is_some_and(|(_, first)| *first == place);
    let places = order.notices.iter().enumerate().filter(|(place, notice)| is_first(*place, notice.subject()));
    places.map(|(place, _)| place).collect()
}

/// When a notice is next to be sent.
pub(super) fn next_send(order: &Order) -> Option<Timestamp> {
    first_ones(order).into_iter().filter_map(|place| order.notices.get(place)).map(Notice::sendable_at).min()
}

/// When a notice is given up that Meituan does not accept: after 7 days; about a refund when silence has decided it.
fn age_limit(refund: Option<&Refund>, notice: &Notice, settings: &Settings) -> Timestamp {
    let silent = refund.and_then(|refund| settings.calendar_in_use().silence_counts_at(refund.requested_at));
    // One that was decided late has at least a day.
    let silent = silent.map(|at| at.max(Timestamp(notice.since.0.saturating_add(DAY))));
    silent.unwrap_or(Timestamp(notice.since.0.saturating_add(7 * DAY)))
}

impl Change<'_> {
    /// The claim is stored before anything is sent, so that one sender alone has the notice. If that one breaks off,
    /// another may send it once the lease has run out: Meituan then gets it twice, which an unknown outcome cannot avoid.
    pub(super) fn claim_notices(&mut self) -> Said {
        self.withdraw_overtaken_refusals();
        self.give_up_old_ones(false);
        let limit = self.settings.send_limit_in_use();
        let until = self.now + limit + SEND_GRACE;
        let (counts, mut claimed) = (self.order.counts(), Vec::new());
        for place in first_ones(&self.order) {
            let now = self.now;
            let Some(notice) = self.order.notices.get_mut(place).filter(|notice| notice.sendable_at() <= now) else { continue };
            notice.tries = Some(notice.tries.unwrap_or_default().saturating_add(1));
            notice.claimed_until = Some(until);
            notice.next_at = None;
            // Another version may have written values that no message can hold.
            notice.update(&counts, false);
            claimed.push(notice.clone());
        }
        match claimed.is_empty() {
            true => (TransitionKind::Duplicate, Answer::None),
            false => (TransitionKind::Moved, Answer::Send(claimed)),
        }
    }

    /// A result of a claim that somebody else has taken over counts only where Meituan has accepted the notice.
    pub(super) fn notice_ended(&mut self, ended: &NoticeEnded) -> Said {
        if ended.delivery == Delivery::ACCEPTED {
            return self.notice_accepted(&ended.id);
        }
        let Some(notice) = self.order.notices.iter_mut().find(|notice| notice.id == ended.id) else {
            return (TransitionKind::Duplicate, Answer::None);
        };
        if notice.tries != Some(ended.tries) || notice.claimed_until.is_none() {
            return (TransitionKind::Stale, Answer::None);
        }
        notice.claimed_until = None;
        let pause = if ended.delivery == Delivery::PROCESSING && notice.is_pay() {
            let heard = notice.processing.unwrap_or_default() as usize;
            let Some(pause) = PROCESSING_PAUSES.get(heard) else {
                return self.accepted_at_last(&ended.id);
            };
            notice.processing = Some(heard as u32 + 1);
            *pause
        } else {
            self.now.0.saturating_sub(notice.since.0).clamp(MIN_PAUSE, MAX_PAUSE)
        };
        notice.next_at = Some(Timestamp(self.now.0.saturating_add(pause)));
        self.withdraw_overtaken_refusals();
        self.give_up_old_ones(false);
        (TransitionKind::Moved, Answer::None)
    }

    /// Meituan never said 200, and yet counts it as issued.
    fn accepted_at_last(&mut self, id: &str) -> Said {
        self.report(super::Report::AcceptedAtLast);
        self.notice_accepted(id)
    }

    /// Meituan's query was answered that the order is issued: a notice that it was processing has served.
    pub(super) fn query_settles_notice(&mut self) {
        let is_heard = |notice: &&Notice| notice.is_pay() && notice.processing.is_some();
        let heard = self.order.notices.iter().find(is_heard).map(|notice| notice.id.clone());
        if let (State::Issued, Some(id)) = (self.order.state(), heard) {
            self.accepted_at_last(&id);
        }
    }

    /// A repeated notice has the current facts.
    pub(super) fn retry_notice(&mut self, id: &str) -> Said {
        let found = self.order.given_up.iter().flatten().find(|notice| notice.id == id).cloned();
        let is_pay = id.starts_with(PAY_NOTICE.name);
        let Some(mut notice) = found else {
            let is_ended = is_pay && !matches!(self.order.lifecycle, Lifecycle::NONE | Lifecycle::OPEN);
            return self.illegal(if is_ended { Reason::Closed } else { Reason::UnknownNotice });
        };
        if let Some(refund_id) = notice.refund_id() {
            match (self.order.refund(refund_id).map(|refund| refund.state), notice.is_refusal()) {
                (Some(RefundState::AGREED), false) | (Some(RefundState::REFUSED), true) => self.notify_refund(refund_id),
                (Some(RefundState::AGREED), true) => return self.illegal(Reason::AlreadyAgreed),
                _ => return self.illegal(Reason::RefundPending),
            }
        } else if is_pay {
            match (self.order.state(), self.order.failure.clone()) {
                (State::Issued | State::Returned, _) => self.notify_issued(),
                (State::IssueFailed, Some(failure)) => self.notify_issue_failed(&failure),
                _ => return self.illegal(Reason::Closed),
            }
        } else {
            notice.update(&self.order.counts(), true);
            self.order.notices.push(Notice { since: self.now, tries: None, processing: None, ..notice });
        }
        self.drop_given_up(&mut |notice| notice.id == id);
        (TransitionKind::Moved, Answer::None)
    }

    /// A notice that nobody has accepted for too long is kept for a person. One that somebody is sending is not touched, and one
    /// that nobody has begun to send is sent once, where anybody sends.
    pub(super) fn give_up_old_ones(&mut self, without_sender: bool) {
        let (settings, now) = (self.settings, self.now);
        // The process that is sending one will send the others, too.
        let unsent = without_sender && !self.order.notices.iter().any(|notice| notice.is_under_way(now));
        let refunds = &self.order.refunds;
        let by_id = sorted(refunds.iter().enumerate().map(|(place, refund)| (refund.refund_id.as_str(), place)));
        let is_old = |notice: &Notice| {
            let refund =
                notice.refund_id().and_then(|refund_id| equal(&by_id, refund_id).first()).map(|(_, place)| &refunds[*place]);
            !notice.is_under_way(now) && (unsent || notice.tries.is_some()) && age_limit(refund, notice, settings) <= now
        };
        let mut old = Vec::new();
        self.order.notices.retain(|notice| {
            let is_kept = !is_old(notice);
            if !is_kept {
                old.push(Notice { claimed_until: None, next_at: None, ..notice.clone() });
            }
            is_kept
        });
        for notice in &old {
            self.flag(Breach::NoticeGivenUp, &notice.id, &["Meituan has not accepted it"]);
        }
        if !old.is_empty() {
            self.order.given_up.get_or_insert_default().append(&mut old);
        }
        self.forget_settled();
    }

    /// A notice is kept as long as its conflict is open: an order has one of pay, two of each refund, and one of each entry at most.
    /// Of the others the latest are kept.
    fn forget_settled(&mut self) {
        let Some(given_up) = self.order.given_up.as_mut().filter(|given_up| given_up.len() > MAX_GIVEN_UP) else { return };
        let open = self.order.conflicts.iter().filter(|conflict| conflict.resolved_at.is_none());
        let open = sorted(open.map(|conflict| (conflict.id.as_str(), 0)));
        let is_settled = |notice: &Notice| equal(&open, &conflict_id(Breach::NoticeGivenUp, &notice.id)).is_empty();
        let mut surplus = given_up.iter().filter(|notice| is_settled(notice)).count().saturating_sub(MAX_GIVEN_UP);
        given_up.retain(|notice| {
            let is_forgotten = surplus > 0 && is_settled(notice);
            surplus -= usize::from(is_forgotten);
            !is_forgotten
        });
    }
}

impl Notice {
    /// Times that a clock has written which is wrong: a claim of such a clock has run out.
    pub(super) fn set_right(&mut self, settings: &Settings, now: Timestamp) {
        let limit = in_milliseconds(settings.send_limit_in_use().saturating_add(SEND_GRACE));
        if is_ahead(self.since, now, 0) {
            self.since = now;
        }
        self.claimed_until.take_if(|until| is_ahead(*until, now, limit));
        self.next_at.take_if(|at| is_ahead(*at, now, PROCESSING_PAUSES[2]));
    }
}

impl Settings {
    /// Returns how long sending a notice may take.
    pub fn send_limit_in_use(&self) -> Duration {
        self.send_limit.unwrap_or(SEND_LIMIT)
    }
}
