//! The most recent events, in memory, so that those who follow the log live read no file.
//!
//! Invariant: what is held is contiguous and ends at the last acknowledged position.
//! Deliberately absent: any promise how far back it reaches; the file answers for the rest.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use crate::log::StoredEvent;

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
}

fn size(event: &StoredEvent) -> usize {
    event.payload.len() + event.metadata.len()
}
