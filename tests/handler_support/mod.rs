//! What the tests of the handler share: time that passes only when nothing else is to be done, a supplier whose functions do as they
//! are told, and what the hooks have heard.
#![allow(dead_code, reason = "each test file uses a part of it")]

use meituan_protocol::message::Id;
use meituan_protocol::money::Fen;
use meituan_protocol::testing::{JudgedReply, MeituanTicket};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::order::{Conflict, Notice};
use meituan_protocol::ticket::service::Now;
use meituan_protocol::ticket::{self, CallBody, Config, Supplier};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Secret, ticket::ReceivedCall, ticket::Reply};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

pub(crate) const NOW: i64 = 1_480_000_000_000;
pub(crate) const ORDER: Id = Id(8_985_652_356_562_370_000);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime whose clock goes on only when nothing else is to be done.
#[derive(Clone)]
pub(crate) struct Virtual(Arc<World>);

struct World {
    now: Mutex<i64>,
    spawned: Mutex<Vec<Work>>,
    timers: Mutex<Vec<(i64, Waker)>>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Virtual {
    pub(crate) fn new() -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        Virtual(Arc::new(World { now: Mutex::new(NOW), spawned: Mutex::default(), timers: Mutex::default(), woken }))
    }

    /// What the clock has gone on by, in milliseconds.
    pub(crate) fn passed(&self) -> i64 {
        *self.0.now.lock().unwrap() - NOW
    }

    pub(crate) fn pass(&self, milliseconds: i64) {
        *self.0.now.lock().unwrap() += milliseconds;
    }

    /// Runs this to its end, and beside it what was spawned.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let waker = Waker::from(self.0.woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut tasks: Vec<Work> = Vec::new();
        loop {
            while self.0.woken.0.swap(false, Ordering::SeqCst) || !self.0.spawned.lock().unwrap().is_empty() {
                if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
                    // What goes on is there when something is run again.
                    self.0.spawned.lock().unwrap().append(&mut tasks);
                    self.0.woken.0.store(true, Ordering::SeqCst);
                    return value;
                }
                tasks.append(&mut self.0.spawned.lock().unwrap());
                // A task that panics is gone, as with every other runtime.
                tasks.retain_mut(|task| {
                    let poll = std::panic::AssertUnwindSafe(|| task.as_mut().poll(&mut context).is_pending());
                    std::panic::catch_unwind(poll).unwrap_or(false)
                });
            }
            let mut timers = self.0.timers.lock().unwrap();
            let next = timers.iter().map(|(at, _)| *at).min().expect("everything waits for ever");
            *self.0.now.lock().unwrap() = next;
            timers.extract_if(.., |(at, _)| *at <= next).for_each(|(_, waker)| waker.wake());
        }
    }

    /// Lets what goes on come to its end.
    pub(crate) fn rest(&self) {
        self.run(self.sleep(Duration::from_secs(3600)));
    }
}

impl Runtime for Virtual {
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawned.lock().unwrap().push(Box::pin(work));
    }

    async fn sleep(&self, duration: Duration) {
        let end = *self.0.now.lock().unwrap() + duration.as_millis() as i64;
        poll_fn(|context| {
            if *self.0.now.lock().unwrap() >= end {
                return Poll::Ready(());
            }
            self.0.timers.lock().unwrap().push((end, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    fn now(&self) -> Now {
        Timestamp(*self.0.now.lock().unwrap()).into()
    }

    fn random(&self) -> u64 {
        7
    }
}

/// What a function does.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Mode {
    #[default]
    Done,
    Pending,
    Refused,
    /// Refused, and nobody says why.
    RefusedSilently,
    /// Order pay is refused by this code.
    RefusedBy(i32),
    /// Refused by this code, which is said not to be listed.
    RefusedUnlisted(i32),
    Fails,
    Panics,
    /// Done, after so many milliseconds.
    After(u64),
    /// It returns the same code for two tickets.
    Unusable,
}

/// What the functions were run for: call and key.
pub(crate) type Runs = Arc<Mutex<Vec<(&'static str, String)>>>;

pub(crate) struct Garden<R> {
    pub(crate) runtime: R,
    pub(crate) act: Arc<Mutex<Mode>>,
    pub(crate) runs: Runs,
}

impl<R: Runtime> Garden<R> {
    async fn act<C: ticket::handler::OrderAction>(
        &self,
        name: &'static str,
        call: OrderCall<C>,
        done: impl FnOnce(&OrderCall<C>, Mode) -> C::Done,
        pending: Option<Ended<C>>,
        code: C::Code,
    ) -> FunctionResult<C> {
        self.runs.lock().unwrap().push((name, call.attempt_key.clone()));
        let act = *self.act.lock().unwrap();
        match act {
            Mode::Pending => Ok(pending.expect("it can be put off")),
            Mode::Refused => Ok(Ended::refused(code, "余票不足")),
            Mode::RefusedSilently => Ok(Ended::refused(code, " ")),
            Mode::RefusedBy(_) => unreachable!("only order pay"),
            Mode::RefusedUnlisted(code) => Ok(Ended::refused_unlisted(code, "余票不足")),
            Mode::Fails => Err("the upstream is away: client-secret".into()),
            Mode::Panics => panic!("on purpose"),
            Mode::After(milliseconds) => {
                self.runtime.sleep(Duration::from_millis(milliseconds)).await;
                Ok(Ended::done(done(&call, act)))
            }
            Mode::Done | Mode::Unusable => Ok(Ended::done(done(&call, act))),
        }
    }
}

impl<R: Runtime> Functions for Garden<R> {
    async fn order_create(&self, call: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
        let created = |_: &_, _| OrderCreated { partner_order_id: "P7".into(), ..OrderCreated::default() };
        self.act("create", call, created, None, OrderCreateCode::OTHER).await
    }

    async fn order_pay(&self, call: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
        let paid = |call: &OrderCall<OrderPay>, act| {
            let code = |index| if act == Mode::Unusable { "same".into() } else { format!("code-{index}") };
            let vouchers = (0..call.order.quantity).map(code).collect();
            OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers: Some(vouchers), ..OrderPaid::default() }
        };
        if let Mode::RefusedBy(code) = *self.act.lock().unwrap() {
            return Ok(Ended::refused(OrderPayCode(code), "余票不足"));
        }
        self.act("pay", call, paid, Some(Ended::pending()), OrderPayCode::OTHER).await
    }

    async fn order_refund(&self, call: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
        self.act("refund", call, |_, _| (), Some(Ended::pending()), OrderRefundCode::OTHER).await
    }

    async fn other(&self, call: ReceivedCall) -> Result<Option<Reply>, BoxError> {
        let act = *self.act.lock().unwrap();
        match (call.body, act) {
            (CallBody::Heartbeat, Mode::Done) => Ok(Some(Reply::ok(()).into())),
            (CallBody::Heartbeat, Mode::Panics) => panic!("on purpose"),
            (CallBody::Heartbeat, _) => Err("no heart".into()),
            _ => Ok(None),
        }
    }
}

/// What the hooks have heard, a line each.
#[derive(Clone, Default)]
pub(crate) struct Heard(pub(crate) Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.lines().iter().any(|line| line.contains(part))
    }
}

impl Hooks for Heard {
    fn on_conflict(&self, conflicts: &[Conflict], about: &About<'_>) {
        let ids: Vec<_> = conflicts.iter().map(|conflict| conflict.id.as_str()).collect();
        self.0.lock().unwrap().push(format!("conflict {} ({about})", ids.join(" ")));
    }

    fn on_notice_given_up(&self, notice: &Notice, about: &About<'_>) {
        self.0.lock().unwrap().push(format!("given up {} ({about})", notice.id));
    }

    fn on_error(&self, trouble: &Trouble<'_>, about: &About<'_>) {
        self.0.lock().unwrap().push(format!("error {trouble} ({about})"));
    }

    fn on_warning(&self, warning: &Warning<'_>, about: &About<'_>) {
        self.0.lock().unwrap().push(format!("warning {warning} ({about})"));
    }
}

pub(crate) fn config() -> Config {
    let mut config = Config::new(1122, "client", Secret::new("client-secret"));
    config.host = "https://meituan.invalid".into();
    let routes = [
        ("/create", &ticket::ORDER_CREATE),
        ("/pay", &ticket::ORDER_PAY),
        ("/query", &ticket::ORDER_QUERY),
        ("/refund", &ticket::ORDER_REFUND),
        ("/close", &ticket::ORDER_CLOSE),
        ("/refunded", &ticket::ORDER_REFUNDED),
        ("/reschedule", &ticket::ORDER_RESCHEDULE),
        ("/heartbeat", &ticket::HEARTBEAT),
        ("/balance", &ticket::BALANCE),
    ];
    routes.into_iter().fold(config, |config, (path, call)| config.route(path, call))
}

pub(crate) fn supplier() -> Supplier {
    Supplier::new(config()).unwrap()
}

pub(crate) fn meituan() -> MeituanTicket {
    MeituanTicket::new(config()).unwrap()
}

pub(crate) fn create() -> OrderCreate {
    let price = |fen| Fen(fen);
    OrderCreate {
        order_id: ORDER,
        partner_deal_id: "garden".into(),
        mt_deal_id: Id(1),
        buy_price: price(5800),
        unit_price: price(6600),
        total_price: price(13_200),
        quantity: 2,
        ..OrderCreate::default()
    }
}

pub(crate) fn pay() -> OrderPay {
    OrderPay { order_id: ORDER, ..OrderPay::default() }
}

pub(crate) fn refund(id: &str, codes: &[&str]) -> OrderRefund {
    OrderRefund {
        order_id: ORDER,
        refund_id: id.into(),
        partner_deal_id: "garden".into(),
        voucher_list: codes.iter().map(|code| (*code).to_owned()).collect(),
        refund_quantity: codes.len() as i32,
        refund_time: Timestamp(NOW),
        ..OrderRefund::default()
    }
}

/// Calls as Meituan does, and judges the reply.
pub(crate) async fn called<S: Store, F: Functions, R: Runtime>(
    handler: &Handler<S, F, R>,
    runtime: &R,
    asked: impl Into<CallBody>,
) -> JudgedReply {
    let call = meituan().call(asked, runtime.now().wall).unwrap();
    let reply = handler.handle(&call.parts(), &call.body).await;
    meituan().read_reply(&call, reply.status, &reply.body, Some(2))
}
