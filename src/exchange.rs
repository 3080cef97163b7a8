//! Common parts of exchanges in both APIs: hosts, the meaning of an HTTP status, and strings that are no reason.

use crate::digits::decimal;
use crate::{Error, ErrorCode, Remote};

/// A host as paths are put after it: scheme, host and what a proxy may have in front, without a slash at its end. Nothing where it
/// is no such address.
pub(crate) fn host_of(address: &str) -> Option<&str> {
    let host = address.trim_end_matches('/');
    let after_scheme = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://"))?;
    let is_named = after_scheme.bytes().next().is_some_and(|first| !matches!(first, b'/' | b':'));
    // A query or a fragment would swallow the path; a user, or a backslash, makes another host of it.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'\\');
    (is_named && after_scheme.bytes().all(is_plain)).then_some(host)
}

/// The detail of an error about a string that is no host.
pub(crate) const NO_HOST: &str = "expected an address that begins with https:// or http://, without a query";

/// Whether a reply comes from Meituan's business at all, by its HTTP status.
pub(crate) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The error of a reply with another HTTP status: a gateway's word, whatever the body looks like.
#[cold]
#[inline(never)]
pub(crate) fn refused_by(status: u16) -> Error {
    let mut error = Error::at(ErrorCode::RemoteRejected, "").detail(&["HTTP ", &decimal(i64::from(status))].concat());
    error.remote = Some(Box::new(Remote {
        http_status: Some(status),
        gateway: true,
        // Too early, too often, or not able to just now.
        retryable: matches!(status, 408 | 425 | 429) || status >= 500,
        ..Remote::default()
    }));
    error
}

/// Whether a reason says nothing: no character of it is to be seen.
pub(crate) fn says_nothing(reason: &str) -> bool {
    // White space, controls, and what has no width.
    let is_seen = |character: char| {
        !matches!(
            character as u32,
            0..=0x20 | 0x7f..=0xa0 | 0xad | 0x1680 | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x2064 | 0x3000 | 0x3164 | 0xfeff
        )
    };
    !reason.chars().any(is_seen)
}
