//! The ride API at the border.

use super::{NONE, address, failure, unreadable, with};
use crate::envelope::Key;
use crate::message::{Form, Packed, Reading, View, read};
use crate::ride::{Client, Config, Environment, INTERFACES, Interface, ReplyForm, Version, check};
use crate::sorted_sign::{Scheme, sign};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Secret};
use sha1::{Digest, Sha1};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

crate::messages! {
    /// The settings of a client, as the facade hands them over.
    ClientSettings {
        /// Our number, as digits.
        ent_id "entId": id, required;
        /// The accessKey.
        access_key "accessKey": text, required;
        /// The secretKey.
        secret_key "secretKey": text, required;
        /// `test`, `production`, or an address.
        environment "environment": text, required;
        /// The generation, 1 or 2.
        version "version": integer(1..2), required;
        /// How far `ts` may be from now, in seconds; absent: any.
        tolerance_seconds "toleranceSeconds": count, optional;
        /// What we send must keep inferred rules too.
        strict_inferred "strictInferred": flag, optional;
        /// Larger bodies are refused.
        max_body_bytes "maxBodyBytes": count, required;
        /// Which path means which push.
        routes "routes": list(object(PushRoute)), required;
    }

    /// A path and its push.
    PushRoute {
        /// The path.
        path "path": text, required;
        /// The push's name.
        call "call": text, required;
    }
}

fn configuration(settings: &View<'_>) -> Result<Config, Error> {
    let text = |name| settings.text(name).unwrap_or_default().into_owned();
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
    config.tolerance_seconds = settings.integer("toleranceSeconds").map(|seconds| seconds as u32);
    config.strict_inferred = number("strictInferred") != 0;
    config.max_body_bytes = number("maxBodyBytes") as usize;
    for route in settings.objects("routes") {
        let name = route.text("call").unwrap_or_default();
        let push = Interface::named(&name).ok_or_else(|| Error::at(ErrorCode::InvalidConfig, "routes").detail(&name))?;
        config.routes.push((route.text("path").unwrap_or_default().into_owned(), push));
    }
    Ok(config)
}

/// A client of the settings in the input, or all ones. The same settings are the same client.
#[wasm_bindgen]
pub fn ride_client(length: usize) -> u32 {
    with(|state| {
        let source = state.input.get_mut(..length).unwrap_or_default();
        let fingerprint: [u8; 20] = Sha1::digest(&*source).into();
        if let Some(index) = state.clients.iter().position(|(known, _)| *known == fingerprint) {
            source.zeroize();
            return index as u32;
        }
        let mut packed = Packed::default();
        let how = Reading { form: Form::Program, ..Reading::WIRE };
        read(ClientSettings::MESSAGE, source, how, &mut packed);
        let client = match (Error::from_issues(&packed.issues), packed.view(ClientSettings::MESSAGE, source)) {
            (None, Some(settings)) => configuration(&settings).and_then(Client::new),
            (error, _) => {
                let error = error.unwrap_or_else(unreadable);
                let is_silent = error.code == ErrorCode::EmptyText;
                let error = if is_silent { error.detail("expected a text that is not empty") } else { error };
                Err(Error { code: ErrorCode::InvalidConfig, ..error })
            }
        };
        // The settings held secrets, and the input buffer lives on.
        source.zeroize();
        match client {
            Ok(client) => {
                state.clients.push((fingerprint, client));
                state.clients.len() as u32 - 1
            }
            Err(error) => {
                state.finish(Err(error));
                NONE
            }
        }
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
        let (Some((_, client)), Some(interface)) = (state.clients.get(client as usize), INTERFACES.get(interface as usize)) else {
            return state.finish(Err(unreadable()));
        };
        let outcome = client.encode_request(interface, program, Timestamp(now as i64), &mut state.packed);
        state.output.clear();
        let outcome = outcome.map(|encoded| {
            state.output.extend_from_slice(encoded.url.as_bytes());
            state.output.push(b'\n');
            state.output.extend_from_slice(encoded.body.as_bytes());
        });
        state.tell_findings();
        state.tell_output();
        state.finish(outcome)
    })
}

/// Reads a reply: the input is the body. 0 when it is a success; its message is then in the slots, and the output is its
/// `traceId`.
#[wasm_bindgen]
pub fn ride_read_reply(client: u32, interface: u32, length: usize) -> u32 {
    with(|state| {
        let body = state.input.get(..length).unwrap_or_default();
        let (Some((_, client)), Some(interface)) = (state.clients.get(client as usize), INTERFACES.get(interface as usize)) else {
            return state.finish(Err(unreadable()));
        };
        state.result[0] = index_of(Some(interface));
        let mut encrypted = false;
        let outcome = match client.read_reply(interface, body, &mut state.packed) {
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
        state.result[4] |= if encrypted { super::ENCRYPTED } else { 0 };
        state.finish(outcome)
    })
}

/// Where a text is, for JavaScript. One that is nowhere else is kept in `opened`.
fn place(text: Cow<'_, [u8]>, opened: &mut Vec<u8>) -> (u32, u32) {
    let text = match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => {
            *opened = text;
            opened
        }
    };
    (address(text), text.len() as u32)
}

/// Checks a message by itself: the input is the text of a request, or a reply. 0 when there is a message: it is then in the
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

/// Takes a push: the input is path and query (the head), then the body. 0 when it is taken: its message is then in the
/// slots, and the output is its de-duplication key. Else the output is the body to answer with.
#[wasm_bindgen]
pub fn ride_receive(client: u32, head: usize, body: usize, now: f64) -> u32 {
    with(|state| {
        state.result[0] = NONE;
        let head_and_body = state.input.get(..head + body).unwrap_or_default();
        let (head, body) = head_and_body.split_at_checked(head).unwrap_or_default();
        let (Some((_, client)), Ok(uri)) = (state.clients.get(client as usize), std::str::from_utf8(head)) else {
            return state.finish(Err(unreadable()));
        };
        let outcome = match client.accept(uri, body, Timestamp(now as i64), &mut state.packed) {
            Ok(accepted) => {
                state.result[0] = index_of(Some(accepted.interface));
                state.opened = accepted.source.into_bytes();
                (state.result[2], state.result[3]) = (address(&state.opened), state.opened.len() as u32);
                state.output = accepted.deduplication_key.into_bytes();
                Ok(())
            }
            Err(refusal) => {
                state.result[0] = index_of(refusal.interface);
                state.output = refusal.answer().into_bytes();
                Err(*refusal.error)
            }
        };
        state.tell_findings();
        state.tell_output();
        state.finish(outcome)
    })
}

/// A new order number from the 16 random bytes in the input; `undefined` when there are not 16.
#[wasm_bindgen]
pub fn ride_order_id(length: usize) -> Option<String> {
    with(|state| Some(crate::ride::new_order_id(state.input.get(..length)?.try_into().ok()?)))
}

/// Seals the input's text. The output is the content. 0 when it is sealed.
#[wasm_bindgen]
pub fn envelope_seal(secret_key: String, length: usize) -> u32 {
    with(|state| {
        let text = std::str::from_utf8(state.input.get(..length).unwrap_or_default());
        let text = text.map_err(|_| Error::at(ErrorCode::InvalidUtf8, ""));
        let sealed = Key::new(&Secret::new(secret_key)).and_then(|key| Ok(key.seal(text?)));
        finish_text(state, sealed)
    })
}

/// Opens the content in the input. The output is the text. 0 when it opens.
#[wasm_bindgen]
pub fn envelope_open(secret_key: String, length: usize) -> u32 {
    with(|state| {
        let content = state.input.get(..length).unwrap_or_default();
        let opened = Key::new(&Secret::new(secret_key)).and_then(|key| key.open(content));
        finish_text(state, opened)
    })
}

fn finish_text(state: &mut super::State, text: Result<String, Error>) -> u32 {
    state.output.clear();
    let outcome = text.map(|text| state.output.extend_from_slice(text.as_bytes()));
    state.tell_output();
    state.finish(outcome)
}

crate::messages! {
    /// A parameter to sign.
    Parameter {
        /// Its name.
        name "name": text, required;
        /// Its value.
        value "value": text, required;
    }

    /// Parameters to sign.
    Parameters {
        /// The parameters.
        parameters "parameters": list(object(Parameter)), required;
    }
}

/// Signs by sorted parameters. The input is `{"parameters":[{"name","value"}…]}`; `prefix`: the secret stands before all
/// parameters, else it is one of them.
#[wasm_bindgen]
pub fn sorted_sign(secret: String, prefix: bool, length: usize) -> Result<String, JsValue> {
    with(|state| {
        let mut packed = Packed::default();
        let source = state.input.get(..length).unwrap_or_default();
        read(Parameters::MESSAGE, source, Reading::WIRE, &mut packed);
        if let Some(error) = Error::from_issues(&packed.issues) {
            return Err(failure(&error));
        }
        let mut pairs = Vec::new();
        if let Some(view) = packed.view(Parameters::MESSAGE, source) {
            let text = |pair: &View<'_>, name| pair.text(name).unwrap_or_default().into_owned();
            pairs.extend(view.objects("parameters").map(|pair| (text(&pair, "name"), text(&pair, "value"))));
        }
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(sign(if prefix { Scheme::Prefix } else { Scheme::SignKey }, &Secret::new(secret), &pairs))
    })
}
