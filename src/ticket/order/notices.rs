//! The notices that Meituan must still be sent. A notice is added to the outbox by the same transition that makes it due.

use super::change::{Change, Said, digits, joined};
use super::entries::Totals;
use super::units::{equal, sorted};
use super::{Answer, Breach, Counts, Failure, Notice, Reason, RefundState, State, TransitionKind};
use crate::message::json::ObjectWriter;
use crate::message::value::FieldValue;
use crate::message::{Notation, Packed, RawJson, Reading, read};
use crate::ticket::calls::CredentialVoucher;
use crate::ticket::codes::{IssueType, VoucherStatus};
use crate::ticket::notices::{ConsumeNotice, ConsumedVoucher, PayNotice, RefundNotice};
use crate::ticket::{CONSUME_NOTICE, Call, ORDER_REFUND, PAY_NOTICE, REFUND_NOTICE};
use crate::time::Timestamp;

impl Change<'_> {
    /// The same fact is sent once.
    fn put_once(&mut self, call: &Call, subject: &[&str], body: Vec<u8>) {
        let id = self.notice_id(call, subject);
        if !self.order.notices.iter().any(|notice| notice.id == id) {
            self.put(id, call, body);
        }
    }

    fn put(&mut self, id: String, call: &Call, body: Vec<u8>) {
        let body = RawJson::verbatim(body);
        self.order.notices.push(Notice { id, name: call.name.into(), body, since: self.now, ..Notice::default() });
    }

    fn notice_id(&self, call: &Call, subject: &[&str]) -> String {
        let mut id = joined(&[call.name, ":", &digits(self.order.order_id.0)]);
        for part in subject {
            id.push(':');
            id.push_str(part);
        }
        id
    }

    pub(super) fn notice_accepted(&mut self, id: &str) -> Said {
        let mut is_pay = false;
        let mut is_accepted = |notice: &Notice| {
            let is_accepted = notice.id == id;
            is_pay |= is_accepted && notice.is_pay();
            is_accepted
        };
        self.order.notices.retain(|notice| !is_accepted(notice));
        // Its sender may report late.
        self.drop_given_up(&mut is_accepted);
        if is_pay && self.order.state() == State::Issued {
            self.order.success_accepted = Some(true);
        }
        (TransitionKind::Duplicate, Answer::None)
    }

    fn pay_notice(&mut self, issue_type: IssueType, describe: &str, notice: &PayNotice) {
        let mut body = Vec::new();
        let mut envelope = ObjectWriter::begin(&mut body);
        envelope.field("issueType", &issue_type);
        envelope.field("describe", &describe.to_owned());
        envelope.field("body", notice);
        envelope.end();
        self.put_once(&PAY_NOTICE, &[], body);
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

    /// A pay notice is withdrawn once the order is closed or refunded, unless guests have entered: their consume
    /// notices come after it.
    pub(super) fn withdraw_pay_notice(&mut self) {
        if self.order.state() == State::Returned && self.order.counts().used > 0 {
            return;
        }
        self.order.notices.retain(|notice| !notice.is_pay());
        self.drop_given_up(&mut Notice::is_pay);
    }

    /// Notices that were given up, and are not to be looked into any more: their content is not so, or they are sent again.
    pub(super) fn drop_given_up(&mut self, is_moot: &mut dyn FnMut(&Notice) -> bool) {
        let Some(given_up) = &mut self.order.given_up else { return };
        let mut moot = Vec::new();
        given_up.retain(|notice| {
            let is_kept = !is_moot(notice);
            if !is_kept {
                moot.push(notice.id.clone());
            }
            is_kept
        });
        moot.iter().for_each(|id| self.settle(Breach::NoticeGivenUp, id));
    }

    /// The beginning of the ids of notices about a refund.
    fn about_refund(&self, refund_id: &str) -> String {
        joined(&[REFUND_NOTICE.name, ":", &digits(self.order.order_id.0), ":", refund_id, ":"])
    }

    /// Whether the outbox has the decision about a refund.
    pub(super) fn is_refund_notice_due(&self, refund_id: &str) -> bool {
        let about = self.about_refund(refund_id);
        self.order.notices.iter().any(|notice| notice.id.starts_with(&about))
    }

    /// Refusals that nobody is sending are not sent any more once their refunds are agreed: agreement is final. Returns the refunds
    /// of which one is withdrawn, in this order.
    pub(super) fn withdraw_refusals(&mut self, refund_ids: &[String]) -> Vec<String> {
        let meant = sorted(refund_ids.iter().enumerate().map(|(place, refund_id)| (refund_id.as_str(), place)));
        let place_of = |notice: &Notice| {
            let refund_id = Some(notice).filter(|notice| notice.is_refusal()).and_then(Notice::refund_id);
            refund_id.and_then(|refund_id| equal(&meant, refund_id).first()).map(|(_, place)| *place)
        };
        let now = self.now;
        let mut is_withdrawn = vec![false; refund_ids.len()];
        let mut is_meant = |notice: &Notice| place_of(notice).map(|place| is_withdrawn[place] = true).is_some();
        self.drop_given_up(&mut is_meant);
        self.order.notices.retain(|notice| notice.is_under_way(now) || !is_meant(notice));
        refund_ids
            .iter()
            .zip(is_withdrawn)
            .filter(|(_, is_withdrawn)| *is_withdrawn)
            .map(|(refund_id, _)| refund_id.clone())
            .collect()
    }

    /// Whether the notice of an agreement waits for a refusal that somebody is sending: it may arrive after what is replied now.
    pub(super) fn agreement_waits(&self, refund_id: &str) -> bool {
        let about = self.about_refund(refund_id);
        let of_refund = || self.order.notices.iter().filter(|notice| notice.id.starts_with(&about));
        let is_refused = of_refund().any(|notice| notice.is_refusal() && notice.is_under_way(self.now));
        is_refused && of_refund().any(|notice| !notice.is_refusal())
    }

    /// Refusals that were under way when their refunds were agreed are not sent again.
    pub(super) fn withdraw_overtaken_refusals(&mut self) {
        let agreed = self.order.refunds.iter().filter(|refund| refund.state == RefundState::AGREED);
        let agreed: Vec<String> = agreed.map(|refund| refund.refund_id.clone()).collect();
        self.withdraw_refusals(&agreed);
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
        self.put_once(&REFUND_NOTICE, &[refund_id, &digits(u64::from(code.unsigned_abs()))], body);
    }

    /// Tickets that are known one by one were used.
    pub(super) fn notify_units_used(&mut self, entry: &str, units: &[usize], at: Timestamp, totals: &Totals) {
        let order = &self.order;
        let used = units.iter().filter_map(|&place| order.units.get(place));
        // The tickets of a code in common are one entry.
        let codes = used.clone().enumerate().filter_map(|(place, unit)| Some((unit.voucher.as_deref()?, place)));
        let by_code = sorted(codes.clone());
        let first_ones = codes.filter_map(|(code, place)| {
            let same = equal(&by_code, code);
            let is_first = same.first().is_some_and(|(_, first)| *first == place);
            is_first.then(|| used_voucher(code, same.len() as u32, at))
        });
        let vouchers = first_ones.collect();
        let credentials = used.flat_map(|unit| {
            order.credentials_of(unit).map(|known| CredentialVoucher {
                voucher: unit.voucher.clone().or_else(|| known.voucher.clone()).filter(|voucher| !voucher.is_empty()),
                status: Some(VoucherStatus::USED),
                ..known.clone()
            })
        });
        let credentials = credentials.collect();
        self.notify_consumed(entry, vouchers, credentials, totals);
    }

    /// A number of tickets was used, in an order whose tickets are not known one by one.
    pub(super) fn notify_tickets_used(&mut self, entry: &str, quantity: u32, at: Timestamp, totals: &Totals) {
        let vouchers = self.order.standing_code().map(|code| used_voucher(code, quantity, at)).into_iter().collect();
        self.notify_consumed(entry, vouchers, Vec::new(), totals);
    }

    fn notify_consumed(
        &mut self,
        entry: &str,
        vouchers: Vec<ConsumedVoucher>,
        credentials: Vec<CredentialVoucher>,
        totals: &Totals,
    ) {
        let order = &self.order;
        let notice = ConsumeNotice {
            order_id: order.order_id,
            partner_order_id: self.partner_order_id(),
            quantity: i32::try_from(order.quantity).unwrap_or(i32::MAX),
            used_quantity: totals.used,
            refunded_quantity: totals.refunded,
            voucher_list: Some(vouchers).filter(|list| !list.is_empty()),
            credential_list: Some(credentials).filter(|list| !list.is_empty()),
            ..ConsumeNotice::default()
        };
        let mut body = Vec::new();
        notice.encode(&mut body);
        // An entry counts once, so that its notice is not there yet.
        let id = self.notice_id(&CONSUME_NOTICE, &[entry]);
        self.put(id, &CONSUME_NOTICE, body);
    }

    /// A consume notice has the number of used tickets up to its entry, and of refunded ones when it is sent.
    pub(super) fn update_consume_notices(&mut self) {
        let counts = self.order.counts();
        self.order.notices.iter_mut().for_each(|notice| notice.update(&counts, false));
    }
}

impl Notice {
    /// The refundId of a refund notice: its id is refundNotice:<orderId>:<refundId>:<code>.
    pub(super) fn refund_id(&self) -> Option<&str> {
        let (subject, _) = self.id.rsplit_once(':').filter(|_| self.name == REFUND_NOTICE.name)?;
        subject.splitn(3, ':').nth(2)
    }

    /// Whether it says that a refund is refused.
    pub(super) fn is_refusal(&self) -> bool {
        self.name == REFUND_NOTICE.name && !self.id.ends_with(":200")
    }

    /// Whether somebody is sending it.
    pub(super) fn is_under_way(&self, now: Timestamp) -> bool {
        self.claimed_until.is_some_and(|until| until > now)
    }

    /// The totals of a consume notice as they are now: of refunded tickets, and of used ones where later entries were sent before.
    pub(super) fn update(&mut self, counts: &Counts, is_late: bool) {
        if self.name == CONSUME_NOTICE.name {
            let (mut packed, source) = (Packed::default(), self.body.as_str().as_bytes());
            read(ConsumeNotice::MESSAGE, source, Reading { notation: Notation::Stored, ..Reading::WIRE }, &mut packed);
            let Some(mut known) = packed.decode::<ConsumeNotice>(ConsumeNotice::MESSAGE, source) else { return };
            if is_late {
                known.used_quantity = counts.used;
            }
            known.refunded_quantity = counts.refunded.min(counts.quantity.saturating_sub(known.used_quantity));
            let mut body = Vec::new();
            known.encode(&mut body);
            self.body = RawJson::verbatim(body);
        }
    }
}

fn used_voucher(code: &str, quantity: u32, at: Timestamp) -> ConsumedVoucher {
    ConsumedVoucher {
        voucher: code.to_owned(),
        voucher_pics: None,
        voucher_invalid_time: at,
        quantity: i32::try_from(quantity).unwrap_or(i32::MAX),
        status: VoucherStatus::USED,
    }
}
