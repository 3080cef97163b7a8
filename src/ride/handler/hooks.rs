//! Reports to users.

use super::{About, BoxError, StandardError};
use crate::handler::{STORE_CONTENDED, STORE_FAILED, STORE_LATE, print, write_issues};
use crate::ride::order::{Conflict, RideWarning};
use crate::ride::service::NotStored;
use crate::{Error, Issue};
use std::fmt;

/// Listeners of a [`Handler`](super::Handler). They are called in between and must not block; a panic in one counts as a panic of what
/// it is called from. By default each writes one line with ids to standard error.
pub trait Hooks: Send + Sync + 'static {
    /// Facts contradict each other. They are recorded, and somebody has to look: [`Conflict`] says what contradicts what. It ends
    /// when a query or a payment settles it.
    fn on_conflict(&self, conflicts: &[Conflict], about: &About<'_>) {
        for conflict in conflicts {
            print(about, &format_args!("conflict {}", conflict.as_str()));
        }
    }

    /// Something failed.
    fn on_error(&self, trouble: &Trouble<'_>, about: &About<'_>) {
        print(about, &trouble.kind());
    }

    /// Something deviates, and is accepted or sent all the same.
    fn on_warning(&self, warning: &Warning<'_>, about: &About<'_>) {
        print(about, warning);
    }
}

impl Hooks for StandardError {}

/// A failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble<'a> {
    /// A push was not accepted: not authenticated, or not understood. Meituan pushes it again.
    Refused(&'a Error),
    /// A function failed, panicked or is late. Whether it has acted is not known; the one that pays runs again with the same key.
    Function(&'a BoxError),
    /// The store failed, or what it gave is no order.
    Store(&'a BoxError),
    /// A push, an event or a settlement is not recorded. If it is a push, Meituan pushes it again.
    NotStored(NotStored),
    /// Meituan has refused a call.
    Rejected(&'a Error),
    /// A call has no reply that can be read. Whether it took effect is not known; a query finds out.
    Call(&'a BoxError),
}

impl Trouble<'_> {
    /// Returns what failed, without anything that the user's own code has said.
    fn kind(&self) -> String {
        match self {
            Trouble::Refused(error) => format!("refused: {}", error.code),
            Trouble::Function(_) => "the function failed".to_owned(),
            Trouble::Store(_) => STORE_FAILED.to_owned(),
            Trouble::NotStored(why) => format!("not recorded: {why}"),
            Trouble::Rejected(error) => {
                let code = error.remote.as_ref().map(|remote| remote.code.to_string());
                format!("Meituan replied {}", code.unwrap_or_default())
            }
            Trouble::Call(_) => "the call has no reply".to_owned(),
        }
    }
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Refused(error) | Trouble::Rejected(error) => write!(f, "{}: {error}", self.kind()),
            Trouble::Function(error) | Trouble::Store(error) | Trouble::Call(error) => write!(f, "{}: {error}", self.kind()),
            Trouble::NotStored(_) => f.write_str(&self.kind()),
        }
    }
}

/// Deviations.
#[derive(Debug)]
#[non_exhaustive]
pub enum Warning<'a> {
    /// In a push.
    Push(&'a [Issue]),
    /// In a call of ours.
    Call(&'a [Issue]),
    /// In Meituan's reply to one.
    Reply(&'a [Issue]),
    /// In what is recorded of an order.
    Report(RideWarning),
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Push(issues) => write_issues(f, "push", issues),
            Warning::Call(issues) => write_issues(f, "call", issues),
            Warning::Reply(issues) => write_issues(f, "reply", issues),
            Warning::Report(report) => f.write_str(report.as_str()),
        }
    }
}

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotStored::Failed => STORE_FAILED,
            NotStored::Late => STORE_LATE,
            NotStored::Contended => STORE_CONTENDED,
        })
    }
}

impl std::error::Error for NotStored {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_trouble_has_nothing_that_the_users_own_code_has_said() {
        let error: BoxError = "postgres://user:password@database".into();
        for trouble in [Trouble::Function(&error), Trouble::Store(&error), Trouble::Call(&error)] {
            assert!(!trouble.kind().contains("password"));
            assert!(trouble.to_string().contains("password"), "hooks of the user's get all of it");
        }
    }
}
