//! An upstream, simulated: it acts once for each key, and answers after a while.

use crate::Meituan;
use crate::garden::{issue, per_ticket};
use crate::products::{Issuer, now, product};
use database::Database;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::BoxError;
use meituan_protocol::ticket::order::{Event, IssueFailed, RefundAgreed};
use rusqlite::params;
use std::time::Duration;

/// The request to it.
pub enum Wanted {
    Issue,
    /// The refund of this number.
    Refund(String),
}

/// Asks. The same key again is the same question.
pub async fn ask(database: &Database, attempt_key: String, order_id: Id, wanted: Wanted) -> Result<(), BoxError> {
    let refund_id = if let Wanted::Refund(id) = wanted { Some(id) } else { None };
    database
        .run(move |connection| {
            let row = params![attempt_key, order_id.to_string(), refund_id, now().0];
            connection.execute("INSERT INTO upstream VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
        })
        .await?;
    Ok(())
}

/// Gives the answers that are due, for ever: each so many milliseconds after its request.
pub async fn answer_forever(database: Database, meituan: Meituan, pause: i64) {
    loop {
        if let Err(error) = answer_due(&database, &meituan, pause).await {
            eprintln!("the upstream: {error}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn answer_due(database: &Database, meituan: &Meituan, pause: i64) -> Result<(), BoxError> {
    let due: Vec<(String, String, Option<String>)> = database
        .run(move |connection| {
            let mut query = connection.prepare_cached("SELECT attempt_key, order_id, refund_id FROM upstream WHERE due <= ?")?;
            let rows = query.query_map([now().0 - pause], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        })
        .await?;
    for (key, order_id, refund_id) in due {
        let order_id = Id(order_id.parse()?);
        // Recording the same again does no harm: the answer is forgotten only when it is recorded.
        meituan.record(order_id, answer(database, meituan, order_id, key.clone(), refund_id).await?).await?;
        let answered = move |connection: &rusqlite::Connection| {
            connection.execute("UPDATE upstream SET due = NULL WHERE attempt_key = ?", [key])
        };
        database.run(answered).await?;
    }
    Ok(())
}

async fn answer(
    database: &Database,
    meituan: &Meituan,
    order_id: Id,
    key: String,
    refund_id: Option<String>,
) -> Result<Event, BoxError> {
    if let Some(refund_id) = refund_id {
        return Ok(RefundAgreed { refund_id, ..RefundAgreed::default() }.into());
    }
    let order = meituan.order(order_id).await?.ok_or("no such order")?;
    let product = product(order.partner_deal_id.as_deref().unwrap_or_default());
    if product.is_some_and(|product| product.issuer == Issuer::StoppedUpstream) {
        return Ok(IssueFailed { code: None, describe: "上游停航，无法出票".into() }.into());
    }
    let mut paid = per_ticket(issue(database, key, order.quantity).await?);
    (paid.order_id, paid.partner_order_id) = (order_id, order.partner_order_id.unwrap_or_default());
    Ok(paid.into())
}
