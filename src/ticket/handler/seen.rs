//! Whether a call came before. A signature covers method, URI and Date, and neither body nor query: two calls of one second can have the
//! same one, so that a repeat is known by its body, too.

use super::{BoxError, Runtime, Trouble};
use crate::digits::hexadecimal;
use crate::handler::Function;
use crate::handler::work::{Missing, TOO_LONG, stored};
use crate::secret::debug_shows;
use crate::ticket::ReceivedCall;
use crate::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The key by which a repeat of a call is known.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SeenCall {
    /// The signature, as it was received. While its Date is accepted it is as good as a password: keep it as one, or a hash of it.
    pub signature: String,
    /// Header `Date`, as it was received.
    pub date: String,
    /// The call's name, such as `orderPay`.
    pub call: &'static str,
    /// SHA-256 of the body as it was received, in lowercase hexadecimal digits.
    pub body_digest: String,
    /// When it was received, by the clock that does not jump.
    pub at: Timestamp,
}

debug_shows!(SeenCall { date, call, body_digest, at });

/// The hook.
pub(super) type Seen = Box<Function<SeenCall, bool>>;

pub(super) fn digest_of(body: &[u8]) -> String {
    hexadecimal(&Sha256::digest(body))
}

/// Whether the call came before; what the hook does not say in time is no answer.
pub(super) async fn was_seen<R: Runtime>(
    seen: &Seen,
    received: &ReceivedCall,
    body_digest: String,
    at: Timestamp,
    limit: Timestamp,
    runtime: &R,
) -> Result<bool, BoxError> {
    let ReceivedCall { signature, date, call, .. } = received;
    let call = SeenCall { signature: signature.clone(), date: date.clone(), call: call.name, body_digest, at };
    stored(runtime, seen(call), limit).await.map_err(|missing| match missing {
        Missing::Failed(error) => error,
        Missing::Late => TOO_LONG.into(),
    })
}

/// The report of a hook's answer that ends the call.
pub(super) fn trouble(seen: &Result<bool, BoxError>) -> Trouble<'_> {
    match seen {
        Err(error) => Trouble::Seen(error),
        Ok(_) => Trouble::CameBefore,
    }
}

/// The calls that this process has received, for as long as they can come again.
///
/// ```
/// use meituan_protocol::ticket::handler::{SeenCall, SeenInMemory};
///
/// let memory = SeenInMemory::default();
/// let call = SeenCall { call: "orderPay", ..SeenCall::default() };
/// assert!(!memory.seen(call.clone()));
/// assert!(memory.seen(call));
/// ```
pub struct SeenInMemory {
    kept: Duration,
    max: usize,
    known: Mutex<Known>,
}

debug_shows!(SeenInMemory { kept, max });

#[derive(Default)]
struct Known {
    calls: HashSet<String>,
    /// The oldest first.
    order: VecDeque<(Timestamp, String)>,
}

impl Default for SeenInMemory {
    /// 100,000 calls, each for 20 minutes: a Date is accepted 600 s before and after now.
    fn default() -> Self {
        SeenInMemory::new(Duration::from_secs(1200), 100_000)
    }
}

impl Default for SeenCall {
    fn default() -> Self {
        let [signature, date, body_digest] = [String::new(), String::new(), String::new()];
        SeenCall { signature, date, call: "", body_digest, at: Timestamp(0) }
    }
}

impl SeenInMemory {
    /// Keeps calls for that time, `max` of them at most: the oldest are forgotten first.
    pub fn new(kept: Duration, max: usize) -> Self {
        SeenInMemory { kept, max, known: Mutex::default() }
    }

    /// Whether the call came before. From now on it did.
    pub fn seen(&self, call: SeenCall) -> bool {
        let SeenCall { signature, date, call, body_digest, at } = call;
        let kept = i64::try_from(self.kept.as_millis()).unwrap_or(i64::MAX);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { calls, order } = &mut *known;
        while order.front().is_some_and(|(since, _)| at.0.saturating_sub(since.0) >= kept) {
            order.pop_front().map(|(_, key)| calls.remove(&key));
        }
        let key = [call, &date, &signature, &body_digest].join("\n");
        if !calls.insert(key.clone()) {
            return true;
        }
        order.push_back((at, key));
        if order.len() > self.max {
            order.pop_front().map(|(_, key)| calls.remove(&key));
        }
        false
    }
}
