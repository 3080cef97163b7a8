//! Meituan closes or refunds by itself: messages that are facts, and whose function has to make things void.

use super::{Answer, Attempt, AttemptEnded, Breach, Change, Closing, Kind, Lifecycle, Outcome, Refund, RefundState, Reply, Said};
use super::{Failure, Trigger, Verdict, digits, joined};
use crate::message::RawJson;
use crate::message::value::push_digits;
use crate::sorted_sign::sha1_hex;
use crate::ticket::calls::{OrderClose, RefundedMessage};
use crate::ticket::codes::{CloseType, RefundMessageType, VoucherStatus, VoucherType};
use crate::ticket::{Call, ORDER_CLOSE, ORDER_CREATE, ORDER_PAY, ORDER_REFUND, ORDER_REFUNDED};
use crate::time::Timestamp;

impl Change<'_> {
    pub(super) fn close(&mut self, call: &OrderClose) -> Said {
        let subject = digits(u64::try_from(call.close_type.0).unwrap_or_default());
        if let Some(said) = self.run_again(&ORDER_CLOSE, &subject) {
            return said;
        }
        let trigger = match call.close_type {
            CloseType::UNPAID => Trigger::ClosedUnpaid,
            CloseType::CREATE_FAILED => Trigger::ClosedCreateFailed,
            _ => Trigger::ClosedIssueFailed,
        };
        if self.step(trigger) != Verdict::Run {
            return (Kind::Duplicate, Reply::success(None));
        }
        self.make_void(VoucherStatus::VOID);
        self.begin_closing(&ORDER_CLOSE, &subject, super::snapshot::raw(call))
    }

    pub(super) fn refunded(&mut self, call: &RefundedMessage) -> Said {
        let message = message_key(call);
        if self.order.refunds.iter().any(|refund| refund.message.as_ref() == Some(&message)) {
            let again = self.run_again(&ORDER_REFUNDED, &message);
            return again.unwrap_or_else(|| (Kind::Duplicate, Reply::success(None)));
        }
        if let Some(refund_id) = self.meant_by(call) {
            // Meituan has decided a refund that it had asked for.
            self.step(Trigger::RefundedPart);
            if let Some(refund) = self.order.refunds.iter_mut().find(|refund| refund.refund_id == refund_id) {
                refund.message = Some(message.clone());
                if refund.state != RefundState::AGREED {
                    self.end(&ORDER_REFUND, &refund_id);
                    self.agree(&refund_id, false);
                }
            }
            return self.begin(&ORDER_REFUNDED, &message, 0, Some(super::snapshot::raw(call)));
        }
        let order = &self.order;
        let left = order.quantity.saturating_sub(order.used_quantity).saturating_sub(order.refunded_quantity);
        let is_unpaid = call.refund_message_type == RefundMessageType::PAY_STATE_UNKNOWN;
        // Such a message ends the whole order, whatever count it tells.
        let quantity = if is_unpaid { call.count.max(left) } else { call.count };
        let all = is_unpaid || quantity >= left;
        let lived = order.lifecycle;
        self.step(if all { Trigger::RefundedAll } else { Trigger::RefundedPart });
        if all {
            self.settle_refunds();
        }
        let vouchers = self.codes_meant(call, quantity);
        self.order.refunds.push(Refund {
            refund_id: message.clone(),
            quantity,
            vouchers,
            state: RefundState::PENDING,
            requested_at: Timestamp(call.refund_time.0.max(0)),
            message: Some(message.clone()),
            ..Refund::default()
        });
        self.agree(&message, false);
        let request = super::snapshot::raw(call);
        if self.order.lifecycle == lived {
            return self.begin(&ORDER_REFUNDED, &message, 0, Some(request));
        }
        // What is left of it is refunded with it, whichever codes the message was about.
        self.make_void(VoucherStatus::REFUNDED);
        self.begin_closing(&ORDER_REFUNDED, &message, request)
    }

    /// The refund of ours that Meituan has decided: by its number; else, where our approval took too long, the first one of
    /// the same size and codes (inferred): a pending one, else one that was agreed, by silence too, or refused, while
    /// Meituan may not have heard of it.
    fn meant_by(&self, call: &RefundedMessage) -> Option<String> {
        if let Some(refund) = call.refund_serial_no.as_deref().and_then(|number| self.order.refund(number)) {
            return Some(refund.refund_id.clone());
        }
        if call.refund_message_type != RefundMessageType::APPROVAL_TIMED_OUT {
            return None;
        }
        let rank = |refund: &&Refund| match refund.state {
            RefundState::PENDING => 0,
            RefundState::AGREED => 1,
            _ => 2,
        };
        let is_meant = |refund: &&Refund| {
            let waits = refund.state == RefundState::PENDING || refund.told == Some(true);
            waits && refund.message.is_none() && refund.quantity == call.count && self.agrees(refund, call)
        };
        let refund = self.order.refunds.iter().filter(is_meant).min_by_key(rank)?;
        Some(refund.refund_id.clone())
    }

    /// Whether a message may be about the codes of a refund. A code that was replaced since says nothing.
    fn agrees(&self, refund: &Refund, call: &RefundedMessage) -> bool {
        let named = call.voucher_list.as_deref().unwrap_or_default();
        let differs = |voucher: &String| !refund.vouchers.contains(voucher) && self.order.stands(voucher);
        refund.vouchers.is_empty() || !named.iter().any(differs)
    }

    /// All of the order is refunded, and with it whatever was still to be decided.
    fn settle_refunds(&mut self) {
        let now = self.now;
        for refund in self.order.refunds.iter_mut().filter(|refund| refund.state == RefundState::PENDING) {
            (refund.state, refund.decided_at) = (RefundState::AGREED, Some(now));
        }
        self.abandon(&ORDER_REFUND);
    }

    /// The codes that a message of Meituan's own is about; where it names none, free ones first.
    fn codes_meant(&mut self, call: &RefundedMessage, quantity: u32) -> Vec<String> {
        if self.order.voucher_type() != Some(VoucherType::CODE_PER_TICKET) {
            return Vec::new();
        }
        let named = call.voucher_list.as_deref().unwrap_or_default();
        if named.is_empty() {
            return self.order.likeliest(quantity);
        }
        let of_order = self.order.codes.iter().filter(|code| named.contains(&code.voucher)).count();
        if of_order != named.len() || of_order != call.count as usize {
            self.flag(Breach::RefundedUnclearly);
        }
        named.to_vec()
    }

    /// Nothing of the order lets anybody in any longer, and it is not created, issued or told as issued.
    fn make_void(&mut self, status: VoucherStatus) {
        if self.order.used_quantity > 0 && self.order.lifecycle != Lifecycle::OPEN {
            self.flag(Breach::ClosedAfterUse);
        }
        let now = self.now;
        for code in self.order.codes.iter_mut().filter(|code| code.status == VoucherStatus::UNUSED) {
            (code.status, code.since) = (status, now);
        }
        self.abandon(&ORDER_CREATE);
        self.abandon(&ORDER_PAY);
        self.withdraw_pay_notice();
    }

    fn begin_closing(&mut self, call: &Call, subject: &str, request: RawJson) -> Said {
        let (kind, answer) = self.begin(call, subject, 0, Some(request.clone()));
        if let Answer::Run(run) = &answer {
            self.order.closing = Some(Closing { call: call.name.into(), key: run.key.clone(), request });
        }
        (kind, answer)
    }

    /// Something has come into being after the order was closed: the closing call's function has to make that void too.
    pub(super) fn owe_closing(&mut self) {
        if matches!(self.order.lifecycle, Lifecycle::NONE | Lifecycle::OPEN) {
            return;
        }
        let Some(closing) = &mut self.order.closing else { return };
        let key = numbered(&closing.key);
        let last = std::mem::replace(&mut closing.key, key.clone());
        // A run that is under way began before that, so that its end decides nothing: two open attempts would number alike.
        if let Some(open) = self.order.attempts.iter_mut().find(|attempt| attempt.key == last) {
            (open.key, open.started_at) = (key, Timestamp(0));
            return;
        }
        let (call, request) = (closing.call.clone(), Some(closing.request.clone()));
        let Some(subject) = key.splitn(3, ':').nth(2) else { return };
        let subject = Some(subject.to_owned());
        self.order.attempts.push(Attempt { call, subject, key, started_at: Timestamp(0), request });
    }

    /// The message was recorded when it came, so it is accepted whatever its function says; what it has to do stays owed
    /// until it is done. Only a refusal is told, and the next try has a key of its own.
    pub(super) fn message_ended(&mut self, end: &AttemptEnded, call: &str) -> Said {
        let Some(call) = Call::named(call) else { return (Kind::Illegal, Answer::None) };
        let Some(index) = self.order.attempts.iter().position(|attempt| attempt.key == end.key) else {
            return (Kind::Duplicate, Reply::success(None));
        };
        match end.outcome {
            Outcome::DONE => {
                self.order.attempts.remove(index);
                (Kind::Moved, Reply::success(None))
            }
            Outcome::REFUSED => {
                let next = numbered(&end.key);
                if let Some(closing) = self.order.closing.as_mut().filter(|closing| closing.key == end.key) {
                    closing.key.clone_from(&next);
                }
                self.order.attempts[index].key = next;
                (Kind::Moved, Reply::failure(&Failure::told(call, end.code, end.describe.as_deref().unwrap_or_default())))
            }
            _ => (Kind::Stale, Reply::success(None)),
        }
    }
}

/// The key of the next try.
fn numbered(key: &str) -> String {
    let (stem, number) = key.rsplit_once('#').unwrap_or((key, "1"));
    joined(&[stem, "#", &digits(number.parse::<u64>().unwrap_or(1).saturating_add(1))])
}

/// A message is known by its number; without one, by its type, time, count and codes.
fn message_key(call: &RefundedMessage) -> String {
    if let Some(number) = call.refund_serial_no.as_ref().filter(|number| !number.is_empty()) {
        return number.clone();
    }
    let mut key = Vec::new();
    for (index, part) in [i64::from(call.refund_message_type.0), call.refund_time.0, i64::from(call.count)].into_iter().enumerate()
    {
        if index > 0 {
            key.push(b'-');
        }
        push_digits(part.unsigned_abs(), &mut key);
    }
    let mut key = String::from_utf8(key).unwrap_or_default();
    if let Some(codes) = call.voucher_list.as_ref().filter(|codes| !codes.is_empty()) {
        key.push('-');
        key.push_str(&sha1_hex(codes.join("\n").as_bytes()));
    }
    key
}
