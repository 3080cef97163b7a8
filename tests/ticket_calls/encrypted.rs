//! Encrypted bodies.

use crate::garden::{Sent, body_key, create, order, sent, supplier};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::*;
use meituan_protocol::{ErrorCode, Secret};
use serde_json::Value;

#[test]
fn whatever_is_wrong_with_an_encrypted_body_is_replied_alike() {
    let seal = |plain: &[u8]| body_key().seal(plain).into_bytes();
    let mut altered = seal(b"{}");
    altered[3] ^= 1;
    let bodies =
        [b"AAAA".to_vec(), b"no Base64!".to_vec(), altered, seal(b"{"), seal(b"{}"), seal(b"{\"partnerId\":1123}"), seal(b"\xff")];
    let mut replies = bodies.into_iter().map(|body| {
        let refusal = Sent { encryption: "encrypted", ..sent("/mt/order/create", body) }.receive().unwrap_err();
        body_key().open(&supplier().answer_refusal(&refusal).body).unwrap()
    });
    let first = replies.next().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("请求体解密或解析失败"));
    assert!(replies.all(|reply| reply == first));
}

#[test]
fn a_plain_call_is_refused_where_it_must_be_encrypted_and_a_doubled_status_is_refused() {
    let mut config = supplier().config().clone();
    config.body_encryption = Some(BodyEncryption { key: body_key(), app_key: String::new(), required: true });
    let strict = Supplier::new(config).unwrap();
    let code_of = |call: Sent, by: &Supplier| call.receive_by(by).map_err(|refusal| refusal.error.code);
    let create = create(&order());
    assert_eq!(code_of(create.clone(), &strict).unwrap_err(), ErrorCode::EncryptionRequired);
    assert!(code_of(create.clone(), &supplier()).is_ok());
    let sealed = body_key().seal(order().to_string().as_bytes()).into_bytes();
    assert!(code_of(Sent { encryption: "encrypted", ..sent("/mt/order/create", sealed.clone()) }, &strict).is_ok());
    let doubled = Sent { encryption: "encrypted, encrypted", ..sent("/mt/order/create", sealed) };
    assert_eq!(code_of(doubled, &supplier()).unwrap_err(), ErrorCode::DuplicateHeader);
    // Meituan encrypts no query.
    let query = sent("/mt/order/query", r#"{"partnerId":1122,"body":{"orderId":1}}"#);
    assert!(code_of(query, &strict).is_ok());
}

/// An identical call may have been received before, by other settings, or without a gateway that doubles headers.
#[test]
fn settings_of_ours_against_the_header_of_encryption_are_no_failure_of_a_call_that_acts() {
    let mut config = supplier().config().clone();
    config.body_encryption = None;
    let without_key = Supplier::new(config.clone()).unwrap();
    config.body_encryption = Some(BodyEncryption { key: body_key(), app_key: String::new(), required: true });
    let strict = Supplier::new(config).unwrap();
    for (by, encryption, body, code) in [
        (&without_key, "encrypted", "AAAA", ErrorCode::EncryptionNotConfigured),
        (&strict, "", "{}", ErrorCode::EncryptionRequired),
        (&strict, "encrypted, encrypted", "AAAA", ErrorCode::DuplicateHeader),
    ] {
        for (path, expected) in [("/mt/order/create", None), ("/mt/level", Some(300))] {
            let refusal = Sent { encryption, ..sent(path, body) }.receive_by(by).unwrap_err();
            assert_eq!((refusal.error.code, refusal.answer_code()), (code, expected), "{path}");
            let stranger = Sent { encryption, secret: "another", ..sent(path, body) }.receive_by(by).unwrap_err();
            assert_eq!((stranger.error.code, stranger.answer_code().is_some()), (ErrorCode::BadSignature, true), "{path}");
        }
    }
}

#[test]
fn a_body_key_of_32_hexadecimal_digits_is_the_16_characters_that_they_write() {
    let sealed = body_key().seal(b"text");
    for digits in ["30313233343536373839616263646566", "30313233343536373839616263646566".to_uppercase().as_str()] {
        assert_eq!(BodyKey::new(&Secret::new(digits)).unwrap().seal(b"text"), sealed);
    }
    for other in ["3031323334353637383961626364656", "3031323334353637383961626364656x", "0123456789abcde", ""] {
        let error = BodyKey::new(&Secret::new(other)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "bodyEncryption.key"), "{other}");
    }
}

#[test]
fn an_encrypted_call_is_opened_and_its_reply_is_sealed() {
    let key = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap();
    let body = key.seal(order().to_string().as_bytes());
    let received = Sent { encryption: "Encrypted", ..sent("/mt/order/create", body) }.receive().unwrap();
    assert!(received.encrypted);
    let reply = supplier().reply(&received, &Reply::ok(OrderCreated { order_id: None, partner_order_id: "P1".into() })).unwrap();
    assert!(reply.headers.iter().any(|(name, value)| *name == "X-Encryption-Status" && value == "encrypted"));
    let plain = key.open(&reply.body).unwrap();
    assert_eq!(
        std::str::from_utf8(&plain).unwrap(),
        r#"{"partnerId":1122,"code":200,"describe":"success","body":{"partnerOrderId":"P1"}}"#
    );
}

#[test]
fn the_body_cipher_reproduces_its_vector_and_refuses_what_it_did_not_make() {
    let vector = include_str!("../vectors/body-cipher/computed/input.json");
    let vector: Value = serde_json::from_str(vector).unwrap();
    let key = BodyKey::new(&Secret::new(vector["key"].as_str().unwrap())).unwrap();
    let (plain, sealed) = (vector["plain"].as_str().unwrap(), vector["sealed"].as_str().unwrap());
    assert_eq!(key.seal(plain.as_bytes()), sealed);
    assert_eq!(key.open(sealed.as_bytes()).unwrap(), plain.as_bytes());
    for altered in ["", "AAAA", "!!!!", &sealed[4..], &sealed[..40]] {
        assert_eq!(key.open(altered.as_bytes()).unwrap_err().code, ErrorCode::DecryptionFailed);
    }
    assert_eq!(BodyKey::new(&Secret::new("short")).unwrap_err().code, ErrorCode::InvalidConfig);
}
