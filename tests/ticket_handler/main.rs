//! The handler over a store: what Meituan gets, what is saved, what is sent, and what somebody hears of.
#![cfg(feature = "testing")]

#[path = "../handler_support/mod.rs"]
mod handler_support;

mod calls;
mod functions;
mod notices;
mod replays;
mod settling;
mod stores;
mod threads;
mod world;
