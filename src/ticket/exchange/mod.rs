//! The exchange between the supplier and Meituan beside the messages themselves: answers to refused calls, and the meaning of
//! Meituan's replies. Rust and JavaScript share it.
//!
//! `answers` has refusals: the family's failure, its sentence, encrypted as the call was, or nothing. `completing` adds to a reply its
//! repeated fields, its words and its times. `requests` are signed, `replies` are Meituan's: size, status, encryption, outcome.

mod answers;
mod completing;
mod replies;
mod requests;

pub use crate::error::SYSTEM_FAILURE;
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
pub(crate) use answers::failure_of;
pub use answers::*;
pub(crate) use answers::{check_failure, illegal};
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
pub(crate) use completing::Outcome as ReplyOutcome;
pub(crate) use completing::{Said, without_defaults};
pub use replies::*;
pub use requests::*;
