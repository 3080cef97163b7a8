//! The envelope of the ride API: AES-128 in ECB mode with PKCS#5 padding, in Base64.
//!
//! The key is the Base64-decoded `secretKey`, 16 bytes. Sent contents are URL-safe Base64 without padding; received contents may be
//! any of the four variants (either alphabet, padded or not), and a `+` may have become a space on its way through a form. Source:
//! 公共参数说明 ("AES/ECB/PKCS5Padding"); the Base64 variant from the class that Meituan hands out (one implementation) and the samples
//! of its pages.
//!
//! **No integrity.** ECB encrypts each block of 16 bytes by itself and nothing covers the whole: equal blocks look equal, blocks
//! can be removed, repeated and put together from other messages, and the result may still open to bytes that are valid JSON. A
//! content that opens shows that its blocks were made by somebody with the key, and not that the content is the one that was sent.
//! Precautions:
//!
//! - TLS, with certificates checked, in both directions;
//! - check token, entId, ts and method, where they are there ([`Client::accept`](crate::ride::Client::accept) does);
//! - take a push as a hint: query the order before money or state depends on it;
//! - compare the ids of what comes back with the ids that were sent.

use crate::block_cipher::{self, BLOCK};
use crate::digits::from_hexadecimal;
use crate::{Error, ErrorCode, Secret};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// A key made ready: the key schedule is computed once, and overwritten when dropped.
///
/// ```
/// use meituan_protocol::{Secret, envelope::EnvelopeKey};
///
/// let key = EnvelopeKey::new(&Secret::new("AAECAwQFBgcICQoLDA0ODw=="))?;
/// let content = key.seal(r#"{"entId":617}"#);
/// assert_eq!(key.open(content.as_bytes())?, r#"{"entId":617}"#);
/// assert!(EnvelopeKey::new(&Secret::new("too short")).is_err());
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Clone)]
pub struct EnvelopeKey(block_cipher::Key);

impl EnvelopeKey {
    /// The `secretKey` that Meituan assigned: 16 bytes in Base64, or as 32 hexadecimal digits.
    ///
    /// # Errors
    /// `INVALID_CONFIG` at `secretKey` when it is anything else.
    pub fn new(secret_key: &Secret) -> Result<Self, Error> {
        let invalid =
            || Error::at(ErrorCode::InvalidConfig, "secretKey").detail("expected Base64 of exactly 16 bytes, or 32 hex digits");
        if let Some(key) = from_hexadecimal(secret_key.expose()).map(Zeroizing::new) {
            return Ok(EnvelopeKey(block_cipher::Key::new(&key)));
        }
        let bytes = Zeroizing::new(decode(secret_key.expose()).ok_or_else(invalid)?);
        let key: Zeroizing<[u8; BLOCK]> = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| invalid())?);
        Ok(EnvelopeKey(block_cipher::Key::new(&key)))
    }

    #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
    pub(crate) fn compute_by(&mut self, host: Option<block_cipher::Host>) {
        self.0.compute_by(host);
    }

    /// Seals a string: URL-safe Base64 without padding, which a form can carry as it is.
    pub fn seal(&self, text: &str) -> String {
        let mut content = Vec::new();
        self.seal_into(text, &mut content);
        String::from_utf8(content).unwrap_or_default()
    }

    /// The same where there is memory for it already; what was there is replaced.
    pub(crate) fn seal_into(&self, text: &str, content: &mut Vec<u8>) {
        let sealed = self.0.seal(text.as_bytes(), None);
        content.resize((sealed.len() * 4).div_ceil(3), 0);
        // That is the room that it needs.
        URL_SAFE_NO_PAD.encode_slice(sealed, content).unwrap_or_default();
    }

    /// Opens a content. Line ends after it do not matter.
    ///
    /// # Errors
    /// `DECRYPTION_FAILED` at `content`, whatever it is that is wrong: Base64, length, padding, key, or what came out
    /// is not UTF-8.
    pub fn open(&self, content: &[u8]) -> Result<String, Error> {
        self.open_text(content).ok_or_else(|| Error::at(ErrorCode::DecryptionFailed, "content"))
    }

    fn open_text(&self, content: &[u8]) -> Option<String> {
        String::from_utf8(self.0.open(decode(content)?, None)?).ok()
    }
}

impl std::fmt::Debug for EnvelopeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnvelopeKey(redacted)")
    }
}

/// Base64 in either alphabet or in both, padded as it must be or not at all.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return None;
    }
    let text = &text[..text.len() - padding];
    // Nearly all are in one alphabet: another one is noticed within a line, and a copy costs more than both attempts. In WebAssembly, where
    // it is the size that counts, all go by the copy.
    let in_one = || URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok();
    if cfg!(target_arch = "wasm32") { decode_mixed(text) } else { in_one().or_else(|| decode_mixed(text)) }
}

fn decode_mixed(text: &[u8]) -> Option<Vec<u8>> {
    let standard = |&character: &u8| match character {
        b'-' | b' ' => b'+',
        b'_' => b'/',
        other => other,
    };
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(text.iter().map(standard).collect());
    STANDARD_NO_PAD.decode(&*text).ok()
}
