//! The vault: personal text, free notes and file names, kept apart from the log and referred to by `vault:…`.
//!
//! Invariants: no personal text reaches an event; a reference says nothing about what it refers to; what was put is
//! on disk before its reference is given; what goes with a command is put once, however often the command is sent.
//! Two engines keep them: a file beside the embedded log, and a PostgreSQL that many gateways share.
//! Deliberately absent: encryption; it comes with sign-in, behind the same trait. Until then the disk under an engine
//! protects the text.

mod file;
pub mod known;
mod postgres;

use std::path::PathBuf;

use async_trait::async_trait;
use om_domain::ids::{CommandId, CountyId, VaultRef};
use uuid::Uuid;

pub use file::{FILE_NAME, FileVault};
pub use postgres::PostgresVault;

/// The longest text the vault takes, in bytes.
pub const MAX_BYTES: usize = 64 * 1_024;

/// What a text is, for who may read it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The name of a person.
    PersonName,
    /// How to reach a person.
    Contact,
    /// A free note.
    Note,
    /// The name of a file.
    FileName,
}

impl Class {
    fn as_str(self) -> &'static str {
        match self {
            Class::PersonName => "person_name",
            Class::Contact => "contact",
            Class::Note => "note",
            Class::FileName => "file_name",
        }
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
    #[error("command {command} has put another text at place {place} before; use a new command id")]
    CommandIdReused {
        /// The command.
        command: CommandId,
        /// The place.
        place: u32,
    },
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
    /// Keeps a text; its reference is new and random.
    ///
    /// # Errors
    /// When the text is too long or cannot be written.
    async fn put(&self, county: &CountyId, class: Class, text: &str) -> Result<VaultRef, VaultError>;

    /// Keeps a text that goes with a command, at a place of it. The command sent again gets the same reference, so
    /// that it is the same command.
    ///
    /// # Errors
    /// As [`Vault::put`], and when the command has put another text at this place before.
    async fn put_with(
        &self,
        county: &CountyId,
        (command, place): (CommandId, u32),
        class: Class,
        text: &str,
    ) -> Result<VaultRef, VaultError>;

    /// The text of a reference of this county, `None` if there is none or it was erased.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn get(&self, county: &CountyId, reference: &VaultRef) -> Result<Option<String>, VaultError>;

    /// Erases a text; tells whether there was one.
    ///
    /// # Errors
    /// When it cannot be erased.
    async fn erase(&self, county: &CountyId, reference: &VaultRef) -> Result<bool, VaultError>;
}

/// A new, random reference for a text that is not too long.
fn new_reference(text: &str) -> Result<VaultRef, VaultError> {
    if text.len() > MAX_BYTES {
        return Err(VaultError::TooLong { bytes: text.len() });
    }
    Ok(format!("vault:{}", ulid::Ulid(Uuid::new_v4().as_u128())).parse()?)
}
