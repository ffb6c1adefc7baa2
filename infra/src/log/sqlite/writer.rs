//! The one writer: takes what has queued, commits it together, answers, and looks again. No timer.
//!
//! Whoever comes alone finds it idle and commits on the own thread ([`Desk::serve_alone`]): that saves waking two threads, each of which
//! takes as long as a fifth of the sync. As soon as one append queues, all queue, until the writer's thread has answered them.
//!
//! What always holds:
//! - an answer is given after the commit that it speaks of is synced, refusals included, because they were
//!   made on what that commit holds;
//! - a commit that fails is a fault for everyone in it;
//! - after a failed sync or write no commit begins again: what the system's cache shows from then on
//!   need not be what is on disk. A full disk is not such a failure: SQLite notices before it syncs;
//! - nor after a panic: nobody knows what the writer holds then, and the log says that it has stopped.
//!
//! Where a commit is short, it does not take all who wait: while one half is written, the other makes what it asks for next. Where it is
//! long, as on a disk that turns, all go together.
//!
//! Deliberately absent: waiting for company. A lone append is committed at once; while it syncs, others queue.

use std::collections::HashMap;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::folding::{self, Folding};
use super::heads::TwoGenerations;
use super::open::{OpenError, Opened, Options};
use super::placement::{Inserts, Placement, Verdict};
use super::{Shared, priority, schema};
use crate::blocking;
use crate::log::{AppendError, Appended, Expected, LogError, NewEvent, StoredEvent, StreamName};

/// The most that one commit takes: appends, and bytes after which it takes no further one.
const COMMIT_APPENDS: usize = 256;
const COMMIT_BYTES: usize = 4 << 20;
/// A short commit takes all if these are all: halves of less would have more syncs than they save waiting.
const SHORT_APPENDS: usize = 32;
/// Writing and syncing a commit is short if it takes no longer than it takes some sixty clients to be answered, decide and come back.
const SHORT: Duration = Duration::from_millis(2);
/// How many appends may wait for the writer before the next caller waits for room.
const QUEUE: usize = 1_024;
/// Streams remembered, per generation.
const STREAMS: usize = 16_384;
/// How often the size of the write-ahead log is looked at: bytes of events, or commits, since the last look.
const LOOK_BYTES: usize = 1 << 20;
const LOOK_COMMITS: u32 = 64;

pub(super) enum Request {
    Append(Append),
    Close(oneshot::Sender<()>),
}

pub(super) struct Append {
    pub(super) stream: StreamName,
    pub(super) expected: Expected,
    pub(super) rows: Vec<Row>,
    pub(super) answer: Answer,
}

/// Where an append is answered.
type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// An event with its leaf and its metadata packed, both made on the caller's thread.
pub(super) struct Row {
    pub(super) event: NewEvent,
    /// Outside: they are stored as they are.
    pub(super) packed: Option<Vec<u8>>,
    pub(super) leaf: [u8; 32],
}

/// Where appends are handed in.
pub(super) struct Desk {
    requests: mpsc::Sender<Request>,
    /// How many requests the writer's thread has been given and not yet served.
    queued: Arc<AtomicUsize>,
    writer: Arc<Mutex<Option<Writer>>>,
    shared: Arc<Shared>,
}

/// Starts the writer's thread. It ends when the desk is gone or was closed.
pub(super) fn spawn(
    opened: Opened,
    options: &Options,
    shared: Arc<Shared>,
    head: watch::Sender<u64>,
) -> Result<(Desk, JoinHandle<()>), OpenError> {
    let file = opened.file.clone();
    let writer = Writer {
        placement: Placement {
            log: shared.id,
            head: opened.head,
            streams: TwoGenerations::new(STREAMS),
            types: HashMap::new(),
            touched: Vec::new(),
            new_types: Vec::new(),
        },
        connection: opened.connection,
        folding: Folding::new(opened.folding),
        checkpoint_pages: i64::from(options.checkpoint_pages),
        takes: Duration::ZERO,
        since_look: (0, 0),
        shared: Arc::clone(&shared),
        head,
        _lock: opened.lock,
    };
    let (requests, queue) = mpsc::channel(QUEUE);
    let writer = Arc::new(Mutex::new(Some(writer)));
    let desk = Desk { requests, queued: Arc::default(), writer, shared };
    let (writer, queued) = (Arc::clone(&desk.writer), Arc::clone(&desk.queued));
    let thread = std::thread::Builder::new().name("event-log-writer".into());
    let thread = thread.spawn(move || run(&writer, &queued, queue));
    Ok((desk, thread.map_err(|source| OpenError::Directory { dir: file, source })?))
}

impl Desk {
    /// Commits an append, alone or with what else has queued.
    pub(super) async fn append(&self, append: Append) -> Result<(), LogError> {
        match self.serve_alone(append) {
            Ok(()) => Ok(()),
            Err(append) => self.queue(Request::Append(append)).await,
        }
    }

    /// Serves what has queued, then nothing any more; returns when the file is closed.
    pub(super) async fn close(&self) {
        let (done, finished) = oneshot::channel();
        if self.queue(Request::Close(done)).await.is_ok() {
            // an error here means that the writer is gone, which is what was asked for
            let _ = finished.await;
        }
    }

    async fn queue(&self, request: Request) -> Result<(), LogError> {
        let room = self.requests.reserve().await.map_err(|_| self.shared.ended())?;
        self.queued.fetch_add(1, Ordering::Relaxed);
        room.send(request);
        Ok(())
    }

    /// Commits on this thread if it may block and nobody else is at the writer or waits for it; gives the append back otherwise.
    fn serve_alone(&self, append: Append) -> Result<(), Append> {
        if !blocking::may_block_here() || self.queued.load(Ordering::Relaxed) > 0 {
            return Err(append);
        }
        let Ok(mut writer) = self.writer.try_lock() else { return Err(append) };
        let Some(writer) = writer.as_mut() else { return Err(append) };
        tokio::task::block_in_place(|| {
            let bytes = append.bytes();
            writer.serve(&mut vec![append], bytes);
        });
        Ok(())
    }
}

/// The writer's thread.
fn run(writer: &Mutex<Option<Writer>>, queued: &AtomicUsize, mut queue: mpsc::Receiver<Request>) {
    priority::go_first();
    let mut closers = Vec::new();
    let mut batch = Vec::with_capacity(COMMIT_APPENDS);
    while let Some(request) = queue.blocking_recv() {
        let (mut bytes, mut taken) = (0, 0);
        let mut next = Some(request);
        // what comes while somebody commits alone is taken along; after a panic nobody knows what the writer holds
        let Ok(mut writer) = writer.lock() else { break };
        let waiting = queued.load(Ordering::Relaxed);
        let most = writer.as_ref().map_or(COMMIT_APPENDS, |writer| most_appends(writer.takes, waiting));
        while let Some(request) = next {
            taken += 1;
            match request {
                Request::Append(append) => {
                    bytes += append.bytes();
                    batch.push(append);
                }
                Request::Close(done) => {
                    queue.close();
                    closers.push(done);
                }
            }
            let room = batch.len() < most && bytes < COMMIT_BYTES;
            next = if room { queue.try_recv().ok() } else { None };
        }
        if let Some(writer) = writer.as_mut() {
            writer.serve(&mut batch, bytes);
        }
        queued.fetch_sub(taken, Ordering::Relaxed);
    }
    let whole = !writer.is_poisoned();
    let writer = writer.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut writer) = writer.filter(|_| whole) {
        writer.close();
    }
    for done in closers {
        // whoever asked may have stopped waiting
        let _ = done.send(());
    }
}

/// How many appends a commit takes at most, by how long the last few took and how many wait.
fn most_appends(commit_takes: Duration, waiting: usize) -> usize {
    if commit_takes > SHORT { COMMIT_APPENDS } else { (waiting / 2).clamp(SHORT_APPENDS, COMMIT_APPENDS) }
}

/// Stops the log if what is done in its life ends in a panic; before whoever waits for an answer hears that none will come.
struct Whole(Arc<Shared>);

impl Drop for Whole {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // it has told why in the log of the process; whoever asks is told by the log's state
            let _ = self.0.stop("the writer ended in the middle of its work".to_owned(), false);
        }
    }
}

struct Writer {
    /// Ended before the connection is closed.
    folding: Folding,
    connection: Connection,
    placement: Placement,
    shared: Arc<Shared>,
    head: watch::Sender<u64>,
    checkpoint_pages: i64,
    /// How long writing a commit and syncing it takes, of the last few.
    takes: Duration,
    /// Bytes and commits since the size of the write-ahead log was looked at.
    since_look: (usize, u32),
    /// Dropped last: the directory is free once the connection is closed.
    _lock: File,
}

impl Writer {
    fn serve(&mut self, batch: &mut Vec<Append>, bytes: usize) {
        let _whole = Whole(Arc::clone(&self.shared));
        let folded = self.folding.ended();
        let outcome = match self.shared.refusal() {
            Some(stopped) => Err(stopped),
            None => self.commit(batch),
        };
        match outcome {
            Ok(verdicts) => {
                for (answer, verdict) in self.publish(batch, verdicts) {
                    // an answer that nobody waits for any more is still an effect
                    let _ = answer.send(verdict.into_answer());
                }
                self.since_look = (self.since_look.0 + bytes, self.since_look.1 + 1);
                if folded == Some(true) {
                    self.fold_in_here();
                } else if self.since_look.0 >= LOOK_BYTES || self.since_look.1 >= LOOK_COMMITS {
                    self.since_look = (0, 0);
                    self.keep_wal_short();
                }
            }
            Err(fault) => {
                for append in batch.drain(..) {
                    let _ = append.answer.send(Err(fault.clone().into()));
                }
            }
        }
    }

    fn commit(&mut self, batch: &[Append]) -> Result<Vec<Verdict>, LogError> {
        let before = self.placement.head;
        let result = self.try_commit(batch);
        if result.is_err() {
            self.placement.forget(before);
            if !self.connection.is_autocommit() {
                // if even this fails, the next BEGIN will say so
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        self.placement.touched.clear();
        self.placement.new_types.clear();
        result.map_err(|error| self.shared.classify(error))
    }

    fn try_commit(&mut self, batch: &[Append]) -> rusqlite::Result<Vec<Verdict>> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        let mut inserts = Inserts::of(&self.connection)?;
        let verdicts = batch
            .iter()
            .map(|append| self.placement.place(&self.connection, &mut inserts, append))
            .collect::<Result<_, _>>()?;
        drop(inserts);
        let begun = Instant::now();
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        self.takes = (self.takes * 7 + begun.elapsed()) / 8;
        Ok(verdicts)
    }

    /// Shows the committed events to those who follow, before anyone is answered; gives who is to be answered what.
    fn publish(&self, batch: &mut Vec<Append>, verdicts: Vec<Verdict>) -> Vec<(Answer, Verdict)> {
        let mut events = Vec::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for (append, verdict) in batch.drain(..).zip(verdicts) {
            if let Verdict::Stored(appended, types) = &verdict {
                let first = appended.position.number() + 1 - append.rows.len() as u64;
                let rows = append.rows.into_iter().zip(types).zip(0..);
                events.extend(rows.map(|((Row { event, leaf, .. }, kind), nth)| StoredEvent {
                    position: crate::log::Position::new(self.shared.id, first + nth),
                    stream: append.stream.clone(),
                    revision: appended.first_revision + nth,
                    id: event.id,
                    kind: Arc::clone(kind),
                    version: event.version,
                    recorded: event.recorded,
                    payload: event.payload,
                    metadata: event.metadata.into(),
                    leaf,
                }));
            }
            answers.push((append.answer, verdict));
        }
        self.shared.tail.extend(events.into_iter());
        let head = self.placement.head;
        self.head.send_if_modified(|current| std::mem::replace(current, head) != head);
        answers
    }

    /// Has the write-ahead log folded into the file once it is long. SQLite would do so by itself, but without
    /// saying that a sync failed, and while whoever commits waits.
    fn keep_wal_short(&mut self) {
        let is_long = folding::length_and_folded(&self.connection)
            .is_ok_and(|(length, folded)| length - folded >= self.checkpoint_pages);
        if is_long && self.folding.begin(&self.shared).is_err() {
            self.fold_in_here();
        }
    }

    fn fold_in_here(&self) {
        folding::fold_in(&self.connection, &self.shared, "PASSIVE");
    }

    /// Leaves nothing in the write-ahead log, unless what is on disk is in doubt.
    fn close(&mut self) {
        self.folding.wait();
        if self.shared.refusal().is_none() && !folding::fold_in(&self.connection, &self.shared, "TRUNCATE") {
            // a reader has kept some of it from being folded in: then SQLite syncs nothing. What fails is told and noted
            let _ = self.shared.sync();
        }
    }
}

impl Append {
    fn bytes(&self) -> usize {
        let of = |row: &Row| row.event.payload.len() + row.event.metadata.len() + schema::ROW_OVERHEAD_BYTES;
        self.rows.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::log::{EventLog, LogState, SqliteLog};

    #[test]
    fn a_short_commit_takes_half_of_many_and_a_long_one_takes_all() {
        let took = |milliseconds, waiting| most_appends(Duration::from_millis(milliseconds), waiting);
        assert_eq!([1, 40, 64, 200, 1_024].map(|waiting| took(0, waiting)), [32, 32, 32, 100, 256]);
        assert_eq!([1, 64, 1_024].map(|waiting| took(10, waiting)), [256; 3]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn after_a_panic_of_the_writer_the_log_says_that_it_has_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let log = SqliteLog::open(dir.path(), Options::default()).unwrap();
        let desk = log.desk.as_ref().unwrap();
        let (writer, shared) = (Arc::clone(&desk.writer), Arc::clone(&desk.shared));
        let panics = move || {
            let _writer = writer.lock().unwrap();
            let _whole = Whole(shared);
            panic!("as a fault of ours would");
        };
        assert!(std::thread::spawn(panics).join().is_err());
        assert!(matches!(log.state(), LogState::Stopped { .. }));
        for _ in 0..2 {
            let event = NewEvent {
                id: Uuid::from_u128(1),
                kind: "MatterProposed".into(),
                version: 1,
                recorded: jiff::Timestamp::UNIX_EPOCH,
                payload: "{}".into(),
                metadata: "{}".into(),
            };
            let refused =
                log.append(&"530322.matter-1".parse().unwrap(), Expected::NoStream, vec![event]).await;
            assert!(matches!(refused, Err(AppendError::Fault(LogError::Stopped { .. }))), "{refused:?}");
        }
        assert_eq!(log.head().await.unwrap(), None);
        log.close().await;
    }
}
