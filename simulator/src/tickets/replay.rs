//! Judges a run of real processes by the same model, from the log that the run has written (tests/kills): a JSON object a line, in
//! the order in which it happened. What Meituan was sent is in it as it travelled.

use super::meituan::{Exchange, call_of};
use super::network::Sending;
use super::upstream::{RefundIs, UpstreamRefund};
use super::{Outcome, World};
use crate::plan::{Fault, OrderPlan, Plan};
use meituan_protocol::message::RawJson;
use meituan_protocol::message::value::FieldValue;
use meituan_protocol::ticket::notices::{ConsumeNotice, PayNotice, RefundNotice};
use meituan_protocol::ticket::order::{Delivery, Event, Notice, OrderReply, Reason, ReplyBody};
use meituan_protocol::ticket::read_body;
use meituan_protocol::ticket::{CONSUME_NOTICE, Call, CallBody, PAY_NOTICE, REFUND_NOTICE};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Judges a run.
///
/// # Errors
/// A line that is not of a log, or whose message Meituan could not read.
pub fn replay(log: &str) -> Result<Outcome, String> {
    let parsed = |(place, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", place + 1));
    let lines: Vec<Value> = log.lines().enumerate().map(parsed).collect::<Result<_, _>>()?;
    let orders = lines.iter().filter(|line| line["is"] == "order").map(plan_of).collect::<Result<_, _>>()?;
    let processes = lines.iter().filter_map(|line| line["process"].as_u64()).max().unwrap_or_default() as usize + 1;
    let plan = Plan {
        seed: 1,
        clocks: vec![0; processes],
        orders,
        chances: vec![0; Fault::ALL.len()],
        calm_at: 0,
        left_out: BTreeSet::new(),
        breakage: None,
    };
    let mut world = World::new(&plan, false);
    for (place, line) in lines.iter().enumerate() {
        let at = |what: String| format!("line {}: {what}: {line}", place + 1);
        world.now = number(line, "at").map_err(at)?;
        world.judge.counts.happenings += 1;
        world.hear_line(line).map_err(at)?;
        if let Some(failure) = world.judge.failure.take() {
            world.judge.failure = Some(at(failure));
            break;
        }
    }
    Ok(world.outcome())
}

impl World<'_> {
    fn hear_line(&mut self, line: &Value) -> Result<(), String> {
        match word(line, "is")? {
            "call" => self.hear_call(line),
            "reply" => self.hear_reply(line),
            "send" => self.hear_send(line),
            "arrived" => {
                let (send, code) = (place(line, self.sends.len())?, number(line, "code")? as i32);
                self.sends[send].answers.push(code);
                self.judge_notice(send, code);
                Ok(())
            }
            "sent" => {
                let send = place(line, self.sends.len())?;
                let sending = &mut self.sends[send];
                (sending.ends, sending.is_answer_lost) = (self.now, line["code"].is_null());
                sending.delivery = match line["code"].as_i64() {
                    Some(200) => Delivery::ACCEPTED,
                    Some(300) => Delivery::PROCESSING,
                    _ => Delivery::LATER,
                };
                Ok(())
            }
            "recorded" => {
                let send = place(line, self.sends.len())?;
                self.sends[send].is_recorded = true;
                Ok(())
            }
            "acted" => self.hear_act(line),
            "refused" => {
                let reason = Reason::ALL.iter().find(|reason| line["reason"] == reason.id()).ok_or("an unknown reason")?;
                self.judge_refused_fact(self.order_in(line)?, word(line, "event")?, *reason);
                Ok(())
            }
            "stored" => {
                let stored = self.store.orders.entry(self.order_in(line)?).or_default();
                (stored.json, stored.due) = (line["snapshot"].to_string(), line["due"].as_i64());
                Ok(())
            }
            "killed" => {
                self.judge.counts.crashes += 1;
                Ok(())
            }
            "order" => Ok(()),
            other => Err(format!("an unknown line, {other}")),
        }
    }

    fn hear_call(&mut self, line: &Value) -> Result<(), String> {
        let (order, call) = (self.order_in(line)?, call_in(line)?);
        let event = event_of(call, word(line, "request")?)?;
        let customer = self.customers.get_mut(&order).ok_or("an unknown order")?;
        match &event {
            Event::OrderPay(_) => customer.is_paid = true,
            Event::OrderClose(_) => customer.is_ended = true,
            Event::OrderRefunded(message) => match (&message.refund_serial_no, &message.voucher_list) {
                (Some(serial), Some(codes)) => _ = customer.own_refunds.insert(serial.clone(), codes.clone()),
                _ => customer.is_ended = true,
            },
            _ => {}
        }
        let (begun, subject) = (self.now, String::new());
        self.exchanges.push(Exchange { order, event, subject, begun, reply: None, ended: None, is_last: false });
        Ok(())
    }

    fn hear_reply(&mut self, line: &Value) -> Result<(), String> {
        let place = place(line, self.exchanges.len())?;
        self.exchanges[place].ended = Some(self.now);
        let Some(wire) = line["response"].as_str() else { return Ok(()) };
        let call = call_of(&self.exchanges[place].event).ok_or("no call")?;
        let reply = reply_of(call, wire)?;
        self.exchanges[place].reply = Some(reply.clone());
        self.judge_reply(place, &reply);
        Ok(())
    }

    fn hear_send(&mut self, line: &Value) -> Result<(), String> {
        let (order, call) = (self.order_in(line)?, call_in(line)?);
        let body = notice_body(call, word(line, "request")?)?;
        let body = RawJson::new(body.to_string()).map_err(|error| error.to_string())?;
        let notice = Notice { id: word(line, "id")?.into(), name: call.name.into(), body, ..Notice::default() };
        let (process, claimed, until) = (number(line, "process")? as usize, number(line, "claimed")?, number(line, "until")?);
        self.sends.push(Sending {
            process,
            epoch: 0,
            settling: 0,
            order,
            notice,
            claimed,
            ends: until,
            answers: Vec::new(),
            is_answer_lost: true,
            is_recorded: false,
            delivery: Delivery::LATER,
        });
        self.judge_send(self.sends.len() - 1);
        Ok(())
    }

    /// The supplier's upstream has acted: what it did becomes the truth.
    fn hear_act(&mut self, line: &Value) -> Result<(), String> {
        let order = self.order_in(line)?;
        let account = self.upstream.get_mut(&order).ok_or("an unknown order")?;
        let key = line["key"].as_str().unwrap_or_default();
        let refund_id = line["refundId"].as_str().unwrap_or_default();
        let codes = || line["codes"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let quantity = || number(line, "quantity").map(|quantity| quantity as u32);
        match word(line, "act")? {
            "create" => _ = account.create(key),
            "refuseCreate" => account.has_refused_create = true,
            "issue" => _ = account.issue(key),
            "refuseIssue" => account.has_refused_issue = true,
            "askRefund" => {
                let refund = UpstreamRefund { quantity: quantity()?, codes: codes(), ..UpstreamRefund::default() };
                account.refunds.entry(refund_id.into()).or_insert(refund);
            }
            "refund" => _ = account.refund(key, refund_id),
            "refuseRefund" => _ = account.refuse_refund(key, refund_id),
            "ownRefund" => {
                let (quantity, acts) = (quantity()?, vec![key.to_owned()]);
                let refund = UpstreamRefund { quantity, codes: codes(), acts, state: RefundIs::Done, ..UpstreamRefund::default() };
                account.refunds.insert(refund_id.into(), refund);
            }
            "void" => account.is_void = true,
            "enter" => _ = account.enter(line["code"].as_str().map(str::to_owned).as_ref()),
            other => return Err(format!("an unknown act, {other}")),
        }
        self.judge_upstream(order);
        Ok(())
    }

    fn order_in(&self, line: &Value) -> Result<u64, String> {
        let order = word(line, "order")?.parse().map_err(|_| "no number of an order")?;
        self.upstream.contains_key(&order).then_some(order).ok_or_else(|| "an unknown order".into())
    }
}

fn plan_of(line: &Value) -> Result<OrderPlan, String> {
    Ok(OrderPlan {
        id: word(line, "order")?.parse().map_err(|_| "no number of an order")?,
        quantity: number(line, "quantity")? as u32,
        voucher_type: number(line, "voucherType")? as i32,
        created_at: 0,
        paid_after: None,
        patience: 0,
        intents: Vec::new(),
    })
}

fn word<'l>(line: &'l Value, name: &str) -> Result<&'l str, String> {
    line[name].as_str().ok_or_else(|| format!("{name} is missing"))
}

fn number(line: &Value, name: &str) -> Result<i64, String> {
    line[name].as_i64().ok_or_else(|| format!("{name} is missing"))
}

fn place(line: &Value, length: usize) -> Result<usize, String> {
    let place = number(line, "number")? as usize;
    if place < length { Ok(place) } else { Err("a number that is not known".into()) }
}

fn call_in(line: &Value) -> Result<&'static Call, String> {
    Call::named(word(line, "call")?).ok_or_else(|| "an unknown call".into())
}

fn body<T: FieldValue>(call: &'static Call, is_reply: bool, wire: &str) -> Result<T, String> {
    read_body(call, is_reply, wire.as_bytes()).map_err(|error| format!("{}: {error}", call.name))
}

fn event_of(call: &'static Call, wire: &str) -> Result<Event, String> {
    let asked = CallBody::from_wire(call, wire.as_bytes()).map_err(|error| format!("{}: {error}", call.name))?;
    Event::try_from(asked).map_err(|_| format!("{} is no call about an order", call.name))
}

fn reply_of(call: &'static Call, wire: &str) -> Result<OrderReply, String> {
    let envelope: Value = serde_json::from_str(wire).map_err(|error| error.to_string())?;
    let describe = envelope["describe"].as_str().unwrap_or_default().to_owned();
    let body = match envelope["body"].is_null() {
        true => None,
        false => ReplyBody::from_wire(call, wire.as_bytes()).map_err(|error| format!("{}: {error}", call.name))?,
    };
    Ok(OrderReply { code: number(&envelope, "code")? as i32, describe, body })
}

/// A notice, as the outbox has it.
fn notice_body(call: &'static Call, wire: &str) -> Result<Value, String> {
    fn read<T: FieldValue + Serialize>(call: &'static Call, wire: &str) -> Result<Value, String> {
        serde_json::to_value(body::<T>(call, false, wire)?).map_err(|error| error.to_string())
    }
    let envelope: Value = serde_json::from_str(wire).map_err(|error| error.to_string())?;
    let describe = &envelope["describe"];
    match call.name {
        name if name == PAY_NOTICE.name => {
            Ok(json!({ "issueType": envelope["issueType"], "describe": describe, "body": read::<PayNotice>(call, wire)? }))
        }
        name if name == REFUND_NOTICE.name => {
            Ok(json!({ "code": envelope["code"], "describe": describe, "body": read::<RefundNotice>(call, wire)? }))
        }
        name if name == CONSUME_NOTICE.name => read::<ConsumeNotice>(call, wire),
        name => Err(format!("{name} is no notice about an order")),
    }
}
