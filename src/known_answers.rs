//! HMAC-SHA1 and AES-128 against published answers (`tests/vectors`): RFC 2202, NIST, Project Wycheproof. Input that public
//! functions do not accept, such as a key that is no string, goes to the modules below them.

use crate::block_cipher::{self, BLOCK};
use crate::body_cipher::BodyKey;
use crate::secret::is_same;
use crate::{ErrorCode, Secret, ba, envelope};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

fn vectors(path: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let digits = vector[field].as_str().unwrap();
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn block(vector: &Value, field: &str) -> [u8; BLOCK] {
    bytes(vector, field).try_into().unwrap()
}

/// The tests of one of Wycheproof's files, each with the bits that its group says of itself.
fn wycheproof(file: &str, bits: &str) -> Vec<(u64, Value)> {
    let groups = vectors(&format!("wycheproof/{file}"));
    let tests = |group: &Value| {
        let bits = group[bits].as_u64().unwrap();
        list(&group["tests"]).iter().map(|test| (bits, test.clone())).collect::<Vec<_>>()
    };
    list(&groups["testGroups"]).iter().flat_map(tests).collect()
}

fn signed(vector: &Value, data: &str) -> [u8; 28] {
    let key = ba::Key::new(&Secret::of_bytes(bytes(vector, "key")));
    let data = bytes(vector, data);
    // In pieces, as calls are signed.
    let (one, other) = data.split_at(data.len() / 3);
    let signature = key.signature(&[one, other]);
    assert_eq!(key.signature(&[&data]), signature);
    signature
}

#[test]
fn signatures_are_those_of_rfc_2202() {
    let cases = vectors("rfc2202/hmac-sha1.json");
    assert_eq!(list(&cases).len(), 7);
    for case in list(&cases) {
        assert_eq!(signed(case, "data")[..], *STANDARD.encode(bytes(case, "digest")).as_bytes(), "{case}");
    }
}

#[test]
fn signatures_are_those_of_wycheproof_and_altered_or_short_ones_are_none() {
    let tests = wycheproof("hmac_sha1_test.json", "tagSize");
    assert_eq!(tests.len(), 170);
    for (bits, test) in tests {
        let (signature, tag) = (signed(&test, "msg"), bytes(&test, "tag"));
        let is_valid = test["result"] == "valid";
        assert_eq!(is_same(&signature, STANDARD.encode(&tag).as_bytes()), is_valid && bits == 160, "{test}");
        assert_eq!(STANDARD.decode(signature).unwrap().starts_with(&tag), is_valid, "{test}");
    }
}

#[test]
fn blocks_are_encrypted_and_decrypted_as_nist_has_it() {
    let all = vectors("nist/aes-128.json");
    assert_eq!(list(&all).len(), 31);
    for test in list(&all) {
        let key = block_cipher::Key::new(&block(test, "key"));
        let vector = test.get("vector").map(|_| block(test, "vector"));
        let (plain, expected) = (bytes(test, "plain"), bytes(test, "sealed"));
        let sealed = key.seal(&plain, vector.as_ref());
        // A whole block of padding follows.
        assert_eq!((&sealed[..plain.len()], sealed.len()), (&expected[..], plain.len() + BLOCK), "{test}");
        assert_eq!(key.open(sealed, vector.as_ref()), Some(plain), "{test}");
    }
}

#[test]
fn envelopes_and_bodies_are_sealed_as_nist_has_it() {
    let all = vectors("nist/aes-128.json");
    let of = |part: &'static str| list(&all).iter().filter(move |test| test["source"].as_str().unwrap().contains(part));
    let (mut envelopes, mut bodies) = (0, 0);
    for test in of("KeySbox") {
        let key = envelope::EnvelopeKey::new(&Secret::new(STANDARD.encode(bytes(test, "key")))).unwrap();
        let plain = String::from_utf8(bytes(test, "plain")).unwrap();
        let content = key.seal(&plain);
        let sealed = URL_SAFE_NO_PAD.decode(&content).unwrap();
        assert_eq!(sealed[..BLOCK], bytes(test, "sealed"), "{test}");
        assert_eq!(key.open(content.as_bytes()), Ok(plain), "{test}");
        envelopes += 1;
    }
    // Their key is all zeros, so it is a string, and so is the vector that bodies make of it.
    for test in of("GFSbox") {
        let key = BodyKey::new(&Secret::of_bytes(bytes(test, "key"))).unwrap();
        let body = key.seal(&bytes(test, "plain"));
        assert_eq!(STANDARD.decode(&body).unwrap()[..BLOCK], bytes(test, "sealed"), "{test}");
        assert_eq!(key.open(body.as_bytes()), Ok(bytes(test, "plain")), "{test}");
        bodies += 1;
    }
    assert_eq!((envelopes, bodies), (21, 7));
}

/// Wycheproof's tests of AES-CBC with the only size of keys that there is here.
fn cbc() -> Vec<Value> {
    let of_size = wycheproof("aes_cbc_pkcs5_test.json", "keySize").into_iter().filter(|(bits, _)| *bits == 128);
    let tests: Vec<Value> = of_size.map(|(_, test)| test).collect();
    let count = |result: &str| tests.iter().filter(|test| test["result"] == result).count();
    assert_eq!((count("valid"), count("invalid")), (24, 48));
    tests
}

#[test]
fn chained_blocks_are_those_of_wycheproof_and_no_other_padding_opens() {
    for test in cbc() {
        let (key, vector) = (block_cipher::Key::new(&block(&test, "key")), block(&test, "iv"));
        let (plain, sealed) = (bytes(&test, "msg"), bytes(&test, "ct"));
        let opened = key.open(sealed.clone(), Some(&vector));
        match test["result"].as_str() {
            Some("valid") => {
                assert_eq!(opened, Some(plain.clone()), "{test}");
                assert_eq!(key.seal(&plain, Some(&vector)), sealed, "{test}");
            }
            _ => assert_eq!(opened, None, "{test}"),
        }
    }
}

/// The content of a test's ciphertext, padding and all: a block is put after it that opens to a padding of its own.
fn padded(test: &Value) -> Vec<u8> {
    let key = block_cipher::Key::new(&block(test, "key"));
    let mut sealed = bytes(test, "ct");
    let Some(last) = sealed.last_chunk::<BLOCK>() else { return Vec::new() };
    let more = key.seal(&last.map(|byte| byte ^ BLOCK as u8), None);
    sealed.extend_from_slice(&more[..BLOCK]);
    key.open(sealed, Some(&block(test, "iv"))).unwrap()
}

#[test]
fn whichever_padding_is_wrong_envelopes_and_bodies_have_one_error_each() {
    let key = envelope::EnvelopeKey::new(&Secret::new(STANDARD.encode(b"0123456789abcdef"))).unwrap();
    let body_key = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap();
    let block_key = block_cipher::Key::new(b"0123456789abcdef");
    let mut errors = Vec::new();
    for test in cbc().iter().filter(|test| test["result"] == "invalid") {
        let padded = padded(test);
        // Without the padding that follows.
        let cut = |mut sealed: Vec<u8>| {
            sealed.truncate(padded.len());
            STANDARD.encode(&sealed)
        };
        let envelope = cut(block_key.seal(&padded, None));
        let body = cut(STANDARD.decode(body_key.seal(&padded)).unwrap());
        errors.push((key.open(envelope.as_bytes()).unwrap_err(), body_key.open(body.as_bytes()).unwrap_err()));
    }
    assert_eq!(errors.len(), 48);
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    assert_eq!((errors[0].0.code, errors[0].1.code), (ErrorCode::DecryptionFailed, ErrorCode::DecryptionFailed));
}
