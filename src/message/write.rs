//! Packed form to JSON, in either notation.

use super::definition::{Kind, Message};
use super::json::{ObjectWriter, push_list, push_object, quoted};
use super::notation::Notation;
use super::packed::{ABSENT, high, low};
use super::span::Span;
use super::{Packed, View};
use crate::digits::push_integer;
use crate::money::{Fen, push_yuan};
use crate::time::{Timestamp, wall_clock};

/// Appends the object in slot 0 of `packed`, which was read from `source` as `message`.
pub fn write(message: &'static Message, packed: &Packed, source: &[u8], notation: Notation, out: &mut Vec<u8>) {
    let writer = Writer { packed, source, notation };
    match packed.slots.first() {
        Some(&slot) if slot != ABSENT => writer.object(message, low(slot), out),
        _ => out.extend_from_slice(b"null"),
    }
}

struct Writer<'w> {
    packed: &'w Packed,
    source: &'w [u8],
    notation: Notation,
}

impl Writer<'_> {
    fn value(&self, kind: &'static Kind, slot: u64, out: &mut Vec<u8>) {
        let piece = || Span(slot).of(self.source);
        let integer = || f64::from_bits(slot) as i64;
        match *kind {
            Kind::String { .. } | Kind::Date => self.text(Span(slot), out),
            Kind::Id if self.notation != Notation::Wire => self.text(Span(slot), out),
            Kind::Id | Kind::Decimal { .. } | Kind::Raw => out.extend_from_slice(piece()),
            Kind::Yuan { sentinel } if self.notation == Notation::Wire && Some(integer()) != sentinel.map(i64::from) => {
                push_yuan(out, Fen(integer()))
            }
            Kind::WallClock if self.notation == Notation::Wire => quoted(wall_clock(Timestamp(integer())).as_bytes(), out),
            Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Timestamp | Kind::WallClock => {
                push_integer(out, integer());
            }
            Kind::Flag => out.extend_from_slice(if integer() == 0 { b"false" } else { b"true" }),
            Kind::Object(message) => self.object(message, low(slot), out),
            Kind::List { item, .. } => self.list(item, slot, out),
            Kind::StringMap => {
                let entries = self.packed.slots.get(low(slot)..low(slot) + 2 * high(slot)).unwrap_or_default();
                push_object(out, |object| {
                    for entry in entries.chunks_exact(2) {
                        let out = object.separate();
                        self.text(Span(entry[0]), out);
                        out.push(b':');
                        self.text(Span(entry[1]), out);
                    }
                });
            }
        }
    }

    /// The pieces of a string keep their escapes from the source, so they are valid as they are; mostly their quotes are there too.
    fn text(&self, span: Span, out: &mut Vec<u8>) {
        match self.source.get(span.start().wrapping_sub(1)..span.end() + 1) {
            Some(piece @ [b'"', .., b'"']) => out.extend_from_slice(piece),
            _ => quoted(span.of(self.source), out),
        }
    }

    fn object(&self, message: &'static Message, block: usize, out: &mut Vec<u8>) {
        let view = View { slots: &self.packed.slots, source: self.source, message, block };
        let mut object = ObjectWriter::begin(out);
        for (index, field) in message.fields.iter().enumerate() {
            let Some(slot) = view.slot_at(index) else { continue };
            self.value(&field.kind, slot, object.entry(field.name));
        }
        object.end();
    }

    /// A list of strings as it is in the source, if nothing but commas is between them there: then the lengths of all add up.
    fn compact_texts(&self, slot: u64) -> Option<&[u8]> {
        let items = self.packed.slots.get(low(slot)..low(slot) + high(slot))?;
        let (first, last) = (Span(*items.first()?), Span(*items.last()?));
        let whole = self.source.get(first.start().checked_sub(2)?..last.end() + 2)?;
        let compact: usize = items.iter().map(|&item| Span(item).length() + 3).sum();
        (whole.len() == compact + 1 && matches!(whole, [b'[', b'"', .., b'"', b']'])).then_some(whole)
    }

    fn list(&self, item: &'static Kind, slot: u64, out: &mut Vec<u8>) {
        if let Kind::String { .. } = item
            && let Some(whole) = self.compact_texts(slot)
        {
            out.extend_from_slice(whole);
            return;
        }
        let mut at = low(slot);
        push_list(0..high(slot), out, |_, out| {
            if let Kind::Object(message) = item {
                self.object(message, at, out);
                at = self.packed.slots.get(at.wrapping_sub(1)).map_or(0, |&next| low(next));
            } else if let Some(&value) = self.packed.slots.get(at) {
                self.value(item, value, out);
                at += 1;
            }
        });
    }
}
