//! Orders and events as JSON in program notation, as JavaScript has them.

use super::facts::*;
use crate::message::definition::Message;
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, Reading, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};

/// Applies an event, all in program notation, and appends to `out` what comes of it: a
/// [`RideTransition`](super::RideTransition), or, where the event is empty, the order's [`RideStanding`](super::RideStanding).
///
/// `order` is empty where nothing is known, and `calls` ([`RideCalls`]) where the limit of calls is not to be counted.
///
/// # Errors
/// What is wrong with one of the three strings, at a path below its name. That an event is illegal is no error.
pub fn apply_json(
    order: &[u8],
    event: &[u8],
    calls: &[u8],
    now: Timestamp,
    packed: &mut Packed,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let kept = order_from_json(order, packed)?.unwrap_or_default();
    let recent = calls_from_json(calls, packed)?;
    if event.is_empty() {
        kept.standing(now, &recent).encode(out);
        return Ok(());
    }
    let event = event_from_json(event, packed)?;
    kept.applied(event, now, &recent).encode(out);
    Ok(())
}

/// Reads an order as it was stored; an empty string is none.
///
/// # Errors
/// What is wrong with it, at a path below `order`.
pub fn order_from_json(order: &[u8], packed: &mut Packed) -> Result<Option<RideOrder>, Error> {
    if order.is_empty() {
        return Ok(None);
    }
    part("order", RideOrder::MESSAGE, order, Notation::Stored, packed)?;
    Ok(packed.decode(RideOrder::MESSAGE, order))
}

/// Reads an event in program notation.
///
/// # Errors
/// What is wrong with it, at a path below `event`.
pub fn event_from_json(event: &[u8], packed: &mut Packed) -> Result<Event, Error> {
    // Meituan's messages were checked when they came; unknown numbers in them are kept.
    part("event", Event::MESSAGE, event, Notation::Stored, packed)?;
    let view = packed.view(Event::MESSAGE, event);
    for own in ["sent", "answered", "failed"] {
        let call = view.and_then(|view| view.object(own)?.string("call"));
        if let Some(call) = call.filter(|call| Call::named(call).is_none()) {
            return Err(below("event", Error::at(ErrorCode::UnknownValue, "call").detail(&call)));
        }
    }
    let state = view.and_then(|view| view.object("proposed")?.string("state"));
    if let Some(state) = state.filter(|state| ProposalState::named(state).is_none()) {
        return Err(below("event", Error::at(ErrorCode::UnknownValue, "state").detail(&state)));
    }
    let event = view.and_then(|view| Event::decode(&view));
    event.ok_or_else(|| Error::at(ErrorCode::MissingField, "event").detail("exactly one is expected"))
}

/// Records a call of ours: appends to `out` the recent calls ([`RideCalls`]) with it. `calls` is empty where there are none.
///
/// # Errors
/// What is wrong with the recent calls, or that there is no such call.
pub fn record_json(calls: &[u8], call: &str, now: Timestamp, packed: &mut Packed, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut recent = calls_from_json(calls, packed)?;
    let call = Call::named(call).ok_or_else(|| Error::at(ErrorCode::UnknownValue, "call").detail(call))?;
    recent.record(call, now);
    recent.encode(out);
    Ok(())
}

/// Reads the recent calls in program notation; an empty string is none.
///
/// # Errors
/// What is wrong with them, at a path below `calls`.
pub fn calls_from_json(calls: &[u8], packed: &mut Packed) -> Result<RideCalls, Error> {
    if calls.is_empty() {
        return Ok(RideCalls::default());
    }
    part("calls", RideCalls::MESSAGE, calls, Notation::Program, packed)?;
    Ok(packed.decode(RideCalls::MESSAGE, calls).unwrap_or_default())
}

fn part(name: &str, message: &'static Message, text: &[u8], notation: Notation, packed: &mut Packed) -> Result<(), Error> {
    read(message, text, Reading { notation, ..Reading::WIRE }, packed);
    match Error::from_issues(&packed.issues) {
        None => Ok(()),
        Some(error) => Err(below(name, error)),
    }
}

#[cold]
#[inline(never)]
fn below(name: &str, mut error: Error) -> Error {
    error.path = if error.path.is_empty() { name.into() } else { [name, ".", &error.path].concat() };
    error
}
