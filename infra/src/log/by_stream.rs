//! Whole streams, one after another: for who folds each stream by itself and does not ask for the global order.
//!
//! Invariants: a stream's events come in its order, from its first, none missing up to the position asked for; an event is
//! shown where it lies and is not copied.
//! Deliberately absent: following; the global order is for that.

use std::ops::ControlFlow;

use jiff::Timestamp;
use om_domain::metadata::StoredMetadata;
use uuid::Uuid;

use super::{LogError, Position, StoredEvent, StreamName};

/// An event where it lies: as [`super::StoredEvent`], but borrowed and without its leaf.
#[derive(Debug, Clone, Copy)]
pub struct ShownEvent<'a> {
    /// Its place in the global order.
    pub position: Position,
    /// Its stream.
    pub stream: &'a StreamName,
    /// Its place in the stream, from 0.
    pub revision: u64,
    /// Its id.
    pub id: Uuid,
    /// The stored name of its type.
    pub kind: &'a str,
    /// The version of that type.
    pub version: u16,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The fact.
    pub payload: &'a [u8],
    /// What is known about the fact.
    pub metadata: StoredMetadata<'a>,
}

impl<'a> ShownEvent<'a> {
    /// An event that was copied already.
    pub fn of(event: &'a StoredEvent) -> Self {
        ShownEvent {
            position: event.position,
            stream: &event.stream,
            revision: event.revision,
            id: event.id,
            kind: &event.kind,
            version: event.version,
            recorded: event.recorded,
            payload: &event.payload,
            metadata: event.metadata.stored(),
        }
    }
}

/// Sees events, one after another, until it breaks off.
pub type See = Box<dyn FnMut(&ShownEvent<'_>) -> ControlFlow<()> + Send>;

/// Reads whole streams. It blocks, and belongs to one thread; several may be had at a time.
pub trait ByStream: Send {
    /// The numbers of the streams of these categories, in the order of their names.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn streams(&mut self, categories: &[&str]) -> Result<Vec<u64>, LogError>;

    /// When the event at a position was recorded; `None` if there is no such event.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn recorded(&mut self, at: Position) -> Result<Option<Timestamp>, LogError>;

    /// Shows the events of the streams of these numbers up to a position, stream by stream, until `see` breaks off.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn read(
        &mut self,
        streams: &[u64],
        upto: Position,
        see: &mut dyn FnMut(&ShownEvent<'_>) -> ControlFlow<()>,
    ) -> Result<(), LogError>;
}
