//! Consumption: what notices say about entries, against the order and what was reported before.
//!
//! A notice has the used total up to its entry, and the refunded total at the time it is sent. The same notice can be sent
//! again: that is no fault, also where only the refunded total has grown since.

use super::super::codes::{NoticeCode, VoucherStatus};
use super::codes::{Code, Codes, Index, put_in_order};
use super::exchange::{Exchange, Said};
use super::order::{Issue, Order, is};
use super::points::Name;
use super::report::Findings;
use crate::message::View;
use crate::money::push_integer;
use crate::time::{Date, Timestamp};

/// What was reported about entries so far.
#[derive(Default)]
pub(super) struct Entries {
    /// The largest total of all notices, and when the entry of that notice was.
    used: i64,
    used_at: Option<i64>,
    /// When the entries were, in order.
    times: Vec<i64>,
    /// The largest total of all queries.
    seen_used: i64,
    /// The notices, each with the refunded total that it had last.
    notices: Index,
    refunded: Vec<i64>,
}

impl Entries {
    /// How many were reported as used by notices.
    pub(super) fn used(&self) -> i64 {
        self.used
    }

    /// How many were reported as used at all.
    pub(super) fn used_at_all(&self) -> i64 {
        self.used.max(self.seen_used)
    }

    /// A query has reported this total.
    pub(super) fn seen(&mut self, used: i64) {
        self.seen_used = self.seen_used.max(used);
    }

    fn keep(&mut self, notice: &Notice, codes: &mut Codes, is_known: bool) {
        for number in notice.used_codes() {
            let code = codes.of(number);
            code.is_known |= is_known;
            if code.notified.is_none() {
                let at = notice.at.unwrap_or_default();
                code.notified = Some(at);
                // Entries are reported in order, or nearly.
                self.times.insert(self.times.partition_point(|&other| other <= at), at);
            }
        }
        if notice.used > self.used {
            (self.used, self.used_at) = (notice.used, notice.at);
        }
        let number = self.notices.number(&notice.same) as usize;
        match self.refunded.get_mut(number) {
            Some(refunded) => *refunded = notice.refunded,
            None => self.refunded.push(notice.refunded),
        }
    }
}

struct Notice {
    used: i64,
    refunded: i64,
    /// The codes by number, each with its status, as they are listed.
    codes: Vec<(u32, VoucherStatus)>,
    /// The codes of credentials that are used, and not listed, where no code is needed.
    by_credential: Vec<u32>,
    /// When the first of its entries was.
    at: Option<i64>,
    /// A code is listed twice.
    has_a_code_twice: bool,
    /// What is the same wherever the notice is repeated: the total, and each entry.
    same: String,
}

impl Notice {
    #[inline(never)]
    fn of(body: &View<'_>, has_names: bool, codes: &mut Codes) -> Self {
        let number = |view: &View<'_>, field| view.integer(field).unwrap_or_default();
        let (used, refunded) = (number(body, "usedQuantity"), number(body, "refundedQuantity"));
        let mut same = Vec::new();
        let mut push = |value| {
            push_integer(&mut same, value);
            same.push(b' ');
        };
        push(used);
        let (mut listed, mut at) = (Vec::new(), None);
        for voucher in body.objects("voucherList") {
            let code = codes.number(&voucher.text("voucher").unwrap_or_default());
            let used_at = number(&voucher, "voucherInvalidTime");
            at = Some(at.map_or(used_at, |at: i64| at.min(used_at)));
            listed.push((code, VoucherStatus(number(&voucher, "status") as i32)));
            for value in [i64::from(code), number(&voucher, "status"), used_at, number(&voucher, "quantity")] {
                push(value);
            }
        }
        let mut numbers: Vec<_> = listed.iter().map(|(code, _)| *code).collect();
        let has_a_code_twice = put_in_order(&mut numbers);
        let mut by_credential = Vec::new();
        for entry in body.objects("credentialList").filter(|entry| has_names && is(entry, "status", VoucherStatus::USED.0)) {
            let code = entry.text("voucher").filter(|code| !code.is_empty()).map(|code| codes.number(&code));
            by_credential.extend(code.filter(|code| numbers.binary_search(code).is_err()));
        }
        let same = String::from_utf8(same).unwrap_or_default();
        Notice { used, refunded, codes: listed, by_credential, at, has_a_code_twice, same }
    }

    /// The codes that it says are used.
    fn used_codes(&self) -> impl Iterator<Item = u32> {
        let listed = self.codes.iter().filter(|(_, status)| *status == VoucherStatus::USED);
        listed.map(|(number, _)| *number).chain(self.by_credential.iter().copied())
    }
}

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

    /// What is wrong with the list of codes, where each ticket must have one.
    fn wrong_list(&self, notice: &Notice) -> Option<&'static str> {
        if notice.codes.is_empty() {
            return Some("one code for each ticket, and none is reported");
        }
        if !self.rescheduled && notice.codes.iter().any(|(number, _)| !self.codes.any(&[*number], |code| code.is_issued)) {
            return Some("not a code of the order");
        }
        notice.has_a_code_twice.then_some("a code is there twice")
    }

    /// What is wrong with a code, as it was reported before, where a code is a ticket.
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
