//! The backward pass: how late each gate may come without moving completion (F12).
//!
//! Invariant: the latest day of a gate is the last from which every term behind it still ends by completion. Working days
//! and calendar days do not run backwards alike, so a term is not subtracted: the calendar is asked for the last day from
//! which it ends in time, which is the same answer as slipping the gate day by day and recomputing.
//! Deliberately absent: gates that have happened; nothing is asked of them, and they hold back nothing.

use super::{
    network::Kind,
    pass::{AllTimes, By, Pass, Times},
};
use crate::{
    calendar::Unit,
    matter::plan::{Gate, Reaches},
};
use jiff::civil::Date;

/// The latest days of a node's gates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latest {
    pub(super) accept: Date,
    pub(super) decide: Date,
    pub(super) issue: Date,
}

impl Latest {
    fn hold(&mut self, reaches: Reaches, by: Date) {
        let day = match reaches {
            Reaches::Accepted => &mut self.accept,
            Reaches::Approved => &mut self.decide,
            Reaches::Issued => &mut self.issue,
        };
        *day = by.min(*day);
    }
}

/// The latest days of all nodes, for a completion on that day.
pub(super) fn latest(pass: &Pass<'_, '_>, all: &AllTimes, completion: Date) -> Vec<Latest> {
    let end = Latest { accept: completion, decide: completion, issue: completion };
    let mut latest = vec![end; all.len()];
    let mut behind: Option<usize> = None;
    for &at in pass.network.order.iter().rev() {
        let Some(times) = &all[at] else { continue };
        match &pass.network.nodes[at] {
            Kind::Permit { .. } => {
                if let Some(next) = behind.filter(|next| is_open(&all[*next])) {
                    let by = latest[next].accept;
                    latest[at].hold(Reaches::Issued, by);
                }
                behind = pass.assumed.serial.then_some(at);
                permit(pass, at, times, &mut latest);
            }
            Kind::Milestone { milestone, after, .. } => {
                let own = latest[at];
                let by = own.accept.min(own.decide).min(own.issue);
                latest[at] = Latest { accept: by, decide: by, issue: by };
                if times.accept.by != By::Happened {
                    let start = milestone.expected.map_or(by, |expected| {
                        pass.network.calendar.latest_start(by, expected.value.into(), expected.unit)
                    });
                    after.iter().for_each(|before| latest[*before].hold(Reaches::Issued, start));
                }
            }
        }
    }
    latest
}

fn is_open(times: &Option<Times>) -> bool {
    times.is_some_and(|times| times.accept.by != By::Happened)
}

/// The permit's own gates, one after the other, and then what stands before each.
fn permit(pass: &Pass<'_, '_>, at: usize, times: &Times, latest: &mut [Latest]) {
    let Kind::Permit { permit, progress, edges } = &pass.network.nodes[at] else { return };
    let calendar = pass.network.calendar;
    let mut own = latest[at];
    if times.issue.by != By::Happened {
        own.hold(Reaches::Approved, own.issue);
    }
    if times.decide.by != By::Happened && times.accept.by != By::Happened {
        let due = match pass.assumed.delay.get(&at) {
            Some(days) => calendar.latest_start(own.decide, *days, Unit::WorkingDays),
            None => own.decide,
        };
        if let Some(by) = pass.term(at, permit, *progress).latest_start(calendar, due) {
            own.hold(Reaches::Accepted, by);
        }
    }
    latest[at] = own;
    let gates = [
        (Gate::Accept, times.accept.by, own.accept),
        (Gate::Decide, times.decide.by, own.decide),
        (Gate::Issue, times.issue.by, own.issue),
    ];
    for (gate, _, by) in gates.into_iter().filter(|(_, by, _)| *by != By::Happened) {
        if gate == Gate::Issue && !permit.certificate {
            continue;
        }
        for (nth, edge) in edges.iter().enumerate() {
            if let Some(reaches) = pass.binds((at, nth), edge, gate) {
                latest[edge.from].hold(reaches, by);
            }
        }
    }
}
