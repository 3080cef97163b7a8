//! What becomes of a ticket order: any events in any order, from nothing; and any bytes as what was stored.

use crate::input::{Input, flag, json, seed};
use crate::ticket_order_events::{START, Story, event_json};
use crate::vectors::Vectors;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Notation, Packed, Reading, read};
use meituan_protocol::ticket::Call;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

/// Of more events none does anything that fewer do not.
const MOST_EVENTS: usize = 64;

/// The first byte chooses whether an order begins with nothing, or is read from the input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let flags = input.byte();
    if flag(flags, 0) {
        check_stored(&mut input);
    } else {
        let settings = Settings { calendar: flag(flags, 1).then(Calendar::default), ..Settings::default() };
        let mut replay = Replay { story: Story::new(&mut input), settings, ..Replay::default() };
        for _ in 0..MOST_EVENTS {
            if input.is_empty() {
                break;
            }
            let event = replay.story.event(&mut input, replay.order.as_ref());
            replay.apply(&event);
        }
    }
}

/// An order, and what the world outside it has seen.
struct Replay {
    story: Story,
    settings: Settings,
    order: Option<Order>,
    /// Keys of functions that have ended with a result.
    finished: BTreeSet<String>,
    /// Meituan waits for these notices.
    pay_waits: bool,
    refunds_wait: BTreeSet<String>,
}

impl Default for Replay {
    fn default() -> Self {
        let story = Story::new(&mut Input::new(&[]));
        let (finished, refunds_wait) = (BTreeSet::new(), BTreeSet::new());
        Replay { story, settings: Settings::default(), order: None, finished, pay_waits: false, refunds_wait }
    }
}

impl Replay {
    fn apply(&mut self, event: &Event) {
        let transition = apply(self.order.as_ref(), event, &self.settings, self.story.now);
        assert_eq!(transition.kind == TransitionKind::Moved, transition.next.is_some(), "{event:?} {transition:?}");
        if let Some(next) = &transition.next {
            self.check_order(next);
            check_text(next);
        }
        self.check_border(event, &transition);
        self.check_admitted(event, &transition);
        let before = std::mem::take(&mut self.order);
        self.order = transition.next.or(before);
        self.check_answer(event, &transition.answer);
        self.look(event, &transition.answer);
        self.check_outbox();
        self.check_repeat(event);
    }

    /// What holds of every order, and of every order and the one that it was before.
    fn check_order(&self, next: &Order) {
        let is_clean = next.conflicts.is_empty();
        let counts = next.counts();
        let sum = counts.used + counts.refunded + counts.pending + counts.free;
        assert!(sum <= next.quantity || !is_clean, "more than there are: {next:?}");
        assert!(counts.used + counts.refunded <= next.quantity, "more is reported than was ordered: {next:?}");
        assert!(State::at(next.lifecycle, next.order_status.unwrap_or_default()).is_some(), "no such state: {next:?}");
        let admitted: u32 = admissions(next, self.story.now).iter().map(|admission| admission.quantity).sum();
        assert!(admitted <= counts.free, "too many are let in: {next:?}");
        assert!(admitted == 0 || next.state() == State::Issued, "let in without tickets: {next:?}");
        for unit in &next.units {
            assert_eq!(unit.state == UnitState::REPLACED, unit.replaced_by.is_some(), "a code without a successor: {next:?}");
            let refund = unit.refund_id.as_ref().and_then(|refund_id| next.refund(refund_id));
            match unit.state {
                UnitState::PENDING => {
                    assert_eq!(refund.map(|refund| refund.state), Some(RefundState::PENDING), "reserved by nothing: {next:?}");
                }
                UnitState::FREE => assert!(refund.is_none(), "free, and of a refund: {next:?}"),
                _ => {}
            }
        }
        for (index, refund) in next.refunds.iter().enumerate() {
            let again = next.refunds[..index].iter().any(|other| other.refund_id == refund.refund_id);
            assert!(!again, "a refund appears twice: {next:?}");
        }
        let Some(before) = &self.order else { return };
        assert!(grows(before, next), "a count fell: {before:?} then {next:?}");
        for refund in &before.refunds {
            let state = next.refund(&refund.refund_id).map(|refund| refund.state);
            assert!(state.is_some(), "a refund is lost: {next:?}");
            assert!(refund.state != RefundState::AGREED || state == Some(RefundState::AGREED), "agreement is final: {next:?}");
        }
        assert!(before.entries.iter().all(|entry| next.entries.contains(entry)), "an entry is lost: {next:?}");
        let is_gone = |order: &Order| matches!(order.state().lifecycle(), Lifecycle::CLOSED | Lifecycle::VOIDED);
        assert!(!is_gone(before) || is_gone(next), "an order came back to life: {next:?}");
    }

    /// A gate is answered, never with more guests than were free, and nothing is contradicted by those who enter.
    fn check_admitted(&self, event: &Event, transition: &Transition) {
        let is_asked = matches!(event, Event::Admit(_));
        assert_eq!(is_asked, matches!(transition.answer, Answer::Admitted(_)), "{event:?}: {transition:?}");
        let (Answer::Admitted(answer), Some(before)) = (&transition.answer, &self.order) else { return };
        let admitted: u32 = answer.admitted.iter().map(|admission| admission.quantity).sum();
        let used = transition.next.as_ref().map_or(0, |next| next.counts().used - before.counts().used);
        assert!(used == 0 || used == admitted, "not those who were admitted: {before:?} {event:?} {transition:?}");
        assert!(used <= before.counts().free, "more than were free: {before:?} {event:?} {transition:?}");
        let contradicts = |breach: &Breach| breach.id().starts_with("entered");
        assert!(!transition.conflicts.iter().any(contradicts), "a guest who was admitted contradicts: {transition:?}");
    }

    /// A reply can be sent, and is one that Meituan knows.
    fn check_answer(&self, event: &Event, answer: &Answer) {
        let (Answer::Reply(reply), Some(call)) = (answer, call_of(event).and_then(Call::named)) else { return };
        assert!(call.lists(reply.code), "{} is not a code of {}", reply.code, call.name);
        let head = format!("{{\"partnerId\":1,\"code\":{},\"describe\":\"{}\"", reply.code, reply.describe);
        let mut text = head.into_bytes();
        if let Some(body) = &reply.body {
            text.extend_from_slice(b",\"body\":");
            text.extend_from_slice(body.to_json().as_str().as_bytes());
        }
        text.push(b'}');
        let facts = Facts { quantity: Some(self.story.quantity), ..Facts::NONE };
        let how = Reading { notation: Notation::Program, success: reply.code == 200, facts };
        let mut packed = Packed::default();
        let is_sent = read(call.reply, &text, how, &mut packed);
        assert!(is_sent, "a reply cannot be sent: {} {:?}", String::from_utf8_lossy(&text), packed.issues);
    }

    /// What is seen outside: functions that run and end, answers that say that a notice follows, notices that came.
    fn look(&mut self, event: &Event, answer: &Answer) {
        if let Answer::Run(run) = answer {
            assert!(!self.finished.contains(&run.key), "a finished function is run again: {run:?}");
            if !self.story.run.contains(&run.key) {
                self.story.run.push(run.key.clone());
            }
        }
        match event {
            Event::AttemptEnded(end) if matches!(end.outcome, Outcome::DONE | Outcome::REFUSED) => {
                self.finished.extend(self.story.run.iter().filter(|key| **key == end.key).cloned());
            }
            Event::NoticeAccepted(notice) if notice.id.starts_with("payNotice") => self.pay_waits = false,
            Event::NoticeAccepted(notice) => {
                if let Some((refund_id, _)) = notice.id.strip_prefix("refundNotice:7:").and_then(|rest| rest.split_once(':')) {
                    self.refunds_wait.remove(refund_id);
                }
            }
            _ => {}
        }
        let Answer::Reply(reply) = answer else { return };
        match (call_of(event), reply.code) {
            (Some("orderPay"), 598) => self.pay_waits = true,
            (Some("orderRefund"), 602) => drop(self.refunds_wait.insert(refund_of(event))),
            _ => {}
        }
    }

    /// What Meituan waits for is in the outbox as soon as it is known.
    fn check_outbox(&mut self) {
        let Some(order) = &self.order else { return };
        let has = |begin: &str| order.notices.iter().any(|notice| notice.id.starts_with(begin));
        match order.state() {
            State::Issued | State::IssueFailed => assert!(!self.pay_waits || has("payNotice:"), "no pay notice: {order:?}"),
            State::Issuing => {}
            _ => self.pay_waits = false,
        }
        for refund_id in &self.refunds_wait {
            let refund = order.refund(refund_id).expect("a refund that was answered is kept");
            let is_told = has(&format!("refundNotice:7:{refund_id}:"));
            // Meituan has decided it by itself, or all of the order: nobody waits.
            let is_settled = order.lifecycle == Lifecycle::VOIDED && refund.state == RefundState::AGREED;
            let is_known = refund.messages.is_some() || is_settled || self.is_silent(refund);
            assert!(refund.state == RefundState::PENDING || is_told || is_known, "no refund notice: {order:?}");
        }
    }

    /// Nobody has decided it for so long that it counts as agreed.
    fn is_silent(&self, refund: &Refund) -> bool {
        let agreed = refund.state == RefundState::AGREED;
        let calendar = self.settings.calendar_in_use();
        let silent = calendar.silence_counts_at(refund.requested_at);
        agreed && silent.zip(refund.decided_at).is_some_and(|(at, decided)| at < decided)
    }

    /// Who asks again gets the current truth, and nothing else happens.
    fn check_repeat(&self, event: &Event) {
        let again = |order: Option<&Order>| apply(order, event, &self.settings, self.story.now);
        // A first repeat may be the one that is answered to wait, which is kept.
        let second = again(self.order.as_ref());
        let kept = second.next.as_ref().or(self.order.as_ref());
        let third = again(kept);
        assert!(third.next.is_none(), "a repeat moves the order: {event:?} {:?}", third.next);
        let is_call = event.order_id().is_some();
        assert!(!is_call || third.answer == second.answer, "{event:?}: {:?} then {:?}", second.answer, third.answer);
    }

    /// Over JSON it is the same.
    fn check_border(&self, event: &Event, transition: &Transition) {
        let snapshot = self.order.as_ref().map(Order::to_json).unwrap_or_default();
        let (event, settings) = (event_json(event), json(&self.settings));
        let (mut packed, mut out) = (Packed::default(), Vec::new());
        let applied = apply_json(snapshot.as_bytes(), &event, &settings, self.story.now, &mut packed, &mut out);
        applied.unwrap_or_else(|error| panic!("{}: {error:?}", String::from_utf8_lossy(&event)));
        let output: Value = serde_json::from_slice(&out).expect("a transition is JSON");
        assert_eq!(output["kind"], transition.kind.as_str());
        let next: Option<Value> = transition.next.as_ref().map(|next| serde_json::from_str(&next.to_json()).expect("JSON"));
        assert_eq!(output.get("next"), next.as_ref());
        assert_eq!(output["reply"].is_object(), matches!(transition.answer, Answer::Reply(_)));
        assert_eq!(output["run"].is_object(), matches!(transition.answer, Answer::Run(_)));
        assert_eq!(output["admittance"].is_object(), matches!(transition.answer, Answer::Admitted(_)));
    }
}

/// No number falls, but that of refunded tickets where more were used than there are.
fn grows(before: &Order, next: &Order) -> bool {
    let (then, now) = (before.counts(), next.counts());
    let is_beyond = now.used > then.used && now.used + now.refunded == now.quantity;
    // Until codes are known each entry counts; then those with one code are one ticket, and a conflict.
    let is_same = before.early_entries.is_some()
        && next.early_entries.is_none()
        && next.conflicts.iter().any(|conflict| conflict.breach.starts_with("entered") && conflict.resolved_at.is_none());
    (now.used >= then.used || is_same) && (now.refunded >= then.refunded || is_beyond && !next.conflicts.is_empty())
}

/// What is stored is what comes back.
fn check_text(order: &Order) {
    let text = order.to_json();
    assert_eq!(Order::from_json(text.as_bytes()), Ok(Some(order.clone())), "{text}");
}

fn call_of(event: &Event) -> Option<&str> {
    match event {
        Event::AttemptEnded(end) => end.key.split(':').next(),
        _ => event.call().map(|call| call.name),
    }
}

fn refund_of(event: &Event) -> String {
    match event {
        Event::OrderRefund(refund) => refund.refund_id.clone(),
        Event::AttemptEnded(end) => end.key.trim_start_matches("orderRefund:7:").to_owned(),
        _ => String::new(),
    }
}

/// Any bytes as a snapshot, an event and settings, at any time that a clock may show.
fn check_stored(input: &mut Input<'_>) {
    let now = Timestamp(START + input.number() % (1 << 52));
    let [snapshot, event, settings] = [(); 3].map(|()| input.piece());
    let (mut packed, mut out) = (Packed::default(), Vec::new());
    if apply_json(snapshot, event, settings, now, &mut packed, &mut out).is_ok() {
        let output: Value = serde_json::from_slice(&out).expect("a transition is JSON");
        if let Some(next) = output.get("next") {
            let order = Order::from_json(next.to_string().as_bytes());
            assert!(matches!(order, Ok(Some(_))), "what was stored cannot be loaded: {order:?}");
        }
    }
    let Ok(Some(mut order)) = Order::from_json(snapshot) else { return };
    check_text(&order);
    let mut story = Story::new(input);
    for _ in 0..MOST_EVENTS {
        if input.is_empty() {
            break;
        }
        let event = story.event(input, Some(&order));
        let transition = apply(Some(&order), &event, &Settings::default(), story.now);
        let next = transition.next.unwrap_or_else(|| order.clone());
        assert!(grows(&order, &next), "a count fell: {order:?} then {next:?}");
        check_text(&next);
        order = next;
    }
}

/// Orders that come far, and their snapshots.
pub fn seeds(_: &Vectors) -> Vec<Vec<u8>> {
    // Created, paid, then by turns refunded, used, closed, rescheduled.
    let begin = [0, 0, 8, 0, 1, 0, 8, 4];
    let ways: [&[u8]; 7] = [
        &[3, 0, 0, 8, 8, 3, 0, 0, 22, 0],
        &[3, 0, 0, 8, 9, 18, 0, 22, 0, 2, 0],
        &[20, 0, 20, 1, 22, 0, 2, 0, 6, 1],
        &[5, 0, 8, 8, 16, 0, 23, 0],
        &[7, 0, 8, 8, 1, 2, 0, 20, 0],
        &[3, 0, 0, 8, 11, 23, 64, 8, 10, 22, 192],
        &[27, 1, 27, 1, 27, 2, 20, 3, 27, 43, 22, 0],
    ];
    let mut seeds = Vec::new();
    for voucher_type in 0..3 {
        for way in ways {
            for flags in [0, 2] {
                seeds.push([&[flags, 1, voucher_type], &begin[..], way].concat());
            }
            seeds.push(stored(&[&[1, voucher_type], &begin[..], way].concat()));
        }
    }
    seeds
}

/// The same story, as what was stored at its end and one more event.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut input = Input::new(bytes);
    let mut replay = Replay { story: Story::new(&mut input), ..Replay::default() };
    let mut last = Vec::new();
    while !input.is_empty() {
        let event = replay.story.event(&mut input, replay.order.as_ref());
        replay.apply(&event);
        last = event_json(&event);
    }
    let snapshot = replay.order.as_ref().map(Order::to_json).unwrap_or_default();
    let leading = [&[1], &0_i64.to_le_bytes()[..]].concat();
    seed(&leading, &[snapshot.as_bytes(), &last, &json(&replay.settings), &bytes[..2]])
}
