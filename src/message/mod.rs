//! The message engine: one definition per message, one walk that reads it.
//!
//! A `Message` is written down once (by `macros`, as `definition` has it), in a form that reads like
//! Meituan's own field table. JSON is read by that definition in one pass (`scan` knows the JSON grammar, `span` its pieces, `read`
//! the definitions, `single` what one value can be, `fast_path` the fast path of values; what is found is kept by `finding`; `reader`
//! has what they share) into a flat `Packed` form, at which `view` looks. From there it becomes a Rust value (`value`, with the
//! types in `typed`), wire JSON (`write`; `json` writes for both), or a plain JavaScript object (built from the packed form by
//! generated code in the npm package). Beside the walk, `peek` has a first look at a few
//! fields, which decides how JSON is read, and `redact` removes personal data from any JSON.
//!
//! The engine is public with the feature `unstable-engine` alone, for tools of this project's own kind: it changes with any release.
//!
//! A message exists in two notations (`Notation`): on the **wire** (yuan, bare 64-bit numbers, wall-clock times), and
//! in a **program** (fen, ids as strings, epoch milliseconds). Field names are the wire's names in both.

#![cfg_attr(
    not(feature = "unstable-engine"),
    allow(unreachable_pub, clippy::wrong_self_convention, reason = "it is reachable with the feature")
)]

/// For the types that [`messages!`](crate::messages) makes, in crates without serde too.
#[doc(hidden)]
pub use serde;

#[cfg(feature = "unstable-engine")]
pub mod definition;
#[cfg(not(feature = "unstable-engine"))]
pub(crate) mod definition;
mod fast_path;
mod finding;
#[cfg(feature = "unstable-engine")]
pub mod json;
#[cfg(not(feature = "unstable-engine"))]
pub(crate) mod json;
pub(crate) mod macros;
mod notation;
mod packed;
pub(crate) mod peek;
mod read;
mod reader;
mod redact;
mod scan;
#[cfg(test)]
pub(crate) mod serde_check;
mod single;
mod span;
mod typed;
#[cfg(feature = "unstable-engine")]
pub mod value;
#[cfg(not(feature = "unstable-engine"))]
pub(crate) mod value;
mod view;
mod write;

pub use definition::Doc;
pub(crate) use read::{has_fields, text_of};
pub(crate) use single::{approximate_number, is_blank};
pub(crate) use span::Span;
pub use typed::{Id, RawJson};
pub(crate) use view::Column;
#[cfg(feature = "unstable-engine")]
pub use {
    definition::View,
    notation::{Notation, Reading},
    packed::Packed,
    read::read,
    redact::redact,
    write::write,
};
#[cfg(not(feature = "unstable-engine"))]
pub(crate) use {
    definition::View,
    notation::{Notation, Reading},
    packed::Packed,
    read::read,
    redact::redact,
    write::write,
};
