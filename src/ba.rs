//! BA authentication: who calls.
//!
//! HMAC-SHA1 over method, URI and Date, in the `Authorization` header as `MWS <clientId>:<signature>`. The body is
//! **not** part of it: a verified call is authenticated, its body is not known to be untampered. Use TLS.
//!
//! [`diagnose`] tells why a signature does not match.
//!
//! Source: open.trip.meituan.com/wiki/notice.html (headers, date), the published example of the access page
//! (algorithm, key as raw bytes).

mod dates;
mod diagnosis;
mod mistakes;

pub use diagnosis::{Diagnosis, Evidence, diagnose};
pub use mistakes::{MISTAKES, Mistake};

use crate::{Error, ErrorCode, Secret, base64};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The first word of the `Authorization` header.
const SCHEME: &[u8] = b"MWS ";
/// 20 bytes in Base64.
const SIGNATURE_LENGTH: usize = 28;

/// A secret made ready for signing: the key's share of the hash is computed once.
#[derive(Clone)]
pub struct Key(Hmac<Sha1>);

impl Key {
    /// The secret's bytes are the key as they are: neither hex nor Base64.
    pub fn new(secret: &Secret) -> Self {
        let key: Result<Hmac<Sha1>, _> = KeyInit::new_from_slice(secret.expose());
        // HMAC takes a key of any length, so the other arm is never taken.
        Key(key.unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// The hash state after `METHOD URI\nDATE`.
    fn over(&self, method: &[u8], uri: &[u8], date: &[u8]) -> Hmac<Sha1> {
        let mut hmac = self.0.clone();
        hmac.update(method);
        hmac.update(b" ");
        hmac.update(uri);
        hmac.update(b"\n");
        hmac.update(date);
        hmac
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// What the signature is computed over: `METHOD URI`, one line feed, the date exactly as in the header.
pub fn string_to_sign(method: &str, uri: &str, date: &str) -> String {
    [method, " ", uri, "\n", date].concat()
}

/// The signature: 28 characters of Base64.
pub fn sign(key: &Key, method: &str, uri: &str, date: &str) -> String {
    base64::encode(&key.over(method.as_bytes(), uri.as_bytes(), date.as_bytes()).finalize().into_bytes())
}

/// The value of the `Authorization` header.
pub fn authorization(client_id: &str, signature: &str) -> String {
    ["MWS ", client_id, ":", signature].concat()
}

/// Appends the value of the `Authorization` header of a request.
pub(crate) fn push_authorization(key: &Key, client_id: &str, method: &str, uri: &str, date: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(SCHEME);
    out.extend_from_slice(client_id.as_bytes());
    out.push(b':');
    let signature = key.over(method.as_bytes(), uri.as_bytes(), date).finalize().into_bytes();
    base64::push_encoded(&signature, out);
}

/// Checks an `Authorization` header against each key and each URI that the caller may have signed.
///
/// The comparison takes the same time whatever the signature is.
///
/// # Errors
/// `MALFORMED_HEADER`, `UNKNOWN_CLIENT`, or `BAD_SIGNATURE` with the string to sign for the first URI.
pub fn verify(keys: &[Key], client_id: &str, method: &str, uris: &[&str], date: &str, authorization: &str) -> Result<(), Error> {
    let malformed = || Error::at(ErrorCode::MalformedHeader, "headers.authorization");
    let credentials = authorization.as_bytes().strip_prefix(SCHEME).ok_or_else(malformed)?;
    let (client, signature) =
        credentials.split_at_checked(credentials.len().wrapping_sub(SIGNATURE_LENGTH)).ok_or_else(malformed)?;
    let client = client.strip_suffix(b":").ok_or_else(malformed)?;
    let received = base64::decode(signature).filter(|bytes| bytes.len() == 20).ok_or_else(malformed)?;
    if client != client_id.as_bytes() {
        return Err(Error::at(ErrorCode::UnknownClient, "headers.authorization"));
    }
    for uri in uris {
        for key in keys {
            if key.over(method.as_bytes(), uri.as_bytes(), date.as_bytes()).verify_slice(&received).is_ok() {
                return Ok(());
            }
        }
    }
    let mut error = Error::at(ErrorCode::BadSignature, "headers.authorization");
    error.string_to_sign = uris.first().map(|uri| string_to_sign(method, uri, date).into());
    Err(error)
}
