//! Compiles the crate to wasm and stages the npm package in `pkg/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wasm_bindgen_cli_support::Bindgen;

use crate::export_map;
use crate::generate;
use crate::papers;
use crate::readmes;
use crate::scripts;
use crate::tools::{self, Outcome, Steps, WASM_TARGET, copy, create_folder, read, read_text, remove_folder, root, target, write};
use crate::trace;
use crate::wasm;

/// Of the crate, and of the npm package.
const NAME: &str = "meituan-protocol";

/// Cargo's arguments for the library as the npm package contains it, up to the features.
const LIBRARY: [&str; 7] = ["--package", NAME, "--lib", "--target", WASM_TARGET, "--no-default-features", "--features"];

/// The same with both wasm modules in one, as it is linted.
pub(crate) fn wasm_library() -> impl Iterator<Item = &'static str> {
    LIBRARY.into_iter().chain(["wasm"])
}

/// One of the package's two wasm modules.
pub(crate) struct WasmModule {
    /// Its content, for people.
    title: &'static str,
    feature: &'static str,
    profile: &'static str,
    wasm: &'static str,
    pub(crate) glue: &'static str,
    /// The loader that brings the bytes along, and the name by which scripts import it.
    pub(crate) inline: &'static str,
    pub(crate) import: &'static str,
    /// The loader of CommonJS.
    pub(crate) commonjs: &'static str,
    /// How it writes them.
    encode: fn(&[u8]) -> Outcome<String>,
    /// The limit of inlining, by the compiler's own measure; `None` where it decides.
    inline_threshold: Option<u32>,
    /// The same of functions that ask to be inlined.
    hint_threshold: u32,
    /// What the optimizer does beside the rest.
    optimizer: &'static [&'static str],
    /// The budget of the wasm and its glue together, in bytes after brotli 11.
    budget: usize,
}

/// Users load it before anything else.
pub(crate) const MESSAGES: WasmModule = WasmModule {
    title: "messages",
    feature: "wasm-messages",
    profile: "release",
    wasm: "meituan_protocol.wasm",
    glue: "loaders/glue.js",
    inline: "loaders/wasm-inline.js",
    import: "#wasm",
    commonjs: "loaders/wasm-commonjs.js",
    encode: inline,
    inline_threshold: None,
    hint_threshold: 100,
    // Functions that are called most get the shortest numbers.
    optimizer: &["--reorder-functions"],
    budget: 64 * 1024,
};

/// Orders, the judge of recordings, and all that is in the other: users who bring the module themselves, to a page for instance,
/// need this one alone. It is instantiated at its first use.
pub(crate) const ORDERS: WasmModule = WasmModule {
    title: "orders",
    feature: "wasm",
    profile: "orders",
    wasm: "meituan_protocol_orders.wasm",
    glue: "loaders/orders-glue.js",
    inline: "loaders/wasm-orders-inline.js",
    import: "#wasm-orders",
    commonjs: "loaders/wasm-orders-commonjs.js",
    encode: inline_packed,
    // A hundredth smaller than what the compiler would do, and within the gates of the benchmarks.
    inline_threshold: Some(20),
    hint_threshold: 100,
    // In another order it is larger where it is packed.
    optimizer: &[],
    budget: 205 * 1024,
};

pub(crate) const WASM_MODULES: [&WasmModule; 2] = [&MESSAGES, &ORDERS];

/// The module of orders as the site's pages load it: people wait for its bytes, and its calls are few.
const PAGE: WasmModule = WasmModule { title: "page", profile: "page", ..ORDERS };

/// Names all that rustc and the crate may use; wasm-opt refuses a module with features that are not among them.
///
/// Left out is what makes the module smaller only before it is compressed, and larger after; the compiler has inlined
/// already.
const OPTIMIZER: [&str; 18] = [
    "-O3",
    // How memory is aligned is a hint that no engine of today needs.
    "--dealign",
    // Nothing is in the first kilobyte but the end of the stack, so an address and what is added to it never wrap around: the addition goes
    // into the access (1.1 KB less after brotli).
    "--low-memory-unused",
    "--always-inline-max-function-size=2",
    "--flexible-inline-max-function-size=2",
    "--one-caller-inline-max-function-size=30",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-producers",
    "--strip-target-features",
];

pub(crate) fn run() -> Outcome<ExitCode> {
    build(&mut Steps::shown())?;
    print_sizes("summary")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_with_sizes() -> Outcome<ExitCode> {
    build(&mut Steps::shown())?;
    print_sizes("files")?;
    for module in WASM_MODULES {
        print_code_by_module(module)?;
    }
    print_sizes("summary")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn build(steps: &mut Steps) -> Outcome {
    steps.run("find the tools", || {
        tools::require_node().and_then(|()| tools::require_pinned_rust()).and_then(|()| tools::require_wasm_target())
    })?;
    steps.run("install npm dependencies", tools::install_npm_packages)?;
    steps.run("make the wasm modules", || make_at_once(WASM_MODULES))?;
    steps.run("write the field references", write_references)?;
    steps.run("generate TypeScript", generate_typescript)?;
    steps.run("compile TypeScript", compile_typescript)?;
    steps.run("stage pkg/", stage)?;
    steps.run("add the slim entry", || scripts::add_slim(&dist()))?;
    steps.run("bundle for Node", || scripts::add_bundles(&dist()))?;
    steps.run("translate to CommonJS", || scripts::add_commonjs(&dist()))?;
    steps.run("write the notices", add_papers)?;
    steps.run("link node_modules to pkg/", link)?;
    steps.run("check that all is there", check_complete)?;
    steps.run("check the sizes", || WASM_MODULES.into_iter().try_for_each(WasmModule::check_size))
}

/// Each by a thread of its own, because most of the time the compiler has one: a profile has its own folder, and its own lock.
fn make_at_once<const N: usize>(modules: [&WasmModule; N]) -> Outcome {
    thread::scope(|scope| {
        let threads = modules.map(|module| scope.spawn(|| module.make().map_err(|why| format!("{}: {why}", module.title))));
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread has panicked".to_owned())?)
    })
}

/// Makes the wasm of the site's pages, below `target`. The staged package has the glue.
pub(crate) fn build_page() -> Outcome {
    PAGE.make()?;
    let [glue, staged] = [PAGE, ORDERS].map(|module| read(&module.work_folder().join("glue.js")));
    match glue? == staged? {
        true => Ok(()),
        false => Err("the glue of the package does not fit the wasm of the pages".to_owned()),
    }
}

/// Where the glue says that one instance is enough. A call that breaks off leaves an instance that is of no use any more.
const ONE_INSTANCE: &str = "\n    if (wasm !== undefined) return wasm;\n";

/// What the glue makes when it is loaded, and what makes it at its first use: pages' tests under Jest have neither class.
const FIRST_USE: [(&str, &str); 3] = [
    (
        "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();\n",
        "let cachedTextDecoder;\n",
    ),
    ("    if (numBytesDecoded >= ", "    if (!cachedTextDecoder || numBytesDecoded >= "),
    (
        "const cachedTextEncoder = new TextEncoder();\n",
        "let textEncoder;\nconst textEncoderAtUse = () => textEncoder ??= new TextEncoder();\nconst cachedTextEncoder = {\n    encode: string => textEncoderAtUse().encode(string),\n    encodeInto: (string, bytes) => textEncoderAtUse().encodeInto(string, bytes),\n};\n",
    ),
];

/// The glue, which makes its decoder and its encoder when the first string crosses.
fn with_first_uses(glue: &str) -> Outcome<String> {
    let lazy = FIRST_USE.iter().fold(glue.to_owned(), |glue, (early, late)| glue.replacen(early, late, 1));
    match lazy.lines().find(|line| {
        ["= new TextDecoder", "= new TextEncoder"].iter().any(|early| line.contains(early))
            && !line.starts_with(' ')
            && !line.contains("=>")
    }) {
        Some(line) => Err(format!("wasm-bindgen's glue makes this when it is loaded: {line}")),
        None => Ok(lazy),
    }
}

impl WasmModule {
    fn make(&self) -> Outcome {
        self.compile()?;
        self.bind()?;
        self.optimize()
    }

    fn compile(&self) -> Outcome {
        // Panic messages name source files; whose folders those are is nobody's business, and would make each build differ.
        let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home().join(".cargo"), PathBuf::from);
        let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
        let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
        let mut flags = vec![remap(root(), "meituan-protocol"), remap(&cargo_home, "cargo")];
        flags.extend(registries.map(|registry| remap(&registry.path(), "crates")));
        // The standard library asks for so much inlining that it costs a kilobyte, and time is not measurably gained.
        flags.push(format!("-Cllvm-args=-inlinehint-threshold={}", self.hint_threshold));
        flags.extend(self.inline_threshold.map(|threshold| format!("-Cllvm-args=-inline-threshold={threshold}")));
        // One round of the hash instead of all: it serves the diagnosis of signatures alone.
        flags.extend(["--cfg".to_owned(), "sha2_backend_soft=\"compact\"".to_owned()]);
        let mut cargo = tools::cargo("rustc");
        cargo.args(["--profile", self.profile]).args(LIBRARY).arg(self.feature);
        // Were it a library for Rust at the same time, what others could call would be kept apart from what calls it here.
        cargo.args(["--crate-type", "cdylib"]);
        tools::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))
    }

    fn bind(&self) -> Outcome {
        let compiled = target().join(WASM_TARGET).join(self.profile).join("meituan_protocol.wasm");
        let mut bindgen = Bindgen::new();
        bindgen.input_path(compiled).out_name("glue").typescript(true);
        // The names stay until wasm-opt drops them.
        bindgen.omit_default_module_path(true).remove_producers_section(true);
        let failure = |error| format!("wasm-bindgen: {error:#}");
        let mut bound = bindgen.web(true).and_then(Bindgen::generate_output).map_err(failure)?;
        wasm::cut_panics(bound.wasm_mut())?;
        wasm::drop_locations(bound.wasm_mut());
        bound.emit(self.work_folder()).map_err(failure)
    }

    /// wasm-opt runs for seconds, so its last input is kept and what it made of that is used again.
    fn optimize(&self) -> Outcome {
        let folder = self.work_folder();
        let (input, output) = (folder.join("glue_bg.wasm"), folder.join("optimized.wasm"));
        let mut key = read(&input)?;
        key.extend([&OPTIMIZER[..], self.optimizer].concat().join(" ").bytes());
        key.extend(read(&root().join("node_modules/binaryen/package.json"))?);
        let last_key = folder.join("optimized.key");
        if output.is_file() && fs::read(&last_key).is_ok_and(|last| last == key) {
            return Ok(());
        }
        let mut wasm_opt = tools::npm_tool("wasm-opt");
        tools::run(wasm_opt.args(OPTIMIZER).args(self.optimizer).arg(&input).arg("-o").arg(&output))?;
        write(&last_key, key)
    }

    /// The wasm, the loader that has it inside, and the glue.
    fn stage(&self) -> Outcome {
        let optimized = self.work_folder().join("optimized.wasm");
        copy(&optimized, &dist().join(self.wasm))?;
        write(&dist().join(self.inline), (self.encode)(&read(&optimized)?)?)?;
        // The glue is generated, and read by nobody: it is minified, and without its default export, which loads the wasm by itself.
        let glue = read_text(&self.work_folder().join("glue.js"))?;
        let again = glue.replacen(ONE_INSTANCE, "", 2);
        if again.len() != glue.len() - 2 * ONE_INSTANCE.len() {
            return Err(format!("wasm-bindgen's glue has no longer this line twice:{ONE_INSTANCE}"));
        }
        write(&self.work_folder().join("glue-again.js"), with_first_uses(&again)?)?;
        let entry = self.work_folder().join("glue-entry.js");
        write(&entry, "export * from \"./glue-again.js\";\n")?;
        let mut esbuild = tools::npm_tool("esbuild");
        esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"]);
        tools::run(esbuild.arg(&entry).arg(option("--outfile=", &dist().join(self.glue))))
    }

    fn check_size(&self) -> Outcome {
        let files = [self.wasm, self.glue].map(|file| format!("pkg/dist/{file}"));
        let printed = tools::printed_by(tools::node().args(["--input-type=module", "--eval", MEASURE, "total"]).args(files))?;
        match printed.parse::<usize>() {
            Ok(total) if total <= self.budget => Ok(()),
            _ => Err(format!(
                "wasm and glue of the {} are {printed} bytes after brotli; the budget is {}. See cargo xtask build --sizes",
                self.title, self.budget
            )),
        }
    }

    /// Where the steps hand their results to each other.
    fn work_folder(&self) -> PathBuf {
        target().join("xtask/wasm").join(self.title)
    }
}

fn home() -> PathBuf {
    ["HOME", "USERPROFILE"].iter().find_map(std::env::var_os).map(PathBuf::from).unwrap_or_default()
}

fn stage() -> Outcome {
    remove_folder(&package())?;
    create_folder(&dist())?;
    write(&package().join("package.json"), manifest()?)?;
    for (folder, manifest) in export_map::stand_ins() {
        create_folder(&package().join(&folder))?;
        write(&package().join(folder).join("package.json"), manifest)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        // One that is missing is reported when all else is staged.
        if root().join(licence).exists() {
            copy(&root().join(licence), &package().join(licence))?;
        }
    }
    for name in readmes::NAMES {
        write(&package().join(name), readmes::packaged(name)?)?;
    }
    for source in [root().join(SOURCES), generated()] {
        // Compiled files keep their place below the repository.
        let below = source.strip_prefix(root()).unwrap_or(&source);
        let compiled = emitted().join(below);
        for file in tools::files_under(&compiled)? {
            copy(&compiled.join(&file), &dist().join(&file))?;
        }
    }
    for module in WASM_MODULES {
        let types = format!("{}.d.ts", module.wasm);
        copy(&root().join(SOURCES).join(&types), &dist().join(&types))?;
    }
    scripts::keep_reached_types(&dist(), declared_entries()?)?;
    WASM_MODULES.into_iter().try_for_each(WasmModule::stage)?;
    scripts::leave_out_empty(&dist())?;
    make_executable(&dist().join("cli/main.js"))
}

/// Writes what is made from the definitions, and what the wasm modules export.
fn generate_typescript() -> Outcome {
    remove_folder(&generated())?;
    let messages = generated().join("generated");
    create_folder(&messages)?;
    generate::write_generated(&messages).map_err(tools::failure("generate into", &messages))?;
    for module in WASM_MODULES {
        let types = Path::new(module.glue).with_extension("d.ts");
        copy(&module.work_folder().join("glue.d.ts"), &generated().join(types))?;
    }
    Ok(())
}

/// The declarations that the manifest names, below `dist`.
fn declared_entries() -> Outcome<Vec<String>> {
    let manifest = serde_json::from_str(&manifest()?).map_err(|error| format!("package.json: {error}"))?;
    let files = named_by(&manifest).into_iter().filter_map(|file| file.strip_prefix("dist/").map(str::to_owned));
    // Those of CommonJS are copies.
    Ok(files.filter(|file| file.ends_with(".d.ts") && !file.starts_with("cjs/")).collect())
}

fn compile_typescript() -> Outcome {
    remove_folder(&emitted())?;
    tools::run(tools::npm_tool("tsc").args(["--project", "pkg-template/tsconfig.json"]))
}

/// The references are committed, so that they can be read without building. CI fails when one was not.
fn write_references() -> Outcome {
    for (path, text) in generate::references().into_iter().chain(trace::documents()) {
        let path = root().join(path);
        match fs::read_to_string(&path) {
            Ok(committed) if committed == text => {}
            _ if std::env::var_os("CI").is_some() => {
                return Err(format!("{} is stale: run cargo xtask build and commit it", path.display()));
            }
            _ => write(&path, text)?,
        }
    }
    Ok(())
}

/// Whose code is in the wasm, and its digests.
fn add_papers() -> Outcome {
    let mut compiled = BTreeSet::new();
    for module in WASM_MODULES {
        // As it was bound: wasm-opt drops the names.
        compiled.extend(wasm::crates(&read(&module.work_folder().join("glue_bg.wasm"))?)?);
    }
    compiled.remove(&NAME.replace('-', "_"));
    write(&package().join(papers::NOTICES), papers::notices(&version()?, &compiled)?)?;
    let files = WASM_MODULES.map(|module| format!("dist/{}", module.wasm));
    write(&package().join(papers::DIGESTS), papers::digests(&package(), &files)?)
}

fn version() -> Outcome<String> {
    // Cargo prints `path+file:///…/folder#name@version`, and leaves out a name that the folder has too.
    let identity = tools::printed_by(tools::cargo("pkgid").args(["--package", NAME]))?;
    Ok(identity.rsplit(['#', '@']).next().unwrap_or_default().to_owned())
}

/// The template's manifest with its maps and the crate's version.
fn manifest() -> Outcome<String> {
    const PLACEHOLDER: &str = r#""version": "0.0.0""#;
    let template = read_text(&root().join("pkg-template/package.json"))?;
    if !template.contains(PLACEHOLDER) {
        return Err(format!("pkg-template/package.json lacks {PLACEHOLDER}"));
    }
    let drawn = export_map::drawn(&template)?;
    Ok(drawn.replace(PLACEHOLDER, &format!(r#""version": "{}""#, version()?)))
}

/// A loader whose default export is the wasm as a string, which is decoded when the module is wanted.
fn inline(wasm: &[u8]) -> Outcome<String> {
    Ok(format!("export default \"{}\";\n", STANDARD.encode(wasm)))
}

/// The same of a module that most processes never use. JavaScript is read to its end at each start, so the string is packed: half
/// as long, and unpacked by instructions of its own (`pkg-template/js/loaders/decode.ts`) sooner than the rest was read.
fn inline_packed(wasm: &[u8]) -> Outcome<String> {
    let strongest = lz4::block::CompressionMode::HIGHCOMPRESSION(12);
    let packed = lz4::block::compress(wasm, Some(strongest), false).map_err(|error| format!("lz4: {error}"))?;
    let unpacker = target().join("xtask/wasm/unpack.wasm");
    // A call costs more than what is called does.
    let inlined = ["--enable-multivalue", "-O3", "--always-inline-max-function-size=1000"];
    tools::run(tools::npm_tool("wasm-opt").args(inlined).arg(UNPACKER).arg("-o").arg(&unpacker))?;
    let unpacker = STANDARD.encode(read(&unpacker)?);
    Ok(format!("export default {{ size: {}, packed: \"{}\", unpacker: \"{unpacker}\" }};\n", wasm.len(), STANDARD.encode(packed)))
}

/// Below the repository.
const UNPACKER: &str = "xtask/src/unpack.wat";

pub(crate) fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}

/// Lets tests and examples import the staged package by its name, as users do.
fn link() -> Outcome {
    let link = root().join("node_modules/meituan-protocol");
    if link.exists() {
        return Ok(());
    }
    #[cfg(windows)]
    let linked = std::os::windows::fs::symlink_dir(package(), &link);
    #[cfg(not(windows))]
    let linked = std::os::unix::fs::symlink("../pkg", &link);
    linked.map_err(tools::failure("create", &link))
}

/// A package that lacks a file it names, its licences or its README must not be published.
fn check_complete() -> Outcome {
    let manifest = read_text(&package().join("package.json"))?;
    let mut needed = ["LICENSE-MIT", "LICENSE-APACHE", papers::NOTICES, papers::DIGESTS].map(str::to_owned).to_vec();
    needed.extend(readmes::NAMES.map(str::to_owned));
    let manifest = serde_json::from_str(&manifest).map_err(|error| format!("package.json: {error}"))?;
    needed.extend(named_by(&manifest));
    let missing: Vec<_> = needed.into_iter().filter(|path| !package().join(path).exists()).collect();
    if !missing.is_empty() {
        return Err(format!("pkg/ is staged and can be used, but lacks {}", missing.join(", ")));
    }
    if !read_text(&dist().join("cli/main.js"))?.starts_with("#!/usr/bin/env node\n") {
        return Err("pkg-template/js/cli/main.ts does not begin with #!/usr/bin/env node".to_owned());
    }
    Ok(())
}

/// The files that a manifest names: its strings that begin with `./`. Its keys name subpaths, which are no files.
fn named_by(manifest: &serde_json::Value) -> Vec<String> {
    match manifest {
        serde_json::Value::String(text) => text.strip_prefix("./").map(str::to_owned).into_iter().collect(),
        serde_json::Value::Array(values) => values.iter().flat_map(named_by).collect(),
        serde_json::Value::Object(values) => values.values().flat_map(named_by).collect(),
        _ => Vec::new(),
    }
}

fn make_executable(path: &Path) -> Outcome {
    #[cfg(unix)]
    if path.exists() {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(tools::failure("make executable", path))?;
    }
    Ok(())
}

/// The parts of the wasm, so that everybody sees the cost of a change.
fn print_code_by_module(module: &WasmModule) -> Outcome {
    let named = module.work_folder().join("optimized-with-names.wasm");
    let input = module.work_folder().join("glue_bg.wasm");
    let mut wasm_opt = tools::npm_tool("wasm-opt");
    tools::run(wasm_opt.args(OPTIMIZER).args(module.optimizer).arg("--debuginfo").arg(&input).arg("-o").arg(&named))?;
    println!("\n{:<54}{:>11}", format!("code of the {}", module.title), "bytes");
    for (owner, bytes) in wasm::code_by_module(&read(&named)?)? {
        println!("{owner:<54}{bytes:>11}");
    }
    println!();
    Ok(())
}

/// Node measures, because it brings the compressors.
fn print_sizes(which: &str) -> Outcome {
    let measured: Vec<String> = match which {
        "files" => tools::files_under(&dist())?.iter().map(|file| format!("pkg/dist/{file}")).collect(),
        _ => WASM_MODULES
            .iter()
            .flat_map(|module| [module.title.to_owned(), format!("pkg/dist/{}", module.wasm), format!("pkg/dist/{}", module.glue)])
            .collect(),
    };
    let table = tools::printed_by(tools::node().args(["--input-type=module", "--eval", MEASURE, which]).args(measured))?;
    println!("{table}");
    Ok(())
}

const MEASURE: &str = r#"
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [which, ...paths] = process.argv.slice(1);
const number = (value) => value.toLocaleString("en").padStart(11);
const row = (name, bytes, brotli, gzip) =>
  console.log(name.padEnd(34) + [bytes, gzip, brotli].map(number).join(""));
const measure = (path) => {
  const bytes = readFileSync(path);
  return [bytes.length, brotliCompressSync(bytes).length, gzipSync(bytes, { level: 9 }).length];
};

if (which === "total") {
  console.log(paths.reduce((sum, path) => sum + measure(path)[1], 0));
  process.exit();
}
console.log("bytes".padEnd(34) + ["raw", "gzip -9", "brotli 11"].map((head) => head.padStart(11)).join(""));
if (which === "files") {
  for (const path of paths) row(path.replace("pkg/dist/", ""), ...measure(path));
} else {
  // The titles, each before its files, which count together.
  for (let at = 0; at < paths.length; at += 3) {
    const [wasm, glue] = paths.slice(at + 1, at + 3).map(measure);
    row(`${paths[at]}: wasm`, ...wasm);
    row(`${paths[at]}: glue`, ...glue);
    row(`${paths[at]}: together`, ...wasm.map((size, index) => size + glue[index]));
  }
}
"#;

/// The package's TypeScript, below the repository.
pub(crate) const SOURCES: &str = "pkg-template/js";

/// The rest of its TypeScript, which is made at build time. `pkg-template/tsconfig.json` names both folders.
pub(crate) fn generated() -> PathBuf {
    target().join("xtask/generated")
}

/// Where the compiler writes.
fn emitted() -> PathBuf {
    target().join("xtask/emitted")
}

fn package() -> PathBuf {
    root().join("pkg")
}

fn dist() -> PathBuf {
    package().join("dist")
}

#[cfg(test)]
mod tests {
    /// So that a change of a definition cannot leave them behind: this needs no build of the package.
    #[test]
    fn the_committed_documents_of_the_trace_format_are_those_that_its_definition_makes() {
        for (path, text) in crate::trace::documents() {
            let committed = std::fs::read_to_string(crate::tools::root().join(&path)).unwrap_or_default();
            assert!(committed == text, "{path} is stale: run cargo xtask build and commit it");
        }
    }

    #[test]
    fn the_files_of_a_manifest_are_its_values_and_not_its_keys() {
        let manifest = serde_json::json!({ "exports": { "./ticket": { "types": "./a.d.ts", "default": "./a.js" } }, "files": ["./b.js", "c"] });
        let mut named = super::named_by(&manifest);
        named.sort();
        assert_eq!(named, ["a.d.ts", "a.js", "b.js"]);
    }
}
