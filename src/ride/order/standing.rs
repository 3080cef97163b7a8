//! What follows from the facts: the state, what may be done, and what to do next.

use super::apply::has_driver;
use super::facts::undecided::{CANCELED, CANCELED_WAIT_PAY, NOTHING_KNOWN, is_kind_unknown};
use super::facts::*;
use crate::money::Fen;
use crate::ride::codes::{CancelStep, RefundStatus, ResultCode, RideEvent, RideStatus};
use crate::ride::pushes::CapacityOffered;
use crate::time::Timestamp;

/// How long an estimate can be ordered with (document 2.4: 有效期10分钟), ms.
pub const ESTIMATE_LIFE: i64 = 10 * MINUTE;
/// How many calls of one interface Meituan takes in a minute (公共参数说明), for all orders together. There is a limit of
/// 100 000 a day, too, which is not counted here.
pub const MOST_CALLS_A_MINUTE: usize = 100;
/// How long to wait between two queries of one order, ms (our choice).
pub const QUERY_SPACING: i64 = 3_000;
/// After how long a call without an answer is given up, ms (our choice).
pub const REPLY_PATIENCE: i64 = 30_000;
/// After how long without news an order is queried, as pushes may be lost, ms (our choice).
pub const LONGEST_SILENCE: i64 = MINUTE;

const MINUTE: i64 = 60_000;

/// The states that end an order.
pub const FINAL: &[RideStatus] = &[
    RideStatus::COMPLETED,
    RideStatus::PASSENGER_CANCELED,
    RideStatus::PASSENGER_CANCELED_PAID,
    RideStatus::DRIVER_CANCELED,
    RideStatus::DISPATCH_CANCELED,
    RideStatus::SYSTEM_CANCELED,
];

/// The states in which something is owed (inferred from the codes 7 and 11 of the document).
const WAITING_FOR_PAYMENT: [RideStatus; 3] =
    [RideStatus::WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY];

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
        /// A driver has taken the order, and who is not known.
        Driver = "driver";
        /// A call of ours had no answer: repeat it.
        OutcomeUnknown = "outcomeUnknown";
        /// Something is owed: pay, then tell.
        Owed = "owed";
        /// Drivers are offered: choose one.
        Offers = "offers";
    }
}

crate::messages! {
    /// What to do next.
    RideNextAction {
        /// Which call.
        call "call": word(Call), required;
        /// Not before this moment, epoch milliseconds by the caller's clock.
        at "at": milliseconds, required;
        /// Why.
        why "why": word(Why), required;
        /// Of cancelOrder: whether to ask or to cancel.
        step "type": code(CancelStep), optional;
        /// Of notifyPaidResult: the amount to pay and to tell, fen.
        price "price": fen, optional;
        /// Of confirmOrder: the drivers to choose from.
        driver_ids "driverIds": list(text), optional;
    }

    /// What follows from an order's facts.
    RideStanding {
        /// The state: Meituan's, or 0 nothing is known, -100 cancelled and the kind is to be asked, -110 the same with a fee.
        status "status": code(RideStatus), required;
        /// Only a query can tell what the state is, or what belongs to it.
        needs_query "needsQuery": flag, required;
        /// The order is at its end. Refunds may still come.
        is_final "final": flag, required;
        /// Events that contradict what was before them.
        conflicts "conflicts": list(object(KnownEvent)), required;
        /// Facts contradict each other: those events, or two amounts of one refund.
        conflict "conflict": flag, required;
        /// The order is suspended (event 111 without 112 after it).
        suspended "suspended": flag, required;
        /// A query tells the driver, as one has taken the order.
        driver_expected "driverExpected": flag, required;
        /// May be paid now: this amount exactly, fen.
        payable "payable": fen, optional;
        /// May be cancelled: this is the step.
        cancel_step "cancelStep": code(CancelStep), optional;
        /// What cancelling costs in this state, as far as it was asked, fen.
        cancel_fee "cancelFee": fen, optional;
        /// May be confirmed: with one of these drivers, of the order's offers.
        driver_ids "driverIds": list(text), required;
        /// What was refunded, fen; each refund counts once.
        refunded "refunded": fen, required;
        /// Whether the estimate can be ordered with still; absent where none was told.
        estimate_valid "estimateValid": flag, optional;
        /// What to do next; absent where nothing is left to do.
        next "next": object(RideNextAction), optional;
    }
}

/// Whether an estimate that came `at` can be ordered with.
pub fn estimate_is_valid(at: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(at.0) < ESTIMATE_LIFE
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
            _ => status,
        }
    }

    /// Whether only a query can tell what the state is, or what belongs to it.
    pub fn needs_query(&self) -> bool {
        self.news > 0 || is_kind_unknown(self.status())
    }

    /// Whether the order is at its end.
    pub fn is_final(&self) -> bool {
        FINAL.contains(&self.status())
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

    /// Whether the reply to a query holds the driver (document 7.4): once one has taken the order, and when it was cancelled
    /// after that.
    pub fn driver_is_expected(&self) -> bool {
        let status = self.status();
        has_driver(status) || (self.was_taken && !matches!(status.0, 0..=8))
    }

    /// What may be paid now, exactly. In states 7, 201 and 211 alone (inferred), when nothing was heard since that a query
    /// has to settle, and once.
    pub fn may_pay(&self) -> Option<Fen> {
        let detail = self.detail.as_ref().filter(|detail| detail.order_status == self.status())?;
        let own = self.call(Call::NotifyPaidResult, None);
        let pending = own.is_some_and(|own| own.state == CallState::Pending);
        (self.waits_for_payment() && !self.needs_query() && !self.is_paid() && !pending).then(|| detail.payable()).flatten()
    }

    pub(super) fn waits_for_payment(&self) -> bool {
        WAITING_FOR_PAYMENT.contains(&self.status())
    }

    /// Meituan has accepted that it was paid.
    pub(super) fn is_paid(&self) -> bool {
        self.call(Call::NotifyPaidResult, None).is_some_and(|own| own.code == Some(ResultCode::SUCCESS))
    }

    /// Whether the order may be cancelled, and by which step: first the fee is asked, then it is cancelled; after a time-out
    /// of one's own, it is cancelled again. From submitted to the driver's arrival (inferred).
    pub fn may_cancel(&self) -> Option<CancelStep> {
        if !self.is_cancellable() {
            return None;
        }
        match self.call(Call::CancelOrder, Some(CancelStep::CONFIRM)) {
            Some(own) if own.state == CallState::Failed => return Some(CancelStep::CONFIRM),
            Some(own) if own.state == CallState::Pending || own.news > 0 => return None,
            _ => {}
        }
        let asked = self.call(Call::CancelOrder, Some(CancelStep::ASK_FEE));
        match asked {
            Some(own) if own.state == CallState::Pending => None,
            _ if self.cancel_fee().is_some() => Some(CancelStep::CONFIRM),
            _ => Some(CancelStep::ASK_FEE),
        }
    }

    pub(super) fn is_cancellable(&self) -> bool {
        let is_placed = self.mt_order_id.is_some() || self.channel_partner_order_id.is_some();
        is_placed && (NOTHING_KNOWN..=RideStatus::DRIVER_ARRIVED).contains(&self.status())
    }

    /// What cancelling costs, as it was asked in this state. It may be another amount by the time it is cancelled.
    pub fn cancel_fee(&self) -> Option<Fen> {
        let own = self.call(Call::CancelOrder, Some(CancelStep::ASK_FEE))?;
        let counts = own.code == Some(ResultCode::SUCCESS) && own.order_status == Some(self.status());
        counts.then(|| own.price.unwrap_or_default())
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

    /// What was refunded; each refund counts once.
    pub fn refunded(&self) -> Fen {
        Fen(self.successful_refunds().fold(0, |sum: i64, (_, amount)| sum.saturating_add(amount.0)))
    }

    fn successful_refunds(&self) -> impl Iterator<Item = (&str, Fen)> {
        let succeeded = self.refunds.iter().filter(|refund| refund.refund_status == RefundStatus::SUCCESS);
        succeeded.map(|refund| (&*refund.sqt_refund_no, refund.refund_amount))
    }

    /// What to call next, and when: `None` where nothing is left to do. `calls` are those of the last minute, for all orders
    /// together; of one interface no more than 100 go out in a minute.
    pub fn next_action(&self, now: Timestamp, calls: &RideCalls) -> Option<RideNextAction> {
        let mut next = self.plan()?;
        next.at = next.at.max(now);
        if let Some(free) = calls.free_at(next.call, now) {
            next.at = next.at.max(free);
        }
        Some(next)
    }

    fn plan(&self) -> Option<RideNextAction> {
        let heard = self.heard_at.unwrap_or_default();
        let act = |call, why, at| Some(RideNextAction { call, why, at, ..RideNextAction::default() });
        let unanswered = |call, step| {
            let own = self.call(call, step).filter(|own| own.state != CallState::Answered && own.news > 0)?;
            Some(if own.state == CallState::Pending { later(own.at, REPLY_PATIENCE) } else { own.at })
        };
        let query = self.call(Call::QueryRealTimeOrder, None);
        let query_at = match query {
            Some(own) if own.state == CallState::Pending => later(own.at, REPLY_PATIENCE),
            Some(own) => later(own.at, QUERY_SPACING),
            None => self.detail.as_ref().and_then(|detail| detail.asked_at).map_or(Timestamp(0), |at| later(at, QUERY_SPACING)),
        };
        if let Some(at) = unanswered(Call::SubmitOrder, None).filter(|_| self.mt_order_id.is_none()) {
            return act(Call::SubmitOrder, Why::OutcomeUnknown, at);
        }
        let is_placed = self.mt_order_id.is_some() || self.detail.is_some() || !self.events.is_empty();
        if !is_placed && self.news == 0 {
            return None;
        }
        if let Some(at) = unanswered(Call::CancelOrder, Some(CancelStep::CONFIRM)).filter(|_| self.is_cancellable()) {
            let again = act(Call::CancelOrder, Why::OutcomeUnknown, at)?;
            return Some(RideNextAction { step: Some(CancelStep::CONFIRM), ..again });
        }
        let status = self.status();
        if is_kind_unknown(status) {
            return act(Call::QueryRealTimeOrder, Why::KindOfCancel, query_at);
        }
        if self.needs_query() {
            return act(Call::QueryRealTimeOrder, Why::News, query_at);
        }
        if self.is_final() {
            return None;
        }
        if let Some(price) = self.may_pay() {
            let pay = act(Call::NotifyPaidResult, Why::Owed, heard)?;
            return Some(RideNextAction { price: Some(price), ..pay });
        }
        let asked_for = |what: bool| what && self.detail.as_ref().is_none_or(|detail| detail.order_status != status);
        if asked_for(self.waits_for_payment()) {
            return act(Call::QueryRealTimeOrder, Why::Amount, query_at);
        }
        let candidates = self.may_confirm();
        if !candidates.is_empty() {
            let driver_ids = drivers_of(&candidates);
            let confirm = act(Call::ConfirmOrder, Why::Offers, heard)?;
            return Some(RideNextAction { driver_ids: Some(driver_ids), ..confirm });
        }
        let driver = self.detail.as_ref().and_then(|detail| detail.driver_info.as_ref());
        if asked_for(self.driver_is_expected() && driver.is_none()) {
            return act(Call::QueryRealTimeOrder, Why::Driver, query_at);
        }
        act(Call::QueryRealTimeOrder, Why::Silence, later(heard, LONGEST_SILENCE).max(query_at))
    }

    /// All that follows from the facts. `calls` as in [`RideOrder::next_action`].
    pub fn standing(&self, now: Timestamp, calls: &RideCalls) -> RideStanding {
        let conflicts = self.conflicts();
        RideStanding {
            status: self.status(),
            needs_query: self.needs_query(),
            is_final: self.is_final(),
            conflict: self.refunds_differ || !conflicts.is_empty(),
            conflicts,
            suspended: self.is_suspended(),
            driver_expected: self.driver_is_expected(),
            payable: self.may_pay(),
            cancel_step: self.may_cancel(),
            cancel_fee: self.cancel_fee(),
            driver_ids: drivers_of(&self.may_confirm()),
            refunded: self.refunded(),
            estimate_valid: self.estimated_at.map(|at| estimate_is_valid(at, now)),
            next: self.next_action(now, calls),
        }
    }
}

impl RideCalls {
    /// Remembers a call; those that the limit does not count any more are forgotten.
    pub fn record(&mut self, call: Call, now: Timestamp) {
        let place = self.calls.iter().position(|recent| recent.call == call).unwrap_or_else(|| {
            self.calls.push(RecentCalls { call, times: Vec::new() });
            self.calls.len() - 1
        });
        let times = &mut self.calls[place].times;
        times.retain(|&time| later(time, MINUTE) > now);
        times.push(now);
    }

    /// From when on the call may be made; `None` where it may be made now.
    pub fn free_at(&self, call: Call, now: Timestamp) -> Option<Timestamp> {
        let recent = || self.calls.iter().filter(|recent| recent.call == call).flat_map(|recent| &recent.times);
        let within = || recent().filter(|&&time| later(time, MINUTE) > now);
        if within().count() < MOST_CALLS_A_MINUTE {
            return None;
        }
        // Once this one has left the minute, one fits in.
        let leaving = within().filter(|&time| within().filter(|&other| other > time).count() < MOST_CALLS_A_MINUTE).min()?;
        Some(later(*leaving, MINUTE))
    }
}

fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(milliseconds))
}

fn drivers_of(offers: &[&CapacityOffered]) -> Vec<String> {
    offers.iter().map(|offer| offer.submit_drive_info.driver_id.clone()).collect()
}

/// Neither cancelled nor at its end, as far as is known.
fn is_open(status: RideStatus) -> bool {
    (NOTHING_KNOWN..RideStatus::COMPLETED).contains(&status)
}
