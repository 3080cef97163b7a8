//! Words that the project does not use, and what it writes instead: in names, documentation, messages and comments.

mod passages;

use std::collections::{BTreeMap, BTreeSet};

use crate::tools::{self, Outcome};

/// A word, and where it is looked for.
struct Word {
    /// How it is counted.
    name: &'static str,
    write: &'static str,
    /// In sentences. Each is words in a row, in lower case: `|` is between alternatives, `*` is any word, `^` at the front is the
    /// beginning of a sentence that asks nothing.
    sentences: &'static [&'static str],
    /// In public names and names of files: parts of names, or names as a whole (`=`).
    names: &'static [&'static str],
    /// In Chinese.
    chinese: &'static [&'static str],
}

const fn word(name: &'static str, write: &'static str, sentences: &'static [&'static str], names: &'static [&'static str]) -> Word {
    Word { name, write, sentences, names, chinese: &[] }
}

const fn chinese(name: &'static str, write: &'static str, chinese: &'static [&'static str]) -> Word {
    Word { name, write, sentences: &[], names: &[], chinese }
}

const WORDS: [Word; 36] = [
    word("text", "string; of people: message; of a file: content", &["text|texts"], &["text", "texts"]),
    word("told", "reports, returns, records, sends, receives", &["told|tell|tells|telling"], &["told", "tell", "tells"]),
    word("asked", "requested; request", &["asked"], &["asked"]),
    word(
        "what is …",
        "a noun; if, when; callers",
        &[
            "^ what is|are|was|were|comes|came|goes|has|have|had|does|did|can|cannot|may|must|might|will|would|could|should",
            "whoever",
            "^ where it|they",
            "^ who|whom",
        ],
        &[],
    ),
    word("stands", "is, is in, appears", &["stand|stands|stood", "stand-in|stand-ins"], &["stands"]),
    word("is taken, takes", "accepts, parses", &["is|are|was|were|be taken", "takes"], &["taken"]),
    word("border", "boundary", &["border|borders"], &["border"]),
    word("plain way, quick way", "fast path", &["plain|quick|slow way|ways", "how it mostly looks"], &[]),
    word("Form", "Notation", &[], &["=Form"]),
    word("Dispensable", "Lenient", &["dispensable"], &["dispensable"]),
    word("hand-out", "acceptance manual (验收手册)", &["hand-out|handout"], &["handout"]),
    word(
        "document (of Meituan's)",
        "ticket spec, ride spec, with the section",
        &["the document|document's", "document #", "source document"],
        &[],
    ),
    word("attempt key", "idempotency key", &["attempt|attempt's key|keys"], &[]),
    word("pending notices", "outbox", &["pending notices", "notices that are due"], &[]),
    word(
        "somebody was first",
        "optimistic locking, conflict",
        &["somebody|someone was first", "somebody else was first", "first to save"],
        &[],
    ),
    word("moment", "timestamp", &["moment|moments"], &["moment", "moments"]),
    word("most, least", "max, min", &["^ most tickets"], &["most", "least"]),
    word("take, put (of packed values)", "decode, encode", &[], &["=FieldValue::take", "=FieldValue::put"]),
    word("desk", "order service", &["desk"], &["desk"]),
    word("by hand (signing)", "manual signing", &["sign|signs|signed|signing|signature|signatures by hand", "by hand signed"], &[]),
    word("lives (of a demo order)", "scenarios", &["the|its|their|these lives", "lives of|for"], &["lives", "life"]),
    word("call.rs beside calls.rs", "a file's name that says its subject", &[], &[]),
    word("Accepted, Received", "one of them, with what differs in its name", &[], &["=Accepted"]),
    word("one name for several types", "a name of its own for each", &[], &[]),
    word("Given<T>", "MaybePromise<T>", &[], &["=Given"]),
    word("tried", "the subject", &[], &["tried"]),
    chinese("告诉订单", "向订单发送事件；事件列表", &["告诉订单"]),
    chinese("矛盾", "冲突", &["矛盾"]),
    chinese("办成了", "执行成功", &["办成了"]),
    chinese("之后再说", "稍后通知", &["之后再说"]),
    chinese("应得的签名", "期望的签名", &["应得的签名"]),
    chinese("所知的一切", "平台侧的用车订单", &["所知的一切"]),
    chinese("打乱", "打乱顺序", &["打乱"]),
    chinese("尚一无所知", "暂无待办", &["尚一无所知"]),
    chinese("文本", "字符串", &["文本"]),
    chinese("手册", "《API 直连—供应商开发美团流程》（下称验收手册）", &["手册"]),
];

/// Where a word is right, and why.
struct Exception {
    /// The beginning of a file's path; everywhere where it is empty. `names` is the public API.
    place: &'static str,
    /// Around the word, in lower case; of names the whole name.
    phrase: &'static str,
    reason: &'static str,
}

const fn except(place: &'static str, phrase: &'static str, reason: &'static str) -> Exception {
    Exception { place, phrase, reason }
}

const EXCEPTIONS: &[Exception] = &[
    except("", "plain text", "a field without markup, or a media type"),
    except("", "纯文本", "没有格式的字段"),
    except("", "打乱顺序", "the word itself"),
    except("", "验收手册", "the word itself"),
    except("", "type text", "a type of SQL"),
    except("pkg-template/js/stores/sql.ts", "text", "a type of SQL"),
    except("examples", "text primary key", "a type of SQL"),
    except("examples", "text not null", "a type of SQL"),
    except("examples", "refund_id text", "a type of SQL"),
    except("", "is taken over", "continued by another process"),
    except("", "be taken over", "continued by another process"),
    except("", "takes over", "continues the work of another process"),
    except("", "takes #", "a duration or a rate"),
    except("", "takes care", "sees to it"),
    except("README.md", "where it runs", "a heading that other pages link to"),
    except("xtask/src/papers.rs", "text", "a licence has a text"),
    except("xtask/src/papers.rs", "texts", "a licence has a text"),
    except("xtask/src/generate/t", "text", "the type of a sentence in both languages"),
    except("xtask/src/generate/t", "texts", "the file of sentences in both languages"),
    except("names", "Text", "the type of a sentence in both languages"),
    except("names", "Texts", "sentences in both languages"),
    except("names", "text", "a function that returns a sentence in both languages, and a body's function in Fetch"),
    except("names", "texts", "the feature, and the file, of sentences in both languages"),
    except("names", "textsOf", "sentences in both languages"),
    except("names", "Accepted", "an outcome of a payment"),
    except("names", "voucher_text", "Meituan's own name"),
    except("names", "voucherText", "Meituan's own name"),
    except("names", "told", "a field of stored orders: another name would be another format"),
    except("names", "issuing_told", "a field of stored orders: another name would be another format"),
    except("names", "issuingTold", "a field of stored orders: another name would be another format"),
    except("names", "asked_at", "a field of stored orders: another name would be another format"),
    except("names", "askedAt", "a field of stored orders: another name would be another format"),
    except("names", "was_taken", "a field of stored orders: another name would be another format"),
    except("names", "wasTaken", "a field of stored orders: another name would be another format"),
    except("names", "refunded_at_least", "a lower bound of an amount, and no limit"),
    except("names", "refundedAtLeast", "a lower bound of an amount, and no limit"),
];

/// Types whose names say too little to have them twice.
const ONCE: [&str; 9] = ["Kind", "Verdict", "Reply", "Key", "Endpoint", "Settings", "Reason", "Accepted", "Received"];

/// Files and folders that people read, and how the names of those files end.
const READ: [(&str, &[&str]); 12] = [
    ("src", &[".rs"]),
    ("pkg-template", &[".ts", ".md"]),
    ("www", &[".ts", ".tsx", ".html"]),
    ("docs", &[".md"]),
    ("examples", &[".rs", ".ts", ".mjs", ".md"]),
    ("xtask/src", &[".rs"]),
    ("README.md", &[""]),
    ("README.zh-CN.md", &[""]),
    ("CHANGELOG.md", &[""]),
    ("CONTRIBUTING.md", &[""]),
    ("ARCHITECTURE.md", &[""]),
    ("SECURITY.md", &[""]),
];

/// A word that was found.
struct Hit {
    word: usize,
    place: String,
    around: String,
}

/// Fails where a word of the table is used, with the number of times for each.
pub(crate) fn check() -> Outcome {
    let mut found = Found::default();
    for (name, content) in files()? {
        found.read(&name, &content);
    }
    for api in ["tests/api/crate.txt", "tests/api/package.txt"] {
        found.api(&tools::read_text(&tools::root().join(api))?);
    }
    found.file_names(&tools::files_under(&tools::root().join("src"))?);
    found.outcome()
}

/// All that is read, by its path.
fn files() -> Outcome<Vec<(String, String)>> {
    let mut files = Vec::new();
    for (place, endings) in READ {
        let path = tools::root().join(place);
        let names = if path.is_dir() { tools::files_under(&path)? } else { vec![String::new()] };
        for name in names {
            let is_built = ["node_modules/", "target/", "dist/", ".wrangler/", "/generated/", ".next/"]
                .iter()
                .any(|folder| name.contains(folder));
            // What lists the words has them.
            if is_built || place == "xtask/src" && name.starts_with("words") || !endings.iter().any(|ending| name.ends_with(ending))
            {
                continue;
            }
            let file = if name.is_empty() { place.to_owned() } else { format!("{place}/{name}") };
            let content = tools::read_text(&tools::root().join(&file))?;
            files.push((file, content));
        }
    }
    Ok(files)
}

#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    counts: BTreeMap<usize, usize>,
    used: BTreeSet<usize>,
}

impl Found {
    fn add(&mut self, word: usize, place: String, around: String) {
        *self.counts.entry(word).or_default() += 1;
        self.hits.push(Hit { word, place, around });
    }

    /// Whether an exception holds at a place of a content.
    fn is_excepted(&mut self, place: &str, content: &str, from: usize, to: usize) -> bool {
        let covers = |phrase: &str| content.match_indices(phrase).any(|(start, _)| start <= from && to <= start + phrase.len());
        let index = EXCEPTIONS.iter().position(|exception| place.starts_with(exception.place) && covers(exception.phrase));
        self.used.extend(index);
        index.is_some()
    }

    fn read(&mut self, name: &str, content: &str) {
        for passage in passages::of(name, content) {
            let place = || format!("{name}:{}", passage.line);
            let tokens = tokens(&passage.content);
            let line = tokens.iter().map(|token| token.word.as_str()).collect::<Vec<_>>().join(" ");
            let starts: Vec<_> = tokens
                .iter()
                .scan(0, |at, token| {
                    let start = *at;
                    *at += token.word.len() + 1;
                    Some(start)
                })
                .collect();
            for (word, entry) in WORDS.iter().enumerate() {
                for pattern in entry.sentences {
                    for at in (0..tokens.len()).filter(|&at| matches(pattern, &tokens[at..])) {
                        let length = pattern.split(' ').filter(|part| *part != "^").count();
                        let end = starts[at + length - 1] + tokens[at + length - 1].word.len();
                        if !self.is_excepted(name, &line, starts[at], end) {
                            let around: Vec<_> =
                                tokens[at.saturating_sub(6)..].iter().take(14).map(|token| token.word.as_str()).collect();
                            self.add(word, place(), around.join(" "));
                        }
                    }
                }
                for pattern in entry.chinese {
                    for (at, _) in passage.content.match_indices(pattern) {
                        if !self.is_excepted(name, &passage.content, at, at + pattern.len()) {
                            let around: String =
                                passage.content[..at].chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
                            self.add(
                                word,
                                place(),
                                format!("{around}{}", passage.content[at..].chars().take(16).collect::<String>()),
                            );
                        }
                    }
                }
            }
        }
    }

    /// Reads the names of a public API, and which of its types have the same one.
    fn api(&mut self, api: &str) {
        let names: BTreeSet<_> =
            api.split(|mark: char| !mark.is_alphanumeric() && mark != '_').filter(|name| !name.is_empty()).collect();
        for name in names {
            let parts = parts(name);
            for (word, entry) in WORDS.iter().enumerate() {
                let is_one = |pattern: &&str| match pattern.strip_prefix('=') {
                    Some(whole) => whole == name,
                    None => parts.iter().any(|part| part == *pattern),
                };
                if entry.names.iter().any(is_one) && !self.is_excepted("names", name, 0, name.len()) {
                    self.add(word, "public names".to_owned(), name.to_owned());
                }
            }
        }
        let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for line in api.lines() {
            let line = line.trim_start_matches("#[non_exhaustive] ");
            let Some(path) = ["pub struct ", "pub enum ", "pub trait "].iter().find_map(|start| line.strip_prefix(start)) else {
                continue;
            };
            let path = path.split(|mark: char| !mark.is_alphanumeric() && mark != '_' && mark != ':').next().unwrap_or_default();
            let path = path.trim_end_matches(':');
            let name = path.rsplit("::").next().unwrap_or_default();
            if ONCE.contains(&name) {
                types.entry(name).or_default().insert(path);
            }
        }
        for paths in types.values().filter(|paths| paths.len() > 1) {
            let paths = paths.iter().copied().collect::<Vec<_>>().join(", ");
            if !self.is_excepted("names", &paths, 0, paths.len()) {
                self.add(position("one name for several types"), "public names".to_owned(), paths);
            }
        }
        for (method, name) in
            [("::put(", "FieldValue::put"), ("::take(core::option::Option<message::value::Slot", "FieldValue::take")]
        {
            if api.contains(method) {
                self.add(position("take, put (of packed values)"), "public names".to_owned(), name.to_owned());
            }
        }
    }

    fn file_names(&mut self, files: &[String]) {
        for file in files {
            let stem = file.trim_end_matches(".rs");
            let name = stem.rsplit('/').next().unwrap_or_default();
            for (word, entry) in WORDS.iter().enumerate() {
                if entry.names.contains(&name) {
                    self.add(word, "files".to_owned(), format!("src/{file}"));
                }
            }
            let plural = |stem: &str| match stem.strip_suffix('y') {
                Some(stem) => format!("{stem}ies.rs"),
                None if stem.ends_with("sh") => format!("{stem}es.rs"),
                None => format!("{stem}s.rs"),
            };
            if files.contains(&plural(stem)) {
                self.add(
                    position("call.rs beside calls.rs"),
                    "files".to_owned(),
                    format!("src/{file} beside src/{}", plural(stem)),
                );
            }
        }
    }

    fn outcome(self) -> Outcome {
        let unused = EXCEPTIONS.iter().enumerate().filter(|(index, _)| !self.used.contains(index));
        let unused: String =
            unused.map(|(_, exception)| format!("  {}: {}: {}\n", exception.place, exception.phrase, exception.reason)).collect();
        if self.hits.is_empty() && unused.is_empty() {
            return Ok(());
        }
        let mut out = String::from("words that are not used here:\n");
        for hit in &self.hits {
            let Word { name, write, .. } = &WORDS[hit.word];
            out.push_str(&format!("  {}: {} ({name}: {write})\n", hit.place, hit.around));
        }
        for (word, count) in &self.counts {
            out.push_str(&format!("  {count:>5} {}\n", WORDS[*word].name));
        }
        if !unused.is_empty() {
            out.push_str(&format!("exceptions for nothing:\n{unused}"));
        }
        Err(out)
    }
}

fn position(name: &str) -> usize {
    WORDS.iter().position(|word| word.name == name).expect("a word of the table")
}

/// A word of a sentence.
struct Token {
    word: String,
    /// The first one of a sentence that asks nothing.
    begins: bool,
}

/// The words of a passage, in lower case. Code between backticks is one word, and so is a value's place; a number is `#`.
fn tokens(content: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    // Whether a sentence asks is known at its end.
    let (mut first, mut begins) = (0, true);
    let mut rest = content;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '`' => rest[1..].find('`').map_or(rest.len(), |end| end + 2),
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '{' => placeholder(rest).unwrap_or(1),
            _ if is_of_word(next) => rest.find(|mark| !is_of_word(mark)).unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        if next == '`' || length > 1 && next == '{' || is_of_word(next) {
            let is_parameter = content[..content.len() - after.len() - length].ends_with("@param ");
            let word = match piece.trim_matches(['-', '\'']) {
                _ if "`{".contains(next) || is_parameter => "`".to_owned(),
                number if number.starts_with(|mark: char| mark.is_ascii_digit()) => "#".to_owned(),
                word => word.to_lowercase(),
            };
            if !word.is_empty() {
                if begins {
                    first = tokens.len();
                }
                tokens.push(Token { word, begins });
                begins = false;
            }
        } else if next == '?' {
            if let Some(token) = tokens.get_mut(first) {
                token.begins = false;
            }
            begins = true;
        } else if "。·|!".contains(next) || next == '.' && after.starts_with(|mark: char| mark.is_whitespace() || mark == '\\') {
            begins = true;
        }
    }
    tokens
}

/// The length of a value's place in a message, such as `{text:?}`.
fn placeholder(rest: &str) -> Option<usize> {
    let end = rest.find('}')?;
    rest[1..end].chars().all(|mark| is_of_word(mark) || ":?.<>#".contains(mark)).then_some(end + 1)
}

fn is_of_word(mark: char) -> bool {
    mark.is_ascii_alphanumeric() || matches!(mark, '\'' | '-' | '_')
}

/// Whether these words begin as the pattern says.
fn matches(pattern: &str, tokens: &[Token]) -> bool {
    let (begins, pattern) = match pattern.strip_prefix("^ ") {
        Some(pattern) => (true, pattern),
        None => (false, pattern),
    };
    let mut parts = pattern.split(' ');
    let mut words = tokens.iter();
    (!begins || tokens.first().is_some_and(|token| token.begins))
        && parts.all(|part| words.next().is_some_and(|token| part == "*" || part.split('|').any(|word| word == token.word)))
}

/// The parts of a name, in lower case: `mostBytes` and `MOST_BYTES` have the same.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for mark in name.chars() {
        if mark == '_' || mark.is_uppercase() && was_lower {
            parts.push(String::new());
        }
        if mark != '_' {
            parts.last_mut().expect("never empty").extend(mark.to_lowercase());
        }
        was_lower = mark.is_lowercase() || mark.is_ascii_digit();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, content: &str) -> Vec<&'static str> {
        let mut found = Found::default();
        found.read(name, content);
        found.hits.iter().map(|hit| WORDS[hit.word].name).collect()
    }

    #[test]
    fn a_word_is_found_in_a_comment_a_message_and_a_page() {
        assert_eq!(found("a.rs", "/// The text that is read.\nfn f() {}"), ["text"]);
        assert_eq!(found("a.ts", "f(\"a function that tells the time\");"), ["told"]);
        assert_eq!(found("a.md", "The order is told\nof it."), ["told"]);
        assert_eq!(found("a.ts", "f('期待文本');"), ["文本"]);
    }

    #[test]
    fn code_names_and_phrases_that_are_right_are_left_alone() {
        assert_eq!(found("a.rs", "let text = \"text\"; // `text` is a field"), [""; 0]);
        assert_eq!(found("a.ts", "/** @param text of a message\n * @example\n * read(text)\n */"), [""; 0]);
        assert_eq!(found("a.rs", r#"f("it is {text:?}\ntext_of {}");"#), [""; 0]);
        assert_eq!(found("a.md", "At most 20, and at least one. Plain text is sent."), [""; 0]);
        assert_eq!(found("a.md", "打乱顺序后，《…》（下称验收手册）"), [""; 0]);
    }

    #[test]
    fn a_subject_counts_where_a_sentence_begins_and_asks_nothing() {
        assert_eq!(found("a.rs", "// What is stored is read. Where it is not, nothing."), ["what is …", "what is …"]);
        assert_eq!(found("a.md", "What is stored? It is known what is stored."), [""; 0]);
        assert_eq!(found("a.md", "| a | What comes back |"), ["what is …"]);
    }

    #[test]
    fn names_are_read_by_their_parts_and_types_by_their_paths() {
        let names = |api: &str| {
            let mut found = Found::default();
            found.api(api);
            found.hits.into_iter().map(|hit| hit.around).collect::<Vec<_>>()
        };
        assert_eq!(names("readonly mostBytes: number; MOST_BYTES context"), ["MOST_BYTES", "mostBytes"]);
        assert_eq!(names("pub struct a::Reply<T>\npub enum b::Reply\npub struct c::Other"), ["a::Reply, b::Reply"]);
    }

    #[test]
    fn files_whose_names_differ_in_number_alone_are_confused() {
        let mut found = Found::default();
        found.file_names(&["a/reply.rs", "a/replies.rs", "a/told.rs", "b/call.rs"].map(str::to_owned));
        let found: Vec<_> = found.hits.iter().map(|hit| hit.around.as_str()).collect();
        assert_eq!(found, ["src/a/reply.rs beside src/a/replies.rs", "src/a/told.rs"]);
    }
}
