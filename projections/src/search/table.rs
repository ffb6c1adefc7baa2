//! The tables of the search: every text once, in the order it is looked through, and what each stream's fold goes on from.
//!
//! Invariant: texts of one county lie side by side, so that looking through them touches no other county's.

use super::{Key, SearchRow, Subject};
use crate::sql::unreadable;
use om_domain::ids::PermitCode;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) const TABLES: &[&str] = &["search_text", "search_stream"];
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS search_text (
    county TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL,
    permit TEXT, event TEXT NOT NULL, recorded INTEGER NOT NULL, zh TEXT NOT NULL, en TEXT NOT NULL,
    PRIMARY KEY (county, kind, subject, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS search_stream (
    county TEXT NOT NULL, subject TEXT NOT NULL, plan TEXT,
    PRIMARY KEY (county, subject)
) WITHOUT ROWID;
";

/// A subject in a column: its kind, then its id.
pub(super) fn column(subject: Subject) -> String {
    match subject {
        Subject::Matter(id) => format!("matter:{id}"),
        Subject::Meeting(id) => format!("meeting:{id}"),
    }
}

/// The subject of a column.
pub(super) fn subject(text: &str) -> rusqlite::Result<Subject> {
    match text.split_once(':') {
        Some(("meeting", id)) => id.parse().map(Subject::Meeting).map_err(unreadable),
        Some((_, id)) => id.parse().map(Subject::Matter).map_err(unreadable),
        None => Err(unreadable(crate::sql::UnknownName(text.into()))),
    }
}

pub(super) fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<SearchRow>> {
    let plan: Option<Option<String>> = db
        .prepare_cached("SELECT plan FROM search_stream WHERE county = ?1 AND subject = ?2")?
        .query_row(params![key.county.as_str(), column(key.subject)], |row| row.get(0))
        .optional()?;
    let Some(plan) = plan else { return Ok(None) };
    let plan = plan.map(|plan| serde_json::from_str(&plan).map_err(unreadable)).transpose()?;
    Ok(Some(SearchRow { plan, ..SearchRow::default() }))
}

/// Writes what changed since the row was written last; nothing of it is left in the row.
pub(super) fn store(db: &Connection, key: &Key, row: &mut SearchRow) -> rusqlite::Result<()> {
    let (county, subject) = (key.county.as_str(), column(key.subject));
    if row.replanned {
        let plan = row.plan.as_ref().map(serde_json::to_string).transpose().map_err(unreadable)?;
        db.prepare_cached("INSERT OR REPLACE INTO search_stream VALUES (?1, ?2, ?3)")?
            .execute(params![county, subject, plan])?;
        row.replanned = false;
    }
    for (kind, gone) in row.gone.drain(..) {
        db.prepare_cached(
            "DELETE FROM search_text WHERE county = ?1 AND kind = ?2 AND subject = ?3 AND key = ?4",
        )?
        .execute(params![county, kind.as_str(), subject, gone])?;
    }
    for text in row.fresh.drain(..) {
        db.prepare_cached("INSERT OR REPLACE INTO search_text VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
            .execute(params![
                county,
                text.kind.as_str(),
                subject,
                text.key,
                text.permit.as_ref().map(PermitCode::as_str),
                text.event.to_string(),
                text.recorded.as_millisecond(),
                text.zh,
                text.en,
            ])?;
    }
    Ok(())
}
