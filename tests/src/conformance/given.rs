//! What is given to a log: streams and events.

use std::sync::OnceLock;

use bytes::Bytes;
use jiff::Timestamp;
use om_infra::log::{NewEvent, StreamName};
use uuid::Uuid;

/// The county of this process's streams: that of the examples, or one of its own on a cluster that others use too.
pub fn county() -> &'static str {
    static COUNTY: OnceLock<String> = OnceLock::new();
    COUNTY.get_or_init(|| match std::env::var_os("KURRENTDB_URL") {
        None => "530322".to_owned(),
        Some(_) => format!("{:06}", 100_000 + Uuid::new_v4().as_u128() % 900_000),
    })
}

/// A stream of that county.
pub fn stream(id: &str) -> StreamName {
    StreamName::new(county(), "matter", id).unwrap()
}

/// As the platform writes them, of an event recorded when [`event`] says.
const METADATA: &[u8] = concat!(
    r#"{"county":"530322","officer":"housing-officer-1","body":"housing","roles":["officer"],"#,
    r#""effective":{"at":"2026-09-21T14:13:20.123457Z"},"recorded":"2026-09-21T14:13:20.123457Z","#,
    r#""command":"0190a5c2-7d3e-7b64-9c1f-2f60b1a4e8d7","#,
    r#""request":"9f2c41d7a0b39f2c41d7a0b39f2c41d7a0b39f2c41d7a0b39f2c41d7a0b39f2c","#,
    r#""$correlationId":"0190a5c2-7d3e-7b64-9c1f-2f60b1a4e8d7"}"#,
)
.as_bytes();

/// An event that says `text`.
pub fn event(text: &str) -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: "material-requested".into(),
        version: 2,
        recorded: Timestamp::from_microsecond(1_790_000_000_123_457).unwrap(),
        payload: serde_json::to_vec(&serde_json::json!({ "材料": text })).unwrap().into(),
        metadata: Bytes::from_static(METADATA),
    }
}

/// So many events, each with an id of its own.
pub fn events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|n| event(&format!("第{n}项"))).collect()
}
