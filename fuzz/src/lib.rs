//! What the fuzzer runs: for each thing that takes bytes from outside, a function that makes of arbitrary bytes what may come, and
//! asserts what must hold of it whatever came.
//!
//! It is a plain library, so that every compiler builds it and `tests/` keeps it from rotting; the fuzzer's own programs in
//! `fuzz_targets/` are one line each.

#![forbid(unsafe_code)]

pub mod ba;
pub mod envelope;
mod input;
pub mod message;
pub mod ride_order;
pub mod ride_push;
pub mod ride_reply;
pub mod ticket_call;
pub mod ticket_order;
mod ticket_order_events;
pub mod trace;
mod tree;
mod vectors;

use std::path::Path;
pub use vectors::Vectors;

/// One target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which its program has too.
    pub name: &'static str,
    /// Panics where something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with, made from the vectors of all tests.
    pub seeds: fn(&Vectors) -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($name:ident)*) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), run: $name::run, seeds: $name::seeds }),*];
    };
}

targets! { message ticket_call ticket_order ba envelope trace ride_reply ride_push ride_order }

impl Target {
    /// Inputs that are kept in `kept/<name>/`: what the fuzzer has found beyond the seeds, and whatever once broke something
    /// (`regression-…`), in the order of their names.
    ///
    /// # Panics
    /// When the folder is not there.
    #[must_use]
    pub fn kept(&self) -> Vec<(String, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept").join(self.name);
        let entries = std::fs::read_dir(&folder).expect("every target has a folder of inputs that are kept");
        let mut kept: Vec<_> = entries
            .map(|entry| entry.expect("a folder can be read"))
            .map(|entry| {
                (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file can be read"))
            })
            .collect();
        kept.sort();
        kept
    }
}

/// The vectors that are shared by all tests.
pub fn vectors() -> Vectors {
    Vectors::below(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors"))
}
