//! The turnstile, which Meituan knows nothing of.

use crate::Meituan;
use crate::products::now;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::BoxError;
use meituan_protocol::ticket::order::{Consumed, Order, admissions};
use meituan_protocol::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Guests who show these codes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    order_id: String,
    vouchers: Vec<String>,
}

/// Who may enter.
#[derive(Serialize, Default)]
pub struct Outcome {
    entered: Vec<String>,
    /// The others, and why not.
    refused: BTreeMap<String, &'static str>,
}

/// Decides and records one entry after the other: of two gates that show the same code at once, one opens.
pub struct Gate {
    meituan: Meituan,
    turn: tokio::sync::Mutex<()>,
}

impl Gate {
    pub fn new(meituan: Meituan) -> Self {
        Gate { meituan, turn: tokio::sync::Mutex::default() }
    }

    pub async fn enter(&self, Entry { order_id, vouchers }: Entry) -> Result<Outcome, BoxError> {
        let _turn = self.turn.lock().await;
        let order_id = Id(order_id.parse()?);
        let mut outcome = Outcome::default();
        let order = self.meituan.order(order_id).await?;
        for code in vouchers {
            match barrier(order.as_ref(), &code) {
                Some(why) => _ = outcome.refused.insert(code, why),
                None if outcome.entered.contains(&code) => {}
                None => outcome.entered.push(code),
            }
        }
        if !outcome.entered.is_empty() {
            let vouchers = Some(outcome.entered.clone());
            // A gate with ids of its own gives them: the same id again is the same entry.
            let id = format!("gate:{}", outcome.entered.join(" "));
            self.meituan.record(order_id, Consumed { id, vouchers, ..Consumed::default() }).await?;
        }
        Ok(outcome)
    }
}

/// Why this code does not open the gate.
fn barrier(order: Option<&Order>, code: &str) -> Option<&'static str> {
    let Some(order) = order else { return Some("查无此单") };
    if order.travel_date.is_some_and(|date| date != Date::of(now())) {
        return Some("不在游玩日期");
    }
    let is_open = admissions(order, now()).iter().any(|admission| admission.voucher.as_deref() == Some(code));
    (!is_open).then_some("凭证无效、已使用或已退款")
}
