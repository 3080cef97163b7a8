//! The JavaScript that reads packed messages, and the types of its files.

use super::HEADER;
use super::apis::{Api, Facts};
use super::catalogue::Catalogue;
use meituan_protocol::message::definition::{Field, Kind, Message};
use std::fmt::Write as _;

impl Catalogue<'_> {
    /// The readers of one API: a bundle has only those of the APIs that it uses.
    pub(super) fn readers(&self, api: &Api) -> String {
        let mut out = String::from(HEADER);
        out.push_str(
            "import { decimal, flag, number, object, objects, raw, scalars, text, textMap } from \"../boundary/slots.js\";\n\n",
        );
        for message in self.objects.values().filter(|message| self.packed.contains(message.name)) {
            let _ = writeln!(out, "const read{} = {};", message.name, reader(message));
        }
        let _ = writeln!(out, "\n/** In the order of their numbers. */\nexport const {} = [", api.facts.name);
        for row in &api.facts.rows {
            let _ = writeln!(out, "  {row},");
        }
        out.push_str("];\n");
        if let Some(codes) = &api.facts.codes {
            let _ = writeln!(
                out,
                "\n/** The codes that Meituan acts on as something else than a failure (acceptance manual, part one, item 1). */\nexport const noFailure = {codes:?};"
            );
        }
        out.push_str("\n/** A reader for each message: the requests in the order of their numbers, then the replies. */\nexport const read = [\n");
        for message in self.messages() {
            let _ = writeln!(out, "  {},", reader(message));
        }
        out.push_str("];\n");
        out
    }

    /// What all messages are called, and all their readers.
    pub(super) fn names(&self) -> String {
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

pub(super) fn reader_types(api: &Api) -> String {
    let Facts { name, row_type, codes, .. } = &api.facts;
    let codes = if codes.is_some() { "export declare const noFailure: readonly number[];\n" } else { "" };
    format!(
        "{HEADER}import type {{ {row_type}, Reader }} from \"./messages.js\";\n\n\
         export declare const {name}: readonly {row_type}[];\nexport declare const read: readonly Reader[];\n{codes}"
    )
}
