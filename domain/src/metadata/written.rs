//! Metadata read in the very form they are written in: fields in their order, no space, no escaped character.
//!
//! Invariants: what is read here is what the JSON says; whatever has another form is left to the JSON reader, and so is every
//! complaint. Actors read last are remembered by the bytes that say them, one list a thread, and by nothing less.
//! Deliberately absent: other orders, spaces, escapes. Nothing of ours writes them.

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
/// Actors remembered: a matter has a dozen or two.
const ACTORS: usize = 32;

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
        let by = KNOWN.with_borrow_mut(|known| known.actor(&mut rest))?;
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
    static KNOWN: RefCell<Known> = const { RefCell::new(Known { actors: Vec::new(), next: 0 }) };
}

/// The actors read last, each with the beginning of the metadata that said it.
struct Known {
    actors: Vec<(Box<str>, Actor)>,
    /// The place of the one that is forgotten next.
    next: usize,
}

impl Known {
    /// The actor that the text begins with; the text is read up to what comes after it.
    fn actor(&mut self, rest: &mut Rest<'_>) -> Option<Actor> {
        for (head, actor) in &self.actors {
            if let Some(after) = rest.0.strip_prefix(&**head)
                && after.starts_with(",\"effective\":")
            {
                rest.0 = after;
                return Some(actor.clone());
            }
        }
        let text = rest.0;
        let actor = rest.actor()?;
        let head = Box::from(text.get(..text.len() - rest.0.len())?);
        if self.actors.len() < ACTORS {
            self.actors.push((head, actor.clone()));
        } else {
            self.actors[self.next] = (head, actor.clone());
            self.next = (self.next + 1) % ACTORS;
        }
        Some(actor)
    }
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

/// An instant as it is written: `2026-11-22T02:00:00Z`, or with a fraction of the second. Other forms are read too, in their
/// own time.
fn instant(text: &str) -> Option<Timestamp> {
    plain_instant(text.as_bytes()).or_else(|| text.parse().ok())
}

fn plain_instant(text: &[u8]) -> Option<Timestamp> {
    let (&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1], rest) =
        text.split_first_chunk()?
    else {
        return None;
    };
    let year = two([y0, y1])? * 100 + two([y2, y3])?;
    let (month, day) = (two([m0, m1])?, two([d0, d1])?);
    let (hour, minute, second) = (two([h0, h1])?, two([i0, i1])?, two([s0, s1])?);
    // what is not in every month or minute is left to who knows the calendar
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) && !is_in_month(year, month, day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanoseconds = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_i64.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
}

fn two(digits: [u8; 2]) -> Option<i64> {
    let [tens, ones] = digits.map(|digit| digit.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 10).then(|| number * 10 + i64::from(value))
    })
}

const fn is_in_month(year: i64, month: i64, day: i64) -> bool {
    let last = match month {
        2 => 28 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day >= 1 && day <= last
}

/// Days from 1970-01-01 to a day of a year from 0 on, by years that begin in March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_instant_is_the_one_that_the_calendar_says() {
        let mut day = date(0, 1, 1);
        while day < date(9999, 12, 1) {
            for time in ["00:00:00Z", "23:59:59.5Z", "12:34:56.123456Z", "01:02:03.000000001Z"] {
                let text = format!("{day}T{time}");
                assert_eq!(plain_instant(text.as_bytes()), text.parse().ok(), "{text}");
            }
            // every day of the years about now, and one in some weeks of all others
            let near = (1970..2060).contains(&day.year());
            day = day.saturating_add(jiff::Span::new().days(if near { 1 } else { 53 }));
        }
    }

    #[test]
    fn what_is_no_instant_is_none_and_other_forms_are_read() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-11-00T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T00:60:00Z",
            "2026-11-22T00:00:00.Z",
            "2026-11-22T00:00:00",
            "2026-1a-22T00:00:00Z",
            "",
        ] {
            assert_eq!((plain_instant(text.as_bytes()), instant(text)), (None, text.parse().ok()), "{text}");
        }
        for text in [
            "2026-11-22T10:00:00+08:00",
            "2026-11-22 02:00:00Z",
            "-000400-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(instant(text), text.parse().ok(), "{text}");
        }
    }
}
