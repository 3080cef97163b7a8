//! The fast path: the most frequent notation of values, parsed in one step.
//!
//! Nearly all of a message has it: names in the definition's order, strings without escapes, numbers of a few digits. Anything else,
//! right or wrong, is left to the scanner and the reader, which know the whole grammar and every finding. Nothing is reported here and nothing is kept; positions come in and go out as values,
//! because memory that is written for each byte and read for the next would cost more than the work.

use super::definition::{Bounds, Kind};
use super::notation::Notation;
use super::span::{BEYOND_ASCII, Span, marks, same};
use crate::money::MAX_FEN;
use crate::time::{Date, WALL_CLOCK_RANGE, parse_wall_clock};

/// The parsed value as a slot, and the position after it.
pub(super) type Taken = Option<(u64, usize)>;

/// The byte there; behind the end the one that begins and ends nothing.
#[inline(always)]
fn byte(source: &[u8], at: usize) -> u8 {
    source.get(at).copied().unwrap_or(0)
}

/// The place of the next byte that is not space.
#[inline(always)]
pub(super) fn after_space(source: &[u8], mut at: usize) -> usize {
    while let b' ' | b'\n' | b'\r' | b'\t' = byte(source, at) {
        at += 1;
    }
    at
}

/// The beginning of this key's value, if the key is here, with its colon right behind it.
#[inline(always)]
pub(super) fn value_of_key(source: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    let written = source.get(at..at + name.len() + 3)?;
    let [b'"', key @ .., b'"', b':'] = written else { return None };
    let end = name.len();
    let is = match (key.first_chunk::<8>(), name.first_chunk::<8>(), key.last_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(of_name), Some(tail), Some(tail_of_name)) => {
            head == of_name && tail == tail_of_name && (end <= 16 || same(&key[8..], &name[8..]))
        }
        _ => match (key.first_chunk::<4>(), name.first_chunk::<4>(), key.last_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(head), Some(of_name), Some(tail), Some(tail_of_name)) => head == of_name && tail == tail_of_name,
            _ => key.iter().zip(name).all(|(byte, of_name)| byte == of_name),
        },
    };
    is.then(|| after_space(source, at + end + 3))
}

/// The end of a value in an object or list: where the next entry begins, or that this was the last one.
#[inline(always)]
pub(super) fn after_value(source: &[u8], at: usize, close: u8) -> Option<(bool, usize)> {
    match byte(source, at) {
        b',' => Some((true, after_space(source, at + 1))),
        other if other == close => Some((false, at + 1)),
        _ => None,
    }
}

/// A string without escapes, from its opening quote. The quote after it is at the piece's end.
#[inline(never)]
pub(super) fn text(source: &[u8], at: usize) -> Span {
    if byte(source, at) != b'"' {
        return Span::NONE;
    }
    let start = at + 1;
    let (mut at, mut marks_seen) = (start, 0);
    loop {
        while let Some(chunk) = source.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let found = marks(u64::from_le_bytes(*chunk));
            if found != 0 {
                at += found.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
        match byte(source, at) {
            b'"' => return Span::between(start, at as u32 | marks_seen),
            0x80.. => {
                marks_seen = BEYOND_ASCII;
                while byte(source, at) >= 0x80 {
                    at += 1;
                }
            }
            b'\\' | ..0x20 => return Span::NONE,
            _ => at += 1,
        }
    }
}

/// A key and its value, both strings, in an object of these.
#[inline(always)]
pub(super) fn entry(source: &[u8], at: usize) -> Option<(Span, Span)> {
    let key = text(source, at);
    if key == Span::NONE || byte(source, key.end() + 1) != b':' {
        return None;
    }
    let value = text(source, after_space(source, key.end() + 2));
    (value != Span::NONE).then_some((key, value))
}

/// A whole number of at most 15 digits, which any double holds.
#[inline(always)]
fn digits(source: &[u8], at: usize) -> Option<(i64, usize)> {
    let (mut value, mut end) = (0_i64, at);
    loop {
        let digit = byte(source, end).wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        end += 1;
    }
    let is_plain = match end - at {
        1 => true,
        // More than one digit, the first of them 0, is no number of the grammar.
        2..=15 => byte(source, at) != b'0',
        _ => false,
    };
    is_plain.then_some((value, end))
}

/// Whether a number can end here.
#[inline(always)]
fn ends(source: &[u8], at: usize) -> bool {
    !matches!(byte(source, at), b'.' | b'e' | b'E')
}

/// A whole number within bounds, both included.
#[inline(always)]
fn integer(source: &[u8], at: usize, min: i64, max: i64) -> Taken {
    let (value, end) = digits(source, at)?;
    (min <= value && value <= max && ends(source, end)).then(|| ((value as f64).to_bits(), end))
}

/// An amount in decimal yuan, as fen.
#[inline(always)]
fn yuan(source: &[u8], at: usize) -> Taken {
    let (whole, mut end) = digits(source, at)?;
    let mut fen = whole * 100;
    if byte(source, end) == b'.' {
        let (tens, ones) = (byte(source, end + 1).wrapping_sub(b'0'), byte(source, end + 2).wrapping_sub(b'0'));
        if tens > 9 {
            return None;
        }
        fen += i64::from(tens) * 10;
        end += 2;
        if ones <= 9 {
            fen += i64::from(ones);
            end += 1;
            // More decimals are not read at one glance.
            if byte(source, end).is_ascii_digit() {
                return None;
            }
        }
    }
    (fen <= MAX_FEN && ends(source, end)).then(|| ((fen as f64).to_bits(), end))
}

/// An id: its digits, within quotes or not.
#[inline(always)]
fn id(source: &[u8], at: usize, quoted: bool) -> Taken {
    let start = at + usize::from(quoted);
    let mut end = start;
    while byte(source, end).is_ascii_digit() {
        end += 1;
    }
    // One of 20 digits may be too large, and one that begins with 0 is 0 or none.
    if !matches!(end - start, 1..=19) || byte(source, start) == b'0' {
        return None;
    }
    let is = if quoted { byte(source, at) == b'"' && byte(source, end) == b'"' } else { ends(source, end) };
    is.then(|| (Span::between(start, end as u32).0, end + usize::from(quoted)))
}

/// The string of so many bytes that is here between quotes.
#[inline(always)]
fn quoted(source: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    let [b'"', text @ .., b'"'] = source.get(at..at + length + 2)? else { return None };
    Some(text)
}

/// How to look at a value.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) notation: Notation,
    /// Whether an empty string is plain.
    pub(super) may_be_empty: bool,
}

/// Parses a value, if it is a plain one that nothing is wrong with. `beyond_ascii` becomes true at a string that has such bytes.
#[inline(always)]
pub(super) fn value(
    source: &[u8],
    at: usize,
    kind: &Kind,
    Look { notation, may_be_empty }: Look,
    beyond_ascii: &mut bool,
) -> Taken {
    match *kind {
        Kind::String { documented, .. } => {
            let span = text(source, at);
            if span == Span::NONE {
                return None;
            }
            let length = span.length();
            let fits = documented == 0 || length <= usize::from(documented);
            if !fits || (length == 0 && !may_be_empty) {
                return None;
            }
            *beyond_ascii |= span.is_beyond_ascii();
            Some((span.0, span.end() + 1))
        }
        Kind::Integer(&Bounds { min, max, .. }) => integer(source, at, min, max),
        Kind::Code(enumeration) => {
            let (value, end) = digits(source, at)?;
            let is_known = enumeration.values.iter().any(|listed| i64::from(listed.value) == value);
            (is_known && ends(source, end)).then(|| ((value as f64).to_bits(), end))
        }
        Kind::Id => id(source, at, notation != Notation::Wire),
        Kind::Yuan { sentinel: None | Some(..0) } if notation == Notation::Wire => yuan(source, at),
        Kind::Yuan { .. } if notation == Notation::Wire => None,
        Kind::Fen | Kind::Yuan { .. } => integer(source, at, 0, MAX_FEN),
        Kind::WallClock if notation == Notation::Wire => {
            let moment = parse_wall_clock(quoted(source, at, 19)?)?;
            Some(((moment.0 as f64).to_bits(), at + 21))
        }
        Kind::WallClock => integer(source, at, 0, *WALL_CLOCK_RANGE.end()),
        Kind::Date => {
            Date::parse(quoted(source, at, 10)?)?;
            Some((Span::between(at + 1, at as u32 + 11).0, at + 12))
        }
        // Ten digits may be seconds.
        Kind::Timestamp => integer(source, at, 10_000_000_000, (1 << 53) - 1),
        Kind::Decimal(_) | Kind::Flag | Kind::Object(_) | Kind::List { .. } | Kind::StringMap | Kind::Raw => None,
    }
}
