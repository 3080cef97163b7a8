//! Everything that must hold, in order of what fails fastest.

use std::process::ExitCode;

use crate::tools::{self, Outcome, Steps, cargo, run as run_program};
use crate::{demo, package};

type Stage = (&'static str, fn() -> Outcome);

const STAGES: [Stage; 12] = [
    ("Rust format", rust_format),
    ("Rust lints", rust_lints),
    ("Rust lints for wasm", wasm_lints),
    ("Rust tests", rust_tests),
    ("Rust tests without features", rust_tests_without_features),
    ("Rust documentation", rust_documentation),
    ("npm dependencies", npm_dependencies),
    ("npm package", npm_package),
    ("JavaScript format and lints", javascript_lints),
    ("TypeScript types", typescript_types),
    ("JavaScript tests", javascript_tests),
    ("demo", demo_passes),
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

fn rust_format() -> Outcome {
    run_program(cargo("fmt").args(["--all", "--check"]))
}

fn rust_lints() -> Outcome {
    run_program(cargo("clippy").args(["--workspace", "--all-targets", "--", "-Dwarnings"]))
}

fn wasm_lints() -> Outcome {
    tools::require_wasm_target()?;
    run_program(cargo("clippy").args(package::WASM_LIBRARY).args(["--", "-Dwarnings"]))
}

fn rust_tests() -> Outcome {
    run_program(cargo("test").arg("--workspace"))
}

fn rust_tests_without_features() -> Outcome {
    run_program(cargo("test").args(["--package", "meituan-protocol", "--no-default-features"]))
}

fn rust_documentation() -> Outcome {
    run_program(cargo("doc").args(["--package", "meituan-protocol", "--no-deps"]).env("RUSTDOCFLAGS", "-Dwarnings"))
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
    run_program(tools::npm_tool("tsc").args(["--project", "tsconfig.bundler.json"]))
}

fn javascript_tests() -> Outcome {
    let folder = tools::root().join("tests/js");
    // Node 20 does not expand patterns itself.
    let tests: Vec<_> = tools::files_under(&folder)?.into_iter().filter(|path| path.ends_with(".test.mjs")).collect();
    if tests.is_empty() {
        return Err("no file matches tests/js/*.test.mjs".to_owned());
    }
    run_program(tools::node().arg("--test").args(tests.iter().map(|path| format!("tests/js/{path}"))))
}

fn demo_passes() -> Outcome {
    run_program(&mut demo::player())
}
