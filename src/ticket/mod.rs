//! The attraction-ticket supplier API: Meituan calls the supplier, and the supplier notifies Meituan.

pub mod acceptance;
mod asked;
mod call;
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
pub use asked::*;
pub use call::*;
pub use exchange::*;
pub use received::*;
pub use reply::*;
pub use statics::*;
pub use supplier::*;
