//! What the tests of the order machine share: an order in somebody's store, the time, and the events that are applied to it.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::{Timestamp, parse_wall_clock};
use serde_json::Value;

pub(crate) const ORDER: Id = Id(8_985_652_356_562_370_000);
/// Monday, 2026-03-02 10:00 (UTC+8).
pub(crate) const NOW: Timestamp = Timestamp(1_772_416_800_000);
/// The last time that `yyyy-MM-dd HH:mm:ss` can hold.
pub(crate) const LAST: i64 = 253_402_271_999_999;
pub(crate) const LEASE: i64 = 60_000;
pub(crate) const CREATE_LEASE: i64 = 20_000;

/// An order in somebody's store, and the time.
#[derive(Clone, Default)]
pub(crate) struct Desk {
    pub(crate) order: Option<Order>,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Desk { now: NOW, ..Desk::default() }
    }

    /// Applies an event and stores what comes of it.
    pub(crate) fn tell(&mut self, event: impl Into<Event>) -> Transition {
        let transition = apply(self.order.as_ref(), &event.into(), &self.settings, self.now);
        assert_eq!(transition.kind == TransitionKind::Moved, transition.next.is_some());
        if let Some(next) = &transition.next {
            assert_eq!(Order::from_json(next.to_json().as_bytes()), Ok(Some(next.clone())), "what is stored must be read again");
            let by_serde = serde_json::to_string(next).unwrap();
            assert_eq!(&serde_json::from_str::<Order>(&by_serde).unwrap(), next, "{by_serde}");
            self.order = Some(next.clone());
        }
        transition
    }

    pub(crate) fn run(&mut self, event: impl Into<Event>) -> String {
        let transition = self.tell(event);
        let Answer::Run(run) = transition.answer else { panic!("{transition:?}") };
        run.key
    }

    pub(crate) fn reply(&mut self, event: impl Into<Event>) -> OrderReply {
        let transition = self.tell(event);
        let Answer::Reply(reply) = transition.answer else { panic!("{transition:?}") };
        *reply
    }

    pub(crate) fn code(&mut self, event: impl Into<Event>) -> i32 {
        self.reply(event).code
    }

    pub(crate) fn order(&self) -> &Order {
        self.order.as_ref().unwrap()
    }

    pub(crate) fn later(&mut self, milliseconds: i64) -> &mut Self {
        self.now.0 += milliseconds;
        self
    }

    pub(crate) fn state_told(&mut self) -> OrderState {
        let Some(ReplyBody::OrderQuery(state)) = self.reply(query()).body else { panic!() };
        state
    }

    pub(crate) fn notices(&self) -> Vec<(&str, Value)> {
        let notice = |notice: &'_ Notice| serde_json::from_str(notice.body.as_str()).unwrap();
        self.order().notices.iter().map(|each| (each.name.as_str(), notice(each))).collect()
    }

    pub(crate) fn created(quantity: i32) -> Self {
        let mut desk = Desk::new();
        let key = desk.run(create(quantity));
        assert_eq!(desk.code(created(&key)), 200);
        desk
    }

    pub(crate) fn issuing(quantity: i32) -> Self {
        let mut desk = Desk::created(quantity);
        let key = desk.run(pay());
        assert_eq!(desk.code(end(&key, Outcome::PENDING)), 598);
        desk
    }

    pub(crate) fn issued(quantity: i32) -> Self {
        Desk::issued_as(quantity, paid(quantity))
    }

    pub(crate) fn issued_as(quantity: i32, paid: OrderPaid) -> Self {
        let mut desk = Desk::created(quantity);
        let key = desk.run(pay());
        assert_eq!(desk.code(AttemptEnded { paid: Some(paid), ..end(&key, Outcome::DONE) }), 200);
        desk
    }
}

pub(crate) fn create(quantity: i32) -> OrderCreate {
    let visitor = Visitor { name: Some("张三".into()), ..Visitor::default() };
    OrderCreate { order_id: ORDER, partner_deal_id: "D".into(), quantity, visitors: Some(vec![visitor]), ..OrderCreate::default() }
}

pub(crate) fn end(key: &str, outcome: Outcome) -> AttemptEnded {
    AttemptEnded { key: key.into(), outcome, ..AttemptEnded::default() }
}

pub(crate) fn created(key: &str) -> AttemptEnded {
    let created = OrderCreated { order_id: None, partner_order_id: "P".into() };
    AttemptEnded { created: Some(created), ..end(key, Outcome::DONE) }
}

pub(crate) fn refused(key: &str, code: i32, describe: &str) -> AttemptEnded {
    AttemptEnded { code: Some(code), describe: Some(describe.into()), ..end(key, Outcome::REFUSED) }
}

pub(crate) fn pay() -> OrderPay {
    OrderPay { order_id: ORDER, ..OrderPay::default() }
}

pub(crate) fn codes(quantity: i32) -> Vec<String> {
    (1..=quantity).map(|number| format!("C{number}")).collect()
}

pub(crate) fn paid(quantity: i32) -> OrderPaid {
    OrderPaid {
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(codes(quantity)),
        order_id: ORDER,
        partner_order_id: "P".into(),
        ..OrderPaid::default()
    }
}

pub(crate) fn paid_with_one_code() -> OrderPaid {
    OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(1) }
}

pub(crate) fn query() -> OrderQuery {
    OrderQuery { order_id: ORDER, ..OrderQuery::default() }
}

pub(crate) fn refund(refund_id: &str, vouchers: &[&str]) -> OrderRefund {
    OrderRefund {
        order_id: ORDER,
        refund_id: refund_id.into(),
        partner_order_id: Some("P".into()),
        voucher_list: vouchers.iter().map(|&voucher| voucher.into()).collect(),
        refund_quantity: vouchers.len() as i32,
        ..OrderRefund::default()
    }
}

pub(crate) fn close(close_type: CloseType) -> OrderClose {
    OrderClose { order_id: ORDER, close_type, ..OrderClose::default() }
}

pub(crate) fn refunded(kind: RefundMessageType, serial: &str, count: u32) -> RefundedMessage {
    RefundedMessage {
        order_id: ORDER,
        refund_serial_no: (!serial.is_empty()).then(|| serial.into()),
        refund_message_type: kind,
        reason: "原因".into(),
        refund_time: NOW,
        count,
        ..RefundedMessage::default()
    }
}

pub(crate) fn agree(refund_id: &str) -> RefundAgreed {
    RefundAgreed { refund_id: refund_id.into(), ..RefundAgreed::default() }
}

pub(crate) fn refuse(refund_id: &str) -> RefundRefused {
    RefundRefused { refund_id: refund_id.into(), code: None, describe: "已过退改期限".into() }
}

pub(crate) fn entered(id: &str, vouchers: &[&str]) -> Consumed {
    let vouchers = vouchers.iter().map(|&voucher| voucher.into()).collect();
    Consumed { id: id.into(), vouchers: Some(vouchers), ..Consumed::default() }
}

pub(crate) fn entered_by_count(id: &str, quantity: u32) -> Consumed {
    Consumed { id: id.into(), quantity: Some(quantity), ..Consumed::default() }
}

pub(crate) fn quantities(state: &OrderState) -> (u32, u32, u32) {
    (state.order_quantity, state.used_quantity, state.refunded_quantity)
}

pub(crate) fn statuses(state: &OrderState) -> Vec<(String, u32, i32)> {
    let of = |voucher: &Voucher| (voucher.voucher.clone(), voucher.quantity, voucher.status.0);
    state.voucher_list.iter().flatten().map(of).collect()
}

pub(crate) fn clock(text: &str) -> Timestamp {
    parse_wall_clock(text.as_bytes()).unwrap()
}
