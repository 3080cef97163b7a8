//! A handler on virtual time, Meituan's side, and all that is known of both.

use crate::handler_support::{Heard, NOW, Virtual};
use meituan_protocol::Secret;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::handler::*;
use meituan_protocol::ride::order::{Conflict, RideStanding};
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged};
use meituan_protocol::ride::replies::{CancelFee, DriverInfo, OrderDetail, PriceInfo, SubmittedOrder};
use meituan_protocol::ride::requests::*;
use meituan_protocol::ride::{self, Client, Config, Encoded, Push};
use meituan_protocol::testing::{MeituanRide, SealedPush};
use meituan_protocol::time::Timestamp;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

pub(crate) const ID: &str = "143009655634578641215429100000";
pub(crate) const OURS: &str = "314253f8-912b-4c7e-9f25-bcd5ae4be8cc";
pub(crate) const FARE: Fen = Fen(2_350);

pub(crate) fn config() -> Config {
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
pub(crate) enum Line {
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
pub(crate) enum Wallet {
    Pays,
    Declines,
    Fails,
    Panics,
    /// It pays, and takes so many milliseconds.
    Slow(u64),
}

/// Meituan's side: one ride, and the calls that have arrived.
pub(crate) struct Platform {
    pub(crate) line: Line,
    pub(crate) status: RideStatus,
    pub(crate) owed: Fen,
    pub(crate) called: Vec<&'static str>,
    pub(crate) wallet: Wallet,
    /// The keys and amounts that the wallet was asked for.
    pub(crate) asked: Vec<(String, Fen)>,
    /// Whom the function that chooses chooses, and after how many milliseconds.
    pub(crate) driver: Option<&'static str>,
    pub(crate) choosing: u64,
}

impl Platform {
    pub(crate) fn reply(&mut self, request: &Encoded, now: Timestamp) -> String {
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
pub(crate) struct World<S: Store<String>> {
    pub(crate) time: Virtual,
    pub(crate) platform: Arc<Mutex<Platform>>,
    pub(crate) heard: Heard,
    pub(crate) handler: Handler<S, Virtual>,
}

impl World<Arc<MemoryStore>> {
    pub(crate) fn begin() -> Self {
        World::over(Arc::new(MemoryStore::default()))
    }
}

pub(crate) fn platform() -> Arc<Mutex<Platform>> {
    let (line, status, wallet) = (Line::Good, RideStatus::WAIT_PAY, Wallet::Pays);
    let (called, asked, driver, choosing) = (Vec::new(), Vec::new(), Some("D1"), 0);
    Arc::new(Mutex::new(Platform { line, status, owed: FARE, called, wallet, asked, driver, choosing }))
}

pub(crate) fn builder<S: Store<String>, R: Runtime + Clone>(store: S, runtime: R, platform: Arc<Mutex<Platform>>) -> Builder<S, R> {
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
    pub(crate) fn over(store: S) -> Self {
        World::with(store, Virtual::new(), platform(), |builder| builder)
    }

    pub(crate) fn with(
        store: S,
        time: Virtual,
        platform: Arc<Mutex<Platform>>,
        more: impl FnOnce(Builder<S, Virtual>) -> Builder<S, Virtual>,
    ) -> Self {
        let heard = Heard::default();
        let handler = more(builder(store, time.clone(), platform.clone()).hooks(heard.clone())).build();
        World { time, platform, heard, handler }
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().unwrap()
    }

    pub(crate) fn push(&self, push: impl Into<Pushed>) -> String {
        let SealedPush { uri, body, .. } = push.into().sealed(self.time.now().wall);
        self.time.run(self.handler.handle(&uri, body.as_bytes()))
    }

    pub(crate) fn settle(&self) -> Option<Timestamp> {
        self.time.run(self.handler.settle(ID)).unwrap()
    }

    /// Settles until nothing is due within so many milliseconds.
    pub(crate) fn settle_for(&self, milliseconds: i64) {
        let end = self.time.now().wall.0 + milliseconds;
        while let Some(due) = self.settle().filter(|due| due.0 <= end) {
            self.time.pass((due.0 - self.time.now().wall.0).max(1));
        }
    }

    pub(crate) fn standing(&self) -> RideStanding {
        self.time.run(self.handler.standing(ID)).unwrap()
    }

    pub(crate) fn called(&self) -> Vec<&'static str> {
        self.platform().called.clone()
    }

    pub(crate) fn call<E: RideCall>(&self, message: E) -> Called<E::Data> {
        self.time.run(self.handler.call(message)).unwrap()
    }
}

pub(crate) struct Pushed(pub(crate) Push);

impl Pushed {
    pub(crate) fn sealed(self, now: Timestamp) -> SealedPush {
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

pub(crate) fn offer(driver_id: &str) -> Pushed {
    let submit_drive_info = OfferedDriver { driver_id: driver_id.into(), ..OfferedDriver::default() };
    Pushed(Push::CapacityOffered(Box::new(CapacityOffered {
        mt_order_id: ID.into(),
        submit_drive_info,
        ..CapacityOffered::default()
    })))
}

pub(crate) fn submit() -> SubmitOrder {
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

pub(crate) fn query(number: &str) -> QueryRealTimeOrder {
    QueryRealTimeOrder { mt_order_id: Some(number.into()), ..QueryRealTimeOrder::default() }
}

/// Both, side by side.
pub(crate) async fn both<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> [T; 2] {
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

/// A store whose mood decides how it fails.
pub(crate) struct Moody {
    pub(crate) inner: MemoryStore,
    pub(crate) mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    Well,
    Fails,
    Hangs,
    Panics,
    /// Somebody else is always first.
    Conflicts,
    Nonsense,
}

impl Moody {
    pub(crate) async fn feel(&self) -> Result<Mood, BoxError> {
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
