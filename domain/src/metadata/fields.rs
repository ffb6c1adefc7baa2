//! The fields of metadata, borrowed, and their JSON as serde would write it.
//!
//! Invariant: what is written here is byte by byte what serde writes; what would have another form is left to serde.
//! Deliberately absent: escapes. A text that needs one is left to serde.

use super::{Metadata, RequestHash, hex, instants};
use crate::{
    as_written::plain_bytes,
    decider::{Effective, Roles, to_json},
    ids::{CommandId, EventId, OfficerId},
};
use jiff::Timestamp;
use uuid::Uuid;

/// Who acted, in the texts that say it.
#[derive(Clone, Copy)]
pub(super) struct ActorTexts<'a> {
    pub(super) roles: Roles,
    pub(super) county: &'a str,
    pub(super) officer: &'a str,
    pub(super) body: &'a str,
    pub(super) stands_in_for: Option<&'a str>,
}

/// A W3C trace context.
#[derive(Clone, Copy)]
pub(super) enum Trace<'a> {
    /// `00-{trace id}-{parent id}-{flags}`, without its version.
    Ids([u8; 25]),
    /// Whatever else was sent.
    Text(&'a str),
}

/// Bytes of a trace id, a parent id and flags.
const TRACE_PARTS: [usize; 3] = [16, 8, 1];

impl<'a> Trace<'a> {
    fn of(text: &'a str) -> Self {
        Self::ids(text).map_or(Trace::Text(text), Trace::Ids)
    }

    fn ids(text: &str) -> Option<[u8; 25]> {
        let mut rest = text.as_bytes().strip_prefix(b"00")?;
        let mut ids = [0; 25];
        let mut left = &mut ids[..];
        for length in TRACE_PARTS {
            let (part, behind) = left.split_at_mut(length);
            let digits = rest.strip_prefix(b"-")?.split_at_checked(2 * length)?;
            for (byte, pair) in part.iter_mut().zip(digits.0.chunks_exact(2)) {
                *byte = value(pair[0])? << 4 | value(pair[1])?;
            }
            (left, rest) = (behind, digits.1);
        }
        rest.is_empty().then_some(ids)
    }

    fn write(self, to: &mut Vec<u8>) {
        match self {
            Trace::Text(text) => to.extend_from_slice(text.as_bytes()),
            Trace::Ids(ids) => {
                to.extend_from_slice(b"00");
                let mut rest = &ids[..];
                for length in TRACE_PARTS {
                    let (part, behind) = rest.split_at(length);
                    to.push(b'-');
                    to.extend(part.iter().flat_map(|byte| hex(*byte)));
                    rest = behind;
                }
            }
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Trace::Text(text) => text.to_owned(),
            Trace::Ids(_) => {
                let mut text = Vec::with_capacity(55);
                self.write(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            }
        }
    }
}

/// What a hexadecimal digit in lower case is worth.
const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// What is said of an act, but who acted.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) effective: Effective,
    pub(super) recorded: Timestamp,
    pub(super) command: CommandId,
    pub(super) request: RequestHash,
    pub(super) correlation: CommandId,
    pub(super) causation: Option<EventId>,
    pub(super) traceparent: Option<Trace<'a>>,
    pub(super) entered_by: Option<&'a str>,
}

/// All fields, as they are written.
pub(super) struct Fields<'a> {
    pub(super) by: ActorTexts<'a>,
    pub(super) act: Act<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(metadata: &'a Metadata) -> Self {
        Fields {
            by: ActorTexts {
                roles: metadata.roles,
                county: metadata.county.as_str(),
                officer: metadata.officer.as_str(),
                body: metadata.body.as_str(),
                stands_in_for: metadata.stands_in_for.as_ref().map(OfficerId::as_str),
            },
            act: Act {
                effective: metadata.effective,
                recorded: metadata.recorded,
                command: metadata.command,
                request: metadata.request,
                correlation: metadata.correlation,
                causation: metadata.causation,
                traceparent: metadata.traceparent.as_deref().map(Trace::of),
                entered_by: metadata.entered_by.as_ref().map(OfficerId::as_str),
            },
        }
    }

    /// Adds the JSON, as serde would write it. Outside: a text is to be escaped, or an instant is of another age.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        let ActorTexts { roles, county, officer, body, stands_in_for } = self.by;
        put(to, b"{\"county\":\"", county)?;
        put(to, b",\"officer\":\"", officer)?;
        put(to, b",\"body\":\"", body)?;
        to.extend_from_slice(b",\"roles\":[");
        for (nth, role) in roles.iter().enumerate() {
            put(to, if nth == 0 { b"\"" } else { b",\"" }, role.as_stored())?;
        }
        to.push(b']');
        if let Some(officer) = stands_in_for {
            put(to, b",\"stands_in_for\":\"", officer)?;
        }
        let from = to.len();
        match self.act.effective {
            Effective::At(at) => {
                to.extend_from_slice(b",\"effective\":{\"at\":\"");
                instants::write(at, to)?;
            }
            Effective::On(date) => {
                to.extend_from_slice(b",\"effective\":{\"on\":\"");
                instants::write_date(date, to)?;
            }
        }
        let at = from + b",\"effective\":{\"at\":\"".len();
        let end = to.len();
        to.extend_from_slice(b"\"},\"recorded\":\"");
        if self.act.effective == Effective::At(self.act.recorded) {
            to.extend_from_within(at..end);
        } else {
            instants::write(self.act.recorded, to)?;
        }
        to.extend_from_slice(b"\",\"command\":\"");
        let at = to.len();
        put_id(to, self.act.command.0);
        to.extend_from_slice(b"\",\"request\":\"");
        to.extend_from_slice(&self.act.request.digits());
        to.extend_from_slice(b"\",\"$correlationId\":\"");
        if self.act.correlation == self.act.command {
            to.extend_from_within(at..at + 36);
        } else {
            put_id(to, self.act.correlation.0);
        }
        to.push(b'"');
        if let Some(causation) = self.act.causation {
            to.extend_from_slice(b",\"$causationId\":\"");
            put_id(to, causation.0);
            to.push(b'"');
        }
        match self.act.traceparent {
            Some(Trace::Text(text)) => put(to, b",\"traceparent\":\"", text)?,
            Some(trace) => {
                to.extend_from_slice(b",\"traceparent\":\"");
                trace.write(to);
                to.push(b'"');
            }
            None => {}
        }
        if let Some(officer) = self.act.entered_by {
            put(to, b",\"entered_by\":\"", officer)?;
        }
        to.push(b'}');
        Some(())
    }
}

/// As long as their JSON mostly is, in bytes, and room.
pub(super) const JSON: usize = 512;

impl Metadata {
    /// Their JSON, as it is stored.
    ///
    /// # Errors
    /// None that is known: every field has a JSON form.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = Vec::with_capacity(JSON);
        match Fields::of(self).write(&mut json) {
            Some(()) => Ok(json),
            None => to_json(self),
        }
    }
}

/// Adds a text behind `head`, which ends in its opening quotation mark. Outside: it is to be escaped.
fn put(to: &mut Vec<u8>, head: &[u8], text: &str) -> Option<()> {
    if plain_bytes(text) < text.len() {
        return None;
    }
    to.extend_from_slice(head);
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
    Some(())
}

fn put_id(to: &mut Vec<u8>, id: Uuid) {
    to.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
}
