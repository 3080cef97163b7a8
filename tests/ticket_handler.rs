//! The handler over a store: what Meituan gets, what is saved, what is sent, and what somebody hears of.
#![cfg(feature = "testing")]

mod handler_support;

use handler_support::*;
use meituan_protocol::message::Id;
use meituan_protocol::testing::NoticeAnswer;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::notices::PayNoticeRequest;
use meituan_protocol::ticket::order::{Consumed, Delivery, IssueFailed, Notice, Order, RefundAgreed, RefundRefused};
use meituan_protocol::ticket::products::BalanceQuery;
use meituan_protocol::ticket::service::{NoReply, Recorded, Service};
use meituan_protocol::ticket::{CallBody, SignedRequest, Supplier};
use meituan_protocol::time::Timestamp;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A handler on virtual time, Meituan's end for notices, and all that is known of both.
struct World<S: Store> {
    time: Virtual,
    act: Arc<Mutex<Mode>>,
    runs: Runs,
    heard: Heard,
    /// What Meituan's end answers, and what it got.
    answers: Arc<Mutex<i32>>,
    notices: Arc<Mutex<Vec<SignedRequest>>>,
    handler: Handler<S, Garden<Virtual>, Virtual>,
}

impl World<Arc<MemoryStore>> {
    fn begin() -> Self {
        World::over(Arc::new(MemoryStore::default()))
    }
}

impl<S: Store> World<S> {
    fn over(store: S) -> Self {
        World::with(store, Virtual::new(), Arc::new(Mutex::new(200)), Arc::default())
    }

    fn with(store: S, time: Virtual, answers: Arc<Mutex<i32>>, notices: Arc<Mutex<Vec<SignedRequest>>>) -> Self {
        let (act, runs, heard) = (Arc::<Mutex<Mode>>::default(), Runs::default(), Heard::default());
        let garden = Garden { runtime: time.clone(), act: act.clone(), runs: runs.clone() };
        let (sent, code) = (notices.clone(), answers.clone());
        let handler = Handler::builder(supplier(), store, garden, time.clone())
            .hooks(heard.clone())
            .send(move |request| {
                sent.lock().unwrap().push(request);
                let code = *code.lock().unwrap();
                async move {
                    match code {
                        0 => pending().await,
                        -1 => Err("the connection broke".into()),
                        502 => Ok((502, br#"{"code":200,"describe":"success","partnerId":1122}"#.to_vec())),
                        _ => Ok((200, format!(r#"{{"code":{code},"describe":"-","partnerId":1122}}"#).into_bytes())),
                    }
                }
            })
            .build();
        World { time, act, runs, heard, answers, notices, handler }
    }

    fn acts(&self, act: Mode) {
        *self.act.lock().unwrap() = act;
    }

    fn code(&self, asked: impl Into<CallBody>) -> i32 {
        let reply = self.time.run(called(&self.handler, &self.time, asked));
        assert!(reply.passed(), "{:?} {:?}", reply.findings, self.heard.lines());
        reply.code.unwrap()
    }

    /// That Meituan gets HTTP 503 without a body.
    fn is_unknown(&self, asked: impl Into<CallBody>) {
        let reply = self.time.run(called(&self.handler, &self.time, asked));
        assert_eq!((reply.status, reply.code), (503, None), "{:?}", self.heard.lines());
    }

    fn settle(&self) -> Option<Timestamp> {
        self.time.run(self.handler.settle(ORDER)).unwrap()
    }

    fn order(&self) -> Order {
        self.time.run(self.handler.order(ORDER)).unwrap().unwrap()
    }

    fn sent(&self) -> Vec<&'static str> {
        self.notices.lock().unwrap().iter().map(|request| request.call.name).collect()
    }

    fn runs(&self) -> Vec<String> {
        self.runs.lock().unwrap().iter().map(|(_, key)| key.clone()).collect()
    }
}

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

impl<S: Store> World<S> {
    fn handler_now(&self) -> Timestamp {
        self.time.now().wall
    }
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
fn one_settlement_puts_right_when_an_order_is_due_that_a_clock_has_written_which_was_far_ahead() {
    let ahead = 3 * 86_400_000;
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    *world.answers.lock().unwrap() = 599;
    world.time.pass(ahead);
    world.settle();
    let wrong = world.handler_now();
    world.time.pass(-ahead);
    let due = |at: Timestamp| world.time.run(world.handler.store().due(at, 10)).unwrap();
    assert_eq!(due(Timestamp(world.handler_now().0 + 3_600_000)), [], "the store cannot list it");
    *world.answers.lock().unwrap() = 599;
    for order_id in due(Timestamp(wrong.0 + 3_600_000)) {
        world.time.run(world.handler.settle(order_id)).unwrap();
    }
    assert_eq!(due(Timestamp(world.handler_now().0 + 600_000)), [ORDER]);
    *world.answers.lock().unwrap() = 200;
    world.time.pass(600_000);
    assert_eq!(world.settle(), None);
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

/// A store that does as it is told.
struct Moody {
    inner: MemoryStore,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Well,
    Fails,
    Hangs,
    Panics,
    /// Somebody else is always first.
    Conflicts,
    /// It loads, and never ends saving.
    HangsSaving,
    Nonsense,
}

impl Moody {
    async fn feel(&self, is_saving: bool) -> Result<Mood, BoxError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Fails => Err("the database is away".into()),
            Mood::Panics => panic!("on purpose"),
            Mood::Hangs => pending().await,
            Mood::HangsSaving if is_saving => pending().await,
            _ => Ok(mood),
        }
    }
}

impl Store for Moody {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        if self.feel(false).await? == Mood::Nonsense {
            return Ok(Some(StoredOrder { snapshot: "{}".into(), revision: 1 }));
        }
        self.inner.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        if self.feel(true).await? == Mood::Conflicts {
            return Ok(false);
        }
        self.inner.save(order).await
    }
}

#[test]
fn a_store_that_fails_hangs_or_conflicts_is_answered_503_within_the_deadline_and_reported() {
    for (mood, report) in [
        (Mood::Fails, "the store failed: the database is away"),
        (Mood::Panics, "the store failed: it panicked"),
        (Mood::Hangs, "no reply: the store has not ended in time"),
        (Mood::HangsSaving, "no reply: the store has not ended in time"),
        (Mood::Conflicts, "no reply: others have saved the order first each time"),
        (Mood::Nonsense, "the store failed: MISSING_FIELD"),
    ] {
        let shared = Arc::new(Mutex::new(Mood::Well));
        let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
        world.code(create());
        *shared.lock().unwrap() = mood;
        world.is_unknown(pay());
        assert!(world.time.passed() <= 25_000, "{}", world.time.passed());
        assert!(world.heard.has(report), "{report}: {:?}", world.heard.lines());
        let settled = world.time.run(world.handler.settle(ORDER));
        match mood {
            Mood::HangsSaving | Mood::Conflicts => assert_eq!(settled, Ok(None)),
            Mood::Hangs => assert_eq!(settled, Err(NoReply::StoreLate)),
            _ => assert_eq!(settled, Err(NoReply::StoreFailed)),
        }
        *shared.lock().unwrap() = Mood::Well;
        assert_eq!(world.code(pay()), 200);
    }
}

/// A store that takes so many milliseconds to save.
struct Slow {
    inner: MemoryStore,
    time: Virtual,
    takes: Arc<Mutex<u64>>,
}

impl Store for Slow {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.inner.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        let takes = *self.takes.lock().unwrap();
        self.time.sleep(Duration::from_millis(takes)).await;
        self.inner.save(order).await
    }
}

/// Knows when it was dropped.
struct Dropped(Virtual, Arc<Mutex<Vec<i64>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0.passed());
    }
}

#[test]
fn a_send_is_dropped_when_its_limit_after_the_claim_is_over_however_slow_the_store() {
    let (time, takes, dropped) = (Virtual::new(), Arc::<Mutex<u64>>::default(), Arc::<Mutex<Vec<i64>>>::default());
    let store = Slow { inner: MemoryStore::default(), time: time.clone(), takes: takes.clone() };
    let act = Arc::<Mutex<Mode>>::default();
    let garden = Garden { runtime: time.clone(), act: act.clone(), runs: Runs::default() };
    let (clock, ends) = (time.clone(), dropped.clone());
    let handler = Handler::builder(supplier(), store, garden, time.clone())
        .hooks(Heard::default())
        .send(move |_| {
            let dropped = Dropped(clock.clone(), ends.clone());
            async move {
                let _dropped = dropped;
                pending().await
            }
        })
        .build();
    assert_eq!(time.run(called(&handler, &time, create())).code, Some(200));
    *act.lock().unwrap() = Mode::Pending;
    assert_eq!(time.run(called(&handler, &time, pay())).code, Some(598));
    let paid = OrderPaid {
        order_id: ORDER,
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["a".into(), "b".into()]),
        ..OrderPaid::default()
    };
    time.run(handler.record(ORDER, paid)).unwrap();
    *takes.lock().unwrap() = 20_000;
    let begun = time.passed();
    time.run(handler.settle(ORDER)).unwrap();
    assert_eq!(*dropped.lock().unwrap(), [begun + 30_000]);
}

#[test]
fn where_the_end_of_a_function_is_not_saved_it_is_saved_later_without_another_run() {
    let shared = Arc::new(Mutex::new(Mood::Well));
    let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
    world.code(create());
    world.acts(Mode::After(1000));
    let (mood, time) = (shared.clone(), world.time.clone());
    world.time.spawn(async move {
        time.sleep(Duration::from_millis(500)).await;
        *mood.lock().unwrap() = Mood::HangsSaving;
        time.sleep(Duration::from_millis(24_000)).await;
        *mood.lock().unwrap() = Mood::Well;
    });
    world.is_unknown(pay());
    world.time.rest();
    assert_eq!(world.order().order_status, Some(OrderStatus::ISSUED));
    assert_eq!(world.runs().len(), 2);
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
fn settle_due_settles_what_is_due_and_nothing_else() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    let settle_due = || world.time.run(world.handler.settle_due()).unwrap();
    assert_eq!(settle_due(), Settled::default());
    world.time.pass(60_000);
    assert_eq!(settle_due(), Settled { settled: 1, failed: 0 });
    assert_eq!(world.sent(), ["payNotice"]);
    assert_eq!(settle_due(), Settled::default());
}

/// A store that does not claim.
#[derive(Default)]
struct Unclaiming(MemoryStore);

impl Store for Unclaiming {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.0.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        self.0.save(order).await
    }
}

impl DueStore for Unclaiming {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Id>, BoxError> {
        self.0.due(now, max).await
    }
}

/// Orders that are due and no orders.
fn break_orders<S: DueStore<Revision = u64>>(world: &World<S>, count: u64) {
    for id in 1..=count {
        let broken = SaveOrder { order_id: Id(id), snapshot: "{}".into(), expected: None, due: Some(Timestamp(0)), conflicts: 0 };
        assert!(world.time.run(world.handler.store().save(broken)).unwrap());
    }
}

#[test]
fn orders_that_cannot_be_settled_keep_no_other_from_it() {
    fn check<S: DueStore<Revision = u64>>(world: World<S>) {
        world.code(create());
        world.acts(Mode::Fails);
        world.code(pay());
        world.acts(Mode::Done);
        world.time.pass(60_000);
        break_orders(&world, 250);
        let settled = world.time.run(world.handler.settle_due()).unwrap();
        assert_eq!(settled, Settled { settled: 1, failed: 250 });
        assert_eq!(world.sent(), ["payNotice"]);
    }
    check(World::begin());
    check(World::over(Unclaiming::default()));
}

#[test]
fn of_two_handlers_that_settle_what_is_due_one_has_each_order_where_the_store_claims() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store, one.time.clone(), one.answers.clone(), one.notices.clone());
    for order_id in (0..30).map(|number| Id(ORDER.0 + number)) {
        one.acts(Mode::Done);
        one.code(OrderCreate { order_id, ..create() });
        one.acts(Mode::Pending);
        one.code(OrderPay { order_id, ..pay() });
        let failed = IssueFailed { code: None, describe: "上游停航".into() };
        one.time.run(one.handler.record(order_id, failed)).unwrap();
    }
    let (settling, first) = (other.handler.clone(), Arc::<Mutex<Option<Settled>>>::default());
    let settled = first.clone();
    one.time.spawn(async move { *settled.lock().unwrap() = settling.settle_due().await.ok() });
    let second = one.time.run(one.handler.settle_due()).unwrap();
    one.time.rest();
    let first = first.lock().unwrap().unwrap();
    assert_eq!((first.settled + second.settled, first.failed + second.failed), (30, 0));
    assert_eq!(one.sent().len(), 30);
}

#[test]
fn a_notice_that_nobody_replies_to_keeps_no_other_order_from_being_settled() {
    let world = World::begin();
    let other = Id(ORDER.0 + 1);
    world.code(create());
    world.code(OrderCreate { order_id: other, ..create() });
    world.acts(Mode::Pending);
    world.code(pay());
    world.code(OrderPay { order_id: other, ..pay() });
    let failed = || IssueFailed { code: None, describe: "上游停航".into() };
    *world.answers.lock().unwrap() = 0;
    world.time.run(world.handler.record(ORDER, failed())).unwrap();
    let (settling, time, began) = (world.handler.clone(), world.time.clone(), world.time.passed());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_millis(100)));
    assert_eq!(world.sent(), ["payNotice"]);
    time.run(world.handler.record(other, failed())).unwrap();
    time.run(time.sleep(Duration::from_millis(1000)));
    assert_eq!(world.sent(), ["payNotice"; 2]);
    assert!(time.passed() - began < 5000);
    // While one is under way it is not begun again; later it is.
    *world.answers.lock().unwrap() = 200;
    time.run(time.sleep(Duration::from_secs(20)));
    assert_eq!(world.sent(), ["payNotice"; 2]);
    time.run(time.sleep(Duration::from_secs(60)));
    assert_eq!(world.sent(), ["payNotice"; 4]);
    assert_eq!(world.order().notices, []);
}

#[test]
fn an_order_that_cannot_be_settled_is_left_alone_for_a_while_and_keeps_no_other_from_it() {
    fn check<S: DueStore<Revision = u64>>(world: World<S>) {
        break_orders(&world, 150);
        world.code(create());
        world.acts(Mode::Fails);
        world.code(pay());
        world.acts(Mode::Done);
        world.time.pass(60_000);
        let (settling, time) = (world.handler.clone(), world.time.clone());
        time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
        time.run(time.sleep(Duration::from_secs(10)));
        assert_eq!(world.sent(), ["payNotice"]);
        let reports = || world.heard.lines().iter().filter(|line| line.contains("the store failed")).count();
        assert_eq!(reports(), 150);
        time.run(time.sleep(Duration::from_secs(130)));
        assert!(reports() >= 300, "{}", reports());
    }
    check(World::begin());
    check(World::over(Unclaiming::default()));
}

#[test]
fn an_order_that_failed_and_is_mended_by_another_process_is_settled_at_once_where_the_store_claims() {
    let world = World::begin();
    world.code(create());
    world.acts(Mode::Fails);
    world.code(pay());
    world.acts(Mode::Done);
    world.time.pass(60_000);
    let store = world.handler.store().clone();
    let save = |snapshot: &str| {
        let revision = world.time.run(store.load(ORDER)).unwrap().map(|stored| stored.revision);
        let due = Some(world.time.now().wall);
        let order = SaveOrder { order_id: ORDER, snapshot: snapshot.into(), expected: revision, due, conflicts: 0 };
        assert!(world.time.run(store.save(order)).unwrap());
    };
    let good = world.time.run(store.load(ORDER)).unwrap().unwrap().snapshot;
    save("{}");
    let (settling, time) = (world.handler.clone(), world.time.clone());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_secs(2)));
    assert_eq!(world.sent(), [] as [&str; 0]);
    save(&good);
    time.run(time.sleep(Duration::from_secs(2)));
    assert_eq!(world.sent(), ["payNotice"]);
}

/// A store that claims these, one after the other.
struct Scripted(MemoryStore, Mutex<Vec<Vec<Id>>>);

impl Store for Scripted {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.0.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        self.0.save(order).await
    }
}

impl DueStore for Scripted {
    async fn due(&self, _: Timestamp, _: usize) -> Result<Vec<Id>, BoxError> {
        Err("it is not asked".into())
    }

    async fn claim_due(&self, _: Timestamp, _: usize, _: Duration) -> Result<Option<Vec<Id>>, BoxError> {
        let mut left = self.1.lock().unwrap();
        Ok(Some(if left.is_empty() { Vec::new() } else { left.remove(0) }))
    }
}

#[test]
fn whatever_is_claimed_is_settled_also_when_it_was_before() {
    let ids = |count| (1..=count).map(Id).collect::<Vec<_>>();
    let world = World::over(Scripted(MemoryStore::default(), Mutex::new(vec![ids(100), ids(100), ids(5)])));
    assert_eq!(world.time.run(world.handler.settle_due()).unwrap(), Settled { settled: 205, failed: 0 });
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

#[test]
fn on_threads_functions_and_stores_may_block_and_time_limits_hold() {
    struct Slow;
    impl Functions for Slow {
        async fn order_create(&self, _: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
            Ok(Ended::done(OrderCreated { partner_order_id: "P7".into(), ..OrderCreated::default() }))
        }
        async fn order_pay(&self, _: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
            std::thread::sleep(Duration::from_millis(400));
            Ok(Ended::refused(OrderPayCode::OTHER, "上游停航"))
        }
        async fn order_refund(&self, _: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
            Ok(Ended::pending())
        }
    }
    let threads = Threads::default();
    let service = Service { deadline: Some(Duration::from_millis(100)), ..Service::default() };
    let builder = Handler::builder(supplier(), MemoryStore::default(), Slow, threads.clone());
    let handler = builder.service(service).hooks(Heard::default()).build();
    assert_eq!(block_on(called(&handler, &threads, create())).code, Some(200));
    let began = std::time::Instant::now();
    assert_eq!(block_on(called(&handler, &threads, pay())).code, Some(598));
    assert!(began.elapsed() < Duration::from_millis(390));
    std::thread::sleep(Duration::from_millis(600));
    let order = block_on(handler.order(ORDER)).unwrap().unwrap();
    assert_eq!((order.order_status, order.notices.len()), (Some(OrderStatus::ISSUE_FAILED), 1));
}

#[cfg(all(feature = "tokio", feature = "http"))]
#[test]
fn under_tokio_whole_requests_are_answered_in_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let garden = Garden { runtime: Tokio, act: Arc::default(), runs: Runs::default() };
        let handler = Handler::builder(supplier(), MemoryStore::default(), garden, Tokio).hooks(Heard::default()).build();
        for asked in [CallBody::from(create()), pay().into()] {
            let call = meituan().call(asked, Tokio.now().wall).unwrap();
            let (own, request) = (handler.clone(), http::Request::from(&call));
            let response = tokio::spawn(async move { own.handle_http(request).await }).await.unwrap();
            let judged = meituan().read_reply(&call, response.status().as_u16(), response.body(), Some(2));
            assert!(judged.passed() && judged.code == Some(200), "{:?}", judged.findings);
        }
    });
}
