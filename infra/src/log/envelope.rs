//! How an event of ours travels over the EventStoreDB protocol; the engine and the node both use it.
//!
//! ```text
//! event id, event type    ours, as they are
//! data                    the payload, byte for byte
//! custom metadata         {"version":N,"recorded":µs,"leaf":"64 hex digits","metadata":the metadata, byte for byte}
//! content type            application/json if the payload is JSON, else application/octet-stream
//! ```
//!
//! Invariant: what is opened is what was sealed, byte for byte. Metadata that could not stand inside the object
//! unchanged (no JSON, or with white space around it) stands there as `"metadata_base64"` instead.
//! Deliberately absent: checking the leaf; only who knows stream and revision can. Why: docs/decisions/0020.

use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::LogId;

/// The stream whose one event tells the identity of the log. The node makes the answer up: it is not stored, and `$all`
/// never shows it.
pub const IDENTITY_STREAM: &str = "$onematter-log";
/// The type of that event.
pub const IDENTITY_KIND: &str = "log-identity";

/// The content type of a payload that is JSON.
pub const JSON: &str = "application/json";
/// The content type of any other payload.
pub const BINARY: &str = "application/octet-stream";

/// What an event's custom metadata says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The version of the event's type.
    pub version: u16,
    /// When it was recorded, in whole microseconds.
    pub recorded: Timestamp,
    /// The commitment to the event: see [`super::leaf`].
    pub leaf: [u8; 32],
    /// What is known about the fact, as the bytes that were given.
    pub metadata: Bytes,
}

/// Custom metadata that claims to be an envelope and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metadata has version, recorded and leaf as an event of One Matter has, but cannot be used: {0}")]
pub struct EnvelopeError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    version: u16,
    recorded: i64,
    leaf: &'a str,
    // a plain Option would read `null`, which is good metadata, as absent
    #[serde(default, borrow, deserialize_with = "present")]
    metadata: Option<&'a RawValue>,
    metadata_base64: Option<&'a str>,
}

fn present<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The members by which an envelope is known.
const MARKS: [&str; 3] = ["version", "recorded", "leaf"];

impl Envelope {
    /// The custom metadata.
    pub fn seal(&self) -> Vec<u8> {
        let mut text =
            format!(r#"{{"version":{},"recorded":{},"leaf":""#, self.version, self.recorded.as_microsecond());
        for byte in self.leaf {
            // a String takes whatever is written to it
            let _ = write!(text, "{byte:02x}");
        }
        let mut sealed = text.into_bytes();
        if stands_unchanged(&self.metadata) {
            sealed.extend_from_slice(br#"","metadata":"#);
            sealed.extend_from_slice(&self.metadata);
            sealed.push(b'}');
        } else {
            sealed.extend_from_slice(br#"","metadata_base64":""#);
            sealed.extend_from_slice(STANDARD.encode(&self.metadata).as_bytes());
            sealed.extend_from_slice(br#""}"#);
        }
        sealed
    }

    /// What custom metadata says; `None` if it is no envelope, so that somebody else's client wrote the event.
    ///
    /// # Errors
    /// It has the marks of an envelope and cannot be read as one.
    pub fn open(custom_metadata: &[u8]) -> Result<Option<Self>, EnvelopeError> {
        let members: HashMap<String, IgnoredAny> =
            serde_json::from_slice(custom_metadata).unwrap_or_default();
        if !MARKS.iter().all(|mark| members.contains_key(*mark)) {
            return Ok(None);
        }
        let wire: Wire<'_> =
            serde_json::from_slice(custom_metadata).map_err(|error| EnvelopeError(error.to_string()))?;
        let recorded =
            Timestamp::from_microsecond(wire.recorded).map_err(|error| EnvelopeError(error.to_string()))?;
        let leaf = leaf(wire.leaf).ok_or_else(|| EnvelopeError("the leaf is not 64 hex digits".into()))?;
        let metadata = match (wire.metadata, wire.metadata_base64) {
            (Some(raw), None) => Bytes::copy_from_slice(raw.get().as_bytes()),
            (None, Some(text)) => {
                STANDARD.decode(text).map_err(|error| EnvelopeError(error.to_string()))?.into()
            }
            _ => return Err(EnvelopeError("exactly one of metadata and metadata_base64 is needed".into())),
        };
        Ok(Some(Self { version: wire.version, recorded, leaf, metadata }))
    }
}

/// The content type that a payload is sent with.
pub fn content_type(payload: &[u8]) -> &'static str {
    match serde_json::from_slice::<IgnoredAny>(payload) {
        Ok(_) if std::str::from_utf8(payload).is_ok() => JSON,
        _ => BINARY,
    }
}

/// The data of the event that tells a log's identity.
pub fn identity_data(log: LogId) -> Vec<u8> {
    format!(r#"{{"id":"{log}"}}"#).into_bytes()
}

/// The identity that such data tells.
pub fn identity_of(data: &[u8]) -> Option<LogId> {
    #[derive(Deserialize)]
    struct Identity {
        id: Uuid,
    }
    serde_json::from_slice::<Identity>(data).ok().map(|identity| LogId::new(identity.id))
}

fn stands_unchanged(metadata: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(metadata).is_ok_and(|raw| raw.get().as_bytes() == metadata)
}

fn leaf(text: &str) -> Option<[u8; 32]> {
    let text = text.as_bytes();
    if text.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut leaf = [0; 32];
    for (byte, pair) in leaf.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(metadata: &[u8]) -> Envelope {
        let leaf = std::array::from_fn(|n| u8::try_from(n * 7).unwrap_or(0xfe));
        let recorded = Timestamp::from_microsecond(1_689_134_400_123_456).unwrap();
        Envelope { version: 3, recorded, leaf, metadata: Bytes::copy_from_slice(metadata) }
    }

    #[test]
    fn what_is_opened_is_what_was_sealed() {
        let deep = [b"[".repeat(5_000), b"]".repeat(5_000)].concat();
        for metadata in [
            &b"{}"[..],
            b"{\"actor\":\"\xe6\x9d\x8e\",  \"n\" : 1e400, \"n\":2}",
            b"null",
            b"\"\\ud800\"",
            b"",
            b" {}",
            b"{}\n",
            b"{} {}",
            b"\xff\xfe",
            b"{\"version\":1,\"recorded\":1,\"leaf\":1}",
            &deep,
        ] {
            let sealed = envelope(metadata).seal();
            assert_eq!(Envelope::open(&sealed), Ok(Some(envelope(metadata))), "{metadata:?}");
            assert!(serde_json::from_slice::<&RawValue>(&sealed).is_ok(), "an envelope is JSON");
        }
    }

    #[test]
    fn the_form_on_the_wire_is_fixed() {
        let leaf = "00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9";
        assert_eq!(
            String::from_utf8(envelope(b"{\"a\": 1}").seal()).unwrap(),
            format!(r#"{{"version":3,"recorded":1689134400123456,"leaf":"{leaf}","metadata":{{"a": 1}}}}"#)
        );
        assert_eq!(
            String::from_utf8(envelope(b" ").seal()).unwrap(),
            format!(
                r#"{{"version":3,"recorded":1689134400123456,"leaf":"{leaf}","metadata_base64":"IA=="}}"#
            )
        );
    }

    #[test]
    fn somebody_elses_metadata_is_no_envelope_and_a_broken_one_is_an_error() {
        for foreign in [&b""[..], b"{}", b"[]", b"{\"version\":1}", b"\xff", b"{\"$correlationId\":\"x\"}"] {
            assert_eq!(Envelope::open(foreign), Ok(None), "{foreign:?}");
        }
        let sealed = String::from_utf8(envelope(b"{}").seal()).unwrap();
        for (from, to) in [
            ("\"version\":3", "\"version\":70000"),
            ("\"version\":3", "\"version\":3,\"version\":3"),
            ("\"version\":3", "\"version\":3,\"other\":3"),
            ("1689134400123456", "99999999999999999999"),
            ("00070e", "00070g"),
            ("00070e", "0007"),
            (",\"metadata\":{}", ""),
            ("\"metadata\":{}", "\"metadata\":{},\"metadata_base64\":\"\""),
            ("\"metadata\":{}", "\"metadata_base64\":\"=\""),
        ] {
            let broken = sealed.replace(from, to);
            assert_ne!(broken, sealed);
            assert!(Envelope::open(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_content_type_says_whether_the_payload_is_json() {
        for (payload, expected) in [
            (&b"{}"[..], JSON),
            (b" [1] ", JSON),
            (b"", BINARY),
            (b"{", BINARY),
            (b"\xff", BINARY),
            (b"\"\xff\"", BINARY),
        ] {
            assert_eq!(content_type(payload), expected, "{payload:?}");
        }
    }

    #[test]
    fn an_identity_is_read_again() {
        let log = LogId::new(Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd));
        assert_eq!(identity_of(&identity_data(log)), Some(log));
        assert_eq!(identity_of(b"{}"), None);
    }
}
