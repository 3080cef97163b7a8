//! Guests enter: who is let in, and what is recorded when they have.

use super::{Answer, Breach, Change, Consumed, HeldCode, Kind, Order, RefundState, Said, State, Trigger, Verdict, sum};
use crate::ticket::codes::{VoucherStatus, VoucherType};
use crate::ticket::notices::ConsumedVoucher;
use crate::time::{Date, Timestamp};

crate::messages! {
    /// A code that lets guests in now.
    Admission {
        /// The code (凭证码); absent for an order without codes.
        voucher "voucher": text, optional;
        /// How many guests.
        quantity "quantity": count, required;
    }
}

/// What lets guests in now: codes of an issued order that are not used, refunded, void, or being refunded. Not before the
/// day of the visit (whether tickets are valid on later days is the product's own rule).
pub fn admissions(order: &Order, now: Timestamp) -> Vec<Admission> {
    if order.state() != State::Issued || order.travel_date.is_some_and(|day| Date::of(now) < day) {
        return Vec::new();
    }
    let quantity = order.free_quantity();
    if order.voucher_type() == Some(VoucherType::CODE_PER_TICKET) {
        let free = order.codes.iter().filter(|code| order.is_free(code)).take(quantity as usize);
        return free.map(|code| Admission { voucher: Some(code.voucher.clone()), quantity: 1 }).collect();
    }
    let voucher = order.codes.first().map(|code| code.voucher.clone());
    Vec::from_iter((quantity > 0).then_some(Admission { voucher, quantity }))
}

impl Order {
    /// The code is unused, and no pending refund is about it.
    pub(super) fn is_free(&self, code: &HeldCode) -> bool {
        let pending = |refund: &super::Refund| refund.state == RefundState::PENDING && refund.vouchers.contains(&code.voucher);
        code.status == VoucherStatus::UNUSED && !self.refunds.iter().any(pending)
    }

    /// The code stands for a ticket: it is one of those that were issued, and was not replaced.
    pub(super) fn stands(&self, voucher: &str) -> bool {
        self.issued.iter().flat_map(|issued| issued.vouchers.iter().flatten()).any(|each| each == voucher)
    }

    /// Which codes a fact is about that tells only a number: free ones, then those that are being refunded, then those
    /// that went void with the order. A code that was replaced stands for no ticket.
    pub(super) fn likeliest(&self, quantity: u32) -> Vec<String> {
        let rank = |code: &&HeldCode| match code.status {
            VoucherStatus::UNUSED => Some(if self.is_free(code) { 0 } else { 1 }),
            VoucherStatus::VOID if self.stands(&code.voucher) => Some(2),
            _ => None,
        };
        let of_rank = |wanted| self.codes.iter().filter(move |code| rank(code) == Some(wanted));
        (0..3).flat_map(of_rank).take(quantity as usize).map(|code| code.voucher.clone()).collect()
    }

    /// More tickets are used, refunded or reserved than there are.
    pub(super) fn is_exceeded(&self) -> bool {
        let (used, refunded) = (u64::from(self.used_quantity), u64::from(self.refunded_quantity));
        used + refunded + u64::from(self.pending_quantity()) > u64::from(self.quantity)
    }
}

impl Change<'_> {
    pub(super) fn consumed(&mut self, entry: &Consumed) -> Said {
        if self.order.entries.contains(&entry.id) {
            return (Kind::Duplicate, Answer::None);
        }
        let (named, at) = (entry.vouchers.as_deref().unwrap_or_default(), Timestamp(entry.at.unwrap_or(self.now).0.max(0)));
        let known = |voucher: &String| self.order.codes.iter().any(|code| code.voucher == *voucher);
        if !named.iter().all(known) && self.order.issued.is_some() {
            return (Kind::Illegal, Answer::None);
        }
        if let Verdict::Refuse(_) = self.step(Trigger::Consumed) {
            return (Kind::Illegal, Answer::None);
        }
        self.order.entries.push(entry.id.clone());
        if self.order.travel_date.is_some_and(|day| Date::of(at) < day) {
            self.flag(Breach::EnteredEarly);
        }
        let wanted = entry.quantity.filter(|&quantity| quantity > 0).unwrap_or(named.len().max(1) as u32);
        let (quantity, vouchers) = match self.order.voucher_type() {
            Some(VoucherType::CODE_PER_TICKET) => {
                let vouchers = if named.is_empty() { self.order.likeliest(wanted) } else { named.to_vec() };
                let used = self.use_codes(&vouchers, at);
                // More guests than codes: they were let in all the same.
                let beyond = if named.is_empty() { wanted.saturating_sub(vouchers.len() as u32) } else { 0 };
                (used.len() as u32 + beyond, used.into_iter().map(|voucher| (voucher, 1)).collect())
            }
            _ => {
                let standing = self.order.codes.first().map(|code| code.voucher.clone());
                if named.iter().any(|voucher| Some(voucher) != standing.as_ref()) && standing.is_some() {
                    self.flag(Breach::EnteredWithSpentCode);
                }
                let code = standing.map(|voucher| (voucher, wanted));
                (wanted, Vec::from_iter(code))
            }
        };
        if quantity == 0 {
            return (Kind::Moved, Answer::None);
        }
        let pending = self.order.pending_quantity() > 0;
        self.order.used_quantity = sum(self.order.used_quantity, quantity);
        self.order.used_at = Some(self.order.used_at.map_or(at, |known| known.max(at)));
        if self.order.is_exceeded() {
            self.flag(if pending { Breach::EnteredWhileRefundPending } else { Breach::EnteredBeyond });
        }
        if self.order.issued.is_some() {
            let used = |(voucher, quantity)| ConsumedVoucher {
                voucher,
                voucher_pics: None,
                voucher_invalid_time: at,
                quantity: quantity as i32,
                status: VoucherStatus::USED,
            };
            self.notify_consumed(&entry.id, vouchers.into_iter().map(used).collect());
        }
        (Kind::Moved, Answer::None)
    }

    /// The codes that are used by this, once each. A code that was used before lets nobody in again.
    fn use_codes(&mut self, vouchers: &[String], at: Timestamp) -> Vec<String> {
        let mut used: Vec<String> = Vec::new();
        for voucher in vouchers {
            let reserved = self
                .order
                .codes
                .iter()
                .any(|code| code.voucher == *voucher && code.status == VoucherStatus::UNUSED && !self.order.is_free(code));
            let Some(code) = self.order.held(voucher) else { continue };
            let was = std::mem::replace(&mut code.status, VoucherStatus::USED);
            if was == VoucherStatus::USED {
                self.flag(Breach::EnteredTwice);
                continue;
            }
            code.since = at;
            if reserved {
                self.flag(Breach::EnteredWhileRefundPending);
            } else if was != VoucherStatus::UNUSED {
                self.flag(Breach::EnteredWithSpentCode);
            }
            used.push(voucher.clone());
        }
        used
    }
}
