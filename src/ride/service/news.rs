//! What somebody should hear of once an order is saved.

use super::{Conflict, Input, RideOrder, RideWarning};
use crate::tried::Told;

/// What somebody should hear of once an order is saved.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The conflicts that are new.
    pub conflicts: Vec<Conflict>,
    /// What deviates in what was applied.
    pub warnings: Vec<RideWarning>,
}

impl crate::tried::News for News {
    type Order = RideOrder;

    /// Of a warning nothing is stored.
    fn is_stored_in(&self, order: &RideOrder) -> bool {
        let kinds = order.conflict_kinds();
        self.conflicts.iter().all(|kind| kinds.contains(kind))
    }
}

impl Input {
    pub(super) fn told(&self) -> Told<'_, RideOrder> {
        match self {
            Input::Conflict => Told::Second,
            Input::StoreFailed | Input::StoreLate => Told::Unknown,
            Input::Loaded(order) => Told::Loaded(order.as_ref()),
            _ => Told::Saved,
        }
    }
}
