//! Removes values from JSON and leaves all else as it is, byte for byte.

use super::definition::{Kind, Message};
use super::scan::{Scanner, Stop};
use super::span::unescape;
use crate::{Error, ErrorCode};

/// The placeholder of a removed value.
const MASK: &[u8] = b"\"***\"";

/// The input with every string, number and flag replaced by `"***"` that the definition does not name, or that is below a field of
/// these names. Keys, nulls and empty strings stay, so that it is still known what was there. Without a definition nothing is
/// named.
///
/// A definition does not name the content of open fields ([`Kind::Raw`], [`Kind::StringMap`]), nor a single value where an object
/// or a list should be.
///
/// # Errors
/// When it is not JSON.
pub fn redact(json: &[u8], definition: Option<&Message>, names: &[&str]) -> Result<Vec<u8>, Error> {
    if std::str::from_utf8(json).is_err() {
        return Err(Error::at(ErrorCode::InvalidUtf8, ""));
    }
    let mut redactor = Redactor { scanner: Scanner::new(json), names, out: Vec::with_capacity(json.len()), copied: 0 };
    redactor.document(definition).map_err(|Stop| Error::at(redactor.scanner.stopped.0, ""))?;
    let Redactor { mut out, copied, .. } = redactor;
    out.extend_from_slice(json.get(copied..).unwrap_or_default());
    Ok(out)
}

/// The definition of a value.
#[derive(Debug, Clone, Copy)]
enum Place<'d> {
    /// Nothing, or that it is not to be seen.
    Unnamed,
    /// A single value that is named.
    Value,
    /// An object.
    Object(&'d Message),
    /// A list.
    List(&'d Kind),
}

impl<'d> Place<'d> {
    fn of(kind: &'d Kind) -> Self {
        match kind {
            Kind::Object(message) => Place::Object(message),
            Kind::List { item, .. } => Place::List(item),
            Kind::StringMap | Kind::Raw => Place::Unnamed,
            _ => Place::Value,
        }
    }

    fn field(self, name: &str, hidden: &[&str]) -> Self {
        let Place::Object(message) = self else { return Place::Unnamed };
        let field = message.fields.iter().find(|field| field.name == name || field.aliases.contains(&name));
        match field {
            Some(field) if !hidden.contains(&field.name) && !hidden.contains(&name) => Place::of(&field.kind),
            _ => Place::Unnamed,
        }
    }

    fn item(self) -> Self {
        match self {
            Place::List(item) => Place::of(item),
            _ => Place::Unnamed,
        }
    }
}

struct Redactor<'r> {
    scanner: Scanner<'r>,
    names: &'r [&'r str],
    out: Vec<u8>,
    /// Up to where the input has been copied.
    copied: usize,
}

impl Redactor<'_> {
    fn document(&mut self, definition: Option<&Message>) -> Result<(), Stop> {
        self.scanner.skip_space();
        self.value(definition.map_or(Place::Unnamed, Place::Object), 0)?;
        self.scanner.finish()
    }

    fn value(&mut self, place: Place<'_>, level: u32) -> Result<(), Stop> {
        match self.scanner.peek() {
            Some(open @ (b'{' | b'[')) => {
                let close = open + 2;
                self.scanner.enter(level)?;
                if self.scanner.closes(close) {
                    return Ok(());
                }
                loop {
                    let below = if open == b'{' {
                        let key = self.scanner.text()?;
                        let name = unescape(&key, self.scanner.source);
                        self.scanner.colon()?;
                        place.field(&name, self.names)
                    } else {
                        place.item()
                    };
                    self.value(below, level + 1)?;
                    if !self.scanner.another(close)? {
                        return Ok(());
                    }
                }
            }
            first => {
                let start = self.scanner.at;
                let span = self.scanner.value(level)?;
                if !matches!(place, Place::Value) && first != Some(b'n') && span.of(self.scanner.source) != b"\"\"" {
                    self.out.extend_from_slice(self.scanner.source.get(self.copied..start).unwrap_or_default());
                    self.out.extend_from_slice(MASK);
                    self.copied = self.scanner.at;
                }
                Ok(())
            }
        }
    }
}
