//! The other forms in which the date of a request may have been signed.

use crate::time::{BEIJING_OFFSET, DAY, Date, MONTHS, Timestamp, http_date, parse_http_date, parse_wall_clock, wall_clock};

/// One form: `%` with a letter is a part of the date. `$` at the front: in Beijing time.
///
/// | part | | part | |
/// |---|---|---|---|
/// | `%w` | `Wed` | `%c` | `10:34:20` |
/// | `%d` | `06` | `%i` | `2015-05-06` |
/// | `%e` | `6` | `%s` | epoch seconds |
/// | `%m` | `May` | `%k` | the weekday in Chinese, `三` |
/// | `%n` | `5` | `%l` | the month in Chinese, `五` |
/// | `%y` | `2015` | | |
pub(super) type Form = &'static str;

pub(super) fn write(form: Form, at: Timestamp) -> String {
    let (form, at) = match form.strip_prefix('$') {
        Some(form) => (form, Timestamp(at.0.saturating_add(BEIJING_OFFSET))),
        None => (form, at),
    };
    let http = http_date(at);
    let utc = wall_clock(Timestamp(at.0.saturating_sub(BEIJING_OFFSET)));
    let days = at.0.div_euclid(DAY);
    let month = Date::from_days(days).month();
    // 1970-01-01 was a Thursday.
    let chinese = [(days + 4).rem_euclid(7), i64::from(month)].map(|number| {
        let numeral = |number: i64| "日一二三四五六七八九十".chars().nth(number as usize).map(String::from).unwrap_or_default();
        if number > 10 { ["十", &numeral(number - 10)].concat() } else { numeral(number) }
    });
    let (month, seconds) = (month.to_string(), at.0.div_euclid(1000).to_string());
    let mut pieces = form.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (letter, rest) = piece.split_at_checked(1).unwrap_or_default();
        out.push_str(match letter {
            "w" => &http[..3],
            "d" => &http[5..7],
            "e" => http[5..7].trim_start_matches('0'),
            "m" => &http[8..11],
            "n" => &month,
            "y" => &http[12..16],
            "c" => &http[17..25],
            "i" => utc.get(..10).unwrap_or_default(),
            "s" => &seconds,
            "k" => &chinese[0],
            _ => &chinese[1],
        });
        out.push_str(rest);
    }
    out
}

/// The timestamp in a Date header, in any of the forms: an English month with a clock, `yyyy-MM-dd` with a clock (Beijing
/// time where no zone follows), or epoch seconds or milliseconds.
pub(super) fn timestamp_of(text: &str) -> Option<Timestamp> {
    if let Some(at) = parse_http_date(text.as_bytes()) {
        return Some(at);
    }
    if let (10 | 13, Ok(number)) = (text.len(), text.parse::<i64>()) {
        return Some(Timestamp(if text.len() == 10 { number.checked_mul(1000)? } else { number }));
    }
    let colon = text.find(':')?;
    let clock = text.get(colon.checked_sub(2)?..colon + 6)?;
    let (before, after) = (text.get(..colon - 2)?, text.get(colon + 6..)?);
    // The first thirty bytes are all that matter, and the zone may be anything.
    let names = |zone: &[u8; 3]| after.as_bytes().windows(3).any(|part| part == zone);
    let in_beijing = names(b"+08") || names(b"CST") || after.trim().is_empty();
    let date = if let Some(date) = before.get(..10).filter(|date| Date::parse(date.as_bytes()).is_some()) {
        date.to_owned()
    } else {
        let (mut day, mut month, mut year) = ("", None, "");
        // A dash before the clock parts words; after it, it may begin a zone.
        let words = before.split([' ', ',', '-']).chain(after.split(' '));
        for word in words {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            match word.len() {
                1 | 2 if is_number && day.is_empty() => day = word,
                3 if month.is_none() => month = MONTHS.iter().position(|name| name[..] == *word.as_bytes()),
                4 if is_number && year.is_empty() => year = word,
                _ => {}
            }
        }
        if day.is_empty() {
            return None;
        }
        let month = (month? + 1).to_string();
        let two = |text: &str| ["0", text].concat()[text.len() - 1..].to_owned();
        [year, "-", &two(&month), "-", &two(day)].concat()
    };
    let at = parse_wall_clock([&date, " ", clock].concat().as_bytes())?;
    Some(if in_beijing { at } else { Timestamp(at.0.saturating_add(BEIJING_OFFSET)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_read_in_whichever_form_it_is_written() {
        let at = Some(Timestamp(1_430_908_460_000));
        let forms = [
            "Wed, 06 May 2015 10:34:20 GMT",
            "Wed, 6 May 2015 10:34:20 GMT",
            "Wed, 06 May 2015 10:34:20 +0000",
            "Wed, 06 May 2015 18:34:20 +0800",
            "Wed, 06 May 2015 18:34:20 GMT+08:00",
            "06-May-2015 10:34:20 GMT",
            "Wed May 06 10:34:20 UTC 2015",
            "Wed May 06 18:34:20 CST 2015",
            "Wed May 06 10:34:20 2015 UTC",
            "Wed May  6 18:34:20 2015 CST",
            "Wed May 06 2015 10:34:20 GMT+0000 (Coordinated Universal Time)",
            "Wed May 06 2015 18:34:20 GMT+0800 (中国标准时间)",
            "2015-05-06 18:34:20",
            "2015-05-06 18:34:20 +08:00",
            "2015-05-06T10:34:20Z",
            "2015-05-06T18:34:20+0800",
            // Words beside it that mean nothing.
            "Mo 06 May 2015 10:34:20 GMT",
            "06 May 2015 10:34:20 PM GMT",
            "noon, 06 May 2015 10:34:20 GMT",
            "06 May 2015 10:34:20 CEST",
            "06 May 2015 10:34:20 07 Jun 2016 GMT",
            // The clock follows at once.
            "06 May 201510:34:20 GMT",
            "1430908460",
            "1430908460000",
        ];
        for form in forms {
            assert_eq!(timestamp_of(form), at, "{form}");
        }
        // Without a zone it is Beijing's.
        assert_eq!(timestamp_of("06 May 2015 18:34:20"), at);
        assert_eq!(timestamp_of("31-Dec-2015 10:34:20 GMT"), Some(Timestamp(1_451_558_060_000)));
    }

    #[test]
    fn what_names_no_timestamp_is_none() {
        let none = [
            "",
            ":",
            "10:34:20",
            "0:34:20 06 May 2015",
            "06 May 2015",
            "May 2015 10:34:20 GMT",
            "06 2015 10:34:20 GMT",
            "06 May 10:34:20 GMT",
            "06 Mai 2015 10:34:20 GMT",
            "06 May 2015 10:34",
            "143090846",
            "14309084600",
            "32 May 2015 10:34:20 GMT",
        ];
        for text in none {
            assert_eq!(timestamp_of(text), None, "{text}");
        }
    }

    #[test]
    fn every_month_and_weekday_is_written_in_english_in_chinese_and_as_a_number() {
        let chinese = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
        for (index, name) in chinese.iter().enumerate() {
            let date = Date::parse(format!("2015-{:02}-06", index + 1).as_bytes()).unwrap();
            let expected = format!("{} {} {name}", index + 1, std::str::from_utf8(MONTHS[index]).unwrap());
            assert_eq!(write("%n %m %l", Date::begin(date)), expected);
        }
        // 2015-05-03 was a Sunday.
        let days = ["Sun 日", "Mon 一", "Tue 二", "Wed 三", "Thu 四", "Fri 五", "Sat 六"];
        for (index, expected) in days.iter().enumerate() {
            let at = Timestamp(1_430_649_260_000 + index as i64 * DAY);
            assert_eq!(write("%w %k", at), *expected, "{index}");
        }
    }

    #[test]
    fn every_part_of_a_date_is_written_in_both_zones() {
        let at = Timestamp(1_430_946_260_000);
        let written = write("%w %d %e %m %n %y %c %i %s %k %l", at);
        assert_eq!(written, "Wed 06 6 May 5 2015 21:04:20 2015-05-06 1430946260 三 五");
        let written = write("$%w %d %e %m %n %y %c %i %k %l", at);
        assert_eq!(written, "Thu 07 7 May 5 2015 05:04:20 2015-05-07 四 五");
    }
}
