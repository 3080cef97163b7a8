//! The next step for an order, and its time.

use super::facts::undecided::is_kind_unknown;
use super::facts::*;
use super::standing::drivers_of;
use super::standing::*;
use super::times::{LONGEST_SILENCE, MAX_WAIT, QUERY_SPACING, REPLY_PATIENCE, later};
use crate::ride::codes::CancelStep;
use crate::time::{Timestamp, in_milliseconds};
use std::time::Duration;

/// How long a submit without an answer is queried (our choice).
const SUBMIT_PATIENCE: Duration = Duration::from_secs(3600);

/// The steps that the caller can do.
#[derive(Debug, Clone, Copy)]
pub(in crate::ride) struct Abilities {
    /// Submits an order again. It needs the whole request, which the order does not have.
    pub(in crate::ride) submit: bool,
    /// Pays.
    pub(in crate::ride) pay: bool,
    /// Chooses a driver.
    pub(in crate::ride) confirm: bool,
}

impl Abilities {
    const ALL: Self = Abilities { submit: true, pay: true, confirm: true };
}

impl RideOrder {
    /// Returns the next call, and its time: `None` where nothing is left to do. `calls` are our recent ones, for all orders
    /// together: no interface is called more often than Meituan allows, and a silent order is queried the more rarely the more are
    /// open.
    pub fn next_action(&self, now: Timestamp, calls: &RideCalls) -> Option<RideNextAction> {
        self.next_within(now, calls, Abilities::ALL)
    }

    /// The same of what the caller is able to do.
    pub(in crate::ride) fn next_within(&self, now: Timestamp, calls: &RideCalls, can: Abilities) -> Option<RideNextAction> {
        let mut next = self.plan(calls, can)?;
        next.at = next.at.max(now);
        if let Some(free) = calls.free_at(next.call, now) {
            // Those who wait together do not come back together.
            next.at = next.at.max(later(free, self.share_of(calls.turn().min(in_milliseconds(MAX_WAIT)))));
        }
        Some(next)
    }

    /// A part of this time, from none to all of it: the same for the same order, and spread evenly over all orders.
    fn share_of(&self, time: i64) -> i64 {
        let number = self.mt_order_id.as_ref().or(self.channel_partner_order_id.as_ref());
        // FNV-1a; and as its last bytes change few bits, those once more over all of them.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = number.map_or(0, |number| number.bytes().fold(0xcbf2_9ce4_8422_2325, mix));
        let spread = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
        (time >> 10).saturating_mul(spread as i64) >> 10
    }

    fn plan(&self, calls: &RideCalls, can: Abilities) -> Option<RideNextAction> {
        let heard = self.heard_at.unwrap_or_default();
        let act = |call, why, at| Some(RideNextAction { call, why, at, ..RideNextAction::default() });
        let unanswered = |call, step| {
            let own = self.call(call, step).filter(|own| own.state != CallState::Answered && own.news > 0)?;
            Some(own.again_at())
        };
        let query = self.call(Call::QueryRealTimeOrder, None);
        let queried_at = query.map(|own| own.at).or(self.detail.as_ref().and_then(|detail| detail.asked_at));
        let pending = query.is_some_and(|own| own.state == CallState::Pending);
        let spacing = if pending { REPLY_PATIENCE } else { QUERY_SPACING };
        let query_at = wait_again(queried_at, self.news_at.unwrap_or(heard), spacing);
        if let Some(at) = unanswered(Call::SubmitOrder, None).filter(|_| self.mt_order_id.is_none()) {
            let since = self.call(Call::SubmitOrder, None).map_or(at, |own| own.at);
            let query_at = at.max(wait_again(queried_at, since, spacing));
            return match can.submit {
                true => act(Call::SubmitOrder, Why::OutcomeUnknown, at),
                // A submission that Meituan does not know for so long has not arrived.
                false if query_at > since + SUBMIT_PATIENCE => None,
                false => act(Call::QueryRealTimeOrder, Why::OutcomeUnknown, query_at),
            };
        }
        if !self.is_placed() && self.news == 0 {
            return None;
        }
        if let Some(at) = unanswered(Call::CancelOrder, Some(CancelStep::CONFIRM)).filter(|_| self.is_cancellable()) {
            let again = act(Call::CancelOrder, Why::OutcomeUnknown, at)?;
            return Some(RideNextAction { step: Some(CancelStep::CONFIRM), ..again });
        }
        let status = self.status();
        if is_kind_unknown(status) && !self.fee_is_paid() {
            return act(Call::QueryRealTimeOrder, Why::KindOfCancel, query_at);
        }
        if self.needs_query() {
            return act(Call::QueryRealTimeOrder, Why::News, query_at);
        }
        if self.is_final() {
            return None;
        }
        let again_at = |call| self.call(call, None).filter(|own| own.failures.is_some()).map_or(heard, OwnCall::again_at);
        // That it is paid is certain, and only that Meituan knows of it is not.
        let is_again = |price| self.is_only_to_report(price);
        if let Some(price) = self.may_pay().filter(|&price| is_again(price) || can.pay && !self.is_perhaps_paid()) {
            let why = if is_again(price) { Why::OutcomeUnknown } else { Why::Owed };
            let proposed = self.proposal(price).filter(|_| why == Why::Owed).map_or(heard, Proposal::again_at);
            let pay = act(Call::NotifyPaidResult, why, again_at(Call::NotifyPaidResult).max(heard).max(proposed))?;
            return Some(RideNextAction { price: Some(price), ..pay });
        }
        let asked_for = |what: bool| what && self.detail.as_ref().is_none_or(|detail| detail.order_status != status);
        if asked_for(self.waits_for_payment()) {
            return act(Call::QueryRealTimeOrder, Why::Amount, query_at);
        }
        let candidates = self.may_confirm();
        if !candidates.is_empty() && can.confirm {
            let driver_ids = drivers_of(&candidates);
            let confirm = act(Call::ConfirmOrder, Why::Offers, again_at(Call::ConfirmOrder).max(heard))?;
            return Some(RideNextAction { driver_ids: Some(driver_ids), ..confirm });
        }
        let driver = self.detail.as_ref().and_then(|detail| detail.driver_info.as_ref());
        if asked_for(self.driver_is_expected() && driver.is_none()) {
            return act(Call::QueryRealTimeOrder, Why::Driver, query_at);
        }
        // Half of the limit is for silent orders; the other half is left for calls that users request.
        let turn = calls.turn().saturating_mul(2);
        let in_turn = queried_at.map_or(Timestamp(0), |at| later(at, turn)).max(later(heard, self.share_of(turn)));
        let silent_until = (heard + LONGEST_SILENCE).max(wait_again(queried_at, heard, LONGEST_SILENCE));
        act(Call::QueryRealTimeOrder, Why::Silence, silent_until.max(in_turn))
    }
}

impl OwnCall {
    /// When a call that had no success may be made again.
    #[inline(never)]
    pub(super) fn again_at(&self) -> Timestamp {
        if self.state == CallState::Pending {
            return self.at + REPLY_PATIENCE;
        }
        again_after(self.at, self.failures)
    }
}

/// When to try again what had so many failures in a row: after as long again as it has been tried for.
#[inline(never)]
pub(super) fn again_after(at: Timestamp, failures: Option<i32>) -> Timestamp {
    let doublings = failures.unwrap_or(1).saturating_sub(1).clamp(0, 8);
    at + (QUERY_SPACING * (1 << doublings)).min(MAX_WAIT)
}

/// When to query again what is waited for since then: after as long a time as it has been at the last query.
#[inline(never)]
fn wait_again(queried_at: Option<Timestamp>, since: Timestamp, least: Duration) -> Timestamp {
    queried_at
        .map_or(Timestamp(0), |at| at + Duration::from_millis(at.0.saturating_sub(since.0).max(0) as u64).clamp(least, MAX_WAIT))
}
