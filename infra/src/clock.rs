//! What time it is: the system's clock, or one that a demonstration and a test can set.
//!
//! Invariant: whoever needs the time in this crate asks a [`Clock`]; nothing reads the system's clock by itself.
//! Deliberately absent: dates in Beijing and working days; those are the domain's calendar.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use om_domain::calendar::{beijing, end_of_day};
use tokio::sync::watch;

/// The least and the most time after which it is looked whether another day has begun.
const LEAST: Duration = Duration::from_millis(10);
const MOST: Duration = Duration::from_secs(60);

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
        let ran = self.running_since.map_or(Duration::ZERO, |since| since.elapsed());
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

/// Waits until somebody sets the clock; for ever if nobody can.
pub(crate) async fn moved(moves: &mut Option<watch::Receiver<u64>>) {
    let heard = match moves {
        Some(moves) => moves.changed().await.is_ok(),
        None => false,
    };
    if !heard {
        std::future::pending().await
    }
}

/// Waits until it is another day in Beijing than this.
pub async fn another_day(clock: &dyn Clock, day: Date) {
    let mut moves = clock.moves();
    loop {
        let now = clock.now();
        if beijing(now) != day {
            return;
        }
        // on a machine that slept the day may be over before the time has run
        let left = Duration::try_from(end_of_day(day).duration_since(now)).unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep(left.clamp(LEAST, MOST)) => {}
            () = moved(&mut moves) => {}
        }
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

    #[tokio::test]
    async fn another_day_is_waited_for_whether_the_clock_runs_to_it_or_is_set() {
        let evening: Timestamp = "2026-06-30T23:59:59.9+08:00".parse().unwrap();
        let day = beijing(evening);
        another_day(&VirtualClock::running(evening), day).await;
        let standing = VirtualClock::standing(evening);
        let waiting = another_day(&standing, day);
        tokio::pin!(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        standing.set(evening + SignedDuration::from_secs(1));
        waiting.await;
    }
}
