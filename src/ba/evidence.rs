//! A request whose signature is in question, and what may have been done with its secret.

use crate::Secret;
use crate::secret::debug_shows;

/// A request whose signature is in question. Fields that are not known are empty.
#[derive(Clone, Default)]
pub struct Evidence<'a> {
    /// The method as it was sent.
    pub method: &'a str,
    /// The whole URL, or the path with its query, as it was sent.
    pub url: &'a str,
    /// The Date header.
    pub date: &'a str,
    /// The Authorization header.
    pub authorization: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// The clientId that was agreed on.
    pub client_id: &'a str,
    /// The partnerId that was agreed on.
    pub partner_id: &'a str,
    /// The secrets: the one that should have been used, then the others of a rotation.
    pub secrets: &'a [Secret],
}

debug_shows!(Evidence<'_> { method, url, date, client_id, partner_id, secrets });

/// A URL or a path, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Url<'a> {
    /// Host and port; empty where only a path is known.
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    /// With its question mark.
    pub(super) query: &'a str,
    path_and_query: &'a str,
}

impl<'a> Url<'a> {
    pub(super) fn path_and_query(self) -> &'a str {
        self.path_and_query
    }
}

impl<'a> Evidence<'a> {
    pub(super) fn url(&self) -> Url<'a> {
        let url = self.url.split('#').next().unwrap_or_default();
        let after_scheme = url.split_once(':').and_then(|(_, rest)| rest.strip_prefix("//"));
        let (host, path_and_query) = match after_scheme.filter(|_| !url.starts_with('/')) {
            Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => ("", url),
        };
        let path_and_query = if path_and_query.is_empty() { "/" } else { path_and_query };
        let (path, query) = path_and_query.split_at(path_and_query.find('?').unwrap_or(path_and_query.len()));
        Url { host, path, query, path_and_query }
    }
}

/// The key that was made of the secret.
#[derive(Clone, Copy)]
pub(super) enum KeyForm {
    AsItIs,
    Hex,
    Base64,
    Followed(&'static str),
    Trimmed,
    Quoted(&'static str),
    Unquoted,
    Upper,
    Lower,
    ClientId,
    /// The clientId as the header has it.
    HeaderId,
    PartnerId,
    Empty,
}

/// The way in which secret and string made the signature.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Hmac,
    /// The hash of the secret and the string, instead of an HMAC.
    KeyFirst,
    KeyLast,
    /// The string is the key.
    Swapped,
}
