//! The demo: Meituan's side played against the example supplier, in real workerd; or the page for the browser.

use std::process::{Command, ExitCode};

use crate::package;
use crate::tools::{self, Outcome, Steps};

pub(crate) fn run() -> Outcome<ExitCode> {
    package::build(&mut Steps::shown())?;
    let status = player().status().map_err(|error| format!("cannot start the demo: {error}"))?;
    // A player ended by a signal has no code of its own; it did not pass either.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

/// Serves the browser demo until it is stopped.
pub(crate) fn serve() -> Outcome<ExitCode> {
    let mut steps = Steps::shown();
    package::build(&mut steps)?;
    steps.run("make the wasm of the pages", package::build_page)?;
    tools::show(tools::node().arg("tests/www/serve.mjs"))?;
    Ok(ExitCode::SUCCESS)
}

/// The program that plays the demo against the package already staged in `pkg/`.
pub(crate) fn player() -> Command {
    let mut node = tools::node();
    node.arg("tests/demo/run.mjs");
    node
}
