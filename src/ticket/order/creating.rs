//! Order create, and the query.

use super::change::{Change, Said};
use super::{Answer, AttemptEnded, Breach, Failure, Lifecycle, OrderReply, Outcome, Reason, TransitionKind};
use super::{State, TableVerdict, Trigger};
use crate::ticket::calls::{OrderCreate, OrderCreated, OrderState};
use crate::ticket::codes::{OrderStatus, VoucherType};
use crate::ticket::{ORDER_CREATE, ORDER_QUERY};

impl Change<'_> {
    pub(super) fn create(&mut self, call: &OrderCreate) -> Said {
        if call.order_id.0 == 0 {
            return self.refusal(&ORDER_CREATE, Reason::BlankNumber);
        }
        let is_open = self.attempt(&ORDER_CREATE, "").is_some();
        if (is_open || !matches!(self.order.state(), State::Unknown | State::CreateFailed))
            && let Some(field) = self.other_content(call)
        {
            self.flag(Breach::RepeatedDifferently, ORDER_CREATE.name, &[field]);
            return self.refusal(&ORDER_CREATE, Reason::OtherContent);
        }
        if let Some(said) = self.run_again(&ORDER_CREATE, "") {
            return said;
        }
        if is_open {
            return (TransitionKind::Duplicate, Answer::Busy);
        }
        match self.step(Trigger::OrderCreate) {
            TableVerdict::Run => {
                // After a refusal it begins anew: nothing was made, and Meituan knows that.
                (self.order.failure, self.order.partner_order_id) = (None, None);
                self.order.partner_deal_id = Some(call.partner_deal_id.clone());
                self.order.quantity = call.quantity.max(0) as u32;
                (self.order.unit_price, self.order.total_price) = (Some(call.unit_price), Some(call.total_price));
                self.order.travel_date = call.travel_date;
                self.begin(&ORDER_CREATE, "", self.order.create_failures.unwrap_or_default(), None)
            }
            TableVerdict::Refuse(reason) => self.refusal(&ORDER_CREATE, reason),
            _ => (TransitionKind::Duplicate, self.truth_of_create()),
        }
    }

    /// The field in which a repeat differs from what was ordered first, as far as that is stored.
    fn other_content(&self, call: &OrderCreate) -> Option<&'static str> {
        let order = &self.order;
        // A closed order that was never created here has no content.
        order.partner_deal_id.as_ref()?;
        let moved = order.reschedules.iter().any(|reschedule| reschedule.done.is_some());
        let differs = [
            ("quantity", i64::from(order.quantity) != i64::from(call.quantity)),
            ("partnerDealId", order.partner_deal_id.as_ref() != Some(&call.partner_deal_id)),
            ("unitPrice", order.unit_price.is_some_and(|price| price != call.unit_price)),
            ("totalPrice", order.total_price.is_some_and(|price| price != call.total_price)),
            ("travelDate", !moved && order.travel_date != call.travel_date),
        ];
        differs.into_iter().find_map(|(field, differs)| differs.then_some(field))
    }

    pub(super) fn truth_of_create(&mut self) -> Answer {
        let reason = match (self.order.state(), &self.order.partner_order_id, &self.order.failure) {
            (State::CreateFailed, _, Some(failure)) => return OrderReply::failure(failure),
            (State::Unknown, ..) => return Answer::Busy,
            (State::Created | State::Issuing | State::Issued | State::IssueFailed, Some(partner_order_id), _) => {
                let created = OrderCreated { order_id: None, partner_order_id: partner_order_id.clone() };
                return OrderReply::success(Some(created.into()));
            }
            (State::CreateFailed, ..) => Reason::UnknownOrder,
            _ => Reason::Closed,
        };
        self.refusal(&ORDER_CREATE, reason).1
    }

    pub(super) fn create_ended(&mut self, end: &AttemptEnded) -> Said {
        match (end.outcome, &end.created) {
            (Outcome::DONE, Some(created)) => {
                let latest = self.key(&ORDER_CREATE, "", self.order.create_failures.unwrap_or_default());
                let is_known = self.order.partner_order_id.as_ref() == Some(&created.partner_order_id);
                if end.key != latest && matches!(self.order.lifecycle, Lifecycle::NONE | Lifecycle::OPEN) {
                    // An earlier try, which Meituan knows as refused; a later one may be under way.
                    if !is_known {
                        self.flag(Breach::CreatedAfterFailure, &created.partner_order_id, &["orderCreate"]);
                    }
                    return (TransitionKind::Stale, self.truth_of_create());
                }
                self.end(&ORDER_CREATE, "");
                let known = self.order.partner_order_id.as_ref() == Some(&created.partner_order_id);
                if known && self.order.state() != State::Unknown {
                    return (TransitionKind::Duplicate, self.truth_of_create());
                }
                if !known && self.order.partner_order_id.is_some() {
                    self.flag(
                        Breach::CreatedDifferently,
                        &created.partner_order_id,
                        &["partnerOrderId ", &self.partner_order_id()],
                    );
                }
                if let TableVerdict::Record | TableVerdict::RecordFlagged(_) = self.step(Trigger::Created) {
                    self.order.partner_order_id = Some(created.partner_order_id.clone());
                    self.owe_closing();
                }
                (TransitionKind::Duplicate, self.truth_of_create())
            }
            (Outcome::REFUSED, _) => {
                self.end(&ORDER_CREATE, "");
                if self.step(Trigger::CreateRefused) != TableVerdict::Record {
                    return (TransitionKind::Stale, self.truth_of_create());
                }
                let failures = self.order.create_failures.get_or_insert_default();
                *failures = failures.saturating_add(1);
                let describe = end.describe.as_deref().unwrap_or_default();
                let failure = self.order.failure.insert(Failure::told(&ORDER_CREATE, end.code, describe));
                (TransitionKind::Moved, OrderReply::failure(failure))
            }
            // Perhaps it was created, perhaps not; there is no code that says so.
            _ => (TransitionKind::Stale, Answer::Busy),
        }
    }

    pub(super) fn query(&mut self) -> Said {
        let is_creating = self.attempt(&ORDER_CREATE, "").is_some();
        match self.step(Trigger::OrderQuery) {
            TableVerdict::Refuse(_) if is_creating => self.refusal(&ORDER_QUERY, Reason::StillCreating),
            TableVerdict::Refuse(reason) => self.refusal(&ORDER_QUERY, reason),
            _ if self.order.partner_order_id.is_none() => self.refusal(&ORDER_QUERY, Reason::UnknownOrder),
            _ => {
                self.query_settles_notice();
                (TransitionKind::Duplicate, OrderReply::success(Some(self.state_of_order().into())))
            }
        }
    }

    fn state_of_order(&self) -> OrderState {
        let order = &self.order;
        let issued = order.issued.as_ref();
        let before_issue = self.settings.voucher_type.unwrap_or(VoucherType::CODE_PER_TICKET);
        let counts = order.counts();
        let order_status = match (order.state(), self.settings.issue_failed_status) {
            (State::IssueFailed, Some(OrderStatus::CREATED)) => OrderStatus::CREATED,
            _ => order.order_status.unwrap_or(OrderStatus::CREATE_FAILED),
        };
        OrderState {
            order_id: order.order_id,
            partner_order_id: self.partner_order_id(),
            order_status,
            order_quantity: order.quantity,
            used_quantity: counts.used,
            refunded_quantity: counts.refunded,
            voucher_type: order.voucher_type().unwrap_or(before_issue),
            voucher_list: Some(order.voucher_list()).filter(|list| !list.is_empty()),
            real_name_type: issued.and_then(|issued| issued.real_name_type),
            credential_list: order.credential_list(),
            voucher_additional_list: issued.and_then(|issued| issued.voucher_additional_list.clone()),
            order_additional_list: issued.and_then(|issued| issued.order_additional_list.clone()),
        }
    }
}
