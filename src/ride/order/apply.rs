//! Events become facts of the order.

use super::facts::*;
use super::standing::RideStanding;
use super::states::has_driver;
use super::table::{STEPS, step};
use super::times::{REPLY_PATIENCE, estimate_is_valid};
use crate::message::value::FieldValue;
use crate::money::Fen;
use crate::ride::codes::{CancelStep, RefundStatus, ResultCode, RideStatus};
use crate::ride::pushes::{CapacityOffered, OrderChanged, Refunded};
use crate::sorted_sign::sha1_hex;
use crate::time::Timestamp;

/// The maximum of queries under way at once that are counted.
const MAX_QUERIES: i32 = 8;
/// The maximum of failures in a row that are counted.
pub(super) const MAX_FAILURES: i32 = 9;

crate::words! {
    /// The result of an event.
    RideTransitionKind {
        /// It is news, and recorded.
        Moved = "moved";
        /// It was known.
        Duplicate = "duplicate";
        /// It is recorded, and older than what decides.
        Stale = "stale";
        /// It is a call of ours that may not be made now, or belongs to another order. It is not recorded.
        Illegal = "illegal";
    }

    /// Why something is illegal.
    RideReason {
        /// It carries the number of another order.
        AnotherOrder = "anotherOrder";
        /// The same call is under way.
        UnderWay = "underWay";
        /// It was done.
        Done = "done";
        /// The estimate is older than 10 minutes.
        EstimateExpired = "estimateExpired";
        /// The state does not allow it (for payment and cancelling inferred).
        NotInThisState = "notInThisState";
        /// Something was heard that only a query can settle.
        QueryFirst = "queryFirst";
        /// The amount is not the one that is owed.
        WrongAmount = "wrongAmount";
        /// The cancel fee was not requested in this state.
        AskFeeFirst = "askFeeFirst";
        /// No such driver is offered, or not any more.
        NoSuchOffer = "noSuchOffer";
    }

    /// Deviations of an event, and how it was read.
    RideWarning {
        /// A time has 10 digits: it is in seconds, and was read as such.
        TimeInSeconds = "timeInSeconds";
        /// A refund or a cancel fee has no amount, or a negative one: it counts as unknown.
        AmountUnknown = "amountUnknown";
        /// A notice of payment was answered 7 (the order does not wait for payment), after one of the same amount whose outcome
        /// is not known: that one took effect, and the payment counts as accepted.
        CountsAsPaid = "countsAsPaid";
    }
}

crate::messages! {
    /// The result of an event.
    RideTransition {
        /// The kind of result.
        kind "kind": word(RideTransitionKind), required;
        /// Why, where it is illegal.
        reason "reason": word(RideReason), optional;
        /// Deviations of the event.
        warnings "warnings": list(word(RideWarning)), required;
        /// The order now. Keep it, whatever the kind: also a repetition can settle something.
        order "order": object(RideOrder), required;
        /// The consequences.
        standing "standing": object(RideStanding), required;
    }
}

#[cfg(feature = "texts")]
impl RideWarning {
    /// The deviation, for people.
    pub fn text(self) -> crate::Text {
        let (zh, en) = match self {
            RideWarning::TimeInSeconds => ("时间为 10 位秒级时间戳，已按秒读取", "a time is in seconds, and was read as such"),
            RideWarning::AmountUnknown => (
                "退款金额或取消费缺失，或为负数，视为未知",
                "a refund or a cancel fee has no amount, or a negative one: it counts as unknown",
            ),
            RideWarning::CountsAsPaid => (
                "同一金额的支付通知曾结果未知，本次返回 7（非待支付订单），视为已受理",
                "a notice of this payment had an unknown outcome, and now the order does not wait for payment: it counts as accepted",
            ),
        };
        crate::Text { zh, en }
    }
}

impl RideOrder {
    /// Records an event. `now` is the caller's clock. The order itself stays as it is; the new one is in the result.
    ///
    /// The next step then ignores the limit of calls; [`RideOrder::apply_counting`] does.
    pub fn apply(&self, event: &Event, now: Timestamp) -> RideTransition {
        self.apply_counting(event, now, &RideCalls::default())
    }

    /// The same with the calls of the last minute, for all orders together.
    pub fn apply_counting(&self, event: &Event, now: Timestamp, calls: &RideCalls) -> RideTransition {
        self.clone().applied(event.clone(), now, calls)
    }

    /// The same where order and event are not needed any more.
    pub(in crate::ride) fn applied(mut self, mut event: Event, now: Timestamp, calls: &RideCalls) -> RideTransition {
        self.give_up(now);
        let mut warnings = warnings_of(&mut event);
        if let Event::Answered(answered) = &event
            && self.outcome_of(answered.call, answered.code) == Some(PaymentOutcome::Accepted)
            && answered.code != ResultCode::SUCCESS
        {
            warnings.push(RideWarning::CountsAsPaid);
        }
        let is_query = is_about_query(&event);
        let (kind, reason) = match self.take(event, now) {
            Ok(kind) => (kind, None),
            Err(reason) => (RideTransitionKind::Illegal, Some(reason)),
        };
        // That we query is no news; what a query reports may be.
        if matches!(kind, RideTransitionKind::Moved | RideTransitionKind::Stale) && !is_query {
            self.heard_at = self.heard_at.max(Some(now));
        }
        let standing = self.standing(now, calls);
        RideTransition { kind, reason, warnings, order: self, standing }
    }

    /// An error leaves the order as it was.
    fn take(&mut self, event: Event, now: Timestamp) -> Result<RideTransitionKind, RideReason> {
        match event {
            Event::CapacityOffered(offer) => {
                self.belongs(Some(&offer.mt_order_id), None)?;
                Ok(self.offered(offer))
            }
            Event::OrderChanged(changed) => {
                self.belongs(changed.mt_order_id.as_ref(), changed.channel_partner_order_id.as_ref())?;
                Ok(self.changed(changed, now))
            }
            Event::Refunded(refund) => {
                self.belongs(Some(&refund.mt_order_id), None)?;
                Ok(self.refunded_once(refund, now))
            }
            Event::Queried(detail) => {
                self.belongs(detail.mt_order_id.as_ref(), detail.channel_partner_order_id.as_ref())?;
                Ok(self.queried(detail, now))
            }
            Event::Estimated(_) => {
                let before = self.estimated_at;
                self.estimated_at = before.max(Some(now));
                Ok(if before < self.estimated_at { RideTransitionKind::Moved } else { RideTransitionKind::Duplicate })
            }
            Event::Sent(sent) => {
                self.is_legal(&sent, now)?;
                self.belongs(None, sent.channel_partner_order_id.as_ref())?;
                if sent.call == Call::NotifyPaidResult {
                    // The record of the call is about to be another payment's.
                    self.payments = Some(self.known_payments());
                }
                let call = self.own_call(sent.call, sent.step, CallState::Pending, now);
                (call.price, call.driver_id, call.cancel_code) = (sent.price, sent.driver_id, sent.cancel_code);
                Ok(RideTransitionKind::Moved)
            }
            Event::Answered(answered) => {
                let known = self.mt_order_id.is_some();
                self.belongs(answered.mt_order_id.as_ref(), None)?;
                Ok(self.answered(&answered, now, known == self.mt_order_id.is_some()))
            }
            Event::Failed(failed) => Ok(self.failed(&failed, now)),
            Event::Proposed(proposed) => self.proposed(&proposed, now),
        }
    }

    /// Learns the order numbers. An event with another order's numbers is refused; one equal number is enough.
    #[inline(never)]
    pub(super) fn belongs(&mut self, mt: Option<&String>, channel: Option<&String>) -> Result<(), RideReason> {
        let mut numbers = [(&mut self.mt_order_id, mt), (&mut self.channel_partner_order_id, channel)]
            .map(|(own, reported)| (own, reported.filter(|reported| !reported.is_empty())));
        let both = || numbers.iter().filter_map(|(own, reported)| Some((own.as_ref()?, *reported.as_ref()?)));
        if both().next().is_some() && !both().any(|(own, reported)| own == reported) {
            return Err(RideReason::AnotherOrder);
        }
        for (own, reported) in &mut numbers {
            if own.is_none() {
                **own = reported.cloned();
            }
        }
        Ok(())
    }

    fn offered(&mut self, offer: CapacityOffered) -> RideTransitionKind {
        let place = self.offers.binary_search_by(|known| {
            let dispatch = known.mt_dispatch_sub_order_id.cmp(&offer.mt_dispatch_sub_order_id);
            dispatch.then_with(|| known.submit_drive_info.driver_id.cmp(&offer.submit_drive_info.driver_id))
        });
        let Err(place) = place else { return RideTransitionKind::Duplicate };
        self.offers.insert(place, offer);
        self.overflowed |= shorten(&mut self.offers, MOST);
        if self.is_dispatching() { RideTransitionKind::Moved } else { RideTransitionKind::Stale }
    }

    pub(super) fn changed(&mut self, event: OrderChanged, now: Timestamp) -> RideTransitionKind {
        let (Some(event_code), Some(event_time)) = (event.event_code, event.event_time) else {
            let fingerprint = fingerprint(event);
            let place = self.hints.binary_search(&fingerprint);
            if let Err(place) = place {
                self.hints.insert(place, fingerprint);
                self.overflowed |= shorten(&mut self.hints, MOST);
            }
            // It may be a repetition, or have happened again: only a query can show.
            let before = self.news;
            self.hear(now);
            return if place.is_err() || self.news > before { RideTransitionKind::Moved } else { RideTransitionKind::Duplicate };
        };
        let event = KnownEvent { event_code, event_time };
        let before = self.replay();
        let Err(place) = self.events.binary_search_by_key(&key(&event), key) else { return RideTransitionKind::Duplicate };
        self.events.insert(place, event.clone());
        if self.events.len() > MAX_EVENTS {
            // The oldest, so that what is kept does not depend on the order of arrival.
            self.events.remove(0);
            self.overflowed = true;
        }
        self.was_taken |= tells_of_driver(event_code);
        if self.detail.as_ref().is_some_and(|detail| event_time <= detail.as_of()) {
            return RideTransitionKind::Stale;
        }
        let after = self.replay();
        if after.unsettled.iter().any(|event| !before.unsettled.contains(event)) {
            // A query that was sent after it has happened knows of it, however late it is heard.
            self.hear(event_time.min(now));
        }
        let is_newest = self.events.last() == Some(&event);
        if is_newest || after.status != before.status { RideTransitionKind::Moved } else { RideTransitionKind::Stale }
    }

    fn refunded_once(&mut self, mut refund: Refunded, now: Timestamp) -> RideTransitionKind {
        // A success outweighs any other state; then the later one. Whichever it is, the largest amount is kept.
        let weight = |refund: &Refunded| {
            let succeeded = refund.refund_status == RefundStatus::SUCCESS;
            (succeeded, refund.refund_time, refund.refund_status)
        };
        match self.refunds.binary_search_by(|known| known.sqt_refund_no.cmp(&refund.sqt_refund_no)) {
            Ok(place) => {
                let known = &mut self.refunds[place];
                let [one, other] = [known.refund_amount, refund.refund_amount];
                self.refunds_differ |= one.is_some() && other.is_some() && one != other;
                let (is_larger, order) = (other > one, weight(&refund).cmp(&weight(known)));
                refund.refund_amount = one.max(other);
                if order.is_gt() {
                    *known = refund;
                } else if is_larger {
                    known.refund_amount = refund.refund_amount;
                } else {
                    return if order.is_eq() && one == other { RideTransitionKind::Duplicate } else { RideTransitionKind::Stale };
                }
            }
            Err(place) => {
                if refund.refund_amount.is_none() {
                    self.hear(now);
                }
                self.refunds.insert(place, refund);
                self.overflowed |= shorten(&mut self.refunds, MAX_EVENTS);
            }
        }
        RideTransitionKind::Moved
    }

    fn queried(&mut self, mut detail: KnownDetail, now: Timestamp) -> RideTransitionKind {
        let query = self.call(Call::QueryRealTimeOrder, None);
        let pending = query.filter(|call| call.state == CallState::Pending).map(|call| call.at);
        detail.asked_at = detail.asked_at.or(pending).or(Some(now));
        let asked_at = detail.asked_at;
        self.was_taken |= detail.driver_info.is_some() || has_driver(detail.order_status);
        self.close_query(now);
        self.keep_fee(&detail);
        let known = self.detail.as_ref().map(KnownDetail::weight);
        let new = detail.weight();
        let kind = match &known {
            // It is older than what is known, whenever it was requested, and settles nothing.
            Some(known) if new.as_of < known.as_of => return RideTransitionKind::Stale,
            Some(known) if new.as_of == known.as_of && new.content == known.content => RideTransitionKind::Duplicate,
            Some(known) if new < *known => RideTransitionKind::Stale,
            _ => RideTransitionKind::Moved,
        };
        if known.as_ref().is_none_or(|known| new.content != known.content) {
            self.heard_at = self.heard_at.max(Some(now));
        }
        if known.is_none_or(|known| new > known) {
            self.detail = Some(detail);
        }
        // A push that came after the query was sent may not be in its reply: another one has to settle it.
        let settled = |news: i32, heard: Option<Timestamp>| match news {
            0 | 1 if heard <= asked_at => 0,
            news => (news - 1).max(1.min(news)),
        };
        self.news = settled(self.news, self.news_at);
        if self.news == 0 {
            self.news_at = None;
        }
        for call in self.calls.iter_mut().filter(|own| own.call != Call::QueryRealTimeOrder) {
            call.news = settled(call.news, Some(call.at));
        }
        kind
    }

    /// Whether a call may be made now.
    fn is_legal(&self, sent: &CallSent, now: Timestamp) -> Result<(), RideReason> {
        let own = self.call(sent.call, sent.step);
        if own.is_some_and(|own| own.state == CallState::Pending) && sent.call != Call::QueryRealTimeOrder {
            return Err(RideReason::UnderWay);
        }
        let own_failed = own.is_some_and(|own| own.state == CallState::Failed);
        match sent.call {
            Call::QueryRealTimeOrder => {}
            Call::SubmitOrder => {
                if self.mt_order_id.is_some() {
                    return Err(RideReason::Done);
                }
                // A repetition asks after the first, whose estimate was valid.
                if !own_failed && self.estimated_at.is_some_and(|at| !estimate_is_valid(at, now)) {
                    return Err(RideReason::EstimateExpired);
                }
            }
            Call::ConfirmOrder => {
                if !self.is_dispatching() {
                    return Err(RideReason::NotInThisState);
                }
                let driver = sent.driver_id.as_deref().unwrap_or_default();
                if !self.may_confirm().iter().any(|offer| offer.submit_drive_info.driver_id == driver) {
                    return Err(if own_failed && self.needs_query() { RideReason::QueryFirst } else { RideReason::NoSuchOffer });
                }
            }
            Call::CancelOrder => match self.may_cancel() {
                None if self.is_cancellable() => return Err(RideReason::QueryFirst),
                None => return Err(RideReason::NotInThisState),
                Some(CancelStep::ASK_FEE) if sent.step != Some(CancelStep::ASK_FEE) => return Err(RideReason::AskFeeFirst),
                Some(_) => {}
            },
            Call::NotifyPaidResult => self.is_owed(sent.price)?,
        }
        Ok(())
    }

    fn answered(&mut self, answered: &CallAnswered, now: Timestamp, learned_nothing: bool) -> RideTransitionKind {
        let (call, step, code) = (answered.call, answered.step, answered.code);
        if call == Call::QueryRealTimeOrder {
            self.close_query(now);
        }
        let own = self.call(call, step);
        let is_told = |own: &OwnCall| {
            let same_price = answered.cancel_price.is_none() || own.price == answered.cancel_price;
            own.state == CallState::Answered && own.code == Some(code) && same_price
        };
        if learned_nothing && own.is_some_and(is_told) {
            return RideTransitionKind::Duplicate;
        }
        let (status, outcome) = (self.status(), self.outcome_of(call, code));
        let own = self.own_call(call, step, CallState::Answered, now);
        own.code = Some(code);
        own.order_status = Some(status);
        if call == Call::CancelOrder {
            own.price = answered.cancel_price;
        }
        let driver = own.driver_id.clone();
        let succeeded = code == ResultCode::SUCCESS;
        own.count_failure(!succeeded);
        if let Some(outcome) = outcome {
            self.keep_payment(outcome);
        }
        if let (Call::ConfirmOrder, false, Some(driver)) = (call, succeeded, driver)
            && let Err(place) = self.declined.binary_search(&driver)
        {
            self.declined.insert(place, driver);
            self.overflowed |= shorten(&mut self.declined, MOST);
        }
        let settles_itself = match call {
            Call::QueryRealTimeOrder => true,
            Call::SubmitOrder => code != ResultCode::REPEAT_SUBMIT_ORDER_ERROR,
            Call::ConfirmOrder => succeeded,
            Call::CancelOrder => succeeded && step != Some(CancelStep::CONFIRM),
            Call::NotifyPaidResult => false,
        };
        if !settles_itself {
            self.hear(now);
        }
        RideTransitionKind::Moved
    }

    #[inline(never)]
    fn failed(&mut self, failed: &CallFailed, now: Timestamp) -> RideTransitionKind {
        let (call, step) = (failed.call, failed.step);
        let own = self.call(call, step);
        if own.is_some_and(|own| own.state == CallState::Failed) {
            return RideTransitionKind::Duplicate;
        }
        let (price, driver_id) = own.map_or((None, None), |own| (own.price, own.driver_id.clone()));
        let status = self.status();
        let own = self.own_call(call, step, CallState::Failed, now);
        (own.price, own.driver_id) = (price, driver_id);
        if call != Call::QueryRealTimeOrder {
            own.order_status = Some(status);
            own.count_failure(true);
        }
        if call == Call::NotifyPaidResult {
            self.keep_payment(PaymentOutcome::Unknown);
        }
        // Asking again, a fee or to be submitted, is the better question than a query.
        let asks = match call {
            Call::QueryRealTimeOrder | Call::SubmitOrder => false,
            Call::CancelOrder => step == Some(CancelStep::CONFIRM),
            Call::ConfirmOrder | Call::NotifyPaidResult => true,
        };
        if asks {
            self.hear(now);
        }
        RideTransitionKind::Moved
    }

    /// A call that was not answered for long has failed, also where that was never reported. Returns whether anything has changed.
    pub(in crate::ride) fn give_up(&mut self, now: Timestamp) -> bool {
        let mut has_changed = self.set_times_right(now);
        let given_up = |own: &&OwnCall| own.state == CallState::Pending && own.at + REPLY_PATIENCE <= now;
        while let Some(own) = self.calls.iter().find(given_up) {
            let failed = CallFailed { call: own.call, step: own.step };
            self.failed(&failed, now);
            has_changed = true;
        }
        has_changed
    }

    /// Something that only a query can settle: one that is sent from now on.
    #[inline(never)]
    pub(super) fn hear(&mut self, now: Timestamp) {
        self.news = self.news.max(self.unheard());
        self.news_at = self.news_at.max(Some(now));
    }

    /// How news of now count: each query that is under way may have been answered before it.
    fn unheard(&self) -> i32 {
        1 + self.queries_under_way()
    }

    fn queries_under_way(&self) -> i32 {
        let query = self.call(Call::QueryRealTimeOrder, None).filter(|call| call.state == CallState::Pending);
        query.map_or(0, |call| 1 + call.news)
    }

    fn close_query(&mut self, now: Timestamp) {
        let under_way = self.queries_under_way();
        if under_way <= 1 {
            self.own_call(Call::QueryRealTimeOrder, None, CallState::Answered, now);
        } else if let Some(query) = self.calls.iter_mut().find(|own| own.call == Call::QueryRealTimeOrder) {
            query.news = (under_way - 2).max(0);
        }
    }

    #[inline(never)]
    pub(in crate::ride) fn call(&self, call: Call, step: Option<CancelStep>) -> Option<&OwnCall> {
        self.calls.iter().find(|own| own.call == call && own.step == step)
    }

    /// The record of a call, in its new state. Fields of the old one are gone, but the driver of a confirmation.
    #[inline(never)]
    fn own_call(&mut self, call: Call, step: Option<CancelStep>, state: CallState, at: Timestamp) -> &mut OwnCall {
        let news = match (call, state) {
            (Call::QueryRealTimeOrder, CallState::Pending) => self.queries_under_way().min(MAX_QUERIES - 1),
            (Call::QueryRealTimeOrder, _) => 0,
            _ => self.unheard(),
        };
        let place = self.calls.binary_search_by_key(&(call, step), |own| (own.call, own.step));
        let place = place.unwrap_or_else(|place| {
            self.calls.insert(place, OwnCall { call, step, ..OwnCall::default() });
            place
        });
        let own = &mut self.calls[place];
        (own.state, own.at, own.news, own.code) = (state, at, news, None);
        own
    }

    /// The state by the newest query and the events after it.
    pub(super) fn replay(&self) -> Replay {
        let submitted = self.call(Call::SubmitOrder, None).is_some_and(|own| own.code == Some(ResultCode::SUCCESS));
        let (mut status, since) = match &self.detail {
            Some(detail) => (detail.order_status, Some(detail.as_of())),
            None if submitted => (RideStatus::SUBMITTED, None),
            None => (undecided::NOTHING_KNOWN, None),
        };
        let mut replay = Replay::default();
        for event in self.events.iter().filter(|event| Some(event.event_time) > since) {
            let step = step(event.event_code, status);
            if step.is_none_or(|step| step.asks) {
                replay.unsettled.push(event.clone());
            }
            // An undocumented value contradicts nothing.
            if step.is_none() && is_listed(status) && event.event_code.name().is_some() {
                replay.conflicts.push(event.clone());
            }
            status = step.and_then(|step| step.to).unwrap_or(status);
        }
        replay.status = status;
        replay
    }
}

impl OwnCall {
    fn count_failure(&mut self, failed: bool) {
        self.failures = failed.then(|| (self.failures.unwrap_or_default() + 1).min(MAX_FAILURES));
    }
}

/// Whether the event is about a query of ours, or its reply.
fn is_about_query(event: &Event) -> bool {
    let call = match event {
        Event::Queried(_) => return true,
        Event::Sent(sent) => sent.call,
        Event::Answered(answered) => answered.call,
        Event::Failed(failed) => failed.call,
        _ => return false,
    };
    call == Call::QueryRealTimeOrder
}

/// Corrects what deviates in an event, and reports it.
fn warnings_of(event: &mut Event) -> Vec<RideWarning> {
    let mut warnings = Vec::new();
    let time = match event {
        Event::OrderChanged(event) => &mut event.event_time,
        Event::Queried(detail) => &mut detail.update_time,
        Event::Answered(answered) => {
            answered.cancel_price = answered.cancel_price.filter(|&amount| amount >= Fen(0));
            let is_success = answered.call == Call::CancelOrder && answered.code == ResultCode::SUCCESS;
            if is_success && answered.cancel_price.is_none() {
                warnings.push(RideWarning::AmountUnknown);
            }
            return warnings;
        }
        Event::Refunded(refund) => {
            refund.refund_amount = refund.refund_amount.filter(|&amount| amount >= Fen(0));
            if refund.refund_amount.is_none() {
                warnings.push(RideWarning::AmountUnknown);
            }
            &mut refund.refund_time
        }
        _ => return warnings,
    };
    // Ten digits are this century's seconds; as milliseconds they would be 1970.
    if let Some(Timestamp(time @ 1_000_000_000..10_000_000_000)) = time {
        *time *= 1_000;
        warnings.push(RideWarning::TimeInSeconds);
    }
    warnings
}

/// See [`RideOrder::replay`].
#[derive(Default)]
pub(super) struct Replay {
    pub(super) status: RideStatus,
    /// The events that did not decide alone.
    unsettled: Vec<KnownEvent>,
    /// Those of them that contradict what was before.
    pub(super) conflicts: Vec<KnownEvent>,
}

fn key(event: &KnownEvent) -> (Timestamp, crate::ride::codes::RideEvent) {
    (event.event_time, event.event_code)
}

/// Whether the event happens to orders with a driver alone. Bills and payments may be of a cancel fee.
fn tells_of_driver(event: crate::ride::codes::RideEvent) -> bool {
    let on_the_way = |status: RideStatus| (RideStatus::CONFIRMED..=RideStatus::DELIVERED).contains(&status);
    STEPS.iter().any(|step| step.event == event && step.to.is_some_and(on_the_way))
}

fn is_listed(status: RideStatus) -> bool {
    status == undecided::NOTHING_KNOWN
        || undecided::is_kind_unknown(status)
        || RideStatus::VALUES.values.iter().any(|listed| listed.value == status.0)
}

pub(super) fn shorten<T>(list: &mut Vec<T>, max: usize) -> bool {
    let is_longer = list.len() > max;
    list.truncate(max);
    is_longer
}

/// The same for every repetition of an event: its content, without what belongs to the sending of it.
fn fingerprint(event: OrderChanged) -> String {
    let mut text = Vec::new();
    OrderChanged { ent_id: None, method: None, ts: None, ..event }.encode(&mut text);
    sha1_hex(&text)
}
