//! Yuan and fen, exactly.
//!
//! On the wire an amount is a decimal number of yuan; in Rust and JavaScript it is an integer number of fen. The
//! conversion is made on the digits, never through a binary float.

use crate::digits::push_integer;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in fen (1/100 yuan).
///
/// ```
/// use meituan_protocol::money::Fen;
///
/// let price: Fen = "58.00".parse()?;
/// assert_eq!(price, Fen(5_800));
/// assert_eq!(price.checked_mul(2).unwrap().to_string(), "116.00");
/// assert!("58.005".parse::<Fen>().is_err());
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// As yuan, with two decimal places: `58.00`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

/// Reads yuan, as [`parse_yuan`] does.
impl FromStr for Fen {
    type Err = crate::Error;

    fn from_str(yuan: &str) -> Result<Self, Self::Err> {
        parse_yuan(yuan.as_bytes()).ok_or_else(|| crate::Error::at(crate::ErrorCode::InvalidMoney, "").detail(yuan))
    }
}

impl Fen {
    /// Adds; nothing beyond [`MAX_FEN`].
    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).and_then(within)
    }

    /// Subtracts; nothing beyond [`MAX_FEN`].
    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        self.0.checked_sub(other.0).and_then(within)
    }

    /// The sum of amounts; nothing beyond [`MAX_FEN`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen(0), Fen::checked_add)
    }

    /// The amount times `times`; nothing beyond [`MAX_FEN`].
    pub fn checked_mul(self, times: u32) -> Option<Fen> {
        self.0.checked_mul(i64::from(times)).and_then(within)
    }
}

fn within(fen: i64) -> Option<Fen> {
    (fen.unsigned_abs() <= MAX_FEN.unsigned_abs()).then_some(Fen(fen))
}

/// The largest amount that JavaScript holds exactly, in fen.
pub const MAX_FEN: i64 = (1 << 53) - 1;

/// Reads a decimal number of yuan (JSON number grammar, exponents included: Java writes `1.0E7`), exactly.
pub fn parse_yuan(text: &[u8]) -> Option<Fen> {
    parse_decimal(text, 2).map(Fen)
}

/// Reads a decimal number as an integer number of its last place, of `places` after the point. A number that does not fit exactly,
/// or is beyond 2^53, is not read.
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

    #[test]
    fn an_amount_is_shown_in_yuan_and_read_from_it() {
        for (fen, yuan) in [(5800, "58.00"), (-5, "-0.05"), (0, "0.00"), (MAX_FEN, "90071992547409.91")] {
            assert_eq!((Fen(fen).to_string().as_str(), yuan.parse()), (yuan, Ok(Fen(fen))));
        }
        assert_eq!("58.001".parse::<Fen>().unwrap_err().code, crate::ErrorCode::InvalidMoney);
    }

    #[test]
    fn no_sum_is_beyond_what_javascript_holds_exactly() {
        let (most, one) = (Fen(MAX_FEN), Fen(1));
        assert_eq!((most.checked_add(one), most.checked_mul(2), Fen(-MAX_FEN).checked_sub(one)), (None, None, None));
        assert_eq!((Fen(5800).checked_mul(3), Fen::checked_sum([one, one])), (Some(Fen(17_400)), Some(Fen(2))));
        assert_eq!((Fen(i64::MAX).checked_add(one), Fen(i64::MIN).checked_mul(2)), (None, None));
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
