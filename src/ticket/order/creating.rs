//! Order create, and the query.

use super::{
    Answer, AttemptEnded, Breach, Change, Failure, Kind, Outcome, Reason, Reply, ReplyBody, Said, State, Trigger, Verdict,
};
use crate::ticket::calls::{OrderCreate, OrderCreated, OrderState};
use crate::ticket::codes::{OrderStatus, VoucherType};
use crate::ticket::{ORDER_CREATE, ORDER_QUERY};

impl Change<'_> {
    pub(super) fn create(&mut self, call: &OrderCreate) -> Said {
        if let Some(said) = self.run_again(&ORDER_CREATE, "") {
            return said;
        }
        if self.attempt(&ORDER_CREATE, "").is_some() {
            return (Kind::Duplicate, Answer::Busy);
        }
        match self.step(Trigger::OrderCreate) {
            Verdict::Run => {
                // After a refusal it begins anew: nothing was made, and Meituan knows that.
                self.order.failure = None;
                self.order.partner_deal_id = Some(call.partner_deal_id.clone());
                self.order.quantity = call.quantity.max(0) as u32;
                self.order.travel_date = call.travel_date;
                self.begin(&ORDER_CREATE, "", self.order.create_failures.unwrap_or_default(), None)
            }
            Verdict::Refuse(reason) => Reply::refusal(&ORDER_CREATE, reason),
            _ => (Kind::Duplicate, self.truth_of_create()),
        }
    }

    pub(super) fn truth_of_create(&mut self) -> Answer {
        let refused = |reason| Reply::refusal(&ORDER_CREATE, reason).1;
        match (self.order.state(), &self.order.partner_order_id, &self.order.failure) {
            (State::CreateFailed, _, Some(failure)) => Reply::failure(failure),
            (State::Unknown, ..) => Answer::Busy,
            (State::Created | State::Issuing | State::Issued | State::IssueFailed, Some(partner_order_id), _) => {
                let created = OrderCreated { order_id: None, partner_order_id: partner_order_id.clone() };
                Reply::success(Some(ReplyBody::Created(created)))
            }
            (State::CreateFailed, ..) => refused(Reason::UnknownOrder),
            _ => refused(Reason::Closed),
        }
    }

    pub(super) fn create_ended(&mut self, end: &AttemptEnded) -> Said {
        match (end.outcome, &end.created) {
            (Outcome::DONE, Some(created)) if !created.partner_order_id.is_empty() => {
                self.end(&ORDER_CREATE, "");
                let known = self.order.partner_order_id.as_ref() == Some(&created.partner_order_id);
                if known && self.order.state() != State::Unknown {
                    return (Kind::Duplicate, self.truth_of_create());
                }
                if !known && self.order.partner_order_id.is_some() {
                    self.flag(Breach::CreatedDifferently);
                }
                if let Verdict::Record | Verdict::RecordFlagged(_) = self.step(Trigger::Created) {
                    self.order.partner_order_id = Some(created.partner_order_id.clone());
                    self.owe_closing();
                }
                (Kind::Duplicate, self.truth_of_create())
            }
            (Outcome::REFUSED, _) => {
                self.end(&ORDER_CREATE, "");
                if self.step(Trigger::CreateRefused) != Verdict::Record {
                    return (Kind::Stale, self.truth_of_create());
                }
                let failures = self.order.create_failures.get_or_insert_default();
                *failures = failures.saturating_add(1);
                let describe = end.describe.as_deref().unwrap_or_default();
                let failure = self.order.failure.insert(Failure::told(&ORDER_CREATE, end.code, describe));
                (Kind::Moved, Reply::failure(failure))
            }
            // Perhaps it was created, perhaps not; there is no code that says so.
            _ => (Kind::Stale, Answer::Busy),
        }
    }

    pub(super) fn query(&mut self) -> Said {
        let creating = self.attempt(&ORDER_CREATE, "").is_some();
        match self.step(Trigger::OrderQuery) {
            Verdict::Refuse(_) if creating => Reply::refusal(&ORDER_QUERY, Reason::StillCreating),
            Verdict::Refuse(reason) => Reply::refusal(&ORDER_QUERY, reason),
            _ if self.order.partner_order_id.is_none() => Reply::refusal(&ORDER_QUERY, Reason::UnknownOrder),
            _ => (Kind::Duplicate, Reply::success(Some(ReplyBody::State(self.state_told())))),
        }
    }

    fn state_told(&self) -> OrderState {
        let order = &self.order;
        let issued = order.issued.as_ref();
        let (used_quantity, refunded_quantity) = order.reported_quantities();
        let before_issue = self.settings.voucher_type.unwrap_or(VoucherType::CODE_PER_TICKET);
        OrderState {
            order_id: order.order_id,
            partner_order_id: self.partner_order_id(),
            order_status: order.order_status.unwrap_or(OrderStatus::CREATE_FAILED),
            order_quantity: order.quantity,
            used_quantity,
            refunded_quantity,
            voucher_type: order.voucher_type().unwrap_or(before_issue),
            voucher_list: Some(self.voucher_list()).filter(|list| !list.is_empty()),
            real_name_type: issued.and_then(|issued| issued.real_name_type),
            credential_list: issued.and_then(|issued| issued.credential_list.clone()).map(|mut credentials| {
                for credential in &mut credentials {
                    let held = order.codes.iter().find(|code| Some(&code.voucher) == credential.voucher.as_ref());
                    credential.status = held.map(|code| code.status).or(credential.status);
                }
                credentials
            }),
            voucher_additional_list: issued.and_then(|issued| issued.voucher_additional_list.clone()),
            order_additional_list: issued.and_then(|issued| issued.order_additional_list.clone()),
        }
    }
}
