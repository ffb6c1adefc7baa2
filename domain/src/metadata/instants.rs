//! Instants and days as metadata write them: `2026-11-22T02:00:00.123456Z`, `2026-11-20`.
//!
//! Invariant: what is read and written here is what the calendar's own reader and writer would read and write.
//! Deliberately absent: other forms than these. They are left to the calendar's reader.

use jiff::{Timestamp, civil::Date, tz::Offset};

/// An instant as it is written: `2026-11-22T02:00:00Z`, or with a fraction of the second. Other forms are read too, in their
/// own time.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    plain_instant(text.as_bytes()).or_else(|| text.parse().ok())
}

fn plain_instant(text: &[u8]) -> Option<Timestamp> {
    let (&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1], rest) =
        text.split_first_chunk()?
    else {
        return None;
    };
    let year = two([y0, y1])? * 100 + two([y2, y3])?;
    let (month, day) = (two([m0, m1])?, two([d0, d1])?);
    let (hour, minute, second) = (two([h0, h1])?, two([i0, i1])?, two([s0, s1])?);
    // what is not in every month or minute is left to who knows the calendar
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) && !is_in_month(year, month, day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanoseconds = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_i64.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
}

fn two(digits: [u8; 2]) -> Option<i64> {
    let [tens, ones] = digits.map(|digit| digit.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 10).then(|| number * 10 + i64::from(value))
    })
}

const fn is_in_month(year: i64, month: i64, day: i64) -> bool {
    let last = match month {
        2 => 28 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day >= 1 && day <= last
}

/// Days from 1970-01-01 to a day of a year from 0 on, by years that begin in March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day of a number of days since 1970-01-01, where it is one of the years 0 to 9999.
pub(super) fn date(days: i32) -> Option<Date> {
    let midnight = Timestamp::from_second(i64::from(days) * 86_400).ok()?;
    Some(Offset::UTC.to_datetime(midnight).date()).filter(|date| date.year() >= 0)
}

/// The number of days from 1970-01-01 to a day, where it is one of the years 0 to 9999.
pub(super) fn day(date: Date) -> Option<i32> {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    if year < 0 { None } else { i32::try_from(days(year, month, day)).ok() }
}

/// Adds a day as it is written. Outside: it is before the year 0.
pub(super) fn write_date(date: Date, to: &mut Vec<u8>) -> Option<()> {
    let year = u16::try_from(date.year()).ok()?;
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    let [y0, y1] = digits(u8::try_from(year / 100).ok()?);
    let [y2, y3] = digits(u8::try_from(year % 100).ok()?);
    let ([m0, m1], [d0, d1]) = (digits(month), digits(day));
    to.extend_from_slice(&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1]);
    Some(())
}

/// Adds an instant as it is written, with as much of the second's fraction as it has. Outside: it is before the year 0.
pub(super) fn write(instant: Timestamp, to: &mut Vec<u8>) -> Option<()> {
    let at = Offset::UTC.to_datetime(instant);
    write_date(at.date(), to)?;
    let ([h0, h1], [m0, m1]) = (digits(at.hour().unsigned_abs()), digits(at.minute().unsigned_abs()));
    let [s0, s1] = digits(at.second().unsigned_abs());
    to.extend_from_slice(&[b'T', h0, h1, b':', m0, m1, b':', s0, s1]);
    let fraction = at.subsec_nanosecond();
    if fraction > 0 {
        to.push(b'.');
        let mut rest = u32::try_from(fraction).ok()?;
        let mut unit = 100_000_000;
        while rest > 0 {
            to.push(b'0' + u8::try_from(rest / unit).ok()?);
            rest %= unit;
            unit /= 10;
        }
    }
    to.push(b'Z');
    Some(())
}

/// The two digits of a number below 100.
const fn digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{Span, civil, civil::date as on};

    fn written(instant: Timestamp) -> String {
        let mut text = Vec::new();
        write(instant, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_day_is_written_and_counted_as_the_calendar_does() {
        let mut day = on(0, 1, 1);
        while day < on(9999, 12, 1) {
            let number = super::day(day).unwrap();
            assert_eq!(date(number), Some(day));
            assert_eq!(number, (day - on(1970, 1, 1)).get_days());
            let mut text = Vec::new();
            write_date(day, &mut text).unwrap();
            assert_eq!(text, day.to_string().as_bytes());
            let near = (1896..2104).contains(&day.year());
            day = day.saturating_add(Span::new().days(if near { 1 } else { 53 }));
        }
        let before = on(-1, 12, 31);
        assert_eq!((super::day(before), write_date(before, &mut Vec::new())), (None, None));
        assert_eq!((date(i32::MIN), date(i32::MAX)), (None, None));
    }

    #[test]
    fn an_instant_is_written_as_the_calendar_does() {
        for second in [-62_167_219_200, -1_000_000_000, -1, 0, 1, 951_782_399, 1_790_000_000, 253_402_207_199]
        {
            for fraction in [0, 1, 10, 999, 1_000, 123_456_000, 120_000_000, 500_000_000, 999_999_999] {
                let instant = Timestamp::from_second(second).unwrap() + Span::new().nanoseconds(fraction);
                assert_eq!(written(instant), instant.to_string());
                assert_eq!(plain_instant(written(instant).as_bytes()), Some(instant));
            }
        }
        assert_eq!(write(Timestamp::MIN, &mut Vec::new()), None);
    }

    #[test]
    fn an_instant_is_the_one_that_the_calendar_says() {
        let mut day = civil::date(0, 1, 1);
        while day < civil::date(9999, 12, 1) {
            for time in ["00:00:00Z", "23:59:59.5Z", "12:34:56.123456Z", "01:02:03.000000001Z"] {
                let text = format!("{day}T{time}");
                assert_eq!(plain_instant(text.as_bytes()), text.parse().ok(), "{text}");
            }
            // every day of the years about now, and one in some weeks of all others
            let near = (1970..2060).contains(&day.year());
            day = day.saturating_add(Span::new().days(if near { 1 } else { 53 }));
        }
    }

    #[test]
    fn what_is_no_instant_is_none_and_other_forms_are_read() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-11-00T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T00:60:00Z",
            "2026-11-22T00:00:00.Z",
            "2026-11-22T00:00:00",
            "2026-1a-22T00:00:00Z",
            "",
        ] {
            assert_eq!((plain_instant(text.as_bytes()), instant(text)), (None, text.parse().ok()), "{text}");
        }
        for text in [
            "2026-11-22T10:00:00+08:00",
            "2026-11-22 02:00:00Z",
            "-000400-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(instant(text), text.parse().ok(), "{text}");
        }
    }
}
