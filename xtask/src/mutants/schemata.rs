//! Mutant schemata: one build of the crate that has all mutants, each behind a switch that an environment variable turns on.
//! So a mutant costs no build, and only those tests run that reach it.
//!
//! Which mutants there are, and what each puts in which place, is said by cargo-mutants. Code that does not compile behind a switch
//! (constants, other types of a returned `impl Trait`) is left to cargo-mutants itself.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

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

/// A mutant as cargo-mutants lists it.
pub(super) struct Mutant {
    pub(super) name: String,
    file: String,
    genre: String,
    replacement: String,
    returns: String,
    /// Lines and columns, from 1.
    place: [(usize, usize); 2],
}

impl Mutant {
    pub(super) fn of(json: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let place = |end: &str| {
            let number = |field: &str| json["span"][end][field].as_u64().map(|number| number as usize);
            Some((number("line")?, number("column")?))
        };
        Some(Mutant {
            name: text(&json["name"])?,
            file: text(&json["file"])?,
            genre: text(&json["genre"])?,
            replacement: text(&json["replacement"])?,
            returns: text(&json["function"]["return_type"]).unwrap_or_default(),
            place: [place("start")?, place("end")?],
        })
    }
}

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

/// A source with switches.
struct Rendered {
    text: String,
    /// Where each mutant's own code is, and where the code is that several of them replace.
    own: Vec<(Range<usize>, usize)>,
    shared: Vec<(Range<usize>, Vec<usize>)>,
}

impl Rendered {
    /// The mutants that an error in this place is about.
    fn at(&self, place: usize) -> Vec<usize> {
        let own: Vec<usize> = self.own.iter().filter(|(range, _)| range.contains(&place)).map(|(_, mutant)| *mutant).collect();
        if !own.is_empty() {
            return own;
        }
        let around = self.shared.iter().filter(|(range, _)| range.contains(&place));
        around.min_by_key(|(range, _)| range.len()).map(|(_, mutants)| mutants.clone()).unwrap_or_default()
    }
}

/// A replacement: the place in the source, the mutant, and its code. Of two with one beginning the longer is the first.
type Sites = BTreeMap<Key, Vec<(usize, String)>>;
type Key = (usize, Reverse<usize>);

/// Writes every file with the switches of its mutants; removes those from the set that can have none.
fn render(mutants: &[Mutant], switched: &mut BTreeSet<usize>) -> Outcome<BTreeMap<String, Rendered>> {
    let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, mutant) in mutants.iter().enumerate() {
        let numbers = by_file.entry(&mutant.file).or_default();
        numbers.extend(Some(number).filter(|number| switched.contains(number)));
    }
    let mut files = BTreeMap::new();
    for (file, numbers) in by_file {
        let source = tools::read_text(&tools::root().join(file))?;
        let rendered = render_file(&source, mutants, &numbers, switched).map_err(|error| format!("{file}: {error}"))?;
        files.insert(file.to_owned(), rendered);
    }
    Ok(files)
}

fn render_file(source: &str, mutants: &[Mutant], numbers: &[usize], switched: &mut BTreeSet<usize>) -> syn::Result<Rendered> {
    let mut places = Places::default();
    places.visit_file(&syn::parse_file(source)?);
    let (mut sites, mut inserted) = (Sites::new(), BTreeMap::new());
    for &number in numbers {
        let mutant = &mutants[number];
        let [from, to] = mutant.place.map(|place| offset(source, place));
        match places.site(mutant, from) {
            Some(Site::Replaced(range)) => {
                let text = match mutant.genre.as_str() {
                    "MatchArm" => "false".to_owned(),
                    _ => [&source[range.start..from], &mutant.replacement, &source[to..range.end]].concat(),
                };
                sites.entry((range.start, Reverse(range.end))).or_default().push((number, text));
            }
            Some(Site::Before(place)) => inserted.entry(place).or_insert_with(Vec::new).push((number, mutant)),
            None => {
                switched.remove(&number);
            }
        }
    }
    let mut out = Rendered { text: String::new(), own: Vec::new(), shared: Vec::new() };
    Renderer { source, sites: &sites, inserted: &inserted }.part(0..source.len(), None, &mut out);
    Ok(out)
}

struct Renderer<'s> {
    source: &'s str,
    sites: &'s Sites,
    inserted: &'s BTreeMap<usize, Vec<(usize, &'s Mutant)>>,
}

impl Renderer<'_> {
    /// Writes a part of the source with the switches in it; `within` is the site that this part is.
    fn part(&self, part: Range<usize>, within: Option<Key>, out: &mut Rendered) {
        let mut place = part.start;
        loop {
            let first = within.filter(|(start, _)| *start == place).map_or(usize::MAX, |(_, end)| end.0 - 1);
            let next = self.sites.range((place, Reverse(first))..).next();
            let next = next.filter(|((start, end), _)| *start < part.end && end.0 <= part.end);
            self.plain(place..next.map_or(part.end, |((start, _), _)| *start), out);
            let Some((&key, variants)) = next else { return };
            let begin = out.text.len();
            out.text.push('(');
            for (number, text) in variants {
                let own = out.text.len();
                let _ = write!(out.text, "if crate::mutant({number}) {{ {text} }} else ");
                out.own.push((own..out.text.len(), *number));
            }
            out.text.push_str("{ ");
            self.part(key.0..key.1.0, Some(key), out);
            out.text.push_str(" })");
            out.shared.push((begin..out.text.len(), variants.iter().map(|(number, _)| *number).collect()));
            place = key.1.0;
        }
    }

    /// Writes a part without a site. An insertion at its end belongs to the next one.
    fn plain(&self, part: Range<usize>, out: &mut Rendered) {
        let mut from = part.start;
        for (&place, mutants) in self.inserted.range(part.clone()) {
            out.text.push_str(&self.source[from..place]);
            from = place;
            for (number, mutant) in mutants {
                let own = out.text.len();
                let _ = match mutant.genre.as_str() {
                    "MatchArm" => write!(out.text, " if !crate::mutant({number}) "),
                    _ => write!(out.text, "if crate::mutant({number}) {{ return {}; }} ", mutant.replacement),
                };
                out.own.push((own..out.text.len(), *number));
            }
        }
        out.text.push_str(&self.source[from..part.end]);
    }
}

enum Site {
    /// An expression that the mutant has otherwise.
    Replaced(Range<usize>),
    /// Where something is inserted.
    Before(usize),
}

/// The end of an arm's pattern, and its guard.
#[derive(Clone)]
struct Arm {
    end: usize,
    guard: Option<Range<usize>>,
}

/// Where expressions are in a source.
#[derive(Default)]
struct Places {
    /// Each operator, with the expression that is parsed otherwise where the operator is another one; none where it has a `let`.
    binary: BTreeMap<usize, Option<Range<usize>>>,
    unary: BTreeMap<usize, Range<usize>>,
    structs: Vec<Range<usize>>,
    guards: BTreeMap<usize, Range<usize>>,
    /// Arms of matches that have another one for everything.
    arms: BTreeMap<usize, Arm>,
    constant: Vec<Range<usize>>,
}

impl Places {
    fn site(&self, mutant: &Mutant, from: usize) -> Option<Site> {
        if self.constant.iter().any(|constant| constant.contains(&from)) {
            return None;
        }
        match mutant.genre.as_str() {
            "FnValue" if mutant.returns.contains("impl ") => None,
            "FnValue" => Some(Site::Before(from)),
            "BinaryOperator" => self.binary.get(&from)?.clone().map(Site::Replaced),
            "UnaryOperator" => self.unary.get(&from).cloned().map(Site::Replaced),
            "MatchArmGuard" => self.guards.get(&from).cloned().map(Site::Replaced),
            "StructField" => {
                let around = self.structs.iter().filter(|whole| whole.contains(&from));
                around.min_by_key(|whole| whole.len()).cloned().map(Site::Replaced)
            }
            "MatchArm" => match self.arms.get(&from)?.clone() {
                Arm { guard: Some(guard), .. } => Some(Site::Replaced(guard)),
                Arm { end, guard: None } => Some(Site::Before(end)),
            },
            _ => None,
        }
    }

    fn add_binary(&mut self, expression: &syn::ExprBinary, top: Option<Range<usize>>, beside_let: bool) {
        let is_and = matches!(expression.op, syn::BinOp::And(_));
        let has_let = has_let(&expression.left) || has_let(&expression.right);
        // Comparisons beside a `let` are parsed by themselves.
        let beside_let = beside_let || has_let;
        let whole = expression.span().byte_range();
        let top = if has_let { None } else { Some(top.unwrap_or(whole)) };
        let own = top.clone().filter(|_| !(is_and && beside_let));
        self.binary.insert(expression.op.span().byte_range().start, own);
        for side in [&expression.left, &expression.right] {
            match &**side {
                syn::Expr::Binary(inner) => self.add_binary(inner, top.clone(), beside_let),
                other => self.visit_expr(other),
            }
        }
    }
}

fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(inner) => has_let(&inner.left) || has_let(&inner.right),
        _ => false,
    }
}

/// Whether a pattern without a guard fits everything.
fn is_wild(arm: &syn::Arm) -> bool {
    arm.guard.is_none() && matches!(&arm.pat, syn::Pat::Wild(_) | syn::Pat::Ident(syn::PatIdent { subpat: None, .. }))
}

impl<'t> Visit<'t> for Places {
    fn visit_expr_binary(&mut self, expression: &'t syn::ExprBinary) {
        self.add_binary(expression, None, false);
    }

    fn visit_expr_unary(&mut self, expression: &'t syn::ExprUnary) {
        self.unary.insert(expression.op.span().byte_range().start, expression.span().byte_range());
        visit::visit_expr_unary(self, expression);
    }

    fn visit_expr_struct(&mut self, expression: &'t syn::ExprStruct) {
        self.structs.push(expression.span().byte_range());
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'t syn::ExprMatch) {
        for (index, arm) in expression.arms.iter().enumerate() {
            let guard = arm.guard.as_ref().map(|(_, guard)| guard.span().byte_range());
            if let Some(guard) = &guard {
                self.guards.insert(guard.start, guard.clone());
            }
            let mut others = expression.arms.iter().enumerate().filter(|(other, _)| *other != index);
            let is_optional = others.any(|(_, other)| is_wild(other));
            if is_optional {
                let arm_of = Arm { end: arm.pat.span().byte_range().end, guard };
                self.arms.insert(arm.span().byte_range().start, arm_of);
            }
        }
        visit::visit_expr_match(self, expression);
    }

    fn visit_item_fn(&mut self, function: &'t syn::ItemFn) {
        if function.sig.constness.is_some() {
            self.constant.push(function.span().byte_range());
        }
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'t syn::ImplItemFn) {
        if function.sig.constness.is_some() {
            self.constant.push(function.span().byte_range());
        }
        visit::visit_impl_item_fn(self, function);
    }
}

/// The byte of a line and a column, both from 1; columns are characters.
fn offset(source: &str, (line, column): (usize, usize)) -> usize {
    let begin: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    begin + source[begin..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mutants of a source: genre, what is replaced (its first occurrence), and by what.
    fn switched(source: &str, changes: &[(&str, &str, &str)]) -> String {
        let place = |offset: usize| {
            let line = source[..offset].matches('\n').count();
            let begin = source[..offset].rfind('\n').map_or(0, |end| end + 1);
            (line + 1, source[begin..offset].chars().count() + 1)
        };
        let mutant = |(genre, text, replacement): &(&str, &str, &str)| {
            let start = source.find(text).unwrap();
            let (name, file, returns) = (String::new(), String::new(), String::new());
            let place = [place(start), place(start + text.len())];
            Mutant { name, file, genre: genre.to_string(), replacement: replacement.to_string(), returns, place }
        };
        let mutants: Vec<Mutant> = changes.iter().map(mutant).collect();
        let numbers: Vec<usize> = (0..mutants.len()).collect();
        let mut switched = numbers.iter().copied().collect();
        let rendered = render_file(source, &mutants, &numbers, &mut switched).unwrap();
        assert!(syn::parse_file(&rendered.text).is_ok(), "{}", rendered.text);
        let left: Vec<_> = numbers.iter().filter(|number| !switched.contains(number)).collect();
        if left.is_empty() { rendered.text } else { format!("{left:?}") }
    }

    #[test]
    fn an_operator_is_another_one_in_all_that_is_parsed_otherwise_with_it() {
        let operators = [("BinaryOperator", "&&", "||"), ("BinaryOperator", "==", "!=")];
        assert_eq!(
            switched("fn f() -> bool { a && b == c }", &operators),
            "fn f() -> bool { (if crate::mutant(0) { a || b == c } else if crate::mutant(1) { a && b != c } else { a && b == c }) }"
        );
        assert_eq!(
            switched("fn f() { g(!é.h(b > c)) }", &[("UnaryOperator", "!", ""), ("BinaryOperator", ">", "<")]),
            "fn f() { g((if crate::mutant(0) { é.h(b > c) } else { !é.h((if crate::mutant(1) { b < c } else { b > c })) })) }"
        );
    }

    #[test]
    fn an_operator_beside_a_let_is_switched_alone_or_not_at_all() {
        let source = "fn f() { if a == b && let Some(c) = d {} }";
        assert_eq!(
            switched(source, &[("BinaryOperator", "==", "!=")]),
            "fn f() { if (if crate::mutant(0) { a != b } else { a == b }) && let Some(c) = d {} }"
        );
        assert_eq!(switched(source, &[("BinaryOperator", "&&", "||")]), "[0]");
    }

    #[test]
    fn a_body_an_arm_and_a_guard_have_a_switch_before_them() {
        assert_eq!(
            switched("fn f() -> u8 { a == b }", &[("FnValue", "a == b", "1"), ("BinaryOperator", "==", "!=")]),
            "fn f() -> u8 { (if crate::mutant(1) { a != b } else { if crate::mutant(0) { return 1; } a == b }) }"
        );
        let arms = [("MatchArm", "A => 1", ""), ("MatchArm", "B if g => 2", ""), ("MatchArmGuard", "g", "true")];
        assert_eq!(
            switched("fn f() { match x { A => 1, B if g => 2, _ => 3 } }", &arms),
            "fn f() { match x { A if !crate::mutant(0)  => 1, B if (if crate::mutant(1) { false } else if crate::mutant(2) { true } else { g }) => 2, _ => 3 } }"
        );
    }

    #[test]
    fn what_a_switch_would_not_do_is_left_out() {
        assert_eq!(switched("fn f() { match x { E::A => 1, E::B => 2 } }", &[("MatchArm", "E::A => 1", "")]), "[0]");
        assert_eq!(switched("const fn f() -> u8 { 1 }", &[("FnValue", "1", "0")]), "[0]");
    }

    #[test]
    fn a_field_is_left_out_of_its_own_struct() {
        assert_eq!(
            switched("fn f() { S { a: T { b: 1, ..t }, ..s } }", &[("StructField", "b: 1,", "")]),
            "fn f() { S { a: (if crate::mutant(0) { T {  ..t } } else { T { b: 1, ..t } }), ..s } }"
        );
    }

    #[test]
    fn an_error_belongs_to_the_mutant_whose_text_it_is_in_or_to_those_around_it() {
        let rendered = Rendered {
            text: String::new(),
            own: vec![(10..20, 1), (20..30, 2)],
            shared: vec![(0..90, vec![3]), (9..40, vec![1, 2])],
        };
        assert_eq!([rendered.at(15), rendered.at(35), rendered.at(50)], [vec![1], vec![1, 2], vec![3]]);
    }
}
