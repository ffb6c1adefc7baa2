//! A permit's row, and the rows of desk, deadlines and debts that follow from it.

use super::Written;
use crate::{
    deadlines,
    desk::{self, Task},
    life::{CardLine, Debt, Life},
    sql::{Day, Inserts, bytes, packed, parsed, stage_name, text, unpacked, unreadable},
    supervision, tolerances,
};
use jiff::civil::Date;
use om_domain::ids::{BodyId, CountyId, MatterId, PermitCode};
use rusqlite::{Connection, Row, params, types::Null};
use std::sync::LazyLock;

/// County, matter and permit as they stand in columns.
pub(super) type Place<'a> = (&'a str, &'a str, &'a str);

pub(super) const TABLE: &str = "board_permit";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS board_permit (
    county TEXT NOT NULL, matter TEXT NOT NULL, permit TEXT NOT NULL,
    lead TEXT NOT NULL, custodian TEXT NOT NULL, stage TEXT NOT NULL, status TEXT NOT NULL,
    done INTEGER NOT NULL, next_due TEXT, body BLOB NOT NULL,
    PRIMARY KEY (county, matter, permit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS board_permit_due ON board_permit (county, next_due, matter, permit)
    WHERE next_due IS NOT NULL;
";

static NEW: LazyLock<Inserts> = LazyLock::new(|| {
    let columns =
        "board_permit (county, matter, permit, lead, custodian, stage, status, done, next_due, body)";
    Inserts::new(columns, 2, 8)
});

/// What follows from a permit's life and stands in its row or in those of other tables.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prepared {
    /// The life, packed.
    body: Vec<u8>,
    next_due: Option<Date>,
    tasks: Vec<Task>,
    deadline: Option<Date>,
}

impl Prepared {
    /// What is to be written of a permit that is folded whole.
    pub(super) fn of(life: &Life) -> Result<Self, postcard::Error> {
        Ok(Prepared {
            body: packed(life)?,
            next_due: life.next_due(),
            tasks: desk::tasks(life),
            deadline: deadlines::next(life),
        })
    }
}

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

    fn tasks(&self) -> &[Task] {
        if let Stands::Rows { tasks, .. } = self { tasks } else { &[] }
    }

    const fn due(&self) -> Option<Date> {
        if let Stands::Rows { due, .. } = self { *due } else { None }
    }

    fn debts(&self) -> Option<(&BodyId, &[Debt])> {
        if let Stands::Rows { debts: (lead, debts), .. } = self { Some((lead, debts)) } else { None }
    }

    fn cards(&self) -> &[CardLine] {
        if let Stands::Rows { cards, .. } = self { cards } else { &[] }
    }
}

pub(super) fn load(db: &Connection, (county, matter, permit): Place<'_>) -> rusqlite::Result<Option<Life>> {
    let mut query =
        db.prepare_cached("SELECT body FROM board_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3")?;
    let mut rows = query.query(params![county, matter, permit])?;
    rows.next()?.map(life).transpose()
}

fn life(row: &Row<'_>) -> rusqlite::Result<Life> {
    unpacked(row, "body")
}

pub(super) fn store(db: &Connection, place: Place<'_>, row: &mut Written) -> rusqlite::Result<()> {
    if row.stands == Stands::Unknown {
        row.stands = load(db, place)?.map_or(Stands::Nothing, |life| Stands::of(&life));
    }
    let life = &row.life;
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
        packed(life).map_err(unreadable)?,
    ])?;
    let new = Stands::of(life);
    write_rest(db, place, &row.stands, &new)?;
    row.stands = new;
    Ok(())
}

fn write_rest(db: &Connection, place: Place<'_>, old: &Stands, new: &Stands) -> rusqlite::Result<()> {
    desk::write(db, place, old.tasks(), new.tasks())?;
    if old.due() != new.due() {
        deadlines::write(db, place, new.due())?;
    }
    tolerances::write(db, place, old.debts(), new.debts())?;
    supervision::write(db, place, old.cards(), new.cards())
}

/// Writes permits of one matter of which nothing stands, in the order of their codes.
pub(super) fn store_new(
    db: &Connection,
    (county, matter): (&str, &str),
    permits: &[(&str, &Life, Prepared)],
) -> rusqlite::Result<()> {
    let rows: Vec<_> = permits
        .iter()
        .map(|(permit, life, prepared)| {
            [
                text(permit),
                text(life.planned.lead.as_str()),
                text(life.custodian.as_str()),
                text(stage_name(life.planned.stage)),
                text(life.status.as_str()),
                life.is_done().into(),
                prepared.next_due.map_or(Null.into(), |due| due.to_string().into()),
                bytes(&prepared.body),
            ]
        })
        .collect();
    NEW.insert(db, &[county, matter], &rows)?;
    tolerances::write_new(db, (county, matter), permits.iter().map(|(permit, life, _)| (*permit, *life)))?;
    for (permit, life, prepared) in permits {
        let place = (county, matter, *permit);
        desk::write(db, place, &[], &prepared.tasks)?;
        if prepared.deadline.is_some() {
            deadlines::write(db, place, prepared.deadline)?;
        }
        supervision::write(db, place, &[], &life.cards)?;
    }
    Ok(())
}

/// Removes a permit and all that follows from it.
pub(super) fn remove(db: &Connection, place: Place<'_>) -> rusqlite::Result<()> {
    let Some(life) = load(db, place)? else { return Ok(()) };
    write_rest(db, place, &Stands::of(&life), &Stands::Nothing)?;
    db.prepare_cached("DELETE FROM board_permit WHERE county = ?1 AND matter = ?2 AND permit = ?3")?
        .execute(params![place.0, place.1, place.2])
        .map(drop)
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
