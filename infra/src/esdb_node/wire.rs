//! Events and ids in the protocol's form.
//!
//! Invariant: an event's data are its payload and its custom metadata its [`Envelope`], whichever way it is read.
//! Deliberately absent: links; nothing is resolved.

use std::collections::HashMap;

use bytes::Bytes;
use jiff::Timestamp;
use tonic::Status;
use uuid::Uuid;

use super::fault::bad_request;
use super::proto::shared;
use super::proto::streams::{ReadResp, read_resp};
use crate::log::envelope::{self, Envelope};
use crate::log::{LogId, StoredEvent};

/// The form in which a client wants ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UuidForm {
    /// 36 characters.
    Text,
    /// Two 64-bit halves.
    Halves,
}

pub(super) fn uuid(id: Uuid, form: UuidForm) -> shared::Uuid {
    use shared::uuid::{Structured, Value};
    let value = match form {
        UuidForm::Text => Value::String(id.to_string()),
        UuidForm::Halves => {
            let (most, least) = id.as_u64_pair();
            Value::Structured(Structured {
                most_significant_bits: most.cast_signed(),
                least_significant_bits: least.cast_signed(),
            })
        }
    };
    shared::Uuid { value: Some(value) }
}

pub(super) fn id_of(uuid: Option<shared::Uuid>) -> Result<Uuid, Status> {
    use shared::uuid::Value;
    match uuid.and_then(|uuid| uuid.value) {
        Some(Value::String(text)) => text.parse().map_err(|_| bad_request(format!("not a UUID: {text:?}"))),
        Some(Value::Structured(halves)) => Ok(Uuid::from_u64_pair(
            halves.most_significant_bits.cast_unsigned(),
            halves.least_significant_bits.cast_unsigned(),
        )),
        None => Err(bad_request("an id is missing")),
    }
}

/// One message of a read.
pub(super) fn answer(content: read_resp::Content) -> ReadResp {
    ReadResp { content: Some(content) }
}

/// A stored event.
pub(super) fn event(event: &StoredEvent, form: UuidForm) -> ReadResp {
    let envelope = Envelope {
        version: event.version,
        recorded: event.recorded,
        leaf: event.leaf,
        metadata: event.metadata.json(),
    };
    let number = event.position.number();
    recorded(
        number,
        read_resp::read_event::RecordedEvent {
            id: Some(uuid(event.id, form)),
            stream_identifier: Some(name(event.stream.as_str())),
            stream_revision: event.revision,
            prepare_position: number,
            commit_position: number,
            metadata: properties(&event.kind, event.recorded, envelope::content_type(&event.payload)),
            custom_metadata: envelope.seal().into(),
            data: event.payload.clone(),
        },
    )
}

/// The made-up event that tells the log's identity.
pub(super) fn identity(log: LogId, form: UuidForm) -> ReadResp {
    recorded(
        0,
        read_resp::read_event::RecordedEvent {
            id: Some(uuid(log.as_uuid(), form)),
            stream_identifier: Some(name(envelope::IDENTITY_STREAM)),
            stream_revision: 0,
            prepare_position: 0,
            commit_position: 0,
            metadata: properties(envelope::IDENTITY_KIND, Timestamp::UNIX_EPOCH, envelope::JSON),
            custom_metadata: Bytes::new(),
            data: envelope::identity_data(log).into(),
        },
    )
}

fn recorded(number: u64, event: read_resp::read_event::RecordedEvent) -> ReadResp {
    let position = read_resp::read_event::Position::CommitPosition(number);
    let event = read_resp::ReadEvent { event: Some(event), link: None, position: Some(position) };
    answer(read_resp::Content::Event(event))
}

fn properties(kind: &str, created: Timestamp, content_type: &str) -> HashMap<String, String> {
    // .NET's ticks of 100 ns, as the protocol has them, from 1970 on
    let ticks = created.as_microsecond().saturating_mul(10);
    HashMap::from([
        ("type".to_owned(), kind.to_owned()),
        ("created".to_owned(), ticks.to_string()),
        ("content-type".to_owned(), content_type.to_owned()),
    ])
}

pub(super) fn name(stream: &str) -> shared::StreamIdentifier {
    shared::StreamIdentifier { stream_name: Bytes::copy_from_slice(stream.as_bytes()) }
}

pub(super) fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
