//! Refunds, each known by its refundId.

use super::{Answer, AttemptEnded, Breach, Change, Failure, Kind, Outcome, Reason, Refund, RefundRefused, RefundState, Reply};
use super::{ReplyBody, Said, Trigger, Verdict, sum};
use crate::ticket::ORDER_REFUND;
use crate::ticket::calls::{OrderRefund, OrderRefunded};
use crate::ticket::codes::{VoucherStatus, VoucherType};
use crate::ticket::working_days::Calendar;
use crate::time::Timestamp;

/// After so many working days of silence Meituan takes a refund as agreed (hand-out, 订单退款).
const SILENT_DAYS: u32 = 3;

/// Beyond this moment a pending refund counts as agreed: 3 working days after it was asked for (hand-out, 订单退款; that
/// a working day begins and ends at the request's time of day is inferred, see [`Calendar::add_working_days`]).
pub fn counts_as_agreed_at(refund: &Refund, calendar: &Calendar) -> Timestamp {
    calendar.add_working_days(refund.requested_at, SILENT_DAYS)
}

impl Change<'_> {
    /// `refundId` is the one key: what is known under it is answered as it stands, whatever else the call says.
    pub(super) fn refund(&mut self, call: &OrderRefund) -> Said {
        if self.order.partner_order_id.is_some() && self.order.refund(&call.refund_id).is_some() {
            return match self.run_again(&ORDER_REFUND, &call.refund_id) {
                Some(said) => said,
                None => (Kind::Duplicate, self.truth_of_refund(&call.refund_id)),
            };
        }
        match self.step(Trigger::OrderRefund) {
            Verdict::Run => {}
            Verdict::Refuse(reason) => return Reply::refusal(&ORDER_REFUND, reason),
            _ => return Reply::refusal(&ORDER_REFUND, Reason::UnknownRefund),
        }
        if let Err(reason) = self.refundable(call) {
            return Reply::refusal(&ORDER_REFUND, reason);
        }
        let codes = self.order.voucher_type() == Some(VoucherType::CODE_PER_TICKET);
        self.order.refunds.push(Refund {
            refund_id: call.refund_id.clone(),
            quantity: call.refund_quantity.max(0) as u32,
            vouchers: if codes { call.voucher_list.clone() } else { Vec::new() },
            state: RefundState::PENDING,
            requested_at: self.now,
            ..Refund::default()
        });
        self.begin(&ORDER_REFUND, &call.refund_id, 0, Some(super::snapshot::raw(call)))
    }

    /// The quantity must be free, and the codes must be those of free tickets: all of them under voucherType 1 (field
    /// table: the codes of the refunded tickets), the one code, or none, under 2 (inferred).
    fn refundable(&self, call: &OrderRefund) -> Result<(), Reason> {
        let codes = &self.order.codes;
        let known = |voucher: &String| codes.iter().any(|code| code.voucher == *voucher);
        if !codes.is_empty() && !call.voucher_list.iter().all(known) {
            return Err(Reason::ForeignVoucher);
        }
        if call.refund_quantity < 1 || call.refund_quantity as u32 > self.order.free_quantity() {
            return Err(Reason::NotEnough);
        }
        if self.order.voucher_type() == Some(VoucherType::CODE_PER_TICKET) {
            let named = &call.voucher_list;
            let distinct = named.iter().enumerate().all(|(index, voucher)| !named[..index].contains(voucher));
            if !distinct || named.len() != call.refund_quantity as usize {
                return Err(Reason::VoucherCount);
            }
            if !codes.iter().filter(|code| named.contains(&code.voucher)).all(|code| self.order.is_free(code)) {
                return Err(Reason::SpentVoucher);
            }
        }
        Ok(())
    }

    /// Whoever is told 602 or a refusal here is told of a change by notice.
    pub(super) fn truth_of_refund(&mut self, refund_id: &str) -> Answer {
        let (order_id, partner_order_id) = (self.order.order_id, self.partner_order_id());
        let Some(refund) = self.refund_of(refund_id) else {
            return Reply::refusal(&ORDER_REFUND, Reason::UnknownRefund).1;
        };
        let ids = OrderRefunded { order_id, refund_id: refund_id.into(), partner_order_id, ..OrderRefunded::default() };
        match (refund.state, &refund.failure) {
            (RefundState::REFUSED, Some(failure)) => Reply::failure(failure),
            (RefundState::AGREED, _) => {
                let (request_time, response_time) = (Some(refund.requested_at), refund.decided_at);
                let body = OrderRefunded { request_time, response_time, ..ids };
                Reply::outcome(601, Reason::RefundAgreed, Some(ReplyBody::Refunded(body)))
            }
            _ => {
                refund.told = Some(true);
                Reply::outcome(602, Reason::RefundPending, Some(ReplyBody::Refunded(ids)))
            }
        }
    }

    pub(super) fn refund_ended(&mut self, end: &AttemptEnded, refund_id: &str) -> Said {
        let Some(refund) = self.refund_of(refund_id) else { return (Kind::Illegal, Answer::None) };
        let (was, told) = (refund.state, refund.told == Some(true));
        match end.outcome {
            Outcome::DONE => {
                self.end(&ORDER_REFUND, refund_id);
                if was == RefundState::AGREED {
                    return (Kind::Duplicate, self.truth_of_refund(refund_id));
                }
                self.agree(refund_id, told);
                let mut answer = self.truth_of_refund(refund_id);
                // 200: by this call; 601: before (inferred).
                if let (Answer::Reply(reply), false) = (&mut answer, was == RefundState::REFUSED) {
                    reply.code = 200;
                    reply.describe = Reason::Success.text().into();
                }
                (Kind::Moved, answer)
            }
            Outcome::REFUSED => {
                self.end(&ORDER_REFUND, refund_id);
                if was == RefundState::PENDING {
                    let failure = Failure::told(&ORDER_REFUND, end.code, end.describe.as_deref().unwrap_or_default());
                    self.refuse(refund_id, failure, told);
                }
                (Kind::Stale, self.truth_of_refund(refund_id))
            }
            Outcome::PENDING => {
                self.end(&ORDER_REFUND, refund_id);
                (Kind::Stale, self.truth_of_refund(refund_id))
            }
            // Perhaps refunded, perhaps not: the attempt stays open.
            _ => (Kind::Stale, self.truth_of_refund(refund_id)),
        }
    }

    /// Also of a refund that was refused: agreement is final (hand-out, 订单退款).
    pub(super) fn refund_agreed(&mut self, refund_id: &str) -> Said {
        match self.order.refund(refund_id).map(|refund| refund.state) {
            None => (Kind::Illegal, Answer::None),
            Some(RefundState::AGREED) => (Kind::Duplicate, Answer::None),
            Some(_) => {
                self.end(&ORDER_REFUND, refund_id);
                self.agree(refund_id, true);
                (Kind::Moved, Answer::None)
            }
        }
    }

    pub(super) fn refund_refused(&mut self, refused: &RefundRefused) -> Said {
        match self.order.refund(&refused.refund_id).map(|refund| refund.state) {
            Some(RefundState::PENDING) => {
                self.end(&ORDER_REFUND, &refused.refund_id);
                let failure = Failure::told(&ORDER_REFUND, refused.code, &refused.describe);
                self.refuse(&refused.refund_id, failure, true);
                (Kind::Moved, Answer::None)
            }
            Some(RefundState::REFUSED) => (Kind::Duplicate, Answer::None),
            // Agreement is final.
            _ => (Kind::Illegal, Answer::None),
        }
    }

    /// Pending refunds that Meituan takes as agreed by now, because nobody has told it anything for too long.
    pub(super) fn time_passed(&mut self) -> Said {
        let Some(calendar) = &self.settings.calendar else { return (Kind::Duplicate, Answer::None) };
        let silent = |refund: &&Refund| refund.state == RefundState::PENDING && counts_as_agreed_at(refund, calendar) < self.now;
        let silent: Vec<String> = self.order.refunds.iter().filter(silent).map(|refund| refund.refund_id.clone()).collect();
        for refund_id in &silent {
            self.end(&ORDER_REFUND, refund_id);
            self.agree(refund_id, false);
            if let Some(refund) = self.refund_of(refund_id) {
                // Meituan's message about it may still come.
                refund.told = Some(true);
            }
        }
        (Kind::Duplicate, Answer::None)
    }

    fn refund_of(&mut self, refund_id: &str) -> Option<&mut Refund> {
        self.order.refunds.iter_mut().find(|refund| refund.refund_id == refund_id)
    }

    /// Its tickets are refunded from now on.
    pub(super) fn agree(&mut self, refund_id: &str, notify: bool) {
        let now = self.now;
        let Some(refund) = self.refund_of(refund_id) else { return };
        refund.state = RefundState::AGREED;
        refund.decided_at = Some(now);
        refund.failure = None;
        let (quantity, vouchers) = (refund.quantity, refund.vouchers.clone());
        self.order.refunded_quantity = sum(self.order.refunded_quantity, quantity);
        self.order.refunded_at = Some(now);
        let mut spent = false;
        for code in self.order.codes.iter_mut().filter(|code| vouchers.contains(&code.voucher)) {
            match code.status {
                // A guest has entered with it, and that stays true.
                VoucherStatus::USED | VoucherStatus::REFUNDED => spent = true,
                _ => (code.status, code.since) = (VoucherStatus::REFUNDED, now),
            }
        }
        if spent || self.order.is_exceeded() {
            self.flag(Breach::RefundedBeyond);
        }
        if notify {
            self.notify_refund(refund_id);
        }
    }

    fn refuse(&mut self, refund_id: &str, failure: Failure, notify: bool) {
        let now = self.now;
        let Some(refund) = self.refund_of(refund_id) else { return };
        refund.state = RefundState::REFUSED;
        refund.decided_at = Some(now);
        refund.failure = Some(failure);
        // It is told by this very reply or notice.
        refund.told = Some(true);
        if notify {
            self.notify_refund(refund_id);
        }
    }
}
