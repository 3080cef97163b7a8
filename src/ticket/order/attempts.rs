//! Attempts: which functions run, with which keys, and who may run them again.

use super::{Answer, Attempt, AttemptEnded, Change, Kind, Order, Outcome, Reason, Reply, Run, Said, Settings};
use super::{digits, joined};
use crate::message::RawJson;
use crate::ticket::{Call, ORDER_CREATE, ORDER_PAY, ORDER_REFUND, ORDER_RESCHEDULE};
use crate::time::Timestamp;

const CREATE_LEASE: Timestamp = Timestamp(20_000);
const LEASE: Timestamp = Timestamp(60_000);

impl Attempt {
    /// When a repeat may run the function again.
    pub fn lease_ends(&self, settings: &Settings) -> Timestamp {
        let lease = match self.call == ORDER_CREATE.name || self.call == ORDER_RESCHEDULE.name {
            true => settings.create_lease.unwrap_or(CREATE_LEASE),
            false => settings.lease.unwrap_or(LEASE),
        };
        Timestamp(if self.started_at.0 == 0 { 0 } else { self.started_at.0.saturating_add(lease.0) })
    }
}

/// Returns the attempts that somebody should take over now, without a call of Meituan's: their functions broke off, or are owed.
pub fn broken_off<'o>(order: &'o Order, settings: &'o Settings, now: Timestamp) -> impl Iterator<Item = &'o Attempt> {
    open_attempts(order).filter(move |attempt| attempt.lease_ends(settings) <= now)
}

/// The attempts whose function can run again without Meituan's call.
pub(super) fn open_attempts(order: &Order) -> impl Iterator<Item = &Attempt> {
    order.attempts.iter().filter(|attempt| attempt.request.is_some())
}

impl Change<'_> {
    pub(super) fn key(&self, call: &Call, subject: &str, earlier: u32) -> String {
        let mut key = joined(&[call.name, ":", &digits(self.order.order_id.0)]);
        if !subject.is_empty() {
            key.push(':');
            key.push_str(subject);
        }
        if earlier > 0 {
            key.push('#');
            key.push_str(&digits(u64::from(earlier) + 1));
        }
        key
    }

    pub(super) fn attempt(&self, call: &Call, subject: &str) -> Option<usize> {
        let of = |attempt: &Attempt| attempt.call == call.name && attempt.subject.as_deref().unwrap_or_default() == subject;
        self.order.attempts.iter().position(of)
    }

    /// Reserves the order for a function.
    pub(super) fn begin(&mut self, call: &Call, subject: &str, earlier: u32, request: Option<RawJson>) -> Said {
        let key = self.key(call, subject, earlier);
        self.order.attempts.push(Attempt {
            call: call.name.into(),
            key: key.clone(),
            subject: Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
            started_at: self.now,
            request,
        });
        (Kind::Moved, Answer::Run(Run { call: call.name.into(), key, request: None }))
    }

    /// Runs the function of an open attempt again, if there is one whose lease has run out.
    pub(super) fn run_again(&mut self, call: &Call, subject: &str) -> Option<Said> {
        let index = self.attempt(call, subject)?;
        let attempt = self.order.attempts.get_mut(index)?;
        if attempt.lease_ends(self.settings) > self.now {
            return None;
        }
        attempt.started_at = self.now;
        Some((Kind::Moved, Answer::Run(Run { call: attempt.call.clone(), key: attempt.key.clone(), request: None })))
    }

    pub(super) fn end(&mut self, call: &Call, subject: &str) {
        if let Some(index) = self.attempt(call, subject) {
            self.order.attempts.remove(index);
        }
    }

    /// The function of a call has ended. Where its attempt is no longer open (taken over and ended before, or the order
    /// was closed), only what it has done is a fact; that it refused, or does not know, is older than what is known.
    pub(super) fn attempt_ended(&mut self, end: &AttemptEnded) -> Said {
        let open = self.order.attempts.iter().find(|attempt| attempt.key == end.key);
        let is_open = open.is_some();
        let (call, subject) = match open {
            Some(attempt) => (attempt.call.clone(), attempt.subject.clone().unwrap_or_default()),
            None => match self.parse_key(&end.key) {
                Some(parsed) => parsed,
                None => return self.illegal(Reason::UnknownAttempt),
            },
        };
        if !is_open && end.outcome != Outcome::DONE {
            return (Kind::Stale, self.truth(&call, &subject));
        }
        if call == ORDER_CREATE.name {
            self.create_ended(end)
        } else if call == ORDER_PAY.name {
            self.pay_ended(end)
        } else if call == ORDER_REFUND.name {
            self.refund_ended(end, &subject)
        } else if call == ORDER_RESCHEDULE.name {
            self.reschedule_ended(end, &subject)
        } else {
            self.message_ended(end, &call)
        }
    }

    /// The call and subject of a key of this order.
    fn parse_key(&self, key: &str) -> Option<(String, String)> {
        let (call, rest) = key.split_once(':')?;
        let rest = rest.strip_prefix(digits(self.order.order_id.0).as_str())?;
        Call::named(call)?;
        let subject = rest.strip_prefix(':').unwrap_or_default();
        (rest.is_empty() || rest.starts_with([':', '#'])).then(|| (call.to_owned(), subject.to_owned()))
    }

    /// What a call is replied now.
    fn truth(&mut self, call: &str, subject: &str) -> Answer {
        if call == ORDER_CREATE.name {
            self.truth_of_create()
        } else if call == ORDER_PAY.name {
            self.truth_of_pay()
        } else if call == ORDER_REFUND.name {
            self.truth_of_refund(subject)
        } else if call == ORDER_RESCHEDULE.name {
            self.truth_of_reschedule(subject)
        } else {
            Reply::success(None)
        }
    }

    /// Somebody takes over without a call that waits: the result goes by notice.
    pub(super) fn take_over(&mut self, key: &str) -> Said {
        let open = self.order.attempts.iter_mut().find(|attempt| attempt.key == key && attempt.request.is_some());
        let Some(attempt) = open else { return self.illegal(Reason::UnknownAttempt) };
        if attempt.lease_ends(self.settings) > self.now {
            return (Kind::Stale, Answer::Busy);
        }
        attempt.started_at = self.now;
        let run = Run { call: attempt.call.clone(), key: attempt.key.clone(), request: attempt.request.clone() };
        let subject = attempt.subject.clone().unwrap_or_default();
        if run.call == ORDER_PAY.name {
            self.order.issuing_told = Some(true);
        } else if run.call == ORDER_REFUND.name
            && let Some(refund) = self.order.refunds.iter_mut().find(|refund| refund.refund_id == subject)
        {
            refund.told = Some(true);
        }
        (Kind::Moved, Answer::Run(run))
    }
}
