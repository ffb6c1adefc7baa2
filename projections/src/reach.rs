//! How far a reader's sight reaches in a county: all of it, or the matters and meetings it takes part in.
//!
//! Invariant: a list, a count and a search narrowed to a reach read as if nothing else were in the county.
//! Deliberately absent: who has which reach; `om_domain::access` decides that.

use crate::sql::parsed;
use om_domain::{
    access::Parties,
    ids::{ApplicantId, CountyId, MatterId, MeetingId},
};
use rusqlite::{Connection, params};
use std::fmt::Display;

/// Which matters, or which meetings, a reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Every one of the county.
    #[default]
    All,
    /// These; a JSON list of their ids.
    Only(String),
}

impl Reach {
    /// Only these.
    pub fn only<T: Display>(ids: impl IntoIterator<Item = T>) -> Self {
        let ids: Vec<_> = ids.into_iter().map(|id| id.to_string()).collect();
        Reach::Only(serde_json::Value::from(ids).to_string())
    }

    /// The condition that `column` is within it, with the reach as the parameter of this number; always
    /// true where it narrows nothing.
    pub(crate) fn sql(&self, column: &str, parameter: usize) -> String {
        match self {
            Reach::All => format!("AND ?{parameter} IS NULL"),
            Reach::Only(_) => format!("AND {column} IN (SELECT value FROM json_each(?{parameter}))"),
        }
    }

    /// The value of that parameter.
    pub(crate) fn value(&self) -> Option<&str> {
        match self {
            Reach::All => None,
            Reach::Only(ids) => Some(ids),
        }
    }
}

/// The matters that these parties take part in; asked of the board.
///
/// # Errors
/// What SQLite said.
pub fn matters_of(db: &Connection, county: &CountyId, parties: &Parties) -> rusqlite::Result<Vec<MatterId>> {
    db.prepare_cached(
        "SELECT DISTINCT matter FROM matter_party WHERE county = ?1 AND party IN (SELECT value FROM json_each(?2))",
    )?
    .query_map(params![county.as_str(), keys(parties)], |row| parsed(row, "matter"))?
    .collect()
}

/// Who takes part in any matter of this applicant; asked of the board.
///
/// # Errors
/// What SQLite said.
pub fn parties_of_applicant(
    db: &Connection,
    county: &CountyId,
    applicant: &ApplicantId,
) -> rusqlite::Result<Parties> {
    db.prepare_cached(
        "SELECT DISTINCT p.party FROM board_matter m JOIN matter_party p ON p.county = m.county AND p.matter = m.matter
         WHERE m.county = ?1 AND m.applicant = ?2",
    )?
    .query_map(params![county.as_str(), applicant.as_str()], |row| parsed(row, "party"))?
    .collect()
}

/// The meetings that these parties take part in; asked of the projection of meetings.
///
/// # Errors
/// What SQLite said.
pub fn meetings_of(
    db: &Connection,
    county: &CountyId,
    parties: &Parties,
) -> rusqlite::Result<Vec<MeetingId>> {
    db.prepare_cached(
        "SELECT DISTINCT meeting FROM meeting_party WHERE county = ?1 AND party IN (SELECT value FROM json_each(?2))",
    )?
    .query_map(params![county.as_str(), keys(parties)], |row| parsed(row, "meeting"))?
    .collect()
}

fn keys(parties: &Parties) -> String {
    serde_json::Value::from(parties.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
}
