//! An order, its events, and the time.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;
use serde_json::Value;

pub(crate) const ORDER: Id = Id(7);
/// Monday, 2026-03-02 10:00 (UTC+8).
pub(crate) const NOW: Timestamp = Timestamp(1_772_416_800_000);
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 1440 * MINUTE;
/// The limit of a send, and what is added.
pub(crate) const LEASE: i64 = 90_000;

pub(crate) struct Desk {
    pub(crate) order: Option<Order>,
    pub(crate) now: Timestamp,
}

impl Desk {
    /// Codes C1 to C4, issued after a 598: the pay notice is due.
    pub(crate) fn issued() -> Self {
        let mut desk = Desk { order: None, now: NOW };
        desk.tell(OrderCreate { order_id: ORDER, quantity: 4, ..OrderCreate::default() });
        let created = Some(OrderCreated { order_id: None, partner_order_id: "P".into() });
        desk.tell(AttemptEnded { created, ..ended("orderCreate:7", Outcome::DONE) });
        desk.tell(OrderPay { order_id: ORDER, ..OrderPay::default() });
        desk.tell(ended("orderPay:7", Outcome::PENDING));
        let codes = (1..=4).map(|number| format!("C{number}")).collect();
        let ids = OrderPaid { order_id: ORDER, partner_order_id: "P".into(), ..OrderPaid::default() };
        desk.tell(Event::Issued(OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers: Some(codes), ..ids }));
        desk
    }

    /// The same, and Meituan has accepted the pay notice.
    pub(crate) fn settled() -> Self {
        let mut desk = Desk::issued();
        desk.tell(NoticeAccepted { id: "payNotice:7".into() });
        desk
    }

    pub(crate) fn tell(&mut self, event: impl Into<Event>) -> Transition {
        let transition = apply(self.order.as_ref(), &event.into(), &Settings::default(), self.now);
        if let Some(next) = &transition.next {
            assert_eq!(Order::from_json(next.to_json().as_bytes()), Ok(Some(next.clone())));
            self.order = Some(next.clone());
        }
        transition
    }

    pub(crate) fn order(&self) -> &Order {
        self.order.as_ref().unwrap()
    }

    pub(crate) fn later(&mut self, milliseconds: i64) -> &mut Self {
        self.now.0 += milliseconds;
        self
    }

    pub(crate) fn claim(&mut self) -> Vec<Notice> {
        match self.tell(ClaimNotices {}).answer {
            Answer::Send(notices) => notices,
            Answer::None => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn claimed(&mut self) -> Vec<String> {
        self.claim().into_iter().map(|notice| notice.id).collect()
    }

    pub(crate) fn end(&mut self, notice: &Notice, delivery: Delivery) -> Transition {
        self.tell(NoticeEnded { id: notice.id.clone(), tries: notice.tries.unwrap(), delivery })
    }

    pub(crate) fn refund(&mut self, refund_id: &str, code: &str) {
        let (refund_id, voucher_list) = (refund_id.to_owned(), vec![code.to_owned()]);
        let key = format!("orderRefund:7:{refund_id}");
        self.tell(OrderRefund { order_id: ORDER, refund_id, voucher_list, refund_quantity: 1, ..OrderRefund::default() });
        self.tell(ended(&key, Outcome::PENDING));
    }

    pub(crate) fn agree(&mut self, refund_id: &str) {
        self.tell(RefundAgreed { refund_id: refund_id.into(), ..RefundAgreed::default() });
    }

    pub(crate) fn refuse(&mut self, refund_id: &str) {
        self.tell(RefundRefused { refund_id: refund_id.into(), code: None, describe: "已过退改期限".into() });
    }

    /// The supplier's decision about a refund.
    pub(crate) fn decide(&mut self, refund_id: &str, is_agreed: bool) {
        if is_agreed { self.agree(refund_id) } else { self.refuse(refund_id) }
    }

    pub(crate) fn enter(&mut self, id: &str, code: &str) {
        self.tell(Consumed { id: id.into(), vouchers: Some(vec![code.into()]), ..Consumed::default() });
    }

    pub(crate) fn due(&self) -> Option<i64> {
        next_due(self.order(), &Settings::default()).map(|at| at.0 - NOW.0)
    }
}

pub(crate) fn ended(key: &str, outcome: Outcome) -> AttemptEnded {
    AttemptEnded { key: key.into(), outcome, ..AttemptEnded::default() }
}

pub(crate) fn body(notice: &Notice) -> Value {
    serde_json::from_str(notice.body.as_str()).unwrap()
}

pub(crate) fn open_conflicts(desk: &Desk) -> Vec<&str> {
    let open = desk.order().conflicts.iter().filter(|conflict| conflict.resolved_at.is_none());
    open.map(|conflict| conflict.breach.as_str()).collect()
}
