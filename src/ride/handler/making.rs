//! Work that a job passes to others: calls of Meituan's, and the user's functions that pay and choose.

use super::calls::Failure;
use super::{About, BoxError, Inner, RideCall, RideChoice, RidePayment, Runtime, Store, Trouble, Warning};
use crate::handler::work::{PANICKED, TOO_LONG, Waited, awaited, until};
use crate::ride::codes::ResultCode;
use crate::ride::order::{Call, CallAnswered, CallFailed, Event, PaymentProposed, ProposalState, RideOrder};
use crate::ride::requests::{CancelOrder, ConfirmOrder, NotifyPaidResult, QueryRealTimeOrder, SubmitOrder};
use crate::ride::service::{CallTask, Input, Payment};
use crate::ride::{Encoded, RideReply};
use crate::time::Timestamp;
use std::sync::Arc;

/// The result of a call: the event of it, and the result for its caller.
type Made<T> = (Event, Result<RideReply<T>, Failure>);

/// Makes the calls of a job.
pub(super) trait Caller<S: Store<String>, R: Runtime>: Send {
    fn call(&mut self, inner: &Arc<Inner<S, R>>, order_id: &str, task: CallTask) -> impl Future<Output = Event> + Send;
}

/// Calls as the service says them.
pub(super) struct ByTask;

/// The call that the user makes, until it is made, and what came of it.
pub(super) struct Given<E: RideCall> {
    pub(super) message: Option<E>,
    pub(super) end: Option<Result<RideReply<E::Data>, Failure>>,
}

impl<S: Store<String>, R: Runtime> Inner<S, R> {
    /// Makes a call. A reply that comes too late is recorded when it comes.
    async fn make<E: RideCall>(self: &Arc<Self>, order_id: &str, mut message: E, task: &CallTask) -> Made<E::Data> {
        message.complete(task);
        let failed = Event::Failed(CallFailed::new(task.call, task.step));
        let (making, recording, order_id) = (self.clone(), self.clone(), order_id.to_owned());
        let (work_id, late_id, unanswered) = (order_id.clone(), order_id.clone(), failed.clone());
        let work = async move { making.exchange(&work_id, message, unanswered).await };
        let late = move |(event, _): Made<E::Data>| async move {
            if !matches!(event, Event::Failed(_)) {
                // A failure was reported.
                let _ = recording.record(late_id, event).await;
            }
        };
        let error: BoxError = match awaited(&self.runtime, work, self.runtime.sleep(task.limit), late).await {
            Waited::Ended(made) => return made,
            Waited::Panicked => PANICKED.into(),
            Waited::Late => "Meituan has not replied in time".into(),
        };
        let about = About { order_id: Some(&order_id), call: Some(E::CALL.as_str()), key: None };
        self.hooks.on_error(&Trouble::Call(&error), &about);
        (failed, Err(Failure::Unknown(error)))
    }

    /// A request and its reply.
    async fn exchange<E: RideCall>(&self, order_id: &str, message: E, failed: Event) -> Made<E::Data> {
        let about = About { order_id: Some(order_id), call: Some(E::CALL.as_str()), key: None };
        let failure = match self.replied(&message, &about).await {
            Ok(reply) => return (message.succeeded(&reply.data), Ok(reply)),
            Err(failure) => failure,
        };
        match &failure {
            Failure::Refused(error) => {
                self.hooks.on_error(&Trouble::Rejected(error), &about);
                let code = error.remote.as_ref().and_then(|remote| i32::try_from(remote.code).ok()).map(ResultCode);
                let answered = CallAnswered { step: message.sent().step, ..CallAnswered::new(E::CALL, code.unwrap_or_default()) };
                (Event::Answered(answered), Err(failure))
            }
            Failure::Unknown(error) => {
                self.hooks.on_error(&Trouble::Call(error), &about);
                (failed, Err(failure))
            }
        }
    }

    async fn replied<E: RideCall>(&self, message: &E, about: &About<'_>) -> Result<RideReply<E::Data>, Failure> {
        let request = self.client.request(message, self.runtime.now().wall).map_err(|error| Failure::Unknown(error.into()))?;
        self.warn(&Warning::Call(&request.warnings), about);
        let encoded = Encoded { url: request.url.clone(), body: request.body.clone() };
        let (status, body) = (self.send)(encoded).await.map_err(Failure::Unknown)?;
        let reply = request.parse(status, &body).map_err(Failure::of)?;
        self.warn(&Warning::Reply(&reply.warnings), about);
        Ok(reply)
    }

    /// Has the user's function pay. If it is late, its payment is recorded when it has ended.
    pub(super) async fn pay(self: &Arc<Self>, order_id: &str, Payment { price, key, limit }: Payment, order: RideOrder) -> Input {
        let order_id = order_id.to_owned();
        let payment = RidePayment { order_id: order_id.clone(), price, key: key.clone(), order };
        let (paying, recording, late_id) = (self.clone(), self.clone(), order_id.clone());
        let work = async move {
            let about_id = payment.order_id.clone();
            let about_key = payment.key.clone();
            let about = About { order_id: Some(&about_id), call: None, key: Some(&about_key) };
            match paying.paid(payment).await {
                Ok(true) => ProposalState::Paid,
                Ok(false) => ProposalState::Declined,
                Err(error) => {
                    paying.hooks.on_error(&Trouble::Function(&error), &about);
                    ProposalState::Unknown
                }
            }
        };
        let late = move |state| async move {
            let _ = recording.record(late_id, PaymentProposed { price, state }.into()).await;
        };
        let (error, input): (BoxError, Input) = match awaited(&self.runtime, work, self.runtime.sleep(limit), late).await {
            Waited::Ended(state) => return Input::Paid(state),
            Waited::Panicked => (PANICKED.into(), Input::Paid(ProposalState::Unknown)),
            Waited::Late => (TOO_LONG.into(), Input::Late),
        };
        let about = About { order_id: Some(&order_id), call: None, key: Some(&key) };
        self.hooks.on_error(&Trouble::Function(&error), &about);
        input
    }

    async fn paid(&self, payment: RidePayment) -> Result<bool, BoxError> {
        let pay = self.pay.as_ref().ok_or("nothing pays")?;
        pay(payment).await
    }

    /// Has the user's function choose among drivers, until then.
    pub(super) async fn choose(
        self: &Arc<Self>,
        order_id: &str,
        driver_ids: Vec<String>,
        order: RideOrder,
        end: Timestamp,
    ) -> Option<String> {
        let is_offered = |driver_id: &String| driver_ids.contains(driver_id);
        let offers = order.offers.iter().filter(|offer| is_offered(&offer.submit_drive_info.driver_id)).cloned().collect();
        let offered = driver_ids.clone();
        let choice = RideChoice { order_id: order_id.to_owned(), driver_ids, offers, order };
        let choosing = self.clone();
        let work = async move {
            let choose = choosing.choose_driver.as_ref().ok_or("nothing chooses")?;
            let chosen = choose(choice).await?.filter(|driver_id| !driver_id.is_empty());
            match chosen {
                Some(driver_id) if !offered.contains(&driver_id) => Err("the driver who was chosen is not offered".into()),
                chosen => Ok(chosen),
            }
        };
        let chosen = match awaited(&self.runtime, work, until(&self.runtime, end), |_: Result<_, BoxError>| async {}).await {
            Waited::Ended(chosen) => chosen,
            Waited::Panicked => Err(PANICKED.into()),
            Waited::Late => Err(TOO_LONG.into()),
        };
        chosen.unwrap_or_else(|error| {
            let about = About { order_id: Some(order_id), call: Some(Call::ConfirmOrder.as_str()), key: None };
            self.hooks.on_error(&Trouble::Function(&error), &about);
            None
        })
    }
}

impl<S: Store<String>, R: Runtime> Caller<S, R> for ByTask {
    async fn call(&mut self, inner: &Arc<Inner<S, R>>, order_id: &str, task: CallTask) -> Event {
        match task.call {
            Call::QueryRealTimeOrder => inner.make(order_id, QueryRealTimeOrder::default(), &task).await.0,
            Call::SubmitOrder => inner.make(order_id, SubmitOrder::default(), &task).await.0,
            Call::ConfirmOrder => inner.make(order_id, ConfirmOrder::default(), &task).await.0,
            Call::CancelOrder => inner.make(order_id, CancelOrder::default(), &task).await.0,
            Call::NotifyPaidResult => inner.make(order_id, NotifyPaidResult::default(), &task).await.0,
        }
    }
}

impl<E: RideCall, S: Store<String>, R: Runtime> Caller<S, R> for Given<E> {
    async fn call(&mut self, inner: &Arc<Inner<S, R>>, order_id: &str, task: CallTask) -> Event {
        let Some(message) = self.message.take() else {
            return Event::Failed(CallFailed::new(task.call, task.step));
        };
        let (event, end) = inner.make(order_id, message, &task).await;
        self.end = Some(end);
        event
    }
}
