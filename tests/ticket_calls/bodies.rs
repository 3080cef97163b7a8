//! The body of a call: what is accepted, and what is refused with its path.

use crate::garden::{PARTNER, Sent, body_key, create, create_with, order, sent, supplier};
use meituan_protocol::ErrorCode;
use meituan_protocol::message::Id;
use meituan_protocol::money::Fen;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::*;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

#[test]
fn the_documented_example_is_read_into_its_type_and_has_fewer_visitors_than_tickets() {
    let received = create(&order()).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(create.order_id, Id(1_453_361_297_221));
    assert_eq!((create.buy_price, create.unit_price, create.total_price), (Fen(108_000), Fen(119_900), Fen(239_800)));
    assert_eq!(create.travel_date.unwrap().to_string(), "2016-11-30");
    let visitor = &create.visitors.unwrap()[0];
    assert_eq!(visitor.name.as_deref(), Some("张三"));
    assert_eq!(visitor.credentials.as_ref().unwrap()["0"], "130000000000000000");
    assert_eq!(visitor.gender, Some(Gender::MALE));
    let warned: Vec<_> = received.warnings.iter().map(|issue| issue.rule).collect();
    assert_eq!(warned, [Some("create.visitors")]);
}

#[test]
fn the_production_capture_of_a_refund_is_read_into_its_type() {
    let body = r#"{"partnerId":1122,"body":{"orderId":267462905905413,"refundId":"267462905905413-20181226090557024","partnerOrderId":"305566","partnerDealId":"12885","voucherList":["15456624941871613"],"refundQuantity":2,"unitPrice":290.0,"refundPrice":580.0,"refundFee":0.0,"refundTime":"2018-12-26 09:05:57"}}"#;
    let received = sent("/mt/order/refund", body).receive().unwrap();
    let CallBody::OrderRefund(refund) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(refund.refund_price, Fen(58_000));
    assert_eq!(refund.refund_time, Timestamp(1_545_786_357_000));
    assert_eq!(refund.voucher_list, ["15456624941871613"]);
    assert_eq!(received.warnings, []);
}

#[test]
fn deviations_are_accepted_and_each_is_reported_with_its_path() {
    let body = r#"{"partnerId":"1122","body":{"orderId":"8985652356562370000","partnerDealId":12113,"mtDealId":111111,"buyPrice":"1080.50","unitPrice":1199,"totalPrice":1.199e3,"quantity":"2","visitors":[{"name":"李四","gender":7,"nickname":"x","mobile":null}],"travelDate":"","channel":{"a":[1]}}}"#;
    let received = sent("/mt/order/create", body).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(create.order_id, Id(8_985_652_356_562_370_000));
    assert_eq!(create.partner_deal_id, "12113");
    assert_eq!((create.buy_price, create.total_price, create.quantity), (Fen(108_050), Fen(119_900), 2));
    assert_eq!(create.visitors.unwrap()[0].gender, Some(Gender(7)));
    assert_eq!(create.travel_date, None);
    let found: Vec<_> = received.warnings.iter().map(|issue| (issue.code.as_str(), issue.path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("NUMBER_AS_STRING", "partnerId"),
            ("NUMBER_AS_STRING", "body.orderId"),
            ("STRING_AS_NUMBER", "body.partnerDealId"),
            ("NUMBER_AS_STRING", "body.buyPrice"),
            ("NUMBER_AS_STRING", "body.quantity"),
            ("UNKNOWN_VALUE", "body.visitors[0].gender"),
            ("UNKNOWN_FIELD", "body.visitors[0].nickname"),
            ("NULL_FIELD", "body.visitors[0].mobile"),
            ("UNKNOWN_FIELD", "body.channel"),
            ("RULE_BROKEN", "body.totalPrice"),
            ("RULE_BROKEN", "body.visitors"),
        ]
    );
    assert!(received.warnings.iter().all(|issue| !issue.refuses));
}

/// Errors of bodies that are no whole JSON.
const NO_MESSAGES: [ErrorCode; 3] = [ErrorCode::TruncatedJson, ErrorCode::InvalidJson, ErrorCode::InvalidUtf8];

#[test]
fn bodies_that_are_not_the_message_are_refused_with_the_fields_path() {
    let good = order().to_string();
    let refusals: &[(Sent, ErrorCode, &str)] = &[
        (sent("/mt/order/create", ""), ErrorCode::TruncatedJson, ""),
        (sent("/mt/order/create", &good.as_bytes()[..good.len() - 1]), ErrorCode::TruncatedJson, ""),
        (sent("/mt/order/create", "[object Object]"), ErrorCode::InvalidJson, ""),
        (sent("/mt/order/create", [good.as_bytes(), b"x"].concat()), ErrorCode::InvalidJson, ""),
        (
            sent("/mt/order/create", b"{\"partnerId\":1122,\"body\":{\"partnerDealId\":\"\xff\"}}".to_vec()),
            ErrorCode::InvalidUtf8,
            "",
        ),
        (sent("/mt/order/create", "[]"), ErrorCode::WrongType, ""),
        (sent("/mt/order/create", "null"), ErrorCode::WrongType, ""),
        (sent("/mt/order/create", "{\"partnerId\":1122}"), ErrorCode::MissingField, "body"),
        (sent("/mt/order/create", "{\"partnerId\":1122,\"body\":[]}"), ErrorCode::WrongType, "body"),
        (create_with("orderId", "18446744073709551616"), ErrorCode::IdTooLarge, "body.orderId"),
        (create_with("orderId", "-1"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "1.5"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "1e3"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "\"007\""), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "null"), ErrorCode::MissingField, "body.orderId"),
        (create_with("orderId", "true"), ErrorCode::WrongType, "body.orderId"),
        (create_with("buyPrice", "NaN"), ErrorCode::InvalidJson, "body.buyPrice"),
        (create_with("buyPrice", "1.001"), ErrorCode::InvalidMoney, "body.buyPrice"),
        (create_with("buyPrice", "\"abc\""), ErrorCode::WrongType, "body.buyPrice"),
        (create_with("quantity", "0"), ErrorCode::OutOfRange, "body.quantity"),
        (create_with("quantity", "1.5"), ErrorCode::WrongType, "body.quantity"),
        (create_with("quantity", "2147483648"), ErrorCode::OutOfRange, "body.quantity"),
        (create_with("travelDate", "\"2016-02-30\""), ErrorCode::InvalidDate, "body.travelDate"),
        (create_with("visitors", "[{},3]"), ErrorCode::WrongType, "body.visitors[1]"),
        (create_with("visitors", "[{\"credentials\":{\"0\":{}}}]"), ErrorCode::WrongType, "body.visitors[0].credentials.0"),
        (create_with("partnerDealId", "\"\\ud83d\""), ErrorCode::LoneSurrogate, "body.partnerDealId"),
        (create_with("contacts", &"[".repeat(10_000)), ErrorCode::TooDeep, "body.contacts"),
        (create_with("contacts", "{\"a\":1,\"\\u0061\":1}"), ErrorCode::DuplicateKey, "body.contacts"),
        (create_with("partnerDealId", "\"1\",\"partnerDealId\":\"2\""), ErrorCode::DuplicateKey, "body"),
        (
            sent("/mt/order/create", good.replace("\"partnerId\":1122", "\"partnerId\":1123")),
            ErrorCode::WrongPartnerId,
            "partnerId",
        ),
        (sent("/mt/order/create", vec![b' '; (1 << 20) + 1]), ErrorCode::BodyTooLarge, "body"),
        (sent("/mt/nothing", good.clone()), ErrorCode::UnknownRoute, "url"),
        (Sent { encryption: "encrypted", ..sent("/mt/order/create", good.clone()) }, ErrorCode::DecryptionFailed, "body"),
    ];
    for (index, (call, code, path)) in refusals.iter().enumerate() {
        let refusal = call.receive().unwrap_err();
        assert_eq!((refusal.error.code, refusal.error.path.as_str()), (*code, *path), "case {index}");
        let reply = supplier().answer_refusal(&refusal);
        if NO_MESSAGES.contains(code) {
            assert_eq!((reply.status, reply.body.len(), refusal.answer_code()), (503, 0, None), "case {index}");
            continue;
        }
        let body = if refusal.encrypted { body_key().open(&reply.body).unwrap() } else { reply.body };
        let reply: Value = serde_json::from_slice(&body).unwrap();
        let expected = if *code == ErrorCode::UnknownRoute { 300 } else { 499 };
        assert_eq!((reply["code"].as_i64(), &reply["partnerId"]), (Some(expected), &json!(PARTNER)));
        let told = code.public_sentence().filter(|_| path.starts_with("headers") || refusal.encrypted);
        let described = reply["describe"].as_str().unwrap();
        assert!(told.map_or_else(|| described.contains(code.as_str()), |told| described == told), "case {index}: {described}");
        assert!(reply.get("body").is_none());
    }
}

/// What a gateway has cut, recoded or emptied may have been received before, as Meituan sent it.
#[test]
fn a_body_that_is_no_whole_json_is_a_failure_only_of_calls_that_do_nothing() {
    let mut config = supplier().config().clone();
    config.routes = CALLS.iter().filter(|call| call.is_to_supplier()).map(|call| (format!("/{}", call.name), *call)).collect();
    let supplier = Supplier::new(config).unwrap();
    for (path, call) in &supplier.config().routes {
        for body in [&b""[..], b"{\"partnerId\":1122,", b"<html>", b"{}}", b"{\"partnerId\":\"\xff\"}"] {
            let refusal = sent(path, body).receive_by(&supplier).unwrap_err();
            assert!(refusal.error.issues.iter().any(|issue| NO_MESSAGES.contains(&issue.code)), "{path} {}", refusal.error);
            let expected = if call.acts() { (None, 503) } else { (Some(call.failure), 200) };
            assert_eq!((refusal.answer_code(), supplier.answer_refusal(&refusal).status), expected, "{path} {}", refusal.error);
        }
    }
}

#[test]
fn a_body_that_is_no_whole_json_is_no_failure_however_much_is_found_in_it_first() {
    let refused = "[],".repeat(100);
    let refusal = create_with("visitors", &format!("[{refused}")).receive().unwrap_err();
    assert_eq!((refusal.error.code, refusal.error.path.as_str()), (ErrorCode::WrongType, "body.visitors[0]"));
    assert_eq!(refusal.answer_code(), None);
    let whole = create_with("visitors", &format!("[{refused}{{}}]")).receive().unwrap_err();
    assert_eq!(whole.answer_code(), Some(499));
}

#[test]
fn a_document_without_a_number_is_reported_and_left_out_and_the_others_stay() {
    let visitors = r#"[{"credentials":{"0":null,"1":"A","2":null,"3":"B"}},{"credentials":{"0":null}}]"#;
    let received = create_with("visitors", visitors).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    let kept: Vec<_> = create.visitors.unwrap().into_iter().map(|visitor| visitor.credentials.unwrap()).collect();
    assert_eq!(json!(kept), json!([{ "1": "A", "3": "B" }, {}]));
    let paths: Vec<_> = received.warnings.iter().map(|issue| (issue.code, issue.path.as_str())).collect();
    assert_eq!(
        paths,
        ["body.visitors[0].credentials.0", "body.visitors[0].credentials.2", "body.visitors[1].credentials.0"]
            .map(|path| (ErrorCode::NullField, path))
    );
}

#[test]
fn every_finding_of_a_message_is_told_at_once() {
    let error = create(&json!({ "partnerId": PARTNER, "body": { "quantity": 0, "buyPrice": "x" } })).receive().unwrap_err().error;
    let refused: Vec<_> = error.issues.iter().filter(|issue| issue.refuses).map(|issue| issue.path.as_str()).collect();
    assert_eq!(
        refused,
        [
            "body.buyPrice",
            "body.quantity",
            "body.orderId",
            "body.partnerDealId",
            "body.mtDealId",
            "body.unitPrice",
            "body.totalPrice"
        ]
    );
}

#[test]
fn a_number_that_javascript_has_rounded_is_not_taken_for_an_id() {
    let close = |id: &str| {
        let program = format!(r#"{{"partnerId":1122,"body":{{"orderId":{id},"closeType":1}}}}"#);
        let (mut packed, mut wire) = (Default::default(), Vec::new());
        let written = supplier().encode_request(&ORDER_CLOSE, program.as_bytes(), &mut packed, &mut wire);
        written.map(|_| String::from_utf8(wire).unwrap()).map_err(|error| (error.code, error.path.clone()))
    };
    let refused = Err((ErrorCode::WrongType, "body.orderId".to_owned()));
    assert_eq!(close("9007199254740992"), refused);
    assert_eq!(close("1e3"), refused);
    assert!(close("9007199254740991").unwrap().contains(r#""orderId":9007199254740991,"#));
    assert!(close("\"18446744073709551615\"").unwrap().contains(r#""orderId":18446744073709551615,"#));
}
