//! The thread that folds one projection.
//!
//! Invariants: a batch's rows and the checkpoint behind it are one transaction, so every event is folded exactly
//! once whatever happens; an event that cannot be read is never passed.
//! A batch is folded only where the last one ended, so not even two runners on one file fold an event twice.
//! Deliberately absent: where events come from.

use std::sync::Arc;
use std::time::Duration;

use om_domain::ids::EventId;
use om_projections::projection::{AnyProjection, EncodedEvent, FoldError, Poison};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::file;
use super::shared::{Phase, Progress, Shared};
use crate::log::{LogId, StoredEvent};
use crate::telemetry;

/// Longest wait between two attempts to write.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Batches of a build after which its rows are written: not many may be held, but each may have grown long.
const WRITTEN_TOGETHER: u32 = 64;
/// In larger batches events are not linked to their traces: nobody waits for those.
const TRACED_BATCH: usize = 16;

pub(super) struct Worker {
    pub(super) projection: Box<dyn AnyProjection>,
    pub(super) connection: Connection,
    pub(super) log: LogId,
    /// Where its file stands, as far as it knows.
    pub(super) reached: Progress,
    pub(super) shared: Arc<Shared>,
}

/// How the worker's work ended.
pub(super) enum Ended {
    /// Nothing more came.
    Drained,
    /// An event cannot be read.
    Poisoned(Poison),
    /// Somebody else has folded into the file: it stands here now.
    Overtaken(Progress),
    /// The file is not what it was.
    Broken(rusqlite::Error),
}

/// What became of a batch.
enum Batch {
    Folded,
    Ended(Ended),
}

impl Worker {
    /// Folds batches, each in a transaction, until no more come or one is poisoned.
    pub(super) fn run(mut self, mut batches: mpsc::Receiver<Vec<StoredEvent>>) -> Ended {
        while let Some(batch) = batches.blocking_recv() {
            self.shared.received();
            match self.fold_until_written(&batch) {
                Some(Batch::Folded) => self.shared.announce(&batch, self.projection.categories()),
                Some(Batch::Ended(ended)) => return ended,
                None => return Ended::Drained,
            }
        }
        Ended::Drained
    }

    /// A failing disk is tried again until it does not fail: the read side is behind meanwhile and says so.
    ///
    /// `None` if the runner is to end.
    fn fold_until_written(&mut self, batch: &[StoredEvent]) -> Option<Batch> {
        let mut pause = Duration::from_millis(100);
        loop {
            match self.in_transaction(batch) {
                Ok(done) => {
                    if matches!(self.shared.phase(), Phase::Failing { .. }) {
                        tracing::info!(projection = self.projection.name(), "the read database works again");
                        self.shared.set_phase(Phase::Live);
                    }
                    return Some(done);
                }
                Err(error) if !file::is_passing(&error) => return Some(Batch::Ended(Ended::Broken(error))),
                Err(error) => {
                    self.projection.forget();
                    if !matches!(self.shared.phase(), Phase::Failing { .. }) {
                        tracing::error!(projection = self.projection.name(), %error, "the read database fails; trying again");
                    }
                    self.shared.set_phase(Phase::Failing { reason: error.to_string() });
                    if self.shared.is_stopping() {
                        return None;
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    fn in_transaction(&mut self, batch: &[StoredEvent]) -> rusqlite::Result<Batch> {
        let span = traced(self.projection.name(), batch);
        let _entered = span.enter();
        let transaction =
            rusqlite::Transaction::new_unchecked(&self.connection, rusqlite::TransactionBehavior::Immediate)?;
        let stands = file::checkpoint(&transaction, self.log)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        if stands != self.reached {
            return Ok(Batch::Ended(Ended::Overtaken(stands)));
        }
        let (folded, to) = fold(self.projection.as_mut(), &transaction, batch)?;
        self.projection.flush(&transaction)?;
        if let Some(to) = to {
            file::set_checkpoint(&transaction, self.log, to)?;
        }
        transaction.commit()?;
        let categories = self.projection.categories();
        if batch.iter().any(|event| categories.contains(&event.stream.category())) {
            self.shared.rows_changed();
        }
        if let Some(to) = to {
            self.reached = to;
            self.shared.folded_to(to);
        }
        Ok(folded)
    }
}

/// Folds a batch; tells up to where.
fn fold(
    projection: &mut dyn AnyProjection,
    connection: &Connection,
    batch: &[StoredEvent],
) -> rusqlite::Result<(Batch, Option<Progress>)> {
    let reached = |event: &StoredEvent| Progress {
        position: Some(event.position),
        recorded: Some(event.recorded),
        leaf: Some(event.leaf),
    };
    let encoded: Vec<_> = batch.iter().map(encoded).collect();
    match projection.fold(connection, &encoded) {
        Ok(_) => Ok((Batch::Folded, batch.last().map(reached))),
        Err(FoldError::Poison(poison)) => {
            let before = batch.iter().take_while(|event| event.position.number() < poison.position).last();
            Ok((Batch::Ended(Ended::Poisoned(poison)), before.map(reached)))
        }
        Err(FoldError::Database(error)) => Err(error),
    }
}

/// Folds all that comes into a new file, in one transaction, until an empty batch says that it was all; tells up
/// to where. `None` if the batches ended without that.
pub(super) fn build(
    projection: &mut dyn AnyProjection,
    connection: &Connection,
    log: LogId,
    batches: &mut mpsc::Receiver<Vec<StoredEvent>>,
    progress: &dyn Fn(u64),
) -> rusqlite::Result<Option<(Option<Poison>, Progress)>> {
    connection.execute_batch("BEGIN")?;
    let (mut at, mut poison) = (Progress::default(), None);
    for nth in 1.. {
        let Some(batch) = batches.blocking_recv() else { return Ok(None) };
        if batch.is_empty() {
            break;
        }
        if nth % WRITTEN_TOGETHER == 0 {
            projection.flush(connection)?;
        }
        let (folded, to) = fold(projection, connection, &batch)?;
        at = to.unwrap_or(at);
        if let Batch::Ended(Ended::Poisoned(found)) = folded {
            poison = Some(found);
            break;
        }
        progress(batch.last().map_or(0, |event| event.position.number()));
    }
    projection.flush(connection)?;
    end(connection, log, at)?;
    Ok(Some((poison, at)))
}

/// Ends the transaction in which a new file was filled.
pub(super) fn end(connection: &Connection, log: LogId, at: Progress) -> rusqlite::Result<()> {
    file::set_checkpoint(connection, log, at)?;
    connection.execute_batch("COMMIT")
}

fn encoded(event: &StoredEvent) -> EncodedEvent<'_> {
    EncodedEvent {
        county: event.stream.county(),
        category: event.stream.category(),
        subject: event.stream.id(),
        id: EventId(event.id),
        revision: event.revision,
        position: event.position.number(),
        kind: &event.kind,
        version: event.version,
        recorded: event.recorded,
        payload: &event.payload,
        metadata: event.metadata.stored(),
    }
}

/// A span that belongs to the trace of the first event's request and is linked to those of the others.
fn traced(projection: &'static str, batch: &[StoredEvent]) -> tracing::Span {
    let span = tracing::debug_span!("project", projection, events = batch.len());
    if span.is_disabled() || batch.len() > TRACED_BATCH {
        return span;
    }
    for (index, event) in batch.iter().enumerate() {
        match event.metadata.stored().whole().ok().and_then(|metadata| metadata.traceparent) {
            Some(traceparent) if index == 0 => telemetry::continue_from(&span, &traceparent),
            Some(traceparent) => telemetry::link(&span, &traceparent),
            None => {}
        }
    }
    span
}
