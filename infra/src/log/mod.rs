//! The event log: every fact the platform knows, in one global order and in one order per stream.
//!
//! What always holds, whatever the engine:
//! - an event that was acknowledged is on disk, is never changed and is never moved;
//! - a stream has no gaps: revisions count up from 0, and an append names the revision it was decided on;
//! - an append is stored whole or not at all, and the same append sent again is stored once;
//! - the bytes stored are the bytes given; the [`leaf`] of every event is computed once, over those bytes.
//!
//! Deliberately absent: what an event means, JSON, snapshots, deletion. An engine never opens a payload.

pub mod by_stream;
pub mod envelope;
mod error;
mod event;
#[cfg(feature = "esdb")]
pub mod kurrent;
pub mod leaf;
mod metadata;
pub mod migrate;
mod position;
pub mod sqlite;
mod stream_name;
pub mod trial;

use async_trait::async_trait;
use futures::stream::BoxStream;
use jiff::Timestamp;

pub use by_stream::{ByStream, See, ShownEvent};
pub use error::{AppendError, InvalidAppend, LogError};
pub use event::{
    Appended, Expected, MAX_APPEND_BYTES, MAX_APPEND_EVENTS, MAX_KIND_BYTES, NewEvent, StoredEvent,
};
#[cfg(feature = "esdb")]
pub use kurrent::KurrentLog;
pub use metadata::EventMetadata;
pub use position::{Distance, LogId, Position, PositionError};
pub use sqlite::{OpenError, SqliteLog};
pub use stream_name::{StreamName, StreamNameError};

/// Whether a log still acknowledges appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogState {
    /// Appends and reads are answered.
    Serving,
    /// Reads are answered; no append will be acknowledged again until the process is restarted.
    Stopped {
        /// What happened, in words for the person who looks after the installation.
        reason: String,
    },
    /// The log's server does not answer. Nothing is lost; requests are answered again once it does.
    Unreachable {
        /// Since when.
        since: Timestamp,
        /// What was tried last and what came of it.
        reason: String,
    },
}

/// One event log. Two engines implement it and one conformance suite judges both.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Stores `events` at the end of `stream`, durably, if the stream stands at `expected`.
    ///
    /// The answer comes after the events are synced to disk. An append that is already stored at that very
    /// place, byte for byte, is answered as it was the first time, so a caller who lost an answer may ask
    /// again. Dropping the future does not withdraw the append.
    ///
    /// # Errors
    /// [`AppendError::Fault`] leaves the outcome unknown unless [`LogError::is_surely_unstored`]; every other
    /// error means that nothing was stored.
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError>;

    /// The events of one stream from revision `from` on (0 is the first), at most `max`, in order.
    /// Fewer than `max` means that the stream ended there; a stream never written to is empty.
    async fn read_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError>;

    /// The same, each event shown where it lies, on a thread that may block; tells how many were shown. `see` may break off.
    ///
    /// # Errors
    /// When the log cannot be read; what was shown before was in order.
    async fn show_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
        mut see: See,
    ) -> Result<usize, LogError> {
        let events = self.read_stream(stream, from, max).await?;
        for (shown, event) in (1..).zip(&events) {
            if see(&ShownEvent::of(event)).is_break() {
                return Ok(shown);
            }
        }
        Ok(events.len())
    }

    /// The events of all streams after a position (`None`: from the first), at most `max`, in global order.
    /// Fewer than `max` means that the log ended there.
    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError>;

    /// The event at a position; none if there is none, as after the log was restored from an older copy. By its leaf it is known
    /// whether what was read up to there was read of this log as it is.
    ///
    /// # Errors
    /// When the position is another log's, or the log cannot be read.
    async fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, LogError>;

    /// A reader of whole streams; `None` where the engine knows only the two orders above. Blocks to open a connection.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn by_stream(&self) -> Result<Option<Box<dyn ByStream>>, LogError> {
        Ok(None)
    }

    /// All events after a position (`None`: from the first): those stored, then each new one as soon as it
    /// is acknowledged; without a gap, without a double. Memory is bounded however slow the reader is.
    /// Dropping the stream ends the subscription; an error is its last item.
    fn subscribe(&self, after: Option<Position>) -> BoxStream<'static, Result<StoredEvent, LogError>>;

    /// The identity of this log, made when it was created.
    fn id(&self) -> LogId;

    /// The position of the last acknowledged event, `None` while the log is empty.
    async fn head(&self) -> Result<Option<Position>, LogError>;

    /// How far it is from one place (`None`: before the first event) to a later one.
    fn distance(&self, from: Option<Position>, to: Option<Position>) -> Distance {
        let number = |at: Option<Position>| at.map_or(0, |at| at.number());
        Distance::Events(number(to).saturating_sub(number(from)))
    }

    /// The last revision of one stream, `None` if it was never written to.
    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError>;

    /// Whether it is known without reading that a stream has not grown after a position up to the last acknowledged one; `false`
    /// where that would have to be read.
    fn is_known_quiet(&self, _stream: &StreamName, _after: Option<Position>) -> bool {
        false
    }

    /// Whether appends are still acknowledged.
    fn state(&self) -> LogState;

    /// Whether other processes append to this log too, so that what was read of it may be behind without notice.
    fn is_shared(&self) -> bool {
        false
    }

    /// Finishes what was queued and lets go of the log. Appends that come later, and subscriptions that have read
    /// everything, get [`LogError::Closed`].
    async fn close(&self) {}
}
