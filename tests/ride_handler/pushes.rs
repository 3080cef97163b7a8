//! Pushes: saved first, then answered.

use crate::handler_support::{Heard, NOW, Virtual};
use crate::world::*;
use meituan_protocol::ride::PUSH_OK;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use meituan_protocol::ride::order::RideTransitionKind;
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::testing::{MeituanRide, SealedPush};
use meituan_protocol::time::Timestamp;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

#[test]
fn a_push_is_saved_before_it_is_answered_and_a_repeat_is_a_duplicate() {
    let (store, seen) = (Arc::new(MemoryStore::default()), Arc::<Mutex<Vec<_>>>::default());
    let (stored, hearing) = (store.clone(), seen.clone());
    let world = World::with(store, Virtual::new(), platform(), move |builder| {
        builder.on_push(move |push| {
            let (store, seen) = (stored.clone(), hearing.clone());
            async move {
                let revision = store.load(ID.into()).await?.map(|stored| stored.revision);
                let recorded = push.recorded.unwrap();
                seen.lock().unwrap().push((recorded.kind, recorded.key, recorded.standing.status, revision));
                if seen.lock().unwrap().len() == 1 { Err("the front end is away".into()) } else { Ok(()) }
            }
        })
    });
    assert!(world.push(RideEvent::ORDER_CREATED).starts_with(r#"{"code":2,"#));
    assert!(world.heard.has("error the function failed: the front end is away"));
    assert_eq!(world.push(RideEvent::ORDER_CREATED), PUSH_OK);
    let known = |kind| (kind, ID.to_owned(), RideStatus::SUBMITTED, Some(1));
    assert_eq!(*seen.lock().unwrap(), [known(RideTransitionKind::Moved), known(RideTransitionKind::Duplicate)]);
    assert_eq!(world.standing().status, RideStatus::SUBMITTED);
}

#[test]
fn a_push_that_the_store_does_not_take_is_a_failure_within_the_deadline_and_reported() {
    for (mood, report) in [
        (Mood::Fails, "the store failed: the database is away"),
        (Mood::Panics, "the store failed: it panicked"),
        (Mood::Hangs, "not recorded: the store has not ended in time"),
        (Mood::Conflicts, "not recorded: others have saved the order first each time"),
        (Mood::Nonsense, "the store failed: MISSING_FIELD"),
    ] {
        let shared = Arc::new(Mutex::new(mood));
        let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
        assert!(world.push(RideEvent::ORDER_CREATED).starts_with(r#"{"code":2,"#));
        assert!(world.time.passed() <= 5_000, "{}", world.time.passed());
        assert!(world.heard.has(report), "{report}: {:?}", world.heard.lines());
        let settled = world.time.run(world.handler.settle(ID));
        assert_eq!(settled.is_err(), !matches!(mood, Mood::Conflicts), "{settled:?}");
        *shared.lock().unwrap() = Mood::Well;
        assert_eq!(world.push(RideEvent::ORDER_CREATED), PUSH_OK);
    }
}

#[test]
fn a_push_of_another_business_or_of_no_order_is_taken_and_kept_nowhere() {
    let heard = Arc::<Mutex<Vec<bool>>>::default();
    let hearing = heard.clone();
    let world = World::with(Arc::new(MemoryStore::default()), Virtual::new(), platform(), move |builder| {
        builder.on_push(move |push| {
            hearing.lock().unwrap().push(push.recorded.is_some());
            async { Ok(()) }
        })
    });
    let nobodys = OrderChanged { event_code: Some(RideEvent::ORDER_PAID), ..OrderChanged::default() };
    assert_eq!(world.push(nobodys), PUSH_OK);
    assert!(world.heard.has("warning push event.some-order"), "{:?}", world.heard.lines());
    let other = OrderChanged { mt_order_id: Some("9".into()), sqt_type: Some(3), ..OrderChanged::default() };
    assert_eq!(world.push(other), PUSH_OK);
    assert_eq!(*heard.lock().unwrap(), [false, false]);
    assert_eq!(world.time.run(world.handler.due(10)).unwrap(), [] as [&str; 0]);
}

#[test]
fn what_is_not_authentic_is_answered_as_such_and_reported() {
    let world = World::begin();
    let answer = world.time.run(world.handler.handle("/event", b"token=WRONG&content=x"));
    assert!(answer.starts_with(r#"{"code":1010,"#), "{answer}");
    assert!(world.heard.has("refused: WRONG_TOKEN"), "{:?}", world.heard.lines());
}

#[test]
fn what_has_begun_is_done_to_its_end_though_nobody_waits() {
    let world = World::begin();
    let SealedPush { uri, body, .. } = Pushed::from(RideEvent::ORDER_CREATED).sealed(Timestamp(NOW));
    let answer = world.handler.handle(&uri, body.as_bytes());
    world.time.run(async {
        let mut answer = Box::pin(answer);
        poll_fn(|context| {
            let _ = answer.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
    });
    world.time.rest();
    assert_eq!(world.standing().status, RideStatus::SUBMITTED);
}

#[cfg(all(feature = "tokio", feature = "http"))]
#[test]
fn under_tokio_whole_pushes_are_answered_in_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let platform = platform();
        let handler = builder(MemoryStore::default(), Tokio, platform.clone()).hooks(Heard::default()).build();
        let push = Pushed::from(RideEvent::BILL_GENERATED).sealed(Tokio.now().wall);
        let (own, request) = (handler.clone(), http::Request::post(push.uri).body(push.body).unwrap());
        let response = tokio::spawn(async move { own.handle_http(request).await }).await.unwrap();
        assert!(MeituanRide::is_accepted(response.status().as_u16(), response.body()));
        assert_eq!(handler.settle_due().await.unwrap(), Settled { settled: 1, failed: 0 });
        assert_eq!(platform.lock().unwrap().called, ["queryRealTimeOrder", "notifyPaidResult"]);
    });
}
