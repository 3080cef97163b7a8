//! The driver: does what the order service of rides says, and reports how that ended.

use super::calls::Failure;
use super::making::{ByTask, Caller, Given};
use super::{About, BoxError, DueStore, Inner, RecordedPush, RideCall, Runtime, SaveOrder, Store, StoredOrder, Trouble, Warning};
use crate::error::SYSTEM_FAILURE;
use crate::handler::work::{Missing, PANICKED, pause, stored, task};
use crate::handler::{BoxFuture, Settles};
use crate::message::Packed;
use crate::message::value::FieldValue;
use crate::ride::codes::ResultCode;
use crate::ride::order::{Event, RideOrder, calls_from_json, order_from_json};
use crate::ride::service::{Done, Input, Job, News, NotStored, Recorded, Save, Step, Then};
use crate::ride::{PUSH_OK, ReceivedPush, Refusal, RideReply, push_fail};
use crate::time::Timestamp;
use std::sync::Arc;

/// One job.
struct Driver<S: Store<String>, R, C> {
    inner: Arc<Inner<S, R>>,
    caller: C,
    /// The subject of the reports.
    call: Option<&'static str>,
    /// The key of the last loaded record, and its content.
    key: String,
    revision: Option<S::Revision>,
    /// The calls that are counted here.
    counted: Option<u64>,
    /// The order as it was loaded or saved last.
    snapshot: String,
}

impl<S: Store<String>, R: Runtime> Inner<S, R> {
    pub(super) fn warn(&self, warning: &Warning<'_>, about: &About<'_>) {
        let issues = match warning {
            Warning::Push(issues) | Warning::Call(issues) | Warning::Reply(issues) => issues,
            Warning::Report(_) => return self.hooks.on_warning(warning, about),
        };
        if !issues.is_empty() {
            self.hooks.on_warning(warning, about);
        }
    }

    /// The store's own words were reported.
    fn not_stored(&self, why: NotStored, about: &About<'_>) {
        if why != NotStored::Failed {
            self.hooks.on_error(&Trouble::NotStored(why), about);
        }
    }

    pub(super) async fn answer(self: Arc<Self>, received: Result<ReceivedPush, Refusal>) -> String {
        let received = match received {
            Ok(received) => received,
            Err(refusal) => {
                let about = About { call: refusal.interface.map(|interface| interface.name), ..About::default() };
                self.hooks.on_error(&Trouble::Refused(&refusal.error), &about);
                return refusal.answer();
            }
        };
        let inner = self.clone();
        let is_taken = task(&self.runtime, async move { inner.take(received).await }).await;
        if is_taken.is_none() {
            self.hooks.on_error(&Trouble::Function(&PANICKED.into()), &About::default());
        }
        match is_taken {
            Some(true) => PUSH_OK.to_owned(),
            _ => push_fail(ResultCode::SYSTEM_ERROR.0, SYSTEM_FAILURE).unwrap_or_default(),
        }
    }

    /// Records a push, passes it to the user's function, and returns whether it is accepted.
    async fn take(self: Arc<Self>, received: ReceivedPush) -> bool {
        let call = Some(received.push.interface().name);
        let unknown = About { call, ..About::default() };
        self.warn(&Warning::Push(&received.warnings), &unknown);
        let event = Event::try_from(received.push.clone()).ok();
        let begun = event.and_then(|event| self.service.receive(event, self.runtime.now()));
        let recorded = match begun {
            // It is of another business, or names no order: it is a fact of none.
            None => None,
            Some((mut job, step)) => match self.clone().drive(ByTask, call, &mut job, step).await.0 {
                Done::Recorded(recorded) => Some(recorded),
                Done::Failed(why) => {
                    self.not_stored(why, &unknown);
                    return false;
                }
                Done::Limited(_) | Done::Settled(_) => return false,
            },
        };
        let order_id = recorded.as_ref().map(|recorded| recorded.key.clone());
        let about = About { order_id: order_id.as_deref(), ..unknown };
        if recorded.as_ref().is_some_and(|recorded| recorded.reason.is_some()) {
            self.hooks.on_error(&Trouble::Store(&"the order that was loaded is another one".into()), &about);
            return false;
        }
        let Some(on_push) = &self.on_push else { return true };
        match on_push(RecordedPush { received, recorded }).await {
            Ok(()) => true,
            Err(error) => {
                self.hooks.on_error(&Trouble::Function(&error), &about);
                false
            }
        }
    }

    /// Boxed, because what follows from an event may be to record another one.
    pub(super) fn record(self: Arc<Self>, order_id: String, event: Event) -> BoxFuture<Result<Recorded, NotStored>> {
        Box::pin(async move {
            let (mut job, step) = self.service.record(&order_id, event, self.runtime.now());
            match self.clone().drive(ByTask, None, &mut job, step).await.0 {
                Done::Recorded(recorded) => Ok(*recorded),
                other => Err(self.failed(other, &order_id)),
            }
        })
    }

    pub(super) async fn settle(self: Arc<Self>, order_id: String) -> Result<Option<Timestamp>, NotStored> {
        let (mut job, step) = self.service.settle(&order_id, self.runtime.now());
        match self.clone().drive(ByTask, None, &mut job, step).await.0 {
            Done::Settled(due) => Ok(due),
            other => Err(self.failed(other, &order_id)),
        }
    }

    fn failed(&self, done: Done, order_id: &str) -> NotStored {
        let why = if let Done::Failed(why) = done { why } else { NotStored::Failed };
        self.not_stored(why, &About { order_id: Some(order_id), ..About::default() });
        why
    }

    /// The call that the user makes, and what came of it.
    pub(super) async fn call<E: RideCall>(
        self: Arc<Self>,
        message: E,
    ) -> Result<(Done, Option<Result<RideReply<E::Data>, Failure>>), NotStored> {
        let order_id = message.order_id().to_owned();
        let (mut job, step) = self.service.call(&order_id, message.sent(), self.runtime.now());
        let given = Given { message: Some(message), end: None };
        match self.clone().drive(given, Some(E::CALL.as_str()), &mut job, step).await {
            (Done::Failed(why), _) => Err(self.failed(Done::Failed(why), &order_id)),
            (done, given) => Ok((done, given.end)),
        }
    }

    async fn drive<C: Caller<S, R>>(
        self: Arc<Self>,
        caller: C,
        call: Option<&'static str>,
        job: &mut Job,
        step: Step,
    ) -> (Done, C) {
        let (key, snapshot) = (String::new(), String::new());
        let mut driver = Driver { inner: self, caller, call, key, revision: None, counted: None, snapshot };
        let done = driver.run(job, step).await;
        (done, driver.caller)
    }
}

impl<S: Store<String>, R: Runtime, C: Caller<S, R>> Driver<S, R, C> {
    async fn run(&mut self, job: &mut Job, step: Step) -> Done {
        let mut step = step;
        loop {
            let input = match self.step(step).await {
                Ok(input) => input,
                Err(done) => return done,
            };
            step = self.inner.service.advance(job, input, self.inner.runtime.now());
        }
    }

    /// Does a step: what follows it, or that it was the last one.
    async fn step(&mut self, Step { heard, save, until, then }: Step) -> Result<Input, Done> {
        if let Some(news) = heard {
            self.report(&news);
        }
        if let Some(save) = save
            && let Err(input) = self.save(save, until).await
        {
            return Ok(input);
        }
        Ok(match then {
            Then::Load(key) => self.load(key, until).await,
            Then::LoadCalls => self.load_calls(until).await,
            Then::Pause(max) => {
                pause(&self.inner.runtime, 0, max).await;
                Input::Resumed
            }
            Then::Call(task) => Input::Replied(self.caller.call(&self.inner, &self.key, *task).await),
            Then::Pay(payment) => {
                let order = self.order().unwrap_or_default();
                self.inner.pay(&self.key, payment, order).await
            }
            Then::Choose(driver_ids) => {
                let order = self.order().unwrap_or_default();
                Input::Chosen(self.inner.choose(&self.key, driver_ids, order, until).await)
            }
            Then::Done(done) => return Err(done),
        })
    }

    /// The order as it was loaded or saved last.
    fn order(&self) -> Option<RideOrder> {
        order_from_json(self.snapshot.as_bytes(), &mut Packed::default()).ok().flatten()
    }

    async fn load(&mut self, key: String, until: Timestamp) -> Input {
        if let Err(input) = self.load_record(key, until).await {
            return input;
        }
        match order_from_json(self.snapshot.as_bytes(), &mut Packed::default()) {
            Ok(order) => Input::Loaded(order),
            Err(error) => self.failed(&error.into()),
        }
    }

    async fn load_calls(&mut self, until: Timestamp) -> Input {
        let key = self.inner.calls_key();
        let loaded = match self.inner.counts_itself() {
            true => self.load_counted(key).await,
            false => self.load_record(key, until).await,
        };
        if let Err(input) = loaded {
            return input;
        }
        match calls_from_json(self.snapshot.as_bytes(), &mut Packed::default()) {
            Ok(calls) => Input::CallsLoaded((!self.snapshot.is_empty()).then_some(calls)),
            Err(error) => self.failed(&error.into()),
        }
    }

    async fn load_record(&mut self, key: String, until: Timestamp) -> Result<(), Input> {
        let (inner, order_id) = (self.inner.clone(), key.clone());
        let stored = self.stored(async move { inner.store.load(order_id).await }, until).await?;
        self.key = key;
        (self.snapshot, self.revision) = match stored {
            Some(StoredOrder { snapshot, revision }) => (snapshot, Some(revision)),
            None => (String::new(), None),
        };
        Ok(())
    }

    /// The calls that this handler counts for itself.
    async fn load_counted(&mut self, key: String) -> Result<(), Input> {
        let counted = self.inner.counted.load(key.clone()).await.map_err(|error| self.failed(&error))?;
        self.key = key;
        (self.snapshot, self.counted) = match counted {
            Some(StoredOrder { snapshot, revision }) => (snapshot, Some(revision)),
            None => (String::new(), None),
        };
        Ok(())
    }

    async fn save(&mut self, save: Save, until: Timestamp) -> Result<(), Input> {
        let mut json = Vec::new();
        let (due, open, news) = match &save {
            Save::Calls(calls) => {
                calls.encode(&mut json);
                (None, 0, None)
            }
            Save::Order { order, due, open_conflicts, news } => {
                order.encode(&mut json);
                (*due, *open_conflicts, Some(news))
            }
        };
        self.snapshot = String::from_utf8(json).unwrap_or_default();
        let (order_id, snapshot) = (self.key.clone(), self.snapshot.clone());
        let is_saved = if matches!(save, Save::Calls(_)) && self.inner.counts_itself() {
            let saving = SaveOrder { order_id, snapshot, expected: self.counted, due, conflicts: open };
            self.inner.counted.save(saving).await.map_err(|error| self.failed(&error))?
        } else {
            let saving = SaveOrder { order_id, snapshot, expected: self.revision.clone(), due, conflicts: open };
            let inner = self.inner.clone();
            self.stored(async move { inner.store.save(saving).await }, until).await?
        };
        if !is_saved {
            return Err(Input::Conflict);
        }
        if let Some(news) = news {
            self.report(news);
        }
        Ok(())
    }

    /// Calls the hooks with the reports.
    fn report(&self, news: &News) {
        let about = About { order_id: Some(&self.key), call: self.call, key: None };
        if !news.conflicts.is_empty() {
            self.inner.hooks.on_conflict(&news.conflicts, &about);
        }
        for report in &news.warnings {
            self.inner.warn(&Warning::Report(*report), &about);
        }
    }

    async fn stored<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, BoxError>> + Send + 'static,
        until: Timestamp,
    ) -> Result<T, Input> {
        stored(&self.inner.runtime, work, until).await.map_err(|missing| match missing {
            Missing::Failed(error) => self.failed(&error),
            Missing::Late => Input::StoreLate,
        })
    }

    fn failed(&self, error: &BoxError) -> Input {
        let about =
            About { order_id: Some(&self.key).filter(|key| !key.is_empty()).map(String::as_str), call: self.call, key: None };
        self.inner.hooks.on_error(&Trouble::Store(error), &about);
        Input::StoreFailed
    }
}

impl<S: DueStore<String>, R: Runtime> Settles for Inner<S, R> {
    type Key = String;
    type Store = S;
    type Runtime = R;

    fn store(&self) -> &S {
        &self.store
    }

    fn runtime(&self) -> &R {
        &self.runtime
    }

    async fn settle_one(self: Arc<Self>, order_id: String) -> bool {
        self.settle(order_id).await.is_ok()
    }

    fn cannot_look(&self, error: &BoxError) {
        self.hooks.on_error(&Trouble::Store(error), &About::default());
    }
}
