//! Order reschedule: another day, other visitors, other codes.

use super::issuing::held;
use super::{Answer, AttemptEnded, Breach, Change, Failure, HeldCode, Kind, Lifecycle, Outcome, RefundState, Reply, ReplyBody};
use super::{Reschedule, Said, Trigger, Verdict};
use crate::ticket::ORDER_RESCHEDULE;
use crate::ticket::calls::{OrderReschedule, RescheduledVoucher};
use crate::ticket::codes::{VoucherStatus, VoucherType};

impl Change<'_> {
    pub(super) fn reschedule(&mut self, call: &OrderReschedule) -> Said {
        let number = call.reschedule_no.as_str();
        if let Some(said) = self.run_again(&ORDER_RESCHEDULE, number) {
            return said;
        }
        if self.order.reschedules.iter().any(|known| known.reschedule_no == number) {
            return (Kind::Duplicate, self.truth_of_reschedule(number));
        }
        match self.step(Trigger::OrderReschedule) {
            Verdict::Run => {
                let (reschedule_no, target_date) = (number.to_owned(), call.target_date);
                self.order.reschedules.push(Reschedule { reschedule_no, target_date, ..Reschedule::default() });
                self.begin(&ORDER_RESCHEDULE, number, 0, None)
            }
            Verdict::Refuse(reason) => Reply::refusal(&ORDER_RESCHEDULE, reason),
            _ => (Kind::Duplicate, Answer::Busy),
        }
    }

    pub(super) fn truth_of_reschedule(&mut self, number: &str) -> Answer {
        match self.order.reschedules.iter().find(|known| known.reschedule_no == number) {
            Some(Reschedule { done: Some(done), .. }) => Reply::success(Some(ReplyBody::Rescheduled(done.clone()))),
            Some(Reschedule { failure: Some(failure), .. }) => Reply::failure(failure),
            _ => Answer::Busy,
        }
    }

    pub(super) fn reschedule_ended(&mut self, end: &AttemptEnded, number: &str) -> Said {
        let Some(index) = self.order.reschedules.iter().position(|known| known.reschedule_no == number) else {
            return (Kind::Illegal, Answer::None);
        };
        let known = &mut self.order.reschedules[index];
        if known.done.is_some() || known.failure.is_some() {
            return (Kind::Duplicate, self.truth_of_reschedule(number));
        }
        match (end.outcome, &end.rescheduled) {
            (Outcome::DONE, Some(done)) => {
                let mut done = done.clone();
                done.order_id = self.order.order_id;
                done.reschedule_no = number.to_owned();
                self.order.travel_date = known.target_date.or(self.order.travel_date);
                known.done = Some(done.clone());
                for code in done.credential_vouchers.iter().flatten() {
                    self.replace_code(code);
                }
                self.owe_closing();
            }
            (Outcome::REFUSED, _) => {
                let describe = end.describe.as_deref().unwrap_or_default();
                known.failure = Some(Failure::told(&ORDER_RESCHEDULE, end.code, describe));
            }
            // Perhaps done, perhaps not; there is no code that says so.
            _ => return (Kind::Stale, Answer::Busy),
        }
        self.end(&ORDER_RESCHEDULE, number);
        (Kind::Moved, self.truth_of_reschedule(number))
    }

    /// A code that is new takes the place of the one that the same credential had, else of the first that is free
    /// (inferred). The old one is void: its ticket is not used, but it lets nobody in.
    fn replace_code(&mut self, new: &RescheduledVoucher) {
        let order = &mut self.order;
        let (Some(voucher), Some(issued)) = (&new.voucher, &mut order.issued) else { return };
        if voucher.is_empty() || order.codes.iter().any(|code| code.voucher == *voucher) {
            return;
        }
        let mut credentials = issued.credential_list.iter_mut().flatten();
        let credential = credentials.find(|held| {
            new.credential_no.as_ref() == Some(&held.credential_no) && new.credential_type == Some(held.credential_type)
        });
        let of_credential = credential.as_ref().and_then(|credential| credential.voucher.clone());
        let pending: Vec<String> = order
            .refunds
            .iter()
            .filter(|refund| refund.state == RefundState::PENDING)
            .flat_map(|refund| refund.vouchers.clone())
            .collect();
        let unused = |code: &&mut HeldCode| {
            code.status == VoucherStatus::UNUSED
                && match &of_credential {
                    Some(of_credential) => code.voucher == *of_credential,
                    None => !pending.contains(&code.voucher),
                }
        };
        let Some(old) = order.codes.iter_mut().find(unused) else {
            return self.flag(Breach::IssuedDifferently);
        };
        if let Some(credential) = credential {
            credential.voucher = Some(voucher.clone());
        }
        if let Some(index) = issued.vouchers.iter().flatten().position(|known| *known == old.voucher) {
            if let Some(place) = issued.vouchers.as_mut().and_then(|vouchers| vouchers.get_mut(index)) {
                place.clone_from(voucher);
            }
            if let Some(place) = issued.voucher_pics.as_mut().and_then(|pictures| pictures.get_mut(index)) {
                *place = new.voucher_picture.clone().unwrap_or_default();
            }
        }
        if issued.voucher_type == Some(VoucherType::CODE_PER_ORDER) {
            // The one that stands comes first.
            let replaced = std::mem::replace(&mut old.voucher, voucher.clone());
            order.codes.push(held(&replaced, VoucherStatus::VOID, self.now));
            return;
        }
        // Whose refund is pending goes on with the new code.
        for pending in order.refunds.iter_mut().filter(|refund| refund.state == RefundState::PENDING) {
            for place in pending.vouchers.iter_mut().filter(|place| **place == old.voucher) {
                place.clone_from(voucher);
            }
        }
        let lives = order.lifecycle == Lifecycle::OPEN;
        (old.status, old.since) = (VoucherStatus::VOID, self.now);
        let status = if lives { VoucherStatus::UNUSED } else { VoucherStatus::VOID };
        order.codes.push(held(voucher, status, self.now));
    }
}
