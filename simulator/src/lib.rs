//! A deterministic simulator of the order service: Meituan, several supplier processes, their store, the network between them, the
//! supplier's own system and the guests, all from one number and on virtual time. A model that knows only what Meituan was sent and
//! what the supplier's system truly did judges. docs/reliability.md says what is assumed.
//!
//! [`rides`] is a second, smaller world: orders of the ride API, over the same [`random`] and [`log`].

#![forbid(unsafe_code)]

pub mod log;
pub mod plan;
pub mod random;
pub mod rides;
pub mod shrink;
pub mod tickets;
