//! The forward pass: from the day things start, each node after what comes before it (F1–F9, F11).
//!
//! Invariant: accept ≤ decide ≤ issue for every permit whose dates are estimates.
//! Deliberately absent: slack and path; those ask the pass again, or read what bound a date.

use super::{Assumptions, Basis, PermitProgress, Progress};
use crate::{
    calendar::Calendar,
    clock::{Limit, Unit},
    ids::PermitCode,
    matter::plan::{Gate, Node, Plan, PlannedMilestone, PlannedPermit, Prerequisite, Reaches},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What a pass reads.
pub(super) struct Pass<'a> {
    pub(super) plan: &'a Plan,
    pub(super) calendar: &'a Calendar,
    /// The first day anything can happen, a working day.
    pub(super) first: Date,
    pub(super) progress: &'a Progress,
    pub(super) assumptions: &'a Assumptions,
    pub(super) order: Vec<Node>,
}

/// A permit's gate that is held back by some working days, to see what it moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slip<'a> {
    pub(super) permit: &'a PermitCode,
    pub(super) gate: Gate,
    pub(super) days: u32,
}

/// A date, and what made it no earlier.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    pub(super) date: Date,
    pub(super) by: By,
}

/// What made a date no earlier.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum By {
    /// It has happened, or nothing comes before it.
    Start,
    /// The gate before it in the same permit, and the limit.
    Itself,
    /// Another node, by how far it has come.
    Other(Node, Reaches),
}

/// The dates of one node; a milestone has one date three times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    pub(super) accept: Bound,
    pub(super) due: Date,
    pub(super) decide: Bound,
    pub(super) issue: Bound,
}

impl Times {
    /// Whether one of the dates lies beyond the calendar's last authoritative day (R19).
    pub(super) fn is_provisional(&self, calendar: &Calendar) -> bool {
        [self.accept.date, self.due, self.issue.date].iter().any(|date| calendar.is_provisional(*date))
    }

    fn reach(&self, reaches: Reaches) -> Date {
        match reaches {
            Reaches::Accepted => self.accept.date,
            Reaches::Approved => self.decide.date,
            Reaches::Issued => self.issue.date,
        }
    }
}

/// The dates of all nodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AllTimes(BTreeMap<Node, Times>);

impl AllTimes {
    pub(super) fn of(&self, node: &Node) -> Option<&Times> {
        self.0.get(node)
    }

    /// The node that is done last, and its day.
    pub(super) fn last(&self) -> Option<(&Node, Date)> {
        self.0.iter().map(|(node, times)| (node, times.issue.date)).max_by_key(|(_, date)| *date)
    }

    pub(super) fn completion(&self) -> Option<Date> {
        self.last().map(|(_, date)| date)
    }
}

impl Pass<'_> {
    /// The dates of all nodes, with one gate held back if asked.
    pub(super) fn run(&self, slip: Option<Slip<'_>>) -> AllTimes {
        let mut all = AllTimes::default();
        let mut queue: Option<Node> = None;
        for node in &self.order {
            let times = match node {
                Node::Permit(code) => self.plan.permit(code).and_then(|permit| {
                    let slip = slip.filter(|slip| slip.permit == code);
                    let times = self.permit(permit, &all, queue.as_ref(), slip)?;
                    queue = self.assumptions.serial.then(|| node.clone());
                    Some(times)
                }),
                Node::Milestone(code) => {
                    let milestone = self.plan.milestones.iter().find(|milestone| &milestone.code == code);
                    milestone.map(|milestone| self.milestone(milestone, &all))
                }
            };
            if let Some(times) = times {
                all.0.insert(node.clone(), times);
            }
        }
        all
    }

    /// The permit's dates; none if it is left out or does not apply.
    fn permit(
        &self,
        permit: &PlannedPermit,
        all: &AllTimes,
        before: Option<&Node>,
        slip: Option<Slip<'_>>,
    ) -> Option<Times> {
        let nothing = PermitProgress::default();
        let progress = self.progress.permits.get(&permit.code).unwrap_or(&nothing);
        if progress.not_applicable || self.assumptions.drop.contains(&permit.code) {
            return None;
        }
        let slip_at = |gate| slip.filter(|slip| slip.gate == gate).map_or(0, |slip| slip.days);
        let start = Bound { date: self.first, by: By::Start };

        let accept = happened(progress.accepted_on.or(progress.decided_on)).unwrap_or_else(|| {
            let mut accept = self.after_edges(start.clone(), permit, Gate::Accept, all);
            if let Some(before) = before {
                accept = later(accept, all, before, Reaches::Issued);
            }
            self.held(accept, slip_at(Gate::Accept))
        });
        let due = self.due(permit, progress, accept.date);
        let decide = happened(progress.decided_on).unwrap_or_else(|| {
            let due = Bound { date: due.max(self.first), by: By::Itself };
            self.held(self.after_edges(due, permit, Gate::Decide, all), slip_at(Gate::Decide))
        });
        let own = Bound { date: decide.date, by: By::Itself };
        let issue = match happened(progress.issued_on) {
            Some(issue) => issue,
            None if !permit.certificate => own,
            None => {
                let today = if progress.decided_on.is_some() { own.date.max(self.first) } else { own.date };
                self.after_edges(Bound { date: today, ..own }, permit, Gate::Issue, all)
            }
        };
        Some(Times { accept, due, decide, issue })
    }

    fn milestone(&self, milestone: &PlannedMilestone, all: &AllTimes) -> Times {
        let bound = happened(self.progress.milestones.get(&milestone.code).copied()).unwrap_or_else(|| {
            let start = Bound { date: self.first, by: By::Start };
            let after =
                milestone.after.iter().fold(start, |bound, node| later(bound, all, node, Reaches::Issued));
            let date = milestone.expected.map_or(after.date, |expected| {
                self.calendar.add(after.date, expected.value.into(), expected.unit)
            });
            Bound { date: date.max(self.first), by: after.by }
        });
        let own = Bound { date: bound.date, by: By::Itself };
        Times { due: bound.date, accept: bound, decide: own.clone(), issue: own }
    }

    /// The bound, or the latest of the permit's edges at the gate where that is later.
    fn after_edges(&self, bound: Bound, permit: &PlannedPermit, gate: Gate, all: &AllTimes) -> Bound {
        permit.prerequisites.iter().fold(bound, |bound, edge| match self.binds(permit, edge, gate) {
            Some(reaches) => later(bound, all, &edge.node, reaches),
            None => bound,
        })
    }

    /// How far the edge's node must have come before the gate; none if the edge does not bind that gate (F2, F8).
    fn binds(&self, permit: &PlannedPermit, edge: &Prerequisite, gate: Gate) -> Option<Reaches> {
        let key = (permit.code.clone(), edge.id());
        let shifted = self.assumptions.tolerate.get(&key).and_then(|mode| mode.shifts(edge.gate, &edge.id()));
        let moved = shifted.unwrap_or(edge.gate);
        let pre_reviewed = edge.gate == Gate::Accept && moved == Gate::Decide && gate == Gate::Accept;
        match &edge.node {
            _ if moved == gate => Some(edge.reaches),
            // A review ahead of a permit begins no earlier than that permit's own.
            Node::Permit(_) if pre_reviewed => Some(Reaches::Accepted),
            _ => None,
        }
    }

    /// A working day, and so many more of them.
    fn held(&self, bound: Bound, days: u32) -> Bound {
        Bound { date: self.calendar.add(bound.date, days, Unit::WorkingDays), ..bound }
    }

    /// The end of the limit: as the clock has it, or as the clock will have it once it runs again, or counted from
    /// acceptance after the exclusions that are expected.
    fn due(&self, permit: &PlannedPermit, progress: &PermitProgress, accept: Date) -> Date {
        let (basis, other) = match self.assumptions.basis {
            Basis::Statutory => (&permit.statutory, &permit.promised),
            Basis::Promised => (&permit.promised, &permit.statutory),
        };
        let statutory = (self.assumptions.basis == Basis::Statutory) == basis.is_some();
        let limit = basis.as_ref().or(other.as_ref());
        let more = self.assumptions.extend.get(&permit.code).copied().unwrap_or_default();
        if let Some(dues) = &progress.dues {
            let (date, left) = match statutory {
                true => (dues.statutory, dues.statutory_left),
                false => (dues.promised, dues.promised_left),
            };
            let unit = limit.map_or(Unit::WorkingDays, |limit| limit.unit);
            if let Some(date) = date {
                return self.calendar.add(date, more.into(), unit);
            }
            if let Some(left) = left {
                let left = u32::try_from(left).unwrap_or(0);
                let again = progress.told_until.unwrap_or(self.first).max(accept);
                return self.calendar.add(again, left.saturating_add(more.into()), unit);
            }
        }
        let excluded = permit.excluded.iter().map(|excluded| u32::from(excluded.expected_working_days)).sum();
        let after = match excluded {
            0 => accept,
            excluded => self.calendar.add(accept, excluded, Unit::WorkingDays),
        };
        let count =
            |limit: &Limit| self.calendar.add(after, u32::from(limit.value) + u32::from(more), limit.unit);
        limit.map_or(after, count)
    }
}

fn happened(on: Option<Date>) -> Option<Bound> {
    on.map(|date| Bound { date, by: By::Start })
}

/// The bound, or the other node's day where that is later; a node that is not there binds nothing.
fn later(bound: Bound, all: &AllTimes, node: &Node, reaches: Reaches) -> Bound {
    match all.of(node).map(|times| times.reach(reaches)) {
        Some(date) if date > bound.date || (date == bound.date && bound.by == By::Start) => {
            Bound { date, by: By::Other(node.clone(), reaches) }
        }
        _ => bound,
    }
}
