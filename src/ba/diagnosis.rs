//! Why a signature does not match: the known mistakes are made again, one by one and in pairs, until one of them gives the
//! signature that was received.
//!
//! It is a search, so it is not for every request: some thousand hashes. It says nothing by guess: what it names makes
//! the very signature that was received, or can be seen in the header.

use super::dates::{timestamp_of, write};
use super::evidence::{Evidence, KeyForm, Way};
use super::mistakes::{Aspect, Changes, MISTAKES, Mistake, mistake, unpercent};
use super::{Key, sign, string_to_sign};
use crate::Secret;
use crate::secret::debug_shows;
use crate::time::{Timestamp, http_date};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use serde::Serialize;
use sha1::Sha1;
use sha2::Sha256;
use std::cell::Cell;
use zeroize::Zeroizing;

/// The result of a diagnosis.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The string that must be signed.
    pub string_to_sign: String,
    /// The signature that must come out; empty where no secret was given, or an id in its place.
    pub expected: String,
    /// The signature in the header; empty where there is none.
    pub received: String,
    /// The string that was signed instead, where it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// The mistakes that were made. When nothing was [`found`](Diagnosis::is_explained), only those that can be seen in the header.
    pub mistakes: Vec<&'static Mistake>,
    /// Whether these mistakes make the signature that was received. Without any, the signature is right.
    pub is_explained: bool,
}

// Either signature proves who calls.
debug_shows!(Diagnosis { string_to_sign, signed, mistakes, is_explained });

/// The signature that was received: its bytes, and what can be seen to be wrong around it.
struct Received<'a> {
    client_id: &'a str,
    text: &'a str,
    bytes: Vec<u8>,
    seen: Vec<&'static str>,
}

/// Finds what was signed instead.
///
/// ```
/// use meituan_protocol::{Secret, ba};
///
/// let secret = Secret::new("not a real secret");
/// let date = "Wed, 06 May 2015 10:34:20 GMT";
/// // Somebody has signed the method in lower case.
/// let signature = ba::sign(&ba::Key::new(&secret), "post", "/mt/order/pay", date);
/// let found = ba::diagnose(&ba::Evidence {
///     method: "POST",
///     url: "/mt/order/pay",
///     date,
///     authorization: &ba::authorization("client", &signature),
///     client_id: "client",
///     secrets: &[secret],
///     ..ba::Evidence::default()
/// });
/// assert!(found.is_explained);
/// assert_eq!(found.mistakes[0].id, "method.case");
/// ```
pub fn diagnose(evidence: &Evidence<'_>) -> Diagnosis {
    let method = evidence.method.to_ascii_uppercase();
    let uri = evidence.url().path_and_query();
    let received = read_header(evidence);
    // A secret that is an id as well signs nothing that is right.
    let ids = [evidence.client_id, evidence.partner_id, received.client_id];
    let secret = evidence.secrets.first().filter(|secret| !ids.iter().any(|id| is_text(secret, id)));
    let expected = secret.map(|secret| sign(&Key::new(secret), &method, uri, evidence.date));
    let right = Signing { parts: [&method, " ", uri, "\n", evidence.date, ""], form: KeyForm::AsItIs, way: Way::Hmac };
    let search = Search { evidence, header_id: received.client_id, received: &received.bytes, left: Cell::new(MAX_WORK) };
    let found = if received.bytes.is_empty() { None } else { search.run(&right) };
    let is_explained = found.is_some();
    let mut ids = received.seen;
    let mut signed = None;
    let mut used = 0;
    if let Some(found) = found {
        (ids, used) = (joined(ids, &found.ids), found.secret);
        signed = Some(found.signed);
    }
    if let Some(secret) = evidence.secrets.get(used) {
        for (id, mistake) in [(evidence.client_id, "secret.client-id"), (evidence.partner_id, "secret.partner-id")] {
            if is_text(secret, id) && !ids.contains(&mistake) {
                ids.push(mistake);
            }
        }
    }
    Diagnosis {
        string_to_sign: string_to_sign(&method, uri, evidence.date),
        expected: expected.unwrap_or_default(),
        received: received.text.to_owned(),
        signed,
        mistakes: ids.into_iter().filter_map(mistake).collect(),
        is_explained,
    }
}

/// Mistakes that can be seen, and mistakes that were found. A secret in the header and a clientId as the key are one mistake.
fn joined(mut seen: Vec<&'static str>, found: &[&'static str]) -> Vec<&'static str> {
    let is_swapped = seen.contains(&"header.secret") && found.contains(&"secret.client-id");
    seen.retain(|id| !(is_swapped && *id == "header.secret"));
    seen.extend(found.iter().map(|id| if is_swapped && *id == "secret.client-id" { "secret.swapped" } else { id }));
    seen
}

/// Whether the secret is this string, which is known from elsewhere.
fn is_text(secret: &Secret, text: &str) -> bool {
    !text.is_empty() && secret.expose() == text.as_bytes()
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
        return Received { client_id: "", text: "", bytes: Vec::new(), seen: vec!["header.authorization"] };
    };
    let is_secret = evidence.secrets.iter().any(|secret| is_text(secret, client_id));
    if is_secret && client_id != evidence.client_id {
        seen.push("header.secret");
    } else if !evidence.partner_id.is_empty() && client_id == evidence.partner_id && client_id != evidence.client_id {
        seen.push("header.partner-id");
    } else if !evidence.client_id.is_empty() && client_id != evidence.client_id {
        seen.push("header.client-id");
    }
    if evidence.date.is_empty() {
        seen.push("header.date");
    }
    seen.extend_from_slice(&encodings);
    match bytes.len() {
        16 => seen.push("hash.md5"),
        32 => seen.push("hash.sha256"),
        _ => {}
    }
    Received { client_id, text, bytes, seen }
}

/// A hash's bytes, in whichever way they are written, with what is wrong about that.
fn decode(text: &str) -> Option<(Vec<u8>, Vec<&'static str>)> {
    let is_hash = |bytes: &Vec<u8>| matches!(bytes.len(), 16 | 20 | 32);
    if let Some(bytes) = hex(text.as_bytes()).filter(is_hash) {
        return Some((bytes, vec!["encoding.hex"]));
    }
    let has = |byte| text.as_bytes().contains(&byte);
    let (other, id) = if has(b'%') {
        (unpercent(text)?, "encoding.percent")
    } else if has(b' ') {
        (replaced(text, b" ", b"+"), "encoding.plus")
    } else if has(b'-') || has(b'_') {
        (replaced(text, b"-_", b"+/"), "encoding.url-safe")
    } else {
        (String::new(), "")
    };
    if !id.is_empty() {
        let (bytes, mut ids) = decode(&other)?;
        ids.push(id);
        return Some((bytes, ids));
    }
    if let Ok(bytes) = STANDARD.decode(text) {
        if let Some(bytes) = hex(&bytes).filter(is_hash) {
            return Some((bytes, vec!["encoding.base64-of-hex"]));
        }
        return is_hash(&bytes).then_some((bytes, Vec::new()));
    }
    let bytes = STANDARD_NO_PAD.decode(text).ok().filter(is_hash)?;
    Some((bytes, vec!["encoding.unpadded"]))
}

/// Each of these bytes, all of them ASCII, becomes the one at the same place.
fn replaced(text: &str, bytes: &[u8], by: &[u8]) -> String {
    let mut replaced = text.as_bytes().to_vec();
    for byte in &mut replaced {
        if let Some(at) = bytes.iter().position(|other| other == byte) {
            *byte = by[at];
        }
    }
    String::from_utf8(replaced).unwrap_or_default()
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_chunks::<2>();
    let mut bytes = Vec::new();
    for &[high, low] in pairs {
        bytes.push(digit(high)? << 4 | digit(low)?);
    }
    (rest.is_empty() && !bytes.is_empty()).then_some(bytes)
}

/// One way to sign a request, part by part: method, space, URI, line feed, date, end.
#[derive(Clone)]
struct Signing<'a> {
    parts: [&'a str; 6],
    form: KeyForm,
    way: Way,
}

impl Signing<'_> {
    fn string(&self) -> String {
        let [method, space, uri, line, date, end] = self.parts;
        let space = if method.is_empty() { "" } else { space };
        let line = if date.is_empty() { "" } else { line };
        [method, space, uri, line, date, end].concat()
    }
}

/// One change to that.
enum Change {
    Part(Aspect, String),
    Key(KeyForm),
    Way(Way),
}

/// With the mistake's id.
type NamedChange = (&'static str, Change);

impl Change {
    fn apply<'a>(&'a self, signing: &mut Signing<'a>) {
        match self {
            Change::Part(aspect, text) => signing.parts[*aspect as usize] = text,
            Change::Key(form) => signing.form = *form,
            Change::Way(way) => signing.way = *way,
        }
    }

    /// Two changes go together where they change different things.
    fn goes_with(&self, other: &Change) -> bool {
        match (self, other) {
            (Change::Part(one, _), Change::Part(other, _)) => one != other,
            (Change::Key(_), Change::Key(_)) | (Change::Way(_), Change::Way(_)) => false,
            _ => true,
        }
    }
}

/// Every change that a known mistake makes to this request, in the order of the table.
fn changes(evidence: &Evidence<'_>, right: &Signing<'_>) -> Vec<NamedChange> {
    let at = timestamp_of(evidence.date);
    let mut all = Vec::new();
    for mistake in MISTAKES {
        let mut texts = Vec::new();
        let mut changed = Aspect::Date;
        match (mistake.changes, at) {
            (Changes::Keys(forms), _) => forms.iter().for_each(|form| all.push((mistake.id, Change::Key(*form)))),
            (Changes::Ways(ways), _) => ways.iter().for_each(|way| all.push((mistake.id, Change::Way(*way)))),
            (Changes::Texts(aspect, fixed), _) => {
                changed = aspect;
                fixed.iter().for_each(|text| texts.push((*text).to_owned()));
            }
            (Changes::Dates(forms), Some(at)) => forms.iter().for_each(|form| texts.push(write(form, at))),
            (Changes::Made(aspect, make), _) => {
                changed = aspect;
                make(evidence, &mut texts);
            }
            (Changes::Seen | Changes::Dates(_), _) => {}
        }
        for text in texts {
            // A change without effect is no mistake.
            if text != right.parts[changed as usize] {
                all.push((mistake.id, Change::Part(changed, text)));
            }
        }
    }
    all
}

struct Found {
    ids: Vec<&'static str>,
    signed: String,
    /// Which of the secrets it was.
    secret: usize,
}

/// How much is hashed at most, in bytes. A request as people send it, with two secrets, needs a tenth of it; with a body of 64 KB,
/// three quarters.
const MAX_WORK: usize = 128 << 20;
/// What a key costs beside the string, in bytes.
const KEY_WORK: usize = 256;

struct Search<'a> {
    evidence: &'a Evidence<'a>,
    header_id: &'a str,
    received: &'a [u8],
    /// How much may still be hashed: long addresses, bodies and lists of secrets are not tried in every way.
    left: Cell<usize>,
}

impl Search<'_> {
    fn run(&self, right: &Signing<'_>) -> Option<Found> {
        let changes = changes(self.evidence, right);
        let alone = |change: &NamedChange| self.try_changes(right, &[change]);
        let in_pairs = |(at, first): (usize, &NamedChange)| {
            let mut others = changes[at + 1..].iter().filter(|second| first.1.goes_with(&second.1));
            others.find_map(|second| self.try_changes(right, &[first, second]))
        };
        self.try_changes(right, &[])
            .or_else(|| changes.iter().find_map(alone))
            .or_else(|| self.other_timestamp(right))
            .or_else(|| changes.iter().enumerate().find_map(in_pairs))
    }

    #[inline(never)]
    fn try_changes(&self, right: &Signing<'_>, changes: &[&NamedChange]) -> Option<Found> {
        let mut signing = right.clone();
        let mut ids = Vec::new();
        for (id, change) in changes {
            change.apply(&mut signing);
            ids.push(*id);
        }
        let work = signing.parts.iter().map(|part| part.len()).sum::<usize>().saturating_add(KEY_WORK);
        let left = self.left.get().checked_sub(work.saturating_mul(self.evidence.secrets.len()))?;
        self.left.set(left);
        let string = signing.string();
        let secret = self.evidence.secrets.iter().position(|secret| self.gives(&signing, secret, string.as_bytes()))?;
        if secret > 0 {
            ids.push("secret.other");
        }
        Some(Found { ids, signed: string, secret })
    }

    /// Another timestamp, within the time that a receiver tolerates and some more.
    fn other_timestamp(&self, right: &Signing<'_>) -> Option<Found> {
        const SECONDS: i64 = 900;
        let at = timestamp_of(self.evidence.date)?;
        (1..=SECONDS).flat_map(|by| [-by, by]).find_map(|by| {
            let date = http_date(Timestamp(at.0.saturating_add(by * 1000)));
            self.try_changes(right, &[&("date.other-timestamp", Change::Part(Aspect::Date, date))])
        })
    }

    /// Whether it gives the bytes that were received; their number says which hash it was.
    fn gives(&self, signing: &Signing<'_>, secret: &Secret, string: &[u8]) -> bool {
        let Some(key) = self.key(secret, signing.form) else { return false };
        match signing.way {
            Way::Hmac => self.hmac(&key, string),
            Way::Swapped => self.hmac(string, &key),
            Way::KeyFirst => self.hash(&[&key, string].concat()),
            Way::KeyLast => self.hash(&[string, &key].concat()),
        }
    }

    fn hmac(&self, key: &[u8], text: &[u8]) -> bool {
        fn code<M: Mac + KeyInit>(key: &[u8], text: &[u8], received: &[u8]) -> bool {
            <M as KeyInit>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(text).verify_slice(received).is_ok())
        }
        let code = match self.received.len() {
            16 => code::<Hmac<Md5>>,
            20 => code::<Hmac<Sha1>>,
            _ => code::<Hmac<Sha256>>,
        };
        code(key, text, self.received)
    }

    fn hash(&self, text: &[u8]) -> bool {
        match self.received.len() {
            16 => *Md5::digest(text) == *self.received,
            20 => *Sha1::digest(text) == *self.received,
            _ => *Sha256::digest(text) == *self.received,
        }
    }

    /// Nothing where the secret cannot be read in that way, or its replacement is not known.
    fn key(&self, secret: &Secret, form: KeyForm) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = secret.expose();
        let known = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
        Some(Zeroizing::new(match form {
            KeyForm::AsItIs => bytes.to_vec(),
            KeyForm::Hex => hex(bytes)?,
            KeyForm::Base64 => STANDARD.decode(bytes).or_else(|_| STANDARD_NO_PAD.decode(bytes)).ok()?,
            KeyForm::Followed(end) => [bytes, end.as_bytes()].concat(),
            KeyForm::Trimmed => bytes.trim_ascii().to_vec(),
            KeyForm::Quoted(quote) => [quote.as_bytes(), bytes, quote.as_bytes()].concat(),
            KeyForm::Unquoted => match bytes.trim_ascii() {
                [first @ (b'"' | b'\''), within @ .., last] if first == last => within.to_vec(),
                _ => return None,
            },
            KeyForm::Upper => bytes.to_ascii_uppercase(),
            KeyForm::Lower => bytes.to_ascii_lowercase(),
            KeyForm::ClientId => known(self.evidence.client_id)?,
            KeyForm::HeaderId => known(self.header_id)?,
            KeyForm::PartnerId => known(self.evidence.partner_id)?,
            KeyForm::Empty => Vec::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_two_digits_for_each_byte_and_at_least_one_byte() {
        assert_eq!(hex(b"00fFa5"), Some(vec![0, 0xff, 0xa5]));
        for wrong in [&b""[..], b"a", b"abc", b"0g", b"0x"] {
            assert_eq!(hex(wrong), None);
        }
    }

    #[test]
    fn one_character_of_the_alphabet_for_urls_is_enough_to_know_it() {
        for first in [0xf8, 0xfc] {
            let mut bytes = vec![0; 20];
            bytes[0] = first;
            let standard = STANDARD.encode(&bytes);
            assert_eq!(decode(&standard), Some((bytes.clone(), vec![])));
            assert_eq!(decode(&standard.replace('+', "-").replace('/', "_")), Some((bytes, vec!["encoding.url-safe"])));
        }
    }
}
