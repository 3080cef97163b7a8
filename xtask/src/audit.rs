//! What must hold too, and is too heavy, or too dependent on the day, for every run.

use std::collections::BTreeSet;
use std::env;
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime};

use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::Timestamp;
use serde_json::Value;

use crate::tools::{self, Outcome, Steps};
use crate::{mutants, simulate, test};

/// How it is asked for.
pub(crate) const WORDS: &str = "audit [--only …]";

const USAGE: &str =
    "usage: cargo xtask audit [--only <part>] [--file <part of a path>,…] [--minutes <number>] [--shard <number>/<of>]";

const PARTS: [&str; 7] = ["calendar", "oldest Rust", "exploration", "simulation", "mutants", "kills", "traps"];

/// So many seeds are simulated.
const SEEDS: u64 = 10_000;

/// So far ahead the shipped calendar must reach.
const DAYS_AHEAD: u32 = 60;

pub(crate) struct Options {
    only: Option<usize>,
    /// Only mutants of files whose paths have one of these parts are tested, in this order; commas are between them.
    pub(crate) file: String,
    /// How long mutants may be tested in this call.
    pub(crate) limit: Duration,
    /// Every how many-th mutant is tested, and which of them is the first.
    pub(crate) shard: (usize, usize),
}

pub(crate) fn run() -> Outcome<ExitCode> {
    let words: Vec<_> = env::args().skip(2).collect();
    let options = match options(&words) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}");
            return Ok(ExitCode::from(2));
        }
    };
    let mut steps = Steps::shown();
    let (mut passed, mut failed) = (0, 0);
    for (index, name) in PARTS.into_iter().enumerate() {
        if options.only.is_some_and(|only| only != index) {
            continue;
        }
        let outcome = steps.run(name, || match index {
            0 => calendar(),
            1 => oldest_rust(),
            2 => exploration(),
            3 => simulate::audit(SEEDS),
            4 => mutants::audit(&options),
            5 => kills(),
            _ => traps(),
        });
        match outcome {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                println!("{name}: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(words: &[String]) -> Outcome<Options> {
    let mut options = Options { only: None, file: String::new(), limit: Duration::from_secs(30 * 60), shard: (1, 1) };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        match word.as_str() {
            "--only" => options.only = Some(tools::chosen(&PARTS, value)?),
            "--file" => options.file = value.clone(),
            "--minutes" => options.limit = Duration::from_secs(60 * value.parse::<u64>().map_err(|_| USAGE)?),
            "--shard" => {
                let numbers = value.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
                options.shard = numbers.filter(|(part, of)| (1..=*of).contains(part)).ok_or(USAGE)?;
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}

/// The State Council announces a year in November before it.
fn calendar() -> Outcome {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    let shipped = Calendar::shipped();
    if !shipped.ends_within(Timestamp(now.as_millis() as i64), DAYS_AHEAD) {
        return Ok(());
    }
    let end = shipped.through.map(|day| day.to_string()).unwrap_or_default();
    Err(format!("the shipped calendar ends on {end}, within {DAYS_AHEAD} days: add the next year to src/ticket/working_days.rs"))
}

/// The crate builds by the oldest Rust that it names, and no dependency names a newer one.
fn oldest_rust() -> Outcome {
    let metadata = tools::printed_by(tools::cargo("metadata").args(["--format-version=1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let of = |package: &Value| package["rust_version"].as_str().map(str::to_owned);
    let ours = packages.iter().find(|package| package["name"] == "meituan-protocol").and_then(of);
    let ours = ours.ok_or("Cargo.toml has no rust-version")?;

    let tree = [
        "--package",
        "meituan-protocol",
        "--edges",
        "normal",
        "--features",
        "chrono,http,jiff,testing,time,tokio",
        "--prefix",
        "none",
        "--locked",
    ];
    let tree = tools::printed_by(tools::cargo("tree").args(tree).args(["--format", "{p}"]))?;
    let used: BTreeSet<&str> = tree.lines().collect();
    let is_used = |package: &Value| {
        let (name, version) = (package["name"].as_str().unwrap_or_default(), package["version"].as_str().unwrap_or_default());
        used.iter().any(|line| line.strip_prefix(name).is_some_and(|rest| rest[1..].starts_with(&format!("v{version}"))))
    };
    for package in packages.iter().filter(|package| is_used(package)) {
        if let Some(needed) = of(package).filter(|needed| numbers(needed) > numbers(&ours)) {
            return Err(format!("{} needs Rust {needed}; rust-version says {ours}", package["name"]));
        }
    }
    if let Err(why) = tools::run(Command::new("rustup").args(["toolchain", "install", &ours, "--profile", "minimal"])) {
        println!("\nRust {ours} is not here, and the crate was not built by it: only what dependencies declare was checked. {why}");
        print!("{:<30}", "");
        return Ok(());
    }
    for features in ["--features=chrono,http,jiff,testing,time,tokio", "--no-default-features"] {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(tools::root()).args([
            "run",
            &ours,
            "cargo",
            "check",
            "--locked",
            "--package",
            "meituan-protocol",
            features,
        ]);
        // Those of the Rust that runs this program are not its own.
        rustup.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env("CARGO_TARGET_DIR", tools::target().join("oldest-rust"));
        tools::run(&mut rustup)?;
    }
    Ok(())
}

/// The order machine and the judge agree along longer sequences than those of every run.
fn exploration() -> Outcome {
    const DEPTH: &str = "EXPLORATION_DEPTH";
    let depth = env::var(DEPTH).unwrap_or_else(|_| "1".to_owned());
    let mut test = tools::cargo("test");
    test.args(["--package", "meituan-protocol", "--test", "ticket_order_exploration", "--", "--nocapture"]).env(DEPTH, depth);
    // It takes minutes: what it runs is worth compiling for speed.
    test.env("CARGO_PROFILE_DEV_OPT_LEVEL", "2").env("CARGO_PROFILE_TEST_OPT_LEVEL", "2");
    test.env("CARGO_TARGET_DIR", tools::target().join("exploration"));
    let output = tools::output_of(&mut test)?;
    println!();
    output.lines().filter(|line| line.contains(" traces of ")).for_each(|line| println!("{line}"));
    print!("{:<30}", "");
    Ok(())
}

/// A million good, bad and trapping calls in one process.
fn traps() -> Outcome {
    test::require_package()?;
    println!();
    tools::show(tools::node().args(["tests/traps/run.mjs", "1000000"]))?;
    print!("{:<30}", "");
    Ok(())
}

/// Suppliers' processes on one file are killed fifty times, and the simulator's model judges what happened.
fn kills() -> Outcome {
    test::require_package()?;
    simulate::build()?;
    println!();
    tools::show(tools::node().args(["tests/kills/run.mjs", "50"]))?;
    print!("{:<30}", "");
    Ok(())
}

/// A version, to be compared.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|part| part.parse().ok()).chain([0, 0]).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Option<(Option<usize>, u64, (usize, usize))> {
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        options(&words).ok().map(|options| (options.only, options.limit.as_secs(), options.shard))
    }

    #[test]
    fn options_choose_the_part_the_time_and_the_shard() {
        assert_eq!(asked(""), Some((None, 1800, (1, 1))));
        assert_eq!(asked("--only mut --minutes 5 --shard 2/4"), Some((Some(4), 300, (2, 4))));
        for wrong in ["--only", "--only all", "--minutes soon", "--shard 0/4", "--shard 5/4", "--shard 1", "--fast 1"] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.100") > numbers("1.89") && numbers("1.89.1") > numbers("1.89") && numbers("1.89.0") == numbers("1.89"));
    }
}
