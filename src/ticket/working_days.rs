//! Working days, as Meituan counts the time for deciding a refund.

use crate::time::{BEIJING_OFFSET, DAY, Date, Timestamp};

crate::messages! {
    /// Which days are worked, beside the rule that Saturdays and Sundays are not. China moves its working days around
    /// holidays each year, so the lists are the caller's.
    Calendar {
        /// Weekdays that are not worked (法定节假日).
        holidays "holidays": list(date), optional;
        /// Saturdays and Sundays that are worked instead (调休上班日).
        make_up_days "makeUpDays": list(date), optional;
    }
}

impl Calendar {
    /// Whether the day is worked.
    pub fn is_working_day(&self, day: Date) -> bool {
        let listed = |days: &Option<Vec<Date>>| days.as_ref().is_some_and(|days| days.contains(&day));
        // 1970-01-01 was a Thursday.
        let weekend = matches!((day.days() + 3).rem_euclid(7), 5 | 6);
        listed(&self.make_up_days) || !weekend && !listed(&self.holidays)
    }

    /// The moment when `days` working days have gone by since `start`, in Meituan's wall clock (UTC+8): the same time
    /// of day so many working days later. What starts on a day that is not worked starts at 0:00 of the next that is.
    pub fn after(&self, start: Timestamp, days: u32) -> Timestamp {
        // Lists that leave no working day at all end here: nobody is off for longer than this.
        const MOST_DAYS_OFF: usize = 60;
        let next_worked = |from: i64| {
            let mut days = (from..).take(MOST_DAYS_OFF);
            days.find(|&day| self.is_working_day(Date::from_days(day))).unwrap_or(from)
        };
        let local = start.0 + BEIJING_OFFSET;
        let (begun, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let first = next_worked(begun);
        let last = (0..days).fold(first, |day, _| next_worked(day + 1));
        Timestamp(last * DAY + if first == begun { time } else { 0 } - BEIJING_OFFSET)
    }
}
