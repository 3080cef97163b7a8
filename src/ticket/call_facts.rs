//! Facts of an interface of the ticket API beside its messages. [`CALLS`](super::CALLS) has them all.

use crate::message::Doc;
use crate::message::definition::{Enumeration, Message};

/// One interface: who calls, what is said, what may be replied.
pub struct Call {
    /// The name, such as `orderCreate`.
    pub name: &'static str,
    /// Its description.
    pub doc: Doc,
    /// The caller.
    pub direction: Direction,
    /// The request as it travels.
    pub request: &'static Message,
    /// The reply as it travels.
    pub reply: &'static Message,
    /// The codes that a reply may carry.
    pub codes: &'static Enumeration,
    /// The code of a failure that no other code names: the family's x99, else 300.
    pub failure: i32,
    /// Codes beside 200 that are no failure: the answer is put off, or was given before.
    pub outcomes: &'static [i32],
    /// The code that puts the answer off, where there is one: the result follows by notice.
    pub pending: Option<i32>,
    /// The code that says that the answer was given before, where there is one.
    pub already: Option<i32>,
    /// Whether the whole body is encrypted where encryption is configured; replies mirror their request.
    pub encryption: Encryption,
    /// Fields of the reply's body that repeat the request's.
    pub echoes: &'static [&'static str],
    /// The one of them that a request may lack, because the supplier's own record has it.
    pub known_echo: Option<&'static str>,
    /// Fields of the reply's body that say when the call came and when it was replied to; an answer that is put off has none.
    pub times: &'static [&'static str],
    /// Fields of the request's body by which a repeat is known to be one.
    pub repeats: &'static [&'static str],
    /// The subject.
    pub about: About,
    /// The supplier's work for it.
    pub work: Work,
    /// Whether a supplier must have it.
    pub need: Need,
}

/// By its name.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.name).finish()
    }
}

/// The caller. Exhaustive: an interface has two sides, and one of them calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Meituan calls the supplier, at a path of the supplier's choice.
    ToSupplier,
    /// The supplier calls Meituan, at this path. The path is also what is signed; it has the `/rhone` prefix that the
    /// printed documentation leaves out.
    ToMeituan(&'static str),
}

/// When the whole body is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// It is not.
    Never,
    /// In the interface's newer version, as seen live: who receives it accepts both, unless encryption is required.
    Newer,
    /// Always.
    Always,
}

/// The subject of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// One order: its number is in the body.
    Order,
    /// Products, sights, prices, the account, the connection.
    Other,
}

/// The supplier's work for a call, beside replying. When that breaks off, nobody knows whether it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// Nothing: the reply follows from what is known.
    Nothing,
    /// It acts: where orders are kept there is a function for it.
    Needed,
    /// It acts where there is something to do; without a function the message is accepted.
    Message,
    /// It acts where the call is served; without a function it is refused.
    Served,
}

/// Whether a supplier must have an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// Meituan connects no supplier without it. Its number in part three of the acceptance manual (三、必须要开发的接口).
    Mandatory(u8),
    /// It need not be developed. Its number in part two of the acceptance manual (二、以下接口可以不开发).
    Optional(u8),
    /// It is in neither part.
    Unlisted,
}

impl Call {
    /// Whether a reply of this code is no failure.
    pub fn is_outcome(&self, code: i32) -> bool {
        code == 200 || self.outcomes.contains(&code)
    }

    /// Whether Meituan lists this code for this call.
    pub fn lists(&self, code: i32) -> bool {
        self.codes.values.iter().any(|listed| listed.value == code)
    }

    /// Whether a failure may carry this code, though Meituan does not list it for this call.
    pub fn may_fail_unlisted(&self, code: i32) -> bool {
        !Call::never_fails(code.into()) && !self.is_outcome(code)
    }

    /// Whether Meituan calls the supplier.
    pub fn is_to_supplier(&self) -> bool {
        self.direction == Direction::ToSupplier
    }

    /// Whether it is about one order.
    pub fn is_about_order(&self) -> bool {
        self.about == About::Order
    }

    /// Whether it makes the supplier do something. When that breaks off, nobody knows whether it is done.
    pub fn acts(&self) -> bool {
        self.work != Work::Nothing
    }

    /// Whether a success says something in a body.
    pub(crate) fn has_reply_body(&self) -> bool {
        self.reply.fields.iter().any(|field| field.name == "body")
    }

    /// Whether the request's envelope has more of the message than its body.
    pub(crate) fn has_envelope_of_its_own(&self) -> bool {
        self.request.fields.iter().any(|field| !["partnerId", "body"].contains(&field.name))
    }

    /// Whether Meituan connects no supplier without it (acceptance manual, part three).
    pub fn is_mandatory(&self) -> bool {
        matches!(self.need, Need::Mandatory(_))
    }

    /// Whether a supplier need not develop it (acceptance manual, part two).
    pub fn is_optional(&self) -> bool {
        matches!(self.need, Need::Optional(_))
    }
}
