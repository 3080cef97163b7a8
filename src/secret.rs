//! A secret that does not show itself.

use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Bytes that are never printed and are overwritten when dropped.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes of a text, as they are: BA secrets are neither hex- nor Base64-decoded.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into().into_bytes())
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

/// Whether two texts are the same, in a time that depends on their lengths alone.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |differences, (one, other)| differences | one ^ other);
    one.len() == other.len() && differences.ct_eq(&0).into()
}
