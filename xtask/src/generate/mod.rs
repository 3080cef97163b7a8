//! Generates from the definitions: the readers and their types, the sentences, the tables, the field references.

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

/// Writes the generated files of the package, as TypeScript, into a folder.
pub(crate) fn write_generated(folder: &Path) -> std::io::Result<()> {
    let apis = [ticket_api(), ride_api()];
    let all = Catalogue::of(&apis);
    let write = |name: &str, text: String| std::fs::write(folder.join(name).with_extension("ts"), text);
    write("messages", all.types())?;
    write("readers", all.all_readers())?;
    let mut exports = String::from(HEADER);
    for api in &apis {
        let own = Catalogue::of(std::slice::from_ref(api));
        write(&format!("{}-messages", api.name), own.readers(api))?;
        write(&format!("{}-codes", api.name), own.constants())?;
        let _ = writeln!(exports, "export * from \"./{}-codes.js\";", api.name);
    }
    write("codes", exports)?;
    write("ride-tables", tables::ride_tables())?;
    write("mistakes", texts::mistakes())?;
    // A page that shows one of the three loads no other.
    write("definition-messages", all.definitions())?;
    write("definition-values", all.values())?;
    write("definition-machines", definitions::machines())?;
    write("order-texts", texts::order_texts(&apis))?;
    write("trace-details", texts::trace_details())?;
    write("texts", texts::texts(&apis))
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
