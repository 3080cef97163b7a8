//! Base64 (RFC 4648): one routine each way, for all the variants that the APIs use. It takes the same time whatever the
//! text is, because keys and signatures go through it too.

use base64ct::{Base64Unpadded, Encoding};

/// In the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = encode_unpadded(bytes);
    while !text.len().is_multiple_of(4) {
        text.push(b'=');
    }
    ascii(text)
}

/// In the alphabet for URLs, without padding.
pub(crate) fn encode_for_url(bytes: &[u8]) -> String {
    let mut text = encode_unpadded(bytes);
    for character in &mut text {
        match character {
            b'+' => *character = b'-',
            b'/' => *character = b'_',
            _ => {}
        }
    }
    ascii(text)
}

#[inline(never)]
fn encode_unpadded(bytes: &[u8]) -> Vec<u8> {
    // The room for the padding too.
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    text.resize(Base64Unpadded::encoded_len(bytes), 0);
    // There is room for all of it, so this does not fail.
    let _ = Base64Unpadded::encode(bytes, &mut text);
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
