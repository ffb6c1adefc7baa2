//! F1: the forecast of one matter of a thousand permits, with slack, latest days and critical path.
//!
//! Invariant: what is timed is `Matter::outlook`, as the API asks it; before it is timed its path is checked.
//! Deliberately absent: the log; the matter is in memory, as it is for a request.

use std::time::Instant;

use om_domain::calendar::Calendar;
use om_domain::matter::Matter;
use om_domain::matter::plan::{Gate, Node, Plan, Prerequisite, Reaches};
use om_domain::matter::state::Permit;

use super::report::{Clock, Figure};
use super::workload::TODAY;
use super::{Options, Outcome, plan};

/// Permits of the matter.
const PERMITS: usize = 1_000;
/// Forecasts timed.
const TIMES: usize = 200;

/// Takes the figure.
pub(super) fn whole(options: &Options) -> Outcome {
    let plan = broad()?;
    let permits = plan.permits.iter().map(|p| (p.code.clone(), Permit::planned(p.lead.clone())));
    let mut matter = Matter::default();
    matter.permits = permits.collect();
    matter.plan = Some(plan.into());
    let calendar = Calendar::national();
    let checked = matter.outlook(&calendar, TODAY).ok_or("the plan has no forecast")?;
    if checked.permits.len() != PERMITS || checked.critical_path.len() < 2 {
        return Err(
            format!("a path of {} through {}", checked.critical_path.len(), checked.permits.len()).into()
        );
    }
    let clock = Clock::start(None);
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let started = Instant::now();
        let found = matter.outlook(&calendar, TODAY).ok_or("the plan has no forecast")?;
        taken.push(started.elapsed());
        if found.completion != checked.completion {
            return Err("the same plan gave another day".into());
        }
    }
    let mut figure = Figure::new(options);
    figure.note(&format!("{PERMITS} permits, three edges each, a path of {}", checked.critical_path.len()));
    figure.latency(&mut taken, &clock);
    Ok(())
}

/// The twelve permits again and again: each waits for up to three before it, at each gate in turn.
fn broad() -> Outcome<Plan> {
    let mut plan = plan::plan(plan::PERMITS.len())?;
    let twelve = std::mem::take(&mut plan.permits);
    let edge =
        twelve.iter().find_map(|permit| permit.prerequisites.first()).ok_or("no edge to copy")?.clone();
    for nth in 0..PERMITS {
        let mut permit = twelve.get(nth % twelve.len()).ok_or("no permit to copy")?.clone();
        permit.code = plan::code(nth).parse()?;
        let mut gates = [Gate::Accept, Gate::Decide, Gate::Issue];
        gates.rotate_left(nth % 3);
        let before = [17, 40, 101].into_iter().zip(gates).filter_map(|(back, gate)| {
            let code = plan::code(nth.checked_sub(back)?).parse().ok()?;
            Some(Prerequisite { node: Node::Permit(code), reaches: Reaches::Approved, gate, ..edge.clone() })
        });
        permit.prerequisites = before.collect();
        plan.permits.push(permit);
    }
    Ok(plan)
}
