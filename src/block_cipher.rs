//! AES-128 over whole messages: PKCS#7 padding, with each block by itself (ECB) or chained (CBC). Both encryptions of these
//! APIs go through here, so that the cipher is there once.
//!
//! Nothing here looks at what it encrypts: time depends on lengths alone.
//!
//! Natively the crates `cbc` and `ecb` are as fast, within what a machine varies by: a call of 400 bytes is sealed in 2.6 µs by either in CBC,
//! one of 16,000 bytes in 140 µs; in ECB those take 102 µs by either, and on another machine 58 and 67 µs, where they are opened in 58 and
//! 50 µs (`cargo bench -p meituan-protocol-benches --bench alternatives`). The modes are here for WebAssembly, where a batch is filled up
//! (see [`Blocks`]) and the host's cipher may do the work.
//!
//! There, `cbc` and `ecb` bring 21.3 KB of code with `aes`, and these modes 12.1: 1.6 KB of the module of messages after brotli (65,415
//! bytes, not 63,802). An envelope of 400 bytes, for which the host has not begun, is sealed in 4.4 µs here and in 5.0 by `ecb`, and opened
//! in 5.5 and 6.0 (Node.js 20, a busy machine). `cargo xtask build --sizes` and `cargo xtask bench seal-0.25k open-0.25k` repeat that, once
//! as it is and once with `seal` and `open` of [`Key`] over those crates.

use aes::cipher::common::BlockSizeUser;
use aes::cipher::consts::U16;
use aes::cipher::typenum::Unsigned;
use aes::cipher::{
    BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend, BlockCipherEncClosure,
    BlockCipherEncrypt, KeyInit, ParBlocks,
};
use aes::{Aes128, Block};
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
pub(crate) use host::{Host, Work};

/// Bytes in a block, and in a key.
pub(crate) const BLOCK: usize = 16;

/// A key made ready: the key schedule is computed once, and overwritten when dropped.
#[derive(Clone)]
pub(crate) struct Key {
    schedule: Aes128,
    #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
    elsewhere: host::Elsewhere,
}

impl Key {
    pub(crate) fn new(key: &[u8; BLOCK]) -> Self {
        Key {
            schedule: Aes128::new(key.into()),
            #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
            elsewhere: host::Elsewhere::new(key),
        }
    }

    /// Pads and encrypts; chained when there is an initialization vector.
    #[inline(never)]
    pub(crate) fn seal(&self, text: &[u8], vector: Option<&[u8; BLOCK]>) -> Vec<u8> {
        let filling = BLOCK - text.len() % BLOCK;
        let mut bytes = Vec::with_capacity(text.len() + filling);
        bytes.extend_from_slice(text);
        bytes.resize(text.len() + filling, filling as u8);
        #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
        if self.elsewhere.encrypts(&mut bytes, vector) {
            return bytes;
        }
        self.schedule.encrypt_with_backend(Blocks::of(&mut bytes, vector));
        bytes
    }

    /// Decrypts, and removes the padding. Nothing where there are no whole blocks, or no padding.
    #[inline(never)]
    pub(crate) fn open(&self, mut bytes: Vec<u8>, vector: Option<&[u8; BLOCK]>) -> Option<Vec<u8>> {
        if !bytes.len().is_multiple_of(BLOCK) {
            return None;
        }
        self.decrypt(&mut bytes, vector);
        let text_length = bytes.len() - filling(bytes.last_chunk()?)?;
        bytes.truncate(text_length);
        Some(bytes)
    }

    fn decrypt(&self, blocks: &mut [u8], vector: Option<&[u8; BLOCK]>) {
        #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
        if self.elsewhere.decrypts(blocks, vector) {
            return;
        }
        self.schedule.decrypt_with_backend(Blocks::of(blocks, vector));
    }
}

/// A cipher of the host's, for long messages: WebAssembly has no instructions for AES, the host's processor may have some.
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
mod host {
    use super::{BLOCK, Key};
    use zeroize::Zeroizing;

    /// In bytes. Shorter messages are done before the host has begun (docs/performance.md).
    const PAYS_FROM: usize = 1024;

    #[derive(Clone, Copy)]
    pub(crate) struct Host {
        /// Which of the host's ciphers.
        pub(crate) number: u32,
        /// Works on whole blocks in place. False where it could not; then it has changed nothing.
        pub(crate) apply: fn(Work<'_>) -> bool,
    }

    pub(crate) struct Work<'w> {
        pub(crate) number: u32,
        pub(crate) decrypts: bool,
        pub(crate) key: &'w [u8; BLOCK],
        /// Chained (CBC) where there is one, else each block by itself (ECB).
        pub(crate) vector: Option<&'w [u8; BLOCK]>,
        pub(crate) blocks: &'w mut [u8],
    }

    #[derive(Clone)]
    pub(super) struct Elsewhere {
        key: Zeroizing<[u8; BLOCK]>,
        host: Option<Host>,
    }

    impl Elsewhere {
        pub(super) fn new(key: &[u8; BLOCK]) -> Self {
            Elsewhere { key: Zeroizing::new(*key), host: None }
        }

        pub(super) fn encrypts(&self, blocks: &mut [u8], vector: Option<&[u8; BLOCK]>) -> bool {
            self.applies(false, blocks, vector)
        }

        pub(super) fn decrypts(&self, blocks: &mut [u8], vector: Option<&[u8; BLOCK]>) -> bool {
            self.applies(true, blocks, vector)
        }

        fn applies(&self, decrypts: bool, blocks: &mut [u8], vector: Option<&[u8; BLOCK]>) -> bool {
            let Some(Host { number, apply }) = self.host.filter(|_| blocks.len() >= PAYS_FROM) else { return false };
            apply(Work { number, decrypts, key: &self.key, vector, blocks })
        }
    }

    impl Key {
        pub(crate) fn compute_by(&mut self, host: Option<Host>) {
            self.elsewhere.host = host;
        }
    }
}

/// How many bytes of the last block are padding. All of the block is looked at, whatever it holds.
fn filling(last: &[u8; BLOCK]) -> Option<usize> {
    let count = last[BLOCK - 1];
    let mut wrong = u8::from(count == 0) | u8::from(usize::from(count) > BLOCK);
    for (index, &byte) in last.iter().enumerate() {
        wrong |= u8::from(index + usize::from(count) >= BLOCK) & u8::from(byte != count);
    }
    (wrong == 0).then_some(usize::from(count))
}

/// The work on the blocks of a message, in batches as large as the cipher accepts at a time.
///
/// The last batch is filled up. Without AES instructions, as in WebAssembly, a whole batch costs as much as one block, and a
/// routine for single blocks beside the one for batches would double the code.
struct Blocks<'b> {
    blocks: &'b mut [Block],
    /// The block that the next one is chained to.
    chained: Option<Block>,
}

impl<'b> Blocks<'b> {
    fn of(bytes: &'b mut [u8], vector: Option<&[u8; BLOCK]>) -> Self {
        let (blocks, _) = Block::slice_as_chunks_mut(bytes);
        Blocks { blocks, chained: vector.map(|&vector| vector.into()) }
    }
}

impl BlockSizeUser for Blocks<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Blocks<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(mut self, backend: &B) {
        // Each block waits for the one before it.
        if let Some(mut chained) = self.chained.filter(|_| cfg!(not(target_arch = "wasm32"))) {
            for block in self.blocks {
                add(block, &Some(chained));
                backend.encrypt_block_inplace(block);
                chained = *block;
            }
            return;
        }
        let mut blocks = self.blocks;
        if self.chained.is_none() && cfg!(not(target_arch = "wasm32")) {
            let (batches, rest) = ParBlocks::<B>::slice_as_chunks_mut(blocks);
            batches.iter_mut().for_each(|batch| backend.encrypt_par_blocks_inplace(batch));
            blocks = rest;
        }
        let together = if self.chained.is_some() { 1 } else { B::ParBlocksSize::USIZE };
        for blocks in blocks.chunks_mut(together) {
            let mut batch = ParBlocks::<B>::default();
            for (place, block) in batch.iter_mut().zip(&*blocks) {
                *place = *block;
                add(place, &self.chained);
            }
            backend.encrypt_par_blocks_inplace(&mut batch);
            for (block, encrypted) in blocks.iter_mut().zip(&batch) {
                *block = *encrypted;
                self.chained = self.chained.and(Some(*encrypted));
            }
        }
    }
}

impl BlockCipherDecClosure for Blocks<'_> {
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(mut self, backend: &B) {
        let mut blocks = self.blocks;
        if self.chained.is_none() && cfg!(not(target_arch = "wasm32")) {
            let (batches, rest) = ParBlocks::<B>::slice_as_chunks_mut(blocks);
            batches.iter_mut().for_each(|batch| backend.decrypt_par_blocks_inplace(batch));
            blocks = rest;
        }
        for blocks in blocks.chunks_mut(B::ParBlocksSize::USIZE) {
            let mut batch = ParBlocks::<B>::default();
            for (place, block) in batch.iter_mut().zip(&*blocks) {
                *place = *block;
            }
            backend.decrypt_par_blocks_inplace(&mut batch);
            for (block, decrypted) in blocks.iter_mut().zip(&mut batch) {
                add(decrypted, &self.chained);
                self.chained = self.chained.and(Some(*block));
                *block = *decrypted;
            }
        }
    }
}

fn add(block: &mut Block, other: &Option<Block>) {
    if let Some(other) = other {
        for (byte, other) in block.iter_mut().zip(other) {
            *byte ^= other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Blocks};
    use aes::cipher::consts::{U8, U16};
    use aes::cipher::inout::InOut;
    use aes::cipher::{BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, ParBlocksSizeUser};
    use std::cell::Cell;

    /// Counts the blocks that it encrypts, and leaves them as they are.
    struct Counting<'c>(&'c Cell<usize>);

    impl BlockSizeUser for Counting<'_> {
        type BlockSize = U16;
    }

    impl ParBlocksSizeUser for Counting<'_> {
        type ParBlocksSize = U8;
    }

    impl BlockCipherEncBackend for Counting<'_> {
        fn encrypt_block(&self, _: InOut<'_, '_, Block>) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[test]
    fn chained_blocks_are_encrypted_once_each_and_others_in_whole_batches() {
        let encrypted = |count: usize, vector| {
            let counted = Cell::new(0);
            Blocks::of(&mut vec![0; count * super::BLOCK], vector).call(&Counting(&counted));
            counted.get()
        };
        for count in [1, 7, 8, 9, 25] {
            assert_eq!(encrypted(count, Some(&[0; super::BLOCK])), count);
            assert_eq!(encrypted(count, None), count.next_multiple_of(8));
        }
    }
}
