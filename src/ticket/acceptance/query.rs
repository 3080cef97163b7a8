//! Queries: the state, the codes and the quantities, against what was reported before.

use super::super::calls::OrderState;
use super::super::codes::{OrderStatus, VoucherStatus, VoucherType};
use super::codes::put_in_order;
use super::exchange::{Exchange, Said, is};
use super::order::{Issue, Order};
use super::points::Name;
use super::report::Findings;
use crate::message::View;
use crate::message::definition::Message;

/// The status once issuing failed, by the acceptance manual and the ticket spec. The acceptance manual, 订单查询 3: 否则一直都要保持创建
/// 成功状态orderstatus=2. The ticket spec's list of values: 6 支付失败. Neither fails.
const AFTER_FAILURE: [OrderStatus; 2] = [OrderStatus::CREATED, OrderStatus::ISSUE_FAILED];

/// A state whose codes break a rule. Before an order is issued it is a state all the same.
pub(super) static STATE: Message = Message { rules: &[], ..*OrderState::MESSAGE };

/// Every ticket is used or refunded.
fn is_all_gone(state: &View<'_>) -> bool {
    let number = |field| state.integer(field).unwrap_or_default();
    number("usedQuantity") + number("refundedQuantity") >= number("orderQuantity")
}

impl Order {
    #[inline(never)]
    pub(super) fn query(&mut self, exchange: &Exchange<'_>, said: &Said, body: Option<View<'_>>, found: &mut Findings) {
        let Some(state) = body.filter(|_| said.code == Some(200)) else { return };
        if !exchange.overlaps {
            self.judge_status(exchange, &state, found);
        }
        if is(&state, "orderStatus", OrderStatus::ISSUED.0) {
            if self.may_have_codes(exchange) {
                self.judge_codes(exchange, &state, found);
            }
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
            // A value that is not listed is wrong by itself.
            _ if !OrderStatus::VALUES.values.iter().any(|listed| listed.value == status.0) => return,
            Issue::Unknown => return,
            Issue::Untouched => (Name::QueryUntouched, OrderStatus::CREATED, "expected 2: created only"),
            Issue::Underway => (Name::QueryIssuing, OrderStatus::ISSUING, "expected 5: 598 was answered"),
            Issue::ByReply => (Name::CanEnter, OrderStatus::ISSUED, "expected 4: pay was answered 200"),
            Issue::ByNotice => (Name::NoticeQuery, OrderStatus::ISSUED, "expected 4: success was reported by notice"),
            Issue::Failed | Issue::Closed if AFTER_FAILURE.contains(&status) => (Name::QueryFailed, status, ""),
            Issue::Failed | Issue::Closed => {
                (Name::QueryFailed, OrderStatus::ISSUE_FAILED, "expected 6, or 2 as the acceptance manual has it: issuing failed")
            }
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
        } else if status == OrderStatus::ISSUED && name == Name::QueryIssuing && !(self.ended && is_all_gone(state)) {
            // The notice decides.
            self.early.issued.push(exchange.index);
        } else if status == OrderStatus::ISSUED && name != Name::QueryUntouched {
            found.shows(Name::QueryIssued);
            // If all tickets are gone, nobody enters, issued or not.
            if !(matches!(self.issue, Issue::Underway | Issue::Closed) && self.ended && is_all_gone(state)) {
                found.fails(Name::QueryIssued, exchange.place(), PATH, detail);
            }
        } else if name == Name::QueryIssuing && AFTER_FAILURE.contains(&status) && !self.ended {
            self.early.failed.push(exchange.index);
        } else if name == Name::QueryFailed {
            found.shows(name);
            found.warns(name, exchange.place(), PATH, detail);
        } else if !self.ended || status == OrderStatus::ISSUED {
            found.shows(name);
            found.fails(name, exchange.place(), PATH, detail);
        }
    }

    /// At orderStatus 4: the codes are those that were reported.
    #[inline(never)]
    fn judge_codes(&mut self, exchange: &Exchange<'_>, state: &View<'_>, found: &mut Findings) {
        let stated = VoucherType(state.integer("voucherType").unwrap_or_default() as i32);
        let has_codes = [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER].contains(&stated);
        if has_codes {
            found.shows(Name::QueryVouchers);
        } else if stated != VoucherType::NONE {
            // A value that is not listed is wrong by itself.
            return;
        }
        let live = state.objects("voucherList").filter(|voucher| !is(voucher, "status", VoucherStatus::VOID.0));
        let mut listed: Vec<_> =
            live.filter_map(|voucher| voucher.string("voucher")).map(|code| self.codes.number(&code)).collect();
        let is_twice = put_in_order(&mut listed);
        if stated == VoucherType::CODE_PER_TICKET && is_twice {
            found.fails(Name::QueryVouchers, exchange.place(), "body.voucherList", "a code is there twice");
            return;
        }
        if has_codes && let Some((name, issued)) = self.issued_without_codes.take() {
            found.shows(name);
            found.fails(name, Some(issued), "body.vouchers", "the query has codes that were not returned when issued");
        }
        if self.voucher_type.is_none() || self.rescheduled || exchange.overlaps {
            return;
        }
        let name = if self.issue == Issue::ByNotice { Name::NoticeQuery } else { Name::QueryVouchers };
        if name == Name::NoticeQuery {
            found.shows(name);
        }
        if state.integer("voucherType") != self.voucher_type {
            found.fails(name, exchange.place(), "body.voucherType", "not the one that was reported when issued");
        } else if has_codes && listed != self.issued {
            found.fails(name, exchange.place(), "body.voucherList", "not the codes that were reported when issued");
        } else if !has_codes && !self.issued.is_empty() && self.codes.any(&listed, |code| !code.is_issued) {
            // If no code is needed, the ticket spec does not say which ones are listed.
            found.warns(name, exchange.place(), "body.voucherList", "not the codes that were reported when issued");
        }
    }

    #[inline(never)]
    fn judge_quantities(&mut self, exchange: &Exchange<'_>, state: &View<'_>, found: &mut Findings) {
        const NAME: Name = Name::QueryQuantities;
        let number = |field| state.integer(field).unwrap_or_default();
        let (mut contradicts, mut is_back) = (false, false);
        // If no code is needed, the ticket spec does not say what the state of a refunded one is.
        let is_listed = self.has_code_per_ticket();
        if self.is_by_code() {
            for voucher in state.objects("voucherList") {
                let number = self.codes.number(&voucher.string("voucher").unwrap_or_default());
                let code = self.codes.of(number);
                if is(&voucher, "status", VoucherStatus::USED.0) {
                    code.is_seen_used = true;
                    self.codes.counts_otherwise(number);
                } else if is(&voucher, "status", VoucherStatus::UNUSED.0) && is_listed {
                    contradicts |= code.notified.is_some();
                    is_back |= code.is_refunded || code.refunded_by_meituan().is_some();
                }
            }
        }
        if contradicts {
            found.fails(NAME, exchange.place(), "body.voucherList", "a code that was reported as used is unused");
        } else if number("usedQuantity") < self.entries.used() {
            found.fails(NAME, exchange.place(), "body.usedQuantity", "fewer than were reported as used");
        }
        let agreed = self.refunds.agreed();
        // An order that was closed, or whose issue is not known, need not count what Meituan refunds.
        let counts = self.is_dead.is_none() && self.is_issued() && is(state, "orderStatus", OrderStatus::ISSUED.0);
        let by_meituan = if counts { self.codes.refunded_by_meituan() } else { 0 };
        if is_back && counts && !contradicts {
            found.fails(NAME, exchange.place(), "body.voucherList", "a code that was refunded is unused");
        } else if number("refundedQuantity") < agreed.saturating_add(by_meituan) {
            found.fails(NAME, exchange.place(), "body.refundedQuantity", "fewer than were agreed to");
        } else if number("refundedQuantity") > agreed && self.created && !self.ended {
            found.warns(NAME, exchange.place(), "body.refundedQuantity", "more than were agreed to");
        }
        self.entries.seen(number("usedQuantity"));
    }
}
