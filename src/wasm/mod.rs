//! The boundary to JavaScript. Conversion only: nothing here decides anything about the protocol.
//!
//! Hot calls take and return numbers. Text goes in through one input buffer that Rust owns ([`input`]); what comes
//! back is reported by a fixed row of ten numbers ([`result`]): positions in the module's memory that JavaScript reads
//! directly. Errors and findings are cold, and cross as JSON.
//!
//! | number | meaning |
//! |--:|---|
//! | 0 | index of the call, all ones for none |
//! | 1 | address of the packed slots |
//! | 2, 3 | address and length of the text that the slots point into |
//! | 4 | marks: 1 the text is ASCII, 2 it was (or is) encrypted, 4 the push is about another business than rides |
//! | 5 | number of findings, see [`messages::write_findings`] |
//! | 6, 7 | address and length of the output |
//! | 8 | number of the job, all ones for none; see [`service`] |
//! | 9 | code of the answer that is the output; 0 where there is nothing true to answer |
//!
//! The package has two modules with this border: the one of `wasm-messages`, which serves every call, and the one with all of
//! it, which is instantiated when it is first needed: for orders, and for what is done by hand.

#![expect(unreachable_pub, reason = "the exports are reached from JavaScript, not from Rust")]
#![cfg_attr(not(feature = "wasm"), allow(dead_code, reason = "the module of messages leaves alone what only the other needs"))]

mod cipher;
#[cfg(feature = "wasm")]
mod diagnosis;
mod messages;
#[cfg(feature = "wasm")]
mod orders;
mod ride;
#[cfg(feature = "wasm")]
mod rides;
#[cfg(feature = "wasm")]
mod service;
mod ticket;

use crate::message::Packed;
use crate::message::value::{FieldValue, ObjectWriter, Slot, push_text};
use crate::ride::Client;
use crate::ticket::Supplier;
use crate::{Error, ErrorCode, Issue, Remote, Secret};
use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

/// Takes and frees memory in constant time, with a quarter of the code of the allocator that comes with the platform.
#[global_allocator]
static ALLOCATOR: rlsf::GlobalTlsf<Allocation> = rlsf::GlobalTlsf::new();

struct Allocation;

impl rlsf::GlobalTlsfOptions for Allocation {
    // Texts that grow are few, and are copied.
    const ENABLE_REALLOCATION: bool = false;
    // What comes from the system piece by piece becomes one, so that a large body finds room where small ones were.
    const COALESCE_POOLS: bool = true;
}

/// All that lives between calls.
struct State {
    input: Vec<u8>,
    /// What an encrypted body was opened to.
    opened: Vec<u8>,
    packed: Packed,
    output: Vec<u8>,
    error: Option<Error>,
    result: [u32; 10],
    suppliers: Vec<Supplier>,
    /// The fingerprint of each supplier's settings.
    known_suppliers: Vec<[u8; 20]>,
    clients: Vec<Client>,
    known_clients: Vec<[u8; 20]>,
    /// What was sealed or opened with last, by itself.
    envelope_key: Option<crate::envelope::Key>,
    #[cfg(feature = "wasm")]
    orders: service::Services,
}

static STATE: Mutex<State> = Mutex::new(State::new());

const ASCII: u32 = 1;
const ENCRYPTED: u32 = 2;
const OTHER: u32 = 4;
const NONE: u32 = u32::MAX;
/// Where the row has the answer's code.
const ANSWER: usize = 9;
/// Where the row has the job.
#[cfg(feature = "wasm")]
const JOB: usize = 8;

fn with<R>(work: impl FnOnce(&mut State) -> R) -> R {
    work(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as usize as u32
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

impl State {
    const fn new() -> Self {
        State {
            input: Vec::new(),
            opened: Vec::new(),
            packed: Packed::new(),
            output: Vec::new(),
            error: None,
            result: [0; 10],
            suppliers: Vec::new(),
            known_suppliers: Vec::new(),
            clients: Vec::new(),
            known_clients: Vec::new(),
            envelope_key: None,
            #[cfg(feature = "wasm")]
            orders: service::Services::new(),
        }
    }

    fn tell_findings(&mut self) {
        self.result[1] = self.packed.slots().as_ptr() as usize as u32;
        self.result[4] = if self.packed.is_ascii() { ASCII } else { 0 };
        self.result[5] = self.packed.issues.len() as u32;
    }

    fn tell_output(&mut self) {
        self.result[6] = address(&self.output);
        self.result[7] = self.output.len() as u32;
    }

    /// The secret that stands first in the input. The input does not keep it.
    fn take_secret(&mut self, length: usize) -> Secret {
        let bytes = self.input.get_mut(..length).unwrap_or_default();
        let secret = Secret::new(std::str::from_utf8(bytes).unwrap_or_default());
        bytes.zeroize();
        secret
    }

    /// What follows that secret.
    fn after(&self, secret: usize, length: usize) -> &[u8] {
        self.input.get(secret..).and_then(|rest| rest.get(..length)).unwrap_or_default()
    }

    /// The same as [`State::finish`], with the text as output.
    fn finish_text(&mut self, text: Result<String, Error>) -> u32 {
        let (text, outcome) = match text {
            Ok(text) => (text, Ok(())),
            Err(error) => (String::new(), Err(error)),
        };
        self.output = text.into_bytes();
        self.tell_output();
        self.finish(outcome)
    }

    /// The number; else the error is kept for [`messages::write_error`], and all ones returned.
    fn finish_number(&mut self, outcome: Result<u32, Error>) -> u32 {
        outcome.unwrap_or_else(|error| {
            self.finish(Err(error));
            NONE
        })
    }

    /// 0 for success; else the error is kept for [`messages::write_error`], and 1 returned.
    fn finish(&mut self, outcome: Result<(), Error>) -> u32 {
        self.error = outcome.err();
        u32::from(self.error.is_some())
    }
}

/// Makes room for `length` bytes of input and returns where to write them. May move the module's memory.
#[wasm_bindgen]
pub fn input(length: usize) -> u32 {
    with(|state| {
        if state.input.len() < length {
            state.input.resize(length.next_power_of_two().max(4096), 0);
        }
        address(&state.input)
    })
}

/// Where the row of ten numbers is. It never moves.
#[wasm_bindgen]
pub fn result() -> u32 {
    with(|state| state.result.as_ptr() as usize as u32)
}

#[cfg(feature = "wasm")]
fn finish(state: &mut State, outcome: Result<(), Error>) -> u32 {
    state.tell_findings();
    state.tell_output();
    state.finish(outcome)
}

/// An error that JavaScript has found: a line with its code, then its path.
fn found_outside(said: &[u8]) -> Error {
    let said = std::str::from_utf8(said).unwrap_or_default();
    let (code, path) = said.split_once('\n').unwrap_or((said, ""));
    Error::at(ErrorCode::named(code).unwrap_or(ErrorCode::WrongType), path)
}

fn unreadable() -> Error {
    Error::at(ErrorCode::InvalidJson, "")
}

/// What crosses as JSON and not as numbers. It is one type, so that there is one routine for all of it.
enum Crossing<'c> {
    Absent,
    Flag(bool),
    Number(i64),
    Text(&'c str),
    Findings(&'c [Issue]),
    /// Fields that are absent are left out.
    Object(&'c [(&'static str, Crossing<'c>)]),
}

impl<'c> Crossing<'c> {
    fn optional(text: Option<&'c str>) -> Self {
        text.map_or(Crossing::Absent, Crossing::Text)
    }
}

/// These are only written.
impl FieldValue for Crossing<'_> {
    fn take(_: Option<Slot<'_>>) -> Self {
        Crossing::Absent
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Crossing::Absent => out.extend_from_slice(b"null"),
            Crossing::Flag(flag) => flag.put(out),
            Crossing::Number(number) => number.put(out),
            Crossing::Text(text) => push_text(text, out),
            Crossing::Findings(issues) => {
                out.push(b'[');
                for (index, issue) in issues.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    Crossing::Object(&finding(issue)).put(out);
                }
                out.push(b']');
            }
            Crossing::Object(fields) => {
                let mut object = ObjectWriter::begin(out);
                for (name, value) in *fields {
                    object.field(name, value);
                }
                object.end();
            }
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Crossing::Absent)
    }
}

/// The fields of a finding.
fn finding(issue: &Issue) -> [(&'static str, Crossing<'_>); 6] {
    [
        ("code", Crossing::Text(issue.code.as_str())),
        ("refuses", Crossing::Flag(issue.refuses)),
        ("path", Crossing::Text(&issue.path)),
        ("rule", Crossing::optional(issue.rule)),
        ("detail", Crossing::Text(&issue.detail)),
        ("offset", Crossing::Number(i64::from(issue.offset))),
    ]
}

/// Appends an error.
fn failure(error: &Error, out: &mut Vec<u8>) {
    let remote = error.remote.as_deref();
    let of_remote = |value: fn(&Remote) -> Crossing<'_>| remote.map_or(Crossing::Absent, value);
    Crossing::Object(&[
        ("code", Crossing::Text(error.code.as_str())),
        ("path", Crossing::Text(&error.path)),
        ("rule", Crossing::optional(error.rule)),
        ("detail", Crossing::Text(&error.detail)),
        ("stringToSign", Crossing::optional(error.string_to_sign.as_deref())),
        ("issues", Crossing::Findings(&error.issues)),
        ("remoteCode", of_remote(|remote| Crossing::Number(remote.code))),
        ("remoteName", of_remote(|remote| Crossing::Text(remote.name))),
        ("describe", of_remote(|remote| Crossing::Text(&remote.describe))),
        ("retryable", of_remote(|remote| Crossing::Flag(remote.retryable))),
        ("gateway", of_remote(|remote| Crossing::Flag(remote.gateway))),
        (
            "httpStatus",
            of_remote(|remote| remote.http_status.map_or(Crossing::Absent, |status| Crossing::Number(i64::from(status)))),
        ),
        ("traceId", of_remote(|remote| Crossing::Text(&remote.trace_id))),
    ])
    .put(out);
}
