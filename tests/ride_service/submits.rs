//! Orders that are submitted under our number, and kept under Meituan's.

use crate::driver::*;
use meituan_protocol::ride::codes::{ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{Call, CallAnswered, CallFailed, CallSent, Event, RideReason};
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::ride::service::Input;
use meituan_protocol::time::Timestamp;

#[test]
fn an_order_is_submitted_under_our_number_and_kept_under_meituans() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.call().call, store.orders.len()), (Call::SubmitOrder, 1));
    // A push is faster than the reply.
    receive(&service, &mut store, changed(RideEvent::ORDER_PUSHED, after(5)));
    driver.answer(&service, &mut store, Input::Replied(submitted(ResultCode::SUCCESS, Some(ID))), after(10));
    assert_eq!((&*driver.recorded().key, driver.recorded().standing.status), (ID, RideStatus::PUSHED));
    assert_eq!(store.order().channel_partner_order_id.as_deref(), Some(OURS));
    assert_eq!((store.orders[OURS].0.mt_order_id.as_deref(), store.due(OURS)), (Some(ID), None));
    // Submitted again, it is the same ride.
    let mut again = Driver::new(service.call(OURS, CallSent::submit(OURS), after(20)));
    again.run(&service, &mut store, after(20));
    assert_eq!((again.recorded().reason, &*again.recorded().key), (Some(RideReason::Done), ID));
}

#[test]
fn a_submit_without_a_reply_is_asked_after_and_taken_over_with_what_was_pushed_about_our_number() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    let failed = Event::Failed(CallFailed::new(Call::SubmitOrder, None));
    driver.answer(&service, &mut store, Input::Replied(failed), after(10));
    let ours = Event::OrderChanged(OrderChanged {
        channel_partner_order_id: Some(OURS.into()),
        event_code: Some(RideEvent::ORDER_CONFIRMED),
        event_time: Some(after(2_000)),
        ..OrderChanged::default()
    });
    receive(&service, &mut store, ours);
    let due = store.due(OURS).unwrap();
    let mut driver = Driver::new(service.settle(OURS, due));
    driver.run(&service, &mut store, due);
    assert_eq!((driver.call().mt_order_id.as_deref(), driver.call().channel_partner_order_id.as_deref()), (None, Some(OURS)));
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::PUSHED, 0, after(1_000))), Timestamp(due.0 + 10));
    assert_eq!((store.order().status(), store.due(OURS)), (RideStatus::CONFIRMED, None));
    assert!(store.due(ID).is_some());
}

#[test]
fn a_submit_that_meituan_does_not_know_of_is_asked_after_for_an_hour() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    driver.answer(&service, &mut store, Input::Replied(Event::Failed(CallFailed::new(Call::SubmitOrder, None))), NOW);
    let mut queries = 0;
    let mut last = NOW;
    while let Some(due) = store.due(OURS) {
        assert!(due.0 > last.0, "{due:?}");
        let mut driver = Driver::new(service.settle(OURS, due));
        driver.run(&service, &mut store, due);
        let unknown = CallAnswered::new(Call::QueryRealTimeOrder, ResultCode::DATA_NOT_EXIST);
        driver.answer(&service, &mut store, Input::Replied(Event::Answered(unknown)), due);
        (queries, last) = (queries + 1, due);
    }
    assert!((5..20).contains(&queries) && last <= after(3_600_000), "{queries} {last:?}");
}
