//! When the matter will be done, computed by the domain over the working calendar.
//!
//! Deliberately absent: chance; every department is taken to use its whole limit. What is assumed; that is the what-if's.

use crate::graphql::scalars::{Date, MilestoneCode, PermitCode};
use async_graphql::{Enum, SimpleObject};
use om_domain::{
    forecast::{self, Basis, Slack},
    matter::plan::Node,
};

use super::what_if::Verdict;

/// By which limit a permit is expected to take; the other one where it has only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Basis")]
pub enum ForecastBasis {
    /// The statutory limit (法定时限).
    Statutory,
    /// The promised limit (承诺时限).
    Promised,
}

/// A permit's days in a forecast, each the earliest; the actual one where it has happened.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct PermitForecast {
    /// The permit.
    pub permit: PermitCode,
    /// Accepted.
    pub accept: Date,
    /// The end of its limit, exclusions included.
    pub due: Date,
    /// The end of the statutory limit; none where no law sets one.
    pub statutory_due: Option<Date>,
    /// Decided.
    pub decide: Date,
    /// Issued; the day of the decision where no certificate is.
    pub issue: Date,
    /// What its decision waits for beyond its limit: a permit's or milestone's code.
    pub waits_for: Option<String>,
    /// By how many working days acceptance may slip without moving completion; none once accepted.
    pub accept_slack_working_days: Option<u32>,
    /// The latest day of acceptance that does not move completion; none once accepted.
    pub accept_latest: Option<Date>,
    /// By how many working days the decision may slip without moving completion; none once decided.
    pub decide_slack_working_days: Option<u32>,
    /// The latest day of the decision that does not move completion; none once decided.
    pub decide_latest: Option<Date>,
    /// By how many working days the issue may slip without moving completion; none once issued, and where no certificate is.
    pub issue_slack_working_days: Option<u32>,
    /// The latest day of issue that does not move completion; none likewise.
    pub issue_latest: Option<Date>,
    /// Whether the decision has no slack.
    pub critical: bool,
    /// Whether one of its days may move with a later holiday notice.
    pub provisional: bool,
}

/// A milestone's day in a forecast.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct MilestoneForecast {
    /// The milestone.
    pub milestone: MilestoneCode,
    /// Its earliest day; the actual one once reached.
    pub on: Date,
    /// By how many working days it may slip without moving completion; none once reached.
    pub slack_working_days: Option<u32>,
    /// The latest day that does not move completion; none once reached.
    pub latest: Option<Date>,
}

/// A forecast of a matter.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Forecast {
    /// The day the last permit or milestone is done.
    pub completion: Date,
    /// Whether it may move with a later holiday notice.
    pub provisional: bool,
    /// The version of the working calendar it was computed by.
    pub calendar: String,
    /// Each permit, in the order of the plan; those dropped or not applicable are absent.
    #[graphql(complexity = "30 * child_complexity")]
    pub permits: Vec<PermitForecast>,
    /// Each milestone.
    #[graphql(complexity = "5 * child_complexity")]
    pub milestones: Vec<MilestoneForecast>,
    /// What completion hangs on, in order of time: codes of permits and milestones.
    pub critical_path: Vec<String>,
    /// Calendar days (日历日) saved against the forecast without assumptions; negative if lost.
    pub days_saved: i32,
    /// Working days (工作日) saved against it; negative if lost.
    pub working_days_saved: i32,
    /// For each thing assumed, whether it would be lawful and who may decide it.
    #[graphql(complexity = "5 * child_complexity")]
    pub verdicts: Vec<Verdict>,
}

impl Forecast {
    pub(super) fn of(found: &forecast::Forecast, saved: (i32, i32), verdicts: Vec<Verdict>) -> Self {
        Forecast {
            completion: found.completion.into(),
            provisional: found.provisional,
            calendar: found.calendar.to_string(),
            permits: found.permits.iter().map(Into::into).collect(),
            milestones: found.milestones.iter().map(Into::into).collect(),
            critical_path: found.critical_path.iter().map(code).collect(),
            days_saved: saved.0,
            working_days_saved: saved.1,
            verdicts,
        }
    }
}

impl From<&forecast::MilestoneForecast> for MilestoneForecast {
    fn from(m: &forecast::MilestoneForecast) -> Self {
        MilestoneForecast {
            milestone: m.code.clone().into(),
            on: m.on.into(),
            slack_working_days: m.slack.map(|slack| slack.days),
            latest: m.slack.map(|slack| slack.latest.into()),
        }
    }
}

impl From<&forecast::PermitForecast> for PermitForecast {
    fn from(p: &forecast::PermitForecast) -> Self {
        let days = |slack: Option<Slack>| slack.map(|slack| slack.days);
        let latest = |slack: Option<Slack>| slack.map(|slack| slack.latest.into());
        PermitForecast {
            permit: p.code.clone().into(),
            accept: p.accept.into(),
            due: p.due.into(),
            statutory_due: p.law_due.map(Into::into),
            decide: p.decide.into(),
            issue: p.issue.into(),
            waits_for: p.waits_for.as_ref().map(code),
            accept_slack_working_days: days(p.accept_slack),
            accept_latest: latest(p.accept_slack),
            decide_slack_working_days: days(p.decide_slack),
            decide_latest: latest(p.decide_slack),
            issue_slack_working_days: days(p.issue_slack),
            issue_latest: latest(p.issue_slack),
            critical: p.critical,
            provisional: p.provisional,
        }
    }
}

/// A node's code, of a permit or a milestone.
pub(super) fn code(node: &Node) -> String {
    match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    }
}
