//! How long things may take, and how long they count.

use crate::time::Timestamp;

/// How long an estimate can be ordered with (ride spec 2.4: 有效期10分钟), ms.
pub const ESTIMATE_LIFE: i64 = 10 * MINUTE;
/// How long to wait at least between two queries of one order, and before a call that failed is made again, ms (our choice).
/// What stays without success waits as long again as it has waited already, up to [`MAX_WAIT`].
pub const QUERY_SPACING: i64 = 3_000;
/// After how long a call without an answer is given up, ms (our choice): 10 s to save that it is made, 10 s to make it, 10 s to save
/// the reply, and 60 s by which the clocks of processes may differ.
pub const REPLY_PATIENCE: i64 = 90_000;
/// After how long without news an order is queried, as pushes may be lost, ms (our choice).
pub const LONGEST_SILENCE: i64 = MINUTE;
/// The longest wait between two attempts, ms, where few orders are open (our choice).
pub const MAX_WAIT: i64 = 10 * MINUTE;

pub(super) const MINUTE: i64 = 60_000;

/// Whether an estimate that came `at` can be ordered with.
pub fn estimate_is_valid(at: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(at.0) < ESTIMATE_LIFE
}

pub(super) fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(milliseconds))
}
