//! Hints: where to look first.

use crate::{Error, ErrorCode, Text, ticket};

impl Error {
    /// The hint of the broken rule, else of the code.
    #[cfg(feature = "texts")]
    pub fn hint(&self) -> Text {
        let of_rule = self.rule.filter(|_| self.code == ErrorCode::RuleBroken).and_then(ticket::rules::hint);
        of_rule.unwrap_or_else(|| self.code.hint())
    }
}
