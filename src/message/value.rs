//! Messages and Rust values: from the packed form, and to JSON in program notation, with little code.
//!
//! serde's code for a type of many fields is several kilobytes, and these types are also compiled to wasm. Here a
//! field costs one call: errors in the input were found when it was read, so decoding a value cannot fail.

use super::definition::{Kind, Message, View};
use super::json::{ObjectWriter, push_list, push_object, push_text};
use super::packed::{ABSENT, Packed, high, low};
use super::span::{Span, unescape};
use crate::digits::push_integer;
use crate::money::Fen;
use crate::secret::debug_shows;
use crate::time::{Date, LAST_TIMESTAMP, Timestamp, in_milliseconds};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The type of a field: taken from what was read, put as JSON in program notation. Made for each message by
/// [`messages!`](crate::messages).
pub trait FieldValue: Sized {
    /// The value, or the type's empty value where the field is absent.
    fn decode(slot: Option<Slot<'_>>) -> Self;

    /// Appends the value as JSON.
    fn encode(&self, out: &mut Vec<u8>);

    /// Whether a field of this value is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Personal data, or a code that lets somebody in, as `Debug` shows it: whether there is any.
#[doc(hidden)]
pub fn hidden(value: &impl FieldValue) -> &'static dyn fmt::Debug {
    if value.is_absent() { &None::<()> } else { &Hidden }
}

struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// One value in packed form.
#[derive(Clone, Copy)]
pub struct Slot<'p> {
    slots: &'p [u64],
    source: &'p [u8],
    kind: &'p Kind,
    slot: u64,
}

debug_shows!(Slot<'_> {});

impl<'p> Slot<'p> {
    /// The values of this object's fields, in the definition's order.
    #[inline(never)]
    pub fn fields(slot: Option<Slot<'p>>) -> SlotFields<'p> {
        match slot {
            Some(Slot { slots, source, kind: Kind::Object(message), slot }) => {
                SlotFields(Some(View { slots, source, message, block: low(slot) }), 0)
            }
            _ => SlotFields(None, 0),
        }
    }

    #[inline(never)]
    fn number(slot: Option<Slot<'_>>) -> i64 {
        match slot.map(|slot| (slot.kind, slot.slot)) {
            Some((
                Kind::Integer { .. }
                | Kind::Code(_)
                | Kind::Fen
                | Kind::Yuan { .. }
                | Kind::Timestamp
                | Kind::WallClock
                | Kind::Flag,
                slot,
            )) => f64::from_bits(slot) as i64,
            _ => 0,
        }
    }

    #[inline(never)]
    fn text(slot: Option<Slot<'_>>) -> String {
        match slot {
            Some(Slot {
                kind: Kind::String { .. } | Kind::Id | Kind::Date | Kind::Raw | Kind::Decimal { .. },
                slot,
                source,
                ..
            }) => unescape(&Span(slot), source).into_owned(),
            _ => String::new(),
        }
    }

    /// The piece of the input that it is.
    #[inline]
    pub(super) fn piece(self) -> &'p [u8] {
        Span(self.slot).of(self.source)
    }

    /// The items of this list, each for itself.
    #[inline(never)]
    fn items(slot: Option<Slot<'p>>) -> Vec<Slot<'p>> {
        let Some(Slot { slots, source, kind: Kind::List { item, .. }, slot }) = slot else { return Vec::new() };
        let mut at = low(slot);
        let mut next = |_| {
            let here = if let Kind::Object(_) = item {
                let block = at;
                at = slots.get(block.wrapping_sub(1)).map_or(0, |&link| low(link));
                block as u64
            } else {
                at += 1;
                *slots.get(at - 1).unwrap_or(&ABSENT)
            };
            Slot { slots, source, kind: item, slot: here }
        };
        (0..high(slot)).map(&mut next).collect()
    }
}

/// The values of an object's fields, one after the other.
#[derive(Debug)]
pub struct SlotFields<'p>(Option<View<'p>>, usize);

impl<'p> SlotFields<'p> {
    /// The next field's value; nothing where the field is absent.
    #[allow(clippy::should_implement_trait, reason = "an iterator ends, this does not")]
    #[inline(never)]
    pub fn next(&mut self) -> Option<Slot<'p>> {
        let view = self.0?;
        let field = view.message.fields.get(self.1)?;
        self.1 += 1;
        let slot = view.slot_at(self.1 - 1)?;
        Some(Slot { slots: view.slots, source: view.source, kind: &field.kind, slot })
    }
}

impl Packed {
    /// The object that was read last, as a Rust value. `source` is the input that was read.
    pub fn decode<T: FieldValue>(&self, message: &'static Message, source: &[u8]) -> Option<T> {
        let slot = *self.slots.first()?;
        let kind = Kind::Object(message);
        (slot != ABSENT).then(|| T::decode(Some(Slot { slots: &self.slots, source, kind: &kind, slot })))
    }
}

impl View<'_> {
    /// The object as a Rust value of the type that its definition makes.
    pub fn to_typed<T: FieldValue>(&self) -> T {
        let View { slots, source, message, block } = *self;
        T::decode(Some(Slot { slots, source, kind: &Kind::Object(message), slot: block as u64 }))
    }

    /// A field as a Rust value, where it is there.
    pub fn field_to_typed<T: FieldValue>(&self, name: &str) -> Option<T> {
        self.named(name).map(|slot| T::decode(Some(slot)))
    }

    /// A field as a Rust value.
    pub(crate) fn decode<T: FieldValue>(&self, name: &str) -> T {
        T::decode(self.named(name))
    }

    #[inline(never)]
    fn named(&self, name: &str) -> Option<Slot<'_>> {
        let index = self.message.fields.iter().position(|field| field.name == name)?;
        let (slot, kind) = (self.slot_at(index)?, &self.message.fields[index].kind);
        Some(Slot { slots: self.slots, source: self.source, kind, slot })
    }
}

impl ObjectWriter<'_> {
    /// Appends a field, unless it is absent. The name has nothing in it that JSON escapes.
    #[inline(always)]
    pub fn field(&mut self, name: &str, value: &impl FieldValue) {
        if !value.is_absent() {
            value.encode(self.entry(name));
        }
    }
}

/// In milliseconds, as many as a message can hold.
impl FieldValue for Duration {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        Duration::from_millis(Slot::number(slot).unsigned_abs())
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_integer(out, in_milliseconds(*self).min(LAST_TIMESTAMP));
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        slot.map(|slot| T::decode(Some(slot)))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.encode(out),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        Slot::items(slot).into_iter().map(|item| T::decode(Some(item))).collect()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_list(self, out, T::encode);
    }
}

impl FieldValue for String {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        Slot::text(slot)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_text(self, out);
    }
}

/// Names that are known here; they are only written.
impl FieldValue for &'static str {
    fn decode(_: Option<Slot<'_>>) -> Self {
        ""
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_text(self, out);
    }
}

impl FieldValue for Date {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        slot.and_then(|slot| Date::parse(Span(slot.slot).of(slot.source))).unwrap_or_default()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_text(&self.text(), out);
    }
}

impl FieldValue for BTreeMap<String, String> {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        let Some(Slot { slots, source, kind: Kind::StringMap, slot }) = slot else { return BTreeMap::new() };
        let entries = slots.get(low(slot)..low(slot) + 2 * high(slot)).unwrap_or_default();
        let text = |slot: u64| unescape(&Span(slot), source).into_owned();
        // Collecting would bring a sort into the module, for maps of one or two entries.
        let mut map = BTreeMap::new();
        for entry in entries.chunks_exact(2) {
            map.insert(text(entry[0]), text(entry[1]));
        }
        map
    }

    fn encode(&self, out: &mut Vec<u8>) {
        push_object(out, |object| {
            for (key, value) in self {
                let out = object.separate();
                push_text(key, out);
                out.push(b':');
                push_text(value, out);
            }
        });
    }
}

/// Nothing that is looked at.
impl FieldValue for () {
    fn decode(_: Option<Slot<'_>>) -> Self {}

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }

    fn is_absent(&self) -> bool {
        true
    }
}

impl FieldValue for bool {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        Slot::number(slot) != 0
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

macro_rules! numbers {
    ($($type:ty: $of:expr, $to:expr;)*) => {$(
        impl FieldValue for $type {
            fn decode(slot: Option<Slot<'_>>) -> Self {
                $of(Slot::number(slot))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                push_integer(out, $to(self));
            }
        }
    )*};
}

numbers! {
    i32: |number| number as i32, |value: &i32| i64::from(*value);
    u32: |number| number as u32, |value: &u32| i64::from(*value);
    i64: |number| number, |value: &i64| *value;
    Timestamp: Timestamp, |value: &Timestamp| value.0;
    Fen: Fen, |value: &Fen| value.0;
}

impl FieldValue for f64 {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        Slot::text(slot).parse().unwrap_or_default()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.to_string().as_bytes());
    }
}

/// The same for the values of an enumeration.
#[doc(hidden)]
pub fn put_code(code: i32, out: &mut Vec<u8>) {
    push_integer(out, i64::from(code));
}

/// The same for the values of an enumeration.
#[doc(hidden)]
pub fn take_code(slot: Option<Slot<'_>>) -> i32 {
    Slot::number(slot) as i32
}
