//! The caller that claims an order settles it, and no order delays another one.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::order::IssueFailed;
use meituan_protocol::time::Timestamp;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn one_settlement_puts_right_when_an_order_is_due_that_a_clock_has_written_which_was_far_ahead() {
    let ahead = 3 * 86_400_000;
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    *world.answers.lock().unwrap() = 599;
    world.time.pass(ahead);
    world.settle();
    let wrong = world.handler_now();
    world.time.pass(-ahead);
    let due = |at: Timestamp| world.time.run(world.handler.store().due(at, 10)).unwrap();
    assert_eq!(due(Timestamp(world.handler_now().0 + 3_600_000)), [], "the store cannot list it");
    *world.answers.lock().unwrap() = 599;
    for order_id in due(Timestamp(wrong.0 + 3_600_000)) {
        world.time.run(world.handler.settle(order_id)).unwrap();
    }
    assert_eq!(due(Timestamp(world.handler_now().0 + 600_000)), [ORDER]);
    *world.answers.lock().unwrap() = 200;
    world.time.pass(600_000);
    assert_eq!(world.settle(), None);
}

#[test]
fn settle_due_settles_what_is_due_and_nothing_else() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    let settle_due = || world.time.run(world.handler.settle_due()).unwrap();
    assert_eq!(settle_due(), Settled::default());
    world.time.pass(60_000);
    assert_eq!(settle_due(), Settled { settled: 1, failed: 0 });
    assert_eq!(world.sent(), ["payNotice"]);
    assert_eq!(settle_due(), Settled::default());
}

/// A store that does not claim.
#[derive(Default)]
struct Unclaiming(MemoryStore);

impl Store for Unclaiming {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.0.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        self.0.save(order).await
    }
}

impl DueStore for Unclaiming {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Id>, BoxError> {
        self.0.due(now, max).await
    }
}

/// Orders that are due and no orders.
fn break_orders<S: DueStore<Revision = u64>>(world: &World<S>, count: u64) {
    for id in 1..=count {
        let broken = SaveOrder { order_id: Id(id), snapshot: "{}".into(), expected: None, due: Some(Timestamp(0)), conflicts: 0 };
        assert!(world.time.run(world.handler.store().save(broken)).unwrap());
    }
}

#[test]
fn orders_that_cannot_be_settled_keep_no_other_from_it() {
    fn check<S: DueStore<Revision = u64>>(world: World<S>) {
        world.code(create());
        world.acts(Mode::Fails);
        world.code(pay());
        world.acts(Mode::Done);
        world.time.pass(60_000);
        break_orders(&world, 250);
        let settled = world.time.run(world.handler.settle_due()).unwrap();
        assert_eq!(settled, Settled { settled: 1, failed: 250 });
        assert_eq!(world.sent(), ["payNotice"]);
    }
    check(World::begin());
    check(World::over(Unclaiming::default()));
}

#[test]
fn of_two_handlers_that_settle_what_is_due_one_has_each_order_where_the_store_claims() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store, one.time.clone(), one.answers.clone(), one.notices.clone());
    for order_id in (0..30).map(|number| Id(ORDER.0 + number)) {
        one.acts(Mode::Done);
        one.code(OrderCreate { order_id, ..create() });
        one.acts(Mode::Pending);
        one.code(OrderPay { order_id, ..pay() });
        let failed = IssueFailed { code: None, describe: "上游停航".into() };
        one.time.run(one.handler.record(order_id, failed)).unwrap();
    }
    let (settling, first) = (other.handler.clone(), Arc::<Mutex<Option<Settled>>>::default());
    let settled = first.clone();
    one.time.spawn(async move { *settled.lock().unwrap() = settling.settle_due().await.ok() });
    let second = one.time.run(one.handler.settle_due()).unwrap();
    one.time.rest();
    let first = first.lock().unwrap().unwrap();
    assert_eq!((first.settled + second.settled, first.failed + second.failed), (30, 0));
    assert_eq!(one.sent().len(), 30);
}

#[test]
fn a_notice_that_nobody_replies_to_keeps_no_other_order_from_being_settled() {
    let world = World::begin();
    let other = Id(ORDER.0 + 1);
    world.code(create());
    world.code(OrderCreate { order_id: other, ..create() });
    world.acts(Mode::Pending);
    world.code(pay());
    world.code(OrderPay { order_id: other, ..pay() });
    let failed = || IssueFailed { code: None, describe: "上游停航".into() };
    *world.answers.lock().unwrap() = 0;
    world.time.run(world.handler.record(ORDER, failed())).unwrap();
    let (settling, time, began) = (world.handler.clone(), world.time.clone(), world.time.passed());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_millis(100)));
    assert_eq!(world.sent(), ["payNotice"]);
    time.run(world.handler.record(other, failed())).unwrap();
    time.run(time.sleep(Duration::from_millis(1000)));
    assert_eq!(world.sent(), ["payNotice"; 2]);
    assert!(time.passed() - began < 5000);
    // While one is under way it is not begun again; later it is.
    *world.answers.lock().unwrap() = 200;
    time.run(time.sleep(Duration::from_secs(20)));
    assert_eq!(world.sent(), ["payNotice"; 2]);
    time.run(time.sleep(Duration::from_secs(60)));
    assert_eq!(world.sent(), ["payNotice"; 4]);
    assert_eq!(world.order().notices, []);
}

#[test]
fn an_order_that_cannot_be_settled_is_left_alone_for_a_while_and_keeps_no_other_from_it() {
    fn check<S: DueStore<Revision = u64>>(world: World<S>) {
        break_orders(&world, 150);
        world.code(create());
        world.acts(Mode::Fails);
        world.code(pay());
        world.acts(Mode::Done);
        world.time.pass(60_000);
        let (settling, time) = (world.handler.clone(), world.time.clone());
        time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
        time.run(time.sleep(Duration::from_secs(10)));
        assert_eq!(world.sent(), ["payNotice"]);
        let reports = || world.heard.lines().iter().filter(|line| line.contains("the store failed")).count();
        assert_eq!(reports(), 150);
        time.run(time.sleep(Duration::from_secs(130)));
        assert!(reports() >= 300, "{}", reports());
    }
    check(World::begin());
    check(World::over(Unclaiming::default()));
}

#[test]
fn an_order_that_failed_and_is_mended_by_another_process_is_settled_at_once_where_the_store_claims() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    world.time.pass(60_000);
    let store = world.handler.store().clone();
    let save = |snapshot: &str| {
        let revision = world.time.run(store.load(ORDER)).unwrap().map(|stored| stored.revision);
        let due = Some(world.time.now().wall);
        let order = SaveOrder { order_id: ORDER, snapshot: snapshot.into(), expected: revision, due, conflicts: 0 };
        assert!(world.time.run(store.save(order)).unwrap());
    };
    let good = world.time.run(store.load(ORDER)).unwrap().unwrap().snapshot;
    save("{}");
    let (settling, time) = (world.handler.clone(), world.time.clone());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_secs(2)));
    assert_eq!(world.sent(), [] as [&str; 0]);
    save(&good);
    time.run(time.sleep(Duration::from_secs(2)));
    assert_eq!(world.sent(), ["payNotice"]);
}

/// A store that claims these, one after the other.
struct Scripted(MemoryStore, Mutex<Vec<Vec<Id>>>);

impl Store for Scripted {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.0.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        self.0.save(order).await
    }
}

impl DueStore for Scripted {
    async fn due(&self, _: Timestamp, _: usize) -> Result<Vec<Id>, BoxError> {
        Err("it is not asked".into())
    }

    async fn claim_due(&self, _: Timestamp, _: usize, _: Duration) -> Result<Option<Vec<Id>>, BoxError> {
        let mut left = self.1.lock().unwrap();
        Ok(Some(if left.is_empty() { Vec::new() } else { left.remove(0) }))
    }
}

#[test]
fn whatever_is_claimed_is_settled_also_when_it_was_before() {
    let ids = |count| (1..=count).map(Id).collect::<Vec<_>>();
    let world = World::over(Scripted(MemoryStore::default(), Mutex::new(vec![ids(100), ids(100), ids(5)])));
    assert_eq!(world.time.run(world.handler.settle_due()).unwrap(), Settled { settled: 205, failed: 0 });
}
