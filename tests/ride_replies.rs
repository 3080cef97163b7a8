//! What Meituan replies: the document's examples, every form, every known deviation, and failures.

mod ride_support;

use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::replies::*;
use meituan_protocol::ride::requests::*;
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode};
use proptest::prelude::*;
use ride_support::*;
use serde_json::{Value, json};

/// Reads a reply to `request` as its type.
fn reply<E: RideRequest>(request: &E, body: &str) -> Result<RideReply<E::Data>, Error> {
    client().request(request, NOW).unwrap().parse(200, body.as_bytes())
}

fn asked() -> QueryRealTimeOrder {
    QueryRealTimeOrder { mt_order_id: Some("1".into()), channel_partner_order_id: Some("2".into()) }
}

fn submitted() -> SubmitOrder {
    SubmitOrder {
        channel_partner_order_id: "1".into(),
        user_identify_code: Some("1".into()),
        identify_type: IdentifyType::STAFF_NUMBER,
        from_address: "1".into(),
        to_address: "2".into(),
        reserve_type: ReserveType::NOW,
        ..SubmitOrder::default()
    }
}

fn estimated() -> QueryEstimatedPrice {
    QueryEstimatedPrice { reserve_type: ReserveType::NOW, ..QueryEstimatedPrice::default() }
}

fn paid() -> NotifyPaidResult {
    NotifyPaidResult { mt_order_id: "1".into(), channel_partner_order_id: "2".into(), price: Fen(200) }
}

/// The example of queryRealTimeOrder with one value replaced.
fn detail_with(pointer: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(&example(&QUERY_REAL_TIME_ORDER, "response.json")).unwrap();
    *body.pointer_mut(pointer).unwrap() = value;
    body.to_string()
}

#[test]
fn every_response_example_is_accepted_with_exactly_the_expected_warnings() {
    for interface in INTERFACES.iter().filter(|interface| !interface.is_push()) {
        let body = example(interface, "response.json");
        let mut packed = Packed::default();
        let replied = client().read_reply(interface, 200, body.as_bytes(), &mut packed);
        let replied = replied.unwrap_or_else(|error| panic!("{}: {error}", interface.name));
        assert_eq!(replied.form, ReplyForm::Direct);
        assert_eq!(found(&packed.issues), expected(interface, "response"), "{}", interface.name);
    }
}

#[test]
fn the_examples_are_read_into_their_types() {
    let drivers = reply(&QueryNearByDrivers::default(), &example(&QUERY_NEAR_BY_DRIVERS, "response.json")).unwrap().data;
    assert_eq!(drivers.len(), 8);
    assert_eq!((drivers[0].longitude, drivers[0].latitude), (116.48602565294897, 40.01041636564252));
    assert_eq!(drivers[2].direction, Some(-1.0), "an unknown heading");
    assert_eq!(drivers[0].timestamp, Some(Timestamp(1_629_858_386_087)));

    let estimates = reply(&estimated(), &example(&QUERY_ESTIMATED_PRICE, "response.json")).unwrap().data.estimate_prices;
    assert_eq!(estimates[0].estimate_id, "test-estimate-price");
    assert_eq!(estimates[0].estimate_price, Some(Fen(7000)), "a field of the example alone");
    assert_eq!((estimates[0].estimate_time, estimates[0].price_tag_group_id), (Some(1_800_000), None));

    let order = reply(&submitted(), &example(&SUBMIT_ORDER, "response.json")).unwrap().data;
    assert_eq!(order.mt_order_id, "143035144198107963915429100000");

    let confirm = ConfirmOrder { mt_order_id: "1".into(), driver_id: "2".into() };
    assert_eq!(reply(&confirm, &example(&CONFIRM_ORDER, "response.json")).unwrap().data, ());
    let cancel = CancelOrder { mt_order_id: "1".into(), step: CancelStep::ASK_FEE, ..CancelOrder::default() };
    assert_eq!(reply(&cancel, &example(&CANCEL_ORDER, "response.json")).unwrap().data, CancelFee { cancel_price: Some(Fen(0)) });
    assert_eq!(reply(&paid(), &example(&NOTIFY_PAID_RESULT, "response.json")).unwrap().data, ());

    let detail = reply(&asked(), &example(&QUERY_REAL_TIME_ORDER, "response.json")).unwrap().data;
    assert_eq!(detail.order_status, RideStatus::COMPLETED);
    let prices = detail.user_price_info.unwrap();
    assert_eq!((prices.user_payable_balance_price, prices.drive_time), (Some(Fen(200)), Some(60_000)));
    let driver = detail.driver_info.unwrap();
    assert_eq!((driver.name.as_deref(), driver.lng, driver.phone), (Some("mock姓氏师傅"), None, None));
    assert_eq!(detail.pay_info.unwrap().pay_type.as_deref(), Some("meituanpay"));
}

#[test]
fn every_form_of_a_reply_is_the_same_reply() {
    let business = r#"{"code":0,"message":"成功","data":{"mtOrderId":"143035144198107963915429100000"}}"#;
    let payload = r#"{"mtOrderId":"143035144198107963915429100000"}"#;
    let text = |json: &str| Value::from(json).to_string();
    let outer = |data: &str| format!(r#"{{"status":0,"msg":"成功","data":{data},"traceId":"t"}}"#);
    let sealed = |text: &str| Value::from(seal(SECRET_KEY, text.as_bytes())).to_string();
    let forms = [
        (business.to_owned(), ReplyForm::Direct, 0),
        (outer(business), ReplyForm::Nested, 0),
        (outer(payload), ReplyForm::Nested, 0),
        (outer(&text(business)), ReplyForm::Nested, 1),
        (outer(&text(payload)), ReplyForm::Nested, 1),
        (outer(&sealed(business)), ReplyForm::Encrypted, 0),
        (outer(&sealed(payload)), ReplyForm::Encrypted, 0),
        (outer(&sealed(&text(payload))), ReplyForm::Encrypted, 0),
        (format!(" \n{} ", outer(business).replace(r#""status":0"#, r#""status":"0""#)), ReplyForm::Nested, 0),
    ];
    for version in [Version::V1, Version::V2] {
        let request = with(|config| config.version = version).request(&submitted(), NOW).unwrap();
        for (body, form, warnings) in &forms {
            let reply = request.parse(200, body.as_bytes());
            if version == Version::V2 && *warnings == 1 {
                // There, a string that does not open is an error.
                assert_eq!(reply.unwrap_err().code, ErrorCode::DecryptionFailed);
                continue;
            }
            let reply = reply.unwrap_or_else(|error| panic!("{body}: {error}"));
            assert_eq!(reply.data.mt_order_id, "143035144198107963915429100000", "{body}");
            assert_eq!((reply.form, reply.warnings.len()), (*form, *warnings), "{body}");
        }
    }
    let drivers = outer(r#"[{"longitude":116.1,"latitude":40.1,"carTypeId":1}]"#);
    assert_eq!(reply(&QueryNearByDrivers::default(), &drivers).unwrap().data.len(), 1);
    for nothing in ["null", "\"\"", "{}"] {
        reply(&paid(), &outer(nothing)).unwrap();
    }
    reply(&paid(), r#"{"status":0}"#).unwrap();
}

#[test]
#[cfg(feature = "texts")]
fn a_failure_is_rejected_with_number_name_meaning_and_whether_to_try_again() {
    for code in ResultCode::VALUES.values.iter().filter(|code| code.value != 0) {
        let business = format!(r#"{{"code":{},"message":"原话","data":null}}"#, code.value);
        for body in [business.clone(), format!(r#"{{"status":0,"msg":"ok","data":{business}}}"#)] {
            let error = reply(&submitted(), &body).unwrap_err().traced("trace-1");
            assert_eq!((error.code, error.path.as_str()), (ErrorCode::RemoteRejected, "code"));
            let remote = error.remote.clone().unwrap();
            assert_eq!((remote.code, remote.describe.as_str()), (i64::from(code.value), "原话"));
            assert_eq!(remote.name, code.name.as_str());
            assert_eq!(remote.retryable, [-1, 2, 4].contains(&code.value));
            assert_eq!((remote.gateway, remote.trace_id.as_str()), (false, "trace-1"));
            let meaning = remote.meaning.unwrap();
            assert_eq!(code.doc.trim(), format!("{} · {}", meaning.zh, meaning.en));
        }
    }
    let error = reply(&submitted(), r#"{"code":77777,"message":null,"data":"什么"}"#).unwrap_err();
    let remote = error.remote.clone().unwrap();
    assert_eq!((remote.code, remote.name, remote.meaning, remote.retryable), (77777, "", None, false));
    let error = reply(&submitted(), r#"{"code":"1010","message":"鉴权失败"}"#).unwrap_err();
    assert_eq!(error.remote.clone().unwrap().name, "AUTH_ERROR");
}

#[test]
fn a_failure_of_the_gateway_is_told_apart() {
    let error = reply(&submitted(), r#"{"status":401,"msg":"ts 相差过大","traceId":"abc"}"#).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::RemoteRejected, "status"));
    let remote = error.remote.clone().unwrap();
    assert_eq!((remote.code, remote.gateway, remote.describe.as_str()), (401, true, "ts 相差过大"));
    assert_eq!((remote.trace_id.as_str(), remote.retryable), ("abc", false));
}

#[test]
fn deviations_are_read_and_each_is_reported() {
    // The nulls of the document's own example are reported too, and asked for elsewhere.
    let is_null = |warning: &(String, String, String)| warning.0 == "NULL_FIELD" && warning.1.starts_with("data.driverInfo.");
    let warned = |body: &str| {
        let warnings = found(&reply(&asked(), body).unwrap().warnings);
        warnings.into_iter().filter(|warning| !is_null(warning)).collect::<Vec<_>>()
    };
    let one = |code: &str, path: &str| vec![(code.to_owned(), path.to_owned(), String::new())];
    let status = |value| detail_with("/data/orderStatus", value);
    assert_eq!(warned(&status(json!("8"))), one("NUMBER_AS_STRING", "data.orderStatus"));
    assert_eq!(warned(&status(json!(212))), one("UNKNOWN_VALUE", "data.orderStatus"));
    assert_eq!(reply(&asked(), &status(json!(212))).unwrap().data.order_status, RideStatus(212));
    assert_eq!(warned(&detail_with("/data/mtOrderId", json!(12))), one("STRING_AS_NUMBER", "data.mtOrderId"));
    assert_eq!(warned(&detail_with("/data/driverInfo/lng", json!("116.5"))), one("NUMBER_AS_STRING", "data.driverInfo.lng"));
    assert_eq!(warned(&detail_with("/message", json!(0))), one("STRING_AS_NUMBER", "message"));
    assert_eq!(warned(&detail_with("/message", json!(true))), one("WRONG_TYPE", "message"));
    assert_eq!(warned(&detail_with("/message", Value::Null)), []);
    let names = found(&reply(&asked(), &detail_with("/data/driverInfo/name", Value::Null)).unwrap().warnings);
    assert!(names.contains(&("NULL_FIELD".into(), "data.driverInfo.name".into(), String::new())));
    assert_eq!(warned(&detail_with("/data/userPriceInfo/waitFee", Value::Null)), one("NULL_FIELD", "data.userPriceInfo.waitFee"));
    assert_eq!(warned(&detail_with("/data/userPriceInfo/dynamicPrice", json!(-300))), []);
    let rule = |path: &str, rule: &str| vec![("RULE_BROKEN".to_owned(), path.to_owned(), rule.to_owned())];
    let mut swapped: Value = serde_json::from_str(&example(&QUERY_REAL_TIME_ORDER, "response.json")).unwrap();
    swapped["data"]["driverInfo"]["lat"] = json!(116.5);
    assert_eq!(warned(&swapped.to_string()), rule("data.driverInfo", "detail.position"));
    swapped["data"].as_object_mut().unwrap().remove("driverInfo");
    assert_eq!(warned(&swapped.to_string()), rule("data.driverInfo", "detail.driver"));
    swapped["data"]["orderStatus"] = json!(2);
    assert_eq!(warned(&swapped.to_string()), []);
}

#[test]
fn estimates_are_read_under_either_name_and_the_documented_one_has_the_last_word() {
    let item = |id: &str| format!(r#"[{{"estimateId":"{id}"}}]"#);
    let (right, other) = (format!(r#""estimatePrices":{}"#, item("right")), format!(r#""estimatePrice":{}"#, item("other")));
    let read = |fields: &str| {
        let reply = reply(&estimated(), &format!(r#"{{"code":0,"data":{{{fields}}}}}"#)).unwrap();
        (reply.data.estimate_prices[0].estimate_id.clone(), found(&reply.warnings).into_iter().map(|one| one.0).collect::<Vec<_>>())
    };
    assert_eq!(read(&right), ("right".into(), vec![]));
    assert_eq!(read(&other), ("other".into(), vec!["ALIASED_FIELD".into()]));
    assert_eq!(read(&format!("{right},{other}")), ("right".into(), vec!["UNKNOWN_FIELD".into()]));
    assert_eq!(read(&format!("{other},{right}")), ("right".into(), vec!["UNKNOWN_FIELD".into()]));
    for number in [format!(r#""estimatePrice":7000,{right}"#), format!(r#"{right},"estimatePrice":7000"#)] {
        assert_eq!(read(&number), ("right".into(), vec!["UNKNOWN_FIELD".into()]));
    }
    for null in [format!(r#""estimatePrices":null,{other}"#), format!(r#"{other},"estimatePrices":null"#)] {
        assert_eq!(read(&null), ("other".into(), vec!["NULL_FIELD".into(), "ALIASED_FIELD".into()]));
    }
    for twice in [format!("{right},{right}"), format!("{other},{other}"), format!("{other},{right},{right}")] {
        let body = format!(r#"{{"code":0,"data":{{{twice}}}}}"#);
        assert_eq!(reply(&estimated(), &body).unwrap_err().code, ErrorCode::DuplicateKey, "{twice}");
    }
}

#[test]
fn one_odd_value_that_is_dispensable_costs_nothing_but_itself() {
    let drivers = |item: &str| {
        let good = r#"{"longitude":1,"latitude":2,"carTypeId":1,"duration":7}"#;
        let body = format!(r#"{{"code":0,"data":[{{"longitude":1,"latitude":2,"carTypeId":1,{item}}},{good}]}}"#);
        let reply = reply(&QueryNearByDrivers::default(), &body).unwrap();
        assert_eq!((reply.data.len(), reply.data[1].duration), (2, Some(7)));
        (reply.data[0].clone(), reply.warnings)
    };
    for odd in ["1.5", r#""soon""#, "{}", "[1]", "99999999999", "true"] {
        let (driver, warnings) = drivers(&format!(r#""duration":{odd},"distance":3"#));
        assert_eq!((driver.duration, driver.distance), (None, Some(3)), "{odd}");
        assert_eq!((warnings.len(), warnings[0].path.as_str()), (1, "data[0].duration"), "{odd}");
    }
    assert_eq!(drivers(r#""duration":1.5"#).1[0].detail, "expected a whole number, found 1.5");
    assert_eq!(drivers(r#""timestamp":1629858386"#).0.timestamp, Some(Timestamp(1_629_858_386_000)));
    let odd = |pointer: &str| reply(&asked(), &detail_with(pointer, json!("odd"))).unwrap().data;
    assert_eq!(odd("/data/driverInfo").driver_info, None);
    assert_eq!(odd("/data/updateTime").update_time, None);
    assert_eq!(odd("/data/userPriceInfo/waitFee").user_price_info.unwrap().wait_fee, None);
    let paid = reply(&asked(), &detail_with("/data/payInfo/payUtime", json!(1_639_149_106))).unwrap().data.pay_info.unwrap();
    assert_eq!(paid.pay_utime, Some(Timestamp(1_639_149_106_000)));
    let order = reply(&submitted(), r#"{"code":0,"message":{"a":1},"data":{"mtOrderId":"1"}}"#).unwrap();
    assert_eq!((order.data.mt_order_id.as_str(), found(&order.warnings).len()), ("1", 1));
    // What was asked for, and what it is useless without, is not dispensable.
    let refused = |body: &str| reply(&QueryNearByDrivers::default(), body).unwrap_err().code;
    assert_eq!(refused(r#"{"code":0,"data":{}}"#), ErrorCode::WrongType);
    assert_eq!(refused(r#"{"code":0,"data":[{"longitude":1,"carTypeId":1}]}"#), ErrorCode::MissingField);
    assert_eq!(reply(&asked(), &detail_with("/data/orderStatus", json!("done"))).unwrap_err().code, ErrorCode::WrongType);
    let empty = reply(&submitted(), r#"{"code":0,"data":{"mtOrderId":""}}"#).unwrap();
    assert_eq!(found(&empty.warnings), [("EMPTY_STRING".into(), "data.mtOrderId".into(), String::new())]);
}

#[test]
fn data_that_cannot_be_opened_is_never_a_success() {
    let sealed = seal("EBESExQVFhcYGRobHB0eHw==", br#"{"code":7,"message":"no"}"#);
    for text in ["success", "not json {", &sealed] {
        let body = json!({ "status": 0, "msg": "ok", "data": text }).to_string();
        let paying = reply(&paid(), &body).unwrap_err();
        let confirming = reply(&ConfirmOrder { mt_order_id: "1".into(), driver_id: "2".into() }, &body).unwrap_err();
        for error in [paying, confirming] {
            assert_eq!((error.code, error.path.as_str()), (ErrorCode::DecryptionFailed, "data"), "{text}");
        }
    }
    let unusable = json!({ "status": 0, "data": seal(SECRET_KEY, b"not json") }).to_string();
    assert_eq!(reply(&paid(), &unusable).unwrap_err().code, ErrorCode::InvalidJson);
    for nothing in ["", " ", "null", "{}"] {
        reply(&paid(), &json!({ "status": 0, "data": nothing }).to_string()).unwrap();
    }
}

#[test]
fn a_failure_inside_data_is_a_failure() {
    let outer = |data: &str| format!(r#"{{"status":0,"msg":"ok","data":{data},"traceId":"t"}}"#);
    let sealed = Value::from(seal(SECRET_KEY, br#"{"status":5,"msg":"inner"}"#)).to_string();
    for data in [r#"{"status":5,"msg":"inner"}"#, r#""{\"status\":5,\"msg\":\"inner\"}""#, &sealed] {
        let error = reply(&paid(), &outer(data)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::RemoteRejected, "data.status"), "{data}");
        let remote = error.remote.clone().unwrap();
        assert_eq!((remote.code, remote.describe.as_str(), remote.gateway), (5, "inner", true));
        assert_eq!(remote.trace_id, "t");
    }
    let remote = reply(&paid(), &outer(r#"{"code":5,"msg":"余额不足"}"#)).unwrap_err().remote.clone().unwrap();
    assert_eq!((remote.name, remote.describe.as_str(), remote.gateway), ("ENT_BALANCE_NOT_SUFFICIENT", "余额不足", false));
    let remote = reply(&paid(), &outer(r#"{"code":5}"#)).unwrap_err().remote.clone().unwrap();
    assert_eq!(remote.describe, "ok");
}

#[test]
fn a_failure_whose_number_is_odd_is_a_failure_with_its_words() {
    let rejected = |body: &str| {
        let error = reply(&submitted(), body).unwrap_err();
        assert_eq!(error.code, ErrorCode::RemoteRejected, "{body}");
        let remote = error.remote.clone().unwrap();
        assert_eq!(remote.describe, "why");
        (remote.code, remote.gateway, error.detail.clone())
    };
    for (status, code) in [("\"ERR\"", 0), ("1.5", 0), ("true", 0), ("99999999999999999999", 0), ("526001045969776640", 0)] {
        let (found, gateway, detail) = rejected(&format!(r#"{{"status":{status},"msg":"why"}}"#));
        assert_eq!((found, gateway), (code, true), "{status}");
        assert_eq!(detail.starts_with(status.trim_matches('"')), code == 0, "{detail}");
    }
    for (number, code) in [("99999999999999999999", 0), ("1.5", 0), ("\"1e3\"", 1000), ("1099511627776", 1_099_511_627_776)] {
        let (found, gateway, _) = rejected(&format!(r#"{{"code":{number},"message":"why"}}"#));
        assert_eq!((found, gateway), (code, false), "{number}");
    }
    let odd = reply(&submitted(), r#"{"code":null,"status":null,"data":{"mtOrderId":"1"}}"#).unwrap_err();
    assert_eq!((odd.code, odd.path.as_str()), (ErrorCode::MissingField, "code"));
}

#[test]
fn the_trace_id_of_a_success_is_kept_and_a_byte_order_mark_reported() {
    let direct = reply(&submitted(), r#"{"code":0,"data":{"mtOrderId":"1"},"traceId":"a"}"#).unwrap();
    assert_eq!(direct.trace_id, "a");
    let nested = r#"{"status":0,"msg":"","data":{"code":0,"data":{"mtOrderId":"1"}},"traceId":"b"}"#;
    assert_eq!(reply(&submitted(), nested).unwrap().trace_id, "b");
    let marked = reply(&submitted(), &format!("\u{feff}{nested}")).unwrap();
    assert_eq!(found(&marked.warnings), [("BYTE_ORDER_MARK".into(), String::new(), String::new())]);
}

#[test]
fn what_is_no_reply_is_refused_by_name() {
    let code = |body: &str| reply(&submitted(), body).unwrap_err().code;
    assert_eq!(code("<html>502</html>"), ErrorCode::InvalidJson);
    assert_eq!(code(""), ErrorCode::TruncatedJson);
    assert_eq!(code(r#"{"code":0,"data":{"mtOrder"#), ErrorCode::TruncatedJson);
    assert_eq!(code("[]"), ErrorCode::WrongType);
    assert_eq!(code("{}"), ErrorCode::MissingField);
    assert_eq!(code(r#"{"code":"ok","data":{"mtOrderId":"1"}}"#), ErrorCode::WrongType);
    assert_eq!(code(r#"{"code":0,"message":"成功"}"#), ErrorCode::MissingField);
    assert_eq!(code(r#"{"code":0,"data":{}}"#), ErrorCode::MissingField);
    assert_eq!(code(r#"{"status":0,"msg":"ok"}"#), ErrorCode::MissingField);
    assert_eq!(code(r#"{"code":0,"code":1,"data":{"mtOrderId":"1"}}"#), ErrorCode::DuplicateKey);
    let small = with(|config| config.max_body_bytes = 10).request(&submitted(), NOW).unwrap();
    assert_eq!(small.parse(200, b"{\"code\":0,\"data\":null}").unwrap_err().code, ErrorCode::BodyTooLarge);
}

#[test]
#[cfg(feature = "texts")]
fn every_table_of_the_document_is_there_in_both_languages() {
    let tables = [
        (ResultCode::VALUES, 20),
        (CancelType::VALUES, 6),
        (CancelReason::VALUES, 18),
        (RideEvent::VALUES, 18),
        (RideStatus::VALUES, 15),
        (CarType::VALUES, 6),
        (IdentifyType::VALUES, 3),
        (ReserveType::VALUES, 2),
        (SupplyCode::VALUES, 1),
        (CancelStep::VALUES, 2),
        (RefundStatus::VALUES, 1),
        (GatewayStatus::VALUES, 1),
    ];
    for (table, rows) in tables {
        assert_eq!(table.values.len(), rows, "{}", table.name);
        for row in table.values {
            let (chinese, english) = row.doc.split_once(" · ").unwrap();
            assert!(!chinese.is_ascii() && english.trim().len() > 1, "{}", row.doc);
        }
    }
    assert_eq!(QUESTIONS.len(), 25);
    let answers: std::collections::BTreeSet<_> = QUESTIONS.iter().map(|question| question.faq_id).collect();
    assert_eq!(answers.len(), 25);
    assert_eq!(RideEvent::named("TRIP_STARTED"), Some(RideEvent::TRIP_STARTED));
    assert_eq!((RideEvent(60).name(), RideEvent(62).name()), (Some("TRIP_STARTED"), None));
    assert_eq!(ResultCode::AUTH_ERROR.meaning().unwrap().zh, "鉴权失败");
}

fn altered(text: String) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (changes, any::<prop::sample::Index>()).prop_map(move |(changes, cut)| {
        let mut bytes = text.clone().into_bytes();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let length = bytes.len() - cut.index(bytes.len()).saturating_sub(bytes.len() / 2);
        bytes.truncate(length);
        bytes
    })
}

proptest! {
    #[test]
    fn no_bytes_make_read_reply_panic(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            (0..7_usize).prop_flat_map(|index| altered(example(INTERFACES[index], "response.json"))),
            any::<Vec<u8>>().prop_map(|data| {
                let sealed = seal(SECRET_KEY, &data);
                format!(r#"{{"status":0,"data":"{sealed}"}}"#).into_bytes()
            }),
        ],
        newer in any::<bool>(),
    ) {
        let client = with(|config| config.version = if newer { Version::V2 } else { Version::V1 });
        for interface in INTERFACES {
            let mut packed = Packed::default();
            if let Err(error) = client.read_reply(interface, 200, &bytes, &mut packed) {
                prop_assert!(ErrorCode::ALL.contains(&error.code));
            }
        }
        let _ = client.request(&asked(), NOW).unwrap().parse(200, &bytes);
        let _ = client.request(&estimated(), NOW).unwrap().parse(200, &bytes);
    }
}
