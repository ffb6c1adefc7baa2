//! [`Folding`]: a [`Projection`] with its rows in memory, as an [`AnyProjection`].
//!
//! Invariants: a row in memory is never older than its table row; a touched row is written once a flush, however many
//! events touched it; at most the capacity of rows stays in memory between batches.
//! Deliberately absent: transactions and checkpoints; `forget` is how the runner says that one was lost.

use crate::projection::{AnyProjection, EncodedEvent, FoldError, Poison, Projection, Touched};
use rusqlite::{Connection, types::ValueRef};
use std::collections::{HashMap, hash_map::Entry};

/// Rows held in memory when none is asked for: some 3 KB each, matters and permits.
pub const DEFAULT_CAPACITY: usize = 10_000;

/// A projection and the rows of it that are in memory.
#[derive(Debug)]
pub struct Folding<P: Projection> {
    held: HashMap<P::Key, Held<P::Row>>,
    changed: Vec<P::Key>,
    keys: Vec<P::Key>,
    capacity: usize,
    /// The tables hold no row that is not held: a key that is not held has no row, and nothing need be looked up.
    whole: bool,
}

#[derive(Debug)]
struct Held<R> {
    row: Option<R>,
    changed: bool,
}

impl<P: Projection> Folding<P> {
    /// A projection with nothing in memory, keeping at most so many rows between batches.
    pub fn new(capacity: usize) -> Self {
        Folding { held: HashMap::new(), changed: Vec::new(), keys: Vec::new(), capacity, whole: false }
    }

    fn apply(&mut self, db: &Connection, key: P::Key, event: &P::Event<'_>) -> rusqlite::Result<()> {
        let mut held = match self.held.entry(key) {
            Entry::Occupied(held) => held,
            Entry::Vacant(place) => {
                let row = if self.whole { None } else { P::load(db, place.key())? };
                place.insert_entry(Held { row, changed: false })
            }
        };
        let row = held.get_mut().row.take();
        let row = P::evolve(held.key(), row, event);
        if !held.get().changed {
            self.changed.push(held.key().clone());
        }
        *held.get_mut() = Held { row, changed: true };
        Ok(())
    }

    fn fold_one(&mut self, db: &Connection, encoded: &EncodedEvent<'_>) -> Result<bool, FoldError> {
        let event = P::decode(encoded).map_err(|e| Poison::of::<P>(encoded, e.to_string()))?;
        let Some(event) = event else { return Ok(false) };
        let mut keys = std::mem::take(&mut self.keys);
        P::keys(&event, &mut keys);
        let applied = keys.drain(..).try_for_each(|key| self.apply(db, key, &event));
        self.keys = keys;
        applied?;
        Ok(true)
    }

    fn write_changed(&mut self, db: &Connection) -> rusqlite::Result<usize> {
        let mut changed = std::mem::take(&mut self.changed);
        // In the order of the key: neighbours lie on the same page.
        changed.sort_unstable();
        for key in &changed {
            if let Some(held) = self.held.get_mut(key) {
                P::store(db, key, held.row.as_mut())?;
                held.changed = false;
            }
        }
        Ok(changed.len())
    }

    fn let_go(&mut self) {
        if self.held.len() > self.capacity {
            self.forget();
        }
    }
}

impl<P: Projection> Default for Folding<P> {
    fn default() -> Self {
        Folding::new(DEFAULT_CAPACITY)
    }
}

impl<P: Projection> AnyProjection for Folding<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn schema(&self) -> u32 {
        P::SCHEMA
    }

    fn categories(&self) -> &'static [&'static str] {
        P::CATEGORIES
    }

    fn install(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.forget();
        create::<P>(db)
    }

    fn reset(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.forget();
        for table in P::TABLES {
            db.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
        }
        create::<P>(db)?;
        self.whole = true;
        Ok(())
    }

    fn fold(&mut self, db: &Connection, events: &[EncodedEvent<'_>]) -> Result<Touched, FoldError> {
        let mut touched = Touched::default();
        for event in events.iter().filter(|event| P::CATEGORIES.contains(&event.category)) {
            match self.fold_one(db, event) {
                Ok(true) => touched.events += 1,
                Ok(false) => {}
                Err(FoldError::Poison(poison)) => return Err(poison.into()),
                Err(FoldError::Database(fault)) => {
                    self.forget();
                    return Err(fault.into());
                }
            }
            if self.changed.len() > self.capacity {
                touched.rows += self.flush(db)?.rows;
            }
        }
        Ok(touched)
    }

    fn flush(&mut self, db: &Connection) -> rusqlite::Result<Touched> {
        let rows = self.write_changed(db).inspect_err(|_| self.forget())?;
        self.let_go();
        Ok(Touched { events: 0, rows })
    }

    fn forget(&mut self) {
        self.held.clear();
        self.changed.clear();
        self.whole = false;
    }

    fn dump(&self, db: &Connection) -> rusqlite::Result<Vec<String>> {
        let mut lines = Vec::new();
        for table in P::TABLES {
            dump_table(db, table, &mut lines)?;
        }
        Ok(lines)
    }
}

fn create<P: Projection>(db: &Connection) -> rusqlite::Result<()> {
    P::DDL.iter().try_for_each(|statements| db.execute_batch(statements))
}

/// Every row of a table as `table|value|value…`, sorted.
fn dump_table(db: &Connection, table: &str, lines: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut query = db.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = query.column_count();
    let mut rows = query.query([])?;
    let first = lines.len();
    while let Some(row) = rows.next()? {
        let mut line = table.to_owned();
        for column in 0..columns {
            line.push('|');
            line.push_str(&text(row.get_ref(column)?));
        }
        lines.push(line);
    }
    lines[first..].sort_unstable();
    Ok(())
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "∅".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests;
