//! Who may come in: HTTP Basic credentials, or the name in a client's certificate, against the accounts file, which is
//! read again when it changes.
//!
//! Invariant: without an accounts file everybody is a gateway, so whoever starts the node must have said that; with one
//! nobody is let in unchecked, and a call that goes on ends when its account is removed or has another password.
//! Passwords are compared by argon2id, once; then by a keyed hash of the whole header.
//! Deliberately absent: locking an account out, which would let a stranger stop a gateway. Few guesses run at once, and
//! each takes its time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, watch};
use tonic::metadata::MetadataMap;
use tonic::{Extensions, Status};
use uuid::Uuid;

use super::fault::{access_denied, not_authenticated, withdrawn};
use super::limits::{Limits, Place, Uses};
use super::listen::Peer;
use super::users::{Role, Users, UsersError};

/// How many passwords are checked at once.
const CHECKS: usize = 2;
/// The longest header that is looked at.
const MAX_HEADER: usize = 1_024;

/// Who may come in.
pub(super) struct Gate {
    accounts: Option<Accounts>,
    uses: Arc<Uses>,
    everybody: Arc<str>,
}

struct Accounts {
    file: PathBuf,
    current: Mutex<Current>,
    /// The accounts, for calls that go on.
    users: watch::Sender<Arc<Users>>,
    checks: Arc<Semaphore>,
    /// Made for this process; what is kept of a header is worth nothing outside it.
    key: [u8; 32],
}

struct Current {
    users: Arc<Users>,
    seen: Option<(SystemTime, u64)>,
    known: HashMap<[u8; 32], Known>,
}

/// An account as it was when somebody showed that it is theirs.
#[derive(Debug, Clone)]
struct Known {
    name: Arc<str>,
    role: Role,
    /// The hash of the password that was shown; none if it was a certificate.
    hash: Option<Arc<str>>,
}

impl Known {
    /// Whether the account is still what it was; another role counts where one writes.
    fn still(&self, users: &Users, writes: bool) -> Result<(), Status> {
        match users.account(&self.name) {
            Some((_, hash)) if self.hash.as_deref().is_some_and(|known| known != hash) => Err(withdrawn()),
            Some((Role::ReadOnly, _)) if writes => Err(access_denied()),
            Some(_) => Ok(()),
            None => Err(withdrawn()),
        }
    }
}

/// Somebody who was let in.
#[derive(Clone)]
pub(super) struct Admitted {
    known: Known,
    users: Option<watch::Receiver<Arc<Users>>>,
    uses: Arc<Uses>,
}

impl Admitted {
    pub(super) fn may_write(&self) -> Result<(), Status> {
        match self.known.role {
            Role::ReadWrite => Ok(()),
            Role::ReadOnly => Err(access_denied()),
        }
    }

    /// Whether the account has still what it was let in for.
    pub(super) fn still(&self, writes: bool) -> Result<(), Status> {
        self.users.as_ref().map_or(Ok(()), |users| self.known.still(&users.borrow(), writes))
    }

    /// Waits until it has not.
    pub(super) async fn withdrawn(mut self, writes: bool) -> Status {
        loop {
            if let Err(status) = self.still(writes) {
                return status;
            }
            let changed = match &mut self.users {
                Some(users) => users.changed().await.is_ok(),
                None => false,
            };
            if !changed {
                std::future::pending::<()>().await;
            }
        }
    }

    /// A place for a subscription.
    pub(super) fn subscribes(&self) -> Result<Place, Status> {
        self.uses.subscribed(&self.known.name)
    }
}

impl Gate {
    /// With the accounts of a file; without one, open.
    pub(super) fn new(file: Option<&Path>, limits: Limits) -> Result<Self, UsersError> {
        let accounts = file.map(Accounts::load).transpose()?;
        Ok(Self { accounts, uses: Arc::new(Uses::new(limits)), everybody: Arc::from("") })
    }

    /// Who asks.
    pub(super) async fn admit(
        &self,
        metadata: &MetadataMap,
        extensions: &Extensions,
    ) -> Result<Admitted, Status> {
        let peer = extensions.get::<Peer>();
        let known = match &self.accounts {
            None => Known { name: Arc::clone(&self.everybody), role: Role::ReadWrite, hash: None },
            Some(accounts) => {
                let certified = peer.and_then(|peer| peer.certified.as_ref());
                let known = match metadata.get("authorization").map(|value| value.as_bytes()) {
                    Some(header) if header.len() <= MAX_HEADER => accounts.check(header).await,
                    Some(_) => None,
                    None => certified.and_then(|name| accounts.named(name)),
                };
                known.ok_or_else(not_authenticated)?
            }
        };
        if let Some(peer) = peer {
            self.uses.connected(&known.name, &peer.connection)?;
        }
        let users = self.accounts.as_ref().map(|accounts| accounts.users.subscribe());
        Ok(Admitted { known, users, uses: Arc::clone(&self.uses) })
    }

    /// Reads the file again if it changed; one that cannot be read leaves the accounts as they were.
    pub(super) fn refresh(&self) {
        let Some(accounts) = &self.accounts else { return };
        let seen = seen(&accounts.file);
        if accounts.current().seen == seen {
            return;
        }
        let loaded = Users::load(&accounts.file);
        let mut current = accounts.current();
        current.seen = seen;
        match loaded {
            Ok(users) => {
                let users = Arc::new(users);
                *current = Current { users: Arc::clone(&users), seen, known: HashMap::new() };
                accounts.users.send_replace(users);
                tracing::info!(file = %accounts.file.display(), "the node's accounts were read again");
            }
            Err(error) => tracing::error!(%error, "the node's accounts stay as they were"),
        }
    }
}

impl Accounts {
    fn load(file: &Path) -> Result<Self, UsersError> {
        let users = Arc::new(Users::load(file)?);
        let mut key = [0; 32];
        for half in key.chunks_exact_mut(16) {
            half.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        let current = Current { users: Arc::clone(&users), seen: seen(file), known: HashMap::new() };
        Ok(Self {
            file: file.to_owned(),
            current: Mutex::new(current),
            users: watch::Sender::new(users),
            checks: Arc::new(Semaphore::new(CHECKS)),
            key,
        })
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of a client whose certificate was checked.
    fn named(&self, name: &Arc<str>) -> Option<Known> {
        let role = self.current().users.account(name)?.0;
        Some(Known { name: Arc::clone(name), role, hash: None })
    }

    async fn check(&self, header: &[u8]) -> Option<Known> {
        let digest: [u8; 32] = Sha256::new().chain_update(self.key).chain_update(header).finalize().into();
        let users = {
            let current = self.current();
            if let Some(known) = current.known.get(&digest) {
                return Some(known.clone());
            }
            Arc::clone(&current.users)
        };
        let (name, password) = basic(header)?;
        let permit = Arc::clone(&self.checks).acquire_owned().await.ok()?;
        let checked = Arc::clone(&users);
        let known = tokio::task::spawn_blocking(move || {
            let role = checked.check(&name, &password)?;
            let hash = checked.account(&name).map(|(_, hash)| Arc::from(hash));
            drop(permit);
            Some(Known { name: Arc::from(name), role, hash })
        });
        let known = known.await.ok()??;
        let mut current = self.current();
        // the accounts may have changed while the password was checked
        if Arc::ptr_eq(&current.users, &users) {
            current.known.insert(digest, known.clone());
        }
        Some(known)
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

    async fn admit(gate: &Gate, metadata: &MetadataMap) -> Result<Admitted, Status> {
        gate.admit(metadata, &Extensions::new()).await
    }

    #[tokio::test]
    async fn a_changed_file_is_followed_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("users");
        Users::set(&file, "audit", Role::ReadOnly, "a good password").unwrap();
        let gate = Gate::new(Some(&file), Limits::default()).unwrap();
        let audit = header("audit:a good password");
        for _ in 0..2 {
            assert!(admit(&gate, &audit).await.unwrap().may_write().is_err());
        }
        assert!(admit(&gate, &header("audit:another password")).await.is_err());
        assert!(admit(&gate, &MetadataMap::new()).await.is_err());

        Users::set(&file, "gateway", Role::ReadWrite, "a good password").unwrap();
        Users::remove(&file, "audit").unwrap();
        gate.refresh();
        assert!(admit(&gate, &audit).await.is_err(), "what was known before is not known any more");
        assert!(admit(&gate, &header("gateway:a good password")).await.unwrap().may_write().is_ok());

        std::fs::write(&file, "broken").unwrap();
        gate.refresh();
        assert!(admit(&gate, &header("gateway:a good password")).await.is_ok());
    }

    #[tokio::test]
    async fn who_was_let_in_is_told_when_the_account_changes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("users");
        Users::set(&file, "gateway", Role::ReadWrite, "a good password").unwrap();
        let gate = Gate::new(Some(&file), Limits::default()).unwrap();
        let gateway = admit(&gate, &header("gateway:a good password")).await.unwrap();
        Users::set(&file, "other", Role::ReadOnly, "a good password").unwrap();
        gate.refresh();
        assert!(gateway.still(true).is_ok(), "another account's change is none of this one's");

        Users::set(&file, "gateway", Role::ReadOnly, "another password").unwrap();
        gate.refresh();
        assert_eq!(gateway.clone().withdrawn(false).await.code(), tonic::Code::Unauthenticated);
        let reader = admit(&gate, &header("gateway:another password")).await.unwrap();
        assert_eq!(reader.still(true).unwrap_err().code(), tonic::Code::PermissionDenied);
        assert!(reader.still(false).is_ok());
    }
}
