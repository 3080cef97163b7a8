//! The settings of the order rules.

use crate::message::definition::{Basis, Rule, RuleVerdict};
use crate::ticket::codes::{OrderStatus, VoucherType};
use crate::ticket::working_days::Calendar;

crate::messages! {
    /// Settings of the order rules.
    OrderSettings rules [FAILED_STATUS] {
        /// How long a repeat leaves the function of order create or reschedule alone, in milliseconds; absent: 20000,
        /// Meituan's own time-out (acceptance manual, part five).
        create_lease "createLease": duration, optional, serde "meituan_protocol::time::milliseconds";
        /// The same for every other function; absent: 60000.
        lease "lease": duration, optional, serde "meituan_protocol::time::milliseconds";
        /// The voucherType that the query's reply has before anything is issued; absent: 1. The field is required there, and
        /// its value is not documented.
        voucher_type "voucherType": code(VoucherType), optional;
        /// The orderStatus after issuing has failed; absent: 6, as in the interface document's list. 2 is the other reading: the
        /// acceptance manual (订单查询 3) says 「否则一直都要保持创建成功状态orderstatus=2」.
        issue_failed_status "issueFailedStatus": code(OrderStatus), optional;
        /// Holidays and make-up working days; absent: those of the years that this library ships.
        calendar "calendar": object(Calendar), optional;
        /// How long sending a notice may take, in milliseconds; absent: 30000. For a minute more nobody else sends it.
        send_limit "sendLimit": duration, optional, serde "meituan_protocol::time::milliseconds";
        /// How long issuing may take after a 598, in milliseconds, before a conflict reports it; absent: 600000 (inferred).
        issuing_deadline "issuingDeadline": duration, optional, serde "meituan_protocol::time::milliseconds";
        /// How much working time a refund may wait for its decision, in milliseconds, before a conflict reports it; absent:
        /// 172800000, two working days: one before silence may count as agreement.
        refund_deadline "refundDeadline": duration, optional, serde "meituan_protocol::time::milliseconds";
    }
}

const FAILED_STATUS: &Rule = &Rule {
    id: "order.failed-status",
    basis: Basis::Documented,
    at: "issueFailedStatus",
    doc: crate::doc_text!("issueFailedStatus 为 2 或 6 · issueFailedStatus is 2 or 6."),
    check: |view, _| match view.integer("issueFailedStatus") {
        None | Some(2 | 6) => RuleVerdict::Kept,
        _ => RuleVerdict::Broken,
    },
};

/// Settings of the order rules.
pub type Settings = OrderSettings;

impl Settings {
    /// The calendar by which silence becomes agreement.
    pub fn calendar_in_use(&self) -> &Calendar {
        self.calendar.as_ref().unwrap_or(Calendar::shipped())
    }
}
