//! Events of orders, and what comes to their address and is none.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::{Id, Packed};
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::Event;
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::ride::*;
use serde_json::{Value, json};

use crate::receiving::*;
use crate::ride_support::*;

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
fn a_repetition_has_the_same_key_whenever_it_is_sent() {
    let key = |ts: &str| event(&format!(r#"{{"mtOrderId":"M1","eventCode":20,"ts":{ts},"entId":617}}"#)).2;
    assert_eq!(key("1629857463"), key("1629857470"));
    assert_eq!(key("1629857463"), key("1629857470000"));
    let other = event(r#"{"mtOrderId":"M2","eventCode":20,"ts":1629857463,"entId":617}"#).2;
    assert_ne!(key("1629857463"), other);
}
