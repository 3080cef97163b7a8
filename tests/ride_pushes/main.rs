//! What Meituan pushes: what is accepted in which form, what is refused, and by which key a repetition is known.

#[path = "../ride_support/mod.rs"]
mod ride_support;

mod any_bytes;
mod contents;
mod events;
mod forms;
mod receiving;
