//! Where a subscription stands: told by who follows a stream or the lists, read by who drives the subscription, so that those
//! who stand at the same place can be told of the next change together.
//!
//! Invariants: a place is behind no entry that was given; who is told of a change is who may read what it is about at that
//! moment, whoever it was put together for.
//! Deliberately absent: whether what is told is the same for all (`alike`); telling (`crate::ws::together`).

use crate::{access, context::Requester};
use om_domain::access::{Action, Of, Parties};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Notify;

/// Where a subscription stands.
#[derive(Debug, Clone, Default)]
pub struct Place(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begins: Option<u64>,
    for_all: AtomicBool,
    waits: Notify,
    stand: Mutex<Stand>,
}

/// What is known of where it stands.
#[derive(Debug, Clone, Default)]
pub struct Stand {
    /// What is followed, with its county; none where nothing is said of it.
    pub subject: Option<String>,
    /// How many entries were given, or passed by, or another number that grows with what was told; none where that cannot be said
    /// now.
    pub at: Option<u64>,
    /// Who may hear of it; none: whoever was let in.
    pub audience: Option<Arc<Audience>>,
}

/// Those who may hear of a change.
#[derive(Debug, PartialEq, Eq)]
pub struct Audience {
    action: Action,
    parties: Parties,
}

impl Audience {
    /// Whether somebody is one of them.
    pub fn has(&self, who: &Requester) -> bool {
        access::verdict(who, self.action, Of::Parties(&self.parties)).is_allowed()
    }
}

impl Place {
    /// That of a subscription which goes on after so many entries, whatever it says itself.
    pub fn after(entries: u64) -> Self {
        Place(Arc::new(Inner { begins: Some(entries), ..Inner::default() }))
    }

    /// Where it stands.
    pub fn stand(&self) -> Stand {
        self.inner().clone()
    }

    /// Waits until there is nothing more to give.
    pub async fn waited(&self) {
        self.0.waits.notified().await;
    }

    /// From now on changes are put together for all who stand here, each of whom is asked for alone.
    pub fn is_for_all(&self) {
        self.0.for_all.store(true, Ordering::Release);
    }

    /// Whether it need not be asked whether the one it was begun for may still read.
    pub(super) fn asks_each(&self) -> bool {
        self.0.for_all.load(Ordering::Acquire)
    }

    /// From the entry of this number on; what the subscription says, if it is not told otherwise.
    pub(super) fn from(&self, since: Option<u64>) -> u64 {
        self.0.begins.unwrap_or_else(|| since.map_or(0, |since| since.saturating_add(1)))
    }

    /// This is followed, and stands here.
    pub(crate) fn begins(&self, subject: String, at: Option<u64>) {
        let mut stand = self.inner();
        stand.subject = Some(subject);
        stand.at = at;
    }

    /// It stands here now.
    pub(super) fn moves(&self, at: Option<u64>) {
        self.inner().at = at;
    }

    /// What comes now is for whoever may do this, having these parties.
    pub(crate) fn is_for(&self, action: Action, parties: &Parties) {
        let mut stand = self.inner();
        let same = |known: &Arc<Audience>| known.action == action && known.parties == *parties;
        if !stand.audience.as_ref().is_some_and(same) {
            stand.audience = Some(Arc::new(Audience { action, parties: parties.clone() }));
        }
    }

    /// There is nothing more to give for now.
    pub(super) fn waits(&self) {
        self.0.waits.notify_one();
    }

    fn inner(&self) -> MutexGuard<'_, Stand> {
        self.0.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
