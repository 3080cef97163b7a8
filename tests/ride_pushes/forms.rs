//! The forms that a push comes in, its common parameters, and what it is answered.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::{Id, Packed};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

use crate::receiving::*;
use crate::ride_support::*;

#[test]
fn every_push_example_is_accepted_with_exactly_the_expected_warnings() {
    for interface in INTERFACES.iter().filter(|interface| interface.is_push()) {
        let form = push_form(TOKEN, &example(interface, "request.json"));
        let now = Timestamp(1_621_222_860_000);
        let received =
            client().receive(&path(interface), form.as_bytes(), now).unwrap_or_else(|refusal| panic!("{}", refusal.error));
        assert_eq!(found(&received.warnings), expected(interface, "request"), "{}", interface.name);
        assert!(std::ptr::eq(received.push.interface(), *interface), "{}", interface.name);
        // An event may say no time: then it is known by its content.
        let key = received.deduplication_key.split_once(':').map(|(name, _)| name);
        let own = interface.repeats.map(|repeats| repeats.name);
        assert!(key == own || key == Some("content") && interface.name == "orderChanged", "{}: {key:?}", interface.name);
    }
}

#[test]
fn the_examples_are_read_into_their_types_with_a_key_each() {
    let received = receive("/capacity", &example(&CAPACITY_OFFERED, "request.json")).unwrap();
    let Push::CapacityOffered(offer) = received.push else { panic!() };
    assert_eq!(offer.mt_order_id, "152946668566360890609920000280");
    assert_eq!(offer.submit_drive_info.driver_id, "1894167704");
    assert_eq!(offer.submit_car_info.unwrap().car_number.as_deref(), Some("苏ADD3850"));
    assert_eq!(received.deduplication_key, "capacity:152946668566360890609920000280:121212121:1894167704");

    let received = receive("/refund?x=1", &example(&REFUNDED, "request.json")).unwrap();
    let Push::Refunded(refund) = received.push else { panic!() };
    assert_eq!((refund.refund_amount, refund.refund_status), (Some(Fen(1000)), RefundStatus::SUCCESS));
    assert_eq!((refund.trade_order_id, refund.pay_serial_num.as_deref()), (Some(Id(12121)), Some("9c2asa923x")));
    assert_eq!(refund.refund_time, Some(Timestamp(1_646_982_313_544)));
    assert_eq!(received.deduplication_key, "refund:18511111111");
}

#[test]
fn a_push_comes_as_form_as_json_as_query_and_in_the_newer_generation() {
    let text = example(&REFUNDED, "request.json");
    let content = seal(SECRET_KEY, text.as_bytes());
    let standard = content.replace('-', "+").replace('_', "/") + &"=".repeat((4 - content.len() % 4) % 4);
    assert!(standard.contains('+'), "the vector must hold a plus");
    let encoded = standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let bodies = [
        format!("token={TOKEN}&version=1.0&content={content}"),
        format!("content={content}&token={TOKEN}"),
        format!("token={TOKEN}&version=1.0&content={encoded}"),
        // A plus that was not percent-encoded.
        format!("token={TOKEN}&version=1.0&content={standard}"),
        format!("accessKey={TOKEN}&content={content}"),
        json!({ "accessKey": TOKEN, "content": content }).to_string(),
        json!({ "token": TOKEN, "version": "1.0", "content": standard }).to_string(),
    ];
    for body in bodies {
        let received =
            client().receive("/refund", body.as_bytes(), NOW).unwrap_or_else(|refusal| panic!("{body}: {}", refusal.error));
        assert_eq!(received.warnings, [], "{body}");
    }
    let uri = format!("/refund?token={TOKEN}&content={content}");
    assert_eq!(client().receive(&uri, b"", NOW).unwrap().warnings, []);
    let newer = with(|config| config.version = Version::V2);
    newer.receive("/refund", format!("accessKey={TOKEN}&content={content}").as_bytes(), NOW).unwrap();
}

#[test]
fn token_enterprise_time_and_method_are_checked_where_they_are_there() {
    let text = example(&REFUNDED, "request.json");
    let error = |body: String| client().receive("/refund", body.as_bytes(), NOW).unwrap_err();
    let content = seal(SECRET_KEY, text.as_bytes());
    assert_eq!(error(push_form("OTHER-TK", &text)).error.code, ErrorCode::WrongToken);
    assert_eq!(error(format!("token={TOKEN}&token={TOKEN}&content={content}")).error.code, ErrorCode::DuplicateKey);
    let json_twice = json!({ "token": TOKEN, "accessKey": TOKEN, "content": content }).to_string();
    assert_eq!(error(json_twice).error.code, ErrorCode::DuplicateKey);
    assert_eq!(error(format!("token={TOKEN}")).error.code, ErrorCode::MissingField);
    assert_eq!(error(format!("token={TOKEN}&content=AAAA")).error.code, ErrorCode::DecryptionFailed);
    assert_eq!(error(String::new()).error.code, ErrorCode::MissingField);
    let received = client().receive("/refund", format!("content={content}").as_bytes(), NOW).unwrap();
    assert_eq!(found(&received.warnings), [("MISSING_FIELD".into(), "token".into(), String::new())]);

    assert_eq!(receive("/refund", &refund_with("entId", json!(617))).unwrap().warnings, []);
    assert_eq!(receive("/refund", &refund_with("entId", json!("617"))).unwrap().warnings.len(), 1);
    for other in [json!(618), json!("618"), json!([617]), json!(""), json!(-617)] {
        assert_eq!(refused("/refund", &refund_with("entId", other)), ErrorCode::WrongEntId);
    }
    let now = NOW.0;
    for ts in [now, now + 600_000, now - 600_000, now / 1000, now / 1000 - 600] {
        assert_eq!(receive("/refund", &refund_with("ts", json!(ts))).unwrap().warnings, []);
    }
    for ts in [json!(now + 601_000), json!(now / 1000 - 601), json!(0), json!("soon"), json!(i64::MIN), json!(1.5)] {
        assert_eq!(refused("/refund", &refund_with("ts", ts.clone())), ErrorCode::StaleTimestamp, "{ts}");
    }
    let old = push_form(TOKEN, &refund_with("ts", json!(1)));
    with(|config| config.tolerance = None).receive("/refund", old.as_bytes(), NOW).unwrap();

    assert_eq!(refused("/refund", &refund_with("method", json!("dache.submit.order"))), ErrorCode::UnexpectedMethod);
    let received = receive("/refund", &refund_with("method", json!("order.refund.push"))).unwrap();
    assert_eq!(found(&received.warnings), [("UNKNOWN_VALUE".into(), "method".into(), String::new())]);
}

#[test]
fn common_parameters_are_checked_inside_data_too() {
    let nested = |common: &str| format!(r#"{{"entId":617,"data":{{"mtOrderId":"M1","eventCode":20,{common}}}}}"#);
    assert_eq!(refused("/event", &nested(r#""entId":618"#)), ErrorCode::WrongEntId);
    assert_eq!(refused("/event", &nested(r#""ts":1"#)), ErrorCode::StaleTimestamp);
    assert_eq!(refused("/event", &nested(r#""method":"dache.submit.order""#)), ErrorCode::UnexpectedMethod);
    assert_eq!(refused("/event", &nested(r#""entId":618"#).replace("617", "\"617\"")), ErrorCode::WrongEntId);
    let in_text = json!({ "data": r#"{"mtOrderId":"M1","entId":618}"# }).to_string();
    assert_eq!(refused("/event", &in_text), ErrorCode::WrongEntId);
    let key = |ts: i64, inner: i64| event(&format!(r#"{{"ts":{ts},"data":{{"mtOrderId":"M1","eventCode":20,"ts":{inner}}}}}"#)).2;
    assert_eq!(key(1_629_857_463, 1_629_857_464), key(1_629_857_470, 1_629_857_480_000));
    let in_text = |ts: i64| event(&json!({ "data": format!(r#"{{"mtOrderId":"M1","ts":{ts}}}"#) }).to_string()).2;
    assert_eq!(in_text(1_629_857_463), in_text(1_629_857_470));
    assert_ne!(key(1_629_857_463, 1_629_857_464), in_text(1_629_857_463));
}

#[test]
fn a_push_without_a_token_is_refused_where_one_is_required() {
    let content = seal(SECRET_KEY, example(&REFUNDED, "request.json").as_bytes());
    let body = format!("content={content}");
    let received = client().receive("/refund", body.as_bytes(), NOW).unwrap();
    assert_eq!(found(&received.warnings), [("MISSING_FIELD".into(), "token".into(), String::new())]);
    let strict = with(|config| config.require_token = true);
    let refusal = strict.receive("/refund", body.as_bytes(), NOW).unwrap_err();
    assert_eq!((refusal.error.code, refusal.answer_code()), (ErrorCode::WrongToken, ResultCode::AUTH_ERROR));
    strict.receive("/refund", push_form(TOKEN, &example(&REFUNDED, "request.json")).as_bytes(), NOW).unwrap();
}

#[test]
fn a_byte_order_mark_is_passed_over_and_reported() {
    let text = example(&REFUNDED, "request.json");
    let content = seal(SECRET_KEY, text.as_bytes());
    let marked = seal(SECRET_KEY, format!("\u{feff}{text}").as_bytes());
    for body in [
        format!("\u{feff}token={TOKEN}&content={content}"),
        format!("\u{feff}{}", json!({ "token": TOKEN, "content": content })),
        format!("token={TOKEN}&content={marked}"),
    ] {
        let received = client().receive("/refund", body.as_bytes(), NOW).unwrap_or_else(|refusal| panic!("{}", refusal.error));
        assert_eq!(found(&received.warnings), [("BYTE_ORDER_MARK".into(), String::new(), String::new())]);
    }
}

#[test]
fn a_multipart_form_is_refused_and_said_to_be_one() {
    let body = "--B-1\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nCESHI-TK\r\n--B-1--\r\n";
    let error = client().receive("/refund", body.as_bytes(), NOW).unwrap_err().error;
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::MissingField, "content"));
    assert!(error.detail.contains("multipart"), "{}", error.detail);
}

#[test]
fn one_address_takes_every_documented_push_whatever_method_is_beside_it() {
    let one = with(|config| config.routes = vec![("/meituan".to_owned(), &ORDER_CHANGED)]);
    let event = r#"{"mtOrderId":"M1","eventCode":50,"eventTime":1629857463000}"#.to_owned();
    for interface in INTERFACES.iter().filter(|interface| interface.is_push()) {
        let text = if interface.name == "orderChanged" { event.clone() } else { example(interface, "request.json") };
        for method in [None, Some(""), Some("order.change.push"), Some("dache.order.refund.push")] {
            let mut content: Value = serde_json::from_str(&text).unwrap();
            content["method"] = json!(method);
            let nested = json!({ "entId": 617, "method": method, "data": content });
            for text in [content.to_string(), nested.to_string()] {
                let received = one.receive("/meituan", push_form(TOKEN, &text).as_bytes(), NOW);
                let received = received.unwrap_or_else(|refusal| panic!("{text}: {}", refusal.error));
                assert!(std::ptr::eq(received.push.interface(), *interface), "{text}");
                let own = interface.repeats.map(|repeats| repeats.name);
                assert_eq!(received.deduplication_key.split_once(':').map(|(name, _)| name), own, "{text}");
            }
        }
    }
}

#[test]
fn what_is_no_known_push_is_a_failure() {
    for text in [
        r#"{"updateTime":1629857463000,"staffId":"7"}"#,
        r#"{"changeType":20,"changeStatus":"20","changeTime":1629857463000}"#,
        r#"{"extInfoMap":{},"orderStatus":8}"#,
        r#"{"data":{"updateTime":1629857463000}}"#,
    ] {
        assert_eq!(refused("/event", text), ErrorCode::MissingField, "{text}");
    }
}

#[test]
fn answers_are_what_meituan_understands() {
    assert_eq!(PUSH_OK, r#"{"code":0,"message":"成功"}"#);
    assert_eq!(push_fail(2, "a \"b\"\n\\").unwrap(), r#"{"code":2,"message":"a \"b\"\u000a\\"}"#);
    assert_eq!(push_fail(0, "").unwrap_err().code, ErrorCode::IllegalReplyCode);
    let answer = |body: &str, path: &str| client().receive(path, body.as_bytes(), NOW).unwrap_err().answer();
    assert_eq!(answer(&push_form("x", "{}"), "/refund"), r#"{"code":1010,"message":"WRONG_TOKEN"}"#);
    assert_eq!(answer("content=AAAA", "/refund"), r#"{"code":1010,"message":"DECRYPTION_FAILED"}"#);
    assert_eq!(answer("", "/elsewhere"), r#"{"code":9,"message":"UNKNOWN_ROUTE"}"#);
    assert_eq!(answer(&push_form(TOKEN, "{}"), "/refund"), r#"{"code":1,"message":"MISSING_FIELD"}"#);
}

#[test]
fn a_reply_to_a_push_may_have_data() {
    for interface in [&CAPACITY_OFFERED, &ORDER_CHANGED, &REFUNDED] {
        for text in [r#"{"code":0,"message":"成功","data":null}"#, r#"{"code":0,"data":{}}"#] {
            let mut packed = Packed::default();
            assert!(check(interface, true, text.as_bytes(), &mut packed).is_some());
            assert_eq!(packed.issues, [], "{text}");
        }
    }
}
