//! What completion hangs on, and how much each permit may slip (F10, F12).
//!
//! Invariant: slack is what recomputation says it is: one working day more of slip would move completion.
//! Deliberately absent: a backward pass; working days and calendar days do not run backwards alike.

use super::{
    PermitForecast,
    pass::{AllTimes, Bound, By, Pass, Slip, Times},
};
use crate::matter::plan::{Gate, Node, PlannedPermit, Reaches};
use jiff::civil::Date;

/// One permit's part of the forecast; none if it is left out or does not apply.
pub(super) fn of_permit(
    pass: &Pass<'_>,
    all: &AllTimes,
    completion: Date,
    permit: &PlannedPermit,
) -> Option<PermitForecast> {
    let times = all.of(&Node::Permit(permit.code.clone()))?;
    let progress = pass.progress.permits.get(&permit.code);
    let slack = |gate, from| {
        let holds = |days| {
            let moved = pass.run(Some(Slip { permit: &permit.code, gate, days }));
            moved.completion().is_none_or(|moved| moved <= completion)
        };
        let most = u32::try_from(pass.calendar.working_days_between(from, completion)).unwrap_or(0);
        greatest(most, holds)
    };
    let accepted = progress.is_some_and(|progress| progress.accepted_on.is_some());
    let decided = progress.is_some_and(|progress| progress.decided_on.is_some());
    let decide_slack = (!decided).then(|| slack(Gate::Decide, times.decide.date));
    Some(PermitForecast {
        code: permit.code.clone(),
        accept: times.accept.date,
        due: times.due,
        decide: times.decide.date,
        issue: times.issue.date,
        waits_for: match &times.decide.by {
            By::Other(node, _) => Some(node.clone()),
            _ => None,
        },
        accept_slack: (!accepted && !decided).then(|| slack(Gate::Accept, times.accept.date)),
        decide_slack,
        critical: decide_slack == Some(0),
        provisional: times.is_provisional(pass.calendar),
    })
}

/// The greatest number up to `most` for which it holds, if it holds for all smaller ones.
fn greatest(most: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// What completion hangs on, from the first node to the last.
pub(super) fn critical(all: &AllTimes) -> Vec<Node> {
    let mut path = Vec::new();
    let mut at = all.last().map(|(node, _)| (node.clone(), Reaches::Issued));
    while let Some((node, reaches)) = at {
        at = all.of(&node).and_then(|times| hangs_on(times, reaches));
        path.push(node);
    }
    path.reverse();
    path
}

/// The node and gate that made a permit's gate no earlier.
fn hangs_on(times: &Times, reaches: Reaches) -> Option<(Node, Reaches)> {
    let gates: &[&Bound] = match reaches {
        Reaches::Issued => &[&times.issue, &times.decide, &times.accept],
        Reaches::Approved => &[&times.decide, &times.accept],
        Reaches::Accepted => &[&times.accept],
    };
    gates.iter().find(|bound| bound.by != By::Itself).and_then(|bound| match &bound.by {
        By::Other(node, reaches) => Some((node.clone(), *reaches)),
        By::Start | By::Itself => None,
    })
}
