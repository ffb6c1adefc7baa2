//! The vault: personal text, free notes and file names, kept apart from the log and referred to by `vault:…`.
//!
//! Invariants: no personal text reaches an event; a reference says nothing about what it refers to; what was put is
//! on disk before its reference is given; what goes with a command is put once, however often the command is sent.
//! A text is sealed (AES-256-GCM) under the key of its subject, the key is kept apart and wrapped by a master key; a key that
//! was destroyed leaves no text of the subject to be read, in whatever copy. Two engines keep them: files beside the embedded
//! log, and a PostgreSQL that many gateways share.
//! Deliberately absent: who may see a text; masking (`om_domain::person`); clearing keys out of memory, where the process that
//! must open texts holds them anyway. Decision 0053.

mod cipher;
pub mod copied;
mod file;
mod keys;
pub mod known;
mod master;
mod postgres;
mod rotate;
mod sealing;

use std::path::PathBuf;

use async_trait::async_trait;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use om_domain::person::Subject;
use uuid::Uuid;

pub use file::{FILE_NAME, FileVault};
pub use keys::KEYS_NAME;
pub use master::{MASTER_NAME, MasterKey};
pub use om_domain::person::TextClass as Class;
pub use postgres::PostgresVault;
pub use rotate::{Rotated, rotate};
pub use sealing::Tombstone;

/// The longest text the vault takes, in bytes.
pub const MAX_BYTES: usize = 64 * 1_024;

/// How a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is kept.
    Kept,
    /// It is kept, and not to be used.
    Restricted,
    /// It was erased.
    Erased,
    /// It is sealed, and its key is not here: the key store was not restored with it.
    NoKey,
}

/// What the vault has under a reference.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub class: Class,
    /// Whom it is about.
    pub subject: Subject,
    /// How it stands.
    pub state: State,
    /// The text, unless it was erased or its key is not here.
    pub text: Option<String>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // a text stands in no log line, whoever prints what holds it
        f.debug_struct("Kept")
            .field("subject", &self.subject)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The vault did not take or give a text.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The text is too long.
    #[error("the text has {bytes} bytes, the vault takes {MAX_BYTES}; shorten it or hand it in as a paper")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Another text was put at this place of this command before.
    #[error(
        "command {command} has put another text, or one about somebody else, at place {place} before; use a new command id"
    )]
    CommandIdReused {
        /// The command.
        command: CommandId,
        /// The place.
        place: u32,
    },
    /// The subject's texts were erased, and no new one is taken under it.
    #[error(
        "the texts of this subject were erased; put the new one without a subject, or under a reference of its own"
    )]
    SubjectErased,
    /// Something sealed does not open.
    #[error(
        "{what} of the vault does not open: it was altered or moved, or belongs to another key store. Keep the files as they are and \
         restore vault and keys from one time (onematter restore --keys)"
    )]
    Unsealable {
        /// What; never a text.
        what: String,
    },
    /// The master key cannot be used.
    #[error(
        "the master key {} cannot be used: {reason}. Name the file that wraps this vault's keys (--vault-key FILE), or restore it \
         from the copy of the keys", file.display()
    )]
    Master {
        /// Its file.
        file: PathBuf,
        /// Why; never the key.
        reason: String,
    },
    /// Another master key wraps the keys.
    #[error(
        "the vault's keys are wrapped by the master key {wants}, and {given} was given. Name the right file with --vault-key, the same \
         at every gateway"
    )]
    OtherMaster {
        /// The id of the right one.
        wants: String,
        /// The id of the one that was given.
        given: String,
    },
    /// What the key store says of an erasure cannot be read.
    #[error(
        "an erasure in the key store cannot be read: {0}. Restore the keys from a copy (onematter restore --keys)"
    )]
    Tombstone(serde_json::Error),
    /// The file cannot be used.
    #[error("the vault {} cannot be used: {source}. Check the disk and who may write there", file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database does not answer, or not as it should.
    #[error(
        "the vault's database {server} cannot be used: {source}. Nothing was kept; try again once it answers"
    )]
    Database {
        /// The server, without user or password.
        server: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address or the certificate of the database cannot be used.
    #[error(
        "the vault's address cannot be used: {reason}. It looks like postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Address {
        /// Why; never the password.
        reason: String,
    },
    /// Its permissions cannot be set.
    #[error("the vault {} cannot be closed to others: {source}", file.display())]
    Permissions {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A new reference was not well formed.
    #[error(transparent)]
    Id(#[from] om_domain::ids::IdError),
}

/// Keeps texts and gives references.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps a text about a subject, itself if none is named, and gives its new, random reference. One that goes with a command,
    /// at a place of it, gets the same reference when the command is sent again, so that it is the same command.
    ///
    /// # Errors
    /// When the text is too long or cannot be written, the subject was erased, or the command has put another text at
    /// this place before.
    async fn put_about(
        &self,
        county: &CountyId,
        of: Option<(CommandId, u32)>,
        about: (Class, Option<&Subject>),
        text: &str,
    ) -> Result<VaultRef, VaultError>;

    /// What there is under a reference of this county.
    ///
    /// # Errors
    /// When the vault cannot be read, or the text does not open.
    async fn look(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<Kept>, VaultError>;

    /// Destroys the key of a subject and removes its sealed texts; leaves the tombstone, the first one if there was one.
    ///
    /// # Errors
    /// When it cannot be destroyed; then it may be asked for again.
    async fn destroy(
        &self,
        county: &CountyId,
        subject: &Subject,
        order: &Tombstone,
    ) -> Result<(), VaultError>;

    /// Marks a subject's texts as kept and not to be used, or takes the mark away.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn restrict(
        &self,
        county: &CountyId,
        subject: &Subject,
        restricted: bool,
    ) -> Result<(), VaultError>;

    /// Whether texts can be sealed and opened here.
    ///
    /// # Errors
    /// When the master key is missing.
    async fn opens(&self) -> Result<(), VaultError>;

    /// Every erasure that the key store knows.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn tombstones(&self) -> Result<Vec<(CountyId, Subject, Tombstone)>, VaultError>;

    /// Subjects whose texts are marked as kept and not used.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn restricted(&self) -> Result<Vec<(CountyId, Subject)>, VaultError>;

    /// Up to which position of the log erasures and restrictions were applied here.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn applied(&self) -> Result<Option<String>, VaultError>;

    /// Notes it.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn set_applied(&self, to: &str) -> Result<(), VaultError>;

    /// Keeps a text about itself.
    ///
    /// # Errors
    /// As [`Vault::put_about`].
    async fn put(&self, county: &CountyId, class: Class, text: &str) -> Result<VaultRef, VaultError> {
        self.put_about(county, None, (class, None), text).await
    }

    /// Keeps a text about itself that goes with a command.
    ///
    /// # Errors
    /// As [`Vault::put_about`].
    async fn put_with(
        &self,
        county: &CountyId,
        of: (CommandId, u32),
        class: Class,
        text: &str,
    ) -> Result<VaultRef, VaultError> {
        self.put_about(county, Some(of), (class, None), text).await
    }

    /// The text of a reference of this county, `None` if there is none to be read.
    ///
    /// # Errors
    /// As [`Vault::look`].
    async fn get(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<String>, VaultError> {
        Ok(self.look(county, reference).await?.and_then(|kept| kept.text))
    }
}

fn tombstone_text(order: &Tombstone) -> Result<String, VaultError> {
    serde_json::to_string(order).map_err(VaultError::Tombstone)
}

fn tombstone(
    (county, subject, order): (String, String, String),
) -> Result<(CountyId, Subject, Tombstone), VaultError> {
    let order = serde_json::from_str(&order).map_err(VaultError::Tombstone)?;
    Ok((county.parse()?, subject.parse()?, order))
}

fn marked((county, subject): (String, String)) -> Result<(CountyId, Subject), VaultError> {
    Ok((county.parse()?, subject.parse()?))
}

/// A new, random reference for a text that is not too long.
fn new_reference(text: &str) -> Result<VaultRef, VaultError> {
    if text.len() > MAX_BYTES {
        return Err(VaultError::TooLong { bytes: text.len() });
    }
    Ok(format!("vault:{}", ulid::Ulid(Uuid::new_v4().as_u128())).parse()?)
}
