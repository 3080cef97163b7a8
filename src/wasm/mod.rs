//! The boundary to JavaScript. Conversion only: nothing here decides anything about the protocol.
//!
//! Hot calls take and return numbers. Strings and bytes go in through one input buffer that Rust owns ([`input`]); what comes
//! back is reported by a fixed row of twelve numbers ([`result`]): positions in the module's memory that JavaScript reads
//! directly. Errors and findings are cold, and cross as JSON; a diagnosis, a report and the like as objects ([`crossing`]).
//!
//! | number | meaning |
//! |--:|---|
//! | 0 | index of the call, all ones for none |
//! | 1 | address of the packed slots |
//! | 2, 3 | address and length of the input that the slots point into |
//! | 4 | marks: 1 the input is ASCII, 2 it was (or is) encrypted, 4 the push is about another business than rides |
//! | 5 | number of findings, see [`messages::write_findings`] |
//! | 6, 7 | address and length of the output |
//! | 8 | number of the job, all ones for none; see [`service`] |
//! | 9 | code of the answer that is the output; 0 where there is nothing true to answer. Of a reply of Meituan's, its meaning for the order rules |
//! | 10, 11 | address and length of the JSON of the order that a step saves; see [`service`] |
//!
//! The package has two modules with this boundary: the one of `wasm-messages`, which serves every call, and the one with all of
//! it, which is instantiated when it is first needed: for orders, and for what is done by hand.

#![expect(unreachable_pub, reason = "the exports are reached from JavaScript, not from Rust")]
#![cfg_attr(not(feature = "wasm"), allow(dead_code, reason = "the module of messages leaves alone what only the other needs"))]

#[cfg(feature = "wasm")]
mod acceptance;
mod cipher;
mod crossing;
#[cfg(feature = "wasm")]
mod diagnosis;
#[cfg(feature = "wasm")]
mod jobs;
mod messages;
#[cfg(feature = "wasm")]
mod orders;
mod ride;
#[cfg(feature = "wasm")]
mod ride_service;
#[cfg(feature = "wasm")]
mod service;
#[cfg(feature = "wasm")]
mod signing;
mod state;
mod ticket;

use state::{address, with};
use wasm_bindgen::prelude::*;

/// Allocates and frees memory in constant time, with 1.3 KB of code in the module of messages, where the allocator that comes with the
/// platform (`dlmalloc`) has 7.0: 2.0 KB after brotli (63,802 bytes of wasm, not 65,838); calls cost the same with either.
/// `cargo xtask build --sizes` lists the code of either, once as it is and once without this static.
#[global_allocator]
static ALLOCATOR: rlsf::GlobalTlsf<Allocation> = rlsf::GlobalTlsf::new();

struct Allocation;

impl rlsf::GlobalTlsfOptions for Allocation {
    // Strings that grow are few, and are copied.
    const ENABLE_REALLOCATION: bool = false;
    // Memory that comes from the system piece by piece becomes one block, so that a large body finds room where small ones were.
    const COALESCE_POOLS: bool = true;
}

/// Makes room for `length` bytes of input and returns where to write them. May move the module's memory.
#[wasm_bindgen]
pub fn input(length: usize) -> u32 {
    with(|state| {
        if state.input.len() < length {
            state.input.resize(length.next_power_of_two().max(4096), 0);
        }
        address(&state.input)
    })
}

/// The address of the row of twelve numbers. It never moves.
#[wasm_bindgen]
pub fn result() -> u32 {
    with(|state| state.result.as_ptr() as usize as u32)
}
