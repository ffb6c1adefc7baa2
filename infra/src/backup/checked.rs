//! Whether a copy of the keys belongs to a backup and opens, and what would be told of erasures with it.
//!
//! Invariants: what is said to open was opened, key by key; nothing is written.
//! Deliberately absent: carrying erasures out; the first start does that ([`crate::erasures`]).

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::keys::newest;
use super::{BackupError, Verified, verify};
use crate::vault::copied::CopiedKeys;
use crate::vault::{self, MASTER_NAME, MasterKey, VaultError};

/// Where the keys are taken from.
#[derive(Debug, Clone, Copy)]
pub struct KeysFrom<'a> {
    /// The directory of copies, or one copy.
    pub dir: &'a Path,
    /// The file of the master key, if it is not in the copy.
    pub master: Option<&'a Path>,
}

/// A copy of the keys beside a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysChecked {
    /// The copy.
    pub path: PathBuf,
    /// The id of the master key that wraps the keys.
    pub master: String,
    /// How many keys were opened; none if the master key is neither in the copy nor was named, so none was tried.
    pub opened: Option<u64>,
    /// Sealed texts of the backup.
    pub texts: u64,
    /// Of these, how many have no key in the copy: it is from before they were put.
    pub without_key: u64,
    /// Erasures that the copy knows and the backup's log does not: the first start records them again.
    pub restated: Vec<Erased>,
    /// Erasures of the backup's log whose key is in the copy: the first start destroys it again.
    pub destroyed: Vec<Erased>,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The county.
    pub county: String,
    /// Whose texts, as their stream is called: `officer-` and an account, or `text-` and what follows `vault:`.
    pub subject: String,
    /// When the key was destroyed, if the copy says so.
    pub at: Option<Timestamp>,
}

/// The copy that would be restored with a backup, looked through.
pub(super) fn copy(
    from: KeysFrom<'_>,
    backup: &Path,
    verified: &Verified,
) -> Result<KeysChecked, BackupError> {
    let path = newest(from.dir, verified.manifest.log.id)?;
    let keys = CopiedKeys::read(&path)?;
    let opened = match master(&path, from.master, &keys)? {
        Some(master) => Some(keys.open_all(&master)?),
        None => None,
    };
    let (mut texts, mut without_key) = (0, 0);
    for (county, subject) in sealed(backup)? {
        texts += 1;
        without_key += u64::from(!keys.knows(&county, &subject));
    }
    let known = keys.erased()?.into_iter().map(|(county, subject, order)| Erased {
        county: county.to_string(),
        subject: subject.to_string(),
        at: Some(order.erased),
    });
    let of_log = |erased: &Erased| verified.erased.contains(&(erased.county.clone(), erased.subject.clone()));
    let restated = known.filter(|erased| !of_log(erased)).collect();
    let again = verified.erased.iter().filter(|(county, subject)| keys.has_key(county, subject));
    let destroyed =
        again.map(|(county, subject)| Erased { county: county.clone(), subject: subject.clone(), at: None });
    let destroyed = destroyed.collect();
    let master = keys.master().unwrap_or_default().to_owned();
    Ok(KeysChecked { path, master, opened, texts, without_key, restated, destroyed })
}

/// The master key of a copy: the one in it, or the one that was named; none where neither is there.
fn master(copy: &Path, named: Option<&Path>, keys: &CopiedKeys) -> Result<Option<MasterKey>, BackupError> {
    let mut given = Vec::new();
    let own = copy.join(MASTER_NAME);
    if own.is_file() {
        given.push(MasterKey::read_copy(&own)?);
    }
    given.extend(named.map(MasterKey::read).transpose()?);
    let Some(wants) = keys.master() else { return Ok(given.pop()) };
    match (given.iter().find(|key| key.id() == wants), given.last()) {
        (Some(key), _) => Ok(Some(key.clone())),
        (None, None) => Ok(None),
        (None, Some(other)) => {
            let (wants, given) = (wants.to_owned(), other.id().to_owned());
            Err(BackupError::KeysOtherMaster { dir: copy.to_owned(), wants, given })
        }
    }
}

/// County and subject of each sealed text of a backup.
fn sealed(backup: &Path) -> Result<Vec<(String, String)>, BackupError> {
    let file = backup.join(vault::FILE_NAME);
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let read = || {
        let connection = verify::reading(&file)?;
        let columns = "SELECT count(*) > 0 FROM pragma_table_info('entry') WHERE name = 'sealed'";
        if !connection.query_row(columns, (), |row| row.get::<_, bool>(0))? {
            return Ok(Vec::new()); // an older version's; it is sealed at the first start
        }
        let sql =
            "SELECT county, coalesce(subject, 'text-' || substr(ref, 7)) FROM entry WHERE sealed IS NOT NULL";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(|source| VaultError::Storage { file: file.clone(), source }.into())
}
