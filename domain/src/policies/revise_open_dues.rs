//! A holiday notice, or a county's own days, revise the open due dates of every open matter (R20).
//!
//! Invariants: one command for each matter, naming the document; the same fact gives the same commands.
//! Deliberately absent: which dates move, and of which permits; the matter finds that, and records nothing if none do.

use crate::{
    calendar_book::CalendarBookEvent as E,
    decider::Recorded,
    ids::{LegalText, MatterId},
    matter::MatterCommand,
};

/// What a fact of the calendar book asks of each open matter of the county.
pub fn revise_open_dues(
    open: impl IntoIterator<Item = MatterId>,
    fact: &Recorded<E>,
) -> Vec<(MatterId, MatterCommand)> {
    let id = match &fact.event {
        E::HolidayNoticeRecorded(e) => &e.notice.id,
        E::CountyOverlayRecorded(e) => &e.overlay.id,
    };
    let notice = LegalText::fixed(id);
    open.into_iter()
        .map(|matter| (matter, MatterCommand::ReviseDueDates { notice: notice.clone() }))
        .collect()
}
