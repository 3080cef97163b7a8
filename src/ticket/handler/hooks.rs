//! Reports to users.

use super::{About, BoxError, StandardError};
use crate::handler::{STORE_CONTENDED, STORE_FAILED, STORE_LATE, print, write_issues};
use crate::ticket::NoticeReply;
use crate::ticket::order::{Conflict, Notice, Report};
use crate::ticket::service::NoReply;
use crate::{Error, Issue};
use std::fmt;

/// Listeners of a [`Handler`](super::Handler). The handler calls them between its steps, so they must not block. A panic in one counts
/// as a panic of the step that calls it. By default each writes one line with ids to standard error.
pub trait Hooks: Send + Sync + 'static {
    /// Facts contradict each other. They are recorded, and somebody has to look: [`Conflict::breach`] says what is wrong, and the
    /// event [`ConflictResolved`](crate::ticket::order::ConflictResolved) ends it.
    fn on_conflict(&self, conflicts: &[Conflict], about: &About<'_>) {
        for conflict in conflicts {
            print(about, &format_args!("conflict {}", conflict.id));
        }
    }

    /// Meituan has not accepted a notice for too long, and it is not sent again by itself. The event
    /// [`RetryNotice`](crate::ticket::order::RetryNotice) sends it again.
    fn on_notice_given_up(&self, notice: &Notice, about: &About<'_>) {
        print(about, &format_args!("notice given up {}", notice.id));
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
    /// A request was not accepted: not authenticated, or not understood. Meituan got a failure.
    Refused(&'a Error),
    /// A function failed or panicked. Whether it has acted is not known; one about an order runs again with the same key.
    Function(&'a BoxError),
    /// The result of a function breaks a rule. It runs again after 1, 2, 4 … minutes, ten times at most.
    Unusable(&'a Error),
    /// The store failed, or what it gave is no order.
    Store(&'a BoxError),
    /// Meituan got HTTP 503, because what is true is not known; or an event or a settlement is not recorded.
    NoReply(NoReply),
    /// A reply is not sent because it breaks a rule. Meituan got HTTP 503.
    Reply(&'a Error),
    /// A notice was not sent, or its reply cannot be read. It is sent again.
    Notice(&'a BoxError),
    /// Meituan has not accepted a notice. It is sent again.
    NotAccepted(&'a NoticeReply),
    /// The function that knows earlier calls ([`Builder::seen`](super::Builder::seen)) failed, or was late. Nothing was done, and
    /// Meituan got HTTP 503.
    Seen(&'a BoxError),
    /// A call came again, and what is stored does not say what is true of it. Nothing was done, and Meituan got HTTP 503.
    CameBefore,
}

impl Trouble<'_> {
    /// Returns what failed, without anything that the user's own code has said.
    fn kind(&self) -> String {
        match self {
            Trouble::Refused(error) => format!("refused: {}", error.code),
            Trouble::Function(_) => "the function failed".to_owned(),
            Trouble::Unusable(error) => format!("the function's result is unusable: {}", error.rule.unwrap_or(error.code.as_str())),
            Trouble::Store(_) => STORE_FAILED.to_owned(),
            Trouble::NoReply(why) => format!("no reply: {why}"),
            Trouble::Reply(error) => format!("the reply is not sent: {}", error.rule.unwrap_or(error.code.as_str())),
            Trouble::Notice(_) => "the notice is not sent".to_owned(),
            Trouble::NotAccepted(reply) => format!("Meituan replied {}", reply.code),
            Trouble::Seen(_) => "whether the call came before is not known".to_owned(),
            Trouble::CameBefore => "the call came before, and nothing is done for it again".to_owned(),
        }
    }
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Refused(error) | Trouble::Unusable(error) | Trouble::Reply(error) => write!(f, "{}: {error}", self.kind()),
            Trouble::Function(error) | Trouble::Store(error) | Trouble::Notice(error) | Trouble::Seen(error) => {
                write!(f, "{}: {error}", self.kind())
            }
            Trouble::NoReply(_) | Trouble::CameBefore => f.write_str(&self.kind()),
            Trouble::NotAccepted(reply) => write!(f, "{}: {}", self.kind(), reply.describe),
        }
    }
}

/// Deviations.
#[derive(Debug)]
#[non_exhaustive]
pub enum Warning<'a> {
    /// In what Meituan has sent.
    Request(&'a [Issue]),
    /// In a reply.
    Reply(&'a [Issue]),
    /// In a notice.
    Notice(&'a [Issue]),
    /// The order rules report it.
    Report(Report),
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Request(issues) => write_issues(f, "request", issues),
            Warning::Reply(issues) => write_issues(f, "reply", issues),
            Warning::Notice(issues) => write_issues(f, "notice", issues),
            Warning::Report(report) => f.write_str(report.id()),
        }
    }
}

impl fmt::Display for NoReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoReply::Busy => "somebody else is working at the order, and has not ended in time",
            NoReply::Unknown => "whether the function has acted is not known",
            NoReply::StoreFailed => STORE_FAILED,
            NoReply::StoreLate => STORE_LATE,
            NoReply::StoreContended => STORE_CONTENDED,
        })
    }
}

impl std::error::Error for NoReply {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_trouble_has_nothing_that_the_users_own_code_has_said() {
        let error: BoxError = "postgres://user:password@database".into();
        for trouble in [Trouble::Function(&error), Trouble::Store(&error), Trouble::Notice(&error), Trouble::Seen(&error)] {
            assert!(!trouble.kind().contains("password"));
            assert!(trouble.to_string().contains("password"), "hooks of the user's get all of it");
        }
    }
}
