//! When each permit of a plan will be accepted, decided and issued, and what holds the matter up.
//!
//! Invariants: every department is taken to use its whole limit; an actual date always stands before an estimate;
//! nothing that has not happened is put before today; the same plan, calendar and assumptions give the same dates.
//! The conventions, precise enough to recompute by hand, are in docs/domain-forecast.md (F1–F13).
//! Deliberately absent: whether a tolerance, an extension or a dropped permit would be lawful; the matter says so.

mod back;
mod network;
mod pass;
mod path;
#[cfg(test)]
mod tests;
mod worth;

use crate::{
    calendar::{Calendar, CalendarVersion},
    clock::Unit,
    ids::{MilestoneCode, PermitCode},
    matter::{
        event::Dues,
        plan::{Mode, Node, Plan, RequirementId, Stage},
    },
};
use jiff::civil::Date;
use network::{Kind, Network};
use pass::{AllTimes, Bound, By, Pass};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
pub use worth::Worth;

/// By which limit a permit is expected to take; the other one where it has only that (F5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 法定时限.
    Statutory,
    /// 承诺时限.
    #[default]
    Promised,
}

/// What is assumed, over and above the plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assumptions {
    /// By which limit.
    pub basis: Basis,
    /// One permit after another in the order of the graph, as before parallel approval (F9).
    pub serial: bool,
    /// Requirements tolerated, each in its mode (F8).
    pub tolerate: BTreeMap<(PermitCode, RequirementId), Mode>,
    /// Units added to the limit of a permit, in the limit's unit, and taken: it is decided so much later, also where the promise
    /// itself would stand (R4).
    pub extend: BTreeMap<PermitCode, u16>,
    /// Permits left out: their edges bind nothing.
    pub drop: BTreeSet<PermitCode>,
    /// Working days a department takes beyond the limit of a permit (F13).
    pub delay: BTreeMap<PermitCode, u16>,
}

/// What has happened so far; empty for a matter that has not begun (F11).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// Permits in hand or done.
    pub permits: BTreeMap<PermitCode, PermitProgress>,
    /// Milestones reached, and when.
    pub milestones: BTreeMap<MilestoneCode, Date>,
}

/// What has happened to one permit, in its present round.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PermitProgress {
    /// The day it was accepted, or deemed accepted.
    pub accepted_on: Option<Date>,
    /// The due dates as its clock has them now, or what is left while it stands still.
    pub dues: Option<Dues>,
    /// The last day told for the exclusion that runs now.
    pub told_until: Option<Date>,
    /// The day it was approved.
    pub decided_on: Option<Date>,
    /// The day its certificate was issued.
    pub issued_on: Option<Date>,
    /// It does not apply to this matter: its edges bind nothing.
    pub not_applicable: bool,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// Each permit, in the order of the plan; those dropped or not applicable are absent.
    pub permits: Vec<PermitForecast>,
    /// Each milestone, in the order of the plan.
    pub milestones: Vec<MilestoneForecast>,
    /// The day the last permit or milestone is done.
    pub completion: Date,
    /// Whether a date lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// The calendar it was computed by (R20).
    pub calendar: CalendarVersion,
    /// What completion hangs on, in order of time.
    pub critical_path: Vec<Node>,
}

/// By how much a gate may slip while completion stays (F12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Slack {
    /// In working days.
    pub days: u32,
    /// The latest day of the gate: its day, and so many working days more.
    pub latest: Date,
}

/// A permit's dates in a forecast, each the earliest; the actual one where it has happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PermitForecast {
    /// The permit.
    pub code: PermitCode,
    /// Accepted.
    pub accept: Date,
    /// The end of its limit, exclusions included.
    pub due: Date,
    /// The end of the statutory limit, whatever is assumed of extensions; none where no law sets one.
    pub law_due: Option<Date>,
    /// Decided.
    pub decide: Date,
    /// Issued; the day of the decision where no certificate is.
    pub issue: Date,
    /// The prerequisite its decision waits for beyond its limit, if any.
    pub waits_for: Option<Node>,
    /// By how much acceptance may slip; none once accepted.
    pub accept_slack: Option<Slack>,
    /// By how much the decision may slip; none once decided.
    pub decide_slack: Option<Slack>,
    /// By how much the issue may slip; none once issued, and where no certificate is.
    pub issue_slack: Option<Slack>,
    /// Whether the decision has no slack.
    pub critical: bool,
    /// Whether one of its dates lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
}

/// A milestone's day in a forecast.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MilestoneForecast {
    /// The milestone.
    pub code: MilestoneCode,
    /// Its earliest day; the actual one once reached.
    pub on: Date,
    /// By how much it may slip; none once reached.
    pub slack: Option<Slack>,
}

/// Codes joined by arrows, as people write a way.
fn arrows(path: &[Node]) -> String {
    let code = |node: &Node| match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    };
    path.iter().map(code).collect::<Vec<_>>().join(" → ")
}

/// The plan's prerequisites form a cycle, so no date follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the plan's prerequisites form a cycle {}, each waits for the other; amend the plan", arrows(path))]
pub struct Cyclic {
    /// The cycle, in the direction of time, closed.
    pub path: Vec<Node>,
}

/// The forecast of a plan from a day on: the day the matter starts, or today once it is underway.
///
/// # Errors
/// When the plan is circular.
pub fn forecast(
    plan: &Plan,
    calendar: &Calendar,
    from: Date,
    progress: &Progress,
    assumptions: &Assumptions,
) -> Result<Forecast, Cyclic> {
    Ok(Forecaster::of(plan, calendar, from, progress)?.forecast(assumptions))
}

/// A forecast without slack, for lists and comparisons. Its days are those of the forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The day the last permit or milestone is done.
    pub completion: Date,
    /// The day the last permit of the stage of works is issued (施工许可); none where the plan has no such permit.
    pub works_permit: Option<Date>,
    /// Whether a date lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// What completion hangs on, in order of time.
    pub critical_path: Vec<Node>,
}

/// The outline of a forecast.
///
/// # Errors
/// When the plan is circular.
pub fn outline(
    plan: &Plan,
    calendar: &Calendar,
    from: Date,
    progress: &Progress,
    assumptions: &Assumptions,
) -> Result<Outline, Cyclic> {
    Ok(Forecaster::of(plan, calendar, from, progress)?.outline(assumptions))
}

/// A plan with what has happened to it, from a day on: asked for as many cases as one likes, a pass or two each.
pub struct Forecaster<'a>(Network<'a>);

impl<'a> Forecaster<'a> {
    /// Of a plan, from a day on.
    ///
    /// # Errors
    /// When the plan is circular.
    pub fn of(
        plan: &'a Plan,
        calendar: &'a Calendar,
        from: Date,
        progress: &'a Progress,
    ) -> Result<Self, Cyclic> {
        Ok(Forecaster(Network::of(plan, calendar, from, progress)?))
    }

    fn pass(&self, assumptions: &Assumptions) -> Pass<'_, 'a> {
        Pass { network: &self.0, assumed: self.0.assumed(assumptions) }
    }

    fn path(&self, all: &AllTimes) -> Vec<Node> {
        path::critical(&self.0, all).into_iter().map(|(at, _)| self.0.node(at)).collect()
    }

    /// The forecast, if this is so.
    pub fn forecast(&self, assumptions: &Assumptions) -> Forecast {
        let pass = self.pass(assumptions);
        let all = pass.run();
        let calendar = self.0.calendar;
        let completion = pass::completion(&all).unwrap_or(self.0.first);
        let latest = back::latest(&pass, &all, completion);
        let slack = |bound: &Bound, latest: Date| {
            let most = calendar.working_days_between(bound.date, completion);
            let days = calendar.working_days_between(bound.date, latest).min(most);
            let days = u32::try_from(days).unwrap_or(0);
            let latest = calendar.add(bound.date, days, Unit::WorkingDays);
            (bound.by != By::Happened).then_some(Slack { days, latest })
        };
        let (mut permits, mut milestones) = (Vec::new(), Vec::new());
        for (at, kind) in self.0.nodes.iter().enumerate() {
            let (Some(times), latest) = (&all[at], &latest[at]) else { continue };
            match kind {
                Kind::Permit { permit, progress, edges } => {
                    let law_due = || pass.law_due(at, (permit, *progress), edges, (times.accept, &all));
                    let decide_slack = slack(&times.decide, latest.decide);
                    permits.push(PermitForecast {
                        code: permit.code.clone(),
                        accept: times.accept.date,
                        due: times.due,
                        law_due: permit.statutory.as_ref().map(|_| law_due()),
                        decide: times.decide.date,
                        issue: times.issue.date,
                        waits_for: match times.decide.by {
                            By::Other(node, _) => Some(self.0.node(node)),
                            _ => None,
                        },
                        accept_slack: slack(&times.accept, latest.accept),
                        decide_slack,
                        issue_slack: slack(&times.issue, latest.issue).filter(|_| permit.certificate),
                        critical: decide_slack.is_some_and(|slack| slack.days == 0),
                        provisional: times.is_provisional(calendar),
                    });
                }
                Kind::Milestone { milestone, .. } => milestones.push(MilestoneForecast {
                    code: milestone.code.clone(),
                    on: times.issue.date,
                    slack: slack(&times.accept, latest.accept),
                }),
            }
        }
        let provisional = permits.iter().any(|p| p.provisional) || calendar.is_provisional(completion);
        let critical_path = self.path(&all);
        let calendar = calendar.version().clone();
        Forecast { permits, milestones, completion, provisional, calendar, critical_path }
    }

    /// Its outline, if this is so.
    pub fn outline(&self, assumptions: &Assumptions) -> Outline {
        let all = self.pass(assumptions).run();
        let calendar = self.0.calendar;
        let completion = pass::completion(&all).unwrap_or(self.0.first);
        let permits = self.0.nodes.iter().zip(&all).filter_map(|(kind, times)| match kind {
            Kind::Permit { permit, .. } => Some((*permit, times.as_ref()?)),
            Kind::Milestone { .. } => None,
        });
        let works = permits.clone().filter(|(permit, _)| permit.stage == Stage::Works);
        let provisional = permits.map(|(_, times)| times).any(|times| times.is_provisional(calendar));
        Outline {
            completion,
            works_permit: works.map(|(_, times)| times.issue.date).max(),
            provisional: provisional || calendar.is_provisional(completion),
            critical_path: self.path(&all),
        }
    }
}

impl Forecast {
    /// By how many working days this one is done before another; negative if after.
    pub fn working_days_before(&self, other: &Forecast, calendar: &Calendar) -> i32 {
        calendar.working_days_between(self.completion, other.completion)
    }

    /// One permit of it.
    pub fn permit(&self, code: &PermitCode) -> Option<&PermitForecast> {
        self.permits.iter().find(|permit| &permit.code == code)
    }

    /// By how many calendar days this one is done before another; negative if after.
    pub fn days_before(&self, other: &Forecast) -> i32 {
        self.completion.until(other.completion).map_or(0, |span| span.get_days())
    }
}
