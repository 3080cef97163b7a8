//! Work that grows in proportion: four times as much takes about four times as long, by this thread's own time.

/// What is measured is repeated for so long.
const LEAST: u128 = 40_000_000;

/// Asserts that `work`, done on what `make` makes of a size, grows in proportion from this size to four times it.
pub(crate) fn assert_grows_linearly<T>(make: impl Fn(usize) -> T, work: impl Fn(&T), size: usize) {
    let time = |size: usize| {
        let input = make(size);
        // The clock of a thread moves by milliseconds.
        let often = || {
            let begin = nanoseconds();
            let times = (1..).find(|_| {
                work(&input);
                nanoseconds() - begin >= LEAST
            });
            (nanoseconds() - begin) / times.unwrap_or(1)
        };
        (0..3).map(|_| often()).min().unwrap()
    };
    let is_in_proportion = |size: usize| {
        let (one, four) = (time(size), time(4 * size));
        println!("{size}: {one} ns, {}: {four} ns", 4 * size);
        four < 6 * one
    };
    // The larger size may be the first that a cache does not hold. Larger ones tell that from work that grows with the square.
    assert!(
        is_in_proportion(size) || is_in_proportion(4 * size),
        "it grows faster than in proportion from {size}, and from {}",
        4 * size
    );
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
