//! A push that a client receives.

use meituan_protocol::ErrorCode;
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::ride::*;
use serde_json::Value;

use crate::ride_support::*;

pub(crate) fn receive(path: &str, text: &str) -> Result<ReceivedPush, Refusal> {
    client().receive(path, push_form(TOKEN, text).as_bytes(), NOW)
}

pub(crate) fn refused(path: &str, text: &str) -> ErrorCode {
    receive(path, text).unwrap_err().error.code
}

pub(crate) fn event(text: &str) -> (OrderChanged, Vec<(String, String, String)>, String) {
    let received = receive("/event", text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.error));
    let Push::OrderChanged(changed) = received.push else { panic!("{:?}", received.push) };
    (changed, found(&received.warnings), received.deduplication_key)
}

pub(crate) fn refund_with(name: &str, value: Value) -> String {
    let mut text: Value = serde_json::from_str(&example(&REFUNDED, "request.json")).unwrap();
    text[name] = value;
    text.to_string()
}
