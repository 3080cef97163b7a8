//! BA authentication: who calls.
//!
//! HMAC-SHA1 over method, URI and Date, in the `Authorization` header as `MWS <clientId>:<signature>`. The body is
//! **not** part of it: a verified call is authenticated, its body is not known to be untampered. Use TLS.
//!
//! ```
//! use meituan_protocol::{ErrorCode, Secret, ba};
//!
//! let key = ba::Key::new(&Secret::new("not a real secret"));
//! let date = "Wed, 06 May 2015 10:34:20 GMT";
//! let header = ba::authorization("client", &ba::sign(&key, "POST", "/mt/order/pay", date));
//! assert!(header.starts_with("MWS client:"));
//!
//! let keys = [key];
//! ba::verify(&keys, "client", "POST", &["/mt/order/pay"], date, &header)?;
//! let error = ba::verify(&keys, "client", "POST", &["/order/pay"], date, &header).unwrap_err();
//! assert_eq!(error.code, ErrorCode::BadSignature);
//! assert_eq!(error.string_to_sign.as_deref(), Some("POST /order/pay\nWed, 06 May 2015 10:34:20 GMT"));
//! # Ok::<(), meituan_protocol::Error>(())
//! ```
//!
//! `diagnose` (feature `diagnosis`, on by default) finds why a signature does not match.
//!
//! Source: open.trip.meituan.com/wiki/notice.html (headers, date), the published example of the access page
//! (algorithm, key as raw bytes).

// `key` is an HMAC key that has been hashed already. The diagnosis: `evidence` is a request in question, `mistakes` one table of what
// people do wrong, `dates` the forms of a date, `diagnosis` the search for the mistake that was made.

#[cfg(feature = "diagnosis")]
mod dates;
#[cfg(feature = "diagnosis")]
mod diagnosis;
#[cfg(feature = "diagnosis")]
mod evidence;
mod key;
#[cfg(feature = "diagnosis")]
mod mistakes;

#[cfg(feature = "diagnosis")]
pub use diagnosis::{Diagnosis, diagnose};
#[cfg(feature = "diagnosis")]
pub use evidence::Evidence;
pub use key::Key;
#[cfg(feature = "diagnosis")]
pub use mistakes::{MISTAKES, Mistake};

use crate::secret::is_same;
use crate::{Error, ErrorCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use key::SIGNATURE_LENGTH;

/// The first word of the `Authorization` header.
const SCHEME: &[u8] = b"MWS ";

/// The string that is signed: `METHOD URI`, one line feed, the date exactly as in the header.
pub fn string_to_sign(method: &str, uri: &str, date: &str) -> String {
    String::from_utf8(pieces(method, uri, date.as_bytes()).concat()).unwrap_or_default()
}

/// The same in pieces.
fn pieces<'a>(method: &'a str, uri: &'a str, date: &'a [u8]) -> [&'a [u8]; 5] {
    [method.as_bytes(), b" ", uri.as_bytes(), b"\n", date]
}

/// The signature: 28 characters of Base64.
pub fn sign(key: &Key, method: &str, uri: &str, date: &str) -> String {
    let signature = key.signature(&pieces(method, uri, date.as_bytes()));
    String::from_utf8(signature.to_vec()).unwrap_or_default()
}

/// Writes the string to sign, a line feed, and the value of the `Authorization` header into `out`, which must be empty: all of it
/// is signed.
pub(crate) fn write_signed(key: &Key, client_id: &str, method: &str, uri: &str, date: &[u8], out: &mut Vec<u8>) {
    for piece in pieces(method, uri, date) {
        out.extend_from_slice(piece);
    }
    let signature = key.signature(&[out]);
    out.push(b'\n');
    out.extend_from_slice(SCHEME);
    out.extend_from_slice(client_id.as_bytes());
    out.push(b':');
    out.extend_from_slice(&signature);
}

/// The value of the `Authorization` header.
pub fn authorization(client_id: &str, signature: &str) -> String {
    ["MWS ", client_id, ":", signature].concat()
}

/// The signature of an `Authorization` header that was verified.
pub(crate) fn signature_of(authorization: &str) -> &str {
    authorization.rsplit_once(':').map_or("", |(_, signature)| signature)
}

/// Checks an `Authorization` header against each key and each URI that the caller may have signed.
///
/// The time of the comparison does not depend on the signature.
///
/// # Errors
/// `MALFORMED_HEADER`, `UNKNOWN_CLIENT`, or `BAD_SIGNATURE` with the string to sign for the first URI.
pub fn verify(keys: &[Key], client_id: &str, method: &str, uris: &[&str], date: &str, authorization: &str) -> Result<(), Error> {
    let malformed = || Error::at(ErrorCode::MalformedHeader, "headers.authorization");
    let credentials = authorization.as_bytes().strip_prefix(SCHEME).ok_or_else(malformed)?;
    let (client, signature) =
        credentials.split_at_checked(credentials.len().wrapping_sub(SIGNATURE_LENGTH)).ok_or_else(malformed)?;
    let client = client.strip_suffix(b":").ok_or_else(malformed)?;
    let is_client = client == client_id.as_bytes();
    for uri in uris {
        for key in keys {
            // For another client as well: the time of a refusal would reveal the name.
            let expected = key.signature(&pieces(method, uri, date.as_bytes()));
            // As strings, so that nothing has to be decoded where all is well: there is one string for each signature.
            if is_same(&expected, signature) && is_client {
                return Ok(());
            }
        }
    }
    STANDARD.decode(signature).ok().filter(|bytes| bytes.len() == 20).ok_or_else(malformed)?;
    if !is_client {
        return Err(Error::at(ErrorCode::UnknownClient, "headers.authorization"));
    }
    let mut error = Error::at(ErrorCode::BadSignature, "headers.authorization");
    error.string_to_sign = uris.first().map(|uri| string_to_sign(method, uri, date).into());
    Err(error)
}
