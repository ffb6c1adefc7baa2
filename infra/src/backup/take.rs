//! Taking a backup beside a running server.
//!
//! Invariant: `NAME.unfinished` is what is being written; `NAME` appears by a rename, after everything in it was synced,
//! read again and found sound.
//! Deliberately absent: increments; the log of a county is some gigabytes after years.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, backup::Backup};

use super::files::{self, create_private, sync_dir, sync_folders, under};
use super::keys::{self, KeysTaken, KeysTo};
use super::manifest::{LogFacts, Manifest};
use super::{APART, BackupError, DISPOSABLE, Kind, OnStep, PARTS, Step, Verified, io_error, verify};
use crate::log::sqlite::copy::copy as copy_log;
use crate::log::sqlite::{self, RESTORING};

pub(super) const LOCK: &str = ".lock";

/// What was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The backup.
    pub backup: Verified,
    /// The copy of the keys, if one was asked for.
    pub keys: Option<KeysTaken>,
}

/// Backs up the data directory `data` into the new directory `to`, and copies its keys apart if told where; `now` is written into
/// the manifest and stands in the copy's name. Blocks.
///
/// # Errors
/// See [`BackupError`]: each says what to do. Nothing is left under the name `to`, and no copy of the keys: both are there, or
/// neither.
pub fn take(
    (data, to): (&Path, &Path),
    keys: Option<KeysTo<'_>>,
    now: Timestamp,
    on_step: OnStep<'_>,
) -> Result<Taken, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let log = data.join(sqlite::FILE_NAME);
    if !log.is_file() {
        return Err(sqlite::OpenError::Missing { file: log }.into());
    }
    apart(data, to)?;
    if let Some(keys) = keys {
        keys::may_copy(data, to, keys.dir)?;
    }
    let unfinished = Unfinished::begin(to)?;
    fill(data, &unfinished.dir, now, on_step)?;
    let verified = match verify(&unfinished.dir, on_step) {
        Err(BackupError::Unfit { wrong, .. }) => return Err(BackupError::Damaged { wrong }),
        verified => verified?,
    };
    let Some(KeysTo { dir, days }) = keys else {
        unfinished.finish(to)?;
        return Ok(Taken { backup: verified, keys: None });
    };
    // after the texts, so that the key of each that was copied is there; and named before the backup is
    let uncopied = |source| BackupError::KeysNotCopied { dir: dir.to_owned(), source: Box::new(source) };
    let named = keys::copy(data, dir, now).and_then(keys::Copied::finish).map_err(uncopied)?;
    if let Err(error) = unfinished.finish(to) {
        if !to.exists() {
            named.undo();
        }
        return Err(error);
    }
    Ok(Taken { backup: verified, keys: Some(named.deleting_older(dir, now, days)) })
}

/// What lies in a data directory that is neither backed up nor known to be disposable.
///
/// # Errors
/// When the directory cannot be read.
pub fn left_out(data: &Path) -> Result<Vec<String>, BackupError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(data).map_err(io_error(data))? {
        let name = entry.map_err(io_error(data))?.file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix("-wal").or_else(|| name.strip_suffix("-shm")).unwrap_or(&name);
        let known =
            PARTS.iter().any(|part| part.name == stem) || DISPOSABLE.contains(&stem) || APART.contains(&stem);
        if !known && name != "lost+found" && name != RESTORING {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Neither lies in the other: a backup inside a data directory would be lost with it.
pub(super) fn apart(one: &Path, other: &Path) -> Result<(), BackupError> {
    let (a, b) = (real(one), real(other));
    if a.starts_with(&b) || b.starts_with(&a) {
        return Err(BackupError::Inside { path: other.to_owned() });
    }
    Ok(())
}

/// A path as it is without links, as far as it is there.
pub(super) fn real(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|a| a.canonicalize().ok().map(|real| (a.to_owned(), real)));
    there.map_or_else(
        // a relative path whose first part is not there yet
        || std::env::current_dir().map(|here| here.join(path)).unwrap_or_else(|_| path.to_owned()),
        |(known, real)| real.join(path.strip_prefix(&known).unwrap_or(Path::new(""))),
    )
}

fn fill(data: &Path, into: &Path, now: Timestamp, on_step: OnStep<'_>) -> Result<(), BackupError> {
    let (mut paths, mut copied) = (Vec::new(), None);
    for part in PARTS {
        let from = data.join(part.name);
        match part.kind {
            Kind::Log => {
                let file = into.join(part.name);
                drop(files::private_file(&file).map_err(io_error(&file))?);
                let on_progress = |done, of| on_step(Step::CopyingLog, done, of);
                copied = Some(copy_log(data, &file, &on_progress)?);
                paths.push(part.name.to_owned());
            }
            Kind::Database if from.is_file() => {
                database(&from, &into.join(part.name))?;
                paths.push(part.name.to_owned());
            }
            Kind::File if from.is_file() => {
                files::copy(&from, &into.join(part.name))?;
                paths.push(part.name.to_owned());
            }
            Kind::Database | Kind::File => {}
            Kind::Folder => {
                let found = under(data, part.name)?;
                for (nth, path) in (1..).zip(&found) {
                    files::copy(&data.join(path), &into.join(path))?;
                    on_step(Step::CopyingFiles, nth, found.len() as u64);
                }
                paths.extend(found);
            }
        }
    }
    let facts: Vec<_> = paths.iter().map(|path| files::facts(into, path)).collect::<Result<_, _>>()?;
    sync_folders(into, &facts)?;
    let copied = copied.ok_or_else(|| sqlite::OpenError::Missing { file: data.join(sqlite::FILE_NAME) })?;
    // what the copy must hold follows from the head alone; its verification counts what it does hold
    let log = LogFacts {
        id: copied.id.as_uuid(),
        head: copied.head,
        events: copied.head,
        streams: verify::streams(&into.join(sqlite::FILE_NAME))?,
        last_recorded: verify::last_recorded(&into.join(sqlite::FILE_NAME))?,
    };
    Manifest::new(now, log, facts).write(into)?;
    sync_dir(into)
}

/// Copies a small database in one read, and leaves it in one file.
pub(super) fn database(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Database { file: from.to_owned(), source };
    drop(files::private_file(to).map_err(io_error(to))?);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(failed)?;
    source.busy_timeout(std::time::Duration::from_secs(5)).map_err(failed)?;
    let mut target = Connection::open(to).map_err(failed)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(failed)?;
        backup.run_to_completion(i32::MAX, std::time::Duration::from_millis(20), None).map_err(failed)?;
    }
    target.pragma_update(None, "journal_mode", "DELETE").map_err(failed)?;
    target.close().map_err(|(_, source)| failed(source))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(io_error(to))
}

/// A backup, or a copy of keys, under way; what is not finished is removed.
pub(super) struct Unfinished {
    pub(super) dir: PathBuf,
    lock: Option<File>,
}

impl Unfinished {
    /// Makes `NAME.unfinished`; what an earlier backup that was broken off left there is removed.
    pub(super) fn begin(to: &Path) -> Result<Self, BackupError> {
        let name = to.file_name().ok_or_else(|| BackupError::Exists { path: to.to_owned() })?;
        let dir = to.with_file_name(format!("{}.unfinished", name.to_string_lossy()));
        create_private(&dir)?;
        let mut open = File::options();
        let lock = open.create(true).truncate(false).write(true).open(dir.join(LOCK));
        let lock = lock.map_err(io_error(&dir))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(BackupError::Busy { path: to.to_owned() }),
            Err(fs::TryLockError::Error(source)) => return Err(io_error(&dir)(source)),
        }
        for entry in fs::read_dir(&dir).map_err(io_error(&dir))? {
            let entry = entry.map_err(io_error(&dir))?;
            let path = entry.path();
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(io_error(&path))?;
            } else if entry.file_name() != LOCK {
                fs::remove_file(&path).map_err(io_error(&path))?;
            }
        }
        Ok(Self { dir, lock: Some(lock) })
    }

    pub(super) fn finish(mut self, to: &Path) -> Result<(), BackupError> {
        let lock = self.dir.join(LOCK);
        fs::remove_file(&lock).map_err(io_error(&lock))?;
        // an empty directory made meanwhile would be replaced: there is nothing in it
        fs::rename(&self.dir, to).map_err(io_error(to))?;
        self.lock = None;
        let above = to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_dir(above)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.lock.is_some() {
            // what stays is removed by the next backup of this name
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}
