//! Completes a reply with the fields that the supplier's program need not set: its words, its sender, repeated fields of the
//! request, and times.

use crate::exchange::says_nothing;
use crate::message::definition::Facts;
use crate::message::json::{ObjectWriter, push_text};
use crate::ticket::{Call, Supplier};
use crate::time::Timestamp;
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
use crate::{Error, ErrorCode};

#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
/// Which outcome a JavaScript program replies; one in Rust says the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Success.
    Done,
    /// It was done before.
    Already,
    /// It is put off.
    Pending,
}

#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
impl Outcome {
    /// The code that says so to this call.
    ///
    /// # Errors
    /// `ILLEGAL_REPLY_CODE` where nothing says so.
    pub(crate) fn code(self, call: &Call) -> Result<i32, Error> {
        let code = match self {
            Outcome::Done => Some(200),
            Outcome::Already => call.already,
            Outcome::Pending => call.pending,
        };
        code.ok_or_else(|| Error::at(ErrorCode::IllegalReplyCode, "code"))
    }
}

/// A program's reply, in program notation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'s> {
    pub(crate) code: i32,
    /// Nothing: the outcome's own word.
    pub(crate) describe: &'s str,
    pub(crate) body: Option<&'s [u8]>,
    /// An object with what is beside the body, or nothing.
    pub(crate) beside: &'s [u8],
    /// An object with what the request said of the fields that the reply repeats.
    pub(crate) repeated: &'s [u8],
    /// When the call came, and when it is replied.
    pub(crate) times: [Option<Timestamp>; 2],
}

impl Supplier {
    /// The envelope of an outcome in program notation, and what is to be known when it is read: repeated fields are behind those of
    /// the program, which count.
    pub(crate) fn completed(&self, call: &Call, said: &Said<'_>, facts: Facts) -> (Vec<u8>, Facts) {
        let body = said.body.unwrap_or_default();
        let mut program = Vec::with_capacity(body.len() + said.beside.len() + said.repeated.len() + 160);
        let mut envelope = ObjectWriter::begin(&mut program);
        envelope.field("code", &said.code);
        push_text(if says_nothing(said.describe) { Call::words_of(said.code) } else { said.describe }, envelope.entry("describe"));
        envelope.field("partnerId", &self.config().partner_id);
        envelope.fields(inside(said.beside));
        let facts = match (said.body, call.echoes) {
            (None, []) => facts,
            (Some(body), []) => {
                envelope.raw("body", body);
                facts
            }
            _ => put_body(call, said, facts, envelope.entry("body")),
        };
        envelope.end();
        (program, facts)
    }
}

/// The fields of an object, without its braces.
fn inside(object: &[u8]) -> &[u8] {
    object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default()
}

/// The body, and behind it the repeated fields. The reader refuses a body that is no object.
fn put_body(call: &Call, said: &Said<'_>, facts: Facts, program: &mut Vec<u8>) -> Facts {
    let repeated = inside(said.repeated);
    let left_out = facts.left_out.or(call.known_echo.filter(|name| value_of(name, repeated).is_none()));
    let body = said.body.unwrap_or(b"{}").trim_ascii();
    if !(body.starts_with(b"{") && body.ends_with(b"}")) {
        program.extend_from_slice(body);
        return Facts { left_out, ..facts };
    }
    let own = inside(body);
    let mut object = ObjectWriter::begin(program);
    object.fields(if own.trim_ascii().is_empty() { b"" } else { own });
    let from = object.written() as u32;
    object.fields(repeated);
    if Some(said.code) != call.pending {
        for (name, at) in call.times.iter().zip(said.times) {
            object.field(name, &at);
        }
    }
    object.end();
    Facts { left_out, repeated_from: Some(from), ..facts }
}

/// The beginning of a field's value in fields that the library has written: no string holds a quote that is not escaped.
fn value_of(name: &str, fields: &[u8]) -> Option<usize> {
    let key = ["\"", name, "\":"].concat();
    fields.windows(key.len()).position(|piece| piece == key.as_bytes()).map(|at| at + key.len())
}

/// A body that a Rust value was written as, without the ids of the call that name nothing: they are as a value is by default.
pub(crate) fn without_defaults(call: &Call, body: &str) -> Vec<u8> {
    let mut body = body.as_bytes().to_vec();
    for name in call.echoes {
        let Some(at) = value_of(name, &body) else { continue };
        let rest = body.get(at..).unwrap_or_default();
        let Some(nothing) = ["\"\"", "\"0\""].into_iter().find(|nothing| rest.starts_with(nothing.as_bytes())) else { continue };
        let (mut start, mut end) = (at - name.len() - 3, at + nothing.len());
        match (body.get(end), start.checked_sub(1).and_then(|before| body.get(before))) {
            (Some(b','), _) => end += 1,
            (_, Some(b',')) => start -= 1,
            _ => {}
        }
        body.drain(start..end);
    }
    body
}
