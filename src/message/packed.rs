//! The packed form: what reading leaves behind, flat, with the input that it points into.
//!
//! It is a row of 64-bit slots. An object is a block: one slot for each field of its definition, in order, and one
//! slot before them that links to the next object where it is in a list. Contents of a slot:
//!
//! | kind | slot |
//! |---|---|
//! | id, string, decimal, date, raw | start of the piece in the input (low half); end and marks (high half) |
//! | integer, code, money in fen, timestamp in ms, flag (0/1) | the number as an IEEE double |
//! | object | index of its block |
//! | list of objects | index of the first block (low half), number of items (high half) |
//! | other list, map (two slots an entry: key, value) | index of the first slot, number of items |
//!
//! An absent field is all ones, which no piece and no number is. Doubles, halves and pieces can be read directly by
//! JavaScript as `Float64Array` and `Uint32Array` over the same memory.

use super::span::Span;
use crate::Issue;

/// An absent field.
pub(crate) const ABSENT: u64 = u64::MAX;
/// Longer input is refused, so that positions leave room for the marks.
pub(crate) const MAX_BYTES: usize = (1 << 29) - 1;

/// A message that was read. The value itself is in slot 0. It can be used again and again, which saves its memory
/// from being taken anew for each message.
#[derive(Debug, Default)]
pub struct Packed {
    pub(crate) slots: Vec<u64>,
    /// Findings: warnings, and those that refuse the message.
    pub issues: Vec<Issue>,
    /// All of the input is ASCII.
    pub(crate) ascii: bool,
    /// The reader's place; of use while it reads only.
    pub(super) path: Vec<Step>,
}

impl Packed {
    /// Nothing read yet.
    pub const fn new() -> Self {
        Packed { slots: Vec::new(), issues: Vec::new(), ascii: false, path: Vec::new() }
    }

    /// The slots, for a reader outside this crate.
    pub fn slots(&self) -> &[u64] {
        &self.slots
    }

    /// Whether the input is ASCII throughout.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }
}

pub(crate) fn low(slot: u64) -> usize {
    (slot & 0xffff_ffff) as usize
}

pub(crate) fn high(slot: u64) -> usize {
    (slot >> 32) as usize
}

pub(super) fn pack(low: usize, high: usize) -> u64 {
    (high as u64) << 32 | (low as u64 & 0xffff_ffff)
}

/// A step of the path to where the reader is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Field(&'static str),
    Item(u32),
    Key(Span),
}
