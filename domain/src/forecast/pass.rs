//! The forward pass: from the day things start, each node after what comes before it (F1–F9, F11, F13).
//!
//! Invariants: accept ≤ decide ≤ issue for every permit whose dates are estimates; one visit a node, one look an edge.
//! Deliberately absent: slack and path; those go back over what the pass found.

use super::{
    Basis, PermitProgress,
    network::{Assumed, Edge, Kind, Network},
};
use crate::{
    calendar::Calendar,
    clock::Unit,
    matter::plan::{Gate, PlannedMilestone, PlannedPermit, Reaches},
};
use jiff::civil::Date;

/// What a pass reads.
pub(super) struct Pass<'n, 'a> {
    pub(super) network: &'n Network<'a>,
    pub(super) assumed: Assumed,
}

/// A date, and what made it no earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    pub(super) date: Date,
    pub(super) by: By,
}

/// What made a date no earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum By {
    /// It has happened: nothing moves it any more.
    Happened,
    /// Nothing comes before it.
    Start,
    /// The gate before it in the same permit, and the limit.
    Itself,
    /// Another node, by how far it has come.
    Other(usize, Reaches),
}

/// The dates of one node; a milestone has one date three times.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// The dates of all nodes, by number; none of a permit that is left out or does not apply.
pub(super) type AllTimes = Vec<Option<Times>>;

/// How the end of a permit's limit follows from its acceptance (F5, F11).
pub(super) enum Term {
    /// The clock has it.
    Fixed(Date),
    /// What is left, counted from that day or a later acceptance.
    Left { from: Date, units: u32, unit: Unit },
    /// The expected exclusions in working days, then the limit.
    Whole { excluded: u32, limit: Option<(u32, Unit)> },
}

impl Term {
    /// The end of the limit.
    pub(super) fn ends(&self, calendar: &Calendar, accept: Date) -> Date {
        match self {
            Term::Fixed(due) => *due,
            Term::Left { from, units, unit } => calendar.add((*from).max(accept), *units, *unit),
            Term::Whole { excluded, limit } => {
                let after = match excluded {
                    0 => accept,
                    excluded => calendar.add(accept, *excluded, Unit::WorkingDays),
                };
                limit.map_or(after, |(units, unit)| calendar.add(after, units, unit))
            }
        }
    }

    /// The last day of acceptance by which the limit ends in time; none where it does not follow from acceptance.
    pub(super) fn latest_start(&self, calendar: &Calendar, due: Date) -> Option<Date> {
        match self {
            Term::Fixed(_) => None,
            Term::Left { units, unit, .. } => Some(calendar.latest_start(due, *units, *unit)),
            Term::Whole { excluded, limit } => {
                let after = limit.map_or(due, |(units, unit)| calendar.latest_start(due, units, unit));
                Some(match excluded {
                    0 => after,
                    excluded => calendar.latest_start(after, *excluded, Unit::WorkingDays),
                })
            }
        }
    }
}

impl Pass<'_, '_> {
    /// The dates of all nodes.
    pub(super) fn run(&self) -> AllTimes {
        let mut all: AllTimes = vec![None; self.network.nodes.len()];
        let mut before: Option<usize> = None;
        for &at in &self.network.order {
            all[at] = match &self.network.nodes[at] {
                Kind::Permit { permit, progress, edges } if self.counts(at, *progress) => {
                    let times = self.permit((at, permit, *progress, edges), &all, before);
                    before = self.assumed.serial.then_some(at);
                    Some(times)
                }
                Kind::Permit { .. } => None,
                Kind::Milestone { milestone, reached, after } => {
                    Some(self.milestone(milestone, *reached, after, &all))
                }
            };
        }
        all
    }

    /// The dates of one node again, as these of the others would have it; not for a serial line.
    pub(super) fn again(&self, at: usize, all: &AllTimes) -> Option<Times> {
        match &self.network.nodes[at] {
            Kind::Permit { permit, progress, edges } if self.counts(at, *progress) => {
                Some(self.permit((at, permit, *progress, edges), all, None))
            }
            _ => all[at],
        }
    }

    fn counts(&self, at: usize, progress: Option<&PermitProgress>) -> bool {
        !progress.is_some_and(|progress| progress.not_applicable) && !self.assumed.drop.contains(&at)
    }

    fn permit(
        &self,
        (at, permit, progress, edges): (usize, &PlannedPermit, Option<&PermitProgress>, &[Edge<'_>]),
        all: &AllTimes,
        before: Option<usize>,
    ) -> Times {
        let first = self.network.first;
        let accepted = progress.and_then(|p| p.accepted_on.or(p.decided_on));
        let accept = happened(accepted).unwrap_or_else(|| {
            let start = Bound { date: first, by: By::Start };
            let accept = self.after_edges(start, at, edges, Gate::Accept, all);
            self.worked(before.map_or(accept, |before| later(accept, all, before, Reaches::Issued)))
        });
        let due = self.term(at, permit, progress).ends(self.network.calendar, accept.date);
        let decided = progress.and_then(|p| p.decided_on);
        let decide = happened(decided).unwrap_or_else(|| {
            let own = Bound { date: self.delayed(at, due.max(first)), by: By::Itself };
            self.worked(self.after_edges(own, at, edges, Gate::Decide, all))
        });
        let own = Bound { date: decide.date, by: By::Itself };
        let issue = match happened(progress.and_then(|p| p.issued_on)) {
            Some(issue) => issue,
            None if !permit.certificate => Bound { by: decided.map_or(By::Itself, |_| By::Happened), ..own },
            None => {
                let today = if decided.is_some() { own.date.max(first) } else { own.date };
                self.worked(self.after_edges(Bound { date: today, ..own }, at, edges, Gate::Issue, all))
            }
        };
        Times { accept, due, decide, issue }
    }

    fn milestone(
        &self,
        milestone: &PlannedMilestone,
        reached: Option<Date>,
        after: &[usize],
        all: &AllTimes,
    ) -> Times {
        let first = self.network.first;
        let bound = happened(reached).unwrap_or_else(|| {
            let start = Bound { date: first, by: By::Start };
            let after = after.iter().fold(start, |bound, node| later(bound, all, *node, Reaches::Issued));
            let date = milestone.expected.map_or(after.date, |expected| {
                self.network.calendar.add(after.date, expected.value.into(), expected.unit)
            });
            Bound { date: date.max(first), by: after.by }
        });
        let own = Bound { date: bound.date, by: By::Itself };
        Times { due: bound.date, accept: bound, decide: own, issue: own }
    }

    /// The bound, or the latest of the permit's edges at the gate where that is later.
    fn after_edges(&self, bound: Bound, at: usize, edges: &[Edge<'_>], gate: Gate, all: &AllTimes) -> Bound {
        edges.iter().enumerate().fold(bound, |bound, (nth, edge)| match self.binds((at, nth), edge, gate) {
            Some(reaches) => later(bound, all, edge.from, reaches),
            None => bound,
        })
    }

    /// How far the edge's node must have come before the gate; none if the edge does not bind that gate (F2, F8).
    pub(super) fn binds(&self, key: (usize, usize), edge: &Edge<'_>, gate: Gate) -> Option<Reaches> {
        let planned = edge.planned;
        let moved = self.assumed.moved.get(&key).copied().unwrap_or(planned.gate);
        let pre_reviewed = planned.gate == Gate::Accept && moved == Gate::Decide && gate == Gate::Accept;
        let of_permit = matches!(self.network.nodes[edge.from], Kind::Permit { .. });
        match moved == gate {
            true => Some(planned.reaches),
            // A review ahead of a permit begins no earlier than that permit's own.
            false => (pre_reviewed && of_permit).then_some(Reaches::Accepted),
        }
    }

    /// Nothing is accepted, decided or issued on a day off.
    fn worked(&self, bound: Bound) -> Bound {
        Bound { date: self.network.calendar.roll_forward(bound.date), ..bound }
    }

    /// So many working days beyond the limit (F13).
    fn delayed(&self, at: usize, due: Date) -> Date {
        match self.assumed.delay.get(&at) {
            Some(days) => self.network.calendar.add(due, *days, Unit::WorkingDays),
            None => due,
        }
    }

    /// The end of the limit: as the clock has it, or as the clock will have it once it runs again, or counted from
    /// acceptance after the exclusions that are expected.
    pub(super) fn term(&self, at: usize, permit: &PlannedPermit, progress: Option<&PermitProgress>) -> Term {
        let more = self.assumed.extend.get(&at).copied().unwrap_or_default();
        self.term_by(self.assumed.basis, more, permit, progress)
    }

    /// The end of the statutory limit as it stands: of a permit that is pre-reviewed it begins only when what it waits for has
    /// landed (R11).
    pub(super) fn law_due(
        &self,
        at: usize,
        (permit, progress): (&PlannedPermit, Option<&PermitProgress>),
        edges: &[Edge<'_>],
        (accept, all): (Bound, &AllTimes),
    ) -> Date {
        let pre_reviewed = |nth: usize, edge: &Edge<'_>| {
            edge.planned.gate == Gate::Accept && self.assumed.moved.get(&(at, nth)) == Some(&Gate::Decide)
        };
        let waits = edges.iter().enumerate().filter(|(nth, edge)| pre_reviewed(*nth, edge));
        let starts =
            waits.fold(accept, |bound, (_, edge)| later(bound, all, edge.from, edge.planned.reaches));
        self.term_by(Basis::Statutory, 0, permit, progress).ends(self.network.calendar, starts.date)
    }

    fn term_by(
        &self,
        by: Basis,
        more: u32,
        permit: &PlannedPermit,
        progress: Option<&PermitProgress>,
    ) -> Term {
        let (basis, other) = match by {
            Basis::Statutory => (&permit.statutory, &permit.promised),
            Basis::Promised => (&permit.promised, &permit.statutory),
        };
        let statutory = (by == Basis::Statutory) == basis.is_some();
        let limit = basis.as_ref().or(other.as_ref());
        if let Some((progress, dues)) = progress.and_then(|p| Some((p, p.dues.as_ref()?))) {
            let (date, left) = match statutory {
                true => (dues.statutory, dues.statutory_left),
                false => (dues.promised, dues.promised_left),
            };
            let unit = limit.map_or(Unit::WorkingDays, |limit| limit.unit);
            if let Some(date) = date {
                return Term::Fixed(self.network.calendar.add(date, more, unit));
            }
            if let Some(left) = left {
                let units = u32::try_from(left).unwrap_or(0).saturating_add(more);
                return Term::Left { from: progress.told_until.unwrap_or(self.network.first), units, unit };
            }
        }
        let excluded = permit.excluded.iter().map(|e| u32::from(e.expected_working_days)).sum();
        let limit = limit.map(|limit| (u32::from(limit.value).saturating_add(more), limit.unit));
        Term::Whole { excluded, limit }
    }
}

/// The node that is done last, and its day; of several the last by its name.
pub(super) fn last(network: &Network<'_>, all: &AllTimes) -> Option<(usize, Date)> {
    let completion = completion(all)?;
    let there = |(at, times): (usize, &Option<Times>)| {
        times.is_some_and(|times| times.issue.date == completion).then_some(at)
    };
    let last = all.iter().enumerate().filter_map(there).max_by_key(|at| network.node(*at));
    last.map(|at| (at, completion))
}

/// The day the last of all is done.
pub(super) fn completion(all: &AllTimes) -> Option<Date> {
    all.iter().flatten().map(|times| times.issue.date).max()
}

fn happened(on: Option<Date>) -> Option<Bound> {
    on.map(|date| Bound { date, by: By::Happened })
}

/// The bound, or the other node's day where that is later; a node that is not there binds nothing.
fn later(bound: Bound, all: &AllTimes, node: usize, reaches: Reaches) -> Bound {
    match all[node].map(|times| times.reach(reaches)) {
        Some(date) if date > bound.date || (date == bound.date && bound.by == By::Start) => {
            Bound { date, by: By::Other(node, reaches) }
        }
        _ => bound,
    }
}
