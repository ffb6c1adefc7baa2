//! A permit's clocks at the moment asked about: a pure function of row, calendar and day.
//!
//! Deliberately absent: the arithmetic behind a due date; the domain's clock explains that, from the whole history.

use super::{Life, Status};
use jiff::civil::Date;
use om_domain::{calendar::Calendar, clock::Unit};

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

    /// Whether the department's next act is overdue at `day`.
    pub fn is_overdue_at(&self, day: Date) -> bool {
        self.next_due().is_some_and(|due| due < day)
    }

    /// Debts still owed at `day` whose last day is past.
    pub fn debts_overdue_at(&self, day: Date) -> usize {
        self.live_debts().filter(|debt| debt.due < day).count()
    }

    /// Entries back-filled (R16): recorded more than `grace` working days after the day they happened.
    pub fn backfilled(&self, calendar: &Calendar, grace: i32) -> usize {
        self.late.iter().filter(|l| calendar.working_days_between(l.effective, l.recorded) > grace).count()
    }
}
