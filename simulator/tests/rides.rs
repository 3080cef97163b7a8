//! Some hundred runs of the world of rides, each fault on purpose, and that a run is the same each time.

use meituan_protocol_simulator::rides::{Breakage, Counts, Plan, run};

/// So many runs; `SIMULATED_SEEDS` is another number.
const SEEDS: u64 = 500;
/// A fault on purpose is found within so many.
const MAX_SEEDS: u64 = 100;

#[test]
fn rides_end_in_the_right_state_and_money_whatever_goes_wrong_within_the_bounds() {
    let seeds = std::env::var("SIMULATED_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let (mut all, begun) = (Counts::default(), std::time::Instant::now());
    for seed in 0..seeds {
        let plan = Plan::new(seed, None);
        let outcome = run(&plan, false);
        if outcome.failure.is_some() {
            let outcome = run(&plan.shrink(), true);
            panic!("seed {seed}: {}\n{}", outcome.failure.unwrap_or_default(), outcome.lines.join("\n"));
        }
        all.add(&outcome.counts);
    }
    println!("{seeds} seeds, {all:?}, {:.1?}", begun.elapsed());
    // What is not judged in full could hide anything.
    assert!(all.judged * 10 > all.orders * 8 && all.payments * 2 > all.orders && all.crashes > seeds / 4, "{all:?}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [1, 2, 3, 500] {
        let [first, second] = [(); 2].map(|()| run(&Plan::new(seed, None), true));
        assert_eq!((first.hash, first.lines), (second.hash, second.lines));
    }
}

#[test]
fn every_breakage_is_found_within_a_hundred_seeds() {
    for &breakage in Breakage::ALL {
        let failure = |seed: u64| Some((seed, run(&Plan::new(seed, Some(breakage)), false).failure?));
        let found = (0..MAX_SEEDS).find_map(failure);
        let (seed, what) = found.unwrap_or_else(|| panic!("{breakage:?} is not found within {MAX_SEEDS} seeds"));
        println!("{breakage:?}: after {} seeds: {what}", seed + 1);
    }
}
