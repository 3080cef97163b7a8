//! The ride API at the boundary.

use super::cipher;
use super::crossing::{found_outside, unreadable};
use super::messages::{configured, routes_of, text_of};
use super::state::{self, ANSWER, NONE, State, address, place, with};
use crate::envelope::EnvelopeKey;
use crate::message::View;
use crate::ride::{Client, Config, Environment, INTERFACES, Interface, PUSH_OK, Refusal, ReplyForm, Version, check, push_fail};
use crate::time::Timestamp;
use crate::{Error, Secret};
use std::time::Duration;
use wasm_bindgen::prelude::*;

crate::messages! {
    /// The settings of a client, as the facade hands them over.
    ClientSettings {
        /// Our number, as digits.
        ent_id "entId": id, required;
        /// The accessKey.
        access_key "accessKey": string, required;
        /// The secretKey.
        secret_key "secretKey": string, required;
        /// `test`, `production`, or an address.
        environment "environment": string, required;
        /// The generation, 1 or 2.
        version "version": integer(1..2), required;
        /// How far `ts` may be from now, in seconds; absent: any.
        tolerance_seconds "toleranceSeconds": count, optional;
        /// Sent requests must keep inferred rules too.
        strict_inferred "strictInferred": flag, optional;
        /// A push without a token is refused.
        require_token "requireToken": flag, optional;
        /// Larger bodies are refused.
        max_body_bytes "maxBodyBytes": count, required;
        /// Which path means which push.
        routes "routes": list(object(PushRoute)), required;
        /// Whether the host has a cipher for it.
        has_cipher "hasCipher": flag, optional;
    }

    /// A path and its push.
    PushRoute {
        /// The path.
        path "path": string, required;
        /// The push's name.
        call "call": string, required;
    }
}

fn configuration(settings: &View<'_>) -> Result<Config, Error> {
    let text = |name| text_of(settings, name);
    let number = |name| settings.integer(name).unwrap_or_default();
    // The reader has seen to it that these are digits.
    let ent_id = text("entId").bytes().fold(0, |id: u64, digit| id * 10 + u64::from(digit - b'0'));
    let mut config = Config::new(ent_id, Secret::new(text("accessKey")), Secret::new(text("secretKey")));
    config.environment = match &*text("environment") {
        "test" => Environment::Test,
        "production" => Environment::Production,
        host => Environment::Host(host.into()),
    };
    config.version = if number("version") == 2 { Version::V2 } else { Version::V1 };
    config.tolerance = settings.integer("toleranceSeconds").map(|seconds| Duration::from_secs(seconds as u64));
    config.strict_inferred = number("strictInferred") != 0;
    config.require_token = number("requireToken") != 0;
    config.max_body_bytes = number("maxBodyBytes") as usize;
    config.routes = routes_of(settings, Interface::named)?;
    Ok(config)
}

/// Makes the client of this number, of the settings in the input. 0 when there is one then.
#[wasm_bindgen]
pub fn ride_client(number: u32, length: usize) -> u32 {
    with(|state| {
        let State { input, clients, .. } = state;
        let source = input.get_mut(..length).unwrap_or_default();
        let made = configured(ClientSettings::MESSAGE, source, |settings| {
            let host = settings.has("hasCipher").then(|| cipher::of_client(number));
            Ok(Client::new(configuration(settings)?)?.computed_by(host))
        });
        let outcome = made.map(|client| clients.put(number, client));
        state.finish(outcome)
    })
}

fn index_of(interface: Option<&'static Interface>) -> u32 {
    let found = interface.and_then(|interface| INTERFACES.iter().position(|other| std::ptr::eq(*other, interface)));
    found.map_or(NONE, |index| index as u32)
}

/// Writes a request: the input is its program notation, without `entId`, `method` and `ts`. The output is the URL, a
/// line feed, and the body. 0 when it may go out.
#[wasm_bindgen]
pub fn ride_request(client: u32, interface: u32, length: usize, now: f64) -> u32 {
    with(|state| {
        let program = state.input.get(..length).unwrap_or_default();
        let (Some(client), Some(interface)) = (state.clients.get(client), INTERFACES.get(interface as usize)) else {
            return state.finish(Err(unreadable()));
        };
        let outcome = client.encode_request(interface, program, Timestamp(now as i64), &mut state.packed);
        state.tell_findings();
        state.finish_text(outcome.map(|encoded| [&*encoded.url, "\n", &encoded.body].concat()))
    })
}

/// Reads a reply of this HTTP status: the input is the body. 0 when it is a success; its message is then in the slots, and the output is its
/// `traceId`.
#[wasm_bindgen]
pub fn ride_read_reply(client: u32, interface: u32, status: u16, length: usize) -> u32 {
    with(|state| {
        let body = state.input.get(..length).unwrap_or_default();
        let (Some(client), Some(interface)) = (state.clients.get(client), INTERFACES.get(interface as usize)) else {
            return state.finish(Err(unreadable()));
        };
        state.result[0] = index_of(Some(interface));
        let mut encrypted = false;
        let outcome = match client.read_reply(interface, status, body, &mut state.packed) {
            Ok(replied) => {
                encrypted = replied.form == ReplyForm::Encrypted;
                state.output = replied.trace_id.into_bytes();
                (state.result[2], state.result[3]) = place(replied.source, &mut state.opened);
                Ok(())
            }
            Err(error) => Err(error),
        };
        state.tell_findings();
        state.tell_output();
        state.result[4] |= if encrypted { state::ENCRYPTED } else { 0 };
        state.finish(outcome)
    })
}

/// Reads a push: the input is path and query (the head), then the body. 0 when it is accepted: its message is then in the
/// slots, and the output is its de-duplication key. Else the output is the body to answer with.
#[wasm_bindgen]
pub fn ride_receive(client: u32, head: usize, body: usize, now: f64) -> u32 {
    with(|state| {
        state.result[0] = NONE;
        let head_and_body = state.input.get(..head + body).unwrap_or_default();
        let (head, body) = head_and_body.split_at_checked(head).unwrap_or_default();
        let (Some(client), Ok(uri)) = (state.clients.get(client), std::str::from_utf8(head)) else {
            return state.finish(Err(unreadable()));
        };
        let mut is_other = false;
        let outcome = match client.accept(uri, body, Timestamp(now as i64), &mut state.packed) {
            Ok(accepted) => {
                state.result[0] = index_of(Some(accepted.interface));
                is_other = accepted.is_other;
                state.opened = accepted.source.into_bytes();
                (state.result[2], state.result[3]) = (address(&state.opened), state.opened.len() as u32);
                state.output = accepted.deduplication_key.into_bytes();
                Ok(())
            }
            Err(refusal) => {
                state.result[0] = index_of(refusal.interface);
                state.output = refusal.answer().into_bytes();
                state.result[ANSWER] = refusal.answer_code().0 as u32;
                Err(refusal.error)
            }
        };
        state.tell_findings();
        state.tell_output();
        state.result[4] |= if is_other { state::OTHER } else { 0 };
        state.finish(outcome)
    })
}

/// Answers a push that JavaScript refuses: the input is what was found.
#[wasm_bindgen]
pub fn ride_refuse(length: usize) {
    with(|state| {
        let error = found_outside(state.input.get(..length).unwrap_or_default());
        let refusal = Refusal { error, interface: None };
        state.result[ANSWER] = refusal.answer_code().0 as u32;
        state.output = refusal.answer().into_bytes();
        state.tell_output();
    });
}

/// Answers a push: the input is the message beside a failure's code. 0 when it may go out.
#[wasm_bindgen]
pub fn ride_answer(code: i32, length: usize) -> u32 {
    with(|state| {
        let message = std::str::from_utf8(state.input.get(..length).unwrap_or_default()).unwrap_or_default();
        let answer = if code == 0 { Ok(PUSH_OK.to_owned()) } else { push_fail(code, message) };
        state.finish_text(answer)
    })
}

/// Checks a message by itself: the input is the JSON of a request, or a reply. 0 when there is a message: it is then in the
/// slots. Findings are kept either way.
#[wasm_bindgen]
pub fn ride_check(interface: u32, is_reply: bool, length: usize) -> u32 {
    with(|state| {
        let text = state.input.get(..length).unwrap_or_default();
        let Some(interface) = INTERFACES.get(interface as usize) else { return state.finish(Err(unreadable())) };
        let source = check(interface, is_reply, text, &mut state.packed);
        let is_message = source.is_some();
        (state.result[2], state.result[3]) = place(source.unwrap_or_default(), &mut state.opened);
        state.tell_findings();
        u32::from(!is_message)
    })
}

/// Makes a key ready for what is sealed and opened by itself: the input is the secretKey. 0 when it is one; else the last key stays.
#[wasm_bindgen]
pub fn envelope_key(length: usize, has_cipher: bool) -> u32 {
    with(|state| {
        let made = EnvelopeKey::new(&state.take_secret(length)).map(|mut key| {
            key.compute_by(has_cipher.then(cipher::of_call));
            state.envelope_key = Some(key);
        });
        state.finish(made)
    })
}

/// Seals a string, the input, with that key. The output is the content. 0 when it is sealed.
#[wasm_bindgen]
pub fn envelope_seal(length: usize) -> u32 {
    with(|state| {
        let text = std::str::from_utf8(state.input.get(..length).unwrap_or_default());
        let sealed = match (&state.envelope_key, text) {
            (Some(key), Ok(text)) => {
                key.seal_into(text, &mut state.output);
                Ok(())
            }
            _ => Err(unreadable()),
        };
        state.tell_output();
        state.finish(sealed)
    })
}

/// Opens a content, the input, with that key. The output is the plaintext. 0 when it opens.
#[wasm_bindgen]
pub fn envelope_open(length: usize) -> u32 {
    with(|state| {
        let content = state.input.get(..length).unwrap_or_default();
        let opened = state.envelope_key.as_ref().map_or_else(|| Err(unreadable()), |key| key.open(content));
        state.finish_text(opened)
    })
}
