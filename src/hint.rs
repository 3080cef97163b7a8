//! What to look at first where something is wrong.

use crate::{Error, ErrorCode, Text, ticket};

impl Error {
    /// What to look at first: what is to be said about the broken rule, else about the code.
    #[cfg(feature = "texts")]
    pub fn hint(&self) -> Text {
        let of_rule = self.rule.filter(|_| self.code == ErrorCode::RuleBroken).and_then(ticket::rules::hint);
        of_rule.unwrap_or_else(|| self.code.hint())
    }
}
