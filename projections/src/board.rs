//! The board: every matter and every permit of it, and what is read from a permit's life: desk, deadlines, debts.
//!
//! Invariants: desk, deadline and debt rows are a pure function of the permit's row and are written with it, so they
//! never disagree; a flush writes a touched permit once and of its other rows only what differs.
//! Deliberately absent: counts (queries count), what lists do not show (one matter's screen is the fold of its stream).

mod glance;
mod matter;
mod milestone;
mod outline;
mod overview;
mod party;
mod permit;
#[cfg(test)]
pub(crate) mod tests;

pub use matter::{MatterRow, Phase};
pub use milestone::{AskedChange, MilestoneRow, WrittenMilestone, milestones};
pub use overview::{
    Counts, MatterCursor, MatterFilter, MatterOrder, MatterRows, PermitCursor, PermitFilter, StageProgress,
    counts, ids, matter_rows, matters, permits, stages,
};
pub use permit::PermitRow;

use crate::{
    deadlines, desk,
    life::{Life, Planned},
    projection::{EncodedEvent, Incoming, Projection, Unreadable},
    sql::unreadable,
    supervision, tolerances,
};
use om_domain::{
    decider::Recorded,
    ids::{CountyId, MatterId, MilestoneCode, PermitCode},
    matter::{
        event::{MatterEvent as E, MatterPlanned, PlanAmended},
        event_milestone, event_permit,
    },
};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The projection of matters: board, desk, deadlines and debts.
#[derive(Debug)]
pub struct Board;

/// A matter, a permit of it, or a milestone of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// Its matter.
    pub matter: MatterId,
    /// What of it.
    pub of: Of,
}

/// What of a matter a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// The matter itself.
    Matter,
    /// A permit.
    Permit(PermitCode),
    /// A milestone.
    Milestone(MilestoneCode),
}

/// A row of the board.
#[derive(Debug, Clone, PartialEq)]
pub enum BoardRow {
    /// A matter.
    Matter(Box<MatterRow>),
    /// A permit.
    Permit(Box<Written>),
    /// A milestone with a date.
    Milestone(Box<WrittenMilestone>),
}

/// A permit's life, and what of it stands in the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The life.
    pub life: Life,
    stands: permit::Stands,
    /// What follows from the life, of a permit that is folded whole.
    prepared: Option<permit::Prepared>,
}

impl Projection for Board {
    const NAME: &'static str = "board";
    const SCHEMA: u32 = 8;
    const CATEGORIES: &'static [&'static str] = &["matter"];
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = &[
        matter::DDL,
        permit::DDL,
        milestone::DDL,
        desk::DDL,
        deadlines::DDL,
        tolerances::DDL,
        supervision::DDL,
        party::DDL,
    ];
    const TABLES: &'static [&'static str] = &[
        matter::TABLE,
        permit::TABLE,
        milestone::TABLE,
        desk::TABLE,
        deadlines::TABLE,
        tolerances::TABLE,
        supervision::TABLE,
        party::TABLE,
    ];
    type Key = Key;
    type Row = BoardRow;
    type Aside = ();
    type Event<'a> = Incoming<MatterId, E>;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Self::Event<'a>>, Unreadable> {
        let matter = event.subject.parse().map_err(|e| Unreadable(format!("{e}")))?;
        Incoming::decode_by(glance::decode, event, matter).map(Some)
    }

    fn keys(event: &Self::Event<'_>, keys: &mut Vec<Key>) {
        let key = |of: Of| Key { county: event.county.clone(), matter: event.subject, of };
        let permit = |code: &PermitCode| key(Of::Permit(code.clone()));
        keys.push(key(Of::Matter));
        match &event.fact.event {
            E::MatterPlanned(e) => keys.extend(e.plan.permits.iter().map(|p| permit(&p.code))),
            E::PlanAmended(e) => {
                let put = e.put.iter().map(|p| &p.code);
                let dropped = e.drop.iter().filter(|code| !e.put.iter().any(|p| p.code == **code));
                keys.extend(put.chain(dropped).map(permit));
            }
            one => {
                keys.extend(event_permit(one).map(permit));
                keys.extend(event_milestone(one).map(|code| key(Of::Milestone(code.clone()))));
            }
        }
    }

    fn evolve(key: &Key, row: Option<BoardRow>, event: &Self::Event<'_>) -> Option<BoardRow> {
        let fact = &event.fact;
        match (&key.of, row) {
            (Of::Matter, Some(BoardRow::Matter(mut row))) => {
                row.evolve(fact, event.position);
                Some(BoardRow::Matter(row))
            }
            (Of::Matter, _) => {
                MatterRow::proposed(fact, event.position).map(|row| BoardRow::Matter(Box::new(row)))
            }
            (Of::Permit(code), Some(BoardRow::Permit(row))) => {
                permit_event(code, Some(row), fact, event.position).map(BoardRow::Permit)
            }
            (Of::Permit(code), _) => permit_event(code, None, fact, event.position).map(BoardRow::Permit),
            (Of::Milestone(_), row) => {
                let (row, stands) = match row {
                    Some(BoardRow::Milestone(written)) => (Some(written.row), written.stands),
                    _ => (None, None),
                };
                let row = MilestoneRow::evolve(row, fact)?;
                Some(BoardRow::Milestone(Box::new(WrittenMilestone { row, stands })))
            }
        }
    }

    fn prepare(_: &Key, row: &mut BoardRow, _: &mut Vec<()>) {
        if let BoardRow::Permit(row) = row {
            // what cannot be packed, whoever writes it says
            row.prepared = permit::Prepared::of(&row.life).ok();
        }
    }

    fn store_new(db: &Connection, rows: &mut [(Key, BoardRow)]) -> rusqlite::Result<()> {
        let same = |(a, _): &(Key, _), (b, _): &(Key, _)| (a.matter, &a.county) == (b.matter, &b.county);
        rows.chunk_by_mut(same).try_for_each(|rows| store_matter(db, rows))
    }

    fn load(db: &Connection, key: &Key) -> rusqlite::Result<Option<BoardRow>> {
        let matter = key.matter.to_string();
        match &key.of {
            Of::Matter => {
                Ok(matter::load(db, key.county.as_str(), &matter)?.map(|row| BoardRow::Matter(Box::new(row))))
            }
            Of::Permit(code) => {
                let life = permit::load(db, (key.county.as_str(), &matter, code.as_str()))?;
                Ok(life.map(|life| {
                    let stands = permit::Stands::of(&life);
                    BoardRow::Permit(Box::new(Written::new(life, stands)))
                }))
            }
            Of::Milestone(code) => {
                let written = milestone::load(db, (key.county.as_str(), &matter, code))?;
                Ok(written.map(|written| BoardRow::Milestone(Box::new(written))))
            }
        }
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut BoardRow>) -> rusqlite::Result<()> {
        let matter = key.matter.to_string();
        match (&key.of, row) {
            (Of::Matter, Some(BoardRow::Matter(row))) => {
                matter::store(db, (key.county.as_str(), &matter), row)
            }
            (Of::Permit(code), Some(BoardRow::Permit(row))) => {
                permit::store(db, (key.county.as_str(), &matter, code.as_str()), row)
            }
            (Of::Permit(code), _) => permit::remove(db, (key.county.as_str(), &matter, code.as_str())),
            (Of::Milestone(code), Some(BoardRow::Milestone(row))) => {
                milestone::store(db, (key.county.as_str(), &matter, code), row)
            }
            // neither a matter nor a milestone with a date ever goes again
            (Of::Matter | Of::Milestone(_), _) => Ok(()),
        }
    }
}

impl Written {
    const fn new(life: Life, stands: permit::Stands) -> Self {
        Written { life, stands, prepared: None }
    }
}

/// Writes all rows of one matter of which nothing stands.
fn store_matter(db: &Connection, rows: &mut [(Key, BoardRow)]) -> rusqlite::Result<()> {
    let Some((Key { county, matter, .. }, _)) = rows.first() else { return Ok(()) };
    let (county, matter) = (county.clone(), matter.to_string());
    let place = (county.as_str(), &*matter);
    let mut permits = Vec::with_capacity(rows.len());
    for (key, row) in rows {
        match (&key.of, row) {
            (Of::Matter, BoardRow::Matter(row)) => matter::store_new(db, place, row)?,
            (Of::Permit(code), BoardRow::Permit(row)) => {
                let prepared = match row.prepared.take() {
                    Some(prepared) => prepared,
                    None => permit::Prepared::of(&row.life).map_err(unreadable)?,
                };
                permits.push((code.as_str(), &row.life, prepared));
            }
            (_, row) => Board::store(db, key, Some(row))?,
        }
    }
    permit::store_new(db, place, &permits)
}

/// The permit's row after a fact; a fact of a permit that is not in the plan changes nothing.
fn permit_event(
    code: &PermitCode,
    row: Option<Box<Written>>,
    fact: &Recorded<E>,
    position: u64,
) -> Option<Box<Written>> {
    match &fact.event {
        E::MatterPlanned(e) => planned(code, e, row, fact, position),
        E::PlanAmended(e) => amended(code, e, row, fact, position),
        _ => row.map(|mut row| {
            row.life.evolve(fact, position);
            row
        }),
    }
}

/// What one matter is made of on the read side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts {
    /// The lives of its permits.
    pub lives: BTreeMap<PermitCode, Life>,
    /// Its milestones that have a date.
    pub milestones: BTreeMap<MilestoneCode, MilestoneRow>,
}

/// A matter's permits and dated milestones by these facts, in the order given: the rows as they would be if no more had
/// happened.
pub fn parts(county: &CountyId, matter: MatterId, facts: impl IntoIterator<Item = Recorded<E>>) -> Parts {
    let (mut rows, mut keys) = (BTreeMap::new(), Vec::new());
    for (position, fact) in (1..).zip(facts) {
        let incoming = Incoming { county: county.clone(), subject: matter, position, fact };
        Board::keys(&incoming, &mut keys);
        for key in keys.drain(..) {
            let row = rows.remove(&key);
            if let Some(row) = Board::evolve(&key, row, &incoming) {
                rows.insert(key, row);
            }
        }
    }
    let mut parts = Parts::default();
    for (key, row) in rows {
        match (key.of, row) {
            (Of::Permit(code), BoardRow::Permit(row)) => drop(parts.lives.insert(code, row.life)),
            (Of::Milestone(code), BoardRow::Milestone(row)) => drop(parts.milestones.insert(code, row.row)),
            _ => {}
        }
    }
    parts
}

fn planned(
    code: &PermitCode,
    e: &MatterPlanned,
    row: Option<Box<Written>>,
    fact: &Recorded<E>,
    position: u64,
) -> Option<Box<Written>> {
    let ordinal = e.plan.permits.iter().position(|p| p.code == *code)?;
    let plan = Planned::of(&e.plan.permits[ordinal], u16::try_from(ordinal).unwrap_or(ADDED_LATER));
    let life = Life::planned(plan, fact, position);
    let stands = row.map_or(permit::Stands::Nothing, |row| row.stands);
    Some(Box::new(Written::new(life, stands)))
}

/// Permits that an amendment adds come after those of the plan, by their code.
const ADDED_LATER: u16 = u16::MAX;

fn amended(
    code: &PermitCode,
    e: &PlanAmended,
    row: Option<Box<Written>>,
    fact: &Recorded<E>,
    position: u64,
) -> Option<Box<Written>> {
    let put = Planned::of(e.put.iter().find(|p| p.code == *code)?, ADDED_LATER);
    let fresh = |stands| Box::new(Written::new(Life::planned(put.clone(), fact, position), stands));
    Some(match row {
        None => fresh(permit::Stands::Unknown),
        Some(row) if e.drop.contains(code) => fresh(row.stands),
        Some(mut row) => {
            row.life.replan(put, fact, position);
            row
        }
    })
}
