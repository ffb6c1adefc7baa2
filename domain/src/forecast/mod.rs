//! When each permit of a plan will be accepted, decided and issued, and what holds the matter up.
//!
//! Invariants: every department is taken to use its whole limit; an actual date always stands before an estimate;
//! nothing that has not happened is put before today; the same plan, calendar and assumptions give the same dates.
//! The conventions, precise enough to recompute by hand, are in docs/domain-forecast.md (F1–F12).
//! Deliberately absent: whether a tolerance, an extension or a dropped permit would be lawful; the matter says so.

mod pass;
mod path;
#[cfg(test)]
mod tests;

use crate::{
    calendar::{Calendar, CalendarVersion},
    graph::Graph,
    ids::{MilestoneCode, PermitCode},
    matter::{
        event::Dues,
        plan::{Mode, Node, Plan, PlannedPermit, RequirementId, Stage},
    },
};
use jiff::civil::Date;
use pass::Pass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Units added to the limit of a permit, in the limit's unit.
    pub extend: BTreeMap<PermitCode, u16>,
    /// Permits left out: their edges bind nothing.
    pub drop: BTreeSet<PermitCode>,
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
    /// Each milestone and its day.
    pub milestones: Vec<(MilestoneCode, Date)>,
    /// The day the last permit or milestone is done.
    pub completion: Date,
    /// Whether a date lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
    /// The calendar it was computed by (R20).
    pub calendar: CalendarVersion,
    /// What completion hangs on, in order of time.
    pub critical_path: Vec<Node>,
}

/// A permit's dates in a forecast; each is the actual one where it has happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PermitForecast {
    /// The permit.
    pub code: PermitCode,
    /// Accepted.
    pub accept: Date,
    /// The end of its limit, exclusions included.
    pub due: Date,
    /// Decided.
    pub decide: Date,
    /// Issued; the day of the decision where no certificate is.
    pub issue: Date,
    /// The prerequisite its decision waits for beyond its limit, if any.
    pub waits_for: Option<Node>,
    /// By how many working days acceptance may slip without moving completion; none once accepted.
    pub accept_slack: Option<u32>,
    /// By how many working days the decision may slip without moving completion; none once decided.
    pub decide_slack: Option<u32>,
    /// Whether the decision has no slack.
    pub critical: bool,
    /// Whether one of its dates lies beyond the calendar's last authoritative day (R19).
    pub provisional: bool,
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
pub fn forecast(
    plan: &Plan,
    calendar: &Calendar,
    from: Date,
    progress: &Progress,
    assumptions: &Assumptions,
) -> Result<Forecast, Cyclic> {
    let pass = pass_of(plan, calendar, from, progress, assumptions)?;
    let times = pass.run(None);
    let completion = times.completion().unwrap_or(pass.first);
    let permits: Vec<_> =
        plan.permits.iter().filter_map(|permit| path::of_permit(&pass, &times, completion, permit)).collect();
    let milestones: Vec<_> = plan
        .milestones
        .iter()
        .filter_map(|m| Some((m.code.clone(), times.of(&Node::Milestone(m.code.clone()))?.issue.date)))
        .collect();
    let provisional = permits.iter().any(|permit| permit.provisional) || calendar.is_provisional(completion);
    let critical_path = path::critical(&times);
    let calendar = calendar.version().clone();
    Ok(Forecast { permits, milestones, completion, provisional, calendar, critical_path })
}

fn pass_of<'a>(
    plan: &'a Plan,
    calendar: &'a Calendar,
    from: Date,
    progress: &'a Progress,
    assumptions: &'a Assumptions,
) -> Result<Pass<'a>, Cyclic> {
    let graph = Graph::of_plan(&plan.permits, &plan.milestones);
    let Some(order) = graph.order() else {
        return Err(Cyclic { path: graph.cycles().into_iter().next().unwrap_or_default() });
    };
    Ok(Pass { plan, calendar, first: calendar.roll_forward(from), progress, assumptions, order })
}

/// A forecast without slack, for lists: one pass instead of some hundred. Its days are those of the forecast.
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
    let pass = pass_of(plan, calendar, from, progress, assumptions)?;
    let times = pass.run(None);
    let completion = times.completion().unwrap_or(pass.first);
    let of = |permit: &PlannedPermit| times.of(&Node::Permit(permit.code.clone()));
    let works = plan.permits.iter().filter(|permit| permit.stage == Stage::Works);
    let provisional = plan.permits.iter().filter_map(of).any(|times| times.is_provisional(calendar));
    Ok(Outline {
        completion,
        works_permit: works.filter_map(of).map(|times| times.issue.date).max(),
        provisional: provisional || calendar.is_provisional(completion),
        critical_path: path::critical(&times),
    })
}

impl Forecast {
    /// One permit of it.
    pub fn permit(&self, code: &PermitCode) -> Option<&PermitForecast> {
        self.permits.iter().find(|permit| &permit.code == code)
    }

    /// By how many calendar days this one is done before another; negative if after.
    pub fn days_before(&self, other: &Forecast) -> i32 {
        self.completion.until(other.completion).map_or(0, |span| span.get_days())
    }
}
