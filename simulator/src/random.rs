//! Randomness that is counted: the n-th draw for a purpose is the same whatever was drawn for others. A fault that is left out
//! changes no other decision by itself, so that shrinking keeps what matters.

/// Mixes the bits of a number (SplitMix64).
pub fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Draws of one seed.
#[derive(Debug)]
pub struct Draws {
    seed: u64,
    counts: Vec<u64>,
}

impl Draws {
    /// Begins anew.
    pub fn new(seed: u64) -> Self {
        Draws { seed: mixed(seed), counts: Vec::new() }
    }

    /// The next number for a purpose, and how many there were before.
    pub fn next(&mut self, purpose: usize) -> (u64, u64) {
        if self.counts.len() <= purpose {
            self.counts.resize(purpose + 1, 0);
        }
        let count = self.counts[purpose];
        self.counts[purpose] += 1;
        (mixed(self.seed ^ mixed((purpose as u64) << 40 | count)), count)
    }

    /// A number from `least`, and below `limit` where that is more.
    pub fn between(&mut self, purpose: usize, least: i64, limit: i64) -> i64 {
        let width = (limit - least).max(1) as u64;
        least + (self.next(purpose).0 % width) as i64
    }

    /// Whether it is so, in so many of a thousand cases.
    pub fn is(&mut self, purpose: usize, of_thousand: u32) -> bool {
        self.next(purpose).0 % 1000 < u64::from(of_thousand)
    }
}
