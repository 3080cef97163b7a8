//! The envelope against the published triple, vectors made with openssl, and an AES written out by hand.

mod ride_support;

use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::{ErrorCode, Secret};
use proptest::prelude::*;
use ride_support::*;
use serde_json::Value;

fn key() -> EnvelopeKey {
    EnvelopeKey::new(&Secret::new(SECRET_KEY)).unwrap()
}

#[test]
fn every_vector_is_sealed_and_opened_byte_for_byte() {
    let cases = cases("envelope");
    assert_eq!(cases.len(), 7, "the published triple and T1 to T6");
    for case in cases {
        let input: Value = serde_json::from_str(&text(case.join("input.json"))).unwrap();
        let (key, plain) = (input["key"].as_str().unwrap(), input["plain"].as_str().unwrap());
        let sealed = text(case.join("sealed.txt"));
        let own = EnvelopeKey::new(&Secret::new(key)).unwrap();
        assert_eq!(own.seal(plain), sealed, "{}", case.display());
        assert_eq!(own.open(sealed.as_bytes()).unwrap(), plain, "{}", case.display());
        assert_eq!(seal(key, plain.as_bytes()), sealed, "the AES of these tests: {}", case.display());
    }
}

#[test]
fn openssl_agrees_on_random_texts_and_keys_in_both_directions() {
    let cases: Vec<Value> = serde_json::from_str(&text(vectors("envelope").join("random.json"))).unwrap();
    assert_eq!(cases.len(), 64);
    for case in cases {
        let part = |name: &str| case[name].as_str().unwrap();
        let key = EnvelopeKey::new(&Secret::new(part("key"))).unwrap();
        assert_eq!(key.seal(part("plain")), part("sealed"));
        assert_eq!(key.open(part("sealed").as_bytes()).unwrap(), part("plain"));
    }
}

#[test]
fn all_four_base64_variants_open_and_so_does_a_plus_that_became_a_space() {
    let case = vectors("envelope").join("published");
    let input: Value = serde_json::from_str(&text(case.join("input.json"))).unwrap();
    let key = EnvelopeKey::new(&Secret::new(input["key"].as_str().unwrap())).unwrap();
    let url_safe = text(case.join("sealed.txt"));
    let standard = url_safe.replace('-', "+").replace('_', "/");
    assert!(standard.contains('+') && standard.contains('/'));
    let padding = "=".repeat((4 - url_safe.len() % 4) % 4);
    let variants = [
        url_safe.clone(),
        standard.clone(),
        url_safe.clone() + &padding,
        standard.clone() + &padding,
        standard.replace('+', " ") + &padding,
        url_safe + "\r\n",
    ];
    for content in variants {
        assert_eq!(key.open(content.as_bytes()).unwrap(), input["plain"].as_str().unwrap(), "{content:?}");
    }
}

#[test]
fn a_key_is_taken_in_all_four_base64_variants() {
    let sealed = EnvelopeKey::new(&Secret::new("+/+/+/+/+/+/+/+/+/+/+w==")).unwrap().seal("text");
    for variant in ["+/+/+/+/+/+/+/+/+/+/+w", "-_-_-_-_-_-_-_-_-_-_-w==", "-_-_-_-_-_-_-_-_-_-_-w"] {
        assert_eq!(EnvelopeKey::new(&Secret::new(variant)).unwrap().seal("text"), sealed);
    }
}

#[test]
fn a_key_of_32_hexadecimal_digits_is_read_as_these() {
    let sealed = key().seal("text");
    for digits in ["000102030405060708090a0b0c0d0e0f", "000102030405060708090A0B0C0D0E0F"] {
        assert_eq!(EnvelopeKey::new(&Secret::new(digits)).unwrap().seal("text"), sealed);
    }
    for other in ["000102030405060708090a0b0c0d0e0", "000102030405060708090a0b0c0d0e0g", "000102030405060708090a0b0c0d0e0f00"] {
        assert_eq!(EnvelopeKey::new(&Secret::new(other)).unwrap_err().code, ErrorCode::InvalidConfig, "{other}");
    }
}

#[test]
fn a_key_that_is_not_16_bytes_of_base64_is_refused_by_name() {
    let wrong = [
        "",
        "0123456789abcdef", // 12 bytes: the text itself as the key is a known mistake
        "not Base64!",
        "AAECAwQFBgcICQoLDA0O",                         // 15 bytes
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",             // 24 bytes
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", // 32 bytes
        "AAECAwQFBgcICQoLDA0ODw=",
        "AAECAwQFBgcICQoLDA0ODw===",
    ];
    for secret in wrong {
        let error = EnvelopeKey::new(&Secret::new(secret)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "secretKey"), "{secret:?}");
        assert!(secret.is_empty() || !format!("{error} {error:?}").contains(secret));
    }
}

#[test]
fn whatever_is_wrong_with_a_content_the_error_is_the_same() {
    let other_key = seal("D/D/D/D/D/D/D/D/D/D/Dw==".replace('D', "A").as_str(), b"{}");
    let sealed = key().seal("0123456789abcdef");
    let without_padding = &sealed[..sealed.len() / 2 + 1];
    let not_utf8 = seal(SECRET_KEY, &[0xff, 0xfe, 0xfd]);
    let wrong: [&[u8]; 10] = [
        b"",
        b"=",
        b"%%%",
        b"\xff\xfe",
        b"AAAA",
        &sealed.as_bytes()[..sealed.len() - 1],
        without_padding.as_bytes(),
        other_key.as_bytes(),
        not_utf8.as_bytes(),
        "密文".as_bytes(),
    ];
    let first = key().open(wrong[0]).unwrap_err();
    assert_eq!((first.code, first.path.as_str()), (ErrorCode::DecryptionFailed, "content"));
    for content in wrong {
        assert_eq!(key().open(content).unwrap_err(), first, "{:?}", String::from_utf8_lossy(content));
    }
}

#[test]
fn every_padding_that_is_not_pkcs5_is_refused() {
    for last in 0..=255_u8 {
        let mut block = *b"0123456789abcdef";
        block[15] = last;
        // Sealed with a full block of padding after it, which is then cut off.
        let content = seal(SECRET_KEY, &block);
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, content).unwrap();
        let cut = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &bytes[..16]);
        let opened = key().open(cut.as_bytes());
        assert_eq!(opened.is_ok(), last == 1, "{last}");
    }
}

#[test]
fn neither_key_nor_client_shows_its_secrets() {
    let shown = format!("{:?} {:?} {:?}", key(), client(), config(617));
    assert!(!shown.contains("AAEC") && !shown.contains(TOKEN), "{shown}");
    assert_eq!(format!("{:?}", key()), "EnvelopeKey(redacted)");
}

#[test]
fn there_is_no_integrity_blocks_of_two_messages_make_a_third() {
    // Why the documentation says to query the order before acting.
    let blocks = |amount: &str| key().seal(&format!(r#"{{"refundNo":"1","amount":{amount},"x":"0123"}}"#));
    let decode = |content: String| base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, content).unwrap();
    let (one, other) = (decode(blocks("1000")), decode(blocks("9999")));
    let mixed = [&one[..16], &other[16..32], &one[32..]].concat();
    let mixed = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, mixed);
    assert!(key().open(mixed.as_bytes()).unwrap().contains("9999"));
    let repeated = decode(key().seal(&"0123456789abcdef".repeat(2)));
    assert_eq!(repeated[..16], repeated[16..32], "equal blocks look equal");
}

proptest! {
    #[test]
    fn seal_then_open_is_the_identity_on_any_text(text in any::<String>()) {
        let content = key().seal(&text);
        prop_assert!(content.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        prop_assert_eq!(key().open(content.as_bytes()).unwrap(), text);
    }

    #[test]
    fn another_aes_agrees_in_both_directions(text in ".{0,80}", bytes in any::<[u8; 16]>()) {
        let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        let own = EnvelopeKey::new(&Secret::new(secret.clone())).unwrap();
        prop_assert_eq!(open(&secret, &own.seal(&text)), text.as_bytes());
        prop_assert_eq!(own.open(seal(&secret, text.as_bytes()).as_bytes()).unwrap(), text);
    }

    #[test]
    fn an_altered_content_is_an_error_or_an_altered_text(text in ".{0,60}", at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let content = key().seal(&text).into_bytes();
        let mut altered = content.clone();
        let at = at.index(altered.len());
        altered[at] = to;
        // The two alphabets, and the space, are one and the same letter.
        let letter = |byte: u8| match byte { b'+' | b' ' => b'-', b'/' => b'_', other => other };
        prop_assume!(letter(to) != content[at] && !matches!(to, b'=' | b'\n' | b'\r'));
        match key().open(&altered) {
            Err(error) => prop_assert_eq!(error.code, ErrorCode::DecryptionFailed),
            Ok(opened) => prop_assert_ne!(opened, text),
        }
    }

    #[test]
    fn no_bytes_make_open_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = key().open(&bytes);
        let _ = EnvelopeKey::new(&Secret::new(String::from_utf8_lossy(&bytes)));
    }
}
