//! The order machine and the acceptance judge believe the same: along sequences of events of small orders, what Meituan is
//! sent and what it answers is recorded as a trace, and no point of the judge fails on it.
//!
//! A conflict that is reported exempts a sequence from then on. At every state, reported or not: each ticket is in one class;
//! a free ticket is let in, and no other; the query is answered, with the quantities of the tickets; and the order waits for
//! Meituan's next call, for a decision that has a deadline, for something that is due, or has a reported conflict.
//!
//! Sequences are taken breadth-first to a depth, and at random, from fixed seeds, far beyond it. Two sequences are one where
//! the snapshot, the world around it and what the judge has heard are the same; a trace is judged unless another one with the
//! same last exchange led there. `EXPLORATION_DEPTH=1` goes one level deeper, which takes about eight times as long.

use meituan_protocol::Secret;
use meituan_protocol::message::Packed;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::ticket::acceptance::{Effect, Strictness, VERSION, check_json};
use meituan_protocol::ticket::order::{Order, State, TABLE, Trigger, apply_json};
use meituan_protocol::ticket::{CONSUME_NOTICE, Call, Config, Direction, ORDER_QUERY, Supplier};
use meituan_protocol::time::{Timestamp, parse_wall_clock};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

const PARTNER: u32 = 1122;

/// Now; after every lease; after the deadline of issuing; after that of refunds; where silence is in doubt; where it is over.
const TIMES: [&str; 6] = [
    "2026-03-02 10:00:00",
    "2026-03-02 10:02:00",
    "2026-03-02 10:20:00",
    "2026-03-04 12:00:00",
    "2026-03-05 12:00:00",
    "2026-03-07 12:00:00",
];

// What the machine says, as far as it matters here.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'j> {
    kind: &'j str,
    #[serde(borrow)]
    next: Option<&'j RawValue>,
    reply: Option<&'j RawValue>,
    run: Option<Run>,
    conflicts: Vec<String>,
    due: Option<i64>,
    #[serde(default)]
    broken_off: Vec<String>,
    #[serde(default)]
    admissions: Vec<Admission>,
    admittance: Option<Admittance>,
    counts: Option<Counts>,
}

#[derive(Deserialize, Debug)]
struct Admittance {
    admitted: Vec<Admission>,
    refused: Vec<Admission>,
}

#[derive(Deserialize)]
struct Run {
    key: String,
}

#[derive(Deserialize, Debug)]
struct Admission {
    voucher: Option<String>,
    quantity: u32,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
struct Counts {
    quantity: u32,
    used: u32,
    refunded: u32,
    pending: u32,
    free: u32,
}

#[derive(Deserialize)]
struct Reply {
    code: i32,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    lifecycle: i32,
    #[serde(default)]
    gate_answers: Vec<Value>,
    tally: Option<Used>,
    order_status: Option<i32>,
    quantity: u32,
    units: Option<Vec<Unit>>,
    refunds: Vec<Refund>,
    notices: Vec<Notice>,
    attempts: Vec<Attempt>,
    conflicts: Vec<Conflict>,
}

#[derive(Deserialize)]
struct Used {
    used: u32,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Unit {
    voucher: Option<String>,
    state: i32,
    refund_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    refund_id: String,
    state: i32,
}

#[derive(Deserialize)]
struct Notice {
    id: String,
    name: String,
    body: Box<RawValue>,
}

#[derive(Deserialize)]
struct Attempt {
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conflict {
    resolved_at: Option<i64>,
}

// Values of the snapshot and of events.
const OPEN: i32 = 1;
const CLOSED: i32 = 2;
const ISSUING: (i32, Option<i32>) = (1, Some(5));
const ISSUED: (i32, Option<i32>) = (1, Some(4));
const PENDING_REFUND: i32 = 1;
const AGREED_REFUND: i32 = 2;
const FREE: i32 = 0;
const USED: i32 = 1;
const REFUNDED: i32 = 2;
const REPLACED: i32 = 4;
const PENDING: i32 = 5;
const DONE: i32 = 1;
const PUT_OFF: i32 = 2;
const REFUSED: i32 = 3;
const UNKNOWN: i32 = 4;

/// Meituan's answer to a notice that it accepts.
const ACCEPTED: &str = "{\"partnerId\":1122,\"code\":200,\"describe\":\"success\"}";

// The scenes.

/// An order, and what may happen to it.
struct Scene {
    name: &'static str,
    quantity: u32,
    /// What is issued.
    paid: Value,
    /// What its reschedules bring.
    rescheduled: [(&'static str, Value); 2],
    events: Vec<Happening>,
    /// Meituan's query, as it travels.
    query: Rc<str>,
}

/// An event, and what Meituan sends, if it is a call.
#[derive(Clone)]
struct Happening {
    name: &'static str,
    text: Rc<str>,
    call: Option<(&'static Call, Rc<str>)>,
    /// What the judge remembers it by: the call with its number.
    about: Rc<str>,
}

fn supplier() -> Supplier {
    let mut config = Config::new(PARTNER, "client", Secret::new("secret"));
    config.host = "https://meituan.example".into();
    Supplier::new(config).unwrap()
}

fn wire_of(call: &'static Call, body: &Value) -> Rc<str> {
    let (mut packed, mut wire) = (Packed::default(), Vec::new());
    let program = json!({ "partnerId": PARTNER, "body": body }).to_string();
    supplier().encode_request(call, program.as_bytes(), &mut packed, &mut wire).unwrap();
    String::from_utf8(wire).unwrap().into()
}

/// A call of Meituan's.
fn calls(name: &'static str, body: Value) -> Happening {
    let call = Call::named(name).unwrap();
    let number = ["refundId", "rescheduleNo", "refundSerialNo", "closeType"].iter().find_map(|field| body.get(field));
    let about = number.map_or(name.to_owned(), |number| format!("{name} {number}"));
    let wire = wire_of(call, &body);
    Happening { name, text: json!({ name: body }).to_string().into(), call: Some((call, wire)), about: about.into() }
}

/// Something that the supplier reports.
fn fact(name: &'static str, body: Value) -> Happening {
    Happening { name, text: json!({ name: body }).to_string().into(), call: None, about: name.into() }
}

fn create(quantity: u32) -> Happening {
    let body = json!({ "orderId": "7", "partnerDealId": "D", "mtDealId": "1", "buyPrice": 100, "unitPrice": 100,
        "totalPrice": 100 * quantity, "quantity": quantity });
    calls("orderCreate", body)
}

fn refund(id: &str, codes: &[&str], quantity: usize, people: &[&str]) -> Happening {
    let mut body = json!({ "orderId": "7", "refundId": id, "partnerOrderId": "P", "partnerDealId": "D", "voucherList": codes,
        "refundQuantity": quantity, "unitPrice": 100, "refundPrice": 100, "refundFee": 0, "refundTime": milliseconds(TIMES[0]) });
    if !people.is_empty() {
        body["credentialList"] = people.iter().map(|number| json!({ "credentialType": 0, "credentialNo": number })).collect();
    }
    calls("orderRefund", body)
}

fn message(kind: i32, count: usize, serial: &str, codes: &[&str]) -> Happening {
    let mut body = json!({ "orderId": "7", "refundPrice": 100, "refundMessageType": kind, "reason": "原因",
        "refundTime": milliseconds(TIMES[0]), "count": count });
    if !serial.is_empty() {
        body["refundSerialNo"] = serial.into();
    }
    if !codes.is_empty() {
        body["voucherList"] = json!(codes);
    }
    calls("orderRefunded", body)
}

fn reschedule(number: &str) -> Happening {
    calls("orderReschedule", json!({ "orderId": "7", "partnerOrderId": "P", "rescheduleType": 1, "rescheduleNo": number }))
}

fn milliseconds(wall_clock: &str) -> i64 {
    parse_wall_clock(wall_clock.as_bytes()).unwrap().0
}

impl Scene {
    /// The calls and facts that every order has.
    fn new(name: &'static str, quantity: u32, paid: Value, rescheduled: [(&'static str, Value); 2]) -> Self {
        let order = json!({ "orderId": "7", "partnerOrderId": "P" });
        let close = |kind: i32| calls("orderClose", json!({ "orderId": "7", "closeType": kind }));
        let mut issued = order.clone();
        paid.as_object().unwrap().iter().for_each(|(key, value)| issued[key] = value.clone());
        let agree = |id: &str| fact("refundAgreed", json!({ "refundId": id }));
        let refuse = |id: &str| fact("refundRefused", json!({ "refundId": id, "describe": "已过退改期限" }));
        let events = vec![
            create(quantity),
            calls("orderPay", order.clone()),
            close(1),
            close(2),
            close(3),
            message(2, quantity as usize, "", &[]),
            message(1, quantity as usize, "S0", &[]),
            message(1, 1, "S1", &[]),
            message(3, 1, "", &[]),
            fact("issued", issued.clone()),
            fact("issueFailed", json!({ "describe": "上游无票" })),
            agree("R1"),
            refuse("R1"),
            agree("R2"),
            refuse("R2"),
            fact("consumed", json!({ "id": "E0", "quantity": 1 })),
            fact("admit", json!({ "id": "G0", "quantity": 1 })),
            fact("timePassed", json!({})),
            reschedule("N1"),
            reschedule("N2"),
        ];
        Scene { name, quantity, paid: issued, rescheduled, events, query: wire_of(&ORDER_QUERY, &order) }
    }

    fn with(mut self, events: impl IntoIterator<Item = Happening>) -> Self {
        self.events.extend(events);
        self
    }

    /// One code a ticket.
    fn code_per_ticket(name: &'static str, codes: &[&str]) -> Self {
        let new = |voucher: &str| json!([{ "voucher": voucher }]);
        let paid = json!({ "voucherType": 1, "vouchers": codes });
        let entered = |id: &str, code: &str| fact("consumed", json!({ "id": id, "vouchers": [code] }));
        Scene::new(name, codes.len() as u32, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &codes[..1], 1, &[]),
            refund("R2", codes, codes.len(), &[]),
            refund("R3", &codes[..1], 1, &[]),
            message(1, 1, "S2", &codes[..1]),
            message(1, 2, "S3", &codes[..2]),
            message(3, 1, "R1", &codes[..1]),
            entered("E1", codes[0]),
            entered("E2", codes[1]),
            fact("admit", json!({ "id": "G1", "vouchers": &codes[..2] })),
        ])
    }

    /// One code for all.
    fn code_per_order() -> Self {
        let new = |voucher: &str| json!([{ "voucher": voucher }]);
        let paid = json!({ "voucherType": 2, "vouchers": ["K1"] });
        Scene::new("one code for 2", 2, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &["K1"], 1, &[]),
            refund("R2", &["K1"], 2, &[]),
            refund("R3", &["K1"], 1, &[]),
            message(1, 1, "S2", &["K1"]),
            message(3, 1, "R1", &["K1"]),
            fact("consumed", json!({ "id": "E1", "vouchers": ["K1"] })),
            fact("consumed", json!({ "id": "E2", "quantity": 2 })),
            fact("admit", json!({ "id": "G1", "vouchers": ["K1"], "quantity": 2 })),
        ])
    }

    /// Real names, each with a code or with a card alone.
    fn real_names(name: &'static str, with_codes: bool) -> Self {
        let codes = if with_codes { vec!["K1", "K2"] } else { Vec::new() };
        let person = |place: usize, number: &str| {
            let code = codes.get(place).map(|&code| (String::from("voucher"), json!(code)));
            let mut person = json!({ "credentialType": 0, "credentialNo": number });
            person.as_object_mut().unwrap().extend(code);
            person
        };
        let paid = json!({ "voucherType": 0, "realNameType": 1, "vouchers": codes,
            "credentialList": [person(0, "A001"), person(1, "B002")] });
        let new = |voucher: &str| match with_codes {
            true => json!([{ "credentialType": 0, "credentialNo": "A001", "voucher": voucher }]),
            false => json!([]),
        };
        let card = |id: &str, number: &str| fact("consumed", json!({ "id": id, "credentials": [{ "credentialNo": number }] }));
        let first = codes.get(..1).unwrap_or_default().to_vec();
        let mut scene = Scene::new(name, 2, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &first, 1, &["A001"]),
            refund("R2", &codes, 2, &["A001", "B002"]),
            refund("R3", &first, 1, &["A001"]),
            card("E1", "A001"),
            card("E2", "B002"),
            fact("admit", json!({ "id": "G1", "credentials": [{ "credentialNo": "A001" }] })),
        ]);
        if with_codes {
            let entered = fact("consumed", json!({ "id": "E3", "vouchers": ["K1"] }));
            scene = scene.with([message(1, 1, "S2", &["K1"]), message(3, 1, "R1", &["K1"]), entered]);
        }
        scene
    }
}

// What is around the snapshot.

/// The world outside the snapshot, as far as it decides what may happen, or what the judge will say.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct World {
    time: usize,
    /// Keys of functions that were run, and how they ended: one that has ended ends the same way for ever.
    functions: BTreeMap<String, Option<i32>>,
    /// Keys of the functions for which a call waits.
    waiting: BTreeSet<String>,
    /// A conflict was reported: the judge hears no more.
    reported: bool,
    /// What the judge has heard of each subject: codes in the order in which they changed, and when.
    heard: BTreeMap<Rc<str>, Vec<(i64, usize)>>,
}

/// One exchange of the trace. Times are ticks after the time that `time` names.
struct Exchange {
    time: usize,
    begin: u32,
    end: u32,
    call: &'static Call,
    request: Rc<str>,
    response: Option<String>,
}

/// A list that shares its beginning with others.
struct Chain<T>(Option<Rc<(T, Chain<T>)>>);

impl<T> Clone for Chain<T> {
    fn clone(&self) -> Self {
        Chain(self.0.clone())
    }
}

impl<T> Chain<T> {
    fn and(&self, item: T) -> Self {
        Chain(Some(Rc::new((item, self.clone()))))
    }

    fn last(&self) -> Option<&T> {
        self.0.as_deref().map(|(item, _)| item)
    }

    fn items(&self) -> Vec<&T> {
        let (mut items, mut rest) = (Vec::new(), self);
        while let Some((item, before)) = rest.0.as_deref() {
            items.push(item);
            rest = before;
        }
        items.reverse();
        items
    }
}

/// A trace in short.
fn listed(exchanges: &[&Exchange]) -> String {
    let short = |text: &str| text.chars().take(160).collect::<String>();
    let line = |(place, exchange): (usize, &&Exchange)| {
        let Exchange { time, begin, end, call, request, response } = exchange;
        let (request, response) = (short(request), short(response.as_deref().unwrap_or("nothing")));
        format!("\n  [{place}] {time}+{begin}–{end} {} {request} → {response}", call.name)
    };
    exchanges.iter().enumerate().map(line).collect()
}

/// A call that waits for a function.
#[derive(Clone)]
struct Waiting {
    key: String,
    call: &'static Call,
    request: Rc<str>,
    about: Rc<str>,
    begin: u32,
}

#[derive(Clone)]
struct Node {
    order: Rc<str>,
    /// The same, read.
    snapshot: Option<Rc<Snapshot>>,
    world: World,
    waiting: Vec<Waiting>,
    tick: u32,
    trace: Chain<Exchange>,
    path: Chain<Rc<str>>,
}

impl Node {
    fn nothing() -> Self {
        let (trace, path) = (Chain(None), Chain(None));
        Node { order: "".into(), snapshot: None, world: World::default(), waiting: Vec::new(), tick: 0, trace, path }
    }

    fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    fn now(&self) -> i64 {
        milliseconds(TIMES[self.world.time])
    }

    /// How it came to be.
    fn told(&self) -> String {
        let path: String = self.path.items().iter().map(|event| format!("  {event}\n")).collect();
        format!("after\n{path}the order is {}", self.order)
    }

    /// What two nodes have in common that are one.
    fn key(&self) -> u128 {
        hash(&(&self.order, &self.world))
    }
}

fn hash(value: &impl Hash) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, value).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// What can be done next.
enum Step {
    Event(Happening),
    /// The first notice of the outbox is sent, and Meituan's answer is lost.
    NoticeLost,
    Later,
}

/// One kind of what must not be: how often it was found, and the shortest way to it.
struct Failure {
    times: u64,
    steps: usize,
    told: String,
}

#[derive(Default)]
struct Tally {
    states: usize,
    transitions: u64,
    traces: u64,
    exchanges: u64,
    warned: BTreeSet<&'static str>,
    failures: BTreeMap<String, Failure>,
}

struct Explorer {
    scene: Scene,
    supplier: Supplier,
    packed: Packed,
    /// Snapshots that were looked at already.
    stored: HashSet<u128>,
    tally: Tally,
}

impl Explorer {
    fn new(scene: Scene) -> Self {
        Explorer { scene, supplier: supplier(), packed: Packed::default(), stored: HashSet::new(), tally: Tally::default() }
    }

    /// How a function ends.
    fn end(&self, key: &str, outcome: i32) -> Happening {
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

    fn steps(&self, node: &Node) -> Vec<Step> {
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

    fn apply<'o>(&mut self, node: &Node, event: &str, out: &'o mut Vec<u8>) -> Outcome<'o> {
        let now = Timestamp(node.now());
        apply_json(node.order.as_bytes(), event.as_bytes(), b"", now, &mut self.packed, out)
            .unwrap_or_else(|error| panic!("{error}: {event}\n{}", node.told()));
        serde_json::from_slice(out).unwrap()
    }

    /// Goes one step: to a node that may be the same one.
    fn go(&mut self, node: &Node, step: &Step) -> Node {
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

    fn happens(&mut self, node: &Node, next: &mut Node, event: &Happening) {
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

    fn fails(&mut self, what: String, node: &Node, with: &str) {
        let path = node.path.items();
        let failure = self.tally.failures.entry(what).or_insert(Failure { times: 0, steps: usize::MAX, told: String::new() });
        failure.times += 1;
        if path.len() < failure.steps {
            (failure.steps, failure.told) = (path.len(), format!("{with}\n{}", node.told()));
        }
    }

    /// Meituan gets its answer: none, where it timed out or where there is nothing that is true.
    fn hear(&mut self, node: &mut Node, waiting: &Waiting, reply: Option<&str>) {
        let Waiting { call, request, about, begin, .. } = waiting;
        let reply: Option<(Reply, &str)> = reply.map(|reply| (serde_json::from_str(reply).unwrap(), reply));
        let code = reply.as_ref().map_or(0, |(reply, _)| reply.code);
        let response = reply.map(|(reply, text)| self.encoded(node, call, reply.code, text));
        self.record(node, call, *begin, request.clone(), response);
        remember(node, about, i64::from(code));
    }

    /// The reply as it travels. Whatever is replied can be sent.
    fn encoded(&mut self, node: &Node, call: &'static Call, code: i32, reply: &str) -> String {
        let program = format!("{{\"partnerId\":{PARTNER},{}", &reply[1..]);
        let (facts, mut wire) = (Facts { quantity: Some(self.scene.quantity), ..Facts::NONE }, Vec::new());
        if let Err(error) = self.supplier.encode_reply(call, code, program.as_bytes(), facts, &mut self.packed, &mut wire) {
            self.fails(format!("{} cannot be answered", call.name), node, &format!("{error}: {reply}"));
        }
        String::from_utf8(wire).unwrap()
    }

    /// A notice of the outbox as it was before is sent.
    fn send_notice(&mut self, before: &Node, node: &mut Node, place: usize, answer: Option<&str>) {
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

    fn record(&mut self, node: &mut Node, call: &'static Call, begin: u32, request: Rc<str>, response: Option<String>) {
        if node.world.reported {
            return;
        }
        let (time, end) = (node.world.time, node.tick);
        node.trace = node.trace.and(Exchange { time, begin, end, call, request, response });
    }

    /// The query at this node, which is always answered; it is checked, and as it travels.
    fn query(&mut self, node: &Node) -> Option<String> {
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
    fn judge(&mut self, node: &Node, query: Option<String>) {
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
    fn explore(&mut self, start: Node, depth: usize) {
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
    fn wander(&mut self, seed: u64, walks: usize, length: usize) {
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
    fn likelihood(&self, step: &Step) -> usize {
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

fn remember(node: &mut Node, about: &Rc<str>, code: i64) {
    if node.world.reported {
        return;
    }
    let time = node.world.time;
    let heard = node.world.heard.entry(about.clone()).or_default();
    if heard.last().is_none_or(|(last, _)| *last != code) {
        heard.push((code, time));
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

// What must hold.

/// What is wrong, in words that do not differ from order to order, and with what.
type Wrong = Vec<(&'static str, String)>;

/// What is stored is read as it was written.
fn check_stored(after: &Node, wrong: &mut Wrong) {
    let text = Order::from_json(after.order.as_bytes()).map(|order| order.unwrap().to_json());
    if text.as_deref() != Ok(&*after.order) {
        wrong.push(("what is stored is not read as it was written", format!("{text:?}")));
    }
}

/// What never goes back.
fn check_move(before: &Node, after: &Node, wrong: &mut Wrong) {
    let now = after.snapshot().unwrap();
    let Some(was) = before.snapshot() else { return };
    let is_agreed = |refund: &&Refund| refund.state == AGREED_REFUND;
    for agreed in was.refunds.iter().filter(is_agreed) {
        if !now.refunds.iter().filter(is_agreed).any(|refund| refund.refund_id == agreed.refund_id) {
            wrong.push(("an agreement is not final", agreed.refund_id.clone()));
        }
    }
    if was.lifecycle >= CLOSED && now.lifecycle < CLOSED {
        wrong.push(("a closed order is open again", now.lifecycle.to_string()));
    }
    let count = |order: &Snapshot, state: i32| order.units.iter().flatten().filter(|unit| unit.state == state).count();
    for state in [USED, REFUNDED] {
        if count(now, state) < count(was, state) {
            wrong.push(("fewer tickets are used or refunded than before", format!("{:?}", now.units)));
        }
    }
}

/// A gate is answered, and who is admitted has entered, once and without a contradiction.
fn check_admittance(before: &Node, after: &Node, outcome: &Outcome<'_>, wrong: &mut Wrong) {
    let Some(answer) = &outcome.admittance else {
        wrong.push(("a gate is not answered", outcome.kind.to_owned()));
        return;
    };
    let guests = |list: &[Admission]| list.iter().map(|admission| admission.quantity).sum::<u32>();
    let used = |node: &Node| {
        let order = node.snapshot();
        let units = order.and_then(|order| order.units.as_ref()).into_iter().flatten();
        let by_number = order.and_then(|order| order.tally.as_ref()).map_or(0, |tally| tally.used);
        by_number + units.filter(|unit| unit.state == USED).count() as u32
    };
    let answered = |node: &Node| node.snapshot().map_or(0, |order| order.gate_answers.len());
    let is_first = answered(before) < answered(after);
    let entered = used(after) - used(before);
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{answer:?}, {entered} entered")));
        }
    };
    must(guests(&answer.admitted) + guests(&answer.refused) > 0, "a gate is answered nothing");
    must(entered == if is_first { guests(&answer.admitted) } else { 0 }, "not those who are admitted enter, once");
    must(!outcome.conflicts.iter().any(|breach| breach.starts_with("entered")), "an admission contradicts something");
}

fn check_state(node: &Node, outcome: &Outcome<'_>, time_passed: bool, wrong: &mut Wrong) {
    let Some(order) = node.snapshot() else { return };
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{:?} {:?} due {:?}", outcome.admissions, outcome.counts, outcome.due)));
        }
    };
    let is_issued = (order.lifecycle, order.order_status) == ISSUED;
    let admitted: u32 = outcome.admissions.iter().map(|admission| admission.quantity).sum();
    must(is_issued || admitted == 0, "an order that is not issued lets guests in");
    if let Some(counts) = outcome.counts {
        let sum = counts.used + counts.refunded + counts.pending + counts.free;
        must(sum <= counts.quantity && counts.quantity == order.quantity, "there are more tickets than were ordered");
        must(!is_issued || sum == counts.quantity, "a ticket of an issued order is in no class");
        must(!is_issued || admitted == counts.free, "not just the free tickets let guests in");
    }
    let stands = order.conflicts.iter().any(|conflict| conflict.resolved_at.is_none());
    let pending = order.refunds.iter().any(|refund| refund.state == PENDING_REFUND);
    let is_open = (order.lifecycle, order.order_status) == ISSUING || pending || !order.notices.is_empty();
    must(!is_open || outcome.due.is_some() || stands, "nobody is waited for, nothing is due, and no conflict is reported");
    if time_passed {
        let owes = !order.notices.is_empty() || !outcome.broken_off.is_empty();
        let is_due = outcome.due.is_some_and(|due| due <= node.now());
        must(owes || !is_due, "what is due is nothing that could be done");
    }
    if let Some(units) = order.units.as_ref().filter(|units| !units.is_empty()) {
        check_units(order, units, outcome, wrong);
    }
}

/// Each ticket is in one class, and the quantities and the gate say the same.
fn check_units(order: &Snapshot, units: &[Unit], outcome: &Outcome<'_>, wrong: &mut Wrong) {
    let of = |state: i32| units.iter().filter(move |unit| unit.state == state);
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{units:?} {:?} {:?}", outcome.counts, outcome.admissions)));
        }
    };
    must(units.len() - of(REPLACED).count() == order.quantity as usize, "there are not as many tickets as were ordered");
    if let Some(counts) = outcome.counts {
        let counted = [USED, REFUNDED, PENDING, FREE].map(|state| of(state).count() as u32);
        must(counted == [counts.used, counts.refunded, counts.pending, counts.free], "the quantities are not those of the tickets");
    }
    for unit in of(PENDING) {
        let refund = order.refunds.iter().find(|refund| Some(&refund.refund_id) == unit.refund_id.as_ref());
        must(refund.map(|refund| refund.state) == Some(PENDING_REFUND), "a ticket is reserved by no pending refund");
    }
    let codes: BTreeSet<_> = units.iter().filter_map(|unit| unit.voucher.as_deref()).collect();
    if codes.len() == units.len() && (order.lifecycle, order.order_status) == ISSUED {
        let free: BTreeSet<_> = of(FREE).filter_map(|unit| unit.voucher.as_deref()).collect();
        let admitted: BTreeSet<_> = outcome.admissions.iter().filter_map(|admission| admission.voucher.as_deref()).collect();
        must(admitted == free, "not just the codes of free tickets let guests in");
    }
}

// The explorations.

/// How many levels deeper than usual.
fn deeper() -> u32 {
    std::env::var("EXPLORATION_DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or_default()
}

const FROM_NOTHING: usize = 4;
const AFTER_ISSUING: usize = 3;
const WALKS: usize = 150;
const WALK: usize = 60;
const SEEDS: [u64; 2] = [1, 0x9e37_79b9_7f4a_7c15];

fn agree(scene: Scene) {
    let name = scene.name;
    let begun = std::time::Instant::now();
    let mut explorer = Explorer::new(scene);
    let depth = deeper() as usize;
    explorer.explore(Node::nothing(), FROM_NOTHING + depth);
    let mut issued = Node::nothing();
    let by_hand = explorer.scene.events.iter().filter(|event| matches!(event.name, "orderCreate" | "orderPay"));
    for call in by_hand.cloned().collect::<Vec<_>>() {
        issued = explorer.go(&issued, &Step::Event(call.clone()));
        let end = explorer.end(&format!("{}:7", call.name), DONE);
        issued = explorer.go(&issued, &Step::Event(end));
    }
    explorer.explore(issued, AFTER_ISSUING + depth);
    for seed in SEEDS {
        explorer.wander(seed, WALKS << (4 * depth), WALK);
    }
    let Tally { states, transitions, traces, exchanges, warned, failures } = explorer.tally;
    println!(
        "{name}: {states} states, {transitions} transitions, {traces} traces of {exchanges} exchanges judged, depth {} from \
         nothing and {} after issuing, {} walks of {WALK} steps from seeds {SEEDS:?}, {:.1?}; warned: {warned:?}",
        FROM_NOTHING + depth,
        AFTER_ISSUING + depth,
        SEEDS.len() * (WALKS << (4 * depth)),
        begun.elapsed(),
    );
    assert!(states > 1000 && traces > 1000);
    let told: String = failures.iter().map(|(what, one)| format!("\n{} times: {what}\n{}\n", one.times, one.told)).collect();
    assert!(failures.is_empty(), "{name}: {} kinds of failure{told}", failures.len());
}

#[test]
fn machine_and_judge_agree_on_an_order_of_two_codes() {
    agree(Scene::code_per_ticket("2 codes", &["K1", "K2"]));
}

#[test]
fn machine_and_judge_agree_on_an_order_of_three_codes() {
    agree(Scene::code_per_ticket("3 codes", &["K1", "K2", "K3"]));
}

#[test]
fn machine_and_judge_agree_on_an_order_of_one_code_for_two() {
    agree(Scene::code_per_order());
}

#[test]
fn machine_and_judge_agree_on_real_names_with_codes() {
    agree(Scene::real_names("real names with codes", true));
}

#[test]
fn machine_and_judge_agree_on_real_names_without_codes() {
    agree(Scene::real_names("real names without codes", false));
}

#[test]
fn every_state_has_one_row_for_every_trigger() {
    for &state in State::ALL {
        for &trigger in Trigger::ALL {
            let rows = TABLE.iter().filter(|row| row.on() == trigger && row.from().any(|from| from == state)).count();
            assert_eq!(rows, 1, "{state:?} {trigger:?}");
        }
    }
}
