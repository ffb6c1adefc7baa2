//! The leaf of an event: the 32 bytes that commit to everything the event says.
//!
//! `leaf = SHA-256(0x00 ‖ canonical)`, with numbers big-endian:
//!
//! ```text
//! canonical = 0x01                            format of this encoding
//!           ‖ u32 length ‖ stream name        UTF-8
//!           ‖ u64 revision                    from 0
//!           ‖ 16 bytes event id
//!           ‖ u32 length ‖ type name          UTF-8
//!           ‖ u16 version
//!           ‖ i64 recorded                    microseconds since 1970-01-01T00:00:00Z
//!           ‖ u32 length ‖ payload            the bytes that were given
//!           ‖ u32 length ‖ metadata           the bytes that were given
//! ```
//!
//! Invariant: two different events never have the same encoding, and the encoding never changes: the format
//! byte would. It does not depend on the position, so it survives a move to another log.
//! Deliberately absent: the tree above the leaves; that is the ledger's. Why: docs/decisions/0002.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{StoredEvent, StreamName};

/// Marks a leaf, so that no inner node of a tree can pass for one.
const LEAF: u8 = 0x00;
/// The format of the encoding.
const FORMAT: u8 = 0x01;

/// What a leaf commits to.
#[derive(Debug, Clone, Copy)]
pub struct LeafContent<'a> {
    /// The stream.
    pub stream: &'a StreamName,
    /// The place in the stream, from 0.
    pub revision: u64,
    /// The event's id.
    pub id: Uuid,
    /// The stored name of its type.
    pub kind: &'a str,
    /// The version of that type.
    pub version: u16,
    /// When it was recorded; only whole microseconds count.
    pub recorded: Timestamp,
    /// The payload, as it was given.
    pub payload: &'a [u8],
    /// The metadata, as they were given: their JSON, also where they lie packed.
    pub metadata: &'a [u8],
}

impl LeafContent<'_> {
    /// The leaf.
    pub fn leaf(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update([LEAF, FORMAT]);
        prefixed(&mut hash, self.stream.as_str().as_bytes());
        hash.update(self.revision.to_be_bytes());
        hash.update(self.id.as_bytes());
        prefixed(&mut hash, self.kind.as_bytes());
        hash.update(self.version.to_be_bytes());
        hash.update(self.recorded.as_microsecond().to_be_bytes());
        prefixed(&mut hash, self.payload);
        prefixed(&mut hash, self.metadata);
        hash.finalize().into()
    }
}

/// Whether a stored event is what its leaf committed to.
pub fn is_intact(event: &StoredEvent) -> bool {
    let metadata = event.metadata.json();
    let content = LeafContent {
        stream: &event.stream,
        revision: event.revision,
        id: event.id,
        kind: &event.kind,
        version: event.version,
        recorded: event.recorded,
        payload: &event.payload,
        metadata: &metadata,
    };
    content.leaf() == event.leaf
}

/// Every part is far below 4 GiB: [`super::MAX_APPEND_BYTES`] and the other limits see to that.
fn prefixed(hash: &mut Sha256, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash.update(length.to_be_bytes());
    hash.update(bytes);
}
