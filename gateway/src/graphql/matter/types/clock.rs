//! The clock of a permit, with its arithmetic: every date and every day left is the server's.

use crate::graphql::{
    matter::enums::DayUnit,
    scalars::{Date, Json},
};
use async_graphql::{ComplexObject, Enum, SimpleObject};
use om_domain::{
    calendar::Calendar,
    clock::{self, Clock, Due, Step},
};

/// A limit (时限): value, unit and who says so.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Limit {
    /// How many units.
    pub value: u16,
    /// Working days or calendar days.
    pub unit: DayUnit,
    /// The article of law, or the local rule, that sets it, such as 行政许可法 42.
    pub source: String,
}

impl From<&clock::Limit> for Limit {
    fn from(l: &clock::Limit) -> Self {
        Limit { value: l.value, unit: l.unit.into(), source: l.source.clone() }
    }
}

/// What a clock is doing on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "clock::State")]
pub enum ClockState {
    /// Counting, or overdue.
    Running,
    /// The day is excluded by a suspension (停止计时), and the term has not run out.
    Stopped,
    /// Decided on or before the day.
    Ended,
    /// The day is before the start.
    NotStarted,
}

/// One line of a clock's arithmetic; the lines can be re-added by hand.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct ClockStep {
    /// What kind of line it is, such as `counted`, `holiday`, `excluded` or `due`.
    pub step: String,
    /// The line in Chinese.
    pub zh: String,
    /// The line in English.
    pub en: String,
    /// Its dates and numbers, as JSON.
    pub facts: Json,
}

impl From<&Step> for ClockStep {
    fn from(step: &Step) -> Self {
        let facts = Json::of(step);
        let name = facts.0.get("step").and_then(|s| s.as_str()).unwrap_or("step").to_owned();
        ClockStep { step: name, zh: step.text_zh(), en: step.text_en(), facts }
    }
}

/// One limit of a permit, read at the end of a day in Beijing.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, serial)]
pub struct LimitClock {
    #[graphql(skip)]
    read: Box<(Clock, Calendar, jiff::civil::Date)>,
    /// The limit.
    pub limit: Limit,
    /// The limit with its extension, in `unit`.
    pub total: i32,
    /// Units used; the start day is not counted (民法典 201).
    pub used: i32,
    /// Units left; `used + left = total`.
    pub left: i32,
    /// The unit of all numbers here: working days or calendar days.
    pub unit: DayUnit,
    /// What the clock is doing.
    pub state: ClockState,
    /// Whether it stands still for an excluded procedure (行政许可法 45); then there is no due date, only what is left.
    pub stopped: bool,
    /// The last day; none while it stands still.
    pub due: Option<Date>,
    /// Whether the due date may move with a later holiday notice.
    pub provisional: bool,
    /// Units past the due date; 0 when it is not overdue.
    pub overdue_days: i32,
    /// Whether the due date has passed.
    pub overdue: bool,
    /// The day the clock started from, which is not counted.
    pub start: Date,
    /// The day it is read at.
    pub as_of: Date,
}

#[ComplexObject]
impl LimitClock {
    /// The arithmetic, line by line, as it can be re-added by hand.
    #[graphql(complexity = "20 * child_complexity")]
    async fn explain(&self) -> Vec<ClockStep> {
        let (clock, calendar, on) = &*self.read;
        clock.explain(calendar, *on).iter().map(Into::into).collect()
    }
}

impl LimitClock {
    pub(super) fn of(clock: Clock, calendar: &Calendar, on: jiff::civil::Date) -> Self {
        let reading = clock.reading(calendar, on);
        let (due, provisional) = match reading.due {
            Due::On { date, provisional } => (Some(date), provisional),
            Due::Stopped { .. } => (None, false),
        };
        LimitClock {
            limit: (&clock.limit).into(),
            total: reading.limit_total,
            used: reading.used,
            left: reading.left,
            unit: reading.unit.into(),
            state: reading.state.into(),
            stopped: due.is_none(),
            due: due.map(Into::into),
            provisional,
            overdue_days: reading.overdue_days,
            overdue: reading.is_overdue(),
            start: clock.start.into(),
            as_of: reading.as_of.into(),
            read: Box::new((clock, calendar.clone(), on)),
        }
    }
}

/// Both limits of a permit; they run with the same exclusions (行政许可法 45).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct PermitClock {
    /// The statutory limit (法定时限); none where no law sets one.
    pub statutory: Option<LimitClock>,
    /// The limit the department has promised (承诺时限).
    pub promised: Option<LimitClock>,
}
