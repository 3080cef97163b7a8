//! The standing that follows from the facts: the state, allowed steps, and the next one.

use super::facts::undecided::{CANCELED, CANCELED_WAIT_PAY, NOTHING_KNOWN, is_kind_unknown};
use super::facts::{MAX_EVENTS as MAX_REFUNDS, *};
use super::states::{FINAL, WAITING_FOR_PAYMENT, has_driver, is_open};
use super::times::estimate_is_valid;
use crate::money::Fen;
use crate::ride::codes::{CancelStep, RefundStatus, ResultCode, RideEvent, RideStatus};
use crate::ride::pushes::CapacityOffered;
use crate::time::Timestamp;

crate::words! {
    /// Why something is to be done next.
    Why {
        /// Nothing was heard for long, and pushes may be lost.
        Silence = "silence";
        /// Something was heard that only a query can settle.
        News = "news";
        /// The order is cancelled, and which kind is not known.
        KindOfCancel = "kindOfCancel";
        /// Something is owed, and how much is not known.
        Amount = "amount";
        /// A driver has accepted the order, and which one is not known.
        Driver = "driver";
        /// A call of ours had no answer, or what was paid is not accepted yet: make the call, again. Pay nothing again.
        OutcomeUnknown = "outcomeUnknown";
        /// Something is owed, and no payment of this amount was reported: pay, then report it.
        Owed = "owed";
        /// Drivers are offered: choose one.
        Offers = "offers";
    }

    /// The contradictions.
    Conflict {
        /// An event that the one table has no step for: see `conflicts`.
        Event = "event";
        /// Two pushes reported different amounts of the same refund.
        RefundAmounts = "refundAmounts";
        /// Meituan has accepted a payment of the ride, and a query that was sent after that still reports the same amount as owed.
        /// A cancel fee may be reported so for ever.
        PaidStillOwed = "paidStillOwed";
        /// Meituan has refused a notice of payment, and a query that was sent after that still reports the amount as owed.
        PaidNotAccepted = "paidNotAccepted";
        /// Something was paid: a payment of unknown outcome, a cancel fee, or what Meituan has pushed as paid. A query that was
        /// sent after that reports another amount as owed. Unless Meituan has accepted the payment, `next` proposes none: find
        /// out what is still to be paid, pay that, and report the whole amount.
        PaidAnotherAmount = "paidAnotherAmount";
        /// Cancelling was accepted with another fee than a query that was sent after that reports.
        CancelFee = "cancelFee";
        /// More was refunded than was paid.
        RefundAbovePaid = "refundAbovePaid";
    }
}

crate::messages! {
    /// The next step.
    RideNextAction {
        /// Which call.
        call "call": word(Call), required;
        /// Not before this timestamp, epoch milliseconds by the caller's clock.
        at "at": milliseconds, required;
        /// Why.
        why "why": word(Why), required;
        /// Of cancelOrder: whether to ask or to cancel.
        step "type": code(CancelStep), optional;
        /// Of notifyPaidResult: the amount to report, fen. It is to be paid first where it is `owed`, and only there.
        price "price": fen, optional;
        /// Of confirmOrder: the drivers to choose from.
        driver_ids "driverIds": list(string), optional;
    }

    /// The standing that follows from an order's facts.
    RideStanding {
        /// The state: Meituan's, or 0 nothing is known, -100 cancelled and the kind is to be queried, -110 the same with a fee.
        status "status": code(RideStatus), required;
        /// Only a query can show what the state is, or what belongs to it.
        needs_query "needsQuery": flag, required;
        /// The order is at its end. Refunds may still come.
        is_final "final": flag, required;
        /// Events that contradict what was before them.
        conflicts "conflicts": list(object(KnownEvent)), required;
        /// Facts contradict each other.
        conflict "conflict": flag, required;
        /// Which facts do.
        conflict_kinds "conflictKinds": list(word(Conflict)), required;
        /// The order is suspended (event 111 without 112 after it).
        suspended "suspended": flag, required;
        /// A query returns the driver, as one has accepted the order.
        driver_expected "driverExpected": flag, required;
        /// May be paid now: this amount exactly, fen.
        payable "payable": fen, optional;
        /// May be cancelled: this is the step.
        cancel_step "cancelStep": code(CancelStep), optional;
        /// The fee for cancelling in this state, as far as it was requested, fen.
        cancel_fee "cancelFee": fen, optional;
        /// May be confirmed: with one of these drivers, of the order's offers.
        driver_ids "driverIds": list(string), required;
        /// The refunded amount, fen; each refund counts once.
        refunded "refunded": fen, required;
        /// It was refunded that much at least: the amount of a refund is not known, or not all refunds were kept.
        refunded_at_least "refundedAtLeast": flag, required;
        /// Whether the estimate can be ordered with still; absent where none was reported.
        estimate_valid "estimateValid": flag, optional;
        /// The next step; absent where nothing is left to do.
        next "next": object(RideNextAction), optional;
    }
}

#[cfg(feature = "texts")]
impl Conflict {
    /// The contradiction, for people.
    pub fn text(self) -> crate::Text {
        let (zh, en) = match self {
            Conflict::Event => ("事件与此前的状态不符", "an event does not fit the state before it"),
            Conflict::RefundAmounts => ("同一笔退款推送了不同的金额", "the same refund was pushed with different amounts"),
            Conflict::PaidStillOwed => (
                "美团已受理支付通知，之后的查询仍显示同样的应付金额",
                "Meituan has accepted the payment, and a later query still reports the same amount as owed",
            ),
            Conflict::PaidNotAccepted => (
                "美团拒绝了支付通知，之后的查询仍显示该金额待支付",
                "Meituan has refused the notice of payment, and a later query still reports the amount as owed",
            ),
            Conflict::PaidAnotherAmount => (
                "此前已支付，或可能已支付，之后的查询显示另一个应付金额",
                "something was paid, or may have been, and a later query reports another amount as owed",
            ),
            Conflict::CancelFee => (
                "取消订单时返回的取消费与之后查询到的不一致",
                "cancelling was accepted with another fee than a later query reports",
            ),
            Conflict::RefundAbovePaid => ("退款总额超过已支付金额", "more was refunded than was paid"),
        };
        crate::Text { zh, en }
    }
}

impl RideOrder {
    /// The state: Meituan's number, or one of [`undecided`].
    pub fn status(&self) -> RideStatus {
        let status = self.replay().status;
        // Our own cancel was accepted, and no query was answered since.
        match self.call(Call::CancelOrder, Some(CancelStep::CONFIRM)) {
            Some(own) if own.code == Some(ResultCode::SUCCESS) && own.news > 0 && is_open(status) => {
                if own.price.is_some_and(|fee| fee > Fen(0)) { CANCELED_WAIT_PAY } else { CANCELED }
            }
            // The fee is owed anew: the event of its payment does not decide any more.
            _ if status == CANCELED && self.news == 0 && !self.push_covers() => RideStatus::DRIVER_CANCELED_WAIT_PAY,
            _ => status,
        }
    }

    /// Whether only a query can show what the state is, or what belongs to it.
    pub fn needs_query(&self) -> bool {
        self.news > 0 || is_kind_unknown(self.status()) && !self.fee_is_paid()
    }

    /// Whether the order is at its end. A cancel fee that is paid ends it too, although the ride spec has no state for a paid
    /// fee of a driver's cancellation, and a query may report the fee as owed for ever.
    pub fn is_final(&self) -> bool {
        FINAL.contains(&self.status()) || self.fee_is_paid()
    }

    /// Whether who cancelled is known from a query, and that the fee was paid, and nothing was heard since the query.
    pub(super) fn fee_is_paid(&self) -> bool {
        let (status, queried) = (self.status(), self.queried_status());
        let is_fee = |status: RideStatus| WAITING_FOR_PAYMENT[1..].contains(&status);
        let is_paid = match status {
            CANCELED => queried.is_some_and(is_fee) && self.has_event(RideEvent::ORDER_PAID) && self.push_covers(),
            _ => is_fee(status) && queried == Some(status) && self.is_paid(),
        };
        is_paid && self.news == 0
    }

    fn queried_status(&self) -> Option<RideStatus> {
        self.detail.as_ref().map(|detail| detail.order_status)
    }

    #[inline(never)]
    pub(super) fn has_event(&self, code: RideEvent) -> bool {
        self.events.iter().any(|event| event.event_code == code)
    }

    /// The events that contradict what was before them.
    pub fn conflicts(&self) -> Vec<KnownEvent> {
        self.replay().conflicts
    }

    /// Whether the order is suspended: event 111 without 112 after it. No state is published for it.
    pub fn is_suspended(&self) -> bool {
        let marks = [RideEvent::ORDER_SUSPENDED, RideEvent::ORDER_UN_SUSPENDED];
        let last = self.events.iter().rev().find(|event| marks.contains(&event.event_code));
        last.is_some_and(|event| event.event_code == RideEvent::ORDER_SUSPENDED)
    }

    /// Whether the reply to a query holds the driver (ride spec 7.4): once one has accepted the order, and when it was cancelled
    /// after that.
    pub fn driver_is_expected(&self) -> bool {
        let status = self.status();
        has_driver(status) || (self.was_taken && !matches!(status.0, 0..=8))
    }

    /// Whether the newest query was sent after this.
    #[inline(never)]
    pub(super) fn was_queried_since(&self, own: &OwnCall) -> bool {
        own.news == 0 && self.detail.as_ref().is_some_and(|detail| detail.asked_at >= Some(own.at))
    }

    /// The contradictions.
    pub fn conflict_kinds(&self) -> Vec<Conflict> {
        let mut kinds = Vec::new();
        let mut note = |kind, is_there| {
            if is_there {
                kinds.push(kind);
            }
        };
        note(Conflict::Event, !self.conflicts().is_empty());
        note(Conflict::RefundAmounts, self.refunds_differ);
        note(Conflict::CancelFee, self.is_another_fee());
        note(Conflict::RefundAbovePaid, self.paid_in_all().is_some_and(|paid| self.refunded() > paid));
        kinds.extend(self.unclear_payment());
        kinds
    }

    /// Whether cancelling was accepted with another fee than the newest query reports. A changed bill explains that.
    fn is_another_fee(&self) -> bool {
        let own = self.call(Call::CancelOrder, Some(CancelStep::CONFIRM));
        let own = own.filter(|own| own.code == Some(ResultCode::SUCCESS) && self.was_queried_since(own));
        let (Some(accepted), Some(detail)) = (own.and_then(|own| own.price), &self.detail) else { return false };
        let prices = detail.user_price_info.as_ref();
        let fee = prices.and_then(|prices| prices.cancel_fee.or(prices.user_payable_balance_price));
        let is_another = match detail.order_status {
            RideStatus::COMPLETED => false,
            RideStatus::PASSENGER_CANCELED_PAID => accepted == Fen(0),
            status if WAITING_FOR_PAYMENT[1..].contains(&status) => accepted == Fen(0) || fee.is_some_and(|fee| fee != accepted),
            status => FINAL.contains(&status) && accepted > Fen(0),
        };
        is_another && !self.has_event(RideEvent::BILL_CHANGED)
    }

    /// Whether the order may be cancelled, and by which step: first the fee is requested, then it is cancelled, also where the
    /// question has failed; after a time-out of one's own, it is cancelled again. From submitted to the driver's arrival
    /// (inferred).
    pub fn may_cancel(&self) -> Option<CancelStep> {
        if !self.is_cancellable() {
            return None;
        }
        match self.call(Call::CancelOrder, Some(CancelStep::CONFIRM)) {
            Some(own) if own.state == CallState::Failed => return Some(CancelStep::CONFIRM),
            Some(own) if own.state == CallState::Pending || own.news > 0 => return None,
            _ => {}
        }
        match self.call(Call::CancelOrder, Some(CancelStep::ASK_FEE)) {
            Some(own) if own.state == CallState::Pending => None,
            // Older records of a failure did not always have its state.
            Some(own) if own.order_status.is_none_or(|asked_in| asked_in == self.status()) => Some(CancelStep::CONFIRM),
            _ => Some(CancelStep::ASK_FEE),
        }
    }

    pub(super) fn is_cancellable(&self) -> bool {
        self.is_placed() && (NOTHING_KNOWN..=RideStatus::DRIVER_ARRIVED).contains(&self.status())
    }

    /// Whether Meituan has the order: that we have submitted it does not say so.
    pub(super) fn is_placed(&self) -> bool {
        self.mt_order_id.is_some() || self.detail.is_some() || !self.events.is_empty() || !self.hints.is_empty()
    }

    /// The fee for cancelling, as it was requested in this state. It may be another amount by the time it is cancelled.
    pub fn cancel_fee(&self) -> Option<Fen> {
        let own = self.call(Call::CancelOrder, Some(CancelStep::ASK_FEE))?;
        let counts = own.code == Some(ResultCode::SUCCESS) && own.order_status == Some(self.status());
        own.price.filter(|_| counts)
    }

    /// The offers that the order may be confirmed with: one for each driver, none while a confirmation is under way or its
    /// outcome not known.
    pub fn may_confirm(&self) -> Vec<&CapacityOffered> {
        if !self.is_dispatching() {
            return Vec::new();
        }
        let taken = match self.call(Call::ConfirmOrder, None) {
            Some(own) if own.state == CallState::Pending => return Vec::new(),
            Some(own) if own.code != Some(ResultCode::SUCCESS) && own.state != CallState::Failed => None,
            Some(own) if own.news > 0 => return Vec::new(),
            // A query was answered since, and the order still looks for a driver: this one did not work out.
            Some(own) if own.state == CallState::Answered => own.driver_id.as_ref(),
            _ => None,
        };
        let mut candidates: Vec<&CapacityOffered> = Vec::new();
        for offer in &self.offers {
            let driver = &offer.submit_drive_info.driver_id;
            let is_known = candidates.iter().any(|known| known.submit_drive_info.driver_id == *driver);
            if !is_known && !self.declined.contains(driver) && taken != Some(driver) {
                candidates.push(offer);
            }
        }
        candidates
    }

    /// Whether a driver is looked for.
    pub(super) fn is_dispatching(&self) -> bool {
        (NOTHING_KNOWN..=RideStatus::PUSHED).contains(&self.status())
    }

    /// Whether this refund is counted already.
    pub fn has_refund(&self, sqt_refund_no: &str) -> bool {
        self.successful_refunds().any(|(number, _)| number == sqt_refund_no)
    }

    /// The refunded amount; each refund counts once. See [`RideOrder::refunded_at_least`].
    pub fn refunded(&self) -> Fen {
        let amounts = self.successful_refunds().filter_map(|(_, amount)| amount);
        Fen(amounts.fold(0, |sum: i64, amount| sum.saturating_add(amount.0)))
    }

    /// Whether it was refunded that much at least: the amount of a refund is not known, or not all refunds were kept.
    pub fn refunded_at_least(&self) -> bool {
        self.refunds.len() == MAX_REFUNDS && self.overflowed || self.successful_refunds().any(|(_, amount)| amount.is_none())
    }

    fn successful_refunds(&self) -> impl Iterator<Item = (&str, Option<Fen>)> {
        let succeeded = self.refunds.iter().filter(|refund| refund.refund_status == RefundStatus::SUCCESS);
        // An amount that was stored before negative ones counted as unknown.
        succeeded.map(|refund| (&*refund.sqt_refund_no, refund.refund_amount.filter(|&amount| amount >= Fen(0))))
    }

    /// All that follows from the facts. `calls` as in [`RideOrder::next_action`].
    pub fn standing(&self, now: Timestamp, calls: &RideCalls) -> RideStanding {
        let conflict_kinds = self.conflict_kinds();
        RideStanding {
            status: self.status(),
            needs_query: self.needs_query(),
            is_final: self.is_final(),
            conflicts: self.conflicts(),
            conflict: !conflict_kinds.is_empty(),
            conflict_kinds,
            suspended: self.is_suspended(),
            driver_expected: self.driver_is_expected(),
            payable: self.may_pay(),
            cancel_step: self.may_cancel(),
            cancel_fee: self.cancel_fee(),
            driver_ids: drivers_of(&self.may_confirm()),
            refunded: self.refunded(),
            refunded_at_least: self.refunded_at_least(),
            estimate_valid: self.estimated_at.map(|at| estimate_is_valid(at, now)),
            next: self.next_action(now, calls),
        }
    }
}

pub(in crate::ride) fn drivers_of(offers: &[&CapacityOffered]) -> Vec<String> {
    offers.iter().map(|offer| offer.submit_drive_info.driver_id.clone()).collect()
}
