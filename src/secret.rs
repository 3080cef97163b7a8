//! A secret that does not show itself.

use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// `Debug` that shows these fields alone: the others are secrets, or prove who calls, or name people.
macro_rules! debug_shows {
    ($([$($parameters:tt)*])? $type:ident $(<$($arguments:tt),*>)? { $($field:ident),* $(,)? }) => {
        impl $(<$($parameters)*>)? std::fmt::Debug for $type $(<$($arguments),*>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use debug_shows;

/// Bytes that are never printed and are overwritten when dropped.
///
/// ```
/// use meituan_protocol::Secret;
///
/// let secret = Secret::new("not a real secret");
/// assert_eq!(format!("{secret:?}"), "Secret(redacted)");
/// assert_eq!(secret.expose(), b"not a real secret");
/// ```
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes of a string, as they are: BA secrets are neither hex- nor Base64-decoded.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into().into_bytes())
    }

    /// Of bytes that are no string, as published test vectors have them.
    #[cfg(test)]
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Secret(bytes)
    }

    /// The bytes themselves. Take care where they go.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Whether two strings are the same, in a time that depends on their lengths alone.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |differences, (one, other)| differences | one ^ other);
    one.len() == other.len() && differences.ct_eq(&0).into()
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn texts_are_the_same_where_they_have_one_length_and_no_byte_differs() {
        let text = *b"signature";
        assert!(is_same(&text, &text) && is_same(b"", b""));
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut other = text;
                other[at] ^= 1 << bit;
                assert!(!is_same(&text, &other), "{at} {bit}");
            }
            assert!(!is_same(&text, &text[..at]) && !is_same(&text[..at], &text), "{at}");
        }
        // Differences that undo each other.
        assert!(!is_same(b"\x01\x01", b"\x00\x00") && !is_same(b"\x01\x02", b"\x02\x01"));
    }
}
