//! The supplier in Rust types: calls in, replies and notices out.

use super::calls::*;
use super::exchange::{HttpReply, NOT_SERVED, Said, check_failure, illegal, without_defaults};
use super::notices::*;
use super::products::*;
use super::{Accepted, Call, Parts, Refusal, Supplier};
use crate::message::definition::Facts;
use crate::message::value::{FieldValue, ObjectWriter};
use crate::message::{Id, Packed, RawJson, Reading, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue, ba};

macro_rules! asked {
    (@pattern $variant:ident $name:ident $body:ty) => { Asked::$variant($name) };
    (@pattern $variant:ident $name:ident) => { Asked::$variant };
    (@json $name:ident $body:ty) => { Some(RawJson::of($name)) };
    (@json $name:ident) => { None };
    ($($variant:ident $(($body:ty))? = $constant:ident,)*) => {
        /// What Meituan asks, by call.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Asked {
            $( #[doc = concat!("See [`", stringify!($constant), "`](super::", stringify!($constant), ").")] $variant $(($body))?, )*
        }

        $($(
            impl From<$body> for Asked {
                fn from(body: $body) -> Asked {
                    Asked::$variant(body)
                }
            }
        )?)*

        impl Asked {
            fn read(call: &'static Call, packed: &Packed, source: &[u8]) -> Option<Self> {
                $(
                    if std::ptr::eq(call, &super::$constant) {
                        return Some(Asked::$variant $((packed.view(call.request, source)?.field_to_typed::<$body>("body")?))?);
                    }
                )*
                None
            }

            /// What it asks, in program notation; nothing where the call has no body.
            #[cfg(feature = "testing")]
            pub(crate) fn body(&self) -> Option<RawJson> {
                match self { $( asked!(@pattern $variant body $($body)?) => asked!(@json body $($body)?), )* }
            }

            /// Returns the call that it is.
            pub fn call(&self) -> &'static Call {
                match self { $( Asked::$variant { .. } => &super::$constant, )* }
            }
        }
    };
}

impl Asked {
    /// Returns the order that it is about, if it is about one.
    pub fn order_id(&self) -> Option<Id> {
        Some(match self {
            Asked::OrderCreate(call) => call.order_id,
            Asked::OrderPay(call) => call.order_id,
            Asked::OrderQuery(call) => call.order_id,
            Asked::OrderRefund(call) => call.order_id,
            Asked::OrderClose(call) => call.order_id,
            Asked::OrderRefunded(call) => call.order_id,
            Asked::OrderReschedule(call) => call.order_id,
            _ => return None,
        })
    }

    /// What it says of the fields that its reply repeats, in program notation.
    fn repeated(&self) -> Vec<u8> {
        let (mut out, number) = (Vec::new(), |number: &Option<String>| number.clone().filter(|number| !number.is_empty()));
        let [mut partner_order_id, mut refund_id, mut reschedule_no] = [None, None, None];
        match self {
            Asked::OrderPay(pay) => partner_order_id = number(&pay.partner_order_id),
            Asked::OrderQuery(query) => partner_order_id = number(&query.partner_order_id),
            Asked::OrderRefund(refund) => {
                partner_order_id = number(&refund.partner_order_id);
                refund_id = Some(refund.refund_id.clone());
            }
            Asked::OrderReschedule(reschedule) => reschedule_no = Some(reschedule.reschedule_no.clone()),
            _ => {}
        }
        let mut object = ObjectWriter::begin(&mut out);
        object.field("orderId", &self.order_id());
        object.field(super::call::MAY_BE_LEFT_OUT, &partner_order_id);
        object.field("refundId", &refund_id);
        object.field("rescheduleNo", &reschedule_no);
        object.end();
        out
    }
}

asked! {
    OrderCreate(OrderCreate) = ORDER_CREATE,
    OrderPay(OrderPay) = ORDER_PAY,
    OrderQuery(OrderQuery) = ORDER_QUERY,
    OrderRefund(OrderRefund) = ORDER_REFUND,
    OrderClose(OrderClose) = ORDER_CLOSE,
    OrderRefunded(RefundedMessage) = ORDER_REFUNDED,
    OrderReschedule(OrderReschedule) = ORDER_RESCHEDULE,
    PriceCalendar(PriceCalendarPull) = PRICE_CALENDAR,
    LevelPricePull(LevelPricePull) = LEVEL_PRICE_PULL,
    ProductPull(ProductPull) = PRODUCT_PULL,
    PoiPull(PoiPull) = POI_PULL,
    ProductStatus(Vec<ProductStatus>) = PRODUCT_STATUS,
    Balance(BalanceQuery) = BALANCE,
    Heartbeat = HEARTBEAT,
}

/// A call that was authenticated and read.
#[derive(Debug, Clone)]
pub struct Received {
    /// Which call.
    pub call: &'static Call,
    /// What it asks.
    pub asked: Asked,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
    /// The body was encrypted; the reply will be.
    pub encrypted: bool,
    /// When it came.
    pub received_at: Timestamp,
    /// Header `Date`, as it was received.
    pub date: String,
    /// The signature, as it was received. It covers method, URI and Date, and neither the body nor, as Meituan may sign, the query.
    pub signature: String,
}

/// What to reply, before it is checked.
#[derive(Debug, Clone)]
pub struct Reply {
    code: i32,
    describe: String,
    /// In program notation.
    body: Option<RawJson>,
    facts: Facts,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outcome,
    Failure,
    /// A failure by a code that Meituan does not list for the call.
    Unlisted,
}

impl Reply {
    /// Success (200) with this body; `()` where the call has none.
    pub fn ok(body: impl FieldValue) -> Self {
        Reply::outcome(200, "success", body)
    }

    /// An outcome of the call's own that is no failure, such as 598, 601 or 602, with this body.
    pub fn outcome(code: impl Into<i32>, describe: &str, body: impl FieldValue) -> Self {
        Reply::of(code.into(), describe, &body)
    }

    pub(super) fn of(code: i32, describe: &str, body: &impl FieldValue) -> Self {
        let body = (!body.is_absent()).then(|| RawJson::of(body));
        Reply { code, describe: describe.into(), body, facts: Facts::default(), kind: Kind::Outcome }
    }

    /// A failure: one of the call's codes, and the true reason in words.
    ///
    /// It says that nothing was done: Meituan refunds what it takes for not issued. Where order create, pay, refund, reschedule,
    /// close or a refunded message may have acted and the outcome is not known, answer HTTP 503 without a body instead, which Meituan
    /// takes for a time-out (inferred): [`Supplier::answer_failure`]; or put pay and refund off (598, 602) where the notice follows.
    pub fn refuse(code: impl Into<i32>, describe: &str) -> Self {
        Reply { code: code.into(), describe: describe.into(), body: None, facts: Facts::default(), kind: Kind::Failure }
    }

    /// A failure by a code that Meituan does not list for the call, and the true reason in words.
    pub fn refuse_unlisted(code: i32, describe: &str) -> Self {
        Reply { kind: Kind::Unlisted, ..Reply::refuse(code, describe) }
    }

    /// The order has so many tickets: rules that count are checked.
    #[must_use]
    pub fn for_quantity(mut self, quantity: u32) -> Self {
        self.facts.quantity = Some(quantity);
        self
    }
}

impl Supplier {
    /// Takes a call apart: authenticated, validated, typed.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong; [`Supplier::answer_refusal`] makes the reply to it.
    pub fn receive(&self, parts: &Parts<'_>, body: &[u8], now: Timestamp) -> Result<Received, Refusal> {
        let mut packed = Packed::default();
        let Accepted { call, source, encrypted } = self.accept(parts, body, now, &mut packed)?;
        let asked = Asked::read(call, &packed, &source)
            .ok_or_else(|| parts.refusal(Error::at(ErrorCode::WrongType, "body"), Some(call)))?;
        let (date, signature) = (parts.date.to_owned(), ba::signature_of(parts.authorization).to_owned());
        Ok(Received { call, asked, warnings: packed.issues, encrypted, received_at: now, date, signature })
    }

    /// Writes a reply, checked before it leaves.
    ///
    /// # Errors
    /// The first thing that the definition or a documented rule refuses.
    pub fn reply(&self, to: &Received, reply: &Reply) -> Result<HttpReply, Error> {
        self.reply_at(to, reply, None)
    }

    /// The same at this moment, which the reply to a refund tells where it does not say when.
    ///
    /// # Errors
    /// As there.
    pub fn reply_now(&self, to: &Received, reply: &Reply, now: Timestamp) -> Result<HttpReply, Error> {
        self.reply_at(to, reply, Some(now))
    }

    fn reply_at(&self, to: &Received, reply: &Reply, now: Option<Timestamp>) -> Result<HttpReply, Error> {
        match reply.kind {
            Kind::Outcome if !to.call.lists(reply.code) => return Err(illegal(reply.code)),
            Kind::Outcome if to.call.is_outcome(reply.code) => {}
            Kind::Outcome | Kind::Failure => check_failure(to.call, reply.code, false, &reply.describe)?,
            Kind::Unlisted => {
                check_failure(to.call, reply.code, true, &reply.describe)?;
                let (body, warnings) = self.failure(to.call, reply.code, &reply.describe);
                return Ok(self.http_reply(body, to.encrypted, warnings));
            }
        }
        let times = [now.map(|_| to.received_at), now];
        let (body, warnings) = self.written(to.call, reply, &to.asked.repeated(), times, reply.facts)?;
        Ok(self.http_reply(body, to.encrypted, warnings))
    }

    /// The reply as it travels, and what it is warned of. `asked` is what the request said of what the reply repeats.
    pub(super) fn written(
        &self,
        call: &'static Call,
        reply: &Reply,
        asked: &[u8],
        times: [Option<Timestamp>; 2],
        facts: Facts,
    ) -> Result<(Vec<u8>, Vec<Issue>), Error> {
        if !call.is_outcome(reply.code) {
            return Ok(self.failure(call, reply.code, &reply.describe));
        }
        let body = reply.body.as_ref().map(|body| without_defaults(call, body.as_str()));
        let said = Said { code: reply.code, describe: &reply.describe, body: body.as_deref(), beside: b"", asked, times };
        let (program, facts) = self.completed(call, &said, facts);
        let (mut packed, mut body) = (Packed::default(), Vec::new());
        self.encode_reply(call, reply.code, &program, facts, &mut packed, &mut body)?;
        Ok((body, packed.issues))
    }

    /// Writes the reply where your own code failed, and what it did is not known. To the calls that make it do something
    /// ([`Call::acts`]) that is [`HttpReply::unknown`]: after a failure Meituan would refund what may be issued. To all others it
    /// is the family's failure.
    pub fn answer_failure(&self, to: &Received) -> HttpReply {
        match to.call.acts() {
            true => HttpReply::unknown(),
            false => self.http_reply(self.system_failure(to.call), to.encrypted, Vec::new()),
        }
    }

    /// The reply to a call that is not served here.
    pub(super) fn answer_unserved(&self, to: &Received) -> HttpReply {
        self.http_reply(self.encode_failure(to.call.failure, NOT_SERVED), to.encrypted, Vec::new())
    }
}

/// A message that the supplier sends, and what belongs to it: path, definition and encryption are its call's.
pub trait Endpoint: FieldValue {
    /// The call.
    const CALL: &'static Call;
}

macro_rules! endpoints {
    ($($type:ty: $constant:ident;)*) => {$(
        impl Endpoint for $type {
            const CALL: &'static Call = &super::$constant;
        }
    )*};
}

endpoints! {
    PayNoticeRequest: PAY_NOTICE;
    RefundNoticeRequest: REFUND_NOTICE;
    ConsumeNotice: CONSUME_NOTICE;
    RescheduleNoticeRequest: RESCHEDULE_NOTICE;
    Vec<ProductChangeNotice>: PRODUCT_CHANGE_NOTICE;
    LevelPriceNoticeRequest: LEVEL_PRICE_NOTICE;
}

/// Reads a message of any call from the wire into a Rust type made by its definition: for tests, logs and tools.
///
/// # Errors
/// The first thing that refuses it.
pub fn read_body<T: FieldValue>(call: &'static Call, reply: bool, wire: &[u8]) -> Result<T, Error> {
    let message = if reply { call.reply } else { call.request };
    let mut packed = Packed::default();
    read(message, wire, Reading::WIRE, &mut packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    let body = packed.view(message, wire).and_then(|view| view.field_to_typed("body"));
    body.ok_or_else(|| Error::at(ErrorCode::MissingField, "body"))
}
