//! Orders in SQLite. A save names the revision that was loaded, and one of several wins: so any number of processes may
//! share the file.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::{BoxError, DueStore, SaveOrder, Store, StoredOrder};
use meituan_protocol::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

// 64 bits: the number is text. What is due is looked for all the time.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL; -- who reads does not wait for who writes
    CREATE TABLE IF NOT EXISTS orders (
        order_id TEXT PRIMARY KEY, snapshot TEXT NOT NULL, revision INTEGER NOT NULL, due INTEGER, conflicts INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS orders_due ON orders (due) WHERE due IS NOT NULL;
    CREATE INDEX IF NOT EXISTS orders_conflicts ON orders (order_id) WHERE conflicts > 0;
    CREATE TABLE IF NOT EXISTS tickets (attempt_key TEXT PRIMARY KEY, vouchers TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS upstream (attempt_key TEXT PRIMARY KEY, order_id TEXT NOT NULL, refund_id TEXT, due INTEGER);
";

/// A connection. Clones are the same one.
#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    /// Opens a file, or makes it.
    pub fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(SCHEMA)?;
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
}

impl Store for Database {
    type Revision = i64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<i64>>, BoxError> {
        self.run(move |connection| {
            let mut query = connection.prepare_cached("SELECT snapshot, revision FROM orders WHERE order_id = ?")?;
            let row =
                query.query_row([order_id.to_string()], |row| Ok(StoredOrder { snapshot: row.get(0)?, revision: row.get(1)? }));
            row.optional()
        })
        .await
    }

    async fn save(&self, order: SaveOrder<i64>) -> Result<bool, BoxError> {
        self.run(move |connection| {
            let SaveOrder { order_id, snapshot, expected, due, conflicts } = order;
            let (order_id, due) = (order_id.to_string(), due.map(|due| due.0));
            let saved = match expected {
                None => connection
                    .prepare_cached("INSERT INTO orders VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING")?
                    .execute(params![order_id, snapshot, due, conflicts])?,
                Some(revision) => connection
                    .prepare_cached(
                        "UPDATE orders SET snapshot = ?, due = ?, conflicts = ?, revision = revision + 1
                         WHERE order_id = ? AND revision = ?",
                    )?
                    .execute(params![snapshot, due, conflicts, order_id, revision])?,
            };
            Ok(saved == 1)
        })
        .await
    }
}

impl DueStore for Database {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Id>, BoxError> {
        self.run(move |connection| {
            let mut query = connection.prepare_cached("SELECT order_id FROM orders WHERE due <= ? ORDER BY due LIMIT ?")?;
            let ids = query.query_map(params![now.0, max as i64], |row| row.get::<_, String>(0))?;
            ids.map(|id| Ok(Id(id?.parse().unwrap_or_default()))).collect()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meituan_protocol::testing::store_contract;
    use meituan_protocol::ticket::handler::Tokio;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_store_keeps_its_contract_with_several_connections_to_one_file() {
        let path = std::env::temp_dir().join(format!("meituan-contract-{}.sqlite", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let stores = [(); 3].map(|()| Arc::new(Database::open(path.to_str().unwrap()).unwrap()));
        let checked = store_contract(&stores, Id(900_000_000_000_000_001), &Tokio).await;
        std::fs::remove_file(&path).unwrap();
        checked.unwrap_or_else(|broken| panic!("{broken}"));
    }
}
