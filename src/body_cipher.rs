//! Encryption of the whole body, an optional layer of the newer ticket API.
//!
//! AES-128-CBC with PKCS#7 padding; the key is 16 characters, used as they are; the initialization vector is the key
//! rotated by 8 bytes; the HTTP body is the ciphertext in Base64 and nothing else. The header
//! `X-Encryption-Status: encrypted` marks it. Off unless configured.
//!
//! **Single source**: seen in one live implementation, documented nowhere at hand. There is no integrity check in
//! this layer: an altered ciphertext may open to altered text.

use crate::{Error, ErrorCode, Secret};
use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// A key of the whole-body encryption.
#[derive(Clone)]
pub struct BodyKey {
    key: Zeroizing<[u8; 16]>,
    vector: Zeroizing<[u8; 16]>,
}

impl BodyKey {
    /// The 16 characters that Meituan assigned.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when they are not 16 bytes.
    pub fn new(secret: &Secret) -> Result<Self, Error> {
        let key: [u8; 16] = secret
            .expose()
            .try_into()
            .map_err(|_| Error::at(ErrorCode::InvalidConfig, "bodyEncryption.key").detail("expected 16 characters"))?;
        let mut vector = key;
        vector.rotate_left(8);
        Ok(BodyKey { key: Zeroizing::new(key), vector: Zeroizing::new(vector) })
    }

    /// Plain text to Base64 ciphertext.
    pub fn seal(&self, plain: &[u8]) -> String {
        let cipher = cbc::Encryptor::<Aes128>::new((&*self.key).into(), (&*self.vector).into());
        STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(plain))
    }

    /// Base64 ciphertext to plain text.
    ///
    /// # Errors
    /// `DECRYPTION_FAILED`, without saying which step failed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = || Error::at(ErrorCode::DecryptionFailed, "");
        let bytes = STANDARD.decode(sealed.trim_ascii()).map_err(|_| failed())?;
        let cipher = cbc::Decryptor::<Aes128>::new((&*self.key).into(), (&*self.vector).into());
        cipher.decrypt_padded_vec::<Pkcs7>(&bytes).map_err(|_| failed())
    }
}

impl std::fmt::Debug for BodyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BodyKey(redacted)")
    }
}
