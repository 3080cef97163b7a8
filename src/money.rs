//! Yuan and fen, exactly.
//!
//! On the wire an amount is a decimal number of yuan; in Rust and JavaScript it is an integer number of fen. The
//! conversion is made on the digits, never through a binary float.

use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// The largest amount that JavaScript holds exactly, in fen.
pub const MAX_FEN: i64 = (1 << 53) - 1;

/// Reads a decimal number of yuan (JSON number grammar, exponents included: Java writes `1.0E7`), exactly.
pub fn parse_yuan(text: &[u8]) -> Option<Fen> {
    parse_decimal(text, 2).map(Fen)
}

/// Reads a decimal number as an integer number of its last place, of `places` after the point. What does not fit
/// exactly, or is beyond 2^53, is not read.
pub(crate) fn parse_decimal(text: &[u8], places: i64) -> Option<i64> {
    // Most numbers are a few digits and nothing else.
    if places == 0 && matches!(text.len(), 1..=15) && text.iter().all(u8::is_ascii_digit) {
        return Some(text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')));
    }
    let (negative, text) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    let exponent_at = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = match exponent_at {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let mut value: i64 = 0;
    // How far the digit read next is from the last place: 0 is the last place itself, negative is beyond it.
    let whole = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
    let mut place = whole as i64 + exponent + places - 1;
    let mut digits = 0;
    for (index, &byte) in mantissa.iter().enumerate() {
        if index == whole {
            continue;
        }
        if !byte.is_ascii_digit() {
            return None;
        }
        digits += 1;
        let digit = i64::from(byte - b'0');
        if place >= 0 {
            value = value * 10 + digit;
        } else if digit != 0 {
            return None;
        }
        place -= 1;
        if value > MAX_FEN {
            return None;
        }
    }
    if digits == 0 {
        return None;
    }
    while place >= 0 && value != 0 {
        value *= 10;
        place -= 1;
        if value > MAX_FEN {
            return None;
        }
    }
    Some(if negative { -value } else { value })
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text.split_first()? {
        (b'-', rest) => (-1, rest),
        (b'+', rest) => (1, rest),
        _ => (1, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: i64 = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        // Far beyond any amount already; the exact size no longer matters.
        value = (value * 10 + i64::from(byte - b'0')).min(1_000_000);
    }
    Some(sign * value)
}

/// Writes an amount as yuan with as many decimal places as it needs, at most two.
pub fn push_yuan(out: &mut Vec<u8>, amount: Fen) {
    if amount.0 < 0 {
        out.push(b'-');
    }
    let fen = amount.0.unsigned_abs();
    push_integer(out, (fen / 100) as i64);
    let rest = (fen % 100) as u8;
    if rest != 0 {
        out.extend([b'.', b'0' + rest / 10]);
        if !rest.is_multiple_of(10) {
            out.push(b'0' + rest % 10);
        }
    }
}

/// Writes an integer in decimal.
pub(crate) fn push_integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    push_digits(out, value.unsigned_abs());
}

/// Appends an unsigned number in decimal.
#[inline(never)]
pub(crate) fn push_digits(out: &mut Vec<u8>, value: u64) {
    let mut rest = value;
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yuan_become_fen_exactly() {
        for (yuan, fen) in [
            ("0", 0),
            ("0.0", 0),
            ("290.0", 29000),
            ("0.01", 1),
            ("1080.00", 108_000),
            ("1199.5", 119_950),
            ("-1", -100),
            ("1.2345678E7", 1_234_567_800),
            ("5e-1", 50),
            ("1.000000", 100),
            ("0.1e1", 100),
            ("1.15", 115),
            ("100E-4", 1),
        ] {
            assert_eq!(parse_yuan(yuan.as_bytes()), Some(Fen(fen)), "{yuan}");
        }
    }

    #[test]
    fn what_fen_cannot_hold_is_refused() {
        for yuan in ["0.001", "1e-3", "", "-", ".", "1e", "1e+", "abc", "1.2.3", "90071992547409.92", "1e999999999999", "1.005"] {
            assert_eq!(parse_yuan(yuan.as_bytes()), None, "{yuan}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(fen in -MAX_FEN..=MAX_FEN) {
            let mut text = Vec::new();
            push_yuan(&mut text, Fen(fen));
            prop_assert_eq!(parse_yuan(&text), Some(Fen(fen)));
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            let _ = parse_yuan(&bytes);
        }
    }
}
