//! One connection to the cluster, made again when it is dead.
//!
//! Invariant: a client whose connection has failed once is never asked again; it answers "closed" for ever.
//! Deliberately absent: whether to ask again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use kurrentdb::Client;
use tokio::runtime::Handle;

use super::address::Address;
use super::nodelay;
use super::wire::Trouble;

pub(super) struct Link {
    slot: Mutex<Slot>,
    asking: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    client: Option<Client>,
    generation: u64,
    /// Whether a call of this generation was answered.
    answered: bool,
}

/// The use of a link by one call.
pub(super) struct Lent<'a> {
    link: &'a Link,
    pub(super) client: Client,
    generation: u64,
}

impl Link {
    pub(super) fn new() -> Self {
        Self { slot: Mutex::default(), asking: AtomicUsize::new(0) }
    }

    /// How many calls are under way on it.
    pub(super) fn asking(&self) -> usize {
        self.asking.load(Ordering::Relaxed)
    }

    /// Makes the client if there is none. Blocks.
    pub(super) fn warm(&self, address: &Address, runtime: &Handle) {
        // what keeps it from being made is told to the first who needs it
        let _ = self.lend(address, runtime);
    }

    /// The client, made if there is none. Its connection lives on `runtime`.
    pub(super) fn lend(&self, address: &Address, runtime: &Handle) -> Result<Lent<'_>, Trouble> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match &slot.client {
            Some(client) => client.clone(),
            None => {
                let made = Client::with_runtime_handle(runtime.clone(), address.settings.clone())
                    .map_err(|e| Trouble::Refused(format!("the client cannot be made: {e}")))?;
                slot.generation += 1;
                slot.answered = false;
                slot.client.insert(made).clone()
            }
        };
        self.asking.fetch_add(1, Ordering::Relaxed);
        Ok(Lent { link: self, client, generation: slot.generation })
    }
}

impl Lent<'_> {
    /// A call was answered: the connection stands, and is made quick if it is new.
    pub(super) fn has_answered(&self) {
        let mut slot = self.link.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.generation == self.generation && !std::mem::replace(&mut slot.answered, true) {
            drop(slot);
            nodelay::hurry();
        }
    }

    /// The connection has failed: the next call gets a new one.
    pub(super) fn is_dead(&self) {
        let mut slot = self.link.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.generation == self.generation {
            slot.client = None;
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.link.asking.fetch_sub(1, Ordering::Relaxed);
    }
}
