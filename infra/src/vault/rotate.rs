//! Another master key: the subjects' keys of a file are wrapped anew, the texts stay as they are.
//!
//! Invariant: every key is wrapped by the old master key or every key by the new one, whenever it is broken off: keys and the name of
//! their master key change in one transaction.
//! Deliberately absent: holding the directory; whoever calls does that. Copies of the keys, which stay as they were.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::keys::{forget_the_past, said, say};
use super::sealing::rewrapped;
use super::{KEYS_NAME, MasterKey, VaultError};

/// What was wrapped anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// So many keys.
    Keys(u64),
    /// None: the new master key wraps them already.
    Already,
}

/// Whether the keys are to be wrapped anew, if this master key wraps them now.
pub(super) fn is_to_be(wants: Option<String>, old: &MasterKey, new: &MasterKey) -> Result<bool, VaultError> {
    match wants {
        Some(wants) if wants == new.id() => Ok(false),
        Some(wants) if wants != old.id() => {
            Err(VaultError::OtherMaster { wants, given: old.id().to_owned() })
        }
        _ => Ok(true),
    }
}

/// Wraps the keys in a data directory, which must be this process's alone, by another master key. Blocks.
///
/// # Errors
/// When the old master key is another's, a key does not open, or the key store cannot be written; then all is as before.
pub fn rotate(dir: &Path, old: &MasterKey, new: &MasterKey) -> Result<Rotated, VaultError> {
    let file = dir.join(KEYS_NAME);
    let failed = |source| VaultError::Storage { file: file.clone(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&file, flags).map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    if !is_to_be(said(&begun, "master").map_err(failed)?, old, new)? {
        return Ok(Rotated::Already);
    }
    let rows = wrapped(&begun).map_err(failed)?;
    for (county, subject, id, wrapped) in &rows {
        let anew = rewrapped((old, new), &county.parse()?, subject, (id.clone(), wrapped.clone()))?;
        let sql = "UPDATE subject_key SET wrapped = ? WHERE county = ? AND subject = ?";
        begun.execute(sql, (&anew, county, subject)).map_err(failed)?;
    }
    say(&begun, "master", new.id()).map_err(failed)?;
    begun.commit().map_err(failed)?;
    // it is done; a trace of the old wrapping in the write-ahead log goes at the latest with the next start's
    if let Err(error) = forget_the_past(&connection) {
        tracing::warn!(%error, "the key store's write-ahead log was not emptied");
    }
    Ok(Rotated::Keys(rows.len() as u64))
}

/// County, subject, the key's id and the key as it is wrapped.
type Row = (String, String, String, Vec<u8>);

fn wrapped(connection: &Connection) -> rusqlite::Result<Vec<Row>> {
    let sql = "SELECT county, subject, id, wrapped FROM subject_key WHERE wrapped IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}
