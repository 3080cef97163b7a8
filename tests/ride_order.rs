//! A ride order: the same facts end in the same order, however they come; and what may be done follows from them.

use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::ride::replies::{DriverInfo, OrderDetail, PriceInfo};
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

const MT: &str = "143035144198107963915429100000";
const OWN: &str = "4fccd962-1ef3-4b0c-9442-6c40eb682387";
const START: i64 = 1_629_857_000_000;
const NOW: Timestamp = Timestamp(START + 3_600_000);
const CASES: u64 = 2_500;

fn at(offset: i64) -> Timestamp {
    Timestamp(START + offset)
}

fn event(code: RideEvent, offset: i64) -> Event {
    let (mt_order_id, event_code) = (Some(MT.into()), Some(code));
    Event::OrderChanged(OrderChanged { mt_order_id, event_code, event_time: Some(at(offset)), ..OrderChanged::default() })
}

fn untimed(code: RideEvent, note: &str) -> Event {
    let (mt_order_id, event_code) = (Some(MT.into()), Some(code));
    Event::OrderChanged(OrderChanged { mt_order_id, event_code, change_status: Some(note.into()), ..OrderChanged::default() })
}

fn detail(status: RideStatus, offset: i64, payable: i64) -> KnownDetail {
    KnownDetail {
        order_status: status,
        update_time: Some(at(offset)),
        mt_order_id: Some(MT.into()),
        user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(payable)), cancel_fee: None }),
        ..KnownDetail::default()
    }
}

fn queried(status: RideStatus, offset: i64, payable: i64) -> Event {
    Event::Queried(detail(status, offset, payable))
}

fn offer(dispatch: &str, driver: &str) -> Event {
    Event::CapacityOffered(CapacityOffered {
        mt_order_id: MT.into(),
        mt_dispatch_sub_order_id: Some(dispatch.into()),
        submit_drive_info: OfferedDriver { driver_id: driver.into(), ..OfferedDriver::default() },
        ..CapacityOffered::default()
    })
}

fn refund(number: &str, amount: i64) -> Event {
    Event::Refunded(Refunded {
        mt_order_id: MT.into(),
        sqt_refund_no: number.into(),
        refund_amount: Some(Fen(amount)),
        refund_time: Some(at(9_000)),
        refund_status: RefundStatus::SUCCESS,
        ..Refunded::default()
    })
}

/// The order after all of this; calls of our own must be legal.
fn after(told: &[Event]) -> RideOrder {
    after_from(RideOrder::default(), told)
}

fn after_from(order: RideOrder, told: &[Event]) -> RideOrder {
    told.iter().fold(order, |order, told| {
        let transition = order.apply(told, NOW);
        assert_ne!(transition.kind, RideTransitionKind::Illegal, "{told:?}: {:?}", transition.reason);
        transition.order
    })
}

fn refused(order: &RideOrder, told: &Event) -> Option<RideReason> {
    let transition = order.apply(told, NOW);
    assert_eq!(transition.kind == RideTransitionKind::Illegal, transition.reason.is_some());
    if transition.kind == RideTransitionKind::Illegal {
        assert_eq!(&transition.order, order, "what is illegal is not recorded");
    }
    transition.reason
}

fn next(order: &RideOrder) -> Option<(Call, Why)> {
    order.next_action(NOW, &RideCalls::default()).map(|next| (next.call, next.why))
}

fn submitted() -> RideOrder {
    after(&[Event::Sent(CallSent::submit(OWN)), Event::Answered(CallAnswered::submitted(MT))])
}

/// Xorshift: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }
}

fn events() -> Vec<RideEvent> {
    RideEvent::VALUES.values.iter().map(|listed| RideEvent(listed.value)).chain([RideEvent(777)]).collect()
}

fn statuses() -> Vec<RideStatus> {
    RideStatus::VALUES.values.iter().map(|listed| RideStatus(listed.value)).chain([RideStatus(212)]).collect()
}

/// Any facts, whether they make sense or not; times are few, so that many are the same.
fn any_facts(random: &mut Random) -> Vec<Event> {
    (0..1 + random.below(14))
        .map(|_| match random.below(12) {
            0 => untimed(random.one(&events()), random.one(&["a", "b"])),
            1..=3 => {
                let mut detail = detail(random.one(&statuses()), random.below(12) as i64, random.below(3) as i64);
                detail.asked_at = (random.below(2) == 0).then(|| at(random.below(12) as i64));
                detail.update_time = detail.update_time.filter(|_| random.below(4) > 0);
                detail.channel_partner_order_id = (random.below(2) == 0).then(|| OWN.into());
                detail.driver_info = (random.below(2) == 0).then(|| KnownDriver { driver_id: Some(random.below(2).to_string()) });
                Event::Queried(detail)
            }
            4 => offer(random.one(&["d1", "d2"]), random.one(&["7", "8"])),
            5 => match random.below(4) {
                0 => unknown_refund(random.one(&["r1", "r2"])),
                _ => refund(random.one(&["r1", "r2"]), random.below(3) as i64 * 100),
            },
            _ => event(random.one(&events()), random.below(12) as i64),
        })
        .collect()
}

/// The facts again, in another order and some of them several times.
fn disturbed(random: &mut Random, facts: &[Event]) -> Vec<Event> {
    let mut told = facts.to_vec();
    for _ in 0..random.below(facts.len() + 3) {
        told.push(facts[random.below(facts.len())].clone());
    }
    random.shuffle(&mut told);
    told
}

/// One ride as it really went: its events by time, and what the truth was after each.
struct Ride {
    events: Vec<(RideEvent, i64)>,
    truth: Vec<RideStatus>,
    is_taken: bool,
}

fn any_ride(random: &mut Random) -> Ride {
    use RideEvent as E;
    use RideStatus as S;
    let way = [
        (E::ORDER_CREATED, S::SUBMITTED),
        (E::ORDER_PUSHED, S::PUSHED),
        (E::ORDER_CONFIRMED, S::CONFIRMED),
        (E::ORDER_SERVICE_STARTED, S::CONFIRMED),
        (E::DRIVER_ARRIVED, S::DRIVER_ARRIVED),
        (E::TRIP_STARTED, S::DRIVING),
        (E::TRIP_DELIVERED, S::DELIVERED),
        (E::BILL_GENERATED, S::WAIT_PAY),
        (E::ORDER_PAID, S::COMPLETED),
    ];
    let mut ride = Ride { events: Vec::new(), truth: Vec::new(), is_taken: false };
    let mut time = 0;
    let mut happens = |ride: &mut Ride, random: &mut Random, event: E, truth: S| {
        time += 1 + random.below(60_000) as i64;
        ride.events.push((event, time));
        ride.truth.push(truth);
        ride.is_taken |= truth == S::CONFIRMED;
    };
    let mut index = 0;
    let end = 1 + random.below(way.len());
    while index < end {
        let (event, truth) = way[index];
        happens(&mut ride, random, event, truth);
        if random.below(6) == 0 {
            let without_state = random.one(&[E::DESTINATION_CHANGED, E::CAR_TYPE_APPENDED, E::ORDER_SUSPENDED]);
            happens(&mut ride, random, without_state, truth);
        }
        let with_driver = matches!(truth, S::CONFIRMED | S::DRIVER_ARRIVED);
        if with_driver && random.below(6) == 0 {
            happens(&mut ride, random, E::ORDER_REASSIGNED, S::CONFIRMED);
            index = 2;
        }
        index += 1;
        if index <= 5 && random.below(12) == 0 {
            let (event, kinds): (E, &[S]) = match random.below(2) {
                0 => (E::ORDER_CANCELED, &[S::PASSENGER_CANCELED, S::DRIVER_CANCELED, S::DISPATCH_CANCELED, S::SYSTEM_CANCELED]),
                _ => (E::ORDER_CANCELED_WITH_PAY, &[S::PASSENGER_CANCELED_WAIT_PAY, S::DRIVER_CANCELED_WAIT_PAY]),
            };
            let kind = random.one(kinds);
            happens(&mut ride, random, event, kind);
            if ride.truth.last() == Some(&S::PASSENGER_CANCELED_WAIT_PAY) && random.below(2) == 0 {
                happens(&mut ride, random, E::ORDER_PAID, S::PASSENGER_CANCELED_PAID);
            }
            break;
        }
    }
    ride
}

impl Ride {
    fn told(&self) -> Vec<Event> {
        self.events.iter().map(|&(code, time)| event(code, time)).collect()
    }

    fn query_after(&self, count: usize) -> Event {
        let mut detail = detail(self.truth[count - 1], self.events[count - 1].1, 1_200);
        detail.asked_at = Some(at(self.events[count - 1].1));
        detail.driver_info = self.is_taken.then(|| KnownDriver { driver_id: Some("7".into()) });
        Event::Queried(detail)
    }
}

/// All but whether a query is needed, which is about what came after the last one.
fn facts_of(order: &RideOrder) -> RideOrder {
    RideOrder { news: 0, news_at: None, ..order.clone() }
}

#[test]
fn the_same_facts_in_any_order_and_number_are_the_same_order() {
    println!("seeds 0 to {CASES}");
    for seed in 0..CASES {
        let random = &mut Random::new(seed);
        let facts = any_facts(random);
        let straight = after(&facts);
        let told = disturbed(random, &facts);
        let other = after(&told);
        assert_eq!(facts_of(&straight), facts_of(&other), "seed {seed}: {facts:#?} against {told:#?}");
        assert_eq!(straight.replayed(), other.replayed(), "seed {seed}");
    }
}

trait Replayed {
    fn replayed(&self) -> (RideStatus, Vec<KnownEvent>, Fen, bool, Vec<Conflict>);
}

impl Replayed for RideOrder {
    fn replayed(&self) -> (RideStatus, Vec<KnownEvent>, Fen, bool, Vec<Conflict>) {
        (self.status(), self.conflicts(), self.refunded(), self.driver_is_expected(), self.conflict_kinds())
    }
}

#[test]
fn after_one_newest_query_everything_is_the_same_and_settled_whatever_was_lost_doubled_or_reordered() {
    println!("seeds 0 to {CASES}");
    for seed in 0..CASES {
        let random = &mut Random::new(seed);
        let ride = any_ride(random);
        let Event::Queried(detail) = ride.query_after(ride.events.len()) else { panic!() };
        // Sent after everything was heard.
        let last = Event::Queried(KnownDetail { asked_at: Some(NOW), ..detail });
        let whole = after_from(after(&ride.told()), std::slice::from_ref(&last));

        let mut facts = ride.told();
        facts.retain(|_| random.below(3) > 0);
        for _ in 0..random.below(3) {
            facts.push(ride.query_after(1 + random.below(ride.events.len())));
        }
        if random.below(2) == 0 {
            facts.push(untimed(RideEvent::DRIVER_ARRIVED, "x"));
        }
        let told = if facts.is_empty() { facts } else { disturbed(random, &facts) };
        let other = after_from(after(&told), std::slice::from_ref(&last));

        let truth = *ride.truth.last().unwrap();
        assert_eq!(other.status(), truth, "seed {seed}: {told:#?}");
        assert!(!other.needs_query() && other.conflicts().is_empty(), "seed {seed}");
        let calls = RideCalls::default();
        let (mut one, mut two) = (whole.standing(NOW, &calls), other.standing(NOW, &calls));
        // Whether it is suspended is told by events alone.
        (one.suspended, two.suspended) = (false, false);
        assert_eq!(one, two, "seed {seed}");

        // And what comes late, comes too late.
        let late = after_from(other, &disturbed(random, &ride.told()));
        assert_eq!((late.status(), late.needs_query()), (truth, false), "seed {seed}");
    }
}

#[test]
fn the_events_of_a_ride_alone_lead_to_its_true_state_in_any_order() {
    println!("seeds 0 to {CASES}");
    let mut kinds_unknown = 0;
    for seed in 0..CASES {
        let random = &mut Random::new(seed);
        let ride = any_ride(random);
        let order = after(&disturbed(random, &ride.told()));
        let truth = *ride.truth.last().unwrap();
        let expected = match truth.0 {
            201 | 211 => undecided::CANCELED_WAIT_PAY,
            200..=230 => undecided::CANCELED,
            _ => truth,
        };
        assert_eq!(order.status(), expected, "seed {seed}: {:?}", ride.events);
        assert!(order.conflicts().is_empty(), "seed {seed}: {:?}", ride.events);
        if expected != truth {
            kinds_unknown += 1;
            assert!(order.needs_query() && order.may_pay().is_none(), "seed {seed}");
        }
    }
    assert!(kinds_unknown > 100, "{kinds_unknown}");
}

#[test]
fn of_two_queries_of_one_moment_the_same_one_is_kept_whichever_came_first() {
    let plain =
        KnownDetail { asked_at: Some(at(5)), user_price_info: None, update_time: None, ..detail(RideStatus::CONFIRMED, 5, 0) };
    let numbered = KnownDetail { channel_partner_order_id: Some(OWN.into()), ..plain.clone() };
    let updated = KnownDetail { update_time: Some(at(5)), ..plain.clone() };
    let priced = KnownDetail { user_price_info: Some(KnownPrices::default()), ..plain.clone() };
    for other in [numbered, updated, priced] {
        let [one, other] = [plain.clone(), other].map(Event::Queried);
        assert_eq!(after(&[one.clone(), other.clone()]).detail, after(&[other, one]).detail);
    }
}

#[test]
fn nothing_older_than_the_query_changes_what_it_told() {
    println!("seeds 0 to {CASES}");
    for seed in 0..CASES {
        let random = &mut Random::new(seed);
        let status = random.one(&statuses());
        let order = after(&[queried(status, 100, 5)]);
        let told: Vec<Event> = (0..8).map(|_| event(random.one(&events()), random.below(101) as i64)).collect();
        let mut order = order;
        for told in &told {
            let transition = order.apply(told, NOW);
            assert!(matches!(transition.kind, RideTransitionKind::Stale | RideTransitionKind::Duplicate), "seed {seed}: {told:?}");
            order = transition.order;
        }
        let older = order.apply(&queried(random.one(&statuses()), 99, 6), NOW);
        assert_eq!(older.kind, RideTransitionKind::Stale);
        assert_eq!((older.order.status(), older.order.needs_query()), (status, false), "seed {seed}");
    }
}

#[test]
fn an_event_newer_than_the_query_counts_and_the_later_of_two_queries_wins() {
    let order = after(&[queried(RideStatus::CONFIRMED, 100, 0), event(RideEvent::DRIVER_ARRIVED, 101)]);
    assert_eq!(order.status(), RideStatus::DRIVER_ARRIVED);
    let order = after_from(order, &[queried(RideStatus::DRIVING, 200, 0), queried(RideStatus::CONFIRMED, 150, 0)]);
    assert_eq!(order.status(), RideStatus::DRIVING);
}

#[test]
fn in_the_same_millisecond_events_count_in_the_order_of_a_ride() {
    for told in [[RideEvent::ORDER_CONFIRMED, RideEvent::ORDER_PUSHED], [RideEvent::ORDER_PUSHED, RideEvent::ORDER_CONFIRMED]] {
        assert_eq!(after(&told.map(|code| event(code, 5))).status(), RideStatus::CONFIRMED);
    }
}

#[test]
fn an_event_without_time_changes_no_state_and_asks_for_a_query_each_time_that_it_is_heard() {
    let order = after(&[queried(RideStatus::PUSHED, 100, 0)]);
    let arrived = untimed(RideEvent::DRIVER_ARRIVED, "x");
    let first = order.apply(&arrived, NOW);
    assert_eq!(
        (first.kind, first.order.status(), first.order.needs_query()),
        (RideTransitionKind::Moved, RideStatus::PUSHED, true)
    );
    assert_eq!(next(&first.order), Some((Call::QueryRealTimeOrder, Why::News)));
    let repeated = first.order.apply(&arrived, NOW);
    assert_eq!((repeated.kind, repeated.order.needs_query()), (RideTransitionKind::Duplicate, true), "it is asked for already");
    // After a query it may have happened again.
    let settled = after_from(first.order, &[queried(RideStatus::DRIVER_ARRIVED, 200, 0)]);
    assert!(!settled.needs_query());
    let again = settled.apply(&arrived, NOW);
    assert_eq!((again.kind, again.order.needs_query(), again.order.hints.len()), (RideTransitionKind::Moved, true, 1));
    assert_eq!(next(&again.order), Some((Call::QueryRealTimeOrder, Why::News)));
    assert!(settled.apply(&untimed(RideEvent::DRIVER_ARRIVED, "y"), NOW).order.needs_query());
    // While a query is under way, its reply may be older than the second one.
    let asked = after_from(again.order, &[Event::Sent(CallSent::new(Call::QueryRealTimeOrder))]);
    let order = after_from(asked, &[arrived, queried(RideStatus::DRIVER_ARRIVED, 300, 0)]);
    assert!(order.needs_query());
}

#[test]
fn a_time_in_seconds_is_read_as_such_and_reported() {
    let seconds = |told: Event| match told {
        Event::OrderChanged(event) => {
            Event::OrderChanged(OrderChanged { event_time: event.event_time.map(|time| Timestamp(time.0 / 1_000)), ..event })
        }
        Event::Queried(detail) => {
            Event::Queried(KnownDetail { update_time: detail.update_time.map(|time| Timestamp(time.0 / 1_000)), ..detail })
        }
        Event::Refunded(refund) => {
            Event::Refunded(Refunded { refund_time: refund.refund_time.map(|time| Timestamp(time.0 / 1_000)), ..refund })
        }
        other => other,
    };
    for told in [event(RideEvent::DRIVER_ARRIVED, 60_000), queried(RideStatus::CONFIRMED, 60_000, 0), refund("r1", 100)] {
        let read = RideOrder::default().apply(&seconds(told.clone()), NOW);
        assert_eq!(read.warnings, [RideWarning::TimeInSeconds], "{told:?}");
        let plain = RideOrder::default().apply(&told, NOW);
        assert_eq!((read.order, plain.warnings), (plain.order, vec![]), "{told:?}");
    }
    // None of the events that follow is older than the query.
    let order = after(&[queried(RideStatus::PUSHED, 50_000, 0)]);
    let moved = order.apply(&seconds(event(RideEvent::ORDER_CONFIRMED, 60_000)), NOW);
    assert_eq!((moved.kind, moved.order.status()), (RideTransitionKind::Moved, RideStatus::CONFIRMED));
}

#[test]
fn a_repetition_that_was_sent_at_another_time_is_a_duplicate() {
    let sent = |ts| {
        let Event::OrderChanged(event) = untimed(RideEvent::BILL_CHANGED, "x") else { unreachable!() };
        Event::OrderChanged(OrderChanged { ts: Some(ts), ..event })
    };
    assert_eq!(after(&[sent(1)]).apply(&sent(2), NOW).kind, RideTransitionKind::Duplicate);
    assert_eq!(
        after(&[event(RideEvent::ORDER_PAID, 5)]).apply(&event(RideEvent::ORDER_PAID, 5), NOW).kind,
        RideTransitionKind::Duplicate
    );
}

#[test]
fn what_is_heard_while_a_query_is_under_way_asks_for_another_one() {
    let order =
        after_from(submitted(), &[Event::Sent(CallSent::new(Call::QueryRealTimeOrder)), untimed(RideEvent::BILL_CHANGED, "x")]);
    let order = after_from(order, &[queried(RideStatus::WAIT_PAY, 100, 900)]);
    assert!(order.needs_query() && order.may_pay().is_none());
    let order = after_from(order, &[queried(RideStatus::WAIT_PAY, 100, 800)]);
    assert!(!order.needs_query());
}

#[test]
fn a_cancel_event_leaves_the_kind_open_until_a_query_tells_it() {
    for (code, open, kind) in [
        (RideEvent::ORDER_CANCELED, undecided::CANCELED, RideStatus::SYSTEM_CANCELED),
        (RideEvent::ORDER_CANCELED_WITH_PAY, undecided::CANCELED_WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY),
    ] {
        let order = after(&[queried(RideStatus::CONFIRMED, 100, 0), event(code, 200)]);
        assert_eq!((order.status(), order.needs_query(), order.is_final()), (open, true, false));
        assert_eq!(next(&order), Some((Call::QueryRealTimeOrder, Why::KindOfCancel)));
        // A reply from before the event does not tell it.
        let order = after_from(order, &[queried(RideStatus::CONFIRMED, 150, 0)]);
        assert!(order.status() == open && order.needs_query());
        let order = after_from(order, &[queried(kind, 190, 500)]);
        assert_eq!((order.status(), order.needs_query()), (kind, false));
    }
}

#[test]
fn the_driver_is_expected_once_taken_and_after_a_cancel_that_followed() {
    use RideStatus as S;
    for (told, expected) in [
        (vec![queried(S::PUSHED, 1, 0)], false),
        (vec![queried(S::CONFIRMED, 1, 0)], true),
        (vec![queried(S::COMPLETED, 1, 0)], true),
        (vec![queried(S::PASSENGER_CANCELED, 1, 0)], false),
        (vec![queried(S::CONFIRMED, 1, 0), queried(S::PASSENGER_CANCELED, 2, 0)], true),
        (vec![queried(S::DRIVER_CANCELED, 5, 0), event(RideEvent::ORDER_CONFIRMED, 2)], true),
        (vec![event(RideEvent::ORDER_PUSHED, 2), event(RideEvent::ORDER_CANCELED, 3)], false),
        (vec![event(RideEvent::ORDER_CONFIRMED, 2), event(RideEvent::ORDER_CANCELED, 3)], true),
    ] {
        assert_eq!(after(&told).driver_is_expected(), expected, "{told:?}");
    }
    assert_eq!(next(&after(&[event(RideEvent::ORDER_CONFIRMED, 2)])), Some((Call::QueryRealTimeOrder, Why::Driver)));
}

#[test]
fn unknown_events_and_states_are_kept() {
    let order = after(&[queried(RideStatus(212), 100, 0)]);
    assert_eq!((order.status(), order.needs_query(), order.may_pay()), (RideStatus(212), false, None));
    let moved = order.apply(&event(RideEvent(777), 200), NOW);
    assert_eq!((moved.kind, moved.order.status()), (RideTransitionKind::Moved, RideStatus(212)));
    assert!(moved.order.needs_query() && moved.order.conflicts().is_empty());
    assert_eq!(moved.order.events.len(), 1);
}

#[test]
fn a_contradiction_is_kept_and_told_and_asks_for_a_query() {
    let moved = after(&[queried(RideStatus::COMPLETED, 100, 0)]).apply(&event(RideEvent::TRIP_STARTED, 200), NOW);
    assert_eq!((moved.kind, moved.order.status()), (RideTransitionKind::Moved, RideStatus::COMPLETED));
    assert!(moved.standing.conflict && moved.standing.needs_query);
    assert_eq!(moved.standing.conflicts[0].event_code, RideEvent::TRIP_STARTED);
    let settled = after_from(moved.order, &[queried(RideStatus::COMPLETED, 300, 0)]);
    assert!(!settled.needs_query() && settled.conflicts().is_empty());
}

#[test]
fn payment_is_allowed_in_7_201_and_211_alone_with_the_exact_amount() {
    for status in statuses() {
        let order = after(&[queried(status, 100, 1_234)]);
        let owed = [7, 201, 211].contains(&status.0);
        assert_eq!(order.may_pay(), owed.then_some(Fen(1_234)), "{status:?}");
        let reason = refused(&order, &Event::Sent(CallSent::notify_paid(Fen(1_234))));
        assert_eq!(reason, (!owed).then_some(RideReason::NotInThisState), "{status:?}");
        if owed {
            assert_eq!(next(&order), Some((Call::NotifyPaidResult, Why::Owed)));
            assert_eq!(refused(&order, &Event::Sent(CallSent::notify_paid(Fen(1_233)))), Some(RideReason::WrongAmount));
            assert_eq!(refused(&order, &Event::Sent(CallSent::new(Call::NotifyPaidResult))), Some(RideReason::WrongAmount));
        }
    }
}

#[test]
fn payment_waits_for_a_query_when_the_amount_may_have_changed() {
    let order = after(&[queried(RideStatus::WAIT_PAY, 100, 900), event(RideEvent::BILL_CHANGED, 200)]);
    assert_eq!(order.may_pay(), None);
    assert_eq!(refused(&order, &Event::Sent(CallSent::notify_paid(Fen(900)))), Some(RideReason::QueryFirst));
    // The state's updateTime need not change with the price: the reply that was asked for later counts.
    let later = KnownDetail { asked_at: Some(Timestamp(NOW.0 + 1)), ..detail(RideStatus::WAIT_PAY, 100, 800) };
    let order = after_from(order, &[Event::Queried(later)]);
    assert_eq!((order.needs_query(), order.may_pay()), (false, Some(Fen(800))));

    let order = after(&[queried(RideStatus::DELIVERED, 100, 900), event(RideEvent::BILL_GENERATED, 200)]);
    assert_eq!((order.status(), order.may_pay()), (RideStatus::WAIT_PAY, None));
    assert_eq!(next(&order), Some((Call::QueryRealTimeOrder, Why::Amount)));
    assert_eq!(after_from(order, &[queried(RideStatus::WAIT_PAY, 200, 950)]).may_pay(), Some(Fen(950)));
}

#[test]
fn an_order_is_paid_once() {
    let order = after(&[queried(RideStatus::WAIT_PAY, 100, 900), Event::Sent(CallSent::notify_paid(Fen(900)))]);
    assert_eq!(refused(&order, &Event::Sent(CallSent::notify_paid(Fen(900)))), Some(RideReason::UnderWay));
    let paid = after_from(order.clone(), &[Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS))]);
    assert_eq!(refused(&paid, &Event::Sent(CallSent::notify_paid(Fen(900)))), Some(RideReason::Done));
    assert_eq!(next(&paid), Some((Call::QueryRealTimeOrder, Why::News)));
    // A reply that does not know of it yet does not make it owed again.
    let lagging = after_from(paid.clone(), &[queried(RideStatus::WAIT_PAY, 100, 900)]);
    assert_eq!((lagging.needs_query(), lagging.may_pay()), (false, None));
    assert_eq!(refused(&lagging, &Event::Sent(CallSent::notify_paid(Fen(900)))), Some(RideReason::Done));
    assert_eq!(next(&lagging), Some((Call::QueryRealTimeOrder, Why::Silence)));
    assert_eq!((paid.conflict_kinds(), lagging.conflict_kinds()), (vec![], vec![Conflict::PaidStillOwed]));
    let done = after_from(paid, &[queried(RideStatus::COMPLETED, 200, 900)]);
    assert_eq!((done.may_pay(), next(&done)), (None, None), "the balance stays after payment, and nothing is owed");

    // Without an answer, a query tells whether to tell it again.
    let unknown = after_from(order, &[Event::Failed(CallFailed::new(Call::NotifyPaidResult, None))]);
    assert_eq!(refused(&unknown, &Event::Sent(CallSent::notify_paid(Fen(900)))), Some(RideReason::QueryFirst));
    let again = after_from(unknown, &[queried(RideStatus::WAIT_PAY, 100, 900)]);
    assert_eq!(again.may_pay(), Some(Fen(900)));
    assert_eq!(next(&again), Some((Call::NotifyPaidResult, Why::OutcomeUnknown)), "it is not paid again, only reported again");
}

/// The order, in a state that waits for payment, after Meituan has accepted the payment of 900.
fn accepted_in(status: RideStatus) -> RideOrder {
    let told = [
        queried(status, 100, 900),
        Event::Sent(CallSent::notify_paid(Fen(900))),
        Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS)),
    ];
    after_from(submitted(), &told)
}

#[test]
fn a_payment_is_legal_again_only_after_a_newer_query_that_shows_another_amount() {
    for status in [RideStatus::WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY] {
        let accepted = accepted_in(status);
        let pay = |price| Event::Sent(CallSent::notify_paid(Fen(price)));
        // A query from before the payment was accepted, whatever it shows.
        let before = KnownDetail { asked_at: Some(at(0)), ..detail(status, 200, 1_200) };
        let order = after_from(accepted.clone(), &[Event::Queried(before)]);
        assert_eq!((order.may_pay(), refused(&order, &pay(1_200))), (None, Some(RideReason::Done)), "{status:?}");

        // A cancel fee may stay what it was.
        let same = after_from(accepted.clone(), &[queried(status, 200, 900)]);
        assert_eq!((same.may_pay(), refused(&same, &pay(900))), (None, Some(RideReason::Done)), "{status:?}");
        let is_fee = status != RideStatus::WAIT_PAY;
        assert_eq!(same.conflict_kinds(), if is_fee { vec![] } else { vec![Conflict::PaidStillOwed] }, "{status:?}");

        let another = after_from(accepted.clone(), &[queried(status, 200, 1_200)]);
        let expected = if is_fee { vec![Conflict::PaidAnotherAmount] } else { vec![] };
        assert_eq!((another.may_pay(), another.conflict_kinds()), (Some(Fen(1_200)), expected), "{status:?}");
        assert_eq!(next(&another), Some((Call::NotifyPaidResult, Why::Owed)), "{status:?}");
        assert_eq!(refused(&another, &pay(900)), Some(RideReason::WrongAmount), "{status:?}");
        // And then an old reply does not bring the first amount back.
        let paid = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
        let twice = after_from(another, &[pay(1_200), paid, queried(status, 300, 900)]);
        assert_eq!((twice.may_pay(), refused(&twice, &pay(900))), (None, Some(RideReason::Done)), "{status:?}");
    }
}

#[test]
fn a_payment_that_was_accepted_without_its_amount_is_never_made_again() {
    let accepted = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
    let order = after_from(submitted(), &[accepted.clone(), queried(RideStatus::WAIT_PAY, 100, 900)]);
    assert_eq!(order.may_pay(), None);
    // What was owed then is what was paid.
    let order = after_from(submitted(), &[queried(RideStatus::WAIT_PAY, 100, 900), accepted]);
    assert_eq!(after_from(order.clone(), &[queried(RideStatus::WAIT_PAY, 200, 900)]).may_pay(), None);
    assert_eq!(after_from(order, &[queried(RideStatus::WAIT_PAY, 200, 950)]).may_pay(), Some(Fen(950)));
}

#[test]
fn a_paid_cancel_fee_ends_the_asking_although_its_state_stays() {
    for status in [RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY] {
        let accepted = accepted_in(status);
        assert_eq!(next(&accepted), Some((Call::QueryRealTimeOrder, Why::News)), "one query, for its state after payment");
        let settled = after_from(accepted.clone(), &[queried(status, 100, 900)]);
        assert_eq!((next(&settled), settled.is_final()), (None, true), "{status:?}");
        // And again, once it is owed anew.
        let another = after_from(settled.clone(), &[event(RideEvent::BILL_CHANGED, 150), queried(status, 200, 950)]);
        assert_eq!((next(&another), another.is_final()), (Some((Call::NotifyPaidResult, Why::Owed)), false), "{status:?}");
    }
    // Meituan's own event tells it too; there is no state for it, and the query's reply stays what it was.
    for told in [vec![], vec![Event::Sent(CallSent::notify_paid(Fen(900)))]] {
        let owed = after_from(submitted(), &[queried(RideStatus::DRIVER_CANCELED_WAIT_PAY, 100, 900)]);
        let pushed = after_from(owed, &[told, vec![event(RideEvent::ORDER_PAID, 200)]].concat());
        assert_eq!(next(&pushed), Some((Call::QueryRealTimeOrder, Why::KindOfCancel)));
        for time in [100, 300] {
            let order = after_from(pushed.clone(), &[queried(RideStatus::DRIVER_CANCELED_WAIT_PAY, time, 900)]);
            assert_eq!((next(&order), order.may_pay(), order.needs_query()), (None, None, false), "{time}");
            assert!(order.is_final() && order.conflict_kinds().is_empty(), "{time}");
        }
    }
}

#[test]
fn a_negative_balance_is_never_payable() {
    for status in [RideStatus::WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY] {
        let order = after_from(submitted(), &[queried(status, 100, -300)]);
        assert_eq!(order.may_pay(), None);
        assert_eq!(refused(&order, &Event::Sent(CallSent::notify_paid(Fen(-300)))), Some(RideReason::WrongAmount));
        assert_eq!(next(&order), Some((Call::QueryRealTimeOrder, Why::Silence)));
    }
}

#[test]
fn no_number_of_queries_that_are_older_than_a_payment_tells_whether_it_arrived() {
    let owed =
        |asked_at: Option<i64>| Event::Queried(KnownDetail { asked_at: asked_at.map(at), ..detail(RideStatus::WAIT_PAY, 0, 500) });
    let query = || Event::Sent(CallSent::new(Call::QueryRealTimeOrder));
    let pay = || Event::Sent(CallSent::notify_paid(Fen(500)));
    let broken = || Event::Failed(CallFailed::new(Call::NotifyPaidResult, None));
    let run = |told: &[(Event, i64)]| {
        told.iter().fold(RideOrder::default(), |order, (event, offset)| {
            let transition = order.apply(event, at(*offset));
            assert_ne!(transition.kind, RideTransitionKind::Illegal, "{event:?}");
            transition.order
        })
    };
    let of_known_age = [
        vec![(owed(Some(0)), 0), (query(), 1_000), (query(), 1_100), (pay(), 1_200), (broken(), 1_300)],
        vec![(owed(Some(1_000)), 1_400), (owed(Some(1_100)), 1_500)],
    ];
    // Nobody has told when it was asked, but that it was.
    let told_when_sent = [of_known_age[0].clone(), vec![(owed(None), 1_400), (owed(None), 1_500)]];
    // Nobody has told that it was asked, but when.
    let never_told = [vec![(owed(Some(0)), 0), (pay(), 1_200), (broken(), 1_300)], vec![(owed(Some(1_000)), 1_400)]];
    for [before, replies] in [of_known_age, told_when_sent, never_told] {
        let mut told = [before, replies].concat();
        let order = run(&told);
        assert_eq!((order.may_pay(), order.needs_query()), (None, true), "{told:?}");
        told.extend([(query(), 4_600), (owed(None), 4_700)]);
        let order = run(&told);
        assert_eq!((order.may_pay(), order.needs_query()), (Some(Fen(500)), false), "one that is newer tells it: {told:?}");
    }
}

#[test]
fn cancelling_asks_the_fee_then_confirms() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let order = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0)]);
    assert_eq!(order.may_cancel(), Some(ask));
    assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::AskFeeFirst));
    let fee = Event::Answered(CallAnswered::cancel(ask, ResultCode::SUCCESS, Some(Fen(500))));
    let order = after_from(order, &[Event::Sent(CallSent::cancel(ask)), fee]);
    assert_eq!((order.may_cancel(), order.cancel_fee()), (Some(confirm), Some(Fen(500))));

    // The fee counts for the state that it was asked in.
    let arrived = after_from(order.clone(), &[event(RideEvent::DRIVER_ARRIVED, 200)]);
    assert_eq!((arrived.may_cancel(), arrived.cancel_fee()), (Some(ask), None));

    let canceled = Event::Answered(CallAnswered::cancel(confirm, ResultCode::SUCCESS, Some(Fen(500))));
    let order = after_from(order, &[Event::Sent(CallSent::cancel(confirm)), canceled]);
    assert_eq!((order.status(), next(&order)), (undecided::CANCELED_WAIT_PAY, Some((Call::QueryRealTimeOrder, Why::KindOfCancel))));
    let order = after_from(order, &[queried(RideStatus::PASSENGER_CANCELED_WAIT_PAY, 300, 500)]);
    assert_eq!(order.may_pay(), Some(Fen(500)));
}

#[test]
fn a_failed_question_for_the_fee_does_not_block_the_cancel() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let asked = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0), Event::Sent(CallSent::cancel(ask))]);
    assert_eq!(refused(&asked, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::QueryFirst), "the answer may come");
    for failure in [
        Event::Failed(CallFailed::new(Call::CancelOrder, Some(ask))),
        Event::Answered(CallAnswered::cancel(ask, ResultCode::SYSTEM_ERROR, None)),
    ] {
        let order = after_from(asked.clone(), &[failure]);
        assert_eq!((order.may_cancel(), order.cancel_fee()), (Some(confirm), None));
        assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(ask))), None, "it may be asked again, too");
        let order = after_from(order, &[Event::Sent(CallSent::cancel(confirm))]);
        assert_eq!(order.may_cancel(), None);
    }
    // In another state the fee is another.
    let failed = after_from(asked, &[Event::Failed(CallFailed::new(Call::CancelOrder, Some(ask)))]);
    assert_eq!(after_from(failed, &[event(RideEvent::DRIVER_ARRIVED, 200)]).may_cancel(), Some(ask));
}

#[test]
fn an_order_that_was_not_submitted_offers_no_cancel() {
    let ask = Event::Sent(CallSent::cancel(CancelStep::ASK_FEE));
    let sent = after(&[Event::Sent(CallSent::submit(OWN))]);
    let refusal = Event::Answered(CallAnswered::new(Call::SubmitOrder, ResultCode::ENT_BALANCE_NOT_SUFFICIENT));
    for order in [
        after(&[Event::Estimated(EstimateReceived {})]),
        sent.clone(),
        after_from(sent.clone(), &[refusal]),
        after_from(sent.clone(), &[Event::Failed(CallFailed::new(Call::SubmitOrder, None))]),
    ] {
        assert_eq!((order.may_cancel(), refused(&order, &ask)), (None, Some(RideReason::NotInThisState)));
    }
    for told in [Event::Answered(CallAnswered::submitted(MT)), event(RideEvent::ORDER_CREATED, 5)] {
        assert_eq!(after_from(sent.clone(), &[told]).may_cancel(), Some(CancelStep::ASK_FEE));
    }
}

#[test]
fn after_a_time_out_it_is_cancelled_again_and_1106_means_query() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let fee = Event::Answered(CallAnswered::cancel(ask, ResultCode::SUCCESS, Some(Fen(0))));
    let order = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0), Event::Sent(CallSent::cancel(ask)), fee]);
    let order = after_from(
        order,
        &[Event::Sent(CallSent::cancel(confirm)), Event::Failed(CallFailed::new(Call::CancelOrder, Some(confirm)))],
    );
    let action = order.next_action(NOW, &RideCalls::default()).unwrap();
    assert_eq!((action.call, action.why, action.step), (Call::CancelOrder, Why::OutcomeUnknown, Some(confirm)));
    let again = after_from(order, &[Event::Sent(CallSent::cancel(confirm))]);
    let told = CallAnswered::cancel(confirm, ResultCode::CANCELED_ORDER_NOT_CANCEL_AGAIN, None);
    let order = after_from(again, &[Event::Answered(told)]);
    assert_eq!(next(&order), Some((Call::QueryRealTimeOrder, Why::News)));
    assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::QueryFirst));
    let order = after_from(order, &[queried(RideStatus::PASSENGER_CANCELED, 200, 0)]);
    assert_eq!((order.status(), next(&order)), (RideStatus::PASSENGER_CANCELED, None));
}

#[test]
fn an_order_is_not_cancelled_on_the_trip_or_after() {
    for status in statuses() {
        let order = after_from(submitted(), &[queried(status, 100, 0)]);
        let reason = refused(&order, &Event::Sent(CallSent::cancel(CancelStep::ASK_FEE)));
        assert_eq!(reason, (!(1..=4).contains(&status.0)).then_some(RideReason::NotInThisState), "{status:?}");
    }
    assert_eq!(
        refused(&RideOrder::default(), &Event::Sent(CallSent::cancel(CancelStep::ASK_FEE))),
        Some(RideReason::NotInThisState)
    );
}

#[test]
fn one_of_several_offered_drivers_is_confirmed() {
    let order = after_from(submitted(), &[offer("d1", "7"), offer("d2", "8"), offer("d3", "7"), offer("d1", "7")]);
    let drivers = |order: &RideOrder| -> Vec<String> {
        order.may_confirm().iter().map(|offer| offer.submit_drive_info.driver_id.clone()).collect()
    };
    assert_eq!((order.offers.len(), drivers(&order)), (3, vec!["7".into(), "8".into()]));
    let action = order.next_action(NOW, &RideCalls::default()).unwrap();
    assert_eq!((action.call, action.why, action.driver_ids), (Call::ConfirmOrder, Why::Offers, Some(vec!["7".into(), "8".into()])));
    assert_eq!(refused(&order, &Event::Sent(CallSent::confirm("9"))), Some(RideReason::NoSuchOffer));

    let order = after_from(order, &[Event::Sent(CallSent::confirm("7"))]);
    assert_eq!(refused(&order, &Event::Sent(CallSent::confirm("8"))), Some(RideReason::UnderWay));
    // Declined: the other one is left.
    let declined = after_from(order.clone(), &[Event::Answered(CallAnswered::new(Call::ConfirmOrder, ResultCode::SYSTEM_ERROR))]);
    assert_eq!(drivers(&declined), ["8"]);
    // Without an answer: query, then any.
    let unknown = after_from(order.clone(), &[Event::Failed(CallFailed::new(Call::ConfirmOrder, None))]);
    assert_eq!(refused(&unknown, &Event::Sent(CallSent::confirm("8"))), Some(RideReason::QueryFirst));
    assert_eq!(drivers(&after_from(unknown, &[queried(RideStatus::PUSHED, 100, 0)])), ["7", "8"]);
    // Taken: none is left.
    let taken = after_from(order, &[Event::Answered(CallAnswered::new(Call::ConfirmOrder, ResultCode::SUCCESS))]);
    assert!(drivers(&taken).is_empty());
    let taken = after_from(taken, &[event(RideEvent::ORDER_CONFIRMED, 100)]);
    assert_eq!(refused(&taken, &Event::Sent(CallSent::confirm("8"))), Some(RideReason::NotInThisState));
}

#[test]
fn an_estimate_lives_10_minutes() {
    let order = RideOrder::default().apply(&Event::Estimated(EstimateReceived {}), NOW).order;
    let submit = Event::Sent(CallSent::submit(OWN));
    let just = order.apply(&submit, Timestamp(NOW.0 + 599_999));
    assert_eq!(just.kind, RideTransitionKind::Moved);
    let late = order.apply(&submit, Timestamp(NOW.0 + 600_000));
    assert_eq!((late.reason, late.standing.estimate_valid), (Some(RideReason::EstimateExpired), Some(false)));
    // A submit that had no answer is repeated all the same: it asks after the first one.
    let failed = just.order.apply(&Event::Failed(CallFailed::new(Call::SubmitOrder, None)), Timestamp(NOW.0 + 610_000)).order;
    assert_eq!(next(&failed), Some((Call::SubmitOrder, Why::OutcomeUnknown)));
    assert_eq!(failed.apply(&submit, Timestamp(NOW.0 + 620_000)).kind, RideTransitionKind::Moved);
}

#[test]
fn an_order_is_submitted_once_and_under_one_number() {
    let order = after(&[Event::Sent(CallSent::submit(OWN))]);
    assert_eq!(refused(&order, &Event::Sent(CallSent::submit(OWN))), Some(RideReason::UnderWay));
    let failed = after_from(order, &[Event::Failed(CallFailed::new(Call::SubmitOrder, None))]);
    assert_eq!(refused(&failed, &Event::Sent(CallSent::submit("another"))), Some(RideReason::AnotherOrder));
    let again = after_from(failed, &[Event::Sent(CallSent::submit(OWN))]);
    let known = after_from(again, &[Event::Answered(CallAnswered::new(Call::SubmitOrder, ResultCode::REPEAT_SUBMIT_ORDER_ERROR))]);
    assert_eq!(next(&known), Some((Call::QueryRealTimeOrder, Why::News)), "it is there, and a query tells its number");
    assert_eq!(refused(&submitted(), &Event::Sent(CallSent::submit(OWN))), Some(RideReason::Done));
    assert_eq!(submitted().status(), RideStatus::SUBMITTED);
    assert_eq!(next(&RideOrder::default()), None);
}

#[test]
fn what_belongs_to_another_order_is_not_recorded() {
    let order = after(&[queried(RideStatus::PUSHED, 100, 0)]);
    let mut other = detail(RideStatus::COMPLETED, 200, 0);
    other.mt_order_id = Some("1".into());
    assert_eq!(refused(&order, &Event::Queried(other)), Some(RideReason::AnotherOrder));
}

#[test]
fn a_refund_counts_once_and_two_amounts_of_one_are_a_conflict() {
    let order = after(&[refund("r1", 300), refund("r2", 200), refund("r1", 300)]);
    assert_eq!((order.refunded(), order.has_refund("r1"), order.has_refund("r3")), (Fen(500), true, false));
    assert_eq!(order.apply(&refund("r2", 200), NOW).kind, RideTransitionKind::Duplicate);
    let differs = order.apply(&refund("r1", 400), NOW);
    assert!(differs.standing.conflict && differs.standing.refunded == Fen(600));
    let mut pending = refund("r4", 100);
    let Event::Refunded(unknown) = &mut pending else { unreachable!() };
    unknown.refund_status = RefundStatus(20);
    assert!(!after_from(order, &[pending]).has_refund("r4"));
}

fn unknown_refund(number: &str) -> Event {
    let Event::Refunded(refund) = refund(number, 0) else { unreachable!() };
    Event::Refunded(Refunded { refund_amount: None, ..refund })
}

#[test]
fn a_refund_of_unknown_amount_makes_the_sum_a_lower_bound_and_asks_for_one_query() {
    let order = after(&[queried(RideStatus::COMPLETED, 100, 900), refund("r1", 300)]);
    let known = order.standing(NOW, &RideCalls::default());
    assert_eq!((known.refunded, known.refunded_at_least, known.needs_query), (Fen(300), false, false));
    for told in [unknown_refund("r2"), refund("r2", -200)] {
        let moved = order.apply(&told, NOW);
        assert_eq!((moved.kind, moved.warnings), (RideTransitionKind::Moved, vec![RideWarning::AmountUnknown]));
        let standing = moved.standing;
        assert_eq!((standing.refunded, standing.refunded_at_least, standing.needs_query), (Fen(300), true, true));
        assert!(moved.order.has_refund("r2") && !standing.conflict);
        let again = moved.order.apply(&told, NOW);
        assert_eq!(again.kind, RideTransitionKind::Duplicate);
        let settled = after_from(again.order, &[queried(RideStatus::COMPLETED, 100, 900), told]);
        assert!(!settled.needs_query(), "one query is asked for, not one for each repetition");
        // Once the amount is known, the sum is.
        let standing = settled.apply(&refund("r2", 200), NOW).standing;
        assert_eq!((standing.refunded, standing.refunded_at_least, standing.conflict), (Fen(500), false, false));
    }
}

#[test]
fn refunds_above_what_was_paid_are_a_conflict() {
    let above = |order: &RideOrder, amount: i64| {
        let kinds = after_from(order.clone(), &[refund("r1", amount)]).conflict_kinds();
        assert!(kinds.iter().all(|kind| *kind == Conflict::RefundAbovePaid));
        !kinds.is_empty()
    };
    let paid = after_from(accepted_in(RideStatus::WAIT_PAY), &[queried(RideStatus::COMPLETED, 200, 900)]);
    // Somebody else may have paid: the balance stays as it was.
    let known_by_query = after(&[queried(RideStatus::COMPLETED, 200, 900)]);
    for order in [&paid, &known_by_query, &accepted_in(RideStatus::DRIVER_CANCELED_WAIT_PAY)] {
        assert!(!above(order, 900) && above(order, 901));
        assert!(above(&after_from(order.clone(), &[refund("r0", 400)]), 501));
    }
    assert!(above(&after(&[queried(RideStatus::PASSENGER_CANCELED, 200, 0)]), 1), "nothing was paid");
    // Pushes come in any order: what is not known to be paid yet contradicts nothing.
    assert!(!above(&after(&[queried(RideStatus::DRIVING, 200, 0)]), 900));
    assert!(!above(&RideOrder::default(), 900));
}

#[test]
fn no_interface_is_called_more_than_100_times_a_minute() {
    let order = after(&[queried(RideStatus::CONFIRMED, 100, 0), untimed(RideEvent::BILL_CHANGED, "x")]);
    let mut calls = RideCalls::default();
    let query = Call::QueryRealTimeOrder;
    for call in 0..100 {
        assert_eq!(calls.free_at(query, Timestamp(NOW.0 + call)), None, "{call}");
        calls.record(query, Timestamp(NOW.0 + call));
    }
    let now = Timestamp(NOW.0 + 5_000);
    assert_eq!(calls.free_at(query, now), Some(Timestamp(NOW.0 + 60_000)));
    assert_eq!(order.next_action(now, &calls).unwrap().at, Timestamp(NOW.0 + 60_000));
    assert_eq!(order.next_action(now, &RideCalls::default()).unwrap().at, now);
    assert_eq!(calls.free_at(Call::SubmitOrder, now), None, "each interface has its own limit");
    // Any minute, not only the first.
    let mut log: Vec<i64> = Vec::new();
    let (mut calls, mut now) = (RideCalls::default(), NOW);
    let random = &mut Random::new(1);
    for _ in 0..1_000 {
        now = Timestamp(now.0 + random.below(300) as i64);
        now = calls.free_at(query, now).unwrap_or(now).max(now);
        assert_eq!(calls.free_at(query, now), None);
        calls.record(query, now);
        log.push(now.0);
        assert!(log.iter().filter(|time| **time > now.0 - 60_000).count() <= 100);
    }
    assert!(calls.calls[0].times.len() <= 100);
}

#[test]
fn an_order_that_is_silent_is_queried_and_queries_keep_their_distance() {
    let order = after(&[queried(RideStatus::DRIVING, 100, 0)]);
    let silent = order.next_action(NOW, &RideCalls::default()).unwrap();
    assert_eq!((silent.call, silent.why, silent.at), (Call::QueryRealTimeOrder, Why::Silence, NOW + LONGEST_SILENCE));
    let news = after_from(order.clone(), &[untimed(RideEvent::BILL_CHANGED, "x")]);
    assert_eq!(news.next_action(NOW, &RideCalls::default()).unwrap().at, NOW + QUERY_SPACING);
    let asked = after_from(news, &[Event::Sent(CallSent::new(Call::QueryRealTimeOrder))]);
    assert_eq!(asked.next_action(NOW, &RideCalls::default()).unwrap().at, NOW + REPLY_PATIENCE);
}

#[test]
fn a_call_that_was_never_answered_is_given_up() {
    let order = after(&[queried(RideStatus::WAIT_PAY, 100, 900), Event::Sent(CallSent::notify_paid(Fen(900)))]);
    let later = NOW + REPLY_PATIENCE;
    let moved = order.apply(&queried(RideStatus::WAIT_PAY, 100, 900), later);
    assert_eq!(moved.order.may_pay(), Some(Fen(900)));
}

#[test]
fn an_order_keeps_the_newest_64_events_in_any_order() {
    println!("seeds 0 to 40");
    for seed in 0..40 {
        let random = &mut Random::new(seed);
        let facts: Vec<Event> = (0..150).map(|_| event(random.one(&events()), random.below(90) as i64)).collect();
        let (one, two) = (after(&facts), after(&disturbed(random, &facts)));
        assert_eq!(one.events.len(), 64);
        assert!(one.overflowed);
        assert_eq!((&one.events, one.status()), (&two.events, two.status()), "seed {seed}");
    }
}

#[test]
fn every_documented_event_has_its_rows_and_every_state_its_place() {
    for code in events().into_iter().filter(|code| code.0 != 777) {
        assert!(STEPS.iter().any(|step| step.event == code), "{code:?}");
    }
    for (index, row) in STEPS.iter().enumerate() {
        for from in row.from {
            let found = step(row.event, *from).map(|step| step.to);
            assert_eq!(found, Some(row.to), "row {index}: an earlier row says otherwise");
        }
    }
}

#[test]
#[cfg(feature = "texts")]
fn the_picture_shows_every_move_of_the_table() {
    let picture = diagram();
    assert!(picture.starts_with("stateDiagram-v2\n"));
    let moves = STEPS.iter().flat_map(|row| row.from.iter().filter_map(move |from| Some((row, from, row.to?))));
    for (row, from, to) in moves.filter(|(_, from, to)| **from != *to) {
        let name = |status: RideStatus| if status.0 < 0 { format!("u{}", -status.0) } else { format!("s{}", status.0) };
        let line = format!("    {} --> {}: {} ", name(*from), name(to), row.event.0);
        assert!(picture.contains(&line), "{line}");
    }
    for status in statuses().into_iter().filter(|status| status.0 != 212) {
        assert!(picture.contains(&format!("as s{}\n", status.0)), "{status:?}");
    }
    assert!(picture.contains("    s8 --> [*]\n") && picture.contains("    u110 --> s211: query\n"), "{picture}");
}

/// What is told, as JavaScript tells it.
fn as_json(told: &Event) -> Value {
    let (kind, body) = match told {
        Event::CapacityOffered(body) => ("capacityOffered", serde_json::to_value(body)),
        Event::OrderChanged(body) => ("orderChanged", serde_json::to_value(body)),
        Event::Refunded(body) => ("refunded", serde_json::to_value(body)),
        Event::Queried(body) => ("queried", serde_json::to_value(body)),
        Event::Sent(body) => ("sent", serde_json::to_value(body)),
        Event::Answered(body) => ("answered", serde_json::to_value(body)),
        Event::Failed(body) => ("failed", serde_json::to_value(body)),
        _ => ("estimated", Ok(json!({}))),
    };
    without_nulls(json!({ kind: body.unwrap() }))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn apply_text(order: &Value, told: &Value, calls: &str) -> Value {
    let order = if order.is_null() { String::new() } else { order.to_string() };
    let told = if told.is_null() { String::new() } else { told.to_string() };
    let mut out = Vec::new();
    apply_json(order.as_bytes(), told.as_bytes(), calls.as_bytes(), NOW, &mut Packed::default(), &mut out)
        .unwrap_or_else(|error| panic!("{error} in {told} to {order}"));
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn json_says_the_same_as_the_rust_types() {
    println!("seeds 0 to 500");
    for seed in 0..500 {
        let random = &mut Random::new(seed);
        let mut facts = any_facts(random);
        for own in [
            Event::Sent(CallSent::submit(OWN)),
            Event::Estimated(EstimateReceived {}),
            Event::Answered(CallAnswered::submitted(MT)),
            Event::Sent(CallSent::cancel(CancelStep::ASK_FEE)),
            Event::Answered(CallAnswered::cancel(CancelStep::ASK_FEE, ResultCode(4711), Some(Fen(300)))),
            Event::Sent(CallSent::confirm("7")),
            Event::Failed(CallFailed::new(Call::ConfirmOrder, None)),
            Event::Sent(CallSent::notify_paid(Fen(1))),
            Event::Sent(CallSent::new(Call::QueryRealTimeOrder)),
        ] {
            facts.insert(random.below(facts.len() + 1), own);
        }
        let (mut typed, mut text) = (RideOrder::default(), Value::Null);
        for told in &facts {
            let transition = typed.apply(told, NOW);
            let outcome = apply_text(&text, &as_json(told), "");
            assert_eq!(outcome, without_nulls(serde_json::to_value(&transition).unwrap()), "seed {seed}: {told:?}");
            assert_eq!(apply_text(&outcome["order"], &Value::Null, ""), outcome["standing"], "seed {seed}");
            (typed, text) = (transition.order, outcome["order"].clone());
        }
        let again: RideOrder = serde_json::from_value(text).unwrap();
        assert_eq!(again, typed, "seed {seed}");
    }
}

#[test]
fn json_keeps_what_is_beyond_ascii_and_counts_the_calls() {
    let mut told = as_json(&offer("d\"1\n", "七"));
    told["capacityOffered"]["submitCarInfo"] = json!({ "carNumber": "苏ADD3850", "partnerId": 1 });
    let outcome = apply_text(&Value::Null, &told, "");
    assert_eq!(outcome["order"]["offers"][0]["submitDriveInfo"]["driverId"], "七");
    assert_eq!(outcome["order"]["offers"][0]["mtDispatchSubOrderId"], "d\"1\n");
    assert_eq!(outcome["order"]["offers"][0]["submitCarInfo"]["carNumber"], "苏ADD3850");
    assert_eq!(outcome["standing"]["driverIds"], json!(["七"]));
    let times: Vec<i64> = (0..100).map(|index| NOW.0 - index).collect();
    let calls = json!({ "calls": [{ "call": "confirmOrder", "times": times }] }).to_string();
    let next = &apply_text(&outcome["order"], &Value::Null, &calls)["next"];
    assert_eq!((&next["call"], &next["at"]), (&json!("confirmOrder"), &json!(NOW.0 - 99 + 60_000)));
}

#[test]
fn json_that_cannot_be_used_is_an_error_with_its_place() {
    let mut out = Vec::new();
    let mut error = |order: &str, told: &str, calls: &str| {
        let error =
            apply_json(order.as_bytes(), told.as_bytes(), calls.as_bytes(), NOW, &mut Packed::default(), &mut out).unwrap_err();
        (error.code.as_str(), error.path.clone())
    };
    assert_eq!(error("", "{\"unheard of\":{}}", ""), ("MISSING_FIELD", "event".into()));
    assert_eq!(error("", "{\"estimated\":{},\"failed\":{\"call\":\"submitOrder\"}}", ""), ("MISSING_FIELD", "event".into()));
    assert_eq!(error("", "{\"refunded\":{}}", ""), ("MISSING_FIELD", "event.refunded.mtOrderId".into()));
    assert_eq!(error("", "{\"sent\":{\"call\":\"x\"}}", ""), ("UNKNOWN_VALUE", "event.call".into()));
    assert_eq!(error("{", "", ""), ("TRUNCATED_JSON", "order".into()));
    assert_eq!(error("", "", "{\"calls\":1}"), ("WRONG_TYPE", "calls.calls".into()));
}

#[test]
fn the_reply_of_a_query_is_told_as_it_was_read() {
    let reply = OrderDetail {
        order_status: RideStatus::WAIT_PAY,
        user_price_info: Some(PriceInfo { user_payable_balance_price: Some(Fen(700)), ..PriceInfo::default() }),
        driver_info: Some(DriverInfo { driver_id: Some("7".into()), lng: Some(116.3), ..DriverInfo::default() }),
        ..OrderDetail::default()
    };
    let typed = RideOrder::default().apply(&Event::from(&reply), NOW);
    assert_eq!((typed.order.may_pay(), typed.order.driver_is_expected()), (Some(Fen(700)), true));
    let told = json!({ "queried": without_nulls(serde_json::to_value(&reply).unwrap()) });
    assert_eq!(apply_text(&Value::Null, &told, ""), without_nulls(serde_json::to_value(&typed).unwrap()));
}

#[test]
fn no_facts_and_no_text_make_it_panic() {
    println!("seeds 0 to 300");
    let extremes = [i64::MIN, -1, 0, i64::MAX];
    let mut sample = as_json(&event(RideEvent::ORDER_PAID, 5)).to_string().into_bytes();
    sample.extend_from_slice(serde_json::to_string(&submitted()).unwrap().as_bytes());
    for seed in 0..300 {
        let random = &mut Random::new(seed);
        let mut order = RideOrder::default();
        for _ in 0..20 {
            let mut told = any_facts(random).remove(0);
            if let Event::OrderChanged(event) = &mut told {
                event.event_time = Some(Timestamp(random.one(&extremes)));
            }
            let now = Timestamp(random.one(&extremes));
            order = order.apply(&told, now).order;
            let _ = order.standing(Timestamp(random.one(&extremes)), &RideCalls::default());
            let mut bytes = sample.clone();
            for _ in 0..3 {
                let place = random.below(bytes.len());
                bytes[place] = random.below(256) as u8;
            }
            let cut = random.below(bytes.len());
            let _ = apply_json(&bytes[cut..], &bytes[..cut], b"", now, &mut Packed::default(), &mut Vec::new());
        }
    }
}
