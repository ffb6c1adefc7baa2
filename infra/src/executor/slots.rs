//! States in memory, and a queue per stream.
//!
//! Invariants: whoever works on a stream has its turn, so commands on one stream run one after another; a slot
//! in use is never dropped; a state in a slot is acknowledged, and was the stream's end when the log ended where it says.
//! A turn that fails leaves nothing in its cell, for half an append may have been folded.
//! Deliberately absent: bytes. The bound is a number of streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use om_domain::decider::Decider;

use super::Snapshot;
use crate::hosting::Hosted;
use crate::log::{Position, StreamName};

/// When a state was last seen to be its stream's end.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastSeen {
    /// Where the log ended then.
    pub(super) at: Option<Position>,
    pub(super) on: Timestamp,
}

impl LastSeen {
    /// Seen once more; whoever looked at the log before, and was slower, does not set it back.
    pub(super) fn again(&mut self, end: Self) {
        if end.at >= self.at {
            *self = Self { at: end.at, on: self.on.max(end.on) };
        }
    }
}

/// A state in memory.
pub(super) struct Cached<D: Decider> {
    pub(super) hosted: Hosted<D>,
    pub(super) seen: LastSeen,
}

impl<D: Decider> Cached<D> {
    pub(super) fn snapshot(&self) -> Snapshot<D::State> {
        Snapshot {
            state: Arc::clone(self.hosted.state()),
            revision: self.hosted.revision(),
            recorded: self.hosted.recorded(),
            position: self.hosted.position(),
        }
    }
}

/// One stream's place.
pub(super) struct Slot<D: Decider> {
    turn: tokio::sync::Mutex<Option<Cached<D>>>,
    /// For those who only read: whoever waits for a turn waits for all who asked for one before, and once one of many readers had to,
    /// all would.
    readable: Mutex<Option<(Snapshot<D::State>, LastSeen)>>,
}

impl<D: Decider> Default for Slot<D> {
    fn default() -> Self {
        Self { turn: tokio::sync::Mutex::default(), readable: Mutex::default() }
    }
}

impl<D: Decider> Slot<D> {
    /// Waits until nobody else works on the stream.
    pub(super) async fn turn(&self) -> Turn<'_, D> {
        let mut cell = self.turn.lock().await;
        if let (Some(cached), Some((_, seen))) = (cell.as_mut(), self.lock().as_ref()) {
            cached.seen = *seen;
        }
        Turn { slot: self, cell }
    }

    /// The state that was left last, and when it was last seen to be the stream's end; none while a command decides and is written, and
    /// after one that failed in that.
    pub(super) fn readable(&self) -> Option<(Snapshot<D::State>, LastSeen)> {
        self.lock().clone()
    }

    /// The state of this revision was seen to be the stream's end again.
    pub(super) fn seen_again(&self, revision: Option<u64>, end: LastSeen) {
        if let Some((snapshot, seen)) = self.lock().as_mut()
            && snapshot.revision == revision
        {
            seen.again(end);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Snapshot<D::State>, LastSeen)>> {
        self.readable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn on a stream.
pub(super) struct Turn<'a, D: Decider> {
    slot: &'a Slot<D>,
    cell: tokio::sync::MutexGuard<'a, Option<Cached<D>>>,
}

impl<D: Decider> Turn<'_, D> {
    /// Takes the state; whoever fails leaves none.
    pub(super) fn take(&mut self) -> Option<Cached<D>> {
        self.cell.take()
    }

    /// Leaves a state, for the next turn and for who reads.
    pub(super) fn leave(&mut self, cached: Cached<D>) {
        *self.slot.lock() = Some((cached.snapshot(), cached.seen));
        *self.cell = Some(cached);
    }

    /// Who reads waits from here on until a state is left. One that nobody else has is changed where it lies, not copied.
    pub(super) fn hide(&self) {
        *self.slot.lock() = None;
    }
}

/// One slot per stream, at most `capacity` of them but for those in use.
pub(super) struct Slots<S> {
    capacity: usize,
    inner: Mutex<Inner<S>>,
}

struct Inner<S> {
    uses: u64,
    slots: HashMap<StreamName, (u64, Arc<S>)>,
}

impl<S: Default> Slots<S> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(8), inner: Mutex::new(Inner { uses: 0, slots: HashMap::new() }) }
    }

    /// The slot of a stream, empty if nothing is known of it.
    pub(super) fn get(&self, stream: &StreamName) -> Arc<S> {
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
        let slot = Arc::<S>::default();
        inner.slots.insert(stream.clone(), (uses, Arc::clone(&slot)));
        slot
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.inner.lock().unwrap().slots.len()
    }
}

impl<S> Inner<S> {
    /// Drops those of the least recently used slots that nobody holds.
    fn make_room(&mut self, room: usize) {
        let idle = |slot: &Arc<S>| Arc::strong_count(slot) == 1;
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
