//! The service over JSON and the wire: what JavaScript gets of it.

use super::{Answered, Done, News, Recorded, Save, Service, Step, Task, Then, Transition};
use crate::message::definition::{Facts, Message};
use crate::message::json::ObjectWriter;
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::{Notation, Packed, Reading, View, read};
use crate::ticket::calls::{OrderCreated, OrderPaid, OrderRefunded, OrderRescheduled};
use crate::ticket::order::{Applied, AttemptEnded, Order, Outcome, Report, put_fields};
use crate::ticket::statics::with_interfaces;
use crate::ticket::{self, Call, ReplyOutcome, Said, Supplier};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};

impl Service {
    /// Appends a step as JSON, in program notation:
    ///
    /// ```json
    /// { "until": 1480000025000,
    ///   "save": { "due": 1480000060000, "openConflicts": 1, "conflicts": [{…}], "givenUp": [{…}], "reports": ["calendar-ends"] },
    ///   "then": "run", "call": "orderPay", "key": "orderPay:7", "deadline": 1480000025000, "partnerOrderId": "P1", "counts": {…} }
    /// ```
    ///
    /// The order that is saved is not in it: it goes as [`Save::json`].
    ///
    /// `heard` has `conflicts`, `givenUp` and `reports` as `save` has them: what an earlier try has saved, or may have.
    ///
    /// `then` is `load`, `pause` (with `min` and `max`), `run`, `send` (with `notices`), `reply` (with `code`; the reply itself is
    /// written by [`Supplier::write_answer`](crate::ticket::Supplier)), `noReply` and `failed` (with `why`), `settled` (with
    /// `due`), or `recorded` (with the fields of a transition).
    pub fn put_step(&self, step: &Step, now: Timestamp, out: &mut Vec<u8>) {
        let mut object = ObjectWriter::begin(out);
        object.field("until", &step.until);
        if let Some(news) = &step.heard {
            object.nested("heard", |object| put_news(object, news));
        }
        if let Some(Save { order, due, news, .. }) = &step.save {
            object.nested("save", |object| {
                object.field("due", due);
                let open = order.conflicts.iter().filter(|conflict| conflict.resolved_at.is_none()).count() as u32;
                object.field("openConflicts", &Some(open).filter(|&open| open > 0));
                put_news(object, news);
            });
        }
        let then = match &step.then {
            Then::Load => "load",
            Then::Pause(..) => "pause",
            Then::Run(_) => "run",
            Then::Send(_) => "send",
            Then::Done(Done::Reply(_)) => "reply",
            Then::Done(Done::NoReply(_)) => "noReply",
            Then::Done(Done::Recorded(_)) => "recorded",
            Then::Done(Done::Settled(_)) => "settled",
            Then::Done(Done::Failed(_)) => "failed",
        };
        object.field("then", &then);
        match &step.then {
            Then::Load => {}
            Then::Pause(min, max) => {
                object.field("min", &Timestamp(*min));
                object.field("max", &Timestamp(*max));
            }
            Then::Run(Task { call, key, request, deadline }) => {
                object.field("call", call);
                object.field("key", key);
                object.field("request", request);
                object.field("deadline", deadline);
                let order = step.save.as_ref().map(|save| &save.order);
                object.field("partnerOrderId", &order.and_then(|order| order.partner_order_id.clone()));
                object.field("counts", &order.map(Order::counts));
            }
            Then::Send(notices) => object.field("notices", notices),
            Then::Done(Done::Reply(answered)) => object.field("code", &answered.reply.code),
            Then::Done(Done::NoReply(why) | Done::Failed(why)) => object.field("why", &why.as_str()),
            Then::Done(Done::Settled(due)) => object.field("due", due),
            Then::Done(Done::Recorded(recorded)) => self.put_recorded(&mut object, recorded, now),
        }
        object.end();
    }

    fn put_recorded(&self, object: &mut ObjectWriter<'_>, recorded: &Recorded, now: Timestamp) {
        let Recorded { transition: Transition { kind, answer, conflicts, reason, reports, .. }, order } = recorded;
        let (kind, answer, reason) = (*kind, answer.clone(), *reason);
        let applied = Applied { kind, answer, conflicts: conflicts.clone(), reason, reports: reports.clone(), stored: None };
        put_fields(object, order.as_ref(), &applied, &self.settings, now);
    }
}

fn put_news(object: &mut ObjectWriter<'_>, news: &News) {
    object.field("conflicts", &news.conflicts);
    object.field("givenUp", &news.given_up);
    let reports: Vec<&str> = news.reports.iter().copied().map(Report::id).collect();
    object.field("reports", &reports);
}

/// The body of a reply that says what was done, and its field of the event.
trait DoneBody: Sized {
    fn of(end: &mut AttemptEnded) -> &mut Option<Self>;
}

macro_rules! done_bodies {
    ($($body:ident $field:ident;)*) => {$(
        impl DoneBody for $body {
            fn of(end: &mut AttemptEnded) -> &mut Option<Self> {
                &mut end.$field
            }
        }
    )*};
}

done_bodies! {
    OrderCreated created;
    OrderPaid paid;
    OrderRefunded refunded;
    OrderRescheduled rescheduled;
}

/// Puts the body of a reply into its field of the event, if it replies to this call.
macro_rules! put_body {
    // It is about no order, or nothing is done for it, or a success says nothing of its own.
    ($call:ident $view:ident $end:ident $constant:ident () $work:ident $reply:tt) => {};
    ($call:ident $view:ident $end:ident $constant:ident $order_id:tt Nothing $reply:tt) => {};
    ($call:ident $view:ident $end:ident $constant:ident $order_id:tt $work:ident ()) => {};
    ($call:ident $view:ident $end:ident $constant:ident $order_id:tt $work:ident ($($kind:tt)+)) => {
        if std::ptr::eq($call, &ticket::$constant) {
            *<crate::kind_type!($($kind)+)>::of($end) = $view.decode("body");
        }
    };
}

macro_rules! ends {
    (
        $([$constant:ident $variant:ident $name:literal $request:tt $codes:ident $reply:tt $echoes:tt $order_id:tt
            $request_body:tt $reply_body:tt $repeats:tt $work:ident])*
        $({$($notice:tt)*})*
    ) => {
        /// Puts the body of a reply into its field of the event, where it says what was done.
        fn put_body(call: &'static Call, reply: &View<'_>, end: &mut AttemptEnded) {
            $(put_body!(call reply end $constant $order_id $work $reply_body);)*
        }
    };
}

with_interfaces!(ends);

static SAID: Message = looking_for(&[raw("outcome"), raw("repeated"), raw("beside"), raw("body")]);

/// How a function ended that has replied this, checked as a reply is that leaves: `outcome` (1 for what was done before), `repeated` with what
/// the reply repeats, `beside` with what is beside its body, and `body`.
///
/// # Errors
/// The first finding that refuses the reply.
pub(crate) fn end_of_reply(
    supplier: &Supplier,
    call: &'static Call,
    said: &[u8],
    quantity: Option<u32>,
    packed: &mut Packed,
) -> Result<AttemptEnded, Error> {
    let seen = Peek::new(&SAID, said)?;
    let outcome = if seen.number("outcome") == Some(1) { ReplyOutcome::Already } else { ReplyOutcome::Done };
    let said = Said {
        code: outcome.code(call)?,
        describe: "",
        body: seen.raw("body"),
        beside: seen.raw("beside").unwrap_or_default(),
        repeated: seen.raw("repeated").unwrap_or_default(),
        times: [None; 2],
    };
    let (program, facts) = supplier.completed(call, &said, Facts { quantity, ..Facts::NONE });
    read(call.reply, &program, Reading { notation: Notation::Program, success: true, facts }, packed);
    supplier.refuse_inferred(packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    let mut end = AttemptEnded { outcome: Outcome::DONE, ..AttemptEnded::default() };
    let view = packed.view(call.reply, &program).ok_or_else(|| Error::at(ErrorCode::WrongType, ""))?;
    put_body(call, &view, &mut end);
    Ok(end)
}

/// Writes a reply of the order rules for the wire.
///
/// # Errors
/// The first finding that refuses the reply.
pub(crate) fn write_answer(
    supplier: &Supplier,
    call: &'static Call,
    Answered { reply, quantity }: &Answered,
    left_out: bool,
    packed: &mut Packed,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut program = Vec::new();
    let mut object = ObjectWriter::begin(&mut program);
    reply.put_fields(&mut object);
    object.field("partnerId", &supplier.config().partner_id);
    object.end();
    if call.is_outcome(reply.code) {
        let facts = Facts { quantity: *quantity, left_out: call.known_echo.filter(|_| left_out), ..Facts::NONE };
        return supplier.encode_reply(call, reply.code, &program, facts, packed, out);
    }
    // A failure needs nothing else, whatever its code.
    (*out, packed.issues) = supplier.failure(call, reply.code, &reply.describe);
    Ok(())
}
