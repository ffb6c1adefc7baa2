//! The metadata of a stored event, which may lie packed until somebody asks for their JSON.
//!
//! Invariant: the JSON is byte by byte what was given to the log, unless the file was damaged.
//! Deliberately absent: reading them; [`StoredMetadata`] does that, of either form. And checking them when they are read from the file: as with
//! the payload, who decodes them is told, and so is who checks the leaf.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use om_domain::metadata::StoredMetadata;

/// What is known about a stored fact (actor, command, …).
#[derive(Clone)]
pub struct EventMetadata(Lies);

#[derive(Clone)]
enum Lies {
    Json(Bytes),
    /// With the instant at which the event was recorded.
    Packed(Bytes, Timestamp),
}

impl EventMetadata {
    /// Metadata that lie packed.
    pub(super) const fn packed(packed: Bytes, recorded: Timestamp) -> Self {
        Self(Lies::Packed(packed, recorded))
    }

    /// Their JSON, as the bytes that were given. Of packed ones that are damaged it is what lies there, which no leaf commits to and no
    /// reader of JSON takes.
    pub fn json(&self) -> Bytes {
        match &self.0 {
            Lies::Json(json) => json.clone(),
            Lies::Packed(packed, _) => match self.stored().json() {
                Ok(json) => json.into_owned().into(),
                Err(_) => packed.clone(),
            },
        }
    }

    /// They, to be read.
    pub fn stored(&self) -> StoredMetadata<'_> {
        match &self.0 {
            Lies::Json(json) => StoredMetadata::Text(json),
            Lies::Packed(packed, recorded) => StoredMetadata::Packed(packed, *recorded),
        }
    }

    /// How many bytes they take in memory as they lie.
    pub const fn lying_bytes(&self) -> usize {
        match &self.0 {
            Lies::Json(bytes) | Lies::Packed(bytes, _) => bytes.len(),
        }
    }
}

impl From<Bytes> for EventMetadata {
    fn from(json: Bytes) -> Self {
        Self(Lies::Json(json))
    }
}

/// The same JSON, whether packed or not.
impl PartialEq for EventMetadata {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Lies::Json(one), Lies::Json(other)) => one == other,
            _ => self.json() == other.json(),
        }
    }
}

impl Eq for EventMetadata {}

impl fmt::Debug for EventMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json().fmt(f)
    }
}
