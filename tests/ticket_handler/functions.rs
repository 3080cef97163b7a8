//! Functions that fail, are late or break off; what has begun is done to its end.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::testing::NoticeAnswer;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::PayNoticeRequest;

#[test]
fn a_function_that_fails_or_panics_is_answered_598_and_runs_again_with_the_same_key() {
    for act in [Mode::Fails, Mode::Panics] {
        let world = World::begin();
        world.code(create());
        world.acts(act);
        assert_eq!(world.code(pay()), 598);
        assert!(world.heard.has("error the function failed"), "{:?}", world.heard.lines());
        world.acts(Mode::Done);
        world.time.pass(60_000);
        assert_eq!(world.settle(), None);
        assert_eq!(world.runs()[1], world.runs()[2]);
        assert_eq!(world.sent(), ["payNotice"]);
        assert_eq!(world.code(pay()), 200);
    }
}

#[test]
fn a_function_that_is_late_is_answered_598_and_goes_on() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::After(40_000));
    assert_eq!(world.code(pay()), 598);
    assert_eq!(world.time.passed(), 23_000);
    world.time.rest();
    assert_eq!((world.order().order_status, world.order().notices.len()), (Some(OrderStatus::ISSUED), 1));
    assert_eq!(world.settle(), None);
    let notice = world.notices.lock().unwrap()[0].clone();
    let judged = meituan().receive_notice(&notice.parts(), &notice.body, NoticeAnswer::accepted(), world.handler_now());
    assert!(judged.passed(), "{:?}", judged.findings);
    let message: PayNoticeRequest = judged.message().unwrap();
    assert_eq!(message.body.vouchers.unwrap(), ["code-0", "code-1"]);
    assert_eq!(world.runs().len(), 2);
}

#[test]
fn a_create_that_fails_or_is_late_gets_no_reply_and_its_repeat_gets_the_truth() {
    let world = World::begin();
    world.acts(Mode::Fails);
    world.is_unknown(create());
    assert!(world.heard.has("no reply"));
    world.acts(Mode::After(18_000));
    world.time.pass(20_000);
    world.is_unknown(create());
    assert_eq!(world.time.passed(), 33_000);
    world.time.rest();
    assert_eq!(world.code(create()), 200);
    assert_eq!(world.runs().len(), 2);
}

#[test]
fn what_has_begun_is_done_to_its_end_though_nobody_waits() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::After(100));
    let call = meituan().call(pay(), world.handler_now()).unwrap();
    let reply = world.handler.handle(&call.parts(), &call.body);
    world.time.run(async {
        let mut reply = Box::pin(reply);
        // The connection breaks while the function runs.
        std::future::poll_fn(|context| {
            let _ = reply.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
        drop(reply);
    });
    world.time.rest();
    assert_eq!(world.order().order_status, Some(OrderStatus::ISSUED));
    assert!(world.order().attempts.is_empty());
}
