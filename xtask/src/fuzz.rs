//! The fuzzer: every target in `fuzz/`, for some time each.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs};

use crate::test;
use crate::tools::{self, Outcome, Steps, root};

/// How it is called.
pub(crate) const WORDS: &str = "fuzz [seconds]";
pub(crate) const KEEP_WORDS: &str = "fuzz keep";

/// For each target, where nothing is said.
const SECONDS: u32 = 60;
/// Another one may name its options otherwise.
const CARGO_FUZZ: &str = "0.13.2";
/// Limits of one input: bytes, megabytes, seconds.
const LIMITS: [&str; 3] = ["-max_len=16384", "-rss_limit_mb=2048", "-timeout=10"];

/// The words after `fuzz`: nothing, or a number of seconds.
pub(crate) fn seconds(words: &[String]) -> Option<u32> {
    match words {
        [] => Some(SECONDS),
        [seconds] => seconds.parse().ok().filter(|&seconds| seconds > 0),
        _ => None,
    }
}

pub(crate) fn run() -> Outcome<ExitCode> {
    let words: Vec<_> = env::args().skip(2).collect();
    let seconds = seconds(&words).ok_or("expected a number of seconds")?;
    let mut steps = Steps::shown();
    steps.run("the fuzzer", install)?;
    steps.run("seeds", write_seeds)?;
    steps.run("fuzz targets", || tools::run(cargo_fuzz("build").args(BUILD)))?;
    let mut found = 0;
    for name in targets()? {
        tools::create_folder(&folder().join(kept(&name)))?;
        let fuzzed = fuzz(&name, seconds)?;
        println!("{name:<14} {}", fuzzed.line());
        found += u32::from(fuzzed.input.is_some());
    }
    println!("{found} found something");
    Ok(if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Limits of what is kept of each target: so many inputs, of so many bytes together.
const KEPT: (usize, u64) = (128, 48 * 1024);
/// As few inputs as reach all code that any of them reaches, however often.
const MERGE: [&str; 2] = ["-set_cover_merge=1", "-use_counters=0"];

/// Keeps of what the fuzzer has found so far what reaches code that the seeds do not reach, the smallest first.
/// An input that once broke something is never removed.
pub(crate) fn keep() -> Outcome<ExitCode> {
    install()?;
    tools::run(cargo_fuzz("build").args(BUILD))?;
    for name in targets()? {
        let merged = tools::target().join("fuzz-kept").join(&name);
        tools::remove_folder(&merged)?;
        tools::create_folder(&merged)?;
        let corpus = folder().join("corpus").join(&name);
        for seed in tools::files_under(&corpus)?.iter().filter(|file| file.starts_with(SEED)) {
            tools::copy(&corpus.join(seed), &merged.join(seed))?;
        }
        let kept = folder().join(kept(&name));
        tools::create_folder(&kept)?;
        tools::run(cargo_fuzz("run").args(BUILD).arg(&name).args([&merged, &corpus, &kept]).arg("--").args(MERGE).args(LIMITS))?;
        let mut found: Vec<(u64, String)> = Vec::new();
        for file in tools::files_under(&merged)?.into_iter().filter(|file| !file.starts_with(SEED) && !file.starts_with(REGRESSION))
        {
            let path = merged.join(&file);
            found.push((path.metadata().map_err(tools::failure("read", &path))?.len(), file));
        }
        found.sort();
        for old in tools::files_under(&kept)?.iter().filter(|file| !file.starts_with(REGRESSION)) {
            fs::remove_file(kept.join(old)).map_err(tools::failure("remove", &kept))?;
        }
        let (mut count, mut bytes) = (0, 0);
        for (size, file) in found {
            if count < KEPT.0 && bytes + size <= KEPT.1 {
                (count, bytes) = (count + 1, bytes + size);
                tools::copy(&merged.join(&file), &kept.join(&file))?;
            }
        }
        println!("{name:<14} {count} inputs, {bytes} bytes");
    }
    Ok(ExitCode::SUCCESS)
}

/// The beginnings of the names of seeds, and of inputs that once broke something.
const SEED: &str = "seed-";
const REGRESSION: &str = "regression-";

/// Below the folder of the fuzzer.
fn kept(name: &str) -> String {
    format!("kept/{name}")
}

/// The crate has no unsafe code that a sanitizer could look at. Without one there are several times as many executions, and the
/// compiler that builds everything else builds this too.
const BUILD: [&str; 6] = ["--features", "libfuzzer", "--sanitizer", "none", "--codegen-units", "16"];

fn cargo_fuzz(verb: &str) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder()).args(["fuzz", verb]);
    command
}

fn install() -> Outcome {
    let wanted = format!("cargo-fuzz {CARGO_FUZZ}");
    if tools::printed_by(&mut cargo_fuzz("--version")).is_ok_and(|version| version == wanted) {
        return Ok(());
    }
    tools::run(tools::cargo("install").args(["cargo-fuzz", "--version", CARGO_FUZZ, "--locked"]))
        .map_err(|why| format!("{wanted} is missing and was not installed: {why}"))
}

fn write_seeds() -> Outcome {
    let mut command = tools::cargo("run");
    command.args(["--manifest-path", "fuzz/Cargo.toml", "--locked", "--example", "seeds", "--"]);
    tools::run(command.arg(folder().join("corpus")))
}

/// That the targets hold for their seeds and what is near them, without the fuzzer: they are built by every compiler.
pub(crate) fn check(filter: Option<&str>) -> Outcome {
    tools::run(tools::cargo("clippy").args(["--manifest-path", "fuzz/Cargo.toml", "--all-targets", "--", "-Dwarnings"]))?;
    test::cargo_tests(tools::cargo("test").args(["--manifest-path", "fuzz/Cargo.toml", "--locked"]), filter)
}

fn folder() -> PathBuf {
    root().join("fuzz")
}

fn targets() -> Outcome<Vec<String>> {
    let files = tools::files_under(&folder().join("fuzz_targets"))?;
    Ok(files.iter().filter_map(|file| file.strip_suffix(".rs")).map(str::to_owned).collect())
}

/// The result of one target.
struct Fuzzed {
    name: String,
    /// The fuzzer's output.
    output: String,
    seconds: f64,
    /// The input that something does not hold for, relative to the folder.
    input: Option<String>,
}

fn fuzz(name: &str, seconds: u32) -> Outcome<Fuzzed> {
    let start = Instant::now();
    let mut command = cargo_fuzz("run");
    // Its findings go to the first folder.
    command.args(BUILD).args([name, &format!("corpus/{name}"), &kept(name), "--"]).args(LIMITS);
    let output = command
        .arg(format!("-max_total_time={seconds}"))
        .arg("-print_final_stats=1")
        .output()
        .map_err(|error| format!("cannot run the fuzzer: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let input = text.lines().rev().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| relative(path));
    if input.is_none() && !output.status.success() {
        return Err(format!("{name} was not fuzzed: {}\n{text}", output.status));
    }
    Ok(Fuzzed { name: name.to_owned(), output: text, seconds: start.elapsed().as_secs_f64(), input })
}

fn relative(path: &str) -> String {
    path.rsplit_once("artifacts/").map_or(path.to_owned(), |(_, end)| format!("artifacts/{end}"))
}

impl Fuzzed {
    fn line(&self) -> String {
        let executions = self.after("stat::number_of_executed_units:");
        let (coverage, features) = (self.after(" cov:"), self.after(" ft:"));
        let counts = format!("{executions:>9} executions, coverage {coverage}, features {features}, {:.1} s", self.seconds);
        match &self.input {
            None => format!("{counts}, no failure"),
            Some(input) => format!("{counts}\n  fuzz/{input}; again: cd fuzz && {}", self.again(input)),
        }
    }

    fn again(&self, input: &str) -> String {
        format!("cargo fuzz run {} {} {input}", BUILD.join(" "), self.name)
    }

    /// The word that follows the last mention of this.
    fn after(&self, what: &str) -> &str {
        let rest = self.output.rsplit_once(what).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split_whitespace().next()).unwrap_or("0")
    }
}
