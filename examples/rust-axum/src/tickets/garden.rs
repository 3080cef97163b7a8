//! Our functions for an order. The library keeps it, runs each function to one end, and sends Meituan what follows from that. A
//! function uses the attempt's idempotency key: should it run again after a crash, it finds what it did before.

use crate::products::{Issuer, objection, product};
use crate::upstream::{self, Wanted};
use database::Database;
use meituan_protocol::ticket::calls::{OrderCreate, OrderCreated, OrderPaid, OrderPay, OrderRefund};
use meituan_protocol::ticket::codes::VoucherType;
use meituan_protocol::ticket::handler::{BoxError, Ended, FunctionResult, Functions, OrderCall};
use meituan_protocol::ticket::order::Order;
use rusqlite::params;

pub struct Garden {
    pub database: Database,
}

fn is_ours(order: &Order) -> bool {
    let number = order.partner_deal_id.as_deref().unwrap_or_default();
    product(number).is_some_and(|product| product.issuer == Issuer::Ourselves)
}

impl Functions for Garden {
    async fn order_create(&self, call: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
        Ok(match objection(&call.body) {
            Some((code, reason)) => Ended::refused(code, reason),
            None => Ended::done(OrderCreated { partner_order_id: format!("P{}", call.body.order_id), ..OrderCreated::default() }),
        })
    }

    async fn order_pay(&self, call: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
        if is_ours(&call.order) {
            let vouchers = issue(&self.database, call.attempt_key, call.order.quantity).await?;
            return Ok(Ended::done(per_ticket(vouchers)));
        }
        // 598: the upstream issues, and the result follows by pay notice.
        upstream::ask(&self.database, call.attempt_key, call.order.order_id, Wanted::Issue).await?;
        Ok(Ended::pending())
    }

    async fn order_refund(&self, call: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
        if is_ours(&call.order) {
            return Ok(Ended::done(()));
        }
        // 602: under approval, and decided by refund notice.
        let wanted = Wanted::Refund(call.body.refund_id);
        upstream::ask(&self.database, call.attempt_key, call.order.order_id, wanted).await?;
        Ok(Ended::pending())
    }
}

/// One code for each ticket.
pub fn per_ticket(vouchers: Vec<String>) -> OrderPaid {
    OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers: Some(vouchers), ..OrderPaid::default() }
}

/// The codes of an attempt: drawn once, and the same whenever it asks again.
pub async fn issue(database: &Database, attempt_key: String, quantity: u32) -> Result<Vec<String>, BoxError> {
    let drawn: Result<Vec<String>, BoxError> = (0..quantity).map(|_| draw()).collect();
    let drawn = serde_json::to_string(&drawn?)?;
    let kept: String = database
        .run(move |connection| {
            connection.execute("INSERT INTO tickets VALUES (?, ?) ON CONFLICT DO NOTHING", params![attempt_key, drawn])?;
            connection.query_row("SELECT vouchers FROM tickets WHERE attempt_key = ?", [attempt_key], |row| row.get(0))
        })
        .await?;
    Ok(serde_json::from_str(&kept)?)
}

/// Hard to guess, and within the 20 characters that Meituan documents.
fn draw() -> Result<String, BoxError> {
    Ok(format!("{:016x}", getrandom::u64().map_err(|error| error.to_string())?))
}
