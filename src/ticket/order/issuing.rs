//! Order pay: what is issued, and the codes.

use super::change::{Change, Said};
use super::units::{equal, sorted, units_of};
use super::{Answer, AttemptEnded, Breach, Failure, IssueFailed, OrderReply, Outcome, Reason, TransitionKind};
use super::{State, TableVerdict, Trigger, UnitState};
use crate::message::definition::Facts;
use crate::message::{Notation, Packed, Reading, is_blank, read};
use crate::ticket::calls::{OrderPaid, OrderPay};
use crate::ticket::codes::{OrderPayCode, VoucherType};
use crate::ticket::{Call, ORDER_PAY};

impl Change<'_> {
    pub(super) fn pay(&mut self, call: &OrderPay) -> Said {
        if let Some(said) = self.run_again(&ORDER_PAY, "") {
            return said;
        }
        match self.step(Trigger::OrderPay) {
            TableVerdict::Run => match self.order.kept_aside.take() {
                Some(paid) => {
                    self.issue(&paid, false);
                    (TransitionKind::Moved, self.truth_of_pay())
                }
                None => {
                    self.order.issuing_since = Some(self.now);
                    self.begin(&ORDER_PAY, "", 0, Some(super::snapshot::raw(call)))
                }
            },
            TableVerdict::Refuse(reason) => self.refusal(&ORDER_PAY, reason),
            _ => (TransitionKind::Duplicate, self.truth_of_pay()),
        }
    }

    /// After a 598 from here the result is sent by notice.
    pub(super) fn truth_of_pay(&mut self) -> Answer {
        let reason = match (self.order.state(), &self.order.issued, &self.order.failure) {
            (State::Issuing, ..) => {
                self.order.issuing_told = Some(true);
                let ids =
                    OrderPaid { order_id: self.order.order_id, partner_order_id: self.partner_order_id(), ..OrderPaid::default() };
                return OrderReply::outcome(OrderPayCode::ISSUING.0, Reason::Issuing, Some(ids.into()));
            }
            (State::Issued, Some(issued), _) => return OrderReply::success(Some(issued.clone().into())),
            (State::IssueFailed, _, Some(failure)) => return OrderReply::failure(failure),
            (State::Unknown | State::CreateFailed, ..) => Reason::UnknownOrder,
            (State::Created | State::IssueFailed, ..) => Reason::NotIssued,
            _ => Reason::Closed,
        };
        self.refusal(&ORDER_PAY, reason).1
    }

    pub(super) fn pay_ended(&mut self, end: &AttemptEnded) -> Said {
        let notify = self.order.issuing_told == Some(true);
        match (end.outcome, &end.paid) {
            (Outcome::DONE, Some(paid)) => {
                let (kind, _) = self.issue(paid, notify);
                (kind, self.truth_of_pay())
            }
            (Outcome::REFUSED, _) => {
                self.fail_issue(Failure::told(&ORDER_PAY, end.code, end.describe.as_deref().unwrap_or_default()), notify);
                (TransitionKind::Stale, self.truth_of_pay())
            }
            (Outcome::PENDING, _) => {
                self.end(&ORDER_PAY, "");
                (TransitionKind::Stale, self.truth_of_pay())
            }
            // Perhaps issued, perhaps not: the attempt stays open.
            _ => (TransitionKind::Stale, self.truth_of_pay()),
        }
    }

    pub(super) fn issued_by_supplier(&mut self, paid: &OrderPaid) -> Said {
        if !issued_rightly(paid, self.order.quantity) {
            self.conflicts.push(Breach::IssuedWrongly);
            return self.illegal(Reason::WrongCodes);
        }
        self.issue(paid, true)
    }

    pub(super) fn issue_failed_by_supplier(&mut self, failed: &IssueFailed) -> Said {
        if self.order.kept_aside.take().is_some() {
            // Nothing is kept aside any more: order pay will run its function.
            self.settle(Breach::IssuedBeforePay, "");
            return (TransitionKind::Moved, Answer::None);
        }
        self.fail_issue(Failure::reported(&ORDER_PAY, failed.code, &failed.describe), true)
    }

    fn issue(&mut self, paid: &OrderPaid, notify: bool) -> Said {
        if self.order.issued.is_some() {
            if !self.is_known(paid) {
                self.flag(Breach::IssuedDifferently, "", &["issued.vouchers"]);
            }
            return (TransitionKind::Duplicate, Answer::None);
        }
        let was = self.order.state();
        if let TableVerdict::Refuse(reason) = self.verdict(Trigger::Issued) {
            return self.illegal(reason);
        }
        if was == State::Created {
            return self.keep_aside(paid);
        }
        let verdict = self.step(Trigger::Issued);
        // Nobody enters an order that was closed, or whose failure Meituan knows.
        let state = if let TableVerdict::RecordFlagged(_) = verdict { UnitState::VOID } else { UnitState::FREE };
        self.end(&ORDER_PAY, "");
        self.take_issued(paid, state);
        self.owe_closing();
        if notify && verdict == TableVerdict::Record {
            self.notify_issued();
        }
        self.enter_early_ones();
        (TransitionKind::Moved, Answer::None)
    }

    /// Meituan has not requested it: nobody enters, and orderStatus stays 2 (acceptance manual, 订单查询 2 and 3).
    fn keep_aside(&mut self, paid: &OrderPaid) -> Said {
        match &self.order.kept_aside {
            None => {
                self.flag(Breach::IssuedBeforePay, "", &["orderStatus 2"]);
                self.order.kept_aside = Some(paid.clone());
                (TransitionKind::Moved, Answer::None)
            }
            Some(kept) => {
                if kept.vouchers != paid.vouchers {
                    self.flag(Breach::IssuedDifferently, "", &["keptAside.vouchers"]);
                }
                (TransitionKind::Duplicate, Answer::None)
            }
        }
    }

    /// The order has these tickets from now on.
    pub(super) fn take_issued(&mut self, paid: &OrderPaid, state: UnitState) {
        let mut issued = paid.clone();
        issued.order_id = self.order.order_id;
        issued.partner_order_id = self.partner_order_id();
        // A reply of success has a type, also where there are no codes.
        issued.voucher_type.get_or_insert(VoucherType::NONE);
        self.order.units = units_of(&issued, self.order.quantity, state, self.now);
        self.order.issued = Some(issued);
        self.order.issued_at = Some(self.now);
        if self.order.has_units() {
            self.attribute_early_refunds();
        }
        self.flag_unclear();
    }

    fn is_known(&self, paid: &OrderPaid) -> bool {
        let vouchers = paid.vouchers.as_deref().unwrap_or_default();
        if self.order.has_units() {
            return !self.order.named(vouchers, &[]).foreign;
        }
        self.order.are_of_order(vouchers)
    }

    fn fail_issue(&mut self, failure: Failure, notify: bool) -> Said {
        match self.step(Trigger::IssueFailed) {
            TableVerdict::Record => {
                self.end(&ORDER_PAY, "");
                if notify {
                    self.notify_issue_failed(&failure);
                }
                self.order.failure = Some(failure);
                (TransitionKind::Moved, Answer::None)
            }
            TableVerdict::Truth => (TransitionKind::Duplicate, Answer::None),
            TableVerdict::Stale => (TransitionKind::Stale, Answer::None),
            TableVerdict::Refuse(reason) => self.illegal(reason),
            _ => (TransitionKind::Illegal, Answer::None),
        }
    }

    /// A call whose function comes too late to matter is dropped.
    pub(super) fn abandon(&mut self, call: &Call) {
        self.order.attempts.retain(|attempt| attempt.call != call.name);
    }
}

/// Whether the tickets satisfy the documented rules of order pay's reply (acceptance manual, 订单出票 3 and 4), and no code is blank. A
/// type need not be said: without one there are no codes to count.
pub(super) fn issued_rightly(paid: &OrderPaid, quantity: u32) -> bool {
    let json = super::snapshot::raw(paid);
    let how = Reading { notation: Notation::Stored, success: false, facts: Facts { quantity: Some(quantity), ..Facts::NONE } };
    are_codes(paid) && read(OrderPaid::MESSAGE, json.as_str().as_bytes(), how, &mut Packed::default())
}

/// No code is blank, and under voucherType 1 those of credentials are codes of tickets.
fn are_codes(paid: &OrderPaid) -> bool {
    let vouchers = sorted(paid.vouchers.iter().flatten().map(|voucher| (voucher.as_str(), 0)));
    let mut of_credentials = paid.credential_list.iter().flatten().filter_map(|known| known.voucher.as_deref());
    let is_by_code = paid.voucher_type == Some(VoucherType::CODE_PER_TICKET);
    vouchers.iter().all(|(code, _)| !is_blank(code))
        && of_credentials.all(|code| code.is_empty() || !is_blank(code) && (!is_by_code || !equal(&vouchers, code).is_empty()))
}
