//! Signing by sorted parameters: SHA-1 over all parameters in the order of their names.
//!
//! Two of Meituan's platforms sign like this, beside the ride API that this crate speaks (which does not sign at all):
//! the partner API of dache.meituan.com (qcs-openapi; platform-doc, 接入说明), and the carrier platforms (carrieropen,
//! peisong). They differ in where the secret goes, and in which values are left out: [`Scheme`].
//!
//! Names and values follow each other, with nothing between and nothing percent-encoded, as UTF-8. Names are
//! sorted as Java sorts them: by UTF-16 code units. Nested objects are signed as the JSON string that is sent.
//!
//! ```
//! use meituan_protocol::{Secret, sorted_sign::{Scheme, sign}};
//!
//! let parameters = [("timestamp", "1629857463000"), ("channel", "demo_channel"), ("remark", " ")];
//! let signature = sign(Scheme::SignKey, &Secret::new("0123456789abcdef"), &parameters);
//! assert_eq!(signature, sign(Scheme::SignKey, &Secret::new("0123456789abcdef"), &parameters[..2]));
//! ```

use crate::Secret;
use crate::digits::hexadecimal;
use sha1::{Digest, Sha1};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The place of the secret, and the values that are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// dache.meituan.com: the secret is one more parameter, named `sign_key`, and is sorted with the others. Values
    /// that Java's `StringUtils.isBlank` calls blank are left out.
    SignKey,
    /// carrieropen, peisong: the secret is before all parameters. Empty values are left out, blank ones are not.
    Prefix,
}

/// The signature's own parameter; it is never signed.
const SIGN: &str = "sign";
/// The name under which the secret is sorted in.
const SIGN_KEY: &str = "sign_key";

/// The signature: 40 lowercase hexadecimal digits. Parameters without a value (null) are to be left out by the caller;
/// of two with the same name the last counts.
pub fn sign(scheme: Scheme, secret: &Secret, parameters: &[(&str, &str)]) -> String {
    sha1_hex(&signed_bytes(scheme, secret, parameters))
}

/// SHA-1 in lowercase hexadecimal digits.
pub(crate) fn sha1_hex(bytes: &[u8]) -> String {
    hexadecimal(&sha1(bytes))
}

/// SHA-1.
#[inline(never)]
pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

/// Whether a signature is right. The time of the comparison does not depend on the signature.
pub fn verify(scheme: Scheme, secret: &Secret, parameters: &[(&str, &str)], signature: &str) -> bool {
    sign(scheme, secret, parameters).as_bytes().ct_eq(signature.as_bytes()).into()
}

/// The bytes to hash. They hold the secret: never show them.
pub fn signed_bytes(scheme: Scheme, secret: &Secret, parameters: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    let is_signed = |name: &str| name != SIGN && (scheme == Scheme::Prefix || name != SIGN_KEY);
    let is_left_out = |value: &str| match scheme {
        Scheme::SignKey => is_blank(value),
        Scheme::Prefix => value.is_empty(),
    };
    let given = parameters.iter().enumerate().filter(|(_, (name, _))| is_signed(name));
    let heap: BinaryHeap<_> = given.map(|(place, &(name, value))| Parameter { name, place, value }).collect();
    let mut sorted = heap.into_sorted_vec();
    sorted.dedup_by(|earlier, last| earlier.name == last.name);
    sorted.retain(|parameter| !is_left_out(parameter.value));
    let mut pairs: Vec<_> = sorted.iter().map(|parameter| (parameter.name, parameter.value.as_bytes())).collect();
    let mut prefix: &[u8] = &[];
    match scheme {
        Scheme::SignKey => {
            let at = pairs.partition_point(|(name, _)| in_java_order(name, SIGN_KEY).is_lt());
            pairs.insert(at, (SIGN_KEY, secret.expose()));
        }
        Scheme::Prefix => prefix = secret.expose(),
    }
    let length = prefix.len() + pairs.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    // Of the right size from the start, so that the secret is not left behind in memory that was outgrown.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    bytes.extend_from_slice(prefix);
    for (name, value) in pairs {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(value);
    }
    bytes
}

/// A parameter of the caller's, and its place.
#[derive(PartialEq, Eq)]
struct Parameter<'p> {
    name: &'p str,
    place: usize,
    value: &'p str,
}

/// By names; of those with the same one, the last comes first.
impl Ord for Parameter<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        in_java_order(self.name, other.name).then(other.place.cmp(&self.place))
    }
}

impl PartialOrd for Parameter<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As Java's `String.compareTo`: by UTF-16 code units.
fn in_java_order(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

/// Java's `StringUtils.isBlank` for a string that is there: no UTF-16 unit of it is other than white space.
pub fn is_blank(text: &str) -> bool {
    text.encode_utf16().all(is_java_whitespace)
}

/// Java's `Character.isWhitespace(char)`: space, line and paragraph separators other than the no-break ones (U+00A0,
/// U+2007, U+202F), and the controls TAB to CR and U+001C to U+001F. Unlike Rust's notion it has no U+0085. U+180E is
/// not among them since Java 9 (in Java 8 it was).
pub fn is_java_whitespace(unit: u16) -> bool {
    matches!(
        unit,
        0x0009..=0x000d
            | 0x001c..=0x001f
            | 0x0020
            | 0x1680
            | 0x2000..=0x2006
            | 0x2008..=0x200a
            | 0x2028
            | 0x2029
            | 0x205f
            | 0x3000
    )
}
