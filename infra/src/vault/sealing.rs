//! Keys of subjects and the texts under them: what both engines seal and open alike.
//!
//! Invariants: a subject's key opens texts of that subject in that county and no other's, a text opens under its own reference
//! and class only; keys are stored wrapped by the master key and never else.
//! Deliberately absent: where they are kept.

use jiff::Timestamp;
use om_domain::ids::{CountyId, LegalText, OfficerId, VaultRef};
use om_domain::person::Subject;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use uuid::Uuid;

use super::cipher::Key;
use super::{Class, MasterKey, VaultError};

/// What a key is sealed for, as opposed to a text.
const OF_KEY: &str = "onematter subject key";
const OF_TEXT: &str = "onematter text";

/// By whose order a subject was erased, and why: kept where its key was, so that the log can be told again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When the key was destroyed.
    pub erased: Timestamp,
    /// Who ordered it.
    pub ordered_by: OfficerId,
    /// Why.
    pub reason: LegalText,
    /// By which provision.
    pub basis: LegalText,
}

/// Where a text lies: what it is bound to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) county: &'a CountyId,
    pub(super) reference: &'a str,
    pub(super) class: Class,
    pub(super) subject: &'a str,
}

/// A subject's key, in the clear in memory, and as it is stored.
pub(super) struct SubjectKey {
    pub(super) id: String,
    pub(super) key: Key,
    pub(super) wrapped: Vec<u8>,
}

fn unsealable(what: impl Into<String>) -> VaultError {
    VaultError::Unsealable { what: what.into() }
}

/// A new key for a subject.
pub(super) fn new_key(
    master: &MasterKey,
    county: &CountyId,
    subject: &str,
) -> Result<SubjectKey, VaultError> {
    let id = Ulid(Uuid::new_v4().as_u128()).to_string();
    let key = Key::new().map_err(|_| unsealable("a new key"))?;
    let place = [OF_KEY, county.as_str(), subject, &id];
    let wrapped = master.key().seal(&place, key.bytes()).map_err(|_| unsealable("a new key"))?;
    Ok(SubjectKey { id, key, wrapped })
}

/// A stored key.
pub(super) fn unwrapped(
    master: &MasterKey,
    county: &CountyId,
    subject: &str,
    (id, wrapped): (String, Vec<u8>),
) -> Result<SubjectKey, VaultError> {
    let what = || unsealable(format!("the key {id}"));
    let bytes = master.key().open(&[OF_KEY, county.as_str(), subject, &id], &wrapped).map_err(|_| what())?;
    let key = Key::of(&bytes).map_err(|_| what())?;
    Ok(SubjectKey { id, key, wrapped })
}

/// A stored key as another master key wraps it.
pub(super) fn rewrapped(
    (old, new): (&MasterKey, &MasterKey),
    county: &CountyId,
    subject: &str,
    (id, wrapped): (String, Vec<u8>),
) -> Result<Vec<u8>, VaultError> {
    let SubjectKey { id, key, .. } = unwrapped(old, county, subject, (id, wrapped))?;
    let place = [OF_KEY, county.as_str(), subject, &id];
    new.key().seal(&place, key.bytes()).map_err(|_| unsealable(format!("the key {id}")))
}

impl SubjectKey {
    pub(super) fn seal(&self, place: Place<'_>, text: &str) -> Result<Vec<u8>, VaultError> {
        let sealed = self.key.seal(&place.bound(), text.as_bytes());
        sealed.map_err(|_| unsealable(place.reference))
    }

    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, VaultError> {
        let plain = self.key.open(&place.bound(), sealed).map_err(|_| unsealable(place.reference))?;
        String::from_utf8(plain).map_err(|_| unsealable(place.reference))
    }
}

impl<'a> Place<'a> {
    fn bound(&self) -> [&'a str; 5] {
        [OF_TEXT, self.county.as_str(), self.reference, self.class.as_str(), self.subject]
    }
}

/// The subject of a new text: as said, or the text itself.
pub(super) fn subject_of(said: Option<&Subject>, reference: &VaultRef) -> String {
    said.map_or_else(|| Subject::Text(reference.clone()).to_string(), ToString::to_string)
}

/// A class as it is stored.
pub(super) fn class(stored: &str) -> Result<Class, VaultError> {
    Class::stored(stored).ok_or_else(|| unsealable(format!("a text of class {stored}")))
}
