//! What happens to an order: Meituan's calls, the ends of the supplier's functions, and facts from the supplier.

use crate::message::Id;
use crate::message::View;
use crate::message::definition::{Field, Kind, Message, Presence};
use crate::ticket::calls::*;
use crate::ticket::order::Outcome;

crate::messages! {
    /// The function of a call has ended.
    AttemptEnded {
        /// The key that it was run with.
        key "key": text, required;
        /// How it ended.
        outcome "outcome": code(Outcome), required;
        /// What order create made; when it is done.
        created "created": object(OrderCreated), optional;
        /// What order pay issued; when it is done.
        paid "paid": object(OrderPaid), optional;
        /// What order reschedule did; when it is done.
        rescheduled "rescheduled": object(OrderRescheduled), optional;
        /// The reply code of a refusal; absent: the family's "other".
        code "code": integer, optional;
        /// The true reason of a refusal, in words.
        describe "describe": text, optional;
    }

    /// The tickets that were being issued will not be issued.
    IssueFailed {
        /// The reply code; absent: the family's "other".
        code "code": integer, optional;
        /// The true reason, in words.
        describe "describe": text, required;
    }

    /// A refund is agreed, by the supplier's own people or system.
    RefundAgreed {
        /// The refund's number (退款流水号).
        refund_id "refundId": text, required;
    }

    /// A refund is refused, by the supplier's own people or system.
    RefundRefused {
        /// The refund's number (退款流水号).
        refund_id "refundId": text, required;
        /// The code, of the 6xx family; absent: "other".
        code "code": integer, optional;
        /// The true reason, in words.
        describe "describe": text, required;
    }

    /// Guests have entered. By codes under voucherType 1; by number under voucherType 2, or where there are no codes.
    Consumed {
        /// The supplier's own id of this entry: the same id again is the same entry.
        id "id": text, required;
        /// When; absent: now.
        at "at": milliseconds, optional;
        /// Number of tickets; absent: one for each code, or one. Under voucherType 1 without codes, so many unused ones.
        quantity "quantity": count, optional;
        /// The codes.
        vouchers "vouchers": list(text), optional;
    }

    /// Meituan has accepted a notice.
    NoticeAccepted {
        /// The notice's id.
        id "id": text, required;
    }

    /// Time has passed: a pending refund may count as agreed by now, where the settings have a calendar.
    TimePassed {}

    /// Somebody takes over a function that broke off, without a call of Meituan's that waits for it.
    TakeOver {
        /// The attempt's key.
        key "key": text, required;
    }
}

macro_rules! events {
    (@body $body:ty, $view:ident $name:literal) => {
        $view.take::<$body>($name)
    };
    (@body $body:ty, $view:ident $name:literal $($field:ident $wire:literal),+) => {{
        let body = $view.object($name)?;
        let mut taken = <$body>::default();
        $( taken.$field = body.take($wire); )+
        taken
    }};
    ($( $(#[doc = $doc:expr])* $variant:ident($body:ty) $name:literal $(of $($field:ident $wire:literal),+)?; )*) => {
        /// Something that happens to an order. In JSON, an object with this one field: `{"orderPay": {…}}`.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Event { $( $(#[doc = $doc])* $variant($body), )* }

        $(
            impl From<$body> for Event {
                fn from(body: $body) -> Event {
                    Event::$variant(body)
                }
            }
        )*

        impl Event {
            /// The definition: exactly one of the fields is there.
            pub const MESSAGE: &'static Message = &Message {
                name: "OrderEventFields",
                fields: &[$( Field {
                    name: $name,
                    aliases: &[],
                    kind: Kind::Object(<$body>::MESSAGE),
                    presence: Presence::Optional,
                    doc: crate::doc_text!($($doc),*),
                }, )*],
                rules: &[],
                doc: crate::doc_text!("Something that happens to an order: exactly one of the fields."),
            };

            /// The event of an object that was read by [`Event::MESSAGE`]; nothing where it holds none, or several. Of a
            /// body whose fields are listed, only those are taken: the machine looks at no others.
            pub(super) fn take(view: &View<'_>) -> Option<Event> {
                let mut there = Event::MESSAGE.fields.iter().map(|field| field.name).filter(|name| view.has(name));
                let name = there.next().filter(|_| there.next().is_none())?;
                match name {
                    $( $name => Some(Event::$variant(events!(@body $body, view $name $($($field $wire),+)?))), )*
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// 订单创建 · order create.
    OrderCreate(OrderCreate) "orderCreate" of order_id "orderId", partner_deal_id "partnerDealId", quantity "quantity", travel_date "travelDate";
    /// 订单出票 · order pay.
    OrderPay(OrderPay) "orderPay";
    /// 订单查询 · order query.
    OrderQuery(OrderQuery) "orderQuery";
    /// 订单退款 · order refund.
    OrderRefund(OrderRefund) "orderRefund";
    /// 订单关闭消息 · order close.
    OrderClose(OrderClose) "orderClose";
    /// 已退款消息 · refunded message.
    OrderRefunded(RefundedMessage) "orderRefunded";
    /// 订单改签 · order reschedule.
    OrderReschedule(OrderReschedule) "orderReschedule" of order_id "orderId", reschedule_no "rescheduleNo", target_date "targetDate";
    /// The function of a call has ended.
    AttemptEnded(AttemptEnded) "attemptEnded";
    /// What was being issued is issued, says the supplier's own system.
    Issued(OrderPaid) "issued";
    /// What was being issued will not be.
    IssueFailed(IssueFailed) "issueFailed";
    /// A refund is agreed.
    RefundAgreed(RefundAgreed) "refundAgreed";
    /// A refund is refused.
    RefundRefused(RefundRefused) "refundRefused";
    /// Guests have entered.
    Consumed(Consumed) "consumed";
    /// Meituan has accepted a notice.
    NoticeAccepted(NoticeAccepted) "noticeAccepted";
    /// Time has passed.
    TimePassed(TimePassed) "timePassed";
    /// A function that broke off is taken over.
    TakeOver(TakeOver) "takeOver";
}

impl Event {
    /// The order that a call names.
    pub fn order_id(&self) -> Option<Id> {
        match self {
            Event::OrderCreate(call) => Some(call.order_id),
            Event::OrderPay(call) => Some(call.order_id),
            Event::OrderQuery(call) => Some(call.order_id),
            Event::OrderRefund(call) => Some(call.order_id),
            Event::OrderClose(call) => Some(call.order_id),
            Event::OrderRefunded(call) => Some(call.order_id),
            Event::OrderReschedule(call) => Some(call.order_id),
            _ => None,
        }
    }
}
