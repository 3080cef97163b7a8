//! Until Meituan has said its number of an order, the order is kept under ours; then under Meituan's.

use super::facts::*;
use crate::ride::pushes::OrderChanged;
use crate::time::Timestamp;

impl RideOrder {
    /// Takes over what was recorded under our own number.
    pub(in crate::ride) fn adopt(&mut self, submission: &RideOrder, mt_order_id: &String, our_number: &String, now: Timestamp) {
        // What carries other numbers is no fact of this order.
        let _ = self.belongs(Some(mt_order_id), Some(our_number));
        self.estimated_at = self.estimated_at.max(submission.estimated_at);
        self.heard_at = self.heard_at.max(submission.heard_at);
        for &KnownEvent { event_code, event_time } in &submission.events {
            let (event_code, event_time) = (Some(event_code), Some(event_time));
            self.changed(OrderChanged { event_code, event_time, ..OrderChanged::default() }, now);
        }
        if submission.news > 0 {
            self.hear(now);
        }
    }

    /// The order where calls that had no answer for long are given up.
    pub(in crate::ride) fn aged(mut self, now: Timestamp) -> Self {
        self.give_up(now);
        self
    }

    /// When the next of our calls that is under way is given up.
    pub(in crate::ride) fn gives_up_at(&self) -> Option<Timestamp> {
        let pending = self.calls.iter().filter(|own| own.state == CallState::Pending);
        pending.map(OwnCall::again_at).min()
    }
}
