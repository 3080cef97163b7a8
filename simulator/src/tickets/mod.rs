//! The world of the ticket API, on virtual time: one queue of everything that is going to happen. What suspends a driver (the
//! store, a function, a send, a pause, a time limit) goes through it, so that everything can happen in between.

mod driver;
mod gate;
mod judge;
mod meituan;
mod network;
mod recording;
mod replay;
mod store;
mod upstream;

use crate::log::Log;
use crate::plan::{Breakage, Fault, Plan, Struck};
use crate::random::Draws;
use driver::{Address, Function, Process};
use judge::Judge;
use meituan::{Customer, Exchange};
use meituan_protocol::ticket::order::Event;
use meituan_protocol::ticket::service::{Now, Service};
use meituan_protocol::time::Timestamp;
use network::Sending;
use std::collections::{BTreeMap, BTreeSet};
use store::{Operation, Store};
use upstream::Account;

pub use replay::replay;

/// When a run begins: Monday, 2 March 2026, 10:00 in China.
const BEGIN: i64 = 1_772_416_800_000;
/// A run that has more happenings than this does not end.
const MAX_HAPPENINGS: u64 = 60_000;

/// What is going to happen.
#[derive(Debug)]
enum Happening {
    /// Meituan does what comes next.
    Customer(u64, meituan::Next),
    /// A call arrives at the supplier.
    CallArrives(usize),
    /// Its reply arrives at Meituan.
    ReplyArrives(usize, Box<Option<meituan_protocol::ticket::order::OrderReply>>),
    /// Meituan waits no longer for a reply.
    CallTimesOut(usize),
    /// The store does what it was asked for.
    StoreActs(usize),
    /// The store's answer arrives.
    StoreAnswers(usize),
    /// A time limit of the driver has passed, or a pause is over.
    Timer(Address, driver::Timer),
    /// The supplier's function has reached the upstream system.
    UpstreamActs(usize),
    /// The function ends.
    FunctionEnds(usize),
    /// The upstream system decides what it had put off.
    UpstreamDecides(u64, upstream::Matter),
    /// What the supplier's system reports is to be recorded.
    Fact(usize),
    /// A notice arrives at Meituan.
    NoticeArrives(usize),
    /// The sender has Meituan's answer, or its time is up.
    SendEnds(usize),
    /// A process looks whether something is due.
    Poll(usize),
    /// A process records again how a function ended.
    EndAgain(usize, u32, usize),
    Crash(usize, u32),
    Restart(usize),
}

/// Something that the supplier's own system reports, until it is recorded.
#[derive(Debug)]
struct Fact {
    order: u64,
    event: Event,
    is_recorded: bool,
    tries: u32,
}

struct World<'p> {
    plan: &'p Plan,
    service: Service,
    now: i64,
    queue: BTreeMap<(i64, u64), Happening>,
    scheduled: u64,
    draws: Draws,
    struck: Vec<Struck>,
    /// The order that what happens now is about, or 0: each has draws of its own, so that leaving one out changes no other.
    about: u64,
    log: Log,
    processes: Vec<Process>,
    jobs: u64,
    functions: Vec<Function>,
    unrecorded: Vec<(u64, String, meituan_protocol::ticket::order::AttemptEnded)>,
    sends: Vec<Sending>,
    store: Store,
    operations: Vec<Operation>,
    upstream: BTreeMap<u64, Account>,
    facts: Vec<Fact>,
    customers: BTreeMap<u64, Customer>,
    exchanges: Vec<Exchange>,
    judge: Judge,
    /// The conflicts that somebody has heard of, by order.
    heard: BTreeSet<(u64, String)>,
    /// How often everything has come to rest.
    rounds: u32,
}

/// What became of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What must not be; the first thing that was found.
    pub failure: Option<String>,
    /// The faults that struck.
    pub struck: Vec<Struck>,
    /// What happened, where it was kept.
    pub lines: Vec<String>,
    /// A hash of what happened.
    pub hash: u64,
    /// Numbers about the run.
    pub counts: Counts,
}

/// Numbers about a run.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    /// What happened, in number.
    pub happenings: u64,
    /// Orders.
    pub orders: u64,
    /// Orders of which everything was judged, because no conflict was open.
    pub judged: u64,
    /// Exchanges that were given to the acceptance judge.
    pub exchanges: u64,
    /// Processes that died.
    pub crashes: u64,
    /// The conflicts that were open at the end, by breach.
    pub conflicts: BTreeSet<String>,
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Counts) {
        self.happenings += other.happenings;
        self.orders += other.orders;
        self.judged += other.judged;
        self.exchanges += other.exchanges;
        self.crashes += other.crashes;
        self.conflicts.extend(other.conflicts.iter().cloned());
    }
}

/// Runs a plan.
pub fn run(plan: &Plan, keeps_lines: bool) -> Outcome {
    let mut world = World::new(plan, keeps_lines);
    world.begin();
    while world.judge.failure.is_none() {
        let Some((&key, _)) = world.queue.first_key_value() else {
            world.rounds += 1;
            match world.rounds {
                1 => world.ask_once_more(),
                2 => world.query_at_last(),
                _ => break,
            }
            continue;
        };
        let Some(happening) = world.queue.remove(&key) else { break };
        world.now = key.0;
        world.judge.counts.happenings += 1;
        if world.judge.counts.happenings > MAX_HAPPENINGS {
            world.fails("it does not come to rest".into());
        }
        world.happens(happening);
    }
    world.outcome()
}

impl<'p> World<'p> {
    fn new(plan: &'p Plan, keeps_lines: bool) -> Self {
        let processes = plan.clocks.iter().map(|&clock| Process::new(clock)).collect();
        let customers = plan.orders.iter().map(|order| (order.id, Customer::new(order.clone()))).collect();
        let upstream = plan.orders.iter().map(|order| (order.id, Account::new(order))).collect();
        World {
            plan,
            service: Service::default(),
            now: BEGIN,
            queue: BTreeMap::new(),
            scheduled: 0,
            draws: Draws::new(plan.seed),
            struck: Vec::new(),
            about: 0,
            log: Log::new(keeps_lines),
            processes,
            jobs: 0,
            functions: Vec::new(),
            unrecorded: Vec::new(),
            sends: Vec::new(),
            store: Store::default(),
            operations: Vec::new(),
            upstream,
            facts: Vec::new(),
            customers,
            exchanges: Vec::new(),
            judge: Judge::default(),
            heard: BTreeSet::new(),
            rounds: 0,
        }
    }

    /// What became of it, once nothing happens any more.
    fn outcome(mut self) -> Outcome {
        if self.judge.failure.is_none() {
            self.judge_end();
        }
        let World { judge, struck, log, .. } = self;
        Outcome { failure: judge.failure, struck, lines: log.lines, hash: log.hash, counts: judge.counts }
    }

    fn begin(&mut self) {
        for order in &self.plan.orders {
            self.after(order.created_at, Happening::Customer(order.id, meituan::Next::Create));
        }
    }

    fn happens(&mut self, happening: Happening) {
        self.about = self.order_of(&happening);
        match happening {
            Happening::Customer(order, next) => self.customer(order, next),
            Happening::CallArrives(exchange) => self.call_arrives(exchange),
            Happening::ReplyArrives(exchange, reply) => self.reply_arrives(exchange, *reply),
            Happening::CallTimesOut(exchange) => self.call_times_out(exchange),
            Happening::StoreActs(operation) => self.store_acts(operation),
            Happening::StoreAnswers(operation) => self.store_answers(operation),
            Happening::Timer(address, timer) => self.timer(address, timer),
            Happening::UpstreamActs(function) => self.upstream_acts(function),
            Happening::FunctionEnds(function) => self.function_ends(function),
            Happening::UpstreamDecides(order, matter) => self.upstream_decides(order, &matter),
            Happening::Fact(fact) => self.fact(fact),
            Happening::NoticeArrives(send) => self.notice_arrives(send),
            Happening::SendEnds(send) => self.send_ends(send),
            Happening::Poll(process) => self.poll(process),
            Happening::EndAgain(process, epoch, end) => self.end_again(process, epoch, end),
            Happening::Crash(process, epoch) => self.crash(process, epoch),
            Happening::Restart(process) => self.restart(process),
        }
    }

    fn order_of(&self, happening: &Happening) -> u64 {
        match *happening {
            Happening::Customer(order, _) | Happening::UpstreamDecides(order, _) => order,
            Happening::CallArrives(exchange) | Happening::ReplyArrives(exchange, _) | Happening::CallTimesOut(exchange) => {
                self.exchanges[exchange].order
            }
            Happening::StoreActs(operation) | Happening::StoreAnswers(operation) => self.operations[operation].order,
            Happening::Timer(address, _) => self.order_of_job(address),
            Happening::UpstreamActs(function) | Happening::FunctionEnds(function) => self.functions[function].order,
            Happening::Fact(fact) => self.facts[fact].order,
            Happening::NoticeArrives(send) | Happening::SendEnds(send) => self.sends[send].order,
            Happening::EndAgain(_, _, end) => self.unrecorded[end].0,
            Happening::Poll(_) | Happening::Crash(..) | Happening::Restart(_) => 0,
        }
    }

    fn after(&mut self, delay: i64, happening: Happening) {
        self.scheduled += 1;
        self.queue.insert((self.now + delay.max(0), self.scheduled), happening);
    }

    /// Whether a fault strikes here and now.
    fn strikes(&mut self, fault: Fault) -> bool {
        let (number, count) = self.draws.next(self.purpose(fault as usize));
        let chance = if self.is_calm() { 0 } else { self.plan.chance(fault) };
        let struck = (fault, self.about, count);
        let strikes = number % 1000 < u64::from(chance) && !self.plan.left_out.contains(&struck);
        if strikes {
            self.struck.push(struck);
            self.log(format_args!("        ({fault:?} {count})"));
        }
        strikes
    }

    fn is_calm(&self) -> bool {
        self.rounds > 0 || self.now >= BEGIN + self.plan.calm_at
    }

    fn between(&mut self, purpose: Purpose, least: i64, limit: i64) -> i64 {
        self.draws.between(self.purpose(Fault::ALL.len() + purpose as usize), least, limit)
    }

    fn purpose(&self, place: usize) -> usize {
        self.about as usize * 64 + place
    }

    fn is_broken(&self, breakage: Breakage) -> bool {
        self.plan.breakage == Some(breakage)
    }

    /// The time by a process's clock.
    fn clock(&self, process: usize) -> Timestamp {
        Timestamp(self.now + self.processes[process].clock)
    }

    /// The same, and by its clock that never jumps, which counts from another beginning.
    fn times(&self, process: usize) -> Now {
        let steady = self.now - BEGIN + 1_000_000 * (1 + process as i64);
        Now { wall: self.clock(process), steady: Timestamp(steady) }
    }

    fn log(&mut self, line: std::fmt::Arguments<'_>) {
        self.log.add(self.now - BEGIN, line);
    }

    fn fails(&mut self, what: String) {
        if self.judge.failure.is_none() {
            self.log(format_args!("FAILURE {what}"));
            self.judge.failure = Some(what);
        }
    }
}

/// What a time or a choice is drawn for.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Call,
    Choice,
    Store,
    StoreLong,
    Pause,
    Upstream,
    UpstreamLong,
    Decision,
    Fact,
    Notice,
    Poll,
    Crash,
    Customer,
    Gate,
}
