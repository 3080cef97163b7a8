//! Runtimes for the work of a handler: tasks, a clock, pauses.

use crate::time::{Now, Timestamp};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

/// The time that steady clocks count from.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The runtime of a handler: [`Tokio`] (feature `tokio`), [`Threads`](super::Threads), or your own.
pub trait Runtime: Send + Sync + 'static {
    /// Runs this to its end, beside the caller.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static);

    /// Ends after so long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Returns the time; by default by the system's clocks.
    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let milliseconds = |time: Duration| Timestamp(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        Now { wall: milliseconds(wall), steady: milliseconds(BEGAN.elapsed()) }
    }

    /// Returns a random number, so that those who lost together do not come back together. It guards nothing.
    fn random(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

/// Tokio's runtime, the one that the handler is called from.
#[cfg(feature = "tokio")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Runtime for Tokio {
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
