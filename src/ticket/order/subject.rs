//! The subject of a call beside its order: the table of interfaces says by which fields its repeats are known.

use super::change::digits;
use crate::ticket::calls::*;
use crate::ticket::codes::CloseType;
use crate::ticket::statics::with_interfaces;
use crate::ticket::{ORDER_CREATE, ORDER_PAY};

/// The body of a call that is known when it is repeated.
pub(super) trait Repeated {
    /// The subject: two calls with the same one are repeats. Nothing where it does not say.
    fn subject(&self) -> Option<String>;
}

/// The part of a field.
trait Part {
    fn part(&self) -> Option<String>;
}

impl Part for String {
    fn part(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Part for Option<String> {
    fn part(&self) -> Option<String> {
        self.clone().filter(|part| !part.is_empty())
    }
}

impl Part for CloseType {
    fn part(&self) -> Option<String> {
        Some(digits(u64::try_from(self.0).unwrap_or_default()))
    }
}

macro_rules! repeated {
    // Nothing is repeated that has an effect.
    ($body:tt ()) => {};
    (($($body:tt)*) ($order_id:ident $($part:ident)*)) => {
        impl Repeated for crate::kind_type!($($body)*) {
            fn subject(&self) -> Option<String> {
                let parts: &[Option<String>] = &[$(self.$part.part()),*];
                Some(parts.iter().cloned().collect::<Option<Vec<_>>>()?.join(":"))
            }
        }
    };
}

macro_rules! subjects {
    (
        $([$constant:ident $variant:ident $name:literal $request:tt $codes:ident $reply:tt $known:tt $order_id:tt
            $request_body:tt $reply_body:tt $repeats:tt $work:ident])*
        $({$($notice:tt)*})*
    ) => {
        $(repeated! { $request_body $repeats })*
    };
}

with_interfaces!(subjects);

// An order is created and issued once: the attempts of these calls have no subject.
const _: () = assert!(ORDER_CREATE.repeats.len() == 1 && ORDER_PAY.repeats.len() == 1);
