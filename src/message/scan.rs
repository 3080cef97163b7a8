//! The JSON grammar, exactly (RFC 8259), over UTF-8 that has been checked.
//!
//! The scanner tells where values begin and end; it builds nothing. It is stricter than the grammar in two points
//! where readers are known to disagree: an object must not have a key twice, and text must not hold half a
//! surrogate pair.

use super::packed::{BEYOND_ASCII, ESCAPED};
use crate::ErrorCode;
use std::borrow::Cow;
use std::collections::BinaryHeap;

/// Nesting beyond this is refused: the deepest message of these APIs has 6 levels.
pub(super) const MOST_LEVELS: u32 = 64;

/// Reading stopped. Why is in [`Scanner::stopped`]: results that carry nothing fit into a register, and the scanner's
/// functions are called for each byte that is not part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop;

/// A piece of the text. For text values, what is between the quotes. Its start is the low half, its end with
/// [`ESCAPED`] and [`BEYOND_ASCII`] the high one. It is one number, as a slot is, because a processor waits where it reads
/// as one what it has just written in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(pub(super) u64);

impl Span {
    #[inline]
    fn between(start: usize, marked_end: u32) -> Self {
        Span(u64::from(marked_end) << 32 | start as u64)
    }

    pub(super) fn start(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    pub(super) fn end(self) -> usize {
        ((self.0 >> 32) as u32 & !(ESCAPED | BEYOND_ASCII)) as usize
    }

    /// In bytes, escapes as they are written.
    pub(super) fn length(self) -> usize {
        self.end() - self.start()
    }

    /// Whether it has backslash escapes.
    pub(super) fn is_escaped(self) -> bool {
        (self.0 >> 32) as u32 & ESCAPED != 0
    }

    pub(super) fn of<'s>(&self, source: &'s [u8]) -> &'s [u8] {
        source.get(self.start()..self.end()).unwrap_or_default()
    }
}

/// A position in the text.
#[derive(Debug)]
pub(super) struct Scanner<'s> {
    pub(super) source: &'s [u8],
    pub(super) at: usize,
    /// A text beyond ASCII was passed. Everything else outside of texts is ASCII, or not JSON.
    pub(super) beyond_ascii: bool,
    /// Why reading stopped, and where.
    pub(super) stopped: (ErrorCode, usize),
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks bytes of `chunk` that end a run of plain text: quote, backslash, control characters, beyond ASCII. The
/// lowest mark is exact; marks above it may be false.
fn marks(chunk: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = chunk.wrapping_sub(ONES * 0x20) & !chunk;
    (zero(chunk ^ (ONES * 0x22)) | zero(chunk ^ (ONES * 0x5c)) | control | chunk) & HIGHS
}

/// Whether two texts of the same length are the same, eight bytes at a time: names are short, and the comparison that
/// comes with the platform goes byte by byte on wasm.
#[inline]
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.first_chunk::<8>(), other.first_chunk::<8>(), one.last_chunk::<8>(), other.last_chunk::<8>()) {
        (Some(head), Some(other_head), Some(tail), Some(other_tail)) => {
            let word = u64::from_le_bytes;
            word(*head) == word(*other_head) && word(*tail) == word(*other_tail) && (one.len() <= 16 || one[8..] == other[8..])
        }
        _ => match (one.first_chunk::<4>(), other.first_chunk::<4>(), one.last_chunk::<4>(), other.last_chunk::<4>()) {
            (Some(head), Some(other_head), Some(tail), Some(other_tail)) => head == other_head && tail == other_tail,
            _ => one.iter().zip(other).all(|(byte, other)| byte == other),
        },
    }
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
    #[inline]
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
    #[inline]
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

    /// Takes a key if it is this one, written plainly: the quick way to the key that is expected next.
    #[inline]
    pub(super) fn takes_key(&mut self, name: &[u8]) -> bool {
        let end = self.at + 1 + name.len();
        let is = self.peek() == Some(b'"')
            && self.source.get(end) == Some(&b'"')
            && self.source.get(self.at + 1..end).is_some_and(|key| same(key, name));
        if is {
            self.at = end + 1;
        }
        is
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

    /// A text, from its opening quote.
    pub(super) fn text(&mut self) -> Result<Span, Stop> {
        self.expect(b'"')?;
        let start = self.at;
        let mut marks_seen = 0;
        loop {
            while let Some(chunk) = self.source.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
                let found = marks(u64::from_le_bytes(*chunk));
                if found == 0 {
                    self.at += 8;
                    continue;
                }
                self.at += found.trailing_zeros() as usize / 8;
                break;
            }
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
                    while let Some(0x80..) = self.peek() {
                        self.at += 1;
                    }
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

    /// Takes a number if it is a few digits, nothing else, and within bounds.
    #[inline]
    pub(super) fn takes_short_integer(&mut self, min: i64, max: i64) -> Option<i64> {
        let rest = self.source.get(self.at..)?;
        let mut value = 0;
        for (length, &byte) in rest.iter().enumerate().take(16) {
            match byte {
                b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
                // More than one digit, the first of them 0, is no number of the grammar.
                b',' | b'}' | b']' if length == 1 || length > 1 && rest[0] != b'0' => {
                    let fits = min <= value && value <= max;
                    self.at += if fits { length } else { 0 };
                    return fits.then_some(value);
                }
                _ => return None,
            }
        }
        None
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

    /// Passes over any value, and says where it was. `level` is how deep it stands.
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

    /// Takes an opening bracket.
    pub(super) fn enter(&mut self, level: u32) -> Result<(), Stop> {
        if level >= MOST_LEVELS {
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
        let mut keys = Keys::new();
        loop {
            let key = self.text()?;
            keys.push(key);
            self.colon()?;
            self.value(level + 1)?;
            if !self.another(b'}')? {
                break;
            }
        }
        match keys.repeated(self.source) {
            Some(at) => self.stop(ErrorCode::DuplicateKey, at),
            None => Ok(()),
        }
    }
}

/// The keys of an object, to find one that is there twice. Few of them take no memory of their own.
#[derive(Debug)]
pub(super) struct Keys {
    first: [Span; 4],
    count: usize,
    others: Vec<Span>,
}

impl Keys {
    pub(super) const fn new() -> Self {
        Keys { first: [Span(0); 4], count: 0, others: Vec::new() }
    }

    pub(super) fn push(&mut self, key: Span) {
        match self.first.get_mut(self.count) {
            Some(place) => *place = key,
            None => self.others.push(key),
        }
        self.count += 1;
    }

    /// Where a key stands that was there before, however each of the two is escaped.
    #[inline]
    pub(super) fn repeated(self, source: &[u8]) -> Option<usize> {
        if self.count < 2 { None } else { self.repeated_among_several(source) }
    }

    #[inline(never)]
    fn repeated_among_several(self, source: &[u8]) -> Option<usize> {
        let keys = self.first.into_iter().take(self.count).chain(self.others);
        let again = repeated(keys.map(|key| (unescape(&key, source), key.start() as u32)).collect());
        again.into_iter().min().map(|start| start as usize)
    }
}

/// The marks of those texts that stand there more than once, except the smallest of each.
#[inline(never)]
fn repeated(texts: Vec<(Cow<'_, str>, u32)>) -> Vec<u32> {
    if are_different(&texts) { Vec::new() } else { repeated_in_order(texts) }
}

/// Whether no text is there twice, as far as a table of their hashes tells in time that grows with their number only:
/// false may also mean that it cannot tell, which is so for input made to be slow.
fn are_different(texts: &[(Cow<'_, str>, u32)]) -> bool {
    if let [_, _, ..] = texts
        && texts.len() <= 4
    {
        return texts
            .iter()
            .enumerate()
            .all(|(index, (text, _))| texts[..index].iter().all(|(other, _)| !same(text.as_bytes(), other.as_bytes())));
    }
    let places = (2 * texts.len()).next_power_of_two();
    // One more than the index of the text that stands in the place.
    let mut table = vec![0_u32; places];
    let mut steps = 4 * places;
    for (index, (text, _)) in texts.iter().enumerate() {
        let mut place = hash(text.as_bytes()) as usize & (places - 1);
        while table[place] != 0 {
            steps -= 1;
            if steps == 0 || same(texts[table[place] as usize - 1].0.as_bytes(), text.as_bytes()) {
                return false;
            }
            place = (place + 1) & (places - 1);
        }
        table[place] = index as u32 + 1;
    }
    true
}

fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(rest.iter().fold(hash, |hash, &byte| mix(hash, u64::from(byte))), 0)
}

/// A heap keeps this n log n for input made to be slow.
#[cold]
#[inline(never)]
fn repeated_in_order(texts: Vec<(Cow<'_, str>, u32)>) -> Vec<u32> {
    let mut heap = BinaryHeap::from(texts);
    let mut again = Vec::new();
    let mut last = heap.pop();
    // From the largest to the smallest: what is left over of each text is its smallest mark.
    while let Some(next) = heap.pop() {
        if let Some((text, mark)) = last
            && text == next.0
        {
            again.push(mark);
        }
        last = Some(next);
    }
    again
}

/// How many different texts there are.
pub(crate) fn count_distinct(texts: Vec<Cow<'_, str>>) -> usize {
    let all = texts.len();
    all - repeated(texts.into_iter().map(|text| (text, 0)).collect()).len()
}

/// What a text says, with its escapes resolved.
pub(super) fn unescape<'s>(span: &Span, source: &'s [u8]) -> Cow<'s, str> {
    let raw = std::str::from_utf8(span.of(source)).unwrap_or_default();
    if !span.is_escaped() {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let character = match rest.next() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                let mut code = four_hex_of(&mut rest);
                if (0xd800..0xdc00).contains(&code) {
                    // The scanner has seen to it that `\u` and the other half follow.
                    rest.nth(1);
                    code = 0x10000 + ((code - 0xd800) << 10) + (four_hex_of(&mut rest) & 0x3ff);
                }
                char::from_u32(code).unwrap_or('\u{fffd}')
            }
            Some(&other) => char::from(other),
            None => break,
        };
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}

fn four_hex_of(rest: &mut std::slice::Iter<'_, u8>) -> u32 {
    rest.take(4).fold(0, |value, &hex| value * 16 + char::from(hex).to_digit(16).unwrap_or(0))
}
