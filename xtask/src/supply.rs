//! Parts of the audit that are about what the project is made of: dependencies, the list of them, features, and that the package
//! can be built again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::audit::Checked;
use crate::crates::Crate;
use crate::tools::{self, Outcome};
use crate::{papers, test};

/// Other versions may name their options otherwise.
const CARGO_DENY: &str = "0.20.2";
const CARGO_HACK: &str = "0.6.46";
const CARGO_CYCLONEDX: &str = "0.5.9";

/// Licences, sources and duplicates by deny.toml, then what is known of weaknesses: of crates by the advisory database, of npm
/// packages by the registry.
pub(crate) fn dependencies() -> Outcome<Checked> {
    let mut unchecked = Vec::new();
    match tools::cargo_tool("cargo-deny", CARGO_DENY) {
        Ok(_) => {
            let deny = |checks: &[&str]| {
                let mut deny = tools::cargo_tool("cargo-deny", CARGO_DENY)?;
                tools::output_of(deny.args(["--locked", "check", "--hide-inclusion-graph"]).args(checks))
            };
            deny(&["bans", "licenses", "sources"])?;
            match deny(&["advisories"]) {
                Err(why) if why.contains("failed to fetch advisory database") => {
                    unchecked.push(format!("the advisories of crates cannot be had here: {}", first_line(&why)));
                }
                outcome => drop(outcome?),
            }
        }
        Err(why) => unchecked.push(format!("crates were not checked by cargo-deny: {}", first_line(&why))),
    }
    test::npm_dependencies()?;
    let mut npm = tools::npm();
    let output = npm.args(["audit", "--json"]).output().map_err(|error| format!("cannot run `npm audit`: {error}"))?;
    match weaknesses(&String::from_utf8_lossy(&output.stdout)) {
        Some(found) if found.is_empty() => {}
        Some(found) => return Err(format!("npm audit:\n{}", found.join("\n"))),
        None => unchecked.push("the registry answers no `npm audit`".to_owned()),
    }
    Ok(Checked::but(unchecked))
}

/// The findings of `npm audit --json`; nothing where it could not ask.
fn weaknesses(report: &str) -> Option<Vec<String>> {
    let report: Value = serde_json::from_str(report).ok()?;
    let packages = report["vulnerabilities"].as_object()?;
    Some(packages.iter().map(|(name, about)| format!("{name}: {}", about["severity"].as_str().unwrap_or("?"))).collect())
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| line.contains("error")).or(text.lines().next()).unwrap_or_default().trim()
}

/// Writes what the package is made of to `target/sbom`, as CycloneDX: the crates that its wasm is built from, and what npm knows of it.
pub(crate) fn bill_of_materials() -> Outcome<Checked> {
    test::require_package()?;
    let folder = tools::target().join("sbom");
    let checkout = folder.join("checkout");
    copy_checkout(&checkout)?;
    // It writes beside each manifest.
    let mut cyclonedx = tools::cargo_tool("cargo-cyclonedx", CARGO_CYCLONEDX)?;
    cyclonedx.current_dir(&checkout).args([
        "--format=json",
        "--spec-version=1.5",
        "--override-filename=bom",
        "--target",
        tools::WASM_TARGET,
    ]);
    tools::run(cyclonedx.args(["--no-default-features", "--features=wasm"]))?;
    let crates = tools::read_text(&checkout.join("bom.json"))?;
    tools::write(&folder.join("crates.cdx.json"), &crates)?;
    let missing = missing_from(&crates, &papers::linked()?[1..])?;
    if !missing.is_empty() {
        return Err(format!("the bill of materials lacks {}", missing.join(", ")));
    }
    let mut npm = tools::npm();
    npm.current_dir(tools::root().join("pkg")).args(["sbom", "--sbom-format=cyclonedx", "--sbom-type=library"]);
    let package = tools::printed_by(&mut npm)?;
    tools::write(&folder.join("npm.cdx.json"), &package)?;
    let package: Value = serde_json::from_str(&package).map_err(|error| format!("npm sbom: {error}"))?;
    match package["components"].as_array() {
        Some(none) if none.is_empty() => Ok(Checked::all()),
        _ => Err("npm finds dependencies of the package, which has none".to_owned()),
    }
}

/// The crates that a bill of materials does not have.
fn missing_from(bill: &str, crates: &[Crate]) -> Outcome<Vec<String>> {
    let bill: Value = serde_json::from_str(bill).map_err(|error| format!("cargo-cyclonedx: {error}"))?;
    let components: Vec<&Value> = bill["components"].as_array().into_iter().flatten().collect();
    let is_there = |each: &&Crate| components.iter().any(|one| one["name"] == *each.name && one["version"] == *each.version);
    Ok(crates.iter().filter(|each| !is_there(each)).map(|each| format!("{} {}", each.name, each.version)).collect())
}

/// The crate compiles with every set of its features: natively, and those for wasm for it.
pub(crate) fn features() -> Outcome<Checked> {
    let hack = |more: &[&str]| {
        let mut hack = tools::cargo_tool("cargo-hack", CARGO_HACK)?;
        hack.args(["check", "--package=meituan-protocol", "--lib"]);
        hack.args(more).env("CARGO_TARGET_DIR", tools::target().join("features"));
        tools::output_of(&mut hack)
    };
    tools::require_wasm_target()?;
    // Features in a group are all there or none: each of the others is with none of them and with all.
    let powerset = "--feature-powerset";
    hack(&[powerset, "--exclude-features=wasm,wasm-messages", "--group-features=chrono,getrandom,jiff,time"])?;
    // There is neither Tokio nor the platform's randomness.
    let target = ["--target", tools::WASM_TARGET];
    hack(&[&target[..], &[powerset, "--exclude-features=getrandom,tokio", "--group-features=chrono,jiff,time"]].concat())?;
    // Each feature of a group by itself.
    let alone = ["--each-feature", "--exclude-no-default-features"];
    hack(&[&alone[..], &["--include-features=chrono,getrandom,jiff,time"]].concat())?;
    hack(&[&target[..], &alone, &["--include-features=chrono,jiff,time"]].concat())?;
    crate::test::all_rust_tests_without_features()?;
    Ok(Checked::all())
}

/// The crate as it is published builds with the oldest versions of its dependencies that it names.
pub(crate) fn lower_bounds() -> Outcome<Checked> {
    crate::packed_crate::pack()?;
    let folder = crate::packed_crate::folder();
    // To Cargo, a package below a workspace is a member of it.
    let alone = format!("{}\n[workspace]\n", tools::read_text(&folder.join("Cargo.toml"))?);
    tools::write(&folder.join("Cargo.toml"), alone)?;
    let cargo = |verb| {
        let mut cargo = tools::cargo(verb);
        // The option is of nightly Rust, and what it does is done by Cargo alone.
        cargo.current_dir(&folder).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", tools::target().join("outside"));
        cargo
    };
    tools::run(cargo("update").args(["-Zdirect-minimal-versions", "--quiet"]))?;
    tools::run(cargo("check").args(["--all-features", "--quiet"]))?;
    Ok(Checked::all())
}

/// The registry would take the crate.
pub(crate) fn publish() -> Outcome<Checked> {
    tools::run(tools::cargo("publish").args(["--dry-run", "--allow-dirty", "--quiet", "--package", "meituan-protocol"]))?;
    Ok(Checked::all())
}

/// Another checkout, with another target folder, builds the same package, byte for byte.
pub(crate) fn reproducible() -> Outcome<Checked> {
    test::require_package()?;
    let folder = tools::target().join("again");
    let checkout = folder.join("another checkout");
    copy_checkout(&checkout)?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(tools::root().join("node_modules"), checkout.join("node_modules"))
        .map_err(tools::failure("link", &checkout))?;
    let mut cargo = tools::cargo("run");
    cargo.current_dir(&checkout).args(["--quiet", "--package", "xtask", "--", "build"]);
    tools::run(cargo.env("CARGO_TARGET_DIR", folder.join("target")))?;
    let (here, there) = (digests(&tools::root().join("pkg"))?, digests(&checkout.join("pkg"))?);
    let names = here.keys().chain(there.keys());
    let different: Vec<&str> = names.filter(|name| here.get(*name) != there.get(*name)).map(String::as_str).collect();
    if !different.is_empty() {
        return Err(format!("another build makes other files: {}", different.join(", ")));
    }
    println!();
    print!("{}", tools::read_text(&tools::root().join("pkg").join(papers::DIGESTS))?);
    println!("{} files are the same", here.len());
    print!("{:<30}", "");
    Ok(Checked::all())
}

/// The files of the repository, as they are now.
fn copy_checkout(to: &Path) -> Outcome {
    tools::remove_folder(to)?;
    let mut git = Command::new("git");
    git.current_dir(tools::root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = tools::printed_by(&mut git)?;
    let files = listed.split('\0').filter(|file| tools::root().join(file).is_file());
    files.into_iter().try_for_each(|file| tools::copy(&tools::root().join(file), &to.join(file)))
}

fn digests(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let digest = |file: String| {
        let path: PathBuf = folder.join(&file);
        Ok((file, papers::digest(&tools::read(&path)?)))
    };
    tools::files_under(folder)?.into_iter().map(digest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_missing_from_a_bill_that_has_another_version_of_it() {
        let bill = r#"{"components":[{"name":"aes","version":"0.9.4"},{"name":"sha1","version":"0.10.6"}]}"#;
        let linked: Vec<Crate> =
            papers::linked().unwrap().into_iter().filter(|each| ["aes", "sha1"].contains(&&*each.name)).collect();
        assert_eq!(missing_from(bill, &linked), Ok(vec![format!("{} {}", linked[1].name, linked[1].version)]));
    }

    #[test]
    fn a_report_without_an_answer_is_not_one_without_findings() {
        assert_eq!(weaknesses(r#"{"vulnerabilities":{},"metadata":{}}"#), Some(Vec::new()));
        let found = weaknesses(r#"{"vulnerabilities":{"left-pad":{"severity":"high"}}}"#);
        assert_eq!(found, Some(vec!["left-pad: high".to_owned()]));
        for none in ["", "{}", r#"{"message":"404 Not Found","error":{"code":"ENOAUDIT"}}"#] {
            assert_eq!(weaknesses(none), None, "{none}");
        }
    }
}
