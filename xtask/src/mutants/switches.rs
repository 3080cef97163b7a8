//! The source with a switch for each mutant, and where in it the mutants are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use serde_json::Value;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::tools::{self, Outcome};

/// A mutant as cargo-mutants lists it.
pub(super) struct Mutant {
    pub(super) name: String,
    pub(super) file: String,
    genre: String,
    replacement: String,
    returns: String,
    /// Lines and columns, from 1.
    place: [(usize, usize); 2],
}

impl Mutant {
    pub(super) fn of(json: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let place = |end: &str| {
            let number = |field: &str| json["span"][end][field].as_u64().map(|number| number as usize);
            Some((number("line")?, number("column")?))
        };
        Some(Mutant {
            name: text(&json["name"])?,
            file: text(&json["file"])?,
            genre: text(&json["genre"])?,
            replacement: text(&json["replacement"])?,
            returns: text(&json["function"]["return_type"]).unwrap_or_default(),
            place: [place("start")?, place("end")?],
        })
    }
}

/// A source with switches.
pub(super) struct Rendered {
    pub(super) text: String,
    /// Where each mutant's own code is, and where the code is that several of them replace.
    own: Vec<(Range<usize>, usize)>,
    shared: Vec<(Range<usize>, Vec<usize>)>,
}

impl Rendered {
    /// The mutants that an error in this place is about.
    pub(super) fn at(&self, place: usize) -> Vec<usize> {
        let own: Vec<usize> = self.own.iter().filter(|(range, _)| range.contains(&place)).map(|(_, mutant)| *mutant).collect();
        if !own.is_empty() {
            return own;
        }
        let around = self.shared.iter().filter(|(range, _)| range.contains(&place));
        around.min_by_key(|(range, _)| range.len()).map(|(_, mutants)| mutants.clone()).unwrap_or_default()
    }
}

/// A replacement: the place in the source, the mutant, and its code. Of two with one beginning the longer is the first.
type Sites = BTreeMap<Key, Vec<(usize, String)>>;
type Key = (usize, Reverse<usize>);

/// Writes every file with the switches of its mutants; removes those from the set that can have none.
pub(super) fn render(mutants: &[Mutant], switched: &mut BTreeSet<usize>) -> Outcome<BTreeMap<String, Rendered>> {
    let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, mutant) in mutants.iter().enumerate() {
        let numbers = by_file.entry(&mutant.file).or_default();
        numbers.extend(Some(number).filter(|number| switched.contains(number)));
    }
    let mut files = BTreeMap::new();
    for (file, numbers) in by_file {
        let source = tools::read_text(&tools::root().join(file))?;
        let rendered = render_file(&source, mutants, &numbers, switched).map_err(|error| format!("{file}: {error}"))?;
        files.insert(file.to_owned(), rendered);
    }
    Ok(files)
}

fn render_file(source: &str, mutants: &[Mutant], numbers: &[usize], switched: &mut BTreeSet<usize>) -> syn::Result<Rendered> {
    let mut places = Places::default();
    places.visit_file(&syn::parse_file(source)?);
    let (mut sites, mut inserted) = (Sites::new(), BTreeMap::new());
    for &number in numbers {
        let mutant = &mutants[number];
        let [from, to] = mutant.place.map(|place| offset(source, place));
        match places.site(mutant, from) {
            Some(Site::Replaced(range)) => {
                let text = match mutant.genre.as_str() {
                    "MatchArm" => "false".to_owned(),
                    _ => [&source[range.start..from], &mutant.replacement, &source[to..range.end]].concat(),
                };
                sites.entry((range.start, Reverse(range.end))).or_default().push((number, text));
            }
            Some(Site::Before(place)) => inserted.entry(place).or_insert_with(Vec::new).push((number, mutant)),
            None => {
                switched.remove(&number);
            }
        }
    }
    let mut out = Rendered { text: String::new(), own: Vec::new(), shared: Vec::new() };
    Renderer { source, sites: &sites, inserted: &inserted }.part(0..source.len(), None, &mut out);
    Ok(out)
}

struct Renderer<'s> {
    source: &'s str,
    sites: &'s Sites,
    inserted: &'s BTreeMap<usize, Vec<(usize, &'s Mutant)>>,
}

impl Renderer<'_> {
    /// Writes a part of the source with the switches in it; `within` is the site that this part is.
    fn part(&self, part: Range<usize>, within: Option<Key>, out: &mut Rendered) {
        let mut place = part.start;
        loop {
            let first = within.filter(|(start, _)| *start == place).map_or(usize::MAX, |(_, end)| end.0 - 1);
            let next = self.sites.range((place, Reverse(first))..).next();
            let next = next.filter(|((start, end), _)| *start < part.end && end.0 <= part.end);
            self.plain(place..next.map_or(part.end, |((start, _), _)| *start), out);
            let Some((&key, variants)) = next else { return };
            let begin = out.text.len();
            out.text.push('(');
            for (number, text) in variants {
                let own = out.text.len();
                let _ = write!(out.text, "if crate::mutant({number}) {{ {text} }} else ");
                out.own.push((own..out.text.len(), *number));
            }
            out.text.push_str("{ ");
            self.part(key.0..key.1.0, Some(key), out);
            out.text.push_str(" })");
            out.shared.push((begin..out.text.len(), variants.iter().map(|(number, _)| *number).collect()));
            place = key.1.0;
        }
    }

    /// Writes a part without a site. An insertion at its end belongs to the next one.
    fn plain(&self, part: Range<usize>, out: &mut Rendered) {
        let mut from = part.start;
        for (&place, mutants) in self.inserted.range(part.clone()) {
            out.text.push_str(&self.source[from..place]);
            from = place;
            for (number, mutant) in mutants {
                let own = out.text.len();
                let _ = match mutant.genre.as_str() {
                    "MatchArm" => write!(out.text, " if !crate::mutant({number}) "),
                    _ => write!(out.text, "if crate::mutant({number}) {{ return {}; }} ", mutant.replacement),
                };
                out.own.push((own..out.text.len(), *number));
            }
        }
        out.text.push_str(&self.source[from..part.end]);
    }
}

enum Site {
    /// An expression that the mutant has otherwise.
    Replaced(Range<usize>),
    /// Where something is inserted.
    Before(usize),
}

/// The end of an arm's pattern, and its guard.
#[derive(Clone)]
struct Arm {
    end: usize,
    guard: Option<Range<usize>>,
}

/// Where expressions are in a source.
#[derive(Default)]
struct Places {
    /// Each operator, with the expression that is parsed otherwise where the operator is another one; none where it has a `let`.
    binary: BTreeMap<usize, Option<Range<usize>>>,
    unary: BTreeMap<usize, Range<usize>>,
    structs: Vec<Range<usize>>,
    guards: BTreeMap<usize, Range<usize>>,
    /// Arms of matches that have another one for everything.
    arms: BTreeMap<usize, Arm>,
    constant: Vec<Range<usize>>,
}

impl Places {
    fn site(&self, mutant: &Mutant, from: usize) -> Option<Site> {
        if self.constant.iter().any(|constant| constant.contains(&from)) {
            return None;
        }
        match mutant.genre.as_str() {
            "FnValue" if mutant.returns.contains("impl ") => None,
            "FnValue" => Some(Site::Before(from)),
            "BinaryOperator" => self.binary.get(&from)?.clone().map(Site::Replaced),
            "UnaryOperator" => self.unary.get(&from).cloned().map(Site::Replaced),
            "MatchArmGuard" => self.guards.get(&from).cloned().map(Site::Replaced),
            "StructField" => {
                let around = self.structs.iter().filter(|whole| whole.contains(&from));
                around.min_by_key(|whole| whole.len()).cloned().map(Site::Replaced)
            }
            "MatchArm" => match self.arms.get(&from)?.clone() {
                Arm { guard: Some(guard), .. } => Some(Site::Replaced(guard)),
                Arm { end, guard: None } => Some(Site::Before(end)),
            },
            _ => None,
        }
    }

    fn add_binary(&mut self, expression: &syn::ExprBinary, top: Option<Range<usize>>, beside_let: bool) {
        let is_and = matches!(expression.op, syn::BinOp::And(_));
        let has_let = has_let(&expression.left) || has_let(&expression.right);
        // Comparisons beside a `let` are parsed by themselves.
        let beside_let = beside_let || has_let;
        let whole = expression.span().byte_range();
        let top = if has_let { None } else { Some(top.unwrap_or(whole)) };
        let own = top.clone().filter(|_| !(is_and && beside_let));
        self.binary.insert(expression.op.span().byte_range().start, own);
        for side in [&expression.left, &expression.right] {
            match &**side {
                syn::Expr::Binary(inner) => self.add_binary(inner, top.clone(), beside_let),
                other => self.visit_expr(other),
            }
        }
    }
}

fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(inner) => has_let(&inner.left) || has_let(&inner.right),
        _ => false,
    }
}

/// Whether a pattern without a guard fits everything.
fn is_wild(arm: &syn::Arm) -> bool {
    arm.guard.is_none() && matches!(&arm.pat, syn::Pat::Wild(_) | syn::Pat::Ident(syn::PatIdent { subpat: None, .. }))
}

impl<'t> Visit<'t> for Places {
    fn visit_expr_binary(&mut self, expression: &'t syn::ExprBinary) {
        self.add_binary(expression, None, false);
    }

    fn visit_expr_unary(&mut self, expression: &'t syn::ExprUnary) {
        self.unary.insert(expression.op.span().byte_range().start, expression.span().byte_range());
        visit::visit_expr_unary(self, expression);
    }

    fn visit_expr_struct(&mut self, expression: &'t syn::ExprStruct) {
        self.structs.push(expression.span().byte_range());
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'t syn::ExprMatch) {
        for (index, arm) in expression.arms.iter().enumerate() {
            let guard = arm.guard.as_ref().map(|(_, guard)| guard.span().byte_range());
            if let Some(guard) = &guard {
                self.guards.insert(guard.start, guard.clone());
            }
            let mut others = expression.arms.iter().enumerate().filter(|(other, _)| *other != index);
            let is_optional = others.any(|(_, other)| is_wild(other));
            if is_optional {
                let arm_of = Arm { end: arm.pat.span().byte_range().end, guard };
                self.arms.insert(arm.span().byte_range().start, arm_of);
            }
        }
        visit::visit_expr_match(self, expression);
    }

    fn visit_item_fn(&mut self, function: &'t syn::ItemFn) {
        if function.sig.constness.is_some() {
            self.constant.push(function.span().byte_range());
        }
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'t syn::ImplItemFn) {
        if function.sig.constness.is_some() {
            self.constant.push(function.span().byte_range());
        }
        visit::visit_impl_item_fn(self, function);
    }
}

/// The byte of a line and a column, both from 1; columns are characters.
fn offset(source: &str, (line, column): (usize, usize)) -> usize {
    let begin: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    begin + source[begin..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mutants of a source: genre, what is replaced (its first occurrence), and by what.
    fn switched(source: &str, changes: &[(&str, &str, &str)]) -> String {
        let place = |offset: usize| {
            let line = source[..offset].matches('\n').count();
            let begin = source[..offset].rfind('\n').map_or(0, |end| end + 1);
            (line + 1, source[begin..offset].chars().count() + 1)
        };
        let mutant = |(genre, text, replacement): &(&str, &str, &str)| {
            let start = source.find(text).unwrap();
            let (name, file, returns) = (String::new(), String::new(), String::new());
            let place = [place(start), place(start + text.len())];
            Mutant { name, file, genre: genre.to_string(), replacement: replacement.to_string(), returns, place }
        };
        let mutants: Vec<Mutant> = changes.iter().map(mutant).collect();
        let numbers: Vec<usize> = (0..mutants.len()).collect();
        let mut switched = numbers.iter().copied().collect();
        let rendered = render_file(source, &mutants, &numbers, &mut switched).unwrap();
        assert!(syn::parse_file(&rendered.text).is_ok(), "{}", rendered.text);
        let left: Vec<_> = numbers.iter().filter(|number| !switched.contains(number)).collect();
        if left.is_empty() { rendered.text } else { format!("{left:?}") }
    }

    #[test]
    fn an_operator_is_another_one_in_all_that_is_parsed_otherwise_with_it() {
        let operators = [("BinaryOperator", "&&", "||"), ("BinaryOperator", "==", "!=")];
        assert_eq!(
            switched("fn f() -> bool { a && b == c }", &operators),
            "fn f() -> bool { (if crate::mutant(0) { a || b == c } else if crate::mutant(1) { a && b != c } else { a && b == c }) }"
        );
        assert_eq!(
            switched("fn f() { g(!é.h(b > c)) }", &[("UnaryOperator", "!", ""), ("BinaryOperator", ">", "<")]),
            "fn f() { g((if crate::mutant(0) { é.h(b > c) } else { !é.h((if crate::mutant(1) { b < c } else { b > c })) })) }"
        );
    }

    #[test]
    fn an_operator_beside_a_let_is_switched_alone_or_not_at_all() {
        let source = "fn f() { if a == b && let Some(c) = d {} }";
        assert_eq!(
            switched(source, &[("BinaryOperator", "==", "!=")]),
            "fn f() { if (if crate::mutant(0) { a != b } else { a == b }) && let Some(c) = d {} }"
        );
        assert_eq!(switched(source, &[("BinaryOperator", "&&", "||")]), "[0]");
    }

    #[test]
    fn a_body_an_arm_and_a_guard_have_a_switch_before_them() {
        assert_eq!(
            switched("fn f() -> u8 { a == b }", &[("FnValue", "a == b", "1"), ("BinaryOperator", "==", "!=")]),
            "fn f() -> u8 { (if crate::mutant(1) { a != b } else { if crate::mutant(0) { return 1; } a == b }) }"
        );
        let arms = [("MatchArm", "A => 1", ""), ("MatchArm", "B if g => 2", ""), ("MatchArmGuard", "g", "true")];
        assert_eq!(
            switched("fn f() { match x { A => 1, B if g => 2, _ => 3 } }", &arms),
            "fn f() { match x { A if !crate::mutant(0)  => 1, B if (if crate::mutant(1) { false } else if crate::mutant(2) { true } else { g }) => 2, _ => 3 } }"
        );
    }

    #[test]
    fn what_a_switch_would_not_do_is_left_out() {
        assert_eq!(switched("fn f() { match x { E::A => 1, E::B => 2 } }", &[("MatchArm", "E::A => 1", "")]), "[0]");
        assert_eq!(switched("const fn f() -> u8 { 1 }", &[("FnValue", "1", "0")]), "[0]");
    }

    #[test]
    fn a_field_is_left_out_of_its_own_struct() {
        assert_eq!(
            switched("fn f() { S { a: T { b: 1, ..t }, ..s } }", &[("StructField", "b: 1,", "")]),
            "fn f() { S { a: (if crate::mutant(0) { T {  ..t } } else { T { b: 1, ..t } }), ..s } }"
        );
    }

    #[test]
    fn an_error_belongs_to_the_mutant_whose_text_it_is_in_or_to_those_around_it() {
        let rendered = Rendered {
            text: String::new(),
            own: vec![(10..20, 1), (20..30, 2)],
            shared: vec![(0..90, vec![3]), (9..40, vec![1, 2])],
        };
        assert_eq!([rendered.at(15), rendered.at(35), rendered.at(50)], [vec![1], vec![1, 2], vec![3]]);
    }
}
