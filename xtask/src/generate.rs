//! What is made from the definitions: the JavaScript readers and their types, the sentences, the field reference.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::definition::{Basis, Enumeration, Field, Kind, Message, Presence};
use meituan_protocol::ticket::{self, CALLS, Call, Direction};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Writes the generated files of the package into `dist`.
pub(crate) fn write_generated(dist: &Path) -> std::io::Result<()> {
    let catalogue = Catalogue::collect();
    std::fs::write(dist.join("messages.js"), catalogue.readers())?;
    std::fs::write(dist.join("messages.d.ts"), catalogue.types())?;
    std::fs::write(dist.join("codes.js"), catalogue.constants())?;
    std::fs::write(dist.join("codes.d.ts"), catalogue.constant_types())?;
    std::fs::write(dist.join("texts.js"), texts())?;
    std::fs::write(dist.join("texts.d.ts"), TEXT_TYPES)
}

/// The field reference: its path below the repository, and what it must say.
pub(crate) fn field_reference() -> (&'static str, String) {
    ("docs/ticket-messages.md", Catalogue::collect().reference())
}

const HEADER: &str = "// Generated from the definitions in src/ticket by `cargo xtask build`. Do not edit.\n\n";

const TEXT_TYPES: &str = "import type { ErrorCode, RuleId } from \"./messages.js\";\n\n\
export interface Text { readonly en: string; readonly zh: string }\n\
export declare const errors: Readonly<Record<ErrorCode, { readonly meaning: Text; readonly hint: Text }>>;\n\
export declare const rules: Readonly<Record<RuleId, { readonly doc: string; readonly basis: \"documented\" | \"inferred\"; readonly at: string }>>;\n";

/// Everything that the calls are made of, each thing once.
struct Catalogue {
    objects: BTreeMap<&'static str, &'static Message>,
    enumerations: BTreeMap<&'static str, &'static Enumeration>,
    /// Objects that can be received: their enumerations are open.
    received: BTreeMap<&'static str, ()>,
    /// Objects that only JSON text holds (orders as they are stored, and their events): types without readers.
    stored: BTreeMap<&'static str, &'static Message>,
}

impl Catalogue {
    fn collect() -> Self {
        let mut catalogue = Catalogue {
            objects: BTreeMap::new(),
            enumerations: BTreeMap::new(),
            received: BTreeMap::new(),
            stored: BTreeMap::new(),
        };
        for call in CALLS {
            let incoming = call.direction == Direction::ToSupplier;
            catalogue.add(call.request, incoming, true);
            catalogue.add(call.reply, !incoming, true);
        }
        let travelling = catalogue.objects.clone();
        for message in ticket::order::MESSAGES {
            catalogue.add(message, false, false);
        }
        catalogue.stored = std::mem::replace(&mut catalogue.objects, travelling);
        catalogue.stored.retain(|name, _| !catalogue.objects.contains_key(name));
        catalogue
    }

    fn add(&mut self, message: &'static Message, received: bool, envelope: bool) {
        if !envelope {
            self.objects.insert(message.name, message);
        }
        if received {
            self.received.insert(message.name, ());
        }
        for field in message.fields {
            let mut kind = &field.kind;
            while let Kind::List { item, .. } = kind {
                kind = item;
            }
            match kind {
                Kind::Object(nested) => self.add(nested, received, false),
                Kind::Code(enumeration) => {
                    self.enumerations.insert(enumeration.name, enumeration);
                }
                _ => {}
            }
        }
    }

    fn readers(&self) -> String {
        let mut out = String::from(HEADER);
        out.push_str("import { decimal, flag, number, object, objects, raw, scalars, text, textMap } from \"./slots.js\";\n\n");
        for message in self.objects.values() {
            let _ = writeln!(out, "const read{} = {};", message.name, reader(message));
        }
        out.push_str("\n/** The calls, in the order of their numbers. */\nexport const calls = [\n");
        for call in CALLS {
            let _ = writeln!(out, "  {},", facts_of(call));
        }
        out.push_str(
            "];\n\n/** The messages, in the order of their numbers: requests, then replies. */\nexport const messages = [\n",
        );
        for message in messages() {
            let _ = writeln!(out, "  {:?},", message.name);
        }
        out.push_str("];\n\n/** A reader for each message. */\nexport const read = [\n");
        for message in messages() {
            let _ = writeln!(out, "  {},", reader(message));
        }
        out.push_str("];\n");
        out
    }

    fn types(&self) -> String {
        let mut out = String::from(HEADER);
        out.push_str(BASIC_TYPES);
        for enumeration in self.enumerations.values() {
            let values: Vec<_> = enumeration.values.iter().map(|value| value.value.to_string()).collect();
            let listed: Vec<_> =
                enumeration.values.iter().map(|value| format!("- {}: {}", value.value, value.doc.trim())).collect();
            comment(&mut out, "", &format!("{}\n{}", enumeration.doc.trim(), listed.join("\n")));
            let _ = writeln!(out, "export type {} = {};\n", enumeration.name, values.join(" | "));
        }
        for message in self.objects.values().chain(self.stored.values()) {
            comment(&mut out, "", message.doc);
            let _ = writeln!(out, "export interface {} {{", message.name);
            self.fields(&mut out, message.fields, self.received.contains_key(message.name), "  ");
            out.push_str("}\n\n");
        }
        out.push_str("/** Every call: what is asked, what may be replied. */\nexport interface TicketCalls {\n");
        for call in CALLS {
            self.call_type(&mut out, call);
        }
        out.push_str("}\n\n");
        let union = |names: Vec<&str>| names.iter().map(|name| format!("\n  | {name:?}")).collect::<String>();
        let _ = writeln!(
            out,
            "/** The stable name of what is wrong. */\nexport type ErrorCode ={};\n",
            union(ErrorCode::ALL.iter().map(|code| code.as_str()).collect())
        );
        let _ = writeln!(
            out,
            "/** The stable id of a rule. */\nexport type RuleId ={};\n",
            union(ticket::rules::ALL.iter().map(|rule| rule.id).collect())
        );
        let _ = writeln!(
            out,
            "/** The name of a message. */\nexport type MessageName ={};\n",
            union(messages().map(|message| message.name).collect())
        );
        out.push_str(TABLE_TYPES);
        out
    }

    fn fields(&self, out: &mut String, fields: &[Field], received: bool, indent: &str) {
        for field in fields {
            comment(out, indent, &format!("{}{}", field.doc.trim(), unit(&field.kind)));
            let of = type_of(&field.kind, received);
            let _ = match field.presence {
                Presence::Optional | Presence::Nullable => writeln!(out, "{indent}readonly {}?: {of} | undefined;", field.name),
                _ => writeln!(out, "{indent}readonly {}: {of};", field.name),
            };
        }
    }

    fn call_type(&self, out: &mut String, call: &Call) {
        let incoming = call.direction == Direction::ToSupplier;
        comment(out, "  ", call.doc);
        let _ = writeln!(out, "  {}: {{", call.name);
        let _ = writeln!(out, "    direction: {:?};", if incoming { "toSupplier" } else { "toMeituan" });
        let extras: Vec<_> = extras(call.request).collect();
        if extras.is_empty() {
            let _ = writeln!(
                out,
                "    request: {};",
                body(call.request).map_or("undefined".into(), |field| type_of(&field.kind, incoming))
            );
        } else {
            out.push_str("    request: {\n");
            for field in call.request.fields.iter().filter(|field| field.name != "partnerId") {
                self.fields(out, std::slice::from_ref(field), incoming, "      ");
            }
            out.push_str("    };\n");
        }
        let _ =
            writeln!(out, "    reply: {};", body(call.reply).map_or("undefined".into(), |field| type_of(&field.kind, !incoming)));
        let names = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "    echoes: {};", if call.echoes.is_empty() { "never".into() } else { names(call.echoes) });
        let failures: Vec<_> =
            call.codes.values.iter().filter(|code| !call.is_outcome(code.value)).map(|code| code.value.to_string()).collect();
        let _ = writeln!(out, "    failure: {};", if failures.is_empty() { "never".into() } else { failures.join(" | ") });
        let _ = writeln!(out, "    pending: {};\n  }};", call.pending.map_or("never".into(), |code| code.to_string()));
    }

    fn constants(&self) -> String {
        let mut out = String::from(HEADER);
        for enumeration in self.enumerations.values() {
            let values: Vec<_> = enumeration.values.iter().map(|value| format!("{}: {}", value.name, value.value)).collect();
            let _ =
                writeln!(out, "export const {} = /* @__PURE__ */ Object.freeze({{ {} }});", enumeration.name, values.join(", "));
        }
        out
    }

    fn constant_types(&self) -> String {
        let mut out = String::from(HEADER);
        for enumeration in self.enumerations.values() {
            comment(&mut out, "", enumeration.doc);
            let _ = writeln!(out, "export declare const {}: {{", enumeration.name);
            for value in enumeration.values {
                comment(&mut out, "  ", value.doc);
                let _ = writeln!(out, "  readonly {}: {};", value.name, value.value);
            }
            out.push_str("};\n\n");
        }
        out
    }

    fn reference(&self) -> String {
        let mut out = String::from(
            "# Ticket messages\n\nGenerated from the definitions in `src/ticket` by `cargo xtask build`; do not edit.\n\n",
        );
        out.push_str("Wire types; in programs amounts in yuan are whole fen, moments are epoch milliseconds, and ids are texts in JavaScript.\n\n## Calls\n\n");
        out.push_str("| call | direction | codes | what |\n|---|---|---|---|\n");
        for call in CALLS {
            let direction = match call.direction {
                Direction::ToSupplier => "Meituan → supplier".to_owned(),
                Direction::ToMeituan(path) => format!("supplier → Meituan, `{path}`"),
            };
            let mandatory = if call.is_mandatory() { ", mandatory" } else { "" };
            let _ = writeln!(out, "| `{}` | {direction}{mandatory} | `{}` | {} |", call.name, call.codes.name, one_line(call.doc));
        }
        out.push_str("\n## Envelopes\n\n");
        for message in messages() {
            table(&mut out, message, 3);
        }
        out.push_str("## Bodies\n\n");
        for message in self.objects.values() {
            table(&mut out, message, 3);
        }
        out.push_str("## Values\n\n");
        for enumeration in self.enumerations.values() {
            let _ = writeln!(
                out,
                "### {}\n\n{}\n\n| value | name | meaning |\n|--:|---|---|",
                enumeration.name,
                one_line(enumeration.doc)
            );
            for value in enumeration.values {
                let _ = writeln!(out, "| {} | `{}` | {} |", value.value, value.name, one_line(value.doc));
            }
            out.push('\n');
        }
        out.push_str("## Rules\n\n| rule | basis | what |\n|---|---|---|\n");
        for rule in ticket::rules::ALL {
            let _ = writeln!(out, "| `{}` | {} | {} |", rule.id, basis(rule.basis), one_line(rule.doc));
        }
        out
    }
}

const BASIC_TYPES: &str = r#"/** An unsigned 64-bit id of Meituan's, as digits: exact beyond 2^53. On the wire a bare number. */
export type Id = string;
declare const fenBrand: unique symbol;
/** An amount in whole fen (1/100 yuan). Made by `fen(58000)` or `yuan("580.00")`. On the wire decimal yuan. */
export type Fen = number & { readonly [fenBrand]: true };
/** Epoch milliseconds. On the wire `yyyy-MM-dd HH:mm:ss`, UTC+8. */
export type Timestamp = number;
/** A calendar date, `yyyy-MM-dd`. */
export type DateText = string;
/** A number that is not listed: kept as received, and reported in the warnings. */
export type Unlisted = number & {};

"#;

const TABLE_TYPES: &str = r#"/** What is special about a call. */
export interface CallFacts {
  readonly name: keyof TicketCalls;
  readonly direction: "toSupplier" | "toMeituan";
  readonly path?: string;
  readonly failure: number;
  readonly pending?: number;
  readonly encrypted: boolean;
  readonly mandatory: boolean;
  readonly echoes: readonly string[];
  readonly outcomes: readonly number[];
  readonly codes: readonly number[];
  readonly hasReplyBody: boolean;
  readonly requestBody: "object" | "list" | "none";
  readonly extras: readonly string[];
}
export declare const calls: readonly CallFacts[];
export declare const messages: readonly MessageName[];
export declare const read: ReadonlyArray<(block: number) => Record<string, unknown>>;
"#;

/// The messages in the order of their numbers: requests of all calls, then replies.
fn messages() -> impl Iterator<Item = &'static Message> {
    CALLS.iter().map(|call| call.request).chain(CALLS.iter().map(|call| call.reply))
}

fn body(message: &'static Message) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == "body")
}

fn extras(message: &'static Message) -> impl Iterator<Item = &'static Field> {
    message.fields.iter().filter(|field| !matches!(field.name, "partnerId" | "body"))
}

fn reader(message: &Message) -> String {
    let read = |(index, field): (usize, &Field)| {
        let slot = if index == 0 { "block".into() } else { format!("block + {index}") };
        format!("{}: {}", field.name, read_call(&field.kind, &slot))
    };
    let fields: Vec<_> = message.fields.iter().enumerate().map(read).collect();
    format!("(/** @type {{number}} */ block) => ({{ {} }})", fields.join(", "))
}

fn read_call(kind: &Kind, slot: &str) -> String {
    match kind {
        Kind::List { item: Kind::Object(message), .. } => format!("objects({slot}, read{})", message.name),
        Kind::List { item, .. } => format!("scalars({slot}, {})", read_function(item)),
        Kind::Object(message) => format!("object({slot}, read{})", message.name),
        kind => format!("{}({slot})", read_function(kind)),
    }
}

fn read_function(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Text { .. } | Kind::Date => "text",
        Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::WallClock => "number",
        Kind::Decimal { .. } => "decimal",
        Kind::Flag => "flag",
        Kind::TextMap => "textMap",
        Kind::Raw | Kind::Object(_) | Kind::List { .. } => "raw",
    }
}

fn facts_of(call: &'static Call) -> String {
    let numbers = |numbers: Vec<i32>| format!("[{}]", numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", "));
    let codes: Vec<i32> = call.codes.values.iter().map(|code| code.value).collect();
    let outcomes = codes.iter().copied().filter(|&code| call.is_outcome(code)).collect();
    let (direction, path) = match call.direction {
        Direction::ToSupplier => ("toSupplier", String::new()),
        Direction::ToMeituan(path) => ("toMeituan", format!("path: {path:?}, ")),
    };
    let pending = call.pending.map_or(String::new(), |code| format!("pending: {code}, "));
    let request_body = match body(call.request).map(|field| &field.kind) {
        Some(Kind::Object(_)) => "object",
        Some(_) => "list",
        None => "none",
    };
    let extras: Vec<_> = extras(call.request).map(|field| field.name).collect();
    format!(
        "{{ name: {:?}, direction: {direction:?}, {path}failure: {}, {pending}encrypted: {}, mandatory: {}, echoes: {:?}, outcomes: {}, codes: {}, hasReplyBody: {}, requestBody: {request_body:?}, extras: {extras:?} }}",
        call.name,
        call.failure,
        call.encrypted,
        call.is_mandatory(),
        call.echoes,
        numbers(outcomes),
        numbers(codes),
        body(call.reply).is_some(),
    )
}

fn type_of(kind: &Kind, received: bool) -> String {
    match kind {
        Kind::Id => "Id".into(),
        Kind::Integer { .. } | Kind::Decimal { .. } => "number".into(),
        Kind::Code(enumeration) if received => format!("{} | Unlisted", enumeration.name),
        Kind::Code(enumeration) => enumeration.name.into(),
        Kind::Fen => "Fen".into(),
        Kind::Yuan { sentinel: None } => "Fen".into(),
        Kind::Yuan { sentinel: Some(value) } => format!("Fen | {value}"),
        Kind::Text { .. } => "string".into(),
        Kind::Flag => "boolean".into(),
        Kind::Date => "DateText".into(),
        Kind::WallClock => "Timestamp".into(),
        Kind::Object(message) => message.name.into(),
        Kind::List { item, .. } => match type_of(item, received) {
            of if of.contains('|') => format!("ReadonlyArray<{of}>"),
            of => format!("readonly {of}[]"),
        },
        Kind::TextMap => "Readonly<Record<string, string>>".into(),
        Kind::Raw => "unknown".into(),
    }
}

/// What the type alone does not tell about a field.
fn unit(kind: &Kind) -> String {
    match kind {
        Kind::Yuan { sentinel: None } | Kind::Fen => " In fen.".into(),
        Kind::Yuan { sentinel: Some(value) } => format!(" In fen; {value} stays {value}."),
        Kind::WallClock => " Epoch milliseconds.".into(),
        Kind::List { most, .. } if *most > 0 => format!(" At most {most}."),
        _ => String::new(),
    }
}

fn wire_type(kind: &Kind) -> String {
    match kind {
        Kind::Id => "64-bit number".into(),
        Kind::Integer { min, max } if *min == i64::from(i32::MIN) && *max == i64::from(i32::MAX) => "number".into(),
        Kind::Integer { min, max } if *max == i64::from(i32::MAX) => format!("number ≥ {min}"),
        Kind::Integer { min, max } => format!("number {min} to {max}"),
        Kind::Code(enumeration) => format!("number, `{}`", enumeration.name),
        Kind::Fen => "number, fen".into(),
        Kind::Yuan { .. } => "number, yuan".into(),
        Kind::Decimal { min, max } => format!("decimal number {min} to {max}"),
        Kind::Text { documented: 0 } => "text".into(),
        Kind::Text { documented } => format!("text, documented with at most {documented} characters"),
        Kind::Flag => "true or false".into(),
        Kind::Date => "`yyyy-MM-dd`".into(),
        Kind::WallClock => "`yyyy-MM-dd HH:mm:ss`, UTC+8".into(),
        Kind::Object(message) => format!("`{}`", message.name),
        Kind::List { item, most: 0 } => format!("list of {}", wire_type(item)),
        Kind::List { item, most } => format!("list of at most {most} {}", wire_type(item)),
        Kind::TextMap => "object of texts".into(),
        Kind::Raw => "any JSON".into(),
    }
}

fn table(out: &mut String, message: &Message, level: usize) {
    let _ = writeln!(out, "{} {}\n\n{}\n", "#".repeat(level), message.name, one_line(message.doc));
    out.push_str("| field | wire | needed | what |\n|---|---|---|---|\n");
    for field in message.fields {
        let needed = match field.presence {
            Presence::Required => "yes",
            Presence::OnSuccess => "at 200",
            Presence::Optional | Presence::Nullable => "no",
        };
        let _ = writeln!(out, "| `{}` | {} | {needed} | {} |", field.name, wire_type(&field.kind), one_line(field.doc));
    }
    if !message.rules.is_empty() {
        let rules: Vec<_> = message.rules.iter().map(|rule| format!("`{}`", rule.id)).collect();
        let _ = writeln!(out, "\nRules: {}.", rules.join(", "));
    }
    out.push('\n');
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn comment(out: &mut String, indent: &str, text: &str) {
    let lines: Vec<_> = text.trim().lines().map(|line| line.trim().replace("*/", "*\u{200b}/")).collect();
    if let [line] = lines.as_slice() {
        let _ = writeln!(out, "{indent}/** {line} */");
        return;
    }
    let _ = writeln!(out, "{indent}/**");
    for line in lines {
        let _ = writeln!(out, "{indent} * {line}");
    }
    let _ = writeln!(out, "{indent} */");
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Documented => "documented",
        Basis::Inferred => "inferred",
    }
}

fn texts() -> String {
    let mut out = String::from(HEADER);
    out.push_str("/** What each code means, and what to look at first. */\nexport const errors = {\n");
    for code in ErrorCode::ALL {
        let (meaning, hint) = (code.meaning(), code.hint());
        let _ = writeln!(
            out,
            "  {}: {{ meaning: {{ en: {:?}, zh: {:?} }}, hint: {{ en: {:?}, zh: {:?} }} }},",
            code.as_str(),
            meaning.en,
            meaning.zh,
            hint.en,
            hint.zh
        );
    }
    out.push_str("};\n\n/** What each rule demands. */\nexport const rules = {\n");
    for rule in ticket::rules::ALL {
        let _ = writeln!(
            out,
            "  {:?}: {{ doc: {:?}, basis: {:?}, at: {:?} }},",
            rule.id,
            one_line(rule.doc),
            basis(rule.basis),
            rule.at
        );
    }
    out.push_str("};\n");
    out
}
