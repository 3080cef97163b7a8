//! Nothing about an order takes more than in proportion to its codes.

mod growth_support;

use growth_support::assert_grows_linearly;
use meituan_protocol::message::Packed;
use meituan_protocol::ticket::order::apply_json;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_772_416_800_000);
const SIZE: usize = 1_000;

fn apply(snapshot: &str, event: &Value) -> String {
    let mut out = Vec::new();
    apply_json(snapshot.as_bytes(), event.to_string().as_bytes(), b"", NOW, &mut Packed::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn after(snapshot: &str, events: &[Value]) -> String {
    events.iter().fold(snapshot.to_owned(), |snapshot, event| {
        let transition: Value = serde_json::from_str(&apply(&snapshot, event)).unwrap();
        transition.get("next").map_or(snapshot, Value::to_string)
    })
}

fn codes(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}")).collect()
}

fn issuing(count: usize) -> String {
    let create = json!({ "orderCreate": { "orderId": "7", "partnerDealId": "D", "mtDealId": "1", "buyPrice": 1, "unitPrice": 1,
        "totalPrice": count, "quantity": count } });
    let created = json!({ "attemptEnded": { "key": "orderCreate:7", "outcome": 1, "created": { "partnerOrderId": "P" } } });
    after("", &[create, created, json!({ "orderPay": { "orderId": "7" } })])
}

fn paid(issued: Value) -> Value {
    let mut paid = json!({ "orderId": "7", "partnerOrderId": "P" });
    paid.as_object_mut().unwrap().extend(issued.as_object().unwrap().clone());
    json!({ "attemptEnded": { "key": "orderPay:7", "outcome": 1, "paid": paid } })
}

fn issued(count: usize) -> String {
    after(&issuing(count), &[paid(json!({ "voucherType": 1, "vouchers": codes("K", count) }))])
}

/// A real-name order: one card holds each ticket, or one holds all.
fn real_names(count: usize, is_one_card: bool) -> String {
    let card = |number: usize| if is_one_card { "A".to_owned() } else { format!("A{number}") };
    let list: Vec<_> = (0..count).map(|number| json!({ "credentialType": 0, "credentialNo": card(number) })).collect();
    after(&issuing(count), &[paid(json!({ "voucherType": 0, "realNameType": 1, "credentialList": list }))])
}

fn refund(vouchers: &[String]) -> Value {
    json!({ "orderRefund": { "orderId": "7", "refundId": "R", "partnerOrderId": "P", "partnerDealId": "D", "voucherList": vouchers,
        "refundQuantity": vouchers.len(), "unitPrice": 1, "refundPrice": 1, "refundFee": 0, "refundTime": NOW.0 } })
}

/// Applies an event that is made for the size to an order of that size.
fn grows(order: impl Fn(usize) -> String, event: impl Fn(usize) -> Value) {
    assert_grows_linearly(|count| (order(count), event(count)), |(order, event)| drop(apply(order, event)), SIZE);
}

#[test]
fn issuing_and_asking_grow_with_the_codes() {
    grows(issuing, |count| paid(json!({ "voucherType": 1, "vouchers": codes("K", count) })));
    grows(issued, |_| json!({ "orderQuery": { "orderId": "7" } }));
}

#[test]
fn entries_grow_with_the_codes() {
    grows(issued, |count| json!({ "consumed": { "id": "E", "vouchers": codes("K", count) } }));
    grows(issued, |_| json!({ "consumed": { "id": "E", "vouchers": ["K1"] } }));
    grows(|count| real_names(count, true), |_| json!({ "consumed": { "id": "E", "credentials": [{ "credentialNo": "A" }] } }));
    let all = |count| json!({ "consumed": { "id": "E", "credentials": (0..count).map(|number| json!({ "credentialNo": format!("A{number}") })).collect::<Vec<_>>() } });
    grows(|count| real_names(count, false), all);
    let no_type = |count| after(&issuing(count), &[paid(json!({ "voucherType": 0, "vouchers": codes("K", count) }))]);
    grows(no_type, |count| json!({ "consumed": { "id": "E", "vouchers": codes("K", count) } }));
}

#[test]
fn refunds_and_messages_grow_with_the_codes() {
    grows(issued, |count| refund(&codes("K", count)));
    grows(|count| after(&issued(count), &[refund(&codes("K", count))]), |count| refund(&codes("K", count)));
    let message = |count| {
        json!({ "orderRefunded": { "orderId": "7", "refundSerialNo": "S", "refundPrice": 1, "refundMessageType": 1, "reason": "r",
            "refundTime": NOW.0, "count": count, "voucherList": codes("K", count) } })
    };
    grows(issued, message);
}

#[test]
fn reschedules_grow_with_the_codes() {
    let call = json!({ "orderReschedule": { "orderId": "7", "rescheduleType": 1, "rescheduleNo": "N" } });
    let done = |vouchers: Vec<Value>| {
        json!({ "attemptEnded": { "key": "orderReschedule:7:N", "outcome": 1, "rescheduled": { "orderId": "7", "rescheduleNo": "N",
            "successCount": vouchers.len(), "credentialVouchers": vouchers } } })
    };
    let by_code = |count| done(codes("N", count).into_iter().map(|code| json!({ "voucher": code })).collect());
    grows(|count| after(&issued(count), std::slice::from_ref(&call)), by_code);
}

#[test]
fn a_close_of_many_pending_refunds_and_entries_before_issuing_grow_in_proportion() {
    let refunds = |count: usize| {
        let one = |number: usize| {
            let mut call = refund(&[format!("K{number}")]);
            call["orderRefund"]["refundId"] = json!(format!("R{number}"));
            call
        };
        after(&issued(count), &(0..count / 50).map(one).collect::<Vec<_>>())
    };
    grows(refunds, |_| json!({ "orderClose": { "orderId": "7", "closeType": 3 } }));
    let early = |count: usize| {
        let one = |number: usize| json!({ "consumed": { "id": format!("E{number}"), "vouchers": [format!("K{number}")] } });
        after(&issuing(count), &(0..count / 50).map(one).collect::<Vec<_>>())
    };
    grows(early, |count| paid(json!({ "voucherType": 1, "vouchers": codes("K", count) })));
}
