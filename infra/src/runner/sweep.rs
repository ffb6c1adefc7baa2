//! Folds whole streams on several threads into a new file.
//!
//! Each thread takes the next few streams, reads, decodes and folds them, and hands their rows to the one that writes. They go
//! through the streams in the order of their names, which is that of the rows' keys: rows are written where the last ones were,
//! on pages that lie in memory, however large the tables.
//!
//! Invariants: what is written is what the log says up to one position and no further; little is under way at a time,
//! however long the log.
//! Deliberately absent: an event that cannot be read. The log's order says which comes first and what may stand before it, so
//! such a build is given up here and done in that order.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;
use om_domain::ids::EventId;
use om_projections::projection::{EncodedEvent, Projection};
use om_projections::streams::{Folded, Streams, Writer};
use rusqlite::Connection;

use super::file::FileError;
use super::follow::RunError;
use crate::log::{ByStream, EventLog, LogError, Position, ShownEvent};

/// Streams folded before their rows are handed on: few, so that who writes need not wait long for the next.
const TOGETHER: usize = 8;
/// Parts under way for each thread that folds: enough that none waits while the one that writes has its turn on a processor.
const AHEAD: usize = 4;
/// Threads that fold, at most: one writes.
const MOST: usize = 4;

/// Folds all streams up to a position into the empty tables of one projection.
pub(super) type Sweep = fn(Vec<Box<dyn ByStream>>, &Connection, Position, &dyn Fn(u64)) -> Result<(), Halt>;

/// The sweep of a projection; none if its rows are not of one stream each.
pub(super) fn of<P: Projection>() -> Option<Sweep> {
    P::BY_STREAM.then_some(sweep::<P>)
}

/// As many readers as there are processors; none if the log knows only the global order.
pub(super) fn readers(log: &dyn EventLog) -> Result<Vec<Box<dyn ByStream>>, LogError> {
    let most = thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    let mut readers = Vec::new();
    while readers.len() < most
        && let Some(reader) = log.by_stream()?
    {
        readers.push(reader);
    }
    Ok(readers)
}

/// When the event at a position was recorded; `None` if nobody can say.
pub(super) fn recorded(
    readers: &mut [Box<dyn ByStream>],
    at: Position,
) -> Result<Option<Timestamp>, LogError> {
    readers.first_mut().map_or(Ok(None), |reader| reader.recorded(at))
}

/// What the threads have in common.
struct Work<'a> {
    streams: &'a [u64],
    upto: Position,
    /// The place of the first that nobody has taken.
    next: AtomicUsize,
    given_up: AtomicBool,
}

/// Rows of some streams, of so many events.
struct Part<P: Projection> {
    rows: Folded<P>,
    events: u64,
}

/// Why the rows are not all there.
pub(super) enum Halt {
    /// An event cannot be read.
    Poisoned,
    Log(LogError),
    Database(rusqlite::Error),
}

impl Halt {
    /// The error behind it; none if it is to be done in the log's order instead.
    pub(super) fn into_error(self, file: &std::path::Path) -> Option<RunError> {
        match self {
            Self::Poisoned => None,
            Self::Log(error) => Some(error.into()),
            Self::Database(source) => Some(FileError::Database { file: file.to_owned(), source }.into()),
        }
    }
}

/// `progress` hears of so many events at a time.
fn sweep<P: Projection>(
    mut readers: Vec<Box<dyn ByStream>>,
    connection: &Connection,
    upto: Position,
    progress: &dyn Fn(u64),
) -> Result<(), Halt> {
    let Some(first) = readers.first_mut() else { return Ok(()) };
    let streams = first.streams(P::CATEGORIES).map_err(Halt::Log)?;
    let (next, given_up) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = &Work { streams: &streams, upto, next, given_up };
    let (sender, parts) = sync_channel(readers.len() * AHEAD);
    thread::scope(|scope| {
        for reader in readers {
            let sender = sender.clone();
            scope.spawn(move || fold_all::<P>(reader, work, &sender));
        }
        drop(sender);
        write(parts, connection, progress).inspect_err(|_| work.given_up.store(true, Ordering::Relaxed))
    })
}

/// Writes what comes until all threads have ended.
fn write<P: Projection>(
    parts: Receiver<Result<Part<P>, Halt>>,
    connection: &Connection,
    progress: &dyn Fn(u64),
) -> Result<(), Halt> {
    let mut writer = Writer::<P>::default();
    for part in parts {
        let Part { rows, events } = part?;
        writer.write(connection, rows).map_err(Halt::Database)?;
        progress(events);
    }
    writer.finish(connection).map_err(Halt::Database)
}

fn fold_all<P: Projection>(
    mut reader: Box<dyn ByStream>,
    work: &Work<'_>,
    parts: &SyncSender<Result<Part<P>, Halt>>,
) {
    let mut fold = Streams::default();
    loop {
        let first = work.next.fetch_add(TOGETHER, Ordering::Relaxed);
        let taken = work.streams.get(first..).filter(|rest| !rest.is_empty());
        let Some(taken) = taken.filter(|_| !work.given_up.load(Ordering::Relaxed)) else { return };
        let some = &taken[..taken.len().min(TOGETHER)];
        let part = fold_some(reader.as_mut(), &mut fold, some, work.upto);
        let ended = part.is_err();
        // an error means that the rows cannot be written any more; who writes says why
        if parts.send(part).is_err() || ended {
            return;
        }
    }
}

fn fold_some<P: Projection>(
    reader: &mut dyn ByStream,
    fold: &mut Streams<P>,
    streams: &[u64],
    upto: Position,
) -> Result<Part<P>, Halt> {
    let (mut events, mut poisoned) = (0, false);
    let read = reader.read(streams, upto, &mut |event| {
        events += 1;
        poisoned = fold.fold(&encoded(event)).is_err();
        if poisoned { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    read.map_err(Halt::Log)?;
    if poisoned { Err(Halt::Poisoned) } else { Ok(Part { rows: fold.rows(), events }) }
}

fn encoded<'a>(event: &ShownEvent<'a>) -> EncodedEvent<'a> {
    EncodedEvent {
        county: event.stream.county(),
        category: event.stream.category(),
        subject: event.stream.id(),
        id: EventId(event.id),
        revision: event.revision,
        position: event.position.number(),
        kind: event.kind,
        version: event.version,
        recorded: event.recorded,
        payload: event.payload,
        metadata: event.metadata,
    }
}
