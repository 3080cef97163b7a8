//! The attraction-ticket supplier API: Meituan calls the supplier, and the supplier notifies Meituan.

pub mod acceptance;
mod call;
pub mod calls;
pub mod codes;
mod exchange;
pub mod handler;
pub mod notices;
pub mod order;
pub mod products;
pub mod rules;
pub mod service;
mod supplier;
mod typed;
pub mod working_days;

pub use call::*;
pub use exchange::*;
pub use supplier::*;
pub use typed::*;
