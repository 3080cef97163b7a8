//! Which crates a build links, by Cargo itself, and what each says of itself.

use std::path::PathBuf;

use serde_json::Value;

use crate::tools::{self, Outcome};

/// A crate of the lock file.
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The name of its code, which may be another one.
    pub(crate) library: String,
    /// An SPDX expression.
    pub(crate) license: String,
    /// Where its sources are kept; empty where it does not say.
    pub(crate) repository: String,
    /// The oldest Rust that it names.
    pub(crate) rust: Option<String>,
    /// Its sources here.
    pub(crate) folder: PathBuf,
}

/// Returns our crate, then those that it links in a build with these arguments. `edges` are those of `cargo tree`.
pub(crate) fn linked(edges: &str, build: &[&str]) -> Outcome<Vec<Crate>> {
    let metadata = tools::printed_by(tools::cargo("metadata").args(["--format-version=1", "--locked", "--all-features"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let tree = ["--package", "meituan-protocol", "--prefix", "none", "--format", "{p}", "--locked", "--edges", edges];
    let tree = tools::printed_by(tools::cargo("tree").args(tree).args(build))?;
    let mut names: Vec<(&str, &str)> = tree.lines().filter_map(name_and_version).collect();
    // Ours is the first one.
    names.get_mut(1..).unwrap_or_default().sort_unstable();
    names.dedup();
    let found = names.iter().map(|&(name, version)| {
        let package = packages.iter().find(|package| package["name"] == name && package["version"] == version);
        package.and_then(of).ok_or_else(|| format!("cargo metadata does not know {name} {version}, or not all of it"))
    });
    found.collect()
}

/// Of a line such as `aes v0.9.4 (/a/folder) (*)`.
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

fn of(package: &Value) -> Option<Crate> {
    let text = |field: &str| package[field].as_str().map(str::to_owned);
    let is_library = |target: &&Value| {
        let kinds = target["crate_types"].as_array().into_iter().flatten();
        kinds.into_iter().any(|kind| kind == "lib" || kind == "rlib")
    };
    let library = package["targets"].as_array()?.iter().find(is_library)?;
    let mut folder = PathBuf::from(text("manifest_path")?);
    folder.pop();
    Some(Crate {
        name: text("name")?,
        version: text("version")?,
        library: library["name"].as_str()?.to_owned(),
        license: text("license").unwrap_or_default(),
        repository: text("repository").unwrap_or_default(),
        rust: text("rust_version"),
        folder,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_begins_with_name_and_version() {
        for line in ["aes v0.9.4", "aes v0.9.4 (*)", "aes v0.9.4 (/a/folder)"] {
            assert_eq!(name_and_version(line), Some(("aes", "0.9.4")), "{line}");
        }
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn what_the_package_links_is_ours_first_and_without_what_only_runs_while_it_is_compiled() {
        let build = ["--target", tools::WASM_TARGET, "--no-default-features", "--features", "wasm"];
        let crates = linked("normal,no-proc-macro", &build).unwrap();
        let names: Vec<&str> = crates.iter().map(|each| each.name.as_str()).collect();
        assert_eq!(names[0], "meituan-protocol");
        for wanted in ["aes", "sha1", "wasm-bindgen", "rlsf"] {
            assert!(names.contains(&wanted), "{wanted}: {names:?}");
        }
        for unwanted in ["syn", "serde_derive", "proptest", "tokio", "http"] {
            assert!(!names.contains(&unwanted), "{unwanted}");
        }
    }
}
