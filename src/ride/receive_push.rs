//! Receives Meituan's pushes: opened, checked, read.
//!
//! There is no signature. The checks are: the token, that the content opens with our key, and entId, ts
//! and method where they are there. See [`crate::envelope`] for what that does not prove.

use super::codes::{ResultCode, RideEvent};
use super::interfaces::with_interfaces;
use super::pushes::OrderChanged;
use super::rules::milliseconds;
use super::{Client, INTERFACES, Interface, KeyPart, ORDER_CHANGED, REFUNDED, RepeatKey, form};
use crate::digits::{decimal, string_from};
use crate::exchange::says_nothing;
use crate::message::definition::{Field, Kind, Message};
use crate::message::json::ObjectWriter;
use crate::message::peek::{Peek, looking_for, raw, replace, report, without_mark};
use crate::message::{Packed, Reading, View, has_fields, read, text_of};
use crate::routes::{self, path_of};
use crate::secret::debug_shows;
use crate::sorted_sign::sha1_hex;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use subtle::ConstantTimeEq;

/// A push whose message was read.
pub struct PackedPush {
    /// Which push: the one that its path is registered for, unless its content is another's.
    pub interface: &'static Interface,
    /// It is about an order of another business than rides (`sqtType` is not 5): Meituan sends those to the same address. Answer
    /// it with [`PUSH_OK`], or Meituan pushes it again and again.
    pub is_other: bool,
    /// The message's JSON: the opened content.
    pub source: String,
    /// The same for every repetition of the same push. Remember it, and do nothing twice:
    ///
    /// - `capacity:<mtOrderId>:<mtDispatchSubOrderId or nothing>:<driverId>` for an offer;
    /// - `event:<order>:<eventCode>:<eventTime>` for an event, where the order is the first of mtOrderId,
    ///   channelPartnerOrderId and sqtBizOrderId that is there;
    /// - `refund:<sqtRefundNo>` for a refund;
    /// - `content:<SHA-1>` where something of that is missing, such as an event that does not say when. The hash is of the JSON
    ///   inside the envelope, byte by byte, without the value of `ts`, which is another one in each repetition.
    ///
    /// So an event without `eventTime` is known by its content alone. Two of them that say the same about the same order have
    /// one key, even if the same thing happened twice; and one that is repeated with its fields in another order has another
    /// key. Therefore query the order at every event that comes without a time, known or not: the query's reply is the
    /// authority, and to ask once more costs nothing.
    pub deduplication_key: String,
}

debug_shows!(PackedPush { interface, is_other, deduplication_key });

/// A push that is not taken, and what is known of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub error: Error,
    /// The push that it was meant to be, as far as its path says so.
    pub interface: Option<&'static Interface>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let push = self.interface.map_or("a push", |interface| interface.name);
        write!(f, "{push} is not accepted")
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Refusal {
    /// Of what a program found itself, such as a body that is larger than its server accepts.
    pub fn new(error: Error, interface: Option<&'static Interface>) -> Self {
        Refusal { error, interface }
    }

    /// The code to answer with: 1010 for what is not authenticated, 9 for what came to the wrong place, 2 where the fault is our own, else 1.
    pub fn answer_code(&self) -> ResultCode {
        match self.error.code {
            ErrorCode::WrongToken | ErrorCode::WrongEntId | ErrorCode::StaleTimestamp | ErrorCode::DecryptionFailed => {
                ResultCode::AUTH_ERROR
            }
            ErrorCode::UnknownRoute | ErrorCode::UnexpectedMethod => ResultCode::ILLEGAL_API_ACCESS,
            ErrorCode::InvalidConfig
            | ErrorCode::BodyNotRaw
            | ErrorCode::IllegalReplyCode
            | ErrorCode::TimedOut
            | ErrorCode::ModuleFailed
            | ErrorCode::WasmUnavailable => ResultCode::SYSTEM_ERROR,
            _ => ResultCode::PARAM_ERROR,
        }
    }

    /// The body to answer with. Meituan pushes again: the ride spec says so of refunds (10.4), and it is assumed of the others.
    pub fn answer(&self) -> String {
        answer(self.answer_code().0, self.error.code.as_str())
    }
}

/// The answer to a push that was accepted. The HTTP status is 200, the type `application/json`.
pub const PUSH_OK: &str = r#"{"code":0,"message":"成功"}"#;

/// The answer to a push that was not accepted: Meituan pushes again (the ride spec, 10.4, says so of refunds; assumed of the others).
///
/// # Errors
/// `ILLEGAL_REPLY_CODE` for 0, which is the code of success; `EMPTY_STRING` at `message` where that says nothing.
pub fn push_fail(code: i32, message: &str) -> Result<String, Error> {
    if code == ResultCode::SUCCESS.0 {
        return Err(Error::at(ErrorCode::IllegalReplyCode, "code").detail("0 is the code of success"));
    }
    match says_nothing(message) {
        true => Err(Error::at(ErrorCode::EmptyString, "message")),
        false => Ok(answer(code, message)),
    }
}

fn answer(code: i32, message: &str) -> String {
    let mut body = Vec::new();
    let mut answer = ObjectWriter::begin(&mut body);
    answer.field("code", &code);
    answer.field("message", &message.to_owned());
    answer.end();
    string_from(body)
}

static PARAMETERS: Message = looking_for(&[raw("token"), raw("accessKey"), raw("content")]);
static CONTENT: Message = looking_for(&[raw("entId"), raw("method"), raw("ts"), raw("data"), raw("sqtType")]);

/// The value by which pushes are distinguished, as it is in the input. An event is a number, or a name.
macro_rules! marks {
    ($([$($call:tt)*])* $({$push:ident $body:ident($held:ty) $order:tt [$($mark:literal)*]})*) => {
        static MARKS: Message = looking_for(&[EVENT_FIELD $($(, raw($mark))*)*]);
    };
}

with_interfaces!(marks);
const EVENT_FIELD: Field = Field { aliases: OrderChanged::MESSAGE.fields[EVENT_CODE].aliases, ..raw("eventCode") };
const EVENT_CODE: usize = 5;
const _: () = assert!(matches!(OrderChanged::MESSAGE.fields[EVENT_CODE].kind, Kind::Code(_)));

impl Client {
    /// The push that a path (a query after it does not matter) is registered for.
    pub fn route(&self, uri: &str) -> Option<&'static Interface> {
        routes::find(&self.config.routes, uri)
    }

    /// Opens the envelope of a push and reads it into `packed`. `uri` is path and query as they arrived; the body
    /// is a form, or JSON with the same parameters, or empty with the parameters in the query.
    ///
    /// The fields are in the content itself, or, where none of them is, in its `data`. An event that names no order is
    /// accepted and reported (rule `event.some-order`): query what is under way. Content that is no known push is refused. A
    /// refund or an offer that comes to the path of events is what its content says. On any path, an order whose `sqtType` is
    /// not 5 is [one of another business](PackedPush::is_other), whatever else is in it. A push without a token is accepted and
    /// reported, unless the [configuration](super::Config::require_token) says otherwise.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn accept(&self, uri: &str, body: &[u8], now: Timestamp, packed: &mut Packed) -> Result<PackedPush, Refusal> {
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
    ) -> Result<PackedPush, Error> {
        if body.len() > self.config.max_body_bytes {
            return Err(Error::at(ErrorCode::BodyTooLarge, "body"));
        }
        let mut found = Vec::new();
        let parameters = Parameters::of(uri, without_mark(body, &mut found))?;
        let token = parameters.take(&["token", "accessKey"])?;
        let content = parameters.take(&["content"])?;
        match token {
            Some(token) if !bool::from(token.ct_eq(self.config.access_key.expose())) => {
                return Err(Error::at(ErrorCode::WrongToken, "token"));
            }
            Some(_) => {}
            None if self.config.require_token => return Err(Error::at(ErrorCode::WrongToken, "token")),
            None => report(&mut found, ErrorCode::MissingField, "token", ""),
        }
        let content = content.ok_or_else(|| Error::at(ErrorCode::MissingField, "content"))?;
        let text = self.key.open(&content)?;
        let Plain { interface, other, source, hashed } = read_push(interface, Some((self, now)), text.as_bytes(), found, packed)?;
        if let Some(error) = Error::from_issues(&packed.issues) {
            return Err(error);
        }
        let view = packed.view(interface.request, source.as_bytes());
        let key = view.and_then(|view| deduplication_key(interface, &view));
        let deduplication_key = key.unwrap_or_else(|| ["content:", &sha1_hex(&hashed)].concat());
        if let Some(other) = other {
            report(&mut packed.issues, ErrorCode::UnknownValue, "sqtType", &decimal(other));
        }
        Ok(PackedPush { interface, is_other: other.is_some(), source, deduplication_key })
    }

    /// The common parameters that say for whom it is, and from when, each where it is there.
    fn check_common(&self, seen: &Peek<'_>, now: Timestamp) -> Result<(), Error> {
        if seen.raw("entId").is_some() && seen.string("entId").is_none_or(|id| id.parse() != Ok(self.config.ent_id)) {
            return Err(Error::at(ErrorCode::WrongEntId, "entId"));
        }
        if let (true, Some(tolerance)) = (seen.raw("ts").is_some(), self.config.tolerance) {
            let sent = seen.number("ts").map(milliseconds);
            if sent.is_none_or(|sent| Timestamp(sent).distance(now) > tolerance) {
                let detail = [&*seen.string("ts").unwrap_or_default(), " against ", &decimal(now.0)].concat();
                return Err(Error::at(ErrorCode::StaleTimestamp, "ts").detail(&detail));
            }
        }
        Ok(())
    }
}

/// The number of rides among Meituan Enterprise's businesses (`sqtType`).
const RIDE_BUSINESS: i64 = 5;

/// The fields may be in `data` or beside it. Returns which push it is, the JSON that it is read from, and the value that
/// distinguishes it from another one.
pub(super) struct Plain {
    pub(super) interface: &'static Interface,
    /// The business that it is about, where that is not rides.
    other: Option<i64>,
    pub(super) source: String,
    hashed: Vec<u8>,
}

/// Reads the JSON of a push into `packed`. If a receiver is known, and the time, it must be for that one and from then.
pub(super) fn read_push(
    mut interface: &'static Interface,
    receiver: Option<(&Client, Timestamp)>,
    text: &[u8],
    mut found: Vec<Issue>,
    packed: &mut Packed,
) -> Result<Plain, Error> {
    let (mut hashed, mut other) = (Vec::new(), None);
    let mut source = without_mark(text, &mut found).to_vec();
    // The content itself, then the content of its `data`.
    for is_inner in [false, true] {
        let seen = Peek::new(&CONTENT, &source)?;
        if let Some((client, now)) = receiver {
            client.check_common(&seen, now)?;
        }
        other = other.or(other_business(&seen));
        if other.is_some() {
            // An order of another business is general, whatever else is in it and whichever path it came to.
            interface = &ORDER_CHANGED;
        }
        check_method(interface, &seen, &mut found)?;
        let inside = if is_inner { None } else { nested(interface, &seen, &source) };
        push_without(&mut hashed, &source, [seen.range("ts"), seen.range("data").filter(|_| inside.is_some())]);
        let Some(inside) = inside else { break };
        report(&mut found, ErrorCode::UnknownField, "data", "the fields are inside it");
        source = inside.into_bytes();
    }
    if std::ptr::eq(interface, &ORDER_CHANGED) && other.is_none() {
        let seen = Peek::new(&MARKS, &source)?;
        interface = content_of(&seen);
        if !std::ptr::eq(interface, &ORDER_CHANGED) {
            report(&mut found, ErrorCode::UnexpectedMethod, "url", interface.name);
        } else if let Some((range, number)) = event_by_name(&seen, &mut found) {
            replace(&mut source, range, number.as_bytes());
        }
    }
    if std::ptr::eq(interface, &REFUNDED) {
        check_amount(&mut source, &mut found)?;
    }
    read(interface.request, &source, Reading::WIRE, packed);
    // A push without any field is refused: either it is no push of this kind, or its fields have names not known here.
    if !packed.issues.iter().any(|issue| issue.refuses) && !says_something(interface, &source) {
        report(&mut packed.issues, ErrorCode::MissingField, "mtOrderId", "no field of this push is there");
        if let Some(nothing) = packed.issues.last_mut() {
            nothing.refuses = true;
        }
    }
    found.append(&mut packed.issues);
    packed.issues = found;
    Ok(Plain { interface, other, source: string_from(source), hashed })
}

/// The business that a push says it is about, where that is not rides.
fn other_business(seen: &Peek<'_>) -> Option<i64> {
    seen.number("sqtType").filter(|&business| business != RIDE_BUSINESS)
}

/// Which push the content is, at the path of events: an event where it has its number, else the one that has its marks; where there
/// are those of several, the last one of the table.
fn content_of(seen: &Peek<'_>) -> &'static Interface {
    let is_marked = |interface: &&&Interface| interface.marks.iter().any(|mark| seen.raw(mark).is_some());
    let marked = INTERFACES.iter().rev().find(is_marked).copied();
    marked.filter(|_| seen.raw(EVENT_FIELD.name).is_none()).unwrap_or(&ORDER_CHANGED)
}

/// Fields that are there in any push, or may be in other messages as well, and do not make one a push.
const COMMON: [&str; 7] = ["entId", "method", "ts", "eventTime", "changeType", "changeStatus", "extInfoMap"];

fn says_something(interface: &Interface, text: &[u8]) -> bool {
    has_fields(interface.request, text, &COMMON)
}

/// The method, where it is there: another interface's is refused, one that nobody has documented is reported.
fn check_method(to: &Interface, seen: &Peek<'_>, found: &mut Vec<Issue>) -> Result<(), Error> {
    match seen.string("method") {
        Some(method) if Interface::of_method(&method).is_some() => {
            return Err(Error::at(ErrorCode::UnexpectedMethod, "method").detail(&method));
        }
        Some(method) if !(method == ORDER_CHANGE && std::ptr::eq(to, &ORDER_CHANGED)) => {
            report(found, ErrorCode::UnknownValue, "method", &method);
        }
        _ => {}
    }
    Ok(())
}

/// The method of the general order push, in the one sample of it. No other method of a push is known.
const ORDER_CHANGE: &str = "order.change.push";

/// The parameters of a push, however they came.
enum Parameters<'p> {
    Json(Peek<'p>),
    Form(&'p [u8]),
}

impl<'p> Parameters<'p> {
    fn of(uri: &'p str, body: &'p [u8]) -> Result<Self, Error> {
        match body.trim_ascii_start() {
            [b'{', ..] => Ok(Parameters::Json(Peek::new(&PARAMETERS, body)?)),
            // Meituan has not been seen to send such forms.
            [b'-', b'-', ..] => {
                Err(Error::at(ErrorCode::MissingField, "content")
                    .detail("found a multipart form: expected a URL-encoded one, or JSON"))
            }
            [] => Ok(Parameters::Form(uri.get(path_of(uri).len() + 1..).unwrap_or_default().as_bytes())),
            _ => Ok(Parameters::Form(body)),
        }
    }

    /// The one that has one of these names.
    #[inline(never)]
    fn take(&self, names: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        let mut value = None;
        let mut is_again = false;
        let mut keep = |found: Vec<u8>| is_again |= value.replace(found).is_some();
        match self {
            Parameters::Json(seen) => {
                for text in names.iter().filter_map(|name| seen.string(name)) {
                    keep(text.into_bytes());
                }
            }
            Parameters::Form(form) => form::each_value(form, names, keep),
        }
        if is_again { Err(Error::at(ErrorCode::DuplicateKey, names[0])) } else { Ok(value) }
    }
}

/// Appends a string without two of its pieces.
fn push_without(out: &mut Vec<u8>, text: &[u8], ranges: [Option<Range<usize>>; 2]) {
    for (at, &byte) in text.iter().enumerate() {
        if !ranges.iter().flatten().any(|range| range.contains(&at)) {
            out.push(byte);
        }
    }
}

/// The object in `data`, or in a string there, where none of the push's own fields is beside it, or where it alone says that
/// it is of another business.
fn nested(interface: &Interface, outer: &Peek<'_>, text: &[u8]) -> Option<String> {
    let data = outer.raw("data")?;
    let inside = text_of(data).or_else(|| String::from_utf8(data.to_vec()).ok())?;
    let is_other = || {
        let seen = Peek::new(&CONTENT, inside.as_bytes()).ok();
        outer.raw("sqtType").is_none() && seen.is_some_and(|seen| other_business(&seen).is_some())
    };
    let is_read = inside.trim_ascii_start().starts_with('{') && (!says_something(interface, text) || is_other());
    is_read.then_some(inside)
}

/// The number of an event that came by its name, and where the name is: the form of this push is inferred.
fn event_by_name(seen: &Peek<'_>, found: &mut Vec<Issue>) -> Option<(Range<usize>, String)> {
    let name = text_of(seen.raw("eventCode")?)?;
    let event = RideEvent::named(&name)?;
    report(found, ErrorCode::NumberAsString, "eventCode", &name);
    Some((seen.range("eventCode")?, decimal(i64::from(event.0))))
}

/// Leaves out an amount of which it is not certain what is meant: whole fen have neither a point (10.00 may as well be yuan)
/// nor a sign. That there is no amount is reported too.
fn check_amount(source: &mut Vec<u8>, found: &mut Vec<Issue>) -> Result<(), Error> {
    let seen = Peek::new(&MARKS, source)?;
    let Some(range) = seen.range("refundAmount") else {
        report(found, ErrorCode::MissingField, "refundAmount", "");
        return Ok(());
    };
    let text = source.get(range.clone()).unwrap_or_default();
    let is_number = matches!(text, [b'-' | b'0'..=b'9', ..] | [b'"', b'-' | b'0'..=b'9', ..]);
    if is_number && text.iter().any(|byte| matches!(byte, b'-' | b'.' | b'e' | b'E')) {
        report(found, ErrorCode::InvalidMoney, "refundAmount", "");
        replace(source, range, b"null");
    }
    Ok(())
}

/// The push's own key, as the table has it; nothing where a part of it is missing.
fn deduplication_key(interface: &Interface, view: &View<'_>) -> Option<String> {
    let RepeatKey { name, parts } = interface.repeats?;
    let mut key = name.to_owned();
    for part in parts {
        match *part {
            KeyPart::FirstOf(names) => push_part(&mut key, &first_text(view, names)?),
            KeyPart::Perhaps(name) => push_part(&mut key, &first_text(view, &[name]).unwrap_or_default()),
            KeyPart::Inside(object, name) => push_part(&mut key, &view.object(object)?.string(name)?),
            KeyPart::Number(name) => push_part(&mut key, &decimal(view.integer(name)?)),
        }
    }
    Some(key)
}

#[inline(never)]
fn push_part(key: &mut String, part: &str) {
    key.push(':');
    key.push_str(part);
}

/// The first of these fields that is there and not empty.
#[inline(never)]
fn first_text<'v>(view: &View<'v>, names: &[&str]) -> Option<Cow<'v, str>> {
    names.iter().find_map(|name| view.string(name).filter(|text| !text.is_empty()))
}
