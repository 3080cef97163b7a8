//! The exchange between the supplier and Meituan beside the messages themselves: answers to refused calls, and the meaning of
//! Meituan's replies. Rust and JavaScript share it.

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
