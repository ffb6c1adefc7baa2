//! What each department did and when: decisions against their limits, terms that ran out, tolerances, entries made late.
//!
//! Invariants: rows hold days as events fixed them; rates, medians and lateness are computed for the period asked about, by
//! the calendar of the asker; a correction of a past entry moves what was counted.
//! Deliberately absent: a score; the township's rating (R17) comes with calls, weights are the county's to set.

mod report;
mod table;
#[cfg(test)]
mod tests;
mod track;

pub use report::{KindReport, Overdue, Report, Tolerances, report};
pub use table::ActsOfDay;
pub use track::{OverrunOf, RoundTrack, StopTrack, ToleranceTrack, Track};

use crate::projection::{EncodedEvent, Incoming, Projection, Unreadable};
use jiff::civil::Date;
use om_domain::{
    calendar::beijing,
    decider::Role,
    ids::{BodyId, CountyId, MatterId, PermitCode},
    matter::{MatterEvent as E, event_permit},
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// The projection of departments' performance.
#[derive(Debug)]
pub struct Performance;

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// What of it.
    pub of: Of,
}

/// What a row is about in its county.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// The grace of late entries that a matter's plan was given.
    Matter(MatterId),
    /// A permit of a matter.
    Permit(MatterId, PermitCode),
    /// What a body recorded on a day in a matter.
    Acts(MatterId, BodyId, Date),
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub enum PerformanceRow {
    /// Working days an entry may come late without being back-filling (R16).
    Grace(u16),
    /// A permit's rounds.
    Permit(Box<Track>),
    /// What a body recorded on a day in a matter.
    Acts(Acts),
}

/// What a body's people recorded on a day in a matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Acts {
    /// Entries.
    pub entries: u32,
    /// Of them, those of an earlier day: the day it happened.
    pub late: Vec<Date>,
}

impl Projection for Performance {
    const NAME: &'static str = "performance";
    const SCHEMA: u32 = 4;
    const CATEGORIES: &'static [&'static str] = &["matter"];
    const BY_STREAM: bool = true;
    const LATER: bool = true;
    const DDL: &'static [&'static str] = &[table::DDL];
    const TABLES: &'static [&'static str] = table::TABLES;
    type Key = Key;
    type Row = PerformanceRow;
    type Aside = ActsOfDay;
    type Event<'a> = Incoming<MatterId, E>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        let matter = event.subject.parse().map_err(|e| Unreadable(format!("{e}")))?;
        Incoming::decode(event, matter).map(Some)
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Key>) {
        let (fact, matter) = (&event.fact, event.subject);
        let mut key = |of: Of| keys.push(Key { county: event.county.clone(), of });
        if !fact.by.is(Role::System) {
            key(Of::Acts(matter, fact.by.body.clone(), beijing(fact.recorded)));
        }
        match &fact.event {
            E::MatterPlanned(e) => {
                key(Of::Matter(matter));
                e.plan.permits.iter().for_each(|p| key(Of::Permit(matter, p.code.clone())));
            }
            E::PlanAmended(e) => {
                let dropped = e.drop.iter().filter(|code| !e.put.iter().any(|p| p.code == **code));
                let all = e.put.iter().map(|p| &p.code).chain(dropped);
                all.for_each(|code| key(Of::Permit(matter, code.clone())));
            }
            one => {
                if let Some(code) = event_permit(one) {
                    key(Of::Permit(matter, code.clone()));
                }
            }
        }
    }

    fn evolve(key: &Key, row: Option<PerformanceRow>, event: &Self::Event<'_>) -> Option<PerformanceRow> {
        let fact = &event.fact;
        match (&key.of, row) {
            (Of::Matter(_), row) => match &fact.event {
                E::MatterPlanned(e) => Some(PerformanceRow::Grace(e.plan.settings.backfill_grace_days)),
                _ => row,
            },
            (Of::Permit(_, code), row) => {
                let track = match row {
                    Some(PerformanceRow::Permit(track)) => Some(*track),
                    _ => None,
                };
                Track::evolve(track, code, fact).map(|track| PerformanceRow::Permit(Box::new(track)))
            }
            (Of::Acts(.., recorded), row) => {
                let mut acts = match row {
                    Some(PerformanceRow::Acts(acts)) => acts,
                    _ => Acts::default(),
                };
                acts.entries = acts.entries.saturating_add(1);
                if fact.effective.day() < *recorded {
                    acts.late.push(fact.effective.day());
                }
                Some(PerformanceRow::Acts(acts))
            }
        }
    }

    fn prepare(key: &Key, row: &mut PerformanceRow, aside: &mut Vec<ActsOfDay>) {
        // their table goes by days, and a matter's acts lie on many
        if let (Of::Acts(matter, of, day), PerformanceRow::Acts(acts)) = (&key.of, row) {
            let (county, of, acts) = (key.county.clone(), of.clone(), std::mem::take(acts));
            aside.push(ActsOfDay { county, day: *day, of, matter: *matter, acts });
        }
    }

    fn store_aside(db: &Connection, aside: &[ActsOfDay]) -> rusqlite::Result<()> {
        aside.iter().try_for_each(|one| table::store_acts(db, one))
    }

    fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<PerformanceRow>> {
        table::load(db, key)
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut PerformanceRow>) -> rusqlite::Result<()> {
        table::store(db, key, row.as_deref())
    }
}
