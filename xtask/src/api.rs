//! The public API of the crate and of the package as files (`tests/api/`), so that a change shows what it changes for users.

use std::fmt::Write;
use std::fs;

use crate::tools::{self, Outcome, root, target};

/// The features that Rust programs choose.
const FEATURES: &str = "chrono,getrandom,http,jiff,testing,time,tokio";

/// Compares both with what is committed; writes them where nobody watches (`CI` is not set).
pub(crate) fn check() -> Outcome {
    for (file, text) in [("tests/api/crate.txt", of_crate()?), ("tests/api/package.txt", of_package()?)] {
        let path = root().join(file);
        match fs::read_to_string(&path) {
            Ok(committed) if committed == text => {}
            _ if std::env::var_os("CI").is_some() => {
                return Err(format!(
                    "the public API is another: run cargo xtask test --only \"public API\" and commit {}",
                    path.display()
                ));
            }
            _ => tools::write(&path, text)?,
        }
    }
    Ok(())
}

/// A line for each item. Items from derives and for every type are left out.
fn of_crate() -> Outcome<String> {
    let folder = target().join("api");
    let mut cargo = tools::cargo("rustdoc");
    cargo.args(["--package", "meituan-protocol", "--lib", "--quiet", "--features", FEATURES]);
    // The format is of nightly Rust; the pinned one writes the version that the library below reads.
    cargo.args(["--", "-Zunstable-options", "--output-format", "json"]).env("RUSTC_BOOTSTRAP", "1");
    tools::run(cargo.env("CARGO_TARGET_DIR", &folder))?;
    let api = public_api::Builder::from_rustdoc_json(folder.join("doc/meituan_protocol.json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(|error| format!("the crate's API: {error}"))?;
    let mut text = String::new();
    for item in api.items() {
        let line = item.to_string().replace("meituan_protocol::", "");
        let _ = writeln!(text, "{line}");
    }
    Ok(text)
}

/// The declarations, without their comments.
fn of_package() -> Outcome<String> {
    let folder = root().join("pkg/dist");
    let mut files = tools::files_under(&folder)?;
    files.retain(|file| file.ends_with(".d.ts") && !file.starts_with("cjs/") && !file.starts_with("slim/"));
    files.sort();
    let mut text = String::new();
    for file in files {
        let _ = writeln!(text, "// {file}");
        text.push_str(&without_comments(&tools::read_text(&folder.join(&file))?));
    }
    Ok(text)
}

/// Comments of their own lines, and empty lines, are left out.
fn without_comments(declarations: &str) -> String {
    let (mut out, mut is_comment) = (String::new(), false);
    for line in declarations.lines() {
        let words = line.trim();
        is_comment |= words.starts_with("/*");
        if !is_comment && !words.is_empty() && !words.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        is_comment &= !words.ends_with("*/");
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn declarations_are_left_and_comments_are_not() {
        let declarations = "/** One. */\nexport type A = 1;\n\n  /**\n   * Two.\n   */\n  b: \"/* c */\";\n// three\n";
        assert_eq!(super::without_comments(declarations), "export type A = 1;\n  b: \"/* c */\";\n");
    }
}
