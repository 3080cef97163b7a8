//! What happens to a small order, decoded from bytes: few numbers and codes, so that what happens is about the same things.

use crate::input::Input;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::{Date, Timestamp};

pub(crate) const ORDER: Id = Id(7);
pub(crate) const START: i64 = 1_772_416_800_000;
/// Nothing, a millisecond, more than every lease, more than every term.
const STEPS: [i64; 4] = [0, 1_000, 70_000, 10 * 86_400_000];
const OUTCOMES: [Outcome; 4] = [Outcome::DONE, Outcome::PENDING, Outcome::REFUSED, Outcome::UNKNOWN];
const REFUNDS: [&str; 3] = ["R1", "R2", "R3"];

/// What the order is, and what the time is.
pub(crate) struct Story {
    pub(crate) quantity: u32,
    pub(crate) voucher_type: VoucherType,
    /// Each ticket is issued for a credential.
    pub(crate) is_real_name: bool,
    pub(crate) now: Timestamp,
    /// Keys of functions that were run.
    pub(crate) run: Vec<String>,
}

impl Story {
    pub(crate) fn new(input: &mut Input<'_>) -> Self {
        let quantity = 1 + input.below(4) as u32;
        let types = [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER, VoucherType::NONE];
        let kind = input.below(6);
        Story { quantity, voucher_type: types[kind % 3], is_real_name: kind > 2, now: Timestamp(START), run: Vec::new() }
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        let count = match self.voucher_type {
            VoucherType::CODE_PER_TICKET => self.quantity,
            VoucherType::CODE_PER_ORDER => 1,
            _ => 0,
        };
        (1..=count).map(|number| format!("C{number}")).collect()
    }

    /// The next event. Some time may pass before it.
    pub(crate) fn event(&mut self, input: &mut Input<'_>, order: Option<&Order>) -> Event {
        let (what, how) = (input.below(28), input.byte());
        self.now.0 += STEPS[usize::from(how >> 6)];
        let pick = usize::from(how & 63);
        match what {
            0 => OrderCreate { order_id: ORDER, quantity: self.quantity as i32, ..OrderCreate::default() }.into(),
            1 => OrderPay { order_id: ORDER, ..OrderPay::default() }.into(),
            2 => OrderQuery { order_id: ORDER, ..OrderQuery::default() }.into(),
            3 | 4 => self.refund(pick, input),
            5 => {
                let close_type = [CloseType::UNPAID, CloseType::CREATE_FAILED, CloseType::ISSUE_FAILED, CloseType(9)][pick % 4];
                OrderClose { order_id: ORDER, close_type, ..OrderClose::default() }.into()
            }
            6 | 24 => self.refunded(pick, input),
            7 => self.reschedule(pick),
            8..=15 => self.ended(pick, input),
            16 => Event::Issued(self.paid()),
            17 => IssueFailed { code: None, describe: "售罄".into() }.into(),
            18 => self.agreed(pick),
            19 => RefundRefused { refund_id: REFUNDS[pick % 3].into(), code: None, describe: "已过期".into() }.into(),
            20 | 21 => self.consumed(pick),
            22 => match order.and_then(|order| order.notices.get(pick % order.notices.len().max(1))) {
                Some(notice) => NoticeAccepted { id: notice.id.clone() }.into(),
                None => TimePassed { without_sender: Some(pick % 2 == 0) }.into(),
            },
            25 => PersonalDataCleared {}.into(),
            27 => self.admit(pick),
            26 => match order.and_then(|order| order.conflicts.get(pick % order.conflicts.len().max(1))) {
                Some(conflict) => ConflictResolved { id: conflict.id.clone(), note: None }.into(),
                None => TimePassed::default().into(),
            },
            _ => match order.and_then(|order| order.attempts.get(pick % order.attempts.len().max(1))) {
                Some(attempt) => TakeOver { key: attempt.key.clone() }.into(),
                None => TimePassed::default().into(),
            },
        }
    }

    fn paid(&self) -> OrderPaid {
        OrderPaid {
            order_id: ORDER,
            partner_order_id: "P".into(),
            voucher_type: Some(self.voucher_type),
            vouchers: Some(self.codes()).filter(|codes| !codes.is_empty()),
            real_name_type: self.is_real_name.then_some(RealNameType::YES),
            credential_list: self.is_real_name.then(|| (0..self.quantity).map(|number| self.credential(number)).collect()),
            ..OrderPaid::default()
        }
    }

    fn credential(&self, number: u32) -> CredentialVoucher {
        let voucher = self.codes().get(number as usize).cloned();
        CredentialVoucher { credential_no: format!("I{number}"), voucher, ..CredentialVoucher::default() }
    }

    fn agreed(&self, pick: usize) -> Event {
        let refund_id = ["R1", "R2", "R3", "S1", "S2", "S1#2"][pick % 6].into();
        let vouchers = self.codes().get(pick / 6 % 5).map(|code| vec![code.clone()]);
        let same_as = (pick > 48).then(|| REFUNDS[pick % 3].to_owned());
        RefundAgreed { refund_id, vouchers, same_as, ..RefundAgreed::default() }.into()
    }

    fn refund(&self, pick: usize, input: &mut Input<'_>) -> Event {
        let quantity = 1 + pick as u32 % 4;
        let codes = self.codes();
        let voucher_list = match self.voucher_type {
            VoucherType::CODE_PER_TICKET => {
                let first = input.below(codes.len());
                codes.iter().cycle().skip(first).take(quantity as usize).cloned().collect()
            }
            _ => codes,
        };
        let refund_id = REFUNDS[pick / 4 % 3].into();
        let credential_list =
            self.is_real_name.then(|| (0..quantity.min(self.quantity)).map(|number| self.credential(number)).collect());
        let refund_quantity = quantity as i32;
        let ids = OrderRefund { order_id: ORDER, refund_id, ..OrderRefund::default() };
        OrderRefund { voucher_list, refund_quantity, credential_list, ..ids }.into()
    }

    fn refunded(&self, pick: usize, input: &mut Input<'_>) -> Event {
        let serial = ["", "R1", "S1", "S2"][pick % 4];
        let kinds = [
            RefundMessageType::CUSTOMER_SERVICE,
            RefundMessageType::PAY_STATE_UNKNOWN,
            RefundMessageType::APPROVAL_TIMED_OUT,
            RefundMessageType(9),
        ];
        let kind = kinds[pick / 4 % 4];
        let count = 1 + (pick / 16) as u32;
        let named = [0, 1, 2][input.below(3)];
        let voucher_list: Vec<String> = self.codes().into_iter().skip(pick % 3).take(named).collect();
        let message = RefundedMessage {
            order_id: ORDER,
            voucher_list: Some(voucher_list).filter(|codes| !codes.is_empty()),
            refund_serial_no: Some(serial.to_owned()).filter(|serial| !serial.is_empty()),
            refund_message_type: kind,
            count,
            refund_time: Timestamp(START),
            ..RefundedMessage::default()
        };
        message.into()
    }

    fn reschedule(&self, pick: usize) -> Event {
        let target_date = Date::new(2026, 2, 10 + (pick / 4 % 8) as u8).filter(|_| pick.is_multiple_of(2));
        let reschedule_no = ["A1", "A2"][pick / 2 % 2].into();
        OrderReschedule { order_id: ORDER, reschedule_no, target_date, ..OrderReschedule::default() }.into()
    }

    fn consumed(&self, pick: usize) -> Event {
        let codes = self.codes();
        let vouchers = codes.get(pick / 4 % 5).map(|code| vec![code.clone()]);
        let quantity = (vouchers.is_none() && pick / 32 == 0).then_some(1 + pick as u32 % 2);
        let credentials = (self.is_real_name && pick.is_multiple_of(3))
            .then(|| vec![Credential { credential_type: None, credential_no: format!("I{}", pick / 3 % 4) }]);
        Consumed { id: format!("E{}", pick % 4), vouchers, quantity, credentials, ..Consumed::default() }.into()
    }

    fn admit(&self, pick: usize) -> Event {
        let Event::Consumed(Consumed { quantity, vouchers, credentials, .. }) = self.consumed(pick) else { unreachable!() };
        // Of the ids some are those of entries.
        Admit { id: format!("{}{}", if pick > 40 { "E" } else { "G" }, pick % 4), at: None, quantity, vouchers, credentials }.into()
    }

    fn ended(&self, pick: usize, input: &mut Input<'_>) -> Event {
        let key = self.run.get(pick / 4 % self.run.len().max(1)).cloned().unwrap_or_else(|| "orderPay:7".into());
        let outcome = OUTCOMES[pick % 4];
        let is = |call: &str| outcome == Outcome::DONE && key.starts_with(call);
        let created = is("orderCreate").then(|| OrderCreated { order_id: None, partner_order_id: "P".into() });
        let paid = is("orderPay").then(|| self.paid());
        let rescheduled = is("orderReschedule").then(|| self.rescheduled(&key, input));
        let describe = Some("原因".into());
        AttemptEnded { key, outcome, created, paid, rescheduled, describe, ..AttemptEnded::default() }.into()
    }

    fn rescheduled(&self, key: &str, input: &mut Input<'_>) -> OrderRescheduled {
        let voucher = [None, Some("N1"), Some("N2")][input.below(3)].map(str::to_owned);
        OrderRescheduled {
            order_id: ORDER,
            reschedule_no: key.rsplit(':').next().unwrap_or_default().into(),
            success_count: Some(1),
            credential_vouchers: voucher
                .map(|voucher| vec![RescheduledVoucher { voucher: Some(voucher), ..RescheduledVoucher::default() }]),
        }
    }
}

/// An event as JavaScript would send it.
pub(crate) fn event_json(event: &Event) -> Vec<u8> {
    event.to_json().into_bytes()
}
