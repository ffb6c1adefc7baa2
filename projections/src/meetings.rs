//! Joint meetings and their tasks: which there are, whose they are, until when.
//!
//! Invariants: a meeting's rows are a pure function of its stream; a task's row holds its date and the day it was reported
//! finished, and whether it is late is judged at the day asked about.
//! Deliberately absent: resolutions' texts, which one meeting's own fold has; what became of the matters.

mod queries;
mod table;
#[cfg(test)]
mod tests;

pub use queries::{
    DueMeeting, MeetingCursor, MeetingFilter, TaskCursor, TaskFilter, due_meetings, meetings, tasks,
};

use crate::projection::{EncodedEvent, Incoming, Projection, Unreadable};
use jiff::civil::Date;
use om_domain::{
    access,
    decider::Recorded,
    ids::{BodyId, CountyId, LegalText, MatterId, MeetingId, OfficerId},
    meeting::MeetingEvent as E,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The projection of meetings.
#[derive(Debug)]
pub struct Meetings;

crate::sql::named! {
    /// Where a meeting is in its life.
    pub enum Phase {
        /// Convened; held on its day.
        Convened = "convened",
        /// Closed by its minutes; its tasks go on.
        Closed = "closed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// A meeting and its tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingRow {
    /// What it is called.
    pub title: LegalText,
    /// The day it is held on.
    pub on: Date,
    /// Who chairs it.
    pub chair: OfficerId,
    /// Where it is in its life.
    pub phase: Phase,
    /// The matters it treats.
    pub matters: BTreeSet<MatterId>,
    /// The bodies invited.
    pub bodies: BTreeSet<BodyId>,
    /// Number of its minutes.
    pub minutes: Option<LegalText>,
    /// How many resolutions were recorded.
    pub resolutions: u16,
    /// Of them, those linked to an act of the competent body.
    pub linked: BTreeSet<u16>,
    /// Who takes part, `body:…` or `officer:…`.
    pub parties: BTreeSet<String>,
    /// Its tasks, by number.
    pub tasks: BTreeMap<u16, TaskRow>,
}

/// A task of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    /// What is to be done.
    pub text: LegalText,
    /// The matter it is about.
    pub matter: Option<MatterId>,
    /// Whose it is.
    pub owner: BodyId,
    /// Since when.
    pub on: Date,
    /// The last day the meeting allows.
    pub limit: Date,
    /// The date the owner set.
    pub claimed: Option<Date>,
    /// The day the owner reported it finished, while that report stands.
    pub finished: Option<Date>,
    /// The day it was confirmed.
    pub done: Option<Date>,
    /// Whether it was stated to be overdue; it is once.
    pub stated: bool,
}

impl TaskRow {
    /// The date it is due.
    pub fn due(&self) -> Date {
        self.claimed.unwrap_or(self.limit)
    }

    /// Whether it is late at a day: its date passed, and no report in time says that it was finished.
    pub fn is_overdue_at(&self, day: Date) -> bool {
        self.finished.unwrap_or(day) > self.due()
    }
}

impl MeetingRow {
    fn convened(fact: &Recorded<E>) -> Option<Self> {
        let E::MeetingConvened(e) = &fact.event else { return None };
        Some(MeetingRow {
            title: e.title.clone(),
            on: e.on,
            chair: e.chair.clone(),
            phase: Phase::Convened,
            matters: e.matters.clone(),
            bodies: e.bodies.clone(),
            minutes: None,
            resolutions: 0,
            linked: BTreeSet::new(),
            parties: parties(fact).collect(),
            tasks: BTreeMap::new(),
        })
    }

    fn fold(&mut self, fact: &Recorded<E>) {
        let day = fact.effective.day();
        self.parties.extend(parties(fact));
        match &fact.event {
            E::MeetingConvened(_) => {}
            E::MeetingCancelled(_) => self.phase = Phase::Cancelled,
            E::MeetingClosed(e) => {
                self.phase = Phase::Closed;
                self.minutes = Some(e.minutes.clone());
            }
            E::ResolutionRecorded(e) => self.resolutions = self.resolutions.max(e.number),
            E::ResolutionLinked(e) => drop(self.linked.insert(e.number)),
            E::TaskAssigned(e) => {
                self.tasks.insert(
                    e.number,
                    TaskRow {
                        text: e.text.clone(),
                        matter: e.matter,
                        owner: e.owner.clone(),
                        on: day,
                        limit: e.limit,
                        claimed: None,
                        finished: None,
                        done: None,
                        stated: false,
                    },
                );
            }
            E::TaskClaimed(e) => self.of(e.number, |task| task.claimed = Some(e.due)),
            E::TaskReported(e) => self.of(e.number, |task| task.finished = e.finished.then_some(day)),
            E::TaskReturned(e) => self.of(e.number, |task| task.finished = None),
            E::TaskDone(e) => self.of(e.number, |task| task.done = Some(day)),
            E::TaskOverdue(e) => self.of(e.number, |task| task.stated = true),
        }
    }

    fn of(&mut self, number: u16, change: impl FnOnce(&mut TaskRow)) {
        if let Some(task) = self.tasks.get_mut(&number) {
            change(task);
        }
    }
}

fn parties(fact: &Recorded<E>) -> impl Iterator<Item = String> {
    access::of_meeting(fact).into_iter().map(|party| party.to_string())
}

/// A meeting of a county.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub meeting: MeetingId,
}

impl Projection for Meetings {
    const NAME: &'static str = "meeting";
    const SCHEMA: u32 = 2;
    const CATEGORIES: &'static [&'static str] = &["meeting"];
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = &[table::DDL];
    const TABLES: &'static [&'static str] = table::TABLES;
    type Key = Key;
    type Row = MeetingRow;
    type Aside = ();
    type Event<'a> = Incoming<MeetingId, E>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        let meeting = event.subject.parse().map_err(|e| Unreadable(format!("{e}")))?;
        Incoming::decode(event, meeting).map(Some)
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Key>) {
        keys.push(Key { county: event.county.clone(), meeting: event.subject });
    }

    fn evolve(_: &Key, row: Option<MeetingRow>, event: &Self::Event<'_>) -> Option<MeetingRow> {
        match row {
            None => MeetingRow::convened(&event.fact),
            Some(mut row) => {
                row.fold(&event.fact);
                Some(row)
            }
        }
    }

    fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<MeetingRow>> {
        table::load(db, key)
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut MeetingRow>) -> rusqlite::Result<()> {
        // a meeting never goes again
        row.map_or(Ok(()), |row| table::store(db, key, row))
    }
}
