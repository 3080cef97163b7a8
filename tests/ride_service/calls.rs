//! Calls: queries, the choice of a driver, the limits of an account.

use crate::driver::*;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{CancelReason, CancelStep, ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{
    Call, CallAnswered, CallFailed, CallSent, Event, MAX_CALLS_A_MINUTE, ProposalState, RideCalls, RideReason,
};
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::ride::service::{Done, Input, NotStored, Then};

#[test]
fn of_two_processes_that_settle_one_order_one_queries() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    // Both have a place within the limits, and are about to claim the query.
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::Call(_)));
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    let [first, second] = &mut drivers;
    assert_eq!(first.call().call, Call::QueryRealTimeOrder);
    assert_eq!(second.settled(), Some(after(90_000)));
    assert_eq!(first.step.until, after(10_000));
    first.answer(&service, &mut store, Input::Replied(queried(RideStatus::DRIVING, 0, NOW)), after(100));
    assert_eq!((first.settled(), store.order().status()), (store.due(ID), RideStatus::DRIVING));
    assert!(store.due(ID) > Some(after(30_000)));
}

#[test]
fn a_call_that_may_be_under_way_is_given_up_by_nobody_whose_clock_is_60_s_ahead() {
    let (service, mut store) = (service(), owing());
    let mut slow = settle(&service, &mut store, NOW);
    slow.answer(&service, &mut store, Input::Paid(ProposalState::Paid), NOW);
    let longest = slow.step.until.0 - NOW.0 + slow.call().limit.as_millis() as i64;
    assert_eq!(slow.call().call, Call::NotifyPaidResult);
    let mut ahead = settle(&service, &mut store, after(60_000 + longest));
    assert_eq!(ahead.call().call, Call::QueryRealTimeOrder);
    let still_owed = queried(RideStatus::WAIT_PAY, 900, after(60_000 + longest));
    ahead.answer(&service, &mut store, Input::Replied(still_owed), after(60_000 + longest));
    assert_eq!(ahead.settled(), Some(after(90_000)), "Meituan is not notified a second time meanwhile");
    let taken = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
    slow.answer(&service, &mut store, Input::Replied(taken), after(longest));
    assert_eq!((store.order().may_pay(), slow.settled()), (None, store.due(ID)));
}

#[test]
fn a_query_whose_process_died_is_made_again_after_its_patience() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    settle(&service, &mut store, NOW).call();
    assert_eq!(store.due(ID), Some(after(90_000)));
    // Giving up is saved, and when it is due then.
    let due = settle(&service, &mut store, after(90_000)).settled();
    assert!(due > Some(after(90_000)) && store.due(ID) == due);
    settle(&service, &mut store, due.unwrap()).call();
}

#[test]
fn a_driver_is_chosen_by_the_user_and_confirmed_once() {
    let (service, mut store) = (service(), Store::with([offered("D1"), offered("D2")]));
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
        assert!(matches!(&driver.step.then, Then::Choose(ids) if ids == &["D1", "D2"]), "{:?}", driver.step);
    }
    let [first, second] = &mut drivers;
    first.answer(&service, &mut store, Input::Chosen(Some("D2".into())), NOW);
    assert_eq!((first.call().call, first.call().driver_id.as_deref()), (Call::ConfirmOrder, Some("D2")));
    second.answer(&service, &mut store, Input::Chosen(Some("D1".into())), NOW);
    second.settled();
    // Nobody is chosen yet, or somebody whom nobody offers: no place is taken for that.
    for chosen in [None, Some("D3".into())] {
        let mut store = Store::with([offered("D1")]);
        let mut driver = settle(&service, &mut store, NOW);
        driver.answer(&service, &mut store, Input::Chosen(chosen), NOW);
        assert_eq!((driver.settled(), store.due(ID), store.places()), (Some(after(3_000)), Some(after(3_000)), 0));
    }
}

#[test]
fn an_order_that_ends_while_nobody_is_chosen_is_due_no_more() {
    let (service, mut store) = (service(), Store::with([offered("D1")]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Chosen(None), NOW);
    let mut other = Driver::new(service.record(ID, queried(RideStatus::SYSTEM_CANCELED, 0, after(1)), after(1)));
    other.run(&service, &mut store, after(1));
    driver.run(&service, &mut store, after(2));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

#[test]
fn a_call_is_recorded_before_it_is_made_and_refused_before_it_takes_a_place() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::ORDER_CONFIRMED, NOW)]));
    let cancel = CallSent { cancel_code: Some(CancelReason::PLANS_CHANGED), ..CallSent::cancel(CancelStep::CONFIRM) };
    let mut driver = Driver::new(service.call(ID, cancel.clone(), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.recorded().reason, store.places()), (Some(RideReason::AskFeeFirst), 0));
    let mut driver = Driver::new(service.call(ID, CallSent::cancel(CancelStep::ASK_FEE), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.call().step, store.order().calls.len(), store.places()), (Some(CancelStep::ASK_FEE), 1, 1));
    let fee = Event::Answered(CallAnswered::cancel(CancelStep::ASK_FEE, ResultCode::SUCCESS, Some(Fen(500))));
    driver.answer(&service, &mut store, Input::Replied(fee), after(10));
    assert_eq!(driver.recorded().standing.cancel_fee, Some(Fen(500)));
    let mut driver = Driver::new(service.call(ID, cancel, after(20)));
    driver.run(&service, &mut store, after(20));
    driver.answer(
        &service,
        &mut store,
        Input::Replied(Event::Failed(CallFailed::new(Call::CancelOrder, Some(CancelStep::CONFIRM)))),
        after(30),
    );
    // After a time-out it is cancelled again, for the same reason.
    let again = settle(&service, &mut store, after(5_000));
    assert_eq!((again.call().step, again.call().cancel_code), (Some(CancelStep::CONFIRM), Some(CancelReason::PLANS_CHANGED)));
}

#[test]
fn the_limits_hold_over_all_orders_of_the_account() {
    let service = service();
    let mut store = Store::default();
    let ids: Vec<String> = (0..MAX_CALLS_A_MINUTE + 20).map(|number| format!("{number:030}")).collect();
    for id in &ids {
        let event = OrderChanged { mt_order_id: Some(id.clone()), ..OrderChanged::default() };
        receive(&service, &mut store, Event::OrderChanged(event));
    }
    let mut made = 0;
    for id in &ids {
        let mut driver = Driver::new(service.settle(id, NOW));
        match driver.run(&service, &mut store, NOW) {
            Then::Call(_) => made += 1,
            // It is due when there is a place, and not before.
            Then::Done(Done::Settled(due)) => assert_eq!((*due, store.due(id)), (Some(after(60_000)), Some(after(60_000)))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((made, store.places()), (MAX_CALLS_A_MINUTE, MAX_CALLS_A_MINUTE));
    let mut driver = Driver::new(service.call(&ids[0], CallSent::new(Call::QueryRealTimeOrder), NOW));
    assert!(matches!(driver.run(&service, &mut store, NOW), Then::Done(Done::Limited(at)) if *at == after(60_000)));
}

#[test]
fn an_order_that_ends_while_the_limits_have_no_place_is_due_no_more() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut full = RideCalls::default();
    (0..MAX_CALLS_A_MINUTE).for_each(|_| full.record(Call::QueryRealTimeOrder, NOW));
    let mut driver = Driver::new(service.settle(ID, NOW));
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::LoadCalls));
    driver.step = service.advance(&mut driver.job, Input::CallsLoaded(Some(full)), NOW);
    let mut other = Driver::new(service.record(ID, queried(RideStatus::SYSTEM_CANCELED, 0, after(1)), after(1)));
    other.run(&service, &mut store, after(1));
    driver.run(&service, &mut store, after(2));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

#[test]
fn a_reply_is_recorded_although_the_store_fails_once() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Replied(queried(RideStatus::DRIVING, 0, NOW)), NOW);
    driver.step = service.advance(&mut driver.job, Input::StoreFailed, NOW);
    assert!(matches!(driver.step.then, Then::Pause(_)));
    driver.run(&service, &mut store, NOW);
    assert_eq!(store.order().status(), RideStatus::DRIVING);
    // A claim that cannot be saved is not made.
    let mut store = Store::with([changed(RideEvent::BILL_CHANGED, NOW)]);
    let mut driver = Driver::new(service.settle(ID, NOW));
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::Call(_)));
    let step = service.advance(&mut driver.job, Input::StoreFailed, NOW);
    assert!(matches!(step.then, Then::Done(Done::Failed(NotStored::Failed))));
}

#[test]
fn an_unknown_order_has_nothing_due() {
    let mut store = Store::default();
    assert_eq!(settle(&service(), &mut store, NOW).settled(), None);
    assert!(store.orders.is_empty());
}

#[test]
fn what_a_clock_has_written_that_is_far_ahead_holds_no_order_back() {
    let (service, mut store) = (service(), owing());
    let ahead = after(10 * 86_400_000);
    settle(&service, &mut store, ahead).payment();
    // That process is gone. The claim counts as made now, and runs out.
    assert_eq!(settle(&service, &mut store, NOW).settled(), Some(after(100_000)));
    assert_eq!(store.due(ID), Some(after(100_000)));
    settle(&service, &mut store, after(100_000)).payment();
    // So does a query.
    let mut store = Store::with([changed(RideEvent::BILL_CHANGED, NOW)]);
    assert_eq!(settle(&service, &mut store, ahead).call().call, Call::QueryRealTimeOrder);
    store.calls = None;
    let mut due = settle(&service, &mut store, NOW).settled().unwrap();
    assert_eq!(due, after(90_000), "then nobody waits for its reply any more");
    due = settle(&service, &mut store, due).settled().unwrap();
    assert_eq!(settle(&service, &mut store, due).call().call, Call::QueryRealTimeOrder);
    assert!(due <= after(180_000), "{due:?}");
}
