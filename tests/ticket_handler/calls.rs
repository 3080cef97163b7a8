//! Calls about an order: what they are answered, and what functions may return.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::ticket::CallBody;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::Runtime;
use meituan_protocol::ticket::order::{Consumed, RefundAgreed};
use meituan_protocol::ticket::products::BalanceQuery;
use meituan_protocol::time::Timestamp;

#[test]
fn an_order_is_created_paid_queried_and_refunded_and_repeats_get_the_truth() {
    let world = World::begin();
    for _ in 0..2 {
        assert_eq!(world.code(create()), 200);
    }
    for _ in 0..2 {
        assert_eq!(world.code(pay()), 200);
    }
    let query = OrderQuery { order_id: ORDER, ..OrderQuery::default() };
    let reply = world.time.run(called(&world.handler, &world.time, query));
    let state: OrderState = reply.body().unwrap();
    assert_eq!((state.order_status, state.partner_order_id.as_str()), (OrderStatus::ISSUED, "P7"));
    assert_eq!(world.code(refund("R1", &["code-0"])), 200);
    assert_eq!(world.code(refund("R1", &["code-0"])), 601);
    let close = OrderClose { order_id: ORDER, close_type: CloseType::ISSUE_FAILED, ..OrderClose::default() };
    assert_eq!(world.code(close), 200);
    let id = ORDER.to_string();
    assert_eq!(world.runs(), [format!("orderCreate:{id}"), format!("orderPay:{id}"), format!("orderRefund:{id}:R1")]);
    assert_eq!(world.settle(), None);
    assert_eq!(world.sent(), [] as [&str; 0]);
}

#[test]
fn a_refusal_is_replied_with_its_code_and_reason() {
    let world = World::begin();
    world.acts(Mode::Refused);
    let reply = world.time.run(called(&world.handler, &world.time, create()));
    assert_eq!((reply.code, reply.describe.as_str()), (Some(OrderCreateCode::OTHER.0), "余票不足"));
    assert!(reply.passed());
}

/// The same call may have been received before, as Meituan sent it.
#[test]
fn a_call_that_acts_and_was_cut_on_its_way_gets_no_reply_and_runs_nothing() {
    let world = World::begin();
    let call = meituan().call(create(), world.time.now().wall).unwrap();
    for length in [0, call.body.len() - 1] {
        let reply = world.time.run(world.handler.handle(&call.parts(), &call.body[..length]));
        assert_eq!((reply.status, reply.body.len()), (503, 0));
    }
    assert!(world.heard.has("TRUNCATED_JSON"), "{:?}", world.heard.lines());
    assert_eq!(world.runs(), [] as [&str; 0]);
    let query = meituan().call(OrderQuery { order_id: ORDER, ..OrderQuery::default() }, world.time.now().wall).unwrap();
    assert_eq!(world.time.run(world.handler.handle(&query.parts(), b"")).status, 200);
}

#[test]
fn a_result_that_breaks_a_rule_is_reported_and_stays_open() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Unusable);
    assert_eq!(world.code(pay()), 598);
    let id = ORDER.to_string();
    assert!(world.heard.has("error the function's result is unusable: pay.codes-distinct"), "{:?}", world.heard.lines());
    assert!(world.heard.has(&format!("(order {id}, orderPay, orderPay:{id})")));
    assert_eq!(world.order().attempts[0].unusable, Some(1));
    world.acts(Mode::Done);
    world.time.pass(60_000);
    assert_eq!(world.settle(), None);
    assert_eq!(world.sent(), ["payNotice"]);
}

#[test]
fn a_refusal_without_a_reason_is_a_result_that_cannot_be_used() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::RefusedSilently);
    assert_eq!(world.code(pay()), 598);
    assert!(world.heard.has("error the function's result is unusable: EMPTY_STRING"), "{:?}", world.heard.lines());
    assert_eq!(world.order().attempts[0].unusable, Some(1));
}

#[test]
fn a_refusal_by_a_code_that_is_no_failure_of_the_call_is_a_result_that_cannot_be_used() {
    for code in [777, 0, -1, 200, 598, 601, 602, OrderCreateCode::OTHER.0] {
        let world = World::begin();
        world.code(create());
        world.acts(Mode::RefusedBy(code));
        assert_eq!(world.code(pay()), 598, "{code}");
        assert!(world.heard.has("error the function's result is unusable: ILLEGAL_REPLY_CODE"), "{:?}", world.heard.lines());
        assert_eq!(world.order().attempts[0].unusable, Some(1));
    }
    for code in [200, 598, 601, 602] {
        let world = World::begin();
        world.acts(Mode::RefusedUnlisted(code));
        world.is_unknown(create());
        assert!(world.heard.has("error the function's result is unusable: ILLEGAL_REPLY_CODE"), "{:?}", world.heard.lines());
    }
}

#[test]
fn a_refusal_by_a_code_that_is_not_listed_is_replied_where_the_function_says_so() {
    let world = World::begin();
    world.acts(Mode::RefusedUnlisted(777));
    let reply = world.time.run(called(&world.handler, &world.time, create()));
    assert_eq!((reply.code, reply.describe.as_str()), (Some(777), "余票不足"));
}

#[test]
fn a_refund_that_is_put_off_is_decided_by_an_event_and_guests_are_reported() {
    let world = World::begin();
    world.code(create());
    world.code(pay());
    world.acts(Mode::Pending);
    assert_eq!(world.code(refund("R1", &["code-0"])), 602);
    let agreed = RefundAgreed { refund_id: "R1".into(), ..RefundAgreed::default() };
    world.time.run(world.handler.record(ORDER, agreed)).unwrap();
    let entered = Consumed { id: "gate:1".into(), vouchers: Some(vec!["code-1".into()]), ..Consumed::default() };
    world.time.run(world.handler.record(ORDER, entered)).unwrap();
    world.settle();
    let mut sent = world.sent();
    sent.sort_unstable();
    assert_eq!(sent, ["consumeNotice", "refundNotice"]);
    assert_eq!(world.code(refund("R1", &["code-0"])), 601);
}

#[test]
fn contradictions_are_heard_of_once() {
    let world = World::begin();
    world.code(create());
    let entered = || Consumed { id: "gate:1".into(), ..Consumed::default() };
    world.time.run(world.handler.record(ORDER, entered())).unwrap();
    world.time.run(world.handler.record(ORDER, entered())).unwrap();
    let conflicts: Vec<_> = world.heard.lines().into_iter().filter(|line| line.starts_with("conflict")).collect();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert!(conflicts[0].contains(&format!("order {ORDER}")));
    assert_eq!(world.handler.store().conflicts(), [ORDER]);
}

#[test]
fn calls_about_no_order_are_served_or_are_a_failure_of_their_family() {
    let world = World::begin();
    assert_eq!(world.code(CallBody::Heartbeat), 200);
    for act in [Mode::Fails, Mode::Panics] {
        world.acts(act);
        assert_eq!(world.code(CallBody::Heartbeat), 300);
    }
    let reply = world.time.run(called(&world.handler, &world.time, BalanceQuery::default()));
    assert_eq!((reply.code, reply.describe.as_str()), (Some(300), "接口未实现"));
}

#[test]
fn what_is_not_authentic_gets_the_familys_failure_and_is_reported() {
    use meituan_protocol::testing::Forgery;
    let world = World::begin();
    for forgery in [Forgery::Signature, Forgery::Date] {
        let call = meituan().forged(create(), forgery, world.handler_now()).unwrap();
        let reply = world.time.run(world.handler.handle(&call.parts(), &call.body));
        assert_eq!(reply.status, 200);
        assert!(String::from_utf8(reply.body).unwrap().contains("\"code\":499"));
    }
    assert!(world.heard.has("refused: BAD_SIGNATURE") && world.heard.has("refused: STALE_DATE"));
    assert_eq!(world.runs().len(), 0);
}

#[test]
fn where_no_handler_is_a_failure_of_ones_own_is_503_for_what_acts_and_a_failure_of_the_family_for_the_rest() {
    let supplier = supplier();
    let received = |asked: CallBody| {
        let call = meituan().call(asked, Timestamp(NOW)).unwrap();
        supplier.receive(&call.parts(), &call.body, Timestamp(NOW)).unwrap()
    };
    for asked in [create().into(), CallBody::from(pay()), refund("R1", &["a"]).into()] {
        let reply = supplier.answer_failure(&received(asked));
        assert_eq!((reply.status, reply.body.len()), (503, 0));
    }
    for (asked, code) in [(OrderQuery { order_id: ORDER, ..OrderQuery::default() }.into(), 399), (CallBody::Heartbeat, 300)] {
        let reply = supplier.answer_failure(&received(asked));
        assert_eq!(reply.status, 200);
        assert!(String::from_utf8(reply.body).unwrap().contains(&format!("\"code\":{code}")));
    }
}
