//! Attempts at an account, counted by where they come from.
//!
//! Invariants: guesses at one account are bounded whoever guesses from however many places; wrong passwords of a stranger
//! keep nobody out of a browser in which they signed in before, nor out of an address from which nobody guessed, until
//! [`ANYWHERE`] wrong ones have come from unknown browsers in an hour.
//! Deliberately absent: how many sign-ins an address may begin at all; the gateway says so.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

/// Wrong passwords from one place, within [`LOCKED_FOR`], after which the account is locked for that place.
pub const ATTEMPTS: i64 = 5;
/// How long it is locked then.
pub const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// Wrong passwords from all unknown browsers together, within [`ANYWHERE_LOCKED_FOR`], after which the account is locked
/// for unknown browsers.
pub const ANYWHERE: i64 = 60;
/// How long it is locked for them then.
pub const ANYWHERE_LOCKED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How long what was counted is kept at most.
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Who tries to sign in, as far as can be told before.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The secret that a browser was given when somebody signed in there.
    pub device: Option<String>,
    /// From where.
    pub address: Option<IpAddr>,
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its name among those of one account.
    pub name: String,
    /// Most attempts within its time.
    pub most: i64,
    /// Its time: how long an attempt counts, and how long a lock lasts.
    pub time: SignedDuration,
    /// Whether attempts of many people are counted here.
    pub shared: bool,
}

impl Lane {
    /// Of a browser in which the account's holder signed in before.
    pub(super) fn device(id: &str) -> Self {
        Self { name: format!("device:{id}"), most: ATTEMPTS, time: LOCKED_FOR, shared: false }
    }

    /// Of an address, or of its network where one machine has as many addresses as it likes.
    pub(super) fn address(address: Option<IpAddr>) -> Self {
        let place = match address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        };
        Self { name: format!("address:{place}"), most: ATTEMPTS, time: LOCKED_FOR, shared: false }
    }

    /// Of all unknown browsers together.
    pub(super) fn anywhere() -> Self {
        Self { name: "anywhere".to_owned(), most: ANYWHERE, time: ANYWHERE_LOCKED_FOR, shared: true }
    }
}

/// Attempts in a lane; instants as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Attempts {
    pub(super) count: i64,
    pub(super) since: i64,
    pub(super) locked_until: Option<i64>,
}

impl Attempts {
    /// As it stands once one more has begun; none if the lane is locked.
    pub(super) fn one_more(self, lane: &Lane, now: Timestamp) -> Option<Self> {
        let at = now.as_millisecond();
        if self.locked_until.is_some_and(|until| at < until) {
            return None;
        }
        let fresh = Self { count: 0, since: at, locked_until: None };
        let counted = match self.since.checked_add(millis(lane.time)) {
            Some(end) if self.count > 0 && at < end => Self { locked_until: None, ..self },
            _ => fresh,
        };
        Some(match counted.count.saturating_add(1) {
            count if count < lane.most => Self { count, ..counted },
            _ => Self { locked_until: at.checked_add(millis(lane.time)), ..fresh },
        })
    }
}

fn millis(time: SignedDuration) -> i64 {
    time.as_secs().saturating_mul(1_000)
}

/// What was counted before then is forgotten.
pub(super) fn forgotten_before(now: Timestamp) -> i64 {
    now.as_millisecond().saturating_sub(millis(KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn the_fifth_attempt_is_the_last_for_a_quarter_of_an_hour() {
        let lane = Lane::address(None);
        let mut attempts = Attempts::default();
        for _ in 0..ATTEMPTS {
            attempts = attempts.one_more(&lane, at(1_000)).unwrap();
        }
        assert_eq!(attempts.one_more(&lane, at(1_001)), None);
        let end = 1_000 + 15 * 60 * 1_000;
        assert_eq!(attempts.one_more(&lane, at(end - 1)), None);
        let begun = Attempts { count: 1, since: end, locked_until: None };
        assert_eq!(attempts.one_more(&lane, at(end)), Some(begun));
    }

    #[test]
    fn what_was_typed_wrong_long_ago_does_not_count() {
        let lane = Lane::anywhere();
        let mut attempts = Attempts::default();
        for slip in 0..3 * ANYWHERE {
            attempts = attempts.one_more(&lane, at(slip * 2 * 60 * 60 * 1_000)).unwrap();
        }
        assert_eq!((attempts.count, attempts.locked_until), (1, None));
    }

    #[test]
    fn one_machine_is_one_place_however_many_addresses_it_has() {
        let of = |text: &str| Lane::address(Some(text.parse().unwrap())).name;
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
    }
}
