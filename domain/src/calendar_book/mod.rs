//! A county's calendar book (`{county}.calendar-main`): the notices and overlays its working calendar is made of (R19).
//!
//! Invariants: only an administrator or the platform records; what contradicts itself or the book is refused; a
//! document recorded twice is recorded once.
//! Deliberately absent: what a new notice moves; that is `ReviseDueDates`, on each open matter (R20).

pub mod command;
pub mod event;
pub mod refusal;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::CalendarBookCommand;
pub use event::CalendarBookEvent;
pub use refusal::CalendarBookRefusal;
pub use state::CalendarBook;

use crate::{
    access::{self, Action},
    calendar::{CalendarError, CountyOverlay, HolidayNotice},
    decider::{Context, Decider, Fact, Recorded},
};
use event::{CountyOverlayRecorded, HolidayNoticeRecorded};

/// The id of a county's only book.
pub const MAIN: &str = "main";

/// The rules of a county's calendar book.
#[derive(Debug, Clone, Copy)]
pub struct CalendarBookDecider;

type Facts = Result<Vec<Fact<CalendarBookEvent>>, CalendarBookRefusal>;

impl Decider for CalendarBookDecider {
    const CATEGORY: &'static str = "calendar";
    type State = CalendarBook;
    type Command = CalendarBookCommand;
    type Event = CalendarBookEvent;
    type Refusal = CalendarBookRefusal;
    type Reads = ();

    fn evolve(state: &mut CalendarBook, fact: &Recorded<CalendarBookEvent>) {
        state.fold(fact);
    }

    fn decide(state: &CalendarBook, command: &CalendarBookCommand, ctx: &Context<'_, ()>) -> Facts {
        if !access::may(ctx.by, Action::KeepCalendar) {
            return Err(CalendarBookRefusal::NotAdministrator { officer: ctx.by.officer.clone() });
        }
        if let Some(last) = state.last().filter(|last| ctx.day() < *last) {
            return Err(CalendarBookRefusal::BackfillOutOfOrder { effective: ctx.day(), last });
        }
        match command {
            CalendarBookCommand::RecordHolidayNotice { notice } => record_notice(state, notice, ctx),
            CalendarBookCommand::RecordCountyOverlay { overlay } => record_overlay(state, overlay, ctx),
        }
    }
}

fn contradicts(error: CalendarError) -> CalendarBookRefusal {
    CalendarBookRefusal::Contradicts { error }
}

fn record_notice(state: &CalendarBook, notice: &HolidayNotice, ctx: &Context<'_, ()>) -> Facts {
    if state.has_notice(notice) {
        return Ok(vec![]);
    }
    state.calendar().with_notice(notice.clone()).map_err(contradicts)?;
    Ok(vec![ctx.fact(HolidayNoticeRecorded { notice: notice.clone() })])
}

fn record_overlay(state: &CalendarBook, overlay: &CountyOverlay, ctx: &Context<'_, ()>) -> Facts {
    let here = &ctx.by.county;
    if overlay.county != here.as_str() {
        let (given, here) = (overlay.county.clone(), here.clone());
        return Err(CalendarBookRefusal::OtherCounty { given, here });
    }
    if state.has_overlay(overlay) {
        return Ok(vec![]);
    }
    // what has been counted stays counted: a day that has begun is not declared away
    let listed = overlay.off.iter().chain(&overlay.make_up).map(|named| named.date);
    if let Some(day) = listed.chain(overlay.withdrawn.iter().copied()).find(|day| *day <= ctx.today()) {
        return Err(CalendarBookRefusal::DayHasBegun { day, today: ctx.today() });
    }
    state.calendar().with_overlay(overlay.clone()).map_err(contradicts)?;
    Ok(vec![ctx.fact(CountyOverlayRecorded { overlay: overlay.clone() })])
}
