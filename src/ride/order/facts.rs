//! The facts that are known of an order, and the events that report them.

use crate::message::value::FieldValue;
use crate::money::Fen;
use crate::ride::codes::{CancelReason, CancelStep, ResultCode, RideEvent, RideStatus};
use crate::ride::interfaces::with_interfaces;
use crate::ride::pushes::{CapacityOffered, OrderChanged, Refunded};
use crate::ride::replies::OrderDetail;
use crate::ride::{CANCEL_ORDER, CONFIRM_ORDER, NOTIFY_PAID_RESULT, Push, QUERY_REAL_TIME_ORDER, SUBMIT_ORDER};
use crate::time::Timestamp;

/// The maximum of events and refunds that an order keeps.
pub(super) const MAX_EVENTS: usize = 64;
/// The maximum of other lists.
pub(super) const MOST: usize = 32;
crate::words! {
    /// A call of ours that has to do with one order, by its interface's name.
    Call {
        /// Returns the true state.
        QueryRealTimeOrder = QUERY_REAL_TIME_ORDER.name;
        /// Orders.
        SubmitOrder = SUBMIT_ORDER.name;
        /// Confirms an offered driver.
        ConfirmOrder = CONFIRM_ORDER.name;
        /// Asks the cancel fee, or cancels.
        CancelOrder = CANCEL_ORDER.name;
        /// Reports that what is owed was paid.
        NotifyPaidResult = NOTIFY_PAID_RESULT.name;
    }

    /// How far a call of ours is.
    CallState {
        /// Sent, and not answered yet.
        Pending = "pending";
        /// Answered, with a code.
        Answered = "answered";
        /// Not answered in time, or the connection broke: whether it took effect is not known.
        Failed = "failed";
    }

    /// How far a payment is that our own function makes, before Meituan is notified of it.
    ProposalState {
        /// The function has been called for it, and has not ended.
        Open = "open";
        /// It has not paid, and may be called again later.
        Declined = "declined";
        /// Whether it has paid is not known. It is called again, with the same idempotency key.
        Unknown = "unknown";
        /// It has paid.
        Paid = "paid";
    }

    /// The outcome of the notices of a payment. The last one that applies to any of them counts.
    PaymentOutcome {
        /// Each was answered with an error: Meituan did not accept it.
        Refused = "refused";
        /// One had no answer, or a system error: whether it took effect is not known.
        Unknown = "unknown";
        /// Meituan has accepted it.
        Accepted = "accepted";
    }
}

crate::messages! {
    /// One order as it is known: plain data, to be kept in the caller's own store. It holds facts alone, and in one form
    /// whatever their order of arrival; what follows from them is computed. A new order is the default one.
    ///
    /// It is bounded: 64 events and refunds, 32 offers, hints and declined drivers; a real order sees tens of events. Beyond
    /// that the newest events are kept: an older one decides nothing once a newer one is known, unless all of the newer ones keep
    /// the state. A hint that is not kept asks for one more query when it is repeated. The other lists keep the first in their
    /// order, whatever order they came in. `overflowed` reports it; `refundedAtLeast` says whether refunds are a lower
    /// bound.
    RideOrder {
        /// Meituan's order number, once it is known.
        mt_order_id "mtOrderId": string, optional;
        /// Our order number, once it is known.
        channel_partner_order_id "channelPartnerOrderId": string, optional;
        /// The events that came with their time, by time, then code.
        events "events": list(object(KnownEvent)), required;
        /// Fingerprints of the events that came without a time or a code: SHA-1 of their content.
        hints "hints": list(string), required;
        /// The newest query's reply.
        detail "detail": object(KnownDetail), optional;
        /// The offers, by dispatch and driver.
        offers "offers": list(object(CapacityOffered)), required;
        /// Drivers that Meituan did not let us accept.
        declined "declined": list(string), required;
        /// The refunds, by their number.
        refunds "refunds": list(object(Refunded)), required;
        /// Our calls, the last of each kind.
        calls "calls": list(object(OwnCall)), required;
        /// News that only a query can settle: 0 nothing, 1 something was heard since the last query; one more for each query that
        /// was under way then.
        news "news": integer(0..9), required;
        /// When the last of it was heard, by the caller's clock.
        news_at "newsAt": milliseconds, optional;
        /// A driver has accepted the order at some time.
        was_taken "wasTaken": flag, required;
        /// Two pushes reported different amounts of the same refund; the larger one is kept.
        refunds_differ "refundsDiffer": flag, required;
        /// More was reported than is kept.
        overflowed "overflowed": flag, required;
        /// When the estimate that the order is made with came.
        estimated_at "estimatedAt": milliseconds, optional;
        /// When the last news came.
        heard_at "heardAt": milliseconds, optional;
        /// The payments that were reported, each amount once; absent in what was stored before there was this list.
        payments "payments": list(object(Payment)), optional;
        /// The payments that our own function was called for, each amount once; absent where there is none.
        proposals "proposals": list(object(Proposal)), optional;
        /// The fees of a driver's cancellation (state 211) that queries reported, by amount; absent where there is none.
        fees "fees": list(object(ReportedFee)), optional;
    }

    /// A payment that was reported to Meituan: the money is gone, whatever the outcome.
    Payment {
        /// The amount, fen.
        price "price": fen, required;
        /// The outcome of its notices.
        outcome "outcome": word(PaymentOutcome), required;
    }

    /// A payment that our own function was called for.
    Proposal {
        /// The amount, fen.
        price "price": fen, required;
        /// How far it is.
        state "state": word(ProposalState), required;
        /// When that was, by the caller's clock.
        at "at": milliseconds, required;
        /// How often in a row it was not paid: the more often, the later the function is called again.
        failures "failures": integer(0..9), optional;
    }

    /// A cancel fee that a query reported.
    ReportedFee {
        /// The amount, fen.
        price "price": fen, required;
        /// When the first query that reported it was sent, by the caller's clock.
        since "since": milliseconds, required;
    }

    /// An event with its time.
    KnownEvent {
        /// An event.
        event_code "eventCode": code(RideEvent), required;
        /// When, epoch milliseconds by Meituan's clock.
        event_time "eventTime": milliseconds, required;
    }

    /// The part of a query's reply that rules need. The fields are those of [`OrderDetail`], and `askedAt`.
    KnownDetail {
        /// State.
        order_status "orderStatus": code(RideStatus), required;
        /// When the state was last updated, by Meituan's clock. A reply without it counts as of `askedAt` (inferred).
        update_time "updateTime": milliseconds, optional;
        /// When the query was sent, by the caller's clock; when the reply was recorded, if not given.
        asked_at "askedAt": milliseconds, optional;
        /// Meituan's order number.
        mt_order_id "mtOrderId": string, optional;
        /// Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, optional;
        /// Charges.
        user_price_info "userPriceInfo": object(KnownPrices), optional;
        /// The driver.
        driver_info "driverInfo": object(KnownDriver), optional;
    }

    /// The part of the charges that rules need, fen.
    KnownPrices {
        /// The amount that is owed, fen, cancel fee included.
        user_payable_balance_price "userPayableBalancePrice": fen, optional;
        /// Cancel fee.
        cancel_fee "cancelFee": fen, optional;
    }

    /// The part of the driver that rules need.
    KnownDriver {
        /// The driver's number.
        driver_id "driverId": string, nullable;
    }

    /// A call of ours.
    OwnCall {
        /// Which.
        call "call": word(Call), required;
        /// For a cancel call: whether it requested the fee or cancelled.
        step "type": code(CancelStep), optional;
        /// How far it is.
        state "state": word(CallState), required;
        /// When that was, by the caller's clock.
        at "at": milliseconds, required;
        /// The code of the reply.
        code "code": code(ResultCode), optional;
        /// For a cancel call: the fee that was answered. For a notice of payment: the amount. Fen.
        price "price": fen, optional;
        /// The state of the order then: a fee counts for the state that it was requested in.
        order_status "orderStatus": code(RideStatus), optional;
        /// The driver to be accepted.
        driver_id "driverId": string, optional;
        /// For a cancel call: the reason that was given.
        cancel_code "cancelCode": code(CancelReason), optional;
        /// As in the order: 0 a query was answered since. For a query: how many more are under way.
        news "news": integer(0..9), required;
        /// How many attempts in a row have had no success: the next one waits the longer.
        failures "failures": integer(0..9), optional;
    }

    /// Record it when an estimate has come, with which the order is to be made.
    EstimateReceived {}

    /// Record it before a call of ours is made. It may be refused (`illegal`), and is then not to be made. The fields have the
    /// names of the requests', so that a request's fields can be recorded as they are.
    CallSent {
        /// Which call.
        call "call": word(Call), required;
        /// Of submitOrder: our order number.
        channel_partner_order_id "channelPartnerOrderId": string, optional;
        /// Of confirmOrder: the driver to accept.
        driver_id "driverId": string, optional;
        /// Of cancelOrder: whether to ask or to cancel.
        step "type": code(CancelStep), optional;
        /// Of cancelOrder: the reason.
        cancel_code "cancelCode": code(CancelReason), optional;
        /// Of notifyPaidResult: the amount paid, fen.
        price "price": fen, optional;
    }

    /// Sent when a call of ours was answered, well or not. The reply to a query that succeeded is an event of its own.
    CallAnswered {
        /// Which call.
        call "call": word(Call), required;
        /// Of cancelOrder: whether it requested the fee or cancelled.
        step "type": code(CancelStep), optional;
        /// The business code; 0 is the only success.
        code "code": code(ResultCode), required;
        /// Of submitOrder: Meituan's order number.
        mt_order_id "mtOrderId": string, optional;
        /// Of cancelOrder: the fee, fen.
        cancel_price "cancelPrice": fen, optional;
    }

    /// Record it when a call of ours timed out or broke: whether it took effect is not known.
    CallFailed {
        /// Which call.
        call "call": word(Call), required;
        /// Of cancelOrder: whether it requested the fee or cancelled.
        step "type": code(CancelStep), optional;
    }

    /// Record it before our own function pays (`open`), which may be refused (`illegal`), and when it has ended.
    PaymentProposed {
        /// The amount, fen.
        price "price": fen, required;
        /// How far it is.
        state "state": word(ProposalState), required;
    }

    /// Our recent calls for all orders of the account together, and how many orders and processes share Meituan's limit.
    RideCalls {
        /// By interface.
        calls "calls": list(object(RecentCalls)), required;
        /// How many orders this process follows: the more, the more rarely a silent one is queried.
        open_orders "openOrders": count, optional;
        /// How many processes share the account: each gets an equal part of the limit. 1 by default, and at most 100: a part
        /// is a call a minute at least. Rust counts by this value unchecked: beyond 100 no call is ever free.
        processes "processes": integer(1..100), optional;
    }

    /// Our recent calls of one interface.
    RecentCalls {
        /// The interface.
        call "call": word(Call), required;
        /// When those of the last minute were made, in any order, epoch milliseconds. Older ones may be in it: those of a day
        /// count for the limit of a day.
        times "times": list(milliseconds), required;
        /// Until when the calls so far use up the limit of a day, each call an equal part of it.
        busy_until "busyUntil": milliseconds, optional;
    }
}

/// The states that the table of the ride spec (附录 订单状态说明) has no number for. They are used as statuses.
pub mod undecided {
    use super::RideStatus;

    /// Nothing is known yet.
    pub const NOTHING_KNOWN: RideStatus = RideStatus(0);
    /// Cancelled, with nothing to pay any more; by whom is to be queried (event 100, or 90 after 110).
    pub const CANCELED: RideStatus = RideStatus(-100);
    /// Cancelled, with a fee to pay; by whom and how much is to be queried (event 110).
    pub const CANCELED_WAIT_PAY: RideStatus = RideStatus(-110);

    /// Whether the order is cancelled, and only a query can show which kind.
    pub fn is_kind_unknown(status: RideStatus) -> bool {
        status == CANCELED || status == CANCELED_WAIT_PAY
    }
}

crate::choices! {
    /// An event of an order. In JSON, an object with exactly one of the fields: `{"orderChanged": {…}}`.
    Event "RideOrderEvent" {
        /// Push 4.
        CapacityOffered(CapacityOffered) "capacityOffered";
        /// Push 9.
        OrderChanged(OrderChanged) "orderChanged";
        /// Push 10.
        Refunded(Refunded) "refunded";
        /// A query was answered with code 0: its `data`.
        Queried(KnownDetail) "queried";
        /// An estimate came, with which the order is to be made.
        Estimated(EstimateReceived) "estimated";
        /// A call of ours is about to be made.
        Sent(CallSent) "sent";
        /// A call of ours was answered.
        Answered(CallAnswered) "answered";
        /// A call of ours has no answer.
        Failed(CallFailed) "failed";
        /// Our own function is about to pay, or has ended.
        Proposed(PaymentProposed) "proposed";
    }
}

macro_rules! pushes {
    ($([$($call:tt)*])* $({$push:ident $body:ident($held:ty) ($($order:ident)?) $marks:tt})*) => {
        /// Each push about an order is an event of it. One about none, or of another business, is the error.
        impl TryFrom<Push> for Event {
            type Error = Push;

            fn try_from(push: Push) -> Result<Self, Push> {
                $($(if let Push::$body(body) = push {
                    let _ = stringify!($order);
                    let body: Box<$body> = body.into();
                    return Ok(Event::$body(*body));
                })?)*
                Err(push)
            }
        }

        impl Event {
            /// Whether Meituan has pushed it.
            pub(crate) fn is_push(&self) -> bool {
                $($({
                    let _ = stringify!($order);
                    if let Event::$body(_) = self {
                        return true;
                    }
                })?)*
                false
            }
        }
    };
}

with_interfaces!(pushes);

impl From<&OrderDetail> for Event {
    fn from(detail: &OrderDetail) -> Self {
        Event::Queried(detail.into())
    }
}

impl From<&OrderDetail> for KnownDetail {
    fn from(detail: &OrderDetail) -> Self {
        KnownDetail {
            order_status: detail.order_status,
            update_time: detail.update_time,
            asked_at: None,
            mt_order_id: detail.mt_order_id.clone(),
            channel_partner_order_id: detail.channel_partner_order_id.clone(),
            user_price_info: detail.user_price_info.as_ref().map(|prices| KnownPrices {
                user_payable_balance_price: prices.user_payable_balance_price,
                cancel_fee: prices.cancel_fee,
            }),
            driver_info: detail.driver_info.as_ref().map(|driver| KnownDriver { driver_id: driver.driver_id.clone() }),
        }
    }
}

impl KnownDetail {
    /// The amount that is owed, fen.
    pub fn payable(&self) -> Option<Fen> {
        self.user_price_info.as_ref()?.user_payable_balance_price
    }

    /// As of when it counts.
    pub(super) fn as_of(&self) -> Timestamp {
        self.update_time.or(self.asked_at).unwrap_or_default()
    }

    /// The heavier of two replies counts.
    pub(super) fn weight(&self) -> Weight {
        let prices = self.user_price_info.as_ref();
        let fen = |amount: Option<Fen>| amount.map_or(i64::MIN, |fen| fen.0);
        let content = [
            i64::from(self.order_status.0),
            fen(self.payable()),
            fen(prices.and_then(|prices| prices.cancel_fee)),
            i64::from(self.driver_info.is_some()),
        ];
        let driver = self.driver_info.as_ref().and_then(|driver| driver.driver_id.clone());
        let mut whole = Vec::new();
        self.encode(&mut whole);
        Weight { as_of: self.as_of(), asked_at: self.asked_at, content: (content, driver), whole }
    }
}

/// See [`KnownDetail::weight`]. All of a reply is compared, so that the same replies end in the same one in any order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub(super) as_of: Timestamp,
    asked_at: Option<Timestamp>,
    pub(super) content: ([i64; 4], Option<String>),
    /// Fields that decide nothing else, such as the numbers of the order.
    whole: Vec<u8>,
}

impl CallSent {
    /// A query, or asking for anything that needs no more than the call's name.
    pub fn new(call: Call) -> Self {
        CallSent { call, ..CallSent::default() }
    }

    /// An order under our number.
    pub fn submit(channel_partner_order_id: &str) -> Self {
        CallSent { channel_partner_order_id: Some(channel_partner_order_id.into()), ..CallSent::new(Call::SubmitOrder) }
    }

    /// An offered driver is accepted.
    pub fn confirm(driver_id: &str) -> Self {
        CallSent { driver_id: Some(driver_id.into()), ..CallSent::new(Call::ConfirmOrder) }
    }

    /// The fee is requested, or the order cancelled.
    pub fn cancel(step: CancelStep) -> Self {
        CallSent { step: Some(step), ..CallSent::new(Call::CancelOrder) }
    }

    /// It is reported that this amount was paid.
    pub fn notify_paid(price: Fen) -> Self {
        CallSent { price: Some(price), ..CallSent::new(Call::NotifyPaidResult) }
    }
}

impl CallAnswered {
    /// An answer of nothing but its code.
    pub fn new(call: Call, code: ResultCode) -> Self {
        CallAnswered { call, code, ..CallAnswered::default() }
    }

    /// The order is accepted.
    pub fn submitted(mt_order_id: &str) -> Self {
        CallAnswered { mt_order_id: Some(mt_order_id.into()), ..CallAnswered::new(Call::SubmitOrder, ResultCode::SUCCESS) }
    }

    /// A cancel call is answered with this code and fee.
    pub fn cancel(step: CancelStep, code: ResultCode, cancel_price: Option<Fen>) -> Self {
        CallAnswered { step: Some(step), cancel_price, ..CallAnswered::new(Call::CancelOrder, code) }
    }
}

impl CallFailed {
    /// A call has no answer. A cancel call has its step, too.
    pub fn new(call: Call, step: Option<CancelStep>) -> Self {
        CallFailed { call, step }
    }
}
