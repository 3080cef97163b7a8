//! The stored order: plain data.
//!
//! In JSON it is in program notation: ids as strings, timestamps in epoch milliseconds, amounts in fen. No visitor's name,
//! telephone or credential number is stored, but for the credentials that tickets were issued for
//! ([`PersonalDataCleared`](super::PersonalDataCleared) removes those).

use super::event::Consumed;
use super::table::{Lifecycle, State};
use crate::message::definition::{Facts, RuleVerdict};
use crate::message::{Id, RawJson, View, is_blank};
use crate::ticket::calls::{OrderPaid, OrderRescheduled};
use crate::ticket::codes::{OrderStatus, VoucherType};

/// The format of the snapshots that this version writes. It also reads format 1.
pub const FORMAT: i32 = 2;

crate::enumerations! {
    /// The one state of a ticket.
    UnitState {
        0 = FREE, "可用 · it lets a guest in";
        1 = USED, "已使用 · a guest has entered with it";
        2 = REFUNDED, "已退款 · refunded";
        3 = VOID, "已作废 · void with the order";
        4 = REPLACED, "已更换 · a reschedule has put another one in its place";
        5 = PENDING, "退款中 · reserved by a refund that is not decided";
    }

    /// The state of a refund.
    RefundState {
        1 = PENDING, "审批中 · not decided; its tickets are reserved";
        2 = AGREED, "已同意 · agreed: final";
        3 = REFUSED, "已拒绝 · refused; it can still be agreed";
    }
}

crate::messages! {
    /// An order as it is stored. Fields that this version does not know are dropped when it is stored again; a snapshot
    /// of a newer format is not read at all.
    Order rules [STATE_EXISTS] {
        /// The format of the snapshot.
        format "format": integer(2..2), required;
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号), once it is known.
        partner_order_id "partnerOrderId": string, optional;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": string, optional;
        /// Sale price of one ticket (美团售卖单价), as ordered.
        unit_price "unitPrice": fen, optional;
        /// Total price (订单总价), as ordered.
        total_price "totalPrice": fen, optional;
        /// Day of the visit (游玩日期); absent for tickets with a validity period.
        travel_date "travelDate": date, optional;
        /// Number of tickets ordered (票数); 0 for an order that was never created here.
        quantity "quantity": count, required;
        /// State of the order (订单状态); absent while nothing was created.
        order_status "orderStatus": code(OrderStatus), optional;
        /// The lifecycle of the order.
        lifecycle "lifecycle": code(Lifecycle), required;
        /// How many tries to create it have failed.
        create_failures "createFailures": count, optional;
        /// Meituan knows that issuing is under way (598), or nobody waits for the result: it is sent by notice.
        issuing_told "issuingTold": flag, optional;
        /// When issuing began.
        issuing_since "issuingSince": milliseconds, optional;
        /// Why it was not created or not issued.
        failure "failure": object(Failure), optional;
        /// Tickets that the supplier reported as issued before Meituan's order pay, which will be replied with them.
        kept_aside "keptAside": object(OrderPaid), optional;
        /// The issued tickets. Its codes are those that are valid now.
        issued "issued": object(OrderPaid), optional;
        /// When it was issued.
        issued_at "issuedAt": milliseconds, optional;
        /// Meituan has accepted the notice that it is issued.
        success_accepted "successAccepted": flag, optional;
        /// The tickets, where each is known by its code (voucherType 1) or its credential (real-name orders), with those that
        /// were replaced. All other orders have a tally.
        units "units": list(object(Unit)), required;
        /// The numbers of an order whose tickets are not known one by one.
        tally "tally": object(Tally), optional;
        /// Codes of the whole order that a reschedule has replaced.
        former_codes "formerCodes": list(string), optional bearer;
        /// Refunds, those of Meituan's own included.
        refunds "refunds": list(object(Refund)), required;
        /// Ids of the entries that were recorded.
        entries "entries": list(string), required;
        /// Entries before anything was issued. They count once it is issued.
        early_entries "earlyEntries": list(object(Consumed)), optional;
        /// The answers to gates, so that the same id gets the same answer. The latest 20 answers that let nobody in are kept.
        gate_answers "gateAnswers": list(object(GateAnswer)), optional;
        /// Reschedules, decided or not.
        reschedules "reschedules": list(object(Reschedule)), required;
        /// Calls whose function has begun, and has not ended as far as is known.
        attempts "attempts": list(object(Attempt)), required;
        /// The call that closed or voided the order, to be repeated for what comes into being afterwards.
        closing "closing": object(Closing), optional;
        /// The outbox: what Meituan must still be sent, in this order.
        notices "notices": list(object(Notice)), required;
        /// Notices that Meituan has not accepted for too long: somebody has to look, and may have them sent again.
        given_up "givenUp": list(object(Notice)), optional;
        /// Facts that contradict each other: somebody has to look.
        conflicts "conflicts": list(object(Conflict)), required;
        /// When the numbers of credentials were removed.
        personal_data_cleared_at "personalDataClearedAt": milliseconds, optional;
    }

    /// A definite failure, as Meituan got it.
    Failure {
        /// The reply code.
        code "code": integer, required;
        /// The true reason, in words.
        describe "describe": string, required;
    }

    /// One ticket.
    Unit {
        /// Its code (凭证码). Several tickets of a real-name order may have the same.
        voucher "voucher": string, optional bearer;
        /// The guests that it was issued for: places in `issued.credentialList`.
        credentials "credentials": list(count), optional;
        /// Its state.
        state "state": code(UnitState), required;
        /// Since when.
        since "since": milliseconds, required;
        /// The refund that reserves it or that it was refunded by.
        refund_id "refundId": string, optional;
        /// The ticket that has replaced it: a place in `units`.
        replaced_by "replacedBy": count, optional;
    }

    /// How many tickets were used and refunded.
    Tally {
        /// Number of tickets used (已使用票数).
        used "used": count, required;
        /// When tickets were used last.
        used_at "usedAt": milliseconds, optional;
        /// Number of tickets refunded (已退款票数).
        refunded "refunded": count, required;
        /// When tickets were refunded last.
        refunded_at "refundedAt": milliseconds, optional;
    }

    /// A refund, known by its refundId.
    Refund {
        /// The refund's number (退款流水号); for a refund of Meituan's own without one, a string made from its message.
        refund_id "refundId": string, required;
        /// Number of tickets (退款票数).
        quantity "quantity": count, required;
        /// The tickets that it is about, where they are known: places in the order's `units`.
        units "units": list(count), optional;
        /// A hash of the codes and credentials that it was requested with, to know its repeat by.
        content "content": string, optional bearer;
        /// Its state.
        state "state": code(RefundState), required;
        /// Meituan knows that it is pending (602) or refused, or nobody waits: a change is sent by notice.
        told "told": flag, optional;
        /// Meituan has refunded part of its tickets by another message: it can only be refused.
        partly_refunded "partlyRefunded": flag, optional;
        /// Meituan's message does not say which tickets it is about, or whether it is about a refund that is known.
        unclear "unclear": flag, optional;
        /// Why it was refused.
        failure "failure": object(Failure), optional;
        /// When it was requested.
        requested_at "requestedAt": milliseconds, required;
        /// When it was decided.
        decided_at "decidedAt": milliseconds, optional;
        /// Meituan's refunded messages about it (已退款消息), by their keys.
        messages "messages": list(string), optional;
    }

    /// The answer to a gate.
    GateAnswer {
        /// The entry's id.
        id "id": string, required;
        /// A hash of the gate's request, to know its repeat by.
        content "content": string, optional bearer;
        /// The tickets that were admitted, where they are known: places in the order's `units`.
        units "units": list(count), optional;
        /// Number of guests that were admitted, where tickets are not known one by one.
        quantity "quantity": count, optional;
        /// The code that they were admitted by.
        voucher "voucher": string, optional bearer;
        /// Guests who were not admitted.
        refused "refused": list(object(GateRefusal)), optional;
    }

    /// Guests who were not admitted.
    GateRefusal {
        /// The guest whom the gate named: a place in its codes, sorted, with its credentials after them, sorted by number. Absent:
        /// nobody.
        name "name": count, optional;
        /// How many guests; absent: one.
        quantity "quantity": count, optional;
        /// Why: the id of a [`Reason`](super::Reason).
        reason "reason": string, required;
    }

    /// A reschedule, known by its rescheduleNo.
    Reschedule {
        /// Number of the reschedule (改签流水号).
        reschedule_no "rescheduleNo": string, required;
        /// The new day of the visit, where it changes.
        target_date "targetDate": date, optional;
        /// The reply, if it was done.
        done "done": object(OrderRescheduled), optional;
        /// Why it was refused.
        failure "failure": object(Failure), optional;
    }

    /// A call whose function runs, or broke off. The key is the same for every run until one has ended definitely, so
    /// that a function keyed on it acts once.
    Attempt {
        /// The call's name.
        call "call": string, required;
        /// The key.
        key "key": string, required;
        /// Its subject: refundId, rescheduleNo, closeType or the key of a message; empty for the order itself.
        subject "subject": string, optional;
        /// When the function was started last; 0: it is owed, and nobody has started it.
        started_at "startedAt": milliseconds, required;
        /// The call's body, to run the function again without Meituan asking. Not kept of order create.
        request "request": raw, optional;
        /// How often it has ended with a result that cannot be used, or was started again because nobody knows how it ended.
        unusable "unusable": count, optional;
        /// Its function is not run again before; absent: it runs, or nobody knows how it ended.
        next_at "nextAt": milliseconds, optional;
    }

    /// The call that closed or voided the order.
    Closing {
        /// The call's name.
        call "call": string, required;
        /// The last key its function was run with.
        key "key": string, required;
        /// The call's body.
        request "request": raw, required;
    }

    /// A notice that Meituan has not accepted yet.
    Notice {
        /// Its id.
        id "id": string, required;
        /// The call's name: payNotice, refundNotice or consumeNotice.
        name "name": string, required;
        /// The content to send: the body of a consume notice; of the others, the envelope without partnerId.
        body "body": raw, required;
        /// Since when it is due. Its age counts from then, whether or not anybody tries to send it.
        since "since": milliseconds, required;
        /// How often somebody has begun to send it.
        tries "tries": count, optional;
        /// Until then it belongs to the sender that has claimed it.
        claimed_until "claimedUntil": milliseconds, optional;
        /// It is not sent again before.
        next_at "nextAt": milliseconds, optional;
        /// How often Meituan has replied that it is processing it (300 to a pay notice).
        processing "processing": count, optional;
    }

    /// Facts that contradict each other.
    Conflict {
        /// Its id: the breach, and what it is about.
        id "id": string, required;
        /// Which invariant is broken: see [`Breach`](super::Breach).
        breach "breach": string, required;
        /// The fact that was recorded, by wire names.
        recorded "recorded": string, optional;
        /// The fact that it contradicts, likewise.
        contradicts "contradicts": string, optional;
        /// When that was found first.
        since "since": milliseconds, required;
        /// When it was settled.
        resolved_at "resolvedAt": milliseconds, optional;
        /// A note for people: what was found or done.
        note "note": string, optional;
    }
}

pub(super) const STATE_EXISTS: &crate::message::definition::Rule = &crate::message::definition::Rule {
    id: "order.state-exists",
    basis: crate::message::definition::Basis::Documented,
    at: "lifecycle",
    doc: crate::doc_text!("lifecycle and orderStatus are a state of the machine."),
    check: state_exists,
};

fn state_exists(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let number = |name| view.integer(name).unwrap_or_default() as i32;
    match State::at(Lifecycle(number("lifecycle")), OrderStatus(number("orderStatus"))) {
        Some(_) => RuleVerdict::Kept,
        None => RuleVerdict::Broken,
    }
}

impl Order {
    /// An order that nothing is known of.
    pub(super) fn unknown(order_id: Id) -> Self {
        Order { format: FORMAT, order_id, ..Order::default() }
    }

    /// The state of the machine. A combination that the machine never makes counts as voided: nobody enters with it.
    pub fn state(&self) -> State {
        State::at(self.lifecycle, self.order_status.unwrap_or_default()).unwrap_or(State::Voided)
    }

    /// Whether this number, which 0 leaves out, is not another order's.
    pub(super) fn is_named_by(&self, order_id: Id) -> bool {
        order_id.0 == 0 || order_id == self.order_id
    }

    /// Whether this number of ours, which may be blank, is not another order's.
    pub(super) fn is_numbered(&self, number: &str) -> bool {
        is_blank(number) || self.partner_order_id.as_deref().is_none_or(|known| known == number)
    }

    /// The refund of this number.
    pub fn refund(&self, refund_id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.refund_id == refund_id)
    }

    /// How codes represent tickets; nothing before they are issued.
    pub fn voucher_type(&self) -> Option<VoucherType> {
        self.issued.as_ref().map(|issued| issued.voucher_type.unwrap_or_default())
    }
}

impl Refund {
    /// Whether a message of Meituan's reports it.
    pub(super) fn is_reported(&self) -> bool {
        self.messages.is_some()
    }

    /// Whether this message reports it.
    pub(super) fn is_reported_by(&self, message: &str) -> bool {
        self.messages.iter().flatten().any(|known| known == message)
    }

    /// Whether its tickets are refunded for certain, and which they are is not known.
    pub(super) fn is_unclear(&self) -> bool {
        self.unclear == Some(true)
    }

    /// Whether it waits for the supplier's decision.
    pub(super) fn is_open(&self) -> bool {
        self.state == RefundState::PENDING && !self.is_unclear()
    }
}

impl Notice {
    /// The notice as a Rust type, ready for [`Supplier::request`](crate::ticket::Supplier::request); nothing where `T`
    /// is not the type of this notice.
    pub fn message<T: serde::de::DeserializeOwned + crate::ticket::TicketRequest>(&self) -> Option<T> {
        if T::CALL.name != self.name {
            return None;
        }
        // By serde and no definition: a notice that another version has stored may break a rule, which is found when it is sent.
        let mut body: serde_json::Value = serde_json::from_str(self.body.as_str()).ok()?;
        if let (true, Some(envelope)) = (T::CALL.has_envelope_of_its_own(), body.as_object_mut()) {
            envelope.insert("partnerId".into(), 0.into());
        }
        serde_json::from_value(body).ok()
    }
}

pub(super) fn raw(value: &impl crate::message::value::FieldValue) -> RawJson {
    let mut json = Vec::new();
    value.encode(&mut json);
    RawJson::verbatim(json)
}
