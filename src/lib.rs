//! placeholder
#![forbid(unsafe_code)]

pub mod ba;
pub mod body_cipher;
mod error;
pub mod message;
pub mod money;
mod secret;
pub mod ticket;
pub mod time;
#[cfg(feature = "wasm")]
mod wasm;

pub use error::{Error, ErrorCode, Issue, Text};
pub use secret::Secret;
