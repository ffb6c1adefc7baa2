//! Who takes part in a matter or a meeting, by its own facts.
//!
//! Invariant: whoever once took part stays a party, since it must be able to show later what it did and what it knew; only
//! an account or a role that is taken away ends its sight. A date change, a card or a suspension makes nobody a party: it
//! is about those who are.
//! Deliberately absent: what a party may do; the aggregate's rules say that.

use crate::{
    decider::Recorded,
    ids::{BodyId, IdError, OfficerId},
    matter::event::{MatterEvent as M, ProjectFacts, TaskForce},
    meeting::MeetingEvent as E,
};
use std::collections::BTreeSet;

/// A body, or an officer by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Everybody who acts for the body.
    Body(BodyId),
    /// This account, and who stands in for it.
    Officer(OfficerId),
}

/// As a key: `body:…` or `officer:…`.
impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Party::Body(body) => write!(f, "body:{body}"),
            Party::Officer(officer) => write!(f, "officer:{officer}"),
        }
    }
}

impl std::str::FromStr for Party {
    type Err = IdError;

    fn from_str(key: &str) -> Result<Self, IdError> {
        match key.split_once(':') {
            Some(("body", body)) => BodyId::recorded(body).map(Party::Body),
            Some(("officer", officer)) => OfficerId::recorded(officer).map(Party::Officer),
            _ => Err(IdError::new("party", key, "body: or officer: and its id")),
        }
    }
}

/// Those who take part.
pub type Parties = BTreeSet<Party>;

pub(super) fn body(body: &BodyId) -> Party {
    Party::Body(body.clone())
}

fn of_task_force(force: &TaskForce) -> Vec<Party> {
    let officers = force.members.values().chain([&force.lead]).chain(&force.deputy);
    officers.cloned().map(Party::Officer).chain(force.members.keys().map(body)).collect()
}

fn of_project(project: &ProjectFacts) -> Vec<Party> {
    [&project.implementing_body].into_iter().chain(&project.applicant_body).map(body).collect()
}

/// Whom a fact of a matter makes a party of it: the proposer and the implementing body, the task force, the lead and
/// cooperating departments of its permits, whoever is offered one (移交) or asked about one (征求意见).
pub fn of_matter(fact: &Recorded<M>) -> Vec<Party> {
    match &fact.event {
        M::MatterProposed(e) => {
            let mut parties = of_project(&e.project);
            parties.push(body(&fact.by.body));
            parties
        }
        M::ProjectCorrected(e) => of_project(&e.new),
        M::MatterDesignated(e) => of_task_force(&e.task_force),
        M::TaskForceChanged(e) => of_task_force(&e.task_force),
        M::MatterPlanned(e) => e
            .plan
            .permits
            .iter()
            .flat_map(|p| [&p.lead].into_iter().chain(&p.cooperating))
            .map(body)
            .collect(),
        M::PlanAmended(e) => {
            e.put.iter().flat_map(|p| [&p.lead].into_iter().chain(&p.cooperating)).map(body).collect()
        }
        M::HandoffOffered(e) => vec![body(&e.to)],
        M::OpinionRequested(e) => e.bodies.iter().map(body).collect(),
        _ => Vec::new(),
    }
}

/// Whom a fact of a meeting makes a party of it: who convened and who chairs it, the bodies invited, the owners of its
/// tasks, and whose act was linked to a resolution.
pub fn of_meeting(fact: &Recorded<E>) -> Vec<Party> {
    match &fact.event {
        E::MeetingConvened(e) => {
            let mut parties: Vec<_> = e.bodies.iter().map(body).collect();
            parties.extend([&e.chair, &fact.by.officer].map(|officer| Party::Officer(officer.clone())));
            parties
        }
        E::TaskAssigned(e) => vec![body(&e.owner)],
        E::ResolutionLinked(e) => vec![body(&e.body)],
        _ => Vec::new(),
    }
}
