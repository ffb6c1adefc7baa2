//! Days as numbers, so that counting is integer arithmetic.
//!
//! Invariant: no operation panics or wraps; a day outside jiff's range (years -9999 to 9999) becomes its nearest end.
//! Deliberately absent: holidays; this is the bare week.

use jiff::SignedDuration;
use jiff::civil::{Date, date};

const EPOCH: Date = date(1970, 1, 1);
const SECONDS_A_DAY: i64 = 86_400;

/// Days from 1970-01-01 to `day`, negative before.
pub(crate) fn number(day: Date) -> i32 {
    let days = day.duration_since(EPOCH).as_secs() / SECONDS_A_DAY;
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

/// The day with that number, or the nearest end of the range.
pub(crate) fn date_of(number: i32) -> Date {
    EPOCH.saturating_add(SignedDuration::from_hours(24 * i64::from(number)))
}

/// The day `n` calendar days later (earlier when negative), or the nearest end of the range.
pub(crate) fn shift(day: Date, n: i32) -> Date {
    date_of(number(day).saturating_add(n))
}

/// True for Monday to Friday.
pub(super) fn is_weekday(number: i32) -> bool {
    since_monday(number).rem_euclid(7) < 5
}

/// Weekdays (Monday to Friday) up to and with that day, counted from a fixed Monday; only differences mean something.
pub(super) fn weekdays_through(number: i32) -> i32 {
    let days = since_monday(number);
    days.div_euclid(7) * 5 + (days.rem_euclid(7) + 1).min(5)
}

/// The first day up to and with which there are so many weekdays, counted as [`weekdays_through`] does.
pub(super) fn weekday_through(count: i32) -> i32 {
    let before = count.saturating_sub(1);
    before.div_euclid(5).saturating_mul(7).saturating_add(before.rem_euclid(5)).saturating_sub(3)
}

/// 1970-01-01 was a Thursday, three days after a Monday.
fn since_monday(number: i32) -> i32 {
    number.saturating_add(3)
}
