//! The two ways in which bodies are sealed.

use crate::input::{Input, valid};
use crate::vectors::{Vectors, text};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::{ErrorCode, Secret};

/// The key that the vectors are sealed with.
const ENVELOPE_KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const BODY_KEY: &str = "0123456789abcdef";

/// The first byte chooses the cipher; the rest is opened, and sealed.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let is_body = input.byte() % 2 == 1;
    if is_body { check_body(input.rest()) } else { check_envelope(input.rest()) }
}

fn check_envelope(data: &[u8]) {
    let key = EnvelopeKey::new(&Secret::new(ENVELOPE_KEY)).expect("the key is one");
    match key.open(data) {
        // There is one content for each text, but for how Base64 may be written.
        Ok(opened) => assert_eq!(key.seal(&opened).into_bytes(), normal(data)),
        Err(error) => assert_eq!((error.code, &*error.path), (ErrorCode::DecryptionFailed, "content")),
    }
    let text = valid(data);
    let sealed = key.seal(text);
    assert!(sealed.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "a form cannot carry {sealed}");
    assert_eq!(key.open(sealed.as_bytes()).as_deref(), Ok(text));
}

/// As it would be sent.
fn normal(content: &[u8]) -> Vec<u8> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    let end = content.iter().rposition(|&byte| byte != b'=').map_or(0, |at| at + 1);
    let for_url = |&byte: &u8| match byte {
        b'+' | b' ' => b'-',
        b'/' => b'_',
        byte => byte,
    };
    content[..end].iter().map(for_url).collect()
}

fn check_body(data: &[u8]) {
    let key = BodyKey::new(&Secret::new(BODY_KEY)).expect("the key is one");
    match key.open(data) {
        Ok(opened) => assert_eq!(key.seal(&opened).as_bytes(), data.trim_ascii()),
        Err(error) => assert_eq!((error.code, &*error.path), (ErrorCode::DecryptionFailed, "")),
    }
    assert_eq!(key.open(key.seal(data).as_bytes()).as_deref(), Ok(data));
}

/// What is sealed, and what it was sealed from.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for sealed in vectors.files("envelope", ".txt") {
        seeds.push([b"\0", &*sealed].concat());
    }
    for input in vectors.json("envelope", "input.json") {
        seeds.push([b"\0", text(&input, "plain").as_bytes()].concat());
    }
    for input in vectors.json("body-cipher", "input.json") {
        seeds.extend(["sealed", "plain"].map(|field| [b"\x01", text(&input, field).as_bytes()].concat()));
    }
    seeds
}
