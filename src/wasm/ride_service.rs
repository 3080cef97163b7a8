//! The order service of rides, at the boundary: jobs live here until they are done.

use super::service::time;
use super::state::{State, with};
use crate::message::json::ObjectWriter;
use crate::message::{Notation, Reading, read};
use crate::ride::order::{Event, ProposalState, calls_from_json, event_from_json, order_from_json};
use crate::ride::service::{Done, Input, Job, News, NotStored, Save, Service, Step, Then};
use crate::time::Now;
use crate::{Error, ErrorCode};
use std::sync::{Mutex, PoisonError};
use wasm_bindgen::prelude::*;

/// The jobs that are not done, each at its number.
static JOBS: Mutex<Vec<Option<(Service, Job)>>> = Mutex::new(Vec::new());

fn jobs<R>(work: impl FnOnce(&mut Vec<Option<(Service, Job)>>) -> R) -> R {
    work(&mut JOBS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Begins a job about a stored order: the input is the service's settings, the order's key, and the event. `work`: 0 receives a
/// push, 1 records an event, 2 makes the call of a `sent`, 3 settles. The output is the first step. Returns the job's number, or all
/// ones: there is an error, or a push names no order.
#[wasm_bindgen]
pub fn ride_job_begin(work: u32, settings: usize, key: usize, event: usize, now: f64, steady: f64) -> u32 {
    with(|state| {
        let outcome = begin(state, work, [settings, key, event], time(now, steady));
        state.tell_output();
        state.finish_number(outcome)
    })
}

fn begin(state: &mut State, work: u32, lengths: [usize; 3], now: Now) -> Result<u32, Error> {
    state.output.clear();
    let State { input, packed, .. } = state;
    let [settings, key, event] = super::orders::three(input, lengths);
    let key = std::str::from_utf8(key).unwrap_or_default();
    read(Service::MESSAGE, settings, Reading { notation: Notation::Program, ..Reading::WIRE }, packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    let service: Service = packed.decode(Service::MESSAGE, settings).unwrap_or_default();
    let event = if work == 3 { None } else { Some(event_from_json(event, packed)?) };
    let begun = match (work, event) {
        (0, Some(event)) => service.receive(event, now),
        (2, Some(Event::Sent(sent))) => Some(service.call(key, sent, now)),
        (1 | 2, Some(event)) => Some(service.record(key, event, now)),
        _ => Some(service.settle(key, now)),
    };
    let (job, step) = begun.ok_or_else(|| Error::at(ErrorCode::MissingField, "mtOrderId"))?;
    write_step(&step, &mut state.output);
    Ok(jobs(|jobs| {
        let place = jobs.iter().position(Option::is_none).unwrap_or_else(|| {
            jobs.push(None);
            jobs.len() - 1
        });
        jobs[place] = Some((service, job));
        place as u32
    }))
}

/// Reports what came of the last step: the input is, by `kind`, 0 what was loaded (empty for nothing); 1 somebody else has saved
/// first; 2 the store failed; 3 it was late; 4 the pause is over; 5 the event of a reply; 6 how the payment ended; 7 it has not; 8
/// the driver that is chosen (empty for none). 0 where the output is the next step.
#[wasm_bindgen]
pub fn ride_job_advance(job: u32, kind: u32, length: usize, now: f64, steady: f64) -> u32 {
    with(|state| {
        let outcome = advance(state, job as usize, kind, length, time(now, steady));
        state.tell_output();
        state.finish(outcome)
    })
}

fn advance(state: &mut State, job: usize, kind: u32, length: usize, now: Now) -> Result<(), Error> {
    state.output.clear();
    let (input, packed) = (state.input.get(..length).unwrap_or_default(), &mut state.packed);
    let text = std::str::from_utf8(input).unwrap_or_default();
    jobs(|jobs| {
        let Some(Some((service, job))) = jobs.get_mut(job) else { return Ok(()) };
        let input = match kind {
            0 if job.loads_calls() => Input::CallsLoaded((length > 0).then(|| calls_from_json(input, packed)).transpose()?),
            0 => Input::Loaded(order_from_json(input, packed)?),
            1 => Input::Conflict,
            2 => Input::StoreFailed,
            3 => Input::StoreLate,
            4 => Input::Resumed,
            5 => Input::Replied(event_from_json(input, packed)?),
            6 => Input::Paid(ProposalState::named(text).unwrap_or(ProposalState::Unknown)),
            7 => Input::Late,
            _ => Input::Chosen((length > 0).then(|| text.to_owned())),
        };
        let step = service.advance(job, input, now);
        write_step(&step, &mut state.output);
        Ok(())
    })
}

/// Forgets a job. One that is done still accepts the report that its last step was not saved.
#[wasm_bindgen]
pub fn ride_job_drop(job: u32) {
    jobs(|jobs| {
        if let Some(place) = jobs.get_mut(job as usize) {
            *place = None;
        }
    });
}

fn write_step(Step { heard, save, until, then }: &Step, out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    object.field("until", until);
    if let Some(news) = heard {
        object.nested("heard", |object| put_news(object, news));
    }
    match save {
        Some(Save::Order { order, due, open_conflicts, news }) => {
            object.field("snapshot", order);
            object.field("openConflicts", open_conflicts);
            object.field("due", due);
            put_news(&mut object, news);
        }
        Some(Save::Calls(calls)) => object.field("snapshot", calls),
        None => {}
    }
    let mut field = |name: &'static str, value: &dyn Fn(&mut ObjectWriter<'_>)| {
        object.field("then", &name);
        value(&mut object);
    };
    match then {
        Then::Load(key) => field("load", &|object| object.field("key", key)),
        Then::LoadCalls => field("loadCalls", &|_| {}),
        Then::Pause(pause) => field("pause", &|object| object.field("pause", pause)),
        Then::Call(task) => field("call", &|object| {
            object.field("limit", &task.limit);
            object.field("call", &task.call);
            object.nested("message", |object| {
                object.field("mtOrderId", &task.mt_order_id);
                object.field("channelPartnerOrderId", &task.channel_partner_order_id);
                object.field("driverId", &task.driver_id);
                object.field("type", &task.step);
                object.field("cancelCode", &task.cancel_code);
                object.field("price", &task.price);
            });
        }),
        Then::Pay(payment) => field("pay", &|object| {
            object.field("limit", &payment.limit);
            object.field("price", &payment.price);
            object.field("payKey", &payment.key);
        }),
        Then::Choose(drivers) => field("choose", &|object| object.field("driverIds", drivers)),
        Then::Done(Done::Recorded(recorded)) => field("recorded", &|object| {
            object.field("kind", &recorded.kind);
            object.field("reason", &recorded.reason);
            object.field("key", &recorded.key);
            object.field("order", &recorded.order);
            object.field("standing", &recorded.standing);
        }),
        Then::Done(Done::Limited(at)) => field("limited", &|object| object.field("at", at)),
        Then::Done(Done::Settled(due)) => field("settled", &|object| object.field("at", due)),
        Then::Done(Done::Failed(why)) => field(failure(*why), &|_| {}),
    }
    object.end();
}

fn put_news(object: &mut ObjectWriter<'_>, news: &News) {
    object.field("conflicts", &news.conflicts);
    object.field("warnings", &news.warnings);
}

fn failure(why: NotStored) -> &'static str {
    match why {
        NotStored::Failed => "failed",
        NotStored::Late => "late",
        NotStored::Contended => "contended",
    }
}
