//! All that lives between calls, and the row of numbers that reports what a call has left there.

#[cfg(feature = "wasm")]
use super::{crossing::as_object, jobs::Services};
use crate::message::Packed;
use crate::ride::Client;
use crate::ticket::Supplier;
use crate::{Error, Secret};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(feature = "wasm")]
use wasm_bindgen::JsValue;
use zeroize::Zeroize;

/// All that lives between calls.
pub(super) struct State {
    pub(super) input: Vec<u8>,
    /// The plaintext of an encrypted body.
    pub(super) opened: Vec<u8>,
    pub(super) packed: Packed,
    pub(super) output: Vec<u8>,
    pub(super) error: Option<Error>,
    pub(super) result: [u32; 12],
    pub(super) suppliers: Places<Supplier>,
    pub(super) clients: Places<Client>,
    /// The key that sealed or opened last, by itself.
    pub(super) envelope_key: Option<crate::envelope::EnvelopeKey>,
    #[cfg(feature = "wasm")]
    pub(super) orders: Services,
}

/// Suppliers or clients, by the numbers that JavaScript gives them (pkg-template/js/boundary/places.ts). A number has its place, and
/// replaces the one that was there before.
pub(super) struct Places<T>(Vec<Option<(u32, Arc<T>)>>);

/// JavaScript has the same.
const PLACES: usize = 4096;

/// Where a number has its place.
pub(super) const fn place_of(number: u32) -> usize {
    number as usize % PLACES
}

impl<T> Places<T> {
    pub(super) const fn new() -> Self {
        Places(Vec::new())
    }

    // Many functions of the boundary look something up, and one of them is enough in the module.
    #[inline(never)]
    pub(super) fn get(&self, number: u32) -> Option<&Arc<T>> {
        let (held, made) = self.0.get(place_of(number))?.as_ref()?;
        (*held == number).then_some(made)
    }

    pub(super) fn put(&mut self, number: u32, made: T) {
        let place = place_of(number);
        while self.0.len() <= place {
            self.0.push(None);
        }
        if let Some(held) = self.0.get_mut(place) {
            *held = Some((number, Arc::new(made)));
        }
    }
}

static STATE: Mutex<State> = Mutex::new(State::new());

pub(super) const ASCII: u32 = 1;
pub(super) const ENCRYPTED: u32 = 2;
pub(super) const OTHER: u32 = 4;
pub(super) const NONE: u32 = u32::MAX;
/// The index of the answer's code in the row.
pub(super) const ANSWER: usize = 9;
/// The index of the job in the row.
#[cfg(feature = "wasm")]
pub(super) const JOB: usize = 8;
/// The index of the JSON of the order that is saved.
#[cfg(feature = "wasm")]
pub(super) const SAVED: usize = 10;

pub(super) fn with<R>(work: impl FnOnce(&mut State) -> R) -> R {
    work(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(super) fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as usize as u32
}

/// The place of a string, for JavaScript. One that is nowhere else is kept in `opened`.
pub(super) fn place(text: Cow<'_, [u8]>, opened: &mut Vec<u8>) -> (u32, u32) {
    let text = match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => {
            *opened = text;
            opened
        }
    };
    (address(text), text.len() as u32)
}

impl State {
    pub(super) const fn new() -> Self {
        State {
            input: Vec::new(),
            opened: Vec::new(),
            packed: Packed::new(),
            output: Vec::new(),
            error: None,
            result: [0; 12],
            suppliers: Places::new(),
            clients: Places::new(),
            envelope_key: None,
            #[cfg(feature = "wasm")]
            orders: Services::new(),
        }
    }

    pub(super) fn tell_findings(&mut self) {
        self.result[1] = self.packed.slots().as_ptr() as usize as u32;
        self.result[4] = if self.packed.is_ascii() { ASCII } else { 0 };
        self.result[5] = self.packed.issues.len() as u32;
    }

    pub(super) fn tell_output(&mut self) {
        self.result[6] = address(&self.output);
        self.result[7] = self.output.len() as u32;
    }

    /// The secret at the beginning of the input, which does not keep it.
    pub(super) fn take_secret(&mut self, length: usize) -> Secret {
        let bytes = self.input.get_mut(..length).unwrap_or_default();
        let secret = Secret::new(std::str::from_utf8(bytes).unwrap_or_default());
        bytes.zeroize();
        secret
    }

    /// The input behind that secret.
    pub(super) fn after(&self, secret: usize, length: usize) -> &[u8] {
        self.input.get(secret..).and_then(|rest| rest.get(..length)).unwrap_or_default()
    }

    /// The same as [`State::finish`], with the string as output.
    pub(super) fn finish_text(&mut self, text: Result<String, Error>) -> u32 {
        let (text, outcome) = match text {
            Ok(text) => (text, Ok(())),
            Err(error) => (String::new(), Err(error)),
        };
        self.output = text.into_bytes();
        self.tell_output();
        self.finish(outcome)
    }

    /// The number; else the error is kept for [`messages::write_error`], and all ones returned.
    pub(super) fn finish_number(&mut self, outcome: Result<u32, Error>) -> u32 {
        outcome.unwrap_or_else(|error| {
            self.finish(Err(error));
            NONE
        })
    }

    /// The value as a plain object; else the error is kept for [`messages::write_error`], and undefined returned.
    #[cfg(feature = "wasm")]
    pub(super) fn finish_object<T: serde::Serialize>(&mut self, outcome: Result<T, Error>) -> JsValue {
        let (object, outcome) = match outcome {
            Ok(value) => (as_object(&value), Ok(())),
            Err(error) => (JsValue::UNDEFINED, Err(error)),
        };
        self.tell_findings();
        self.finish(outcome);
        object
    }

    /// 0 for success; else the error is kept for [`messages::write_error`], and 1 returned.
    pub(super) fn finish(&mut self, outcome: Result<(), Error>) -> u32 {
        self.error = outcome.err();
        u32::from(self.error.is_some())
    }
}

#[cfg(feature = "wasm")]
pub(super) fn finish(state: &mut State, outcome: Result<(), Error>) -> u32 {
    state.tell_findings();
    state.tell_output();
    state.finish(outcome)
}
