//! Values that cross as JSON and not as numbers: findings, errors, and other cold objects.

use crate::message::json::{ObjectWriter, push_list, push_text};
use crate::message::value::{FieldValue, Slot};
use crate::{Error, ErrorCode, Issue, Remote};

/// A value that crosses as JSON and not as numbers. It is one type, so that there is one routine for all of it.
pub(super) enum Crossing<'c> {
    Absent,
    Flag(bool),
    Number(i64),
    Text(&'c str),
    Findings(&'c [Issue]),
    /// Fields that are absent are left out.
    Object(&'c [(&'static str, Crossing<'c>)]),
}

impl<'c> Crossing<'c> {
    pub(super) fn optional(text: Option<&'c str>) -> Self {
        text.map_or(Crossing::Absent, Crossing::Text)
    }
}

/// These are only written.
impl FieldValue for Crossing<'_> {
    fn decode(_: Option<Slot<'_>>) -> Self {
        Crossing::Absent
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Crossing::Absent => out.extend_from_slice(b"null"),
            Crossing::Flag(flag) => flag.encode(out),
            Crossing::Number(number) => number.encode(out),
            Crossing::Text(text) => push_text(text, out),
            Crossing::Findings(issues) => {
                push_list(*issues, out, |issue, out| Crossing::Object(&finding(issue)).encode(out));
            }
            Crossing::Object(fields) => {
                let mut object = ObjectWriter::begin(out);
                for (name, value) in *fields {
                    object.field(name, value);
                }
                object.end();
            }
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Crossing::Absent)
    }
}

/// The fields of a finding.
pub(super) fn finding(issue: &Issue) -> [(&'static str, Crossing<'_>); 6] {
    [
        ("code", Crossing::Text(issue.code.as_str())),
        ("refuses", Crossing::Flag(issue.refuses)),
        ("path", Crossing::Text(&issue.path)),
        ("rule", Crossing::optional(issue.rule)),
        ("detail", Crossing::Text(&issue.detail)),
        ("offset", Crossing::Number(i64::from(issue.offset))),
    ]
}

/// Appends an error.
pub(super) fn failure(error: &Error, out: &mut Vec<u8>) {
    let remote = error.remote.as_deref();
    let of_remote = |value: fn(&Remote) -> Crossing<'_>| remote.map_or(Crossing::Absent, value);
    Crossing::Object(&[
        ("code", Crossing::Text(error.code.as_str())),
        ("path", Crossing::Text(&error.path)),
        ("rule", Crossing::optional(error.rule)),
        ("detail", Crossing::Text(&error.detail)),
        ("stringToSign", Crossing::optional(error.string_to_sign.as_deref())),
        ("issues", Crossing::Findings(&error.issues)),
        ("remoteCode", of_remote(|remote| Crossing::Number(remote.code))),
        ("remoteName", of_remote(|remote| Crossing::Text(remote.name))),
        ("describe", of_remote(|remote| Crossing::Text(&remote.describe))),
        ("retryable", of_remote(|remote| Crossing::Flag(remote.retryable))),
        ("gateway", of_remote(|remote| Crossing::Flag(remote.gateway))),
        (
            "httpStatus",
            of_remote(|remote| remote.http_status.map_or(Crossing::Absent, |status| Crossing::Number(i64::from(status)))),
        ),
        ("traceId", of_remote(|remote| Crossing::Text(&remote.trace_id))),
    ])
    .encode(out);
}

/// An error that JavaScript has found: a line with its code, then its path.
pub(super) fn found_outside(said: &[u8]) -> Error {
    let said = std::str::from_utf8(said).unwrap_or_default();
    let (code, path) = said.split_once('\n').unwrap_or((said, ""));
    Error::at(ErrorCode::named(code).unwrap_or(ErrorCode::WrongType), path)
}

pub(super) fn unreadable() -> Error {
    Error::at(ErrorCode::InvalidJson, "")
}

/// A value as a plain object. There is always one: no value of ours is a number or key that JavaScript does not have.
#[cfg(feature = "wasm")]
pub(super) fn as_object(value: &impl serde::Serialize) -> wasm_bindgen::JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or_default()
}
