//! The types that the definition of a message is made of. `macros` has the notation for it.
//!
//! ```
//! use meituan_protocol::message::definition::*;
//!
//! meituan_protocol::messages! {
//!     /// One code that lets guests in.
//!     Voucher {
//!         /// The code itself.
//!         voucher "voucher": string(20), required;
//!         /// How many tickets it represents.
//!         quantity "quantity": count, optional;
//!     }
//! }
//!
//! assert_eq!(Voucher::MESSAGE.fields[0].name, "voucher");
//! let typed = Voucher { voucher: "910632001657".into(), quantity: Some(2) };
//! assert_eq!(typed, Voucher::default().voucher("910632001657").quantity(2_u32));
//! ```

use crate::secret::debug_shows;
use crate::time::Timestamp;
use std::fmt;
use std::ops::Deref;

/// A sentence for people, or a name: a string. Without the feature `texts` it is empty, and needs no room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    #[cfg(feature = "texts")]
    text: &'static str,
}

impl Doc {
    /// Of a string, which is dropped without the feature `texts`.
    #[cfg_attr(not(feature = "texts"), allow(unused_variables, reason = "it is dropped"))]
    pub const fn new(text: &'static str) -> Doc {
        Doc {
            #[cfg(feature = "texts")]
            text,
        }
    }

    /// Returns the string.
    #[cfg(feature = "texts")]
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// Returns an empty string.
    #[cfg(not(feature = "texts"))]
    pub const fn as_str(self) -> &'static str {
        ""
    }
}

impl Deref for Doc {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// One message or nested object.
#[derive(Debug)]
pub struct Message {
    /// The stable name, such as `ticket.orderCreate.request`, or the type's name for a nested object.
    pub name: Doc,
    /// The fields, in the order in which they are written.
    pub fields: &'static [Field],
    /// The rules between the fields.
    pub rules: &'static [&'static Rule],
    /// Its description.
    pub doc: Doc,
}

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The wire's name.
    pub name: &'static str,
    /// Other names under which it is seen on the wire: read as this field, and reported. Never written.
    pub aliases: &'static [&'static str],
    /// The kind of its value.
    pub kind: Kind,
    /// Whether it must be there.
    pub presence: Presence,
    /// Its description, with its unit and source: in the APIs' messages Chinese, then English after ` · `.
    pub doc: Doc,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Required,
    /// Always, and it names what the message is about: an id that is 0, or a string that is blank, names nothing, and is
    /// refused in what was received too.
    Key,
    /// In a reply whose code says success (200); a pending or failing reply may leave it out.
    OnSuccess,
    /// Not necessarily.
    Optional,
    /// Not necessarily, and what is there on the wire must not cost the rest of the message: what cannot be read is
    /// reported and left out.
    Lenient,
    /// The same, and null is documented there: that is not worth a report.
    Nullable,
}

impl Presence {
    /// Whether the field must be there whatever the message says.
    pub const fn is_required(self) -> bool {
        matches!(self, Presence::Required | Presence::Key)
    }
}

/// The kind of a field's value, on the wire and in a program.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An unsigned 64-bit id. Wire: bare number. Program: string of digits (JavaScript), [`Id`](super::Id) (Rust).
    Id,
    /// An integer within bounds of at most 2^53 - 1, the same in both notations.
    Integer(&'static Bounds),
    /// An integer from a documented list; others are kept and reported.
    Code(&'static Enumeration),
    /// Money. Wire: decimal yuan. Program: integer fen.
    Yuan {
        /// A value that means something else and is not converted, such as -1 for "all of it".
        sentinel: Option<i8>,
    },
    /// Money. Integer fen in both notations.
    Fen,
    /// A decimal number, kept digit by digit, within bounds.
    Decimal(&'static Bounds),
    /// A string. `documented` is the documented length in characters: more than that is reported, not refused.
    String {
        /// Documented length, 0 for none.
        documented: u16,
        /// The words that it can be, where it is one of ours: for types and documents alone.
        #[cfg(feature = "texts")]
        words: &'static Words,
    },
    /// True or false.
    Flag,
    /// A timestamp. Epoch milliseconds in both notations. On the wire epoch seconds and `yyyy-MM-dd HH:mm:ss` in UTC+8 are
    /// read too, and reported.
    Timestamp,
    /// A calendar date, `yyyy-MM-dd` in both notations.
    Date,
    /// A timestamp. Wire: `yyyy-MM-dd HH:mm:ss` in UTC+8. Program: epoch milliseconds.
    WallClock,
    /// A nested object.
    Object(&'static Message),
    /// A list, with its maximal number of items (0: no limit).
    List {
        /// The kind of each item.
        item: &'static Kind,
        /// The documented maximum of items, 0 for none.
        max: u16,
    },
    /// An object whose keys are data, with strings as values.
    StringMap,
    /// Any JSON, kept as it is: a part of the message that is not known to us.
    Raw,
}

impl Kind {
    /// Any string; `documented` as in [`Kind::String`].
    pub const fn string(documented: u16) -> Kind {
        Kind::String {
            documented,
            #[cfg(feature = "texts")]
            words: &NO_WORDS,
        }
    }

    /// A string that is one of these words.
    #[cfg_attr(not(feature = "texts"), allow(unused_variables, reason = "the engine accepts any string"))]
    pub const fn word(words: &'static Words) -> Kind {
        Kind::String {
            documented: 0,
            #[cfg(feature = "texts")]
            words,
        }
    }
}

/// The words that a string can be.
pub type Words = &'static [&'static str];
#[cfg(feature = "texts")]
static NO_WORDS: Words = &[];

/// Bounds of a number.
#[derive(Debug)]
pub struct Bounds {
    /// Smallest.
    pub min: i64,
    /// Largest.
    pub max: i64,
    /// Another version has stored what is beyond: in what was stored, more than the largest counts as the largest, and less than the
    /// smallest is kept down to 0.
    pub were_wider: bool,
}

// There are hundreds of fields.
const _: () = assert!(size_of::<Kind>() == 2 * size_of::<usize>());

/// The documented values of an integer field.
#[derive(Debug)]
pub struct Enumeration {
    /// The type's name.
    pub name: &'static str,
    /// Its description.
    pub doc: Doc,
    /// Whether the list is not known to be whole: what is not listed may be sent, and is reported.
    pub is_open: bool,
    /// The values.
    pub values: &'static [EnumerationValue],
}

/// One documented value.
#[derive(Debug)]
pub struct EnumerationValue {
    /// The number on the wire.
    pub value: i32,
    /// The constant's name.
    pub name: Doc,
    /// Its meaning: Meituan's own words, then English after ` · `.
    pub doc: Doc,
}

/// Something that several fields must satisfy together.
#[derive(Debug)]
pub struct Rule {
    /// The stable id, such as `pay.one-code-per-ticket`.
    pub id: &'static str,
    /// Whether a message that breaks it is refused (Meituan documents it) or only reported (we inferred it).
    pub basis: Basis,
    /// The field it is reported at, below the object that has the rule.
    pub at: &'static str,
    /// Its demand, and the source: Chinese, then English after ` · `.
    pub doc: Doc,
    /// Looks at one object.
    pub check: fn(&View<'_>, &Facts) -> RuleVerdict,
}

/// The source of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// Meituan says so: what breaks it is refused.
    Documented,
    /// We concluded it: what breaks it is reported.
    Inferred,
}

/// The result of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleVerdict {
    /// The fields satisfy the rule, or it does not apply.
    Kept,
    /// They do not.
    Broken,
    /// It needs [`Facts`] that were not given.
    Unchecked,
}

/// Facts that are known beside the message itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// How many tickets the order has.
    pub quantity: Option<u32>,
    /// The time at which the message is looked at.
    pub now: Option<Timestamp>,
    /// A field that the reply repeats and that its request lacked: the reply may lack it too, which is only reported.
    pub left_out: Option<&'static str>,
    /// From here on the input has what a reply repeats of its request: of a field that the program has said before, that is passed
    /// over.
    pub repeated_from: Option<u32>,
}

impl Facts {
    /// Nothing is known.
    pub const NONE: Facts = Facts { quantity: None, now: None, left_out: None, repeated_from: None };
}

/// One object in packed form, seen through its definition.
#[derive(Clone, Copy)]
pub struct View<'p> {
    pub(super) slots: &'p [u64],
    pub(super) source: &'p [u8],
    pub(super) message: &'static Message,
    pub(super) block: usize,
}

debug_shows!(View<'_> {});

#[cfg(test)]
mod tests {
    use super::Doc;

    #[test]
    fn sentences_have_one_type_with_texts_and_without() {
        let has_texts = cfg!(feature = "texts");
        let sentences: [&str; 2] = [&crate::ticket::ORDER_CREATE.doc, &crate::ride::SUBMIT_ORDER.doc];
        assert!(sentences.iter().all(|sentence| sentence.is_empty() != has_texts), "{sentences:?}");
        assert_eq!(size_of::<Doc>() > 0, has_texts);
    }
}
