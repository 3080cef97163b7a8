//! How the words of definitions are written elsewhere.

use meituan_protocol::message::definition::Basis;
use std::fmt::Write as _;

pub(crate) fn one_line(text: &str) -> String {
    without_links(text).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The sentence with rustdoc's links (``[`Name`](path)``) reduced to their names; functions are named as JavaScript does.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once("[`").and_then(|(before, rest)| Some((before, rest.split_once("`]")?)))
    {
        out.push_str(before);
        let mut words = name.split('_');
        out.extend(["`", words.next().unwrap_or_default()]);
        for word in words {
            let (first, others) = word.split_at(word.len().min(1));
            out.extend([first.to_uppercase().as_str(), others]);
        }
        out.push('`');
        rest = after.strip_prefix('(').and_then(|link| link.split_once(')')).map_or(after, |(_, rest)| rest);
    }
    out + rest
}

pub(super) fn comment(out: &mut String, indent: &str, text: &str) {
    let text = without_links(text);
    let lines: Vec<_> = text.trim().lines().map(|line| line.trim().replace("*/", "*\u{200b}/")).collect();
    if let [line] = lines.as_slice() {
        let _ = writeln!(out, "{indent}/** {line} */");
        return;
    }
    let _ = writeln!(out, "{indent}/**");
    for line in lines {
        let _ = writeln!(out, "{indent} * {line}");
    }
    let _ = writeln!(out, "{indent} */");
}

/// A string of several lines in JavaScript.
pub(super) fn template(text: &str) -> String {
    format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${"))
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Documented => "documented",
        Basis::Inferred => "inferred",
    }
}
