//! The outbox: what Meituan must still be told. A notice is put into it by the same transition that makes it due.

use super::{Answer, Change, Failure, Kind, Notice, Reason, RefundState, Said, digits, joined};
use crate::message::RawJson;
use crate::message::value::{FieldValue, ObjectWriter};
use crate::ticket::codes::IssueType;
use crate::ticket::notices::{ConsumeNotice, ConsumedVoucher, PayNotice, RefundNotice};
use crate::ticket::{CONSUME_NOTICE, Call, ORDER_REFUND, PAY_NOTICE, REFUND_NOTICE};

impl Change<'_> {
    fn put(&mut self, call: &Call, subject: &[&str], body: Vec<u8>) {
        let mut id = joined(&[call.name, ":", &digits(self.order.order_id.0)]);
        for part in subject {
            id.push(':');
            id.push_str(part);
        }
        // The same fact is told once.
        if !self.order.notices.iter().any(|notice| notice.id == id) {
            let body = RawJson::verbatim(&body);
            self.order.notices.push(Notice { id, name: call.name.into(), body, since: self.now });
        }
    }

    pub(super) fn notice_accepted(&mut self, id: &str) -> Said {
        self.order.notices.retain(|notice| notice.id != id);
        (Kind::Duplicate, Answer::None)
    }

    fn pay_notice(&mut self, issue_type: IssueType, describe: &str, notice: &PayNotice) {
        let mut body = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut body);
        envelope.field("issueType", &issue_type);
        envelope.field("describe", &describe.to_owned());
        envelope.field("body", notice);
        envelope.end();
        self.put(&PAY_NOTICE, &[], body);
    }

    pub(super) fn notify_issued(&mut self) {
        let Some(issued) = &self.order.issued else { return };
        let notice = PayNotice {
            order_id: issued.order_id,
            partner_order_id: issued.partner_order_id.clone(),
            voucher_type: issued.voucher_type,
            vouchers: issued.vouchers.clone(),
            voucher_pics: issued.voucher_pics.clone(),
            real_name_type: issued.real_name_type,
            credential_list: issued.credential_list.clone(),
        };
        self.pay_notice(IssueType::ISSUED, Reason::IssuedNow.text(), &notice);
    }

    pub(super) fn notify_issue_failed(&mut self, failure: &Failure) {
        let (order_id, partner_order_id) = (self.order.order_id, self.partner_order_id());
        self.pay_notice(IssueType::FAILED, &failure.describe, &PayNotice { order_id, partner_order_id, ..PayNotice::default() });
    }

    /// What a pay notice says is no longer so once the order is closed or refunded.
    pub(super) fn withdraw_pay_notice(&mut self) {
        self.order.notices.retain(|notice| notice.name != PAY_NOTICE.name);
    }

    /// How a refund was decided.
    pub(super) fn notify_refund(&mut self, refund_id: &str) {
        let Some(refund) = self.order.refund(refund_id) else { return };
        let (code, describe) = match (refund.state, &refund.failure) {
            // A reply may have a code that is not listed, a notice may not.
            (RefundState::REFUSED, Some(failure)) if ORDER_REFUND.lists(failure.code) => (failure.code, failure.describe.clone()),
            (RefundState::REFUSED, Some(failure)) => (ORDER_REFUND.failure, failure.describe.clone()),
            _ => (200, Reason::RefundAgreed.text().to_owned()),
        };
        let notice = RefundNotice {
            order_id: self.order.order_id,
            refund_id: refund_id.to_owned(),
            partner_order_id: self.partner_order_id(),
            request_time: refund.requested_at,
            response_time: refund.decided_at.unwrap_or(self.now),
        };
        let mut body = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut body);
        envelope.field("code", &code);
        envelope.field("describe", &describe);
        envelope.field("body", &notice);
        envelope.end();
        self.put(&REFUND_NOTICE, &[refund_id, &digits(u64::from(code.unsigned_abs()))], body);
    }

    pub(super) fn notify_consumed(&mut self, entry: &str, vouchers: Vec<ConsumedVoucher>) {
        let order = &self.order;
        let (used_quantity, refunded_quantity) = order.reported_quantities();
        let notice = ConsumeNotice {
            order_id: order.order_id,
            partner_order_id: self.partner_order_id(),
            quantity: i32::try_from(order.quantity).unwrap_or(i32::MAX),
            used_quantity,
            refunded_quantity,
            voucher_list: Some(vouchers).filter(|vouchers| !vouchers.is_empty()),
            ..ConsumeNotice::default()
        };
        let mut body = Vec::new();
        notice.put(&mut body);
        self.put(&CONSUME_NOTICE, &[entry], body);
    }
}
