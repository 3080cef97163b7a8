//! Some hundred runs, each fault on purpose, and that a run is the same each time.

use meituan_protocol_simulator::plan::{Breakage, Plan};
use meituan_protocol_simulator::shrink::shrink;
use meituan_protocol_simulator::tickets::{Counts, run};

/// So many runs; `SIMULATED_SEEDS` is another number.
const SEEDS: u64 = 300;
/// A fault on purpose is found within so many.
const MAX_SEEDS: u64 = 100;

#[test]
fn orders_end_as_they_should_whatever_goes_wrong_within_the_bounds() {
    let seeds = std::env::var("SIMULATED_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let (mut all, begun) = (Counts::default(), std::time::Instant::now());
    for seed in 0..seeds {
        let plan = Plan::new(seed, None);
        let outcome = run(&plan, false);
        if outcome.failure.is_some() {
            let (_, outcome) = shrink(&plan);
            panic!("seed {seed}: {}\n{}", outcome.failure.unwrap_or_default(), outcome.lines.join("\n"));
        }
        all.add(&outcome.counts);
    }
    println!("{seeds} seeds, {all:?}, {:.1?}", begun.elapsed());
    // What is not judged in full could hide anything.
    assert!(all.judged * 10 > all.orders * 7 && all.exchanges > 5 * all.orders && all.crashes > seeds / 4, "{all:?}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [1, 2, 3, 500] {
        let [first, second] = [(); 2].map(|()| run(&Plan::new(seed, None), true));
        assert_eq!((first.hash, first.lines), (second.hash, second.lines));
        let kept_or_not = run(&Plan::new(seed, None), false);
        assert_eq!(first.hash, kept_or_not.hash);
    }
}

#[test]
fn a_failing_run_is_shortened_and_still_fails() {
    let plan = Plan::new(seed_that_finds(Breakage::NoClaim), Some(Breakage::NoClaim));
    let (shorter, outcome) = shrink(&plan);
    assert!(outcome.failure.is_some() && shorter.orders.len() == 1);
    assert!(outcome.lines.len() < run(&plan, true).lines.len());
}

fn seed_that_finds(breakage: Breakage) -> u64 {
    let found = (0..MAX_SEEDS).find(|&seed| run(&Plan::new(seed, Some(breakage)), false).failure.is_some());
    found.unwrap_or_else(|| panic!("{breakage:?} is not found within {MAX_SEEDS} seeds"))
}

#[test]
fn every_breakage_is_found_within_a_hundred_seeds() {
    for &breakage in Breakage::ALL {
        let seed = seed_that_finds(breakage);
        let what = run(&Plan::new(seed, Some(breakage)), false).failure.unwrap_or_default();
        println!("{breakage:?}: after {} seeds: {what}", seed + 1);
    }
}
