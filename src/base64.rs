//! Base64 (RFC 4648): one routine each way, for all the variants that the APIs use.
//!
//! It is our own because every sealed body goes through it, and most of a careful routine's time would be spent here. Reading takes
//! the same time whatever the text is, because keys go through it: eight characters at a time, in the lanes of one number, without
//! a branch or an address that depends on them. What is written everybody sees, signatures and what was encrypted, but for the
//! signature that a call should have had: its characters are looked up, which is quicker still, in an alphabet of 64 bytes, one
//! or two lines of a cache, and 28 characters use those whatever they are.

/// In the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = vec![b'='; bytes.len().div_ceil(3) * 4];
    fill(&mut text, bytes, *b"+/");
    ascii(text)
}

/// In the alphabet for URLs, without padding. It takes the place of what is in `text`.
pub(crate) fn encode_for_url(bytes: &[u8], text: &mut Vec<u8>) {
    text.resize((bytes.len() * 4).div_ceil(3), 0);
    fill(text, bytes, *b"-_");
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

/// What is read as 62 and 63.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `+` and `/`.
    Standard,
    /// Also `-` and `_`, as in URLs, and a space, which a `+` may have become in a form.
    Any,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
/// Bytes that eight characters make.
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
            // What was there before does not show through.
            let mut for_url = b"something longer or shorter".to_vec();
            encode_for_url(&bytes, &mut for_url);
            prop_assert_eq!(&for_url, &URL_SAFE_NO_PAD.encode(&bytes).into_bytes());
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes.clone()));
            prop_assert_eq!(decode_unpadded(&for_url, Alphabet::Any), Some(bytes));
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
