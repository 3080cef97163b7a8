//! Nothing about an order takes more than in proportion to its codes.

mod growth_support;

use growth_support::assert_grows_linearly;
use meituan_protocol::message::Packed;
use meituan_protocol::ticket::order::apply_json;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_772_416_800_000);
/// A quarter of the codes that a large order has.
const SIZE: usize = 2_000;

fn apply_at(now: Timestamp, snapshot: &str, event: &Value) -> String {
    let mut out = Vec::new();
    apply_json(snapshot.as_bytes(), event.to_string().as_bytes(), b"", now, &mut Packed::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn after_at(now: Timestamp, snapshot: &str, events: &[Value]) -> String {
    events.iter().fold(snapshot.to_owned(), |snapshot, event| {
        let transition: Value = serde_json::from_str(&apply_at(now, &snapshot, event)).unwrap();
        transition.get("next").map_or(snapshot, Value::to_string)
    })
}

fn after(snapshot: &str, events: &[Value]) -> String {
    after_at(NOW, snapshot, events)
}

/// The same with so many of everything that has an `@`, which becomes its number; a place 0 beside it becomes that, too. Events one
/// after the other would each read all that there is.
fn many(snapshot: &str, count: usize) -> String {
    fn multiply(value: &mut Value, count: usize) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|value| multiply(value, count)),
            Value::Array(items) => {
                let copies = |item: Value| {
                    let text = item.to_string();
                    let copy = |number: usize| text.replace('@', &number.to_string()).replace("[0]", &format!("[{number}]"));
                    let times = if text.contains('@') { count } else { 1 };
                    (0..times).map(|number| serde_json::from_str(&copy(number)).unwrap()).collect::<Vec<Value>>()
                };
                *items = std::mem::take(items).into_iter().flat_map(copies).collect();
            }
            _ => {}
        }
    }
    let mut order: Value = serde_json::from_str(snapshot).unwrap();
    multiply(&mut order, count);
    order["quantity"] = json!(count);
    order.to_string()
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
    grows_at(NOW, order, event);
}

fn grows_at(now: Timestamp, order: impl Fn(usize) -> String, event: impl Fn(usize) -> Value) {
    assert_grows_linearly(|count| (order(count), event(count)), |(order, event)| drop(apply_at(now, order, event)), SIZE);
}

fn query() -> Value {
    json!({ "orderQuery": { "orderId": "7" } })
}

fn close() -> Value {
    json!({ "orderClose": { "orderId": "7", "closeType": 3 } })
}

#[test]
#[should_panic(expected = "faster than in proportion")]
fn work_that_grows_with_the_square_is_noticed() {
    assert_grows_linearly(|count| count, |count| assert!((0..count * count).map(std::hint::black_box).count() > 0), 200);
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

/// So many entries that were recorded before anything was issued.
fn early(entry: &Value, count: usize) -> String {
    many(&after(&issuing(count), &[json!({ "consumed": entry })]), count)
}

fn card(number: usize, is_one_card: bool) -> Value {
    json!({ "credentialType": 0, "credentialNo": if is_one_card { "A".to_owned() } else { format!("A{number}") } })
}

fn cards(count: usize, is_one_card: bool) -> Vec<Value> {
    (0..count).map(|number| card(number, is_one_card)).collect()
}

fn by_code(count: usize) -> Value {
    paid(json!({ "voucherType": 1, "vouchers": codes("K", count) }))
}

#[test]
fn early_entries_by_code_grow_in_proportion() {
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["K@"] }), count), by_code);
    // Whoever enters with one code again and again contradicts as often.
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["K1"] }), count), by_code);
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["other"] }), count), by_code);
}

#[test]
fn early_entries_by_credential_grow_in_proportion() {
    let issued = |is_one_card| {
        move |count| paid(json!({ "voucherType": 0, "realNameType": 1, "credentialList": cards(count, is_one_card) }))
    };
    grows(|count| early(&json!({ "id": "E@", "credentials": [{ "credentialNo": "A@" }] }), count), issued(false));
    grows(|count| early(&json!({ "id": "E@", "credentials": [{ "credentialNo": "A" }] }), count), issued(true));
    grows(|count| early(&json!({ "id": "E@", "quantity": 2, "credentials": [{ "credentialNo": "A" }] }), count), issued(true));
    let both = |is_one_card| {
        move |count| {
            paid(
                json!({ "voucherType": 1, "realNameType": 1, "vouchers": codes("K", count), "credentialList": cards(count, is_one_card) }),
            )
        }
    };
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["K@"], "credentials": [{ "credentialNo": "A" }] }), count), both(true));
}

#[test]
fn early_entries_by_count_grow_in_proportion() {
    let no_codes = |_| paid(json!({ "voucherType": 0 }));
    grows(|count| early(&json!({ "id": "E@", "quantity": 1 }), count), no_codes);
    grows(|count| early(&json!({ "id": "E@", "quantity": 2 }), count), no_codes);
    grows(|count| early(&json!({ "id": "E@" }), count), no_codes);
    let several = |count| paid(json!({ "voucherType": 0, "vouchers": codes("K", count) }));
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["K@"] }), count), several);
}

#[test]
fn early_entries_with_a_code_in_common_grow_in_proportion() {
    let one = |_| paid(json!({ "voucherType": 2, "vouchers": ["ONE"] }));
    grows(|count| early(&json!({ "id": "E@", "vouchers": ["ONE"] }), count), one);
    let real_names = |is_one_card| {
        move |count| {
            paid(json!({ "voucherType": 2, "realNameType": 1, "vouchers": ["ONE"], "credentialList": cards(count, is_one_card) }))
        }
    };
    for quantity in [1, 2] {
        let entry = json!({ "id": "E@", "vouchers": ["ONE"], "quantity": quantity });
        grows(|count| early(&entry, count), real_names(false));
    }
    let entry = json!({ "id": "E@", "vouchers": ["ONE"], "credentials": [{ "credentialNo": "A@" }] });
    grows(|count| early(&entry, count), real_names(false));
    let entry = json!({ "id": "E@", "vouchers": ["ONE"], "credentials": [{ "credentialNo": "A" }] });
    grows(|count| early(&entry, count), real_names(true));
}

#[test]
fn early_entries_that_name_nothing_grow_in_proportion() {
    grows(|count| early(&json!({ "id": "E@" }), count), by_code);
    grows(|count| early(&json!({ "id": "E@", "quantity": 2 }), count), by_code);
}

/// Tickets of whom one card holds all are named by it as often.
#[test]
fn one_card_for_all_grows_in_proportion() {
    let one_card = |count| real_names(count, true);
    grows(one_card, |count| json!({ "consumed": { "id": "E", "credentials": cards(count, true) } }));
    grows(one_card, |count| json!({ "admit": { "id": "E", "credentials": cards(count, true) } }));
    let call = json!({ "orderReschedule": { "orderId": "7", "rescheduleType": 1, "rescheduleNo": "N" } });
    let done = |count| {
        let vouchers: Vec<_> =
            (0..count).map(|number| json!({ "credentialType": 0, "credentialNo": "A", "voucher": format!("N{number}") })).collect();
        json!({ "attemptEnded": { "key": "orderReschedule:7:N", "outcome": 1, "rescheduled": { "orderId": "7", "rescheduleNo": "N",
            "successCount": count, "credentialVouchers": vouchers } } })
    };
    grows(|count| after(&one_card(count), std::slice::from_ref(&call)), done);
}

/// An order of one ticket, of which others are made.
fn one_code() -> String {
    after(&issuing(1), &[paid(json!({ "voucherType": 1, "vouchers": ["K@"] }))])
}

fn refund_of_one(refund_id: &str, vouchers: &[&str]) -> Value {
    let mut call = refund(&vouchers.iter().map(|&code| code.to_owned()).collect::<Vec<_>>());
    call["orderRefund"]["refundId"] = json!(refund_id);
    call["orderRefund"]["refundQuantity"] = json!(1);
    call
}

/// So many refunds of one ticket each, which nobody has decided.
fn pending(count: usize) -> String {
    many(&after(&one_code(), &[refund_of_one("R@", &["K@"])]), count)
}

fn pending_by_count(count: usize) -> String {
    let issued = after(&issuing(1), &[paid(json!({ "voucherType": 0 }))]);
    many(&after(&issued, &[refund_of_one("R@", &[])]), count)
}

/// Meituan has refunded so many tickets, and does not say which.
fn unclear(count: usize) -> String {
    let message = |number| {
        json!({ "orderRefunded": { "orderId": "7", "refundSerialNo": number, "refundPrice": 1, "refundMessageType": 1, "reason": "r",
            "refundTime": NOW.0, "count": 1, "voucherList": [] } })
    };
    // The first one reserves every ticket.
    many(&after(&issued(count), &[message("S"), message("S@")]), count)
}

fn refused(count: usize) -> String {
    let refused = json!({ "refundRefused": { "refundId": "R@", "describe": "no" } });
    let told = refund_of_one("R@", &["K@"]);
    many(&after(&one_code(), &[told.clone(), told, refused]), count)
}

const DAY: i64 = 86_400_000;
const OVERDUE: Timestamp = Timestamp(NOW.0 + 3 * DAY - DAY / 4);
const SILENT: Timestamp = Timestamp(NOW.0 + 30 * DAY);

#[test]
fn the_end_of_many_refunds_grows_in_proportion() {
    for order in [pending, pending_by_count, unclear] {
        grows(order, |_| close());
        grows_at(SILENT, order, |_| query());
    }
    let message = |count| {
        json!({ "orderRefunded": { "orderId": "7", "refundSerialNo": "S", "refundPrice": 1, "refundMessageType": 1, "reason": "r",
            "refundTime": NOW.0, "count": count, "voucherList": codes("K", count) } })
    };
    grows(pending, message);
    grows(refused, message);
}

#[test]
fn overdue_refunds_grow_in_proportion() {
    grows_at(OVERDUE, pending, |_| json!({ "timePassed": {} }));
    let flagged = |count| after_at(OVERDUE, &pending(count), &[json!({ "timePassed": {} })]);
    grows_at(OVERDUE, flagged, |_| query());
    grows_at(OVERDUE, flagged, |_| close());
    grows_at(SILENT, flagged, |_| query());
}

#[test]
fn refusals_that_meituan_has_not_heard_grow_in_proportion() {
    grows(refused, |_| json!({ "claimNotices": {} }));
    grows_at(SILENT, refused, |_| query());
    let claimed = |count| after(&refused(count), &[json!({ "claimNotices": {} })]);
    grows_at(SILENT, claimed, |_| json!({ "claimNotices": {} }));
}

/// Codes of a whole order that others have replaced.
#[test]
fn former_codes_grow_in_proportion() {
    let orders = [
        |_| after(&issuing(1), &[paid(json!({ "voucherType": 2, "vouchers": ["ONE"] }))]),
        |count| {
            let list = cards(count, false);
            after(
                &issuing(count),
                &[paid(json!({ "voucherType": 2, "realNameType": 1, "vouchers": ["ONE"], "credentialList": list }))],
            )
        },
    ];
    for order in orders {
        let rescheduled = |count| {
            let mut order: Value = serde_json::from_str(&order(count)).unwrap();
            order["quantity"] = json!(count);
            order["formerCodes"] = json!(codes("F", count));
            order.to_string()
        };
        grows(rescheduled, |count| json!({ "consumed": { "id": "E", "vouchers": codes("F", count) } }));
        grows(rescheduled, |count| json!({ "admit": { "id": "E", "vouchers": codes("F", count) } }));
    }
}

#[test]
fn conflicts_grow_in_proportion() {
    // One for each ticket that is used again, and one for all of a new entry.
    let again = |count| {
        let used = after(&one_code(), &[json!({ "consumed": { "id": "E@", "vouchers": ["K@"] } })]);
        many(&after(&used, &[json!({ "consumed": { "id": "F@", "vouchers": ["K@"] } })]), count)
    };
    grows(again, |count| json!({ "consumed": { "id": "G", "vouchers": codes("K", count) } }));
    let call = json!({ "orderReschedule": { "orderId": "7", "rescheduleType": 1, "rescheduleNo": "N" } });
    let done = |count| {
        let vouchers: Vec<_> = codes("N", count).into_iter().map(|code| json!({ "voucher": code })).collect();
        json!({ "attemptEnded": { "key": "orderReschedule:7:N", "outcome": 1, "rescheduled": { "orderId": "7", "rescheduleNo": "N",
            "successCount": count, "credentialVouchers": vouchers } } })
    };
    grows(|count| after(&again(count), std::slice::from_ref(&call)), done);
}
