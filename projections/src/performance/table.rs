//! The tables of departments' performance.
//!
//! Invariant: one row is one JSON text, found by its key; a permit's stands with the days of what the report counts of it, so that
//! a period costs what happened in it, not what ever happened.

use super::{Acts, Key, Of, PerformanceRow, Track};
use crate::sql::{Day, day, parsed, unreadable};
use jiff::civil::Date;
use om_domain::ids::{BodyId, CountyId, MatterId};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const TABLES: &[&str] = &["performance_matter", "performance_permit", "performance_acts"];
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS performance_matter (
    county TEXT NOT NULL, matter TEXT NOT NULL, grace INTEGER NOT NULL,
    PRIMARY KEY (county, matter)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS performance_permit (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL, first TEXT, last TEXT, body TEXT NOT NULL,
    PRIMARY KEY (county, matter, permit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS performance_permit_days ON performance_permit (county, last, first) WHERE last IS NOT NULL;
CREATE TABLE IF NOT EXISTS performance_acts (
    county TEXT NOT NULL, day TEXT NOT NULL, of TEXT NOT NULL, matter TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (county, day, of, matter)
) WITHOUT ROWID;
";

/// What a body's people recorded on a day in a matter; they sort as the table does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActsOfDay {
    pub(super) county: CountyId,
    pub(super) day: Date,
    pub(super) of: BodyId,
    pub(super) matter: MatterId,
    pub(super) acts: Acts,
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref("body")?.as_str()?).map_err(unreadable)
}

pub(super) fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<PerformanceRow>> {
    let county = key.county.as_str();
    match &key.of {
        Of::Matter(matter) => db
            .prepare_cached("SELECT grace FROM performance_matter WHERE county = ?1 AND matter = ?2")?
            .query_row(params![county, matter.to_string()], |row| row.get(0))
            .optional()
            .map(|grace| grace.map(PerformanceRow::Grace)),
        Of::Permit(matter, permit) => db
            .prepare_cached(
                "SELECT body FROM performance_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3",
            )?
            .query_row(params![county, matter.to_string(), permit.as_str()], json::<Track>)
            .optional()
            .map(|track| track.map(|track| PerformanceRow::Permit(Box::new(track)))),
        Of::Acts(matter, body, day) => db
            .prepare_cached(
                "SELECT body FROM performance_acts WHERE county = ?1 AND day = ?2 AND of = ?3 AND matter = ?4",
            )?
            .query_row(params![county, Day(*day), body.as_str(), matter.to_string()], json::<Acts>)
            .optional()
            .map(|acts| acts.map(PerformanceRow::Acts)),
    }
}

pub(super) fn store(db: &Connection, key: &Key, row: Option<&PerformanceRow>) -> rusqlite::Result<()> {
    let county = key.county.as_str();
    match (&key.of, row) {
        (Of::Matter(matter), Some(PerformanceRow::Grace(grace))) => db
            .prepare_cached("INSERT OR REPLACE INTO performance_matter VALUES (?1, ?2, ?3)")?
            .execute(params![county, matter.to_string(), grace])
            .map(drop),
        (Of::Permit(matter, permit), Some(PerformanceRow::Permit(track))) => {
            let body = serde_json::to_string(track).map_err(unreadable)?;
            let (first, last) = track.counted().map(|(first, last)| (Day(first), Day(last))).unzip();
            db.prepare_cached("INSERT OR REPLACE INTO performance_permit VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![county, matter.to_string(), permit.as_str(), first, last, body])
                .map(drop)
        }
        (Of::Permit(matter, permit), _) => db
            .prepare_cached(
                "DELETE FROM performance_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3",
            )?
            .execute(params![county, matter.to_string(), permit.as_str()])
            .map(drop),
        // one without an entry was set aside
        (Of::Acts(matter, of, day), Some(PerformanceRow::Acts(acts))) if acts.entries > 0 => {
            let (county, of, acts) = (key.county.clone(), of.clone(), acts.clone());
            store_acts(db, &ActsOfDay { county, day: *day, of, matter: *matter, acts })
        }
        // neither the grace of a plan nor what was recorded on a day ever goes again
        (Of::Matter(_) | Of::Acts(..), _) => Ok(()),
    }
}

pub(super) fn store_acts(db: &Connection, one: &ActsOfDay) -> rusqlite::Result<()> {
    let body = serde_json::to_string(&one.acts).map_err(unreadable)?;
    let (county, of, matter) = (one.county.as_str(), one.of.as_str(), one.matter.to_string());
    db.prepare_cached("INSERT OR REPLACE INTO performance_acts VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![county, Day(one.day), of, matter, body])
        .map(drop)
}

/// The permits of the county of which something may be counted in a period.
pub(super) const TRACKS: &str =
    "SELECT body FROM performance_permit WHERE county = ?1 AND last >= ?2 AND first <= ?3";

/// Those permits' rounds.
pub(super) fn tracks(
    db: &Connection,
    county: &CountyId,
    (from, to): (Date, Date),
) -> rusqlite::Result<Vec<Track>> {
    db.prepare_cached(TRACKS)?.query_map(params![county.as_str(), Day(from), Day(to)], json)?.collect()
}

/// What a body recorded on a day in a matter.
pub(super) struct Recorded {
    pub(super) of: BodyId,
    pub(super) day: Date,
    /// The grace of the matter's plan.
    pub(super) grace: u16,
    pub(super) acts: Acts,
}

/// What bodies recorded from one day through another, matter by matter.
pub(super) fn acts(
    db: &Connection,
    county: &CountyId,
    (from, to): (Date, Date),
) -> rusqlite::Result<Vec<Recorded>> {
    db.prepare_cached(
        "SELECT day, of, body, ifnull((SELECT grace FROM performance_matter AS plan
             WHERE plan.county = acts.county AND plan.matter = acts.matter), 0) AS grace
         FROM performance_acts AS acts WHERE county = ?1 AND day BETWEEN ?2 AND ?3",
    )?
    .query_map(params![county.as_str(), Day(from), Day(to)], |row| {
        let (of, day) = (parsed(row, "of")?, day(row, "day")?);
        Ok(Recorded { of, day, grace: row.get("grace")?, acts: json(row)? })
    })?
    .collect()
}
