//! The master key: what wraps the key of every subject, kept in a file of its own.
//!
//! Invariants: it comes from a file that nobody but its owner may read, never from a flag's value or the environment; none is
//! made where a file is named, or where the key store beside it needs another; it stands in no log line and no error.
//! Deliberately absent: a hardware module; changing the master key ([`super::rotate()`]).

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::VaultError;
use super::cipher::{KEY, Key};
use crate::private_file::close_to_others;

/// The name of the master key's file in the data directory, where no other is named.
pub const MASTER_NAME: &str = "vault.key";

/// The master key.
#[derive(Clone)]
pub struct MasterKey {
    key: Key,
    id: String,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// The key in a file: 32 bytes as base64 in one line.
    ///
    /// # Errors
    /// When it cannot be read, is no key, or others may read it.
    pub fn read(file: &Path) -> Result<Self, VaultError> {
        let failed = |reason: String| VaultError::Master { file: file.to_owned(), reason };
        only_its_owner(file).map_err(failed)?;
        Self::read_copy(file)
    }

    /// The key in a file of a copy, on a medium that may keep no rights.
    ///
    /// # Errors
    /// When it cannot be read, or is no key.
    pub fn read_copy(file: &Path) -> Result<Self, VaultError> {
        let failed = |reason: String| VaultError::Master { file: file.to_owned(), reason };
        let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
        let key = Key::of(&bytes).map_err(|_| failed(format!("it does not hold {KEY} bytes as base64")))?;
        Ok(Self::with(key))
    }

    /// The key of the file that is named; else the data directory's own, made if there is none.
    ///
    /// # Errors
    /// As [`MasterKey::read`], and when it cannot be written.
    pub fn of(data: &Path, named: Option<&Path>) -> Result<Self, VaultError> {
        match named {
            Some(file) => Self::read(file),
            None => Self::read_or_make(&data.join(MASTER_NAME)),
        }
    }

    /// The key in a file, made if it is not there.
    ///
    /// # Errors
    /// As [`MasterKey::of`].
    pub fn read_or_make(file: &Path) -> Result<Self, VaultError> {
        if file.exists() {
            return Self::read(file);
        }
        let failed = |reason: String| VaultError::Master { file: file.to_owned(), reason };
        let key = Key::new().map_err(|_| failed("the system gives no random bytes".into()))?;
        write(file, &STANDARD.encode(key.bytes())).map_err(|error| failed(error.to_string()))?;
        let master = Self::with(key);
        tracing::warn!(
            file = %file.display(),
            key = master.id(),
            "a master key for personal texts was made; keep a copy of it apart from the data (onematter backup --keys DIR): without \
             it no personal text can be read again"
        );
        Ok(master)
    }

    fn with(key: Key) -> Self {
        let digest: [u8; 32] =
            Sha256::digest([b"onematter vault master key ", &key.bytes()[..]].concat()).into();
        let id = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { key, id }
    }

    /// What it is called where something says by which key it was wrapped.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }
}

/// Whole, synced and closed to others before it has its name.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(dir)?;
    close_to_others(new.path())?;
    writeln!(new, "{text}")?;
    new.as_file().sync_all()?;
    new.persist_noclobber(file).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}

#[cfg(unix)]
fn only_its_owner(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(file).map_err(|error| error.to_string())?.permissions().mode() & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(format!("others may read or write it (mode {mode:o}): chmod 600")),
    }
}

#[cfg(not(unix))]
fn only_its_owner(_: &Path) -> Result<(), String> {
    Ok(())
}
