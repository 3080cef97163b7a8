//! What was paid, as far as that is known, and what may be paid. A payment cannot be taken back by this interface, so what is
//! not certain is reported, and never paid.

use super::apply::{MOST, shorten};
use super::facts::*;
use super::standing::{Conflict, FINAL, WAITING_FOR_PAYMENT};
use crate::money::Fen;
use crate::ride::codes::{ResultCode, RideEvent, RideStatus};

impl RideOrder {
    /// What may be paid now, exactly. In states 7, 201 and 211 alone (inferred), when nothing was heard since that a query
    /// has to settle, and once: again only where a query that was sent after Meituan has accepted the payment reports another
    /// amount. A negative amount is none. Whether this amount was paid before, and is only to be reported, is in
    /// [`RideOrder::payments`].
    pub fn may_pay(&self) -> Option<Fen> {
        let own = self.call(Call::NotifyPaidResult, None);
        let pending = own.is_some_and(|own| own.state == CallState::Pending);
        let owed = self.owed().filter(|&owed| owed >= Fen(0) && !self.has_no_room_for(owed));
        owed.filter(|_| !self.needs_query() && !self.is_paid() && !pending)
    }

    /// What is not kept would be paid again.
    fn has_no_room_for(&self, owed: Fen) -> bool {
        self.payments().len() >= MOST && self.payment(owed).is_none()
    }

    /// What the newest query reports as owed, if the order is still in the state that it reported.
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
    pub fn payments(&self) -> Vec<Payment> {
        let before_the_list = || {
            let own = self.call(Call::NotifyPaidResult, None).filter(|own| own.state != CallState::Pending)?;
            let outcome = own.code.map_or(PaymentOutcome::Unknown, PaymentOutcome::of);
            Some(Payment { price: own.price?, outcome })
        };
        self.payments.clone().unwrap_or_else(|| before_the_list().into_iter().collect())
    }

    /// What became of the payment of this amount.
    pub(super) fn payment(&self, price: Fen) -> Option<PaymentOutcome> {
        self.payments().iter().find(|known| known.price == price).map(|known| known.outcome)
    }

    /// Whether Meituan has accepted a payment that counts for what is owed: one of that amount, or of an unknown one, or any
    /// as long as the amount is from before it; or has pushed that it was paid.
    #[inline(never)]
    pub(super) fn is_paid(&self) -> bool {
        let mut accepted: Vec<Payment> = self.payments();
        accepted.retain(|known| known.outcome == PaymentOutcome::Accepted);
        let own = self.call(Call::NotifyPaidResult, None);
        let last = own.filter(|own| match own.price.and_then(|price| self.payment(price)) {
            Some(outcome) => own.state == CallState::Answered && outcome == PaymentOutcome::Accepted,
            None => own.code == Some(ResultCode::SUCCESS),
        });
        if accepted.is_empty() && last.is_none() {
            return self.is_pushed_as_paid();
        }
        let is_another = |owed| !accepted.is_empty() && accepted.iter().all(|known| known.price != owed);
        let is_another = self.owed().is_some_and(is_another);
        !is_another || last.is_some_and(|own| !self.was_queried_since(own)) || self.is_pushed_as_paid()
    }

    /// Whether Meituan has pushed that it was paid, in the one state that payment does not change.
    fn is_pushed_as_paid(&self) -> bool {
        self.is_fee_of_pushed_payment() && self.push_covers()
    }

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

    /// What was paid, where that is known: the balance of a query stays as it was after payment.
    pub(super) fn paid_in_all(&self) -> Option<Fen> {
        let payments = self.payments();
        let counts = payments.iter().filter(|known| known.outcome != PaymentOutcome::Refused);
        let sum = Fen(counts.fold(0, |sum: i64, known| sum.saturating_add(known.price.0)));
        let is_known = payments.iter().any(|known| known.outcome == PaymentOutcome::Accepted);
        let balance = match self.status() {
            RideStatus::COMPLETED | RideStatus::PASSENGER_CANCELED_PAID => {
                self.detail.as_ref().and_then(KnownDetail::payable).filter(|&balance| balance > Fen(0))
            }
            status if FINAL.contains(&status) => Some(Fen(0)),
            _ => None,
        };
        (is_known || balance.is_some()).then(|| sum.max(balance.unwrap_or_default()))
    }

    /// What contradicts what Meituan was reported as paid; while a notice is under way, or no query was sent after it, nothing.
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
        let is_unclear = |known: &Payment| is_fee || known.outcome != PaymentOutcome::Accepted;
        is_new && (self.payments().iter().any(is_unclear) || self.is_unclear_push() || self.has_no_room_for(owed))
    }

    fn is_unclear_push(&self) -> bool {
        self.is_fee_of_pushed_payment() && !self.push_covers()
    }

    /// Whether what is owed may have been paid by something else than an accepted payment.
    pub(super) fn is_perhaps_paid(&self) -> bool {
        self.is_unclear_push() || self.payments().iter().any(|known| known.outcome != PaymentOutcome::Accepted)
    }

    /// What an answer to a notice of payment says about the payment.
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
        let mut payments = self.payments();
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
        let before = self.detail.take_if(|_| self.fees.is_none());
        for detail in before.iter().chain([detail]) {
            let (RideStatus::DRIVER_CANCELED_WAIT_PAY, Some(price)) = (detail.order_status, detail.payable()) else { continue };
            let since = detail.asked_at.unwrap_or_default();
            let fees = self.fees.get_or_insert_default();
            match fees.binary_search_by_key(&price, |fee| fee.price) {
                Ok(place) => fees[place].since = fees[place].since.min(since),
                Err(place) => fees.insert(place, ReportedFee { price, since }),
            }
            self.overflowed |= shorten(fees, MOST);
        }
        self.detail = self.detail.take().or(before);
    }
}

impl PaymentOutcome {
    /// What the answer to a notice says by itself. A system error, or a code that is not documented, says nothing certain.
    fn of(code: ResultCode) -> Self {
        match code {
            ResultCode::SUCCESS => PaymentOutcome::Accepted,
            ResultCode::UNKNOWN | ResultCode::SYSTEM_ERROR => PaymentOutcome::Unknown,
            code if ResultCode::VALUES.values.iter().any(|listed| listed.value == code.0) => PaymentOutcome::Refused,
            _ => PaymentOutcome::Unknown,
        }
    }
}
