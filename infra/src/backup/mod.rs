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
//! The keys of personal texts are in none: they are copied apart, for a bounded time, so that no old backup can be read for who was
//! erased since (decision 0053).
//! Deliberately absent: what can be built again (projections, checkpoints); a log in a cluster, a vault, credentials and
//! papers in PostgreSQL, whose own backups are used; encryption, which is the medium's. Why a copy of rows: docs/decisions/0032-backup.md.

mod checked;
mod files;
mod keys;
mod manifest;
mod restore;
mod take;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

pub use checked::{Erased, KeysChecked, KeysFrom};
pub(crate) use files::{facts, under};
pub use keys::{KeysTaken, KeysTo};
pub use manifest::{FileFacts, LogFacts, Manifest};
pub use restore::{Restored, check, restore};
pub use take::{Taken, left_out, take};
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

/// What is never in a backup and is copied apart ([`take`]): whoever has a backup of years ago must not be able to read who was
/// erased since.
pub const APART: [&str; 2] = [vault::KEYS_NAME, vault::MASTER_NAME];

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
    /// There are no keys.
    #[error(
        "{} holds no keys of personal texts, or none of this log. Name a data directory whose vault lies in files, or the directory that `onematter backup \
         --keys` writes into, or one copy in it, as it was named", dir.display()
    )]
    NoKeys {
        /// The directory.
        dir: PathBuf,
    },
    /// The keys would lie with what they open.
    #[error(
        "the copy of the keys ({}) and {what} ({}) lie one inside the other, so whoever has the one has the other. Nothing was \
         written. Name a folder for --keys outside of it, on another medium", keys.display(), other.display()
    )]
    KeysTogether {
        /// The directory of copies.
        keys: PathBuf,
        /// What the other is.
        what: &'static str,
        /// The other.
        other: PathBuf,
    },
    /// The keys would lie in a backup.
    #[error(
        "{} is, or lies in, the backup {}, and keys are in no backup. Nothing was written. Name a folder for --keys on another medium",
        keys.display(), backup.display()
    )]
    KeysInBackup {
        /// The directory of copies.
        keys: PathBuf,
        /// The backup.
        backup: PathBuf,
    },
    /// The keys could not be copied.
    #[error(
        "the keys could not be copied into {}: {source}\nneither the backup nor a copy of the keys was kept: put that right, then give the \
         same command again", dir.display()
    )]
    KeysNotCopied {
        /// The directory of copies.
        dir: PathBuf,
        /// Why.
        source: Box<BackupError>,
    },
    /// A copy of another log's keys.
    #[error(
        "{} holds the keys of another log ({of}) than the backup's ({log}). Name the copy whose name ends with -{log}, or the folder \
         of copies that has it", dir.display()
    )]
    KeysOfAnother {
        /// The copy.
        dir: PathBuf,
        /// The beginning of its log's identity.
        of: String,
        /// The beginning of the backup's.
        log: String,
    },
    /// Another master key was given for a copy.
    #[error(
        "the copy of the keys {} is wrapped by the master key {wants}, and {given} was given. If the master key was changed since, \
         name the file of the one from then with --vault-key (older ones are kept as long as copies from before), and restore; then \
         start with it, or change it again (onematter keys rotate)", dir.display()
    )]
    KeysOtherMaster {
        /// The copy.
        dir: PathBuf,
        /// The id of the master key from then.
        wants: String,
        /// The id of the one that was given.
        given: String,
    },
    /// Whether a copy opens cannot be told.
    #[error(
        "whether the copy of the keys {} opens cannot be told: its master key ({wants}) is not in it. Name its file with --vault-key",
        dir.display()
    )]
    KeysNoMaster {
        /// The copy.
        dir: PathBuf,
        /// The id of its master key.
        wants: String,
    },
    /// Which log it is cannot be read.
    #[error("which log lies in {} cannot be read: {source}", dir.display())]
    Identity {
        /// The directory.
        dir: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
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
