//! Which references a vault's file knows, to tell which of an event's it does not.
//!
//! Invariant: a reference whose text was erased is known; that is how it should be.
//! Deliberately absent: the texts.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{FILE_NAME, VaultError};
use crate::log::StoredEvent;
use crate::log::sqlite::RESTORING;

/// How a reference begins in an event's JSON.
const BEGIN: &[u8] = b"\"vault:";
/// The characters of a reference's ULID.
const ULID: usize = 26;

/// The references of a vault's file.
pub struct Known {
    refs: HashSet<(String, String)>,
}

impl Known {
    /// Reads the references in `dir`; none if there is no vault's file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(dir: &Path) -> Result<Option<Self>, VaultError> {
        let file = dir.join(FILE_NAME);
        if !file.is_file() {
            return Ok(None);
        }
        let read = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&file, flags)?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            let mut statement = connection.prepare("SELECT county, ref FROM entry")?;
            let refs = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
            refs.collect::<rusqlite::Result<HashSet<_>>>()
        };
        match read() {
            Ok(refs) => Ok(Some(Self { refs })),
            Err(source) => Err(VaultError::Storage { file: file.clone(), source }),
        }
    }

    /// How many references it has.
    pub fn len(&self) -> usize {
        self.refs.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.refs.is_empty()
    }

    /// The references of an event that the vault does not know.
    pub fn missing_of(&self, event: &StoredEvent) -> Vec<String> {
        let county = event.stream.county();
        let mut missing = references(&event.payload);
        missing.extend(references(&event.metadata.json()));
        missing.retain(|reference| !self.refs.contains(&(county.to_string(), reference.clone())));
        missing
    }
}

/// Whether the vault in `dir` has sealed texts and its keys' file is not there: a new one would open none of them.
///
/// # Errors
/// When the vault's file cannot be read.
pub fn keys_are_missing(dir: &Path) -> Result<bool, VaultError> {
    let file = dir.join(FILE_NAME);
    let half_restored = dir.join(RESTORING).exists(); // which is said before
    if half_restored || dir.join(super::keys::KEYS_NAME).is_file() || !file.is_file() {
        return Ok(false);
    }
    let read = || {
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let sealed = "SELECT count(*) > 0 FROM pragma_table_info('entry') WHERE name = 'sealed'";
        if !connection.query_row(sealed, (), |row| row.get::<_, bool>(0))? {
            return Ok(false);
        }
        connection
            .query_row("SELECT EXISTS (SELECT 1 FROM entry WHERE sealed IS NOT NULL)", (), |row| row.get(0))
    };
    read().map_err(|source| VaultError::Storage { file: file.clone(), source })
}

/// The references that stand as strings in a JSON text.
fn references(json: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.windows(BEGIN.len()).position(|window| window == BEGIN) {
        let from = &rest[at + 1..];
        if let Some(text) = from.get(..BEGIN.len() - 1 + ULID)
            && from.get(text.len()) == Some(&b'"')
            && let Ok(text) = std::str::from_utf8(text)
        {
            found.push(text.to_owned());
        }
        rest = &rest[at + BEGIN.len()..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn references_are_found_wherever_they_stand_as_a_string() {
        let one = "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let json = format!(r#"{{"a":"{one}","b":["{one}",{{"c":"vault:short"}}],"d":"see {one}"}}"#);
        assert_eq!(references(json.as_bytes()), [one, one]);
        assert!(references(b"\"vault:").is_empty());
    }
}
