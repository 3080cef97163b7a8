//! Deadlines: when something is next to be done about an order, and what follows when nobody does it.

use super::attempts::next_run;
use super::breaches::conflict_id;
use super::change::{Change, Said};
use super::outbox::next_send;
use super::units::{equal, sorted};
use super::{Answer, Breach, Order, RefundState, Settings, State, TransitionKind, UnitState};
use crate::ticket::ORDER_REFUND;
use crate::ticket::working_days::Calendar;
use crate::time::Timestamp;
use std::time::Duration;

const ISSUING_DEADLINE: Duration = Duration::from_secs(600);
const REFUND_DEADLINE: Duration = Duration::from_secs(2 * 24 * 3600);

/// Returns when something is next to be done about an order without Meituan's call: a notice to send, a function that broke off and
/// is taken over ([`TakeOver`](super::TakeOver) of one of [`broken_off`](super::broken_off)), a deadline that passes, a refund that
/// counts as agreed by silence ([`TimePassed`](super::TimePassed)). Nothing: never. A timestamp in the past is due now.
pub fn next_due(order: &Order, settings: &Settings) -> Option<Timestamp> {
    let deadlines = Deadlines { settings, calendar: settings.calendar_in_use() };
    let notice = next_send(order);
    let flagged = sorted(order.conflicts.iter().map(|known| (known.id.as_str(), 0)));
    let is_flagged = |breach, about: &str| !equal(&flagged, &conflict_id(breach, about)).is_empty();
    let issuing = deadlines.of_issuing(order).filter(|_| !is_flagged(Breach::IssuingOverdue, ""));
    let pending = order.refunds.iter().filter(|refund| refund.is_open());
    let refunds = pending.flat_map(|refund| {
        let overdue = deadlines.of_refund(refund.requested_at);
        let overdue = overdue.filter(|_| !is_flagged(Breach::RefundOverdue, &refund.refund_id));
        let silent = deadlines.calendar.silence_counts_at(refund.requested_at).filter(|_| refund.partly_refunded != Some(true));
        let silent = silent.map(|at| Timestamp(at.0.saturating_add(1)));
        overdue.into_iter().chain(silent)
    });
    notice.into_iter().chain(next_run(order, settings)).chain(issuing).chain(refunds).min()
}

struct Deadlines<'s> {
    settings: &'s Settings,
    calendar: &'s Calendar,
}

impl Deadlines<'_> {
    fn of_issuing(&self, order: &Order) -> Option<Timestamp> {
        if order.state() != State::Issuing {
            return None;
        }
        let limit = self.settings.issuing_deadline.unwrap_or(ISSUING_DEADLINE);
        Some(order.issuing_since.unwrap_or_default() + limit)
    }

    fn of_refund(&self, requested_at: Timestamp) -> Option<Timestamp> {
        let limit = self.settings.refund_deadline.unwrap_or(REFUND_DEADLINE);
        self.calendar.after_working_time(requested_at, limit)
    }
}

impl Change<'_> {
    /// From then on silence may count as agreement, by one reading of the acceptance manual's three working days.
    pub(super) fn silence_may_count_at(&self, requested_at: Timestamp) -> Option<Timestamp> {
        self.settings.calendar_in_use().silence_may_count_at(requested_at)
    }

    /// After that it counts by every reading.
    pub(super) fn silence_counts_at(&self, requested_at: Timestamp) -> Option<Timestamp> {
        self.settings.calendar_in_use().silence_counts_at(requested_at)
    }

    /// Deadlines that have passed are reported.
    pub(super) fn time_passed(&mut self, without_sender: bool) -> Said {
        if without_sender {
            self.give_up_old_ones(true);
        }
        let settings = self.settings;
        let deadlines = Deadlines { settings, calendar: settings.calendar_in_use() };
        if self.order.state() == State::Issuing && self.order.issuing_since.is_none() {
            self.order.issuing_since = Some(self.now);
        }
        if deadlines.of_issuing(&self.order).is_some_and(|at| at <= self.now) && !self.is_flagged(Breach::IssuingOverdue, "") {
            self.flag(Breach::IssuingOverdue, "", &["598"]);
        }
        let pending = self.order.refunds.iter().filter(|refund| refund.is_open());
        let late = pending.filter(|refund| deadlines.of_refund(refund.requested_at).is_some_and(|at| at <= self.now));
        let late: Vec<String> = late.map(|refund| refund.refund_id.clone()).collect();
        for refund_id in late {
            if !self.is_flagged(Breach::RefundOverdue, &refund_id) {
                self.flag(Breach::RefundOverdue, &refund_id, &["602"]);
            }
        }
        self.flag_unknown_years();
        self.flag_endless();
        (TransitionKind::Duplicate, Answer::None)
    }

    /// Refunds whose three working days are beyond the calendar's years.
    pub(super) fn flag_unknown_years(&mut self) {
        let unknown = self.order.refunds.iter().filter(|refund| refund.is_open());
        let unknown = unknown.filter(|refund| self.silence_counts_at(refund.requested_at).is_none());
        let unknown: Vec<String> = unknown.map(|refund| refund.refund_id.clone()).collect();
        for refund_id in unknown {
            if !self.is_flagged(Breach::CalendarEnded, &refund_id) {
                self.flag(Breach::CalendarEnded, &refund_id, &["calendar"]);
            }
        }
    }

    /// A refusal that has not reached Meituan in time: it counts the refund as agreed, so that nobody enters on its tickets until
    /// the supplier says what is true.
    fn doubt_late_refusals(&mut self) {
        let refused = self.order.refunds.iter().filter(|refund| refund.state == RefundState::REFUSED);
        let silent = refused.filter(|refund| self.silence_counts_at(refund.requested_at).is_some_and(|at| at < self.now));
        let silent: Vec<String> = silent.map(|refund| refund.refund_id.clone()).collect();
        for refund_id in self.withdraw_refusals(&silent) {
            self.flag(Breach::RefusedInDoubt, &refund_id, &["refundMessageType 3"]);
            let Some(refund) = self.refund_of(&refund_id) else { continue };
            (refund.state, refund.failure, refund.unclear) = (RefundState::PENDING, None, Some(true));
            let refund = refund.clone();
            let free: Vec<usize> = self.order.units_of_refund(&refund);
            let free: Vec<usize> = free.into_iter().filter(|&place| self.order.units[place].state == UnitState::FREE).collect();
            self.reserve(&free, &refund_id);
        }
    }

    /// Pending refunds that Meituan counts as agreed by now, because nobody has decided them for too long.
    pub(super) fn agree_by_silence(&mut self) {
        // Of one that Meituan has refunded in part nobody knows what silence means.
        let pending = self.order.refunds.iter().filter(|refund| refund.is_open() && refund.partly_refunded != Some(true));
        let silent = pending.filter(|refund| self.silence_counts_at(refund.requested_at).is_some_and(|at| at < self.now));
        let silent: Vec<String> = silent.map(|refund| refund.refund_id.clone()).collect();
        self.doubt_late_refusals();
        self.end_all(&ORDER_REFUND, &silent);
        self.agree_all(&silent);
        for refund_id in &silent {
            if let Some(refund) = self.refund_of(refund_id) {
                // Meituan's message about it may still come.
                refund.told = Some(true);
            }
        }
    }
}
