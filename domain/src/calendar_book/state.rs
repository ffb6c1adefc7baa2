//! A county's calendar book as folded from its stream: the calendar known now.
//!
//! Invariants: it begins as the built-in national calendar; total: a document that no longer fits is passed over.
//! Deliberately absent: older versions; each due date names the version it was computed by (R20).

use super::event::CalendarBookEvent as E;
use crate::{
    calendar::{Calendar, CountyOverlay, HolidayNotice},
    decider::Recorded,
};
use jiff::civil::Date;

/// A county's calendar book.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarBook {
    calendar: Calendar,
    last: Option<Date>,
}

impl Default for CalendarBook {
    fn default() -> Self {
        CalendarBook { calendar: Calendar::national(), last: None }
    }
}

impl CalendarBook {
    /// The calendar with all that was recorded.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The day on which the last document was recorded as effective.
    pub(super) fn last(&self) -> Option<Date> {
        self.last
    }

    /// Whether this very notice is in the book.
    pub(super) fn has_notice(&self, notice: &HolidayNotice) -> bool {
        self.calendar.notices().any(|known| known == notice)
    }

    /// Whether this very overlay is in the book.
    pub(super) fn has_overlay(&self, overlay: &CountyOverlay) -> bool {
        self.calendar.overlays().any(|known| known == overlay)
    }

    pub(super) fn fold(&mut self, fact: &Recorded<E>) {
        let next = match &fact.event {
            E::HolidayNoticeRecorded(e) => self.calendar.with_notice(e.notice.clone()),
            E::CountyOverlayRecorded(e) => self.calendar.with_overlay(e.overlay.clone()),
        };
        if let Ok(calendar) = next {
            self.calendar = calendar;
        }
        self.last = self.last.max(Some(fact.effective.day()));
    }
}
