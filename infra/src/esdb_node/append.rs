//! One append, of ours or of somebody else's client.
//!
//! An event that comes in an [`Envelope`] is stored with the version, time and metadata it names, if its leaf is the one
//! we compute. Any other is somebody else's: version 1, the node's time, metadata as given (none: `{}`).
//!
//! Invariant: the log is always asked at one revision. "Any" and "stream exists" are the node reading the head and
//! trying there, and only for somebody else's events: ours name the revision they were decided on, in their leaf.
//! Deliberately absent: a decision whether an event makes sense; the log stores bytes.

use bytes::Bytes;
use jiff::Timestamp;
use tonic::{Code, Status};
use uuid::Uuid;

use super::fault::{bad_request, fault, missing_property, of_append, of_log};
use crate::log::envelope::Envelope;
use crate::log::leaf::LeafContent;
use crate::log::{AppendError, Appended, EventLog, Expected, NewEvent, StoredEvent, StreamName};

/// How often an append at any revision is tried while others append too.
const TRIES: usize = 20;
/// How far back an append at any revision looks for itself.
const LOOK_BACK: u64 = 256;

/// Where the client wants its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Exactly(Expected),
    Any,
    Exists,
}

/// What became of an append.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored(Appended),
    /// The stream stands elsewhere, at this revision.
    Conflict(Option<u64>),
}

/// An event as the client sent it.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    id: Uuid,
    kind: String,
    data: Bytes,
    custom_metadata: Bytes,
    envelope: Option<Envelope>,
}

impl Proposal {
    pub(super) fn new(
        id: Uuid,
        mut properties: std::collections::HashMap<String, String>,
        data: Bytes,
        custom_metadata: Bytes,
    ) -> Result<Self, Status> {
        let kind = properties.remove("type").ok_or_else(|| missing_property("type"))?;
        let envelope = Envelope::open(&custom_metadata).map_err(|error| bad_request(error.to_string()))?;
        Ok(Self { id, kind, data, custom_metadata, envelope })
    }

    /// Bytes that the log would store.
    pub(super) fn bytes(&self) -> usize {
        self.data.len() + self.custom_metadata.len()
    }

    /// The event at one place; the leaf that came with it must be the one of that place.
    fn event(&self, stream: &StreamName, revision: u64, now: Timestamp) -> Result<NewEvent, Status> {
        let (version, recorded, metadata) = match &self.envelope {
            Some(envelope) => (envelope.version, envelope.recorded, envelope.metadata.clone()),
            None => (1, now, self.foreign_metadata()),
        };
        let leaf = LeafContent {
            stream,
            revision,
            id: self.id,
            kind: &self.kind,
            version,
            recorded,
            payload: &self.data,
            metadata: &metadata,
        };
        if self.envelope.as_ref().is_some_and(|envelope| envelope.leaf != leaf.leaf()) {
            let message = format!("the leaf of event {} is not the one of revision {revision}", self.id);
            return Err(fault(Code::InvalidArgument, "leaf", message));
        }
        let (id, payload) = (self.id, self.data.clone());
        Ok(NewEvent { id, kind: self.kind.clone().into(), version, recorded, payload, metadata })
    }

    fn foreign_metadata(&self) -> Bytes {
        if self.custom_metadata.is_empty() { Bytes::from_static(b"{}") } else { self.custom_metadata.clone() }
    }

    /// Whether `stored` is this event, stored before. The time of somebody else's event is the first try's.
    fn is(&self, stored: &StoredEvent) -> bool {
        let (version, metadata) = match &self.envelope {
            Some(envelope) => (envelope.version, envelope.metadata.clone()),
            None => (1, self.foreign_metadata()),
        };
        self.id == stored.id
            && *self.kind == *stored.kind
            && version == stored.version
            && self.envelope.as_ref().is_none_or(|envelope| envelope.recorded == stored.recorded)
            && self.data == stored.payload
            && metadata == stored.metadata.json()
    }
}

/// The name of a stream of ours.
pub(super) fn stream_name(name: &[u8]) -> Result<StreamName, Status> {
    let text = std::str::from_utf8(name).map_err(|_| bad_request("a stream's name is UTF-8"))?;
    text.parse().map_err(|error: crate::log::StreamNameError| bad_request(error.to_string()))
}

/// Appends `proposals` where they are wanted.
pub(super) async fn append(
    log: &dyn EventLog,
    now: Timestamp,
    stream: &StreamName,
    wanted: Wanted,
    proposals: &[Proposal],
) -> Result<Outcome, Status> {
    match wanted {
        Wanted::Exactly(expected) => exactly(log, now, stream, expected, proposals).await,
        Wanted::Any | Wanted::Exists => loosely(log, now, stream, wanted, proposals).await,
    }
}

async fn exactly(
    log: &dyn EventLog,
    now: Timestamp,
    stream: &StreamName,
    expected: Expected,
    proposals: &[Proposal],
) -> Result<Outcome, Status> {
    let first = expected.next_revision();
    let events = (0..)
        .zip(proposals)
        .map(|(nth, proposal)| proposal.event(stream, first.saturating_add(nth), now))
        .collect::<Result<Vec<_>, _>>()?;
    match log.append(stream, expected, events).await {
        Ok(appended) => Ok(Outcome::Stored(appended)),
        // the log compares leaves, and so times; a retry of somebody else's events has another time
        Err(error @ (AppendError::Conflict { .. } | AppendError::DuplicateEvent { .. })) => {
            if let Some(appended) = stored_at(log, stream, first, proposals).await? {
                return Ok(Outcome::Stored(appended));
            }
            match error {
                AppendError::Conflict { actual, .. } => Ok(Outcome::Conflict(actual)),
                other => Err(of_append(other)),
            }
        }
        Err(other) => Err(of_append(other)),
    }
}

/// The first answer, if these very events are stored from `first` on.
async fn stored_at(
    log: &dyn EventLog,
    stream: &StreamName,
    first: u64,
    proposals: &[Proposal],
) -> Result<Option<Appended>, Status> {
    let stored = log.read_stream(stream, first, proposals.len()).await.map_err(of_log)?;
    let same = stored.len() == proposals.len() && proposals.iter().zip(&stored).all(|(p, s)| p.is(s));
    Ok(stored.last().filter(|_| same).map(|last| Appended {
        position: last.position,
        first_revision: first,
        last_revision: last.revision,
    }))
}

async fn loosely(
    log: &dyn EventLog,
    now: Timestamp,
    stream: &StreamName,
    wanted: Wanted,
    proposals: &[Proposal],
) -> Result<Outcome, Status> {
    if proposals.iter().any(|proposal| proposal.envelope.is_some()) {
        return Err(bad_request("an event of One Matter is appended at the revision it was decided on"));
    }
    for _ in 0..TRIES {
        let head = log.stream_head(stream).await.map_err(of_log)?;
        if wanted == Wanted::Exists && head.is_none() {
            return Ok(Outcome::Conflict(None));
        }
        if let Some(head) = head
            && let Some(appended) = stored_lately(log, stream, head, proposals).await?
        {
            return Ok(Outcome::Stored(appended));
        }
        match exactly(log, now, stream, Expected::of_head(head), proposals).await? {
            Outcome::Conflict(_) => {}
            stored => return Ok(stored),
        }
    }
    Err(Status::aborted("too many others append to this stream: nothing was stored; try again"))
}

/// The first answer, if these very events are among the stream's last.
async fn stored_lately(
    log: &dyn EventLog,
    stream: &StreamName,
    head: u64,
    proposals: &[Proposal],
) -> Result<Option<Appended>, Status> {
    let Some(first) = proposals.first() else { return Ok(None) };
    let mut from = head.saturating_sub(LOOK_BACK.saturating_add(proposals.len() as u64));
    while from <= head {
        let events = log.read_stream(stream, from, 32).await.map_err(of_log)?;
        let Some(last) = events.last() else { break };
        if let Some(found) = events.iter().find(|event| event.id == first.id) {
            return stored_at(log, stream, found.revision, proposals).await;
        }
        from = last.revision + 1;
    }
    Ok(None)
}
