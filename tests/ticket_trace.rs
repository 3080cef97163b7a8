//! The trace format: what is read, what is refused, what is taken out, and its published schema.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::{RawJson, redact};
use meituan_protocol::ticket::acceptance::*;
use meituan_protocol::ticket::calls::Visitor;
use meituan_protocol::ticket::{Call, ORDER_CREATE, ORDER_PAY};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn traces() -> Vec<Value> {
    let files = std::fs::read_dir(root().join("tests/vectors/acceptance")).unwrap().map(|entry| entry.unwrap().path());
    let vectors = files.map(|path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap());
    let traces: Vec<_> =
        vectors.flat_map(|vectors| vectors["cases"].as_array().unwrap().clone()).map(|case| case["trace"].clone()).collect();
    assert!(traces.len() > 100);
    traces
}

fn one() -> Value {
    json!({ "version": 2, "exchanges": [
        { "at": 1, "direction": "toSupplier", "call": "heartbeat", "request": { "partnerId": 1122 }, "response": null },
    ] })
}

fn refusal(trace: &Value) -> (ErrorCode, String) {
    let error = check_json(trace.to_string().as_bytes(), Strictness::Documented).unwrap_err();
    (error.code, error.path.clone())
}

#[test]
fn a_trace_is_written_as_it_was_read() {
    for trace in traces() {
        let typed = Trace::from_json(trace.to_string().as_bytes()).unwrap();
        let written = typed.to_json().unwrap();
        assert_eq!(Trace::from_json(&written).unwrap(), typed);
        let (one, other) =
            (check(&typed, Strictness::Inferred).unwrap(), check_json(trace.to_string().as_bytes(), Strictness::Inferred).unwrap());
        assert!(one.points.iter().zip(other.points).all(|(one, other)| one.findings == other.findings && one.shown == other.shown));
    }
}

#[test]
fn a_trace_of_an_older_version_or_of_none_is_judged_as_it_was() {
    let (mut older, mut newer) = (0, 0);
    for mut trace in traces() {
        let judged = |trace: &Value| {
            let report = check_json(trace.to_string().as_bytes(), Strictness::Inferred).unwrap();
            report.points.into_iter().map(|point| (point.verdict, point.shown, point.findings)).collect::<Vec<_>>()
        };
        let before = judged(&trace);
        let version = trace.as_object_mut().unwrap().remove("version").unwrap();
        *(if version == 1 { &mut older } else { &mut newer }) += 1;
        assert_eq!(judged(&trace), before);
        for version in 1..=VERSION {
            trace["version"] = version.into();
            assert_eq!(judged(&trace), before, "{version}");
        }
    }
    assert!(older > 100 && newer > 60, "{older} of version 1, {newer} of version 2");
}

#[test]
fn bodies_keep_ids_that_a_double_would_round() {
    let trace = r#"{"version":1,"exchanges":[{"at":1,"direction":"toSupplier","call":"orderQuery","request":{"partnerId":1122,"body":{"orderId":8985652356562370001}}}]}"#;
    let written = Trace::from_json(trace.as_bytes()).unwrap().to_json().unwrap();
    assert!(std::str::from_utf8(&written).unwrap().contains("8985652356562370001"));
}

#[test]
fn what_is_absent_in_a_trace_is_left_out() {
    let trace =
        r#"{"version":2,"exchanges":[{"at":1,"direction":"toSupplier","call":"heartbeat","request":{ "partnerId": 1122 }}]}"#;
    let written = Trace::from_json(trace.as_bytes()).unwrap().to_json().unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), trace);
}

#[test]
fn what_is_no_trace_is_refused_with_its_path() {
    assert!(check_json(one().to_string().as_bytes(), Strictness::Documented).is_ok());
    let cases: [(&str, Value, ErrorCode, &str); 8] = [
        ("/version", json!(3), ErrorCode::OutOfRange, "version"),
        ("/exchanges/0/call", json!("orderMake"), ErrorCode::UnknownValue, "exchanges[0].call"),
        ("/exchanges/0/direction", json!("toMeituan"), ErrorCode::UnknownValue, "exchanges[0].direction"),
        ("/exchanges/0/at", json!("1"), ErrorCode::WrongType, "exchanges[0].at"),
        ("/exchanges/0/at", json!(null), ErrorCode::MissingField, "exchanges[0].at"),
        ("/exchanges/0/durationMs", json!(-1), ErrorCode::OutOfRange, "exchanges[0].durationMs"),
        ("/exchanges/0/headers", json!({}), ErrorCode::UnknownField, "exchanges[0].headers"),
        ("/settings", json!({ "holidays": ["2026-02-30"] }), ErrorCode::InvalidDate, "settings.holidays[0]"),
    ];
    for (at, value, code, path) in cases {
        let mut trace = one();
        let (parent, name) = at.rsplit_once('/').unwrap();
        trace.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(refusal(&trace), (code, path.to_owned()), "{at}");
    }
    assert_eq!(check_json(b"[]", Strictness::Documented).unwrap_err().code, ErrorCode::WrongType);
    assert_eq!(check_json(b"{\"version\":1", Strictness::Documented).unwrap_err().code, ErrorCode::TruncatedJson);
}

#[test]
fn personal_data_is_taken_out_at_any_depth_and_nothing_else_that_the_definition_names() {
    let body = r#"{ "partnerId":1122, "body":{"orderId":8985652356562370001,"buyPrice":58.00,
        "visitors":[{"name":"张三","pinyin":"","mobile":13500000000,"credentials":{"0":"1301","1":null},"gender":1,
            "additionalCredentials":[{"credentialType":"9","credentialInfoMap":{"credentialNo":"77"}}]}],
        "credentialList":[{"credentialNo":"1301","voucher":"91063"}],"contacts":[["张三",true,{"a":-1.5e3}]]}}"#;
    let expected = r#"{ "partnerId":1122, "body":{"orderId":8985652356562370001,"buyPrice":58.00,
        "visitors":[{"name":"***","pinyin":"","mobile":"***","credentials":{"0":"***","1":null},"gender":1,
            "additionalCredentials":[{"credentialType":"9","credentialInfoMap":{"credentialNo":"***"}}]}],
        "credentialList":[{"credentialNo":"***","voucher":"***"}],"contacts":[["***","***",{"a":"***"}]]}}"#;
    let message = Some(ORDER_CREATE.request);
    assert_eq!(String::from_utf8(redacted(message, body.as_bytes())).unwrap(), expected);
    assert_eq!(redacted(message, expected.as_bytes()), expected.as_bytes(), "once is enough");
}

#[test]
fn a_name_that_is_written_with_escapes_is_found() {
    let redacted = redact(br#"{"n\u0061me":"x","g\u0065nder":1,"Gender":1,"pinyin":""}"#, Some(Visitor::MESSAGE), PERSONAL_FIELDS);
    assert_eq!(redacted.unwrap(), br#"{"n\u0061me":"***","g\u0065nder":1,"Gender":"***","pinyin":""}"#);
}

#[test]
fn what_no_definition_names_is_masked_and_its_shape_stays() {
    let request = |body: &str| String::from_utf8(redacted(Some(ORDER_PAY.request), body.as_bytes())).unwrap();
    // A field that is new, at any depth; a field of another message; an object where a number is expected, and the reverse.
    assert_eq!(
        request(
            r#"{"partnerId":1122,"secret":"s","body":{"orderId":7,"idCard":"1301","quantity":2,"more":[1,{"a":true,"b":null}],"partnerOrderId":{"x":"y"}}}"#
        ),
        r#"{"partnerId":1122,"secret":"***","body":{"orderId":7,"idCard":"***","quantity":"***","more":["***",{"a":"***","b":null}],"partnerOrderId":{"x":"***"}}}"#
    );
    assert_eq!(request(r#"{"partnerId":1122,"body":"{\"orderId\":7,\"idCard\":\"1301\"}"}"#), r#"{"partnerId":1122,"body":"***"}"#);
    assert_eq!(request(r#"[{"partnerId":1122}]"#), r#"[{"partnerId":"***"}]"#);
    assert_eq!(request("1301"), r#""***""#);
    // A reply is not its request, and an unknown message has no names at all.
    let reply = redacted(Some(ORDER_PAY.reply), br#"{"code":200,"describe":"success","body":{"vouchers":["a"],"phone":1}}"#);
    assert_eq!(reply, br#"{"code":200,"describe":"success","body":{"vouchers":["a"],"phone":"***"}}"#);
    assert_eq!(redacted(None, br#"{"code":200,"body":{"a":["b",null,""]}}"#), br#"{"code":"***","body":{"a":["***",null,""]}}"#);
}

#[test]
fn of_a_body_that_is_no_json_nothing_is_written_down() {
    for body in [&b"name=x"[..], b"", b"{\"name\":\"x\"", b"{\"name\":\"\xff\"}", b"{} {}", &b"[".repeat(100_000)] {
        assert_eq!(redacted(Some(ORDER_PAY.request), body), b"\"***\"");
    }
}

#[test]
fn the_checker_needs_no_personal_data() {
    for trace in traces() {
        let verdicts = |trace: &[u8]| {
            let report = check_json(trace, Strictness::Inferred).unwrap();
            report.points.into_iter().map(|report| (report.verdict, report.findings)).collect::<Vec<_>>()
        };
        let text = trace.to_string().replace("\"***\"", "\"张三\"");
        let mut written = Trace::from_json(text.as_bytes()).unwrap();
        for exchange in &mut written.exchanges {
            let call = Call::named(&exchange.call).unwrap();
            let masked = |message, body: &RawJson| {
                RawJson::new(String::from_utf8(redacted(Some(message), body.as_str().as_bytes())).unwrap()).unwrap()
            };
            exchange.request = masked(call.request, &exchange.request);
            exchange.response = exchange.response.as_ref().map(|response| masked(call.reply, response));
        }
        assert_eq!(verdicts(&written.to_json().unwrap()), verdicts(text.as_bytes()));
    }
}

#[test]
fn every_vector_is_valid_by_the_published_schema_and_what_is_refused_is_not() {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(root().join("docs/trace.schema.json")).unwrap()).unwrap();
    let is_valid = |trace: &Value| validate(&schema, &schema, trace);
    for trace in traces() {
        assert!(is_valid(&trace), "{trace}");
    }
    assert!(is_valid(&one()));
    for (at, value) in [
        ("/version", json!(3)),
        ("/exchanges/0/stale", json!("yes")),
        ("/exchanges/0/call", json!("orderMake")),
        ("/exchanges/0/direction", json!("both")),
        ("/exchanges/0/at", json!("1")),
        ("/exchanges/0/at", json!(null)),
        ("/exchanges/0/at", json!(1.5)),
        ("/exchanges/0/durationMs", json!(-1)),
        ("/exchanges/0/headers", json!({})),
        ("/exchanges", json!({})),
        ("/settings", json!({ "holidays": ["tomorrow"] })),
        ("/settings", json!({ "endpoints": [{ "call": "orderPay" }] })),
    ] {
        let mut trace = one();
        let (parent, name) = at.rsplit_once('/').unwrap();
        trace.pointer_mut(parent).unwrap()[name] = value;
        assert!(!is_valid(&trace), "{at}");
    }
}

/// As much of JSON Schema as the published one uses; a word that it does not know fails.
fn validate(root: &Value, schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(word, says)| match word.as_str() {
        "$schema" | "title" | "description" | "$defs" => true,
        "$ref" => validate(root, root.pointer(says.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value),
        "type" => match says.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("{other}"),
        },
        "enum" => says.as_array().unwrap().contains(value),
        "anyOf" => says.as_array().unwrap().iter().any(|schema| validate(root, schema, value)),
        "required" => says.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
        "properties" => value.as_object().is_none_or(|fields| {
            fields.iter().all(|(name, value)| says.get(name).is_none_or(|schema| validate(root, schema, value)))
        }),
        "additionalProperties" => {
            assert_eq!(*says, false);
            value.as_object().is_none_or(|fields| fields.keys().all(|name| schema["properties"].get(name).is_some()))
        }
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| validate(root, says, item))),
        "minimum" => value.as_i64().is_none_or(|number| number >= says.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= says.as_i64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= says.as_u64().unwrap()),
        // The one pattern is that of a date.
        "pattern" => {
            assert_eq!(*says, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
            let digits = |text: &str| text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect::<Vec<_>>();
            value.as_str().is_none_or(|text| digits(text) == b"0000-00-00")
        }
        other => panic!("{other}"),
    })
}
