//! Answers where there is no reply of a call's own: the envelope of a failure, its sentence, and nothing at all.

use crate::digits::decimal;
use crate::error::SYSTEM_FAILURE;
use crate::exchange::says_nothing;
use crate::message::json::ObjectWriter;
use crate::message::{Packed, Reading, read};
use crate::secret::debug_shows;
use crate::ticket::codes::GeneralCode;
use crate::ticket::supplier::{ENCRYPTED, ENCRYPTION_STATUS};
use crate::ticket::{Call, Refusal, Supplier};
use crate::{Error, ErrorCode, Issue};

/// An HTTP reply.
#[derive(Clone, PartialEq, Eq)]
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

debug_shows!(HttpReply { status, headers, warnings });

pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// The sentence for Meituan's staff where a call is not served.
pub const NOT_SERVED: &str = "接口未实现";

impl HttpReply {
    /// HTTP 503 without a body: what is true is not known. Meituan sees a time-out and no failure (inferred).
    pub fn unknown() -> Self {
        HttpReply { status: 503, headers: vec![("Retry-After", "1".to_owned())], body: Vec::new(), warnings: Vec::new() }
    }

    /// Whether the body is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == ENCRYPTION_HEADER)
    }
}

pub(super) const ENCRYPTION_HEADER: &str = "X-Encryption-Status";

impl Refusal {
    /// The code to answer with: the failure of the call's family, 300 where it is not known which call it is; nothing where an identical
    /// call may have been received before, and may have acted: Meituan must not take its order for failed. That is so of every call for
    /// a fault of our own settings, or of a body that a parser has read (`BODY_NOT_RAW`), and of calls that act ([`Call::acts`]) for a plain
    /// body that is no whole JSON, and for encryption that our settings do not expect.
    pub fn answer_code(&self) -> Option<i32> {
        let is_unknown = self.is_ours() || self.call.is_some_and(Call::acts) && self.is_altered();
        (!is_unknown).then(|| failure_of(self.call))
    }

    /// Whether the fault is our own, whatever the call is.
    fn is_ours(&self) -> bool {
        matches!(
            self.error.code,
            ErrorCode::InvalidConfig
                | ErrorCode::BodyNotRaw
                | ErrorCode::TimedOut
                | ErrorCode::ModuleFailed
                | ErrorCode::WasmUnavailable
        )
    }

    /// Whether the call is not as Meituan sent it, or our settings of encryption do not fit to it. All of this is found after the
    /// signature was right, so a stranger sees no difference. Faults within an encrypted body do not count: different answers to them
    /// would open other bodies, byte by byte.
    fn is_altered(&self) -> bool {
        let Refusal { error, encrypted, .. } = self;
        match error.code {
            ErrorCode::EncryptionNotConfigured | ErrorCode::EncryptionRequired => true,
            // Other headers are looked at before the signature.
            ErrorCode::DuplicateHeader => error.path == ENCRYPTION_STATUS,
            _ if *encrypted => false,
            // Where a piece is missing, something else may have been found first.
            code => {
                is_no_json(code, &error.path)
                    || error.issues.iter().any(|issue| issue.refuses && is_no_json(issue.code, &issue.path))
            }
        }
    }

    /// The sentence of the answer. A caller who has not proven to be Meituan gets one of three sentences about the headers; all
    /// faults of an encrypted body get the same sentence, because a difference would open other bodies, byte by byte.
    fn reason(&self) -> String {
        let Refusal { error, encrypted, .. } = self;
        let is_of_headers = error.path.starts_with("headers");
        let told = match is_of_headers {
            true => error.code.public_sentence().filter(|_| error.path != ENCRYPTION_STATUS),
            false => ErrorCode::DecryptionFailed.public_sentence().filter(|_| *encrypted),
        };
        told.map_or_else(|| sentence(error), str::to_owned)
    }
}

/// Whether the body is no whole JSON in UTF-8. A repeated key, too many levels and half a surrogate pair as an escape are whole JSON: such
/// a body is refused each time that it comes. Half a pair without an escape has the path of the body.
fn is_no_json(code: ErrorCode, path: &str) -> bool {
    matches!(code, ErrorCode::TruncatedJson | ErrorCode::InvalidJson | ErrorCode::InvalidUtf8)
        || code == ErrorCode::LoneSurrogate && path == "body"
}

/// The failure of a call's family; that of any, where it is not known which call it is.
pub(crate) fn failure_of(call: Option<&Call>) -> i32 {
    call.map_or(GeneralCode::FAILURE.0, |call| call.failure)
}

/// How many bytes a failure has beside its reason.
const FRAME: usize = 64;

/// In characters.
const MOST_OF_A_PATH: usize = 100;

/// The true reason for Meituan to read: what is wrong and where, no more. A path can hold what the sender wrote, so it is cut.
fn sentence(error: &Error) -> String {
    // It has no more characters than bytes.
    let is_long = error.path.len() > MOST_OF_A_PATH;
    let end = if is_long { error.path.char_indices().nth(MOST_OF_A_PATH) } else { None };
    let (path, is_cut) = end.map_or((&*error.path, false), |(end, _)| (&error.path[..end], true));
    let place = [path, if is_cut { "…" } else { "" }, if path.is_empty() { "" } else { "，" }].concat();
    [error.code.meaning_in_chinese(), "（", &place, error.code.as_str(), "）"].concat()
}

impl Supplier {
    /// The reply to a call that is not accepted: the failure of its family and the true reason, encrypted as the call was; or
    /// [`HttpReply::unknown`] where [`Refusal::answer_code`] has none.
    pub fn answer_refusal(&self, refusal: &Refusal) -> HttpReply {
        match refusal.answer_code() {
            Some(code) => self.http_reply(self.encode_failure(code, &refusal.reason()), refusal.encrypted, Vec::new()),
            None => HttpReply::unknown(),
        }
    }

    /// The failure envelope of a call whose reply cannot be sent for this.
    #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
    pub(crate) fn answer_fault(&self, call: &Call, error: &Error, encrypted: bool) -> HttpReply {
        self.http_reply(self.encode_failure(call.failure, &sentence(error)), encrypted, Vec::new())
    }

    /// A failure envelope of any code; nothing else is needed for it.
    pub fn encode_failure(&self, code: i32, describe: &str) -> Vec<u8> {
        let mut body = Vec::with_capacity(FRAME + describe.len());
        let mut envelope = ObjectWriter::begin(&mut body);
        envelope.field("code", &code);
        envelope.field("describe", &describe.to_owned());
        envelope.field("partnerId", &self.config().partner_id);
        envelope.end();
        body
    }

    /// The failure that the supplier's own code replies to a call, and what is said about its reason: a placeholder is sent, and reported.
    pub(crate) fn failure(&self, call: &Call, code: i32, describe: &str) -> (Vec<u8>, Vec<Issue>) {
        let body = self.encode_failure(code, describe);
        let mut packed = Packed::default();
        read(call.reply, &body, Reading::WIRE, &mut packed);
        packed.issues.retain(|issue| issue.path == "describe");
        (body, packed.issues)
    }

    /// The failure of a call's family where our own code fails.
    pub(crate) fn system_failure(&self, call: &Call) -> Vec<u8> {
        self.encode_failure(call.failure, SYSTEM_FAILURE)
    }

    /// The body as it travels: encrypted where the call was, and there is a key.
    pub(crate) fn http_reply(&self, body: Vec<u8>, encrypted: bool, warnings: Vec<Issue>) -> HttpReply {
        let mut headers = vec![("Content-Type", JSON.to_owned())];
        let sealed = if encrypted { self.seal(&body) } else { None };
        let body = match sealed {
            Some(sealed) => {
                headers.push((ENCRYPTION_HEADER, ENCRYPTED.to_owned()));
                sealed.into_bytes()
            }
            None => body,
        };
        HttpReply { status: 200, headers, body, warnings }
    }
}

/// A failure has a code that means failure to Meituan, and a reason.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_failure(call: &Call, code: i32, is_unlisted: bool, describe: &str) -> Result<(), Error> {
    let is_failure = if is_unlisted { call.may_fail_unlisted(code) } else { call.lists(code) && !call.is_outcome(code) };
    if !is_failure {
        return Err(illegal(code));
    }
    match says_nothing(describe) {
        true => Err(Error::at(ErrorCode::EmptyString, "describe")),
        false => Ok(()),
    }
}

pub(crate) fn illegal(code: i32) -> Error {
    Error::at(ErrorCode::IllegalReplyCode, "code").detail(&decimal(i64::from(code)))
}
