//! The two processes: each drives jobs of the order service, as thinly as the service's documentation says.

use super::store::{CALLS, Saving};
use super::{Breakage, Fault, Happening, World};
use meituan_protocol::message::value::FieldValue;
use meituan_protocol::ride::order::{CallFailed, CallSent, Event, PaymentOutcome};
use meituan_protocol::ride::service::{Done, Input, Job, Save, Step, Then};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Process {
    /// By how much its clock is wrong.
    pub(super) clock: i64,
    pub(super) epoch: u32,
    pub(super) is_up: bool,
    jobs: BTreeMap<u64, Running>,
    poll_at: Option<i64>,
}

impl Process {
    pub(super) fn new(clock: i64) -> Self {
        Process { clock, epoch: 0, is_up: true, jobs: BTreeMap::new(), poll_at: None }
    }
}

/// A job that waits for something.
#[derive(Debug)]
struct Running {
    job: Job,
    purpose: For,
    /// What it waits for: anything else comes too late.
    token: u64,
    /// What was loaded last: its key and version.
    key: String,
    version: u64,
    /// The drivers to choose from.
    offered: Vec<String>,
    /// What follows when it is saved, and which conflicts are new then.
    then: Option<(Then, Vec<String>)>,
}

/// What a job is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum For {
    Push(usize),
    Settle(String),
    /// A call of the passenger's, or something that is recorded.
    Other,
}

/// Where an answer goes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Address {
    pub(super) process: usize,
    job: u64,
    token: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Timer {
    Store,
    Pause,
    Call(usize),
    Run,
    Choice,
}

impl World<'_> {
    // Jobs begin.

    pub(super) fn start(&mut self, process: usize, purpose: For, (job, step): (Job, Step)) {
        self.scheduled += 1;
        let id = self.scheduled;
        let running = Running { job, purpose, token: 0, key: String::new(), version: 0, offered: Vec::new(), then: None };
        self.processes[process].jobs.insert(id, running);
        self.perform(process, id, step);
    }

    pub(super) fn record(&mut self, process: usize, key: &str, event: Event) {
        let begun = self.service.record(key, event, self.times(process));
        self.start(process, For::Other, begun);
    }

    pub(super) fn call(&mut self, process: usize, key: &str, sent: CallSent) {
        let begun = self.service.call(key, sent, self.times(process));
        self.start(process, For::Other, begun);
    }

    // What a job waits for arrives.

    fn running(&mut self, address: Address) -> Option<&mut Running> {
        let running = self.processes[address.process].jobs.get_mut(&address.job)?;
        (running.token == address.token).then_some(running)
    }

    pub(super) fn is_awaited(&mut self, address: Address) -> bool {
        self.running(address).is_some()
    }

    pub(super) fn input(&mut self, address: Address, input: Input) {
        let (service, now) = (self.service.clone(), self.times(address.process));
        let Some(running) = self.running(address) else { return };
        let step = service.advance(&mut running.job, input, now);
        self.perform(address.process, address.job, step);
        self.may_crash(address.process);
    }

    pub(super) fn loaded(&mut self, address: Address, version: u64) {
        if let Some(running) = self.running(address) {
            running.version = version;
        }
    }

    pub(super) fn saved(&mut self, address: Address, version: u64) {
        let Some(running) = self.running(address) else { return };
        running.version = version;
        let Some((then, conflicts)) = running.then.take() else { return };
        let key = running.key.clone();
        self.heard.extend(conflicts.into_iter().map(|conflict| (key.clone(), conflict)));
        self.follow(address.process, address.job, then, 0);
        self.may_crash(address.process);
    }

    pub(super) fn timer(&mut self, address: Address, timer: Timer) {
        if !self.is_awaited(address) {
            return;
        }
        let input = match timer {
            Timer::Store => Input::StoreLate,
            Timer::Pause => Input::Resumed,
            Timer::Run => Input::Late,
            Timer::Call(call) => {
                let task = &self.exchanges[call].task;
                Input::Replied(Event::Failed(CallFailed::new(task.call, task.step)))
            }
            Timer::Choice => {
                let (is_undecided, place) = (self.strikes(Fault::Undecided), self.between(0, 32) as usize);
                let offered = self.running(address).map(|running| std::mem::take(&mut running.offered)).unwrap_or_default();
                Input::Chosen(offered.get(place % offered.len().max(1)).filter(|_| !is_undecided).cloned())
            }
        };
        self.input(address, input);
    }

    // What a job wants is done.

    fn perform(&mut self, process: usize, id: u64, step: Step) {
        let until = step.until.0 - self.times(process).steady.0;
        if let Some(running) = self.processes[process].jobs.get(&id) {
            let conflicts =
                step.heard.iter().flat_map(|news| &news.conflicts).map(|conflict| (running.key.clone(), format!("{conflict:?}")));
            self.heard.extend(conflicts);
        }
        let is_hasty = match step.then {
            Then::Pay(_) => self.is_broken(Breakage::PaysWithoutClaim),
            _ => matches!(step.save, Some(Save::Calls(_))) && self.is_broken(Breakage::NoPlace),
        };
        let Some(save) = step.save.filter(|_| !is_hasty) else { return self.follow(process, id, step.then, until) };
        let mut json = Vec::new();
        let (due, open_conflicts, conflicts) = match save {
            Save::Calls(calls) => {
                calls.encode(&mut json);
                (None, 0, Vec::new())
            }
            Save::Order { order, due, open_conflicts, news } => {
                let is_accepted = order.known_payments().iter().any(|known| known.outcome == PaymentOutcome::Accepted);
                let is_payment = matches!(step.then, Then::Pay(_));
                if is_accepted && is_payment {
                    self.fails("a payment is begun after one was accepted");
                }
                order.encode(&mut json);
                (due, open_conflicts, news.conflicts.iter().map(|conflict| format!("{conflict:?}")).collect())
            }
        };
        let address = self.address(process, id);
        let Some(running) = self.processes[process].jobs.get_mut(&id) else { return };
        running.then = Some((step.then, conflicts));
        let (key, expected) = (running.key.clone(), running.version);
        let due = due.map(|due| due.0);
        self.ask_store(address, &key, Some(Saving { json, due, open_conflicts, expected }));
        self.after(until, Happening::Timer(address, Timer::Store));
    }

    /// A job waits for something new from now on.
    fn address(&mut self, process: usize, job: u64) -> Address {
        self.scheduled += 1;
        let token = self.scheduled;
        if let Some(running) = self.processes[process].jobs.get_mut(&job) {
            running.token = token;
        }
        Address { process, job, token }
    }

    fn follow(&mut self, process: usize, id: u64, then: Then, until: i64) {
        let address = self.address(process, id);
        let Some(running) = self.processes[process].jobs.get_mut(&id) else { return };
        match then {
            Then::Load(_) | Then::LoadCalls => {
                let key = if let Then::Load(key) = then { key } else { CALLS.into() };
                running.key.clone_from(&key);
                self.ask_store(address, &key, None);
                let until = if until > 0 { until } else { 30_000 };
                self.after(until, Happening::Timer(address, Timer::Store));
            }
            Then::Pause(most) => {
                let pause = self.between(0, most + 1);
                self.after(pause, Happening::Timer(address, Timer::Pause));
            }
            Then::Choose(offered) => {
                running.offered = offered;
                let pause = self.between(1, 2_000);
                self.after(pause, Happening::Timer(address, Timer::Choice));
            }
            Then::Call(task) => {
                let (key, limit) = (running.key.clone(), task.limit);
                let call = self.send_call(address, key, *task);
                self.after(limit.as_millis() as i64, Happening::Timer(address, Timer::Call(call)));
            }
            Then::Pay(payment) => {
                let key = running.key.clone();
                self.after(payment.limit.as_millis() as i64, Happening::Timer(address, Timer::Run));
                self.begin_run(address, key, payment);
            }
            Then::Done(done) => self.done(process, id, done),
        }
    }

    fn done(&mut self, process: usize, id: u64, done: Done) {
        let Some(running) = self.processes[process].jobs.remove(&id) else { return };
        let what = match &done {
            Done::Recorded(recorded) => format!("{:?} {:?} {:?}", recorded.kind, recorded.reason, recorded.standing.status),
            other => format!("{other:?}"),
        };
        self.log(format_args!("{process}       {:?} of {}: {what}", running.purpose, running.key));
        if let (For::Push(push), Done::Recorded(_)) = (running.purpose, done)
            && !self.strikes(Fault::AnswerLost)
        {
            self.pushes[push].is_taken = true;
        }
    }

    // Processes.

    /// Something is due, by the clock of the one who saved it.
    pub(super) fn wake_up(&mut self, due: Option<i64>) {
        for process in 0..self.processes.len() {
            self.wake_one(process, due);
        }
    }

    fn wake_one(&mut self, process: usize, due: Option<i64>) {
        let Some(due) = due else { return };
        let at = (due - self.processes[process].clock).max(self.now) + self.between(0, 3_000);
        let Process { is_up, poll_at, .. } = &mut self.processes[process];
        if *is_up && poll_at.is_none_or(|earlier| at < earlier) {
            *poll_at = Some(at);
            self.after(at - self.now, Happening::Poll(process));
        }
    }

    pub(super) fn poll(&mut self, process: usize) {
        if !self.processes[process].is_up || self.processes[process].poll_at != Some(self.now) {
            return;
        }
        self.processes[process].poll_at = None;
        let clock = self.times(process).wall.0;
        let due = self.store.iter().filter(|(_, stored)| stored.due.is_some_and(|due| due <= clock));
        let due: Vec<String> = due.map(|(key, _)| key.clone()).collect();
        for key in due {
            let purpose = For::Settle(key.clone());
            if !self.processes[process].jobs.values().any(|running| running.purpose == purpose) {
                let begun = self.service.settle(&key, self.times(process));
                self.start(process, purpose, begun);
            }
        }
        let next = self.store.values().filter_map(|stored| stored.due).min();
        self.wake_one(process, next.map(|due| due.max(clock + 1_000)));
    }

    fn may_crash(&mut self, process: usize) {
        if self.strikes(Fault::Crash) {
            let (soon, epoch) = (self.between(0, 30), self.processes[process].epoch);
            self.after(soon, Happening::Crash(process, epoch));
        }
    }

    pub(super) fn crash(&mut self, number: usize, epoch: u32) {
        let process = &mut self.processes[number];
        if !process.is_up || process.epoch != epoch {
            return;
        }
        (process.is_up, process.epoch, process.poll_at) = (false, epoch + 1, None);
        process.jobs.clear();
        self.counts.crashes += 1;
        self.log(format_args!("{number}       dies"));
        let pause = self.between(100, 120_000);
        self.after(pause, Happening::Restart(number));
    }

    pub(super) fn restart(&mut self, number: usize) {
        self.processes[number].is_up = true;
        let due = self.store.values().filter_map(|stored| stored.due).min();
        self.wake_one(number, due);
    }
}
