//! The briefing (专报) of a county's week, read from the log: pinned to an entry and a day, in words.
//!
//! Invariants: it knows nothing recorded after its entry or after its week; names and calendar are those known at its entry,
//! so the same week, entry and day give the same bytes for ever.
//! Deliberately absent: what is counted and what needs coordination; the domain says so.

mod rows;
mod text;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::{Timestamp, civil::Date};
use om_domain::{
    briefing::{Briefing, Subject, Week, briefing},
    calendar::{beijing, end_of_day, start_of_day},
    decider::{Decider as _, Recorded},
    directory::{Directory, MAIN},
    ids::{CountyId, EventId, MatterId},
    matter::{Matter, MatterDecider, MatterEvent},
};
use om_infra::{
    calendars::Calendars,
    executor::{At, Executor, Fault, HistoryError, Known},
    log::{Position, StreamNameError},
    recorded::Entry,
    registers::Registers,
};
use std::{cmp::Ordering, collections::BTreeMap};

pub use rows::{MatterRow, Row, Rows};
pub use text::text;

/// Entries of a history read at a time.
const PAGE: usize = 2_000;
/// Histories read at a time.
const AT_ONCE: usize = 4;

/// To which entry a briefing is pinned, and on which day its clocks are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The matter in whose stream the entry stands.
    pub matter: MatterId,
    /// The last entry that is known.
    pub event: EventId,
    /// The day.
    pub day: Date,
}

/// A briefing, and what it is pinned to.
#[derive(Debug)]
pub struct Report {
    /// What it is pinned to.
    pub pin: Pin,
    /// When that entry was recorded.
    pub known: Timestamp,
    /// The briefing.
    pub briefing: Briefing,
    /// The same in words.
    pub rows: Rows,
}

/// There is no such briefing.
#[derive(Debug, thiserror::Error)]
pub enum NoBriefing {
    /// A calendar has no such week.
    #[error("{0} is no day of a week that can be counted")]
    Week(Date),
    /// Nothing was recorded yet.
    #[error("nothing was recorded by the end of that week: ask for a later one")]
    Nothing,
    /// The entry is not there.
    #[error(
        "the entry it is to be pinned to is not in a matter of this county: leave it out, or copy it again"
    )]
    UnknownEntry,
    /// The entry was recorded after the week.
    #[error(
        "the entry was recorded on {recorded}, after the week ended on {sunday}: pin it to one of the week or before"
    )]
    LaterEntry {
        /// When.
        recorded: Date,
        /// The week's last day.
        sunday: Date,
    },
    /// The week has not begun.
    #[error(
        "the week of {monday} has not begun: a briefing says what was recorded, and a forecast is the matter's own"
    )]
    NotBegun {
        /// Its first day.
        monday: Date,
    },
    /// More was known on the day.
    #[error(
        "entries were recorded after this one and before {day}: pin the briefing of that day to the last entry known then, or \
         leave the pin out"
    )]
    MoreWasKnown {
        /// The day.
        day: Date,
    },
    /// The day does not lie in the week.
    #[error("clocks are read on a day of the week, {monday} to {sunday}, not on {day}")]
    Day {
        /// What was asked for.
        day: Date,
        /// The week's first day.
        monday: Date,
        /// Its last.
        sunday: Date,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<HistoryError> for NoBriefing {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Fault(fault) => NoBriefing::Fault(fault),
            HistoryError::UnknownEvent { .. } => NoBriefing::UnknownEntry,
        }
    }
}

impl From<StreamNameError> for NoBriefing {
    fn from(error: StreamNameError) -> Self {
        NoBriefing::Fault(error.into())
    }
}

type History = Vec<Entry<MatterEvent>>;

/// Reads the briefing of the week in which `day_of_week` lies, over these matters. Without a pin it is pinned to the last entry
/// of the week, and clocks are read today, or on the week's last day once it is over.
///
/// # Errors
/// When there is none, or the log cannot be read.
pub async fn read(
    (registers, calendars): (&Registers, &dyn Calendars),
    county: &CountyId,
    matters: &[MatterId],
    (day_of_week, pin, today): (Date, Option<Pin>, Date),
) -> Result<Report, NoBriefing> {
    let week = Week::of(day_of_week).ok_or(NoBriefing::Week(day_of_week))?;
    if week.monday > today {
        return Err(NoBriefing::NotBegun { monday: week.monday });
    }
    let histories = histories(&registers.matters, county, matters).await?;
    let (pin, known, position) = pinned(&histories, week, pin, today)?;
    let calendar = calendars.known_by(county, known).await?;
    let directory = directory(registers, county, known).await?;
    let folded: Vec<Folded> =
        histories.into_iter().filter_map(|(id, history)| fold(id, history, week, position)).collect();
    let subjects: Vec<Subject<'_>> = folded
        .iter()
        .map(|f| Subject { id: f.id, then: f.then.as_ref(), now: &f.now, entries: &f.entries })
        .collect();
    let briefing = briefing(week, pin.day, &calendar, &subjects);
    let states = folded.iter().map(|f| (f.id, &f.now)).collect();
    let rows = Rows::of(&briefing, &states, &directory, &calendar);
    Ok(Report { pin, known, briefing, rows })
}

async fn histories(
    matters: &Executor<MatterDecider>,
    county: &CountyId,
    ids: &[MatterId],
) -> Result<BTreeMap<MatterId, History>, NoBriefing> {
    let one = |id: MatterId| async move {
        let stream = Executor::<MatterDecider>::stream(county, id)?;
        let mut history: History = Vec::new();
        loop {
            let from = history.last().map_or(0, |entry| entry.fact.revision + 1);
            let page = matters.history(&stream, from, PAGE).await?;
            let more = page.len() == PAGE;
            history.extend(page);
            if !more {
                return Ok::<_, NoBriefing>((id, history));
            }
        }
    };
    futures::stream::iter(ids.iter().copied().map(one)).buffer_unordered(AT_ONCE).try_collect().await
}

/// The pin, when its entry was recorded, and its place in the log.
fn pinned(
    histories: &BTreeMap<MatterId, History>,
    week: Week,
    pin: Option<Pin>,
    today: Date,
) -> Result<(Pin, Timestamp, Position), NoBriefing> {
    let end = end_of_day(week.sunday);
    let entries = || histories.iter().flat_map(|(id, history)| history.iter().map(move |entry| (*id, entry)));
    let (matter, entry) = match pin {
        None => entries()
            .filter(|(_, entry)| entry.fact.recorded < end)
            // positions of one log are always one before the other
            .max_by(|(_, a), (_, b)| a.position.partial_cmp(&b.position).unwrap_or(Ordering::Equal))
            .ok_or(NoBriefing::Nothing)?,
        Some(pin) => entries()
            .find(|(id, entry)| (*id, entry.fact.id) == (pin.matter, pin.event))
            .ok_or(NoBriefing::UnknownEntry)?,
    };
    let (Week { monday, sunday }, recorded) = (week, entry.fact.recorded);
    if recorded >= end {
        return Err(NoBriefing::LaterEntry { recorded: beijing(recorded), sunday });
    }
    let day = pin.map_or_else(|| today.clamp(monday, sunday), |pin| pin.day);
    if !week.has(day) {
        return Err(NoBriefing::Day { day, monday, sunday });
    }
    // a briefing of a day knows at least what was recorded before that day began
    let begun = start_of_day(day);
    if entries().any(|(_, later)| later.position > entry.position && later.fact.recorded < begun) {
        return Err(NoBriefing::MoreWasKnown { day });
    }
    Ok((Pin { matter, event: entry.fact.id, day }, recorded, entry.position))
}

/// A matter at the beginning and at the end.
struct Folded {
    id: MatterId,
    then: Option<Matter>,
    now: Matter,
    entries: Vec<Recorded<MatterEvent>>,
}

/// None where nothing of the matter was known.
fn fold(id: MatterId, history: History, week: Week, until: Position) -> Option<Folded> {
    let begin = start_of_day(week.monday);
    let (mut now, mut then, mut entries) = (Matter::default(), None, Vec::new());
    let mut known = history.into_iter().take_while(|entry| entry.position <= until).peekable();
    known.peek()?;
    for entry in known {
        if entry.fact.recorded >= begin && entries.is_empty() {
            then = Some(now.clone());
        }
        MatterDecider::evolve(&mut now, &entry.fact);
        if entry.fact.recorded >= begin {
            entries.push(entry.fact);
        }
    }
    // nothing was recorded in the week: it stands as it stood
    let then = then.unwrap_or_else(|| now.clone());
    let was_there = then != Matter::default();
    Some(Folded { id, then: was_there.then_some(then), now, entries })
}

/// The directory as it was known then.
async fn directory(
    registers: &Registers,
    county: &CountyId,
    known: Timestamp,
) -> Result<Directory, NoBriefing> {
    let stream = crate::services::stream::<om_domain::directory::DirectoryDecider>(county, MAIN)?;
    let at = At { known: Known::Time(known), as_of: None };
    Ok(registers.directory.fold_at(&stream, at).await?.state)
}
