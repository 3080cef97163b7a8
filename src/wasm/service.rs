//! The order service at the boundary.

use super::crossing::unreadable;
use super::jobs::{Answering, Running, Services};
use super::state::{ENCRYPTED, JOB, NONE, Places, SAVED, State, address, finish, with};
use super::ticket;
use crate::Error;
use crate::message::{Id, Packed};
use crate::ticket::order::{AttemptEnded, Event, read_end, read_event, read_settings};
use crate::ticket::service::{Done, Input, Loaded, Now, Service, Step, Then, end_of_reply, write_answer};
use crate::ticket::{Call, ORDER_CREATE, Supplier};
use crate::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::prelude::*;

/// The order service of the settings in the input; a deadline that is not a number is the default. All ones when there is none.
#[wasm_bindgen]
pub fn order_service(length: usize, deadline: f64) -> u32 {
    with(|state| {
        let State { input, packed, orders, .. } = state;
        let source = input.get(..length).unwrap_or_default();
        let deadline = (!deadline.is_nan()).then_some(Duration::from_millis(deadline as u64));
        let is_same = |(settings, service): &(Vec<u8>, Service)| settings == source && service.deadline == deadline;
        let number = match orders.services.iter().position(is_same) {
            Some(known) => Ok(known as u32),
            None => read_settings(source, packed).map(|settings| {
                orders.services.push((source.to_vec(), Service { settings, deadline }));
                orders.services.len() as u32 - 1
            }),
        };
        state.finish_number(number)
    })
}

/// Reads a call, as `ticket_receive` does, and begins to answer it if it is about an order: the row has the job, and the
/// output is the first step. Of order create it is assumed that nothing is stored: saving finds out.
#[wasm_bindgen]
pub fn order_receive(supplier: u32, service: usize, head: usize, body: usize, now: f64, steady: f64) -> u32 {
    with(|state| {
        state.result[JOB] = NONE;
        state.output.clear();
        let outcome = ticket::receive(state, supplier, head, body, now);
        let outcome = outcome.and_then(|call| begin_to_answer(state, supplier, service, call, [head, body], time(now, steady)));
        state.tell_output();
        state.finish(outcome)
    })
}

fn begin_to_answer(
    state: &mut State,
    supplier: u32,
    service: usize,
    call: &'static Call,
    [head, body]: [usize; 2],
    now: Now,
) -> Result<(), Error> {
    let State { input, opened, packed, orders, result, output, suppliers, .. } = state;
    let supplier = Arc::clone(suppliers.get(supplier).ok_or_else(unreadable)?);
    let is_encrypted = result[4] & ENCRYPTED != 0;
    let source = if is_encrypted { &opened[..] } else { input.get(head..head + body).unwrap_or_default() };
    let view = packed.view(call.request, source).ok_or_else(unreadable)?;
    let Some(event) = Event::of_call(call, &view) else { return Ok(()) };
    let is_there = |field| view.object("body").and_then(|body| body.string(field)).is_some_and(|known| !known.is_empty());
    let left_out = call.known_echo.is_some_and(|field| !is_there(field));
    let answering = Some(Answering { supplier, call, is_encrypted, left_out });
    let known = orders.service(service)?;
    let (mut job, mut step) = known.answer(event, now);
    if std::ptr::eq(call, &ORDER_CREATE) {
        step = known.advance(&mut job, Input::Loaded(Loaded::default()), now);
    }
    known.put_step(&step, now.wall, output);
    let mut running = Running { service, job, answering, task: None, quantity: None, event: Vec::new(), saved: None };
    running.note(&mut step);
    running.put_saved(result);
    result[JOB] = orders.keep(running);
    Ok(())
}

/// Begins to record the event in the input, of the order whose number follows it; without an event, to settle. The row has the job; the
/// output is the first step.
#[wasm_bindgen]
pub fn order_begin(service: usize, can_send: bool, event: usize, order_id: usize, now: f64, steady: f64) -> u32 {
    with(|state| {
        let State { input, packed, orders, output, result, .. } = state;
        let now = time(now, steady);
        let (source, order_id) = input.get(..event + order_id).unwrap_or_default().split_at_checked(event).unwrap_or_default();
        let order_id = std::str::from_utf8(order_id).ok().and_then(|digits| digits.parse().ok()).map_or(Id(0), Id);
        output.clear();
        let begun = orders.service(service).and_then(|known| {
            let (job, step) = match source.is_empty() {
                true => known.settle(can_send, now),
                false => known.record(order_id, read_event(source, None, packed)?, now),
            };
            known.put_step(&step, now.wall, output);
            Ok(Running { service, job, answering: None, task: None, quantity: None, event: source.to_vec(), saved: None })
        });
        let outcome = begun.map(|running| result[JOB] = orders.keep(running));
        finish(state, outcome)
    })
}

/// Input of a job: 1 what is stored (the input is the snapshot, empty for none), 2 conflict, 3 store failed, 4 store late,
/// 5 resumed, 6 late, 7 sent. The output is the next step; if that is a reply, the row's string is the reply.
#[wasm_bindgen]
pub fn order_advance(job: usize, input: u32, length: usize, now: f64, steady: f64) -> u32 {
    advance(job, time(now, steady), |running, _, source, packed| {
        let input = match input {
            1 => Input::Loaded(running.loaded(source.get(..length).unwrap_or_default(), packed)?),
            2 => Input::Conflict,
            3 => Input::StoreFailed,
            4 => Input::StoreLate,
            5 => Input::Resumed,
            6 => Input::Late,
            _ => Input::Sent,
        };
        Ok([Some(input), None])
    })
}

/// The function of a job has ended: the input is its reply to this supplier's call in program notation, or (all ones) an
/// `attemptEnded`; then what is stored, if that is loaded.
#[wasm_bindgen]
pub fn order_ended(job: usize, supplier: u32, end: usize, snapshot: usize, is_loaded: bool, now: f64, steady: f64) -> u32 {
    advance(job, time(now, steady), |running, suppliers, source, packed| {
        let (end, snapshot) = source.get(..end + snapshot).unwrap_or_default().split_at_checked(end).unwrap_or_default();
        let end = running.end(suppliers.get(supplier).map(Arc::as_ref), end, packed)?;
        let loaded = if is_loaded { Some(Input::Loaded(running.loaded(snapshot, packed)?)) } else { None };
        Ok([Some(Input::Ended(end)), loaded])
    })
}

/// Begins to record how the function of a job has ended, after the job. The input is as for [`order_ended`].
#[wasm_bindgen]
pub fn order_begin_end(job: usize, supplier: u32, end: usize, now: f64, steady: f64) -> u32 {
    with(|state| {
        let State { input, packed, orders, output, result, suppliers, .. } = state;
        let now = time(now, steady);
        let source = input.get(..end).unwrap_or_default();
        output.clear();
        let begun = orders.jobs.get(job).and_then(Option::as_ref).ok_or_else(unreadable).and_then(|running| {
            let end = running.end(suppliers.get(supplier).map(Arc::as_ref), source, packed)?;
            let known = orders.service(running.service)?;
            let (job, step) = known.end_of(&end.key.clone(), end, now);
            known.put_step(&step, now.wall, output);
            Ok(Running {
                service: running.service,
                job,
                answering: None,
                task: None,
                quantity: None,
                event: Vec::new(),
                saved: None,
            })
        });
        let outcome = begun.map(|running| result[JOB] = orders.keep(running));
        finish(state, outcome)
    })
}

/// Gives a job its inputs, one after the other, and puts out the last step.
fn advance(
    job: usize,
    now: Now,
    inputs: impl FnOnce(&mut Running, &Places<Supplier>, &[u8], &mut Packed) -> Result<[Option<Input>; 2], Error>,
) -> u32 {
    with(|state| {
        let State { input, packed, orders: Services { services, jobs }, output, opened, result, suppliers, .. } = state;
        output.clear();
        let answered = || {
            let running = jobs.get_mut(job).and_then(Option::as_mut).ok_or_else(unreadable)?;
            let (_, service) = services.get(running.service).ok_or_else(unreadable)?;
            let mut last = None;
            for input in inputs(running, suppliers, input, packed)?.into_iter().flatten() {
                last = Some(service.advance(&mut running.job, input, now));
            }
            packed.issues.clear();
            let mut step = last.ok_or_else(unreadable)?;
            service.put_step(&step, now.wall, output);
            running.note(&mut step);
            running.put_saved(result);
            let Then::Done(Done::Reply(reply)) = &step.then else { return Ok(()) };
            let Some(Answering { supplier, call, is_encrypted, left_out }) = &running.answering else { return Ok(()) };
            write_answer(supplier, call, reply, *left_out, packed, opened)?;
            if let Some(sealed) = supplier.seal(opened).filter(|_| *is_encrypted) {
                *opened = sealed.into_bytes();
            }
            Ok(())
        };
        let outcome = answered();
        (state.result[2], state.result[3]) = (address(&state.opened), state.opened.len() as u32);
        finish(state, outcome)
    })
}

pub(super) fn time(wall: f64, steady: f64) -> Now {
    Now { wall: Timestamp(wall as i64), steady: Timestamp(steady as i64) }
}

/// Forgets a job.
#[wasm_bindgen]
pub fn order_end(job: usize) {
    with(|state| {
        if let Some(place) = state.orders.jobs.get_mut(job) {
            *place = None;
        }
    });
}

impl Running {
    /// The message by which the next inputs are read.
    fn note(&mut self, step: &mut Step) {
        if let Then::Run(task) = &step.then {
            self.task = Call::named(&task.call).map(|call| (call, task.key.clone()));
            self.quantity = step.save.as_ref().map(|save| save.order.quantity);
        }
        self.saved = step.save.take();
    }

    /// Where the JSON of the order that is to be saved is, for JavaScript.
    fn put_saved(&self, row: &mut [u32]) {
        if let (Some(saved), Some(place)) = (&self.saved, row.get_mut(SAVED..SAVED + 2)) {
            let json = saved.json.as_str();
            place.copy_from_slice(&[address(json.as_bytes()), json.len() as u32]);
        }
    }

    /// How the function ended: by its reply to the supplier's call, or without one by an `attemptEnded`.
    fn end(&self, supplier: Option<&Supplier>, end: &[u8], packed: &mut Packed) -> Result<AttemptEnded, Error> {
        let end = match (&self.task, supplier) {
            (Some((call, _)), Some(supplier)) => end_of_reply(supplier, call, end, self.quantity, packed)?,
            _ => read_end(end, packed)?,
        };
        let key = self.task.as_ref().map(|(_, key)| key.clone());
        Ok(AttemptEnded { key: key.unwrap_or_default(), ..end })
    }

    fn loaded(&mut self, snapshot: &[u8], packed: &mut Packed) -> Result<Loaded, Error> {
        if let Some(saved) = self.saved.take_if(|saved| saved.json.as_str().as_bytes() == snapshot) {
            return Ok(saved.into());
        }
        let loaded = Loaded::read(snapshot, packed)?;
        if let (false, Some(order)) = (self.event.is_empty(), loaded.order()) {
            // Its body is checked against the order's tickets.
            read_event(&self.event, Some(order.quantity), packed)?;
        }
        Ok(loaded)
    }
}
