//! Consumption: what notices say about entries, against the order and what was reported before.
//!
//! A notice has the used total up to its entry, and the refunded total at the time it is sent. The same notice can be sent
//! again: that is no fault, also where only the refunded total has grown since.

use super::super::codes::{NoticeCode, VoucherStatus};
use super::codes::Code;
use super::entries::Notice;
use super::exchange::{Exchange, Said};
use super::order::{Issue, Order};
use super::points::Name;
use super::report::Findings;
use crate::message::View;
use crate::time::{Date, Timestamp};

impl Order {
    #[inline(never)]
    pub(super) fn consume(&mut self, exchange: &Exchange<'_>, body: &View<'_>, said: &Said, found: &mut Findings) {
        let is_by_code = self.is_by_code();
        let notice = Notice::of(body, is_by_code && !self.has_code_per_ticket(), &mut self.codes);
        let before = self.entries.notices.get(&notice.same).map(|number| self.entries.refunded[number as usize]);
        let (is_repeat, is_identical) = (before.is_some(), before == Some(notice.refunded));
        found.shows(Name::ConsumeQuantities);
        if self.quantity.is_some_and(|quantity| body.integer("quantity") != Some(quantity)) {
            found.fails(Name::ConsumeQuantities, exchange.place(), "body.quantity", "not what was ordered");
        }
        let wrong = if self.has_code_per_ticket() { self.wrong_list(&notice) } else { None };
        let is_compared = is_by_code && !exchange.overlaps && !is_repeat;
        if let Some(detail) = wrong.or_else(|| self.wrong_code(&notice).filter(|_| is_compared)) {
            found.fails(Name::ConsumeVouchers, exchange.place(), "body.voucherList", detail);
        }
        // Used before Meituan refunded it, or wrong: either way that is not a refund that is left out.
        for number in notice.used_codes() {
            self.codes.counts_otherwise(number);
        }
        if !exchange.overlaps && !is_identical {
            self.judge_totals(exchange, &notice, is_repeat, found);
        }
        if self.has_code_per_ticket() {
            found.shows(Name::ConsumeVouchers);
        } else if self.voucher_type.is_none() && !notice.codes.is_empty() {
            found.unchecked(
                Name::ConsumeVouchers,
                exchange.place(),
                "body.voucherList",
                "the codes were not reported in this trace",
            );
        }
        let is_refused = !said.accepted && exchange.answer().is_some_and(|code| code != i64::from(NoticeCode::SEEN_AS_ACCEPTED.0));
        self.entries.keep(&notice, &mut self.codes, !is_refused);
        if exchange.overlaps {
            return;
        }
        match self.issue {
            Issue::ByReply | Issue::ByNotice => found.shows(Name::ConsumeReal),
            Issue::Unknown => {}
            // Issued or not, Meituan ended it before a notice said so.
            Issue::Underway | Issue::Closed if self.ended_at.is_some_and(|end| notice.at.is_some_and(|at| at <= end)) => {}
            _ => found.fails(Name::ConsumeReal, exchange.place(), "body.usedQuantity", "the tickets were not issued"),
        }
        if self.travel_date.is_some_and(|date| !self.rescheduled && Date::of(Timestamp(exchange.at)) < date) {
            found.warns(Name::ConsumeReal, exchange.place(), "body.usedQuantity", "before the day of the visit");
        }
    }

    /// The totals, against what was reported before the notice was sent.
    fn judge_totals(&self, exchange: &Exchange<'_>, notice: &Notice, is_repeat: bool, found: &mut Findings) {
        const NAME: Name = Name::ConsumeQuantities;
        if notice.refunded < self.refunds.agreed() {
            found.fails(NAME, exchange.place(), "body.refundedQuantity", "a refund that was agreed to before is left out");
        } else if notice.refunded < self.refunds.agreed().saturating_add(self.codes.refunded_by_meituan()) {
            found.fails(NAME, exchange.place(), "body.refundedQuantity", "a refund of Meituan's own is left out");
        }
        if is_repeat {
            return;
        }
        let Notice { used, at, ref codes, .. } = *notice;
        let entries = &self.entries;
        // A notice of an earlier entry has a smaller total.
        let is_later = at.is_none_or(|at| entries.used_at.is_none_or(|reported| at > reported));
        let mut least = 0;
        if let (true, Some(at)) = (self.has_code_per_ticket(), at) {
            // Its own codes, and those that were used before.
            let is_new = |number| !self.codes.any(&[number], |code| code.notified.is_some_and(|reported| reported < at));
            let own = codes.iter().filter(|(number, status)| *status == VoucherStatus::USED && is_new(*number)).count();
            least = own + entries.times.partition_point(|&other| other < at);
        }
        let least = least as i64;
        if used < entries.used && is_later || used < least {
            found.warns(NAME, exchange.place(), "body.usedQuantity", "fewer than were reported before");
        }
    }

    /// Finds faults in the list of codes, where each ticket must have one.
    fn wrong_list(&self, notice: &Notice) -> Option<&'static str> {
        if notice.codes.is_empty() {
            return Some("one code for each ticket, and none is reported");
        }
        if !self.rescheduled && notice.codes.iter().any(|(number, _)| !self.codes.any(&[*number], |code| code.is_issued)) {
            return Some("not a code of the order");
        }
        notice.has_a_code_twice.then_some("a code is there twice")
    }

    /// Finds faults in a code, as it was reported before, where a code is a ticket.
    fn wrong_code(&self, notice: &Notice) -> Option<&'static str> {
        // One that was used before Meituan refunded it is no fault of anybody.
        let was_taken = |code: &Code| code.refunded_by_meituan().is_some_and(|end| notice.at.is_some_and(|at| at > end));
        // A list of credentials may have earlier ones.
        let is_out = |code: &Code| code.notified.is_none() && (code.is_refunded || was_taken(code));
        if self.codes.any(&notice.by_credential, is_out) {
            return Some("a code that was refunded");
        }
        for &(number, status) in &notice.codes {
            let is = |what: fn(&Code) -> bool| self.codes.any(&[number], what);
            let (is_notified, is_refunded) = (is(|code| code.notified.is_some()), is(|code| code.is_refunded));
            match status {
                VoucherStatus::USED if is_refunded => return Some("a code whose refund was agreed to"),
                VoucherStatus::USED if self.codes.any(&[number], was_taken) => {
                    return Some("a code that Meituan refunded by itself");
                }
                VoucherStatus::USED if is(|code| code.is_known) => return Some("a code that another notice reported as used"),
                VoucherStatus::UNUSED | VoucherStatus::VOID if is_notified || is_refunded => return Some(CONTRADICTED),
                VoucherStatus::REFUNDED if is_notified => return Some(CONTRADICTED),
                _ => {}
            }
        }
        None
    }
}

const CONTRADICTED: &str = "not what was reported about a code before";
