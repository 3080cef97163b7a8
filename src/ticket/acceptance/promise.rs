//! Answers that were put off, and the notices that must follow.

use super::points::Name;
use super::report::Findings;

/// A result that was put off by 598 or 602: it must come by notice.
#[derive(Default)]
pub(super) struct Promise {
    /// The exchange in which it was put off first.
    pub(super) made: Option<u32>,
    /// The exchange in which a result came by reply, before any notice.
    pub(super) replied: Option<u32>,
    /// A notice was sent: did Meituan accept one?
    noticed: Option<bool>,
    /// Meituan decided by itself, or may have: nobody waits for a notice.
    pub(super) is_void: bool,
}

impl Promise {
    pub(super) fn notice(&mut self, name: Name, accepted: bool, found: &mut Findings) {
        self.noticed = Some(accepted || self.noticed == Some(true));
        if accepted && self.made.is_some() {
            found.shows(name);
        }
    }

    /// Whether it was kept by the end of the trace.
    #[inline(never)]
    pub(super) fn finish(&self, name: Name, found: &mut Findings) {
        if self.made.is_none() || self.is_void && self.replied.is_none() {
            return;
        }
        match (self.noticed, self.replied) {
            (Some(true), _) => {}
            (Some(false), _) => found.unchecked(name, self.made, "code", "Meituan accepted none of the notices"),
            (None, Some(_)) if self.is_void => {
                found.unchecked(name, self.replied, "code", "Meituan ended the order before a notice was sent");
            }
            (None, Some(_)) => {
                found.shows(name);
                found.fails(name, self.replied, "code", "the result came by reply, and no notice was sent");
            }
            (None, None) => found.unchecked(name, self.made, "code", "no result within the trace"),
        }
    }
}

/// Results in queries after 598 that Meituan had not been informed of: later exchanges show whether they were true.
#[derive(Default)]
pub(super) struct Early {
    pub(super) issued: Vec<u32>,
    pub(super) failed: Vec<u32>,
}

impl Early {
    /// The result is known: success or failure, or nobody's any longer. An earlier report of the same was true, or may have been.
    #[inline(never)]
    pub(super) fn settle(&mut self, is_issued: Option<bool>, found: &mut Findings) {
        let both = [(true, &mut self.issued, Name::QueryIssued), (false, &mut self.failed, Name::QueryIssuing)];
        for (says_issued, queries, name) in both {
            if is_issued.is_none_or(|is_issued| is_issued == says_issued) {
                for query in queries.drain(..) {
                    found.shows(name);
                    found.warns(name, Some(query), "body.orderStatus", "reported before the notice");
                }
            }
        }
    }

    /// The result that they said has not come by the end of the trace. `is_refunded`: Meituan had refunded all before the
    /// queries, and waits for no result.
    pub(super) fn finish(&self, is_refunded: bool, found: &mut Findings) {
        for (queries, name) in [(&self.issued, Name::QueryIssued), (&self.failed, Name::QueryIssuing)] {
            for &query in queries {
                match is_refunded {
                    true => {
                        found.unchecked(name, Some(query), "body.orderStatus", "Meituan ended the order before a notice was sent")
                    }
                    false => {
                        found.shows(name);
                        found.fails(name, Some(query), "body.orderStatus", "expected 5: 598 was answered");
                    }
                }
            }
        }
    }
}
