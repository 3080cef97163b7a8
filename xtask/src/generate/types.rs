//! The TypeScript types of all messages, with what there is to say about each field.

use super::HEADER;
use super::apis::{body, extras, work_of};
use super::catalogue::Catalogue;
use super::writing::comment;
use meituan_protocol::ErrorCode;
use meituan_protocol::message::definition::{Field, Kind, Message, Presence};
use meituan_protocol::ride::{COMMON, INTERFACES, Interface};
use meituan_protocol::ticket::acceptance::POINTS;
use meituan_protocol::ticket::{CALLS, Call};
use std::fmt::Write as _;

impl Catalogue<'_> {
    pub(super) fn types(&self) -> String {
        let mut out = String::from(HEADER);
        out.push_str(BASIC_TYPES);
        for enumeration in self.enumerations.values() {
            let values: Vec<_> = enumeration.values.iter().map(|value| value.value.to_string()).collect();
            let listed: Vec<_> =
                enumeration.values.iter().map(|value| format!("- {}: {}", value.value, value.doc.trim())).collect();
            comment(&mut out, "", &format!("{}\n{}", enumeration.doc.trim(), listed.join("\n")));
            let _ = writeln!(out, "export type {} = {};\n", enumeration.name, values.join(" | "));
        }
        for message in self.objects.values() {
            comment(&mut out, "", &message.doc);
            if self.apis.iter().any(|api| api.choices.contains(&message.name.as_str())) {
                let _ = writeln!(out, "export type {} ={};\n", message.name, choices(message));
                continue;
            }
            let _ = writeln!(out, "export interface {} {{", message.name);
            self.fields(&mut out, message.fields, self.received.contains_key(message.name.as_str()), "  ");
            out.push_str("}\n\n");
        }
        out.push_str("/** Every call: its request, and its replies. */\nexport interface TicketCalls {\n");
        for call in CALLS {
            self.call_type(&mut out, call);
        }
        out.push_str(
            "}\n\n/** Every interface of the ride API: its request or push, and its reply. */\nexport interface RideInterfaces {\n",
        );
        for interface in INTERFACES {
            self.interface_type(&mut out, interface);
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
            union(self.rules().map(|rule| rule.id).collect())
        );
        let _ = writeln!(
            out,
            "/** The stable id of an acceptance point. */\nexport type AcceptancePointId ={};\n",
            union(POINTS.iter().map(|point| point.id).collect())
        );
        for sentences in self.apis.iter().flat_map(|api| &api.sentences) {
            let ids = union(sentences.rows.iter().map(|[id, ..]| id.as_str()).collect());
            let _ = writeln!(
                out,
                "/** The stable id of a sentence in `{}`. */\nexport type {} ={ids};\n",
                sentences.name, sentences.id
            );
        }
        let _ = writeln!(
            out,
            "/** The name of a message. */\nexport type MessageName ={};\n",
            union(self.messages().map(|message| message.name.as_str()).collect())
        );
        out.push_str(TABLE_TYPES);
        out
    }

    fn fields(&self, out: &mut String, fields: &[Field], received: bool, indent: &str) {
        for field in fields {
            comment(out, indent, &with_unit(field));
            let of = type_of(&field.kind, received);
            let _ = match field.presence {
                Presence::Optional | Presence::Lenient | Presence::Nullable => {
                    writeln!(out, "{indent}readonly {}?: {of} | undefined;", field.name)
                }
                _ => writeln!(out, "{indent}readonly {}: {of};", field.name),
            };
        }
    }

    fn call_type(&self, out: &mut String, call: &Call) {
        let incoming = call.is_to_supplier();
        comment(out, "  ", &call.doc);
        let _ = writeln!(out, "  {}: {{", call.name);
        let _ = writeln!(out, "    direction: {:?};", if incoming { "toSupplier" } else { "toMeituan" });
        let _ = writeln!(out, "    order: {};\n    work: {:?};", call.is_about_order(), work_of(call));
        if extras(call.request).next().is_none() {
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
        // What an outcome says of itself is in the arguments of the functions that reply it.
        let is_own = |field: &&Field| !matches!(field.name, "code" | "describe");
        let beside: Vec<_> = extras(call.reply).filter(is_own).collect();
        if beside.is_empty() {
            out.push_str("    beside: never;\n");
        } else {
            out.push_str("    beside: {\n");
            for field in beside {
                self.fields(out, std::slice::from_ref(field), !incoming, "      ");
            }
            out.push_str("    };\n");
        }
        let names = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "    echoes: {};", if call.echoes.is_empty() { "never".into() } else { names(call.echoes) });
        let failures: Vec<_> =
            call.codes.values.iter().filter(|code| !call.is_outcome(code.value)).map(|code| code.value.to_string()).collect();
        let _ = writeln!(out, "    failure: {};", if failures.is_empty() { "never".into() } else { failures.join(" | ") });
        let code = |code: Option<i32>| code.map_or("never".into(), |code| code.to_string());
        let _ = writeln!(out, "    pending: {};\n    already: {};\n  }};", code(call.pending), code(call.already));
    }

    /// A field that the library writes itself is no field of a program's.
    fn interface_type(&self, out: &mut String, interface: &Interface) {
        let is_push = interface.is_push();
        comment(out, "  ", &interface.doc);
        let direction = if is_push { "toEnterprise" } else { "toMeituan" };
        let _ = writeln!(out, "  {}: {{\n    direction: {direction:?};\n    order: {};", interface.name, interface.is_about_order);
        comment(out, "    ", &interface.request.doc);
        out.push_str("    request: {\n");
        let own = interface.request.fields.iter().filter(|field| is_push || !COMMON.contains(&field.name));
        for field in own {
            self.fields(out, std::slice::from_ref(field), is_push, "      ");
        }
        let data = interface.reply.fields.iter().find(|field| field.name == "data");
        let reply = match data.map(|field| (type_of(&field.kind, true), field.presence)) {
            None => "undefined".into(),
            Some((of, Presence::Required | Presence::Key | Presence::OnSuccess)) => of,
            Some((of, _)) if of == "unknown" => of,
            Some((of, _)) => format!("{of} | undefined"),
        };
        let _ = writeln!(out, "    }};\n    reply: {reply};\n  }};");
    }
}

/// One object type for each event.
fn choices(message: &Message) -> String {
    let choice = |field: &Field| format!("\n  | {{ readonly {}: {} }}", field.name, type_of(&field.kind, false));
    message.fields.iter().map(choice).collect()
}

fn type_of(kind: &Kind, received: bool) -> String {
    match kind {
        Kind::Id => "Id".into(),
        Kind::Integer { .. } | Kind::Decimal { .. } => "number".into(),
        Kind::Code(enumeration) if received || enumeration.is_open => format!("{} | Unlisted", enumeration.name),
        Kind::Code(enumeration) => enumeration.name.into(),
        Kind::Fen => "Fen".into(),
        Kind::Yuan { sentinel: None } => "Fen".into(),
        Kind::Yuan { sentinel: Some(value) } => format!("Fen | {value}"),
        Kind::String { words: [], .. } => "string".into(),
        // Open: a word that a later version has compiles, and the known ones are offered.
        Kind::String { words, .. } => words.iter().map(|word| format!("{word:?} | ")).collect::<String>() + "(string & {})",
        Kind::Flag => "boolean".into(),
        Kind::Date => "DateString".into(),
        Kind::Timestamp | Kind::WallClock => "Timestamp".into(),
        Kind::Object(message) => message.name.to_string(),
        Kind::List { item, .. } => match type_of(item, received) {
            of if of.contains('|') => format!("ReadonlyArray<{of}>"),
            of => format!("readonly {of}[]"),
        },
        Kind::StringMap => "Readonly<Record<string, string>>".into(),
        Kind::Raw => "unknown".into(),
    }
}

/// The documentation of a field, with facts that neither its type nor its words have.
fn with_unit(field: &Field) -> String {
    let doc = field.doc.trim();
    let (word, zh_unit, en_unit) = match &field.kind {
        Kind::Yuan { sentinel: Some(value) } => {
            ("fen", format!("（单位分；{value} 不变）"), format!(" In fen; {value} stays {value}."))
        }
        Kind::Yuan { sentinel: None } | Kind::Fen => ("fen", "（单位分）".into(), " In fen.".into()),
        Kind::Timestamp | Kind::WallClock => ("milliseconds", "（毫秒时间戳）".into(), " Epoch milliseconds.".into()),
        Kind::List { max, .. } if *max > 0 => ("most", format!("（最多 {max} 个）"), format!(" At most {max}.")),
        _ => return doc.to_owned(),
    };
    match doc.split_once(" · ") {
        _ if doc.split(|letter: char| !letter.is_ascii_alphabetic()).any(|each| each == word) => doc.to_owned(),
        Some((zh, en)) => format!("{zh}{zh_unit} · {en}{en_unit}"),
        None => format!("{doc}{en_unit}"),
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
export type DateString = string;
/** A number that is not listed: kept as received, and reported in the warnings. */
export type Unlisted = number & {};

"#;

const TABLE_TYPES: &str = r#"/** Facts of a call. */
export interface CallFacts {
  readonly name: keyof TicketCalls;
  readonly direction: "toSupplier" | "toMeituan";
  readonly path?: string;
  readonly failure: number;
  readonly pending?: number;
  readonly encrypted: boolean;
  readonly mandatory: boolean;
  /** Whether it is about one order. */
  readonly order: boolean;
  /** The supplier's work for it: where orders are kept, `needed` has a function; without one a `message` is accepted, and a call to be `served` is refused. */
  readonly work: "nothing" | "needed" | "message" | "served";
  readonly echoes: readonly string[];
  readonly outcomes: readonly number[];
  readonly codes: readonly number[];
  readonly hasReplyBody: boolean;
  readonly requestBody: "object" | "list" | "none";
  readonly extras: readonly string[];
}
/** Facts of an interface. */
export interface InterfaceFacts {
  readonly name: keyof RideInterfaces;
  readonly direction: "toMeituan" | "toEnterprise";
  /** The method inside the envelope, and the path below the host, of what the enterprise calls. */
  readonly method?: string;
  readonly path?: string;
  /** Whether it is about one order. */
  readonly order: boolean;
  /** Whether the reply's data is documented. */
  readonly hasData: boolean;
}
/** Fields of a message; what is absent is no property. */
export type Fields = Record<string, unknown>;
/** Builds the plain object of a packed message. */
export type Reader = (block: number) => Fields;
"#;
