//! The enterprise's side: its configuration, and the requests that it sends. Replies are in `parse_reply`, pushes in
//! `receive_push`.

use super::{COMMON, Direction, Interface, form};
use crate::digits::{decimal, hexadecimal, string_from};
use crate::envelope::EnvelopeKey;
use crate::exchange::host_of;
use crate::message::definition::{Facts, Field, Message, Presence};
use crate::message::json::ObjectWriter;
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::{Notation, Packed, Reading, read, write};
use crate::secret::debug_shows;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Secret, routes};
use std::sync::Arc;
use std::time::Duration;

/// The enterprise's account at Meituan, and how strict to be.
///
/// ```
/// use meituan_protocol::ride::{self, Client, Config, Environment};
/// use meituan_protocol::Secret;
///
/// let mut config = Config::new(617, Secret::new("your-access-key"), Secret::new("AAECAwQFBgcICQoLDA0ODw=="))
///     .route("/meituan/event", &ride::ORDER_CHANGED);
/// config.environment = Environment::Production; // by default Meituan's test environment
/// let client = Client::new(config)?;
/// assert_eq!(client.config().ent_id, 617);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    /// Our number, from Meituan.
    pub ent_id: u64,
    /// The accessKey, from Meituan; it travels as `token`.
    pub access_key: Secret,
    /// The secretKey, from Meituan: Base64 of 16 bytes. It never travels.
    pub secret_key: Secret,
    /// The server that requests go to.
    pub environment: Environment,
    /// Which generation of the protocol is sent. Both are received.
    pub version: Version,
    /// How far the `ts` of a push may be from now; `None` accepts any.
    pub tolerance: Option<Duration>,
    /// Sent requests must keep inferred rules too, and the spec's lists of numbers.
    pub strict_inferred: bool,
    /// A push without a token is refused. By default it is accepted and reported: the key alone then says that it is Meituan's.
    pub require_token: bool,
    /// Larger bodies are refused before they are looked at.
    pub max_body_bytes: usize,
    /// Which path means which push, as agreed with Meituan.
    pub routes: Vec<(String, &'static Interface)>,
}

impl Config {
    /// The defaults: the test environment, the documented generation, `ts` within 600 s, inferred rules only reported,
    /// bodies up to 1 MiB, no routes.
    pub fn new(ent_id: u64, access_key: Secret, secret_key: Secret) -> Self {
        Config {
            ent_id,
            access_key,
            secret_key,
            environment: Environment::Test,
            version: Version::V1,
            tolerance: Some(Duration::from_secs(600)),
            strict_inferred: false,
            require_token: false,
            max_body_bytes: 1 << 20,
            routes: Vec::new(),
        }
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, path: impl Into<String>, push: &'static Interface) -> Self {
        self.routes.push((path.into(), push));
        self
    }
}

/// The server that requests go to (ride spec, $API_HOST).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// 线下环境. Orders cannot be paid there.
    Test,
    /// 线上环境.
    Production,
    /// Another server, such as a mock on localhost: scheme, host and path before `/dache`. Slashes at its end do not count.
    Host(String),
}

impl Environment {
    /// The beginning of each URL, before `/dache/…`.
    pub fn host(&self) -> &str {
        match self {
            Environment::Test => "https://inf-openapi.apigw.test.meituan.com/api/sqt/openapi",
            Environment::Production => "https://bep-openapi.meituan.com/api/sqt/openapi",
            Environment::Host(host) => host,
        }
    }
}

/// The generation of the protocol. The two must not be mixed in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// `token`, `version`, `content`; `ts` in seconds; plain replies. The one that the spec refers to.
    V1,
    /// `accessKey`, `content`; `ts` in milliseconds; `data` of replies encrypted. The newer portal's; whether the ride
    /// API has moved to it is not known.
    V2,
}

/// The headers of every request to Meituan.
pub const HEADERS: [(&str, &str); 2] = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")];

/// The enterprise. Clones share the configuration and the key.
///
/// ```
/// use meituan_protocol::ride::{self, Client, Config, Environment};
/// use meituan_protocol::{ErrorCode, Secret, time::Timestamp};
///
/// let mut config = Config::new(617, Secret::new("CESHI-TK"), Secret::new("AAECAwQFBgcICQoLDA0ODw=="));
/// config.environment = Environment::Production;
/// config.routes.push(("/ride/event".into(), &ride::ORDER_CHANGED));
/// let client = Client::new(config)?;
///
/// // A content that our key does not open is no push of Meituan's.
/// let refusal = client.receive("/ride/event", b"token=CESHI-TK&content=bm90aGluZw", Timestamp(1_629_857_773_000)).unwrap_err();
/// assert_eq!(refusal.error.code, ErrorCode::DecryptionFailed);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
///
/// A request and its reply are in the [module's example](super).
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) config: Arc<Config>,
    pub(super) key: Arc<EnvelopeKey>,
}

static PROGRAM: Message = looking_for(&[given(COMMON[0]), given(COMMON[1]), given(COMMON[2]), given(COMMON[3])]);

/// A field of any content, null included.
const fn given(name: &'static str) -> Field {
    Field { presence: Presence::Optional, ..raw(name) }
}

impl Config {
    /// The first setting that cannot be right, but for the routes, and what is said about it.
    fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.ent_id == 0 || i64::try_from(self.ent_id).is_err() {
            return Some(("entId", "expected a positive number of at most 63 bits"));
        }
        let token = self.access_key.expose();
        if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) {
            return Some(("accessKey", "expected visible ASCII characters"));
        }
        if host_of(self.environment.host()).is_none() {
            return Some((
                "environment",
                "expected test, production, or an address that begins with https:// or http://, without a query",
            ));
        }
        None
    }
}

impl Client {
    /// A client of this configuration.
    ///
    /// # Errors
    /// `INVALID_CONFIG` with the setting's path.
    pub fn new(mut config: Config) -> Result<Self, Error> {
        if let Some((path, detail)) = config.wrong() {
            return Err(Error::at(ErrorCode::InvalidConfig, path).detail(detail));
        }
        let mistaken = |interface: &Interface| (!interface.is_push()).then_some(interface.name);
        routes::check(&config.routes, "expected a push of Meituan's, found ", mistaken)?;
        if let Environment::Host(host) = &mut config.environment {
            *host = host_of(host).unwrap_or_default().to_owned();
        }
        let key = EnvelopeKey::new(&config.secret_key)?;
        Ok(Client { config: Arc::new(config), key: Arc::new(key) })
    }

    #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
    pub(crate) fn computed_by(mut self, host: Option<crate::block_cipher::Host>) -> Self {
        Arc::make_mut(&mut self.key).compute_by(host);
        self
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Writes a request from its program notation (the business parameters), checked by the definition. Warnings are
    /// left in `packed`.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// The first finding that refuses the request.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn encode_request(
        &self,
        interface: &'static Interface,
        program: &[u8],
        now: Timestamp,
        packed: &mut Packed,
    ) -> Result<Encoded, Error> {
        let Direction::ToMeituan { method, path } = interface.direction else {
            return Err(Error::at(ErrorCode::UnknownRoute, "").detail(interface.name));
        };
        let (source, shift) = self.with_common(method, program, now)?;
        let how = Reading { notation: Notation::Program, success: false, facts: Facts::default() };
        read(interface.request, &source, how, packed);
        for issue in &mut packed.issues {
            issue.offset = issue.offset.saturating_sub(shift);
            issue.refuses |= self.config.strict_inferred && matches!(issue.code, ErrorCode::RuleBroken | ErrorCode::UnknownValue);
        }
        if let Some(error) = Error::from_issues(&packed.issues) {
            return Err(error);
        }
        let mut text = Vec::with_capacity(source.len());
        write(interface.request, packed, &source, Notation::Wire, &mut text);
        let text = String::from_utf8(text).map_err(|_| Error::at(ErrorCode::InvalidUtf8, ""))?;
        Ok(Encoded { url: [self.config.environment.host(), path].concat(), body: self.form(&self.key.seal(&text)) })
    }

    /// The outer parameters around a content.
    fn form(&self, content: &str) -> String {
        let (name, version) = match self.config.version {
            Version::V1 => ("token=", "&version=1.0"),
            Version::V2 => ("accessKey=", ""),
        };
        // URL-safe Base64 needs no encoding.
        let token = form::encode(self.config.access_key.expose());
        string_from([name.as_bytes(), &token, version.as_bytes(), b"&content=", content.as_bytes()].concat())
    }

    /// The program with the common fields before its own, and by how much its own have moved.
    fn with_common(&self, method: &str, program: &[u8], now: Timestamp) -> Result<(Vec<u8>, u32), Error> {
        let own = program.trim_ascii_start();
        let (Some(rest), Ok(given)) = (own.strip_prefix(b"{"), Peek::new(&PROGRAM, program)) else {
            // Not an object: the reader says so.
            return Ok((program.to_vec(), 0));
        };
        if let Some(name) = COMMON[1..].iter().find(|name| given.raw(name).is_some()) {
            return Err(Error::at(ErrorCode::UnknownField, name).detail("the library writes this field"));
        }
        let ts = if self.config.version == Version::V1 { now.0 / 1000 } else { now.0 };
        let (space, _) = program.split_at(program.len() - own.len());
        let rest = rest.trim_ascii_end().strip_suffix(b"}").unwrap_or(rest);
        let mut source = Vec::with_capacity(program.len() + 96);
        source.extend_from_slice(space);
        let mut object = ObjectWriter::begin(&mut source);
        let [supply_code, ent_id, method_name, timestamp] = COMMON;
        if given.raw(supply_code).is_none() {
            object.field(supply_code, &1);
        }
        object.field(ent_id, &decimal(self.config.ent_id as i64));
        object.field(method_name, &method.to_owned());
        object.field(timestamp, &ts);
        if !rest.trim_ascii().is_empty() {
            object.fields(rest);
        }
        object.end();
        let shift = source.len().saturating_sub(program.trim_ascii_end().len());
        Ok((source, shift as u32))
    }
}

/// A request to Meituan, for POST with [`HEADERS`].
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The URL.
    pub url: String,
    /// The form.
    pub body: String,
}

// The form has the token.
debug_shows!(Encoded { url });

/// A new order number (channelPartnerOrderId) from 16 random bytes: a UUID of version 4.
pub fn new_order_id(random: [u8; 16]) -> String {
    let mut bytes = random;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut id = hexadecimal(&bytes);
    for at in [20, 16, 12, 8] {
        id.insert(at, '-');
    }
    id
}
