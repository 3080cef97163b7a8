//! The driver: does what the order service says, and reports how that ended.

use super::functions::{self, Unusable};
use super::seen;
use super::{About, BoxError, Functions, Inner, Runtime, SaveOrder, Store, StoredOrder, Trouble, Warning};
use crate::ErrorCode;
use crate::handler::work::{Missing, PANICKED, TOO_LONG, Waited, awaited, pause, stored, task, until};
use crate::handler::{BoxFuture, oneshot, within};
use crate::message::Id;
use crate::ticket::order::{
    AttemptEnded, Breach, Conflict, Delivery, Event, Notice, NoticeEnded, Order, OrderReply, Outcome, ReplyBody,
};
use crate::ticket::service::{Answered, Done, Input, Job, Loaded, News, NoReply, Recorded, Save, Step, Task, Then};
use crate::ticket::{HttpReply, NoticeReply, ReceivedCall, Refusal, Reply};
use crate::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// For calls that are about no order; Meituan waits 60 s.
const DEADLINE: Duration = Duration::from_secs(25);

/// Time limit for the hook that knows calls that came before, if no deadline is set.
const SEEN_LIMIT: Duration = Duration::from_secs(10);

/// One job about one order.
struct Driver<S: Store, F, R> {
    inner: Arc<Inner<S, F, R>>,
    order_id: Id,
    /// The call that is answered.
    call: Option<Event>,
    /// The revision of the order that was loaded last.
    revision: Option<S::Revision>,
    /// The order as it was loaded or saved last.
    snapshot: String,
    /// Nothing is saved, run or sent.
    is_read_only: bool,
}

impl<S: Store, F: Functions, R: Runtime> Inner<S, F, R> {
    fn warn(&self, warning: &Warning<'_>, about: &About<'_>) {
        let issues = match warning {
            Warning::Request(issues) | Warning::Reply(issues) | Warning::Notice(issues) => issues,
            Warning::Report(_) => return self.hooks.on_warning(warning, about),
        };
        if !issues.is_empty() {
            self.hooks.on_warning(warning, about);
        }
    }

    pub(super) async fn answer(self: Arc<Self>, received: Result<ReceivedCall, Refusal>, digest: Option<String>) -> HttpReply {
        let now = self.runtime.now();
        let received = match received {
            Ok(received) => Arc::new(received),
            Err(refusal) => {
                let about = About { call: refusal.call.map(|call| call.name), ..About::default() };
                self.hooks.on_error(&Trouble::Refused(&refusal.error), &about);
                return self.supplier.answer_refusal(&refusal);
            }
        };
        let order_id = received.body.order_id();
        let about = About { order_id, call: Some(received.call.name), key: None };
        self.warn(&Warning::Request(&received.warnings), &about);
        let event = Event::try_from(received.body.clone()).ok();
        let is_of_order = order_id.is_some() && event.is_some();
        let seen = match (&self.seen, digest) {
            (Some(seen), Some(digest)) => {
                let limit = now.steady + self.service.deadline.unwrap_or(SEEN_LIMIT);
                seen::was_seen(seen, &received, digest, now.steady, limit, &self.runtime).await
            }
            _ => Ok(false),
        };
        let is_read_only = matches!(seen, Ok(true));
        if seen.is_err() || (is_read_only && !is_of_order) {
            self.hooks.on_error(&seen::trouble(&seen), &about);
            return HttpReply::unknown();
        }
        let (Some(order_id), Some(call)) = (order_id, event) else {
            return self.answer_other(&received, &about).await;
        };
        let (sender, reply) = oneshot();
        let (inner, asked) = (self.clone(), received.clone());
        self.runtime.spawn(async move {
            let (mut job, step) = inner.service.answer(call.clone(), now);
            let mut driver =
                Driver { inner: inner.clone(), order_id, call: Some(call), revision: None, snapshot: String::new(), is_read_only };
            let done = driver.run(&mut job, step).await;
            // Nobody may wait any more, and yet the rest is done.
            let _ = sender.send(inner.reply(&asked, done, is_read_only));
            if let Some(end) = job.unrecorded() {
                inner.record_end(order_id, end).await;
            }
        });
        reply.await.unwrap_or_else(|| {
            self.hooks.on_error(&Trouble::NoReply(NoReply::Unknown), &about);
            HttpReply::unknown()
        })
    }

    async fn answer_other(self: &Arc<Self>, received: &Arc<ReceivedCall>, about: &About<'_>) -> HttpReply {
        let (inner, asked) = (self.clone(), received.clone());
        let mut working = task(&self.runtime, async move { inner.functions.other((*asked).clone()).await });
        let limit = self.runtime.now().steady + self.service.deadline.unwrap_or(DEADLINE);
        let written = match within(until(&self.runtime, limit), &mut working).await {
            Some(Some(Ok(Some(reply)))) => self.supplier.reply(received, &reply).map_err(BoxError::from),
            Some(Some(Ok(None))) => return self.supplier.answer_unserved(received),
            Some(Some(Err(error))) => Err(error),
            Some(None) => Err(PANICKED.into()),
            None => Err(TOO_LONG.into()),
        };
        match written {
            Ok(reply) => {
                self.warn(&Warning::Reply(&reply.warnings), about);
                reply
            }
            Err(error) => {
                self.hooks.on_error(&Trouble::Function(&error), about);
                self.supplier.answer_failure(received)
            }
        }
    }

    /// The answer to Meituan.
    fn reply(&self, received: &ReceivedCall, done: Done, is_read_only: bool) -> HttpReply {
        let about = About { order_id: received.body.order_id(), call: Some(received.call.name), key: None };
        let why = match done {
            // A replay gets no failure, even if one is recorded; Meituan's own repeat does.
            Done::Reply(Answered { reply, .. }) if is_read_only && !received.call.is_outcome(reply.code) => NoReply::Unknown,
            Done::Reply(Answered { reply, quantity }) => match self.supplier.reply(received, &written(received, reply, quantity)) {
                Ok(reply) => {
                    self.warn(&Warning::Reply(&reply.warnings), &about);
                    return reply;
                }
                Err(error) => {
                    self.hooks.on_error(&Trouble::Reply(&error), &about);
                    return HttpReply::unknown();
                }
            },
            Done::NoReply(why) | Done::Failed(why) => why,
            Done::Recorded(_) | Done::Settled(_) => NoReply::Unknown,
        };
        match is_read_only && why == NoReply::Unknown {
            true => self.hooks.on_error(&Trouble::CameBefore, &about),
            false => self.no_reply(why, &about),
        }
        HttpReply::unknown()
    }

    fn no_reply(&self, why: NoReply, about: &About<'_>) {
        // The store's answer was reported.
        if why != NoReply::StoreFailed {
            self.hooks.on_error(&Trouble::NoReply(why), about);
        }
    }

    /// Boxed, because what follows from an event may be to record another one.
    pub(super) fn record(self: Arc<Self>, order_id: Id, event: Event) -> BoxFuture<Result<Recorded, NoReply>> {
        Box::pin(async move {
            let name = event.name();
            let (mut job, step) = self.service.record(order_id, event, self.runtime.now());
            match self.clone().drive(order_id, &mut job, step).await {
                Done::Recorded(recorded) => Ok(*recorded),
                other => Err(self.failed(other, &About { order_id: Some(order_id), call: Some(name), key: None })),
            }
        })
    }

    pub(super) async fn settle(self: Arc<Self>, order_id: Id) -> Result<Option<Timestamp>, NoReply> {
        let (mut job, step) = self.service.settle(self.send.is_some(), self.runtime.now());
        match self.clone().drive(order_id, &mut job, step).await {
            Done::Settled(due) => Ok(due),
            other => Err(self.failed(other, &About { order_id: Some(order_id), ..About::default() })),
        }
    }

    async fn drive(self: Arc<Self>, order_id: Id, job: &mut Job, step: Step) -> Done {
        let mut driver = Driver { inner: self, order_id, call: None, revision: None, snapshot: String::new(), is_read_only: false };
        driver.run(job, step).await
    }

    fn failed(&self, done: Done, about: &About<'_>) -> NoReply {
        let why = if let Done::Failed(why) | Done::NoReply(why) = done { why } else { NoReply::Unknown };
        self.no_reply(why, about);
        why
    }

    /// Records how a function ended after the wait for it was over. If that fails, the function runs again when its lease has run out.
    async fn record_end(self: Arc<Self>, order_id: Id, end: AttemptEnded) {
        let _ = self.record(order_id, end.into()).await;
    }

    /// Runs a function, and says how it ended.
    async fn work(&self, call: Event, key: &str, order: Order) -> AttemptEnded {
        let about = About { order_id: Some(order.order_id), call: Some(call.name()), key: Some(key) };
        let ended = functions::act(&self.functions, &self.supplier, call.clone(), key.to_owned(), order).await;
        let outcome = match ended {
            Ok(end) => return AttemptEnded { key: key.to_owned(), ..end },
            Err(Unusable::Failed(error)) => {
                self.hooks.on_error(&Trouble::Function(&error), &about);
                Outcome::UNKNOWN
            }
            Err(Unusable::Broken(error)) => {
                self.hooks.on_error(&Trouble::Unusable(&error), &about);
                Outcome::UNUSABLE
            }
        };
        AttemptEnded { key: key.to_owned(), outcome, ..AttemptEnded::default() }
    }

    /// Sends a claimed notice, and records the result. Sending ends at the time limit `until`.
    async fn deliver(self: Arc<Self>, order_id: Id, notice: Notice, until: Timestamp) {
        let about = About { order_id: Some(order_id), call: Some(&notice.name), key: Some(&notice.id) };
        let delivery = match self.sent(&notice, &about, until).await {
            Ok(reply) => {
                if reply.delivery != Delivery::ACCEPTED {
                    self.hooks.on_error(&Trouble::NotAccepted(&reply), &about);
                }
                reply.delivery
            }
            Err(error) => {
                self.hooks.on_error(&Trouble::Notice(&error), &about);
                Delivery::LATER
            }
        };
        let ended = NoticeEnded { id: notice.id.clone(), tries: notice.tries.unwrap_or_default(), delivery };
        // If it is not recorded, its claim runs out.
        let _ = self.clone().record(order_id, ended.into()).await;
    }

    async fn sent(&self, notice: &Notice, about: &About<'_>, until: Timestamp) -> Result<NoticeReply, BoxError> {
        let send = self.send.as_ref().ok_or("nothing sends")?;
        let request = self.supplier.notice_request(notice, self.runtime.now().wall)?;
        // Rules that count were checked when the result was recorded.
        let broken: Vec<_> = request.warnings.iter().filter(|issue| issue.code != ErrorCode::RuleUnchecked).cloned().collect();
        self.warn(&Warning::Notice(&broken), about);
        if self.runtime.now().steady >= until {
            return Err("the store has taken all the time that there was for sending".into());
        }
        // Past the limit it is dropped: somebody else may send what is newer then.
        let (status, body) = match within(self::until(&self.runtime, until), &mut send(request.clone())).await {
            Some(response) => response?,
            None => return Err("Meituan has not replied in time".into()),
        };
        let reply = request.parse(status, &body)?;
        self.warn(&Warning::Notice(&reply.warnings), about);
        Ok(reply)
    }
}

impl<S: Store, F: Functions, R: Runtime> Driver<S, F, R> {
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
        if self.is_read_only && save.is_some() {
            return Err(Done::NoReply(NoReply::Unknown));
        }
        heard.iter().for_each(|news| self.hear(news));
        let mut order = None;
        if let Some(save) = save {
            order = match self.save(save, until).await {
                Ok(order) => Some(order),
                Err(input) => return Ok(input),
            };
        }
        Ok(match then {
            Then::Load => self.load(until).await,
            Then::Pause(min, max) => {
                pause(&self.inner.runtime, min, max).await;
                Input::Resumed
            }
            Then::Run(task) => self.run_function(task, order).await,
            Then::Send(notices) => {
                let deliver = |notice| task(&self.inner.runtime, self.inner.clone().deliver(self.order_id, notice, until));
                let sending: Vec<_> = notices.into_iter().map(deliver).collect();
                for notice in sending {
                    // A failure was reported.
                    notice.await;
                }
                Input::Sent
            }
            Then::Done(done) => return Err(done),
        })
    }

    async fn load(&mut self, until: Timestamp) -> Input {
        let (inner, order_id) = (self.inner.clone(), self.order_id);
        let stored = match self.stored(async move { inner.store.load(order_id).await }, until).await {
            Ok(stored) => stored,
            Err(input) => return input,
        };
        let (snapshot, revision) = match stored {
            Some(StoredOrder { snapshot, revision }) => (snapshot, Some(revision)),
            None => (String::new(), None),
        };
        (self.snapshot, self.revision) = (snapshot, revision);
        match Loaded::from_json(self.snapshot.as_bytes()) {
            Ok(loaded) => Input::Loaded(loaded),
            Err(error) => self.failed(&error.into()),
        }
    }

    /// The order that was saved, or what came in between.
    async fn save(&mut self, Save { order, json, due, news }: Save, until: Timestamp) -> Result<Order, Input> {
        self.snapshot = json.as_str().to_owned();
        let conflicts = order.conflicts.iter().filter(|conflict| conflict.resolved_at.is_none()).count();
        let saving = SaveOrder {
            order_id: self.order_id,
            snapshot: self.snapshot.clone(),
            expected: self.revision.clone(),
            due,
            conflicts: u32::try_from(conflicts).unwrap_or(u32::MAX),
        };
        let inner = self.inner.clone();
        if !self.stored(async move { inner.store.save(saving).await }, until).await? {
            return Err(Input::Conflict);
        }
        self.hear(&news);
        Ok(order)
    }

    /// Calls the hooks with what somebody should know.
    fn hear(&self, news: &News) {
        let about = About { order_id: Some(self.order_id), call: self.call.as_ref().map(Event::name), key: None };
        let hooks = &self.inner.hooks;
        // Its notice is heard of as such.
        let is_other = |conflict: &&Conflict| conflict.breach != Breach::NoticeGivenUp.id();
        let conflicts: Vec<_> = news.conflicts.iter().filter(is_other).cloned().collect();
        if !conflicts.is_empty() {
            hooks.on_conflict(&conflicts, &about);
        }
        for notice in &news.given_up {
            hooks.on_notice_given_up(notice, &About { call: Some(&notice.name), key: Some(&notice.id), ..about });
        }
        for &report in &news.reports {
            hooks.on_warning(&Warning::Report(report), &about);
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
        let about = About { order_id: Some(self.order_id), call: self.call.as_ref().map(Event::name), key: None };
        self.inner.hooks.on_error(&Trouble::Store(error), &about);
        Input::StoreFailed
    }

    /// Runs the supplier's function in a task of its own. One that is late goes on, and records its end itself.
    async fn run_function(&self, task: Task, order: Option<Order>) -> Input {
        let (inner, order_id, Task { call, key, request, deadline }) = (self.inner.clone(), self.order_id, task);
        let order = order.or_else(|| Order::from_json(self.snapshot.as_bytes()).ok().flatten());
        let body = self.call.clone().or_else(|| Event::stored(&call, &request?));
        let about = About { order_id: Some(order_id), call: Some(&call), key: Some(&key) };
        let unknown = AttemptEnded { outcome: Outcome::UNKNOWN, ..AttemptEnded::default() };
        let (Some(order), Some(body)) = (order, body) else {
            inner.hooks.on_error(&Trouble::Function(&"its stored call cannot be read".into()), &about);
            return Input::Ended(unknown);
        };
        let (acting, recording, attempt_key) = (inner.clone(), inner.clone(), key.clone());
        let work = async move { acting.work(body, &attempt_key, order).await };
        let late = move |end| recording.record_end(order_id, end);
        match awaited(&inner.runtime, work, until(&inner.runtime, deadline), late).await {
            Waited::Ended(end) => Input::Ended(end),
            Waited::Panicked => {
                inner.hooks.on_error(&Trouble::Function(&PANICKED.into()), &about);
                Input::Ended(unknown)
            }
            Waited::Late => Input::Late,
        }
    }
}

/// A reply of the order rules. A failure may have a code that is not listed.
fn written(to: &ReceivedCall, OrderReply { code, describe, body }: OrderReply, quantity: Option<u32>) -> Reply {
    let reply = Reply::by_code(to.call, code, &describe, body.as_ref().map(ReplyBody::to_json));
    match quantity {
        Some(quantity) => reply.for_quantity(quantity),
        None => reply,
    }
}
