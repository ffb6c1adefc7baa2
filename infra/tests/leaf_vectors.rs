//! The leaves written down in `vectors/leaf.json`: they never change. `tests/python/leaf_check.py` recomputes
//! them without this code.

use jiff::Timestamp;
use om_infra::log::StreamName;
use om_infra::log::leaf::LeafContent;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
struct Vector {
    about: String,
    stream: StreamName,
    revision: u64,
    id: Uuid,
    kind: String,
    version: u16,
    recorded_us: i64,
    payload: String,
    metadata: String,
    leaf: String,
}

#[test]
fn every_leaf_is_as_written() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors/leaf.json")).unwrap();
    assert!(vectors.len() >= 16);
    for vector in vectors {
        let content = LeafContent {
            stream: &vector.stream,
            revision: vector.revision,
            id: vector.id,
            kind: &vector.kind,
            version: vector.version,
            recorded: Timestamp::from_microsecond(vector.recorded_us).unwrap(),
            payload: vector.payload.as_bytes(),
            metadata: vector.metadata.as_bytes(),
        };
        let leaf: String = content.leaf().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(leaf, vector.leaf, "{}", vector.about);
    }
}
