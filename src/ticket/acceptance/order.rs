//! One order's history, as far as later exchanges are judged by it: facts that were reported, not a state to be in.
//!
//! Reports and findings go by subject: [`issuing`](super::issuing), [`query`](super::query),
//! [`consumption`](super::consumption), [`refund`](super::refund).

use super::super::codes::{CloseType, RefundMessageType, VoucherType};
use super::super::working_days::Calendar;
use super::codes::Codes;
use super::entries::Entries;
use super::exchange::{Exchange, Said, is, text};
use super::points::Name;
use super::promise::{Early, Promise};
use super::refund::{Known, Refunds};
use super::report::Findings;
use crate::message::View;
use crate::time::Date;

/// The last report about issuing.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Issue {
    /// Nothing that was recorded, or what contradicts itself.
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
    /// Meituan closed or refunded it, and it is not known whether it was issued before.
    Closed,
}

#[derive(Default)]
pub(super) struct Order {
    /// Its create was recorded: nothing happened before.
    pub(super) created: bool,
    /// Why pay cannot issue it: its create was refused, or Meituan closed it.
    pub(super) is_dead: Option<&'static str>,
    /// The supplier's own number, as it was reported first.
    pub(super) number: Option<String>,
    pub(super) quantity: Option<i64>,
    pub(super) product: String,
    pub(super) travel_date: Option<Date>,
    pub(super) issue: Issue,
    /// Pay was answered with a failure, and not with 598 since.
    pub(super) failed_by_reply: bool,
    /// Pay was called, whatever was answered.
    pub(super) is_paid: bool,
    /// Meituan closed or refunded it by itself, or a part of it.
    pub(super) ended: bool,
    /// When it first did so with all of it.
    pub(super) ended_at: Option<i64>,
    pub(super) rescheduled: bool,
    pub(super) voucher_type: Option<i64>,
    /// The known facts of each code, and the numbers of those that were reported when it was issued.
    pub(super) codes: Codes,
    pub(super) issued: Vec<u32>,
    /// The exchange in which success was reported without voucherType and codes.
    pub(super) issued_without_codes: Option<(Name, u32)>,
    pub(super) issuing: Promise,
    /// Queries that said after 598 that it is issued, or that it is not, before Meituan was informed of it.
    pub(super) early: Early,
    pub(super) entries: Entries,
    pub(super) refunds: Refunds,
}

impl Order {
    /// How many tickets it has, where its create was recorded.
    pub(super) fn quantity(&self) -> Option<u32> {
        u32::try_from(self.quantity?).ok()
    }

    pub(super) fn is_issued(&self) -> bool {
        matches!(self.issue, Issue::ByReply | Issue::ByNotice)
    }

    /// Whether it may have codes at the time of an exchange.
    pub(super) fn may_have_codes(&self, exchange: &Exchange<'_>) -> bool {
        self.is_issued() || self.issue == Issue::Unknown || exchange.overlaps
    }

    pub(super) fn has_code_per_ticket(&self) -> bool {
        self.voucher_type == Some(i64::from(VoucherType::CODE_PER_TICKET.0))
    }

    /// Whether a code is a ticket: so it is in real-name orders too, if there are as many codes as tickets.
    pub(super) fn is_by_code(&self) -> bool {
        let has_names = self.voucher_type == Some(i64::from(VoucherType::NONE.0));
        self.has_code_per_ticket() || has_names && self.quantity == i64::try_from(self.issued.len()).ok()
    }

    /// Judges what says that it is issued, or being issued, against what made that impossible. True where nothing did.
    pub(super) fn can_be_issued(&mut self, exchange: &Exchange<'_>, path: &str, found: &mut Findings) -> bool {
        let Some(why) = self.is_dead.filter(|_| !exchange.overlaps) else { return true };
        found.shows(Name::CanEnter);
        found.fails(Name::CanEnter, exchange.place(), path, why);
        // A statement about it now is true or false only as that one is.
        self.issue = Issue::Unknown;
        false
    }

    #[inline(never)]
    pub(super) fn create(&mut self, exchange: &Exchange<'_>, asked: &View<'_>, said: &Said, found: &mut Findings) {
        if exchange.tells_failure(said.code) {
            exchange.judge_reason(Name::CreateTrueReason, said.code, said.describe.as_deref(), found);
            if !self.created && !exchange.overlaps {
                self.is_dead = Some("its create was refused");
            }
        }
        if said.code != Some(200) {
            return;
        }
        // Answers to pay before that were about no order.
        (self.is_dead, self.failed_by_reply) = (None, self.failed_by_reply && self.created);
        if self.created {
            return;
        }
        self.created = true;
        self.quantity = asked.integer("quantity");
        self.product = text(asked, "partnerDealId");
        self.travel_date = Date::parse(text(asked, "travelDate").as_bytes());
        if self.issue == Issue::Unknown && !self.is_paid {
            self.issue = Issue::Untouched;
        }
    }

    pub(super) fn close(&mut self, exchange: &Exchange<'_>, asked: &View<'_>, said: &Said, found: &mut Findings) {
        self.ended = true;
        let kinds = [CloseType::UNPAID, CloseType::CREATE_FAILED, CloseType::ISSUE_FAILED];
        // The meaning of another type is not known.
        if !kinds.iter().any(|kind| is(asked, "closeType", kind.0)) {
            return;
        }
        // A supplier that did not answer need not know of it.
        if said.code == Some(200) && !exchange.overlaps {
            self.is_dead = Some("Meituan had closed the order");
        }
        if is(asked, "closeType", CloseType::ISSUE_FAILED.0) {
            match self.issue {
                Issue::Unknown | Issue::Underway => self.issue = Issue::Closed,
                Issue::Untouched => self.issue = Issue::Failed,
                _ => {}
            }
        }
        self.end(exchange, found);
    }

    /// Meituan has ended all of it, and waits for no result of issuing any longer.
    pub(super) fn end(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        self.ended_at.get_or_insert(exchange.at);
        self.issuing.is_void = true;
        self.early.settle(None, found);
        self.refunds.end();
    }

    /// Meituan asks for a refund. `answered`: the reply has a body.
    pub(super) fn refund(
        &mut self,
        exchange: &Exchange<'_>,
        asked: &View<'_>,
        said: &Said,
        answered: bool,
        calendar: &Calendar,
        found: &mut Findings,
    ) {
        let (refunds, mut known) = self.refunds();
        refunds.ask(exchange, asked, said, answered, calendar, &mut known, found);
    }

    /// The supplier decides.
    pub(super) fn refund_notice(&mut self, exchange: &Exchange<'_>, body: &View<'_>, said: &Said, found: &mut Findings) {
        let are_all_recorded = self.created;
        let (refunds, mut known) = self.refunds();
        refunds.notice(exchange, body, said, are_all_recorded, &mut known, found);
    }

    fn refunds(&mut self) -> (&mut Refunds, Known<'_>) {
        let (is_by_code, has_code_per_ticket) = (self.is_by_code(), self.has_code_per_ticket());
        let known = Known {
            codes: &mut self.codes,
            is_by_code,
            has_names: is_by_code && !has_code_per_ticket,
            has_all_codes: has_code_per_ticket && !self.rescheduled,
            quantity: self.quantity,
            entries: &self.entries,
        };
        (&mut self.refunds, known)
    }

    /// Meituan has refunded by itself.
    pub(super) fn refunded(&mut self, exchange: &Exchange<'_>, asked: &View<'_>, said: &Said, found: &mut Findings) {
        self.ended = true;
        let (refunds, mut known) = self.refunds();
        refunds.message(exchange, asked, said, &mut known, found);
        let kind = RefundMessageType(asked.integer("refundMessageType").unwrap_or_default() as i32);
        let is_all = self.quantity.is_none_or(|quantity| self.refunds.gone() >= quantity);
        if is_all || kind == RefundMessageType::PAY_STATE_UNKNOWN {
            self.end(exchange, found);
        }
    }

    pub(super) fn reschedule(&mut self) {
        self.rescheduled = true;
    }

    /// Promises that were not kept by the end of the trace.
    #[inline(never)]
    pub(super) fn finish(&self, found: &mut Findings) {
        self.early.finish(self.ended_at.is_some() && self.is_dead.is_none(), found);
        self.issuing.finish(Name::PayIssuing, found);
        self.refunds.finish(found);
    }
}
