//! The message engine: one definition per message, one walk that reads it.
//!
//! A [`Message`](definition::Message) is written down once (`definition`), in a form that reads like Meituan's own field table. Text is
//! read by that definition in one pass (`scan` knows the JSON grammar, `read` the definitions,
//! `single` what one value can be, `plain` the fast path of values; what is found is kept by `finding`) into a flat
//! [`Packed`] form. From there it becomes a Rust value (`value`, with the types in `typed`), wire text (`write`), or a plain JavaScript object
//! (built from the packed form by generated code in the npm package).
//!
//! A message exists in two notations ([`Form`]): on the **wire** (yuan, bare 64-bit numbers, wall-clock times), and
//! in a **program** (fen, ids as strings, epoch milliseconds). Field names are the wire's names in both.

/// For the types that [`messages!`](crate::messages) makes, in crates without serde too.
#[doc(hidden)]
pub use serde;

pub mod definition;
mod finding;
mod packed;
pub(crate) mod peek;
mod plain;
mod read;
mod redact;
mod scan;
mod single;
mod typed;
pub mod value;
mod write;

pub(crate) use packed::Column;
pub use packed::{Packed, View};
pub use read::{Form, Reading, read};
pub(crate) use read::{has_fields, text_of};
pub use redact::redact;
pub(crate) use scan::Span;
pub(crate) use single::{approximate_number, is_blank};
pub use typed::{Id, RawJson};
pub use write::write;
