//! What is due in a store, order by order. Others may do the same at the same time: what is done about an order is
//! claimed in its snapshot.

use super::{BoxError, DueStore, Functions, Inner, Runtime};
use crate::message::Id;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many orders are settled side by side in one pass, how many without one, and how many are asked for at once.
const SIDE_BY_SIDE: usize = 8;
const MAX_UNDER_WAY: usize = 64;
const AT_ONCE: usize = 100;
/// So long an order that failed is left alone, in milliseconds.
const PAUSE: i64 = 30_000;

/// How many orders were settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Those in which everything that was due was done, or has a time at which it is due again.
    pub settled: usize,
    /// Those that the store did not take. They were reported, and are due again.
    pub failed: usize,
}

/// What [`Handler::settle_forever`](super::Handler::settle_forever) has begun.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    orders: BTreeSet<Id>,
    /// Those that failed, and until when they are left alone, by the steady clock.
    postponed: BTreeMap<Id, Timestamp>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An order that is being settled. One whose task is gone without a result has failed.
struct Turn<R: Runtime, S, F> {
    inner: Arc<Inner<S, F, R>>,
    under_way: Arc<Mutex<UnderWay>>,
    order_id: Id,
    is_settled: bool,
}

impl<R: Runtime, S, F> Drop for Turn<R, S, F> {
    fn drop(&mut self) {
        let again = Timestamp(self.inner.runtime.now().steady.0.saturating_add(PAUSE));
        let mut under_way = lock(&self.under_way);
        under_way.orders.remove(&self.order_id);
        if !self.is_settled {
            under_way.postponed.insert(self.order_id, again);
        }
    }
}

impl<R: Runtime, S: DueStore, F: Functions> Turn<R, S, F> {
    async fn run(mut self) {
        self.is_settled = self.inner.clone().settle(self.order_id).await.is_ok();
    }
}

impl<S: DueStore, F: Functions, R: Runtime> Inner<S, F, R> {
    /// Settles what is due until nothing is, and waits for it.
    pub(super) async fn settle_all(self: Arc<Self>) -> Result<Settled, BoxError> {
        let (mut settled, mut seen) = (Settled::default(), BTreeSet::new());
        loop {
            // What fails is due again at once.
            let due = self.store.due(self.runtime.now().wall, AT_ONCE + seen.len()).await?;
            let found: VecDeque<Id> = due.into_iter().filter(|id| seen.insert(*id)).collect();
            if found.is_empty() {
                return Ok(settled);
            }
            let (workers, queue) = (found.len().min(SIDE_BY_SIDE), Arc::new(Mutex::new(found)));
            let working: Vec<_> = (0..workers).map(|_| self.task(self.clone().settle_each(queue.clone()))).collect();
            for worker in working {
                let done = worker.await.unwrap_or_default();
                settled = Settled { settled: settled.settled + done.settled, failed: settled.failed + done.failed };
            }
        }
    }

    /// Settles orders until there are no more.
    async fn settle_each(self: Arc<Self>, orders: Arc<Mutex<VecDeque<Id>>>) -> Settled {
        let mut settled = Settled::default();
        let next = || lock(&orders).pop_front();
        while let Some(order_id) = next() {
            let inner = self.clone();
            // A task of its own: one that panics ends no other.
            match self.task(async move { inner.settle(order_id).await }).await {
                Some(Ok(_)) => settled.settled += 1,
                _ => settled.failed += 1,
            }
        }
        settled
    }

    /// Begins to settle what is due and is not under way, and waits for nothing.
    pub(super) async fn settle_beside(self: Arc<Self>, under_way: &Arc<Mutex<UnderWay>>) -> Result<(), BoxError> {
        let now = self.runtime.now();
        let known = {
            let mut known = lock(under_way);
            known.postponed.retain(|_, until| *until > now.steady);
            known.orders.len() + known.postponed.len()
        };
        for order_id in self.store.due(now.wall, AT_ONCE + known).await? {
            {
                let mut known = lock(under_way);
                if known.orders.len() >= MAX_UNDER_WAY {
                    return Ok(());
                }
                if known.postponed.contains_key(&order_id) || !known.orders.insert(order_id) {
                    continue;
                }
            }
            let turn = Turn { inner: self.clone(), under_way: under_way.clone(), order_id, is_settled: false };
            self.runtime.spawn(turn.run());
        }
        Ok(())
    }
}
