//! The world of the ride API, on virtual time: Meituan's side of one to three orders, two processes that receive pushes, settle what
//! is due by the store, query and pay, their store, the wallet that pays, and the network between them.

mod driver;
mod judge;
mod meituan;
mod store;

use crate::log::Log;
use crate::plan::named;
use crate::random::Draws;
use driver::{Address, Process, Timer};
use meituan::{Exchange, Push, Ride, Run};
use meituan_protocol::ride::codes::RideStatus;
use meituan_protocol::ride::order::Call;
use meituan_protocol::ride::service::Service;
use meituan_protocol::time::{Now, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::{Operation, Stored};

/// When a run begins: Monday, 2 March 2026, 10:00 in China.
const BEGIN: i64 = 1_772_416_800_000;
const MAX_HAPPENINGS: u64 = 60_000;
/// Time limit for everything to come to rest after the last fault, but for orders with a conflict.
const REST: i64 = 6 * 3_600_000;

named! {
    /// What can go wrong, within the bounds that are assumed.
    Fault {
        /// A push does not arrive. Meituan repeats it, or, of what a query tells too, never.
        PushLost,
        /// It arrives up to 2 minutes late.
        PushLate,
        /// It arrives twice, at any two processes.
        PushDoubled,
        /// It has no time.
        PushBare,
        /// The answer to it does not arrive.
        AnswerLost,
        /// A call of ours does not arrive.
        CallLost,
        /// Meituan's reply to it does not arrive.
        ReplyLost,
        /// It arrives up to 40 s late.
        ReplyLate,
        /// Meituan replies that it has failed, having acted or not.
        SystemError,
        /// The store takes up to 15 s.
        StoreSlow,
        /// The store fails before it has done anything.
        StoreFails,
        /// The store has saved it, and says that it failed.
        StoreFailsAfter,
        /// The store says that somebody was first, and nobody was.
        StoreConflicts,
        /// The store says that somebody was first, and it was this very save.
        StoreConflictsAfter,
        /// A process dies, and begins anew up to 2 minutes later.
        Crash,
        /// The wallet does not pay this time.
        Declined,
        /// The function that pays does not reach the wallet, and breaks off.
        WalletLost,
        /// The wallet pays, and the function breaks off.
        WalletBreaksOff,
        /// The function takes up to 2 minutes.
        WalletSlow,
        /// Nobody chooses a driver this time.
        Undecided,
    }
}

named! {
    /// A fault that is made on purpose: the model must notice.
    Breakage {
        /// The function pays although no claim of it was saved.
        PaysWithoutClaim,
        /// Every run of the function has a key of its own.
        KeyOfEachRun,
        /// A push is answered before it is saved.
        AnswersBeforeSave,
        /// Two who save at once both hear that they have.
        LostCompareAndSwap,
        /// Calls take no place within Meituan's limits.
        NoPlace,
    }
}

/// One order, as it is going to be.
#[derive(Debug, Clone)]
struct OrderPlan {
    at: i64,
    /// How long each of its states lasts.
    pace: i64,
    price: i64,
    /// The bill changes to this, so long after it was made.
    change: Option<(i64, i64)>,
    /// Cancelling costs this, once there is a driver.
    fee: i64,
    driver_cancels: bool,
    /// The passenger cancels so long after the order.
    cancels: Option<i64>,
    refunds: Vec<i64>,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    seed: u64,
    clocks: [i64; 2],
    orders: Vec<OrderPlan>,
    chances: Vec<u32>,
    calm_at: i64,
    /// Number of queries of other orders that came before.
    calls_before: i64,
    breakage: Option<Breakage>,
}

impl Plan {
    /// The run of this number.
    pub fn new(seed: u64, breakage: Option<Breakage>) -> Self {
        let mut draws = Draws::new(seed ^ 0x21de);
        let mut below = |limit: i64| draws.between(0, 0, limit);
        let mut clock = || [0, 60_000, below(60_001)][below(3) as usize];
        let clocks = [clock(), clock()];
        let orders = (0..1 + below(3)).map(|_| OrderPlan {
            at: below(120_000),
            pace: 500 + {
                let most = [5_000, 90_000][below(2) as usize];
                below(most)
            },
            price: 1_000 + below(9_000),
            change: (below(4) == 0).then(|| (below(20_000), 10_000 + below(5_000))),
            fee: [0, 300 + below(500)][below(2) as usize],
            driver_cancels: below(6) == 0,
            cancels: (below(4) == 0).then(|| below(200_000)),
            refunds: (0..below(4)).map(|_| 1 + below(300)).collect(),
        });
        let orders = orders.collect();
        let calm_at = 60_000 + below(1_200_000);
        // Where clocks differ, a call leaves the minute that it counts for too early by one of them: see docs/reliability.md.
        let calls_before = if clocks[0] == clocks[1] { 95 + below(6) } else { 0 };
        let chance = |&fault: &Fault| {
            let most = if fault == Fault::Crash { 40 } else { 300 };
            let often = draws.between(1, 1, most) as u32;
            if draws.is(1, 450) { often } else { 0 }
        };
        let chances = Fault::ALL.iter().map(chance).collect();
        Plan { seed, clocks, orders, chances, calm_at, calls_before, breakage }
    }

    /// Fewer orders and kinds of faults, as long as it fails.
    pub fn shrink(mut self) -> Self {
        let fails = |plan: &Plan| run(plan, false).failure.is_some();
        for place in (0..self.orders.len()).rev() {
            let mut plan = self.clone();
            plan.orders.remove(place);
            self = if !plan.orders.is_empty() && fails(&plan) { plan } else { self };
        }
        for place in 0..self.chances.len() {
            let mut plan = self.clone();
            plan.chances[place] = 0;
            self = if fails(&plan) { plan } else { self };
        }
        self
    }
}

/// What became of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What must not be; the first thing that was found.
    pub failure: Option<String>,
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
    /// Orders that Meituan has.
    pub orders: u64,
    /// Orders of which everything was judged, because no conflict was open.
    pub judged: u64,
    /// Payments that the wallet has made.
    pub payments: u64,
    /// Processes that died.
    pub crashes: u64,
    /// The conflicts that were open at the end.
    pub conflicts: BTreeSet<String>,
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Counts) {
        self.happenings += other.happenings;
        self.orders += other.orders;
        self.judged += other.judged;
        self.payments += other.payments;
        self.crashes += other.crashes;
        self.conflicts.extend(other.conflicts.iter().cloned());
    }
}

/// What is going to happen.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// The order leaves this state, if it is in it still.
    Life(usize, RideStatus),
    BillChanges(usize),
    /// Our passenger orders, or orders again.
    Submit(usize, u32),
    Cancel(usize, u32),
    PushIsSent(usize),
    PushArrives(usize, usize),
    CallArrives(usize),
    ReplyArrives(usize),
    WalletActs(usize),
    RunEnds(usize),
    StoreActs(usize),
    StoreAnswers(usize),
    Timer(Address, Timer),
    Poll(usize),
    Crash(usize, u32),
    Restart(usize),
}

struct World<'p> {
    plan: &'p Plan,
    service: Service,
    now: i64,
    queue: BTreeMap<(i64, u64), Happening>,
    scheduled: u64,
    draws: Draws,
    log: Log,
    processes: Vec<Process>,
    store: BTreeMap<String, Stored>,
    operations: Vec<Operation>,
    rides: Vec<Ride>,
    pushes: Vec<Push>,
    exchanges: Vec<Exchange>,
    runs: Vec<Run>,
    /// The calls that were made, and when.
    made: Vec<(Call, i64)>,
    /// The conflicts that somebody has heard of, by order.
    heard: BTreeSet<(String, String)>,
    failure: Option<String>,
    counts: Counts,
}

/// Runs a plan.
pub fn run(plan: &Plan, keeps_lines: bool) -> Outcome {
    let mut world = World {
        plan,
        service: Service { can_pay: true, can_choose: true, ..Service::default() },
        now: BEGIN,
        queue: BTreeMap::new(),
        scheduled: 0,
        draws: Draws::new(plan.seed),
        log: Log::new(keeps_lines),
        processes: plan.clocks.map(Process::new).into(),
        store: BTreeMap::new(),
        operations: Vec::new(),
        rides: plan.orders.iter().cloned().map(Ride::new).collect(),
        pushes: Vec::new(),
        exchanges: Vec::new(),
        runs: Vec::new(),
        made: Vec::new(),
        heard: BTreeSet::new(),
        failure: None,
        counts: Counts::default(),
    };
    world.fill_limits();
    for (number, order) in plan.orders.iter().enumerate() {
        world.after(order.at, Happening::Submit(number, 0));
    }
    let end = BEGIN + plan.calm_at + REST;
    while let Some(((at, _), happening)) = world.queue.pop_first() {
        if world.failure.is_some() || at > end {
            break;
        }
        world.now = at;
        world.counts.happenings += 1;
        if world.counts.happenings > MAX_HAPPENINGS {
            world.fails("it does not come to rest");
        }
        world.happens(happening);
    }
    if world.failure.is_none() {
        world.judge_end();
    }
    let World { failure, log, counts, .. } = world;
    Outcome { failure, lines: log.lines, hash: log.hash, counts }
}

impl World<'_> {
    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Life(ride, from) => self.goes_on(ride, from),
            Happening::BillChanges(ride) => self.bill_changes(ride),
            Happening::Submit(ride, tries) => self.submit(ride, tries),
            Happening::Cancel(ride, tries) => self.cancel(ride, tries),
            Happening::PushIsSent(push) => self.send_push(push),
            Happening::PushArrives(push, process) => self.receive(push, process),
            Happening::CallArrives(call) => self.call_arrives(call),
            Happening::ReplyArrives(call) => self.reply_arrives(call),
            Happening::WalletActs(run) => self.wallet_acts(run),
            Happening::RunEnds(run) => self.run_ends(run),
            Happening::StoreActs(operation) => self.store_acts(operation),
            Happening::StoreAnswers(operation) => self.store_answers(operation),
            Happening::Timer(address, timer) => self.timer(address, timer),
            Happening::Poll(process) => self.poll(process),
            Happening::Crash(process, epoch) => self.crash(process, epoch),
            Happening::Restart(process) => self.restart(process),
        }
    }

    fn after(&mut self, delay: i64, happening: Happening) {
        self.scheduled += 1;
        self.queue.insert((self.now + delay.max(0), self.scheduled), happening);
    }

    /// Whether a fault strikes here and now.
    fn strikes(&mut self, fault: Fault) -> bool {
        let is_calm = self.now >= BEGIN + self.plan.calm_at;
        let strikes = self.draws.is(fault as usize, self.plan.chances[fault as usize]) && !is_calm;
        if strikes {
            self.log(format_args!("        ({fault:?})"));
        }
        strikes
    }

    fn between(&mut self, least: i64, limit: i64) -> i64 {
        self.draws.between(Fault::ALL.len(), least, limit)
    }

    fn is_broken(&self, breakage: Breakage) -> bool {
        self.plan.breakage == Some(breakage)
    }

    /// The time by a process's clock, and by its clock that never jumps, which counts from another beginning.
    fn times(&self, process: usize) -> Now {
        let steady = self.now - BEGIN + 1_000_000 * (1 + process as i64);
        Now { wall: Timestamp(self.now + self.processes[process].clock), steady: Timestamp(steady) }
    }

    fn log(&mut self, line: std::fmt::Arguments<'_>) {
        self.log.add(self.now - BEGIN, line);
    }

    fn fails(&mut self, what: impl Into<String>) {
        if self.failure.is_none() {
            let what = what.into();
            self.log(format_args!("FAILURE {what}"));
            self.failure = Some(what);
        }
    }
}
