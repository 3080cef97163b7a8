//! Recordings and the mail at the boundary.

use super::crossing::unreadable;
use super::messages::message;
use super::state::with;
use crate::Error;
use crate::message::{Notation, Reading, read};
use crate::ticket::acceptance::{Strictness, check_json, redacted};
use crate::ticket::change_mail::{ChangeKind, ChangeOfEndpoint};
use crate::ticket::working_days::Calendar;
use crate::time::Timestamp;
use wasm_bindgen::prelude::*;

/// Judges the trace in the input by the acceptance points; `strict`: what is only inferred fails a point too. Returns the
/// report, or undefined when the input is no trace.
#[wasm_bindgen]
pub fn ticket_accept(strict: bool, length: usize) -> JsValue {
    with(|state| {
        let strictness = if strict { Strictness::Inferred } else { Strictness::Documented };
        let report = check_json(state.input.get(..length).unwrap_or_default(), strictness);
        state.finish_object(report)
    })
}

/// Removes personal data, and fields that the definition does not name, from the body of this message in the input, for a trace.
/// The output is the body.
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
        pms_name "pmsName": string, required;
        /// The supplier's number at Meituan.
        partner_id "partnerId": count, required;
        /// Whether addresses change (更换接口地址); otherwise it is an upgrade (系统升级).
        changes_address "changesAddress": flag, required;
        /// When it begins, epoch milliseconds.
        upgrade_at "upgradeAt": milliseconds, required;
        /// The parts that it concerns (影响范围).
        scope "scope": string, required;
        /// When all is online again, epoch milliseconds.
        restored_at "restoredAt": milliseconds, required;
        /// Mail address of the sales contact at Meituan.
        sales_contact "salesContact": string, required;
        /// Holidays and make-up working days; absent: the shipped calendar.
        calendar "calendar": object(Calendar), optional;
    }
}

/// Writes the mail that announces the change in the input. Returns it, or undefined when it may not be sent.
#[wasm_bindgen]
pub fn ticket_change_mail(length: usize, now: f64) -> JsValue {
    with(|state| {
        let source = state.input.get(..length).unwrap_or_default();
        read(Announcement::MESSAGE, source, Reading { notation: Notation::Program, ..Reading::WIRE }, &mut state.packed);
        let announced: Option<Announcement> = state.packed.decode(Announcement::MESSAGE, source);
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
        state.finish_object(mail)
    })
}
