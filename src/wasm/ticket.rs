//! The ticket API at the boundary.

use super::cipher;
use super::crossing::{found_outside, unreadable};
use super::messages::{configured, facts, routes_of, text_of};
use super::state::{self, ANSWER, ENCRYPTED, NONE, State, with};
use crate::body_cipher::BodyKey;
use crate::message::View;
use crate::routes::{as_uri, is_plain};
use crate::ticket::{
    BodyEncryption, CALLS, Call, Config, HttpReply, PackedCall, Parts, Refusal, ReplyOutcome, Said, SignedPath, Supplier,
    check_failure, failure_of,
};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Secret};
use std::time::Duration;
use wasm_bindgen::prelude::*;

crate::messages! {
    /// The settings of a supplier, as the facade hands them over.
    Settings {
        /// Our number at Meituan.
        partner_id "partnerId": count, required;
        /// The name that signatures carry.
        client_id "clientId": string, required;
        /// The secrets that are accepted; the first one signs.
        client_secrets "clientSecrets": list(string), required;
        /// How far a Date may be from now, in seconds; absent: any.
        tolerance_seconds "toleranceSeconds": count, optional;
        /// Sent messages must keep inferred rules too.
        strict_inferred "strictInferred": flag, optional;
        /// Larger bodies are refused.
        max_body_bytes "maxBodyBytes": count, required;
        /// Which path means which call.
        routes "routes": list(object(Route)), required;
        /// The prefix to remove from the arriving path.
        strip "strip": string, optional;
        /// The prefix to add then.
        prepend "prepend": string, optional;
        /// Whether a signature over the path alone is accepted, too.
        signed_without_query "signedWithoutQuery": flag, required;
        /// The key of the whole-body encryption.
        body_key "bodyKey": string, optional;
        /// Whether calls that Meituan encrypts must be encrypted.
        must_encrypt "mustEncrypt": flag, optional;
        /// The host for notices; absent: Meituan's host.
        host "host": string, optional;
        /// Whether the host has a cipher for it.
        has_cipher "hasCipher": flag, optional;
    }

    /// A path and its call.
    Route {
        /// The path.
        path "path": string, required;
        /// The call's name.
        call "call": string, required;
    }
}

fn configuration(settings: &View<'_>, number: u32) -> Result<Config, Error> {
    let text = |name| text_of(settings, name);
    let integer = |name| settings.integer(name).unwrap_or_default();
    let mut config = Config::new(integer("partnerId") as u32, text("clientId"), Secret::new(""));
    config.client_secrets = settings.strings("clientSecrets").map(Secret::new).collect();
    config.tolerance = settings.integer("toleranceSeconds").map(|seconds| Duration::from_secs(seconds as u64));
    config.strict_inferred = integer("strictInferred") != 0;
    config.max_body_bytes = integer("maxBodyBytes") as usize;
    config.signed_path = SignedPath { strip: text("strip"), prepend: text("prepend") };
    config.signed_without_query = integer("signedWithoutQuery") != 0;
    config.routes = routes_of(settings, Call::named)?;
    if settings.has("host") {
        config.host = text("host");
    }
    if let Some(key) = settings.string("bodyKey") {
        let host = settings.has("hasCipher").then(|| cipher::of_supplier(number));
        let mut key = BodyKey::new(&Secret::new(key))?;
        key.compute_by(host);
        config.body_encryption = Some(BodyEncryption { key, app_key: String::new(), required: integer("mustEncrypt") != 0 });
    }
    Ok(config)
}

/// Makes the supplier of this number, of the settings in the input. 0 when there is one then.
#[wasm_bindgen]
pub fn ticket_supplier(number: u32, length: usize) -> u32 {
    with(|state| {
        let State { input, suppliers, .. } = state;
        let source = input.get_mut(..length).unwrap_or_default();
        let made = configured(Settings::MESSAGE, source, |settings| Supplier::new(configuration(settings, number)?));
        let outcome = made.map(|supplier| suppliers.put(number, supplier));
        state.finish(outcome)
    })
}

fn index_of(call: Option<&'static Call>) -> u32 {
    let found = call.and_then(|call| CALLS.iter().position(|other| std::ptr::eq(*other, call)));
    found.map_or(NONE, |index| index as u32)
}

/// The lines of the head: method, uri, signed uri (empty: work it out), PartnerId, Date, Authorization,
/// X-Encryption-Status. Nothing that HTTP allows in them has a line feed.
/// Whatever else they are, the first two are there, for the answer.
fn parts(head: &[u8]) -> Result<Parts<'_>, Parts<'_>> {
    let whole = std::str::from_utf8(head).unwrap_or_default();
    let mut rest = Some(whole);
    let mut line = || {
        let here = rest?;
        let end = line_end(here.as_bytes());
        rest = end.map(|end| &here[end + 1..]);
        Some(end.map_or(here, |end| &here[..end]))
    };
    let [method, uri, signed_uri, partner_id, date, authorization] = [(); 6].map(|()| line().unwrap_or_default());
    let last = line();
    let signed_uri = (!signed_uri.is_empty()).then_some(signed_uri);
    let encryption_status = last.unwrap_or_default();
    let parts = Parts { method, uri, signed_uri, partner_id, date, authorization, encryption_status };
    if last.is_some() && line().is_none() { Ok(parts) } else { Err(parts) }
}

/// The end of the line, if another follows: eight bytes at a time, for a head is a good part of what a call costs.
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

/// Reads a call: the input is the head, then the body. 0 when it is accepted; else the output is the answer. With all ones for the
/// body's length, the head alone is judged.
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
    let Some(supplier) = state.suppliers.get(supplier) else { return Err(unreadable()) };
    let parts = match parts(head) {
        Ok(parts) => parts,
        Err(parts) => {
            let error = Error::at(ErrorCode::MalformedHeader, "headers").detail("a line feed");
            let refusal = parts.refusal(error, supplier.route(parts.uri));
            let answer = supplier.answer_refusal(&refusal);
            return Err(refused(state, refusal, answer));
        }
    };
    if is_head_alone {
        return match supplier.judge_head(&parts, Timestamp(now as i64)) {
            Ok(call) => {
                state.result[0] = index_of(Some(call));
                Ok(call)
            }
            Err(refusal) => {
                let answer = supplier.answer_refusal(&refusal);
                Err(refused(state, refusal, answer))
            }
        };
    }
    match supplier.accept(&parts, body, Timestamp(now as i64), &mut state.packed) {
        Ok(PackedCall { call, source, encrypted }) => {
            state.result[0] = index_of(Some(call));
            (state.result[2], state.result[3]) = state::place(source, &mut state.opened);
            state.tell_findings();
            state.result[4] |= if encrypted { ENCRYPTED } else { 0 };
            Ok(call)
        }
        Err(refusal) => {
            let answer = supplier.answer_refusal(&refusal);
            Err(refused(state, refusal, answer))
        }
    }
}

/// Puts out what a refused call is answered with.
#[cold]
#[inline(never)]
fn refused(state: &mut State, Refusal { error, call, .. }: Refusal, answer: HttpReply) -> Error {
    state.packed.issues.clear();
    state.result[0] = index_of(call);
    put_answer(state, failure_of(call), answer);
    error
}

fn put_answer(state: &mut State, code: i32, answer: HttpReply) {
    state.tell_findings();
    state.result[ANSWER] = if answer.status == 200 { code as u32 } else { 0 };
    state.result[4] |= if answer.is_encrypted() { ENCRYPTED } else { 0 };
    state.output.clear();
    state.output.extend_from_slice(&answer.body);
    state.tell_output();
}

/// Answers a call that JavaScript refuses: the input is the head as far as it is known, then what was found.
#[wasm_bindgen]
pub fn ticket_refuse(supplier: u32, head: usize, found: usize) {
    with(|state| {
        let head_and_found = state.input.get(..head + found).unwrap_or_default();
        let (head, found) = head_and_found.split_at_checked(head).unwrap_or_default();
        let Some(supplier) = state.suppliers.get(supplier) else { return };
        let (Ok(parts) | Err(parts)) = parts(head);
        let refusal = parts.refusal(found_outside(found), supplier.route(parts.uri));
        let answer = supplier.answer_refusal(&refusal);
        refused(state, refusal, answer);
    });
}

/// Answers a call whose reply cannot be sent: the input is what was found.
#[wasm_bindgen]
pub fn ticket_fault(supplier: u32, call: u32, length: usize, encrypted: bool) {
    with(|state| {
        let found = found_outside(state.input.get(..length).unwrap_or_default());
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier), CALLS.get(call as usize)) else { return };
        let answer = supplier.answer_fault(call, &found, encrypted);
        put_answer(state, call.failure, answer);
    });
}

/// Writes a failure: the input is its reason. `how` says which code it has: 0 that of the call's family, 1 a listed one, 2 another. 0 when it
/// may go out.
#[wasm_bindgen]
pub fn ticket_fail(supplier: u32, call: u32, how: u32, code: i32, length: usize, encrypted: bool) -> u32 {
    with(|state| {
        let Some(supplier) = state.suppliers.get(supplier) else { return state.finish(Err(unreadable())) };
        let describe = std::str::from_utf8(state.input.get(..length).unwrap_or_default()).unwrap_or_default();
        let call = CALLS.get(call as usize).copied();
        let outcome = match (call, how) {
            (Some(call), 1..) => check_failure(call, code, how != 1, describe),
            _ => Ok(()),
        };
        let code = if how == 0 { failure_of(call) } else { code };
        let outcome = outcome.map(|()| match call {
            Some(call) => supplier.failure(call, code, describe),
            None => (supplier.encode_failure(code, describe), Vec::new()),
        });
        let answer = outcome.map(|(body, warnings)| supplier.http_reply(body, encrypted, warnings));
        let outcome = answer.map(|mut answer| {
            state.packed.issues = std::mem::take(&mut answer.warnings);
            put_answer(state, code, answer);
        });
        state.finish(outcome)
    })
}

/// Reads a reply of this HTTP status: the input is the body. 0 when it is an outcome; its message is then in the slots, and its meaning
/// for the order rules in the place of an answer's code.
#[wasm_bindgen]
pub fn ticket_read_reply(supplier: u32, call: u32, status: u16, length: usize, quantity: i32) -> u32 {
    with(|state| {
        let body = state.input.get(..length).unwrap_or_default();
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier), CALLS.get(call as usize)) else {
            return state.finish(Err(unreadable()));
        };
        let outcome = match supplier.read_reply(call, status, body, facts(quantity, f64::NAN), &mut state.packed) {
            Ok(replied) => {
                let rejection = replied.rejection(&state.packed.issues);
                state.result[ANSWER] = replied.delivery().0 as u32;
                (state.result[2], state.result[3]) = state::place(replied.source, &mut state.opened);
                rejection.map_or(Ok(()), Err)
            }
            Err(error) => Err(error),
        };
        state.tell_findings();
        state.finish(outcome)
    })
}

/// Writes an outcome: the input is an object with what the request said of the fields that the reply repeats (or nothing), an object with
/// what is beside the body (or nothing), and the body, without one all ones for its length. `outcome`: 0 done, 1 done before, 2 put off. 0
/// when it may go out.
#[allow(clippy::too_many_arguments, reason = "numbers cross, and nothing else")]
#[wasm_bindgen]
pub fn ticket_reply(
    supplier: u32,
    call: u32,
    outcome: u32,
    repeated: usize,
    beside: usize,
    body: usize,
    quantity: i32,
    received_at: f64,
    now: f64,
    encrypted: bool,
) -> u32 {
    with(|state| {
        let State { input, suppliers, packed, output, .. } = state;
        let (Some(supplier), Some(call)) = (suppliers.get(supplier), CALLS.get(call as usize)) else {
            return state.finish(Err(unreadable()));
        };
        let part = |from: usize, length: usize| input.get(from..).and_then(|rest| rest.get(..length)).unwrap_or_default();
        let has_body = body != NONE as usize;
        let outcome = [ReplyOutcome::Done, ReplyOutcome::Already, ReplyOutcome::Pending].get(outcome as usize);
        let written = outcome.map_or_else(|| Err(unreadable()), |outcome| outcome.code(call)).and_then(|code| {
            let said = Said {
                code,
                describe: "",
                body: has_body.then(|| part(repeated + beside, body)),
                beside: part(repeated, beside),
                repeated: part(0, repeated),
                times: [received_at, now].map(|time| Some(Timestamp(time as i64))),
            };
            let (program, facts) = supplier.completed(call, &said, facts(quantity, f64::NAN));
            supplier.encode_reply(call, code, &program, facts, packed, output)?;
            if encrypted && let Some(sealed) = supplier.seal(output) {
                *output = sealed.into_bytes();
            }
            Ok(code)
        });
        state.tell_findings();
        state.result[ANSWER] = written.as_ref().copied().unwrap_or_default() as u32;
        state.tell_output();
        state.finish(written.map(drop))
    })
}

/// Seals the input as a whole body. 0 where the supplier has a key; the output is the body.
#[wasm_bindgen]
pub fn ticket_seal(supplier: u32, length: usize) -> u32 {
    with(|state| {
        let supplier = state.suppliers.get(supplier);
        let sealed = supplier.and_then(|supplier| supplier.seal(state.input.get(..length)?));
        state.finish_text(sealed.ok_or_else(unreadable))
    })
}

/// Opens a whole body. 0 where the supplier has a key and it opens; the output is the plaintext.
#[wasm_bindgen]
pub fn ticket_open(supplier: u32, length: usize) -> u32 {
    with(|state| {
        let encryption = state.suppliers.get(supplier).and_then(|supplier| supplier.config().body_encryption.as_ref());
        let body = state.input.get(..length).unwrap_or_default();
        let opened = encryption.ok_or_else(unreadable).and_then(|encryption| encryption.key.open(body));
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
        let (Some(supplier), Some(call)) = (state.suppliers.get(supplier), CALLS.get(call as usize)) else {
            return state.finish(Err(unreadable()));
        };
        let outcome = supplier.encode_request(call, program, &mut state.packed, &mut state.output);
        state.tell_findings();
        state.result[4] |= if let Ok(true) = outcome { ENCRYPTED } else { 0 };
        state.tell_output();
        state.finish(outcome.map(|_| ()))
    })
}

/// Signs a POST: the input is the URI, then what is signed in its place, unless its length is all ones. 1 unless both are URIs, 2 where
/// URL parsers may write the first one otherwise, else 0; the output is the string to sign, whose last line is the Date header, and the
/// Authorization header as one more line.
#[wasm_bindgen]
pub fn ticket_sign(supplier: u32, uri: usize, signed: usize, now: f64) -> u32 {
    with(|state| {
        let State { input, suppliers, output, .. } = state;
        let text = |range| input.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let uri_text = text(0..uri);
        let is_plain = is_plain(uri_text);
        let outcome = suppliers.get(supplier).ok_or_else(unreadable).and_then(|supplier| {
            if !is_plain {
                as_uri(uri_text, "uri")?;
            }
            let signed_text = match signed == NONE as usize {
                true => uri_text,
                false => as_uri(text(uri..uri + signed), "signedUri")?,
            };
            supplier.write_signed("POST", signed_text, Timestamp(now as i64), output);
            Ok(())
        });
        state.tell_output();
        match state.finish(outcome) {
            0 => 2 * u32::from(!is_plain),
            failed => failed,
        }
    })
}

/// The host that requests of a supplier go to, as output: scheme and authority, with a path where the configuration has one.
#[wasm_bindgen]
pub fn ticket_host(supplier: u32) {
    with(|state| {
        state.output.clear();
        let host = state.suppliers.get(supplier).map_or("", |supplier| &supplier.config().host);
        state.output.extend_from_slice(host.as_bytes());
        state.tell_output();
    });
}
