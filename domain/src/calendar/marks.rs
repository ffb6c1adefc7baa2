//! The days that differ from the plain week, in a form in which counting is two binary searches at most.
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
    /// Working days through each marked day, the plain week's and those gained: what is searched where a term ends. Never less than
    /// through the day before.
    worked: Vec<i32>,
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
            all.worked.push(days::weekdays_through(day).saturating_add(gained));
            all.marks.push(mark);
        }
        all
    }

    pub(super) fn get(&self, day: i32) -> Option<&Mark> {
        let known = self.through(day).checked_sub(1)?;
        self.marks.get(known).filter(|_| self.days.get(known) == Some(&day))
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
        days::weekdays_through(day).saturating_add(self.gained_by(self.through(day)))
    }

    /// The `n`-th working day after `start`, `n` at least 1: the first day through which `n` more have been worked.
    pub(super) fn nth_after(&self, start: i32, n: i32) -> i32 {
        self.first_through(self.worked_through(start).saturating_add(n))
    }

    /// The last day after which `n` working days, `n` at least 1, still come by `end`: with one more, only `n - 1` would.
    pub(super) fn last_before(&self, end: i32, n: i32) -> i32 {
        self.first_through(self.worked_through(end).saturating_sub(n).saturating_add(1)).saturating_sub(1)
    }

    /// The first day through which so many have been worked, counted as [`Marks::worked_through`] does.
    fn first_through(&self, worked: i32) -> i32 {
        let before = known(&self.worked, |through| through < worked);
        // from the mark before on the week is plain, until the next mark
        let plain = days::weekday_through(worked.saturating_sub(self.gained_by(before)));
        self.days.get(before).map_or(plain, |next| plain.min(*next))
    }

    /// How many marks lie on that day or before.
    fn through(&self, day: i32) -> usize {
        known(&self.days, |marked| marked <= day)
    }

    /// What so many marks add to the plain week's working days.
    fn gained_by(&self, marks: usize) -> i32 {
        marks.checked_sub(1).and_then(|last| self.gained.get(last)).copied().unwrap_or(0)
    }
}

/// How many of the sorted numbers come first of which this holds. Mostly it holds of all: what is asked lies ahead of the last notice.
fn known(sorted: &[i32], holds: impl Fn(i32) -> bool) -> usize {
    match sorted.last() {
        Some(last) if !holds(*last) => sorted.partition_point(|number| holds(*number)),
        _ => sorted.len(),
    }
}
