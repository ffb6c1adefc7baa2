//! The law's day: civil dates in Beijing, a fixed +08:00 (R21).
//!
//! Invariant: a day runs from 00:00 to 24:00 at +08:00, and 24:00 is the instant at which the next day starts.
//! Deliberately absent: the time-zone database, summer time (of 1986–1991), and the present moment.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, offset};

use super::days;

/// The offset in which the law counts days: +08:00, always (R21).
pub const BEIJING: Offset = offset(8);

/// The civil date in Beijing at that instant.
pub fn beijing(at: Timestamp) -> Date {
    beijing_datetime(at).date()
}

/// The civil date and time of day in Beijing at that instant.
pub fn beijing_datetime(at: Timestamp) -> DateTime {
    BEIJING.to_datetime(at)
}

/// The instant of a civil date and time in Beijing; outside the range of instants, its nearest end.
pub fn instant(at: DateTime) -> Timestamp {
    let nearest = if at.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    BEIJING.to_timestamp(at).unwrap_or(nearest)
}

/// 00:00 in Beijing: the first instant of the day.
pub fn start_of_day(day: Date) -> Timestamp {
    instant(day.at(0, 0, 0, 0))
}

/// 24:00 in Beijing, which is the start of the next day: the first instant that is too late (民法典 203).
pub fn end_of_day(day: Date) -> Timestamp {
    if day == Date::MAX { Timestamp::MAX } else { start_of_day(days::shift(day, 1)) }
}

/// The first instant that is too late for a term whose last day is `day`: the window's closing time where the county
/// sets one, else 24:00 (民法典 203).
pub fn end_of_term(day: Date, closes: Option<Time>) -> Timestamp {
    closes.map_or_else(|| end_of_day(day), |time| instant(day.to_datetime(time)))
}
