//! A thread with a runtime of its own, on which the client lives.
//!
//! Apart from the gateway's runtime, so that what the client does cannot hold up a request, nor a request the client.
//!
//! Invariant: dropping it ends the thread and every task on it, and waits for neither.
//! Deliberately absent: blocking work.

use std::io;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

pub(super) struct Thread {
    handle: Handle,
    /// Gone with this one: the thread ends.
    _alive: oneshot::Sender<()>,
}

impl Thread {
    pub(super) fn spawn(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, gone) = oneshot::channel::<()>();
        std::thread::Builder::new().name(name.into()).spawn(move || {
            // an error is what is waited for: the sender is gone
            let _ = runtime.block_on(gone);
        })?;
        Ok(Self { handle, _alive: alive })
    }

    pub(super) const fn handle(&self) -> &Handle {
        &self.handle
    }
}
