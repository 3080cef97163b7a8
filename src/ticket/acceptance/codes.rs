//! The codes of one order, each known by its number from then on: what was reported about it.

use crate::message::View;
use std::collections::BTreeMap;

/// Numbers for names, in the order in which the names first came.
#[derive(Default)]
pub(super) struct Index(BTreeMap<String, u32>);

impl Index {
    #[inline(never)]
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The name's number; a new name has the next one.
    #[inline(never)]
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32;
        self.get(name).unwrap_or_else(|| {
            self.0.insert(name.to_owned(), next);
            next
        })
    }
}

/// The reports about a code.
#[derive(Default, Clone, Copy)]
pub(super) struct Code {
    /// It is among those that were reported when the order was issued.
    pub(super) is_issued: bool,
    /// When it was used, as a consume notice reported.
    pub(super) notified: Option<i64>,
    /// Meituan has accepted such a notice, or may have.
    pub(super) is_known: bool,
    /// A query reported it as used.
    pub(super) is_seen_used: bool,
    /// Its refund was agreed to.
    pub(super) is_refunded: bool,
    /// When the supplier accepted Meituan's message that it is refunded, where no agreement and no use of it was reported.
    by_meituan: Option<i64>,
    /// The last refund that was requested for it, and that was put off.
    pub(super) refund: Option<u32>,
}

impl Code {
    pub(super) fn is_used(&self) -> bool {
        self.notified.is_some() || self.is_seen_used
    }

    /// When Meituan refunded it by itself, as far as that is certain.
    pub(super) fn refunded_by_meituan(&self) -> Option<i64> {
        self.by_meituan
    }
}

#[derive(Default)]
pub(super) struct Codes {
    index: Index,
    all: Vec<Code>,
    /// How many of them Meituan refunded by itself.
    by_meituan: i64,
}

impl Codes {
    #[inline(never)]
    pub(super) fn number(&mut self, code: &str) -> u32 {
        let number = self.index.number(code);
        if number as usize == self.all.len() {
            self.all.push(Code::default());
        }
        number
    }

    /// The numbers of a list of codes, in order, each once.
    #[inline(never)]
    pub(super) fn numbers(&mut self, view: &View<'_>, list: &str) -> Vec<u32> {
        let mut numbers: Vec<_> = view.strings(list).map(|code| self.number(&code)).collect();
        put_in_order(&mut numbers);
        numbers
    }

    /// The code of a number that was given.
    #[inline(never)]
    pub(super) fn of(&mut self, number: u32) -> &mut Code {
        &mut self.all[number as usize]
    }

    /// How many of them Meituan refunded by itself: beside those that were agreed to.
    pub(super) fn refunded_by_meituan(&self) -> i64 {
        self.by_meituan
    }

    /// Meituan refunded a code by itself. One that was used or refunded before stays what it is.
    pub(super) fn refund_by_meituan(&mut self, number: u32, at: i64) {
        let code = self.of(number);
        if code.is_issued && !code.is_used() && !code.is_refunded && code.by_meituan.is_none() {
            code.by_meituan = Some(at);
            self.by_meituan += 1;
        }
    }

    /// A code counts as used, or by its refundId, and no longer among those that Meituan refunded by itself.
    pub(super) fn counts_otherwise(&mut self, number: u32) {
        if self.of(number).by_meituan.take().is_some() {
            self.by_meituan -= 1;
        }
    }

    pub(super) fn any(&self, numbers: &[u32], is: impl Fn(&Code) -> bool) -> bool {
        numbers.iter().any(|&number| is(&self.all[number as usize]))
    }
}

/// Sorts numbers, and drops those that are there again. True where there were such.
#[inline(never)]
pub(super) fn put_in_order(numbers: &mut Vec<u32>) -> bool {
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len() < count
}
