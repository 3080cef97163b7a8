//! Everything that must hold, in order of what fails fastest.

use std::process::ExitCode;

use crate::tools::{self, Outcome, Steps, cargo, run as run_program};
use crate::{bench, demo, fuzz, package};

type Stage = (&'static str, fn() -> Outcome);

const STAGES: [Stage; 17] = [
    ("Rust format", rust_format),
    ("Rust lints", rust_lints),
    ("Rust lints for wasm", wasm_lints),
    ("Rust tests", rust_tests),
    ("Rust tests without features", rust_tests_without_features),
    ("fuzz targets", fuzz::check),
    ("Rust documentation", rust_documentation),
    ("npm dependencies", npm_dependencies),
    ("npm package", npm_package),
    ("JavaScript format and lints", javascript_lints),
    ("TypeScript types", typescript_types),
    ("JavaScript tests", javascript_tests),
    ("benchmarks", bench::check),
    ("demo", demo_passes),
    ("browser demo", browser_demo),
    ("packaging", packaging),
    ("packaging tests", packaging_tests),
];

pub(crate) fn run() -> Outcome<ExitCode> {
    let mut steps = Steps::shown();
    for (passed, (name, stage)) in STAGES.into_iter().enumerate() {
        if let Err(why) = steps.run(name, stage) {
            println!("{name} failed: {why}");
            println!("{passed} passed, 1 failed");
            return Ok(ExitCode::FAILURE);
        }
    }
    println!("{} passed, 0 failed", STAGES.len());
    Ok(ExitCode::SUCCESS)
}

/// The feature that is off where nobody asks for it, and is for Rust programs.
const WITH_HTTP: [&str; 2] = ["--features", "meituan-protocol/http"];

fn rust_format() -> Outcome {
    run_program(cargo("fmt").args(["--all", "--check"]))?;
    run_program(cargo("fmt").args(["--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn rust_lints() -> Outcome {
    run_program(cargo("clippy").args(["--workspace", "--all-targets"]).args(WITH_HTTP).args(["--", "-Dwarnings"]))
}

fn wasm_lints() -> Outcome {
    tools::require_wasm_target()?;
    run_program(cargo("clippy").args(package::wasm_library()).args(["--", "-Dwarnings"]))
}

fn rust_tests() -> Outcome {
    run_program(cargo("test").arg("--workspace").args(WITH_HTTP))
}

fn rust_tests_without_features() -> Outcome {
    run_program(cargo("test").args(["--package", "meituan-protocol", "--no-default-features"]))
}

fn rust_documentation() -> Outcome {
    run_program(cargo("doc").args(["--package", "meituan-protocol", "--no-deps"]).args(WITH_HTTP).env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn npm_dependencies() -> Outcome {
    tools::require_node()?;
    tools::install_npm_packages()
}

fn npm_package() -> Outcome {
    package::build(&mut Steps::hidden())
}

fn javascript_lints() -> Outcome {
    run_program(tools::npm_tool("biome").args(["ci", "--colors=off", "--error-on-warnings"]))
}

/// Both ways in which users' compilers find a package's types: as Node does it, and as bundlers do.
fn typescript_types() -> Outcome {
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.json"]))?;
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.bundler.json"]))?;
    run_program(tools::npm_tool("tsc").args(["--project", "www/tsconfig.json"]))?;
    // The package's own JavaScript, checked by its comments.
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.package.json"]))
}

fn javascript_tests() -> Outcome {
    tests_in(&["tests/js", "tests/demo", "tests/crash", "tests/readme", "tests/examples"])
}

fn tests_in(folders: &[&str]) -> Outcome {
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
    run_program(tools::node().arg("--test").args(tests))
}

fn demo_passes() -> Outcome {
    run_program(&mut demo::player())
}

fn browser_demo() -> Outcome {
    tools::require_chromium()?;
    tests_in(&["tests/www"])
}

/// A line for each runtime that the packed package was installed and run in.
fn packaging() -> Outcome {
    tools::require_chromium()?;
    println!();
    tools::show(tools::node().arg("tests/packaging/run.mjs"))?;
    print!("{:<30}", "");
    Ok(())
}

fn packaging_tests() -> Outcome {
    tests_in(&["tests/packaging"])
}
