//! What Meituan replies, in whichever of the forms.
//!
//! Two of Meituan's pages disagree about the envelope of a reply: `{code, message, data}` or `{status, msg, data}`
//! around it. Both are read, as is a failure of the gateway, which is `{status, msg}` alone. In the newer generation
//! `data` is encrypted; a `data` that is JSON inside a text is seen too.

use super::codes::{GatewayStatus, ResultCode};
use super::{Client, Interface, Version};
use crate::message::definition::{Facts, Message};
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::{Form, Packed, Reading, read, text_of};
use crate::{Error, ErrorCode, Issue, Remote};
use std::borrow::Cow;

/// A success whose message was read.
#[derive(Debug)]
pub struct Replied<'b> {
    /// How it came.
    pub form: ReplyForm,
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
    found: Option<Issue>,
}

impl Client {
    /// Reads a reply into `packed`. The HTTP status is not looked at: the code in the body decides. Offsets of findings
    /// count from the beginning of the business reply.
    ///
    /// # Errors
    /// `REMOTE_REJECTED` with [`Error::remote`], or the first finding that refuses the reply.
    pub fn read_reply<'b>(&self, interface: &'static Interface, body: &'b [u8], packed: &mut Packed) -> Result<Replied<'b>, Error> {
        packed.issues.clear();
        if body.len() > self.config.max_body_bytes {
            return Err(Error::at(ErrorCode::BodyTooLarge, "body"));
        }
        let outer = Peek::new(&REPLY, body)?;
        let (words, trace_id) = (outer.text("msg").unwrap_or_default(), outer.text("traceId").unwrap_or_default());
        let Unwrapped { form, source, found } = match (outer.number("code"), outer.number("status")) {
            (None, Some(status)) if status == i64::from(GatewayStatus::OK.0) => self.take_out(body, &outer)?,
            (None, Some(status)) => {
                let remote = Remote { code: status, describe: words, gateway: true, trace_id, ..Remote::default() };
                return Err(rejected("status", remote, packed));
            }
            _ => Unwrapped { form: ReplyForm::Direct, source: Cow::Borrowed(body), found: None },
        };
        let inner = Peek::new(&REPLY, &source)?;
        let code = inner.number("code").unwrap_or_default();
        let how = Reading { form: Form::Wire, success: code == 0, facts: Facts::default() };
        read(interface.reply, &source, how, packed);
        if let Some(found) = found {
            packed.issues.insert(0, found);
        }
        if code != i64::from(ResultCode::SUCCESS.0) {
            let known = i32::try_from(code).map(ResultCode);
            let remote = Remote {
                code,
                name: known.ok().and_then(ResultCode::name).unwrap_or_default(),
                describe: inner.text("message").unwrap_or(words),
                retryable: known.is_ok_and(ResultCode::is_retryable),
                gateway: false,
                trace_id: inner.text("traceId").unwrap_or(trace_id),
                #[cfg(feature = "texts")]
                meaning: known.ok().and_then(ResultCode::meaning),
            };
            return Err(rejected("code", remote, packed));
        }
        match Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => Ok(Replied { form, source }),
        }
    }

    /// The business reply in `data` of the outer envelope.
    fn take_out<'b>(&self, body: &'b [u8], outer: &Peek<'b>) -> Result<Unwrapped<'b>, Error> {
        let Some(data) = outer.range("data").and_then(|range| body.get(range)) else {
            return Ok(Unwrapped { form: ReplyForm::Nested, source: payload(outer, b"null"), found: None });
        };
        let Some(text) = text_of(data) else {
            return Ok(Unwrapped { form: ReplyForm::Nested, source: business(outer, Cow::Borrowed(data)), found: None });
        };
        if let Ok(opened) = self.key.open(text.as_bytes()) {
            // Where it is documented, the opened data is a JSON text that holds the JSON.
            let json = text_of(opened.as_bytes()).unwrap_or(opened);
            let source = business(outer, Cow::Owned(json.into_bytes()));
            return Ok(Unwrapped { form: ReplyForm::Encrypted, source, found: None });
        }
        if self.config.version == Version::V2 && !text.is_empty() {
            return Err(Error::at(ErrorCode::DecryptionFailed, "data"));
        }
        let source = match text.trim_ascii_start().as_bytes() {
            [] => payload(outer, b"null"),
            [b'{' | b'[', ..] => business(outer, Cow::Owned(text.into_bytes())),
            _ => payload(outer, data),
        };
        let found = Issue {
            code: ErrorCode::WrongType,
            refuses: false,
            path: "data".into(),
            rule: None,
            detail: "JSON inside a text".into(),
            offset: 0,
        };
        Ok(Unwrapped { form: ReplyForm::Nested, source, found: Some(found) })
    }
}

/// What is in `data`: the business reply itself, or only what that would hold.
fn business<'b>(outer: &Peek<'_>, data: Cow<'b, [u8]>) -> Cow<'b, [u8]> {
    if Peek::new(&REPLY, &data).is_ok_and(|inner| inner.number("code").is_some()) {
        return data;
    }
    payload(outer, &data)
}

fn payload<'b>(outer: &Peek<'_>, data: &[u8]) -> Cow<'b, [u8]> {
    let message = outer.raw("msg").unwrap_or(b"null");
    Cow::Owned([br#"{"code":0,"message":"#, message, br#","data":"#, data, b"}"].concat())
}

fn rejected(path: &str, remote: Remote, packed: &Packed) -> Error {
    let mut error = Error::at(ErrorCode::RemoteRejected, path);
    error.detail = remote.describe.clone();
    error.issues = packed.issues.clone();
    error.remote = Some(Box::new(remote));
    error
}
