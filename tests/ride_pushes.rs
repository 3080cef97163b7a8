//! What Meituan pushes: what is accepted in which form, what is refused, and by which key a repetition is known.

mod ride_support;

use meituan_protocol::ErrorCode;
use meituan_protocol::message::{Id, Packed};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::Event;
use meituan_protocol::ride::pushes::{OrderChanged, Refunded};
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use proptest::prelude::*;
use ride_support::*;
use serde_json::{Value, json};

fn receive(path: &str, text: &str) -> Result<ReceivedPush, Refusal> {
    client().receive(path, push_form(TOKEN, text).as_bytes(), NOW)
}

fn refused(path: &str, text: &str) -> ErrorCode {
    receive(path, text).unwrap_err().error.code
}

fn event(text: &str) -> (OrderChanged, Vec<(String, String, String)>, String) {
    let received = receive("/event", text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.error));
    let Push::OrderChanged(changed) = received.push else { panic!("{:?}", received.push) };
    (changed, found(&received.warnings), received.deduplication_key)
}

fn refund_with(name: &str, value: Value) -> String {
    let mut text: Value = serde_json::from_str(&example(&REFUNDED, "request.json")).unwrap();
    text[name] = value;
    text.to_string()
}

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
fn an_id_beyond_2_to_the_53_is_exact() {
    let received = receive("/refund", &refund_with("tradeOrderId", json!(526_001_045_969_776_640_u64))).unwrap();
    let Push::Refunded(refund) = received.push else { panic!() };
    assert_eq!(refund.trade_order_id, Some(Id(526_001_045_969_776_640)));
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
fn what_is_wrong_with_the_message_is_refused_by_name() {
    assert_eq!(refused("/nowhere", "{}"), ErrorCode::UnknownRoute);
    assert_eq!(refused("/refund", "{}"), ErrorCode::MissingField);
    assert_eq!(refused("/refund", "[]"), ErrorCode::WrongType);
    assert_eq!(refused("/refund", "not json"), ErrorCode::InvalidJson);
    assert_eq!(refused("/refund", &refund_with("refundStatus", json!("ten"))), ErrorCode::WrongType);
    assert_eq!(refused("/refund", &refund_with("refundStatus", json!(10.5))), ErrorCode::WrongType);
    let small = with(|config| config.max_body_bytes = 10);
    let refusal = small.receive("/refund", push_form(TOKEN, "{}").as_bytes(), NOW).unwrap_err();
    assert_eq!(refusal.error.code, ErrorCode::BodyTooLarge);
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
fn an_event_is_taken_flat_or_nested_by_number_or_by_name() {
    let flat = r#"{"mtOrderId":"M1","channelPartnerOrderId":"P1","eventCode":90,"eventTime":1629857463000}"#;
    let (changed, warnings, key) = event(flat);
    assert_eq!((changed.event_code, changed.event_time), (Some(RideEvent::ORDER_PAID), Some(NOW)));
    assert_eq!((warnings, key.as_str()), (vec![], "event:M1:90:1629857463000"));
    let others = [
        r#"{"orderEvent":"ORDER_PAID","eventTime":"1629857463000","mtOrderId":"M1"}"#,
        r#"{"mtOrderId":"M1","event":"90","changeTime":1629857463000}"#,
        r#"{"data":{"mtOrderId":"M1","eventCode":"ORDER_PAID","eventTime":"2021-08-25 10:11:03"},"ts":1629857463}"#,
        r#"{"data":"{\"origOrderId\":\"M1\",\"eventCode\":90,\"updateTime\":1629857463000}","method":"order.change.push"}"#,
    ];
    for text in others {
        let (changed, warnings, same) = event(text);
        assert_eq!((changed.event_code, changed.event_time), (Some(RideEvent::ORDER_PAID), Some(NOW)), "{text}");
        assert_eq!(same, key, "{text}");
        assert!(!warnings.is_empty(), "{text}");
    }
}

#[test]
fn an_event_of_unknown_form_is_still_a_hint() {
    let (changed, warnings, key) = event(r#"{"mtOrderId":"M1","eventCode":{"a":1},"eventTime":"soon","orderStatus":8}"#);
    assert_eq!((changed.mt_order_id.as_deref(), changed.event_code, changed.event_time), (Some("M1"), None, None));
    let codes: Vec<_> = warnings.iter().map(|one| (one.0.as_str(), one.1.as_str())).collect();
    assert_eq!(codes, [("WRONG_TYPE", "eventCode"), ("INVALID_DATE", "eventTime"), ("UNKNOWN_FIELD", "orderStatus")]);
    assert!(key.starts_with("content:"));
    assert_eq!(event(r#"{"eventCode":-7,"mtOrderId":"M1"}"#).0.event_code, Some(RideEvent(-7)));
    assert_eq!(event(r#"{"eventCode":114,"mtOrderId":"M1"}"#).0.event_code, Some(RideEvent(114)), "an unlisted code is kept");
}

#[test]
fn an_event_that_names_no_order_is_reported_and_one_that_says_nothing_is_refused() {
    let rule = vec![("RULE_BROKEN".to_owned(), "mtOrderId".to_owned(), "event.some-order".to_owned())];
    assert_eq!(event(r#"{"eventCode":20,"eventTime":1629857463000}"#).1, rule);
    assert_eq!(event(r#"{"eventCode":20,"mtOrderId":""}"#).1, rule);
    for nothing in [
        "{}",
        r#"{"entId":617,"ts":1629857463,"method":"order.change.push"}"#,
        r#"{"entId":617,"data":{}}"#,
        r#"{"data":[{"mtOrderId":"M1"}]}"#,
        r#"{"mtOrderId":null,"origOrderId":null}"#,
        r#"{"orderId":"C1","status":8}"#,
    ] {
        let error = receive("/event", nothing).unwrap_err().error;
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::MissingField, "mtOrderId"), "{nothing}");
    }
}

#[test]
fn data_is_looked_into_only_where_no_field_of_the_push_stands_beside_it() {
    for (name, value) in [
        ("channelPartnerOrderId", json!("C1")),
        ("partnerOrderId", json!("C1")),
        ("origOrderId", json!("M1")),
        ("sqtBizOrderId", json!(526_001_045_969_776_640_u64)),
        ("eventCode", json!(20)),
        ("orderEvent", json!("ORDER_CONFIRMED")),
    ] {
        let mut flat = json!({ "data": { "driverName": "x" }, "entId": 617 });
        flat[name] = value;
        let (changed, warnings, _) = event(&flat.to_string());
        assert_ne!(changed, OrderChanged::default(), "{name}");
        assert!(warnings.contains(&("UNKNOWN_FIELD".into(), "data".into(), String::new())), "{name}");
        assert!(!warnings.iter().any(|warning| warning.1 == "driverName"), "{name}");
    }
    let (changed, ..) = event(r#"{"entId":617,"mtOrderId":null,"data":{"mtOrderId":"M1"}}"#);
    assert_eq!(changed.mt_order_id.as_deref(), Some("M1"));
    let offer = example(&CAPACITY_OFFERED, "request.json");
    let received = receive("/capacity", &format!(r#"{{"entId":617,"data":{offer}}}"#)).unwrap();
    assert_eq!(received.deduplication_key, "capacity:152946668566360890609920000280:121212121:1894167704");
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

/// The one warning of a refund in which one value is replaced.
fn odd_refund(name: &str, value: Value) -> (Refunded, String) {
    let received = receive("/refund", &refund_with(name, value)).unwrap_or_else(|refusal| panic!("{name}: {}", refusal.error));
    let [warning] = &*received.warnings else { panic!("{name}: {:?}", received.warnings) };
    assert_eq!(warning.path, name);
    let Push::Refunded(refund) = received.push else { panic!() };
    (refund, format!("{} {}", warning.code, warning.detail))
}

#[test]
fn a_refund_whose_amount_is_not_certain_is_accepted_without_it_and_reported() {
    let with_amount = |text: &str| {
        let text = refund_with("refundAmount", json!("AMOUNT")).replace(r#""AMOUNT""#, text);
        let received = receive("/refund", &text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.error));
        let Push::Refunded(refund) = received.push else { panic!() };
        assert_eq!(received.deduplication_key, "refund:18511111111");
        (refund.refund_amount, found(&received.warnings).into_iter().map(|one| one.0 + " " + &one.1).collect::<Vec<_>>())
    };
    for text in ["10.00", "10.50", "-1000", "-0.5", "1E3", "\"10.00\"", "\"-1000\""] {
        assert_eq!(with_amount(text), (None, vec!["INVALID_MONEY refundAmount".into()]), "{text}");
    }
    assert_eq!(with_amount("null"), (None, vec!["MISSING_FIELD refundAmount".into()]));
    assert_eq!(with_amount("\"ten\""), (None, vec!["WRONG_TYPE refundAmount".into()]));
    assert_eq!(with_amount("1000"), (Some(Fen(1000)), vec![]));
    assert_eq!(with_amount("\"1000\""), (Some(Fen(1000)), vec!["NUMBER_AS_STRING refundAmount".into()]));
}

#[test]
fn an_order_of_another_business_is_no_ride_event_and_is_reported() {
    let sample: Value = serde_json::from_str(&example(&ORDER_CHANGED, "request.json")).unwrap();
    let of = |sqt_type: Value| {
        let mut text = sample.clone();
        text["data"]["sqtType"] = sqt_type;
        text["ts"] = json!(NOW.0 / 1000);
        receive("/event", &text.to_string()).unwrap_or_else(|refusal| panic!("{}", refusal.error))
    };
    for other in [json!(10), json!(1), json!(0), json!("4")] {
        let received = of(other.clone());
        let Push::Other(changed) = &received.push else { panic!("{other}: {:?}", received.push) };
        assert_eq!(changed.sqt_biz_order_id, Some(Id(526_001_045_969_776_640)));
        assert!(found(&received.warnings).contains(&("UNKNOWN_VALUE".into(), "sqtType".into(), String::new())), "{other}");
        let other = Event::try_from(received.push);
        assert!(other.is_err(), "it is nothing to apply to a ride");
    }
    // A ride; and what does not say, or not legibly, what it is.
    for ride in [json!(5), json!("5"), Value::Null, json!("ride")] {
        assert!(matches!(of(ride.clone()).push, Push::OrderChanged(_)), "{ride}");
    }
}

#[test]
fn an_order_of_another_business_is_none_of_rides_whatever_its_content_and_its_path() {
    let fields = [
        json!({ "refundAmount": 9900, "refundStatus": 10 }),
        json!({ "sqtRefundNo": "R1" }),
        json!({ "mtOrderId": "H1", "sqtRefundNo": "R1", "refundStatus": 10, "refundAmount": "10.00" }),
        json!({ "mtOrderId": "H1", "submitDriveInfo": { "driverId": "7" } }),
        json!({ "eventCode": "ORDER_PAID", "mtOrderId": "H1" }),
        json!({ "sqtBizOrderId": 526_001_045_969_776_640_u64, "changeType": 20 }),
        json!({}),
    ];
    for (business, path) in [json!(10), json!("11")]
        .into_iter()
        .zip(["/event"; 2])
        .chain(["/refund", "/capacity"].into_iter().flat_map(|path| [(json!(10), path), (json!("11"), path)]))
    {
        for fields in &fields {
            let mut flat = fields.clone();
            flat["sqtType"] = business.clone();
            let common = json!({ "entId": 617, "ts": NOW.0 / 1000, "method": "order.change.push" });
            let beside = |more: Value| {
                let mut outer = common.clone();
                outer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                outer
            };
            let texts = [
                flat.clone(),
                beside(flat.clone()),
                beside(json!({ "data": flat })),
                beside(json!({ "data": flat.to_string() })),
                beside(json!({ "sqtType": business, "data": fields })),
                beside(json!({ "mtOrderId": "H1", "sqtRefundNo": "R1", "refundStatus": 10, "data": flat })),
            ];
            for text in texts.map(|text| text.to_string()) {
                let received = receive(path, &text).unwrap_or_else(|refusal| panic!("{path} {text}: {}", refusal.error));
                let Push::Other(other) = &received.push else { panic!("{path} {text}: {:?}", received.push) };
                assert_eq!(other.sqt_type, business.as_i64().or(Some(11)).map(|number| number as i32), "{path} {text}");
                assert!(found(&received.warnings).contains(&("UNKNOWN_VALUE".into(), "sqtType".into(), String::new())));
            }
        }
    }
    // A ride that says so is what its content says.
    let mut refund: Value = serde_json::from_str(&example(&REFUNDED, "request.json")).unwrap();
    refund["sqtType"] = json!(5);
    for path in ["/event", "/refund"] {
        assert!(matches!(receive(path, &refund.to_string()).unwrap().push, Push::Refunded(_)), "{path}");
    }
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
fn a_refund_or_an_offer_at_the_path_of_events_is_what_its_content_says() {
    for (interface, key) in
        [(&REFUNDED, "refund:18511111111"), (&CAPACITY_OFFERED, "capacity:152946668566360890609920000280:121212121:1894167704")]
    {
        let text = example(interface, "request.json");
        for text in [text.clone(), format!(r#"{{"entId":617,"data":{text}}}"#), json!({ "data": text }).to_string()] {
            let received = receive("/event", &text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.error));
            assert_eq!(received.deduplication_key, key);
            assert!(matches!(received.push, Push::Refunded(_) | Push::CapacityOffered(_)));
            assert!(found(&received.warnings).contains(&("UNEXPECTED_METHOD".into(), "url".into(), String::new())));
        }
    }
    // What looks like a refund, and is none that can be counted, is a failure, and no event either.
    for name in ["sqtRefundNo", "refundStatus", "mtOrderId"] {
        assert_eq!(refused("/event", &refund_with(name, Value::Null)), ErrorCode::MissingField, "{name}");
    }
    // An event may tell of a refund, and stays an event.
    assert_eq!(event(r#"{"mtOrderId":"M1","eventCode":81,"refundAmount":5}"#).0.event_code, Some(RideEvent::BILL_CHANGED));
    let mut packed = Packed::default();
    assert!(check(&ORDER_CHANGED, false, example(&REFUNDED, "request.json").as_bytes(), &mut packed).is_none());
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
fn a_reply_to_a_push_may_have_data() {
    for interface in [&CAPACITY_OFFERED, &ORDER_CHANGED, &REFUNDED] {
        for text in [r#"{"code":0,"message":"成功","data":null}"#, r#"{"code":0,"data":{}}"#] {
            let mut packed = Packed::default();
            assert!(check(interface, true, text.as_bytes(), &mut packed).is_some());
            assert_eq!(packed.issues, [], "{text}");
        }
    }
}

#[test]
fn what_is_dispensable_never_refuses_a_push() {
    let (refund, warning) = odd_refund("tradeOrderId", json!("2BWZJWWFL2PU"));
    assert_eq!((refund.trade_order_id, refund.pay_serial_num.as_deref()), (None, Some("9c2asa923x")));
    assert!(warning.starts_with("WRONG_TYPE") && warning.ends_with(r#"found "2BWZJWWFL2PU""#), "{warning}");
    for odd in [json!({ "a": 1 }), json!([1]), json!(true), json!(-1)] {
        assert_eq!(odd_refund("tradeOrderId", odd.clone()).0.trade_order_id, None);
        assert_eq!(odd_refund("refundTime", odd).0.refund_time, None);
    }
    assert_eq!(odd_refund("refundTime", Value::Null).0.refund_time, None);
    let seconds = odd_refund("refundTime", json!(1_646_982_313));
    assert_eq!(seconds.0.refund_time, Some(Timestamp(1_646_982_313_000)));
    assert_eq!(seconds.1, "INVALID_DATE epoch seconds, read as such");
    let clock = odd_refund("refundTime", json!("2022-03-11 15:05:13"));
    assert_eq!(clock.0.refund_time, Some(Timestamp(1_646_982_313_000)));
    assert!(clock.1.starts_with("INVALID_DATE"), "{}", clock.1);
    assert_eq!(odd_refund("refundTime", json!("2022-13-11 15:05:13")).0.refund_time, None);
    // In Beijing it was eight when the epoch began; what is before it is no moment for a program.
    assert_eq!(odd_refund("refundTime", json!("1970-01-01 08:00:00")).0.refund_time, Some(Timestamp(0)));
    assert_eq!(odd_refund("refundTime", json!("1970-01-01 07:59:59")).0.refund_time, None);

    let offer = |pointer: &str, value: Value| {
        let mut text: Value = serde_json::from_str(&example(&CAPACITY_OFFERED, "request.json")).unwrap();
        *text.pointer_mut(pointer).unwrap() = value;
        let received = receive("/capacity", &text.to_string()).unwrap_or_else(|refusal| panic!("{pointer}: {}", refusal.error));
        let Push::CapacityOffered(offer) = received.push else { panic!() };
        (offer, received.warnings.len())
    };
    let (large, warnings) = offer("/submitCarInfo/partnerId", json!(99_999_999_999_i64));
    assert_eq!(
        (large.submit_car_info.unwrap().partner_id, warnings),
        (Some(99_999_999_999), 1),
        "kept; the position is the warning"
    );
    let (odd, warnings) = offer("/submitCarInfo/carTypeId", json!("economy"));
    assert_eq!((odd.submit_car_info.unwrap().car_type_id, warnings), (None, 2));
    assert_eq!(offer("/submitCarInfo", json!([])).0.submit_car_info, None);

    for (name, value) in [
        ("sqtType", json!("hotel")),
        ("changeStatus", json!({ "a": 1 })),
        ("sqtBizOrderId", json!("abc")),
        ("eventCode", json!(20.5)),
        ("changeType", json!(1e30)),
        ("channelPartnerOrderId", json!(["C1"])),
    ] {
        let mut text = json!({ "mtOrderId": "M1" });
        text[name] = value;
        let (changed, warnings, _) = event(&text.to_string());
        assert_eq!(changed, OrderChanged { mt_order_id: Some("M1".into()), ..OrderChanged::default() }, "{name}");
        assert!(warnings.len() == 1 && warnings[0].1 == name, "{name}: {warnings:?}");
    }
}

#[test]
fn what_a_push_is_useless_without_refuses_it_and_an_empty_id_is_reported() {
    assert_eq!(refused("/refund", &refund_with("refundStatus", json!("done"))), ErrorCode::WrongType);
    assert_eq!(refused("/refund", &refund_with("sqtRefundNo", json!({}))), ErrorCode::WrongType);
    assert_eq!(odd_refund("sqtRefundNo", json!("")).1.trim(), "EMPTY_STRING");
    let driver = r#"{"mtOrderId":"","submitDriveInfo":{"driverId":""}}"#;
    let warnings = found(&receive("/capacity", driver).unwrap().warnings);
    let paths: Vec<_> = warnings.iter().map(|warning| (warning.0.as_str(), warning.1.as_str())).collect();
    assert_eq!(paths, [("EMPTY_STRING", "mtOrderId"), ("EMPTY_STRING", "submitDriveInfo.driverId")]);
}

#[test]
fn the_documented_name_wins_whatever_the_order_and_an_alias_fills_only_what_is_empty() {
    let read = |text: &str| {
        let (changed, warnings, _) = event(text);
        (changed.mt_order_id.unwrap(), warnings.into_iter().map(|one| one.0 + " " + &one.1).collect::<Vec<_>>())
    };
    for alias in [json!("other"), json!({ "a": 1 }), json!(5), Value::Null] {
        for text in [
            format!(r#"{{"mtOrderId":"right","origOrderId":{alias}}}"#),
            format!(r#"{{"origOrderId":{alias},"mtOrderId":"right"}}"#),
        ] {
            assert_eq!(read(&text), ("right".into(), vec!["UNKNOWN_FIELD origOrderId".into()]), "{text}");
        }
    }
    for text in [r#"{"mtOrderId":null,"origOrderId":"other"}"#, r#"{"origOrderId":"other","mtOrderId":null}"#] {
        assert_eq!(read(text), ("other".into(), vec!["ALIASED_FIELD mtOrderId".into()]), "{text}");
    }
    let unusable = read(r#"{"mtOrderId":["M1"],"origOrderId":"other"}"#);
    assert_eq!(unusable, ("other".into(), vec!["WRONG_TYPE mtOrderId".into(), "ALIASED_FIELD mtOrderId".into()]));
    // Of several aliases the first of the definition that holds something usable.
    for text in [
        r#"{"mtOrderId":"M1","eventType":60,"event":50,"orderEvent":{"a":1}}"#,
        r#"{"orderEvent":{"a":1},"event":50,"eventType":60,"mtOrderId":"M1"}"#,
    ] {
        assert_eq!(event(text).0.event_code, Some(RideEvent::DRIVER_ARRIVED), "{text}");
    }
    for twice in [r#"{"origOrderId":"a","origOrderId":"b"}"#, r#"{"mtOrderId":"a","origOrderId":"b","mtOrderId":"c"}"#] {
        assert_eq!(refused("/event", twice), ErrorCode::DuplicateKey, "{twice}");
    }
}

#[test]
fn a_moment_in_seconds_or_as_a_wall_clock_is_read_and_reported() {
    let time = |value: Value| {
        let (changed, warnings, key) = event(&json!({ "mtOrderId": "M1", "eventCode": 20, "eventTime": value }).to_string());
        assert_eq!(key, "event:M1:20:1629857463000");
        assert_eq!(changed.event_time, Some(NOW));
        warnings.into_iter().map(|one| one.0).collect::<Vec<_>>()
    };
    assert_eq!(time(json!(NOW.0)), Vec::<String>::new());
    assert_eq!(time(json!(NOW.0 / 1000)), ["INVALID_DATE"]);
    assert_eq!(time(json!("1629857463")), ["NUMBER_AS_STRING", "INVALID_DATE"]);
    assert_eq!(time(json!("2021-08-25 10:11:03")), ["INVALID_DATE"]);
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
fn a_repetition_has_the_same_key_whenever_it_is_sent() {
    let key = |ts: &str| event(&format!(r#"{{"mtOrderId":"M1","eventCode":20,"ts":{ts},"entId":617}}"#)).2;
    assert_eq!(key("1629857463"), key("1629857470"));
    assert_eq!(key("1629857463"), key("1629857470000"));
    let other = event(r#"{"mtOrderId":"M2","eventCode":20,"ts":1629857463,"entId":617}"#).2;
    assert_ne!(key("1629857463"), other);
}

fn altered(content: String) -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), "[A-Za-z0-9_+/= %&-]{1,3}").prop_map(move |(at, with)| {
        let mut content = content.clone();
        let at = at.index(content.len());
        content.replace_range(at..(at + with.len()).min(content.len()), &with);
        content
    })
}

fn sealed_examples() -> impl Strategy<Value = (&'static str, String)> {
    (0..3_usize).prop_map(|index| {
        let (path, interface) = [("/capacity", &CAPACITY_OFFERED), ("/event", &ORDER_CHANGED), ("/refund", &REFUNDED)][index];
        (path, seal(SECRET_KEY, example(interface, "request.json").as_bytes()))
    })
}

proptest! {
    #[test]
    fn an_altered_content_is_a_named_error_or_an_altered_document(
        (path, altered, original) in sealed_examples()
            .prop_flat_map(|(path, content)| (Just(path), altered(content.clone()), Just(content))),
    ) {
        let now = Timestamp(1_621_222_860_000);
        let letters = |content: &str| content.replace(['+', ' '], "-").replace('/', "_").trim_end_matches('=').to_owned();
        prop_assume!(letters(&altered) != original && !altered.contains(['%', '&']));
        let receive = |content: &str| client().receive(path, format!("token={TOKEN}&content={content}").as_bytes(), now);
        let same = receive(&original).unwrap();
        match receive(&altered) {
            Err(refusal) => prop_assert!(ErrorCode::ALL.contains(&refusal.error.code)),
            Ok(other) => prop_assert_ne!((other.push, found(&other.warnings)), (same.push, found(&same.warnings))),
        }
    }

    #[test]
    fn no_bytes_make_receive_panic(
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            any::<Vec<u8>>().prop_map(|text| format!("token={TOKEN}&content={}", seal(SECRET_KEY, &text)).into_bytes()),
            "[{}\\[\\]\":,a-z0-9]{0,40}".prop_map(|text| push_form(TOKEN, &text).into_bytes()),
            "[a-z]{0,3}".prop_flat_map(|name| ("[\"{}\\[\\]a-z0-9.-]{0,12}", Just(name))).prop_map(|(value, name)| {
                push_form(TOKEN, &format!(r#"{{"eventCode":{value},"eventTime":{value},"{name}":{value},"data":{value}}}"#)).into_bytes()
            }),
        ],
        uri in "(/refund|/event|/capacity)[?&=%a-z#]{0,12}",
        now in any::<i64>(),
    ) {
        if let Err(refusal) = client().receive(&uri, &body, Timestamp(now)) {
            prop_assert!(ErrorCode::ALL.contains(&refusal.error.code));
            let answer: Value = serde_json::from_str(&refusal.answer()).unwrap();
            prop_assert_ne!(&answer["code"], 0);
        }
    }
}
