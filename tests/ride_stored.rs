//! Ride orders that an earlier version stored: they are read, and what follows from them is what followed then, but for
//! what was wrong.

mod ride_support;

use meituan_protocol::message::Packed;
use meituan_protocol::ride::order::apply_json;
use meituan_protocol::time::Timestamp;
use ride_support::{text, vectors};
use serde_json::{Map, Value, json};

/// By name: when, the order as it was stored, and its standing then.
fn stored() -> Map<String, Value> {
    serde_json::from_str(&text(vectors("ride-order").join("stored.json"))).unwrap()
}

fn apply(order: &Value, event: &str, now: i64) -> Value {
    let mut out = Vec::new();
    apply_json(order.to_string().as_bytes(), event.as_bytes(), b"", Timestamp(now), &mut Packed::default(), &mut out)
        .unwrap_or_else(|error| panic!("{error} in {order}"));
    serde_json::from_slice(&out).unwrap()
}

/// What differs from the standing then, and is right now.
const MENDED: &[(&str, &str)] = &[
    // An order that Meituan does not have cannot be cancelled.
    ("submit-pending", "cancelStep"),
    ("submit-failed", "cancelStep"),
    ("submit-refused", "cancelStep"),
    ("submit-repeated", "cancelStep"),
    // A question that failed blocks nothing.
    ("fee-question-failed", "cancelStep"),
    // A fee that Meituan has accepted as paid ends the order.
    ("fee-paid-by-driver-cancel", "final"),
    ("fee-paid-by-driver-cancel", "needsQuery"),
    ("fee-paid-by-driver-cancel", "next"),
];

#[test]
fn every_order_that_was_stored_is_read_and_stands_as_it_stood() {
    let all = stored();
    assert!(all.len() >= 30);
    for (name, vector) in &all {
        let standing = apply(&vector["order"], "", vector["now"].as_i64().unwrap());
        for (field, before) in vector["standing"].as_object().unwrap() {
            let mut expected = before.clone();
            let mut found = standing.get(field).cloned().unwrap_or_default();
            if field == "next" {
                // When is a matter of how long one waits.
                for next in [&mut expected, &mut found] {
                    next.as_object_mut().map(|next| next.remove("at"));
                }
            }
            let is_mended = MENDED.contains(&(name, field));
            assert_eq!(found != expected, is_mended, "{name} {field}: {before} then, {found} now");
        }
        for field in MENDED.iter().filter(|mended| mended.0 == name).map(|mended| mended.1) {
            assert!(vector["standing"].get(field).is_some(), "{name} {field}");
        }
    }
}

#[test]
fn every_order_that_was_stored_goes_on() {
    let mt = "143035144198107963915429100000";
    for (name, vector) in &stored() {
        let now = vector["now"].as_i64().unwrap() + 60_000;
        let queried = json!({ "queried": { "orderStatus": 8, "updateTime": now, "mtOrderId": mt } });
        let outcome = apply(&vector["order"], &queried.to_string(), now);
        assert_eq!((&outcome["kind"], &outcome["standing"]["status"]), (&json!("moved"), &json!(8)), "{name}");
        // And what is stored then is read again.
        let again = apply(&outcome["order"], &queried.to_string(), now);
        assert_eq!((&again["kind"], &again["order"]["detail"]), (&json!("duplicate"), &outcome["order"]["detail"]), "{name}");
    }
}

#[test]
fn a_payment_that_was_accepted_before_there_was_a_list_of_them_is_not_made_again() {
    let vector = &stored()["pay-accepted"];
    let now = vector["now"].as_i64().unwrap() + 60_000;
    assert_eq!(vector["order"].get("paid"), None);
    let shows = |fen: i64| {
        let queried =
            json!({ "queried": { "orderStatus": 7, "updateTime": now, "userPriceInfo": { "userPayableBalancePrice": fen } } });
        apply(&vector["order"], &queried.to_string(), now)["standing"].clone()
    };
    assert_eq!((shows(2_380).get("payable"), &shows(2_380)["conflictKinds"]), (None, &json!(["paidStillOwed"])));
    assert_eq!(shows(2_400)["payable"], 2_400);
}
