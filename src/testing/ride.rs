//! Meituan Enterprise's side of the ride API.

use crate::envelope::EnvelopeKey;
use crate::message::definition::Facts;
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, RawJson, Reading, read, write};
use crate::ride::{Config, Interface, Push, RideRequest, Version, form};
use crate::ride::{Direction, INTERFACES};
use crate::routes::path_of;
use crate::secret::debug_shows;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue};
use serde_json::{Value, json};

/// Meituan Enterprise, as one enterprise meets it: it opens and checks like the real one, and keeps no orders.
#[derive(Debug)]
pub struct MeituanRide {
    config: Config,
    key: EnvelopeKey,
}

/// A request of the enterprise's, opened.
#[derive(Clone)]
pub struct OpenedRequest {
    /// Which interface.
    pub interface: &'static Interface,
    /// The JSON in the envelope.
    pub content: String,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
}

debug_shows!(OpenedRequest { interface, warnings });

impl OpenedRequest {
    /// Returns the request as its type; nothing where it is another one.
    pub fn message<T: RideRequest>(&self) -> Option<T> {
        if !std::ptr::eq(self.interface, T::INTERFACE) {
            return None;
        }
        let (mut packed, source) = (Packed::default(), self.content.as_bytes());
        // The common parameters are no fields of the type.
        read(T::MESSAGE, source, Reading::WIRE, &mut packed);
        Some(packed.view(T::MESSAGE, source)?.to_typed())
    }
}

/// A push, for POST.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPush {
    /// The path that it goes to.
    pub uri: String,
    /// Header names and values.
    pub headers: [(&'static str, &'static str); 2],
    /// The body, a form.
    pub body: String,
}

debug_shows!(SealedPush { uri });

impl MeituanRide {
    /// Meituan as the enterprise of this configuration meets it: the same routes and keys.
    ///
    /// # Errors
    /// `INVALID_CONFIG` with the setting's path.
    pub fn new(config: Config) -> Result<Self, Error> {
        let key = EnvelopeKey::new(&config.secret_key)?;
        Ok(MeituanRide { config, key })
    }

    /// Opens a request and checks it. `url` may be whole or a path.
    ///
    /// # Errors
    /// The first thing that is wrong, with the code that it has in a push that is refused.
    pub fn open(&self, url: &str, body: &[u8], now: Timestamp) -> Result<OpenedRequest, Error> {
        let path = path_of(url);
        let is =
            |interface: &&&Interface| matches!(interface.direction, Direction::ToMeituan { path: own, .. } if path.ends_with(own));
        let interface = INTERFACES.iter().find(is).ok_or_else(|| Error::at(ErrorCode::UnknownRoute, "url").detail(path))?;
        let parameter = |name| {
            let mut value = None;
            form::each_value(body, &[name], |found| value = Some(found));
            value
        };
        let token = if self.config.version == Version::V1 { "token" } else { "accessKey" };
        if parameter(token).as_deref() != Some(self.config.access_key.expose()) {
            return Err(Error::at(ErrorCode::WrongToken, token));
        }
        let content = parameter("content").ok_or_else(|| Error::at(ErrorCode::MissingField, "content"))?;
        let content = self.key.open(&content)?;
        self.check_common(interface, &content, now)?;
        let mut packed = Packed::default();
        read(interface.request, content.as_bytes(), Reading::WIRE, &mut packed);
        match Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => Ok(OpenedRequest { interface, content, warnings: packed.issues }),
        }
    }

    fn check_common(&self, interface: &Interface, content: &str, now: Timestamp) -> Result<(), Error> {
        let seen: Value = serde_json::from_str(content).map_err(|_| Error::at(ErrorCode::InvalidJson, "content"))?;
        if seen["entId"].as_u64() != Some(self.config.ent_id) {
            return Err(Error::at(ErrorCode::WrongEntId, "entId"));
        }
        let unit = if self.config.version == Version::V1 { 1000 } else { 1 };
        let sent = Timestamp(seen["ts"].as_i64().unwrap_or_default().saturating_mul(unit));
        if self.config.tolerance.is_some_and(|tolerance| sent.distance(now) > tolerance) {
            return Err(Error::at(ErrorCode::StaleTimestamp, "ts").detail(&seen["ts"].to_string()));
        }
        match interface.direction {
            Direction::ToMeituan { method, .. } if seen["method"] == method => Ok(()),
            _ => Err(Error::at(ErrorCode::UnexpectedMethod, "method").detail(&seen["method"].to_string())),
        }
    }

    /// Answers a request with success and this data; `()` where there is none.
    ///
    /// # Errors
    /// The first thing that the reply's definition refuses.
    pub fn reply(&self, to: &OpenedRequest, data: &impl FieldValue) -> Result<String, Error> {
        let program = json!({ "code": 0, "message": "成功", "data": RawJson::of(data) });
        let reply = written(to.interface.reply, &program, true)?;
        Ok(match self.config.version {
            Version::V1 => reply,
            Version::V2 => json!({ "status": 0, "msg": "成功", "traceId": "", "data": self.key.seal(&reply) }).to_string(),
        })
    }

    /// Refuses a request: a code of [`ResultCode`](crate::ride::codes::ResultCode), and words.
    pub fn refuse(&self, code: i32, message: &str) -> String {
        let reply = json!({ "code": code, "message": message }).to_string();
        match self.config.version {
            Version::V1 => reply,
            Version::V2 => json!({ "status": 0, "msg": "成功", "traceId": "", "data": self.key.seal(&reply) }).to_string(),
        }
    }

    /// Seals a push.
    ///
    /// # Errors
    /// `INVALID_CONFIG` at `routes` where no path is registered for it; else the first thing that its definition refuses.
    pub fn push(&self, push: &Push, now: Timestamp) -> Result<SealedPush, Error> {
        let (interface, body) = (push.interface(), push.body());
        let route = self.config.routes.iter().find(|(_, registered)| std::ptr::eq(*registered, interface));
        let uri = route.ok_or_else(|| Error::at(ErrorCode::InvalidConfig, "routes").detail(interface.name))?.0.clone();
        let mut body: Value = serde_json::from_str(body.as_str()).unwrap_or_default();
        if body["entId"].is_null() {
            body["entId"] = self.config.ent_id.to_string().into();
        }
        if body["ts"].is_null() {
            body["ts"] = (if self.config.version == Version::V1 { now.0 / 1000 } else { now.0 }).into();
        }
        let content = self.key.seal(&written(interface.request, &body, false)?);
        let token = String::from_utf8(form::encode(self.config.access_key.expose())).unwrap_or_default();
        let body = match self.config.version {
            Version::V1 => ["token=", &token, "&version=1.0&content=", &content].concat(),
            Version::V2 => ["accessKey=", &token, "&content=", &content].concat(),
        };
        Ok(SealedPush { uri, headers: crate::ride::HEADERS, body })
    }

    /// Whether the enterprise's answer to a push accepts it. Otherwise Meituan pushes again.
    pub fn is_accepted(status: u16, answer: &[u8]) -> bool {
        let seen: Value = serde_json::from_slice(answer).unwrap_or_default();
        status == 200 && seen["code"] == 0
    }
}

/// A message for the wire, from its program notation.
fn written(message: &'static crate::message::definition::Message, program: &Value, success: bool) -> Result<String, Error> {
    let (mut packed, mut out) = (Packed::default(), Vec::new());
    let source = program.to_string();
    read(message, source.as_bytes(), Reading { notation: Notation::Program, success, facts: Facts::default() }, &mut packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    write(message, &packed, source.as_bytes(), Notation::Wire, &mut out);
    Ok(String::from_utf8(out).unwrap_or_default())
}
