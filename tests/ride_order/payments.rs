//! Payments: when they are allowed, and when they were made.

use crate::rides::{NOW, accepted_in, after, after_from, at, detail, event, next, queried, refused, statuses, submitted};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::time::Timestamp;

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
