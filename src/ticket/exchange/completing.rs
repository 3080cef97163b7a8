//! What a reply says that the supplier's program need not say: its words, who it is from, what it repeats of the request, and when.

use crate::exchange::says_nothing;
use crate::message::definition::{Field, Message, Presence};
use crate::message::peek::{Peek, looking_for, raw, replace};
use crate::message::value::push_text;
use crate::money::{decimal, push_integer};
use crate::ticket::{Call, MAY_BE_LEFT_OUT, ORDER_REFUND, Supplier};
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
            Outcome::Already => Some(601).filter(|code| call.outcomes.contains(code)),
            Outcome::Pending => call.pending,
        };
        code.ok_or_else(|| Error::at(ErrorCode::IllegalReplyCode, "code"))
    }
}

/// What an outcome is called where nothing else is said of it.
fn word_of(code: i32) -> &'static str {
    match code {
        598 => "出票中",
        601 => "已退款",
        602 => "退款审批中",
        999 => "异步受理",
        _ => "success",
    }
}

/// What a program replies, in program notation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'s> {
    pub(crate) code: i32,
    /// Nothing: the outcome's own word.
    pub(crate) describe: &'s str,
    pub(crate) body: Option<&'s [u8]>,
    /// An object with what is beside the body, or nothing.
    pub(crate) beside: &'s [u8],
    /// An object with what the request said of the fields that the reply repeats.
    pub(crate) asked: &'s [u8],
    /// When the call came, and when it is replied.
    pub(crate) times: [Option<Timestamp>; 2],
}

/// A field of any content, null included.
const fn given(name: &'static str) -> Field {
    Field { presence: Presence::Optional, ..raw(name) }
}

static REPEATED: Message = looking_for(&[
    given("orderId"),
    given(MAY_BE_LEFT_OUT),
    given("refundId"),
    given("rescheduleNo"),
    given(TIMES[0]),
    given(TIMES[1]),
]);

/// When a refund was asked for, and answered.
const TIMES: [&str; 2] = ["requestTime", "responseTime"];

/// What names nothing is as good as absent.
fn names_nothing(value: &[u8]) -> bool {
    matches!(value, b"\"\"" | b"\"0\"" | b"0")
}

impl Supplier {
    /// The envelope of an outcome in program notation, and the field that it may lack because the request did.
    pub(crate) fn completed(&self, call: &Call, said: &Said<'_>) -> (Vec<u8>, Option<&'static str>) {
        let mut program = Vec::with_capacity(said.body.unwrap_or_default().len() + 256);
        program.extend_from_slice(b"{\"code\":");
        push_integer(&mut program, i64::from(said.code));
        program.extend_from_slice(b",\"describe\":");
        push_text(if says_nothing(said.describe) { word_of(said.code) } else { said.describe }, &mut program);
        program.extend_from_slice(b",\"partnerId\":");
        push_integer(&mut program, i64::from(self.config().partner_id));
        let beside = said.beside.trim_ascii();
        if let Some(fields) = beside.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).filter(|fields| !fields.is_empty())
        {
            program.push(b',');
            program.extend_from_slice(fields);
        }
        let mut left_out = None;
        let is_empty = said.body.is_none() && call.echoes.is_empty();
        if !is_empty {
            program.extend_from_slice(b",\"body\":");
            left_out = put_body(call, said, &mut program);
        }
        program.push(b'}');
        (program, left_out)
    }
}

/// The body, with what it repeats. What is no object is refused by the reader.
fn put_body(call: &Call, said: &Said<'_>, program: &mut Vec<u8>) -> Option<&'static str> {
    let body = said.body.unwrap_or(b"{}");
    let open = body.iter().position(|byte| *byte == b'{').filter(|at| body[..*at].trim_ascii().is_empty());
    let (false, Some(open), Ok(asked), Ok(seen)) =
        (call.echoes.is_empty(), open, Peek::new(&REPEATED, said.asked), Peek::new(&REPEATED, body))
    else {
        program.extend_from_slice(body);
        return None;
    };
    let (before, rest) = body.split_at(open + 1);
    let begins = program.len();
    program.extend_from_slice(before);
    let ends_at_once = rest.trim_ascii_start().starts_with(b"}");
    let mut replaced = Vec::new();
    let mut repeat = |name: &'static str, value: &[u8], is_nothing: fn(&[u8]) -> bool| match seen.raw(name) {
        None => {
            push_text(name, program);
            program.push(b':');
            program.extend_from_slice(value);
            program.push(b',');
        }
        Some(there) if is_nothing(there) => replaced.push((name, value.to_vec())),
        Some(_) => {}
    };
    for &name in call.echoes {
        if let Some(value) = asked.raw(name).filter(|value| !names_nothing(value)) {
            repeat(name, value, names_nothing);
        }
    }
    if call.name == ORDER_REFUND.name && Some(said.code) != call.pending {
        for (name, at) in TIMES.into_iter().zip(said.times) {
            if let Some(at) = at {
                repeat(name, decimal(at.0).as_bytes(), |there| there == b"null");
            }
        }
    }
    if ends_at_once && program.last() == Some(&b',') {
        program.pop();
    }
    program.extend_from_slice(rest);
    for (name, value) in replaced {
        let mut text = program.split_off(begins);
        if let Some(range) = Peek::new(&REPEATED, &text).ok().and_then(|seen| seen.range(name)) {
            replace(&mut text, range, &value);
        }
        program.append(&mut text);
    }
    let is_left_out = call.echoes.contains(&MAY_BE_LEFT_OUT) && asked.raw(MAY_BE_LEFT_OUT).is_none_or(names_nothing);
    is_left_out.then_some(MAY_BE_LEFT_OUT)
}
