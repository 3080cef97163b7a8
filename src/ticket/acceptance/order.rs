//! One order's history, as far as later exchanges are judged by it: facts that were told, not a state to be in.

use super::super::codes::{CloseType, IssueType, OrderStatus, VoucherStatus, VoucherType};
use super::exchange::{Exchange, Said};
use super::points::Name;
use super::refund::Refunds;
use super::report::Findings;
use super::trace::Settings;
use crate::message::View;
use crate::time::{Date, Timestamp};

/// What was told about issuing last.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Issue {
    /// Nothing that was recorded.
    #[default]
    Unknown,
    /// Created, and pay was not called.
    Untouched,
    /// 598, without a result yet.
    Underway,
    /// Pay was answered 200.
    ByReply,
    /// A notice of success was sent.
    ByNotice,
    Failed,
}

#[derive(Default)]
pub(super) struct Order {
    pub(super) id: String,
    /// Its create was recorded: nothing happened before.
    pub(super) created: bool,
    quantity: Option<i64>,
    product: String,
    travel_date: Option<Date>,
    issue: Issue,
    /// Meituan closed or refunded it by itself.
    pub(super) ended: bool,
    rescheduled: bool,
    voucher_type: Option<i64>,
    codes: Vec<String>,
    issuing: Promise,
    /// Queries that said 4 before any notice.
    early: Vec<u32>,
    issued_after_all: bool,
    used: i64,
    entered: Vec<String>,
    pub(super) refunds: Refunds,
}

/// A result that was put off by 598 or 602: it must come by notice.
#[derive(Default)]
pub(super) struct Promise {
    /// Where it was put off first.
    pub(super) made: Option<u32>,
    /// Where a result came by reply, before any notice.
    pub(super) replied: Option<u32>,
    /// A notice was sent: did Meituan accept one?
    noticed: Option<bool>,
}

impl Promise {
    pub(super) fn notice(&mut self, name: Name, accepted: bool, found: &mut Findings) {
        self.noticed = Some(accepted || self.noticed == Some(true));
        if accepted && self.made.is_some() {
            found.shows(name);
        }
    }

    /// Whether it was kept by the end of the trace.
    #[inline(never)]
    pub(super) fn finish(&self, name: Name, found: &mut Findings) {
        if self.made.is_none() {
            return;
        }
        match (self.noticed, self.replied) {
            (Some(true), _) => {}
            (Some(false), _) => found.unchecked(name, self.made, "code", "Meituan accepted none of the notices"),
            (None, Some(_)) => {
                found.shows(name);
                found.fails(name, self.replied, "code", "the result came by reply, and no notice was sent");
            }
            (None, None) => found.unchecked(name, self.made, "code", "no result within the trace"),
        }
    }
}

#[inline(never)]
pub(super) fn is(view: &View<'_>, field: &str, value: i32) -> bool {
    view.integer(field) == Some(i64::from(value))
}

#[inline(never)]
pub(super) fn text(view: &View<'_>, field: &str) -> String {
    view.text(field).unwrap_or_default().into_owned()
}

#[inline(never)]
fn codes(view: &View<'_>) -> Vec<String> {
    view.texts("vouchers").map(std::borrow::Cow::into_owned).collect()
}

/// The codes of a list of vouchers, those of one status left out.
#[inline(never)]
fn listed(view: &View<'_>, without: Option<VoucherStatus>) -> Vec<String> {
    let mut codes = Vec::new();
    for voucher in view.objects("voucherList") {
        if !without.is_some_and(|status| is(&voucher, "status", status.0)) {
            codes.push(text(&voucher, "voucher"));
        }
    }
    codes
}

#[inline(never)]
fn same(one: &[String], other: &[String]) -> bool {
    one.iter().all(|code| other.contains(code)) && other.iter().all(|code| one.contains(code))
}

impl Order {
    pub(super) fn named(id: String) -> Self {
        Order { id, ..Order::default() }
    }

    /// How many tickets it has, where its create was recorded.
    pub(super) fn quantity(&self) -> Option<u32> {
        u32::try_from(self.quantity?).ok()
    }

    fn is_issued(&self) -> bool {
        matches!(self.issue, Issue::ByReply | Issue::ByNotice)
    }

    #[inline(never)]
    pub(super) fn create(&mut self, exchange: &Exchange<'_>, asked: &View<'_>, said: &Said, found: &mut Findings) {
        if exchange.tells_failure(said.code) {
            exchange.judge_reason(Name::CreateTrueReason, said.code, said.describe.as_deref(), found);
        }
        if said.code != Some(200) || self.created {
            return;
        }
        self.created = true;
        self.quantity = asked.integer("quantity");
        self.product = text(asked, "partnerDealId");
        self.travel_date = Date::parse(text(asked, "travelDate").as_bytes());
        if self.issue == Issue::Unknown {
            self.issue = Issue::Untouched;
        }
    }

    #[inline(never)]
    pub(super) fn pay(
        &mut self,
        exchange: &Exchange<'_>,
        said: &Said,
        body: Option<View<'_>>,
        settings: &Settings,
        found: &mut Findings,
    ) {
        if exchange.tells_failure(said.code) {
            exchange.judge_reason(Name::PayTrueReason, said.code, said.describe.as_deref(), found);
        }
        let was = self.issue;
        match said.code {
            Some(598) => {
                self.issuing.made.get_or_insert(exchange.index);
                if !self.is_issued() {
                    self.issue = Issue::Underway;
                } else if !exchange.overlaps {
                    found.warns(Name::PayIssuing, exchange.place(), "code", "issued already");
                }
            }
            Some(200) => {
                if !self.is_issued() {
                    self.issue = Issue::ByReply;
                    if settings.upstream_products.contains(&self.product) {
                        found.fails(Name::PayIssuing, exchange.place(), "code", "issued upstream: expected 598");
                    } else if was == Issue::Underway {
                        self.issuing.replied.get_or_insert(exchange.index);
                    }
                }
                let Some(body) = body else { return };
                if is(&body, "voucherType", VoucherType::CODE_PER_TICKET.0)
                    || is(&body, "voucherType", VoucherType::CODE_PER_ORDER.0)
                {
                    found.shows(Name::PayVouchers);
                    if self.quantity.is_some() || is(&body, "voucherType", VoucherType::CODE_PER_ORDER.0) {
                        found.shows(Name::PayCodes);
                    }
                }
                self.take_codes(exchange, &body, Name::PayVouchers, found);
            }
            Some(_) if exchange.tells_failure(said.code) && !exchange.overlaps => {
                if !self.is_issued() {
                    self.issue = Issue::Failed;
                }
                if was == Issue::Underway {
                    self.issuing.replied.get_or_insert(exchange.index);
                }
            }
            // No reply, or one that tells nothing, or two at once: what became of it is not known.
            _ if !self.is_issued() => self.issue = Issue::Unknown,
            _ => {}
        }
    }

    /// Keeps the codes that were told first; others later are worth a word.
    fn take_codes(&mut self, exchange: &Exchange<'_>, body: &View<'_>, name: Name, found: &mut Findings) {
        let told = codes(body);
        if self.voucher_type.is_none() {
            self.voucher_type = body.integer("voucherType");
            self.codes = told;
        } else if !self.rescheduled && (self.voucher_type != body.integer("voucherType") || !same(&self.codes, &told)) {
            found.warns(name, exchange.place(), "body.vouchers", "other codes than were told before");
        }
    }

    #[inline(never)]
    pub(super) fn pay_notice(&mut self, exchange: &Exchange<'_>, said: &Said, body: Option<View<'_>>, found: &mut Findings) {
        self.issuing.notice(Name::PayIssuing, said.accepted, found);
        if exchange.tells_failure(said.code) {
            exchange.judge_reason(Name::PayTrueReason, None, said.describe.as_deref(), found);
            match self.issue {
                Issue::ByReply if self.issuing.made.is_none() => {
                    found.fails(Name::CanEnter, exchange.place(), "issueType", "pay was answered 200 before");
                }
                Issue::ByNotice => found.warns(Name::NoticeVouchers, exchange.place(), "issueType", "success was told before"),
                _ => self.issue = Issue::Failed,
            }
        } else if said.code == Some(i64::from(IssueType::ISSUED.0)) {
            self.issued_after_all = true;
            if self.issue != Issue::ByReply {
                self.issue = Issue::ByNotice;
            }
            found.shows(Name::NoticeVouchers);
            if let Some(body) = body {
                self.take_codes(exchange, &body, Name::NoticeVouchers, found);
            }
        }
    }

    #[inline(never)]
    pub(super) fn query(&mut self, exchange: &Exchange<'_>, said: &Said, body: Option<View<'_>>, found: &mut Findings) {
        let Some(state) = body.filter(|_| said.code == Some(200)) else { return };
        if !exchange.overlaps {
            self.judge_status(exchange, &state, found);
        }
        if is(&state, "orderStatus", OrderStatus::ISSUED.0) {
            self.judge_codes(exchange, &state, found);
            found.shows(Name::QueryQuantities);
        }
        if self.quantity.is_some_and(|quantity| state.integer("orderQuantity") != Some(quantity)) {
            found.fails(Name::QueryQuantities, exchange.place(), "body.orderQuantity", "not what was ordered");
        }
        if !exchange.overlaps {
            self.judge_quantities(exchange, &state, found);
        }
    }

    #[inline(never)]
    fn judge_status(&mut self, exchange: &Exchange<'_>, state: &View<'_>, found: &mut Findings) {
        let status = OrderStatus(state.integer("orderStatus").unwrap_or_default() as i32);
        let (name, expected, detail) = match self.issue {
            Issue::Unknown => return,
            Issue::Untouched => (Name::QueryUntouched, OrderStatus::CREATED, "expected 2: created only"),
            Issue::Underway => (Name::QueryIssuing, OrderStatus::ISSUING, "expected 5: 598 was answered"),
            Issue::ByReply => (Name::CanEnter, OrderStatus::ISSUED, "expected 4: pay was answered 200"),
            Issue::ByNotice => (Name::NoticeQuery, OrderStatus::ISSUED, "expected 4: success was told by notice"),
            Issue::Failed => (Name::QueryFailed, OrderStatus::ISSUE_FAILED, "expected 6: issuing failed"),
        };
        const PATH: &str = "body.orderStatus";
        if status == expected {
            if self.is_issued() {
                found.shows(Name::QueryIssued);
            }
            // Its codes are still to be looked at.
            if name != Name::NoticeQuery {
                found.shows(name);
            }
        } else if status == OrderStatus::ISSUED {
            found.shows(Name::QueryIssued);
            match self.issue {
                // What the notice says will tell.
                Issue::Underway => self.early.push(exchange.index),
                _ => found.fails(Name::QueryIssued, exchange.place(), PATH, detail),
            }
        } else if name == Name::QueryFailed {
            found.shows(name);
            found.warns(name, exchange.place(), PATH, detail);
        } else if !self.ended {
            found.fails(name, exchange.place(), PATH, detail);
        }
    }

    /// At orderStatus 4: the codes are those that were told.
    #[inline(never)]
    fn judge_codes(&mut self, exchange: &Exchange<'_>, state: &View<'_>, found: &mut Findings) {
        if !is(state, "voucherType", VoucherType::NONE.0) {
            found.shows(Name::QueryVouchers);
        }
        if self.voucher_type.is_none() || self.rescheduled || exchange.overlaps {
            return;
        }
        let name = if self.issue == Issue::ByNotice { Name::NoticeQuery } else { Name::QueryVouchers };
        if name == Name::NoticeQuery {
            found.shows(name);
        }
        let listed = listed(state, Some(VoucherStatus::VOID));
        if state.integer("voucherType") != self.voucher_type {
            found.fails(name, exchange.place(), "body.voucherType", "not the one that was told when issued");
        } else if !same(&listed, &self.codes) {
            found.fails(name, exchange.place(), "body.voucherList", "not the codes that were told when issued");
        }
    }

    #[inline(never)]
    fn judge_quantities(&mut self, exchange: &Exchange<'_>, state: &View<'_>, found: &mut Findings) {
        const NAME: Name = Name::QueryQuantities;
        let number = |field| state.integer(field).unwrap_or_default();
        let unused = |voucher: &View<'_>| is(voucher, "status", VoucherStatus::UNUSED.0);
        if self.voucher_type == Some(i64::from(VoucherType::CODE_PER_TICKET.0))
            && state.objects("voucherList").any(|voucher| unused(&voucher) && self.entered.contains(&text(&voucher, "voucher")))
        {
            found.fails(NAME, exchange.place(), "body.voucherList", "a code that was told as used is unused");
        } else if number("usedQuantity") < self.used {
            found.fails(NAME, exchange.place(), "body.usedQuantity", "fewer than were told as used");
        }
        let agreed = self.refunds.agreed();
        if number("refundedQuantity") < agreed {
            found.fails(NAME, exchange.place(), "body.refundedQuantity", "fewer than were agreed to");
        } else if number("refundedQuantity") > agreed && self.created && !self.ended {
            found.warns(NAME, exchange.place(), "body.refundedQuantity", "more than were agreed to");
        }
    }

    #[inline(never)]
    pub(super) fn consume(&mut self, exchange: &Exchange<'_>, body: &View<'_>, found: &mut Findings) {
        found.shows(Name::ConsumeQuantities);
        if self.quantity.is_some_and(|quantity| body.integer("quantity") != Some(quantity)) {
            found.fails(Name::ConsumeQuantities, exchange.place(), "body.quantity", "not what was ordered");
        }
        let used = body.integer("usedQuantity").unwrap_or_default();
        if used < self.used && !exchange.overlaps {
            found.warns(Name::ConsumeQuantities, exchange.place(), "body.usedQuantity", "fewer than were told before");
        }
        self.used = self.used.max(used);
        let listed = listed(body, None);
        if self.voucher_type == Some(i64::from(VoucherType::CODE_PER_TICKET.0)) {
            found.shows(Name::ConsumeVouchers);
            if listed.is_empty() {
                found.fails(
                    Name::ConsumeVouchers,
                    exchange.place(),
                    "body.voucherList",
                    "one code for each ticket, and none is told",
                );
            } else if !self.rescheduled && !listed.iter().all(|code| self.codes.contains(code)) {
                found.fails(Name::ConsumeVouchers, exchange.place(), "body.voucherList", "not a code of the order");
            }
        } else if self.voucher_type.is_none() && !listed.is_empty() {
            found.unchecked(Name::ConsumeVouchers, exchange.place(), "body.voucherList", "the codes were not told in this trace");
        }
        self.entered.extend(listed);
        if exchange.overlaps {
            return;
        }
        match self.issue {
            Issue::ByReply | Issue::ByNotice => found.shows(Name::ConsumeReal),
            Issue::Unknown => {}
            _ => found.fails(Name::ConsumeReal, exchange.place(), "body.usedQuantity", "the tickets were not issued"),
        }
        if self.travel_date.is_some_and(|date| !self.rescheduled && Date::of(Timestamp(exchange.at)) < date) {
            found.warns(Name::ConsumeReal, exchange.place(), "body.usedQuantity", "before the day of the visit");
        }
    }

    pub(super) fn close(&mut self, asked: &View<'_>) {
        self.ended = true;
        if is(asked, "closeType", CloseType::ISSUE_FAILED.0) && !self.is_issued() {
            self.issue = Issue::Failed;
        }
    }

    pub(super) fn reschedule(&mut self) {
        self.rescheduled = true;
    }

    /// What was promised and did not come by the end of the trace.
    #[inline(never)]
    pub(super) fn finish(&self, found: &mut Findings) {
        for &query in &self.early {
            let (path, detail) = ("body.orderStatus", "expected 5: 598 was answered");
            match self.issued_after_all {
                true => found.warns(Name::QueryIssued, Some(query), path, "told before the notice of success"),
                false => found.fails(Name::QueryIssued, Some(query), path, detail),
            }
        }
        self.issuing.finish(Name::PayIssuing, found);
        self.refunds.finish(found);
    }
}
