//! Every sequence of events of a small order, to a fixed depth: no state that can be reached breaks an invariant.
//!
//! Reschedules are left out: they share the attempts of create and add a dimension of codes. Where a conflict is flagged,
//! quantities and codes need not add up; that is what the flag says.
//!
//! Breadth-first over (snapshot, what Meituan and the functions have seen). Time has three values: now, after every lease,
//! after every working day that matters.

use meituan_protocol::message::Id;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::value::FieldValue;
use meituan_protocol::message::{Form, Packed, Reading, read};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::ticket::{Call, ORDER_REFUND};
use meituan_protocol::time::Timestamp;
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

const ORDER: Id = Id(7);
const TIMES: [i64; 3] = [1_480_000_000_000, 1_480_000_070_000, 1_481_000_000_000];

/// What the world outside the snapshot has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct World {
    time: usize,
    /// Keys of functions that were run, and of those that have ended with a result.
    run: BTreeSet<String>,
    finished: BTreeSet<String>,
    /// Nobody knows how it ended, and nothing has settled it since.
    pay_unknown: bool,
    refunds_unknown: BTreeSet<String>,
    /// Meituan waits for a notice.
    pay_waits: bool,
    refunds_wait: BTreeSet<String>,
}

/// The events so far, the last one first.
#[derive(Clone)]
struct Path(Option<Rc<(Event, Path)>>);

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((event, before)) = self.0.as_deref() else { return Ok(()) };
        write!(f, "{before}")?;
        match event {
            Event::AttemptEnded(end) => writeln!(f, "AttemptEnded {} {:?}", end.key, end.outcome),
            event => writeln!(f, "{}", format!("{event:?}").chars().take(200).collect::<String>()),
        }
    }
}

#[derive(Clone)]
struct Node {
    order: Option<Order>,
    world: World,
    /// How it was reached.
    path: Path,
}

/// What to say of a transition that breaks an invariant.
struct Told<'t> {
    node: &'t Node,
    event: &'t Event,
    transition: &'t Transition,
}

impl std::fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{:?}\ngives {:?}", self.node.path, self.event, self.transition)
    }
}

struct Explorer {
    quantity: u32,
    voucher_type: VoucherType,
    settings: Settings,
    packed: Packed,
}

fn codes(quantity: u32, voucher_type: VoucherType) -> Vec<String> {
    let count = if voucher_type == VoucherType::CODE_PER_TICKET { quantity } else { 1 };
    (1..=count).map(|number| format!("C{number}")).collect()
}

impl Explorer {
    fn paid(&self) -> OrderPaid {
        OrderPaid {
            order_id: ORDER,
            partner_order_id: "P".into(),
            voucher_type: Some(self.voucher_type),
            vouchers: Some(codes(self.quantity, self.voucher_type)),
            ..OrderPaid::default()
        }
    }

    fn refund(&self, refund_id: &str, quantity: u32, first: usize) -> Event {
        let vouchers = match self.voucher_type {
            VoucherType::CODE_PER_TICKET => codes(self.quantity, self.voucher_type)[first..first + quantity as usize].to_vec(),
            _ => vec!["C1".into()],
        };
        let refund = OrderRefund {
            order_id: ORDER,
            refund_id: refund_id.into(),
            voucher_list: vouchers,
            refund_quantity: quantity as i32,
            ..OrderRefund::default()
        };
        refund.into()
    }

    fn refunded(&self, kind: RefundMessageType, serial: &str, count: u32) -> Event {
        let message = RefundedMessage {
            order_id: ORDER,
            refund_serial_no: Some(serial.into()).filter(|serial: &String| !serial.is_empty()),
            refund_message_type: kind,
            count,
            refund_time: Timestamp(TIMES[0]),
            ..RefundedMessage::default()
        };
        message.into()
    }

    fn events(&self, node: &Node) -> Vec<Event> {
        let end = |key: &str, outcome: Outcome| {
            let done = outcome == Outcome::DONE;
            let end = AttemptEnded {
                key: key.into(),
                outcome,
                created: (done && key.starts_with("orderCreate"))
                    .then(|| OrderCreated { order_id: None, partner_order_id: "P".into() }),
                paid: (done && key.starts_with("orderPay")).then(|| self.paid()),
                describe: Some("原因".into()),
                ..AttemptEnded::default()
            };
            Event::from(end)
        };
        let create = OrderCreate { order_id: ORDER, quantity: self.quantity as i32, ..OrderCreate::default() };
        let close = |close_type| OrderClose { order_id: ORDER, close_type, ..OrderClose::default() };
        let mut events: Vec<Event> = vec![
            create.into(),
            OrderPay { order_id: ORDER, ..OrderPay::default() }.into(),
            OrderQuery { order_id: ORDER, ..OrderQuery::default() }.into(),
            self.refund("R1", 1, 0),
            self.refund("R2", self.quantity, 0),
            close(CloseType::UNPAID).into(),
            close(CloseType::CREATE_FAILED).into(),
            close(CloseType::ISSUE_FAILED).into(),
            self.refunded(RefundMessageType::CUSTOMER_SERVICE, "S1", 1),
            self.refunded(RefundMessageType::PAY_STATE_UNKNOWN, "", self.quantity),
            self.refunded(RefundMessageType::APPROVAL_TIMED_OUT, "R1", 1),
            self.refunded(RefundMessageType::APPROVAL_TIMED_OUT, "", 1),
            Event::Issued(self.paid()),
            IssueFailed { code: None, describe: "售罄".into() }.into(),
            RefundAgreed { refund_id: "R1".into() }.into(),
            RefundRefused { refund_id: "R1".into(), code: None, describe: "已过期".into() }.into(),
            Consumed { id: "E1".into(), vouchers: Some(vec!["C1".into()]), ..Consumed::default() }.into(),
            Consumed { id: "E2".into(), quantity: Some(1), ..Consumed::default() }.into(),
            TimePassed {}.into(),
        ];
        for key in &node.world.run {
            for outcome in [Outcome::DONE, Outcome::PENDING, Outcome::REFUSED, Outcome::UNKNOWN] {
                events.push(end(key, outcome));
            }
        }
        if let Some(order) = &node.order {
            events.extend(order.notices.first().map(|notice| NoticeAccepted { id: notice.id.clone() }.into()));
            events.extend(order.attempts.first().map(|attempt| TakeOver { key: attempt.key.clone() }.into()));
        }
        events
    }

    /// Applies an event, checks what comes of it, and gives what is there afterwards, if that is something else.
    fn apply(&mut self, node: &Node, event: &Event) -> Option<Node> {
        let now = Timestamp(TIMES[node.world.time]);
        let transition = apply(node.order.as_ref(), event, &self.settings, now);
        let told = Told { node, event, transition: &transition };
        assert_eq!(transition.kind == Kind::Moved, transition.next.is_some(), "{told}");
        let mut world = node.world.clone();
        let after = transition.next.as_ref().or(node.order.as_ref());
        self.world_after(&mut world, event, &transition, after, &told);
        if let Some(next) = &transition.next {
            self.check_order(node.order.as_ref(), next, &told);
        }
        self.check_answer(event, &transition.answer, after, &told);
        if let Some(order) = after {
            check_outbox(order, &mut world, &told);
        }
        if transition.next.is_none() && world == node.world {
            return None;
        }
        let path = Path(Some(Rc::new((event.clone(), node.path.clone()))));
        Some(Node { order: transition.next.or_else(|| node.order.clone()), world, path })
    }

    fn world_after(&self, world: &mut World, event: &Event, transition: &Transition, after: Option<&Order>, told: &Told<'_>) {
        let call = call_of(event);
        if let Answer::Run(run) = &transition.answer {
            assert!(!world.finished.contains(&run.key), "a finished function is run again: {told}");
            world.run.insert(run.key.clone());
        }
        if let Event::AttemptEnded(end) = event {
            match end.outcome {
                Outcome::UNKNOWN if !world.finished.contains(&end.key) => {
                    world.pay_unknown |= end.key.starts_with("orderPay");
                    if let Some(refund_id) = end.key.strip_prefix("orderRefund:7:") {
                        world.refunds_unknown.insert(refund_id.into());
                    }
                }
                Outcome::UNKNOWN => {}
                Outcome::PENDING if !end.key.starts_with("orderPay") && !end.key.starts_with("orderRefund:") => {}
                _ => {
                    world.finished.insert(end.key.clone());
                    if end.key.starts_with("orderPay") {
                        world.pay_unknown = false;
                    }
                    if let Some(refund_id) = end.key.strip_prefix("orderRefund:7:") {
                        world.refunds_unknown.remove(refund_id);
                    }
                }
            }
        }
        // Meituan itself has ended the order, or the supplier has told how it stands.
        if after.is_some_and(|order| order.state() != State::Issuing) {
            world.pay_unknown = false;
        }
        if let Some(order) = after {
            let pending = |refund_id: &String| order.refund(refund_id).is_some_and(|refund| refund.state == RefundState::PENDING);
            world.refunds_unknown.retain(pending);
        }
        if let Answer::Reply(reply) = &transition.answer {
            match (call, reply.code) {
                (Some("orderPay"), 598) => world.pay_waits = true,
                (Some("orderRefund"), 602) => {
                    world.refunds_wait.insert(refund_of(event));
                }
                (Some("orderPay"), 501..600) => {
                    assert!(!world.pay_unknown, "pay is told a failure after an unknown outcome: {told}");
                }
                (Some("orderRefund"), 603..700) => {
                    assert!(
                        !world.refunds_unknown.contains(&refund_of(event)),
                        "refund is told a failure after an unknown outcome: {told}"
                    );
                }
                _ => {}
            }
        }
        if let Event::NoticeAccepted(notice) = event {
            if notice.id.starts_with("payNotice") {
                world.pay_waits = false;
            }
            if let Some((refund_id, _)) = notice.id.strip_prefix("refundNotice:7:").and_then(|rest| rest.split_once(':')) {
                world.refunds_wait.remove(refund_id);
            }
        }
        if let Event::OrderRefunded(_) | Event::TimePassed(_) = event {
            // Meituan has decided: it waits for nothing about these refunds.
            if let Some(order) = after {
                world.refunds_wait.retain(|id| order.refund(id).is_some_and(|refund| refund.state != RefundState::AGREED));
            }
        }
    }

    fn check_order(&mut self, before: Option<&Order>, next: &Order, told: &Told<'_>) {
        let sum = next.used_quantity + next.refunded_quantity + next.pending_quantity();
        assert!(sum <= next.quantity || !next.conflicts.is_empty(), "more than there are: {told}");
        assert!(State::at(next.lifecycle, next.order_status.unwrap_or_default()).is_some(), "no such state: {told}");
        assert_eq!(
            Order::from_json(next.to_json().as_bytes()),
            Ok(Some(next.clone())),
            "what is stored must be read again: {told}"
        );
        if let Some(issued) = &next.issued {
            let vouchers = issued.vouchers.as_ref().unwrap();
            let distinct: HashSet<_> = vouchers.iter().collect();
            let wanted = if self.voucher_type == VoucherType::CODE_PER_TICKET { self.quantity } else { 1 };
            assert_eq!((vouchers.len(), distinct.len()), (wanted as usize, wanted as usize), "codes: {told}");
            assert!(vouchers.iter().all(|voucher| next.codes.iter().any(|code| code.voucher == *voucher)), "codes: {told}");
        } else {
            assert_ne!(next.order_status, Some(OrderStatus::ISSUED), "issued without codes: {told}");
        }
        if next.conflicts.is_empty() && self.voucher_type == VoucherType::CODE_PER_TICKET && next.issued.is_some() {
            let count = |status| next.codes.iter().filter(|code| code.status == status).count() as u32;
            let counted = (count(VoucherStatus::USED), count(VoucherStatus::REFUNDED));
            assert_eq!(counted, (next.used_quantity, next.refunded_quantity), "codes do not add up: {told}");
        }
        let admitted: u32 = admissions(next, Timestamp(TIMES[0])).iter().map(|admission| admission.quantity).sum();
        assert!(admitted <= next.free_quantity(), "too many are let in: {told}");
        assert!(admitted == 0 || next.order_status == Some(OrderStatus::ISSUED) && next.lifecycle == Lifecycle::OPEN, "{told}");
        let ids: HashSet<_> = next.refunds.iter().map(|refund| &refund.refund_id).collect();
        assert_eq!(ids.len(), next.refunds.len(), "a refund stands twice: {told}");
        if let Some(before) = before {
            assert!(next.used_quantity >= before.used_quantity && next.refunded_quantity >= before.refunded_quantity, "{told}");
            for refund in before.refunds.iter().filter(|refund| refund.state == RefundState::AGREED) {
                assert_eq!(next.refund(&refund.refund_id).unwrap().state, RefundState::AGREED, "agreement is final: {told}");
            }
            let gone = |state: State| matches!(state.lifecycle(), Lifecycle::CLOSED | Lifecycle::VOIDED);
            assert!(!gone(before.state()) || gone(next.state()), "an order came back to life: {told}");
        }
    }

    fn check_answer(&mut self, event: &Event, answer: &Answer, order: Option<&Order>, told: &Told<'_>) {
        let Answer::Reply(reply) = answer else { return };
        let Some(call) = call_of(event).and_then(Call::named) else { return };
        assert!(call.lists(reply.code), "{} is not a code of {}: {told}", reply.code, call.name);
        assert_eq!(
            reply.body.is_some(),
            call.is_outcome(reply.code) && !matches!(call.name, "orderClose" | "orderRefunded"),
            "{told}"
        );
        let mut text = format!("{{\"partnerId\":1,\"code\":{},\"describe\":\"{}\"", reply.code, reply.describe).into_bytes();
        if let Some(body) = &reply.body {
            text.extend_from_slice(b",\"body\":");
            match body {
                ReplyBody::Created(body) => body.put(&mut text),
                ReplyBody::Paid(body) => body.put(&mut text),
                ReplyBody::State(body) => body.put(&mut text),
                ReplyBody::Refunded(body) => body.put(&mut text),
                ReplyBody::Rescheduled(body) => body.put(&mut text),
            }
        }
        text.push(b'}');
        let how = Reading {
            form: Form::Program,
            success: reply.code == 200,
            facts: Facts { quantity: Some(self.quantity), ..Facts::NONE },
        };
        let sent = read(call.reply, &text, how, &mut self.packed);
        assert!(sent, "the reply cannot be sent: {:?} {told}", self.packed.issues);
        let conflict = order.is_some_and(|order| !order.conflicts.is_empty());
        assert!(conflict || self.packed.issues.is_empty(), "the reply is not clean: {:?} {told}", self.packed.issues);
    }
}

fn call_of(event: &Event) -> Option<&str> {
    match event {
        Event::AttemptEnded(end) => end.key.split(':').next(),
        Event::OrderCreate(_) => Some("orderCreate"),
        Event::OrderPay(_) => Some("orderPay"),
        Event::OrderQuery(_) => Some("orderQuery"),
        Event::OrderRefund(_) => Some("orderRefund"),
        Event::OrderClose(_) => Some("orderClose"),
        Event::OrderRefunded(_) => Some("orderRefunded"),
        _ => None,
    }
}

fn refund_of(event: &Event) -> String {
    match event {
        Event::OrderRefund(refund) => refund.refund_id.clone(),
        Event::AttemptEnded(end) => end.key.trim_start_matches("orderRefund:7:").to_owned(),
        _ => String::new(),
    }
}

/// What Meituan waits for is in the outbox as soon as it is known.
fn check_outbox(order: &Order, world: &mut World, told: &Told<'_>) {
    let has = |begin: &str| order.notices.iter().any(|notice| notice.id.starts_with(begin));
    if world.pay_waits && matches!(order.state(), State::Issued | State::IssueFailed) {
        assert!(has("payNotice:"), "no pay notice: {told}");
    }
    for refund_id in &world.refunds_wait {
        let decided = order.refund(refund_id).is_some_and(|refund| refund.state != RefundState::PENDING);
        assert!(!decided || has(&format!("refundNotice:7:{refund_id}:")), "no refund notice: {told}");
    }
    if !matches!(order.state(), State::Issuing | State::Issued | State::IssueFailed) {
        world.pay_waits = false;
    }
}

fn hash(node: &Node) -> u128 {
    let json = node.order.as_ref().map(|order| {
        let mut out = Vec::new();
        order.put(&mut out);
        out
    });
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, &json, &node.world).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

fn explore(quantity: u32, voucher_type: VoucherType, start: Node, depth: usize) {
    let settings = Settings { calendar: Some(Calendar::default()), ..Settings::default() };
    let mut explorer = Explorer { quantity, voucher_type, settings, packed: Packed::default() };
    let mut seen = HashSet::from([hash(&start)]);
    let (mut layer, mut transitions) = (vec![start], 0_u64);
    for _ in 0..depth {
        let mut next = Vec::new();
        for node in &layer {
            let mut reached: Vec<Node> = Vec::new();
            for event in explorer.events(node) {
                transitions += 1;
                reached.extend(explorer.apply(node, &event));
            }
            if node.world.time + 1 < TIMES.len() {
                let mut later = node.clone();
                later.world.time += 1;
                reached.push(later);
            }
            next.extend(reached.into_iter().filter(|node| seen.insert(hash(node))));
        }
        layer = next;
    }
    println!(
        "quantity {quantity}, voucherType {}: {} states, {transitions} transitions, depth {depth}",
        voucher_type.0,
        seen.len()
    );
    assert!(seen.len() > 1000);
}

fn nothing() -> Node {
    Node { order: None, world: World::default(), path: Path(None) }
}

/// An order that has come so far by the shortest way.
fn issued(quantity: u32, voucher_type: VoucherType) -> Node {
    let mut explorer = Explorer { quantity, voucher_type, settings: Settings::default(), packed: Packed::default() };
    let mut node = nothing();
    for wanted in ["OrderCreate", "AttemptEnded", "OrderPay", "AttemptEnded"] {
        let name = |event: &Event| format!("{event:?}").starts_with(wanted);
        let open = node.order.as_ref().and_then(|order| order.attempts.first()).map(|attempt| attempt.key.clone());
        let events = explorer.events(&node);
        let of_open = |event: &&Event| match event {
            Event::AttemptEnded(end) => Some(&end.key) == open.as_ref() && end.outcome == Outcome::DONE,
            event => name(event),
        };
        let event = events.iter().filter(|event| name(event)).find(of_open).unwrap().clone();
        node = explorer.apply(&node, &event).unwrap();
    }
    assert_eq!(node.order.as_ref().unwrap().state(), State::Issued);
    node
}

/// One level more takes about eight times as long.
const DEPTH: usize = 4;

#[test]
fn no_sequence_of_events_from_nothing_breaks_an_invariant() {
    for quantity in 1..=3 {
        for voucher_type in [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER] {
            explore(quantity, voucher_type, nothing(), DEPTH + 1);
        }
    }
}

#[test]
fn no_sequence_of_events_after_issuing_breaks_an_invariant() {
    for quantity in 1..=3 {
        for voucher_type in [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER] {
            explore(quantity, voucher_type, issued(quantity, voucher_type), DEPTH);
        }
    }
}

#[test]
fn every_state_has_one_row_for_every_trigger() {
    for &state in State::ALL {
        for &trigger in Trigger::ALL {
            let rows = TABLE.iter().filter(|row| row.on() == trigger && row.from().any(|from| from == state)).count();
            assert_eq!(rows, 1, "{state:?} {trigger:?}");
        }
    }
    assert_eq!(ORDER_REFUND.failure, 699);
}
