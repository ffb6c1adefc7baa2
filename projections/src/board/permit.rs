//! A permit's row, and the rows of desk, deadlines and debts that follow from it.

use super::Written;
use crate::{
    deadlines,
    desk::{self, Task},
    life::{CardLine, Debt, Life},
    sql::{Day, parsed, stage_name, unreadable},
    supervision, tolerances,
};
use jiff::civil::Date;
use om_domain::ids::{BodyId, CountyId, MatterId, PermitCode};
use rusqlite::{Connection, Row, params};

/// County, matter and permit as they stand in columns.
pub(super) type Place<'a> = (&'a str, &'a str, &'a str);

pub(super) const TABLE: &str = "board_permit";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS board_permit (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    lead TEXT NOT NULL, custodian TEXT NOT NULL, stage TEXT NOT NULL, status TEXT NOT NULL,
    done INTEGER NOT NULL, next_due TEXT, body TEXT NOT NULL,
    PRIMARY KEY (county, matter, permit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS board_permit_due ON board_permit (county, next_due, matter, permit)
    WHERE next_due IS NOT NULL;
";

/// What of a permit stands in the other tables.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stands {
    /// Nothing.
    Nothing,
    /// Perhaps rows of a permit of this code that was dropped.
    Unknown,
    /// These rows.
    Rows {
        /// Of the desk.
        tasks: Vec<Task>,
        /// Of the deadlines.
        due: Option<Date>,
        /// Of the ledger, with the lead department they name.
        debts: (BodyId, Vec<Debt>),
        /// Of the cards.
        cards: Vec<CardLine>,
    },
}

impl Stands {
    /// What stands when the life has been written.
    pub(super) fn of(life: &Life) -> Self {
        Stands::Rows {
            tasks: desk::tasks(life),
            due: deadlines::next(life),
            debts: (life.planned.lead.clone(), life.debts.clone()),
            cards: life.cards.clone(),
        }
    }
}

pub(super) fn load(db: &Connection, (county, matter, permit): Place<'_>) -> rusqlite::Result<Option<Life>> {
    let mut query =
        db.prepare_cached("SELECT body FROM board_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3")?;
    let mut rows = query.query(params![county, matter, permit])?;
    rows.next()?.map(life).transpose()
}

fn life(row: &Row<'_>) -> rusqlite::Result<Life> {
    serde_json::from_str(row.get_ref("body")?.as_str()?).map_err(unreadable)
}

pub(super) fn store(db: &Connection, place: Place<'_>, row: &mut Written) -> rusqlite::Result<()> {
    let life = &row.life;
    let body = serde_json::to_string(life).map_err(unreadable)?;
    db.prepare_cached(
        "INSERT INTO board_permit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (county, matter, permit) DO UPDATE
         SET lead = excluded.lead, custodian = excluded.custodian, stage = excluded.stage,
             status = excluded.status, done = excluded.done, next_due = excluded.next_due, body = excluded.body",
    )?
    .execute(params![
        place.0,
        place.1,
        place.2,
        life.planned.lead.as_str(),
        life.custodian.as_str(),
        stage_name(life.planned.stage),
        life.status.as_str(),
        life.is_done(),
        life.next_due().map(Day),
        body,
    ])?;
    write_rest(db, place, row)
}

fn write_rest(db: &Connection, place: Place<'_>, row: &mut Written) -> rusqlite::Result<()> {
    if row.stands == Stands::Unknown {
        remove_rest(db, place)?;
    }
    let new = Stands::of(&row.life);
    let Stands::Rows { tasks, due, debts, cards } = &new else { return Ok(()) };
    let (old_tasks, old_due, old_lead, old_debts, old_cards): (&[_], _, _, &[_], &[_]) = match &row.stands {
        Stands::Rows { tasks, due, debts, cards } => (tasks, *due, Some(&debts.0), &debts.1, cards),
        Stands::Nothing | Stands::Unknown => (&[], None, None, &[], &[]),
    };
    desk::write(db, place, old_tasks, tasks)?;
    if old_due != *due {
        deadlines::write(db, place, *due)?;
    }
    tolerances::write(db, place, (old_lead, old_debts), (&debts.0, &debts.1))?;
    supervision::write(db, place, old_cards, cards)?;
    row.stands = new;
    Ok(())
}

pub(super) fn remove(db: &Connection, place: Place<'_>) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM board_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3")?
        .execute(params![place.0, place.1, place.2])?;
    remove_rest(db, place)
}

fn remove_rest(db: &Connection, (county, matter, permit): Place<'_>) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM desk WHERE county = ?1 AND matter = ?2 AND permit = ?3",
        "DELETE FROM deadline WHERE county = ?1 AND matter = ?2 AND permit = ?3",
        "DELETE FROM tolerance WHERE county = ?1 AND matter = ?2 AND permit = ?3",
        "DELETE FROM card WHERE county = ?1 AND matter = ?2 AND permit = ?3",
    ] {
        db.prepare_cached(sql)?.execute(params![county, matter, permit])?;
    }
    Ok(())
}

/// A permit of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitRow {
    /// Its county.
    pub county: CountyId,
    /// Its matter.
    pub matter: MatterId,
    /// Its code in the plan.
    pub permit: PermitCode,
    /// Its life.
    pub life: Life,
}

/// Reads a row of `board_permit`.
pub(super) fn permit_row(row: &Row<'_>) -> rusqlite::Result<PermitRow> {
    Ok(PermitRow {
        county: parsed(row, "county")?,
        matter: parsed(row, "matter")?,
        permit: parsed(row, "permit")?,
        life: life(row)?,
    })
}
