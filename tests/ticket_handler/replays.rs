//! Calls that came before.

use crate::handler_support::*;
use crate::world::World;
use meituan_protocol::ticket::CallBody;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::time::Timestamp;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A handler that asks this whether a call came before.
fn seeing<Asking>(
    world: &World<Arc<MemoryStore>>,
    seen: impl Fn(SeenCall) -> Asking + Send + Sync + 'static,
) -> Handler<Arc<MemoryStore>, Garden<Virtual>, Virtual>
where
    Asking: Future<Output = Result<bool, BoxError>> + Send + 'static,
{
    let garden = Garden { runtime: world.time.clone(), act: world.act.clone(), runs: world.runs.clone() };
    Handler::builder(supplier(), world.handler.store().clone(), garden, world.time.clone())
        .hooks(world.heard.clone())
        .seen(seen)
        .build()
}

#[test]
fn a_call_that_came_before_is_answered_by_what_is_stored_and_nothing_is_done_for_it() {
    let world = World::begin();
    let memory = Arc::new(SeenInMemory::default());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (known, calls) = (memory, asked.clone());
    let handler = seeing(&world, move |call| {
        calls.lock().unwrap().push(call.clone());
        let is_known = known.seen(call);
        async move { Ok(is_known) }
    });
    let code = |asked: CallBody| {
        let call = meituan().call(asked, Timestamp(NOW)).unwrap();
        let reply = world.time.run(handler.handle(&call.parts(), &call.body));
        let code = meituan().read_reply(&call, reply.status, &reply.body, Some(2)).code;
        (reply.status, code)
    };
    let query = || OrderQuery { order_id: ORDER, partner_order_id: Some("P7".into()) };
    for _ in 0..2 {
        assert_eq!(code(create().into()), (200, Some(200)));
        assert_eq!(code(pay().into()), (200, Some(200)));
        assert_eq!(code(query().into()), (200, Some(200)));
    }
    assert_eq!(world.runs(), ["orderCreate:8985652356562370000", "orderPay:8985652356562370000"], "nothing runs twice");
    // No order is kept of these, and no function says what is true without running.
    assert_eq!(code(CallBody::Heartbeat).0, 200);
    assert_eq!(code(CallBody::Heartbeat), (503, None));
    assert!(
        world.heard.has("error the call came before, and nothing is done for it again (heartbeat)"),
        "{:?}",
        world.heard.lines()
    );

    let calls = asked.lock().unwrap();
    assert_eq!((calls[0].call, calls[0].signature.len(), calls[0].body_digest.len()), ("orderCreate", 28, 64));
    assert_eq!(calls[0].date, meituan_protocol::time::http_date(Timestamp(NOW)));
}

#[test]
fn a_call_that_came_before_and_is_not_stored_gets_no_reply_and_no_failure() {
    let world = World::begin();
    let handler = seeing(&world, |_| async { Ok(true) });
    for asked in [CallBody::from(create()), pay().into(), refund("R1", &["code-0"]).into()] {
        let call = meituan().call(asked, Timestamp(NOW)).unwrap();
        let reply = world.time.run(handler.handle(&call.parts(), &call.body));
        assert_eq!((reply.status, reply.body.len()), (503, 0));
    }
    assert_eq!(world.runs(), Vec::<String>::new());
    assert!(world.time.run(handler.order(ORDER)).unwrap().is_none(), "nothing is stored");
}

#[test]
fn where_it_is_not_known_whether_a_call_came_before_nothing_is_done() {
    let world = World::begin();
    let failing = seeing(&world, |_| async { Err("no connection".into()) });
    let hanging = seeing(&world, |_| pending());
    let panicking = seeing(&world, |_| async { panic!("on purpose") });
    for handler in [failing, hanging, panicking] {
        let began = world.time.passed();
        let call = meituan().call(create(), Timestamp(NOW + began)).unwrap();
        let reply = world.time.run(handler.handle(&call.parts(), &call.body));
        assert_eq!((reply.status, reply.body.len()), (503, 0));
        assert!(world.time.passed() - began <= 10_000);
    }
    for said in ["no connection", "it took too long", "it panicked"] {
        let line = format!("error whether the call came before is not known: {said}");
        assert!(world.heard.has(&line), "{:?}", world.heard.lines());
    }
    assert_eq!(world.runs(), Vec::<String>::new());
}

#[test]
fn calls_are_remembered_for_as_long_as_they_can_come_again_and_no_more_than_so_many() {
    let memory = SeenInMemory::new(Duration::from_millis(100), 2);
    let call = |name, at| SeenCall { call: name, at: Timestamp(at), ..SeenCall::default() };
    assert_eq!([0, 99, 100].map(|at| memory.seen(call("a", at))), [false, true, false]);
    assert_eq!(["b", "c", "b", "c", "a"].map(|name| memory.seen(call(name, 110))), [false, false, true, true, false]);
    let other = SeenCall { body_digest: "other".into(), ..call("a", 110) };
    assert!(!memory.seen(other), "another body is another call");
}
