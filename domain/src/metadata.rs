//! The metadata stored beside every event: who acted, on whose request, when it happened and when it was recorded.
//!
//! Invariants: written once, in this field order, and never again in another form than [`pack`]'s, which gives the same bytes
//! back; `recorded` never goes back within a stream.
//! Deliberately absent: position and revision, which are the log's; personal text, which is the vault's.

mod fields;
mod instants;
mod known;
mod packed;
mod written;

pub use packed::{StoredMetadata, pack};

use crate::{
    decider::{Actor, Effective, Recorded, Roles, from_json},
    ids::{BodyId, CommandId, CountyId, EventId, OfficerId, hash_bytes, is_sha256},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use written::{Written, id_if};

/// What stands beside an event's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The county of the stream and of the actor.
    pub county: CountyId,
    /// The account that acted.
    pub officer: OfficerId,
    /// The body it acted for.
    pub body: BodyId,
    /// Its roles in that body, at that moment.
    pub roles: Roles,
    /// In whose place it acted; none where in its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<OfficerId>,
    /// When it happened.
    pub effective: Effective,
    /// When it was recorded: the later of the writer's clock and the stream's last `recorded`.
    pub recorded: Timestamp,
    /// The command that brought it about.
    pub command: CommandId,
    /// The hash of that command as it was asked.
    pub request: RequestHash,
    /// The first command of the chain that this one belongs to.
    #[serde(rename = "$correlationId")]
    pub correlation: CommandId,
    /// The event that a policy answered by this command; none if a person asked.
    #[serde(rename = "$causationId", default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
    /// W3C trace context of the request, where it was traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Who brought it in where that was not the one who acted: an import of history (后期补录); none where they did themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<OfficerId>,
}

impl Metadata {
    /// Reads stored metadata.
    ///
    /// # Errors
    /// When they are not the JSON of this type.
    pub fn read(stored: &[u8]) -> Result<Self, serde_json::Error> {
        Written::read(stored).and_then(Self::of).map_or_else(|| from_json(stored), Ok)
    }

    fn of(written: Written<'_>) -> Option<Self> {
        let recorded = written.recorded()?;
        let command = written.command.parse().ok()?;
        // a command that nothing led to begins its chain, and most are such
        let correlation = match written.correlation == written.command {
            true => command,
            false => written.correlation.parse().ok()?,
        };
        let Actor { officer, county, body, roles, stands_in_for, .. } = written.by;
        Some(Metadata {
            county,
            officer,
            body,
            roles,
            stands_in_for,
            effective: written.effective,
            recorded,
            command,
            request: written.request.parse().ok()?,
            correlation,
            causation: id_if(written.causation)?,
            traceparent: written.traceparent.map(ToOwned::to_owned),
            entered_by: id_if(written.entered_by)?,
        })
    }

    /// Who acted.
    pub fn actor(&self) -> Actor {
        let Metadata { officer, county, body, roles, stands_in_for, .. } = self.clone();
        Actor { stands_in_for, ..Actor::new(officer, county, body, roles) }
    }

    /// The envelope that a fold sees.
    pub fn into_recorded<E>(self, id: EventId, revision: u64, event: E) -> Recorded<E> {
        let Metadata { county, officer, body, roles, stands_in_for, effective, recorded, .. } = self;
        let by = Actor { stands_in_for, ..Actor::new(officer, county, body, roles) };
        Recorded { id, revision, by, effective, recorded, event }
    }
}

/// The part of [`Metadata`] that a fold sees, without the command behind the fact: whoever folds every event of the log
/// reads this. When the fact was recorded the log says too.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Envelope {
    /// The county of the stream and of the actor.
    pub county: CountyId,
    officer: OfficerId,
    body: BodyId,
    roles: Roles,
    #[serde(default)]
    stands_in_for: Option<OfficerId>,
    effective: Effective,
}

impl Envelope {
    /// Reads it from stored metadata.
    ///
    /// # Errors
    /// When they are not JSON with these fields.
    pub fn read(stored: &[u8]) -> Result<Self, serde_json::Error> {
        Written::read(stored)
            .map_or_else(|| from_json(stored), |written| Ok(Self::of(written.by, written.effective)))
    }

    fn of(by: Actor, effective: Effective) -> Self {
        let Actor { officer, county, body, roles, stands_in_for, .. } = by;
        Envelope { county, officer, body, roles, stands_in_for, effective }
    }

    /// The envelope that a fold sees.
    pub fn into_recorded<E>(self, id: EventId, revision: u64, recorded: Timestamp, event: E) -> Recorded<E> {
        let Envelope { county, officer, body, roles, stands_in_for, effective } = self;
        let by = Actor { stands_in_for, ..Actor::new(officer, county, body, roles) };
        Recorded { id, revision, by, effective, recorded, event }
    }
}

/// SHA-256 of a command as it was asked; in JSON its 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestHash(pub [u8; 32]);

impl RequestHash {
    fn digits(self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&hex(byte));
        }
        digits
    }
}

impl fmt::Display for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
    }
}
impl Serialize for RequestHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.digits()).map_err(serde::ser::Error::custom)?)
    }
}
impl<'de> Deserialize<'de> for RequestHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::ids::from_text(deserializer)
    }
}
impl fmt::Debug for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestHash({self})")
    }
}
impl From<RequestHash> for String {
    fn from(hash: RequestHash) -> String {
        hash.to_string()
    }
}
impl FromStr for RequestHash {
    type Err = RequestHashError;
    fn from_str(text: &str) -> Result<Self, RequestHashError> {
        if is_sha256(text) { Ok(RequestHash(hash_bytes(text))) } else { Err(RequestHashError) }
    }
}
impl TryFrom<String> for RequestHash {
    type Error = RequestHashError;
    fn try_from(text: String) -> Result<Self, RequestHashError> {
        text.parse()
    }
}

/// The two hexadecimal digits of a byte, in lower case.
const fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 15) as usize]]
}

/// A text is not a request hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a request hash: 64 hexadecimal digits in lower case are expected")]
pub struct RequestHashError;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::Role;
    use uuid::Uuid;

    fn metadata() -> Metadata {
        Metadata {
            county: "530322".parse().unwrap(),
            officer: "nr-officer-1".parse().unwrap(),
            body: "natural-resources".parse().unwrap(),
            roles: [Role::Officer].into(),
            stands_in_for: None,
            effective: Effective::On("2026-11-20".parse().unwrap()),
            recorded: "2026-11-22T02:00:00Z".parse().unwrap(),
            command: CommandId(Uuid::from_u128(1)),
            request: RequestHash([0xa5; 32]),
            correlation: CommandId(Uuid::from_u128(1)),
            causation: None,
            traceparent: None,
            entered_by: None,
        }
    }

    #[test]
    fn the_stored_form_is_read_back_and_never_changes() {
        let text = serde_json::to_string(&metadata()).unwrap();
        assert_eq!(serde_json::from_str::<Metadata>(&text).unwrap(), metadata());
        assert_eq!(
            text,
            concat!(
                r#"{"county":"530322","officer":"nr-officer-1","body":"natural-resources","roles":["officer"],"#,
                r#""effective":{"on":"2026-11-20"},"recorded":"2026-11-22T02:00:00Z","#,
                r#""command":"00000000-0000-0000-0000-000000000001","#,
                r#""request":"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5","#,
                r#""$correlationId":"00000000-0000-0000-0000-000000000001"}"#,
            )
        );
    }

    #[test]
    fn whom_an_act_stood_in_for_is_stored_beside_the_roles() {
        let whole = Metadata { stands_in_for: Some("nr-head".parse().unwrap()), ..metadata() };
        let text = serde_json::to_string(&whole).unwrap();
        assert!(text.contains(r#""roles":["officer"],"stands_in_for":"nr-head","effective""#), "{text}");
        let envelope: Envelope = serde_json::from_str(&text).unwrap();
        let (id, recorded) = (EventId(Uuid::from_u128(3)), whole.recorded);
        assert_eq!(envelope.into_recorded(id, 4, recorded, ()), whole.into_recorded(id, 4, ()));
    }

    /// Metadata in every form that is written.
    pub(super) fn forms() -> Vec<Metadata> {
        let at = |text: &str| Effective::At(text.parse().unwrap());
        vec![
            metadata(),
            Metadata { effective: at("2026-11-22T02:00:00Z"), ..metadata() },
            Metadata { effective: at("2026-11-21T23:59:59.123456Z"), ..metadata() },
            Metadata { recorded: "2026-11-22T02:00:00.000001Z".parse().unwrap(), ..metadata() },
            Metadata { roles: Roles::default(), ..metadata() },
            Metadata { roles: Role::ALL.into(), ..metadata() },
            Metadata { stands_in_for: Some("nr-head".parse().unwrap()), ..metadata() },
            Metadata { causation: Some(EventId(Uuid::from_u128(9))), ..metadata() },
            Metadata { traceparent: Some("00-0af7-01".into()), ..metadata() },
            Metadata { entered_by: Some("administrator".parse().unwrap()), ..metadata() },
            Metadata { traceparent: Some("what \"nobody\" sends\n陆".into()), ..metadata() },
        ]
    }

    #[test]
    fn what_is_written_is_read_as_its_json_says() {
        for form in forms() {
            let text = serde_json::to_vec(&form).unwrap();
            assert_eq!(Metadata::read(&text).unwrap(), form);
            assert_eq!(Envelope::read(&text).unwrap(), from_json(&text).unwrap());
            let plain = !text.contains(&b'\\');
            assert_eq!(Written::read(&text).is_some(), plain, "only what is escaped goes the long way");
        }
    }

    #[test]
    fn damaged_metadata_are_read_as_the_json_reader_reads_them() {
        for form in forms() {
            let text = serde_json::to_vec(&form).unwrap();
            for (at, with) in
                (0..text.len()).flat_map(|at| [(at, b'"'), (at, b'\\'), (at, b'}'), (at, 0), (at, b'x')])
            {
                let mut damaged = text.clone();
                damaged[at] = with;
                assert_eq!(Metadata::read(&damaged).ok(), from_json(&damaged).ok(), "{at} {with}");
                assert_eq!(Envelope::read(&damaged).ok(), from_json(&damaged).ok(), "{at} {with}");
            }
            for cut in 0..text.len() {
                assert!(
                    Metadata::read(&text[..cut]).is_err() && Envelope::read(&text[..cut]).is_err(),
                    "{cut}"
                );
            }
        }
    }

    #[test]
    fn metadata_of_another_form_are_read_too() {
        let value = serde_json::to_value(metadata()).unwrap();
        let spread = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(Metadata::read(spread.as_bytes()).unwrap(), metadata());
    }

    #[test]
    fn the_envelope_is_what_a_fold_sees_of_the_whole() {
        let (whole, id) = (metadata(), EventId(Uuid::from_u128(3)));
        let envelope: Envelope = serde_json::from_slice(&serde_json::to_vec(&whole).unwrap()).unwrap();
        let recorded = whole.recorded;
        assert_eq!(envelope.into_recorded(id, 4, recorded, ()), whole.into_recorded(id, 4, ()));
    }

    #[test]
    fn a_request_hash_has_64_lower_case_digits() {
        assert!("a5".parse::<RequestHash>().is_err());
        assert!("A5".repeat(32).parse::<RequestHash>().is_err());
        assert_eq!("0f".repeat(32).parse(), Ok(RequestHash([0x0f; 32])));
        for byte in 0..=u8::MAX {
            let hash = RequestHash([byte; 32]);
            assert_eq!(hash.to_string().parse(), Ok(hash));
            let digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            for at in [0, 31, 63] {
                let mut text = *b"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";
                text[at] = byte;
                let parsed = str::from_utf8(&text).is_ok_and(|text| text.parse::<RequestHash>().is_ok());
                assert_eq!(parsed, digit, "{byte} at {at}");
            }
        }
    }
}
