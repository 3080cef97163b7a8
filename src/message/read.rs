//! The walk: text in, packed form out, by the definition, in one pass.
//!
//! Reading goes on after a finding, so that all of them are told at once; only text that is not JSON stops it.

use super::definition::{Basis, Bounds, Facts, Field, Kind, Message, Presence, Verdict};
use super::packed::{ABSENT, MOST_BYTES, Packed, View, pack};
use super::plain::{self, Look};
use super::scan::{Scanner, Span, Stop, same, unescape};
use crate::money::{self, MAX_FEN};
use crate::time::{self, Date, WALL_CLOCK_RANGE};
use crate::{ErrorCode, Issue};

/// The notation that a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As Meituan sends and expects it. Read leniently: deviations are reported and accepted.
    Wire,
    /// As programs hold it. Read strictly: this is what we are going to send.
    Program,
    /// As programs hold it, read leniently: what was received or stored before, perhaps by another version. Unknown
    /// fields and unlisted values are reported and accepted.
    Stored,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The notation of the text.
    pub form: Form,
    /// Fields that a successful reply must have are required.
    pub success: bool,
    /// What is known beside the text.
    pub facts: Facts,
}

impl Reading {
    /// Reads what Meituan sent.
    pub const WIRE: Reading = Reading { form: Form::Wire, success: false, facts: Facts { quantity: None } };
}

/// While a block is being filled: the field was null.
const NULL: u64 = u64::MAX - 1;
/// While a block is being filled: the field was there, and refused.
const REFUSED: u64 = u64::MAX - 2;

/// A hostile message could hold a million findings; the first ones tell enough.
const MOST_ISSUES: usize = 64;

/// A step of the path to where the reader is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Field(&'static str),
    Item(u32),
    Key(Span),
}

struct Reader<'r> {
    scanner: Scanner<'r>,
    how: Reading,
    packed: &'r mut Packed,
    /// What the objects that are being read have beside the fields' own names, the outer ones' first.
    others: Vec<Other>,
}

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
        // Nothing that was found in such a text can be relied on.
        reader.packed.issues.clear();
        reader.packed.slots.truncate(1);
        reader.packed.slots[0] = ABSENT;
        reader.packed.path.clear();
        reader.report(ErrorCode::InvalidUtf8, true, error.valid_up_to(), "");
    } else if let Err(Stop) = outcome {
        let (code, at) = reader.scanner.stopped;
        reader.report(code, true, at, "");
    }
    !packed.issues.iter().any(|issue| issue.refuses)
}

impl Reader<'_> {
    fn document(&mut self, kind: &Kind) -> Result<(), Stop> {
        if self.scanner.source.len() > MOST_BYTES {
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
        let kept = matches!(kind, Kind::Raw) && self.how.form == Form::Wire;
        if first == b'n' && !kept {
            self.scanner.literal(b"null")?;
            if self.how.form == Form::Wire {
                self.report(ErrorCode::NullField, false, at, "");
            }
            return Ok(NULL);
        }
        match (kind, first) {
            (Kind::Object(message), b'{') => self.object(message, level),
            (Kind::List { item, most }, b'[') => self.list(item, *most, level),
            (Kind::TextMap, b'{') => self.text_map(level),
            (Kind::Raw, _) => Ok(self.scanner.value(level)?.0),
            (Kind::Flag, b't') => self.scanner.literal(b"true").map(|()| 1_f64.to_bits()),
            (Kind::Flag, b'f') => self.scanner.literal(b"false").map(|()| 0_f64.to_bits()),
            (Kind::Text { documented, .. }, b'"') => {
                let span = self.scanner.text()?;
                if *documented != 0 && span.length() > usize::from(*documented) {
                    self.check_length(&span, u32::from(*documented), at);
                }
                Ok(span.0)
            }
            (Kind::Text { .. }, b'-' | b'0'..=b'9') if self.how.form == Form::Wire => {
                let number = self.scanner.number()?;
                self.report(ErrorCode::StringAsNumber, false, at, "");
                Ok(number.0)
            }
            (Kind::Text { .. }, b't' | b'f') if self.how.form == Form::Wire => {
                let span = self.scanner.value(level)?;
                self.report(ErrorCode::WrongType, false, at, "true or false, read as text");
                Ok(span.0)
            }
            (Kind::Date | Kind::WallClock, b'"') => {
                let span = self.scanner.text()?;
                Ok(self.moment(kind, span, at))
            }
            (Kind::Moment, b'"') if self.how.form == Form::Wire => {
                let span = self.scanner.text()?;
                if is_number(span.of(self.scanner.source)) {
                    self.note_string(at);
                    return Ok(self.number(kind, span, at));
                }
                let slot = self.moment(&Kind::WallClock, span, at);
                // In a program it would be no moment.
                if slot < REFUSED && f64::from_bits(slot) < 0.0 {
                    return Ok(self.refuse(ErrorCode::InvalidDate, at, expectation(kind)));
                }
                if slot < REFUSED {
                    self.report(ErrorCode::InvalidDate, false, at, "a wall clock, read as UTC+8");
                }
                Ok(slot)
            }
            (Kind::WallClock, b'-' | b'0'..=b'9') if self.how.form != Form::Wire => {
                let span = self.scanner.number()?;
                Ok(self.integer(span, *WALL_CLOCK_RANGE.start(), *WALL_CLOCK_RANGE.end(), at))
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
                | Kind::Moment,
                b'-' | b'0'..=b'9',
            ) => {
                let number = self.scanner.number()?;
                Ok(self.number(kind, number, at))
            }
            (Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Decimal { .. }, b'"')
                if self.how.form == Form::Wire =>
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

    fn number(&mut self, kind: &Kind, span: Span, at: usize) -> u64 {
        match *kind {
            // A JavaScript number beyond 2^53 has lost digits before it came here.
            Kind::Id if self.how.form != Form::Wire && money::parse_decimal(span.of(self.scanner.source), 0).is_none() => {
                self.refuse(ErrorCode::WrongType, at, expectation(kind))
            }
            Kind::Id => self.id(span, at),
            Kind::Integer(&Bounds { min, max }) => self.integer(span, min, max, at),
            Kind::Fen => self.integer(span, -MAX_FEN, MAX_FEN, at),
            Kind::Moment => {
                let slot = self.integer(span, 0, (1 << 53) - 1, at);
                let seconds = f64::from_bits(slot);
                // Ten digits are this century's seconds; as milliseconds they would be 1970.
                if slot < REFUSED && self.how.form == Form::Wire && (1e9..1e10).contains(&seconds) {
                    self.report(ErrorCode::InvalidDate, false, at, "epoch seconds, read as such");
                    return (seconds * 1000.0).to_bits();
                }
                slot
            }
            Kind::Code(enumeration) => {
                let slot = self.integer(span, i64::from(i32::MIN), i64::from(i32::MAX), at);
                let known = |value: i32| enumeration.values.iter().any(|listed| listed.value == value);
                if slot != REFUSED && !known(f64::from_bits(slot) as i32) {
                    let refuses = self.how.form == Form::Program && !enumeration.is_open;
                    self.report(ErrorCode::UnknownValue, refuses, at, enumeration.name);
                    if refuses {
                        return REFUSED;
                    }
                }
                slot
            }
            Kind::Yuan { sentinel } => {
                let sentinel = sentinel.map(i64::from);
                let digits = span.of(self.scanner.source);
                let fen = match self.how.form {
                    Form::Program | Form::Stored => {
                        let slot = self.integer(span, -MAX_FEN, MAX_FEN, at);
                        // An amount that would be written like the number that stands for none.
                        let is_ambiguous = sentinel.is_some_and(|yuan| slot == ((yuan * 100) as f64).to_bits());
                        return if is_ambiguous { self.refuse(ErrorCode::InvalidMoney, at, "") } else { slot };
                    }
                    Form::Wire if sentinel.is_some() && money::parse_decimal(digits, 0) == sentinel => sentinel,
                    Form::Wire => money::parse_yuan(digits).map(|fen| fen.0).filter(|&fen| Some(fen) != sentinel),
                };
                match fen {
                    Some(fen) => (fen as f64).to_bits(),
                    None => self.refuse(ErrorCode::InvalidMoney, at, ""),
                }
            }
            Kind::Decimal(&Bounds { min, max }) => {
                let value = approximate(span.of(self.scanner.source));
                if (min as f64..=max as f64).contains(&value) {
                    return span.0;
                }
                self.refuse_range(min, max, at)
            }
            _ => self.refuse(ErrorCode::WrongType, at, expectation(kind)),
        }
    }

    fn integer(&mut self, span: Span, min: i64, max: i64, at: usize) -> u64 {
        match money::parse_decimal(span.of(self.scanner.source), 0) {
            Some(value) if min <= value && value <= max => (value as f64).to_bits(),
            None if span.of(self.scanner.source).contains(&b'.') => {
                self.refuse(ErrorCode::WrongType, at, "expected a whole number")
            }
            _ => self.refuse_range(min, max, at),
        }
    }

    fn id(&mut self, span: Span, at: usize) -> u64 {
        let digits = span.of(self.scanner.source);
        // Leading zeros would not survive on the wire, so such a text is no id of theirs.
        let canonical = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.iter().all(u8::is_ascii_digit);
        if !canonical {
            return self.refuse(ErrorCode::WrongType, at, expectation(&Kind::Id));
        }
        // Texts of as many digits compare like their numbers.
        const LARGEST: &[u8] = b"18446744073709551615";
        if digits.len() > LARGEST.len() || digits.len() == LARGEST.len() && digits > LARGEST {
            return self.refuse(ErrorCode::IdTooLarge, at, "");
        }
        if digits == b"0" && self.how.form == Form::Program {
            return self.refuse(ErrorCode::OutOfRange, at, "an id is not 0");
        }
        span.0
    }

    fn moment(&mut self, kind: &Kind, span: Span, at: usize) -> u64 {
        let text = span.of(self.scanner.source);
        if text.is_empty() {
            return NULL;
        }
        let slot = match (kind, self.how.form) {
            (Kind::Date, _) => Date::parse(text).map(|_| span.0),
            (_, Form::Wire) => time::parse_wall_clock(text).map(|moment| (moment.0 as f64).to_bits()),
            (_, Form::Program | Form::Stored) => None,
        };
        slot.unwrap_or_else(|| self.refuse(ErrorCode::InvalidDate, at, expectation(kind)))
    }

    /// For texts that have more bytes than that; fewer hold no more characters.
    #[cold]
    #[inline(never)]
    fn check_length(&mut self, span: &Span, documented: u32, at: usize) {
        // Java counts UTF-16 units, and so do the columns of its database.
        let units = unescape(span, self.scanner.source).encode_utf16().count();
        if units > documented as usize {
            let mut detail = Vec::new();
            money::push_integer(&mut detail, units as i64);
            detail.extend_from_slice(b" > ");
            money::push_integer(&mut detail, i64::from(documented));
            self.report(ErrorCode::TextTooLong, false, at, std::str::from_utf8(&detail).unwrap_or_default());
        }
    }

    fn list(&mut self, item: &Kind, most: u16, level: u32) -> Result<u64, Stop> {
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
        if most != 0 && count > u32::from(most) {
            let refuses = self.how.form == Form::Program;
            self.report_limit(ErrorCode::TooManyItems, refuses, i64::from(count), i64::from(most), at);
            refused |= refuses;
        }
        if refused {
            return Ok(REFUSED);
        }
        Ok(pack(if let Kind::Object(_) = item { first_block } else { first }, count as usize))
    }

    fn text_map(&mut self, level: u32) -> Result<u64, Stop> {
        self.scanner.enter(level)?;
        let first = self.packed.slots.len();
        if self.scanner.closes(b'}') {
            return Ok(pack(first, 0));
        }
        loop {
            let entry = if let Some((key, value)) = plain::entry(self.scanner.source, self.scanner.at) {
                self.scanner.at = value.end() + 1;
                self.scanner.beyond_ascii |= key.is_beyond_ascii() || value.is_beyond_ascii();
                [key.0, value.0]
            } else {
                let key = self.scanner.text()?;
                self.scanner.colon()?;
                self.packed.path.push(Step::Key(key));
                let slot = self.value(&Kind::text(0), level + 1)?;
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
                Presence::Required => true,
                Presence::OnSuccess => self.how.success,
                Presence::Optional | Presence::Dispensable | Presence::Nullable => false,
            };
            if needed && was != REFUSED {
                self.packed.path.push(Step::Field(field.name));
                self.report(ErrorCode::MissingField, true, at, "");
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
        let form = self.how.form;
        let known = self.others.len();
        // Senders write fields in the definition's order more often than not, so those to come are tried first.
        let mut next = 0;
        let mut at = self.scanner.at;
        loop {
            let key_at = at;
            let to_come = message.fields.get(next..).unwrap_or_default().iter().enumerate();
            let mut expected = to_come.filter_map(|(ahead, field)| {
                plain::value_of_key(source, key_at, field.name.as_bytes()).map(|value_at| (next + ahead, value_at))
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
                    return self.scanner.stop(ErrorCode::DuplicateKey, key_at);
                }
                let look = Look { form, may_be_empty: field.presence != Presence::Required || form == Form::Stored };
                let taken = plain::value(source, at, &field.kind, look, &mut self.scanner.beyond_ascii);
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
            let another = match plain::after_value(source, at, b'}') {
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

    /// Fills what the documented names have left empty, in the definition's order: the order of the text decides nothing.
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
                self.report(ErrorCode::AliasedField, self.how.form == Form::Program, found.at, field.aliases[alias]);
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
        self.report(ErrorCode::UnknownField, self.how.form == Form::Program, at, "");
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
        if field.presence == Presence::Required && is_empty_text(&field.kind, slot) && self.how.form != Form::Stored {
            let refuses = self.how.form == Form::Program;
            self.report(ErrorCode::EmptyText, refuses, at, "");
            slot = if refuses { REFUSED } else { slot };
        }
        let is_dispensable = matches!(field.presence, Presence::Dispensable | Presence::Nullable);
        if slot == REFUSED && is_dispensable && self.how.form == Form::Wire {
            self.leave_out(known, at);
            slot = NULL;
        }
        self.packed.path.pop();
        Ok(slot)
    }

    /// What was found in a value that is left out refuses nothing any more. A short value is told, for it is nowhere else.
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
        self.packed.issues.truncate(known.max(MOST_ISSUES));
    }

    fn rules(&mut self, message: &'static Message, block: usize, at: usize) {
        for rule in message.rules {
            let view = View { slots: &self.packed.slots, source: self.scanner.source, message, block };
            let (code, refuses) = match (rule.check)(&view, &self.how.facts) {
                Verdict::Kept => continue,
                Verdict::Broken => (ErrorCode::RuleBroken, rule.basis == Basis::Documented),
                Verdict::Unchecked => (ErrorCode::RuleUnchecked, false),
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
            // One that comes after all that are told is not there, and the last one is about something else.
            if let Some(issue) = self.packed.issues.get_mut(known) {
                issue.rule = Some(rule.id);
            }
        }
    }

    fn refusals(&self) -> usize {
        self.packed.issues.iter().filter(|issue| issue.refuses).count()
    }

    fn note_string(&mut self, at: usize) {
        if self.how.form == Form::Wire {
            self.report(ErrorCode::NumberAsString, false, at, "");
        }
    }

    fn refuse(&mut self, code: ErrorCode, at: usize, detail: &str) -> u64 {
        self.report(code, true, at, detail);
        REFUSED
    }

    fn refuse_range(&mut self, min: i64, max: i64, at: usize) -> u64 {
        let mut detail = Vec::new();
        money::push_integer(&mut detail, min);
        detail.extend_from_slice(b" to ");
        money::push_integer(&mut detail, max);
        self.refuse(ErrorCode::OutOfRange, at, std::str::from_utf8(&detail).unwrap_or_default())
    }

    fn report_limit(&mut self, code: ErrorCode, refuses: bool, found: i64, limit: i64, at: usize) {
        let mut detail = Vec::new();
        money::push_integer(&mut detail, found);
        detail.extend_from_slice(b" > ");
        money::push_integer(&mut detail, limit);
        self.report(code, refuses, at, std::str::from_utf8(&detail).unwrap_or_default());
    }

    #[cold]
    fn report(&mut self, code: ErrorCode, refuses: bool, at: usize, detail: &str) {
        if self.packed.issues.len() >= MOST_ISSUES && (!refuses || self.refusals() > 0) {
            return;
        }
        let mut path = String::new();
        for step in &self.packed.path {
            match step {
                Step::Item(index) => {
                    let mut digits = Vec::new();
                    money::push_integer(&mut digits, i64::from(*index));
                    path.push('[');
                    path.push_str(std::str::from_utf8(&digits).unwrap_or_default());
                    path.push(']');
                }
                Step::Field(name) => push_name(&mut path, name),
                Step::Key(span) => push_name(&mut path, &unescape(span, self.scanner.source)),
            }
        }
        self.packed.issues.push(Issue { code, refuses, path, rule: None, detail: detail.into(), offset: at as u32 });
    }
}

fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// A field, and under which other name it was found.
#[derive(Debug, Clone, Copy)]
struct Found {
    index: usize,
    alias: Option<usize>,
}

/// What an object holds under a name that is not documented. A value under another name of a field is looked at last: only
/// then it is known whether the documented name came too.
#[derive(Debug)]
struct Other {
    /// The field's index, and that of its other name.
    alias: Option<(usize, usize)>,
    key: Span,
    at: usize,
    value_at: usize,
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

fn is_empty_text(kind: &Kind, slot: u64) -> bool {
    matches!(kind, Kind::Text { .. }) && slot < REFUSED && slot as u32 == (slot >> 32) as u32
}

/// Whether all of a text is one number of the JSON grammar.
fn is_number(text: &[u8]) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.number().is_ok() && scanner.at == text.len()
}

/// The value of a text that is one JSON number, near enough to compare with whole bounds.
pub(crate) fn approximate_number(text: &str) -> Option<f64> {
    is_number(text.as_bytes()).then(|| approximate(text.as_bytes()))
}

/// Whether a field of the definition, other than those named, stands in this object under any of its names and is not null.
pub(crate) fn has_fields(message: &'static Message, json: &[u8], other_than: &[&str]) -> bool {
    place_in_object(message, json, 0, &|name, is_null| !is_null && !other_than.contains(&name)).is_some()
}

/// Where the value of the first field stands that is wanted, by its name and whether it is null, in the object at `at`.
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

/// What a JSON text says, given with its quotes; nothing for any other JSON.
pub(crate) fn text_of(json: &[u8]) -> Option<String> {
    let mut scanner = Scanner::new(json);
    let span = scanner.text().ok()?;
    (scanner.at == json.len()).then(|| unescape(&span, json).into_owned())
}

/// The value of a JSON number, near enough to compare with whole bounds: the exact digits are kept beside it.
fn approximate(text: &[u8]) -> f64 {
    let (mut value, mut exponent, mut fraction) = (0_f64, 0_i32, false);
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10.0 + f64::from(byte - b'0');
                exponent -= i32::from(fraction);
            }
            b'.' => fraction = true,
            b'e' | b'E' => {
                let rest = bytes.as_slice();
                let negative = rest.first() == Some(&b'-');
                let digits = rest.iter().filter(|digit| digit.is_ascii_digit());
                let size = digits.fold(0_i32, |size, digit| (size * 10 + i32::from(digit - b'0')).min(10_000));
                exponent += if negative { -size } else { size };
                break;
            }
            _ => {}
        }
    }
    // A thousand steps reach beyond either end of a double.
    for _ in 0..exponent.unsigned_abs().min(1_000) {
        value = if exponent < 0 { value / 10.0 } else { value * 10.0 };
    }
    if text.first() == Some(&b'-') { -value } else { value }
}

fn expectation(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id => "expected an id: a whole number, in programs as a text of digits",
        Kind::Integer { .. } | Kind::Code(_) => "expected a whole number",
        Kind::Yuan { .. } => "expected an amount: decimal yuan on the wire, whole fen in a program",
        Kind::Fen => "expected an amount in whole fen",
        Kind::Decimal { .. } => "expected a number",
        Kind::Text { .. } => "expected a text",
        Kind::Flag => "expected true or false",
        Kind::Date => "expected yyyy-MM-dd",
        Kind::Moment => "expected a moment: epoch milliseconds",
        Kind::WallClock => "expected a moment: yyyy-MM-dd HH:mm:ss on the wire, epoch milliseconds in a program",
        Kind::Object(_) | Kind::TextMap => "expected an object",
        Kind::List { .. } => "expected a list",
        Kind::Raw => "expected a value",
    }
}
