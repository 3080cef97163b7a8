//! `application/x-www-form-urlencoded`, both ways.

/// Percent-encodes what is not unreserved (RFC 3986).
pub(crate) fn encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte);
        } else {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble & 15)];
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte)]);
        }
    }
    out
}

/// Hands over the values that a form, or a query, has under these names.
pub(crate) fn each_value(form: &[u8], names: &[&str], mut take: impl FnMut(Vec<u8>)) {
    for pair in form.split(|&byte| byte == b'&') {
        let end = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let name = decode(pair.get(..end).unwrap_or_default());
        if names.iter().any(|wanted| wanted.as_bytes() == name) {
            take(decode(pair.get(end + 1..).unwrap_or_default()));
        }
    }
}

/// A `+` becomes a space; a `%` that no two digits follow stays.
#[inline(never)]
fn decode(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    out
}
