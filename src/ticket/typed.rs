//! The supplier in Rust types: calls in, replies and notices out.

use super::order::{Delivery, Notice};
use super::supplier::ENCRYPTION_STATUS;
use super::{Accepted, Asked, Call, CallReply, Direction, Endpoint, Parts, Refusal, Signature, Supplier};
use crate::error::SYSTEM_FAILURE;
use crate::message::definition::Facts;
use crate::message::value::{FieldValue, ObjectWriter};
use crate::message::{Packed, RawJson, Reading, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue, ba};
use std::collections::BTreeMap;
use std::fmt;

/// A call that was authenticated and read.
#[derive(Debug, Clone)]
pub struct Received {
    /// Which call.
    pub call: &'static Call,
    /// What it asks.
    pub asked: Asked,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
    /// The body was encrypted; the reply will be.
    pub encrypted: bool,
    /// Header `Date`, as it was received.
    pub date: String,
    /// The signature, as it was received. It covers method, URI and Date, and neither the body nor, as Meituan may sign, the query.
    pub signature: String,
}

/// What to reply, before it is checked. `B` is the body's type, and decides the codes; without it, a reply to any call.
///
/// ```
/// use meituan_protocol::ticket::Reply;
/// use meituan_protocol::ticket::calls::OrderPaid;
/// use meituan_protocol::ticket::codes::OrderPayCode;
///
/// let refused: Reply<OrderPaid> = Reply::refuse(OrderPayCode::BALANCE_INSUFFICIENT, "预存款不足");
/// let received = Reply::ok(()); // to a call whose reply has no body
/// let any: Reply = refused.into();
/// ```
///
/// Another call's code is no code of the reply:
///
/// ```compile_fail,E0308
/// # use meituan_protocol::ticket::{Reply, calls::OrderPaid, codes::OrderRefundCode};
/// let refused: Reply<OrderPaid> = Reply::refuse(OrderRefundCode::OTHER, "余票不足");
/// ```
pub struct Reply<B = AnyBody> {
    code: i32,
    describe: String,
    /// In program notation.
    body: Option<RawJson>,
    facts: Facts,
    kind: Kind,
    /// The call that it replies to; nothing where it may be any whose reply has no body.
    to: Option<&'static Call>,
    typed: std::marker::PhantomData<fn() -> B>,
}

/// Stands for the type of a reply's body, where the call is not known to the compiler.
#[derive(Debug, Clone, Copy)]
pub struct AnyBody;

impl<B> Clone for Reply<B> {
    fn clone(&self) -> Self {
        let Reply { code, describe, body, facts, kind, to, typed } = self;
        Reply { code: *code, describe: describe.clone(), body: body.clone(), facts: *facts, kind: *kind, to: *to, typed: *typed }
    }
}

/// Its body names people.
impl<B> fmt::Debug for Reply<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = self.to.map(|call| call.name);
        f.debug_struct("Reply").field("to", &to).field("code", &self.code).field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outcome,
    Failure,
    /// A failure by a code that Meituan does not list for the call.
    Unlisted,
}

impl<B: CallReply> Reply<B> {
    /// Success (200) with this body; `()` where the call has none.
    pub fn ok(body: B) -> Self {
        Reply::new(B::CALL, Kind::Outcome, 200, "success", body_of(&body))
    }

    /// An outcome of the call's own that is no failure, such as 598, 601 or 602, with this body.
    pub fn outcome(code: B::Code, describe: &str, body: B) -> Self {
        Reply::new(B::CALL, Kind::Outcome, code.into(), describe, body_of(&body))
    }

    /// A failure: one of the call's codes, and the true reason in words.
    ///
    /// It says that nothing was done: Meituan refunds what it takes for not issued. Where order create, pay, refund, reschedule,
    /// close or a refunded message may have acted and the outcome is not known, answer HTTP 503 without a body instead, which Meituan
    /// takes for a time-out (inferred): [`Supplier::answer_failure`]; or put pay and refund off (598, 602) where the notice follows.
    pub fn refuse(code: B::Code, describe: &str) -> Self {
        Reply::new(B::CALL, Kind::Failure, code.into(), describe, None)
    }

    /// A failure by a code that Meituan does not list for the call, and the true reason in words.
    pub fn refuse_unlisted(code: i32, describe: &str) -> Self {
        Reply::new(B::CALL, Kind::Unlisted, code, describe, None)
    }
}

fn body_of(body: &impl FieldValue) -> Option<RawJson> {
    (!body.is_absent()).then(|| RawJson::of(body))
}

impl Reply {
    /// A reply to a call that is known when the program runs: by its code no failure, or one, listed or not. The body is in program
    /// notation; a failure has none.
    pub fn by_code(call: &'static Call, code: i32, describe: &str, body: Option<RawJson>) -> Self {
        let kind = match (call.is_outcome(code), call.lists(code)) {
            (true, _) => Kind::Outcome,
            (false, true) => Kind::Failure,
            (false, false) => Kind::Unlisted,
        };
        Reply::new(Some(call), kind, code, describe, body.filter(|_| kind == Kind::Outcome))
    }
}

impl<B> Reply<B> {
    fn new(to: Option<&'static Call>, kind: Kind, code: i32, describe: &str, body: Option<RawJson>) -> Self {
        Reply { code, describe: describe.into(), body, facts: Facts::default(), kind, to, typed: std::marker::PhantomData }
    }

    /// The order has so many tickets: rules that count are checked.
    #[must_use]
    pub fn for_quantity(mut self, quantity: u32) -> Self {
        self.facts.quantity = Some(quantity);
        self
    }

    pub(super) fn of_any(self) -> Reply {
        let Reply { code, describe, body, facts, kind, to, .. } = self;
        Reply { code, describe, body, facts, kind, to, typed: std::marker::PhantomData }
    }

    /// # Errors
    /// Where it is another call's.
    fn check_call(&self, call: &'static Call) -> Result<(), Error> {
        let is_own = self.to.map_or(!call.has_reply_body(), |to| std::ptr::eq(to, call));
        if is_own {
            return Ok(());
        }
        let own = self.to.map_or("a call without a body", |to| to.name);
        Err(Error::at(ErrorCode::WrongType, "").detail(&["expected a reply to ", call.name, ", found one to ", own].concat()))
    }
}

/// An HTTP reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status: 200 whatever the body says; 503 where there is no body.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Inferred rules that it breaks, and rules that could not be checked.
    pub warnings: Vec<Issue>,
}

impl HttpReply {
    /// HTTP 503 without a body: what is true is not known. Meituan sees a time-out and no failure (inferred).
    pub fn unknown() -> Self {
        HttpReply { status: 503, headers: vec![("Retry-After", "1".to_owned())], body: Vec::new(), warnings: Vec::new() }
    }
}

/// What the reply to a refused call says.
fn reason_of(Refusal { error, encrypted, .. }: &Refusal) -> String {
    let is_of_headers = error.path.starts_with("headers");
    if let Some(told) = error.code.told_to_strangers().filter(|_| is_of_headers && error.path != ENCRYPTION_STATUS) {
        return told.to_owned();
    }
    if let Some(told) = ErrorCode::DecryptionFailed.told_to_strangers().filter(|_| *encrypted && !is_of_headers) {
        return told.to_owned();
    }
    #[cfg(feature = "texts")]
    let meaning = error.code.meaning().zh;
    #[cfg(not(feature = "texts"))]
    let meaning = "";
    let path = if error.path.is_empty() { String::new() } else { [": ", &error.path].concat() };
    [meaning, &path, " [", error.code.as_str(), "]"].concat().trim_start().to_owned()
}

impl Supplier {
    /// Takes a call apart: authenticated, validated, typed.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong; [`Supplier::answer_refusal`] makes the reply to it.
    pub fn receive(&self, parts: &Parts<'_>, body: &[u8], now: Timestamp) -> Result<Received, Refusal> {
        let mut packed = Packed::default();
        let Accepted { call, source, encrypted } = self.accept(parts, body, now, &mut packed)?;
        let asked = Asked::read(call, &packed, &source)
            .ok_or_else(|| parts.refusal(Error::at(ErrorCode::WrongType, "body"), Some(call)))?;
        let (date, signature) = (parts.date.to_owned(), ba::signature_of(parts.authorization).to_owned());
        Ok(Received { call, asked, warnings: packed.issues, encrypted, date, signature })
    }

    /// Writes a reply, checked before it leaves.
    ///
    /// # Errors
    /// `WRONG_TYPE` for the reply of another call; else the first thing that the definition or a documented rule refuses.
    pub fn reply<B>(&self, to: &Received, reply: &Reply<B>) -> Result<HttpReply, Error> {
        reply.check_call(to.call)?;
        match reply.kind {
            Kind::Outcome if !to.call.lists(reply.code) => return Err(illegal(reply.code)),
            Kind::Outcome => {}
            Kind::Failure => check_failure(to.call, reply.code, false, &reply.describe)?,
            Kind::Unlisted => {
                check_failure(to.call, reply.code, true, &reply.describe)?;
                return Ok(self.fail_unlisted(to, reply));
            }
        }
        let facts = Facts { left_out: to.asked.left_out(), ..reply.facts };
        let (body, warnings) = self.written(to.call, reply, facts)?;
        Ok(self.http_reply(body, to.encrypted, warnings))
    }

    /// The reply as it travels, and what it is warned of.
    pub(super) fn written<B>(&self, call: &'static Call, reply: &Reply<B>, facts: Facts) -> Result<(Vec<u8>, Vec<Issue>), Error> {
        let mut program = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut program);
        envelope.field("code", &reply.code);
        envelope.field("describe", &reply.describe);
        envelope.field("partnerId", &self.config().partner_id);
        envelope.field("body", &reply.body);
        envelope.end();
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        self.encode_reply(call, reply.code, &program, facts, &mut packed, &mut body)?;
        Ok((body, packed.issues))
    }

    fn fail_unlisted<B>(&self, to: &Received, reply: &Reply<B>) -> HttpReply {
        let body = self.encode_failure(reply.code, &reply.describe);
        // A placeholder as the reason is sent, and reported.
        let mut packed = Packed::default();
        read(to.call.reply, &body, Reading::WIRE, &mut packed);
        packed.issues.retain(|issue| issue.path == "describe");
        self.http_reply(body, to.encrypted, packed.issues)
    }

    /// The reply to a call that is not accepted: a failure envelope, encrypted as the call was.
    pub fn answer_refusal(&self, refusal: &Refusal) -> HttpReply {
        let code = refusal.call.map_or(super::codes::GeneralCode::FAILURE.0, |call| call.failure);
        self.http_reply(self.encode_failure(code, &reason_of(refusal)), refusal.encrypted, Vec::new())
    }

    /// Writes the reply where your own code failed, and what it did is not known. To the calls that make it do something
    /// ([`Call::acts`]) that is [`HttpReply::unknown`]: after a failure Meituan would refund what may be issued. To all others it
    /// is the family's failure.
    pub fn answer_failure(&self, to: &Received) -> HttpReply {
        match to.call.acts() {
            true => HttpReply::unknown(),
            false => self.http_reply(self.encode_failure(to.call.failure, SYSTEM_FAILURE), to.encrypted, Vec::new()),
        }
    }

    /// The reply to a call that is not served here.
    pub(super) fn answer_unserved(&self, to: &Received) -> HttpReply {
        self.http_reply(self.encode_failure(to.call.failure, NOT_SERVED), to.encrypted, Vec::new())
    }

    fn http_reply(&self, body: Vec<u8>, encrypted: bool, warnings: Vec<Issue>) -> HttpReply {
        let mut headers = vec![("Content-Type", JSON.to_owned())];
        let sealed = if encrypted { self.seal(&body) } else { None };
        match sealed {
            Some(sealed) => {
                headers.push(("X-Encryption-Status", super::supplier::ENCRYPTED.to_owned()));
                HttpReply { status: 200, headers, body: sealed.into_bytes(), warnings }
            }
            None => HttpReply { status: 200, headers, body, warnings },
        }
    }

    /// Builds a request to Meituan, checked and signed.
    ///
    /// # Errors
    /// The first thing that the definition or a documented rule refuses.
    pub fn request<E: Endpoint>(&self, message: &E, now: Timestamp) -> Result<SignedRequest<E>, Error> {
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
        let program = match call.has_envelope_of_its_own() {
            true => {
                let fields: Result<BTreeMap<String, RawJson>, _> = serde_json::from_str(message);
                let mut fields = fields.map_err(|error| Error::at(ErrorCode::WrongType, "").caused_by(error))?;
                fields.insert("partnerId".into(), RawJson::of(&self.config().partner_id));
                serde_json::to_string(&fields).unwrap_or_default()
            }
            false => ["{\"partnerId\":", &partner_id, ",\"body\":", message, "}"].concat(),
        };
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        let encrypted = self.encode_request(call, program.as_bytes(), &mut packed, &mut body)?;
        let Signature { date, authorization, string_to_sign } = self.sign("POST", path, now)?;
        let mut headers =
            vec![("PartnerId", partner_id), ("Date", date), ("Authorization", authorization), ("Content-Type", JSON.to_owned())];
        if let Some(encryption) = self.config().body_encryption.as_ref() {
            headers.extend((!encryption.app_key.is_empty()).then(|| ("AppKey", encryption.app_key.clone())));
        }
        headers.extend(encrypted.then(|| ("X-Encryption-Status", super::supplier::ENCRYPTED.to_owned())));
        let url = [&self.config().host, path].concat();
        let endpoint = std::marker::PhantomData;
        Ok(SignedRequest { url, headers, body, string_to_sign, warnings: packed.issues, call, endpoint })
    }
}

/// A failure has a code that Meituan takes for one, and a reason.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check_failure(call: &Call, code: i32, is_unlisted: bool, describe: &str) -> Result<(), Error> {
    let is_failure = if is_unlisted { call.may_fail_unlisted(code) } else { call.lists(code) && !call.is_outcome(code) };
    if !is_failure {
        return Err(illegal(code));
    }
    match describe.trim().is_empty() {
        true => Err(Error::at(ErrorCode::EmptyText, "describe")),
        false => Ok(()),
    }
}

fn illegal(code: i32) -> Error {
    Error::at(ErrorCode::IllegalReplyCode, "code").detail(&code.to_string())
}

pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(super) const NOT_SERVED: &str = "接口未实现";

/// A request to send by POST: plain values, ready for any HTTP client. `E` is the message's type; without it, any notice.
#[derive(Clone)]
pub struct SignedRequest<E = AnyNotice> {
    /// Where to.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What was signed; for people who compare.
    pub string_to_sign: String,
    /// Inferred rules that it breaks, and rules that could not be checked.
    pub warnings: Vec<Issue>,
    /// The call.
    pub call: &'static Call,
    endpoint: std::marker::PhantomData<fn() -> E>,
}

/// Neither the signature nor the message.
impl<E> fmt::Debug for SignedRequest<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest").field("url", &self.url).field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

/// Stands for the type of a notice that is known by its name alone.
#[derive(Debug, Clone, Copy)]
pub struct AnyNotice;

/// Meituan's reply to a notice. Judge it by its code alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeReply {
    /// The code; see [`NoticeCode`](super::codes::NoticeCode).
    pub code: i32,
    /// Meituan's words.
    pub describe: String,
    /// The notice need not be sent again for its own sake.
    pub accepted: bool,
    /// What the order rules make of it: 200 is accepted, 300 to a pay notice is processing, everything else is later.
    pub delivery: Delivery,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
}

impl<E> SignedRequest<E> {
    /// Reads Meituan's reply. The HTTP status is not looked at: the code in the body decides.
    ///
    /// # Errors
    /// When the body is not such a reply.
    pub fn parse(&self, body: &[u8]) -> Result<NoticeReply, Error> {
        let (call, mut packed) = (self.call, Packed::default());
        if !read(call.reply, body, Reading::WIRE, &mut packed) {
            return Err(Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::InvalidJson, "")));
        }
        let view = packed.view(call.reply, body);
        let code = view.and_then(|view| view.integer("code")).unwrap_or_default() as i32;
        let describe = view.and_then(|view| view.text("describe")).unwrap_or_default().into_owned();
        let accepted = call.is_outcome(code);
        let delivery = match code {
            200 => Delivery::ACCEPTED,
            _ if accepted => Delivery::PROCESSING,
            _ => Delivery::LATER,
        };
        Ok(NoticeReply { code, describe, accepted, delivery, warnings: packed.issues })
    }
}

/// Reads a message of any call from the wire into a Rust type made by its definition: for tests, logs and tools.
///
/// # Errors
/// The first thing that refuses it.
pub fn read_body<T: FieldValue>(call: &'static Call, reply: bool, wire: &[u8]) -> Result<T, Error> {
    let message = if reply { call.reply } else { call.request };
    let mut packed = Packed::default();
    read(message, wire, Reading::WIRE, &mut packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    let body = packed.view(message, wire).and_then(|view| view.field_to_typed("body"));
    body.ok_or_else(|| Error::at(ErrorCode::MissingField, "body"))
}
