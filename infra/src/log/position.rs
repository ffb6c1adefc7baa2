//! Where an event stands in the global order of one log.
//!
//! Invariant: a position names the log it was taken from, so a bookmark kept beside another log (a restored
//! copy under a new identity, a migrated cluster) is noticed and never silently resumed from.
//! Deliberately absent: anything that must last. Papers and briefings name event ids, not positions.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The identity of a log, made when it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogId(Uuid);

impl LogId {
    /// The identity held in `id`.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The whole identity.
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }

    /// The first 48 bits of the identity: what a position carries.
    fn tag(self) -> u64 {
        self.0.as_u64_pair().0 >> 16
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the global order of one log; opaque to all but the log's engine.
///
/// Positions of one log are ordered; positions of two logs are neither before nor after each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    log: u64,
    number: u64,
}

/// How far it is from one place in a log to a later one, in what the log's positions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// So many events.
    Events(u64),
    /// So many bytes of the log, other people's events and the log's own records among them; how many events is not known.
    Bytes(u64),
}

impl Distance {
    /// Whether both places are the same.
    pub const fn is_none(self) -> bool {
        matches!(self, Self::Events(0) | Self::Bytes(0))
    }

    /// The number of events, if it is known.
    pub const fn events(self) -> Option<u64> {
        match self {
            Self::Events(count) => Some(count),
            Self::Bytes(_) => None,
        }
    }

    /// The number of bytes where that of events is not known.
    pub const fn bytes(self) -> Option<u64> {
        match self {
            Self::Events(_) => None,
            Self::Bytes(count) => Some(count),
        }
    }
}

/// A text that is not a position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a position of a log (12 hexadecimal digits, a hyphen, a number): {0:?}")]
pub struct PositionError(String);

impl Position {
    /// The place `number` of `log`. For engines: a caller gets positions from events and receipts.
    pub fn new(log: LogId, number: u64) -> Self {
        Self { log: log.tag(), number }
    }

    /// The engine's number of the place. For engines, and for measures of lag in one log.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Whether the position was taken from `log`.
    pub fn belongs_to(&self, log: LogId) -> bool {
        self.log == log.tag()
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.log == other.log).then(|| self.number.cmp(&other.number))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}-{}", self.log, self.number)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Position({self})")
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || PositionError(text.to_owned());
        let (log, number) = text.split_once('-').ok_or_else(error)?;
        let digits = |s: &str, ok: fn(&u8) -> bool| !s.is_empty() && s.as_bytes().iter().all(ok);
        if log.len() != 12 || !digits(log, u8::is_ascii_hexdigit) || !digits(number, u8::is_ascii_digit) {
            return Err(error());
        }
        Ok(Self {
            log: u64::from_str_radix(log, 16).map_err(|_| error())?,
            number: number.parse().map_err(|_| error())?,
        })
    }
}

impl serde::Serialize for Position {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Position {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text() {
        let log = LogId::new(Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd));
        let position = Position::new(log, 42);
        assert_eq!(position.to_string(), "0123456789ab-42");
        assert_eq!("0123456789ab-42".parse(), Ok(position));
        assert!(position.belongs_to(log));
        for text in ["", "42", "0123456789ab", "0123456789ab-", "0123456789ab-+4", "0123-4", "0123456789ax-4"]
        {
            assert!(text.parse::<Position>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn positions_of_two_logs_are_not_compared() {
        let (one, other) = (LogId::new(Uuid::from_u128(1 << 90)), LogId::new(Uuid::from_u128(2 << 90)));
        assert!(Position::new(one, 1) < Position::new(one, 2));
        assert_eq!(Position::new(one, 1).partial_cmp(&Position::new(other, 2)), None);
        assert!(!Position::new(one, 1).belongs_to(other));
    }
}
