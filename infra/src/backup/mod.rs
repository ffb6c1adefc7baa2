//! Backups of a data directory: taken beside a running server, verified, restored.
//!
//! ```text
//! BACKUP/events.db             the log up to one position
//! BACKUP/vault.db, papers/, …  what PARTS names, as far as the directory has it
//! BACKUP/manifest.json         what the log is and holds; size and SHA-256 of every file
//! BACKUP/manifest.json.sha256  of the manifest, as `sha256sum -c` reads it
//! ```
//!
//! Invariants: a backup has its name only once it is whole, synced and verified by being read again; everything that was
//! acknowledged before it began is in it; a part that events refer to is copied after the log, so what the copied log
//! refers to is there. A restore changes nothing unless the backup verifies, and a directory into which it was broken off
//! is not opened.
//! Deliberately absent: what can be built again (projections, checkpoints); a log in a cluster, a vault, credentials and
//! papers in PostgreSQL, whose own backups are used; encryption, which is the medium's. Why a copy of rows: docs/decisions/0032-backup.md.

mod files;
mod manifest;
mod restore;
mod take;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

pub(crate) use files::{facts, under};
pub use manifest::{FileFacts, LogFacts, Manifest};
pub use restore::restore;
pub use take::{left_out, take};
pub(crate) use verify::database_fault;
pub use verify::{Papers, Verified, verify};

use crate::log::OpenError;
use crate::log::sqlite::copy::CopyError;
use crate::platform::VIRTUAL_CLOCK;
use crate::{credentials, log::sqlite, papers, vault};

/// How a part of a data directory is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The event log: its rows up to a position. It cannot be missing.
    Log,
    /// Another SQLite database: by SQLite's own backup.
    Database,
    /// A file that is replaced whole and never changed in place.
    File,
    /// A folder of files that are never changed once they have their name (papers by their hash). Names that begin with
    /// a dot are unfinished and left out.
    Folder,
}

/// A part of a data directory that cannot be made again from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its name in the directory.
    pub name: &'static str,
    /// How it is copied.
    pub kind: Kind,
}

/// What a backup holds, in the order in which it is copied: the log first. Whoever keeps something else in a data
/// directory that cannot be built again adds it here; backup, verification, restore and `doctor` follow.
pub const PARTS: [Part; 5] = [
    Part { name: sqlite::FILE_NAME, kind: Kind::Log },
    Part { name: vault::FILE_NAME, kind: Kind::Database },
    Part { name: credentials::FILE_NAME, kind: Kind::Database },
    Part { name: papers::DIRECTORY, kind: Kind::Folder },
    Part { name: VIRTUAL_CLOCK, kind: Kind::File },
];

/// What can be built again, or is only of a running process.
pub const DISPOSABLE: [&str; 3] = ["read", "policies.db", sqlite::LOCK_NAME];

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The log is copied; counts are events.
    CopyingLog,
    /// The other parts are copied; counts are files.
    CopyingFiles,
    /// Files are compared with the manifest; counts are files.
    Hashing,
    /// The copied log is read again and checked; counts are events.
    Checking,
}

/// Hears what is being done, how much of it, and of how much.
pub type OnStep<'a> = &'a (dyn Fn(Step, u64, u64) + Send + Sync);

/// A backup was not taken, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Its name is taken.
    #[error("{} is there already, and a backup is never written over. Name a new one", path.display())]
    Exists {
        /// The name.
        path: PathBuf,
    },
    /// Another process writes it.
    #[error("another backup is being written to {}. Wait for it, or name another place", path.display())]
    Busy {
        /// The name.
        path: PathBuf,
    },
    /// It lies inside what is backed up, or the other way round.
    #[error("{} lies inside the other directory. Name a place outside, on another disk if there is one", path.display())]
    Inside {
        /// The name.
        path: PathBuf,
    },
    /// The log.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The log's copy.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// Another database.
    #[error("{} cannot be copied: {source}. Check the disk", file.display())]
    Database {
        /// The database.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system.
    #[error("{} cannot be used: {source}. Check the space and who may read and write there", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The copy does not hold what must hold: the original is damaged.
    #[error(
        "what was copied does not hold together, so it was not kept:{}\nthe data directory itself is damaged: run \
         `onematter doctor` on it, keep it as it is, and restore the last backup that verifies",
        list(wrong)
    )]
    Damaged {
        /// What is wrong.
        wrong: Vec<String>,
    },
    /// There is no backup.
    #[error("{} is no backup: it has no manifest.json. Name the directory that `onematter backup` made", dir.display())]
    NoBackup {
        /// The directory.
        dir: PathBuf,
    },
    /// A newer version made it.
    #[error("{} was made by a newer version ({by}). Restore it with that version", dir.display())]
    Newer {
        /// The directory.
        dir: PathBuf,
        /// The version.
        by: String,
    },
    /// It is not what its manifest says.
    #[error(
        "the backup {} does not verify, nothing was restored:{}\ntake another copy of it, from the medium or machine it \
         was first written to, or an older backup; keep this one as it is", dir.display(), list(wrong)
    )]
    Unfit {
        /// The directory.
        dir: PathBuf,
        /// What is wrong.
        wrong: Vec<String>,
    },
    /// The target holds something.
    #[error(
        "{} is not empty ({found}), and a restore writes over nothing. Name a new directory, or move away what is there",
        dir.display()
    )]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
        /// Something in it.
        found: String,
    },
}

fn list(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> BackupError {
    move |source| BackupError::Io { path: path.to_owned(), source }
}
