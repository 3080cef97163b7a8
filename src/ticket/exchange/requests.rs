//! Requests to Meituan: checked, signed, addressed; and what their replies say, in Rust types.

use super::answers::{ENCRYPTION_HEADER, JSON};
use crate::message::definition::Facts;
use crate::message::json::{ObjectWriter, push_text};
use crate::message::value::FieldValue;
use crate::message::{Packed, RawJson};
use crate::secret::debug_shows;
use crate::ticket::order::{Delivery, Notice};
use crate::ticket::supplier::ENCRYPTED;
use crate::ticket::{Call, Direction, Signature, Supplier, TicketRequest};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue};
use std::collections::BTreeMap;

impl Supplier {
    /// Builds a request to Meituan, checked and signed.
    ///
    /// # Errors
    /// The first thing that the definition or a documented rule refuses.
    pub fn request<E: TicketRequest>(&self, message: &E, now: Timestamp) -> Result<SignedRequest<E>, Error> {
        self.signed(E::CALL, RawJson::of(message).as_str(), now)
    }

    /// Builds the request of a notice in an order's outbox, checked and signed.
    ///
    /// # Errors
    /// The first thing that the definition or a documented rule refuses; `UNKNOWN_ROUTE` where there is no such notice.
    pub fn notice_request(&self, notice: &Notice, now: Timestamp) -> Result<SignedRequest, Error> {
        let call = Call::named(&notice.name).ok_or_else(|| Error::at(ErrorCode::UnknownRoute, "").detail(&notice.name))?;
        self.signed(call, notice.body.as_str(), now)
    }

    /// `message` in program notation: the body, or the envelope where that has more of the message's own.
    fn signed<E>(&self, call: &'static Call, message: &str, now: Timestamp) -> Result<SignedRequest<E>, Error> {
        let Direction::ToMeituan(path) = call.direction else {
            return Err(Error::at(ErrorCode::UnknownRoute, "").detail(call.name));
        };
        let partner_id = self.config().partner_id.to_string();
        let mut program = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut program);
        envelope.field("partnerId", &self.config().partner_id);
        match call.has_envelope_of_its_own() {
            true => {
                let fields: Result<BTreeMap<String, RawJson>, _> = serde_json::from_str(message);
                let fields = fields.map_err(|error| Error::at(ErrorCode::WrongType, "").caused_by(error))?;
                for (name, value) in fields.iter().filter(|(name, _)| *name != "partnerId") {
                    let out = envelope.separate();
                    push_text(name, out);
                    out.push(b':');
                    value.encode(out);
                }
            }
            false => envelope.raw("body", message.as_bytes()),
        }
        envelope.end();
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        let encrypted = self.encode_request(call, &program, &mut packed, &mut body)?;
        let Signature { date, authorization, string_to_sign } = self.sign("POST", path, now)?;
        let mut headers =
            vec![("PartnerId", partner_id), ("Date", date), ("Authorization", authorization), ("Content-Type", JSON.to_owned())];
        if let Some(encryption) = self.config().body_encryption.as_ref() {
            headers.extend((!encryption.app_key.is_empty()).then(|| ("AppKey", encryption.app_key.clone())));
        }
        headers.extend(encrypted.then(|| (ENCRYPTION_HEADER, ENCRYPTED.to_owned())));
        let url = [&self.config().host, path].concat();
        let (supplier, endpoint) = (self.clone(), std::marker::PhantomData);
        Ok(SignedRequest { url, headers, body, string_to_sign, warnings: packed.issues, call, supplier, endpoint })
    }
}

/// A request to send by POST: plain values, ready for any HTTP client. `E` is the message's type; without it, any notice.
///
/// ```
/// use meituan_protocol::ticket::{Config, Supplier, notices::ConsumeNotice};
/// use meituan_protocol::{Secret, message::Id, time::Timestamp};
///
/// let supplier = Supplier::new(Config::new(1122, "client", Secret::new("not a real secret")))?;
/// let entered = ConsumeNotice {
///     order_id: Id(1_453_361_297_221),
///     partner_order_id: "P1".into(),
///     quantity: 2,
///     used_quantity: 1,
///     ..ConsumeNotice::default()
/// };
/// let request = supplier.request(&entered, Timestamp(1_480_000_000_000))?;
/// assert!(request.url.ends_with("/rhone/mtp/api/order/consume/notice"));
/// // … send it by any HTTP client, then:
/// let reply = request.parse(200, br#"{"code":200,"describe":"success","partnerId":1122}"#)?;
/// assert!(reply.accepted);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest<E = AnyNotice> {
    /// The URL.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The string that was signed; for people who compare.
    pub string_to_sign: String,
    /// Inferred rules that it breaks, and rules that could not be checked.
    pub warnings: Vec<Issue>,
    /// The call.
    pub call: &'static Call,
    supplier: Supplier,
    endpoint: std::marker::PhantomData<fn() -> E>,
}

// Neither the signature nor the message.
debug_shows!([E] SignedRequest<E> { url, warnings });

/// The type of a notice that is known by its name alone.
#[derive(Debug, Clone, Copy)]
pub struct AnyNotice;

/// Meituan's reply to a notice. Judge it by `delivery`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeReply {
    /// The code; see [`NoticeCode`](crate::ticket::codes::NoticeCode).
    pub code: i32,
    /// Meituan's words.
    pub describe: String,
    /// The notice need not be sent again for its own sake.
    pub accepted: bool,
    /// It was not accepted, and the same notice again may be (inferred).
    pub retryable: bool,
    /// Its meaning for the order rules: 200 is accepted, 300 to a pay notice is processing, everything else is later.
    pub delivery: Delivery,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
}

impl<E> SignedRequest<E> {
    /// Reads Meituan's reply, by the HTTP status that it came with. Outcomes come with a status from 200 to 299, and the code in the body decides
    /// then; see [`Supplier::read_reply`].
    ///
    /// # Errors
    /// `REMOTE_REJECTED` for another status, whatever the body says; else what is wrong with the reply.
    pub fn parse(&self, status: u16, body: &[u8]) -> Result<NoticeReply, Error> {
        let mut packed = Packed::default();
        let replied = self.supplier.read_reply(self.call, status, body, Facts::NONE, &mut packed)?;
        let (delivery, accepted, retryable) = (replied.delivery(), replied.accepted, replied.retryable);
        let (code, describe) = (replied.code, replied.describe);
        Ok(NoticeReply { code, describe, accepted, retryable, delivery, warnings: packed.issues })
    }
}
