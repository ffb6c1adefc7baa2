//! When the whole matter will be finished, as it stands: the forecast from what has happened.
//!
//! Invariant: what has happened is taken from the state; live tolerances stand as granted.
//! Deliberately absent: the arithmetic of the forecast, and hypothetical changes; both are the forecast's.

use super::{
    plan::{Gate, Node},
    settle::passed,
    state::{Clocks, Matter, Permit},
};
use crate::{
    calendar::Calendar,
    forecast::{Assumptions, Forecast, Outline, PermitProgress, Progress, forecast, outline},
    ids::PermitCode,
};
use jiff::civil::Date;

const GATES: [Gate; 3] = [Gate::Accept, Gate::Decide, Gate::Issue];

impl Matter {
    /// The forecast on a day; none without a plan, or if the plan were circular.
    pub fn outlook(&self, calendar: &Calendar, day: Date) -> Option<Forecast> {
        let plan = self.plan.as_ref()?;
        forecast(plan, calendar, day, &self.progress(day), &self.assumptions()).ok()
    }

    /// The forecast's outline on a day, cheap enough for a list; none as for the whole.
    pub fn outline(&self, calendar: &Calendar, day: Date) -> Option<Outline> {
        let plan = self.plan.as_ref()?;
        outline(plan, calendar, day, &self.progress(day), &self.assumptions()).ok()
    }

    /// What has happened and still carries on a day, as a forecast needs it.
    pub fn progress(&self, day: Date) -> Progress {
        let permits = self.permits.iter().map(|(code, permit)| {
            let anew =
                permit.round().is_some_and(|round| round.has_expired(day)) && self.asked_anew(code, day);
            (code.clone(), if anew { PermitProgress::default() } else { progress(permit) })
        });
        Progress { permits: permits.collect(), milestones: self.milestones.clone() }
    }

    /// Whether a certificate that has expired is asked for again: by a gate still ahead (行政许可法 70), or by another
    /// that has expired and is asked for again itself.
    fn asked_anew(&self, code: &PermitCode, day: Date) -> bool {
        let Some(plan) = &self.plan else { return false };
        let node = Node::Permit(code.clone());
        plan.permits.iter().any(|planned| {
            let edge = planned.prerequisites.iter().find(|edge| edge.node == node);
            let permit = self.permits.get(&planned.code).filter(|permit| permit.not_applicable.is_none());
            let (Some(edge), Some(permit)) = (edge, permit) else { return false };
            match permit.round().filter(|round| !round.phase.allows_new_round()) {
                None => true,
                Some(round) if round.has_expired(day) => self.asked_anew(&planned.code, day),
                Some(_) if permit.is_done(planned.certificate) => false,
                Some(round) => GATES.into_iter().filter(|gate| !passed(round, *gate)).any(|gate| {
                    self.missing_at(&planned.code, gate, day).iter().any(|m| m.requirement == edge.id())
                }),
            }
        })
    }

    /// Live tolerances, so that a requirement moved to a later gate holds nothing up before it.
    pub fn assumptions(&self) -> Assumptions {
        let live = self.permits.iter().flat_map(|(code, permit)| {
            let debts = permit.round().into_iter().flat_map(|round| round.owed());
            debts.map(|(id, t)| ((code.clone(), id.clone()), t.mode))
        });
        Assumptions { tolerate: live.collect(), ..Assumptions::default() }
    }
}

fn progress(permit: &Permit) -> PermitProgress {
    let not_applicable = permit.not_applicable.is_some();
    let Some(round) = permit.round().filter(|round| !round.phase.allows_new_round()) else {
        return PermitProgress { not_applicable, ..PermitProgress::default() };
    };
    let running = round.clocks.as_ref().filter(|clocks| clocks.ended_on.is_none());
    PermitProgress {
        accepted_on: round.accepted.as_ref().map(|a| a.on),
        dues: running.map(|clocks| clocks.dues.clone()),
        told_until: running.and_then(told_until),
        decided_on: round.decision.as_ref().filter(|d| d.approved).map(|d| d.on),
        issued_on: round.certificate.as_ref().map(|c| c.on),
        not_applicable,
    }
}

fn told_until(clocks: &Clocks) -> Option<Date> {
    let open = clocks.suspensions.iter().map(|s| &s.suspension).filter(|s| s.until.is_none());
    open.map(|s| s.told_until).max()
}
