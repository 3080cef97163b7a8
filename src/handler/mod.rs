//! The common part of the handlers of both APIs: stores, runtimes for tasks, and the settler of all that is due. It decides
//! nothing.
//!
//! `store` is a database of the user's, `settling` does all that is due, `work` has tasks and time limits, `runtime` and `threads` run
//! tasks and have the clocks, `channel` is between tasks.

mod channel;
mod runtime;
mod settling;
mod store;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
pub(crate) mod work;

pub(crate) use channel::{oneshot, within};
pub use runtime::Runtime;
#[cfg(feature = "tokio")]
pub use runtime::Tokio;
pub use settling::Settled;
pub(crate) use settling::{Settles, settle_all, settle_forever};
pub use store::{DueStore, MemoryStore, OrderKey, SaveOrder, Store, StoredOrder};
#[cfg(not(target_arch = "wasm32"))]
pub use threads::{Threads, block_on};

use crate::Issue;
use crate::message::Id;
use std::fmt;
use std::pin::Pin;

/// An error of the user's own.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// HTTP status and body of a response.
pub(crate) type Responded = (u16, Vec<u8>);

/// A function of the user's.
pub(crate) type Function<Input, Output> = dyn Fn(Input) -> BoxFuture<Result<Output, BoxError>> + Send + Sync;

/// The subject of a report: ids only, never credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct About<'a, Key = Id> {
    /// The key of the order: Meituan's number, as far as it is known.
    pub order_id: Option<Key>,
    /// The call, push or notice, by name.
    pub call: Option<&'a str>,
    /// The attempt's or payment's idempotency key, or the notice's id.
    pub key: Option<&'a str>,
}

impl<Key: fmt::Display> fmt::Display for About<'_, Key> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = self.order_id.as_ref().map(|id| format!("order {id}"));
        let parts = [order.as_deref(), self.call, self.key];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// Hooks as they are by default: one line with ids to standard error.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandardError;

/// One line, with ids alone.
pub(crate) fn print(about: &dyn fmt::Display, what: &dyn fmt::Display) {
    eprintln!("meituan-protocol: {about}: {what}");
}

/// Deviations, by rule and path.
pub(crate) fn write_issues(f: &mut fmt::Formatter<'_>, what: &str, issues: &[Issue]) -> fmt::Result {
    f.write_str(what)?;
    issues.iter().try_for_each(|issue| write!(f, " {} at {}", issue.rule.unwrap_or(issue.code.as_str()), issue.path))
}

/// The sentence about a store that did not save it.
pub(crate) const STORE_FAILED: &str = "the store failed";
pub(crate) const STORE_LATE: &str = "the store has not ended in time";
pub(crate) const STORE_CONTENDED: &str = "others have saved the order first each time";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_about_is_ids_alone() {
        let about = About { order_id: Some(Id(7)), call: Some("orderPay"), key: Some("orderPay:7") };
        assert_eq!(about.to_string(), "order 7, orderPay, orderPay:7");
        assert_eq!(About::<Id>::default().to_string(), "");
    }
}
