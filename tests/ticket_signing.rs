//! BA authentication against the published example, computed vectors, and an HMAC written out by hand.

use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::{ErrorCode, Secret, ba};
use proptest::prelude::*;
use sha1::{Digest, Sha1};
use std::path::PathBuf;

struct Vector {
    name: String,
    input: serde_json::Value,
    string_to_sign: String,
    signed: serde_json::Value,
}

impl Vector {
    fn string(&self, key: &str) -> &str {
        self.input[key].as_str().unwrap()
    }
}

fn vectors() -> Vec<Vector> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/ba");
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 8, "vectors are missing");
    let read = |case: &PathBuf, file: &str| std::fs::read_to_string(case.join(file)).unwrap();
    let vector = |case: &PathBuf| Vector {
        name: case.file_name().unwrap().to_string_lossy().into_owned(),
        input: serde_json::from_str(&read(case, "input.json")).unwrap(),
        string_to_sign: read(case, "string-to-sign.txt"),
        signed: serde_json::from_str(&read(case, "signed.json")).unwrap(),
    };
    cases.iter().map(vector).collect()
}

#[test]
fn every_vector_is_reproduced_at_each_stage() {
    for vector in vectors() {
        let (method, uri, date) = (vector.string("method"), vector.string("uri"), vector.string("date"));
        assert_eq!(ba::string_to_sign(method, uri, date), vector.string_to_sign, "{}", vector.name);
        let key = ba::Key::new(&Secret::new(vector.string("clientSecret")));
        let signature = ba::sign(&key, method, uri, date);
        assert_eq!(signature, vector.signed["signature"], "{}", vector.name);
        let authorization = ba::authorization(vector.string("clientId"), &signature);
        assert_eq!(authorization, vector.signed["authorization"], "{}", vector.name);
        ba::verify(&[key], vector.string("clientId"), method, &[uri], date, &authorization).unwrap();
    }
}

#[test]
fn the_published_mistakes_are_neither_made_nor_accepted() {
    let vector = vectors().into_iter().find(|vector| vector.input["source"] == "published").unwrap();
    let key = ba::Key::new(&Secret::new(vector.string("clientSecret")));
    let (method, uri, date) = (vector.string("method"), vector.string("uri"), vector.string("date"));
    let mistakes = vector.input["mustNotBe"].as_object().unwrap();
    assert_eq!(mistakes.len(), 2);
    for (mistake, signature) in mistakes {
        let signature = signature.as_str().unwrap();
        assert_ne!(ba::sign(&key, method, uri, date), signature, "{mistake}");
        let authorization = ba::authorization("vector-client", signature);
        let error = ba::verify(std::slice::from_ref(&key), "vector-client", method, &[uri], date, &authorization).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadSignature, "{mistake}");
        assert_eq!(error.string_to_sign.as_deref(), Some(vector.string_to_sign.as_str()));
    }
}

#[test]
fn any_secret_of_a_rotation_and_any_of_the_signed_uris_is_accepted() {
    let keys = ["old", "new"].map(|secret| ba::Key::new(&Secret::new(secret)));
    let date = "Wed, 06 May 2015 10:34:20 GMT";
    for secret in &keys {
        for uri in ["/a?x=1", "/a"] {
            let header = ba::authorization("c", &ba::sign(secret, "POST", uri, date));
            ba::verify(&keys, "c", "POST", &["/a?x=1", "/a"], date, &header).unwrap();
            assert!(ba::verify(&keys, "c", "POST", &["/b"], date, &header).is_err());
            assert!(ba::verify(&keys, "c", "GET", &["/a?x=1", "/a"], date, &header).is_err());
        }
    }
}

#[test]
fn headers_of_another_form_are_malformed_and_another_client_is_unknown() {
    let key = ba::Key::new(&Secret::new("secret"));
    let date = "Wed, 06 May 2015 10:34:20 GMT";
    let signature = ba::sign(&key, "POST", "/", date);
    let code = |header: &str| ba::verify(std::slice::from_ref(&key), "c", "POST", &["/"], date, header).unwrap_err().code;
    let malformed = [
        "",
        "MWS",
        "MWS ",
        "MWS c",
        &format!("mws c:{signature}"),
        &format!("MWS  c:{}", &signature[1..]),
        &format!("MWS c:{}", &signature[..27]),
        &format!("MWS c:{signature}="),
        &format!("Basic c:{signature}"),
        &format!("MWS c {signature}"),
        "MWS c:!!!!!!!!!!!!!!!!!!!!!!!!!!!=",
        &format!("MWS c:é{}", &signature[2..]),
        &format!("MWS c:{}", signature.replace('=', "A")),
    ];
    for header in malformed {
        assert_eq!(code(header), ErrorCode::MalformedHeader, "{header:?}");
    }
    assert_eq!(code(&format!("MWS d:{signature}")), ErrorCode::UnknownClient);
    assert_eq!(code(&format!("MWS C:{signature}")), ErrorCode::UnknownClient);
}

#[test]
fn a_signature_has_one_text_and_another_one_for_the_same_bytes_is_malformed_whoever_sends_it() {
    const CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let key = ba::Key::new(&Secret::new("secret"));
    let date = "Wed, 06 May 2015 10:34:20 GMT";
    let signature = ba::sign(&key, "POST", "/", date);
    let last = CHARACTERS.find(&signature[26..27]).unwrap();
    // 20 bytes leave two bits of the last character.
    for bits in 1..4 {
        let other = format!("{}{}=", &signature[..26], &CHARACTERS[last + bits..=last + bits]);
        for client in ["c", "d"] {
            let header = ba::authorization(client, &other);
            let error = ba::verify(std::slice::from_ref(&key), "c", "POST", &["/"], date, &header).unwrap_err();
            assert_eq!(error.code, ErrorCode::MalformedHeader, "{header}");
        }
    }
}

#[test]
fn secrets_and_keys_do_not_show_themselves() {
    let secret = Secret::new("do-not-print-me");
    let key = ba::Key::new(&secret);
    let body_key = BodyKey::new(&Secret::new("do-not-print-me!")).unwrap();
    assert_eq!(format!("{secret:?} {key:?} {body_key:?}"), "Secret(redacted) Key(redacted) BodyKey(redacted)");
}

/// HMAC as RFC 2104 writes it, from SHA-1 alone.
fn hmac_by_hand(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if secret.len() > 64 {
        block[..20].copy_from_slice(&Sha1::digest(secret));
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad).to_vec();
    let inner = Sha1::digest([padded(0x36), message.to_vec()].concat());
    Sha1::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}

proptest! {
    #[test]
    fn signing_agrees_with_hmac_by_hand(secret in ".{1,100}", method in "[A-Z]{1,7}", uri in "/[!-~]{0,200}", date in "[ -~]{0,40}") {
        use base64::Engine;
        let expected = base64::engine::general_purpose::STANDARD
            .encode(hmac_by_hand(secret.as_bytes(), format!("{method} {uri}\n{date}").as_bytes()));
        let key = ba::Key::new(&Secret::new(secret));
        prop_assert_eq!(ba::sign(&key, &method, &uri, &date), expected);
    }

    #[test]
    fn no_header_makes_verifying_panic(header in ".{0,80}") {
        let key = ba::Key::new(&Secret::new("secret"));
        prop_assert!(ba::verify(&[key], "c", "POST", &["/"], "", &header).is_err());
    }
}
