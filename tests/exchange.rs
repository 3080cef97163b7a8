//! What goes over the wire beside the messages: `tests/js/exchange.test.mjs` does the same in JavaScript, over the same vectors.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::message::RawJson;
use meituan_protocol::ride::codes::CancelStep;
use meituan_protocol::ride::{self, PUSH_OK, push_fail, requests::CancelOrder};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::{Delivery, Notice};
use meituan_protocol::ticket::*;
use meituan_protocol::ticket::{self, Reply};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode, Secret};
use serde_json::{Value, json};

const RIDE_KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const NOW: Timestamp = Timestamp(1_430_908_460_000);

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/exchange/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(vectors.len() > 3);
    vectors
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn key(vector: &Value) -> Option<BodyKey> {
    vector["key"].as_str().map(|key| BodyKey::new(&Secret::new(key)).unwrap())
}

fn config(vector: &Value) -> Config {
    let mut config = Config::new(1122, "lvyou_x", Secret::new("123456ce8b61f8e608eaf2e9702864a9"))
        .route("/mt/create", &ticket::ORDER_CREATE)
        .route("/mt/pay", &ticket::ORDER_PAY)
        .route("/mt/query", &ticket::ORDER_QUERY)
        .route("/mt/refund", &ticket::ORDER_REFUND)
        .route("/mt/heartbeat", &ticket::HEARTBEAT);
    if let Some(host) = vector["host"].as_str() {
        config.host = host.into();
    }
    if let Some(most) = vector["maxBodyBytes"].as_u64() {
        config.max_body_bytes = most as usize;
    }
    let required = vector["mustEncrypt"] == true;
    config.body_encryption = key(vector).map(|key| BodyEncryption { key, app_key: String::new(), required });
    config
}

fn supplier(vector: &Value) -> Supplier {
    Supplier::new(config(vector)).unwrap()
}

fn notice(name: &str) -> Notice {
    let body = match name {
        "payNotice" => r#"{"issueType":2,"describe":"上游停航","body":{"orderId":"7","partnerOrderId":"P7"}}"#,
        _ => r#"{"orderId":"7","partnerOrderId":"P7","quantity":2,"usedQuantity":1,"refundedQuantity":0}"#,
    };
    Notice { name: name.into(), body: RawJson::new(body).unwrap(), ..Notice::default() }
}

/// What there is to know of an error, as the vectors say it.
fn told(error: &Error) -> Value {
    let remote = error.remote.as_deref();
    let mut told = json!({ "error": error.code.as_str(), "path": error.path });
    if let Some(remote) = remote {
        told["retryable"] = remote.retryable.into();
        if let Some(status) = remote.http_status {
            told["httpStatus"] = status.into();
        }
        if remote.code != 0 {
            told["code"] = remote.code.into();
            told["describe"] = remote.describe.clone().into();
        }
    }
    told
}

fn received(supplier: &Supplier, vector: &Value, body: &str) -> Result<ReceivedCall, ticket::Refusal> {
    let headers = &vector["headers"];
    let parts = Parts {
        method: "POST",
        uri: text(vector, "uri"),
        signed_uri: vector["signedUri"].as_str(),
        partner_id: text(headers, "PartnerId"),
        date: text(headers, "Date"),
        authorization: text(headers, "Authorization"),
        encryption_status: text(headers, "X-Encryption-Status"),
    };
    supplier.receive(&parts, body.as_bytes(), NOW)
}

/// The body of a reply, opened where the vector has a key.
fn opened(vector: &Value, reply: &HttpReply) -> String {
    assert_eq!(reply.is_encrypted(), vector.get("key").is_some());
    let body = key(vector).map_or_else(|| reply.body.clone(), |key| key.open(&reply.body).unwrap());
    String::from_utf8(body).unwrap()
}

#[test]
fn hosts() {
    for vector in vectors("hosts") {
        match (Supplier::new(config(&vector)), vector["url"].as_str()) {
            (Ok(supplier), Some(url)) => assert_eq!(supplier.notice_request(&notice("consumeNotice"), NOW).unwrap().url, url),
            (Err(error), None) => assert_eq!((error.code, &*error.path), (ErrorCode::InvalidConfig, "host"), "{vector}"),
            (made, _) => panic!("{vector} {made:?}"),
        }
    }
}

#[test]
fn meituans_replies_to_notices() {
    for vector in vectors("notice-replies") {
        let request = supplier(&vector).notice_request(&notice(text(&vector, "notice")), NOW).unwrap();
        let status = vector["status"].as_u64().unwrap() as u16;
        let found = match request.parse(status, text(&vector, "body").as_bytes()) {
            Ok(reply) => {
                let delivery = [Delivery::ACCEPTED, Delivery::PROCESSING].iter().position(|delivery| *delivery == reply.delivery);
                let delivery = delivery.map_or("later", |at| ["accepted", "processing"][at]);
                let said = json!({ "code": reply.code, "describe": reply.describe, "delivery": delivery });
                assert_eq!(reply.accepted, delivery != "later");
                match reply.accepted {
                    true => said,
                    // In JavaScript a failure is thrown.
                    false => {
                        let thrown = json!({ "error": "REMOTE_REJECTED", "path": "code", "retryable": reply.retryable });
                        Value::Object(
                            said.as_object().unwrap().clone().into_iter().chain(thrown.as_object().unwrap().clone()).collect(),
                        )
                    }
                }
            }
            Err(error) => told(&error),
        };
        assert_eq!(found, vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn refusals_of_calls() {
    for vector in vectors("refusals") {
        let supplier = supplier(&vector);
        let refusal = received(&supplier, &vector, text(&vector, "body")).unwrap_err();
        let reply = supplier.answer_refusal(&refusal);
        if vector["expect"].is_null() {
            assert_eq!((reply.status, reply.body.len(), refusal.answer_code()), (503, 0, None), "{}", vector["name"]);
            continue;
        }
        assert_eq!(reply.status, 200, "{}", vector["name"]);
        let found = json!({ "code": refusal.answer_code(), "body": opened(&vector, &reply) });
        assert_eq!(found, vector["expect"], "{}", vector["name"]);
    }
}

fn replied(to: &'static Call, vector: &Value) -> (i32, Reply) {
    let how = &vector["how"];
    let number = |name: &str| how[name].as_i64().and_then(|code| i32::try_from(code).ok());
    let body = vector.get("body").map(|body| RawJson::new(body.to_string()).unwrap());
    let outcome = |code: i32| (code, Reply::by_code(to, code, "", body.clone()));
    match (how.as_str(), number("code"), number("unlisted")) {
        (Some("ok"), ..) => outcome(200),
        (Some("already"), ..) => outcome(601),
        (Some(_), ..) => outcome(to.pending.unwrap()),
        (None, Some(code), _) => (code, refused(to, code, false, text(how, "describe"))),
        (None, _, code) => (code.unwrap(), refused(to, code.unwrap(), true, text(how, "describe"))),
    }
}

/// A failure as a program writes it, whatever its code.
fn refused(to: &'static Call, code: i32, is_unlisted: bool, describe: &str) -> Reply {
    macro_rules! by_type {
        ($($call:ident: $body:ty, $code:ident;)*) => {
            match to.name {
                $(name if name == $call.name && is_unlisted => Reply::<$body>::refuse_unlisted(code, describe).into(),
                name if name == $call.name => Reply::<$body>::refuse($code(code), describe).into(),)*
                name => panic!("{name} has no type here"),
            }
        };
    }
    by_type! {
        ORDER_CREATE: OrderCreated, OrderCreateCode;
        ORDER_PAY: OrderPaid, OrderPayCode;
        ORDER_QUERY: OrderState, OrderQueryCode;
        ORDER_REFUND: OrderRefunded, OrderRefundCode;
        ORDER_RESCHEDULE: OrderRescheduled, GeneralCode;
        ORDER_CLOSE: (), GeneralCode;
        ORDER_REFUNDED: (), GeneralCode;
        HEARTBEAT: (), GeneralCode;
    }
}

#[test]
fn replies_to_calls() {
    for vector in vectors("replies") {
        let supplier = supplier(&vector);
        let call = received(&supplier, &vector, text(&vector, "request")).unwrap();
        let (code, reply) = replied(call.call, &vector);
        let found = match supplier.reply_now(&call, &reply, NOW) {
            Ok(reply) => {
                let counted = reply.warnings.iter().filter(|issue| issue.code != ErrorCode::RuleUnchecked);
                let warnings: Vec<_> = counted.map(|issue| json!([issue.code.as_str(), issue.path])).collect();
                json!({ "code": code, "body": opened(&vector, &reply), "warnings": warnings })
            }
            Err(error) => told(&error),
        };
        assert_eq!(found, vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn replies_to_calls_about_rides() {
    for vector in vectors("ride-replies") {
        let mut config = ride::Config::new(617, Secret::new("CESHI-TK"), Secret::new(RIDE_KEY));
        if let Some(most) = vector["maxBodyBytes"].as_u64() {
            config.max_body_bytes = most as usize;
        }
        let ask = CancelOrder { mt_order_id: "1430".into(), step: CancelStep::ASK_FEE, ..CancelOrder::default() };
        let request = ride::Client::new(config).unwrap().request(&ask, NOW).unwrap();
        let status = vector["status"].as_u64().unwrap() as u16;
        let found = match request.parse(status, text(&vector, "body").as_bytes()) {
            Ok(reply) => json!({ "cancelPrice": reply.data.cancel_price.unwrap().0 }),
            Err(error) => {
                let mut told = told(&error);
                told.as_object_mut().unwrap().remove("path");
                told
            }
        };
        assert_eq!(found, vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn pushes_and_their_refusals() {
    for vector in vectors("pushes") {
        let config = ride::Config::new(617, Secret::new("CESHI-TK"), Secret::new(RIDE_KEY)).route("/refund", &ride::REFUNDED);
        let sealed = EnvelopeKey::new(&Secret::new(RIDE_KEY)).unwrap().seal(text(&vector, "text"));
        let (token, content) = (vector["token"].as_str().unwrap_or("CESHI-TK"), vector["sealed"].as_str().unwrap_or(&sealed));
        let body = format!("token={token}&content={content}");
        let found = match ride::Client::new(config).unwrap().receive(text(&vector, "uri"), body.as_bytes(), NOW) {
            Ok(push) => {
                let name = if matches!(push.push, ride::Push::Other(_)) { "otherPush" } else { push.push.interface().name };
                json!({ "type": name, "key": push.deduplication_key })
            }
            Err(refusal) => {
                json!({ "error": refusal.error.code.as_str(), "code": refusal.answer_code().0, "body": refusal.answer() })
            }
        };
        assert_eq!(found, vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn answers_to_pushes() {
    for vector in vectors("push-answers") {
        let code = vector["code"].as_i64().unwrap() as i32;
        let answer = if code == 0 { Ok(PUSH_OK.to_owned()) } else { push_fail(code, text(&vector, "message")) };
        match answer {
            Ok(answer) => assert_eq!(answer, vector["body"]),
            Err(error) => assert_eq!(error.code.as_str(), vector["error"]),
        }
    }
}
