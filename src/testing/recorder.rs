//! A recorder of exchanges.

use super::{Forgery, JudgedNotice, JudgedReply, TicketCall};
use crate::message::RawJson;
use crate::message::definition::Message;
use crate::ticket::acceptance::{Exchange, Trace, TraceSettings, VERSION, redacted};
use crate::time::Timestamp;

/// Exchanges of a test, as a trace without secrets and personal data.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    exchanges: Vec<Exchange>,
    /// Settings that the judge needs beside the exchanges.
    pub settings: Option<TraceSettings>,
}

impl Recorder {
    /// Records a call and its reply, which was there at `ended`.
    pub fn call(&mut self, call: &TicketCall, reply: &JudgedReply, ended: Timestamp) {
        self.exchanges.push(Exchange {
            direction: "toSupplier".into(),
            call: call.request.call().name.into(),
            authenticated: Some(call.forgery != Some(Forgery::Signature)),
            stale: Some(call.forgery == Some(Forgery::Date)),
            http_status: Some(i32::from(reply.status)),
            response: written(call.request.call().reply, &reply.content),
            ..exchange(call.at, ended, call.request.call().request, &call.content)
        });
    }

    /// Records a notice and what it was answered, at `ended`. One that goes to no path of Meituan's is left out.
    pub fn notice(&mut self, notice: &JudgedNotice, ended: Timestamp) {
        let Some(call) = notice.call else { return };
        self.exchanges.push(Exchange {
            direction: "toMeituan".into(),
            call: call.name.into(),
            authenticated: Some(notice.is_authentic),
            http_status: Some(i32::from(notice.reply.status)),
            response: written(call.reply, &notice.reply.body),
            ..exchange(notice.at, ended, call.request, &notice.content)
        });
    }

    /// Returns the trace so far.
    pub fn trace(&self) -> Trace {
        Trace { version: Some(VERSION), settings: self.settings.clone(), exchanges: self.exchanges.clone() }
    }
}

fn exchange(at: Timestamp, ended: Timestamp, message: &Message, request: &[u8]) -> Exchange {
    let duration = u32::try_from(ended.0.saturating_sub(at.0)).ok();
    Exchange { at, duration_ms: duration, request: written(message, request).unwrap_or_default(), ..Exchange::default() }
}

/// Nothing of no body.
fn written(message: &Message, body: &[u8]) -> Option<RawJson> {
    let is_there = !body.is_empty();
    is_there.then(|| RawJson::new(String::from_utf8_lossy(&redacted(Some(message), body))).unwrap_or_default())
}
