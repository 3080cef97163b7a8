//! The walk: JSON in, packed form out, by the definition, in one pass.
//!
//! Reading goes on after a finding, so that all of them are reported at once; only input that is not JSON stops it.

use super::definition::{Basis, Field, Kind, Message, Presence, RuleVerdict, View};
use super::fast_path::{self, Look};
use super::finding::MAX_ISSUES;
use super::notation::{Notation, Reading};
use super::packed::{ABSENT, MAX_BYTES, Packed, Step, pack};
use super::reader::{NULL, Other, REFUSED, Reader};
use super::scan::{Scanner, Stop};
use super::single::{NOT_ZERO, expectation, is_number, shows_nothing};
use super::span::{Span, same, unescape};
use crate::ErrorCode;
use crate::time::WALL_CLOCK_RANGE;

/// Reads `source` as `message` into `packed`, whose former content is dropped. True when nothing refuses it; all
/// findings are in `packed.issues`.
pub fn read(message: &'static Message, source: &[u8], how: Reading, packed: &mut Packed) -> bool {
    read_value(&Kind::Object(message), source, how, packed)
}

/// The same for a value of any kind.
pub(super) fn read_value(kind: &Kind, source: &[u8], how: Reading, packed: &mut Packed) -> bool {
    packed.slots.clear();
    packed.slots.push(ABSENT);
    packed.issues.clear();
    packed.path.clear();
    let mut reader = Reader { scanner: Scanner::new(source), how, packed, others: Vec::new() };
    let outcome = reader.document(kind);
    reader.packed.ascii = outcome.is_ok() && !reader.scanner.beyond_ascii;
    if !reader.packed.ascii
        && let Err(error) = std::str::from_utf8(source)
    {
        // No finding in such an input can be relied on.
        reader.packed.issues.clear();
        reader.packed.slots.truncate(1);
        reader.packed.slots[0] = ABSENT;
        reader.packed.path.clear();
        reader.report(ErrorCode::InvalidUtf8, true, error.valid_up_to(), "");
    } else if let Err(Stop) = outcome {
        let (code, at) = reader.scanner.stopped;
        // There is always room for the reason why nothing was read behind it.
        reader.packed.issues.truncate(MAX_ISSUES - 1);
        reader.report(code, true, at, "");
    }
    !packed.issues.iter().any(|issue| issue.refuses)
}

impl Reader<'_> {
    fn document(&mut self, kind: &Kind) -> Result<(), Stop> {
        if self.scanner.source.len() > MAX_BYTES {
            return self.scanner.stop(ErrorCode::BodyTooLarge, self.scanner.at);
        }
        self.scanner.skip_space();
        let slot = self.value(kind, 0)?;
        self.scanner.finish()?;
        if slot == NULL {
            self.report(ErrorCode::WrongType, true, 0, expectation(kind));
        } else if slot != REFUSED {
            self.packed.slots[0] = slot;
        }
        Ok(())
    }

    fn value(&mut self, kind: &Kind, level: u32) -> Result<u64, Stop> {
        let at = self.scanner.at;
        let Some(first) = self.scanner.peek() else { return self.scanner.unexpected() };
        let kept = matches!(kind, Kind::Raw) && self.how.notation == Notation::Wire;
        if first == b'n' && !kept {
            self.scanner.literal(b"null")?;
            if self.how.notation == Notation::Wire {
                self.report(ErrorCode::NullField, false, at, "");
            }
            return Ok(NULL);
        }
        match (kind, first) {
            (Kind::Object(message), b'{') => self.object(message, level),
            (Kind::List { item, max }, b'[') => self.list(item, *max, level),
            (Kind::StringMap, b'{') => self.text_map(level),
            (Kind::StringMap, b'[') if self.how.notation != Notation::Program => {
                let list = self.scanner.value(level)?;
                Ok(self.map_from_list(list, at))
            }
            (Kind::Raw, _) => Ok(self.scanner.value(level)?.0),
            (Kind::Flag, b't') => self.scanner.literal(b"true").map(|()| 1_f64.to_bits()),
            (Kind::Flag, b'f') => self.scanner.literal(b"false").map(|()| 0_f64.to_bits()),
            (Kind::String { documented, .. }, b'"') => {
                let span = self.scanner.text()?;
                if *documented != 0 && span.length() > usize::from(*documented) {
                    self.check_length(&span, u32::from(*documented), at);
                }
                Ok(span.0)
            }
            (Kind::String { .. }, b'-' | b'0'..=b'9') if self.how.notation == Notation::Wire => {
                let number = self.scanner.number()?;
                self.report(ErrorCode::StringAsNumber, false, at, "");
                Ok(number.0)
            }
            (Kind::String { .. }, b't' | b'f') if self.how.notation == Notation::Wire => {
                let span = self.scanner.value(level)?;
                self.report(ErrorCode::WrongType, false, at, "true or false, read as a string");
                Ok(span.0)
            }
            (Kind::Date | Kind::WallClock, b'"') => {
                let span = self.scanner.text()?;
                Ok(self.timestamp(kind, span, at))
            }
            (Kind::Timestamp, b'"') if self.how.notation == Notation::Wire => {
                let span = self.scanner.text()?;
                if is_number(span.of(self.scanner.source)) {
                    self.note_string(at);
                    return Ok(self.number(kind, span, at));
                }
                let slot = self.timestamp(&Kind::WallClock, span, at);
                // In a program it would be no timestamp.
                if slot < REFUSED && f64::from_bits(slot) < 0.0 {
                    return Ok(self.refuse(ErrorCode::InvalidDate, at, expectation(kind)));
                }
                if slot < REFUSED {
                    self.report(ErrorCode::InvalidDate, false, at, "a wall clock, read as UTC+8");
                }
                Ok(slot)
            }
            (Kind::WallClock, b'-' | b'0'..=b'9') if self.how.notation != Notation::Wire => {
                let span = self.scanner.number()?;
                let (first, last) = (*WALL_CLOCK_RANGE.start(), *WALL_CLOCK_RANGE.end());
                Ok(match self.how.notation {
                    Notation::Stored => self.at_most(span, first, last, at),
                    _ => self.integer(span, first, last, at),
                })
            }
            (Kind::Id, b'"') => {
                let span = self.scanner.text()?;
                let slot = self.id(span, at);
                if slot != REFUSED {
                    self.note_string(at);
                }
                Ok(slot)
            }
            (
                Kind::Id
                | Kind::Integer { .. }
                | Kind::Code(_)
                | Kind::Fen
                | Kind::Yuan { .. }
                | Kind::Decimal { .. }
                | Kind::Timestamp,
                b'-' | b'0'..=b'9',
            ) => {
                let number = self.scanner.number()?;
                Ok(self.number(kind, number, at))
            }
            (Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Decimal { .. }, b'"')
                if self.how.notation == Notation::Wire =>
            {
                let span = self.scanner.text()?;
                if span.length() == 0 {
                    self.report(ErrorCode::NullField, false, at, "\"\"");
                    return Ok(NULL);
                }
                if !is_number(span.of(self.scanner.source)) {
                    return Ok(self.refuse(ErrorCode::WrongType, at, expectation(kind)));
                }
                self.note_string(at);
                Ok(self.number(kind, span, at))
            }
            _ => {
                self.scanner.value(level)?;
                Ok(self.refuse(ErrorCode::WrongType, at, expectation(kind)))
            }
        }
    }

    fn list(&mut self, item: &Kind, max: u16, level: u32) -> Result<u64, Stop> {
        let at = self.scanner.at;
        self.scanner.enter(level)?;
        let first = self.packed.slots.len();
        let mut count = 0_u32;
        if self.scanner.closes(b']') {
            return Ok(pack(first, 0));
        }
        let (mut first_block, mut last_block) = (0, 0);
        let mut refused = false;
        loop {
            if let Kind::String { documented, .. } = *item
                && !self.plain_strings(documented, &mut count)?
            {
                break;
            }
            self.packed.path.push(Step::Item(count));
            let item_at = self.scanner.at;
            let slot = match item {
                Kind::Object(message) if self.scanner.peek() == Some(b'{') => self.object(message, level + 1)?,
                _ => self.value(item, level + 1)?,
            };
            if slot == NULL {
                self.refuse(ErrorCode::WrongType, item_at, expectation(item));
            }
            self.packed.path.pop();
            count += 1;
            if matches!(slot, NULL | REFUSED) {
                refused = true;
            } else if let Kind::Object(_) = item {
                // The slot before a block links to the next one.
                if last_block == 0 {
                    first_block = slot as usize;
                } else {
                    self.packed.slots[last_block - 1] = slot;
                }
                last_block = slot as usize;
            } else {
                self.packed.slots.push(slot);
            }
            if !self.scanner.another(b']')? {
                break;
            }
        }
        if max != 0 && count > u32::from(max) {
            let refuses = self.how.notation == Notation::Program;
            self.report_limit(ErrorCode::TooManyItems, refuses, i64::from(count), i64::from(max), at);
            refused |= refuses;
        }
        if refused {
            return Ok(REFUSED);
        }
        Ok(pack(if let Kind::Object(_) = item { first_block } else { first }, count as usize))
    }

    /// Reads strings of a list, as long as nothing is to be said of them. True when another item follows.
    fn plain_strings(&mut self, documented: u16, count: &mut u32) -> Result<bool, Stop> {
        loop {
            let span = fast_path::text(self.scanner.source, self.scanner.at);
            if span == Span::NONE || (documented != 0 && span.length() > usize::from(documented)) {
                return Ok(true);
            }
            self.scanner.beyond_ascii |= span.is_beyond_ascii();
            self.packed.slots.push(span.0);
            *count += 1;
            self.scanner.at = span.end() + 1;
            let is_another = match fast_path::after_value(self.scanner.source, self.scanner.at, b']') {
                Some((is_another, at)) => {
                    self.scanner.at = at;
                    is_another
                }
                None => self.scanner.another(b']')?,
            };
            if !is_another {
                return Ok(false);
            }
        }
    }

    fn text_map(&mut self, level: u32) -> Result<u64, Stop> {
        self.scanner.enter(level)?;
        let first = self.packed.slots.len();
        if self.scanner.closes(b'}') {
            return Ok(pack(first, 0));
        }
        loop {
            let entry = if let Some((key, value)) = fast_path::entry(self.scanner.source, self.scanner.at) {
                self.scanner.at = value.end() + 1;
                self.scanner.beyond_ascii |= key.is_beyond_ascii() || value.is_beyond_ascii();
                [key.0, value.0]
            } else {
                let key = self.scanner.text()?;
                self.scanner.colon()?;
                self.packed.path.push(Step::Key(key));
                let slot = self.value(&Kind::string(0), level + 1)?;
                self.packed.path.pop();
                [key.0, slot]
            };
            self.packed.slots.extend(entry);
            if !self.scanner.another(b'}')? {
                break;
            }
        }
        let entries = self.packed.slots.get(first..).unwrap_or_default();
        if entries.len() > 2 {
            let keys: Vec<_> = entries.iter().step_by(2).map(|&key| Span(key)).collect();
            self.scanner.refuse_repeated(&keys)?;
        }
        if entries.iter().skip(1).step_by(2).any(|&slot| slot == REFUSED) {
            return Ok(REFUSED);
        }
        if entries.iter().skip(1).step_by(2).any(|&slot| slot == NULL) {
            self.leave_out_nulls(first);
        }
        Ok(pack(first, (self.packed.slots.len() - first) / 2))
    }

    /// PHP writes an object without keys as a list.
    #[cold]
    #[inline(never)]
    fn map_from_list(&mut self, list: Span, at: usize) -> u64 {
        match list.of(self.scanner.source) {
            [_, between @ .., _] if between.trim_ascii().is_empty() => {
                self.report(ErrorCode::WrongType, false, at, "an empty list, read as an object without keys");
                pack(self.packed.slots.len(), 0)
            }
            _ => self.refuse(ErrorCode::WrongType, at, expectation(&Kind::StringMap)),
        }
    }

    /// Of a map that begins there: a key without a value was there, and is not kept.
    #[cold]
    fn leave_out_nulls(&mut self, first: usize) {
        let mut end = first;
        for at in (first..self.packed.slots.len()).step_by(2) {
            if self.packed.slots[at + 1] != NULL {
                self.packed.slots.copy_within(at..at + 2, end);
                end += 2;
            }
        }
        self.packed.slots.truncate(end);
    }

    fn object(&mut self, message: &'static Message, level: u32) -> Result<u64, Stop> {
        let at = self.scanner.at;
        let refusals = self.refusals();
        self.scanner.enter(level)?;
        let block = self.packed.slots.len() + 1;
        self.packed.slots.resize(block + message.fields.len(), ABSENT);
        if !self.scanner.closes(b'}') {
            self.fields(message, block, level)?;
        }
        for (index, field) in message.fields.iter().enumerate() {
            let slot = &mut self.packed.slots[block + index];
            let was = *slot;
            if was < REFUSED {
                continue;
            }
            *slot = ABSENT;
            let needed = match field.presence {
                Presence::Required | Presence::Key => true,
                Presence::OnSuccess => self.how.success,
                Presence::Optional | Presence::Lenient | Presence::Nullable => false,
            };
            if needed && was != REFUSED {
                self.packed.path.push(Step::Field(field.name));
                self.report(ErrorCode::MissingField, self.must_have(field), at, "");
                self.packed.path.pop();
            }
        }
        if !message.rules.is_empty() && self.refusals() == refusals {
            self.rules(message, block, at);
        }
        Ok(if self.refusals() == refusals { block as u64 } else { REFUSED })
    }

    fn fields(&mut self, message: &'static Message, block: usize, level: u32) -> Result<(), Stop> {
        let source = self.scanner.source;
        let notation = self.how.notation;
        let known = self.others.len();
        // Senders write fields in the definition's order more often than not, so those to come are tried first.
        let mut next = 0;
        let mut at = self.scanner.at;
        loop {
            let key_at = at;
            let to_come = message.fields.get(next..).unwrap_or_default().iter().enumerate();
            let mut expected = to_come.filter_map(|(ahead, field)| {
                fast_path::value_of_key(source, key_at, field.name.as_bytes()).map(|value_at| (next + ahead, value_at))
            });
            let index = match expected.next() {
                Some((index, value_at)) => {
                    at = value_at;
                    Some(index)
                }
                None => {
                    self.scanner.at = at;
                    let index = self.other_key(message, level)?;
                    at = self.scanner.at;
                    index
                }
            };
            if let Some(index) = index {
                let field = &message.fields[index];
                next = index + 1;
                if self.packed.slots[block + index] != ABSENT {
                    if self.how.facts.repeated_from.is_none_or(|from| key_at < from as usize) {
                        return self.scanner.stop(ErrorCode::DuplicateKey, key_at);
                    }
                    self.scanner.at = at;
                    self.scanner.value(level + 1)?;
                    let another = self.scanner.another(b'}')?;
                    at = self.scanner.at;
                    match another {
                        true => continue,
                        false => break,
                    }
                }
                let look = Look { notation, may_be_empty: !field.presence.is_required() || notation == Notation::Stored };
                let mut taken = fast_path::value(source, at, &field.kind, look, &mut self.scanner.beyond_ascii);
                if field.presence == Presence::Key {
                    // A string that begins so is not blank.
                    taken = taken.filter(|&(slot, _)| Span(slot).of(source).first().is_some_and(u8::is_ascii_graphic));
                }
                self.packed.slots[block + index] = match taken {
                    Some((slot, end)) => {
                        at = end;
                        slot
                    }
                    None => {
                        self.scanner.at = at;
                        let slot = self.field(field, level + 1)?;
                        at = self.scanner.at;
                        slot
                    }
                };
            }
            let another = match fast_path::after_value(source, at, b'}') {
                Some((another, end)) => {
                    at = end;
                    another
                }
                None => {
                    self.scanner.at = at;
                    let another = self.scanner.another(b'}')?;
                    at = self.scanner.at;
                    another
                }
            };
            if !another {
                break;
            }
        }
        self.scanner.at = at;
        if self.others.len() > known {
            self.other_fields(message, block, level, known)?;
        }
        Ok(())
    }

    /// A key that none of the fields to come has. The field that has it, whose value comes next; or none, when the value was
    /// passed over.
    #[inline(never)]
    fn other_key(&mut self, message: &'static Message, level: u32) -> Result<Option<usize>, Stop> {
        let at = self.scanner.at;
        let key = self.scanner.text()?;
        self.scanner.colon()?;
        let alias = match find(message, &key, self.scanner.source) {
            Some(Found { index, alias: None }) => return Ok(Some(index)),
            Some(Found { index, alias: Some(alias) }) => Some((index, alias)),
            None => {
                self.report_unknown(key, at);
                None
            }
        };
        self.others.push(Other { alias, key, at, value_at: self.scanner.at });
        self.scanner.value(level + 1)?;
        Ok(None)
    }

    /// Fills what the documented names have left empty, in the definition's order: the order of the input decides nothing.
    #[cold]
    #[inline(never)]
    fn other_fields(&mut self, message: &'static Message, block: usize, level: u32, known: usize) -> Result<(), Stop> {
        let others = self.others.split_off(known);
        let keys: Vec<_> = others.iter().map(|other| other.key).collect();
        self.scanner.refuse_repeated(&keys)?;
        let end = self.scanner.at;
        for (index, field) in message.fields.iter().enumerate() {
            for alias in 0..field.aliases.len() {
                let Some(found) = others.iter().find(|other| other.alias == Some((index, alias))) else { continue };
                if !matches!(self.packed.slots[block + index], ABSENT | NULL) {
                    self.report_unknown(found.key, found.at);
                    continue;
                }
                self.packed.path.push(Step::Field(field.name));
                self.report(ErrorCode::AliasedField, self.how.notation == Notation::Program, found.at, field.aliases[alias]);
                self.packed.path.pop();
                self.scanner.at = found.value_at;
                self.packed.slots[block + index] = self.field(field, level + 1)?;
            }
        }
        self.scanner.at = end;
        Ok(())
    }

    fn report_unknown(&mut self, key: Span, at: usize) {
        self.packed.path.push(Step::Key(key));
        self.report(ErrorCode::UnknownField, self.how.notation == Notation::Program, at, "");
        self.packed.path.pop();
    }

    fn field(&mut self, field: &Field, level: u32) -> Result<u64, Stop> {
        self.packed.path.push(Step::Field(field.name));
        let at = self.scanner.at;
        let known = self.packed.issues.len();
        let mut slot = if field.presence == Presence::Nullable && self.scanner.peek() == Some(b'n') {
            self.scanner.literal(b"null").map(|()| NULL)?
        } else {
            self.value(&field.kind, level)?
        };
        if field.presence.is_required() && slot < REFUSED && self.how.notation != Notation::Stored {
            slot = self.filled(field, slot, at);
        }
        let is_lenient = matches!(field.presence, Presence::Lenient | Presence::Nullable);
        if slot == REFUSED && is_lenient && self.how.notation == Notation::Wire {
            self.leave_out(known, at);
            slot = NULL;
        }
        self.packed.path.pop();
        Ok(slot)
    }

    /// Looks at a value that must be there: whether it says anything.
    #[inline(never)]
    fn filled(&mut self, field: &Field, slot: u64, at: usize) -> u64 {
        let is_key = field.presence == Presence::Key;
        let (span, source) = (Span(slot), self.scanner.source);
        match field.kind {
            Kind::String { .. } => {
                let is_empty = span.length() == 0 || is_key && shows_nothing(&span, source);
                let refuses = is_key || self.how.notation == Notation::Program && self.must_have(field);
                if is_empty {
                    self.report(ErrorCode::EmptyString, refuses, at, "");
                }
                if is_empty && refuses { REFUSED } else { slot }
            }
            Kind::Id if is_key && span.of(source) == b"0" => self.refuse(ErrorCode::OutOfRange, at, NOT_ZERO),
            _ => slot,
        }
    }

    #[inline(never)]
    fn must_have(&self, field: &Field) -> bool {
        self.how.facts.left_out != Some(field.name)
    }

    /// A finding in a value that is left out refuses nothing any more. A short value is reported, for it is nowhere else.
    #[cold]
    #[inline(never)]
    fn leave_out(&mut self, known: usize, at: usize) {
        let value = self.scanner.source.get(at..self.scanner.at).unwrap_or_default();
        for issue in self.packed.issues[known..].iter_mut().filter(|issue| issue.refuses) {
            issue.refuses = false;
            if issue.offset as usize == at && value.len() <= 40 && !value.starts_with(b"{") && !value.starts_with(b"[") {
                issue.detail.push_str(if issue.detail.is_empty() { "found " } else { ", found " });
                issue.detail.push_str(std::str::from_utf8(value).unwrap_or_default());
            }
        }
        self.packed.issues.truncate(known.max(MAX_ISSUES));
    }

    fn rules(&mut self, message: &'static Message, block: usize, at: usize) {
        // A part of what is stored was sent, or received, by the rules of its own time.
        let may_refuse = self.how.notation != Notation::Stored || self.packed.path.is_empty();
        for rule in message.rules {
            let view = View { slots: &self.packed.slots, source: self.scanner.source, message, block };
            let (code, refuses) = match (rule.check)(&view, &self.how.facts) {
                RuleVerdict::Kept => continue,
                RuleVerdict::Broken => (ErrorCode::RuleBroken, may_refuse && rule.basis == Basis::Documented),
                RuleVerdict::Unchecked => (ErrorCode::RuleUnchecked, false),
            };
            if !rule.at.is_empty() {
                self.packed.path.push(Step::Field(rule.at));
            }
            // Of a field that is not there, its object has to be shown instead.
            let place = place_in_object(message, self.scanner.source, at, &|name, _| name == rule.at);
            let known = self.packed.issues.len();
            self.report(code, refuses, place.unwrap_or(at), "");
            if !rule.at.is_empty() {
                self.packed.path.pop();
            }
            // One that comes after all that are reported is not there, and the last one is about something else.
            if let Some(issue) = self.packed.issues.get_mut(known) {
                issue.rule = Some(rule.id);
            }
        }
    }
}

/// A field, and under which other name it was found.
#[derive(Debug, Clone, Copy)]
struct Found {
    index: usize,
    alias: Option<usize>,
}

fn find(message: &'static Message, key: &Span, source: &[u8]) -> Option<Found> {
    let unescaped;
    let name = if key.is_escaped() {
        unescaped = unescape(key, source);
        unescaped.as_bytes()
    } else {
        key.of(source)
    };
    if let Some(index) = message.fields.iter().position(|field| same(field.name.as_bytes(), name)) {
        return Some(Found { index, alias: None });
    }
    message.fields.iter().enumerate().find_map(|(index, field)| {
        let alias = field.aliases.iter().position(|alias| alias.as_bytes() == name)?;
        Some(Found { index, alias: Some(alias) })
    })
}

/// Whether a field of the definition, other than those named, is in this object under any of its names and is not null.
pub(crate) fn has_fields(message: &'static Message, json: &[u8], other_than: &[&str]) -> bool {
    place_in_object(message, json, 0, &|name, is_null| !is_null && !other_than.contains(&name)).is_some()
}

/// The position of the value of the first field that is wanted, by its name and whether it is null, in the object at `at`.
#[cold]
#[inline(never)]
fn place_in_object(message: &'static Message, json: &[u8], at: usize, wanted: &dyn Fn(&str, bool) -> bool) -> Option<usize> {
    let mut scanner = Scanner::new(json);
    scanner.at = at;
    let mut look = || {
        scanner.skip_space();
        scanner.expect(b'{')?;
        let mut goes_on = !scanner.closes(b'}');
        while goes_on {
            let key = scanner.text()?;
            scanner.colon()?;
            let is_null = scanner.peek() == Some(b'n');
            if find(message, &key, json).is_some_and(|found| wanted(message.fields[found.index].name, is_null)) {
                return Ok::<_, Stop>(Some(scanner.at));
            }
            scanner.value(0)?;
            goes_on = scanner.another(b'}')?;
        }
        Ok(None)
    };
    look().ok().flatten()
}

/// The content of a JSON string, given with its quotes; nothing for any other JSON.
pub(crate) fn text_of(json: &[u8]) -> Option<String> {
    let mut scanner = Scanner::new(json);
    let span = scanner.text().ok()?;
    (scanner.at == json.len()).then(|| unescape(&span, json).into_owned())
}
