//! What the rules say of a clock, found by walking day by day; of the calendar it asks only `is_working`.

use jiff::ToSpan;
use jiff::civil::Date;
use om_domain::calendar::Calendar;
use om_domain::clock::{Clock, Unit};

fn excluded(clock: &Clock, day: Date) -> bool {
    clock.suspensions.iter().any(|s| s.from <= day && s.until.is_none_or(|until| day <= until))
}

fn counts(clock: &Clock, cal: &Calendar, day: Date) -> bool {
    !excluded(clock, day) && (clock.limit.unit == Unit::CalendarDays || cal.is_working(day))
}

pub(crate) fn total(clock: &Clock) -> i32 {
    i32::from(clock.limit.value) + clock.extension.as_ref().map_or(0, |e| i32::from(e.value))
}

pub(crate) fn used(clock: &Clock, cal: &Calendar, through: Date) -> i32 {
    let days = clock.start.series(1.day()).skip(1).take_while(|day| *day <= through);
    days.filter(|day| counts(clock, cal, *day)).count().try_into().map_or(0, |n: i32| n.min(total(clock)))
}

/// The due date, or nothing when two thousand days do not bring it.
pub(crate) fn due(clock: &Clock, cal: &Calendar) -> Option<Date> {
    let mut left = total(clock);
    let mut days = clock.start.series(1.day()).take(2_000);
    let mut last = days.next()?;
    while left > 0 {
        last = days.next()?;
        left -= i32::from(counts(clock, cal, last));
    }
    std::iter::once(last)
        .chain(days)
        .find(|day| cal.is_working(*day) && (*day == clock.start || !excluded(clock, *day)))
}
