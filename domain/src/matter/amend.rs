//! Amending the plan: never for a gate already passed, and never what the law, the county's lists or a department set.
//!
//! Invariants: a statutory condition stays, also by way of dropping its permit and putting it back (R8); what may be
//! tolerated is the template's list, never an amendment's (R10, R11); only what an amendment added is dropped.
//! Deliberately absent: taking a permit of the template out; its department agrees to that, by `MarkNotApplicable`.

use super::{
    Ctx, Facts,
    authority::{At, known_body},
    event::PlanAmended,
    plan::{Gate, Node, Plan, PlannedPermit, Requirement},
    refusal::MatterRefusal,
    state::{Matter, Permit, Phase},
};
use crate::{
    graph::Graph,
    ids::{LegalText, PermitCode},
};
use std::collections::BTreeSet;

pub(super) fn amend(
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
    statutory_conditions_stay(state, plan, put, drop)?;
    for code in drop {
        may_drop(state, &state.find(code)?)?;
    }
    lawful(state, plan, put, ctx)?;
    holds_together(state, plan, put, drop)?;
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

/// A permit that carries a condition of the law stays in the plan (R8); one of the template leaves it only by the word of
/// its own department.
fn may_drop(state: &Matter, at: &At<'_>) -> Result<(), MatterRefusal> {
    if let Some(condition) = at.planned.requirements().find(|r| r.statutory) {
        return Err(removed(at.code, &condition));
    }
    if state.added.contains(at.code) {
        return Ok(());
    }
    Err(MatterRefusal::PermitOfTemplate { permit: at.code.clone(), lead: at.planned.lead.clone() })
}

/// The permit of this code as the plan has it, or had it when it was dropped: what is put back is the same permit.
fn known<'a>(state: &'a Matter, plan: &'a Plan, code: &PermitCode) -> Option<&'a PlannedPermit> {
    plan.permit(code).or_else(|| state.dropped.get(code))
}

/// What law or department set for a permit is not the task force's to change; a permit that is added has limits with
/// a source, and its departments stand in the directory.
fn lawful(state: &Matter, plan: &Plan, put: &[PlannedPermit], ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    for (index, new) in put.iter().enumerate() {
        for body in [&new.lead].into_iter().chain(&new.cooperating) {
            known_body(body, ctx)?;
        }
        if put.iter().skip(index + 1).any(|other| other.code == new.code) {
            return Err(MatterRefusal::PlanInvalid { reason: format!("{} stands twice (重复)", new.code) });
        }
        let limits = [&new.statutory, &new.promised, &new.extension].into_iter().flatten();
        let limits = limits.chain(new.opinions.as_ref().map(|opinions| &opinions.term));
        if limits.into_iter().any(|l| l.value == 0 || l.source.trim().is_empty()) {
            let reason =
                format!("{} has a limit without days or without a source (时限须有天数和依据)", new.code);
            return Err(MatterRefusal::PlanInvalid { reason });
        }
        let old = known(state, plan, &new.code);
        list_stays(old, new)?;
        promise_within_law(old, new)?;
        if let Some(old) = old {
            law_stays(old, new)?;
        }
    }
    Ok(())
}

fn law_stays(old: &PlannedPermit, new: &PlannedPermit) -> Result<(), MatterRefusal> {
    let law = |p: &PlannedPermit| (p.statutory.clone(), p.extension.clone(), p.handling);
    let freed = |r: Requirement<'_>| {
        r.sensitive.is_some() && new.requirement(&r.id).is_some_and(|n| n.sensitive != r.sensitive)
    };
    let what = if law(old) != law(new) {
        "statutory limit (法定时限)"
    } else if (old.sensitive, old.issue_first_listed) != (new.sensitive, new.issue_first_listed)
        || old.requirements().any(freed)
    {
        "field where no commitment is taken (不适用承诺的领域)"
    } else if old.nature != new.nature || (old.site_check && !new.site_check) {
        "kind of act or check of substance (事项性质或实地核查)"
    } else if opinions_dropped(old, new) {
        "opinions of other departments (征求意见的部门和时限)"
    } else if promise_alone(old, new) {
        return Err(MatterRefusal::PromiseNeedsItsDocument { permit: new.code.clone() });
    } else {
        return Ok(());
    };
    Err(MatterRefusal::LawIsNotAmended { permit: new.code.clone(), what })
}

/// Opinions that the template asks for are not the task force's to do without.
fn opinions_dropped(old: &PlannedPermit, new: &PlannedPermit) -> bool {
    let left_out = old.cooperating.iter().any(|body| !new.cooperating.contains(body));
    old.opinions.is_some() && (old.opinions != new.opinions || left_out)
}

/// A promised limit is its department's: it changes only with the document in which the department set the new one.
fn promise_alone(old: &PlannedPermit, new: &PlannedPermit) -> bool {
    let days = |p: &PlannedPermit| p.promised.as_ref().map(|l| (l.value, l.unit));
    let document = |p: &PlannedPermit| p.promised.as_ref().map(|l| l.source.clone());
    days(old) != days(new) && (document(old) == document(new) || new.promised.is_none())
}

/// What may be tolerated, and what may be issued first, is what the county's lists say by way of the template: an
/// amendment may make it less, never more (R10, R11).
fn list_stays(old: Option<&PlannedPermit>, new: &PlannedPermit) -> Result<(), MatterRefusal> {
    let nothing = BTreeSet::new();
    let widened = new.requirements().find(|r| {
        let listed = old.and_then(|old| old.requirement(&r.id));
        !r.modes.is_subset(listed.map_or(&nothing, |listed| listed.modes))
    });
    let first = new.issue_first_listed && !old.is_some_and(|old| old.issue_first_listed);
    if widened.is_some() || first {
        let requirement = widened.map(|r| r.id);
        return Err(MatterRefusal::ListIsNotAmended { permit: new.code.clone(), requirement });
    }
    Ok(())
}

/// A department may promise less time than the law gives it, not more; what stood before stays as it stands.
fn promise_within_law(old: Option<&PlannedPermit>, new: &PlannedPermit) -> Result<(), MatterRefusal> {
    let stood = old.is_some_and(|old| (&old.statutory, &old.promised) == (&new.statutory, &new.promised));
    match new.promise_beyond_law().filter(|_| !stood) {
        Some((promised, statutory)) => Err(MatterRefusal::PromiseBeyondLaw {
            permit: new.code.clone(),
            promised: promised.value,
            statutory: statutory.value,
            source: statutory.source.clone(),
        }),
        None => Ok(()),
    }
}

fn removed(permit: &PermitCode, condition: &Requirement<'_>) -> MatterRefusal {
    MatterRefusal::StatutoryEdgeRemoved {
        permit: permit.clone(),
        requirement: condition.id.clone(),
        article: condition.source.clone(),
    }
}

/// What the law makes a condition stays one: an amendment takes none away and puts none off (R8).
fn statutory_conditions_stay(
    state: &Matter,
    plan: &Plan,
    put: &[PlannedPermit],
    drop: &[PermitCode],
) -> Result<(), MatterRefusal> {
    let stay = plan.permits.iter().filter(|old| !drop.contains(&old.code));
    let back = put.iter().filter_map(|new| known(state, plan, &new.code));
    for old in stay.chain(back) {
        let new = put.iter().find(|new| new.code == old.code).unwrap_or(old);
        for condition in old.requirements().filter(|r| r.statutory) {
            let reaches = |r: &Requirement<'_>| r.edge.map(|edge| edge.reaches);
            let kept = new.requirements().any(|other| {
                other.statutory
                    && other.id == condition.id
                    && other.gate <= condition.gate
                    && reaches(&other) >= reaches(&condition)
            });
            let node = condition.edge.map(|edge| &edge.node);
            if !kept || matches!(node, Some(Node::Permit(code)) if drop.contains(code)) {
                return Err(removed(&old.code, &condition));
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

pub(super) fn cycle(path: &[Node]) -> String {
    let path = path.iter().map(code).collect::<Vec<_>>().join(" → ");
    format!("prerequisites form a cycle {path}, each waits for the other (前置关系成环：{path})")
}

fn holds_together(
    state: &Matter,
    plan: &Plan,
    put: &[PlannedPermit],
    drop: &[PermitCode],
) -> Result<(), MatterRefusal> {
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
    match Graph::of_plan(&permits, &state.milestones_with(&permits)).cycles().first() {
        Some(path) => Err(MatterRefusal::PlanInvalid { reason: cycle(path) }),
        None => Ok(()),
    }
}
