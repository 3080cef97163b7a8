//! Work that grows in proportion: four times as much takes about four times as long, by this thread's own time.

/// What is measured is repeated for so long.
const LEAST: u128 = 40_000_000;

/// How often both sizes are measured before work counts as out of proportion. A busy machine only ever adds time, and the least counts.
const ROUNDS: usize = 8;

/// Asserts that `work`, done on what `make` makes of a size, grows in proportion from this size to four times it.
pub(crate) fn assert_grows_linearly<T>(make: impl Fn(usize) -> T, work: impl Fn(&T), size: usize) {
    // The larger size may be the first that a cache does not hold. Larger ones tell that from work that grows with the square.
    assert!(
        is_in_proportion(&make, &work, size) || is_in_proportion(&make, &work, 4 * size),
        "it grows faster than in proportion from {size}, and from {}",
        4 * size
    );
}

fn is_in_proportion<T>(make: impl Fn(usize) -> T, work: impl Fn(&T), size: usize) -> bool {
    let (small, large) = (make(size), make(4 * size));
    let (mut one, mut four) = (u128::MAX, u128::MAX);
    (1..=ROUNDS).any(|round| {
        one = one.min(time(|| work(&small)));
        four = four.min(time(|| work(&large)));
        println!("{size}: {one} ns, {}: {four} ns", 4 * size);
        // One round alone could take a pause for the time of the smaller.
        round > 1 && four < 6 * one
    })
}

/// What the work takes, as the mean of so many times as the clock of a thread, which moves by milliseconds, can tell.
fn time(work: impl Fn()) -> u128 {
    let begin = nanoseconds();
    let times = (1..).find(|_| {
        work();
        nanoseconds() - begin >= LEAST
    });
    (nanoseconds() - begin) / times.unwrap_or(1)
}

/// How long this thread has run. Where that is not known, what time it is: a busy machine then makes the test slower.
fn nanoseconds() -> u128 {
    let begin = || {
        static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        BEGIN.get_or_init(std::time::Instant::now).elapsed().as_nanos()
    };
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    ran.and_then(|ran| ran.split(' ').next()?.parse().ok()).unwrap_or_else(begin)
}
