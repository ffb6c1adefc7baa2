//! A log on trial: reads another one, keeps what is appended in memory, and appends it there only when told to.
//!
//! Invariants: nothing reaches the log underneath before [`TrialLog::commit`]; each stream's events are then one append,
//! at the revision the stream had when it was first written here: whole, or not at all if somebody came in between.
//! Deliberately absent: subscriptions to what is on trial; one append over many streams, which no engine has. Whoever
//! commits streams one after another must be able to start again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::leaf::LeafContent;
use super::{
    AppendError, Appended, EventLog, Expected, LogError, LogId, LogState, MAX_APPEND_BYTES,
    MAX_APPEND_EVENTS, NewEvent, Position, StoredEvent, StreamName, event,
};

/// A log on trial.
pub struct TrialLog {
    under: Arc<dyn EventLog>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// The number of the position after which what is on trial stands.
    base: Option<u64>,
    events: Vec<StoredEvent>,
    /// Of each stream that was written: the revision it had before.
    heads: HashMap<StreamName, Option<u64>>,
    /// The streams in the order in which they were first written.
    order: Vec<StreamName>,
}

impl TrialLog {
    /// Begins a trial on a log.
    pub fn new(under: Arc<dyn EventLog>) -> Arc<Self> {
        Arc::new(Self { under, pending: Mutex::default() })
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events are on trial.
    pub fn len(&self) -> usize {
        self.pending().events.len()
    }

    /// Whether nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends what is on trial to the log underneath, stream by stream; tells how many events.
    ///
    /// # Errors
    /// At the first stream that does not take it: those before it have taken theirs.
    pub async fn commit(&self) -> Result<usize, AppendError> {
        let (order, mut events, heads) = {
            let mut pending = self.pending();
            let taken = std::mem::take(&mut *pending);
            (taken.order, taken.events, taken.heads)
        };
        let mut done = 0;
        for stream in order {
            let mut expected = Expected::of_head(heads.get(&stream).copied().flatten());
            let (own, rest): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event.stream == stream);
            events = rest;
            for run in runs(own) {
                let count = run.len();
                let appended = self.under.append(&stream, expected, run).await?;
                expected = Expected::Revision(appended.last_revision);
                done += count;
            }
        }
        Ok(done)
    }
}

/// The events of one stream, in appends that a log takes: one, but for a history of ten thousand facts.
fn runs(events: Vec<StoredEvent>) -> Vec<Vec<NewEvent>> {
    let mut runs: Vec<Vec<NewEvent>> = Vec::new();
    let (mut count, mut bytes) = (MAX_APPEND_EVENTS, 0);
    for event in events {
        let StoredEvent { id, kind, version, recorded, payload, metadata, .. } = event;
        let metadata = metadata.json();
        bytes += payload.len() + metadata.len();
        if count == MAX_APPEND_EVENTS || bytes > MAX_APPEND_BYTES {
            runs.push(Vec::new());
            (count, bytes) = (0, payload.len() + metadata.len());
        }
        count += 1;
        if let Some(run) = runs.last_mut() {
            run.push(NewEvent { id, kind: kind.to_string().into(), version, recorded, payload, metadata });
        }
    }
    runs
}

#[async_trait]
impl EventLog for TrialLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        event::check(&events)?;
        let (actual, head) = (self.stream_head(stream).await?, self.under.head().await?);
        if Expected::of_head(actual) != expected {
            return Err(AppendError::Conflict { stream: stream.clone(), expected, actual });
        }
        let mut pending = self.pending();
        let base = *pending.base.get_or_insert(head.map_or(0, |head| head.number()));
        if !pending.heads.contains_key(stream) {
            pending.heads.insert(stream.clone(), actual);
            pending.order.push(stream.clone());
        }
        let first_revision = expected.next_revision();
        let mut last = (first_revision, Position::new(self.under.id(), base));
        for (revision, event) in (first_revision..).zip(events) {
            let position = Position::new(self.under.id(), base + 1 + pending.events.len() as u64);
            last = (revision, position);
            pending.events.push(stored(stream, revision, position, event));
        }
        Ok(Appended { position: last.1, first_revision, last_revision: last.0 })
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let mut found = self.under.read_stream(stream, from, max).await?;
        let pending = self.pending();
        let own = pending.events.iter().filter(|event| event.stream == *stream && event.revision >= from);
        found.extend(own.take(max - found.len()).cloned());
        Ok(found)
    }

    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        let base = self.pending().base;
        let on_trial = after.zip(base).is_some_and(|(after, base)| after.number() > base);
        let mut found = if on_trial { Vec::new() } else { self.under.read_all(after, max).await? };
        let pending = self.pending();
        let later = |event: &&StoredEvent| after.is_none_or(|after| event.position > after);
        let own = pending.events.iter().filter(later);
        found.extend(own.take(max - found.len()).cloned());
        Ok(found)
    }

    async fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, LogError> {
        let own = self.pending().events.iter().find(|event| event.position == position).cloned();
        match own {
            Some(event) => Ok(Some(event)),
            None => self.under.event_at(position).await,
        }
    }

    fn subscribe(&self, after: Option<Position>) -> BoxStream<'static, Result<StoredEvent, LogError>> {
        self.under.subscribe(after)
    }

    fn id(&self) -> LogId {
        self.under.id()
    }

    async fn head(&self) -> Result<Option<Position>, LogError> {
        let last = self.pending().events.last().map(|event| event.position);
        match last {
            Some(last) => Ok(Some(last)),
            None => self.under.head().await,
        }
    }

    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        let own =
            self.pending().events.iter().rev().find(|event| event.stream == *stream).map(|e| e.revision);
        match own {
            Some(revision) => Ok(Some(revision)),
            None => self.under.stream_head(stream).await,
        }
    }

    fn state(&self) -> LogState {
        self.under.state()
    }
}

fn stored(stream: &StreamName, revision: u64, position: Position, event: NewEvent) -> StoredEvent {
    let NewEvent { id, kind, version, recorded, payload, metadata } = event;
    let content = LeafContent {
        stream,
        revision,
        id,
        kind: &kind,
        version,
        recorded,
        payload: &payload,
        metadata: &metadata,
    };
    let leaf = content.leaf();
    let kind: Arc<str> = Arc::from(&*kind);
    StoredEvent {
        position,
        stream: stream.clone(),
        revision,
        id,
        kind,
        version,
        recorded,
        payload,
        metadata: metadata.into(),
        leaf,
    }
}
