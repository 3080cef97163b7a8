//! What is not asked for each message, at the border: orders, recordings, the mail, signatures by hand.

use super::crossing::unreadable;
use super::messages::message;
use super::state::{finish, with};
use crate::message::value::ObjectWriter;
use crate::message::{Form, Packed, Reading, read};
use crate::sorted_sign::{Scheme, sign};
use crate::ticket::acceptance::{ChangeKind, ChangeOfEndpoint, Strictness, check_json, redacted};
use crate::ticket::working_days::Calendar;
use crate::time::Timestamp;
use crate::{Error, Secret, ba, ride, ticket};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

/// Only this module has it: that is how it is told from the other one, also where a page has left out what it does not call.
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

/// Judges the trace in the input by the acceptance points; `strict`: what is only inferred fails a point too. The output
/// is the report's JSON. 0 when the trace is one.
#[wasm_bindgen]
pub fn ticket_accept(strict: bool, length: usize) -> u32 {
    with(|state| {
        let strictness = if strict { Strictness::Inferred } else { Strictness::Documented };
        state.output.clear();
        let report = check_json(state.input.get(..length).unwrap_or_default(), strictness);
        let outcome = report.map(|report| report.write_json(&mut state.output));
        state.tell_output();
        state.finish(outcome)
    })
}

/// Takes personal data out of the body in the input, which is this message, and what its definition does not name, for a trace. The output
/// is the body.
#[wasm_bindgen]
pub fn ticket_redact(index: u32, length: usize) {
    with(|state| {
        state.output = redacted(message(index), state.input.get(..length).unwrap_or_default());
        state.tell_output();
    });
}

crate::messages! {
    /// A change of endpoint to announce.
    Announcement {
        /// Name of the supplier's system (PMS名称).
        pms_name "pmsName": text, required;
        /// The supplier's number at Meituan.
        partner_id "partnerId": count, required;
        /// Whether addresses change (更换接口地址); otherwise it is an upgrade (系统升级).
        changes_address "changesAddress": flag, required;
        /// When it begins, epoch milliseconds.
        upgrade_at "upgradeAt": milliseconds, required;
        /// What it touches (影响范围).
        scope "scope": text, required;
        /// When all is online again, epoch milliseconds.
        restored_at "restoredAt": milliseconds, required;
        /// Mail address of the sales contact at Meituan.
        sales_contact "salesContact": text, required;
        /// Holidays and make-up working days; absent: the shipped calendar.
        calendar "calendar": object(Calendar), optional;
    }
}

/// Writes the mail that announces the change in the input. The output is the recipients, separated by commas, then the
/// subject, then the body, each on a line. 0 when it may be sent.
#[wasm_bindgen]
pub fn ticket_change_mail(length: usize, now: f64) -> u32 {
    with(|state| {
        let source = state.input.get(..length).unwrap_or_default();
        state.output.clear();
        read(Announcement::MESSAGE, source, Reading { form: Form::Program, ..Reading::WIRE }, &mut state.packed);
        let announced: Option<Announcement> = state.packed.take(Announcement::MESSAGE, source);
        let mail = match (Error::from_issues(&state.packed.issues), announced) {
            (None, Some(announced)) => {
                let change = ChangeOfEndpoint {
                    pms_name: announced.pms_name,
                    partner_id: announced.partner_id,
                    kind: if announced.changes_address { ChangeKind::Address } else { ChangeKind::Upgrade },
                    upgrade_at: announced.upgrade_at,
                    scope: announced.scope,
                    restored_at: announced.restored_at,
                    sales_contact: announced.sales_contact,
                };
                let calendar = announced.calendar.as_ref().unwrap_or_else(|| Calendar::shipped());
                change.mail(Timestamp(now as i64), calendar)
            }
            (error, _) => Err(error.unwrap_or_else(unreadable)),
        };
        let outcome = mail.map(|mail| {
            for part in [&mail.to.join(","), "\n", &mail.subject, "\n", &mail.body] {
                state.output.extend_from_slice(part.as_bytes());
            }
        });
        finish(state, outcome)
    })
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

/// Signs by sorted parameters: the input is the secret, then `{"parameters":[{"name","value"}…]}`. `prefix`: the secret
/// stands before all parameters, else it is one of them. The output is the signature. 0 when it is signed.
#[wasm_bindgen]
pub fn sorted_sign(secret: usize, prefix: bool, length: usize) -> u32 {
    with(|state| {
        let key = state.take_secret(secret);
        let mut packed = Packed::new();
        let source = state.after(secret, length);
        read(Parameters::MESSAGE, source, Reading::WIRE, &mut packed);
        let outcome = match Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => {
                let mut pairs = Vec::new();
                for pair in packed.view(Parameters::MESSAGE, source).iter().flat_map(|view| view.objects("parameters")) {
                    pairs.push((pair.text("name").unwrap_or_default(), pair.text("value").unwrap_or_default()));
                }
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
                Ok(sign(if prefix { Scheme::Prefix } else { Scheme::SignKey }, &key, &pairs))
            }
        };
        state.finish_text(outcome)
    })
}

/// Texts that stand in the input one after the other, each ended by a byte that UTF-8 never has. One of them is a secret,
/// so they do not stay there.
fn by_hand(length: usize, work: impl FnOnce([&str; 6], &mut Vec<u8>) -> Result<(), Error>) -> u32 {
    with(|state| {
        let source = state.input.get_mut(..length).unwrap_or_default();
        let mut texts = source.split(|&byte| byte == 0xff).map(|text| std::str::from_utf8(text).unwrap_or_default());
        state.output.clear();
        let outcome = work(std::array::from_fn(|_| texts.next().unwrap_or_default()), &mut state.output);
        source.zeroize();
        state.tell_output();
        state.finish(outcome)
    })
}

/// BA by hand: signs any method, URI and date. The texts are client id, secret, method, URI, date; the output is the
/// signature with what it was made of, as JSON.
#[wasm_bindgen]
pub fn ba_sign(length: usize) -> u32 {
    by_hand(length, |[client_id, secret, method, uri, date, _], out| {
        let signature = ba::sign(&ba::Key::new(&Secret::new(secret)), method, uri, date);
        let mut object = ObjectWriter::begin(out);
        object.field("authorization", &ba::authorization(client_id, &signature));
        object.field("stringToSign", &ba::string_to_sign(method, uri, date));
        object.field("signature", &signature);
        object.end();
        Ok(())
    })
}

/// BA by hand: 0 when the header is right. The texts are those of [`ba_sign`], then the header.
#[wasm_bindgen]
pub fn ba_verify(length: usize) -> u32 {
    by_hand(length, |[client_id, secret, method, uri, date, authorization], _| {
        ba::verify(&[ba::Key::new(&Secret::new(secret))], client_id, method, &[uri], date, authorization)
    })
}

/// Milliseconds of the HTTP date in the input; NaN when it is none.
#[wasm_bindgen]
pub fn parse_http_date(length: usize) -> f64 {
    with(|state| {
        let date = crate::time::parse_http_date(state.input.get(..length).unwrap_or_default());
        date.map_or(f64::NAN, |at| at.0 as f64)
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
