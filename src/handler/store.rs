//! The store of orders: a database of the user's.

use super::BoxError;
use crate::message::Id;
use crate::secret::debug_shows;
use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The key of an order: a ticket order under Meituan's number (an [`Id`]), a ride under a string.
pub trait OrderKey: Clone + Ord + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// One of many keys, the first of which is this one, for tests.
    #[doc(hidden)]
    fn nth(&self, place: u64) -> Self;

    /// Keys of every kind that rides have, likewise; none of a ticket order.
    #[doc(hidden)]
    fn of_rides(&self) -> Vec<Self> {
        Vec::new()
    }
}

impl OrderKey for Id {
    fn nth(&self, place: u64) -> Id {
        Id(self.0.wrapping_add(place))
    }
}

impl OrderKey for String {
    fn nth(&self, place: u64) -> String {
        format!("{self}-{place}")
    }

    fn of_rides(&self) -> Vec<String> {
        let long = format!("314253f8-912b-4c7e-9f25-{self}");
        let kinds = [format!("{self}143009655634"), long.clone(), format!("calls:{self}")];
        // Two are one for a store that does not distinguish upper case from lower case, two for one that cuts long keys.
        let pairs = [format!("a{self}"), format!("A{self}"), format!("{long}-outward"), format!("{long}-return")];
        kinds.into_iter().chain(pairs).collect()
    }
}

/// A store of orders: one row for each order, with a revision that changes with every save. `Store` is one of ticket orders,
/// `Store<String>` one of rides; each has a table of its own.
///
/// A read must give what was saved last (linearizable): a replica that lags, or a cache, loses what was saved.
/// `store_contract` of the feature `testing` checks a store.
///
/// ```
/// use meituan_protocol::message::Id;
/// use meituan_protocol::ticket::handler::{BoxError, MemoryStore, SaveOrder, Store, StoredOrder};
///
/// /// A store that counts what it saves.
/// #[derive(Default)]
/// struct Counting(MemoryStore, std::sync::atomic::AtomicU32);
///
/// impl Store for Counting {
///     type Revision = u64;
///
///     async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
///         self.0.load(order_id).await
///     }
///
///     async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.save(order).await
///     }
/// }
/// ```
///
/// The SQLite store of the example `rust-axum` is one over a real database.
///
/// The methods may be written as `async fn`. Each runs in a task of its own, which is not cancelled.
pub trait Store<Key: OrderKey = Id>: Send + Sync + 'static {
    /// The version of a saved order.
    type Revision: Clone + Send + Sync + 'static;

    /// Returns what was saved last; `None` if nothing was.
    fn load(&self, order_id: Key) -> impl Future<Output = Result<Option<StoredOrder<Self::Revision>>, BoxError>> + Send;

    /// Saves, if [`SaveOrder::expected`] still is the revision of what is stored, and returns true. Otherwise returns false, and
    /// nothing changes.
    fn save(&self, order: SaveOrder<Self::Revision, Key>) -> impl Future<Output = Result<bool, BoxError>> + Send;
}

/// A store that returns all orders in which something is due. One that sets an alarm for each order need not.
pub trait DueStore<Key: OrderKey = Id>: Store<Key> {
    /// Returns the orders whose [`SaveOrder::due`] is not later than `now`, the earliest first, `max` at most.
    fn due(&self, now: Timestamp, max: usize) -> impl Future<Output = Result<Vec<Key>, BoxError>> + Send;

    /// Returns what is due, as [`DueStore::due`], and keeps it from being returned here again for the lease, or until the order is
    /// saved. It only spares work where many processes settle; correctness rests on what is saved of each order. `None`, by
    /// default: the store does not claim.
    fn claim_due(
        &self,
        _now: Timestamp,
        _max: usize,
        _lease: Duration,
    ) -> impl Future<Output = Result<Option<Vec<Key>>, BoxError>> + Send {
        async { Ok(None) }
    }

    /// Returns the orders that were saved last with [`SaveOrder::conflicts`]. `None`, by default: the store cannot say.
    fn with_conflicts(&self) -> impl Future<Output = Result<Option<Vec<Key>>, BoxError>> + Send {
        async { Ok(None) }
    }
}

/// An order as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredOrder<Revision> {
    /// The order as JSON, exactly as it was saved.
    pub snapshot: String,
    /// The revision.
    pub revision: Revision,
}

debug_shows!([Revision: fmt::Debug] StoredOrder<Revision> { revision });

/// An order to save.
#[derive(Clone, PartialEq, Eq)]
pub struct SaveOrder<Revision, Key = Id> {
    /// The key: Meituan's number of a ticket order, up to 64 bits; the key of a ride.
    pub order_id: Key,
    /// The order as JSON.
    pub snapshot: String,
    /// The revision that was loaded; `None`: nothing was stored.
    pub expected: Option<Revision>,
    /// When something is to be done about the order without Meituan asking: an alarm, or a column to search.
    pub due: Option<Timestamp>,
    /// Number of its conflicts that are not resolved, for a list of the orders that somebody has to look at.
    pub conflicts: u32,
}

debug_shows!([Revision: fmt::Debug, Key: fmt::Debug] SaveOrder<Revision, Key> { order_id, expected, due, conflicts });

impl<Key: OrderKey, S: Store<Key>> Store<Key> for Arc<S> {
    type Revision = S::Revision;

    async fn load(&self, order_id: Key) -> Result<Option<StoredOrder<S::Revision>>, BoxError> {
        (**self).load(order_id).await
    }

    async fn save(&self, order: SaveOrder<S::Revision, Key>) -> Result<bool, BoxError> {
        (**self).save(order).await
    }
}

impl<Key: OrderKey, S: DueStore<Key>> DueStore<Key> for Arc<S> {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Key>, BoxError> {
        (**self).due(now, max).await
    }

    async fn claim_due(&self, now: Timestamp, max: usize, lease: Duration) -> Result<Option<Vec<Key>>, BoxError> {
        (**self).claim_due(now, max, lease).await
    }

    async fn with_conflicts(&self) -> Result<Option<Vec<Key>>, BoxError> {
        (**self).with_conflicts().await
    }
}

/// Orders in memory: for tests, and for trying things out. Nothing outlives the process.
///
/// ```
/// use meituan_protocol::message::Id;
/// use meituan_protocol::ticket::handler::{MemoryStore, SaveOrder, Store, block_on};
///
/// let store = MemoryStore::default();
/// let first = SaveOrder { order_id: Id(7), snapshot: "{}".to_owned(), expected: None, due: None, conflicts: 0 };
/// assert!(block_on(store.save(first.clone()))?);
/// // A conflict: another save came first.
/// assert!(!block_on(store.save(first))?);
/// # Ok::<(), meituan_protocol::ticket::handler::BoxError>(())
/// ```
pub struct MemoryStore<Key = Id> {
    orders: Mutex<BTreeMap<Key, Kept>>,
}

debug_shows!([Key] MemoryStore<Key> {});

struct Kept {
    stored: StoredOrder<u64>,
    due: Option<Timestamp>,
    conflicts: u32,
    /// Until then it is claimed, as of this save.
    claimed_until: Timestamp,
}

impl Kept {
    fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

impl<Key> Default for MemoryStore<Key> {
    fn default() -> Self {
        MemoryStore { orders: Mutex::new(BTreeMap::new()) }
    }
}

impl<Key: OrderKey> MemoryStore<Key> {
    /// Returns the orders with conflicts that are not resolved.
    pub fn conflicts(&self) -> Vec<Key> {
        self.with(|orders| orders.iter().filter(|(_, kept)| kept.conflicts > 0).map(|(id, _)| id.clone()).collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<Key, Kept>) -> T) -> T {
        act(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<Key: OrderKey> Store<Key> for MemoryStore<Key> {
    type Revision = u64;

    async fn load(&self, order_id: Key) -> Result<Option<StoredOrder<u64>>, BoxError> {
        Ok(self.with(|orders| orders.get(&order_id).map(|kept| kept.stored.clone())))
    }

    async fn save(&self, order: SaveOrder<u64, Key>) -> Result<bool, BoxError> {
        let SaveOrder { order_id, snapshot, expected, due, conflicts } = order;
        Ok(self.with(|orders| {
            let revision = orders.get(&order_id).map(|kept| kept.stored.revision);
            if revision != expected {
                return false;
            }
            let stored = StoredOrder { snapshot, revision: revision.unwrap_or_default() + 1 };
            orders.insert(order_id, Kept { stored, due, conflicts, claimed_until: Timestamp(i64::MIN) });
            true
        }))
    }
}

impl<Key: OrderKey> DueStore<Key> for MemoryStore<Key> {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Key>, BoxError> {
        Ok(self.with(|orders| earliest(orders, max, |kept| kept.is_due(now))))
    }

    async fn claim_due(&self, now: Timestamp, max: usize, lease: Duration) -> Result<Option<Vec<Key>>, BoxError> {
        let until = now.0.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
        Ok(Some(self.with(|orders| {
            let claimed = earliest(orders, max, |kept| kept.is_due(now) && kept.claimed_until <= now);
            for id in &claimed {
                if let Some(kept) = orders.get_mut(id) {
                    kept.claimed_until = Timestamp(until);
                }
            }
            claimed
        })))
    }

    async fn with_conflicts(&self) -> Result<Option<Vec<Key>>, BoxError> {
        Ok(Some(self.conflicts()))
    }
}

/// Those that are wanted, the earliest first.
fn earliest<Key: OrderKey>(orders: &BTreeMap<Key, Kept>, max: usize, is_wanted: impl Fn(&Kept) -> bool) -> Vec<Key> {
    let mut wanted: Vec<_> = orders.iter().filter(|(_, kept)| is_wanted(kept)).map(|(id, kept)| (kept.due, id)).collect();
    wanted.sort_unstable();
    wanted.into_iter().map(|(_, id)| id.clone()).take(max).collect()
}
