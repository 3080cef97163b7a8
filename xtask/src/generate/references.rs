//! The references in docs/: every call, field, value and rule; and what becomes of an order.

use super::apis::Api;
use super::catalogue::Catalogue;
use super::writing::{basis, one_line};
use meituan_protocol::message::definition::{Bounds, Kind, Message, Presence};
use std::fmt::Write as _;

impl Catalogue<'_> {
    pub(super) fn reference(&self, api: &Api) -> String {
        let title = format!("{}{}", api.name[..1].to_uppercase(), &api.name[1..]);
        let mut out = format!(
            "# {title} messages\n\nGenerated from the definitions in `src/{}` by `cargo xtask build`; do not edit.\n\n{}",
            api.name, api.introduction
        );
        out.push_str("\n## Envelopes\n\n");
        for message in self.messages() {
            table(&mut out, message, api.success);
        }
        out.push_str("## Bodies\n\n");
        for message in self.objects.values().filter(|message| self.packed.contains(message.name.as_str())) {
            table(&mut out, message, api.success);
        }
        out.push_str("## Values\n\n");
        for enumeration in self.enumerations.values() {
            let _ = writeln!(
                out,
                "### {}\n\n{}\n\n| value | name | meaning |\n|--:|---|---|",
                enumeration.name,
                one_line(&enumeration.doc)
            );
            for value in enumeration.values {
                let _ = writeln!(out, "| {} | `{}` | {} |", value.value, value.name, one_line(&value.doc));
            }
            out.push('\n');
        }
        out.push_str("## Rules\n\n| rule | basis | what |\n|---|---|---|\n");
        for rule in self.rules() {
            let _ = writeln!(out, "| `{}` | {} | {} |", rule.id, basis(rule.basis), one_line(&rule.doc));
        }
        out.push_str(&api.appendix);
        out
    }
}

/// The state machine of an API's orders as a diagram, and what is stored of an order.
pub(super) fn order_rules(api: &Api) -> String {
    let mut out = format!(
        "# The order of the {} API\n\nGenerated from `src/{}/order` by `cargo xtask build`; do not edit.\n\n```mermaid\n{}\n```\n\n",
        api.name,
        api.name,
        api.diagram.trim()
    );
    out.push_str(api.guide);
    let all = Catalogue::of(std::slice::from_ref(api));
    for sentences in &api.sentences {
        let (first, rest) = sentences.name.split_at(1);
        let _ = writeln!(out, "## {}{rest}\n\n{}\n\n| id | 说明 | meaning |\n|---|---|---|", first.to_uppercase(), sentences.doc);
        for [id, zh, en] in &sentences.rows {
            let _ = writeln!(out, "| `{id}` | {zh} | {en} |");
        }
        out.push('\n');
    }
    out.push_str(
        "## Snapshots, events and settings\n\nJSON in program notation: ids are strings, timestamps epoch milliseconds, amounts fen.\n\n",
    );
    for message in all.objects.values().filter(|message| !all.packed.contains(message.name.as_str())) {
        table(&mut out, message, api.success);
    }
    out
}

pub(crate) fn table(out: &mut String, message: &Message, success: i32) {
    let _ = writeln!(out, "### {}\n\n{}\n", message.name, one_line(&message.doc));
    out.push_str("| field | wire | needed | what |\n|---|---|---|---|\n");
    for field in message.fields {
        let needed = match field.presence {
            Presence::Required => "yes".to_owned(),
            Presence::Key if matches!(field.kind, Kind::Id) => "yes, not 0".to_owned(),
            Presence::Key => "yes, not blank".to_owned(),
            Presence::OnSuccess => format!("at {success}"),
            Presence::Optional | Presence::Lenient | Presence::Nullable => "no".to_owned(),
        };
        let _ = writeln!(out, "| `{}` | {} | {needed} | {} |", field.name, wire_type(&field.kind), one_line(&field.doc));
    }
    if !message.rules.is_empty() {
        let rules: Vec<_> = message.rules.iter().map(|rule| format!("`{}`", rule.id)).collect();
        let _ = writeln!(out, "\nRules: {}.", rules.join(", "));
    }
    out.push('\n');
}

fn wire_type(kind: &Kind) -> String {
    match kind {
        Kind::Id => "64-bit number".into(),
        Kind::Integer(Bounds { min, max, .. }) if *min == i64::from(i32::MIN) && *max == i64::from(i32::MAX) => "number".into(),
        Kind::Integer(Bounds { min, max, .. }) if *max == i64::from(i32::MAX) => format!("number ≥ {min}"),
        Kind::Integer(Bounds { min, max, .. }) => format!("number {min} to {max}"),
        Kind::Code(enumeration) => format!("number, `{}`", enumeration.name),
        Kind::Fen => "number, fen".into(),
        Kind::Yuan { .. } => "number, yuan".into(),
        Kind::Decimal(Bounds { min, max, .. }) => format!("decimal number {min} to {max}"),
        Kind::String { documented: 0, words: [] } => "string".into(),
        Kind::String { documented: 0, words } => {
            format!("string: {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        }
        Kind::String { documented, .. } => format!("string, documented with at most {documented} characters"),
        Kind::Flag => "true or false".into(),
        Kind::Date => "`yyyy-MM-dd`".into(),
        Kind::Timestamp => "number, epoch milliseconds".into(),
        Kind::WallClock => "`yyyy-MM-dd HH:mm:ss`, UTC+8".into(),
        Kind::Object(message) => format!("`{}`", message.name),
        Kind::List { item, max: 0 } => format!("list of {}", wire_type(item)),
        Kind::List { item, max } => format!("list of at most {max} {}", wire_type(item)),
        Kind::StringMap => "object of strings".into(),
        Kind::Raw => "any JSON".into(),
    }
}
