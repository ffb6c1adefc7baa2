//! Credentials: how an officer of a county's directory proves to be who they say: a password, a session, a token.
//!
//! Invariants: a password is kept as its argon2id hash, a session and a token as the SHA-256 of 256 random bits, so that
//! nothing that is kept lets anybody in; an attempt is counted before the password is looked at, so that many attempts at
//! once are counted too; an unknown name takes as long as a wrong password and is answered alike.
//! Two engines keep them: a file beside the embedded log, and a PostgreSQL that many gateways share.
//! Deliberately absent: what an officer may do; the directory says so, and an account that the directory does not
//! know opens nothing.

mod attempts;
mod file;
mod postgres;
mod sign_in;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use om_domain::ids::{CountyId, OfficerId};
use sha2::{Digest as _, Sha256};

use attempts::Attempts;
pub use attempts::{ANYWHERE, ANYWHERE_LOCKED_FOR, ATTEMPTS, Caller, LOCKED_FOR, Lane};
pub use file::{FILE_NAME, FileCredentials};
pub use postgres::PostgresCredentials;
pub use sign_in::{Credentials, NotLetIn, SignedIn, TokenRights};

/// The shortest password that is taken, in characters (NIST SP 800-63B-4, 3.1.1.2: length and comparison with what is expected, no rules
/// of composition).
pub const MIN_PASSWORD: usize = 12;
/// The longest password that is hashed, in bytes; more would only cost the server time.
pub const MAX_PASSWORD: usize = 1_024;
/// How long a session lasts that nobody uses.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// How long a session lasts at most.
pub const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// How long a browser is known in which somebody signed in.
pub const DEVICE: SignedDuration = SignedDuration::from_hours(24 * 180);
/// How many browsers of one account are known; the oldest is forgotten first.
pub const DEVICES: i64 = 20;
/// The longest life of a token, in days.
pub const MAX_TOKEN_DAYS: u16 = 366;

/// An officer of a county, written `OFFICER@COUNTY`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    /// The county.
    pub county: CountyId,
    /// The account in its directory.
    pub officer: OfficerId,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.officer, self.county)
    }
}

impl FromStr for Holder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (officer, county) = text
            .split_once('@')
            .ok_or_else(|| format!("write the officer and the county, such as lead@530322, not {text:?}"))?;
        Ok(Self {
            county: county.parse().map_err(|error| format!("{error}"))?,
            officer: officer.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

/// An account that signs in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub holder: Holder,
    /// When the password was set.
    pub changed: Timestamp,
    /// Until when somebody is not let in, from some place at least; none, or in the past: not locked.
    pub locked_until: Option<Timestamp>,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The console, for a person who signed in.
    Session,
    /// The API, for a department's own system.
    Token,
    /// Nothing: it tells a browser in which its holder signed in before, whose attempts strangers cannot use up.
    Device,
}

impl KeyKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Device => "device",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Session, Self::Token, Self::Device].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A session or a token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// By which it is named and revoked; no secret.
    pub id: String,
    /// What it opens.
    pub kind: KeyKind,
    /// Whose.
    pub holder: Holder,
    /// What its maker wrote about it.
    pub label: String,
    /// Whether it lets read only.
    pub read_only: bool,
    /// The only commands that it lets give; none: all that its holder may.
    pub only: Option<BTreeSet<String>>,
    /// When it was made.
    pub made: Timestamp,
    /// From when on it opens nothing.
    pub expires: Timestamp,
    /// When it was last used, to the minute.
    pub used: Timestamp,
}

/// SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of a secret as it is sent.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

/// An attempt at an account was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// There is no such account.
    Unknown,
    /// It is locked for whoever tries from there.
    Locked,
    /// It has a password with this argon2id hash, in PHC form.
    Password(String),
}

/// Credentials were not taken or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Too easily guessed.
    #[error("a password has at least {MIN_PASSWORD} characters; several words do well")]
    TooShort,
    /// A guesser's first tries.
    #[error(
        "this password is among the first that a guesser tries: it is common, a row of keys or days, or the account's own name; \
         take three or four words that nobody would put together"
    )]
    Guessable,
    /// Too long.
    #[error("a password has at most {MAX_PASSWORD} bytes")]
    TooLong,
    /// What a token is for.
    #[error("say what the token is for in one line of 1 to 100 characters")]
    Label,
    /// A label is shown to whoever lists tokens.
    #[error("the label of a token is no place for personal information: {0}")]
    PersonalLabel(String),
    /// A token's life.
    #[error("a token lasts 1 to {MAX_TOKEN_DAYS} days")]
    Days,
    /// The commands of a token.
    #[error(
        "name the commands that the token may give, such as acceptPermit, and not --read-only beside them"
    )]
    Only,
    /// The hash could not be made.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The file cannot be used.
    #[error("the credentials {} cannot be used: {source}. Check the disk and who may write there", file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Its permissions cannot be set.
    #[error("the credentials {} cannot be closed to others: {source}", file.display())]
    Permissions {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database does not answer, or not as it should.
    #[error("the credentials' database {server} cannot be used: {source}. Try again once it answers")]
    Database {
        /// The server, without user or password.
        server: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address or the certificate of the database cannot be used.
    #[error(
        "the credentials' address cannot be used: {reason}. It looks like postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Address {
        /// Why; never the password.
        reason: String,
    },
    /// A row that nobody of ours wrote.
    #[error("the credentials hold a row that cannot be read: {0}. Restore them from a backup")]
    Row(String),
}

impl CredentialError {
    /// Whether nothing can be kept because the disk is full.
    pub fn is_disk_full(&self) -> bool {
        let Self::Storage { source, .. } = self else { return false };
        source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
    }
}

/// Where credentials are kept. A change is durable before it is answered.
#[async_trait]
pub trait CredentialStore: Send + Sync {
    /// Sets the password's hash and ends the account's sessions, in one step; makes the account if there is none. What was counted
    /// against it is forgotten, and so are keys that opened nothing any more at `now`.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn set_password(&self, holder: &Holder, hash: &str, now: Timestamp) -> Result<(), CredentialError>;

    /// Counts an attempt in each of these lanes and gives what it is to be held against, in one step; locked, if one
    /// of them is.
    ///
    /// # Errors
    /// When it cannot be counted; then nobody gets in.
    async fn begin(&self, holder: &Holder, lanes: &[Lane], now: Timestamp) -> Result<Begun, CredentialError>;

    /// An attempt that was counted in these lanes was right: what was wrong before it is forgotten where all attempts are
    /// one person's, and where they are not it alone is taken back.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn was_right(&self, holder: &Holder, lanes: &[Lane]) -> Result<(), CredentialError>;

    /// Forgets all attempts, by an administrator; tells whether there is such an account.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn forgive(&self, holder: &Holder) -> Result<bool, CredentialError>;

    /// Removes the account and all its keys; tells whether there was one or a key of it.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn remove(&self, holder: &Holder) -> Result<bool, CredentialError>;

    /// Every account, by county and officer.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn accounts(&self) -> Result<Vec<Account>, CredentialError>;

    /// The holders whose accounts have this officer's name, of whatever county.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn named(&self, officer: &OfficerId) -> Result<Vec<Holder>, CredentialError>;

    /// Keeps a key; of the devices of an account the newest [`DEVICES`].
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn put_key(&self, hash: SecretHash, key: &Key) -> Result<(), CredentialError>;

    /// Keeps a session that a password has opened whose hash this is, if it is still the account's: whoever was let in by another, while
    /// it was set, is not. Tells whether it is.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn put_session(
        &self,
        hash: SecretHash,
        session: &Key,
        password: &str,
    ) -> Result<bool, CredentialError>;

    /// The key with this secret.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn key(&self, hash: SecretHash) -> Result<Option<Key>, CredentialError>;

    /// Notes that a key was used.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn used(&self, hash: SecretHash, now: Timestamp) -> Result<(), CredentialError>;

    /// Every key of a kind, by when it was made.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn keys(&self, kind: KeyKind) -> Result<Vec<Key>, CredentialError>;

    /// Revokes a key by its id; tells whether there was one.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn revoke(&self, id: &str) -> Result<bool, CredentialError>;
}

/// A row as both engines give it.
struct KeyRow {
    id: String,
    kind: String,
    county: String,
    officer: String,
    label: String,
    read_only: bool,
    only: Option<String>,
    made: i64,
    expires: i64,
    used: i64,
}

impl TryFrom<KeyRow> for Key {
    type Error = CredentialError;

    fn try_from(row: KeyRow) -> Result<Self, Self::Error> {
        let kind = KeyKind::of(&row.kind).ok_or_else(|| CredentialError::Row(row.kind.clone()))?;
        Ok(Self {
            kind,
            holder: holder(&row.county, &row.officer)?,
            made: instant(row.made)?,
            expires: instant(row.expires)?,
            used: instant(row.used)?,
            id: row.id,
            label: row.label,
            read_only: row.read_only,
            only: row.only.map(|names| names.split(',').map(str::to_owned).collect()),
        })
    }
}

/// The commands of a key as they are kept: names of mutations have no comma.
fn only_text(key: &Key) -> Option<String> {
    key.only.as_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>().join(","))
}

fn holder(county: &str, officer: &str) -> Result<Holder, CredentialError> {
    format!("{officer}@{county}").parse().map_err(CredentialError::Row)
}

/// An instant as it is kept: milliseconds since 1970.
fn instant(millis: i64) -> Result<Timestamp, CredentialError> {
    Timestamp::from_millisecond(millis).map_err(|error| CredentialError::Row(error.to_string()))
}

/// A session last used then or before opens nothing any more.
fn idle_since(now: Timestamp) -> i64 {
    now.checked_sub(IDLE).unwrap_or(Timestamp::MIN).as_millisecond()
}

fn account(
    county: &str,
    officer: &str,
    changed: i64,
    locked: Option<i64>,
) -> Result<Account, CredentialError> {
    Ok(Account {
        holder: holder(county, officer)?,
        changed: instant(changed)?,
        locked_until: locked.map(instant).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_written_with_its_county() {
        let holder: Holder = "lead@530322".parse().unwrap();
        assert_eq!(holder.to_string(), "lead@530322");
        assert!("lead".parse::<Holder>().unwrap_err().contains("lead@530322"));
    }
}
