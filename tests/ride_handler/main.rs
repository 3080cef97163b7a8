//! The handler of rides over a store: what Meituan is answered, what is saved first, what is done once, and what somebody hears of.
#![cfg(feature = "testing")]

#[path = "../handler_support/mod.rs"]
mod handler_support;

mod calls;
mod payments;
mod pushes;
mod rides;
mod world;
