//! A failing run is made shorter, as long as it still fails.

use crate::plan::{Fault, Plan, Struck};
use crate::tickets::{Outcome, run};
use std::collections::BTreeSet;

/// So many runs are tried.
const MAX_RUNS: u32 = 3_000;

/// Returns a shorter plan that fails in the same way, and its outcome with every line.
pub fn shrink(plan: &Plan) -> (Plan, Outcome) {
    let wanted = kind(&run(plan, false));
    let mut search = Search { wanted, runs: 0, best: plan.clone() };
    while search.runs < MAX_RUNS && search.round() {}
    let outcome = run(&search.best, true);
    (search.best, outcome)
}

struct Search {
    wanted: String,
    runs: u32,
    best: Plan,
}

impl Search {
    /// Whether anything could be left out.
    fn round(&mut self) -> bool {
        let mut is_shorter = false;
        for place in (0..self.best.orders.len()).rev() {
            is_shorter |= self.best.orders.len() > 1 && self.attempt(|plan| _ = plan.orders.remove(place));
        }
        for place in (0..self.best.clocks.len()).rev() {
            is_shorter |= self.best.clocks.len() > 1 && self.attempt(|plan| _ = plan.clocks.remove(place));
        }
        for place in 0..self.best.clocks.len() {
            is_shorter |= self.best.clocks[place] != 0 && self.attempt(|plan| plan.clocks[place] = 0);
        }
        for order in 0..self.best.orders.len() {
            for place in (0..self.best.orders[order].intents.len()).rev() {
                is_shorter |= self.attempt(|plan| _ = plan.orders[order].intents.remove(place));
            }
            is_shorter |= self.best.orders[order].quantity > 1 && self.attempt(|plan| plan.orders[order].quantity = 1);
        }
        for &fault in Fault::ALL {
            is_shorter |= self.best.chance(fault) > 0 && self.attempt(|plan| plan.chances[fault as usize] = 0);
        }
        is_shorter | self.leave_out_faults()
    }

    /// Leaves out faults, many at once first.
    fn leave_out_faults(&mut self) -> bool {
        let struck: BTreeSet<Struck> = run(&self.best, false).struck.into_iter().collect();
        let mut struck: Vec<_> = struck.into_iter().collect();
        let (mut size, mut is_shorter) = (struck.len().div_ceil(2), false);
        while size > 0 && !struck.is_empty() && self.runs < MAX_RUNS {
            let mut at = 0;
            while at < struck.len() {
                let some: Vec<_> = struck[at..struck.len().min(at + size)].to_vec();
                if self.attempt(|plan| plan.left_out.extend(some.iter().copied())) {
                    is_shorter = true;
                    struck.drain(at..at + some.len());
                } else {
                    at += size;
                }
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        is_shorter
    }

    fn attempt(&mut self, change: impl FnOnce(&mut Plan)) -> bool {
        let mut plan = self.best.clone();
        change(&mut plan);
        self.runs += 1;
        let fails = kind(&run(&plan, false)) == self.wanted;
        if fails {
            self.best = plan;
        }
        fails
    }
}

/// What fails, without its numbers.
fn kind(outcome: &Outcome) -> String {
    let words = outcome.failure.as_deref().unwrap_or("nothing");
    let kind: String = words.chars().filter(|character| !character.is_ascii_digit()).collect();
    kind.chars().take(40).collect()
}
