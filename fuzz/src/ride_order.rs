//! What is known of a ride order: the same facts in any order and number; and any bytes as what was stored.

use crate::input::{Input, flag, json, seed};
use crate::vectors::Vectors;
use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::time::Timestamp;
use serde_json::Value;

const MT: &str = "143035144198107963915429100000";
const OWN: &str = "4fccd962-1ef3-4b0c-9442-6c40eb682387";
const START: i64 = 1_629_857_000_000;
const NOW: Timestamp = Timestamp(START + 3_600_000);
/// Fewer than an order keeps of anything; what is beyond that is a matter of `overflowed`.
const MOST_FACTS: usize = 30;

/// The first byte chooses between facts and bytes that were stored.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let flags = input.byte();
    if flag(flags, 0) { check_stored(&mut input) } else { check_facts(&mut input) }
}

fn check_facts(input: &mut Input<'_>) {
    let count = 1 + input.below(MOST_FACTS);
    let facts: Vec<Event> = (0..count).map(|_| fact(input)).collect();
    let straight = after(&facts);
    let other = after(&disturbed(&facts, input));
    // Whether a query is needed is about what came after the last one.
    let facts_of = |order: &RideOrder| RideOrder { news: 0, news_at: None, ..order.clone() };
    assert_eq!(facts_of(&straight), facts_of(&other), "{facts:#?}");
    let follows = |order: &RideOrder| {
        (
            order.status(),
            order.conflicts(),
            order.conflict_kinds(),
            order.refunded(),
            order.refunded_at_least(),
            order.driver_is_expected(),
        )
    };
    assert_eq!(follows(&straight), follows(&other), "{facts:#?}");
}

fn after(facts: &[Event]) -> RideOrder {
    let mut order = RideOrder::default();
    for fact in facts {
        let transition = order.apply(fact, NOW);
        assert_ne!(transition.kind, RideTransitionKind::Illegal, "a fact is refused: {fact:?} {:?}", transition.reason);
        check_border(&order, fact, &transition);
        order = transition.order;
        let again = order.apply(fact, NOW);
        assert_ne!(again.kind, RideTransitionKind::Moved, "a repetition is news: {fact:?}");
        assert_eq!(
            RideOrder { news: 0, news_at: None, ..again.order },
            RideOrder { news: 0, news_at: None, ..order.clone() },
            "{fact:?}"
        );
    }
    order
}

/// The facts again, some of them several times, in an order that the input chooses.
fn disturbed(facts: &[Event], input: &mut Input<'_>) -> Vec<Event> {
    let mut shuffled = facts.to_vec();
    for _ in 0..input.below(MOST_FACTS) {
        shuffled.push(facts[input.below(facts.len())].clone());
    }
    for index in (1..shuffled.len()).rev() {
        shuffled.swap(index, input.below(index + 1));
    }
    shuffled
}

/// Any fact, whether it makes sense or not; there are few times and numbers, so that many are the same.
fn fact(input: &mut Input<'_>) -> Event {
    let (what, how) = (input.below(8), input.byte());
    let pick = usize::from(how & 15);
    let offset = Timestamp(START + i64::from(how >> 4));
    match what {
        0 => offer(pick),
        1 => refund(pick),
        2 | 3 => queried(input, offset, how),
        4 => {
            let change_status = Some(["a", "b"][pick % 2].into());
            Event::OrderChanged(OrderChanged { event_code: Some(event_code(input)), change_status, ..changed() })
        }
        // Some senders write seconds.
        5 => Event::OrderChanged(OrderChanged {
            event_code: Some(event_code(input)),
            event_time: Some(Timestamp(offset.0 / 1_000)),
            ..changed()
        }),
        _ => Event::OrderChanged(OrderChanged { event_code: Some(event_code(input)), event_time: Some(offset), ..changed() }),
    }
}

fn changed() -> OrderChanged {
    OrderChanged { mt_order_id: Some(MT.into()), ..OrderChanged::default() }
}

fn event_code(input: &mut Input<'_>) -> RideEvent {
    let listed = RideEvent::VALUES.values;
    RideEvent(listed.get(input.below(listed.len() + 1)).map_or(777, |listed| listed.value))
}

fn status(input: &mut Input<'_>) -> RideStatus {
    let listed = RideStatus::VALUES.values;
    RideStatus(listed.get(input.below(listed.len() + 1)).map_or(212, |listed| listed.value))
}

fn queried(input: &mut Input<'_>, offset: Timestamp, how: u8) -> Event {
    Event::Queried(KnownDetail {
        order_status: status(input),
        update_time: flag(how, 0).then_some(offset),
        asked_at: flag(how, 1).then(|| Timestamp(START + input.below(12) as i64)),
        mt_order_id: Some(MT.into()),
        channel_partner_order_id: flag(how, 2).then(|| OWN.into()),
        user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(input.below(3) as i64)), cancel_fee: None }),
        driver_info: flag(how, 3).then(|| KnownDriver { driver_id: Some(input.below(2).to_string()) }),
    })
}

fn offer(pick: usize) -> Event {
    Event::CapacityOffered(CapacityOffered {
        mt_order_id: MT.into(),
        mt_dispatch_sub_order_id: Some(["d1", "d2"][pick % 2].into()),
        submit_drive_info: OfferedDriver { driver_id: ["7", "8"][pick / 2 % 2].into(), ..OfferedDriver::default() },
        ..CapacityOffered::default()
    })
}

fn refund(pick: usize) -> Event {
    Event::Refunded(Refunded {
        mt_order_id: MT.into(),
        sqt_refund_no: ["r1", "r2"][pick % 2].into(),
        refund_amount: Some(Fen(pick as i64 / 2 % 4 * 100 - 100)).filter(|_| pick < 14),
        refund_time: Some(Timestamp(START + 9_000)),
        refund_status: RefundStatus::SUCCESS,
        ..Refunded::default()
    })
}

/// Over JSON it is the same.
fn check_border(order: &RideOrder, event: &Event, transition: &RideTransition) {
    let (mut packed, mut out) = (Packed::default(), Vec::new());
    let applied = apply_json(&json(order), &fact_json(event), b"", NOW, &mut packed, &mut out);
    applied.unwrap_or_else(|error| panic!("{event:?}: {error:?}"));
    assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&json(transition)));
}

/// A fact as JavaScript would send it.
fn fact_json(event: &Event) -> Vec<u8> {
    event.to_json().into_bytes()
}

/// Any bytes as an order, an event and recent calls: the result can be applied again.
fn check_stored(input: &mut Input<'_>) {
    let now = Timestamp(START + input.number() % (1 << 52));
    let [order, event, calls] = [(); 3].map(|()| input.piece());
    let (mut packed, mut out) = (Packed::default(), Vec::new());
    if apply_json(order, event, calls, now, &mut packed, &mut out).is_err() {
        return;
    }
    let output: Value = serde_json::from_slice(&out).expect("the output is JSON");
    if event.is_empty() {
        return;
    }
    let next = output["order"].to_string();
    out.clear();
    let again = apply_json(next.as_bytes(), event, calls, now, &mut packed, &mut out);
    again.unwrap_or_else(|error| panic!("what was stored cannot be loaded: {error:?} {next}"));
    let again: Value = serde_json::from_slice(&out).expect("the output is JSON");
    assert_ne!(again["kind"], "moved", "a repetition is news: {next}");
}

/// The spec's pushes and its query, applied to an order; and a ride as bytes.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let leading = [&[1], &0_i64.to_le_bytes()[..]].concat();
    let query: Value = serde_json::from_slice(&vectors.file("ride/queryRealTimeOrder/response.json")).expect("a vector is JSON");
    let events = [
        format!("{{\"queried\":{}}}", query["data"]),
        format!("{{\"capacityOffered\":{}}}", String::from_utf8_lossy(&vectors.file("ride/capacityOffered/request.json"))),
        format!("{{\"refunded\":{}}}", String::from_utf8_lossy(&vectors.file("ride/refunded/request.json"))),
        r#"{"sent":{"call":"submitOrder","channelPartnerOrderId":"1"}}"#.into(),
        r#"{"answered":{"call":"submitOrder","code":0,"mtOrderId":"1"}}"#.into(),
        r#"{"failed":{"call":"submitOrder"}}"#.into(),
        r#"{"estimated":{}}"#.into(),
        String::new(),
    ];
    let facts: Vec<u8> = (0..90).map(|number: u8| number.wrapping_mul(37)).collect();
    let known = String::from_utf8_lossy(&json(&after(&[offer(0), refund(1)]))).into_owned();
    let mut seeds: Vec<_> = events
        .iter()
        .flat_map(|event| [String::new(), known.clone()].map(|order| seed(&leading, &[order.as_bytes(), event.as_bytes(), b""])))
        .collect();
    seeds.extend((1..20).map(|count| [&[0, count], &facts[..]].concat()));
    seeds
}
