//! The rules of a ride order: what is known, what follows from it, and what to do next.
//!
//! Pushes may be lost, doubled and reordered, so an order is kept as its facts ([`RideOrder`]), and its state follows from
//! them, not from how they came:
//!
//! - The reply to a query is the authority. If there are several, the one with the newest `updateTime` counts; nothing older than
//!   that overrides it, and events of the same millisecond count as included.
//! - Events newer than it are applied in the order of their own time (in the same millisecond, by code), by the one table
//!   [`STEPS`]. An event without a time or a code only asks for a query, each time that it is heard.
//! - Events 100 and 110 report that the order is cancelled, not which kind: the state is one of [`undecided`] until queried.
//! - A contradiction (a step that is not in the table) changes nothing, is kept and reported, and needs a query. So does an
//!   event or a state that is not documented.
//!
//! [`RideOrder::apply`] records an event. Facts are never refused; a call of our own may be (`illegal`), before it is made.
//!
//! ```
//! use meituan_protocol::ride::order::*;
//! use meituan_protocol::ride::{codes::*, pushes::OrderChanged, replies::OrderDetail};
//! use meituan_protocol::time::Timestamp;
//!
//! let now = Timestamp(1_629_857_900_000);
//! let event = |code, time| {
//!     Event::OrderChanged(OrderChanged {
//!         mt_order_id: Some("143009655634578641215429100000".into()),
//!         event_code: Some(code),
//!         event_time: Some(Timestamp(time)),
//!         ..OrderChanged::default()
//!     })
//! };
//! let order = RideOrder::default().apply(&event(RideEvent::DRIVER_ARRIVED, 1_629_857_800_000), now).order;
//! let late = order.apply(&event(RideEvent::ORDER_CONFIRMED, 1_629_857_700_000), now);
//! assert_eq!((late.kind, late.order.status()), (RideTransitionKind::Stale, RideStatus::DRIVER_ARRIVED));
//!
//! let canceled = late.order.apply(&event(RideEvent::ORDER_CANCELED, 1_629_857_900_000), now).order;
//! assert!(canceled.status() == undecided::CANCELED && canceled.needs_query());
//! let reply = OrderDetail { order_status: RideStatus::DRIVER_CANCELED, ..OrderDetail::default() };
//! let settled = canceled.apply(&Event::from(&reply), now).order;
//! assert!(settled.status() == RideStatus::DRIVER_CANCELED && !settled.needs_query());
//! ```

// The files, by subject:
// - `table` has states and events, once. `facts` are the definitions; `apply` makes a fact of an event, `standing` says what
//   follows.
// - `states` is what states have in common, `times` the time limits, `limits` how often Meituan may be called.
// - `next` says what to do next, `payments` what to pay, `submission` what to do until Meituan's number is known.
// - `boundary` is the same over JSON.

mod apply;
mod boundary;
mod facts;
mod limits;
mod next;
mod payments;
mod standing;
mod states;
mod submission;
mod table;
mod times;

pub use apply::{RideReason, RideTransition, RideTransitionKind, RideWarning};
pub use boundary::{apply_json, calls_from_json, event_from_json, order_from_json, record_json};
pub use facts::*;
pub use limits::{MAX_CALLS_A_DAY, MAX_CALLS_A_MINUTE};
pub(in crate::ride) use next::Abilities;
pub(in crate::ride) use standing::drivers_of;
pub use standing::{Conflict, RideNextAction, RideStanding, Why};
pub use states::FINAL;
pub use table::{STEPS, Step, step};
#[cfg(feature = "texts")]
pub use table::{diagram, known_by_query, name, states};

use crate::message::definition::Message;

/// The definitions of everything that is stored or handed over as JSON: the order, its events, the recent calls,
/// and what comes of it.
pub const MESSAGES: &[&Message] = &[RideOrder::MESSAGE, Event::MESSAGE, RideCalls::MESSAGE, RideTransition::MESSAGE];
pub use times::{ESTIMATE_VALIDITY, LONGEST_SILENCE, MAX_WAIT, QUERY_SPACING, REPLY_PATIENCE, estimate_is_valid};
