//! Guests enter: who is let in, and what is recorded when they have.

use super::admittance::Admission;
use super::change::{Change, Said, digits, sum, writable};
use super::event::Credential;
use super::snapshot::{Order, Tally, Unit, UnitState};
use super::table::{State, TableVerdict, Trigger};
use super::units::{Directory, Likeliest, Named, sorted};
use super::{Answer, Breach, Consumed, Reason, TransitionKind};
use crate::message::is_blank;
use crate::time::{Date, Timestamp};

/// Returns what lets guests in now: the free tickets of an issued order. Not before the day of the visit (whether tickets are
/// valid on later days is the product's own rule).
pub fn admissions(order: &Order, now: Timestamp) -> Vec<Admission> {
    if order.state() != State::Issued || order.travel_date.is_some_and(|day| Date::of(now) < day) {
        return Vec::new();
    }
    if !order.has_units() {
        let quantity = order.counts().free;
        let voucher = order.standing_code().map(str::to_owned);
        return Vec::from_iter((quantity > 0).then_some(Admission { voucher, credentials: None, quantity }));
    }
    let free = order.units.iter().filter(|unit| unit.state == UnitState::FREE);
    free.map(|unit| order.admission(unit)).collect()
}

impl Order {
    /// The unit that a ticket is admitted as.
    pub(super) fn admission(&self, unit: &Unit) -> Admission {
        let credentials = self
            .credentials_of(unit)
            .map(|known| Credential { credential_type: Some(known.credential_type), credential_no: known.credential_no.clone() });
        let credentials: Vec<_> = credentials.collect();
        Admission { voucher: unit.voucher.clone(), credentials: Some(credentials).filter(|list| !list.is_empty()), quantity: 1 }
    }

    /// The one code of an order whose tickets are not known one by one.
    pub(super) fn standing_code(&self) -> Option<&str> {
        self.issued.as_ref()?.vouchers.as_ref()?.first().map(String::as_str)
    }

    /// The codes that are or were the order's.
    pub(super) fn known_codes(&self) -> Vec<(&str, usize)> {
        let known = self.issued.iter().flat_map(|issued| issued.vouchers.iter().flatten());
        sorted(known.chain(self.former_codes.iter().flatten()).map(|code| (code.as_str(), 0)))
    }
}

/// The counts that entries change: kept while many of them count, so that each is counted alone.
pub(super) struct Totals {
    pub(super) used: u32,
    pub(super) refunded: u32,
    reserved: u32,
}

impl Consumed {
    /// How many guests it says, if it does.
    fn wanted(&self) -> Option<u32> {
        self.quantity.filter(|&quantity| quantity > 0)
    }

    /// How many tickets it is about, where they are not known one by one.
    pub(super) fn tickets(&self) -> u32 {
        let named = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        let vouchers = named(self.vouchers.as_ref().map_or(0, Vec::len));
        let credentials = named(self.credentials.as_ref().map_or(0, Vec::len));
        self.wanted().unwrap_or(vouchers.max(credentials).max(1))
    }
}

impl Change<'_> {
    pub(super) fn consumed(&mut self, entry: &Consumed) -> Said {
        let is_of_nobody = entry.quantity == Some(0);
        if let Some(reason) = self.no_entry(&entry.id, entry.at).or(is_of_nobody.then_some(Reason::WrongQuantity)) {
            return self.illegal(reason);
        }
        if self.order.entries.contains(&entry.id) {
            if self.is_another_entry(entry) {
                self.flag(Breach::RepeatedDifferently, &entry.id, &["consumed ", &entry.id]);
            }
            return (TransitionKind::Duplicate, Answer::None);
        }
        if let TableVerdict::Refuse(reason) = self.verdict(Trigger::Consumed) {
            return self.illegal(reason);
        }
        let is_issued = self.order.issued.is_some();
        let known = self.order.clone();
        let mut directory = known.directory();
        let named = if is_issued { self.named_by(entry, &mut directory) } else { None };
        if is_issued && named.is_none() {
            return self.illegal(Reason::ForeignVoucher);
        }
        self.step_about(Trigger::Consumed, &entry.id);
        self.order.entries.push(entry.id.clone());
        let at = self.entry_time(entry.at);
        if let Some(day) = self.order.travel_date.filter(|day| Date::of(at) < *day) {
            self.flag(Breach::EnteredEarly, &entry.id, &["travelDate ", &day.text()]);
        }
        if let Some(named) = named {
            let (mut likeliest, mut totals) = (None, self.totals());
            self.enter(entry, named, &mut likeliest, &mut totals);
        } else {
            let mut kept = entry.clone();
            kept.at = Some(at);
            self.order.early_entries.get_or_insert_default().push(kept);
        }
        (TransitionKind::Moved, Answer::None)
    }

    /// Entries that were recorded before anything was issued count from now on.
    pub(super) fn enter_early_ones(&mut self) {
        let Some(entries) = self.order.early_entries.take() else { return };
        // Codes and credentials do not change with the states of their tickets.
        let issued = self.order.clone();
        let mut directory = issued.directory();
        let (mut likeliest, mut totals) = (None, self.totals());
        for entry in entries {
            if let Some(named) = self.named_by(&entry, &mut directory) {
                self.enter(&entry, named, &mut likeliest, &mut totals);
            }
        }
    }

    /// As many tickets, or what entries before the tickets were issued leave, and none that these name; the last one first.
    pub(super) fn not_entered_early(&self, most: u32) -> Vec<usize> {
        let mut directory = self.order.directory();
        let (mut is_named, mut entered) = (vec![false; self.order.units.len()], 0);
        for entry in self.order.early_entries.iter().flatten() {
            entered = sum(entered, entry.tickets());
            let named = self.named_by(entry, &mut directory).unwrap_or_default();
            named.exact.into_iter().for_each(|place| is_named[place] = true);
        }
        let left = most.min(self.order.quantity.saturating_sub(entered));
        let open = (0..self.order.units.len()).filter(|&place| !is_named[place]);
        let mut places: Vec<usize> = open.take(left as usize).collect();
        places.reverse();
        places
    }

    /// Whether an entry whose id is known is about other tickets than the first one with this id: it names one with which nobody has
    /// entered. Before anything is issued the first one is stored.
    fn is_another_entry(&self, entry: &Consumed) -> bool {
        if let Some(known) = self.order.early_entries.iter().flatten().find(|known| known.id == entry.id)
            && self.order.issued.is_none()
        {
            return Consumed { at: known.at, ..entry.clone() } != *known;
        }
        let named = self.named_by(entry, &mut self.order.directory());
        let is_open = |place: &usize| matches!(self.order.units[*place].state, UnitState::FREE | UnitState::PENDING);
        named.is_some_and(|named| named.exact.iter().any(is_open))
    }

    /// The time of an entry that says this one, or none.
    pub(super) fn entry_time(&self, at: Option<Timestamp>) -> Timestamp {
        writable(at.unwrap_or(self.now))
    }

    /// Why an entry with this id and time is none.
    pub(super) fn no_entry(&self, id: &str, at: Option<Timestamp>) -> Option<Reason> {
        if is_blank(id) {
            return Some(Reason::BlankNumber);
        }
        at.filter(|&at| writable(at) != at).map(|_| Reason::WrongTime)
    }

    /// The tickets that an entry names; nothing where it names what is not of this order.
    fn named_by(&self, entry: &Consumed, directory: &mut Directory<'_>) -> Option<Named> {
        let vouchers = entry.vouchers.as_deref().unwrap_or_default();
        let credentials = entry.credentials.as_deref().unwrap_or_default();
        if !self.order.has_units() {
            let is_replaced = vouchers.iter().any(|voucher| directory.is_former(voucher));
            return directory.are_of_order(vouchers).then(|| Named { replaced: is_replaced, ..Named::default() });
        }
        let most = entry.wanted().map_or(vouchers.len(), |wanted| wanted as usize);
        let named = directory.named(&self.order, vouchers, credentials, most);
        Some(named).filter(|named| !named.foreign && (directory.has_codes || vouchers.is_empty()))
    }

    fn enter(&mut self, entry: &Consumed, named: Named, likeliest: &mut Option<Likeliest>, totals: &mut Totals) {
        let at = self.entry_time(entry.at);
        if self.order.has_units() {
            self.use_units(entry, named, likeliest, totals, at);
        } else {
            self.use_tickets(entry, named.replaced, totals, at);
        }
    }

    /// A ticket is used once: it keeps the first of used and refunded, and a second entry with it counts nothing.
    fn use_units(&mut self, entry: &Consumed, named: Named, likeliest: &mut Option<Likeliest>, totals: &mut Totals, at: Timestamp) {
        let has_credentials = entry.credentials.as_ref().is_some_and(|credentials| !credentials.is_empty());
        if named.replaced {
            self.flag(Breach::EnteredWithSpentCode, &entry.id, &["voucher status 3"]);
        }
        let exact = named.exact.len();
        let stated = if has_credentials { exact } else { entry.vouchers.as_ref().map_or(0, Vec::len) };
        let wanted = entry.wanted();
        let wanted = wanted.unwrap_or_default().max(if wanted.is_none() { stated.max(1) as u32 } else { exact as u32 }) as usize;
        let rest = wanted - exact.min(wanted);
        let mut entered = named.exact;
        if named.in_common {
            entered.extend(self.order.likeliest(named.shared.iter().copied(), rest));
        } else if exact == 0 && !named.replaced {
            entered.extend(likeliest.get_or_insert_with(|| Likeliest::of(&self.order)).take(&self.order, rest));
        }
        if entered.len() < wanted && !named.replaced {
            let quantity = digits(u64::from(self.order.quantity));
            self.flag(Breach::EnteredBeyond, &entry.id, &["quantity ", &quantity]);
        }
        self.enter_with(&entry.id, entered, totals, at);
    }

    /// The counts that entries change, as they are now.
    pub(super) fn totals(&self) -> Totals {
        let counts = self.order.counts();
        Totals { used: counts.used, refunded: counts.refunded, reserved: self.order.reserved() }
    }

    /// Guests enter with these tickets.
    pub(super) fn enter_with(&mut self, id: &str, entered: Vec<usize>, totals: &mut Totals, at: Timestamp) {
        let mut used = Vec::new();
        for place in entered {
            let unit = &mut self.order.units[place];
            let was = unit.state;
            if matches!(was, UnitState::FREE | UnitState::PENDING | UnitState::VOID) {
                (unit.state, unit.since) = (UnitState::USED, at);
                used.push(place);
            }
            let refund_id = if was == UnitState::PENDING { unit.refund_id.take() } else { None };
            match was {
                UnitState::PENDING => {
                    let refund_id = refund_id.unwrap_or_default();
                    self.flag(Breach::EnteredWhileRefundPending, id, &["orderRefund ", &refund_id]);
                }
                UnitState::USED => self.flag(Breach::EnteredTwice, id, &["voucher status 1"]),
                UnitState::FREE => {}
                _ => self.flag(Breach::EnteredWithSpentCode, id, &["voucher status 2 or 3"]),
            }
        }
        if !used.is_empty() {
            totals.used += used.len() as u32;
            self.notify_units_used(id, &used, at, totals);
        }
    }

    /// The same, where tickets are not known one by one.
    pub(super) fn use_tickets(&mut self, entry: &Consumed, is_replaced: bool, totals: &mut Totals, at: Timestamp) {
        if is_replaced {
            self.flag(Breach::EnteredWithSpentCode, &entry.id, &["voucher status 3"]);
        }
        let quantity = entry.tickets();
        let (all, reserved) = (self.order.quantity, totals.reserved);
        let tally = self.order.tally.get_or_insert_with(Tally::default);
        tally.used = sum(tally.used, quantity);
        tally.used_at = Some(tally.used_at.map_or(at, |known| known.max(at)));
        let (used, refunded) = (tally.used, tally.refunded);
        if u64::from(used) + u64::from(refunded) + u64::from(reserved) > u64::from(all) {
            let breach = if reserved > 0 { Breach::EnteredWhileRefundPending } else { Breach::EnteredBeyond };
            let ordered = digits(u64::from(all));
            self.flag(breach, &entry.id, &["quantity ", &ordered]);
        }
        let before = std::mem::replace(&mut totals.used, used.min(all));
        totals.refunded = refunded.min(all - totals.used);
        if totals.used > before {
            self.notify_tickets_used(&entry.id, totals.used - before, at, totals);
        }
    }
}
