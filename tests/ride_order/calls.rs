//! The other calls of ours: estimate, submit, confirm, query, and how often they may be made.

use crate::rides::{NOW, OWN, Random, after, after_from, detail, event, next, offer, queried, refused, submitted, untimed};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::time::Timestamp;

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
