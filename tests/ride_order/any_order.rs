//! The same facts end in the same order, however they come, and however many of them are lost or doubled.

use crate::rides::{CASES, NOW, Random, after, after_from, any_facts, at, detail, disturbed, event, untimed};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;

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
        let by_serde = serde_json::to_string(&straight).unwrap();
        assert_eq!(serde_json::from_str::<RideOrder>(&by_serde).unwrap(), straight, "{by_serde}");
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
        // Events alone say whether it is suspended.
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
