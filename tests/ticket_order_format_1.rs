//! Snapshots of format 1, as the last version that wrote them did: read again, they say the same to Meituan and to the gate.
//!
//! Each file of `tests/vectors/order-format-1` holds the events that made it, the snapshot, and what that version observed
//! of it. A file whose order has a conflict, or counts that the codes contradict (`disagree-…`), need not say the same: it
//! must be read, answer the query with counts that agree, and report a conflict.

use meituan_protocol::message::Packed;
use meituan_protocol::ticket::order::{FORMAT, Order, apply_json};
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

const THIRTY_DAYS: i64 = 30 * 86_400_000;

fn vectors() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/order-format-1");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let vectors: Vec<Value> = files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect();
    assert!(vectors.len() > 100);
    vectors
}

fn apply(vector: &Value, event: &Value, now: i64) -> Value {
    let settings = vector.get("settings").map(Value::to_string).unwrap_or_default();
    let (snapshot, event) = (vector["snapshot"].to_string(), event.to_string());
    let mut out = Vec::new();
    apply_json(snapshot.as_bytes(), event.as_bytes(), settings.as_bytes(), Timestamp(now), &mut Packed::default(), &mut out)
        .unwrap_or_else(|error| panic!("{}: {error:?}", vector["name"]));
    serde_json::from_slice(&out).unwrap()
}

fn query(vector: &Value, now: i64) -> Value {
    apply(vector, &json!({ "orderQuery": { "orderId": vector["snapshot"]["orderId"] } }), now)
}

/// Whether all that `known` says is said by `now` too. Lists of codes and people may come in another order.
fn says(now: &Value, known: &Value) -> bool {
    match (now, known) {
        (Value::Object(now), Value::Object(known)) => {
            known.iter().all(|(key, known)| now.get(key).is_some_and(|now| says(now, known)))
        }
        (Value::Array(now), Value::Array(known)) => {
            now.len() == known.len() && known.iter().all(|known| now.iter().any(|now| says(now, known)))
        }
        _ => now == known,
    }
}

/// How many guests are let in, and with which codes, where they are let in by code.
fn admitted(admissions: &Value) -> (u64, Vec<String>) {
    let admissions = admissions.as_array().unwrap();
    let mut vouchers: Vec<String> = admissions.iter().filter_map(|one| Some(one["voucher"].as_str()?.to_owned())).collect();
    vouchers.sort();
    vouchers.dedup();
    (admissions.iter().map(|one| one["quantity"].as_u64().unwrap()).sum(), vouchers)
}

fn has_conflict(vector: &Value) -> bool {
    vector["name"].as_str().unwrap().starts_with("disagree-") || vector["snapshot"]["conflicts"] != json!([])
}

#[test]
fn an_order_of_format_1_says_to_meituan_and_to_the_gate_what_it_said_before() {
    for vector in vectors().iter().filter(|vector| !has_conflict(vector)) {
        let (name, observed) = (&vector["name"], &vector["observed"]);
        let at = observed["at"].as_i64().unwrap();
        let now = query(vector, at);
        assert!(says(&now["reply"], &observed["query"]), "{name}: {} instead of {}", now["reply"], observed["query"]);
        assert_eq!(admitted(&now["admissions"]), admitted(&observed["admissions"]), "{name}");
        let later = query(vector, at + THIRTY_DAYS);
        assert_eq!(admitted(&later["admissions"]), admitted(&observed["admissionsAfterThirtyDays"]), "{name}");
        assert_eq!(now["conflicts"], json!([]), "{name}");
    }
}

#[test]
fn what_an_order_of_format_1_owes_is_owed_under_the_same_keys_and_ids() {
    for vector in vectors() {
        let (name, observed) = (&vector["name"], &vector["observed"]);
        let order = Order::from_json(vector["snapshot"].to_string().as_bytes()).unwrap().unwrap();
        let notices: Vec<_> = order.notices.iter().map(|notice| notice.id.as_str()).collect();
        assert_eq!(json!(notices), observed["notices"], "{name}");
        let attempts: Vec<_> = order.attempts.iter().map(|attempt| attempt.key.as_str()).collect();
        assert_eq!(json!(attempts), observed["attempts"], "{name}");
        let at = observed["at"].as_i64().unwrap();
        let later = query(&vector, at + THIRTY_DAYS);
        assert_eq!(later["brokenOff"], observed["brokenOffAfterThirtyDays"], "{name}");
        if let Some(due) = observed.get("due") {
            let now = query(&vector, at)["due"].as_i64();
            assert!(now.is_some_and(|now| now <= due.as_i64().unwrap()), "{name}: {now:?} instead of {due}");
        }
    }
}

#[test]
fn repeats_about_an_order_of_format_1_are_answered_as_before() {
    for vector in vectors().iter().filter(|vector| !has_conflict(vector)) {
        let (name, observed) = (&vector["name"], &vector["observed"]);
        let at = observed["at"].as_i64().unwrap();
        let steps = vector["story"].as_array().unwrap();
        for (id, before) in observed["repeats"].as_object().unwrap() {
            let (call, subject) = id.split_once(':').map_or((id.as_str(), None), |(call, subject)| (call, Some(subject)));
            let is_meant = |event: &&Value| {
                let body = event.get(call);
                let of = |field: &str| subject.is_none_or(|subject| body.is_some_and(|body| body[field] == subject));
                body.is_some() && (of("refundId") || of("rescheduleNo"))
            };
            let first = steps.iter().map(|step| &step["event"]).find(is_meant).cloned();
            let event = first.unwrap_or_else(|| json!({ call: { "orderId": vector["snapshot"]["orderId"] } }));
            let now = apply(vector, &event, at);
            let said = match (now.get("run"), now.get("busy")) {
                (Some(run), _) => json!({ "run": run["key"] }),
                (_, Some(_)) => json!({ "busy": true }),
                _ => json!({ "code": now["reply"]["code"], "describe": now["reply"]["describe"] }),
            };
            assert_eq!(&said, before, "{name}: {id}");
        }
    }
}

#[test]
fn an_order_of_format_1_whose_facts_contradict_each_other_answers_and_reports_it() {
    for vector in vectors().iter().filter(|vector| has_conflict(vector)) {
        let (name, at) = (&vector["name"], vector["observed"]["at"].as_i64().unwrap());
        let now = query(vector, at);
        assert_eq!(now["reply"]["code"], 200, "{name}");
        let body = &now["reply"]["body"];
        let number = |field: &str| body[field].as_u64().unwrap();
        assert!(number("usedQuantity") + number("refundedQuantity") <= number("orderQuantity"), "{name}: {body}");
        for (status, field) in [(1, "usedQuantity"), (2, "refundedQuantity")] {
            let list = body.get("voucherList").and_then(Value::as_array);
            let listed = |list: &Vec<Value>| -> u64 {
                list.iter().filter(|code| code["status"] == status).map(|code| code["quantity"].as_u64().unwrap()).sum()
            };
            let counted = list.map(listed);
            assert!(counted.is_none_or(|counted| counted == number(field)), "{name}: {body}");
        }
        let order = Order::from_json(vector["snapshot"].to_string().as_bytes()).unwrap().unwrap();
        assert!(!order.conflicts.is_empty(), "{name}");
    }
}

#[test]
fn an_order_of_format_1_is_stored_again_in_the_format_of_this_version() {
    for vector in vectors() {
        let order = Order::from_json(vector["snapshot"].to_string().as_bytes()).unwrap().unwrap();
        let text = order.to_json();
        let stored: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(stored["format"], FORMAT, "{}", vector["name"]);
        assert_eq!(Order::from_json(text.as_bytes()).unwrap().as_ref(), Some(&order), "{}", vector["name"]);
    }
}
