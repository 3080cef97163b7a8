//! Messages checked by themselves are judged as the client judges them.

mod ride_support;

use meituan_protocol::message::Packed;
use meituan_protocol::ride::*;
use ride_support::*;
use serde_json::{Value, json};

/// Whether nothing refuses it, whether there is a message, and the findings as code and path.
fn checked(interface: &'static Interface, is_reply: bool, text: &str) -> (bool, bool, Vec<String>) {
    let mut packed = Packed::default();
    let source = check(interface, is_reply, text.as_bytes(), &mut packed);
    let is_message =
        source.is_some_and(|source| packed.view(if is_reply { interface.reply } else { interface.request }, &source).is_some());
    let refused = packed.issues.iter().any(|issue| issue.refuses);
    (!refused, is_message, found(&packed.issues).into_iter().map(|one| format!("{} {}", one.0, one.1)).collect())
}

fn request_with(interface: &'static Interface, name: &str, value: Value) -> (bool, Vec<String>) {
    let mut text: Value = serde_json::from_str(&example(interface, "request.json")).unwrap();
    text[name] = value;
    let (good, _, found) = checked(interface, false, &text.to_string());
    (good, found)
}

#[test]
fn every_example_is_good_with_the_warnings_that_the_client_gives() {
    for interface in INTERFACES {
        for (is_reply, side) in [(false, "request"), (true, "response")] {
            let (good, is_message, found) = checked(interface, is_reply, &example(interface, &format!("{side}.json")));
            let expected: Vec<_> = expected(interface, side).into_iter().map(|one| format!("{} {}", one.0, one.1)).collect();
            assert_eq!((good, is_message, found), (true, true, expected), "{} {side}", interface.name);
        }
    }
}

#[test]
fn a_push_is_taken_nested_and_by_the_name_of_its_event() {
    let (good, _, found) = checked(&ORDER_CHANGED, false, r#"{"data":{"mtOrderId":"M1","eventCode":"ORDER_PAID"}}"#);
    assert_eq!((good, found), (true, vec!["UNKNOWN_FIELD data".into(), "NUMBER_AS_STRING eventCode".into()]));
    assert!(!checked(&ORDER_CHANGED, false, "{}").0);
    assert!(!checked(&ORDER_CHANGED, false, "[]").0);
    let (good, found) = request_with(&REFUNDED, "method", json!("dache.submit.order"));
    assert_eq!((good, found), (false, vec!["UNEXPECTED_METHOD method".into()]));
    assert_eq!(request_with(&REFUNDED, "method", json!("some.push")), (true, vec!["UNKNOWN_VALUE method".into()]));
}

#[test]
fn a_reply_is_read_in_every_form_and_a_failure_is_a_good_reply() {
    let business = r#"{"code":0,"message":"成功","data":{"mtOrderId":"1"}}"#;
    for body in [
        business.to_owned(),
        format!(r#"{{"status":0,"msg":"","data":{business}}}"#),
        r#"{"status":0,"data":{"mtOrderId":"1"}}"#.into(),
    ] {
        assert_eq!(checked(&SUBMIT_ORDER, true, &body), (true, true, vec![]), "{body}");
    }
    for (body, path) in [
        (r#"{"code":3,"message":"重复","data":5}"#, "code"),
        (r#"{"status":401,"msg":"鉴权"}"#, "status"),
        (r#"{"status":0,"data":{"code":5,"message":"no"}}"#, "code"),
    ] {
        let (good, _, found) = checked(&SUBMIT_ORDER, true, body);
        assert_eq!((good, found[0].as_str()), (true, &*format!("REMOTE_REJECTED {path}")), "{body}");
    }
    let sealed = json!({ "status": 0, "data": seal(SECRET_KEY, business.as_bytes()) }).to_string();
    assert_eq!(checked(&SUBMIT_ORDER, true, &sealed), (false, false, vec!["DECRYPTION_FAILED data".into()]));
    assert_eq!(checked(&SUBMIT_ORDER, true, r#"{"code":0}"#).2, ["MISSING_FIELD data"]);
    assert!(!checked(&SUBMIT_ORDER, true, "<html>").0);
}

#[test]
fn what_we_send_has_its_own_method_and_no_empty_id() {
    assert_eq!(
        request_with(&CONFIRM_ORDER, "method", json!("dache.cancel.order")),
        (false, vec!["UNEXPECTED_METHOD method".into()])
    );
    assert_eq!(request_with(&CONFIRM_ORDER, "method", json!("")), (false, vec!["EMPTY_STRING method".into()]));
    assert_eq!(request_with(&CONFIRM_ORDER, "mtOrderId", json!("")), (false, vec!["EMPTY_STRING mtOrderId".into()]));
    assert_eq!(request_with(&CONFIRM_ORDER, "driverId", json!("")), (false, vec!["EMPTY_STRING driverId".into()]));
    assert_eq!(request_with(&CONFIRM_ORDER, "entId", json!(0)), (false, vec!["OUT_OF_RANGE entId".into()]));
    assert_eq!(request_with(&CONFIRM_ORDER, "supplyCode", json!(2)), (true, vec!["UNKNOWN_VALUE supplyCode".into()]));
    let missing = example(&CONFIRM_ORDER, "request.json").replace("supplyCode", "supply");
    assert_eq!(checked(&CONFIRM_ORDER, false, &missing).2, ["UNKNOWN_FIELD supply", "MISSING_FIELD supplyCode"]);
}
