//! Base64 (RFC 4648): one routine each way, for all the variants that the APIs use. Reading takes the same time whatever
//! the text is, because keys go through it. What is written is what everybody sees, signatures and what was encrypted, so
//! that may look its characters up, which is several times quicker.

use base64ct::{Base64Unpadded, Encoding};

/// In the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = encode_unpadded(bytes, b"+/");
    while !text.len().is_multiple_of(4) {
        text.push(b'=');
    }
    ascii(text)
}

/// In the alphabet for URLs, without padding.
pub(crate) fn encode_for_url(bytes: &[u8]) -> String {
    ascii(encode_unpadded(bytes, b"-_"))
}

/// The alphabets differ in the last two characters.
#[inline(never)]
fn encode_unpadded(bytes: &[u8], last: &[u8; 2]) -> Vec<u8> {
    let mut alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    alphabet[62..].copy_from_slice(last);
    let character = |bits: u32, place: u32| alphabet[(bits >> (18 - 6 * place)) as usize & 63];
    // The room for the padding too.
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    let (groups, rest) = bytes.as_chunks::<3>();
    for &[first, second, third] in groups {
        let bits = u32::from_be_bytes([0, first, second, third]);
        text.extend_from_slice(&[character(bits, 0), character(bits, 1), character(bits, 2), character(bits, 3)]);
    }
    let bits = rest.iter().zip([16, 8]).fold(0, |bits, (&byte, place)| bits | u32::from(byte) << place);
    text.extend((0..rest.len() as u32 + u32::from(!rest.is_empty())).map(|place| character(bits, place)));
    text
}

fn ascii(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_default()
}

/// From the standard alphabet, padded as it must be.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    decode_unpadded(text)
}

/// From the standard alphabet, without padding.
#[inline(never)]
pub(crate) fn decode_unpadded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() / 4 * 3 + 2];
    let length = Base64Unpadded::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}
