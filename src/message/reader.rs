//! The state of a walk. Its methods are in `read` (the walk), `single` (one value) and `finding` (what is reported).

use super::notation::Reading;
use super::packed::Packed;
use super::scan::Scanner;
use super::span::Span;

/// While a block is being filled: the field was null.
pub(super) const NULL: u64 = u64::MAX - 1;
/// While a block is being filled: the field was there, and refused.
pub(super) const REFUSED: u64 = u64::MAX - 2;

/// The place of a walk, how it reads, and what it has read.
pub(super) struct Reader<'r> {
    pub(super) scanner: Scanner<'r>,
    pub(super) how: Reading,
    pub(super) packed: &'r mut Packed,
    /// Values under other names in the objects that are being read, the outer ones' first.
    pub(super) others: Vec<Other>,
}

/// A value under a name that is not documented. A value under another name of a field is looked at last: only
/// then it is known whether the documented name came too.
#[derive(Debug)]
pub(super) struct Other {
    /// The field's index, and that of its other name.
    pub(super) alias: Option<(usize, usize)>,
    pub(super) key: Span,
    pub(super) at: usize,
    pub(super) value_at: usize,
}
