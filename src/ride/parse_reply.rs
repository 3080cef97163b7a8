//! Parses Meituan's replies, in any of their forms.
//!
//! Two of Meituan's pages disagree about the envelope of a reply: `{code, message, data}` or `{status, msg, data}`
//! around it. Both are read, as is a failure of the gateway, which is `{status, msg}` alone, outside or inside. In the newer
//! generation `data` is encrypted; a `data` that is JSON inside a string is seen too.

use super::codes::ResultCode;
use super::{Client, Interface, Version};
use crate::envelope::EnvelopeKey;
use crate::exchange::{is_success, refused_by};
use crate::message::definition::Message;
use crate::message::json::ObjectWriter;
use crate::message::peek::{Peek, looking_for, raw, report, without_mark};
use crate::message::{Packed, RawJson, Reading, approximate_number, read, text_of};
use crate::secret::debug_shows;
use crate::{Error, ErrorCode, Issue, Remote};
use std::borrow::Cow;

/// A success whose message was read.
pub struct Replied<'b> {
    /// How it came.
    pub form: ReplyForm,
    /// `traceId` of the body, where it has one: what Meituan's support asks for. The header `M-TraceId` has it too.
    pub trace_id: String,
    /// The business reply's JSON: (a part of) the body, or the opened content.
    pub source: Cow<'b, [u8]>,
}

debug_shows!(Replied<'_> { form, trace_id });

/// The form of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyForm {
    /// `{code, message, data}`, as the spec's examples have it.
    Direct,
    /// `{status: 0, msg, data}` around it, as 公共参数说明 has it.
    Nested,
    /// `{status: 0, msg, data}` with `data` encrypted: the newer generation.
    Encrypted,
}

static REPLY: Message = looking_for(&[raw("code"), raw("status"), raw("message"), raw("msg"), raw("data"), raw("traceId")]);

impl Client {
    /// Reads a reply into `packed`. The code in the body decides what the outcome is; where the body cannot be read, the HTTP status is all
    /// there is. Offsets of findings count from the beginning of the business reply.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// `REMOTE_REJECTED` with `Error::remote`, or the first finding that refuses the reply. A `data` that is neither JSON
    /// nor opens is `DECRYPTION_FAILED`, for any request: its content cannot be known.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn read_reply<'b>(
        &self,
        interface: &'static Interface,
        status: u16,
        body: &'b [u8],
        packed: &mut Packed,
    ) -> Result<Replied<'b>, Error> {
        packed.issues.clear();
        let replied = match body.len() > self.config.max_body_bytes {
            true => Err(Error::at(ErrorCode::BodyTooLarge, "body")),
            false => read_reply(interface, Some(&self.key), self.config.version, body, packed),
        };
        match replied {
            Err(error) if error.code != ErrorCode::RemoteRejected && !is_success(status) => {
                Err(refused_by(status).instead_of(error))
            }
            replied => replied,
        }
    }
}

/// The same; without a key an encrypted reply does not open.
pub(super) fn read_reply<'b>(
    interface: &'static Interface,
    key: Option<&EnvelopeKey>,
    version: Version,
    body: &'b [u8],
    packed: &mut Packed,
) -> Result<Replied<'b>, Error> {
    packed.issues.clear();
    let mut found = Vec::new();
    let body = without_mark(body, &mut found);
    let outer = Peek::new(&REPLY, body)?;
    if is_gateway_failure(&outer) {
        return Err(rejected("status", &outer, &outer, packed));
    }
    let is_nested = outer.verdict("code").is_none() && outer.verdict("status") == Some(Verdict::Success);
    let (form, source) =
        if is_nested { take_out(key, version, body, &outer, &mut found)? } else { (ReplyForm::Direct, Cow::Borrowed(body)) };
    let inner = Peek::new(&REPLY, &source)?;
    if is_gateway_failure(&inner) {
        return Err(rejected("data.status", &inner, &outer, packed));
    }
    let is_failure = inner.verdict("code") == Some(Verdict::Failure);
    read(interface.reply, &source, Reading { success: !is_failure, ..Reading::WIRE }, packed);
    found.append(&mut packed.issues);
    packed.issues = found;
    if is_failure {
        return Err(rejected("code", &inner, &outer, packed));
    }
    match Error::from_issues(&packed.issues) {
        Some(error) => Err(error),
        None => Ok(Replied { form, trace_id: said("traceId", &inner, &outer), source }),
    }
}

/// The value inside, or else outside.
#[inline(never)]
fn said(name: &str, inner: &Peek<'_>, outer: &Peek<'_>) -> String {
    inner.string(name).or_else(|| outer.string(name)).unwrap_or_default()
}

/// The business reply in `data` of the outer envelope.
fn take_out<'b>(
    key: Option<&EnvelopeKey>,
    version: Version,
    body: &'b [u8],
    outer: &Peek<'b>,
    found: &mut Vec<Issue>,
) -> Result<(ReplyForm, Cow<'b, [u8]>), Error> {
    let data = outer.range("data").and_then(|range| body.get(range)).unwrap_or(b"\"\"");
    let Some(text) = text_of(data) else {
        return Ok((ReplyForm::Nested, business(outer, Cow::Borrowed(data))));
    };
    if text.trim_ascii().is_empty() {
        return Ok((ReplyForm::Nested, payload(outer, b"null")));
    }
    if let Some(opened) = key.and_then(|key| key.open(text.as_bytes()).ok()) {
        // If it is documented, the opened data is a JSON string that holds the JSON.
        let json = text_of(opened.as_bytes()).unwrap_or(opened);
        return Ok((ReplyForm::Encrypted, business(outer, Cow::Owned(json.into_bytes()))));
    }
    if version == Version::V2 || RawJson::new(&*text).is_err() {
        return Err(Error::at(ErrorCode::DecryptionFailed, "data").detail("neither JSON nor sealed with our key"));
    }
    report(found, ErrorCode::WrongType, "data", "JSON inside a string");
    Ok((ReplyForm::Nested, business(outer, Cow::Owned(text.into_bytes()))))
}

/// The content of `data`: the business reply itself (or a failure instead of it), or only what that would hold.
fn business<'b>(outer: &Peek<'_>, data: Cow<'b, [u8]>) -> Cow<'b, [u8]> {
    let is_reply = |inner: Peek<'_>| inner.verdict("code").is_some() || is_gateway_failure(&inner);
    if Peek::new(&REPLY, &data).is_ok_and(is_reply) {
        return data;
    }
    payload(outer, &data)
}

fn payload<'b>(outer: &Peek<'_>, data: &[u8]) -> Cow<'b, [u8]> {
    let mut reply = Vec::new();
    let mut object = ObjectWriter::begin(&mut reply);
    object.field("code", &ResultCode::SUCCESS);
    object.raw("message", outer.raw("msg").unwrap_or(b"null"));
    object.raw("data", data);
    object.end();
    Cow::Owned(reply)
}

/// The meaning of a number that decides.
#[derive(PartialEq)]
enum Verdict {
    Success,
    Failure,
}

impl Peek<'_> {
    /// The meaning of a `code` or `status`; nothing where it is not there or, of a `code`, no number at all: the reader reports it.
    #[inline(never)]
    fn verdict(&self, name: &str) -> Option<Verdict> {
        let text = self.string(name)?;
        match self.number(name) {
            Some(0) => Some(Verdict::Success),
            None if name == "code" && approximate_number(&text).is_none() => None,
            _ => Some(Verdict::Failure),
        }
    }
}

/// A gateway passes on with `status` 0 alone. If there is a code, the business was reached, and its word counts.
fn is_gateway_failure(seen: &Peek<'_>) -> bool {
    seen.verdict("code").is_none() && seen.verdict("status") == Some(Verdict::Failure)
}

/// The error of a failure, whose number is in the field that `path` ends with.
#[cold]
#[inline(never)]
fn rejected(path: &str, inner: &Peek<'_>, outer: &Peek<'_>, packed: &Packed) -> Error {
    let gateway = path != "code";
    let name = if gateway { "status" } else { path };
    // Nothing where it is no whole number that is read here.
    let code = inner.number(name);
    let known = code.filter(|_| !gateway).and_then(|code| i32::try_from(code).ok()).map(ResultCode);
    let describe = inner.string("message").unwrap_or_else(|| said("msg", inner, outer));
    let mut error = Error::at(ErrorCode::RemoteRejected, path).detail(&describe);
    if code.is_none() {
        error.detail = [&*inner.string(name).unwrap_or_default(), " ", &describe].concat();
    }
    error.issues = packed.issues.clone();
    error.remote = Some(Box::new(Remote {
        code: code.unwrap_or_default(),
        name: known.and_then(ResultCode::name).unwrap_or_default(),
        describe,
        retryable: known.is_some_and(ResultCode::is_retryable),
        gateway,
        trace_id: said("traceId", inner, outer),
        http_status: None,
        #[cfg(feature = "texts")]
        meaning: known.and_then(ResultCode::meaning),
    }));
    error
}
