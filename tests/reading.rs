//! What a message says does not depend on how it is written: the quick way of reading, which takes what is written plainly,
//! and the slow one, which knows the whole grammar, tell the same.
//!
//! Messages are made from the definitions, mostly right ones, and written twice: as `JSON.stringify` would, and laboriously,
//! with space wherever the grammar has it, letters as escapes and numbers with exponents.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::definition::{Facts, Kind, Message};
use meituan_protocol::message::{Notation, Packed, Reading, read, write};
use meituan_protocol::ride::INTERFACES;
use meituan_protocol::ticket::{CALLS, ORDER_PAY, ORDER_REFUNDED};
use proptest::prelude::*;
use serde_json::Value;

/// JSON whose numbers are as they are written.
#[derive(Debug, Clone)]
enum Json {
    /// What can be written in one way only, or is kept as it is written.
    Bare(String),
    /// What stands for its value.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn plainly(&self, out: &mut String) {
        match self {
            Json::Bare(bare) | Json::Number(bare) => out.push_str(bare),
            Json::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Json::List(items) => entries(items, "[", "]", out, |item, out| item.plainly(out)),
            Json::Object(fields) => entries(fields, "{", "}", out, |(name, value), out| {
                out.push_str(&format!("\"{name}\":"));
                value.plainly(out);
            }),
        }
    }

    fn laboriously(&self, out: &mut String) {
        match self {
            Json::Bare(bare) => out.push_str(bare),
            Json::Number(number) if number.contains('e') => out.push_str(number),
            Json::Number(number) => out.push_str(&format!("{number}E+0")),
            Json::Text(text) => out.push_str(&escaped(text)),
            Json::List(items) => entries(items, "[ ", " ]", out, |item, out| {
                item.laboriously(out);
                out.push(' ');
            }),
            Json::Object(fields) => entries(fields, "{\n\t", "\r}", out, |(name, value), out| {
                out.push_str(&format!(" {} : ", escaped(name)));
                value.laboriously(out);
                out.push('\n');
            }),
        }
    }
}

fn entries<T>(entries: &[T], open: &str, close: &str, out: &mut String, each: impl Fn(&T, &mut String)) {
    out.push_str(open);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(entry, out);
    }
    out.push_str(close);
}

/// Letters at the begin of a string become escapes. Digits stay: an id or a date is not looked for behind an escape.
fn escaped(text: &str) -> String {
    let written = Value::from(text).to_string();
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => format!("\"\\u{:04x}{}", u32::from(first), &written[2..]),
        _ => written,
    }
}

/// Choices that follow from a seed.
struct Choices {
    state: u64,
    /// Whether there may be something wrong.
    spoils: bool,
}

impl Choices {
    fn new(seed: u64) -> Self {
        let mut choices = Choices { state: seed, spoils: false };
        choices.spoils = choices.below(3) == 0;
        choices
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % limit
    }

    fn one<'c>(&mut self, of: &[&'c str]) -> &'c str {
        of[self.below(of.len())]
    }

    fn number(&mut self) -> String {
        let right = ["0", "1", "2", "4", "200", "1122", "1479830400000", "1.0", "12e1", "1e2"];
        let doubtful = ["-1", "-0", "01", "0.5", "1.25", "0.005", "9999999999", "99999999999999999", "18446744073709551616"];
        if self.spoils && self.below(4) == 0 { self.one(&doubtful) } else { self.one(&right) }.into()
    }

    fn text(&mut self) -> Json {
        let texts = ["a", "张伟", "12 Wangjing East Road", "x\"y\\z\n", "", "5", "é", "Shanghai, 浦东", "true", "1.50", "e😀"];
        Json::Text(self.one(&texts).into())
    }

    fn value(&mut self, kind: &Kind, notation: Notation, level: usize) -> Json {
        // Now and then a value is of no kind that fits.
        match if self.spoils { self.below(40) } else { 40 } {
            0 => return Json::Bare("null".into()),
            1 => return self.text(),
            2 => return Json::Bare(self.number()),
            3 => return Json::Bare(self.one(&["true", "{}", "[]", "[1]", "{\"a\":\"b\"}"]).into()),
            _ => {}
        }
        let quoted = |digits: &str| Json::Text(digits.into());
        match kind {
            Kind::Id => {
                let all = ["1", "267462905905413", "9223372036854775808", "18446744073709551615", "0", "007"];
                let digits = self.one(if self.spoils { &all } else { &all[..4] });
                if notation == Notation::Program { quoted(digits) } else { Json::Bare(digits.into()) }
            }
            Kind::Code(listed) if self.below(8) > 0 => {
                let value = listed.values.get(self.below(listed.values.len().max(1))).map_or(0, |listed| listed.value);
                Json::Number(value.to_string())
            }
            Kind::Integer(bounds) if self.below(4) > 0 => {
                let beyond = bounds.max.saturating_add(i64::from(self.spoils));
                let near = [bounds.min, bounds.max, beyond, bounds.min + 1, bounds.max - 1][self.below(5)];
                Json::Number(near.to_string())
            }
            Kind::Yuan { .. } if notation == Notation::Wire => {
                Json::Number(self.one(&["0", "580.5", "1080.00", "0.05", "1199", "1.250", "-1", "2e3", "0.7"]).into())
            }
            Kind::Integer(_) | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Timestamp => Json::Number(self.number()),
            Kind::Decimal(_) => Json::Bare(self.number()),
            Kind::String { documented, .. } if *documented > 0 && self.below(8) == 0 => {
                Json::Text("a字".repeat(usize::from(*documented) / 2 + self.below(2)))
            }
            Kind::String { .. } => self.text(),
            Kind::Flag => Json::Bare(self.one(&["true", "false"]).into()),
            Kind::Date => {
                let all = ["2026-11-22", "2024-02-29", "2026-02-29", "2026-13-01", "26-1-1"];
                quoted(self.one(if self.spoils { &all } else { &all[..2] }))
            }
            Kind::WallClock if notation == Notation::Wire => {
                let all = ["2026-11-22 10:20:30", "0000-01-01 00:00:00", "2026-11-22 24:00:00", "2026-11-22T10:20:30", ""];
                quoted(self.one(if self.spoils { &all } else { &all[..2] }))
            }
            Kind::WallClock => Json::Number(self.one(&["1479830400000", "253402271999999", "253402272000000", "-1", "0"]).into()),
            Kind::Object(message) => self.object(message, notation, level + 1),
            Kind::List { item, .. } => {
                let count = if level > 4 { 0 } else { self.below(4) };
                Json::List((0..count).map(|_| self.value(item, notation, level + 1)).collect())
            }
            Kind::StringMap => {
                let count = self.below(3);
                Json::Object((0..count).map(|_| (self.one(&["0", "1", "key", "k2"]).into(), self.text())).collect())
            }
            Kind::Raw => Json::Bare(self.one(&["{\"a\":[1,2]}", "[]", "12"]).into()),
        }
    }

    fn object(&mut self, message: &Message, notation: Notation, level: usize) -> Json {
        let mut fields = Vec::new();
        for field in message.fields {
            if !self.spoils || self.below(12) > 0 {
                let name = match field.aliases {
                    [alias, ..] if self.below(10) == 0 => alias,
                    _ => &field.name,
                };
                fields.push(((*name).to_owned(), self.value(&field.kind, notation, level)));
            }
        }
        if self.spoils && self.below(12) == 0 {
            fields.push(("unheardOf".into(), self.text()));
        }
        if self.below(6) == 0 && fields.len() > 1 {
            let (one, other) = (self.below(fields.len()), self.below(fields.len()));
            fields.swap(one, other);
        }
        if self.spoils && self.below(40) == 0 && !fields.is_empty() {
            fields.push(fields[self.below(fields.len())].clone());
        }
        Json::Object(fields)
    }
}

/// What was read: whether it was accepted, the findings without their places in the text, and the value.
fn told(message: &'static Message, text: &str, how: Reading) -> (bool, Vec<String>, Value, bool) {
    let mut packed = Packed::default();
    let accepted = read(message, text.as_bytes(), how, &mut packed);
    let mut findings: Vec<_> =
        packed.issues.iter().map(|issue| format!("{:?} {} {} {:?}", issue.code, issue.refuses, issue.path, issue.rule)).collect();
    // Which of two keys comes first is where they stand, so the order of findings is not that of the definition.
    findings.sort();
    let mut written = Vec::new();
    write(message, &packed, text.as_bytes(), Notation::Program, &mut written);
    let value = if accepted { serde_json::from_slice(&written).expect("what is written is JSON") } else { Value::Null };
    (accepted, findings, value, packed.is_ascii())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_a_message_says_does_not_depend_on_how_it_is_written(seed in 1_u64.., program in any::<bool>(), quantity in 0_u32..4) {
        let notation = if program { Notation::Program } else { Notation::Wire };
        let how = Reading { notation, success: seed % 3 == 0, facts: Facts { quantity: Some(quantity), ..Facts::NONE } };
        let of_ticket = CALLS.iter().flat_map(|call| [call.request, call.reply]);
        let of_ride = INTERFACES.iter().flat_map(|interface| [interface.request, interface.reply]);
        for (index, message) in of_ticket.chain(of_ride).enumerate() {
            let json = Choices::new(seed ^ ((index as u64 + 1) << 32)).object(message, notation, 0);
            let (mut plain, mut laborious) = (String::new(), String::new());
            json.plainly(&mut plain);
            json.laboriously(&mut laborious);
            let (one, other) = (told(message, &plain, how), told(message, &laborious, how));
            prop_assert_eq!((one.0, &one.1, &one.2), (other.0, &other.1, &other.2), "{}\n{}", plain, laborious);
            prop_assert_eq!(one.3 && one.0, plain.is_ascii() && one.0, "{}", plain);
        }
    }
}

#[test]
fn the_messages_that_are_made_are_accepted_and_refused_often_enough_to_tell() {
    let mut accepted = 0;
    let all = 20 * CALLS.len();
    for seed in 1..=20_u64 {
        for (index, call) in CALLS.iter().enumerate() {
            let mut text = String::new();
            Choices::new((seed * 7919) ^ ((index as u64 + 1) << 32)).object(call.request, Notation::Wire, 0).plainly(&mut text);
            accepted += usize::from(told(call.request, &text, Reading::WIRE).0);
        }
    }
    assert!(accepted > all / 10 && accepted < all * 9 / 10, "{accepted} of {all}");
}

#[test]
fn an_id_in_program_notation_has_both_its_quotes() {
    let accepts = |order_id: &str| {
        let text = format!(r#"{{"partnerId":1122,"body":{{"orderId":{order_id},"partnerOrderId":"P"}}}}"#);
        [Notation::Program, Notation::Stored]
            .map(|notation| read(ORDER_PAY.request, text.as_bytes(), Reading { notation, ..Reading::WIRE }, &mut Packed::default()))
    };
    assert_eq!(accepts(r#""617""#), [true, true]);
    for order_id in [r#"&617""#, r#"1617""#, r#" 617""#, r#""617"#, r#"'617'"#, r#"[617""#] {
        assert_eq!(accepts(order_id), [false, false], "{order_id}");
    }
}

#[test]
fn an_amount_is_never_taken_for_the_number_that_stands_for_none() {
    let taken = |notation, price: &str| {
        let is_wire = notation == Notation::Wire;
        let (id, time) = if is_wire { ("7", "\"2026-11-22 10:20:30\"") } else { ("\"7\"", "0") };
        let text = format!(
            r#"{{"partnerId":1122,"body":{{"orderId":{id},"refundPrice":{price},"refundMessageType":1,"reason":"r","refundTime":{time},"count":1}}}}"#
        );
        let mut packed = Packed::default();
        let accepted = read(ORDER_REFUNDED.request, text.as_bytes(), Reading { notation, ..Reading::WIRE }, &mut packed);
        accepted.then(|| packed.view(ORDER_REFUNDED.request, text.as_bytes())?.object("body")?.integer("refundPrice")).flatten()
    };
    assert_eq!(["-1", "-1.00", "-0.01", "-2"].map(|price| taken(Notation::Wire, price)), [Some(-1), Some(-1), None, Some(-200)]);
    assert_eq!(["-1", "-100", "-200"].map(|price| taken(Notation::Program, price)), [Some(-1), None, Some(-200)]);
}

#[test]
fn what_is_beyond_the_findings_that_are_told_changes_none_of_them() {
    let mut vouchers: Vec<String> = (0..80).map(|number| format!("\"{number:024}\"")).collect();
    vouchers.push(vouchers[0].clone());
    let text = format!(
        r#"{{"partnerId":1122,"code":200,"describe":"","body":{{"orderId":7,"partnerOrderId":"P","voucherType":0,"vouchers":[{}]}}}}"#,
        vouchers.join(",")
    );
    let mut packed = Packed::default();
    read(ORDER_PAY.reply, text.as_bytes(), Reading::WIRE, &mut packed);
    let is_of_rule = |code| matches!(code, ErrorCode::RuleBroken | ErrorCode::RuleUnchecked);
    assert!(packed.issues.len() >= 64);
    assert!(packed.issues.iter().all(|issue| issue.rule.is_some() == is_of_rule(issue.code)), "{:?}", packed.issues.last());
}
