//! Orders in SQLite: those of tickets and those of rides, each in a table. A save names the revision that was loaded, and one of
//! several wins: so any number of processes may share the file.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::{BoxError, DueStore, OrderKey, SaveOrder, Store, StoredOrder};
use meituan_protocol::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

// A ticket order's number has 64 bits: it is a string. Due orders are looked for all the time.
const ORDERS: &str = "
    CREATE TABLE IF NOT EXISTS {table} (
        order_id TEXT PRIMARY KEY, snapshot TEXT NOT NULL, revision INTEGER NOT NULL, due INTEGER, conflicts INTEGER NOT NULL,
        claimed_until INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS {table}_due ON {table} (due) WHERE due IS NOT NULL;
    CREATE INDEX IF NOT EXISTS {table}_conflicts ON {table} (order_id) WHERE conflicts > 0;
";
const TABLES: [&str; 2] = [Id::TABLE, String::TABLE];

/// A connection. Clones are the same one.
#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

/// The key of orders in a table.
trait Key: OrderKey {
    const TABLE: &'static str;

    fn read(text: String) -> Result<Self, BoxError>;
}

impl Key for Id {
    const TABLE: &'static str = "orders";

    fn read(text: String) -> Result<Id, BoxError> {
        Ok(Id(text.parse()?))
    }
}

impl Key for String {
    const TABLE: &'static str = "rides";

    fn read(text: String) -> Result<String, BoxError> {
        Ok(text)
    }
}

impl Database {
    /// Opens a file, or makes it. `more` is what else is kept in it.
    pub fn open(path: &str, more: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch("PRAGMA journal_mode = WAL; -- who reads does not wait for who writes")?;
        for table in TABLES {
            connection.execute_batch(&ORDERS.replace("{table}", table))?;
        }
        connection.execute_batch(more)?;
        Ok(Database(Arc::new(Mutex::new(connection))))
    }

    /// SQLite blocks, so its work has a thread of its own.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let connection = self.0.clone();
        let working = tokio::task::spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(working.await??)
    }

    async fn keys<K: Key>(&self, sql: &'static str, values: impl rusqlite::Params + Send + 'static) -> Result<Vec<K>, BoxError> {
        let found: Vec<String> = self
            .run(move |connection| {
                let mut query = connection.prepare_cached(&sql.replace("{table}", K::TABLE))?;
                query.query_map(values, |row| row.get(0))?.collect()
            })
            .await?;
        found.into_iter().map(K::read).collect()
    }
}

impl<K: Key> Store<K> for Database {
    type Revision = i64;

    async fn load(&self, order_id: K) -> Result<Option<StoredOrder<i64>>, BoxError> {
        self.run(move |connection| {
            let sql = format!("SELECT snapshot, revision FROM {} WHERE order_id = ?", K::TABLE);
            let stored = |row: &Row<'_>| Ok(StoredOrder { snapshot: row.get(0)?, revision: row.get(1)? });
            connection.prepare_cached(&sql)?.query_row([order_id.to_string()], stored).optional()
        })
        .await
    }

    async fn save(&self, order: SaveOrder<i64, K>) -> Result<bool, BoxError> {
        self.run(move |connection| {
            let SaveOrder { order_id, snapshot, expected, due, conflicts } = order;
            let (table, order_id, due) = (K::TABLE, order_id.to_string(), due.map(|due| due.0));
            let saved = match expected {
                None => connection
                    .prepare_cached(&format!("INSERT INTO {table} VALUES (?, ?, 1, ?, ?, 0) ON CONFLICT DO NOTHING"))?
                    .execute(params![order_id, snapshot, due, conflicts])?,
                Some(revision) => connection
                    .prepare_cached(&format!(
                        "UPDATE {table} SET snapshot = ?, due = ?, conflicts = ?, revision = revision + 1, claimed_until = 0
                         WHERE order_id = ? AND revision = ?"
                    ))?
                    .execute(params![snapshot, due, conflicts, order_id, revision])?,
            };
            Ok(saved == 1)
        })
        .await
    }
}

impl<K: Key> DueStore<K> for Database {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<K>, BoxError> {
        self.keys("SELECT order_id FROM {table} WHERE due <= ? ORDER BY due LIMIT ?", (now.0, max as i64)).await
    }

    async fn claim_due(&self, now: Timestamp, max: usize, lease: Duration) -> Result<Option<Vec<K>>, BoxError> {
        let claim = "UPDATE {table} SET claimed_until = ?1 + ?2 WHERE order_id IN (
                         SELECT order_id FROM {table} WHERE due <= ?1 AND claimed_until <= ?1 ORDER BY due LIMIT ?3
                     ) RETURNING order_id";
        Ok(Some(self.keys(claim, (now.0, lease.as_millis() as i64, max as i64)).await?))
    }

    async fn with_conflicts(&self) -> Result<Option<Vec<K>>, BoxError> {
        Ok(Some(self.keys("SELECT order_id FROM {table} WHERE conflicts > 0", ()).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meituan_protocol::testing::store_contract;
    use meituan_protocol::ticket::handler::Tokio;

    async fn check<K: Key>(name: &str, first: K) {
        let path = std::env::temp_dir().join(format!("meituan-contract-{name}-{}.sqlite", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let stores = [(); 3].map(|()| Arc::new(Database::open(path.to_str().unwrap(), "").unwrap()));
        let checked = store_contract(&stores, first, &Tokio).await;
        std::fs::remove_file(&path).unwrap();
        checked.unwrap_or_else(|broken| panic!("{broken}"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_store_of_tickets_keeps_its_contract_with_several_connections_to_one_file() {
        check("tickets", Id(900_000_000_000_000_001)).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_store_of_rides_keeps_its_contract_with_several_connections_to_one_file() {
        check("rides", String::from("ride")).await;
    }
}
