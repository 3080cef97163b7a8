//! The store: JSON with a version for compare-and-swap, and when something is due. Reads are linearizable.

use super::driver::Address;
use super::{Breakage, Fault, Happening, World};
use meituan_protocol::message::Packed;
use meituan_protocol::ride::order::{calls_from_json, order_from_json};
use meituan_protocol::ride::service::Input;

#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    pub(super) version: u64,
    pub(super) json: Vec<u8>,
    pub(super) due: Option<i64>,
    pub(super) open_conflicts: u32,
}

/// What to save, and the version that is expected.
#[derive(Debug)]
pub(super) struct Saving {
    pub(super) json: Vec<u8>,
    pub(super) due: Option<i64>,
    pub(super) open_conflicts: u32,
    pub(super) expected: u64,
}

#[derive(Debug)]
pub(super) struct Operation {
    key: String,
    by: Address,
    /// Nothing: to load.
    save: Option<Saving>,
    /// What the store says in the end; nothing: what is true.
    says: Option<Says>,
    loaded: Stored,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Done,
    Conflict,
    Failed,
}

pub(super) const CALLS: &str = "calls";

impl World<'_> {
    pub(super) fn ask_store(&mut self, by: Address, key: &str, save: Option<Saving>) {
        let is_save = save.is_some();
        let slow = if self.strikes(Fault::StoreSlow) { self.between(100, 15_000) } else { 0 };
        let before = self.between(0, 8) + if self.between(0, 2) == 0 { slow } else { 0 };
        let after = before.max(slow) + self.between(0, 8);
        let says = if self.strikes(Fault::StoreFails) {
            (false, Some(Says::Failed))
        } else if self.strikes(Fault::StoreFailsAfter) {
            (true, Some(Says::Failed))
        } else if is_save && self.strikes(Fault::StoreConflicts) {
            (false, Some(Says::Conflict))
        } else if is_save && self.strikes(Fault::StoreConflictsAfter) {
            (true, Some(Says::Conflict))
        } else {
            (true, None)
        };
        let number = self.operations.len();
        self.operations.push(Operation { key: key.into(), by, save, says: says.1, loaded: Stored::default() });
        if says.0 {
            self.after(before, Happening::StoreActs(number));
        }
        self.after(after, Happening::StoreAnswers(number));
    }

    pub(super) fn store_acts(&mut self, number: usize) {
        let is_blind = self.is_broken(Breakage::LostCompareAndSwap);
        let operation = &mut self.operations[number];
        let stored = self.store.entry(operation.key.clone()).or_default();
        let Some(Saving { json, due, open_conflicts, expected }) = operation.save.take() else {
            operation.loaded = stored.clone();
            return;
        };
        let is_first = stored.version == expected || is_blind;
        let says = if is_first { Says::Done } else { Says::Conflict };
        operation.says = operation.says.or(Some(says));
        if is_first {
            *stored = Stored { version: stored.version + 1, json, due, open_conflicts };
            operation.loaded = stored.clone();
            let (key, Stored { version, json, .. }) = (operation.key.clone(), stored.clone());
            let shown = due.map(|due| (due - super::BEGIN) as f64 / 1000.0);
            let text = String::from_utf8_lossy(&json);
            self.log(format_args!("store   {key} is version {version}, due {shown:?}: {text}"));
            self.wake_up(due);
        }
    }

    pub(super) fn store_answers(&mut self, number: usize) {
        let Operation { by, says, loaded, key, .. } = &self.operations[number];
        let (by, says, loaded, is_calls) = (*by, *says, loaded.clone(), key == CALLS);
        if !self.is_awaited(by) {
            return;
        }
        let mut packed = Packed::default();
        let input = match says {
            Some(Says::Conflict) => Input::Conflict,
            Some(Says::Failed) => Input::StoreFailed,
            Some(Says::Done) => return self.saved(by, loaded.version),
            None if is_calls => match calls_from_json(&loaded.json, &mut packed) {
                Ok(calls) => Input::CallsLoaded((loaded.version > 0).then_some(calls)),
                Err(error) => return self.fails(format!("the calls cannot be read: {error}")),
            },
            None => match order_from_json(&loaded.json, &mut packed) {
                Ok(order) => Input::Loaded(order),
                Err(error) => return self.fails(format!("what is stored cannot be read: {error}")),
            },
        };
        if says.is_none() {
            self.loaded(by, loaded.version);
        }
        self.input(by, input);
    }
}
