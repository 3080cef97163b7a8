//! The order service of rides: who does what when about an order that is kept in a store. It has no input and output of its
//! own: a driver loads and saves, calls Meituan, runs the user's functions, waits, and reports how that ended.
//!
//! [`Service::receive`] records a push, [`Service::record`] any event, [`Service::call`] makes a call, [`Service::settle`] does
//! what is next. Each makes a [`Job`]; [`Service::advance`] says what to do next, until it is [`Then::Done`].
//!
//! ```
//! use meituan_protocol::ride::codes::RideEvent;
//! use meituan_protocol::ride::order::{Call, Event};
//! use meituan_protocol::ride::pushes::OrderChanged;
//! use meituan_protocol::ride::service::{Done, Input, Save, Service, Then};
//! use meituan_protocol::time::Timestamp;
//!
//! let (service, now) = (Service::default(), Timestamp(1_629_857_900_000));
//! let push = OrderChanged {
//!     mt_order_id: Some("143009655634578641215429100000".into()),
//!     event_code: Some(RideEvent::BILL_CHANGED),
//!     event_time: Some(now),
//!     ..OrderChanged::default()
//! };
//! let (mut job, step) = service.receive(Event::OrderChanged(push), now).unwrap();
//! let Then::Load(key) = step.then else { panic!() };
//! // Nothing is stored of this order.
//! let step = service.advance(&mut job, Input::Loaded(None), now);
//! // … save it by compare-and-swap, and only then answer that the push is accepted.
//! let Some(Save::Order { order, due, .. }) = step.save else { panic!() };
//! assert!(matches!(step.then, Then::Done(Done::Recorded(_))) && due == Some(now));
//!
//! let (mut job, _) = service.settle(&key, now);
//! let step = service.advance(&mut job, Input::Loaded(Some(order.clone())), now);
//! // It is due to be queried, if Meituan's limits allow it.
//! assert!(matches!(step.then, Then::LoadCalls));
//! let step = service.advance(&mut job, Input::CallsLoaded(None), now);
//! assert!(matches!(step.save, Some(Save::Calls(_))) && matches!(step.then, Then::Load(_)));
//! let step = service.advance(&mut job, Input::Loaded(Some(order)), now);
//! // … save the claim, then query. One of two processes does.
//! let Then::Call(task) = step.then else { panic!() };
//! assert!(step.save.is_some() && task.call == Call::QueryRealTimeOrder);
//! ```
//!
//! # Keys
//!
//! An order is kept under Meituan's number. Before that is known it is kept under ours (`channelPartnerOrderId`), and what is
//! kept there afterwards is the way to Meituan's number. The calls of the account are kept in one more record.
//!
//! # Saves, and when they happen
//!
//! 1. A push, before it is answered.
//! 2. A place within Meituan's limits, then the call, before it is made; the reply afterwards.
//! 3. That the user's function pays, before it runs; then how that ended, before Meituan is notified of the payment.
//!
//! A process that dies after 2 leaves a call whose outcome is not known: it is given up after
//! [`REPLY_PATIENCE`](super::order::REPLY_PATIENCE), and settled by a query. One that dies while the function pays leaves a claim
//! that runs out: the function runs again with the same idempotency key. A payment that may have been made is never made with
//! another amount.

// `deciding` is what a loaded record leads to, `news` what somebody should know once an order is saved.

mod deciding;
mod news;

use super::codes::{CancelReason, CancelStep};
use super::order::{
    Abilities, Call, CallSent, Conflict, Event, PaymentProposed, ProposalState, RideCalls, RideOrder, RideReason, RideStanding,
    RideTransitionKind, RideWarning, drivers_of,
};
use crate::money::Fen;
use crate::save_attempts::SaveAttempts;
use crate::time::{Now, Timestamp};
pub use news::News;
use std::sync::Arc;
use std::time::Duration;

/// A push is answered within this: how long Meituan waits is not documented.
const PUSH_DEADLINE: Duration = Duration::from_secs(5);
/// Time limit for the store in a step that no push waits for.
const STORE_LIMIT: i64 = 30_000;
/// Time limit for the store to save a claim, so that the claimed work ends before the claim does.
const CLAIM_LIMIT: i64 = 10_000;
/// Time limit for a call, and for the wait for the user's function, which goes on afterwards.
const CALL_LIMIT: Duration = Duration::from_secs(10);
const PAY_LIMIT: Duration = Duration::from_secs(30);
/// The pauses after an optimistic lock was lost double up to this.
const MAX_CONFLICT_PAUSE: i64 = 100;
/// So often a store is tried that fails to record what has been done already.
const MAX_FAILURES: u32 = 3;
/// One settling does so many things at most.
const MAX_ROUNDS: u32 = 10;
/// If no driver was chosen, the function is called again after this, ms.
const CHOICE_PAUSE: i64 = 3_000;

crate::messages! {
    /// The order service of an account.
    Service {
        /// How many orders are open: the more, the more rarely a silent one is queried.
        open_orders "openOrders": count, optional;
        /// How many processes share Meituan's limits, where each counts its own calls; absent where one record counts all.
        processes "processes": integer(1..100), optional;
        /// The user's function pays. Otherwise no payment is proposed.
        can_pay "canPay": flag, required;
        /// The user's function chooses among drivers. Otherwise none is confirmed.
        can_choose "canChoose": flag, required;
        /// Within how many milliseconds a push is answered; absent: 5000.
        deadline "deadlineMs": duration, optional, serde "meituan_protocol::time::milliseconds";
    }
}

/// A driver's report.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "one is made at a time, and does not live long")]
pub enum Input {
    /// After [`Then::Load`].
    Loaded(Option<RideOrder>),
    /// After [`Then::LoadCalls`].
    CallsLoaded(Option<RideCalls>),
    /// It was not saved: somebody else had saved it first.
    Conflict,
    /// Loading or saving failed. Whether it was saved is not known.
    StoreFailed,
    /// Loading or saving had not ended at [`Step::until`].
    StoreLate,
    /// After [`Then::Pause`].
    Resumed,
    /// After [`Then::Call`]: [`Event::Queried`] or [`Event::Answered`], or [`Event::Failed`] where there is no reply in time. One
    /// that comes later is recorded by [`Service::record`].
    Replied(Event),
    /// After [`Then::Pay`]: how the function has ended.
    Paid(ProposalState),
    /// The function of [`Then::Pay`] has not ended in time. It goes on; how it ends is recorded by [`Service::record`].
    Late,
    /// After [`Then::Choose`]: the driver, if one is chosen.
    Chosen(Option<String>),
}

/// The next step: save, and then the rest. The next input reports a failure, or the rest.
#[derive(Debug)]
pub struct Step {
    /// Somebody should know this now: it is stored by an earlier try of this job that is said to have failed, or may be.
    pub heard: Option<Arc<News>>,
    /// Save this first, by compare-and-swap with what was loaded last.
    pub save: Option<Save>,
    /// Until then loading and saving may take, by the steady clock, and a choice.
    pub until: Timestamp,
    /// The work when it is saved.
    pub then: Then,
}

/// The records to save. Exhaustive, as [`Then`] is.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one is made at a time, and does not live long")]
pub enum Save {
    /// The order that was loaded last.
    Order {
        /// The order.
        order: RideOrder,
        /// When something is to be done next without a push.
        due: Option<Timestamp>,
        /// How many conflicts there are.
        open_conflicts: u32,
        /// Reports that are due once it is saved.
        news: Arc<News>,
    },
    /// The recent calls of the account.
    Calls(RideCalls),
}

/// The work when it is saved. Exhaustive: a driver has to do each of these, and one that lacks some should not compile.
#[derive(Debug)]
pub enum Then {
    /// Load the order of this key.
    Load(String),
    /// Load the recent calls of the account.
    LoadCalls,
    /// Wait, a random time up to this, in milliseconds: those who lost together do not come back together.
    Pause(i64),
    /// Call Meituan.
    Call(Box<CallTask>),
    /// Have the user's function pay.
    Pay(Payment),
    /// Have the user's function choose one of these drivers, until [`Step::until`]. It may run in several processes, and the
    /// driver is confirmed once.
    Choose(Vec<String>),
    /// Nothing: the job is done.
    Done(Done),
}

/// A call to make; the order's numbers go along.
#[derive(Debug)]
pub struct CallTask {
    /// Which.
    pub call: Call,
    /// Meituan's number of the order.
    pub mt_order_id: Option<String>,
    /// Our number of the order.
    pub channel_partner_order_id: Option<String>,
    /// Of confirmOrder: the driver.
    pub driver_id: Option<String>,
    /// Of cancelOrder: whether to ask or to cancel.
    pub step: Option<CancelStep>,
    /// Of cancelOrder: why.
    pub cancel_code: Option<CancelReason>,
    /// Of notifyPaidResult: the amount.
    pub price: Option<Fen>,
    /// How long it may take, from its beginning.
    pub limit: Duration,
}

/// A payment for the user's function to make.
#[derive(Debug)]
pub struct Payment {
    /// The amount.
    pub price: Fen,
    /// The idempotency key: the same on every run for the same order and amount.
    pub key: String,
    /// How long to wait for it, from its beginning.
    pub limit: Duration,
}

/// How a job ended. Exhaustive, as [`Then`] is.
#[derive(Debug)]
pub enum Done {
    /// The event is recorded, or is illegal; of a call: its reply is, or it may not be made.
    Recorded(Box<Recorded>),
    /// Meituan's limits have no place for the call before this.
    Limited(Timestamp),
    /// Everything due is done; when something is due next.
    Settled(Option<Timestamp>),
    /// The store did not take it.
    Failed(NotStored),
}

/// The result of an event.
#[derive(Debug)]
pub struct Recorded {
    /// Its result.
    pub kind: RideTransitionKind,
    /// Why, where it is illegal.
    pub reason: Option<RideReason>,
    /// The order's key: another one than was given, where Meituan's number is known by now.
    pub key: String,
    /// The order after the event.
    pub order: RideOrder,
    /// The consequences.
    pub standing: RideStanding,
}

/// Why the store did not take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotStored {
    /// The store failed.
    Failed,
    /// The store has not ended in time.
    Late,
    /// Others have saved first each time.
    Contended,
}

/// Work about one order, between two inputs.
#[derive(Debug)]
pub struct Job {
    key: String,
    work: Work,
    phase: Phase,
    /// The phase that follows once this one is saved.
    next: Option<Phase>,
    /// Until then loading and saving may take.
    until: Timestamp,
    conflicts: u32,
    failures: u32,
    rounds: u32,
    /// The event to apply in [`Phase::Apply`].
    event: Option<Event>,
    /// The call to claim.
    sent: Option<CallSent>,
    /// The order as it was when the call was found to be next.
    seen: Option<Box<RideOrder>>,
    /// The record under our number, while it is adopted.
    submission: Option<Box<RideOrder>>,
    /// The user's function has chosen no driver, and is called again then.
    undecided: Option<Timestamp>,
    /// Meituan's limits have no place before.
    limited: Option<Timestamp>,
    recorded: Option<Box<Recorded>>,
    /// The amount that the function pays, and since when it is claimed.
    price: Fen,
    claimed_at: Timestamp,
    save_attempts: SaveAttempts<News>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Record,
    Call,
    Settle,
}

/// The use of the next record that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// To apply an event.
    Apply,
    /// To take over under Meituan's number what was recorded under ours, and apply the event.
    Adopt,
    /// To apply the event under our number too, once the record is adopted.
    Adopted,
    /// To find what is next.
    Look,
    /// To take a place within Meituan's limits.
    Place,
    /// To claim the call.
    Claim,
}

impl Service {
    /// Records a push. Begins by loading the order. `None`: it names no order, and there is nothing to record it in.
    pub fn receive(&self, push: Event, now: impl Into<Now>) -> Option<(Job, Step)> {
        let key = match &push {
            Event::CapacityOffered(offer) => Some(&offer.mt_order_id),
            Event::Refunded(refund) => Some(&refund.mt_order_id),
            Event::OrderChanged(changed) => {
                let is_number = |number: &&String| !number.is_empty();
                changed.mt_order_id.as_ref().filter(is_number).or(changed.channel_partner_order_id.as_ref().filter(is_number))
            }
            Event::Queried(_)
            | Event::Estimated(_)
            | Event::Sent(_)
            | Event::Answered(_)
            | Event::Failed(_)
            | Event::Proposed(_) => None,
        };
        let key = key?.clone();
        let until = now.into().steady + self.deadline.unwrap_or(PUSH_DEADLINE);
        Some(begin(&key, Work::Record, Phase::Apply, Some(push), until))
    }

    /// Records an event of the order: a reply that came late, or what the user knows. Begins by loading the order.
    pub fn record(&self, key: &str, event: Event, now: impl Into<Now>) -> (Job, Step) {
        begin(key, Work::Record, Phase::Apply, Some(event), store_limit(now.into()))
    }

    /// Makes a call, if it is legal and Meituan's limits have a place. Begins by loading the order; the key of a submit is our
    /// own number.
    pub fn call(&self, key: &str, sent: CallSent, now: impl Into<Now>) -> (Job, Step) {
        let (mut job, step) = begin(key, Work::Call, Phase::Look, None, store_limit(now.into()));
        job.sent = Some(sent);
        (job, step)
    }

    /// Does what is next about an order, if it is due. Begins by loading the order.
    pub fn settle(&self, key: &str, now: impl Into<Now>) -> (Job, Step) {
        begin(key, Work::Settle, Phase::Look, None, store_limit(now.into()))
    }

    /// Says what to do next.
    pub fn advance(&self, job: &mut Job, input: Input, now: impl Into<Now>) -> Step {
        let heard = job.save_attempts.reported(input.reported());
        let mut step = self.go_on(job, input, now.into());
        let news = if let Some(Save::Order { news, .. }) = &step.save { Some(news) } else { None };
        step.heard = job.save_attempts.keep(heard, news, matches!(step.then, Then::Done(_)));
        step
    }

    fn go_on(&self, job: &mut Job, input: Input, now: Now) -> Step {
        match input {
            Input::Loaded(order) => {
                job.go_on();
                self.decide(job, order.unwrap_or_default(), now)
            }
            Input::CallsLoaded(calls) => {
                job.go_on();
                self.take_place(job, calls.unwrap_or_default(), now)
            }
            Input::Resumed => job.load(),
            Input::Conflict => {
                job.conflicts += 1;
                job.again((1 << job.conflicts.min(7)).min(MAX_CONFLICT_PAUSE), NotStored::Contended, now)
            }
            Input::StoreFailed if matches!(job.phase, Phase::Apply | Phase::Adopt | Phase::Adopted) && job.work != Work::Record => {
                job.failures += 1;
                let pause = if job.failures < MAX_FAILURES { MAX_CONFLICT_PAUSE } else { i64::MAX };
                job.again(pause, NotStored::Failed, now)
            }
            Input::StoreFailed => job.step(Then::Done(Done::Failed(NotStored::Failed))),
            Input::StoreLate => job.step(Then::Done(Done::Failed(NotStored::Late))),
            Input::Replied(event) => job.apply(event, now),
            Input::Paid(state) => {
                let price = job.price;
                job.apply(Event::Proposed(PaymentProposed { price, state }), now)
            }
            Input::Late => {
                job.until = store_limit(now);
                job.look()
            }
            Input::Chosen(driver_id) => {
                job.until = store_limit(now);
                // A driver whom nobody offers cannot be confirmed: the function is called again after the same pause.
                let offers = job.seen.as_ref().map(|order| drivers_of(&order.may_confirm())).unwrap_or_default();
                match driver_id.filter(|driver_id| offers.contains(driver_id)) {
                    Some(driver_id) => job.place(CallSent::confirm(&driver_id)),
                    None => {
                        job.undecided = Some(later(now.wall, CHOICE_PAUSE));
                        job.look()
                    }
                }
            }
        }
    }
}

fn begin(key: &str, work: Work, phase: Phase, event: Option<Event>, until: Timestamp) -> (Job, Step) {
    let job = Job {
        key: key.into(),
        work,
        phase,
        next: None,
        until,
        conflicts: 0,
        failures: 0,
        rounds: 0,
        event,
        sent: None,
        seen: None,
        submission: None,
        undecided: None,
        limited: None,
        recorded: None,
        price: Fen(0),
        claimed_at: Timestamp(0),
        save_attempts: SaveAttempts::default(),
    };
    let step = job.load();
    (job, step)
}

impl Job {
    /// Goes on to the next phase: the last one is saved.
    fn go_on(&mut self) {
        if let Some(next) = self.next.take() {
            (self.phase, self.conflicts, self.failures) = (next, 0, 0);
        }
    }

    /// Does the phase again after a pause, if there is time.
    fn again(&mut self, pause: i64, why: NotStored, now: Now) -> Step {
        self.next = None;
        match later(now.steady, pause) > self.until {
            true => self.step(Then::Done(Done::Failed(why))),
            false => self.step(Then::Pause(pause)),
        }
    }

    /// The next step after the one that was done.
    fn apply(&mut self, event: Event, now: Now) -> Step {
        (self.event, self.phase, self.until) = (Some(event), Phase::Apply, store_limit(now));
        self.load()
    }

    fn look(&mut self) -> Step {
        self.phase = Phase::Look;
        self.load()
    }

    /// Counts the call, and then claims it.
    fn place(&mut self, sent: CallSent) -> Step {
        (self.sent, self.phase) = (Some(sent), Phase::Place);
        self.load()
    }

    /// Whether the record that is to be loaded is that of the recent calls.
    pub fn loads_calls(&self) -> bool {
        self.next.unwrap_or(self.phase) == Phase::Place
    }

    fn load(&self) -> Step {
        match self.phase {
            Phase::Place => self.step(Then::LoadCalls),
            _ => self.step(Then::Load(self.key_of_phase())),
        }
    }

    /// The key of this phase's order.
    fn key_of_phase(&self) -> String {
        let told = self.event.as_ref().and_then(mt_order_id_of).filter(|_| self.phase == Phase::Adopt);
        told.unwrap_or(&self.key).clone()
    }

    fn step(&self, then: Then) -> Step {
        self.saving(None, then)
    }

    fn saving(&self, save: Option<Save>, then: Then) -> Step {
        Step { heard: None, save, until: self.until, then }
    }
}

/// Meituan's number, where the event is a reply that says it.
fn mt_order_id_of(event: &Event) -> Option<&String> {
    let number = match event {
        Event::Queried(detail) => detail.mt_order_id.as_ref(),
        Event::Answered(answered) => answered.mt_order_id.as_ref(),
        _ => None,
    };
    number.filter(|number| !number.is_empty())
}

fn store_limit(now: Now) -> Timestamp {
    later(now.steady, STORE_LIMIT)
}

fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(milliseconds))
}
