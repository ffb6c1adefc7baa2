//! How much of the node one account may use at once.
//!
//! Invariant: an account takes nothing from another; what it used is given back when the connection or the
//! subscription is gone.
//! Deliberately absent: rates. Appends wait for the disk, reads for their reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::fault::too_many;

/// How many connections and subscriptions an account has at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections; a gateway has three.
    pub connections: usize,
    /// Subscriptions; a gateway has one. Each holds about a megabyte for a reader that is slow.
    pub subscriptions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 256, subscriptions: 128 }
    }
}

/// What the accounts use.
pub(super) struct Uses {
    limits: Limits,
    by_account: Mutex<HashMap<Arc<str>, Use>>,
}

#[derive(Clone)]
struct Use {
    connections: Arc<Semaphore>,
    subscriptions: Arc<Semaphore>,
}

/// One connection: which accounts use it. Gone with its last owner, and its places with it.
#[derive(Debug, Default)]
pub(super) struct Connection(Mutex<HashMap<Arc<str>, OwnedSemaphorePermit>>);

/// The place of one subscription.
pub(super) struct Place(
    #[expect(dead_code, reason = "held, and given back when dropped")] OwnedSemaphorePermit,
);

impl Uses {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, by_account: Mutex::default() }
    }

    fn of(&self, account: &Arc<str>) -> Use {
        let mut uses = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Use {
            connections: Arc::new(Semaphore::new(self.limits.connections)),
            subscriptions: Arc::new(Semaphore::new(self.limits.subscriptions)),
        };
        uses.entry(Arc::clone(account)).or_insert_with(new).clone()
    }

    /// An account calls over a connection: its first call takes a place.
    pub(super) fn connected(&self, account: &Arc<str>, connection: &Connection) -> Result<(), Status> {
        let mut places = connection.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.contains_key(account) {
            return Ok(());
        }
        let place = self.of(account).connections.try_acquire_owned();
        let place = place.map_err(|_| too_many("connections", self.limits.connections))?;
        places.insert(Arc::clone(account), place);
        Ok(())
    }

    /// An account subscribes.
    pub(super) fn subscribed(&self, account: &Arc<str>) -> Result<Place, Status> {
        let place = self.of(account).subscriptions.try_acquire_owned();
        place.map(Place).map_err(|_| too_many("subscriptions", self.limits.subscriptions))
    }
}
