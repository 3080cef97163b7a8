//! Encryption of the whole body, an optional layer of the newer ticket API.
//!
//! AES-128-CBC with PKCS#7 padding; the key is 16 characters, used as they are; the initialization vector is the key
//! rotated by 8 bytes; the HTTP body is the ciphertext in Base64 and nothing else. The header
//! `X-Encryption-Status: encrypted` marks it. Off unless configured.
//!
//! **Single source**: seen in one live implementation, documented nowhere at hand. There is no integrity check in
//! this layer: an altered ciphertext may open to an altered body.

use crate::block_cipher::{BLOCK, Key};
use crate::digits::from_hexadecimal;
use crate::{Error, ErrorCode, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// A key of the whole-body encryption.
///
/// ```
/// use meituan_protocol::{Secret, body_cipher::BodyKey};
///
/// let key = BodyKey::new(&Secret::new("0123456789abcdef"))?;
/// let body = key.seal(br#"{"partnerId":1122}"#);
/// assert_eq!(key.open(body.as_bytes())?, br#"{"partnerId":1122}"#);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Clone)]
pub struct BodyKey {
    key: Key,
    vector: Zeroizing<[u8; BLOCK]>,
}

impl BodyKey {
    /// The 16 characters that Meituan assigned, or their 16 bytes as 32 hexadecimal digits.
    ///
    /// # Errors
    /// `INVALID_CONFIG` at `bodyEncryption.key` when it is anything else.
    pub fn new(secret: &Secret) -> Result<Self, Error> {
        let invalid =
            || Error::at(ErrorCode::InvalidConfig, "bodyEncryption.key").detail("expected 16 characters, or 32 hex digits");
        let written = secret.expose();
        let key = written.try_into().ok().or_else(|| from_hexadecimal(written)).ok_or_else(invalid)?;
        let key: Zeroizing<[u8; BLOCK]> = Zeroizing::new(key);
        let mut vector = key.clone();
        vector.rotate_left(8);
        Ok(BodyKey { key: Key::new(&key), vector })
    }

    #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
    pub(crate) fn compute_by(&mut self, host: Option<crate::block_cipher::Host>) {
        self.key.compute_by(host);
    }

    /// Plain text to Base64 ciphertext.
    pub fn seal(&self, plain: &[u8]) -> String {
        STANDARD.encode(self.key.seal(plain, Some(&self.vector)))
    }

    /// Base64 ciphertext to plain text.
    ///
    /// # Errors
    /// `DECRYPTION_FAILED`, without saying which step failed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let opened = STANDARD.decode(sealed.trim_ascii()).ok().and_then(|bytes| self.key.open(bytes, Some(&self.vector)));
        opened.ok_or_else(|| Error::at(ErrorCode::DecryptionFailed, ""))
    }
}

impl std::fmt::Debug for BodyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BodyKey(redacted)")
    }
}
