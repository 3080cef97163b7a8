//! The Rust types of the interfaces: requests, pushes, and what belongs to them. All of it is made from the table.

use super::interfaces::with_interfaces;
use super::{Interface, pushes::*, replies::*, requests::*};
use crate::message::Packed;
#[cfg(feature = "testing")]
use crate::message::RawJson;
use crate::message::value::FieldValue;

/// A request to Meituan, and what belongs to it.
pub trait RideRequest: FieldValue {
    /// The interface.
    const INTERFACE: &'static Interface;
    /// The type of `data` in its reply.
    type Data: FieldValue + Default;
    /// The request without what the library writes.
    #[doc(hidden)]
    const MESSAGE: &'static crate::message::definition::Message;
}

/// The type of a reply's data.
macro_rules! data_type {
    (raw) => { () };
    ($($kind:tt)*) => { crate::kind_type!($($kind)*) };
}

macro_rules! types {
    (
        $([$constant:ident $request:ident $($data:tt)*])*
        $({$push:ident $body:ident($held:ty) ($($order:ident)?) $marks:tt})*
    ) => {
        $(impl RideRequest for $request {
            const INTERFACE: &'static Interface = &super::$constant;
            type Data = data_type!($($data)*);
            const MESSAGE: &'static crate::message::definition::Message = $request::MESSAGE;
        })*

        /// A push of Meituan's.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Push {
            $( #[doc = concat!("See [`", stringify!($push), "`](super::", stringify!($push), ").")] $body($held), )*
            /// An order of another business than rides has changed: see [`PackedPush::is_other`](super::PackedPush::is_other).
            Other(OrderChanged),
        }

        $(
            impl From<$body> for Push {
                fn from(body: $body) -> Push {
                    Push::$body(body.into())
                }
            }
        )*

        impl Push {
            pub(super) fn read(interface: &'static Interface, packed: &Packed, source: &[u8]) -> Option<Self> {
                $(if std::ptr::eq(interface, &super::$push) {
                    return Some(Push::$body(packed.view(interface.request, source)?.to_typed::<$body>().into()));
                })*
                None
            }

            /// Returns the interface that it came by.
            pub fn interface(&self) -> &'static Interface {
                match self {
                    $( Push::$body(_) => &super::$push, )*
                    Push::Other(_) => &super::ORDER_CHANGED,
                }
            }

            /// Its fields, in program notation.
            #[cfg(feature = "testing")]
            pub(crate) fn body(&self) -> RawJson {
                $(if let Push::$body(body) = self {
                    let body: &$body = body;
                    return RawJson::of(body);
                })*
                let Push::Other(body) = self else { return RawJson::default() };
                RawJson::of(body)
            }
        }
    };
}

with_interfaces!(types);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::definition::Message;
    use crate::message::serde_check::{agrees, example};
    use crate::message::{Reading, read};

    fn whole<T: FieldValue>(message: &'static Message, text: &[u8]) -> T {
        let mut packed = Packed::default();
        read(message, text, Reading::WIRE, &mut packed);
        packed.view(message, text).unwrap().to_typed()
    }

    fn data<T: FieldValue>(interface: &'static Interface) -> Option<T> {
        let text = example("ride", interface.name, "response.json");
        let mut packed = Packed::default();
        read(interface.reply, &text, Reading::WIRE, &mut packed);
        packed.view(interface.reply, &text).unwrap().field_to_typed("data")
    }

    macro_rules! each_body {
        ($([$constant:ident $request:ident $($data:tt)*])* $({$push:ident $body:ident $($rest:tt)*})*) => {
            #[test]
            fn serde_and_the_engine_agree_on_every_body() {
                $(
                    let interface = &crate::ride::$constant;
                    let request = whole($request::MESSAGE, &example("ride", interface.name, "request.json"));
                    agrees::<$request>(interface.name, &request);
                    match data(interface) {
                        Some(data) => agrees::<data_type!($($data)*)>(interface.name, &data),
                        None => assert_eq!(stringify!($($data)*), "raw", "{}", interface.name),
                    }
                )*
                $(
                    let interface = &crate::ride::$push;
                    agrees::<$body>(interface.name, &whole($body::MESSAGE, &example("ride", interface.name, "request.json")));
                )*
            }
        };
    }
    with_interfaces!(each_body);
}
