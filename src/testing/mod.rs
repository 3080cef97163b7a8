//! Meituan's side of both APIs, for your own tests (feature `testing`): as values in and values out, without connection, clock and
//! randomness.
//!
//! - [`MeituanTicket`] signs calls to a supplier, judges the replies, and receives notices.
//! - [`MeituanRide`] opens an enterprise's requests, answers them, and seals pushes.
//! - [`Recorder`] writes down what was exchanged, to be judged by [`acceptance::check`](crate::ticket::acceptance::check).
//! - [`store_contract`] checks a store of orders.
//!
//! ```
//! use meituan_protocol::testing::{MeituanTicket, Recorder};
//! use meituan_protocol::ticket::acceptance::{self, Strictness, Verdict};
//! use meituan_protocol::ticket::calls::{OrderCreate, OrderCreated};
//! use meituan_protocol::ticket::{self, Config, Reply, Supplier};
//! use meituan_protocol::{Secret, message::Id, money::Fen, time::Timestamp};
//!
//! let config = Config::new(1122, "client", Secret::new("not a real secret")).route("/mt/order/create", &ticket::ORDER_CREATE);
//! let (supplier, meituan) = (Supplier::new(config.clone())?, MeituanTicket::new(config)?);
//! let order = OrderCreate { order_id: Id(7), partner_deal_id: "12113".into(), mt_deal_id: Id(1), quantity: 2, ..OrderCreate::default() };
//!
//! let now = Timestamp(1_480_000_000_000);
//! let call = meituan.call(order, now)?;
//! let received = supplier.receive(&call.parts(), &call.body, now).map_err(|refusal| refusal.error)?;
//! let reply = supplier.reply(&received, &Reply::ok(OrderCreated { partner_order_id: "P7".into(), ..OrderCreated::default() }))?;
//!
//! let judged = meituan.read_reply(&call, reply.status, &reply.body, Some(2));
//! assert!(judged.passed(), "{:?}", judged.findings);
//! assert_eq!(judged.body::<OrderCreated>().unwrap().partner_order_id, "P7");
//!
//! let mut recorder = Recorder::default();
//! recorder.call(&call, &judged, Timestamp(now.0 + 90));
//! let report = acceptance::check(&recorder.trace(), Strictness::Documented)?;
//! assert_eq!(report.point("create.time").unwrap().verdict, Verdict::Passed);
//! # Ok::<(), meituan_protocol::Error>(())
//! ```

mod contract;
mod recorder;
mod ride;
mod ticket;

pub use contract::{BrokenContract, store_contract};
pub use recorder::Recorder;
pub use ride::{MeituanRide, OpenedRequest, SealedPush};
pub use ticket::{Finding, Forgery, JudgedNotice, JudgedReply, MeituanTicket, NoticeAnswer, TicketCall};
