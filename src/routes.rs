//! Which path means what, in both APIs: as the configuration lists it.

use crate::{Error, ErrorCode};

/// A path, and what it is registered for.
pub(crate) type Route<T> = (String, &'static T);

/// Whether it is a URI as a signature covers it: path and query, from the first slash on. Anything else, put after a host, could make
/// another host of it.
#[inline(never)]
pub(crate) fn is_uri(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether URL parsers leave it as it is, for sure: its path has words alone, with single dots in them, and its query nothing that is
/// escaped there.
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
#[inline(never)]
pub(crate) fn is_plain(uri: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut after_word = uri.starts_with('/');
    for byte in path.bytes() {
        if !(is_word(byte) || after_word && matches!(byte, b'/' | b'.')) {
            return false;
        }
        after_word = is_word(byte);
    }
    after_word && query.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'=' | b'&' | b'%'))
}

/// The detail of an error about a string that is no URI.
pub(crate) const NO_URI: &str = "expected a path that begins with / and is visible ASCII";

/// A URI without its query.
#[inline(never)]
pub(crate) fn path_of(uri: &str) -> &str {
    let end = uri.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| uri.get(..end)).unwrap_or(uri)
}

/// The call or push that the path of a URI is registered for.
#[inline(never)]
pub(crate) fn find<T>(routes: &[Route<T>], uri: &str) -> Option<&'static T> {
    let path = path_of(uri);
    routes.iter().find(|(registered, _)| registered == path).map(|(_, target)| *target)
}

/// Whether routes can be used. `mistaken` names what calls cannot be routed to; `expected` says what they can.
///
/// # Errors
/// `INVALID_CONFIG` at `routes`, with the first that is wrong.
pub(crate) fn check<T>(routes: &[Route<T>], expected: &str, mistaken: fn(&T) -> Option<&'static str>) -> Result<(), Error> {
    let paths: Vec<_> = routes.iter().map(|(path, target)| (path.as_str(), mistaken(target))).collect();
    check_paths(&paths, expected)
}

/// The same of paths, each with the name of what it cannot be routed to.
#[inline(never)]
fn check_paths(paths: &[(&str, Option<&str>)], expected: &str) -> Result<(), Error> {
    for (index, &(path, mistaken)) in paths.iter().enumerate() {
        let detail = if !is_uri(path) || path_of(path) != path {
            [NO_URI, ", without a query, found ", path, ""]
        } else if let Some(name) = mistaken {
            [expected, name, " at ", path]
        } else if paths[..index].iter().any(|&(other, _)| other == path) {
            [path, " appears twice", "", ""]
        } else {
            continue;
        };
        return Err(Error::at(ErrorCode::InvalidConfig, "routes").detail(&detail.concat()));
    }
    Ok(())
}
