//! What the tests of calls share: a supplier, and one call of Meituan's, to be altered before it is sent.

use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::ticket::*;
use meituan_protocol::time::{Timestamp, http_date};
use meituan_protocol::{ErrorCode, Secret, ba};
use serde_json::{Value, json};

pub(crate) const NOW: Timestamp = Timestamp(1_480_000_000_000);
pub(crate) const PARTNER: u32 = 1122;

pub(crate) fn supplier() -> Supplier {
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

pub(crate) fn body_key() -> BodyKey {
    BodyKey::new(&Secret::new("0123456789abcdef")).unwrap()
}

/// One call of Meituan's, to be altered before it is sent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) uri: String,
    pub(crate) signed: String,
    pub(crate) method: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) partner_id: String,
    pub(crate) date: String,
    pub(crate) authorization: Option<String>,
    pub(crate) encryption: &'static str,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn sent(uri: &str, body: impl Into<Vec<u8>>) -> Sent {
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
    pub(crate) fn receive(&self) -> Result<ReceivedCall, Refusal> {
        self.receive_by(&supplier())
    }

    pub(crate) fn receive_by(&self, supplier: &Supplier) -> Result<ReceivedCall, Refusal> {
        self.with_parts(None, |parts| supplier.receive(parts, &self.body, NOW))
    }

    pub(crate) fn with_signed_uri(&self, signed_uri: &str) -> Result<ReceivedCall, Refusal> {
        self.with_parts(Some(signed_uri), |parts| supplier().receive(parts, &self.body, NOW))
    }

    pub(crate) fn head(&self) -> Result<&'static Call, Refusal> {
        self.with_parts(None, |parts| supplier().judge_head(parts, NOW))
    }

    pub(crate) fn with_parts<T>(&self, signed_uri: Option<&str>, work: impl FnOnce(&Parts<'_>) -> T) -> T {
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

    pub(crate) fn code(&self) -> ErrorCode {
        self.receive().unwrap_err().error.code
    }
}

pub(crate) fn order() -> Value {
    json!({ "partnerId": PARTNER, "body": {
        "orderId": 1453361297221_u64, "partnerDealId": "12113", "mtDealId": 111_111, "buyPrice": 1080.0, "unitPrice": 1199.0,
        "totalPrice": 2398.0, "quantity": 2, "travelDate": "2016-11-30",
        "visitors": [{ "name": "张三", "pinyin": "zhangsan", "mobile": "13500000000", "address": "", "postCode": "", "email": "",
            "credentials": { "0": "130000000000000000" }, "gender": 1 }],
    } })
}

pub(crate) fn create(body: &Value) -> Sent {
    sent("/mt/order/create", body.to_string())
}

/// The order with one field of its body replaced by this JSON.
pub(crate) fn create_with(field: &str, value: &str) -> Sent {
    let mut body = order();
    body["body"][field] = json!("@@");
    sent("/mt/order/create", body.to_string().replace("\"@@\"", value))
}
