//! The statutory clock as a value (R1, R2, R4, R6): a limit, where it started, what is excluded, when it ended.
//!
//! Invariant: used and left always add up to the limit with its extension; a suspension never brings the due date
//! nearer; every function is total. Same clock, same calendar version, same answer (R20).
//! Deliberately absent: whether a suspension or extension is allowed (the matter decides, with its notices), what
//! today is, cards and colours. `told_until` is kept, not obeyed: that an open suspension has ended on the day told
//! (R6) is a fact of time that the matter records by setting `until`.

mod explain;
mod span;
mod text;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::calendar::Unit;
use crate::calendar::{Calendar, days};
pub use explain::Step;
use span::Span;

/// How long something may take, and who says so (R2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    /// How many units.
    pub value: u16,
    /// Working days or calendar days.
    pub unit: Unit,
    /// The article of law, or the local rule, that sets it, e.g. 行政许可法 42.
    pub source: String,
}

/// For what time may be excluded from a limit: these eight and no other (行政许可法 45, R6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// 听证
    Hearing,
    /// 招标
    Tender,
    /// 拍卖
    Auction,
    /// 检验
    Inspection,
    /// 检测
    Testing,
    /// 检疫
    Quarantine,
    /// 鉴定
    Appraisal,
    /// 专家评审
    ExpertReview,
}

impl Ground {
    /// All eight, in the order of the article.
    pub const ALL: [Self; 8] = [
        Self::Hearing,
        Self::Tender,
        Self::Auction,
        Self::Inspection,
        Self::Testing,
        Self::Quarantine,
        Self::Appraisal,
        Self::ExpertReview,
    ];

    /// The article's own word.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Hearing => "听证",
            Self::Tender => "招标",
            Self::Auction => "拍卖",
            Self::Inspection => "检验",
            Self::Testing => "检测",
            Self::Quarantine => "检疫",
            Self::Appraisal => "鉴定",
            Self::ExpertReview => "专家评审",
        }
    }

    /// The English word of the glossary.
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Hearing => "hearing",
            Self::Tender => "tender",
            Self::Auction => "auction",
            Self::Inspection => "inspection",
            Self::Testing => "testing",
            Self::Quarantine => "quarantine",
            Self::Appraisal => "appraisal",
            Self::ExpertReview => "expert review",
        }
    }

    /// The article that excludes the time.
    pub const fn article(self) -> &'static str {
        "行政许可法 45"
    }
}

/// A stretch of whole days that do not count, told to the applicant in writing (R6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspension {
    /// What the time is needed for.
    pub ground: Ground,
    /// The first excluded day, not before the notice.
    pub from: Date,
    /// The last excluded day: the day before resumption. `None` while open; before `from` when nothing was excluded.
    #[serde(default)]
    pub until: Option<Date>,
    /// The last day that the written notice told.
    pub told_until: Date,
    /// The notice's number.
    pub notice: String,
}

/// The units that suspensions take through a day from a clock that starts on another; overlaps count once (R6).
pub fn excluded(cal: &Calendar, start: Date, suspensions: &[Suspension], through: Date, unit: Unit) -> i32 {
    span::merged(start, suspensions).iter().map(|span| span.lost(cal, through, unit)).sum()
}

impl Suspension {
    /// True when the day does not count because of this suspension.
    pub fn excludes(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// The last excluded day; none while open, and where it was resumed on its first day and excludes none.
    pub fn last_excluded(&self) -> Option<Date> {
        self.until.filter(|until| *until >= self.from)
    }

    /// The day from which days count again; none while open.
    pub fn resumed_on(&self) -> Option<Date> {
        self.until.map(|until| days::shift(until, 1))
    }
}

/// Units added to the limit, once (R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extension {
    /// How many units.
    pub value: u16,
    /// The limit's own unit; units are counted as the limit's whatever is written here.
    pub unit: Unit,
    /// The article that allows it, e.g. 行政许可法 42.
    pub source: String,
}

/// A limit that is running, stands still, or has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// The limit it measures.
    pub limit: Limit,
    /// The day of receipt, which is not counted (R1, R3).
    pub start: Date,
    /// Excluded stretches, in any order; overlaps count once (R6).
    #[serde(default)]
    pub suspensions: Vec<Suspension>,
    /// What was added to the limit (R4).
    #[serde(default)]
    pub extension: Option<Extension>,
    /// The day of the decision, on which the clock ended.
    #[serde(default)]
    pub stopped_on: Option<Date>,
}

/// When a clock runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Due {
    /// At the end of that day (R21), a working day.
    On {
        /// The last day.
        date: Date,
        /// True when a later notice may move it (R19).
        provisional: bool,
    },
    /// It stands still for as long as a suspension is open: there is no date, only what is left (R6).
    Stopped {
        /// Units left, counted as of the day before the suspension.
        left: i32,
    },
}

/// What a clock is doing on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Counting, or overdue.
    Running,
    /// The day is excluded by a suspension, and the term has not run out.
    Stopped,
    /// Decided on or before the day.
    Ended,
    /// The day is before the start.
    NotStarted,
}

/// A clock read at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// The day it is counted through: the day asked for, or the day of the decision if that was earlier.
    pub as_of: Date,
    /// Units used, the start day not counted; never more than the limit.
    pub used: i32,
    /// Units left; `used + left = limit_total`.
    pub left: i32,
    /// The limit with its extension.
    pub limit_total: i32,
    /// The unit of `used`, `left`, `limit_total` and `overdue_days`.
    pub unit: Unit,
    /// What the clock is doing.
    pub state: State,
    /// When it runs out.
    pub due: Due,
    /// Units after the due date; 0 through the due date, and on days off right after it when counted in working days.
    pub overdue_days: i32,
}

impl Reading {
    /// True when the due date has passed, also on a day off right after it.
    pub fn is_overdue(&self) -> bool {
        matches!(self.due, Due::On { date, .. } if self.as_of > date)
    }
}

impl Clock {
    /// A clock that starts on the day of receipt; that day is not counted (R1).
    pub fn start(limit: Limit, start: Date) -> Self {
        Self { limit, start, suspensions: Vec::new(), extension: None, stopped_on: None }
    }

    /// The limit with its extension, in the limit's unit.
    pub fn limit_total(&self) -> i32 {
        i32::from(self.limit.value)
            + self.extension.as_ref().map_or(0, |extension| i32::from(extension.value))
    }

    /// When the clock runs out, or would have if it was decided before.
    pub fn due(&self, cal: &Calendar) -> Due {
        let spans = self.spans();
        match self.due_date(cal, &spans) {
            Some(date) => {
                Due::On { date, provisional: cal.is_provisional(date) || cal.is_provisional(self.start) }
            }
            None => Due::Stopped { left: self.left(cal, &spans, Date::MAX) },
        }
    }

    /// The clock at the end of the day `on`.
    pub fn reading(&self, cal: &Calendar, on: Date) -> Reading {
        let spans = self.spans();
        let (unit, due) = (self.limit.unit, self.due(cal));
        let as_of = self.stopped_on.map_or(on, |stopped| stopped.min(on));
        let left = self.left(cal, &spans, as_of);
        let past_due = match due {
            Due::On { date, .. } if date < as_of => Some(date),
            _ => None,
        };
        let state = if self.stopped_on.is_some_and(|stopped| stopped <= on) {
            State::Ended
        } else if on < self.start {
            State::NotStarted
        } else if past_due.is_none() && self.suspensions.iter().any(|suspension| suspension.excludes(on)) {
            State::Stopped
        } else {
            State::Running
        };
        let overdue_days = past_due.map_or(0, |date| cal.days_between(date, as_of, unit));
        let limit_total = self.limit_total();
        Reading { as_of, used: limit_total - left, left, limit_total, unit, state, due, overdue_days }
    }

    /// The arithmetic of the reading and of the due date, as steps that can be re-added by hand.
    ///
    /// The units of the steps before [`Step::Standing`] add up to what is used, those after it to what is left; a day
    /// in no step between start and last counted day is an ordinary weekend.
    pub fn explain(&self, cal: &Calendar, on: Date) -> Vec<Step> {
        explain::steps(self, cal, on)
    }

    /// The excluded stretches after the start, merged and in order.
    fn spans(&self) -> Vec<Span> {
        span::merged(self.start, &self.suspensions)
    }

    /// Units left at the end of the day: the limit less the days counted, never negative.
    fn left(&self, cal: &Calendar, spans: &[Span], day: Date) -> i32 {
        let (total, unit) = (self.limit_total(), self.limit.unit);
        if day <= self.start {
            return total;
        }
        let all = cal.days_between(self.start, day, unit);
        let excluded: i32 = spans.iter().map(|span| span.lost(cal, day, unit)).sum();
        total - (all - excluded).clamp(0, total)
    }

    /// The day by whose end so many units are used; `None` when an open suspension comes first.
    pub fn used_up_on(&self, cal: &Calendar, units: i32) -> Option<Date> {
        self.counted_on(cal, &self.spans(), units)
    }

    /// The day on which the last unit is counted; `None` when an open suspension comes first.
    fn last_counted(&self, cal: &Calendar, spans: &[Span]) -> Option<Date> {
        self.counted_on(cal, spans, self.limit_total())
    }

    fn counted_on(&self, cal: &Calendar, spans: &[Span], units: i32) -> Option<Date> {
        let unit = self.limit.unit;
        let (mut after, mut left) = (self.start, units);
        for span in spans {
            let counted = cal.days_between(after, days::shift(span.from, -1), unit);
            if left <= counted {
                break;
            }
            left -= counted;
            after = span.to?;
        }
        Some(cal.count_on(after, left, unit))
    }

    /// The last counted day, or the first working day after it that is not excluded (R1, R6).
    fn due_date(&self, cal: &Calendar, spans: &[Span]) -> Option<Date> {
        let mut date = cal.roll_forward(self.last_counted(cal, spans)?);
        for span in spans {
            if span.holds(date) {
                date = cal.next_working(span.to?);
            }
        }
        Some(date)
    }
}
