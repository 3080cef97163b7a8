//! The ticket API at the border.

use super::{ENCRYPTED, NONE, address, facts, failure, with};
use crate::body_cipher::BodyKey;
use crate::ticket::{self, BodyEncryption, CALLS, Call, Config, Parts, SignedPath, Supplier};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Secret, ba};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    partner_id: u32,
    client_id: String,
    client_secrets: Vec<String>,
    tolerance_seconds: Option<u32>,
    max_body_bytes: u32,
    /// Path and call's name.
    routes: Vec<(String, String)>,
    strip: String,
    prepend: String,
    body_key: Option<String>,
}

fn configuration(settings: Settings) -> Result<Config, Error> {
    let secrets = settings.client_secrets.into_iter().map(Secret::new).collect();
    let mut config = Config::new(settings.partner_id, settings.client_id, Secret::new(""));
    config.client_secrets = secrets;
    config.tolerance_seconds = settings.tolerance_seconds;
    config.max_body_bytes = settings.max_body_bytes as usize;
    config.signed_path = SignedPath { strip: settings.strip, prepend: settings.prepend };
    for (path, name) in settings.routes {
        let call = Call::named(&name).ok_or_else(|| Error::at(ErrorCode::InvalidConfig, "routes").detail(&name))?;
        config.routes.push((path, call));
    }
    if let Some(key) = settings.body_key {
        config.body_encryption = Some(BodyEncryption { key: BodyKey::new(&Secret::new(key))?, app_key: String::new() });
    }
    Ok(config)
}

/// A supplier of this configuration. `fingerprint` is a text that is the same for the same configuration.
#[wasm_bindgen]
pub fn ticket_supplier(settings: JsValue, fingerprint: &str) -> Result<u32, JsValue> {
    let fingerprint: [u8; 20] = Sha1::digest(fingerprint.as_bytes()).into();
    with(|state| {
        if let Some(index) = state.configurations.iter().position(|known| *known == fingerprint) {
            return Ok(index as u32);
        }
        let settings = serde_wasm_bindgen::from_value(settings)
            .map_err(|error| failure(&Error::at(ErrorCode::InvalidConfig, "").detail(&error.to_string())))?;
        let supplier = configuration(settings).and_then(Supplier::new).map_err(|error| failure(&error))?;
        state.suppliers.push(supplier);
        state.configurations.push(fingerprint);
        Ok(state.suppliers.len() as u32 - 1)
    })
}

fn index_of(call: Option<&'static Call>) -> u32 {
    let found = call.and_then(|call| CALLS.iter().position(|other| std::ptr::eq(*other, call)));
    found.map_or(NONE, |index| index as u32)
}

/// The lines of the head: method, uri, signed uri (empty: work it out), PartnerId, Date, Authorization,
/// X-Encryption-Status. Nothing that HTTP allows in them has a line feed.
fn parts(head: &[u8]) -> Option<Parts<'_>> {
    let mut lines = std::str::from_utf8(head).ok()?.split('\n');
    let mut line = || lines.next();
    let parts = Parts {
        method: line()?,
        uri: line()?,
        signed_uri: line().map(|uri| (!uri.is_empty()).then_some(uri))?,
        partner_id: line()?,
        date: line()?,
        authorization: line()?,
        encryption_status: line()?,
    };
    line().is_none().then_some(parts)
}

/// Takes a call apart: the input is the head, then the body. 0 when it is accepted.
#[wasm_bindgen]
pub fn ticket_receive(supplier: u32, head: usize, body: usize, now: f64) -> u32 {
    with(|state| {
        state.result[0] = NONE;
        let head_and_body = state.input.get(..head + body).unwrap_or_default();
        let (head, body) = head_and_body.split_at_checked(head).unwrap_or_default();
        let (Some(supplier), Some(parts)) = (state.suppliers.get(supplier as usize), parts(head)) else {
            let error = Error::at(ErrorCode::MalformedHeader, "headers").detail("a line feed");
            return state.finish(Err(error));
        };
        let mut encrypted = false;
        let outcome = match supplier.accept(&parts, body, Timestamp(now as i64), &mut state.packed) {
            Ok(accepted) => {
                state.result[0] = index_of(Some(accepted.call));
                encrypted = accepted.encrypted;
                match accepted.source {
                    Cow::Borrowed(source) => (state.result[2], state.result[3]) = (address(source), source.len() as u32),
                    Cow::Owned(source) => {
                        state.opened = source;
                        (state.result[2], state.result[3]) = (address(&state.opened), state.opened.len() as u32);
                    }
                }
                Ok(())
            }
            Err(refusal) => {
                state.result[0] = index_of(refusal.call);
                Err(*refusal.error)
            }
        };
        state.tell_findings();
        state.result[4] |= if encrypted { ENCRYPTED } else { 0 };
        state.finish(outcome)
    })
}

/// Writes a reply: the input is its program notation. 0 when it may go out.
#[wasm_bindgen]
pub fn ticket_reply(supplier: u32, call: u32, code: i32, length: usize, quantity: i32, encrypted: bool) -> u32 {
    with(|state| {
        let program = state.input.get(..length).unwrap_or_default();
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier as usize), CALLS.get(call as usize)) else {
            return state.finish(Err(super::unreadable()));
        };
        let outcome = supplier.encode_reply(call, code, program, facts(quantity), &mut state.packed, &mut state.output);
        if let (true, Some(sealed)) = (encrypted && outcome.is_ok(), supplier.seal(&state.output)) {
            state.output = sealed.into_bytes();
        }
        state.tell_findings();
        state.tell_output();
        state.finish(outcome)
    })
}

/// Seals the input's text as a whole body, where the supplier has a key.
#[wasm_bindgen]
pub fn ticket_seal(supplier: u32, length: usize) -> Option<String> {
    with(|state| state.suppliers.get(supplier as usize)?.seal(state.input.get(..length)?))
}

/// Opens a whole body, where the supplier has a key; `undefined` when it does not open.
#[wasm_bindgen]
pub fn ticket_open(supplier: u32, length: usize) -> Option<Vec<u8>> {
    with(|state| {
        let encryption = state.suppliers.get(supplier as usize)?.config().body_encryption.as_ref()?;
        encryption.key.open(state.input.get(..length)?).ok()
    })
}

/// Writes a request: the input is its program notation. 0 when it may go out.
#[wasm_bindgen]
pub fn ticket_request(supplier: u32, call: u32, length: usize) -> u32 {
    with(|state| {
        let program = state.input.get(..length).unwrap_or_default();
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier as usize), CALLS.get(call as usize)) else {
            return state.finish(Err(super::unreadable()));
        };
        let outcome = supplier.encode_request(call, program, &mut state.packed, &mut state.output);
        state.tell_findings();
        state.result[4] |= if let Ok(true) = outcome { ENCRYPTED } else { 0 };
        state.tell_output();
        state.finish(outcome.map(|_| ()))
    })
}

/// Signs: the input is the URI. The output is the Authorization header, a line feed, and the string to sign (whose
/// own second line is the Date header).
#[wasm_bindgen]
pub fn ticket_sign(supplier: u32, post: bool, length: usize, now: f64) {
    with(|state| {
        let uri = std::str::from_utf8(state.input.get(..length).unwrap_or_default()).unwrap_or_default();
        state.output.clear();
        if let Some(supplier) = state.suppliers.get(supplier as usize) {
            let signature = supplier.sign(if post { "POST" } else { "GET" }, uri, Timestamp(now as i64));
            state.output.extend_from_slice(signature.authorization.as_bytes());
            state.output.push(b'\n');
            state.output.extend_from_slice(signature.string_to_sign.as_bytes());
        }
        state.tell_output();
    });
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    authorization: String,
    signature: String,
    string_to_sign: String,
}

/// BA by hand: signs any method, URI and date.
#[wasm_bindgen]
pub fn ba_sign(client_id: &str, secret: String, method: &str, uri: &str, date: &str) -> JsValue {
    let signature = ba::sign(&ba::Key::new(&Secret::new(secret)), method, uri, date);
    let signed = Signed {
        authorization: ba::authorization(client_id, &signature),
        string_to_sign: ba::string_to_sign(method, uri, date),
        signature,
    };
    serde_wasm_bindgen::to_value(&signed).unwrap_or(JsValue::NULL)
}

/// BA by hand: `undefined` when the header is right, else what is wrong.
#[wasm_bindgen]
pub fn ba_verify(client_id: &str, secret: String, method: &str, uri: &str, date: &str, authorization: &str) -> JsValue {
    let keys = [ba::Key::new(&Secret::new(secret))];
    match ba::verify(&keys, client_id, method, &[uri], date, authorization) {
        Ok(()) => JsValue::UNDEFINED,
        Err(error) => failure(&error),
    }
}

/// Milliseconds of an HTTP date; NaN when it is none.
#[wasm_bindgen]
pub fn parse_http_date(text: &str) -> f64 {
    crate::time::parse_http_date(text.as_bytes()).map_or(f64::NAN, |at| at.0 as f64)
}

/// Whether the definitions list this code for this call: 0 no, 1 a failure, 2 an outcome.
#[wasm_bindgen]
pub fn ticket_code(call: u32, code: i32) -> u32 {
    let Some(call): Option<&&ticket::Call> = CALLS.get(call as usize) else { return 0 };
    match (call.lists(code), call.is_outcome(code)) {
        (_, true) => 2,
        (true, false) => 1,
        _ => 0,
    }
}
