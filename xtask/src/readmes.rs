//! The READMEs of the npm package: what they share with the repository's pages is written there alone.
//!
//! A template in `pkg-template/` has a comment such as `<!-- docs/handlers.md ## A store of your own -->` where that section of that
//! page is inserted.

use std::path::PathBuf;

use crate::tools::{Outcome, read_text, root};

/// In English and in Chinese.
pub(crate) const NAMES: [&str; 2] = ["README.md", "README.zh-CN.md"];

/// Links from the package's pages lead here: the package has no other page of the repository.
const REPOSITORY: &str = "https://github.com/meituan-protocol/meituan-protocol/blob/main/";

/// Returns a README as the package has it.
pub(crate) fn packaged(name: &str) -> Outcome<String> {
    let mut out = String::new();
    for line in template(name)?.lines() {
        match inserted(line) {
            Some((page, heading)) => out.push_str(&section_of_page(page, heading)?),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

/// Returns the pages that the READMEs are made from, beside their templates.
pub(crate) fn sources() -> Outcome<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for name in NAMES {
        pages.extend(template(name)?.lines().filter_map(inserted).map(|(page, _)| root().join(page)));
    }
    Ok(pages)
}

fn template(name: &str) -> Outcome<String> {
    read_text(&root().join("pkg-template").join(name))
}

/// Returns the page and the heading that a comment names.
fn inserted(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(" ## ")
}

fn section_of_page(page: &str, heading: &str) -> Outcome<String> {
    let text = read_text(&root().join(page))?;
    let section = section(&text, heading).ok_or_else(|| format!("{page} has no section {heading}"))?;
    Ok(with_absolute_links(section, page))
}

/// Returns a section with its heading, without the blank line at its end.
fn section<'s>(page: &'s str, heading: &str) -> Option<&'s str> {
    let (before, _) = page.split_once(&format!("\n## {heading}\n"))?;
    let whole = &page[before.len() + 1..];
    let end = whole.find("\n## ").unwrap_or(whole.len());
    Some(whole[..end].trim_end())
}

/// Turns the links of a page of the repository into addresses.
fn with_absolute_links(section: &str, page: &str) -> String {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts = section.split("](");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("](");
        out.push_str(&match part {
            _ if part.starts_with("https://") => String::new(),
            _ if part.starts_with('#') => format!("{REPOSITORY}{page}"),
            _ if part.starts_with("../") || folder.is_empty() => REPOSITORY.to_owned(),
            _ => format!("{REPOSITORY}{folder}/"),
        });
        out.push_str(part.strip_prefix("../").unwrap_or(part));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_comment_names_a_page_and_a_section_of_it() {
        assert_eq!(super::inserted("<!-- docs/a.md ## B and C -->"), Some(("docs/a.md", "B and C")));
        assert_eq!(super::inserted("<!-- a comment -->"), None);
        assert_eq!(super::inserted("## B"), None);
    }

    #[test]
    fn a_section_ends_before_the_next_heading_of_its_level() {
        let page = "# A\n\n## One\n\n1\n\n## Two\n\n2\n\n### Part\n\n3\n";
        assert_eq!(super::section(page, "One"), Some("## One\n\n1"));
        assert_eq!(super::section(page, "Two"), Some("## Two\n\n2\n\n### Part\n\n3"));
        assert_eq!(super::section(page, "Three"), None);
    }

    #[test]
    fn links_of_a_section_lead_to_the_repository() {
        let [of_docs, of_top] =
            ["docs/a.md", "A.md"].map(|page| super::with_absolute_links("[1](b.md) [2](../C.md#d) [3](#e) [4](https://f)", page));
        let at = super::REPOSITORY;
        assert_eq!(of_docs, format!("[1]({at}docs/b.md) [2]({at}C.md#d) [3]({at}docs/a.md#e) [4](https://f)"));
        assert_eq!(of_top, format!("[1]({at}b.md) [2]({at}C.md#d) [3]({at}A.md#e) [4](https://f)"));
    }
}
