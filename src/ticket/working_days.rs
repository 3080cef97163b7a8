//! Working days, as the hand-out counts its terms: three of them for a refund that nobody decides (订单退款), three of
//! them between the mail and a change of endpoint (part six).
//!
//! The hand-out does not say how a working day is counted. Assumed here: time passes on working days only, by Meituan's
//! wall clock (UTC+8), so that three working days from Friday 10:00 end on Wednesday 10:00, and three from any time of a
//! Saturday end when Wednesday does. Which days are holidays is announced each year and given by the caller.

use crate::time::{DAY, Date, Timestamp, WALL_CLOCK_RANGE};

crate::messages! {
    /// Which days are worked: Monday to Friday, but for what is listed here.
    Calendar {
        /// Days off that would be working days (法定节假日).
        holidays "holidays": list(date), optional;
        /// Working days that would be days off (调休上班). A day in both lists is worked.
        make_up_days "makeUpDays": list(date), optional;
    }
}

impl Calendar {
    /// Whether the day is worked.
    pub fn is_working_day(&self, date: Date) -> bool {
        let listed = |days: &Option<Vec<Date>>| days.as_ref().is_some_and(|days| days.contains(&date));
        listed(&self.make_up_days) || !date.is_weekend() && !listed(&self.holidays)
    }

    /// The moment at which so many working days have passed. Outside the years 0 to 9999, which dates cannot name, every
    /// day counts.
    pub fn add_working_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let mut at = from.0;
        let mut left = i64::from(days) * DAY;
        while left > 0 && WALL_CLOCK_RANGE.contains(&at) {
            let today = Date::of(Timestamp(at));
            let rest = today.begin().0 + DAY - at;
            if self.is_working_day(today) {
                if rest >= left {
                    return Timestamp(at + left);
                }
                left -= rest;
            }
            at += rest;
        }
        Timestamp(at.saturating_add(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{parse_wall_clock, wall_clock};

    fn after(calendar: &Calendar, from: &str, days: u32) -> String {
        wall_clock(calendar.add_working_days(parse_wall_clock(from.as_bytes()).unwrap(), days))
    }

    fn dates(texts: &[&str]) -> Option<Vec<Date>> {
        Some(texts.iter().map(|text| text.parse().unwrap()).collect())
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
        let calendar = Calendar { holidays, make_up_days: dates(&["2026-10-10"]) };
        assert_eq!(after(&calendar, "2026-09-30 12:00:00", 1), "2026-10-08 12:00:00");
        assert_eq!(after(&calendar, "2026-09-30 12:00:00", 3), "2026-10-10 12:00:00");
        assert!(!calendar.is_working_day("2026-10-05".parse().unwrap()) && calendar.is_working_day("2026-10-10".parse().unwrap()));
    }

    #[test]
    fn a_day_that_is_both_holiday_and_make_up_day_is_worked() {
        let day = dates(&["2026-10-10"]);
        assert!(Calendar { holidays: day.clone(), make_up_days: day.clone() }.is_working_day("2026-10-10".parse().unwrap()));
    }

    #[test]
    fn no_moment_makes_counting_hang_or_panic() {
        let calendar = Calendar::default();
        for at in [i64::MIN, -62_167_248_000_001, -62_167_248_000_000, -1, 0, 253_402_271_999_999, i64::MAX] {
            let after = calendar.add_working_days(Timestamp(at), 3);
            assert!(after.0 >= at, "{at}");
        }
    }
}
