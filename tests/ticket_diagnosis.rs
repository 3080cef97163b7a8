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
    fn text(&self, pointer: &str) -> &str {
        self.data.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn mistakes(&self) -> Vec<&str> {
        self.data["mistakes"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
    }

    fn diagnosis(&self) -> Diagnosis {
        let secrets: Vec<_> =
            self.data["secrets"].as_array().unwrap().iter().map(|one| Secret::new(one.as_str().unwrap())).collect();
        diagnose(&Evidence {
            method: self.text("/method"),
            url: self.text("/url"),
            date: self.text("/headers/Date"),
            authorization: self.text("/headers/Authorization"),
            body: self.text("/body").as_bytes(),
            client_id: self.text("/clientId"),
            partner_id: self.text("/partnerId"),
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
    assert_eq!(known.len(), MISTAKES.len(), "an id stands twice");
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
