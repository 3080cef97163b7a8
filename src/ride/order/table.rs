//! Which event leads from which state to which: the one table that the code and the documentation's picture are made from.
//!
//! The ride spec publishes the states and the events, and no transition: all of this table is inferred.

use super::facts::undecided::{CANCELED, CANCELED_WAIT_PAY, NOTHING_KNOWN};
#[cfg(feature = "texts")]
use super::states::FINAL;
use crate::ride::codes::{RideEvent, RideStatus};

/// One row.
#[derive(Debug)]
pub struct Step {
    /// The events.
    pub event: RideEvent,
    /// In which states; any where none is named.
    pub from: &'static [RideStatus],
    /// The state after it; the same as before where none is named.
    pub to: Option<RideStatus>,
    /// The event does not decide the state, or what belongs to it, alone: a query has to.
    pub asks: bool,
    /// Why: Chinese, then English after ` · `.
    pub doc: crate::message::Doc,
}

macro_rules! steps {
    ($( $event:ident, $from:expr => $to:expr, $asks:ident, $doc:literal; )*) => {
        /// Every transition. A transition that is not in it is a contradiction: the state stays, and a query is needed.
        pub static STEPS: &[Step] = &[$(Step {
            event: RideEvent::$event,
            from: $from,
            to: $to,
            asks: steps!(@ $asks),
            doc: crate::doc_text!($doc),
        },)*];
    };
    (@ decides) => { false };
    (@ asks) => { true };
}

const fn to(status: RideStatus) -> Option<RideStatus> {
    Some(status)
}

/// The way of an order that is not cancelled, in its order. Events may be lost, so a later one may come in any state before.
const WAY: [RideStatus; 9] = [
    NOTHING_KNOWN,
    RideStatus::SUBMITTED,
    RideStatus::PUSHED,
    RideStatus::CONFIRMED,
    RideStatus::DRIVER_ARRIVED,
    RideStatus::DRIVING,
    RideStatus::DELIVERED,
    RideStatus::WAIT_PAY,
    RideStatus::COMPLETED,
];

/// The first `count` states of the way.
const fn first(count: usize) -> &'static [RideStatus] {
    const REF: &[RideStatus] = &WAY;
    REF.split_at(count).0
}

const ANY: &[RideStatus] = &[];
const WITH_DRIVER_BEFORE_TRIP: &[RideStatus] = &[RideStatus::CONFIRMED, RideStatus::DRIVER_ARRIVED];
const NOTHING_OWED: &[RideStatus] =
    &[RideStatus::PASSENGER_CANCELED, RideStatus::DRIVER_CANCELED, RideStatus::DISPATCH_CANCELED, RideStatus::SYSTEM_CANCELED];
const FEE_OWED_OR_PAID: &[RideStatus] =
    &[RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY, RideStatus::PASSENGER_CANCELED_PAID];
const FEE_OWED: &[RideStatus] = &[RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY, CANCELED_WAIT_PAY];
const CANCELED_UNKNOWN: &[RideStatus] = &[CANCELED, CANCELED_WAIT_PAY];

steps! {
    ORDER_CREATED, first(2) => to(RideStatus::SUBMITTED), decides, "已下单 · Ordered.";
    ORDER_PUSHED, first(3) => to(RideStatus::PUSHED), decides, "已推单，等待接单 · Offered to drivers.";
    ORDER_PUSHED, WITH_DRIVER_BEFORE_TRIP => to(RideStatus::PUSHED), asks, "重新推单：原司机已不再接单，或事件迟到 · Offered again: the driver is lost, or the event late.";
    ORDER_CONFIRMED, first(4) => to(RideStatus::CONFIRMED), decides, "司机已接单 · Taken by a driver.";
    ORDER_CONFIRMED, &[RideStatus::DRIVER_ARRIVED] => to(RideStatus::CONFIRMED), asks, "换了司机，却没有收到改派事件 · Taken by another driver, without the event of it.";
    ORDER_REASSIGNED, first(5) => to(RideStatus::CONFIRMED), asks, "已改派司机；也可能是重新推单 · Given to another driver; it may be offered again instead.";
    ORDER_SERVICE_STARTED, first(4) => to(RideStatus::CONFIRMED), decides, "司机已出发 · The driver is on the way.";
    ORDER_SERVICE_STARTED, &[RideStatus::DRIVER_ARRIVED] => to(RideStatus::CONFIRMED), asks, "另一位司机已出发 · Another driver is on the way.";
    DEPARTURE_CHANGED, ANY => None, decides, "没有自己的状态 · No state of its own.";
    DRIVER_ARRIVED, first(5) => to(RideStatus::DRIVER_ARRIVED), decides, "司机等待中 · The driver waits.";
    TRIP_STARTED, first(6) => to(RideStatus::DRIVING), decides, "行程中 · On the trip.";
    DESTINATION_CHANGED, ANY => None, decides, "没有自己的状态 · No state of its own.";
    TRIP_DELIVERED, first(7) => to(RideStatus::DELIVERED), decides, "已送达 · At the destination.";
    BILL_GENERATED, first(8) => to(RideStatus::WAIT_PAY), decides, "待支付；金额以查询为准 · To be paid; the amount comes from a query.";
    BILL_GENERATED, FEE_OWED => None, asks, "取消费 · The cancel fee.";
    BILL_CHANGED, first(8) => to(RideStatus::WAIT_PAY), asks, "金额有变 · Another amount.";
    BILL_CHANGED, &[RideStatus::COMPLETED] => None, asks, "支付后金额有变 · Another amount, after payment.";
    BILL_CHANGED, FEE_OWED_OR_PAID => None, asks, "取消费有变 · Another cancel fee.";
    BILL_CHANGED, CANCELED_UNKNOWN => None, asks, "取消费有变 · Another cancel fee.";
    ORDER_PAID, &[RideStatus::WAIT_PAY, RideStatus::COMPLETED] => to(RideStatus::COMPLETED), decides, "已支付 · Paid.";
    ORDER_PAID, first(7) => to(RideStatus::COMPLETED), asks, "已支付；也可能付的是取消费 · Paid; it may have been a cancel fee.";
    ORDER_PAID, &[RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::PASSENGER_CANCELED_PAID] => to(RideStatus::PASSENGER_CANCELED_PAID), decides, "取消费已支付 · The cancel fee is paid.";
    ORDER_PAID, &[RideStatus::DRIVER_CANCELED_WAIT_PAY] => to(CANCELED), asks, "取消费已支付；没有对应的状态码 · The cancel fee is paid; there is no number for it.";
    ORDER_PAID, CANCELED_UNKNOWN => to(CANCELED), asks, "取消费已支付；不知由谁取消 · The cancel fee is paid; by whom it was cancelled is not known.";
    ORDER_CANCELED, first(8) => to(CANCELED), asks, "取消，无取消费：200、210、220 或 230 · Cancelled without a fee: 200, 210, 220 or 230.";
    ORDER_CANCELED, CANCELED_UNKNOWN => to(CANCELED), asks, "取消，无取消费：200、210、220 或 230 · Cancelled without a fee: 200, 210, 220 or 230.";
    ORDER_CANCELED, NOTHING_OWED => None, decides, "取消的种类已知 · Which kind is known already.";
    ORDER_CANCELED_WITH_PAY, first(8) => to(CANCELED_WAIT_PAY), asks, "取消，有取消费：201 或 211 · Cancelled with a fee: 201 or 211.";
    ORDER_CANCELED_WITH_PAY, CANCELED_UNKNOWN => to(CANCELED_WAIT_PAY), asks, "取消，有取消费：201 或 211 · Cancelled with a fee: 201 or 211.";
    ORDER_CANCELED_WITH_PAY, FEE_OWED_OR_PAID => None, decides, "取消的种类已知 · Which kind is known already.";
    ORDER_SUSPENDED, ANY => None, decides, "文档没有对应的状态 · No state is published for it.";
    ORDER_UN_SUSPENDED, ANY => None, decides, "文档没有对应的状态 · No state is published for it.";
    CAR_TYPE_APPENDED, ANY => None, decides, "没有自己的状态 · No state of its own.";
}

/// The row for an event in a state.
pub fn step(event: RideEvent, from: RideStatus) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.event == event && (step.from.is_empty() || step.from.contains(&from)))
}

/// Every state, those included that are not Meituan's own.
#[cfg(feature = "texts")]
pub fn states() -> Vec<RideStatus> {
    let listed = RideStatus::VALUES.values.iter().map(|listed| RideStatus(listed.value));
    let mut states: Vec<_> = listed.chain([NOTHING_KNOWN, CANCELED, CANCELED_WAIT_PAY]).collect();
    states.sort_unstable();
    states.dedup();
    states
}

/// The name of a state: in Meituan's words, then in English.
#[cfg(feature = "texts")]
pub fn name(status: RideStatus) -> (&'static str, &'static str) {
    match status {
        NOTHING_KNOWN => ("尚无信息", "nothing known"),
        CANCELED => ("已取消，种类未知", "cancelled, kind unknown"),
        CANCELED_WAIT_PAY => ("已取消，有取消费，种类未知", "cancelled with a fee, kind unknown"),
        RideStatus(value) => {
            let listed = RideStatus::VALUES.values.iter().find(|listed| listed.value == value);
            let doc = listed.map_or("", |listed| listed.doc.trim());
            doc.split_once(" · ").unwrap_or((doc, doc))
        }
    }
}

/// The states after a query that shows which kind of cancellation it was.
#[cfg(feature = "texts")]
pub fn known_by_query() -> impl Iterator<Item = (RideStatus, RideStatus)> {
    let kinds = NOTHING_OWED.iter().chain(&[RideStatus::PASSENGER_CANCELED_PAID]).map(|kind| (CANCELED, *kind));
    let fees = FEE_OWED.iter().filter(|kind| **kind != CANCELED_WAIT_PAY).map(|kind| (CANCELED_WAIT_PAY, *kind));
    kinds.chain(fees)
}

/// The table as a Mermaid state diagram. `?` marks what a query has to confirm, `query` a state that only a query shows. Events
/// that change no state are not drawn.
#[cfg(feature = "texts")]
pub fn diagram() -> String {
    use std::fmt::Write;

    let label = |status: RideStatus| match (status.0, name(status).1) {
        (1.., english) => format!("{} {english}", status.0),
        (_, english) => english.to_owned(),
    };
    let name = |status: RideStatus| match status.0 {
        number if number < 0 => format!("u{}", number.unsigned_abs()),
        number => format!("s{number}"),
    };
    let mut out = String::from("stateDiagram-v2\n");
    for status in states() {
        let _ = writeln!(out, "    state \"{}\" as {}", label(status), name(status));
    }
    let _ = writeln!(out, "    [*] --> {}", name(NOTHING_KNOWN));
    for (step, to) in STEPS.iter().filter_map(|step| Some((step, step.to?))) {
        for &from in step.from.iter().filter(|from| **from != to) {
            let mark = if step.asks { " ?" } else { "" };
            let _ = writeln!(
                out,
                "    {} --> {}: {} {}{mark}",
                name(from),
                name(to),
                step.event.0,
                step.event.name().unwrap_or_default()
            );
        }
    }
    for (from, to) in known_by_query() {
        let _ = writeln!(out, "    {} --> {}: query", name(from), name(to));
    }
    for status in FINAL {
        let _ = writeln!(out, "    {} --> [*]", name(*status));
    }
    out
}
