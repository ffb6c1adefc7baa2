//! Metadata read in the very form they are written in: fields in their order, no space, no escaped character.
//!
//! Invariants: what is read here is what the JSON says; whatever has another form is left to the JSON reader, and so is every
//! complaint. Actors read last are remembered by the bytes that say them, one list a thread, and by nothing less.
//! Deliberately absent: other orders, spaces, escapes. Nothing of ours writes them.

use super::{instants::instant, known::Known};
use crate::{
    as_written::{is_plain, plain_bytes},
    decider::{Actor, Effective, Role, Roles},
};
use jiff::Timestamp;
use std::{cell::RefCell, str::FromStr};

/// Digits and hyphens of a UUID.
const UUID: usize = 36;
/// Digits of a SHA-256.
const HASH: usize = 64;

/// The fields, some of them as text.
pub(super) struct Written<'a> {
    pub(super) by: Actor,
    pub(super) effective: Effective,
    pub(super) command: &'a str,
    pub(super) request: &'a str,
    pub(super) correlation: &'a str,
    pub(super) causation: Option<&'a str>,
    pub(super) traceparent: Option<&'a str>,
    pub(super) entered_by: Option<&'a str>,
    recorded: &'a str,
    /// The text of `effective`, if it is an instant.
    at: Option<&'a str>,
}

impl<'a> Written<'a> {
    pub(super) fn read(stored: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(simdutf8::basic::from_utf8(stored).ok()?);
        let by = KNOWN.with_borrow_mut(|known| actor(known, &mut rest))?;
        let (effective, at) = match rest.field_if(",\"effective\":{\"at\":\"")? {
            Some(at) => (Effective::At(instant(at)?), Some(at)),
            None => (Effective::On(rest.field(",\"effective\":{\"on\":\"")?.parse().ok()?), None),
        };
        let recorded = rest.field_like("},\"recorded\":\"", at)?;
        let command = rest.of_length::<UUID>(",\"command\":\"")?;
        let request = rest.of_length::<HASH>(",\"request\":\"")?;
        let correlation = rest.of_length::<UUID>(",\"$correlationId\":\"")?;
        let causation = rest.field_if(",\"$causationId\":\"")?;
        let traceparent = rest.field_if(",\"traceparent\":\"")?;
        let entered_by = rest.field_if(",\"entered_by\":\"")?;
        let written = Self {
            by,
            effective,
            command,
            request,
            correlation,
            causation,
            traceparent,
            entered_by,
            recorded,
            at,
        };
        (rest.0 == "}").then_some(written)
    }

    /// When it was recorded; mostly that is when it happened, and no second text need be read.
    pub(super) fn recorded(&self) -> Option<Timestamp> {
        match self.effective {
            Effective::At(at) if self.at == Some(self.recorded) => Some(at),
            _ => instant(self.recorded),
        }
    }
}

/// An id that may be there. Outside: it is there and is none.
pub(super) fn id_if<T: FromStr>(text: Option<&str>) -> Option<Option<T>> {
    text.map_or(Some(None), |text| text.parse().ok().map(Some))
}

thread_local! {
    static KNOWN: RefCell<Known<str>> = const { RefCell::new(Known::NONE) };
}

/// The actor that the text begins with; the text is read up to what comes after it.
fn actor(known: &mut Known<str>, rest: &mut Rest<'_>) -> Option<Actor> {
    for (head, actor) in known.actors() {
        if let Some(after) = rest.0.strip_prefix(&**head)
            && after.starts_with(",\"effective\":")
        {
            rest.0 = after;
            return Some(actor.clone());
        }
    }
    let text = rest.0;
    let actor = rest.actor()?;
    known.remember(Box::from(text.get(..text.len() - rest.0.len())?), actor.clone());
    Some(actor)
}

/// What has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn actor(&mut self) -> Option<Actor> {
        let county = self.field("{\"county\":\"")?.parse().ok()?;
        let officer = self.field(",\"officer\":\"")?.parse().ok()?;
        let body = self.field(",\"body\":\"")?.parse().ok()?;
        let roles = self.roles()?;
        let stands_in_for = id_if(self.field_if(",\"stands_in_for\":\"")?)?;
        Some(Actor { stands_in_for, ..Actor::new(officer, county, body, roles) })
    }

    /// The text behind `head`, which ends in its opening quotation mark.
    fn field(&mut self, head: &str) -> Option<&'a str> {
        self.0 = self.0.strip_prefix(head)?;
        self.text(plain_bytes(self.0))
    }

    /// The same where it may be absent. Outside: it is there and cannot be read.
    fn field_if(&mut self, head: &str) -> Option<Option<&'a str>> {
        if self.0.starts_with(head) { self.field(head).map(Some) } else { Some(None) }
    }

    /// The same where it may well be a text that was read before.
    fn field_like(&mut self, head: &str, like: Option<&str>) -> Option<&'a str> {
        if let Some(like) = like
            && let Some(rest) = self.0.strip_prefix(head)
            && rest.strip_prefix(like).is_some_and(|rest| rest.starts_with('"'))
        {
            self.0 = rest;
            return self.text(like.len());
        }
        self.field(head)
    }

    /// The same where its length is known.
    fn of_length<const LENGTH: usize>(&mut self, head: &str) -> Option<&'a str> {
        self.0 = self.0.strip_prefix(head)?;
        let bytes: &[u8; LENGTH] = self.0.as_bytes().first_chunk()?;
        // no branch on each byte
        let plain = bytes.iter().fold(true, |plain, byte| plain & is_plain(*byte));
        if plain { self.text(LENGTH) } else { None }
    }

    fn text(&mut self, end: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    fn roles(&mut self) -> Option<Roles> {
        self.0 = self.0.strip_prefix(",\"roles\":[")?;
        let end = self.0.bytes().position(|byte| byte == b']')?;
        let (list, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix(']')?;
        if list.is_empty() {
            return Some(Roles::default());
        }
        list.split(',').map(|name| Role::stored(name.strip_prefix('"')?.strip_suffix('"')?)).collect()
    }
}
