//! The place: the directory, who may write there, its lock, its disk, what a process left behind.
//!
//! Invariant: files are opened, never written; a lock that is free is let go at once.
//! Deliberately absent: what is in the files.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::Findings;
use crate::log::sqlite::{FILE_NAME, LOCK_NAME, RESTORING, is_in_doubt};
use crate::{credentials, vault};

/// Less than this, and a warning.
const LITTLE_SPACE: u64 = 1 << 30;
/// Less than this, and appends are about to fail.
const NO_SPACE: u64 = 64 << 20;
/// A write-ahead log beyond this is not being folded in.
const LONG_WAL: u64 = 256 << 20;

pub(super) fn directory(data: &Path, findings: &mut Findings) {
    const CHECK: &str = "directory";
    let shown = data.display();
    if let Err(error) = fs::read_dir(data) {
        findings.damage(
            CHECK,
            format!("{shown} cannot be read: {error}"),
            "name the data directory of a server, and run this as the user the server runs as",
        );
        return;
    }
    if data.join(RESTORING).exists() {
        findings.damage(
            CHECK,
            format!("restoring a backup into {shown} was broken off; what is there is not whole"),
            "start the same `onematter restore` again",
        );
        return;
    }
    let before = findings.0.len();
    if !may_write(data) {
        findings.damage(
            CHECK,
            format!("nothing may be written into {shown} by whoever runs this"),
            "run this as the user the server runs as; if it is that user, give it the directory (chown) or mount it \
             for writing",
        );
    }
    for name in
        [FILE_NAME, LOCK_NAME, vault::FILE_NAME, vault::KEYS_NAME, credentials::FILE_NAME, "policies.db"]
    {
        let file = data.join(name);
        if file.exists()
            && let Err(error) = File::options().read(true).write(true).open(&file)
        {
            findings.damage(
                CHECK,
                format!("{} cannot be opened for writing: {error}", file.display()),
                "give it to the user the server runs as (chown), or run this as that user",
            );
        }
    }
    for (name, what) in [
        (FILE_NAME, "what was recorded"),
        (vault::FILE_NAME, "personal text"),
        (vault::KEYS_NAME, "the keys of personal text"),
        (credentials::FILE_NAME, "password hashes"),
    ] {
        let file = data.join(name);
        if open_to_others(&file) {
            findings.warning(
                CHECK,
                format!("{} holds {what} and others may read it", file.display()),
                "take the right away: chmod -R go= the data directory",
            );
        }
    }
    let key = data.join(vault::MASTER_NAME);
    if open_to_others(&key) {
        findings.damage(
            CHECK,
            format!(
                "{} is the master key of personal text and others may read it: nothing starts so",
                key.display()
            ),
            "take the right away (chmod 600), and ask who may have read it",
        );
    }
    if findings.0.len() == before {
        findings.good(CHECK, format!("{shown} can be read and written"));
    }
}

/// Whether a process holds the directory.
pub(super) fn lock(data: &Path, findings: &mut Findings) -> bool {
    let file = match File::options().write(true).open(data.join(LOCK_NAME)) {
        Ok(file) => file,
        // never served, or said by the check of the directory
        Err(_) => return false,
    };
    if is_in_doubt(&file).unwrap_or(false) {
        findings.warning(
            "lock",
            "the event log has stopped, since writing or syncing failed",
            format!(
                "check the disk, end whatever else reads {FILE_NAME}, and start the server again: everything is then brought to the \
                 disk anew, and what was acknowledged is there"
            ),
        );
    }
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            findings.good("lock", "a server, node or import has the directory open");
            true
        }
        Err(TryLockError::Error(error)) => {
            findings.warning(
                "lock",
                format!("{LOCK_NAME} cannot be locked: {error}"),
                "a directory on a network file system may not know locks; keep it on a local disk",
            );
            false
        }
        Ok(()) => {
            findings.good("lock", "no process has the directory open");
            false
        }
    }
}

#[cfg(unix)]
pub(super) fn space(data: &Path, findings: &mut Findings) {
    const CHECK: &str = "space";
    let Ok(found) = rustix::fs::statvfs(data) else {
        return findings.warning(CHECK, "how much room the disk has cannot be told", "look with `df`");
    };
    let room = found.f_bavail.saturating_mul(found.f_frsize);
    let log = fs::metadata(data.join(FILE_NAME)).map_or(0, |meta| meta.len());
    let said = format!("{} MiB are free; the log has {} MiB", room >> 20, log >> 20);
    let todo =
        "free space or enlarge the disk; a full disk refuses commands with DISK_FULL and recovers by itself";
    if room < NO_SPACE {
        findings.damage(CHECK, said, todo);
    } else if room < LITTLE_SPACE.max(log / 4) {
        findings.warning(CHECK, said, todo);
    } else {
        findings.good(CHECK, said);
    }
}

#[cfg(not(unix))]
pub(super) fn space(_: &Path, findings: &mut Findings) {
    findings.warning("space", "how much room the disk has is not known on this system", "look for yourself");
}

/// What a process that did not end properly has left.
pub(super) fn wal(data: &Path, held: bool, findings: &mut Findings) {
    const CHECK: &str = "wal";
    let size = fs::metadata(data.join(format!("{FILE_NAME}-wal"))).map_or(0, |meta| meta.len());
    if size > LONG_WAL {
        findings.warning(
            CHECK,
            format!(
                "the write-ahead log of the event log has {} MiB: something keeps it from being folded in",
                size >> 20
            ),
            "look for a program that keeps events.db open for reading, and end it",
        );
    } else if size > 0 && !held {
        findings.warning(
            CHECK,
            format!("{FILE_NAME}-wal holds {size} bytes that a process which did not end properly has left"),
            format!(
                "nothing is lost: the next start folds it in. Never delete it, and never copy {FILE_NAME} without it"
            ),
        );
    } else {
        findings.good(CHECK, "no write-ahead log was left behind");
    }
}

#[cfg(unix)]
fn may_write(dir: &Path) -> bool {
    rustix::fs::access(dir, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(dir: &Path) -> bool {
    fs::metadata(dir).is_ok_and(|meta| !meta.permissions().readonly())
}

#[cfg(unix)]
fn open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}
