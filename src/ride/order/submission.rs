//! Until Meituan has said its number of an order, the order is kept under ours; then under Meituan's.

use super::facts::*;
use crate::ride::pushes::OrderChanged;
use crate::time::Timestamp;

/// By so much the clocks of processes differ at most, in milliseconds.
const CLOCKS: i64 = 60_000;

impl RideOrder {
    /// Adopts the record under our own number.
    pub(in crate::ride) fn adopt(&mut self, submission: &RideOrder, mt_order_id: &String, our_number: &String, now: Timestamp) {
        // An event with other numbers is no fact of this order.
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

    /// A time from a clock that is far ahead counts as now: nothing would be done until then.
    pub(super) fn set_times_right(&mut self, now: Timestamp) -> bool {
        let mut is_wrong = false;
        let mut set_right = |at: &mut Timestamp| {
            if at.0.saturating_sub(now.0) > CLOCKS {
                (*at, is_wrong) = (now, true);
            }
        };
        self.calls.iter_mut().for_each(|own| set_right(&mut own.at));
        self.proposals.iter_mut().flatten().for_each(|known| set_right(&mut known.at));
        self.heard_at.iter_mut().for_each(&mut set_right);
        self.news_at.iter_mut().for_each(&mut set_right);
        self.detail.iter_mut().flat_map(|detail| &mut detail.asked_at).for_each(&mut set_right);
        is_wrong
    }

    /// When the next of our calls that is under way is given up.
    pub(in crate::ride) fn gives_up_at(&self) -> Option<Timestamp> {
        let pending = self.calls.iter().filter(|own| own.state == CallState::Pending);
        pending.map(OwnCall::again_at).min()
    }
}
