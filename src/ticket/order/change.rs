//! An order while an event changes it, and what the rules of every subject need.

use super::answer::{Answer, OrderReply, TransitionKind};
use super::breaches::Breach;
use super::ids::Ids;
use super::reasons::{Reason, Report};
use super::settings::Settings;
use super::snapshot::Order;
use super::table::{State, TableVerdict, Trigger, look_up};
use crate::ticket::{Call, ORDER_QUERY};
use crate::time::{LAST_TIMESTAMP, Timestamp};

/// An order while one event changes it.
pub(super) struct Change<'s> {
    pub(super) order: Order,
    pub(super) settings: &'s Settings,
    pub(super) now: Timestamp,
    /// The event's name.
    pub(super) event: &'static str,
    pub(super) conflicts: Vec<Breach>,
    pub(super) reason: Option<Reason>,
    pub(super) reports: Vec<Report>,
    /// The places of the order's refunds and conflicts.
    pub(super) refund_ids: Ids,
    pub(super) conflict_ids: Ids,
    /// Ids of the conflicts that it settles.
    pub(super) settled: Vec<String>,
}

/// A rule's result for an event, should nothing change by it.
pub(super) type Said = (TransitionKind, Answer);

impl<'s> Change<'s> {
    pub(super) fn new(order: Order, settings: &'s Settings, now: Timestamp, event: &'static str) -> Self {
        Change {
            order,
            settings,
            now,
            event,
            conflicts: Vec::new(),
            reason: None,
            reports: Vec::new(),
            refund_ids: Ids::default(),
            conflict_ids: Ids::default(),
            settled: Vec::new(),
        }
    }

    /// The same order, to see what would become of it.
    pub(super) fn trial(&self) -> Self {
        Change::new(self.order.clone(), self.settings, self.now, self.event)
    }

    /// A time from a clock that is far ahead would have to be waited for.
    pub(super) fn set_times_right(&mut self) {
        let (settings, now) = (self.settings, self.now);
        self.order.notices.iter_mut().for_each(|notice| notice.set_right(settings, now));
        self.order.attempts.iter_mut().for_each(|attempt| attempt.set_right(settings, now));
        if self.order.issuing_since.is_some_and(|since| is_ahead(since, now, 0)) {
            self.order.issuing_since = Some(now);
        }
    }

    /// The table's verdict on this event.
    pub(super) fn verdict(&self, on: Trigger) -> TableVerdict {
        look_up(self.order.state(), on).1
    }

    /// The same, and the order goes where the table says, unless the event is refused.
    pub(super) fn step(&mut self, on: Trigger) -> TableVerdict {
        self.step_about(on, "")
    }

    /// The same, with what the event is about.
    pub(super) fn step_about(&mut self, on: Trigger, about: &str) -> TableVerdict {
        let was = self.order.state();
        let (next, verdict) = look_up(was, on);
        if next != was {
            self.order.lifecycle = next.lifecycle();
            self.order.order_status = next.order_status();
        }
        if was == State::Issuing && next != was {
            self.settle(Breach::IssuingOverdue, "");
        }
        if let TableVerdict::RunFlagged(breach) | TableVerdict::RecordFlagged(breach) = verdict {
            self.flag(breach, about, &["orderStatus ", &digits(was.order_status().map_or(0, |status| status.0 as u64))]);
        }
        verdict
    }

    pub(super) fn report(&mut self, report: Report) {
        self.reports.push(report);
    }

    /// The event cannot happen to such an order.
    pub(super) fn illegal(&mut self, reason: Reason) -> Said {
        self.reason = Some(reason);
        (TransitionKind::Illegal, Answer::None)
    }

    /// A call that is refused before its function runs.
    pub(super) fn refusal(&mut self, call: &Call, reason: Reason) -> Said {
        self.reason = Some(reason);
        // A query asks, and changes nothing.
        if !std::ptr::eq(call, &ORDER_QUERY) && !self.reports.contains(&Report::CallRefused) {
            self.report(Report::CallRefused);
        }
        (TransitionKind::Illegal, OrderReply::outcome(reason.code(call), reason, None))
    }

    pub(super) fn partner_order_id(&self) -> String {
        self.order.partner_order_id.clone().unwrap_or_default()
    }
}

/// The time, or the nearest one that can be stored and that a message can hold.
pub(super) fn writable(at: Timestamp) -> Timestamp {
    Timestamp(at.0.clamp(0, LAST_TIMESTAMP))
}

/// By so much the clocks of processes differ at most.
pub(super) const CLOCKS: i64 = 60_000;

/// Whether no clock within the bounds can have written this time, which was meant to be so far ahead at most.
#[inline(never)]
pub(super) fn is_ahead(at: Timestamp, now: Timestamp, by: i64) -> bool {
    at.0.saturating_sub(now.0) > by.saturating_add(CLOCKS)
}

/// Joins strings: less code than formatting.
pub(super) fn joined(pieces: &[&str]) -> String {
    pieces.concat()
}

/// As large as a stored number can be.
pub(super) fn sum(one: u32, other: u32) -> u32 {
    one.saturating_add(other).min(i32::MAX as u32)
}

pub(super) fn digits(number: u64) -> String {
    let mut out = Vec::new();
    crate::digits::push_digits(&mut out, number);
    String::from_utf8(out).unwrap_or_default()
}
