//! Looks at an object in packed form, by the names of its fields.

use super::definition::{Kind, Message, Presence, View};
use super::packed::{ABSENT, Packed, high, low};
use super::single::shows_nothing;
use super::span::{Span, repeated, unescape};
use std::borrow::Cow;

impl Packed {
    /// The object in slot 0 as one of `message`. `source` is the input that was read.
    pub fn view<'p>(&'p self, message: &'static Message, source: &'p [u8]) -> Option<View<'p>> {
        let slot = *self.slots.first()?;
        (slot != ABSENT).then(|| View { slots: &self.slots, source, message, block: low(slot) })
    }
}

/// The content of a slot, for a field of any kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Number,
    Piece,
    Items,
    Object,
}

fn holds(kind: &Kind) -> Holds {
    match kind {
        Kind::Integer(_) | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Timestamp | Kind::WallClock | Kind::Flag => {
            Holds::Number
        }
        Kind::String { .. } | Kind::Id | Kind::Decimal(_) | Kind::Date | Kind::Raw => Holds::Piece,
        Kind::List { .. } | Kind::StringMap => Holds::Items,
        Kind::Object(_) => Holds::Object,
    }
}

fn number(slot: u64) -> i64 {
    f64::from_bits(slot) as i64
}

/// Which field of each object of a list is wanted.
#[derive(Clone, Copy)]
pub(crate) enum Column<'n> {
    Number(&'n str),
    Text(&'n str),
}

impl Column<'_> {
    fn place(self, message: &Message) -> Option<usize> {
        let (Column::Number(name) | Column::Text(name)) = self;
        let index = place(message, name)?;
        let fits = match self {
            Column::Number(_) => holds(&message.fields[index].kind) == Holds::Number,
            Column::Text(_) => matches!(message.fields[index].kind, Kind::String { .. }),
        };
        fits.then_some(index)
    }
}

/// The value of such a field.
#[derive(Clone, Copy)]
pub(crate) struct Cell(u64);

impl Cell {
    pub(crate) fn integer(self) -> Option<i64> {
        (self.0 != ABSENT).then(|| number(self.0))
    }

    pub(crate) fn span(self) -> Option<Span> {
        (self.0 != ABSENT).then_some(Span(self.0))
    }
}

/// Which of the fields has this name. Rules ask for fields by the dozen, and compilers keep each string once: mostly the name
/// that is wanted is the field's own, and nothing has to be compared.
#[inline(always)]
fn place(message: &Message, name: &str) -> Option<usize> {
    let own = message.fields.iter().position(|field| std::ptr::eq(field.name, name));
    own.or_else(|| message.fields.iter().position(|field| field.name == name))
}

impl<'p> View<'p> {
    /// The definition.
    pub fn message(&self) -> &'static Message {
        self.message
    }

    pub(super) fn slot_at(&self, index: usize) -> Option<u64> {
        self.slots.get(self.block + index).copied().filter(|&slot| slot != ABSENT)
    }

    #[inline(always)]
    fn slot(&self, name: &str) -> Option<(u64, &'static Kind)> {
        let index = place(self.message, name)?;
        Some((self.slot_at(index)?, &self.message.fields[index].kind))
    }

    /// The slot of a field that holds this, or [`ABSENT`]: one number is returned sooner than an `Option`.
    #[inline(never)]
    fn slot_of(&self, name: &str, wanted: Option<Holds>) -> u64 {
        match self.slot(name) {
            Some((slot, kind)) if wanted.is_none_or(|wanted| holds(kind) == wanted) => slot,
            _ => ABSENT,
        }
    }

    /// Whether the field is there.
    pub fn has(&self, name: &str) -> bool {
        self.slot_of(name, None) != ABSENT
    }

    /// A whole number: integer, code, money in fen, timestamp in milliseconds, flag.
    #[inline]
    pub fn integer(&self, name: &str) -> Option<i64> {
        let slot = self.slot_of(name, Some(Holds::Number));
        (slot != ABSENT).then(|| number(slot))
    }

    /// A string, an id, a decimal or a date.
    #[inline(never)]
    pub fn string(&self, name: &str) -> Option<Cow<'p, str>> {
        let slot = self.slot_of(name, Some(Holds::Piece));
        (slot != ABSENT).then(|| unescape(&Span(slot), self.source))
    }

    /// The position of a raw value in the input.
    pub(crate) fn raw(&self, name: &str) -> Option<std::ops::Range<usize>> {
        let (slot, Kind::Raw) = self.slot(name)? else { return None };
        let span = Span(slot);
        Some(span.start()..span.end())
    }

    /// How many items a list has.
    pub fn count(&self, name: &str) -> Option<usize> {
        let slot = self.slot_of(name, Some(Holds::Items));
        (slot != ABSENT).then(|| high(slot))
    }

    /// The items of a list of strings, ids or dates.
    pub fn strings(&self, name: &str) -> impl Iterator<Item = Cow<'p, str>> + use<'p> {
        let source = self.source;
        self.spans(name).map(move |span| unescape(&span, source))
    }

    /// A nested object.
    pub fn object(&self, name: &str) -> Option<View<'p>> {
        match self.slot(name)? {
            (slot, Kind::Object(message)) => Some(View { message, block: low(slot), ..*self }),
            _ => None,
        }
    }

    /// Whether all fields of this presence are there.
    pub(crate) fn has_all(&self, presence: Presence) -> bool {
        let mut fields = self.message.fields.iter().enumerate();
        fields.all(|(index, field)| field.presence != presence || self.slot_at(index).is_some())
    }

    /// The same fields of each object of a list. Their places are looked up once.
    pub(crate) fn rows<const N: usize>(
        &self,
        list: &str,
        columns: [Column<'_>; N],
    ) -> impl Iterator<Item = [Cell; N]> + use<'p, N> {
        let mut places = [usize::MAX; N];
        if let Some(first) = self.objects(list).next() {
            for (at, column) in places.iter_mut().zip(columns) {
                *at = column.place(first.message).unwrap_or(usize::MAX);
            }
        }
        self.objects(list).map(move |object| {
            let mut cells = [Cell(ABSENT); N];
            for (cell, place) in cells.iter_mut().zip(places) {
                *cell = Cell(object.slots.get(object.block.wrapping_add(place)).copied().unwrap_or(ABSENT));
            }
            cells
        })
    }

    /// How many different strings these are.
    pub(crate) fn count_distinct(&self, texts: &[Span]) -> usize {
        texts.len() - repeated(texts, self.source).len()
    }

    /// The items of a list of strings, as they are in the input.
    pub(crate) fn spans(&self, name: &str) -> impl Iterator<Item = Span> + use<'p> {
        let (first, count) = match self.slot(name) {
            Some((slot, Kind::List { item: Kind::String { .. } | Kind::Id | Kind::Date, .. })) => (low(slot), high(slot)),
            _ => (0, 0),
        };
        self.slots.get(first..first + count).unwrap_or_default().iter().map(|&slot| Span(slot))
    }

    /// Whether one of these is blank.
    pub(crate) fn is_one_blank(&self, mut texts: impl Iterator<Item = Span>) -> bool {
        texts.any(|text| shows_nothing(&text, self.source))
    }

    /// The items of a list of objects.
    pub fn objects(&self, name: &str) -> impl Iterator<Item = View<'p>> + use<'p> {
        let view = *self;
        let (mut block, count, message) = match self.slot(name) {
            Some((slot, Kind::List { item: Kind::Object(message), .. })) => (low(slot), high(slot), *message),
            _ => (0, 0, self.message),
        };
        (0..count).map(move |_| {
            let here = View { message, block, ..view };
            block = view.slots.get(block.wrapping_sub(1)).map_or(0, |&link| low(link));
            here
        })
    }
}
