//! Findings: each with its path, as long as there is room for it.

use super::notation::Notation;
use super::packed::Step;
use super::reader::{REFUSED, Reader};
use super::span::unescape;
use crate::digits::push_integer;
use crate::{ErrorCode, Issue};

/// A hostile message could hold a million findings; the first ones are enough.
pub(super) const MAX_ISSUES: usize = 64;

impl Reader<'_> {
    pub(super) fn refusals(&self) -> usize {
        self.packed.issues.iter().filter(|issue| issue.refuses).count()
    }

    pub(super) fn note_string(&mut self, at: usize) {
        if self.how.notation == Notation::Wire {
            self.report(ErrorCode::NumberAsString, false, at, "");
        }
    }

    pub(super) fn refuse(&mut self, code: ErrorCode, at: usize, detail: &str) -> u64 {
        self.report(code, true, at, detail);
        REFUSED
    }

    pub(super) fn refuse_range(&mut self, min: i64, max: i64, at: usize) -> u64 {
        let mut detail = Vec::new();
        push_integer(&mut detail, min);
        detail.extend_from_slice(b" to ");
        push_integer(&mut detail, max);
        self.refuse(ErrorCode::OutOfRange, at, std::str::from_utf8(&detail).unwrap_or_default())
    }

    pub(super) fn report_limit(&mut self, code: ErrorCode, refuses: bool, found: i64, limit: i64, at: usize) {
        let mut detail = Vec::new();
        push_integer(&mut detail, found);
        detail.extend_from_slice(b" > ");
        push_integer(&mut detail, limit);
        self.report(code, refuses, at, std::str::from_utf8(&detail).unwrap_or_default());
    }

    #[cold]
    pub(super) fn report(&mut self, code: ErrorCode, refuses: bool, at: usize, detail: &str) {
        if self.packed.issues.len() >= MAX_ISSUES && (!refuses || self.refusals() > 0) {
            return;
        }
        let mut path = String::new();
        for step in &self.packed.path {
            match step {
                Step::Item(index) => {
                    let mut digits = Vec::new();
                    push_integer(&mut digits, i64::from(*index));
                    path.push('[');
                    path.push_str(std::str::from_utf8(&digits).unwrap_or_default());
                    path.push(']');
                }
                Step::Field(name) => push_name(&mut path, name),
                Step::Key(span) => push_name(&mut path, &unescape(span, self.scanner.source)),
            }
        }
        self.packed.issues.push(Issue { code, refuses, path, rule: None, detail: detail.into(), offset: at as u32 });
    }
}

fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}
