//! Opening the file: lock, recognise, recover, create.
//!
//! Invariant: a file that is not an event log, or that a newer version wrote, is left as it was.
//! Deliberately absent: rewriting what an earlier version wrote; its rows are read as they are.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::{doubt, folding, schema};
use crate::log::LogId;

/// The name of the log's file in its directory; SQLite keeps `-wal` and `-shm` beside it.
pub const FILE_NAME: &str = "events.db";
/// The name of the file that is locked while a process writes the directory.
pub const LOCK_NAME: &str = "events.lock";
/// The folder of a data directory into which a backup is being restored; gone once it is whole.
pub const RESTORING: &str = "restore.unfinished";

/// How the embedded log uses the machine. The defaults suit a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many reads run at once.
    pub read_connections: usize,
    /// Page cache of each read connection, in KiB. Who reads in the log's order is quick while it holds the last pages of the streams that
    /// grow side by side.
    pub read_cache_kib: u32,
    /// Page cache of the writer, in KiB.
    pub write_cache_kib: u32,
    /// Pages (4 KiB) in the write-ahead log after which it is folded into the file.
    pub checkpoint_pages: u32,
    /// How much an acknowledgement is worth; nothing but [`Durability::Synced`] outside fault tests.
    pub durability: Durability,
}

/// How much an acknowledgement is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The events are synced before they are acknowledged.
    Synced,
    /// They are not. Loses acknowledged events at a power cut: here only to show that the power-cut harness
    /// notices.
    UnsyncedForFaultTests,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_connections: std::thread::available_parallelism().map_or(4, |n| n.get().max(4)),
            read_cache_kib: 4 * 1_024,
            write_cache_kib: 4 * 1_024,
            checkpoint_pages: 4_096,
            durability: Durability::Synced,
        }
    }
}

/// The log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be used.
    #[error("the directory {} of the event log cannot be used: {source}. Check that it exists and who may write there", dir.display())]
    Directory {
        /// The directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it open.
    #[error(
        "the event log in {} is open in another process. Stop that one first, or give this one a directory \
         of its own", dir.display()
    )]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// A sync has failed, and another program keeps all from being folded in anew.
    #[error(
        "a sync of {} has failed, and another program reads it, so that not everything can be brought to the disk anew. \
         Check the disk, end what reads it (a backup, `onematter history`), and start again", file.display()
    )]
    InDoubt {
        /// The file.
        file: PathBuf,
    },
    /// A restore into it was broken off.
    #[error(
        "restoring a backup into {} was broken off, so what is there is not whole. Start the same `onematter restore` \
         again", dir.display()
    )]
    HalfRestored {
        /// The directory.
        dir: PathBuf,
    },
    /// There is nothing to read.
    #[error("{} does not exist: name the data directory of a server or a demo", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// A newer version wrote the file.
    #[error(
        "{} was written by a newer version (layout {found}; this one knows {known}). Start the newer version, \
         or restore a backup made before the upgrade", file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its layout.
        found: i64,
        /// The newest layout known here.
        known: i64,
    },
    /// The file is something else.
    #[error("{} is not an event log. Move it away, or point the configuration at the right directory", file.display())]
    NotALog {
        /// The file.
        file: PathBuf,
    },
    /// The file is ours but cannot be read.
    #[error("the event log {} cannot be opened: {source}. Check the disk; if the file is damaged, restore a backup", file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// A file opened for writing, and what was found in it.
pub(super) struct Opened {
    pub(super) file: PathBuf,
    pub(super) id: LogId,
    /// The number of the last position, 0 if there is none.
    pub(super) head: u64,
    /// How the connection is set, as SQLite says.
    pub(super) durability: String,
    pub(super) connection: Connection,
    /// Set as it is, to fold the write-ahead log in beside it.
    pub(super) folding: Connection,
    /// Held for as long as anything may be written.
    pub(super) lock: File,
}

/// Opens the log in `dir`, and its file once more, to sync it; not where nothing is to be synced.
pub(super) fn open(dir: &Path, options: &Options) -> Result<(Opened, Option<File>), OpenError> {
    let lock = lock(dir)?;
    let file = dir.join(FILE_NAME);
    let storage = |source| unusable(dir, &file, source);
    let connection = connect(&file, options).map_err(storage)?;
    match schema::recognise(&connection).map_err(storage)? {
        schema::Found::Nothing => schema::create(&connection).map_err(storage)?,
        schema::Found::Log => {}
        schema::Found::Newer(found) => {
            return Err(OpenError::Newer { file, found, known: schema::LAYOUT });
        }
        schema::Found::SomethingElse => return Err(OpenError::NotALog { file }),
    }
    let durability = configure(&connection, options).map_err(storage)?;
    let in_doubt = is_in_doubt(&lock).map_err(|source| directory(dir, source))?;
    if in_doubt {
        let (length, folded) = folding::length_and_folded(&connection).map_err(storage)?;
        // SQLite's index, which lives as long as any process has the file open, says so: it would fold in the rest alone
        if 0 < folded && folded < length {
            return Err(OpenError::InDoubt { file });
        }
    }
    let recovered = recover(&connection).inspect_err(|error| {
        if doubt::is_failed_io(error) {
            note_doubt(&lock);
        }
    });
    recovered.map_err(storage)?;
    schema::raise_layout(&connection).map_err(storage)?;
    if in_doubt {
        lock.set_len(0).map_err(|source| directory(dir, source))?;
    }
    File::open(dir).and_then(|d| d.sync_all()).map_err(|source| directory(dir, source))?;
    let id = schema::id(&connection).map_err(storage)?;
    let head = schema::head(&connection).map_err(storage)?;
    let folding = connect(&file, options).map_err(storage)?;
    configure(&folding, options).map_err(storage)?;
    let synced = match options.durability {
        Durability::Synced => Some(File::options().read(true).write(true).open(&file)),
        Durability::UnsyncedForFaultTests => None,
    };
    let synced = synced.transpose().map_err(|source| directory(dir, source))?;
    Ok((Opened { file, id, head, durability, connection, folding, lock }, synced))
}

/// What is found in a file that is only read.
pub(super) struct Seen {
    pub(super) file: PathBuf,
    pub(super) id: LogId,
    /// The number of the last position, 0 if there is none.
    pub(super) head: u64,
}

/// Looks at the log in `dir` without a lock and without writing to it.
pub(super) fn look(dir: &Path) -> Result<Seen, OpenError> {
    whole(dir)?;
    let file = dir.join(FILE_NAME);
    if !file.is_file() {
        return Err(OpenError::Missing { file });
    }
    let storage = |source| unusable(dir, &file, source);
    let connection = read_only(&file).map_err(storage)?;
    match schema::recognise(&connection).map_err(storage)? {
        schema::Found::Log => {}
        schema::Found::Newer(found) => {
            return Err(OpenError::Newer { file, found, known: schema::LAYOUT });
        }
        schema::Found::Nothing | schema::Found::SomethingElse => return Err(OpenError::NotALog { file }),
    }
    let id = schema::id(&connection).map_err(storage)?;
    let head = schema::head(&connection).map_err(storage)?;
    Ok(Seen { file, id, head })
}

/// A connection that reads the file beside whoever writes it.
pub(super) fn read_only(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// What SQLite could not do, as what it means for whoever starts us.
fn unusable(dir: &Path, file: &Path, source: rusqlite::Error) -> OpenError {
    let file = file.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotALog { file },
        // our own processes are told apart by the lock; this is another program
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse { dir: dir.to_owned() },
        _ => OpenError::Storage { file, source },
    }
}

fn directory(dir: &Path, source: io::Error) -> OpenError {
    OpenError::Directory { dir: dir.to_owned(), source }
}

/// Holds a data directory for this process alone, as long as the file is kept.
///
/// # Errors
/// When the directory cannot be used, or another process holds it.
pub fn lock(dir: &Path) -> Result<File, OpenError> {
    let lock = lock_to_restore(dir)?;
    whole(dir)?;
    Ok(lock)
}

fn whole(dir: &Path) -> Result<(), OpenError> {
    if dir.join(RESTORING).exists() { Err(OpenError::HalfRestored { dir: dir.to_owned() }) } else { Ok(()) }
}

/// As [`lock`], also where a restore was broken off: for the restore that is started again.
///
/// # Errors
/// When the directory cannot be used, or another process holds it.
pub fn lock_to_restore(dir: &Path) -> Result<File, OpenError> {
    fs::create_dir_all(dir).map_err(|source| directory(dir, source))?;
    let mut open = File::options();
    let lock = open.create(true).truncate(false).write(true).open(dir.join(LOCK_NAME));
    let lock = lock.map_err(|source| directory(dir, source))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(directory(dir, source)),
    }
}

/// Opens without changing anything: the first statement that reads finds out whether it is a database.
fn connect(file: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    // Closing must not fold in silently: after a failed sync the write-ahead log is all there is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.write_cache_kib))?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
    Ok(connection)
}

/// Gives how the connection that writes is set, as SQLite itself says.
fn configure(connection: &Connection, options: &Options) -> rusqlite::Result<String> {
    let synchronous = match options.durability {
        Durability::Synced => "FULL",
        Durability::UnsyncedForFaultTests => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // a copy restored by hand may have lost it; readers beside the writer need it
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // where a sync may stop at the drive's cache (macOS), ask for the one that does not
    connection.pragma_update(None, "fullfsync", true)?;
    // SQLite's own folding hides its errors from us; the writer does it and looks
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.set_prepared_statement_cache_capacity(32);
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let level = match connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))? {
        0 => "OFF",
        1 => "NORMAL",
        2 => "FULL",
        _ => "EXTRA",
    };
    Ok(format!("journal_mode={journal} synchronous={level}"))
}

/// Folds in what an earlier process left. Its frames may be in the system's cache but not on disk (its last
/// sync may have failed): folding writes and syncs them anew, or fails. SQLite waits a while for whoever reads, then
/// says "busy" in its answer and folds in only a part: that is a failure too.
fn recover(connection: &Connection) -> rusqlite::Result<()> {
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    let why = "another program reads the file, so that what was left could not all be folded in";
    let failure = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), Some(why.to_owned()));
    if busy { Err(failure()) } else { Ok(()) }
}

/// Whether the lock file notes that writing or syncing has failed since the log was opened last.
///
/// # Errors
/// When the file cannot be looked at.
pub fn is_in_doubt(lock: &File) -> io::Result<bool> {
    Ok(lock.metadata()?.len() > 0)
}

/// Notes in the lock file, by its length, that writing or syncing has failed: what the system could not bring to the disk it may have forgotten, so
/// the next start is to fold in everything anew. The note need not survive the power; that ends the index too.
fn note_doubt(lock: &File) {
    if let Err(error) = lock.set_len(1) {
        tracing::error!(%error, "{LOCK_NAME} could not be marked: before the next start, end whatever reads the event log");
    }
}

/// The same, of the log in a file.
pub(super) fn note_doubt_of(file: &Path) {
    match File::options().write(true).open(file.with_file_name(LOCK_NAME)) {
        Ok(lock) => note_doubt(&lock),
        Err(error) => tracing::error!(%error, "{LOCK_NAME} could not be opened"),
    }
}
