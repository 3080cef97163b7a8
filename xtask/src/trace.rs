//! Generates from the definition of the trace format: its JSON Schema, and its description with the acceptance points.

use meituan_protocol::message::definition::{Basis, Bounds, Field, Kind, Message, Presence};
use meituan_protocol::ticket::acceptance::{PERSONAL_FIELDS, POINTS, PORTS, Trace, VERSION};
use meituan_protocol::ticket::{CALLS, Direction};
use std::fmt::Write as _;

use crate::generate::{one_line, table};

/// The committed documents: their paths below the repository, and what they must say.
pub(crate) fn documents() -> [(String, String); 2] {
    [("docs/trace.schema.json".into(), schema()), ("docs/trace.md".into(), description())]
}

fn schema() -> String {
    let definitions: Vec<_> =
        messages().iter().map(|message| format!("    {:?}: {}", message.name, object(message, "    "))).collect();
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"A recording of ticket exchanges, version {VERSION}\",\n  \"$ref\": \"#/$defs/Trace\",\n  \"$defs\": {{\n{}\n  }}\n}}\n",
        definitions.join(",\n")
    )
}

/// The format's messages, each once, the trace first.
pub(crate) fn messages() -> Vec<&'static Message> {
    let mut found = Vec::new();
    collect(Trace::MESSAGE, &mut found);
    found
}

/// The message and all that it is made of.
fn collect(message: &'static Message, found: &mut Vec<&'static Message>) {
    if found.iter().any(|other| other.name == message.name) {
        return;
    }
    found.push(message);
    for field in message.fields {
        let mut kind = &field.kind;
        while let Kind::List { item, .. } = kind {
            kind = item;
        }
        if let Kind::Object(nested) = kind {
            collect(nested, found);
        }
    }
}

fn object(message: &Message, indent: &str) -> String {
    let field = |field: &Field| {
        let nullable = if field.presence == Presence::Required { "" } else { " Null is the same as absent." };
        let description = format!("{}{nullable}", one_line(&field.doc));
        format!("{indent}    {:?}: {{ \"description\": {:?}{} }}", field.name, description, value(field))
    };
    let fields: Vec<_> = message.fields.iter().map(field).collect();
    let required = message.fields.iter().filter(|field| field.presence == Presence::Required);
    let required: Vec<_> = required.map(|field| format!("{:?}", field.name)).collect();
    format!(
        "{{\n{indent}  \"description\": {:?},\n{indent}  \"type\": \"object\",\n{indent}  \"required\": [{}],\n{indent}  \"additionalProperties\": false,\n{indent}  \"properties\": {{\n{}\n{indent}  }}\n{indent}}}",
        one_line(&message.doc),
        required.join(", "),
        fields.join(",\n")
    )
}

fn value(field: &Field) -> String {
    let schema = match field.name {
        "direction" => Some(listed(&["toSupplier", "toMeituan"])),
        "call" => Some(listed(&CALLS.iter().map(|call| call.name).collect::<Vec<_>>())),
        _ => kind(&field.kind),
    };
    match (schema, field.presence) {
        (None, _) => String::new(),
        (Some(schema), Presence::Required) => format!(", {schema}"),
        (Some(schema), _) => format!(", \"anyOf\": [{{ {schema} }}, {{ \"type\": \"null\" }}]"),
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    format!("\"enum\": [{}]", names.join(", "))
}

/// The schema of a value; nothing where it may be any JSON.
fn kind(of: &Kind) -> Option<String> {
    Some(match of {
        Kind::Integer(Bounds { min, max, .. }) => format!("\"type\": \"integer\", \"minimum\": {min}, \"maximum\": {max}"),
        Kind::String { .. } => "\"type\": \"string\", \"minLength\": 1".into(),
        Kind::Flag => "\"type\": \"boolean\"".into(),
        Kind::Date => r#""type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$""#.into(),
        Kind::Object(message) => format!("\"$ref\": \"#/$defs/{}\"", message.name),
        Kind::List { item, .. } => format!("\"type\": \"array\", \"items\": {{ {} }}", kind(item)?),
        Kind::Raw => return None,
        other => unreachable!("the trace format has no {other:?}"),
    })
}

fn description() -> String {
    let mut out = String::from(INTRODUCTION);
    for message in messages() {
        table(&mut out, message, 200);
    }
    let names = |names: Vec<String>| names.join(", ");
    let calls = |wanted: fn(&Direction) -> bool| {
        names(CALLS.iter().filter(|call| wanted(&call.direction)).map(|call| format!("`{}`", call.name)).collect())
    };
    let _ = writeln!(out, "Calls toSupplier: {}.\n", calls(|direction| *direction == Direction::ToSupplier));
    let _ = writeln!(out, "Calls toMeituan: {}.\n", calls(|direction| *direction != Direction::ToSupplier));
    out.push_str(REDACTION);
    let _ = writeln!(out, "{}.\n", names(PERSONAL_FIELDS.iter().map(|name| format!("`{name}`")).collect()));
    out.push_str(REPORT);
    out.push_str("| id | acceptance manual (验收手册) | basis | 要求 | demand | message rules |\n|---|---|---|---|---|---|\n");
    for point in POINTS {
        let basis = if point.basis == Basis::Documented { "documented" } else { "inferred" };
        let rules = names(point.rules.iter().map(|rule| format!("`{}`", rule.id)).collect());
        let _ = writeln!(out, "| `{}` | {} | {basis} | {} | {} | {rules} |", point.id, point.section, point.text.zh, point.text.en);
    }
    let _ = writeln!(out, "\nPorts (part four): {}.", names(PORTS.iter().map(u16::to_string).collect()));
    out
}

const INTRODUCTION: &str = r#"# Traces

Generated from the definition in `src/ticket/acceptance/trace.rs` by `cargo xtask build`; do not edit.

A trace is a recording of exchanges between Meituan and a supplier: one JSON object, UTF-8, checked by
[trace.schema.json](trace.schema.json). Handlers and observers write it; the acceptance checker reads it. It judges by the
acceptance manual (验收手册), 《API 直连—供应商开发美团流程》.

```json
{
  "version": 2,
  "settings": { "partnerId": 1122, "upstreamProducts": ["12113"] },
  "exchanges": [
    {
      "at": 1772416800000,
      "durationMs": 120,
      "direction": "toSupplier",
      "call": "orderPay",
      "authenticated": true,
      "request": { "partnerId": 1122, "body": { "orderId": 8985652356562370001, "partnerOrderId": "P-1" } },
      "response": {
        "partnerId": 1122,
        "code": 598,
        "describe": "出票中",
        "body": { "orderId": 8985652356562370001, "partnerOrderId": "P-1" }
      },
      "httpStatus": 200
    }
  ]
}
```

- **Bodies are the wire's own JSON, as it travelled**: yuan, bare 64-bit ids, UTC+8 strings. Copy the body; do not parse
  and print it again with a JSON library that rounds numbers. A body that was encrypted as a whole is written down opened. A
  body that is no JSON is written down as a string.
- **No secret is in it**: headers are left out, and the signature is one flag. Nothing that the checker needs is secret. A stale
  Date has a flag of its own (`stale`, since version 2): it is no wrong signature.
- Traces of version 1, and traces without a version, are read as before.
- Exchanges may be in any order. Two exchanges of one order that were under way at the same time are not judged by each
  other's outcome.

## Fields

"#;

const REDACTION: &str = r#"## Personal data

A recorder removes personal data from requests and replies before it writes them down: every string, number and flag that the
message's definition does not name, or that is below a field of these names, becomes `"***"`, at any depth; keys, nulls and empty strings stay. No acceptance point needs them. A body
that is no JSON becomes the string `"***"`. Codes (`voucher`, `vouchers`) stay, because points compare them: keep a trace of orders that are
not over like the orders themselves. Words (`describe`, `reason`) stay too: write no names into them.

"#;

const REPORT: &str = r#"## The report

`{"version":1,"points":[{"id","verdict","shown","findings":[{"effect","basis","path","rule","code","detail","exchange"}]}]}`; what
is absent or empty is left out. In JavaScript a finding with `detail` has `detailZh`, too: the same in Chinese.

| verdict | meaning |
|---|---|
| `passed` | at least one exchange shows the point kept (`shown` counts them), and none breaks it |
| `failed` | at least one exchange breaks it |
| `notExercised` | no exchange could have shown it |
| `unchecked` | exchanges could have shown it, but what is needed to judge them was not recorded |

| effect of a finding | meaning |
|---|---|
| `fails` | the point fails: the acceptance manual says so (`basis` is `documented`), or inferred rules were set to fail too |
| `warns` | what we inferred is broken (`basis` is `inferred`) |
| `unchecked` | it could not be judged |

`exchange` is the place in `exchanges`, from 0; `path` is the field of what the supplier wrote, or of the exchange, or of the
settings; `rule` is the message rule that was broken, `code` the stable name of what is wrong with the message.

## Acceptance points

Each fault counts against one point.

"#;
