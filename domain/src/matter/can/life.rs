//! Beginning a matter, its task force, its plan and its facts: who may, asked with a sample.
//!
//! Invariant: what a form asks afterwards (which template, whom, which code) holds nobody back before it is asked.
//! Deliberately absent: the rules.

use super::{C, Can, Ctx, MatterReads, MatterRefusal, ask, colleagues, sample};
use crate::{
    decider::{Actor, Role, Seen, SeenAt},
    ids::{CommandId, LegalText, MatterId, OfficerId},
    matter::{
        event::{ProjectFacts, TaskForce},
        state::{Matter, Phase},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the actor may propose a matter: with its own body to implement it, under a code that nobody has.
pub fn can_propose(ctx: &Ctx<'_>) -> Vec<Can> {
    let matter = MatterId::of_command(&ctx.by.county, &CommandId(uuid::Uuid::nil()));
    let seen = SeenAt { stream: String::new(), revision: None };
    let reads = MatterReads {
        matter: Some(matter),
        reserved: Some(Seen { at: seen, value: Some(matter) }),
        ..MatterReads::default()
    };
    let text = LegalText::fixed("样例");
    let code = format!("2601-{}-04-01-000001", ctx.by.county);
    let (Ok(code), Ok(applicant)) = (code.parse(), "an-applicant".parse()) else { return vec![] };
    let project = ProjectFacts {
        name: text.clone(),
        kind: text.clone(),
        code,
        implementing_body: ctx.by.body.clone(),
        applicant,
        applicant_body: None,
        place: text,
        area_m2: None,
        investment_yuan: None,
        target: None,
    };
    let ctx = Ctx { read: &reads, ..ctx.clone() };
    ask(&Matter::default(), &ctx, vec![("proposeMatter", C::ProposeMatter { project })])
}

/// What concerns the matter before and beside its permits: designation, task force, plan, its facts.
pub(super) fn on_matter(state: &Matter, ctx: &Ctx<'_>) -> Vec<Can> {
    let (text, ..) = sample(ctx);
    let lead = Actor { roles: [Role::Lead].into(), stands_in_for: None, ..ctx.by.clone() };
    let task_force = TaskForce { lead: lead.officer.clone(), deputy: None, members: BTreeMap::new() };
    let mut officers = BTreeMap::from([(lead.officer.clone(), lead)]);
    let second = colleagues().into_iter().find(|officer| *officer != ctx.by.officer);
    let colleague = |officer: OfficerId| {
        let (county, body) = (ctx.by.county.clone(), ctx.by.body.clone());
        Actor::new(officer, county, body, [Role::Officer].into())
    };
    officers.extend(second.clone().map(|officer| (officer.clone(), colleague(officer))));
    let reads = MatterReads { officers, bodies: None, ..ctx.read.clone() };
    let mut commands = Vec::new();
    if matches!(state.phase, Phase::Proposed) {
        let designate = C::DesignateMatter { task_force: task_force.clone(), basis: text.clone() };
        commands.push(("designateMatter", designate));
    } else {
        commands.push(("changeTaskForce", C::ChangeTaskForce { task_force, reason: text.clone() }));
    }
    if let (Some(project), Some(second_person)) = (state.project.clone(), second) {
        commands.push(("correctProject", C::CorrectProject { project, reason: text, second_person }));
    }
    let mut all = ask(state, &Ctx { read: &reads, ..ctx.clone() }, commands);
    if state.plan.is_none() {
        all.extend(plan(state, ctx));
    }
    all
}

/// Which template is asked when it is planned.
fn plan(state: &Matter, ctx: &Ctx<'_>) -> Vec<Can> {
    let Ok(template) = "a-template".parse() else { return vec![] };
    let command = C::PlanMatter { template, leave_out: BTreeSet::new() };
    let mut answer = ask(state, ctx, vec![("planMatter", command)]);
    for can in &mut answer {
        if matches!(can.refusal, Some(MatterRefusal::TemplateUnknown { .. })) {
            can.refusal = None;
        }
    }
    answer
}
