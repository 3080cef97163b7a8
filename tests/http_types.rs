//! Whole requests and responses of the `http` crate: what comes in is judged as its parts are, and what goes out is complete.
#![cfg(feature = "http")]

mod ride_support;

use http::{HeaderValue, Request, Response};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::message::Id;
use meituan_protocol::ride::codes::CancelStep;
use meituan_protocol::ride::requests::CancelOrder;
use meituan_protocol::ticket::calls::OrderCreated;
use meituan_protocol::ticket::notices::ConsumeNotice;
use meituan_protocol::ticket::{self, BodyEncryption, CallBody, Config, HttpReply, Reply, Supplier};
use meituan_protocol::time::{Timestamp, http_date};
use meituan_protocol::{ErrorCode, Secret, ba, http_types, ride};
use ride_support::*;
use serde_json::json;

const TICKET_NOW: Timestamp = Timestamp(1_480_000_000_000);
const URI: &str = "/mt/order/create?from=mt";

fn supplier() -> Supplier {
    let mut config = Config::new(1122, "client", Secret::new("a secret")).route("/mt/order/create", &ticket::ORDER_CREATE);
    config.host = "https://example.invalid".into();
    let key = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap();
    config.body_encryption = Some(BodyEncryption { key, app_key: "client".into(), required: false });
    Supplier::new(config).unwrap()
}

fn order() -> String {
    let body = json!({ "orderId": 7, "partnerDealId": "12113", "mtDealId": 1, "buyPrice": 1.0, "unitPrice": 1.0,
        "totalPrice": 1.0, "quantity": 1 });
    json!({ "partnerId": 1122, "body": body }).to_string()
}

/// A signed call of Meituan's to this address.
fn call(url: &str, body: Vec<u8>) -> Request<Vec<u8>> {
    let date = http_date(TICKET_NOW);
    let signature = ba::sign(&ba::Key::new(&Secret::new("a secret")), "POST", URI, &date);
    let request = Request::post(url).header("PartnerId", "1122").header("Date", date);
    request.header("Authorization", ba::authorization("client", &signature)).body(body).unwrap()
}

fn notice() -> ConsumeNotice {
    let (order_id, partner_order_id) = (Id(7), "P1".into());
    ConsumeNotice { order_id, partner_order_id, quantity: 1, used_quantity: 1, refunded_quantity: 0, ..ConsumeNotice::default() }
}

fn describe(reply: HttpReply) -> String {
    let response = Response::<Vec<u8>>::from(reply);
    serde_json::from_slice::<serde_json::Value>(response.body()).unwrap()["describe"].as_str().unwrap().to_owned()
}

#[test]
fn a_call_is_taken_whether_its_address_is_whole_or_a_path() {
    for url in [URI, "https://supplier.example/mt/order/create?from=mt"] {
        let received = supplier().receive_http(&call(url, order().into()), TICKET_NOW).unwrap();
        let CallBody::OrderCreate(order) = received.body else { panic!("{:?}", received.body) };
        assert_eq!(order.order_id, Id(7));
    }
}

#[test]
fn a_reply_becomes_a_response_with_its_headers() {
    let supplier = supplier();
    let received = supplier.receive_http(&call(URI, order().into()), TICKET_NOW).unwrap();
    let reply = supplier.reply(&received, &Reply::ok(OrderCreated { order_id: None, partner_order_id: "P1".into() })).unwrap();
    let response = Response::from(reply.clone());
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(*response.body(), reply.body);
}

#[test]
fn a_notice_does_not_show_its_signature() {
    let change = vec![ticket::notices::ProductChangeNotice { partner_deal_id: "D".into(), ..Default::default() }];
    let request = http::Request::try_from(&supplier().request(&change, TICKET_NOW).unwrap()).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("MWS ") && !format!("{request:?}").contains(authorization), "{request:?}");
}

#[test]
fn a_header_that_is_there_twice_is_refused() {
    let mut request = call(URI, order().into());
    request.headers_mut().append("partnerid", HeaderValue::from_static("1122"));
    let refusal = supplier().receive_http(&request, TICKET_NOW).unwrap_err();
    assert_eq!((refusal.error.code, refusal.error.path.as_str()), (ErrorCode::DuplicateHeader, "headers.partnerid"));
}

#[test]
fn a_header_that_is_no_text_is_refused_by_its_name_in_the_calls_own_words() {
    for name in ["date", "x-encryption-status"] {
        let mut request = call(URI, order().into());
        request.headers_mut().insert(name, HeaderValue::from_bytes(b"\xe4\xbb\x8a").unwrap());
        let refusal = supplier().receive_http(&request, TICKET_NOW).unwrap_err();
        assert_eq!((refusal.error.code, refusal.error.path.clone()), (ErrorCode::MalformedHeader, format!("headers.{name}")));
        assert_eq!(refusal.call.map(|call| call.name), Some("orderCreate"));
        assert!(describe(supplier().answer_refusal(&refusal)).contains(if name == "date" {
            "认证头"
        } else {
            "MALFORMED_HEADER"
        }));
    }
}

#[test]
fn an_encrypted_call_that_is_refused_is_answered_encrypted() {
    let key = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap();
    let mut request = call(URI, key.seal(b"{\"partnerId\":1122}").into_bytes());
    request.headers_mut().insert("x-encryption-status", HeaderValue::from_static("encrypted"));
    let refusal = supplier().receive_http(&request, TICKET_NOW).unwrap_err();
    assert_eq!((refusal.error.code, refusal.encrypted), (ErrorCode::MissingField, true));

    let response = Response::from(supplier().answer_refusal(&refusal));
    assert_eq!(response.headers()["x-encryption-status"], "encrypted");
    let opened = String::from_utf8(key.open(response.body()).unwrap()).unwrap();
    assert!(opened.contains("请求体解密或解析失败"), "{opened}");
}

#[test]
fn a_notice_becomes_a_request_that_can_still_read_its_response() {
    let signed = supplier().request(&notice(), TICKET_NOW).unwrap();
    let request = Request::try_from(&signed).unwrap();
    assert_eq!((request.method().as_str(), request.uri().to_string()), ("POST", signed.url.clone()));
    for (name, value) in &signed.headers {
        assert_eq!(request.headers()[*name], *value);
    }
    assert_eq!(*request.body(), signed.body);

    let response = Response::new(br#"{"code":200,"describe":"success","partnerId":1122}"#);
    assert!(signed.parse_http(&response).unwrap().accepted);
}

#[test]
fn a_host_that_makes_no_address_is_a_mistake_of_the_configuration() {
    let mut config = supplier().config().clone();
    config.host = "https://[".into();
    let signed = Supplier::new(config).unwrap().request(&notice(), TICKET_NOW).unwrap();
    let error = Request::<Vec<u8>>::try_from(&signed).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "host"));
    // The words of the other library are kept, and so is its error.
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_ride_request_goes_out_whole_and_a_rejection_is_told_with_its_trace() {
    let ask = CancelOrder { mt_order_id: "1430".into(), step: CancelStep::ASK_FEE, ..CancelOrder::default() };
    let sealed = client().request(&ask, NOW).unwrap();
    let request = Request::try_from(&sealed).unwrap();
    assert_eq!(request.uri().to_string(), sealed.url);
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(*request.body(), sealed.body.as_bytes());

    let response = Response::builder().header("M-TraceId", "trace-1").body(r#"{"code":1010,"message":"no"}"#).unwrap();
    let error = sealed.parse_http(&response).unwrap_err();
    assert_eq!(error.remote.as_ref().map(|remote| remote.trace_id.as_str()), Some("trace-1"));
}

#[test]
fn a_push_is_taken_whole_and_answered_as_json() {
    let text = example(&ride::REFUNDED, "request.json");
    let push = Request::post("https://enterprise.example/refund?x=1").body(push_form(TOKEN, &text)).unwrap();
    assert!(matches!(client().receive_http(&push, NOW).unwrap().push, ride::Push::Refunded(_)));

    let refusal = client().receive_http(&Request::post("/refund").body("").unwrap(), NOW).unwrap_err();
    for answer in [ride::PUSH_OK.to_owned(), refusal.answer()] {
        let response = http_types::push_response(answer.clone());
        assert_eq!((response.status().as_u16(), response.headers()["content-type"].as_bytes()), (200, &b"application/json"[..]));
        assert_eq!(*response.body(), answer.into_bytes());
    }
}
