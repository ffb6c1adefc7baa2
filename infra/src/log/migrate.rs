//! Moves a log into another one: order, ids, times and metadata intact.
//!
//! What always holds:
//! - what the target holds already must be the beginning of the source, or nothing is written: so a move that was
//!   broken off is resumed by starting it again, and a log of others is left alone;
//! - events are appended one run of a stream after another, so the global order is the source's;
//! - in the end both logs are read again and compared event by event by their leaves.
//!
//! Deliberately absent: moving while somebody writes; whoever opens the source sees to that.

use std::collections::VecDeque;

use super::{AppendError, EventLog, Expected, LogError, NewEvent, Position, StoredEvent};

/// Events read at once.
const PAGE: usize = 1_024;
/// The most of one append. KurrentDB takes 1 MiB as it is installed, envelopes included.
const RUN_EVENTS: usize = 500;
const RUN_BYTES: usize = 512 << 10;
/// What an envelope adds to an event, at most.
const ENVELOPE_BYTES: usize = 256;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What the target holds is compared with the source's beginning.
    Comparing,
    /// The rest is written.
    Moving,
    /// Both are read again and compared.
    Verifying,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Events that were in the target before.
    pub found: u64,
    /// Events that were written.
    pub written: u64,
}

/// The log was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The source.
    #[error("the log that is moved cannot be read: {0}")]
    Source(#[source] LogError),
    /// The target.
    #[error("the log that is written cannot be read: {0}")]
    Target(#[source] LogError),
    /// The target is no copy of the source.
    #[error(
        "the target holds something else than the source: its event {nth}, revision {revision} of stream {stream}, is \
         not the source's. Nothing was written; name an empty cluster or directory, or the target of the move begun before"
    )]
    Foreign {
        /// Which event of the target, from 1.
        nth: u64,
        /// Its stream.
        stream: String,
        /// Its revision.
        revision: u64,
    },
    /// The target does not take an event.
    #[error("event {nth} could not be written: {source}. Start the move again to go on from there")]
    Append {
        /// Which event of the source, from 1.
        nth: u64,
        /// Why.
        source: AppendError,
    },
    /// The copy is short.
    #[error("the target holds {target} events and the source {all}: start the move again")]
    Short {
        /// Events of the target.
        target: u64,
        /// Events of the source.
        all: u64,
    },
}

/// Hears what is being done, and how many events are done with.
pub type OnStep<'a> = &'a (dyn Fn(Step, u64) + Send + Sync);

/// Moves `from` into `to`.
///
/// # Errors
/// See [`MigrateError`]: each says what to do.
pub async fn migrate(
    from: &dyn EventLog,
    to: &dyn EventLog,
    on_step: OnStep<'_>,
) -> Result<Moved, MigrateError> {
    let (mut source, found) = common(from, to, Step::Comparing, on_step).await?;
    let mut done = found;
    while let Some(run) = source.run().await.map_err(MigrateError::Source)? {
        let (Some(first), count) = (run.first(), run.len() as u64) else { break };
        let stream = first.stream.clone();
        let expected = Expected::of_head(first.revision.checked_sub(1));
        let events = run.into_iter().map(again).collect();
        to.append(&stream, expected, events)
            .await
            .map_err(|source| MigrateError::Append { nth: done + 1, source })?;
        done += count;
        on_step(Step::Moving, done);
    }
    compare(from, to, on_step).await?;
    Ok(Moved { found, written: done - found })
}

/// Compares two logs event by event; tells how many events each holds.
///
/// # Errors
/// When they differ, or cannot be read.
pub async fn compare(
    from: &dyn EventLog,
    to: &dyn EventLog,
    on_step: OnStep<'_>,
) -> Result<u64, MigrateError> {
    let (mut source, target) = common(from, to, Step::Verifying, on_step).await?;
    let mut all = target;
    while source.next().await.map_err(MigrateError::Source)?.is_some() {
        all += 1;
    }
    if all == target { Ok(all) } else { Err(MigrateError::Short { target, all }) }
}

/// Reads what the target holds beside the source; gives the source's rest and how many events are common.
async fn common<'a>(
    from: &'a dyn EventLog,
    to: &'a dyn EventLog,
    step: Step,
    on_step: OnStep<'_>,
) -> Result<(Reader<'a>, u64), MigrateError> {
    let (mut source, mut target) = (Reader::new(from), Reader::new(to));
    let mut nth = 0;
    while let Some(copy) = target.next().await.map_err(MigrateError::Target)? {
        nth += 1;
        let original = source.next().await.map_err(MigrateError::Source)?;
        // the leaf commits to stream, revision, id, type, version, time, payload and metadata
        if original.is_none_or(|original| original.leaf != copy.leaf || !super::leaf::is_intact(&copy)) {
            let (stream, revision) = (copy.stream.to_string(), copy.revision);
            return Err(MigrateError::Foreign { nth, stream, revision });
        }
        if nth % PAGE as u64 == 0 {
            on_step(step, nth);
        }
    }
    on_step(step, nth);
    Ok((source, nth))
}

fn again(event: StoredEvent) -> NewEvent {
    let StoredEvent { id, kind, version, recorded, payload, metadata, .. } = event;
    NewEvent { id, kind: kind.to_string().into(), version, recorded, payload, metadata: metadata.json() }
}

/// Reads a log in its order, a page ahead.
struct Reader<'a> {
    log: &'a dyn EventLog,
    after: Option<Position>,
    page: VecDeque<StoredEvent>,
}

impl<'a> Reader<'a> {
    const fn new(log: &'a dyn EventLog) -> Self {
        Self { log, after: None, page: VecDeque::new() }
    }

    async fn next(&mut self) -> Result<Option<StoredEvent>, LogError> {
        self.fill().await?;
        Ok(self.page.pop_front())
    }

    /// The next events that are of one stream.
    async fn run(&mut self) -> Result<Option<Vec<StoredEvent>>, LogError> {
        let (mut run, mut bytes): (Vec<StoredEvent>, usize) = (Vec::new(), 0);
        while run.len() < RUN_EVENTS {
            self.fill().await?;
            let Some(next) = self.page.front() else { break };
            bytes += next.payload.len() + next.metadata.json().len() + next.kind.len() + ENVELOPE_BYTES;
            if run.first().is_some_and(|first| first.stream != next.stream || bytes > RUN_BYTES) {
                break;
            }
            run.extend(self.page.pop_front());
        }
        Ok((!run.is_empty()).then_some(run))
    }

    async fn fill(&mut self) -> Result<(), LogError> {
        if self.page.is_empty() {
            self.page = self.log.read_all(self.after, PAGE).await?.into();
            self.after = self.page.back().map(|last| last.position).or(self.after);
        }
        Ok(())
    }
}
