//! A permit's clocks at the moment asked about: a pure function of row, calendar and day.
//!
//! Deliberately absent: the arithmetic behind a due date; the domain's clock explains that, from the whole history.

use super::{DueDay, Life, Status};
use jiff::civil::Date;
use om_domain::{
    calendar::Calendar,
    clock::Unit,
    decider::is_backfilled,
    matter::{
        event::Term,
        lateness::{Lateness, OpenTerm, late},
    },
};

/// Both limits of a permit in review at a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClocksAt {
    /// The statutory limit; none where no law sets one, or no clock has started.
    pub statutory: Option<LimitAt>,
    /// The promised limit; likewise.
    pub promised: Option<LimitAt>,
}

/// One limit at a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitAt {
    /// Its last day; none while the clock is stopped.
    pub due: Option<Date>,
    /// What is left at the end of the day, in `unit`; negative when the due day is past.
    pub left: i32,
    /// Working days or calendar days.
    pub unit: Unit,
    /// Whether the due day is past.
    pub overdue: bool,
}

impl Life {
    /// Both limits at `day`. Nothing before acceptance and after the decision.
    pub fn clocks_at(&self, calendar: &Calendar, day: Date) -> ClocksAt {
        let Some(dues) =
            self.round.dues.filter(|_| matches!(self.status, Status::InReview | Status::Suspended))
        else {
            return ClocksAt::default();
        };
        let at = |due: Option<Date>, stopped_left: Option<i32>, unit: Option<Unit>| {
            let unit = unit?;
            let left = match due {
                Some(due) => calendar.days_between(day, due, unit),
                None => stopped_left?,
            };
            Some(LimitAt { due, left, unit, overdue: due.is_some_and(|due| due < day) })
        };
        ClocksAt {
            statutory: at(dues.statutory, dues.statutory_left, self.planned.statutory_unit),
            promised: at(dues.promised, dues.promised_left, self.planned.promised_unit),
        }
    }

    /// The terms that run, each with its last day as the last event fixed it.
    pub fn open_terms(&self) -> impl Iterator<Item = OpenTerm> {
        let round = &self.round;
        let plain = |term, due: &Option<DueDay>| due.map(|due| OpenTerm::in_working_days(term, due.on));
        let dues = round.dues.unwrap_or_default();
        let limit = |term, due: Option<Date>, unit: Option<Unit>| {
            due.zip(unit).map(|(due, unit)| OpenTerm { term, due, unit })
        };
        let [own, promised] = match self.status {
            Status::Submitted => [plain(Term::Intake, &round.intake_due), None],
            Status::PreReview => [plain(Term::PreReview, &round.pre_review_due), None],
            // a limit that had run out before the clock stopped keeps its last day
            Status::InReview | Status::Suspended => [
                limit(Term::Statutory, dues.statutory, self.planned.statutory_unit),
                limit(Term::Promised, dues.promised, self.planned.promised_unit),
            ],
            Status::Approved if self.planned.certificate => {
                [plain(Term::Delivery, &round.delivery_due), None]
            }
            _ => [None, None],
        };
        let hearing = round.hearing.filter(|_| self.status.is_before_decision());
        let hearing = hearing.map(|(_, hold_by)| OpenTerm::in_working_days(Term::Hearing, hold_by.on));
        [own, promised, hearing].into_iter().flatten()
    }

    /// By how much the permit is late at `day`, by the domain's own rule; none if it is not.
    pub fn late_at(&self, calendar: &Calendar, day: Date) -> Option<Lateness> {
        late(self.open_terms(), calendar, day)
    }

    /// Whether a term of the permit has run out at `day`: whether [`Life::late_at`] says anything.
    pub fn is_overdue_at(&self, day: Date) -> bool {
        self.next_due().is_some_and(|due| due < day)
    }

    /// Debts still owed at `day` whose last day is past.
    pub fn debts_overdue_at(&self, day: Date) -> usize {
        self.live_debts().filter(|debt| debt.due < day).count()
    }

    /// Entries back-filled (R16): recorded more than `grace` working days after the day they happened.
    pub fn backfilled(&self, calendar: &Calendar, grace: i32) -> usize {
        self.late.iter().filter(|l| is_backfilled(l.effective, l.recorded, calendar, grace)).count()
    }
}

#[cfg(test)]
mod tests;
