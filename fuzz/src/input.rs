//! Bytes that are taken apart: numbers from single bytes, texts up to a byte that no text has.

use meituan_protocol::message::value::FieldValue;

/// Ends a piece; UTF-8 never has it.
pub(crate) const END: u8 = 0xff;

/// What is left of the input. Where nothing is left, all that comes is zero and empty.
pub(crate) struct Input<'i>(&'i [u8]);

impl<'i> Input<'i> {
    pub(crate) fn new(bytes: &'i [u8]) -> Self {
        Input(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn number(&mut self) -> i64 {
        let mut bytes = [0; 8];
        bytes.fill_with(|| self.byte());
        i64::from_le_bytes(bytes)
    }

    pub(crate) fn piece(&mut self) -> &'i [u8] {
        let end = self.0.iter().position(|&byte| byte == END).unwrap_or(self.0.len());
        let (piece, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        piece
    }

    /// A piece as far as it is UTF-8: what takes a `&str` is given nothing else.
    pub(crate) fn text(&mut self) -> &'i str {
        valid(self.piece())
    }

    pub(crate) fn rest(&mut self) -> &'i [u8] {
        std::mem::take(&mut self.0)
    }
}

pub(crate) fn valid(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// An input of leading bytes and pieces, as a seed.
pub(crate) fn seed(leading: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
    [leading, &pieces.join(&END)].concat()
}

/// As many bits as flags.
pub(crate) fn flag(flags: u8, bit: u8) -> bool {
    flags >> bit & 1 == 1
}

/// A value in program notation.
pub(crate) fn json(value: &impl FieldValue) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    out
}
