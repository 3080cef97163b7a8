//! Tests alone: what serde does with a public type, beside what the engine does with it.

use super::RawJson;
use super::value::FieldValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

/// serde reads what it wrote, and writes what the engine writes in program notation.
pub(crate) fn agrees<T: FieldValue + Serialize + DeserializeOwned + PartialEq + Debug>(what: &str, value: &T) {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value, "{what}: {written}");
    let ours: Value = serde_json::from_str(RawJson::of(value).as_str()).unwrap();
    assert_eq!(plain(serde_json::from_str(&written).unwrap()), plain(ours), "{what}");
}

/// serde writes null where a field is absent, which the engine leaves out, and 1.0 where the engine writes 1.
fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, plain(value))).collect()
        }
        Value::Number(number) => match number.as_f64().filter(|whole| number.is_f64() && whole.fract() == 0.0) {
            Some(whole) => Value::from(whole as i64),
            None => Value::Number(number),
        },
        value => value,
    }
}

/// The shared example of an interface.
pub(crate) fn example(api: &str, interface: &str, file: &str) -> Vec<u8> {
    let path = format!("{}/tests/vectors/{api}/{interface}/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
