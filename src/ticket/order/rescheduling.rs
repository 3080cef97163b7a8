//! Order reschedule: another day, other visitors, other codes.

use super::event::Credential;
use super::{Answer, AttemptEnded, Breach, Change, Failure, Kind, Outcome, Reason, Reply, ReplyBody};
use super::{Reschedule, Said, State, Trigger, Unit, UnitState, Verdict};
use crate::ticket::ORDER_RESCHEDULE;
use crate::ticket::calls::{OrderReschedule, RescheduledVoucher};

impl Change<'_> {
    pub(super) fn reschedule(&mut self, call: &OrderReschedule) -> Said {
        let number = call.reschedule_no.as_str();
        if number.trim().is_empty() {
            return self.refusal(&ORDER_RESCHEDULE, Reason::BlankNumber);
        }
        let known = self.order.reschedules.iter().find(|known| known.reschedule_no == number);
        let is_known = known.is_some();
        if known.is_some_and(|known| known.target_date != call.target_date) {
            self.flag(Breach::RepeatedDifferently, number, &["targetDate"]);
            return self.refusal(&ORDER_RESCHEDULE, Reason::OtherContent);
        }
        if let Some(said) = self.run_again(&ORDER_RESCHEDULE, number) {
            return said;
        }
        if is_known {
            return (Kind::Duplicate, self.truth_of_reschedule(number));
        }
        match self.step(Trigger::OrderReschedule) {
            Verdict::Run => {
                let (reschedule_no, target_date) = (number.to_owned(), call.target_date);
                self.order.reschedules.push(Reschedule { reschedule_no, target_date, ..Reschedule::default() });
                self.begin(&ORDER_RESCHEDULE, number, 0, None)
            }
            Verdict::Refuse(reason) => self.refusal(&ORDER_RESCHEDULE, reason),
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
            return self.illegal(Reason::UnknownAttempt);
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
                self.replace(done.credential_vouchers.as_deref().unwrap_or_default());
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

    /// What is new takes the place of what the same credential had; else of a free ticket, in order; else of one that is being
    /// refunded, and its refund goes on (inferred). A code that is replaced is void: its ticket is not used, but it lets nobody
    /// in.
    fn replace(&mut self, new: &[RescheduledVoucher]) {
        if !self.order.has_units() {
            return self.replace_standing_code(new);
        }
        let mut is_taken = vec![false; self.order.units.len()];
        let mut unmatched = Vec::new();
        for voucher in new {
            match self.matching(voucher).filter(|&place| !is_taken[place]) {
                Some(place) if matches!(self.order.units[place].state, UnitState::FREE | UnitState::PENDING) => {
                    is_taken[place] = true;
                    self.replace_unit(place, voucher);
                }
                // Its ticket is used, refunded or void: there is nothing to replace.
                Some(place) if self.order.units[place].voucher.as_deref() != code_of(voucher) => {
                    self.flag(
                        Breach::IssuedDifferently,
                        code_of(voucher).unwrap_or_default(),
                        &["a ticket that is used or refunded"],
                    );
                }
                Some(_) => {}
                None => unmatched.push(voucher),
            }
        }
        is_taken.resize(self.order.units.len(), true);
        let mut open = self.order.likeliest((0..is_taken.len()).filter(|&place| !is_taken[place]), is_taken.len());
        open.retain(|&place| self.order.units[place].state != UnitState::VOID);
        let mut open = open.into_iter();
        for voucher in unmatched.into_iter().filter(|voucher| code_of(voucher).is_some() || voucher.credential_no.is_some()) {
            match open.next() {
                Some(place) => self.replace_unit(place, voucher),
                None => self.flag(Breach::IssuedDifferently, code_of(voucher).unwrap_or_default(), &["tickets that are left"]),
            }
        }
    }

    /// The ticket that already has this code, or that the credential has.
    fn matching(&self, new: &RescheduledVoucher) -> Option<usize> {
        let codes: Vec<String> = code_of(new).map(str::to_owned).into_iter().collect();
        let credential =
            new.credential_no.clone().map(|credential_no| Credential { credential_type: new.credential_type, credential_no });
        let of_code = self.order.named(&codes, &[]);
        if let ([place], false) = (&of_code.exact[..], of_code.replaced) {
            return Some(*place);
        }
        let of_credential = self.order.named(&[], credential.as_slice());
        of_credential.exact.first().copied()
    }

    fn replace_unit(&mut self, place: usize, new: &RescheduledVoucher) {
        let order = &mut self.order;
        if let (Some(credential_no), Some(holder)) =
            (&new.credential_no, order.units[place].credentials.as_ref().and_then(|list| list.first().copied()))
            && let Some(known) =
                order.issued.iter_mut().flat_map(|issued| issued.credential_list.iter_mut().flatten()).nth(holder as usize)
        {
            known.credential_no.clone_from(credential_no);
            known.credential_type = new.credential_type.unwrap_or(known.credential_type);
            known.voucher = code_of(new).map(str::to_owned).or(known.voucher.take());
        }
        let Some(code) = code_of(new).filter(|code| order.units[place].voucher.as_deref() != Some(code)) else { return };
        let next = order.units.len() as u32;
        let old = &mut order.units[place];
        let unit = Unit { voucher: Some(code.to_owned()), ..old.clone() };
        let replaced = old.voucher.clone().unwrap_or_default();
        *old = Unit {
            voucher: old.voucher.take(),
            state: UnitState::REPLACED,
            since: self.now,
            replaced_by: Some(next),
            ..Unit::default()
        };
        order.units.push(unit);
        self.replace_code(&replaced, code, new);
    }

    /// The valid code of the whole order.
    fn replace_standing_code(&mut self, new: &[RescheduledVoucher]) {
        for voucher in new {
            let Some(code) = code_of(voucher).filter(|code| !self.order.is_of_order(code)) else { continue };
            match self.order.standing_code().map(str::to_owned) {
                Some(old) if self.order.state() == State::Issued => {
                    self.replace_code(&old, code, voucher);
                    self.order.former_codes.get_or_insert_default().push(old);
                }
                _ => self.flag(Breach::IssuedDifferently, code, &["tickets that are left"]),
            }
        }
    }

    fn replace_code(&mut self, old: &str, code: &str, new: &RescheduledVoucher) {
        let Some(issued) = &mut self.order.issued else { return };
        let Some(index) = issued.vouchers.iter().flatten().position(|known| known == old) else { return };
        if let Some(place) = issued.vouchers.as_mut().and_then(|vouchers| vouchers.get_mut(index)) {
            code.clone_into(place);
        }
        if let Some(place) = issued.voucher_pics.as_mut().and_then(|pictures| pictures.get_mut(index)) {
            *place = new.voucher_picture.clone().unwrap_or_default();
        }
    }
}

fn code_of(voucher: &RescheduledVoucher) -> Option<&str> {
    voucher.voucher.as_deref().filter(|code| !code.is_empty())
}
