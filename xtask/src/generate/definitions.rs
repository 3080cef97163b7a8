//! The definitions as data, for pages and tools: field tables, values, the machines of orders.

use super::HEADER;
use super::catalogue::Catalogue;
use super::writing::{one_line, template};
use meituan_protocol::message::definition::{Bounds, Enumeration, Field, Kind, Presence};
use meituan_protocol::ride::{self, INTERFACES, Interface};
use meituan_protocol::ticket;
use std::fmt::Write as _;

impl Catalogue<'_> {
    /// The field tables as data, for pages and tools: what the references say, field by field. `definitions/rows.ts` reads them.
    pub(super) fn definitions(&self) -> String {
        let mut messages = String::new();
        let objects = self.objects.values().filter(|message| self.packed.contains(message.name.as_str())).copied();
        for message in self.messages().chain(objects) {
            let is_this = |interface: &&Interface| std::ptr::eq(interface.request, message);
            let method = match INTERFACES.iter().copied().find(is_this).map(|interface| interface.direction) {
                Some(ride::Direction::ToMeituan { method, .. }) => format!(" {method}"),
                _ => String::new(),
            };
            let _ = writeln!(messages, "\n{}{method}|{}", message.name, one_line(&message.doc));
            for field in message.fields {
                let _ = writeln!(messages, "{}{}|{}", field.name, traits(field), one_line(&field.doc));
            }
        }
        let imports = "import { type Definition, definitionsIn } from \"../definitions/rows.js\";\nimport type { MessageName } from \"./messages.js\";";
        let doc = "The messages by their names, and the objects in them; sentences as in {@link Definition}.";
        let of = "Readonly<Record<MessageName, Definition>> & Readonly<Record<string, Definition | undefined>>";
        file(
            imports,
            doc,
            &format!("definitions: {of}"),
            &format!("/* @__PURE__ */ definitionsIn<MessageName>({})", template(&messages)),
        )
    }

    pub(super) fn values(&self) -> String {
        let mut values = String::new();
        let of_no_field = |name| self.apis.iter().flat_map(|api| api.further).any(|table| table.name == name);
        let is_documented = |table: &&&Enumeration| self.spoken.contains(table.name) || of_no_field(table.name);
        for enumeration in self.enumerations.values().filter(is_documented) {
            let _ = writeln!(values, "\n{}|", enumeration.name);
            for row in enumeration.values {
                let _ = writeln!(values, "{}|{}", row.value, one_line(&row.doc));
            }
        }
        let imports = "import { valuesIn } from \"../definitions/rows.js\";";
        let doc = "The documented values of the fields of type `code`, by the table's name: each with its meaning, as in `FieldDefinition.doc`.";
        let of = "Readonly<Record<string, Readonly<Record<number, string>> | undefined>>";
        file(imports, doc, &format!("values: {of}"), &format!("/* @__PURE__ */ valuesIn({})", template(&values)))
    }
}

/// The properties of a field, after its name; usual ones are left out.
fn traits(field: &Field) -> String {
    let mut out = match field.presence {
        Presence::Required | Presence::Key => "!",
        Presence::OnSuccess => "?",
        Presence::Optional | Presence::Lenient | Presence::Nullable => "",
    }
    .to_owned();
    let mut kind = &field.kind;
    if let Kind::List { item, max } = kind {
        out.push_str(" list");
        if *max > 0 {
            let _ = write!(out, " {max}");
        }
        kind = item;
    }
    let (name, more) = match kind {
        Kind::Id => ("id", String::new()),
        Kind::Integer(Bounds { min, max, .. }) => ("integer", format!(" {min} {max}")),
        Kind::Code(enumeration) => ("code", format!(" {}", enumeration.name)),
        Kind::Yuan { .. } => ("yuan", String::new()),
        Kind::Fen => ("fen", String::new()),
        Kind::Decimal(_) => ("decimal", String::new()),
        Kind::String { documented: 0, .. } => ("string", String::new()),
        Kind::String { documented, .. } => ("string", format!(" {documented}")),
        Kind::Flag => ("flag", String::new()),
        Kind::Timestamp => ("timestamp", String::new()),
        Kind::Date => ("date", String::new()),
        Kind::WallClock => ("wallClock", String::new()),
        Kind::Object(message) => ("object", format!(" {}", message.name)),
        Kind::StringMap => ("stringMap", String::new()),
        Kind::Raw | Kind::List { .. } => ("raw", String::new()),
    };
    let _ = write!(out, " {name}{more}");
    out
}

pub(super) fn machines() -> String {
    let machines = format!(
        "{{\n  ticket: /* @__PURE__ */ ticketMachineIn({}),\n  ride: /* @__PURE__ */ rideMachineIn({}),\n}}",
        template(&ticket_machine()),
        template(&ride_machine())
    );
    let imports =
        "import { type RideMachine, rideMachineIn, type TicketMachine, ticketMachineIn } from \"../definitions/rows.js\";";
    let doc =
        "The state machines of both APIs' orders: the tables that the library decides by; sentences as in `FieldDefinition.doc`.";
    file(imports, doc, "machines: { readonly ticket: TicketMachine; readonly ride: RideMachine }", &machines)
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
        let _ = writeln!(out, "{} {}{to}{mark}|{}", step.event.0, from.join(","), one_line(&step.doc));
    }
    out.push('\n');
    for (from, to) in ride::order::known_by_query() {
        let _ = writeln!(out, "{} {}|", from.0, to.0);
    }
    out
}

fn file(imports: &str, doc: &str, name: &str, value: &str) -> String {
    format!("{HEADER}{imports}\n\n/** {doc} */\nexport const {name} = {value};\n")
}
