//! Who may come in: HTTP Basic credentials against the accounts file, which is read again when it changes.
//!
//! Invariant: without an accounts file everybody is a gateway, so whoever starts the node must have said that; with one
//! nobody is let in unchecked. Passwords are compared by argon2id, once; then by a keyed hash of the whole header.
//! Deliberately absent: locking an account out, which would let a stranger stop a gateway. Few guesses run at once, and
//! each takes its time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tonic::Status;
use tonic::metadata::MetadataMap;
use uuid::Uuid;

use super::fault::{access_denied, not_authenticated};
use super::users::{Role, Users, UsersError};

/// How many passwords are checked at once.
const CHECKS: usize = 2;
/// The longest header that is looked at.
const MAX_HEADER: usize = 1_024;

/// Who may come in.
pub(super) struct Gate(Option<Accounts>);

struct Accounts {
    file: PathBuf,
    current: Mutex<Current>,
    checks: Arc<Semaphore>,
    /// Made for this process; what is kept of a header is worth nothing outside it.
    key: [u8; 32],
}

struct Current {
    users: Arc<Users>,
    seen: Option<(SystemTime, u64)>,
    known: HashMap<[u8; 32], Role>,
}

/// Somebody who was let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admitted(Role);

impl Admitted {
    pub(super) fn may_write(self) -> Result<(), Status> {
        match self.0 {
            Role::ReadWrite => Ok(()),
            Role::ReadOnly => Err(access_denied()),
        }
    }
}

impl Gate {
    /// With the accounts of a file; without one, open.
    pub(super) fn new(file: Option<&Path>) -> Result<Self, UsersError> {
        let Some(file) = file else { return Ok(Self(None)) };
        let users = Arc::new(Users::load(file)?);
        let mut key = [0; 32];
        for half in key.chunks_exact_mut(16) {
            half.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        let current = Mutex::new(Current { users, seen: seen(file), known: HashMap::new() });
        let checks = Arc::new(Semaphore::new(CHECKS));
        Ok(Self(Some(Accounts { file: file.to_owned(), current, checks, key })))
    }

    /// Who asks.
    pub(super) async fn admit(&self, metadata: &MetadataMap) -> Result<Admitted, Status> {
        let Some(accounts) = &self.0 else { return Ok(Admitted(Role::ReadWrite)) };
        let header = metadata.get("authorization").map(|value| value.as_bytes());
        let header = header.filter(|header| header.len() <= MAX_HEADER).ok_or_else(not_authenticated)?;
        accounts.check(header).await.map(Admitted).ok_or_else(not_authenticated)
    }

    /// Reads the file again if it changed; one that cannot be read leaves the accounts as they were.
    pub(super) fn refresh(&self) {
        let Some(accounts) = &self.0 else { return };
        let seen = seen(&accounts.file);
        if accounts.current().seen == seen {
            return;
        }
        let loaded = Users::load(&accounts.file);
        let mut current = accounts.current();
        current.seen = seen;
        match loaded {
            Ok(users) => {
                *current = Current { users: Arc::new(users), seen, known: HashMap::new() };
                tracing::info!(file = %accounts.file.display(), "the node's accounts were read again");
            }
            Err(error) => tracing::error!(%error, "the node's accounts stay as they were"),
        }
    }
}

impl Accounts {
    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn check(&self, header: &[u8]) -> Option<Role> {
        let digest: [u8; 32] = Sha256::new().chain_update(self.key).chain_update(header).finalize().into();
        let users = {
            let current = self.current();
            if let Some(role) = current.known.get(&digest) {
                return Some(*role);
            }
            Arc::clone(&current.users)
        };
        let (name, password) = basic(header)?;
        let permit = Arc::clone(&self.checks).acquire_owned().await.ok()?;
        let checked = Arc::clone(&users);
        let role = tokio::task::spawn_blocking(move || {
            let role = checked.check(&name, &password);
            drop(permit);
            role
        });
        let role = role.await.ok()??;
        let mut current = self.current();
        // the accounts may have changed while the password was checked
        if Arc::ptr_eq(&current.users, &users) {
            current.known.insert(digest, role);
        }
        Some(role)
    }
}

fn seen(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn basic(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("authorization", format!("Basic {}", STANDARD.encode(text)).parse().unwrap());
        metadata
    }

    #[tokio::test]
    async fn a_changed_file_is_followed_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("users");
        Users::set(&file, "audit", Role::ReadOnly, "a good password").unwrap();
        let gate = Gate::new(Some(&file)).unwrap();
        let audit = header("audit:a good password");
        for _ in 0..2 {
            assert!(gate.admit(&audit).await.unwrap().may_write().is_err());
        }
        assert!(gate.admit(&header("audit:another password")).await.is_err());
        assert!(gate.admit(&MetadataMap::new()).await.is_err());

        Users::set(&file, "gateway", Role::ReadWrite, "a good password").unwrap();
        Users::remove(&file, "audit").unwrap();
        gate.refresh();
        assert!(gate.admit(&audit).await.is_err(), "what was known before is not known any more");
        assert!(gate.admit(&header("gateway:a good password")).await.unwrap().may_write().is_ok());

        std::fs::write(&file, "broken").unwrap();
        gate.refresh();
        assert!(gate.admit(&header("gateway:a good password")).await.is_ok());
    }
}
