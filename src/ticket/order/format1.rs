//! Snapshots of format 1: read, and made into ones of this format. Codes become units; where the numbers beside them contradict
//! them, the codes count, and a conflict says so.

use super::breaches::{Breach, conflict_id};
use super::change::{digits, joined};
use super::event::Consumed;
use super::snapshot::{
    Attempt, Closing, Conflict, FORMAT, Failure, Notice, Order, Refund, RefundState, Reschedule, STATE_EXISTS, Tally, Unit,
    UnitState,
};
use super::table::Lifecycle;
use super::units::{equal, sorted, units_of};
use crate::ticket::calls::OrderPaid;
use crate::ticket::codes::{OrderStatus, VoucherStatus, VoucherType};
use crate::time::Timestamp;

crate::messages! {
    /// An order as format 1 had it.
    Order1 rules [STATE_EXISTS] {
        format "format": integer(1..1), required;
        order_id "orderId": id, required;
        partner_order_id "partnerOrderId": string, optional;
        partner_deal_id "partnerDealId": string, optional;
        travel_date "travelDate": date, optional;
        quantity "quantity": count, required;
        order_status "orderStatus": code(OrderStatus), optional;
        lifecycle "lifecycle": code(Lifecycle), required;
        create_failures "createFailures": count, optional;
        issuing_told "issuingTold": flag, optional;
        failure "failure": object(Failure), optional;
        issued "issued": object(OrderPaid), optional;
        issued_at "issuedAt": milliseconds, optional;
        codes "codes": list(object(Code1)), required;
        used_quantity "usedQuantity": count, required;
        used_at "usedAt": milliseconds, optional;
        refunded_quantity "refundedQuantity": count, required;
        refunded_at "refundedAt": milliseconds, optional;
        refunds "refunds": list(object(Refund1)), required;
        entries "entries": list(string), required;
        reschedules "reschedules": list(object(Reschedule)), required;
        attempts "attempts": list(object(Attempt)), required;
        closing "closing": object(Closing), optional;
        notices "notices": list(object(Notice)), required;
        conflicts "conflicts": list(object(Conflict1)), required;
    }

    /// A code as format 1 had it.
    Code1 {
        voucher "voucher": string, required bearer;
        status "status": code(VoucherStatus), required;
        since "since": milliseconds, required;
    }

    /// A refund as format 1 had it.
    Refund1 {
        refund_id "refundId": string, required;
        quantity "quantity": count, required;
        vouchers "vouchers": list(string), required bearer;
        state "state": code(RefundState), required;
        told "told": flag, optional;
        failure "failure": object(Failure), optional;
        requested_at "requestedAt": milliseconds, required;
        decided_at "decidedAt": milliseconds, optional;
        message "message": string, optional;
    }

    /// A conflict as format 1 had it.
    Conflict1 {
        breach "breach": string, required;
        since "since": milliseconds, required;
    }
}

impl Order1 {
    /// The same order in this format.
    pub(super) fn migrated(self) -> Order {
        let mut order = Order { format: FORMAT, order_id: self.order_id, ..Order::default() };
        let is_by_code = self.issued.as_ref().is_some_and(|issued| issued.voucher_type == Some(VoucherType::CODE_PER_TICKET));
        let units = if is_by_code { self.units() } else { self.units_by_credential() };
        let numbers = (self.used_quantity, self.refunded_quantity);
        let is_issued = self.issued.is_some();
        // Before anything was issued there was no ticket to be used, and which one was refunded nobody knows.
        let lives = matches!(self.lifecycle, Lifecycle::NONE | Lifecycle::OPEN);
        let is_early = !is_issued && lives && self.refunded_quantity < self.quantity;
        if !is_issued && self.used_quantity > 0 {
            let id = "format1".to_owned();
            let entry = Consumed { id, at: self.used_at, quantity: Some(self.used_quantity), ..Consumed::default() };
            order.early_entries = Some(vec![entry]);
        }
        if units.is_empty() && numbers != (0, 0) && !is_early {
            order.tally = Some(Tally {
                used: self.used_quantity,
                used_at: self.used_at,
                refunded: self.refunded_quantity,
                refunded_at: self.refunded_at,
            });
        }
        if !is_by_code {
            // Of the whole order's codes, the first is valid.
            let former: Vec<String> = self.codes.iter().skip(1).map(|code| code.voucher.clone()).collect();
            let is_one = self.issued.as_ref().is_some_and(|issued| issued.voucher_type == Some(VoucherType::CODE_PER_ORDER));
            order.former_codes = Some(former).filter(|codes| is_one && !codes.is_empty());
        }
        order.refunds = self.refunds.iter().map(|refund| refund.migrated(&units)).collect();
        for refund in order.refunds.iter_mut().filter(|_| is_early) {
            (refund.state, refund.decided_at, refund.unclear) = (RefundState::PENDING, None, Some(true));
        }
        order.units = units;
        order.conflicts = self.conflicts.into_iter().map(Conflict1::migrated).collect();
        order.partner_order_id = self.partner_order_id;
        order.partner_deal_id = self.partner_deal_id;
        order.travel_date = self.travel_date;
        order.quantity = self.quantity;
        order.order_status = self.order_status;
        order.lifecycle = self.lifecycle;
        order.create_failures = self.create_failures;
        order.issuing_told = self.issuing_told;
        order.failure = self.failure;
        order.issued = self.issued;
        order.issued_at = self.issued_at;
        order.entries = self.entries;
        order.reschedules = self.reschedules;
        order.attempts = self.attempts;
        order.closing = self.closing;
        order.notices = self.notices;
        let counts = order.counts();
        let is_settled = order.refunds.iter().zip(&self.refunds).any(|(now, then)| now.state != then.state);
        if order.has_units() && (is_settled || numbers != (counts.used, counts.refunded)) {
            let numbers = [numbers.0, numbers.1, counts.used, counts.refunded].map(|number| digits(u64::from(number)));
            let [used, refunded, used_codes, refunded_codes] = &numbers;
            order.conflicts.push(Conflict {
                id: conflict_id(Breach::MigratedDifferently, ""),
                breach: Breach::MigratedDifferently.id().into(),
                recorded: Some(joined(&["voucher status 1: ", used_codes, ", status 2: ", refunded_codes])),
                contradicts: Some(joined(&["usedQuantity ", used, ", refundedQuantity ", refunded])),
                since: order.issued_at.unwrap_or_default(),
                ..Conflict::default()
            });
        }
        order
    }

    /// A ticket for each code. The code that has replaced another one was not stored.
    fn units(&self) -> Vec<Unit> {
        let Some(issued) = &self.issued else { return Vec::new() };
        let codes: Vec<String> = self.codes.iter().map(|code| code.voucher.clone()).collect();
        let all = OrderPaid { vouchers: Some(codes), ..issued.clone() };
        let mut units = units_of(&all, self.quantity, UnitState::FREE, Timestamp(0));
        let valid = sorted(issued.vouchers.iter().flatten().map(|voucher| (voucher.as_str(), 0)));
        for (unit, code) in units.iter_mut().zip(&self.codes) {
            unit.since = code.since;
            let is_valid = !equal(&valid, &code.voucher).is_empty();
            unit.state = match code.status {
                _ if !is_valid => UnitState::REPLACED,
                VoucherStatus::USED => UnitState::USED,
                VoucherStatus::REFUNDED => UnitState::REFUNDED,
                VoucherStatus::UNUSED => UnitState::FREE,
                _ => UnitState::VOID,
            };
            if !is_valid {
                unit.credentials = None;
            }
        }
        self.attribute(&mut units);
        units
    }

    /// The refund that reserves each ticket, or that it was refunded by.
    fn attribute(&self, units: &mut [Unit]) {
        let places = sorted(self.codes.iter().enumerate().map(|(place, code)| (code.voucher.as_str(), place)));
        for refund in self.refunds.iter().filter(|refund| refund.state != RefundState::REFUSED) {
            for voucher in &refund.vouchers {
                let Some((_, place)) = equal(&places, voucher).first() else { continue };
                let unit = &mut units[*place];
                if unit.state == UnitState::FREE && refund.state == RefundState::PENDING {
                    (unit.state, unit.since) = (UnitState::PENDING, refund.requested_at);
                }
                if matches!(unit.state, UnitState::PENDING | UnitState::REFUNDED) && unit.refund_id.is_none() {
                    unit.refund_id = Some(refund.refund_id.clone());
                }
            }
        }
    }

    /// A ticket for each credential, where none was used or refunded yet: whose were is not stored.
    fn units_by_credential(&self) -> Vec<Unit> {
        let Some(issued) = &self.issued else { return Vec::new() };
        if self.used_quantity > 0 || self.refunded_quantity > 0 || !self.refunds.is_empty() {
            return Vec::new();
        }
        let state = if self.lifecycle == Lifecycle::OPEN { UnitState::FREE } else { UnitState::VOID };
        units_of(issued, self.quantity, state, self.issued_at.unwrap_or_default())
    }
}

impl Refund1 {
    fn migrated(&self, units: &[Unit]) -> Refund {
        let places = sorted(units.iter().enumerate().filter_map(|(place, unit)| Some((unit.voucher.as_deref()?, place))));
        let named = self.vouchers.iter().filter_map(|voucher| Some(equal(&places, voucher).first()?.1 as u32));
        let named: Vec<u32> = named.collect();
        // A message of Meituan's own about its tickets was another refund then.
        let is_refunded = |place: &u32| units[*place as usize].state == UnitState::REFUNDED;
        let is_settled = self.state == RefundState::PENDING && !named.is_empty() && named.iter().all(is_refunded);
        let settled_at = named.iter().map(|place| units[*place as usize].since).max().filter(|_| is_settled);
        Refund {
            refund_id: self.refund_id.clone(),
            quantity: self.quantity,
            units: Some(named).filter(|places| !places.is_empty()),
            state: if is_settled { RefundState::AGREED } else { self.state },
            told: self.told,
            failure: self.failure.clone(),
            requested_at: self.requested_at,
            decided_at: self.decided_at.or(settled_at),
            messages: self.message.clone().map(|message| vec![message]),
            ..Refund::default()
        }
    }
}

impl Conflict1 {
    fn migrated(self) -> Conflict {
        Conflict { id: self.breach.clone(), breach: self.breach, since: self.since, ..Conflict::default() }
    }
}
