//! What goes over the wire between the supplier and Meituan, beside the messages themselves: what a refused call is answered with,
//! and what Meituan's reply to a request says. Rust and JavaScript have it from here.

mod answers;
mod replies;
mod requests;

pub(super) use answers::check_failure;
pub use answers::*;
pub use replies::*;
pub use requests::*;
