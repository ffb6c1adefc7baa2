//! Whole streams folded in memory, apart from the tables: how a projection is built by several threads at once.
//!
//! Invariants: the rows are those that folding the log in its order would come to, for each row is a function of one
//! stream's facts ([`Projection::BY_STREAM`]) and a stream is folded in its order, by one fold, from its first event (in which
//! portion a paper lies is no part of what a row says). What a
//! table orders by something else than the key is kept aside and written in that order, many entries at a time.
//! Deliberately absent: rows read back; what is folded here is written into tables that hold nothing of its streams.

use crate::projection::{EncodedEvent, Poison, Projection};
use rusqlite::Connection;
use std::collections::{HashMap, hash_map::Entry};

/// Entries kept aside at most. Sorted, so many of them pass through a table of any size in one sweep.
const ASIDE: usize = 600_000;

/// Folds whole streams, on a thread of its own.
#[derive(Debug)]
pub struct Streams<P: Projection> {
    rows: HashMap<P::Key, Option<P::Row>, foldhash::fast::RandomState>,
    keys: Vec<P::Key>,
}

impl<P: Projection> Default for Streams<P> {
    fn default() -> Self {
        Streams { rows: HashMap::default(), keys: Vec::new() }
    }
}

/// Rows that are to be written.
#[derive(Debug)]
pub struct Folded<P: Projection> {
    rows: Vec<(P::Key, P::Row)>,
    aside: Vec<P::Aside>,
}

impl<P: Projection> Streams<P> {
    /// Folds the next event of a stream.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn fold(&mut self, encoded: &EncodedEvent<'_>) -> Result<(), Poison> {
        let event = P::decode(encoded).map_err(|e| Poison::of::<P>(encoded, e.to_string()))?;
        let Some(event) = event else { return Ok(()) };
        P::keys(&event, &mut self.keys);
        for key in self.keys.drain(..) {
            match self.rows.entry(key) {
                Entry::Occupied(mut held) => {
                    let row = held.get_mut().take();
                    *held.get_mut() = P::evolve(held.key(), row, &event);
                }
                Entry::Vacant(place) => {
                    let row = P::evolve(place.key(), None, &event);
                    place.insert(row);
                }
            }
        }
        Ok(())
    }

    /// The rows of all streams folded since the last call; none of them may go on afterwards.
    pub fn rows(&mut self) -> Folded<P> {
        let held = self.rows.drain().filter_map(|(key, row)| Some((key, row?)));
        let mut rows: Vec<_> = held.collect();
        // In the order of the key: neighbours lie on the same page.
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut aside = Vec::new();
        for (key, row) in &mut rows {
            P::prepare(key, row, &mut aside);
        }
        Folded { rows, aside }
    }
}

/// Writes what was folded.
#[derive(Debug)]
pub struct Writer<P: Projection> {
    aside: Vec<P::Aside>,
}

impl<P: Projection> Default for Writer<P> {
    fn default() -> Self {
        // all of it at once: as it grows it would lie in memory twice
        Writer { aside: Vec::with_capacity(ASIDE) }
    }
}

impl<P: Projection> Writer<P> {
    /// Writes rows.
    ///
    /// # Errors
    /// What SQLite said.
    pub fn write(&mut self, db: &Connection, mut folded: Folded<P>) -> rusqlite::Result<()> {
        P::store_new(db, &mut folded.rows)?;
        if self.aside.len() + folded.aside.len() > ASIDE {
            self.finish(db)?;
        }
        self.aside.extend(folded.aside);
        Ok(())
    }

    /// Writes what was kept aside.
    ///
    /// # Errors
    /// What SQLite said.
    pub fn finish(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.aside.sort_unstable();
        self.aside.dedup();
        P::store_aside(db, &self.aside)?;
        self.aside.clear();
        Ok(())
    }
}
