//! What time it is: the system's clock, or one that a demonstration and a test can set.
//!
//! Invariant: whoever needs the time in this crate asks a [`Clock`]; nothing reads the system's clock by itself.
//! Deliberately absent: dates in Beijing and working days; those are the domain's calendar.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A source of the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Changes whenever somebody sets the clock; `None` if nobody can.
    fn moves(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that somebody sets. It stands still, or runs on at real speed from where it was set.
#[derive(Debug)]
pub struct VirtualClock {
    hands: Mutex<Hands>,
    moves: watch::Sender<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Hands {
    set_to: Timestamp,
    /// When it was set, if it runs on from there.
    running_since: Option<Instant>,
}

impl Hands {
    fn now(self) -> Timestamp {
        let ran = self.running_since.map_or(std::time::Duration::ZERO, |since| since.elapsed());
        SignedDuration::try_from(ran)
            .ok()
            .and_then(|ran| self.set_to.checked_add(ran).ok())
            .unwrap_or(self.set_to)
    }
}

impl VirtualClock {
    /// A clock that stands still at an instant.
    pub fn standing(at: Timestamp) -> Self {
        Self::new(Hands { set_to: at, running_since: None })
    }

    /// A clock that runs on at real speed from an instant.
    pub fn running(from: Timestamp) -> Self {
        Self::new(Hands { set_to: from, running_since: Some(Instant::now()) })
    }

    fn new(hands: Hands) -> Self {
        Self { hands: Mutex::new(hands), moves: watch::Sender::new(0) }
    }

    /// Sets the clock; it goes on running or standing as it did.
    pub fn set(&self, to: Timestamp) {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        *hands = Hands { set_to: to, running_since: hands.running_since.map(|_| Instant::now()) };
        drop(hands);
        self.moves.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Whether it runs on by itself.
    pub fn runs(&self) -> bool {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner).running_since.is_some()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner).now()
    }

    fn moves(&self) -> Option<watch::Receiver<u64>> {
        Some(self.moves.subscribe())
    }
}

/// The instant in whole microseconds, the finest that the log keeps.
pub(crate) fn microseconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_stands_or_runs_and_tells_when_it_is_set() {
        let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let standing = VirtualClock::standing(start);
        let mut moves = standing.moves().unwrap();
        assert_eq!((standing.now(), standing.runs()), (start, false));
        let later = start + SignedDuration::from_hours(24);
        standing.set(later);
        assert_eq!(standing.now(), later);
        assert!(moves.has_changed().unwrap() && *moves.borrow_and_update() == 1);
        let running = VirtualClock::running(start);
        assert!(running.now() >= start && running.runs());
    }
}
