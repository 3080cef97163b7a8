//! Work of the user's: tasks of their own, and waiting for them no longer than a time limit.

use super::channel::{Receiver, oneshot, within};
use super::{BoxError, Runtime};
use crate::time::Timestamp;
use std::time::Duration;

/// Errors for a store that panicked, and for work that was too slow.
pub(crate) const PANICKED: &str = "it panicked";
pub(crate) const TOO_LONG: &str = "it took too long";

/// Runs this beside, to its end.
pub(crate) fn task<T: Send + 'static>(runtime: &impl Runtime, work: impl Future<Output = T> + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = oneshot();
    runtime.spawn(async move {
        // Nobody may wait any more.
        let _ = sender.send(work.await);
    });
    receiver
}

/// Ends then, by the steady clock.
pub(crate) fn until(runtime: &impl Runtime, end: Timestamp) -> impl Future<Output = ()> + Send {
    runtime.sleep(milliseconds(end.0.saturating_sub(runtime.now().steady.0)))
}

/// A random pause between these, in milliseconds.
pub(crate) async fn pause(runtime: &impl Runtime, min: i64, max: i64) {
    let more = u64::try_from(max.saturating_sub(min)).unwrap_or_default();
    runtime.sleep(milliseconds(min) + Duration::from_millis(runtime.random() % more.saturating_add(1))).await;
}

pub(crate) fn milliseconds(count: i64) -> Duration {
    Duration::from_millis(u64::try_from(count).unwrap_or_default())
}

/// The reason why a request to the store has no result.
#[derive(Debug)]
pub(crate) enum Missing {
    /// It failed.
    Failed(BoxError),
    /// The limit was first.
    Late,
}

/// The store's answer, if it was in time.
pub(crate) async fn stored<T: Send + 'static>(
    runtime: &impl Runtime,
    work: impl Future<Output = Result<T, BoxError>> + Send + 'static,
    end: Timestamp,
) -> Result<T, Missing> {
    let mut working = task(runtime, work);
    match within(until(runtime, end), &mut working).await {
        Some(Some(Ok(value))) => Ok(value),
        Some(Some(Err(error))) => Err(Missing::Failed(error)),
        Some(None) => Err(Missing::Failed(PANICKED.into())),
        None => Err(Missing::Late),
    }
}

/// The result of work that somebody waits for.
#[derive(Debug)]
pub(crate) enum Waited<T> {
    Ended(T),
    Panicked,
    /// It goes on.
    Late,
}

/// Runs this beside, and waits for it until the limit. One that is late goes on, and `late` gets its result.
pub(crate) async fn awaited<T: Send + 'static, L: Future<Output = ()> + Send>(
    runtime: &impl Runtime,
    work: impl Future<Output = T> + Send + 'static,
    limit: impl Future<Output = ()>,
    late: impl FnOnce(T) -> L + Send + 'static,
) -> Waited<T> {
    let (sender, mut working) = oneshot();
    runtime.spawn(async move {
        if let Err(value) = sender.send(work.await) {
            late(value).await;
        }
    });
    match within(limit, &mut working).await {
        Some(Some(value)) => Waited::Ended(value),
        Some(None) => Waited::Panicked,
        None => working.close().map_or(Waited::Late, Waited::Ended),
    }
}
