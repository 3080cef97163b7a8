//! Pieces of a JSON input: where they are, what they say, and which of them are the same.

use std::borrow::Cow;
use std::collections::BinaryHeap;

/// Mark on the end of a piece: it has escapes.
pub(crate) const ESCAPED: u32 = 1 << 31;
/// Mark on the end of a piece: it has characters beyond ASCII.
pub(crate) const BEYOND_ASCII: u32 = 1 << 30;

/// A piece of the input; of a string, the part between the quotes. Its start is the low half, its end with
/// [`ESCAPED`] and [`BEYOND_ASCII`] the high one. It is one number, as a slot is, because a processor waits where it reads
/// as one what it has just written in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(super) u64);

impl Span {
    /// No piece.
    pub(super) const NONE: Span = Span(u64::MAX);

    #[inline]
    pub(super) fn between(start: usize, marked_end: u32) -> Self {
        Span(u64::from(marked_end) << 32 | start as u64)
    }

    pub(super) fn start(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    pub(super) fn end(self) -> usize {
        ((self.0 >> 32) as u32 & !(ESCAPED | BEYOND_ASCII)) as usize
    }

    /// In bytes, escapes as they are written.
    pub(crate) fn length(self) -> usize {
        self.end() - self.start()
    }

    /// Whether it has backslash escapes.
    pub(super) fn is_escaped(self) -> bool {
        (self.0 >> 32) as u32 & ESCAPED != 0
    }

    /// Whether it has characters beyond ASCII.
    pub(super) fn is_beyond_ascii(self) -> bool {
        (self.0 >> 32) as u32 & BEYOND_ASCII != 0
    }

    pub(super) fn of<'s>(&self, source: &'s [u8]) -> &'s [u8] {
        source.get(self.start()..self.end()).unwrap_or_default()
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks bytes of `chunk` that end a run of plain text: quote, backslash, control characters, beyond ASCII. The
/// lowest mark is exact; marks above it may be false.
#[inline(always)]
pub(super) fn marks(chunk: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = chunk.wrapping_sub(ONES * 0x20) & !chunk;
    (zero(chunk ^ (ONES * 0x22)) | zero(chunk ^ (ONES * 0x5c)) | control | chunk) & HIGHS
}

/// Whether two strings of the same length are equal, eight bytes at a time: names are short, and the comparison that
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

/// The positions of those strings that were there before.
#[inline(never)]
pub(super) fn repeated(texts: &[Span], source: &[u8]) -> Vec<u32> {
    if are_different(texts, source) { Vec::new() } else { repeated_in_order(texts, source) }
}

/// Whether no string is there twice, as far as a table of their hashes shows in time that grows with their number only:
/// false may also mean that this is not known, which is so for escapes and for input made to be slow.
fn are_different(texts: &[Span], source: &[u8]) -> bool {
    let places = (2 * texts.len()).next_power_of_two();
    // One more than the index of the string that is in the place. Few of them need no memory of their own.
    let (mut few, mut many) = ([0_u32; 64], Vec::new());
    let table = match few.get_mut(..places) {
        Some(table) => table,
        None => {
            many.resize(places, 0_u32);
            &mut many[..]
        }
    };
    let mut steps = 4 * places;
    for (index, span) in texts.iter().enumerate() {
        let text = span.of(source);
        let mut place = hash(text) as usize & (places - 1);
        while table[place] != 0 {
            steps -= 1;
            if steps == 0 || same(texts[table[place] as usize - 1].of(source), text) {
                return false;
            }
            place = (place + 1) & (places - 1);
        }
        table[place] = index as u32 + 1;
        if span.is_escaped() {
            return false;
        }
    }
    true
}

fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    // The rest after whole words is the last word's end; less than a word is a number.
    let end = match text.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest.iter().fold(0, |end, &byte| end << 8 | u64::from(byte)),
    };
    mix(mix(hash, end), 0)
}

/// A heap keeps this n log n for input made to be slow.
#[cold]
#[inline(never)]
fn repeated_in_order(texts: &[Span], source: &[u8]) -> Vec<u32> {
    let mut heap: BinaryHeap<_> = texts.iter().map(|span| (unescape(span, source), span.start() as u32)).collect();
    let mut again = Vec::new();
    let mut last = heap.pop();
    // From the largest to the smallest: what is left over of each string is the first one.
    while let Some(next) = heap.pop() {
        if let Some((text, start)) = last
            && text == next.0
        {
            again.push(start);
        }
        last = Some(next);
    }
    again
}

/// The content of a string, with its escapes resolved.
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
