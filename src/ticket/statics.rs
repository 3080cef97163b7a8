//! The static of each interface, and the list of them: made of the table in `interfaces`.

use super::call_facts::{About, Call, Direction, Encryption, Need, Work};
use super::calls::*;
use super::codes::*;
use super::interfaces::interfaces;
use super::notices::*;
use super::products::*;
use super::rules;
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
        kind: crate::field_kind!(string),
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

/// What an outcome beside success says of the answer.
#[derive(Clone, Copy)]
enum Says {
    /// It is put off.
    Pending,
    /// It was given before.
    Already,
}

/// The only outcome that says so; nothing where there is none.
const fn outcome_that(wanted: Says, outcomes: &[(Says, i32)]) -> Option<i32> {
    let (mut found, mut at) = (None, 0);
    while at < outcomes.len() {
        let (says, code) = outcomes[at];
        if says as u8 == wanted as u8 {
            assert!(found.is_none(), "a program says it in one way");
            found = Some(code);
        }
        at += 1;
    }
    found
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
macro_rules! statics {
    (
        ($d:tt)
        from Meituan {$(
            $(#[doc = $doc:expr])*
            $constant:ident $variant:ident $name:literal {
                request { $($request:ident $(($($request_of:tt)*))?)? }
                reply $codes:ident { $($reply:ident $(($($reply_of:tt)*))?)? } $(with { $($more:tt)* })?
                failure $failure:ident;
                outcomes { $($says:ident $outcome:ident $words:literal;)* }
                echoes [$($echo:ident $echo_wire:literal),*] { $($known:ident $known_wire:literal)? }
                times [$($time:literal),*];
                repeats [$($repeat:ident $repeat_wire:literal),*];
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
                    "describe": string, required;
                    $($($more)*)?
                    $("body": $reply $(($($reply_of)*))?, on_success;)?
                }),
                codes: $codes::VALUES,
                failure: $codes::$failure.0,
                outcomes: &[$($codes::$outcome.0),*],
                pending: outcome_that(Says::Pending, &[$((Says::$says, $codes::$outcome.0)),*]),
                already: outcome_that(Says::Already, &[$((Says::$says, $codes::$outcome.0)),*]),
                encryption: Encryption::$encryption,
                echoes: &[$($echo_wire,)* $($known_wire)?],
                known_echo: perhaps!($($known_wire)?),
                times: &[$($time),*],
                repeats: &[$($repeat_wire),*],
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
                already: None,
                encryption: Encryption::$notice_encryption,
                echoes: &[],
                known_echo: None,
                times: &[],
                repeats: &[],
                about: About::$notice_about,
                work: Work::Nothing,
                need: Need::$notice_need $(($notice_item))?,
            };
        )*

        /// Every interface: first the calls of Meituan, then the notices.
        pub static CALLS: &[&Call] = &[$(&$constant,)* $(&$notice),*];

        // An order is known by its number, and what is about none has no field of it.
        $(const _: () = {
            let numbers: &[&str] = &[$(stringify!($order_id))?];
            assert!(matches!(About::$about, About::Order) == (numbers.len() == 1), "the number of the order, or About::Other");
            // They are written behind the fields that the reply repeats.
            assert!($constant.times.is_empty() || $constant.times.len() == 2 && !$constant.echoes.is_empty(), "two times, or none");
        };)*

        /// Hands the interfaces to another macro, which makes the Rust types of them. Bodies come twice: in parts, and as one token.
        macro_rules! with_interfaces {
            ($d callback:ident) => {
                $d callback! {
                    $([$constant $variant $name ($($request $(($($request_of)*))?)?) $codes ($($reply $(($($reply_of)*))?)?)
                        ([$($echo $echo_wire)*] [$($known $known_wire)?]) ($($order_id)?) ($($request $(($($request_of)*))?)?) ($($reply $(($($reply_of)*))?)?) ($($repeat)*) $work])*
                    $({$notice $kind $(($($of)*))?})*
                }
            };
        }
        pub(super) use with_interfaces;
    };
}

interfaces!(statics ($));

impl Call {
    /// The call of this name.
    pub fn named(name: &str) -> Option<&'static Call> {
        CALLS.iter().find(|call| call.name == name).copied()
    }

    /// The interfaces without which Meituan connects no supplier.
    pub fn mandatory() -> impl Iterator<Item = &'static Call> {
        CALLS.iter().copied().filter(|call| call.is_mandatory())
    }
}
