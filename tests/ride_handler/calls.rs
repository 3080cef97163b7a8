//! Calls of the enterprise: what becomes of their replies, and Meituan's limits.

use crate::handler_support::Virtual;
use crate::world::*;
use meituan_protocol::ErrorCode;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use meituan_protocol::ride::order::{MAX_CALLS_A_MINUTE, RideReason};
use meituan_protocol::ride::requests::*;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_reply_that_comes_too_late_is_recorded_when_it_comes() {
    let world = World::begin();
    world.platform().line = Line::Slow(15_000);
    let Called::Unknown { error, .. } = world.call(submit()) else { panic!() };
    assert_eq!(error.to_string(), "Meituan has not replied in time");
    assert_eq!(world.time.passed(), 10_000);
    assert_eq!(world.standing().status, RideStatus(0));
    world.time.run(world.time.sleep(Duration::from_secs(10)));
    assert_eq!(world.time.run(world.handler.order(OURS)).unwrap().unwrap().mt_order_id.as_deref(), Some(ID));
}

#[test]
fn a_refusal_is_recorded_with_its_code_and_what_a_gateway_says_is_not() {
    let world = World::begin();
    world.push(RideEvent::ORDER_CONFIRMED);
    let ask = || CancelOrder {
        mt_order_id: ID.into(),
        channel_partner_order_id: Some(OURS.into()),
        step: CancelStep::ASK_FEE,
        ..CancelOrder::default()
    };
    world.platform().line = Line::Refuses(1106);
    let Called::Refused { error, recorded } = world.call(ask()) else { panic!() };
    assert_eq!(error.remote.as_ref().unwrap().code, 1106);
    assert!(recorded.order.calls.iter().any(|own| own.code == Some(ResultCode(1106))), "{:?}", recorded.order.calls);
    assert!(world.heard.has("error Meituan replied 1106"), "{:?}", world.heard.lines());
    let world = World::begin();
    world.push(RideEvent::ORDER_CONFIRMED);
    for line in [Line::Gateway, Line::Broken] {
        world.platform().line = line;
        world.time.pass(60_000);
        let Called::Unknown { recorded, .. } = world.call(ask()) else { panic!() };
        assert!(recorded.order.calls.iter().all(|own| own.code.is_none()));
    }
    assert!(world.heard.has("error the call has no reply: the connection broke"));
}

#[test]
fn a_call_that_the_order_does_not_allow_or_that_cannot_be_written_is_not_made() {
    let world = World::begin();
    world.push(RideEvent::TRIP_STARTED);
    let confirm = ConfirmOrder { mt_order_id: ID.into(), driver_id: "D9".into() };
    let Called::Illegal(recorded) = world.call(confirm) else { panic!() };
    assert!(matches!(recorded.reason, Some(RideReason::NoSuchOffer | RideReason::NotInThisState)));
    let nobody = world.time.run(world.handler.call(QueryRealTimeOrder::default())).unwrap_err();
    assert!(matches!(nobody, NotCalled::Message(error) if error.code == ErrorCode::MissingField));
    let unwritten = SubmitOrder { channel_partner_order_id: OURS.into(), ..SubmitOrder::default() };
    let unwritten = world.time.run(world.handler.call(unwritten)).unwrap_err();
    assert!(matches!(unwritten, NotCalled::Message(_)), "{unwritten:?}");
    assert_eq!(world.time.run(world.handler.order(OURS)).unwrap(), None);
    assert_eq!(world.called(), [] as [&str; 0]);
}

#[test]
fn meituans_limits_hold_over_all_orders_and_handlers_of_a_store() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store.clone(), one.time.clone(), one.platform.clone(), |builder| builder);
    let mut limited = None;
    for number in 0..=MAX_CALLS_A_MINUTE {
        let world = if number % 2 == 0 { &one } else { &other };
        if let Called::Limited(at) = world.call(query(&format!("{number}"))) {
            limited = Some(at);
        }
    }
    assert!(limited.is_some_and(|at| at > one.time.now().wall), "{limited:?}");
    assert_eq!(one.called().len(), MAX_CALLS_A_MINUTE);
    assert!(one.time.run(store.load("calls:617".into())).unwrap().is_some());
    one.time.pass(60_001);
    assert!(!matches!(one.call(query("1")), Called::Limited(_)));
}

#[test]
fn handlers_that_count_for_themselves_have_a_part_of_the_limits_each() {
    let store = Arc::new(MemoryStore::default());
    let world = World::with(store.clone(), Virtual::new(), platform(), |builder| builder.processes(4));
    let calls = (0..MAX_CALLS_A_MINUTE).map(|number| world.call(query(&format!("{number}"))));
    let made = calls.filter(|called| !matches!(called, Called::Limited(_))).count();
    assert_eq!(made, MAX_CALLS_A_MINUTE / 4);
    assert_eq!(world.time.run(store.load("calls:617".into())).unwrap(), None);
}
