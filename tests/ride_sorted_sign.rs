//! Signing by sorted parameters, against its vectors and Java's notion of white space.

mod ride_support;

use meituan_protocol::Secret;
use meituan_protocol::sorted_sign::*;
use proptest::prelude::*;
use ride_support::{cases, text};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

#[test]
fn every_vector_is_reproduced_at_each_stage() {
    let cases = cases("sorted-sign");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let input: Value = serde_json::from_str(&text(case.join("input.json"))).unwrap();
        let scheme = if input["scheme"] == "prefix" { Scheme::Prefix } else { Scheme::SignKey };
        let secret = Secret::new(input["secret"].as_str().unwrap());
        let pairs = input["parameters"].as_array().unwrap().iter();
        let parameters: Vec<_> = pairs.filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?))).collect();
        let signed = signed_bytes(scheme, &secret, &parameters);
        assert_eq!(std::str::from_utf8(&signed).unwrap(), text(case.join("signed-text.txt")), "{}", case.display());
        let signature = text(case.join("sign.txt"));
        assert_eq!(sign(scheme, &secret, &parameters), signature, "{}", case.display());
        assert!(verify(scheme, &secret, &parameters, &signature));
        assert!(!verify(scheme, &secret, &parameters, &signature.to_uppercase()));
        assert!(!verify(scheme, &Secret::new("another"), &parameters, &signature));
        assert!(!verify(scheme, &secret, &parameters, ""));
    }
}

#[test]
fn white_space_is_what_java_says_it_is() {
    // The documentation of Character.isWhitespace(char), with the separators of Unicode 6.3 and later (Java 9 and later).
    let java = [
        0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
        0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x205f, 0x3000,
    ];
    let own: Vec<u16> = (0..=u16::MAX).filter(|&unit| is_java_whitespace(unit)).collect();
    assert_eq!(own, java);
    assert!(is_blank("") && is_blank(" \t\u{3000}\u{1f}"));
    for text in ["\u{a0}", "\u{85}", "\u{2007}", "\u{202f}", "\u{180e}", " x ", "\u{1f600}"] {
        assert!(!is_blank(text), "{text:?}");
    }
}

#[test]
fn the_order_of_the_parameters_does_not_matter_and_the_last_of_two_counts() {
    let secret = Secret::new("0123456789abcdef");
    for scheme in [Scheme::SignKey, Scheme::Prefix] {
        let one = sign(scheme, &secret, &[("a", "1"), ("b", "2")]);
        assert_eq!(sign(scheme, &secret, &[("b", "2"), ("a", "1")]), one);
        assert_eq!(sign(scheme, &secret, &[("a", "0"), ("b", "2"), ("a", "1")]), one);
        assert_eq!(sign(scheme, &secret, &[("a", "1"), ("sign", one.as_str()), ("b", "2")]), one);
        assert_ne!(sign(scheme, &secret, &[("a", "1"), ("b", "3")]), one);
    }
    assert_eq!(
        sign(Scheme::SignKey, &secret, &[("a", "1"), ("sign_key", "forged")]),
        sign(Scheme::SignKey, &secret, &[("a", "1")])
    );
}

#[test]
fn where_the_last_of_two_is_left_out_neither_is_signed() {
    let secret = Secret::new("0123456789abcdef");
    for (scheme, empty) in [(Scheme::SignKey, " "), (Scheme::Prefix, "")] {
        assert_eq!(sign(scheme, &secret, &[("a", "1"), ("b", "2"), ("a", empty)]), sign(scheme, &secret, &[("b", "2")]));
    }
}

#[test]
fn as_many_parameters_as_somebody_who_means_harm_can_send_take_no_more_than_their_share() {
    // If each were compared with all others, this would take minutes.
    let names: Vec<String> = (0..200_000u32).map(|index| format!("n{}", index.wrapping_mul(2_654_435_761) % 150_000)).collect();
    let parameters: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    let signed = signed_bytes(Scheme::Prefix, &Secret::new("s"), &parameters);
    let different: HashSet<_> = names.iter().collect();
    assert_eq!(signed.len(), 1 + different.iter().map(|name| name.len() + 1).sum::<usize>());
}

proptest! {
    #[test]
    fn what_is_signed_are_the_last_values_in_the_order_of_utf_16(
        parameters in proptest::collection::vec(("(sign|sign_key|[a-c\u{e000}\u{1f600}]{0,2})", "[ x]{0,2}"), 0..12),
        prefix: bool,
    ) {
        let borrowed: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut last = BTreeMap::new();
        for &(name, value) in &borrowed {
            last.insert(name.encode_utf16().collect::<Vec<_>>(), (name, value));
        }
        last.retain(|_, (name, value)| *name != "sign" && (if prefix { !value.is_empty() } else { !value.trim().is_empty() }));
        if !prefix {
            last.insert("sign_key".encode_utf16().collect(), ("sign_key", "secret"));
        }
        let pairs: String = last.values().map(|(name, value)| format!("{name}{value}")).collect();
        let expected = if prefix { format!("secret{pairs}") } else { pairs };
        let scheme = if prefix { Scheme::Prefix } else { Scheme::SignKey };
        let signed = signed_bytes(scheme, &Secret::new("secret"), &borrowed);
        prop_assert_eq!(std::str::from_utf8(&signed), Ok(expected.as_str()));
    }
}
