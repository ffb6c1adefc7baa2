//! Restoring a backup into a directory that holds nothing.
//!
//! Invariants: nothing is written before the backup has verified; what is written is hashed once more on the way; the log
//! gets its name last; a directory with `restore.unfinished` in it is opened by nobody but a restore started again.
//! Deliberately absent: projections; the first start builds them.

use std::fs;
use std::io;
use std::path::Path;

use super::checked::{self, KeysChecked, KeysFrom};
use super::files::{create_private, sync_dir, sync_folders};
use super::keys::held;
use super::take::apart;
use super::{APART, BackupError, Kind, OnStep, PARTS, Step, Verified, files, io_error, verify};
use crate::log::sqlite::{LOCK_NAME, RESTORING, lock_to_restore};

/// What was verified, and restored if that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub backup: Verified,
    /// The copy of the keys, if one was named.
    pub keys: Option<KeysChecked>,
}

/// Verifies the backup `from` and that a copy of the keys belongs to it and opens. Nothing is written. Blocks.
///
/// # Errors
/// See [`BackupError`]: each says what to do. Also where whether the copy opens cannot be told, its master key being elsewhere.
pub fn check(from: &Path, keys: Option<KeysFrom<'_>>, on_step: OnStep<'_>) -> Result<Restored, BackupError> {
    let backup = verify(from, on_step)?;
    let keys = keys.map(|keys| checked::copy(keys, from, &backup)).transpose()?;
    if let Some(KeysChecked { path, opened: None, master, .. }) = &keys {
        return Err(BackupError::KeysNoMaster { dir: path.clone(), wants: master.clone() });
    }
    Ok(Restored { backup, keys })
}

/// Restores the backup `from` into `data`, which must be empty or not there, with the newest copy of the keys in `keys`: without it
/// its personal texts cannot be read. Blocks.
///
/// # Errors
/// See [`BackupError`]: each says what to do.
pub fn restore(
    from: &Path,
    data: &Path,
    keys: Option<KeysFrom<'_>>,
    on_step: OnStep<'_>,
) -> Result<Restored, BackupError> {
    apart(from, data)?;
    empty(data)?;
    let verified = verify(from, on_step)?;
    let keys = keys.map(|keys| checked::copy(keys, from, &verified)).transpose()?;
    let _lock = lock_to_restore(data)?;
    // whoever came in between has left something
    empty(data)?;
    let into = data.join(RESTORING);
    clear(data, &into)?;
    create_private(&into)?;
    sync_dir(data)?;
    let facts = &verified.manifest.files;
    for (nth, file) in (1..).zip(facts) {
        let (_, sha256) = files::copy(&from.join(&file.path), &into.join(&file.path))?;
        if sha256 != file.sha256 {
            let wrong = vec![format!("{} changed while it was being restored", file.path)];
            return Err(BackupError::Unfit { dir: from.to_owned(), wrong });
        }
        on_step(Step::CopyingFiles, nth, facts.len() as u64);
    }
    sync_folders(&into, facts)?;
    if let Some(KeysChecked { path, .. }) = &keys {
        for name in held(path) {
            files::copy(&path.join(name), &into.join(name))?;
        }
    }
    let others = APART.iter().copied();
    let log_last = PARTS.iter().filter(|part| part.kind != Kind::Log);
    let log_last = log_last.chain(PARTS.iter().filter(|part| part.kind == Kind::Log)).map(|part| part.name);
    for name in others.chain(log_last) {
        let copied = into.join(name);
        if copied.exists() {
            let place = data.join(name);
            fs::rename(&copied, &place).map_err(io_error(&place))?;
        }
    }
    sync_dir(data)?;
    fs::remove_dir_all(&into).map_err(io_error(&into))?;
    sync_dir(data)?;
    Ok(Restored { backup: verified, keys })
}

/// Refuses a directory that holds anything but what a restore that was broken off has left.
fn empty(data: &Path) -> Result<(), BackupError> {
    let entries = match fs::read_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(io_error(data))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(io_error(data))?.file_name().to_string_lossy().into_owned());
    }
    let broken_off = names.iter().any(|name| name == RESTORING);
    let ours = |name: &String| {
        [LOCK_NAME, RESTORING, "lost+found"].contains(&name.as_str())
            || (broken_off && names_of_parts().any(|part| part == name))
    };
    match names.iter().find(|name| !ours(name)) {
        Some(found) => Err(BackupError::NotEmpty { dir: data.to_owned(), found: found.clone() }),
        None => Ok(()),
    }
}

/// What a restore may put into a directory.
fn names_of_parts() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|part| part.name).chain(APART)
}

/// Removes what a restore that was broken off has left; the mark goes last.
fn clear(data: &Path, into: &Path) -> Result<(), BackupError> {
    if !into.exists() {
        return Ok(());
    }
    for name in names_of_parts() {
        let path = data.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error(&path)(error)),
            _ => {}
        }
    }
    fs::remove_dir_all(into).map_err(io_error(into))
}
