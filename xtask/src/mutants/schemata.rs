//! Mutant schemata: one build of the crate that has all mutants, each behind a switch that an environment variable turns on.
//! So a mutant costs no build, and only those tests run that reach it.
//!
//! Which mutants there are, and what each puts in which place, is said by cargo-mutants. Code that does not compile behind a switch
//! (constants, other types of a returned `impl Trait`) is left to cargo-mutants itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::switches::{Mutant, render};
use crate::tools::{self, Outcome};

/// The mutant that is on, by its number; without it none is, and what is reached is written to the other one's file.
const MUTANT: &str = "MUTANT";
const REACHED: &str = "MUTANTS_REACHED";

/// The function that each switch calls, at the end of this file.
const CRATE: &str = "src/lib.rs";
const SWITCH: &str = r#"
#[allow(missing_docs, clippy::all)]
pub(crate) fn mutant(number: usize) -> bool {
    use std::sync::{OnceLock, atomic::{AtomicBool, Ordering}};
    static ON: OnceLock<usize> = OnceLock::new();
    static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
    let on = *ON.get_or_init(|| std::env::var("MUTANT").ok().and_then(|on| on.parse().ok()).unwrap_or(usize::MAX));
    if on == usize::MAX && !SEEN[number].swap(true, Ordering::Relaxed) {
        if let Some(path) = std::env::var_os("MUTANTS_REACHED") {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, format!("{number}\n").as_bytes()).unwrap();
        }
    }
    on == number
}
"#;

/// The files that tests read beside the crate's sources.
const COPIED: [&str; 4] = ["src", "tests", "docs", "Cargo.lock"];
/// Tests of JavaScript and of the packages.
const NOT_COPIED: [&str; 7] = ["js/", "packaging/", "www/", "types/", "examples/", "demo/", "crash/"];

/// A test may last so many times as long as without a mutant, and no less than so long: then it runs for ever.
const TIME_LIMIT: (u32, Duration) = (10, Duration::from_secs(20));

/// These tests measure time, and fail by accident where the machine is busy: they count once they have failed so often. Those that
/// fail without a mutant, because switches take time themselves, are left out.
const TIMED: ([&str; 2], usize) = (["grow", "in_proportion"], 3);

/// So many of the tests that have noticed a mutant last are tried first.
const RECENT: usize = 4;

/// The build, and which mutants have a switch in it.
pub(super) struct Schemata {
    mutants: Vec<Mutant>,
    switched: BTreeSet<usize>,
    tests: Vec<Test>,
}

struct Test {
    program: PathBuf,
    name: String,
    reaches: BTreeSet<usize>,
    takes: Duration,
}

impl Test {
    fn is_timed(&self) -> bool {
        TIMED.0.iter().any(|part| self.name.contains(part))
    }
}

impl Schemata {
    /// Builds the crate with the switches of these mutants.
    pub(super) fn build(mutants: Vec<Mutant>, targets: &[String]) -> Outcome<Self> {
        let mut rendered: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
        rendered.insert(CRATE);
        for part in COPIED {
            copy(part, &rendered)?;
        }
        let manifest = tools::read_text(&tools::root().join("Cargo.toml"))?;
        let without_members = |line: &str| if line.starts_with("members = ") { "members = []".to_owned() } else { line.to_owned() };
        let manifest: Vec<String> = manifest.lines().map(without_members).collect();
        update(&folder().join("Cargo.toml"), manifest.join("\n") + "\n")?;
        // Those that did not compile last time are not tried again.
        let left = fs::read_to_string(left()).unwrap_or_default();
        let left_out: BTreeSet<&str> = left.lines().collect();
        let mut switched: BTreeSet<usize> =
            (0..mutants.len()).filter(|&number| !left_out.contains(mutants[number].name.as_str())).collect();
        loop {
            let files = render(&mutants, &mut switched)?;
            for (file, rendered) in &files {
                update(&folder().join(file), &rendered.text)?;
            }
            let library = tools::read_text(&tools::root().join(CRATE))?;
            update(&folder().join(CRATE), library + &SWITCH.replace("COUNT", &mutants.len().to_string()))?;
            let errors = check()?;
            if errors.is_empty() {
                break;
            }
            let before = switched.len();
            for (file, place, message) in errors {
                let rendered = files.get(&file).ok_or_else(|| format!("{file}: {message}"))?;
                let wrong = rendered.at(place);
                switched.retain(|mutant| !wrong.contains(mutant));
            }
            if switched.len() == before {
                return Err("mutants behind switches do not compile: see target/mutants/schemata".to_owned());
            }
        }
        let without = (0..mutants.len()).filter(|number| !switched.contains(number)).map(|number| mutants[number].name.as_str());
        // Those of other builds stay.
        let without: BTreeSet<&str> = left_out.iter().copied().chain(without).collect();
        tools::write(&self::left(), without.into_iter().flat_map(|name| [name, "\n"]).collect::<String>())?;
        let mut schemata = Schemata { mutants, switched, tests: Vec::new() };
        for program in programs(targets)? {
            let listed = tools::printed_by(Command::new(&program).current_dir(folder()).args(["--list", "--format=terse"]))?;
            for name in listed.lines().filter_map(|line| line.strip_suffix(": test")) {
                schemata.tests.extend(reach(&program, name)?);
            }
        }
        schemata.tests.sort_by_key(|test| (test.is_timed(), test.takes));
        Ok(schemata)
    }

    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.switched.iter().map(|&number| self.mutants[number].name.as_str()).collect()
    }

    /// Tests the mutants with these names, in this order, until the time is over, and hands over whether each survives, and the test that noticed.
    pub(super) fn run(
        &self,
        wanted: &[&String],
        end: Instant,
        mut found: impl FnMut(&str, Option<&str>) -> Outcome + Send,
    ) -> Outcome {
        let numbers: BTreeMap<&str, usize> =
            self.switched.iter().map(|&number| (self.mutants[number].name.as_str(), number)).collect();
        let wanted: Vec<usize> = wanted.iter().filter_map(|name| numbers.get(name.as_str()).copied()).collect();
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let found = Mutex::new(&mut found);
        let work = || {
            // A test that one mutant breaks, the next one often breaks too.
            let mut recent: VecDeque<&Test> = VecDeque::new();
            while Instant::now() < end && !failed.load(Ordering::Relaxed) {
                let Some(&number) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) else { return Ok(()) };
                let is_recent = |test: &Test| recent.iter().any(|known| known.name == test.name);
                let others = self.tests.iter().filter(|test| !is_recent(test));
                let tests: Vec<&Test> =
                    recent.iter().copied().chain(others).filter(|test| test.reaches.contains(&number)).collect();
                let mut noticed = None;
                for test in tests {
                    if !passes(test, Some(number))? {
                        noticed = Some(test);
                        break;
                    }
                }
                if let Some(test) = noticed {
                    recent.retain(|known| known.name != test.name);
                    recent.push_front(test);
                    recent.truncate(RECENT);
                }
                let mut found = found.lock().map_err(|error| error.to_string())?;
                let noticed = noticed.map(|test| test.name.as_str());
                found(&self.mutants[number].name, noticed).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            }
            Ok(())
        };
        let count = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker has panicked".to_owned())?)
        })
    }
}

/// Whether a test passes with a mutant, or without one.
fn passes(test: &Test, mutant: Option<usize>) -> Outcome<bool> {
    let times = if test.is_timed() { TIMED.1 } else { 1 };
    for _ in 0..times {
        if passes_once(test, mutant)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One that needs too long, or too much memory, does not pass.
fn passes_once(test: &Test, mutant: Option<usize>) -> Outcome<bool> {
    let mut command = command(&test.program, &test.name);
    command.envs(mutant.map(|number| (MUTANT, number.to_string())));
    let mut child = command.spawn().map_err(tools::failure("run", &test.program))?;
    let (times, min) = TIME_LIMIT;
    let end = Instant::now() + (test.takes * times).max(min);
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status.success());
        }
        if Instant::now() > end {
            let _ = child.kill();
            child.wait().map_err(|error| error.to_string())?;
            return Ok(false);
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Runs a test without a mutant, and notes which switches it reaches.
fn reach(program: &Path, name: &str) -> Outcome<Option<Test>> {
    let path = folder().join("reached.txt");
    let _ = fs::remove_file(&path);
    let begin = Instant::now();
    let status = command(program, name).env(REACHED, &path).status().map_err(tools::failure("run", program))?;
    let reached = fs::read_to_string(&path).unwrap_or_default();
    let reaches = reached.lines().filter_map(|line| line.parse().ok()).collect();
    let test = Test { program: program.to_owned(), name: name.to_owned(), reaches, takes: begin.elapsed() };
    // Notes need time, too.
    match status.success() || passes(&test, None)? {
        true => Ok(Some(test)),
        false if test.is_timed() => Ok(None),
        false => Err(format!("{name} fails without a mutant")),
    }
}

/// One test, in a process of its own, with not much more memory than it needs.
fn command(program: &Path, name: &str) -> Command {
    let mut command = match cfg!(unix) {
        true => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]).arg(program);
            shell
        }
        false => Command::new(program),
    };
    command.current_dir(folder()).args(["--exact", name, "--test-threads=1"]).env_remove(MUTANT);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn folder() -> PathBuf {
    super::folder().join("schemata")
}

/// The names of the mutants without a switch.
fn left() -> PathBuf {
    super::folder().join("without-switch.txt")
}

/// Copies a part of the project, but for those files that are rendered.
fn copy(part: &str, rendered: &BTreeSet<&str>) -> Outcome {
    let (from, to) = (tools::root().join(part), folder().join(part));
    if !from.is_dir() {
        return update(&to, &tools::read(&from)?);
    }
    let mut files: BTreeSet<String> = tools::files_under(&from)?.into_iter().collect();
    if part == "tests" {
        files.retain(|file| !NOT_COPIED.iter().any(|left_out| file.starts_with(left_out)));
    }
    tools::create_folder(&to)?;
    for gone in tools::files_under(&to)?.iter().filter(|file| !files.contains(*file)) {
        fs::remove_file(to.join(gone)).map_err(tools::failure("remove", &to))?;
    }
    files.retain(|file| !rendered.contains(format!("{part}/{file}").as_str()));
    files.iter().try_for_each(|file| update(&to.join(file), &tools::read(&from.join(file))?))
}

/// Writes a file where it differs, so that only what has changed is compiled.
fn update(path: &Path, content: impl AsRef<[u8]>) -> Outcome {
    if fs::read(path).is_ok_and(|known| known == content.as_ref()) {
        return Ok(());
    }
    tools::create_folder(path.parent().unwrap_or(path))?;
    tools::write(path, content)
}

fn cargo(verb: &str) -> Command {
    let mut cargo = tools::cargo(verb);
    cargo.current_dir(folder()).env("CARGO_TARGET_DIR", super::folder().join("schemata-target"));
    // Overflow is noticed as in every other test.
    for profile in ["DEV", "TEST"] {
        cargo.env(format!("CARGO_PROFILE_{profile}_OPT_LEVEL"), "1").env(format!("CARGO_PROFILE_{profile}_DEBUG"), "0");
    }
    // Some test programs need features that are off by default.
    cargo.args(["--offline", "--message-format=json", "--all-features"]);
    cargo
}

/// Where the library does not compile: file, first byte, message.
fn check() -> Outcome<Vec<(String, usize, String)>> {
    let output = cargo("check").arg("--lib").output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let mut errors = Vec::new();
    for message in messages(&output.stdout).filter(|message| message["message"]["level"] == "error") {
        let message = &message["message"];
        let text = message["rendered"].as_str().unwrap_or_default().to_owned();
        for span in message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true) {
            let file = span["file_name"].as_str().unwrap_or_default().to_owned();
            errors.push((file, span["byte_start"].as_u64().unwrap_or_default() as usize, text.clone()));
        }
    }
    if errors.is_empty() && !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(errors)
}

/// Builds the tests.
fn programs(targets: &[String]) -> Outcome<Vec<PathBuf>> {
    let path = super::folder().join("schemata.txt");
    let errors = File::create(&path).map_err(tools::failure("create", &path))?;
    let output = cargo("test").arg("--no-run").args(targets).stderr(errors).output();
    let output = output.map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the tests were not built:\n{}", tools::read_text(&path)?));
    }
    Ok(messages(&output.stdout).filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect())
}

fn messages(output: &[u8]) -> impl Iterator<Item = Value> {
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}
