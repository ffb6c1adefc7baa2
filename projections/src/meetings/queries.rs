//! What lists of meetings and of tasks ask.
//!
//! Invariant: every query names one county, but the ticker's, which shows nothing to anybody; the day asked about comes in.

use super::{MeetingRow, TaskRow};
use crate::reach::Reach;
use crate::sql::{Day, day, parsed, unreadable};
use jiff::civil::Date;
use om_domain::ids::{BodyId, CountyId, MatterId, MeetingId};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

/// Which meetings are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingFilter {
    /// Treating this matter.
    pub matter: Option<MatterId>,
    /// Held from this day on.
    pub from: Option<Date>,
    /// Within this reach, of meetings.
    pub reach: Reach,
}

/// Where the next page of meetings begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingCursor {
    /// The day it is held on.
    pub on: Date,
    /// Its id.
    pub meeting: MeetingId,
}

fn row(row: &Row<'_>) -> rusqlite::Result<(MeetingId, MeetingRow)> {
    let body = serde_json::from_str(row.get_ref("body")?.as_str()?).map_err(unreadable)?;
    Ok((parsed(row, "meeting")?, body))
}

/// Meetings of a county, the latest first, a page at a time: at most `first` after the cursor.
///
/// # Errors
/// What SQLite said.
pub fn meetings(
    db: &Connection,
    county: &CountyId,
    filter: &MeetingFilter,
    after: Option<&MeetingCursor>,
    first: u16,
) -> rusqlite::Result<Vec<(MeetingId, MeetingRow)>> {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let sql = format!(
        "SELECT m.meeting, m.body FROM meeting m WHERE m.county = ?1 {} {} {} {}
         ORDER BY m.held_on DESC, m.meeting DESC LIMIT ?6",
        only(
            filter.matter.is_some(),
            "AND m.meeting IN (SELECT meeting FROM meeting_matter WHERE county = ?1 AND matter = ?2)"
        ),
        only(filter.from.is_some(), "AND m.held_on >= ?3"),
        only(after.is_some(), "AND (m.held_on, m.meeting) < (?4, ?5)"),
        filter.reach.sql("m.meeting", 7),
    );
    db.prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                filter.matter.map(|matter| matter.to_string()),
                filter.from.map(Day),
                after.map(|after| Day(after.on)),
                after.map(|after| after.meeting.to_string()),
                first,
                filter.reach.value(),
            ],
            row,
        )?
        .collect()
}

/// Which tasks are wanted; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Of this body.
    pub owner: Option<BodyId>,
    /// About this matter.
    pub matter: Option<MatterId>,
    /// Not confirmed yet.
    pub open: bool,
    /// Late at this day: its date has passed, and no report in time says that it was finished.
    pub overdue_at: Option<Date>,
    /// Within this reach, of meetings.
    pub reach: Reach,
}

/// Where the next page of tasks begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCursor {
    /// Its date.
    pub due: Date,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Its number.
    pub number: u16,
}

/// Tasks of a county by their date, a page at a time: at most `first` after the cursor, each with its meeting and number.
///
/// # Errors
/// What SQLite said.
pub fn tasks(
    db: &Connection,
    county: &CountyId,
    filter: &TaskFilter,
    after: Option<&TaskCursor>,
    first: u16,
) -> rusqlite::Result<Vec<(MeetingId, MeetingRow, u16, TaskRow)>> {
    let only = |wanted: bool, condition: &'static str| if wanted { condition } else { "" };
    let sql = format!(
        "SELECT t.meeting, t.number, m.body FROM meeting_task t
         JOIN meeting m ON m.county = t.county AND m.meeting = t.meeting
         WHERE t.county = ?1 {} {} {} {} {} {} ORDER BY t.due, t.meeting, t.number LIMIT ?8",
        only(filter.owner.is_some(), "AND t.owner = ?2"),
        only(filter.matter.is_some(), "AND t.matter = ?3"),
        only(filter.open, "AND NOT t.done"),
        only(filter.overdue_at.is_some(), "AND ifnull(t.finished, ?4) > t.due"),
        only(after.is_some(), "AND (t.due, t.meeting, t.number) > (?5, ?6, ?7)"),
        filter.reach.sql("t.meeting", 9),
    );
    let found: Vec<(MeetingId, MeetingRow, u16)> = db
        .prepare_cached(&sql)?
        .query_map(
            params![
                county.as_str(),
                filter.owner.as_ref().map(BodyId::as_str),
                filter.matter.map(|matter| matter.to_string()),
                filter.overdue_at.map(Day),
                after.map(|after| Day(after.due)),
                after.map(|after| after.meeting.to_string()),
                after.map(|after| after.number),
                first,
                filter.reach.value(),
            ],
            |found| {
                let (meeting, body) = row(found)?;
                Ok((meeting, body, found.get("number")?))
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    let with_task = |(meeting, row, number): (MeetingId, MeetingRow, u16)| {
        let task = row.tasks.get(&number).cloned()?;
        Some((meeting, row, number, task))
    };
    Ok(found.into_iter().filter_map(with_task).collect())
}

/// A meeting that time has something to state of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMeeting {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub meeting: MeetingId,
    /// The date of its first open task.
    pub due: Date,
}

/// Meetings with an open task whose date is before `day`, the longest past first, at most `limit`. The platform's own
/// query: it asks of all counties of the installation.
///
/// # Errors
/// What SQLite said.
pub fn due_meetings(db: &Connection, before: Date, limit: usize) -> rusqlite::Result<Vec<DueMeeting>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(
        "SELECT county, meeting, min(next) AS due FROM meeting_task INDEXED BY meeting_task_next
         WHERE next IS NOT NULL AND next < ?1 GROUP BY county, meeting ORDER BY due, county, meeting LIMIT ?2",
    )?
    .query_map(params![Day(before), limit], |row| {
        Ok(DueMeeting {
            county: parsed(row, "county")?,
            meeting: parsed(row, "meeting")?,
            due: day(row, "due")?,
        })
    })?
    .collect()
}
