//! The package's papers: whose code is in its wasm and under which licences, and the digests of the wasm.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use spdx::{Expression, ParseMode};

use crate::crates::{self, Crate};
use crate::tools::{self, Outcome};

/// In the package.
pub(crate) const NOTICES: &str = "THIRD-PARTY-NOTICES";
pub(crate) const DIGESTS: &str = "wasm.sha256";

/// The beginnings of the names of files with licences and notices.
const PAPERS: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// What Rust itself brings: the crates of its standard library.
const STANDARD_LIBRARY: [&str; 6] = ["core", "alloc", "std", "compiler_builtins", "hashbrown", "panic_abort"];

/// Code of somebody else's in the package.
struct Part {
    name: String,
    license: String,
    source: String,
    /// Its owner, where the licences do not say it.
    copyright: &'static str,
    texts: Vec<String>,
}

/// Returns all that the package has of others. `compiled` are the crates whose functions are in its wasm; each must be among them.
///
/// # Errors
/// When a licence is not among those of deny.toml, or its content is missing, or a crate has got in by another way.
pub(crate) fn notices(version: &str, compiled: &BTreeSet<String>) -> Outcome<String> {
    let crates = linked()?;
    let known: BTreeSet<String> = crates.iter().map(|each| each.library.clone()).collect();
    if let Some(unknown) = compiled.iter().find(|name| !known.contains(*name) && !STANDARD_LIBRARY.contains(&name.as_str())) {
        return Err(format!("the wasm has code of {unknown}, which is in no notice"));
    }
    let mut parts = vec![standard_library()?, esbuild()?];
    for each in &crates[1..] {
        parts.push(part(each)?);
    }
    let allowed = allowed(&tools::read_text(&tools::root().join("deny.toml"))?)?;
    for part in &parts {
        check_license(&part.name, &part.license, &allowed)?;
    }
    Ok(written(version, &parts))
}

/// Our crate, then those that the package's wasm is linked from.
pub(crate) fn linked() -> Outcome<Vec<Crate>> {
    let build = ["--target", tools::WASM_TARGET, "--no-default-features", "--features", "wasm"];
    crates::linked("normal,no-proc-macro", &build)
}

fn part(each: &Crate) -> Outcome<Part> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&each.folder).map_err(tools::failure("read", &each.folder))? {
        let path = entry.map_err(tools::failure("read", &each.folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && PAPERS.iter().any(|start| name.starts_with(start)) {
            files.push(path);
        }
    }
    files.sort();
    let mut texts: Vec<String> = files.iter().map(|path| tools::read_text(path)).collect::<Outcome<_>>()?;
    if texts.is_empty() {
        // It leaves the licence to those who pass it on: the Apache licence is the same for everybody.
        check_license(&each.name, &each.license, &["Apache-2.0".to_owned()])
            .map_err(|why| format!("{why}, and there is no file with its licence"))?;
        texts.push(tools::read_text(&tools::root().join("LICENSE-APACHE"))?);
    }
    let name = format!("{} {}", each.name, each.version);
    Ok(Part { name, license: each.license.clone(), source: each.repository.clone(), copyright: "", texts })
}

fn standard_library() -> Outcome<Part> {
    let folder = PathBuf::from(tools::printed_by(&mut tools::rustc(&["--print", "sysroot"]))?).join("share/doc/rust/licenses");
    let texts = ["Apache-2.0.txt", "MIT.txt", "Unicode-3.0.txt"].map(|name| tools::read_text(&folder.join(name)));
    let texts = texts.into_iter().collect::<Outcome<_>>()?;
    Ok(Part {
        name: format!("Rust's standard library {}", tools::rust_version()?),
        license: "(MIT OR Apache-2.0) AND Unicode-3.0".to_owned(),
        source: "https://github.com/rust-lang/rust".to_owned(),
        copyright: "The Rust Project Developers (see https://thanks.rust-lang.org); its tables of characters: 1991-2024 Unicode, Inc.",
        texts,
    })
}

/// The CommonJS files have some lines of it each.
fn esbuild() -> Outcome<Part> {
    let folder = tools::root().join("node_modules/esbuild");
    Ok(Part {
        name: format!("esbuild {}", tools::npm_version("esbuild")?),
        license: "MIT".to_owned(),
        source: "https://github.com/evanw/esbuild".to_owned(),
        copyright: "",
        texts: vec![tools::read_text(&folder.join("LICENSE.md"))?],
    })
}

fn written(version: &str, parts: &[Part]) -> String {
    let mut texts: Vec<(String, &str)> = Vec::new();
    let mut out = format!(
        "Third-party notices of meituan-protocol {version}

The WebAssembly in this package is compiled from the crates below and from parts of Rust's standard library. glue.js and
orders-glue.js are written by wasm-bindgen, and the files in dist/node and dist/cjs have helper functions of
esbuild's. Made by `cargo xtask build`; the numbers are those of the texts below.
"
    );
    for part in parts {
        let numbers: Vec<String> = part.texts.iter().map(|text| number(text, &mut texts).to_string()).collect();
        let _ = write!(out, "\n{}\n  licence: {}\n", part.name, part.license);
        for (what, value) in [("source", part.source.as_str()), ("copyright", part.copyright)] {
            if !value.is_empty() {
                let _ = writeln!(out, "  {what}: {value}");
            }
        }
        let _ = writeln!(out, "  texts: {}", numbers.join(", "));
    }
    for (index, (_, text)) in texts.iter().enumerate() {
        let _ = write!(out, "\n{:=<100}\n\n{}\n", format!("== {} ", index + 1), text.trim_end());
    }
    out
}

/// The number of a licence's content among those so far. Many differ in where their lines end, and in nothing else.
fn number<'t>(text: &'t str, texts: &mut Vec<(String, &'t str)>) -> usize {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match texts.iter().position(|(known, _)| *known == words) {
        Some(index) => index + 1,
        None => {
            texts.push((words, text));
            texts.len()
        }
    }
}

/// The licences that `deny.toml` allows.
fn allowed(deny: &str) -> Outcome<Vec<String>> {
    let list = deny.split_once("\nallow = [").and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.ok_or("deny.toml has no list of licences")?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// # Errors
/// When the expression asks for a licence that is not allowed, and offers none that is.
fn check_license(name: &str, license: &str, allowed: &[String]) -> Outcome {
    // Older crates write `MIT/Apache-2.0`.
    let mode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };
    let expression = Expression::parse_mode(license, mode).map_err(|error| format!("{name}: {license}: {error}"))?;
    match expression.evaluate(|requirement| allowed.contains(&requirement.to_string())) {
        true => Ok(()),
        false => Err(format!("{name} is licensed as {license}; deny.toml allows {}", allowed.join(", "))),
    }
}

/// The digests of files below a folder, as `sha256sum --check` reads them.
pub(crate) fn digests(folder: &Path, files: &[String]) -> Outcome<String> {
    let built = format!(
        "# rustc {}, wasm-bindgen {}, binaryen {}\n",
        tools::rust_version()?,
        wasm_bindgen_version()?,
        tools::npm_version("binaryen")?
    );
    let line = |file: &String| Ok(format!("{}  {file}\n", digest(&tools::read(&folder.join(file))?)));
    files.iter().map(line).collect::<Outcome<String>>().map(|lines| built + &lines)
}

/// The version that the crate asks for, and the program that binds it has too (Cargo.toml: `=`).
fn wasm_bindgen_version() -> Outcome<String> {
    let crates = linked()?;
    let bindgen = crates.into_iter().find(|each| each.name == "wasm-bindgen").ok_or("wasm-bindgen is not linked")?;
    Ok(bindgen.version)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_refused_unless_one_that_is_allowed_will_do() {
        let allowed = allowed("[licenses]\nallow = [\"MIT\", \"Unicode-3.0\"]\n").unwrap();
        assert_eq!(allowed, ["MIT", "Unicode-3.0"]);
        for good in ["MIT", "MIT OR Apache-2.0", "MIT/Apache-2.0", "(Apache-2.0 OR MIT) AND Unicode-3.0"] {
            check_license("a 1.0.0", good, &allowed).unwrap();
        }
        for bad in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Apache-2.0 WITH LLVM-exception", "mine"] {
            assert!(check_license("a 1.0.0", bad, &allowed).unwrap_err().contains("a 1.0.0"), "{bad}");
        }
    }

    #[test]
    fn every_crate_of_the_package_has_a_licence_that_is_allowed_and_its_text() {
        let allowed = super::allowed(&tools::read_text(&tools::root().join("deny.toml")).unwrap()).unwrap();
        for each in &linked().unwrap()[1..] {
            let part = part(each).unwrap();
            check_license(&part.name, &part.license, &allowed).unwrap();
            assert!(part.texts.iter().any(|text| text.len() > 500), "{}", part.name);
        }
    }

    #[test]
    fn a_text_that_several_have_is_written_once() {
        let part = |name: &str, text: &str| Part {
            name: name.to_owned(),
            license: "MIT".to_owned(),
            source: String::new(),
            copyright: "",
            texts: vec![text.to_owned()],
        };
        let text = written("1.0.0", &[part("a 1", "the same\ntext\n"), part("b 2", "the same text"), part("c 3", "another")]);
        assert!(text.contains("\na 1\n  licence: MIT\n  texts: 1\n") && text.contains("\nb 2\n  licence: MIT\n  texts: 1\n"));
        assert!(text.contains("\nc 3\n  licence: MIT\n  texts: 2\n"));
        assert_eq!((text.matches("== 1 =").count(), text.matches("the same").count(), text.matches("another").count()), (1, 1, 1));
    }

    #[test]
    fn digests_are_those_of_the_standards_example() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
