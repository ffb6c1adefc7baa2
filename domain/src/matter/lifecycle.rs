//! Life of the matter: proposal, designation, plan, start, suspension, completion; milestones.
//!
//! Invariants: a matter has one project code and one plan; a gate already passed is not amended; suspending a matter
//! stops no statutory clock.
//! Deliberately absent: permits' own lives.

use super::{
    Ctx, Facts,
    authority::{allow, known_body},
    command::MatterCommand as C,
    event::*,
    plan::{Gate, Node, Plan, PlannedPermit, RequirementId},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Permit, Phase, Round, Tolerance},
};
use crate::{
    decider::Role,
    graph::Graph,
    ids::{LegalText, MilestoneCode, PermitCode},
};

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
        C::AmendPlan { put, drop, reason } => amend(state, put, drop, reason, ctx),
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
    match &seen.value {
        Ok(plan) => super::one(ctx, MatterPlanned { plan: plan.clone(), seen: seen.at.clone() }),
        Err(reason) => Err(MatterRefusal::TemplateUnknown { reason: reason.clone() }),
    }
}

fn amend(
    state: &Matter,
    put: &[PlannedPermit],
    drop: &[PermitCode],
    reason: &LegalText,
    ctx: &Ctx<'_>,
) -> Facts {
    state.in_phase(&[Phase::Designated, Phase::Underway, Phase::Suspended])?;
    state.lead_only(ctx)?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    for code in drop {
        let at = state.find(code)?;
        if at.permit.round().is_some() {
            return Err(MatterRefusal::GatePassed { permit: code.clone(), gate: Gate::Accept });
        }
    }
    for new in put {
        if let (Some(old), Some(permit)) = (plan.permit(&new.code), state.permits.get(&new.code)) {
            unpassed(old, new, permit)?;
        }
    }
    statutory_edges_stay(plan, put, drop)?;
    lawful(plan, put, ctx)?;
    holds_together(plan, put, drop)?;
    if drop.is_empty() && put.iter().all(|new| plan.permit(&new.code) == Some(new)) {
        return Ok(vec![]);
    }
    let (put, drop, reason) = (put.to_vec(), drop.to_vec(), reason.clone());
    super::one(ctx, PlanAmended { put, drop, reason })
}

/// What is changed must lie behind no gate that the permit has passed.
fn unpassed(old: &PlannedPermit, new: &PlannedPermit, permit: &Permit) -> Result<(), MatterRefusal> {
    let Some(round) = permit.round().filter(|r| !r.phase.allows_new_round()) else { return Ok(()) };
    let passed = [
        (Gate::Accept, round.accepted.is_some()),
        (Gate::Decide, round.decision.is_some()),
        (Gate::Issue, round.certificate.is_some()),
    ];
    let refused = |gate| Err(MatterRefusal::GatePassed { permit: new.code.clone(), gate });
    let kind = |p: &PlannedPermit| (p.lead.clone(), p.certificate, p.nature);
    if kind(old) != kind(new) {
        return refused(Gate::Accept);
    }
    for (gate, _) in passed.into_iter().filter(|(_, passed)| *passed) {
        let at = |p: &PlannedPermit| -> Vec<String> {
            p.requirements().filter(|r| r.gate == gate).map(|r| format!("{r:?}")).collect()
        };
        if at(old) != at(new) {
            return refused(gate);
        }
    }
    let limits = |p: &PlannedPermit| {
        let moves = p.extension_moves_promise;
        (p.statutory.clone(), p.promised.clone(), p.extension.clone(), moves, p.handling)
    };
    if round.clocks.is_some() && limits(old) != limits(new) { refused(Gate::Accept) } else { Ok(()) }
}

/// What law or department set for a permit is not the task force's to change; a permit that is added has limits with
/// a source, and its departments stand in the directory.
fn lawful(plan: &Plan, put: &[PlannedPermit], ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    for (index, new) in put.iter().enumerate() {
        for body in [&new.lead].into_iter().chain(&new.cooperating) {
            known_body(body, ctx)?;
        }
        if put.iter().skip(index + 1).any(|other| other.code == new.code) {
            return Err(MatterRefusal::PlanInvalid { reason: format!("{} stands twice (重复)", new.code) });
        }
        let limits = [&new.statutory, &new.promised, &new.extension];
        if limits.into_iter().flatten().any(|l| l.value == 0 || l.source.trim().is_empty()) {
            let reason =
                format!("{} has a limit without days or without a source (时限须有天数和依据)", new.code);
            return Err(MatterRefusal::PlanInvalid { reason });
        }
        let Some(old) = plan.permit(&new.code) else { continue };
        let law = |p: &PlannedPermit| (p.statutory.clone(), p.extension.clone(), p.handling);
        let what = if law(old) != law(new) {
            "statutory limit (法定时限)"
        } else if (old.sensitive, old.issue_first_listed) != (new.sensitive, new.issue_first_listed) {
            "field where no commitment is taken (不适用承诺的领域)"
        } else if promise_alone(old, new) {
            return Err(MatterRefusal::PromiseNeedsItsDocument { permit: new.code.clone() });
        } else {
            continue;
        };
        return Err(MatterRefusal::LawIsNotAmended { permit: new.code.clone(), what });
    }
    Ok(())
}

/// A promised limit is its department's: it changes only with the document in which the department set the new one.
fn promise_alone(old: &PlannedPermit, new: &PlannedPermit) -> bool {
    let days = |p: &PlannedPermit| p.promised.as_ref().map(|l| (l.value, l.unit));
    let document = |p: &PlannedPermit| p.promised.as_ref().map(|l| l.source.clone());
    days(old) != days(new) && (document(old) == document(new) || new.promised.is_none())
}

/// What the law makes a condition stays one: an amendment takes no statutory edge away (R8).
fn statutory_edges_stay(
    plan: &Plan,
    put: &[PlannedPermit],
    drop: &[PermitCode],
) -> Result<(), MatterRefusal> {
    for old in plan.permits.iter().filter(|old| !drop.contains(&old.code)) {
        let new = put.iter().find(|new| new.code == old.code).unwrap_or(old);
        for edge in old.prerequisites.iter().filter(|edge| edge.statutory) {
            let kept = new.prerequisites.iter().any(|other| {
                other.statutory
                    && other.node == edge.node
                    && other.gate <= edge.gate
                    && other.reaches >= edge.reaches
            });
            let dropped = matches!(&edge.node, Node::Permit(code) if drop.contains(code));
            if !kept || dropped {
                return Err(MatterRefusal::StatutoryEdgeRemoved {
                    permit: old.code.clone(),
                    requirement: edge.id(),
                    article: edge.source.clone(),
                });
            }
        }
    }
    Ok(())
}

fn code(node: &Node) -> String {
    match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    }
}

fn cycle(path: &[Node]) -> String {
    let path = path.iter().map(code).collect::<Vec<_>>().join(" → ");
    format!("prerequisites form a cycle {path}, each waits for the other (前置关系成环：{path})")
}

fn holds_together(plan: &Plan, put: &[PlannedPermit], drop: &[PermitCode]) -> Result<(), MatterRefusal> {
    let mut permits: Vec<PlannedPermit> = plan
        .permits
        .iter()
        .filter(|p| !drop.contains(&p.code) && !put.iter().any(|n| n.code == p.code))
        .cloned()
        .collect();
    permits.extend(put.iter().cloned());
    for permit in &permits {
        for edge in &permit.prerequisites {
            let known = match &edge.node {
                Node::Permit(code) => permits.iter().any(|p| p.code == *code),
                Node::Milestone(code) => plan.milestones.iter().any(|m| m.code == *code),
            };
            if !known {
                let (permit, node) = (&permit.code, code(&edge.node));
                let reason = format!(
                    "{permit} waits for {node}, which the plan does not have ({permit} 所等的 {node} 不在计划中)"
                );
                return Err(MatterRefusal::PlanInvalid { reason });
            }
        }
    }
    match Graph::of_plan(&permits, &plan.milestones).cycles().first() {
        Some(path) => Err(MatterRefusal::PlanInvalid { reason: cycle(path) }),
        None => Ok(()),
    }
}

fn complete(state: &Matter, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Underway])?;
    state.lead_only(ctx)?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    let (mut permits, mut debts, mut handoffs) = (vec![], vec![], vec![]);
    for planned in &plan.permits {
        let Some(permit) = state.permits.get(&planned.code) else { continue };
        if !permit.is_done(planned.certificate) {
            permits.push(planned.code.clone());
        }
        if permit.round().is_some_and(|round| owes(planned, round)) {
            debts.push(planned.code.clone());
        }
        if permit.custody.offer.is_some() {
            handoffs.push(planned.code.clone());
        }
    }
    if permits.is_empty() && debts.is_empty() && handoffs.is_empty() {
        super::one(ctx, MatterCompleted { on: ctx.day() })
    } else {
        Err(MatterRefusal::NotFinished { permits, debts, handoffs })
    }
}

/// Whether the round owes what it was tolerated to lack; what is no longer asked for, or died with its round, is not.
fn owes(planned: &PlannedPermit, round: &Round) -> bool {
    let owed = |(id, t): (&RequirementId, &Tolerance)| t.debt.is_live() && planned.requirement(id).is_some();
    !round.phase.allows_new_round() && round.tolerances.iter().any(owed)
}

fn reach(state: &Matter, milestone: &MilestoneCode, evidence: &LegalText, ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Underway, Phase::Suspended])?;
    let plan = state.plan.as_ref().ok_or(MatterRefusal::NoPlan)?;
    let body = state.project.as_ref().map(|p| &p.implementing_body);
    allow(state.is_led_by(ctx) || body == Some(&ctx.by.body), Authority::TaskForceLead)?;
    if !plan.milestones.iter().any(|m| m.code == *milestone) {
        return Err(MatterRefusal::NoSuchMilestone { milestone: milestone.clone() });
    }
    if let Some(on) = state.milestones.get(milestone) {
        return Err(MatterRefusal::MilestoneAlreadyReached { milestone: milestone.clone(), on: *on });
    }
    let (milestone, evidence) = (milestone.clone(), evidence.clone());
    super::one(ctx, MilestoneReached { milestone, on: ctx.day(), evidence })
}
