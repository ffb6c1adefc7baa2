//! The actors read last, each by what said it: a matter has a dozen or two, and nearly every event is of one of them.
//!
//! Deliberately absent: how what is read next is compared with what was; each form of metadata has its own way.

use crate::decider::Actor;

/// How many are remembered.
const ACTORS: usize = 32;

/// The actors, and the place of the one that is forgotten next.
pub(super) struct Known<K: ?Sized> {
    actors: Vec<(Box<K>, Actor)>,
    next: usize,
}

impl<K: ?Sized> Known<K> {
    pub(super) const NONE: Self = Known { actors: Vec::new(), next: 0 };

    pub(super) fn actors(&self) -> impl Iterator<Item = &(Box<K>, Actor)> {
        self.actors.iter()
    }

    pub(super) fn remember(&mut self, said: Box<K>, actor: Actor) {
        if self.actors.len() < ACTORS {
            self.actors.push((said, actor));
        } else {
            self.actors[self.next] = (said, actor);
            self.next = (self.next + 1) % ACTORS;
        }
    }
}
