//! Personal data goes once it serves nothing.

use super::change::{Change, Said};
use super::{Reason, RefundState, TransitionKind};
use crate::time::Date;

/// The placeholder of a credential number.
const CLEARED: &str = "*";

impl Change<'_> {
    /// Removes the numbers of credentials. Not before the visit is over, and not while something is still to be done that needs
    /// them. Calls that repeat earlier ones are replied as before, but for these numbers.
    pub(super) fn clear_personal_data(&mut self) -> Said {
        let order = &mut self.order;
        let counts = order.counts();
        // Without a day of the visit it is over when no ticket is left.
        let is_visited = order.travel_date.map_or(counts.free == 0 && order.issued.is_some(), |day| day < Date::of(self.now));
        let is_pending = order.refunds.iter().any(|refund| refund.state == RefundState::PENDING);
        if !is_visited || is_pending || !order.attempts.is_empty() || !order.notices.is_empty() {
            return self.illegal(Reason::VisitNotOver);
        }
        let mut is_cleared = false;
        let mut clear = |credential_no: &mut String| {
            CLEARED.clone_into(credential_no);
            is_cleared = true;
        };
        let issued = order.issued.iter_mut().chain(order.kept_aside.iter_mut());
        for credential in issued.flat_map(|issued| issued.credential_list.iter_mut().flatten()) {
            clear(&mut credential.credential_no);
        }
        let entries = order.early_entries.iter_mut().flatten();
        for credential in entries.flat_map(|entry| entry.credentials.iter_mut().flatten()) {
            clear(&mut credential.credential_no);
        }
        let done = order.reschedules.iter_mut().filter_map(|reschedule| reschedule.done.as_mut());
        for voucher in done.flat_map(|done| done.credential_vouchers.iter_mut().flatten()) {
            voucher.credential_no.iter_mut().for_each(&mut clear);
        }
        // A hash of numbers can be searched for them.
        for refund in &mut order.refunds {
            refund.content = None;
        }
        for answer in order.gate_answers.iter_mut().flatten() {
            answer.content = None;
        }
        if is_cleared {
            order.personal_data_cleared_at.get_or_insert(self.now);
        }
        (TransitionKind::Duplicate, super::Answer::None)
    }
}
