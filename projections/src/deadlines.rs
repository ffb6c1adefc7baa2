//! For the ticker: the next day after whose end time itself has something to state of a permit (R22).
//!
//! Invariants: one row per permit with an open term; when the fact that a term ran out has been recorded, the term has
//! left the row. A row that names a day too early costs one `Settle` that states nothing; none is ever too late.
//! Deliberately absent: stating anything, the grace after a day's end, and what day it is.

use crate::{
    life::{ClockDues, DueDay, Life, Status},
    sql::{Day, day, parsed},
};
use jiff::civil::Date;
use om_domain::{
    ids::{CountyId, MatterId, PermitCode},
    matter::event::Term,
};
use rusqlite::{Connection, params};

pub(crate) const TABLE: &str = "deadline";
pub(crate) const DDL: &str = "
CREATE TABLE IF NOT EXISTS deadline (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (county, matter, permit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deadline_due ON deadline (due);
";

/// The first of the permit's open terms: their last days, each until its running out has been stated.
pub fn next(life: &Life) -> Option<Date> {
    terms(life).into_iter().chain(life.live_debts().map(|debt| Some(debt.due))).flatten().min()
}

fn terms(life: &Life) -> [Option<Date>; 8] {
    let round = &life.round;
    let unstated = |term: Term, due: Option<Date>| due.filter(|due| !life.is_stated(term, *due));
    let on = |due: Option<DueDay>| due.map(|due| due.on);
    let while_in = |status: Status, due: Option<Date>| due.filter(|_| life.status == status);
    let dues = round.dues.as_ref();
    let statutory = dues.and_then(|dues: &ClockDues| dues.statutory);
    let promised = dues.and_then(|dues: &ClockDues| dues.promised);
    let hearing = round.hearing.map(|(_, hold_by)| hold_by);
    [
        while_in(Status::Submitted, unstated(Term::Intake, on(round.intake_due))),
        while_in(Status::PreReview, unstated(Term::PreReview, on(round.pre_review_due))),
        while_in(Status::InReview, unstated(Term::Statutory, statutory)),
        while_in(Status::InReview, unstated(Term::Promised, promised)),
        while_in(Status::Suspended, round.stops.iter().map(|stop| stop.told_until).min()),
        while_in(Status::Approved, unstated(Term::Delivery, on(round.delivery_due))),
        unstated(Term::Hearing, on(hearing)),
        first(
            round.renewal.map(|renewal| renewal.expires_on),
            life.offer.as_ref().filter(|offer| !offer.overdue_stated).map(|offer| offer.answer_due.on),
        ),
    ]
}

fn first(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    [a, b].into_iter().flatten().min()
}

pub(crate) fn write(
    db: &Connection,
    (county, matter, permit): (&str, &str, &str),
    due: Option<Date>,
) -> rusqlite::Result<()> {
    match due {
        Some(due) => db
            .prepare_cached(
                "INSERT INTO deadline VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (county, matter, permit) DO UPDATE SET due = excluded.due",
            )?
            .execute(params![county, matter, permit, Day(due)]),
        None => db
            .prepare_cached("DELETE FROM deadline WHERE county = ?1 AND matter = ?2 AND permit = ?3")?
            .execute(params![county, matter, permit]),
    }
    .map(drop)
}

/// A stream that time has something to state of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueStream {
    /// Its county.
    pub county: CountyId,
    /// Its matter.
    pub matter: MatterId,
    /// Last day of its first open term.
    pub due: Date,
}

/// Streams with an open term whose last day is before `day`, the longest past first, at most `limit`.
/// Matters that are completed or given up are not among them.
///
/// # Errors
/// What SQLite said.
pub fn due_streams(db: &Connection, before: Date, limit: usize) -> rusqlite::Result<Vec<DueStream>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(
        "SELECT d.county, d.matter, min(d.due) AS due
         FROM deadline d JOIN board_matter m ON m.county = d.county AND m.matter = d.matter
         WHERE d.due < ?1 AND m.phase NOT IN ('completed', 'terminated')
         GROUP BY d.county, d.matter ORDER BY due, d.county, d.matter LIMIT ?2",
    )?
    .query_map(params![Day(before), limit], |row| {
        Ok(DueStream {
            county: parsed(row, "county")?,
            matter: parsed(row, "matter")?,
            due: day(row, "due")?.unwrap_or(before),
        })
    })?
    .collect()
}

/// Last day of one permit's first open term.
///
/// # Errors
/// What SQLite said.
pub fn due_of(
    db: &Connection,
    county: &CountyId,
    matter: MatterId,
    permit: &PermitCode,
) -> rusqlite::Result<Option<Date>> {
    let mut query =
        db.prepare_cached("SELECT due FROM deadline WHERE county = ?1 AND matter = ?2 AND permit = ?3")?;
    let mut rows = query.query(params![county.as_str(), matter.to_string(), permit.as_str()])?;
    rows.next()?.map_or(Ok(None), |row| day(row, "due"))
}
