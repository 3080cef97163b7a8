//! A gate asks before it opens. That is an act, where [`Consumed`](super::Consumed) is a fact: only free tickets let somebody in,
//! nothing is contradicted, and the same id gets the same answer.

use super::admittance::{Admission, Admittance, NotAdmitted};
use super::change::{Change, Said, digits, sum};
use super::event::{Admit, Consumed, Credential};
use super::snapshot::{GateAnswer, GateRefusal, Order, UnitState};
use super::table::{TableVerdict, Trigger};
use super::units::{equal, sorted};
use super::{Answer, Reason, TransitionKind};
use crate::sorted_sign::sha1_hex;
use crate::time::{Date, Timestamp};

/// Limit of kept answers that let nobody in. The others are no more than the tickets.
const MAX_REFUSALS: usize = 20;

/// The names in a gate's request, sorted: the same names in another order are the same request.
struct Names<'a> {
    vouchers: Vec<&'a String>,
    credentials: Vec<Credential>,
    quantity: Option<u32>,
}

impl<'a> Names<'a> {
    fn of(asked: &'a Admit) -> Self {
        let vouchers = asked.vouchers.as_deref().unwrap_or_default();
        let credentials = asked.credentials.as_deref().unwrap_or_default();
        let by_code = sorted(vouchers.iter().enumerate().map(|(place, voucher)| (voucher.as_str(), place)));
        let by_number = sorted(credentials.iter().enumerate().map(|(place, one)| (one.credential_no.as_str(), place)));
        Names {
            vouchers: by_code.into_iter().map(|(_, place)| &vouchers[place]).collect(),
            credentials: by_number.into_iter().map(|(_, place)| credentials[place].clone()).collect(),
            quantity: asked.quantity.filter(|&quantity| quantity > 0),
        }
    }

    fn len(&self) -> usize {
        self.vouchers.len() + self.credentials.len()
    }

    /// As many guests are named at least: one may be named by a code and by a credential.
    fn least(&self) -> u32 {
        self.vouchers.len().max(self.credentials.len()) as u32
    }

    /// A hash, to know a repeat by.
    fn content(&self) -> String {
        let mut content = digits(u64::from(self.quantity.unwrap_or_default()));
        for voucher in &self.vouchers {
            content.push('\n');
            content.push_str(voucher);
        }
        for Credential { credential_type, credential_no } in &self.credentials {
            content.push_str(if credential_type.is_none() { "\n\n" } else { "\n\n\n" });
            content.push_str(&digits(credential_type.map_or(0, |kind| u64::from(kind.0.unsigned_abs()))));
            content.push('\n');
            content.push_str(credential_no);
        }
        sha1_hex(content.as_bytes())
    }

    /// Nobody is let in, for one reason.
    fn all_refused(&self, reason: Reason) -> GateAnswer {
        let mut answer = GateAnswer::default();
        for name in 0..self.len() {
            answer.refuse(Some(name), 1, reason);
        }
        let rest = self.quantity.unwrap_or(1).saturating_sub(self.len() as u32);
        answer.refuse(Some(0).filter(|_| self.len() == 1), rest, reason);
        answer
    }
}

impl GateRefusal {
    fn new(name: Option<usize>, quantity: u32, reason: Reason) -> Self {
        let quantity = Some(quantity).filter(|&quantity| quantity != 1);
        GateRefusal { name: name.map(|name| name as u32), quantity, reason: reason.id().into() }
    }
}

impl GateAnswer {
    fn refuse(&mut self, name: Option<usize>, quantity: u32, reason: Reason) {
        if quantity == 0 {
            return;
        }
        let refused = self.refused.get_or_insert_default();
        let mut refusal = GateRefusal::new(name, quantity, reason);
        if let Some(last) = refused.pop_if(|last| last.name == refusal.name && last.reason == refusal.reason) {
            refusal.quantity = Some(sum(last.quantity.unwrap_or(1), quantity));
        }
        refused.push(refusal);
    }

    fn admits_nobody(&self) -> bool {
        self.units.is_none() && self.quantity.is_none()
    }

    /// The answer in full, to somebody who names this.
    fn told(&self, order: &Order, names: &Names<'_>) -> Admittance {
        let units = self.units.iter().flatten().filter_map(|&place| order.units.get(place as usize));
        let by_number = self.quantity.map(|quantity| Admission { voucher: self.voucher.clone(), credentials: None, quantity });
        let refused = self.refused.iter().flatten().map(|refusal| {
            let name = refusal.name.map_or(usize::MAX, |name| name as usize);
            NotAdmitted {
                voucher: names.vouchers.get(name).map(|&voucher| voucher.clone()),
                credential: name.checked_sub(names.vouchers.len()).and_then(|place| names.credentials.get(place).cloned()),
                quantity: refusal.quantity.unwrap_or(1),
                reason: refusal.reason.clone(),
            }
        });
        Admittance { admitted: units.map(|unit| order.admission(unit)).chain(by_number).collect(), refused: refused.collect() }
    }
}

/// The answer to a gate about an order that is not stored.
pub(super) fn refuse_all(asked: &Admit, reason: Reason) -> Answer {
    let names = Names::of(asked);
    Answer::Admitted(names.all_refused(reason).told(&Order::default(), &names))
}

impl Change<'_> {
    pub(super) fn admit(&mut self, asked: &Admit) -> Said {
        if let Some(reason) = self.no_entry(&asked.id, asked.at) {
            return (self.illegal(reason).0, refuse_all(asked, reason));
        }
        let names = Names::of(asked);
        if names.len() == 0 && names.quantity.is_none() {
            // A scan of nothing opens no gate.
            return (self.illegal(Reason::NobodyNamed).0, refuse_all(asked, Reason::NobodyNamed));
        }
        let content = names.content();
        if let Some(known) = self.order.gate_answers.iter().flatten().find(|answer| answer.id == asked.id) {
            if known.content.as_ref().is_none_or(|known| *known == content) {
                return (TransitionKind::Duplicate, Answer::Admitted(known.told(&self.order, &names)));
            }
            return (self.illegal(Reason::OtherContent).0, refuse_all(asked, Reason::OtherContent));
        }
        if self.order.entries.contains(&asked.id) {
            // Which tickets that entry was about is not stored.
            return (TransitionKind::Duplicate, refuse_all(asked, Reason::EntryKnown));
        }
        let at = self.entry_time(asked.at);
        let Some(judged) = self.judged(&names, at).filter(|_| asked.quantity.is_none_or(|quantity| quantity >= names.least()))
        else {
            return (self.illegal(Reason::WrongQuantity).0, refuse_all(asked, Reason::WrongQuantity));
        };
        let answer = GateAnswer { id: asked.id.clone(), content: Some(content), ..judged };
        if !answer.admits_nobody() {
            self.order.entries.push(answer.id.clone());
        }
        if let Some(units) = &answer.units {
            let units: Vec<usize> = units.iter().map(|&place| place as usize).collect();
            let mut totals = self.totals();
            self.enter_with(&answer.id, units, &mut totals, at);
        }
        if answer.quantity.is_some() {
            let (id, quantity) = (answer.id.clone(), answer.quantity);
            let mut totals = self.totals();
            self.use_tickets(&Consumed { id, quantity, ..Consumed::default() }, false, &mut totals, at);
        }
        let told = answer.told(&self.order, &names);
        self.keep(answer);
        (TransitionKind::Moved, Answer::Admitted(told))
    }

    fn keep(&mut self, answer: GateAnswer) {
        let answers = self.order.gate_answers.get_or_insert_default();
        answers.push(answer);
        let mut refusals = answers.iter().enumerate().filter(|(_, answer)| answer.admits_nobody()).map(|(place, _)| place);
        let oldest = refusals.next();
        if refusals.count() >= MAX_REFUSALS {
            oldest.map(|place| answers.remove(place));
        }
    }

    /// Why not even a free ticket lets anybody in.
    fn barred(&self, at: Timestamp) -> Option<Reason> {
        match self.verdict(Trigger::Admit) {
            TableVerdict::Refuse(reason) => Some(reason),
            // Neither by the gate's clock nor by this one.
            _ => self.order.travel_date.filter(|day| Date::of(at.min(self.now)) < *day).map(|_| Reason::TooEarly),
        }
    }

    /// Nothing where each name is one guest, and more are requested.
    fn judged(&self, names: &Names<'_>, at: Timestamp) -> Option<GateAnswer> {
        let barred = self.barred(at);
        if self.order.issued.is_none() {
            return Some(names.all_refused(barred.unwrap_or(Reason::NotIssued)));
        }
        if self.order.has_units() {
            Judging::units(&self.order, names, barred)
        } else {
            Some(judged_by_number(&self.order, names, barred))
        }
    }
}

/// Tickets that have a code in common, or all of the order.
struct Pool {
    name: Option<usize>,
    /// How often the code is named.
    mentions: u32,
    units: Vec<usize>,
}

/// The names in a gate's request, ticket by ticket.
struct Judging<'o> {
    order: &'o Order,
    barred: Option<Reason>,
    /// Tickets that were decided upon.
    seen: Vec<bool>,
    admitted: Vec<u32>,
    answer: GateAnswer,
}

impl Judging<'_> {
    fn units(order: &Order, names: &Names<'_>, barred: Option<Reason>) -> Option<GateAnswer> {
        let (seen, admitted, answer) = (vec![false; order.units.len()], Vec::new(), GateAnswer::default());
        let mut judging = Judging { order, barred, seen, admitted, answer };
        let (mut pools, named) = judging.judge_names(names);
        let mut rest = names.quantity.map(|quantity| quantity.saturating_sub(named));
        if names.len() > 0 && pools.is_empty() && rest.is_some_and(|rest| rest > 0) {
            return None;
        }
        if names.len() == 0 {
            pools.push(Pool { name: None, mentions: 0, units: (0..order.units.len()).collect() });
        } else if !names.credentials.is_empty() {
            // A code that several have in common comes with the credentials of those who enter.
            pools.iter_mut().for_each(|pool| pool.mentions = 0);
        }
        for pool in &pools {
            let wanted = pool.mentions.min(rest.unwrap_or(u32::MAX));
            rest = rest.map(|rest| rest - wanted);
            let left = wanted - judging.admit_of(pool, wanted);
            judging.answer.refuse(pool.name, left, barred.unwrap_or(Reason::NoneLeft));
        }
        let mut rest = rest.unwrap_or_default();
        for pool in &pools {
            rest -= judging.admit_of(pool, rest);
        }
        let name = if let [pool] = &pools[..] { pool.name } else { None };
        judging.answer.refuse(name, rest, barred.unwrap_or(Reason::NoneLeft));
        let units = Some(judging.admitted).filter(|units| !units.is_empty());
        Some(GateAnswer { units, ..judging.answer })
    }

    /// Decides upon the tickets that are named beyond doubt. Returns the others, and for how many guests it has decided.
    fn judge_names(&mut self, names: &Names<'_>) -> (Vec<Pool>, u32) {
        let order = self.order;
        let mut directory = order.directory();
        let (mut pools, mut decided) = (Vec::<Pool>::new(), 0);
        for (name, &voucher) in names.vouchers.iter().enumerate() {
            if let Some(pool) = pools.last_mut().filter(|pool| pool.name.is_some_and(|name| names.vouchers[name] == voucher)) {
                pool.mentions += 1;
                continue;
            }
            // Of former codes each means every ticket that is left.
            let is_former = directory.is_former(voucher);
            let one = if is_former { &[] } else { std::slice::from_ref(voucher) };
            let named = directory.named(order, one, &[], usize::MAX);
            if is_former || named.replaced {
                self.answer.refuse(Some(name), 1, Reason::Replaced);
            } else if let Some(&unit) = named.exact.first() {
                self.judge(unit, name);
            } else if named.shared.is_empty() {
                self.answer.refuse(Some(name), 1, Reason::ForeignVoucher);
            } else {
                pools.push(Pool { name: Some(name), mentions: 1, units: named.shared });
                continue;
            }
            decided += 1;
        }
        let vouchers: Vec<String> = names.vouchers.iter().map(|&voucher| voucher.clone()).collect();
        let holders = directory.named(order, &vouchers, &names.credentials, 0).holders;
        for (place, credential) in names.credentials.iter().enumerate() {
            let name = names.vouchers.len() + place;
            let is_repeated = place > 0 && names.credentials[place - 1].credential_no == credential.credential_no;
            match holders.get(place).copied().flatten() {
                // The guest was named by a code, too.
                Some(unit) if self.seen[unit] => continue,
                Some(unit) => self.judge(unit, name),
                None if is_repeated => self.answer.refuse(Some(name), 1, Reason::NoneLeft),
                None => self.answer.refuse(Some(name), 1, Reason::ForeignVoucher),
            }
            decided += 1;
        }
        (pools, decided)
    }

    fn judge(&mut self, unit: usize, name: usize) {
        let is_taken = std::mem::replace(&mut self.seen[unit], true);
        let reason = match self.order.units[unit].state {
            UnitState::FREE if is_taken => self.barred.or(Some(Reason::Used)),
            UnitState::FREE => self.barred,
            UnitState::USED => Some(Reason::Used),
            UnitState::REFUNDED => Some(Reason::Refunded),
            UnitState::PENDING => Some(Reason::BeingRefunded),
            // None is replaced: a code that is names its successor.
            _ => Some(Reason::Void),
        };
        match reason {
            None => self.admitted.push(unit as u32),
            Some(reason) => self.answer.refuse(Some(name), 1, reason),
        }
    }

    /// Admits so many by tickets of a pool, or as many as are free. Returns how many.
    fn admit_of(&mut self, pool: &Pool, wanted: u32) -> u32 {
        let mut admitted = 0;
        for &unit in pool.units.iter().filter(|_| self.barred.is_none()) {
            if admitted == wanted {
                break;
            }
            if self.order.units[unit].state == UnitState::FREE && !std::mem::replace(&mut self.seen[unit], true) {
                self.admitted.push(unit as u32);
                admitted += 1;
            }
        }
        admitted
    }
}

/// The same, where tickets are not known one by one.
fn judged_by_number(order: &Order, names: &Names<'_>, barred: Option<Reason>) -> GateAnswer {
    let mut answer = GateAnswer::default();
    let issued = order.issued.as_ref();
    let list = issued.and_then(|issued| issued.credential_list.as_deref()).unwrap_or_default();
    let valid = sorted(issued.iter().flat_map(|issued| issued.vouchers.iter().flatten()).map(|code| (code.as_str(), 0)));
    let former = sorted(order.former_codes.iter().flatten().map(|code| (code.as_str(), 0)));
    let people = sorted(list.iter().enumerate().map(|(place, known)| (known.credential_no.as_str(), place)));
    let (mut by_code, mut by_credential, mut refused, mut name) = (0, 0, 0, None);
    let mut last = None;
    for (place, voucher) in names.vouchers.iter().enumerate() {
        if !equal(&valid, voucher).is_empty() {
            by_code += 1;
            name.get_or_insert(place);
            continue;
        }
        let reason = if equal(&former, voucher).is_empty() { Reason::ForeignVoucher } else { Reason::Replaced };
        answer.refuse(Some(place), 1, reason);
        refused += 1;
    }
    for (place, credential) in names.credentials.iter().enumerate() {
        let is_type = |kind| credential.credential_type.is_none_or(|asked| asked == kind);
        let is_known = || equal(&people, &credential.credential_no).iter().any(|(_, place)| is_type(list[*place].credential_type));
        // One card may hold every ticket.
        let is_known = last.filter(|(last, _)| *last == credential).map_or_else(is_known, |(_, is_known)| is_known);
        last = Some((credential, is_known));
        if is_known {
            by_credential += 1;
            continue;
        }
        answer.refuse(Some(names.vouchers.len() + place), 1, Reason::ForeignVoucher);
        refused += 1;
    }
    let named = by_code.max(by_credential);
    let wanted = names.quantity.map_or(named, |quantity| quantity.saturating_sub(refused));
    let is_open = (named > 0 || names.len() == 0) && barred.is_none();
    let admitted = if is_open { wanted.min(order.counts().free) } else { 0 };
    answer.refuse(name, wanted - admitted, barred.unwrap_or(Reason::NoneLeft));
    if admitted > 0 {
        let voucher = name.map(|name| names.vouchers[name].as_str()).or_else(|| order.standing_code());
        (answer.quantity, answer.voucher) = (Some(admitted), voucher.map(str::to_owned));
    }
    answer
}
