//! The briefing (专报) of a county's week, read from the log: pinned to an entry and a day, in words.
//!
//! Invariants: it knows nothing recorded after its entry or after its week; names and calendar are those known at its entry,
//! so the same week, entry and day give the same bytes for ever. Histories are read twice, for the pin and then to be folded, and
//! of none more is held than a page, what it comes to, and the week's entries.
//! Deliberately absent: what is counted and what needs coordination; the domain says so.

mod rows;
mod text;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::{Timestamp, civil::Date};
use om_domain::{
    briefing::{Briefing, Subject, Week, briefing},
    calendar::{beijing, end_of_day, start_of_day},
    decider::{Decider as _, Recorded},
    ids::{CountyId, EventId, MatterId},
    matter::{Matter, MatterDecider, MatterEvent},
};
use om_infra::{
    calendars::Calendars,
    executor::{Executor, Fault},
    log::{Position, StreamNameError},
    recorded::Entry,
    registers::Registers,
};
use std::cmp::Ordering;

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

impl From<StreamNameError> for NoBriefing {
    fn from(error: StreamNameError) -> Self {
        NoBriefing::Fault(error.into())
    }
}

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
    let day = pin.map_or_else(|| today.clamp(week.monday, week.sunday), |pin| pin.day);
    let histories = Histories { matters: &registers.matters, county, ids: matters };
    let marks = histories.fold_each(|id| marks(id, week, pin, day)).await?;
    let pinned = pinned(marks, week, pin, day)?;
    let (pin, known) = (Pin { matter: pinned.matter, event: pinned.event, day }, pinned.recorded);
    let calendar = calendars.known_by(county, known).await?;
    let directory = registers.directory_known_by(county, known).await?;
    let folded = histories.fold_each(|id| Folding::of(id, week, pinned.position)).await?;
    let mut folded: Vec<Folded> = folded.into_iter().filter_map(Folding::done).collect();
    folded.sort_unstable_by_key(|folded| folded.id);
    let subjects: Vec<Subject<'_>> = folded
        .iter()
        .map(|f| Subject { id: f.id, then: f.then.as_ref(), now: &f.now, entries: &f.entries })
        .collect();
    let briefing = briefing(week, pin.day, &calendar, &subjects);
    let states = folded.iter().map(|f| (f.id, &f.now)).collect();
    let rows = Rows::of(&briefing, &states, &directory, &calendar);
    Ok(Report { pin, known, briefing, rows })
}

/// What is made of a history, entry after entry.
trait Reading {
    /// Takes the next entry; whether it wants more.
    fn take(&mut self, entry: Entry<MatterEvent>) -> bool;
}

/// The histories of these matters.
#[derive(Clone, Copy)]
struct Histories<'a> {
    matters: &'a Executor<MatterDecider>,
    county: &'a CountyId,
    ids: &'a [MatterId],
}

impl Histories<'_> {
    /// Reads each, page after page; what came of each, in no order.
    async fn fold_each<R: Reading>(self, begin: impl Fn(MatterId) -> R) -> Result<Vec<R>, NoBriefing> {
        let one = |id: MatterId| self.fold(id, begin(id));
        futures::stream::iter(self.ids.iter().copied().map(one)).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn fold<R: Reading>(self, id: MatterId, mut reading: R) -> Result<R, NoBriefing> {
        let stream = Executor::<MatterDecider>::stream(self.county, id)?;
        let mut from = 0;
        loop {
            let page = self.matters.history(&stream, from, PAGE).await?;
            let whole = page.len() == PAGE;
            from = page.last().map_or(from, |entry| entry.fact.revision + 1);
            let more = page.into_iter().all(|entry| reading.take(entry));
            if !(whole && more) {
                return Ok(reading);
            }
        }
    }
}

/// An entry to which a briefing may be pinned.
#[derive(Debug, Clone, Copy)]
struct Mark {
    matter: MatterId,
    event: EventId,
    recorded: Timestamp,
    position: Position,
}

/// What of a history decides about the pin.
struct Marks {
    matter: MatterId,
    pin: Option<Pin>,
    end: Timestamp,
    begun: Timestamp,
    /// The entry that was asked for; the last of the week if none was.
    pinned: Option<Mark>,
    /// The last entry that had been recorded before the day began.
    known: Option<Position>,
}

fn marks(matter: MatterId, week: Week, pin: Option<Pin>, day: Date) -> Marks {
    let (end, begun) = (end_of_day(week.sunday), start_of_day(day));
    Marks { matter, pin, end, begun, pinned: None, known: None }
}

impl Reading for Marks {
    fn take(&mut self, entry: Entry<MatterEvent>) -> bool {
        let (event, recorded, position) = (entry.fact.id, entry.fact.recorded, entry.position);
        let wanted = match self.pin {
            None => recorded < self.end,
            Some(pin) => (self.matter, event) == (pin.matter, pin.event),
        };
        if wanted {
            self.pinned = Some(Mark { matter: self.matter, event, recorded, position });
        }
        if recorded < self.begun {
            self.known = Some(position);
        }
        true
    }
}

/// The entry to which it is pinned.
fn pinned(marks: Vec<Marks>, week: Week, pin: Option<Pin>, day: Date) -> Result<Mark, NoBriefing> {
    // positions of one log are always one before the other
    let order = |a: &Position, b: &Position| a.partial_cmp(b).unwrap_or(Ordering::Equal);
    let last = marks.iter().filter_map(|marks| marks.pinned).max_by(|a, b| order(&a.position, &b.position));
    let unknown = || pin.map_or(NoBriefing::Nothing, |_| NoBriefing::UnknownEntry);
    let pinned = last.ok_or_else(unknown)?;
    let (Week { monday, sunday }, recorded) = (week, pinned.recorded);
    if recorded >= end_of_day(sunday) {
        return Err(NoBriefing::LaterEntry { recorded: beijing(recorded), sunday });
    }
    if !week.has(day) {
        return Err(NoBriefing::Day { day, monday, sunday });
    }
    // a briefing of a day knows at least what was recorded before that day began
    if marks.iter().filter_map(|marks| marks.known).any(|known| known > pinned.position) {
        return Err(NoBriefing::MoreWasKnown { day });
    }
    Ok(pinned)
}

/// A matter at the beginning and at the end.
struct Folded {
    id: MatterId,
    then: Option<Matter>,
    now: Matter,
    entries: Vec<Recorded<MatterEvent>>,
}

/// A matter that is read up to an entry of the log.
struct Folding {
    id: MatterId,
    begin: Timestamp,
    until: Position,
    known: bool,
    then: Option<Matter>,
    now: Matter,
    entries: Vec<Recorded<MatterEvent>>,
}

impl Folding {
    fn of(id: MatterId, week: Week, until: Position) -> Self {
        let (begin, now) = (start_of_day(week.monday), Matter::default());
        Folding { id, begin, until, known: false, then: None, now, entries: Vec::new() }
    }

    /// None where nothing of the matter was known.
    fn done(self) -> Option<Folded> {
        let Folding { id, known, then, now, entries, .. } = self;
        // nothing was recorded in the week: it stands as it stood
        let then = then.unwrap_or_else(|| now.clone());
        let was_there = then != Matter::default();
        known.then_some(Folded { id, then: was_there.then_some(then), now, entries })
    }
}

impl Reading for Folding {
    fn take(&mut self, entry: Entry<MatterEvent>) -> bool {
        if entry.position > self.until {
            return false;
        }
        self.known = true;
        let of_the_week = entry.fact.recorded >= self.begin;
        if of_the_week && self.entries.is_empty() {
            self.then = Some(self.now.clone());
        }
        MatterDecider::evolve(&mut self.now, &entry.fact);
        if of_the_week {
            self.entries.push(entry.fact);
        }
        true
    }
}
