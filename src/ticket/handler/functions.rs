//! The supplier's functions for orders, and how they end.

use super::BoxError;
use crate::message::definition::Facts;
use crate::ticket::calls::*;
use crate::ticket::codes::GeneralCode;
use crate::ticket::order::{AttemptEnded, Counts, Event, Order, Outcome};
use crate::ticket::{self, CallReply, CallRequest, ReceivedCall, Reply, Supplier};

/// The supplier's functions for orders. A finished function is not run again: a repeat of its call is answered
/// with the current state of the order.
///
/// The result of a function is saved before Meituan gets the reply. An `Err` (and a panic) means that nobody knows whether it has
/// acted: Meituan is replied 598, 602 or nothing, and the function runs again with the same [`OrderCall::attempt_key`]. A refusal
/// is [`Ended::refused`], and nothing else.
///
/// The methods may be written as `async fn`. Each runs in a task of its own, which is not cancelled: one that lasts longer than the
/// deadline goes on, and Meituan gets its result by notice. Under [`Threads`](super::Threads) it may block.
pub trait Functions: Send + Sync + 'static {
    /// 订单创建 · order create: check the order and reserve what it needs.
    fn order_create(&self, call: OrderCall<OrderCreate>) -> impl Future<Output = FunctionResult<OrderCreate>> + Send;

    /// 订单出票 · order pay: issue the tickets.
    fn order_pay(&self, call: OrderCall<OrderPay>) -> impl Future<Output = FunctionResult<OrderPay>> + Send;

    /// 订单退款 · order refund: agree, refuse, or put it off.
    fn order_refund(&self, call: OrderCall<OrderRefund>) -> impl Future<Output = FunctionResult<OrderRefund>> + Send;

    /// 订单关闭消息 · order close: make everything of the order void. By default nothing is done.
    fn order_close(&self, _call: OrderCall<OrderClose>) -> impl Future<Output = FunctionResult<OrderClose>> + Send {
        async { Ok(Ended::done(())) }
    }

    /// 已退款消息 · refunded message: Meituan has refunded by itself; make the codes void. By default nothing is done.
    fn order_refunded(&self, _call: OrderCall<RefundedMessage>) -> impl Future<Output = FunctionResult<RefundedMessage>> + Send {
        async { Ok(Ended::done(())) }
    }

    /// 订单改签 · order reschedule. By default it is refused.
    fn order_reschedule(&self, _call: OrderCall<OrderReschedule>) -> impl Future<Output = FunctionResult<OrderReschedule>> + Send {
        async { Ok(Ended::refused(GeneralCode::FAILURE, ticket::NOT_SERVED)) }
    }

    /// A call that is about no order: prices, products, sights, balance, heartbeat. `None` (by default): it is not served here. An
    /// `Err` is replied as the failure of the call's family.
    fn other(&self, _call: ReceivedCall) -> impl Future<Output = Result<Option<Reply>, BoxError>> + Send {
        async { Ok(None) }
    }
}

/// How a function ends; `Err` where nobody knows whether it has acted.
pub type FunctionResult<C> = Result<Ended<C>, BoxError>;

/// A call, for the function that does its work.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderCall<C> {
    /// The body of Meituan's call.
    pub body: C,
    /// An idempotency key: the same on every run of the same work, in any process that runs it again after a crash. Use it as a
    /// booking number or as a row's unique key, and the work is done once.
    pub attempt_key: String,
    /// The order as it is stored when the function starts.
    pub order: Order,
    /// How many of its tickets are used, refunded, reserved by a pending refund, and free, when the function starts.
    pub counts: Counts,
}

/// How a function has ended.
///
/// ```
/// use meituan_protocol::ticket::calls::{OrderPaid, OrderPay};
/// use meituan_protocol::ticket::codes::{OrderPayCode, VoucherType};
/// use meituan_protocol::ticket::handler::Ended;
///
/// // The order's numbers are filled in.
/// let vouchers = Some(vec!["4711".to_owned()]);
/// let paid = OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers, ..OrderPaid::default() };
/// let issued: Ended<OrderPay> = Ended::done(paid);
/// let later: Ended<OrderPay> = Ended::pending(); // 598; the result follows by `Handler::record`
/// let refused: Ended<OrderPay> = Ended::refused(OrderPayCode::OTHER, "上游停航，无法出票");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ended<C: OrderAction>(End<C::Done>);

#[derive(Debug, Clone, PartialEq)]
enum End<Body> {
    Done(Body),
    Pending,
    Refused { code: i32, is_unlisted: bool, describe: String },
}

impl<C: OrderAction> Ended<C> {
    /// It is done. Fields of the reply that repeat the order's numbers may be left empty.
    pub fn done(body: C::Done) -> Self {
        Ended(End::Done(body))
    }

    /// It is definitely not done, for this reason: the true one, in Chinese, because Meituan's staff read it. Without one, or by
    /// a code that Meituan does not list as a failure of the call, it is a result that cannot be used.
    pub fn refused(code: C::Code, reason: impl Into<String>) -> Self {
        Ended(End::Refused { code: code.into(), is_unlisted: false, describe: reason.into() })
    }

    /// It is definitely not done, with a code that Meituan does not list for the call. A code that is no failure for Meituan (200,
    /// 598, 601, 602, or another outcome of the call) makes it a result that cannot be used.
    pub fn refused_unlisted(code: i32, reason: impl Into<String>) -> Self {
        Ended(End::Refused { code, is_unlisted: true, describe: reason.into() })
    }
}

impl<C: Deferrable> Ended<C> {
    /// The result comes later: Meituan is replied 598 or 602, and a notice follows when
    /// [`Handler::record`](super::Handler::record) reports it.
    pub fn pending() -> Self {
        Ended(End::Pending)
    }
}

/// A call whose result can be put off.
pub trait Deferrable: OrderAction {}

impl Deferrable for OrderPay {}
impl Deferrable for OrderRefund {}

/// A call that a function does something for.
pub trait OrderAction: CallRequest {
    /// The body of the reply when it is done.
    type Done;

    /// Checks what was done by the reply's rules, and writes it into the event.
    #[doc(hidden)]
    fn record(done: Self::Done, known: &Known<'_>, end: &mut AttemptEnded) -> Result<(), crate::Error>;
}

/// Fields that a function need not repeat.
#[doc(hidden)]
#[derive(Debug)]
pub struct Known<'k> {
    supplier: &'k Supplier,
    order: &'k Order,
    reschedule_no: String,
}

impl Known<'_> {
    fn partner_order_id(&self) -> String {
        self.order.partner_order_id.clone().unwrap_or_default()
    }

    fn check<C: OrderAction<Done: CallReply + Clone>>(&self, body: &C::Done) -> Result<(), crate::Error> {
        let quantity = Some(self.order.quantity).filter(|quantity| *quantity > 0);
        let left_out = C::CALL.known_echo.filter(|_| self.order.partner_order_id.is_none());
        let facts = Facts { quantity, left_out, ..Facts::NONE };
        self.supplier.written(C::CALL, &Reply::ok(body.clone()), b"{}", [None; 2], facts).map(|_| ())
    }
}

/// `given`, or what is known where it is empty.
fn filled<T: Default + PartialEq>(given: &mut T, known: T) {
    if *given == T::default() {
        *given = known;
    }
}

impl OrderAction for OrderCreate {
    type Done = OrderCreated;

    fn record(done: OrderCreated, known: &Known<'_>, end: &mut AttemptEnded) -> Result<(), crate::Error> {
        known.check::<Self>(&done)?;
        end.created = Some(done);
        Ok(())
    }
}

impl OrderAction for OrderPay {
    type Done = OrderPaid;

    fn record(mut done: OrderPaid, known: &Known<'_>, end: &mut AttemptEnded) -> Result<(), crate::Error> {
        filled(&mut done.order_id, known.order.order_id);
        filled(&mut done.partner_order_id, known.partner_order_id());
        known.check::<Self>(&done)?;
        end.paid = Some(done);
        Ok(())
    }
}

impl OrderAction for OrderReschedule {
    type Done = OrderRescheduled;

    fn record(mut done: OrderRescheduled, known: &Known<'_>, end: &mut AttemptEnded) -> Result<(), crate::Error> {
        filled(&mut done.order_id, known.order.order_id);
        filled(&mut done.reschedule_no, known.reschedule_no.clone());
        known.check::<Self>(&done)?;
        end.rescheduled = Some(done);
        Ok(())
    }
}

/// Calls whose success says nothing of its own.
macro_rules! without_body {
    ($($call:ident)*) => {$(
        impl OrderAction for $call {
            type Done = ();

            fn record((): (), _: &Known<'_>, _: &mut AttemptEnded) -> Result<(), crate::Error> {
                Ok(())
            }
        }
    )*};
}

without_body! { OrderRefund OrderClose RefundedMessage }

/// Why a function's end cannot be recorded as it is.
pub(super) enum Unusable {
    /// It failed: nobody knows whether it has acted.
    Failed(BoxError),
    /// It returned what breaks a rule.
    Broken(crate::Error),
}

/// Runs the function of a call.
pub(super) async fn act<F: Functions>(
    functions: &F,
    supplier: &Supplier,
    call: Event,
    key: String,
    order: Order,
) -> Result<AttemptEnded, Unusable> {
    macro_rules! run {
        ($function:ident, $body:expr, $reschedule_no:expr) => {{
            let known = (order.clone(), $reschedule_no);
            let counts = order.counts();
            let ended = functions.$function(OrderCall { body: $body, attempt_key: key, order, counts }).await;
            let known = Known { supplier, order: &known.0, reschedule_no: known.1 };
            event_of(ended.map_err(Unusable::Failed)?, &known)
        }};
    }
    match call {
        Event::OrderCreate(body) => run!(order_create, body, String::new()),
        Event::OrderPay(body) => run!(order_pay, body, String::new()),
        Event::OrderRefund(body) => run!(order_refund, body, String::new()),
        Event::OrderClose(body) => run!(order_close, body, String::new()),
        Event::OrderRefunded(body) => run!(order_refunded, body, String::new()),
        Event::OrderReschedule(body) => {
            let reschedule_no = body.reschedule_no.clone();
            run!(order_reschedule, body, reschedule_no)
        }
        other => Err(Unusable::Failed(format!("{} has no function", other.name()).into())),
    }
}

fn event_of<C: OrderAction>(ended: Ended<C>, known: &Known<'_>) -> Result<AttemptEnded, Unusable> {
    let mut end = AttemptEnded::default();
    match ended.0 {
        End::Done(body) => {
            end.outcome = Outcome::DONE;
            C::record(body, known, &mut end).map_err(Unusable::Broken)?;
        }
        End::Pending => end.outcome = Outcome::PENDING,
        End::Refused { code, is_unlisted, describe } => {
            ticket::check_failure(C::CALL, code, is_unlisted, &describe).map_err(Unusable::Broken)?;
            end = AttemptEnded { outcome: Outcome::REFUSED, code: Some(code), describe: Some(describe), ..end };
        }
    }
    Ok(end)
}
