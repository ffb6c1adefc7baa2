//! What can be asked of a county's calendar book.
//!
//! Invariant: a command carries what a document says, as it says it; what follows for a date is counted elsewhere.

use crate::calendar::{CountyOverlay, HolidayNotice};
use serde::{Deserialize, Serialize};

/// What can be asked of a county's calendar book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the event of the same name")]
pub enum CalendarBookCommand {
    /// Record the State Council's notice of a year, or an amendment of one.
    RecordHolidayNotice { notice: HolidayNotice },
    /// Record the county's own days off and make-up days.
    RecordCountyOverlay { overlay: CountyOverlay },
}
