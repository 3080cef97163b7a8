//! The tickets of an order. If each is known, by its code or by its credential, it is a unit with one state, and every
//! number follows from the units. All other orders have a tally.

use super::event::{Consumed, Credential};
use super::snapshot::{Order, Refund, RefundState, Unit, UnitState};
use super::table::State;
use crate::ticket::calls::{CredentialVoucher, OrderPaid, Voucher};
use crate::ticket::codes::{VoucherStatus, VoucherType};
use crate::time::Timestamp;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

crate::messages! {
    /// How many tickets of an order are in which state.
    Counts {
        /// Number of tickets ordered.
        quantity "quantity": count, required;
        /// Number of tickets used.
        used "used": count, required;
        /// Number of tickets refunded.
        refunded "refunded": count, required;
        /// Number of tickets that a refund reserves which is not decided.
        pending "pending": count, required;
        /// Number of tickets that let guests in, from the day of the visit on.
        free "free": count, required;
    }
}

/// Of more tickets than that, each is known only by a code of its own.
const MAX_UNITS: usize = 100_000;

/// The tickets that codes and credentials name.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Tickets that are meant beyond doubt, each once.
    pub(super) exact: Vec<usize>,
    /// A code is one that several tickets have in common: some of them are meant.
    pub(super) in_common: bool,
    /// These tickets; where few were requested, so many of them as are likeliest.
    pub(super) shared: Vec<usize>,
    /// For each credential, its ticket; nothing where none of the order has a credential.
    pub(super) holders: Vec<Option<usize>>,
    /// A code or credential is not of this order.
    pub(super) foreign: bool,
    /// A code was replaced: its successor is meant.
    pub(super) replaced: bool,
    /// A code was replaced, and by which one is not known (format 1).
    pub(super) lost: bool,
}

impl Order {
    /// How many tickets are in which state. Used and refunded tickets are never more than were ordered: where facts exceed that,
    /// a conflict says so.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { quantity: self.quantity, ..Counts::default() };
        if self.has_units() {
            for unit in &self.units {
                match unit.state {
                    UnitState::USED => counts.used += 1,
                    UnitState::REFUNDED => counts.refunded += 1,
                    UnitState::PENDING => counts.pending += 1,
                    UnitState::FREE => counts.free += 1,
                    _ => {}
                }
            }
            return counts;
        }
        let (used, refunded) = self.tally.as_ref().map_or((0, 0), |tally| (tally.used, tally.refunded));
        // Entries before anything is issued are facts, too.
        let early = self.early_entries.iter().flatten().map(Consumed::tickets);
        let used = early.fold(used, u32::saturating_add);
        counts.used = used.min(self.quantity);
        counts.refunded = refunded.min(self.quantity - counts.used);
        let left = self.quantity - counts.used - counts.refunded;
        counts.pending = self.reserved().min(left);
        if self.state() == State::Issued {
            counts.free = left - counts.pending;
        }
        counts
    }

    /// Whether each ticket is known.
    pub(super) fn has_units(&self) -> bool {
        !self.units.is_empty()
    }

    /// Number of tickets that are neither used nor refunded.
    pub(super) fn left(&self) -> u32 {
        let counts = self.counts();
        counts.quantity.saturating_sub(counts.used).saturating_sub(counts.refunded)
    }

    /// Number of tickets of refunds that are not decided.
    pub(super) fn reserved(&self) -> u32 {
        let pending = self.refunds.iter().filter(|refund| refund.state == RefundState::PENDING);
        pending.fold(0, |sum: u32, refund| sum.saturating_add(refund.quantity))
    }

    /// The ticket that has replaced this one, or the ticket itself.
    pub(super) fn successor(&self, mut place: usize) -> usize {
        // A stored chain may be anything; it is no longer than the list.
        for _ in 0..self.units.len() {
            match self.units.get(place).and_then(|unit| unit.replaced_by) {
                Some(next) if (next as usize) < self.units.len() => place = next as usize,
                _ => break,
            }
        }
        place
    }

    /// The tickets that a refund is about, or those that have replaced them; in order.
    pub(super) fn units_of_refund(&self, refund: &Refund) -> Vec<usize> {
        let places = refund.units.iter().flatten().map(|&place| self.successor(place as usize));
        let mut marks = Marks::new(self.units.len());
        places.filter(|&place| place < self.units.len()).for_each(|place| marks.set(place, Role::Code));
        marks.into_places().into_iter().map(|(place, _)| place).collect()
    }

    /// The tickets that codes and credentials name.
    pub(super) fn named(&self, vouchers: &[String], credentials: &[Credential]) -> Named {
        self.directory().named(self, vouchers, credentials, usize::MAX)
    }

    /// Whether codes are or were the order's, where tickets are not known one by one.
    pub(super) fn are_of_order(&self, vouchers: &[String]) -> bool {
        self.directory().are_of_order(vouchers)
    }

    /// Looks tickets up by code and credential.
    pub(super) fn directory(&self) -> Directory<'_> {
        let all = || 0..self.units.len();
        let codes = all().flat_map(|place| self.codes_of(place).map(move |code| (code, place)));
        let valid = all().filter(|&place| self.units[place].state != UnitState::REPLACED);
        let known = if self.has_units() { Vec::new() } else { self.known_codes() };
        Directory {
            codes: Index::of(self, codes),
            holders: Index::of(self, self.numbers_of(valid).into_iter()),
            known,
            former: sorted(self.former_codes.iter().flatten().map(|code| (code.as_str(), 0))),
            standing: self.standing_code(),
            has_codes: self.units.iter().any(|unit| unit.voucher.is_some()),
        }
    }

    /// The codes that name a ticket: a credential's own one, too, where the order's code is another.
    fn codes_of(&self, place: usize) -> impl Iterator<Item = &str> {
        let unit = &self.units[place];
        let own = self.credentials_of(unit).filter_map(|known| known.voucher.as_deref());
        let own = own.filter(|code| !code.is_empty() && unit.voucher.as_deref() != Some(code));
        unit.voucher.as_deref().into_iter().chain(own)
    }

    /// The numbers of the credentials that hold these tickets.
    fn numbers_of(&self, places: impl Iterator<Item = usize>) -> Vec<(&str, usize)> {
        let numbers =
            |place: usize| self.credentials_of(&self.units[place]).map(move |known| (known.credential_no.as_str(), place));
        places.flat_map(numbers).collect()
    }

    /// As many of these tickets as `quantity` says, those first that a fact is most likely about.
    pub(super) fn likeliest(&self, among: impl Iterator<Item = usize>, quantity: usize) -> Vec<usize> {
        let mut likeliest = Likeliest::default();
        among.for_each(|place| likeliest.add(self, place));
        likeliest.take(self, quantity)
    }

    fn holds(&self, unit: usize, credential: &Credential) -> bool {
        let same = |known: &CredentialVoucher| {
            known.credential_no == credential.credential_no
                && credential.credential_type.is_none_or(|kind| kind == known.credential_type)
        };
        self.credentials_of(&self.units[unit]).any(same)
    }

    /// The credentials that a ticket was issued for.
    pub(super) fn credentials_of(&self, unit: &Unit) -> impl Iterator<Item = &CredentialVoucher> {
        let list = self.issued.as_ref().and_then(|issued| issued.credential_list.as_deref()).unwrap_or_default();
        unit.credentials.iter().flatten().filter_map(|&place| list.get(place as usize))
    }

    /// Every code with its quantity in each state, as the query's reply has it; nothing where tickets have no codes.
    pub(super) fn voucher_list(&self) -> Vec<Voucher> {
        let (pictures, by_code) = self.pictures();
        let picture_of = |voucher: &str| Some(pictures[equal(&by_code, voucher).first()?.1].clone());
        let entry = |voucher: &str, status, quantity, since: Timestamp| Voucher {
            voucher: voucher.to_owned(),
            voucher_pics: picture_of(voucher),
            voucher_invalid_time: since,
            quantity,
            status,
        };
        if self.has_units() {
            if self.units.iter().any(|unit| unit.voucher.is_none()) {
                return Vec::new();
            }
            // Tickets with a code in common make one entry for each state, in the place of the first of them.
            let count = self.units.len();
            let key = |place: usize, unit: &Unit| shown(unit).0 as usize * count + place;
            let units = self.units.iter().enumerate();
            let units = sorted(units.map(|(place, unit)| (unit.voucher.as_deref().unwrap_or_default(), key(place, unit))));
            let mut list: Vec<Option<Voucher>> = vec![None; count];
            for group in units.chunk_by(|one, other| one.0 == other.0 && one.1 / count == other.1 / count) {
                let (code, first) = group[0];
                let latest = group.iter().map(|(_, key)| self.units[key % count].since).max().unwrap_or_default();
                list[first % count] = Some(entry(code, VoucherStatus((first / count) as i32), group.len() as u32, latest));
            }
            return list.into_iter().flatten().collect();
        }
        // Which of several codes was used is not known here.
        let Some([voucher]) = self.issued.as_ref().and_then(|issued| issued.vouchers.as_deref()) else { return Vec::new() };
        let counts = self.counts();
        let tally = self.tally.clone().unwrap_or_default();
        let issued_at = self.issued_at.unwrap_or_default();
        let rest = if self.state() == State::Issued { VoucherStatus::UNUSED } else { VoucherStatus::VOID };
        let of_status = [
            (VoucherStatus::USED, counts.used, tally.used_at),
            (VoucherStatus::REFUNDED, counts.refunded, tally.refunded_at),
            (rest, self.left(), None),
        ];
        let there = of_status.into_iter().filter(|(_, quantity, _)| *quantity > 0);
        there.map(|(status, quantity, since)| entry(voucher, status, quantity, since.unwrap_or(issued_at))).collect()
    }

    /// The credentials with the state of their tickets, as the query's reply has them.
    pub(super) fn credential_list(&self) -> Option<Vec<CredentialVoucher>> {
        let issued = self.issued.as_ref()?;
        let valid = self.units.iter().filter(|unit| unit.state != UnitState::REPLACED);
        let of_units = valid.flat_map(|unit| {
            self.credentials_of(unit).map(|known| CredentialVoucher {
                voucher: unit.voucher.clone().or_else(|| known.voucher.clone()).filter(|voucher| !voucher.is_empty()),
                status: Some(shown(unit)),
                ..known.clone()
            })
        });
        let of_units: Vec<_> = of_units.collect();
        if of_units.is_empty() { issued.credential_list.clone() } else { Some(of_units) }
    }

    /// The pictures of codes, and the place of each code's own; nothing where there are not as many pictures as codes.
    fn pictures(&self) -> (&[String], Vec<(&str, usize)>) {
        let issued = self.issued.as_ref();
        let codes = issued.and_then(|issued| issued.vouchers.as_deref()).unwrap_or_default();
        let pictures = issued.and_then(|issued| issued.voucher_pics.as_deref()).unwrap_or_default();
        if codes.len() != pictures.len() {
            return (&[], Vec::new());
        }
        (pictures, sorted(codes.iter().enumerate().map(|(place, code)| (code.as_str(), place))))
    }
}

/// Tickets, those first that a fact is most likely about: free ones, then those that are being refunded, then those that went void
/// with the order.
#[derive(Default)]
pub(super) struct Likeliest(BinaryHeap<Reverse<(usize, usize)>>);

impl Likeliest {
    /// All tickets of the order.
    pub(super) fn of(order: &Order) -> Self {
        Likeliest((0..order.units.len()).map(|place| Reverse((rank(&order.units[place]), place))).collect())
    }

    /// One that was not there, or has become likelier.
    pub(super) fn add(&mut self, order: &Order, place: usize) {
        self.0.push(Reverse((rank(&order.units[place]), place)));
    }

    /// Removes so many, or as many as are not spent by now.
    pub(super) fn take(&mut self, order: &Order, quantity: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        while taken.len() < quantity
            && let Some(Reverse((known, place))) = self.0.pop()
        {
            if known < SPENT && rank(&order.units[place]) == known {
                taken.push(place);
            }
        }
        taken
    }
}

/// The pairs of one name in a sorted list.
type Group = Range<usize>;

/// Names with their tickets. Of one name the likeliest are first, and the replaced ones last, as they were when this was made;
/// tickets may be spent afterwards, and nothing else.
struct Index<'o> {
    pairs: Vec<(&'o str, usize)>,
    /// For each pair itself, or a later one: between them all tickets are spent.
    next: Vec<usize>,
    count: usize,
}

impl<'o> Index<'o> {
    fn of(order: &Order, pairs: impl Iterator<Item = (&'o str, usize)>) -> Self {
        let count = order.units.len();
        let pairs = sorted(pairs.map(|(name, place)| (name, rank(&order.units[place]) * count + place)));
        Index { next: (0..pairs.len()).collect(), pairs, count }
    }

    fn group(&self, name: &str) -> Group {
        range(&self.pairs, name)
    }

    /// The tickets that a credential holds.
    fn held(&self, order: &Order, credential: &Credential) -> Vec<usize> {
        let group = self.group(&credential.credential_no);
        group.map(|at| self.unit(at)).filter(|&unit| order.holds(unit, credential)).collect()
    }

    fn unit(&self, at: usize) -> usize {
        self.pairs[at].1 % self.count
    }

    /// The first of a group whose ticket is not replaced, up to the first that is.
    fn valid(&self, group: Group) -> Group {
        let replaced = self.pairs[group.clone()].partition_point(|(_, key)| *key < REPLACED * self.count);
        group.start..group.start + replaced
    }

    /// The first pair from this one on whose ticket is not spent.
    fn open(&mut self, order: &Order, from: usize, end: usize) -> Option<usize> {
        let mut at = from;
        while at < end {
            if self.next[at] == at {
                if rank(&order.units[self.unit(at)]) < SPENT {
                    return Some(at);
                }
                self.next[at] = at + 1;
            }
            // The next time half of the way is gone.
            let next = self.next[at];
            self.next[at] = self.next.get(next).copied().unwrap_or(next);
            at = next;
        }
        None
    }
}

/// Codes and credential numbers, with the places of their tickets.
pub(super) struct Directory<'o> {
    codes: Index<'o>,
    holders: Index<'o>,
    /// All codes, where tickets are not known one by one.
    known: Vec<(&'o str, usize)>,
    former: Vec<(&'o str, usize)>,
    standing: Option<&'o str>,
    pub(super) has_codes: bool,
}

impl Directory<'_> {
    /// Whether it was a code of the whole order, and another has replaced it.
    pub(super) fn is_former(&self, voucher: &str) -> bool {
        !equal(&self.former, voucher).is_empty()
    }

    /// Whether codes are or were the whole order's, or some of those that nothing is known of.
    pub(super) fn are_of_order(&self, vouchers: &[String]) -> bool {
        vouchers.iter().all(|voucher| !equal(&self.known, voucher).is_empty())
    }

    /// The tickets that codes and credentials name, in their present states. A credential that comes with a code means the ticket
    /// of that code. Of tickets with a code in common not more than `most` are looked up that are not spent; `usize::MAX`: all.
    pub(super) fn named(&mut self, order: &Order, vouchers: &[String], credentials: &[Credential], most: usize) -> Named {
        let mut named = Named::default();
        let mut roles = Marks::new(order.units.len());
        let mut common = Vec::new();
        if !self.codes.pairs.is_empty() {
            let mut codes = sorted(vouchers.iter().filter(|voucher| !voucher.is_empty()).map(|voucher| (voucher.as_str(), 0)));
            codes.dedup();
            let mut has_former = false;
            for (voucher, _) in codes {
                let is_former = self.is_former(voucher);
                named.replaced |= is_former;
                let voucher = if is_former { self.standing.unwrap_or(voucher) } else { voucher };
                // The code that has replaced them all is looked up once.
                if !is_former || !std::mem::replace(&mut has_former, true) {
                    common.extend(self.add_code(order, voucher, &mut roles, &mut named));
                }
            }
        }
        if !self.holders.pairs.is_empty() {
            self.add_credentials(order, credentials, &common, &mut roles, &mut named);
        }
        for group in common {
            self.add_common(order, group, most, &mut roles);
        }
        for (unit, role) in roles.into_places() {
            if role == Role::Shared { named.shared.push(unit) } else { named.exact.push(unit) }
        }
        named
    }

    /// Returns the tickets of a code that several have in common.
    fn add_code(&self, order: &Order, voucher: &str, roles: &mut Marks, named: &mut Named) -> Option<Group> {
        let group = self.codes.group(voucher);
        // A code that has come back is the one that is valid.
        let valid = self.codes.valid(group.clone());
        named.foreign |= group.is_empty();
        if valid.len() > 1 {
            named.in_common = true;
            return Some(valid);
        }
        named.replaced |= valid.is_empty() && !group.is_empty();
        let meant = if valid.is_empty() { group } else { valid };
        let role = if meant.len() > 1 { Role::Shared } else { Role::Code };
        if role == Role::Shared {
            named.in_common = true;
        }
        for at in meant {
            let unit = self.codes.unit(at);
            let is_replaced = order.units[unit].state == UnitState::REPLACED;
            let unit = if is_replaced { order.successor(unit) } else { unit };
            // Its successor was not stored.
            let is_lost = order.units[unit].state == UnitState::REPLACED;
            named.lost |= is_lost;
            if roles.of(unit) == Role::None && !is_lost {
                roles.set(unit, role);
            }
        }
        None
    }

    /// Marks tickets of a code in common that nothing else names.
    fn add_common(&mut self, order: &Order, group: Group, most: usize, roles: &mut Marks) {
        let is_all = most >= group.len();
        let (mut at, mut left) = (group.start, most);
        while left > 0 {
            let next = if is_all { Some(at).filter(|&at| at < group.end) } else { self.codes.open(order, at, group.end) };
            let Some(next) = next else { break };
            let unit = self.codes.unit(next);
            if roles.of(unit) == Role::None {
                roles.set(unit, Role::Shared);
                left -= 1;
            }
            at = next + 1;
        }
    }

    /// For each credential the ticket that it means, if there is one: the likeliest that no other credential has taken.
    fn add_credentials(
        &mut self,
        order: &Order,
        credentials: &[Credential],
        common: &[Group],
        roles: &mut Marks,
        named: &mut Named,
    ) {
        let numbers = sorted(credentials.iter().enumerate().map(|(place, one)| (one.credential_no.as_str(), place)));
        let by_code = roles.places(Role::Code);
        let by_code = Index::of(order, order.numbers_of(by_code.into_iter()).into_iter());
        let common = sorted(common.iter().map(|group| (self.codes.pairs[group.start].0, 0)));
        // Equal names mean the same tickets. They are looked up once, for all messages that have them.
        let mut meant: Vec<Option<Vec<usize>>> = vec![None; credentials.len()];
        for credential in credentials {
            let mut alike = equal(&numbers, &credential.credential_no).iter().map(|(_, place)| *place);
            let Some(first) = alike.find(|&place| credentials[place] == *credential) else { continue };
            let meant = meant[first].get_or_insert_with(|| {
                let common = Some(&common[..]).filter(|_| named.in_common);
                let mut meant = by_code.held(order, credential);
                meant.extend(self.held(order, credential, credentials.len(), common, roles));
                named.foreign |= meant.is_empty();
                meant.reverse();
                meant
            });
            // A unit that another one has is not left for this one.
            while meant.pop_if(|unit| roles.of(*unit) == Role::Holder).is_some() {}
            let best = meant.pop();
            best.into_iter().for_each(|unit| roles.set(unit, Role::Holder));
            named.holders.push(best);
        }
    }

    /// The tickets that a credential holds: those first that have one of these codes in common with others; of each kind those
    /// that are spent last. When so many are found, no others are looked for.
    fn held(
        &mut self,
        order: &Order,
        credential: &Credential,
        most: usize,
        common: Option<&[(&str, usize)]>,
        roles: &Marks,
    ) -> Vec<usize> {
        let is_common = |unit: usize, common: &[(&str, usize)]| {
            roles.of(unit) == Role::Shared || order.codes_of(unit).any(|code| !equal(common, code).is_empty())
        };
        let (mut first, mut others) = (Vec::new(), Vec::new());
        // How many more are looked for after this one.
        let mut add = |unit: usize, left: usize| {
            if !order.holds(unit, credential) {
                return left;
            }
            if common.is_none_or(|common| is_common(unit, common)) {
                first.push(unit);
                return left - 1;
            }
            others.push(unit);
            left
        };
        let group = self.holders.group(&credential.credential_no);
        let (mut at, mut left) = (group.start, most);
        while left > 0
            && let Some(open) = self.holders.open(order, at, group.end)
        {
            left = add(self.holders.unit(open), left);
            at = open + 1;
        }
        for unit in group.map(|at| self.holders.unit(at)) {
            if left == 0 {
                break;
            }
            if rank(&order.units[unit]) >= SPENT {
                left = add(unit, left);
            }
        }
        first.append(&mut others);
        first
    }
}

/// Marks on few tickets of many, or on many.
struct Marks {
    /// In the order of their places.
    few: Vec<(usize, Role)>,
    many: Vec<Role>,
    count: usize,
}

impl Marks {
    const MAX_FEW: usize = 32;

    fn new(count: usize) -> Self {
        Marks { few: Vec::new(), many: Vec::new(), count }
    }

    fn place(&self, unit: usize) -> usize {
        self.few.partition_point(|(place, _)| *place < unit)
    }

    fn of(&self, unit: usize) -> Role {
        match self.many.is_empty() {
            true => self.few.get(self.place(unit)).filter(|(place, _)| *place == unit).map_or(Role::None, |(_, role)| *role),
            false => self.many.get(unit).copied().unwrap_or(Role::None),
        }
    }

    fn set(&mut self, unit: usize, role: Role) {
        if self.many.is_empty() && self.few.len() == Self::MAX_FEW {
            self.many = vec![Role::None; self.count];
            for (place, role) in std::mem::take(&mut self.few) {
                self.many[place] = role;
            }
        }
        if let Some(known) = self.many.get_mut(unit) {
            *known = role;
            return;
        }
        let place = self.place(unit);
        match self.few.get_mut(place).filter(|(known, _)| *known == unit) {
            Some(known) => known.1 = role,
            None => self.few.insert(place, (unit, role)),
        }
    }

    /// The tickets with this mark, in order.
    fn places(&self, wanted: Role) -> Vec<usize> {
        let many = self.many.iter().copied().enumerate();
        let marks = self.few.iter().copied().chain(many);
        marks.filter(|(_, role)| *role == wanted).map(|(place, _)| place).collect()
    }

    /// The tickets with a mark, in order.
    fn into_places(self) -> Vec<(usize, Role)> {
        if self.many.is_empty() {
            return self.few;
        }
        self.many.into_iter().enumerate().filter(|(_, role)| *role != Role::None).collect()
    }
}

/// How a ticket was named, the likeliest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Code,
    Shared,
    None,
    Holder,
}

/// The tickets of what was issued; nothing where it does not say which they are.
///
/// Under voucherType 1 each code is a ticket. Otherwise each credential is one (real-name orders); tickets without a credential
/// have the order's one code, or one of the codes that no credential has. More credentials than tickets: those with a code in
/// common are one ticket.
pub(super) fn units_of(paid: &OrderPaid, quantity: u32, state: UnitState, now: Timestamp) -> Vec<Unit> {
    let unit = |voucher: Option<&str>, credentials: Vec<u32>| Unit {
        voucher: voucher.filter(|voucher| !voucher.is_empty()).map(str::to_owned),
        credentials: Some(credentials).filter(|places| !places.is_empty()),
        state,
        since: now,
        ..Unit::default()
    };
    let codes: Vec<&str> = paid.vouchers.iter().flatten().map(String::as_str).collect();
    let credentials = paid.credential_list.as_deref().unwrap_or_default();
    let code_of = |credential: &CredentialVoucher| credential.voucher.clone().unwrap_or_default();
    if paid.voucher_type == Some(VoucherType::CODE_PER_TICKET) {
        let mut units: Vec<Unit> = codes.iter().map(|code| unit(Some(code), Vec::new())).collect();
        let by_code = sorted(codes.iter().enumerate().map(|(place, code)| (*code, place)));
        let mut unlinked = Vec::new();
        for (place, credential) in credentials.iter().enumerate() {
            match equal(&by_code, code_of(credential).as_str()).first() {
                Some((_, unit)) => units[*unit].credentials.get_or_insert_default().push(place as u32),
                None => unlinked.push(place as u32),
            }
        }
        // Credentials that name no code have them in order, where that is beyond doubt.
        let without = units.iter().filter(|unit| unit.credentials.is_none()).count();
        if without == unlinked.len() {
            let free = units.iter_mut().filter(|unit| unit.credentials.is_none());
            free.zip(unlinked).for_each(|(unit, place)| unit.credentials = Some(vec![place]));
        }
        return units;
    }
    let quantity = quantity as usize;
    if credentials.is_empty() || quantity > MAX_UNITS {
        return Vec::new();
    }
    if credentials.len() <= quantity {
        let is_one = paid.voucher_type == Some(VoucherType::CODE_PER_ORDER);
        let mut units: Vec<Unit> = (0..quantity)
            .map(|place| {
                let credential = credentials.get(place);
                let own = credential.map(code_of).filter(|_| !is_one).unwrap_or_default();
                unit(Some(&own), credential.map(|_| place as u32).into_iter().collect())
            })
            .collect();
        // Tickets that no code is named for have the codes that are left, in order, where there are as many; else the only one.
        let named = sorted(credentials.iter().enumerate().filter_map(|(place, one)| Some((one.voucher.as_deref()?, place))));
        let rest: Vec<&str> = codes.iter().filter(|code| equal(&named, code).is_empty()).copied().collect();
        let without = units.iter().filter(|unit| unit.voucher.is_none()).count();
        let is_each = !is_one && rest.len() == without;
        let the_one = codes.first().filter(|_| codes.len() == 1);
        for (place, unit) in units.iter_mut().filter(|unit| unit.voucher.is_none()).enumerate() {
            let code = if is_each { rest.get(place) } else { the_one };
            unit.voucher = code.map(|code| (*code).to_owned());
        }
        return units;
    }
    let by_code = sorted(credentials.iter().enumerate().map(|(place, one)| (one.voucher.as_deref().unwrap_or_default(), place)));
    let mut units: Vec<Option<Unit>> = vec![None; credentials.len()];
    for group in by_code.chunk_by(|one, other| one.0 == other.0) {
        let (code, first) = group[0];
        units[first] = Some(unit(Some(code), group.iter().map(|(_, place)| *place as u32).collect()));
    }
    let units: Vec<Unit> = units.into_iter().flatten().collect();
    let is_each_known = units.len() == quantity && units.iter().all(|unit| unit.voucher.is_some());
    if is_each_known { units } else { Vec::new() }
}

/// The state of a ticket's code, as Meituan knows it.
pub(super) fn shown(unit: &Unit) -> VoucherStatus {
    match unit.state {
        UnitState::USED => VoucherStatus::USED,
        UnitState::REFUNDED => VoucherStatus::REFUNDED,
        UnitState::FREE | UnitState::PENDING => VoucherStatus::UNUSED,
        _ => VoucherStatus::VOID,
    }
}

/// How likely a ticket is meant by a fact that names none.
fn rank(unit: &Unit) -> usize {
    match unit.state {
        UnitState::FREE => 0,
        UnitState::PENDING => 1,
        UnitState::VOID => 2,
        UnitState::REPLACED => REPLACED,
        _ => SPENT,
    }
}

/// Of this rank and above no fact is about a ticket that does not name it.
const SPENT: usize = 3;
const REPLACED: usize = 4;

/// Sorts codes or numbers with their places, so that a look-up among many is quick. By a heap, and for one type alone: each of the
/// standard library's sorts needs kilobytes of code for each type.
pub(super) fn sorted<'k>(pairs: impl Iterator<Item = (&'k str, usize)>) -> Vec<(&'k str, usize)> {
    let heap: BinaryHeap<_> = pairs.collect();
    heap.into_sorted_vec()
}

/// The pairs of this key.
pub(super) fn equal<'p>(pairs: &'p [(&str, usize)], key: &str) -> &'p [(&'p str, usize)] {
    &pairs[range(pairs, key)]
}

fn range(pairs: &[(&str, usize)], key: &str) -> Group {
    let begin = pairs.partition_point(|pair| pair.0 < key);
    begin..begin + pairs[begin..].partition_point(|pair| pair.0 == key)
}
