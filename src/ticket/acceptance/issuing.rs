//! Issuing: pay, the notice of its result, and the codes that are reported.

use super::super::codes::{IssueType, VoucherType};
use super::codes::{Index, put_in_order};
use super::exchange::{Exchange, Said};
use super::order::{Issue, Order, is};
use super::points::Name;
use super::report::Findings;
use crate::message::View;

/// A result that was put off by 598 or 602: it must come by notice.
#[derive(Default)]
pub(super) struct Promise {
    /// Where it was put off first.
    pub(super) made: Option<u32>,
    /// Where a result came by reply, before any notice.
    pub(super) replied: Option<u32>,
    /// A notice was sent: did Meituan accept one?
    noticed: Option<bool>,
    /// Meituan decided by itself, or may have: nobody waits for a notice.
    pub(super) is_void: bool,
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
        if self.made.is_none() || self.is_void && self.replied.is_none() {
            return;
        }
        match (self.noticed, self.replied) {
            (Some(true), _) => {}
            (Some(false), _) => found.unchecked(name, self.made, "code", "Meituan accepted none of the notices"),
            (None, Some(_)) if self.is_void => {
                found.unchecked(name, self.replied, "code", "Meituan ended the order before a notice was sent");
            }
            (None, Some(_)) => {
                found.shows(name);
                found.fails(name, self.replied, "code", "the result came by reply, and no notice was sent");
            }
            (None, None) => found.unchecked(name, self.made, "code", "no result within the trace"),
        }
    }
}

/// What queries said after 598 that Meituan had not been informed of: what follows says whether it was so.
#[derive(Default)]
pub(super) struct Early {
    pub(super) issued: Vec<u32>,
    pub(super) failed: Vec<u32>,
}

impl Early {
    /// The result is known: success or failure, or nobody's any longer. What said the same before was true, or may have been.
    #[inline(never)]
    pub(super) fn settle(&mut self, is_issued: Option<bool>, found: &mut Findings) {
        let both = [(true, &mut self.issued, Name::QueryIssued), (false, &mut self.failed, Name::QueryIssuing)];
        for (says_issued, queries, name) in both {
            if is_issued.is_none_or(|is_issued| is_issued == says_issued) {
                for query in queries.drain(..) {
                    found.shows(name);
                    found.warns(name, Some(query), "body.orderStatus", "reported before the notice");
                }
            }
        }
    }

    /// The result that they said has not come by the end of the trace. `is_refunded`: Meituan had refunded all before the
    /// queries, and waits for no result.
    pub(super) fn finish(&self, is_refunded: bool, found: &mut Findings) {
        for (queries, name) in [(&self.issued, Name::QueryIssued), (&self.failed, Name::QueryIssuing)] {
            for &query in queries {
                match is_refunded {
                    true => {
                        found.unchecked(name, Some(query), "body.orderStatus", "Meituan ended the order before a notice was sent")
                    }
                    false => {
                        found.shows(name);
                        found.fails(name, Some(query), "body.orderStatus", "expected 5: 598 was answered");
                    }
                }
            }
        }
    }
}

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
            Some(598) if !self.can_be_issued(exchange, "code", found) => self.failed_by_reply = false,
            Some(598) => {
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
            let held = body.objects("credentialList").filter_map(|entry| entry.text("voucher"));
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
