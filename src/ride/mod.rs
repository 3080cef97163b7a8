//! The ride API of Meituan Enterprise: the enterprise calls Meituan, and Meituan pushes to the enterprise.
//!
//! # What to do first
//!
//! 1. Make a [`Client`] of your [`Config`]: entId, accessKey, secretKey, and the environment.
//! 2. Decide who keeps the orders.
//!    - The library does: give [`handler`] a [`Store`](handler::Store) over your database and a function that sends. It records pushes,
//!      queries, pays and chooses what is due, within Meituan's limits.
//!    - Your system does: [`Client::request`] makes a request, whose reply it parses; [`Client::receive`] reads a push. What
//!      follows from all of it is what [`order`] says.
//! 3. Test it: `testing` (a feature) plays Meituan.
//!
//! # How it travels
//!
//! Everything travels by POST in an encrypted [envelope](crate::envelope); there is no signature. Source: Meituan's spec 打车 API接口
//! (2024-04-22, "ride spec"), cited by its section, and 公共参数说明.
//!
//! ```
//! use meituan_protocol::ride::{Client, Config, requests::CancelOrder, codes::{CancelReason, CancelStep}};
//! use meituan_protocol::{Secret, time::Timestamp};
//!
//! let client = Client::new(Config::new(617, Secret::new("CESHI-TK"), Secret::new("AAECAwQFBgcICQoLDA0ODw==")))?;
//! let ask = CancelOrder {
//!     mt_order_id: "143009655634578641215429100000".into(),
//!     channel_partner_order_id: Some("314253f8-912b-4c7e-9f25-bcd5ae4be8cc".into()),
//!     cancel_code: Some(CancelReason::PLANS_CHANGED),
//!     step: CancelStep::ASK_FEE,
//! };
//! let request = client.request(&ask, Timestamp(1_629_857_773_000))?;
//! assert!(request.url.ends_with("/dache/cancelOrder"));
//! assert!(request.body.starts_with("token=CESHI-TK&version=1.0&content="));
//!
//! // The reply over HTTP:
//! let fee = request.parse(200, br#"{"code":0,"data":{"cancelPrice":500},"message":"ok"}"#)?.data;
//! assert_eq!(fee.cancel_price.unwrap().0, 500); // fen
//! # Ok::<(), meituan_protocol::Error>(())
//! ```

// The files, by subject:
// - `interfaces` is the table of interfaces; `endpoints` has the Rust types that are made of it.
// - `codes` has every table of the spec; `requests`, `replies`, `pushes` are definitions, `rules` the rules between their
//   fields.
// - `client` has the settings and seals requests, `parse_reply` reads their replies, `receive_push` opens pushes, `typed` has
//   requests, replies and pushes in Rust types; `form` is their encoding, `check` reads a message by itself, `estimate` leads
//   to an order.
// - `order` has the rules of an order, `service` decides over a store, `handler` drives it.

mod check;
mod client;
pub mod codes;
mod endpoints;
mod estimate;
pub(crate) mod form;
pub mod handler;
mod interfaces;
pub mod order;
mod parse_reply;
pub mod pushes;
mod receive_push;
pub mod replies;
pub mod requests;
pub mod rules;
pub mod service;
mod typed;

#[cfg(feature = "getrandom")]
pub use crate::random::random_order_id;
pub use check::check;
pub use client::*;
pub use endpoints::*;
pub use estimate::*;
pub use interfaces::*;
pub use parse_reply::*;
pub use receive_push::*;
pub use typed::*;
