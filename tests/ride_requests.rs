//! What the enterprise sends: the document's examples rebuilt, what is refused, and what is only reported.

mod ride_support;

use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::requests::*;
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode, Secret};
use ride_support::*;
use serde_json::{Value, json};

/// Sends a program, and opens what would go out by the AES of these tests.
fn sent(client: &Client, interface: &'static Interface, program: &Value, now: Timestamp) -> Result<(Value, Packed), Error> {
    let mut packed = Packed::default();
    let encoded = client.encode_request(interface, program.to_string().as_bytes(), now, &mut packed)?;
    let text = open(SECRET_KEY, parameter(&encoded.body, "content").unwrap());
    Ok((serde_json::from_slice(&text).unwrap(), packed))
}

fn refused(interface: &'static Interface, program: &Value) -> (ErrorCode, String) {
    let error = sent(&client(), interface, program, NOW).unwrap_err();
    (error.code, error.path.clone())
}

/// The example's business parameters, and its enterprise and time.
fn values(interface: &Interface) -> (Value, u64, Timestamp) {
    let mut example: Value = serde_json::from_str(&example(interface, "request.json")).unwrap();
    let fields = example.as_object_mut().unwrap();
    for name in ["supplyCode", "method"] {
        fields.remove(name);
    }
    let ent_id = fields.remove("entId").unwrap().as_u64().unwrap();
    let seconds = fields.remove("ts").unwrap().as_i64().unwrap();
    (example, ent_id, Timestamp(seconds * 1000 + 999))
}

fn calls() -> impl Iterator<Item = &'static Interface> {
    INTERFACES.iter().copied().filter(|interface| !interface.is_push())
}

fn business(interface: &'static Interface) -> Value {
    values(interface).0
}

fn changed(interface: &'static Interface, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Value {
    let mut program = business(interface);
    change(program.as_object_mut().unwrap());
    program
}

#[test]
fn every_request_example_rebuilt_from_its_values_opens_to_the_same_fields() {
    for interface in calls() {
        let (program, ent_id, now) = values(interface);
        let client = Client::new(config(ent_id)).unwrap();
        let (opened, packed) = sent(&client, interface, &program, now).unwrap();
        let example: Value = serde_json::from_str(&example(interface, "request.json")).unwrap();
        assert_eq!(opened, example, "{}", interface.name);
        assert_eq!(found(&packed.issues), expected(interface, "request"), "{}", interface.name);
    }
}

#[test]
fn the_vector_of_a_whole_form_is_reproduced_byte_for_byte() {
    let form = text(vectors("envelope").join("t4-nearby-drivers/form.txt"));
    let query = QueryNearByDrivers { longitude: 116.488541, latitude: 40.006428, car_type_ids: None };
    let request = client().request(&query, NOW).unwrap();
    assert_eq!(request.body, form);
    assert_eq!(request.url, "https://inf-openapi.apigw.test.meituan.com/api/sqt/openapi/dache/queryNearByDrivers");
    assert_eq!(request.headers, [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]);
}

#[test]
fn methods_and_paths_are_those_of_the_document() {
    let document = [
        ("queryNearByDrivers", "dache.query.nearby.driver", "/dache/queryNearByDrivers"),
        ("queryEstimatedPrice", "dache.query.estimated.price", "/dache/queryEstimatedPrice"),
        ("submitOrder", "dache.submit.order", "/dache/submitOrder"),
        ("confirmOrder", "dache.confirm.order", "/dache/confirmOrder"),
        ("cancelOrder", "dache.cancel.order", "/dache/cancelOrder"),
        ("queryRealTimeOrder", "dache.query.real.time.order", "/dache/queryRealTimeOrder"),
        ("notifyPaidResult", "dache.notify.paid.result", "/dache/notifyPaidResult"),
    ];
    for (name, method, path) in document {
        assert_eq!(Interface::named(name).unwrap().direction, Direction::ToMeituan { method, path });
    }
    for interface in calls() {
        let Direction::ToMeituan { method, .. } = interface.direction else { unreachable!() };
        let same = |other: Option<&'static Interface>| std::ptr::eq(other.unwrap(), interface);
        assert!(same(Interface::named(interface.name)) && same(Interface::of_method(method)));
    }
}

#[test]
fn a_typed_order_is_the_documents_order() {
    let (_, _, now) = values(&SUBMIT_ORDER);
    let order = SubmitOrder {
        channel_partner_order_id: "4fccd962-1ef3-4b0c-9442-6c40eb682387".into(),
        mobile: Some("1366489439".into()),
        user_identify_code: Some("70000185".into()),
        identify_type: IdentifyType::STAFF_NUMBER,
        from_longitude: 116.488541,
        from_latitude: 40.006428,
        from_address: "望京国际研发园(东南门)".into(),
        to_longitude: 116.419153,
        to_latitude: 40.003063,
        to_address: "大屯路东(地铁站)".into(),
        network_type: Some("4G".into()),
        client_ip: Some("172.30.194.206".into()),
        reserve_type: ReserveType::NOW,
        car_type_request_list: vec![CarTypeRequest {
            estimate_id: "1000000001-1428228663219847187-1629351223174".into(),
            estimate_amount: Fen(2380),
            car_type_id: 2,
            partner_id: None,
            partner_car_type_id: 1,
            origin_fee: Fen(2380),
        }],
        ..SubmitOrder::default()
    };
    let request = client().request(&order, now).unwrap();
    let opened: Value = serde_json::from_slice(&open(SECRET_KEY, parameter(&request.body, "content").unwrap())).unwrap();
    let example: Value = serde_json::from_str(&example(&SUBMIT_ORDER, "request.json")).unwrap();
    assert_eq!(opened, example);
    assert_eq!(request.warnings, []);
}

#[test]
fn the_newer_generation_is_sent_when_configured() {
    let client = with(|config| config.version = Version::V2);
    let request = client.request(&QueryNearByDrivers::default(), NOW).unwrap();
    assert!(request.body.starts_with("accessKey=CESHI-TK&content="), "{}", request.body);
    let opened: Value = serde_json::from_slice(&open(SECRET_KEY, parameter(&request.body, "content").unwrap())).unwrap();
    assert_eq!(opened["ts"], 1_629_857_463_000_i64);
}

#[test]
fn hosts_are_those_of_the_document_or_ones_own() {
    let url = |environment| {
        let client = with(|config| config.environment = environment);
        client.request(&QueryNearByDrivers::default(), NOW).unwrap().url
    };
    assert_eq!(url(Environment::Production), "https://bep-openapi.meituan.com/api/sqt/openapi/dache/queryNearByDrivers");
    assert_eq!(url(Environment::Host("http://127.0.0.1:8080".into())), "http://127.0.0.1:8080/dache/queryNearByDrivers");
}

#[test]
fn ids_beyond_2_to_the_53_are_exact() {
    let client = Client::new(config(526_001_045_969_776_640)).unwrap();
    let request = client.request(&QueryNearByDrivers::default(), NOW).unwrap();
    let text = String::from_utf8(open(SECRET_KEY, parameter(&request.body, "content").unwrap())).unwrap();
    assert!(text.contains(r#""entId":526001045969776640,"#), "{text}");
}

#[test]
fn a_token_with_special_characters_is_percent_encoded() {
    let client = with(|config| config.access_key = Secret::new("a+b/c=&d~"));
    let body = client.request(&QueryNearByDrivers::default(), NOW).unwrap().body;
    assert!(body.starts_with("token=a%2Bb%2Fc%3D%26d~&version=1.0&content="), "{body}");
}

#[test]
fn what_the_document_forbids_is_refused_with_its_path() {
    let with = |interface, name: &str, value: Value| {
        refused(
            interface,
            &changed(interface, |fields| {
                fields.insert(name.into(), value);
            }),
        )
    };
    let without = |interface, name: &str| {
        refused(
            interface,
            &changed(interface, |fields| {
                fields.remove(name);
            }),
        )
    };
    let at = |code, path: &str| (code, path.to_owned());
    assert_eq!(with(&SUBMIT_ORDER, "reserveType", json!(2)), at(ErrorCode::RuleBroken, "reserveTime"));
    assert_eq!(with(&SUBMIT_ORDER, "fLng", json!(180.000001)), at(ErrorCode::OutOfRange, "fLng"));
    assert_eq!(with(&SUBMIT_ORDER, "tLat", json!(-90.5)), at(ErrorCode::OutOfRange, "tLat"));
    assert_eq!(with(&SUBMIT_ORDER, "tLat", Value::Null), at(ErrorCode::MissingField, "tLat"));
    assert_eq!(with(&SUBMIT_ORDER, "tLat", json!("40.1")), at(ErrorCode::WrongType, "tLat"));
    assert_eq!(with(&SUBMIT_ORDER, "channelPartnerOrderId", json!("")), at(ErrorCode::EmptyString, "channelPartnerOrderId"));
    assert_eq!(with(&SUBMIT_ORDER, "identfyType", json!(50)), at(ErrorCode::UnknownField, "identfyType"));
    for name in ["entId", "method", "ts"] {
        assert_eq!(with(&SUBMIT_ORDER, name, json!("1")), at(ErrorCode::UnknownField, name));
        assert_eq!(with(&SUBMIT_ORDER, name, Value::Null), at(ErrorCode::UnknownField, name));
    }
    assert_eq!(with(&SUBMIT_ORDER, "supplyCode", Value::Null), at(ErrorCode::MissingField, "supplyCode"));
    assert_eq!(with(&NOTIFY_PAID_RESULT, "price", json!(-1)), at(ErrorCode::RuleBroken, "price"));
    assert_eq!(with(&NOTIFY_PAID_RESULT, "price", json!(10.5)), at(ErrorCode::WrongType, "price"));
    assert_eq!(without(&CONFIRM_ORDER, "driverId"), at(ErrorCode::MissingField, "driverId"));
    assert_eq!(refused(&QUERY_REAL_TIME_ORDER, &json!({})), at(ErrorCode::RuleBroken, ""));
    assert_eq!(
        refused(&SUBMIT_ORDER, &changed(&SUBMIT_ORDER, |fields| fields["carTypeRequestList"] = json!([{}]))),
        at(ErrorCode::MissingField, "carTypeRequestList[0].estimateId")
    );
    let infinite = QueryNearByDrivers { longitude: f64::NAN, latitude: f64::INFINITY, car_type_ids: None };
    assert_eq!(client().request(&infinite, NOW).unwrap_err().path, "longitude");
    for program in [json!([]), json!(null), json!("text")] {
        assert_eq!(refused(&SUBMIT_ORDER, &program), at(ErrorCode::WrongType, ""));
    }
    let mut packed = Packed::default();
    let error = client().encode_request(&QUERY_NEAR_BY_DRIVERS, b"{\"longitude\":", NOW, &mut packed).unwrap_err();
    assert_eq!(error.code, ErrorCode::TruncatedJson);
    let error = client().encode_request(&REFUNDED, b"{}", NOW, &mut packed).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownRoute);
}

#[test]
fn a_finding_is_placed_in_the_text_that_was_given() {
    // More white space before it than what the library writes there has bytes.
    for space in [0, 1, 500] {
        let program = " ".repeat(space) + r#"{ "longitude": 1, "latitude": 2, "carTypeIdz": "1" }"#;
        let mut packed = Packed::default();
        let error = client().encode_request(&QUERY_NEAR_BY_DRIVERS, program.as_bytes(), NOW, &mut packed).unwrap_err();
        assert_eq!(error.issues[0].offset as usize, program.find("\"carTypeIdz\"").unwrap(), "{space}");
    }
}

#[test]
fn the_supply_code_may_be_given() {
    let program = changed(&QUERY_NEAR_BY_DRIVERS, |fields| {
        fields.insert("supplyCode".into(), json!(1));
    });
    assert_eq!(sent(&client(), &QUERY_NEAR_BY_DRIVERS, &program, NOW).unwrap().0["supplyCode"], 1);
}

#[test]
fn what_was_only_inferred_is_reported_or_refused_by_configuration() {
    let strict = with(|config| config.strict_inferred = true);
    let without = |interface, name: &str| changed(interface, |fields| drop(fields.remove(name)));
    let set = |interface, name: &str, value: Value| changed(interface, |fields| drop(fields.insert(name.into(), value)));
    let cases: [(&'static Interface, Value, &str); 9] = [
        (&SUBMIT_ORDER, without(&SUBMIT_ORDER, "userIdentifyCode"), "submit.passenger"),
        (
            &SUBMIT_ORDER,
            {
                let mut program = set(&SUBMIT_ORDER, "identifyType", json!(50));
                program.as_object_mut().unwrap().remove("mobile");
                program
            },
            "submit.passenger",
        ),
        (&SUBMIT_ORDER, set(&SUBMIT_ORDER, "carTypeRequestList", json!([])), "submit.some-car-type"),
        (&CANCEL_ORDER, without(&CANCEL_ORDER, "cancelCode"), "cancel.reason"),
        (&CANCEL_ORDER, without(&CANCEL_ORDER, "channelPartnerOrderId"), "cancel.both-ids"),
        (&QUERY_REAL_TIME_ORDER, without(&QUERY_REAL_TIME_ORDER, "mtOrderId"), "query.both-ids"),
        (&QUERY_ESTIMATED_PRICE, set(&QUERY_ESTIMATED_PRICE, "reserveType", json!(2)), "estimate.departure-time"),
        (&QUERY_ESTIMATED_PRICE, set(&QUERY_ESTIMATED_PRICE, "partnerCarTypeIdList", json!("1;2")), "estimate.car-type-list"),
        (&QUERY_NEAR_BY_DRIVERS, set(&QUERY_NEAR_BY_DRIVERS, "carTypeIds", json!("1, 2")), "nearby.car-type-list"),
    ];
    for (interface, program, rule) in cases {
        let (_, packed) = sent(&client(), interface, &program, NOW).unwrap();
        let rules: Vec<_> = packed.issues.iter().map(|issue| issue.rule).collect();
        assert_eq!(rules, [Some(rule)], "{}", interface.name);
        let error = sent(&strict, interface, &program, NOW).unwrap_err();
        assert_eq!((error.code, error.rule), (ErrorCode::RuleBroken, Some(rule)));
    }
    let by_mobile = changed(&SUBMIT_ORDER, |fields| {
        fields.insert("identifyType".into(), json!(50));
        fields.remove("userIdentifyCode");
    });
    assert_eq!(sent(&strict, &SUBMIT_ORDER, &by_mobile, NOW).unwrap().1.issues, []);
    let reserved = changed(&SUBMIT_ORDER, |fields| {
        fields.insert("reserveType".into(), json!(2));
        fields.insert("reserveTime".into(), json!(1_629_900_000_000_i64));
    });
    assert_eq!(sent(&strict, &SUBMIT_ORDER, &reserved, NOW).unwrap().0["reserveTime"], 1_629_900_000_000_i64);
    let asking = changed(&CANCEL_ORDER, |fields| {
        fields.insert("type".into(), json!(1));
        fields.remove("cancelCode");
    });
    assert_eq!(sent(&strict, &CANCEL_ORDER, &asking, NOW).unwrap().1.issues, []);
}

#[test]
fn a_number_that_no_list_has_is_sent_and_reported_or_refused_by_configuration() {
    let strict = with(|config| config.strict_inferred = true);
    let cases: [(&'static Interface, &str, i32); 7] = [
        (&SUBMIT_ORDER, "identifyType", 40),
        (&SUBMIT_ORDER, "reserveType", 3),
        (&SUBMIT_ORDER, "supplyCode", 2),
        (&QUERY_ESTIMATED_PRICE, "carTypeId", 9),
        (&QUERY_ESTIMATED_PRICE, "reserveType", 0),
        (&CANCEL_ORDER, "cancelCode", 18),
        (&CANCEL_ORDER, "type", 3),
    ];
    for (interface, name, value) in cases {
        let program = changed(interface, |fields| drop(fields.insert(name.into(), json!(value))));
        let (opened, packed) = sent(&client(), interface, &program, NOW).unwrap();
        assert_eq!(opened[name], value);
        assert_eq!(found(&packed.issues), [("UNKNOWN_VALUE".into(), name.into(), String::new())]);
        let error = sent(&strict, interface, &program, NOW).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::UnknownValue, name));
    }
    // What the estimate has is sent as it is.
    let other = changed(&SUBMIT_ORDER, |fields| fields["carTypeRequestList"][0]["carTypeId"] = json!(99));
    assert_eq!(sent(&strict, &SUBMIT_ORDER, &other, NOW).unwrap().1.issues, []);
}

#[test]
fn a_moment_that_is_past_or_far_away_seems_to_have_another_unit() {
    const DAY: i64 = 86_400_000;
    let newer = with(|config| config.version = Version::V2);
    for client in [client(), newer] {
        for (interface, name, rule) in [
            (&SUBMIT_ORDER, "reserveTime", "submit.reserve-time-ahead"),
            (&QUERY_ESTIMATED_PRICE, "departureTime", "estimate.departure-time-ahead"),
        ] {
            let warned = |time: i64| {
                let program = changed(interface, |fields| {
                    fields.insert("reserveType".into(), json!(2));
                    fields.insert(name.into(), json!(time));
                });
                let (opened, packed) = sent(&client, interface, &program, NOW).unwrap();
                assert_eq!(opened[name], time);
                found(&packed.issues)
            };
            for wrong in [0, 1, NOW.0 / 1000 + 3600, NOW.0 - DAY, NOW.0 + 400 * DAY] {
                assert_eq!(warned(wrong), [("RULE_BROKEN".into(), name.into(), rule.into())], "{wrong}");
            }
            for right in [NOW.0, NOW.0 + DAY, NOW.0 + 300 * DAY] {
                assert_eq!(warned(right), [], "{right}");
            }
            // Microseconds are beyond the year 9999, which nothing of these APIs can say.
            let microseconds = changed(interface, |fields| {
                fields.insert(name.into(), json!(NOW.0 * 1000));
            });
            let error = sent(&client, interface, &microseconds, NOW).unwrap_err();
            assert_eq!((error.code, error.path.as_str()), (ErrorCode::OutOfRange, name));
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_refused_at_its_setting() {
    let refused = |change: &dyn Fn(&mut Config)| {
        let mut config = config(617);
        change(&mut config);
        let error = Client::new(config).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidConfig);
        error.path.clone()
    };
    assert_eq!(refused(&|config| config.ent_id = 0), "entId");
    assert_eq!(refused(&|config| config.ent_id = 1 << 63), "entId");
    assert_eq!(refused(&|config| config.access_key = Secret::new("")), "accessKey");
    assert_eq!(refused(&|config| config.access_key = Secret::new("with space")), "accessKey");
    assert_eq!(refused(&|config| config.secret_key = Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")), "secretKey");
    for host in ["", "ftp://x", "https://", "https://x?y", "https://x y"] {
        assert_eq!(refused(&|config| config.environment = Environment::Host(host.into())), "environment", "{host}");
    }
    assert_eq!(refused(&|config| config.routes.push(("no-slash".into(), &REFUNDED))), "routes");
    assert_eq!(refused(&|config| config.routes.push(("/refund".into(), &REFUNDED))), "routes");
    assert_eq!(refused(&|config| config.routes.push(("/x".into(), &SUBMIT_ORDER))), "routes");
}

#[test]
fn a_new_order_id_is_a_uuid_of_version_4() {
    assert_eq!(new_order_id([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert_eq!(new_order_id([0; 16]), "00000000-0000-4000-8000-000000000000");
    let bytes = std::array::from_fn(|index| index as u8);
    assert_eq!(new_order_id(bytes), "00010203-0405-4607-8809-0a0b0c0d0e0f");
}

#[test]
fn an_estimate_becomes_the_car_that_is_ordered_with_it() {
    let cases: Vec<Value> = serde_json::from_str(&text(vectors("ride-estimate").join("car-type-requests.json"))).unwrap();
    assert!(cases.len() > 5);
    for case in cases {
        let estimate = serde_json::from_value(case["estimate"].clone()).unwrap();
        let request: Option<requests::CarTypeRequest> = serde_json::from_value(case["request"].clone()).unwrap();
        assert_eq!(car_type_request_of(&estimate), request, "{}", case["name"]);
    }
}

#[test]
fn every_field_of_the_car_comes_from_fields_that_an_estimate_has() {
    let fields: Vec<_> = CAR_TYPE_REQUEST_SOURCES.iter().map(|source| source.field).collect();
    assert_eq!(fields, requests::CarTypeRequest::MESSAGE.fields.iter().map(|field| field.name).collect::<Vec<_>>());
    let estimate = replies::Estimate::MESSAGE;
    for from in CAR_TYPE_REQUEST_SOURCES.iter().flat_map(|source| source.from) {
        assert!(estimate.fields.iter().any(|field| field.name == *from), "{from}");
    }
}
