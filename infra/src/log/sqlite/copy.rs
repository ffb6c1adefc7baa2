//! A copy of the embedded log as it stood at one position, made beside a server that goes on writing.
//!
//! Invariants: the copy holds every event up to the head that was read first and none after it; rows are copied as they
//! are; no read is open longer than one page of rows, so the server's write-ahead log can be folded in meanwhile, and a
//! server that is killed and started again during a copy starts (unless its disk had failed: `OpenError::InDoubt`).
//! Deliberately absent: SQLite's own backup, which would hold one read open from beginning to end; and checking: that is
//! `audit`, on the copy. Why: docs/decisions/0032-backup.md.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{OpenError, open, schema};
use crate::log::LogId;

/// Rows read at once.
const PAGE: i64 = 2_048;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The log.
    pub id: LogId,
    /// The number of its last position in the copy, 0 if there is none.
    pub head: u64,
}

/// The log was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is no log to copy.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log cannot be read to its end.
    #[error(
        "the event log in {} cannot be read: {source}. `onematter doctor` says more; check the disk", dir.display()
    )]
    Read {
        /// The directory.
        dir: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The copy cannot be written.
    #[error("the copy {} cannot be written: {source}. Check the space and who may write there", file.display())]
    Write {
        /// The copy.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The copy cannot be synced.
    #[error("the copy {} cannot be synced: {source}. Check the disk", file.display())]
    Sync {
        /// The copy.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Copies the log in `dir` into a new file. Tells `on_progress` how many events are copied, and of how many. Blocks.
///
/// # Errors
/// See [`CopyError`]: each says what to do.
pub fn copy(dir: &Path, file: &Path, on_progress: &dyn Fn(u64, u64)) -> Result<Copied, CopyError> {
    let seen = open::look(dir)?;
    let read = |source| CopyError::Read { dir: dir.to_owned(), source };
    let write = |source| CopyError::Write { file: file.to_owned(), source };
    let source = open::read_only(&seen.file).map_err(read)?;
    let target = Connection::open(file).map_err(write)?;
    // whatever happens to an unfinished copy, it is made again
    target
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384")
        .and_then(|()| schema::create_as(&target, seen.id))
        .map_err(write)?;
    let tables = Tables { source: &source, target: &target, head: seen.head.cast_signed() };
    tables.events(&|done| on_progress(done, seen.head)).map_err(|e| e.tell(read, write))?;
    for part in [Tables::order, Tables::streams, Tables::types] {
        part(&tables).map_err(|e| e.tell(read, write))?;
    }
    drop(source);
    target.close().map_err(|(_, source)| write(source))?;
    let synced = File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|source| CopyError::Sync { file: file.to_owned(), source })?;
    Ok(Copied { id: seen.id, head: seen.head })
}

/// Which of the two files failed.
enum Failed {
    Read(rusqlite::Error),
    Write(rusqlite::Error),
}

impl Failed {
    fn tell(
        self,
        read: impl Fn(rusqlite::Error) -> CopyError,
        write: impl Fn(rusqlite::Error) -> CopyError,
    ) -> CopyError {
        match self {
            Self::Read(error) => read(error),
            Self::Write(error) => write(error),
        }
    }
}

struct Tables<'a> {
    source: &'a Connection,
    target: &'a Connection,
    head: i64,
}

impl Tables<'_> {
    /// Events in the order of their rows: the copy is written from end to end. What is appended meanwhile lies after
    /// the head and is passed over.
    fn events(&self, on_progress: &dyn Fn(u64)) -> Result<(), Failed> {
        let select = "SELECT no, position, type, recorded, id, leaf, payload, metadata FROM event
             WHERE no > ?1 ORDER BY no LIMIT ?2";
        let insert = "INSERT INTO event (no, position, type, recorded, id, leaf, payload, metadata)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut done = 0_u64;
        self.pages(select, i64::MIN, |row| {
            if matches!(row.get(1), Some(Value::Integer(position)) if *position > self.head) {
                return Ok(());
            }
            done += 1;
            if done.is_multiple_of(PAGE.unsigned_abs()) {
                on_progress(done);
            }
            self.put(insert, row)
        })?;
        on_progress(done);
        Ok(())
    }

    fn order(&self) -> Result<(), Failed> {
        let select = "SELECT position, event FROM log WHERE position > ?1 ORDER BY position LIMIT ?2";
        self.pages(select, 0, |row| match row.first() {
            Some(Value::Integer(position)) if *position > self.head => Ok(()),
            _ => self.put("INSERT INTO log (position, event) VALUES (?1, ?2)", row),
        })
    }

    /// The streams that have an event in the copy.
    fn streams(&self) -> Result<(), Failed> {
        let select = "SELECT no, name FROM stream WHERE no > ?1 ORDER BY no LIMIT ?2";
        self.pages(select, i64::MIN, |row| match row.first() {
            Some(Value::Integer(no))
                if schema::stream_head(self.target, *no).map_err(Failed::Write)?.is_none() =>
            {
                Ok(())
            }
            _ => self.put("INSERT INTO stream (no, name) VALUES (?1, ?2)", row),
        })
    }

    fn types(&self) -> Result<(), Failed> {
        let select = "SELECT no, name, version FROM event_type WHERE no > ?1 ORDER BY no LIMIT ?2";
        self.pages(select, i64::MIN, |row| {
            self.put("INSERT INTO event_type (no, name, version) VALUES (?1, ?2, ?3)", row)
        })
    }

    /// Reads a table by its key, a page at a time; each page is one transaction of the copy.
    fn pages(
        &self,
        select: &str,
        before: i64,
        mut each: impl FnMut(&[Value]) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let mut after = before;
        loop {
            let page = self.page(select, after).map_err(Failed::Read)?;
            self.target.execute_batch("BEGIN").map_err(Failed::Write)?;
            for row in &page {
                if let Some(Value::Integer(key)) = row.first() {
                    after = *key;
                }
                each(row)?;
            }
            self.target.execute_batch("COMMIT").map_err(Failed::Write)?;
            if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }

    fn page(&self, select: &str, after: i64) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = self.source.prepare_cached(select)?;
        let columns = statement.column_count();
        let rows =
            statement.query_map((after, PAGE), |row| (0..columns).map(|nth| row.get(nth)).collect())?;
        rows.collect()
    }

    fn put(&self, insert: &str, row: &[Value]) -> Result<(), Failed> {
        let put = || {
            self.target.prepare_cached(insert)?.execute(rusqlite::params_from_iter(row))?;
            Ok(())
        };
        put().map_err(Failed::Write)
    }
}
