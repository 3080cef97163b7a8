//! What Meituan pushes: taken out of its envelope, checked, read.
//!
//! There is no signature. What can be checked is checked: the token, that the content opens with our key, and entId, ts
//! and method where they are there. See [`crate::envelope`] for what that does not prove.

use super::codes::{ResultCode, RideEvent};
use super::pushes::OrderChanged;
use super::{CAPACITY_OFFERED, Client, Interface, ORDER_CHANGED, form};
use crate::message::definition::{Bounds, Field, Kind, Message};
use crate::message::peek::{Peek, looking_for, number, raw};
use crate::message::{Packed, Reading, View, read, text_of};
use crate::money::push_integer;
use crate::sorted_sign::sha1_hex;
use crate::time::{Timestamp, parse_wall_clock};
use crate::{Error, ErrorCode, Issue};
use subtle::ConstantTimeEq;

/// A push whose message was read.
#[derive(Debug)]
pub struct Accepted {
    /// Which push.
    pub interface: &'static Interface,
    /// The message's text: what the content was opened to.
    pub source: String,
    /// The same for every repetition of the same push. Remember it, and do nothing twice.
    pub deduplication_key: String,
}

/// A push that is not taken, and what is known of it.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub error: Error,
    /// Which push it was meant to be, as far as its path tells.
    pub interface: Option<&'static Interface>,
}

impl Refusal {
    /// The code to answer with: 1010 for what is not authenticated, 9 for what came to the wrong place, else 1.
    pub fn answer_code(&self) -> ResultCode {
        match self.error.code {
            ErrorCode::WrongToken | ErrorCode::WrongEntId | ErrorCode::StaleTimestamp | ErrorCode::DecryptionFailed => {
                ResultCode::AUTH_ERROR
            }
            ErrorCode::UnknownRoute | ErrorCode::UnexpectedMethod => ResultCode::ILLEGAL_API_ACCESS,
            _ => ResultCode::PARAM_ERROR,
        }
    }

    /// The body to answer with. Meituan pushes again.
    pub fn answer(&self) -> String {
        answer(self.answer_code().0, self.error.code.as_str())
    }
}

/// The answer to a push that was taken. The HTTP status is 200, the type `application/json`.
pub const PUSH_OK: &str = r#"{"code":0,"message":"成功"}"#;

/// The answer to a push that was not taken: Meituan pushes again.
///
/// # Errors
/// `ILLEGAL_REPLY_CODE` for 0, which is the code of success.
pub fn push_fail(code: i32, message: &str) -> Result<String, Error> {
    if code == ResultCode::SUCCESS.0 {
        return Err(Error::at(ErrorCode::IllegalReplyCode, "code").detail("0 is the code of success"));
    }
    Ok(answer(code, message))
}

fn answer(code: i32, message: &str) -> String {
    let mut out = b"{\"code\":".to_vec();
    push_integer(&mut out, i64::from(code));
    out.extend_from_slice(b",\"message\":\"");
    for &byte in message.as_bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte.max(b' '));
    }
    out.extend_from_slice(b"\"}");
    String::from_utf8(out).unwrap_or_default()
}

static PARAMETERS: Message = looking_for(&[raw("token"), raw("accessKey"), raw("content")]);
static CONTENT: Message = looking_for(&[raw("entId"), raw("method"), raw("ts"), raw("data"), raw("mtOrderId")]);

/// The two fields of an event whose form is inferred, as they are.
static EVENT: Message = looking_for(&EVENT_FIELDS);
const EVENT_FIELDS: [Field; 2] = [
    Field { aliases: OrderChanged::MESSAGE.fields[EVENT_CODE].aliases, ..raw("eventCode") },
    Field { aliases: OrderChanged::MESSAGE.fields[EVENT_TIME].aliases, ..raw("eventTime") },
];
const EVENT_CODE: usize = 5;
const EVENT_TIME: usize = 6;
const _: () = assert!(matches!(OrderChanged::MESSAGE.fields[EVENT_CODE].kind, Kind::Code(_)));
const _: () = assert!(matches!(OrderChanged::MESSAGE.fields[EVENT_TIME].kind, Kind::Integer(Bounds { min: 0, .. })));

impl Client {
    /// The push that a path (a query after it does not matter) is registered for.
    pub fn route(&self, uri: &str) -> Option<&'static Interface> {
        let path = path_of(uri);
        self.config.routes.iter().find(|(registered, _)| registered == path).map(|(_, interface)| *interface)
    }

    /// Takes a push out of its envelope and reads it into `packed`. `uri` is path and query as they arrived; the body
    /// is a form, or JSON with the same parameters, or empty with the parameters in the query.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong.
    pub fn accept(&self, uri: &str, body: &[u8], now: Timestamp, packed: &mut Packed) -> Result<Accepted, Refusal> {
        packed.issues.clear();
        let Some(interface) = self.route(uri) else {
            let error = Error::at(ErrorCode::UnknownRoute, "url").detail(path_of(uri));
            return Err(Refusal { error, interface: None });
        };
        let refuse = |error: Error| Refusal { error, interface: Some(interface) };
        self.take(interface, uri, body, now, packed).map_err(refuse)
    }

    fn take(
        &self,
        interface: &'static Interface,
        uri: &str,
        body: &[u8],
        now: Timestamp,
        packed: &mut Packed,
    ) -> Result<Accepted, Error> {
        if body.len() > self.config.max_body_bytes {
            return Err(Error::at(ErrorCode::BodyTooLarge, "body"));
        }
        let mut found = Vec::new();
        let Parameters { token, content } = parameters(uri, body)?;
        match token {
            Some(token) if !bool::from(token.ct_eq(self.config.access_key.expose())) => {
                return Err(Error::at(ErrorCode::WrongToken, "token"));
            }
            Some(_) => {}
            None => found.push(finding(ErrorCode::MissingField, "token", "")),
        }
        let content = content.ok_or_else(|| Error::at(ErrorCode::MissingField, "content"))?;
        let text = self.key.open(&content)?;
        let seen = Peek::new(&CONTENT, text.as_bytes())?;
        self.check_common(interface, &seen, now, &mut found)?;
        let hashed = without(text.as_bytes(), seen.range("ts"));
        let source = match nested(&seen) {
            Some(inside) => {
                found.push(finding(ErrorCode::UnknownField, "data", "the fields stand inside it"));
                inside
            }
            None => text,
        };
        let source = if std::ptr::eq(interface, &ORDER_CHANGED) { plain_event(source, &mut found)? } else { source };
        read(interface.request, source.as_bytes(), Reading::WIRE, packed);
        found.append(&mut packed.issues);
        packed.issues = found;
        if let Some(error) = Error::from_issues(&packed.issues) {
            return Err(error);
        }
        let view = packed.view(interface.request, source.as_bytes());
        let key = view.and_then(|view| deduplication_key(interface, &view));
        let deduplication_key = key.unwrap_or_else(|| ["content:", &sha1_hex(&hashed)].concat());
        Ok(Accepted { interface, source, deduplication_key })
    }

    /// The common parameters, each where it is there.
    fn check_common(&self, to: &Interface, seen: &Peek<'_>, now: Timestamp, found: &mut Vec<Issue>) -> Result<(), Error> {
        if seen.raw("entId").is_some() && seen.text("entId").is_none_or(|id| id.parse() != Ok(self.config.ent_id)) {
            return Err(Error::at(ErrorCode::WrongEntId, "entId"));
        }
        if let (true, Some(seconds)) = (seen.raw("ts").is_some(), self.config.tolerance_seconds) {
            // Ten digits are seconds, thirteen are milliseconds.
            let sent = seen.number("ts").map(|ts| if ts.unsigned_abs() < 100_000_000_000 { ts * 1000 } else { ts });
            if sent.is_none_or(|sent| sent.abs_diff(now.0) > u64::from(seconds) * 1000) {
                let detail = [&*seen.text("ts").unwrap_or_default(), " against ", &decimal(now.0)].concat();
                return Err(Error::at(ErrorCode::StaleTimestamp, "ts").detail(&detail));
            }
        }
        match seen.text("method") {
            Some(method) if Interface::of_method(&method).is_some() => {
                Err(Error::at(ErrorCode::UnexpectedMethod, "method").detail(&method))
            }
            Some(method) if !(method == ORDER_CHANGE && std::ptr::eq(to, &ORDER_CHANGED)) => {
                found.push(finding(ErrorCode::UnknownValue, "method", &method));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The method of the general order push, in the one sample of it. No other method of a push is known.
const ORDER_CHANGE: &str = "order.change.push";

#[derive(Default)]
struct Parameters {
    token: Option<Vec<u8>>,
    content: Option<Vec<u8>>,
}

fn parameters(uri: &str, body: &[u8]) -> Result<Parameters, Error> {
    let mut parameters = Parameters::default();
    if body.trim_ascii_start().starts_with(b"{") {
        let seen = Peek::new(&PARAMETERS, body)?;
        let text = |name| seen.text(name).map(String::into_bytes);
        return Ok(Parameters { token: text("token").or_else(|| text("accessKey")), content: text("content") });
    }
    let query = uri.get(path_of(uri).len() + 1..).unwrap_or_default();
    let form = if body.trim_ascii().is_empty() { query.as_bytes() } else { body };
    for (name, value) in form::pairs(form) {
        let (place, path) = match &*name {
            b"token" | b"accessKey" => (&mut parameters.token, "token"),
            b"content" => (&mut parameters.content, "content"),
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(Error::at(ErrorCode::DuplicateKey, path));
        }
    }
    Ok(parameters)
}

fn path_of(uri: &str) -> &str {
    let end = uri.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| uri.get(..end)).unwrap_or(uri)
}

#[cold]
#[inline(never)]
fn finding(code: ErrorCode, path: &str, detail: &str) -> Issue {
    Issue { code, refuses: false, path: path.into(), rule: None, detail: detail.into(), offset: 0 }
}

fn decimal(number: i64) -> String {
    let mut digits = Vec::new();
    push_integer(&mut digits, number);
    String::from_utf8(digits).unwrap_or_default()
}

fn without(text: &[u8], range: Option<std::ops::Range<usize>>) -> Vec<u8> {
    let range = range.unwrap_or_default();
    [text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default()].concat()
}

/// The object in `data`, or in a text there, where the fields are not beside it.
fn nested(seen: &Peek<'_>) -> Option<String> {
    let data = seen.raw("data").filter(|_| seen.raw("mtOrderId").is_none())?;
    let text = text_of(data).or_else(|| String::from_utf8(data.to_vec()).ok())?;
    text.trim_ascii_start().starts_with('{').then_some(text)
}

/// An event with its code and time as numbers, or without them where they are nothing known: the form of this push is
/// inferred, and must not keep it from being taken as the hint that it is.
fn plain_event(mut source: String, found: &mut Vec<Issue>) -> Result<String, Error> {
    let seen = Peek::new(&EVENT, source.as_bytes())?;
    let mut changes = Vec::new();
    for (name, most) in [("eventCode", i64::from(i32::MAX)), ("eventTime", i64::MAX)] {
        let (Some(range), Some(raw)) = (seen.range(name), seen.raw(name)) else { continue };
        if number(raw).is_some_and(|number| (0..=most).contains(&number)) {
            continue;
        }
        let what = seen.text(name).unwrap_or_default();
        let plain = if name == "eventCode" {
            RideEvent::named(&what).map(|event| (i64::from(event.0), ErrorCode::NumberAsString))
        } else {
            parse_wall_clock(what.as_bytes()).map(|moment| (moment.0, ErrorCode::InvalidDate))
        };
        let (value, report) = match plain {
            Some((value, report)) => (decimal(value), report),
            None => ("null".into(), ErrorCode::UnknownValue),
        };
        found.push(finding(report, name, &what));
        changes.push((range, value));
    }
    // From the end, so that the places before it stay where they are.
    if let [(first, _), (second, _)] = &*changes
        && first.start < second.start
    {
        changes.swap(0, 1);
    }
    for (range, value) in changes {
        let halves = (source.get(..range.start), source.get(range.end..));
        source = [halves.0.unwrap_or_default(), &value, halves.1.unwrap_or_default()].concat();
    }
    Ok(source)
}

fn deduplication_key(interface: &Interface, view: &View<'_>) -> Option<String> {
    let mut key = Vec::new();
    if std::ptr::eq(interface, &CAPACITY_OFFERED) {
        key.extend_from_slice(b"capacity:");
        push_text(&mut key, view, &["mtOrderId"])?;
        key.push(b':');
        // Not every offer belongs to a part of an order.
        let _ = push_text(&mut key, view, &["mtDispatchSubOrderId"]);
        key.push(b':');
        key.extend_from_slice(view.object("submitDriveInfo")?.text("driverId")?.as_bytes());
    } else if std::ptr::eq(interface, &ORDER_CHANGED) {
        key.extend_from_slice(b"event:");
        push_text(&mut key, view, &["mtOrderId", "channelPartnerOrderId", "sqtBizOrderId"])?;
        for number in ["eventCode", "eventTime"] {
            key.push(b':');
            push_integer(&mut key, view.integer(number)?);
        }
    } else {
        key.extend_from_slice(b"refund:");
        push_text(&mut key, view, &["sqtRefundNo"])?;
    }
    String::from_utf8(key).ok()
}

/// Appends the first of these fields that is there and not empty.
fn push_text(out: &mut Vec<u8>, view: &View<'_>, names: &[&str]) -> Option<()> {
    let text = names.iter().find_map(|name| view.text(name).filter(|text| !text.is_empty()))?;
    out.extend_from_slice(text.as_bytes());
    Some(())
}
