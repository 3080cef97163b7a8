//! Every interface of the ticket API, once. Whatever else knows an interface, in Rust, JavaScript, TypeScript and the references, is
//! made from its entry here and from the definitions of its messages.
//!
//! A call of Meituan's has
//!
//! - `request { … }` and `reply Codes { … }`: what the bodies hold, in the notation of definitions, or nothing; beside the reply's body
//!   `with { … }` further fields. The type of a reply's body is that reply's alone, for it decides the codes.
//! - `failure`, `outcomes`, `pending`: which code says any other failure, which beside 200 say none, and which of these puts the answer
//!   off. All others are failures.
//! - `echoes`: fields of the reply that repeat the request's; the one in braces may be missing there.
//! - `repeats`: fields by which a repeat is known.
//! - `encryption`, `work`, `need`: see [`Encryption`], [`Work`], [`Need`].
//! - `about`: [`About`], and the field that has the order's number.
//!
//! A notice of the supplier's has its path, and either a body or a whole envelope of its own.

use super::calls::*;
use super::codes::*;
use super::notices::*;
use super::products::*;
use super::rules;
use super::{About, Call, Direction, Encryption, Need, Work};
use crate::message::definition::{Field, Message, Presence};

/// The field that every envelope has.
const PARTNER_ID: Field = Field {
    name: "partnerId",
    aliases: &[],
    kind: crate::field_kind!(count),
    presence: Presence::Required,
    doc: crate::doc_text!("合作方编号 · The supplier's number at Meituan."),
};

/// Meituan's reply to a notice is judged by its code alone.
const NOTICE_REPLY: &[Field] = &[
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
];

macro_rules! fields {
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

/// The fields of a notice's envelope.
macro_rules! notice_fields {
    (envelope object($type:ty)) => {
        <$type>::MESSAGE.fields
    };
    (body $($kind:tt)*) => {
        fields! { "body": $($kind)*, required; }
    };
}

macro_rules! reply_message {
    ($name:literal, [$($doc:expr),*], $fields:expr) => {
        &Message {
            name: crate::doc_text!(@name concat!("ticket.", $name, ".response")),
            fields: $fields,
            rules: &[rules::REPLY_COMPLETE, rules::REPLY_BARE, rules::TRUE_REASON],
            doc: crate::doc_text!($($doc),*),
        }
    };
}

/// The only one of a list that may be empty.
macro_rules! perhaps {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

/// `$d` is a dollar sign, for the macro that is made of the table.
macro_rules! interfaces {
    (
        ($d:tt)
        from Meituan {$(
            $(#[doc = $doc:expr])*
            $constant:ident $variant:ident $name:literal {
                request { $($request:ident $(($($request_of:tt)*))?)? }
                reply $codes:ident { $($reply:ident $(($($reply_of:tt)*))?)? } $(with { $($more:tt)* })?
                failure $failure:ident;
                outcomes [$($outcome:ident),*];
                pending { $($pending:ident)? }
                echoes [$($echo:literal),*] { $($known:ident $known_wire:literal)? }
                repeats [$($repeat:literal),*];
                encryption $encryption:ident;
                about $about:ident { $($order_id:ident)? }
                work $work:ident;
                need $need:ident $(($item:literal))?;
            }
        )*}
        to Meituan {$(
            $(#[doc = $notice_doc:expr])*
            $notice:ident $notice_name:literal, $path:literal {
                request $place:ident { $kind:ident $(($($of:tt)*))? }
                rules [$($rule:expr),*];
                outcomes [$($notice_outcome:ident),*];
                encryption $notice_encryption:ident;
                about $notice_about:ident;
                need $notice_need:ident $(($notice_item:literal))?;
            }
        )*}
    ) => {
        $(
            $(#[doc = $doc])*
            pub static $constant: Call = Call {
                name: $name,
                doc: crate::doc_text!($($doc),*),
                direction: Direction::ToSupplier,
                request: &Message {
                    name: crate::doc_text!(@name concat!("ticket.", $name, ".request")),
                    fields: fields! { $("body": $request $(($($request_of)*))?, required;)? },
                    rules: &[],
                    doc: crate::doc_text!($($doc),*),
                },
                reply: reply_message!($name, [$($doc),*], fields! {
                    /// 返回码：200 是唯一的成功 · The outcome: 200 is the only success.
                    "code": code($codes), required;
                    /// 失败的真实原因（描述） · The true reason of a failure, in words.
                    "describe": text, required;
                    $($($more)*)?
                    $("body": $reply $(($($reply_of)*))?, on_success;)?
                }),
                codes: $codes::VALUES,
                failure: $codes::$failure.0,
                outcomes: &[$($codes::$outcome.0),*],
                pending: perhaps!($($codes::$pending.0)?),
                encryption: Encryption::$encryption,
                echoes: &[$($echo,)* $($known_wire)?],
                known_echo: perhaps!($($known_wire)?),
                repeats: &[$($repeat),*],
                about: About::$about,
                work: Work::$work,
                need: Need::$need $(($item))?,
            };
        )*
        $(
            $(#[doc = $notice_doc])*
            pub static $notice: Call = Call {
                name: $notice_name,
                doc: crate::doc_text!($($notice_doc),*),
                direction: Direction::ToMeituan($path),
                request: &Message {
                    name: crate::doc_text!(@name concat!("ticket.", $notice_name, ".request")),
                    fields: notice_fields!($place $kind $(($($of)*))?),
                    rules: &[$($rule),*],
                    doc: crate::doc_text!($($notice_doc),*),
                },
                reply: reply_message!($notice_name, [$($notice_doc),*], NOTICE_REPLY),
                codes: NoticeCode::VALUES,
                failure: NoticeCode::IN_PROCESS.0,
                outcomes: &[$(NoticeCode::$notice_outcome.0),*],
                pending: None,
                encryption: Encryption::$notice_encryption,
                echoes: &[],
                known_echo: None,
                repeats: &[],
                about: About::$notice_about,
                work: Work::Nothing,
                need: Need::$notice_need $(($notice_item))?,
            };
        )*

        /// Every interface: first the calls of Meituan, then the notices.
        pub static CALLS: &[&Call] = &[$(&$constant,)* $(&$notice),*];

        impl Call {
            /// Whether Meituan acts on a code as on something else than a failure, whichever call about an order it replies to
            /// (acceptance manual, part one, item 1): 200, and what puts off or repeats an answer.
            pub(crate) fn never_fails(code: i64) -> bool {
                code == 200 $(|| ($constant.is_about_order() && (false $(|| code == $codes::$outcome.0 as i64)*)))*
            }

            /// The codes that Meituan acts on as on something else than a failure, whichever call about an order they reply to.
            pub fn never_failing() -> Vec<i32> {
                let mut codes = vec![200 $($(, $codes::$outcome.0)*)*];
                codes.retain(|&code| Call::never_fails(code.into()));
                codes.sort_unstable();
                codes.dedup();
                codes
            }
        }

        // An order is known by its number, and what is about none has no field of it.
        $(const _: () = {
            let numbers: &[&str] = &[$(stringify!($order_id))?];
            assert!(matches!(About::$about, About::Order) == (numbers.len() == 1), "the number of the order, or About::Other");
        };)*

        /// Hands the interfaces to another macro, which makes the Rust types of them. Bodies come twice: in parts, and as one token.
        macro_rules! with_interfaces {
            ($d callback:ident) => {
                $d callback! {
                    $([$constant $variant $name ($($request $(($($request_of)*))?)?) $codes ($($reply $(($($reply_of)*))?)?)
                        ($($known)?) ($($order_id)?) ($($request $(($($request_of)*))?)?) ($($reply $(($($reply_of)*))?)?)])*
                    $({$notice $kind $(($($of)*))?})*
                }
            };
        }
        pub(super) use with_interfaces;
    };
}

interfaces! {
    ($)
    from Meituan {
        /// 订单创建 · order create.
        ORDER_CREATE OrderCreate "orderCreate" {
            request { object(OrderCreate) }
            reply OrderCreateCode { object(OrderCreated) }
            failure OTHER;
            outcomes [];
            pending {}
            echoes [] {}
            repeats ["orderId"];
            encryption Newer;
            about Order { order_id }
            work Needed;
            need Mandatory(1);
        }

        /// 订单出票 · order pay: issue the tickets.
        ORDER_PAY OrderPay "orderPay" {
            request { object(OrderPay) }
            reply OrderPayCode { object(OrderPaid) }
            failure OTHER;
            outcomes [ISSUING];
            pending { ISSUING }
            echoes ["orderId"] { partner_order_id "partnerOrderId" }
            repeats ["orderId"];
            encryption Never;
            about Order { order_id }
            work Needed;
            need Mandatory(2);
        }

        /// 订单查询 · order query.
        ORDER_QUERY OrderQuery "orderQuery" {
            request { object(OrderQuery) }
            reply OrderQueryCode { object(OrderState) }
            failure OTHER;
            outcomes [];
            pending {}
            echoes ["orderId"] { partner_order_id "partnerOrderId" }
            repeats [];
            encryption Never;
            about Order { order_id }
            work Nothing;
            need Mandatory(3);
        }

        /// 订单退款 · order refund.
        ORDER_REFUND OrderRefund "orderRefund" {
            request { object(OrderRefund) }
            reply OrderRefundCode { object(OrderRefunded) }
            failure OTHER;
            outcomes [REFUNDED, PENDING];
            pending { PENDING }
            echoes ["orderId", "refundId"] { partner_order_id "partnerOrderId" }
            repeats ["orderId", "refundId"];
            encryption Never;
            about Order { order_id }
            work Needed;
            need Mandatory(4);
        }

        /// 订单关闭消息 · order close.
        ORDER_CLOSE OrderClose "orderClose" {
            request { object(OrderClose) }
            reply GeneralCode {}
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats ["orderId", "closeType"];
            encryption Never;
            about Order { order_id }
            work Message;
            need Mandatory(5);
        }

        /// 已退款消息 · refunded message.
        ORDER_REFUNDED OrderRefunded "orderRefunded" {
            request { object(RefundedMessage) }
            reply GeneralCode {}
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats ["orderId", "refundSerialNo"];
            encryption Never;
            about Order { order_id }
            work Message;
            need Unlisted;
        }

        /// 订单改签 · order reschedule.
        ORDER_RESCHEDULE OrderReschedule "orderReschedule" {
            request { object(OrderReschedule) }
            reply GeneralCode { object(OrderRescheduled) }
            failure FAILURE;
            outcomes [];
            pending {}
            echoes ["orderId", "rescheduleNo"] {}
            repeats ["orderId", "rescheduleNo"];
            encryption Never;
            about Order { order_id }
            work Served;
            need Unlisted;
        }

        /// 拉取价格日历 · price calendar pull.
        PRICE_CALENDAR PriceCalendar "priceCalendar" {
            request { object(PriceCalendarPull) }
            reply PriceCalendarCode { list(object(DayPrice)) }
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Optional(5);
        }

        /// 拉取多层价格日历V2 · level price pull.
        LEVEL_PRICE_PULL LevelPricePull "levelPricePull" {
            request { object(LevelPricePull) }
            reply LevelPriceCode { list(object(LevelPrice)) } with {
                /// 商家产品编号 · Our product number.
                "partnerDealId": text, optional;
            }
            failure FAILURE;
            outcomes [ASYNCHRONOUS];
            pending { ASYNCHRONOUS }
            echoes [] {}
            repeats [];
            encryption Always;
            about Other {}
            work Nothing;
            need Unlisted;
        }

        /// 拉取产品 · product pull.
        PRODUCT_PULL ProductPull "productPull" {
            request { object(ProductPull) }
            reply GeneralCode { list(object(Product)) } with {
                /// 总数 · How many there are in all.
                "totalSize": count, optional;
            }
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Optional(1);
        }

        /// 拉取景点 · sight (POI) pull.
        POI_PULL PoiPull "poiPull" {
            request { object(PoiPull) }
            reply GeneralCode { list(object(Poi)) } with {
                /// 总数 · How many there are in all.
                "totalSize": count, optional;
            }
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Optional(4);
        }

        /// 编审状态通知 · editorial status of products.
        PRODUCT_STATUS ProductStatus "productStatus" {
            request { list(object(ProductStatus)) }
            reply GeneralCode {}
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Optional(3);
        }

        /// 查询账户余额 · balance.
        BALANCE Balance "balance" {
            request { object(BalanceQuery) }
            reply GeneralCode { list(object(Balance)) }
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Unlisted;
        }

        /// 心跳 · heartbeat.
        HEARTBEAT Heartbeat "heartbeat" {
            request {}
            reply GeneralCode {}
            failure FAILURE;
            outcomes [];
            pending {}
            echoes [] {}
            repeats [];
            encryption Never;
            about Other {}
            work Nothing;
            need Unlisted;
        }
    }
    to Meituan {
        /// 订单出票通知 · pay notice: the result after a 598. Mandatory for suppliers that answer 598.
        PAY_NOTICE "payNotice", "/rhone/mtp/api/order/pay/notice" {
            request envelope { object(PayNoticeRequest) }
            rules [rules::NOTICE_COMPLETE, rules::TRUE_REASON];
            outcomes [IN_PROCESS];
            encryption Never;
            about Order;
            need Unlisted;
        }

        /// 订单退款通知 · refund notice: the result after a 602. Mandatory for suppliers that answer 602.
        REFUND_NOTICE "refundNotice", "/rhone/mtp/api/order/refund/notice" {
            request envelope { object(RefundNoticeRequest) }
            rules [rules::REFUND_NOTICE_DECIDES, rules::TRUE_REASON];
            outcomes [];
            encryption Never;
            about Order;
            need Unlisted;
        }

        /// 订单消费通知 · consume notice: guests have entered.
        CONSUME_NOTICE "consumeNotice", "/rhone/mtp/api/order/consume/notice" {
            request body { object(ConsumeNotice) }
            rules [];
            outcomes [];
            encryption Never;
            about Order;
            need Mandatory(6);
        }

        /// 订单改签通知 · reschedule notice.
        RESCHEDULE_NOTICE "rescheduleNotice", "/rhone/mtp/api/order/reschedule/notice" {
            request envelope { object(RescheduleNoticeRequest) }
            rules [];
            outcomes [];
            encryption Never;
            about Order;
            need Unlisted;
        }

        /// 产品变化通知 · product change notice.
        PRODUCT_CHANGE_NOTICE "productChangeNotice", "/rhone/mtp/api/deal/change/notice" {
            request body { list(object(ProductChangeNotice)) }
            rules [];
            outcomes [];
            encryption Never;
            about Other;
            need Optional(2);
        }

        /// 多层价格日历变化通知V2 · level price notice.
        LEVEL_PRICE_NOTICE "levelPriceNotice", "/rhone/mtp/api/level/price/notice/v2" {
            request envelope { object(LevelPriceNoticeRequest) }
            rules [rules::LEVEL_PRICE_STOCK];
            outcomes [];
            encryption Always;
            about Other;
            need Unlisted;
        }
    }
}
