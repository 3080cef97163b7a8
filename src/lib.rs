//! Meituan's partner APIs, without input and output.
//!
//! This crate never opens a socket, reads a clock or draws a random number. Requests, replies, times and random
//! bytes come in as values, and values go out; the same input always gives the same output. Whoever uses it keeps
//! the connection, the clock and the database, and can test all of it without any of the three. The one exception is a
//! convenience around it: the runtimes of [`ticket::handler`] and [`ride::handler`], which can be replaced.
//!
//! Input is never trusted: whatever bytes come in, functions return an [`Error`] with a stable [`ErrorCode`], the
//! path of the field and a hint. They do not panic.
//!
//! ```
//! use meituan_protocol::{Secret, ba, ticket::{self, Asked, Config, Parts, Reply, Supplier, calls::OrderCreated}};
//! use meituan_protocol::time::{Timestamp, http_date};
//!
//! let supplier = Supplier::new(
//!     Config::new(1122, "client", Secret::new("not a real secret")).route("/mt/order/create", &ticket::ORDER_CREATE),
//! )?;
//!
//! // What a web server would hand over; here it is made as Meituan makes it.
//! let now = Timestamp(1_480_000_000_000);
//! let date = http_date(now);
//! let key = ba::Key::new(&Secret::new("not a real secret"));
//! let authorization = ba::authorization("client", &ba::sign(&key, "POST", "/mt/order/create", &date));
//! let parts = Parts {
//!     method: "POST",
//!     uri: "/mt/order/create",
//!     partner_id: "1122",
//!     date: &date,
//!     authorization: &authorization,
//!     ..Parts::default()
//! };
//! let body = r#"{"partnerId":1122,"body":{"orderId":1453361297221,"partnerDealId":"12113","mtDealId":111111,
//!     "buyPrice":1080.00,"unitPrice":1199.00,"totalPrice":2398.00,"quantity":2,"travelDate":"2016-11-30"}}"#;
//!
//! // Authenticated, validated, typed.
//! let call = supplier.receive(&parts, body.as_bytes(), now).map_err(|refusal| refusal.error)?;
//! let Asked::OrderCreate(order) = &call.asked else { unreachable!() };
//! assert_eq!(order.total_price.0, 239_800); // fen
//!
//! // Checked before it leaves.
//! let reply = supplier.reply(&call, &Reply::ok(OrderCreated { order_id: None, partner_order_id: "P1".into() }))?;
//! assert_eq!(
//!     std::str::from_utf8(&reply.body)?,
//!     r#"{"partnerId":1122,"code":200,"describe":"success","body":{"partnerOrderId":"P1"}}"#
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A supplier whose orders the library keeps in a database is a [`ticket::handler`]; an enterprise's rides are kept by a
//! [`ride::handler`].
//!
//! # The rooms
//!
//! | module | what it is |
//! |---|---|
//! | [`ticket`] | the attraction-ticket supplier API: Meituan calls the supplier, the supplier notifies Meituan |
//! | [`ride`] | the enterprise ride API: the enterprise calls Meituan, Meituan pushes to the enterprise |
//! | [`message`] | definitions of messages, and the one walk that reads them |
//! | [`ba`] | BA authentication: HMAC-SHA1 over method, URI and Date. It does not cover the body |
//! | [`body_cipher`] | encryption of the whole body, an optional layer of the newer ticket API |
//! | [`envelope`] | encryption of the ride API's parameters |
//! | [`sorted_sign`] | SHA-1 over sorted parameters, as two neighbouring APIs sign |
//! | [`money`] | yuan and fen, exactly |
//! | [`time`] | HTTP dates and Meituan's wall clock |
//!
//! # Features
//!
//! - `texts` (on by default): documentation, error meanings and hints, and rule sentences are compiled in.
//! - `diagnosis` (on by default): finds why a signature does not match; see [`ba`].
//! - `getrandom`: `ride::random_order_id` and `ticket::random_voucher_code`, which draw from the platform's randomness.
//! - `http`: whole requests and responses, as the `http` crate has them; see the module `http_types`.
//! - `chrono`, `jiff`, `time`: conversions from and to the timestamps and dates of these crates.
//! - `tokio`: Tokio as the runtime of [`ticket::handler`] and [`ride::handler`].
//! - `testing`: Meituan's side of both APIs, for your own tests; see the module of that name.
//! - `wasm` and what it consists of: the exports for the npm package's modules, on wasm32 alone. Not meant for Rust programs.

#![forbid(unsafe_code)]

// Macros name the crate as their users do.
extern crate self as meituan_protocol;

pub mod ba;
mod block_cipher;
pub mod body_cipher;
#[cfg(feature = "texts")]
#[doc(hidden)]
pub mod details;
pub mod envelope;
mod error;
mod exchange;
mod handler;
#[cfg(feature = "texts")]
mod hint;
#[cfg(feature = "http")]
pub mod http_types;
pub mod message;
pub mod money;
#[cfg(feature = "getrandom")]
mod random;
pub mod ride;
mod routes;
mod secret;
pub mod sorted_sign;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod ticket;
pub mod time;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod time_types;
mod tried;
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
mod wasm;

pub use error::{Details, Error, ErrorCode, Issue, Remote, Text};
pub use secret::Secret;

#[cfg(test)]
mod known_answers;

/// The README's Rust is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
