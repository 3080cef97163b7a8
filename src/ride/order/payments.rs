//! Payments that are known, and payments that may be made. This interface cannot undo a payment, so an uncertain one is reported,
//! and never made.

use super::apply::{MAX_FAILURES, RideReason, RideTransitionKind, shorten};
use super::facts::{MOST, *};
use super::standing::Conflict;
use super::states::{FINAL, WAITING_FOR_PAYMENT};
use super::times::later;
use crate::money::Fen;
use crate::ride::codes::{ResultCode, RideEvent, RideStatus};
use crate::time::Timestamp;

/// Time limit for our own function to pay, ms (our choice): then it is called again, with the same key. The claim may take 10 s to
/// be saved, the function has 30 s, and clocks may be 60 s apart.
const PAY_LEASE: i64 = 100_000;

impl RideOrder {
    /// The amount that may be paid now, exactly. In states 7, 201 and 211 alone (inferred), when nothing was heard since that a
    /// query has to settle, and once: again only where a query that was sent after Meituan has accepted the payment reports another
    /// amount. A negative amount is none. Whether this amount was paid before, and is only to be reported, is in
    /// [`RideOrder::payments`].
    pub fn may_pay(&self) -> Option<Fen> {
        let own = self.call(Call::NotifyPaidResult, None);
        let pending = own.is_some_and(|own| own.state == CallState::Pending);
        let owed = self.owed().filter(|&owed| owed >= Fen(0) && !self.has_no_room_for(owed));
        owed.filter(|_| !self.needs_query() && !self.is_paid() && !pending)
    }

    /// A payment that is not kept would be made again.
    #[inline(never)]
    fn has_no_room_for(&self, owed: Fen) -> bool {
        let is_full = self.known_payments().len() >= MOST || self.open_proposals().len() >= MOST && self.proposal(owed).is_none();
        is_full && self.payment(owed).is_none()
    }

    /// Whether this amount may be reported as paid.
    pub(super) fn is_owed(&self, price: Option<Fen>) -> Result<(), RideReason> {
        match self.may_pay() {
            Some(owed) if Some(owed) == price => Ok(()),
            Some(_) => Err(RideReason::WrongAmount),
            None if self.is_paid() => Err(RideReason::Done),
            None if self.waits_for_payment() && self.needs_query() => Err(RideReason::QueryFirst),
            None if self.owed().is_some() => Err(RideReason::WrongAmount),
            None if self.waits_for_payment() => Err(RideReason::QueryFirst),
            None => Err(RideReason::NotInThisState),
        }
    }

    fn open_proposals(&self) -> &[Proposal] {
        self.proposals.as_deref().unwrap_or_default()
    }

    #[inline(never)]
    pub(super) fn proposal(&self, price: Fen) -> Option<&Proposal> {
        self.open_proposals().iter().find(|known| known.price == price)
    }

    /// Whether this amount is paid as far as we are concerned, and at most to be reported (again).
    pub(super) fn is_only_to_report(&self, price: Fen) -> bool {
        self.payment(price).is_some() || self.proposal(price).is_some_and(|known| known.state == ProposalState::Paid)
    }

    /// Whether our own function may be called for this amount: once at a time, and never where something else may have paid it.
    fn may_propose(&self, price: Fen, now: Timestamp) -> Result<(), RideReason> {
        self.is_owed(Some(price))?;
        if self.is_only_to_report(price) {
            return Err(RideReason::Done);
        }
        if self.is_perhaps_paid() {
            return Err(RideReason::WrongAmount);
        }
        match self.proposal(price).map(Proposal::again_at) {
            Some(at) if at > now => Err(RideReason::UnderWay),
            _ => Ok(()),
        }
    }

    /// Since when our own function has this payment to itself, if it has now.
    pub(in crate::ride) fn claimed_at(&self, price: Fen, now: Timestamp) -> Option<Timestamp> {
        let claim = self.proposal(price).filter(|known| known.state == ProposalState::Open && known.again_at() > now)?;
        Some(claim.at)
    }

    /// Records that our own function is called to pay, or how that ended. That it has paid stays.
    pub(super) fn proposed(&mut self, told: &PaymentProposed, now: Timestamp) -> Result<RideTransitionKind, RideReason> {
        let PaymentProposed { price, state } = *told;
        if state == ProposalState::Open {
            self.may_propose(price, now)?;
        }
        let proposals = self.proposals.get_or_insert_default();
        let place = proposals.iter().position(|known| known.price == price).unwrap_or_else(|| {
            proposals.push(Proposal { price, ..Proposal::default() });
            proposals.len() - 1
        });
        let known = &mut proposals[place];
        if known.state == ProposalState::Paid {
            return Ok(RideTransitionKind::Duplicate);
        }
        if matches!(state, ProposalState::Declined | ProposalState::Unknown) {
            known.failures = Some((known.failures.unwrap_or_default() + 1).min(MAX_FAILURES));
        }
        (known.state, known.at) = (state, now);
        Ok(RideTransitionKind::Moved)
    }

    /// The amount that the newest query reports as owed, if the order is still in the state that it reported.
    #[inline(never)]
    pub(super) fn owed(&self) -> Option<Fen> {
        let status = self.status();
        let detail = self.detail.as_ref().filter(|detail| detail.order_status == status && self.waits_for_payment());
        detail.and_then(KnownDetail::payable)
    }

    pub(super) fn waits_for_payment(&self) -> bool {
        WAITING_FOR_PAYMENT.contains(&self.status())
    }

    /// The payments that were reported, and not under way any more.
    #[inline(never)]
    pub fn known_payments(&self) -> Vec<Payment> {
        let before_the_list = || {
            let own = self.call(Call::NotifyPaidResult, None).filter(|own| own.state != CallState::Pending)?;
            let outcome = own.code.map_or(PaymentOutcome::Unknown, PaymentOutcome::of);
            Some(Payment { price: own.price?, outcome })
        };
        self.payments.clone().unwrap_or_else(|| before_the_list().into_iter().collect())
    }

    /// Whether a payment has this outcome.
    #[inline(never)]
    fn has_payment(&self, outcome: PaymentOutcome) -> bool {
        self.known_payments().iter().any(|known| known.outcome == outcome)
    }

    /// The outcome of the payment of this amount.
    #[inline(never)]
    pub(super) fn payment(&self, price: Fen) -> Option<PaymentOutcome> {
        self.known_payments().iter().find(|known| known.price == price).map(|known| known.outcome)
    }

    /// Whether Meituan has accepted a payment that counts for what is owed: one of that amount, or of an unknown one, or any
    /// as long as the amount is from before it; or has pushed that it was paid.
    #[inline(never)]
    pub(super) fn is_paid(&self) -> bool {
        let is_accepted = self.has_payment(PaymentOutcome::Accepted);
        let own = self.call(Call::NotifyPaidResult, None);
        let last = own.filter(|own| match own.price.and_then(|price| self.payment(price)) {
            Some(outcome) => own.state == CallState::Answered && outcome == PaymentOutcome::Accepted,
            None => own.code == Some(ResultCode::SUCCESS),
        });
        let is_another = |owed| is_accepted && self.payment(owed) != Some(PaymentOutcome::Accepted);
        let counts = || !self.owed().is_some_and(is_another) || last.is_some_and(|own| !self.was_queried_since(own));
        (is_accepted || last.is_some()) && counts() || self.is_pushed_as_paid()
    }

    /// Whether Meituan has pushed that it was paid, in the one state that payment does not change.
    fn is_pushed_as_paid(&self) -> bool {
        self.is_fee_of_pushed_payment() && self.push_covers()
    }

    #[inline(never)]
    fn is_fee_of_pushed_payment(&self) -> bool {
        self.status() == RideStatus::DRIVER_CANCELED_WAIT_PAY && self.has_event(RideEvent::ORDER_PAID)
    }

    /// Whether the payment of a driver's cancellation that Meituan has pushed may be of the fee that is reported as owed: a
    /// push has no amount. It is not where that fee was first reported after the bill has changed again, or, without such an
    /// event, where another one was reported before the payment.
    #[inline(never)]
    pub(super) fn push_covers(&self) -> bool {
        let reported = self.detail.as_ref().filter(|detail| detail.order_status == RideStatus::DRIVER_CANCELED_WAIT_PAY);
        let (fees, owed) = (self.fees.as_deref().unwrap_or_default(), reported.and_then(KnownDetail::payable));
        let paid = self.events.iter().rposition(|event| event.event_code == RideEvent::ORDER_PAID);
        let (Some(fee), Some(paid)) = (fees.iter().find(|fee| Some(fee.price) == owed), paid) else { return true };
        let (before, after) = self.events.split_at(paid);
        let change = |events: &[KnownEvent]| {
            let change = events.iter().find(|event| event.event_code == RideEvent::BILL_CHANGED);
            change.map(|event| event.event_time)
        };
        match change(after) {
            Some(changed) => fee.since <= changed,
            None => fees.len() == 1 || change(before).is_some() || after.first().is_some_and(|paid| fee.since <= paid.event_time),
        }
    }

    /// The amount that was paid, where that is known: the balance of a query stays as it was after payment.
    pub(super) fn paid_in_all(&self) -> Option<Fen> {
        let payments = self.known_payments();
        let counts = payments.iter().filter(|known| known.outcome != PaymentOutcome::Refused);
        let sum = Fen(counts.fold(0, |sum: i64, known| sum.saturating_add(known.price.0)));
        let balance = match self.status() {
            RideStatus::COMPLETED | RideStatus::PASSENGER_CANCELED_PAID => {
                self.detail.as_ref().and_then(KnownDetail::payable).filter(|&balance| balance > Fen(0))
            }
            status if FINAL.contains(&status) => Some(Fen(0)),
            _ => None,
        };
        (self.has_payment(PaymentOutcome::Accepted) || balance.is_some()).then(|| sum.max(balance.unwrap_or_default()))
    }

    /// Contradictions to the payments that Meituan was notified of; while a notice is under way, or no query was sent after it,
    /// nothing.
    pub(super) fn unclear_payment(&self) -> Option<Conflict> {
        let own = self.call(Call::NotifyPaidResult, None);
        if own.is_some_and(|own| own.state == CallState::Pending || !self.was_queried_since(own)) {
            return None;
        }
        if self.is_paid() {
            return (own.is_some() && self.status() == RideStatus::WAIT_PAY).then_some(Conflict::PaidStillOwed);
        }
        let (owed, own) = (self.owed()?, own.filter(|own| own.price == self.owed()));
        if own.and_then(|own| own.code).map(PaymentOutcome::of) == Some(PaymentOutcome::Refused) {
            return Some(Conflict::PaidNotAccepted);
        }
        self.is_another_amount(owed).then_some(Conflict::PaidAnotherAmount)
    }

    /// Whether something was paid, and it is not certain how much of that counts for what is owed now, which is another amount.
    fn is_another_amount(&self, owed: Fen) -> bool {
        let is_new = self.payment(owed).is_none();
        let is_fee = self.status() != RideStatus::WAIT_PAY;
        let is_unclear = is_fee && self.has_payment(PaymentOutcome::Accepted) || self.is_perhaps_paid();
        is_new && (is_unclear || self.has_no_room_for(owed))
    }

    /// Whether what is owed may have been paid by something else than an accepted payment.
    #[inline(never)]
    pub(super) fn is_perhaps_paid(&self) -> bool {
        let is_unclear = self.has_payment(PaymentOutcome::Refused) || self.has_payment(PaymentOutcome::Unknown);
        let owed = self.owed();
        let is_of_another = |known: &Proposal| Some(known.price) != owed && self.payment(known.price).is_none();
        let may_have_paid = |known: &Proposal| known.state != ProposalState::Declined && is_of_another(known);
        is_unclear || self.is_fee_of_pushed_payment() && !self.push_covers() || self.open_proposals().iter().any(may_have_paid)
    }

    /// The outcome of a payment, by the answer to its notice.
    #[inline(never)]
    pub(super) fn outcome_of(&self, call: Call, code: ResultCode) -> Option<PaymentOutcome> {
        let own = self.call(call, None).filter(|_| call == Call::NotifyPaidResult);
        let is_again = || {
            let own = own.filter(|own| own.state == CallState::Pending);
            own.and_then(|own| self.payment(own.price?)) == Some(PaymentOutcome::Unknown)
        };
        match code {
            _ if call != Call::NotifyPaidResult => None,
            ResultCode::NOT_WAIT_PAY_ORDER_NOT_PAY if is_again() => Some(PaymentOutcome::Accepted),
            _ => Some(PaymentOutcome::of(code)),
        }
    }

    /// Keeps what became of the payment that we reported, or, where its amount is not known, of what was owed.
    #[inline(never)]
    pub(super) fn keep_payment(&mut self, outcome: PaymentOutcome) {
        let mut payments = self.known_payments();
        let owed = self.detail.as_ref().and_then(KnownDetail::payable);
        let own = self.calls.iter_mut().find(|own| own.call == Call::NotifyPaidResult);
        if let Some(own) = own {
            own.price = own.price.or(owed);
            match payments.iter_mut().find(|known| Some(known.price) == own.price) {
                Some(known) => known.outcome = known.outcome.max(outcome),
                None => payments.extend(own.price.map(|price| Payment { price, outcome })),
            }
        }
        self.overflowed |= shorten(&mut payments, MOST);
        self.payments = Some(payments);
    }

    /// Keeps the fee of a driver's cancellation, and since when it was reported: its payment changes no state.
    #[inline(never)]
    pub(super) fn keep_fee(&mut self, detail: &KnownDetail) {
        let fee_of = |detail: &KnownDetail| {
            let is_fee = detail.order_status == RideStatus::DRIVER_CANCELED_WAIT_PAY;
            let price = detail.payable().filter(|_| is_fee)?;
            Some(ReportedFee { price, since: detail.asked_at.unwrap_or_default() })
        };
        let before = self.detail.as_ref().filter(|_| self.fees.is_none()).and_then(fee_of);
        for fee in [before, fee_of(detail)].into_iter().flatten() {
            let fees = self.fees.get_or_insert_default();
            match fees.binary_search_by_key(&fee.price, |known| known.price) {
                Ok(place) => fees[place].since = fees[place].since.min(fee.since),
                Err(place) => fees.insert(place, fee),
            }
            self.overflowed |= shorten(fees, MOST);
        }
    }
}

impl Proposal {
    /// When our function may be called again.
    pub(super) fn again_at(&self) -> Timestamp {
        match self.state {
            ProposalState::Open => later(self.at, PAY_LEASE),
            _ => super::next::again_after(self.at, self.failures),
        }
    }
}

impl PaymentOutcome {
    /// The outcome by the answer to a notice alone. A system error, or a code that is not documented, says nothing certain.
    fn of(code: ResultCode) -> Self {
        match code {
            ResultCode::SUCCESS => PaymentOutcome::Accepted,
            ResultCode::UNKNOWN | ResultCode::SYSTEM_ERROR => PaymentOutcome::Unknown,
            code if ResultCode::VALUES.values.iter().any(|listed| listed.value == code.0) => PaymentOutcome::Refused,
            _ => PaymentOutcome::Unknown,
        }
    }
}
