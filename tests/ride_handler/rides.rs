//! Rides from their order to their end: settling, drivers, contradictions.

use crate::handler_support::{Heard, NOW};
use crate::world::*;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use meituan_protocol::ride::order::{Conflict, KnownDetail, RideTransitionKind};
use meituan_protocol::ride::pushes::{OrderChanged, Refunded};
use meituan_protocol::ride::service::NotStored;
use meituan_protocol::ride::{PUSH_OK, Push};
use meituan_protocol::time::Timestamp;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_ride_goes_from_its_order_to_its_payment() {
    let world = World::begin();
    let Called::Answered { reply, recorded } = world.call(submit()) else { panic!("{:?}", world.heard.lines()) };
    assert_eq!((reply.data.mt_order_id.as_str(), recorded.key.as_str()), (ID, ID));
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D2"));
    world.push(offer("D1"));
    world.settle_for(5_000);
    assert!(world.called().contains(&"confirmOrder"));
    for event in [RideEvent::ORDER_CONFIRMED, RideEvent::DRIVER_ARRIVED, RideEvent::TRIP_STARTED, RideEvent::BILL_GENERATED] {
        assert_eq!(world.push(event), PUSH_OK);
    }
    (world.platform().status, world.platform().owed) = (RideStatus::WAIT_PAY, FARE);
    world.platform().owed = FARE;
    world.time.pass(60_000);
    world.settle_for(600_000);
    assert_eq!(world.platform().asked, [(format!("pay:{ID}:{}", FARE.0), FARE)]);
    let made = |name| world.called().iter().filter(|call| **call == name).count();
    assert_eq!((made("submitOrder"), made("confirmOrder"), made("notifyPaidResult")), (1, 1, 1));
    let standing = world.standing();
    assert!(standing.is_final && standing.status == RideStatus::COMPLETED, "{standing:?}");
    assert_eq!(world.time.run(world.handler.due(10)).unwrap(), [] as [&str; 0]);
    // Under our number there is the way to Meituan's.
    assert_eq!(world.time.run(world.handler.standing(OURS)).unwrap(), standing);
    assert!(!world.heard.has("error") && !world.heard.has("conflict"), "{:?}", world.heard.lines());
}

#[test]
fn a_driver_that_nobody_chooses_is_waited_for_and_one_that_nobody_offers_is_not_confirmed() {
    let world = World::begin();
    world.platform().status = RideStatus::PUSHED;
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D1"));
    for driver in [None, Some("D9")] {
        world.platform().driver = driver;
        let due = world.settle().unwrap();
        assert!(due > world.time.now().wall);
        let is_reported = world.heard.has("error the function failed: the driver who was chosen is not offered");
        assert_eq!(is_reported, driver.is_some(), "{:?}", world.heard.lines());
        world.time.pass(due.0 - world.time.now().wall.0);
    }
    assert!(!world.called().contains(&"confirmOrder"));
    world.platform().driver = Some("D1");
    world.settle();
    assert!(world.called().contains(&"confirmOrder"));
}

#[test]
fn a_choice_that_takes_too_long_is_reported_and_asked_for_again() {
    let world = World::begin();
    world.platform().status = RideStatus::PUSHED;
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D1"));
    world.platform().choosing = 600_000;
    let due = world.settle().unwrap();
    assert!(world.time.passed() <= 60_000 && due > world.time.now().wall);
    assert!(world.heard.has("error the function failed: it took too long"), "{:?}", world.heard.lines());
    world.platform().choosing = 0;
    world.settle_for(10_000);
    assert!(world.called().contains(&"confirmOrder"));
}

#[test]
fn contradictions_and_deviations_are_heard_of_once_they_are_saved() {
    let world = World::begin();
    world.push(RideEvent::TRIP_STARTED);
    for _ in 0..2 {
        let mut late =
            OrderChanged { mt_order_id: Some(ID.into()), event_code: Some(RideEvent::ORDER_CREATED), ..OrderChanged::default() };
        late.event_time = Some(Timestamp(NOW + 1_000));
        world.push(late);
    }
    let refund = Refunded {
        mt_order_id: ID.into(),
        sqt_refund_no: "R1".into(),
        trade_order_id: Some(meituan_protocol::message::Id(1)),
        refund_status: RefundStatus(10),
        ..Refunded::default()
    };
    world.push(Pushed(Push::Refunded(refund)));
    let of = |what: &str| world.heard.lines().iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((of("conflict [Event]"), of("warning amountUnknown")), (1, 1), "{:?}", world.heard.lines());
    assert!(world.heard.has(&format!("order {ID}")));
    let conflicts = world.time.run(world.handler.conflicts()).unwrap().unwrap();
    assert_eq!(conflicts, [(ID.to_owned(), vec![Conflict::Event])]);
}

#[test]
fn an_event_of_the_users_is_recorded_and_a_store_that_fails_is_an_error() {
    let shared = Arc::new(Mutex::new(Mood::Well));
    let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
    let seen = KnownDetail { order_status: RideStatus::COMPLETED, mt_order_id: Some(ID.into()), ..KnownDetail::default() };
    let recorded = world.time.run(world.handler.record(ID, seen.clone())).unwrap();
    assert_eq!((recorded.kind, recorded.standing.status), (RideTransitionKind::Moved, RideStatus::COMPLETED));
    *shared.lock().unwrap() = Mood::Fails;
    assert_eq!(world.time.run(world.handler.record(ID, seen)).unwrap_err(), NotStored::Failed);
    assert!(world.time.run(world.handler.standing(ID)).is_err());
    let asked = world.time.run(world.handler.call(query(ID)));
    assert_eq!(asked.unwrap_err(), NotCalled::Store(NotStored::Failed));
}

#[test]
fn settle_due_settles_what_is_due_and_an_order_that_cannot_be_settled_keeps_no_other_from_it() {
    let world = World::begin();
    let settle_due = || world.time.run(world.handler.settle_due()).unwrap();
    assert_eq!(settle_due(), Settled::default());
    world.push(RideEvent::BILL_GENERATED);
    for number in 0..150 {
        let (order_id, snapshot) = (format!("broken-{number}"), "{}".to_owned());
        let broken = SaveOrder { order_id, snapshot, expected: None, due: Some(Timestamp(0)), conflicts: 0 };
        assert!(world.time.run(world.handler.store().save(broken)).unwrap());
    }
    assert_eq!(settle_due(), Settled { settled: 1, failed: 150 });
    assert!(world.called().contains(&"queryRealTimeOrder"));
}

#[test]
fn settle_forever_takes_a_ride_to_its_end() {
    let world = World::begin();
    world.push(RideEvent::BILL_GENERATED);
    let (settling, time) = (world.handler.clone(), world.time.clone());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_secs(120)));
    assert!(world.standing().is_final);
    assert_eq!(world.platform().asked.len(), 1);
}

#[test]
fn on_threads_functions_and_stores_may_block() {
    let (threads, platform) = (Threads::default(), platform());
    let handler = builder(MemoryStore::default(), threads.clone(), platform.clone()).hooks(Heard::default()).build();
    let push = Pushed::from(RideEvent::BILL_GENERATED).sealed(threads.now().wall);
    assert_eq!(block_on(handler.handle(&push.uri, push.body.as_bytes())), PUSH_OK);
    block_on(handler.settle_due()).unwrap();
    assert_eq!(platform.lock().unwrap().asked.len(), 1);
    assert_eq!(platform.lock().unwrap().called, ["queryRealTimeOrder", "notifyPaidResult"]);
}
