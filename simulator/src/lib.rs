//! A deterministic simulator of the order service: Meituan, several supplier processes, their store, the network between them, the
//! supplier's own system and the guests, all from one number and on virtual time. A model that knows only what Meituan was sent and
//! what the supplier's system truly did judges. docs/reliability.md says what is assumed.
//!
//! A second world, such as that of rides, is a module beside [`tickets`] with a `run` of its own over the same [`plan`], [`random`] and
//! [`log`].

#![forbid(unsafe_code)]

pub mod log;
pub mod plan;
pub mod random;
pub mod shrink;
pub mod tickets;
