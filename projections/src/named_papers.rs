//! Which matter names which paper: who may read a paper is asked of the matters that name it.
//!
//! Invariants: a paper once named stays named, as the facts do; a payload is looked through for hashes in fields that hold papers and not decoded, so
//! that no kind of fact, however new, names one unnoticed and no text names any.
//! A build writes portions, each sorted and each behind those before it: hashes have no order that streams could be folded in, and
//! in one sequence every portion would be written all over a table that outgrows memory. Whoever looks for a paper looks into each; there are
//! as many as a build has sorted, one in six hundred thousand entries. In which one an entry lies means nothing.
//! Deliberately absent: whose a paper is and who may see it; the facts of its matters say that.

use crate::{
    projection::{EncodedEvent, Projection, Unreadable},
    sql::unreadable,
};
use om_domain::{
    ids::{CountyId, MatterId, PaperHash},
    matter::papers_named_bytes,
};
use rusqlite::{Connection, Statement, params};
use std::cmp::Ordering;

/// The projection of papers that matters name.
#[derive(Debug)]
pub struct NamedPapers;

// of both only the bytes, one behind the other: there are more of these rows than the board has
const DDL: &str = "
CREATE TABLE IF NOT EXISTS matter_paper (
    county TEXT NOT NULL, portion INTEGER NOT NULL, paper_matter BLOB NOT NULL,
    PRIMARY KEY (county, portion, paper_matter)
) WITHOUT ROWID;
";

/// What comes one by one joins the first portion.
const INSERT: &str = "INSERT INTO matter_paper VALUES (?, 0, ?) ON CONFLICT DO NOTHING";

/// Bytes of a paper's hash.
const PAPER: usize = 32;
/// A paper's hash, and behind it the matter that names it.
type Both = [u8; PAPER + 16];

/// A matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub matter: MatterId,
}

/// The hashes of the papers that a fact of a matter names.
#[derive(Debug)]
pub struct Named {
    of: Key,
    papers: Vec<[u8; PAPER]>,
}

impl Projection for NamedPapers {
    const NAME: &'static str = "paper";
    const SCHEMA: u32 = 3;
    const CATEGORIES: &'static [&'static str] = &["matter"];
    const BY_STREAM: bool = true;
    const DDL: &'static [&'static str] = &[DDL];
    const TABLES: &'static [&'static str] = &["matter_paper"];
    type Key = Key;
    /// Papers named since the row was written last: what was written is never looked at again.
    type Row = Vec<[u8; PAPER]>;
    type Aside = Entry;
    type Event<'a> = Named;

    fn decode<'a>(event: &EncodedEvent<'a>) -> Result<Option<Named>, Unreadable> {
        let papers = papers_named_bytes(event.payload);
        if papers.is_empty() {
            return Ok(None);
        }
        let unreadable = |e: om_domain::ids::IdError| Unreadable(e.to_string());
        let county = event.county.parse().map_err(unreadable)?;
        let matter = event.subject.parse().map_err(unreadable)?;
        Ok(Some(Named { of: Key { county, matter }, papers }))
    }

    fn keys(event: &Named, keys: &mut Vec<Key>) {
        keys.push(event.of.clone());
    }

    fn evolve(_: &Key, row: Option<Self::Row>, event: &Named) -> Option<Self::Row> {
        let mut row = row.unwrap_or_default();
        row.extend_from_slice(&event.papers);
        Some(row)
    }

    fn prepare(key: &Key, row: &mut Self::Row, aside: &mut Vec<Entry>) {
        // a county's code has six digits, or it would be no county's
        if let Ok(county) = key.county.as_str().as_bytes().try_into() {
            let matter = key.matter.to_bytes();
            aside.extend(row.drain(..).map(|paper| Entry { county, both: both(paper, matter) }));
        }
    }

    /// Each lands beside the one before it, where SQLite need not look for its place.
    fn store_aside(db: &Connection, sorted: &[Entry]) -> rusqlite::Result<()> {
        let insert = |rows: usize| {
            let marks: Vec<_> = (3..rows + 3).map(|paper| format!("(?1, ?2, ?{paper})")).collect();
            db.prepare(&format!("INSERT INTO matter_paper VALUES {}", marks.join(", ")))
        };
        let (mut many, mut one) = (insert(TOGETHER)?, insert(1)?);
        let mut next =
            db.prepare("SELECT coalesce(max(portion) + 1, 0) FROM matter_paper WHERE county = ?")?;
        for of_county in sorted.chunk_by(|a, b| a.county == b.county) {
            let Some(first) = of_county.first() else { continue };
            let county = str::from_utf8(&first.county).map_err(unreadable)?;
            let portion: u32 = next.query_row([county], |row| row.get(0))?;
            let write = |statement: &mut Statement<'_>, entries: &[Entry]| {
                statement.raw_bind_parameter(1, county)?;
                statement.raw_bind_parameter(2, portion)?;
                for (mark, entry) in (3..).zip(entries) {
                    statement.raw_bind_parameter(mark, entry.both)?;
                }
                statement.raw_execute().map(drop)
            };
            let (whole, rest) = of_county.as_chunks::<TOGETHER>();
            whole.iter().try_for_each(|entries| write(&mut many, entries))?;
            rest.chunks(1).try_for_each(|entry| write(&mut one, entry))?;
        }
        Ok(())
    }

    /// Of what stands nothing is needed to go on.
    fn load(_: &Connection, _: &Key) -> rusqlite::Result<Option<Self::Row>> {
        Ok(None)
    }

    fn store(db: &Connection, key: &Key, row: Option<&mut Self::Row>) -> rusqlite::Result<()> {
        let Some(papers) = row.filter(|papers| !papers.is_empty()) else { return Ok(()) };
        papers.sort_unstable();
        papers.dedup();
        let mut insert = db.prepare_cached(INSERT)?;
        for paper in papers.drain(..) {
            insert.execute(params![key.county.as_str(), both(paper, key.matter.to_bytes())])?;
        }
        Ok(())
    }
}

fn both(paper: [u8; PAPER], matter: [u8; 16]) -> Both {
    let mut both = [0; PAPER + 16];
    both[..PAPER].copy_from_slice(&paper);
    both[PAPER..].copy_from_slice(&matter);
    both
}

/// That a matter of a county names a paper; entries sort as the table does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    county: [u8; COUNTY],
    both: Both,
}

impl Entry {
    /// Its first bytes, which tell two apart nearly always.
    fn head(&self) -> u128 {
        let mut head = [0; 16];
        head[..COUNTY].copy_from_slice(&self.county);
        head[COUNTY..].copy_from_slice(&self.both[..16 - COUNTY]);
        u128::from_be_bytes(head)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head().cmp(&other.head()).then_with(|| self.both.cmp(&other.both))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Digits of a county.
const COUNTY: usize = 6;
/// Rows of one statement.
const TOGETHER: usize = 64;

/// The matters that name a paper.
///
/// # Errors
/// What SQLite said.
pub fn naming(db: &Connection, county: &CountyId, paper: &PaperHash) -> rusqlite::Result<Vec<MatterId>> {
    let paper = paper.to_bytes();
    let (from, to) = (both(paper, [0; 16]), both(paper, [0xff; 16]));
    db.prepare_cached(
        "WITH RECURSIVE portions (nth) AS (
             SELECT max(portion) FROM matter_paper WHERE county = ?1
             UNION ALL SELECT nth - 1 FROM portions WHERE nth > 0)
         SELECT DISTINCT substr(paper_matter, 33) FROM portions CROSS JOIN matter_paper
         ON county = ?1 AND portion = nth AND paper_matter BETWEEN ?2 AND ?3",
    )?
    .query_map(params![county.as_str(), from, to], |row| Ok(MatterId::from_bytes(row.get(0)?)))?
    .collect()
}

#[cfg(test)]
mod tests;
