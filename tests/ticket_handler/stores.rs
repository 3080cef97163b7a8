//! Stores that fail, hang, conflict or are slow.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::service::NoReply;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A store that does as it is told.
struct Moody {
    inner: MemoryStore,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Well,
    Fails,
    Hangs,
    Panics,
    /// Somebody else is always first.
    Conflicts,
    /// It loads, and never ends saving.
    HangsSaving,
    Nonsense,
}

impl Moody {
    async fn feel(&self, is_saving: bool) -> Result<Mood, BoxError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Fails => Err("the database is away".into()),
            Mood::Panics => panic!("on purpose"),
            Mood::Hangs => pending().await,
            Mood::HangsSaving if is_saving => pending().await,
            _ => Ok(mood),
        }
    }
}

impl Store for Moody {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        if self.feel(false).await? == Mood::Nonsense {
            return Ok(Some(StoredOrder { snapshot: "{}".into(), revision: 1 }));
        }
        self.inner.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        if self.feel(true).await? == Mood::Conflicts {
            return Ok(false);
        }
        self.inner.save(order).await
    }
}

#[test]
fn a_store_that_fails_hangs_or_conflicts_is_answered_503_within_the_deadline_and_reported() {
    for (mood, report) in [
        (Mood::Fails, "the store failed: the database is away"),
        (Mood::Panics, "the store failed: it panicked"),
        (Mood::Hangs, "no reply: the store has not ended in time"),
        (Mood::HangsSaving, "no reply: the store has not ended in time"),
        (Mood::Conflicts, "no reply: others have saved the order first each time"),
        (Mood::Nonsense, "the store failed: MISSING_FIELD"),
    ] {
        let shared = Arc::new(Mutex::new(Mood::Well));
        let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
        world.code(create());
        *shared.lock().unwrap() = mood;
        world.is_unknown(pay());
        assert!(world.time.passed() <= 25_000, "{}", world.time.passed());
        assert!(world.heard.has(report), "{report}: {:?}", world.heard.lines());
        let settled = world.time.run(world.handler.settle(ORDER));
        match mood {
            Mood::HangsSaving | Mood::Conflicts => assert_eq!(settled, Ok(None)),
            Mood::Hangs => assert_eq!(settled, Err(NoReply::StoreLate)),
            _ => assert_eq!(settled, Err(NoReply::StoreFailed)),
        }
        *shared.lock().unwrap() = Mood::Well;
        assert_eq!(world.code(pay()), 200);
    }
}

/// A store that takes so many milliseconds to save.
struct Slow {
    inner: MemoryStore,
    time: Virtual,
    takes: Arc<Mutex<u64>>,
}

impl Store for Slow {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.inner.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        let takes = *self.takes.lock().unwrap();
        self.time.sleep(Duration::from_millis(takes)).await;
        self.inner.save(order).await
    }
}

/// Knows when it was dropped.
struct Dropped(Virtual, Arc<Mutex<Vec<i64>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0.passed());
    }
}

#[test]
fn a_send_is_dropped_when_its_limit_after_the_claim_is_over_however_slow_the_store() {
    let (time, takes, dropped) = (Virtual::new(), Arc::<Mutex<u64>>::default(), Arc::<Mutex<Vec<i64>>>::default());
    let store = Slow { inner: MemoryStore::default(), time: time.clone(), takes: takes.clone() };
    let act = Arc::<Mutex<Mode>>::default();
    let garden = Garden { runtime: time.clone(), act: act.clone(), runs: Runs::default() };
    let (clock, ends) = (time.clone(), dropped.clone());
    let handler = Handler::builder(supplier(), store, garden, time.clone())
        .hooks(Heard::default())
        .send(move |_| {
            let dropped = Dropped(clock.clone(), ends.clone());
            async move {
                let _dropped = dropped;
                pending().await
            }
        })
        .build();
    assert_eq!(time.run(called(&handler, &time, create())).code, Some(200));
    *act.lock().unwrap() = Mode::Pending;
    assert_eq!(time.run(called(&handler, &time, pay())).code, Some(598));
    let paid = OrderPaid {
        order_id: ORDER,
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["a".into(), "b".into()]),
        ..OrderPaid::default()
    };
    time.run(handler.record(ORDER, paid)).unwrap();
    *takes.lock().unwrap() = 20_000;
    let begun = time.passed();
    time.run(handler.settle(ORDER)).unwrap();
    assert_eq!(*dropped.lock().unwrap(), [begun + 30_000]);
}

#[test]
fn where_the_end_of_a_function_is_not_saved_it_is_saved_later_without_another_run() {
    let shared = Arc::new(Mutex::new(Mood::Well));
    let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
    world.code(create());
    world.acts(Mode::After(1000));
    let (mood, time) = (shared.clone(), world.time.clone());
    world.time.spawn(async move {
        time.sleep(Duration::from_millis(500)).await;
        *mood.lock().unwrap() = Mood::HangsSaving;
        time.sleep(Duration::from_millis(24_000)).await;
        *mood.lock().unwrap() = Mood::Well;
    });
    world.is_unknown(pay());
    world.time.rest();
    assert_eq!(world.order().order_status, Some(OrderStatus::ISSUED));
    assert_eq!(world.runs().len(), 2);
}
