//! The diagnosis of signatures, against vectors that another implementation of HMAC made.

#![cfg(feature = "diagnosis")]

use meituan_protocol::Secret;
use meituan_protocol::ba::{Diagnosis, Evidence, MISTAKES, diagnose};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

struct Vector {
    name: String,
    data: Value,
}

impl Vector {
    fn string(&self, pointer: &str) -> &str {
        self.data.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn mistakes(&self) -> Vec<&str> {
        self.data["mistakes"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
    }

    fn diagnosis(&self) -> Diagnosis {
        let secrets: Vec<_> =
            self.data["secrets"].as_array().unwrap().iter().map(|one| Secret::new(one.as_str().unwrap())).collect();
        diagnose(&Evidence {
            method: self.string("/method"),
            url: self.string("/url"),
            date: self.string("/headers/Date"),
            authorization: self.string("/headers/Authorization"),
            body: self.string("/body").as_bytes(),
            client_id: self.string("/clientId"),
            partner_id: self.string("/partnerId"),
            secrets: &secrets,
        })
    }
}

fn vectors() -> Vec<Vector> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/diagnosis");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.iter().map(|path| Vector { name: path.file_stem().unwrap().to_string_lossy().into_owned(), data: read(path) }).collect()
}

fn ids(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.mistakes.iter().map(|mistake| mistake.id).collect()
}

#[test]
fn a_request_signed_with_a_known_mistake_is_diagnosed_by_its_name() {
    for vector in vectors() {
        let diagnosis = vector.diagnosis();
        assert_eq!(ids(&diagnosis), vector.mistakes(), "{}", vector.name);
    }
}

#[test]
fn every_mistake_has_a_vector_in_which_it_is_made_alone() {
    let made: BTreeSet<String> = vectors()
        .iter()
        .filter_map(|vector| vector.mistakes().first().filter(|_| vector.mistakes().len() == 1).map(|id| (*id).to_owned()))
        .collect();
    let known: BTreeSet<String> = MISTAKES.iter().map(|mistake| mistake.id.to_owned()).collect();
    assert_eq!(made, known);
    assert_eq!(known.len(), MISTAKES.len(), "an id appears twice");
}

#[test]
fn what_makes_the_signature_is_shown_and_a_right_one_is_right() {
    let vectors = vectors();
    let named = |name: &str| vectors.iter().find(|vector| vector.name == name).unwrap().diagnosis();
    let right = named("right");
    assert!(right.is_explained && right.mistakes.is_empty());
    assert_eq!(right.expected, right.received);
    assert_eq!(right.signed.as_deref(), Some(right.string_to_sign.as_str()));
    let crlf = named("line.crlf");
    assert!(crlf.is_explained);
    assert_eq!(crlf.signed, Some(crlf.string_to_sign.replace('\n', "\r\n")));
    assert_eq!(crlf.expected, right.expected);
    assert_ne!(crlf.received, crlf.expected);
}

#[test]
fn what_no_known_mistake_makes_is_not_explained_but_what_can_be_seen_is_told() {
    let secrets = [Secret::new("not this one")];
    let evidence = Evidence {
        method: "POST",
        url: "/a",
        date: "Wed, 06 May 2015 10:34:20 GMT",
        authorization: "mws someone:hVQHFpzOXtxzOy5INj2IohJ85Y0=",
        client_id: "client",
        secrets: &secrets,
        ..Evidence::default()
    };
    let diagnosis = diagnose(&evidence);
    assert!(!diagnosis.is_explained);
    assert_eq!(diagnosis.signed, None);
    assert_eq!(ids(&diagnosis), ["header.scheme", "header.client-id"]);
    assert_eq!(diagnosis.received, "hVQHFpzOXtxzOy5INj2IohJ85Y0=");
    let nothing = diagnose(&Evidence { secrets: &[], ..evidence });
    assert!(!nothing.is_explained && nothing.expected.is_empty());
}

#[test]
fn no_signature_is_expected_of_an_id_that_was_given_as_the_secret() {
    for (name, is_expected) in [("right", true), ("header.secret.as-given", false), ("secret.partner-id.as-given", false)] {
        let vector = vectors().into_iter().find(|vector| vector.name == name).unwrap();
        assert_eq!(!vector.diagnosis().expected.is_empty(), is_expected, "{name}");
    }
    let secrets = [Secret::new("client")];
    let authorization = "MWS client:hVQHFpzOXtxzOy5INj2IohJ85Y0=";
    let diagnosis =
        diagnose(&Evidence { method: "POST", url: "/a", date: "x", authorization, secrets: &secrets, ..Evidence::default() });
    assert_eq!((diagnosis.is_explained, ids(&diagnosis)), (false, vec!["header.secret"]));
    assert_eq!(diagnosis.expected, "");
}

#[test]
fn a_method_beyond_ascii_is_told_of_like_any_other() {
    let [secrets, others] = ["secret", "another"].map(|secret| [Secret::new(secret)]);
    for method in ["Ζ", "😀POST", "é"] {
        let evidence = Evidence { method, url: "/a", date: "x", secrets: &others, ..Evidence::default() };
        let authorization = format!("MWS client:{}", diagnose(&evidence).expected);
        let told = diagnose(&Evidence { authorization: &authorization, secrets: &secrets, ..evidence });
        assert!(!told.is_explained, "{method}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_makes_it_panic(
        method in ".{0,8}", url in ".{0,40}", date in "[0-9A-Za-z, :+TZ.日-]{0,40}", authorization in "(MWS )?.{0,20}:?[A-Za-z0-9+/%= _-]{0,60}",
        body in any::<Vec<u8>>(), secret in ".{0,20}",
    ) {
        let secrets = [Secret::new(secret)];
        diagnose(&Evidence { method: &method, url: &url, date: &date, authorization: &authorization, body: &body, secrets: &secrets, ..Evidence::default() });
    }
}

const DATE: &str = "Wed, 06 May 2015 10:34:20 GMT";
const STRING: &str = "POST /mt/order/create\nWed, 06 May 2015 10:34:20 GMT";

/// What is said of a request that is `STRING`, with this header and body.
fn diagnosis(authorization: &str, body: &[u8], secret: &str) -> Diagnosis {
    let secrets = [Secret::new(secret)];
    let (method, url, client_id) = ("POST", "/mt/order/create", "vector-client");
    diagnose(&Evidence { method, url, date: DATE, authorization, body, client_id, partner_id: "", secrets: &secrets })
}

fn header(bytes: &[u8]) -> String {
    ["MWS vector-client:", &base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)].concat()
}

fn hmac<M: hmac::Mac + hmac::KeyInit>(key: &str, text: &str) -> Vec<u8> {
    <M as hmac::KeyInit>::new_from_slice(key.as_bytes()).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

#[test]
fn another_hash_is_found_and_nothing_else_of_its_length_is() {
    use hmac::Hmac;
    use sha1::Digest;
    let [md5, sha256] = [hmac::<Hmac<md5::Md5>>("a secret", STRING), hmac::<Hmac<sha2::Sha256>>("a secret", STRING)];
    let key_first = ["a secret", STRING].concat();
    let key_last = [STRING, "a secret"].concat();
    let made = [
        (md5, vec!["hash.md5"]),
        (sha256, vec!["hash.sha256"]),
        (md5::Md5::digest(&key_first).to_vec(), vec!["hash.md5", "hash.without-hmac"]),
        (md5::Md5::digest(&key_last).to_vec(), vec!["hash.md5", "hash.without-hmac"]),
        (sha1::Sha1::digest(&key_first).to_vec(), vec!["hash.without-hmac"]),
        (sha1::Sha1::digest(&key_last).to_vec(), vec!["hash.without-hmac"]),
        (sha2::Sha256::digest(&key_first).to_vec(), vec!["hash.sha256", "hash.without-hmac"]),
        (sha2::Sha256::digest(&key_last).to_vec(), vec!["hash.sha256", "hash.without-hmac"]),
    ];
    for (bytes, expected) in made {
        let found = diagnosis(&header(&bytes), b"", "a secret");
        assert_eq!((ids(&found), found.is_explained), (expected.clone(), true), "{bytes:x?}");
        let mut other = bytes;
        other[7] ^= 1;
        assert!(!diagnosis(&header(&other), b"", "a secret").is_explained, "{expected:?}");
    }
}

#[test]
fn another_moment_is_looked_for_up_to_a_quarter_of_an_hour_on_both_sides() {
    // 10:34:20, and what is so many seconds away from it.
    let moments =
        [("10:19:19", false), ("10:19:20", true), ("10:34:19", true), ("10:34:21", true), ("10:49:20", true), ("10:49:21", false)];
    for (clock, is_found) in moments {
        let signed = STRING.replace("10:34:20", clock);
        let found = diagnosis(&header(&hmac::<hmac::Hmac<sha1::Sha1>>("a secret", &signed)), b"", "a secret");
        assert_eq!(found.is_explained, is_found, "{clock}");
        assert_eq!(found.signed, is_found.then_some(signed));
    }
}

#[test]
fn a_scheme_that_is_missing_misspelt_or_another_one_is_told_and_hides_nothing_else() {
    let right = header(&hmac::<hmac::Hmac<sha1::Sha1>>("a secret", STRING));
    for scheme in ["mws ", "MWS", "mws:", "Basic ", "AWS4 ", "MWS  "] {
        let found = diagnosis(&right.replace("MWS ", scheme), b"", "a secret");
        assert_eq!((ids(&found), found.is_explained), (vec!["header.scheme"], true), "{scheme:?}");
    }
}

#[test]
fn quotes_around_a_secret_are_a_mistake_where_they_are_a_pair() {
    let signed = header(&hmac::<hmac::Hmac<sha1::Sha1>>("a secret", STRING));
    for (secret, is_found) in [("\"a secret\"", true), ("'a secret'", true), ("\"a secret'", false), ("'a secret\"", false)] {
        let found = diagnosis(&signed, b"", secret);
        assert_eq!(found.is_explained, is_found, "{secret}");
        assert_eq!(ids(&found), if is_found { vec!["secret.quotes"] } else { vec![] }, "{secret}");
    }
}

#[test]
fn a_body_that_was_signed_is_found_up_to_64_kibibytes() {
    for (length, is_found) in [(1, true), (64 * 1024, true), (64 * 1024 + 1, false)] {
        let body = "b".repeat(length);
        let signed = header(&hmac::<hmac::Hmac<sha1::Sha1>>("a secret", &[STRING, "\n", &body].concat()));
        assert_eq!(diagnosis(&signed, body.as_bytes(), "a secret").is_explained, is_found, "{length}");
    }
}

#[test]
fn a_mistake_is_known_by_its_id() {
    assert_eq!(format!("{:?}", MISTAKES[0]), format!("Mistake({:?})", MISTAKES[0].id));
    assert!(MISTAKES[0] == MISTAKES[0] && MISTAKES[0] != MISTAKES[1]);
}

/// What a request of this path says, whose signature was made over another.
fn of_paths(sent: &str, signed: &str, secrets: &[Secret]) -> Diagnosis {
    let signature = hmac::<hmac::Hmac<sha1::Sha1>>("another secret", &format!("POST {signed}\n{DATE}"));
    of_signature(sent, &signature, secrets)
}

fn of_signature(sent: &str, signature: &[u8], secrets: &[Secret]) -> Diagnosis {
    diagnose(&Evidence {
        method: "POST",
        url: sent,
        date: DATE,
        authorization: &header(signature),
        client_id: "vector-client",
        secrets,
        ..Evidence::default()
    })
}

#[test]
fn long_addresses_and_many_secrets_end_too() {
    let secret = |text: &str| Secret::new(text);
    let many: Vec<_> = (0..2000).map(|number| secret(&format!("secret {number}"))).collect();
    let long = "/a".repeat(50_000);
    for (path, secrets) in [(&*long, &[secret("a secret")][..]), ("/mt/pay", &many), (&long, &many)] {
        assert!(!of_paths(path, "/another", secrets).is_explained);
    }
    // A part of a long one was left out, by the second of two secrets.
    let found = of_paths(&format!("/gateway/v1{long}"), &long, &[secret("a secret"), secret("another secret")]);
    assert_eq!(ids(&found), ["uri.prefix", "secret.other"]);
}

#[test]
fn every_pair_of_mistakes_is_tried_with_three_secrets_and_an_address_of_a_kilobyte() {
    let secrets = ["one", "two", "another secret"].map(Secret::new);
    let long = "/a".repeat(500);
    // Nothing but pairs is left then: the last ones are those of the key.
    let found = of_paths(&format!("{long}/"), &long, &secrets);
    assert_eq!(ids(&found), ["uri.slash", "secret.other"]);
    let empty = hmac::<hmac::Hmac<sha1::Sha1>>("", &format!("POST {long}"));
    assert_eq!(ids(&of_signature(&long, &empty, &secrets)), ["date.left-out", "secret.empty"]);
}
