//! The key store of the vault's file: a database of its own, so that it is backed up apart and goes first.
//!
//! Invariants: readable by its owner only; a destroyed key is in no file of the store any more, its tombstone stays.
//! Deliberately absent: more than one process.

use std::path::{Path, PathBuf};

use om_domain::ids::CountyId;
use om_domain::person::Subject;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::cipher::ALGORITHM;
use super::sealing::{SubjectKey, Tombstone, new_key, unwrapped};
use super::{MASTER_NAME, MasterKey, VaultError};
use crate::private_file::close_to_others;

/// The name of the key store's file in the data directory.
pub const KEYS_NAME: &str = "keys.db";

const DDL: &str = "CREATE TABLE IF NOT EXISTS subject_key (
    county TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, algorithm TEXT NOT NULL,
    wrapped BLOB, -- none once destroyed
    restricted INTEGER NOT NULL DEFAULT 0,
    tombstone TEXT, -- JSON, once destroyed
    PRIMARY KEY (county, subject)) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS said (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;";

/// What the key store says of a subject.
pub(super) enum Held {
    /// Nothing: there is no such key.
    Nothing,
    /// Its key.
    Key { key: SubjectKey, restricted: bool },
    /// It was destroyed.
    Destroyed,
}

/// The key store in one SQLite file.
pub(super) struct KeyFile {
    file: PathBuf,
    connection: Connection,
    /// None where the directory's own is missing: then nothing opens, and what needs no text (a rebuild) goes on.
    master: Option<MasterKey>,
}

impl KeyFile {
    pub(super) fn open(dir: &Path, master_file: Option<&Path>) -> Result<Self, VaultError> {
        let file = dir.join(KEYS_NAME);
        let storage = |source| VaultError::Storage { file: file.clone(), source };
        let connection = Connection::open(&file).map_err(storage)?;
        close_to_others(&file).map_err(|source| VaultError::Permissions { file: file.clone(), source })?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(storage)?;
        connection.execute_batch(DDL).map_err(storage)?;
        let wants = said(&connection, "master").map_err(storage)?;
        let master = match (master_file, &wants) {
            // one that is missing is not made anew: it would open nothing
            (None, Some(_)) if !dir.join(MASTER_NAME).exists() => None,
            _ => Some(MasterKey::of(dir, master_file)?),
        };
        match (wants, &master) {
            (Some(wants), Some(master)) if wants != master.id() => {
                return Err(VaultError::OtherMaster { wants, given: master.id().to_owned() });
            }
            (None, Some(master)) => say(&connection, "master", master.id()).map_err(storage)?,
            _ => {}
        }
        Ok(Self { file, connection, master })
    }

    /// The master key.
    ///
    /// # Errors
    /// When it is missing.
    pub(super) fn master(&self) -> Result<&MasterKey, VaultError> {
        self.master.as_ref().ok_or_else(|| VaultError::Master {
            file: self.file.with_file_name(MASTER_NAME),
            reason: "it is not there, and the keys are wrapped by it".into(),
        })
    }

    fn failed(&self, source: rusqlite::Error) -> VaultError {
        VaultError::Storage { file: self.file.clone(), source }
    }

    pub(super) fn held(&self, county: &CountyId, subject: &str) -> Result<Held, VaultError> {
        let row = self
            .connection
            .prepare_cached(
                "SELECT id, wrapped, restricted FROM subject_key WHERE county = ? AND subject = ?",
            )
            .and_then(|mut statement| {
                let key = params![county.as_str(), subject];
                let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                statement.query_row(key, row).optional()
            });
        let row: Option<(String, Option<Vec<u8>>, bool)> = row.map_err(|e| self.failed(e))?;
        Ok(match row {
            None => Held::Nothing,
            Some((_, None, _)) => Held::Destroyed,
            Some((id, Some(wrapped), restricted)) => {
                let key = unwrapped(self.master()?, county, subject, (id, wrapped))?;
                Held::Key { key, restricted }
            }
        })
    }

    /// The subject's key, made if there is none yet; none if it was destroyed.
    pub(super) fn key(&self, county: &CountyId, subject: &str) -> Result<Option<SubjectKey>, VaultError> {
        match self.held(county, subject)? {
            Held::Key { key, .. } => Ok(Some(key)),
            Held::Destroyed => Ok(None),
            Held::Nothing => {
                let key = new_key(self.master()?, county, subject)?;
                let sql = "INSERT INTO subject_key (county, subject, id, algorithm, wrapped) VALUES (?, ?, ?, ?, ?)";
                let row = params![county.as_str(), subject, key.id, ALGORITHM, key.wrapped];
                self.connection.execute(sql, row).map_err(|e| self.failed(e))?;
                Ok(Some(key))
            }
        }
    }

    /// Works in one transaction of the key store.
    pub(super) fn at_once<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let begun = self.connection.unchecked_transaction().map_err(|e| self.failed(e))?;
        let done = work(self)?;
        begun.commit().map_err(|e| self.failed(e))?;
        Ok(done)
    }

    pub(super) fn destroy(
        &self,
        county: &CountyId,
        subject: &str,
        tombstone: &str,
    ) -> Result<(), VaultError> {
        let sql =
            "INSERT INTO subject_key (county, subject, id, algorithm, tombstone) VALUES (?1, ?2, '', ?3, ?4)
                   ON CONFLICT (county, subject) DO UPDATE SET wrapped = NULL, restricted = 0,
                   tombstone = coalesce(tombstone, excluded.tombstone)";
        self.connection
            .execute(sql, params![county.as_str(), subject, ALGORITHM, tombstone])
            .and_then(|_| forget_the_past(&self.connection))
            .map_err(|e| self.failed(e))
    }

    pub(super) fn restrict(
        &self,
        county: &CountyId,
        subject: &str,
        restricted: bool,
    ) -> Result<(), VaultError> {
        // also before its first text comes
        self.key(county, subject)?;
        let sql =
            "UPDATE subject_key SET restricted = ? WHERE county = ? AND subject = ? AND wrapped IS NOT NULL";
        let done = self.connection.execute(sql, params![restricted, county.as_str(), subject]);
        done.map(drop).map_err(|e| self.failed(e))
    }

    pub(super) fn tombstones(&self) -> Result<Vec<(CountyId, Subject, Tombstone)>, VaultError> {
        let sql = "SELECT county, subject, tombstone FROM subject_key WHERE tombstone IS NOT NULL";
        let rows = self.connection.prepare(sql).and_then(|mut statement| {
            let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String, String)>>>()
        });
        rows.map_err(|e| self.failed(e))?.into_iter().map(super::tombstone).collect()
    }

    pub(super) fn restricted(&self) -> Result<Vec<(CountyId, Subject)>, VaultError> {
        let sql = "SELECT county, subject FROM subject_key WHERE restricted AND wrapped IS NOT NULL";
        let rows = self.connection.prepare(sql).and_then(|mut statement| {
            let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String)>>>()
        });
        rows.map_err(|e| self.failed(e))?.into_iter().map(super::marked).collect()
    }

    pub(super) fn applied(&self) -> Result<Option<String>, VaultError> {
        said(&self.connection, "applied").map_err(|e| self.failed(e))
    }

    pub(super) fn set_applied(&self, to: &str) -> Result<(), VaultError> {
        say(&self.connection, "applied", to).map_err(|e| self.failed(e))
    }
}

/// No trace of what was there is to wait in the write-ahead log.
pub(super) fn forget_the_past(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

pub(super) fn said(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT value FROM said WHERE name = ?", [name], |row| row.get(0)).optional()
}

pub(super) fn say(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO said (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(sql, [name, value]).map(drop)
}
