//! When the whole matter will be finished, as it stands: the forecast from what has happened.
//!
//! Invariant: what has happened is taken from the state; live tolerances stand as granted.
//! Deliberately absent: the arithmetic of the forecast, and hypothetical changes; both are the forecast's.

use super::state::{Clocks, Matter, Permit};
use crate::{
    calendar::Calendar,
    forecast::{Assumptions, Forecast, Outline, PermitProgress, Progress, forecast, outline},
};
use jiff::civil::Date;

impl Matter {
    /// The forecast on a day; none without a plan, or if the plan were circular.
    pub fn outlook(&self, calendar: &Calendar, day: Date) -> Option<Forecast> {
        let plan = self.plan.as_ref()?;
        forecast(plan, calendar, day, &self.progress(), &self.assumptions()).ok()
    }

    /// The forecast's outline on a day, cheap enough for a list; none as for the whole.
    pub fn outline(&self, calendar: &Calendar, day: Date) -> Option<Outline> {
        let plan = self.plan.as_ref()?;
        outline(plan, calendar, day, &self.progress(), &self.assumptions()).ok()
    }

    /// What has happened, as a forecast needs it.
    pub fn progress(&self) -> Progress {
        let permits = self.permits.iter().map(|(code, permit)| (code.clone(), progress(permit))).collect();
        Progress { permits, milestones: self.milestones.clone() }
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
