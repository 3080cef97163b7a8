//! How far a job is: the answer to a call of Meituan's, and what is due.

use crate::ticket::order::{AttemptEnded, Event, Outcome, TimePassed};
use crate::time::Timestamp;
use std::time::Duration;

/// The pauses while somebody else is at it double from and to these.
pub(super) const BUSY_PAUSES: [i64; 2] = [20, 500];

/// How far the answer to a call is.
#[derive(Debug)]
pub(super) struct Answering {
    pub(super) deadline: Timestamp,
    /// When the function counts as late.
    pub(super) late: Timestamp,
    pub(super) phase: AnsweringPhase,
    /// How long to wait next when somebody else is at it.
    pub(super) pause: i64,
    /// The key of the function that was run.
    pub(super) key: String,
    /// The store has failed to take how it ended.
    pub(super) has_failed: bool,
    /// It has waited for somebody else.
    pub(super) has_waited: bool,
}

/// The event that is applied to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnsweringPhase {
    /// The call.
    Call,
    /// How the function ended.
    Ended,
    /// That nobody knows how it ended: late, or not recorded.
    Unknown,
}

impl Answering {
    pub(super) fn new(deadline: Timestamp, grace: Duration) -> Self {
        let late = deadline - grace;
        let (phase, pause) = (AnsweringPhase::Call, BUSY_PAUSES[0]);
        Answering { deadline, late, phase, pause, key: String::new(), has_failed: false, has_waited: false }
    }

    pub(super) fn ended(&mut self, end: AttemptEnded) -> AttemptEnded {
        self.phase = AnsweringPhase::Ended;
        AttemptEnded { key: self.key.clone(), ..end }
    }

    pub(super) fn unknown(&mut self) -> AttemptEnded {
        self.phase = AnsweringPhase::Unknown;
        AttemptEnded { key: self.key.clone(), outcome: Outcome::UNKNOWN, ..AttemptEnded::default() }
    }
}

/// How far what is due is done.
#[derive(Debug)]
pub(super) struct Settling {
    pub(super) can_send: bool,
    pub(super) phase: SettlingPhase,
    /// The next phase once this one is saved, or has nothing to save.
    pub(super) then: Option<Next>,
    /// The keys of the functions that broke off and are not taken over yet, the next one last.
    pub(super) keys: Vec<String>,
    /// The key of the function that was run last.
    pub(super) key: String,
}

/// The event that is applied to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SettlingPhase {
    /// That time has passed.
    Begun,
    /// That a function is taken over.
    TakingOver,
    /// How it ended.
    Ended,
    /// That notices are claimed.
    Claiming,
    /// That time has passed, once more, to know what is due next.
    Last,
}

/// The step after a phase.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// The next function that broke off; after the last one, notices.
    Task,
    /// Notices.
    Notices,
    Last,
}

impl Settling {
    pub(super) fn new(can_send: bool) -> Self {
        Settling { can_send, phase: SettlingPhase::Begun, then: None, keys: Vec::new(), key: String::new() }
    }

    pub(super) fn ended(&mut self, end: AttemptEnded) -> AttemptEnded {
        self.phase = SettlingPhase::Ended;
        AttemptEnded { key: self.key.clone(), ..end }
    }

    /// The function goes on, and its end is recorded when it comes.
    pub(super) fn late(&mut self) {
        self.then = Some(Next::Task);
    }

    /// Others may be due now, such as those that waited for a pay notice.
    pub(super) fn sent(&mut self) {
        self.then = Some(Next::Notices);
    }

    /// The phase was not saved: it is decided again.
    pub(super) fn repeat(&mut self) {
        self.then = None;
    }
}

/// If nobody sends, notices end by their age alone.
pub(super) fn time_passed(can_send: bool) -> Event {
    TimePassed { without_sender: (!can_send).then_some(true) }.into()
}
