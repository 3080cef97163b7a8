//! Signing by sorted parameters, against its vectors and Java's notion of white space.

mod ride_support;

use meituan_protocol::Secret;
use meituan_protocol::sorted_sign::*;
use ride_support::{cases, text};
use serde_json::Value;

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
