//! The ticket API at the boundary.

use super::messages::{configured, facts, routes_of, text_of};
use super::{ENCRYPTED, NONE, State, address, cipher, with};
use crate::body_cipher::BodyKey;
use crate::message::View;
use crate::message::definition::Facts;
use crate::ticket::{BodyEncryption, CALLS, Call, Config, Parts, SignedPath, Supplier};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Secret};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;

crate::messages! {
    /// The settings of a supplier, as the facade hands them over.
    Settings {
        /// Our number at Meituan.
        partner_id "partnerId": count, required;
        /// The name that signatures carry.
        client_id "clientId": text, required;
        /// The secrets that are accepted; the first one signs.
        client_secrets "clientSecrets": list(text), required;
        /// How far a Date may be from now, in seconds; absent: any.
        tolerance_seconds "toleranceSeconds": count, optional;
        /// What is sent must keep inferred rules too.
        strict_inferred "strictInferred": flag, optional;
        /// Larger bodies are refused.
        max_body_bytes "maxBodyBytes": count, required;
        /// Which path means which call.
        routes "routes": list(object(Route)), required;
        /// What to take from the front of the arriving path.
        strip "strip": text, optional;
        /// What to put before it then.
        prepend "prepend": text, optional;
        /// Whether a signature over the path alone is accepted, too.
        signed_without_query "signedWithoutQuery": flag, required;
        /// The key of the whole-body encryption.
        body_key "bodyKey": text, optional;
        /// Whether calls that Meituan encrypts must be encrypted.
        must_encrypt "mustEncrypt": flag, optional;
        /// Whether the host has a cipher for it.
        has_cipher "hasCipher": flag, optional;
    }

    /// A path and its call.
    Route {
        /// The path.
        path "path": text, required;
        /// The call's name.
        call "call": text, required;
    }
}

fn configuration(settings: &View<'_>, index: usize) -> Result<Config, Error> {
    let text = |name| text_of(settings, name);
    let number = |name| settings.integer(name).unwrap_or_default();
    let mut config = Config::new(number("partnerId") as u32, text("clientId"), Secret::new(""));
    config.client_secrets = settings.texts("clientSecrets").map(Secret::new).collect();
    config.tolerance_seconds = settings.integer("toleranceSeconds").map(|seconds| seconds as u32);
    config.strict_inferred = number("strictInferred") != 0;
    config.max_body_bytes = number("maxBodyBytes") as usize;
    config.signed_path = SignedPath { strip: text("strip"), prepend: text("prepend") };
    config.signed_without_query = number("signedWithoutQuery") != 0;
    config.routes = routes_of(settings, Call::named)?;
    if let Some(key) = settings.text("bodyKey") {
        let host = settings.has("hasCipher").then(|| cipher::of_supplier(index));
        let mut key = BodyKey::new(&Secret::new(key))?;
        key.compute_by(host);
        config.body_encryption = Some(BodyEncryption { key, app_key: String::new(), required: number("mustEncrypt") != 0 });
    }
    Ok(config)
}

/// A supplier of the settings in the input, or all ones. The same settings are the same supplier.
#[wasm_bindgen]
pub fn ticket_supplier(length: usize) -> u32 {
    with(|state| {
        let State { input, suppliers, known_suppliers, .. } = state;
        let source = input.get_mut(..length).unwrap_or_default();
        let supplier = configured(Settings::MESSAGE, source, known_suppliers, &mut |settings, index| {
            suppliers.push(Supplier::new(configuration(settings, index)?)?);
            Ok(())
        });
        state.finish_number(supplier)
    })
}

fn index_of(call: Option<&'static Call>) -> u32 {
    let found = call.and_then(|call| CALLS.iter().position(|other| std::ptr::eq(*other, call)));
    found.map_or(NONE, |index| index as u32)
}

/// The lines of the head: method, uri, signed uri (empty: work it out), PartnerId, Date, Authorization,
/// X-Encryption-Status. Nothing that HTTP allows in them has a line feed.
fn parts(head: &[u8]) -> Option<Parts<'_>> {
    let mut rest = Some(std::str::from_utf8(head).ok()?);
    let mut line = || {
        let here = rest?;
        let end = line_end(here.as_bytes());
        rest = end.map(|end| &here[end + 1..]);
        Some(end.map_or(here, |end| &here[..end]))
    };
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

/// Where the line ends, if another follows: eight bytes at a time, for a head is a good part of what a call costs.
fn line_end(text: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (chunks, rest) = text.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        let other = u64::from_le_bytes(*chunk) ^ (ONES * 0x0a);
        // The lowest mark is exact.
        let marks = other.wrapping_sub(ONES) & !other & (ONES << 7);
        if marks != 0 {
            return Some(8 * index + marks.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|&byte| byte == b'\n').map(|at| 8 * chunks.len() + at)
}

/// Takes a call apart: the input is the head, then the body. 0 when it is accepted. With all ones for the body's length, the head alone
/// is judged.
#[wasm_bindgen]
pub fn ticket_receive(supplier: u32, head: usize, body: usize, now: f64) -> u32 {
    with(|state| {
        let outcome = receive(state, supplier, head, body, now);
        state.finish(outcome.map(drop))
    })
}

/// The same, with the call. The row has where its content is.
pub(super) fn receive(state: &mut State, supplier: u32, head: usize, body: usize, now: f64) -> Result<&'static Call, Error> {
    state.result[0] = NONE;
    let is_head_alone = body == NONE as usize;
    let length = if is_head_alone { head } else { head + body };
    let head_and_body = state.input.get(..length).unwrap_or_default();
    let (head, body) = head_and_body.split_at_checked(head).unwrap_or_default();
    let (Some(supplier), Some(parts)) = (state.suppliers.get(supplier as usize), parts(head)) else {
        return Err(Error::at(ErrorCode::MalformedHeader, "headers").detail("a line feed"));
    };
    if is_head_alone {
        let judged = supplier.judge_head(&parts, Timestamp(now as i64)).map_err(|refusal| (refusal.call, refusal.error));
        let call = judged.as_ref().map_or_else(|(call, _)| *call, |call| Some(*call));
        state.result[0] = index_of(call);
        return judged.map_err(|(_, error)| error);
    }
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
            Ok(accepted.call)
        }
        Err(refusal) => {
            state.result[0] = index_of(refusal.call);
            Err(refusal.error)
        }
    };
    state.tell_findings();
    state.result[4] |= if encrypted { ENCRYPTED } else { 0 };
    outcome
}

/// Writes a reply: the input is its program notation. 0 when it may go out. `left_out`: the request lacked the order's number.
#[wasm_bindgen]
pub fn ticket_reply(supplier: u32, call: u32, code: i32, length: usize, quantity: i32, left_out: bool, encrypted: bool) -> u32 {
    with(|state| {
        let program = state.input.get(..length).unwrap_or_default();
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier as usize), CALLS.get(call as usize)) else {
            return state.finish(Err(super::unreadable()));
        };
        let facts = Facts { left_out: call.known_echo.filter(|_| left_out), ..facts(quantity, f64::NAN) };
        let outcome = supplier.encode_reply(call, code, program, facts, &mut state.packed, &mut state.output);
        if encrypted
            && outcome.is_ok()
            && let Some(sealed) = supplier.seal(&state.output)
        {
            state.output = sealed.into_bytes();
        }
        state.tell_findings();
        state.tell_output();
        state.finish(outcome)
    })
}

/// Seals the input's text as a whole body. 0 where the supplier has a key; the output is the body.
#[wasm_bindgen]
pub fn ticket_seal(supplier: u32, length: usize) -> u32 {
    with(|state| {
        let supplier = state.suppliers.get(supplier as usize);
        let sealed = supplier.and_then(|supplier| supplier.seal(state.input.get(..length)?));
        state.finish_text(sealed.ok_or_else(super::unreadable))
    })
}

/// Opens a whole body. 0 where the supplier has a key and it opens; the output is the text.
#[wasm_bindgen]
pub fn ticket_open(supplier: u32, length: usize) -> u32 {
    with(|state| {
        let encryption = state.suppliers.get(supplier as usize).and_then(|supplier| supplier.config().body_encryption.as_ref());
        let body = state.input.get(..length).unwrap_or_default();
        let opened = encryption.ok_or_else(super::unreadable).and_then(|encryption| encryption.key.open(body));
        let outcome = opened.map(|text| state.output = text);
        state.tell_output();
        state.finish(outcome)
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

/// Signs a POST: the input is the URI, then what is signed in its place, unless its length is all ones. 0 when both are URIs; the output
/// is the string to sign, whose last line is the Date header, and as one more line the Authorization header.
#[wasm_bindgen]
pub fn ticket_sign(supplier: u32, uri: usize, signed: usize, now: f64) -> u32 {
    with(|state| {
        let State { input, suppliers, output, .. } = state;
        let text = |range| input.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let uri_text = text(0..uri);
        let signed = if signed == NONE as usize { uri_text } else { text(uri..uri + signed) };
        let supplier = suppliers.get(supplier as usize).ok_or_else(super::unreadable);
        let outcome = supplier.and_then(|supplier| supplier.write_signed("POST", uri_text, signed, Timestamp(now as i64), output));
        state.tell_output();
        state.finish(outcome)
    })
}
