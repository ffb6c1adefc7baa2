//! How facts change the dates of milestones.
//!
//! Invariants: total; a milestone the template did not have stands in the plan behind the template's, by its code, so
//! the order of planning does not matter.
//! Deliberately absent: rules.

use super::state::{Answer, Came, DateChange, Dated, Explanation, Outcome};
use crate::{
    decider::Recorded,
    ids::{LegalText, MilestoneCode},
    matter::{
        event::{MatterEvent as E, MilestonePlanned},
        plan::{Node, PlannedMilestone, PlannedPermit, Whole},
        state::Matter,
    },
};
use jiff::civil::Date;
use std::sync::Arc;

/// The milestone a fact is about.
pub fn event_milestone(event: &E) -> Option<&MilestoneCode> {
    macro_rules! of { ($($v:ident),* $(,)?) => { match event { $( E::$v(e) => Some(&e.milestone), )* _ => None } } }
    of!(
        MilestoneReached,
        MilestonePlanned,
        DateChangeRequested,
        DateChangeAgreed,
        DateChangeObjected,
        DateChangeWithdrawn,
        DateChangeApproved,
        DateChangeRefused,
        MilestoneMissed,
        MissedMilestoneExplained,
    )
}

/// Folds a fact of a milestone's date; others change nothing.
pub(in crate::matter) fn evolve(state: &mut Matter, fact: &Recorded<E>, day: Date) {
    let change = |state: &mut Matter, code: &MilestoneCode, f: &mut dyn FnMut(&mut Dated)| {
        if let Some(dated) = state.dates.get_mut(code) {
            f(dated);
        }
    };
    match &fact.event {
        E::MilestonePlanned(e) => planned(state, e, day),
        E::DateChangeRequested(e) => change(state, &e.milestone, &mut |dated| {
            dated.changes.push(DateChange {
                entry: fact.id,
                on: day,
                by: fact.by.officer.clone(),
                body: fact.by.body.clone(),
                from: e.from,
                to: e.to,
                reason: e.reason.clone(),
                asks: e.asks.clone(),
                lead_decides: e.lead_decides,
                answers: Default::default(),
                outcome: None,
            });
        }),
        E::DateChangeAgreed(e) => change(state, &e.milestone, &mut |dated| {
            answer(dated, &e.body, Answer { on: day, by: fact.by.officer.clone(), objection: None });
        }),
        E::DateChangeObjected(e) => change(state, &e.milestone, &mut |dated| {
            let objection = Some(e.reason.clone());
            answer(dated, &e.body, Answer { on: day, by: fact.by.officer.clone(), objection });
        }),
        E::DateChangeWithdrawn(e) => change(state, &e.milestone, &mut |dated| {
            end(dated, day, Came::Withdrawn, Some(&e.reason));
        }),
        E::DateChangeRefused(e) => change(state, &e.milestone, &mut |dated| {
            end(dated, day, Came::Refused, Some(&e.reason));
        }),
        E::DateChangeApproved(e) => change(state, &e.milestone, &mut |dated| {
            end(dated, day, Came::Approved(e.approval), e.reason.as_ref());
            dated.date = e.to;
        }),
        E::MilestoneMissed(e) => change(state, &e.milestone, &mut |dated| {
            dated.missed.insert(e.date);
        }),
        E::MissedMilestoneExplained(e) => change(state, &e.milestone, &mut |dated| {
            dated.explained.insert(e.missed, Explanation { on: day, reason: e.reason.clone(), to: e.to });
            dated.date = e.to.unwrap_or(dated.date);
        }),
        _ => {}
    }
}

fn answer(dated: &mut Dated, body: &crate::ids::BodyId, answer: Answer) {
    if let Some(change) = dated.changes.last_mut() {
        change.answers.insert(body.clone(), answer);
    }
}

fn end(dated: &mut Dated, on: Date, what: Came, reason: Option<&LegalText>) {
    if let Some(change) = dated.changes.last_mut() {
        change.outcome = Some(Outcome { on, what, reason: reason.cloned() });
    }
}

fn planned(state: &mut Matter, e: &MilestonePlanned, day: Date) {
    let Some(plan) = state.plan.as_mut().map(Arc::make_mut) else { return };
    let known = plan.milestones.iter_mut().find(|m| m.code == e.milestone);
    let added = state.dates.get(&e.milestone).map_or(known.is_none(), |dated| dated.added);
    let node = PlannedMilestone {
        code: e.milestone.clone(),
        name: e.name.clone(),
        after: e.after.clone(),
        expected: None,
    };
    match known {
        Some(known) if added => *known = node,
        Some(_) => {}
        None => {
            let is_later = |m: &PlannedMilestone| {
                state.dates.get(&m.code).is_some_and(|dated| dated.added) && m.code > e.milestone
            };
            let place = plan.milestones.iter().position(is_later).unwrap_or(plan.milestones.len());
            plan.milestones.insert(place, node);
        }
    }
    state.dates.insert(e.milestone.clone(), Dated::planned(e.whole, added, day, e.date));
}

/// The permits that a stage's or the matter's target comes after.
pub(in crate::matter) fn nodes_of(whole: Whole, permits: &[PlannedPermit]) -> Vec<Node> {
    let of = |permit: &&PlannedPermit| match whole {
        Whole::Stage(stage) => permit.stage == stage,
        Whole::Matter => true,
    };
    permits.iter().filter(of).map(|permit| Node::Permit(permit.code.clone())).collect()
}

impl Matter {
    /// The milestones of the plan as they would stand with these permits: targets come after all permits of theirs.
    pub(in crate::matter) fn milestones_with(&self, permits: &[PlannedPermit]) -> Vec<PlannedMilestone> {
        let mut milestones = self.plan.as_ref().map(|plan| plan.milestones.clone()).unwrap_or_default();
        for milestone in &mut milestones {
            if let Some(whole) = self.dates.get(&milestone.code).and_then(|dated| dated.whole) {
                milestone.after = nodes_of(whole, permits);
            }
        }
        milestones
    }
}

/// After an amendment: targets come after the permits as they are now.
pub(in crate::matter) fn amended(state: &mut Matter) {
    let permits = state.plan.as_ref().map(|plan| plan.permits.clone()).unwrap_or_default();
    let milestones = state.milestones_with(&permits);
    if let Some(plan) = state.plan.as_mut().map(Arc::make_mut) {
        plan.milestones = milestones;
    }
}
