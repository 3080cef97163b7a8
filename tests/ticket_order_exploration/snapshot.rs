//! What the machine says, as far as it matters here.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

// What the machine says, as far as it matters here.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome<'j> {
    pub(crate) kind: &'j str,
    #[serde(borrow)]
    pub(crate) next: Option<&'j RawValue>,
    pub(crate) reply: Option<&'j RawValue>,
    pub(crate) run: Option<Run>,
    pub(crate) conflicts: Vec<String>,
    pub(crate) due: Option<i64>,
    #[serde(default)]
    pub(crate) broken_off: Vec<String>,
    #[serde(default)]
    pub(crate) admissions: Vec<Admission>,
    pub(crate) admittance: Option<Admittance>,
    pub(crate) counts: Option<Counts>,
}

#[derive(Deserialize, Debug)]
pub(crate) struct Admittance {
    pub(crate) admitted: Vec<Admission>,
    pub(crate) refused: Vec<Admission>,
}

#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) key: String,
}

#[derive(Deserialize, Debug)]
pub(crate) struct Admission {
    pub(crate) voucher: Option<String>,
    pub(crate) quantity: u32,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) quantity: u32,
    pub(crate) used: u32,
    pub(crate) refunded: u32,
    pub(crate) pending: u32,
    pub(crate) free: u32,
}

#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) code: i32,
    pub(crate) body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    pub(crate) lifecycle: i32,
    #[serde(default)]
    pub(crate) gate_answers: Vec<Value>,
    pub(crate) tally: Option<Used>,
    pub(crate) order_status: Option<i32>,
    pub(crate) quantity: u32,
    pub(crate) units: Option<Vec<Unit>>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) conflicts: Vec<Conflict>,
}

#[derive(Deserialize)]
pub(crate) struct Used {
    pub(crate) used: u32,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    pub(crate) voucher: Option<String>,
    pub(crate) state: i32,
    pub(crate) refund_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refund {
    pub(crate) refund_id: String,
    pub(crate) state: i32,
}

#[derive(Deserialize)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) body: Box<RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct Attempt {
    pub(crate) key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conflict {
    pub(crate) resolved_at: Option<i64>,
}

// Values of the snapshot and of events.
pub(crate) const OPEN: i32 = 1;
pub(crate) const CLOSED: i32 = 2;
pub(crate) const ISSUING: (i32, Option<i32>) = (1, Some(5));
pub(crate) const ISSUED: (i32, Option<i32>) = (1, Some(4));
pub(crate) const PENDING_REFUND: i32 = 1;
pub(crate) const AGREED_REFUND: i32 = 2;
pub(crate) const FREE: i32 = 0;
pub(crate) const USED: i32 = 1;
pub(crate) const REFUNDED: i32 = 2;
pub(crate) const REPLACED: i32 = 4;
pub(crate) const PENDING: i32 = 5;
pub(crate) const DONE: i32 = 1;
pub(crate) const PUT_OFF: i32 = 2;
pub(crate) const REFUSED: i32 = 3;
pub(crate) const UNKNOWN: i32 = 4;

/// Meituan's answer to a notice that it accepts.
pub(crate) const ACCEPTED: &str = "{\"partnerId\":1122,\"code\":200,\"describe\":\"success\"}";
