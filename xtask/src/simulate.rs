//! The simulator of the order service, compiled for speed and with the checks of development.

use std::env;
use std::process::{Command, ExitCode};

use crate::tools::{self, Outcome};

/// How it is called.
pub(crate) const WORDS: &str = "simulate [seeds]";

const PROGRAM: [&str; 4] = ["--profile", "simulator", "--package", "meituan-protocol-simulator"];

pub(crate) fn run() -> Outcome<ExitCode> {
    let mut command = simulator();
    command.args(env::args_os().skip(2));
    let status = command.status().map_err(|error| format!("cannot run the simulator: {error}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// So many seeds; what they came to is printed.
pub(crate) fn audit(seeds: u64) -> Outcome {
    println!();
    let output = tools::output_of(simulator().arg(seeds.to_string()))?;
    print!("{output}{:<30}", "");
    Ok(())
}

/// Compiles it, for tests that have its model judge.
pub(crate) fn build() -> Outcome {
    tools::run(tools::cargo("build").args(PROGRAM))
}

fn simulator() -> Command {
    let mut command = tools::cargo("run");
    command.arg("--quiet").args(PROGRAM).arg("--");
    command
}
