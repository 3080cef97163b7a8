//! What happened, line by line: always as a hash, and as text where a person is going to read it.

use std::fmt::{Arguments, Write};

/// What happened.
#[derive(Debug)]
pub struct Log {
    keeps_lines: bool,
    /// The lines, if they are kept.
    pub lines: Vec<String>,
    /// The hash of all lines.
    pub hash: u64,
}

impl Log {
    /// Begins anew.
    pub fn new(keeps_lines: bool) -> Self {
        Log { keeps_lines, lines: Vec::new(), hash: 0xcbf2_9ce4_8422_2325 }
    }

    /// Adds a line, so many milliseconds after the beginning.
    pub fn add(&mut self, at: i64, line: Arguments<'_>) {
        let (days, seconds) = (at / 86_400_000, at.rem_euclid(86_400_000) as f64 / 1000.0);
        let mut hasher = Hasher(self.hash);
        let _ = write!(hasher, "{at} {line}");
        self.hash = hasher.0;
        if self.keeps_lines {
            let days = if days > 0 { format!("{days}d ") } else { String::new() };
            self.lines.push(format!("{days}{seconds:>9.3}  {line}"));
        }
    }
}

/// FNV-1a.
struct Hasher(u64);

impl Write for Hasher {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
