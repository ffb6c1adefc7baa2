//! What bounds a change of a milestone's date (R14).
//!
//! Invariant: these numbers stand here and nowhere else; what was decided by them stands in the events.
//! Deliberately absent: a county's own numbers; when the county's settings hold them, [`DateLimits`] is read from there.

use crate::calendar::days;
use jiff::civil::Date;

/// The bounds, in calendar days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateLimits {
    /// In so many last days before the date, and on the date itself, only the task force's lead asks for a change. The
    /// source says 30; a county's stages are shorter than federal permits.
    pub last_days: i32,
    /// A date more than so many days beyond the original needs the lead's recorded decision.
    pub lead_beyond_days: i32,
    /// All changes together move a date by at most the span from its planning to the original, divided by this.
    pub span_divisor: i32,
}

/// The bounds that hold where the county has set none of its own.
pub const DATE_LIMITS: DateLimits = DateLimits { last_days: 10, lead_beyond_days: 30, span_divisor: 2 };

impl DateLimits {
    /// The latest date that changes may come to.
    pub fn latest(&self, planned_on: Date, original: Date) -> Date {
        let span = days::number(original) - days::number(planned_on);
        days::shift(original, (span / self.span_divisor).max(0))
    }

    /// Whether the day lies in the last days before the date.
    pub fn is_near(&self, day: Date, date: Date) -> bool {
        day > days::shift(date, -self.last_days)
    }

    /// Whether a date lies so far beyond the original that the lead decides.
    pub fn needs_lead(&self, original: Date, to: Date) -> bool {
        to > days::shift(original, self.lead_beyond_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn r14_half_the_span_thirty_days_and_the_last_ten_are_counted_in_plain_days() {
        let (planned, original) = (date(2023, 6, 1), date(2023, 8, 31));
        assert_eq!(DATE_LIMITS.latest(planned, original), date(2023, 10, 15), "91 days, half of them 45");
        assert_eq!(DATE_LIMITS.latest(original, original), original);
        assert!(
            !DATE_LIMITS.is_near(date(2023, 8, 21), original)
                && DATE_LIMITS.is_near(date(2023, 8, 22), original)
        );
        assert!(!DATE_LIMITS.needs_lead(original, date(2023, 9, 30)));
        assert!(DATE_LIMITS.needs_lead(original, date(2023, 10, 1)));
    }
}
