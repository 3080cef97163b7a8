//! The order state machine: a pure function from what is stored and what happens to what is to be stored and answered.
//!
//! ```
//! use meituan_protocol::message::Id;
//! use meituan_protocol::ticket::calls::{OrderCreate, OrderCreated};
//! use meituan_protocol::ticket::order::{Answer, AttemptEnded, TransitionKind, Outcome, Settings, apply};
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
//! assert_eq!((ended.kind, reply.code), (TransitionKind::Moved, 200));
//! ```
//!
//! # How it is used
//!
//! Load the snapshot, [`apply`] the event, save [`Transition::next`] by compare-and-swap (after a conflict: load and apply again),
//! and only then do what [`Transition::answer`] says. The snapshot holds everything: which functions run, what Meituan has been
//! sent, what it must still be sent.
//!
//! A function of the supplier's is run for an *attempt*. Its key is the same on every run of the same work, so that a function
//! keyed on it acts once, in any process that runs it again after a crash. While an attempt is open and its lease has not run out,
//! a repeat of the call gets the answer that it is pending (598, 602); afterwards the repeat runs it again.
//!
//! - **A finished function is never run again.** A repeat is answered with the current state of the order.
//! - **No failure is sent after an unknown outcome.** Pay is then replied 598 and refund 602, and the result goes by notice.
//!   Order create and reschedule have no such code: the answer is [`Answer::Busy`], no reply at all. Meituan then sees
//!   a time-out, not a failure; it repeats the call, and the same key gives the true answer, or it closes the order (closeType
//!   2), and whatever the function has made is void: should the function report it only afterwards, the closing call's
//!   function is owed another run.
//! - **A ticket is a unit with one state**, where it is known by its code or its credential; every number follows from the
//!   units. If it is used and refunded, it keeps the state that came first. All other orders have a tally.
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

// The files, by subject:
// - `table` has states and triggers, once. `event`, `snapshot`, `settings` and `admittance` are definitions, `answer` is the
//   result.
// - `change` is an order while it changes: `subject` says by what repeats are known, `units` has the state of each ticket and
//   the counts, `attempts` the functions that run.
// - `creating` (and the query), `issuing`, `refunds`, `refunded` (Meituan's own refunds), `entries`, `admitting` (gates that
//   ask before they open), `closing`, `rescheduling`, `personal_data`: the rules, by what they are about.
// - `notices` has what they say, `outbox` who sends which when, `deadlines` when something is next due.
// - `breaches` and `reasons` have every sentence, by id; `conflicts` keeps contradictions, `explaining` puts an order into
//   words.
// - `format1` reads older snapshots, `ids` finds places in long lists, `boundary` is the same over JSON.

mod admittance;
mod admitting;
mod answer;
mod attempts;
mod boundary;
mod breaches;
mod change;
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
mod settings;
mod snapshot;
mod subject;
mod table;
mod units;

pub use admittance::*;
pub use answer::*;
pub use attempts::broken_off;
pub use boundary::apply_json;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(super) use boundary::put_fields;
pub(super) use boundary::read_snapshot;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(crate) use boundary::{read_end, read_event, read_settings};
pub use breaches::Breach;
use change::{Change, Said, writable};
pub use deadlines::next_due;
pub use entries::admissions;
pub use event::*;
pub use explaining::*;
pub use reasons::{Reason, Report};
pub use settings::*;
pub use snapshot::*;
#[cfg(feature = "texts")]
pub use table::diagram;
pub use table::{Lifecycle, Row, State, TABLE, TableVerdict, Trigger};
pub use units::Counts;

use crate::message::definition::Message;
use crate::message::{Id, RawJson};
use crate::time::Timestamp;

/// The definitions of everything that is stored or crosses the boundary as JSON: the snapshot, the events, the settings, what a
/// gate is answered, which tickets let guests in, and how many are in which state.
pub const MESSAGES: &[&Message] =
    &[Order::MESSAGE, Event::MESSAGE, OrderSettings::MESSAGE, Admittance::MESSAGE, Admission::MESSAGE, Counts::MESSAGE];

/// The result of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The kind of event.
    pub kind: TransitionKind,
    /// The order to store, before anything else is done; nothing where nothing changes.
    pub next: Option<Order>,
    /// The work that follows.
    pub answer: Answer,
    /// The conflicts of this event.
    pub conflicts: Vec<Breach>,
    /// Why the event is refused or illegal.
    pub reason: Option<Reason>,
    /// Reports that contradict nothing.
    pub reports: Vec<Report>,
}

/// Applies an event to an order. `order` is what is stored of it, if anything.
///
/// An event that names no order (everything but Meituan's calls) is illegal where nothing is stored, and one that names another order
/// always is.
pub fn apply(order: Option<&Order>, event: &Event, settings: &Settings, now: Timestamp) -> Transition {
    let (order, Applied { kind, answer, conflicts, reason, reports, .. }) =
        apply_to(order.cloned(), None, event, None, settings, now);
    Transition { kind, next: order.filter(|_| kind == TransitionKind::Moved), answer, conflicts, reason, reports }
}

/// The result of an event, beside the order.
pub(super) struct Applied {
    pub(super) kind: TransitionKind,
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
            let (kind, reason) = (TransitionKind::Illegal, Some(reason));
            return (order, Applied { kind, answer, conflicts: Vec::new(), reason, reports: Vec::new(), stored: None });
        }
    };
    // Whether anything has changed is seen by what would be stored: a comparison of every type costs more code.
    let before = stored.unwrap_or_else(|| snapshot::raw(&order));
    let mut change = Change::new(order, settings, now, event.name());
    change.set_times_right();
    let refunded = change.order.counts().refunded;
    // An act is judged by what is known before it; everything else also by what silence has decided.
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
        TransitionKind::Moved if !moved => TransitionKind::Duplicate,
        _ if moved => TransitionKind::Moved,
        kind => kind,
    };
    ((moved || is_known).then_some(order), Applied { kind, answer, conflicts, reason, reports, stored })
}

impl Event {
    /// Whether what it names is this order: a call always names one, what the supplier has issued may, by either number.
    fn is_about(&self, order: &Order) -> bool {
        match self {
            Event::Issued(paid) => order.is_named_by(paid.order_id) && order.is_numbered(&paid.partner_order_id),
            _ => self.order_id().is_none_or(|named| named == order.order_id),
        }
    }
}
