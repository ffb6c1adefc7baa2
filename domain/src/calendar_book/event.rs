//! What can have happened to a county's calendar book.
//!
//! Invariant: a document recorded stays recorded; a wrong one is amended by a later one.

use crate::{
    calendar::{CountyOverlay, HolidayNotice},
    events,
};

events! {
    /// What can have happened to a county's calendar book.
    pub enum CalendarBookEvent {
        /// A notice of the State Council was recorded (R19).
        HolidayNoticeRecorded = 1 {
            /// The notice, whole.
            notice: HolidayNotice,
        },
        /// The county's own days were recorded (放假办法 2024, 4).
        CountyOverlayRecorded = 1 {
            /// The overlay, whole.
            overlay: CountyOverlay,
        },
    }
}
