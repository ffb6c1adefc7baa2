//! A projection of tallies whose fold is not idempotent: an event folded twice, or not at all, shows.

use jiff::civil::Date;
use om_projections::projection::{EncodedEvent, Incoming, Projection, Unreadable};
use rusqlite::{Connection, OptionalExtension, params};

use crate::toy::TallyEvent;

pub struct Sums;

#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    pub sum: i64,
    pub events: i64,
    pub due: Option<Date>,
}

impl Projection for Sums {
    const NAME: &'static str = "sums";
    const SCHEMA: u32 = 1;
    const CATEGORIES: &'static [&'static str] = &["tally"];
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = &["CREATE TABLE IF NOT EXISTS sums
        (county TEXT, tally TEXT, sum INTEGER NOT NULL, events INTEGER NOT NULL, due TEXT, PRIMARY KEY (county, tally))"];
    const TABLES: &'static [&'static str] = &["sums"];
    type Key = (String, String);
    type Row = Sum;
    type Aside = ();
    type Event<'a> = Incoming<String, TallyEvent>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        Incoming::decode(event, event.subject.to_owned()).map(Some)
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Self::Key>) {
        keys.push((event.county.to_string(), event.subject.clone()));
    }

    fn evolve(_: &Self::Key, row: Option<Sum>, event: &Self::Event<'_>) -> Option<Sum> {
        let mut row = row.unwrap_or_default();
        row.events += 1;
        match &event.fact.event {
            TallyEvent::CountOpened(opened) => row.due = Some(opened.due),
            TallyEvent::SumRaised(raised) => row.sum += i64::from(raised.amount),
            TallyEvent::TermEnded(_) => row.due = None,
        }
        Some(row)
    }

    fn load(db: &Connection, (county, tally): &Self::Key) -> rusqlite::Result<Option<Sum>> {
        db.query_row(
            "SELECT sum, events, due FROM sums WHERE county = ?1 AND tally = ?2",
            params![county, tally],
            |row| {
                let due: Option<String> = row.get(2)?;
                Ok(Sum { sum: row.get(0)?, events: row.get(1)?, due: due.and_then(|text| text.parse().ok()) })
            },
        )
        .optional()
    }

    fn store(db: &Connection, (county, tally): &Self::Key, row: Option<&mut Sum>) -> rusqlite::Result<()> {
        let row = row.copied().unwrap_or_default();
        db.execute(
            "INSERT INTO sums VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET sum = excluded.sum, events = excluded.events, due = excluded.due",
            params![county, tally, row.sum, row.events, row.due.map(|due| due.to_string())],
        )
        .map(drop)
    }
}

/// Every row: tally, sum, events.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<(String, i64, i64)>> {
    db.prepare("SELECT tally, sum, events FROM sums ORDER BY tally")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// Tallies whose last day is before a day.
pub fn due(db: &Connection, before: Date, limit: usize) -> rusqlite::Result<Vec<String>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare("SELECT tally FROM sums WHERE due < ?1 ORDER BY due, tally LIMIT ?2")?
        .query_map(params![before.to_string(), limit], |row| row.get(0))?
        .collect()
}

/// The same tallies, without which a gateway is of use.
pub struct LaterSums;

impl Projection for LaterSums {
    const NAME: &'static str = "later-sums";
    const LATER: bool = true;
    const SCHEMA: u32 = Sums::SCHEMA;
    const CATEGORIES: &'static [&'static str] = Sums::CATEGORIES;
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = Sums::DDL;
    const TABLES: &'static [&'static str] = Sums::TABLES;
    type Key = <Sums as Projection>::Key;
    type Row = Sum;
    type Aside = ();
    type Event<'a> = Incoming<String, TallyEvent>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        Sums::decode(event)
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Self::Key>) {
        Sums::keys(event, keys);
    }

    fn evolve(key: &Self::Key, row: Option<Sum>, event: &Self::Event<'_>) -> Option<Sum> {
        Sums::evolve(key, row, event)
    }

    fn load(db: &Connection, key: &Self::Key) -> rusqlite::Result<Option<Sum>> {
        Sums::load(db, key)
    }

    fn store(db: &Connection, key: &Self::Key, row: Option<&mut Sum>) -> rusqlite::Result<()> {
        Sums::store(db, key, row)
    }
}
