//! What is made from the definitions: the JavaScript readers and their types, the sentences, the tables, the field references.

use meituan_protocol::ErrorCode;
use meituan_protocol::ba::MISTAKES;
use meituan_protocol::message::definition::{Basis, Bounds, Enumeration, Field, Kind, Message, Presence, Rule};
use meituan_protocol::ride::codes::{self, QUESTIONS, ResultCode};
use meituan_protocol::ride::{self, COMMON, INTERFACES, Interface};
use meituan_protocol::ticket::acceptance::POINTS;
use meituan_protocol::ticket::{self, CALLS, Call, Direction};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Writes the generated files of the package into `dist`.
pub(crate) fn write_generated(dist: &Path) -> std::io::Result<()> {
    let apis = [ticket_api(), ride_api()];
    let all = Catalogue::of(&apis);
    std::fs::write(dist.join("messages.js"), all.names())?;
    std::fs::write(dist.join("messages.d.ts"), all.types())?;
    let mut exports = String::from(HEADER);
    for api in &apis {
        let own = Catalogue::of(std::slice::from_ref(api));
        std::fs::write(dist.join(format!("{}-messages.js", api.name)), own.readers(api))?;
        std::fs::write(dist.join(format!("{}-messages.d.ts", api.name)), reader_types(api))?;
        std::fs::write(dist.join(format!("{}-codes.js", api.name)), own.constants())?;
        std::fs::write(dist.join(format!("{}-codes.d.ts", api.name)), own.constant_types())?;
        let _ = writeln!(exports, "export * from \"./{}-codes.js\";", api.name);
    }
    std::fs::write(dist.join("codes.js"), &exports)?;
    std::fs::write(dist.join("codes.d.ts"), exports)?;
    std::fs::write(dist.join("ride-tables.js"), ride_tables())?;
    std::fs::write(dist.join("ride-tables.d.ts"), ride_table_types())?;
    std::fs::write(dist.join("mistakes.js"), mistakes())?;
    std::fs::write(dist.join("mistakes.d.ts"), mistake_types())?;
    // A page that shows one of the three loads no other.
    for (name, text) in [("messages", all.definitions()), ("values", all.values()), ("machines", machines())] {
        std::fs::write(dist.join(format!("definition-{name}.js")), text)?;
    }
    std::fs::write(dist.join("texts.js"), texts(&apis))?;
    std::fs::write(dist.join("texts.d.ts"), TEXT_TYPES)
}

/// The references: their paths below the repository, and what they must say.
pub(crate) fn references() -> Vec<(String, String)> {
    let mut references = Vec::new();
    for api in [ticket_api(), ride_api()] {
        let text = Catalogue::of(std::slice::from_ref(&api)).reference(&api);
        references.push((format!("docs/{}-messages.md", api.name), text));
        references.push((format!("docs/{}-order.md", api.name), order_rules(&api)));
    }
    references
}

/// The state machine of an API's orders as a diagram, and what is stored of an order.
fn order_rules(api: &Api) -> String {
    let mut out = format!(
        "# The order of the {} API\n\nGenerated from `src/{}/order` by `cargo xtask build`; do not edit.\n\n```mermaid\n{}\n```\n\n",
        api.name,
        api.name,
        api.diagram.trim()
    );
    let all = Catalogue::of(std::slice::from_ref(api));
    out.push_str("## What is stored, told and answered\n\nJSON in program notation: ids are texts, moments epoch milliseconds, amounts fen.\n\n");
    for message in all.objects.values().filter(|message| !all.packed.contains(message.name)) {
        table(&mut out, message, api.success);
    }
    out
}

const HEADER: &str = "// Generated from the definitions in src by `cargo xtask build`. Do not edit.\n\n";

const TEXT_TYPES: &str = "import type { AcceptancePointId, RuleId } from \"./messages.js\";\n\n\
export interface Text { readonly en: string; readonly zh: string }\n\
export declare const errors: string;\n\
export declare const rules: Readonly<Record<RuleId, Text & { readonly basis: \"documented\" | \"inferred\" }>>;\n\
export declare const acceptance: Readonly<Record<AcceptancePointId, Text & { readonly section: string; readonly basis: \"documented\" | \"inferred\"; readonly rules: readonly RuleId[] }>>;\n";

/// One API, as far as the generator has to know it.
struct Api {
    name: &'static str,
    /// The messages in the order of their numbers (src/wasm/mod.rs): all requests, then all replies.
    messages: Vec<Spoken>,
    /// What is special about each of its calls or interfaces, in the order of their numbers, and how that is called in JavaScript.
    facts: Facts,
    /// Enumerations that no field carries.
    further: &'static [&'static Enumeration],
    /// What is stored, or handed over within a program; no messages of the wire.
    inner: Vec<&'static Message>,
    /// Those of them that hold exactly one of their fields.
    choices: [&'static str; 1],
    /// The machine of its orders, for Mermaid.
    diagram: String,
    rules: &'static [&'static Rule],
    /// The beginning of the reference: what its columns are about, and who calls what.
    introduction: String,
    /// The code of success.
    success: i32,
}

/// A table of JavaScript.
struct Facts {
    name: &'static str,
    row_type: &'static str,
    rows: Vec<String>,
}

/// A message, and whether it is we who read it.
struct Spoken {
    message: &'static Message,
    is_received: bool,
}

fn ticket_api() -> Api {
    let is_incoming = |call: &Call| call.direction == Direction::ToSupplier;
    let requests = CALLS.iter().map(|call| Spoken { message: call.request, is_received: is_incoming(call) });
    let replies = CALLS.iter().map(|call| Spoken { message: call.reply, is_received: !is_incoming(call) });
    let mut introduction = String::from(
        "Wire types; in programs amounts in yuan are whole fen, moments are epoch milliseconds, and ids are texts in JavaScript.\n\n\
         ## Calls\n\n| call | direction | codes | what |\n|---|---|---|---|\n",
    );
    for call in CALLS {
        let direction = match call.direction {
            Direction::ToSupplier => "Meituan → supplier".to_owned(),
            Direction::ToMeituan(path) => format!("supplier → Meituan, `{path}`"),
        };
        let mandatory = if call.is_mandatory() { ", mandatory" } else { "" };
        let what = one_line(call.doc);
        let _ = writeln!(introduction, "| `{}` | {direction}{mandatory} | `{}` | {what} |", call.name, call.codes.name);
    }
    Api {
        name: "ticket",
        messages: requests.chain(replies).collect(),
        facts: Facts { name: "calls", row_type: "CallFacts", rows: CALLS.iter().map(|call| facts_of(call)).collect() },
        further: &[],
        inner: [ticket::order::MESSAGES, &[ticket::acceptance::Trace::MESSAGE]].concat(),
        choices: [ticket::order::Event::MESSAGE.name],
        diagram: ticket::order::diagram(),
        rules: ticket::rules::ALL,
        introduction,
        success: 200,
    }
}

fn ride_api() -> Api {
    let requests = INTERFACES.iter().map(|interface| Spoken { message: interface.request, is_received: interface.is_push() });
    let replies = INTERFACES.iter().map(|interface| Spoken { message: interface.reply, is_received: !interface.is_push() });
    let mut introduction = String::from(
        "What stands inside the envelope, in wire types; in programs ids are texts in JavaScript. Amounts are fen on the wire too. \
         `supplyCode`, `entId`, `method` and `ts` of a request are written by the library.\n\n\
         ## Interfaces\n\n| interface | direction | method | what |\n|---|---|---|---|\n",
    );
    for interface in INTERFACES {
        let (direction, method) = match interface.direction {
            ride::Direction::ToMeituan { method, path } => (format!("enterprise → Meituan, `{path}`"), format!("`{method}`")),
            ride::Direction::ToEnterprise => ("Meituan → enterprise".to_owned(), "none documented".to_owned()),
        };
        let _ = writeln!(introduction, "| `{}` | {direction} | {method} | {} |", interface.name, one_line(interface.doc));
    }
    let further = const { &[codes::CancelType::VALUES, codes::GatewayStatus::VALUES] };
    Api {
        name: "ride",
        messages: requests.chain(replies).collect(),
        facts: Facts {
            name: "interfaces",
            row_type: "InterfaceFacts",
            rows: INTERFACES.iter().map(|interface| facts_of_interface(interface)).collect(),
        },
        further,
        inner: ride::order::MESSAGES.to_vec(),
        choices: [ride::order::Event::MESSAGE.name],
        diagram: ride::order::diagram(),
        rules: ride::rules::ALL,
        introduction,
        success: 0,
    }
}

/// Everything that some APIs' messages are made of, each thing once.
struct Catalogue<'a> {
    apis: &'a [Api],
    objects: BTreeMap<&'static str, &'static Message>,
    /// Those of them that are read out of packed messages: the others cross as JSON.
    packed: BTreeSet<&'static str>,
    enumerations: BTreeMap<&'static str, &'static Enumeration>,
    /// Those of them that fields of messages have: the others are stored, or said otherwise.
    spoken: BTreeSet<&'static str>,
    /// Objects that can be received: their enumerations are open.
    received: BTreeMap<&'static str, ()>,
}

impl<'a> Catalogue<'a> {
    fn of(apis: &'a [Api]) -> Self {
        let mut catalogue = Catalogue {
            apis,
            objects: BTreeMap::new(),
            packed: BTreeSet::new(),
            enumerations: BTreeMap::new(),
            spoken: BTreeSet::new(),
            received: BTreeMap::new(),
        };
        for api in apis {
            for spoken in &api.messages {
                catalogue.add(spoken.message, spoken.is_received, true);
            }
        }
        catalogue.packed = catalogue.objects.keys().copied().collect();
        catalogue.spoken = catalogue.enumerations.keys().copied().collect();
        for api in apis {
            for enumeration in api.further {
                catalogue.add_enumeration(enumeration);
            }
            for message in &api.inner {
                catalogue.add(message, false, false);
            }
        }
        catalogue
    }

    fn add(&mut self, message: &'static Message, received: bool, envelope: bool) {
        if !envelope {
            let names = |message: &Message| message.fields.iter().map(|field| field.name).collect::<Vec<_>>();
            let other = self.objects.insert(message.name, message);
            assert!(other.is_none_or(|other| names(other) == names(message)), "two objects are named {}", message.name);
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
                Kind::Code(enumeration) => self.add_enumeration(enumeration),
                _ => {}
            }
        }
    }

    fn add_enumeration(&mut self, enumeration: &'static Enumeration) {
        let names = |table: &Enumeration| table.values.iter().map(|row| (row.value, row.name)).collect::<Vec<_>>();
        let other = self.enumerations.insert(enumeration.name, enumeration);
        assert!(other.is_none_or(|other| names(other) == names(enumeration)), "two tables are named {}", enumeration.name);
    }

    /// In the order of their numbers.
    fn messages(&self) -> impl Iterator<Item = &'static Message> {
        self.apis.iter().flat_map(|api| api.messages.iter().map(|spoken| spoken.message))
    }

    fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.apis.iter().flat_map(|api| api.rules.iter().copied())
    }

    /// The readers of one API: a bundle has only those of the APIs that it uses.
    fn readers(&self, api: &Api) -> String {
        let mut out = String::from(HEADER);
        out.push_str("import { decimal, flag, number, object, objects, raw, scalars, text, textMap } from \"./slots.js\";\n\n");
        for message in self.objects.values().filter(|message| self.packed.contains(message.name)) {
            let _ = writeln!(out, "const read{} = {};", message.name, reader(message));
        }
        let _ = writeln!(out, "\n/** In the order of their numbers. */\nexport const {} = [", api.facts.name);
        for row in &api.facts.rows {
            let _ = writeln!(out, "  {row},");
        }
        out.push_str("];\n\n/** A reader for each message: the requests in the order of their numbers, then the replies. */\nexport const read = [\n");
        for message in self.messages() {
            let _ = writeln!(out, "  {},", reader(message));
        }
        out.push_str("];\n");
        out
    }

    /// What all messages are called, and all their readers.
    fn names(&self) -> String {
        let mut out = String::from(HEADER);
        for api in self.apis {
            let _ = writeln!(out, "import {{ read as {0} }} from \"./{0}-messages.js\";", api.name);
        }
        out.push_str("\n/** The messages, in the order of their numbers: requests of the calls, then replies; the same of the interfaces. */\nexport const messages = [\n");
        for message in self.messages() {
            let _ = writeln!(out, "  {:?},", message.name);
        }
        let names: Vec<_> = self.apis.iter().map(|api| api.name).collect();
        let _ = writeln!(
            out,
            "];\n\n/** A reader for each message. */\nexport const read = /* @__PURE__ */ [{}].flat();",
            names.join(", ")
        );
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
        for message in self.objects.values() {
            comment(&mut out, "", message.doc);
            if self.apis.iter().any(|api| api.choices.contains(&message.name)) {
                let _ = writeln!(out, "export type {} ={};\n", message.name, choices(message));
                continue;
            }
            let _ = writeln!(out, "export interface {} {{", message.name);
            self.fields(&mut out, message.fields, self.received.contains_key(message.name), "  ");
            out.push_str("}\n\n");
        }
        out.push_str("/** Every call: what is asked, what may be replied. */\nexport interface TicketCalls {\n");
        for call in CALLS {
            self.call_type(&mut out, call);
        }
        out.push_str("}\n\n/** Every interface of the ride API: what is asked or told, what is replied. */\nexport interface RideInterfaces {\n");
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
        let _ = writeln!(
            out,
            "/** The name of a message. */\nexport type MessageName ={};\n",
            union(self.messages().map(|message| message.name).collect())
        );
        out.push_str(TABLE_TYPES);
        out
    }

    fn fields(&self, out: &mut String, fields: &[Field], received: bool, indent: &str) {
        for field in fields {
            comment(out, indent, &with_unit(field));
            let of = type_of(&field.kind, received);
            let _ = match field.presence {
                Presence::Optional | Presence::Dispensable | Presence::Nullable => {
                    writeln!(out, "{indent}readonly {}?: {of} | undefined;", field.name)
                }
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

    /// What the library writes itself is no field of a program's.
    fn interface_type(&self, out: &mut String, interface: &Interface) {
        let is_push = interface.is_push();
        comment(out, "  ", interface.doc);
        let direction = if is_push { "toEnterprise" } else { "toMeituan" };
        let _ = writeln!(out, "  {}: {{\n    direction: {direction:?};", interface.name);
        comment(out, "    ", interface.request.doc);
        out.push_str("    request: {\n");
        let own = interface.request.fields.iter().filter(|field| is_push || !COMMON.contains(&field.name));
        for field in own {
            self.fields(out, std::slice::from_ref(field), is_push, "      ");
        }
        let data = interface.reply.fields.iter().find(|field| field.name == "data");
        let reply = match data.map(|field| (type_of(&field.kind, true), field.presence)) {
            None => "undefined".into(),
            Some((of, Presence::Required | Presence::OnSuccess)) => of,
            Some((of, _)) if of == "unknown" => of,
            Some((of, _)) => format!("{of} | undefined"),
        };
        let _ = writeln!(out, "    }};\n    reply: {reply};\n  }};");
    }

    /// The field tables as data, for pages and tools: what the references say, field by field. `definition-rows.js` reads them.
    fn definitions(&self) -> String {
        let mut messages = String::new();
        let objects = self.objects.values().filter(|message| self.packed.contains(message.name)).copied();
        for message in self.messages().chain(objects) {
            let is_this = |interface: &&Interface| std::ptr::eq(interface.request, message);
            let method = match INTERFACES.iter().copied().find(is_this).map(|interface| interface.direction) {
                Some(ride::Direction::ToMeituan { method, .. }) => format!(" {method}"),
                _ => String::new(),
            };
            let _ = writeln!(messages, "\n{}{method}|{}", message.name, one_line(message.doc));
            for field in message.fields {
                let _ = writeln!(messages, "{}{}|{}", field.name, traits(field), one_line(field.doc));
            }
        }
        definition_file("definitions", &format!("/* @__PURE__ */ definitionsIn({})", template(&messages)), "definitionsIn")
    }

    fn values(&self) -> String {
        let mut values = String::new();
        for enumeration in self.enumerations.values().filter(|table| self.spoken.contains(table.name)) {
            let _ = writeln!(values, "\n{}|", enumeration.name);
            for row in enumeration.values {
                let _ = writeln!(values, "{}|{}", row.value, one_line(row.doc));
            }
        }
        definition_file("values", &format!("/* @__PURE__ */ valuesIn({})", template(&values)), "valuesIn")
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

    fn reference(&self, api: &Api) -> String {
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
        for message in self.objects.values().filter(|message| self.packed.contains(message.name)) {
            table(&mut out, message, api.success);
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
        for rule in self.rules() {
            let _ = writeln!(out, "| `{}` | {} | {} |", rule.id, basis(rule.basis), one_line(rule.doc));
        }
        out
    }
}

/// A text of several lines in JavaScript.
fn template(text: &str) -> String {
    format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${"))
}

/// What a field is, after its name; what is usual is left out.
fn traits(field: &Field) -> String {
    let mut out = match field.presence {
        Presence::Required => "!",
        Presence::OnSuccess => "?",
        Presence::Optional | Presence::Dispensable | Presence::Nullable => "",
    }
    .to_owned();
    let mut kind = &field.kind;
    if let Kind::List { item, most } = kind {
        out.push_str(" list");
        if *most > 0 {
            let _ = write!(out, " {most}");
        }
        kind = item;
    }
    let (name, more) = match kind {
        Kind::Id => ("id", String::new()),
        Kind::Integer(Bounds { min, max }) => ("integer", format!(" {min} {max}")),
        Kind::Code(enumeration) => ("code", format!(" {}", enumeration.name)),
        Kind::Yuan { .. } => ("yuan", String::new()),
        Kind::Fen => ("fen", String::new()),
        Kind::Decimal(_) => ("decimal", String::new()),
        Kind::Text { documented: 0, .. } => ("text", String::new()),
        Kind::Text { documented, .. } => ("text", format!(" {documented}")),
        Kind::Flag => ("flag", String::new()),
        Kind::Moment => ("moment", String::new()),
        Kind::Date => ("date", String::new()),
        Kind::WallClock => ("wallClock", String::new()),
        Kind::Object(message) => ("object", format!(" {}", message.name)),
        Kind::TextMap => ("textMap", String::new()),
        Kind::Raw | Kind::List { .. } => ("raw", String::new()),
    };
    let _ = write!(out, " {name}{more}");
    out
}

/// The table of the ticket order's machine as rows, for pictures.
fn ticket_machine() -> String {
    use ticket::order::{State, TABLE};

    let mut out = String::new();
    for &state in State::ALL {
        let (lifecycle, status) = (state.lifecycle().0, state.order_status().map_or(0, |status| status.0));
        let _ = writeln!(out, "{state:?} {lifecycle} {status}|");
    }
    out.push('\n');
    let mut triggers = Vec::new();
    for row in TABLE {
        let trigger = format!("{:?}", row.on());
        if !triggers.contains(&trigger) {
            triggers.push(trigger);
        }
    }
    for trigger in triggers {
        let rows = || TABLE.iter().filter(|row| format!("{:?}", row.on()) == trigger);
        let cell = |&state: &State| {
            let row = rows().find(|row| row.from().any(|from| from == state)).expect("every state has every trigger");
            let (verdict, next) = (format!("{:?}", row.verdict), row.next(state));
            let verdict = verdict.split('(').next().unwrap_or_default();
            if next == state { verdict.to_owned() } else { format!("{verdict}>{next:?}") }
        };
        let cells: Vec<_> = State::ALL.iter().map(cell).collect();
        let _ = writeln!(out, "{trigger}|{}", cells.join(" "));
    }
    out
}

/// The same of the ride order's machine.
fn ride_machine() -> String {
    let mut out = String::new();
    for status in ride::order::states() {
        let (zh, en) = ride::order::name(status);
        let mark = if ride::order::FINAL.contains(&status) { "!" } else { "" };
        let _ = writeln!(out, "{}{mark}|{zh} · {en}", status.0);
    }
    out.push('\n');
    for step in ride::order::STEPS {
        let from: Vec<_> = step.from.iter().map(|status| status.0.to_string()).collect();
        let to = step.to.map_or(String::new(), |to| format!(" {}", to.0));
        let mark = if step.asks { "?" } else { "" };
        let _ = writeln!(out, "{} {}{to}{mark}|{}", step.event.0, from.join(","), one_line(step.doc));
    }
    out.push('\n');
    for (from, to) in ride::order::told_by_query() {
        let _ = writeln!(out, "{} {}|", from.0, to.0);
    }
    out
}

fn machines() -> String {
    let machines = format!(
        "{{\n  ticket: /* @__PURE__ */ ticketMachineIn({}),\n  ride: /* @__PURE__ */ rideMachineIn({}),\n}}",
        template(&ticket_machine()),
        template(&ride_machine())
    );
    definition_file("machines", &machines, "rideMachineIn, ticketMachineIn")
}

fn definition_file(name: &str, value: &str, readers: &str) -> String {
    format!("{HEADER}import {{ {readers} }} from \"./definition-rows.js\";\n\nexport const {name} = {value};\n")
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
/** What is special about an interface. */
export interface InterfaceFacts {
  readonly name: keyof RideInterfaces;
  readonly direction: "toMeituan" | "toEnterprise";
  /** The method inside the envelope, and the path below the host, of what the enterprise calls. */
  readonly method?: string;
  readonly path?: string;
  /** Whether the reply's data is documented. */
  readonly hasData: boolean;
}
/** Builds the plain object of a packed message. */
export type Reader = (block: number) => Record<string, unknown>;
export declare const messages: readonly MessageName[];
export declare const read: readonly Reader[];
"#;

/// One object type for each thing that can be told.
fn choices(message: &Message) -> String {
    let choice = |field: &Field| format!("\n  | {{ readonly {}: {} }}", field.name, type_of(&field.kind, false));
    message.fields.iter().map(choice).collect()
}

fn body(message: &'static Message) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == "body")
}

fn extras(message: &'static Message) -> impl Iterator<Item = &'static Field> {
    message.fields.iter().filter(|field| !matches!(field.name, "partnerId" | "body"))
}

fn reader(message: &Message) -> String {
    // The same text for every slot is smaller than its number, once it is compressed.
    let read = |field: &Field| format!("{}: {}", field.name, read_call(&field.kind, "block++"));
    let fields: Vec<_> = message.fields.iter().map(read).collect();
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
        Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Moment | Kind::WallClock => "number",
        Kind::Decimal { .. } => "decimal",
        Kind::Flag => "flag",
        Kind::TextMap => "textMap",
        Kind::Raw | Kind::Object(_) | Kind::List { .. } => "raw",
    }
}

fn reader_types(api: &Api) -> String {
    let Facts { name, row_type, .. } = &api.facts;
    format!(
        "{HEADER}import type {{ {row_type}, Reader }} from \"./messages.js\";\n\n\
         export declare const {name}: readonly {row_type}[];\nexport declare const read: readonly Reader[];\n"
    )
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

fn facts_of_interface(interface: &Interface) -> String {
    let data = interface.reply.fields.iter().find(|field| field.name == "data");
    let has_data = data.is_some_and(|data| !matches!(data.kind, Kind::Raw));
    match interface.direction {
        ride::Direction::ToMeituan { method, path } => {
            format!(
                "{{ name: {:?}, direction: \"toMeituan\", method: {method:?}, path: {path:?}, hasData: {has_data} }}",
                interface.name
            )
        }
        ride::Direction::ToEnterprise => {
            format!("{{ name: {:?}, direction: \"toEnterprise\", hasData: {has_data} }}", interface.name)
        }
    }
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
        Kind::Text { words: [], .. } => "string".into(),
        // Open: a word that a later version has compiles, and the known ones are offered.
        Kind::Text { words, .. } => words.iter().map(|word| format!("{word:?} | ")).collect::<String>() + "(string & {})",
        Kind::Flag => "boolean".into(),
        Kind::Date => "DateText".into(),
        Kind::Moment | Kind::WallClock => "Timestamp".into(),
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
/// What a field is, with what its type does not say, where the words do not say it already.
fn with_unit(field: &Field) -> String {
    let doc = field.doc.trim();
    let (word, zh_unit, en_unit) = match &field.kind {
        Kind::Yuan { sentinel: Some(value) } => {
            ("fen", format!("（单位分；{value} 不变）"), format!(" In fen; {value} stays {value}."))
        }
        Kind::Yuan { sentinel: None } | Kind::Fen => ("fen", "（单位分）".into(), " In fen.".into()),
        Kind::Moment | Kind::WallClock => ("milliseconds", "（毫秒时间戳）".into(), " Epoch milliseconds.".into()),
        Kind::List { most, .. } if *most > 0 => ("most", format!("（最多 {most} 个）"), format!(" At most {most}.")),
        _ => return doc.to_owned(),
    };
    match doc.split_once(" · ") {
        _ if doc.split(|letter: char| !letter.is_ascii_alphabetic()).any(|each| each == word) => doc.to_owned(),
        Some((zh, en)) => format!("{zh}{zh_unit} · {en}{en_unit}"),
        None => format!("{doc}{en_unit}"),
    }
}

fn wire_type(kind: &Kind) -> String {
    match kind {
        Kind::Id => "64-bit number".into(),
        Kind::Integer(Bounds { min, max }) if *min == i64::from(i32::MIN) && *max == i64::from(i32::MAX) => "number".into(),
        Kind::Integer(Bounds { min, max }) if *max == i64::from(i32::MAX) => format!("number ≥ {min}"),
        Kind::Integer(Bounds { min, max }) => format!("number {min} to {max}"),
        Kind::Code(enumeration) => format!("number, `{}`", enumeration.name),
        Kind::Fen => "number, fen".into(),
        Kind::Yuan { .. } => "number, yuan".into(),
        Kind::Decimal(Bounds { min, max }) => format!("decimal number {min} to {max}"),
        Kind::Text { documented: 0, words: [] } => "text".into(),
        Kind::Text { documented: 0, words } => {
            format!("text: {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        }
        Kind::Text { documented, .. } => format!("text, documented with at most {documented} characters"),
        Kind::Flag => "true or false".into(),
        Kind::Date => "`yyyy-MM-dd`".into(),
        Kind::Moment => "number, epoch milliseconds".into(),
        Kind::WallClock => "`yyyy-MM-dd HH:mm:ss`, UTC+8".into(),
        Kind::Object(message) => format!("`{}`", message.name),
        Kind::List { item, most: 0 } => format!("list of {}", wire_type(item)),
        Kind::List { item, most } => format!("list of at most {most} {}", wire_type(item)),
        Kind::TextMap => "object of texts".into(),
        Kind::Raw => "any JSON".into(),
    }
}

pub(crate) fn table(out: &mut String, message: &Message, success: i32) {
    let _ = writeln!(out, "### {}\n\n{}\n", message.name, one_line(message.doc));
    out.push_str("| field | wire | needed | what |\n|---|---|---|---|\n");
    for field in message.fields {
        let needed = match field.presence {
            Presence::Required => "yes".to_owned(),
            Presence::OnSuccess => format!("at {success}"),
            Presence::Optional | Presence::Dispensable | Presence::Nullable => "no".to_owned(),
        };
        let _ = writeln!(out, "| `{}` | {} | {needed} | {} |", field.name, wire_type(&field.kind), one_line(field.doc));
    }
    if !message.rules.is_empty() {
        let rules: Vec<_> = message.rules.iter().map(|rule| format!("`{}`", rule.id)).collect();
        let _ = writeln!(out, "\nRules: {}.", rules.join(", "));
    }
    out.push('\n');
}

pub(crate) fn one_line(text: &str) -> String {
    without_links(text).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The text with rustdoc's links (``[`Name`](path)``) reduced to their names; functions are named as JavaScript does.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once("[`").and_then(|(before, rest)| Some((before, rest.split_once("`]")?)))
    {
        out.push_str(before);
        let mut words = name.split('_');
        out.extend(["`", words.next().unwrap_or_default()]);
        for word in words {
            let (first, others) = word.split_at(word.len().min(1));
            out.extend([first.to_uppercase().as_str(), others]);
        }
        out.push('`');
        rest = after.strip_prefix('(').and_then(|link| link.split_once(')')).map_or(after, |(_, rest)| rest);
    }
    out + rest
}

fn comment(out: &mut String, indent: &str, text: &str) {
    let text = without_links(text);
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

fn texts(apis: &[Api]) -> String {
    let mut out = String::from(HEADER);
    let errors: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|code| {
            let (meaning, hint) = (code.meaning(), code.hint());
            [code.as_str(), meaning.en, meaning.zh, hint.en, hint.zh].join("\n")
        })
        .collect();
    let _ = writeln!(
        out,
        "/** What each code means, and what to look at first: five lines for each, English before Chinese. errors.js reads them. */\nexport const errors = {};",
        template(&errors.join("\n\n"))
    );
    out.push_str("\n/** What each rule demands. */\nexport const rules = {\n");
    for rule in apis.iter().flat_map(|api| api.rules) {
        let doc = one_line(rule.doc);
        let (zh, en) = doc.split_once(" · ").expect("both languages");
        let _ = writeln!(out, "  {:?}: {{ basis: {:?}, zh: {zh:?}, en: {en:?} }},", rule.id, basis(rule.basis));
    }
    out.push_str("};\n\n/** What each acceptance point demands. */\nexport const acceptance = {\n");
    for point in POINTS {
        let rules: Vec<_> = point.rules.iter().map(|rule| rule.id).collect();
        let _ = writeln!(
            out,
            "  {:?}: {{ section: {:?}, basis: {:?}, rules: {rules:?}, zh: {:?}, en: {:?} }},",
            point.id,
            point.section,
            basis(point.basis),
            point.text.zh,
            point.text.en
        );
    }
    out.push_str("};\n");
    out
}

/// What people do wrong when they sign.
fn mistakes() -> String {
    let mut out = String::from(HEADER);
    out.push_str("export const mistakes = {\n");
    for mistake in MISTAKES {
        let text = |text: meituan_protocol::Text| format!("{{ en: {:?}, zh: {:?} }}", text.en, text.zh);
        let _ = writeln!(out, "  {:?}: {{ what: {}, fix: {} }},", mistake.id, text(mistake.what), text(mistake.fix));
    }
    out.push_str("};\n");
    out
}

fn mistake_types() -> String {
    let mut out = String::from(HEADER);
    let ids: String = MISTAKES.iter().map(|mistake| format!("\n  | {:?}", mistake.id)).collect();
    let _ = writeln!(
        out,
        "import type {{ Text }} from \"./texts.js\";\n\n/** The stable id of a known mistake. */\nexport type MistakeId ={ids};\n"
    );
    out.push_str(
        "/** What was done, and how to put it right. */\n\
         export declare const mistakes: Readonly<Record<MistakeId, { readonly what: Text; readonly fix: Text }>>;\n",
    );
    out
}

/// The ride document's tables of numbers, under the names that they have in JavaScript.
const RIDE_TABLES: [(&str, &Enumeration); 12] = [
    ("resultCodes", ResultCode::VALUES),
    ("gatewayStatuses", codes::GatewayStatus::VALUES),
    ("orderStates", codes::RideStatus::VALUES),
    ("orderEvents", codes::RideEvent::VALUES),
    ("cancelTypes", codes::CancelType::VALUES),
    ("cancelReasons", codes::CancelReason::VALUES),
    ("cancelSteps", codes::CancelStep::VALUES),
    ("carTypes", codes::CarType::VALUES),
    ("identifyTypes", codes::IdentifyType::VALUES),
    ("reserveTypes", codes::ReserveType::VALUES),
    ("supplyCodes", codes::SupplyCode::VALUES),
    ("refundStatuses", codes::RefundStatus::VALUES),
];

fn ride_tables() -> String {
    let mut out = String::from(HEADER);
    for (name, table) in RIDE_TABLES {
        let _ = writeln!(out, "export const {name} = [");
        for row in table.values {
            let (zh, en) = row.doc.trim().split_once(" · ").expect("both languages");
            let retryable = match table.name == ResultCode::VALUES.name {
                true => format!(", retryable: {}", ResultCode(row.value).is_retryable()),
                false => String::new(),
            };
            let _ = writeln!(
                out,
                "  {{ code: {}, name: {:?}, meaning: {{ en: {en:?}, zh: {zh:?} }}{retryable} }},",
                row.value, row.name
            );
        }
        out.push_str("];\n\n");
    }
    out.push_str("export const questions = [\n");
    for question in QUESTIONS {
        let text = |text: meituan_protocol::Text| format!("{{ en: {:?}, zh: {:?} }}", text.en, text.zh);
        let (category, words) = (text(question.category), text(question.question));
        let _ = writeln!(out, "  {{ faqId: {}, category: {category}, question: {words} }},", question.faq_id);
    }
    out.push_str("];\n");
    out
}

fn ride_table_types() -> String {
    let mut out = String::from(HEADER);
    let names: Vec<_> = RIDE_TABLES.iter().map(|(_, table)| table.name).collect();
    let _ = writeln!(out, "import type {{ {} }} from \"./messages.js\";\n", names.join(", "));
    out.push_str(ROW_TYPES);
    for (name, table) in RIDE_TABLES {
        comment(&mut out, "", table.doc);
        let more = if table.name == ResultCode::VALUES.name { " & { readonly retryable: boolean }" } else { "" };
        let _ = writeln!(out, "export declare const {name}: ReadonlyArray<Row<{}>{more}>;", table.name);
    }
    out.push_str("/** Categories of questions to customer service (附录 客服问题分类). */\nexport declare const questions: readonly Question[];\n");
    out
}

const ROW_TYPES: &str = r#"import type { Text } from "./texts.js";

/** One number of a table: the constant's name, Meituan's words, and ours in English. */
export interface Row<Code extends number> {
  readonly code: Code;
  readonly name: string;
  readonly meaning: Text;
}

/** One question to customer service. */
export interface Question {
  /** Meituan's number of the answer (美团faqId). */
  readonly faqId: number;
  /** The category (美团五级问题). */
  readonly category: Text;
  /** The question (美团六级问题). */
  readonly question: Text;
}

"#;
