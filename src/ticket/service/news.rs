//! Reports that are due once an order is saved.

use super::{Input, is_open};
use crate::save_attempts::Reported;
use crate::ticket::order::{Conflict, Notice, Order, Report};

/// Reports that are due once an order is saved.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The conflicts that are new.
    pub conflicts: Vec<Conflict>,
    /// The notices that were given up.
    pub given_up: Vec<Notice>,
    /// Reports that contradict nothing.
    pub reports: Vec<Report>,
}

impl crate::save_attempts::News for News {
    type Order = Order;

    /// A notice that is given up is a conflict, too; of a report nothing is stored.
    fn is_stored_in(&self, order: &Order) -> bool {
        let is_known = |conflict: &Conflict| order.conflicts.iter().filter(is_open).any(|known| known.id == conflict.id);
        self.conflicts.iter().all(is_known)
    }
}

impl Input {
    pub(super) fn reported(&self) -> Reported<'_, Order> {
        match self {
            Input::Conflict => Reported::Second,
            Input::StoreFailed | Input::StoreLate => Reported::Unknown,
            Input::Loaded(loaded) => Reported::Loaded(loaded.order()),
            _ => Reported::Saved,
        }
    }
}
