//! The rules of orders at the boundary: an event is applied to an order.

use super::state::{finish, with};
use crate::time::Timestamp;
use crate::{ride, ticket};
use wasm_bindgen::prelude::*;

/// Only this module has it: that distinguishes it from the other one, also where a page has left out what it does not call.
#[wasm_bindgen]
pub fn module_of_orders() {}

/// Applies an event to an order: the input is the snapshot (empty for none), the event and the settings, one after the
/// other, in program notation. 0 when it was applied; the output is what comes of it.
#[wasm_bindgen]
pub fn ticket_order_apply(snapshot: usize, event: usize, settings: usize, now: f64) -> u32 {
    with(|state| {
        let [snapshot, event, settings] = three(&state.input, [snapshot, event, settings]);
        state.output.clear();
        let now = Timestamp(now as i64);
        let outcome = ticket::order::apply_json(snapshot, event, settings, now, &mut state.packed, &mut state.output);
        finish(state, outcome)
    })
}

/// Applies an event to an order: the input is the order, the event and the recent calls, one after the other, each empty
/// where there is none, in program notation. 0 when it was applied; the output is what comes of it, or, without an event,
/// what follows from the order.
#[wasm_bindgen]
pub fn ride_order_apply(order: usize, event: usize, calls: usize, now: f64) -> u32 {
    with(|state| {
        let [order, event, calls] = three(&state.input, [order, event, calls]);
        state.output.clear();
        let now = Timestamp(now as i64);
        let outcome = ride::order::apply_json(order, event, calls, now, &mut state.packed, &mut state.output);
        finish(state, outcome)
    })
}

/// Records a call of ours: the input is the recent calls (empty for none), then the interface's name. 0 when there is such a
/// call; the output is the recent calls with it.
#[wasm_bindgen]
pub fn ride_call_record(calls: usize, name: usize, now: f64) -> u32 {
    with(|state| {
        let [calls, name, _] = three(&state.input, [calls, name, 0]);
        let name = std::str::from_utf8(name).unwrap_or_default();
        state.output.clear();
        let now = Timestamp(now as i64);
        let outcome = ride::order::record_json(calls, name, now, &mut state.packed, &mut state.output);
        finish(state, outcome)
    })
}

/// The three parts of the input, one after the other.
pub(super) fn three(input: &[u8], lengths: [usize; 3]) -> [&[u8]; 3] {
    let mut rest = input;
    lengths.map(|length| {
        let (part, others) = rest.split_at_checked(length).unwrap_or_default();
        rest = others;
        part
    })
}
