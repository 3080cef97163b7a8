//! Removes values from JSON and leaves all else as it is, byte for byte.

use super::scan::{Scanner, Stop, unescape};
use crate::{Error, ErrorCode};

/// The placeholder of a removed value.
const MASK: &[u8] = b"\"***\"";

/// The text with every text, number and flag below a key of these names replaced by `"***"`. Keys, nulls and empty texts
/// stay, so that it is still known what was there.
///
/// # Errors
/// When it is not JSON.
pub fn redact(json: &[u8], names: &[&str]) -> Result<Vec<u8>, Error> {
    if std::str::from_utf8(json).is_err() {
        return Err(Error::at(ErrorCode::InvalidUtf8, ""));
    }
    let mut redactor = Redactor { scanner: Scanner::new(json), names, out: Vec::with_capacity(json.len()), copied: 0 };
    redactor.document().map_err(|Stop| Error::at(redactor.scanner.stopped.0, ""))?;
    let Redactor { mut out, copied, .. } = redactor;
    out.extend_from_slice(json.get(copied..).unwrap_or_default());
    Ok(out)
}

struct Redactor<'r> {
    scanner: Scanner<'r>,
    names: &'r [&'r str],
    out: Vec<u8>,
    /// Up to where the text has been copied.
    copied: usize,
}

impl Redactor<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        self.scanner.skip_space();
        self.value(false, 0)?;
        self.scanner.finish()
    }

    fn value(&mut self, hidden: bool, level: u32) -> Result<(), Stop> {
        match self.scanner.peek() {
            Some(open @ (b'{' | b'[')) => {
                let close = open + 2;
                self.scanner.enter(level)?;
                if self.scanner.closes(close) {
                    return Ok(());
                }
                loop {
                    let mut hidden = hidden;
                    if open == b'{' {
                        let key = self.scanner.text()?;
                        let name = unescape(&key, self.scanner.source);
                        hidden |= self.names.iter().any(|listed| *listed == name);
                        self.scanner.colon()?;
                    }
                    self.value(hidden, level + 1)?;
                    if !self.scanner.another(close)? {
                        return Ok(());
                    }
                }
            }
            first => {
                let start = self.scanner.at;
                let span = self.scanner.value(level)?;
                if hidden && first != Some(b'n') && span.of(self.scanner.source) != b"\"\"" {
                    self.out.extend_from_slice(self.scanner.source.get(self.copied..start).unwrap_or_default());
                    self.out.extend_from_slice(MASK);
                    self.copied = self.scanner.at;
                }
                Ok(())
            }
        }
    }
}
