//! The stores of the npm package, over real databases that are installed, started and stopped here.

use std::path::Path;

use crate::test;
use crate::tools::{self, Outcome, root};

const FOLDER: &str = "tests/stores";

/// Those that many people use, and that are quick.
const IN_EVERY_RUN: [&str; 4] = ["postgresql", "redis", "sqlite", "sqlite-runtimes"];
/// Examples over them, and a small load run.
const ON_THEM: [&str; 4] =
    ["tests/stores/node-postgres", "tests/stores/worker-d1", "tests/stores/load/model", "tests/stores/load/load"];
/// The others, each on what its provider, or somebody else, has for tests.
const IN_AN_AUDIT: [&str; 5] = ["mariadb", "cloudflare", "dynamodb", "deno-kv", "rust"];

/// A filter is a part of the names of files, or else of tests.
pub(crate) fn check(filter: Option<&str>) -> Outcome {
    install()?;
    // An example is served by frameworks, too.
    tools::install_npm_packages_in(&root().join("tests/frameworks"))?;
    // The real clients are what the stores accept.
    tools::run(tools::npm_tool("tsc").args(["--project", "tests/stores/tsconfig.json"]))?;
    tools::require_server("postgres", "postgresql")?;
    tools::require_server("redis-server", "redis-server")?;
    let mut tests = files(&IN_EVERY_RUN);
    tests.extend(ON_THEM.map(|name| format!("{name}.test.mjs")));
    test::node_tests(&tests, filter)
}

/// The whole load run.
pub(crate) fn load() -> Outcome {
    install()?;
    tools::require_server("postgres", "postgresql")?;
    tools::require_server("redis-server", "redis-server")?;
    tools::show(tools::node().args(["tests/stores/load/run.mjs"]))
}

/// All of them, and better-sqlite3, which is compiled first.
pub(crate) fn audit() -> Outcome {
    check(None)?;
    tools::require_server("mariadbd", "mariadb-server")?;
    test::node_tests(&files(&IN_AN_AUDIT), None)?;
    let mut rebuild = tools::npm();
    // With the headers of the Node that is here: nothing is downloaded.
    let node =
        tools::printed_by(tools::node().args(["--print", "require('path').dirname(require('path').dirname(process.execPath))"]))?;
    if Path::new(&node).join("include/node/node.h").is_file() {
        rebuild.env("npm_config_nodedir", &node);
    }
    tools::run(rebuild.current_dir(root().join(FOLDER)).args(["rebuild", "better-sqlite3", "--ignore-scripts=false"]))?;
    let mut sqlite = tools::node();
    tools::run(sqlite.env("SQLITE_CLIENTS", "better-sqlite3,@libsql/client").arg("--test").args(files(&["sqlite"])))
}

/// Clients have a lock file of their own, so that a build alone does not download them.
fn install() -> Outcome {
    tools::install_npm_packages_in(&root().join(FOLDER))
}

fn files(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{FOLDER}/{name}.test.mjs")).collect()
}
