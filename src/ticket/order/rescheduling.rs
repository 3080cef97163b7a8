//! Order reschedule: another day, other visitors, other codes.

use super::change::{Change, Said};
use super::event::Credential;
use super::subject::Repeated;
use super::units::{Directory, equal, sorted};
use super::{Answer, AttemptEnded, Breach, Failure, Order, OrderReply, Outcome, Reason, TransitionKind};
use super::{Reschedule, State, TableVerdict, Trigger, Unit, UnitState};
use crate::message::is_blank;
use crate::ticket::ORDER_RESCHEDULE;
use crate::ticket::calls::{OrderReschedule, OrderRescheduled, RescheduledVoucher};
use crate::ticket::codes::VoucherType;

impl Change<'_> {
    pub(super) fn reschedule(&mut self, call: &OrderReschedule) -> Said {
        let number = &*call.subject().unwrap_or_default();
        if is_blank(number) {
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
            return (TransitionKind::Duplicate, self.truth_of_reschedule(number));
        }
        match self.step(Trigger::OrderReschedule) {
            TableVerdict::Run => {
                let (reschedule_no, target_date) = (number.to_owned(), call.target_date);
                self.order.reschedules.push(Reschedule { reschedule_no, target_date, ..Reschedule::default() });
                self.begin(&ORDER_RESCHEDULE, number, 0, None)
            }
            TableVerdict::Refuse(reason) => self.refusal(&ORDER_RESCHEDULE, reason),
            _ => (TransitionKind::Duplicate, Answer::Busy),
        }
    }

    pub(super) fn truth_of_reschedule(&mut self, number: &str) -> Answer {
        match self.order.reschedules.iter().find(|known| known.reschedule_no == number) {
            Some(Reschedule { done: Some(done), .. }) => OrderReply::success(Some(done.clone().into())),
            Some(Reschedule { failure: Some(failure), .. }) => OrderReply::failure(failure),
            _ => Answer::Busy,
        }
    }

    pub(super) fn reschedule_ended(&mut self, end: &AttemptEnded, number: &str) -> Said {
        let Some(index) = self.order.reschedules.iter().position(|known| known.reschedule_no == number) else {
            return self.illegal(Reason::UnknownAttempt);
        };
        let known = &mut self.order.reschedules[index];
        if known.done.is_some() || known.failure.is_some() {
            let is_late = known.failure.is_some() && end.outcome == Outcome::DONE;
            if is_late {
                self.flag(Breach::RescheduledAfterFailure, number, &["orderReschedule ", number]);
            }
            return (TransitionKind::Duplicate, self.truth_of_reschedule(number));
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
            _ => return (TransitionKind::Stale, Answer::Busy),
        }
        self.end(&ORDER_RESCHEDULE, number);
        (TransitionKind::Moved, self.truth_of_reschedule(number))
    }

    /// Whether there are as many codes as it says, and none is blank: one distinct code for each ticket, or one for the whole order.
    pub(super) fn is_rescheduled_rightly(&self, done: &OrderRescheduled) -> bool {
        let new = done.credential_vouchers.as_deref().unwrap_or_default();
        let (listed, all) = (new.len(), self.order.quantity as usize);
        let count = done.success_count.map_or(listed, |count| count as usize);
        if listed > all || count > all || new.iter().filter_map(code_of).any(is_blank) {
            return false;
        }
        match self.order.voucher_type() {
            Some(VoucherType::CODE_PER_TICKET) if listed != count && listed > 0 => false,
            Some(VoucherType::CODE_PER_TICKET) => self.has_doubled_codes() || self.trial().replace(new),
            Some(VoucherType::CODE_PER_ORDER) => self.codes_of_the_whole(new).len() <= 1,
            _ => true,
        }
    }

    /// The new codes of an order that has one code, each once.
    fn codes_of_the_whole<'a>(&self, new: &'a [RescheduledVoucher]) -> Vec<&'a str> {
        let mut codes = sorted(new.iter().filter_map(code_of).map(|code| (code, 0)));
        codes.dedup();
        let known = self.order.known_codes();
        codes.into_iter().map(|(code, _)| code).filter(|code| equal(&known, code).is_empty()).collect()
    }

    /// A new ticket replaces that of the same credential; else a free one, in order; else one that is being
    /// refunded, and its refund goes on (inferred). A code that is replaced is void: its ticket is not used, but it lets nobody
    /// in. Codes that break a rule (one for each ticket, exactly one) replace nothing. Returns whether no ticket has another one's code.
    fn replace(&mut self, new: &[RescheduledVoucher]) -> bool {
        let is_whole = self.order.voucher_type() == Some(VoucherType::CODE_PER_ORDER);
        if is_whole || !self.order.has_units() {
            self.replace_standing_code(new);
        }
        if !self.order.has_units() {
            return true;
        }
        let before = self.order.clone();
        let mut directory = before.directory();
        let code_of = |voucher| if is_whole { None } else { code_of(voucher) };
        let mut is_taken = vec![false; before.units.len()];
        let mut unmatched = Vec::new();
        for voucher in new {
            let place = matching(&mut directory, &before, voucher).filter(|&place| !is_taken[place]);
            let Some(place) = place else {
                unmatched.push(voucher);
                continue;
            };
            is_taken[place] = true;
            if matches!(before.units[place].state, UnitState::FREE | UnitState::PENDING) {
                self.replace_unit(place, voucher, code_of(voucher));
            } else if code_of(voucher).is_some_and(|code| before.units[place].voucher.as_deref() != Some(code)) {
                let code = code_of(voucher).unwrap_or_default();
                self.flag(Breach::IssuedDifferently, code, &["voucher status 1 or 2"]);
            }
        }
        let open = before.likeliest((0..is_taken.len()).filter(|&place| !is_taken[place]), is_taken.len());
        let mut open = open.into_iter().filter(|&place| before.units[place].state != UnitState::VOID);
        for voucher in unmatched.into_iter().filter(|voucher| code_of(voucher).is_some() || voucher.credential_no.is_some()) {
            match open.next() {
                Some(place) => self.replace_unit(place, voucher, code_of(voucher)),
                None => self.flag(Breach::IssuedDifferently, code_of(voucher).unwrap_or_default(), &["count"]),
            }
        }
        self.replace_issued_codes(&before, new);
        let is_doubled = !is_whole && self.has_doubled_codes();
        if is_doubled {
            (self.order.units, self.order.issued) = (before.units, before.issued);
            self.flag(Breach::IssuedDifferently, "", &["vouchers"]);
        }
        !is_doubled
    }

    fn replace_unit(&mut self, place: usize, new: &RescheduledVoucher, code: Option<&str>) {
        let order = &mut self.order;
        let holder = order.units[place].credentials.as_ref().and_then(|list| list.first().copied());
        let list = order.issued.as_mut().and_then(|issued| issued.credential_list.as_mut());
        let known = list.zip(holder).and_then(|(list, holder)| list.get_mut(holder as usize));
        if let (Some(credential_no), Some(known)) = (&new.credential_no, known) {
            known.credential_no.clone_from(credential_no);
            known.credential_type = new.credential_type.unwrap_or(known.credential_type);
            known.voucher = code.map(str::to_owned).or(known.voucher.take());
        }
        let Some(code) = code.filter(|code| order.units[place].voucher.as_deref() != Some(code)) else { return };
        let next = order.units.len() as u32;
        let old = &mut order.units[place];
        let unit = Unit { voucher: Some(code.to_owned()), ..old.clone() };
        let (voucher, state) = (old.voucher.take(), UnitState::REPLACED);
        *old = Unit { voucher, state, since: self.now, replaced_by: Some(next), ..Unit::default() };
        order.units.push(unit);
    }

    /// The codes of what was issued follow those of the tickets.
    fn replace_issued_codes(&mut self, before: &Order, new: &[RescheduledVoucher]) {
        let order = &mut self.order;
        let Some(issued) = &mut order.issued else { return };
        let replaced = before.units.iter().enumerate().filter(|(place, _)| order.units[*place].replaced_by.is_some());
        let replaced = sorted(replaced.filter_map(|(place, unit)| Some((unit.voucher.as_deref()?, place))));
        let pictures = new.iter().enumerate().filter_map(|(place, voucher)| Some((code_of(voucher)?, place)));
        let pictures = sorted(pictures);
        for (index, known) in issued.vouchers.iter_mut().flatten().enumerate() {
            let Some((_, place)) = equal(&replaced, known).first() else { continue };
            let Some(next) = order.units[*place].replaced_by.and_then(|next| order.units.get(next as usize)) else { continue };
            let Some(code) = &next.voucher else { continue };
            known.clone_from(code);
            if let Some(picture) = issued.voucher_pics.as_mut().and_then(|pictures| pictures.get_mut(index)) {
                let named = equal(&pictures, code).first().and_then(|(_, place)| new[*place].voucher_picture.clone());
                *picture = named.unwrap_or_default();
            }
        }
    }

    fn has_doubled_codes(&self) -> bool {
        let is_by_code = self.order.voucher_type() == Some(VoucherType::CODE_PER_TICKET);
        let valid = self.order.units.iter().filter(|unit| unit.state != UnitState::REPLACED);
        let codes = sorted(valid.filter_map(|unit| Some((unit.voucher.as_deref()?, 0))));
        is_by_code && codes.windows(2).any(|pair| pair[0].0 == pair[1].0)
    }

    /// The valid code of the whole order. Several new ones are no code of a whole order.
    fn replace_standing_code(&mut self, new: &[RescheduledVoucher]) {
        let codes = self.codes_of_the_whole(new);
        let Some(&code) = codes.first() else { return };
        let old = self.order.standing_code().map(str::to_owned);
        let Some(old) = old.filter(|_| codes.len() == 1 && self.order.state() == State::Issued) else {
            return self.flag(Breach::IssuedDifferently, code, &["voucherType 2"]);
        };
        let Some(issued) = &mut self.order.issued else { return };
        let is_old = |known: &&mut String| **known == old;
        let listed = issued.credential_list.iter_mut().flatten().filter_map(|known| known.voucher.as_mut());
        listed.chain(issued.vouchers.iter_mut().flatten()).filter(is_old).for_each(|known| code.clone_into(known));
        let of_units = self.order.units.iter_mut().filter_map(|unit| unit.voucher.as_mut());
        of_units.filter(is_old).for_each(|known| code.clone_into(known));
        if let Some(picture) = issued.voucher_pics.as_mut().and_then(|pictures| pictures.first_mut()) {
            let named =
                new.iter().find(|voucher| code_of(voucher) == Some(code)).and_then(|voucher| voucher.voucher_picture.clone());
            *picture = named.unwrap_or_default();
        }
        self.order.former_codes.get_or_insert_default().push(old);
    }
}

/// The ticket that the credential has, or that already has this code.
fn matching(directory: &mut Directory<'_>, order: &Order, new: &RescheduledVoucher) -> Option<usize> {
    let credential = new.credential_no.clone();
    let credential = credential.map(|credential_no| Credential { credential_type: new.credential_type, credential_no });
    let of_credential = directory.named(order, &[], credential.as_slice(), 0);
    if let Some(place) = of_credential.exact.first() {
        return Some(*place);
    }
    let codes: Vec<String> = code_of(new).map(str::to_owned).into_iter().collect();
    let of_code = directory.named(order, &codes, &[], 0);
    of_code.exact.first().copied().filter(|_| !of_code.replaced)
}

fn code_of(voucher: &RescheduledVoucher) -> Option<&str> {
    voucher.voucher.as_deref().filter(|code| !code.is_empty())
}
