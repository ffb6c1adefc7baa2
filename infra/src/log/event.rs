//! What goes into a log and what comes out of it.
//!
//! Invariant: payload and metadata come out as the very bytes that went in.
//! Deliberately absent: JSON. The log neither parses nor checks what it stores.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::{EventMetadata, InvalidAppend, Position, StreamName};

/// The longest stored name of an event type, in bytes.
pub const MAX_KIND_BYTES: usize = 128;
/// The most events in one append.
pub const MAX_APPEND_EVENTS: usize = 10_000;
/// The most bytes of payload and metadata in one append (16 MiB).
pub const MAX_APPEND_BYTES: usize = 16 << 20;

/// The place at which an append was decided. There is no "any": every decision was made on some state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The stream was never written to.
    NoStream,
    /// The stream's last revision is this one.
    Revision(u64),
}

impl Expected {
    /// The revision that the first event of the append gets.
    pub const fn next_revision(self) -> u64 {
        match self {
            Self::NoStream => 0,
            Self::Revision(revision) => revision.saturating_add(1),
        }
    }

    /// The expectation that a stream with this last revision meets.
    pub const fn of_head(head: Option<u64>) -> Self {
        match head {
            None => Self::NoStream,
            Some(revision) => Self::Revision(revision),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStream => f.write_str("no stream"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
        }
    }
}

/// An event to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Unique in the stream; derived from the stream and the command, so a repeated command repeats it.
    pub id: Uuid,
    /// The stored name of the event's type.
    pub kind: Cow<'static, str>,
    /// The version of that type.
    pub version: u16,
    /// When it was recorded, in whole microseconds: a finer instant is refused, never rounded.
    pub recorded: Timestamp,
    /// The fact, as JSON bytes.
    pub payload: Bytes,
    /// What is known about the fact (actor, command, …), as JSON bytes.
    pub metadata: Bytes,
}

/// An event as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the global order.
    pub position: Position,
    /// Its stream.
    pub stream: StreamName,
    /// Its place in the stream, from 0.
    pub revision: u64,
    /// Its id.
    pub id: Uuid,
    /// The stored name of its type.
    pub kind: Arc<str>,
    /// The version of that type.
    pub version: u16,
    /// When it was recorded, in whole microseconds.
    pub recorded: Timestamp,
    /// The fact, as the bytes that were given.
    pub payload: Bytes,
    /// What is known about the fact; their JSON is the bytes that were given.
    pub metadata: EventMetadata,
    /// The commitment to all of the above but the position: see [`super::leaf`].
    pub leaf: [u8; 32],
}

/// Where an append was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The position of its last event.
    pub position: Position,
    /// The revision of its first event.
    pub first_revision: u64,
    /// The revision of its last event.
    pub last_revision: u64,
}

/// Checks what no engine stores; the order of the checks is the order of [`InvalidAppend`].
pub(crate) fn check(events: &[NewEvent]) -> Result<(), InvalidAppend> {
    if events.is_empty() {
        return Err(InvalidAppend::Empty);
    }
    if events.len() > MAX_APPEND_EVENTS {
        return Err(InvalidAppend::TooManyEvents { count: events.len() });
    }
    let bytes = events.iter().map(|e| e.payload.len() + e.metadata.len()).sum();
    if bytes > MAX_APPEND_BYTES {
        return Err(InvalidAppend::TooLarge { bytes });
    }
    for event in events {
        if event.kind.is_empty() || event.kind.len() > MAX_KIND_BYTES {
            return Err(InvalidAppend::Kind { kind: event.kind.clone().into_owned() });
        }
        if event.recorded.subsec_nanosecond() % 1_000 != 0 {
            return Err(InvalidAppend::RecordedTooFine { recorded: event.recorded });
        }
    }
    Ok(())
}
