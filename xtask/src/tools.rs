//! The programs that the tasks run: finding them, installing what they need, and reporting how they fared.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, str};

/// The result of a task; a failure is a message for the person who started it.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The oldest Node that the tools here run on; the package itself runs on older ones.
const OLDEST_NODE: (u32, u32) = (20, 19);
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Runs the steps of a task, each on one line with the time it took.
pub(crate) struct Steps {
    shown: bool,
}

impl Steps {
    pub(crate) fn shown() -> Steps {
        Steps { shown: true }
    }

    /// For a task that is itself one step of another.
    pub(crate) fn hidden() -> Steps {
        Steps { shown: false }
    }

    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        if !self.shown {
            return step();
        }
        print!("{name:<30}");
        // Without this the name would only appear once the step is over.
        let _ = io::stdout().flush();
        let start = Instant::now();
        let outcome = step();
        let verdict = if outcome.is_ok() { "" } else { "  failed" };
        println!("{:>7.1} s{verdict}", start.elapsed().as_secs_f64());
        outcome
    }
}

/// The repository's top folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Cargo's target folder: the one this very program was built into, however it was chosen.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().expect("the system knows where this program lies");
    program.ancestors().nth(2).expect("Cargo builds into <target>/<profile>/").to_owned()
}

pub(crate) fn cargo(verb: &str) -> Command {
    let mut command = at_root(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(verb).env("CARGO_TARGET_DIR", target());
    command
}

pub(crate) fn node() -> Command {
    at_root("node")
}

/// A program that one of our npm development dependencies brings.
pub(crate) fn npm_tool(name: &str) -> Command {
    at_root(root().join("node_modules/.bin").join(script(name)))
}

/// The version of one of our npm development dependencies.
pub(crate) fn npm_version(name: &str) -> Outcome<String> {
    let path = root().join("node_modules").join(name).join("package.json");
    let manifest: serde_json::Value =
        serde_json::from_slice(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    manifest["version"].as_str().map(str::to_owned).ok_or_else(|| format!("{} names no version", path.display()))
}

/// The program of one of Cargo's subcommands, of this very version, which is installed below `target` where it is missing.
pub(crate) fn cargo_tool(name: &str, version: &str) -> Outcome<Command> {
    let program = target().join("tools/bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let verb = name.trim_start_matches("cargo-");
    let is_there = printed_by(Command::new(&program).args([verb, "--version"]))
        .is_ok_and(|printed| printed.split(' ').nth(1) == Some(version));
    if !is_there {
        let mut install = cargo("install");
        install.args([name, "--version", version, "--locked", "--force", "--root"]).arg(target().join("tools"));
        run(&mut install).map_err(|why| format!("{name} {version} is missing and was not installed: {why}"))?;
    }
    let mut command = at_root(program);
    command.arg(verb);
    Ok(command)
}

pub(crate) fn npm() -> Command {
    at_root(script("npm"))
}

/// On Windows, npm and what it installs are command scripts, which have to be named in full.
fn script(name: &str) -> String {
    if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() }
}

fn at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Runs a program silently; its output is part of the failure, if it fails.
///
/// The output goes through a file, so that both streams keep their common order and a process left
/// behind by the program cannot hold us up.
pub(crate) fn run(command: &mut Command) -> Outcome {
    output_of(command).map(drop)
}

/// Runs a program silently, and returns what it printed on both streams.
pub(crate) fn output_of(command: &mut Command) -> Outcome<String> {
    let folder = target().join("xtask");
    create_folder(&folder)?;
    let path = folder.join("output.txt");
    let output = File::create(&path).map_err(failure("create", &path))?;
    let errors = output.try_clone().map_err(failure("open", &path))?;
    let status = command.stdout(output).stderr(errors).status();
    let status = status.map_err(|error| format!("cannot run `{}`: {error}", shown(command)))?;
    let output = String::from_utf8_lossy(&read(&path)?).into_owned();
    if status.success() { Ok(output) } else { Err(format!("`{}`: {status}\n{output}", shown(command))) }
}

/// Returns the sum of the numbers that follow each mention of something.
pub(crate) fn numbers_after(output: &str, what: &str) -> u64 {
    let number = |rest: &str| rest.split(|character: char| !character.is_ascii_digit()).next()?.parse::<u64>().ok();
    output.split(what).skip(1).filter_map(number).sum()
}

/// Returns the position of the one name that is meant: by itself, or by its only beginning, in any case, with hyphens or
/// spaces between its words.
///
/// # Errors
/// A message that lists the names.
pub(crate) fn chosen(names: &[&str], wanted: &str) -> Outcome<usize> {
    let plain = |name: &str| name.to_lowercase().replace(' ', "-");
    let wanted = plain(wanted);
    let begins = |name: &str| !wanted.is_empty() && plain(name).starts_with(&wanted);
    if let Some(index) = names.iter().position(|name| plain(name) == wanted) {
        return Ok(index);
    }
    let found: Vec<usize> = (0..names.len()).filter(|&index| begins(names[index])).collect();
    match found[..] {
        [index] => Ok(index),
        _ => {
            let problem = if found.is_empty() { "nothing is called" } else { "several begin with" };
            Err(format!(
                "{problem} \"{wanted}\"; there are:\n  {}",
                names.iter().map(|name| plain(name)).collect::<Vec<_>>().join("\n  ")
            ))
        }
    }
}

/// Runs a program whose lines are for the person who started the task, as they come.
pub(crate) fn show(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("cannot run `{}`: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", shown(command))) }
}

/// Runs a program for what it prints.
pub(crate) fn printed_by(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| format!("cannot run `{}`: {error}", shown(command)))?;
    if !output.status.success() {
        return Err(format!("`{}`: {}\n{}", shown(command), output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    [program].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Cargo itself checks Rust's version, by the crate's `rust-version`; Node's is checked here.
pub(crate) fn require_node() -> Outcome {
    let (major, minor) = OLDEST_NODE;
    let needed = format!("Node.js {major}.{minor} or newer with npm is needed");
    let version = printed_by(node().arg("--version")).map_err(|why| format!("{needed}: {why}"))?;
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    if numbers.next().zip(numbers.next()).is_none_or(|found| found < OLDEST_NODE) {
        return Err(format!("{needed}; `node --version` says {version}"));
    }
    printed_by(npm().arg("--version")).map(drop).map_err(|why| format!("{needed}: {why}"))
}

pub(crate) fn rustc(arguments: &[&str]) -> Command {
    let mut command = at_root("rustc");
    command.args(arguments);
    command
}

/// The version of the Rust that builds here, such as `1.95.0`.
pub(crate) fn rust_version() -> Outcome<String> {
    let printed = printed_by(&mut rustc(&["--version"]))?;
    printed.split(' ').nth(1).map(str::to_owned).ok_or_else(|| format!("`rustc --version` says {printed}"))
}

/// The package is built by the one Rust that rust-toolchain.toml names: another one makes another wasm. rustup takes care of it
/// unless it is configured otherwise, and not every Rust comes with rustup.
pub(crate) fn require_pinned_rust() -> Outcome {
    let pinned = pinned_rust(&read_text(&root().join("rust-toolchain.toml"))?)?;
    match rust_version()? {
        version if version == pinned => Ok(()),
        version => Err(format!("the package is built by Rust {pinned} (rust-toolchain.toml); this is {version}")),
    }
}

/// A version that means the same tomorrow.
fn pinned_rust(toolchain: &str) -> Outcome<String> {
    let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'));
    let is_version = |channel: &&str| channel.split('.').count() == 3 && channel.split('.').all(|part| part.parse::<u32>().is_ok());
    channel.filter(is_version).map(str::to_owned).ok_or("rust-toolchain.toml names no version of Rust".to_owned())
}

/// Installs Rust's standard library for wasm where it is missing. Not every Rust comes with rustup,
/// so rustup is only called when there is something to install.
pub(crate) fn require_wasm_target() -> Outcome {
    let libraries = printed_by(&mut rustc(&["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    run(at_root("rustup").args(["target", "add", WASM_TARGET]))
        .map_err(|why| format!("Rust's standard library for {WASM_TARGET} is missing and was not installed: {why}"))
}

/// Installs the npm development dependencies unless those of this very lock file are there.
pub(crate) fn install_npm_packages() -> Outcome {
    install_npm_packages_in(root())
}

/// The same for a folder with a lock file of its own.
pub(crate) fn install_npm_packages_in(folder: &Path) -> Outcome {
    let wanted = read(&folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.installed-package-lock.json");
    if fs::read(&installed).is_ok_and(|lock| lock == wanted) {
        return Ok(());
    }
    run(npm().current_dir(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    write(&installed, wanted)
}

/// Installs Chromium by Debian's packages where it is missing and that is possible.
pub(crate) fn require_chromium() -> Outcome {
    let needed = "the browser tests need Chromium: install it, such as by `apt-get install chromium` as root";
    if ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| is_installed(name)) {
        return Ok(());
    }
    install(&["chromium"], needed)
}

/// Installs a font for Chinese in the same way: without one the pages' tests would judge, and their pictures show, boxes.
pub(crate) fn require_chinese_font() -> Outcome {
    let needed = "the tests of the pages need a font for Chinese: install one, such as by `apt-get install fonts-noto-cjk` as root";
    let is_there = || printed_by(at_root("fc-list").arg(":lang=zh-cn")).is_ok_and(|fonts| !fonts.is_empty());
    // Other systems have one, and no such list.
    if !cfg!(target_os = "linux") || is_there() {
        return Ok(());
    }
    install(&["fontconfig", "fonts-noto-cjk"], needed)
}

/// Installs a database server in the same way. `tests/stores/servers.mjs` starts it where a test needs it.
pub(crate) fn require_server(program: &str, package: &str) -> Outcome {
    let is_there = || {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders = versions.map(|version| version.path().join("bin")).chain([PathBuf::from("/usr/sbin")]);
        is_installed(program) || folders.map(|folder| folder.join(program)).any(|path| path.is_file())
    };
    if is_there() {
        return Ok(());
    }
    install(&[package], &format!("the tests of stores need {program}: install it, such as by `apt-get install {package}` as root"))
}

/// Installs packages of Debian's, where we may.
fn install(packages: &[&str], needed: &str) -> Outcome {
    let is_root = printed_by(at_root("id").arg("-u")).is_ok_and(|user| user == "0");
    if !is_root || !is_installed("apt-get") {
        return Err(needed.to_owned());
    }
    let apt = |arguments: &[&str]| run(at_root("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    let arguments = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    apt(&["update"]).and_then(|()| apt(&arguments)).map_err(|why| format!("{needed}; that failed here: {why}"))
}

fn is_installed(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The paths of all files in a folder and in the folders below it, relative to it, with `/` between
/// their parts, sorted.
pub(crate) fn files_under(folder: &Path) -> Outcome<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure("read", folder))? {
        let path = entry.map_err(failure("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name == "node_modules" {
            // Its files are others'.
            continue;
        }
        if path.is_dir() {
            files.extend(files_under(&path)?.into_iter().map(|file| format!("{name}/{file}")));
        } else {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

/// The crate's test programs by their names, each with its files: `tests/name.rs`, or those of `tests/name/`, which has a `main.rs`.
pub(crate) fn test_programs() -> Outcome<BTreeMap<String, Vec<PathBuf>>> {
    let tests = root().join("tests");
    let mut programs = BTreeMap::new();
    for entry in fs::read_dir(&tests).map_err(failure("read", &tests))? {
        let path = entry.map_err(failure("read", &tests))?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.join("main.rs").is_file() {
            programs.insert(name, files_under(&path)?.into_iter().map(|file| path.join(file)).collect());
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            programs.insert(name, vec![path]);
        }
    }
    Ok(programs)
}

pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(failure("read", path))
}

pub(crate) fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(failure("read", path))
}

pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Outcome {
    fs::write(path, contents).map_err(failure("write", path))
}

/// Copies a file, and creates the folder it goes to.
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome {
    create_folder(to.parent().unwrap_or(to))?;
    fs::copy(from, to).map(drop).map_err(failure("copy", from))
}

pub(crate) fn create_folder(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(failure("create", path))
}

pub(crate) fn remove_folder(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failure("remove", path)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn failure(verb: &str, path: &Path) -> impl Fn(io::Error) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    let attempt = format!("cannot {verb} {}", path.display());
    move |error| format!("{attempt}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_programs_are_files_and_folders_that_have_a_main_file() {
        let programs = test_programs().unwrap();
        assert_eq!(programs["exchange"], [root().join("tests/exchange.rs")]);
        assert!(programs["ticket_order"].contains(&root().join("tests/ticket_order/refunds.rs")));
        assert!(["js", "handler_support"].iter().all(|other| !programs.contains_key(*other)));
    }

    #[test]
    fn a_name_is_chosen_by_itself_or_by_its_only_beginning() {
        let names = ["Rust tests", "Rust tests without features", "npm package", "packaging", "packaging tests"];
        let chosen = |wanted| chosen(&names, wanted);
        assert_eq!(chosen("Rust tests"), Ok(0));
        assert_eq!(chosen("rust-tests"), Ok(0));
        assert_eq!(chosen("RUST-TESTS-W"), Ok(1));
        assert_eq!(chosen("npm"), Ok(2));
        assert_eq!(chosen("packaging"), Ok(3));
        assert_eq!(chosen("packaging t"), Ok(4));
        for several in ["rust", "pack"] {
            assert!(chosen(several).unwrap_err().starts_with("several begin with"), "{several}");
        }
        for unknown in ["", "tests", "rust-tests-without-features-at-all"] {
            let why = chosen(unknown).unwrap_err();
            assert!(why.starts_with("nothing is called") && why.contains("\n  npm-package\n"), "{why}");
        }
    }

    #[test]
    fn the_pinned_rust_is_a_version_and_no_channel() {
        assert_eq!(pinned_rust("[toolchain]\nchannel = \"1.95.0\"\n").as_deref(), Ok("1.95.0"));
        for open in ["", "channel = \"stable\"", "channel = \"1.95\"", "channel = \"nightly-2026-04-14\"", "channel = \"1.95.x\""] {
            assert!(pinned_rust(open).is_err(), "{open}");
        }
        pinned_rust(&read_text(&root().join("rust-toolchain.toml")).unwrap()).unwrap();
    }

    #[test]
    fn numbers_are_added_up_wherever_they_are_mentioned() {
        assert_eq!(numbers_after("ok. 3 passed\nok. 14 passed\nok. many", "ok. "), 17);
        assert_eq!(numbers_after("", "ok. "), 0);
    }
}
