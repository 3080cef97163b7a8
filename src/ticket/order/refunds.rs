//! Refunds, each known by its refundId. Meituan's own refunds, which it only reports, are in `refunded`.

use super::change::{Change, Said, sum};
use super::event::Credential;
use super::snapshot::Tally;
use super::subject::Repeated;
use super::units::{Likeliest, equal, sorted};
use super::{Answer, AttemptEnded, Breach, Failure, Lifecycle, Order, Outcome, Reason, Refund, RefundAgreed, TransitionKind};
use super::{OrderReply, RefundRefused, RefundState, Report, TableVerdict, Trigger, UnitState};
use crate::message::is_blank;
use crate::sorted_sign::sha1_hex;
use crate::ticket::ORDER_REFUND;
use crate::ticket::calls::{CredentialVoucher, OrderRefund, OrderRefunded};
use crate::ticket::codes::OrderRefundCode;

/// How many days before its last day the end of the calendar is reported.
const CALENDAR_NOTICE_DAYS: u32 = 30;

impl Change<'_> {
    /// `refundId` is the one key: what is known under it is replied as it is, whatever else the call says.
    pub(super) fn refund(&mut self, call: &OrderRefund) -> Said {
        let refund_id = &*call.subject().unwrap_or_default();
        if is_blank(refund_id) {
            return self.refusal(&ORDER_REFUND, Reason::BlankNumber);
        }
        if self.order.partner_order_id.is_some()
            && let Some(refund) = self.order.refund(refund_id)
        {
            if !self.order.is_content_of(refund, call) {
                return self.other_refund(call);
            }
            return match self.run_again(&ORDER_REFUND, refund_id) {
                Some(said) => said,
                None => (TransitionKind::Duplicate, self.truth_of_refund(refund_id)),
            };
        }
        match self.step(Trigger::OrderRefund) {
            TableVerdict::Run => {}
            TableVerdict::Refuse(reason) => return self.refusal(&ORDER_REFUND, reason),
            _ => return self.refusal(&ORDER_REFUND, Reason::UnknownRefund),
        }
        let units = match self.order.refundable(call) {
            Ok(units) => units,
            Err(reason) => return self.refusal(&ORDER_REFUND, reason),
        };
        self.reserve(&units, refund_id);
        self.order.refunds.push(Refund {
            refund_id: refund_id.to_owned(),
            quantity: call.refund_quantity.max(0) as u32,
            units: Some(places(&units)).filter(|units| !units.is_empty()),
            content: Some(content_of(call)),
            state: RefundState::PENDING,
            requested_at: self.now,
            ..Refund::default()
        });
        if self.settings.calendar_in_use().ends_within(self.now, CALENDAR_NOTICE_DAYS) {
            self.report(Report::CalendarEnds);
        }
        self.begin(&ORDER_REFUND, refund_id, 0, Some(super::snapshot::raw(call)))
    }

    /// The same number with other content: the first content counts (acceptance manual, 订单退款).
    fn other_refund(&mut self, call: &OrderRefund) -> Said {
        let refund_id = call.refund_id.as_str();
        self.flag(Breach::RepeatedDifferently, refund_id, &["orderRefund ", refund_id]);
        match self.order.refund(refund_id).map(|refund| refund.state) {
            Some(RefundState::AGREED) => self.refusal(&ORDER_REFUND, Reason::OtherContent),
            _ => (TransitionKind::Duplicate, self.truth_of_refund(refund_id)),
        }
    }

    /// After a 602 or a refusal from here a change is sent by notice.
    pub(super) fn truth_of_refund(&mut self, refund_id: &str) -> Answer {
        let (order_id, partner_order_id) = (self.order.order_id, self.partner_order_id());
        // A refund that was answered 602 is decided by notice, and pending until then (acceptance manual, 订单退款 1).
        let is_due = self.is_refund_notice_due(refund_id);
        let agreement_waits = self.agreement_waits(refund_id);
        let Some(refund) = self.refund_of(refund_id) else {
            return self.refusal(&ORDER_REFUND, Reason::UnknownRefund).1;
        };
        let ids = OrderRefunded { order_id, refund_id: refund_id.into(), partner_order_id, ..OrderRefunded::default() };
        match (refund.state, &refund.failure) {
            (RefundState::REFUSED, Some(failure)) if !is_due => OrderReply::failure(failure),
            _ if !agreement_waits && refund.state == RefundState::AGREED || refund.is_unclear() => {
                let (request_time, response_time) = (Some(refund.requested_at), refund.decided_at);
                let body = OrderRefunded { request_time, response_time, ..ids };
                OrderReply::outcome(OrderRefundCode::REFUNDED.0, Reason::RefundAgreed, Some(body.into()))
            }
            _ => {
                refund.told = Some(true);
                self.flag_unknown_years();
                OrderReply::outcome(OrderRefundCode::PENDING.0, Reason::RefundPending, Some(ids.into()))
            }
        }
    }

    /// The result of its function is a fact, even where it contradicts others.
    pub(super) fn refund_ended(&mut self, end: &AttemptEnded, refund_id: &str) -> Said {
        let Some(refund) = self.refund_of(refund_id) else { return self.illegal(Reason::UnknownRefund) };
        let (was, notify) = (refund.state, refund.told == Some(true));
        match end.outcome {
            Outcome::DONE => {
                self.end(&ORDER_REFUND, refund_id);
                if was == RefundState::AGREED {
                    return (TransitionKind::Duplicate, self.truth_of_refund(refund_id));
                }
                self.agree(refund_id, notify);
                let mut answer = self.truth_of_refund(refund_id);
                // 200: by this call; 601: before (inferred).
                if let (Answer::Reply(reply), false) = (&mut answer, was == RefundState::REFUSED) {
                    reply.code = 200;
                    reply.describe = Reason::Success.text().into();
                }
                (TransitionKind::Moved, answer)
            }
            Outcome::REFUSED => {
                self.end(&ORDER_REFUND, refund_id);
                if was == RefundState::PENDING {
                    let failure = Failure::told(&ORDER_REFUND, end.code, end.describe.as_deref().unwrap_or_default());
                    self.refuse(refund_id, failure, notify);
                }
                (TransitionKind::Stale, self.truth_of_refund(refund_id))
            }
            Outcome::PENDING => {
                self.end(&ORDER_REFUND, refund_id);
                (TransitionKind::Stale, self.truth_of_refund(refund_id))
            }
            // Perhaps refunded, perhaps not: the attempt stays open.
            _ => (TransitionKind::Stale, self.truth_of_refund(refund_id)),
        }
    }

    /// An act of the supplier's. Also of a refund that was refused: agreement is final (acceptance manual, 订单退款).
    pub(super) fn refund_agreed(&mut self, agreed: &RefundAgreed) -> Said {
        let refund_id = agreed.refund_id.as_str();
        let Some(refund) = self.order.refund(refund_id) else { return self.illegal(Reason::UnknownRefund) };
        if refund.state == RefundState::AGREED {
            return (TransitionKind::Duplicate, Answer::None);
        }
        if refund.is_unclear() {
            return self.clear_up(agreed);
        }
        if let Err(reason) = self.order.agreeable(refund) {
            return self.illegal(reason);
        }
        self.end(&ORDER_REFUND, refund_id);
        self.agree(refund_id, true);
        (TransitionKind::Moved, Answer::None)
    }

    pub(super) fn refund_refused(&mut self, refused: &RefundRefused) -> Said {
        let refund_id = refused.refund_id.as_str();
        let Some(refund) = self.order.refund(refund_id) else { return self.illegal(Reason::UnknownRefund) };
        let (requested_at, is_unclear) = (refund.requested_at, refund.is_unclear());
        let is_partly_refunded = refund.partly_refunded == Some(true);
        match refund.state {
            RefundState::REFUSED => return (TransitionKind::Duplicate, Answer::None),
            RefundState::PENDING => {}
            _ => return self.illegal(Reason::AlreadyAgreed),
        }
        // Meituan has refunded it, whichever tickets it is about.
        if is_unclear {
            return self.illegal(Reason::NamesNeeded);
        }
        // Silence has counted as agreement by then, whether or not anybody has looked.
        if !is_partly_refunded && self.silence_counts_at(requested_at).is_some_and(|at| at < self.now) {
            return self.illegal(Reason::AlreadyAgreed);
        }
        self.end(&ORDER_REFUND, refund_id);
        let failure = Failure::reported(&ORDER_REFUND, refused.code, &refused.describe);
        self.refuse(refund_id, failure, true);
        (TransitionKind::Moved, Answer::None)
    }

    pub(super) fn refund_of(&mut self, refund_id: &str) -> Option<&mut Refund> {
        let place = self.refund_ids.place(&self.order.refunds, |refund| &refund.refund_id, refund_id)?;
        self.order.refunds.get_mut(place)
    }

    /// Its tickets let nobody in.
    pub(super) fn reserve(&mut self, units: &[usize], refund_id: &str) {
        for &place in units {
            let unit = &mut self.order.units[place];
            (unit.state, unit.since, unit.refund_id) = (UnitState::PENDING, self.now, Some(refund_id.to_owned()));
        }
    }

    /// Its tickets are refunded from now on.
    pub(super) fn agree(&mut self, refund_id: &str, notify: bool) {
        self.agree_all(&[refund_id.to_owned()]);
        if notify {
            self.notify_refund(refund_id);
        }
    }

    /// The tickets of these refunds are refunded from now on, one refund after the other. A ticket keeps the first of used and
    /// refunded.
    pub(super) fn agree_all(&mut self, refund_ids: &[String]) {
        let now = self.now;
        let mut reserved = u64::from(self.order.reserved());
        // Which tickets a refund reserves, and which are meant by one that names none, is looked up for all of them at once.
        let is_any_unclear = self.order.refunds.iter().any(Refund::is_unclear);
        let before = if is_any_unclear { self.order.units.clone() } else { Vec::new() };
        let mut of_refund: Option<Vec<(&str, usize)>> = None;
        let mut likeliest: Option<Likeliest> = None;
        for refund_id in refund_ids {
            let Some(refund) = self.refund_of(refund_id) else { continue };
            let was_pending = refund.state == RefundState::PENDING;
            refund.state = RefundState::AGREED;
            refund.decided_at = Some(now);
            refund.failure = None;
            let was_unclear = refund.unclear.take().is_some();
            let (quantity, refund) = (refund.quantity, refund.clone());
            let contradicts = if self.order.has_units() {
                let units: Vec<usize> = match refund.units {
                    Some(_) => self.order.units_of_refund(&refund),
                    None => likeliest.get_or_insert_with(|| Likeliest::of(&self.order)).take(&self.order, quantity as usize),
                };
                let refunded = self.refund_units(&units, refund_id);
                if was_unclear {
                    // It reserved others beside them.
                    let reserving = before.iter().enumerate();
                    let reserving = reserving.filter_map(|(place, unit)| Some((unit.refund_id.as_deref()?, place)));
                    let of_refund = of_refund.get_or_insert_with(|| sorted(reserving));
                    for &(_, place) in equal(of_refund, refund_id) {
                        if self.release_unit(place, refund_id)
                            && let Some(likeliest) = &mut likeliest
                        {
                            likeliest.add(&self.order, place);
                        }
                    }
                }
                refunded < units.len() || units.len() < quantity as usize
            } else {
                reserved -= if was_pending { u64::from(quantity).min(reserved) } else { 0 };
                let tally = self.order.tally.get_or_insert_with(Tally::default);
                tally.refunded = sum(tally.refunded, quantity);
                tally.refunded_at = Some(now);
                u64::from(tally.used) + u64::from(tally.refunded) + reserved > u64::from(self.order.quantity)
            };
            if contradicts {
                self.flag(Breach::RefundedBeyond, refund_id, &["voucher status 1 or 2"]);
            }
            self.settle_deadlines(refund_id);
        }
        self.withdraw_refusals(refund_ids);
    }

    /// The work for a refund that was due until it was decided.
    fn settle_deadlines(&mut self, refund_id: &str) {
        self.settle(Breach::RefundOverdue, refund_id);
        self.settle(Breach::RefundedInPart, refund_id);
        self.settle(Breach::CalendarEnded, refund_id);
    }

    /// Returns how many of these tickets are refunded by this.
    pub(super) fn refund_units(&mut self, units: &[usize], refund_id: &str) -> usize {
        let mut refunded = 0;
        for &place in units {
            let Some(unit) = self.order.units.get_mut(place) else { continue };
            if matches!(unit.state, UnitState::FREE | UnitState::PENDING | UnitState::VOID) {
                (unit.state, unit.since, unit.refund_id) = (UnitState::REFUNDED, self.now, Some(refund_id.to_owned()));
                refunded += 1;
            }
        }
        refunded
    }

    /// Its tickets are free again.
    pub(super) fn release(&mut self, refund_id: &str) {
        for place in 0..self.order.units.len() {
            self.release_unit(place, refund_id);
        }
    }

    /// The ticket is free again, where this refund reserves it.
    fn release_unit(&mut self, place: usize, refund_id: &str) -> bool {
        let unit = &mut self.order.units[place];
        let is_reserved = unit.state == UnitState::PENDING && unit.refund_id.as_deref() == Some(refund_id);
        if is_reserved {
            (unit.state, unit.since, unit.refund_id) = (UnitState::FREE, self.now, None);
        }
        is_reserved
    }

    fn refuse(&mut self, refund_id: &str, failure: Failure, notify: bool) {
        let now = self.now;
        let Some(refund) = self.refund_of(refund_id) else { return };
        refund.state = RefundState::REFUSED;
        refund.decided_at = Some(now);
        refund.failure = Some(failure);
        // This very reply or notice says so.
        refund.told = Some(true);
        let requested_at = refund.requested_at;
        self.release(refund_id);
        // An unclear message may have been about the tickets that are free again.
        self.reserve_for_unclear();
        if self.silence_may_count_at(requested_at).is_some_and(|at| at < now) {
            self.flag(Breach::RefusedInDoubt, refund_id, &["refundMessageType 3"]);
        }
        self.settle_deadlines(refund_id);
        if notify {
            self.notify_refund(refund_id);
        }
    }
}

impl Order {
    /// The tickets that a request for a refund is about: nothing where they are not known one by one.
    ///
    /// The quantity must be free, and what is named must be free tickets: all of them under voucherType 1 (field table: the codes
    /// of the refunded tickets), the credentials of a real-name order, the one code or none under voucherType 2 (inferred).
    fn refundable(&self, call: &OrderRefund) -> Result<Vec<usize>, Reason> {
        let quantity = call.refund_quantity.max(0) as usize;
        let free = self.counts().free as usize;
        if !self.has_units() {
            let has_codes = self.standing_code().is_some();
            if has_codes && !self.are_of_order(&call.voucher_list) {
                return Err(Reason::ForeignVoucher);
            }
            return if quantity < 1 || quantity > free { Err(Reason::NotEnough) } else { Ok(Vec::new()) };
        }
        let named = self.named(&call.voucher_list, &credentials_of(call.credential_list.as_deref()));
        if named.foreign {
            return Err(Reason::ForeignVoucher);
        }
        if quantity < 1 || quantity > free {
            return Err(Reason::NotEnough);
        }
        let mut units = named.exact;
        if units.len() < quantity {
            units.extend(self.free_of(&named.shared, units.is_empty(), quantity - units.len())?);
        }
        if units.len() != quantity {
            return Err(Reason::VoucherCount);
        }
        match units.iter().all(|&place| self.units[place].state == UnitState::FREE) {
            true => Ok(units),
            false => Err(Reason::SpentVoucher),
        }
    }

    /// As many free tickets of those that have a code in common, or none: which ones is known only where it is all of them.
    fn free_of(&self, shared: &[usize], names_nothing: bool, quantity: usize) -> Result<Vec<usize>, Reason> {
        let is_by_code = self.units.iter().any(|unit| unit.voucher.is_some());
        let among: Vec<usize> = match (shared.is_empty(), names_nothing && !is_by_code) {
            (false, _) => shared.to_vec(),
            (true, true) => (0..self.units.len()).collect(),
            (true, false) => return Err(Reason::VoucherCount),
        };
        let free: Vec<usize> = among.into_iter().filter(|&place| self.units[place].state == UnitState::FREE).collect();
        match free.len().cmp(&quantity) {
            std::cmp::Ordering::Less => Err(Reason::NotEnough),
            std::cmp::Ordering::Equal => Ok(free),
            std::cmp::Ordering::Greater => Err(Reason::CredentialsNeeded),
        }
    }

    /// Whether a repeat says what the first call of its number said.
    fn is_content_of(&self, refund: &Refund, call: &OrderRefund) -> bool {
        if i64::from(refund.quantity) != i64::from(call.refund_quantity) {
            return false;
        }
        if !self.has_units() {
            let has_codes = self.standing_code().is_some();
            return !has_codes || self.are_of_order(&call.voucher_list);
        }
        let is_cleared = self.personal_data_cleared_at.is_some();
        let credentials = if is_cleared { Vec::new() } else { credentials_of(call.credential_list.as_deref()) };
        if refund.content.is_some() && refund.content == Some(content_of(call)) {
            return true;
        }
        let named = self.named(&call.voucher_list, &credentials);
        let known = self.units_of_refund(refund);
        let says_no_more = known.is_empty() || named.exact.is_empty() || !named.shared.is_empty();
        !named.foreign && (says_no_more || named.exact == known)
    }

    /// Whether the supplier may agree to it: its tickets must still be there to be refunded.
    fn agreeable(&self, refund: &Refund) -> Result<(), Reason> {
        if refund.partly_refunded == Some(true) {
            return Err(Reason::RefundedInPart);
        }
        if self.lifecycle != Lifecycle::OPEN {
            return Err(Reason::Closed);
        }
        let is_pending = refund.state == RefundState::PENDING;
        if !self.has_units() {
            let (used, refunded) = self.tally.as_ref().map_or((0, 0), |tally| (tally.used, tally.refunded));
            let reserved = u64::from(self.reserved()) + if is_pending { 0 } else { u64::from(refund.quantity) };
            let all = u64::from(used) + u64::from(refunded) + reserved;
            return if all > u64::from(self.quantity) { Err(Reason::NotEnough) } else { Ok(()) };
        }
        let is_there = |place: &usize| {
            let unit = &self.units[*place];
            match is_pending {
                true => unit.state == UnitState::PENDING && unit.refund_id.as_ref() == Some(&refund.refund_id),
                false => unit.state == UnitState::FREE,
            }
        };
        if self.units_of_refund(refund).iter().all(is_there) { Ok(()) } else { Err(Reason::SpentVoucher) }
    }
}

/// A digest of the tickets that a call names, to recognise its repeat: credentials and codes may change later.
fn content_of(call: &OrderRefund) -> String {
    let credentials = call.credential_list.iter().flatten().map(|known| (known.credential_no.as_str(), 0));
    let mut named = sorted(call.voucher_list.iter().map(|voucher| (voucher.as_str(), 0)).chain(credentials));
    named.dedup();
    let named: Vec<&str> = named.into_iter().map(|(name, _)| name).filter(|name| !name.is_empty()).collect();
    sha1_hex(named.join("\n").as_bytes())
}

/// The credentials of a call's list.
fn credentials_of(list: Option<&[CredentialVoucher]>) -> Vec<Credential> {
    let credential = |known: &CredentialVoucher| Credential {
        credential_type: Some(known.credential_type),
        credential_no: known.credential_no.clone(),
    };
    list.unwrap_or_default().iter().map(credential).collect()
}

/// Places in the order's units, as they are stored.
pub(super) fn places(units: &[usize]) -> Vec<u32> {
    units.iter().map(|&place| place as u32).collect()
}
