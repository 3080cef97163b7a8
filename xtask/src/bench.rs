//! The benchmarks: the package against what people would write instead, in one Node process; and the same work in native
//! Rust, as the floor beside them.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::tools::{self, Outcome, Steps, root, target};
use crate::{package, test};

/// How it is called.
pub(crate) const WORDS: &str = "bench [--document] [name…]";

/// The name of the native benchmarks.
const NATIVE: &str = "native";

/// Renews what docs/performance.md shows.
const DOCUMENT: &str = "--document";

/// The versions of Node that people run. Gates must hold on each.
const GATED: [&str; 2] = ["24", "26"];

/// The oldest one that the package runs on is measured for docs/performance.md alone.
const OLDEST: &str = "20";

pub(crate) fn run() -> Outcome<ExitCode> {
    let words: Vec<_> = env::args().skip(2).collect();
    let (options, mut names): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.starts_with("--"));
    if let Some(unknown) = options.iter().find(|option| *option != DOCUMENT) {
        return Err(format!("there is no {unknown}; usage: cargo xtask {WORDS}"));
    }
    let documents = !options.is_empty();
    let is_whole = names.is_empty();
    let native = is_whole || names.iter().any(|name| name == NATIVE);
    names.retain(|name| name != NATIVE);

    let mut steps = Steps::shown();
    package::build(&mut steps)?;
    steps.run("install the peers", install_peers)?;
    steps.run("install the versions of Node", || tools::install_npm_packages_in(&root().join("benches/nodes")))?;
    if native {
        steps.run("measure native Rust", measure_native)?;
    }
    if names.is_empty() && !is_whole {
        println!("the floor is in {}; name cases, to see it beside them", floor().display());
        return Ok(ExitCode::SUCCESS);
    }
    let versions = GATED.into_iter().chain(documents.then_some(OLDEST));
    let (mut holds, mut results) = (true, Vec::new());
    for version in versions {
        let result = target().join(format!("bench-{version}.json"));
        let mut node = node_of(version)?;
        node.arg("benches/main.mjs").arg("--out").arg(&result).arg("--native").arg(floor());
        // The pictures are of the first.
        node.args((documents && results.is_empty()).then_some("--curves"));
        let status = node.args(&names).status().map_err(|error| format!("cannot start the benchmarks: {error}"))?;
        holds &= status.success() || version == OLDEST;
        results.push(result);
    }
    if documents {
        tools::run(tools::node().arg("benches/document.mjs").args(results))?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A Node of this major version, from npm.
fn node_of(version: &str) -> Outcome<Command> {
    let platform = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        (os, arch) => return Err(format!("the benchmarks run on Linux, and this is {os} on {arch}")),
    };
    let program = root().join(format!("benches/nodes/node_modules/node-{version}-{platform}/bin/node"));
    let mut command = Command::new(program);
    command.current_dir(root());
    Ok(command)
}

/// That all contenders do the same work, and that the benchmarks can fail, by the package already staged in `pkg/`.
pub(crate) fn check(filter: Option<&str>) -> Outcome {
    install_peers()?;
    test::node_tests(&["benches/bench.test.mjs".to_owned()], filter)
}

/// They have a lock file of their own, so that a build alone does not download them.
fn install_peers() -> Outcome {
    tools::install_npm_packages_in(&root().join("benches"))
}

fn measure_native() -> Outcome {
    let inputs = target().join("bench-inputs.json");
    tools::run(tools::node().arg("benches/native-inputs.mjs").arg(&inputs))?;
    let mut bench = tools::cargo("bench");
    bench.args(["--package", "meituan-protocol-benches", "--bench", "native"]);
    tools::run(bench.env("BENCH_INPUTS", inputs).env("CRITERION_HOME", floor()))
}

/// Where the native benchmarks leave their results.
fn floor() -> PathBuf {
    target().join("criterion")
}
