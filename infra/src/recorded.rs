//! The way from a fact to stored bytes and back: payload, metadata, and the hash by which a retry is known.
//!
//! Invariant: what a fold sees comes from the stored bytes alone, so a stream moved to another log folds the same.
//! Deliberately absent: the form of the metadata; that is the domain's, shared with the projections.

use std::sync::Arc;

use om_domain::decider::{Actor, DecodeError, Effective, EventRecord, Recorded, Role, from_json};
use om_domain::ids::{CommandId, CountyId, EventId, IdError};
use om_domain::metadata::{Metadata, RequestHash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

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
    let asked = serde_json::to_value((stream, command, effective, &by.officer, &by.body))?;
    let mut bytes = Vec::with_capacity(512);
    canonical(&asked, &mut bytes)?;
    Ok(RequestHash(Sha256::digest(&bytes).into()))
}

fn canonical(value: &serde_json::Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        serde_json::Value::Array(items) => {
            out.push(b'[');
            for item in items {
                canonical(item, out)?;
                out.push(b',');
            }
            out.push(b']');
        }
        serde_json::Value::Object(fields) => {
            let mut keys: Vec<_> = fields.iter().collect();
            keys.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, field) in keys {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                canonical(field, out)?;
                out.push(b',');
            }
            out.push(b'}');
        }
        scalar => serde_json::to_writer(&mut *out, scalar)?,
    }
    Ok(())
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

/// Reads a stored event as a fact.
///
/// # Errors
/// When it was written by newer software or is damaged.
pub fn decode<E: EventRecord>(stored: &StoredEvent) -> Result<Entry<E>, Unreadable> {
    let unreadable = |reason| Unreadable { stream: stored.stream.clone(), revision: stored.revision, reason };
    let meta: Metadata = from_json(&stored.metadata).map_err(|e| unreadable(e.into()))?;
    let event = E::decode(&stored.kind, stored.version, &stored.payload).map_err(|e| unreadable(e.into()))?;
    let origin = Origin {
        command: meta.command,
        request: meta.request,
        correlation: meta.correlation,
        causation: meta.causation,
        traceparent: meta.traceparent.clone(),
    };
    let fact = meta.into_recorded(EventId(stored.id), stored.revision, event);
    Ok(Entry { fact, origin: Arc::new(origin), position: stored.position })
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
    };
    Ok(NewEvent {
        id: fact.id.0,
        kind: fact.event.name().into(),
        version: fact.event.version(),
        recorded: fact.recorded,
        payload: fact.event.encode()?.into(),
        metadata: serde_json::to_vec(&meta)?.into(),
    })
}

/// The platform as an actor: it states what time has made true and decides nothing.
///
/// # Errors
/// Never, as long as its names are well formed.
pub fn platform_actor(county: &CountyId) -> Result<Actor, IdError> {
    Ok(Actor {
        officer: om_domain::directory::PLATFORM.parse()?,
        county: county.clone(),
        body: "platform".parse()?,
        roles: BTreeSet::from([Role::System]),
        stands_in_for: None,
    })
}
