//! Calls about one order: what of each is recorded, and what of the order goes along.

use crate::handler::BoxError;
use crate::ride::order::{Call, CallAnswered, CallSent, Event};
use crate::ride::replies::{CancelFee, OrderDetail, SubmittedOrder};
use crate::ride::requests::{CancelOrder, ConfirmOrder, NotifyPaidResult, QueryRealTimeOrder, SubmitOrder};
use crate::ride::service::{CallTask, NotStored, Recorded};
use crate::ride::{RideReply, RideRequest};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};
use std::fmt;

/// A call about one order, for [`Handler::call`](super::Handler::call): [`SubmitOrder`], [`QueryRealTimeOrder`], [`ConfirmOrder`],
/// [`CancelOrder`], [`NotifyPaidResult`].
pub trait RideCall: RideRequest<Data: Send + Sync + 'static> + Send + Sync + 'static {
    /// Which call.
    #[doc(hidden)]
    const CALL: Call;

    /// The number that names the order: Meituan's, or else ours.
    #[doc(hidden)]
    fn order_id(&self) -> &str;

    /// The event that is recorded before the call is made.
    #[doc(hidden)]
    fn sent(&self) -> CallSent {
        CallSent::new(Self::CALL)
    }

    /// Fills missing fields from the order.
    #[doc(hidden)]
    fn complete(&mut self, task: &CallTask);

    /// The event that is recorded of a success.
    #[doc(hidden)]
    fn succeeded(&self, _data: &Self::Data) -> Event {
        Event::Answered(CallAnswered::new(Self::CALL, crate::ride::codes::ResultCode::SUCCESS))
    }
}

/// The first that is not empty.
fn either<'t>(one: &'t str, other: &'t Option<String>) -> &'t str {
    if one.is_empty() { other.as_deref().unwrap_or_default() } else { one }
}

fn fill(number: &mut String, known: &Option<String>) {
    if number.is_empty() {
        number.clone_from(known.as_ref().unwrap_or(&String::new()));
    }
}

fn fill_ours(number: &mut Option<String>, known: &Option<String>) {
    if number.is_none() {
        number.clone_from(known);
    }
}

impl RideCall for SubmitOrder {
    const CALL: Call = Call::SubmitOrder;

    fn order_id(&self) -> &str {
        &self.channel_partner_order_id
    }

    fn sent(&self) -> CallSent {
        CallSent::submit(&self.channel_partner_order_id)
    }

    fn complete(&mut self, task: &CallTask) {
        fill(&mut self.channel_partner_order_id, &task.channel_partner_order_id);
    }

    fn succeeded(&self, data: &SubmittedOrder) -> Event {
        Event::Answered(CallAnswered::submitted(&data.mt_order_id))
    }
}

impl RideCall for QueryRealTimeOrder {
    const CALL: Call = Call::QueryRealTimeOrder;

    fn order_id(&self) -> &str {
        either(self.mt_order_id.as_deref().unwrap_or_default(), &self.channel_partner_order_id)
    }

    fn complete(&mut self, task: &CallTask) {
        fill_ours(&mut self.mt_order_id, &task.mt_order_id);
        fill_ours(&mut self.channel_partner_order_id, &task.channel_partner_order_id);
    }

    fn succeeded(&self, data: &OrderDetail) -> Event {
        data.into()
    }
}

impl RideCall for ConfirmOrder {
    const CALL: Call = Call::ConfirmOrder;

    fn order_id(&self) -> &str {
        &self.mt_order_id
    }

    fn sent(&self) -> CallSent {
        CallSent::confirm(&self.driver_id)
    }

    fn complete(&mut self, task: &CallTask) {
        fill(&mut self.mt_order_id, &task.mt_order_id);
        fill(&mut self.driver_id, &task.driver_id);
    }
}

impl RideCall for CancelOrder {
    const CALL: Call = Call::CancelOrder;

    fn order_id(&self) -> &str {
        either(&self.mt_order_id, &self.channel_partner_order_id)
    }

    fn sent(&self) -> CallSent {
        CallSent { step: Some(self.step), cancel_code: self.cancel_code, ..CallSent::new(Self::CALL) }
    }

    fn complete(&mut self, task: &CallTask) {
        fill(&mut self.mt_order_id, &task.mt_order_id);
        fill_ours(&mut self.channel_partner_order_id, &task.channel_partner_order_id);
        self.step = task.step.unwrap_or(self.step);
        self.cancel_code = task.cancel_code.or(self.cancel_code);
    }

    fn succeeded(&self, data: &CancelFee) -> Event {
        Event::Answered(CallAnswered::cancel(self.step, crate::ride::codes::ResultCode::SUCCESS, data.cancel_price))
    }
}

impl RideCall for NotifyPaidResult {
    const CALL: Call = Call::NotifyPaidResult;

    fn order_id(&self) -> &str {
        if self.mt_order_id.is_empty() { &self.channel_partner_order_id } else { &self.mt_order_id }
    }

    fn sent(&self) -> CallSent {
        CallSent { price: Some(self.price), ..CallSent::new(Self::CALL) }
    }

    fn complete(&mut self, task: &CallTask) {
        fill(&mut self.mt_order_id, &task.mt_order_id);
        fill(&mut self.channel_partner_order_id, &task.channel_partner_order_id);
        self.price = task.price.unwrap_or(self.price);
    }
}

/// The result of a call.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "one is made at a time, and does not live long")]
pub enum Called<T> {
    /// Meituan has answered, and that is recorded.
    Answered {
        /// The request.
        reply: RideReply<T>,
        /// The order after it.
        recorded: Box<Recorded>,
    },
    /// Meituan has refused it.
    Refused {
        /// Why.
        error: Error,
        /// The order after it.
        recorded: Box<Recorded>,
    },
    /// No reply says whether it took effect. [`Handler::settle`](super::Handler::settle) finds out.
    Unknown {
        /// The failure.
        error: BoxError,
        /// The order after it.
        recorded: Box<Recorded>,
    },
    /// The order does not allow it, and it was not made: [`Recorded::reason`] says why.
    Illegal(Box<Recorded>),
    /// Meituan's limits have no place for it before this, and it was not made.
    Limited(Timestamp),
}

/// Why a call has no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCalled {
    /// It cannot be written. Nothing is recorded, and it was not made.
    Message(Box<Error>),
    /// The store did not take that it is made, and it was not made; or it did not take what came of it, which a query finds out.
    Store(NotStored),
}

impl fmt::Display for NotCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCalled::Message(error) => error.fmt(f),
            NotCalled::Store(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for NotCalled {}

/// Why a call that was made has no success.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(Error),
    Unknown(BoxError),
}

impl Failure {
    /// A refusal, where its number is one of the listed ones: a gateway's say nothing about the order.
    pub(super) fn of(error: Error) -> Failure {
        let is_listed =
            error.code == ErrorCode::RemoteRejected && error.remote.as_ref().is_some_and(|remote| !remote.name.is_empty());
        if is_listed { Failure::Refused(error) } else { Failure::Unknown(error.into()) }
    }
}
