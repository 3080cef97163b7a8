//! The supplier's processes: each drives jobs of the order service, as thinly as the service's documentation says.

use super::store::name;
use super::{Fact, Happening, Purpose, World};
use crate::plan::{Breakage, Fault};
use meituan_protocol::message::Id;
use meituan_protocol::ticket::order::{AttemptEnded, Event, Outcome, TransitionKind};
use meituan_protocol::ticket::service::{Done, Input, Job, Loaded, News, Step, Task, Then};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Process {
    /// By how much its clock is wrong.
    pub(super) clock: i64,
    pub(super) epoch: u32,
    pub(super) is_up: bool,
    jobs: BTreeMap<u64, Running>,
    poll_at: Option<i64>,
}

/// A job that waits for something.
#[derive(Debug)]
struct Running {
    job: Job,
    order: u64,
    purpose: For,
    begun: i64,
    /// What it waits for: anything else comes too late.
    token: u64,
    /// The version that was loaded or saved last.
    version: u64,
    /// What follows when it is saved.
    then: Option<(Then, Arc<News>, i64)>,
    /// How many notices are being sent.
    sending: usize,
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// A call of Meituan's.
    Call(usize),
    /// What came of a send, for a settling job.
    Sent(usize, u64),
    /// How a function ended for which nobody waits.
    End(usize),
    /// What the supplier's system reports.
    Fact(usize),
    Settle,
}

/// Where an answer goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) process: usize,
    pub(super) job: u64,
    token: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Timer {
    /// Loading or saving takes too long.
    Store,
    Function,
    Pause,
}

/// A function of the supplier's that runs.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) order: u64,
    pub(super) key: String,
    waiter: Address,
    epoch: u32,
    pub(super) end: AttemptEnded,
}

impl Process {
    pub(super) fn new(clock: i64) -> Self {
        Process { clock, epoch: 0, is_up: true, jobs: BTreeMap::new(), poll_at: None }
    }
}

impl World<'_> {
    // Jobs begin.

    pub(super) fn answer_call(&mut self, process: usize, order: u64, call: Event, exchange: usize) {
        let (job, step) = self.service.answer(call, self.times(process));
        self.start(process, order, For::Call(exchange), job, step);
    }

    pub(super) fn record_fact(&mut self, process: usize, number: usize) {
        let Fact { order, event, .. } = &self.facts[number];
        let (order, event) = (*order, event.clone());
        let (job, step) = self.service.record(Id(order), event, self.times(process));
        self.start(process, order, For::Fact(number), job, step);
    }

    pub(super) fn record_send(&mut self, process: usize, order: u64, event: Event, send: usize, settling: u64) {
        let (job, step) = self.service.record(Id(order), event, self.times(process));
        self.start(process, order, For::Sent(send, settling), job, step);
    }

    fn record_end(&mut self, process: usize, end: usize) {
        let (order, key, ended) = &self.unrecorded[end];
        let order = *order;
        let (job, step) = self.service.end_of(key, ended.clone(), self.times(process));
        self.start(process, order, For::End(end), job, step);
    }

    fn settle(&mut self, process: usize, order: u64) {
        self.about = order;
        let can_send = self.between(Purpose::Choice, 0, 10) > 0;
        self.log(format_args!("{}       settles {order}", name(process)));
        let (job, step) = self.service.settle(can_send, self.times(process));
        self.start(process, order, For::Settle, job, step);
    }

    fn start(&mut self, process: usize, order: u64, purpose: For, job: Job, step: Step) {
        self.jobs += 1;
        let id = self.jobs;
        let running = Running { job, order, purpose, begun: self.now, token: 0, version: 0, then: None, sending: 0 };
        self.processes[process].jobs.insert(id, running);
        self.perform(process, id, step);
    }

    // What a job waits for arrives.

    fn running(&mut self, address: Address) -> Option<&mut Running> {
        let running = self.processes.get_mut(address.process)?.jobs.get_mut(&address.job)?;
        (running.token == address.token).then_some(running)
    }

    pub(super) fn order_of_job(&self, address: Address) -> u64 {
        self.processes[address.process].jobs.get(&address.job).map_or(0, |running| running.order)
    }

    pub(super) fn is_awaited(&mut self, address: Address) -> bool {
        self.running(address).is_some()
    }

    pub(super) fn input(&mut self, address: Address, input: Input) {
        self.may_jump(address.process);
        let now = self.times(address.process);
        self.scheduled += 1;
        let fresh = self.scheduled;
        let service = self.service.clone();
        let Some(running) = self.running(address) else { return };
        running.token = fresh;
        let step = service.advance(&mut running.job, input, now);
        self.perform(address.process, address.job, step);
        self.may_crash(address.process);
    }

    pub(super) fn loaded(&mut self, address: Address, version: u64, loaded: Loaded) {
        if let Some(running) = self.running(address) {
            running.version = version;
        }
        self.input(address, Input::Loaded(loaded));
    }

    pub(super) fn saved(&mut self, address: Address, version: u64) {
        self.scheduled += 1;
        let fresh = self.scheduled;
        let Some(running) = self.running(address) else { return };
        (running.version, running.token) = (version, fresh);
        let Some((then, news, until)) = running.then.take() else { return };
        let order = running.order;
        self.hear(address.process, order, &news);
        self.follow(address.process, address.job, then, until - self.now);
        self.may_crash(address.process);
    }

    fn hear(&mut self, process: usize, order: u64, news: &News) {
        for conflict in &news.conflicts {
            self.heard.insert((order, conflict.id.clone()));
            self.log(format_args!("{}       hears of a conflict of {order}: {}", name(process), conflict.id));
        }
        for notice in &news.given_up {
            self.log(format_args!("{}       gives up {}", name(process), notice.id));
        }
    }

    pub(super) fn timer(&mut self, address: Address, timer: Timer) {
        if !self.is_awaited(address) {
            return;
        }
        match timer {
            Timer::Store => self.input(address, Input::StoreLate),
            Timer::Pause => self.input(address, Input::Resumed),
            Timer::Function => {
                self.log(format_args!("{}       waits no longer for a function", name(address.process)));
                let input = match self.is_broken(Breakage::UnknownIsRefusal) {
                    true => Input::Ended(refusal()),
                    false => Input::Late,
                };
                self.input(address, input);
            }
        }
    }

    // What a job wants is done.

    fn perform(&mut self, process: usize, id: u64, step: Step) {
        let until = step.until.0 - self.times(process).steady.0;
        if let Some(order) = self.processes[process].jobs.get(&id).map(|running| running.order) {
            step.heard.iter().for_each(|news| self.hear(process, order, news));
        }
        let Some(save) = step.save else { return self.follow(process, id, step.then, until) };
        let is_send = matches!(step.then, Then::Send(_));
        if is_send && self.is_broken(Breakage::NoClaim) {
            return self.follow(process, id, step.then, until);
        }
        let is_broken = |breakage| self.plan.breakage == Some(breakage);
        let (runs_hastily, replies_hastily) = (is_broken(Breakage::RunBeforeSave), is_broken(Breakage::ReplyBeforeSave));
        let (forgets, is_blind) = (is_broken(Breakage::DueForgotten), is_broken(Breakage::RecordedBlindly));
        let Some(running) = self.processes[process].jobs.get_mut(&id) else { return };
        let order = running.order;
        let (is_call, is_record) =
            (matches!(running.purpose, For::Call(_)), !matches!(running.purpose, For::Call(_) | For::Settle));
        let is_blind = is_blind && is_record;
        let (version, is_run) = (running.version, matches!(step.then, Then::Run(_)));
        let is_reply = matches!(step.then, Then::Done(Done::Reply(_)));
        let (json, due) = (save.order.to_json(), save.due.map(|due| due.0));
        let due = due.filter(|_| !forgets);
        // Broken on purpose: what should wait for the store does not.
        let is_hasty = is_call && (is_run && runs_hastily || is_reply && replies_hastily);
        if is_hasty {
            let nobody = Address { process, job: 0, token: 0 };
            self.hear(process, order, &save.news);
            self.save(nobody, order, json, due, version, is_blind);
            return self.follow(process, id, step.then, until);
        }
        running.then = Some((step.then, save.news, self.now + until));
        let address = self.address(process, id);
        self.save(address, order, json, due, version, is_blind);
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
        let order = running.order;
        match then {
            Then::Load => {
                self.load(address, order);
                self.after(until, Happening::Timer(address, Timer::Store));
            }
            Then::Pause(least, most) => {
                let pause = self.between(Purpose::Pause, least, most + 1);
                self.after(pause, Happening::Timer(address, Timer::Pause));
            }
            Then::Run(task) => self.run_function(address, order, task),
            Then::Send(notices) => {
                running.sending = notices.len();
                for notice in notices {
                    self.send(process, id, order, notice, until);
                }
            }
            Then::Done(done) => self.done(process, id, done),
        }
    }

    fn run_function(&mut self, waiter: Address, order: u64, task: Task) {
        let process = waiter.process;
        let number = self.functions.len();
        let key = match self.is_broken(Breakage::KeyOfEachRun) {
            true => format!("{}#{number}", task.key),
            false => task.key,
        };
        self.log(format_args!("{}       runs {key}", name(process)));
        let epoch = self.processes[process].epoch;
        self.functions.push(Function { order, key, waiter, epoch, end: AttemptEnded::default() });
        let late = task.deadline.0 - self.times(process).steady.0;
        self.ask_upstream(number);
        self.after(late, Happening::Timer(waiter, Timer::Function));
    }

    pub(super) fn function_ends(&mut self, number: usize) {
        let Function { order, ref key, waiter, epoch, ref end } = self.functions[number];
        let process = waiter.process;
        let (mut end, key) = (end.clone(), key.clone());
        if !self.processes[process].is_up || self.processes[process].epoch != epoch {
            return;
        }
        self.log(format_args!("{}       {key} ended: {:?}", name(process), end.outcome));
        if end.outcome == Outcome::UNKNOWN && self.is_broken(Breakage::UnknownIsRefusal) {
            end = refusal();
        }
        if self.is_awaited(waiter) {
            self.input(waiter, Input::Ended(end));
        } else {
            self.keep_end(process, order, AttemptEnded { key, ..end });
        }
    }

    fn keep_end(&mut self, process: usize, order: u64, end: AttemptEnded) {
        let number = self.unrecorded.len();
        self.unrecorded.push((order, end.key.clone(), end));
        self.record_end(process, number);
    }

    pub(super) fn end_again(&mut self, process: usize, epoch: u32, end: usize) {
        if self.processes[process].is_up && self.processes[process].epoch == epoch {
            self.record_end(process, end);
        }
    }

    fn done(&mut self, process: usize, id: u64, done: Done) {
        let Some(mut running) = self.processes[process].jobs.remove(&id) else { return };
        let (order, purpose) = (running.order, running.purpose);
        if let For::Call(exchange) = purpose {
            self.judge_time(exchange, self.now - running.begun);
        }
        if let Some(end) = running.job.unrecorded() {
            self.keep_end(process, order, end);
        }
        match (purpose, done) {
            (For::Call(exchange), Done::Reply(answered)) => self.reply(process, exchange, Some(answered.reply)),
            (For::Call(exchange), Done::NoReply(why)) => {
                self.log(format_args!("{}       no reply: {why:?}", name(process)));
                self.reply(process, exchange, None);
            }
            (For::Fact(fact), Done::Recorded(recorded)) => {
                let (kind, reason) = (recorded.transition.kind, recorded.transition.reason);
                self.log(format_args!("{}       recorded {}: {kind:?}", name(process), self.facts[fact].event.name()));
                self.fact_recorded(fact, reason.filter(|_| kind == TransitionKind::Illegal));
            }
            (For::End(end), Done::Failed(_)) => {
                let (pause, epoch) = (self.between(Purpose::Fact, 500, 20_000), self.processes[process].epoch);
                self.after(pause, Happening::EndAgain(process, epoch, end));
            }
            (For::Sent(send, settling), done) => {
                self.sends[send].is_recorded = matches!(done, Done::Recorded(..));
                self.sent(process, settling);
            }
            (For::Settle, done) => self.log(format_args!("{}       settled {order}: {done:?}", name(process))),
            _ => {}
        }
    }

    /// One of the notices of a settling job was sent, and that is recorded or not.
    fn sent(&mut self, process: usize, id: u64) {
        let Some(running) = self.processes[process].jobs.get_mut(&id) else { return };
        running.sending -= 1;
        if running.sending == 0 {
            let address = self.address(process, id);
            self.input(address, Input::Sent);
        }
    }

    /// Jobs that nothing will ever go on with, once nothing happens any more.
    pub(super) fn waiting_jobs(&self) -> usize {
        self.processes.iter().map(|process| process.jobs.len()).sum()
    }

    // Processes.

    /// Something is due, by the clock of the one who saved it.
    pub(super) fn wake_up(&mut self, due: Option<i64>) {
        let Some(due) = due else { return };
        for process in 0..self.processes.len() {
            let pause = self.between(Purpose::Poll, 0, 3_000);
            let at = (due - self.processes[process].clock).max(self.now) + pause;
            if self.processes[process].is_up && self.processes[process].poll_at.is_none_or(|earlier| at < earlier) {
                self.processes[process].poll_at = Some(at);
                self.after(at - self.now, Happening::Poll(process));
            }
        }
    }

    pub(super) fn poll(&mut self, process: usize) {
        if !self.processes[process].is_up || self.processes[process].poll_at != Some(self.now) {
            return;
        }
        self.processes[process].poll_at = None;
        let clock = self.clock(process).0;
        let due = self.store.orders.iter().filter(|(_, stored)| stored.due.is_some_and(|due| due <= clock));
        let due: Vec<u64> = due.map(|(order, _)| *order).collect();
        for order in due {
            let jobs = &self.processes[process].jobs;
            if !jobs.values().any(|running| running.order == order && running.purpose == For::Settle) {
                self.settle(process, order);
            }
        }
        self.about = 0;
        let next = self.store.orders.values().filter_map(|stored| stored.due).min();
        let next = next.map(|due| due.max(clock + 1_000));
        self.wake_one(process, next);
    }

    fn wake_one(&mut self, process: usize, due: Option<i64>) {
        let Some(due) = due else { return };
        let at = (due - self.processes[process].clock).max(self.now) + self.between(Purpose::Poll, 0, 3_000);
        if self.processes[process].poll_at.is_none_or(|earlier| at < earlier) {
            self.processes[process].poll_at = Some(at);
            self.after(at - self.now, Happening::Poll(process));
        }
    }

    /// Somebody sets a clock, within the bounds.
    fn may_jump(&mut self, process: usize) {
        if self.strikes(Fault::ClockSet) {
            let width = self.plan.clock_width();
            self.processes[process].clock = self.between(Purpose::Choice, 0, width + 1);
        }
    }

    fn may_crash(&mut self, process: usize) {
        if self.strikes(Fault::Crash) {
            let (soon, epoch) = (self.between(Purpose::Crash, 0, 30), self.processes[process].epoch);
            self.after(soon, Happening::Crash(process, epoch));
        }
    }

    pub(super) fn crash(&mut self, number: usize, epoch: u32) {
        let pause = self.between(Purpose::Crash, 100, 120_000);
        let process = &mut self.processes[number];
        if !process.is_up || process.epoch != epoch {
            return;
        }
        process.is_up = false;
        process.epoch += 1;
        process.jobs.clear();
        process.poll_at = None;
        self.judge.counts.crashes += 1;
        self.log(format_args!("{}       dies", name(number)));
        self.after(pause, Happening::Restart(number));
    }

    pub(super) fn restart(&mut self, number: usize) {
        self.processes[number].is_up = true;
        self.log(format_args!("{}       begins anew", name(number)));
        let due = self.store.orders.values().filter_map(|stored| stored.due).min();
        self.wake_one(number, due);
    }
}

fn refusal() -> AttemptEnded {
    AttemptEnded { outcome: Outcome::REFUSED, describe: Some("结果未知".into()), ..AttemptEnded::default() }
}
