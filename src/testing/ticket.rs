//! Meituan's side of the ticket API.

use crate::message::definition::Facts;
use crate::message::json::ObjectWriter;
use crate::message::value::FieldValue;
use crate::message::{Id, Packed, Reading, read};
use crate::routes::path_of;
use crate::secret::debug_shows;
use crate::ticket::calls::OrderPaid;
use crate::ticket::codes::OrderPayCode;
use crate::ticket::rules::is_placeholder;
use crate::ticket::{
    CALLS, Call, CallBody, Config, Direction, HttpReply, JSON, ORDER_PAY, Parts, Signature, Supplier, TicketRequest, read_body,
};
use crate::time::{Timestamp, parse_http_date};
use crate::{Error, ErrorCode, Issue, ba};
use serde_json::{Value, json};

/// How far a notice's Date may be from now, in milliseconds. Meituan's own limit is not documented.
const TOLERANCE: u64 = 600_000;
/// A forged Date is that old, in milliseconds.
const STALE: i64 = 3_600_000;

/// Meituan, as one supplier meets it.
#[derive(Debug)]
pub struct MeituanTicket {
    supplier: Supplier,
    keys: Vec<ba::Key>,
}

/// A signed call to the supplier, for POST.
#[derive(Clone)]
pub struct TicketCall {
    /// Its body, typed.
    pub request: CallBody,
    /// The path that it goes to.
    pub uri: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The body before it was encrypted, if it was.
    pub(super) content: Vec<u8>,
    pub(super) at: Timestamp,
    pub(super) forgery: Option<Forgery>,
}

debug_shows!(TicketCall { request, uri, at, forgery });

/// The false part of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgery {
    /// It is signed for another path: well formed, and wrong.
    Signature,
    /// Its Date is an hour old, and signed.
    Date,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A rule's id, an error's code, or one of `reply.http-200`, `reply.listed-code`, `reply.true-reason`, `reply.echo`,
    /// `reply.partner-id` and `pay.issuing-bare`.
    pub id: &'static str,
    /// Whether the verdict fails for it.
    pub refuses: bool,
    /// The field; empty for the whole.
    pub path: String,
    /// The finding, for people.
    pub detail: String,
}

/// A reply of the supplier's, judged.
#[derive(Clone)]
pub struct JudgedReply {
    /// The code, where there is one.
    pub code: Option<i32>,
    /// The words.
    pub describe: String,
    /// Findings: what is not as it must be.
    pub findings: Vec<Finding>,
    /// The HTTP status.
    pub status: u16,
    call: &'static Call,
    /// The reply, opened.
    pub(super) content: Vec<u8>,
}

debug_shows!(JudgedReply { code, describe, findings, status, call });

impl JudgedReply {
    /// Whether nothing refuses it.
    pub fn passed(&self) -> bool {
        !self.findings.iter().any(|finding| finding.refuses)
    }

    /// Returns the reply's body; nothing where it has none, or is none.
    pub fn body<T: FieldValue>(&self) -> Option<T> {
        read_body(self.call, true, &self.content).ok()
    }
}

/// Meituan's answer to a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAnswer {
    /// The code; see [`NoticeCode`](crate::ticket::codes::NoticeCode).
    pub code: i32,
    /// The words.
    pub describe: String,
}

impl NoticeAnswer {
    /// 200.
    pub fn accepted() -> Self {
        NoticeAnswer { code: 200, describe: "success".into() }
    }
}

/// A notice of the supplier's, judged and answered.
#[derive(Clone)]
pub struct JudgedNotice {
    /// Which notice; nothing where none goes to that path.
    pub call: Option<&'static Call>,
    /// The order that it is about.
    pub order_id: Option<Id>,
    /// Findings: what is not as it must be.
    pub findings: Vec<Finding>,
    /// Meituan's answer: the one that was set where the notice is as it must be, else a refusal with its reason.
    pub reply: HttpReply,
    pub(super) content: Vec<u8>,
    pub(super) at: Timestamp,
    pub(super) is_authentic: bool,
}

debug_shows!(JudgedNotice { call, order_id, findings, reply, at, is_authentic });

impl JudgedNotice {
    /// Whether nothing refuses it.
    pub fn passed(&self) -> bool {
        !self.findings.iter().any(|finding| finding.refuses)
    }

    /// Returns the notice as its type; nothing where it is another one.
    pub fn message<T: TicketRequest>(&self) -> Option<T> {
        let call = self.call.filter(|call| std::ptr::eq(*call, T::CALL))?;
        let mut packed = Packed::default();
        read(call.request, &self.content, Reading::WIRE, &mut packed);
        let view = packed.view(call.request, &self.content)?;
        match call.has_envelope_of_its_own() {
            true => Some(view.to_typed()),
            false => view.field_to_typed("body"),
        }
    }
}

impl TicketCall {
    /// Returns what a supplier looks at, for [`Supplier::receive`].
    pub fn parts(&self) -> Parts<'_> {
        parts("POST", &self.uri, &self.headers)
    }
}

#[cfg(feature = "http")]
impl From<&TicketCall> for http::Request<Vec<u8>> {
    /// Its address is the path alone.
    fn from(call: &TicketCall) -> Self {
        let request = http::Request::post(call.uri.as_str());
        let request = call.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        // Paths and headers that can be no others were refused by the configuration.
        request.body(call.body.clone()).unwrap_or_default()
    }
}

fn parts<'p>(method: &'p str, uri: &'p str, headers: &'p [(&'static str, String)]) -> Parts<'p> {
    let value = |name: &str| {
        let header = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map_or("", |(_, value)| value.as_str())
    };
    Parts {
        method,
        uri,
        signed_uri: None,
        partner_id: value("PartnerId"),
        date: value("Date"),
        authorization: value("Authorization"),
        encryption_status: value("X-Encryption-Status"),
    }
}

impl<E> crate::ticket::SignedRequest<E> {
    /// Returns what its receiver looks at, for [`MeituanTicket::receive_notice`].
    pub fn parts(&self) -> Parts<'_> {
        let path = self.url.find("://").and_then(|end| self.url.get(end + 3..)).unwrap_or(&self.url);
        parts("POST", path.find('/').and_then(|at| path.get(at..)).unwrap_or("/"), &self.headers)
    }
}

impl MeituanTicket {
    /// Meituan as the supplier of this configuration meets it: the same routes, secrets and encryption.
    ///
    /// # Errors
    /// `INVALID_CONFIG` with the setting's path.
    pub fn new(config: Config) -> Result<Self, Error> {
        let keys = config.client_secrets.iter().map(ba::Key::new).collect();
        Ok(MeituanTicket { supplier: Supplier::new(config)?, keys })
    }

    /// Signs a call.
    ///
    /// # Errors
    /// `INVALID_CONFIG` at `routes` where no path is registered for it; else the first thing that its definition refuses.
    pub fn call(&self, request: impl Into<CallBody>, now: Timestamp) -> Result<TicketCall, Error> {
        self.signed(request.into(), now, None)
    }

    /// Signs a call that the supplier must refuse.
    ///
    /// # Errors
    /// As [`MeituanTicket::call`].
    pub fn forged(&self, request: impl Into<CallBody>, forgery: Forgery, now: Timestamp) -> Result<TicketCall, Error> {
        self.signed(request.into(), now, Some(forgery))
    }

    fn signed(&self, request: CallBody, now: Timestamp, forgery: Option<Forgery>) -> Result<TicketCall, Error> {
        let (call, config) = (request.call(), self.supplier.config());
        let route = config.routes.iter().find(|(_, registered)| std::ptr::eq(*registered, call));
        let uri = route.ok_or_else(|| Error::at(ErrorCode::InvalidConfig, "routes").detail(call.name))?.0.clone();
        let mut program = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut program);
        envelope.field("partnerId", &config.partner_id);
        envelope.field("body", &request.body());
        envelope.end();
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        let encrypted = self.supplier.encode_request(call, &program, &mut packed, &mut body)?;
        let content = if encrypted { self.opened(&body).unwrap_or_default() } else { body.clone() };
        let signed_uri = if forgery == Some(Forgery::Signature) { [&uri, "/forged"].concat() } else { uri.clone() };
        let signed_at = if forgery == Some(Forgery::Date) { Timestamp(now.0.saturating_sub(STALE)) } else { now };
        let Signature { date, authorization, .. } = self.supplier.sign("POST", &signed_uri, signed_at)?;
        let mut headers = vec![
            ("PartnerId", config.partner_id.to_string()),
            ("Date", date),
            ("Authorization", authorization),
            ("Content-Type", JSON.to_owned()),
        ];
        headers.extend(encrypted.then(|| ("X-Encryption-Status", "encrypted".to_owned())));
        Ok(TicketCall { request, uri, headers, body, content, at: now, forgery })
    }

    /// Judges the reply to a call: by its definition, by the acceptance points about single replies, and by the call. `quantity` is
    /// the number of the order's tickets, which rules that count need.
    pub fn read_reply(&self, to: &TicketCall, status: u16, reply: &[u8], quantity: Option<u32>) -> JudgedReply {
        let call = to.request.call();
        let (content, sealed) = self.content(reply);
        let mut packed = Packed::default();
        read(call.reply, &content, Reading { facts: Facts { quantity, ..Facts::NONE }, ..Reading::WIRE }, &mut packed);
        let mut findings: Vec<Finding> = sealed.iter().map(finding_of).collect();
        findings.extend(packed.issues.iter().map(finding));
        // Of a reply that its definition refuses, only these are known.
        let seen: Value = serde_json::from_slice(&content).unwrap_or_default();
        let code = seen["code"].as_i64().and_then(|code| i32::try_from(code).ok());
        let describe = seen["describe"].as_str().unwrap_or_default().to_owned();
        let mut note = |id, path: &str, detail: String| findings.push(Finding { id, refuses: true, path: path.into(), detail });
        if status != 200 {
            note("reply.http-200", "", format!("HTTP {status}"));
        }
        if !code.is_some_and(|code| call.lists(code)) {
            note("reply.listed-code", "code", seen["code"].to_string());
        }
        if seen["partnerId"].as_u64() != Some(u64::from(self.supplier.config().partner_id)) {
            note("reply.partner-id", "partnerId", seen["partnerId"].to_string());
        }
        if !code.is_some_and(|code| call.is_outcome(code)) {
            if describe.trim().is_empty() || is_placeholder(&describe) {
                note("reply.true-reason", "describe", describe.clone());
            }
        } else {
            let asked: Value = serde_json::from_slice(&to.content).unwrap_or_default();
            for field in call.echoes {
                let (wanted, came) = (&asked["body"][field], &seen["body"][field]);
                if !wanted.is_null() && wanted != "" && wanted != came {
                    note("reply.echo", &["body.", field].concat(), format!("{came} for {wanted}"));
                }
            }
        }
        if std::ptr::eq(call, &ORDER_PAY) && code == Some(OrderPayCode::ISSUING.0) {
            let paid: Option<OrderPaid> = read_body(call, true, &content).ok();
            let codes = paid.map_or(0, |paid| paid.vouchers.map_or(0, |codes| codes.len()));
            if codes > 0 {
                note("pay.issuing-bare", "body", format!("{codes} codes came with it"));
            }
        }
        JudgedReply { code, describe, findings, status, call, content }
    }

    /// Authenticates, reads and judges a notice, and answers it: `answer`, where it is as it must be.
    pub fn receive_notice(&self, parts: &Parts<'_>, body: &[u8], answer: NoticeAnswer, now: Timestamp) -> JudgedNotice {
        let path = path_of(parts.uri);
        let call = CALLS.iter().copied().find(|call| matches!(call.direction, Direction::ToMeituan(own) if own == path));
        let (content, sealed) = self.content(body);
        let distrusted = match call {
            Some(_) => self.distrust(parts, now).err(),
            None => Some(Error::at(ErrorCode::UnknownRoute, "url").detail(path)),
        };
        let mut findings: Vec<Finding> = distrusted.iter().chain(&sealed).map(finding_of).collect();
        let mut order_id = None;
        if let Some(call) = call {
            let mut packed = Packed::default();
            read(call.request, &content, Reading::WIRE, &mut packed);
            findings.extend(packed.issues.iter().map(finding));
            let view = packed.view(call.request, &content);
            if view.as_ref().and_then(|view| view.integer("partnerId")) != Some(i64::from(self.supplier.config().partner_id)) {
                findings.push(finding_of(&Error::at(ErrorCode::WrongPartnerId, "partnerId")));
            }
            let text = view.and_then(|view| view.object("body")).and_then(|body| body.string("orderId"));
            order_id = text.and_then(|text| text.parse().ok()).map(Id);
        }
        let refused = findings.iter().find(|finding| finding.refuses);
        let NoticeAnswer { code, describe } = match refused {
            Some(Finding { id, path, .. }) => NoticeAnswer { code: 300, describe: format!("{id}: {path}") },
            None => answer,
        };
        let envelope = json!({ "code": code, "describe": describe, "partnerId": self.supplier.config().partner_id });
        let headers = vec![("Content-Type", JSON.to_owned())];
        let reply = HttpReply { status: 200, headers, body: envelope.to_string().into_bytes(), warnings: Vec::new() };
        JudgedNotice { call, order_id, findings, reply, content, at: now, is_authentic: distrusted.is_none() }
    }

    /// The scheme is the same both ways, with the same pair of client id and secret.
    fn distrust(&self, parts: &Parts<'_>, now: Timestamp) -> Result<(), Error> {
        let config = self.supplier.config();
        let headers =
            [("headers.partnerid", parts.partner_id), ("headers.date", parts.date), ("headers.authorization", parts.authorization)];
        if let Some((name, _)) = headers.iter().find(|(_, value)| value.is_empty()) {
            return Err(Error::at(ErrorCode::MissingHeader, name));
        }
        if parts.partner_id != config.partner_id.to_string() {
            return Err(Error::at(ErrorCode::WrongPartnerId, "headers.partnerid"));
        }
        let Some(sent) = parse_http_date(parts.date.as_bytes()) else {
            return Err(Error::at(ErrorCode::MalformedDate, "headers.date").detail(parts.date));
        };
        if sent.0.abs_diff(now.0) > TOLERANCE {
            return Err(Error::at(ErrorCode::StaleDate, "headers.date").detail(parts.date));
        }
        ba::verify(&self.keys, &config.client_id, parts.method, &[parts.uri], parts.date, parts.authorization)
    }

    /// An encrypted body is opened: JSON begins like JSON, and Base64 never does.
    fn content(&self, body: &[u8]) -> (Vec<u8>, Option<Error>) {
        let is_plain = matches!(body.trim_ascii_start(), [b'{' | b'[', ..] | []);
        match (is_plain || self.supplier.config().body_encryption.is_none(), self.opened(body)) {
            (true, _) => (body.to_vec(), None),
            (false, Some(content)) => (content, None),
            (false, None) => (body.to_vec(), Some(Error::at(ErrorCode::DecryptionFailed, "body"))),
        }
    }

    fn opened(&self, body: &[u8]) -> Option<Vec<u8>> {
        self.supplier.config().body_encryption.as_ref()?.key.open(body).ok()
    }
}

fn finding(Issue { code, refuses, path, rule, detail, .. }: &Issue) -> Finding {
    Finding { id: rule.unwrap_or(code.as_str()), refuses: *refuses, path: path.clone(), detail: detail.clone() }
}

fn finding_of(error: &Error) -> Finding {
    Finding { id: error.code.as_str(), refuses: true, path: error.path.clone(), detail: error.detail.clone() }
}
