//! Which codes say no failure, and in which words: made of the table in `interfaces`. Rules of replies ask for the codes, and the
//! interfaces have these rules.

use super::call_facts::{About, Call};
use super::codes::*;
use super::interfaces::interfaces;

macro_rules! outcomes {
    (
        from Meituan {$(
            $(#[doc = $doc:expr])*
            $constant:ident $variant:ident $name:literal {
                request { $($request:tt)* }
                reply $codes:ident { $($reply:tt)* } $(with { $($more:tt)* })?
                failure $failure:ident;
                outcomes { $($says:ident $outcome:ident $words:literal;)* }
                echoes $echoes:tt { $($known:tt)* }
                times $times:tt;
                repeats $repeats:tt;
                encryption $encryption:ident;
                about $about:ident { $($order_id:ident)? }
                $($rest:tt)*
            }
        )*}
        to Meituan { $($notices:tt)* }
    ) => {
        impl Call {
            /// Whether Meituan acts on a code as on something else than a failure, whichever call about an order it replies to
            /// (acceptance manual, part one, item 1): 200, and what puts off or repeats an answer.
            pub(crate) fn never_fails(code: i64) -> bool {
                code == 200 $(|| (matches!(About::$about, About::Order) && (false $(|| code == $codes::$outcome.0 as i64)*)))*
            }

            /// The codes that Meituan acts on as on something else than a failure, whichever call about an order they reply to.
            pub fn never_failing() -> Vec<i32> {
                let mut codes = vec![200 $($(, $codes::$outcome.0)*)*];
                codes.retain(|&code| Call::never_fails(code.into()));
                codes.sort_unstable();
                codes.dedup();
                codes
            }

            /// The words of an outcome by default.
            #[inline]
            pub(crate) fn words_of(code: i32) -> &'static str {
                $($(if code == $codes::$outcome.0 {
                    return $words;
                })*)*
                "success"
            }
        }
    };
}

interfaces!(outcomes);
