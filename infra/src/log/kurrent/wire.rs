//! Events of ours as the client takes and gives them, and what its errors mean.
//!
//! Invariant: what comes back is checked by its leaf, so nothing that was changed on the way or in the cluster passes
//! for an event of ours.
//! Deliberately absent: the form on the wire; that is the envelope's.

use bytes::Bytes;
use kurrentdb::{EventData, RecordedEvent, StreamState};
use serde_json::value::RawValue;

use crate::log::envelope::Envelope;
use crate::log::leaf::LeafContent;
use crate::log::{Expected, LogError, LogId, NewEvent, Position, StoredEvent, StreamName};

/// The events of an append, with their leaves.
pub(super) fn sealed(stream: &StreamName, first: u64, events: &[NewEvent]) -> Vec<EventData> {
    (first..).zip(events).map(|(revision, event)| one_sealed(stream, revision, event)).collect()
}

fn one_sealed(stream: &StreamName, revision: u64, event: &NewEvent) -> EventData {
    let envelope = Envelope {
        version: event.version,
        recorded: event.recorded,
        leaf: leaf(stream, revision, event),
        metadata: event.metadata.clone(),
    };
    // only what the client writes out byte for byte is sent as JSON
    let json = serde_json::from_slice::<&RawValue>(&event.payload)
        .ok()
        .filter(|raw| raw.get().as_bytes() == event.payload)
        .and_then(|raw| EventData::json(&event.kind, &raw).ok());
    json.unwrap_or_else(|| EventData::binary(&event.kind, event.payload.clone()))
        .id(event.id)
        .metadata(Bytes::from(envelope.seal()))
}

/// The leaf that an event gets at this place.
pub(super) fn leaf(stream: &StreamName, revision: u64, event: &NewEvent) -> [u8; 32] {
    LeafContent {
        stream,
        revision,
        id: event.id,
        kind: &event.kind,
        version: event.version,
        recorded: event.recorded,
        payload: &event.payload,
        metadata: &event.metadata,
    }
    .leaf()
}

/// Where the stream has to stand, in the client's words; none if no stream can stand there.
pub(super) const fn state_of(expected: Expected) -> Option<StreamState> {
    match expected {
        Expected::NoStream => Some(StreamState::NoStream),
        Expected::Revision(revision) if revision < i64::MAX as u64 => {
            Some(StreamState::StreamRevision(revision))
        }
        Expected::Revision(_) => None,
    }
}

/// An event as the log gives it; `fallback` is its position if the server does not tell it.
pub(super) fn opened(
    log: LogId,
    event: RecordedEvent,
    fallback: Option<u64>,
) -> Result<StoredEvent, LogError> {
    let place = format!("event {} of stream {}", event.revision, event.stream_id());
    let damaged = |what: String| LogError::Damaged { what: format!("{place}: {what}") };
    let stream: StreamName = event.stream_id().parse().map_err(|e| damaged(format!("{e}")))?;
    let envelope = Envelope::open(&event.custom_metadata)
        .map_err(|e| damaged(e.to_string()))?
        .ok_or_else(|| damaged("it was not written by One Matter".into()))?;
    let number = match event.position.commit {
        u64::MAX => fallback.unwrap_or_default(),
        commit => commit,
    };
    let stored = StoredEvent {
        position: Position::new(log, number),
        stream,
        revision: event.revision,
        id: event.id,
        kind: event.event_type.into(),
        version: envelope.version,
        recorded: envelope.recorded,
        payload: event.data,
        metadata: envelope.metadata.into(),
        leaf: envelope.leaf,
    };
    if !crate::log::leaf::is_intact(&stored) {
        return Err(damaged("it is not what its leaf committed to".into()));
    }
    Ok(stored)
}

/// What is said when the cluster does not let us do it.
const DENIED: &str = "access is denied. Check the user in the log's address and its password (passwordFile=FILE; on a node of \
     ours onematter node-user add NAME --role rw makes both), or the client certificate, and that the user may read and \
     append";

/// What an error of the client means.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No connection: nothing was sent. The client may be dead for good.
    NotSent(String),
    /// Something was sent and the answer is missing.
    NoAnswer(String),
    /// The stream does not exist.
    NoStream,
    /// The stream stands elsewhere.
    Elsewhere(Option<u64>),
    /// The stream holds one of the ids, with other content or at another place.
    Exists,
    /// The user is not let in, or may not do this.
    Denied,
    /// The answer is no.
    Refused(String),
    /// The server has no room. Nothing was stored.
    Full,
    /// What is stored is not what was stored.
    Damaged(LogError),
}

impl Trouble {
    /// Whether asking again may help.
    pub(super) const fn passes(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::NoAnswer(_))
    }
}

impl From<kurrentdb::Error> for Trouble {
    fn from(error: kurrentdb::Error) -> Self {
        use kurrentdb::Error;
        match error {
            Error::ConnectionClosed | Error::GrpcConnectionError(_) | Error::InitializationError(_) => {
                Self::NotSent(error.to_string())
            }
            Error::NotLeaderException(_) => Self::NotSent("the leader has changed".into()),
            Error::ResourceNotFound => Self::NoStream,
            Error::ResourceAlreadyExists => Self::Exists,
            Error::ResourceDeleted => Self::Damaged(LogError::Damaged {
                what: "a stream was deleted in the cluster; history is never deleted".into(),
            }),
            Error::WrongExpectedVersion { current, .. } => Self::Elsewhere(match current {
                kurrentdb::CurrentRevision::Current(revision) => Some(revision),
                kurrentdb::CurrentRevision::NoStream => None,
            }),
            Error::AccessDenied => Self::Denied,
            Error::UnsupportedFeature => Self::Refused("the server does not know the call".into()),
            Error::Grpc { code: tonic_code, ref message } => {
                let text = format!("{tonic_code:?}: {message}");
                // the type of the code is another version's of tonic than ours
                match format!("{tonic_code:?}").as_str() {
                    "ResourceExhausted" if !message.contains("at once") => Self::Full,
                    "ResourceExhausted" => Self::Refused(text),
                    "InvalidArgument" | "FailedPrecondition" | "OutOfRange" => Self::Refused(text),
                    _ => Self::NoAnswer(text),
                }
            }
            other => Self::NoAnswer(other.to_string()),
        }
    }
}

impl From<Trouble> for LogError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotSent(reason) => Self::Unreachable { reason },
            Trouble::NoAnswer(reason) => Self::NoAnswer { reason },
            Trouble::Denied => Self::Refused { reason: DENIED.into() },
            Trouble::Refused(reason) => Self::Refused { reason },
            Trouble::Damaged(error) => error,
            Trouble::Full => Self::DiskFull,
            Trouble::NoStream | Trouble::Elsewhere(_) | Trouble::Exists => {
                Self::NoAnswer { reason: "the server gave an answer to another question".into() }
            }
        }
    }
}
