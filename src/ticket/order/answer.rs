//! The result of an event: its kind, and what to do then.

use super::admittance::Admittance;
use super::reasons::Reason;
use super::snapshot::{Failure, Notice};
use crate::Error;
use crate::message::json::ObjectWriter;
use crate::message::{RawJson, is_blank};
use crate::ticket::calls::*;
use crate::ticket::statics::with_interfaces;
use crate::ticket::{Call, CallReply};

/// The kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransitionKind {
    /// Something changes.
    Moved,
    /// It happened before, and nothing changes.
    Duplicate,
    /// It is older than what is known, and nothing changes.
    Stale,
    /// It cannot happen to such an order, and nothing changes.
    Illegal,
}

impl TransitionKind {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            TransitionKind::Moved => "moved",
            TransitionKind::Duplicate => "duplicate",
            TransitionKind::Stale => "stale",
            TransitionKind::Illegal => "illegal",
        }
    }
}

/// The work for an event once the snapshot is stored. Exhaustive: a program that applies events itself has to do each of these, and
/// one that lacks some should not compile.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Send this reply. To an event that is no call, it is what a waiting call would be replied.
    Reply(Box<OrderReply>),
    /// Run the supplier's function, and report how it ended by [`AttemptEnded`](super::AttemptEnded).
    Run(Run),
    /// Send these notices, and report of each how that ended, by [`NoticeEnded`](super::NoticeEnded).
    Send(Vec<Notice>),
    /// Open the gate for those who are admitted: the answer to [`Admit`](super::Admit), also where it is illegal.
    Admitted(Admittance),
    /// There is no reply that would be true yet: load the order and apply the same event again. When Meituan's time is
    /// up, break off without a reply, so that it sees a time-out and no failure.
    Busy,
    /// Nothing.
    None,
}

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderReply {
    /// The code.
    pub code: i32,
    /// The words; of a failure, the true reason.
    pub describe: String,
    /// The body.
    pub body: Option<ReplyBody>,
}

/// Of the table the calls about an order whose reply has a body, one by one.
macro_rules! reply_bodies {
    (
        @ {$($known:tt)*}
        [$constant:ident $variant:ident $name:literal $request:tt $codes:ident ($($reply:tt)+) $echo:tt ($order_id:ident) $($more:tt)*]
        $($rest:tt)*
    ) => {
        reply_bodies! { @ {$($known)* $variant($($reply)+)} $($rest)* }
    };
    (@ $known:tt [$($other:tt)*] $($rest:tt)*) => {
        reply_bodies! { @ $known $($rest)* }
    };
    (@ {$($variant:ident($($kind:tt)*))*} $({$($notice:tt)*})*) => {
        /// The body of a reply, by the call that it replies to.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each is what its type says")]
        pub enum ReplyBody {
            $($variant(crate::kind_type!($($kind)*)),)*
        }

        $(impl From<crate::kind_type!($($kind)*)> for ReplyBody {
            fn from(body: crate::kind_type!($($kind)*)) -> ReplyBody {
                ReplyBody::$variant(body)
            }
        })*

        impl ReplyBody {
            /// Reads the body of a reply from the wire: for tests, logs and tools. Nothing where the call's reply has none.
            ///
            /// # Errors
            /// The first thing that refuses it.
            pub fn from_wire(call: &'static Call, wire: &[u8]) -> Result<Option<ReplyBody>, Error> {
                $(if <crate::kind_type!($($kind)*) as CallReply>::CALL.is_some_and(|own| std::ptr::eq(own, call)) {
                    return crate::ticket::read_body(call, true, wire).map(|body| Some(ReplyBody::$variant(body)));
                })*
                Ok(None)
            }

            /// Writes it as a field of an object, in program notation.
            pub(crate) fn put_as(&self, name: &str, object: &mut ObjectWriter<'_>) {
                match self { $( ReplyBody::$variant(body) => object.field(name, body), )* }
            }

            /// Writes it by itself, in program notation.
            pub fn to_json(&self) -> RawJson {
                match self { $( ReplyBody::$variant(body) => RawJson::of(body), )* }
            }
        }
    };
    ($($table:tt)*) => {
        reply_bodies! { @ {} $($table)* }
    };
}

with_interfaces!(reply_bodies);

/// A function to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The call's name.
    pub call: String,
    /// The idempotency key of the attempt.
    pub key: String,
    /// The call's body, where it was kept; a driver that has the call itself does not need it.
    pub request: Option<RawJson>,
}

impl OrderReply {
    pub(super) fn success(body: Option<ReplyBody>) -> Answer {
        OrderReply::outcome(200, Reason::Success, body)
    }

    pub(super) fn outcome(code: i32, reason: Reason, body: Option<ReplyBody>) -> Answer {
        Answer::Reply(Box::new(OrderReply { code, describe: reason.text().into(), body }))
    }

    pub(super) fn failure(failure: &Failure) -> Answer {
        Answer::Reply(Box::new(OrderReply { code: failure.code, describe: failure.describe.clone(), body: None }))
    }
}

impl Failure {
    /// A failure as the supplier's people or system report it: a code of another call's family becomes the family's "other".
    pub(super) fn reported(call: &Call, code: Option<i32>, describe: &str) -> Failure {
        Failure::told(call, code.filter(|code| code / 100 == call.failure / 100), describe)
    }

    /// A failure as the supplier's function returns it. A code that says anything but failure becomes the family's "other", and
    /// missing words are replaced.
    pub(super) fn told(call: &Call, code: Option<i32>, describe: &str) -> Failure {
        let code = code.filter(|&code| code != 0 && call.may_fail_unlisted(code)).unwrap_or(call.failure);
        let describe = if is_blank(describe) { Reason::NoReasonGiven.text() } else { describe };
        Failure { code, describe: describe.into() }
    }
}
