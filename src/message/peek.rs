//! A first look at JSON, to decide how to read it: a few fields of an object, wherever they are and whatever they hold.

use super::definition::{Field, Kind, Message, Presence};
use super::span::Span;
use super::{Packed, Reading, read, text_of};
use crate::money::parse_decimal;
use crate::{Error, ErrorCode, Issue};
use std::ops::Range;

/// The maximal number of fields that are looked for at once.
const MOST: usize = 6;

/// A definition of these fields.
pub(crate) const fn looking_for(fields: &'static [Field]) -> Message {
    assert!(fields.len() <= MOST);
    Message { name: crate::doc_text!(@name ""), fields, rules: &[], doc: crate::doc_text!("") }
}

/// Adds something that refuses nothing.
#[cold]
#[inline(never)]
pub(crate) fn report(found: &mut Vec<Issue>, code: ErrorCode, path: &str, detail: &str) {
    found.push(Issue { code, refuses: false, path: path.into(), rule: None, detail: detail.into(), offset: 0 });
}

/// The input without the byte order mark that some senders begin with.
pub(crate) fn without_mark<'t>(text: &'t [u8], found: &mut Vec<Issue>) -> &'t [u8] {
    let Some(rest) = text.strip_prefix("\u{feff}".as_bytes()) else { return text };
    report(found, ErrorCode::ByteOrderMark, "", "");
    rest
}

/// A field of any content.
pub(crate) const fn raw(name: &'static str) -> Field {
    Field { name, aliases: &[], kind: Kind::Raw, presence: Presence::Nullable, doc: crate::doc_text!("") }
}

/// The position of each field's value, as far as it was seen.
#[derive(Clone, Copy)]
pub(crate) struct Peek<'s> {
    message: &'static Message,
    source: &'s [u8],
    values: [Option<Span>; MOST],
}

impl<'s> Peek<'s> {
    /// # Errors
    /// When the input is not a JSON object.
    #[inline(never)]
    pub(crate) fn new(message: &'static Message, source: &'s [u8]) -> Result<Self, Error> {
        let mut packed = Packed::default();
        if read(message, source, Reading::WIRE, &mut packed) {
            let view = packed.view(message, source);
            let mut at = 0;
            let values = [(); MOST].map(|()| {
                at += 1;
                view.and_then(|view| view.slot_at(at - 1)).map(Span)
            });
            return Ok(Peek { message, source, values });
        }
        let mut error = Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::InvalidJson, ""));
        // Fields that were not looked for are no findings.
        error.issues.retain(|issue| issue.refuses);
        Err(error)
    }

    /// The position of a field's value; nothing where it is absent or null.
    #[inline(never)]
    pub(crate) fn range(&self, name: &str) -> Option<Range<usize>> {
        let fields = self.message.fields.iter().zip(self.values);
        let (_, value) = fields.into_iter().find(|(field, _)| field.name == name)?;
        value.map(|span| span.start()..span.end())
    }

    /// A field's value as it is written.
    #[inline(never)]
    pub(crate) fn raw(&self, name: &str) -> Option<&'s [u8]> {
        self.source.get(self.range(name)?)
    }

    /// A number, bare or in quotes.
    #[inline(never)]
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        number(self.raw(name)?)
    }

    /// A scalar as a string.
    #[inline(never)]
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        text_of(raw).or_else(|| String::from_utf8(raw.to_vec()).ok())
    }
}

/// Replaces a string by another one.
#[inline(never)]
pub(crate) fn replace(source: &mut Vec<u8>, range: Range<usize>, with: &[u8]) {
    let halves = (source.get(..range.start), source.get(range.end..));
    *source = [halves.0.unwrap_or_default(), with, halves.1.unwrap_or_default()].concat();
}

/// A whole number, bare or in quotes.
#[inline(never)]
pub(crate) fn number(raw: &[u8]) -> Option<i64> {
    let digits = raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(raw);
    parse_decimal(digits, 0)
}
