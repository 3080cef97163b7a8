//! Every call of the ticket API, once: its name, direction, envelope, codes and what is special about it.

use super::calls::*;
use super::codes::*;
use super::notices::*;
use super::products::*;
use super::rules;
use crate::message::definition::{Doc, Enumeration, Field, Message, Presence};

/// One interface: who calls, what is said, what may be replied.
#[derive(Debug)]
pub struct Call {
    /// The name, such as `orderCreate`.
    pub name: &'static str,
    /// What it is.
    pub doc: Doc,
    /// Who calls.
    pub direction: Direction,
    /// The request as it travels.
    pub request: &'static Message,
    /// The reply as it travels.
    pub reply: &'static Message,
    /// The codes that a reply may carry.
    pub codes: &'static Enumeration,
    /// The code of a failure that no other code names: the family's x99, else 300.
    pub failure: i32,
    /// Codes beside 200 that are no failure: the answer is put off, or was given before.
    pub outcomes: &'static [i32],
    /// The code that puts the answer off, where there is one: the result follows by notice.
    pub pending: Option<i32>,
    /// Whether the whole body is encrypted where encryption is configured; replies mirror their request.
    pub encrypted: bool,
    /// Fields of the reply's body that repeat the request's.
    pub echoes: &'static [&'static str],
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Meituan calls the supplier, at a path of the supplier's choice.
    ToSupplier,
    /// The supplier calls Meituan, at this path. The path is also what is signed; it has the `/rhone` prefix that the
    /// printed documentation leaves out.
    ToMeituan(&'static str),
}

impl Call {
    /// The call of this name.
    pub fn named(name: &str) -> Option<&'static Call> {
        CALLS.iter().find(|call| call.name == name).copied()
    }

    /// Whether a reply of this code is no failure.
    pub fn is_outcome(&self, code: i32) -> bool {
        code == 200 || self.outcomes.contains(&code)
    }

    /// Whether Meituan lists this code for this call.
    pub fn lists(&self, code: i32) -> bool {
        self.codes.values.iter().any(|listed| listed.value == code)
    }

    /// Whether a failure may carry this code, though Meituan does not list it for this call.
    pub fn may_fail_unlisted(&self, code: i32) -> bool {
        !NO_FAILURE.contains(&code) && !self.is_outcome(code)
    }

    /// Whether it makes the supplier do something. When that breaks off, nobody knows whether it is done.
    pub fn acts(&self) -> bool {
        ACTS.contains(&self.name)
    }

    /// Whether the request's envelope has more of the message than its body.
    pub(crate) fn has_envelope_of_its_own(&self) -> bool {
        self.request.fields.iter().any(|field| !["partnerId", "body"].contains(&field.name))
    }

    /// Whether Meituan connects no supplier without it (acceptance manual, part three).
    pub fn is_mandatory(&self) -> bool {
        MANDATORY.contains(&self.name)
    }

    /// Whether a supplier need not develop it (acceptance manual, part two).
    pub fn is_optional(&self) -> bool {
        OPTIONAL.contains(&self.name)
    }
}

/// The codes that Meituan acts on as something else than a failure (acceptance manual, part one, item 1).
const NO_FAILURE: [i32; 4] = [200, 598, 601, 602];

/// Calls that make the supplier do something.
const ACTS: [&str; 6] = ["orderCreate", "orderPay", "orderRefund", "orderClose", "orderRefunded", "orderReschedule"];

/// The interfaces without which Meituan connects no supplier (acceptance manual, part three).
pub const MANDATORY: [&str; 6] = ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "consumeNotice"];

/// The interfaces that need not be developed, in the order of the acceptance manual's part two.
pub const OPTIONAL: [&str; 5] = ["productPull", "productChangeNotice", "productStatus", "poiPull", "priceCalendar"];

/// The field that replies repeat, though requests may lack it: the supplier's own record has it.
pub(crate) const MAY_BE_LEFT_OUT: &str = "partnerOrderId";

/// The field that every envelope has.
const PARTNER_ID: Field = Field {
    name: "partnerId",
    aliases: &[],
    kind: crate::field_kind!(count),
    presence: Presence::Required,
    doc: crate::doc_text!("合作方编号 · The supplier's number at Meituan."),
};

macro_rules! fields {
    (as $type:ty) => { <$type>::MESSAGE.fields };
    ($($(#[doc = $doc:expr])* $name:literal: $kind:ident $(($($argument:tt)*))?, $presence:ident;)*) => {
        &[
            PARTNER_ID,
            $(Field {
                name: $name,
                aliases: &[],
                kind: crate::field_kind!($kind $(($($argument)*))?),
                presence: crate::field_presence!($presence),
                doc: crate::doc_text!($($doc),*),
            },)*
        ]
    };
}

macro_rules! reply_fields {
    // Meituan's reply to a notice is judged by its code alone.
    (NoticeCode) => {
        &[
            Field { presence: Presence::Optional, ..PARTNER_ID },
            Field {
                name: "code",
                aliases: &[],
                kind: crate::field_kind!(code(NoticeCode)),
                presence: Presence::Required,
                doc: crate::doc_text!("返回码：200 是唯一的成功 · The outcome: 200 is the only success."),
            },
            Field {
                name: "describe",
                aliases: &[],
                kind: crate::field_kind!(text),
                presence: Presence::Optional,
                doc: crate::doc_text!("美团的描述 · Meituan's words."),
            },
        ]
    };
    ($codes:ident $($reply:tt)*) => {
        fields! {
            /// 返回码：200 是唯一的成功 · The outcome: 200 is the only success.
            "code": code($codes), required;
            /// 失败的真实原因（描述） · The true reason of a failure, in words.
            "describe": text, required;
            $($reply)*
        }
    };
}

macro_rules! calls {
    ($(
        $(#[doc = $doc:expr])*
        $constant:ident $name:literal, $direction:expr => {
        request { $($request:tt)* } $(rules [$($rule:expr),*])?
        reply $codes:ident { $($reply:tt)* }
        failure $failure:ident;
        $(outcomes [$($outcome:ident),*];)?
        $(pending $pending:ident;)?
        $(encrypted $encrypted:literal;)?
        $(echoes [$($echo:literal),*];)?
        }
    )*) => {
        $(
            $(#[doc = $doc])*
            pub static $constant: Call = Call {
                name: $name,
                doc: crate::doc_text!($($doc),*),
                direction: $direction,
                request: &Message {
                    name: crate::doc_text!(@name concat!("ticket.", $name, ".request")),
                    fields: fields! { $($request)* },
                    rules: &[$($($rule),*)?],
                    doc: crate::doc_text!($($doc),*),
                },
                reply: &Message {
                    name: crate::doc_text!(@name concat!("ticket.", $name, ".response")),
                    fields: reply_fields! { $codes $($reply)* },
                    rules: &[rules::REPLY_COMPLETE, rules::REPLY_BARE, rules::TRUE_REASON],
                    doc: crate::doc_text!($($doc),*),
                },
                codes: $codes::VALUES,
                failure: $codes::$failure.0,
                outcomes: &[$($($codes::$outcome.0),*)?],
                pending: { let pending: &[i32] = &[$($codes::$pending.0)?]; pending.first().copied() },
                encrypted: { let encrypted: &[bool] = &[$($encrypted)?]; !encrypted.is_empty() },
                echoes: &[$($($echo),*)?],
            };
        )*

        /// Every call: first those of Meituan, then the notices.
        pub static CALLS: &[&Call] = &[$(&$constant),*];
    };
}

calls! {
    /// 订单创建 · order create.
    ORDER_CREATE "orderCreate", Direction::ToSupplier => {
        request { "body": object(OrderCreate), required; }
        reply OrderCreateCode { "body": object(OrderCreated), on_success; }
        failure OTHER;
    }

    /// 订单出票 · order pay: issue the tickets.
    ORDER_PAY "orderPay", Direction::ToSupplier => {
        request { "body": object(OrderPay), required; }
        reply OrderPayCode { "body": object(OrderPaid), on_success; }
        failure OTHER;
        outcomes [ISSUING];
        pending ISSUING;
        echoes ["orderId", "partnerOrderId"];
    }

    /// 订单查询 · order query.
    ORDER_QUERY "orderQuery", Direction::ToSupplier => {
        request { "body": object(OrderQuery), required; }
        reply OrderQueryCode { "body": object(OrderState), on_success; }
        failure OTHER;
        echoes ["orderId", "partnerOrderId"];
    }

    /// 订单退款 · order refund.
    ORDER_REFUND "orderRefund", Direction::ToSupplier => {
        request { "body": object(OrderRefund), required; }
        reply OrderRefundCode { "body": object(OrderRefunded), on_success; }
        failure OTHER;
        outcomes [REFUNDED, PENDING];
        pending PENDING;
        echoes ["orderId", "refundId", "partnerOrderId"];
    }

    /// 订单关闭消息 · order close.
    ORDER_CLOSE "orderClose", Direction::ToSupplier => {
        request { "body": object(OrderClose), required; }
        reply GeneralCode { }
        failure FAILURE;
    }

    /// 已退款消息 · refunded message.
    ORDER_REFUNDED "orderRefunded", Direction::ToSupplier => {
        request { "body": object(RefundedMessage), required; }
        reply GeneralCode { }
        failure FAILURE;
    }

    /// 订单改签 · order reschedule.
    ORDER_RESCHEDULE "orderReschedule", Direction::ToSupplier => {
        request { "body": object(OrderReschedule), required; }
        reply GeneralCode { "body": object(OrderRescheduled), on_success; }
        failure FAILURE;
        echoes ["orderId", "rescheduleNo"];
    }

    /// 拉取价格日历 · price calendar pull.
    PRICE_CALENDAR "priceCalendar", Direction::ToSupplier => {
        request { "body": object(PriceCalendarPull), required; }
        reply PriceCalendarCode { "body": list(object(DayPrice)), on_success; }
        failure FAILURE;
    }

    /// 拉取多层价格日历V2 · level price pull.
    LEVEL_PRICE_PULL "levelPricePull", Direction::ToSupplier => {
        request { "body": object(LevelPricePull), required; }
        reply LevelPriceCode {
            /// 商家产品编号 · Our product number.
            "partnerDealId": text, optional;
            "body": list(object(LevelPrice)), on_success;
        }
        failure FAILURE;
        outcomes [ASYNCHRONOUS];
        pending ASYNCHRONOUS;
        encrypted true;
    }

    /// 拉取产品 · product pull.
    PRODUCT_PULL "productPull", Direction::ToSupplier => {
        request { "body": object(ProductPull), required; }
        reply GeneralCode {
            /// 总数 · How many there are in all.
            "totalSize": count, optional;
            "body": list(object(Product)), on_success;
        }
        failure FAILURE;
    }

    /// 拉取景点 · sight (POI) pull.
    POI_PULL "poiPull", Direction::ToSupplier => {
        request { "body": object(PoiPull), required; }
        reply GeneralCode {
            /// 总数 · How many there are in all.
            "totalSize": count, optional;
            "body": list(object(Poi)), on_success;
        }
        failure FAILURE;
    }

    /// 编审状态通知 · editorial status of products.
    PRODUCT_STATUS "productStatus", Direction::ToSupplier => {
        request { "body": list(object(ProductStatus)), required; }
        reply GeneralCode { }
        failure FAILURE;
    }

    /// 查询账户余额 · balance.
    BALANCE "balance", Direction::ToSupplier => {
        request { "body": object(BalanceQuery), required; }
        reply GeneralCode { "body": list(object(Balance)), on_success; }
        failure FAILURE;
    }

    /// 心跳 · heartbeat.
    HEARTBEAT "heartbeat", Direction::ToSupplier => {
        request { }
        reply GeneralCode { }
        failure FAILURE;
    }

    /// 订单出票通知 · pay notice: the result after a 598. Mandatory for suppliers that answer 598.
    PAY_NOTICE "payNotice", Direction::ToMeituan("/rhone/mtp/api/order/pay/notice") => {
        request { as PayNoticeRequest } rules [rules::NOTICE_COMPLETE, rules::TRUE_REASON]
        reply NoticeCode { }
        failure IN_PROCESS;
        outcomes [IN_PROCESS];
    }

    /// 订单退款通知 · refund notice: the result after a 602. Mandatory for suppliers that answer 602.
    REFUND_NOTICE "refundNotice", Direction::ToMeituan("/rhone/mtp/api/order/refund/notice") => {
        request { as RefundNoticeRequest } rules [rules::REFUND_NOTICE_DECIDES, rules::TRUE_REASON]
        reply NoticeCode { }
        failure IN_PROCESS;
    }

    /// 订单消费通知 · consume notice: guests have entered.
    CONSUME_NOTICE "consumeNotice", Direction::ToMeituan("/rhone/mtp/api/order/consume/notice") => {
        request { "body": object(ConsumeNotice), required; }
        reply NoticeCode { }
        failure IN_PROCESS;
    }

    /// 订单改签通知 · reschedule notice.
    RESCHEDULE_NOTICE "rescheduleNotice", Direction::ToMeituan("/rhone/mtp/api/order/reschedule/notice") => {
        request { as RescheduleNoticeRequest }
        reply NoticeCode { }
        failure IN_PROCESS;
    }

    /// 产品变化通知 · product change notice.
    PRODUCT_CHANGE_NOTICE "productChangeNotice", Direction::ToMeituan("/rhone/mtp/api/deal/change/notice") => {
        request { "body": list(object(ProductChangeNotice)), required; }
        reply NoticeCode { }
        failure IN_PROCESS;
    }

    /// 多层价格日历变化通知V2 · level price notice.
    LEVEL_PRICE_NOTICE "levelPriceNotice", Direction::ToMeituan("/rhone/mtp/api/level/price/notice/v2") => {
        request { as LevelPriceNoticeRequest } rules [rules::LEVEL_PRICE_STOCK]
        reply NoticeCode { }
        failure IN_PROCESS;
        encrypted true;
    }
}
