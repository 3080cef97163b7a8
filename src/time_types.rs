//! Conversions from and to the timestamps and dates of `chrono`, `jiff` and `time`, each behind the feature of its name.
//!
//! Conversions to [`Timestamp`] cut off fractions of a millisecond, towards the past. A time that the other type cannot hold is
//! `OUT_OF_RANGE`.

use crate::time::{Date, Timestamp};
use crate::{Error, ErrorCode};

fn out_of_range(found: &dyn std::fmt::Display) -> Error {
    Error::at(ErrorCode::OutOfRange, "").detail(&found.to_string())
}

#[cfg(feature = "chrono")]
mod chrono_types {
    use super::*;
    use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};

    impl<Zone: TimeZone> From<DateTime<Zone>> for Timestamp {
        fn from(at: DateTime<Zone>) -> Timestamp {
            Timestamp(at.timestamp_millis())
        }
    }

    impl TryFrom<Timestamp> for DateTime<Utc> {
        type Error = Error;

        fn try_from(at: Timestamp) -> Result<Self, Error> {
            DateTime::from_timestamp_millis(at.0).ok_or_else(|| out_of_range(&at.0))
        }
    }

    impl TryFrom<NaiveDate> for Date {
        type Error = Error;

        fn try_from(date: NaiveDate) -> Result<Date, Error> {
            let parts = (u16::try_from(date.year()), date.month() as u8, date.day() as u8);
            let (Ok(year), month, day) = parts else { return Err(out_of_range(&date)) };
            Date::new(year, month, day).ok_or_else(|| out_of_range(&date))
        }
    }

    impl TryFrom<Date> for NaiveDate {
        type Error = Error;

        fn try_from(date: Date) -> Result<NaiveDate, Error> {
            let parts = (i32::from(date.year()), u32::from(date.month()), u32::from(date.day()));
            NaiveDate::from_ymd_opt(parts.0, parts.1, parts.2).ok_or_else(|| out_of_range(&date))
        }
    }
}

#[cfg(feature = "jiff")]
mod jiff_types {
    use super::*;
    use jiff::civil;

    impl From<jiff::Timestamp> for Timestamp {
        fn from(at: jiff::Timestamp) -> Timestamp {
            // Jiff's own milliseconds are cut off towards 1970.
            Timestamp(at.as_nanosecond().div_euclid(1_000_000) as i64)
        }
    }

    impl TryFrom<Timestamp> for jiff::Timestamp {
        type Error = Error;

        fn try_from(at: Timestamp) -> Result<Self, Error> {
            jiff::Timestamp::from_millisecond(at.0).map_err(|error| out_of_range(&at.0).caused_by(error))
        }
    }

    impl TryFrom<civil::Date> for Date {
        type Error = Error;

        fn try_from(date: civil::Date) -> Result<Date, Error> {
            let parts = (u16::try_from(date.year()), u8::try_from(date.month()), u8::try_from(date.day()));
            let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(out_of_range(&date)) };
            Date::new(year, month, day).ok_or_else(|| out_of_range(&date))
        }
    }

    impl TryFrom<Date> for civil::Date {
        type Error = Error;

        fn try_from(date: Date) -> Result<civil::Date, Error> {
            let parts = (date.year() as i16, date.month() as i8, date.day() as i8);
            civil::Date::new(parts.0, parts.1, parts.2).map_err(|error| out_of_range(&date).caused_by(error))
        }
    }
}

#[cfg(feature = "time")]
mod time_crate_types {
    use super::*;
    use time::{Month, OffsetDateTime};

    impl From<OffsetDateTime> for Timestamp {
        fn from(at: OffsetDateTime) -> Timestamp {
            Timestamp(at.unix_timestamp_nanos().div_euclid(1_000_000) as i64)
        }
    }

    impl TryFrom<Timestamp> for OffsetDateTime {
        type Error = Error;

        fn try_from(at: Timestamp) -> Result<Self, Error> {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
                .map_err(|error| out_of_range(&at.0).caused_by(error))
        }
    }

    impl TryFrom<time::Date> for Date {
        type Error = Error;

        fn try_from(date: time::Date) -> Result<Date, Error> {
            let year = u16::try_from(date.year()).map_err(|_| out_of_range(&date.year()))?;
            Date::new(year, date.month().into(), date.day()).ok_or_else(|| out_of_range(&date.year()))
        }
    }

    impl TryFrom<Date> for time::Date {
        type Error = Error;

        fn try_from(date: Date) -> Result<time::Date, Error> {
            let month = Month::try_from(date.month()).map_err(|error| out_of_range(&date).caused_by(error))?;
            time::Date::from_calendar_date(i32::from(date.year()), month, date.day())
                .map_err(|error| out_of_range(&date).caused_by(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// There and back: timestamps before and after 1970, and dates at the ends of the calendar.
    #[cfg_attr(not(all(feature = "chrono", feature = "jiff", feature = "time")), allow(unused_macros, reason = "by feature"))]
    macro_rules! survive {
        ($timestamp:ty, $date:ty) => {
            for at in [0, -1, 1_430_908_460_007, -62_135_596_800_000].map(Timestamp) {
                assert_eq!(Timestamp::from(<$timestamp>::try_from(at).unwrap()), at);
            }
            assert_eq!(<$timestamp>::try_from(Timestamp(i64::MAX)).unwrap_err().code, ErrorCode::OutOfRange);
            for text in ["0000-01-01", "2016-02-29", "9999-12-31"] {
                let date: Date = text.parse().unwrap();
                assert_eq!(Date::try_from(<$date>::try_from(date).unwrap()), Ok(date));
            }
        };
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chronos_times_are_ours() {
        survive!(chrono::DateTime<chrono::Utc>, chrono::NaiveDate);
        assert_eq!(Date::try_from(chrono::NaiveDate::from_ymd_opt(-1, 1, 1).unwrap()).unwrap_err().code, ErrorCode::OutOfRange);
        assert_eq!(Timestamp::from(chrono::DateTime::from_timestamp(-1, 999_999_999).unwrap()), Timestamp(-1));
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiffs_times_are_ours() {
        survive!(jiff::Timestamp, jiff::civil::Date);
        assert_eq!(Date::try_from(jiff::civil::Date::new(-1, 1, 1).unwrap()).unwrap_err().code, ErrorCode::OutOfRange);
        assert_eq!(Timestamp::from(jiff::Timestamp::from_nanosecond(-1).unwrap()), Timestamp(-1));
    }

    #[cfg(feature = "time")]
    #[test]
    fn the_time_crates_times_are_ours() {
        survive!(time::OffsetDateTime, time::Date);
        let before = time::Date::from_calendar_date(-1, time::Month::January, 1).unwrap();
        assert_eq!(Date::try_from(before).unwrap_err().code, ErrorCode::OutOfRange);
        assert_eq!(Timestamp::from(time::OffsetDateTime::from_unix_timestamp_nanos(-1).unwrap()), Timestamp(-1));
    }
}
