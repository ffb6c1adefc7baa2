//! For the ticker: the next day after whose end time itself has something to state of a permit or of a milestone, which
//! stands in the permit's column as `milestone:CODE` (R22).
//!
//! Invariants: one row per permit with an open term, one per milestone whose date is ahead; when the fact that a term ran out has been recorded, the term has
//! left the row.
//! Deliberately absent: what becomes true with no day passing (a tolerated prerequisite that has landed, one that fell
//! away), which the next command on the matter states; stating anything, the grace after a day's end, and what day it is.

use crate::{
    life::{DebtState, DueDay, Life, Status},
    sql::{Day, day, day_if, parsed},
};
use jiff::civil::Date;
use om_domain::{
    ids::{BodyId, CountyId, MatterId, PermitCode},
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

/// The last day of the first of the permit's open terms whose running out has not been stated.
///
/// It mirrors what the matter's `settle` states. What is handed in waits for its officer and lapses no more.
pub fn next(life: &Life) -> Option<Date> {
    if life.round.number == 0 {
        return None;
    }
    let opinions = life.opinions_awaited().filter(|(_, asked)| !asked.overdue).map(|(_, asked)| asked.due.on);
    let owed = life.live_debts().filter(|debt| debt.state != DebtState::Received).map(|debt| debt.due);
    clock_terms(life).into_iter().chain(other_terms(life)).flatten().chain(owed).chain(opinions).min()
}

fn unstated(life: &Life, status: Status, term: Term, due: Option<Date>) -> Option<Date> {
    due.filter(|due| life.status == status && !life.is_stated(term, *due))
}

fn on(due: Option<DueDay>) -> Option<Date> {
    due.map(|due| due.on)
}

/// Terms of the round's course, each open in one status.
fn clock_terms(life: &Life) -> [Option<Date>; 6] {
    let round = &life.round;
    let dues = round.dues.unwrap_or_default();
    let told_until = round.stops.iter().map(|stop| stop.told_until).min();
    [
        unstated(life, Status::Submitted, Term::Intake, on(round.intake_due)),
        unstated(life, Status::PreReview, Term::PreReview, on(round.pre_review_due)),
        unstated(life, Status::InReview, Term::Statutory, dues.statutory),
        unstated(life, Status::InReview, Term::Promised, dues.promised),
        unstated(life, Status::Approved, Term::Delivery, on(round.delivery_due)),
        told_until.filter(|_| life.status == Status::Suspended),
    ]
}

/// Terms that run beside it.
fn other_terms(life: &Life) -> [Option<Date>; 3] {
    let round = &life.round;
    let stated = |to: &BodyId, due: Date| life.handoffs_overdue.iter().any(|(b, d)| b == to && *d == due);
    let offer = life.offer.as_ref().filter(|offer| !stated(&offer.to, offer.answer_due.on));
    [
        round.hearing.map(|(_, hold_by)| hold_by.on).filter(|due| !life.is_stated(Term::Hearing, *due)),
        round.renewal.and(round.valid_until).filter(|_| life.status == Status::Issued),
        offer.map(|offer| offer.answer_due.on),
    ]
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
/// Matters given up are not among them; time states nothing of those. The platform's own query: it asks of all
/// counties of the installation, and shows nothing to anybody.
///
/// # Errors
/// What SQLite said.
pub fn due_streams(db: &Connection, before: Date, limit: usize) -> rusqlite::Result<Vec<DueStream>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // Few streams are due of many that have a deadline, which SQLite cannot know.
    db.prepare_cached(
        "SELECT d.county, d.matter, min(d.due) AS due
         FROM deadline d INDEXED BY deadline_due JOIN board_matter m ON m.county = d.county AND m.matter = d.matter
         WHERE d.due < ?1 AND m.phase <> 'terminated'
         GROUP BY d.county, d.matter ORDER BY due, d.county, d.matter LIMIT ?2",
    )?
    .query_map(params![Day(before), limit], |row| {
        Ok(DueStream {
            county: parsed(row, "county")?,
            matter: parsed(row, "matter")?,
            due: day(row, "due")?,
        })
    })?
    .collect()
}

/// Streams in which a term runs: a card may fall due in them before a last day has passed, on a day that only the rules
/// know (R13). The platform's own query, as [`due_streams`].
///
/// # Errors
/// What SQLite said.
pub fn running_streams(db: &Connection) -> rusqlite::Result<Vec<(CountyId, MatterId)>> {
    db.prepare_cached(
        "SELECT DISTINCT p.county, p.matter
         FROM board_permit p JOIN board_matter m ON m.county = p.county AND m.matter = p.matter
         WHERE p.status IN ('submitted', 'pre_review', 'in_review', 'suspended', 'approved') AND NOT p.done
           AND m.phase <> 'terminated'
         ORDER BY p.county, p.matter",
    )?
    .query_map([], |row| Ok((parsed(row, "county")?, parsed(row, "matter")?)))?
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
    rows.next()?.map_or(Ok(None), |row| day_if(row, "due"))
}

#[cfg(test)]
mod tests;
