//! The attraction-ticket supplier API: Meituan calls the supplier, and the supplier notifies Meituan.
//!
//! # What to do first
//!
//! 1. Make a [`Supplier`] of your [`Config`]: partnerId, clientId, clientSecret, and the path of each call as it is registered with
//!    Meituan. Everything else uses it.
//! 2. Decide who keeps the orders.
//!    - The library does: give [`handler`] a [`Store`](handler::Store) over your database, and your [`Functions`](handler::Functions)
//!      that create, issue and refund. Repeats, notices and conflicts are its business. Begin with a
//!      [`MemoryStore`](handler::MemoryStore).
//!    - Your system does: [`Supplier::receive`] reads a call, [`Supplier::reply`] writes the reply, [`Supplier::request`] makes a notice.
//! 3. Test it: `testing` (a feature) plays Meituan, and checks your store; [`acceptance`] judges what you have recorded by every point of
//!    the acceptance manual.
//!
//! [`order`] and [`service`] are what a handler consists of, for a driver of your own.

// The files, by subject:
// - `interfaces` is the table of interfaces, and nothing else. Made of it: `outcomes` (the codes that say no failure),
//   `statics` (the static of each interface), `call_bodies` (the Rust types). `call_facts` has the facts of an interface.
// - `codes`, `calls`, `notices`, `products` are definitions, `rules` the rules between their fields.
// - `supplier` judges a call, in order; `received` and `reply` are calls and replies in Rust types; `exchange` is the rest of
//   the wire.
// - `order` has the rules of an order, `service` decides over a store, `handler` drives it.
// - `acceptance` judges recordings, by `working_days` too; `change_mail` announces another address.

pub mod acceptance;
mod call_bodies;
mod call_facts;
pub mod calls;
pub mod change_mail;
pub mod codes;
mod exchange;
pub mod handler;
mod interfaces;
pub mod notices;
pub mod order;
mod outcomes;
pub mod products;
mod received;
mod reply;
pub mod rules;
pub mod service;
mod statics;
mod supplier;
pub mod working_days;

#[cfg(feature = "getrandom")]
pub use crate::random::random_voucher_code;
pub use call_bodies::*;
pub use call_facts::*;
pub use exchange::*;
pub use received::*;
pub use reply::*;
pub use statics::*;
pub use supplier::*;
