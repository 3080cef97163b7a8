//! Attempts: which functions run, with which keys, and who may run them again.

use super::change::{CLOCKS, Change, Said, digits, is_ahead, joined};
use super::issuing::issued_rightly;
use super::units::{equal, sorted};
use super::{Answer, Attempt, AttemptEnded, Breach, Order, OrderReply, Outcome, Reason, Report, Run, Settings, TransitionKind};
use crate::message::{RawJson, is_blank};
use crate::ticket::{Call, ORDER_CREATE, ORDER_PAY, ORDER_REFUND, ORDER_RESCHEDULE};
use crate::time::{Timestamp, in_milliseconds};
use std::time::Duration;

const CREATE_LEASE: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(60);
/// A function whose result cannot be used, or is not known, runs again after 1, 2, 4 … minutes, up to an hour; so often.
const FIRST_PAUSE: i64 = 60_000;
const MAX_PAUSE: i64 = 3_600_000;
const MAX_UNUSABLE: u32 = 10;

impl Attempt {
    /// Returns when a repeat may run the function again.
    pub fn lease_ends(&self, settings: &Settings) -> Timestamp {
        let ends = if self.started_at.0 == 0 { 0 } else { (self.started_at + self.lease(settings)).0 };
        Timestamp(ends.max(self.next_at.unwrap_or_default().0))
    }

    fn lease(&self, settings: &Settings) -> Duration {
        match self.call == ORDER_CREATE.name || self.call == ORDER_RESCHEDULE.name {
            true => settings.create_lease.unwrap_or(CREATE_LEASE),
            false => settings.lease.unwrap_or(LEASE),
        }
    }

    /// When it is run again without a repeat: where nobody knows how it ended, its lease is longer each time.
    fn due_at(&self, settings: &Settings) -> Timestamp {
        let (lease, ends) = (in_milliseconds(self.lease(settings)), self.unusable.unwrap_or_default());
        // Its end then is a conflict, and no run.
        let is_last = ends.saturating_add(1) >= MAX_UNUSABLE;
        let longer = if self.has_no_end() && !is_last { doubled(lease, ends) } else { 0 };
        self.lease_ends(settings).max(Timestamp(self.started_at.0.saturating_add(longer)))
    }

    /// Whether it was started, and nobody knows how that has ended: it hangs, has thrown, or its process is gone.
    fn has_no_end(&self) -> bool {
        self.started_at.0 != 0 && self.next_at.is_none()
    }

    /// Whether it broke off. One that began more than a lease in the future was begun by a clock that is wrong.
    fn has_run_out(&self, settings: &Settings, now: Timestamp) -> bool {
        self.lease_ends(settings) <= now || self.is_ahead(settings, now)
    }

    fn is_ahead(&self, settings: &Settings, now: Timestamp) -> bool {
        is_ahead(self.started_at, now, in_milliseconds(self.lease(settings)).saturating_sub(CLOCKS).max(0))
    }

    /// Times that a clock has written which is wrong: its lease has run out, and it may run.
    pub(super) fn set_right(&mut self, settings: &Settings, now: Timestamp) {
        if self.is_ahead(settings, now) {
            self.started_at = (now - self.lease(settings)).max(Timestamp(1));
        }
        if self.next_at.is_some_and(|at| is_ahead(at, now, MAX_PAUSE)) {
            self.next_at = Some(now);
        }
    }

    /// Whether it has ended too often with nothing that can be used: only a call of Meituan's or a person runs it again.
    fn is_stuck(&self) -> bool {
        self.unusable.is_some_and(|times| times >= MAX_UNUSABLE)
    }
}

/// This long, twice as long each time, up to an hour.
fn doubled(first: i64, times: u32) -> i64 {
    first.saturating_mul(1 << times.min(10)).min(MAX_PAUSE.max(first))
}

/// Returns the attempts that somebody should take over now, without a call of Meituan's: their functions broke off, or are owed.
pub fn broken_off<'o>(order: &'o Order, settings: &'o Settings, now: Timestamp) -> impl Iterator<Item = &'o Attempt> {
    open_attempts(order).filter(move |attempt| attempt.due_at(settings) <= now || attempt.is_ahead(settings, now))
}

/// When the first of them is next to be taken over.
pub(super) fn next_run(order: &Order, settings: &Settings) -> Option<Timestamp> {
    open_attempts(order).map(|attempt| attempt.due_at(settings)).min()
}

/// The attempts whose function can run again without Meituan's call.
fn open_attempts(order: &Order) -> impl Iterator<Item = &Attempt> {
    order.attempts.iter().filter(|attempt| attempt.request.is_some() && !attempt.is_stuck())
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
            ..Attempt::default()
        });
        (TransitionKind::Moved, Answer::Run(Run { call: call.name.into(), key, request: None }))
    }

    /// Runs the function of an open attempt again, if there is one whose lease has run out.
    pub(super) fn run_again(&mut self, call: &Call, subject: &str) -> Option<Said> {
        let index = self.attempt(call, subject)?;
        let attempt = self.order.attempts.get(index)?;
        if !attempt.has_run_out(self.settings, self.now) {
            return None;
        }
        let run = Run { call: attempt.call.clone(), key: attempt.key.clone(), request: None };
        self.start_again(&run.key);
        Some((TransitionKind::Moved, Answer::Run(run)))
    }

    pub(super) fn end(&mut self, call: &Call, subject: &str) {
        if let Some(index) = self.attempt(call, subject) {
            self.order.attempts.remove(index);
        }
    }

    /// The same of many subjects.
    pub(super) fn end_all(&mut self, call: &Call, subjects: &[String]) {
        let ended = sorted(subjects.iter().map(|subject| (subject.as_str(), 0)));
        let is_of = |attempt: &Attempt| attempt.call == call.name;
        self.order
            .attempts
            .retain(|attempt| !is_of(attempt) || equal(&ended, attempt.subject.as_deref().unwrap_or_default()).is_empty());
    }

    /// The function of a call has ended. If its attempt is no longer open (taken over and ended before, or the order
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
        let wrong = if end.outcome == Outcome::DONE { self.wrong_result(&call, &subject, end) } else { None };
        let is_unusable = wrong.is_some() || end.outcome == Outcome::UNUSABLE;
        if !is_open && (is_unusable || end.outcome != Outcome::DONE) {
            let is_perhaps_done = is_unusable || end.outcome == Outcome::UNKNOWN;
            if is_perhaps_done && (call == ORDER_CREATE.name || call == ORDER_PAY.name) {
                // Perhaps after the closing call's function has looked.
                self.owe_closing();
            }
            return (TransitionKind::Stale, self.truth(&call, &subject));
        }
        if is_unusable {
            self.unusable(&end.key);
            let truth = self.truth(&call, &subject);
            if wrong.is_some() {
                self.report(Report::FunctionResultUnusable);
                self.reason = wrong;
            }
            return (TransitionKind::Moved, truth);
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

    /// Why what the function returned is not what it has done for this call.
    fn wrong_result(&self, call: &str, subject: &str, end: &AttemptEnded) -> Option<Reason> {
        let AttemptEnded { created, paid, refunded, rescheduled, .. } = end;
        // Which order and subject it names, and whether it says what was done.
        let (order_id, named, is_right, reason) = if call == ORDER_CREATE.name {
            let is_right = created.as_ref().is_some_and(|created| !is_blank(&created.partner_order_id));
            (created.as_ref().and_then(|created| created.order_id), "", is_right, Reason::BlankNumber)
        } else if call == ORDER_PAY.name {
            let is_right = paid.as_ref().is_some_and(|paid| issued_rightly(paid, self.order.quantity));
            (paid.as_ref().map(|paid| paid.order_id), "", is_right, Reason::WrongCodes)
        } else if call == ORDER_REFUND.name {
            let named = refunded.as_ref().map_or("", |refunded| refunded.refund_id.as_str());
            (refunded.as_ref().map(|refunded| refunded.order_id), named, true, Reason::OtherOrder)
        } else if call == ORDER_RESCHEDULE.name {
            let is_right = rescheduled.as_ref().is_some_and(|done| self.is_rescheduled_rightly(done));
            let named = rescheduled.as_ref().map_or("", |done| done.reschedule_no.as_str());
            (rescheduled.as_ref().map(|done| done.order_id), named, is_right, Reason::WrongCodes)
        } else {
            return None;
        };
        let number = match (paid, refunded) {
            (Some(paid), _) => &paid.partner_order_id,
            (_, Some(refunded)) => &refunded.partner_order_id,
            _ => "",
        };
        let is_its = order_id.is_none_or(|order_id| self.order.is_named_by(order_id))
            && (is_blank(named) || named == subject)
            && self.order.is_numbered(number);
        match is_its {
            true => Some(reason).filter(|_| !is_right),
            false => Some(Reason::OtherOrder),
        }
    }

    /// Its function is started once more. That nobody knows how it ended before is one more end that cannot be used.
    fn start_again(&mut self, key: &str) {
        if self.order.attempts.iter().any(|attempt| attempt.key == key && attempt.has_no_end()) {
            self.report(Report::FunctionBrokeOff);
            self.unusable(key);
        }
        if let Some(attempt) = self.order.attempts.iter_mut().find(|attempt| attempt.key == key) {
            (attempt.started_at, attempt.next_at) = (self.now, None);
        }
    }

    /// Functions that have had no end so often that they are not run again: somebody has to look.
    pub(super) fn flag_endless(&mut self) {
        let (settings, now) = (self.settings, self.now);
        let is_over = |attempt: &&Attempt| {
            let is_last = attempt.unusable.is_some_and(|times| times + 1 == MAX_UNUSABLE);
            is_last && attempt.request.is_some() && attempt.has_no_end() && attempt.due_at(settings) <= now
        };
        while let Some(key) = self.order.attempts.iter().find(is_over).map(|attempt| attempt.key.clone()) {
            self.unusable(&key);
        }
    }

    /// The function's result breaks a rule: it runs again later, and in the end somebody has to look.
    fn unusable(&mut self, key: &str) {
        let now = self.now;
        let Some(attempt) = self.order.attempts.iter_mut().find(|attempt| attempt.key == key) else { return };
        let times = attempt.unusable.unwrap_or_default().saturating_add(1);
        // After the last one Meituan's call or a person runs it again, and need not wait.
        let pause = if times < MAX_UNUSABLE { doubled(FIRST_PAUSE, times - 1) } else { 0 };
        let next = now.0.saturating_add(pause);
        (attempt.unusable, attempt.next_at) = (Some(times), Some(Timestamp(next)));
        if times >= MAX_UNUSABLE {
            self.flag(Breach::FunctionUnusable, key, &["the rules of its reply"]);
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

    /// The reply to a call now.
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
            OrderReply::success(None)
        }
    }

    /// Somebody takes over without a call that waits: the result goes by notice.
    pub(super) fn take_over(&mut self, key: &str) -> Said {
        let open = self.order.attempts.iter().find(|attempt| attempt.key == key && attempt.request.is_some());
        let Some(attempt) = open else { return self.illegal(Reason::UnknownAttempt) };
        if !attempt.has_run_out(self.settings, self.now) {
            return (TransitionKind::Stale, Answer::Busy);
        }
        let run = Run { call: attempt.call.clone(), key: attempt.key.clone(), request: attempt.request.clone() };
        let subject = attempt.subject.clone().unwrap_or_default();
        self.start_again(key);
        if run.call == ORDER_PAY.name {
            self.order.issuing_told = Some(true);
        } else if run.call == ORDER_REFUND.name
            && let Some(refund) = self.order.refunds.iter_mut().find(|refund| refund.refund_id == subject)
        {
            refund.told = Some(true);
        }
        (TransitionKind::Moved, Answer::Run(run))
    }
}
