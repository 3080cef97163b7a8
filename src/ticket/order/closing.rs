//! Meituan closes: messages that are facts, and whose function has to make things void.

use super::change::{Change, Said, digits, joined};
use super::subject::Repeated;
use super::{Answer, Attempt, AttemptEnded, Breach, Closing, Lifecycle, OrderReply, Outcome, Reason, TransitionKind, UnitState};
use super::{Failure, TableVerdict, Trigger};
use crate::digits::push_digits;
use crate::message::RawJson;
use crate::sorted_sign::sha1_hex;
use crate::ticket::calls::{OrderClose, RefundedMessage};
use crate::ticket::codes::CloseType;
use crate::ticket::{Call, ORDER_CLOSE, ORDER_CREATE, ORDER_PAY};
use crate::time::Timestamp;

impl Change<'_> {
    pub(super) fn close(&mut self, call: &OrderClose) -> Said {
        let subject = call.subject().unwrap_or_default();
        if let Some(said) = self.run_again(&ORDER_CLOSE, &subject) {
            return said;
        }
        let trigger = match call.close_type {
            CloseType::UNPAID => Trigger::ClosedUnpaid,
            CloseType::CREATE_FAILED => Trigger::ClosedCreateFailed,
            CloseType::ISSUE_FAILED => Trigger::ClosedIssueFailed,
            _ => Trigger::ClosedUnlisted,
        };
        if call.close_type == CloseType::ISSUE_FAILED
            && self.order.success_accepted == Some(true)
            && self.order.lifecycle == Lifecycle::OPEN
        {
            self.flag(Breach::ClosedAfterSuccess, &subject, &["payNotice issueType 1"]);
        }
        if !matches!(self.step_about(trigger, &subject), TableVerdict::Run | TableVerdict::RunFlagged(_)) {
            return (TransitionKind::Duplicate, OrderReply::success(None));
        }
        self.flag_use();
        self.make_void(UnitState::VOID);
        self.begin_closing(&ORDER_CLOSE, &subject, super::snapshot::raw(call))
    }

    /// Meituan ends the whole order, and guests have entered.
    pub(super) fn flag_use(&mut self) {
        if self.order.counts().used > 0 {
            self.flag(Breach::ClosedAfterUse, "", &["voucher status 1"]);
        }
    }

    /// Nothing of the order lets anybody in any longer, and it is not created, issued or reported as issued.
    pub(super) fn make_void(&mut self, state: UnitState) {
        self.settle_refunds();
        let now = self.now;
        for unit in self.order.units.iter_mut().filter(|unit| unit.state == UnitState::FREE) {
            (unit.state, unit.since) = (state, now);
        }
        if let Some(paid) = self.order.kept_aside.take() {
            // Nobody has got these codes, and yet they have to be made void, but for what was refunded or entered with already.
            self.take_issued(&paid, UnitState::VOID);
            self.enter_early_ones();
        }
        self.abandon(&ORDER_CREATE);
        self.abandon(&ORDER_PAY);
        self.withdraw_pay_notice();
    }

    pub(super) fn begin_closing(&mut self, call: &Call, subject: &str, request: RawJson) -> Said {
        let (kind, answer) = self.begin(call, subject, 0, Some(request.clone()));
        if let Answer::Run(run) = &answer {
            self.order.closing = Some(Closing { call: call.name.into(), key: run.key.clone(), request });
        }
        (kind, answer)
    }

    /// Something has come into being after the order was closed: the closing call's function has to make that void too.
    pub(super) fn owe_closing(&mut self) {
        if matches!(self.order.lifecycle, Lifecycle::NONE | Lifecycle::OPEN) {
            return;
        }
        let Some(closing) = &mut self.order.closing else { return };
        let is_owed = |attempt: &Attempt| attempt.key == closing.key && attempt.started_at.0 == 0;
        if self.order.attempts.iter().any(is_owed) {
            return;
        }
        let key = numbered(&closing.key);
        let last = std::mem::replace(&mut closing.key, key.clone());
        // A run that is under way began before that, so that its end decides nothing: two open attempts would number alike.
        if let Some(open) = self.order.attempts.iter_mut().find(|attempt| attempt.key == last) {
            (open.key, open.started_at) = (key, Timestamp(0));
            return;
        }
        let (call, request) = (closing.call.clone(), Some(closing.request.clone()));
        // The subject is the message's own, whichever run this is: so a repeat of the message finds it. It has no lease yet.
        let stem = key.rsplit_once('#').map_or(key.as_str(), |(stem, _)| stem);
        let Some(subject) = stem.splitn(3, ':').nth(2) else { return };
        let subject = Some(subject.to_owned());
        self.order.attempts.push(Attempt { call, subject, key, request, ..Attempt::default() });
    }

    /// The message was recorded when it came, so it is accepted whatever its function says; what it has to do stays owed
    /// until it is done. Only a refusal is replied, and the next try has a key of its own.
    pub(super) fn message_ended(&mut self, end: &AttemptEnded, call: &str) -> Said {
        let Some(call) = Call::named(call) else { return self.illegal(Reason::UnknownAttempt) };
        let Some(index) = self.order.attempts.iter().position(|attempt| attempt.key == end.key) else {
            return (TransitionKind::Duplicate, OrderReply::success(None));
        };
        match end.outcome {
            Outcome::DONE => {
                self.order.attempts.remove(index);
                (TransitionKind::Moved, OrderReply::success(None))
            }
            Outcome::REFUSED => {
                let next = numbered(&end.key);
                if let Some(closing) = self.order.closing.as_mut().filter(|closing| closing.key == end.key) {
                    closing.key.clone_from(&next);
                }
                self.order.attempts[index].key = next;
                (
                    TransitionKind::Moved,
                    OrderReply::failure(&Failure::told(call, end.code, end.describe.as_deref().unwrap_or_default())),
                )
            }
            _ => (TransitionKind::Stale, OrderReply::success(None)),
        }
    }
}

/// The key of the next try.
fn numbered(key: &str) -> String {
    let (stem, number) = key.rsplit_once('#').unwrap_or((key, "1"));
    joined(&[stem, "#", &digits(number.parse::<u64>().unwrap_or(1).saturating_add(1))])
}

/// A message is known by what the table says, which is its number; without one, by its type, time, count and codes.
pub(super) fn message_key(call: &RefundedMessage) -> String {
    if let Some(number) = call.subject() {
        return number;
    }
    let mut key = Vec::new();
    for (index, part) in [i64::from(call.refund_message_type.0), call.refund_time.0, i64::from(call.count)].into_iter().enumerate()
    {
        if index > 0 {
            key.push(b'-');
        }
        push_digits(&mut key, part.unsigned_abs());
    }
    let mut key = String::from_utf8(key).unwrap_or_default();
    if let Some(codes) = call.voucher_list.as_ref().filter(|codes| !codes.is_empty()) {
        key.push('-');
        key.push_str(&sha1_hex(codes.join("\n").as_bytes()));
    }
    key
}
