//! Rides in a store: pushes are recorded before they are answered, and what follows from them is done.
//!
//! A [`Handler`] drives the [order service of rides](super::service), which decides everything; here are the store's calls, the
//! calls of Meituan's, your functions, time limits and pauses. You bring a [`Store`] over your database, a function that sends,
//! and a [`Runtime`] ([`Tokio`] with the feature `tokio`; [`Threads`] where nothing is async). Functions that pay and choose
//! drivers are yours to give or to leave out.
//!
//! ```
//! use meituan_protocol::ride::handler::{Handler, MemoryStore, Threads, block_on};
//! use meituan_protocol::ride::{self, Client, Config, Encoded, PUSH_OK};
//! use meituan_protocol::Secret;
//! # fn post(_: Encoded) -> Result<(u16, Vec<u8>), &'static str> { Err("no network") }
//! # fn charge(_: &str, _: i64) -> bool { true }
//!
//! let config = Config::new(617, Secret::new("CESHI-TK"), Secret::new("AAECAwQFBgcICQoLDA0ODw=="))
//!     .route("/meituan/event", &ride::ORDER_CHANGED);
//! let rides = Handler::builder(Client::new(config)?, MemoryStore::default(), Threads::default(), |request| async move {
//!     Ok(post(request)?) // by POST, with `ride::HEADERS`; HTTP status and body of the response
//! })
//! // The key is the same on every run for the same order and amount: what is keyed on it is paid once.
//! .pay(|payment| async move { Ok(charge(&payment.key, payment.price.0)) })
//! .choose_driver(|choice| async move { Ok(choice.driver_ids.into_iter().next()) })
//! .build();
//!
//! // A web server gives each push, and sends the answer, with HTTP 200 as application/json. This one is nobody's.
//! let answer = block_on(rides.handle("/meituan/event", b"token=wrong&content="));
//! assert_ne!(answer, PUSH_OK);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Due work
//!
//! Queries, the driver to confirm, payments and their notices, cancellations without an answer: [`Handler::settle`] does what is
//! next about an order, and [`Handler::settle_forever`] about all of them, in one process or in many. Each is claimed in the stored
//! order first, and counts within Meituan's limits, which one record of the store counts for all processes.
//!
//! # When something fails
//! | failure | consequence |
//! |---|---|
//! | a push is not authentic, or not understood | it is answered with a code of failure |
//! | the store fails, hangs, or always conflicts, while a push is recorded | the same, within the deadline; Meituan pushes it again |
//! | the function of [`Builder::on_push`] fails | the same; the push comes again, as a duplicate |
//! | a call is refused, or has no reply | that is recorded; a query finds out, or it is made again later |
//! | the function that pays fails, panics, or its process dies | it may have paid: it runs again with the same key, and no other amount is proposed |
//! | the function that pays is late | it goes on, and that it has paid is recorded when it has |

// The files, by subject: `drive` does the steps, `making` makes calls, payments and choices, `calls` records each call,
// `hooks` are reports.

mod calls;
mod drive;
mod hooks;
mod making;

#[cfg(feature = "tokio")]
pub use crate::handler::Tokio;
pub use crate::handler::{BoxError, DueStore, OrderKey, Runtime, Settled, StandardError, Store, StoredOrder};
#[cfg(not(target_arch = "wasm32"))]
pub use crate::handler::{Threads, block_on};
pub use calls::{Called, NotCalled, RideCall};
pub use hooks::{Hooks, Trouble, Warning};

use super::order::{Conflict, Event, RideCalls, RideOrder, RideStanding, order_from_json};
use super::pushes::CapacityOffered;
use super::service::{Done, NotStored, Recorded, Service};
use super::{Client, Encoded, ReceivedPush, Refusal};
use crate::handler::work::task;
use crate::handler::{Function, Responded, settle_all, settle_forever};
use crate::message::Packed;
use crate::money::Fen;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, handler};
use calls::Failure;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The subject of a report: ids only.
pub type About<'a> = handler::About<'a, &'a str>;

/// Rides in memory: for tests, and for trying things out. Nothing outlives the process.
pub type MemoryStore = handler::MemoryStore<String>;

/// A ride, or the account's recent calls, to save.
pub type SaveOrder<Revision> = handler::SaveOrder<Revision, String>;

/// A payment to make: the ride, or a cancel fee.
#[derive(Debug, Clone, PartialEq)]
pub struct RidePayment {
    /// The key of the order.
    pub order_id: String,
    /// The amount: exactly what Meituan is then notified of.
    pub price: Fen,
    /// An idempotency key: the same on every run for the same order and amount. A payment that is keyed on it is made once.
    pub key: String,
    /// The order as it is stored.
    pub order: RideOrder,
}

/// A choice among the drivers that are offered.
#[derive(Debug, Clone, PartialEq)]
pub struct RideChoice {
    /// The key of the order.
    pub order_id: String,
    /// The drivers.
    pub driver_ids: Vec<String>,
    /// Their offers.
    pub offers: Vec<CapacityOffered>,
    /// The order as it is stored.
    pub order: RideOrder,
}

/// A push that is recorded.
#[derive(Debug)]
pub struct RecordedPush {
    /// The push.
    pub received: ReceivedPush,
    /// The result; `None` where it is of another business than rides, or names no order.
    pub recorded: Option<Box<Recorded>>,
}

/// Rides over a store. Clones are the same handler. The [module](self) has an example.
pub struct Handler<S, R>(Arc<Inner<S, R>>);

struct Inner<S, R> {
    client: Client,
    store: S,
    runtime: R,
    service: Service,
    hooks: Box<dyn Hooks>,
    send: Box<Function<Encoded, Responded>>,
    pay: Option<Box<Function<RidePayment, bool>>>,
    choose_driver: Option<Box<Function<RideChoice, Option<String>>>>,
    on_push: Option<Box<Function<RecordedPush, ()>>>,
    /// The calls of this handler, where each counts its own.
    counted: MemoryStore,
}

impl<S, R> Inner<S, R> {
    /// The store of the account's recent calls.
    fn calls_key(&self) -> String {
        format!("calls:{}", self.client.config().ent_id)
    }

    fn counts_itself(&self) -> bool {
        self.service.processes.is_some()
    }
}

impl<S, R> Clone for Handler<S, R> {
    fn clone(&self) -> Self {
        Handler(self.0.clone())
    }
}

impl<S, R> fmt::Debug for Handler<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("service", &self.0.service).finish_non_exhaustive()
    }
}

/// A [`Handler`] before it is built.
///
/// ```
/// use meituan_protocol::ride::handler::{Builder, Handler, Runtime, Store};
/// use std::time::Duration;
///
/// fn built<S: Store<String>, R: Runtime>(builder: Builder<S, R>) -> Handler<S, R> {
///     builder.open_orders(200).processes(2).deadline(Duration::from_secs(3)).build()
/// }
/// ```
pub struct Builder<S, R>(Inner<S, R>);

impl<S, R> fmt::Debug for Builder<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("service", &self.0.service).finish_non_exhaustive()
    }
}

impl<S: Store<String>, R: Runtime> Builder<S, R> {
    /// Pays what is owed: `true` where it is paid, `false` where it is not, to be called again later. Then, and only then, Meituan
    /// is notified. An `Err` (and a panic) means that it may have paid: it runs again with the same key, and no other amount is
    /// proposed. Without this function nothing is paid.
    #[must_use]
    pub fn pay<Paying>(mut self, pay: impl Fn(RidePayment) -> Paying + Send + Sync + 'static) -> Self
    where
        Paying: Future<Output = Result<bool, BoxError>> + Send + 'static,
    {
        self.0.pay = Some(Box::new(move |payment| Box::pin(pay(payment))));
        self.0.service.can_pay = true;
        self
    }

    /// Chooses one of the drivers that are offered; `None` to wait for others. It may run in several processes at once: one driver
    /// is confirmed. Without this function none is.
    #[must_use]
    pub fn choose_driver<Choosing>(mut self, choose: impl Fn(RideChoice) -> Choosing + Send + Sync + 'static) -> Self
    where
        Choosing: Future<Output = Result<Option<String>, BoxError>> + Send + 'static,
    {
        self.0.choose_driver = Some(Box::new(move |choice| Box::pin(choose(choice))));
        self.0.service.can_choose = true;
        self
    }

    /// Receives each push once it is recorded, and before it is answered. If it fails, the push comes again.
    #[must_use]
    pub fn on_push<Hearing>(mut self, hear: impl Fn(RecordedPush) -> Hearing + Send + Sync + 'static) -> Self
    where
        Hearing: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.0.on_push = Some(Box::new(move |push| Box::pin(hear(push))));
        self
    }

    /// Listens; by default one line is written to standard error.
    #[must_use]
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.0.hooks = Box::new(hooks);
        self
    }

    /// How many orders are open: the more, the more rarely a silent one is queried.
    #[must_use]
    pub fn open_orders(mut self, count: u32) -> Self {
        self.0.service.open_orders = Some(count);
        self
    }

    /// How many processes share the account, 1 to 100. Each handler then counts its own calls, in memory, and has an equal part of
    /// Meituan's limits. By default one record in the store counts the calls of all.
    #[must_use]
    pub fn processes(mut self, count: i32) -> Self {
        self.0.service.processes = Some(count.clamp(1, 100));
        self
    }

    /// Within how long a push is answered, whatever the store does: 5 s by default.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.0.service.deadline = Some(deadline);
        self
    }

    /// Builds it.
    pub fn build(self) -> Handler<S, R> {
        Handler(Arc::new(self.0))
    }
}

impl<S: Store<String>, R: Runtime> Handler<S, R> {
    /// Begins a handler with the default settings. `send` makes a call to Meituan by POST with [`HEADERS`](super::HEADERS), and
    /// returns HTTP status and body of the response. Each is waited for 10 s; a reply that comes later is recorded when it comes.
    pub fn builder<Sending>(
        client: Client,
        store: S,
        runtime: R,
        send: impl Fn(Encoded) -> Sending + Send + Sync + 'static,
    ) -> Builder<S, R>
    where
        Sending: Future<Output = Result<(u16, Vec<u8>), BoxError>> + Send + 'static,
    {
        let (service, hooks, counted) = (Service::default(), Box::new(StandardError), MemoryStore::default());
        let send: Box<Function<Encoded, Responded>> = Box::new(move |request| Box::pin(send(request)));
        let (pay, choose_driver, on_push) = (None, None, None);
        Builder(Inner { client, store, runtime, service, hooks, send, pay, choose_driver, on_push, counted })
    }

    /// Returns the client, for calls that are about no order. They are counted nowhere.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the store.
    pub fn store(&self) -> &S {
        &self.0.store
    }

    /// Answers a push: `uri` is path and query as they arrived. Whatever comes, there is an answer, for HTTP 200 as
    /// `application/json`. Dropping the future loses the answer alone: what has begun is done to its end.
    pub fn handle(&self, uri: &str, body: &[u8]) -> impl Future<Output = String> + Send + use<S, R> {
        self.answer(self.0.client.receive(uri, body, self.0.runtime.now().wall))
    }

    /// [`Handler::handle`] of a whole request of the `http` crate, its body as it came.
    #[cfg(feature = "http")]
    pub async fn handle_http(&self, push: http::Request<impl AsRef<[u8]>>) -> http::Response<Vec<u8>> {
        let received = self.0.client.receive_http(&push, self.0.runtime.now().wall);
        drop(push);
        crate::http_types::push_response(self.answer(received).await)
    }

    /// Answers what [`Client::receive`] made of a push.
    pub fn answer(&self, received: Result<ReceivedPush, Refusal>) -> impl Future<Output = String> + Send + use<S, R> {
        let inner = self.0.clone();
        async move { inner.answer(received).await }
    }

    /// Records an event of the order, by compare-and-swap. Returns what came of it, with the order as it is then.
    ///
    /// # Errors
    /// Why the store did not take it; recording the same event again does no harm.
    pub async fn record(&self, order_id: &str, event: impl Into<Event>) -> Result<Recorded, NotStored> {
        let (inner, order_id, event) = (self.0.clone(), order_id.to_owned(), event.into());
        task(&self.0.runtime, inner.record(order_id, event)).await.unwrap_or(Err(NotStored::Failed))
    }

    /// Makes a call about an order: recorded before, within Meituan's limits, and its reply afterwards. A submit that is repeated
    /// with our number is one ride. Numbers that are optional, and that the stored order knows, go along by themselves.
    ///
    /// # Errors
    /// It cannot be written, or the store did not take it.
    pub async fn call<E: RideCall>(&self, message: E) -> Result<Called<E::Data>, NotCalled> {
        if message.order_id().is_empty() {
            return Err(NotCalled::Message(Box::new(Error::at(ErrorCode::MissingField, "mtOrderId"))));
        }
        // A request that cannot be sent is refused before anything is recorded.
        let written = self.0.client.request(&message, self.0.runtime.now().wall);
        written.map_err(|error| NotCalled::Message(Box::new(error)))?;
        let (inner, runtime) = (self.0.clone(), &self.0.runtime);
        let made = task(runtime, async move { inner.call(message).await }).await.unwrap_or(Err(NotStored::Failed));
        let (done, end) = made.map_err(NotCalled::Store)?;
        match (done, end) {
            (Done::Limited(at), _) => Ok(Called::Limited(at)),
            (Done::Recorded(recorded), None) => Ok(Called::Illegal(recorded)),
            (Done::Recorded(recorded), Some(Ok(reply))) => Ok(Called::Answered { reply, recorded }),
            (Done::Recorded(recorded), Some(Err(Failure::Refused(error)))) => Ok(Called::Refused { error, recorded }),
            (Done::Recorded(recorded), Some(Err(Failure::Unknown(error)))) => Ok(Called::Unknown { error, recorded }),
            (Done::Settled(_) | Done::Failed(_), _) => Err(NotCalled::Store(NotStored::Failed)),
        }
    }

    /// Returns an order as it is stored, by Meituan's number, or by ours where it was submitted here.
    ///
    /// # Errors
    /// Those of the store, and of a snapshot that is none.
    pub async fn order(&self, order_id: &str) -> Result<Option<RideOrder>, BoxError> {
        let order = self.stored(order_id).await?;
        // The record under our number leads to Meituan's number, once that is known.
        match order.as_ref().and_then(|order| order.mt_order_id.as_deref()).filter(|number| *number != order_id) {
            Some(number) => self.stored(number).await,
            None => Ok(order),
        }
    }

    async fn stored(&self, order_id: &str) -> Result<Option<RideOrder>, BoxError> {
        match self.0.store.load(order_id.to_owned()).await? {
            Some(stored) => Ok(order_from_json(stored.snapshot.as_bytes(), &mut Packed::default())?),
            None => Ok(None),
        }
    }

    /// Returns what follows from an order: its state, what may be done, and what is next.
    ///
    /// # Errors
    /// As of [`Handler::order`].
    pub async fn standing(&self, order_id: &str) -> Result<RideStanding, BoxError> {
        let Service { open_orders, processes, .. } = self.0.service;
        let limits = RideCalls { open_orders, processes, ..RideCalls::default() };
        Ok(self.order(order_id).await?.unwrap_or_default().standing(self.0.runtime.now().wall, &limits))
    }

    /// Does what is next about an order, if it is due: queries it, confirms the driver that is chosen, has what is owed paid and
    /// Meituan notified, repeats a cancellation without an answer. Call it when the order's [`SaveOrder`] says that it is due;
    /// once too often does no harm. Returns when something is due again.
    ///
    /// # Errors
    /// When the store did not take it. A call or function that fails is reported to [`Hooks::on_error`].
    pub async fn settle(&self, order_id: &str) -> Result<Option<Timestamp>, NotStored> {
        let (inner, order_id) = (self.0.clone(), order_id.to_owned());
        task(&self.0.runtime, async move { inner.settle(order_id).await }).await.unwrap_or(Err(NotStored::Failed))
    }
}

impl<S: DueStore<String>, R: Runtime> Handler<S, R> {
    /// Returns the orders in which something is due, the earliest first, `max` at most.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due(&self, max: usize) -> Result<Vec<String>, BoxError> {
        self.0.store.due(self.0.runtime.now().wall, max).await
    }

    /// Returns the orders with conflicts, and these; `None` where the store has no [`DueStore::with_conflicts`].
    ///
    /// # Errors
    /// As of [`Handler::order`].
    pub async fn conflicts(&self) -> Result<Option<Vec<(String, Vec<Conflict>)>>, BoxError> {
        let Some(order_ids) = self.0.store.with_conflicts().await? else { return Ok(None) };
        let mut found = Vec::new();
        for order_id in order_ids {
            let conflicts = self.standing(&order_id).await?.conflict_kinds;
            found.push((order_id, conflicts));
        }
        Ok(Some(found))
    }

    /// Settles all orders in which something is due, some of them side by side, and waits for all of them: for a cron trigger. One
    /// that fails keeps no other from being settled.
    ///
    /// # Errors
    /// When the store cannot say which.
    pub async fn settle_due(&self) -> Result<Settled, BoxError> {
        settle_all(self.0.clone()).await
    }

    /// Settles what is due, looks again after a pause, and never ends. It waits for no order: a slow one keeps no other from being
    /// settled. Any number of processes may do so on one store.
    pub async fn settle_forever(&self, pause: Duration) {
        settle_forever(self.0.clone(), pause).await;
    }
}
