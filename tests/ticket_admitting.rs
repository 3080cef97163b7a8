//! A gate asks before it opens: nobody is admitted twice, whatever happens in whatever order.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::{Date, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const ORDER: Id = Id(7);
/// Monday, 2026-03-02 10:00 (UTC+8).
const NOW: i64 = 1_772_416_800_000;
const DAY: i64 = 86_400_000;

/// How the tickets of an order are known.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Codes,
    OneCode,
    Number,
    People,
    PeopleWithCodes,
    PeopleOnOneCode,
}

const ALL_KNOWN: [Known; 6] =
    [Known::Codes, Known::OneCode, Known::Number, Known::People, Known::PeopleWithCodes, Known::PeopleOnOneCode];

impl Known {
    fn is_by_number(self) -> bool {
        matches!(self, Known::OneCode | Known::Number)
    }
}

fn codes(known: Known, quantity: u32) -> Vec<String> {
    let count = match known {
        Known::Codes | Known::PeopleWithCodes => quantity,
        Known::OneCode | Known::PeopleOnOneCode => 1,
        Known::Number | Known::People => 0,
    };
    (0..count).map(|number| format!("K{number}")).collect()
}

fn person(number: u32) -> String {
    format!("I{number}")
}

fn paid(known: Known, quantity: u32) -> OrderPaid {
    let codes = codes(known, quantity);
    let is_named = !matches!(known, Known::Codes | Known::OneCode | Known::Number);
    let credential = |number: u32| {
        let voucher = codes.get(number as usize).or(codes.first()).cloned();
        CredentialVoucher { credential_no: person(number), voucher, ..CredentialVoucher::default() }
    };
    let voucher_type = match known {
        Known::Codes => VoucherType::CODE_PER_TICKET,
        Known::OneCode | Known::PeopleOnOneCode => VoucherType::CODE_PER_ORDER,
        _ => VoucherType::NONE,
    };
    OrderPaid {
        order_id: ORDER,
        partner_order_id: "P".into(),
        voucher_type: Some(voucher_type),
        real_name_type: is_named.then_some(RealNameType::YES),
        credential_list: is_named.then(|| (0..quantity).map(credential).collect()),
        vouchers: Some(codes).filter(|codes| !codes.is_empty()),
        ..OrderPaid::default()
    }
}

/// An order in somebody's store, and the time.
#[derive(Clone, Default)]
struct Desk {
    order: Option<Order>,
    settings: Settings,
    now: Timestamp,
}

impl Desk {
    fn tell(&mut self, event: impl Into<Event>) -> Transition {
        let transition = apply(self.order.as_ref(), &event.into(), &self.settings, self.now);
        assert_eq!(transition.kind == TransitionKind::Moved, transition.next.is_some());
        if let Some(next) = &transition.next {
            assert_eq!(Order::from_json(next.to_json().as_bytes()), Ok(Some(next.clone())), "what is stored must be read again");
            self.order = Some(next.clone());
        }
        transition
    }

    fn ask(&mut self, asked: Admit) -> Admittance {
        admittance(self.tell(asked))
    }

    fn run(&mut self, event: impl Into<Event>, end: AttemptEnded) {
        if let Answer::Run(run) = self.tell(event).answer {
            self.tell(AttemptEnded { key: run.key, ..end });
        }
    }

    fn issued(known: Known, quantity: u32) -> Self {
        let mut desk = Desk { now: Timestamp(NOW), ..Desk::default() };
        let created = Some(OrderCreated { order_id: None, partner_order_id: "P".into() });
        let done = AttemptEnded { outcome: Outcome::DONE, ..AttemptEnded::default() };
        let create = OrderCreate { order_id: ORDER, quantity: quantity as i32, ..OrderCreate::default() };
        desk.run(create, AttemptEnded { created, ..done.clone() });
        let paid = Some(paid(known, quantity));
        desk.run(OrderPay { order_id: ORDER, ..OrderPay::default() }, AttemptEnded { paid, ..done });
        desk
    }

    fn order(&self) -> &Order {
        self.order.as_ref().unwrap()
    }

    fn free(&self) -> u32 {
        admissions(self.order(), self.now).iter().map(|admission| admission.quantity).sum()
    }
}

fn admittance(transition: Transition) -> Admittance {
    let Answer::Admitted(admittance) = transition.answer else { panic!("{transition:?}") };
    admittance
}

fn by_codes(id: &str, vouchers: &[&str]) -> Admit {
    let vouchers = vouchers.iter().map(|&voucher| voucher.to_owned()).collect();
    Admit { id: id.into(), vouchers: Some(vouchers), ..Admit::default() }
}

fn by_number(id: &str, quantity: u32) -> Admit {
    Admit { id: id.into(), quantity: Some(quantity), ..Admit::default() }
}

fn guests(admittance: &Admittance) -> (u32, u32) {
    let admitted = admittance.admitted.iter().map(|admission| admission.quantity).sum();
    (admitted, admittance.refused.iter().map(|refusal| refusal.quantity).sum())
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// Some of an order's codes and people, or of none.
fn asked(random: &mut Random, known: Known, quantity: u32, id: String) -> Admit {
    let mut vouchers: Vec<String> = Vec::new();
    let mut credentials = Vec::new();
    let code = |random: &mut Random| ["K0", "K1", "K2", "K3", "L0", "L1"][random.below(6)].to_owned();
    let card = |random: &mut Random| Credential { credential_type: None, credential_no: person(random.below(5) as u32) };
    match random.below(4) {
        0 => {}
        1 => credentials.push(card(random)),
        2 => vouchers = (0..1 + random.below(3)).map(|_| code(random)).collect(),
        _ => (vouchers, credentials) = (vec![code(random)], vec![card(random)]),
    }
    if known.is_by_number() && random.below(2) == 0 {
        credentials.clear();
    }
    let number = random.below(quantity as usize + 2) as u32;
    Admit {
        id,
        at: None,
        quantity: (random.below(3) == 0).then_some(number),
        vouchers: Some(vouchers).filter(|list| !list.is_empty()),
        credentials: Some(credentials).filter(|list| !list.is_empty()),
    }
}

/// Anything else that happens to an issued order.
fn happens(random: &mut Random, desk: &mut Desk, known: Known, quantity: u32) {
    let refund_id = random.one_of(&["R1", "R2", "R3"]).to_owned();
    let all = codes(known, quantity);
    let first = random.below(all.len().max(1));
    let some: Vec<String> = all.iter().skip(first).take(1).cloned().collect();
    let is_person = matches!(known, Known::People | Known::PeopleWithCodes | Known::PeopleOnOneCode);
    let of = |number: usize| CredentialVoucher {
        credential_no: person(number as u32),
        voucher: all.get(number).or(all.first()).cloned(),
        ..CredentialVoucher::default()
    };
    match random.below(9) {
        0 | 1 => {
            let refund = OrderRefund {
                order_id: ORDER,
                refund_id,
                voucher_list: some,
                refund_quantity: 1,
                credential_list: is_person.then(|| vec![of(first)]),
                ..OrderRefund::default()
            };
            let outcome = random.one_of(&[Outcome::PENDING, Outcome::DONE, Outcome::REFUSED]);
            desk.run(refund, AttemptEnded { outcome, describe: Some("原因".into()), ..AttemptEnded::default() });
        }
        2 => drop(desk.tell(RefundAgreed { refund_id, ..RefundAgreed::default() })),
        3 => drop(desk.tell(RefundRefused { refund_id, code: None, describe: "原因".into() })),
        4 => {
            let id = random.one_of(&["E0", "E1", "F0", "F1"]).to_owned();
            drop(desk.tell(Consumed { id, vouchers: Some(some).filter(|list| !list.is_empty()), ..Consumed::default() }));
        }
        5 => {
            let message = RefundedMessage {
                order_id: ORDER,
                voucher_list: Some(some).filter(|list| !list.is_empty()),
                refund_serial_no: Some(random.one_of(&["S1", "S2"]).to_owned()),
                refund_message_type: RefundMessageType::CUSTOMER_SERVICE,
                count: 1,
                refund_time: desk.now,
                ..RefundedMessage::default()
            };
            drop(desk.tell(message));
        }
        6 => {
            let number = random.below(2);
            let day = Date::new(2026, 3, random.one_of(&[2, 3, 4])).unwrap();
            let call = OrderReschedule {
                order_id: ORDER,
                reschedule_no: format!("N{number}"),
                target_date: Some(day),
                ..OrderReschedule::default()
            };
            let voucher = RescheduledVoucher { voucher: Some(format!("L{number}")), ..RescheduledVoucher::default() };
            let rescheduled = OrderRescheduled {
                order_id: ORDER,
                reschedule_no: format!("N{number}"),
                success_count: Some(1),
                credential_vouchers: Some(vec![voucher]).filter(|_| matches!(known, Known::Codes | Known::OneCode)),
            };
            desk.run(call, AttemptEnded { outcome: Outcome::DONE, rescheduled: Some(rescheduled), ..AttemptEnded::default() });
        }
        7 if random.below(8) == 0 => {
            drop(desk.tell(OrderClose { order_id: ORDER, close_type: CloseType::ISSUE_FAILED, ..OrderClose::default() }));
        }
        _ => desk.now.0 += random.one_of(&[1000, DAY / 2, DAY]),
    }
}

#[test]
fn nobody_is_admitted_twice_whatever_happens_in_whatever_order() {
    let (mut admitted, mut refused, mut repeats, mut contradicted) = (0, BTreeMap::<String, u32>::new(), 0, 0);
    for seed in 1..=600_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let known = ALL_KNOWN[seed as usize % ALL_KNOWN.len()];
        let quantity = 1 + random.below(4) as u32;
        let mut desk = Desk::issued(known, quantity);
        // What each id asked for, and was answered.
        let mut answers: BTreeMap<String, (Admit, Admittance)> = BTreeMap::new();
        let mut facts = false;
        for _ in 0..30 {
            if random.below(2) == 0 {
                happens(&mut random, &mut desk, known, quantity);
                facts |= desk.order().conflicts.iter().any(|conflict| conflict.breach.starts_with("entered"));
                continue;
            }
            // What silence decides is not the gate's doing.
            desk.tell(TimePassed::default());
            let id = format!("E{}", random.below(12));
            let asks = match answers.get(&id) {
                Some((first, _)) if random.below(3) > 0 => first.clone(),
                _ => asked(&mut random, known, quantity, id.clone()),
            };
            let (before, free) = (desk.order().clone(), admissions(desk.order(), desk.now));
            let is_entered = before.entries.contains(&id);
            let transition = desk.tell(asks.clone());
            let (kind, reason, conflicts) = (transition.kind, transition.reason, transition.conflicts.clone());
            let answer = admittance(transition);
            let told = || format!("seed {seed}, {known:?}: {asks:?} → {answer:?}\n{}", before.to_json());
            assert_eq!((conflicts, &desk.order().conflicts), (Vec::new(), &before.conflicts), "{}", told());
            let used = desk.order().counts().used - before.counts().used;
            if let Some((first, known_answer)) = answers.get(&id) {
                repeats += 1;
                assert_eq!(used, 0, "the same id admits once: {}", told());
                match *first == asks {
                    true => assert_eq!((kind, &answer), (TransitionKind::Duplicate, known_answer), "{}", told()),
                    // Other names for the same request are the same request.
                    false if reason.is_some() => assert_eq!(guests(&answer).0, 0, "{}", told()),
                    false => assert_eq!(guests(&answer), guests(known_answer), "{}", told()),
                }
                continue;
            }
            if reason == Some(Reason::NobodyNamed) {
                assert_eq!((kind, guests(&answer)), (TransitionKind::Illegal, (0, 1)), "{}", told());
                continue;
            }
            if reason == Some(Reason::WrongQuantity) {
                assert_eq!((kind, guests(&answer).0, used), (TransitionKind::Illegal, 0, 0), "{}", told());
                contradicted += 1;
                continue;
            }
            if is_entered {
                assert_eq!((kind, guests(&answer).0), (TransitionKind::Duplicate, 0), "{}", told());
                continue;
            }
            assert_eq!(kind, TransitionKind::Moved, "{}", told());
            let (lets_in, _) = guests(&answer);
            assert_eq!(lets_in, used, "who is admitted has entered: {}", told());
            assert_eq!(desk.order().entries.contains(&id), lets_in > 0, "{}", told());
            // Each by a ticket of its own that was free.
            let mut left = free.clone();
            for ticket in &answer.admitted {
                let place = left.iter().position(|free| match known.is_by_number() {
                    true => free.quantity >= ticket.quantity,
                    false => free == ticket,
                });
                assert!(place.is_some(), "not by a free ticket: {}", told());
                place.map(|place| left.remove(place));
            }
            admitted += lets_in;
            answer.refused.iter().for_each(|refusal| *refused.entry(refusal.reason.clone()).or_default() += 1);
            answers.insert(id, (asks, answer));
        }
        // Over all of the order, no ticket lets two guests in.
        let lists = answers.values().flat_map(|(_, answer)| &answer.admitted);
        let total: u32 = lists.clone().map(|ticket| ticket.quantity).sum();
        assert!(total <= quantity, "seed {seed}: {total} of {quantity}");
        if matches!(known, Known::Codes | Known::PeopleWithCodes) {
            let names: Vec<_> = lists.map(|ticket| ticket.voucher.as_deref().unwrap()).collect();
            let different: BTreeSet<_> = names.iter().collect();
            assert_eq!(names.len(), different.len(), "seed {seed}: {names:?}");
        }
        let counts = desk.order().counts();
        assert!(facts || counts.used >= total, "seed {seed}: {counts:?}");
    }
    println!("{admitted} guests admitted, {repeats} repeats, {contradicted} numbers contradict the names; refused: {refused:?}");
    let of_tickets =
        ["used", "refunded", "being-refunded", "void", "replaced", "foreign-voucher", "too-early", "none-left", "closed"];
    for reason in of_tickets {
        assert!(refused.get(reason).is_some_and(|&times| times > 0), "{reason} was never the reason");
    }
    assert!(admitted > 500 && repeats > 1000 && contradicted > 100);
}

#[test]
fn gates_that_ask_at_once_let_each_guest_in_once() {
    // Both have loaded the same order; the store takes the first one, and the other one loads and asks again.
    let start = Desk::issued(Known::Codes, 2);
    let (mut one, mut other) = (start.clone(), start);
    assert_eq!(guests(&one.ask(by_codes("gate 1", &["K0"]))), (1, 0));
    assert_eq!(guests(&other.ask(by_codes("gate 2", &["K0"]))), (1, 0), "which is not saved");
    assert_eq!(guests(&one.ask(by_codes("gate 2", &["K0"]))), (0, 1));
    assert_eq!(one.order().counts().used, 1);
}

#[test]
fn an_order_that_no_gate_has_asked_about_is_stored_as_before() {
    let mut desk = Desk::issued(Known::Codes, 2);
    assert!(!desk.order().to_json().contains("gateAnswers"));
    desk.ask(by_codes("E1", &["K0"]));
    assert!(desk.order().to_json().contains("gateAnswers"));
}

#[test]
fn a_blank_id_admits_nobody() {
    let mut desk = Desk::issued(Known::Codes, 2);
    let transition = desk.tell(by_codes("", &["K0"]));
    assert_eq!((transition.kind, transition.reason), (TransitionKind::Illegal, Some(Reason::BlankNumber)));
    assert_eq!(guests(&admittance(transition)), (0, 1));
}

#[test]
fn of_answers_that_let_nobody_in_the_latest_twenty_are_kept_and_all_others() {
    let mut desk = Desk::issued(Known::OneCode, 3);
    for number in 0..3 {
        assert_eq!(guests(&desk.ask(by_number(&format!("in {number}"), 1))), (1, 0));
    }
    for number in 0..30 {
        assert_eq!(guests(&desk.ask(by_number(&format!("out {number}"), 2))), (0, 2));
    }
    let kept: Vec<String> = desk.order().gate_answers.iter().flatten().map(|answer| answer.id.clone()).collect();
    let expected = (0..3).map(|number| format!("in {number}")).chain((10..30).map(|number| format!("out {number}")));
    assert_eq!(kept, expected.collect::<Vec<_>>());
    for (id, kind) in [("in 0", TransitionKind::Duplicate), ("out 10", TransitionKind::Duplicate), ("out 9", TransitionKind::Moved)]
    {
        assert_eq!(desk.tell(by_number(id, if id.starts_with("in") { 1 } else { 2 })).kind, kind, "{id}");
    }
}

#[test]
fn the_content_of_a_request_is_its_names_in_any_order_and_its_number() {
    let card = |kind: Option<CredentialType>, number: &str| Credential { credential_type: kind, credential_no: number.into() };
    let both = |id: &str, credentials: Vec<Credential>| Admit { credentials: Some(credentials), ..by_codes(id, &["K1", "K0"]) };
    let first = both("E1", vec![card(None, "I0"), card(None, "I1")]);
    let mut desk = Desk::issued(Known::PeopleWithCodes, 3);
    assert_eq!(guests(&desk.ask(first.clone())), (2, 0));
    let mut reordered = both("E1", vec![card(None, "I1"), card(None, "I0")]);
    reordered.vouchers.as_mut().unwrap().reverse();
    let later = Some(Timestamp(NOW + 1));
    for same in [first.clone(), reordered, Admit { at: later, ..first.clone() }, Admit { quantity: Some(0), ..first.clone() }] {
        assert_eq!(desk.tell(same.clone()).kind, TransitionKind::Duplicate, "{same:?}");
    }
    let kind = Some(CredentialType(0));
    let others = [
        both("E1", vec![card(kind, "I0"), card(None, "I1")]),
        both("E1", vec![card(Some(CredentialType(1)), "I0"), card(None, "I1")]),
        both("E1", vec![card(None, "I0")]),
        Admit { quantity: Some(2), ..first.clone() },
        Admit { vouchers: None, ..first.clone() },
        Admit { credentials: None, ..by_codes("E1", &["K0", "K1", "I0", "I1"]) },
        Admit { credentials: None, ..by_codes("E1", &["K0\nK1"]) },
    ];
    for other in others {
        assert_eq!(desk.tell(other.clone()).reason, Some(Reason::OtherContent), "{other:?}");
    }
    assert_eq!(desk.free(), 1);
}

#[test]
fn what_gates_are_answered_grows_with_the_tickets_and_not_with_the_square_of_them() {
    let quantity = 2000;
    let mut desk = Desk::issued(Known::PeopleOnOneCode, quantity);
    let credentials = (0..quantity).map(|number| Credential { credential_type: None, credential_no: person(number) }).collect();
    let half = Admit { quantity: Some(quantity / 2), ..by_codes("E1", &["K0"]) };
    assert_eq!(guests(&desk.ask(half)), (quantity / 2, 0));
    let all = Admit { id: "E2".into(), credentials: Some(credentials), ..Admit::default() };
    assert_eq!(guests(&desk.ask(all)), (quantity / 2, quantity / 2));
    let answers: usize = desk.order().gate_answers.iter().flatten().map(|answer| answer.units.as_ref().unwrap().len()).sum();
    assert_eq!((answers, desk.free()), (quantity as usize, 0));
}
