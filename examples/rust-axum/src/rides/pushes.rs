//! What Meituan pushes: lost, doubled and late, and kept once.

use crate::BoxError;
use crate::order::Meituan;
use meituan_protocol::ride::requests::ConfirmOrder;
use meituan_protocol::ride::{Push, Received};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS events (ride TEXT NOT NULL, code INTEGER NOT NULL, at INTEGER);
    CREATE TABLE IF NOT EXISTS confirmed (ride TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS refunds (number TEXT PRIMARY KEY, fen INTEGER);
";

pub struct Books(Mutex<Connection>);

impl Books {
    pub fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Books(Mutex::new(connection)))
    }

    /// These statements take microseconds; longer ones belong on a thread of their own, as those of the tickets are.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A push and that it was taken are stored together, or not at all: then it comes again.
    pub async fn enter(&self, Received { push, deduplication_key, .. }: Received, meituan: &Meituan) -> Result<(), BoxError> {
        match push {
            Push::CapacityOffered(offer) => {
                let driver_id = offer.submit_drive_info.driver_id;
                self.confirm(ConfirmOrder { mt_order_id: offer.mt_order_id, driver_id }, meituan).await
            }
            Push::OrderChanged(changed) => {
                let at = changed.event_time.map(|at| at.0);
                let row = (changed.mt_order_id, changed.event_code.map(|code| code.0), at);
                self.once(&deduplication_key, "INSERT INTO events VALUES (?, ?, ?)", row)
            }
            Push::Refunded(refund) => {
                // An amount may be unknown.
                let row = (refund.sqt_refund_no, refund.refund_amount.map(|fen| fen.0));
                self.once(&deduplication_key, "INSERT INTO refunds VALUES (?, ?)", row)
            }
            _ => Ok(()),
        }
    }

    /// One offer of an order is confirmed: the first. One that is not taken is pushed again, or another is.
    async fn confirm(&self, confirm: ConfirmOrder, meituan: &Meituan) -> Result<(), BoxError> {
        let ride = confirm.mt_order_id.clone();
        if self.connection().execute("INSERT OR IGNORE INTO confirmed VALUES (?)", [&ride])? == 0 {
            return Ok(());
        }
        let confirmed = meituan.send(&confirm).await;
        if confirmed.is_err() {
            self.connection().execute("DELETE FROM confirmed WHERE ride = ?", [&ride])?;
        }
        confirmed
    }

    fn once(&self, key: &str, insert: &str, row: impl rusqlite::Params) -> Result<(), BoxError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        if transaction.execute("INSERT OR IGNORE INTO done VALUES (?)", params![key])? > 0 {
            transaction.execute(insert, row)?;
        }
        Ok(transaction.commit()?)
    }

    pub fn events(&self, ride: &str) -> rusqlite::Result<Value> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT code, at FROM events WHERE ride = ? ORDER BY at")?;
        let events =
            query.query_map([ride], |row| Ok(json!({ "code": row.get::<_, i64>(0)?, "at": row.get::<_, Option<i64>>(1)? })))?;
        events.collect()
    }

    pub fn refunded(&self) -> rusqlite::Result<i64> {
        self.connection().query_row("SELECT coalesce(sum(fen), 0) FROM refunds", [], |row| row.get(0))
    }
}
