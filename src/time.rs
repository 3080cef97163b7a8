//! Times as values: the HTTP date of the signature, and the wall clock of the messages.
//!
//! Nothing here reads a clock. Meituan's wall-clock fields carry no zone; they are read as UTC+8 (inferred, see
//! protocol notes: "Beijing wall clock").

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use meituan_protocol::time::Timestamp;
/// use std::time::{Duration, SystemTime};
///
/// let at = Timestamp(1_480_000_000_000);
/// assert_eq!(at.to_string(), "2016-11-24 23:06:40.000"); // Meituan's wall clock, UTC+8
/// assert_eq!("2016-11-24 23:06:40".parse::<Timestamp>()?, at);
/// assert_eq!((at + Duration::from_secs(60)).since(at), Some(Duration::from_secs(60)));
/// assert!(Timestamp::from(SystemTime::now()) > at);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// The current time. A [`Timestamp`] is both: where the wall clock does not jump, or nobody minds.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// By the wall clock: what is recorded has this time.
    pub wall: Timestamp,
    /// By a clock that never jumps, whatever it counts from, in milliseconds: time limits are by this one.
    pub steady: Timestamp,
}

impl From<Timestamp> for Now {
    fn from(now: Timestamp) -> Self {
        Now { wall: now, steady: now }
    }
}

/// How far Meituan's wall clock is ahead of UTC, in milliseconds.
pub(crate) const BEIJING_OFFSET: i64 = 8 * 3_600_000;
pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
/// 10000-01-01T00:00:00Z.
const END_OF_HTTP_DATES: i64 = 253_402_300_800_000;
const WEEKDAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];

impl Timestamp {
    /// The time that has passed since another one; nothing where that is later.
    pub fn since(self, earlier: Timestamp) -> Option<Duration> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok().map(Duration::from_millis)
    }
}

/// Saturates at the ends of the range. Less than a millisecond is cut off.
impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(in_milliseconds(duration)))
    }
}

impl Timestamp {
    /// Returns how far it is from another one, whichever is later.
    pub fn distance(self, other: Timestamp) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

/// Saturates at the ends of the range. Less than a millisecond is cut off.
impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(in_milliseconds(duration)))
    }
}

/// The longest that can be counted from a timestamp, where it is longer. Less than a millisecond is cut off.
pub(crate) fn in_milliseconds(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1000).saturating_add(i64::from(duration.subsec_millis()))
}

/// For serde: a duration that may be absent, in milliseconds.
#[doc(hidden)]
pub mod milliseconds {
    use super::in_milliseconds;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(in_milliseconds).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

/// As Meituan's wall clock shows it (UTC+8), with milliseconds: `2015-05-06 18:34:20.000`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", wall_clock(*self), self.0.rem_euclid(1000))
    }
}

/// Reads `yyyy-MM-dd HH:mm:ss` (UTC+8), with milliseconds after a point or without.
impl FromStr for Timestamp {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seconds, milliseconds) = text.split_once('.').unwrap_or((text, "000"));
        let milliseconds = match *milliseconds.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_digit) => milliseconds.parse().ok(),
            _ => None,
        };
        let at = parse_wall_clock(seconds.as_bytes()).zip(milliseconds).map(|(at, more): (_, i64)| Timestamp(at.0 + more));
        at.ok_or_else(|| crate::Error::at(crate::ErrorCode::InvalidDate, "").detail(text))
    }
}

/// Less than a millisecond is cut off, towards the past.
impl From<SystemTime> for Timestamp {
    fn from(at: SystemTime) -> Timestamp {
        match at.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timestamp(0) + after,
            Err(error) => {
                Timestamp(0)
                    - error.duration()
                    - if error.duration().subsec_nanos() % 1_000_000 == 0 { Duration::ZERO } else { Duration::from_millis(1) }
            }
        }
    }
}

/// `OUT_OF_RANGE` where the platform's clock cannot hold it.
impl TryFrom<Timestamp> for SystemTime {
    type Error = crate::Error;

    fn try_from(at: Timestamp) -> Result<SystemTime, crate::Error> {
        let distance = Duration::from_millis(at.0.unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        let time = if at.0 < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) };
        time.ok_or_else(|| out_of_range(at))
    }
}

fn out_of_range(at: Timestamp) -> crate::Error {
    crate::Error::at(crate::ErrorCode::OutOfRange, "").detail(&at.0.to_string())
}

/// A calendar date that exists, `yyyy-MM-dd`; by default 1970-01-01.
///
/// ```
/// use meituan_protocol::time::{Date, Timestamp};
///
/// let day: Date = "2016-11-25".parse()?;
/// assert_eq!((day.year(), day.month(), day.day(), day.to_string().as_str()), (2016, 11, 25, "2016-11-25"));
/// // A day begins in UTC+8.
/// let at = Timestamp(1_480_000_000_000);
/// assert!(Date::of(at) < day && at < day.begin());
/// assert_eq!(Date::new(2016, 2, 30), None);
/// # Ok::<(), meituan_protocol::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Default for Date {
    fn default() -> Self {
        Date::from_days(0)
    }
}

impl Date {
    /// A date of the Gregorian calendar, from the year 0 to 9999; nothing where there is none.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        match year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month) {
            true => Some(Date { year, month, day }),
            false => None,
        }
    }

    /// Returns the year, 0 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Reads `yyyy-MM-dd`; only dates that exist.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
        Date::of_digits([two(y1, y2), two(y3, y4)], two(m1, m2), two(d1, d2))
    }

    /// Of numbers that [`two`] made.
    #[inline(always)]
    fn of_digits(year: [u8; 2], month: u8, day: u8) -> Option<Self> {
        if year.iter().any(|part| *part >= 100) {
            return None;
        }
        Date::new(u16::from(year[0]) * 100 + u16::from(year[1]), month, day)
    }

    /// The date as `yyyy-MM-dd`.
    pub(crate) fn text(self) -> String {
        let mut text = String::with_capacity(10);
        push_date(&mut text, self);
        text
    }

    /// The date on Meituan's wall clock (UTC+8) at a timestamp.
    pub fn of(at: Timestamp) -> Self {
        Date::from_days(at.0.saturating_add(BEIJING_OFFSET).div_euclid(DAY))
    }

    /// The timestamp at which it begins on Meituan's wall clock (UTC+8).
    pub fn begin(self) -> Timestamp {
        Timestamp(self.days() * DAY - BEIJING_OFFSET)
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        // 1970-01-01 was a Thursday.
        matches!(self.days().rem_euclid(7), 2 | 3)
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    #[inline(always)]
    pub(crate) fn days(self) -> i64 {
        // Counting years from March makes the leap day the last day of the year; a cycle more keeps all of it above zero.
        let (year, month) = if self.month > 2 {
            (u32::from(self.year) + 400, u32::from(self.month) - 3)
        } else {
            (u32::from(self.year) + 399, u32::from(self.month) + 9)
        };
        let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + u32::from(self.day);
        i64::from(days) - (719_469 + 146_097)
    }

    /// The inverse of [`Date::days`], by whole 400-year cycles that start in March; years beyond the field's range
    /// end at its ends.
    pub(crate) fn from_days(days: i64) -> Self {
        const CYCLE: i64 = 146_097;
        let shifted = days + 719_468;
        let of_cycle = shifted.rem_euclid(CYCLE);
        let year_of_cycle = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
        let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month = (5 * of_year + 2) / 153;
        let year = shifted.div_euclid(CYCLE) * 400 + year_of_cycle + i64::from(month >= 10);
        Date {
            year: year.clamp(0, 9999) as u16,
            month: (if month < 10 { month + 3 } else { month - 9 }) as u8,
            day: (of_year - (153 * month + 2) / 5 + 1) as u8,
        }
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The number that two digits make. Anything that is no digit makes 255, which no part of a date or a clock can be.
fn two(tens: u8, ones: u8) -> u8 {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens < 10 && ones < 10 { tens * 10 + ones } else { u8::MAX }
}

fn clock(hours: u8, minutes: u8, seconds: u8) -> Option<i64> {
    // A leap second is written as 60; it counts as the next second.
    (hours < 24 && minutes < 60 && seconds <= 60)
        .then(|| ((i64::from(hours) * 60 + i64::from(minutes)) * 60 + i64::from(seconds)) * 1000)
}

fn push_two(out: &mut String, value: u8) {
    out.push(char::from(b'0' + value / 10 % 10));
    out.push(char::from(b'0' + value % 10));
}

fn push_year(out: &mut String, year: u16) {
    push_two(out, (year / 100) as u8);
    push_two(out, (year % 100) as u8);
}

fn push_clock(out: &mut String, milliseconds_of_day: i64) {
    let seconds = milliseconds_of_day / 1000;
    push_two(out, (seconds / 3600) as u8);
    out.push(':');
    push_two(out, (seconds / 60 % 60) as u8);
    out.push(':');
    push_two(out, (seconds % 60) as u8);
}

fn push_date(out: &mut String, date: Date) {
    push_year(out, date.year);
    out.push('-');
    push_two(out, date.month);
    out.push('-');
    push_two(out, date.day);
}

// HTTP dates are read and written here, and not by the `httpdate` crate: that one goes by `SystemTime`, accepts two older forms that Meituan
// does not send, and is slower: 177 ns to 124 to read one, 155 to 132 to write it. `cargo bench -p meituan-protocol-benches --bench
// alternatives date` repeats that.

/// Reads an HTTP date, `Fri, 17 Feb 2012 23:34:53 GMT` (IMF-fixdate), and nothing else.
pub fn parse_http_date(text: &[u8]) -> Option<Timestamp> {
    let [w1, w2, w3, b',', b' ', d1, d2, b' ', m1, m2, m3, b' ', ref rest @ ..] = *text else { return None };
    let [y1, y2, y3, y4, b' ', h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T'] = *rest else { return None };
    WEEKDAYS.iter().position(|&&name| name == [w1, w2, w3])?;
    let month = MONTHS.iter().position(|&&name| name == [m1, m2, m3])?;
    let date = Date::of_digits([two(y1, y2), two(y3, y4)], month as u8 + 1, two(d1, d2))?;
    let at = date.days() * DAY + clock(two(h1, h2), two(n1, n2), two(s1, s2))?;
    // The second after a leap second may be in the year 10000, which no date can name.
    (at < END_OF_HTTP_DATES).then_some(Timestamp(at))
}

/// Writes an HTTP date (IMF-fixdate), the form that a `Date` header has.
pub fn http_date(at: Timestamp) -> String {
    String::from_utf8(http_date_bytes(at).to_vec()).unwrap_or_default()
}

pub(crate) fn http_date_bytes(at: Timestamp) -> [u8; 29] {
    let days = at.0.div_euclid(DAY);
    let date = Date::from_days(days);
    let second = (at.0.rem_euclid(DAY) / 1000) as u32;
    let mut text = *b"www, dd mmm yyyy hh:mm:ss GMT";
    text[..3].copy_from_slice(WEEKDAYS[days.rem_euclid(7) as usize]);
    text[8..11].copy_from_slice(MONTHS[usize::from(date.month - 1) % 12]);
    let numbers = [
        (5, u32::from(date.day)),
        (12, u32::from(date.year / 100)),
        (14, u32::from(date.year)),
        (17, second / 3600),
        (20, second / 60 % 60),
        (23, second % 60),
    ];
    for (at, number) in numbers {
        text[at] = b'0' + (number / 10 % 10) as u8;
        text[at + 1] = b'0' + (number % 10) as u8;
    }
    text
}

/// Reads `yyyy-MM-dd HH:mm:ss`, Meituan's wall clock (UTC+8).
pub fn parse_wall_clock(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let [b' ', h1, h2, b':', n1, n2, b':', s1, s2] = *rest else { return None };
    let time = clock(two(h1, h2), two(n1, n2), two(s1, s2))?;
    let at = Date::parse(date)?.days() * DAY + time - BEIJING_OFFSET;
    (at <= *WALL_CLOCK_RANGE.end()).then_some(Timestamp(at))
}

/// Writes `yyyy-MM-dd HH:mm:ss`, Meituan's wall clock (UTC+8). Milliseconds are cut off.
pub fn wall_clock(at: Timestamp) -> String {
    let local = at.0.saturating_add(BEIJING_OFFSET);
    let mut out = String::with_capacity(19);
    push_date(&mut out, Date::from_days(local.div_euclid(DAY)));
    out.push(' ');
    push_clock(&mut out, local.rem_euclid(DAY));
    out
}

/// The times that `yyyy-MM-dd HH:mm:ss` can hold: 0000-01-01 to 9999-12-31, UTC+8.
pub const WALL_CLOCK_RANGE: std::ops::RangeInclusive<i64> = -62_167_248_000_000..=LAST_TIMESTAMP;

/// The last time that `yyyy-MM-dd HH:mm:ss` can hold: 9999-12-31 23:59:59.999, UTC+8.
pub const LAST_TIMESTAMP: i64 = 253_402_271_999_999;

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl FromStr for Date {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Date::parse(text.as_bytes()).ok_or_else(|| crate::Error::at(crate::ErrorCode::InvalidDate, "").detail(text))
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_moment_formats_as_published() {
        assert_eq!(http_date(Timestamp(1_430_908_460_000)), "Wed, 06 May 2015 10:34:20 GMT");
        assert_eq!(parse_http_date(b"Wed, 06 May 2015 10:34:20 GMT"), Some(Timestamp(1_430_908_460_000)));
        assert_eq!(wall_clock(Timestamp(1_430_908_460_000)), "2015-05-06 18:34:20");
    }

    #[test]
    fn dates_that_do_not_exist_are_not_read() {
        for text in ["2015-02-29", "2015-13-01", "2015-00-10", "2015-04-31", "2015-4-30", "2015-04-30 ", "", "２015-04-30"] {
            assert_eq!(Date::parse(text.as_bytes()), None, "{text}");
        }
        for text in [
            "wed, 06 May 2015 10:34:20 GMT",
            "Wed, 6 May 2015 10:34:20 GMT",
            "Wed, 06 May 2015 10:34:20 UTC",
            "Wed, 06 May 2015 24:00:00 GMT",
            "Wed, 31 Apr 2015 10:34:20 GMT",
            "Wed, 06 May 2015 10:34:20 GMT ",
            "",
        ] {
            assert_eq!(parse_http_date(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_second_after_the_last_year_is_no_date_and_no_moment_makes_writing_panic() {
        assert_eq!(parse_http_date(b"Fri, 31 Dec 9999 23:59:60 GMT"), None);
        assert_eq!(parse_wall_clock(b"9999-12-31 23:59:60"), None);
        assert_eq!(parse_wall_clock(b"2016-12-31 23:59:60"), parse_wall_clock(b"2017-01-01 00:00:00"));
        for at in [i64::MIN, i64::MAX] {
            assert_eq!((http_date(Timestamp(at)).len(), wall_clock(Timestamp(at)).len()), (29, 19));
        }
    }

    #[test]
    fn a_date_begins_at_midnight_of_the_wall_clock_and_knows_its_weekend() {
        let date = |text: &str| Date::parse(text.as_bytes()).unwrap();
        let midnight = parse_wall_clock(b"2026-03-07 00:00:00").unwrap();
        assert_eq!(date("2026-03-07").begin(), midnight);
        assert_eq!((Date::of(midnight), Date::of(Timestamp(midnight.0 - 1))), (date("2026-03-07"), date("2026-03-06")));
        let weekend: Vec<_> = (2..=8).map(|day| Date::new(2026, 3, day).unwrap().is_weekend()).collect();
        assert_eq!(weekend, [false, false, false, false, false, true, true]);
    }

    #[test]
    fn the_ends_of_the_wall_clock_are_where_the_range_says() {
        let (first, last) = (*WALL_CLOCK_RANGE.start(), *WALL_CLOCK_RANGE.end());
        assert_eq!(wall_clock(Timestamp(first)), "0000-01-01 00:00:00");
        assert_eq!(wall_clock(Timestamp(last)), "9999-12-31 23:59:59");
    }

    #[test]
    fn a_timestamp_is_shown_on_meituans_wall_clock_and_read_from_it() {
        for (at, text) in [(1_430_908_460_007, "2015-05-06 18:34:20.007"), (-1, "1970-01-01 07:59:59.999")] {
            assert_eq!((Timestamp(at).to_string().as_str(), text.parse()), (text, Ok(Timestamp(at))));
        }
        assert_eq!("2015-05-06 18:34:20".parse(), Ok(Timestamp(1_430_908_460_000)));
        for text in ["2015-05-06 18:34:20.7", "2015-05-06", "2015-05-06 18:34:20.+07", ""] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().code, crate::ErrorCode::InvalidDate, "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_the_systems_time_in_whole_milliseconds() {
        for at in [0, 1, -1, 1_430_908_460_007, -62_167_248_000_000] {
            assert_eq!(Timestamp::from(SystemTime::try_from(Timestamp(at)).unwrap()), Timestamp(at));
        }
        let before = SystemTime::UNIX_EPOCH - Duration::from_micros(1);
        assert_eq!(Timestamp::from(before), Timestamp(-1));
        assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_micros(1999)), Timestamp(1));
    }

    #[test]
    fn durations_are_added_and_taken_away_and_never_overflow() {
        let (at, second) = (Timestamp(5), Duration::from_secs(1));
        assert_eq!((at + second, at - second), (Timestamp(1005), Timestamp(-995)));
        assert_eq!(((at + second).since(at), at.since(at + second)), (Some(second), None));
        assert_eq!((at + Duration::MAX, at - Duration::MAX), (Timestamp(i64::MAX), Timestamp(5 - i64::MAX)));
    }

    #[test]
    fn only_dates_that_exist_can_be_made() {
        assert_eq!(
            (Date::new(2015, 2, 29), Date::new(10_000, 1, 1), Date::new(2015, 0, 1), Date::new(2015, 1, 0)),
            (None, None, None, None)
        );
        assert_eq!(Date::new(2016, 2, 29).map(|date| (date.year(), date.month(), date.day())), Some((2016, 2, 29)));
        assert_eq!(Date::default().to_string(), "1970-01-01");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in -62_167_219_200_i64..253_402_243_200) {
            let at = Timestamp(seconds * 1000);
            prop_assert_eq!(parse_http_date(http_date(at).as_bytes()), Some(at));
            prop_assert_eq!(parse_wall_clock(wall_clock(at).as_bytes()), Some(at));
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (parse_http_date(&bytes), parse_wall_clock(&bytes), Date::parse(&bytes));
        }
    }
}
