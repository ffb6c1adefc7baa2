//! Corrections of the project's facts: name, kind, place, area, investment, target, who implements it.
//!
//! Invariants: old and new stand in the fact; a second person of the same body confirms; what the project is known by,
//! and what others have relied on, is not corrected but proposed anew.
//! Deliberately absent: a change of the project itself; that is a change of its approval, and its permits say so.

use super::{
    Ctx, Facts,
    authority::{allow, known_body},
    command::MatterCommand as C,
    event::{ProjectCorrected, ProjectFacts},
    refusal::{Authority, MatterRefusal},
    state::{Matter, Phase},
};
use crate::{decider::Role, ids::OfficerId};

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    let C::CorrectProject { project: new, reason, second_person } = command else { return Ok(vec![]) };
    state.in_phase(&[
        Phase::Proposed,
        Phase::Designated,
        Phase::Underway,
        Phase::Suspended,
        Phase::Completed,
    ])?;
    let old = state.project.as_ref().ok_or(MatterRefusal::NoSuchMatter)?;
    allow(may(state, old, ctx), Authority::TaskForceLead)?;
    second(second_person, ctx)?;
    stays(state, old, new)?;
    known_body(&new.implementing_body, ctx)?;
    if old == new {
        return Ok(vec![]);
    }
    let (old, new, reason) = (Box::new(old.clone()), Box::new(new.clone()), reason.clone());
    super::one(ctx, ProjectCorrected { old, new, reason, second_person: second_person.clone() })
}

/// The task force's lead, before there is one any lead, or who works for the body that implements it.
fn may(state: &Matter, project: &ProjectFacts, ctx: &Ctx<'_>) -> bool {
    let implements = ctx.by.body == project.implementing_body
        && [Role::Township, Role::Officer, Role::Head].iter().any(|role| ctx.by.is(*role));
    let leads = if state.task_force.is_some() { state.is_led_by(ctx) } else { ctx.by.is(Role::Lead) };
    implements || leads
}

/// Another account of the same body, of somebody who acts there.
fn second(second: &OfficerId, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    let acts = [Role::Lead, Role::Township, Role::Officer, Role::Head];
    let fits = ctx
        .read
        .officers
        .get(second)
        .is_some_and(|actor| actor.body == ctx.by.body && acts.iter().any(|role| actor.is(*role)));
    if fits && !ctx.by.is_one_with(second) {
        Ok(())
    } else {
        Err(MatterRefusal::SecondPersonNeeded { body: ctx.by.body.clone() })
    }
}

/// The code names the project and was reserved; the applicant's record was read for what was decided; a plan gives
/// permits to the body that implements.
fn stays(state: &Matter, old: &ProjectFacts, new: &ProjectFacts) -> Result<(), MatterRefusal> {
    if let Some((_, target)) = state.whole_target().filter(|_| old.target != new.target) {
        return Err(MatterRefusal::TargetIsMilestone { date: target.date });
    }
    let what = if old.code != new.code {
        "project code (项目代码)"
    } else if old.applicant != new.applicant {
        "applicant (申请人)"
    } else if old.implementing_body != new.implementing_body && state.plan.is_some() {
        "implementing body of a planned matter (已排计划事项的实施单位)"
    } else if old.applicant_body != new.applicant_body && state.permits.values().any(|p| p.round().is_some())
    {
        "applicant's body after a file was received (收件后的申请人所属单位)"
    } else {
        return Ok(());
    };
    Err(MatterRefusal::ProjectStays { what })
}
