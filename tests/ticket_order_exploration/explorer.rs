//! The exploration: breadth-first to a depth, and at random far beyond it.

use crate::checks::{check_admittance, check_move, check_state, check_stored};
use crate::scenes::{Happening, PARTNER, Scene, TIMES, fact, milliseconds, supplier};
use crate::snapshot::{ACCEPTED, DONE, OPEN, Outcome, PUT_OFF, REFUSED, Reply, Run, UNKNOWN};
use crate::world::{Exchange, Failure, Node, Step, Waiting, hash, listed};
use meituan_protocol::message::Packed;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::ticket::acceptance::{Effect, Strictness, VERSION, check_json};
use meituan_protocol::ticket::order::apply_json;
use meituan_protocol::ticket::{CONSUME_NOTICE, Call, Direction, ORDER_QUERY, Supplier};
use meituan_protocol::time::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) states: usize,
    pub(crate) transitions: u64,
    pub(crate) traces: u64,
    pub(crate) exchanges: u64,
    pub(crate) warned: BTreeSet<&'static str>,
    pub(crate) failures: BTreeMap<String, Failure>,
}

pub(crate) struct Explorer {
    pub(crate) scene: Scene,
    pub(crate) supplier: Supplier,
    pub(crate) packed: Packed,
    /// Snapshots that were looked at already.
    pub(crate) stored: HashSet<u128>,
    pub(crate) tally: Tally,
}

impl Explorer {
    pub(crate) fn new(scene: Scene) -> Self {
        Explorer { scene, supplier: supplier(), packed: Packed::default(), stored: HashSet::new(), tally: Tally::default() }
    }

    /// How a function ends.
    pub(crate) fn end(&self, key: &str, outcome: i32) -> Happening {
        let mut end = json!({ "key": key, "outcome": outcome });
        match (outcome, key.split(':').next().unwrap()) {
            (DONE, "orderCreate") => end["created"] = json!({ "partnerOrderId": "P" }),
            (DONE, "orderPay") => end["paid"] = self.scene.paid.clone(),
            (DONE, "orderReschedule") => {
                let number = key.rsplit(':').next().unwrap();
                let codes = &self.scene.rescheduled.iter().find(|(known, _)| *known == number).unwrap().1;
                let done = json!({ "orderId": "7", "rescheduleNo": number, "successCount": 1, "credentialVouchers": codes });
                end["rescheduled"] = done;
            }
            (REFUSED, _) => end["describe"] = "库存不足".into(),
            _ => {}
        }
        Happening { about: key.into(), ..fact("attemptEnded", end) }
    }

    pub(crate) fn steps(&self, node: &Node) -> Vec<Step> {
        let mut steps: Vec<Step> = self.scene.events.iter().cloned().map(Step::Event).collect();
        for (key, ended) in &node.world.functions {
            let outcomes = ended.map_or(vec![DONE, PUT_OFF, REFUSED, UNKNOWN], |outcome| vec![outcome]);
            steps.extend(outcomes.iter().map(|&outcome| Step::Event(self.end(key, outcome))));
        }
        if let Some(order) = node.snapshot() {
            if let Some(notice) = order.notices.first() {
                steps.push(Step::Event(fact("noticeAccepted", json!({ "id": notice.id }))));
                steps.push(Step::NoticeLost);
            }
            steps.extend(order.attempts.first().map(|attempt| Step::Event(fact("takeOver", json!({ "key": attempt.key })))));
        }
        if node.world.time + 1 < TIMES.len() {
            steps.push(Step::Later);
        }
        steps
    }

    pub(crate) fn apply<'o>(&mut self, node: &Node, event: &str, out: &'o mut Vec<u8>) -> Outcome<'o> {
        let now = Timestamp(node.now());
        apply_json(node.order.as_bytes(), event.as_bytes(), b"", now, &mut self.packed, out)
            .unwrap_or_else(|error| panic!("{error}: {event}\n{}", node.told()));
        serde_json::from_slice(out).unwrap()
    }

    /// Goes one step: to a node that may be the same one.
    pub(crate) fn go(&mut self, node: &Node, step: &Step) -> Node {
        let mut next = node.clone();
        next.tick += 1;
        match step {
            Step::Event(event) => self.happens(node, &mut next, event),
            Step::NoticeLost => {
                next.path = node.path.and("the first notice is sent, and the answer is lost".into());
                self.send_notice(node, &mut next, 0, None);
            }
            Step::Later => {
                // Meituan waits no longer.
                for waiting in std::mem::take(&mut next.waiting) {
                    self.hear(&mut next, &waiting, None);
                }
                next.world.waiting.clear();
                next.world.time += 1;
                next.tick = 0;
                next.path = node.path.and(format!("it is {}", TIMES[next.world.time]).into());
            }
        }
        next
    }

    pub(crate) fn happens(&mut self, node: &Node, next: &mut Node, event: &Happening) {
        self.tally.transitions += 1;
        let mut out = Vec::new();
        let outcome = self.apply(node, &event.text, &mut out);
        next.path = node.path.and(event.text.clone());
        assert_eq!(outcome.kind == "moved", outcome.next.is_some(), "{}", next.told());
        if let Some(order) = outcome.next {
            next.order = order.get().into();
            next.snapshot = Some(Rc::new(serde_json::from_str(&next.order).unwrap()));
        }
        if !outcome.conflicts.is_empty() || next.snapshot().is_some_and(|order| !order.conflicts.is_empty()) {
            // What the judge has heard no longer matters.
            (next.world.reported, next.world.heard) = (true, BTreeMap::new());
        }
        if let Some(Run { key }) = &outcome.run {
            if next.world.functions.insert(key.clone(), None).flatten().is_some() {
                self.fails("a function that has ended runs again".into(), next, key);
            }
            if let Some((call, request)) = &event.call {
                let (request, about) = (request.clone(), event.about.clone());
                next.waiting.push(Waiting { key: key.clone(), call, request, about, begin: next.tick });
                next.world.waiting.insert(key.clone());
            }
        }
        match (event.name, &event.call) {
            ("attemptEnded", _) => {
                let end: Value = serde_json::from_str(&event.text).unwrap();
                let outcome_of = end["attemptEnded"]["outcome"].as_i64().unwrap() as i32;
                let puts_off = event.about.starts_with("orderPay:") || event.about.starts_with("orderRefund:");
                if outcome_of != UNKNOWN && (outcome_of != PUT_OFF || puts_off) {
                    next.world.functions.insert(event.about.to_string(), Some(outcome_of));
                }
                if let Some(place) = next.waiting.iter().position(|waiting| waiting.key == *event.about) {
                    let waiting = next.waiting.remove(place);
                    next.world.waiting.remove(&waiting.key);
                    self.hear(next, &waiting, outcome.reply.map(RawValue::get));
                }
            }
            // It was sent as it was before.
            ("noticeAccepted", _) => self.send_notice(node, next, 0, Some(ACCEPTED)),
            (_, Some((call, request))) if outcome.run.is_none() => {
                let (key, request, about) = (String::new(), request.clone(), event.about.clone());
                let waiting = Waiting { key, call, request, about, begin: next.tick };
                self.hear(next, &waiting, outcome.reply.map(RawValue::get));
            }
            _ => {}
        }
        let mut wrong = Vec::new();
        if outcome.next.is_some() {
            if self.stored.insert(hash(&next.order)) {
                check_stored(next, &mut wrong);
            }
            check_move(node, next, &mut wrong);
        }
        if event.name == "admit" {
            check_admittance(node, next, &outcome, &mut wrong);
        }
        check_state(next, &outcome, event.name == "timePassed", &mut wrong);
        for (what, with) in wrong {
            self.fails(what.to_owned(), next, &with);
        }
    }

    pub(crate) fn fails(&mut self, what: String, node: &Node, with: &str) {
        let path = node.path.items();
        let failure = self.tally.failures.entry(what).or_insert(Failure { times: 0, steps: usize::MAX, told: String::new() });
        failure.times += 1;
        if path.len() < failure.steps {
            (failure.steps, failure.told) = (path.len(), format!("{with}\n{}", node.told()));
        }
    }

    /// Meituan gets its answer: none, where it timed out or where there is nothing that is true.
    pub(crate) fn hear(&mut self, node: &mut Node, waiting: &Waiting, reply: Option<&str>) {
        let Waiting { call, request, about, begin, .. } = waiting;
        let reply: Option<(Reply, &str)> = reply.map(|reply| (serde_json::from_str(reply).unwrap(), reply));
        let code = reply.as_ref().map_or(0, |(reply, _)| reply.code);
        let response = reply.map(|(reply, text)| self.encoded(node, call, reply.code, text));
        self.record(node, call, *begin, request.clone(), response);
        remember(node, about, i64::from(code));
    }

    /// The reply as it travels. Whatever is replied can be sent.
    pub(crate) fn encoded(&mut self, node: &Node, call: &'static Call, code: i32, reply: &str) -> String {
        let program = format!("{{\"partnerId\":{PARTNER},{}", &reply[1..]);
        let (facts, mut wire) = (Facts { quantity: Some(self.scene.quantity), ..Facts::NONE }, Vec::new());
        if let Err(error) = self.supplier.encode_reply(call, code, program.as_bytes(), facts, &mut self.packed, &mut wire) {
            self.fails(format!("{} cannot be answered", call.name), node, &format!("{error}: {reply}"));
        }
        String::from_utf8(wire).unwrap()
    }

    /// A notice of the outbox as it was before is sent.
    pub(crate) fn send_notice(&mut self, before: &Node, node: &mut Node, place: usize, answer: Option<&str>) {
        let order = before.snapshot().unwrap();
        let notice = &order.notices[place];
        let (call, body) = (Call::named(&notice.name).unwrap(), notice.body.get());
        let program = match notice.name == CONSUME_NOTICE.name {
            true => format!("{{\"partnerId\":{PARTNER},\"body\":{body}}}"),
            false => format!("{{\"partnerId\":{PARTNER},{}", &body[1..]),
        };
        let mut wire = Vec::new();
        if let Err(error) = self.supplier.encode_request(call, program.as_bytes(), &mut self.packed, &mut wire) {
            self.fails(format!("a {} cannot be sent", call.name), node, &format!("{error}: {body}"));
        }
        let request: Rc<str> = String::from_utf8(wire).unwrap().into();
        let about: Rc<str> = notice.id.as_str().into();
        let content = (hash(&request) >> 65) as i64;
        self.record(node, call, node.tick, request, answer.map(str::to_owned));
        remember(node, &about, content + i64::from(answer.is_some()));
    }

    pub(crate) fn record(&mut self, node: &mut Node, call: &'static Call, begin: u32, request: Rc<str>, response: Option<String>) {
        if node.world.reported {
            return;
        }
        let (time, end) = (node.world.time, node.tick);
        node.trace = node.trace.and(Exchange { time, begin, end, call, request, response });
    }

    /// The query at this node, which is always answered; it is checked, and as it travels.
    pub(crate) fn query(&mut self, node: &Node) -> Option<String> {
        node.snapshot()?;
        let mut out = Vec::new();
        let outcome = self.apply(node, "{\"orderQuery\":{\"orderId\":\"7\"}}", &mut out);
        assert!(outcome.next.is_none(), "a query changes {}", node.told());
        let text = outcome.reply.unwrap_or_else(|| panic!("the query is not answered {}", node.told())).get();
        let Reply { code, body } = serde_json::from_str(text).unwrap();
        let order = node.snapshot().unwrap();
        if code != 200 && order.lifecycle == OPEN {
            self.fails("the query of an open order is no success".into(), node, text);
        }
        if let (Some(counts), Some(body)) = (outcome.counts, body) {
            let said = |field: &str| body[field].as_u64().unwrap() as u32;
            let said = (said("orderQuantity"), said("usedQuantity"), said("refundedQuantity"));
            if said != (counts.quantity, counts.used, counts.refunded) {
                self.fails("the quantities of the query are not those of the order".into(), node, &body.to_string());
            }
        }
        Some(self.encoded(node, &ORDER_QUERY, code, text))
    }

    /// Gives the trace to the judge, with the calls that still wait, what a query is answered at its end, and the notices of the
    /// outbox: they are sent sooner or later.
    pub(crate) fn judge(&mut self, node: &Node, query: Option<String>) {
        let mut sent = node.clone();
        if let Some(query) = query {
            sent.tick += 1;
            let (request, begin) = (self.scene.query.clone(), sent.tick);
            self.record(&mut sent, &ORDER_QUERY, begin, request, Some(query));
        }
        let notices = node.snapshot().map_or(0, |order| order.notices.len());
        for place in 0..notices {
            sent.tick += 1;
            self.send_notice(node, &mut sent, place, Some(ACCEPTED));
        }
        let node = &sent;
        let (time, end) = (node.world.time, node.tick + 1);
        let unanswered = |waiting: &Waiting| {
            let Waiting { call, ref request, begin, .. } = *waiting;
            Exchange { time, begin, end, call, request: request.clone(), response: None }
        };
        let last: Vec<Exchange> = node.waiting.iter().map(unanswered).collect();
        let exchanges: Vec<&Exchange> = node.trace.items().into_iter().chain(&last).collect();
        let mut text = format!("{{\"version\":{VERSION},\"settings\":{{\"partnerId\":{PARTNER}}},\"exchanges\":[");
        for (place, exchange) in exchanges.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let direction = if exchange.call.direction == Direction::ToSupplier { "toSupplier" } else { "toMeituan" };
            let at = milliseconds(TIMES[exchange.time]) + i64::from(exchange.begin);
            let (took, call, request) = (exchange.end - exchange.begin, exchange.call.name, &exchange.request);
            let response = exchange.response.as_deref().unwrap_or("null");
            text += &format!("{comma}{{\"at\":{at},\"durationMs\":{took},\"direction\":\"{direction}\",\"call\":\"{call}\",");
            text += &format!("\"request\":{request},\"response\":{response}}}");
        }
        text += "]}";
        self.tally.traces += 1;
        self.tally.exchanges += exchanges.len() as u64;
        let report = check_json(text.as_bytes(), Strictness::Documented).unwrap_or_else(|error| panic!("{error}: {text}"));
        for point in &report.points {
            for finding in &point.findings {
                if finding.effect == Effect::Fails {
                    let what = format!("{} fails: {} {}", point.point.id, finding.path, finding.detail);
                    self.fails(what, node, &format!("exchange {:?} of{}", finding.exchange, listed(&exchanges)));
                }
                if finding.effect == Effect::Warns {
                    self.tally.warned.insert(point.point.id);
                }
            }
        }
    }

    /// Every sequence of steps from a node, to a depth.
    pub(crate) fn explore(&mut self, start: Node, depth: usize) {
        let mut seen = HashSet::from([start.key()]);
        let mut judged = HashSet::new();
        let mut layer = vec![start];
        for _ in 0..depth {
            let mut next_layer = Vec::new();
            for node in &layer {
                for step in self.steps(node) {
                    let next = self.go(node, &step);
                    let key = next.key();
                    let is_new = seen.insert(key);
                    if is_new {
                        let query = self.query(&next);
                        if !next.world.reported {
                            self.judge(&next, query);
                        }
                        next_layer.push(next);
                    } else if let Some(last) = next.trace.last()
                        && !next.world.reported
                        && judged.insert(hash(&(key, &last.request, &last.response)))
                    {
                        self.judge(&next, None);
                    }
                }
            }
            layer = next_layer;
        }
        self.tally.states += seen.len();
    }

    /// Long sequences at random, most of them without a conflict.
    pub(crate) fn wander(&mut self, seed: u64, walks: usize, length: usize) {
        let mut random = Random(seed);
        for _ in 0..walks {
            let mut node = Node::nothing();
            let is_clean = random.below(4) > 0;
            for _ in 0..length {
                let steps = self.steps(&node);
                let step = &steps[random.below(steps.len())];
                if self.likelihood(step) <= random.below(12) {
                    continue;
                }
                let next = self.go(&node, step);
                if is_clean && next.world.reported {
                    continue;
                }
                if next.world.reported && !node.world.reported {
                    let query = self.query(&node);
                    self.judge(&node, query);
                }
                node = next;
                let query = self.query(&node);
                if let Some(response) = query.filter(|_| random.below(4) == 0 && !node.world.reported) {
                    node.tick += 1;
                    let (request, begin) = (self.scene.query.clone(), node.tick);
                    self.record(&mut node, &ORDER_QUERY, begin, request, Some(response));
                }
            }
            if !node.world.reported {
                let query = self.query(&node);
                self.judge(&node, query);
            }
            self.tally.states += 1;
        }
    }

    /// Of twelve times that a step may be taken, how many it is: rarely what ends an order.
    pub(crate) fn likelihood(&self, step: &Step) -> usize {
        match step {
            Step::Event(event) => match event.name {
                "orderCreate" | "orderPay" | "noticeAccepted" => 12,
                "attemptEnded" => 8,
                "orderClose" => 1,
                "orderRefunded" => 3,
                _ => 6,
            },
            Step::NoticeLost => 3,
            Step::Later => 2,
        }
    }
}

pub(crate) fn remember(node: &mut Node, about: &Rc<str>, code: i64) {
    if node.world.reported {
        return;
    }
    let time = node.world.time;
    let heard = node.world.heard.entry(about.clone()).or_default();
    if heard.last().is_none_or(|(last, _)| *last != code) {
        heard.push((code, time));
    }
}

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}
