//! Ride orders, events and replies as JSON; limits of what is kept.

use crate::rides::{MT, NOW, OWN, Random, after, any_facts, disturbed, event, events, offer, submitted};
use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::replies::{DriverInfo, OrderDetail, PriceInfo};
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

#[test]
fn an_order_keeps_the_newest_64_events_in_any_order() {
    println!("seeds 0 to 40");
    for seed in 0..40 {
        let random = &mut Random::new(seed);
        let facts: Vec<Event> = (0..150).map(|_| event(random.one(&events()), random.below(90) as i64)).collect();
        let (one, two) = (after(&facts), after(&disturbed(random, &facts)));
        assert_eq!(one.events.len(), 64);
        assert!(one.overflowed);
        assert_eq!((&one.events, one.status()), (&two.events, two.status()), "seed {seed}");
    }
}

/// An event, as JavaScript writes it.
fn as_json(told: &Event) -> Value {
    let (kind, body) = match told {
        Event::CapacityOffered(body) => ("capacityOffered", serde_json::to_value(body)),
        Event::OrderChanged(body) => ("orderChanged", serde_json::to_value(body)),
        Event::Refunded(body) => ("refunded", serde_json::to_value(body)),
        Event::Queried(body) => ("queried", serde_json::to_value(body)),
        Event::Sent(body) => ("sent", serde_json::to_value(body)),
        Event::Answered(body) => ("answered", serde_json::to_value(body)),
        Event::Failed(body) => ("failed", serde_json::to_value(body)),
        _ => ("estimated", Ok(json!({}))),
    };
    without_nulls(json!({ kind: body.unwrap() }))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn apply_text(order: &Value, told: &Value, calls: &str) -> Value {
    let order = if order.is_null() { String::new() } else { order.to_string() };
    let told = if told.is_null() { String::new() } else { told.to_string() };
    let mut out = Vec::new();
    apply_json(order.as_bytes(), told.as_bytes(), calls.as_bytes(), NOW, &mut Packed::default(), &mut out)
        .unwrap_or_else(|error| panic!("{error} in {told} to {order}"));
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn json_says_the_same_as_the_rust_types() {
    println!("seeds 0 to 500");
    for seed in 0..500 {
        let random = &mut Random::new(seed);
        let mut facts = any_facts(random);
        for own in [
            Event::Sent(CallSent::submit(OWN)),
            Event::Estimated(EstimateReceived {}),
            Event::Answered(CallAnswered::submitted(MT)),
            Event::Sent(CallSent::cancel(CancelStep::ASK_FEE)),
            Event::Answered(CallAnswered::cancel(CancelStep::ASK_FEE, ResultCode(4711), Some(Fen(300)))),
            Event::Sent(CallSent::confirm("7")),
            Event::Failed(CallFailed::new(Call::ConfirmOrder, None)),
            Event::Sent(CallSent::notify_paid(Fen(1))),
            Event::Sent(CallSent::new(Call::QueryRealTimeOrder)),
        ] {
            facts.insert(random.below(facts.len() + 1), own);
        }
        let (mut typed, mut text) = (RideOrder::default(), Value::Null);
        for told in &facts {
            let transition = typed.apply(told, NOW);
            let outcome = apply_text(&text, &as_json(told), "");
            assert_eq!(outcome, without_nulls(serde_json::to_value(&transition).unwrap()), "seed {seed}: {told:?}");
            assert_eq!(apply_text(&outcome["order"], &Value::Null, ""), outcome["standing"], "seed {seed}");
            (typed, text) = (transition.order, outcome["order"].clone());
        }
        let again: RideOrder = serde_json::from_value(text).unwrap();
        assert_eq!(again, typed, "seed {seed}");
    }
}

#[test]
fn json_keeps_what_is_beyond_ascii_and_counts_the_calls() {
    let mut told = as_json(&offer("d\"1\n", "七"));
    told["capacityOffered"]["submitCarInfo"] = json!({ "carNumber": "苏ADD3850", "partnerId": 1 });
    let outcome = apply_text(&Value::Null, &told, "");
    assert_eq!(outcome["order"]["offers"][0]["submitDriveInfo"]["driverId"], "七");
    assert_eq!(outcome["order"]["offers"][0]["mtDispatchSubOrderId"], "d\"1\n");
    assert_eq!(outcome["order"]["offers"][0]["submitCarInfo"]["carNumber"], "苏ADD3850");
    assert_eq!(outcome["standing"]["driverIds"], json!(["七"]));
    let times: Vec<i64> = (0..100).map(|index| NOW.0 - index).collect();
    let calls = json!({ "calls": [{ "call": "confirmOrder", "times": times }] }).to_string();
    let next = &apply_text(&outcome["order"], &Value::Null, &calls)["next"];
    assert_eq!((&next["call"], &next["at"]), (&json!("confirmOrder"), &json!(NOW.0 - 99 + 60_000)));
}

#[test]
fn json_that_cannot_be_used_is_an_error_with_its_place() {
    let mut out = Vec::new();
    let mut error = |order: &str, told: &str, calls: &str| {
        let error =
            apply_json(order.as_bytes(), told.as_bytes(), calls.as_bytes(), NOW, &mut Packed::default(), &mut out).unwrap_err();
        (error.code.as_str(), error.path.clone())
    };
    assert_eq!(error("", "{\"unheard of\":{}}", ""), ("MISSING_FIELD", "event".into()));
    assert_eq!(error("", "{\"estimated\":{},\"failed\":{\"call\":\"submitOrder\"}}", ""), ("MISSING_FIELD", "event".into()));
    assert_eq!(error("", "{\"refunded\":{}}", ""), ("MISSING_FIELD", "event.refunded.mtOrderId".into()));
    assert_eq!(error("", "{\"sent\":{\"call\":\"x\"}}", ""), ("UNKNOWN_VALUE", "event.call".into()));
    assert_eq!(error("{", "", ""), ("TRUNCATED_JSON", "order".into()));
    assert_eq!(error("", "", "{\"calls\":1}"), ("WRONG_TYPE", "calls.calls".into()));
}

#[test]
fn the_reply_of_a_query_is_told_as_it_was_read() {
    let reply = OrderDetail {
        order_status: RideStatus::WAIT_PAY,
        user_price_info: Some(PriceInfo { user_payable_balance_price: Some(Fen(700)), ..PriceInfo::default() }),
        driver_info: Some(DriverInfo { driver_id: Some("7".into()), lng: Some(116.3), ..DriverInfo::default() }),
        ..OrderDetail::default()
    };
    let typed = RideOrder::default().apply(&Event::from(&reply), NOW);
    assert_eq!((typed.order.may_pay(), typed.order.driver_is_expected()), (Some(Fen(700)), true));
    let told = json!({ "queried": without_nulls(serde_json::to_value(&reply).unwrap()) });
    assert_eq!(apply_text(&Value::Null, &told, ""), without_nulls(serde_json::to_value(&typed).unwrap()));
}

#[test]
fn no_facts_and_no_text_make_it_panic() {
    println!("seeds 0 to 300");
    let extremes = [i64::MIN, -1, 0, i64::MAX];
    let mut sample = as_json(&event(RideEvent::ORDER_PAID, 5)).to_string().into_bytes();
    sample.extend_from_slice(serde_json::to_string(&submitted()).unwrap().as_bytes());
    for seed in 0..300 {
        let random = &mut Random::new(seed);
        let mut order = RideOrder::default();
        for _ in 0..20 {
            let mut told = any_facts(random).remove(0);
            if let Event::OrderChanged(event) = &mut told {
                event.event_time = Some(Timestamp(random.one(&extremes)));
            }
            let now = Timestamp(random.one(&extremes));
            order = order.apply(&told, now).order;
            let _ = order.standing(Timestamp(random.one(&extremes)), &RideCalls::default());
            let mut bytes = sample.clone();
            for _ in 0..3 {
                let place = random.below(bytes.len());
                bytes[place] = random.below(256) as u8;
            }
            let cut = random.below(bytes.len());
            let _ = apply_json(&bytes[cut..], &bytes[..cut], b"", now, &mut Packed::default(), &mut Vec::new());
        }
    }
}
