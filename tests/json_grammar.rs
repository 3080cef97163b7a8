//! The scanner against serde_json: what is JSON for one is JSON for the other, and is read to the same value.
//!
//! The scanner refuses two things more, on purpose: a key that appears twice, and half a surrogate pair (which
//! serde_json refuses too). It limits nesting to 64 levels, serde_json to 128.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::RawJson;
use proptest::prelude::*;
use serde_json::Value;

fn accepts(text: &str) -> bool {
    RawJson::new(text).is_ok()
}

fn refused_as(text: &str) -> ErrorCode {
    RawJson::new(text).unwrap_err().code
}

#[test]
fn every_rule_of_the_grammar_is_kept() {
    let json = [
        "0",
        "-0",
        "10",
        "1.5",
        "1e5",
        "1E+5",
        "1.25e-7",
        "true",
        "false",
        "null",
        "\"\"",
        "[]",
        "{}",
        " [ ] ",
        "\t{\r\n}\n",
        "[1,2]",
        "{\"a\":1,\"b\":[{}]}",
        r#""\"\\\/\b\f\n\r\té😀""#,
        "\"\u{7f}\u{2028}\"",
        "\"中文\"",
        "123456789012345678901234567890",
        r#"{"a":1,"A":1}"#,
    ];
    for text in json {
        assert!(accepts(text), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
    }
    let other = [
        "",
        " ",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "undefined",
        "True",
        "nul",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\t\"",
        "\"\u{1}\"",
        "1 1",
        "[1] x",
        "//",
        "/* */1",
        "[1",
        "{\"a\":1",
        "]",
        "}",
        "\"\\",
        "\u{feff}1",
        "1\u{0}",
    ];
    for text in other {
        assert!(!accepts(text), "{text:?}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_cut_text_is_called_truncated_wherever_it_is_cut() {
    let whole = r#"{"a":[1,-2.5e3,"x\n\u4e2d\ud83d\ude00",true,null],"b":{"c":false}}"#;
    assert!(accepts(whole));
    for cut in 0..whole.len() {
        assert_eq!(refused_as(&whole[..cut]), ErrorCode::TruncatedJson, "{}", &whole[..cut]);
    }
}

#[test]
fn keys_that_stand_twice_are_refused_however_they_are_written() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"b":{"中":1,"x":0,"\u4e2d":2}}]"#, r#"{"":1,"":1}"#] {
        assert_eq!(refused_as(text), ErrorCode::DuplicateKey, "{text}");
    }
    assert!(accepts(r#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#));
}

#[test]
fn half_a_surrogate_pair_is_refused() {
    for text in
        [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\ud83d""#, r#""\ud83dx""#, r#""\ud83d\n""#, r#""\ude00\ud83d""#, r#"{"\udc00":1}"#]
    {
        assert_eq!(refused_as(text), ErrorCode::LoneSurrogate, "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
}

#[test]
fn nesting_ten_thousand_deep_is_refused_and_harms_nothing() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |levels: usize| [open.repeat(levels), "1".into(), close.repeat(levels)].concat();
        assert!(accepts(&deep(64)));
        assert_eq!(refused_as(&deep(65)), ErrorCode::TooDeep);
        assert_eq!(refused_as(&deep(10_000)), ErrorCode::TooDeep);
        assert_eq!(refused_as(&open.repeat(1_000_000)), ErrorCode::TooDeep);
    }
}

#[test]
fn an_object_made_to_be_slow_is_read_in_good_time() {
    let keys: Vec<_> = (0..100_000).map(|index| format!("\"\\u0061{index}\":0")).collect();
    assert!(accepts(&format!("{{{}}}", keys.join(","))));
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(".{0,9}", inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Alters one place of a string: the cheapest way to nearly-JSON.
fn altered(text: &str, at: usize, with: char) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = at % (characters.len() + 1);
    match with {
        '\u{0}' if at < characters.len() => drop(characters.remove(at)),
        with if at < characters.len() => characters[at] = with,
        with => characters.push(with),
    }
    characters.into_iter().collect()
}

/// Whether an object in this text has a key twice: serde_json keeps the last, we refuse.
fn agrees(text: &str) -> bool {
    match (RawJson::new(text), serde_json::from_str::<Value>(text)) {
        (Ok(raw), Ok(_)) => serde_json::to_string(&raw).is_ok(),
        // A number beyond the range of doubles is JSON all the same; serde_json has no value for it.
        (Ok(_), Err(error)) => error.to_string().contains("number out of range"),
        (Err(error), Ok(_)) => matches!(error.code, ErrorCode::DuplicateKey | ErrorCode::TooDeep),
        (Err(_), Err(_)) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_json_is_read(value in json()) {
        prop_assert!(accepts(&value.to_string()));
        prop_assert!(accepts(&serde_json::to_string_pretty(&value).unwrap()));
    }

    #[test]
    fn nearly_json_is_refused_exactly_where_serde_json_refuses(
        value in json(), at in any::<usize>(), with in prop::sample::select(vec!['\u{0}', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '1', 'e', 'E', '.', '-', '+', 'u', 'n', ' ', '\n', '\u{1}', '中', 'x'])
    ) {
        let text = altered(&value.to_string(), at, with);
        prop_assert!(agrees(&text), "{}", text);
    }

    #[test]
    fn any_text_at_all_is_judged_alike(text in "[\\[\\]{}:,\"\\\\0-9eEtrufalsn.+-]{0,24}") {
        prop_assert!(agrees(&text), "{}", text);
    }
}
