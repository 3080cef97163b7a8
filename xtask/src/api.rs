//! The public API of the crate and of the package as files (`tests/api/`), so that a change shows what it changes for users.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use crate::tools::{self, Outcome, root, target};

/// The features that Rust programs choose.
const FEATURES: &str = "chrono,getrandom,http,jiff,testing,time,tokio";

/// Set, it has the files written anew.
const UPDATE: &str = "UPDATE_SNAPSHOTS";

/// Fails where either is another than the committed file.
pub(crate) fn check() -> Outcome {
    let mut changes = String::new();
    for (file, api) in [("tests/api/crate.txt", of_crate()?), ("tests/api/package.txt", of_package()?)] {
        let path = root().join(file);
        if std::env::var_os(UPDATE).is_some() {
            tools::write(&path, api)?;
            continue;
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed != api {
            let _ = write!(changes, "{file}\n{}", changed_lines(&committed, &api));
        }
    }
    match changes.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "the public API is another:\n{changes}If that is meant, {UPDATE}=1 cargo xtask test --only \"public API\" writes the files; commit them"
        )),
    }
}

/// The lines that only one of them has, up to a screenful.
fn changed_lines(committed: &str, api: &str) -> String {
    let [before, after] = [committed, api].map(|lines| lines.lines().collect::<BTreeSet<_>>());
    let lines = |sign, only: Vec<&&str>| only.into_iter().map(|line| format!("  {sign} {line}\n")).collect::<Vec<_>>();
    let mut lines = [lines('-', before.difference(&after).collect()), lines('+', after.difference(&before).collect())].concat();
    match lines.len() {
        0 => "  the same lines in another order\n".to_owned(),
        count if count > 40 => {
            lines.truncate(40);
            lines.concat() + &format!("  and {} lines more\n", count - 40)
        }
        _ => lines.concat(),
    }
}

/// A line for each item, and then one for what each type has by `#[derive]` or by its fields. Items for every type are left out.
fn of_crate() -> Outcome<String> {
    let folder = target().join("api");
    let mut cargo = tools::cargo("rustdoc");
    cargo.args(["--package", "meituan-protocol", "--lib", "--quiet", "--features", FEATURES]);
    // The format is of nightly Rust; the pinned one writes the version that the library below reads.
    cargo.args(["--", "-Zunstable-options", "--output-format", "json"]).env("RUSTC_BOOTSTRAP", "1");
    tools::run(cargo.env("CARGO_TARGET_DIR", &folder))?;
    let lines = |is_whole: bool| -> Outcome<Vec<String>> {
        let api = public_api::Builder::from_rustdoc_json(folder.join("doc/meituan_protocol.json"))
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(!is_whole)
            .omit_auto_derived_impls(!is_whole)
            .build()
            .map_err(|error| format!("the crate's API: {error}"))?;
        Ok(api.items().map(|item| item.to_string().replace("meituan_protocol::", "")).collect())
    };
    let written = lines(false)?;
    let mut api: String = written.iter().map(|line| format!("{line}\n")).collect();
    api.push_str(&traits_beside(&lines(true)?, &written));
    Ok(api)
}

/// Traits that follow from a type's fields, so that a change of a private field can take one away.
const BY_FIELDS: [&str; 5] = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];
/// Traits that say nothing to users.
const INTERNAL: [&str; 3] = ["Freeze", "StructuralPartialEq", "UnsafeUnpin"];

/// The traits of types that are in `all` lines and not in those that are `written` out, a line for each type: `derive` has the derived
/// ones, `auto` those of [`BY_FIELDS`] that it lacks, or has on a condition. A type without a line `auto` has them all.
fn traits_beside(all: &[String], written: &[String]) -> String {
    let written: BTreeSet<_> = written.iter().collect();
    let mut traits: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for line in all.iter().filter(|line| !written.contains(line)) {
        let Some((implemented, rest)) = implementation(line).and_then(|found| found.split_once(" for ")) else { continue };
        let (of, condition) = rest.find(" where ").map_or((rest, ""), |at| rest.split_at(at));
        let (is_not, path) = implemented.strip_prefix('!').map_or(("", implemented), |path| ("!", path));
        let begin = path.split('<').next().unwrap_or_default().rfind("::").map_or(0, |at| at + 2);
        let name = &path[begin..];
        let is_by_fields = BY_FIELDS.contains(&name);
        if INTERNAL.contains(&name) || is_by_fields && is_not.is_empty() && condition.is_empty() {
            continue;
        }
        let kind = if is_by_fields { "auto" } else { "derive" };
        traits.entry((kind, of)).or_default().insert(format!("{is_not}{name}{condition}"));
    }
    let line = |((kind, of), names): (&(&str, &str), &BTreeSet<String>)| {
        format!("{kind} {of}: {}\n", names.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    traits.iter().map(line).collect()
}

/// What follows `impl` and its parameters.
fn implementation(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let mut depth = 0;
    let end = rest.char_indices().find_map(|(at, mark)| {
        depth += match mark {
            '<' => 1,
            // Of an arrow it is no end.
            '>' if !rest[..at].ends_with('-') => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })?;
    Some(rest[end..].trim_start_matches('>').trim_start())
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
    use crate::tools;

    #[test]
    fn public_enums_can_grow_or_say_why_they_do_not() {
        /// Its types change with any release.
        const ENGINE: [&str; 2] = ["message/definition.rs", "message/notation.rs"];
        let folder = tools::root().join("src");
        let (mut enums, mut closed) = (0, Vec::new());
        for file in tools::files_under(&folder).unwrap() {
            if !file.ends_with(".rs") || ENGINE.contains(&file.as_str()) {
                continue;
            }
            let source = tools::read_text(&folder.join(&file)).unwrap();
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("pub enum ")) {
                let is_before = |line: &&&str| ["///", "#[", "$("].iter().any(|begin| line.starts_with(begin));
                let mut before = lines[..at].iter().rev().take_while(is_before);
                let is_meant = |line: &&str| *line == "#[non_exhaustive]" || line.starts_with("///") && line.contains("Exhaustive");
                enums += 1;
                if !before.any(is_meant) {
                    closed.push(format!("{file}: {line}"));
                }
            }
        }
        assert!(enums > 40, "{enums}");
        assert!(closed.is_empty(), "neither #[non_exhaustive], nor \"Exhaustive: …\" in the documentation: {closed:#?}");
    }

    #[test]
    fn declarations_are_left_and_comments_are_not() {
        let declarations = "/** One. */\nexport type A = 1;\n\n  /**\n   * Two.\n   */\n  b: \"/* c */\";\n// three\n";
        assert_eq!(super::without_comments(declarations), "export type A = 1;\n  b: \"/* c */\";\n");
    }

    #[test]
    fn traits_are_those_that_are_not_written_out() {
        let lines = |lines: &str| lines.lines().map(str::to_owned).collect::<Vec<_>>();
        let written = "pub struct a::B<T>\nimpl core::fmt::Debug for a::B<T>";
        let all = [
            written,
            "impl<T: core::clone::Clone> core::clone::Clone for a::B<T>",
            "pub fn a::B<T>::clone(&self) -> Self",
            "impl<F: core::ops::Fn() -> u8> core::convert::From<F> for a::B<T>",
            "impl<T> !core::marker::Sync for a::B<T>",
            "impl<T> core::marker::Send for a::B<T> where T: core::marker::Send",
            "impl<T> core::marker::Unpin for a::B<T>",
            "impl core::marker::Freeze for a::C",
        ];
        let expected = "auto a::B<T>: !Sync, Send where T: core::marker::Send\nderive a::B<T>: Clone, From<F>\n";
        assert_eq!(super::traits_beside(&lines(&all.join("\n")), &lines(written)), expected);
    }

    #[test]
    fn changed_lines_are_those_that_one_side_has() {
        assert_eq!(super::changed_lines("a\nb\n", "b\nc\n"), "  - a\n  + c\n");
        assert_eq!(super::changed_lines("a\nb\n", "b\na\n"), "  the same lines in another order\n");
    }
}
