//! The vault in one SQLite file, beside the embedded log.
//!
//! Invariants: the file is readable by its owner only; what was erased is in no file of the vault any more.
//! Deliberately absent: more than one process; a second gateway needs the database engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::Mutex;

use super::{Class, Vault, VaultError, new_reference};
use crate::private_file::close_to_others;

/// The name of the vault's file in the data directory.
pub const FILE_NAME: &str = "vault.db";

const DDL: &str = "CREATE TABLE IF NOT EXISTS entry (
    county TEXT NOT NULL, ref TEXT NOT NULL, class TEXT NOT NULL,
    text TEXT, -- none once erased
    command TEXT, place INTEGER,
    PRIMARY KEY (county, ref)) WITHOUT ROWID, STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS entry_once ON entry (county, command, place) WHERE command IS NOT NULL;";

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
        close_to_others(&file).map_err(|source| VaultError::Permissions { file: file.clone(), source })?;
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
