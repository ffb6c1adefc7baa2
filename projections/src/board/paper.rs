//! Which matter names which paper: who may read it is asked of the matter.
//!
//! Invariant: a paper once named stays named, as the facts do.

use crate::sql::unreadable;
use om_domain::ids::{CountyId, MatterId, PaperHash};
use rusqlite::{Connection, Statement, params};
use std::cmp::Ordering;

pub(super) const TABLE: &str = "matter_paper";
// of both only the bytes, one behind the other: there are more of these rows than of all others together
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS matter_paper (
    county TEXT NOT NULL, paper_matter BLOB NOT NULL,
    PRIMARY KEY (county, paper_matter)
) WITHOUT ROWID;
";

const INSERT: &str = "INSERT INTO matter_paper VALUES (?, ?) ON CONFLICT DO NOTHING";

/// Bytes of a paper's hash.
const PAPER: usize = 32;
/// A paper's hash, and behind it the matter that names it.
type Both = [u8; PAPER + 16];

fn both(paper: [u8; PAPER], matter: [u8; 16]) -> Both {
    let mut both = [0; PAPER + 16];
    both[..PAPER].copy_from_slice(&paper);
    both[PAPER..].copy_from_slice(&matter);
    both
}

/// Writes the papers named since the row was written last.
pub(super) fn store(
    db: &Connection,
    (county, matter): (&str, MatterId),
    papers: &mut Vec<[u8; PAPER]>,
) -> rusqlite::Result<()> {
    if papers.is_empty() {
        return Ok(());
    }
    let mut insert = db.prepare_cached(INSERT)?;
    papers.sort_unstable();
    papers.dedup();
    for paper in papers.drain(..) {
        insert.execute(params![county, both(paper, matter.to_bytes())])?;
    }
    Ok(())
}

/// That a matter of a county names a paper; they sort as the table does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    county: [u8; COUNTY],
    both: Both,
}

impl Named {
    /// Its first bytes, which tell two apart nearly always.
    fn head(&self) -> u128 {
        let mut head = [0; 16];
        head[..COUNTY].copy_from_slice(&self.county);
        head[COUNTY..].copy_from_slice(&self.both[..16 - COUNTY]);
        u128::from_be_bytes(head)
    }
}

impl Ord for Named {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head().cmp(&other.head()).then_with(|| self.both.cmp(&other.both))
    }
}

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Digits of a county.
const COUNTY: usize = 6;
/// Rows of one statement.
const TOGETHER: usize = 64;

/// Takes out the papers of a matter that was folded as a whole.
pub(super) fn set_aside(
    county: &CountyId,
    matter: MatterId,
    papers: &mut Vec<[u8; PAPER]>,
    aside: &mut Vec<Named>,
) {
    // a county's code has six digits, or it would be no county's
    if let Ok(county) = county.as_str().as_bytes().try_into() {
        let matter = matter.to_bytes();
        aside.extend(papers.drain(..).map(|paper| Named { county, both: both(paper, matter) }));
    }
}

/// Writes them in their order: each lands beside the one before it, where SQLite need not look for its place.
pub(super) fn store_sorted(db: &Connection, sorted: &[Named]) -> rusqlite::Result<()> {
    let rows: Vec<_> = (0..TOGETHER).map(|nth| format!("(?1, ?{})", nth + 2)).collect();
    let many = format!("INSERT INTO matter_paper VALUES {} ON CONFLICT DO NOTHING", rows.join(", "));
    let (mut many, mut one) = (db.prepare(&many)?, db.prepare(INSERT)?);
    for of_county in sorted.chunk_by(|a, b| a.county == b.county) {
        let (whole, rest) = of_county.as_chunks::<TOGETHER>();
        for named in whole {
            write(&mut many, named)?;
        }
        rest.chunks(1).try_for_each(|named| write(&mut one, named))?;
    }
    Ok(())
}

/// Papers of one county.
fn write(statement: &mut Statement<'_>, named: &[Named]) -> rusqlite::Result<()> {
    if let Some(first) = named.first() {
        statement.raw_bind_parameter(1, str::from_utf8(&first.county).map_err(unreadable)?)?;
    }
    for (mark, named) in (2..).zip(named) {
        statement.raw_bind_parameter(mark, named.both)?;
    }
    statement.raw_execute().map(drop)
}

/// The matters that name a paper.
///
/// # Errors
/// What SQLite said.
pub fn naming(db: &Connection, county: &CountyId, paper: &PaperHash) -> rusqlite::Result<Vec<MatterId>> {
    let paper = paper.to_bytes();
    let (from, to) = (both(paper, [0; 16]), both(paper, [0xff; 16]));
    db.prepare_cached(
        "SELECT substr(paper_matter, 33) FROM matter_paper WHERE county = ?1 AND paper_matter BETWEEN ?2 AND ?3",
    )?
    .query_map(params![county.as_str(), from, to], |row| Ok(MatterId::from_bytes(row.get(0)?)))?
    .collect()
}
