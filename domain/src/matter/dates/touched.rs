//! Whom a milestone's date touches: the departments whose work hangs on it through the graph (R14).
//!
//! Invariant: what is done, or does not apply, touches nobody any more.
//! Deliberately absent: cooperating departments; the department that decides a permit speaks for it.

use crate::{
    ids::{BodyId, MilestoneCode, PermitCode},
    matter::{
        plan::{Node, Plan},
        state::Matter,
    },
};
use std::collections::BTreeSet;

impl Matter {
    /// The departments whose permits wait for the milestone, directly or through others, and those whose permits it
    /// comes after, as far as these are not done.
    pub fn touched(&self, milestone: &MilestoneCode) -> BTreeSet<BodyId> {
        let Some(plan) = &self.plan else { return BTreeSet::new() };
        let mut permits = waiting(plan, milestone);
        permits.extend(dated_by(plan, milestone));
        let open = |code: &PermitCode| {
            let planned = plan.permit(code)?;
            let done = self.permits.get(code).is_some_and(|permit| permit.is_done(planned.certificate));
            (!done).then(|| planned.lead.clone())
        };
        permits.iter().filter_map(open).collect()
    }
}

/// Permits that wait for it, directly or through what waits for it.
fn waiting(plan: &Plan, milestone: &MilestoneCode) -> BTreeSet<PermitCode> {
    let mut reached = BTreeSet::from([Node::Milestone(milestone.clone())]);
    loop {
        let before = reached.len();
        for permit in &plan.permits {
            if permit.prerequisites.iter().any(|edge| reached.contains(&edge.node)) {
                reached.insert(Node::Permit(permit.code.clone()));
            }
        }
        for later in &plan.milestones {
            if later.after.iter().any(|node| reached.contains(node)) {
                reached.insert(Node::Milestone(later.code.clone()));
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let permit = |node: Node| match node {
        Node::Permit(code) => Some(code),
        Node::Milestone(_) => None,
    };
    reached.into_iter().filter_map(permit).collect()
}

/// Permits it comes after, at once or by way of other milestones.
fn dated_by(plan: &Plan, milestone: &MilestoneCode) -> BTreeSet<PermitCode> {
    let (mut permits, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![milestone];
    while let Some(code) = open.pop() {
        if !seen.insert(code) {
            continue;
        }
        let Some(planned) = plan.milestones.iter().find(|m| m.code == *code) else { continue };
        for node in &planned.after {
            match node {
                Node::Permit(code) => drop(permits.insert(code.clone())),
                Node::Milestone(code) => open.push(code),
            }
        }
    }
    permits
}
