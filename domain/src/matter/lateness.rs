//! Which term of a permit has run out, and by how much: one answer for the API, the boards and the lists.
//!
//! Invariants: terms stand as their events fixed them (R20); a stopped clock has no last day and is not late (R6); of
//! several terms run out the law's comes before the promise.
//! Deliberately absent: correction by the applicant, for which the law sets no term; answers to a handoff and debts,
//! which others than the deciding department owe; cards and colours.

use super::{
    event::{DueOn, Term},
    plan::PlannedPermit,
    state::{Matter, Permit, Phase, Round, RoundPhase},
};
use crate::{
    calendar::{Calendar, Unit},
    ids::PermitCode,
};
use jiff::civil::Date;

/// A term that runs, and its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTerm {
    /// Which.
    pub term: Term,
    /// Its last day.
    pub due: Date,
    /// In what it is counted.
    pub unit: Unit,
}

impl OpenTerm {
    /// A term that every permit has alike; the law counts those in working days (行政许可法 82).
    pub const fn in_working_days(term: Term, due: Date) -> Self {
        OpenTerm { term, due, unit: Unit::WorkingDays }
    }
}

/// By how much something is late, against which term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Lateness {
    /// The term that has run out.
    pub term: Term,
    /// Its last day.
    pub due: Date,
    /// Units after the last day; 0 on days off right after it when counted in working days.
    pub days: i32,
    /// The unit of `days`.
    pub unit: Unit,
}

/// What is late of these terms on a day: the law's before the promise; none if nothing is.
pub fn late(terms: impl IntoIterator<Item = OpenTerm>, calendar: &Calendar, day: Date) -> Option<Lateness> {
    let run_out = terms.into_iter().filter(|open| open.due < day);
    let heaviest = run_out.min_by_key(|open| (open.term.rank(), open.due))?;
    let OpenTerm { term, due, unit } = heaviest;
    Some(Lateness { term, due, days: calendar.days_between(due, day, unit), unit })
}

impl Term {
    /// Whether a law sets it; else it is promised or internal.
    pub const fn is_statutory(self) -> bool {
        !matches!(self, Term::Promised | Term::PreReview)
    }

    const fn rank(self) -> u8 {
        match self {
            Term::Statutory => 0,
            Term::Hearing => 1,
            Term::Intake | Term::Delivery => 2,
            Term::Promised => 3,
            Term::PreReview => 4,
        }
    }

    /// In words.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Term::Intake => "受理",
            Term::Statutory => "法定",
            Term::Promised => "承诺",
            Term::Delivery => "送达证照",
            Term::PreReview => "预审",
            Term::Hearing => "听证",
        }
    }
}

impl Round {
    /// The terms that run in it, each with its last day as the last event fixed it.
    pub fn open_terms(&self, planned: &PlannedPermit) -> impl Iterator<Item = OpenTerm> {
        let (own, promised) = self.main_terms(planned);
        let open = self.decision.is_none() && !self.phase.allows_new_round();
        let hearing = self.hearing.as_ref().filter(|h| open && h.held.is_none());
        let hearing = hearing.map(|h| OpenTerm::in_working_days(Term::Hearing, h.hold_by.date));
        [own, promised, hearing].into_iter().flatten()
    }

    fn main_terms(&self, planned: &PlannedPermit) -> (Option<OpenTerm>, Option<OpenTerm>) {
        let plain =
            |term, due: Option<&DueOn>| (due.map(|due| OpenTerm::in_working_days(term, due.date)), None);
        match self.phase {
            RoundPhase::Received => plain(Term::Intake, Some(&self.intake_due)),
            RoundPhase::PreReview => plain(Term::PreReview, self.pre_review.as_ref().map(|p| &p.due)),
            RoundPhase::Approved => {
                plain(Term::Delivery, self.decision.as_ref().and_then(|d| d.delivery_due.as_ref()))
            }
            RoundPhase::InReview => {
                let dues = self.clocks.as_ref().map(|clocks| &clocks.dues);
                let limit = |term, due: Option<Date>, limit: &Option<crate::clock::Limit>| {
                    due.zip(limit.as_ref()).map(|(due, limit)| OpenTerm { term, due, unit: limit.unit })
                };
                (
                    limit(Term::Statutory, dues.and_then(|d| d.statutory), &planned.statutory),
                    limit(Term::Promised, dues.and_then(|d| d.promised), &planned.promised),
                )
            }
            _ => (None, None),
        }
    }
}

impl Permit {
    /// By how much its current round is late on a day; none if it is not, or the permit does not apply.
    pub fn late(&self, planned: &PlannedPermit, calendar: &Calendar, day: Date) -> Option<Lateness> {
        let round = self.round().filter(|_| self.not_applicable.is_none())?;
        late(round.open_terms(planned), calendar, day)
    }
}

impl Matter {
    /// By how much a permit of the plan is late on a day. Nothing of a matter given up is late.
    pub fn late(&self, code: &PermitCode, calendar: &Calendar, day: Date) -> Option<Lateness> {
        let planned = self.plan.as_ref().filter(|_| self.phase != Phase::Terminated)?.permit(code)?;
        self.permits.get(code)?.late(planned, calendar, day)
    }
}
