//! Issuing: pay, the notice of its result, and the codes that are reported.

use super::super::codes::{IssueType, OrderPayCode, VoucherType};
use super::codes::{Index, put_in_order};
use super::exchange::{Exchange, Said, is};
use super::order::{Issue, Order};
use super::points::Name;
use super::report::Findings;
use crate::message::View;

const ISSUING: i64 = OrderPayCode::ISSUING.0 as i64;

impl Order {
    #[inline(never)]
    pub(super) fn pay(
        &mut self,
        exchange: &Exchange<'_>,
        said: &Said,
        body: Option<View<'_>>,
        upstream: &Index,
        found: &mut Findings,
    ) {
        if exchange.tells_failure(said.code) {
            exchange.judge_reason(Name::PayTrueReason, said.code, said.describe.as_deref(), found);
        }
        self.is_paid = true;
        match said.code {
            Some(ISSUING) if !self.can_be_issued(exchange, "code", found) => self.failed_by_reply = false,
            Some(ISSUING) => {
                self.issuing.made.get_or_insert(exchange.index);
                self.failed_by_reply = false;
                if !self.is_issued() {
                    self.issue = Issue::Underway;
                } else if !exchange.overlaps {
                    found.warns(Name::PayIssuing, exchange.place(), "code", "issued already");
                }
            }
            Some(200) => self.paid(exchange, said, body, upstream, found),
            Some(_) if exchange.tells_failure(said.code) && !exchange.overlaps => {
                self.result_by_reply(exchange);
                if !self.is_issued() {
                    self.early.settle(Some(false), found);
                    // Once Meituan has ended it, or a part of it, the failure does not say that it was never issued.
                    self.issue = if self.ended { Issue::Closed } else { Issue::Failed };
                    self.failed_by_reply = !self.ended;
                }
            }
            // No reply, or one that says nothing, or two at once: what became of it is not known.
            _ => {
                self.failed_by_reply = false;
                if !self.is_issued() {
                    self.issue = Issue::Unknown;
                }
            }
        }
    }

    /// A reply has the result that a notice must have, unless Meituan has ended the order.
    fn result_by_reply(&mut self, exchange: &Exchange<'_>) {
        if self.issue == Issue::Underway && !self.issuing.is_void {
            self.issuing.replied.get_or_insert(exchange.index);
        }
    }

    /// Pay was answered 200: the guest can enter.
    fn paid(&mut self, exchange: &Exchange<'_>, said: &Said, body: Option<View<'_>>, upstream: &Index, found: &mut Findings) {
        self.failed_by_reply = false;
        if !self.can_be_issued(exchange, "code", found) {
            return;
        }
        if !self.is_issued() {
            if upstream.get(&self.product).is_some() {
                found.fails(Name::PayIssuing, exchange.place(), "code", "issued upstream: expected 598");
            } else {
                self.result_by_reply(exchange);
            }
            self.early.settle(Some(true), found);
            self.issue = Issue::ByReply;
        }
        if exchange.issues_without_codes(said.code) && self.voucher_type.is_none() {
            self.issued_without_codes = Some((Name::PayVouchers, exchange.index));
        }
        let Some(body) = body else { return };
        let is_for_order = is(&body, "voucherType", VoucherType::CODE_PER_ORDER.0);
        if is_for_order || is(&body, "voucherType", VoucherType::CODE_PER_TICKET.0) {
            found.shows(Name::PayVouchers);
            if self.quantity.is_some() || is_for_order {
                found.shows(Name::PayCodes);
            }
        }
        self.take_codes(exchange, &body, Name::PayVouchers, found);
    }

    /// Keeps the codes that were reported first; others later are worth a word.
    fn take_codes(&mut self, exchange: &Exchange<'_>, body: &View<'_>, name: Name, found: &mut Findings) {
        let mut reported = self.codes.numbers(body, "vouchers");
        if is(body, "voucherType", VoucherType::NONE.0) {
            // No code is needed, and a credential can have one all the same.
            let held = body.objects("credentialList").filter_map(|entry| entry.string("voucher"));
            reported.extend(held.filter(|code| !code.is_empty()).map(|code| self.codes.number(&code)));
            put_in_order(&mut reported);
        }
        if self.voucher_type.is_none() {
            self.voucher_type = body.integer("voucherType");
            for &code in &reported {
                self.codes.of(code).is_issued = true;
            }
            self.issued = reported;
        } else if !self.rescheduled && (self.voucher_type != body.integer("voucherType") || self.issued != reported) {
            found.warns(name, exchange.place(), "body.vouchers", "other codes than were reported before");
        }
    }

    #[inline(never)]
    pub(super) fn pay_notice(&mut self, exchange: &Exchange<'_>, said: &Said, body: Option<View<'_>>, found: &mut Findings) {
        let is_success = said.code == Some(i64::from(IssueType::ISSUED.0));
        if !is_success && !exchange.tells_failure(said.code) {
            // It has no result.
            return;
        }
        self.issuing.notice(Name::PayIssuing, said.accepted, found);
        self.is_paid = true;
        self.early.settle(Some(is_success), found);
        if !is_success {
            exchange.judge_reason(Name::PayTrueReason, None, said.describe.as_deref(), found);
            match self.issue {
                Issue::ByReply if self.issuing.made.is_none() => {
                    found.fails(Name::CanEnter, exchange.place(), "issueType", "pay was answered 200 before");
                }
                Issue::ByNotice => found.warns(Name::NoticeVouchers, exchange.place(), "issueType", "success was reported before"),
                _ => self.issue = Issue::Failed,
            }
            return;
        }
        // A notice that was sent before can be sent again.
        if !self.is_issued() && !self.can_be_issued(exchange, "issueType", found) {
            return;
        }
        if self.failed_by_reply && !exchange.overlaps {
            found.fails(Name::PayIssuing, exchange.place(), "issueType", "pay was answered with a failure: expected 598");
            self.issue = Issue::Unknown;
        } else if self.issue != Issue::ByReply {
            self.issue = Issue::ByNotice;
        }
        if exchange.issues_without_codes(said.code) {
            if self.voucher_type.is_none() {
                self.issued_without_codes = Some((Name::NoticeVouchers, exchange.index));
            }
            return;
        }
        found.shows(Name::NoticeVouchers);
        if let Some(body) = body {
            self.take_codes(exchange, &body, Name::NoticeVouchers, found);
        }
    }
}
