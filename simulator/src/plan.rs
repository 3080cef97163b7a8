//! What a run is made of, all of it from one number: processes, orders, which faults may strike and how often.

use crate::random::Draws;
use std::collections::BTreeSet;

macro_rules! named {
    ($(#[doc = $doc:expr])* $type:ident { $( $(#[doc = $what:expr])* $name:ident, )* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $( $(#[doc = $what])* $name, )* }

        impl $type {
            /// All of them.
            pub const ALL: &'static [$type] = &[$($type::$name,)*];
        }
    };
}
pub(crate) use named;

named! {
    /// What can go wrong, within the bounds that are assumed.
    Fault {
        /// A call of Meituan's does not arrive.
        CallLost,
        /// It arrives late, up to 15 s.
        CallLate,
        /// It arrives twice, at any two processes.
        CallDoubled,
        /// Meituan repeats a call that was answered.
        CallRepeated,
        /// The reply to a call does not arrive.
        ReplyLost,
        /// It arrives late, up to 15 s.
        ReplyLate,
        /// A notice does not arrive.
        NoticeLost,
        /// It arrives late, within the send's time limit.
        NoticeLate,
        /// It arrives twice, within the send.
        NoticeDoubled,
        /// Meituan's answer to a notice does not arrive.
        AnswerLost,
        /// Meituan does not accept the notice this time.
        NoticeRefused,
        /// Meituan replies 300 to a pay notice.
        NoticeProcessing,
        /// The store takes up to 30 s.
        StoreSlow,
        /// The store fails before it has done anything.
        StoreFails,
        /// The store has saved it, and says that it failed.
        StoreFailsAfter,
        /// The store does not answer. What is saved may be saved up to 40 s later.
        StoreHangs,
        /// The store says that somebody was first, and nobody was.
        StoreConflicts,
        /// The store says that somebody was first, and it was this very save: a client that repeats what it sends.
        StoreConflictsAfter,
        /// A process's clock is set to another time, within the bounds.
        ClockSet,
        /// A process dies, and begins anew up to 2 minutes later.
        Crash,
        /// The upstream system takes up to 3 minutes.
        UpstreamSlow,
        /// The upstream system is not reached, and the function breaks off.
        UpstreamLost,
        /// The upstream system acts, and the function breaks off.
        UpstreamBreaksOff,
        /// The function never ends.
        FunctionHangs,
        /// The upstream system creates and issues although it has made the order void.
        ActsAfterVoid,
        /// What the function returns breaks a rule.
        Unusable,
        /// The upstream system refuses.
        Refused,
        /// It decides later.
        PutOff,
        /// It never decides.
        Undecided,
        /// What the supplier's system reports is recorded late.
        FactLate,
        /// It is reported twice at once.
        FactDoubled,
    }
}

named! {
    /// A fault that is made on purpose, in what drives the service or beyond the bounds that it assumes: the model must notice.
    Breakage {
        /// An end that nobody knows is taken as a refusal.
        UnknownIsRefusal,
        /// Notices are sent without a claim.
        NoClaim,
        /// Two who save at once both hear that they have.
        LostCompareAndSwap,
        /// What ends and what is reported is saved without looking whether somebody was first.
        RecordedBlindly,
        /// The reply leaves before what it says is saved.
        ReplyBeforeSave,
        /// The function runs before its reservation is saved.
        RunBeforeSave,
        /// Every run of a function has a key of its own.
        KeyOfEachRun,
        /// A notice that nobody knows of counts as accepted.
        UnknownIsAccepted,
        /// Clocks are 10 minutes apart.
        ClocksApart,
        /// Notices arrive up to 5 minutes after they were sent.
        LateDelivery,
        /// The store gives what was stored a while before.
        StaleReads,
        /// The upstream system acts each time that it is asked.
        ActsTwice,
        /// The store forgets when something is due.
        DueForgotten,

    }
}

/// What Meituan and the guests do with an order that is issued, and when, in milliseconds after it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A refund of so many tickets.
    Refund(u32),
    /// A guest enters.
    Enter {
        /// The gate asks the order, too; otherwise it lets in by what the supplier's own system knows.
        asks: bool,
    },
    /// Meituan queries.
    Query,
    /// Meituan reschedules to another day.
    Reschedule,
    /// Meituan refunds a ticket itself.
    OwnRefund,
    /// Meituan closes the order after issuing.
    Close,
}

/// One order.
#[derive(Debug, Clone)]
pub struct OrderPlan {
    /// Its number.
    pub id: u64,
    /// How many tickets.
    pub quantity: u32,
    /// Its voucherType.
    pub voucher_type: i32,
    /// When Meituan creates it.
    pub created_at: i64,
    /// When it is paid after that; nothing: it is closed unpaid.
    pub paid_after: Option<i64>,
    /// How often Meituan repeats a call that is not answered, before it ends the order.
    pub patience: u32,
    /// What is done with it.
    pub intents: Vec<(i64, Intent)>,
}

/// A fault that struck: which, the order that it was about, and how many times it could have struck there before.
pub type Struck = (Fault, u64, u64);

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The number that it is made from.
    pub seed: u64,
    /// By how much each process's clock is wrong.
    pub clocks: Vec<i64>,
    /// The orders.
    pub orders: Vec<OrderPlan>,
    /// Of a thousand times, how often each fault strikes.
    pub chances: Vec<u32>,
    /// Faults strike until then.
    pub calm_at: i64,
    /// Faults that are left out, for a shorter run.
    pub left_out: BTreeSet<Struck>,
    /// What is broken on purpose.
    pub breakage: Option<Breakage>,
}

const PLANNING: usize = 0;
const SWARM: usize = 1;
const CLOCKS: usize = 2;

impl Plan {
    /// The run of this number.
    pub fn new(seed: u64, breakage: Option<Breakage>) -> Self {
        let mut draws = Draws::new(seed ^ 0x5eed);
        let processes = draws.between(PLANNING, 2, 5) as usize;
        let width = width(breakage);
        // Half of the clocks are as far apart as they may be.
        let mut clock = || match draws.between(CLOCKS, 0, 4) {
            0 => 0,
            1 => width,
            _ => draws.between(CLOCKS, 0, width + 1),
        };
        let clocks = (0..processes).map(|_| clock()).collect();
        let orders = (0..draws.between(PLANNING, 1, 4)).map(|place| order(place, &mut draws)).collect();
        let mut chances: Vec<u32> = Fault::ALL.iter().map(|&fault| chance(fault, &mut draws)).collect();
        if chances[Fault::ActsAfterVoid as usize] > 0 {
            // Of what is issued after an order was closed, somebody has to hear.
            (chances[Fault::Crash as usize], chances[Fault::FunctionHangs as usize]) = (0, 0);
        }
        let calm_at = draws.between(PLANNING, 60_000, 1_500_000);
        Plan { seed, clocks, orders, chances, calm_at, left_out: BTreeSet::new(), breakage }
    }

    /// How far clocks are apart at most, in milliseconds.
    pub fn clock_width(&self) -> i64 {
        width(self.breakage)
    }

    /// How often a fault strikes.
    pub fn chance(&self, fault: Fault) -> u32 {
        self.chances[fault as usize]
    }
}

fn width(breakage: Option<Breakage>) -> i64 {
    if breakage == Some(Breakage::ClocksApart) { 600_000 } else { 60_000 }
}

/// In each run only some faults strike, so that none hides another; each with a frequency of its own.
fn chance(fault: Fault, draws: &mut Draws) -> u32 {
    let (is_on, most) = match fault {
        Fault::Crash => (600, 40),
        Fault::ClockSet => (300, 30),
        Fault::Undecided => (150, 200),
        Fault::FunctionHangs => (200, 100),
        Fault::ActsAfterVoid => (250, 1_000),
        Fault::Unusable => (300, 300),
        Fault::Refused => (400, 400),
        Fault::PutOff => (700, 900),
        Fault::NoticeRefused | Fault::NoticeProcessing | Fault::AnswerLost => (500, 400),
        _ => (450, 250),
    };
    let often = draws.between(SWARM, 1, most) as u32;
    if draws.is(SWARM, is_on) { often } else { 0 }
}

fn order(place: i64, draws: &mut Draws) -> OrderPlan {
    let mut below = |limit: i64| draws.between(PLANNING, 0, limit);
    let quantity = 1 + below(6) as u32;
    let voucher_type = [1, 1, 1, 2, 0][below(5) as usize];
    let is_paid = below(12) > 0;
    let mut intents = Vec::new();
    for _ in 0..below(14) {
        // Most follow soon upon each other, so that they meet.
        let after = if below(3) > 0 { below(20_000) } else { below(400_000) };
        let intent = match below(20) {
            0..=6 => Intent::Refund(1 + below(i64::from(quantity)) as u32),
            7..=13 => Intent::Enter { asks: below(4) > 0 },
            14..=16 => Intent::Query,
            17 => Intent::Reschedule,
            18 => Intent::OwnRefund,
            _ => Intent::Close,
        };
        intents.push((after, intent));
    }
    OrderPlan {
        id: 7 + place as u64,
        quantity,
        voucher_type,
        created_at: below(30_000),
        paid_after: is_paid.then(|| below(20_000)),
        patience: 1 + below(5) as u32,
        intents,
    }
}
