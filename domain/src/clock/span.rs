//! Suspensions laid together: the days that do not count, each once (R6).
//!
//! Invariant: spans lie after the start, are in order, and neither overlap nor touch; only the last can be open.
//! Deliberately absent: grounds and notices; which suspension excluded a day is the explanation's business.

use jiff::civil::Date;

use super::{Suspension, Unit};
use crate::calendar::{Calendar, days};

/// Consecutive excluded days, both ends inclusive; open when `to` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Date,
    pub(super) to: Option<Date>,
}

impl Span {
    pub(super) fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// The units a clock loses to the span through that day.
    pub(super) fn lost(&self, cal: &Calendar, through: Date, unit: Unit) -> i32 {
        let to = self.to.map_or(through, |to| to.min(through));
        cal.days_between(days::shift(self.from, -1), to, unit).max(0)
    }
}

/// The days of all suspensions that lie after the start.
pub(super) fn merged(start: Date, suspensions: &[Suspension]) -> Vec<Span> {
    let first = days::shift(start, 1);
    let mut all: Vec<Span> = suspensions
        .iter()
        .map(|s| Span { from: s.from.max(first), to: s.until })
        .filter(|s| !s.is_empty())
        .collect();
    all.sort_unstable_by_key(|span| span.from);
    let mut merged: Vec<Span> = Vec::with_capacity(all.len());
    for span in all {
        match merged.last_mut() {
            Some(last) if last.reaches(span.from) => last.to = last.to.zip(span.to).map(|(a, b)| a.max(b)),
            _ => merged.push(span),
        }
    }
    merged
}

impl Span {
    fn is_empty(&self) -> bool {
        self.to.is_some_and(|to| to < self.from)
    }

    /// True when a span that begins on `from` overlaps or touches this one.
    fn reaches(&self, from: Date) -> bool {
        self.to.is_none_or(|to| from <= days::shift(to, 1))
    }
}
