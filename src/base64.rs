//! Base64 (RFC 4648): one routine each way, for all the variants that the APIs use. Reading takes the same time whatever
//! the text is, because keys go through it: eight characters at a time, by arithmetic alone. What is written is what
//! everybody sees, signatures and what was encrypted, so that may look its characters up, which is quicker still.

/// In the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = vec![b'='; bytes.len().div_ceil(3) * 4];
    fill(&mut text, bytes, *b"+/");
    ascii(text)
}

/// In the alphabet for URLs, without padding.
pub(crate) fn encode_for_url(bytes: &[u8]) -> String {
    let mut text = vec![0; (bytes.len() * 4).div_ceil(3)];
    fill(&mut text, bytes, *b"-_");
    ascii(text)
}

/// In the standard alphabet, padded, for what has its place already: four characters for three bytes or less.
pub(crate) fn encode_into(text: &mut [u8], bytes: &[u8]) {
    text.fill(b'=');
    fill(text, bytes, *b"+/");
}

/// Writes the characters, and leaves what comes after them as it is. The alphabets differ in the last two.
#[inline(never)]
fn fill(text: &mut [u8], bytes: &[u8], last: [u8; 2]) {
    let mut alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    [alphabet[62], alphabet[63]] = last;
    let (groups, rest) = bytes.as_chunks();
    let (places, end) = text.split_at_mut(groups.len() * 4);
    for (place, &[first, second, third]) in places.as_chunks_mut().0.iter_mut().zip(groups) {
        let bits = u32::from_be_bytes([0, first, second, third]);
        let character = |shift: u32| alphabet[(bits >> shift) as usize & 63];
        *place = [character(18), character(12), character(6), character(0)];
    }
    if let &[first, ref second @ ..] = rest {
        let mut four = [0; 4];
        fill(&mut four, &[first, second.first().copied().unwrap_or(0), 0], last);
        end[..=rest.len()].copy_from_slice(&four[..=rest.len()]);
    }
}

fn ascii(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_default()
}

/// From the standard alphabet, padded as it must be.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    decode_unpadded(text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text))
}

/// From the standard alphabet, without padding. Bits that no byte needs must be zero.
#[inline(never)]
pub(crate) fn decode_unpadded(text: &[u8]) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_chunks();
    if rest.len() % 4 == 1 {
        return None;
    }
    // Of the right size from the start, so that no part of a key stays behind in memory that was outgrown.
    let mut bytes = Vec::with_capacity(groups.len() * 6 + 6);
    let mut is_known = true;
    // The rest is filled up with the character for zero.
    let mut last = [b'A'; 8];
    last[..rest.len()].copy_from_slice(rest);
    for &group in groups.iter().chain([&last]) {
        let (six, known) = six_bytes(group);
        bytes.extend_from_slice(&six);
        is_known &= known;
    }
    let length = text.len() * 3 / 4;
    let is_zero = bytes[length..].iter().fold(0, |all, byte| all | byte) == 0;
    bytes.truncate(length);
    (is_known && is_zero).then_some(bytes)
}

/// The runs of the alphabet: their first and last character, and what the first one stands for.
const RUNS: [(u8, u8, u8); 5] = [(b'A', b'Z', 0), (b'a', b'z', 26), (b'0', b'9', 52), (b'+', b'+', 62), (b'/', b'/', 63)];

/// What eight characters stand for, and whether each of them stands for something. Each has a byte of its own in one
/// number, and no sum or difference reaches beyond it.
fn six_bytes(characters: [u8; 8]) -> ([u8; 6], bool) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let given = u64::from_be_bytes(characters);
    let low = given & !HIGH;
    let (mut values, mut known) = (0, 0);
    for (first, last, value) in RUNS {
        let reaches = low + u64::from(0x80 - first) * EACH;
        let exceeds = low + u64::from(0x7f - last) * EACH;
        let within = reaches & !exceeds & !given & HIGH;
        let mask = (within >> 7) * 0xff;
        values |= (low & mask) + ((u64::from(value) * EACH) & mask) - ((u64::from(first) * EACH) & mask);
        known |= within;
    }
    let twelve = values >> 2 & 0x0fc0_0fc0_0fc0_0fc0 | values & 0x003f_003f_003f_003f;
    let twenty_four = twelve >> 4 & 0x00ff_f000_00ff_f000 | twelve & 0x0000_0fff_0000_0fff;
    let all = twenty_four >> 8 & 0xffff_ff00_0000 | twenty_four & 0x00ff_ffff;
    let [_, _, bytes @ ..] = all.to_be_bytes();
    (bytes, known == HIGH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::{Engine, engine::general_purpose as by_others};
    use proptest::prelude::*;

    #[test]
    fn every_character_in_every_place_is_read_as_others_read_it() {
        for length in 0..=12 {
            for place in 0..length {
                for character in 0..=255 {
                    let mut text = vec![b'Q'; length];
                    text[place] = character;
                    assert_eq!(decode_unpadded(&text), by_others::STANDARD_NO_PAD.decode(&text).ok(), "{text:?}");
                    assert_eq!(decode(&text), by_others::STANDARD.decode(&text).ok(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn padding_is_where_it_must_be_and_bits_that_no_byte_needs_are_zero() {
        for text in ["=", "==", "A=", "A==", "AA=", "AA==", "AA===", "AAA=", "AAA==", "AAAA=", "AA==AAAA", "AB==", "AAB=", "A\n=="]
        {
            assert_eq!(decode(text.as_bytes()), by_others::STANDARD.decode(text).ok(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn writing_agrees_with_others_and_is_read_again(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let text = encode(&bytes);
            prop_assert_eq!(&text, &by_others::STANDARD.encode(&bytes));
            prop_assert_eq!(encode_for_url(&bytes), by_others::URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(decode(text.as_bytes()), Some(bytes.clone()));
            prop_assert_eq!(decode_unpadded(text.trim_end_matches('=').as_bytes()), Some(bytes));
        }
    }
}
