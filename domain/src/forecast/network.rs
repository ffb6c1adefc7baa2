//! The plan as a network of gates: nodes by number, edges to numbers, so that a pass looks nothing up by name.
//!
//! Invariant: built once for a plan and what has happened; what is assumed is laid over it without changing it, so that
//! many cases are compared at the price of a pass each.
//! Deliberately absent: dates; those are the passes'.

use super::{Assumptions, Basis, Cyclic, PermitProgress, Progress};
use crate::{
    calendar::Calendar,
    graph::Graph,
    ids::{MilestoneCode, PermitCode},
    matter::plan::{Gate, Mode, Node, Plan, PlannedMilestone, PlannedPermit, Prerequisite, RequirementId},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// An edge of a permit, and the number of the node it comes from.
pub(super) struct Edge<'a> {
    pub(super) planned: &'a Prerequisite,
    pub(super) from: usize,
}

/// What a node is, and what has happened to it.
pub(super) enum Kind<'a> {
    Permit { permit: &'a PlannedPermit, progress: Option<&'a PermitProgress>, edges: Vec<Edge<'a>> },
    Milestone { milestone: &'a PlannedMilestone, reached: Option<Date>, after: Vec<usize> },
}

/// The plan's nodes: its permits in their order, then its milestones.
pub(super) struct Network<'a> {
    pub(super) calendar: &'a Calendar,
    /// The first day anything can happen, a working day.
    pub(super) first: Date,
    pub(super) nodes: Vec<Kind<'a>>,
    /// Each node after what comes before it.
    pub(super) order: Vec<usize>,
    permits: BTreeMap<&'a PermitCode, usize>,
}

impl<'a> Network<'a> {
    pub(super) fn of(
        plan: &'a Plan,
        calendar: &'a Calendar,
        from: Date,
        progress: &'a Progress,
    ) -> Result<Self, Cyclic> {
        let index = Index::of(plan);
        let permits = plan.permits.iter().map(|permit| {
            let edges = permit.prerequisites.iter();
            let edges = edges.filter_map(|e| Some(Edge { planned: e, from: index.of_node(&e.node)? }));
            let progress = progress.permits.get(&permit.code);
            Kind::Permit { permit, progress, edges: edges.collect() }
        });
        let milestones = plan.milestones.iter().map(|milestone| Kind::Milestone {
            milestone,
            reached: progress.milestones.get(&milestone.code).copied(),
            after: milestone.after.iter().filter_map(|node| index.of_node(node)).collect(),
        });
        let nodes: Vec<Kind<'a>> = permits.chain(milestones).collect();
        let before = |kind: &Kind<'_>| match kind {
            Kind::Permit { edges, .. } => edges.iter().map(|edge| edge.from).collect(),
            Kind::Milestone { after, .. } => after.clone(),
        };
        let graph = Graph::new(nodes.iter().map(before).enumerate());
        let first = calendar.roll_forward(from);
        let order = graph.order();
        let mut network = Network { calendar, first, nodes, order: Vec::new(), permits: index.permits };
        match order {
            Some(order) => network.order = order,
            None => {
                let cycle = graph.cycles().into_iter().next().unwrap_or_default();
                return Err(Cyclic { path: cycle.into_iter().map(|at| network.node(at)).collect() });
            }
        }
        Ok(network)
    }

    /// A node by its name.
    pub(super) fn node(&self, at: usize) -> Node {
        match &self.nodes[at] {
            Kind::Permit { permit, .. } => Node::Permit(permit.code.clone()),
            Kind::Milestone { milestone, .. } => Node::Milestone(milestone.code.clone()),
        }
    }

    /// The number of a permit.
    pub(super) fn permit(&self, code: &PermitCode) -> Option<usize> {
        self.permits.get(code).copied()
    }

    /// What is assumed, by numbers; what the plan does not have changes nothing.
    pub(super) fn assumed(&self, assumptions: &Assumptions) -> Assumed {
        let by_number = |of: &BTreeMap<PermitCode, u16>| {
            of.iter().filter_map(|(code, n)| Some((self.permit(code)?, u32::from(*n)))).collect()
        };
        let mut assumed = Assumed {
            basis: assumptions.basis,
            serial: assumptions.serial,
            moved: BTreeMap::new(),
            extend: by_number(&assumptions.extend),
            delay: by_number(&assumptions.delay),
            drop: assumptions.drop.iter().filter_map(|code| self.permit(code)).collect(),
        };
        for ((code, requirement), mode) in &assumptions.tolerate {
            if let Some(permit) = self.permit(code) {
                self.tolerate(&mut assumed, permit, requirement, *mode);
            }
        }
        assumed
    }

    /// Moves the edges of one requirement by its mode (F8).
    pub(super) fn tolerate(
        &self,
        assumed: &mut Assumed,
        permit: usize,
        requirement: &RequirementId,
        mode: Mode,
    ) {
        let Some(Kind::Permit { edges, .. }) = self.nodes.get(permit) else { return };
        for (nth, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.planned.id() == *requirement) {
            if let Some(gate) = mode.shifts(edge.planned.gate, requirement) {
                assumed.moved.insert((permit, nth), gate);
            }
        }
    }
}

/// What is assumed, by the numbers of the network.
#[derive(Clone)]
pub(super) struct Assumed {
    pub(super) basis: Basis,
    pub(super) serial: bool,
    /// The gate an edge is moved to, by permit and place among its edges.
    pub(super) moved: BTreeMap<(usize, usize), Gate>,
    pub(super) extend: BTreeMap<usize, u32>,
    pub(super) delay: BTreeMap<usize, u32>,
    pub(super) drop: BTreeSet<usize>,
}

struct Index<'a> {
    permits: BTreeMap<&'a PermitCode, usize>,
    milestones: BTreeMap<&'a MilestoneCode, usize>,
}

impl<'a> Index<'a> {
    fn of(plan: &'a Plan) -> Self {
        let permits = plan.permits.iter().enumerate().map(|(at, permit)| (&permit.code, at));
        let after = plan.permits.len();
        let milestones = plan.milestones.iter().enumerate().map(|(at, m)| (&m.code, after + at));
        Index { permits: permits.collect(), milestones: milestones.collect() }
    }

    fn of_node(&self, node: &Node) -> Option<usize> {
        match node {
            Node::Permit(code) => self.permits.get(code).copied(),
            Node::Milestone(code) => self.milestones.get(code).copied(),
        }
    }
}
