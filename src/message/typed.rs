//! Packed form to Rust values, and the types that messages need beyond the usual ones.
//!
//! The packed form is a serde data format of its own: a message type derives `Deserialize` and is filled straight
//! from the slots, without going through text again.

use super::definition::Kind;
use super::packed::{Packed, View, high, low};
use super::scan::{Span, unescape};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// An id that Meituan gives: an unsigned 64-bit integer. On the wire a bare number, in JavaScript a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Id).map_err(de::Error::custom)
    }
}

/// JSON that is kept as it is: part of a message whose form is not known to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawJson(String);

impl RawJson {
    /// Any JSON text; refused when it is not JSON.
    pub fn new(text: impl Into<String>) -> Result<Self, crate::Error> {
        let text = text.into();
        let mut packed = Packed::default();
        super::read::read_value(&Kind::Raw, text.as_bytes(), super::Reading::WIRE, &mut packed);
        match crate::Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => Ok(RawJson(text)),
        }
    }

    /// JSON that was read or written here, and need not be looked at again.
    pub(crate) fn verbatim(json: impl Into<Vec<u8>>) -> Self {
        RawJson(String::from_utf8(json.into()).unwrap_or_default())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RawJson {
    fn default() -> Self {
        RawJson("null".into())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &serde_json::value::RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(RawJson)
    }
}

impl<'p> View<'p> {
    /// The object as a Rust value.
    pub fn to_typed<T: Deserialize<'p>>(&self, packed: &'p Packed) -> Option<T> {
        T::deserialize(de::value::MapAccessDeserializer::new(Fields { packed, view: *self, next: 0 })).ok()
    }

    /// A field as a Rust value.
    pub fn field_to_typed<T: Deserialize<'p>>(&self, packed: &'p Packed, name: &str) -> Option<T> {
        let index = self.message.fields.iter().position(|field| field.name == name)?;
        let slot = self.slot_at(index)?;
        T::deserialize(Slot { packed, source: self.source, kind: &self.message.fields[index].kind, slot }).ok()
    }
}

/// Why a packed message could not become a Rust value: the type is not the one of the definition.
#[derive(Debug)]
struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type is not made from this definition")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Mismatch
    }
}

#[derive(Clone, Copy)]
struct Slot<'p> {
    packed: &'p Packed,
    source: &'p [u8],
    kind: &'static Kind,
    slot: u64,
}

impl<'p> Deserializer<'p> for Slot<'p> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'p>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match *self.kind {
            Kind::Id | Kind::Text { .. } | Kind::Date | Kind::Raw => {
                visitor.visit_string(unescape(&Span(self.slot), self.source).into_owned())
            }
            Kind::Decimal { .. } => {
                let text = std::str::from_utf8(Span(self.slot).of(self.source)).map_err(|_| Mismatch)?;
                visitor.visit_f64(text.parse().map_err(|_| Mismatch)?)
            }
            Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Moment | Kind::WallClock => {
                visitor.visit_i64(f64::from_bits(self.slot) as i64)
            }
            Kind::Flag => visitor.visit_bool(f64::from_bits(self.slot) != 0.0),
            Kind::Object(message) => {
                let view = View { slots: &self.packed.slots, source: self.source, message, block: low(self.slot) };
                visitor.visit_map(Fields { packed: self.packed, view, next: 0 })
            }
            Kind::List { item, .. } => visitor.visit_seq(Items {
                packed: self.packed,
                source: self.source,
                item,
                at: low(self.slot),
                left: high(self.slot),
            }),
            Kind::TextMap => {
                visitor.visit_map(Entries { packed: self.packed, source: self.source, at: low(self.slot), left: high(self.slot) })
            }
        }
    }

    fn deserialize_option<V: Visitor<'p>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'p>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        <W: Visitor<'p>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

struct Fields<'p> {
    packed: &'p Packed,
    view: View<'p>,
    next: usize,
}

impl<'p> MapAccess<'p> for Fields<'p> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'p>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        while let Some(field) = self.view.message.fields.get(self.next) {
            self.next += 1;
            if self.view.slot_at(self.next - 1).is_some() {
                return seed.deserialize(field.name.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'p>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let index = self.next.checked_sub(1).ok_or(Mismatch)?;
        let field = self.view.message.fields.get(index).ok_or(Mismatch)?;
        let slot = self.view.slot_at(index).ok_or(Mismatch)?;
        seed.deserialize(Slot { packed: self.packed, source: self.view.source, kind: &field.kind, slot })
    }
}

struct Items<'p> {
    packed: &'p Packed,
    source: &'p [u8],
    item: &'static Kind,
    at: usize,
    left: usize,
}

impl<'p> SeqAccess<'p> for Items<'p> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'p>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let slot = if let Kind::Object(_) = self.item {
            let block = self.at;
            self.at = low(*self.packed.slots.get(block.wrapping_sub(1)).ok_or(Mismatch)?);
            block as u64
        } else {
            self.at += 1;
            *self.packed.slots.get(self.at - 1).ok_or(Mismatch)?
        };
        seed.deserialize(Slot { packed: self.packed, source: self.source, kind: self.item, slot }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

struct Entries<'p> {
    packed: &'p Packed,
    source: &'p [u8],
    at: usize,
    left: usize,
}

impl<'p> Entries<'p> {
    fn take(&mut self) -> Result<Slot<'p>, Mismatch> {
        self.at += 1;
        let slot = *self.packed.slots.get(self.at - 1).ok_or(Mismatch)?;
        Ok(Slot { packed: self.packed, source: self.source, kind: &const { Kind::text(0) }, slot })
    }
}

impl<'p> MapAccess<'p> for Entries<'p> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'p>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let key = self.take()?;
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'p>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let value = self.take()?;
        seed.deserialize(value)
    }
}
