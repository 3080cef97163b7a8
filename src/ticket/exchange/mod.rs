//! What goes over the wire between the supplier and Meituan, beside the messages themselves: what a refused call is answered with,
//! and what Meituan's reply to a request says. Rust and JavaScript have it from here.

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
