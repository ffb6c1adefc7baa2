//! What can be found by a text: matters, permits, materials, numbers of documents, meetings, sentences of the history.
//!
//! Invariants: a text is made of its own stream's facts alone; bodies stand in it by their ids, marked, and are named when it
//! is read; nothing of the vault is in it, for no fact holds any. Found is what contains every word, of one county.
//! Deliberately absent: an index of words: a Chinese reader types two characters, and a county's texts are looked through
//! in milliseconds (decision 0041).

mod find;
mod table;
#[cfg(test)]
mod tests;
mod texts;

pub use find::{Cursor, Found, Wanted, find};

use crate::projection::{EncodedEvent, Incoming, Projection, Unreadable};
use om_domain::{
    ids::{CountyId, EventId, MatterId, MeetingId, PermitCode},
    matter::{MatterEvent, plan::Plan},
    meeting::MeetingEvent,
};
use rusqlite::Connection;

/// The projection that is searched.
#[derive(Debug)]
pub struct Search;

crate::sql::named! {
    /// What was found. The order is that of the answer.
    pub enum Kind {
        /// A matter, by name, project code, kind, place or applicant.
        Matter = "1_matter",
        /// A permit, by code, name or department.
        Permit = "2_permit",
        /// A notice, decision, certificate or minutes, by number.
        Document = "3_document",
        /// A material that a permit asks for, by name.
        Material = "4_material",
        /// A joint meeting, by title, place or agenda.
        Meeting = "5_meeting",
        /// A resolution or a task of a meeting.
        Resolution = "6_resolution",
        /// An entry of a matter's history, by its sentence.
        Entry = "7_entry",
    }
}

/// What a text is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A matter.
    Matter(MatterId),
    /// A meeting.
    Meeting(MeetingId),
}

/// A text that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub kind: Kind,
    /// By what it is told apart from others of its kind and subject.
    pub key: String,
    /// The permit it is about.
    pub permit: Option<PermitCode>,
    /// The entry it comes from.
    pub event: EventId,
    /// When that was recorded.
    pub recorded: jiff::Timestamp,
    /// In Chinese, or as it was written.
    pub zh: String,
    /// In English, where that differs.
    pub en: String,
}

/// A stream whose texts are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// What it is of.
    pub subject: Subject,
}

/// What is needed of a stream to go on, and what changed since it was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchRow {
    /// Names of the plan's permits, materials and milestones.
    plan: Option<Plan>,
    /// Whether the plan's names changed.
    replanned: bool,
    /// Texts to write.
    fresh: Vec<Text>,
    /// Texts to remove, by kind and key; before the fresh ones are written.
    gone: Vec<(Kind, String)>,
}

/// A fact of either.
#[derive(Debug, Clone)]
pub enum Event {
    /// Of a matter.
    Matter(Box<Incoming<MatterId, MatterEvent>>),
    /// Of a meeting.
    Meeting(Box<Incoming<MeetingId, MeetingEvent>>),
}

impl Projection for Search {
    const NAME: &'static str = "search";
    const SCHEMA: u32 = 1;
    const CATEGORIES: &'static [&'static str] = &["matter", "meeting"];
    const BY_STREAM: bool = true;
    const LATER: bool = true;
    const DDL: &'static [&'static str] = &[table::DDL];
    const TABLES: &'static [&'static str] = table::TABLES;
    type Key = Key;
    type Row = SearchRow;
    type Aside = ();
    type Event<'a> = Event;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Event>, Unreadable> {
        let unreadable = |e: om_domain::ids::IdError| Unreadable(e.to_string());
        let decoded = if event.category == "meeting" {
            let meeting = event.subject.parse().map_err(unreadable)?;
            Event::Meeting(Box::new(Incoming::decode(event, meeting)?))
        } else {
            let matter = event.subject.parse().map_err(unreadable)?;
            Event::Matter(Box::new(Incoming::decode(event, matter)?))
        };
        Ok(Some(decoded))
    }

    fn keys(event: &Event, keys: &mut Vec<Key>) {
        let (county, subject) = match event {
            Event::Matter(event) => (event.county.clone(), Subject::Matter(event.subject)),
            Event::Meeting(event) => (event.county.clone(), Subject::Meeting(event.subject)),
        };
        keys.push(Key { county, subject });
    }

    fn evolve(_: &Key, row: Option<SearchRow>, event: &Event) -> Option<SearchRow> {
        let mut row = row.unwrap_or_default();
        match event {
            Event::Matter(event) => row.matter(&event.fact),
            Event::Meeting(event) => row.meeting(&event.fact),
        }
        Some(row)
    }

    fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<SearchRow>> {
        table::load(db, key)
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut SearchRow>) -> rusqlite::Result<()> {
        // neither a matter nor a meeting ever goes again
        row.map_or(Ok(()), |row| table::store(db, key, row))
    }
}
