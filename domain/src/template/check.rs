//! What can be wrong with a definition that is well written but does not make sense, or would break the law.
//!
//! Invariant: all faults are found at once; where a fault lies is said by place, which the parser knows as a line.
//! Deliberately absent: how a text is written; that is the parser's.

use super::definition::{Definition, IMPLEMENTING_BODY};
use crate::{
    graph::Graph,
    ids::{BodyId, PermitCode},
    matter::plan::{Gate, Mode, Node, PlannedPermit, RequirementId, Sensitive},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Where in a definition something stands: positions count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Place {
    /// The whole.
    Template,
    /// A permit.
    Permit(usize),
    /// The lead body of a permit (0) or one of its cooperating ones (1, 2 …).
    Body(usize, usize),
    /// A prerequisite of a permit.
    Prerequisite(usize, usize),
    /// A material of a permit.
    Material(usize, usize),
    /// A milestone.
    Milestone(usize),
}

/// One fault of a definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum FaultKind {
    /// There is no permit at all.
    Empty,
    /// Two permits or two milestones have one code.
    DuplicateCode { code: String },
    /// A permit asks for the same thing twice.
    DuplicateRequirement { permit: PermitCode, requirement: RequirementId },
    /// The directory has no such body.
    UnknownBody { permit: PermitCode, body: BodyId },
    /// No permit or milestone of this code.
    UnknownNode { of: String, node: Node },
    /// Each waits for the other; in the direction of time, closed.
    Cycle { path: Vec<Node> },
    /// A limit of nothing.
    ZeroLimit { permit: PermitCode },
    /// Opinions are needed, and no department cooperates.
    OpinionsOfNobody { permit: PermitCode },
    /// There is no statutory limit that the extension could extend.
    ExtensionOfNothing { permit: PermitCode },
    /// Bound to the issue of a certificate that the permit does not have.
    NothingIssued { permit: PermitCode, requirement: RequirementId },
    /// The mode moves nothing from this gate.
    ModeMisfit { permit: PermitCode, requirement: RequirementId, mode: Mode, gate: Gate },
    /// A statutory condition would pass the issue gate (R8).
    StatutoryPastIssue { permit: PermitCode, requirement: RequirementId, mode: Option<Mode> },
    /// A commitment in a field where none is taken (R12).
    SensitiveCommitment { permit: PermitCode, requirement: RequirementId, mode: Mode, field: Sensitive },
    /// Issue first, but not on the special list (R11).
    IssueFirstUnlisted { permit: PermitCode, requirement: RequirementId },
}

impl Definition {
    /// All that is wrong with the definition, given the bodies of the directory.
    pub fn faults(&self, bodies: &BTreeSet<BodyId>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.permits.is_empty() {
            faults.push(Fault { place: Place::Template, kind: FaultKind::Empty });
        }
        let nodes: BTreeSet<Node> = self.nodes().map(|(node, _)| node).collect();
        let mut seen = BTreeSet::new();
        for (node, place) in self.nodes() {
            if !seen.insert(node.clone()) {
                faults.push(Fault { place, kind: FaultKind::DuplicateCode { code: name(&node) } });
            }
        }
        for (at, permit) in self.permits.iter().enumerate() {
            let mut found = |place, kind| faults.push(Fault { place, kind });
            check_permit(at, permit, bodies, &mut found);
            check_requirements(at, permit, &nodes, &mut found);
        }
        for (at, milestone) in self.milestones.iter().enumerate() {
            for node in milestone.after.iter().filter(|node| !nodes.contains(node)) {
                let kind = FaultKind::UnknownNode { of: milestone.code.to_string(), node: node.clone() };
                faults.push(Fault { place: Place::Milestone(at), kind });
            }
        }
        if seen.len() < self.permits.len() + self.milestones.len() {
            return faults; // with a code used twice, a cycle may be none
        }
        for path in Graph::of_plan(&self.permits, &self.milestones).cycles() {
            faults.push(Fault { place: self.place_of_cycle(&path), kind: FaultKind::Cycle { path } });
        }
        faults
    }

    fn nodes(&self) -> impl Iterator<Item = (Node, Place)> {
        let permits = self.permits.iter().enumerate();
        let milestones = self.milestones.iter().enumerate();
        permits
            .map(|(at, permit)| (Node::Permit(permit.code.clone()), Place::Permit(at)))
            .chain(milestones.map(|(at, m)| (Node::Milestone(m.code.clone()), Place::Milestone(at))))
    }

    /// The edge that closes the cycle: of the path's first node, what stands right before it.
    fn place_of_cycle(&self, path: &[Node]) -> Place {
        let [first, .., last, _] = path else {
            return self.place_of(path.first(), path.first());
        };
        self.place_of(Some(first), Some(last))
    }

    fn place_of(&self, node: Option<&Node>, before: Option<&Node>) -> Place {
        let place = self.nodes().find(|(candidate, _)| Some(candidate) == node).map(|(_, place)| place);
        match place {
            Some(Place::Permit(at)) => self.permits[at]
                .prerequisites
                .iter()
                .position(|edge| Some(&edge.node) == before)
                .map_or(Place::Permit(at), |edge| Place::Prerequisite(at, edge)),
            Some(place) => place,
            None => Place::Template,
        }
    }
}

fn check_permit(
    at: usize,
    permit: &PlannedPermit,
    bodies: &BTreeSet<BodyId>,
    found: &mut impl FnMut(Place, FaultKind),
) {
    let code = || permit.code.clone();
    for (index, body) in std::iter::once(&permit.lead).chain(&permit.cooperating).enumerate() {
        if body.as_str() != IMPLEMENTING_BODY && !bodies.contains(body) {
            found(Place::Body(at, index), FaultKind::UnknownBody { permit: code(), body: body.clone() });
        }
    }
    let limits = [&permit.statutory, &permit.promised, &permit.extension];
    let opinions = permit.opinions.as_ref();
    if opinions.is_some() && permit.cooperating.is_empty() {
        found(Place::Permit(at), FaultKind::OpinionsOfNobody { permit: code() });
    }
    let limits = limits.into_iter().flatten().chain(opinions.map(|opinions| &opinions.term));
    if limits.into_iter().any(|limit| limit.value == 0) {
        found(Place::Permit(at), FaultKind::ZeroLimit { permit: code() });
    }
    if permit.extension.is_some() && permit.statutory.is_none() {
        found(Place::Permit(at), FaultKind::ExtensionOfNothing { permit: code() });
    }
}

fn check_requirements(
    at: usize,
    permit: &PlannedPermit,
    nodes: &BTreeSet<Node>,
    found: &mut impl FnMut(Place, FaultKind),
) {
    let code = || permit.code.clone();
    let edges = permit.prerequisites.len();
    let mut seen = BTreeSet::new();
    for (index, requirement) in permit.requirements().enumerate() {
        let place =
            if index < edges { Place::Prerequisite(at, index) } else { Place::Material(at, index - edges) };
        let id = || requirement.id.clone();
        if !seen.insert(id()) {
            found(place, FaultKind::DuplicateRequirement { permit: code(), requirement: id() });
        }
        if let Some(edge) = requirement.edge.filter(|edge| !nodes.contains(&edge.node)) {
            found(place, FaultKind::UnknownNode { of: code().to_string(), node: edge.node.clone() });
        }
        if requirement.gate == Gate::Issue && !permit.certificate {
            found(place, FaultKind::NothingIssued { permit: code(), requirement: id() });
        }
        if requirement.gate == Gate::AfterIssue && requirement.statutory {
            found(place, FaultKind::StatutoryPastIssue { permit: code(), requirement: id(), mode: None });
        }
        for mode in requirement.modes {
            if let Some(kind) = mode_fault(permit, &requirement, *mode) {
                found(place, kind);
            }
        }
    }
}

fn mode_fault(
    permit: &PlannedPermit,
    requirement: &crate::matter::plan::Requirement<'_>,
    mode: Mode,
) -> Option<FaultKind> {
    let (code, id) = (permit.code.clone(), requirement.id.clone());
    let shift = mode.shifts(requirement.gate, &requirement.id);
    let field = requirement.sensitive.or(permit.sensitive);
    match (shift, field) {
        _ if requirement.statutory && mode.needs_head() => {
            Some(FaultKind::StatutoryPastIssue { permit: code, requirement: id, mode: Some(mode) })
        }
        (None, _) => {
            Some(FaultKind::ModeMisfit { permit: code, requirement: id, mode, gate: requirement.gate })
        }
        (_, Some(field)) if mode.needs_head() => {
            Some(FaultKind::SensitiveCommitment { permit: code, requirement: id, mode, field })
        }
        _ if mode == Mode::IssueFirst && !permit.issue_first_listed => {
            Some(FaultKind::IssueFirstUnlisted { permit: code, requirement: id })
        }
        _ => None,
    }
}

/// The code of a node.
pub(super) fn name(node: &Node) -> String {
    match node {
        Node::Permit(code) => code.to_string(),
        Node::Milestone(code) => code.to_string(),
    }
}
