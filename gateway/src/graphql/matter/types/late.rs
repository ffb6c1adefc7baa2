//! By how much a permit is late.
//!
//! Invariant: what is late is measured by the domain's clock and calendar, in the limit's own unit.

use super::view::View;
use crate::graphql::{
    matter::enums::{DayUnit, Term},
    scalars::Date,
};
use async_graphql::SimpleObject;
use om_domain::{
    calendar::Unit,
    clock::{Clock, Due},
    matter::{
        event,
        plan::PlannedPermit,
        state::{Round, RoundPhase},
    },
};

/// By how much something is late, against which term.
#[derive(Debug, Clone, SimpleObject)]
pub struct LateBy {
    /// Which term has run out; the statutory one before the promised one.
    pub term: Term,
    /// Its last day.
    pub due: Date,
    /// How many units late.
    pub days: i32,
    /// Working days or calendar days.
    pub unit: DayUnit,
}

/// By how much the round is late on the day of the view; none if it is not.
pub(super) fn late(view: &View, planned: &PlannedPermit, round: &Round) -> Option<LateBy> {
    let today = view.today();
    let over = |term: event::Term, due: jiff::civil::Date, unit: Unit| {
        (due < today).then(|| LateBy {
            term: term.into(),
            due: due.into(),
            days: view.calendar.days_between(due, today, unit),
            unit: unit.into(),
        })
    };
    match round.phase {
        RoundPhase::Received => over(event::Term::Intake, round.intake_due.date, Unit::WorkingDays),
        RoundPhase::PreReview => {
            over(event::Term::PreReview, round.pre_review.as_ref()?.due.date, Unit::WorkingDays)
        }
        RoundPhase::InReview => {
            let clocks = round.clocks.as_ref()?;
            let run_out = |term, clock: Option<Clock>| {
                let clock = clock?;
                match clock.due(&view.calendar) {
                    Due::On { date, .. } => over(term, date, clock.limit.unit),
                    Due::Stopped { .. } => None,
                }
            };
            run_out(event::Term::Statutory, clocks.statutory(planned))
                .or_else(|| run_out(event::Term::Promised, clocks.promised(planned)))
        }
        RoundPhase::Approved => {
            let due = round.decision.as_ref()?.delivery_due.as_ref()?;
            over(event::Term::Delivery, due.date, Unit::WorkingDays)
        }
        _ => None,
    }
}
