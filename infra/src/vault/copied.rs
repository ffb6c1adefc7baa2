//! A key store as a file that nobody writes: a copy of the keys, or the store of a directory that is not open.
//!
//! Invariants: nothing is written; what is said to open was opened.
//! Deliberately absent: texts; which log a copy belongs to, which its name says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use om_domain::ids::CountyId;
use om_domain::person::Subject;
use rusqlite::{Connection, OpenFlags};

use super::keys::said;
use super::sealing::{Tombstone, unwrapped};
use super::{KEYS_NAME, MASTER_NAME, MasterKey, VaultError, tombstone};

/// A key's id, the key as it is wrapped, and the tombstone where it was destroyed.
type Row = (String, Option<Vec<u8>>, Option<String>);

/// What a key store holds.
pub struct CopiedKeys {
    master: Option<String>,
    /// By county and subject.
    subjects: BTreeMap<(String, String), Row>,
}

impl CopiedKeys {
    /// Reads the key store in a folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(dir: &Path) -> Result<Self, VaultError> {
        let file = dir.join(KEYS_NAME);
        let read = || {
            let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            let mut statement =
                connection.prepare("SELECT county, subject, id, wrapped, tombstone FROM subject_key")?;
            let rows = statement.query_map((), |row| {
                Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?, row.get(4)?)))
            })?;
            let subjects = rows.collect::<rusqlite::Result<_>>()?;
            Ok(Self { master: said(&connection, "master")?, subjects })
        };
        read().map_err(|source| VaultError::Storage { file: file.clone(), source })
    }

    /// The id of the master key that wraps the keys, if it was ever opened.
    pub fn master(&self) -> Option<&str> {
        self.master.as_deref()
    }

    /// Opens every key with a master key; how many there are.
    ///
    /// # Errors
    /// When it is another master key, or a key does not open.
    pub fn open_all(&self, master: &MasterKey) -> Result<u64, VaultError> {
        if let Some(wants) = self.master.as_ref().filter(|wants| *wants != master.id()) {
            return Err(VaultError::OtherMaster { wants: wants.clone(), given: master.id().to_owned() });
        }
        let mut opened = 0;
        for ((county, subject), (id, wrapped, _)) in &self.subjects {
            let Some(wrapped) = wrapped else { continue };
            unwrapped(master, &county.parse()?, subject, (id.clone(), wrapped.clone()))?;
            opened += 1;
        }
        Ok(opened)
    }

    /// Whether it says anything of a subject: has its key, or knows that it was erased.
    pub fn knows(&self, county: &str, subject: &str) -> bool {
        self.subjects.contains_key(&(county.to_owned(), subject.to_owned()))
    }

    /// Whether it still has a subject's key.
    pub fn has_key(&self, county: &str, subject: &str) -> bool {
        let of = self.subjects.get(&(county.to_owned(), subject.to_owned()));
        of.is_some_and(|(_, wrapped, _)| wrapped.is_some())
    }

    /// Every erasure that it knows.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn erased(&self) -> Result<Vec<(CountyId, Subject, Tombstone)>, VaultError> {
        let said = |((county, subject), (_, _, order)): (&(String, String), &(_, _, Option<String>))| {
            order.clone().map(|order| tombstone((county.clone(), subject.clone(), order)))
        };
        self.subjects.iter().filter_map(said).collect()
    }
}

/// Refuses a directory whose own master key is missing while its key store needs it: said before anything is opened.
///
/// # Errors
/// When it is missing, or the key store cannot be read.
pub fn master_is_there(dir: &Path, named: Option<&Path>) -> Result<(), VaultError> {
    let own: PathBuf = dir.join(MASTER_NAME);
    if named.is_some() || own.exists() || !dir.join(KEYS_NAME).is_file() {
        return Ok(());
    }
    match CopiedKeys::read(dir)?.master {
        None => Ok(()),
        Some(wants) => Err(VaultError::Master {
            file: own,
            reason: format!("it is not there, and the keys are wrapped by it (master key {wants})"),
        }),
    }
}

/// Whether the master key in a folder is the one that its key store is wrapped by.
///
/// # Errors
/// When the key store cannot be read.
pub fn has_its_master(dir: &Path) -> Result<bool, VaultError> {
    let file = dir.join(MASTER_NAME);
    if !file.is_file() {
        return Ok(false);
    }
    let keys = CopiedKeys::read(dir)?;
    let master = MasterKey::read_copy(&file)?;
    Ok(keys.master().is_none_or(|wants| wants == master.id()))
}
