//! Whose a paper of a matter is: those through whose hands the permit goes that names it.
//!
//! Invariants: a paper named in several permits is open to the parties of each; one that is the matter's own is open to all
//! who take part; whoever once had a permit in hand, was offered it or asked about it keeps its papers, as it keeps its part in
//! the matter.
//! Deliberately absent: who sees everything of the county, which the policy says before.

use super::parties::{Parties, Party, body};
use crate::{
    decider::{EventRecord as _, Recorded},
    ids::{PaperHash, PermitCode},
    matter::{
        Matter,
        event::MatterEvent as M,
        event_permit, papers_named_bytes,
        plan::{Node, Plan},
    },
};
use std::collections::BTreeSet;

/// Those who may read a paper of the matter, by the matter's facts and the permits of it for whose sake an applicant was barred by a
/// decision of that paper; nobody if nothing names it.
pub fn of_paper<'f>(
    state: &Matter,
    facts: impl IntoIterator<Item = &'f Recorded<M>>,
    barred_for: impl IntoIterator<Item = &'f PermitCode>,
    paper: &PaperHash,
) -> Parties {
    let facts: Vec<_> = facts.into_iter().collect();
    let naming = facts.iter().filter(|fact| names(&fact.event, paper));
    let barring = barred_for.into_iter().map(Some);
    let of: BTreeSet<Option<&PermitCode>> =
        naming.map(|fact| event_permit(&fact.event)).chain(barring).collect();
    let Some(plan) = state.plan.as_ref().filter(|_| !of.contains(&None)) else {
        // of the matter as a whole, or before it has a plan
        return if of.is_empty() { Parties::new() } else { state.parties.clone() };
    };
    let mut parties: Parties = of.iter().flatten().flat_map(|permit| of_plan(plan, permit)).collect();
    if !of.is_empty() {
        parties.extend(of_whole(state));
    }
    let in_hand = facts.iter().filter(|fact| of.contains(&event_permit(&fact.event)));
    parties.extend(in_hand.flat_map(|fact| match &fact.event {
        M::HandoffOffered(e) => vec![body(&e.to)],
        M::OpinionRequested(e) => e.bodies.iter().map(body).collect(),
        _ => Vec::new(),
    }));
    parties
}

/// Whether the fact names the paper, in a field that holds papers: who writes its hash into a text has not handed it in.
fn names(event: &M, paper: &PaperHash) -> bool {
    event.encode().is_ok_and(|json| papers_named_bytes(&json).contains(&paper.to_bytes()))
}

/// Its department, those that cooperate, and the departments of the permits that wait for it.
fn of_plan(plan: &Plan, permit: &PermitCode) -> Parties {
    let its = plan.permits.iter().filter(|p| p.code == *permit);
    let its = its.flat_map(|p| [&p.lead].into_iter().chain(&p.cooperating));
    let waits = |node: &Node| matches!(node, Node::Permit(code) if code == permit);
    let waiting = plan.permits.iter().filter(|p| p.prerequisites.iter().any(|edge| waits(&edge.node)));
    its.chain(waiting.map(|p| &p.lead)).map(body).collect()
}

/// Those who carry the whole matter: the bodies of the project, lead and deputy.
fn of_whole(state: &Matter) -> Parties {
    let bodies =
        state.project.iter().flat_map(|p| [&p.implementing_body].into_iter().chain(&p.applicant_body));
    let force = state.task_force.iter().flat_map(|f| [&f.lead].into_iter().chain(&f.deputy));
    bodies.map(body).chain(force.cloned().map(Party::Officer)).collect()
}
