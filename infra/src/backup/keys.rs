//! Copies of the key store, apart from the backups and for a bounded time.
//!
//! ```text
//! DIR/keys-20260305T020000Z-0a1b2c3d/keys.db    the subjects' keys, wrapped, and the tombstones of those erased
//! DIR/keys-20260305T020000Z-0a1b2c3d/vault.key  the master key, if the one that wraps them lies in the data directory
//! ```
//!
//! Invariants: a copy bears the beginning of its log's identity, and only copies of the same log are taken for it or deleted; it has
//! its name once it is whole, synced and sound; older ones, and what was left of copies broken off, go when a newer one is whole, so
//! that a key destroyed today is in no copy once the term is over; what a backup holds cannot be read without a copy, and no copy lies in one.
//! Deliberately absent: keys in PostgreSQL, whose own backups hold them: their retention is what must be bounded there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::files::{self, create_private, sync_dir};
use super::take::{LOCK, Unfinished, database, real};
use super::{APART, BackupError, io_error, manifest, verify};
use crate::log::sqlite;
use crate::vault::{KEYS_NAME, MASTER_NAME, copied};

const PREFIX: &str = "keys-";
const UNFINISHED: &str = ".unfinished";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// Seconds after now in which a name is looked for, where copies are made at one moment.
const MOMENTS: i64 = 60;

/// Where the keys are copied to.
#[derive(Debug, Clone, Copy)]
pub struct KeysTo<'a> {
    /// The directory of copies.
    pub dir: &'a Path,
    /// For how many days older copies are kept.
    pub days: u32,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysTaken {
    /// Where.
    pub path: PathBuf,
    /// Whether the master key is in it; the one that wraps the keys does not lie in the data directory otherwise.
    pub master: bool,
    /// Older copies that were deleted.
    pub deleted: usize,
    /// Copies past their term that could not be deleted: somebody has to.
    pub undeleted: Vec<PathBuf>,
}

/// Whether keys may be copied there, beside a backup that is to be named `to`. Nothing is written.
pub(super) fn may_copy(data: &Path, to: &Path, dir: &Path) -> Result<(), BackupError> {
    for (other, what) in [(data, "the data directory"), (to, "the backup")] {
        let (a, b) = (real(dir), real(other));
        if a.starts_with(&b) || b.starts_with(&a) {
            return Err(BackupError::KeysTogether { keys: dir.to_owned(), what, other: other.to_owned() });
        }
    }
    let above = real(dir);
    // a folder further up that has a file of that name is a backup if its hash lies beside it
    let is_backup = |folder: &&Path| {
        folder.join(manifest::NAME).exists()
            && (*folder == above || folder.join(manifest::HASH_NAME).exists())
    };
    if let Some(backup) = above.ancestors().find(is_backup) {
        return Err(BackupError::KeysInBackup { keys: dir.to_owned(), backup: backup.to_owned() });
    }
    if !data.join(KEYS_NAME).is_file() {
        return Err(BackupError::NoKeys { dir: data.to_owned() });
    }
    Ok(())
}

/// A copy that is whole and has not got its name.
pub(super) struct Copied {
    unfinished: Unfinished,
    path: PathBuf,
    log: uuid::Uuid,
    master: bool,
}

/// Copies the keys of the data directory into a new folder of `dir`.
pub(super) fn copy(data: &Path, dir: &Path, now: Timestamp) -> Result<Copied, BackupError> {
    create_private(dir)?;
    let log = sqlite::identity(data)
        .map_err(|source| BackupError::Identity { dir: data.to_owned(), source })?
        .as_uuid();
    let name = |at: Timestamp| dir.join(format!("{PREFIX}{}-{}", at.strftime(STAMP), mark(log)));
    let free = |path: &PathBuf| !path.exists() && !with_suffix(path).exists();
    // of two at one moment the second bears the next
    let mut names = (0..MOMENTS).map(|later| name(now + SignedDuration::from_secs(later)));
    let path = names.find(free).ok_or_else(|| BackupError::Exists { path: name(now) })?;
    let unfinished = Unfinished::begin(&path)?;
    let into = &unfinished.dir;
    database(&data.join(KEYS_NAME), &into.join(KEYS_NAME))?;
    let mut master = data.join(MASTER_NAME).is_file();
    if master {
        let file = into.join(MASTER_NAME);
        files::copy(&data.join(MASTER_NAME), &file)?;
        if !copied::has_its_master(into)? {
            // one that was changed for another elsewhere
            fs::remove_file(&file).map_err(io_error(&file))?;
            master = false;
        }
    }
    sound(into)?;
    sync_dir(into)?;
    Ok(Copied { unfinished, path, log, master })
}

impl Copied {
    /// Gives it its name; where it is then.
    pub(super) fn finish(self) -> Result<Named, BackupError> {
        self.unfinished.finish(&self.path)?;
        Ok(Named { path: self.path, log: self.log, master: self.master })
    }
}

/// A copy that has its name.
pub(super) struct Named {
    path: PathBuf,
    log: uuid::Uuid,
    master: bool,
}

impl Named {
    /// Takes it back: what it was made with came to nothing.
    pub(super) fn undo(self) {
        // alone it says nothing that its log does not, and its term is as any other's
        let _ = fs::remove_dir_all(&self.path);
    }

    /// Deletes what is past its term.
    pub(super) fn deleting_older(self, dir: &Path, now: Timestamp, days: u32) -> KeysTaken {
        let Named { path, log, master } = self;
        let (mut deleted, mut undeleted) = (0, Vec::new());
        for old in past_their_term(dir, &path, (log, now, days)) {
            match fs::remove_dir_all(&old) {
                Ok(()) => deleted += 1,
                Err(_) => undeleted.push(old),
            }
        }
        if sync_dir(dir).is_err() {
            undeleted.push(dir.to_owned());
        }
        KeysTaken { path, master, deleted, undeleted }
    }
}

/// Copies of the same log that are older than the term, and what copies that were broken off have left.
fn past_their_term(dir: &Path, new: &Path, (log, now, days): (uuid::Uuid, Timestamp, u32)) -> Vec<PathBuf> {
    let term = SignedDuration::from_hours(24 * i64::from(days));
    let all = copies((dir, log)).unwrap_or_default();
    // the one just made stays, whatever the term
    let old = all.into_iter().filter(|(at, path)| path != new && now.duration_since(*at) > term);
    old.map(|(_, path)| path).chain(broken_off(dir, log)).collect()
}

fn broken_off(dir: &Path, log: uuid::Uuid) -> Vec<PathBuf> {
    let end = format!("-{}{UNFINISHED}", mark(log));
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let left = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_held = || {
            let lock = File::options().write(true).open(entry.path().join(LOCK));
            lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
        };
        name.starts_with(PREFIX) && name.ends_with(&end) && !is_held()
    });
    left.map(|entry| entry.path()).collect()
}

fn with_suffix(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    path.with_file_name(format!("{name}{UNFINISHED}"))
}

fn sound(copy: &Path) -> Result<(), BackupError> {
    match verify::database_fault(&copy.join(KEYS_NAME)) {
        None => Ok(()),
        Some(what) => Err(BackupError::Damaged { wrong: vec![format!("{KEYS_NAME}: {what}")] }),
    }
}

/// How a log's copies are told from another's.
fn mark(log: uuid::Uuid) -> String {
    log.simple().to_string().chars().take(8).collect()
}

/// The moment and the log's mark in the name of a copy.
fn of_name(path: &Path) -> Option<(Timestamp, String)> {
    let name = path.file_name()?.to_str()?;
    let (stamp, mark) = name.strip_prefix(PREFIX)?.rsplit_once('-')?;
    let at = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some((at.timestamp(), mark.to_owned()))
}

/// The copies of a log's keys in a directory with their times, the oldest first.
fn copies((dir, log): (&Path, uuid::Uuid)) -> Result<Vec<(Timestamp, PathBuf)>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(io_error(dir))? {
        let path = entry.map_err(io_error(dir))?.path();
        found.extend(of_name(&path).filter(|(_, of)| *of == mark(log)).map(|(at, _)| (at, path)));
    }
    found.sort();
    Ok(found)
}

/// The newest copy of a log's keys in a directory, or the copy that the directory itself is, found sound.
pub(super) fn newest(dir: &Path, log: uuid::Uuid) -> Result<PathBuf, BackupError> {
    let none = || BackupError::NoKeys { dir: dir.to_owned() };
    let path = match of_name(&real(dir)) {
        Some((_, of)) if of == mark(log) => dir.to_owned(),
        Some((_, of)) => {
            return Err(BackupError::KeysOfAnother { dir: dir.to_owned(), of, log: mark(log) });
        }
        None => copies((dir, log))?.pop().map(|(_, path)| path).ok_or_else(none)?,
    };
    if !path.join(KEYS_NAME).is_file() {
        return Err(none());
    }
    sound(&path)?;
    Ok(path)
}

/// What is restored of a copy.
pub(super) fn held(copy: &Path) -> impl Iterator<Item = &'static str> {
    APART.into_iter().filter(move |name| copy.join(name).is_file())
}
