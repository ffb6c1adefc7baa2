//! The way from a fact to stored bytes and back: payload, metadata, and the hash by which a retry is known.
//!
//! Invariant: what a fold sees comes from the stored bytes alone, so a stream moved to another log folds the same.
//! Deliberately absent: the form of the metadata; that is the domain's, shared with the projections.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use om_domain::decider::{Actor, DecodeError, Effective, EventRecord, Recorded, Role};
use om_domain::ids::{CommandId, CountyId, EventId, IdError, OfficerId};
use om_domain::metadata::{Metadata, RequestHash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::canonical::canonical;
use crate::log::by_stream::ShownEvent;
use crate::log::{NewEvent, Position, StoredEvent, StreamName};

/// The hash of one request: command, stream, effective time and who asked. Keys are sorted, so it does not
/// depend on the order of a type's fields.
///
/// # Errors
/// When the command has no JSON form.
pub fn request_hash(
    stream: &StreamName,
    command: &impl Serialize,
    effective: Option<Effective>,
    by: &Actor,
) -> Result<RequestHash, serde_json::Error> {
    let asked = canonical(&(stream, command, effective, &by.officer, &by.body))?;
    Ok(RequestHash(Sha256::digest(&asked).into()))
}

/// Where facts come from: the command behind them and what led to it. Shared by all facts of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The command, or the derived id under which the platform stated what time had made true.
    pub command: CommandId,
    /// What it asked.
    pub request: RequestHash,
    /// The first command of the chain.
    pub correlation: CommandId,
    /// The fact that led to the command, where a policy gave it.
    pub causation: Option<EventId>,
    /// The request's trace (W3C traceparent), so that a projection's span can link to it.
    pub traceparent: Option<String>,
    /// Who brought the fact in, where that was not who acted.
    pub entered_by: Option<OfficerId>,
}

/// A fact with where it stands and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<E> {
    /// The fact.
    pub fact: Recorded<E>,
    /// Where it comes from.
    pub origin: Arc<Origin>,
    /// Its place in the global order.
    pub position: Position,
}

/// A stored event could not be read as a fact.
#[derive(Debug, thiserror::Error)]
#[error("event {revision} of stream {stream} cannot be read: {reason}")]
pub struct Unreadable {
    /// The stream.
    pub stream: StreamName,
    /// The event's place in it.
    pub revision: u64,
    /// Why.
    pub reason: UnreadableReason,
}

/// What of a stored event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableReason {
    /// Its payload.
    #[error(transparent)]
    Payload(#[from] DecodeError),
    /// Its metadata.
    #[error("its metadata is damaged ({0}); restore from a backup")]
    Metadata(#[from] serde_json::Error),
}

/// Bytes from which on a payload is long: of a matter's events hardly any but its plan.
const LONG: usize = 4 << 10;
/// Long payloads remembered.
const KEPT: usize = 16;

/// Long payloads read last, and the events they are. Matters planned from one template have the same plan, which is a fifth
/// of all bytes of a matter's life.
///
/// Invariant: an event is remembered by its name, version and whole payload, so what is remembered is what the bytes say.
pub(crate) struct LongPayloads<E>(Mutex<VecDeque<Long<E>>>);

struct Long<E> {
    kind: Arc<str>,
    version: u16,
    payload: Bytes,
    event: E,
}

impl<E> Default for LongPayloads<E> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<E: EventRecord> LongPayloads<E> {
    fn decode(&self, shown: &ShownEvent<'_>) -> Result<E, DecodeError> {
        let ShownEvent { kind, version, payload, .. } = *shown;
        if payload.len() < LONG {
            return E::decode(kind, version, payload);
        }
        let is_it =
            |long: &&Long<E>| *long.payload == *payload && (&*long.kind, long.version) == (kind, version);
        let known =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(is_it).map(|l| l.event.clone());
        if let Some(event) = known {
            return Ok(event);
        }
        let event = E::decode(kind, version, payload)?;
        let payload = Bytes::copy_from_slice(payload);
        let long = Long { kind: kind.into(), version, payload, event: event.clone() };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.truncate(KEPT - 1);
        all.push_front(long);
        Ok(event)
    }
}

/// Reads a stored event as a fact.
///
/// # Errors
/// When it was written by newer software or is damaged.
pub fn decode<E: EventRecord>(stored: &StoredEvent) -> Result<Entry<E>, Unreadable> {
    let shown = ShownEvent::of(stored);
    let (meta, event) = read(&shown, |shown| E::decode(shown.kind, shown.version, shown.payload))?;
    let origin = Origin {
        command: meta.command,
        request: meta.request,
        correlation: meta.correlation,
        causation: meta.causation,
        traceparent: meta.traceparent.clone(),
        entered_by: meta.entered_by.clone(),
    };
    let fact = meta.into_recorded(EventId(stored.id), stored.revision, event);
    Ok(Entry { fact, origin: Arc::new(origin), position: stored.position })
}

/// The same where it lies, with long payloads from memory: the fact and what stands beside it.
pub(crate) fn decode_with<E: EventRecord>(
    long: &LongPayloads<E>,
    shown: &ShownEvent<'_>,
) -> Result<(Metadata, E), Unreadable> {
    read(shown, |shown| long.decode(shown))
}

fn read<E>(
    stored: &ShownEvent<'_>,
    payload: impl Fn(&ShownEvent<'_>) -> Result<E, DecodeError>,
) -> Result<(Metadata, E), Unreadable> {
    let unreadable = |reason| Unreadable { stream: stored.stream.clone(), revision: stored.revision, reason };
    let meta = stored.metadata.whole().map_err(|e| unreadable(e.into()))?;
    Ok((meta, payload(stored).map_err(|e| unreadable(e.into()))?))
}

/// The bytes of a fact that is to be stored.
///
/// # Errors
/// When the fact has no JSON form.
pub fn encode<E: EventRecord>(fact: &Recorded<E>, origin: &Origin) -> Result<NewEvent, serde_json::Error> {
    let by = fact.by.clone();
    let meta = Metadata {
        county: by.county,
        officer: by.officer,
        body: by.body,
        roles: by.roles,
        stands_in_for: by.stands_in_for,
        effective: fact.effective,
        recorded: fact.recorded,
        command: origin.command,
        request: origin.request,
        correlation: origin.correlation,
        causation: origin.causation,
        traceparent: origin.traceparent.clone(),
        entered_by: origin.entered_by.clone(),
    };
    Ok(NewEvent {
        id: fact.id.0,
        kind: fact.event.name().into(),
        version: fact.event.version(),
        recorded: fact.recorded,
        payload: fact.event.encode()?.into(),
        metadata: meta.to_json()?.into(),
    })
}

/// The platform as an actor: it states what time has made true and decides nothing.
///
/// # Errors
/// Never, as long as its names are well formed.
pub fn platform_actor(county: &CountyId) -> Result<Actor, IdError> {
    Ok(Actor::new(
        om_domain::directory::PLATFORM.parse()?,
        county.clone(),
        "platform".parse()?,
        [Role::System].into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use om_domain::matter::MatterEvent;
    use uuid::Uuid;

    fn stored(reason: &str) -> StoredEvent {
        StoredEvent {
            position: Position::new(crate::log::LogId::new(Uuid::nil()), 1),
            stream: StreamName::new("530322", "matter", "01JD").unwrap(),
            revision: 0,
            id: Uuid::nil(),
            kind: "MatterSuspended".into(),
            version: 1,
            recorded: jiff::Timestamp::UNIX_EPOCH,
            payload: serde_json::to_vec(&serde_json::json!({ "reason": reason })).unwrap().into(),
            metadata: Bytes::new().into(),
            leaf: [0; 32],
        }
    }

    #[test]
    fn a_long_payload_from_memory_is_what_its_bytes_say() {
        let long = LongPayloads::<MatterEvent>::default();
        for round in 0..3 {
            for n in 0..2 * KEPT {
                let event = stored(&format!("{n}{}", "缓".repeat(1_900)));
                let told = MatterEvent::decode(&event.kind, event.version, &event.payload).unwrap();
                let event = ShownEvent::of(&event);
                assert_eq!(long.decode(&event).unwrap(), told, "{round} {n}");
                assert_eq!(long.decode(&event).unwrap(), told, "{round} {n}, from memory");
            }
        }
        assert_eq!(long.0.lock().unwrap().len(), KEPT);
        let event = stored(&"缓".repeat(1_900));
        let event = ShownEvent::of(&event);
        long.decode(&event).unwrap();
        assert!(long.decode(&ShownEvent { version: 9, ..event }).is_err());
        assert!(long.decode(&ShownEvent { kind: "MatterStarted", ..event }).is_err());
    }
}
