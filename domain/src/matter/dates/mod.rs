//! Dates of milestones and how they change (R14).
//!
//! Invariants: the original date stays; a date is changed before it comes or not at all, by agreement of the departments
//! it touches, by at most half the span it was planned with; what passed was missed, and the lead says why.
//! Deliberately absent: due dates of permits; those are the law's, and no agreement moves them.

mod fold;
mod limits;
mod state;
mod time;
mod touched;

pub use fold::event_milestone;
pub(super) use fold::{amended, evolve};
pub use limits::{DATE_LIMITS, DateLimits};
pub use state::{Answer, Came, DateChange, Dated, Explanation, Outcome};
pub(super) use time::due;

use super::{
    Ctx, Facts,
    amend::cycle,
    authority::{allow, works_for},
    command::{After, MatterCommand as C, NewMilestone},
    event::*,
    plan::{Node, Plan, PlannedMilestone, Whole},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Phase},
};
use crate::{
    graph::Graph,
    ids::{BodyId, LegalText, MilestoneCode},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::PlanMilestone { milestone, date, new } => plan(state, milestone, *date, new.as_ref(), ctx),
        C::RequestDateChange { milestone, to, reason } => request(state, milestone, *to, reason, ctx),
        C::AgreeDateChange { milestone } => agree(state, milestone, ctx),
        C::ObjectDateChange { milestone, reason } => object(state, milestone, reason, ctx),
        C::WithdrawDateChange { milestone, reason } => withdraw(state, milestone, reason, ctx),
        C::ApproveDateChange { milestone, reason } => approve(state, milestone, reason, ctx),
        C::RefuseDateChange { milestone, reason } => refuse(state, milestone, reason, ctx),
        C::ExplainMissedMilestone { milestone, reason, to } => explain(state, milestone, reason, *to, ctx),
        _ => Ok(vec![]),
    }
}

/// Who may give a command on a milestone's date, for one who may give none.
pub(super) fn holder(state: &Matter, command: &C) -> Option<Authority> {
    let open = |milestone: &MilestoneCode| state.dates.get(milestone)?.changes.last();
    Some(match command {
        C::RequestDateChange { milestone, .. } => Authority::Concerned { bodies: state.touched(milestone) },
        C::AgreeDateChange { milestone } | C::ObjectDateChange { milestone, .. } => Authority::Parties {
            bodies: open(milestone).map(|change| change.asks.clone()).unwrap_or_default(),
        },
        C::WithdrawDateChange { milestone, .. } => {
            let asker = open(milestone).map(|change| change.body.clone());
            Authority::Parties { bodies: asker.into_iter().collect() }
        }
        _ => return None,
    })
}

const WORKED_ON: &[Phase] = &[Phase::Underway, Phase::Suspended];

/// A milestone that has a date.
struct At<'a> {
    dated: &'a Dated,
    reached: Option<Date>,
    code: &'a MilestoneCode,
}

impl Matter {
    fn dated<'a>(&'a self, code: &'a MilestoneCode) -> Result<At<'a>, MatterRefusal> {
        let plan = self.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
        known(plan, code)?;
        let unset = || MatterRefusal::MilestoneNotDated { milestone: code.clone() };
        let dated = self.dates.get(code).ok_or_else(unset)?;
        Ok(At { dated, reached: self.milestones.get(code).copied(), code })
    }

    /// The date the matter is to be completed by: the target's as it stands now, else the project's.
    pub fn target(&self) -> Option<Date> {
        let whole = self.dates.values().find(|dated| dated.whole == Some(Whole::Matter));
        whole.map(|dated| dated.date).or_else(|| self.project.as_ref().and_then(|p| p.target))
    }

    /// The target of the matter as a whole, if it has a date.
    pub(super) fn whole_target(&self) -> Option<(&MilestoneCode, &Dated)> {
        self.dates.iter().find(|(_, dated)| dated.whole == Some(Whole::Matter))
    }
}

impl<'a> At<'a> {
    fn unreached(&self) -> Result<(), MatterRefusal> {
        match self.reached {
            Some(on) => Err(MatterRefusal::MilestoneAlreadyReached { milestone: self.code.clone(), on }),
            None => Ok(()),
        }
    }

    fn open(&self) -> Result<&'a DateChange, MatterRefusal> {
        let open = self.dated.open_change(self.reached);
        open.ok_or_else(|| MatterRefusal::NoDateChange { milestone: self.code.clone() })
    }

    /// The open request, as long as its new date still lies ahead.
    fn open_ahead(&self, ctx: &Ctx<'_>) -> Result<&'a DateChange, MatterRefusal> {
        let change = self.open()?;
        ahead(self.code, change.to, ctx)?;
        Ok(change)
    }

    /// The open request, by one of the departments whose agreement it needs.
    fn asked(&self, ctx: &Ctx<'_>) -> Result<(&'a DateChange, BodyId), MatterRefusal> {
        let change = self.open()?;
        let body = ctx.by.body.clone();
        let asked = change.asks.contains(&body) && works_for(ctx, &body);
        allow(asked, Authority::Parties { bodies: change.asks.clone() })?;
        Ok((change, body))
    }
}

fn known<'a>(plan: &'a Plan, code: &MilestoneCode) -> Result<&'a PlannedMilestone, MatterRefusal> {
    let known = plan.milestones.iter().find(|m| m.code == *code);
    known.ok_or_else(|| MatterRefusal::NoSuchMilestone { milestone: code.clone() })
}

fn ahead(milestone: &MilestoneCode, date: Date, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    if date > ctx.day() {
        return Ok(());
    }
    Err(MatterRefusal::DateNotAhead { milestone: milestone.clone(), date, day: ctx.day() })
}

fn plan(
    state: &Matter,
    code: &MilestoneCode,
    date: Date,
    new: Option<&NewMilestone>,
    ctx: &Ctx<'_>,
) -> Facts {
    state.in_phase(&[Phase::Designated, Phase::Underway, Phase::Suspended])?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    state.lead_only(ctx)?;
    if let Some(on) = state.milestones.get(code) {
        return Err(MatterRefusal::MilestoneAlreadyReached { milestone: code.clone(), on: *on });
    }
    let before = state.dates.get(code);
    let (name, after, whole) = resolved(state, plan, code, new)?;
    let event = MilestonePlanned { milestone: code.clone(), name, after, whole, date };
    if let Some(dated) = before {
        let same = dated.date == date
            && known(plan, code).is_ok_and(|m| m.name == event.name && m.after == event.after);
        if same {
            return Ok(vec![]);
        }
        // on the day it was set, and before anybody relied on it, a slip is put right by setting it again
        if dated.planned_on != ctx.day() || !dated.changes.is_empty() || !dated.missed.is_empty() {
            return Err(MatterRefusal::MilestoneDated { milestone: code.clone(), date: dated.date });
        }
    }
    ahead(code, date, ctx)?;
    acyclic(plan, &event)?;
    if whole == Some(Whole::Matter) {
        whole_matter(state, code, date)?;
    }
    super::one(ctx, event)
}

/// There is one target of the matter, and it is the project's, where the project has one.
fn whole_matter(state: &Matter, code: &MilestoneCode, date: Date) -> Result<(), MatterRefusal> {
    if let Some((other, dated)) = state.whole_target().filter(|(other, _)| *other != code) {
        return Err(MatterRefusal::MilestoneDated { milestone: other.clone(), date: dated.date });
    }
    match state.project.as_ref().and_then(|p| p.target) {
        Some(target) if target != date => Err(MatterRefusal::TargetDiffers { target, date }),
        _ => Ok(()),
    }
}

/// What a milestone of the task force's own comes after does not wait for it.
fn acyclic(plan: &Plan, event: &MilestonePlanned) -> Result<(), MatterRefusal> {
    let others = plan.milestones.iter().filter(|m| m.code != event.milestone).cloned();
    let (code, name, after) = (event.milestone.clone(), event.name.clone(), event.after.clone());
    let milestones: Vec<_> = others.chain([PlannedMilestone { code, name, after, expected: None }]).collect();
    match Graph::of_plan(&plan.permits, &milestones).cycles().first() {
        Some(path) => Err(MatterRefusal::PlanInvalid { reason: cycle(path) }),
        None => Ok(()),
    }
}

type Resolved = (LegalText, Vec<Node>, Option<Whole>);

/// Name and place of the milestone: the plan's, or as given where the plan does not have it.
fn resolved(
    state: &Matter,
    plan: &Plan,
    code: &MilestoneCode,
    new: Option<&NewMilestone>,
) -> Result<Resolved, MatterRefusal> {
    let planned = plan.milestones.iter().find(|m| m.code == *code);
    let own = state.dates.get(code).filter(|dated| dated.added);
    match (planned, new) {
        (Some(planned), None) => {
            Ok((planned.name.clone(), planned.after.clone(), own.and_then(|dated| dated.whole)))
        }
        (Some(_), Some(_)) if own.is_none() => {
            Err(MatterRefusal::MilestoneOfPlan { milestone: code.clone() })
        }
        (None, None) => Err(MatterRefusal::NoSuchMilestone { milestone: code.clone() }),
        (_, Some(new)) => {
            let (after, whole) = match &new.after {
                After::Stage(stage) => {
                    (fold::nodes_of(Whole::Stage(*stage), &plan.permits), Some(Whole::Stage(*stage)))
                }
                After::Everything => (fold::nodes_of(Whole::Matter, &plan.permits), Some(Whole::Matter)),
                After::Nodes(nodes) => (nodes.clone(), None),
            };
            if whole.is_some() && after.is_empty() {
                return Err(MatterRefusal::NothingToReach { milestone: code.clone() });
            }
            after.iter().try_for_each(|node| exists(plan, code, node))?;
            Ok((new.name.clone(), after, whole))
        }
    }
}

/// What a new milestone comes after is in the plan, and is not itself.
fn exists(plan: &Plan, new: &MilestoneCode, node: &Node) -> Result<(), MatterRefusal> {
    match node {
        Node::Permit(code) if plan.permit(code).is_none() => {
            Err(MatterRefusal::NoSuchPermit { permit: code.clone() })
        }
        Node::Milestone(code) if code == new => {
            Err(MatterRefusal::NoSuchMilestone { milestone: code.clone() })
        }
        Node::Milestone(code) => known(plan, code).map(drop),
        Node::Permit(_) => Ok(()),
    }
}

fn request(state: &Matter, code: &MilestoneCode, to: Date, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    let at = state.dated(code)?;
    let touched = state.touched(code);
    allow(may_ask(state, &touched, ctx), Authority::Concerned { bodies: touched.clone() })?;
    at.unreached()?;
    let (milestone, day, dated) = (code.clone(), ctx.day(), at.dated);
    if day > dated.date || dated.missed.contains(&dated.date) {
        return Err(MatterRefusal::DateHasPassed { milestone, date: dated.date });
    }
    if let Some(open) = dated.open_change(at.reached) {
        return Err(MatterRefusal::DateChangeOpen { milestone, to: open.to });
    }
    let near = DATE_LIMITS.is_near(day, dated.date);
    if near && !state.is_led_by(ctx) {
        let last_days = DATE_LIMITS.last_days;
        return Err(MatterRefusal::DateIsNear { milestone, date: dated.date, last_days });
    }
    if to == dated.date {
        return Err(MatterRefusal::DateUnchanged { milestone, date: to });
    }
    ahead(code, to, ctx)?;
    let latest = DATE_LIMITS.latest(dated.planned_on, dated.original);
    if to > latest && to > dated.date {
        return Err(MatterRefusal::DateTooFar { milestone, to, original: dated.original, latest });
    }
    let asks: BTreeSet<BodyId> = touched.into_iter().filter(|body| !works_for(ctx, body)).collect();
    let lead_decides = near || DATE_LIMITS.needs_lead(dated.original, to) || asks.is_empty();
    let (from, reason) = (dated.date, reason.clone());
    super::one(ctx, DateChangeRequested { milestone, from, to, reason, asks, lead_decides, latest })
}

/// The lead, the implementing body, a department it touches, or a member of the task force.
fn may_ask(state: &Matter, touched: &BTreeSet<BodyId>, ctx: &Ctx<'_>) -> bool {
    let implements = state.project.as_ref().is_some_and(|p| works_for(ctx, &p.implementing_body));
    let member = state.task_force.as_ref().is_some_and(|t| t.members.values().any(|m| *m == ctx.by.officer));
    state.is_led_by(ctx) || implements || member || touched.iter().any(|body| works_for(ctx, body))
}

fn agree(state: &Matter, code: &MilestoneCode, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    let at = state.dated(code)?;
    let (change, body) = at.asked(ctx)?;
    if change.answers.get(&body).is_some_and(|answer| answer.objection.is_none()) {
        return Ok(vec![]);
    }
    at.open_ahead(ctx)?;
    let (milestone, from, to) = (code.clone(), change.from, change.to);
    let agreed = change.not_agreed().all(|missing| *missing == body);
    let mut facts = vec![ctx.fact(DateChangeAgreed { milestone: milestone.clone(), to, body })];
    if agreed && !change.lead_decides {
        let (approval, reason) = (Approval::ByAgreement, None);
        facts.push(ctx.fact(DateChangeApproved { milestone, from, to, approval, reason }));
    }
    Ok(facts)
}

fn object(state: &Matter, code: &MilestoneCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    let (change, body) = state.dated(code)?.asked(ctx)?;
    let said = change.answers.get(&body).and_then(|answer| answer.objection.as_ref());
    if said == Some(reason) {
        return Ok(vec![]);
    }
    let (milestone, reason) = (code.clone(), reason.clone());
    super::one(ctx, DateChangeObjected { milestone, to: change.to, body, reason })
}

fn withdraw(state: &Matter, code: &MilestoneCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    let change = state.dated(code)?.open()?;
    let asker = ctx.by.officer == change.by || works_for(ctx, &change.body);
    allow(asker, Authority::Parties { bodies: [change.body.clone()].into() })?;
    super::one(ctx, DateChangeWithdrawn { milestone: code.clone(), to: change.to, reason: reason.clone() })
}

fn approve(state: &Matter, code: &MilestoneCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    state.lead_only(ctx)?;
    let change = state.dated(code)?.open_ahead(ctx)?;
    let missing: Vec<BodyId> = change.not_agreed().cloned().collect();
    let milestone = code.clone();
    if !missing.is_empty() {
        return Err(MatterRefusal::DateChangeNotAgreed { milestone, missing });
    }
    let (from, to, reason) = (change.from, change.to, Some(reason.clone()));
    super::one(ctx, DateChangeApproved { milestone, from, to, approval: Approval::ByLead, reason })
}

fn refuse(state: &Matter, code: &MilestoneCode, reason: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(WORKED_ON)?;
    state.lead_only(ctx)?;
    let change = state.dated(code)?.open()?;
    let (milestone, from, to, reason) = (code.clone(), change.from, change.to, reason.clone());
    super::one(ctx, DateChangeRefused { milestone, from, to, reason })
}

fn explain(
    state: &Matter,
    code: &MilestoneCode,
    reason: &LegalText,
    to: Option<Date>,
    ctx: &Ctx<'_>,
) -> Facts {
    state.in_phase(&[Phase::Underway, Phase::Suspended, Phase::Completed])?;
    state.lead_only(ctx)?;
    let at = state.dated(code)?;
    let milestone = code.clone();
    let missed = at.dated.unexplained(at.reached).filter(|missed| ctx.day() > *missed);
    let Some(missed) = missed else { return Err(MatterRefusal::NothingMissed { milestone }) };
    match to {
        None if at.reached.is_none() => return Err(MatterRefusal::NewDateNeeded { milestone, missed }),
        Some(to) => {
            at.unreached()?;
            ahead(code, to, ctx)?;
        }
        None => {}
    }
    super::one(ctx, MissedMilestoneExplained { milestone, missed, reason: reason.clone(), to })
}
