//! Mutants: small faults that cargo-mutants makes in the rules of orders, in the judge and in what handles secrets. A fault that
//! no test notices survives; each survivor needs a reason in docs/reliability.md. Nearly all are tested in one build
//! (`schemata`), the rest by cargo-mutants, which builds each.
//!
//! Outcomes are kept in `target/mutants`, so that a run that was interrupted, or whose time was over, goes on. An
//! outcome holds while the mutant's file is unchanged, a survival also while the tests are.

mod schemata;
mod switches;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::audit::Options;
use crate::tools::{self, Outcome};
use schemata::Schemata;
use switches::Mutant;

/// Another one may name its options, files and mutants otherwise.
const CARGO_MUTANTS: &str = "27.1.0";

/// The files that mutants are made in, and the tests that may notice them.
struct Area {
    made_in: &'static [&'static str],
    left_out: &'static [&'static str],
    /// Functions that only the wasm has, by parts of their names: tests of the package are about them.
    of_wasm: &'static [&'static str],
    /// The test programs that begin so and mention one of these modules; those in the library run too.
    tests: &'static [&'static str],
    modules: &'static [&'static str],
}

const AREAS: [Area; 2] = [
    // The rules of orders, and the judge.
    Area {
        made_in: &["src/ticket/order/**", "src/ticket/acceptance/**"],
        // Definitions, sentences, and what reads and writes JSON: no rule is in them.
        left_out: &[
            "src/ticket/order/boundary.rs",
            "src/ticket/order/event.rs",
            "src/ticket/order/reasons.rs",
            "src/ticket/acceptance/points.rs",
            "src/ticket/acceptance/trace.rs",
        ],
        of_wasm: &[],
        tests: &["ticket_"],
        modules: &["order::", "acceptance::"],
    },
    // The files that handle secrets.
    Area {
        made_in: &["src/ba.rs", "src/ba/**", "src/block_cipher.rs", "src/body_cipher.rs", "src/envelope.rs", "src/secret.rs"],
        left_out: &[],
        of_wasm: &["Elsewhere", "compute_by"],
        tests: &["ride_", "ticket_"],
        modules: &["ba::", "body_cipher::", "envelope::"],
    },
];

/// The time of a mutant's tests: so many times the time without it, and no less than so many seconds.
const TIME_LIMIT: [&str; 2] = ["--timeout-multiplier=4", "--minimum-test-timeout=60"];

const REASONS: &str = "docs/reliability.md";

/// The names of cargo-mutants' lists, and whether such a mutant survives. One that runs for ever is noticed.
const LISTS: [(&str, bool); 4] = [("caught", false), ("timeout", false), ("unviable", false), ("missed", true)];

/// The file, and what is changed in it, without the place: that moves.
type Fault = (String, String);

pub(crate) fn audit(options: &Options) -> Outcome {
    let mut progress = Progress::load()?;
    let end = Instant::now() + options.limit;
    let (mut ours, mut count) = (Vec::new(), 0);
    println!();
    for area in &AREAS {
        let all = area.mutants()?;
        count += all.len();
        let chosen = chosen(&all, options);
        if progress.known(&chosen) < chosen.len() {
            progress.run(area, all, &chosen, end)?;
        }
        ours.extend(chosen);
    }

    let mut survivors: BTreeMap<Fault, usize> = BTreeMap::new();
    for name in ours.iter().filter(|name| progress.of(name) == Some(true)) {
        *survivors.entry(fault(name)).or_default() += 1;
    }
    let reasons = reasons(&tools::read_text(&tools::root().join(REASONS))?)?;
    let known = progress.known(&ours);
    let survived: usize = survivors.values().sum();
    println!("{} noticed, {survived} survive, {} not tested yet", known - survived, ours.len() - known);
    let mut failures = unexplained(&survivors, &reasons);
    if known < ours.len() {
        failures.push(format!("{} mutants are not tested yet; the same command goes on", ours.len() - known));
    } else if ours.len() == count {
        let gone = reasons.keys().filter(|fault| !survivors.contains_key(*fault));
        failures.extend(gone.map(|(file, change)| format!("{REASONS} explains what does not survive: {file}: {change}")));
    }
    print!("{:<30}", "");
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

impl Area {
    /// With all that decides which mutants there are.
    fn cargo_mutants(&self) -> Outcome<Command> {
        let mut command = tools::cargo_tool("cargo-mutants", CARGO_MUTANTS)?;
        command.args(["--no-config", "--package=meituan-protocol"]);
        command.args(self.made_in.iter().map(|files| format!("--file={files}")));
        command.args(self.left_out.iter().map(|file| format!("--exclude={file}")));
        command.args(self.of_wasm.iter().map(|part| format!("--exclude-re={part}")));
        Ok(command)
    }

    fn mutants(&self) -> Outcome<Vec<Mutant>> {
        let listed = tools::printed_by(self.cargo_mutants()?.args(["--list", "--json", "--colors=never"]))?;
        let listed: Vec<Value> = serde_json::from_str(&listed).map_err(|error| format!("cargo-mutants: {error}"))?;
        let mutants: Option<Vec<Mutant>> = listed.iter().map(Mutant::of).collect();
        mutants.ok_or("cargo-mutants lists mutants otherwise than expected".to_owned())
    }

    fn test_targets(&self) -> Outcome<Vec<String>> {
        let mut targets = vec!["--lib".to_owned()];
        for (name, files) in tools::test_programs()? {
            if !self.tests.iter().any(|start| name.starts_with(start)) {
                continue;
            }
            let texts: Vec<_> = files.iter().map(|file| tools::read_text(file)).collect::<Outcome<_>>()?;
            if self.modules.iter().any(|module| texts.iter().any(|text| text.contains(module))) {
                targets.push(format!("--test={name}"));
            }
        }
        Ok(targets)
    }
}

/// The names of the requested ones: by their files' paths, in the order of the request, and by shard.
fn chosen(all: &[Mutant], options: &Options) -> Vec<String> {
    let (part, of) = options.shard;
    let mut seen = BTreeSet::new();
    let parts = options.file.split(',');
    let named = parts.flat_map(|part| all.iter().map(|mutant| &mutant.name).filter(move |name| fault(name).0.contains(part)));
    let once = named.filter(|name| seen.insert(*name));
    once.skip(part - 1).step_by(of).cloned().collect()
}

/// Every survivor that the table does not explain as often as it survives.
fn unexplained(survivors: &BTreeMap<Fault, usize>, reasons: &BTreeMap<Fault, usize>) -> Vec<String> {
    let survives = |(fault, times): (&Fault, &usize)| {
        let explained = reasons.get(fault).copied().unwrap_or_default();
        let (file, change) = fault;
        (*times > explained).then(|| format!("{file}: {change}: survives {times} times, {explained} explained in {REASONS}"))
    };
    survivors.iter().filter_map(survives).collect()
}

/// The rows `| file | change | times | reason |` of the table, both names between backticks.
fn reasons(document: &str) -> Outcome<BTreeMap<Fault, usize>> {
    let mut reasons = BTreeMap::new();
    for row in document.lines().filter(|line| line.starts_with("| `src/")) {
        // A bar within a cell is written `\|`.
        let row = row.replace("\\|", "\0");
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().replace('\0', "|")).collect();
        let [_, file, change, times, reason, _] = &cells[..] else { return Err(format!("{REASONS}: not four cells: {row}")) };
        let name = |cell: &str| cell.trim_matches('`').to_owned();
        let times = times.parse().map_err(|_| format!("{REASONS}: not a number: {times}"))?;
        if reason.is_empty() {
            return Err(format!("{REASONS}: no reason: {row}"));
        }
        reasons.insert((name(file), name(change)), times);
    }
    Ok(reasons)
}

/// Of a name such as `src/ticket/order/mod.rs:204:52: replace == with != in apply`.
fn fault(name: &str) -> Fault {
    let (place, change) = name.split_once(": ").unwrap_or((name, ""));
    (place.split(':').next().unwrap_or_default().to_owned(), change.to_owned())
}

/// The known outcomes of mutants, and whether they still hold.
struct Progress {
    /// The beginning of a line in the file while it holds: the hash of the mutant's file, and that of the tests.
    tests: u64,
    sources: BTreeMap<String, u64>,
    /// By name: whether it survives.
    outcomes: BTreeMap<String, bool>,
}

impl Progress {
    fn load() -> Outcome<Self> {
        let mut tests = DefaultHasher::new();
        for file in tools::test_programs()?.into_values().flatten() {
            file.hash(&mut tests);
            tools::read_text(&file)?.hash(&mut tests);
        }
        let vectors = tools::root().join("tests/vectors");
        for file in tools::files_under(&vectors)? {
            fs::read(vectors.join(&file)).map_err(tools::failure("read", &vectors))?.hash(&mut tests);
        }
        let mut sources = BTreeMap::new();
        for file in tools::files_under(&tools::root().join("src"))? {
            let mut hash = DefaultHasher::new();
            let file = format!("src/{file}");
            tools::read_text(&tools::root().join(&file))?.hash(&mut hash);
            sources.insert(file, hash.finish());
        }
        let mut progress = Progress { tests: tests.finish(), sources, outcomes: BTreeMap::new() };
        let saved = fs::read_to_string(known()).unwrap_or_default();
        for line in saved.lines() {
            let Some((list, name)) = line.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')) else { continue };
            let survives = list == "survives";
            if line == progress.line(name, survives) {
                progress.outcomes.insert(name.to_owned(), survives);
            }
        }
        Ok(progress)
    }

    fn line(&self, name: &str, survives: bool) -> String {
        let source = self.sources.get(&fault(name).0).copied().unwrap_or_default();
        match survives {
            true => format!("{:016x} survives {name}", source ^ self.tests),
            false => format!("{source:016x} noticed {name}"),
        }
    }

    fn save(&self) -> Outcome {
        let lines = self.outcomes.iter().map(|(name, &survives)| self.line(name, survives) + "\n");
        // Renamed, so that an interruption here loses nothing.
        let new = known().with_extension("new");
        tools::write(&new, lines.collect::<String>())?;
        fs::rename(&new, known()).map_err(tools::failure("write", &new))
    }

    fn of(&self, name: &str) -> Option<bool> {
        self.outcomes.get(name).copied()
    }

    fn known(&self, names: &[String]) -> usize {
        names.iter().filter(|name| self.of(name).is_some()).count()
    }

    /// Tests what is not known yet, until the time is over.
    fn run(&mut self, area: &Area, all: Vec<Mutant>, ours: &[String], end: Instant) -> Outcome {
        let names: Vec<String> = all.iter().map(|mutant| mutant.name.clone()).collect();
        let wanted: Vec<_> = ours.iter().filter(|name| self.of(name).is_none()).collect();
        // Only what is needed is built.
        let files: BTreeSet<String> = wanted.iter().map(|name| fault(name).0).collect();
        let built = all.into_iter().filter(|mutant| files.contains(&fault(&mutant.name).0)).collect();
        println!("{} mutants in {} files are not known yet", wanted.len(), files.len());
        let schemata = Schemata::build(built, &area.test_targets()?)?;
        let with_switch = schemata.names();
        println!("{} are in one build", with_switch.len());
        let mut saved = Instant::now();
        let noticed_by = folder().join("noticed.txt");
        let mut noticed =
            File::options().append(true).create(true).open(&noticed_by).map_err(tools::failure("open", &noticed_by))?;
        schemata.run(&wanted, end, |name, test| {
            self.outcomes.insert(name.to_owned(), test.is_none());
            match test {
                Some(test) => writeln!(noticed, "{test}: {name}").map_err(tools::failure("write", &noticed_by))?,
                None => println!("survives: {name}"),
            }
            if saved.elapsed() > Duration::from_secs(2) {
                saved = Instant::now();
                self.save()?;
            }
            Ok(())
        })?;
        self.save()?;
        let left = wanted.into_iter().filter(|name| !with_switch.contains(name.as_str())).collect();
        self.build_each(area, &names, &left, end)
    }

    /// Tests by cargo-mutants, which builds each mutant.
    fn build_each(&mut self, area: &Area, all: &[String], wanted: &BTreeSet<&String>, end: Instant) -> Outcome {
        if wanted.is_empty() || Instant::now() >= end {
            return Ok(());
        }
        let skipped: Vec<_> = all.iter().filter(|name| !wanted.contains(name)).map(String::as_str).collect();
        let output = folder().join("mutants.out");
        for old in [&output, &folder().join("tmp")] {
            tools::remove_folder(old)?;
            tools::create_folder(old)?;
        }
        // The mutants that cargo-mutants leaves out when it goes on by itself.
        tools::write(&output.join("previously_caught.txt"), skipped.join("\n"))?;
        let path = folder().join("log.txt");
        let log = File::create(&path).map_err(tools::failure("create", &path))?;
        let errors = log.try_clone().map_err(tools::failure("open", &path))?;

        let mut command = area.cargo_mutants()?;
        command.args(["--iterate", "--no-shuffle", "--colors=never", "--no-times"]).args(TIME_LIMIT);
        command.arg("--output").arg(folder());
        // Some test programs need features that are off by default. Arguments after `--` would choose what runs, and not what is built.
        command.arg("--all-features");
        command.args(area.test_targets()?.iter().map(|target| format!("--cargo-arg={target}")));
        // Copies of the project, which are large, are removed here where cargo-mutants cannot.
        command.env("TMPDIR", folder().join("tmp")).env_remove("CARGO_TARGET_DIR");
        command.envs(["DEV", "TEST"].map(|profile| (format!("CARGO_PROFILE_{profile}_DEBUG"), "0")));
        let mut child = command.stdout(log).stderr(errors).spawn().map_err(|error| format!("cannot run cargo-mutants: {error}"))?;
        let status = loop {
            let status = child.try_wait().map_err(|error| error.to_string())?;
            self.harvest()?;
            if status.is_some() || Instant::now() >= end {
                break status;
            }
            sleep(Duration::from_secs(2));
        };
        match status.map(|status| status.code()) {
            None => interrupt(&mut child),
            // All noticed; some survive; some ran for ever.
            Some(Some(0 | 2 | 3)) => Ok(()),
            Some(_) => Err(format!("cargo-mutants failed:\n{}", tools::read_text(&path)?)),
        }?;
        tools::remove_folder(&folder().join("tmp"))
    }

    /// Keeps what cargo-mutants has found so far.
    fn harvest(&mut self) -> Outcome {
        let before = self.outcomes.len();
        for (list, survives) in LISTS {
            let path = folder().join("mutants.out").join(list).with_extension("txt");
            let found = fs::read_to_string(path).unwrap_or_default();
            // The last line may not be whole yet.
            let whole = found.rfind('\n').map_or("", |end| &found[..end]);
            for name in whole.lines().filter(|name| !name.is_empty()) {
                if self.outcomes.insert(name.to_owned(), survives).is_none() && survives {
                    println!("survives: {name}");
                }
            }
        }
        if self.outcomes.len() > before { self.save() } else { Ok(()) }
    }
}

/// As from the keyboard: cargo-mutants then ends what it has started, but not always itself.
fn interrupt(child: &mut Child) -> Outcome {
    if cfg!(unix) && tools::run(Command::new("kill").args(["-INT", &child.id().to_string()])).is_ok() {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && child.try_wait().is_ok_and(|status| status.is_none()) {
            sleep(Duration::from_millis(100));
        }
    }
    let _ = child.kill();
    child.wait().map(drop).map_err(|error| error.to_string())
}

fn folder() -> PathBuf {
    tools::target().join("mutants")
}

fn known() -> PathBuf {
    folder().join("known.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| file | change | times | why no test can notice it |
|---|---|---|---|
| `src/a.rs` | `replace \\|\\| with && in f` | 2 | both sides are the same there |
| `src/b.rs` | `replace g -> u32 with 1` | 1 | it is 1 |
";

    fn survivor(file: &str, change: &str) -> Fault {
        (file.to_owned(), change.to_owned())
    }

    #[test]
    fn a_survivor_is_explained_by_its_file_and_change_as_often_as_the_table_says() {
        let reasons = reasons(TABLE).unwrap();
        let or = survivor("src/a.rs", "replace || with && in f");
        assert_eq!(reasons.get(&or), Some(&2));
        assert!(unexplained(&BTreeMap::from([(or.clone(), 2)]), &reasons).is_empty());
        assert_eq!(unexplained(&BTreeMap::from([(or, 3)]), &reasons).len(), 1);
        assert_eq!(unexplained(&BTreeMap::from([(survivor("src/b.rs", "replace h -> u32 with 1"), 1)]), &reasons).len(), 1);
    }

    #[test]
    fn a_row_without_a_reason_or_a_number_is_refused() {
        assert!(reasons("| `src/a.rs` | `replace f` | 1 |  |").is_err());
        assert!(reasons("| `src/a.rs` | `replace f` | once | so |").is_err());
        assert!(reasons("| `src/a.rs` | `replace f` | so |").is_err());
    }

    #[test]
    fn the_place_of_a_mutant_is_no_part_of_what_it_is() {
        let moved = ["src/a.rs:1:2: replace f -> X with Y::z", "src/a.rs:33:4: replace f -> X with Y::z"];
        assert_eq!(
            moved.map(fault),
            [survivor("src/a.rs", "replace f -> X with Y::z"), survivor("src/a.rs", "replace f -> X with Y::z")]
        );
    }

    #[test]
    fn an_outcome_holds_while_its_file_is_unchanged_and_a_survival_while_the_tests_are_too() {
        let of =
            |source, tests| Progress { tests, sources: BTreeMap::from([("src/a.rs".into(), source)]), outcomes: BTreeMap::new() };
        let name = "src/a.rs:1:2: replace f with ()";
        let line = |source, tests, survives| of(source, tests).line(name, survives);
        assert_eq!(line(1, 2, false), line(1, 3, false));
        assert_ne!(line(1, 2, false), line(4, 2, false));
        assert_ne!(line(1, 2, true), line(1, 3, true));
        assert_ne!(line(1, 2, true), line(4, 2, true));
    }
}
