//! The key of signatures: HMAC-SHA1 whose two hashes have read the key already.
//!
//! The `hmac` crate does the same. Natively it is as fast, within what a machine varies by: a call is signed in 220 to 330 ns here and in
//! 255 to 415 by a prepared key of that crate, in 470 where the secret is hashed each time (`cargo bench -p meituan-protocol-benches
//! --bench alternatives sign`, eight runs). In WebAssembly (Node.js 20, a busy machine) a request is signed in 0.89 µs, and in 0.92 to 0.95
//! over that crate, which makes the module of messages 155 bytes smaller (63,647 after brotli, not 63,802). `cargo xtask bench sign` and
//! `cargo xtask build --sizes` repeat that, once as it is and once with [`Key`] over `Hmac<Sha1>`.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::block_api::compress;
use sha1::{Digest, Sha1};
use std::slice::from_ref;
use zeroize::Zeroizing;

/// 20 bytes in Base64.
pub(super) const SIGNATURE_LENGTH: usize = 28;
/// Bytes that SHA-1 reads at once.
const BLOCK: usize = 64;
/// What SHA-1 begins with (FIPS 180-4, section 5.3.1).
const BEGIN: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
/// The block that the outer hash reads after that of the key: a hash, which is to be put there, and its padding.
const OUTER: [u8; BLOCK] = {
    let mut block = [0; BLOCK];
    block[20] = 0x80;
    let [.., high, low] = (8 * (BLOCK as u16 + 20)).to_be_bytes();
    block[BLOCK - 2] = high;
    block[BLOCK - 1] = low;
    block
};

/// A secret made ready for signing: what the key brings to either hash is computed once.
#[derive(Clone)]
pub struct Key {
    inner: Zeroizing<[u32; 5]>,
    outer: Zeroizing<[u32; 5]>,
}

impl Key {
    /// The secret's bytes are the key as they are: neither hex nor Base64.
    pub fn new(secret: &Secret) -> Self {
        let secret = secret.expose();
        let mut block = Zeroizing::new([0; BLOCK]);
        match block.get_mut(..secret.len()) {
            Some(place) => place.copy_from_slice(secret),
            None => block[..20].copy_from_slice(&Sha1::digest(secret)),
        }
        let after = |pad: u8| {
            let mut state = BEGIN;
            compress(&mut state, &[*Zeroizing::new(block.map(|byte| byte ^ pad))]);
            Zeroizing::new(state)
        };
        Key { inner: after(0x36), outer: after(0x5c) }
    }

    /// Returns the signature over pieces that follow one another.
    pub(crate) fn signature(&self, pieces: &[&[u8]]) -> [u8; SIGNATURE_LENGTH] {
        let mut block = OUTER;
        put(after(*self.inner, pieces), &mut block);
        let mut outer = *self.outer;
        compress(&mut outer, from_ref(&block));
        let mut digest = [0; 20];
        put(outer, &mut digest);
        let mut signature = [0; SIGNATURE_LENGTH];
        // There is room for it.
        STANDARD.encode_slice(digest, &mut signature).unwrap_or_default();
        signature
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// Returns the state after one block, which led to this state, and what follows that block, with its padding.
fn after(mut state: [u32; 5], pieces: &[&[u8]]) -> [u32; 5] {
    let mut block = [0; BLOCK];
    let (mut used, mut length) = (0, BLOCK);
    for &piece in pieces {
        length += piece.len();
        // The end of a block that has begun, whole blocks, and the begin of the next one.
        let open = if used == 0 { 0 } else { piece.len().min(BLOCK - used) };
        let (end, rest) = piece.split_at(open);
        block[used..][..open].copy_from_slice(end);
        used += open;
        if used == BLOCK {
            compress(&mut state, from_ref(&block));
            used = 0;
        }
        let (whole, begin) = rest.as_chunks();
        compress(&mut state, whole);
        block[used..][..begin.len()].copy_from_slice(begin);
        used += begin.len();
    }
    // A one, zeros, and the length in bits at the end of a block (FIPS 180-4, section 5.1.1).
    block[used] = 0x80;
    block[used + 1..].fill(0);
    if used + 1 > BLOCK - 8 {
        compress(&mut state, from_ref(&block));
        block.fill(0);
    }
    block[BLOCK - 8..].copy_from_slice(&(8 * length as u64).to_be_bytes());
    compress(&mut state, from_ref(&block));
    state
}

/// Writes the hash that a state is.
fn put(state: [u32; 5], hash: &mut [u8]) {
    for (place, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_signature_is_that_of_the_hmac_crate(key in "[ -~]{0,140}", text in prop::collection::vec(any::<u8>(), 0..300), cut in 0..300_usize) {
            let mut hmac: Hmac<Sha1> = KeyInit::new_from_slice(key.as_bytes()).unwrap();
            hmac.update(&text);
            let expected = STANDARD.encode(hmac.finalize().into_bytes());
            let (head, tail) = text.split_at(cut.min(text.len()));
            let signature = Key::new(&Secret::new(key)).signature(&[head, b"", tail]);
            prop_assert_eq!(std::str::from_utf8(&signature).unwrap(), expected);
        }
    }

    #[test]
    fn every_length_around_a_block_is_padded_as_the_hmac_crate_pads_it() {
        let key = Key::new(&Secret::new("secret"));
        for length in 0..=3 * BLOCK {
            let text = vec![b'x'; length];
            let mut hmac: Hmac<Sha1> = KeyInit::new_from_slice(b"secret").unwrap();
            hmac.update(&text);
            assert_eq!(key.signature(&[&text])[..], *STANDARD.encode(hmac.finalize().into_bytes()).as_bytes(), "{length}");
        }
    }
}
