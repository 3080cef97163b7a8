//! The contract of a store of orders, as checks that run on any store.

use crate::handler::work::{Missing, milliseconds, stored};
use crate::handler::{BoxError, DueStore, OrderKey, Runtime, SaveOrder, Store, StoredOrder};
use crate::time::Timestamp;
use serde_json::{Value, json};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

/// How many race for one revision, and how often.
const RACERS: usize = 20;
const ROUNDS: usize = 5;
/// How often what was just saved is read again.
const READS: u32 = 20;
/// Several writers that count together, and how far each counts.
const COUNTERS: usize = 6;
const COUNTS: u32 = 5;
const MAX_TRIES: u32 = 200 * COUNTS;
/// When the orders of the checks are due: far ahead, and not on the second.
const DUE: i64 = 4_102_444_800_457;
/// How long a claim of the checks lasts, in milliseconds.
const LEASE: i64 = 100;
/// More than the orders that anybody has due then.
const ALL: usize = 100_000;
/// So many tickets have been seen in one order: some 330 KB with all that each has.
const TICKETS: u32 = 1000;
/// Time limit for an answer of the store, in milliseconds.
const DEADLINE: i64 = 10_000;

/// An answer that did not come.
#[derive(Debug)]
struct Hangs(&'static str);

impl fmt::Display for Hangs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has not ended within {DEADLINE} ms", self.0)
    }
}

impl std::error::Error for Hangs {}

/// A part of the contract that a store breaks.
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

/// Checks that a store does what [`Store`] says. `stores` are one or several connections to the same database, which take turns and
/// race with each other on `runtime`; orders from `first_order_id` on must not be there. Any step that lasts longer than 10 s ends
/// the contract.
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
    if stores.is_empty() {
        return Err(BrokenContract { failures: vec![("stores", "no store was given".into())] });
    }
    let mut contract = Contract { stores, runtime, first: first_order_id, next: 0, turn: 0 };
    let mut failures = Vec::new();
    macro_rules! check {
        ($($name:literal: $check:ident,)*) => {
            // A store that hangs would fail each of the others as well.
            let mut hangs = false;
            $( if !hangs && let Err(why) = contract.$check().await {
                hangs = why.is::<Hangs>();
                failures.push(($name, why.to_string()));
            } )*
        };
    }
    check! {
        "an order that was never saved is not there": nothing_is_there,
        "a saved snapshot is loaded again, to the last character": is_loaded_again,
        "the character U+0000 is kept in strings (PostgreSQL: a column of type text or json, not jsonb)": keeps_zero,
        "blanks at the end, and characters that can be written in two ways, are kept as they are": keeps_characters,
        "an order of 1000 tickets with credentials is kept whole": keeps_large_orders,
        "keys are strings: Meituan's and your own numbers of rides, and the calls of an account": keeps_keys,
        "a new order is saved once: the second save without a revision is false, and changes nothing": is_new_once,
        "a save with a revision for an order that is not there is false": is_not_made_by_a_change,
        "a revision is good for one save, and never comes back": revision_is_good_once,
        "a load after a save sees it, on every connection, also where there was nothing before": reads_what_was_saved,
        "of 20 that save the first snapshot at once, one wins": one_creates,
        "of 20 that save with the same revision at once, one wins": one_changes,
        "of some that create an order and some that change it at once, one that changes it wins where it is there, else one that creates it": one_of_each_kind,
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

/// A snapshot with what stores get wrong: long strings, all kinds of characters, big ids, nested lists, milliseconds, what is empty in
/// each way, and names that some databases keep for themselves.
fn snapshot(order_id: &impl OrderKey, quantity: u32) -> Value {
    // The content of a call is kept as it came.
    let kept = json!({
        "vouchers": ["x", "b", "x"], "nothing": null, "none": [], "empty": {}, "a.b": 1, "$c": 2, "__proto__": "d",
    });
    json!({
        "format": 2, "orderId": order_id.to_string(), "partnerOrderId": "P \"\\ \n\u{2028} 订单 😀", "unitPrice": 6000, "quantity": quantity,
        "lifecycle": 1, "orderStatus": 4,
        "units": [
            { "voucher": "a".repeat(5000), "credentials": [0, 1], "state": 0, "since": 1_430_908_460_457_i64 },
            { "voucher": "b", "state": 5, "since": 1_430_908_460_001_i64, "refundId": "R1" },
        ],
        "refunds": [{ "refundId": "R1", "quantity": 1, "units": [1], "state": 1, "told": true, "requestedAt": 1_430_908_460_000_i64 }],
        "entries": ["", "0", "null"], "reschedules": [], "attempts": [],
        "notices": [{ "id": "payNotice:1", "name": "payNotice", "body": { "body": kept }, "since": 1_430_908_460_000_i64 }],
        "conflicts": [
            { "id": "entered-early:gate 1", "breach": "entered-early", "recorded": "consumed gate 1", "since": 1_430_908_460_000_i64 },
        ],
    })
}

impl<'c, Key: OrderKey, S: DueStore<Key>, R: Runtime> Contract<'c, Key, S, R> {
    fn new_id(&mut self) -> Key {
        self.next += 1;
        self.first.nth(self.next - 1)
    }

    /// The connections take turns.
    fn store(&mut self) -> &'c Arc<S> {
        self.turn += 1;
        &self.stores[self.turn % self.stores.len()]
    }

    async fn save(&mut self, id: &Key, snapshot: &Value, expected: Option<S::Revision>) -> Result<bool, BoxError> {
        self.save_about(id, snapshot, expected, None, 1).await
    }

    async fn save_due(
        &mut self,
        id: &Key,
        snapshot: &Value,
        expected: Option<S::Revision>,
        due: Option<i64>,
    ) -> Result<bool, BoxError> {
        self.save_about(id, snapshot, expected, due, 1).await
    }

    async fn save_about(
        &mut self,
        order_id: &Key,
        snapshot: &Value,
        expected: Option<S::Revision>,
        due: Option<i64>,
        conflicts: u32,
    ) -> Result<bool, BoxError> {
        let (order_id, snapshot, due) = (order_id.clone(), snapshot.to_string(), due.map(Timestamp));
        let order = SaveOrder { order_id, snapshot, expected, due, conflicts };
        saved(self.runtime, self.store(), order).await
    }

    async fn load(&mut self, id: &Key) -> Result<(Value, S::Revision), BoxError> {
        loaded(self.runtime, self.store(), id).await
    }

    /// That nothing is stored, as far as each connection knows.
    async fn is_nowhere(&self, id: &Key) -> Checked {
        for store in self.stores {
            holds(found(self.runtime, store, id).await?.is_none(), "load returned an order")?;
        }
        Ok(())
    }

    async fn due(&mut self, now: i64, max: usize) -> Result<Vec<Key>, BoxError> {
        let store = self.store().clone();
        asked(self.runtime, "due", async move { store.due(Timestamp(now), max).await }).await
    }

    /// The claimed orders; `None` where the store does not claim.
    async fn claim_due(&mut self, now: i64, max: usize) -> Result<Option<Vec<Key>>, BoxError> {
        claimed(self.runtime, self.store().clone(), now, max).await
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
        self.is_nowhere(&id).await
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
        self.is_kept(&id, &order).await
    }

    async fn is_kept(&mut self, id: &Key, order: &Value) -> Checked {
        holds(self.save(id, order, None).await?, "the save is false")?;
        same(&self.load(id).await?.0, order)
    }

    async fn keeps_characters(&mut self) -> Checked {
        let id = self.new_id();
        let mut order = snapshot(&id, 2);
        order["partnerOrderId"] = "P 1  ".into();
        order["entries"] = json!([" ", "e\u{301}", "\u{e9}", "\u{212b}", "\u{ff11}\t"]);
        self.is_kept(&id, &order).await
    }

    async fn keeps_large_orders(&mut self) -> Checked {
        let id = self.new_id();
        if !id.of_rides().is_empty() {
            return Ok(());
        }
        let mut order = snapshot(&id, TICKETS);
        let code = "0123456789abcdef".repeat(16);
        let ticket =
            |place| json!({ "voucher": format!("{code}{place}"), "credentials": [0], "state": 0, "since": 1_430_908_460_000_i64 });
        order["units"] = (0..TICKETS).map(ticket).collect();
        self.is_kept(&id, &order).await
    }

    async fn keeps_keys(&mut self) -> Checked {
        let keys = self.new_id().of_rides();
        for key in &keys {
            holds(self.save(key, &snapshot(key, 2), None).await?, &format!("the first save of {key} is false"))?;
        }
        for key in &keys {
            same(&self.load(key).await?.0, &snapshot(key, 2)).map_err(|why| format!("loaded by {key}: {why}"))?;
        }
        Ok(())
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
        self.is_nowhere(&id).await
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
        let id = self.new_id();
        self.is_nowhere(&id).await?;
        let mut revision = None;
        for quantity in 1..=READS {
            holds(self.save(&id, &snapshot(&id, quantity), revision.take()).await?, "the save is false")?;
            for (place, store) in self.stores.iter().enumerate() {
                let read = |why: BoxError| match why.is::<Hangs>() {
                    true => why,
                    false => format!("connection {place}, read after save {quantity}: {why}").into(),
                };
                let (order, loaded) = loaded(self.runtime, store, &id).await.map_err(read)?;
                same(&order["quantity"], &quantity.into()).map_err(read)?;
                revision = Some(loaded);
            }
        }
        Ok(())
    }

    async fn one_creates(&mut self) -> Checked {
        for _ in 0..ROUNDS {
            let id = self.new_id();
            self.one_wins(&id, |_| None).await?;
        }
        Ok(())
    }

    async fn one_changes(&mut self) -> Checked {
        let (id, _) = self.saved(2).await?;
        for _ in 0..ROUNDS {
            let revision = self.load(&id).await?.1;
            self.one_wins(&id, |_| Some(revision.clone())).await?;
        }
        Ok(())
    }

    async fn one_of_each_kind(&mut self) -> Checked {
        for _ in 0..ROUNDS {
            let (id, first) = self.saved(2).await?;
            let creates = |place: usize| place.is_multiple_of(2);
            let winner = self.one_wins(&id, |place| (!creates(place)).then(|| first.clone())).await?;
            holds(!creates(winner), "an order that was there was created again")?;
            // Not the revision of a first save: that may become true when somebody creates the order.
            let later = self.load(&id).await?.1;
            let id = self.new_id();
            let winner = self.one_wins(&id, |place| (!creates(place)).then(|| later.clone())).await?;
            holds(creates(winner), "an order that was not there was changed")?;
        }
        Ok(())
    }

    /// Returns which has won.
    async fn one_wins(&mut self, id: &Key, expected: impl Fn(usize) -> Option<S::Revision>) -> Result<usize, BoxError> {
        let racing = (0..RACERS).map(|place| {
            let snapshot = snapshot(id, place as u32 + 1).to_string();
            let save = SaveOrder { order_id: id.clone(), snapshot, expected: expected(place), due: None, conflicts: 0 };
            // Two of each connection one after the other, so that each kind of racer is on each.
            boxed(saved(self.runtime, &self.stores[place / 2 % self.stores.len()], save))
        });
        let won = all(racing).await?;
        let winners: Vec<usize> = (0..RACERS).filter(|&place| won[place]).collect();
        let [winner] = winners[..] else { return Err(format!("{} of {RACERS} have won", winners.len()).into()) };
        for store in self.stores {
            same(&loaded(self.runtime, store, id).await?.0, &snapshot(id, winner as u32 + 1))?;
        }
        Ok(winner)
    }

    async fn counts(&mut self) -> Checked {
        let (id, _) = self.saved(0).await?;
        let stores = self.stores.iter().cycle().take(COUNTERS);
        all(stores.map(|store| boxed(count(self.runtime, store, &id)))).await?;
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
                let found = self.due(DUE + after, ALL).await?;
                let ours: Vec<&Key> = found.iter().filter(|id| [&late, &early, &never].contains(id)).collect();
                holds(ours == expected, &format!("{after} ms after the first: expected {expected:?}, found {ours:?}"))?;
            }
        }
        let found = self.due(DUE + 2, 1).await?;
        holds(found.len() == 1, &format!("at most 1: found {}", found.len()))
    }

    async fn is_due_by_the_last_save(&mut self) -> Checked {
        let id = self.new_id();
        holds(self.save_due(&id, &snapshot(&id, 2), None, Some(DUE)).await?, "the save is false")?;
        // 0 is a time like any other, and not nothing.
        for (due, is_expected) in [(Some(DUE + 1), false), (Some(DUE - 1), true), (Some(0), true), (None, false)] {
            let revision = self.load(&id).await?.1;
            holds(self.save_due(&id, &snapshot(&id, 2), Some(revision), due).await?, "the save is false")?;
            let is_due = self.due(DUE, ALL).await?.contains(&id);
            let after = due.map(|due| due - DUE);
            holds(is_due == is_expected, &format!("saved with due {after:?} ms later: listed {is_due}"))?;
        }
        self.save_due(&id, &snapshot(&id, 2), None, Some(DUE)).await?;
        let is_due = self.due(DUE, ALL).await?.contains(&id);
        holds(!is_due, "listed after a save that was false")
    }

    /// The same, of these.
    async fn claim(&mut self, after: i64, max: usize, ours: &[Key]) -> Result<Option<Vec<Key>>, BoxError> {
        let claimed = self.claim_due(DUE + after, max).await?;
        Ok(claimed.map(|claimed| claimed.into_iter().filter(|id| ours.contains(id)).collect()))
    }

    async fn is_claimed_once(&mut self) -> Checked {
        let ids = [self.new_id(), self.new_id(), self.new_id()];
        for (later, id) in ids.iter().enumerate() {
            holds(self.save_due(id, &snapshot(id, 2), None, Some(DUE + later as i64)).await?, "the save is false")?;
        }
        let Some(early) = self.claim(-1, ALL, &ids).await? else { return Ok(()) };
        holds(early.is_empty(), &format!("-1 ms after the first: found {early:?}"))?;
        let stores = self.stores.iter().cycle().take(4);
        let claims = all(stores.map(|store| boxed(claimed(self.runtime, store.clone(), DUE + 2, ALL)))).await?;
        let mut claimed: Vec<Key> = claims.into_iter().flatten().flatten().filter(|id| ids.contains(id)).collect();
        claimed.sort_unstable();
        let mut all = ids.to_vec();
        all.sort_unstable();
        holds(claimed == all, &format!("four claims at once: expected {all:?}, found {claimed:?}"))?;
        let found = self.claim(2 + LEASE - 1, ALL, &ids).await?.unwrap_or_default();
        holds(found.is_empty(), &format!("within the lease: found {found:?}"))?;
        let revision = self.load(&ids[0]).await?.1;
        holds(self.save_due(&ids[0], &snapshot(&ids[0], 2), Some(revision), Some(DUE)).await?, "the save is false")?;
        let found = self.claim(2 + LEASE - 1, ALL, &ids).await?.unwrap_or_default();
        holds(found == ids[..1], &format!("after a save within the lease: expected {:?}, found {found:?}", &ids[..1]))?;
        let found = self.claim_due(DUE + 2 + LEASE, 1).await?.unwrap_or_default();
        holds(found.len() == 1, &format!("at most 1: found {}", found.len()))?;
        let found = [found, self.claim(2 + LEASE, ALL, &ids).await?.unwrap_or_default()].concat();
        let ours: Vec<_> = found.iter().filter(|id| ids.contains(id)).collect();
        holds(ours == [&ids[1], &ids[2]], &format!("after the lease: expected {:?}, found {ours:?}", &ids[1..]))
    }

    async fn has_conflicts(&mut self) -> Checked {
        let (id, mut revision) = self.saved(2).await?;
        for conflicts in [0, 2, 1, 0] {
            let is_saved = self.save_about(&id, &snapshot(&id, 2), Some(revision), None, conflicts).await?;
            holds(is_saved, "the save is false")?;
            let store = self.store().clone();
            let found = asked(self.runtime, "with_conflicts", async move { store.with_conflicts().await }).await?;
            let Some(found) = found else { return Ok(()) };
            let is_listed = found.contains(&id);
            holds(is_listed == (conflicts > 0), &format!("saved with {conflicts} conflicts: listed {is_listed}"))?;
            revision = self.load(&id).await?.1;
        }
        Ok(())
    }
}

/// The store's answer to a request from a task of its own, as a handler sends it.
async fn asked<T: Send + 'static>(
    runtime: &impl Runtime,
    name: &'static str,
    work: impl Future<Output = Result<T, BoxError>> + Send + 'static,
) -> Result<T, BoxError> {
    let end = Timestamp(runtime.now().steady.0.saturating_add(DEADLINE));
    stored(runtime, work, end).await.map_err(|missing| match missing {
        Missing::Failed(error) => format!("{name}: {error}").into(),
        Missing::Late => Hangs(name).into(),
    })
}

async fn saved<Key: OrderKey, S: Store<Key>>(
    runtime: &impl Runtime,
    store: &Arc<S>,
    order: SaveOrder<S::Revision, Key>,
) -> Result<bool, BoxError> {
    let store = store.clone();
    asked(runtime, "save", async move { store.save(order).await }).await
}

async fn found<Key: OrderKey, S: Store<Key>>(
    runtime: &impl Runtime,
    store: &Arc<S>,
    id: &Key,
) -> Result<Option<StoredOrder<S::Revision>>, BoxError> {
    let (store, id) = (store.clone(), id.clone());
    asked(runtime, "load", async move { store.load(id).await }).await
}

async fn loaded<Key: OrderKey, S: Store<Key>>(
    runtime: &impl Runtime,
    store: &Arc<S>,
    id: &Key,
) -> Result<(Value, S::Revision), BoxError> {
    let StoredOrder { snapshot, revision } = found(runtime, store, id).await?.ok_or("the order is not there")?;
    Ok((serde_json::from_str(&snapshot).map_err(|_| "the snapshot is no JSON")?, revision))
}

async fn claimed<Key: OrderKey, S: DueStore<Key>>(
    runtime: &impl Runtime,
    store: Arc<S>,
    now: i64,
    max: usize,
) -> Result<Option<Vec<Key>>, BoxError> {
    asked(runtime, "claim_due", async move { store.claim_due(Timestamp(now), max, milliseconds(LEASE)).await }).await
}

async fn count<Key: OrderKey, S: Store<Key>>(runtime: &impl Runtime, store: &Arc<S>, id: &Key) -> Checked {
    let (mut added, mut tries) = (0, 0);
    while added < COUNTS {
        tries += 1;
        holds(tries < MAX_TRIES, "save is false again and again, although nobody else was first")?;
        let (mut order, revision) = loaded(runtime, store, id).await?;
        order["quantity"] = (order["quantity"].as_u64().unwrap_or_default() + 1).into();
        let (order_id, snapshot) = (id.clone(), order.to_string());
        let save = SaveOrder { order_id, snapshot, expected: Some(revision), due: None, conflicts: 0 };
        added += u32::from(saved(runtime, store, save).await?);
    }
    Ok(())
}

type Working<'w, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'w>>;

fn boxed<'w, T>(work: impl Future<Output = Result<T, BoxError>> + Send + 'w) -> Working<'w, T> {
    Box::pin(work)
}

/// The results of all of these, which go on side by side; the first error, where one has failed.
async fn all<'w, T>(works: impl Iterator<Item = Working<'w, T>>) -> Result<Vec<T>, BoxError> {
    let mut working: Vec<(Working<'w, T>, Option<T>)> = works.map(|work| (work, None)).collect();
    std::future::poll_fn(|context| {
        for (work, value) in &mut working {
            if value.is_none()
                && let Poll::Ready(result) = work.as_mut().poll(context)
            {
                match result {
                    Ok(result) => *value = Some(result),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
        }
        if working.iter().all(|(_, value)| value.is_some()) { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(working.into_iter().filter_map(|(_, value)| value).collect())
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
            let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), brief);
            names.into_iter().find_map(|name| match (found.get(name), expected.get(name)) {
                (Some(found), Some(expected)) => difference(found, expected, below(name)),
                (found, expected) => Some(format!("{}: expected {}, found {}", below(name), shown(expected), shown(found))),
            })
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
