//! Replies to Meituan's calls in Rust types.

use super::exchange::{HttpReply, NOT_SERVED, Said, check_failure, illegal, without_defaults};
use super::{Call, CallReply, ReceivedCall, Supplier};
use crate::message::definition::Facts;
use crate::message::value::FieldValue;
use crate::message::{Packed, RawJson};
use crate::secret::debug_shows;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue};

/// A reply, before it is checked. `B` is the body's type, and decides the codes; without it, a reply to any call.
///
/// ```
/// use meituan_protocol::ticket::Reply;
/// use meituan_protocol::ticket::calls::OrderPaid;
/// use meituan_protocol::ticket::codes::OrderPayCode;
///
/// let refused: Reply<OrderPaid> = Reply::refuse(OrderPayCode::BALANCE_INSUFFICIENT, "预存款不足");
/// let received = Reply::ok(()); // to a call whose reply has no body
/// let any: Reply = refused.into();
/// ```
///
/// Another call's code is no code of the reply:
///
/// ```compile_fail,E0308
/// # use meituan_protocol::ticket::{Reply, calls::OrderPaid, codes::OrderRefundCode};
/// let refused: Reply<OrderPaid> = Reply::refuse(OrderRefundCode::OTHER, "余票不足");
/// ```
pub struct Reply<B = AnyBody> {
    code: i32,
    describe: String,
    /// In program notation.
    body: Option<RawJson>,
    facts: Facts,
    kind: Kind,
    /// The call that it replies to; nothing where it may be any whose reply has no body.
    to: Option<&'static Call>,
    typed: std::marker::PhantomData<fn() -> B>,
}

/// The type of a reply's body, where the call is not known to the compiler.
#[derive(Debug, Clone, Copy)]
pub struct AnyBody;

impl<B> Clone for Reply<B> {
    fn clone(&self) -> Self {
        let Reply { code, describe, body, facts, kind, to, typed } = self;
        Reply { code: *code, describe: describe.clone(), body: body.clone(), facts: *facts, kind: *kind, to: *to, typed: *typed }
    }
}

debug_shows!([B] Reply<B> { to, code, kind });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outcome,
    Failure,
    /// A failure by a code that Meituan does not list for the call.
    Unlisted,
}

impl<B: CallReply> Reply<B> {
    /// Success (200) with this body; `()` where the call has none.
    pub fn ok(body: B) -> Self {
        Reply::new(B::CALL, Kind::Outcome, 200, "success", body_of(&body))
    }

    /// An outcome of the call's own that is no failure, such as 598, 601 or 602, with this body.
    pub fn outcome(code: B::Code, describe: &str, body: B) -> Self {
        Reply::new(B::CALL, Kind::Outcome, code.into(), describe, body_of(&body))
    }

    /// A failure: one of the call's codes, and the true reason in words.
    ///
    /// It says that nothing was done: Meituan refunds an order that it believes not to be issued. If order create, pay, refund,
    /// reschedule, close or a refunded message may have acted and the outcome is not known, answer HTTP 503 without a body instead,
    /// which counts as a time-out for Meituan (inferred): [`Supplier::answer_failure`]; or put pay and refund off (598, 602) where
    /// the notice follows.
    pub fn refuse(code: B::Code, describe: &str) -> Self {
        Reply::new(B::CALL, Kind::Failure, code.into(), describe, None)
    }

    /// A failure by a code that Meituan does not list for the call, and the true reason in words.
    pub fn refuse_unlisted(code: i32, describe: &str) -> Self {
        Reply::new(B::CALL, Kind::Unlisted, code, describe, None)
    }
}

fn body_of(body: &impl FieldValue) -> Option<RawJson> {
    (!body.is_absent()).then(|| RawJson::of(body))
}

impl Reply {
    /// A reply to a call that is known when the program runs: by its code no failure, or one, listed or not. The body is in program
    /// notation; a failure has none.
    pub fn by_code(call: &'static Call, code: i32, describe: &str, body: Option<RawJson>) -> Self {
        let kind = match (call.is_outcome(code), call.lists(code)) {
            (true, _) => Kind::Outcome,
            (false, true) => Kind::Failure,
            (false, false) => Kind::Unlisted,
        };
        Reply::new(Some(call), kind, code, describe, body.filter(|_| kind == Kind::Outcome))
    }
}

impl<B> Reply<B> {
    fn new(to: Option<&'static Call>, kind: Kind, code: i32, describe: &str, body: Option<RawJson>) -> Self {
        Reply { code, describe: describe.into(), body, facts: Facts::default(), kind, to, typed: std::marker::PhantomData }
    }

    /// The order has so many tickets: rules that count are checked.
    #[must_use]
    pub fn for_quantity(mut self, quantity: u32) -> Self {
        self.facts.quantity = Some(quantity);
        self
    }

    pub(super) fn of_any(self) -> Reply {
        let Reply { code, describe, body, facts, kind, to, .. } = self;
        Reply { code, describe, body, facts, kind, to, typed: std::marker::PhantomData }
    }

    /// # Errors
    /// Where it is another call's.
    fn check_call(&self, call: &'static Call) -> Result<(), Error> {
        let is_own = self.to.map_or(!call.has_reply_body(), |to| std::ptr::eq(to, call));
        if is_own {
            return Ok(());
        }
        let own = self.to.map_or("a call without a body", |to| to.name);
        Err(Error::at(ErrorCode::WrongType, "").detail(&["expected a reply to ", call.name, ", found one to ", own].concat()))
    }
}

impl Supplier {
    /// Writes a reply, checked before it leaves.
    ///
    /// # Errors
    /// `WRONG_TYPE` for the reply of another call; else the first thing that the definition or a documented rule refuses.
    pub fn reply<B>(&self, to: &ReceivedCall, reply: &Reply<B>) -> Result<HttpReply, Error> {
        self.reply_at(to, reply, None)
    }

    /// Writes the reply at this timestamp, which the reply to a refund has where it does not say when.
    ///
    /// # Errors
    /// As there.
    pub fn reply_now<B>(&self, to: &ReceivedCall, reply: &Reply<B>, now: Timestamp) -> Result<HttpReply, Error> {
        self.reply_at(to, reply, Some(now))
    }

    fn reply_at<B>(&self, to: &ReceivedCall, reply: &Reply<B>, now: Option<Timestamp>) -> Result<HttpReply, Error> {
        reply.check_call(to.call)?;
        match reply.kind {
            Kind::Outcome if !to.call.lists(reply.code) => return Err(illegal(reply.code)),
            Kind::Outcome if to.call.is_outcome(reply.code) => {}
            Kind::Outcome | Kind::Failure => check_failure(to.call, reply.code, false, &reply.describe)?,
            Kind::Unlisted => {
                check_failure(to.call, reply.code, true, &reply.describe)?;
                let (body, warnings) = self.failure(to.call, reply.code, &reply.describe);
                return Ok(self.http_reply(body, to.encrypted, warnings));
            }
        }
        let times = [now.map(|_| to.received_at), now];
        let (body, warnings) = self.written(to.call, reply, &to.body.repeated(), times, reply.facts)?;
        Ok(self.http_reply(body, to.encrypted, warnings))
    }

    /// The reply as it travels, and what it is warned of. `asked` is what the request said of what the reply repeats.
    pub(super) fn written<B>(
        &self,
        call: &'static Call,
        reply: &Reply<B>,
        repeated: &[u8],
        times: [Option<Timestamp>; 2],
        facts: Facts,
    ) -> Result<(Vec<u8>, Vec<Issue>), Error> {
        if !call.is_outcome(reply.code) {
            return Ok(self.failure(call, reply.code, &reply.describe));
        }
        let body = reply.body.as_ref().map(|body| without_defaults(call, body.as_str()));
        let said = Said { code: reply.code, describe: &reply.describe, body: body.as_deref(), beside: b"", repeated, times };
        let (program, facts) = self.completed(call, &said, facts);
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        self.encode_reply(call, reply.code, &program, facts, &mut packed, &mut body)?;
        Ok((body, packed.issues))
    }

    /// Writes the reply where your own code failed, and what it did is not known. To the calls that make it do something
    /// ([`Call::acts`]) that is [`HttpReply::unknown`]: after a failure Meituan would refund what may be issued. To all others it
    /// is the family's failure.
    pub fn answer_failure(&self, to: &ReceivedCall) -> HttpReply {
        match to.call.acts() {
            true => HttpReply::unknown(),
            false => self.http_reply(self.system_failure(to.call), to.encrypted, Vec::new()),
        }
    }

    /// The reply to a call that is not served here.
    pub(super) fn answer_unserved(&self, to: &ReceivedCall) -> HttpReply {
        self.http_reply(self.encode_failure(to.call.failure, NOT_SERVED), to.encrypted, Vec::new())
    }
}
