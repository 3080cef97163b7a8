//! `cargo xtask simulate [seeds]`, `--seed <number>`, `--breakage <name>`, `--rides` for the world of rides alone; `--judge <log>` judges
//! what real processes have done.

#![forbid(unsafe_code)]

use meituan_protocol_simulator::plan::{Breakage, Plan};
use meituan_protocol_simulator::rides;
use meituan_protocol_simulator::shrink::shrink;
use meituan_protocol_simulator::tickets::{Counts, replay, run};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "usage: simulate [<seeds>] [--from <seed>] [--seed <seed>] [--breakage <name>] [--rides] | --judge <log>";
const SEEDS: u64 = 1_000;

#[derive(Default)]
struct Options {
    seeds: Option<u64>,
    from: u64,
    seed: Option<u64>,
    breakage: Option<String>,
    judge: Option<String>,
    rides: bool,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}\nbreakages: {:?}\nof rides: {:?}", Breakage::ALL, rides::Breakage::ALL);
        return ExitCode::from(2);
    };
    if let Some(log) = &options.judge {
        return judge(log);
    }
    let breakage = options.breakage.as_deref();
    if options.rides {
        let Ok(breakage) = named(breakage, rides::Breakage::ALL) else { return ExitCode::from(2) };
        return match options.seed {
            Some(seed) => rerun_rides(seed, breakage),
            None => run_rides(&options, breakage),
        };
    }
    let Ok(breakage) = named(breakage, Breakage::ALL) else { return ExitCode::from(2) };
    match options.seed {
        Some(seed) => rerun(seed, breakage),
        None => match run_all(&options, breakage) {
            ExitCode::SUCCESS if breakage.is_none() => run_rides(&options, None),
            code => code,
        },
    }
}

/// The breakage of this name, if there is a name.
fn named<T: Copy + std::fmt::Debug>(name: Option<&str>, all: &[T]) -> Result<Option<T>, ()> {
    let Some(name) = name else { return Ok(None) };
    let known = all.iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(name)).copied();
    known.map(Some).ok_or_else(|| eprintln!("{USAGE}\nbreakages: {all:?}"))
}

fn rerun_rides(seed: u64, breakage: Option<rides::Breakage>) -> ExitCode {
    let plan = rides::Plan::new(seed, breakage);
    let outcome = rides::run(&plan, true);
    outcome.lines.iter().for_each(|line| println!("{line}"));
    let Some(failure) = outcome.failure else {
        println!("seed {seed} of rides: nothing fails; hash {:016x}, {:?}", outcome.hash, outcome.counts);
        return ExitCode::SUCCESS;
    };
    println!("seed {seed} of rides: {failure}\n\nshortened:");
    rides::run(&plan.shrink(), true).lines.iter().for_each(|line| println!("{line}"));
    ExitCode::FAILURE
}

fn run_rides(options: &Options, breakage: Option<rides::Breakage>) -> ExitCode {
    let (seeds, begun) = (options.seeds.unwrap_or(SEEDS), Instant::now());
    let mut all = rides::Counts::default();
    for seed in options.from..options.from + seeds {
        let plan = rides::Plan::new(seed, breakage);
        let outcome = rides::run(&plan, false);
        if outcome.failure.is_some() {
            let outcome = rides::run(&plan.shrink(), true);
            outcome.lines.iter().for_each(|line| println!("{line}"));
            println!("seed {seed} of rides: {}", outcome.failure.unwrap_or_default());
            println!("found after {} seeds, {:.1?}", seed - options.from + 1, begun.elapsed());
            return ExitCode::FAILURE;
        }
        all.add(&outcome.counts);
    }
    let rides::Counts { happenings, orders, judged, payments, crashes, conflicts } = all;
    println!(
        "rides: {happenings} happenings, {orders} orders, {judged} of them without an open conflict, {payments} payments, {crashes} \
         crashes, {:.1?}; conflicts that were reported: {}",
        begun.elapsed(),
        Vec::from_iter(conflicts).join(", ")
    );
    ExitCode::SUCCESS
}

fn options(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => options.seed = Some(words.next()?.parse().ok()?),
            "--from" => options.from = words.next()?.parse().ok()?,
            "--judge" => options.judge = Some(words.next()?),
            "--breakage" => options.breakage = Some(words.next()?),
            "--rides" => options.rides = true,
            _ => options.seeds = Some(word.parse().ok()?),
        }
    }
    Some(options)
}

fn judge(path: &str) -> ExitCode {
    let outcome = std::fs::read_to_string(path).map_err(|error| error.to_string()).and_then(|log| replay(&log));
    let (failure, counts) = match outcome {
        Err(error) => (Some(error), Counts::default()),
        Ok(outcome) => (outcome.failure, outcome.counts),
    };
    if let Some(failure) = failure {
        println!("{failure}");
        return ExitCode::FAILURE;
    }
    let Counts { happenings, orders, judged, exchanges, crashes, conflicts } = counts;
    println!(
        "{happenings} happenings, {orders} orders, {judged} of them without an open conflict, {exchanges} exchanges judged, \
         {crashes} kills; conflicts that were reported: {}",
        Vec::from_iter(conflicts).join(", ")
    );
    ExitCode::SUCCESS
}

fn rerun(seed: u64, breakage: Option<Breakage>) -> ExitCode {
    let outcome = run(&Plan::new(seed, breakage), true);
    outcome.lines.iter().for_each(|line| println!("{line}"));
    match outcome.failure {
        None => {
            println!("seed {seed}: nothing fails; hash {:016x}, {:?}", outcome.hash, outcome.counts);
            ExitCode::SUCCESS
        }
        Some(_) => {
            println!("\nshortened:");
            show_failure(seed, breakage);
            ExitCode::FAILURE
        }
    }
}

fn show_failure(seed: u64, breakage: Option<Breakage>) {
    let (plan, outcome) = shrink(&Plan::new(seed, breakage));
    outcome.lines.iter().for_each(|line| println!("{line}"));
    println!("seed {seed}: {}", outcome.failure.unwrap_or_default());
    println!("clocks {:?}, orders {:?}, faults {:?}", plan.clocks, plan.orders, outcome.struck);
}

fn run_all(options: &Options, breakage: Option<Breakage>) -> ExitCode {
    let (seeds, begun) = (options.seeds.unwrap_or(SEEDS), Instant::now());
    let mut all = Counts::default();
    let mut struck: BTreeMap<String, u64> = BTreeMap::new();
    for seed in options.from..options.from + seeds {
        let outcome = run(&Plan::new(seed, breakage), false);
        if outcome.failure.is_some() {
            show_failure(seed, breakage);
            println!("found after {} seeds, {:.1?}", seed - options.from + 1, begun.elapsed());
            return ExitCode::FAILURE;
        }
        all.add(&outcome.counts);
        outcome.struck.iter().for_each(|(fault, ..)| *struck.entry(format!("{fault:?}")).or_default() += 1);
    }
    let took = begun.elapsed();
    let Counts { happenings, orders, judged, exchanges, crashes, conflicts } = all;
    println!(
        "{seeds} seeds from {}: {happenings} happenings, {orders} orders, {judged} of them without an open conflict, {exchanges} \
         exchanges judged, {crashes} crashes, {:.1?}, {:.0} seeds a second",
        options.from,
        took,
        seeds as f64 / took.as_secs_f64(),
    );
    println!("conflicts that were reported: {}", Vec::from_iter(conflicts).join(", "));
    println!("faults: {struck:?}");
    ExitCode::SUCCESS
}
