//! The rules about single ticket messages: what breaks them is refused or reported, wherever a message is read or written.

use meituan_protocol::message::definition::{Basis, Facts};
use meituan_protocol::message::{Packed, RawJson, Reading, read};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::*;
use meituan_protocol::time::{Timestamp, http_date, parse_wall_clock};
use meituan_protocol::{ErrorCode, Secret, ba};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_480_000_000_000);

/// A body that no type of the library has.
fn raw(body: &Value) -> RawJson {
    RawJson::new(body.to_string()).unwrap()
}

fn supplier(strict_inferred: bool) -> Supplier {
    let routes = [
        ("/create", &ORDER_CREATE),
        ("/pay", &ORDER_PAY),
        ("/query", &ORDER_QUERY),
        ("/refund", &ORDER_REFUND),
        ("/close", &ORDER_CLOSE),
        ("/refunded", &ORDER_REFUNDED),
        ("/reschedule", &ORDER_RESCHEDULE),
    ];
    let config = Config { strict_inferred, ..Config::new(1122, "client", Secret::new("secret")) };
    Supplier::new(routes.into_iter().fold(config, |config, (path, call)| config.route(path, call))).unwrap()
}

fn receive(path: &str, body: Value) -> Result<ReceivedCall, Refusal> {
    let date = http_date(NOW);
    let key = ba::Key::new(&Secret::new("secret"));
    let authorization = ba::authorization("client", &ba::sign(&key, "POST", path, &date));
    let parts =
        Parts { method: "POST", uri: path, partner_id: "1122", date: &date, authorization: &authorization, ..Parts::default() };
    supplier(false).receive(&parts, json!({ "partnerId": 1122, "body": body }).to_string().as_bytes(), NOW)
}

fn json_reply(call: &'static Call, code: i32, body: &Value) -> Reply {
    Reply::by_code(call, code, "success", Some(raw(body)))
}

#[test]
fn messages_are_judged_as_the_vectors_say() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("vectors/check/ticket.json")).unwrap();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let message = case["message"].as_str().unwrap();
        let [_, call, side] = *message.split('.').collect::<Vec<_>>() else { panic!("{message}") };
        let call = Call::named(call).unwrap();
        let text = case["text"].as_str().map_or_else(|| case["sent"].to_string(), str::to_owned);
        let facts = Facts {
            quantity: case["quantity"].as_u64().map(|quantity| quantity as u32),
            now: case["now"].as_str().map(|now| parse_wall_clock(now.as_bytes()).unwrap()),
            ..Facts::NONE
        };
        let mut packed = Packed::default();
        let definition = if side == "request" { call.request } else { call.reply };
        let is_taken = read(definition, text.as_bytes(), Reading { facts, ..Reading::WIRE }, &mut packed);
        let mut found: Vec<_> = packed
            .issues
            .iter()
            .map(|issue| json!([issue.code.as_str(), issue.path, issue.rule, issue.refuses]).to_string())
            .collect();
        let mut expected: Vec<_> = case["findings"].as_array().unwrap().iter().map(Value::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
        assert_eq!(is_taken, !packed.issues.iter().any(|issue| issue.refuses), "{name}");
    }
}

#[test]
fn the_same_code_twice_never_leaves() {
    let pay = receive("/pay", json!({ "orderId": 7, "partnerOrderId": "P1" })).unwrap();
    let paid = |voucher_type| OrderPaid {
        order_id: meituan_protocol::message::Id(7),
        partner_order_id: "P1".into(),
        voucher_type: Some(voucher_type),
        vouchers: Some(vec!["K1".into(), "K1".into()]),
        ..OrderPaid::default()
    };
    let reply = Reply::ok(paid(VoucherType::CODE_PER_TICKET)).for_quantity(2);
    let error = supplier(false).reply(&pay, &reply).unwrap_err();
    assert_eq!((error.code, error.rule, &*error.path), (ErrorCode::RuleBroken, Some("pay.codes-distinct"), "body.vouchers"));

    let body = PayNotice {
        order_id: meituan_protocol::message::Id(7),
        partner_order_id: "P1".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["K1".into(), "K1".into()]),
        ..PayNotice::default()
    };
    let notice =
        PayNoticeRequest { issue_type: IssueType::ISSUED, describe: "出票成功".into(), body, ..PayNoticeRequest::default() };
    assert_eq!(supplier(false).request(&notice, NOW).unwrap_err().rule, Some("pay.codes-distinct"));
}

#[cfg(feature = "texts")]
#[test]
fn only_what_breaks_a_rule_has_the_hint_of_the_rule() {
    let pay = receive("/pay", json!({ "orderId": 7, "partnerOrderId": "P1" })).unwrap();
    let error = supplier(false).reply(&pay, &Reply::ok(OrderPaid::default())).unwrap_err();
    assert_eq!((error.rule, error.hint()), (None, error.code.hint()));
    let same = json!({ "orderId": "7", "partnerOrderId": "P1", "voucherType": 1, "vouchers": ["K1", "K1"] });
    let error = supplier(false).reply(&pay, &json_reply(&ORDER_PAY, 200, &same).for_quantity(2)).unwrap_err();
    assert!(error.hint().en.contains("voucherType 2") && error.hint().zh.contains("voucherType 2"), "{:?}", error.hint());
    for rule in rules::ALL {
        assert_eq!(
            rules::hint(rule.id).is_some(),
            rule.id.contains("code-per-ticket") || rule.id.contains("distinct") || rule.id.starts_with("create."),
            "{}",
            rule.id
        );
    }
}

#[test]
fn inferred_rules_refuse_what_is_sent_where_that_is_asked_for() {
    let pay = receive("/pay", json!({ "orderId": 7, "partnerOrderId": "P1" })).unwrap();
    let untyped = json!({ "orderId": "7", "partnerOrderId": "P1", "voucherType": 0, "vouchers": ["K1"] });
    let reported = supplier(false).reply(&pay, &json_reply(&ORDER_PAY, 200, &untyped).for_quantity(1)).unwrap();
    assert_eq!(reported.warnings[0].rule, Some("pay.codes-untyped"));
    let error = supplier(true).reply(&pay, &json_reply(&ORDER_PAY, 200, &untyped).for_quantity(1)).unwrap_err();
    assert_eq!((error.code, error.rule), (ErrorCode::RuleBroken, Some("pay.codes-untyped")));

    let notice = ConsumeNotice {
        order_id: meituan_protocol::message::Id(7),
        partner_order_id: "P1".into(),
        quantity: 2,
        used_quantity: 1,
        voucher_list: Some(vec![ConsumedVoucher {
            voucher: "K1".into(),
            quantity: 2,
            status: VoucherStatus::USED,
            ..ConsumedVoucher::default()
        }]),
        ..ConsumeNotice::default()
    };
    assert_eq!(supplier(false).request(&notice, NOW).unwrap().warnings[0].rule, Some("consume.quantities-agree"));
    assert_eq!(supplier(true).request(&notice, NOW).unwrap_err().rule, Some("consume.quantities-agree"));

    // What could not be checked was not broken, and what Meituan sends is not ours to refuse.
    let unknown = json!({ "orderId": "7", "partnerOrderId": "P1", "voucherType": 1, "vouchers": ["K1"] });
    let unchecked = supplier(true).reply(&pay, &json_reply(&ORDER_PAY, 200, &unknown)).unwrap();
    assert_eq!(unchecked.warnings[0].code, ErrorCode::RuleUnchecked);
}

#[test]
fn a_call_that_names_no_order_or_no_refund_is_refused_with_the_failure_of_its_interface() {
    let order = json!({ "partnerDealId": "1", "mtDealId": 1, "buyPrice": 1, "unitPrice": 1, "totalPrice": 1, "quantity": 1 });
    let refund = json!({ "orderId": 7, "refundId": "R1", "partnerDealId": "1", "voucherList": [], "refundQuantity": 1,
        "unitPrice": 1, "refundPrice": 1, "refundFee": 0, "refundTime": "2018-12-26 09:05:57" });
    let refunded =
        json!({ "refundPrice": -1, "refundMessageType": 1, "reason": "x", "refundTime": "2018-12-26 09:05:57", "count": 1 });
    let reschedule = json!({ "orderId": 7, "rescheduleType": 1, "rescheduleNo": "S1" });
    let with = |body: &Value, field: &str, value: Value| {
        let mut body = body.clone();
        body[field] = value;
        body
    };
    let cases = [
        ("/create", with(&order, "orderId", json!(0)), ErrorCode::OutOfRange, "body.orderId", 499),
        ("/pay", json!({ "orderId": "0" }), ErrorCode::OutOfRange, "body.orderId", 599),
        ("/query", json!({ "orderId": 0 }), ErrorCode::OutOfRange, "body.orderId", 399),
        ("/refund", with(&refund, "orderId", json!(0)), ErrorCode::OutOfRange, "body.orderId", 699),
        ("/refund", with(&refund, "refundId", json!("")), ErrorCode::EmptyString, "body.refundId", 699),
        ("/refund", with(&refund, "refundId", json!(" \u{3000}\n")), ErrorCode::EmptyString, "body.refundId", 699),
        ("/refund", with(&refund, "refundId", json!(null)), ErrorCode::MissingField, "body.refundId", 699),
        ("/close", json!({ "orderId": 0, "closeType": 1 }), ErrorCode::OutOfRange, "body.orderId", 300),
        ("/refunded", with(&refunded, "orderId", json!(0)), ErrorCode::OutOfRange, "body.orderId", 300),
        ("/reschedule", with(&reschedule, "orderId", json!(0)), ErrorCode::OutOfRange, "body.orderId", 300),
        ("/reschedule", with(&reschedule, "rescheduleNo", json!(" ")), ErrorCode::EmptyString, "body.rescheduleNo", 300),
    ];
    for (path, body, code, field, failure) in cases {
        let refusal = receive(path, body).unwrap_err();
        assert_eq!((refusal.error.code, &*refusal.error.path), (code, field), "{path}");
        let reply: Value = serde_json::from_slice(&supplier(false).answer_refusal(&refusal).body).unwrap();
        assert_eq!(reply["code"], failure, "{path}");
        let describe = reply["describe"].as_str().unwrap();
        assert!(describe.contains(field) && describe.contains(code.as_str()), "{describe}");
    }
    receive("/refund", refund).unwrap();
    receive("/reschedule", reschedule).unwrap();
}

#[test]
fn a_reply_to_a_call_without_our_order_number_is_sent_without_it_and_that_is_reported() {
    let refund = json!({ "orderId": 7, "refundId": "R1", "partnerDealId": "1", "voucherList": [], "refundQuantity": 1,
        "unitPrice": 1, "refundPrice": 1, "refundFee": 0, "refundTime": "2018-12-26 09:05:57" });
    for (number, found) in [(json!(null), ErrorCode::MissingField), (json!(""), ErrorCode::MissingField)] {
        let mut body = refund.clone();
        body["partnerOrderId"] = number.clone();
        let call = receive("/refund", body).unwrap();
        let mut ids = json!({ "orderId": "7", "refundId": "R1" });
        if number != Value::Null {
            ids["partnerOrderId"] = number;
        }
        let reply = supplier(false).reply(&call, &json_reply(&ORDER_REFUND, 602, &ids)).unwrap();
        let [warning] = &*reply.warnings else { panic!("{:?}", reply.warnings) };
        assert_eq!((warning.code, &*warning.path, warning.refuses), (found, "body.partnerOrderId", false));
    }
    // Where the call has the number, it is repeated, as all of the call's own is; null says nothing instead.
    let mut body = refund.clone();
    body["partnerOrderId"] = json!("P1");
    let call = receive("/refund", body).unwrap();
    let reply = supplier(false).reply(&call, &Reply::by_code(&ORDER_REFUND, 602, "", Some(raw(&json!({}))))).unwrap();
    let reply: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply["body"], json!({ "orderId": 7, "refundId": "R1", "partnerOrderId": "P1" }));
    assert_eq!(reply["describe"], "退款审批中");
    let ids = json!({ "orderId": "7", "refundId": null });
    let error = supplier(false).reply(&call, &json_reply(&ORDER_REFUND, 602, &ids)).unwrap_err();
    assert_eq!((error.code, &*error.path), (ErrorCode::MissingField, "body.refundId"));
}

#[test]
fn what_was_stored_before_a_rule_was_known_is_still_read() {
    let told = |snapshot: &str, event: Value| {
        let mut out = Vec::new();
        let (snapshot, event) = (snapshot.as_bytes(), event.to_string());
        order::apply_json(snapshot, event.as_bytes(), b"", NOW, &mut Packed::default(), &mut out).unwrap();
        serde_json::from_slice::<Value>(&out).unwrap()
    };
    let next = |told: &Value| told["next"].to_string();
    let end =
        |told: &Value, name: &str, what: Value| json!({ "attemptEnded": { "key": told["run"]["key"], "outcome": 1, name: what } });
    let create = json!({ "orderCreate": { "orderId": "7", "partnerDealId": "1", "mtDealId": "1", "buyPrice": 1, "unitPrice": 1,
        "totalPrice": 1, "quantity": 1 } });
    let running = told("", create);
    let created = next(&told(&next(&running), end(&running, "created", json!({ "partnerOrderId": "P1" }))));
    let paid = json!({ "orderId": "7", "partnerOrderId": "P1", "voucherType": 0, "realNameType": 1, "vouchers": [],
        "credentialList": [{ "credentialType": 0, "credentialNo": "A" }] });
    let running = told(&created, json!({ "orderPay": { "orderId": "7" } }));
    let stored = next(&told(&next(&running), end(&running, "paid", paid)));
    let list = r#""credentialList":[{"credentialNo":"A","credentialType":0}]"#;
    assert!(stored.contains(list) && stored.contains("\"realNameType\":1"), "{stored}");
    let older = stored.replace(list, r#""credentialList":[]"#);
    assert_eq!(told(&older, json!({ "orderQuery": { "orderId": "7" } }))["reply"]["body"]["orderStatus"], 4);
    // The rules of what is told now are today's.
    let anew = json!({ "issued": { "orderId": "7", "partnerOrderId": "P1", "voucherType": 0, "realNameType": 1 } });
    let refused =
        order::apply_json(created.as_bytes(), anew.to_string().as_bytes(), b"", NOW, &mut Packed::default(), &mut Vec::new());
    assert_eq!(refused.unwrap_err().rule, Some("real-name.list"));
}

#[test]
fn calls_without_our_order_number_are_read_without_it() {
    for number in [json!(null), json!("")] {
        let CallBody::OrderPay(pay) = receive("/pay", json!({ "orderId": 7, "partnerOrderId": number })).unwrap().body else {
            panic!()
        };
        assert_eq!(pay.partner_order_id.unwrap_or_default(), "");
        let query = receive("/query", json!({ "orderId": 7, "partnerOrderId": number })).unwrap();
        assert!(matches!(query.body, CallBody::OrderQuery(_)));
        receive("/close", json!({ "orderId": 7, "partnerOrderId": number, "closeType": 1 })).unwrap();
    }
}

#[test]
fn a_create_call_is_received_with_what_is_doubtful_about_it() {
    let order = |travel_date: &str| {
        json!({ "orderId": 7, "partnerDealId": "1", "mtDealId": 1, "buyPrice": 1, "unitPrice": 58.5, "totalPrice": 117.01,
            "quantity": 2, "visitors": [{ "name": "张三" }], "travelDate": travel_date })
    };
    let rules_of = |travel_date| {
        let received = receive("/create", order(travel_date)).unwrap();
        received.warnings.iter().map(|issue| issue.rule.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(rules_of("2016-11-24"), ["create.total-price", "create.visitors"]);
    assert_eq!(rules_of("2016-11-23"), ["create.total-price", "create.travel-date", "create.visitors"]);
    let inferred = rules::ALL.iter().filter(|rule| rule.id.starts_with("create.")).all(|rule| rule.basis == Basis::Inferred);
    assert!(inferred);
}

#[test]
fn the_interfaces_of_the_manuals_part_two_are_optional_and_no_others() {
    let optional: Vec<_> = CALLS.iter().filter(|call| call.is_optional()).map(|call| call.name).collect();
    assert_eq!(optional, ["priceCalendar", "productPull", "poiPull", "productStatus", "productChangeNotice"]);
    assert!(!CALLS.iter().any(|call| call.is_optional() && call.is_mandatory()));
}
