//! The benchmarks: the package against what people would write instead, in one Node process; and the same work in native
//! Rust, as the floor beside them.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::tools::{self, Outcome, Steps, root, target};
use crate::{package, test};

/// How it is called.
pub(crate) const WORDS: &str = "bench [name…]";

/// The name of the native benchmarks.
const NATIVE: &str = "native";

pub(crate) fn run() -> Outcome<ExitCode> {
    let words: Vec<_> = env::args().skip(2).collect();
    let (options, mut names): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.starts_with("--"));
    let is_whole = names.is_empty();
    let native = is_whole || names.iter().any(|name| name == NATIVE);
    names.retain(|name| name != NATIVE);

    let mut steps = Steps::shown();
    package::build(&mut steps)?;
    steps.run("install the peers", install_peers)?;
    if native {
        steps.run("measure native Rust", measure_native)?;
    }
    if names.is_empty() && !is_whole {
        println!("the floor is in {}; name cases, to see it beside them", floor().display());
        return Ok(ExitCode::SUCCESS);
    }
    let mut node = tools::node();
    node.arg("benches/main.mjs").arg("--out").arg(target().join("bench.json")).arg("--native").arg(floor());
    let status = node.args(options).args(names).status().map_err(|error| format!("cannot start the benchmarks: {error}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
