//! How messages, values, words, choices and rules are written down. They become the types and constants of `definition`.

/// A sentence of documentation, or a name: a [`Doc`](crate::message::Doc).
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! doc_text {
    (@name $name:expr) => { $crate::message::Doc::new($name) };
    ($($doc:expr),*) => { $crate::message::Doc::new(concat!($($doc, "\n"),*)) };
}

/// Writes down messages: see the module's example. Each becomes a Rust type with a constant `MESSAGE`. A field whose values are
/// personal data has the word `personal` after its presence, and one whose values let somebody in the word `bearer`: `Debug` shows
/// neither. A duration, which serde has in seconds and nanoseconds, names the module that has it in milliseconds.
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! messages {
    ($(
        $(#[doc = $doc:expr])*
        $type:ident $(rules [$($rule:expr),* $(,)?])? {
            $(
                $(#[doc = $field_doc:expr])*
                $field:ident $wire:literal: $kind:ident $(($($argument:tt)*))?, $presence:ident $($personal:ident)?
                    $(, aliases [$($alias:literal),*])? $(, serde $with:literal)?;
            )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        ///
        /// serde writes and reads it in program notation, never the wire's: amounts are integer fen (58 is 0.58 yuan), ids strings,
        /// times epoch milliseconds.
        #[derive(Clone, PartialEq, Default, $crate::message::serde::Serialize, $crate::message::serde::Deserialize)]
        #[serde(crate = "meituan_protocol::message::serde")]
        pub struct $type {
            $(
                $(#[doc = $field_doc])*
                #[serde(rename = $wire $(, default, with = $with)?)]
                pub $field: $crate::field_type!($presence, $kind $(($($argument)*))?),
            )*
        }

        impl $type {
            /// The definition that this type is made from.
            pub const MESSAGE: &'static $crate::message::definition::Message = &$crate::message::definition::Message {
                name: $crate::doc_text!(@name stringify!($type)),
                fields: &[$(
                    $crate::message::definition::Field {
                        name: $wire,
                        aliases: &[$($($alias),*)?],
                        kind: $crate::field_kind!($kind $(($($argument)*))?),
                        presence: $crate::field_presence!($presence),
                        doc: $crate::doc_text!($($field_doc),*),
                    },
                )*],
                rules: &[$($($rule),*)?],
                doc: $crate::doc_text!($($doc),*),
            };

            $(
                $(#[doc = $field_doc])*
                #[allow(dead_code, reason = "a private message is not built field by field")]
                #[must_use]
                pub fn $field(mut self, value: impl Into<$crate::kind_type!($kind $(($($argument)*))?)>) -> Self {
                    self.$field = $crate::field_set!($presence, value.into());
                    self
                }
            )*
        }

        /// Neither personal data nor codes that let somebody in are shown.
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), $crate::shown_field!(self.$field $(, $personal)?)))*
                    .finish()
            }
        }

        impl $crate::message::value::FieldValue for $type {
            #[allow(unused_mut, unused_variables, reason = "a message may have no field")]
            fn decode(slot: Option<$crate::message::value::Slot<'_>>) -> Self {
                let mut fields = $crate::message::value::Slot::fields(slot);
                $type { $($field: $crate::message::value::FieldValue::decode(fields.next()),)* }
            }

            #[allow(unused_mut, reason = "a message may have no field")]
            fn encode(&self, out: &mut Vec<u8>) {
                let mut object = $crate::message::json::ObjectWriter::begin(out);
                $(object.field($wire, &self.$field);)*
                object.end();
            }
        }
    )*};
}

/// A field's value, where it is there.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! field_set {
    (required, $value:expr) => {
        $value
    };
    (key, $value:expr) => {
        $value
    };
    ($presence:ident, $value:expr) => {
        Some($value)
    };
}

/// A field, as `Debug` shows it.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! shown_field {
    ($value:expr) => {
        &$value
    };
    ($value:expr, personal) => {
        $crate::message::value::hidden(&$value)
    };
    ($value:expr, bearer) => {
        $crate::message::value::hidden(&$value)
    };
}

/// The [`Presence`] that a definition's last word means.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! field_presence {
    (required) => {
        $crate::message::definition::Presence::Required
    };
    (key) => {
        $crate::message::definition::Presence::Key
    };
    (on_success) => {
        $crate::message::definition::Presence::OnSuccess
    };
    (optional) => {
        $crate::message::definition::Presence::Optional
    };
    (lenient) => {
        $crate::message::definition::Presence::Lenient
    };
    (nullable) => {
        $crate::message::definition::Presence::Nullable
    };
}

/// The Rust type of a field.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! field_type {
    (required, $($kind:tt)*) => { $crate::kind_type!($($kind)*) };
    (key, $($kind:tt)*) => { $crate::kind_type!($($kind)*) };
    ($presence:ident, $($kind:tt)*) => { Option<$crate::kind_type!($($kind)*)> };
}

/// The Rust type of a kind.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! kind_type {
    (id) => { $crate::message::Id };
    (integer) => { i32 };
    (integer($min:literal..$max:literal)) => { i32 };
    (count) => { u32 };
    (count(1..)) => { u32 };
    (long) => { i64 };
    (milliseconds) => { $crate::time::Timestamp };
    (duration) => { std::time::Duration };
    (timestamp) => { $crate::time::Timestamp };
    (fen) => { $crate::money::Fen };
    (yuan) => { $crate::money::Fen };
    (yuan(-1)) => { $crate::money::Fen };
    (decimal) => { f64 };
    (decimal($min:literal..$max:literal)) => { f64 };
    (string) => { String };
    (string($documented:literal)) => { String };
    (word($type:path)) => { $type };
    (flag) => { bool };
    (date) => { $crate::time::Date };
    (wall_clock) => { $crate::time::Timestamp };
    (string_map) => { std::collections::BTreeMap<String, String> };
    (raw) => { $crate::message::RawJson };
    (code($type:path)) => { $type };
    (object($type:path)) => { $type };
    (list($max:literal, $($kind:tt)*)) => { Vec<$crate::kind_type!($($kind)*)> };
    (list($($kind:tt)*)) => { Vec<$crate::kind_type!($($kind)*)> };
}

/// [`Bounds`](crate::message::definition::Bounds) that live for ever.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! bounds {
    ($min:expr, $max:expr) => {
        $crate::bounds!($min, $max, false)
    };
    ($min:expr, $max:expr, $were_wider:literal) => {
        &$crate::message::definition::Bounds { min: $min, max: $max, were_wider: $were_wider }
    };
}

/// The [`Kind`] of a field.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! field_kind {
    (id) => { $crate::message::definition::Kind::Id };
    (integer) => { $crate::message::definition::Kind::Integer($crate::bounds!(i32::MIN as i64, i32::MAX as i64)) };
    (integer($min:literal..$max:literal)) => { $crate::message::definition::Kind::Integer($crate::bounds!($min, $max)) };
    (count) => { $crate::message::definition::Kind::Integer($crate::bounds!(0, i32::MAX as i64)) };
    (count(1..)) => { $crate::message::definition::Kind::Integer($crate::bounds!(1, i32::MAX as i64, true)) };
    (long) => { $crate::message::definition::Kind::Integer($crate::bounds!(1 - (1 << 53), (1 << 53) - 1)) };
    (milliseconds) => { $crate::message::definition::Kind::Integer($crate::bounds!(0, $crate::time::LAST_TIMESTAMP, true)) };
    (duration) => { $crate::field_kind!(milliseconds) };
    (timestamp) => { $crate::message::definition::Kind::Timestamp };
    (fen) => { $crate::message::definition::Kind::Fen };
    (yuan) => { $crate::message::definition::Kind::Yuan { sentinel: None } };
    (yuan(-1)) => { $crate::message::definition::Kind::Yuan { sentinel: Some(-1) } };
    (decimal) => { $crate::message::definition::Kind::Decimal($crate::bounds!(i32::MIN as i64, i32::MAX as i64)) };
    (decimal($min:literal..$max:literal)) => { $crate::message::definition::Kind::Decimal($crate::bounds!($min, $max)) };
    (string) => { $crate::message::definition::Kind::string(0) };
    (string($documented:literal)) => { $crate::message::definition::Kind::string($documented) };
    (word($type:path)) => { $crate::message::definition::Kind::word(&<$type>::WORDS) };
    (flag) => { $crate::message::definition::Kind::Flag };
    (date) => { $crate::message::definition::Kind::Date };
    (wall_clock) => { $crate::message::definition::Kind::WallClock };
    (string_map) => { $crate::message::definition::Kind::StringMap };
    (raw) => { $crate::message::definition::Kind::Raw };
    (code($type:path)) => { $crate::message::definition::Kind::Code(<$type>::VALUES) };
    (object($type:path)) => { $crate::message::definition::Kind::Object(<$type>::MESSAGE) };
    (list($max:literal, $($kind:tt)*)) => {
        $crate::message::definition::Kind::List { item: &$crate::field_kind!($($kind)*), max: $max }
    };
    (list($($kind:tt)*)) => {
        $crate::message::definition::Kind::List { item: &$crate::field_kind!($($kind)*), max: 0 }
    };
}

/// Writes down the values of an integer field. The type is open: a number that is not listed is kept as it is. If the list itself
/// is not known to be complete, the word `open` follows the type's name.
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! enumerations {
    ($(
        $(#[doc = $doc:expr])*
        $type:ident $($open:ident)? {
            $( $value:literal = $constant:ident, $meaning:expr; )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[derive($crate::message::serde::Serialize, $crate::message::serde::Deserialize)]
        #[serde(transparent, crate = "meituan_protocol::message::serde")]
        pub struct $type(pub i32);

        impl $type {
            $(
                #[doc = $meaning]
                pub const $constant: $type = $type($value);
            )*
            /// The documented values.
            pub const VALUES: &'static $crate::message::definition::Enumeration = &$crate::message::definition::Enumeration {
                name: stringify!($type),
                doc: $crate::doc_text!($($doc),*),
                is_open: $crate::is_open!($($open)?),
                values: &[$(
                    $crate::message::definition::EnumerationValue {
                        value: $value,
                        name: $crate::doc_text!(@name stringify!($constant)),
                        doc: $crate::doc_text!($meaning),
                    },
                )*],
            };
        }

        impl $crate::message::value::FieldValue for $type {
            fn decode(slot: Option<$crate::message::value::Slot<'_>>) -> Self {
                $type($crate::message::value::take_code(slot))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                $crate::message::value::put_code(self.0, out);
            }
        }

        impl From<$type> for i32 {
            fn from(code: $type) -> i32 {
                code.0
            }
        }
    )*};
}

/// Writes down the words that a string of our own can hold: a Rust type with one value for each.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! words {
    ($(
        $(#[doc = $doc:expr])*
        $type:ident { $( $(#[doc = $meaning:expr])* $name:ident = $word:expr; )* }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type { $( $(#[doc = $meaning])* $name, )* }

        impl $type {
            /// Every word.
            pub const ALL: &'static [$type] = &[$($type::$name),*];

            /// Every word, as it is written.
            pub const WORDS: $crate::message::definition::Words = &[$($word),*];

            /// The word.
            #[inline(never)]
            pub fn as_str(self) -> &'static str {
                match self { $( $type::$name => $word, )* }
            }

            /// The value of this word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl Default for $type {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl $crate::message::value::FieldValue for $type {
            fn decode(slot: Option<$crate::message::value::Slot<'_>>) -> Self {
                Self::named(&String::decode(slot)).unwrap_or_default()
            }

            fn encode(&self, out: &mut Vec<u8>) {
                self.as_str().encode(out);
            }
        }

        impl $crate::message::serde::Serialize for $type {
            fn serialize<S: $crate::message::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::message::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::message::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as $crate::message::serde::Deserialize>::deserialize(deserializer)?;
                Self::named(&word).ok_or_else(|| $crate::message::serde::de::Error::custom("not a known word"))
            }
        }
    )*};
}

/// Writes down a choice: an enum of messages, which in JSON is an object with exactly one field, `{"name": {…}}`. Of a body
/// whose fields are listed (`of`), only those are parsed from JSON: callers look at no others.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! choices {
    (@body $body:ty, $view:ident $name:ident) => {
        $view.decode::<$body>($name)
    };
    (@body $body:ty, $view:ident $name:ident $($field:ident $wire:literal),+) => {{
        let body = $view.object($name)?;
        let mut taken = <$body>::default();
        $( taken.$field = body.decode($wire); )+
        taken
    }};
    (
        $(#[doc = $doc:expr])*
        $type:ident $message:literal {
            $( $(#[doc = $choice_doc:expr])* $choice:ident($body:ty) $name:literal $(of $($field:ident $wire:literal),+)?; )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "one is made at a time, and does not live long")]
        pub enum $type { $( $(#[doc = $choice_doc])* $choice($body), )* }

        $(
            impl From<$body> for $type {
                fn from(body: $body) -> $type {
                    $type::$choice(body)
                }
            }
        )*

        impl $type {
            /// The definition: exactly one of the fields is there.
            pub const MESSAGE: &'static $crate::message::definition::Message = &$crate::message::definition::Message {
                name: $crate::doc_text!(@name $message),
                fields: &[$( $crate::message::definition::Field {
                    name: $name,
                    aliases: &[],
                    kind: $crate::message::definition::Kind::Object(<$body>::MESSAGE),
                    presence: $crate::message::definition::Presence::Optional,
                    doc: $crate::doc_text!($($choice_doc),*),
                }, )*],
                rules: &[],
                doc: $crate::doc_text!($($doc),*),
            };

            /// Its name, as in JSON.
            pub const fn name(&self) -> &'static str {
                match self { $( $type::$choice(_) => $name, )* }
            }

            /// As JSON, in program notation.
            pub fn to_json(&self) -> String {
                let mut out = Vec::new();
                let mut object = $crate::message::json::ObjectWriter::begin(&mut out);
                match self { $( $type::$choice(body) => object.field($name, body), )* }
                object.end();
                String::from_utf8(out).unwrap_or_default()
            }

            /// The one of an object that was read by the definition; nothing where it holds none, or several.
            pub(super) fn decode(view: &$crate::message::View<'_>) -> Option<$type> {
                let mut there = $type::MESSAGE.fields.iter().map(|field| field.name).filter(|name| view.has(name));
                let name = there.next().filter(|_| there.next().is_none())?;
                $type::named(name, view, name)
            }

            /// The one of this name, whose content is in this field.
            pub(super) fn named(name: &str, view: &$crate::message::View<'_>, field: &str) -> Option<$type> {
                match name {
                    $( $name => Some($type::$choice($crate::choices!(@body $body, view field $($($field $wire),+)?))), )*
                    _ => None,
                }
            }
        }
    };
}

/// Whether an enumeration was marked.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! is_open {
    () => {
        false
    };
    (open) => {
        true
    };
}

/// Writes down rules: name, stable id, field, basis, and the function that looks. A static `ALL` lists them.
#[doc(hidden)]
#[cfg_attr(feature = "unstable-engine", macro_export)]
macro_rules! rules {
    ($( $(#[doc = $doc:expr])* $name:ident $id:literal at $at:literal, $basis:ident, $check:expr; )*) => {
        $(
            $(#[doc = $doc])*
            pub(super) const $name: &$crate::message::definition::Rule = &$crate::message::definition::Rule {
                id: $id,
                basis: $crate::message::definition::Basis::$basis,
                at: $at,
                doc: $crate::doc_text!($($doc),*),
                check: $check,
            };
        )*

        /// Every rule about single messages.
        pub static ALL: &[&$crate::message::definition::Rule] = &[$($name),*];
    };
}

// By these paths the crate names them where they are not exported.
#[cfg(not(feature = "unstable-engine"))]
pub(crate) use {
    bounds, choices, doc_text, enumerations, field_kind, field_presence, field_set, field_type, is_open, kind_type, messages,
    rules, shown_field, words,
};
