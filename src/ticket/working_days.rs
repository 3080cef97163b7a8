//! Working days, in which the acceptance manual counts its terms: three for a refund that nobody decides, three between
//! the mail and a change of endpoint (part six).
//!
//! 订单退款: 超过3个工作日未处理的退款中订单，美团将默认商家同意退款. How a working day is counted is documented
//! nowhere. Time passes on working days only, by Meituan's wall clock (UTC+8), in both readings of that sentence:
//! - (a) 72 hours of working days after the request: [`Calendar::silence_may_count_at`];
//! - (b) three whole working days after the day of the request: [`Calendar::silence_counts_at`], never before (a).
//!
//! From Friday 10:00, (a) is Wednesday 10:00 and (b) is the end of Wednesday.

use crate::time::{DAY, Date, Timestamp, WALL_CLOCK_RANGE, in_milliseconds};
use std::sync::OnceLock;
use std::time::Duration;

/// How long Meituan waits for a decision about a refund (订单退款), and for a change that was announced (part six).
const THREE_WORKING_DAYS: Duration = Duration::from_secs(3 * 24 * 3600);

/// Mainland China's statutory holidays and the weekend days worked for them, as the State Council announces them each
/// year (国务院办公厅关于 2024、2025、2026 年部分节假日安排的通知). Checked against the data of `chinesecalendar` 1.11.0
/// and `chinese-days` 1.5.7. The notice about a year appears in November before it; years follow each other here.
const ANNOUNCED: [Announced; 3] = [
    Announced {
        year: 2024,
        off: &[(1, 1, 1), (2, 10, 8), (4, 4, 3), (5, 1, 5), (6, 10, 1), (9, 15, 3), (10, 1, 7)],
        worked: &[(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    },
    Announced {
        year: 2025,
        off: &[(1, 1, 1), (1, 28, 8), (4, 4, 3), (5, 1, 5), (5, 31, 3), (10, 1, 8)],
        worked: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    Announced {
        year: 2026,
        off: &[(1, 1, 3), (2, 15, 9), (4, 4, 3), (5, 1, 5), (6, 19, 3), (9, 25, 3), (10, 1, 7)],
        worked: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];

/// The State Council's notice about one year.
struct Announced {
    year: u16,
    /// First month and day, and the number of days.
    off: &'static [(u8, u8, u8)],
    worked: &'static [(u8, u8)],
}

crate::messages! {
    /// Which days are worked: Monday to Friday, except what is listed here. If none is given, the calendar that is
    /// shipped applies: mainland China, 2024 to 2026.
    Calendar {
        /// Days off that would be working days (法定节假日).
        holidays "holidays": list(date), optional;
        /// Working days that would be days off (调休上班). A day in both lists is worked.
        make_up_days "makeUpDays": list(date), optional;
        /// The first day that the lists cover; absent: they cover the past without end.
        from "from": date, optional;
        /// The last day that the lists cover; absent: they cover the future without end. Beyond it nothing is known: no
        /// refund is agreed by silence there.
        through "through": date, optional;
    }
}

/// As many days as an integer has bits: the lists are read once for all of them.
const WINDOW: i64 = u64::BITS as i64;

/// The listed days among the [`WINDOW`] days from one on, a bit each.
struct Window {
    first: i64,
    holidays: u64,
    make_up_days: u64,
}

impl Window {
    fn of(calendar: &Calendar, first: i64) -> Self {
        let bits = |days: &Option<Vec<Date>>| {
            let within = days.iter().flatten().map(|day| day.days() - first).filter(|ahead| (0..WINDOW).contains(ahead));
            within.fold(0, |bits, ahead| bits | 1 << ahead)
        };
        Window { first, holidays: bits(&calendar.holidays), make_up_days: bits(&calendar.make_up_days) }
    }

    /// Nothing for a day outside the window.
    fn is_worked(&self, date: Date) -> Option<bool> {
        let ahead = date.days() - self.first;
        let is_in = |bits: u64| bits >> ahead & 1 == 1;
        (0..WINDOW).contains(&ahead).then(|| is_in(self.make_up_days) || !date.is_weekend() && !is_in(self.holidays))
    }
}

/// The day at which counting ended before all of its time had passed: the first day that it knows nothing about.
struct Stopped {
    at: i64,
    left: i64,
}

impl Calendar {
    /// The calendar of mainland China that is shipped.
    pub fn shipped() -> &'static Calendar {
        static SHIPPED: OnceLock<Calendar> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let (mut holidays, mut make_up_days) = (Vec::new(), Vec::new());
            for &Announced { year, off, worked } in &ANNOUNCED {
                for &(month, day, days) in off {
                    let first = Date::new(year, month, day).map_or(0, Date::days);
                    holidays.extend((first..first + i64::from(days)).map(Date::from_days));
                }
                make_up_days.extend(worked.iter().filter_map(|&(month, day)| Date::new(year, month, day)));
            }
            let from = ANNOUNCED.first().and_then(|first| Date::new(first.year, 1, 1));
            let through = ANNOUNCED.last().and_then(|last| Date::new(last.year, 12, 31));
            Calendar { holidays: Some(holidays), make_up_days: Some(make_up_days), from, through }
        })
    }

    /// Returns whether the lists are known to cover a day.
    pub fn covers(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.through.is_none_or(|through| date <= through)
    }

    /// Returns whether the covered days end within so many days from now.
    pub fn ends_within(&self, now: Timestamp, days: u32) -> bool {
        self.through.is_some_and(|through| through.days() < Date::of(now).days() + i64::from(days))
    }

    /// Returns whether a day is worked; one that is not covered, by its weekday.
    pub fn is_working_day(&self, date: Date) -> bool {
        Window::of(self, date.days()).is_worked(date).unwrap_or_default()
    }

    /// Returns the timestamp at which so much time has passed on working days; nothing where that needs a day that is not covered,
    /// or one outside the years 0 to 9999.
    pub fn after_working_time(&self, from: Timestamp, time: Duration) -> Option<Timestamp> {
        self.walk(from, in_milliseconds(time), true).ok()
    }

    /// Returns the timestamp after which Meituan may count silence about a refund as agreement: reading (a) of the
    /// acceptance manual's sentence (订单退款, 超过3个工作日). Nothing beyond the covered days.
    pub fn silence_may_count_at(&self, requested: Timestamp) -> Option<Timestamp> {
        self.after_working_time(requested, THREE_WORKING_DAYS)
    }

    /// Returns the timestamp from which silence about a refund is agreement in every reading of that sentence: reading
    /// (b), the end of the third working day after the day of the request. Nothing beyond the covered days.
    pub fn silence_counts_at(&self, requested: Timestamp) -> Option<Timestamp> {
        let is_dated = WALL_CLOCK_RANGE.contains(&requested.0);
        let next_day = Timestamp(Date::of(requested).begin().0 + DAY);
        self.after_working_time(next_day, THREE_WORKING_DAYS).filter(|_| is_dated)
    }

    /// Returns the timestamp at which so many working days have passed. A day that is not covered counts by its weekday,
    /// one outside the years 0 to 9999 always.
    pub fn add_working_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let milliseconds = i64::from(days) * DAY;
        self.walk(from, milliseconds, false).unwrap_or_else(|stopped| Timestamp(stopped.at.saturating_add(stopped.left)))
    }

    /// Lets time pass on working days only, day by day.
    fn walk(&self, from: Timestamp, milliseconds: i64, only_covered: bool) -> Result<Timestamp, Stopped> {
        let (mut at, mut left) = (from.0, milliseconds);
        let mut window = Window { first: i64::MIN / 2, holidays: 0, make_up_days: 0 };
        while left > 0 {
            let today = Date::of(Timestamp(at));
            if !WALL_CLOCK_RANGE.contains(&at) || only_covered && !self.covers(today) {
                return Err(Stopped { at, left });
            }
            let is_worked = window.is_worked(today).unwrap_or_else(|| {
                window = Window::of(self, today.days());
                window.is_worked(today).unwrap_or_default()
            });
            let rest = today.begin().0 + DAY - at;
            if is_worked && rest >= left {
                return Ok(Timestamp(at + left));
            }
            left -= if is_worked { rest } else { 0 };
            at += rest;
        }
        Ok(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{parse_wall_clock, wall_clock};

    fn after(calendar: &Calendar, from: &str, days: u32) -> String {
        wall_clock(calendar.add_working_days(at(from), days))
    }

    fn at(string: &str) -> Timestamp {
        parse_wall_clock(string.as_bytes()).unwrap()
    }

    fn date(string: &str) -> Date {
        string.parse().unwrap()
    }

    fn dates(texts: &[&str]) -> Option<Vec<Date>> {
        Some(texts.iter().map(|string| date(string)).collect())
    }

    #[test]
    fn time_passes_on_working_days_only() {
        let calendar = Calendar::default();
        assert_eq!(after(&calendar, "2026-03-02 10:00:00", 3), "2026-03-05 10:00:00");
        assert_eq!(after(&calendar, "2026-03-06 10:00:00", 3), "2026-03-11 10:00:00");
        assert_eq!(after(&calendar, "2026-03-07 10:00:00", 3), "2026-03-12 00:00:00");
        assert_eq!(after(&calendar, "2026-03-06 10:00:00", 0), "2026-03-06 10:00:00");
        assert_eq!(after(&calendar, "2026-03-06 00:00:00", 1), "2026-03-07 00:00:00");
    }

    #[test]
    fn holidays_are_passed_over_and_make_up_days_are_worked() {
        let holidays = dates(&["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]);
        let calendar = Calendar { holidays, make_up_days: dates(&["2026-10-10"]), ..Calendar::default() };
        assert_eq!(after(&calendar, "2026-09-30 12:00:00", 1), "2026-10-08 12:00:00");
        assert_eq!(after(&calendar, "2026-09-30 12:00:00", 3), "2026-10-10 12:00:00");
        assert!(!calendar.is_working_day(date("2026-10-05")) && calendar.is_working_day(date("2026-10-10")));
    }

    #[test]
    fn a_day_that_is_both_holiday_and_make_up_day_is_worked() {
        let day = dates(&["2026-10-10"]);
        assert!(Calendar { holidays: day.clone(), make_up_days: day, ..Calendar::default() }.is_working_day(date("2026-10-10")));
    }

    /// Both readings, and nothing where they are not known.
    fn readings(calendar: &Calendar, requested: &str) -> [Option<String>; 2] {
        let requested = at(requested);
        [calendar.silence_may_count_at(requested), calendar.silence_counts_at(requested)].map(|at| at.map(wall_clock))
    }

    #[test]
    fn both_readings_of_three_working_days_are_kept_apart() {
        let cases = [
            ("2026-03-02 10:00:00", "2026-03-05 10:00:00", "2026-03-06 00:00:00"),
            ("2026-03-06 10:00:00", "2026-03-11 10:00:00", "2026-03-12 00:00:00"),
            // A request on a day off: the readings agree.
            ("2026-03-07 10:00:00", "2026-03-12 00:00:00", "2026-03-12 00:00:00"),
            ("2026-03-02 00:00:00", "2026-03-05 00:00:00", "2026-03-06 00:00:00"),
            ("2026-03-02 23:59:59", "2026-03-05 23:59:59", "2026-03-06 00:00:00"),
            // 清明节, 4 to 6 April.
            ("2026-04-02 10:00:00", "2026-04-08 10:00:00", "2026-04-09 00:00:00"),
            // 国庆节, 1 to 7 October; Saturday 10 October is worked.
            ("2026-09-30 12:00:00", "2026-10-10 12:00:00", "2026-10-11 00:00:00"),
            // 春节, 15 to 23 February; Saturdays 14 and 28 February are worked.
            ("2026-02-13 18:00:00", "2026-02-25 18:00:00", "2026-02-26 00:00:00"),
            ("2026-02-26 09:00:00", "2026-03-02 09:00:00", "2026-03-03 00:00:00"),
            ("2025-12-30 09:00:00", "2026-01-05 09:00:00", "2026-01-06 00:00:00"),
        ];
        for (requested, may, counts) in cases {
            assert_eq!(readings(Calendar::shipped(), requested), [Some(may.into()), Some(counts.into())], "{requested}");
        }
    }

    #[test]
    fn nothing_is_known_beyond_the_covered_days() {
        let shipped = Calendar::shipped();
        assert!(shipped.covers(date("2024-01-01")) && shipped.covers(date("2026-12-31")));
        assert!(!shipped.covers(date("2023-12-31")) && !shipped.covers(date("2027-01-01")));
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(readings(shipped, "2026-12-28 00:00:00"), [known("2026-12-31 00:00:00"), known("2027-01-01 00:00:00")]);
        assert_eq!(readings(shipped, "2026-12-28 10:00:00"), [known("2026-12-31 10:00:00"), known("2027-01-01 00:00:00")]);
        assert_eq!(readings(shipped, "2026-12-29 10:00:00"), [None, None]);
        assert_eq!(readings(shipped, "2023-12-29 10:00:00"), [None, None]);
        assert_eq!(shipped.after_working_time(at("2027-01-01 00:00:00"), Duration::from_millis(1)), None);
        assert_eq!(shipped.after_working_time(at("2027-01-01 00:00:00"), Duration::ZERO), Some(at("2027-01-01 00:00:00")));
        // The terms of part six go on by weekdays.
        assert_eq!(after(shipped, "2026-12-30 10:00:00", 3), "2027-01-04 10:00:00");
    }

    #[test]
    fn a_calendar_without_bounds_covers_every_day() {
        let own = Calendar { holidays: dates(&["2031-01-01"]), ..Calendar::default() };
        assert!(own.covers(date("0000-01-01")) && own.covers(date("9999-12-31")));
        let [may, counts] = readings(&own, "2030-12-31 10:00:00");
        assert_eq!((may.unwrap(), counts.unwrap()), ("2031-01-06 10:00:00".into(), "2031-01-07 00:00:00".into()));
        assert!(!own.ends_within(Timestamp(i64::MAX), u32::MAX));
    }

    #[test]
    fn a_calendar_says_when_its_days_run_out() {
        let shipped = Calendar::shipped();
        assert!(!shipped.ends_within(at("2026-11-01 23:59:59"), 60));
        assert!(shipped.ends_within(at("2026-11-02 00:00:00"), 60));
        assert!(shipped.ends_within(at("2027-06-01 00:00:00"), 0));
    }

    #[cfg(feature = "texts")]
    #[test]
    fn the_definition_names_the_shipped_years() {
        let [first, .., last] = ANNOUNCED.map(|announced| announced.year);
        assert!(Calendar::MESSAGE.doc.contains(&format!("{first} to {last}")));
    }

    #[test]
    fn the_announced_years_follow_each_other_and_list_what_differs_from_the_weekdays() {
        for (earlier, later) in ANNOUNCED.iter().zip(&ANNOUNCED[1..]) {
            assert_eq!(earlier.year + 1, later.year);
        }
        let shipped = Calendar::shipped();
        for day in shipped.make_up_days.iter().flatten() {
            assert!(day.is_weekend() && shipped.is_working_day(*day), "{day}");
        }
        for day in shipped.holidays.iter().flatten() {
            assert!(Date::parse(day.text().as_bytes()) == Some(*day) && !shipped.is_working_day(*day), "{day}");
        }
        let worked = |year: u16| {
            let days = Date::new(year, 1, 1).unwrap().days()..Date::new(year + 1, 1, 1).unwrap().days();
            days.filter(|&day| shipped.is_working_day(Date::from_days(day))).count()
        };
        assert_eq!([2024, 2025, 2026].map(worked), [251, 248, 248]);
    }

    #[test]
    fn days_far_from_each_other_in_unsorted_lists_are_found() {
        let calendar = Calendar { holidays: dates(&["2027-01-01", "2026-03-03", "2020-01-01"]), ..Calendar::default() };
        assert_eq!(after(&calendar, "2026-03-02 00:00:00", 2), "2026-03-05 00:00:00");
        // 43 weeks and 4 days: 219 weekdays, one of which is off.
        assert_eq!(after(&calendar, "2026-03-02 00:00:00", 218), "2027-01-01 00:00:00");
        assert_eq!(after(&calendar, "2026-03-02 00:00:00", 219), "2027-01-05 00:00:00");
    }

    #[test]
    fn no_timestamp_makes_counting_hang_or_panic() {
        for calendar in [&Calendar::default(), Calendar::shipped()] {
            for at in [i64::MIN, -62_167_248_000_001, -62_167_248_000_000, -1, 0, 253_402_271_999_999, i64::MAX] {
                assert!(calendar.add_working_days(Timestamp(at), 3).0 >= at, "{at}");
                for known in [calendar.silence_may_count_at(Timestamp(at)), calendar.silence_counts_at(Timestamp(at))] {
                    assert!(known.is_none_or(|known| known.0 > at), "{at}");
                }
                assert!(calendar.after_working_time(Timestamp(at), Duration::ZERO) == Some(Timestamp(at)));
                assert_eq!(Calendar::shipped().after_working_time(Timestamp(at), Duration::MAX), None, "{at}");
                calendar.ends_within(Timestamp(at), u32::MAX);
            }
        }
        assert_eq!(Calendar::default().silence_counts_at(Timestamp(i64::MAX)), None);
    }
}
