//! Single values: how a number, an id, an amount, a timestamp is read, and what is reported of those that cannot be.

use super::definition::{Bounds, Kind};
use super::notation::Notation;
use super::reader::{NULL, REFUSED, Reader};
use super::scan::Scanner;
use super::span::{Span, unescape};
use crate::ErrorCode;
use crate::money::{self, MAX_FEN};
use crate::time::{self, Date};

impl Reader<'_> {
    pub(super) fn number(&mut self, kind: &Kind, span: Span, at: usize) -> u64 {
        match *kind {
            // A JavaScript number beyond 2^53 has lost digits before it came here.
            Kind::Id if self.how.notation != Notation::Wire && money::parse_decimal(span.of(self.scanner.source), 0).is_none() => {
                self.refuse(ErrorCode::WrongType, at, expectation(kind))
            }
            Kind::Id => self.id(span, at),
            Kind::Integer(&Bounds { max, were_wider: true, .. }) if self.how.notation == Notation::Stored => {
                self.at_most(span, 0, max, at)
            }
            Kind::Integer(&Bounds { min, max, .. }) => self.integer(span, min, max, at),
            Kind::Fen => self.integer(span, -MAX_FEN, MAX_FEN, at),
            Kind::Timestamp => {
                let slot = self.integer(span, 0, (1 << 53) - 1, at);
                let seconds = f64::from_bits(slot);
                // Ten digits are this century's seconds; as milliseconds they would be 1970.
                if slot < REFUSED && self.how.notation == Notation::Wire && (1e9..1e10).contains(&seconds) {
                    self.report(ErrorCode::InvalidDate, false, at, "epoch seconds, read as such");
                    return (seconds * 1000.0).to_bits();
                }
                slot
            }
            Kind::Code(enumeration) => {
                let slot = self.integer(span, i64::from(i32::MIN), i64::from(i32::MAX), at);
                let known = |value: i32| enumeration.values.iter().any(|listed| listed.value == value);
                if slot != REFUSED && !known(f64::from_bits(slot) as i32) {
                    let refuses = self.how.notation == Notation::Program && !enumeration.is_open;
                    self.report(ErrorCode::UnknownValue, refuses, at, enumeration.name);
                    if refuses {
                        return REFUSED;
                    }
                }
                slot
            }
            Kind::Yuan { sentinel } => {
                let sentinel = sentinel.map(i64::from);
                let digits = span.of(self.scanner.source);
                let fen = match self.how.notation {
                    Notation::Program | Notation::Stored => {
                        let slot = self.integer(span, -MAX_FEN, MAX_FEN, at);
                        // An amount that would be written like the number that means none.
                        let is_ambiguous = sentinel.is_some_and(|yuan| slot == ((yuan * 100) as f64).to_bits());
                        return if is_ambiguous { self.refuse(ErrorCode::InvalidMoney, at, "") } else { slot };
                    }
                    Notation::Wire if sentinel.is_some() && money::parse_decimal(digits, 0) == sentinel => sentinel,
                    Notation::Wire => money::parse_yuan(digits).map(|fen| fen.0).filter(|&fen| Some(fen) != sentinel),
                };
                match fen {
                    Some(fen) => (fen as f64).to_bits(),
                    None => self.refuse(ErrorCode::InvalidMoney, at, ""),
                }
            }
            Kind::Decimal(&Bounds { min, max, .. }) => {
                let value = approximate(span.of(self.scanner.source));
                if (min as f64..=max as f64).contains(&value) {
                    return span.0;
                }
                self.refuse_range(min, max, at)
            }
            _ => self.refuse(ErrorCode::WrongType, at, expectation(kind)),
        }
    }

    pub(super) fn integer(&mut self, span: Span, min: i64, max: i64, at: usize) -> u64 {
        match money::parse_decimal(span.of(self.scanner.source), 0) {
            Some(value) if min <= value && value <= max => (value as f64).to_bits(),
            None if span.of(self.scanner.source).contains(&b'.') => {
                self.refuse(ErrorCode::WrongType, at, "expected a whole number")
            }
            _ => self.refuse_range(min, max, at),
        }
    }

    /// A number of what was stored: one that is too large counts as the largest.
    pub(super) fn at_most(&mut self, span: Span, min: i64, max: i64, at: usize) -> u64 {
        match self.integer(span, min, (1 << 53) - 1, at) {
            REFUSED => REFUSED,
            slot => f64::from_bits(slot).min(max as f64).to_bits(),
        }
    }

    pub(super) fn id(&mut self, span: Span, at: usize) -> u64 {
        let digits = span.of(self.scanner.source);
        // Leading zeros would not survive on the wire, so such a string is no id of theirs.
        let canonical = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.iter().all(u8::is_ascii_digit);
        if !canonical {
            return self.refuse(ErrorCode::WrongType, at, expectation(&Kind::Id));
        }
        // Strings of as many digits compare like their numbers.
        const LARGEST: &[u8] = b"18446744073709551615";
        if digits.len() > LARGEST.len() || digits.len() == LARGEST.len() && digits > LARGEST {
            return self.refuse(ErrorCode::IdTooLarge, at, "");
        }
        if digits == b"0" && self.how.notation == Notation::Program {
            return self.refuse(ErrorCode::OutOfRange, at, NOT_ZERO);
        }
        span.0
    }

    pub(super) fn timestamp(&mut self, kind: &Kind, span: Span, at: usize) -> u64 {
        let text = span.of(self.scanner.source);
        if text.is_empty() {
            return NULL;
        }
        let slot = match (kind, self.how.notation) {
            (Kind::Date, _) => Date::parse(text).map(|_| span.0),
            (_, Notation::Wire) => time::parse_wall_clock(text).map(|moment| (moment.0 as f64).to_bits()),
            (_, Notation::Program | Notation::Stored) => None,
        };
        slot.unwrap_or_else(|| self.refuse(ErrorCode::InvalidDate, at, expectation(kind)))
    }

    /// For strings that have more bytes than that; fewer hold no more characters.
    #[cold]
    #[inline(never)]
    pub(super) fn check_length(&mut self, span: &Span, documented: u32, at: usize) {
        // Java counts UTF-16 units, and so do the columns of its database.
        let units = unescape(span, self.scanner.source).encode_utf16().count();
        if units > documented as usize {
            self.report_limit(ErrorCode::StringTooLong, false, units as i64, i64::from(documented), at);
        }
    }
}

/// Whether a string shows nothing: white space, and characters that have no width.
pub(crate) fn is_blank(text: &str) -> bool {
    let is_without_width = |character: char| matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    text.chars().all(|character| character.is_whitespace() || character.is_control() || is_without_width(character))
}

/// The same of a string in the input. Nearly all begin with a visible character.
pub(super) fn shows_nothing(span: &Span, source: &[u8]) -> bool {
    let begins_visibly = span.of(source).first().is_some_and(|byte| byte.is_ascii_graphic() && *byte != b'\\');
    !begins_visibly && is_blank(&unescape(span, source))
}

/// Whether all of a string is one number of the JSON grammar.
pub(super) fn is_number(text: &[u8]) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.number().is_ok() && scanner.at == text.len()
}

/// The value of a string that is one JSON number, near enough to compare with whole bounds.
pub(crate) fn approximate_number(text: &str) -> Option<f64> {
    is_number(text.as_bytes()).then(|| approximate(text.as_bytes()))
}

/// The value of a JSON number, near enough to compare with whole bounds: the exact digits are kept beside it.
fn approximate(text: &[u8]) -> f64 {
    let (mut value, mut exponent, mut fraction) = (0_f64, 0_i32, false);
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10.0 + f64::from(byte - b'0');
                exponent -= i32::from(fraction);
            }
            b'.' => fraction = true,
            b'e' | b'E' => {
                let rest = bytes.as_slice();
                let negative = rest.first() == Some(&b'-');
                let digits = rest.iter().filter(|digit| digit.is_ascii_digit());
                let size = digits.fold(0_i32, |size, digit| (size * 10 + i32::from(digit - b'0')).min(10_000));
                exponent += if negative { -size } else { size };
                break;
            }
            _ => {}
        }
    }
    // A thousand steps reach beyond either end of a double.
    for _ in 0..exponent.unsigned_abs().min(1_000) {
        value = if exponent < 0 { value / 10.0 } else { value * 10.0 };
    }
    if text.first() == Some(&b'-') { -value } else { value }
}

pub(super) const NOT_ZERO: &str = "an id is not 0";

pub(super) fn expectation(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id => "expected an id: a whole number, in programs a string of digits",
        Kind::Integer { .. } | Kind::Code(_) => "expected a whole number",
        Kind::Yuan { .. } => "expected an amount: decimal yuan on the wire, whole fen in a program",
        Kind::Fen => "expected an amount in whole fen",
        Kind::Decimal { .. } => "expected a number",
        Kind::String { .. } => "expected a string",
        Kind::Flag => "expected true or false",
        Kind::Date => "expected yyyy-MM-dd",
        Kind::Timestamp => "expected a timestamp: epoch milliseconds",
        Kind::WallClock => "expected a timestamp: yyyy-MM-dd HH:mm:ss on the wire, epoch milliseconds in a program",
        Kind::Object(_) | Kind::StringMap => "expected an object",
        Kind::List { .. } => "expected a list",
        Kind::Raw => "expected a value",
    }
}
