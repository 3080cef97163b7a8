//! The machine over JSON: what JavaScript calls.

#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
use super::AttemptEnded;
use super::format1::Order1;
use super::{
    Answer, Applied, Breach, Event, Order, OrderReply, OrderSettings, Reason, Report, admissions, apply_to, broken_off, next_due,
};
use crate::message::definition::{Facts, Message};
use crate::message::json::ObjectWriter;
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, Reading, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};

/// Applies an event, all in program notation. `snapshot` is empty where nothing is stored, `settings` where the defaults
/// will do. The result is appended to `out`:
///
/// ```json
/// { "kind": "moved", "next": {…}, "reply": { "code": 200, "describe": "success", "body": {…} },
///   "run": { "call": "orderPay", "key": "orderPay:7", "request": {…} }, "busy": true, "send": [{ "id": "payNotice:7", … }],
///   "admittance": { "admitted": [{ "voucher": "…", "quantity": 1 }], "refused": [{ "voucher": "…", "quantity": 1, "reason": "used" }] },
///   "conflicts": ["entered-beyond"], "reason": "spent-voucher", "reports": ["accepted-at-last"],
///   "due": 1480000000000, "brokenOff": ["orderPay:7"],
///   "counts": { "quantity": 2, "used": 0, "refunded": 0, "pending": 0, "free": 2 },
///   "admissions": [{ "voucher": "…", "quantity": 1 }] }
/// ```
///
/// Of `reply`, `run`, `send`, `admittance` and `busy`, one at most is there. `due`, `brokenOff` (keys to take over now), `counts` and `admissions`
/// are those of the order after the event.
///
/// # Errors
/// The first thing that refuses the snapshot (path below `order`), the settings (`settings`), or the event. Events that
/// the supplier makes are read strictly, calls of Meituan's as leniently as when they came.
pub fn apply_json(
    snapshot: &[u8],
    event: &[u8],
    settings: &[u8],
    now: Timestamp,
    packed: &mut Packed,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let settings = read_settings(settings, packed)?;
    let (order, _) = read_snapshot(snapshot, packed)?;
    let event = read_event(event, order.as_ref().map(|order| order.quantity), packed)?;
    let (order, applied) = apply_to(order, None, &event, None, &settings, now);
    put(order.as_ref(), &applied, &settings, now, out);
    Ok(())
}

/// Settings; an empty string is the defaults.
pub(crate) fn read_settings(json: &[u8], packed: &mut Packed) -> Result<OrderSettings, Error> {
    stored(OrderSettings::MESSAGE, json, "settings", Notation::Program, packed).map(Option::unwrap_or_default)
}

/// An event, checked against the number of tickets where that is known and not 0. Those that the supplier makes are read strictly,
/// calls of Meituan's as leniently as when they came.
pub(crate) fn read_event(json: &[u8], quantity: Option<u32>, packed: &mut Packed) -> Result<Event, Error> {
    let quantity = quantity.filter(|&quantity| quantity > 0);
    let mut how = Reading { notation: Notation::Stored, success: false, facts: Facts { quantity, ..Facts::NONE } };
    let mut refused = !read(Event::MESSAGE, json, how, packed);
    let mut taken = packed.view(Event::MESSAGE, json).and_then(|view| Event::decode(&view));
    if taken.as_ref().is_some_and(|event| event.order_id().is_none()) {
        how.notation = Notation::Program;
        refused = !read(Event::MESSAGE, json, how, packed);
        taken = packed.view(Event::MESSAGE, json).and_then(|view| Event::decode(&view));
    }
    let unusable = || Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::MissingField, ""));
    taken.filter(|_| !refused).ok_or_else(unusable)
}

/// How a function ended.
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub(crate) fn read_end(json: &[u8], packed: &mut Packed) -> Result<AttemptEnded, Error> {
    let end = stored(AttemptEnded::MESSAGE, json, "", Notation::Program, packed)?;
    end.ok_or_else(|| Error::at(ErrorCode::MissingField, "outcome"))
}

impl Order {
    /// Reads a stored snapshot, of this format or of format 1. An empty string is none.
    ///
    /// # Errors
    /// The first thing that refuses it, such as a format that is newer than this version.
    pub fn from_json(json: &[u8]) -> Result<Option<Order>, Error> {
        Ok(read_snapshot(json, &mut Packed::default())?.0)
    }

    /// Returns the snapshot, to be stored.
    pub fn to_json(&self) -> String {
        super::snapshot::raw(self).as_str().to_owned()
    }
}

static FORMAT: Message = looking_for(&[raw("format")]);

/// The order, and whether it was converted from an older format.
pub(in crate::ticket) fn read_snapshot(json: &[u8], packed: &mut Packed) -> Result<(Option<Order>, bool), Error> {
    stored(Order::MESSAGE, json, "order", Notation::Stored, packed).map(|order| (order, false)).or_else(|error| {
        let format = Peek::new(&FORMAT, json).ok().and_then(|seen| seen.number("format"));
        if format != Some(1) {
            return Err(error);
        }
        let order: Option<Order1> = stored(Order1::MESSAGE, json, "order", Notation::Stored, packed)?;
        Ok((order.map(Order1::migrated), true))
    })
}

fn stored<T: FieldValue>(
    message: &'static Message,
    source: &[u8],
    name: &str,
    notation: Notation,
    packed: &mut Packed,
) -> Result<Option<T>, Error> {
    if source.is_empty() {
        return Ok(None);
    }
    read(message, source, Reading { notation, ..Reading::WIRE }, packed);
    match Error::from_issues(&packed.issues) {
        Some(mut error) => {
            error.path = [name, if error.path.is_empty() { "" } else { "." }, &error.path].concat();
            Err(error)
        }
        None => Ok(packed.decode(message, source)),
    }
}

fn put(order: Option<&Order>, applied: &Applied, settings: &OrderSettings, now: Timestamp, out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    object.field("next", &applied.stored);
    put_fields(&mut object, order, applied, settings, now);
    object.end();
}

/// The consequences of an event, without the order itself.
pub(in crate::ticket) fn put_fields(
    object: &mut ObjectWriter<'_>,
    order: Option<&Order>,
    applied: &Applied,
    settings: &OrderSettings,
    now: Timestamp,
) {
    let Applied { kind, answer, conflicts, reason, reports, .. } = applied;
    object.field("kind", &kind.as_str());
    match answer {
        Answer::Reply(reply) => object.nested("reply", |object| reply.put_fields(object)),
        Answer::Run(run) => object.nested("run", |object| {
            object.field("call", &run.call);
            object.field("key", &run.key);
            object.field("request", &run.request);
        }),
        Answer::Send(notices) => object.field("send", notices),
        Answer::Admitted(admittance) => object.field("admittance", admittance),
        Answer::Busy => object.field("busy", &true),
        Answer::None => {}
    }
    let ids: Vec<&str> = conflicts.iter().copied().map(Breach::id).collect();
    object.field("conflicts", &ids);
    let reports: Vec<&str> = reports.iter().copied().map(Report::id).collect();
    object.field("reports", &Some(reports).filter(|reports| !reports.is_empty()));
    object.field("reason", &reason.map(Reason::id));
    if let Some(order) = order {
        object.field("due", &next_due(order, settings));
        object.field("brokenOff", &broken_off(order, settings, now).map(|attempt| attempt.key.clone()).collect::<Vec<_>>());
        object.field("counts", &order.counts());
        object.field("admissions", &admissions(order, now));
    }
}

impl OrderReply {
    /// In program notation, but for what every envelope has.
    pub(in crate::ticket) fn put_fields(&self, object: &mut ObjectWriter<'_>) {
        object.field("code", &self.code);
        object.field("describe", &self.describe);
        if let Some(body) = &self.body {
            body.put_as("body", object);
        }
    }
}
