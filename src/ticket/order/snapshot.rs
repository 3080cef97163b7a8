//! What is kept of an order: plain data, to be stored as it is.
//!
//! In JSON it is in program notation: ids as texts, moments in epoch milliseconds, amounts in fen. No visitor's name,
//! telephone or credential number is kept, but for the credentials that codes were issued for.

use super::table::State;
use crate::message::definition::{Facts, Verdict};
use crate::message::{RawJson, View};
use crate::ticket::calls::{OrderPaid, OrderRescheduled};
use crate::ticket::codes::{OrderStatus, VoucherStatus, VoucherType};

/// The format of the snapshots that this version writes.
pub const FORMAT: i32 = 1;

crate::enumerations! {
    /// What has become of an order, beside its orderStatus.
    Lifecycle {
        0 = NONE, "尚未创建 · nothing was created here";
        1 = OPEN, "有效 · the order lives";
        2 = CLOSED, "已关闭 · Meituan has closed it before anything was issued";
        3 = VOIDED, "已作废 · Meituan has refunded all of it; its codes are void";
    }

    /// How a refund stands.
    RefundState {
        1 = PENDING, "审批中 · not decided; its tickets are reserved";
        2 = AGREED, "已同意 · agreed: final";
        3 = REFUSED, "已拒绝 · refused; it can still be agreed";
    }

    /// How a function of the supplier's ended.
    Outcome {
        1 = DONE, "成功 · done";
        2 = PENDING, "处理中 · under way; the result is told later";
        3 = REFUSED, "明确失败 · definitely not done, for a reason that is told";
        4 = UNKNOWN, "结果未知 · it broke off, or took too long: perhaps done, perhaps not";
    }
}

crate::messages! {
    /// An order as it is stored. Fields that this version does not know are dropped when it is stored again; a snapshot
    /// of a newer format is not read at all.
    Order rules [STATE_EXISTS] {
        /// The format of the snapshot.
        format "format": integer(1..1), required;
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号), once it is known.
        partner_order_id "partnerOrderId": text, optional;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, optional;
        /// Day of the visit (游玩日期); absent for tickets with a validity period.
        travel_date "travelDate": date, optional;
        /// Number of tickets ordered (票数); 0 for an order that was never created here.
        quantity "quantity": count, required;
        /// State of the order (订单状态); absent while nothing was created.
        order_status "orderStatus": code(OrderStatus), optional;
        /// What has become of the order.
        lifecycle "lifecycle": code(Lifecycle), required;
        /// How many tries to create it have failed.
        create_failures "createFailures": count, optional;
        /// Meituan has been told that issuing is under way (598), or nobody waits for the result: it is told by notice.
        issuing_told "issuingTold": flag, optional;
        /// Why it was not created or not issued.
        failure "failure": object(Failure), optional;
        /// What was issued. The codes in it are those that stand for tickets now.
        issued "issued": object(OrderPaid), optional;
        /// When it was issued.
        issued_at "issuedAt": milliseconds, optional;
        /// Every code there ever was. Under voucherType 2 the first is the one that stands.
        codes "codes": list(object(HeldCode)), required;
        /// Number of tickets used (已使用票数).
        used_quantity "usedQuantity": count, required;
        /// When tickets were used last.
        used_at "usedAt": milliseconds, optional;
        /// Number of tickets refunded (已退款票数).
        refunded_quantity "refundedQuantity": count, required;
        /// When tickets were refunded last.
        refunded_at "refundedAt": milliseconds, optional;
        /// Refunds, those of Meituan's own included.
        refunds "refunds": list(object(Refund)), required;
        /// Ids of the entries that were recorded.
        entries "entries": list(text), required;
        /// Reschedules, decided or not.
        reschedules "reschedules": list(object(Reschedule)), required;
        /// Calls whose function has begun, and has not ended as far as is known.
        attempts "attempts": list(object(Attempt)), required;
        /// The call that closed or voided the order, to be repeated for what comes into being afterwards.
        closing "closing": object(Closing), optional;
        /// What Meituan must still be told, in this order.
        notices "notices": list(object(Notice)), required;
        /// Facts that do not agree with each other: somebody has to look.
        conflicts "conflicts": list(object(Conflict)), required;
    }

    /// A definite failure, as Meituan was told it.
    Failure {
        /// The reply code.
        code "code": integer, required;
        /// The true reason, in words.
        describe "describe": text, required;
    }

    /// A code and what has become of it.
    HeldCode {
        /// The code (凭证码).
        voucher "voucher": text, required;
        /// State of the code (凭证状态). Under voucherType 2 the quantities of the order tell more.
        status "status": code(VoucherStatus), required;
        /// Since when.
        since "since": milliseconds, required;
    }

    /// A refund, known by its refundId.
    Refund {
        /// The refund's number (退款流水号); for a refund of Meituan's own without one, a text made from its message.
        refund_id "refundId": text, required;
        /// Number of tickets (退款票数).
        quantity "quantity": count, required;
        /// The codes of these tickets, under voucherType 1.
        vouchers "vouchers": list(text), required;
        /// How it stands.
        state "state": code(RefundState), required;
        /// Meituan has been told that it is pending (602) or refused, or nobody waits: a change is told by notice.
        told "told": flag, optional;
        /// Why it was refused.
        failure "failure": object(Failure), optional;
        /// When it was asked for.
        requested_at "requestedAt": milliseconds, required;
        /// When it was decided.
        decided_at "decidedAt": milliseconds, optional;
        /// Meituan's refunded message about it (已退款消息), known by this text.
        message "message": text, optional;
    }

    /// A reschedule, known by its rescheduleNo.
    Reschedule {
        /// Number of the reschedule (改签流水号).
        reschedule_no "rescheduleNo": text, required;
        /// The new day of the visit, where it changes.
        target_date "targetDate": date, optional;
        /// What was replied, where it was done.
        done "done": object(OrderRescheduled), optional;
        /// Why it was refused.
        failure "failure": object(Failure), optional;
    }

    /// A call whose function runs, or broke off. The key is the same for every run until one has ended definitely, so
    /// that a function keyed on it acts once.
    Attempt {
        /// The call's name.
        call "call": text, required;
        /// The key.
        key "key": text, required;
        /// What it is about: refundId, rescheduleNo, closeType or the key of a message; empty for the order itself.
        subject "subject": text, optional;
        /// When the function was started last; 0: it is owed, and nobody has started it.
        started_at "startedAt": milliseconds, required;
        /// The call's body, to run the function again without Meituan asking. Not kept of order create.
        request "request": raw, optional;
    }

    /// The call that closed or voided the order.
    Closing {
        /// The call's name.
        call "call": text, required;
        /// The last key its function was run with.
        key "key": text, required;
        /// The call's body.
        request "request": raw, required;
    }

    /// A notice that Meituan has not accepted yet.
    Notice {
        /// Its id.
        id "id": text, required;
        /// The call's name: payNotice, refundNotice or consumeNotice.
        name "name": text, required;
        /// What to send: the body of a consume notice; of the others, the envelope without partnerId.
        body "body": raw, required;
        /// Since when it is due.
        since "since": milliseconds, required;
    }

    /// Facts that do not agree.
    Conflict {
        /// Which invariant is broken: see [`Breach`](super::Breach).
        breach "breach": text, required;
        /// When that was found first.
        since "since": milliseconds, required;
    }
}

const STATE_EXISTS: &crate::message::definition::Rule = &crate::message::definition::Rule {
    id: "order.state-exists",
    basis: crate::message::definition::Basis::Documented,
    at: "lifecycle",
    doc: crate::doc_text!("lifecycle and orderStatus are a state of the machine."),
    check: state_exists,
};

fn state_exists(view: &View<'_>, _: &Facts) -> Verdict {
    let number = |name| view.integer(name).unwrap_or_default() as i32;
    match State::at(Lifecycle(number("lifecycle")), OrderStatus(number("orderStatus"))) {
        Some(_) => Verdict::Kept,
        None => Verdict::Broken,
    }
}

impl Order {
    /// The definitions of the snapshot and of what it holds.
    pub(super) fn unknown(order_id: crate::message::Id) -> Self {
        Order { format: FORMAT, order_id, ..Order::default() }
    }

    /// The state of the machine. A combination that the machine never makes counts as voided: nobody enters with it.
    pub fn state(&self) -> State {
        State::at(self.lifecycle, self.order_status.unwrap_or_default()).unwrap_or(State::Voided)
    }

    /// Number of tickets whose refund is not decided.
    pub fn pending_quantity(&self) -> u32 {
        let pending = self.refunds.iter().filter(|refund| refund.state == RefundState::PENDING);
        pending.fold(0, |sum: u32, refund| sum.saturating_add(refund.quantity))
    }

    /// Number of tickets that are neither used nor refunded nor reserved by a pending refund; 0 where facts exceed it.
    pub fn free_quantity(&self) -> u32 {
        let taken = self.used_quantity.saturating_add(self.refunded_quantity).saturating_add(self.pending_quantity());
        self.quantity.saturating_sub(taken)
    }

    /// The used and refunded tickets as they are reported: never more than were ordered, used ones first.
    pub(super) fn reported_quantities(&self) -> (u32, u32) {
        let used = self.used_quantity.min(self.quantity);
        (used, self.refunded_quantity.min(self.quantity - used))
    }

    /// The refund of this number.
    pub fn refund(&self, refund_id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.refund_id == refund_id)
    }

    /// How codes stand for tickets; nothing before they are issued.
    pub fn voucher_type(&self) -> Option<VoucherType> {
        self.issued.as_ref().map(|issued| issued.voucher_type.unwrap_or_default())
    }

    pub(super) fn held(&mut self, voucher: &str) -> Option<&mut HeldCode> {
        self.codes.iter_mut().find(|code| code.voucher == voucher)
    }
}

impl Notice {
    /// The notice as a Rust type, ready for [`Supplier::request`](crate::ticket::Supplier::request); nothing where `T`
    /// is not the type of this notice.
    pub fn message<T: serde::de::DeserializeOwned + crate::ticket::Endpoint>(&self) -> Option<T> {
        if T::CALL.name != self.name {
            return None;
        }
        let mut body: serde_json::Value = serde_json::from_str(self.body.as_str()).ok()?;
        if let (true, Some(envelope)) = (T::IS_ENVELOPE, body.as_object_mut()) {
            envelope.insert("partnerId".into(), 0.into());
        }
        serde_json::from_value(body).ok()
    }
}

pub(super) fn raw(value: &impl crate::message::value::FieldValue) -> RawJson {
    let mut json = Vec::new();
    value.put(&mut json);
    RawJson::verbatim(&json)
}
