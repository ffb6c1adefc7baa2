//! The vault: personal text, free notes and file names, kept apart from the log and referred to by `vault:…`.
//!
//! Invariants: no personal text reaches an event; a reference says nothing about what it refers to; what was put is
//! on disk before its reference is given; what goes with a command is put once, however often the command is sent;
//! what was erased is in no file of the vault any more.
//! Deliberately absent: encryption; it comes with sign-in, behind the same trait. Until then the file is readable by
//! its owner only, and the disk under it protects the text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::Mutex;
use uuid::Uuid;

/// The name of the vault's file in the data directory.
pub const FILE_NAME: &str = "vault.db";
/// The longest text the vault takes, in bytes.
pub const MAX_BYTES: usize = 64 * 1_024;

const DDL: &str = "CREATE TABLE IF NOT EXISTS entry (
    county TEXT NOT NULL, ref TEXT NOT NULL, class TEXT NOT NULL,
    text TEXT, -- none once erased
    command TEXT, place INTEGER,
    PRIMARY KEY (county, ref)) WITHOUT ROWID, STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS entry_once ON entry (county, command, place) WHERE command IS NOT NULL;";

/// What a text is, for who may read it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The name of a person.
    PersonName,
    /// How to reach a person.
    Contact,
    /// A free note.
    Note,
    /// The name of a file.
    FileName,
}

impl Class {
    fn as_str(self) -> &'static str {
        match self {
            Class::PersonName => "person_name",
            Class::Contact => "contact",
            Class::Note => "note",
            Class::FileName => "file_name",
        }
    }
}

/// The vault did not take or give a text.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The text is too long.
    #[error("the text has {bytes} bytes, the vault takes {MAX_BYTES}; shorten it or hand it in as a paper")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Another text was put at this place of this command before.
    #[error("command {command} has put another text at place {place} before; use a new command id")]
    CommandIdReused {
        /// The command.
        command: CommandId,
        /// The place.
        place: u32,
    },
    /// The file cannot be used.
    #[error("the vault {} cannot be used: {source}. Check the disk and who may write there", file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Its permissions cannot be set.
    #[error("the vault {} cannot be closed to others: {source}", file.display())]
    Permissions {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A new reference was not well formed.
    #[error(transparent)]
    Id(#[from] om_domain::ids::IdError),
}

/// Keeps texts and gives references.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps a text; its reference is new and random.
    ///
    /// # Errors
    /// When the text is too long or cannot be written.
    async fn put(&self, county: &CountyId, class: Class, text: &str) -> Result<VaultRef, VaultError>;

    /// Keeps a text that goes with a command, at a place of it. The command sent again gets the same reference, so
    /// that it is the same command.
    ///
    /// # Errors
    /// As [`Vault::put`], and when the command has put another text at this place before.
    async fn put_with(
        &self,
        county: &CountyId,
        (command, place): (CommandId, u32),
        class: Class,
        text: &str,
    ) -> Result<VaultRef, VaultError>;

    /// The text of a reference of this county, `None` if there is none or it was erased.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn get(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<String>, VaultError>;

    /// Erases a text; tells whether there was one.
    ///
    /// # Errors
    /// When it cannot be erased.
    async fn erase(&self, county: &CountyId, reference: &VaultRef) -> Result<bool, VaultError>;
}

/// The vault in one SQLite file.
pub struct FileVault {
    file: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl FileVault {
    /// Opens the vault in `dir`, creating it if need be.
    ///
    /// # Errors
    /// When the file cannot be used or closed to others.
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        let file = dir.join(FILE_NAME);
        let storage = |source| VaultError::Storage { file: file.clone(), source };
        let connection = Connection::open(&file).map_err(storage)?;
        close_to_others(&file)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(storage)?;
        connection.execute_batch(DDL).map_err(storage)?;
        Ok(Self { file, connection: Arc::new(Mutex::new(connection)) })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let connection = Arc::clone(&self.connection).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&connection)).await;
        let done = done.unwrap_or_else(|_| Err(rusqlite::Error::InvalidQuery));
        done.map_err(|source| VaultError::Storage { file: self.file.clone(), source })
    }
}

#[async_trait]
impl Vault for FileVault {
    async fn put(&self, county: &CountyId, class: Class, text: &str) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        let row = (county.to_string(), reference.to_string(), class.as_str(), text.to_owned());
        self.with(move |c| {
            c.execute("INSERT INTO entry (county, ref, class, text) VALUES (?, ?, ?, ?)", row)
        })
        .await?;
        Ok(reference)
    }

    async fn put_with(
        &self,
        county: &CountyId,
        (command, place): (CommandId, u32),
        class: Class,
        text: &str,
    ) -> Result<VaultRef, VaultError> {
        let reference = new_reference(text)?;
        let (county, given, new) = (county.to_string(), text.to_owned(), reference.to_string());
        let kept: (String, Option<String>) = self
            .with(move |c| {
                let key = params![county, command.to_string(), place];
                c.execute(
                    "INSERT INTO entry (county, command, place, ref, class, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (county, command, place) WHERE command IS NOT NULL DO NOTHING",
                    params![county, command.to_string(), place, new, class.as_str(), given],
                )?;
                c.query_row(
                    "SELECT ref, text FROM entry WHERE county = ?1 AND command = ?2 AND place = ?3",
                    key,
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
            })
            .await?;
        match kept {
            (reference, kept) if kept.as_deref().is_none_or(|kept| kept == text) => Ok(reference.parse()?),
            _ => Err(VaultError::CommandIdReused { command, place }),
        }
    }

    async fn get(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<String>, VaultError> {
        let key = (county.to_string(), reference.to_string());
        self.with(move |c| {
            c.query_row("SELECT text FROM entry WHERE county = ? AND ref = ?", key, |row| row.get(0))
                .optional()
                .map(Option::flatten)
        })
        .await
    }

    async fn erase(&self, county: &CountyId, reference: &VaultRef) -> Result<bool, VaultError> {
        let key = (county.to_string(), reference.to_string());
        self.with(move |c| {
            // the row stays, so that a command sent again does not bring the text back
            let erased = c.execute(
                "UPDATE entry SET text = NULL WHERE county = ? AND ref = ? AND text IS NOT NULL",
                key,
            )?;
            // no trace of it is to wait in the write-ahead log
            c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(erased > 0)
        })
        .await
    }
}

/// A new, random reference for a text that is not too long.
fn new_reference(text: &str) -> Result<VaultRef, VaultError> {
    if text.len() > MAX_BYTES {
        return Err(VaultError::TooLong { bytes: text.len() });
    }
    Ok(format!("vault:{}", ulid::Ulid(Uuid::new_v4().as_u128())).parse()?)
}

#[cfg(unix)]
fn close_to_others(file: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
        .map_err(|source| VaultError::Permissions { file: file.to_owned(), source })
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_kept_for_its_county_and_survives_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let (ours, theirs): (CountyId, CountyId) = ("530322".parse().unwrap(), "530326".parse().unwrap());
        let reference =
            FileVault::open(dir.path()).unwrap().put(&ours, Class::PersonName, "张三").await.unwrap();
        let vault = FileVault::open(dir.path()).unwrap();
        assert_eq!(vault.get(&ours, &reference).await.unwrap().as_deref(), Some("张三"));
        assert_eq!(vault.get(&theirs, &reference).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_text_that_is_too_long_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::open(dir.path()).unwrap();
        let put = vault.put(&"530322".parse().unwrap(), Class::Note, &"长".repeat(MAX_BYTES)).await;
        assert!(matches!(put, Err(VaultError::TooLong { .. })));
    }
}
