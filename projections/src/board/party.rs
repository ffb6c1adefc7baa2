//! Who takes part in which matter: what the sight of departments is narrowed by.
//!
//! Invariant: a party stays one, as in the matter's own fold.

use crate::sql::Inserts;
use om_domain::access::Party;
use rusqlite::{Connection, params, types::ToSqlOutput};
use std::sync::LazyLock;

pub(super) const TABLE: &str = "matter_party";
pub(super) const DDL: &str = "
CREATE TABLE IF NOT EXISTS matter_party (
    county TEXT NOT NULL, party TEXT NOT NULL, matter TEXT NOT NULL,
    PRIMARY KEY (county, party, matter)
) WITHOUT ROWID;
";

/// Writes those who have joined since the row was written last.
pub(super) fn store(
    db: &Connection,
    (county, matter): (&str, &str),
    joined: &mut Vec<Party>,
) -> rusqlite::Result<()> {
    if joined.is_empty() {
        return Ok(());
    }
    let mut insert =
        db.prepare_cached("INSERT INTO matter_party VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    joined.sort_unstable();
    joined.dedup();
    for party in joined.drain(..) {
        insert.execute(params![county, party.to_string(), matter])?;
    }
    Ok(())
}

static NEW: LazyLock<Inserts> = LazyLock::new(|| Inserts::new("matter_party (county, matter, party)", 2, 1));

/// Writes those of a matter of which nothing stands.
pub(super) fn store_new(
    db: &Connection,
    (county, matter): (&str, &str),
    joined: &mut Vec<Party>,
) -> rusqlite::Result<()> {
    joined.sort_unstable();
    joined.dedup();
    let joined: Vec<[ToSqlOutput<'_>; 1]> =
        joined.drain(..).map(|party| [party.to_string().into()]).collect();
    NEW.insert(db, &[county, matter], &joined)
}
