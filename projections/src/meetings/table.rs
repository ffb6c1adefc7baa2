//! The tables of meetings: one row a meeting, one for each matter it treats, one for each task.
//!
//! Invariant: the meeting's own row holds all of it; the others are there to be found by.

use super::{Key, MeetingRow};
use crate::sql::{Day, unreadable};
use rusqlite::{Connection, params};

pub(super) const TABLES: &[&str] = &["meeting", "meeting_matter", "meeting_task"];
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS meeting (
    county TEXT NOT NULL, meeting TEXT NOT NULL, held_on TEXT NOT NULL, phase TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (county, meeting)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meeting_held ON meeting (county, held_on, meeting);
CREATE TABLE IF NOT EXISTS meeting_matter (
    county TEXT NOT NULL, matter TEXT NOT NULL, meeting TEXT NOT NULL,
    PRIMARY KEY (county, matter, meeting)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meeting_task (
    county TEXT NOT NULL, meeting TEXT NOT NULL, number INTEGER NOT NULL,
    owner TEXT NOT NULL, matter TEXT, due TEXT NOT NULL, finished TEXT, done INTEGER NOT NULL, next TEXT,
    PRIMARY KEY (county, meeting, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meeting_party (
    county TEXT NOT NULL, party TEXT NOT NULL, meeting TEXT NOT NULL,
    PRIMARY KEY (county, party, meeting)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meeting_task_due ON meeting_task (county, due, meeting, number);
CREATE INDEX IF NOT EXISTS meeting_task_owner ON meeting_task (county, owner, due, meeting, number);
CREATE INDEX IF NOT EXISTS meeting_task_next ON meeting_task (next) WHERE next IS NOT NULL;
";

pub(super) fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<MeetingRow>> {
    let mut query = db.prepare_cached("SELECT body FROM meeting WHERE county = ?1 AND meeting = ?2")?;
    let mut rows = query.query(params![key.county.as_str(), key.meeting.to_string()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    serde_json::from_str(row.get_ref("body")?.as_str()?).map(Some).map_err(unreadable)
}

pub(super) fn store(db: &Connection, key: &Key, row: &MeetingRow) -> rusqlite::Result<()> {
    let (county, meeting) = (key.county.as_str(), key.meeting.to_string());
    let body = serde_json::to_string(row).map_err(unreadable)?;
    db.prepare_cached(
        "INSERT INTO meeting VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (county, meeting) DO UPDATE
         SET held_on = excluded.held_on, phase = excluded.phase, body = excluded.body",
    )?
    .execute(params![county, meeting, Day(row.on), row.phase.as_str(), body])?;
    for matter in &row.matters {
        db.prepare_cached("INSERT INTO meeting_matter VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute(params![county, matter.to_string(), meeting])?;
    }
    for party in &row.parties {
        db.prepare_cached("INSERT INTO meeting_party VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute(params![county, party, meeting])?;
    }
    for (number, task) in &row.tasks {
        // what waits for the chair, or was stated, has nothing more for time to say
        let open = task.done.is_none() && task.finished.is_none() && !task.stated;
        db.prepare_cached(
            "INSERT INTO meeting_task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (county, meeting, number) DO UPDATE
             SET due = excluded.due, finished = excluded.finished, done = excluded.done, next = excluded.next",
        )?
        .execute(params![
            county,
            meeting,
            number,
            task.owner.as_str(),
            task.matter.map(|matter| matter.to_string()),
            Day(task.due()),
            task.finished.map(Day),
            task.done.is_some(),
            open.then(|| Day(task.due())),
        ])?;
    }
    Ok(())
}
