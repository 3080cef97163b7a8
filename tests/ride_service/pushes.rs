//! Pushes: saved before they count as taken, and all counted where several come at once.

use crate::driver::*;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{RideEvent, RideStatus};
use meituan_protocol::ride::order::{Call, Conflict, Event, RideTransitionKind};
use meituan_protocol::ride::pushes::{OrderChanged, Refunded};
use meituan_protocol::ride::service::{Done, Input, NotStored, Save, Then};
use meituan_protocol::time::Timestamp;

#[test]
fn a_conflict_and_a_warning_are_heard_of_though_their_save_is_said_to_have_failed() {
    let service = service();
    let refund = |amount| {
        let (sqt_refund_no, refund_amount) = ("F1".into(), Some(Fen(amount)));
        Event::Refunded(Refunded { mt_order_id: ID.into(), sqt_refund_no, refund_amount, ..Refunded::default() })
    };
    for input in misled() {
        let mut store = Store::with([refund(100)]);
        let mut driver = Driver::new(service.receive(refund(200), NOW).unwrap());
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
        let Some(Save::Order { news, .. }) = &driver.step.save else { panic!() };
        assert_eq!(news.conflicts, [Conflict::RefundAmounts]);
        assert!(driver.save(&mut store));
        driver.step = service.advance(&mut driver.job, input, NOW);
        driver.run_until(&service, &mut store, NOW, |step| step.heard.is_some());
        assert_eq!(driver.step.heard.as_ref().unwrap().conflicts, [Conflict::RefundAmounts]);
        assert!(matches!(driver.step.then, Then::Done(_)), "{:?}", driver.step);
    }
    // One that did come second hears of what it saves, and of nothing else.
    let mut store = Store::with([refund(100)]);
    let mut driver = Driver::new(service.receive(refund(200), NOW).unwrap());
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    driver.step = service.advance(&mut driver.job, Input::Conflict, NOW);
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    assert!(driver.step.heard.as_ref().is_none_or(|news| news.conflicts.is_empty()));
}

#[test]
fn a_push_is_saved_before_it_counts_as_taken_and_its_repetition_changes_nothing() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap());
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    assert!(matches!(driver.step.then, Then::Done(Done::Recorded(_))) && store.orders.is_empty());
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.recorded().kind, store.due(ID)), (RideTransitionKind::Moved, Some(NOW)));
    let again = receive(&service, &mut store, changed(RideEvent::BILL_CHANGED, NOW));
    assert_eq!((again.recorded().kind, store.orders[ID].1), (RideTransitionKind::Duplicate, 1));
}

#[test]
fn a_push_that_cannot_be_saved_is_not_taken() {
    let service = service();
    for (input, why) in [(Input::StoreFailed, NotStored::Failed), (Input::StoreLate, NotStored::Late)] {
        let (mut job, step) = service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap();
        assert_eq!(step.until, after(5_000));
        service.advance(&mut job, Input::Loaded(None), NOW);
        let step = service.advance(&mut job, input, NOW);
        assert!(matches!(step.then, Then::Done(Done::Failed(failed)) if failed == why), "{step:?}");
    }
    let (mut job, mut step) = service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap();
    let mut now = NOW;
    while !matches!(step.then, Then::Done(_)) {
        let input = if let Then::Load(_) = step.then { Input::Loaded(None) } else { Input::Resumed };
        step = service.advance(&mut job, input, now);
        if step.save.is_some() {
            step = service.advance(&mut job, Input::Conflict, now);
            if let Then::Pause(most) = step.then {
                now = Timestamp(now.0 + most);
            }
        }
    }
    assert!(matches!(step.then, Then::Done(Done::Failed(NotStored::Contended))));
    assert!(now >= after(4_800) && now <= after(5_000), "{now:?}");
}

#[test]
fn two_pushes_at_once_are_both_counted() {
    let (service, mut store) = (service(), Store::default());
    let pushes = [changed(RideEvent::ORDER_CREATED, NOW), changed(RideEvent::ORDER_PUSHED, after(1))];
    let mut drivers = pushes.map(|push| Driver::new(service.receive(push, NOW).unwrap()));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    assert_eq!((store.order().events.len(), store.order().status()), (2, RideStatus::PUSHED));
}

#[test]
fn a_reply_and_a_push_at_once_are_both_counted() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Replied(queried(RideStatus::DRIVING, 0, after(1))), after(1));
    driver.run_until(&service, &mut store, after(1), |step| step.save.is_some());
    receive(&service, &mut store, changed(RideEvent::TRIP_DELIVERED, after(2)));
    driver.run(&service, &mut store, after(2));
    let order = store.order();
    assert_eq!((order.status(), order.detail.is_some(), order.events.len()), (RideStatus::DELIVERED, true, 2));
}

#[test]
fn places_that_are_taken_at_once_are_all_counted() {
    let (service, mut store) = (service(), Store::default());
    let ids = ["1", "2"];
    for id in ids {
        let event = OrderChanged { mt_order_id: Some(id.into()), ..OrderChanged::default() };
        receive(&service, &mut store, Event::OrderChanged(event));
    }
    let mut drivers = ids.map(|id| Driver::new(service.settle(id, NOW)));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| matches!(step.save, Some(Save::Calls(_))));
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
        assert_eq!(driver.call().call, Call::QueryRealTimeOrder);
    }
    assert_eq!(store.places(), 2);
}

#[test]
fn a_push_that_names_no_order_is_a_fact_of_none() {
    let untold = Event::OrderChanged(OrderChanged { event_code: Some(RideEvent::ORDER_PAID), ..OrderChanged::default() });
    assert!(service().receive(untold, NOW).is_none());
}
