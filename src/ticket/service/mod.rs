//! The order service: who does what when about an order that is kept in a store. It has no input and output of its own: a
//! driver loads and saves, runs the supplier's functions, sends, waits, and reports how that ended.
//!
//! [`Service::answer`] answers a call of Meituan's, [`Service::record`] records an event of the supplier's, [`Service::settle`]
//! does what is due. Each makes a [`Job`]; [`Service::advance`] says what to do next, until it is [`Then::Done`].
//!
//! ```
//! use meituan_protocol::message::Id;
//! use meituan_protocol::ticket::calls::{OrderCreate, OrderCreated};
//! use meituan_protocol::ticket::order::{AttemptEnded, Outcome};
//! use meituan_protocol::ticket::service::{Done, Input, Loaded, Service, Then};
//! use meituan_protocol::time::Timestamp;
//!
//! let (service, now) = (Service::default(), Timestamp(1_480_000_000_000));
//! let call = OrderCreate { order_id: Id(7), quantity: 2, ..OrderCreate::default() };
//! let (mut job, step) = service.answer(call.into(), now);
//! assert!(matches!(step.then, Then::Load));
//! // Nothing is stored of this order.
//! let step = service.advance(&mut job, Input::Loaded(Loaded::default()), now);
//! let reserved = step.save.unwrap();
//! // … save it by compare-and-swap; after a conflict: `Input::Conflict`. Then run the function:
//! let Then::Run(task) = step.then else { panic!() };
//! assert_eq!(task.key, "orderCreate:7");
//! let created = Some(OrderCreated { order_id: None, partner_order_id: "P7".into() });
//! let end = AttemptEnded { outcome: Outcome::DONE, created, ..AttemptEnded::default() };
//! let step = service.advance(&mut job, Input::Ended(end), now);
//! assert!(matches!(step.then, Then::Load));
//! let step = service.advance(&mut job, Input::Loaded(Loaded::from(reserved.order)), now);
//! // … save what the function did, and only then reply.
//! assert!(step.save.is_some());
//! let Then::Done(Done::Reply(answer)) = step.then else { panic!() };
//! assert_eq!(answer.reply.code, 200);
//! ```
//!
//! # Saves, and when they happen
//!
//! 1. The call, as a reservation with an idempotency key, before the supplier's function runs.
//! 2. The function's result, with the notices that follow from it, before the reply leaves.
//! 3. The claim of a notice, before it is sent; then what came of it.
//!
//! A process that dies after 1 leaves an open attempt: when its lease has run out, the function runs again with the same key. One
//! that dies after 2 has lost nothing but the reply, and a repeat of the call gets it. One that dies after 3 leaves a claim that
//! runs out.
//!
//! # When the outcome is not known
//!
//! The reply is then [`Done::NoReply`]: HTTP 503 without a body, which Meituan sees as a time-out (inferred) and not as a failure.
//! 598 and 602 are replied only when it is saved that they were, because a notice must follow.

// The files, by subject: `answering` is a call of Meituan's, `settling` is what is due, `progress` says how far a job is,
// `news` what somebody should know once an order is saved. `boundary` is how a step crosses as JSON.

mod answering;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
mod boundary;
mod news;
mod progress;
mod settling;

use super::order::{
    self, Answer, Applied, AttemptEnded, Conflict, Event, Notice, Order, OrderReply, Settings, Transition, apply_to, next_due,
};
use crate::message::{Id, Packed, RawJson};
use crate::save_attempts::SaveAttempts;
pub use crate::time::Now;
use crate::time::Timestamp;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(crate) use boundary::{end_of_reply, write_answer};
pub use news::News;
use progress::{Answering, Settling, time_passed};
use std::sync::Arc;
use std::time::Duration;

/// Meituan waits 20 s for create and 60 s for the others (acceptance manual, part five); the reply has to get there, too.
const CREATE_DEADLINE: Duration = Duration::from_secs(15);
const DEADLINE: Duration = Duration::from_secs(25);
/// Time that is left for the store when a function counts as late, to record that; a quarter of a shorter limit.
const GRACE: Duration = Duration::from_secs(2);
/// Time limit for the store in a step that no call of Meituan's waits for.
const STORE_LIMIT: Duration = Duration::from_secs(30);
/// The pauses after an optimistic lock was lost double up to this.
const MAX_CONFLICT_PAUSE: i64 = 100;

/// The order service of a supplier.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Settings of the order rules.
    pub settings: Settings,
    /// Within what time a call is answered, whatever hangs; absent: 25 s. Order create and reschedule, which cannot be put off, have at
    /// most 15 s. The function of pay or refund has a quarter less, at most 2 s less: then it is recorded that the work goes on, and
    /// Meituan receives 598 or 602.
    pub deadline: Option<Duration>,
}

/// An order as it is stored.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    order: Option<Order>,
    /// The same in JSON, if that is at hand as this version writes it.
    json: Option<RawJson>,
    /// Its conflicts were made when it was converted from an older format, and nobody has heard of them.
    is_converted: bool,
}

impl Loaded {
    /// Reads a stored snapshot; an empty string is none.
    ///
    /// # Errors
    /// The first thing that refuses it, such as a format that is newer than this version.
    pub fn from_json(json: &[u8]) -> Result<Self, crate::Error> {
        Loaded::read(json, &mut Packed::default())
    }

    pub(crate) fn read(json: &[u8], packed: &mut Packed) -> Result<Self, crate::Error> {
        let (order, is_converted) = order::read_snapshot(json, packed)?;
        Ok(Loaded { order, json: None, is_converted })
    }

    /// The order.
    pub fn order(&self) -> Option<&Order> {
        self.order.as_ref()
    }
}

impl From<Order> for Loaded {
    fn from(order: Order) -> Self {
        Loaded { order: Some(order), json: None, is_converted: false }
    }
}

/// The snapshot as it is loaded again, if nobody else has saved in between.
impl From<Save> for Loaded {
    fn from(Save { order, json, .. }: Save) -> Self {
        Loaded { order: Some(order), json: Some(json), is_converted: false }
    }
}

/// A driver's report.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "one is made at a time, and does not live long")]
pub enum Input {
    /// After [`Then::Load`].
    Loaded(Loaded),
    /// The order was not saved: there is a conflict with another save.
    Conflict,
    /// Loading or saving failed. Whether it was saved is not known.
    StoreFailed,
    /// Loading or saving had not ended at [`Step::until`].
    StoreLate,
    /// After [`Then::Pause`].
    Resumed,
    /// The function of [`Then::Run`] has ended. The key need not be set.
    Ended(AttemptEnded),
    /// The function has not ended at [`Task::deadline`]. It goes on; when it ends, [`Service::end_of`] is recorded.
    Late,
    /// The notices of [`Then::Send`] were sent, and what came of each was recorded.
    Sent,
}

/// The next step: save, and then the rest. The next input reports a failure, or the rest.
#[derive(Debug)]
pub struct Step {
    /// Somebody should know this now: it is stored by an earlier try of this job that is said to have failed, or may be.
    pub heard: Option<Arc<News>>,
    /// Save this first, by compare-and-swap with what was loaded last.
    pub save: Option<Save>,
    /// Until then loading and saving may take, by the steady clock; of [`Then::Send`], saving and sending together.
    pub until: Timestamp,
    /// The work when it is saved.
    pub then: Then,
}

/// An order to save.
#[derive(Debug)]
pub struct Save {
    /// The order.
    pub order: Order,
    /// The same in JSON: [`Order::to_json`].
    pub json: RawJson,
    /// When something is to be done next without Meituan asking.
    pub due: Option<Timestamp>,
    /// Reports that are due once it is saved.
    pub news: Arc<News>,
}

/// The work when the order is saved. Exhaustive: a driver has to do each of these, and one that lacks some should not compile.
#[derive(Debug)]
pub enum Then {
    /// Load the order.
    Load,
    /// Wait, a random time between these, in milliseconds: those who lost together do not come back together.
    Pause(i64, i64),
    /// Run the supplier's function.
    Run(Task),
    /// Send these notices, side by side, each until [`Step::until`] and no longer, and record what came of each as
    /// [`NoticeEnded`](order::NoticeEnded) by a job of its own. A minute later others may send them.
    Send(Vec<Notice>),
    /// Nothing: the job is done.
    Done(Done),
}

/// A function of the supplier's to run.
#[derive(Debug)]
pub struct Task {
    /// The call's name.
    pub call: String,
    /// The idempotency key: the same on every run of the same work.
    pub key: String,
    /// The call's body as it was stored, where no call is at hand.
    pub request: Option<RawJson>,
    /// Until then somebody waits for it, by the steady clock.
    pub deadline: Timestamp,
}

/// How a job ended. Exhaustive, as [`Then`] is.
#[derive(Debug)]
pub enum Done {
    /// Reply this to Meituan.
    Reply(Answered),
    /// Reply HTTP 503 without a body.
    NoReply(NoReply),
    /// The event is recorded, or is illegal.
    Recorded(Box<Recorded>),
    /// Everything due is done; when something is due next.
    Settled(Option<Timestamp>),
    /// The store did not take it.
    Failed(NoReply),
}

/// The result of an event.
#[derive(Debug)]
pub struct Recorded {
    /// The transition; its `next` was in [`Step::save`].
    pub transition: Transition,
    /// The order after the event, if there is one.
    pub order: Option<Order>,
}

/// A reply of the order rules.
#[derive(Debug)]
pub struct Answered {
    /// The reply.
    pub reply: OrderReply,
    /// Number of tickets ordered, where it is known: rules that count are checked.
    pub quantity: Option<u32>,
}

/// Why there is no reply that is known to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoReply {
    /// Somebody else is working at it, and has not ended in time.
    Busy,
    /// Whether the function did it is not known, and no code says so.
    Unknown,
    /// The store failed.
    StoreFailed,
    /// The store has not ended in time.
    StoreLate,
    /// Others have saved the order first each time.
    StoreContended,
}

impl NoReply {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            NoReply::Busy => "busy",
            NoReply::Unknown => "unknown",
            NoReply::StoreFailed => "store-failed",
            NoReply::StoreLate => "store-late",
            NoReply::StoreContended => "store-contended",
        }
    }
}

/// Work about one order, between two inputs.
#[derive(Debug)]
pub struct Job {
    work: Work,
    /// The event to apply when the order is loaded.
    event: Event,
    /// The order that the event is recorded of; of a call, and of a function's end, it is what it names itself.
    about: Option<Id>,
    /// Until then loading and saving may take.
    until: Timestamp,
    /// How often somebody else has saved first.
    conflicts: u32,
    /// The last step had something to save.
    is_saving: bool,
    save_attempts: SaveAttempts<News>,
    unrecorded: Option<AttemptEnded>,
}

#[derive(Debug)]
enum Work {
    Answer(Answering),
    Record,
    Settle(Settling),
}

/// The transition, and the order to save.
struct Applying {
    save: Option<Save>,
    order: Option<Order>,
    applied: Applied,
}

impl Service {
    /// Answers a call of Meituan's. Begins by loading the order.
    pub fn answer(&self, call: Event, now: impl Into<Now>) -> (Job, Step) {
        let limit = self.deadline.unwrap_or(DEADLINE);
        let cannot_wait = matches!(call, Event::OrderCreate(_) | Event::OrderReschedule(_));
        let limit = if cannot_wait { limit.min(CREATE_DEADLINE) } else { limit };
        let deadline = now.into().steady + limit;
        self.begin(Work::Answer(Answering::new(deadline, GRACE.min(limit / 4))), call, deadline)
    }

    /// Records an event about this order. Begins by loading the order; what is stored of another one, or says that it is about
    /// another one, is illegal.
    pub fn record(&self, order_id: Id, event: Event, now: impl Into<Now>) -> (Job, Step) {
        let (mut job, step) = self.begin(Work::Record, event, store_limit(now.into()));
        job.about = Some(order_id);
        (job, step)
    }

    /// Does what is due about an order: functions that broke off, refunds that count as agreed, deadlines that have passed, and
    /// notices, if the driver can send. Begins by loading the order.
    pub fn settle(&self, can_send: bool, now: impl Into<Now>) -> (Job, Step) {
        self.begin(Work::Settle(Settling::new(can_send)), time_passed(can_send), store_limit(now.into()))
    }

    fn begin(&self, work: Work, event: Event, until: Timestamp) -> (Job, Step) {
        let mut job = Job {
            work,
            event,
            about: None,
            until,
            conflicts: 0,
            is_saving: false,
            save_attempts: SaveAttempts::default(),
            unrecorded: None,
        };
        let step = job.load();
        (job, step)
    }

    /// Says what to do next.
    pub fn advance(&self, job: &mut Job, input: Input, now: impl Into<Now>) -> Step {
        let heard = job.save_attempts.reported(input.reported());
        let mut step = self.go_on(job, input, now.into());
        let news = step.save.as_ref().map(|save| &save.news);
        step.heard = job.save_attempts.keep(heard, news, matches!(step.then, Then::Done(_))).or(step.heard);
        step
    }

    fn go_on(&self, job: &mut Job, input: Input, now: Now) -> Step {
        match input {
            Input::Loaded(loaded) => {
                job.go_on();
                self.decide(job, loaded, now)
            }
            Input::Resumed => job.load(),
            Input::Conflict => {
                if let Work::Settle(settling) = &mut job.work {
                    settling.repeat();
                }
                job.conflicts += 1;
                let pause = (1 << job.conflicts.min(7)).min(MAX_CONFLICT_PAUSE);
                match now.steady.0.saturating_add(pause) > job.until.0 {
                    true => self.store_failed(job, NoReply::StoreContended, now),
                    false => job.step(Then::Pause(0, pause)),
                }
            }
            Input::StoreFailed => self.store_failed(job, NoReply::StoreFailed, now),
            Input::StoreLate => self.store_failed(job, NoReply::StoreLate, now),
            Input::Ended(end) => self.ended(job, end, now),
            Input::Late => self.late(job, now),
            Input::Sent => {
                if let Work::Settle(settling) = &mut job.work {
                    settling.sent();
                }
                job.until = store_limit(now);
                job.load()
            }
        }
    }

    /// The job that records how a function ended for which nobody waits any more.
    pub fn end_of(&self, key: &str, end: AttemptEnded, now: impl Into<Now>) -> (Job, Step) {
        self.begin(Work::Record, AttemptEnded { key: key.into(), ..end }.into(), store_limit(now.into()))
    }

    fn decide(&self, job: &mut Job, loaded: Loaded, now: Now) -> Step {
        if let Some(step) = self.refused_meanwhile(job, loaded.order()) {
            return step;
        }
        let applying = self.apply(&job.event, job.about, loaded, now.wall);
        // A report about nothing that is saved has no later time.
        let reports = Some(&applying.applied.reports).filter(|reports| applying.save.is_none() && !reports.is_empty()).cloned();
        let step = self.decided(job, applying, now);
        let heard = reports.map(|reports| Arc::new(News { reports, ..News::default() }));
        Step { heard, ..step }
    }

    fn decided(&self, job: &mut Job, applying: Applying, now: Now) -> Step {
        match job.work {
            Work::Answer(_) => self.answered(job, applying, now),
            Work::Settle(_) => self.settled(job, applying, now),
            Work::Record => {
                let Applying { save, order, applied: Applied { kind, answer, conflicts, reason, reports, .. } } = applying;
                let order = save.as_ref().map(|save| save.order.clone()).or(order);
                let transition = Transition { kind, next: None, answer, conflicts, reason, reports };
                job.saving(save, Then::Done(Done::Recorded(Box::new(Recorded { transition, order }))))
            }
        }
    }

    /// The transition of an event, and the order to save then.
    fn apply(&self, event: &Event, about: Option<Id>, loaded: Loaded, now: Timestamp) -> Applying {
        let Loaded { order, json, is_converted } = loaded;
        let heard =
            |order: &Order| if is_converted { Vec::new() } else { order.conflicts.iter().filter(is_open).map(id).collect() };
        let heard: Vec<String> = order.as_ref().map(heard).unwrap_or_default();
        let given_up = |order: &Order| order.given_up.iter().flatten().map(|notice| notice.id.clone()).collect();
        let known: Vec<String> = order.as_ref().map(given_up).unwrap_or_default();
        let (order, mut applied) = apply_to(order, json, event, about, &self.settings, now);
        match (order, applied.stored.take()) {
            (Some(order), Some(json)) => {
                let conflicts = order.conflicts.iter().filter(|conflict| is_open(conflict) && !heard.contains(&conflict.id));
                let given_up = order.given_up.iter().flatten().filter(|notice| !known.contains(&notice.id));
                let news = News {
                    conflicts: conflicts.cloned().collect(),
                    given_up: given_up.cloned().collect(),
                    reports: applied.reports.clone(),
                };
                let due = next_due(&order, &self.settings);
                Applying { save: Some(Save { order, json, due, news: Arc::new(news) }), order: None, applied }
            }
            (order, _) => Applying { save: None, order, applied },
        }
    }

    /// Loading or saving came to nothing.
    fn store_failed(&self, job: &mut Job, why: NoReply, now: Now) -> Step {
        match job.work {
            Work::Answer(_) => self.answer_failed(job, why),
            Work::Settle(_) => self.settle_failed(job, why, now),
            Work::Record => job.step(Then::Done(Done::Failed(why))),
        }
    }

    fn ended(&self, job: &mut Job, end: AttemptEnded, now: Now) -> Step {
        match &mut job.work {
            Work::Answer(answering) => job.event = answering.ended(end).into(),
            Work::Settle(settling) => {
                job.event = settling.ended(end).into();
                job.until = store_limit(now);
            }
            Work::Record => {}
        }
        job.conflicts = 0;
        job.load()
    }

    fn late(&self, job: &mut Job, now: Now) -> Step {
        match &mut job.work {
            Work::Answer(answering) => {
                job.event = answering.unknown().into();
            }
            Work::Settle(settling) => {
                settling.late();
                job.until = store_limit(now);
            }
            Work::Record => {}
        }
        job.conflicts = 0;
        job.load()
    }
}

impl Job {
    /// How the function ended, if the store has not taken that: to be recorded without hurry by [`Service::record`].
    pub fn unrecorded(&mut self) -> Option<AttemptEnded> {
        self.unrecorded.take()
    }

    fn step(&mut self, then: Then) -> Step {
        self.saving(None, then)
    }

    fn saving(&mut self, save: Option<Save>, then: Then) -> Step {
        self.is_saving = save.is_some();
        Step { heard: None, save, until: self.until, then }
    }

    fn load(&mut self) -> Step {
        self.step(Then::Load)
    }
}

impl Applying {
    /// The order after the event.
    fn order(&self) -> Option<&Order> {
        self.save.as_ref().map(|save| &save.order).or(self.order.as_ref())
    }
}

fn store_limit(now: Now) -> Timestamp {
    now.steady + STORE_LIMIT
}

fn is_open(conflict: &&Conflict) -> bool {
    conflict.resolved_at.is_none()
}

fn id(conflict: &Conflict) -> String {
    conflict.id.clone()
}
