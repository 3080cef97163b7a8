//! A secret that does not show itself.

use std::fmt;
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

#[cfg(feature = "wasm-messages")]
impl Secret {
    /// Whether both are the same, in a time that tells nothing but their lengths.
    pub(crate) fn equals(&self, other: &Secret) -> bool {
        subtle::ConstantTimeEq::ct_eq(&*self.0, &*other.0).into()
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
