//! Events and queries: which of them counts, what is unknown, what contradicts.

use crate::rides::{
    CASES, NOW, OWN, Random, after, after_from, at, detail, event, events, next, queried, refund, statuses, submitted, untimed,
};
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::{OrderChanged, Refunded};
use meituan_protocol::time::Timestamp;

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
