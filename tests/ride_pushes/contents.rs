//! The fields of a content: which may be missing or odd, and without which a push is refused.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::Id;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::pushes::{OrderChanged, Refunded};
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

use crate::receiving::*;
use crate::ride_support::*;

#[test]
fn an_id_beyond_2_to_the_53_is_exact() {
    let received = receive("/refund", &refund_with("tradeOrderId", json!(526_001_045_969_776_640_u64))).unwrap();
    let Push::Refunded(refund) = received.push else { panic!() };
    assert_eq!(refund.trade_order_id, Some(Id(526_001_045_969_776_640)));
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
