//! What can go wrong at a log, and what to do about it.
//!
//! Invariant: an error tells whether the append may have been stored.
//! Deliberately absent: retries; those are the executor's.

use std::error::Error;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Expected, LogId, MAX_APPEND_BYTES, MAX_APPEND_EVENTS, MAX_KIND_BYTES, Position, StreamName};

/// The log could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// The position was taken from another log: read again from the beginning of this one.
    #[error("position {position} is not of log {log}: what was built from the other log must be built again")]
    OtherLog {
        /// The position that was given.
        position: Position,
        /// The log that was asked.
        log: LogId,
    },
    /// The position is of this log but lies after its end: the log was restored from an older copy.
    #[error(
        "position {position} lies after the end of the log ({head}): the log was restored from an older \
         copy; what was built from the newer one must be built again"
    )]
    AheadOfLog {
        /// The position that was given.
        position: Position,
        /// The log's last position, as a number.
        head: u64,
    },
    /// The log was closed.
    #[error("the event log was closed")]
    Closed,
    /// The log acknowledges nothing any more.
    #[error(
        "the event log has stopped accepting appends: {reason}. Check the disk, then restart the service"
    )]
    Stopped {
        /// What happened.
        reason: String,
    },
    /// The disk is full. Nothing of the append was stored; appends succeed again once space is freed.
    #[error(
        "the disk that holds the event log is full: nothing was stored. Free some space; no restart is needed"
    )]
    DiskFull,
    /// The log's server cannot be reached, and nothing was sent to it. Try again in a moment.
    #[error(
        "the event log's server cannot be reached: {reason}. Nothing was recorded; try again in a moment"
    )]
    Unreachable {
        /// What was tried and what came of it.
        reason: String,
    },
    /// The log's server was asked and gave no answer in time.
    #[error("the event log's server gave no answer: {reason}")]
    NoAnswer {
        /// What came instead.
        reason: String,
    },
    /// The log's server answered that it will not do it. Nothing was stored.
    #[error("the event log's server refuses: {reason}")]
    Refused {
        /// What it said, and what to do.
        reason: String,
    },
    /// What is stored contradicts itself.
    #[error("the event log is damaged: {what}. Stop the service and restore the log from a backup")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// The storage underneath failed.
    #[error("the event log failed while {doing}: {source}")]
    Storage {
        /// What the log was doing.
        doing: &'static str,
        /// What the storage said.
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl LogError {
    /// Whether an append that failed so was certainly not stored.
    pub const fn is_surely_unstored(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Unreachable { .. } | Self::Refused { .. })
    }
}

/// An append was not acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// The stream does not stand where the decision was made. Load it and decide again.
    #[error("stream {stream} was expected at {expected} and stands at {actual:?}")]
    Conflict {
        /// The stream.
        stream: StreamName,
        /// Where the decision was made.
        expected: Expected,
        /// The stream's last revision, `None` if it was never written to.
        actual: Option<u64>,
    },
    /// The id is already in the stream or twice in the append, with other content or at another place.
    /// Look at what is stored: the command was most likely carried out already.
    #[error("event {id} is already in stream {stream}, with other content or at another place")]
    DuplicateEvent {
        /// The stream.
        stream: StreamName,
        /// The id.
        id: Uuid,
    },
    /// The stream holds as many events as a stream can (2^24).
    #[error("stream {stream} is full: a stream holds at most 16777216 events")]
    StreamFull {
        /// The stream.
        stream: StreamName,
    },
    /// No log stores such an append.
    #[error(transparent)]
    Invalid(#[from] InvalidAppend),
    /// The log failed. Unless [`LogError::is_surely_unstored`], the events may or may not be stored.
    #[error(transparent)]
    Fault(#[from] LogError),
}

/// An append that no log stores: a mistake of the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAppend {
    /// It has no events.
    #[error("an append has at least one event")]
    Empty,
    /// It has too many events.
    #[error("an append has at most {MAX_APPEND_EVENTS} events, not {count}")]
    TooManyEvents {
        /// How many it has.
        count: usize,
    },
    /// It is too large.
    #[error("an append has at most {MAX_APPEND_BYTES} bytes, not {bytes}")]
    TooLarge {
        /// Bytes of all payloads and metadata.
        bytes: usize,
    },
    /// The name of an event type is empty or too long.
    #[error("the name of an event type has 1 to {MAX_KIND_BYTES} bytes: {kind:?}")]
    Kind {
        /// The name.
        kind: String,
    },
    /// The time is finer than the log keeps.
    #[error("the time {recorded} of an event is finer than a microsecond and would not be kept")]
    RecordedTooFine {
        /// The time.
        recorded: Timestamp,
    },
}
