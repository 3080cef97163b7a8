//! The benchmarks: the package against what people would write instead, in one Node process.

use std::env;
use std::process::{Command, ExitCode};

use crate::package;
use crate::tools::{self, Outcome, Steps, root, target};

/// How it is asked for.
pub(crate) const WORDS: &str = "bench [name…]";

pub(crate) fn run() -> Outcome<ExitCode> {
    let mut steps = Steps::shown();
    package::build(&mut steps)?;
    steps.run("install the peers", install_peers)?;
    let mut node = tools::node();
    node.arg("benches/main.mjs").arg("--out").arg(target().join("bench.json")).args(env::args_os().skip(2));
    let status = node.status().map_err(|error| format!("cannot start the benchmarks: {error}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program that sees to it that all contenders give the same answers, by the package already staged in `pkg/`.
pub(crate) fn checker() -> Outcome<Command> {
    install_peers()?;
    let mut node = tools::node();
    node.arg("benches/main.mjs").arg("--check");
    Ok(node)
}

/// They have a lock file of their own, so that whoever only builds does not download them.
fn install_peers() -> Outcome {
    tools::install_npm_packages_in(&root().join("benches"))
}
