//! A call of Meituan's: reserve, run, record, reply.

use super::progress::{Answering, AnsweringPhase as Phase, BUSY_PAUSES};
use super::{Answer, Answered, Applying, Done, Event, Job, NoReply, Now, Order, OrderReply, Service, Step, Task, Then, Work};
use crate::ticket::order::{Failure, State};

impl Service {
    /// The failure of the create that this call has waited for. A call that comes afterwards begins anew; this one is the same call,
    /// which the network or an impatient Meituan has doubled.
    pub(super) fn refused_meanwhile(&self, job: &mut Job, order: Option<&Order>) -> Option<Step> {
        let Work::Answer(Answering { has_waited: true, phase: Phase::Call, .. }) = job.work else { return None };
        let order = order.filter(|order| order.state() == State::CreateFailed)?;
        let Failure { code, describe } = order.failure.clone().filter(|_| matches!(job.event, Event::OrderCreate(_)))?;
        let answered = Answered { reply: OrderReply { code, describe, body: None }, quantity: Some(order.quantity) };
        Some(job.step(Then::Done(Done::Reply(answered))))
    }

    pub(super) fn answered(&self, job: &mut Job, applying: Applying, now: Now) -> Step {
        let quantity = applying.order().map(|order| order.quantity);
        let Applying { save, applied, .. } = applying;
        let Work::Answer(answering) = &mut job.work else { return job.load() };
        let then = match (applied.answer, answering.phase) {
            (Answer::Reply(reply), _) => Then::Done(Done::Reply(Answered { reply: *reply, quantity })),
            (Answer::Run(run), Phase::Call) => {
                answering.key.clone_from(&run.key);
                let deadline = answering.late;
                Then::Run(Task { call: run.call, key: run.key, request: run.request, deadline })
            }
            // Somebody else is at it, and there is no reply that would be true yet.
            (_, Phase::Call) => {
                let pause = answering.pause;
                answering.has_waited = true;
                answering.pause = pause.saturating_mul(2).min(BUSY_PAUSES[1]);
                match now.steady.0.saturating_add(pause) > answering.deadline.0 {
                    true => Then::Done(Done::NoReply(NoReply::Busy)),
                    false => Then::Pause(pause, pause),
                }
            }
            _ => Then::Done(Done::NoReply(NoReply::Unknown)),
        };
        job.saving(save, then)
    }

    /// When the function has ended and the store hangs, what is true is not known, and 598 would not be. When the store fails, the
    /// save is tried once more: that the result comes later may only be replied when it is saved, because no notice would follow
    /// otherwise.
    pub(super) fn answer_failed(&self, job: &mut Job, why: NoReply) -> Step {
        let Work::Answer(answering) = &mut job.work else { return job.load() };
        let is_asked_again = answering.phase != Phase::Call && why == NoReply::StoreFailed && !answering.has_failed;
        answering.has_failed = true;
        if answering.phase == Phase::Ended {
            let unknown = answering.unknown().into();
            if let Event::AttemptEnded(end) = std::mem::replace(&mut job.event, unknown) {
                job.unrecorded = Some(end);
            }
        }
        if is_asked_again {
            return job.load();
        }
        job.step(Then::Done(Done::NoReply(why)))
    }
}
