//! Reports that are due once an order is saved.

use super::{Conflict, Input, RideOrder, RideWarning};
use crate::save_attempts::Reported;

/// Reports that are due once an order is saved.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The conflicts that are new.
    pub conflicts: Vec<Conflict>,
    /// Deviations of the applied event.
    pub warnings: Vec<RideWarning>,
}

impl crate::save_attempts::News for News {
    type Order = RideOrder;

    /// Of a warning nothing is stored.
    fn is_stored_in(&self, order: &RideOrder) -> bool {
        let kinds = order.conflict_kinds();
        self.conflicts.iter().all(|kind| kinds.contains(kind))
    }
}

impl Input {
    pub(super) fn reported(&self) -> Reported<'_, RideOrder> {
        match self {
            Input::Conflict => Reported::Second,
            Input::StoreFailed | Input::StoreLate => Reported::Unknown,
            Input::Loaded(order) => Reported::Loaded(order.as_ref()),
            _ => Reported::Saved,
        }
    }
}
