#![doc = include_str!("../docs/rust.md")]
//!
//! # The modules
//! | module | content |
//! |---|---|
//! | [`ticket`] | the attraction-ticket supplier API: Meituan calls the supplier, the supplier notifies Meituan |
//! | [`ticket::handler`] | the handler with a store; [`ticket::order`] has the rules that it follows |
//! | [`ride`] | the enterprise ride API: the enterprise calls Meituan, Meituan pushes to the enterprise |
//! | [`ride::handler`] | the handler with a store; [`ride::order`] has the rules that it follows |
//! | [`message`] | what all messages have; with the feature `unstable-engine` their definitions, and the one walk that reads them |
//! | [`ba`] | BA authentication: HMAC-SHA1 over method, URI and Date. It does not cover the body |
//! | [`body_cipher`] | encryption of the whole body, an optional layer of the newer ticket API |
//! | [`envelope`] | encryption of the ride API's parameters |
//! | [`sorted_sign`] | SHA-1 over sorted parameters, as two neighbouring APIs sign |
//! | [`money`] | yuan and fen, exactly |
//! | [`time`] | HTTP dates and Meituan's wall clock |
//! | `http_types`, `testing` | with the features `http` and `testing` |

#![forbid(unsafe_code)]

// Macros name the crate as their users do.
extern crate self as meituan_protocol;

pub mod ba;
mod block_cipher;
pub mod body_cipher;
#[cfg(feature = "texts")]
#[doc(hidden)]
pub mod details;
mod digits;
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
mod save_attempts;
mod secret;
pub mod sorted_sign;
#[cfg(feature = "testing")]
pub mod testing;
pub mod ticket;
pub mod time;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod time_types;
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
mod wasm;

pub use error::{Details, Error, ErrorCode, Issue, Remote, Text};
pub use secret::Secret;

#[cfg(not(feature = "unstable-engine"))]
pub(crate) use message::macros::{
    bounds, choices, doc_text, enumerations, field_kind, field_presence, field_set, field_type, is_open, kind_type, messages,
    rules, shown_field, words,
};

#[cfg(test)]
mod known_answers;
