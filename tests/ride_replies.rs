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
fn reply<E: Endpoint>(request: &E, body: &str) -> Result<Reply<E::Data>, Error> {
    client().request(request, NOW).unwrap().parse(body.as_bytes())
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
        let replied = client().read_reply(interface, body.as_bytes(), &mut packed);
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
            let reply = request.parse(body.as_bytes());
            if version == Version::V2 && *warnings == 1 {
                // There, a text that does not open is an error.
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
            assert_eq!(remote.name, code.name);
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
    let warned = |body: &str| found(&reply(&asked(), body).unwrap().warnings);
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
    // Nulls that the document itself shows are no news, others are.
    assert_eq!(warned(&detail_with("/data/driverInfo/name", Value::Null)), []);
    assert_eq!(warned(&detail_with("/data/userPriceInfo/waitFee", Value::Null)), one("NULL_FIELD", "data.userPriceInfo.waitFee"));
    assert_eq!(reply(&asked(), &detail_with("/data/userPriceInfo/dynamicPrice", json!(-300))).unwrap().warnings, []);
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
    assert_eq!(read(&format!("{other},{right}")), ("right".into(), vec!["ALIASED_FIELD".into()]));
    for twice in [format!("{right},{right}"), format!("{other},{other}"), format!("{other},{right},{right}")] {
        let body = format!(r#"{{"code":0,"data":{{{twice}}}}}"#);
        assert_eq!(reply(&estimated(), &body).unwrap_err().code, ErrorCode::DuplicateKey, "{twice}");
    }
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
    assert_eq!(small.parse(b"{\"code\":0,\"data\":null}").unwrap_err().code, ErrorCode::BodyTooLarge);
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
            if let Err(error) = client.read_reply(interface, &bytes, &mut packed) {
                prop_assert!(ErrorCode::ALL.contains(&error.code));
            }
        }
        let _ = client.request(&asked(), NOW).unwrap().parse(&bytes);
        let _ = client.request(&estimated(), NOW).unwrap().parse(&bytes);
    }
}
