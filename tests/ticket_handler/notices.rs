//! Notices: sent once, again until they are accepted, and given up.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::ticket::Supplier;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::order::{Consumed, Delivery, Notice, RefundRefused};
use meituan_protocol::ticket::service::{Recorded, Service};
use meituan_protocol::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_notice_that_nobody_sends_is_given_up_by_its_age_and_heard_of_and_one_of_a_sender_is_sent_once_before() {
    for has_sender in [false, true] {
        let world = World::begin();
        world.code(create());
        world.acts(Mode::Pending);
        world.code(pay());
        let paid = OrderPaid {
            order_id: ORDER,
            partner_order_id: "P7".into(),
            voucher_type: Some(VoucherType::CODE_PER_TICKET),
            vouchers: Some(vec!["a".into(), "b".into()]),
            ..OrderPaid::default()
        };
        world.time.run(world.handler.record(ORDER, paid)).unwrap();
        *world.answers.lock().unwrap() = 599;
        let garden = Garden { runtime: world.time.clone(), act: world.act.clone(), runs: world.runs.clone() };
        let store = world.handler.store().clone();
        let silent = Handler::builder(supplier(), store, garden, world.time.clone()).hooks(world.heard.clone()).build();
        let settle = || match has_sender {
            true => world.settle(),
            false => world.time.run(silent.settle(ORDER)).unwrap(),
        };
        if !has_sender {
            assert!(settle().is_some_and(|due| due <= world.handler_now()), "it stays owed");
        }
        world.time.pass(7 * 86_400_000);
        assert_eq!(settle(), None, "{has_sender}");
        assert_eq!(world.sent().len(), usize::from(has_sender));
        assert!(world.heard.has(&format!("given up payNotice:{ORDER}")), "{:?}", world.heard.lines());
        assert_eq!(world.order().given_up.unwrap().len(), 1);
    }
}

#[test]
fn two_handlers_on_one_store_send_a_notice_once() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store, one.time.clone(), one.answers.clone(), one.notices.clone());
    one.code(create());
    one.acts(Mode::Fails);
    one.code(pay());
    one.acts(Mode::Done);
    one.time.pass(60_000);
    let (first, second) = (one.handler.settle(ORDER), other.handler.settle(ORDER));
    one.time.run(async {
        let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
        let mut open = [true, true];
        std::future::poll_fn(move |context| {
            open[0] = open[0] && first.as_mut().poll(context).is_pending();
            open[1] = open[1] && second.as_mut().poll(context).is_pending();
            if open == [false, false] { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    });
    assert_eq!(one.sent(), ["payNotice"]);
    assert_eq!(one.runs().len() + other.runs().len(), 3);
}

#[test]
fn a_notice_is_sent_until_meituan_accepts_it() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Pending);
    assert_eq!(world.code(pay()), 598);
    let paid = OrderPaid {
        order_id: ORDER,
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["a".into(), "b".into()]),
        ..OrderPaid::default()
    };
    let Recorded { transition, order } = world.time.run(world.handler.record(ORDER, paid)).unwrap();
    assert_eq!((transition.conflicts.len(), order.unwrap().order_status), (0, Some(OrderStatus::ISSUED)));
    // Nothing comes back, the connection breaks, it is not accepted, it is being processed, it is accepted.
    let mut pauses = Vec::new();
    for code in [0, -1, 599, 300, 200] {
        *world.answers.lock().unwrap() = code;
        let due = world.settle();
        pauses.push(due.map(|due| due.0 - world.handler_now().0));
        world.time.pass(pauses.last().unwrap().unwrap_or_default());
    }
    assert_eq!(pauses[3..], [Some(60_000), None], "{pauses:?}");
    assert_eq!(world.sent(), ["payNotice"; 5]);
    assert!(world.heard.has("Meituan has not replied in time") && world.heard.has("Meituan replied 599"));
    assert_eq!(world.order().notices, []);
}

#[test]
fn a_refusal_that_is_recorded_with_a_blank_reason_is_sent_as_one_without() {
    let world = World::begin();
    world.code(create());
    world.code(pay());
    world.acts(Mode::Pending);
    assert_eq!(world.code(refund("R1", &["code-0"])), 602);
    let refused = RefundRefused { refund_id: "R1".into(), code: None, describe: " ".into() };
    world.time.run(world.handler.record(ORDER, refused)).unwrap();
    assert_eq!(world.settle(), None);
    assert_eq!(world.sent(), ["refundNotice"]);
    let reply = world.time.run(called(&world.handler, &world.time, refund("R1", &["code-0"])));
    assert_eq!((reply.code, reply.describe.as_str()), (Some(OrderRefundCode::OTHER.0), "商家系统拒绝，未说明原因"));
}

#[test]
fn without_a_sender_notices_are_kept() {
    let (time, act, runs) = (Virtual::new(), Arc::default(), Runs::default());
    let garden = Garden { runtime: time.clone(), act, runs };
    let service = Service { deadline: Some(Duration::from_millis(1000)), ..Service::default() };
    let builder = Handler::builder(supplier(), MemoryStore::default(), garden, time.clone());
    let handler = builder.service(service).hooks(Heard::default()).build();
    time.run(called(&handler, &time, create()));
    time.run(called(&handler, &time, pay()));
    let entered = Consumed { id: "gate:1".into(), ..Consumed::default() };
    time.run(handler.record(ORDER, entered)).unwrap();
    assert!(time.run(handler.settle(ORDER)).unwrap().is_some());
    assert_eq!(time.run(handler.order(ORDER)).unwrap().unwrap().notices.len(), 1);
}

#[test]
fn a_notice_that_a_gateway_answers_is_sent_again_whatever_the_body_says() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Pending);
    world.code(pay());
    let paid = OrderPaid {
        order_id: ORDER,
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["a".into(), "b".into()]),
        ..OrderPaid::default()
    };
    world.time.run(world.handler.record(ORDER, paid)).unwrap();
    *world.answers.lock().unwrap() = 502;
    assert!(world.settle().is_some(), "it stays owed");
    *world.answers.lock().unwrap() = 200;
    world.time.pass(3_600_000);
    world.settle();
    assert_eq!(world.sent().len(), 2);
}

#[test]
fn a_reply_to_a_notice_is_accepted_processing_or_later() {
    let notice = |name: &str, body: &str| Notice {
        name: name.into(),
        body: meituan_protocol::message::RawJson::new(body).unwrap(),
        ..Notice::default()
    };
    let pay = notice("payNotice", r#"{"issueType":2,"describe":"上游停航","body":{"orderId":"7","partnerOrderId":"P7"}}"#);
    let consume =
        notice("consumeNotice", r#"{"orderId":"7","partnerOrderId":"P7","quantity":1,"usedQuantity":0,"refundedQuantity":0}"#);
    let supplier: Supplier = supplier();
    for (notice, expected) in [
        (&pay, [Delivery::ACCEPTED, Delivery::PROCESSING, Delivery::LATER]),
        (&consume, [Delivery::ACCEPTED, Delivery::LATER, Delivery::LATER]),
    ] {
        let request = supplier.notice_request(notice, Timestamp(NOW)).unwrap();
        let found = [200, 300, 599].map(|code| request.parse(200, format!(r#"{{"code":{code}}}"#).as_bytes()).unwrap().delivery);
        assert_eq!(found, expected, "{}", notice.name);
    }
    assert!(supplier.notice_request(&notice("orderPay", "{}"), Timestamp(NOW)).is_err());
}
