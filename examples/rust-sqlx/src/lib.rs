//! Ticket orders in PostgreSQL. A save names the revision that was loaded, and one of two at once wins: so any number of processes
//! may share the table. Rides are the same over `Store<String>` and a table of their own.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::{BoxError, DueStore, SaveOrder, Store, StoredOrder};
use meituan_protocol::time::Timestamp;
use sqlx::{PgPool, Row, postgres::PgRow};
use std::time::Duration;

/// The statements that make the table and its indexes. They change nothing that is there.
pub const SCHEMA: &str = include_str!("../orders.sql");

/// A pool of connections to the primary.
#[derive(Clone)]
pub struct Orders(pub PgPool);

fn ids(rows: &[PgRow]) -> Result<Vec<Id>, BoxError> {
    rows.iter().map(|row| Ok(Id(row.try_get::<&str, _>(0)?.parse()?))).collect()
}

impl Store for Orders {
    type Revision = i64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<i64>>, BoxError> {
        let query = sqlx::query("SELECT snapshot, revision FROM orders WHERE order_id = $1").bind(order_id.to_string());
        let row = query.fetch_optional(&self.0).await?;
        row.map(|row| Ok(StoredOrder { snapshot: row.try_get(0)?, revision: row.try_get(1)? })).transpose()
    }

    async fn save(&self, order: SaveOrder<i64>) -> Result<bool, BoxError> {
        let query = match order.expected {
            None => sqlx::query("INSERT INTO orders VALUES ($1, $2, 1, $3, $4) ON CONFLICT DO NOTHING"),
            Some(_) => sqlx::query(
                "UPDATE orders SET snapshot = $2, due = $3, conflicts = $4, revision = revision + 1, claimed_until = 0
                 WHERE order_id = $1 AND revision = $5",
            ),
        };
        let query = query.bind(order.order_id.to_string()).bind(order.snapshot);
        let query = query.bind(order.due.map(|due| due.0)).bind(i64::from(order.conflicts));
        let query = if let Some(revision) = order.expected { query.bind(revision) } else { query };
        Ok(query.execute(&self.0).await?.rows_affected() == 1)
    }
}

impl DueStore for Orders {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Id>, BoxError> {
        let query = sqlx::query("SELECT order_id FROM orders WHERE due <= $1 ORDER BY due LIMIT $2");
        ids(&query.bind(now.0).bind(i64::try_from(max)?).fetch_all(&self.0).await?)
    }

    async fn claim_due(&self, now: Timestamp, max: usize, lease: Duration) -> Result<Option<Vec<Id>>, BoxError> {
        let query = sqlx::query(
            "WITH picked AS (SELECT order_id FROM orders WHERE due <= $1 AND claimed_until <= $1 ORDER BY due LIMIT $2
                             FOR UPDATE SKIP LOCKED),
                  claimed AS (UPDATE orders SET claimed_until = $1 + $3 WHERE order_id IN (SELECT order_id FROM picked)
                              RETURNING order_id, due)
             SELECT order_id FROM claimed ORDER BY due",
        );
        let query = query.bind(now.0).bind(i64::try_from(max)?).bind(i64::try_from(lease.as_millis())?);
        Ok(Some(ids(&query.fetch_all(&self.0).await?)?))
    }

    async fn with_conflicts(&self) -> Result<Option<Vec<Id>>, BoxError> {
        Ok(Some(ids(&sqlx::query("SELECT order_id FROM orders WHERE conflicts > 0").fetch_all(&self.0).await?)?))
    }
}
