//! The types that messages need beyond the usual ones.

use super::definition::Kind;
use super::packed::Packed;
use super::value::{FieldValue, Slot};
use crate::digits::push_digits;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;
use std::str::FromStr;

/// An id that Meituan gives: an unsigned 64-bit integer. On the wire a bare number, in JavaScript a string.
///
/// ```
/// use meituan_protocol::message::Id;
///
/// let id: Id = "1453361297221".parse()?;
/// assert_eq!((id, id.to_string().as_str()), (Id(1_453_361_297_221), "1453361297221"));
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads digits, at most 18446744073709551615.
impl FromStr for Id {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        digits.map(Id).ok_or_else(|| crate::Error::at(crate::ErrorCode::IdTooLarge, "").detail(text))
    }
}

impl From<u64> for Id {
    fn from(number: u64) -> Id {
        Id(number)
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
        text.parse().map_err(de::Error::custom)
    }
}

/// JSON that is kept as it is: part of a message whose form is not known to us. With serde it is written and read as that JSON, by
/// `serde_json` alone.
#[derive(Clone, PartialEq, Eq)]
pub struct RawJson(String);

/// It may name people.
impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl RawJson {
    /// Any JSON; refused when it is not JSON.
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

    /// A value in program notation.
    pub(crate) fn of(value: &impl FieldValue) -> Self {
        let mut json = Vec::new();
        value.encode(&mut json);
        RawJson::verbatim(json)
    }

    /// The JSON as a string.
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
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(RawJson(Box::<RawValue>::deserialize(deserializer)?.get().to_owned()))
    }
}

impl FieldValue for RawJson {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        slot.map_or_else(RawJson::default, |slot| RawJson::verbatim(slot.piece()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_str().as_bytes());
    }
}

impl FieldValue for Id {
    fn decode(slot: Option<Slot<'_>>) -> Self {
        let digits = slot.map_or(&[][..], Slot::piece);
        Id(digits.iter().fold(0, |value: u64, digit| value.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0')))))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        push_digits(out, self.0);
        out.push(b'"');
    }
}
