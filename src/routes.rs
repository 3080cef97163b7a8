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

/// Whether URL parsers leave it as it is, for sure: its path has words alone, with single slashes and dots between them, and its query
/// nothing that is escaped there. Such a string is a URI.
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
pub(crate) fn is_plain(text: &str) -> bool {
    use plain::{AFTER_WORD, BEGIN, CLASSES, MARK, QUERY, WORD};
    let Some(uri) = text.strip_prefix('/') else { return false };
    let mut allowed = BEGIN;
    for byte in uri.bytes() {
        let class = CLASSES.get(usize::from(byte)).map_or(0, |class| class & allowed);
        allowed = match class {
            0 => return false,
            _ if allowed == QUERY => QUERY,
            MARK => QUERY,
            WORD => AFTER_WORD,
            _ => BEGIN,
        };
    }
    allowed != BEGIN
}

/// What a byte is in a plain URI, by a table: it is looked up for each of them, for every request.
#[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
mod plain {
    pub(super) const WORD: u8 = 1;
    const SLASH: u8 = 2;
    const DOT: u8 = 4;
    pub(super) const MARK: u8 = 8;
    const SIGN: u8 = 16;

    pub(super) const BEGIN: u8 = WORD;
    pub(super) const AFTER_WORD: u8 = WORD | SLASH | DOT | MARK;
    pub(super) const QUERY: u8 = WORD | DOT | SIGN;

    pub(super) static CLASSES: [u8; 128] = {
        let mut classes = [0; 128];
        let mut at = 0;
        while at < 128 {
            classes[at as usize] = match at {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => WORD,
                b'/' => SLASH,
                b'.' => DOT,
                b'?' => MARK,
                b'=' | b'&' | b'%' => SIGN,
                _ => 0,
            };
            at += 1;
        }
        classes
    };
}

/// Returns a string that is a URI.
///
/// # Errors
/// `INVALID_CONFIG` for any other.
pub(crate) fn as_uri<'a>(text: &'a str, path: &'static str) -> Result<&'a str, Error> {
    is_uri(text).then_some(text).ok_or_else(|| Error::at(ErrorCode::InvalidConfig, path).detail(NO_URI))
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
