//! Which matter names which paper: who may read it is asked of the matter.
//!
//! Invariant: a paper once named stays named, as the facts do.

use crate::sql::parsed;
use om_domain::ids::{CountyId, MatterId, PaperHash};
use rusqlite::{Connection, params};

pub(super) const TABLE: &str = "matter_paper";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS matter_paper (
    county TEXT NOT NULL, paper TEXT NOT NULL, matter TEXT NOT NULL,
    PRIMARY KEY (county, paper, matter)
) WITHOUT ROWID;
";

/// Writes the papers named since the row was written last.
pub(super) fn store(
    db: &Connection,
    (county, matter): (&str, &str),
    papers: &mut Vec<PaperHash>,
) -> rusqlite::Result<()> {
    if papers.is_empty() {
        return Ok(());
    }
    let mut insert =
        db.prepare_cached("INSERT INTO matter_paper VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    for paper in papers.drain(..) {
        insert.execute(params![county, paper.as_str(), matter])?;
    }
    Ok(())
}

/// The matters that name a paper.
///
/// # Errors
/// What SQLite said.
pub fn naming(db: &Connection, county: &CountyId, paper: &PaperHash) -> rusqlite::Result<Vec<MatterId>> {
    db.prepare_cached("SELECT matter FROM matter_paper WHERE county = ?1 AND paper = ?2")?
        .query_map(params![county.as_str(), paper.as_str()], |row| parsed(row, "matter"))?
        .collect()
}
