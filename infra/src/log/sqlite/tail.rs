//! The most recent events, in memory, so that those who follow the log live read no file.
//!
//! Invariant: what is held is contiguous and ends at the last acknowledged position.
//! Deliberately absent: any promise how far back it reaches; the file answers for the rest.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use crate::log::{StoredEvent, StreamName};

const MAX_EVENTS: usize = 2_048;
const MAX_BYTES: usize = 4 << 20;

pub(super) struct Tail(RwLock<Recent>);

struct Recent {
    /// The number of the position before the first held event.
    before: u64,
    events: VecDeque<StoredEvent>,
    bytes: usize,
}

impl Tail {
    /// Holds nothing yet; the log's last position is `head`.
    pub(super) fn new(head: u64) -> Self {
        Self(RwLock::new(Recent { before: head, events: VecDeque::new(), bytes: 0 }))
    }

    /// Adds the events of a commit, in order.
    pub(super) fn extend(&self, events: impl Iterator<Item = StoredEvent>) {
        let mut recent = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            recent.bytes += size(&event);
            recent.events.push_back(event);
        }
        while recent.events.len() > MAX_EVENTS || recent.bytes > MAX_BYTES {
            let Some(first) = recent.events.pop_front() else { break };
            recent.bytes -= size(&first);
            recent.before = first.position.number();
        }
    }

    /// The events after a number, `None` if it lies before what is held.
    pub(super) fn after(&self, after: u64, max: usize, max_bytes: usize) -> Option<Vec<StoredEvent>> {
        let recent = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let skip = usize::try_from(after.checked_sub(recent.before)?).ok()?;
        let mut bytes = 0;
        let within = |event: &&StoredEvent| {
            let more = bytes < max_bytes;
            bytes += size(event);
            more
        };
        Some(recent.events.iter().skip(skip).take(max).take_while(within).cloned().collect())
    }

    /// Whether nothing of a stream is among the events after a number; `false` if it lies before what is held.
    pub(super) fn is_quiet(&self, stream: &StreamName, after: u64) -> bool {
        let recent = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let skip = after.checked_sub(recent.before).and_then(|skip| usize::try_from(skip).ok());
        skip.is_some_and(|skip| recent.events.iter().skip(skip).all(|event| event.stream != *stream))
    }
}

fn size(event: &StoredEvent) -> usize {
    event.payload.len() + event.metadata.lying_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogId, Position};
    use bytes::Bytes;
    use uuid::Uuid;

    fn event(number: u64, id: &str) -> StoredEvent {
        StoredEvent {
            position: Position::new(LogId::new(Uuid::nil()), number),
            stream: StreamName::new("530322", "matter", id).unwrap(),
            revision: 0,
            id: Uuid::nil(),
            kind: "MatterStarted".into(),
            version: 1,
            recorded: jiff::Timestamp::UNIX_EPOCH,
            payload: Bytes::from_static(b"{}"),
            metadata: Bytes::from_static(b"{}").into(),
            leaf: [0; 32],
        }
    }

    #[test]
    fn a_stream_is_quiet_only_where_all_that_came_after_is_held() {
        let tail = Tail::new(10);
        let (one, other) = (event(0, "01JD").stream, event(0, "02JD").stream);
        assert!(
            tail.is_quiet(&one, 10) && !tail.is_quiet(&one, 9),
            "what came before it was opened lies in the file"
        );
        tail.extend([event(11, "01JD"), event(12, "02JD")].into_iter());
        assert!(!tail.is_quiet(&one, 10) && tail.is_quiet(&one, 11) && tail.is_quiet(&one, 12));
        assert!(!tail.is_quiet(&other, 11) && tail.is_quiet(&other, 12));
        let many = u64::try_from(MAX_EVENTS).unwrap();
        tail.extend((13..13 + many).map(|number| event(number, "03JD")));
        assert!(!tail.is_quiet(&one, 11), "what was forgotten may have been of it");
        assert!(tail.is_quiet(&one, 12));
    }
}
