//! Every interface of the ride API, once. Whatever else knows an interface, in Rust, JavaScript, TypeScript and the references, is made
//! from its entry here and from the definitions of its messages.
//!
//! - `data`: what the reply's `data` holds, in the notation of definitions. `raw` is data that is documented to say nothing.
//! - `about`: `order` where it is about one order.
//! - `marks`: fields by which a push is known that comes to the path of order events.
//! - `repeats`: the key by which a push is known again; each push has one of its own.

use super::codes::{ResultCode, SupplyCode};
use super::pushes::*;
use super::replies::*;
use super::requests::*;
use super::rules;
use crate::message::Doc;
use crate::message::definition::{Field, Message, Presence, Rule};

/// One interface: who calls, what is said, what is replied.
pub struct Interface {
    /// The name, such as `submitOrder`.
    pub name: &'static str,
    /// Its name, with the spec's section.
    pub doc: Doc,
    /// The caller.
    pub direction: Direction,
    /// The request as it travels inside the envelope: for calls to Meituan the fields named in [`COMMON`], then the
    /// business parameters.
    pub request: &'static Message,
    /// The business reply as it travels: `{code, message, data}`.
    pub reply: &'static Message,
    /// Whether it is about one order.
    pub is_about_order: bool,
    /// Fields by which a push is known that comes to the path of order events.
    pub marks: &'static [&'static str],
    /// How a push is known again; calls to Meituan have no such key.
    pub repeats: Option<RepeatKey>,
}

/// By its name.
impl std::fmt::Debug for Interface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Interface").field(&self.name).finish()
    }
}

/// How a push is known again: its parts with a colon before each, after the key's name.
#[derive(Debug, Clone, Copy)]
pub struct RepeatKey {
    /// The beginning, which is no other push's.
    pub name: &'static str,
    /// The parts of its key. If one of them is missing, the push is known by its content.
    pub parts: &'static [KeyPart],
}

/// A part of a [`RepeatKey`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum KeyPart {
    /// The first of these fields that is there and not empty.
    FirstOf(&'static [&'static str]),
    /// A field that may be missing: the part is empty then.
    Perhaps(&'static str),
    /// A field of a nested object.
    Inside(&'static str, &'static str),
    /// A number.
    Number(&'static str),
}

impl KeyPart {
    /// The fields, as they are shown to people.
    pub fn fields(&self) -> String {
        match self {
            KeyPart::FirstOf(names) => names.join(" | "),
            KeyPart::Perhaps(name) => [*name, "?"].concat(),
            KeyPart::Inside(object, name) => [*object, ".", *name].concat(),
            KeyPart::Number(name) => (*name).to_owned(),
        }
    }
}

/// The caller. Exhaustive: an interface has two sides, and one of them calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The enterprise calls Meituan.
    ToMeituan {
        /// The method inside the envelope, such as `dache.submit.order`.
        method: &'static str,
        /// The path below the host, such as `/dache/submitOrder`.
        path: &'static str,
    },
    /// Meituan pushes to the enterprise, at an address that was agreed on.
    ToEnterprise,
}

impl Interface {
    /// The interface of this name.
    pub fn named(name: &str) -> Option<&'static Interface> {
        INTERFACES.iter().find(|interface| interface.name == name).copied()
    }

    /// The interface of this method.
    pub fn of_method(method: &str) -> Option<&'static Interface> {
        let is = |interface: &&&Interface| matches!(interface.direction, Direction::ToMeituan { method: own, .. } if own == method);
        INTERFACES.iter().find(is).copied()
    }

    /// Whether Meituan pushes it.
    pub fn is_push(&self) -> bool {
        self.direction == Direction::ToEnterprise
    }
}

/// The fields of a request to Meituan that the library writes. A program may give `supplyCode`, and none of the others.
pub const COMMON: [&str; 4] = ["supplyCode", "entId", "method", "ts"];

const COMMON_FIELDS: [Field; COMMON.len()] = [
    Field {
        name: COMMON[0],
        aliases: &[],
        kind: crate::field_kind!(code(SupplyCode)),
        presence: Presence::Required,
        doc: crate::doc_text!("供给类型，固定为 1 · The kind of supply: always 1."),
    },
    Field {
        name: COMMON[1],
        aliases: &[],
        kind: crate::field_kind!(id),
        presence: Presence::Required,
        doc: crate::doc_text!("企业编号（公共参数） · The enterprise (common parameter)."),
    },
    Field {
        name: COMMON[2],
        aliases: &[],
        kind: crate::field_kind!(string),
        presence: Presence::Required,
        doc: crate::doc_text!("接口方法名（公共参数） · The method (common parameter)."),
    },
    Field {
        name: COMMON[3],
        aliases: &[],
        kind: crate::field_kind!(milliseconds),
        presence: Presence::Required,
        doc: crate::doc_text!(
            "发送时间（公共参数）：秒级时间戳，新版为毫秒 · When it was sent (common parameter): epoch seconds; milliseconds in the newer generation."
        ),
    },
];

/// The common fields, then those of `business`. `LENGTH` is the number of both.
const fn with_common<const LENGTH: usize>(business: &[Field]) -> [Field; LENGTH] {
    let mut fields = [COMMON_FIELDS[0]; LENGTH];
    let mut index = 1;
    while index < LENGTH {
        fields[index] = if index < COMMON.len() { COMMON_FIELDS[index] } else { business[index - COMMON.len()] };
        index += 1;
    }
    fields
}

const MESSAGE: Field = Field {
    name: "message",
    aliases: &[],
    kind: crate::field_kind!(string),
    presence: Presence::Nullable,
    doc: crate::doc_text!(
        "响应提示信息；文档有的地方写作数字，实际总是字符串 · In words; documented as a number in places, always seen as a string."
    ),
};

/// The rules of a reply whose data must be there, or need not.
const fn rules_of(data: Presence) -> &'static [&'static Rule] {
    if let Presence::OnSuccess = data { &[rules::REPLY_COMPLETE] } else { &[] }
}

/// `$d` is a dollar sign, for the macro that is made of the table.
macro_rules! interfaces {
    (
        ($d:tt)
        to Meituan {$(
            $(#[doc = $doc:expr])*
            $constant:ident $request:ident $name:literal, $method:literal $path:literal {
                data $kind:ident $(($($argument:tt)*))?, $presence:ident;
                about { $($order:ident)? }
            }
        )*}
        from Meituan {$(
            $(#[doc = $push_doc:expr])*
            $push:ident $body:ident($held:ty) $push_name:literal {
                about { $($push_order:ident)? }
                marks [$($mark:literal),*];
                repeats $key:literal [$($part:ident($($of:expr),*)),*];
            }
        )*}
    ) => {
        $(
            $(#[doc = $doc])*
            pub static $constant: Interface = Interface {
                name: $name,
                doc: crate::doc_text!($($doc),*),
                direction: Direction::ToMeituan { method: $method, path: $path },
                request: &Message {
                    name: crate::doc_text!(@name concat!("ride.", $name, ".request")),
                    fields: &with_common::<{ COMMON.len() + <$request>::MESSAGE.fields.len() }>(<$request>::MESSAGE.fields),
                    rules: <$request>::MESSAGE.rules,
                    doc: <$request>::MESSAGE.doc,
                },
                reply: &Message {
                    name: crate::doc_text!(@name concat!("ride.", $name, ".response")),
                    fields: &[
                        Field {
                            name: "code",
                            aliases: &[],
                            kind: crate::field_kind!(code(ResultCode)),
                            presence: Presence::Required,
                            doc: crate::doc_text!("业务状态码：0 是唯一的成功 · The outcome: 0 is the only success."),
                        },
                        MESSAGE,
                        Field {
                            name: "data",
                            aliases: &[],
                            kind: crate::field_kind!($kind $(($($argument)*))?),
                            presence: crate::field_presence!($presence),
                            doc: crate::doc_text!("所请求的结果 · The result."),
                        },
                    ],
                    rules: rules_of(crate::field_presence!($presence)),
                    doc: crate::doc_text!($($doc),*),
                },
                is_about_order: { let order: &[&str] = &[$(stringify!($order))?]; !order.is_empty() },
                marks: &[],
                repeats: None,
            };
        )*
        $(
            $(#[doc = $push_doc])*
            pub static $push: Interface = Interface {
                name: $push_name,
                doc: crate::doc_text!($($push_doc),*),
                direction: Direction::ToEnterprise,
                request: &Message {
                    name: crate::doc_text!(@name concat!("ride.", $push_name, ".request")),
                    fields: <$body>::MESSAGE.fields,
                    rules: <$body>::MESSAGE.rules,
                    doc: <$body>::MESSAGE.doc,
                },
                reply: &Message {
                    name: crate::doc_text!(@name concat!("ride.", $push_name, ".response")),
                    fields: &[
                        Field {
                            name: "code",
                            aliases: &[],
                            kind: crate::field_kind!(integer),
                            presence: Presence::Required,
                            doc: crate::doc_text!("0 表示已收到；其他均为失败。失败会触发重试：文档仅在 10.4（退款）写明 · 0: received. Anything else is a failure. That Meituan then pushes again, the ride spec says of refunds alone (10.4)."),
                        },
                        MESSAGE,
                        Field {
                            name: "data",
                            aliases: &[],
                            kind: crate::field_kind!(raw),
                            presence: Presence::Nullable,
                            doc: crate::doc_text!("不返回（文档 10.4；4.4 没有此字段） · Nothing is returned (ride spec 10.4; 4.4 does not have the field)."),
                        },
                    ],
                    rules: &[],
                    doc: crate::doc_text!($($push_doc),*),
                },
                is_about_order: { let order: &[&str] = &[$(stringify!($push_order))?]; !order.is_empty() },
                marks: &[$($mark),*],
                repeats: Some(RepeatKey { name: $key, parts: &[$(KeyPart::$part($($of),*)),*] }),
            };
        )*

        /// Every interface: first the calls to Meituan, then its pushes.
        pub static INTERFACES: &[&Interface] = &[$(&$constant,)* $(&$push),*];

        /// Hands the interfaces to another macro, which makes the Rust types of them.
        macro_rules! with_interfaces {
            ($d callback:ident) => {
                $d callback! {
                    $([$constant $request $kind $(($($argument)*))?])*
                    $({$push $body($held) ($($push_order)?) [$($mark)*]})*
                }
            };
        }
        pub(super) use with_interfaces;
    };
}

interfaces! {
    ($)
    to Meituan {
        /// 1.查询周边运力 · drivers near a position.
        QUERY_NEAR_BY_DRIVERS QueryNearByDrivers "queryNearByDrivers", "dache.query.nearby.driver" "/dache/queryNearByDrivers" {
            data list(object(NearbyDriver)), optional;
            about {}
        }

        /// 2.查询预估价 · the estimated price of a ride.
        QUERY_ESTIMATED_PRICE QueryEstimatedPrice "queryEstimatedPrice", "dache.query.estimated.price" "/dache/queryEstimatedPrice" {
            data object(Estimates), on_success;
            about {}
        }

        /// 3.下单 · submit an order.
        SUBMIT_ORDER SubmitOrder "submitOrder", "dache.submit.order" "/dache/submitOrder" {
            data object(SubmittedOrder), on_success;
            about { order }
        }

        /// 5.企业派单 · take an offered driver.
        CONFIRM_ORDER ConfirmOrder "confirmOrder", "dache.confirm.order" "/dache/confirmOrder" {
            data raw, nullable;
            about { order }
        }

        /// 6.取消订单 · cancel an order, or ask what it would cost.
        CANCEL_ORDER CancelOrder "cancelOrder", "dache.cancel.order" "/dache/cancelOrder" {
            data object(CancelFee), optional;
            about { order }
        }

        /// 7.实时订单状态拉取 · the true state of an order.
        QUERY_REAL_TIME_ORDER QueryRealTimeOrder "queryRealTimeOrder", "dache.query.real.time.order" "/dache/queryRealTimeOrder" {
            data object(OrderDetail), on_success;
            about { order }
        }

        /// 8.通知支付完成 · report that an order is paid.
        NOTIFY_PAID_RESULT NotifyPaidResult "notifyPaidResult", "dache.notify.paid.result" "/dache/notifyPaidResult" {
            data raw, nullable;
            about { order }
        }
    }
    from Meituan {
        /// 4.向企业提交运力 · a car is offered for an order.
        CAPACITY_OFFERED CapacityOffered(Box<CapacityOffered>) "capacityOffered" {
            about { order }
            marks ["submitDriveInfo"];
            repeats "capacity" [FirstOf(&["mtOrderId"]), Perhaps("mtDispatchSubOrderId"), Inside("submitDriveInfo", "driverId")];
        }

        /// 9.订单事件变更推送 · something happened to an order.
        ORDER_CHANGED OrderChanged(OrderChanged) "orderChanged" {
            about { order }
            marks [];
            repeats "event" [
                FirstOf(&["mtOrderId", "channelPartnerOrderId", "sqtBizOrderId"]), Number("eventCode"), Number("eventTime")
            ];
        }

        /// 10.退款事件推送 · a refund.
        REFUNDED Refunded(Refunded) "refunded" {
            about { order }
            marks ["sqtRefundNo", "refundStatus", "refundAmount"];
            repeats "refund" [FirstOf(&["sqtRefundNo"])];
        }
    }
}

// No push has the key of another one.
const _: () = {
    let mut index = 0;
    while index < INTERFACES.len() {
        let mut other = 0;
        while other < index {
            if let (Some(one), Some(two)) = (&INTERFACES[index].repeats, &INTERFACES[other].repeats) {
                assert!(!is_same(one.name.as_bytes(), two.name.as_bytes()), "a push has a key of its own");
            }
            other += 1;
        }
        index += 1;
    }
};

const fn is_same(one: &[u8], two: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < two.len() && one[index] == two[index] {
        index += 1;
    }
    index == one.len() && index == two.len()
}
