//! The turnstile, which Meituan knows nothing of.

use crate::Meituan;
use crate::products::now;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::BoxError;
use meituan_protocol::ticket::order::{Admit, Reason};
use meituan_protocol::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Guests who show these codes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    order_id: String,
    vouchers: Vec<String>,
    /// The gate's own id of this entry: the same id again gets the same answer, should the answer be lost on its way.
    id: Option<String>,
}

/// Lets guests in.
#[derive(Serialize, Default)]
pub struct Outcome {
    entered: Vec<String>,
    /// The others, and why not.
    refused: BTreeMap<String, &'static str>,
}

/// Lets guests in once, whichever gate and process they ask.
pub async fn enter(meituan: &Meituan, Entry { order_id, vouchers, id }: Entry) -> Result<Outcome, BoxError> {
    let order_id = Id(order_id.parse()?);
    let mut outcome = Outcome::default();
    // The supplier decides what a ticket is good for.
    let travel_date = meituan.order(order_id).await?.and_then(|order| order.travel_date);
    if travel_date.is_some_and(|date| date != Date::of(now())) {
        outcome.refused = vouchers.into_iter().map(|code| (code, "不在游玩日期")).collect();
        return Ok(outcome);
    }
    let id = match id {
        Some(id) => id,
        None => format!("{:016x}", getrandom::u64().map_err(|error| error.to_string())?),
    };
    let asked = Admit { id, vouchers: Some(vouchers), ..Admit::default() };
    let answer = meituan.admit(order_id, asked).await?;
    outcome.entered = answer.admitted.into_iter().filter_map(|admission| admission.voucher).collect();
    let why = |id: &str| Reason::ALL.iter().find(|reason| reason.id() == id).map_or("凭证无效", |reason| reason.text());
    let refused = answer.refused.into_iter().filter_map(|guest| Some((guest.voucher?, why(&guest.reason))));
    outcome.refused = refused.collect();
    Ok(outcome)
}
