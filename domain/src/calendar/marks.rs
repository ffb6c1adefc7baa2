//! The days that differ from the plain week, in a form in which counting is two binary searches.
//!
//! Invariant: sorted by day, one mark a day; `gained` sums what the marks so far add to the plain week's working days.
//! Deliberately absent: who said so; the calendar keeps its notices.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::days;
use super::notice::Listed;

/// What is special about a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) works: bool,
    pub(super) holiday: Arc<str>,
}

/// Marks by day number, while they are being collected.
pub(super) type Layer = BTreeMap<i32, Mark>;

/// Lays a notice's or overlay's days over the layer, later over earlier.
pub(super) fn lay(layer: &mut Layer, listed: &Listed<'_>) {
    let off = listed.off.iter().map(|day| (day, false));
    for (day, works) in off.chain(listed.make_up.iter().map(|day| (day, true))) {
        layer.insert(days::number(day.date), Mark { works, holiday: Arc::from(day.holiday.as_str()) });
    }
    for day in listed.withdrawn {
        layer.remove(&days::number(*day));
    }
}

/// The collected marks, ready to be counted with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    days: Vec<i32>,
    gained: Vec<i32>,
    marks: Vec<Mark>,
}

impl Marks {
    pub(super) fn of(layer: Layer) -> Self {
        let mut all = Self::default();
        let mut gained = 0;
        for (day, mark) in layer {
            gained += i32::from(mark.works) - i32::from(days::is_weekday(day));
            all.days.push(day);
            all.gained.push(gained);
            all.marks.push(mark);
        }
        all
    }

    pub(super) fn get(&self, day: i32) -> Option<&Mark> {
        self.days.binary_search(&day).ok().and_then(|i| self.marks.get(i))
    }

    /// The marks from one day number to another, both inclusive.
    pub(super) fn between(&self, from: i32, to: i32) -> impl Iterator<Item = (i32, &Mark)> {
        let first = self.days.partition_point(|day| *day < from);
        self.days.iter().copied().zip(&self.marks).skip(first).take_while(move |(day, _)| *day <= to)
    }

    pub(super) fn is_working(&self, day: i32) -> bool {
        self.get(day).map_or_else(|| days::is_weekday(day), |mark| mark.works)
    }

    /// Working days through that day, from a fixed day in the past; only differences mean something.
    pub(super) fn worked_through(&self, day: i32) -> i32 {
        let known = self.days.partition_point(|marked| *marked <= day);
        let gained = known.checked_sub(1).and_then(|i| self.gained.get(i)).copied().unwrap_or(0);
        days::weekdays_through(day).saturating_add(gained)
    }

    /// The `n`-th working day after `start`, `n` at least 1: the first day through which `n` more have been worked.
    pub(super) fn nth_after(&self, start: i32, n: i32) -> i32 {
        let target = self.worked_through(start).saturating_add(n);
        let (mut low, mut high) = (start, start.saturating_add(plain_days(n)));
        while self.worked_through(high) < target && high < i32::MAX {
            (low, high) = (high, high.saturating_add(7));
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.worked_through(middle) < target { low = middle } else { high = middle }
        }
        high
    }

    /// The last day after which `n` working days, `n` at least 1, still come by `end`: with one more, only `n - 1` would.
    pub(super) fn last_before(&self, end: i32, n: i32) -> i32 {
        let target = self.worked_through(end).saturating_sub(n);
        let (mut low, mut high) = (end.saturating_sub(plain_days(n)), end);
        while self.worked_through(low) > target && low > i32::MIN {
            (low, high) = (low.saturating_sub(7), low);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.worked_through(middle) <= target { low = middle } else { high = middle }
        }
        low
    }
}

/// Where to begin looking for the `n`-th working day: as many days as `n` takes at least where none is a holiday. From there it is
/// looked for week by week, since few holidays are longer.
fn plain_days(n: i32) -> i32 {
    (n / 5).saturating_mul(7).saturating_add(1)
}
