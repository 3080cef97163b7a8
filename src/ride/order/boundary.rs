//! Orders as JSON in program notation: what JavaScript keeps and tells.

use super::facts::*;
use crate::message::definition::Message;
use crate::message::value::FieldValue;
use crate::message::{Form, Packed, Reading, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};

/// Applies an event, all in program notation, and appends to `out` what comes of it: a
/// [`RideTransition`](super::RideTransition), or, where the event is empty, the order's [`RideStanding`](super::RideStanding).
///
/// `order` is empty where nothing is known, and `calls` ([`RideCalls`]) where the limit of calls is not to be counted.
///
/// # Errors
/// What is wrong with one of the three texts, at a path below its name. That an event is illegal is no error.
pub fn apply_json(
    order: &[u8],
    event: &[u8],
    calls: &[u8],
    now: Timestamp,
    packed: &mut Packed,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut kept = RideOrder::default();
    if !order.is_empty() {
        part("order", RideOrder::MESSAGE, order, Form::Stored, packed)?;
        kept = packed.take(RideOrder::MESSAGE, order).unwrap_or_default();
    }
    let recent = recent_calls(calls, packed)?;
    if event.is_empty() {
        kept.standing(now, &recent).put(out);
        return Ok(());
    }
    // What Meituan told was checked when it came; its unknown numbers are kept.
    part("event", Event::MESSAGE, event, Form::Stored, packed)?;
    let view = packed.view(Event::MESSAGE, event);
    for own in ["sent", "answered", "failed"] {
        let call = view.and_then(|view| view.object(own)?.text("call"));
        if let Some(call) = call.filter(|call| Call::named(call).is_none()) {
            return Err(below("event", Error::at(ErrorCode::UnknownValue, "call").detail(&call)));
        }
    }
    let event = view.and_then(|view| Event::take(&view));
    let event = event.ok_or_else(|| Error::at(ErrorCode::MissingField, "event").detail("exactly one is told"))?;
    kept.applied(event, now, &recent).put(out);
    Ok(())
}

/// Records a call of ours: appends to `out` the recent calls ([`RideCalls`]) with it. `calls` is empty where there are none.
///
/// # Errors
/// What is wrong with the recent calls, or that there is no such call.
pub fn record_json(calls: &[u8], call: &str, now: Timestamp, packed: &mut Packed, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut recent = recent_calls(calls, packed)?;
    let call = Call::named(call).ok_or_else(|| Error::at(ErrorCode::UnknownValue, "call").detail(call))?;
    recent.record(call, now);
    recent.put(out);
    Ok(())
}

fn recent_calls(calls: &[u8], packed: &mut Packed) -> Result<RideCalls, Error> {
    if calls.is_empty() {
        return Ok(RideCalls::default());
    }
    part("calls", RideCalls::MESSAGE, calls, Form::Program, packed)?;
    Ok(packed.take(RideCalls::MESSAGE, calls).unwrap_or_default())
}

fn part(name: &str, message: &'static Message, text: &[u8], form: Form, packed: &mut Packed) -> Result<(), Error> {
    read(message, text, Reading { form, ..Reading::WIRE }, packed);
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
