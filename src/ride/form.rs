//! `application/x-www-form-urlencoded`, both ways; and `multipart/form-data`, in which some of the newer generation's
//! senders put the same parameters.

/// Percent-encodes what is not unreserved (RFC 3986).
pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte);
        } else {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble & 15)];
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte)]);
        }
    }
}

/// The names and values of a form, or of a query.
pub(super) fn pairs(form: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    form.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        let mut half = || decode(halves.next().unwrap_or_default());
        (half(), half())
    })
}

/// The names and values of a multipart form, up to the first that is no part of one.
pub(super) fn parts(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    /// With the two hyphens before it (RFC 2046, 5.1.1). What looks like a longer one is none, and takes long to search.
    const LONGEST: usize = 72;
    let boundary = form.split(|&byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let mut rest = if boundary.len() > LONGEST { &[][..] } else { form };
    std::iter::from_fn(move || {
        let begin = find(rest, boundary)? + boundary.len();
        rest = rest.get(begin..)?;
        let part = rest.get(..find(rest, boundary)?)?;
        let (head, value) = cut(part, b"\r\n\r\n").or_else(|| cut(part, b"\n\n"))?;
        let name = cut(head, b" name=").map_or(&[][..], |(_, name)| name);
        let quoted = |name: &'_ [u8]| Some(cut(name.strip_prefix(b"\"")?, b"\"")?.0.len()).map(|length| 1..length + 1);
        let name = quoted(name).and_then(|range| name.get(range)).unwrap_or(name.trim_ascii_end());
        let value = value.strip_suffix(b"\n").unwrap_or(value);
        Some((name, value.strip_suffix(b"\r").unwrap_or(value)))
    })
}

fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    text.windows(piece.len().max(1)).position(|window| window == piece)
}

fn cut<'t>(text: &'t [u8], at: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let begin = find(text, at)?;
    Some((&text[..begin], &text[begin + at.len()..]))
}

/// A `+` becomes a space; a `%` that no two digits follow stays.
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
