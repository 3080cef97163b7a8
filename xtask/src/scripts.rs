//! The package's scripts: who imports whom, the copies for `meituan-protocol/slim`, and the bundles for Node and CommonJS.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::export_map::{ENTRIES, SLIM, SLIM_SCRIPT};
use crate::package::{MESSAGES, ORDERS, SOURCES, WASM_MODULES, WasmModule, generated, option};
use crate::tools::{self, Outcome, copy, create_folder, read_text, root, write};

/// Files that CommonJS never reaches: the command line runs as a module only, and a runtime that
/// imports wasm as a module does not know `require`.
const MODULES_ONLY: [&str; 4] = ["cli/", "loaders/wasm-", "meituan_protocol.", "meituan_protocol_orders."];

/// The files that hold an instance, and those that are in their place in `meituan-protocol/slim`.
const INSTANCES: [(&str, &str); 2] =
    [("loaders/instance.js", "loaders/slim/instance.js"), ("loaders/orders-instance.js", "loaders/slim/orders-instance.js")];

/// The entries that most users import, and whose code is together for Node.
const CORE: [&str; 3] = ["entries/index", "entries/ticket", "entries/ride"];

/// Where Node's files are, below `dist`.
const BUNDLES: &str = "node";

/// The manifest that makes the files below it CommonJS, within a package of modules.
const COMMONJS_PACKAGE: &str = "{ \"type\": \"commonjs\" }\n";

/// The files that lead to the instance once more, around one that the user brings. All others are shared.
///
/// They are copies, because a file that imports the wasm in one entry cannot leave it alone in another.
pub(crate) fn add_slim(dist: &Path) -> Outcome {
    let scripts = scripts_in(dist)?;
    // The glue leads nowhere, but it keeps the instance.
    let keepers = INSTANCES.iter().flat_map(|&(one, other)| [one, other]).chain(WASM_MODULES.map(|module| module.glue));
    let copied = leading_to(keepers.map(str::to_owned).collect(), &scripts);
    let place = |file: &str| match INSTANCES.iter().find(|(_, stand_in)| *stand_in == file) {
        Some((instance, _)) => format!("slim/{instance}"),
        None if copied.contains(file) => format!("slim/{file}"),
        None => file.to_owned(),
    };
    let glue_of_all = &scripts[ORDERS.glue];
    for (file, text) in scripts.iter().filter(|(file, _)| copied.contains(*file)) {
        if INSTANCES.iter().any(|(instance, _)| instance == file) {
            continue;
        }
        // There either module may be brought for messages, and the one that holds more asks for more.
        let text = if file == MESSAGES.glue { glue_of_all } else { text };
        let to = place(file);
        let text = with_specifiers(text, |specifier| Some(relative(&to, &place(&target_of(file, specifier)?))));
        create_folder(dist.join(&to).parent().unwrap_or(dist))?;
        write(&dist.join(&to), text)?;
    }
    let slim = format!("{SLIM}.js");
    for file in [slim.as_str()].into_iter().chain(INSTANCES.map(|(_, stand_in)| stand_in)) {
        fs::remove_file(dist.join(file)).map_err(tools::failure("remove", &dist.join(file)))?;
    }
    Ok(())
}

/// What Node loads: the entries in few files, because each file costs it a millisecond. What several entries share is in
/// files of its own, so that it is there once. Names and lines are left as they are, for stack traces.
pub(crate) fn add_bundles(dist: &Path) -> Outcome {
    let folder = dist.join(BUNDLES);
    let mut files = Vec::new();
    for entry in ENTRIES.map(|(_, entry)| entry).into_iter().chain([SLIM_SCRIPT]) {
        let file = format!("{entry}.js");
        let up = "../".repeat(file.split('/').count());
        // Code that the same entries lead to is put together. To the core all lead but slim, so it is two files: what slim has of it
        // too, and what starts the wasm.
        let core = CORE.iter().filter(|_| entry != SLIM_SCRIPT);
        let core: String = core.map(|core| format!("import \"{up}{core}.js\";\n")).collect();
        create_folder(folder.join(&file).parent().unwrap_or(&folder))?;
        write(&folder.join(&file), format!("{core}export * from \"{up}{file}\";\n"))?;
        files.push(folder.join(file));
    }
    let mut esbuild = esbuild("esm");
    esbuild.args(["--bundle", "--splitting", "--platform=neutral", "--chunk-names=shared/[name]-[hash]", "--allow-overwrite"]);
    // Without this, what is imported for no name would be left out.
    esbuild.arg("--ignore-annotations");
    esbuild.args(WASM_MODULES.map(|module| format!("--external:{}", module.import)));
    esbuild.arg(option("--outbase=", &folder)).arg(option("--outdir=", &folder));
    tools::run(esbuild.args(files))
}

/// The same bundles as CommonJS, file by file: bundled apart, entries would each bring a wasm instance of their own, and what one
/// created the other would not know.
pub(crate) fn add_commonjs(dist: &Path) -> Outcome {
    let folder = dist.join("cjs");
    for types in tools::files_under(dist)?.into_iter().filter(|file| file.ends_with(".d.ts") && !is_module_only(file)) {
        copy(&dist.join(&types), &folder.join(&types))?;
    }
    for file in tools::files_under(&dist.join(BUNDLES))? {
        // `imports` is only good in a package's top manifest, and not every tool for CommonJS knows it.
        let loader = |specifier: &str| WASM_MODULES.into_iter().find(|module| module.import == specifier);
        let text = read_text(&dist.join(BUNDLES).join(&file))?;
        let text = with_specifiers(&text, |specifier| Some(relative(&file, loader(specifier)?.commonjs)));
        create_folder(folder.join(&file).parent().unwrap_or(&folder))?;
        write(&folder.join(&file), text)?;
    }
    create_folder(&folder.join("loaders"))?;
    for WasmModule { inline, commonjs, .. } in WASM_MODULES {
        copy(&dist.join(inline), &folder.join(inline))?;
        // Nobody else needs it.
        fs::rename(dist.join(commonjs), folder.join(commonjs)).map_err(tools::failure("move", &dist.join(commonjs)))?;
    }
    // Translated in place: were the files still within the ES module package, esbuild would read
    // their default imports as Node does there, and the wasm, a default export, would be lost.
    write(&folder.join("package.json"), COMMONJS_PACKAGE)?;
    let scripts = tools::files_under(&folder)?.into_iter().filter(|file| file.ends_with(".js"));
    let mut esbuild = esbuild("cjs");
    esbuild.args(["--platform=node", "--allow-overwrite"]);
    // A file loaded on demand is then loaded by `require` too, and shares the instance.
    esbuild.arg("--supported:dynamic-import=false");
    esbuild.arg(option("--outbase=", &folder)).arg(option("--outdir=", &folder));
    tools::run(esbuild.args(scripts.map(|script| folder.join(script))))
}

fn esbuild(format: &str) -> Command {
    let mut esbuild = tools::npm_tool("esbuild");
    esbuild.args(["--target=es2022", "--log-level=warning"]).arg(format!("--format={format}"));
    esbuild
}

/// Removes the scripts that hold nothing and that no other one imports: the compiler writes one beside declarations of types alone.
pub(crate) fn leave_out_empty(dist: &Path) -> Outcome {
    let scripts = scripts_in(dist)?;
    let imported: BTreeSet<String> = scripts.iter().flat_map(|(file, text)| imports(file, text)).collect();
    for (file, _) in scripts.iter().filter(|(file, text)| is_empty(text) && !imported.contains(*file)) {
        fs::remove_file(dist.join(file)).map_err(tools::failure("remove", &dist.join(file)))?;
    }
    Ok(())
}

/// Its last line says only that it is a module, and those before are comments.
fn is_empty(script: &str) -> bool {
    let is_comment = |line: &str| ["//", "/*", " *"].iter().any(|start| line.starts_with(start)) || line.is_empty();
    script.trim_end().strip_suffix("export {};").is_some_and(|rest| rest.lines().all(is_comment))
}

/// Removes the declarations that no entry leads to: they describe what is the package's own.
pub(crate) fn keep_reached_types(dist: &Path, entries: Vec<String>) -> Outcome {
    let mut waiting = entries;
    let mut reached = BTreeSet::new();
    while let Some(file) = waiting.pop() {
        if reached.insert(file.clone()) {
            let text = read_text(&dist.join(&file))?;
            waiting.extend(named_in(&file, &text).map(|script| script.replace(".js", ".d.ts")));
        }
    }
    let types = tools::files_under(dist)?.into_iter().filter(|file| file.ends_with(".d.ts"));
    for file in types.filter(|file| !reached.contains(file)) {
        fs::remove_file(dist.join(&file)).map_err(tools::failure("remove", &dist.join(&file)))?;
    }
    Ok(())
}

/// The scripts that declarations name: in statements, and in types.
fn named_in<'a>(file: &'a str, text: &'a str) -> impl Iterator<Item = String> + 'a {
    let in_types = text.split("import(\"").skip(1).filter_map(|rest| rest.split('"').next());
    imports(file, text).chain(in_types.filter_map(|specifier| target_of(file, specifier)))
}

/// Fails where files of the package import each other in a circle, be it for their types alone. Generated files are looked at once
/// they are there.
pub(crate) fn check_circles() -> Outcome {
    let mut scripts = BTreeMap::new();
    for folder in [root().join(SOURCES), generated()].into_iter().filter(|folder| folder.is_dir()) {
        for file in tools::files_under(&folder)?.into_iter().filter(|file| file.ends_with(".ts") && !file.ends_with(".d.ts")) {
            let text = read_text(&folder.join(&file))?;
            scripts.insert(file.replace(".ts", ".js"), text);
        }
    }
    match circle(&scripts) {
        None => Ok(()),
        Some(files) => Err(format!("these files of {SOURCES} import each other: {}", files.join(" → "))),
    }
}

/// The scripts that are read as modules and as CommonJS, with their content.
fn scripts_in(dist: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut scripts = BTreeMap::new();
    for file in tools::files_under(dist)?.into_iter().filter(|file| file.ends_with(".js") && !is_module_only(file)) {
        let text = read_text(&dist.join(&file))?;
        scripts.insert(file, text);
    }
    Ok(scripts)
}

fn is_module_only(file: &str) -> bool {
    MODULES_ONLY.iter().any(|start| file.starts_with(start))
}

/// These files, and all that import one of them, or what imports one.
fn leading_to(mut found: BTreeSet<String>, scripts: &BTreeMap<String, String>) -> BTreeSet<String> {
    loop {
        let more: Vec<_> = scripts
            .iter()
            .filter(|(file, text)| !found.contains(*file) && imports(file, text).any(|target| found.contains(&target)))
            .map(|(file, _)| file.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Files that import each other, if there are any: the first one is the last one, too.
fn circle(scripts: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    scripts.keys().find_map(|file| circle_from(file, scripts, &mut Vec::new(), &mut done))
}

fn circle_from(
    file: &str,
    scripts: &BTreeMap<String, String>,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|above| above == file) {
        let mut found = path[start..].to_vec();
        found.push(file.to_owned());
        return Some(found);
    }
    let text = scripts.get(file).filter(|_| !done.contains(file))?;
    path.push(file.to_owned());
    let found = imports(file, text).find_map(|target| circle_from(&target, scripts, path, done));
    path.pop();
    done.insert(file.to_owned());
    found
}

/// The files that a script imports.
fn imports<'a>(file: &'a str, text: &'a str) -> impl Iterator<Item = String> + 'a {
    text.lines().filter_map(specifier_in).filter_map(|specifier| target_of(file, specifier))
}

/// The content with other specifiers, where `other` has one.
fn with_specifiers(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let line = |line: &str| match specifier_in(line).and_then(|specifier| Some((specifier, other(specifier)?))) {
        Some((specifier, other)) => line.replace(&format!("\"{specifier}\""), &format!("\"{other}\"")),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The specifier in a line. Statements are written by a formatter: they begin and end a line.
fn specifier_in(line: &str) -> Option<&str> {
    let is_statement = ["import ", "export ", "} from "].iter().any(|start| line.starts_with(start));
    let rest = line.strip_suffix("\";").filter(|_| is_statement)?;
    let (before, specifier) = rest.rsplit_once('"')?;
    (before.ends_with(" from ") || before == "import ").then_some(specifier)
}

/// The file that a specifier of another one leads to; `None` where that is no file of the package's.
fn target_of(file: &str, specifier: &str) -> Option<String> {
    if !specifier.starts_with('.') {
        return None;
    }
    let mut parts: Vec<_> = file.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// How a file names another one.
fn relative(from: &str, to: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let above: Vec<_> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let target: Vec<_> = to.split('/').collect();
    let common = above.iter().zip(&target).take_while(|(one, other)| one == other).count();
    let start = if common == above.len() { "./".to_owned() } else { "../".repeat(above.len() - common) };
    start + &target[common..].join("/")
}

#[cfg(test)]
mod tests {
    use super::{circle, is_empty, relative, target_of, with_specifiers};
    use std::collections::BTreeMap;

    fn scripts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|&(file, text)| (file.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn a_script_of_types_alone_is_empty_and_one_with_a_statement_is_not() {
        assert!(is_empty("// What it found.\n/**\n * Of a message.\n */\nexport {};\n"));
        assert!(!is_empty("const found = 1;\nexport {};\n"));
        assert!(!is_empty("import \"./found.js\";\nexport {};\n"));
        assert!(!is_empty("export const found = 1;\n"));
    }

    #[test]
    fn a_circle_of_imports_is_found_and_named() {
        let third = ("c.js", "export * from \"./a.js\";\n");
        let others = [("a.js", "import { b } from \"./b/b.js\";\n"), ("b/b.js", "import {\n  c,\n} from \"../c.js\";\n")];
        assert_eq!(circle(&scripts(&others)), None);
        let found = circle(&scripts(&[others[0], others[1], third])).unwrap();
        assert_eq!(found, ["a.js", "b/b.js", "c.js", "a.js"]);
    }

    #[test]
    fn specifiers_lead_to_files_and_back() {
        for (file, specifier, target) in [
            ("http/urls.js", "../values/kinds.js", "values/kinds.js"),
            ("http/urls.js", "./reply.js", "http/reply.js"),
            ("slim/boundary/a.js", "../../values/kinds.js", "values/kinds.js"),
            ("index.js", "./a.js", "a.js"),
        ] {
            assert_eq!(target_of(file, specifier).unwrap(), target);
            assert_eq!(relative(file, target), specifier);
        }
        assert_eq!(target_of("index.js", "node:fs"), None);
    }

    #[test]
    fn only_what_statements_import_from_is_replaced() {
        let text =
            "import a from \"./a.js\";\nconst b = \"./a.js\";\n// import a from \"./a.js\";\nexport {\n  c,\n} from \"./a.js\";\n";
        let replaced = with_specifiers(text, |specifier| Some(specifier.replace("./a", "../a")));
        assert_eq!(replaced.matches("\"../a.js\"").count(), 2);
        assert_eq!(replaced.matches("\"./a.js\"").count(), 2);
    }
}
