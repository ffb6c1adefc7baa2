//! What the writer remembers of streams, so that an append to a warm stream reads nothing.
//!
//! Invariant: what is remembered is what is committed, or staged in the commit under way; a commit that fails
//! makes the writer forget every stream that it touched.
//! Deliberately absent: exact least-recently-used order. Two generations forget nearly as well.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use uuid::Uuid;

/// How many of a stream's last event ids are compared with those of an append.
pub(super) const RECENT_IDS: usize = 16;

/// A stream that has a number.
pub(super) struct StreamHead {
    pub(super) no: i64,
    /// Its last revision.
    pub(super) head: Option<u64>,
    /// The ids of its last events, oldest first, at most [`RECENT_IDS`].
    pub(super) recent: VecDeque<Uuid>,
}

impl StreamHead {
    pub(super) fn push(&mut self, revision: u64, id: Uuid) {
        self.head = Some(revision);
        if self.recent.len() == RECENT_IDS {
            self.recent.pop_front();
        }
        self.recent.push_back(id);
    }
}

/// A map that forgets: at most twice `capacity` entries; what was not used for `capacity` insertions goes.
pub(super) struct TwoGenerations<K, V> {
    capacity: usize,
    young: Map<K, V>,
    old: Map<K, V>,
}

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

impl<K: Hash + Eq + Clone, V> TwoGenerations<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, young: Map::default(), old: Map::default() }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.young.contains_key(key) {
            let (key, value) = self.old.remove_entry(key)?;
            self.insert(key, value);
        }
        self.young.get_mut(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut map = TwoGenerations::new(2);
        for key in 0..10 {
            map.insert(key, key * 10);
            assert_eq!(map.get(&0), Some(&mut 0), "used every time");
        }
        assert_eq!(map.get(&1), None);
        assert_eq!(map.get(&9), Some(&mut 90));
        map.remove(&9);
        assert_eq!(map.get(&9), None);
        assert!(map.young.len() + map.old.len() <= 4);
    }
}
