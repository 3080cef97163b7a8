//! Settles an order: first what time decides, then the functions that broke off, then the notices. One thing that fails
//! keeps no other from being done.

use super::progress::{Next, SettlingPhase as Phase, time_passed};
use super::{Answer, Applying, DEADLINE, Done, Job, NoReply, Now, Service, Step, Task, Then, Work, next_due, store_limit};
use crate::ticket::order::{ClaimNotices, TakeOver, broken_off};

impl Service {
    pub(super) fn settled(&self, job: &mut Job, applying: Applying, now: Now) -> Step {
        let Work::Settle(settling) = &mut job.work else { return job.load() };
        if settling.phase == Phase::Begun {
            let broken_off = applying.order().into_iter().flat_map(|order| broken_off(order, &self.settings, now.wall));
            settling.keys = broken_off.map(|attempt| attempt.key.clone()).collect();
            settling.keys.reverse();
        }
        let due = applying.order().and_then(|order| next_due(order, &self.settings));
        let Applying { save, applied, .. } = applying;
        let mut until = store_limit(now);
        let then = match (settling.phase, applied.answer) {
            (Phase::TakingOver, Answer::Run(run)) => {
                settling.key.clone_from(&run.key);
                let deadline = now.steady + self.deadline.unwrap_or(DEADLINE);
                Then::Run(Task { call: run.call, key: run.key, request: run.request, deadline })
            }
            (Phase::Claiming, Answer::Send(notices)) => {
                // From the claim on: a store that is slow leaves less time to send, so that nobody else sends meanwhile.
                until = now.steady + self.settings.send_limit_in_use();
                Then::Send(notices)
            }
            (Phase::Last, _) => Then::Done(Done::Settled(due)),
            (Phase::Claiming, _) => {
                settling.then = Some(Next::Last);
                Then::Load
            }
            (Phase::Begun | Phase::TakingOver | Phase::Ended, _) => {
                settling.then = Some(Next::Task);
                Then::Load
            }
        };
        job.until = until;
        job.saving(save, then)
    }

    /// A function that is not taken over, or whose end is not recorded, stays open and is taken over later.
    pub(super) fn settle_failed(&self, job: &mut Job, why: NoReply, now: Now) -> Step {
        if !job.is_saving {
            // The last phase had nothing to save: this was loading for the next one.
            job.go_on();
        }
        job.until = store_limit(now);
        let Work::Settle(settling) = &mut job.work else { return job.load() };
        settling.then = Some(match settling.phase {
            Phase::Begun | Phase::Last => return job.step(Then::Done(Done::Failed(why))),
            Phase::TakingOver | Phase::Ended => Next::Task,
            Phase::Claiming => Next::Last,
        });
        job.load()
    }
}

impl Job {
    /// Goes on to the next phase, if the last one is saved.
    pub(super) fn go_on(&mut self) {
        let Work::Settle(settling) = &mut self.work else { return };
        let Some(next) = settling.then.take() else { return };
        let key = if matches!(next, Next::Task) { settling.keys.pop() } else { None };
        (settling.phase, self.event) = match (next, key) {
            (_, Some(key)) => (Phase::TakingOver, TakeOver { key }.into()),
            (Next::Task | Next::Notices, None) if settling.can_send => (Phase::Claiming, ClaimNotices {}.into()),
            _ => (Phase::Last, time_passed(settling.can_send)),
        };
        self.conflicts = 0;
    }
}
