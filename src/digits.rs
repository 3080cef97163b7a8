//! Strings of numbers and bytes, with less code than formatting needs.

/// Writes an integer in decimal.
pub(crate) fn push_integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    push_digits(out, value.unsigned_abs());
}

/// An integer in decimal.
#[inline(never)]
pub(crate) fn decimal(value: i64) -> String {
    let mut digits = Vec::new();
    push_integer(&mut digits, value);
    String::from_utf8(digits).unwrap_or_default()
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

/// Lowercase hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble & 15)];
    let mut digits = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        digits.extend_from_slice(&[digit(byte >> 4), digit(*byte)]);
    }
    String::from_utf8(digits).unwrap_or_default()
}

/// The bytes that so many hexadecimal digits are, in either case.
pub(crate) fn from_hexadecimal<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    let mut bytes = [0; N];
    if pairs.len() != N {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// The string of bytes that are known to be UTF-8.
#[inline(never)]
pub(crate) fn string_from(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}
