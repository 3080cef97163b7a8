//! What is made from the definitions: the JavaScript readers and their types, the sentences, the tables, the field references.

mod apis;
mod catalogue;
mod definitions;
mod readers;
mod references;
mod tables;
mod texts;
mod types;
mod writing;

pub(crate) use references::table;
pub(crate) use writing::one_line;

use apis::{ride_api, ticket_api};
use catalogue::Catalogue;
use std::fmt::Write as _;
use std::path::Path;

const HEADER: &str = "// Generated from the definitions in src by `cargo xtask build`. Do not edit.\n\n";

/// Writes the generated files of the package into a folder.
pub(crate) fn write_generated(folder: &Path) -> std::io::Result<()> {
    let apis = [ticket_api(), ride_api()];
    let all = Catalogue::of(&apis);
    std::fs::write(folder.join("messages.js"), all.names())?;
    std::fs::write(folder.join("messages.d.ts"), all.types())?;
    let mut exports = String::from(HEADER);
    for api in &apis {
        let own = Catalogue::of(std::slice::from_ref(api));
        std::fs::write(folder.join(format!("{}-messages.js", api.name)), own.readers(api))?;
        std::fs::write(folder.join(format!("{}-messages.d.ts", api.name)), readers::reader_types(api))?;
        std::fs::write(folder.join(format!("{}-codes.js", api.name)), own.constants())?;
        std::fs::write(folder.join(format!("{}-codes.d.ts", api.name)), own.constant_types())?;
        let _ = writeln!(exports, "export * from \"./{}-codes.js\";", api.name);
    }
    std::fs::write(folder.join("codes.js"), &exports)?;
    std::fs::write(folder.join("codes.d.ts"), exports)?;
    std::fs::write(folder.join("ride-tables.js"), tables::ride_tables())?;
    std::fs::write(folder.join("ride-tables.d.ts"), tables::ride_table_types())?;
    std::fs::write(folder.join("mistakes.js"), texts::mistakes())?;
    std::fs::write(folder.join("mistakes.d.ts"), texts::mistake_types())?;
    // A page that shows one of the three loads no other.
    for (name, text) in [("messages", all.definitions()), ("values", all.values()), ("machines", definitions::machines())] {
        std::fs::write(folder.join(format!("definition-{name}.js")), text)?;
    }
    std::fs::write(folder.join("order-texts.js"), texts::order_texts(&apis))?;
    std::fs::write(folder.join("trace-details.js"), texts::trace_details())?;
    std::fs::write(folder.join("texts.js"), texts::texts(&apis))?;
    std::fs::write(folder.join("texts.d.ts"), texts::TEXT_TYPES)
}

/// The references: their paths below the repository, and what they must say.
pub(crate) fn references() -> Vec<(String, String)> {
    let mut references = Vec::new();
    for api in [ticket_api(), ride_api()] {
        let text = Catalogue::of(std::slice::from_ref(&api)).reference(&api);
        references.push((format!("docs/{}-messages.md", api.name), text));
        references.push((format!("docs/{}-order.md", api.name), references::order_rules(&api)));
    }
    references
}
