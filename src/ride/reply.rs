//! What Meituan replies, in whichever of the forms.
//!
//! Two of Meituan's pages disagree about the envelope of a reply: `{code, message, data}` or `{status, msg, data}`
//! around it. Both are read, as is a failure of the gateway, which is `{status, msg}` alone, outside or inside. In the newer
//! generation `data` is encrypted; a `data` that is JSON inside a text is seen too.

use super::codes::ResultCode;
use super::{Client, Interface, Version};
use crate::envelope::Key;
use crate::message::definition::Message;
use crate::message::peek::{Peek, finding, looking_for, raw, without_mark};
use crate::message::{Packed, RawJson, Reading, approximate_number, read, text_of};
use crate::{Error, ErrorCode, Issue, Remote};
use std::borrow::Cow;

/// A success whose message was read.
#[derive(Debug)]
pub struct Replied<'b> {
    /// How it came.
    pub form: ReplyForm,
    /// `traceId` of the body, where it has one: what Meituan's support asks for. The header `M-TraceId` has it too.
    pub trace_id: String,
    /// The business reply's text: (a part of) the body, or what it was opened to.
    pub source: Cow<'b, [u8]>,
}

/// The form of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyForm {
    /// `{code, message, data}`, as the document's examples have it.
    Direct,
    /// `{status: 0, msg, data}` around it, as 公共参数说明 has it.
    Nested,
    /// `{status: 0, msg, data}` with `data` encrypted: the newer generation.
    Encrypted,
}

static REPLY: Message = looking_for(&[raw("code"), raw("status"), raw("message"), raw("msg"), raw("data"), raw("traceId")]);

/// What was found on the way to the business reply.
struct Unwrapped<'b> {
    form: ReplyForm,
    source: Cow<'b, [u8]>,
    found: Vec<Issue>,
}

impl Client {
    /// Reads a reply into `packed`. The HTTP status is not looked at: the code in the body decides. Offsets of findings
    /// count from the beginning of the business reply.
    ///
    /// # Errors
    /// `REMOTE_REJECTED` with `Error::remote`, or the first finding that refuses the reply. A `data` that is neither JSON
    /// nor opens is `DECRYPTION_FAILED`, whatever was asked: what it says cannot be known.
    pub fn read_reply<'b>(&self, interface: &'static Interface, body: &'b [u8], packed: &mut Packed) -> Result<Replied<'b>, Error> {
        packed.issues.clear();
        if body.len() > self.config.max_body_bytes {
            return Err(Error::at(ErrorCode::BodyTooLarge, "body"));
        }
        read_reply(interface, Some(&self.key), self.config.version, body, packed)
    }
}

/// The same; without a key an encrypted reply does not open.
pub(super) fn read_reply<'b>(
    interface: &'static Interface,
    key: Option<&Key>,
    version: Version,
    body: &'b [u8],
    packed: &mut Packed,
) -> Result<Replied<'b>, Error> {
    packed.issues.clear();
    let mut found = Vec::new();
    let body = without_mark(body, &mut found);
    let outer = Peek::new(&REPLY, body)?;
    let (words, trace_id) = (outer.text("msg").unwrap_or_default(), outer.text("traceId").unwrap_or_default());
    if let Some(failure) = gateway_failure(&outer) {
        return Err(rejected("status", failure, Remote { describe: words, trace_id, ..GATEWAY }, packed));
    }
    let Unwrapped { form, source, found } = match outer.verdict("status") {
        Some(Verdict::Success) if outer.verdict("code").is_none() => take_out(key, version, body, &outer, found)?,
        _ => Unwrapped { form: ReplyForm::Direct, source: Cow::Borrowed(body), found },
    };
    let inner = Peek::new(&REPLY, &source)?;
    let trace_id = inner.text("traceId").unwrap_or(trace_id);
    let describe = inner.text("message").or_else(|| inner.text("msg"));
    if let Some(failure) = gateway_failure(&inner) {
        let describe = describe.unwrap_or(words);
        return Err(rejected("data.status", failure, Remote { describe, trace_id, ..GATEWAY }, packed));
    }
    let failure = match inner.verdict("code") {
        Some(Verdict::Failure(failure)) => Some(failure),
        _ => None,
    };
    read(interface.reply, &source, Reading { success: failure.is_none(), ..Reading::WIRE }, packed);
    packed.issues.splice(0..0, found);
    if let Some(failure) = failure {
        let known = failure.code.and_then(|code| i32::try_from(code).ok()).map(ResultCode);
        let remote = Remote {
            name: known.and_then(ResultCode::name).unwrap_or_default(),
            describe: describe.unwrap_or(words),
            retryable: known.is_some_and(ResultCode::is_retryable),
            trace_id,
            #[cfg(feature = "texts")]
            meaning: known.and_then(ResultCode::meaning),
            ..Remote::default()
        };
        return Err(rejected("code", failure, remote, packed));
    }
    match Error::from_issues(&packed.issues) {
        Some(error) => Err(error),
        None => Ok(Replied { form, trace_id, source }),
    }
}

/// The business reply in `data` of the outer envelope.
fn take_out<'b>(
    key: Option<&Key>,
    version: Version,
    body: &'b [u8],
    outer: &Peek<'b>,
    mut found: Vec<Issue>,
) -> Result<Unwrapped<'b>, Error> {
    let Some(data) = outer.range("data").and_then(|range| body.get(range)) else {
        return Ok(Unwrapped { form: ReplyForm::Nested, source: payload(outer, b"null"), found });
    };
    let Some(text) = text_of(data) else {
        return Ok(Unwrapped { form: ReplyForm::Nested, source: business(outer, Cow::Borrowed(data)), found });
    };
    if text.trim_ascii().is_empty() {
        return Ok(Unwrapped { form: ReplyForm::Nested, source: payload(outer, b"null"), found });
    }
    if let Some(opened) = key.and_then(|key| key.open(text.as_bytes()).ok()) {
        // Where it is documented, the opened data is a JSON text that holds the JSON.
        let json = text_of(opened.as_bytes()).unwrap_or(opened);
        let source = business(outer, Cow::Owned(json.into_bytes()));
        return Ok(Unwrapped { form: ReplyForm::Encrypted, source, found });
    }
    if version == Version::V2 || RawJson::new(&*text).is_err() {
        return Err(Error::at(ErrorCode::DecryptionFailed, "data").detail("neither JSON nor sealed with our key"));
    }
    found.push(finding(ErrorCode::WrongType, "data", "JSON inside a text"));
    Ok(Unwrapped { form: ReplyForm::Nested, source: business(outer, Cow::Owned(text.into_bytes())), found })
}

/// What is in `data`: the business reply itself (or a failure instead of it), or only what that would hold.
fn business<'b>(outer: &Peek<'_>, data: Cow<'b, [u8]>) -> Cow<'b, [u8]> {
    let is_reply = |inner: Peek<'_>| inner.verdict("code").is_some() || gateway_failure(&inner).is_some();
    if Peek::new(&REPLY, &data).is_ok_and(is_reply) {
        return data;
    }
    payload(outer, &data)
}

fn payload<'b>(outer: &Peek<'_>, data: &[u8]) -> Cow<'b, [u8]> {
    let message = outer.raw("msg").unwrap_or(b"null");
    Cow::Owned([br#"{"code":0,"message":"#, message, br#","data":"#, data, b"}"].concat())
}

/// What a number that decides says.
enum Verdict {
    Success,
    Failure(Failure),
}

/// How a failure is numbered.
struct Failure {
    /// As it was written.
    raw: String,
    /// Nothing where it is no whole number that is read here.
    code: Option<i64>,
}

impl Peek<'_> {
    /// What a `code` or `status` says; nothing where it is not there or, of a `code`, no number at all: the reader tells of it.
    fn verdict(&self, name: &str) -> Option<Verdict> {
        let raw = self.text(name)?;
        let code = self.number(name);
        if code == Some(0) {
            return Some(Verdict::Success);
        }
        let is_number = code.is_some() || approximate_number(&raw).is_some();
        (is_number || name == "status").then_some(Verdict::Failure(Failure { raw, code }))
    }
}

/// A gateway passes on with `status` 0 alone. Where there is a code, the business was reached, and its word counts.
fn gateway_failure(seen: &Peek<'_>) -> Option<Failure> {
    match (seen.verdict("code"), seen.verdict("status")) {
        (None, Some(Verdict::Failure(failure))) => Some(failure),
        _ => None,
    }
}

const GATEWAY: Remote = Remote {
    code: 0,
    name: "",
    describe: String::new(),
    retryable: false,
    gateway: true,
    trace_id: String::new(),
    #[cfg(feature = "texts")]
    meaning: None,
};

fn rejected(path: &str, failure: Failure, remote: Remote, packed: &Packed) -> Error {
    let mut error = Error::at(ErrorCode::RemoteRejected, path).detail(&remote.describe);
    if failure.code.is_none() {
        error.detail.insert(0, ' ');
        error.detail.insert_str(0, &failure.raw);
    }
    error.issues = packed.issues.clone();
    error.remote = Some(Box::new(Remote { code: failure.code.unwrap_or_default(), ..remote }));
    error
}
