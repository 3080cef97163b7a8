//! What a job has tried to save. A save that is said to have failed, or to have come second, may have been the one that is stored:
//! the event is then known already, and whoever tries it again finds nothing new in it. Somebody hears of its news all the same.

use std::sync::Arc;

/// What somebody should hear of once it is saved.
pub(crate) trait News {
    type Order;

    /// Whether the order that is stored has them. Where nobody can see that, it counts as so.
    fn is_stored_in(&self, order: &Self::Order) -> bool;
}

/// What has become of the last step, as far as saving is concerned.
pub(crate) enum Told<'o, Order> {
    /// It is said that somebody else was first.
    Second,
    /// The store failed, or was late: it may be stored later still.
    Unknown,
    /// The order is loaded.
    Loaded(Option<&'o Order>),
    /// Something else.
    Saved,
}

#[derive(Debug)]
pub(crate) struct Tried<N> {
    /// With the last step.
    last: Option<Arc<N>>,
    /// Somebody else is said to have been first. It may have been this very job, which the next load shows.
    contended: Option<Arc<N>>,
}

impl<N> Default for Tried<N> {
    fn default() -> Self {
        Tried { last: None, contended: None }
    }
}

impl<N: News> Tried<N> {
    /// Returns what is stored, or may be: twice is better than never.
    pub(crate) fn told(&mut self, told: Told<'_, N::Order>) -> Option<Arc<N>> {
        let last = self.last.take();
        match told {
            Told::Saved => None,
            Told::Second => {
                self.contended = last;
                None
            }
            Told::Unknown => last,
            Told::Loaded(order) => self.contended.take().filter(|news| order.is_some_and(|order| news.is_stored_in(order))),
        }
    }

    /// Keeps what the next step saves, or says what nobody will look for after the last one.
    pub(crate) fn tells(&mut self, heard: Option<Arc<N>>, saves: Option<&Arc<N>>, is_done: bool) -> Option<Arc<N>> {
        self.last = saves.cloned();
        if is_done { heard.or(self.contended.take()) } else { heard }
    }
}
