//! Checks that are too heavy, or too dependent on the day, for every run.

use std::env;
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime};

use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::Timestamp;

use crate::tools::{self, Outcome, Steps};
use crate::{crates, mutants, simulate, stores, supply, test};

/// How it is called.
pub(crate) const WORDS: &str = "audit [--only …]";

const USAGE: &str =
    "usage: cargo xtask audit [--only <part>] [--file <part of a path>,…] [--minutes <number>] [--shard <number>/<of>]";

type Check = fn(&Options) -> Outcome<Checked>;

const PARTS: [(&str, Check); 16] = [
    ("calendar", |_| calendar()),
    ("oldest Rust", |_| oldest_rust()),
    ("lower bounds", |_| supply::lower_bounds()),
    ("publish", |_| supply::publish()),
    ("dependencies", |_| supply::dependencies()),
    ("bill of materials", |_| supply::bill_of_materials()),
    ("features", |_| supply::features()),
    ("reproducible", |_| supply::reproducible()),
    ("exploration", |_| exploration()),
    ("simulation", |_| simulate::audit(SEEDS).map(|()| Checked::all())),
    ("mutants", |options| mutants::audit(options).map(|()| Checked::all())),
    ("kills", |_| kills()),
    ("traps", |_| traps()),
    ("stores", |_| stores()),
    ("load", |_| load()),
    ("packaging", |_| packaging()),
];

/// Where nothing failed, and something could not be checked.
const NOT_ALL: u8 = 3;

/// The rest of a part, which could not be checked here, such as checks that need data from elsewhere. It is neither passed nor
/// failed.
pub(crate) struct Checked {
    unchecked: Vec<String>,
}

impl Checked {
    pub(crate) fn all() -> Self {
        Checked { unchecked: Vec::new() }
    }

    pub(crate) fn but(unchecked: Vec<String>) -> Self {
        Checked { unchecked }
    }
}

/// Number of simulated seeds.
const SEEDS: u64 = 10_000;

/// How many days ahead the shipped calendar must reach.
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
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (index, (name, check)) in PARTS.into_iter().enumerate() {
        if options.only.is_some_and(|only| only != index) {
            continue;
        }
        match steps.run(name, || check(&options)) {
            Ok(Checked { unchecked }) if unchecked.is_empty() => passed += 1,
            Ok(Checked { unchecked }) => {
                skipped += 1;
                unchecked.iter().for_each(|what| println!("{name}, not checked: {what}"));
            }
            Err(why) => {
                failed += 1;
                println!("{name}: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(exit_code(failed, skipped))
}

fn exit_code(failed: usize, skipped: usize) -> ExitCode {
    match (failed, skipped) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(NOT_ALL),
        _ => ExitCode::FAILURE,
    }
}

fn options(words: &[String]) -> Outcome<Options> {
    let mut options = Options { only: None, file: String::new(), limit: Duration::from_secs(30 * 60), shard: (1, 1) };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        match word.as_str() {
            "--only" => options.only = Some(tools::chosen(&PARTS.map(|(name, _)| name), value)?),
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
fn calendar() -> Outcome<Checked> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    let shipped = Calendar::shipped();
    if !shipped.ends_within(Timestamp(now.as_millis() as i64), DAYS_AHEAD) {
        return Ok(Checked::all());
    }
    let end = shipped.through.map(|day| day.to_string()).unwrap_or_default();
    Err(format!("the shipped calendar ends on {end}, within {DAYS_AHEAD} days: add the next year to src/ticket/working_days.rs"))
}

/// The crate builds by the oldest Rust that it names, and no dependency names a newer one.
fn oldest_rust() -> Outcome<Checked> {
    let crates = crates::linked("normal", &["--features", "chrono,getrandom,http,jiff,testing,time,tokio"])?;
    let ours = crates.first().and_then(|ours| ours.rust.clone()).ok_or("Cargo.toml has no rust-version")?;
    for each in &crates {
        if let Some(needed) = each.rust.as_ref().filter(|needed| numbers(needed) > numbers(&ours)) {
            return Err(format!("{} needs Rust {needed}; rust-version says {ours}", each.name));
        }
    }
    if let Err(why) = tools::run(Command::new("rustup").args(["toolchain", "install", &ours, "--profile", "minimal"])) {
        return Ok(Checked::but(vec![format!(
            "the crate was not built by Rust {ours}, only what dependencies declare was read: {why}"
        )]));
    }
    for features in ["--features=chrono,getrandom,http,jiff,testing,time,tokio", "--no-default-features"] {
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
    Ok(Checked::all())
}

/// The order machine and the judge agree along longer sequences than those of every run.
fn exploration() -> Outcome<Checked> {
    const DEPTH: &str = "EXPLORATION_DEPTH";
    let depth = env::var(DEPTH).unwrap_or_else(|_| "1".to_owned());
    let mut test = tools::cargo("test");
    test.args(["--package", "meituan-protocol", "--test", "ticket_order_exploration", "--", "--nocapture"]).env(DEPTH, depth);
    // It runs for minutes: its code is worth compiling for speed.
    test.env("CARGO_PROFILE_DEV_OPT_LEVEL", "2").env("CARGO_PROFILE_TEST_OPT_LEVEL", "2");
    test.env("CARGO_TARGET_DIR", tools::target().join("exploration"));
    let output = tools::output_of(&mut test)?;
    println!();
    output.lines().filter(|line| line.contains(" traces of ")).for_each(|line| println!("{line}"));
    print!("{:<30}", "");
    Ok(Checked::all())
}

/// A million good, bad and trapping calls in one process.
fn traps() -> Outcome<Checked> {
    test::require_package()?;
    println!();
    tools::show(tools::node().args(["tests/traps/run.mjs", "1000000"]))?;
    print!("{:<30}", "");
    Ok(Checked::all())
}

/// Suppliers' processes on one file are killed fifty times, and the simulator's model judges what happened.
fn kills() -> Outcome<Checked> {
    test::require_package()?;
    simulate::build()?;
    println!();
    tools::show(tools::node().args(["tests/kills/run.mjs", "50"]))?;
    print!("{:<30}", "");
    Ok(Checked::all())
}

/// The stores of the npm package, over every database.
fn stores() -> Outcome<Checked> {
    test::require_package()?;
    stores::audit().map(|()| Checked::all())
}

/// Suppliers' processes under load, over PostgreSQL and Redis; a model judges what Meituan was sent.
fn load() -> Outcome<Checked> {
    test::require_package()?;
    println!();
    stores::load()?;
    print!("{:<30}", "");
    Ok(Checked::all())
}

/// The packed package in more tools than in every run, and each condition of its maps against all lines of every run.
fn packaging() -> Outcome<Checked> {
    test::require_package()?;
    test::packaging_audit().map(|()| Checked::all())
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
        let mutants = PARTS.iter().position(|(name, _)| *name == "mutants");
        assert_eq!(asked("--only mut --minutes 5 --shard 2/4"), Some((mutants, 300, (2, 4))));
        for wrong in ["--only", "--only all", "--minutes soon", "--shard 0/4", "--shard 5/4", "--shard 1", "--fast 1"] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_was_not_checked_is_no_success_and_no_failure() {
        let codes = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(failed, skipped)| format!("{:?}", exit_code(failed, skipped)));
        let expected = [ExitCode::SUCCESS, ExitCode::from(3), ExitCode::FAILURE, ExitCode::FAILURE];
        assert_eq!(codes, expected.map(|code| format!("{code:?}")));
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.100") > numbers("1.89") && numbers("1.89.1") > numbers("1.89") && numbers("1.89.0") == numbers("1.89"));
    }
}
