//! How often Meituan may be called: each interface for itself, for all orders of the account together.
//!
//! The limit of a minute is counted call by call. That of a day is shared out evenly: each call uses its part of the
//! time, and calls may be ahead of that by [`AHEAD`], so that a busy hour is no hour of waiting. In any 24 hours there are
//! then no more than (24 h + [`AHEAD`]) / [`CALL_SHARE`] calls, which is the limit.

use super::facts::*;
use super::times::{MINUTE, later};
use crate::time::Timestamp;

/// How many calls of one interface Meituan accepts in a minute (公共参数说明), for all orders together.
pub const MAX_CALLS_A_MINUTE: usize = 100;
/// How many it accepts in a day.
pub const MAX_CALLS_A_DAY: usize = 100_000;

const DAY: i64 = 24 * 60 * MINUTE;
/// How far calls may be ahead of their even distribution, ms.
const AHEAD: i64 = 60 * MINUTE;
/// The part of the time that one call uses, ms.
const CALL_SHARE: i64 = (DAY + AHEAD) / MAX_CALLS_A_DAY as i64;

impl RideCalls {
    /// Remembers a call; those that the limit of a minute does not count any more are forgotten.
    pub fn record(&mut self, call: Call, now: Timestamp) {
        let share = self.share();
        let place = self.calls.iter().position(|recent| recent.call == call).unwrap_or_else(|| {
            self.calls.push(RecentCalls { call, ..RecentCalls::default() });
            self.calls.len() - 1
        });
        let recent = &mut self.calls[place];
        recent.times.retain(|&time| later(time, MINUTE) > now);
        recent.times.push(now);
        recent.busy_until = Some(later(recent.busy_until.unwrap_or(now).max(now), share));
    }

    /// From when on the call may be made; `None` where it may be made now. With more processes than the calls of a minute,
    /// which cannot be shared out, it is never.
    pub fn free_at(&self, call: Call, now: Timestamp) -> Option<Timestamp> {
        if self.parts() as usize > MAX_CALLS_A_MINUTE {
            return Some(Timestamp(i64::MAX));
        }
        let recent = || self.calls.iter().filter(|recent| recent.call == call);
        // Once the first of as many as are allowed has left the time that they count for, one fits in.
        let leaves = |max: usize, length: i64| {
            let (mut count, mut first) = (0, None::<Timestamp>);
            for time in recent().flat_map(|recent| &recent.times).map(|&time| later(time, length)).filter(|&time| time > now) {
                count += 1;
                first = Some(first.unwrap_or(time).min(time));
            }
            first.filter(|_| count >= max / self.parts() as usize)
        };
        let busy_until = recent().filter_map(|recent| recent.busy_until).max();
        let evenly = busy_until.map(|busy| later(busy, self.share() - AHEAD)).filter(|&free| free > now);
        leaves(MAX_CALLS_A_MINUTE, MINUTE).max(leaves(MAX_CALLS_A_DAY, DAY)).max(evenly)
    }

    /// The time until each open order had a call of one interface.
    pub(super) fn turn(&self) -> i64 {
        i64::from(self.open_orders.unwrap_or_default()).saturating_mul(self.share())
    }

    fn share(&self) -> i64 {
        i64::from(self.parts()).saturating_mul(CALL_SHARE)
    }

    fn parts(&self) -> u32 {
        self.processes.unwrap_or_default().max(1).unsigned_abs()
    }
}
