//! Order pay: what is issued, and the codes.

use super::{Answer, AttemptEnded, Breach, Change, Failure, HeldCode, IssueFailed, Kind, Outcome, Reason, Reply, ReplyBody, Said};
use super::{State, Trigger, Verdict};
use crate::ticket::calls::{OrderPaid, OrderPay, Voucher};
use crate::ticket::codes::{VoucherStatus, VoucherType};
use crate::ticket::{Call, ORDER_PAY};
use crate::time::Timestamp;

impl Change<'_> {
    pub(super) fn pay(&mut self, call: &OrderPay) -> Said {
        if let Some(said) = self.run_again(&ORDER_PAY, "") {
            return said;
        }
        match self.step(Trigger::OrderPay) {
            Verdict::Run => self.begin(&ORDER_PAY, "", 0, Some(super::snapshot::raw(call))),
            Verdict::Refuse(reason) => Reply::refusal(&ORDER_PAY, reason),
            _ => (Kind::Duplicate, self.truth_of_pay()),
        }
    }

    /// Whoever is told 598 here is told the result by notice.
    pub(super) fn truth_of_pay(&mut self) -> Answer {
        match (self.order.state(), &self.order.issued, &self.order.failure) {
            (State::Issuing, ..) => {
                self.order.issuing_told = Some(true);
                let ids =
                    OrderPaid { order_id: self.order.order_id, partner_order_id: self.partner_order_id(), ..OrderPaid::default() };
                Reply::outcome(598, Reason::Issuing, Some(ReplyBody::Paid(ids)))
            }
            (State::Issued, Some(issued), _) => Reply::success(Some(ReplyBody::Paid(issued.clone()))),
            (State::IssueFailed, _, Some(failure)) => Reply::failure(failure),
            (State::Unknown | State::CreateFailed, ..) => Reply::refusal(&ORDER_PAY, Reason::UnknownOrder).1,
            (State::Created | State::IssueFailed, ..) => Reply::refusal(&ORDER_PAY, Reason::NotIssued).1,
            _ => Reply::refusal(&ORDER_PAY, Reason::Closed).1,
        }
    }

    pub(super) fn pay_ended(&mut self, end: &AttemptEnded) -> Said {
        match (end.outcome, &end.paid) {
            (Outcome::DONE, Some(paid)) if issued_rightly(paid, self.order.quantity) => {
                let told = self.order.issuing_told == Some(true);
                let (kind, _) = self.issue(paid, told);
                (kind, self.truth_of_pay())
            }
            (Outcome::DONE, _) => {
                self.flag(Breach::IssuedWrongly);
                // The function has ended: it is not run again, and what is right has to come from the supplier.
                self.end(&ORDER_PAY, "");
                (Kind::Stale, self.truth_of_pay())
            }
            (Outcome::REFUSED, _) => {
                let told = self.order.issuing_told == Some(true);
                self.fail_issue(end.code, end.describe.as_deref().unwrap_or_default(), told);
                (Kind::Stale, self.truth_of_pay())
            }
            (Outcome::PENDING, _) => {
                self.end(&ORDER_PAY, "");
                (Kind::Stale, self.truth_of_pay())
            }
            // Perhaps issued, perhaps not: the attempt stays open.
            _ => (Kind::Stale, self.truth_of_pay()),
        }
    }

    pub(super) fn issued_by_supplier(&mut self, paid: &OrderPaid) -> Said {
        if !issued_rightly(paid, self.order.quantity) {
            self.conflicts.push(Breach::IssuedWrongly);
            return (Kind::Illegal, Answer::None);
        }
        self.issue(paid, true)
    }

    pub(super) fn issue_failed_by_supplier(&mut self, failed: &IssueFailed) -> Said {
        self.fail_issue(failed.code, &failed.describe, true)
    }

    fn issue(&mut self, paid: &OrderPaid, notify: bool) -> Said {
        if self.order.issued.is_some() {
            let vouchers = paid.vouchers.as_deref().unwrap_or_default();
            let known = |voucher: &String| self.order.codes.iter().any(|code| code.voucher == *voucher);
            if !vouchers.iter().all(known) {
                self.flag(Breach::IssuedDifferently);
            }
            return (Kind::Duplicate, Answer::None);
        }
        let verdict = self.step(Trigger::Issued);
        let status = match verdict {
            Verdict::Refuse(_) | Verdict::Truth | Verdict::Stale => return (Kind::Illegal, Answer::None),
            Verdict::RecordFlagged(Breach::IssuedAfterFailure | Breach::IssuedAfterClose) => VoucherStatus::VOID,
            _ => VoucherStatus::UNUSED,
        };
        self.end(&ORDER_PAY, "");
        let mut issued = paid.clone();
        issued.order_id = self.order.order_id;
        issued.partner_order_id = self.partner_order_id();
        self.order.codes = issued.vouchers.iter().flatten().map(|voucher| held(voucher, status, self.now)).collect();
        self.order.issued = Some(issued);
        self.order.issued_at = Some(self.now);
        self.owe_closing();
        if notify && verdict == Verdict::Record {
            self.notify_issued();
        }
        (Kind::Moved, Answer::None)
    }

    fn fail_issue(&mut self, code: Option<i32>, describe: &str, notify: bool) -> Said {
        match self.step(Trigger::IssueFailed) {
            Verdict::Record => {
                self.end(&ORDER_PAY, "");
                let failure = Failure::told(&ORDER_PAY, code, describe);
                if notify {
                    self.notify_issue_failed(&failure);
                }
                self.order.failure = Some(failure);
                (Kind::Moved, Answer::None)
            }
            Verdict::Truth => (Kind::Duplicate, Answer::None),
            Verdict::Stale => (Kind::Stale, Answer::None),
            _ => (Kind::Illegal, Answer::None),
        }
    }

    /// A call whose function comes too late to matter is dropped.
    pub(super) fn abandon(&mut self, call: &Call) {
        self.order.attempts.retain(|attempt| attempt.call != call.name);
    }

    /// Every code that was told, with its quantity in each state.
    pub(super) fn voucher_list(&self) -> Vec<Voucher> {
        let order = &self.order;
        let pictures = |code: &HeldCode| {
            let issued = order.issued.as_ref()?;
            let index = issued.vouchers.as_ref()?.iter().position(|voucher| *voucher == code.voucher)?;
            issued.voucher_pics.as_ref()?.get(index).cloned()
        };
        let entry = |code: &HeldCode, status, quantity, since: Timestamp| Voucher {
            voucher: code.voucher.clone(),
            voucher_pics: pictures(code),
            voucher_invalid_time: since,
            quantity,
            status,
        };
        if order.voucher_type() != Some(VoucherType::CODE_PER_ORDER) {
            // Whoever came in with a code that stands for no ticket was counted and flagged. Shown as used it would be one code
            // too many, and the reply could not be sent.
            let shown = |code: &HeldCode| if order.stands(&code.voucher) { code.status } else { VoucherStatus::VOID };
            return order.codes.iter().map(|code| entry(code, shown(code), 1, code.since)).collect();
        }
        let left = order.quantity.saturating_sub(order.used_quantity).saturating_sub(order.refunded_quantity);
        let mut list = Vec::new();
        for code in order.codes.iter().take(1) {
            let of_status = [
                (VoucherStatus::USED, order.used_quantity, order.used_at),
                (VoucherStatus::REFUNDED, order.refunded_quantity, order.refunded_at),
                (code.status, left, Some(code.since)),
            ];
            let there = of_status.into_iter().filter(|(_, quantity, _)| *quantity > 0);
            list.extend(there.map(|(status, quantity, since)| entry(code, status, quantity, since.unwrap_or(code.since))));
        }
        list
    }
}

pub(super) fn held(voucher: &str, status: VoucherStatus, since: Timestamp) -> HeldCode {
    HeldCode { voucher: voucher.to_owned(), status, since }
}

/// One distinct code for each ticket under voucherType 1, exactly one under 2 (hand-out, 订单出票 4); none needed
/// without a type or under 0.
fn issued_rightly(paid: &OrderPaid, quantity: u32) -> bool {
    let vouchers = paid.vouchers.as_deref().unwrap_or_default();
    let distinct = vouchers.iter().enumerate().all(|(index, voucher)| !voucher.is_empty() && !vouchers[..index].contains(voucher));
    distinct
        && match paid.voucher_type.unwrap_or_default() {
            VoucherType::CODE_PER_TICKET => vouchers.len() == quantity as usize,
            VoucherType::CODE_PER_ORDER => vouchers.len() == 1,
            VoucherType::NONE => vouchers.is_empty(),
            _ => true,
        }
}
