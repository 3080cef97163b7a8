//! Payments: proposed to one process, and notified once they are made.

use crate::driver::*;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{Call, CallAnswered, CallFailed, Conflict, Event, ProposalState};
use meituan_protocol::ride::service::{Input, Service, Then};
use meituan_protocol::time::Timestamp;
use std::time::Duration;

#[test]
fn a_payment_is_proposed_to_one_process_and_meituan_is_notified_once_it_is_made() {
    let (service, mut store) = (service(), owing());
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    let [first, second] = &mut drivers;
    assert_eq!((first.payment().price, &*first.payment().key), (Fen(900), &*format!("pay:{ID}:900")));
    assert_eq!(second.settled(), Some(after(100_000)));
    first.answer(&service, &mut store, Input::Paid(ProposalState::Paid), after(100));
    let notice = first.call();
    assert_eq!((notice.call, notice.price), (Call::NotifyPaidResult, Some(Fen(900))));
    assert_eq!((notice.mt_order_id.as_deref(), notice.channel_partner_order_id.as_deref()), (Some(ID), Some(OURS)));
    assert_eq!(store.order().proposals.as_ref().unwrap()[0].state, ProposalState::Paid);
}

#[test]
fn a_process_that_died_after_paying_leaves_only_the_notice() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Paid(ProposalState::Paid), NOW);
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::LoadCalls));
    assert_eq!(settle(&service, &mut store, after(1)).call().call, Call::NotifyPaidResult);
}

#[test]
fn a_payment_whose_end_is_not_known_is_proposed_again_with_the_same_key_and_no_other_amount_is() {
    let (service, mut store) = (service(), owing());
    let key = settle(&service, &mut store, NOW).payment().key.clone();
    // The process died while the function ran.
    assert_eq!(settle(&service, &mut store, after(99_999)).settled(), Some(after(100_000)));
    let mut again = settle(&service, &mut store, after(100_000));
    assert_eq!(again.payment().key, key);
    again.answer(&service, &mut store, Input::Paid(ProposalState::Unknown), after(100_001));
    assert_eq!(again.settled(), Some(after(103_001)));
    // Meituan now says another amount.
    let changed = [changed(RideEvent::BILL_CHANGED, after(101_000)), queried(RideStatus::WAIT_PAY, 950, after(102_000))];
    for event in changed {
        let mut driver = Driver::new(service.record(ID, event, after(102_000)));
        driver.run(&service, &mut store, after(102_000));
    }
    assert_eq!(store.order().conflict_kinds(), [Conflict::PaidAnotherAmount]);
    let next = settle(&service, &mut store, after(200_000));
    assert!(matches!(next.step.then, Then::Call(ref task) if task.call == Call::QueryRealTimeOrder), "{:?}", next.step);
}

#[test]
fn that_a_run_has_not_paid_does_not_end_the_claim_of_another_when_it_is_recorded_once_more() {
    let (service, mut store) = (service(), owing());
    let mut first = settle(&service, &mut store, NOW);
    // The store takes how it ended, and says that it has failed.
    first.step = service.advance(&mut first.job, Input::Paid(ProposalState::Unknown), after(1));
    first.run_until(&service, &mut store, after(1), |step| step.save.is_some());
    assert!(first.save(&mut store));
    settle(&service, &mut store, after(10_000)).payment();
    first.answer(&service, &mut store, Input::StoreFailed, after(10_001));
    assert_eq!(store.order().proposals.as_ref().unwrap()[0].state, ProposalState::Open);
    assert_eq!(first.settled(), Some(after(110_000)));
}

#[test]
fn a_payment_that_is_declined_is_proposed_again_later_and_later() {
    let (service, mut store) = (service(), owing());
    let mut now = NOW;
    for pause in [3_000, 6_000, 12_000] {
        let mut driver = settle(&service, &mut store, now);
        assert_eq!(driver.payment().price, Fen(900));
        driver.answer(&service, &mut store, Input::Paid(ProposalState::Declined), now);
        assert_eq!((driver.settled(), store.due(ID)), (Some(Timestamp(now.0 + pause)), Some(Timestamp(now.0 + pause))));
        now = Timestamp(now.0 + pause);
    }
}

#[test]
fn a_function_that_is_late_is_not_asked_twice_and_its_end_counts_when_it_comes() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    assert_eq!(driver.payment().limit, Duration::from_secs(30));
    driver.answer(&service, &mut store, Input::Late, after(30_000));
    assert_eq!(driver.settled(), Some(after(100_000)));
    let ended = Event::Proposed(meituan_protocol::ride::order::PaymentProposed { price: Fen(900), state: ProposalState::Paid });
    let mut late = Driver::new(service.record(ID, ended, after(45_000)));
    late.run(&service, &mut store, after(45_000));
    assert_eq!(settle(&service, &mut store, after(45_001)).call().call, Call::NotifyPaidResult);
}

#[test]
fn that_a_late_run_has_not_paid_does_not_end_the_claim_of_another() {
    let (service, mut store) = (service(), owing());
    settle(&service, &mut store, NOW).payment();
    // The first run has not ended, and its claim has run out.
    settle(&service, &mut store, after(100_000)).payment();
    let record = |store: &mut Store, state, now| {
        let ended = Event::Proposed(meituan_protocol::ride::order::PaymentProposed { price: Fen(900), state });
        Driver::new(service.record(ID, ended, now)).run(&service, store, now);
        store.order().proposals.as_ref().unwrap()[0].state
    };
    for state in [ProposalState::Declined, ProposalState::Unknown] {
        assert_eq!(record(&mut store, state, after(110_000)), ProposalState::Open);
    }
    assert_eq!(record(&mut store, ProposalState::Paid, after(110_000)), ProposalState::Paid);
    // Where nobody has it, its end counts.
    let mut store = owing();
    settle(&service, &mut store, NOW).payment();
    assert_eq!(record(&mut store, ProposalState::Declined, after(100_000)), ProposalState::Declined);
}

#[test]
fn a_notice_without_a_reply_is_followed_by_a_query_and_never_by_a_payment() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    driver.answer(&service, &mut store, Input::Paid(ProposalState::Paid), NOW);
    let failed = Event::Failed(CallFailed::new(Call::NotifyPaidResult, None));
    driver.answer(&service, &mut store, Input::Replied(failed), after(10));
    assert_eq!((driver.settled(), store.due(ID)), (Some(after(3_000)), Some(after(3_000))));
    let mut driver = settle(&service, &mut store, after(3_000));
    assert_eq!(driver.call().call, Call::QueryRealTimeOrder);
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::WAIT_PAY, 900, NOW)), after(3_020));
    // Meituan still waits: it is notified again, and nothing is paid again.
    assert_eq!((driver.call().call, driver.call().price), (Call::NotifyPaidResult, Some(Fen(900))));
    let taken = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
    driver.answer(&service, &mut store, Input::Replied(taken), after(3_030));
    let mut driver = settle(&service, &mut store, after(7_000));
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::COMPLETED, 900, after(7_000))), after(7_010));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

#[test]
fn without_a_function_that_pays_nothing_is_paid_and_the_order_is_watched() {
    let (service, mut store) = (Service::default(), owing());
    let due = settle(&service, &mut store, NOW).settled().unwrap();
    assert!(due > NOW);
    assert_eq!(settle(&service, &mut store, due).call().call, Call::QueryRealTimeOrder);
}
