//! The JSON grammar, exactly (RFC 8259), over UTF-8 that has been checked.
//!
//! The scanner finds where values begin and end; it builds nothing. It is stricter than the grammar in two points where readers are
//! known to disagree: an object must not have a key twice, and a string must not hold half a surrogate pair.

use super::fast_path;
use super::span::{BEYOND_ASCII, ESCAPED, Span, repeated};
use crate::ErrorCode;

/// Nesting beyond this is refused: the deepest message of these APIs has 6 levels.
pub(super) const MAX_LEVELS: u32 = 64;

/// Reading stopped. Why is in [`Scanner::stopped`]: results that carry nothing fit into a register, and the scanner's
/// functions are called for each byte that is not part of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop;

/// A position in the input.
#[derive(Debug)]
pub(super) struct Scanner<'s> {
    pub(super) source: &'s [u8],
    pub(super) at: usize,
    /// A string beyond ASCII was passed. Everything outside of strings is ASCII, or not JSON.
    pub(super) beyond_ascii: bool,
    /// Why reading stopped, and where.
    pub(super) stopped: (ErrorCode, usize),
}

impl<'s> Scanner<'s> {
    pub(super) fn new(source: &'s [u8]) -> Self {
        Scanner { source, at: 0, beyond_ascii: false, stopped: (ErrorCode::InvalidJson, 0) }
    }

    #[cold]
    pub(super) fn stop<T>(&mut self, code: ErrorCode, at: usize) -> Result<T, Stop> {
        self.stopped = (code, at);
        Err(Stop)
    }

    /// Stops at what is here: truncated when nothing is, else not JSON.
    #[cold]
    pub(super) fn unexpected<T>(&mut self) -> Result<T, Stop> {
        self.stop(if self.at >= self.source.len() { ErrorCode::TruncatedJson } else { ErrorCode::InvalidJson }, self.at)
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.unexpected()
    }

    /// After a value in a list or object: true when another follows, false at its end.
    #[inline(always)]
    pub(super) fn another(&mut self, close: u8) -> Result<bool, Stop> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.unexpected(),
        }
    }

    /// After an opening bracket: true when it closes at once.
    #[inline(always)]
    pub(super) fn closes(&mut self, close: u8) -> bool {
        self.skip_space();
        let closes = self.peek() == Some(close);
        self.at += usize::from(closes);
        closes
    }

    /// After a key: the colon and the space around it.
    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), Stop> {
        if self.peek() != Some(b':') {
            self.skip_space();
        }
        self.expect(b':')?;
        self.skip_space();
        Ok(())
    }

    /// After the last value: nothing but space.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.skip_space();
        if self.at == self.source.len() { Ok(()) } else { self.stop(ErrorCode::InvalidJson, self.at) }
    }

    pub(super) fn literal(&mut self, word: &'static [u8]) -> Result<(), Stop> {
        for &byte in word {
            self.expect(byte)?;
        }
        Ok(())
    }

    /// A string, from its opening quote.
    pub(super) fn text(&mut self) -> Result<Span, Stop> {
        let plain = fast_path::text(self.source, self.at);
        if plain != Span::NONE {
            self.at = plain.end() + 1;
            self.beyond_ascii |= plain.is_beyond_ascii();
            return Ok(plain);
        }
        self.expect(b'"')?;
        let start = self.at;
        let mut marks_seen = 0;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let span = Span::between(start, self.at as u32 | marks_seen);
                    self.at += 1;
                    return Ok(span);
                }
                Some(b'\\') => {
                    marks_seen |= ESCAPED;
                    self.escape()?;
                }
                Some(0x80..) => {
                    marks_seen |= BEYOND_ASCII;
                    self.beyond_ascii = true;
                    self.at += 1;
                }
                Some(0x20..) => self.at += 1,
                _ => return self.unexpected(),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let begin = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                let lone = |scanner: &mut Self| scanner.stop(ErrorCode::LoneSurrogate, begin);
                match self.four_hex()? {
                    0xdc00..=0xdfff => return lone(self),
                    0xd800..=0xdbff => {
                        let rest = self.source.get(self.at..).unwrap_or_default();
                        if matches!(rest, [] | [b'\\']) {
                            self.at = self.source.len();
                            return self.unexpected();
                        }
                        if !rest.starts_with(b"\\u") {
                            return lone(self);
                        }
                        self.at += 2;
                        if !matches!(self.four_hex()?, 0xdc00..=0xdfff) {
                            return lone(self);
                        }
                    }
                    _ => {}
                }
            }
            _ => return self.unexpected(),
        }
        Ok(())
    }

    fn four_hex(&mut self) -> Result<u32, Stop> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.unexpected();
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    pub(super) fn number(&mut self) -> Result<Span, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.unexpected(),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(Span::between(start, self.at as u32))
    }

    #[inline]
    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Stop> {
        let Some(b'0'..=b'9') = self.peek() else { return self.unexpected() };
        self.digits();
        Ok(())
    }

    /// Passes over any value, and says where it was. `level` is its depth.
    pub(super) fn value(&mut self, level: u32) -> Result<Span, Stop> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                self.text()?;
            }
            Some(b'{') => self.object(level)?,
            Some(b'[') => {
                self.enter(level)?;
                if !self.closes(b']') {
                    loop {
                        self.value(level + 1)?;
                        if !self.another(b']')? {
                            break;
                        }
                    }
                }
            }
            Some(b't') => self.literal(b"true")?,
            Some(b'f') => self.literal(b"false")?,
            Some(b'n') => self.literal(b"null")?,
            _ => {
                self.number()?;
            }
        }
        Ok(Span::between(start, self.at as u32))
    }

    /// Passes an opening bracket.
    pub(super) fn enter(&mut self, level: u32) -> Result<(), Stop> {
        if level >= MAX_LEVELS {
            return self.stop(ErrorCode::TooDeep, self.at);
        }
        self.at += 1;
        Ok(())
    }

    fn object(&mut self, level: u32) -> Result<(), Stop> {
        self.enter(level)?;
        if self.closes(b'}') {
            return Ok(());
        }
        let mut keys = Vec::new();
        loop {
            keys.push(self.text()?);
            self.colon()?;
            self.value(level + 1)?;
            if !self.another(b'}')? {
                break;
            }
        }
        self.refuse_repeated(&keys)
    }

    /// Stops where one of these keys of an object was there before, however each of the two is escaped.
    #[inline]
    pub(super) fn refuse_repeated(&mut self, keys: &[Span]) -> Result<(), Stop> {
        if keys.len() < 2 {
            return Ok(());
        }
        match repeated(keys, self.source).into_iter().min() {
            Some(start) => self.stop(ErrorCode::DuplicateKey, start as usize),
            None => Ok(()),
        }
    }
}
