//! The most recent events, in memory: those who follow the log live ask the cluster for nothing, and an append is
//! compared with what was stored.
//!
//! Invariants: what is held is all of our events after `before` and up to the last seen, in order; the last seen is known by
//! its leaf too, for a log that was restored from an older copy grows over the same places again.
//! Deliberately absent: any promise how far back it reaches; the cluster answers for the rest.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use tokio::sync::watch;

use crate::log::{StoredEvent, StreamName};

const MAX_EVENTS: usize = 4_096;
const MAX_BYTES: usize = 8 << 20;

pub(super) struct Tail {
    recent: RwLock<Recent>,
    /// The number of the last seen position, 0 while the log is empty: at 0 KurrentDB keeps its own record.
    seen: watch::Sender<u64>,
}

struct Recent {
    before: u64,
    events: VecDeque<StoredEvent>,
    bytes: usize,
    /// The leaf of the last seen, where it could be read.
    leaf: Option<[u8; 32]>,
}

impl Tail {
    /// Holds nothing yet; the last event is at `head` and has this leaf.
    pub(super) fn new(head: u64, leaf: Option<[u8; 32]>) -> Self {
        let recent = Recent { before: head, events: VecDeque::new(), bytes: 0, leaf };
        Self { recent: RwLock::new(recent), seen: watch::Sender::new(head) }
    }

    pub(super) fn seen(&self) -> watch::Receiver<u64> {
        self.seen.subscribe()
    }

    pub(super) fn head(&self) -> u64 {
        *self.seen.borrow()
    }

    /// The place of the last event seen, and its leaf.
    pub(super) fn last(&self) -> (u64, Option<[u8; 32]>) {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        (self.head(), recent.leaf)
    }

    /// Adds an event that came; false if it was seen before.
    pub(super) fn push(&self, event: StoredEvent) -> bool {
        let number = event.position.number();
        if number <= self.head() {
            return false;
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.bytes += size(&event);
        recent.leaf = Some(event.leaf);
        recent.events.push_back(event);
        while recent.events.len() > MAX_EVENTS || recent.bytes > MAX_BYTES {
            let Some(first) = recent.events.pop_front() else { break };
            recent.bytes -= size(&first);
            recent.before = first.position.number();
        }
        self.seen.send_replace(number);
        drop(recent);
        true
    }

    /// The events after a number, `None` if it lies before what is held.
    pub(super) fn after(&self, after: u64, max: usize, max_bytes: usize) -> Option<Vec<StoredEvent>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        if after < recent.before {
            return None;
        }
        let skip = recent.events.partition_point(|event| event.position.number() <= after);
        let mut bytes = 0;
        let within = |event: &&StoredEvent| {
            let more = bytes < max_bytes;
            bytes += size(event);
            more
        };
        Some(recent.events.iter().skip(skip).take(max).take_while(within).cloned().collect())
    }

    /// How many events there are after one number and up to another, if all of them are held.
    pub(super) fn count(&self, after: u64, up_to: u64) -> Option<u64> {
        if up_to <= after {
            return Some(0);
        }
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        if after < recent.before || up_to > self.head() {
            return None;
        }
        let through = |number: u64| recent.events.partition_point(|event| event.position.number() <= number);
        Some(through(up_to).saturating_sub(through(after)) as u64)
    }

    /// The events of a stream from one revision to another, if all of them are held.
    pub(super) fn of_stream(&self, stream: &StreamName, first: u64, last: u64) -> Option<Vec<StoredEvent>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = VecDeque::new();
        for event in recent.events.iter().rev().filter(|event| event.stream == *stream) {
            if event.revision < first {
                break;
            }
            if event.revision <= last {
                found.push_front(event.clone());
            }
        }
        (found.len() as u64 == last - first + 1).then(|| found.into())
    }
}

fn size(event: &StoredEvent) -> usize {
    event.payload.len() + event.metadata.lying_bytes()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::log::{LogId, Position};

    fn at(number: u64) -> StoredEvent {
        StoredEvent {
            position: Position::new(LogId::new(Uuid::nil()), number),
            stream: "530322.matter-1".parse().unwrap(),
            revision: number,
            id: Uuid::nil(),
            kind: "A".into(),
            version: 1,
            recorded: Timestamp::UNIX_EPOCH,
            payload: "{}".into(),
            metadata: bytes::Bytes::from_static(b"{}").into(),
            leaf: [0; 32],
        }
    }

    /// Positions of a cluster are bytes: 700 apart are three events here.
    #[test]
    fn events_are_counted_where_positions_are_bytes_and_all_of_them_are_held() {
        let tail = Tail::new(1_000, None);
        for number in [1_400, 1_500, 1_700] {
            assert!(tail.push(at(number)));
        }
        assert_eq!((tail.count(1_000, 1_700), tail.count(1_400, 1_700)), (Some(3), Some(2)));
        assert_eq!((tail.count(1_700, 1_700), tail.count(1_700, 1_500)), (Some(0), Some(0)));
        assert_eq!(tail.count(999, 1_700), None, "what came before is not held");
        assert_eq!(tail.count(1_000, 1_701), None, "what comes is not there");
        assert_eq!(tail.count(1, 1), Some(0));
    }
}
