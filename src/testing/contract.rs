//! What a store of orders has to do, as checks that any store can be put through.

use crate::handler::{BoxError, DueStore, OrderKey, Receiver, Runtime, SaveOrder, Store, StoredOrder, work};
use crate::time::Timestamp;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How many race for one revision, and how often.
const RACERS: usize = 20;
const ROUNDS: usize = 5;
/// How often what was just saved is read again.
const READS: u32 = 20;
/// Who count together, and how far each.
const COUNTERS: usize = 6;
const COUNTS: u32 = 5;
const MAX_TRIES: u32 = 200 * COUNTS;
/// When the orders of the checks are due: far ahead, and not on the second.
const DUE: i64 = 4_102_444_800_457;
/// How long a claim of the checks lasts.
const LEASE: Duration = Duration::from_millis(100);
/// More than the orders that anybody has due then.
const ALL: usize = 100_000;

/// What a store does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenContract {
    /// Each check that it did not pass, and the first difference.
    pub failures: Vec<(&'static str, String)>,
}

impl fmt::Display for BrokenContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store breaks its contract:")?;
        self.failures.iter().try_for_each(|(name, why)| write!(f, "\n  {name}: {why}"))
    }
}

impl std::error::Error for BrokenContract {}

/// Checks that a store does what [`Store`] says. `stores` are one or several connections to the same database, which take turns
/// and race with each other on `runtime`; orders from `first_order_id` on must not be there.
///
/// ```
/// use meituan_protocol::message::Id;
/// use meituan_protocol::testing::store_contract;
/// use meituan_protocol::ticket::handler::{MemoryStore, Threads, block_on};
/// use std::sync::Arc;
///
/// let store = Arc::new(MemoryStore::default());
/// block_on(store_contract(&[store], Id(900_000_000_000_000_001), &Threads::default()))?;
/// # Ok::<(), meituan_protocol::testing::BrokenContract>(())
/// ```
///
/// # Errors
/// All checks that it does not pass.
pub async fn store_contract<Key: OrderKey, S: DueStore<Key>>(
    stores: &[Arc<S>],
    first_order_id: Key,
    runtime: &impl Runtime,
) -> Result<(), BrokenContract> {
    let mut contract = Contract { stores, runtime, first: first_order_id, next: 0, turn: 0 };
    let mut failures = Vec::new();
    macro_rules! check {
        ($($name:literal: $check:ident,)*) => {
            $( if let Err(why) = contract.$check().await { failures.push(($name, why.to_string())); } )*
        };
    }
    check! {
        "an order that was never saved is not there": nothing_is_there,
        "what was saved is loaded again, to the last character": is_loaded_again,
        "the character U+0000 is kept in strings (PostgreSQL: a column of text or json, not jsonb)": keeps_zero,
        "a new order is saved once: the second save without a revision is false, and changes nothing": is_new_once,
        "a save with a revision for an order that is not there is false": is_not_made_by_a_change,
        "a revision is good for one save, and never comes back": revision_is_good_once,
        "a load after a save sees it, on every connection": reads_what_was_saved,
        "of 20 that save the first snapshot at once, one wins": one_creates,
        "of 20 that save with the same revision at once, one wins": one_changes,
        "6 that load, add one and save until it is true lose no addition": counts,
        "orders do not touch each other": are_apart,
        "due returns the orders whose due has come, to the millisecond, the earliest first, and no other": is_due,
        "due goes by the last save: later, earlier, or not at all": is_due_by_the_last_save,
        "claim_due, if there is one, returns an order to one process, until its lease ends or it is saved": is_claimed_once,
        "with_conflicts, if there is one, returns the orders that were saved last with conflicts, and no other": has_conflicts,
    }
    if failures.is_empty() { Ok(()) } else { Err(BrokenContract { failures }) }
}

struct Contract<'c, Key, S, R> {
    stores: &'c [Arc<S>],
    runtime: &'c R,
    first: Key,
    next: u64,
    turn: usize,
}

type Checked = Result<(), BoxError>;

/// A snapshot with what stores get wrong: long strings, all kinds of characters, big ids, nested lists.
fn snapshot(order_id: &impl OrderKey, quantity: u32) -> Value {
    json!({
        "format": 2, "orderId": order_id.to_string(), "partnerOrderId": "P \"\\ \n\u{2028} 订单 😀", "unitPrice": 6000, "quantity": quantity,
        "lifecycle": 1, "orderStatus": 4,
        "units": [
            { "voucher": "a".repeat(5000), "credentials": [0, 1], "state": 0, "since": 1_430_908_460_000_i64 },
            { "voucher": "b", "state": 5, "since": 1_430_908_460_000_i64, "refundId": "R1" },
        ],
        "refunds": [{ "refundId": "R1", "quantity": 1, "units": [1], "state": 1, "told": true, "requestedAt": 1_430_908_460_000_i64 }],
        "entries": ["", "0", "null"], "reschedules": [], "attempts": [], "notices": [],
        "conflicts": [{ "id": "entered-early:gate 1", "breach": "entered-early", "since": 1_430_908_460_000_i64 }],
    })
}

impl<Key: OrderKey, S: DueStore<Key>, R: Runtime> Contract<'_, Key, S, R> {
    fn new_id(&mut self) -> Key {
        self.next += 1;
        self.first.nth(self.next - 1)
    }

    /// The connections take turns.
    fn store(&mut self) -> Result<&S, BoxError> {
        self.turn += 1;
        Ok(self.stores.get(self.turn % self.stores.len().max(1)).ok_or("no store was given")?)
    }

    async fn save(&mut self, id: &Key, snapshot: &Value, expected: Option<S::Revision>) -> Result<bool, BoxError> {
        self.save_due(id, snapshot, expected, None).await
    }

    async fn save_due(
        &mut self,
        order_id: &Key,
        snapshot: &Value,
        expected: Option<S::Revision>,
        due: Option<i64>,
    ) -> Result<bool, BoxError> {
        let (order_id, snapshot) = (order_id.clone(), snapshot.to_string());
        let order = SaveOrder { order_id, snapshot, expected, due: due.map(Timestamp), conflicts: 1 };
        self.store()?.save(order).await
    }

    async fn load(&mut self, id: &Key) -> Result<(Value, S::Revision), BoxError> {
        loaded(self.store()?, id).await
    }

    /// An order that is saved.
    async fn saved(&mut self, quantity: u32) -> Result<(Key, S::Revision), BoxError> {
        let id = self.new_id();
        holds(self.save(&id, &snapshot(&id, quantity), None).await?, "the first save is false")?;
        let revision = self.load(&id).await?.1;
        Ok((id, revision))
    }

    async fn nothing_is_there(&mut self) -> Checked {
        let id = self.new_id();
        holds(self.store()?.load(id.clone()).await?.is_none(), "load returned an order")
    }

    async fn is_loaded_again(&mut self) -> Checked {
        let (id, _) = self.saved(2).await?;
        same(&self.load(&id).await?.0, &snapshot(&id, 2))
    }

    async fn keeps_zero(&mut self) -> Checked {
        let id = self.new_id();
        let mut order = snapshot(&id, 2);
        order["partnerOrderId"] = "P\0 1".into();
        order["entries"] = json!(["\0"]);
        holds(self.save(&id, &order, None).await?, "the save is false")?;
        same(&self.load(&id).await?.0, &order)
    }

    async fn is_new_once(&mut self) -> Checked {
        let (id, _) = self.saved(2).await?;
        holds(!self.save(&id, &snapshot(&id, 9), None).await?, "the second save is true")?;
        same(&self.load(&id).await?.0, &snapshot(&id, 2))
    }

    async fn is_not_made_by_a_change(&mut self) -> Checked {
        let (_, revision) = self.saved(2).await?;
        let id = self.new_id();
        holds(!self.save(&id, &snapshot(&id, 2), Some(revision)).await?, "the save is true")?;
        holds(self.store()?.load(id.clone()).await?.is_none(), "the order is there")
    }

    async fn revision_is_good_once(&mut self) -> Checked {
        let (id, first) = self.saved(2).await?;
        let mut used = Vec::new();
        let mut revision = first;
        for round in 1..=ROUNDS {
            holds(self.save(&id, &snapshot(&id, 2), Some(revision.clone())).await?, "a save with the revision of load is false")?;
            used.push(revision);
            for revision in used.clone() {
                let is_saved = self.save(&id, &snapshot(&id, 9), Some(revision)).await?;
                holds(!is_saved, &format!("after save {round}, a save with an older revision is true"))?;
            }
            let (order, next) = self.load(&id).await?;
            same(&order, &snapshot(&id, 2))?;
            revision = next;
        }
        Ok(())
    }

    async fn reads_what_was_saved(&mut self) -> Checked {
        let (id, mut revision) = self.saved(0).await?;
        for quantity in 1..=READS {
            holds(self.save(&id, &snapshot(&id, quantity), Some(revision.clone())).await?, "the save is false")?;
            for _ in 0..=self.stores.len() {
                let (order, loaded) = self.load(&id).await?;
                same(&order["quantity"], &quantity.into()).map_err(|why| format!("read after save {quantity}: {why}"))?;
                revision = loaded;
            }
        }
        Ok(())
    }

    async fn one_creates(&mut self) -> Checked {
        for _ in 0..ROUNDS {
            let id = self.new_id();
            self.one_wins(&id, None).await?;
        }
        Ok(())
    }

    async fn one_changes(&mut self) -> Checked {
        let (id, _) = self.saved(2).await?;
        for _ in 0..ROUNDS {
            let revision = self.load(&id).await?.1;
            self.one_wins(&id, Some(revision)).await?;
        }
        Ok(())
    }

    async fn one_wins(&mut self, id: &Key, expected: Option<S::Revision>) -> Checked {
        let mut racing = Vec::new();
        for quantity in 1..=RACERS as u32 {
            let (order_id, expected) = (id.clone(), expected.clone());
            let snapshot = snapshot(id, quantity).to_string();
            let save = SaveOrder { order_id, snapshot, expected, due: None, conflicts: 0 };
            racing.push((quantity, self.beside(|store| async move { store.save(save).await })));
        }
        let mut winners = Vec::new();
        for (quantity, racer) in racing {
            if racer.await.unwrap_or_else(|| Err("save panicked".into()))? {
                winners.push(quantity);
            }
        }
        holds(winners.len() == 1, &format!("{} of {RACERS} have won", winners.len()))?;
        same(&self.load(id).await?.0, &snapshot(id, winners[0]))
    }

    /// Runs this beside the others.
    fn beside<T: Send + 'static, F: Future<Output = T> + Send + 'static>(&mut self, work: impl FnOnce(Arc<S>) -> F) -> Receiver<T> {
        self.turn += 1;
        work::task(self.runtime, work(self.stores[self.turn % self.stores.len()].clone()))
    }

    async fn counts(&mut self) -> Checked {
        let (id, _) = self.saved(0).await?;
        let counting: Vec<_> = (0..COUNTERS).map(|_| self.beside(|store| count(store, id.clone()))).collect();
        for counter in counting {
            counter.await.unwrap_or_else(|| Err("the store panicked".into()))?;
        }
        same(&self.load(&id).await?.0["quantity"], &(COUNTERS as u32 * COUNTS).into())
    }

    async fn are_apart(&mut self) -> Checked {
        let ((one, revision), (other, _)) = (self.saved(2).await?, self.saved(2).await?);
        self.save(&one, &snapshot(&one, 7), Some(revision)).await?;
        same(&self.load(&other).await?.0, &snapshot(&other, 2))
    }

    async fn is_due(&mut self) -> Checked {
        let (late, early, never) = (self.new_id(), self.new_id(), self.new_id());
        for (id, due) in [(&late, Some(DUE + 2)), (&early, Some(DUE)), (&never, None)] {
            holds(self.save_due(id, &snapshot(id, 2), None, due).await?, "the save is false")?;
        }
        for (after, expected) in [(-1, &[][..]), (0, &[&early]), (1, &[&early]), (2, &[&early, &late])] {
            for _ in 0..self.stores.len() {
                let found = self.store()?.due(Timestamp(DUE + after), ALL).await?;
                let ours: Vec<&Key> = found.iter().filter(|id| [&late, &early, &never].contains(id)).collect();
                holds(ours == expected, &format!("{after} ms after the first: expected {expected:?}, found {ours:?}"))?;
            }
        }
        let found = self.store()?.due(Timestamp(DUE + 2), 1).await?;
        holds(found.len() == 1, &format!("at most 1: found {}", found.len()))
    }

    async fn is_due_by_the_last_save(&mut self) -> Checked {
        let id = self.new_id();
        holds(self.save_due(&id, &snapshot(&id, 2), None, Some(DUE)).await?, "the save is false")?;
        for (due, is_expected) in [(Some(DUE + 1), false), (Some(DUE - 1), true), (None, false)] {
            let revision = self.load(&id).await?.1;
            holds(self.save_due(&id, &snapshot(&id, 2), Some(revision), due).await?, "the save is false")?;
            let is_due = self.store()?.due(Timestamp(DUE), ALL).await?.contains(&id);
            let after = due.map(|due| due - DUE);
            holds(is_due == is_expected, &format!("saved with due {after:?} ms later: listed {is_due}"))?;
        }
        self.save_due(&id, &snapshot(&id, 2), None, Some(DUE)).await?;
        let is_due = self.store()?.due(Timestamp(DUE), ALL).await?.contains(&id);
        holds(!is_due, "listed after a save that was false")
    }

    /// What is claimed of these; `None` where the store does not claim.
    async fn claim(&mut self, after: i64, max: usize, ours: &[Key]) -> Result<Option<Vec<Key>>, BoxError> {
        let claimed = self.store()?.claim_due(Timestamp(DUE + after), max, LEASE).await?;
        Ok(claimed.map(|claimed| claimed.into_iter().filter(|id| ours.contains(id)).collect()))
    }

    async fn is_claimed_once(&mut self) -> Checked {
        let ids = [self.new_id(), self.new_id(), self.new_id()];
        for (later, id) in ids.iter().enumerate() {
            holds(self.save_due(id, &snapshot(id, 2), None, Some(DUE + later as i64)).await?, "the save is false")?;
        }
        let Some(early) = self.claim(-1, ALL, &ids).await? else { return Ok(()) };
        holds(early.is_empty(), &format!("-1 ms after the first: found {early:?}"))?;
        let now = Timestamp(DUE + 2);
        let claiming: Vec<_> = (0..4).map(|_| self.beside(|store| async move { store.claim_due(now, ALL, LEASE).await })).collect();
        let mut claimed = Vec::new();
        for claim in claiming {
            let found = claim.await.unwrap_or_else(|| Err("claim_due panicked".into()))?.unwrap_or_default();
            claimed.extend(found.into_iter().filter(|id| ids.contains(id)));
        }
        claimed.sort_unstable();
        let mut all = ids.to_vec();
        all.sort_unstable();
        holds(claimed == all, &format!("four claims at once: expected {all:?}, found {claimed:?}"))?;
        let lease = LEASE.as_millis() as i64;
        let found = self.claim(2 + lease - 1, ALL, &ids).await?.unwrap_or_default();
        holds(found.is_empty(), &format!("within the lease: found {found:?}"))?;
        let revision = self.load(&ids[0]).await?.1;
        holds(self.save_due(&ids[0], &snapshot(&ids[0], 2), Some(revision), Some(DUE)).await?, "the save is false")?;
        let found = self.claim(2 + lease - 1, ALL, &ids).await?.unwrap_or_default();
        holds(found == ids[..1], &format!("after a save within the lease: expected {:?}, found {found:?}", &ids[..1]))?;
        let found = self.store()?.claim_due(Timestamp(DUE + 2 + lease), 1, LEASE).await?.unwrap_or_default();
        holds(found.len() == 1, &format!("at most 1: found {}", found.len()))?;
        let found = [found, self.claim(2 + lease, ALL, &ids).await?.unwrap_or_default()].concat();
        let ours: Vec<_> = found.iter().filter(|id| ids.contains(id)).collect();
        holds(ours == [&ids[1], &ids[2]], &format!("after the lease: expected {:?}, found {ours:?}", &ids[1..]))
    }

    async fn has_conflicts(&mut self) -> Checked {
        let (id, mut revision) = self.saved(2).await?;
        for conflicts in [0, 2, 1, 0] {
            let (order_id, snapshot) = (id.clone(), snapshot(&id, 2).to_string());
            let order = SaveOrder { order_id, snapshot, expected: Some(revision), due: None, conflicts };
            holds(self.store()?.save(order).await?, "the save is false")?;
            let Some(found) = self.store()?.with_conflicts().await? else { return Ok(()) };
            let is_listed = found.contains(&id);
            holds(is_listed == (conflicts > 0), &format!("saved with {conflicts} conflicts: listed {is_listed}"))?;
            revision = self.load(&id).await?.1;
        }
        Ok(())
    }
}

async fn count<Key: OrderKey, S: Store<Key>>(store: Arc<S>, id: Key) -> Checked {
    let (mut added, mut tries) = (0, 0);
    while added < COUNTS {
        tries += 1;
        holds(tries < MAX_TRIES, "save is false again and again, although nobody else was first")?;
        let (mut order, revision) = loaded(&*store, &id).await?;
        order["quantity"] = (order["quantity"].as_u64().unwrap_or_default() + 1).into();
        let save =
            SaveOrder { order_id: id.clone(), snapshot: order.to_string(), expected: Some(revision), due: None, conflicts: 0 };
        added += u32::from(store.save(save).await?);
    }
    Ok(())
}

async fn loaded<Key: OrderKey, S: Store<Key>>(store: &S, id: &Key) -> Result<(Value, S::Revision), BoxError> {
    let StoredOrder { snapshot, revision } = store.load(id.clone()).await?.ok_or("the order is not there")?;
    Ok((serde_json::from_str(&snapshot).map_err(|_| "the snapshot is no JSON")?, revision))
}

fn holds(condition: bool, why: &str) -> Checked {
    if condition { Ok(()) } else { Err(why.into()) }
}

/// Databases may put keys in another order.
fn same(found: &Value, expected: &Value) -> Checked {
    match difference(found, expected, String::new()) {
        Some(difference) => Err(difference.into()),
        None => Ok(()),
    }
}

/// The first difference, if there is one.
fn difference(found: &Value, expected: &Value, path: String) -> Option<String> {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { [&path, ".", name].concat() };
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
            let value = |object: &serde_json::Map<String, Value>, name: &String| object.get(name).cloned().unwrap_or_default();
            names.into_iter().find_map(|name| difference(&value(found, name), &value(expected, name), below(name)))
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let mut pairs = found.iter().zip(expected).enumerate();
            pairs.find_map(|(place, (found, expected))| difference(found, expected, format!("{path}[{place}]")))
        }
        _ if found == expected => None,
        (Value::String(found), Value::String(expected)) => {
            let at = found.chars().zip(expected.chars()).take_while(|(one, other)| one == other).count();
            let around = |text: &str| text.chars().skip(at).take(12).collect::<String>();
            Some(format!("{}from character {at} on, expected {:?}, found {:?}", at_path(&path), around(expected), around(found)))
        }
        _ => Some(format!("{}expected {}, found {}", at_path(&path), brief(expected), brief(found))),
    }
}

fn at_path(path: &str) -> String {
    if path.is_empty() { String::new() } else { [path, ": "].concat() }
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
