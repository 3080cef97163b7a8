//! The project's own commands: `cargo xtask build`, `cargo xtask test`, `cargo xtask demo`.
//!
//! - Commands: `test`, `audit`, `bench`, `demo`, `fuzz`, `simulate`; `build` is in `package`.
//! - The build: `package` stages the npm package, of what `wasm` and `scripts` make, with the maps of `export_map`, the pages of `readmes`
//!   and the `papers`.
//! - Generators: `generate` reads all definitions, `trace` the format of recordings.
//! - Checks: `words`, `circles`, `api`, `packed_crate`, `stores`, `frameworks` in every run; `mutants` and `supply` in audits.
//! - `tools` finds, installs and runs programs; `crates` knows which crates a build links.

#![forbid(unsafe_code)]

mod api;
mod audit;
mod bench;
mod circles;
mod crates;
mod demo;
mod export_map;
mod frameworks;
mod fuzz;
mod generate;
mod mutants;
mod package;
mod packed_crate;
mod papers;
mod readmes;
mod scripts;
mod simulate;
mod stores;
mod supply;
mod test;
mod tools;
mod trace;
mod wasm;
mod words;

use std::env;
use std::process::ExitCode;

use tools::Outcome;

struct Task {
    words: &'static str,
    summary: &'static str,
    run: fn() -> Outcome<ExitCode>,
}

const TASKS: [Task; 10] = [
    Task { words: "build", summary: "compile the crate to wasm and stage the npm package in pkg/", run: package::run },
    Task {
        words: "build --sizes",
        summary: "the same, then print the size of every staged file, and what the wasm is made of",
        run: package::run_with_sizes,
    },
    Task {
        words: test::WORDS,
        summary: "check everything that must hold, stopping at the first failure; --only <stage> [filter] runs one stage",
        run: test::run,
    },
    Task {
        words: audit::WORDS,
        summary: "check what is too heavy for every run: mutants, kills, traps, dependencies, features, a second build, the calendar",
        run: audit::run,
    },
    Task {
        words: bench::WORDS,
        summary: "measure the package against what people would write instead; names choose cases",
        run: bench::run,
    },
    Task {
        words: fuzz::WORDS,
        summary: "look for inputs that anything does not hold for, so long for each target",
        run: fuzz::run,
    },
    Task {
        words: fuzz::KEEP_WORDS,
        summary: "keep what the fuzzer has found in fuzz/kept, where every run tests it",
        run: fuzz::keep,
    },
    Task {
        words: simulate::WORDS,
        summary: "simulate Meituan, suppliers, store and network from so many seeds; --seed <number> runs one and shows it",
        run: simulate::run,
    },
    Task { words: "demo", summary: "play Meituan against the example supplier, through every acceptance point", run: demo::run },
    Task { words: "demo --serve", summary: "serve the browser demo", run: demo::serve },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let words = arguments.join(" ");
    if words == "--help" {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    // Only these take what is not fixed.
    let words = match arguments.split_first() {
        Some((first, _)) if first == "bench" => bench::WORDS,
        Some((first, _)) if first == "test" => test::WORDS,
        Some((first, _)) if first == "audit" => audit::WORDS,
        Some((first, _)) if first == "simulate" => simulate::WORDS,
        Some((first, rest)) if first == "fuzz" && fuzz::seconds(rest).is_some() => fuzz::WORDS,
        _ => &words,
    };
    let Some(task) = TASKS.iter().find(|task| task.words == words) else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    (task.run)().unwrap_or_else(|why| {
        eprintln!("{why}");
        ExitCode::FAILURE
    })
}

fn usage() -> String {
    let lines = TASKS.iter().map(|task| format!("  cargo xtask {:<16} {}\n", task.words, task.summary));
    format!("usage:\n{}", lines.collect::<String>())
}
