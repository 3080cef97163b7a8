//! The saves that a job has tried. A save that is reported as failed, or as a conflict, may have been the one that is stored:
//! the event is then known already, and another try finds nothing new in it. Its news are reported all the same.

use std::sync::Arc;

/// Reports that are due once the order is saved.
pub(crate) trait News {
    type Order;

    /// Whether the order that is stored has them. If nobody can see that, it counts as so.
    fn is_stored_in(&self, order: &Self::Order) -> bool;
}

/// The result of the last step, as far as saving is concerned.
pub(crate) enum Reported<'o, Order> {
    /// The store reports a conflict.
    Second,
    /// The store failed, or was late: it may be stored later still.
    Unknown,
    /// The order is loaded.
    Loaded(Option<&'o Order>),
    /// Something else.
    Saved,
}

#[derive(Debug)]
pub(crate) struct SaveAttempts<N> {
    /// With the last step.
    last: Option<Arc<N>>,
    /// Somebody else is said to have been first. It may have been this very job, which the next load shows.
    contended: Option<Arc<N>>,
}

impl<N> Default for SaveAttempts<N> {
    fn default() -> Self {
        SaveAttempts { last: None, contended: None }
    }
}

impl<N: News> SaveAttempts<N> {
    /// Returns what is stored, or may be: twice is better than never.
    pub(crate) fn reported(&mut self, reported: Reported<'_, N::Order>) -> Option<Arc<N>> {
        let last = self.last.take();
        match reported {
            Reported::Saved => None,
            Reported::Second => {
                self.contended = last;
                None
            }
            Reported::Unknown => last,
            Reported::Loaded(order) => self.contended.take().filter(|news| order.is_some_and(|order| news.is_stored_in(order))),
        }
    }

    /// Keeps what the next step saves, or says what nobody will look for after the last one.
    pub(crate) fn keep(&mut self, heard: Option<Arc<N>>, saves: Option<&Arc<N>>, is_done: bool) -> Option<Arc<N>> {
        self.last = saves.cloned();
        if is_done { heard.or(self.contended.take()) } else { heard }
    }
}
