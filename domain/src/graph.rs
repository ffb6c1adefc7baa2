//! What comes before what: the order of the permits and milestones of one matter.
//!
//! Invariant: a node's place in the order depends on the edges and on the order it was given in, and on nothing else.
//! A cycle is looked for among permits as wholes, not among their gates: stricter than needed for a forecast, but a
//! list of permits "one after another" must exist, and an official must be able to see it.
//! Deliberately absent: gates and dates; those are the forecast's.

use crate::matter::plan::{Node, PlannedMilestone, PlannedPermit};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque, btree_map::Entry},
};

/// Nodes and, for each, the nodes that come before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph<N> {
    nodes: Vec<N>,
    before: Vec<Vec<usize>>,
}

impl<N: Clone + Ord> Graph<N> {
    /// From each node and what comes before it. What is named but not given as a node is left out, and of a node given
    /// twice the edges are joined.
    pub fn new(nodes: impl IntoIterator<Item = (N, Vec<N>)>) -> Self {
        let mut index: BTreeMap<N, usize> = BTreeMap::new();
        let mut names: Vec<N> = Vec::new();
        let mut named: Vec<Vec<N>> = Vec::new();
        for (node, before) in nodes {
            let at = *index.entry(node.clone()).or_insert_with(|| {
                names.push(node);
                named.push(Vec::new());
                names.len() - 1
            });
            named[at].extend(before);
        }
        let before = named
            .into_iter()
            .map(|list| list.iter().filter_map(|node| index.get(node).copied()).collect())
            .collect();
        Graph { nodes: names, before }
    }

    /// One path for each cycle that must be cut, in the direction of time and closed: `A1, A3, A1` says that A1 comes
    /// before A3 and A3 before A1. None: the graph has an order.
    pub fn cycles(&self) -> Vec<Vec<N>> {
        let mut cut: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(walk) = (0..self.nodes.len()).find_map(|start| self.back_to(start, &cut)) {
            let (start, last) = (walk[0], walk[walk.len() - 1]);
            cut.insert((last, start));
            let in_time = std::iter::once(start).chain(walk.into_iter().rev());
            found.push(in_time.map(|at| self.nodes[at].clone()).collect());
        }
        found
    }

    /// The shortest walk from a node to what comes before it that ends right after the node itself, if there is one.
    fn back_to(&self, start: usize, cut: &BTreeSet<(usize, usize)>) -> Option<Vec<usize>> {
        let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for &before in self.before[at].iter().filter(|before| !cut.contains(&(at, **before))) {
                if before == start {
                    let mut walk: Vec<usize> =
                        std::iter::successors(Some(at), |n| came_from.get(n).copied()).collect();
                    walk.reverse();
                    return Some(walk);
                }
                if let Entry::Vacant(unseen) = came_from.entry(before) {
                    unseen.insert(at);
                    queue.push_back(before);
                }
            }
        }
        None
    }

    /// All nodes, each after what comes before it, and otherwise in the order they were given; `None` with a cycle.
    pub fn order(&self) -> Option<Vec<N>> {
        let mut waits: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, before) in self.before.iter().enumerate() {
            before.iter().for_each(|b| after[*b].push(at));
        }
        let free = waits.iter().enumerate().filter(|(_, waits)| **waits == 0);
        let mut ready: BinaryHeap<Reverse<usize>> = free.map(|(at, _)| Reverse(at)).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(Reverse(next)) = ready.pop() {
            order.push(self.nodes[next].clone());
            for &at in &after[next] {
                waits[at] -= 1;
                if waits[at] == 0 {
                    ready.push(Reverse(at));
                }
            }
        }
        (order.len() == self.nodes.len()).then_some(order)
    }
}

impl Graph<Node> {
    /// The graph of a plan: each permit after its prerequisites, each milestone after its nodes.
    pub fn of_plan(permits: &[PlannedPermit], milestones: &[PlannedMilestone]) -> Self {
        let permits = permits.iter().map(|permit| {
            let before = permit.prerequisites.iter().map(|edge| edge.node.clone()).collect();
            (Node::Permit(permit.code.clone()), before)
        });
        let milestones = milestones.iter().map(|m| (Node::Milestone(m.code.clone()), m.after.clone()));
        Graph::new(permits.chain(milestones))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &[&'static str])]) -> Graph<&'static str> {
        Graph::new(edges.iter().map(|(node, before)| (*node, before.to_vec())))
    }

    #[test]
    fn the_order_keeps_the_given_one_where_it_may() {
        let graph = graph(&[("B", &["C"]), ("A", &[]), ("C", &[]), ("D", &["A", "unknown"])]);
        assert_eq!(graph.order(), Some(vec!["A", "C", "B", "D"]));
        assert!(graph.cycles().is_empty());
    }

    #[test]
    fn a_cycle_is_named_in_the_direction_of_time() {
        let graph = graph(&[("A1", &["A3"]), ("A2", &["A1"]), ("A3", &["A2"])]);
        assert_eq!(graph.cycles(), vec![vec!["A1", "A2", "A3", "A1"]]);
        assert_eq!(graph.order(), None);
    }

    #[test]
    fn every_cycle_is_named_once_a_node_before_itself_too() {
        let graph = graph(&[("A", &["A"]), ("B", &["C"]), ("C", &["B"]), ("D", &["B"])]);
        assert_eq!(graph.cycles(), vec![vec!["A", "A"], vec!["B", "C", "B"]]);
    }
}
