//! The handler of rides over a store: what Meituan is answered, what is saved first, what is done once, and what somebody hears of.
#![cfg(feature = "testing")]

mod handler_support;

use handler_support::{Heard, NOW, Virtual};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use meituan_protocol::ride::order::{Conflict, KnownDetail, MAX_CALLS_A_MINUTE, RideReason, RideStanding, RideTransitionKind};
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::ride::replies::{CancelFee, DriverInfo, OrderDetail, PriceInfo, SubmittedOrder};
use meituan_protocol::ride::requests::*;
use meituan_protocol::ride::service::NotStored;
use meituan_protocol::ride::{self, Client, Config, Encoded, PUSH_OK, Push};
use meituan_protocol::testing::{MeituanRide, SealedPush};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{ErrorCode, Secret};
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

const ID: &str = "143009655634578641215429100000";
const OURS: &str = "314253f8-912b-4c7e-9f25-bcd5ae4be8cc";
const FARE: Fen = Fen(2_350);

fn config() -> Config {
    Config::new(617, Secret::new("TEST-TOKEN"), Secret::new("AAECAwQFBgcICQoLDA0ODw=="))
        .route("/offer", &ride::CAPACITY_OFFERED)
        .route("/event", &ride::ORDER_CHANGED)
        .route("/refund", &ride::REFUNDED)
}

impl Hooks for Heard {
    fn on_conflict(&self, conflicts: &[Conflict], about: &About<'_>) {
        self.0.lock().unwrap().push(format!("conflict {conflicts:?} ({about})"));
    }

    fn on_error(&self, trouble: &Trouble<'_>, about: &About<'_>) {
        self.0.lock().unwrap().push(format!("error {trouble} ({about})"));
    }

    fn on_warning(&self, warning: &Warning<'_>, about: &About<'_>) {
        self.0.lock().unwrap().push(format!("warning {warning} ({about})"));
    }
}

/// What happens to a call.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    Good,
    /// It does not arrive.
    Broken,
    /// It arrives, and its reply takes so many milliseconds.
    Slow(u64),
    /// Meituan refuses it with this code.
    Refuses(i32),
    /// A gateway answers instead.
    Gateway,
}

/// What the function that pays does.
#[derive(Clone, Copy, PartialEq)]
enum Wallet {
    Pays,
    Declines,
    Fails,
    Panics,
    /// It pays, and takes so many milliseconds.
    Slow(u64),
}

/// Meituan's side: one ride, and the calls that have arrived.
struct Platform {
    line: Line,
    status: RideStatus,
    owed: Fen,
    called: Vec<&'static str>,
    wallet: Wallet,
    /// The keys and amounts that the wallet was asked for.
    asked: Vec<(String, Fen)>,
    /// Whom the function that chooses chooses, and after how many milliseconds.
    driver: Option<&'static str>,
    choosing: u64,
}

impl Platform {
    fn reply(&mut self, request: &Encoded, now: Timestamp) -> String {
        let meituan = MeituanRide::new(config()).unwrap();
        let opened = meituan.open(&request.url, request.body.as_bytes(), now).unwrap();
        self.called.push(opened.interface.name);
        match self.line {
            Line::Refuses(code) => return meituan.refuse(code, "不行"),
            Line::Gateway => return r#"{"status":503,"msg":"busy"}"#.into(),
            _ => {}
        }
        let reply = match opened.interface.name {
            "submitOrder" => {
                self.status = RideStatus::SUBMITTED;
                meituan.reply(&opened, &SubmittedOrder { mt_order_id: ID.into() })
            }
            "confirmOrder" => {
                self.status = RideStatus::CONFIRMED;
                meituan.reply(&opened, &())
            }
            "notifyPaidResult" => {
                (self.status, self.owed) = (RideStatus::COMPLETED, Fen(0));
                meituan.reply(&opened, &())
            }
            "cancelOrder" => meituan.reply(&opened, &CancelFee { cancel_price: Some(Fen(500)) }),
            _ => {
                let prices = PriceInfo { user_payable_balance_price: Some(self.owed), ..PriceInfo::default() };
                let driver = DriverInfo { driver_id: Some("D1".into()), ..DriverInfo::default() };
                let detail = OrderDetail {
                    order_status: self.status,
                    update_time: Some(now),
                    mt_order_id: Some(ID.into()),
                    channel_partner_order_id: Some(OURS.into()),
                    user_price_info: Some(prices),
                    driver_info: Some(driver),
                    ..OrderDetail::default()
                };
                meituan.reply(&opened, &detail)
            }
        };
        reply.unwrap()
    }
}

/// A handler on virtual time, Meituan's side, and all that is known of both.
struct World<S: Store<String>> {
    time: Virtual,
    platform: Arc<Mutex<Platform>>,
    heard: Heard,
    handler: Handler<S, Virtual>,
}

impl World<Arc<MemoryStore>> {
    fn begin() -> Self {
        World::over(Arc::new(MemoryStore::default()))
    }
}

fn platform() -> Arc<Mutex<Platform>> {
    let (line, status, wallet) = (Line::Good, RideStatus::WAIT_PAY, Wallet::Pays);
    let (called, asked, driver, choosing) = (Vec::new(), Vec::new(), Some("D1"), 0);
    Arc::new(Mutex::new(Platform { line, status, owed: FARE, called, wallet, asked, driver, choosing }))
}

fn builder<S: Store<String>, R: Runtime + Clone>(store: S, runtime: R, platform: Arc<Mutex<Platform>>) -> Builder<S, R> {
    let (paying, choosing) = (platform.clone(), platform.clone());
    let [clock, waiting, thinking] = [(); 3].map(|()| runtime.clone());
    Handler::builder(Client::new(config()).unwrap(), store, runtime, move |request| {
        let (platform, clock) = (platform.clone(), clock.clone());
        async move {
            let line = platform.lock().unwrap().line;
            if line == Line::Broken {
                return Err("the connection broke".into());
            }
            let reply = platform.lock().unwrap().reply(&request, clock.now().wall);
            if let Line::Slow(milliseconds) = line {
                clock.sleep(Duration::from_millis(milliseconds)).await;
            }
            Ok((200, reply.into_bytes()))
        }
    })
    .pay(move |payment| {
        let (platform, clock) = (paying.clone(), waiting.clone());
        async move {
            platform.lock().unwrap().asked.push((payment.key, payment.price));
            let wallet = platform.lock().unwrap().wallet;
            match wallet {
                Wallet::Pays => Ok(true),
                Wallet::Declines => Ok(false),
                Wallet::Fails => Err("the wallet is away".into()),
                Wallet::Panics => panic!("on purpose"),
                Wallet::Slow(milliseconds) => {
                    clock.sleep(Duration::from_millis(milliseconds)).await;
                    Ok(true)
                }
            }
        }
    })
    .choose_driver(move |choice| {
        assert_eq!(choice.offers.len(), choice.driver_ids.len());
        let (platform, clock) = (choosing.clone(), thinking.clone());
        async move {
            let milliseconds = platform.lock().unwrap().choosing;
            clock.sleep(Duration::from_millis(milliseconds)).await;
            Ok(platform.lock().unwrap().driver.map(str::to_owned))
        }
    })
}

impl<S: Store<String>> World<S> {
    fn over(store: S) -> Self {
        World::with(store, Virtual::new(), platform(), |builder| builder)
    }

    fn with(
        store: S,
        time: Virtual,
        platform: Arc<Mutex<Platform>>,
        more: impl FnOnce(Builder<S, Virtual>) -> Builder<S, Virtual>,
    ) -> Self {
        let heard = Heard::default();
        let handler = more(builder(store, time.clone(), platform.clone()).hooks(heard.clone())).build();
        World { time, platform, heard, handler }
    }

    fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().unwrap()
    }

    fn push(&self, push: impl Into<Pushed>) -> String {
        let SealedPush { uri, body, .. } = push.into().sealed(self.time.now().wall);
        self.time.run(self.handler.handle(&uri, body.as_bytes()))
    }

    fn settle(&self) -> Option<Timestamp> {
        self.time.run(self.handler.settle(ID)).unwrap()
    }

    /// Settles until nothing is due within so many milliseconds.
    fn settle_for(&self, milliseconds: i64) {
        let end = self.time.now().wall.0 + milliseconds;
        while let Some(due) = self.settle().filter(|due| due.0 <= end) {
            self.time.pass((due.0 - self.time.now().wall.0).max(1));
        }
    }

    fn standing(&self) -> RideStanding {
        self.time.run(self.handler.standing(ID)).unwrap()
    }

    fn called(&self) -> Vec<&'static str> {
        self.platform().called.clone()
    }

    fn call<E: RideCall>(&self, message: E) -> Called<E::Data> {
        self.time.run(self.handler.call(message)).unwrap()
    }
}

struct Pushed(Push);

impl Pushed {
    fn sealed(self, now: Timestamp) -> SealedPush {
        MeituanRide::new(config()).unwrap().push(&self.0, now).unwrap()
    }
}

impl From<RideEvent> for Pushed {
    fn from(event: RideEvent) -> Self {
        OrderChanged {
            mt_order_id: Some(ID.into()),
            event_code: Some(event),
            event_time: Some(Timestamp(NOW + i64::from(event.0))),
            ..OrderChanged::default()
        }
        .into()
    }
}

impl From<OrderChanged> for Pushed {
    fn from(changed: OrderChanged) -> Self {
        Pushed(Push::OrderChanged(changed))
    }
}

fn offer(driver_id: &str) -> Pushed {
    let submit_drive_info = OfferedDriver { driver_id: driver_id.into(), ..OfferedDriver::default() };
    Pushed(Push::CapacityOffered(Box::new(CapacityOffered {
        mt_order_id: ID.into(),
        submit_drive_info,
        ..CapacityOffered::default()
    })))
}

fn submit() -> SubmitOrder {
    let car = CarTypeRequest {
        estimate_id: "E1".into(),
        estimate_amount: FARE,
        car_type_id: 3,
        partner_car_type_id: 7,
        origin_fee: FARE,
        ..CarTypeRequest::default()
    };
    SubmitOrder {
        channel_partner_order_id: OURS.into(),
        identify_type: IdentifyType(30),
        user_identify_code: Some("E7".into()),
        mobile: Some("13500000000".into()),
        reserve_type: ReserveType::NOW,
        from_longitude: 116.488_541,
        from_latitude: 40.006_428,
        from_address: "望京".into(),
        to_longitude: 116.419_153,
        to_latitude: 40.003_063,
        to_address: "奥森".into(),
        car_type_request_list: vec![car],
        ..SubmitOrder::default()
    }
}

fn query(number: &str) -> QueryRealTimeOrder {
    QueryRealTimeOrder { mt_order_id: Some(number.into()), ..QueryRealTimeOrder::default() }
}

/// Both, side by side.
async fn both<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> [T; 2] {
    let mut futures: [Pin<Box<dyn Future<Output = T> + '_>>; 2] = [Box::pin(one), Box::pin(other)];
    let mut done = [None, None];
    poll_fn(move |context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        match &mut done {
            [Some(_), Some(_)] => Poll::Ready(std::mem::take(&mut done).map(Option::unwrap)),
            _ => Poll::Pending,
        }
    })
    .await
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
    Nonsense,
}

impl Moody {
    async fn feel(&self) -> Result<Mood, BoxError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Fails => Err("the database is away".into()),
            Mood::Panics => panic!("on purpose"),
            Mood::Hangs => pending().await,
            _ => Ok(mood),
        }
    }
}

impl Store<String> for Moody {
    type Revision = u64;

    async fn load(&self, order_id: String) -> Result<Option<StoredOrder<u64>>, BoxError> {
        if self.feel().await? == Mood::Nonsense {
            return Ok(Some(StoredOrder { snapshot: "{}".into(), revision: 1 }));
        }
        self.inner.load(order_id).await
    }

    async fn save(&self, order: SaveOrder<u64>) -> Result<bool, BoxError> {
        if self.feel().await? == Mood::Conflicts {
            return Ok(false);
        }
        self.inner.save(order).await
    }
}

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

#[test]
fn a_ride_goes_from_its_order_to_its_payment() {
    let world = World::begin();
    let Called::Answered { reply, recorded } = world.call(submit()) else { panic!("{:?}", world.heard.lines()) };
    assert_eq!((reply.data.mt_order_id.as_str(), recorded.key.as_str()), (ID, ID));
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D2"));
    world.push(offer("D1"));
    world.settle_for(5_000);
    assert!(world.called().contains(&"confirmOrder"));
    for event in [RideEvent::ORDER_CONFIRMED, RideEvent::DRIVER_ARRIVED, RideEvent::TRIP_STARTED, RideEvent::BILL_GENERATED] {
        assert_eq!(world.push(event), PUSH_OK);
    }
    (world.platform().status, world.platform().owed) = (RideStatus::WAIT_PAY, FARE);
    world.platform().owed = FARE;
    world.time.pass(60_000);
    world.settle_for(600_000);
    assert_eq!(world.platform().asked, [(format!("pay:{ID}:{}", FARE.0), FARE)]);
    let made = |name| world.called().iter().filter(|call| **call == name).count();
    assert_eq!((made("submitOrder"), made("confirmOrder"), made("notifyPaidResult")), (1, 1, 1));
    let standing = world.standing();
    assert!(standing.is_final && standing.status == RideStatus::COMPLETED, "{standing:?}");
    assert_eq!(world.time.run(world.handler.due(10)).unwrap(), [] as [&str; 0]);
    // Under our number there is the way to Meituan's.
    assert_eq!(world.time.run(world.handler.standing(OURS)).unwrap(), standing);
    assert!(!world.heard.has("error") && !world.heard.has("conflict"), "{:?}", world.heard.lines());
}

#[test]
fn two_handlers_on_one_store_pay_once_and_make_each_call_once() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store, one.time.clone(), one.platform.clone(), |builder| builder);
    one.push(RideEvent::BILL_GENERATED);
    while let Some(due) =
        one.time.run(both(one.handler.settle(ID), other.handler.settle(ID))).map(|due| due.unwrap()).into_iter().min().flatten()
    {
        one.time.pass((due.0 - one.time.now().wall.0).max(1));
    }
    assert_eq!(one.platform().asked.len(), 1);
    assert_eq!(one.called().iter().filter(|call| **call == "notifyPaidResult").count(), 1);
    assert!(one.standing().is_final);
}

#[test]
fn a_payment_whose_function_fails_or_panics_is_asked_again_with_the_same_key() {
    for wallet in [Wallet::Fails, Wallet::Panics, Wallet::Declines] {
        let world = World::begin();
        world.platform().wallet = wallet;
        world.push(RideEvent::BILL_GENERATED);
        world.settle_for(2_000);
        assert_eq!(world.platform().asked.len(), 1);
        assert_eq!(world.heard.has("error the function failed"), wallet != Wallet::Declines, "{:?}", world.heard.lines());
        assert!(!world.called().contains(&"notifyPaidResult"));
        world.platform().wallet = Wallet::Pays;
        world.time.pass(100_000);
        world.settle_for(60_000);
        let asked = world.platform().asked.clone();
        assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
        assert!(world.standing().is_final);
    }
}

#[test]
fn a_function_that_pays_late_goes_on_and_is_heard_when_it_has_paid() {
    let world = World::begin();
    world.platform().wallet = Wallet::Slow(45_000);
    world.push(RideEvent::BILL_GENERATED);
    world.settle();
    assert!(world.heard.has("error the function failed: it took too long"), "{:?}", world.heard.lines());
    assert!(!world.called().contains(&"notifyPaidResult"));
    world.time.run(world.time.sleep(Duration::from_secs(20)));
    world.settle_for(60_000);
    assert_eq!(world.platform().asked.len(), 1);
    assert!(world.standing().is_final);
}

#[test]
fn a_reply_that_comes_too_late_is_recorded_when_it_comes() {
    let world = World::begin();
    world.platform().line = Line::Slow(15_000);
    let Called::Unknown { error, .. } = world.call(submit()) else { panic!() };
    assert_eq!(error.to_string(), "Meituan has not replied in time");
    assert_eq!(world.time.passed(), 10_000);
    assert_eq!(world.standing().status, RideStatus(0));
    world.time.run(world.time.sleep(Duration::from_secs(10)));
    assert_eq!(world.time.run(world.handler.order(OURS)).unwrap().unwrap().mt_order_id.as_deref(), Some(ID));
}

#[test]
fn a_refusal_is_recorded_with_its_code_and_what_a_gateway_says_is_not() {
    let world = World::begin();
    world.push(RideEvent::ORDER_CONFIRMED);
    let ask = || CancelOrder {
        mt_order_id: ID.into(),
        channel_partner_order_id: Some(OURS.into()),
        step: CancelStep::ASK_FEE,
        ..CancelOrder::default()
    };
    world.platform().line = Line::Refuses(1106);
    let Called::Refused { error, recorded } = world.call(ask()) else { panic!() };
    assert_eq!(error.remote.as_ref().unwrap().code, 1106);
    assert!(recorded.order.calls.iter().any(|own| own.code == Some(ResultCode(1106))), "{:?}", recorded.order.calls);
    assert!(world.heard.has("error Meituan replied 1106"), "{:?}", world.heard.lines());
    let world = World::begin();
    world.push(RideEvent::ORDER_CONFIRMED);
    for line in [Line::Gateway, Line::Broken] {
        world.platform().line = line;
        world.time.pass(60_000);
        let Called::Unknown { recorded, .. } = world.call(ask()) else { panic!() };
        assert!(recorded.order.calls.iter().all(|own| own.code.is_none()));
    }
    assert!(world.heard.has("error the call has no reply: the connection broke"));
}

#[test]
fn a_call_that_the_order_does_not_allow_or_that_cannot_be_written_is_not_made() {
    let world = World::begin();
    world.push(RideEvent::TRIP_STARTED);
    let confirm = ConfirmOrder { mt_order_id: ID.into(), driver_id: "D9".into() };
    let Called::Illegal(recorded) = world.call(confirm) else { panic!() };
    assert!(matches!(recorded.reason, Some(RideReason::NoSuchOffer | RideReason::NotInThisState)));
    let nobody = world.time.run(world.handler.call(QueryRealTimeOrder::default())).unwrap_err();
    assert!(matches!(nobody, NotCalled::Message(error) if error.code == ErrorCode::MissingField));
    let unwritten = SubmitOrder { channel_partner_order_id: OURS.into(), ..SubmitOrder::default() };
    let unwritten = world.time.run(world.handler.call(unwritten)).unwrap_err();
    assert!(matches!(unwritten, NotCalled::Message(_)), "{unwritten:?}");
    assert_eq!(world.time.run(world.handler.order(OURS)).unwrap(), None);
    assert_eq!(world.called(), [] as [&str; 0]);
}

#[test]
fn meituans_limits_hold_over_all_orders_and_handlers_of_a_store() {
    let store = Arc::new(MemoryStore::default());
    let one = World::over(store.clone());
    let other = World::with(store.clone(), one.time.clone(), one.platform.clone(), |builder| builder);
    let mut limited = None;
    for number in 0..=MAX_CALLS_A_MINUTE {
        let world = if number % 2 == 0 { &one } else { &other };
        if let Called::Limited(at) = world.call(query(&format!("{number}"))) {
            limited = Some(at);
        }
    }
    assert!(limited.is_some_and(|at| at > one.time.now().wall), "{limited:?}");
    assert_eq!(one.called().len(), MAX_CALLS_A_MINUTE);
    assert!(one.time.run(store.load("calls:617".into())).unwrap().is_some());
    one.time.pass(60_001);
    assert!(!matches!(one.call(query("1")), Called::Limited(_)));
}

#[test]
fn handlers_that_count_for_themselves_have_a_part_of_the_limits_each() {
    let store = Arc::new(MemoryStore::default());
    let world = World::with(store.clone(), Virtual::new(), platform(), |builder| builder.processes(4));
    let calls = (0..MAX_CALLS_A_MINUTE).map(|number| world.call(query(&format!("{number}"))));
    let made = calls.filter(|called| !matches!(called, Called::Limited(_))).count();
    assert_eq!(made, MAX_CALLS_A_MINUTE / 4);
    assert_eq!(world.time.run(store.load("calls:617".into())).unwrap(), None);
}

#[test]
fn a_driver_that_nobody_chooses_is_waited_for_and_one_that_nobody_offers_is_not_confirmed() {
    let world = World::begin();
    world.platform().status = RideStatus::PUSHED;
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D1"));
    for driver in [None, Some("D9")] {
        world.platform().driver = driver;
        let due = world.settle().unwrap();
        assert!(due > world.time.now().wall);
        let is_reported = world.heard.has("error the function failed: the driver who was chosen is not offered");
        assert_eq!(is_reported, driver.is_some(), "{:?}", world.heard.lines());
        world.time.pass(due.0 - world.time.now().wall.0);
    }
    assert!(!world.called().contains(&"confirmOrder"));
    world.platform().driver = Some("D1");
    world.settle();
    assert!(world.called().contains(&"confirmOrder"));
}

#[test]
fn a_choice_that_takes_too_long_is_reported_and_asked_for_again() {
    let world = World::begin();
    world.platform().status = RideStatus::PUSHED;
    world.push(RideEvent::ORDER_PUSHED);
    world.push(offer("D1"));
    world.platform().choosing = 600_000;
    let due = world.settle().unwrap();
    assert!(world.time.passed() <= 60_000 && due > world.time.now().wall);
    assert!(world.heard.has("error the function failed: it took too long"), "{:?}", world.heard.lines());
    world.platform().choosing = 0;
    world.settle_for(10_000);
    assert!(world.called().contains(&"confirmOrder"));
}

#[test]
fn contradictions_and_deviations_are_heard_of_once_they_are_saved() {
    let world = World::begin();
    world.push(RideEvent::TRIP_STARTED);
    for _ in 0..2 {
        let mut late =
            OrderChanged { mt_order_id: Some(ID.into()), event_code: Some(RideEvent::ORDER_CREATED), ..OrderChanged::default() };
        late.event_time = Some(Timestamp(NOW + 1_000));
        world.push(late);
    }
    let refund = Refunded {
        mt_order_id: ID.into(),
        sqt_refund_no: "R1".into(),
        trade_order_id: Some(meituan_protocol::message::Id(1)),
        refund_status: RefundStatus(10),
        ..Refunded::default()
    };
    world.push(Pushed(Push::Refunded(refund)));
    let of = |what: &str| world.heard.lines().iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((of("conflict [Event]"), of("warning amountUnknown")), (1, 1), "{:?}", world.heard.lines());
    assert!(world.heard.has(&format!("order {ID}")));
    let conflicts = world.time.run(world.handler.conflicts()).unwrap().unwrap();
    assert_eq!(conflicts, [(ID.to_owned(), vec![Conflict::Event])]);
}

#[test]
fn an_event_of_the_users_is_recorded_and_a_store_that_fails_is_an_error() {
    let shared = Arc::new(Mutex::new(Mood::Well));
    let world = World::over(Moody { inner: MemoryStore::default(), mood: shared.clone() });
    let seen = KnownDetail { order_status: RideStatus::COMPLETED, mt_order_id: Some(ID.into()), ..KnownDetail::default() };
    let recorded = world.time.run(world.handler.record(ID, seen.clone())).unwrap();
    assert_eq!((recorded.kind, recorded.standing.status), (RideTransitionKind::Moved, RideStatus::COMPLETED));
    *shared.lock().unwrap() = Mood::Fails;
    assert_eq!(world.time.run(world.handler.record(ID, seen)).unwrap_err(), NotStored::Failed);
    assert!(world.time.run(world.handler.standing(ID)).is_err());
    let asked = world.time.run(world.handler.call(query(ID)));
    assert_eq!(asked.unwrap_err(), NotCalled::Store(NotStored::Failed));
}

#[test]
fn settle_due_settles_what_is_due_and_an_order_that_cannot_be_settled_keeps_no_other_from_it() {
    let world = World::begin();
    let settle_due = || world.time.run(world.handler.settle_due()).unwrap();
    assert_eq!(settle_due(), Settled::default());
    world.push(RideEvent::BILL_GENERATED);
    for number in 0..150 {
        let (order_id, snapshot) = (format!("broken-{number}"), "{}".to_owned());
        let broken = SaveOrder { order_id, snapshot, expected: None, due: Some(Timestamp(0)), conflicts: 0 };
        assert!(world.time.run(world.handler.store().save(broken)).unwrap());
    }
    assert_eq!(settle_due(), Settled { settled: 1, failed: 150 });
    assert!(world.called().contains(&"queryRealTimeOrder"));
}

#[test]
fn settle_forever_takes_a_ride_to_its_end() {
    let world = World::begin();
    world.push(RideEvent::BILL_GENERATED);
    let (settling, time) = (world.handler.clone(), world.time.clone());
    time.spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    time.run(time.sleep(Duration::from_secs(120)));
    assert!(world.standing().is_final);
    assert_eq!(world.platform().asked.len(), 1);
}

#[test]
fn on_threads_functions_and_stores_may_block() {
    let (threads, platform) = (Threads::default(), platform());
    let handler = builder(MemoryStore::default(), threads.clone(), platform.clone()).hooks(Heard::default()).build();
    let push = Pushed::from(RideEvent::BILL_GENERATED).sealed(threads.now().wall);
    assert_eq!(block_on(handler.handle(&push.uri, push.body.as_bytes())), PUSH_OK);
    block_on(handler.settle_due()).unwrap();
    assert_eq!(platform.lock().unwrap().asked.len(), 1);
    assert_eq!(platform.lock().unwrap().called, ["queryRealTimeOrder", "notifyPaidResult"]);
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
