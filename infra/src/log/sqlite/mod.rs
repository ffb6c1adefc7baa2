//! The embedded log: one SQLite file, one writer, a few readers.
//!
//! What always holds:
//! - nothing is acknowledged before its commit is synced (`synchronous=FULL`), and no commit that begins
//!   after a sync or a write has failed: from then on the log is [`LogState::Stopped`];
//! - positions are dense and taken inside the commit, so what is visible never has a gap;
//! - no read transaction outlives one batch, so the write-ahead log can always be folded in;
//! - one process at a time: the directory is locked while the log is open.
//!
//! Deliberately absent: an index on event ids. Ids are derived from stream and command, so a double can only
//! lie in the same stream at the place the append names or near its end, and those rows are looked at.
//!
//! Why this layout: docs/decisions/0001-log-layout.md.

pub mod audit;
mod by_stream;
pub mod copy;
mod doubt;
mod folding;
mod heads;
mod open;
mod placement;
mod pool;
mod priority;
mod reader;
mod schema;
mod subscription;
mod tail;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use futures::stream::BoxStream;
use om_domain::metadata;
use tokio::sync::{oneshot, watch};

use super::by_stream::{ByStream, See};
use super::leaf::LeafContent;
use super::{
    AppendError, Appended, EventLog, Expected, LogError, LogId, LogState, NewEvent, Position, StoredEvent,
    StreamName, event,
};
use crate::shown;
use pool::Pool;
use tail::Tail;
use writer::{Append, Desk, Row};

pub use open::lock as hold;
pub use open::{
    Durability, FILE_NAME, LOCK_NAME, OpenError, Options, RESTORING, is_in_doubt, lock_to_restore,
};

/// A page of so many events is read by two connections, half each: that another thread begins costs as much as reading a few dozen
/// (docs/decisions/0079).
const HALVED: usize = 1_024;

/// The embedded log. Dropping it finishes what was queued, as [`SqliteLog::close`] does, and blocks for that.
pub struct SqliteLog {
    shared: Arc<Shared>,
    /// None where nothing is written.
    desk: Option<Desk>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer, the readers and the subscriptions have in common.
struct Shared {
    id: LogId,
    /// The number of the last acknowledged position, 0 while the log is empty. Its sender is the writer's.
    head: watch::Receiver<u64>,
    tail: Tail,
    pool: Pool,
    stopped: OnceLock<String>,
    /// Of the connection that writes; none where nothing is written.
    durability: Option<String>,
}

impl SqliteLog {
    /// Opens the log in `dir`, creating both if need be.
    ///
    /// What an earlier process left in the write-ahead log is folded into the file and synced first, so that
    /// everything this process shows is on disk. Blocks for that.
    ///
    /// # Errors
    /// See [`OpenError`]: each says what to do.
    pub fn open(dir: &Path, options: Options) -> Result<Arc<Self>, OpenError> {
        let (opened, synced) = open::open(dir, &options)?;
        let (head_sender, head) = watch::channel(opened.head);
        let shared = Arc::new(Shared {
            id: opened.id,
            head,
            tail: Tail::new(opened.head),
            pool: Pool::new(opened.file.clone(), synced, &options),
            stopped: OnceLock::new(),
            durability: Some(opened.durability.clone()),
        });
        let (desk, writer) = writer::spawn(opened, &options, Arc::clone(&shared), head_sender)?;
        Ok(Arc::new(Self { shared, desk: Some(desk), writer: Mutex::new(Some(writer)) }))
    }

    /// Opens the log in `dir` for reading only, beside a process that may be writing it. Shows what was
    /// acknowledged by now; appends get [`LogError::Closed`], and subscriptions end where reading ends.
    ///
    /// # Errors
    /// See [`OpenError`]: each says what to do.
    pub fn open_read_only(dir: &Path, options: &Options) -> Result<Arc<Self>, OpenError> {
        let seen = open::look(dir)?;
        let (_, head) = watch::channel(seen.head);
        let pool = Pool::new(seen.file, None, options);
        let tail = Tail::new(seen.head);
        let (stopped, durability) = (OnceLock::new(), None);
        let shared = Arc::new(Shared { id: seen.id, head, tail, pool, stopped, durability });
        Ok(Arc::new(Self { shared, desk: None, writer: Mutex::new(None) }))
    }

    /// How durable what is acknowledged is, as SQLite says of the connection that writes: `journal_mode=wal synchronous=FULL`. `None`
    /// where nothing is written.
    pub fn durability(&self) -> Option<&str> {
        self.shared.durability.as_deref()
    }

    /// Finishes what was queued, folds the write-ahead log into the file and ends the writer. Appends that
    /// come later, and subscriptions that have read everything, get [`LogError::Closed`]; reads go on.
    pub async fn close(&self) {
        if let Some(desk) = &self.desk {
            desk.close().await;
        }
    }

    fn prepare(stream: &StreamName, expected: Expected, events: Vec<NewEvent>) -> Vec<Row> {
        let first = expected.next_revision();
        (0..)
            .zip(events)
            .map(|(nth, event)| {
                // an absurd expectation saturates; the writer answers it with a conflict
                let revision = first.saturating_add(nth);
                let leaf = LeafContent {
                    stream,
                    revision,
                    id: event.id,
                    kind: &event.kind,
                    version: event.version,
                    recorded: event.recorded,
                    payload: &event.payload,
                    metadata: &event.metadata,
                }
                .leaf();
                let packed = metadata::pack(&event.metadata, event.recorded);
                Row { event, packed, leaf }
            })
            .collect()
    }
}

impl Drop for SqliteLog {
    fn drop(&mut self) {
        self.desk = None;
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // a panic of the writer was reported by its thread
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn check_position(&self, after: Option<Position>) -> Result<u64, LogError> {
        match after {
            None => Ok(0),
            Some(position) if position.belongs_to(self.id) => Ok(position.number()),
            Some(position) => Err(LogError::OtherLog { position, log: self.id }),
        }
    }

    /// What is said to whoever appends once the log has stopped.
    fn refusal(&self) -> Option<LogError> {
        self.stopped.get().map(|reason| LogError::Stopped { reason: reason.clone() })
    }

    /// Why nobody answers any more.
    fn ended(&self) -> LogError {
        self.refusal().unwrap_or(LogError::Closed)
    }

    /// A commit is visible to readers an instant before its head is published; only the file can tell a
    /// position from that instant from one of a newer copy of the log.
    async fn check_not_ahead(self: &Arc<Self>, after: u64) -> Result<(), LogError> {
        if after <= *self.head.borrow() {
            return Ok(());
        }
        let head = self.pool.read(|connection| connection.head()).await?;
        if after <= head {
            return Ok(());
        }
        Err(LogError::AheadOfLog { position: Position::new(self.id, after), head })
    }

    /// At most `max` events after a number, fewer if they exceed `max_bytes`; from memory if they are recent.
    async fn read_after(
        self: &Arc<Self>,
        after: u64,
        max: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        if let Some(events) = self.tail.after(after, max, max_bytes) {
            return Ok(events);
        }
        let id = self.id;
        self.pool.read(move |connection| connection.read_after(id, after, max, max_bytes)).await
    }

    /// At most `max` events after a number; a long page by two connections at once, half each.
    async fn read_page(self: &Arc<Self>, after: u64, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        let stored = self.head.borrow().saturating_sub(after);
        let stored = usize::try_from(stored).unwrap_or(usize::MAX).min(max);
        if stored < HALVED {
            return self.read_after(after, max, usize::MAX).await;
        }
        let half = stored / 2;
        let middle = after.saturating_add(half as u64);
        let shared = Arc::clone(self);
        let behind = tokio::spawn(async move { shared.read_after(middle, max - half, usize::MAX).await });
        let mut events = self.read_after(after, half, usize::MAX).await?;
        if events.last().is_none_or(|last| last.position.number() != middle) {
            // somebody has cut events out of the file: what is left is shown as it lies
            return self.read_after(after, max, usize::MAX).await;
        }
        let behind = behind
            .await
            .map_err(|stopped| LogError::Storage { doing: "reading", source: Arc::new(stopped) })?;
        events.append(&mut behind?);
        Ok(events)
    }
}

/// Which log lies in a directory, beside whoever has it open.
///
/// # Errors
/// When its file cannot be read.
pub fn identity(dir: &std::path::Path) -> rusqlite::Result<LogId> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    schema::id(&rusqlite::Connection::open_with_flags(dir.join(FILE_NAME), flags)?)
}

#[async_trait]
impl EventLog for SqliteLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        event::check(&events)?;
        let desk = self.desk.as_ref().ok_or(LogError::Closed)?;
        let (answer, answered) = oneshot::channel();
        let rows = Self::prepare(stream, expected, events);
        desk.append(Append { stream: stream.clone(), expected, rows, answer }).await?;
        answered.await.map_err(|_| self.shared.ended())?
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        shown::off_the_log();
        let (id, stream) = (self.shared.id, stream.clone());
        self.shared.pool.read(move |connection| connection.read_stream(id, &stream, from, max)).await
    }

    async fn show_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
        mut see: See,
    ) -> Result<usize, LogError> {
        shown::off_the_log();
        let (id, stream) = (self.shared.id, stream.clone());
        self.shared
            .pool
            .read(move |connection| connection.show_stream(id, &stream, from, max, &mut see))
            .await
    }

    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        shown::off_the_log();
        let after = self.shared.check_position(after)?;
        self.shared.check_not_ahead(after).await?;
        self.shared.read_page(after, max).await
    }

    async fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, LogError> {
        shown::off_the_log();
        let number = self.shared.check_position(Some(position))?;
        let Some(before) = number.checked_sub(1) else { return Ok(None) };
        let found = self.shared.read_after(before, 1, usize::MAX).await?.pop();
        Ok(found.filter(|event| event.position == position))
    }

    fn by_stream(&self) -> Result<Option<Box<dyn ByStream>>, LogError> {
        let read = self.shared.pool.apart()?;
        Ok(Some(Box::new(by_stream::Streams { log: self.shared.id, read })))
    }

    fn subscribe(&self, after: Option<Position>) -> BoxStream<'static, Result<StoredEvent, LogError>> {
        subscription::subscribe(Arc::clone(&self.shared), after)
    }

    fn id(&self) -> LogId {
        self.shared.id
    }

    async fn head(&self) -> Result<Option<Position>, LogError> {
        let head = *self.shared.head.borrow();
        Ok((head > 0).then(|| Position::new(self.shared.id, head)))
    }

    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        let stream = stream.clone();
        self.shared.pool.read(move |connection| connection.stream_head(&stream)).await
    }

    fn is_known_quiet(&self, stream: &StreamName, after: Option<Position>) -> bool {
        self.shared.check_position(after).is_ok_and(|after| self.shared.tail.is_quiet(stream, after))
    }

    fn state(&self) -> LogState {
        match self.shared.stopped.get() {
            None => LogState::Serving,
            Some(reason) => LogState::Stopped { reason: reason.clone() },
        }
    }

    async fn close(&self) {
        Self::close(self).await;
    }
}
