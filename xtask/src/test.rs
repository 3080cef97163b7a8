//! Everything that must hold, in order of what fails fastest.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::SystemTime;

use crate::tools::{self, Outcome, Steps, cargo, run as run_program};
use crate::{api, bench, circles, demo, frameworks, fuzz, package, packed_crate, readmes, scripts, simulate, stores, words};

/// How it is called.
pub(crate) const WORDS: &str = "test [--only …]";

const USAGE: &str = "usage: cargo xtask test [--only <stage> [filter]]";

struct Stage {
    name: &'static str,
    needs: Needs,
    run: Run,
}

/// Results of earlier stages that a stage needs.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    NpmDependencies,
    Package,
}

#[derive(Clone, Copy)]
enum Run {
    Whole(fn() -> Outcome),
    /// A filter can choose what the stage runs.
    Filtered(fn(Option<&str>) -> Outcome),
}

use Needs::{Nothing, NpmDependencies, Package};
use Run::{Filtered, Whole};

const STAGES: [Stage; 22] = [
    Stage { name: "Rust format", needs: Nothing, run: Whole(rust_format) },
    Stage { name: "Rust lints", needs: Nothing, run: Whole(rust_lints) },
    Stage { name: "Rust lints for wasm", needs: Nothing, run: Whole(wasm_lints) },
    Stage { name: "Rust tests", needs: Nothing, run: Filtered(rust_tests) },
    Stage { name: "Rust tests without features", needs: Nothing, run: Filtered(rust_tests_without_features) },
    Stage { name: "Rust example", needs: Nothing, run: Filtered(rust_example) },
    Stage { name: "packed crate", needs: Nothing, run: Filtered(packed_crate::test) },
    Stage { name: "fuzz targets", needs: Nothing, run: Filtered(fuzz::check) },
    Stage { name: "Rust documentation", needs: Nothing, run: Whole(rust_documentation) },
    Stage { name: "npm dependencies", needs: Nothing, run: Whole(npm_dependencies) },
    Stage { name: "npm package", needs: Nothing, run: Whole(npm_package) },
    Stage { name: "public API", needs: Package, run: Whole(api::check) },
    Stage { name: "JavaScript format and lints", needs: NpmDependencies, run: Whole(javascript_lints) },
    Stage { name: "TypeScript types", needs: Package, run: Whole(typescript_types) },
    Stage { name: "JavaScript tests", needs: Package, run: Filtered(javascript_tests) },
    Stage { name: "stores", needs: Package, run: Filtered(stores::check) },
    Stage { name: "frameworks", needs: Package, run: Filtered(frameworks::check) },
    Stage { name: "benchmarks", needs: Package, run: Filtered(bench::check) },
    Stage { name: "demo", needs: Package, run: Whole(demo_passes) },
    Stage { name: "browser demo", needs: Package, run: Filtered(browser_demo) },
    Stage { name: "packaging", needs: Package, run: Filtered(packaging) },
    Stage { name: "packaging tests", needs: Package, run: Filtered(packaging_tests) },
];

pub(crate) fn run() -> Outcome<ExitCode> {
    let words: Vec<_> = env::args().skip(2).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => run_all(),
        ["--only", name] => run_only(name, None),
        ["--only", name, filter] => run_only(name, Some(filter)),
        _ => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

fn run_all() -> Outcome<ExitCode> {
    let mut steps = Steps::shown();
    for (passed, stage) in STAGES.iter().enumerate() {
        if let Err(why) = steps.run(stage.name, || stage.run(None)) {
            println!("{} failed: {why}", stage.name);
            println!("{passed} passed, 1 failed");
            return Ok(ExitCode::FAILURE);
        }
    }
    println!("{} passed, 0 failed", STAGES.len());
    Ok(ExitCode::SUCCESS)
}

/// Runs one stage, and before it what it needs and is not there.
fn run_only(name: &str, filter: Option<&str>) -> Outcome<ExitCode> {
    let stage = match chosen(name, filter.is_some()) {
        Ok(stage) => stage,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return Ok(ExitCode::from(2));
        }
    };
    let mut steps = Steps::shown();
    if stage.needs != Nothing {
        steps.run("npm dependencies", npm_dependencies)?;
    }
    if stage.needs == Package && !is_package_fresh()? {
        steps.run("npm package", npm_package)?;
    }
    match steps.run(stage.name, || stage.run(filter)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => Err(format!("{} failed: {why}", stage.name)),
    }
}

/// Returns the stage that is meant. With a filter, the beginning of a name need only distinguish the stages that accept one.
fn chosen(name: &str, has_filter: bool) -> Outcome<&'static Stage> {
    let all = STAGES.each_ref().map(|stage| stage.name);
    if !has_filter {
        return Ok(&STAGES[tools::chosen(&all, name)?]);
    }
    let stages: Vec<_> = STAGES.iter().filter(|stage| matches!(stage.run, Filtered(_))).collect();
    let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
    tools::chosen(&names, name).map(|index| stages[index]).map_err(|why| match tools::chosen(&all, name) {
        Ok(index) => format!("{} has no filter", STAGES[index].name),
        Err(_) => why,
    })
}

/// The package is staged, and as fresh as what it is made from.
pub(crate) fn require_package() -> Outcome {
    npm_dependencies()?;
    if is_package_fresh()? { Ok(()) } else { npm_package() }
}

/// Whether the package is staged, and nothing that it is made from is newer.
fn is_package_fresh() -> Outcome<bool> {
    let changed = |path: &Path| path.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let staged = changed(&tools::root().join("pkg/package.json"));
    let mut sources: Vec<_> =
        ["Cargo.toml", "Cargo.lock", "deny.toml", "rust-toolchain.toml"].map(|file| tools::root().join(file)).into();
    sources.extend(readmes::sources()?);
    for folder in ["src", "pkg-template", "xtask/src"].map(|folder| tools::root().join(folder)) {
        sources.extend(tools::files_under(&folder)?.iter().map(|file| folder.join(file)));
    }
    Ok(sources.iter().all(|source| changed(source) < staged))
}

impl Stage {
    fn run(&self, filter: Option<&str>) -> Outcome {
        match self.run {
            Whole(run) => run(),
            Filtered(run) => run(filter),
        }
    }
}

/// The features that are off where nobody asks for them, and are for Rust programs.
const FOR_RUST: [&str; 2] = [
    "--features",
    "meituan-protocol/chrono,meituan-protocol/getrandom,meituan-protocol/http,meituan-protocol/jiff,meituan-protocol/testing,meituan-protocol/time,meituan-protocol/tokio",
];

/// A web server and a database come with it, so it has a lock file of its own.
const EXAMPLE: [&str; 2] = ["--manifest-path", "examples/rust-axum/Cargo.toml"];

fn rust_format() -> Outcome {
    run_program(cargo("fmt").args(["--all", "--check"]))?;
    for apart in ["fuzz/Cargo.toml", "examples/rust-sqlx/Cargo.toml"] {
        run_program(cargo("fmt").args(["--manifest-path", apart, "--check"]))?;
    }
    // Cargo knows the program only once the crate is packed.
    run_program(
        Command::new("rustfmt").args(["--edition", "2024", "--check", "tests/outside/src/lib.rs"]).current_dir(tools::root()),
    )?;
    run_program(cargo("fmt").args(EXAMPLE).arg("--check"))
}

fn rust_lints() -> Outcome {
    circles::check()?;
    words::check()?;
    run_program(cargo("clippy").args(["--workspace", "--all-targets"]).args(FOR_RUST).args(["--", "-Dwarnings"]))
}

fn wasm_lints() -> Outcome {
    tools::require_wasm_target()?;
    run_program(cargo("clippy").args(package::wasm_library()).args(["--", "-Dwarnings"]))
}

fn rust_tests(filter: Option<&str>) -> Outcome {
    cargo_tests(cargo("test").arg("--workspace").args(FOR_RUST), filter)
}

const WITHOUT_FEATURES: [&str; 4] = ["--package", "meituan-protocol", "--no-default-features", "--features=unstable-engine"];

/// All of them compile, and those run that see a feature's absence: sentences, replies, signatures. `cargo xtask audit --only features` runs
/// all.
fn rust_tests_without_features(filter: Option<&str>) -> Outcome {
    if filter.is_some() {
        return cargo_tests(cargo("test").args(WITHOUT_FEATURES), filter);
    }
    run_program(cargo("check").args(WITHOUT_FEATURES).arg("--tests"))?;
    let some = ["debug_output", "exchange", "serde_notation", "ticket_endpoint", "ticket_signing"];
    run_program(cargo("test").args(WITHOUT_FEATURES).arg("--lib").args(some.iter().flat_map(|name| ["--test", name])))
}

pub(crate) fn all_rust_tests_without_features() -> Outcome {
    run_program(cargo("test").args(WITHOUT_FEATURES))
}

/// A filter is the name of a test program, or a part of the names of tests.
pub(crate) fn cargo_tests(command: &mut Command, filter: Option<&str>) -> Outcome {
    let Some(filter) = filter else { return run_program(command) };
    if tools::test_programs()?.contains_key(filter) {
        command.arg("--test");
    }
    let output = tools::output_of(command.arg(filter))?;
    at_least_one(tools::numbers_after(&output, "test result: ok. "), filter)
}

/// A filter that matches nothing is a mistake, not a success.
fn at_least_one(passed: u64, filter: &str) -> Outcome {
    if passed == 0 {
        return Err(format!("no test matches {filter}"));
    }
    println!("{passed} passed");
    print!("{:<30}", "");
    Ok(())
}

/// The programs are built here; `tests/examples` plays Meituan against them.
fn rust_example(filter: Option<&str>) -> Outcome {
    let cargo = |verb| {
        let mut command = cargo(verb);
        command.args(EXAMPLE).arg("--locked").env("CARGO_TARGET_DIR", tools::target().join("rust-axum"));
        command
    };
    run_program(cargo("clippy").args(["--all-targets", "--", "-Dwarnings"]))?;
    run_program(&mut cargo("build"))?;
    cargo_tests(&mut cargo("test"), filter)
}

fn rust_documentation() -> Outcome {
    run_program(cargo("doc").args(["--package", "meituan-protocol", "--no-deps"]).args(FOR_RUST).env("RUSTDOCFLAGS", "-Dwarnings"))
}

pub(crate) fn npm_dependencies() -> Outcome {
    tools::require_node()?;
    tools::install_npm_packages()
}

fn npm_package() -> Outcome {
    package::build(&mut Steps::hidden())
}

fn javascript_lints() -> Outcome {
    scripts::check_circles()?;
    run_program(tools::npm_tool("biome").args(["ci", "--colors=off", "--error-on-warnings"]))
}

/// Both ways in which users' compilers find a package's types: as Node does it, and as bundlers do.
fn typescript_types() -> Outcome {
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.json"]))?;
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.bundler.json"]))?;
    run_program(tools::npm_tool("tsc").args(["--project", "www/tsconfig.json"]))
}

fn javascript_tests(filter: Option<&str>) -> Outcome {
    let folders = ["tests/js", "tests/demo", "tests/crash", KILLS, "tests/traps", "tests/readme", "tests/examples"];
    let files = test_files(&folders)?;
    // Its model judges the kills, and it compiles for a minute.
    let chosen = filter.map_or_else(Vec::new, |filter| matching(&files, filter));
    if chosen.is_empty() || chosen.iter().any(|file| file.starts_with(KILLS)) {
        simulate::build()?;
    }
    node_tests(&files, filter)
}

const KILLS: &str = "tests/kills";

fn tests_in(folders: &[&str], filter: Option<&str>) -> Outcome {
    node_tests(&test_files(folders)?, filter)
}

fn test_files(folders: &[&str]) -> Outcome<Vec<String>> {
    // Node 20 does not expand patterns itself.
    let mut tests = Vec::new();
    for folder in folders {
        let files = tools::files_under(&tools::root().join(folder))?;
        let found: Vec<_> =
            files.iter().filter(|path| path.ends_with(".test.mjs")).map(|path| format!("{folder}/{path}")).collect();
        if found.is_empty() {
            return Err(format!("no file matches {folder}/*.test.mjs"));
        }
        tests.extend(found);
    }
    Ok(tests)
}

fn matching<'f>(files: &'f [String], filter: &str) -> Vec<&'f String> {
    files.iter().filter(|file| file.contains(filter)).collect()
}

/// A filter is a part of the paths of files, or else of the names of tests.
pub(crate) fn node_tests(files: &[String], filter: Option<&str>) -> Outcome {
    let mut command = tools::node();
    // By itself Node leaves one processor to itself, and of two that is half.
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    command.arg("--test").arg(format!("--test-concurrency={at_once}"));
    let Some(filter) = filter else { return run_program(command.args(files)) };
    let chosen = matching(files, filter);
    command.arg("--test-reporter=tap");
    match chosen.is_empty() {
        true => command.arg(format!("--test-name-pattern={filter}")).args(files),
        false => command.args(chosen),
    };
    at_least_one(tools::numbers_after(&tools::output_of(&mut command)?, "\n# pass "), filter)
}

fn demo_passes() -> Outcome {
    run_program(&mut demo::player())
}

fn browser_demo(filter: Option<&str>) -> Outcome {
    tools::require_chromium()?;
    tools::require_chinese_font()?;
    package::build_page()?;
    tests_in(&["tests/www"], filter)
}

/// A line for each runtime that the packed package was installed and run in. A filter is the name of one.
fn packaging(filter: Option<&str>) -> Outcome {
    tools::require_chromium()?;
    install_users_tools()?;
    println!();
    let mut command = tools::node();
    command.arg("tests/packaging/run.mjs");
    tools::show(command.args(filter.iter().flat_map(|name| ["--only", name])))?;
    print!("{:<30}", "");
    Ok(())
}

fn packaging_tests(filter: Option<&str>) -> Outcome {
    install_users_tools()?;
    tests_in(&["tests/packaging"], filter)
}

/// The same in tools that are less common, or slow; and each condition of the package's maps is broken for all lines of every run.
pub(crate) fn packaging_audit() -> Outcome {
    tools::require_chromium()?;
    install_users_tools()?;
    tools::install_npm_packages_in(&tools::root().join("tests/packaging/audited"))?;
    println!();
    tools::show(tools::node().args(["tests/packaging/run.mjs", "--audit"]))?;
    run_program(tools::node().args(["--test", "tests/packaging/loaders.test.mjs"]).env("PACKAGING_AUDIT", "1"))?;
    print!("{:<30}", "");
    Ok(())
}

/// What users build with. The tools have a lock file of their own, because a build alone does not need them.
fn install_users_tools() -> Outcome {
    tools::install_npm_packages_in(&tools::root().join("tests/packaging/installed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_leaves_the_stages_that_take_one() {
        let name = |name, has_filter| chosen(name, has_filter).map(|stage| stage.name);
        assert_eq!(name("javascript", true), Ok("JavaScript tests"));
        assert!(name("javascript", false).unwrap_err().starts_with("several begin with"));
        assert_eq!(name("TypeScript types", true).unwrap_err(), "TypeScript types has no filter");
        assert_eq!(name("Rust tests", true), Ok("Rust tests"));
        assert_eq!(name("brow", true), Ok("browser demo"));
    }
}
