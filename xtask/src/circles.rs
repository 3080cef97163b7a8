//! No file of the crate needs a file that needs it: which file needs which is read from the paths in it.
//!
//! A name that a module passes on by `pub use` counts for the file that defines it, so that a list of modules, such as a `mod.rs`,
//! may pass on what it likes. Tests may use anything. A method is called without a path, and is not seen.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tools::{self, Outcome};

/// Fails where files of `src/` need each other, and names those.
pub(crate) fn check() -> Outcome {
    let circles = Modules::read()?.circles();
    match circles.is_empty() {
        true => Ok(()),
        false => Err(circles.iter().map(|circle| format!("these files need each other:\n{circle}")).collect()),
    }
}

/// The names that lead from the root of the crate to a module, or to something in it.
type Path = Vec<String>;

/// The crate's files, by the module that they are.
#[derive(Default)]
struct Modules {
    files: BTreeMap<Path, File>,
    /// The files of macros that are exported, which have their names at the root.
    macros: BTreeMap<String, Path>,
}

#[derive(Default)]
struct File {
    name: String,
    /// Paths as they are written, from the root of the crate; `*` is the end of a glob.
    paths: BTreeSet<Path>,
    /// Names that are passed on, and what they are.
    passed_on: Vec<(String, Path)>,
    /// Names that are defined, or that a macro is called with which may define them.
    defined: BTreeSet<String>,
    handed_to_macros: BTreeSet<String>,
}

impl Modules {
    fn read() -> Outcome<Modules> {
        let folder = tools::root().join("src");
        let names = tools::files_under(&folder)?.into_iter().filter(|name| name.ends_with(".rs"));
        let read = |name: String| Ok((format!("src/{name}"), tools::read_text(&folder.join(&name))?));
        Modules::of(&names.map(read).collect::<Outcome<Vec<_>>>()?)
    }

    /// Of files by their names, with their content.
    fn of(files: &[(String, String)]) -> Outcome<Modules> {
        let names: BTreeSet<Path> = files.iter().map(|(name, _)| module_of(name)).collect();
        let mut modules = Modules::default();
        for (name, content) in files {
            let (path, tokens) = (module_of(name), content.parse::<TokenStream>().map_err(|why| format!("{name}: {why}"))?);
            let file = File { name: name.clone(), ..File::default() };
            let mut reader = Reader { names: &names, file, exported: Vec::new() };
            reader.scan(&tokens.into_iter().collect::<Vec<_>>(), &path, true);
            modules.macros.extend(reader.exported.into_iter().map(|name| (name, path.clone())));
            modules.files.insert(path, reader.file);
        }
        Ok(modules)
    }

    /// The file that a path leads to.
    fn file_of(&self, path: &[String]) -> Option<&Path> {
        self.resolve(path, 8)
    }

    fn resolve(&self, path: &[String], hops: u32) -> Option<&Path> {
        // The longest beginning that is a file.
        let length = (0..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length]))?;
        let (module, file) = self.files.get_key_value(&path[..length])?;
        let Some(name) = path.get(length).filter(|name| *name != "*") else { return Some(module) };
        if hops == 0 {
            return Some(module);
        }
        if let Some((_, target)) = file.passed_on.iter().find(|(passed, _)| passed == name) {
            return self.resolve(&[target, &path[length + 1..]].concat(), hops - 1);
        }
        if file.defined.contains(name) {
            return Some(module);
        }
        let globs = || file.passed_on.iter().filter(|(passed, _)| passed == "*").map(|(_, target)| &target[..target.len() - 1]);
        let through = |has: fn(&File) -> &BTreeSet<String>| {
            globs().find_map(|target| {
                let found = self.resolve(&[target, std::slice::from_ref(name)].concat(), hops - 1)?;
                has(&self.files[found]).contains(name).then_some(found)
            })
        };
        through(|file| &file.defined)
            .or_else(|| self.macros.get(name).filter(|_| *module == root()))
            .or_else(|| through(|file| &file.handed_to_macros))
            .or(Some(module))
    }

    /// Which files need which, and what of them.
    fn needs(&self) -> BTreeMap<&Path, BTreeMap<&Path, BTreeSet<&str>>> {
        let mut needs: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
        for (module, file) in &self.files {
            let needed = needs.entry(module).or_default();
            for path in &file.paths {
                if let (Some(found), Some(name)) = (self.file_of(path).filter(|found| *found != module), path.last()) {
                    needed.entry(found).or_default().insert(name.as_str());
                }
            }
        }
        needs
    }

    /// Groups of files that need each other, each as lines that say which needs what of which.
    fn circles(&self) -> Vec<String> {
        let needs = self.needs();
        let reached = |from| {
            let mut reached = BTreeSet::new();
            let mut open = vec![from];
            while let Some(next) = open.pop() {
                open.extend(needs[next].keys().filter(|found| reached.insert(**found)));
            }
            reached
        };
        let reached: BTreeMap<_, _> = needs.keys().map(|module| (*module, reached(*module))).collect();
        let circle_of = |module| reached[module].iter().filter(|other| reached[*other].contains(module)).copied().collect();
        let mut circles: BTreeSet<Vec<_>> = needs.keys().map(|module| circle_of(*module)).collect();
        circles.retain(|circle| !circle.is_empty());
        let line = |module: &Path, needed: &Path, names: &BTreeSet<&str>| {
            let names: Vec<_> = names.iter().copied().collect();
            format!("  {} needs of {}: {}\n", self.files[module].name, self.files[needed].name, names.join(", "))
        };
        let lines = |circle: &Vec<&Path>| {
            let of = |module| needs[module].iter().map(move |(needed, names)| (module, *needed, names));
            let within = circle.iter().flat_map(|module| of(*module)).filter(|(_, needed, _)| circle.contains(needed));
            within.map(|(module, needed, names)| line(module, needed, names)).collect()
        };
        circles.iter().map(lines).collect()
    }
}

struct Reader<'a> {
    names: &'a BTreeSet<Path>,
    file: File,
    exported: Vec<String>,
}

impl Reader<'_> {
    /// `module` is where the tokens are, which in a module within a file is more than the file.
    fn scan(&mut self, tokens: &[TokenTree], module: &[String], is_outside: bool) {
        let mut at = 0;
        let mut is_exported = false;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let attribute = tokens.get(at + 1).map(ToString::to_string).unwrap_or_default();
                    if attribute == "[cfg (test)]" || attribute == "[cfg(test)]" {
                        at = end_of_item(tokens, at + 2);
                        continue;
                    }
                    is_exported |= attribute == "[macro_export]";
                }
                TokenTree::Group(group) => {
                    if is_outside && at > 1 && is_mark(tokens.get(at - 1), '!') && name_at(tokens, at - 2).is_some() {
                        words_of(group.stream(), &mut self.file.handed_to_macros);
                    }
                    self.scan(&group.stream().into_iter().collect::<Vec<_>>(), module, false);
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    match (word.as_str(), name_at(tokens, at + 1)) {
                        ("mod", Some(name)) => {
                            if let Some(TokenTree::Group(inside)) = tokens.get(at + 2) {
                                self.file.defined.insert(name.clone());
                                let inner = [module, &[name]].concat();
                                self.scan(&inside.stream().into_iter().collect::<Vec<_>>(), &inner, false);
                                at += 3;
                                continue;
                            }
                        }
                        ("use", _) => {
                            let is_passed_on = at > 0 && is_outside && is_visibility(&tokens[..at]);
                            at = self.tree(tokens, at + 1, module, &[], is_passed_on);
                            continue;
                        }
                        // Of `'static Name` too the word is `static`.
                        _ if at > 0 && is_mark(tokens.get(at - 1), '\'') => {}
                        ("struct" | "enum" | "trait" | "type" | "fn" | "const" | "static", Some(name)) => {
                            self.file.defined.insert(name);
                        }
                        ("macro_rules", _) => {
                            if let Some(name) = name_at(tokens, at + 2) {
                                self.file.defined.insert(name.clone());
                                if std::mem::take(&mut is_exported) {
                                    self.exported.push(name);
                                }
                            }
                        }
                        _ if is_beginning(tokens, at) && self.start(&word, module).is_some() => {
                            at = self.tree(tokens, at, module, &[], false);
                            continue;
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Where a path begins whose first word is this one; nothing where it is another crate's, or a type's.
    fn start(&self, word: &str, module: &[String]) -> Option<Path> {
        match word {
            "crate" | "meituan_protocol" => Some(root()),
            "self" => Some(module.to_vec()),
            "super" => Some(module[..module.len() - 1].to_vec()),
            _ => {
                let child = [module, &[word.to_owned()]].concat();
                self.names.contains(&child).then_some(child)
            }
        }
    }

    /// Keeps what a path, or a tree of paths, leads to; returns the place behind it.
    fn tree(&mut self, tokens: &[TokenTree], mut at: usize, module: &[String], before: &[String], is_passed_on: bool) -> usize {
        let mut path = before.to_vec();
        let mut is_ours = !before.is_empty();
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(word)) => match word.to_string().as_str() {
                    word if path.is_empty() => match self.start(word, module) {
                        Some(start) => (path, is_ours) = (start, true),
                        None => path.push(word.to_owned()),
                    },
                    "self" => {}
                    "super" => _ = path.pop(),
                    word => path.push(word.to_owned()),
                },
                Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => path.push("*".to_owned()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inside: Vec<_> = group.stream().into_iter().collect();
                    for part in inside.split(|token| is_mark(Some(token), ',')).filter(|part| is_ours && !part.is_empty()) {
                        self.tree(part, 0, module, &path, is_passed_on);
                    }
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            if !is_path(tokens, at) {
                break;
            }
            at += 2;
        }
        if is_ours && is_passed_on {
            let renamed = name_at(tokens, at).filter(|word| word == "as").and_then(|_| name_at(tokens, at + 1));
            let name = renamed.or_else(|| path.last().cloned()).unwrap_or_default();
            self.file.passed_on.push((name, path));
        } else if is_ours {
            self.file.paths.insert(path);
        }
        at
    }
}

fn root() -> Path {
    vec!["crate".to_owned()]
}

fn module_of(file: &str) -> Path {
    let name = file.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = name.split('/').filter(|part| !["mod", "lib"].contains(part));
    root().into_iter().chain(parts.map(String::from)).collect()
}

fn name_at(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(name)) => Some(name.to_string()),
        _ => None,
    }
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

/// Whether `::` is here.
fn is_path(tokens: &[TokenTree], at: usize) -> bool {
    is_mark(tokens.get(at), ':') && is_mark(tokens.get(at + 1), ':')
}

/// Whether a path begins here.
fn is_beginning(tokens: &[TokenTree], at: usize) -> bool {
    is_path(tokens, at + 1) && !(at > 1 && is_path(tokens, at - 2))
}

/// Whether the words before a `use` say that others see it.
fn is_visibility(before: &[TokenTree]) -> bool {
    let word = |token: Option<&TokenTree>| token.is_some_and(|token| token.to_string() == "pub");
    let last = before.len() - 1;
    word(before.last()) || (matches!(before[last], TokenTree::Group(_)) && last > 0 && word(before.get(last - 1)))
}

fn end_of_item(tokens: &[TokenTree], from: usize) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_mark(Some(token), ';'),
    };
    tokens[from..].iter().position(is_end).map_or(tokens.len(), |length| from + length + 1)
}

fn words_of(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => _ = words.insert(word.to_string()),
            TokenTree::Group(group) => words_of(group.stream(), words),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect();
        Modules::of(&files).unwrap().circles()
    }

    const ROOM: (&str, &str) = ("src/room/mod.rs", "mod one; mod other; pub use other::*;");

    #[test]
    fn files_that_use_each_other_are_a_circle_and_it_is_said_of_what() {
        let one = ("src/room/one.rs", "use super::other::{self, Other}; pub struct One(Other);");
        let other = ("src/room/other.rs", "pub struct Other; impl From<crate::room::one::One> for Other {}");
        let found = circles(&[("src/lib.rs", "mod room;"), ROOM, one, other]);
        let expected =
            "  src/room/one.rs needs of src/room/other.rs: Other, other\n  src/room/other.rs needs of src/room/one.rs: One\n";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_name_that_a_list_of_modules_passes_on_is_of_the_file_that_defines_it() {
        let one = ("src/room/one.rs", "use crate::room::Other; pub struct One(&'static Other);");
        let other = ("src/room/other.rs", "pub struct Other;");
        assert_eq!(circles(&[("src/lib.rs", "mod room;"), ROOM, one, other]), [""; 0]);
        let back = ("src/room/other.rs", "messages! { Other {} } fn back() { super::one::call() }");
        assert_eq!(circles(&[("src/lib.rs", "mod room;"), ROOM, one, back]).len(), 1);
    }

    #[test]
    fn a_circle_through_an_exported_macro_is_one_and_tests_may_use_anything() {
        let one = ("src/room/one.rs", "crate::written! {} pub struct One;");
        let other = ("src/room/other.rs", "#[macro_export] macro_rules! written { () => { $crate::room::one::One } }");
        assert_eq!(circles(&[("src/lib.rs", "mod room;"), ROOM, one, other]).len(), 1);
        let tested = ("src/room/one.rs", "pub struct One; #[cfg(test)] mod tests { use crate::written; }");
        assert_eq!(circles(&[("src/lib.rs", "mod room;"), ROOM, tested, other]), [""; 0]);
    }
}
