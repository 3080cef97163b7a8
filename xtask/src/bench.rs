//! The benchmarks: the package against what people would write instead, in one Node process; and the same work in native
//! Rust, as the floor beside them.

use std::env;
use std::process::ExitCode;

use crate::package;
use crate::tools::{self, Outcome, Steps, root, target};

/// How it is asked for.
pub(crate) const WORDS: &str = "bench [name…]";

pub(crate) fn run() -> Outcome<ExitCode> {
    let mut names: Vec<_> = env::args().skip(2).collect();
    let mut steps = Steps::shown();
    package::build(&mut steps)?;
    steps.run("install the peers", install_peers)?;
    if names.is_empty() || names.iter().any(|name| name == "native") {
        steps.run("measure native Rust", measure_native)?;
        names.retain(|name| name != "native");
    }
    let mut node = tools::node();
    node.arg("benches/main.mjs").arg("--out").arg(target().join("bench.json"));
    let status = node.arg("--native").arg(target().join("criterion")).args(names).status();
    let status = status.map_err(|error| format!("cannot start the benchmarks: {error}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// That all contenders do the same work, and that the benchmarks can fail, by the package already staged in `pkg/`.
pub(crate) fn check() -> Outcome {
    install_peers()?;
    tools::run(tools::node().args(["--test", "benches/bench.test.mjs"]))
}

/// They have a lock file of their own, so that whoever only builds does not download them.
fn install_peers() -> Outcome {
    tools::install_npm_packages_in(&root().join("benches"))
}

fn measure_native() -> Outcome {
    let inputs = target().join("bench-inputs.json");
    tools::run(tools::node().arg("benches/native-inputs.mjs").arg(&inputs))?;
    let mut bench = tools::cargo("bench");
    bench.args(["--package", "meituan-protocol-benches", "--bench", "native"]);
    tools::run(bench.env("BENCH_INPUTS", inputs).env("CRITERION_HOME", target().join("criterion")))
}
