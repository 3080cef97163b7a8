//! The notations that a message is in, and how each is read.

use super::definition::Facts;

/// The notation of a message's JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As Meituan sends and expects it. Read leniently: deviations are reported and accepted.
    Wire,
    /// As programs hold it. Read strictly: this is what we are going to send.
    Program,
    /// As programs hold it, read leniently: what was received or stored before, perhaps by another version. Unknown
    /// fields and unlisted values are reported and accepted, and so is a part that breaks a rule.
    Stored,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The notation of the input.
    pub notation: Notation,
    /// Fields that a successful reply must have are required.
    pub success: bool,
    /// Facts that are known beside the input.
    pub facts: Facts,
}

impl Reading {
    /// Reads what Meituan sent.
    pub const WIRE: Reading = Reading { notation: Notation::Wire, success: false, facts: Facts::NONE };
}
