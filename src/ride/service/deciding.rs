//! Decisions that follow from a loaded record.

use super::{
    Abilities, CALL_LIMIT, CLAIM_LIMIT, Call, CallSent, CallTask, Done, Event, Job, MAX_ROUNDS, News, PAY_LIMIT, Payment,
    PaymentProposed, Phase, ProposalState, Recorded, RideCalls, RideOrder, RideTransitionKind, Save, Service, Step, Then, Work,
    later, mt_order_id_of,
};
use crate::ride::codes::CancelStep;
use crate::ride::order::{RideNextAction, RideTransition, Why};
use crate::time::{Now, Timestamp};
use std::sync::Arc;

impl Service {
    pub(super) fn decide(&self, job: &mut Job, order: RideOrder, now: Now) -> Step {
        if let Some(number) = order.mt_order_id.as_ref().filter(|number| **number != job.key)
            && !matches!(job.phase, Phase::Adopt | Phase::Adopted)
        {
            // It is kept under Meituan's number by now.
            job.key.clone_from(number);
            return job.load();
        }
        match job.phase {
            Phase::Look if job.work == Work::Call => self.check(job, order, now),
            Phase::Look => self.look(job, order, now),
            Phase::Claim => {
                let mut order = order;
                order.give_up(now.wall);
                self.claim(job, order, now)
            }
            _ => self.apply(job, order, now),
        }
    }

    /// Applies the event; where it says Meituan's number first, under that number first.
    fn apply(&self, job: &mut Job, mut order: RideOrder, now: Now) -> Step {
        let Some(event) = job.event.clone() else { return job.load() };
        let told = mt_order_id_of(&event).filter(|number| **number != job.key);
        if let (Phase::Apply, Some(_), None) = (job.phase, told, &order.mt_order_id) {
            (job.submission, job.phase) = (Some(Box::new(order)), Phase::Adopt);
            return job.load();
        }
        if let (Phase::Adopt, Some(number), Some(submission)) = (job.phase, told, &job.submission) {
            order.adopt(submission, number, &job.key, now.wall);
        }
        let is_push = event.is_push();
        let before = order.conflict_kinds();
        // That an earlier run has not paid says nothing about one that is under way. Whose end is recorded is not known; that of
        // this job's own run may be recorded already, by a save that is said to have failed.
        let is_late = |told: &PaymentProposed| {
            let is_unpaid = matches!(told.state, ProposalState::Declined | ProposalState::Unknown);
            let is_own = |at| job.work == Work::Settle && at == job.claimed_at;
            is_unpaid && order.claimed_at(told.price, now.wall).is_some_and(|at| !is_own(at))
        };
        let transition = match &event {
            Event::Proposed(told) if is_late(told) => {
                let standing = order.standing(now.wall, &self.limits());
                RideTransition { kind: RideTransitionKind::Stale, reason: None, warnings: Vec::new(), order, standing }
            }
            _ => order.applied(event, now.wall, &self.limits()),
        };
        let RideTransition { kind, reason, warnings, order, standing } = transition;
        let mut conflicts = standing.conflict_kinds.clone();
        conflicts.retain(|kind| !before.contains(kind));
        let key = job.key_of_phase();
        let due = self.due(job, &key, &order, now);
        let save = match kind {
            RideTransitionKind::Illegal => None,
            RideTransitionKind::Duplicate if is_push => None,
            _ => Some(save(order.clone(), due, News { conflicts, warnings })),
        };
        if job.phase != Phase::Adopted {
            job.recorded = Some(Box::new(Recorded { kind, reason, key, order, standing }));
        }
        let then = match job.work {
            _ if job.phase == Phase::Adopt && kind != RideTransitionKind::Illegal => {
                job.next = Some(Phase::Adopted);
                Then::Load(job.key.clone())
            }
            Work::Settle if kind != RideTransitionKind::Illegal => {
                job.next = Some(Phase::Look);
                Then::Load(job.key.clone())
            }
            Work::Settle => Then::Done(Done::Settled(due)),
            Work::Record | Work::Call => {
                job.recorded.take().map_or(Then::Done(Done::Settled(due)), |recorded| Then::Done(Done::Recorded(recorded)))
            }
        };
        job.saving(save, then)
    }

    /// Whether the call may be made, before it counts within the limits.
    fn check(&self, job: &mut Job, order: RideOrder, now: Now) -> Step {
        let Some(sent) = job.sent.clone() else { return job.load() };
        let checked = order.applied(Event::Sent(sent.clone()), now.wall, &self.limits());
        match checked.kind {
            RideTransitionKind::Illegal => job.refused(checked),
            _ => job.place(sent),
        }
    }

    /// Begins what is next, if it is due.
    fn look(&self, job: &mut Job, mut order: RideOrder, now: Now) -> Step {
        if let Some(at) = job.limited {
            // Meanwhile somebody else may have made the call, or something else is next.
            let next = order.next_within(now.wall, &self.limits(), self.abilities(job)).map(|next| next.call);
            let is_meant = next.is_some() && next == job.sent.as_ref().map(|sent| sent.call);
            let due = if is_meant { Some(at) } else { self.due(job, &job.key, &order, now) };
            return job.settled(order, due, true);
        }
        job.rounds += 1;
        let gives_up = order.give_up(now.wall);
        let next = order.next_within(now.wall, &self.limits(), self.abilities(job));
        let Some(next) = next.filter(|next| next.at <= now.wall && job.rounds <= MAX_ROUNDS) else {
            let due = self.due(job, &job.key, &order, now);
            return job.settled(order, due, gives_up || job.undecided.is_some());
        };
        let RideNextAction { call, why, step, price, driver_ids, .. } = next;
        match (why, price, driver_ids) {
            (Why::Owed, Some(price), _) => {
                let key = ["pay:", &job.key, ":", &price.0.to_string()].concat();
                let proposed = PaymentProposed { price, state: ProposalState::Open };
                (job.price, job.claimed_at) = (price, now.wall);
                let then = Then::Pay(Payment { price, key, limit: PAY_LIMIT });
                self.claimed(job, order, Event::Proposed(proposed), then, now)
            }
            (_, _, Some(driver_ids)) => {
                job.seen = Some(Box::new(order));
                job.step(Then::Choose(driver_ids))
            }
            _ => {
                let cancel = order.call(Call::CancelOrder, Some(CancelStep::CONFIRM)).filter(|_| call == Call::CancelOrder);
                let cancel_code = cancel.and_then(|own| own.cancel_code);
                job.seen = Some(Box::new(order));
                job.place(CallSent { step, price, cancel_code, ..CallSent::new(call) })
            }
        }
    }

    /// Counts a call within Meituan's limits.
    pub(super) fn take_place(&self, job: &mut Job, calls: RideCalls, now: Now) -> Step {
        let mut calls = RideCalls { calls: calls.calls, ..self.limits() };
        let Some(call) = job.sent.as_ref().map(|sent| sent.call) else { return job.load() };
        // A silent order has its turn, and those who wait together do not come back together.
        let next = job.seen.as_ref().and_then(|order| order.next_within(now.wall, &calls, self.abilities(job)));
        let turn = next.filter(|next| next.call == call).map(|next| next.at);
        match turn.or_else(|| calls.free_at(call, now.wall)).filter(|&at| at > now.wall) {
            Some(at) if job.work == Work::Settle => {
                job.limited = Some(at);
                job.look()
            }
            Some(at) => job.step(Then::Done(Done::Limited(at))),
            None => {
                calls.record(call, now.wall);
                job.next = Some(Phase::Claim);
                job.saving(Some(Save::Calls(calls)), Then::Load(job.key.clone()))
            }
        }
    }

    /// Claims the call, unless somebody else has it.
    fn claim(&self, job: &mut Job, order: RideOrder, now: Now) -> Step {
        let Some(sent) = job.sent.clone() else { return job.load() };
        if job.work == Work::Settle {
            let next = order.next_within(now.wall, &self.limits(), self.abilities(job));
            if next.is_none_or(|next| next.call != sent.call || next.at > now.wall) {
                return job.look();
            }
        }
        let task = CallTask {
            call: sent.call,
            mt_order_id: order.mt_order_id.clone(),
            channel_partner_order_id: order.channel_partner_order_id.clone().or_else(|| {
                // Until Meituan's number is known, the key is ours.
                order.mt_order_id.is_none().then(|| job.key.clone())
            }),
            driver_id: sent.driver_id.clone(),
            step: sent.step,
            cancel_code: sent.cancel_code,
            price: sent.price,
            limit: CALL_LIMIT,
        };
        self.claimed(job, order, Event::Sent(sent), Then::Call(Box::new(task)), now)
    }

    /// Saves a claim, and then does what is claimed. Somebody else may have it already.
    fn claimed(&self, job: &mut Job, order: RideOrder, claim: Event, then: Then, now: Now) -> Step {
        let claimed = order.applied(claim, now.wall, &self.limits());
        match (claimed.kind, job.work) {
            (RideTransitionKind::Illegal, Work::Settle) => {
                let due = self.due(job, &job.key, &claimed.order, now);
                job.settled(claimed.order, due, false)
            }
            (RideTransitionKind::Illegal, _) => job.refused(claimed),
            _ => {
                let due = self.due(job, &job.key, &claimed.order, now);
                let save = save(claimed.order, due, News::default());
                Step { until: later(now.steady, CLAIM_LIMIT), ..job.saving(Some(save), then) }
            }
        }
    }

    fn abilities(&self, job: &Job) -> Abilities {
        Abilities { submit: false, pay: self.can_pay, confirm: self.can_choose && job.undecided.is_none() }
    }

    fn limits(&self) -> RideCalls {
        RideCalls { calls: Vec::new(), open_orders: self.open_orders, processes: self.processes }
    }

    /// When something is to be done without a push.
    fn due(&self, job: &Job, key: &str, order: &RideOrder, now: Now) -> Option<Timestamp> {
        // The record under our number leads to Meituan's number, once that is known.
        if order.mt_order_id.as_ref().is_some_and(|number| number != key) {
            return None;
        }
        let next = order.next_within(now.wall, &self.limits(), self.abilities(job)).map(|next| next.at);
        // Meanwhile somebody else may have settled which driver it is, or that there is none.
        let undecided = job.undecided.filter(|_| !order.may_confirm().is_empty());
        next.into_iter().chain(order.gives_up_at()).chain(undecided).min()
    }
}

impl Job {
    /// The call may not be made.
    fn refused(&mut self, refused: RideTransition) -> Step {
        let RideTransition { kind, reason, order, standing, .. } = refused;
        self.step(Then::Done(Done::Recorded(Box::new(Recorded { kind, reason, key: self.key.clone(), order, standing }))))
    }

    /// Nothing is to be done now. When something is, is saved where it is another time than what was saved.
    fn settled(&mut self, order: RideOrder, due: Option<Timestamp>, is_new: bool) -> Step {
        let save = is_new.then(|| save(order, due, News::default()));
        self.saving(save, Then::Done(Done::Settled(due)))
    }
}

fn save(order: RideOrder, due: Option<Timestamp>, news: News) -> Save {
    let open_conflicts = order.conflict_kinds().len() as u32;
    Save::Order { order, due, open_conflicts, news: Arc::new(news) }
}
