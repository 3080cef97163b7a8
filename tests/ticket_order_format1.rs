//! Snapshots that the last version of format 1 has stored: each is read, and the order goes on as that version would have had
//! it. Only where its numbers contradicted its codes do the codes count now.

use meituan_protocol::message::Packed;
use meituan_protocol::ticket::order::{FORMAT, Order, apply_json};
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn vectors() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/order-format-1");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let vector: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        (vector["name"].as_str().unwrap().to_owned(), vector)
    };
    files.map(read).collect()
}

fn apply(snapshot: &Value, event: &Value, now: i64) -> Value {
    let mut out = Vec::new();
    let snapshot = snapshot.to_string();
    let event = event.to_string();
    apply_json(snapshot.as_bytes(), event.as_bytes(), b"", Timestamp(now), &mut Packed::default(), &mut out)
        .unwrap_or_else(|error| panic!("{snapshot}: {error:?}"));
    serde_json::from_slice(&out).unwrap()
}

/// When the story of a vector ended.
fn end(vector: &Value) -> i64 {
    vector["story"].as_array().unwrap().iter().filter_map(|step| step["at"].as_i64()).max().unwrap()
}

/// Whether its numbers contradict its codes, where each code is a ticket.
fn is_contradictory(vector: &Value) -> bool {
    let snapshot = &vector["snapshot"];
    let valid = snapshot["issued"]["vouchers"].as_array().cloned().unwrap_or_default();
    let codes = snapshot["codes"].as_array().unwrap().iter().filter(|code| valid.contains(&code["voucher"]));
    let of_status = |status| codes.clone().filter(|code| code["status"] == status).count() as u64;
    let is_by_code = snapshot["issued"]["voucherType"] == 1;
    let differs = |field: &str, status| snapshot[field].as_u64() != Some(of_status(status));
    is_by_code && (differs("usedQuantity", 1) || differs("refundedQuantity", 2))
}

/// What the order says when it is looked at, as the vectors have it.
fn observed(vector: &Value) -> Value {
    let now = vector["observed"]["at"].as_i64().unwrap_or_else(|| end(vector));
    let snapshot = &vector["snapshot"];
    let query = apply(snapshot, &json!({ "orderQuery": { "orderId": snapshot["orderId"] } }), now);
    let migrated = Order::from_json(snapshot.to_string().as_bytes()).unwrap().unwrap();
    assert_eq!(migrated.format, FORMAT);
    json!({
        "query": query["reply"],
        "admissions": query["admissions"],
        "notices": migrated.notices.iter().map(|notice| &notice.id).collect::<Vec<_>>(),
        "attempts": migrated.attempts.iter().map(|attempt| &attempt.key).collect::<Vec<_>>(),
    })
}

/// What format 1 had wrong, where its numbers and codes do not contradict each other: the other guest of an order is let in
/// although a code was used, or refunded by Meituan itself, while its refund was pending; that refund is agreed then; what is
/// reported as used is no more than was ordered; what Meituan refunded before anything was issued is reserved until the supplier
/// says which tickets it is.
const MENDED: [(&str, &str); 5] = [
    ("refunded-unissued", "query"),
    ("conflict-entered-while-refund-pending", "admissions"),
    ("disagree-refunded-beside-its-pending-refund", "admissions"),
    ("disagree-refunded-beside-its-pending-refund", "orderRefund:R1"),
    ("disagree-more-guests-than-tickets", "query"),
];

#[test]
fn an_order_of_format_1_says_what_it_said() {
    let mut compared = 0;
    for (name, vector) in vectors() {
        if is_contradictory(&vector) {
            continue;
        }
        let (now, then) = (observed(&vector), &vector["observed"]);
        for field in ["query", "admissions", "notices", "attempts"] {
            let is_same = match field {
                "admissions" => by_code(&now[field]) == by_code(&then[field]),
                "query" => without_status(&now[field]) == without_status(&then[field]),
                _ => now[field] == then[field],
            };
            assert_eq!(is_same, !MENDED.contains(&(&*name, field)), "{name}: {field} {}", now[field]);
        }
        for (call, expected) in then["repeats"].as_object().unwrap() {
            let reply = &repeat(&vector, call)["reply"];
            if is_refusal_due(&vector, call) {
                assert_eq!(reply["code"], 602, "{name}: Meituan does not know of the refusal yet");
                continue;
            }
            let is_same = (&reply["code"], &reply["describe"]) == (&expected["code"], &expected["describe"]);
            assert_eq!(is_same, !MENDED.contains(&(&*name, call)), "{name}: {call} {reply}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

/// The query's reply without the states of credentials, which format 1 did not know.
fn without_status(reply: &Value) -> Value {
    let mut reply = reply.clone();
    for credential in reply["body"]["credentialList"].as_array_mut().into_iter().flatten() {
        credential.as_object_mut().unwrap().remove("status");
    }
    reply
}

/// How many guests each code lets in: format 1 knew no credentials.
fn by_code(admissions: &Value) -> BTreeMap<String, u64> {
    let mut guests = BTreeMap::new();
    for admission in admissions.as_array().unwrap() {
        *guests.entry(admission["voucher"].to_string()).or_default() += admission["quantity"].as_u64().unwrap();
    }
    guests
}

/// Whether the notice of a refund's refusal is still to be sent.
fn is_refusal_due(vector: &Value, call: &str) -> bool {
    let Some(refund_id) = call.strip_prefix("orderRefund:") else { return false };
    let begin = format!("refundNotice:{}:{refund_id}:", vector["snapshot"]["orderId"].as_str().unwrap());
    let notices = vector["snapshot"]["notices"].as_array().unwrap();
    let ids: Vec<_> = notices.iter().filter_map(|notice| notice["id"].as_str()?.strip_prefix(&begin)).collect();
    !ids.is_empty() && !ids.contains(&"200")
}

/// What a call of the story is replied when it comes again, such as `orderPay` or `orderRefund:R1`.
fn repeat(vector: &Value, call: &str) -> Value {
    let (name, number) = call.split_once(':').unwrap_or((call, ""));
    let is_it = |event: &&Value| {
        let body = &event[name];
        let numbers = ["refundId", "rescheduleNo"].map(|field| body[field].as_str().unwrap_or_default());
        body.is_object() && (number.is_empty() || numbers.contains(&number))
    };
    let mut events = vector["story"].as_array().unwrap().iter().map(|step| &step["event"]);
    let event = events.find(is_it).cloned();
    let event = event.unwrap_or_else(|| json!({ name: { "orderId": vector["snapshot"]["orderId"] } }));
    apply(&vector["snapshot"], &event, vector["observed"]["at"].as_i64().unwrap())
}

#[test]
fn an_order_of_format_1_whose_numbers_contradict_its_codes_follows_the_codes_and_reports_it() {
    let mut contradictory = 0;
    for (name, vector) in vectors().into_iter().filter(|(_, vector)| is_contradictory(vector)) {
        let order = Order::from_json(vector["snapshot"].to_string().as_bytes()).unwrap().unwrap();
        let counts = order.counts();
        let is_flagged = order.conflicts.iter().any(|conflict| conflict.breach == "migrated-differently");
        assert!(is_flagged, "{name}: {counts:?}");
        contradictory += 1;
        assert!(counts.used + counts.refunded <= counts.quantity, "{name}");
        assert_eq!(observed(&vector)["query"]["code"], 200, "{name}: the query is answered");
    }
    assert!(contradictory > 2);
}

#[test]
fn an_order_of_format_1_goes_on_with_the_same_keys() {
    for (name, vector) in vectors() {
        let now = end(&vector) + 86_400_000;
        let mut snapshot = vector["snapshot"].clone();
        // Whatever broke off is taken over, and ends.
        let attempts = snapshot["attempts"].as_array().unwrap().clone();
        for attempt in attempts.iter().filter(|attempt| attempt.get("request").is_some()) {
            let taken = apply(&snapshot, &json!({ "takeOver": { "key": attempt["key"] } }), now);
            assert_eq!(taken["run"]["key"], attempt["key"], "{name}");
            snapshot = taken["next"].clone();
        }
        let again = Order::from_json(snapshot.to_string().as_bytes()).unwrap().unwrap();
        assert_eq!(Order::from_json(again.to_json().as_bytes()).unwrap().as_ref(), Some(&again), "{name}");
        for notice in &again.notices {
            let accepted = apply(&snapshot, &json!({ "noticeAccepted": { "id": notice.id } }), now);
            assert_eq!(accepted["kind"], "moved", "{name}");
        }
    }
}

#[test]
fn a_story_of_format_1_told_again_has_the_same_keys_and_notice_ids() {
    for (name, vector) in vectors().into_iter().filter(|(_, vector)| !is_contradictory(vector)) {
        let mut snapshot = Value::Null;
        let (mut out, mut is_refused) = (Vec::new(), false);
        for step in vector["story"].as_array().unwrap() {
            let text = if snapshot.is_null() { String::new() } else { snapshot.to_string() };
            out.clear();
            let at = Timestamp(step["at"].as_i64().unwrap());
            let event = step["event"].to_string();
            if apply_json(text.as_bytes(), event.as_bytes(), b"", at, &mut Packed::default(), &mut out).is_err() {
                // What breaks a rule that was none then.
                is_refused = true;
                continue;
            }
            let transition: Value = serde_json::from_slice(&out).unwrap();
            if let Some(next) = transition.get("next") {
                snapshot = next.clone();
            }
        }
        if is_refused || snapshot["conflicts"].as_array().is_none_or(|conflicts| !conflicts.is_empty()) {
            continue;
        }
        let ids = |order: &Value, list: &str, field: &str| {
            order[list].as_array().unwrap().iter().map(|each| each[field].clone()).collect::<Vec<_>>()
        };
        // An agreement withdraws the refusal before it.
        let mut told = ids(&vector["snapshot"], "notices", "id");
        let agreed: Vec<_> = told.iter().filter_map(|id| id.as_str()?.strip_suffix(":200")).map(str::to_owned).collect();
        let is_refusal = |id: &str| agreed.iter().any(|refund| id.starts_with(&format!("{refund}:")) && !id.ends_with(":200"));
        told.retain(|id| !is_refusal(id.as_str().unwrap()));
        assert_eq!(ids(&snapshot, "notices", "id"), told, "{name}");
        assert_eq!(ids(&snapshot, "attempts", "key"), ids(&vector["snapshot"], "attempts", "key"), "{name}");
    }
}

#[test]
fn what_an_order_of_format_1_owes_is_due_no_later_than_before() {
    for (name, vector) in vectors() {
        let (snapshot, observed) = (&vector["snapshot"], &vector["observed"]);
        let query = json!({ "orderQuery": { "orderId": snapshot["orderId"] } });
        let later = apply(snapshot, &query, end(&vector) + 30 * 86_400_000);
        // By then silence has agreed what was pending: no refund's function runs again.
        let keys = observed["brokenOffAfterThirtyDays"].as_array().unwrap().iter();
        let keys: Vec<_> = keys.filter(|key| !key.as_str().unwrap().starts_with("orderRefund:")).collect();
        assert_eq!(later["brokenOff"], json!(keys), "{name}");
        let due = apply(snapshot, &query, observed["at"].as_i64().unwrap())["due"].as_i64();
        let before = observed["due"].as_i64();
        assert!(before.is_none() || due.is_some() && due <= before, "{name}: {due:?} instead of {before:?}");
    }
}

#[test]
fn an_order_of_format_1_becomes_the_same_order_as_it_did_when_the_formats_changed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/order-format-1-migrated.json");
    let migrated = |vector: &Value| -> Value {
        let order = Order::from_json(vector["snapshot"].to_string().as_bytes()).unwrap().unwrap();
        serde_json::from_str(&order.to_json()).unwrap()
    };
    let migrated: BTreeMap<String, Value> = vectors().iter().map(|(name, vector)| (name.clone(), migrated(vector))).collect();
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(migrated.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, order) in &migrated {
        assert_eq!(order, &expected[name], "{name}");
    }
}

/// The snapshot of a vector with some fields as no story has made them.
fn altered(name: &str, fields: Value) -> Order {
    let mut snapshot = vectors().remove(name).unwrap()["snapshot"].clone();
    snapshot.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Order::from_json(snapshot.to_string().as_bytes()).unwrap().unwrap()
}

#[test]
fn an_order_of_format_1_that_was_refunded_as_a_whole_before_it_was_issued_has_nothing_to_clear_up() {
    let order = altered("refunded-unissued", json!({ "refundedQuantity": 2 }));
    assert_eq!((order.counts().refunded, order.counts().pending), (2, 0));
}

#[test]
fn credentials_of_format_1_are_tickets_only_where_none_was_used_or_refunded() {
    let name = "issued-real-name-without-codes";
    assert_eq!(altered(name, json!({})).units.len(), 2);
    for field in ["usedQuantity", "refundedQuantity"] {
        let order = altered(name, json!({ field: 1 }));
        assert_eq!((order.units.len(), order.counts().used + order.counts().refunded), (0, 1), "{field}");
    }
}
