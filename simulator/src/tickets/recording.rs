//! What was exchanged about an order, as it travelled: for the acceptance judge, which must find no point that fails.

use super::World;
use super::meituan::call_of;
use meituan_protocol::Secret;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Packed, RawJson};
use meituan_protocol::ticket::acceptance::{Effect, Exchange, Strictness, Trace, TraceSettings, VERSION, check};
use meituan_protocol::ticket::order::{Event, ReplyBody};
use meituan_protocol::ticket::{CONSUME_NOTICE, Call, Config, Direction, Supplier};
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

const PARTNER: u32 = 1122;

impl World<'_> {
    pub(super) fn judge_recording(&mut self, order: u64) {
        match self.recording(order).and_then(|trace| self.fault(&trace)) {
            Ok(exchanges) => self.judge.counts.exchanges += exchanges,
            Err(what) => self.fails(format!("{what}, in the recording of {order}")),
        }
    }

    fn fault(&self, trace: &Trace) -> Result<u64, String> {
        let report = check(trace, Strictness::Documented).map_err(|error| error.to_string())?;
        for point in &report.points {
            if let Some(finding) = point.findings.iter().find(|finding| finding.effect == Effect::Fails) {
                let exchange = finding.exchange.and_then(|place| trace.exchanges.get(place as usize));
                let exchange = exchange.map(|exchange| format!("{} at {}", exchange.call, exchange.at.0 - super::BEGIN));
                return Err(format!("{} fails: {} {} {exchange:?}", point.point.id, finding.path, finding.detail));
            }
        }
        Ok(trace.exchanges.len() as u64)
    }

    fn recording(&self, order: u64) -> Result<Trace, String> {
        let mut config = Config::new(PARTNER, "client", Secret::new("secret"));
        config.host = "https://meituan.example".into();
        let supplier = Supplier::new(config).map_err(|error| error.to_string())?;
        let (mut packed, mut wire) = (Packed::default(), Vec::new());
        let mut exchanges = Vec::new();
        let quantity = Facts { quantity: Some(self.upstream[&order].quantity), ..Facts::NONE };
        for exchange in self.exchanges.iter().filter(|exchange| exchange.order == order) {
            let (Some(call), Some(ended)) = (call_of(&exchange.event), exchange.ended) else { continue };
            let request = json!({ "partnerId": PARTNER, "body": body_of(&exchange.event) }).to_string();
            supplier
                .encode_request(call, request.as_bytes(), &mut packed, &mut wire)
                .map_err(|error| format!("{} cannot be sent: {error}: {request}", call.name))?;
            let request = raw(&wire);
            let response = match &exchange.reply {
                None => None,
                Some(reply) => {
                    let mut program = json!({ "code": reply.code, "describe": reply.describe, "partnerId": PARTNER });
                    if let Some(body) = &reply.body {
                        program["body"] = reply_body(body);
                    }
                    let program = program.to_string();
                    supplier
                        .encode_reply(call, reply.code, program.as_bytes(), quantity, &mut packed, &mut wire)
                        .map_err(|error| format!("{} cannot be replied: {error}: {program}", call.name))?;
                    Some(raw(&wire))
                }
            };
            exchanges.push(recorded(call, exchange.begun, ended, request, response));
        }
        for sending in self.sends.iter().filter(|sending| sending.order == order) {
            let notice = &sending.notice;
            let Some(call) = Call::named(&notice.name) else { continue };
            let mut program: Value = serde_json::from_str(notice.body.as_str()).map_err(|error| error.to_string())?;
            if call.name == CONSUME_NOTICE.name {
                program = json!({ "body": program });
            }
            program["partnerId"] = PARTNER.into();
            let program = program.to_string();
            supplier
                .encode_request(call, program.as_bytes(), &mut packed, &mut wire)
                .map_err(|error| format!("{} cannot be sent: {error}: {program}", call.name))?;
            let answer = sending.answers.last().filter(|_| !sending.is_answer_lost);
            let answer = answer.map(|code| json!({ "partnerId": PARTNER, "code": code, "describe": "" }).to_string());
            exchanges.push(recorded(call, sending.claimed, sending.ends, raw(&wire), answer.map(|answer| raw(answer.as_bytes()))));
        }
        let settings = TraceSettings { partner_id: Some(PARTNER), ..TraceSettings::default() };
        Ok(Trace { version: Some(VERSION), settings: Some(settings), exchanges })
    }
}

fn recorded(call: &Call, begun: i64, ended: i64, request: RawJson, response: Option<RawJson>) -> Exchange {
    let direction = if call.direction == Direction::ToSupplier { "toSupplier" } else { "toMeituan" };
    Exchange {
        at: Timestamp(begun),
        duration_ms: u32::try_from(ended - begun).ok(),
        direction: direction.into(),
        call: call.name.into(),
        request,
        response,
        ..Exchange::default()
    }
}

fn raw(wire: &[u8]) -> RawJson {
    RawJson::new(String::from_utf8_lossy(wire)).unwrap_or_default()
}

fn body_of(event: &Event) -> Value {
    let body = match event {
        Event::OrderCreate(call) => serde_json::to_value(call),
        Event::OrderPay(call) => serde_json::to_value(call),
        Event::OrderQuery(call) => serde_json::to_value(call),
        Event::OrderRefund(call) => serde_json::to_value(call),
        Event::OrderClose(call) => serde_json::to_value(call),
        Event::OrderRefunded(call) => serde_json::to_value(call),
        Event::OrderReschedule(call) => serde_json::to_value(call),
        _ => Ok(Value::Null),
    };
    body.unwrap_or_default()
}

fn reply_body(body: &ReplyBody) -> Value {
    serde_json::from_str(body.to_json().as_str()).unwrap_or_default()
}
