//! The TypeScript that reads packed messages.

use super::HEADER;
use super::apis::{Api, Facts};
use super::catalogue::Catalogue;
use meituan_protocol::message::definition::{Field, Kind, Message};
use std::fmt::Write as _;

impl Catalogue<'_> {
    /// The readers of one API: a bundle has only those of the APIs that it uses.
    pub(super) fn readers(&self, api: &Api) -> String {
        let mut out = String::new();
        let Facts { name, row_type, rows, codes } = &api.facts;
        for message in self.objects.values().filter(|message| self.packed.contains(message.name.as_str())) {
            let is_roomy = is_roomy(message);
            if is_roomy {
                let _ = writeln!(out, "const {} = /* @__PURE__ */ roomy(function () {{}});", message.name);
            }
            let _ = writeln!(out, "const read{} = {};", message.name, reader(message, is_roomy));
        }
        let _ = writeln!(out, "\n/** In the order of their numbers. */\nexport const {name}: readonly {row_type}[] = [");
        for row in rows {
            let _ = writeln!(out, "  {row},");
        }
        out.push_str("];\n");
        if let Some(codes) = codes {
            let _ = writeln!(
                out,
                "\n/** The codes that Meituan acts on as something else than a failure (acceptance manual, part one, item 1). */\nexport const noFailure: readonly number[] = {codes:?};"
            );
        }
        out.push_str("\n/** A reader for each message: the requests in the order of their numbers, then the replies. */\nexport const read: readonly Reader[] = [\n");
        for message in self.messages() {
            let _ = writeln!(out, "  {},", reader(message, false));
        }
        out.push_str("];\n");
        let is_used = |name: &&str| out.contains(&format!(" {name}(")) || out.contains(&format!(", {name})"));
        let used: Vec<_> = READ_FUNCTIONS.into_iter().filter(is_used).collect();
        format!(
            "{HEADER}import {{ {} }} from \"../boundary/slots.js\";\nimport type {{ Fields, {row_type}, Reader }} from \"./messages.js\";\n\n{out}",
            used.join(", ")
        )
    }

    /// The names of all messages, and of all their readers.
    pub(super) fn all_readers(&self) -> String {
        let mut out = String::from(HEADER);
        for api in self.apis {
            let _ = writeln!(out, "import {{ read as {0} }} from \"./{0}-messages.js\";", api.name);
        }
        out.push_str("import type { MessageName, Reader } from \"./messages.js\";\n\n/** The messages, in the order of their numbers: requests of the calls, then replies; the same of the interfaces. */\nexport const messages: readonly MessageName[] = [\n");
        for message in self.messages() {
            let _ = writeln!(out, "  {:?},", message.name);
        }
        let names: Vec<_> = self.apis.iter().map(|api| api.name).collect();
        let _ = writeln!(
            out,
            "];\n\n/** A reader for each message. */\nexport const read: readonly Reader[] = /* @__PURE__ */ [{}].flat();",
            names.join(", ")
        );
        out
    }
}

/// The exports of `boundary/slots.ts` for readers.
const READ_FUNCTIONS: [&str; 10] =
    ["decimal", "flag", "number", "object", "objects", "raw", "roomy", "scalars", "string", "stringMap"];

/// Whether its objects have no field for sure, and may have more than engines have room for in an empty object.
fn is_roomy(message: &Message) -> bool {
    message.fields.len() > 4 && message.fields.iter().all(|field| !field.presence.is_required())
}

/// A field that may be absent is no property then. All others are in a literal: engines know its shape, and what it has room for.
/// Without one of these, an object begins empty, or with room by a class of its own.
fn reader(message: &Message, is_roomy: bool) -> String {
    let (sure, others): (Vec<_>, Vec<_>) = message.fields.iter().enumerate().partition(|(_, field)| field.presence.is_required());
    let is_in_order = sure.iter().map(|(slot, _)| *slot).eq(0..sure.len());
    let read = |(slot, field): &(usize, &Field)| {
        // The same string for every slot is smaller than its number, once it is compressed.
        let numbered = if *slot == 0 { "block".to_owned() } else { format!("block + {slot}") };
        read_call(&field.kind, if is_in_order { "block++" } else { &numbered })
    };
    let literal: Vec<_> = sure.iter().map(|each| format!("{}: {}", each.1.name, read(each))).collect();
    if others.is_empty() {
        return format!("(block: number) => ({{ {} }})", literal.join(", "));
    }
    let begun = if is_roomy { format!("new {}()", message.name) } else { format!("{{ {} }}", literal.join(", ")) };
    let mut out = format!("(block: number) => {{\n  const read: Fields = {begun};\n  let value: unknown;\n");
    for each in &others {
        let (_, field) = each;
        let _ = writeln!(out, "  if ((value = {}) {}) read.{} = value;", read(each), is_there(&field.kind), field.name);
    }
    out.push_str("  return read;\n}");
    out
}

/// Only what may hold any JSON can be null, which is not absent; the comparison with null is shorter.
fn is_there(kind: &Kind) -> &'static str {
    if matches!(kind, Kind::Raw) { "!== undefined" } else { "!= null" }
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
        Kind::Id | Kind::String { .. } | Kind::Date => "string",
        Kind::Integer { .. } | Kind::Code(_) | Kind::Fen | Kind::Yuan { .. } | Kind::Timestamp | Kind::WallClock => "number",
        Kind::Decimal { .. } => "decimal",
        Kind::Flag => "flag",
        Kind::StringMap => "stringMap",
        Kind::Raw | Kind::Object(_) | Kind::List { .. } => "raw",
    }
}
