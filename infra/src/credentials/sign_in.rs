//! Signing in, and being known again.
//!
//! Invariants: at most [`AT_ONCE`] passwords are hashed at a time, since each takes 19 MiB; a session ends with its idle
//! and its absolute time, and with a new password, one that is only being
//! opened by the old one too; who is not let in is not told why, but for a lock.
//! Deliberately absent: HTTP and cookies.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use om_domain::ids::{OfficerId, personal};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{
    Account, Begun, Caller, CredentialError, CredentialStore, DEVICE, Holder, IDLE, Key, KeyKind, Lane,
    MAX_PASSWORD, MAX_TOKEN_DAYS, MIN_PASSWORD, SESSION, SecretHash,
};
use crate::clock::Clock;
use crate::secrets;

/// Passwords hashed at a time.
const AT_ONCE: usize = 2;
/// How a token begins, so that one that lies in the wrong place is recognised (by scanners of code, for one).
const TOKEN: &str = "om_";
/// Uses of a key nearer than this are one.
const USED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// What a token lets do of what its holder may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRights {
    /// It lets read only.
    pub read_only: bool,
    /// It lets give these commands only, by their names in the API; none: all.
    pub only: Option<BTreeSet<String>>,
}

/// Nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum NotLetIn {
    /// Name or password is wrong, or the key opens nothing.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many wrong passwords from there.
    #[error(
        "too many wrong passwords: wait a quarter of an hour, or ask the administrator to unlock the account"
    )]
    Locked,
    /// The credentials cannot be read.
    #[error(transparent)]
    Unavailable(#[from] CredentialError),
}

/// Somebody was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret of the new session.
    pub session: String,
    /// Whose it is.
    pub holder: Holder,
    /// The secret by which this browser is known from now on; none where it was known already.
    pub device: Option<String>,
}

/// The credentials of an installation.
pub struct Credentials {
    store: Arc<dyn CredentialStore>,
    clock: Arc<dyn Clock>,
    hashing: Semaphore,
    /// What an unknown name's password is held against; nobody has its password.
    nobody: String,
    /// Sessions that were ended while that could not be kept.
    ended: Mutex<HashSet<SecretHash>>,
}

impl Credentials {
    /// Credentials in a store.
    ///
    /// # Errors
    /// When no password can be hashed here.
    pub fn new(store: Arc<dyn CredentialStore>, clock: Arc<dyn Clock>) -> Result<Self, CredentialError> {
        let (hashing, nobody) = (Semaphore::new(AT_ONCE), hash(&secrets::random())?);
        Ok(Self { store, clock, hashing, nobody, ended: Mutex::default() })
    }

    /// Where they are kept.
    pub fn store(&self) -> &dyn CredentialStore {
        &*self.store
    }

    /// Sets a password, makes the account if there is none, and ends the sessions that the old one opened.
    ///
    /// # Errors
    /// When the password is too short or easily guessed, or it cannot be kept.
    pub async fn set_password(&self, holder: &Holder, password: &str) -> Result<(), CredentialError> {
        if password.chars().count() < MIN_PASSWORD {
            return Err(CredentialError::TooShort);
        }
        if password.len() > MAX_PASSWORD {
            return Err(CredentialError::TooLong);
        }
        if is_guessable(password, holder) {
            return Err(CredentialError::Guessable);
        }
        let given = password.to_owned();
        let hash = self.hashed(move || hash(&given)).await?;
        self.store.set_password(holder, &hash, self.clock.now()).await
    }

    /// A password that nobody chose, set; it is shown once.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn random_password(&self, holder: &Holder) -> Result<String, CredentialError> {
        let password = secrets::random();
        self.set_password(holder, &password).await?;
        Ok(password)
    }

    /// Whether the caller's browser is one in which somebody signed in; by whom is not said.
    ///
    /// # Errors
    /// When that cannot be read.
    pub async fn is_known_device(&self, caller: &Caller) -> Result<bool, CredentialError> {
        Ok(self.device(caller).await?.is_some())
    }

    /// Signs in. `name` is `OFFICER`, or `OFFICER@COUNTY` where several counties have an officer of that name.
    ///
    /// # Errors
    /// When nobody is let in.
    pub async fn sign_in(&self, name: &str, password: &str, caller: &Caller) -> Result<SignedIn, NotLetIn> {
        let holder = self.called(name.trim()).await?;
        let device = self.device(caller).await?.filter(|key| Some(&key.holder) == holder.as_ref());
        let lanes = match &device {
            Some(key) => vec![Lane::device(&key.id)],
            None => vec![Lane::address(caller.address), Lane::anywhere()],
        };
        let begun = match &holder {
            Some(holder) => self.store.begin(holder, &lanes, self.clock.now()).await?,
            None => Begun::Unknown,
        };
        let locked = matches!(begun, Begun::Locked);
        let expected = match begun {
            // a lock takes as long as a password, or it would tell who exists
            Begun::Locked | Begun::Unknown => self.nobody.clone(),
            Begun::Password(hash) => hash,
        };
        let fits = password.len() <= MAX_PASSWORD && self.fits(password, expected.clone()).await?;
        // what was typed as a name is logged only if it is one
        let account = holder.as_ref().map(tracing::field::display);
        if locked {
            tracing::warn!(account, "a sign-in at a locked account");
            return Err(NotLetIn::Locked);
        }
        if !fits {
            tracing::warn!(account, "a sign-in with a wrong name or password");
        }
        let Some(holder) = holder.filter(|_| fits) else { return Err(NotLetIn::Wrong) };
        // strangers' guesses stay counted: who is right does not give them as many again
        self.store.was_right(&holder, &lanes).await?;
        self.strike_out_ended().await;
        let (session, key) = self.new_session(&holder);
        if !self.store.put_session(SecretHash::of(&session), &key, &expected).await? {
            tracing::warn!(account = %holder, "a sign-in with a password that was changed meanwhile");
            return Err(NotLetIn::Wrong);
        }
        let device = match device {
            Some(_) => None,
            None => Some(self.new_device(&holder).await?),
        };
        Ok(SignedIn { session, holder, device })
    }

    /// The secret of a new session of somebody who was known otherwise, by an identity provider.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn begin_session(&self, holder: &Holder) -> Result<String, CredentialError> {
        self.strike_out_ended().await;
        let (secret, key) = self.new_session(holder);
        self.store.put_key(SecretHash::of(&secret), &key).await?;
        Ok(secret)
    }

    fn new_session(&self, holder: &Holder) -> (String, Key) {
        let key = self.new_key(KeyKind::Session, holder, String::new(), TokenRights::default(), SESSION);
        (secrets::random(), key)
    }

    /// The device of a caller, if it is one that is known.
    async fn device(&self, caller: &Caller) -> Result<Option<Key>, CredentialError> {
        let Some(secret) = &caller.device else { return Ok(None) };
        let key = self.store.key(SecretHash::of(secret)).await?;
        Ok(key.filter(|key| key.kind == KeyKind::Device && self.is_open(key)))
    }

    async fn new_device(&self, holder: &Holder) -> Result<String, CredentialError> {
        let secret = secrets::random();
        let key = self.new_key(KeyKind::Device, holder, String::new(), TokenRights::default(), DEVICE);
        self.store.put_key(SecretHash::of(&secret), &key).await?;
        Ok(secret)
    }

    /// Whose session this is.
    ///
    /// # Errors
    /// When it opens nothing.
    pub async fn session(&self, secret: &str) -> Result<Key, NotLetIn> {
        self.known(secret, KeyKind::Session, true).await
    }

    /// The same, while nobody uses it: it falls idle all the same.
    ///
    /// # Errors
    /// When it opens nothing.
    pub async fn still_open(&self, secret: &str) -> Result<Key, NotLetIn> {
        self.known(secret, KeyKind::Session, false).await
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// When it opens nothing.
    pub async fn token(&self, secret: &str) -> Result<Key, NotLetIn> {
        self.known(secret, KeyKind::Token, true).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When that cannot be kept; it opens nothing here all the same, as long as this process lives, and is struck out
    /// once it can be.
    pub async fn sign_out(&self, secret: &str) -> Result<(), CredentialError> {
        let hash = SecretHash::of(secret);
        let struck = self.strike_out(hash).await;
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match struck {
            Ok(()) => ended.remove(&hash),
            Err(_) => ended.insert(hash),
        };
        struck
    }

    async fn strike_out(&self, session: SecretHash) -> Result<(), CredentialError> {
        match self.store.key(session).await?.filter(|key| key.kind == KeyKind::Session) {
            Some(key) => self.store.revoke(&key.id).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Strikes out sessions that were ended while that could not be kept.
    async fn strike_out_ended(&self) {
        let ended: Vec<SecretHash> =
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        for session in ended {
            if self.strike_out(session).await.is_err() {
                return;
            }
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
        }
    }

    fn was_ended(&self, session: SecretHash) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains(&session)
    }

    /// Makes a token and gives its secret, which is shown once.
    ///
    /// # Errors
    /// When its life is too long, or it cannot be kept.
    pub async fn make_token(
        &self,
        holder: &Holder,
        label: &str,
        rights: TokenRights,
        days: u16,
    ) -> Result<(String, Key), CredentialError> {
        if !(1..=MAX_TOKEN_DAYS).contains(&days) {
            return Err(CredentialError::Days);
        }
        let label = label.trim();
        if !(1..=100).contains(&label.chars().count()) || label.chars().any(char::is_control) {
            return Err(CredentialError::Label);
        }
        if let Some(personal) = personal(label) {
            return Err(CredentialError::PersonalLabel(personal.todo()));
        }
        let names = rights.only.iter().flatten();
        let are_names =
            names.clone().all(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()));
        if rights.only.is_some() && (rights.read_only || names.count() == 0 || !are_names) {
            return Err(CredentialError::Only);
        }
        let life = SignedDuration::from_hours(24 * i64::from(days));
        let secret = format!("{TOKEN}{}", secrets::random());
        let key = self.new_key(KeyKind::Token, holder, label.to_owned(), rights, life);
        self.store.put_key(SecretHash::of(&secret), &key).await?;
        Ok((secret, key))
    }

    /// Whether an account is locked now.
    pub fn is_locked(&self, account: &Account) -> bool {
        account.locked_until.is_some_and(|until| self.clock.now() < until)
    }

    /// Whether a key opens anything now.
    pub fn is_open(&self, key: &Key) -> bool {
        opens(key, self.clock.now())
    }

    async fn known(&self, secret: &str, kind: KeyKind, in_use: bool) -> Result<Key, NotLetIn> {
        let hash = SecretHash::of(secret);
        if self.was_ended(hash) {
            self.strike_out_ended().await;
            return Err(NotLetIn::Wrong);
        }
        let now = self.clock.now();
        let key = self.store.key(hash).await?.filter(|key| key.kind == kind && opens(key, now));
        let key = key.ok_or(NotLetIn::Wrong)?;
        if in_use
            && now.duration_since(key.used) >= USED_AGAIN
            && let Err(error) = self.store.used(hash, now).await
        {
            // who is in stays in while the disk is full, at most until it falls idle
            tracing::warn!(%error, "that a key was used could not be noted");
        }
        Ok(key)
    }

    /// Who is called so; none if nobody or more than one is.
    async fn called(&self, name: &str) -> Result<Option<Holder>, CredentialError> {
        if name.contains('@') {
            return Ok(name.parse().ok());
        }
        let Ok(officer) = name.parse::<OfficerId>() else { return Ok(None) };
        let mut named = self.store.named(&officer).await?;
        Ok(if named.len() == 1 { named.pop() } else { None })
    }

    async fn fits(&self, password: &str, expected: String) -> Result<bool, CredentialError> {
        let given = password.to_owned();
        self.hashed(move || Ok(secrets::fits(&given, &expected))).await
    }

    async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CredentialError> + Send + 'static,
    ) -> Result<T, CredentialError> {
        let failed = |why: &dyn std::fmt::Display| CredentialError::Hash(why.to_string());
        let _turn = self.hashing.acquire().await.map_err(|e| failed(&e))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| failed(&e))?
    }

    fn new_key(
        &self,
        kind: KeyKind,
        holder: &Holder,
        label: String,
        TokenRights { read_only, only }: TokenRights,
        life: SignedDuration,
    ) -> Key {
        let made = self.clock.now();
        let expires = made.checked_add(life).unwrap_or(made);
        let id = Uuid::new_v4().simple().to_string();
        Key { id, kind, holder: holder.clone(), label, read_only, only, made, expires, used: made }
    }
}

fn opens(key: &Key, now: Timestamp) -> bool {
    let idle = match key.kind {
        KeyKind::Session => now.duration_since(key.used) < IDLE,
        KeyKind::Token | KeyKind::Device => true,
    };
    now < key.expires && idle
}

/// Whether a guesser who knows the account would come to this password within some ten thousand million tries (NIST SP 800-63B-4,
/// 3.1.1.2: what is common, expected or made of the account's name).
fn is_guessable(password: &str, holder: &Holder) -> bool {
    let known = [holder.officer.as_str(), holder.county.as_str(), "onematter", "yijianshi"];
    zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Four
}

fn hash(password: &str) -> Result<String, CredentialError> {
    secrets::hash(password).map_err(|error| CredentialError::Hash(error.to_string()))
}
