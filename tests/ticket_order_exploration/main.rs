//! The order machine and the acceptance judge believe the same: along sequences of events of small orders, what Meituan is
//! sent and what it answers is recorded as a trace, and no point of the judge fails on it.
//!
//! A conflict that is reported exempts a sequence from then on. At every state, reported or not: each ticket is in one class;
//! a free ticket is let in, and no other; the query is answered, with the quantities of the tickets; and the order waits for
//! Meituan's next call, for a decision that has a deadline, for something that is due, or has a reported conflict.
//!
//! Sequences are taken breadth-first to a depth, and at random, from fixed seeds, far beyond it. Two sequences are one where
//! the snapshot, the world around it and what the judge has heard are the same; a trace is judged unless another one with the
//! same last exchange led there. `EXPLORATION_DEPTH=1` goes one level deeper, which takes about eight times as long.

mod agreement;
mod checks;
mod explorer;
mod scenes;
mod snapshot;
mod world;
