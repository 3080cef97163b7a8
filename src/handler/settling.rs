//! Settles what is due in a store, order by order. Others may do the same at the same time: work for an order is claimed in its
//! snapshot.

use super::work::task;
use super::{BoxError, DueStore, OrderKey, Runtime};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many orders are settled side by side in one pass, how many without one, and how many are requested at once.
const SIDE_BY_SIDE: usize = 8;
const MAX_UNDER_WAY: usize = 64;
const AT_ONCE: usize = 100;
/// Pause before an order that failed is settled again, in milliseconds.
const PAUSE: i64 = 30_000;
/// Time limit for one process to settle an order that it has claimed; until then others leave the order alone.
const LEASE: Duration = Duration::from_secs(120);

/// How many orders were settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Those in which everything that was due was done, or has a time at which it is due again.
    pub settled: usize,
    /// Those that the store did not take. They were reported, and are due again; where the store claims, when that claim has run
    /// out.
    pub failed: usize,
}

/// A handler that settles orders of a store.
pub(crate) trait Settles: Send + Sync + Sized + 'static {
    type Key: OrderKey;
    type Store: DueStore<Self::Key>;
    type Runtime: Runtime;

    fn store(&self) -> &Self::Store;

    fn runtime(&self) -> &Self::Runtime;

    /// Settles one order, reports what failed, and returns whether the store took it.
    fn settle_one(self: Arc<Self>, order_id: Self::Key) -> impl Future<Output = bool> + Send;

    /// Reports that the store has not said what is due.
    fn cannot_look(&self, error: &BoxError);
}

/// Work that [`settle_forever`] has begun.
#[derive(Debug)]
struct UnderWay<Key> {
    orders: BTreeSet<Key>,
    /// Those that failed, and until when they are left alone, by the steady clock.
    postponed: BTreeMap<Key, Timestamp>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An order that is being settled. One whose task is gone without a result has failed.
struct Turn<H: Settles> {
    handler: Arc<H>,
    under_way: Arc<Mutex<UnderWay<H::Key>>>,
    order_id: H::Key,
    is_settled: bool,
}

impl<H: Settles> Drop for Turn<H> {
    fn drop(&mut self) {
        let again = Timestamp(self.handler.runtime().now().steady.0.saturating_add(PAUSE));
        let mut under_way = lock(&self.under_way);
        under_way.orders.remove(&self.order_id);
        if !self.is_settled {
            under_way.postponed.insert(self.order_id.clone(), again);
        }
    }
}

impl<H: Settles> Turn<H> {
    async fn run(mut self) {
        self.is_settled = self.handler.clone().settle_one(self.order_id.clone()).await;
    }
}

/// The orders that the store lists as due.
struct Found<Key> {
    orders: Vec<Key>,
    /// They are claimed for this process, which is to settle all of them: everybody else leaves them alone.
    is_claimed: bool,
}

/// Returns the orders that are due. If the store does not claim, those that are known to be due are returned again.
async fn look<H: Settles>(handler: &H, max: usize, known: usize) -> Result<Found<H::Key>, BoxError> {
    let (store, now) = (handler.store(), handler.runtime().now().wall);
    Ok(match store.claim_due(now, max, LEASE).await? {
        Some(orders) => Found { orders, is_claimed: true },
        None => Found { orders: store.due(now, max.saturating_add(known)).await?, is_claimed: false },
    })
}

/// Settles what is due until nothing is, and waits for it.
pub(crate) async fn settle_all<H: Settles>(handler: Arc<H>) -> Result<Settled, BoxError> {
    let (mut settled, mut seen) = (Settled::default(), BTreeSet::new());
    let runtime = handler.runtime();
    loop {
        let Found { orders, is_claimed } = look(&*handler, AT_ONCE, seen.len()).await?;
        // A failed order stays claimed; where nobody claims, it is due again at once.
        let is_last = is_claimed && orders.len() < AT_ONCE;
        let found: VecDeque<H::Key> = orders.into_iter().filter(|id| is_claimed || seen.insert(id.clone())).collect();
        if found.is_empty() {
            return Ok(settled);
        }
        let (workers, queue) = (found.len().min(SIDE_BY_SIDE), Arc::new(Mutex::new(found)));
        let working: Vec<_> = (0..workers).map(|_| task(runtime, settle_each(handler.clone(), queue.clone()))).collect();
        for worker in working {
            let done = worker.await.unwrap_or_default();
            settled = Settled { settled: settled.settled + done.settled, failed: settled.failed + done.failed };
        }
        if is_last {
            return Ok(settled);
        }
    }
}

/// Settles orders until there are no more.
async fn settle_each<H: Settles>(handler: Arc<H>, orders: Arc<Mutex<VecDeque<H::Key>>>) -> Settled {
    let mut settled = Settled::default();
    let next = || lock(&orders).pop_front();
    while let Some(order_id) = next() {
        // A task of its own: one that panics ends no other.
        match task(handler.runtime(), handler.clone().settle_one(order_id)).await {
            Some(true) => settled.settled += 1,
            _ => settled.failed += 1,
        }
    }
    settled
}

/// Settles what is due, again and again.
pub(crate) async fn settle_forever<H: Settles>(handler: Arc<H>, pause: Duration) {
    let under_way = Arc::new(Mutex::new(UnderWay { orders: BTreeSet::new(), postponed: BTreeMap::new() }));
    loop {
        if let Err(error) = settle_beside(&handler, &under_way).await {
            handler.cannot_look(&error);
        }
        handler.runtime().sleep(pause).await;
    }
}

/// Begins to settle what is due and is not under way, and waits for nothing.
async fn settle_beside<H: Settles>(handler: &Arc<H>, under_way: &Arc<Mutex<UnderWay<H::Key>>>) -> Result<(), BoxError> {
    let now = handler.runtime().now();
    let (room, known) = {
        let mut known = lock(under_way);
        known.postponed.retain(|_, until| *until > now.steady);
        (MAX_UNDER_WAY.saturating_sub(known.orders.len()), known.orders.len() + known.postponed.len())
    };
    if room == 0 {
        return Ok(());
    }
    // No more than can begin.
    let Found { orders, is_claimed } = look(&**handler, room, known).await?;
    for order_id in orders {
        {
            let mut known = lock(under_way);
            let has_room = is_claimed || known.orders.len() < MAX_UNDER_WAY;
            let is_postponed = !is_claimed && known.postponed.contains_key(&order_id);
            if !has_room || is_postponed || !known.orders.insert(order_id.clone()) {
                continue;
            }
        }
        let turn = Turn { handler: handler.clone(), under_way: under_way.clone(), order_id, is_settled: false };
        handler.runtime().spawn(turn.run());
    }
    Ok(())
}
