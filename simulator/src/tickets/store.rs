//! The store: snapshots as JSON, each with a version for compare-and-swap, and when something is due. Reads are linearizable.

use super::driver::Address;
use super::{Happening, Purpose, World};
use crate::plan::{Breakage, Fault};
use meituan_protocol::ticket::service::{Input, Loaded};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) orders: BTreeMap<u64, Stored>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    pub(super) version: u64,
    pub(super) json: String,
    pub(super) due: Option<i64>,
    /// What was stored before, and when it was replaced.
    earlier: Vec<(i64, u64, String)>,
}

/// Something that the store is asked for.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) order: u64,
    pub(super) by: Address,
    kind: Kind,
    /// What the store says in the end.
    answer: Answer,
}

#[derive(Debug)]
enum Kind {
    Load,
    Save { json: String, due: Option<i64>, expected: u64, is_blind: bool },
}

#[derive(Debug, Clone)]
pub(super) enum Answer {
    None,
    Loaded(u64, String),
    Saved(u64),
    Conflict,
    Failed,
}

impl World<'_> {
    pub(super) fn load(&mut self, by: Address, order: u64) {
        self.ask_store(Operation { order, by, kind: Kind::Load, answer: Answer::None });
    }

    pub(super) fn save(&mut self, by: Address, order: u64, json: String, due: Option<i64>, expected: u64, is_blind: bool) {
        let kind = Kind::Save { json, due, expected, is_blind };
        self.ask_store(Operation { order, by, kind, answer: Answer::None });
    }

    fn ask_store(&mut self, mut operation: Operation) {
        let is_save = matches!(operation.kind, Kind::Save { .. });
        let slow = if self.strikes(Fault::StoreSlow) { self.between(Purpose::StoreLong, 200, 30_000) } else { 0 };
        let (slow_before, slow_after) = if self.between(Purpose::Choice, 0, 2) == 0 { (slow, 0) } else { (0, slow) };
        let before = self.between(Purpose::Store, 0, 8) + slow_before;
        let after = self.between(Purpose::Store, 0, 8) + slow_after;
        let number = self.operations.len();
        let (mut acts, mut answers, mut before) = (true, true, before);
        if self.strikes(Fault::StoreFails) {
            (acts, operation.answer) = (false, Answer::Failed);
        } else if self.strikes(Fault::StoreFailsAfter) {
            operation.answer = Answer::Failed;
        } else if self.strikes(Fault::StoreHangs) {
            answers = false;
            acts = self.between(Purpose::Choice, 0, 3) > 0;
            before += self.between(Purpose::StoreLong, 0, 40_000);
        } else if is_save && self.strikes(Fault::StoreConflicts) {
            (acts, operation.answer) = (false, Answer::Conflict);
        } else if is_save && self.strikes(Fault::StoreConflictsAfter) {
            operation.answer = Answer::Conflict;
        }
        self.operations.push(operation);
        if acts {
            self.after(before, Happening::StoreActs(number));
        }
        if answers {
            self.after(before + after, Happening::StoreAnswers(number));
        }
    }

    pub(super) fn store_acts(&mut self, number: usize) {
        let is_stale = self.is_broken(Breakage::StaleReads) && self.between(Purpose::Choice, 0, 3) == 0;
        let operation = &mut self.operations[number];
        let (order, by) = (operation.order, operation.by.process);
        let stored = self.store.orders.entry(order).or_default();
        let answer = match &mut operation.kind {
            Kind::Load => {
                let stale = stored.earlier.iter().find(|(until, ..)| is_stale && self.now - until < 2_000);
                let (version, json) = stale.map_or((stored.version, &stored.json), |(_, version, json)| (*version, json));
                Answer::Loaded(version, json.clone())
            }
            Kind::Save { json, due, expected, is_blind } => {
                let is_blind = *is_blind || self.plan.breakage == Some(Breakage::LostCompareAndSwap);
                if stored.version != *expected && !is_blind {
                    Answer::Conflict
                } else {
                    if self.plan.breakage == Some(Breakage::StaleReads) {
                        stored.earlier.push((self.now, stored.version, stored.json.clone()));
                    }
                    stored.version += 1;
                    stored.json = std::mem::take(json);
                    stored.due = *due;
                    Answer::Saved(stored.version)
                }
            }
        };
        if matches!(operation.answer, Answer::None) {
            operation.answer = answer.clone();
        }
        if let Answer::Saved(version) = answer {
            let (due, text) = (stored.due, stored.json.clone());
            let shown = due.map(|due| (due - super::BEGIN) as f64 / 1000.0);
            self.log(format_args!("store   {order} is version {version}, by {}, due {shown:?}: {text}", name(by)));
            self.wake_up(due);
        }
    }

    pub(super) fn store_answers(&mut self, number: usize) {
        let (by, answer) = (self.operations[number].by, self.operations[number].answer.clone());
        if !self.is_awaited(by) {
            return;
        }
        match answer {
            Answer::Loaded(version, json) => match Loaded::from_json(json.as_bytes()) {
                Ok(loaded) => self.loaded(by, version, loaded),
                Err(error) => self.fails(format!("what is stored cannot be read: {error}: {json}")),
            },
            Answer::Saved(version) => self.saved(by, version),
            Answer::Conflict => self.input(by, Input::Conflict),
            Answer::Failed | Answer::None => self.input(by, Input::StoreFailed),
        }
    }
}

/// A process, as it is called in the log.
pub(super) fn name(process: usize) -> char {
    (b'A' + process as u8) as char
}
