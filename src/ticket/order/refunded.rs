//! Meituan's own refunds, which it only reports (已退款消息): which tickets each is about, and that each counts once.

use super::change::{Change, Said, digits, joined, sum, writable};
use super::closing::message_key;
use super::refunds::places;
use super::snapshot::Tally;
use super::units::{Named, equal, sorted};
use super::{Answer, Breach, Lifecycle, OrderReply, Reason, Refund, RefundAgreed, RefundState, TransitionKind, Trigger, UnitState};

use crate::ticket::calls::RefundedMessage;
use crate::ticket::codes::RefundMessageType;
use crate::ticket::{ORDER_REFUND, ORDER_REFUNDED};

impl Change<'_> {
    /// In this order: the same message, the refund of its number, the tickets of its codes, else its count.
    pub(super) fn refunded(&mut self, call: &RefundedMessage) -> Said {
        let message = message_key(call);
        if let Some(refund) = self.order.refunds.iter().find(|refund| refund.is_reported_by(&message)) {
            if refund.refund_id == message && refund.quantity != call.count {
                self.flag(Breach::RepeatedDifferently, &message, &["count ", &digits(u64::from(refund.quantity))]);
            }
            let again = self.run_again(&ORDER_REFUNDED, &message);
            return again.unwrap_or_else(|| (TransitionKind::Duplicate, OrderReply::success(None)));
        }
        let (request, lived) = (super::snapshot::raw(call), self.order.lifecycle);
        self.attribute(call, &message);
        if self.order.lifecycle == lived {
            return self.begin(&ORDER_REFUNDED, &message, 0, Some(request));
        }
        // The rest of the order is refunded with it, whichever codes the message was about.
        self.make_void(UnitState::REFUNDED);
        self.begin_closing(&ORDER_REFUNDED, &message, request)
    }

    fn attribute(&mut self, call: &RefundedMessage, message: &str) {
        let named = self.order.named(call.voucher_list.as_deref().unwrap_or_default(), &[]);
        let is_unpaid = call.refund_message_type == RefundMessageType::PAY_STATE_UNKNOWN;
        let (left, is_more) = (self.order.left(), call.count as usize > named.exact.len());
        let of_number = self.of_number(call);
        if let Some(refund_id) = of_number.as_ref().filter(|refund_id| !is_unpaid && self.is_same(refund_id, call, &named)) {
            self.step_about(Trigger::RefundedPart, message);
            return self.decide_by_message(std::slice::from_ref(refund_id), message);
        }
        if of_number.is_some() {
            self.flag(Breach::RefundedUnclearly, message, &["refundSerialNo"]);
        }
        let is_all = is_more && call.count >= left && left > 0;
        if !is_unpaid && !is_all && !named.exact.is_empty() {
            if named.exact.len() <= call.count as usize {
                return self.refunded_units(call, message, &named.exact);
            }
            self.step_about(Trigger::RefundedPart, message);
            return self.refunded_unclearly(call, message, named.exact);
        }
        if named.foreign || named.lost {
            self.flag(Breach::RefundedUnclearly, message, &["voucherList"]);
        }
        if let Some(refund_id) = self.of_count(call) {
            self.step_about(Trigger::RefundedPart, message);
            return self.decide_by_message(&[refund_id], message);
        }
        // A message of type 2 ends the whole order, whatever its count.
        if is_unpaid || call.count >= left && left > 0 && !self.was_agreed(call) {
            return self.refunded_all(call, message, left);
        }
        self.step_about(Trigger::RefundedPart, message);
        if self.order.lifecycle != Lifecycle::OPEN {
            // Nobody enters with it anyway.
            let refund_id = self.remember(call, message, Vec::new(), RefundState::PENDING);
            self.agree(&refund_id, false);
        } else if left == 0 || call.count == 0 {
            if self.order.issued.is_some() {
                self.flag(Breach::RefundedBeyond, message, &["count"]);
            }
            self.remember(call, message, Vec::new(), RefundState::AGREED);
        } else if self.order.has_units() || self.order.issued.is_none() || self.may_be_known(call) {
            let all = (0..self.order.units.len()).collect();
            self.refunded_unclearly(call, message, all);
        } else {
            let refund_id = self.remember(call, message, Vec::new(), RefundState::PENDING);
            self.agree(&refund_id, false);
        }
    }

    /// The refund whose number the message has.
    fn of_number(&self, call: &RefundedMessage) -> Option<String> {
        let refund = self.order.refund(call.refund_serial_no.as_deref()?)?;
        Some(refund.refund_id.clone())
    }

    /// Whether a message of a refund's number says what the refund says.
    fn is_same(&self, refund_id: &str, call: &RefundedMessage, named: &Named) -> bool {
        let Some(refund) = self.order.refund(refund_id) else { return false };
        let known = self.order.units_of_refund(refund);
        let is_known = named.exact.is_empty() || known.is_empty() || known == named.exact;
        refund.quantity == call.count && is_known && !named.foreign
    }

    /// If our approval took too long: the first refund of this count (inferred): a pending one, else one that was agreed, by
    /// silence too, or refused, while Meituan may not have heard of it.
    fn of_count(&self, call: &RefundedMessage) -> Option<String> {
        if call.refund_message_type != RefundMessageType::APPROVAL_TIMED_OUT {
            return None;
        }
        let rank = |refund: &&Refund| match refund.state {
            RefundState::PENDING => 0,
            RefundState::AGREED => 1,
            _ => 2,
        };
        let is_meant = |refund: &&Refund| {
            let waits = refund.state != RefundState::REFUSED || refund.told == Some(true);
            !refund.is_reported() && !refund.is_unclear() && refund.quantity == call.count && waits
        };
        let refund = self.order.refunds.iter().filter(is_meant).min_by_key(rank)?;
        Some(refund.refund_id.clone())
    }

    /// Whether the message may be about a refund that is known: one that is pending, or one of its count that was agreed.
    fn may_be_known(&self, call: &RefundedMessage) -> bool {
        self.was_agreed(call) || self.order.refunds.iter().any(|refund| refund.state == RefundState::PENDING)
    }

    /// Whether a refund of its count was agreed that no message has reported.
    fn was_agreed(&self, call: &RefundedMessage) -> bool {
        let is_like = |refund: &Refund| !refund.is_reported() && refund.quantity == call.count;
        self.order.refunds.iter().any(|refund| refund.state == RefundState::AGREED && is_like(refund))
    }

    /// Meituan has decided refunds that it had requested: they need no notice.
    fn decide_by_message(&mut self, refund_ids: &[String], message: &str) {
        let mut decided = Vec::new();
        for refund_id in refund_ids {
            let Some(refund) = self.refund_of(refund_id) else { continue };
            refund.messages.get_or_insert_default().push(message.to_owned());
            if refund.state != RefundState::AGREED {
                decided.push(refund_id.clone());
            }
        }
        self.end_all(&ORDER_REFUND, &decided);
        self.agree_all(&decided);
    }

    /// A refund that is known by this message alone.
    fn remember(&mut self, call: &RefundedMessage, message: &str, units: Vec<usize>, state: RefundState) -> String {
        let requested_at = writable(call.refund_time);
        let is_decided = state == RefundState::AGREED;
        // A number that another refund has already is not this one's.
        let is_taken = self.order.refund(message).is_some();
        let refund_id = joined(&[message, if is_taken { "#message" } else { "" }]);
        self.order.refunds.push(Refund {
            refund_id: refund_id.clone(),
            quantity: call.count,
            units: Some(places(&units)).filter(|units| !units.is_empty()),
            state,
            requested_at,
            decided_at: is_decided.then_some(self.now),
            messages: Some(vec![message.to_owned()]),
            ..Refund::default()
        });
        refund_id
    }

    /// The message names tickets. A pending refund of which it names all is agreed by it, one of which it names a part can only
    /// be refused; free tickets are a refund of its own.
    fn refunded_units(&mut self, call: &RefundedMessage, message: &str, units: &[usize]) {
        let mut is_named = vec![false; self.order.units.len()];
        units.iter().for_each(|&place| is_named[place] = true);
        let by_message = |refund: &Refund| refund.is_reported() && refund.state == RefundState::AGREED;
        let reported = self.order.refunds.iter().filter(|refund| by_message(refund));
        let reported = sorted(reported.map(|refund| (refund.refund_id.as_str(), 0)));
        let again = units.iter().filter_map(|&place| self.order.units[place].refund_id.as_deref());
        if again.into_iter().any(|refund_id| !equal(&reported, refund_id).is_empty()) {
            self.flag(Breach::RefundedBeyond, message, &["voucher status 2"]);
        }
        let touched = self.touched(&is_named);
        let mut whole = Vec::new();
        for (refund_id, is_whole, state) in touched {
            match (state, is_whole) {
                // The refund of these tickets: pending, or agreed or refused before. It counts once.
                (_, true) => whole.push(refund_id),
                (RefundState::PENDING, false) => {
                    if let Some(refund) = self.refund_of(&refund_id) {
                        refund.partly_refunded = Some(true);
                    }
                    self.flag(Breach::RefundedInPart, &refund_id, &["orderRefunded ", message]);
                }
                _ => {}
            }
        }
        self.decide_by_message(&whole, message);
        let own: Vec<usize> = units.iter().copied().filter(|&place| self.order.units[place].state != UnitState::REFUNDED).collect();
        if !own.is_empty() || whole.is_empty() {
            let is_spent = own.iter().any(|&place| self.order.units[place].state == UnitState::USED) || own.is_empty();
            if is_spent {
                self.flag(Breach::RefundedBeyond, message, &["voucher status 1 or 2"]);
            }
            let refund_id = self.remember(call, message, own.clone(), RefundState::AGREED);
            self.refund_units(&own, &refund_id);
        }
        let is_gone =
            !self.order.units.iter().any(|unit| matches!(unit.state, UnitState::FREE | UnitState::PENDING | UnitState::VOID));
        let has_own = own.iter().any(|&place| self.order.units[place].state == UnitState::REFUNDED);
        self.step_about(if is_gone && has_own { Trigger::RefundedAll } else { Trigger::RefundedPart }, message);
        let unnamed = call.count - units.len().min(call.count as usize) as u32;
        if unnamed > 0 {
            let others = RefundedMessage { count: unnamed, ..call.clone() };
            let all = (0..self.order.units.len()).collect();
            self.refunded_unclearly(&others, &joined(&[message, "#2"]), all);
        }
    }

    /// The refunds without a message that named tickets are reserved or were refunded by, or that were refused about exactly
    /// these; and whether all of their tickets are named.
    fn touched(&self, is_named: &[bool]) -> Vec<(String, bool, RefundState)> {
        let order = &self.order;
        let named = is_named.iter().filter(|named| **named).count();
        let mut touched = Vec::new();
        for refund in order.refunds.iter().filter(|refund| !refund.is_reported()) {
            let (mut of_refund, mut both) = (0, 0);
            for place in order.units_of_refund(refund) {
                let unit = &order.units[place];
                let is_its = match refund.state {
                    RefundState::REFUSED => unit.state == UnitState::FREE,
                    _ => unit.refund_id.as_ref() == Some(&refund.refund_id),
                };
                of_refund += 1;
                both += usize::from(is_named[place] && is_its);
            }
            let is_whole = both == of_refund && (refund.state != RefundState::REFUSED || both == named);
            if both > 0 && (is_whole || refund.state == RefundState::PENDING) {
                touched.push((refund.refund_id.clone(), is_whole, refund.state));
            }
        }
        touched
    }

    /// All that is left is refunded, and with it whatever was still to be decided.
    fn refunded_all(&mut self, call: &RefundedMessage, message: &str, left: u32) {
        if call.count > left {
            self.flag(Breach::RefundedBeyond, message, &["count ", &digits(u64::from(left))]);
        }
        let reserved = self.order.reserved();
        self.step_about(Trigger::RefundedAll, message);
        if call.refund_message_type == RefundMessageType::PAY_STATE_UNKNOWN {
            self.flag_use();
        }
        self.settle_refunds();
        let open: Vec<usize> = (0..self.order.units.len())
            .filter(|&place| matches!(self.order.units[place].state, UnitState::FREE | UnitState::PENDING | UnitState::VOID))
            .collect();
        let refund_id = self.remember(call, message, open.clone(), RefundState::AGREED);
        if self.order.has_units() {
            self.refund_units(&open, &refund_id);
        } else {
            let now = self.now;
            let rest = left.saturating_sub(reserved.min(left));
            let tally = self.order.tally.get_or_insert_with(Tally::default);
            tally.refunded = sum(tally.refunded, rest);
            tally.refunded_at = Some(now);
        }
    }

    /// Nobody enters on a ticket that may be refunded, until the supplier says which it is.
    fn refunded_unclearly(&mut self, call: &RefundedMessage, message: &str, among: Vec<usize>) {
        // Before anything is issued there is no ticket that it could name.
        if self.order.issued.is_some() {
            self.flag(Breach::RefundedUnclearly, message, &["voucherList"]);
        }
        let free: Vec<usize> = among.into_iter().filter(|&place| self.order.units[place].state == UnitState::FREE).collect();
        let refund_id = self.remember(call, message, free.clone(), RefundState::PENDING);
        if let Some(refund) = self.refund_of(&refund_id) {
            refund.unclear = Some(true);
        }
        self.reserve(&free, &refund_id);
    }

    /// The supplier says which tickets, or which refund, an unclear message was about.
    pub(super) fn clear_up(&mut self, agreed: &RefundAgreed) -> Said {
        let message = agreed.refund_id.as_str();
        let Some(quantity) = self.order.refund(message).map(|refund| refund.quantity) else {
            return self.illegal(Reason::UnknownRefund);
        };
        // Until it is issued there is no ticket that could be named.
        if self.order.issued.is_none() && self.order.lifecycle == Lifecycle::OPEN && agreed.same_as.is_none() {
            return self.illegal(Reason::NamesNeeded);
        }
        if let Some(same_as) = &agreed.same_as {
            let Some(refund) = self.order.refund(same_as).filter(|refund| !refund.is_unclear()) else {
                return self.illegal(Reason::UnknownRefund);
            };
            if refund.state == RefundState::REFUSED {
                return self.illegal(Reason::SpentVoucher);
            }
            if refund.quantity != quantity {
                return self.illegal(Reason::VoucherCount);
            }
            self.release(message);
            self.agree_cleared(message, None);
            self.decide_by_message(std::slice::from_ref(same_as), message);
        } else if self.order.has_units() {
            let named =
                self.order.named(agreed.vouchers.as_deref().unwrap_or_default(), agreed.credentials.as_deref().unwrap_or_default());
            if named.foreign {
                return self.illegal(Reason::ForeignVoucher);
            }
            let mut units = named.exact;
            let is_reserved = |place: &usize| self.order.units[*place].refund_id.as_deref() == Some(message);
            let reserved: Vec<usize> = (0..self.order.units.len()).filter(is_reserved).collect();
            if units.is_empty() && reserved.is_empty() && self.order.counts().free == 0 {
                // Guests have entered with every ticket that it may be about.
                self.flag(Breach::RefundedBeyond, message, &["voucher status 1 or 2"]);
                self.agree_cleared(message, None);
                self.settle(Breach::RefundedUnclearly, message);
                return (TransitionKind::Moved, Answer::None);
            }
            if units.is_empty() && reserved.len() == quantity as usize {
                units = reserved;
            }
            if units.len() != quantity as usize {
                return self.illegal(Reason::NamesNeeded);
            }
            let unclear = self.order.refunds.iter().filter(|refund| refund.is_unclear());
            let unclear = sorted(unclear.map(|refund| (refund.refund_id.as_str(), 0)));
            let is_open = |place: &usize| {
                let unit = &self.order.units[*place];
                // The tickets of an unclear refund are reserved by it: it has refunded nothing yet.
                let is_unclear = |refund_id: &str| !equal(&unclear, refund_id).is_empty();
                unit.state == UnitState::FREE || unit.refund_id.as_deref().is_some_and(is_unclear)
            };
            if !units.iter().all(is_open) {
                return self.illegal(Reason::SpentVoucher);
            }
            self.refund_units(&units, message);
            self.release(message);
            self.agree_cleared(message, Some(places(&units)));
        } else {
            if self.order.left() < quantity {
                return self.illegal(Reason::NotEnough);
            }
            self.agree(message, false);
        }
        self.settle(Breach::RefundedUnclearly, message);
        self.reserve_for_unclear();
        (TransitionKind::Moved, Answer::None)
    }

    /// Unclear refunds go on reserving what may be theirs.
    pub(super) fn reserve_for_unclear(&mut self) {
        let unclear = self.order.refunds.iter().find(|refund| refund.is_unclear()).map(|refund| refund.refund_id.clone());
        let Some(refund_id) = unclear else { return };
        let free: Vec<usize> =
            (0..self.order.units.len()).filter(|&place| self.order.units[place].state == UnitState::FREE).collect();
        self.reserve(&free, &refund_id);
    }

    fn agree_cleared(&mut self, message: &str, units: Option<Vec<u32>>) {
        let now = self.now;
        if let Some(refund) = self.refund_of(message) {
            (refund.state, refund.decided_at, refund.unclear, refund.units) = (RefundState::AGREED, Some(now), None, units);
        }
    }

    /// Refunds of Meituan's own that came before the tickets were issued: all of them, or some of an order whose tickets are void by
    /// now, and nobody knows which: none with which somebody has entered. Each has as many as it says; the last one all that is left,
    /// since a message that ends the order is about the rest of it, whatever it counts.
    pub(super) fn attribute_early_refunds(&mut self) {
        let refunded = self.order.tally.take().map_or(0, |tally| tally.refunded);
        let mut left = if refunded > 0 { self.not_entered_early(refunded) } else { Vec::new() };
        let last = self.order.refunds.iter().rposition(|refund| refund.state == RefundState::AGREED);
        for place in 0..last.map_or(0, |last| last + 1) {
            let refund = &self.order.refunds[place];
            if refund.state != RefundState::AGREED {
                continue;
            }
            let count = if Some(place) == last { u32::MAX } else { refund.quantity };
            let its: Vec<usize> = (0..count).map_while(|_| left.pop()).collect();
            let refund_id = refund.refund_id.clone();
            self.refund_units(&its, &refund_id);
            self.order.refunds[place].units = Some(places(&its));
        }
        self.reserve_for_unclear();
    }

    /// From now on there are tickets that an unclear message may be about.
    pub(super) fn flag_unclear(&mut self) {
        let unclear = self.order.refunds.iter().filter(|refund| refund.is_unclear());
        let unclear: Vec<String> = unclear.map(|refund| refund.refund_id.clone()).collect();
        for refund_id in unclear {
            self.flag(Breach::RefundedUnclearly, &refund_id, &["voucherList"]);
        }
    }

    /// All of the order is refunded or closed, and with it whatever was still to be decided.
    pub(super) fn settle_refunds(&mut self) {
        let pending = self.order.refunds.iter().filter(|refund| refund.state == RefundState::PENDING);
        let pending: Vec<String> = pending.map(|refund| refund.refund_id.clone()).collect();
        for refund_id in &pending {
            self.settle(Breach::RefundedUnclearly, refund_id);
        }
        self.agree_all(&pending);
        self.abandon(&ORDER_REFUND);
    }
}
