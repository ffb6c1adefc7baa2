//! Reads what is gathered off the log once the projections stand, so that nobody who asks for it waits until a whole log has been read.
//!
//! Invariant: nothing depends on it; who asks before it has come to the end waits for the rest, as without it.
//! Deliberately absent: keeping what was read over a start; at ten million events it takes a processor some seconds.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::registers::Registers;
use crate::runner::Projections;

/// The reading, while it goes on.
pub(super) struct ReadAhead(Mutex<Option<JoinHandle<()>>>);

impl ReadAhead {
    pub(super) fn start(projections: Arc<Projections>, registers: Registers) -> Self {
        let task = tokio::spawn(async move {
            let read = async {
                projections.caught_up().await?;
                registers.read_on().await
            };
            if let Err(error) = read.await {
                // whoever asks reads then, and is told what is wrong
                tracing::warn!(%error, "what is gathered off the log could not be read ahead");
            }
        });
        Self(Mutex::new(Some(task)))
    }

    /// Ends it after the page that it reads.
    pub(super) async fn shutdown(&self) {
        if let Some(task) = self.0.lock().await.take() {
            task.abort();
            // an error means that it was ended so
            let _ = task.await;
        }
    }
}
