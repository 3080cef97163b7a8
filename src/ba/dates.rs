//! The other forms in which the date of a request may have been signed.

use super::diagnosis::{Change, Evidence};
use crate::time::{BEIJING_OFFSET, DAY, Date, Timestamp, http_date, parse_http_date, wall_clock as beijing_wall_clock};

/// The moment that the Date header tells, in whichever form.
pub(super) fn moment(evidence: &Evidence<'_>) -> Option<Timestamp> {
    parse_http_date(evidence.date.as_bytes()).or_else(|| lenient(evidence.date))
}

/// Reads a date in the forms that are written here, and their like: an English month, a number of seconds or milliseconds,
/// or `yyyy-MM-dd` with a time. Without a zone it is Beijing's in the last form.
fn lenient(text: &str) -> Option<Timestamp> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let number = |word: &str| word.parse::<i64>().ok();
    // What follows the clock is the zone: its digits are no part of the date.
    let zone_at = text.find(':').map_or(text.len(), |colon| {
        text[colon..].find(|letter: char| !letter.is_ascii_digit() && letter != ':').map_or(text.len(), |length| colon + length)
    });
    let (main, rest) = text.split_at(zone_at);
    let words: Vec<&str> = main.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // `2015-05-06T10:34:20` has one letter between two numbers.
    let words: Vec<&str> =
        words.iter().flat_map(|word| word.split('T')).filter(|word| number(word).is_some() || word.len() == 3).collect();
    let numbers: Vec<i64> = words.iter().filter_map(|word| number(word)).collect();
    let month = words.iter().find_map(|word| MONTHS.find(*word).filter(|at| at % 3 == 0 && word.len() == 3));
    let year_after_zone = rest.split_whitespace().next_back().filter(|word| word.len() == 4).and_then(number);
    let (year, month, day, clock) = match (month, numbers.as_slice()) {
        (Some(month), &[day, year, h, m, s]) => (year, month as i64 / 3 + 1, day, [h, m, s]),
        // As Java and C write it: the year stands last.
        (Some(month), &[day, h, m, s]) => (year_after_zone?, month as i64 / 3 + 1, day, [h, m, s]),
        (None, &[year, month, day, h, m, s]) => (year, month, day, [h, m, s]),
        (None, &[seconds]) if text.trim().len() == 10 => return Some(Timestamp(seconds * 1000)),
        (None, &[milliseconds]) if text.trim().len() == 13 => return Some(Timestamp(milliseconds)),
        _ => return None,
    };
    let two = |value: i64| u8::try_from(value).ok();
    let date = Date { year: u16::try_from(year).ok()?, month: two(month)?, day: two(day)? };
    // Only days that exist.
    Date::parse(date.text().as_bytes())?;
    let [h, m, s] = clock;
    if !(0..24).contains(&h) || !(0..60).contains(&m) || !(0..=60).contains(&s) {
        return None;
    }
    let is_beijing = rest.contains("+08") || rest.contains("CST") || (rest.is_empty() && !main.contains(','));
    let ahead = if is_beijing { BEIJING_OFFSET } else { 0 };
    Some(Timestamp(date.days() * DAY + ((h * 60 + m) * 60 + s) * 1000 - ahead))
}

fn forms(evidence: &Evidence<'_>, out: &mut Vec<Change>, write: impl FnOnce(Timestamp, &mut dyn FnMut(String))) {
    if let Some(at) = moment(evidence) {
        write(at, &mut |date| out.push(Change::Date(date)));
    }
}

const fn in_beijing(at: Timestamp) -> Timestamp {
    Timestamp(at.0.saturating_add(BEIJING_OFFSET))
}

/// An HTTP date up to its zone.
fn without_zone(at: Timestamp) -> String {
    let mut text = http_date(at);
    text.truncate(text.len() - " GMT".len());
    text
}

pub(super) fn http(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| push(http_date(at)));
}

pub(super) fn beijing(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        let local = without_zone(in_beijing(at));
        for zone in [" +0800", " +08:00", " GMT+08:00", " GMT+0800", " GMT", " CST", ""] {
            push([&local, zone].concat());
        }
    });
}

pub(super) fn zone_name(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        for zone in [" UTC", " +0000", " +00:00", " Z", " GMT+00:00", " GMT+0000", ""] {
            push([&without_zone(at), zone].concat());
        }
    });
}

pub(super) fn unpadded(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| push(http_date(at).replacen(", 0", ", ", 1)));
}

pub(super) fn weekday(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        let text = http_date(at);
        push(text.replacen(',', "", 1));
        push(text.split_once(", ").map_or_else(String::new, |(_, rest)| rest.to_owned()));
    });
}

pub(super) fn chinese(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        const DIGITS: [&str; 13] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
        for (at, zone) in [(at, "GMT"), (in_beijing(at), "CST")] {
            let days = at.0.div_euclid(DAY);
            let date = Date::from_days(days);
            let day_of_week = ["四", "五", "六", "日", "一", "二", "三"][days.rem_euclid(7) as usize];
            let http = http_date(at);
            let (day, year, clock) = (&http[5..7], &http[12..16], &http[17..25]);
            for month in [DIGITS[usize::from(date.month) % 13].to_owned(), date.month.to_string()] {
                for week in ["星期", "周"] {
                    push([week, day_of_week, ", ", day, " ", &month, "月 ", year, " ", clock, " ", zone].concat());
                }
            }
        }
    });
}

pub(super) fn iso(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        let local = beijing_wall_clock(at).replacen(' ', "T", 1);
        let utc = beijing_wall_clock(Timestamp(at.0 - BEIJING_OFFSET)).replacen(' ', "T", 1);
        for zone in ["Z", ".000Z", "+00:00", "+0000", ""] {
            push([&utc, zone].concat());
        }
        for zone in ["+08:00", "+0800", ".000+08:00", ".000+0800", ""] {
            push([&local, zone].concat());
        }
    });
}

pub(super) fn wall_clock(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        push(beijing_wall_clock(at));
        push(beijing_wall_clock(Timestamp(at.0 - BEIJING_OFFSET)));
    });
}

/// Java's `Date`, C's `asctime` and JavaScript's `Date`.
pub(super) fn default_form(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        for (at, java, script) in [
            (at, "GMT", "GMT+0000 (Coordinated Universal Time)"),
            (at, "UTC", "GMT+0000 (UTC)"),
            (in_beijing(at), "CST", "GMT+0800 (中国标准时间)"),
            (in_beijing(at), "CST", "GMT+0800 (China Standard Time)"),
        ] {
            let http = http_date(at);
            let (week, day, month, year, clock) = (&http[..3], &http[5..7], &http[8..11], &http[12..16], &http[17..25]);
            push([week, " ", month, " ", day, " ", clock, " ", java, " ", year].concat());
            push([week, " ", month, " ", day, " ", clock, " ", year].concat());
            push([week, " ", month, " ", day, " ", year, " ", clock, " ", script].concat());
        }
    });
}

pub(super) fn epoch(evidence: &Evidence<'_>, out: &mut Vec<Change>) {
    forms(evidence, out, |at, push| {
        push(at.0.div_euclid(1000).to_string());
        push(at.0.to_string());
    });
}
