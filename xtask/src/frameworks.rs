//! A handler of the npm package in the frameworks that people have.

use crate::test;
use crate::tools::{self, Outcome, root};

const FOLDER: &str = "tests/frameworks";

/// A filter is a part of the names of files, or else of tests.
pub(crate) fn check(filter: Option<&str>) -> Outcome {
    // One of them is a page.
    tools::require_chromium()?;
    // They have a lock file of their own, so that a build alone does not download them.
    tools::install_npm_packages_in(&root().join(FOLDER))?;
    // What each framework accepts is what the functions return.
    tools::run(tools::npm_tool("tsc").args(["--project", "tests/frameworks/tsconfig.json"]))?;
    let files = ["frameworks", "browser"].map(|name| format!("{FOLDER}/{name}.test.mjs"));
    test::node_tests(&files, filter)
}
