//! What a backup says of itself.
//!
//! Invariant: what is read is what was written: the manifest's own hash lies beside it.
//! Deliberately absent: a signature; whoever can write the backup can write its hash too. Altered events show by their
//! leaves, and against the ledger's published roots once it is there.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::{hash_of, hex, write_synced};
use super::{BackupError, io_error};

pub(super) const NAME: &str = "manifest.json";
pub(super) const HASH_NAME: &str = "manifest.json.sha256";
/// The form of the manifest that this version writes and reads.
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The manifest's form.
    pub format: u32,
    /// The version that made it.
    pub onematter: String,
    /// When it was begun.
    pub taken: Timestamp,
    /// The log.
    pub log: LogFacts,
    /// Every file but the manifest, by its path, with `/` between folders.
    pub files: Vec<FileFacts>,
}

/// What the log of a backup is and holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFacts {
    /// Its identity.
    pub id: uuid::Uuid,
    /// The number of its last position, 0 if it is empty.
    pub head: u64,
    /// Events.
    pub events: u64,
    /// Streams.
    pub streams: u64,
    /// The latest time at which anything was recorded.
    pub last_recorded: Option<Timestamp>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its path in the backup.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(taken: Timestamp, log: LogFacts, files: Vec<FileFacts>) -> Self {
        Self { format: FORMAT, onematter: env!("CARGO_PKG_VERSION").to_owned(), taken, log, files }
    }

    /// Writes and syncs it with its hash.
    pub(super) fn write(&self, dir: &Path) -> Result<(), BackupError> {
        let path = dir.join(NAME);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| BackupError::Io { path: path.clone(), source: error.into() })?
            + "\n";
        write_synced(&path, text.as_bytes())?;
        let line = format!("{}  {NAME}\n", hex(&hash_of(text.as_bytes())));
        write_synced(&dir.join(HASH_NAME), line.as_bytes())
    }

    /// Reads it; what is wrong with it if it is not what was written.
    pub(super) fn read(dir: &Path) -> Result<Self, BackupError> {
        let path = dir.join(NAME);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(BackupError::NoBackup { dir: dir.to_owned() });
            }
            read => read.map_err(io_error(&path))?,
        };
        let unfit = |what: String| BackupError::Unfit { dir: dir.to_owned(), wrong: vec![what] };
        let line = fs::read_to_string(dir.join(HASH_NAME))
            .map_err(|error| unfit(format!("{HASH_NAME} cannot be read: {error}")))?;
        if line.split_whitespace().next() != Some(hex(&hash_of(&bytes)).as_str()) {
            return Err(unfit(format!(
                "{NAME} is not what {HASH_NAME} says: one of them was changed or damaged"
            )));
        }
        #[derive(Deserialize)]
        struct Form {
            format: u32,
            onematter: String,
        }
        let unread = |error: serde_json::Error| unfit(format!("{NAME} cannot be read: {error}"));
        let form: Form = serde_json::from_slice(&bytes).map_err(unread)?;
        if form.format > FORMAT {
            return Err(BackupError::Newer { dir: dir.to_owned(), by: form.onematter });
        }
        serde_json::from_slice(&bytes).map_err(unread)
    }
}
