//! The maps of the npm package's manifest, drawn from the tables below: `exports` and `imports`, and their substitutes for tools that do
//! not know them.
//!
//! Each tool sets conditions of its own, and follows the first key that is one of them. So the order decides.

use std::collections::BTreeSet;
use std::fmt::Write;

/// The names that users import: the subpath, and the file below `dist` without its ending.
pub(crate) const ENTRIES: [(&str, &str); 17] = [
    (".", "entries/index"),
    ("./ticket", "entries/ticket"),
    ("./ride", "entries/ride"),
    ("./diagnosis", "entries/diagnosis"),
    ("./definitions", "entries/definitions"),
    ("./testing", "entries/testing"),
    ("./frameworks", "entries/frameworks"),
    ("./stores/pg", "stores/pg"),
    ("./stores/mysql2", "stores/mysql2"),
    ("./stores/redis", "stores/redis"),
    ("./stores/ioredis", "stores/ioredis"),
    ("./stores/sqlite", "stores/sqlite"),
    ("./stores/libsql", "stores/libsql"),
    ("./stores/d1", "stores/d1"),
    ("./stores/durable-object", "stores/durable-object"),
    ("./stores/deno-kv", "stores/deno-kv"),
    ("./stores/dynamodb", "stores/dynamodb"),
];

/// The entry whose wasm the user brings. Its script is in a folder of copies, and its types are with the others.
pub(crate) const SLIM: &str = "entries/slim";
pub(crate) const SLIM_SCRIPT: &str = "slim/entries/slim";

/// The names by which scripts of the package import a wasm module, and by which users do: `wasm` and `wasm-orders` are the
/// beginnings of the loaders' names.
const WASM: [(&str, &str, &str); 2] =
    [("#wasm", "wasm", "meituan_protocol.wasm"), ("#wasm-orders", "wasm-orders", "meituan_protocol_orders.wasm")];

/// Which loader brings the wasm where.
const LOADERS: [(&str, Loader); 7] = [
    // Nitro sets most of the others beside it, and compiles what is imported so.
    ("unwasm", Loader::One("unwasm")),
    ("workerd", Loader::One("workerd")),
    ("edge-light", Loader::One("edge-light")),
    // Both set `node` too, and Deno would ask for a permission to read the file.
    ("deno", Loader::One("inline")),
    ("bun", Loader::One("inline")),
    // Bundlers set `module`. What they make is moved, and the file stays behind.
    ("node", Loader::ByBundling { bundled: "inline", installed: "file" }),
    ("default", Loader::One("inline")),
];

#[derive(Clone, Copy)]
enum Loader {
    One(&'static str),
    ByBundling { bundled: &'static str, installed: &'static str },
}

/// A part of a manifest, with its keys in their order.
enum Value {
    Text(String),
    List(Vec<String>),
    Map(Vec<(String, Value)>),
}

use Value::{Map, Text};

/// The template with its lines replaced by what is drawn.
pub(crate) fn drawn(template: &str) -> Result<String, String> {
    let mut manifest = template.to_owned();
    let mut replace = |line: &str, text: &str| {
        if !manifest.contains(line) {
            return Err(format!("pkg-template/package.json lacks the line {}", line.trim()));
        }
        manifest = manifest.replace(line, text);
        Ok(())
    };
    for (name, value) in [("typesVersions", types_versions()), ("exports", exports()), ("imports", imports())] {
        let mut text = String::new();
        write(&mut text, &value, 1);
        replace(&format!("  \"{name}\": {{}},\n"), &format!("  \"{name}\": {text},\n"))?;
    }
    let folders = stand_ins().into_iter().map(|(folder, _)| folder.split('/').next().unwrap_or_default().to_owned());
    let folders: BTreeSet<_> = folders.collect();
    let listed: String = folders.iter().map(|folder| format!("    \"{folder}\",\n")).collect();
    replace("    \"dist\",\n", &format!("    \"dist\",\n{listed}"))?;
    Ok(manifest)
}

/// A folder for each subpath, and its manifest: tools that do not know `exports`, such as Jest 27, webpack 4 and compilers by
/// `moduleResolution: node10`, look for a folder.
pub(crate) fn stand_ins() -> Vec<(String, String)> {
    let slim = [("./slim", SLIM_SCRIPT, SLIM)];
    let entries = ENTRIES.map(|(subpath, file)| (subpath, file, file));
    let subpaths =
        entries.into_iter().chain(slim).filter_map(|(subpath, file, types)| Some((subpath.strip_prefix("./")?, file, types)));
    let manifest = |(subpath, file, types): (&str, &str, &str)| {
        let cjs = format!("{}dist/cjs", "../".repeat(subpath.split('/').count()));
        (subpath.to_owned(), format!("{{ \"main\": \"{cjs}/{file}.js\", \"types\": \"{cjs}/{types}.d.ts\" }}\n"))
    };
    subpaths.map(manifest).collect()
}

/// The types of the subpaths for what reads the manifest, and does not know `exports`.
fn types_versions() -> Value {
    let slim = [("./slim", SLIM)];
    let types = ENTRIES.into_iter().chain(slim).filter_map(|(subpath, file)| {
        Some((subpath.strip_prefix("./")?.to_owned(), Value::List(vec![format!("./dist/cjs/{file}.d.ts")])))
    });
    Map(vec![("*".to_owned(), Map(types.collect()))])
}

fn exports() -> Value {
    let mut map: Vec<_> = ENTRIES.map(|(subpath, file)| (subpath.to_owned(), entry(file, file))).into();
    map.push(("./slim".to_owned(), entry(SLIM_SCRIPT, SLIM)));
    for (_, loader, wasm) in WASM {
        let conditions = [
            ("types", format!("./dist/{wasm}.d.ts")),
            ("edge-light", format!("./dist/loaders/{loader}-edge-light.js")),
            ("default", format!("./dist/{wasm}")),
        ];
        map.push((format!("./{wasm}"), texts(conditions)));
    }
    map.push(("./package.json".to_owned(), Text("./package.json".to_owned())));
    Map(map)
}

/// Bundlers get the files one by one, and leave out those that nobody uses; Node gets the few into which they were bundled.
fn entry(file: &str, types: &str) -> Value {
    let apart = format!("./dist/{file}.js");
    let import = [
        ("types", format!("./dist/{types}.d.ts")),
        ("module", apart.clone()),
        ("node", format!("./dist/node/{file}.js")),
        ("default", apart.clone()),
    ];
    let require = [
        ("types", format!("./dist/cjs/{types}.d.ts")),
        // Where both are bundled together, it is one library.
        ("module", apart.clone()),
        ("default", format!("./dist/cjs/{file}.js")),
    ];
    Map(vec![("import".to_owned(), texts(import)), ("require".to_owned(), texts(require)), ("default".to_owned(), Text(apart))])
}

fn imports() -> Value {
    let map = WASM.map(|(name, wasm, _)| {
        let file = |loader: &str| format!("./dist/loaders/{wasm}-{loader}.js");
        let loaders = LOADERS.map(|(condition, loader)| {
            let value = match loader {
                Loader::One(loader) => Text(file(loader)),
                Loader::ByBundling { bundled, installed } => texts([("module", file(bundled)), ("default", file(installed))]),
            };
            (condition.to_owned(), value)
        });
        (name.to_owned(), Map(loaders.into()))
    });
    Map(map.into())
}

fn texts<const N: usize>(pairs: [(&str, String); N]) -> Value {
    Map(pairs.map(|(key, text)| (key.to_owned(), Text(text))).into())
}

fn write(out: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Text(text) => {
            let _ = write!(out, "\"{text}\"");
        }
        Value::List(texts) => {
            let _ = write!(out, "[\"{}\"]", texts.join("\", \""));
        }
        Map(pairs) => {
            out.push('{');
            for (index, (key, value)) in pairs.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(out, "{comma}\n{indent}  \"{key}\": ");
                write(out, value, depth + 1);
            }
            let _ = write!(out, "\n{indent}}}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{drawn, stand_ins};

    const TEMPLATE: &str = r#"{
  "files": [
    "dist",
    "a"
  ],
  "typesVersions": {},
  "exports": {},
  "imports": {},
  "x": 1
}
"#;

    #[test]
    fn a_folder_leads_to_the_script_for_commonjs() {
        let found = stand_ins().into_iter().find(|(folder, _)| folder == "stores/pg").unwrap();
        assert_eq!(found.1, "{ \"main\": \"../../dist/cjs/stores/pg.js\", \"types\": \"../../dist/cjs/stores/pg.d.ts\" }\n");
    }

    #[test]
    fn the_maps_are_drawn_in_the_place_of_their_lines() {
        let manifest = drawn(TEMPLATE).unwrap();
        let read: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(read["x"], 1);
        assert_eq!(read["exports"]["./ticket"]["import"]["node"], "./dist/node/entries/ticket.js");
        assert_eq!(read["exports"]["./slim"]["default"], "./dist/slim/entries/slim.js");
        assert_eq!(read["imports"]["#wasm-orders"]["node"]["module"], "./dist/loaders/wasm-orders-inline.js");
        assert_eq!(read["typesVersions"]["*"]["stores/pg"][0], "./dist/cjs/stores/pg.d.ts");
        assert_eq!(
            read["files"],
            serde_json::json!([
                "dist",
                "definitions",
                "diagnosis",
                "frameworks",
                "ride",
                "slim",
                "stores",
                "testing",
                "ticket",
                "a"
            ])
        );
        assert!(drawn(&TEMPLATE.replace("imports", "others")).unwrap_err().ends_with("\"imports\": {},"));
    }

    #[test]
    fn a_condition_comes_before_those_that_are_set_beside_it() {
        let manifest = drawn(TEMPLATE).unwrap();
        let wasm = manifest.split("\"#wasm\"").nth(1).unwrap();
        let places = ["unwasm", "workerd", "edge-light", "deno", "bun", "node", "default"]
            .map(|condition| wasm.find(&format!("      \"{condition}\": ")).unwrap());
        assert!(places.is_sorted(), "{wasm}");
    }
}
