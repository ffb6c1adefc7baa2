//! Life of the matter: proposal, designation, plan, start, suspension, completion; milestones.
//!
//! Invariants: a matter has one project code and one plan; suspending a matter stops no statutory clock; none is given up
//! over an application that waits for its answer, none completed over what is still owed or to be judged.
//! Deliberately absent: permits' own lives; amending the plan, which is in `amend`.

use super::{
    Ctx, Facts,
    authority::{At, allow, known_body},
    card::{Card, CardStanding},
    command::MatterCommand as C,
    dates::Dated,
    event::*,
    plan::{Node, RequirementId, Whole},
    refusal::{Authority, MatterRefusal, Unfinished},
    state::{Debt, Matter, Phase, Round, Tolerance},
};
use crate::{
    decider::Role,
    ids::{LegalText, MilestoneCode, PermitCode},
};
use jiff::civil::Date;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::ProposeMatter { project } => propose(state, project, ctx),
        C::DesignateMatter { task_force, basis } => {
            state.in_phase(&[Phase::Proposed])?;
            allow(ctx.by.is(Role::Lead) || ctx.by.is(Role::GovernmentHead), Authority::Lead)?;
            known(task_force, ctx)?;
            super::one(ctx, MatterDesignated { task_force: task_force.clone(), basis: basis.clone() })
        }
        C::ChangeTaskForce { task_force, reason } => {
            state.in_phase(&[Phase::Designated, Phase::Underway, Phase::Suspended])?;
            state.lead_only(ctx)?;
            known(task_force, ctx)?;
            if state.task_force.as_ref() == Some(task_force) {
                return Ok(vec![]);
            }
            super::one(ctx, TaskForceChanged { task_force: task_force.clone(), reason: reason.clone() })
        }
        C::PlanMatter { .. } => plan(state, ctx),
        C::AmendPlan { put, drop, reason } => super::amend::amend(state, put, drop, reason, ctx),
        C::StartMatter => {
            state.in_phase(&[Phase::Designated])?;
            state.lead_only(ctx)?;
            state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
            super::one(ctx, MatterStarted { on: ctx.day() })
        }
        C::SuspendMatter { reason } => {
            state.in_phase(&[Phase::Underway])?;
            state.lead_only(ctx)?;
            super::one(ctx, MatterSuspended { reason: reason.clone() })
        }
        C::ResumeMatter { reason } => {
            state.in_phase(&[Phase::Suspended])?;
            state.lead_only(ctx)?;
            super::one(ctx, MatterResumed { reason: reason.clone() })
        }
        C::CompleteMatter => complete(state, ctx),
        C::TerminateMatter { reason } => {
            state.in_phase(&[Phase::Proposed, Phase::Designated, Phase::Underway, Phase::Suspended])?;
            if state.task_force.is_some() {
                state.lead_only(ctx)?;
            } else {
                allow(ctx.by.is(Role::Lead), Authority::Lead)?;
            }
            let permits = open_rounds(state);
            if !permits.is_empty() {
                return Err(MatterRefusal::RoundsOpen { permits });
            }
            super::one(ctx, MatterTerminated { reason: reason.clone() })
        }
        C::ReachMilestone { milestone, evidence } => reach(state, milestone, evidence, ctx),
        _ => Ok(vec![]),
    }
}

fn propose(state: &Matter, project: &ProjectFacts, ctx: &Ctx<'_>) -> Facts {
    if state.phase != Phase::Unknown {
        return Err(MatterRefusal::MatterExists);
    }
    let may =
        [Role::Lead, Role::Clerk, Role::Township, Role::Officer, Role::Head].iter().any(|r| ctx.by.is(*r));
    allow(may, Authority::Lead)?;
    known_body(&project.implementing_body, ctx)?;
    let (code, county) = (&project.code, &ctx.by.county);
    if code.level(county).is_none() {
        return Err(MatterRefusal::CodeOfAnotherPlace { code: code.clone(), county: county.clone() });
    }
    let reserved = ctx.read.reserved.as_ref().ok_or(MatterRefusal::CodeNotReserved { by: None })?;
    if reserved.value.is_none() || reserved.value != ctx.read.matter {
        return Err(MatterRefusal::CodeNotReserved { by: reserved.value });
    }
    super::one(ctx, MatterProposed { project: project.clone(), reserved: reserved.at.clone() })
}

fn known(task_force: &TaskForce, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let named = [Some(&task_force.lead), task_force.deputy.as_ref()].into_iter().flatten();
    match named.chain(task_force.members.values()).find(|o| !ctx.read.officers.contains_key(*o)) {
        Some(officer) => return Err(MatterRefusal::UnknownOfficer { officer: officer.clone() }),
        None => task_force.members.keys().try_for_each(|body| known_body(body, ctx))?,
    }
    let mut leads = [Some(&task_force.lead), task_force.deputy.as_ref()].into_iter().flatten();
    match leads.find(|officer| !ctx.read.officers.get(*officer).is_some_and(|a| a.is(Role::Lead))) {
        Some(officer) => Err(MatterRefusal::NotALead { officer: officer.clone() }),
        None => Ok(()),
    }
}

fn plan(state: &Matter, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Designated])?;
    state.lead_only(ctx)?;
    if state.plan.is_some() {
        return Err(MatterRefusal::AlreadyPlanned);
    }
    let missing = || MatterRefusal::TemplateUnknown { reason: "no such template (没有该模板)".into() };
    let seen = ctx.read.plan.as_ref().ok_or_else(missing)?;
    // who implements it now, not when the template was read
    let implementing = state.project.as_ref().map(|project| &project.implementing_body);
    match &seen.value {
        Ok(plan) => {
            let plan = implementing.map_or_else(|| plan.clone(), |body| plan.clone().implemented_by(body));
            super::one(ctx, MatterPlanned { plan: plan.into(), seen: seen.at.clone() })
        }
        Err(reason) => Err(MatterRefusal::TemplateUnknown { reason: reason.clone() }),
    }
}

/// Permits with an application that nobody has answered to the end: to be decided, delivered or withdrawn.
fn open_rounds(state: &Matter) -> Vec<PermitCode> {
    let open = |planned: &&super::plan::PlannedPermit| {
        let permit = state.permits.get(&planned.code);
        permit.is_some_and(|permit| {
            !permit.is_done(planned.certificate)
                && permit.round().is_some_and(|round| !round.phase.allows_new_round())
        })
    };
    let permits = state.plan.iter().flat_map(|plan| &plan.permits);
    permits.filter(open).map(|planned| planned.code.clone()).collect()
}

fn complete(state: &Matter, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Underway])?;
    state.lead_only(ctx)?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    let mut open = Unfinished::default();
    for planned in &plan.permits {
        let Ok(at) = state.find(&planned.code) else { continue };
        let note = |is_open: bool, list: &mut Vec<PermitCode>| {
            if is_open {
                list.push(planned.code.clone());
            }
        };
        note(!at.permit.is_done(planned.certificate), &mut open.permits);
        note(at.permit.round().is_some_and(|round| owes(state, &at, round, ctx.day())), &mut open.debts);
        note(at.permit.custody.offer.is_some(), &mut open.handoffs);
        note(at.permit.open_revocations().next().is_some(), &mut open.revocations);
        note(state.open_falls(&at, ctx.day()).next().is_some(), &mut open.fallen);
        let appealed = |card: &Card| card.standing == CardStanding::Appealed;
        note(at.permit.open_cards().any(appealed), &mut open.appeals);
    }
    let unreached = |(code, dated): &(&MilestoneCode, &Dated)| {
        dated.whole != Some(Whole::Matter) && !state.milestones.contains_key(*code)
    };
    open.milestones = state.dates.iter().filter(unreached).map(|(code, _)| code.clone()).collect();
    if open.is_empty() {
        let on = ctx.day();
        let mut facts = vec![ctx.fact(MatterCompleted { on })];
        // whatever was the target of the whole is reached with it
        let target = state.whole_target().filter(|(code, _)| !state.milestones.contains_key(*code));
        facts.extend(target.map(|(milestone, _)| {
            let evidence = LegalText::fixed("事项办结");
            ctx.fact(MilestoneReached { milestone: milestone.clone(), on, evidence })
        }));
        Ok(facts)
    } else {
        Err(MatterRefusal::NotFinished(Box::new(open)))
    }
}

/// Whether the round owes what it was tolerated to lack, a lapsed debt included until it is met or the department has
/// decided not to revoke for it; what is no longer asked for, or died with its round, is not.
fn owes(state: &Matter, at: &At<'_>, round: &Round, day: Date) -> bool {
    let owed = |(id, t): (&RequirementId, &Tolerance)| {
        let Some(requirement) = at.planned.requirement(id) else { return false };
        let unpaid = t.debt == Debt::Lapsed
            && state.unmet(&requirement, at.permit, day).is_some()
            && !at.permit.declined_since(id, t.changed_on);
        t.debt.is_live() || unpaid
    };
    !round.phase.allows_new_round() && round.tolerances.iter().any(owed)
}

fn reach(state: &Matter, milestone: &MilestoneCode, evidence: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Underway, Phase::Suspended])?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    let body = state.project.as_ref().map(|p| &p.implementing_body);
    allow(state.is_led_by(ctx) || body == Some(&ctx.by.body), Authority::TaskForceLead)?;
    let Some(planned) = plan.milestones.iter().find(|m| m.code == *milestone) else {
        return Err(MatterRefusal::NoSuchMilestone { milestone: milestone.clone() });
    };
    if let Some(on) = state.milestones.get(milestone) {
        return Err(MatterRefusal::MilestoneAlreadyReached { milestone: milestone.clone(), on: *on });
    }
    let day = ctx.day();
    let after: Vec<Node> =
        planned.after.iter().filter(|node| !reached_by(state, node, day)).cloned().collect();
    if !after.is_empty() {
        return Err(MatterRefusal::MilestoneTooEarly { milestone: milestone.clone(), after });
    }
    let (milestone, evidence) = (milestone.clone(), evidence.clone());
    super::one(ctx, MilestoneReached { milestone, on: day, evidence })
}

/// Whether this lay behind by the day: a milestone reached, a permit done or not applicable. What the plan has no longer
/// is not waited for.
pub(super) fn reached_by(state: &Matter, node: &Node, day: Date) -> bool {
    match node {
        Node::Milestone(code) => state.milestones.get(code).is_some_and(|on| *on <= day),
        Node::Permit(code) => state.find(code).is_err() || state.done_on(code).is_some_and(|on| on <= day),
    }
}

impl Matter {
    /// The day a permit was done or found not to apply; none while more is to come, or where the plan has none such.
    pub(super) fn done_on(&self, code: &PermitCode) -> Option<Date> {
        let at = self.find(code).ok()?;
        let round = at.permit.round();
        let issued = round.and_then(|r| r.certificate.as_ref()).map(|c| c.on);
        let decided = round.and_then(|r| r.decision.as_ref()).map(|d| d.on);
        let on = at.permit.not_applicable_on.or(issued).or(decided);
        on.filter(|_| at.permit.is_done(at.planned.certificate))
    }
}
