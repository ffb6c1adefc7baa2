//! Why a clock says what it says: the arithmetic as data, to be re-added by hand.
//!
//! Invariant: the steps before [`Step::Standing`] add up to what is used, those after it to what is left.
//! Deliberately absent: any number the clock does not use; the explanation reads the same spans and calendar.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Clock, Due, Ground, State, Suspension, Unit};
use crate::calendar::{Calendar, DayKind, days};

/// One line of the arithmetic. Dates are inclusive; numbers are in the step's `unit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The limit that is measured.
    Limit {
        /// How many units.
        value: i32,
        /// Working or calendar days.
        unit: Unit,
        /// The article that sets it.
        source: String,
    },
    /// An extension adds units to the limit (R4).
    Extended {
        /// How many units it adds.
        value: i32,
        /// The limit with them.
        total: i32,
        /// The limit's unit.
        unit: Unit,
        /// The article that allows it.
        source: String,
    },
    /// The start day, which is not counted (R1).
    Start {
        /// The day.
        date: Date,
    },
    /// A run of ordinary days. In working days its Mondays to Fridays count, in calendar days every day.
    Counted {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
        /// How many units it counts.
        days: i32,
        /// Working or calendar days.
        unit: Unit,
    },
    /// A Saturday or Sunday that is worked: counts one working day.
    MakeUp {
        /// The day.
        date: Date,
        /// The holiday it is worked for.
        holiday: String,
    },
    /// Days off for one holiday: count nothing.
    Holiday {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
        /// The holiday's name.
        name: String,
    },
    /// Days excluded by suspensions: count nothing (R6).
    Excluded {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
        /// What the time was needed for.
        grounds: Vec<Ground>,
        /// How many units would have counted without.
        days: i32,
        /// Working or calendar days.
        unit: Unit,
    },
    /// A suspension is open from here on: no due date, only what is left (R6).
    Suspended {
        /// The first day.
        from: Date,
        /// What the time is needed for.
        grounds: Vec<Ground>,
        /// Units left as of the day before.
        left: i32,
        /// Working or calendar days.
        unit: Unit,
    },
    /// Where the clock stands at the end of the day asked for; what follows is projected.
    Standing {
        /// The day.
        on: Date,
        /// What the clock is doing.
        state: State,
        /// Units used.
        used: i32,
        /// Units left.
        left: i32,
        /// Working or calendar days.
        unit: Unit,
    },
    /// The last counted day is off or excluded, so the term ends on the next working day (民法典 203).
    RolledForward {
        /// The last counted day.
        from: Date,
        /// The due date.
        to: Date,
    },
    /// The term ends at the end of this day.
    Due {
        /// The due date.
        date: Date,
    },
    /// The due date lies where no notice speaks yet, and may move (R19).
    Provisional {
        /// The due date.
        date: Date,
        /// The last day that a notice speaks for.
        authoritative_through: Date,
    },
    /// Days after the due date.
    Overdue {
        /// The first day after the due date.
        from: Date,
        /// The day it is counted through.
        to: Date,
        /// How many units.
        days: i32,
        /// Working or calendar days.
        unit: Unit,
    },
}

/// The steps of a clock on a day, in the order in which they are read.
pub(super) fn steps(clock: &Clock, cal: &Calendar, on: Date) -> Vec<Step> {
    let reading = clock.reading(cal, on);
    let spans = clock.spans();
    let (unit, as_of) = (reading.unit, reading.as_of);
    let standing =
        Step::Standing { on: as_of, state: reading.state, used: reading.used, left: reading.left, unit };
    let open = open_from(clock);
    let last =
        clock.last_counted(cal, &spans).or(open.map(|from| days::shift(from, -1))).unwrap_or(clock.start);
    let last = last.max(clock.start);

    let mut tape = Tape { clock, cal, steps: opening(clock) };
    tape.run(clock.start, as_of.min(last));
    let in_term = match reading.due {
        Due::On { .. } => !reading.is_overdue(),
        Due::Stopped { .. } => open.is_none_or(|from| as_of < from),
    };
    if in_term {
        tape.steps.push(standing.clone());
    }
    tape.run(as_of.clamp(clock.start, last), last);
    match reading.due {
        Due::Stopped { left } => tape.suspended(open, left),
        Due::On { date, provisional } => tape.due(last, date, provisional),
    }
    if let Due::On { date, .. } = reading.due
        && reading.is_overdue()
    {
        tape.steps.push(Step::Overdue {
            from: days::shift(date, 1),
            to: as_of,
            days: reading.overdue_days,
            unit,
        });
    }
    if !in_term {
        tape.steps.push(standing);
    }
    tape.steps
}

/// The limit, its extension, and the day from which it is counted.
fn opening(clock: &Clock) -> Vec<Step> {
    let (unit, source) = (clock.limit.unit, clock.limit.source.clone());
    let mut steps = vec![Step::Limit { value: i32::from(clock.limit.value), unit, source }];
    if let Some(extension) = &clock.extension {
        let (value, source) = (i32::from(extension.value), extension.source.clone());
        steps.push(Step::Extended { value, total: clock.limit_total(), unit, source });
    }
    steps.push(Step::Start { date: clock.start });
    steps
}

/// The first day of the earliest open suspension.
fn open_from(clock: &Clock) -> Option<Date> {
    clock.suspensions.iter().filter(|s| s.until.is_none()).map(|s| s.from).min()
}

/// Writes the steps of consecutive days.
struct Tape<'a> {
    clock: &'a Clock,
    cal: &'a Calendar,
    steps: Vec<Step>,
}

impl Tape<'_> {
    /// The days after `after` through `to`.
    fn run(&mut self, mut after: Date, to: Date) {
        while after < to {
            let from = days::shift(after, 1);
            let end = self.stretch(from).min(to);
            let grounds = self.grounds(from);
            if grounds.is_empty() {
                self.ordinary(from, end)
            } else {
                self.excluded(from, end, grounds)
            }
            after = end;
        }
    }

    /// Suspensions that exclude any day at all.
    fn suspensions(&self) -> impl Iterator<Item = &Suspension> {
        self.clock.suspensions.iter().filter(|suspension| suspension.excludes(suspension.from))
    }

    /// The last day on which the same suspensions hold as on `from`.
    fn stretch(&self, from: Date) -> Date {
        let ends = self.suspensions().filter_map(|suspension| match suspension.until {
            _ if suspension.from > from => Some(days::shift(suspension.from, -1)),
            Some(until) if until >= from => Some(until),
            _ => None,
        });
        ends.min().unwrap_or(Date::MAX)
    }

    /// For what the day is excluded, each ground once.
    fn grounds(&self, day: Date) -> Vec<Ground> {
        let mut grounds: Vec<_> = self.suspensions().filter(|s| s.excludes(day)).map(|s| s.ground).collect();
        grounds.sort_unstable();
        grounds.dedup();
        grounds
    }

    fn excluded(&mut self, from: Date, to: Date, grounds: Vec<Ground>) {
        let unit = self.clock.limit.unit;
        let lost = self.cal.days_between(days::shift(from, -1), to, unit);
        match self.steps.last_mut() {
            Some(Step::Excluded { to: end, grounds: same, days, .. })
                if *same == grounds && days::shift(*end, 1) == from =>
            {
                *end = to;
                *days += lost;
            }
            _ => self.steps.push(Step::Excluded { from, to, grounds, days: lost, unit }),
        }
    }

    /// Days that no suspension excludes: holidays and make-up days stand apart when working days are counted.
    fn ordinary(&mut self, mut from: Date, to: Date) {
        let cal = self.cal;
        if self.clock.limit.unit == Unit::WorkingDays {
            for (date, kind) in cal.special_days(from, to) {
                self.counted(from, days::shift(date, -1));
                match kind {
                    DayKind::Holiday { name } => self.holiday(date, name),
                    DayKind::MakeUp { holiday } => {
                        self.steps.push(Step::MakeUp { date, holiday: holiday.to_owned() });
                    }
                    DayKind::Working | DayKind::Weekend => {}
                }
                from = days::shift(date, 1);
            }
        }
        self.counted(from, to);
    }

    fn holiday(&mut self, date: Date, holiday: &str) {
        match self.steps.last_mut() {
            Some(Step::Holiday { to, name, .. }) if name == holiday && days::shift(*to, 1) == date => {
                *to = date
            }
            _ => self.steps.push(Step::Holiday { from: date, to: date, name: holiday.to_owned() }),
        }
    }

    /// A run of ordinary days, shortened to its first and last day that counts; nothing when none does.
    fn counted(&mut self, from: Date, to: Date) {
        let (cal, unit, before) = (self.cal, self.clock.limit.unit, days::shift(from, -1));
        let n = cal.days_between(before, to, unit);
        if n > 0 {
            let (from, to) = (cal.count_on(before, 1, unit), cal.count_on(before, n, unit));
            self.steps.push(Step::Counted { from, to, days: n, unit });
        }
    }

    fn suspended(&mut self, open: Option<Date>, left: i32) {
        let from = open.unwrap_or(self.clock.start);
        let open = self.clock.suspensions.iter().filter(|s| s.until.is_none());
        let mut grounds: Vec<_> = open.map(|s| s.ground).collect();
        grounds.sort_unstable();
        grounds.dedup();
        self.steps.push(Step::Suspended { from, grounds, left, unit: self.clock.limit.unit });
    }

    fn due(&mut self, last: Date, date: Date, provisional: bool) {
        if last != date {
            self.steps.push(Step::RolledForward { from: last, to: date });
        }
        self.steps.push(Step::Due { date });
        if provisional {
            let authoritative_through = self.cal.authoritative_through();
            self.steps.push(Step::Provisional { date, authoritative_through });
        }
    }
}
