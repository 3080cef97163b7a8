//! A whole endpoint over a store: Meituan's calls are answered, orders are kept, and what follows from them is done.
//!
//! A [`Handler`] drives the [order service](super::service), which decides everything; here are the store's calls, the supplier's
//! functions, sending, time limits and pauses. You bring three things: a [`Store`] over your database, [`Functions`] that do the
//! work, and a [`Runtime`] ([`Tokio`] with the feature `tokio`; [`Threads`] where nothing is async).
//!
//! ```
//! use meituan_protocol::ticket::calls::*;
//! use meituan_protocol::ticket::codes::VoucherType;
//! use meituan_protocol::ticket::handler::*;
//! use meituan_protocol::ticket::{self, Config, Parts, Supplier};
//! use meituan_protocol::Secret;
//!
//! struct Garden;
//!
//! impl Functions for Garden {
//!     async fn order_create(&self, call: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
//!         Ok(Ended::done(OrderCreated { partner_order_id: format!("P{}", call.body.order_id), ..OrderCreated::default() }))
//!     }
//!     async fn order_pay(&self, call: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
//!         // The key is the same on every run: what is made of it is made once. (Make yours harder to guess.)
//!         let codes = (0..call.order.quantity).map(|index| format!("{}/{index}", call.attempt_key));
//!         let (voucher_type, vouchers) = (Some(VoucherType::CODE_PER_TICKET), Some(codes.collect()));
//!         Ok(Ended::done(OrderPaid { voucher_type, vouchers, ..OrderPaid::default() }))
//!     }
//!     async fn order_refund(&self, _: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
//!         Ok(Ended::pending()) // 602; decide later, by `handler.record(order_id, RefundAgreed { … })`
//!     }
//! }
//!
//! let config = Config::new(1122, "client", Secret::new("not a real secret")).route("/mt/order/create", &ticket::ORDER_CREATE);
//! let handler = Handler::builder(Supplier::new(config)?, MemoryStore::default(), Garden, Threads::default()).build();
//! // A web server gives the request, and sends the reply. This one has no signature.
//! let parts = Parts { method: "POST", uri: "/mt/order/create", ..Parts::default() };
//! let reply = block_on(handler.handle(&parts, b"{}"));
//! assert!(String::from_utf8(reply.body)?.contains("\"code\":499"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Due work
//!
//! Notices, functions that broke off, refunds that silence agrees: [`Handler::settle`] does what is due about an order, and
//! [`Handler::settle_forever`] about all of them, in one process or in many. Correctness rests on claims in the stored order.
//!
//! # When something fails
//! | failure | Meituan gets |
//! |---|---|
//! | authentication, route, message | HTTP 200 and the failure of the call's family |
//! | a function returns [`Ended::refused`] | its code and reason |
//! | a function returns `Err`, panics, is late, or returns what breaks a rule | pay 598, refund 602, then a notice; create and reschedule HTTP 503 without a body; close and refunded message 200, because they are recorded |
//! | the store fails, hangs, or always conflicts | HTTP 503 without a body, within the deadline |
//! | [`Functions::other`] returns `Err` | HTTP 200 and the failure of the call's family |
//!
//! Without a handler, [`Supplier::answer_failure`] is the reply where your own code fails.

// The files, by subject: `drive` does the steps, `functions` are the supplier's, and how they end, `hooks` are reports,
// `order_actions` what gates and people do with an order, `seen` whether a call came before.

mod drive;
mod functions;
mod hooks;
mod order_actions;
mod seen;

#[cfg(feature = "tokio")]
pub use crate::handler::Tokio;
pub use crate::handler::{
    About, BoxError, DueStore, MemoryStore, OrderKey, Runtime, SaveOrder, Settled, StandardError, Store, StoredOrder,
};
#[cfg(not(target_arch = "wasm32"))]
pub use crate::handler::{Threads, block_on};
pub use functions::{Deferrable, Ended, FunctionResult, Functions, OrderAction, OrderCall};
pub use hooks::{Hooks, Trouble, Warning};
pub use seen::{SeenCall, SeenInMemory};

use super::order::{Event, Order};
use super::service::{NoReply, Recorded, Service};
use super::{HttpReply, Parts, ReceivedCall, Refusal, SignedRequest, Supplier};
use crate::handler::work::task;
use crate::handler::{Function, Responded, Settles, settle_all, settle_forever};
use crate::message::Id;
use crate::time::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A supplier's endpoint over a store. Clones are the same handler. The [module](self) has an example.
pub struct Handler<S, F, R>(Arc<Inner<S, F, R>>);

struct Inner<S, F, R> {
    supplier: Supplier,
    store: S,
    functions: F,
    runtime: R,
    service: Service,
    hooks: Box<dyn Hooks>,
    send: Option<Box<Function<SignedRequest, Responded>>>,
    seen: Option<seen::Seen>,
}

impl<S, F, R> Clone for Handler<S, F, R> {
    fn clone(&self) -> Self {
        Handler(self.0.clone())
    }
}

impl<S, F, R> fmt::Debug for Handler<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("service", &self.0.service).finish_non_exhaustive()
    }
}

/// A [`Handler`] before it is built.
///
/// ```
/// use meituan_protocol::ticket::SignedRequest;
/// use meituan_protocol::ticket::handler::{Builder, Functions, Handler, Runtime, Store};
/// use meituan_protocol::ticket::service::Service;
/// use std::time::Duration;
/// # fn post(_: SignedRequest) -> Result<(u16, Vec<u8>), &'static str> { Err("no network") }
///
/// fn built<S: Store, F: Functions, R: Runtime>(builder: Builder<S, F, R>) -> Handler<S, F, R> {
///     builder
///         .service(Service { deadline: Some(Duration::from_secs(10)), ..Service::default() })
///         .send(|notice| async move { Ok(post(notice)?) }) // by POST; HTTP status and body of the response
///         .build()
/// }
/// ```
pub struct Builder<S, F, R>(Inner<S, F, R>);

impl<S, F, R> fmt::Debug for Builder<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("service", &self.0.service).finish_non_exhaustive()
    }
}

impl<S: Store, F: Functions, R: Runtime> Builder<S, F, R> {
    /// Settings of the order rules, and how long pay and refund may take before Meituan is replied 598 and 602.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.0.service = service;
        self
    }

    /// Sets the listeners. By default each report is one line on standard error.
    #[must_use]
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.0.hooks = Box::new(hooks);
        self
    }

    /// Sends a notice by POST, and returns HTTP status and body of the response. Without it notices are kept, and none is sent. At
    /// [`Settings::send_limit`](super::order::Settings::send_limit) the future is dropped, which ends it; one that blocks, or works
    /// elsewhere, needs a time-out of its own of no more than that.
    #[must_use]
    pub fn send<Sending>(mut self, send: impl Fn(SignedRequest) -> Sending + Send + Sync + 'static) -> Self
    where
        Sending: Future<Output = Result<(u16, Vec<u8>), BoxError>> + Send + 'static,
    {
        self.0.send = Some(Box::new(move |request| Box::pin(send(request))));
        self
    }

    /// Says whether a call came before, and keeps that it has come, in one step (`INSERT … ON CONFLICT DO NOTHING`). It is called
    /// when a call is authenticated and read, before anything is done. A call that came before is answered by what is stored, as a
    /// repeat of Meituan's is, but nothing is saved or run for it; where that does not say what is true, and where this fails or is
    /// late, Meituan gets HTTP 503. [`SeenInMemory`] knows the calls of one process. Off by default, and not called by
    /// [`Handler::answer`], which has no body.
    ///
    /// A signature does not cover the body: with another body it is another call, because two calls of one second can have the same
    /// signature.
    #[must_use]
    pub fn seen<Asking>(mut self, seen: impl Fn(SeenCall) -> Asking + Send + Sync + 'static) -> Self
    where
        Asking: Future<Output = Result<bool, BoxError>> + Send + 'static,
    {
        self.0.seen = Some(Box::new(move |call| Box::pin(seen(call))));
        self
    }

    /// Builds it.
    pub fn build(self) -> Handler<S, F, R> {
        Handler(Arc::new(self.0))
    }
}

impl<S: Store, F: Functions, R: Runtime> Handler<S, F, R> {
    /// Begins a handler with the default settings.
    pub fn builder(supplier: Supplier, store: S, functions: F, runtime: R) -> Builder<S, F, R> {
        let (service, hooks) = (Service::default(), Box::new(StandardError));
        Builder(Inner { supplier, store, functions, runtime, service, hooks, send: None, seen: None })
    }

    /// Returns the supplier.
    pub fn supplier(&self) -> &Supplier {
        &self.0.supplier
    }

    /// Returns the store.
    pub fn store(&self) -> &S {
        &self.0.store
    }

    /// Answers a request of Meituan's. Whatever comes, there is a reply. Dropping the future loses the reply alone: what has begun is
    /// done to its end.
    pub fn handle(&self, parts: &Parts<'_>, body: &[u8]) -> impl Future<Output = HttpReply> + Send + use<S, F, R> {
        let received = self.0.supplier.receive(parts, body, self.0.runtime.now().wall);
        self.answer_body(received, body)
    }

    /// [`Handler::handle`] of a whole request of the `http` crate, its body as it came.
    #[cfg(feature = "http")]
    pub async fn handle_http(&self, request: http::Request<impl AsRef<[u8]>>) -> http::Response<Vec<u8>> {
        let received = self.0.supplier.receive_http(&request, self.0.runtime.now().wall);
        let answering = self.answer_body(received, request.body().as_ref());
        drop(request);
        answering.await.into()
    }

    fn answer_body(
        &self,
        received: Result<ReceivedCall, Refusal>,
        body: &[u8],
    ) -> impl Future<Output = HttpReply> + Send + use<S, F, R> {
        let digest = self.0.seen.as_ref().map(|_| seen::digest_of(body));
        let inner = self.0.clone();
        async move { inner.answer(received, digest).await }
    }

    /// Answers what [`Supplier::receive`] made of a request.
    pub fn answer(&self, received: Result<ReceivedCall, Refusal>) -> impl Future<Output = HttpReply> + Send + use<S, F, R> {
        let inner = self.0.clone();
        async move { inner.answer(received, None).await }
    }

    /// Records an event of the supplier's: tickets are issued, a refund is decided, guests have entered. Returns what came of it,
    /// with the order as it is then.
    ///
    /// # Errors
    /// Why it may not be recorded; recording the same event again does no harm.
    pub async fn record(&self, order_id: Id, event: impl Into<Event>) -> Result<Recorded, NoReply> {
        let (inner, event) = (self.0.clone(), event.into());
        task(&self.0.runtime, async move { inner.record(order_id, event).await }).await.unwrap_or(Err(NoReply::StoreFailed))
    }

    /// Returns an order as it is stored.
    ///
    /// # Errors
    /// Those of the store, and of a snapshot that is none.
    pub async fn order(&self, order_id: Id) -> Result<Option<Order>, BoxError> {
        match self.0.store.load(order_id).await? {
            Some(stored) => Ok(Order::from_json(stored.snapshot.as_bytes())?),
            None => Ok(None),
        }
    }

    /// Does what is due about an order: takes over functions that broke off, lets refunds count as agreed, reports deadlines that
    /// have passed, sends notices. Call it when the order's [`SaveOrder::due`] says so; once too often does no harm. Returns when
    /// something is due again.
    ///
    /// # Errors
    /// When the store did not take it. One function or notice that fails is reported to [`Hooks::on_error`] and keeps no other from
    /// being done.
    pub async fn settle(&self, order_id: Id) -> Result<Option<Timestamp>, NoReply> {
        let inner = self.0.clone();
        task(&self.0.runtime, async move { inner.settle(order_id).await }).await.unwrap_or(Err(NoReply::StoreFailed))
    }
}

impl<S: DueStore, F: Functions, R: Runtime> Handler<S, F, R> {
    /// Settles all orders in which something is due, some of them side by side, and waits for all of them: for a cron trigger. One
    /// that fails keeps no other from being settled.
    ///
    /// # Errors
    /// When the store cannot say which.
    pub async fn settle_due(&self) -> Result<Settled, BoxError> {
        settle_all(self.0.clone()).await
    }

    /// Settles what is due, looks again after a pause, and never ends. It waits for no order: a slow one, such as one with a notice
    /// that nobody replies to, keeps no other from being settled. Any number of processes may do so on one store.
    pub async fn settle_forever(&self, pause: Duration) {
        settle_forever(self.0.clone(), pause).await;
    }
}

impl<S: DueStore, F: Functions, R: Runtime> Settles for Inner<S, F, R> {
    type Key = Id;
    type Store = S;
    type Runtime = R;

    fn store(&self) -> &S {
        &self.store
    }

    fn runtime(&self) -> &R {
        &self.runtime
    }

    async fn settle_one(self: Arc<Self>, order_id: Id) -> bool {
        self.settle(order_id).await.is_ok()
    }

    fn cannot_look(&self, error: &BoxError) {
        self.hooks.on_error(&Trouble::Store(error), &About::default());
    }
}
