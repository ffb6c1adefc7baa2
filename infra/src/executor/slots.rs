//! States in memory, and a queue per stream.
//!
//! Invariants: whoever works on a stream holds its slot, so commands on one stream run one after another; a slot
//! in use is never dropped; a state in a slot is acknowledged.
//! Deliberately absent: bytes. The bound is a number of streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use om_domain::decider::Decider;

use crate::hosting::Hosted;
use crate::log::{Position, StreamName};

/// A state in memory.
pub(super) struct Cached<D: Decider> {
    pub(super) hosted: Hosted<D>,
    /// Where the log ended when the stream was last seen to end at this state.
    pub(super) seen_at: Option<Position>,
    /// When that was.
    pub(super) seen_on: Timestamp,
}

/// The slot of one stream.
pub(super) type Slot<T> = Arc<tokio::sync::Mutex<Option<T>>>;

/// One slot per stream, at most `capacity` of them but for those in use.
pub(super) struct Slots<T> {
    capacity: usize,
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    uses: u64,
    slots: HashMap<StreamName, (u64, Slot<T>)>,
}

impl<T> Slots<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(8), inner: Mutex::new(Inner { uses: 0, slots: HashMap::new() }) }
    }

    /// The slot of a stream, empty if nothing is known of it.
    pub(super) fn get(&self, stream: &StreamName) -> Slot<T> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.uses += 1;
        let uses = inner.uses;
        if let Some((used, slot)) = inner.slots.get_mut(stream) {
            *used = uses;
            return Arc::clone(slot);
        }
        if inner.slots.len() >= self.capacity {
            inner.make_room(self.capacity / 8);
        }
        let slot = Slot::default();
        inner.slots.insert(stream.clone(), (uses, Arc::clone(&slot)));
        slot
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.inner.lock().unwrap().slots.len()
    }
}

impl<T> Inner<T> {
    /// Drops those of the least recently used slots that nobody holds.
    fn make_room(&mut self, room: usize) {
        let idle = |slot: &Slot<T>| Arc::strong_count(slot) == 1;
        let mut uses: Vec<u64> =
            self.slots.values().filter(|(_, slot)| idle(slot)).map(|(used, _)| *used).collect();
        if uses.is_empty() {
            return;
        }
        let last = room.min(uses.len() - 1);
        let (_, oldest, _) = uses.select_nth_unstable(last);
        let oldest = *oldest;
        self.slots.retain(|_, (used, slot)| *used > oldest || !idle(slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_and_what_is_in_use_stays() {
        let slots = Slots::<()>::new(8);
        let name = |n: u64| StreamName::new("530322", "tally", n).unwrap();
        let held = slots.get(&name(0));
        for n in 1..100 {
            slots.get(&name(n));
            slots.get(&name(1));
        }
        assert!(slots.len() <= 9);
        assert!(Arc::ptr_eq(&held, &slots.get(&name(0))));
    }
}
