//! Why a signature does not match: the known mistakes are made again, one by one and in pairs, until one of them gives the
//! signature that was received.
//!
//! It is a search, so it is not for every request: some thousand hashes. It says nothing by guess: what it names makes
//! the very signature that was received, or can be seen in the header.

use super::dates::moment;
use super::mistakes::{MISTAKES, Mistake, mistake, unpercent};
use super::{Key, sign, string_to_sign};
use crate::time::{Timestamp, http_date};
use crate::{Secret, base64};
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// A request whose signature is in question. What is not known is empty.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// The method as it was sent.
    pub method: &'a str,
    /// The whole URL or the path with its query, as it was sent.
    pub url: &'a str,
    /// The Host header.
    pub host: &'a str,
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

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// What must be signed.
    pub string_to_sign: String,
    /// The signature that must come out; empty where no secret was given.
    pub expected: String,
    /// The signature as it stands in the header; empty where there is none.
    pub received: String,
    /// What was signed instead, where it was found.
    pub signed: Option<String>,
    /// What was done wrong. When nothing was [`found`](Diagnosis::is_explained), only what can be seen in the header.
    pub mistakes: Vec<&'static Mistake>,
    /// Whether these mistakes make the signature that was received. Without any, the signature is right.
    pub is_explained: bool,
}

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
        let (host, path_and_query) = match url.split_once("://") {
            Some((_, rest)) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => ("", url),
        };
        let path_and_query = if path_and_query.is_empty() { "/" } else { path_and_query };
        let (path, query) = path_and_query.split_at(path_and_query.find('?').unwrap_or(path_and_query.len()));
        Url { host, path, query, path_and_query }
    }
}

/// What a mistake changes. Two mistakes go together where they change different things.
#[derive(Clone)]
pub(super) enum Change {
    Method(String),
    Space(&'static str),
    Uri(String),
    Line(&'static str),
    Date(String),
    End(String),
    Key(KeyForm),
    /// The hash of the secret and the string, instead of an HMAC.
    KeyFirst,
    KeyLast,
    /// The string is the key.
    Swapped,
}

impl Change {
    pub(super) fn uri(uri: &str) -> Self {
        Change::Uri(uri.to_owned())
    }

    fn aspect(&self) -> u8 {
        match self {
            Change::Method(_) => 0,
            Change::Space(_) => 1,
            Change::Uri(_) => 2,
            Change::Line(_) => 3,
            Change::Date(_) => 4,
            Change::End(_) => 5,
            Change::Key(_) => 6,
            Change::KeyFirst | Change::KeyLast | Change::Swapped => 7,
        }
    }
}

/// What was made of the secret.
#[derive(Clone, Copy)]
pub(super) enum KeyForm {
    AsItIs,
    Hex,
    Base64,
    Followed(&'static str),
    Trimmed,
    Quoted(&'static str),
    Upper,
    Lower,
    ClientId,
    PartnerId,
    Empty,
}

/// The signature that was received: its bytes, and what can be seen to be wrong around it.
struct Received<'a> {
    text: &'a str,
    bytes: Vec<u8>,
    seen: Vec<&'static str>,
}

/// Finds what was signed instead.
pub fn diagnose(evidence: &Evidence<'_>) -> Diagnosis {
    let method = evidence.method.to_ascii_uppercase();
    let uri = evidence.url().path_and_query();
    let expected = evidence.secrets.first().map(|secret| sign(&Key::new(secret), &method, uri, evidence.date));
    let received = read_header(evidence);
    let found = if received.bytes.is_empty() { None } else { Search::new(evidence, &method, &received.bytes).run() };
    let is_explained = found.is_some();
    let mut ids = received.seen;
    let signed = found.map(|(more, signed)| {
        ids.extend(more);
        signed
    });
    Diagnosis {
        string_to_sign: string_to_sign(&method, uri, evidence.date),
        expected: expected.unwrap_or_default(),
        received: received.text.to_owned(),
        signed,
        mistakes: ids.into_iter().filter_map(mistake).collect(),
        is_explained,
    }
}

fn read_header<'a>(evidence: &Evidence<'a>) -> Received<'a> {
    let header = evidence.authorization.trim();
    let mut seen = Vec::new();
    let well_formed = header.strip_prefix("MWS ").filter(|rest| !rest.starts_with(' '));
    let credentials = well_formed.unwrap_or_else(|| {
        seen.push("header.scheme");
        // The word before the first space or colon is another scheme, unless it is all there is.
        let rest = match header.get(..3) {
            Some(start) if start.eq_ignore_ascii_case("mws") => &header[3..],
            _ => header.split_once(' ').map_or(header, |(_, rest)| rest),
        };
        rest.trim_start_matches([' ', ':', '\t'])
    });
    let (left, right) = credentials.rsplit_once(':').unwrap_or(("", credentials));
    let (left, right) = (left.trim(), right.trim());
    let (client_id, text, decoded) = match (decode(right), decode(left)) {
        (None, Some(decoded)) => {
            seen.push("header.swapped");
            (right, left, Some(decoded))
        }
        (decoded, _) => (left, right, decoded),
    };
    let Some((bytes, encodings)) = decoded else {
        return Received { text: "", bytes: Vec::new(), seen: vec!["header.authorization"] };
    };
    if !evidence.partner_id.is_empty() && client_id == evidence.partner_id && client_id != evidence.client_id {
        seen.push("header.partner-id");
    } else if !evidence.client_id.is_empty() && client_id != evidence.client_id {
        seen.push("header.client-id");
    }
    if evidence.date.is_empty() {
        seen.push("header.date");
    }
    seen.extend(encodings);
    seen.extend(match bytes.len() {
        16 => Some("hash.md5"),
        32 => Some("hash.sha256"),
        64 => Some("hash.sha512"),
        _ => None,
    });
    Received { text, bytes, seen }
}

/// A hash's bytes, in whichever way they are written, with what is wrong about that.
fn decode(text: &str) -> Option<(Vec<u8>, Vec<&'static str>)> {
    let is_hash = |bytes: &Vec<u8>| matches!(bytes.len(), 16 | 20 | 32 | 64);
    let also = |decoded: Option<(Vec<u8>, Vec<&'static str>)>, id| {
        decoded.map(|(bytes, mut ids)| {
            ids.push(id);
            (bytes, ids)
        })
    };
    if let Some(bytes) = hex(text.as_bytes()).filter(is_hash) {
        return Some((bytes, vec!["encoding.hex"]));
    }
    if text.contains('%') {
        return also(decode(&unpercent(text)?), "encoding.percent");
    }
    if text.contains(' ') {
        return also(decode(&text.replace(' ', "+")), "encoding.plus");
    }
    if text.contains(['-', '_']) {
        return also(decode(&text.replace('-', "+").replace('_', "/")), "encoding.url-safe");
    }
    if let Some(bytes) = base64::decode(text.as_bytes()) {
        if let Some(bytes) = hex(&bytes).filter(is_hash) {
            return Some((bytes, vec!["encoding.base64-of-hex"]));
        }
        return is_hash(&bytes).then_some((bytes, Vec::new()));
    }
    let bytes = base64::decode_unpadded(text.as_bytes()).filter(is_hash)?;
    Some((bytes, vec!["encoding.unpadded"]))
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    bytes.filter(|bytes| rest.is_empty() && !bytes.is_empty())
}

/// A change, and the mistake that makes it.
type Made = (&'static Mistake, Change);

struct Search<'a> {
    evidence: &'a Evidence<'a>,
    method: &'a str,
    received: &'a [u8],
    changes: Vec<Made>,
}

impl<'a> Search<'a> {
    fn new(evidence: &'a Evidence<'a>, method: &'a str, received: &'a [u8]) -> Self {
        let mut changes = Vec::new();
        let mut made = Vec::new();
        for mistake in MISTAKES {
            (mistake.changes)(evidence, &mut made);
            changes.extend(made.drain(..).map(|change| (mistake, change)));
        }
        let mut search = Search { evidence, method, received, changes: Vec::new() };
        let right = search.signing(&[]).string();
        // What changes nothing is no mistake.
        changes.retain(|made| made.1.aspect() > 5 || search.signing(&[made]).string() != right);
        search.changes = changes;
        search
    }

    /// The mistakes' ids and what was signed.
    fn run(&self) -> Option<(Vec<&'static str>, String)> {
        let nothing = std::iter::once(Vec::new());
        let single = self.changes.iter().map(|made| vec![made]);
        let pairs = self.changes.iter().enumerate().flat_map(|(at, first)| {
            let others = self.changes[at + 1..].iter().filter(|second| second.1.aspect() != first.1.aspect());
            others.map(move |second| vec![first, second])
        });
        let found = nothing.chain(single).find_map(|changes| self.try_secrets(&self.signing(&changes), &changes));
        found.or_else(|| self.other_moment()).or_else(|| {
            let mut pairs = pairs;
            pairs.find_map(|changes| self.try_secrets(&self.signing(&changes), &changes))
        })
    }

    fn try_secrets(&self, signing: &Signing<'_>, changes: &[&Made]) -> Option<(Vec<&'static str>, String)> {
        let string = signing.string();
        let at = self.evidence.secrets.iter().position(|secret| signing.hash(secret, self.evidence, &string, self.received))?;
        let other = (at > 0).then_some("secret.other");
        Some((changes.iter().map(|made| made.0.id).chain(other).collect(), string))
    }

    /// Another moment, within the time that a receiver tolerates and some more.
    fn other_moment(&self) -> Option<(Vec<&'static str>, String)> {
        const SECONDS: i64 = 900;
        let at = moment(self.evidence)?;
        let near = (1..=SECONDS).flat_map(|by| [at.0 - by * 1000, at.0 + by * 1000]);
        near.map(|at| http_date(Timestamp(at))).find_map(|date| {
            let mut signing = self.signing(&[]);
            signing.date = &date;
            let (mut ids, string) = self.try_secrets(&signing, &[])?;
            ids.insert(0, "date.other-moment");
            Some((ids, string))
        })
    }

    fn signing<'s>(&'s self, changes: &[&'s Made]) -> Signing<'s> {
        let mut signing = Signing {
            method: self.method,
            space: " ",
            uri: self.evidence.url().path_and_query(),
            line: "\n",
            date: self.evidence.date,
            end: "",
            form: KeyForm::AsItIs,
            way: Way::Hmac,
        };
        for (_, change) in changes {
            match change {
                Change::Method(method) => signing.method = method,
                Change::Space(space) => signing.space = space,
                Change::Uri(uri) => signing.uri = uri,
                Change::Line(line) => signing.line = line,
                Change::Date(date) => signing.date = date,
                Change::End(end) => signing.end = end,
                Change::Key(form) => signing.form = *form,
                Change::KeyFirst => signing.way = Way::KeyFirst,
                Change::KeyLast => signing.way = Way::KeyLast,
                Change::Swapped => signing.way = Way::Swapped,
            }
        }
        signing
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Hmac,
    KeyFirst,
    KeyLast,
    Swapped,
}

/// One way to sign a request.
struct Signing<'a> {
    method: &'a str,
    space: &'a str,
    uri: &'a str,
    line: &'a str,
    date: &'a str,
    end: &'a str,
    form: KeyForm,
    way: Way,
}

impl Signing<'_> {
    fn string(&self) -> String {
        let space = if self.method.is_empty() { "" } else { self.space };
        let line = if self.date.is_empty() { "" } else { self.line };
        [self.method, space, self.uri, line, self.date, self.end].concat()
    }

    /// Whether it gives the bytes that were received; their number tells which hash it was.
    fn hash(&self, secret: &Secret, evidence: &Evidence<'_>, string: &str, received: &[u8]) -> bool {
        let Some(key) = key(secret, self.form, evidence) else { return false };
        match received.len() {
            16 => self.gives::<Hmac<Md5>, Md5>(&key, string, received),
            20 => self.gives::<Hmac<Sha1>, Sha1>(&key, string, received),
            32 => self.gives::<Hmac<Sha256>, Sha256>(&key, string, received),
            64 => self.gives::<Hmac<Sha512>, Sha512>(&key, string, received),
            _ => false,
        }
    }

    fn gives<M: Mac + KeyInit, H: Digest>(&self, key: &[u8], string: &str, received: &[u8]) -> bool {
        let hmac = |key: &[u8], text: &[u8]| {
            <M as KeyInit>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(text).verify_slice(received).is_ok())
        };
        let plain = |first: &[u8], second: &[u8]| *H::new().chain_update(first).chain_update(second).finalize() == *received;
        match self.way {
            Way::Hmac => hmac(key, string.as_bytes()),
            Way::Swapped => hmac(string.as_bytes(), key),
            Way::KeyFirst => plain(key, string.as_bytes()),
            Way::KeyLast => plain(string.as_bytes(), key),
        }
    }
}

/// Nothing where the secret cannot be read in that way, or what stands in its place is not known.
fn key(secret: &Secret, form: KeyForm, evidence: &Evidence<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = secret.expose();
    let known = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
    Some(Zeroizing::new(match form {
        KeyForm::AsItIs => bytes.to_vec(),
        KeyForm::Hex => hex(bytes)?,
        KeyForm::Base64 => base64::decode(bytes).or_else(|| base64::decode_unpadded(bytes))?,
        KeyForm::Followed(end) => [bytes, end.as_bytes()].concat(),
        KeyForm::Trimmed => bytes.trim_ascii().to_vec(),
        KeyForm::Quoted(quote) => [quote.as_bytes(), bytes, quote.as_bytes()].concat(),
        KeyForm::Upper => bytes.to_ascii_uppercase(),
        KeyForm::Lower => bytes.to_ascii_lowercase(),
        KeyForm::ClientId => known(evidence.client_id)?,
        KeyForm::PartnerId => known(evidence.partner_id)?,
        KeyForm::Empty => Vec::new(),
    }))
}
