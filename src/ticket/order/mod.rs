//! The order state machine: a pure function from what is stored and what happens to what is to be stored and answered.
//!
//! ```
//! use meituan_protocol::message::Id;
//! use meituan_protocol::ticket::calls::{OrderCreate, OrderCreated};
//! use meituan_protocol::ticket::order::{Answer, AttemptEnded, Kind, Outcome, Settings, apply};
//! use meituan_protocol::time::Timestamp;
//!
//! let (settings, now) = (Settings::default(), Timestamp(1_480_000_000_000));
//! // A call comes in. Nothing is known of the order: its place is reserved before the supplier's function is run.
//! let call = OrderCreate { order_id: Id(7), quantity: 2, ..OrderCreate::default() };
//! let reserved = apply(None, &call.into(), &settings, now);
//! let Answer::Run(run) = reserved.answer else { panic!() };
//! assert_eq!(run.key, "orderCreate:7");
//! // … save `reserved.next` by compare-and-swap, run the function with `run.key`, then:
//! let created = OrderCreated { order_id: None, partner_order_id: "P7".into() };
//! let end = AttemptEnded { key: run.key, outcome: Outcome::DONE, created: Some(created), ..AttemptEnded::default() };
//! let ended = apply(reserved.next.as_ref(), &end.into(), &settings, now);
//! let Answer::Reply(reply) = ended.answer else { panic!() };
//! assert_eq!((ended.kind, reply.code), (Kind::Moved, 200));
//! ```
//!
//! # How it is used
//!
//! Load the snapshot, [`apply`] the event, save [`Transition::next`] by compare-and-swap (where somebody else was first:
//! load and apply again), and only then do what [`Transition::answer`] says. What is saved holds everything: which
//! functions run, what Meituan has been told, what it must still be told.
//!
//! A function of the supplier's is run for an *attempt*. Its key is the same on every run of the same work, so that a
//! function keyed on it acts once, whoever runs it again after a crash. While an attempt is open and its lease has not
//! run out, a repeat of the call is told that the answer is pending (598, 602); afterwards the repeat runs it again.
//!
//! - **A finished function is never run again.** A repeat gets the current truth.
//! - **No failure is sent after an unknown outcome.** Pay is then replied 598 and refund 602, and the result goes by notice.
//!   Order create and reschedule have no such code: the answer is [`Answer::Busy`], no reply at all. Meituan then sees
//!   a time-out, not a failure; it repeats the call, and the same key gives the true answer, or it closes the order (closeType
//!   2), and whatever the function has made is void: should the function report it only afterwards, the closing call's
//!   function is owed another run.
//! - **A ticket is a unit with one state**, where it is known by its code or its credential; every number follows from the
//!   units. Of used and refunded it keeps the first. All other orders have a tally.
//! - **Facts are always recorded.** What contradicts them is a [`Conflict`].
//! - **Acts may be refused.** An event that is illegal says why: [`Transition::reason`]. [`Admit`] lets guests in by free tickets, and
//!   says of all others why not.
//! - **Every order waits** for Meituan's next call, for the supplier's decision that has a deadline ([`next_due`]), for something
//!   that is due, or it has a conflict that somebody was informed of.
//!
//! # Inferred
//!
//! Which status a voided order has (6; 4 where all of it was refunded after issuing), that the orderId alone names the
//! order, that an order that is not issued cannot be refunded through this call, what codes a refund must name, which credential
//! has which code where the supplier does not say, and how working days are counted.

mod admitting;
mod attempts;
mod boundary;
mod closing;
mod conflicts;
mod creating;
mod deadlines;
mod entries;
mod event;
mod explaining;
#[allow(unreachable_pub, missing_docs, reason = "each is what it is in the snapshot, and is read here alone")]
mod format1;
mod ids;
mod issuing;
mod notices;
mod outbox;
mod personal_data;
mod reasons;
mod refunded;
mod refunds;
mod rescheduling;
mod snapshot;
mod table;
mod units;

pub use admitting::{Admittance, NotAdmitted};
pub use attempts::broken_off;
pub use boundary::apply_json;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(super) use boundary::put_fields;
pub(super) use boundary::read_snapshot;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(crate) use boundary::{read_end, read_event, read_settings};
pub use conflicts::Breach;
pub use deadlines::next_due;
pub use entries::{Admission, admissions};
pub use event::*;
pub use explaining::*;
pub use reasons::{Reason, Report};
pub use snapshot::*;
#[cfg(feature = "texts")]
pub use table::diagram;
pub use table::{Row, State, TABLE, Trigger, Verdict};
pub use units::Counts;

use super::calls::{OrderCreated, OrderPaid, OrderRefunded, OrderRescheduled, OrderState};
use super::codes::{OrderStatus, VoucherType};
use super::working_days::Calendar;
use super::{Call, CallReply, ORDER_QUERY};
use crate::Error;
use crate::message::definition::{self, Basis, Message, Rule};
use crate::message::value::ObjectWriter;
use crate::message::{Id, RawJson, is_blank};
use crate::time::{LAST_MOMENT, Timestamp};
use ids::Ids;

crate::messages! {
    /// Settings of the order rules.
    OrderSettings rules [FAILED_STATUS] {
        /// How long a repeat leaves the function of order create or reschedule alone, in milliseconds; absent: 20000,
        /// Meituan's own time-out (acceptance manual, part five).
        create_lease "createLease": milliseconds, optional;
        /// The same for every other function; absent: 60000.
        lease "lease": milliseconds, optional;
        /// The voucherType that the query's reply has before anything is issued; absent: 1. The field is required there, and
        /// its value is not documented.
        voucher_type "voucherType": code(VoucherType), optional;
        /// The orderStatus after issuing has failed; absent: 6, as in the interface document's list. 2 is the other reading: the
        /// acceptance manual (订单查询 3) says 「否则一直都要保持创建成功状态orderstatus=2」.
        issue_failed_status "issueFailedStatus": code(OrderStatus), optional;
        /// Holidays and make-up working days; absent: those of the years that this library ships.
        calendar "calendar": object(Calendar), optional;
        /// How long sending a notice may take, in milliseconds; absent: 30000. For a minute more nobody else sends it.
        send_limit "sendLimit": milliseconds, optional;
        /// How long issuing may take after a 598, in milliseconds, before a conflict reports it; absent: 600000 (inferred).
        issuing_deadline "issuingDeadline": milliseconds, optional;
        /// How much working time a refund may wait for its decision, in milliseconds, before a conflict reports it; absent:
        /// 172800000, two working days: one before silence may count as agreement.
        refund_deadline "refundDeadline": milliseconds, optional;
    }
}

const FAILED_STATUS: &Rule = &Rule {
    id: "order.failed-status",
    basis: Basis::Documented,
    at: "issueFailedStatus",
    doc: crate::doc_text!("issueFailedStatus 为 2 或 6 · issueFailedStatus is 2 or 6."),
    check: |view, _| match view.integer("issueFailedStatus") {
        None | Some(2 | 6) => definition::Verdict::Kept,
        _ => definition::Verdict::Broken,
    },
};

/// Settings of the order rules.
pub type Settings = OrderSettings;

/// The definitions of everything that is stored or crosses the boundary as JSON: the snapshot, the events, the settings, what a
/// gate is answered, which tickets let guests in, and how many are in which state.
pub const MESSAGES: &[&Message] =
    &[Order::MESSAGE, Event::MESSAGE, OrderSettings::MESSAGE, Admittance::MESSAGE, Admission::MESSAGE, Counts::MESSAGE];

/// What comes of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// What kind of event it was.
    pub kind: Kind,
    /// What to store, before anything else is done; nothing where nothing changes.
    pub next: Option<Order>,
    /// What to do then.
    pub answer: Answer,
    /// What this event contradicts.
    pub conflicts: Vec<Breach>,
    /// Why the event is refused or illegal.
    pub reason: Option<Reason>,
    /// What somebody should hear of, though it contradicts nothing.
    pub reports: Vec<Report>,
}

/// What kind of event it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Something changes.
    Moved,
    /// It happened before, and nothing changes.
    Duplicate,
    /// It is older than what is known, and nothing changes.
    Stale,
    /// It cannot happen to such an order, and nothing changes.
    Illegal,
}

impl Kind {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Moved => "moved",
            Kind::Duplicate => "duplicate",
            Kind::Stale => "stale",
            Kind::Illegal => "illegal",
        }
    }
}

/// What to do with an event once the snapshot is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Reply this. To an event that is no call, it is what a waiting call would be replied.
    Reply(Box<Reply>),
    /// Run the supplier's function, and tell how it ended by [`AttemptEnded`].
    Run(Run),
    /// Send these notices, and report of each how that ended, by [`NoticeEnded`].
    Send(Vec<Notice>),
    /// Open the gate for those who are admitted: the answer to [`Admit`], also where it is illegal.
    Admitted(Admittance),
    /// There is no reply that would be true yet: load the order and apply the same event again. When Meituan's time is
    /// up, break off without a reply, so that it sees a time-out and no failure.
    Busy,
    /// Nothing.
    None,
}

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The code.
    pub code: i32,
    /// The words; of a failure, the true reason.
    pub describe: String,
    /// The body.
    pub body: Option<ReplyBody>,
}

macro_rules! reply_bodies {
    ($($variant:ident($type:ty),)*) => {
        /// The body of a reply.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each is what its type says")]
        pub enum ReplyBody {
            $($variant($type),)*
        }

        impl ReplyBody {
            /// Reads the body of a reply from the wire: for tests, logs and tools. Nothing where the call's reply has none.
            ///
            /// # Errors
            /// The first thing that refuses it.
            pub fn from_wire(call: &'static Call, wire: &[u8]) -> Result<Option<ReplyBody>, Error> {
                $(if <$type as CallReply>::CALL.is_some_and(|own| std::ptr::eq(own, call)) {
                    return crate::ticket::read_body(call, true, wire).map(|body| Some(ReplyBody::$variant(body)));
                })*
                Ok(None)
            }

            /// As a field of an object, in program notation.
            pub(crate) fn put_as(&self, name: &str, object: &mut ObjectWriter<'_>) {
                match self { $( ReplyBody::$variant(body) => object.field(name, body), )* }
            }

            /// By itself, in program notation.
            pub(crate) fn to_json(&self) -> RawJson {
                match self { $( ReplyBody::$variant(body) => RawJson::of(body), )* }
            }
        }
    };
}

reply_bodies! {
    Created(OrderCreated),
    Paid(OrderPaid),
    State(OrderState),
    Refunded(OrderRefunded),
    Rescheduled(OrderRescheduled),
}

/// A function to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The call's name.
    pub call: String,
    /// The attempt's key.
    pub key: String,
    /// The call's body, where it was kept; whoever has the call itself does not need it.
    pub request: Option<RawJson>,
}

/// An order while one event changes it.
struct Change<'s> {
    order: Order,
    settings: &'s Settings,
    now: Timestamp,
    /// The event's name.
    event: &'static str,
    conflicts: Vec<Breach>,
    reason: Option<Reason>,
    reports: Vec<Report>,
    /// Where the order's refunds and conflicts are.
    refund_ids: Ids,
    conflict_ids: Ids,
    /// Ids of the conflicts that it settles.
    settled: Vec<String>,
}

/// What a rule says of an event, should nothing change by it.
type Said = (Kind, Answer);

/// Applies an event to an order. `order` is what is stored of it, if anything.
///
/// An event that names no order (everything but Meituan's calls) is illegal where nothing is stored, and one that names another order
/// always is.
pub fn apply(order: Option<&Order>, event: &Event, settings: &Settings, now: Timestamp) -> Transition {
    let (order, Applied { kind, answer, conflicts, reason, reports, .. }) =
        apply_to(order.cloned(), None, event, None, settings, now);
    Transition { kind, next: order.filter(|_| kind == Kind::Moved), answer, conflicts, reason, reports }
}

/// What an event comes to, beside the order.
pub(super) struct Applied {
    pub(super) kind: Kind,
    pub(super) answer: Answer,
    pub(super) conflicts: Vec<Breach>,
    pub(super) reason: Option<Reason>,
    pub(super) reports: Vec<Report>,
    /// The order as it is to be stored, in JSON; where it moved.
    pub(super) stored: Option<RawJson>,
}

/// The same in place: the order as it is afterwards, which is another one where the event moved it. `stored` is the order in
/// JSON as this version writes it, if that is at hand. `about` is the order that it is kept under, where that is known: neither what
/// is stored nor what the event says may be about another one.
pub(super) fn apply_to(
    order: Option<Order>,
    stored: Option<RawJson>,
    event: &Event,
    about: Option<Id>,
    settings: &Settings,
    now: Timestamp,
) -> (Option<Order>, Applied) {
    let now = writable(now);
    let is_known = order.is_some();
    let is_other = |named: Id| about.is_some_and(|about| about != named);
    let named = event.order_id();
    let order = match (order, named) {
        (Some(order), _) if event.is_about(&order) && !is_other(order.order_id) => order,
        (None, Some(named)) if !is_other(named) => Order::unknown(named),
        (order, named) => {
            let reason = if is_known || named.is_some() { Reason::OtherOrder } else { Reason::UnknownOrder };
            let answer = match event {
                Event::Admit(asked) => admitting::refuse_all(asked, reason),
                _ => Answer::None,
            };
            let (kind, reason) = (Kind::Illegal, Some(reason));
            return (order, Applied { kind, answer, conflicts: Vec::new(), reason, reports: Vec::new(), stored: None });
        }
    };
    // Whether anything has changed is seen by what would be stored: a comparison of every type costs more code.
    let before = stored.unwrap_or_else(|| snapshot::raw(&order));
    let mut change = Change::new(order, settings, now, event.name());
    change.set_times_right();
    let refunded = change.order.counts().refunded;
    // An act is judged by what is known before it; everything else is told by what silence has decided.
    if !matches!(event, Event::RefundAgreed(_) | Event::RefundRefused(_)) {
        change.agree_by_silence();
    }
    let (kind, answer) = match event {
        Event::OrderCreate(call) => change.create(call),
        Event::OrderPay(call) => change.pay(call),
        Event::OrderQuery(_) => change.query(),
        Event::OrderRefund(call) => change.refund(call),
        Event::OrderClose(call) => change.close(call),
        Event::OrderRefunded(call) => change.refunded(call),
        Event::OrderReschedule(call) => change.reschedule(call),
        Event::AttemptEnded(end) => change.attempt_ended(end),
        Event::Issued(paid) => change.issued_by_supplier(paid),
        Event::IssueFailed(failed) => change.issue_failed_by_supplier(failed),
        Event::RefundAgreed(agreed) => change.refund_agreed(agreed),
        Event::RefundRefused(refused) => change.refund_refused(refused),
        Event::Consumed(entry) => change.consumed(entry),
        Event::Admit(asked) => change.admit(asked),
        Event::NoticeAccepted(notice) => change.notice_accepted(&notice.id),
        Event::ClaimNotices(_) => change.claim_notices(),
        Event::NoticeEnded(ended) => change.notice_ended(ended),
        Event::RetryNotice(notice) => change.retry_notice(&notice.id),
        Event::TimePassed(passed) => change.time_passed(passed.without_sender == Some(true)),
        Event::TakeOver(attempt) => change.take_over(&attempt.key),
        Event::ConflictResolved(resolved) => change.conflict_resolved(resolved),
        Event::PersonalDataCleared(_) => change.clear_personal_data(),
    };
    if change.order.counts().refunded != refunded {
        change.update_consume_notices();
    }
    change.keep_few_settled();
    let Change { order, conflicts, reason, reports, .. } = change;
    let stored = Some(snapshot::raw(&order)).filter(|after| *after != before);
    let moved = stored.is_some();
    let kind = match kind {
        Kind::Moved if !moved => Kind::Duplicate,
        _ if moved => Kind::Moved,
        kind => kind,
    };
    ((moved || is_known).then_some(order), Applied { kind, answer, conflicts, reason, reports, stored })
}

/// The time, or the nearest one that can be stored and that a message can hold.
fn writable(at: Timestamp) -> Timestamp {
    Timestamp(at.0.clamp(0, LAST_MOMENT))
}

/// By so much the clocks of processes differ at most.
const CLOCKS: i64 = 60_000;

/// Whether no clock within the bounds can have written this time, which was meant to be so far ahead at most.
#[inline(never)]
fn is_ahead(at: Timestamp, now: Timestamp, by: i64) -> bool {
    at.0.saturating_sub(now.0) > by.saturating_add(CLOCKS)
}

impl<'s> Change<'s> {
    fn new(order: Order, settings: &'s Settings, now: Timestamp, event: &'static str) -> Self {
        Change {
            order,
            settings,
            now,
            event,
            conflicts: Vec::new(),
            reason: None,
            reports: Vec::new(),
            refund_ids: Ids::default(),
            conflict_ids: Ids::default(),
            settled: Vec::new(),
        }
    }

    /// The same order, to see what would become of it.
    fn trial(&self) -> Self {
        Change::new(self.order.clone(), self.settings, self.now, self.event)
    }

    /// What a clock has written that is far ahead would wait for it.
    fn set_times_right(&mut self) {
        let (settings, now) = (self.settings, self.now);
        self.order.notices.iter_mut().for_each(|notice| notice.set_right(settings, now));
        self.order.attempts.iter_mut().for_each(|attempt| attempt.set_right(settings, now));
        if self.order.issuing_since.is_some_and(|since| is_ahead(since, now, 0)) {
            self.order.issuing_since = Some(now);
        }
    }

    /// What the table says of this event.
    fn verdict(&self, on: Trigger) -> Verdict {
        table::look_up(self.order.state(), on).1
    }

    /// The same, and the order goes where the table says, unless the event is refused.
    fn step(&mut self, on: Trigger) -> Verdict {
        self.step_about(on, "")
    }

    /// The same, with what the event is about.
    fn step_about(&mut self, on: Trigger, about: &str) -> Verdict {
        let was = self.order.state();
        let (next, verdict) = table::look_up(was, on);
        if next != was {
            self.order.lifecycle = next.lifecycle();
            self.order.order_status = next.order_status();
        }
        if was == State::Issuing && next != was {
            self.settle(Breach::IssuingOverdue, "");
        }
        if let Verdict::RunFlagged(breach) | Verdict::RecordFlagged(breach) = verdict {
            self.flag(breach, about, &["orderStatus ", &digits(was.order_status().map_or(0, |status| status.0 as u64))]);
        }
        verdict
    }

    fn report(&mut self, report: Report) {
        self.reports.push(report);
    }

    /// The event cannot happen to such an order.
    fn illegal(&mut self, reason: Reason) -> Said {
        self.reason = Some(reason);
        (Kind::Illegal, Answer::None)
    }

    /// A call that is refused before its function runs.
    fn refusal(&mut self, call: &Call, reason: Reason) -> Said {
        self.reason = Some(reason);
        // A query asks, and changes nothing.
        if !std::ptr::eq(call, &ORDER_QUERY) && !self.reports.contains(&Report::CallRefused) {
            self.report(Report::CallRefused);
        }
        (Kind::Illegal, Reply::outcome(reason.code(call), reason, None))
    }

    fn partner_order_id(&self) -> String {
        self.order.partner_order_id.clone().unwrap_or_default()
    }
}

impl Reply {
    fn success(body: Option<ReplyBody>) -> Answer {
        Reply::outcome(200, Reason::Success, body)
    }

    fn outcome(code: i32, reason: Reason, body: Option<ReplyBody>) -> Answer {
        Answer::Reply(Box::new(Reply { code, describe: reason.text().into(), body }))
    }

    fn failure(failure: &Failure) -> Answer {
        Answer::Reply(Box::new(Reply { code: failure.code, describe: failure.describe.clone(), body: None }))
    }
}

impl Failure {
    /// A failure as the supplier's people or system report it: a code of another call's family becomes the family's "other".
    fn reported(call: &Call, code: Option<i32>, describe: &str) -> Failure {
        Failure::told(call, code.filter(|code| code / 100 == call.failure / 100), describe)
    }

    /// A failure as the supplier's function tells it. A code that says anything but failure becomes the family's "other", and missing
    /// words are replaced.
    fn told(call: &Call, code: Option<i32>, describe: &str) -> Failure {
        let code = code.filter(|&code| code != 0 && call.may_fail_unlisted(code)).unwrap_or(call.failure);
        let describe = if is_blank(describe) { Reason::NoReasonGiven.text() } else { describe };
        Failure { code, describe: describe.into() }
    }
}

/// Text pieces put together: less code than formatting.
fn joined(pieces: &[&str]) -> String {
    pieces.concat()
}

/// As large as a stored number can be.
fn sum(one: u32, other: u32) -> u32 {
    one.saturating_add(other).min(i32::MAX as u32)
}

fn digits(number: u64) -> String {
    let mut out = Vec::new();
    crate::money::push_digits(&mut out, number);
    String::from_utf8(out).unwrap_or_default()
}
