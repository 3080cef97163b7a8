//! The trace: exchanges as they were recorded, in one format that has no secret in it.
//!
//! A trace is JSON. Its own fields are in program notation (epoch milliseconds); the requests and replies in it are the
//! wire's own JSON, as it travelled (whole-body encryption opened). Headers are not part of it: the signature's outcome is
//! one flag. [`redacted`] removes personal data before a body is written down. Codes stay, because points compare
//! them: with a trace of orders that are not over its reader can enter, so it is to be kept like the orders themselves.

use super::super::working_days::Calendar;
use crate::message::definition::{Facts, Message};
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, Reading, View, read, redact};
use crate::time::Date;
use crate::{Error, ErrorCode};
use std::borrow::Cow;

/// The format's version. Version 1 has no `stale`, and traces without a version are read as it.
pub const VERSION: i32 = 2;

crate::messages! {
    /// A recording of exchanges between Meituan and a supplier.
    Trace {
        /// The format's version: 2. Version 1, and a trace without a version, are read too.
        version "version": integer(1..2), optional;
        /// Settings that the checker needs beside the exchanges.
        settings "settings": object(TraceSettings), optional;
        /// The exchanges, in any order: `at` orders them.
        exchanges "exchanges": list(object(Exchange)), required;
    }

    /// Facts that exchanges do not show. Nothing here is a secret, and nothing is required.
    TraceSettings {
        /// The supplier's number at Meituan: every message must carry it.
        partner_id "partnerId": count, optional;
        /// The production URLs, as they are registered with Meituan. If they are given, they count as all of them.
        endpoints "endpoints": list(object(Endpoint)), optional;
        /// Product numbers (`partnerDealId`) whose tickets are issued again upstream: pay must be answered 598 first.
        upstream_products "upstreamProducts": list(string), optional;
        /// Changes of address and upgrades, and when they were announced.
        endpoint_changes "endpointChanges": list(object(EndpointChange)), optional;
        /// Days off that would be working days. If neither these nor `makeUpDays` are given, the shipped calendar applies.
        holidays "holidays": list(date), optional;
        /// Working days that would be days off.
        make_up_days "makeUpDays": list(date), optional;
    }

    /// A URL that is registered with Meituan.
    Endpoint {
        /// The call that it is for, such as `orderCreate`.
        call "call": string, required;
        /// The production URL, without a query.
        url "url": string, required;
    }

    /// A change of address, or an upgrade.
    EndpointChange {
        /// When the mail was sent, in epoch milliseconds.
        announced_at "announcedAt": milliseconds, required;
        /// When the change begins, in epoch milliseconds.
        upgrade_at "upgradeAt": milliseconds, required;
    }

    /// One request and its reply.
    Exchange {
        /// When the request was received (toSupplier) or sent (toMeituan), in epoch milliseconds.
        at "at": milliseconds, required;
        /// From then until the reply was there, in milliseconds. Without it time-outs are not checked, and exchanges of the
        /// same order count as following each other.
        duration_ms "durationMs": count, optional;
        /// The direction of the call: `toSupplier` (Meituan calls) or `toMeituan` (the supplier calls). It must be the call's own.
        direction "direction": string, required;
        /// Which call, such as `orderCreate` or `payNotice`.
        call "call": string, required;
        /// Whether the request's signature was right, as the side that received it found. Absent where it was not looked at.
        authenticated "authenticated": flag, optional;
        /// Whether the request's Date was too far from the clock of the side that received it: no wrong signature, and that it
        /// is to be refused is inferred. Since version 2.
        stale "stale": flag, optional;
        /// The request's body: the wire's JSON, or a string where it was none.
        request "request": raw, required;
        /// The reply's body: the wire's JSON, or a string where it was none. Absent or null when there was no reply.
        response "response": raw, nullable;
        /// The reply's HTTP status.
        http_status "httpStatus": integer(100..599), optional;
    }
}

/// The names of the fields whose values are personal data. No point needs them.
pub const PERSONAL_FIELDS: &[&str] = &[
    "name",
    "pinyin",
    "mobile",
    "address",
    "postCode",
    "email",
    "credentials",
    "credentialNo",
    "credentialInfoMap",
    "contacts",
    "operator",
];

/// A body as it is written down in a trace: every string, number and flag below one of [`PERSONAL_FIELDS`], and each that the message's
/// definition does not name, becomes `"***"`; empty strings and nulls stay. Of a message that is not known nothing is named. A body that
/// is not JSON becomes the string `"***"`, since nobody knows what is in it.
pub fn redacted(message: Option<&Message>, body: &[u8]) -> Vec<u8> {
    redact(body, message, PERSONAL_FIELDS).unwrap_or_else(|_| b"\"***\"".to_vec())
}

impl Trace {
    /// A trace as it was written down.
    ///
    /// # Errors
    /// The first thing that is not of the format.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let mut packed = Packed::default();
        read_trace(json, &mut packed)?;
        let view = packed.view(Trace::MESSAGE, json);
        view.map(|view| view.to_typed()).ok_or_else(|| Error::at(ErrorCode::WrongType, ""))
    }

    /// Writes it down. Fields that are absent are left out.
    ///
    /// # Errors
    /// None today: whatever the type holds can be written.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        let mut json = Vec::new();
        self.encode(&mut json);
        Ok(json)
    }
}

/// Reads a trace into packed form.
pub(super) fn read_trace(json: &[u8], packed: &mut Packed) -> Result<(), Error> {
    let how = Reading { notation: Notation::Program, success: false, facts: Facts::default() };
    match read(Trace::MESSAGE, json, how, packed) {
        true => Ok(()),
        false => Err(Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::InvalidJson, ""))),
    }
}

/// The settings, ready for look-ups.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) partner_id: Option<i64>,
    pub(super) upstream_products: Vec<String>,
    pub(super) calendar: Calendar,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { partner_id: None, upstream_products: Vec::new(), calendar: Calendar::shipped().clone() }
    }
}

impl Settings {
    pub(super) fn of(settings: &View<'_>) -> Self {
        let dates = |field| Some(settings.strings(field).filter_map(|date| Date::parse(date.as_bytes())).collect());
        let is_given = settings.has("holidays") || settings.has("makeUpDays");
        let given = || Calendar { holidays: dates("holidays"), make_up_days: dates("makeUpDays"), ..Calendar::default() };
        Settings {
            partner_id: settings.integer("partnerId"),
            upstream_products: settings.strings("upstreamProducts").map(Cow::into_owned).collect(),
            calendar: if is_given { given() } else { Calendar::shipped().clone() },
        }
    }
}
