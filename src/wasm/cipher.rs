//! AES by the host, where JavaScript has handed over a cipher: the module calls out in the middle of a call of its own, with
//! the addresses of what is to be encrypted in place.

use super::state::{self, place_of};
use crate::block_cipher::{Host, Work};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The object of pkg-template/js/boundary/ciphers that keeps the host's ciphers.
    pub type Ciphers;

    /// Must not throw, and must not call the module. Addresses are of 16 bytes each (0: no vector) and of the blocks.
    #[wasm_bindgen(method)]
    fn apply(this: &Ciphers, number: u32, decrypts: bool, key: u32, vector: u32, blocks: u32, length: u32) -> bool;
}

thread_local! {
    static CIPHERS: RefCell<Option<Ciphers>> = const { RefCell::new(None) };
}

/// Hands over where the host's ciphers are.
#[wasm_bindgen]
pub fn host_ciphers(ciphers: Ciphers) {
    CIPHERS.with(|place| place.replace(Some(ciphers)));
}

// The numbers of the ciphers, as pkg-template/js/boundary counts them: the one of the call, then of the places of suppliers and clients in turn.

pub(super) fn of_call() -> Host {
    Host { number: 0, apply }
}

pub(super) fn of_supplier(number: u32) -> Host {
    Host { number: 2 * place_of(number) as u32 + 1, apply }
}

pub(super) fn of_client(number: u32) -> Host {
    Host { number: 2 * place_of(number) as u32 + 2, apply }
}

fn apply(Work { number, decrypts, key, vector, blocks }: Work<'_>) -> bool {
    let address = |bytes: &[u8; 16]| state::address(bytes);
    CIPHERS.with_borrow(|ciphers| {
        ciphers.as_ref().is_some_and(|ciphers| {
            let vector = vector.map_or(0, address);
            ciphers.apply(number, decrypts, address(key), vector, state::address(blocks), blocks.len() as u32)
        })
    })
}
