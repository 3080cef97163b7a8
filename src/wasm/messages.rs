//! Messages of both APIs by themselves, at the boundary.

use super::crossing::{Crossing, failure, unreadable};
use super::state::{State, address, with};
use crate::message::definition::{Facts, Message};
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, Reading, View, read, write};
use crate::ride::INTERFACES;
use crate::routes::Route;
use crate::ticket::CALLS;
use crate::time::Timestamp;
use crate::{Error, ErrorCode};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

/// A definition by its number: requests of all ticket calls, then replies; then the same for the ride interfaces.
pub(super) fn message(index: u32) -> Option<&'static Message> {
    let index = index as usize;
    if let Some(of_ride) = index.checked_sub(2 * CALLS.len()) {
        let interface = INTERFACES.get(of_ride % INTERFACES.len())?;
        return match of_ride / INTERFACES.len() {
            0 => Some(interface.request),
            1 => Some(interface.reply),
            _ => None,
        };
    }
    let call = CALLS.get(index % CALLS.len())?;
    Some(if index < CALLS.len() { call.request } else { call.reply })
}

/// What `make` makes of these settings. It is no `dyn`: what is in the table of functions stays in every page.
#[inline(always)]
pub(super) fn configured<T>(
    definition: &'static Message,
    source: &mut [u8],
    make: impl FnOnce(&View<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut packed = Packed::new();
    let view = read_settings(definition, source, &mut packed);
    let outcome = view.and_then(|view| make(&view));
    // The settings held secrets, and the input buffer lives on.
    source.zeroize();
    outcome
}

/// Settings by their definition. A finding in them is an error of the configuration.
#[inline(never)]
fn read_settings<'s>(definition: &'static Message, source: &'s [u8], packed: &'s mut Packed) -> Result<View<'s>, Error> {
    read(definition, source, Reading { notation: Notation::Program, ..Reading::WIRE }, packed);
    if let Some(mut error) = Error::from_issues(&packed.issues) {
        if error.code == ErrorCode::EmptyString {
            error.detail = "expected a string that is not empty".into();
        }
        error.code = ErrorCode::InvalidConfig;
        return Err(error);
    }
    packed.view(definition, source).ok_or_else(unreadable)
}

/// The setting `routes`: each a `path`, and under `call` the name of what it means.
#[inline(never)]
pub(super) fn routes_of<T>(settings: &View<'_>, named: fn(&str) -> Option<&'static T>) -> Result<Vec<Route<T>>, Error> {
    let mut routes = Vec::new();
    for route in settings.objects("routes") {
        let (name, path) = (text_of(&route, "call"), text_of(&route, "path"));
        let Some(target) = named(&name) else {
            return Err(
                Error::at(ErrorCode::InvalidConfig, "routes").detail(&["nothing is called ", &name, ", found at ", &path].concat())
            );
        };
        routes.push((path, target));
    }
    Ok(routes)
}

/// A setting's string; one that is absent is empty.
#[inline(never)]
pub(super) fn text_of(settings: &View<'_>, name: &str) -> String {
    settings.string(name).unwrap_or_default().into_owned()
}

/// Below 0 and not a number: not known.
pub(super) fn facts(quantity: i32, now: f64) -> Facts {
    let now = (!now.is_nan()).then_some(Timestamp(now as i64));
    Facts { quantity: u32::try_from(quantity).ok(), now, ..Facts::NONE }
}

/// Reads the input as a message. 0 when nothing refuses it; findings are kept either way.
#[wasm_bindgen]
pub fn read_message(index: u32, program: bool, length: usize, quantity: i32, now: f64) -> u32 {
    with(|state| {
        let how = Reading {
            notation: if program { Notation::Program } else { Notation::Wire },
            success: false,
            facts: facts(quantity, now),
        };
        let source = state.input.get(..length).unwrap_or_default();
        let read = message(index).is_some_and(|message| read(message, source, how, &mut state.packed));
        state.result[2] = address(source);
        state.result[3] = length as u32;
        state.tell_findings();
        let outcome = if read { Ok(()) } else { Err(Error::from_issues(&state.packed.issues).unwrap_or_else(unreadable)) };
        state.finish(outcome)
    })
}

/// Writes the message that was read last, in the wire's notation, to the output.
#[wasm_bindgen]
pub fn write_message(index: u32, length: usize) {
    with(|state| {
        state.output.clear();
        if let Some(message) = message(index) {
            write(message, &state.packed, state.input.get(..length).unwrap_or_default(), Notation::Wire, &mut state.output);
        }
        state.tell_output();
    });
}

/// Why the last call failed. The output is its JSON.
#[wasm_bindgen]
pub fn write_error() {
    with(|state| {
        let State { error, output, .. } = state;
        output.clear();
        if let Some(error) = error {
            failure(error, output);
        }
        state.tell_output();
    });
}

/// The findings in the message read last. The output is their JSON.
#[wasm_bindgen]
pub fn write_findings() {
    with(|state| {
        state.output.clear();
        Crossing::Findings(&state.packed.issues).encode(&mut state.output);
        state.tell_output();
    });
}
