//! What people read of a file: its comments, and its strings for people; of a page, all but the code.

/// Consecutive lines of one comment, one string, or one paragraph.
#[derive(Debug, PartialEq)]
pub(super) struct Passage {
    pub(super) line: usize,
    pub(super) content: String,
}

/// The passages of a file, by how its name ends.
pub(super) fn of(name: &str, content: &str) -> Vec<Passage> {
    match name.rsplit('.').next() {
        Some("md") => page(content),
        Some("rs") => joined(Lexer::read(content, true)),
        _ => joined(Lexer::read(content, false)),
    }
}

/// Paragraphs, rows and points of a page, and the comments in its examples.
fn page(content: &str) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (index, line) in content.lines().enumerate() {
        let (line, number) = (line.trim(), index + 1);
        if line.starts_with("```") {
            (is_code, is_open) = (!is_code, false);
        } else if is_code {
            let comment = line.split_once("// ").or_else(|| line.split_once("# "));
            found.extend(comment.map(|(_, comment)| Passage { line: number, content: comment.to_owned() }));
        } else if line.is_empty() {
            is_open = false;
        } else {
            let begins =
                line.starts_with(['-', '*', '|', '#', '>']) || line.split_once(". ").is_some_and(|(start, _)| is_number(start));
            match found.last_mut() {
                Some(last) if is_open && !begins => last.content = format!("{} {line}", last.content),
                _ => found.push(Passage { line: number, content: line.to_owned() }),
            }
            is_open = true;
        }
    }
    found
}

fn is_number(start: &str) -> bool {
    !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Debug, PartialEq)]
enum Piece {
    Comment(usize, String),
    String(usize, String),
}

/// Lines of a comment become one passage. A string without a space is a name or code, and nothing that people read.
fn joined(pieces: Vec<Piece>) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    let (mut open, mut is_code, mut next_line) = (None, false, 0);
    for piece in pieces {
        match piece {
            Piece::Comment(line, content) => {
                // A fence has another one at its end, an example a tag or nothing.
                is_code &= line == next_line && !content.starts_with('@');
                next_line = line + 1;
                if content.starts_with("```") || content.starts_with("@example") {
                    (is_code, open) = (!is_code, None);
                    continue;
                }
                let content = match content.split_once("// ") {
                    Some((_, comment)) if is_code => comment.to_owned(),
                    _ if is_code => continue,
                    _ => content,
                };
                match found.last_mut() {
                    Some(last) if open == Some(line) && !content.is_empty() => last.content = format!("{} {content}", last.content),
                    _ => found.push(Passage { line, content: content.clone() }),
                }
                open = (!content.is_empty()).then_some(line + 1);
            }
            Piece::String(line, content) => {
                open = None;
                if content.contains(' ') || !content.is_ascii() {
                    found.push(Passage { line, content });
                }
            }
        }
    }
    found.retain(|passage| !passage.content.is_empty());
    found
}

/// Splits Rust or TypeScript into comments, strings and the code between them, as far as that is needed here.
struct Lexer<'s> {
    source: &'s str,
    at: usize,
    line: usize,
    is_rust: bool,
    found: Vec<Piece>,
}

impl Lexer<'_> {
    fn read(source: &str, is_rust: bool) -> Vec<Piece> {
        let mut lexer = Lexer { source, at: 0, line: 1, is_rust, found: Vec::new() };
        lexer.code(false);
        lexer.found
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn advance(&mut self, length: usize) {
        self.line += self.source[self.at..self.at + length].matches('\n').count();
        self.at += length;
    }

    /// To the end, or to the brace that ends an expression within a template.
    fn code(&mut self, is_inner: bool) {
        let (mut depth, mut before) = (0_u32, ' ');
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            if rest.starts_with("//") {
                let length = rest.find('\n').unwrap_or(rest.len());
                let content = rest[..length].trim_start_matches(['/', '!']).trim().to_owned();
                self.found.push(Piece::Comment(self.line, content));
                self.advance(length);
                continue;
            }
            if rest.starts_with("/*") {
                let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                let lines = rest[..length].lines().enumerate();
                let line = |(index, line): (usize, &str)| {
                    Piece::Comment(
                        self.line + index,
                        line.trim_matches(|mark: char| mark == '*' || mark == '/' || mark.is_whitespace()).to_owned(),
                    )
                };
                let pieces: Vec<_> = lines.map(line).collect();
                self.found.extend(pieces);
                self.advance(length);
                continue;
            }
            match next {
                '"' if self.is_rust && before == '#' => self.raw_string(),
                '"' if self.is_rust && self.source[..self.at].ends_with('r') => self.raw_string(),
                '"' => self.string('"'),
                '\'' if self.is_rust => {
                    let mut marks = rest.chars().skip(1);
                    let (first, second) = (marks.next(), marks.next());
                    match (first, second) {
                        (Some('\\'), _) => self
                            .advance(2 + rest[2..].char_indices().skip(1).find(|(_, mark)| *mark == '\'').map_or(0, |(at, _)| at)),
                        (Some(first), Some('\'')) => self.advance(1 + first.len_utf8()),
                        _ => {}
                    }
                    self.advance(1);
                }
                '\'' => self.string('\''),
                '`' if !self.is_rust => self.template(),
                '/' if !self.is_rust && "(,=:[!&|?{};> ".contains(before) && self.regex() => {}
                '{' => {
                    depth += 1;
                    self.advance(1);
                }
                '}' if is_inner && depth == 0 => return,
                _ => {
                    depth = if next == '}' { depth.saturating_sub(1) } else { depth };
                    self.advance(next.len_utf8());
                }
            }
            if !next.is_whitespace() || next == '\n' {
                before = if next == '\n' { ' ' } else { next };
            }
        }
    }

    /// A string that ends on the lines where its language lets it.
    fn string(&mut self, mark: char) {
        let (line, rest) = (self.line, self.rest());
        let mut is_escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, next)| {
            let is_end = !is_escaped && (*next == mark || *next == '\n' && !self.is_rust);
            is_escaped = !is_escaped && *next == '\\';
            is_end
        });
        let end = end.map_or(rest.len(), |(end, _)| end);
        let content = rest[1..end].to_owned();
        let length = (end + 1).min(rest.len());
        self.found.push(Piece::String(line, content));
        self.advance(length);
    }

    fn raw_string(&mut self) {
        let before = &self.source[..self.at];
        let marks = before.len() - before.trim_end_matches('#').len();
        if !before.trim_end_matches('#').ends_with('r') {
            return self.string('"');
        }
        let (line, rest) = (self.line, self.rest());
        let end = rest[1..].find(&format!("\"{}", "#".repeat(marks))).map_or(rest.len(), |end| end + 1);
        let content = rest[1..end].to_owned();
        let length = (end + 1 + marks).min(rest.len());
        self.found.push(Piece::String(line, content));
        self.advance(length);
    }

    fn template(&mut self) {
        let line = self.line;
        let mut content = String::new();
        self.advance(1);
        while let Some(next) = self.rest().chars().next() {
            if next == '`' {
                self.advance(1);
                break;
            }
            if self.rest().starts_with("${") {
                self.advance(2);
                self.code(true);
                content.push_str("{}");
                self.advance(usize::from(!self.rest().is_empty()));
                continue;
            }
            content.push(next);
            self.advance(next.len_utf8());
            if next == '\\' {
                self.advance(self.rest().chars().next().map_or(0, char::len_utf8));
            }
        }
        self.found.push(Piece::String(line, content));
    }

    /// Whether an expression was here, which may have quotation marks in it.
    fn regex(&mut self) -> bool {
        let rest = self.rest();
        let (mut is_escaped, mut is_class) = (false, false);
        for (at, next) in rest.char_indices().skip(1) {
            match next {
                '\n' => return false,
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '[' => is_class = true,
                ']' => is_class = false,
                '/' if !is_class => {
                    self.advance(at + 1);
                    return true;
                }
                _ => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(name: &str, content: &str) -> Vec<(usize, String)> {
        of(name, content).into_iter().map(|passage| (passage.line, passage.content)).collect()
    }

    #[test]
    fn comments_are_joined_and_strings_are_those_for_people() {
        let rust = "/// One\n/// comment.\n/// ```\n/// code // said\n/// ```\nfn f<'a>() { g('\"', \"a code\", \"code\", r#\"a \"raw\" one\"#) } // End";
        let found = [(1, "One comment."), (4, "said"), (6, "a code"), (6, "a \"raw\" one"), (6, "End")];
        assert_eq!(contents("a.rs", rust), found.map(|(line, content)| (line, content.to_owned())));
        let script = "/** One\n * comment.\n * @example\n * code */\nf(/[\"`]/, `a ${g(`an ${b}`)} c`, 'a d', '错');";
        let found = [(1, "One comment."), (5, "an {}"), (5, "a {} c"), (5, "a d"), (5, "错")];
        assert_eq!(contents("a.ts", script), found.map(|(line, content)| (line, content.to_owned())));
    }

    #[test]
    fn a_page_is_its_paragraphs_rows_and_comments_in_examples() {
        let page = "# Head\n\nOne\nparagraph.\n- a point\n| a row |\n```ts\ncode(); // said\n```\n";
        let found = [(1, "# Head"), (3, "One paragraph."), (5, "- a point"), (6, "| a row |"), (8, "said")];
        assert_eq!(contents("a.md", page), found.map(|(line, content)| (line, content.to_owned())));
    }
}
