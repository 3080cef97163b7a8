//! The supplier takes Meituan's calls, replies, and sends notices: what is accepted, what is refused, and how.

use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Id, Packed, Reading, read};
use meituan_protocol::money::Fen;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::*;
use meituan_protocol::time::{Timestamp, http_date};
use meituan_protocol::{ErrorCode, Secret, ba};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_480_000_000_000);
const PARTNER: u32 = 1122;

fn supplier() -> Supplier {
    let mut config = Config::new(PARTNER, "client", Secret::new("new secret"))
        .route("/mt/order/create", &ORDER_CREATE)
        .route("/mt/order/pay", &ORDER_PAY)
        .route("/mt/order/query", &ORDER_QUERY)
        .route("/mt/order/refund", &ORDER_REFUND)
        .route("/mt/order/close", &ORDER_CLOSE)
        .route("/mt/heartbeat", &HEARTBEAT)
        .route("/mt/level", &LEVEL_PRICE_PULL);
    config.client_secrets.push(Secret::new("old secret"));
    config.host = "https://example.invalid".into();
    config.body_encryption = Some(BodyEncryption { key: body_key(), app_key: "client".into(), required: false });
    Supplier::new(config).unwrap()
}

fn body_key() -> BodyKey {
    BodyKey::new(&Secret::new("0123456789abcdef")).unwrap()
}

/// One call of Meituan's, to be altered before it is sent.
#[derive(Clone)]
struct Sent {
    uri: String,
    signed: String,
    method: &'static str,
    secret: &'static str,
    partner_id: String,
    date: String,
    authorization: Option<String>,
    encryption: &'static str,
    body: Vec<u8>,
}

fn sent(uri: &str, body: impl Into<Vec<u8>>) -> Sent {
    Sent {
        uri: uri.into(),
        signed: uri.into(),
        method: "POST",
        secret: "new secret",
        partner_id: PARTNER.to_string(),
        date: http_date(NOW),
        authorization: None,
        encryption: "",
        body: body.into(),
    }
}

impl Sent {
    fn receive(&self) -> Result<ReceivedCall, Refusal> {
        self.receive_by(&supplier())
    }

    fn receive_by(&self, supplier: &Supplier) -> Result<ReceivedCall, Refusal> {
        self.with_parts(None, |parts| supplier.receive(parts, &self.body, NOW))
    }

    fn with_signed_uri(&self, signed_uri: &str) -> Result<ReceivedCall, Refusal> {
        self.with_parts(Some(signed_uri), |parts| supplier().receive(parts, &self.body, NOW))
    }

    fn head(&self) -> Result<&'static Call, Refusal> {
        self.with_parts(None, |parts| supplier().judge_head(parts, NOW))
    }

    fn with_parts<T>(&self, signed_uri: Option<&str>, work: impl FnOnce(&Parts<'_>) -> T) -> T {
        let key = ba::Key::new(&Secret::new(self.secret));
        let signature = ba::sign(&key, &self.method.to_uppercase(), &self.signed, &self.date);
        let authorization = self.authorization.clone().unwrap_or_else(|| ba::authorization("client", &signature));
        let parts = Parts {
            method: self.method,
            uri: &self.uri,
            signed_uri,
            partner_id: &self.partner_id,
            date: &self.date,
            authorization: &authorization,
            encryption_status: self.encryption,
        };
        work(&parts)
    }

    fn code(&self) -> ErrorCode {
        self.receive().unwrap_err().error.code
    }
}

fn order() -> Value {
    json!({ "partnerId": PARTNER, "body": {
        "orderId": 1453361297221_u64, "partnerDealId": "12113", "mtDealId": 111_111, "buyPrice": 1080.0, "unitPrice": 1199.0,
        "totalPrice": 2398.0, "quantity": 2, "travelDate": "2016-11-30",
        "visitors": [{ "name": "张三", "pinyin": "zhangsan", "mobile": "13500000000", "address": "", "postCode": "", "email": "",
            "credentials": { "0": "130000000000000000" }, "gender": 1 }],
    } })
}

fn create(body: &Value) -> Sent {
    sent("/mt/order/create", body.to_string())
}

/// The order with one field of its body replaced by this JSON.
fn create_with(field: &str, value: &str) -> Sent {
    let mut body = order();
    body["body"][field] = json!("@@");
    sent("/mt/order/create", body.to_string().replace("\"@@\"", value))
}

#[test]
fn the_documented_example_is_read_into_its_type_and_has_fewer_visitors_than_tickets() {
    let received = create(&order()).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(create.order_id, Id(1_453_361_297_221));
    assert_eq!((create.buy_price, create.unit_price, create.total_price), (Fen(108_000), Fen(119_900), Fen(239_800)));
    assert_eq!(create.travel_date.unwrap().to_string(), "2016-11-30");
    let visitor = &create.visitors.unwrap()[0];
    assert_eq!(visitor.name.as_deref(), Some("张三"));
    assert_eq!(visitor.credentials.as_ref().unwrap()["0"], "130000000000000000");
    assert_eq!(visitor.gender, Some(Gender::MALE));
    let warned: Vec<_> = received.warnings.iter().map(|issue| issue.rule).collect();
    assert_eq!(warned, [Some("create.visitors")]);
}

#[test]
fn the_production_capture_of_a_refund_is_read_into_its_type() {
    let body = r#"{"partnerId":1122,"body":{"orderId":267462905905413,"refundId":"267462905905413-20181226090557024","partnerOrderId":"305566","partnerDealId":"12885","voucherList":["15456624941871613"],"refundQuantity":2,"unitPrice":290.0,"refundPrice":580.0,"refundFee":0.0,"refundTime":"2018-12-26 09:05:57"}}"#;
    let received = sent("/mt/order/refund", body).receive().unwrap();
    let CallBody::OrderRefund(refund) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(refund.refund_price, Fen(58_000));
    assert_eq!(refund.refund_time, Timestamp(1_545_786_357_000));
    assert_eq!(refund.voucher_list, ["15456624941871613"]);
    assert_eq!(received.warnings, []);
}

#[test]
fn deviations_are_accepted_and_each_is_reported_with_its_path() {
    let body = r#"{"partnerId":"1122","body":{"orderId":"8985652356562370000","partnerDealId":12113,"mtDealId":111111,"buyPrice":"1080.50","unitPrice":1199,"totalPrice":1.199e3,"quantity":"2","visitors":[{"name":"李四","gender":7,"nickname":"x","mobile":null}],"travelDate":"","channel":{"a":[1]}}}"#;
    let received = sent("/mt/order/create", body).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    assert_eq!(create.order_id, Id(8_985_652_356_562_370_000));
    assert_eq!(create.partner_deal_id, "12113");
    assert_eq!((create.buy_price, create.total_price, create.quantity), (Fen(108_050), Fen(119_900), 2));
    assert_eq!(create.visitors.unwrap()[0].gender, Some(Gender(7)));
    assert_eq!(create.travel_date, None);
    let found: Vec<_> = received.warnings.iter().map(|issue| (issue.code.as_str(), issue.path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("NUMBER_AS_STRING", "partnerId"),
            ("NUMBER_AS_STRING", "body.orderId"),
            ("STRING_AS_NUMBER", "body.partnerDealId"),
            ("NUMBER_AS_STRING", "body.buyPrice"),
            ("NUMBER_AS_STRING", "body.quantity"),
            ("UNKNOWN_VALUE", "body.visitors[0].gender"),
            ("UNKNOWN_FIELD", "body.visitors[0].nickname"),
            ("NULL_FIELD", "body.visitors[0].mobile"),
            ("UNKNOWN_FIELD", "body.channel"),
            ("RULE_BROKEN", "body.totalPrice"),
            ("RULE_BROKEN", "body.visitors"),
        ]
    );
    assert!(received.warnings.iter().all(|issue| !issue.refuses));
}

#[test]
fn headers_that_are_missing_or_doubled_or_wrong_are_refused_by_name() {
    let good = create(&order());
    for (name, empty) in [("partnerid", 0), ("date", 1), ("authorization", 2)] {
        let mut call = good.clone();
        match empty {
            0 => call.partner_id.clear(),
            1 => call.date.clear(),
            _ => call.authorization = Some(String::new()),
        }
        let error = call.receive().unwrap_err().error;
        assert_eq!((error.code, &*error.path), (ErrorCode::MissingHeader, &*format!("headers.{name}")));
    }
    let date = http_date(NOW);
    let doubled = [
        Sent { partner_id: "1122, 1122".into(), ..good.clone() },
        Sent { date: format!("{date}, {date}"), ..good.clone() },
        Sent { authorization: Some("MWS client:AAAA, MWS client:AAAA".into()), ..good.clone() },
    ];
    assert!(doubled.iter().all(|call| call.code() == ErrorCode::DuplicateHeader));
    assert_eq!(Sent { partner_id: "x".into(), ..good.clone() }.code(), ErrorCode::MalformedHeader);
    assert_eq!(Sent { partner_id: "1123".into(), ..good.clone() }.code(), ErrorCode::WrongPartnerId);
    assert_eq!(Sent { partner_id: "18446744073709551616".into(), ..good.clone() }.code(), ErrorCode::MalformedHeader);
    assert_eq!(Sent { secret: "wrong", ..good.clone() }.code(), ErrorCode::BadSignature);
    Sent { secret: "old secret", ..good.clone() }.receive().unwrap();
    assert_eq!(
        Sent { authorization: Some("MWS other:hVQHFpzOXtxzOy5INj2IohJ85Y0=".into()), ..good }.code(),
        ErrorCode::UnknownClient
    );
}

#[test]
fn dates_beyond_the_tolerance_are_stale_and_the_edge_is_exact() {
    let at = |offset: i64| Sent { date: http_date(Timestamp(NOW.0 + offset)), ..create(&order()) };
    at(600_000).receive().unwrap();
    at(-600_000).receive().unwrap();
    assert_eq!(at(601_000).code(), ErrorCode::StaleDate);
    assert_eq!(at(-601_000).code(), ErrorCode::StaleDate);
    assert_eq!(Sent { date: "2016-11-24 23:06:40".into(), ..create(&order()) }.code(), ErrorCode::MalformedDate);
    let mut config = supplier().config().clone();
    config.tolerance = None;
    let (date, uri) = ("Fri, 17 Feb 2012 23:34:53 GMT", "/mt/heartbeat");
    let authorization = ba::authorization("client", &ba::sign(&ba::Key::new(&Secret::new("new secret")), "POST", uri, date));
    let parts = Parts { method: "POST", uri, partner_id: "1122", date, authorization: &authorization, ..Parts::default() };
    Supplier::new(config).unwrap().receive(&parts, br#"{"partnerId":1122}"#, NOW).unwrap();
}

#[test]
fn the_signed_uri_may_have_the_query_or_not_and_may_have_another_prefix() {
    let body = order().to_string();
    for (uri, signed) in [("/mt/order/create?x=1", "/mt/order/create?x=1"), ("/mt/order/create?x=1", "/mt/order/create")] {
        Sent { signed: signed.into(), ..sent(uri, body.clone()) }.receive().unwrap();
    }
    assert_eq!(
        Sent { signed: "/mt/order/create?x=2".into(), ..sent("/mt/order/create?x=1", body.clone()) }.code(),
        ErrorCode::BadSignature
    );
    let mut config = supplier().config().clone();
    config.signed_path = SignedPath { strip: "/mt".into(), prepend: "/gateway/v1".into() };
    let supplier = Supplier::new(config).unwrap();
    let date = http_date(NOW);
    let key = ba::Key::new(&Secret::new("new secret"));
    let received = |signed: &str, signed_uri| {
        let authorization = ba::authorization("client", &ba::sign(&key, "POST", signed, &date));
        let parts = Parts {
            method: "post",
            uri: "/mt/order/create",
            signed_uri,
            partner_id: "1122",
            date: &date,
            authorization: &authorization,
            encryption_status: "",
        };
        supplier.receive(&parts, body.as_bytes(), NOW)
    };
    received("/gateway/v1/order/create", None).unwrap();
    received("/elsewhere", Some("/elsewhere")).unwrap();
    assert_eq!(received("/mt/order/create", None).unwrap_err().error.code, ErrorCode::BadSignature);
}

#[test]
fn the_signed_uri_is_exact_where_it_is_given_or_where_that_is_asked_for() {
    let (date, body) = (http_date(NOW), order().to_string());
    let key = ba::Key::new(&Secret::new("new secret"));
    let code = |is_exact: bool, signed: &str, signed_uri| {
        let config = Config { signed_without_query: !is_exact, ..supplier().config().clone() };
        let authorization = ba::authorization("client", &ba::sign(&key, "POST", signed, &date));
        let parts = Parts {
            method: "POST",
            uri: "/mt/order/create?x=1",
            signed_uri,
            partner_id: "1122",
            date: &date,
            authorization: &authorization,
            encryption_status: "",
        };
        let received = Supplier::new(config).unwrap().receive(&parts, body.as_bytes(), NOW);
        received
            .map(|call| assert_eq!((call.date, call.signature), (date.clone(), ba::sign(&key, "POST", signed, &date))))
            .map_err(|refusal| refusal.error.code)
    };
    let (whole, path) = ("/mt/order/create?x=1", "/mt/order/create");
    assert_eq!((code(false, whole, None), code(false, path, None)), (Ok(()), Ok(())));
    assert_eq!((code(true, whole, None), code(true, path, None)), (Ok(()), Err(ErrorCode::BadSignature)));
    assert_eq!((code(false, whole, Some(whole)), code(false, path, Some(whole))), (Ok(()), Err(ErrorCode::BadSignature)));
    assert_eq!((code(false, path, Some(path)), code(false, whole, Some(path))), (Ok(()), Err(ErrorCode::BadSignature)));
}

#[test]
fn a_uri_begins_with_a_slash_and_is_visible_ascii_or_nothing_is_made_of_it() {
    let wrong = [".evil.example/x", "@evil.example/x", "", "x", "/a b", "/门票", "/a\n", "/\u{7f}"];
    for uri in wrong {
        let error = supplier().sign("POST", uri, NOW).unwrap_err();
        assert_eq!((error.code, &*error.path), (ErrorCode::InvalidConfig, "uri"), "{uri:?}");
        let config = |signed_path| Supplier::new(Config { signed_path, ..supplier().config().clone() }).map(|_| ());
        let path = |result: Result<(), meituan_protocol::Error>| result.err().map(|error| error.path.to_string());
        let expected = |path: &str| (!uri.is_empty()).then(|| path.to_owned());
        assert_eq!(path(config(SignedPath { prepend: uri.into(), ..SignedPath::default() })), expected("signedUri.prepend"));
        assert_eq!(path(config(SignedPath { strip: uri.into(), ..SignedPath::default() })), expected("signedUri.strip"));
        let routed = supplier().config().clone().route(uri, &POI_PULL);
        assert_eq!(path(Supplier::new(routed).map(|_| ())), Some("routes".into()), "{uri:?}");
        let sent = sent("/mt/order/create", order().to_string());
        let refusal = sent.with_signed_uri(uri).unwrap_err();
        assert_eq!((refusal.error.code, &*refusal.error.path), (ErrorCode::InvalidConfig, "signedUri"), "{uri:?}");
    }
    assert!(supplier().sign("POST", "/x?y=%20#z", NOW).is_ok());
}

#[test]
fn a_head_is_judged_without_its_body_and_as_it_is_with_it() {
    let good = sent("/mt/order/create", "");
    assert_eq!(good.head().unwrap().name, "orderCreate");
    let heads: &[(Sent, ErrorCode)] = &[
        (sent("/elsewhere", ""), ErrorCode::UnknownRoute),
        (Sent { signed: "/other".into(), ..sent("/mt/order/create", "") }, ErrorCode::BadSignature),
        (Sent { date: "yesterday".into(), ..sent("/mt/order/create", "") }, ErrorCode::MalformedDate),
        (Sent { date: http_date(Timestamp(NOW.0 - 601_000)), ..sent("/mt/order/create", "") }, ErrorCode::StaleDate),
    ];
    for (sent, code) in heads {
        let (head, whole) = (sent.head().unwrap_err(), sent.receive().unwrap_err());
        assert_eq!(head.error.code, *code);
        assert_eq!(head.error, whole.error);
    }
}

#[test]
fn bodies_that_are_not_the_message_are_refused_with_the_fields_path() {
    let good = order().to_string();
    let refusals: &[(Sent, ErrorCode, &str)] = &[
        (sent("/mt/order/create", ""), ErrorCode::TruncatedJson, ""),
        (sent("/mt/order/create", &good.as_bytes()[..good.len() - 1]), ErrorCode::TruncatedJson, ""),
        (sent("/mt/order/create", "[object Object]"), ErrorCode::InvalidJson, ""),
        (sent("/mt/order/create", [good.as_bytes(), b"x"].concat()), ErrorCode::InvalidJson, ""),
        (
            sent("/mt/order/create", b"{\"partnerId\":1122,\"body\":{\"partnerDealId\":\"\xff\"}}".to_vec()),
            ErrorCode::InvalidUtf8,
            "",
        ),
        (sent("/mt/order/create", "[]"), ErrorCode::WrongType, ""),
        (sent("/mt/order/create", "null"), ErrorCode::WrongType, ""),
        (sent("/mt/order/create", "{\"partnerId\":1122}"), ErrorCode::MissingField, "body"),
        (sent("/mt/order/create", "{\"partnerId\":1122,\"body\":[]}"), ErrorCode::WrongType, "body"),
        (create_with("orderId", "18446744073709551616"), ErrorCode::IdTooLarge, "body.orderId"),
        (create_with("orderId", "-1"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "1.5"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "1e3"), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "\"007\""), ErrorCode::WrongType, "body.orderId"),
        (create_with("orderId", "null"), ErrorCode::MissingField, "body.orderId"),
        (create_with("orderId", "true"), ErrorCode::WrongType, "body.orderId"),
        (create_with("buyPrice", "NaN"), ErrorCode::InvalidJson, "body.buyPrice"),
        (create_with("buyPrice", "1.001"), ErrorCode::InvalidMoney, "body.buyPrice"),
        (create_with("buyPrice", "\"abc\""), ErrorCode::WrongType, "body.buyPrice"),
        (create_with("quantity", "0"), ErrorCode::OutOfRange, "body.quantity"),
        (create_with("quantity", "1.5"), ErrorCode::WrongType, "body.quantity"),
        (create_with("quantity", "2147483648"), ErrorCode::OutOfRange, "body.quantity"),
        (create_with("travelDate", "\"2016-02-30\""), ErrorCode::InvalidDate, "body.travelDate"),
        (create_with("visitors", "[{},3]"), ErrorCode::WrongType, "body.visitors[1]"),
        (create_with("visitors", "[{\"credentials\":{\"0\":{}}}]"), ErrorCode::WrongType, "body.visitors[0].credentials.0"),
        (create_with("partnerDealId", "\"\\ud83d\""), ErrorCode::LoneSurrogate, "body.partnerDealId"),
        (create_with("contacts", &"[".repeat(10_000)), ErrorCode::TooDeep, "body.contacts"),
        (create_with("contacts", "{\"a\":1,\"\\u0061\":1}"), ErrorCode::DuplicateKey, "body.contacts"),
        (create_with("partnerDealId", "\"1\",\"partnerDealId\":\"2\""), ErrorCode::DuplicateKey, "body"),
        (
            sent("/mt/order/create", good.replace("\"partnerId\":1122", "\"partnerId\":1123")),
            ErrorCode::WrongPartnerId,
            "partnerId",
        ),
        (sent("/mt/order/create", vec![b' '; (1 << 20) + 1]), ErrorCode::BodyTooLarge, "body"),
        (sent("/mt/nothing", good.clone()), ErrorCode::UnknownRoute, "url"),
        (Sent { encryption: "encrypted", ..sent("/mt/order/create", good.clone()) }, ErrorCode::DecryptionFailed, "body"),
    ];
    for (index, (call, code, path)) in refusals.iter().enumerate() {
        let refusal = call.receive().unwrap_err();
        assert_eq!((refusal.error.code, refusal.error.path.as_str()), (*code, *path), "case {index}");
        let body = supplier().answer_refusal(&refusal).body;
        let body = if refusal.encrypted { body_key().open(&body).unwrap() } else { body };
        let reply: Value = serde_json::from_slice(&body).unwrap();
        let expected = if *code == ErrorCode::UnknownRoute { 300 } else { 499 };
        assert_eq!((reply["code"].as_i64(), &reply["partnerId"]), (Some(expected), &json!(PARTNER)));
        let told = code.public_sentence().filter(|_| path.starts_with("headers") || refusal.encrypted);
        let described = reply["describe"].as_str().unwrap();
        assert!(told.map_or_else(|| described.contains(code.as_str()), |told| described == told), "case {index}: {described}");
        assert!(reply.get("body").is_none());
    }
}

#[test]
fn whatever_is_wrong_with_an_encrypted_body_is_replied_alike() {
    let seal = |plain: &[u8]| body_key().seal(plain).into_bytes();
    let mut altered = seal(b"{}");
    altered[3] ^= 1;
    let bodies =
        [b"AAAA".to_vec(), b"no Base64!".to_vec(), altered, seal(b"{"), seal(b"{}"), seal(b"{\"partnerId\":1123}"), seal(b"\xff")];
    let mut replies = bodies.into_iter().map(|body| {
        let refusal = Sent { encryption: "encrypted", ..sent("/mt/order/create", body) }.receive().unwrap_err();
        body_key().open(&supplier().answer_refusal(&refusal).body).unwrap()
    });
    let first = replies.next().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("请求体解密或解析失败"));
    assert!(replies.all(|reply| reply == first));
}

#[test]
fn a_plain_call_is_refused_where_it_must_be_encrypted_and_a_doubled_status_is_refused() {
    let mut config = supplier().config().clone();
    config.body_encryption = Some(BodyEncryption { key: body_key(), app_key: String::new(), required: true });
    let strict = Supplier::new(config).unwrap();
    let code_of = |call: Sent, by: &Supplier| call.receive_by(by).map_err(|refusal| refusal.error.code);
    let create = create(&order());
    assert_eq!(code_of(create.clone(), &strict).unwrap_err(), ErrorCode::EncryptionRequired);
    assert!(code_of(create.clone(), &supplier()).is_ok());
    let sealed = body_key().seal(order().to_string().as_bytes()).into_bytes();
    assert!(code_of(Sent { encryption: "encrypted", ..sent("/mt/order/create", sealed.clone()) }, &strict).is_ok());
    let doubled = Sent { encryption: "encrypted, encrypted", ..sent("/mt/order/create", sealed) };
    assert_eq!(code_of(doubled, &supplier()).unwrap_err(), ErrorCode::DuplicateHeader);
    // Meituan encrypts no query.
    let query = sent("/mt/order/query", r#"{"partnerId":1122,"body":{"orderId":1}}"#);
    assert!(code_of(query, &strict).is_ok());
}

#[test]
fn a_document_without_a_number_is_reported_and_left_out_and_the_others_stay() {
    let visitors = r#"[{"credentials":{"0":null,"1":"A","2":null,"3":"B"}},{"credentials":{"0":null}}]"#;
    let received = create_with("visitors", visitors).receive().unwrap();
    let CallBody::OrderCreate(create) = received.body else { panic!("{:?}", received.body) };
    let kept: Vec<_> = create.visitors.unwrap().into_iter().map(|visitor| visitor.credentials.unwrap()).collect();
    assert_eq!(json!(kept), json!([{ "1": "A", "3": "B" }, {}]));
    let paths: Vec<_> = received.warnings.iter().map(|issue| (issue.code, issue.path.as_str())).collect();
    assert_eq!(
        paths,
        ["body.visitors[0].credentials.0", "body.visitors[0].credentials.2", "body.visitors[1].credentials.0"]
            .map(|path| (ErrorCode::NullField, path))
    );
}

#[test]
fn every_finding_of_a_message_is_told_at_once() {
    let error = create(&json!({ "partnerId": PARTNER, "body": { "quantity": 0, "buyPrice": "x" } })).receive().unwrap_err().error;
    let refused: Vec<_> = error.issues.iter().filter(|issue| issue.refuses).map(|issue| issue.path.as_str()).collect();
    assert_eq!(
        refused,
        [
            "body.buyPrice",
            "body.quantity",
            "body.orderId",
            "body.partnerDealId",
            "body.mtDealId",
            "body.unitPrice",
            "body.totalPrice"
        ]
    );
}

#[test]
fn a_reply_is_written_for_the_wire_and_only_when_the_definition_is_met() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":8985652356562370000,"partnerOrderId":"P1"}}"#)
        .receive()
        .unwrap();
    let paid = OrderPaid {
        order_id: Id(8_985_652_356_562_370_000),
        partner_order_id: "P1".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["中文\"码\"".into(), "2".into()]),
        ..OrderPaid::default()
    };
    let reply = supplier().reply(&pay, &Reply::ok(paid.clone()).for_quantity(2)).unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        r#"{"partnerId":1122,"code":200,"describe":"success","body":{"orderId":8985652356562370000,"partnerOrderId":"P1","voucherType":1,"vouchers":["中文\"码\"","2"]}}"#
    );
    assert_eq!(read_body::<OrderPaid>(&ORDER_PAY, true, &reply.body).unwrap(), paid);

    let broken = |paid: OrderPaid, quantity: u32| supplier().reply(&pay, &Reply::ok(paid).for_quantity(quantity)).unwrap_err();
    let error = broken(paid.clone(), 3);
    assert_eq!(
        (error.code, error.rule, error.path.as_str()),
        (ErrorCode::RuleBroken, Some("pay.one-code-per-ticket"), "body.vouchers")
    );
    let error = broken(OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid.clone() }, 2);
    assert_eq!(error.rule, Some("pay.exactly-one-code"));
    let error = broken(OrderPaid { vouchers: None, ..paid.clone() }, 2);
    assert_eq!(error.rule, Some("pay.vouchers-present"));
    let error = broken(OrderPaid { voucher_type: None, ..paid.clone() }, 2);
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::MissingField, "body.voucherType"));
    let error = broken(OrderPaid { voucher_type: Some(VoucherType(9)), ..paid.clone() }, 2);
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::UnknownValue, "body.voucherType"));
    let repeating = OrderPaid { order_id: Id(0), partner_order_id: String::new(), ..paid.clone() };
    let repeated = supplier().reply(&pay, &Reply::ok(repeating).for_quantity(2)).unwrap();
    assert_eq!(read_body::<OrderPaid>(&ORDER_PAY, true, &repeated.body).unwrap(), paid);
    let unchecked = supplier().reply(&pay, &Reply::ok(paid.clone())).unwrap();
    assert_eq!(unchecked.warnings[0].rule, Some("pay.one-code-per-ticket"));
    assert_eq!(unchecked.warnings[0].code, ErrorCode::RuleUnchecked);
}

#[test]
fn only_listed_codes_leave_and_a_pending_reply_needs_the_ids_alone() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7}}"#).receive().unwrap();
    let ids = OrderPaid { order_id: Id(7), partner_order_id: "P1".into(), ..OrderPaid::default() };
    let reply = supplier().reply(&pay, &Reply::outcome(OrderPayCode::ISSUING, "出票中", ids.clone())).unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        r#"{"partnerId":1122,"code":598,"describe":"出票中","body":{"orderId":7,"partnerOrderId":"P1"}}"#
    );
    for foreign in [0, 201, 300, 400, 499, 506, 602, 699] {
        assert_eq!(
            supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode(foreign), "x")).unwrap_err().code,
            ErrorCode::IllegalReplyCode
        );
    }
    // These are listed, and no failures.
    let heartbeat = sent("/mt/heartbeat", r#"{"partnerId":1122}"#).receive().unwrap();
    let error = supplier().reply(&heartbeat, &Reply::<()>::refuse(GeneralCode::SUCCESS, "系统维护")).unwrap_err();
    assert_eq!(error.code, ErrorCode::IllegalReplyCode);
    for outcome in [200, 598, 601] {
        let error = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode(outcome), "系统维护")).unwrap_err();
        assert_eq!(error.code, ErrorCode::IllegalReplyCode, "{outcome}");
    }
    let refused = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode::BALANCE_INSUFFICIENT, "预存款不足")).unwrap();
    assert_eq!(std::str::from_utf8(&refused.body).unwrap(), r#"{"code":501,"describe":"预存款不足","partnerId":1122}"#);
    let silent = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode::OTHER, "")).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
    // An outcome's code that is a failure's needs a reason, too.
    let silent = supplier().reply(&pay, &Reply::outcome(OrderPayCode::OTHER, "\u{feff}", OrderPaid::default())).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
}

#[test]
fn a_code_that_is_not_listed_fails_a_call_only_when_asked_for_and_never_stands_for_an_outcome() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7,"partnerOrderId":"P1"}}"#).receive().unwrap();
    let refused = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(777, "系统维护")).unwrap();
    assert_eq!(std::str::from_utf8(&refused.body).unwrap(), r#"{"code":777,"describe":"系统维护","partnerId":1122}"#);
    // A placeholder is sent, and reported.
    let [listed, unlisted] = [Reply::<OrderPaid>::refuse(OrderPayCode::OTHER, "失败"), Reply::refuse_unlisted(423, "失败")]
        .map(|reply| supplier().reply(&pay, &reply).unwrap().warnings);
    assert!(!listed.is_empty());
    assert_eq!(unlisted, listed);
    for outcome in [200, 598, 601, 602] {
        let error = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(outcome, "x")).unwrap_err();
        assert_eq!(error.code, ErrorCode::IllegalReplyCode, "{outcome}");
    }
    let silent = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(777, " ")).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
}

#[test]
fn a_reply_leaves_for_its_own_call_alone() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7,"partnerOrderId":"P1"}}"#).receive().unwrap();
    let heartbeat = sent("/mt/heartbeat", r#"{"partnerId":1122}"#).receive().unwrap();
    let created = OrderCreated { order_id: None, partner_order_id: "P1".into() };
    let foreign: [(&ReceivedCall, Reply, &str); 5] = [
        (&pay, Reply::ok(created).into(), "expected a reply to orderPay, found one to orderCreate"),
        (&pay, Reply::ok(()).into(), "expected a reply to orderPay, found one to a call without a body"),
        (
            &pay,
            Reply::<OrderRefunded>::refuse(OrderRefundCode::OTHER, "余票不足").into(),
            "expected a reply to orderPay, found one to orderRefund",
        ),
        (&pay, Reply::by_code(&ORDER_QUERY, 777, "系统维护", None), "expected a reply to orderPay, found one to orderQuery"),
        (
            &heartbeat,
            Reply::<OrderPaid>::refuse_unlisted(777, "系统维护").into(),
            "expected a reply to heartbeat, found one to orderPay",
        ),
    ];
    for (call, reply, detail) in foreign {
        let error = supplier().reply(call, &reply).unwrap_err();
        assert_eq!((error.code, error.detail.as_str()), (ErrorCode::WrongType, detail), "{reply:?}");
    }
    assert_eq!(
        supplier().reply(&heartbeat, &Reply::ok(())).unwrap().body,
        br#"{"partnerId":1122,"code":200,"describe":"success"}"#
    );
}

#[test]
fn a_body_key_of_32_hexadecimal_digits_is_the_16_characters_that_they_write() {
    let sealed = body_key().seal(b"text");
    for digits in ["30313233343536373839616263646566", "30313233343536373839616263646566".to_uppercase().as_str()] {
        assert_eq!(BodyKey::new(&Secret::new(digits)).unwrap().seal(b"text"), sealed);
    }
    for other in ["3031323334353637383961626364656", "3031323334353637383961626364656x", "0123456789abcde", ""] {
        let error = BodyKey::new(&Secret::new(other)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "bodyEncryption.key"), "{other}");
    }
}

#[test]
fn an_encrypted_call_is_opened_and_its_reply_is_sealed() {
    let key = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap();
    let body = key.seal(order().to_string().as_bytes());
    let received = Sent { encryption: "Encrypted", ..sent("/mt/order/create", body) }.receive().unwrap();
    assert!(received.encrypted);
    let reply = supplier().reply(&received, &Reply::ok(OrderCreated { order_id: None, partner_order_id: "P1".into() })).unwrap();
    assert!(reply.headers.iter().any(|(name, value)| *name == "X-Encryption-Status" && value == "encrypted"));
    let plain = key.open(&reply.body).unwrap();
    assert_eq!(
        std::str::from_utf8(&plain).unwrap(),
        r#"{"partnerId":1122,"code":200,"describe":"success","body":{"partnerOrderId":"P1"}}"#
    );
}

#[test]
fn the_body_cipher_reproduces_its_vector_and_refuses_what_it_did_not_make() {
    let vector = include_str!("vectors/body-cipher/computed/input.json");
    let vector: Value = serde_json::from_str(vector).unwrap();
    let key = BodyKey::new(&Secret::new(vector["key"].as_str().unwrap())).unwrap();
    let (plain, sealed) = (vector["plain"].as_str().unwrap(), vector["sealed"].as_str().unwrap());
    assert_eq!(key.seal(plain.as_bytes()), sealed);
    assert_eq!(key.open(sealed.as_bytes()).unwrap(), plain.as_bytes());
    for altered in ["", "AAAA", "!!!!", &sealed[4..], &sealed[..40]] {
        assert_eq!(key.open(altered.as_bytes()).unwrap_err().code, ErrorCode::DecryptionFailed);
    }
    assert_eq!(BodyKey::new(&Secret::new("short")).unwrap_err().code, ErrorCode::InvalidConfig);
}

#[test]
fn notices_are_signed_for_their_path_and_written_as_documented() {
    let notice = ConsumeNotice {
        order_id: Id(1_453_361_297_221),
        partner_order_id: "211602".into(),
        quantity: 2,
        used_quantity: 1,
        refunded_quantity: 0,
        voucher_list: Some(vec![ConsumedVoucher {
            voucher: "910632001657".into(),
            voucher_pics: Some(String::new()),
            voucher_invalid_time: Timestamp(1_479_969_273_000),
            quantity: 1,
            status: VoucherStatus::USED,
        }]),
        ..ConsumeNotice::default()
    };
    let request = supplier().request(&notice, NOW).unwrap();
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        r#"{"partnerId":1122,"body":{"orderId":1453361297221,"partnerOrderId":"211602","quantity":2,"usedQuantity":1,"refundedQuantity":0,"voucherList":[{"voucher":"910632001657","voucherPics":"","voucherInvalidTime":"2016-11-24 14:34:33","quantity":1,"status":1}]}}"#
    );
    assert_eq!(request.url, "https://example.invalid/rhone/mtp/api/order/consume/notice");
    assert_eq!(request.string_to_sign, format!("POST /rhone/mtp/api/order/consume/notice\n{}", http_date(NOW)));
    let header = |name: &str| request.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
    let authorization = header("Authorization").unwrap();
    let key = ba::Key::new(&Secret::new("new secret"));
    ba::verify(&[key], "client", "POST", &["/rhone/mtp/api/order/consume/notice"], header("Date").unwrap(), authorization).unwrap();
    assert_eq!(header("PartnerId"), Some("1122"));
    assert_eq!(read_body::<ConsumeNotice>(&CONSUME_NOTICE, false, &request.body).unwrap(), notice);
    let too_many = |notice| supplier().request(&notice, NOW).unwrap_err().rule;
    assert_eq!(too_many(ConsumeNotice { used_quantity: 3, ..notice.clone() }), Some("consume.within-ordered"));
    assert_eq!(too_many(ConsumeNotice { refunded_quantity: 2, ..notice.clone() }), Some("consume.within-ordered"));
    let of_none = supplier().request(&ConsumeNotice { used_quantity: 0, ..notice }, NOW).unwrap();
    assert_eq!(of_none.warnings[0].rule, Some("consume.quantities-agree"));
}

#[test]
fn a_refund_notice_agrees_by_200_or_refuses_by_a_listed_failure_and_by_nothing_else() {
    let request = |code: i32| {
        let body =
            RefundNotice { order_id: Id(7), refund_id: "R1".into(), partner_order_id: "P1".into(), ..RefundNotice::default() };
        let notice = RefundNoticeRequest {
            code: OrderRefundCode(code),
            describe: "已过可退时间".into(),
            body,
            ..RefundNoticeRequest::default()
        };
        supplier().request(&notice, NOW)
    };
    for code in [200, 604, 606, 607, 699] {
        assert_eq!(request(code).unwrap().warnings, [], "{code}");
    }
    for code in [601, 602] {
        assert_eq!(request(code).unwrap_err().rule, Some("refund-notice.decides"), "{code}");
    }
    for code in [598, 599, 499, 300, 603, 0] {
        assert_eq!(request(code).unwrap_err().code, ErrorCode::UnknownValue, "{code}");
    }
}

#[test]
fn a_placeholder_as_reason_is_reported_and_refused_by_nothing() {
    let request = |issue_type, describe: &str| {
        let body = PayNotice { order_id: Id(7), partner_order_id: "P1".into(), ..PayNotice::default() };
        let notice = PayNoticeRequest { issue_type, describe: describe.into(), body, ..PayNoticeRequest::default() };
        supplier().request(&notice, NOW).unwrap().warnings.iter().filter_map(|issue| issue.rule).collect::<Vec<_>>()
    };
    for placeholder in ["出票失败", "失败！", "ERROR", "500"] {
        assert_eq!(request(IssueType::FAILED, placeholder), ["reply.true-reason"], "{placeholder}");
    }
    for reason in ["出票失败：上游无票", "error: sold out on 2026-03-02"] {
        assert_eq!(request(IssueType::FAILED, reason), [""; 0], "{reason}");
    }
}

#[test]
fn a_pay_notice_of_success_must_carry_its_codes() {
    let notice = |body: PayNotice| PayNoticeRequest {
        issue_type: IssueType::ISSUED,
        describe: "出票成功".into(),
        body,
        ..PayNoticeRequest::default()
    };
    let ids = PayNotice { order_id: Id(7), partner_order_id: "P1".into(), ..PayNotice::default() };
    assert_eq!(supplier().request(&notice(ids.clone()), NOW).unwrap_err().rule, Some("pay-notice.complete"));
    let without = PayNotice { voucher_type: Some(VoucherType::CODE_PER_TICKET), ..ids.clone() };
    assert_eq!(supplier().request(&notice(without), NOW).unwrap_err().rule, Some("pay-notice.vouchers-present"));
    let failed =
        PayNoticeRequest {
            issue_type: IssueType::FAILED, describe: "上游无票".into(), body: ids, ..PayNoticeRequest::default()
        };
    assert_eq!(
        std::str::from_utf8(&supplier().request(&failed, NOW).unwrap().body).unwrap(),
        r#"{"partnerId":1122,"issueType":2,"describe":"上游无票","body":{"orderId":7,"partnerOrderId":"P1"}}"#
    );
}

#[test]
fn level_prices_leave_encrypted_and_at_most_forty_at_once() {
    let price = LevelPrice {
        partner_primary_key: "k".into(),
        price_date: "2026-12-01".parse().unwrap(),
        stock: 5,
        ..LevelPrice::default()
    };
    let notice = |count: usize| LevelPriceNoticeRequest {
        partner_deal_id: "d".into(),
        start_time: "2026-12-01".parse().unwrap(),
        end_time: "2026-12-01".parse().unwrap(),
        body: vec![price.clone(); count],
        ..LevelPriceNoticeRequest::default()
    };
    let request = supplier().request(&notice(40), NOW).unwrap();
    let plain = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap().open(&request.body).unwrap();
    let plain: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(plain["body"].as_array().unwrap().len(), 40);
    let error = supplier().request(&notice(41), NOW).unwrap_err();
    assert_eq!((error.code, error.path.as_str(), error.detail.as_str()), (ErrorCode::TooManyItems, "body", "41 > 40"));
}

#[test]
fn a_number_that_javascript_has_rounded_is_not_taken_for_an_id() {
    let close = |id: &str| {
        let program = format!(r#"{{"partnerId":1122,"body":{{"orderId":{id},"closeType":1}}}}"#);
        let (mut packed, mut wire) = (Default::default(), Vec::new());
        let written = supplier().encode_request(&ORDER_CLOSE, program.as_bytes(), &mut packed, &mut wire);
        written.map(|_| String::from_utf8(wire).unwrap()).map_err(|error| (error.code, error.path.clone()))
    };
    let refused = Err((ErrorCode::WrongType, "body.orderId".to_owned()));
    assert_eq!(close("9007199254740992"), refused);
    assert_eq!(close("1e3"), refused);
    assert!(close("9007199254740991").unwrap().contains(r#""orderId":9007199254740991,"#));
    assert!(close("\"18446744073709551615\"").unwrap().contains(r#""orderId":18446744073709551615,"#));
}

#[test]
fn meituans_reply_to_a_notice_is_judged_by_its_code_alone() {
    let request =
        supplier().request(&vec![ProductChangeNotice { partner_deal_id: "d".into(), status: ProductChange::LISTED }], NOW).unwrap();
    let accepted = |body: &str| request.parse(200, body.as_bytes()).map(|reply| (reply.code, reply.accepted));
    assert_eq!(accepted(r#"{"code":200,"describe":"success","partnerId":1122}"#).unwrap(), (200, true));
    assert_eq!(accepted(r#"{"code":"200","describe":"anything"}"#).unwrap(), (200, true));
    assert_eq!(accepted(r#"{"code":300}"#).unwrap(), (300, false));
    assert_eq!(accepted(r#"{"code":12345}"#).unwrap(), (12345, false));
    assert_eq!(request.parse(200, b"{<html>").unwrap_err().code, ErrorCode::InvalidJson);
}

#[test]
fn a_configuration_that_cannot_work_is_refused_with_its_setting() {
    let refused = |config: Config| Supplier::new(config).unwrap_err().path.clone();
    let good = || Config::new(1, "c", Secret::new("s"));
    assert_eq!(refused(Config::new(1, "", Secret::new("s"))), "clientId");
    assert_eq!(refused(Config::new(1, "c d", Secret::new("s"))), "clientId");
    assert_eq!(refused(Config::new(1, "c", Secret::new(""))), "clientSecret");
    assert_eq!(refused(Config::new(1, "c", Secret::new("s\n"))), "clientSecret");
    assert_eq!(refused(good().route("no-slash", &ORDER_PAY)), "routes");
    assert_eq!(refused(good().route("/a?b", &ORDER_PAY)), "routes");
    assert_eq!(refused(good().route("/a", &PAY_NOTICE)), "routes");
    assert_eq!(refused(good().route("/a", &ORDER_PAY).route("/a", &ORDER_QUERY)), "routes");
}

proptest::proptest! {
    #[test]
    fn no_body_makes_receiving_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = sent("/mt/order/create", body).receive();
    }

    #[test]
    fn no_altered_body_makes_receiving_panic(at in 0_usize..500, with in proptest::prelude::any::<u8>()) {
        let mut body = order().to_string().into_bytes();
        let at = at % body.len();
        body[at] = with;
        let _ = sent("/mt/order/create", body).receive();
    }
}

#[test]
fn a_broken_rule_is_placed_at_its_field_or_where_that_should_stand() {
    let places = |text: &str| -> Vec<usize> {
        let mut packed = Packed::default();
        let facts = Facts { quantity: Some(2), ..Facts::NONE };
        read(ORDER_PAY.reply, text.as_bytes(), Reading { facts, success: true, ..Reading::WIRE }, &mut packed);
        packed.issues.iter().filter(|issue| issue.rule.is_some()).map(|issue| issue.offset as usize).collect()
    };
    let head = r#"{"partnerId":1122,"code":200,"describe":"success","body": {"orderId":1,"#;
    let one = format!(r#"{head}"partnerOrderId":"{{\"vouchers\":[]","voucherType":1, "vouchers" : [ "A" ] }}}}"#);
    assert_eq!(places(&one), [one.find("[ \"A\"").unwrap()]);
    let none = format!(r#"{head}"partnerOrderId":"P1","voucherType":1}}}}"#);
    assert_eq!(places(&none), [none.find("{\"orderId").unwrap()]);
}
