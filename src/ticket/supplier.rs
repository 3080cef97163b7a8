//! The supplier's side: parses Meituan's calls, writes the replies, signs the notices.
//!
//! A call goes through it in this order, and stops at the first thing that is wrong: route, headers, partner, date,
//! signature, size, encryption, message. The reply to a call with a fault is HTTP 200 and a failure envelope, because Meituan reads
//! nothing else; where an identical call may have acted, it is HTTP 503 without a body ([`Refusal::answer_code`]).

use super::{Call, Direction, Encryption};
use crate::ba::{self, Key};
use crate::body_cipher::BodyKey;
use crate::exchange::{NO_HOST, host_of};
use crate::message::definition::{Facts, Message};
use crate::message::{Notation, Packed, Reading, read, write};
use crate::routes::{self, NO_URI, as_uri, is_uri, path_of};
use crate::secret::debug_shows;
use crate::time::{Timestamp, http_date, http_date_bytes, parse_http_date};
use crate::{Error, ErrorCode, Secret};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The supplier's account at Meituan, and how strict to be.
///
/// ```
/// use meituan_protocol::ticket::{self, Config, Supplier};
/// use meituan_protocol::Secret;
///
/// let mut config = Config::new(1122, "your-client-id", Secret::new("your-client-secret"))
///     .route("/mt/order/create", &ticket::ORDER_CREATE)
///     .route("/mt/order/pay", &ticket::ORDER_PAY);
/// config.client_secrets.push(Secret::new("the secret before it"));
/// let supplier = Supplier::new(config)?;
/// assert_eq!(supplier.route("/mt/order/pay").map(|call| call.name), Some("orderPay"));
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    /// Our number, from Meituan.
    pub partner_id: u32,
    /// The name that signatures carry, from Meituan; not the partner number.
    pub client_id: String,
    /// The secrets that are accepted; the first one signs.
    pub client_secrets: Vec<Secret>,
    /// How far a Date may be from now; `None` accepts any. Meituan's own limit is not documented.
    pub tolerance: Option<Duration>,
    /// Sent messages must keep inferred rules too.
    pub strict_inferred: bool,
    /// Larger bodies are refused before they are looked at.
    pub max_body_bytes: usize,
    /// Which path means which call, as registered with Meituan.
    pub routes: Vec<(String, &'static Call)>,
    /// How the path that Meituan signed differs from the one that arrives here.
    pub signed_path: SignedPath,
    /// A signature over the path without its query is accepted, too: which of the two Meituan signs is not documented. If the
    /// signed URI is given ([`Parts::signed_uri`]), it is exact.
    pub signed_without_query: bool,
    /// The host for notices: scheme and host, and the path that a proxy may have in front. Slashes at its end do not count. By
    /// default [`HOST`].
    pub host: String,
    /// The whole-body encryption of the newer API.
    pub body_encryption: Option<BodyEncryption>,
}

/// The default host for notices (single source).
pub const HOST: &str = "https://connectivity-adapter.meituan.com";

impl Config {
    /// The defaults: dates within 600 s, inferred rules only reported, bodies up to 1 MiB, signatures with and without the query,
    /// Meituan's host, no routes, no encryption.
    pub fn new(partner_id: u32, client_id: impl Into<String>, client_secret: Secret) -> Self {
        Config {
            partner_id,
            client_id: client_id.into(),
            client_secrets: vec![client_secret],
            tolerance: Some(Duration::from_secs(600)),
            strict_inferred: false,
            max_body_bytes: 1 << 20,
            routes: Vec::new(),
            signed_path: SignedPath::default(),
            signed_without_query: true,
            host: HOST.to_owned(),
            body_encryption: None,
        }
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, path: impl Into<String>, call: &'static Call) -> Self {
        self.routes.push((path.into(), call));
        self
    }
}

/// A proxy may remove a prefix from the path, or add one; Meituan signed the path as registered with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedPath {
    /// The prefix to remove from the arriving path, where it is there.
    pub strip: String,
    /// The prefix to add then.
    pub prepend: String,
}

impl SignedPath {
    fn of(&self, uri: &str) -> String {
        [&self.prepend, uri.strip_prefix(self.strip.as_str()).unwrap_or(uri)].concat()
    }
}

/// The whole-body encryption of the newer API (single source; see [`crate::body_cipher`]).
#[derive(Debug, Clone)]
pub struct BodyEncryption {
    /// The key.
    pub key: BodyKey,
    /// Sent as the `AppKey` header.
    pub app_key: String,
    /// Calls of the interfaces that Meituan encrypts are refused where they come plain.
    pub required: bool,
}

/// The path of that header in findings.
pub(super) const ENCRYPTION_STATUS: &str = "headers.x-encryption-status";

/// The parts of a request that are judged, beside its body.
#[derive(Clone, Copy, Default)]
pub struct Parts<'r> {
    /// The HTTP method.
    pub method: &'r str,
    /// Path and query as they arrived.
    pub uri: &'r str,
    /// The URI that Meituan signed, where the caller knows it: that one and no other. Else it is worked out from `uri`.
    pub signed_uri: Option<&'r str>,
    /// Header `PartnerId`; empty where there is none. Repeated headers are joined by `", "`, as HTTP says.
    pub partner_id: &'r str,
    /// Header `Date`, exactly as received.
    pub date: &'r str,
    /// Header `Authorization`.
    pub authorization: &'r str,
    /// Header `X-Encryption-Status`.
    pub encryption_status: &'r str,
}

// The headers prove who calls, for as long as their Date is accepted.
debug_shows!(Parts<'_> { method, uri, date });

impl Parts<'_> {
    fn are_encrypted(&self) -> bool {
        self.encryption_status.eq_ignore_ascii_case(ENCRYPTED)
    }

    /// The result of a request that is not accepted.
    pub(crate) fn refusal(&self, error: Error, call: Option<&'static Call>) -> Refusal {
        Refusal { error, call, encrypted: self.are_encrypted() }
    }
}

/// A call whose message was read.
pub struct PackedCall<'b> {
    /// Which call.
    pub call: &'static Call,
    /// The message's content: the body, or what it was opened to.
    pub source: Cow<'b, [u8]>,
    /// The body was encrypted; so must the reply be.
    pub encrypted: bool,
}

debug_shows!(PackedCall<'_> { call, encrypted });

/// A call that is not accepted, and what is known of it for the reply.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub error: Error,
    /// Which call it was meant to be, as far as its path says.
    pub call: Option<&'static Call>,
    /// It came as an encrypted body; so must the reply be, where there is a key.
    pub encrypted: bool,
}

impl Refusal {
    /// Of what a program found itself, such as a body that is larger than its server accepts; `encrypted`: the call came as an encrypted body.
    pub fn new(error: Error, call: Option<&'static Call>, encrypted: bool) -> Self {
        Refusal { error, call, encrypted }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = self.call.map_or("a call", |call| call.name);
        write!(f, "{call} is not accepted")
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The supplier. Clones share the configuration and the keys.
///
/// ```
/// use meituan_protocol::ticket::{self, CallBody, Config, Parts, Supplier};
/// use meituan_protocol::{ErrorCode, Secret, time::Timestamp};
///
/// let config = Config::new(1122, "client", Secret::new("not a real secret"));
/// let supplier = Supplier::new(config.route("/mt/order/pay", &ticket::ORDER_PAY))?;
///
/// // An unsigned call is refused, and gets a reply that says no more than that.
/// let parts = Parts { method: "POST", uri: "/mt/order/pay", partner_id: "1122", ..Parts::default() };
/// let refusal = supplier.receive(&parts, b"{}", Timestamp(1_480_000_000_000)).unwrap_err();
/// assert_eq!(refusal.error.code, ErrorCode::MissingHeader);
/// let reply = supplier.answer_refusal(&refusal);
/// assert_eq!(reply.status, 200);
/// assert!(reply.body.starts_with(br#"{"code":599,"#));
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
///
/// A whole call is in the [crate's example](crate), a notice at [`SignedRequest`](super::SignedRequest).
#[derive(Debug, Clone)]
pub struct Supplier {
    config: Arc<Config>,
    keys: Arc<[Key]>,
}

/// The header that marks an encrypted body, and its value.
pub(super) const ENCRYPTED: &str = "encrypted";

impl Config {
    /// The first setting that cannot be right, but for the routes, and what is said about it.
    fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.client_id.is_empty() || !self.client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Some(("clientId", "expected visible ASCII characters"));
        }
        if self.client_secrets.is_empty() || self.client_secrets.iter().any(|secret| secret.expose().is_empty()) {
            return Some(("clientSecret", "expected a secret that is not empty"));
        }
        if self.client_secrets.iter().any(|secret| secret.expose().trim_ascii() != secret.expose()) {
            return Some(("clientSecret", "it begins or ends with white space"));
        }
        if host_of(&self.host).is_none() {
            return Some(("host", NO_HOST));
        }
        let SignedPath { strip, prepend } = &self.signed_path;
        let no_uri = |(_, piece): &(&str, &String)| !piece.is_empty() && !is_uri(piece);
        let (path, _) = [("signedUri.strip", strip), ("signedUri.prepend", prepend)].into_iter().find(no_uri)?;
        Some((path, NO_URI))
    }
}

impl Supplier {
    /// A supplier of this configuration.
    ///
    /// # Errors
    /// `INVALID_CONFIG` with the setting's path.
    pub fn new(mut config: Config) -> Result<Self, Error> {
        if let Some((path, detail)) = config.wrong() {
            return Err(Error::at(ErrorCode::InvalidConfig, path).detail(detail));
        }
        let mistaken = |call: &Call| (call.direction != Direction::ToSupplier).then_some(call.name);
        routes::check(&config.routes, "expected a call that Meituan makes, found ", mistaken)?;
        config.host = host_of(&config.host).unwrap_or_default().to_owned();
        let keys = config.client_secrets.iter().map(Key::new).collect();
        Ok(Supplier { config: Arc::new(config), keys })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The call that a path (a query after it does not matter) is registered for.
    pub fn route(&self, uri: &str) -> Option<&'static Call> {
        routes::find(&self.config.routes, uri)
    }

    /// Reads a call: authenticated, then read into `packed`.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn accept<'b>(
        &self,
        parts: &Parts<'_>,
        body: &'b [u8],
        now: Timestamp,
        packed: &mut Packed,
    ) -> Result<PackedCall<'b>, Refusal> {
        packed.issues.clear();
        let call = self.judge(parts, body.len(), now)?;
        self.open(call, parts, body)
            .and_then(|(source, encrypted)| {
                read_request(call, &source, now, packed)?;
                self.check_partner(call, packed, &source)?;
                Ok(PackedCall { call, source, encrypted })
            })
            .map_err(|error| parts.refusal(error, Some(call)))
    }

    /// Judges what comes before the body: route, headers, partner, date, signature. The signature does not cover the body, so that
    /// nothing has to be read of a caller who is not authenticated.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong. [`Supplier::accept`] makes the same checks.
    pub fn judge_head(&self, parts: &Parts<'_>, now: Timestamp) -> Result<&'static Call, Refusal> {
        self.judge(parts, 0, now)
    }

    fn judge(&self, parts: &Parts<'_>, body_bytes: usize, now: Timestamp) -> Result<&'static Call, Refusal> {
        let Some(call) = self.route(parts.uri) else {
            let error = Error::at(ErrorCode::UnknownRoute, "url").detail(path_of(parts.uri));
            return Err(parts.refusal(error, None));
        };
        self.authenticate(parts, body_bytes, now).map_err(|error| parts.refusal(error, Some(call)))?;
        Ok(call)
    }

    fn authenticate(&self, parts: &Parts<'_>, body_bytes: usize, now: Timestamp) -> Result<(), Error> {
        let headers =
            [("headers.partnerid", parts.partner_id), ("headers.date", parts.date), ("headers.authorization", parts.authorization)];
        if let Some((name, _)) = headers.iter().find(|(_, value)| value.is_empty()) {
            return Err(Error::at(ErrorCode::MissingHeader, name));
        }
        // None of them is right when it is there twice, so that only what is refused is looked at for that.
        self.check_headers(parts, body_bytes, now).map_err(|error| repeated(&headers).unwrap_or(error))
    }

    fn check_headers(&self, parts: &Parts<'_>, body_bytes: usize, now: Timestamp) -> Result<(), Error> {
        match parts.partner_id.parse::<u64>() {
            Ok(partner_id) if partner_id == u64::from(self.config.partner_id) => {}
            Ok(_) => return Err(Error::at(ErrorCode::WrongPartnerId, "headers.partnerid")),
            Err(_) => return Err(Error::at(ErrorCode::MalformedHeader, "headers.partnerid")),
        }
        self.check_date(parts.date, now)?;
        self.check_signature(parts)?;
        match body_bytes > self.config.max_body_bytes {
            true => Err(Error::at(ErrorCode::BodyTooLarge, "body")),
            false => Ok(()),
        }
    }

    fn check_date(&self, date: &str, now: Timestamp) -> Result<(), Error> {
        let Some(sent) = parse_http_date(date.as_bytes()) else {
            return Err(Error::at(ErrorCode::MalformedDate, "headers.date").detail(date));
        };
        match self.config.tolerance {
            Some(tolerance) if sent.distance(now) > tolerance => {
                let mut error = Error::at(ErrorCode::StaleDate, "headers.date");
                error.detail = ["sent ", date, ", now ", &http_date(now)].concat();
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// The URI that is given, and no other; else with the query first, then without, unless that is switched off.
    fn check_signature(&self, parts: &Parts<'_>) -> Result<(), Error> {
        let signed = match parts.signed_uri {
            Some(uri) => Cow::Borrowed(as_uri(uri, "signedUri")?),
            None if self.config.signed_path == SignedPath::default() => Cow::Borrowed(parts.uri),
            None => Cow::Owned(self.config.signed_path.of(parts.uri)),
        };
        let method = match parts.method.bytes().any(|byte| byte.is_ascii_lowercase()) {
            true => Cow::Owned(parts.method.to_ascii_uppercase()),
            false => Cow::Borrowed(parts.method),
        };
        let both = [&*signed, path_of(&signed)];
        let is_exact = parts.signed_uri.is_some() || !self.config.signed_without_query || both[0] == both[1];
        let uris = if is_exact { &both[..1] } else { &both };
        ba::verify(&self.keys, &self.config.client_id, &method, uris, parts.date, parts.authorization)
    }

    fn open<'b>(&self, call: &Call, parts: &Parts<'_>, body: &'b [u8]) -> Result<(Cow<'b, [u8]>, bool), Error> {
        if !parts.are_encrypted() {
            if parts.encryption_status.contains(',') {
                return Err(Error::at(ErrorCode::DuplicateHeader, ENCRYPTION_STATUS));
            }
            return match call.encryption != Encryption::Never
                && self.config.body_encryption.as_ref().is_some_and(|encryption| encryption.required)
            {
                true => Err(Error::at(ErrorCode::EncryptionRequired, ENCRYPTION_STATUS)),
                false => Ok((Cow::Borrowed(body), false)),
            };
        }
        let Some(encryption) = &self.config.body_encryption else {
            return Err(Error::at(ErrorCode::EncryptionNotConfigured, ENCRYPTION_STATUS));
        };
        if body.is_empty() {
            // Everybody sees that it is, so that another answer than to what does not open reveals nothing.
            return Err(Error::at(ErrorCode::BodyNotRaw, "body"));
        }
        let plain = encryption.key.open(body).map_err(|mut error| {
            error.path = "body".into();
            error
        })?;
        Ok((Cow::Owned(plain), true))
    }

    fn check_partner(&self, call: &'static Call, packed: &Packed, source: &[u8]) -> Result<(), Error> {
        let partner_id = packed.view(call.request, source).and_then(|message| message.integer("partnerId"));
        if partner_id == Some(i64::from(self.config.partner_id)) {
            return Ok(());
        }
        Err(Error::at(ErrorCode::WrongPartnerId, "partnerId"))
    }

    /// Writes a reply from its program notation (`{"code", "describe", "partnerId", "body"}`), checked by the
    /// definition. Warnings are left in `packed`.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// The first finding that refuses the reply.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn encode_reply(
        &self,
        call: &'static Call,
        code: i32,
        program: &[u8],
        facts: Facts,
        packed: &mut Packed,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.transcribe(call.reply, program, code == 200, facts, packed, out)
    }

    /// Encrypts a body, where encryption is configured.
    pub fn seal(&self, body: &[u8]) -> Option<String> {
        self.config.body_encryption.as_ref().map(|encryption| encryption.key.seal(body))
    }

    /// Signs for `uri` with the first secret.
    ///
    /// # Errors
    /// `INVALID_CONFIG` at `uri` unless it begins with `/` and is visible ASCII: put after a host, it could make another host of it.
    pub fn sign(&self, method: &str, uri: &str, now: Timestamp) -> Result<Signature, Error> {
        as_uri(uri, "uri")?;
        let mut signed = Vec::new();
        self.write_signed(method, uri, now, &mut signed);
        let signed = String::from_utf8(signed).unwrap_or_default();
        let (string_to_sign, authorization) = signed.rsplit_once('\n').unwrap_or_default();
        Ok(Signature { date: http_date(now), authorization: authorization.into(), string_to_sign: string_to_sign.into() })
    }

    /// Writes the string to sign for a URI: its last line is the date. Then comes the `Authorization` header as one more line.
    pub(crate) fn write_signed(&self, method: &str, uri: &str, now: Timestamp, out: &mut Vec<u8>) {
        out.clear();
        if let Some(key) = self.keys.first() {
            ba::write_signed(key, &self.config.client_id, method, uri, &http_date_bytes(now), out);
        }
    }

    /// Writes a request from its program notation (the envelope), checked by the definition, encrypted where it must
    /// be. True when it is encrypted.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// The first finding that refuses the request.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn encode_request(
        &self,
        call: &'static Call,
        program: &[u8],
        packed: &mut Packed,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        self.transcribe(call.request, program, false, Facts::NONE, packed, out)?;
        if call.encryption == Encryption::Always
            && let Some(sealed) = self.seal(out)
        {
            *out = sealed.into_bytes();
            return Ok(true);
        }
        Ok(false)
    }

    /// Sent messages must keep inferred rules too, where that is set.
    pub(super) fn refuse_inferred(&self, packed: &mut Packed) {
        for issue in &mut packed.issues {
            issue.refuses |= self.config.strict_inferred && issue.code == ErrorCode::RuleBroken;
        }
    }

    /// Writes for the wire what a program says.
    fn transcribe(
        &self,
        message: &'static Message,
        program: &[u8],
        success: bool,
        facts: Facts,
        packed: &mut Packed,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        read(message, program, Reading { notation: Notation::Program, success, facts }, packed);
        self.refuse_inferred(packed);
        if packed.issues.iter().any(|issue| issue.refuses) {
            return Err(refusal(packed));
        }
        out.clear();
        write(message, packed, program, Notation::Wire, out);
        Ok(())
    }
}

/// A signature and what it was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// The `Date` header.
    pub date: String,
    /// The `Authorization` header.
    pub authorization: String,
    /// The string that was signed; for people who compare.
    pub string_to_sign: String,
}

debug_shows!(Signature { date, string_to_sign });

/// Repeated headers arrive joined; none of the three has this in its middle when it is there once.
#[cold]
fn repeated(headers: &[(&str, &str); 3]) -> Option<Error> {
    let joints = [", ", "GMT, ", ", MWS "];
    let holds = |value: &str, joint: &str| value.as_bytes().windows(joint.len()).any(|piece| piece == joint.as_bytes());
    let (name, _) = headers.iter().zip(joints).find(|((_, value), joint)| holds(value, joint))?.0;
    Some(Error::at(ErrorCode::DuplicateHeader, name))
}

fn read_request(call: &'static Call, source: &[u8], now: Timestamp, packed: &mut Packed) -> Result<(), Error> {
    let facts = Facts { now: Some(now), ..Facts::NONE };
    match read(call.request, source, Reading { facts, ..Reading::WIRE }, packed) {
        true => Ok(()),
        false => Err(refusal(packed)),
    }
}

fn refusal(packed: &Packed) -> Error {
    Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::InvalidJson, ""))
}
