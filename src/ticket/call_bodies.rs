//! The Rust types of the interfaces: the calls' bodies, and what belongs to them. All of it is made from the table.

use super::statics::with_interfaces;
use super::{Call, calls::*, codes, codes::*, notices::*, products::*};
#[cfg(feature = "testing")]
use crate::message::RawJson;
use crate::message::json::ObjectWriter;
use crate::message::value::FieldValue;
use crate::message::{Id, Packed, Reading, read};
use crate::{Error, ErrorCode};

/// The body of a call's request.
pub trait CallRequest: FieldValue + Into<CallBody> {
    /// The call.
    const CALL: &'static Call;
    /// The body of its reply; `()` where that has none.
    type Reply: CallReply<Code = Self::Code>;
    /// The codes of its reply.
    type Code: Into<i32>;
}

/// The body of a call's reply; `()` for the calls whose reply has none.
pub trait CallReply: FieldValue {
    /// The codes that the reply may carry.
    type Code: Into<i32>;
    /// The call that it replies to; nothing where it may be any that has no body.
    #[doc(hidden)]
    const CALL: Option<&'static Call>;
}

impl CallReply for () {
    type Code = codes::GeneralCode;
    const CALL: Option<&'static Call> = None;
}

/// A message that the supplier sends, and what belongs to it: path, definition and encryption are its call's.
pub trait TicketRequest: FieldValue {
    /// The call.
    const CALL: &'static Call;
}

/// The type of a body, as the table has it.
macro_rules! body_type {
    (()) => { () };
    (($($kind:tt)*)) => { crate::kind_type!($($kind)*) };
}

/// Appends the fields of a request that its reply repeats.
macro_rules! put_repeated {
    ($asked:ident $variant:ident () $echoes:tt $fields:ident) => {};
    ($asked:ident $variant:ident $body:tt ([] []) $fields:ident) => {};
    ($asked:ident $variant:ident $body:tt ([$($echo:ident $wire:literal)*] [$($known:ident $known_wire:literal)?]) $fields:ident) => {
        if let CallBody::$variant(body) = $asked {
            $($fields.field($wire, &body.$echo);)*
            $($fields.field($known_wire, &body.$known.clone().filter(|known| !known.is_empty()));)?
        }
    };
}

macro_rules! types {
    (
        $([$constant:ident $variant:ident $name:literal ($($request:ident $(($($request_of:tt)*))?)?) $codes:ident
            ($($reply:ident $(($($reply_of:tt)*))?)?) $echoes:tt ($($order_id:ident)?) $request_body:tt $reply_body:tt $repeats:tt $work:ident])*
        $({$notice:ident $kind:ident $(($($of:tt)*))?})*
    ) => {
        /// The body of a request, by call.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum CallBody { $(
            #[doc = concat!("See [`", stringify!($constant), "`](super::", stringify!($constant), ").")]
            $variant $((crate::kind_type!($request $(($($request_of)*))?)))?,
        )* }

        $($(
            impl From<crate::kind_type!($request $(($($request_of)*))?)> for CallBody {
                fn from(body: crate::kind_type!($request $(($($request_of)*))?)) -> CallBody {
                    CallBody::$variant(body)
                }
            }

            impl CallRequest for crate::kind_type!($request $(($($request_of)*))?) {
                const CALL: &'static Call = &super::$constant;
                type Reply = body_type!($reply_body);
                type Code = $codes;
            }
        )?)*

        // The type of a body is one call's: that makes its codes known.
        $($(
            impl CallReply for crate::kind_type!($reply $(($($reply_of)*))?) {
                type Code = $codes;
                const CALL: Option<&'static Call> = Some(&super::$constant);
            }

            impl From<super::Reply<crate::kind_type!($reply $(($($reply_of)*))?)>> for super::Reply {
                fn from(reply: super::Reply<crate::kind_type!($reply $(($($reply_of)*))?)>) -> Self {
                    reply.of_any()
                }
            }
        )?)*

        impl CallBody {
            pub(super) fn read(call: &'static Call, packed: &Packed, source: &[u8]) -> Option<Self> {
                $(if std::ptr::eq(call, &super::$constant) {
                    return Some(CallBody::$variant $((
                        packed.view(call.request, source)?.field_to_typed::<crate::kind_type!($request $(($($request_of)*))?)>("body")?
                    ))?);
                })*
                None
            }

            /// Returns the call that it is.
            pub fn call(&self) -> &'static Call {
                match self { $( CallBody::$variant { .. } => &super::$constant, )* }
            }

            /// Returns the order that it is about, if it is about one.
            pub fn order_id(&self) -> Option<Id> {
                $($(if let CallBody::$variant(body) = self {
                    return Some(body.$order_id);
                })?)*
                None
            }

            /// Returns the fields that its reply repeats, in program notation. One that may be missing is left out where it says nothing.
            pub(super) fn repeated(&self) -> Vec<u8> {
                let mut out = Vec::new();
                let mut fields = ObjectWriter::begin(&mut out);
                $(put_repeated!(self $variant $request_body $echoes fields);)*
                fields.end();
                out
            }

            /// What it asks, in program notation; nothing where the call has no body.
            #[cfg(feature = "testing")]
            pub(crate) fn body(&self) -> Option<RawJson> {
                $($(if let CallBody::$variant(body) = self {
                    let body: &crate::kind_type!($request $(($($request_of)*))?) = body;
                    return Some(RawJson::of(body));
                })?)*
                None
            }
        }

        $(impl TicketRequest for crate::kind_type!($kind $(($($of)*))?) {
            const CALL: &'static Call = &super::$notice;
        })*
    };
}

with_interfaces!(types);
pub(super) use body_type;

impl From<super::Reply<()>> for super::Reply {
    fn from(reply: super::Reply<()>) -> Self {
        reply.of_any()
    }
}

impl CallBody {
    /// Reads a request of Meituan's from the wire: for tests, logs and tools.
    ///
    /// # Errors
    /// The first thing that refuses it; `UNKNOWN_ROUTE` where it is no call of Meituan's.
    pub fn from_wire(call: &'static Call, wire: &[u8]) -> Result<CallBody, Error> {
        if !call.is_to_supplier() {
            return Err(Error::at(ErrorCode::UnknownRoute, "").detail(call.name));
        }
        let mut packed = Packed::default();
        read(call.request, wire, Reading::WIRE, &mut packed);
        match Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => CallBody::read(call, &packed, wire).ok_or_else(|| Error::at(ErrorCode::MissingField, "body")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::definition::{Field, Kind, Presence};
    use crate::message::serde_check::{agrees, example};
    use crate::ticket::{CALLS, Direction, read_body};

    macro_rules! each_body {
        (
            $([$constant:ident $variant:ident $name:literal ($($request:ident $(($($request_of:tt)*))?)?) $codes:ident
                ($($reply:ident $(($($reply_of:tt)*))?)?) $($rest:tt)*])*
            $({$notice:ident $kind:ident $(($($of:tt)*))?})*
        ) => {
            #[test]
            fn serde_and_the_engine_agree_on_every_body() {
                $($(
                    let body = read_body(&crate::ticket::$constant, false, &example("ticket", $name, "request.json")).unwrap();
                    agrees::<crate::kind_type!($request $(($($request_of)*))?)>($name, &body);
                )?)*
                $($(
                    let body = read_body(&crate::ticket::$constant, true, &example("ticket", $name, "response.json")).unwrap();
                    agrees::<crate::kind_type!($reply $(($($reply_of)*))?)>($name, &body);
                )?)*
                $(
                    let call = &crate::ticket::$notice;
                    let body = read_body(call, false, &example("ticket", call.name, "request.json")).unwrap();
                    agrees::<crate::kind_type!($kind $(($($of)*))?)>(call.name, &body);
                )*
            }
        };
    }
    with_interfaces!(each_body);

    /// Whether somewhere in a value there is one of this kind.
    fn has(kind: &Kind, wanted: fn(&Kind) -> bool) -> bool {
        match kind {
            Kind::Object(message) => message.fields.iter().any(|field| has(&field.kind, wanted)),
            Kind::List { item, .. } => has(item, wanted),
            kind => wanted(kind),
        }
    }

    /// The wire has yuan where serde has fen, and both are numbers: the id, a number on the wire and a string for serde, keeps 58 yuan from
    /// being 58 fen.
    #[test]
    fn whatever_meituan_sends_with_an_amount_has_an_id_that_serde_refuses_on_the_wire() {
        let mut with_amounts = 0;
        for call in CALLS {
            let received = if matches!(call.direction, Direction::ToSupplier) { call.request } else { call.reply };
            let Some(body) = received.fields.iter().find(|field| field.name == "body") else { continue };
            if !has(&body.kind, |kind| matches!(kind, Kind::Yuan { .. })) {
                continue;
            }
            with_amounts += 1;
            let Kind::Object(message) = body.kind else { panic!("{}", call.name) };
            let is_needed = |field: &Field| matches!(field.presence, Presence::Required | Presence::Key);
            assert!(message.fields.iter().any(|field| is_needed(field) && matches!(field.kind, Kind::Id)), "{}", call.name);
        }
        assert!(with_amounts > 1);
    }
}
