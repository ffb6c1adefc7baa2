//! Metadata packed: a quarter of the bytes of their JSON, and the very JSON again when asked.
//!
//! Half of the JSON is digits of ids and of a hash, and a third the names of its fields. Packed, ids are their bytes, an instant that
//! repeats the event's own is one bit, and no field has a name:
//!
//! ```text
//! packed = u8 form, 1
//!        ‖ u8 bits                      what of the following is there, see `bits`
//!        ‖ 16 bytes command ‖ 32 bytes request
//!        ‖ [i64 effective]              microseconds since 1970, or
//!          [i32 effective]              days since 1970; neither where it is the instant it was recorded
//!        ‖ [16 bytes correlation] ‖ [16 bytes causation]
//!        ‖ [25 bytes traceparent]       W3C trace context version 00: trace id, parent id, flags; or
//!          [text traceparent]           in any other form
//!        ‖ [text entered by]
//!        ‖ u16 roles                    a bit for each, see `Roles::bits`; the highest where somebody is stood in for
//!        ‖ text county ‖ text officer ‖ text body ‖ [text stands in for]
//! text   = u8 length ‖ UTF-8
//! ```
//!
//! Numbers are little-endian. When it was recorded is the event's own and not repeated.
//!
//! Invariants: [`pack`] packs only what comes out again byte by byte; the rest stays JSON. The form never changes: its first byte would.
//! Deliberately absent: saying whether stored bytes are packed. They do not say so by themselves; who stores them notes it.

use super::{
    Envelope, Metadata, RequestHash,
    fields::{Act, ActorTexts, Fields, JSON, Trace},
    instants,
    known::Known,
    written::Written,
};
use crate::{
    decider::{Actor, Effective, Roles},
    ids::{CommandId, EventId},
};
use jiff::Timestamp;
use serde::de::Error as _;
use std::{borrow::Cow, cell::RefCell};
use uuid::Uuid;

const FORM: u8 = 1;

/// What is there.
mod bits {
    pub(super) const WHEN_RECORDED: u8 = 1 << 0;
    pub(super) const ON_A_DATE: u8 = 1 << 1;
    pub(super) const CORRELATION: u8 = 1 << 2;
    pub(super) const CAUSATION: u8 = 1 << 3;
    pub(super) const TRACE: u8 = 1 << 4;
    pub(super) const TRACEPARENT: u8 = 1 << 5;
    pub(super) const ENTERED_BY: u8 = 1 << 6;
}

/// Beside the roles: somebody is stood in for.
const STANDS_IN: u16 = 1 << 15;

/// Metadata as they lie in a log.
#[derive(Debug, Clone, Copy)]
pub enum StoredMetadata<'a> {
    /// Their JSON.
    Text(&'a [u8]),
    /// What [`pack`] made of it, and when the event beside them was recorded.
    Packed(&'a [u8], Timestamp),
}

impl<'a> StoredMetadata<'a> {
    /// All of them.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn whole(self) -> Result<Metadata, serde_json::Error> {
        match self {
            Self::Text(json) => Metadata::read(json),
            Self::Packed(packed, recorded) => whole(packed, recorded).ok_or_else(damaged),
        }
    }

    /// The part that a fold sees.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn envelope(self) -> Result<Envelope, serde_json::Error> {
        match self {
            Self::Text(json) => Envelope::read(json),
            Self::Packed(packed, recorded) => envelope(packed, recorded).ok_or_else(damaged),
        }
    }

    /// Their JSON.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn json(self) -> Result<Cow<'a, [u8]>, serde_json::Error> {
        match self {
            Self::Text(json) => Ok(Cow::Borrowed(json)),
            Self::Packed(packed, recorded) => json(packed, recorded).map(Cow::Owned).ok_or_else(damaged),
        }
    }
}

/// Packs the JSON of the metadata of an event recorded at that instant. Outside: it is not JSON that would come out again.
pub fn pack(json: &[u8], recorded: Timestamp) -> Option<Vec<u8>> {
    let metadata = Metadata::of(Written::read(json)?).filter(|metadata| metadata.recorded == recorded)?;
    let fields = Fields::of(&metadata);
    let packed = fields.pack()?;
    (self::json(&packed, recorded)? == json).then_some(packed)
}

/// The JSON that was packed.
fn json(packed: &[u8], recorded: Timestamp) -> Option<Vec<u8>> {
    let mut json = Vec::with_capacity(JSON);
    Packed::read(packed, recorded).and_then(Packed::fields)?.write(&mut json)?;
    Some(json)
}

fn damaged() -> serde_json::Error {
    serde_json::Error::custom("the packed metadata are damaged")
}

fn whole(packed: &[u8], recorded: Timestamp) -> Option<Metadata> {
    let Packed { act, by } = Packed::read(packed, recorded)?;
    let Actor { officer, county, body, roles, stands_in_for, .. } = actor(by)?;
    Some(Metadata {
        county,
        officer,
        body,
        roles,
        stands_in_for,
        effective: act.effective,
        recorded,
        command: act.command,
        request: act.request,
        correlation: act.correlation,
        causation: act.causation,
        traceparent: act.traceparent.map(Trace::into_text),
        entered_by: act.entered_by.map(str::parse).transpose().ok()?,
    })
}

fn envelope(packed: &[u8], recorded: Timestamp) -> Option<Envelope> {
    let Packed { act, by } = Packed::read(packed, recorded)?;
    Some(Envelope::of(actor(by)?, act.effective))
}

thread_local! {
    static KNOWN: RefCell<Known<[u8]>> = const { RefCell::new(Known::NONE) };
}

/// The actor that such bytes say.
fn actor(stored: &[u8]) -> Option<Actor> {
    KNOWN.with_borrow_mut(|known| {
        if let Some((_, actor)) = known.actors().find(|(bytes, _)| **bytes == *stored) {
            return Some(actor.clone());
        }
        let ActorTexts { roles, county, officer, body, stands_in_for } = ActorTexts::read(stored)?;
        let stands_in_for = stands_in_for.map(str::parse).transpose().ok()?;
        let actor = Actor::new(officer.parse().ok()?, county.parse().ok()?, body.parse().ok()?, roles);
        let actor = Actor { stands_in_for, ..actor };
        known.remember(Box::from(stored), actor.clone());
        Some(actor)
    })
}

/// What is packed, read up to the actor.
struct Packed<'a> {
    act: Act<'a>,
    /// The bytes that say who acted.
    by: &'a [u8],
}

impl<'a> Packed<'a> {
    fn read(packed: &'a [u8], recorded: Timestamp) -> Option<Self> {
        let mut rest = Rest(packed);
        let [FORM, there] = *rest.take()? else { return None };
        let has = |bit| there & bit != 0;
        let command = CommandId(rest.id()?);
        let request = RequestHash(*rest.take()?);
        let effective = if has(bits::WHEN_RECORDED) {
            Effective::At(recorded)
        } else if has(bits::ON_A_DATE) {
            Effective::On(instants::date(i32::from_le_bytes(*rest.take()?))?)
        } else {
            Effective::At(Timestamp::from_microsecond(i64::from_le_bytes(*rest.take()?)).ok()?)
        };
        let correlation = if has(bits::CORRELATION) { CommandId(rest.id()?) } else { command };
        let causation = if has(bits::CAUSATION) { Some(EventId(rest.id()?)) } else { None };
        let traceparent = if has(bits::TRACE) {
            Some(Trace::Ids(*rest.take()?))
        } else if has(bits::TRACEPARENT) {
            Some(Trace::Text(rest.text()?))
        } else {
            None
        };
        let entered_by = if has(bits::ENTERED_BY) { Some(rest.text()?) } else { None };
        let act =
            Act { effective, recorded, command, request, correlation, causation, traceparent, entered_by };
        Some(Packed { act, by: rest.0 })
    }

    fn fields(self) -> Option<Fields<'a>> {
        Some(Fields { by: ActorTexts::read(self.by)?, act: self.act })
    }
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take<const LENGTH: usize>(&mut self) -> Option<&'a [u8; LENGTH]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    fn id(&mut self) -> Option<Uuid> {
        self.take().copied().map(Uuid::from_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        let [length] = *self.take()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }
}

impl<'a> ActorTexts<'a> {
    fn read(stored: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(stored);
        let roles = u16::from_le_bytes(*rest.take()?);
        let stands = roles & STANDS_IN != 0;
        let roles = Roles::of_bits(roles & !STANDS_IN)?;
        let (county, officer, body) = (rest.text()?, rest.text()?, rest.text()?);
        let stands_in_for = if stands { Some(rest.text()?) } else { None };
        rest.0.is_empty().then_some(ActorTexts { roles, county, officer, body, stands_in_for })
    }
}

impl Fields<'_> {
    /// Outside: a field has no place in the packed form.
    fn pack(&self) -> Option<Vec<u8>> {
        let mut packed = Vec::with_capacity(160);
        packed.extend_from_slice(&[FORM, 0]);
        packed.extend_from_slice(self.act.command.0.as_bytes());
        packed.extend_from_slice(&self.act.request.0);
        let mut there = 0;
        match self.act.effective {
            Effective::At(at) if at == self.act.recorded => there |= bits::WHEN_RECORDED,
            Effective::At(at) => packed.extend_from_slice(&at.as_microsecond().to_le_bytes()),
            Effective::On(date) => {
                there |= bits::ON_A_DATE;
                packed.extend_from_slice(&instants::day(date)?.to_le_bytes());
            }
        }
        if self.act.correlation != self.act.command {
            there |= bits::CORRELATION;
            packed.extend_from_slice(self.act.correlation.0.as_bytes());
        }
        if let Some(causation) = self.act.causation {
            there |= bits::CAUSATION;
            packed.extend_from_slice(causation.0.as_bytes());
        }
        match self.act.traceparent {
            Some(Trace::Ids(ids)) => {
                there |= bits::TRACE;
                packed.extend_from_slice(&ids);
            }
            Some(Trace::Text(text)) => {
                there |= bits::TRACEPARENT;
                push(&mut packed, text)?;
            }
            None => {}
        }
        if let Some(officer) = self.act.entered_by {
            there |= bits::ENTERED_BY;
            push(&mut packed, officer)?;
        }
        let ActorTexts { roles, county, officer, body, stands_in_for } = self.by;
        let stands = if stands_in_for.is_some() { STANDS_IN } else { 0 };
        packed.extend_from_slice(&(roles.bits() | stands).to_le_bytes());
        for text in [county, officer, body].into_iter().chain(stands_in_for) {
            push(&mut packed, text)?;
        }
        packed[1] = there;
        Some(packed)
    }
}

/// Adds a text with its length.
fn push(packed: &mut Vec<u8>, text: &str) -> Option<()> {
    packed.push(u8::try_from(text.len()).ok()?);
    packed.extend_from_slice(text.as_bytes());
    Some(())
}

#[cfg(test)]
mod tests;
