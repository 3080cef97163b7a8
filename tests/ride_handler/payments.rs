//! Payments: proposed once, and asked for again with the same key.

use crate::world::*;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn two_handlers_on_one_store_pay_once_and_make_each_call_once() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store, one.time.clone(), one.platform.clone(), |builder| builder);
    one.push(RideEvent::BILL_GENERATED);
    while let Some(due) =
        one.time.run(both(one.handler.settle(ID), other.handler.settle(ID))).map(|due| due.unwrap()).into_iter().min().flatten()
    {
        one.time.pass((due.0 - one.time.now().wall.0).max(1));
    }
    assert_eq!(one.platform().asked.len(), 1);
    assert_eq!(one.called().iter().filter(|call| **call == "notifyPaidResult").count(), 1);
    assert!(one.standing().is_final);
}

#[test]
fn a_payment_whose_function_fails_or_panics_is_asked_again_with_the_same_key() {
    for wallet in [Wallet::Fails, Wallet::Panics, Wallet::Declines] {
        let world = World::begin();
        world.platform().wallet = wallet;
        world.push(RideEvent::BILL_GENERATED);
        world.settle_for(2_000);
        assert_eq!(world.platform().asked.len(), 1);
        assert_eq!(world.heard.has("error the function failed"), wallet != Wallet::Declines, "{:?}", world.heard.lines());
        assert!(!world.called().contains(&"notifyPaidResult"));
        world.platform().wallet = Wallet::Pays;
        world.time.pass(100_000);
        world.settle_for(60_000);
        let asked = world.platform().asked.clone();
        assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
        assert!(world.standing().is_final);
    }
}

#[test]
fn a_function_that_pays_late_goes_on_and_is_heard_when_it_has_paid() {
    let world = World::begin();
    world.platform().wallet = Wallet::Slow(45_000);
    world.push(RideEvent::BILL_GENERATED);
    world.settle();
    assert!(world.heard.has("error the function failed: it took too long"), "{:?}", world.heard.lines());
    assert!(!world.called().contains(&"notifyPaidResult"));
    world.time.run(world.time.sleep(Duration::from_secs(20)));
    world.settle_for(60_000);
    assert_eq!(world.platform().asked.len(), 1);
    assert!(world.standing().is_final);
}
