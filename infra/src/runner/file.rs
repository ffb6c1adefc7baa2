//! The file of one projection: its rows and its checkpoint, in SQLite.
//!
//! `read/{name}-{schema}-{generation}.db` is a generation that serves or has served; `.building` behind it is one
//! that is being built. A generation's name is never used twice, so nothing written for one is mistaken for another.
//!
//! Invariants: rows and checkpoint change in one transaction; a file without `.building` was built to its end and
//! synced before it got its name.
//! Deliberately absent: durability of what came later: after a power cut the last commits may be missing, rows and
//! checkpoint together, and are folded again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use om_projections::projection::AnyProjection;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::shared::Progress;
use crate::log::{LogId, Position};

const BUILDING: &str = "building";
/// Statements kept by a connection: more than any projection has.
const STATEMENTS: usize = 128;
/// A file that is not there is not made: it would be empty and pass for one.
const EXISTING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// SQLite failed.
    #[error("the read database {} failed: {source}. It can be deleted; it is built again from the log", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system failed.
    #[error("{} cannot be used: {source}. Check the disk and who may write there", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The files of one projection.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) dir: PathBuf,
    pub(super) stem: String,
}

impl Files {
    pub(super) fn new(dir: &Path, projection: &dyn AnyProjection) -> Self {
        Self { dir: dir.to_owned(), stem: format!("{}-{}", projection.name(), projection.schema()) }
    }

    /// The newest generation that was built to its end.
    pub(super) fn newest(&self) -> Result<Option<(u32, PathBuf)>, FileError> {
        let mut newest = None;
        for path in list(&self.dir)? {
            if let Some(generation) = self.generation(&path)
                && newest.as_ref().is_none_or(|(known, _)| generation > *known)
            {
                newest = Some((generation, path));
            }
        }
        Ok(newest)
    }

    fn generation(&self, path: &Path) -> Option<u32> {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(&self.stem)?.strip_prefix('-')?.strip_suffix(".db")?.parse().ok()
    }

    fn path(&self, generation: u32) -> PathBuf {
        self.dir.join(format!("{}-{generation}.db", self.stem))
    }

    /// Creates the file of the next generation, empty, for [`Files::finish`].
    pub(super) fn begin(
        &self,
        generation: u32,
        projection: &mut dyn AnyProjection,
    ) -> Result<(PathBuf, Connection), FileError> {
        fs::create_dir_all(&self.dir).map_err(|source| io_error(&self.dir, source))?;
        let path = self.path(generation).with_extension(format!("db.{BUILDING}"));
        remove(&path)?;
        let database = |source| FileError::Database { file: path.clone(), source };
        let connection = Connection::open(&path).map_err(database)?;
        // whatever happens to an unfinished file, it is built again
        connection
            .execute_batch(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                 PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384;
                 CREATE TABLE runner_checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL, position TEXT, recorded TEXT, leaf BLOB);",
            )
            .map_err(database)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        projection.reset(&connection).map_err(database)?;
        Ok((path, connection))
    }

    /// Syncs a built file and gives it its name.
    pub(super) fn finish(
        &self,
        generation: u32,
        building: &Path,
        connection: Connection,
    ) -> Result<PathBuf, FileError> {
        drop(connection);
        let path = self.path(generation);
        let io = |source| io_error(building, source);
        File::open(building).and_then(|file| file.sync_all()).map_err(io)?;
        fs::rename(building, &path).map_err(io)?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(io)?;
        Ok(path)
    }

    /// Removes earlier generations of this projection, other schemas of it, and what was left unfinished of them;
    /// what cannot be removed stays.
    pub(super) fn tidy(&self, projection: &str, keep: u32) {
        let Ok(paths) = list(&self.dir) else { return };
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((schema, generation)) = numbers(name, projection) else { continue };
            if format!("{projection}-{schema}") != self.stem || generation < keep {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// How often a file that is being written is synced.
const SYNCED_EVERY: Duration = Duration::from_millis(100);

/// Does the work that writes a file, and syncs meanwhile what is written: little is left to wait for at the end. What a sync
/// says is said once, to whoever asks first, and so must be heard here. That its own handle is closed takes SQLite's lock away, which nobody
/// else asks for: only this process knows the file's name.
pub(super) fn synced_meanwhile<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, FileError> {
    let io = |source| io_error(path, source);
    let file = File::open(path).map_err(io)?;
    thread::scope(|scope| {
        let (working, ended) = mpsc::channel::<()>();
        let synced = scope.spawn(move || {
            while ended.recv_timeout(SYNCED_EVERY) == Err(RecvTimeoutError::Timeout) {
                file.sync_data()?;
            }
            Ok(())
        });
        let done = work();
        drop(working);
        let synced = synced.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        synced.map(|()| done).map_err(io)
    })
}

/// Schema and generation in the name of any file of a projection.
fn numbers(name: &str, projection: &str) -> Option<(u32, u32)> {
    let (schema, rest) = name.strip_prefix(projection)?.strip_prefix('-')?.split_once('-')?;
    let (generation, _) = rest.split_once(".db")?;
    Some((schema.parse().ok()?, generation.parse().ok()?))
}

/// Whether it may work again by itself: a full disk, a lock, a device that hiccups. What is otherwise wrong with a
/// file is not put right by waiting.
pub(super) fn is_passing(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, SystemIoFailure};
    let passing = [DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, SystemIoFailure];
    error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
}

/// Removes a generation that nobody has open; what cannot be removed is removed at the next start.
pub(super) fn remove_generation(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

/// Opens a generation for folding.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, EXISTING)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Opens a generation for queries.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, EXISTING)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// What a file says it was folded from and how far, in its own words; opened for reading only.
pub(crate) fn look(path: &Path) -> rusqlite::Result<Option<(String, Option<String>)>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    let row = connection
        .query_row("SELECT log, position FROM runner_checkpoint", [], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}

/// Reads the checkpoint; `None` if the file was folded from another log or cannot tell. One of before there were leaves fails here,
/// and is built again.
pub(super) fn checkpoint(connection: &Connection, log: LogId) -> rusqlite::Result<Option<Progress>> {
    type Row = (String, Option<String>, Option<String>, Option<[u8; 32]>);
    let row: Option<Row> = connection
        .prepare_cached("SELECT log, position, recorded, leaf FROM runner_checkpoint")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((_, position, recorded, leaf)) = row.filter(|(of, ..)| *of == log.to_string()) else {
        return Ok(None);
    };
    let position = position.map(|text| text.parse::<Position>()).transpose();
    let recorded = recorded.map(|text| text.parse::<Timestamp>()).transpose();
    Ok(position.ok().zip(recorded.ok()).map(|(position, recorded)| Progress { position, recorded, leaf }))
}

/// Writes the checkpoint; inside the transaction of the rows.
pub(super) fn set_checkpoint(connection: &Connection, log: LogId, to: Progress) -> rusqlite::Result<()> {
    let position = to.position.map(|position| position.to_string());
    let recorded = to.recorded.map(|recorded| recorded.to_string());
    connection
        .prepare_cached(
            "INSERT INTO runner_checkpoint VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT (one) DO UPDATE
             SET log = excluded.log, position = excluded.position, recorded = excluded.recorded, leaf = excluded.leaf",
        )?
        .execute(params![log.to_string(), position, recorded, to.leaf])
        .map(drop)
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, FileError> {
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(|source| io_error(dir, source)))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(io_error(dir, source)),
    }
}

fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path, source: io::Error) -> FileError {
    FileError::Io { path: path.to_owned(), source }
}
