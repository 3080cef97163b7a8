//! How long things may take, and how long they count.

use crate::time::{Timestamp, in_milliseconds};
use std::time::Duration;

/// How long an estimate can be ordered with (ride spec 2.4: 有效期10分钟).
pub const ESTIMATE_VALIDITY: Duration = Duration::from_secs(600);
/// How long to wait at least between two queries of one order, and before a call that failed is made again (our choice).
/// A call without success waits as long again as it has waited already, up to [`MAX_WAIT`].
pub const QUERY_SPACING: Duration = Duration::from_secs(3);
/// After how long a call without an answer is given up (our choice): 10 s to save that it is made, 10 s to make it, 10 s to save
/// the reply, and 60 s by which the clocks of processes may differ.
pub const REPLY_PATIENCE: Duration = Duration::from_secs(90);
/// After how long without news an order is queried, as pushes may be lost (our choice).
pub const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// The longest wait between two attempts, where few orders are open (our choice).
pub const MAX_WAIT: Duration = Duration::from_secs(600);

pub(super) const MINUTE: i64 = 60_000;

/// Whether an estimate that came `at` can be ordered with.
pub fn estimate_is_valid(at: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(at.0) < in_milliseconds(ESTIMATE_VALIDITY)
}

pub(super) fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(milliseconds))
}
