//! The event log as the event store of cqrs-es.
//!
//! Invariants: a state is loaded in pages up to the end of its stream; an append names the revision that its
//! facts were decided on. cqrs-es counts a stream's events from 1, the log from 0: `sequence` is the only
//! place that knows.
//! Deliberately absent: snapshots, queries run after a commit, retries.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use om_domain::decider::Decider;
use om_domain::ids::EventId;

use crate::hosting::{Behind, Hosted, Rejected, Stored};
use crate::log::by_stream::See;
use crate::log::{
    AppendError, Appended, EventLog, Expected, LogError, StoredEvent, StreamName, StreamNameError,
};
use crate::recorded::{self, LongPayloads, Unreadable};
use crate::shown;

/// Events read at a time.
const PAGE: usize = 512;

/// A state could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event could not be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Facts could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The log did not acknowledge them.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// They have no JSON form: a mistake in an event type.
    #[error("an event cannot be written as JSON: {0}")]
    Encode(#[from] serde_json::Error),
}

/// A state, and what could not be folded into it.
type Folding<D> = (Hosted<D>, Option<Unreadable>);

/// One aggregate's events in the log.
pub struct LogEventStore<D: Decider> {
    log: Arc<dyn EventLog>,
    long: Arc<LongPayloads<D::Event>>,
}

impl<D: Decider> Clone for LogEventStore<D> {
    fn clone(&self) -> Self {
        Self { log: Arc::clone(&self.log), long: Arc::clone(&self.long) }
    }
}

impl<D: Decider> LogEventStore<D> {
    /// The aggregate's events in this log.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, long: Arc::default() }
    }

    /// The log.
    pub fn log(&self) -> &Arc<dyn EventLog> {
        &self.log
    }

    /// The state of a stream at its end; the initial state if it was never written to.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn load(&self, stream: &StreamName) -> Result<Hosted<D>, LoadError> {
        let mut hosted = Hosted::default();
        self.read_on(stream, &mut hosted).await?;
        Ok(hosted)
    }

    /// Folds what the stream holds beyond the state; tells whether there was anything.
    ///
    /// # Errors
    /// When the log or an event cannot be read; the state is then what was folded until there.
    pub async fn catch_up(&self, stream: &StreamName, hosted: &mut Hosted<D>) -> Result<bool, LoadError> {
        if self.log.stream_head(stream).await? == hosted.revision() {
            return Ok(false);
        }
        self.read_on(stream, hosted).await
    }

    async fn read_on(&self, stream: &StreamName, hosted: &mut Hosted<D>) -> Result<bool, LoadError> {
        let mut moved = false;
        loop {
            let from = hosted.revision().map_or(0, |last| last + 1);
            // folded where the events are read: none is copied, and the state changes threads once
            let folding = Arc::new(Mutex::new((std::mem::take(hosted), None)));
            let see = self.folds_into(Arc::clone(&folding));
            let shown = shown::as_a_state(self.log.show_stream(stream, from, PAGE, see)).await;
            // a state that a panic left half folded is not taken back: it is read again from its first event
            if let Ok(mut folded) = folding.lock() {
                *hosted = std::mem::take(&mut folded.0);
                if let Some(unreadable) = folded.1.take() {
                    return Err(unreadable.into());
                }
            }
            let shown = shown?;
            moved |= shown > 0;
            if shown < PAGE {
                return Ok(moved);
            }
        }
    }

    /// Folds what it sees, up to what cannot be read.
    fn folds_into(&self, folding: Arc<Mutex<Folding<D>>>) -> See {
        let long = Arc::clone(&self.long);
        Box::new(move |event| {
            let (hosted, unreadable) = &mut *folding.lock().unwrap_or_else(PoisonError::into_inner);
            match recorded::decode_with(&long, event) {
                Ok((meta, payload)) => {
                    let behind = Behind::of_metadata(&meta);
                    let fact = meta.into_recorded(EventId(event.id), event.revision, payload);
                    hosted.fold(&fact, behind, Some(event.position));
                    ControlFlow::Continue(())
                }
                Err(why) => {
                    *unreadable = Some(why);
                    ControlFlow::Break(())
                }
            }
        })
    }

    /// The stored events of a stream from a revision on, in order, all of them.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn events(&self, stream: &StreamName, from: u64) -> Result<Vec<StoredEvent>, LogError> {
        let mut all = Vec::new();
        let mut from = from;
        loop {
            let page = self.log.read_stream(stream, from, PAGE).await?;
            let full = page.len() == PAGE;
            from += page.len() as u64;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// Appends facts that were decided when the stream's last revision was `head`.
    ///
    /// # Errors
    /// As the log's append.
    pub async fn append(
        &self,
        stream: &StreamName,
        head: Option<u64>,
        facts: &[Stored<D::Event>],
    ) -> Result<Appended, CommitError> {
        let events: Result<Vec<_>, _> =
            facts.iter().map(|stored| recorded::encode(&stored.fact, &stored.origin)).collect();
        Ok(self.log.append(stream, Expected::of_head(head), events?).await?)
    }
}

/// cqrs-es counts from 1, the log from 0.
fn sequence(revision: u64) -> usize {
    usize::try_from(revision).map_or(usize::MAX, |revision| revision.saturating_add(1))
}

/// A loaded state, and where its stream stood when it was loaded.
pub struct Loaded<D: Decider> {
    stream: StreamName,
    hosted: Hosted<D>,
    head: Option<u64>,
}

impl<D: Decider> AggregateContext<Hosted<D>> for Loaded<D> {
    fn aggregate(&mut self) -> &mut Hosted<D> {
        &mut self.hosted
    }
}

type Error<D> = AggregateError<Rejected<<D as Decider>::Refusal>>;

fn load_error<D: Decider>(error: LoadError) -> Error<D> {
    match error {
        LoadError::Log(error) => AggregateError::DatabaseConnectionError(error.into()),
        LoadError::Unreadable(error) => AggregateError::DeserializationError(error.into()),
    }
}

fn commit_error<D: Decider>(error: CommitError) -> Error<D> {
    match error {
        CommitError::Append(AppendError::Conflict { .. }) => AggregateError::AggregateConflict,
        CommitError::Append(AppendError::Fault(error)) => {
            AggregateError::DatabaseConnectionError(error.into())
        }
        other => AggregateError::UnexpectedError(other.into()),
    }
}

fn named<D: Decider>(aggregate_id: &str) -> Result<StreamName, Error<D>> {
    aggregate_id.parse().map_err(|e: StreamNameError| AggregateError::UnexpectedError(e.into()))
}

fn envelope<D: Decider>(stream: &StreamName, stored: Stored<D::Event>) -> EventEnvelope<Hosted<D>> {
    EventEnvelope {
        aggregate_id: stream.as_str().to_owned(),
        sequence: sequence(stored.fact.revision),
        payload: stored,
        metadata: HashMap::new(),
    }
}

/// The aggregate's id is the whole name of its stream. An event carries its metadata itself; the library's
/// map of strings stays empty.
impl<D: Decider> EventStore<Hosted<D>> for LogEventStore<D> {
    type AC = Loaded<D>;

    async fn load_events(&self, aggregate_id: &str) -> Result<Vec<EventEnvelope<Hosted<D>>>, Error<D>> {
        let stream = named::<D>(aggregate_id)?;
        let events = self.events(&stream, 0).await.map_err(|e| load_error::<D>(e.into()))?;
        let read = |event| recorded::decode(event).map_err(|e| load_error::<D>(e.into()));
        events.iter().map(|event| Ok(envelope(&stream, read(event)?.into()))).collect()
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<Loaded<D>, Error<D>> {
        let stream = named::<D>(aggregate_id)?;
        let hosted = self.load(&stream).await.map_err(load_error::<D>)?;
        Ok(Loaded { head: hosted.revision(), stream, hosted })
    }

    async fn commit(
        &self,
        events: Vec<Stored<D::Event>>,
        context: Loaded<D>,
        _metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Hosted<D>>>, Error<D>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.append(&context.stream, context.head, &events).await.map_err(commit_error::<D>)?;
        Ok(events.into_iter().map(|stored| envelope(&context.stream, stored)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::sequence;

    #[test]
    fn the_first_event_is_1_to_the_library_and_0_to_the_log() {
        assert_eq!((sequence(0), sequence(99)), (1, 100));
    }
}
