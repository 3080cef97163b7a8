//! Base64 (RFC 4648): one routine each way, for all the variants that the APIs use.
//!
//! It is our own because every signature and every sealed body goes through it: eight characters at a time, in the lanes of one
//! number, it takes a fifth of the time of a routine that is as careful. And careful it is: no branch and no address depends on
//! what is read or written, because keys go through it too.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
/// Bytes that make eight characters.
const GROUP: usize = 6;

/// The same number in each lane.
const fn each(number: u8) -> u64 {
    ONES * number as u64
}

/// All bits of the lanes whose high bit is set.
fn lanes(highs: u64) -> u64 {
    ((highs & HIGHS) >> 7) * 0xff
}

/// The lanes, all below 128, that hold this number or more.
fn from(lanes_of: u64, least: u8) -> u64 {
    lanes((lanes_of | HIGHS) - each(least))
}

/// The lanes, all below 128, that hold this number.
fn is(lanes_of: u64, number: u8) -> u64 {
    lanes(!((lanes_of ^ each(number)) + each(0x7f)))
}

/// Which characters stand for 62 and 63.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `+` and `/`.
    Standard,
    /// `-` and `_`.
    ForUrls,
    /// Either; `+` may have become a space in a form. For reading only.
    Any,
}

/// In the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    push(bytes, Alphabet::Standard, &mut text);
    push_padding(bytes.len(), &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// In the alphabet for URLs, without padding.
pub(crate) fn encode_for_url(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    push(bytes, Alphabet::ForUrls, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends what [`encode`] makes.
pub(crate) fn push_encoded(bytes: &[u8], text: &mut Vec<u8>) {
    push(bytes, Alphabet::Standard, text);
    push_padding(bytes.len(), text);
}

fn push_padding(length: usize, text: &mut Vec<u8>) {
    text.extend_from_slice(&b"=="[..(3 - length % 3) % 3]);
}

#[inline(never)]
fn push(bytes: &[u8], alphabet: Alphabet, text: &mut Vec<u8>) {
    let begin = text.len();
    // With room for the padding.
    text.reserve(bytes.len().div_ceil(3) * 4);
    text.resize(begin + (bytes.len() * 8).div_ceil(6), 0);
    let (groups, rest) = bytes.as_chunks::<GROUP>();
    let (places, last_place) = text[begin..].as_chunks_mut::<8>();
    for (group, place) in groups.iter().zip(places) {
        *place = characters(*group, alphabet);
    }
    let mut last = [0; GROUP];
    last[..rest.len()].copy_from_slice(rest);
    let length = last_place.len();
    last_place.copy_from_slice(&characters(last, alphabet)[..length]);
}

/// The eight characters of six bytes.
#[inline(always)]
fn characters([a, b, c, d, e, f]: [u8; GROUP], alphabet: Alphabet) -> [u8; 8] {
    // How far the last two characters are from where they would be if they followed the digits.
    let (at_62, at_63) = if alphabet == Alphabet::ForUrls { (13, 49) } else { (15, 3) };
    let bits = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let halves = (bits & 0xffff_ff00_0000) << 8 | bits & 0xff_ffff;
    let quarters = (halves & 0x00ff_f000_00ff_f000) << 4 | halves & 0x0000_0fff_0000_0fff;
    let values = (quarters & 0x0fc0_0fc0_0fc0_0fc0) << 2 | quarters & 0x003f_003f_003f_003f;
    let letters = values + each(b'A') + (from(values, 26) & each(6));
    let digits = letters - (from(values, 52) & each(75));
    (digits - (from(values, 62) & each(at_62)) + (from(values, 63) & each(at_63))).to_be_bytes()
}

/// From the standard alphabet, padded as it must be.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    decode_unpadded(text, Alphabet::Standard)
}

/// Without padding. Nothing where there is any other character, or bits that no byte takes.
#[inline(never)]
pub(crate) fn decode_unpadded(text: &[u8], alphabet: Alphabet) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() * 6 / 8];
    let mut wrong = 0;
    let (groups, rest) = text.as_chunks::<8>();
    let (places, last_place) = bytes.as_chunks_mut::<GROUP>();
    for (group, place) in groups.iter().zip(places) {
        let bits = values_of(*group, alphabet, &mut wrong).to_be_bytes();
        *place = [bits[2], bits[3], bits[4], bits[5], bits[6], bits[7]];
    }
    let mut last = [b'A'; 8];
    last[..rest.len()].copy_from_slice(rest);
    let bits = values_of(last, alphabet, &mut wrong);
    let length = last_place.len();
    last_place.copy_from_slice(&bits.to_be_bytes()[2..2 + length]);
    // What is left of the last character.
    wrong |= bits & ((1 << (48 - 8 * length)) - 1);
    // One character of four is less than a byte.
    (wrong == 0 && rest.len() % 4 != 1).then_some(bytes)
}

/// The 48 bits that eight characters stand for; something is added to `wrong` where one is none of the alphabet.
#[inline(always)]
fn values_of(characters: [u8; 8], alphabet: Alphabet, wrong: &mut u64) -> u64 {
    let more = if alphabet == Alphabet::Any { u64::MAX } else { 0 };
    let written = u64::from_be_bytes(characters);
    let characters = written & !HIGHS;
    let upper = from(characters, b'A') & !from(characters, b'Z' + 1);
    let lower = from(characters, b'a') & !from(characters, b'z' + 1);
    let digit = from(characters, b'0') & !from(characters, b'9' + 1);
    let is_62 = is(characters, b'+') | (is(characters, b'-') | is(characters, b' ')) & more;
    let is_63 = is(characters, b'/') | is(characters, b'_') & more;
    *wrong |= written & HIGHS | !(upper | lower | digit | is_62 | is_63);
    let letters = (characters & (upper | lower)) - (each(b'A') & upper) - (each(b'a' - 26) & lower);
    let digits = (characters & digit) + (each(52 - b'0') & digit);
    let values = letters | digits | (each(62) & is_62) | (each(63) & is_63);
    let quarters = (values & 0x3f00_3f00_3f00_3f00) >> 2 | values & 0x003f_003f_003f_003f;
    let halves = (quarters & 0x0fff_0000_0fff_0000) >> 4 | quarters & 0x0000_0fff_0000_0fff;
    (halves & 0x00ff_ffff_0000_0000) >> 8 | halves & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_what_another_library_writes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(encode(&bytes), STANDARD.encode(&bytes));
            prop_assert_eq!(encode_for_url(&bytes), URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes.clone()));
            prop_assert_eq!(decode_unpadded(encode_for_url(&bytes).as_bytes(), Alphabet::Any), Some(bytes));
        }

        #[test]
        fn what_is_read_is_what_another_library_reads(text in "[A-Za-z0-9+/=]{0,24}") {
            prop_assert_eq!(decode(text.as_bytes()), STANDARD.decode(&text).ok(), "{}", text);
            prop_assert_eq!(decode_unpadded(text.as_bytes(), Alphabet::Standard), STANDARD_NO_PAD.decode(&text).ok(), "{}", text);
        }

        #[test]
        fn no_other_byte_is_read(before in "[A-Za-z0-9+/]{0,12}", other in any::<u8>(), after in "[A-Za-z0-9+/]{0,12}") {
            let text = [before.as_bytes(), &[other], after.as_bytes()].concat();
            prop_assert_eq!(decode_unpadded(&text, Alphabet::Standard), STANDARD_NO_PAD.decode(&text).ok());
        }
    }

    #[test]
    fn either_alphabet_is_read_where_it_may_be_and_nowhere_else() {
        for text in ["-_-_", "+/+/", " /-_"] {
            assert_eq!(decode_unpadded(text.as_bytes(), Alphabet::Any), STANDARD.decode("+/+/").ok(), "{text}");
        }
        assert_eq!(decode_unpadded(b"-_-_", Alphabet::Standard), None);
    }
}
