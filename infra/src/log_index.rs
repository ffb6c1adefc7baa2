//! What is gathered from the events of one category and asked for now and then: who comes first reads the whole log, who comes later
//! what has come since. Where a platform serves, the first one is the platform itself.
//!
//! Invariants: an answer knows every event acknowledged before it was asked for; what was read once is not read again while the
//! process runs.
//! Deliberately absent: rows that outlive the process; those are projections.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::executor::Fault;
use crate::log::{EventLog, Position, StoredEvent};

/// Events looked at between two reads.
const PAGE: usize = 4_096;

/// Something gathered from events.
pub(crate) trait Gathered: Default {
    /// The category of the streams whose events it is gathered from.
    const CATEGORY: &'static str;

    /// Takes an event in; the same one again changes nothing.
    ///
    /// # Errors
    /// When the event cannot be read.
    fn take(&mut self, event: &StoredEvent) -> Result<(), Fault>;
}

/// What is gathered from one log.
pub(crate) struct LogIndex<G> {
    log: Arc<dyn EventLog>,
    read: Mutex<(Option<Position>, G)>,
}

impl<G: Gathered> LogIndex<G> {
    /// The index of a log; nothing is read yet.
    pub(crate) fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, read: Mutex::default() }
    }

    /// Answers from all there is.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub(crate) async fn ask<T>(&self, answer: impl FnOnce(&G) -> T) -> Result<T, Fault> {
        let mut read = self.read.lock().await;
        let (to, gathered) = &mut *read;
        loop {
            let page = self.log.read_all(*to, PAGE).await?;
            for event in page.iter().filter(|event| event.stream.category() == G::CATEGORY) {
                gathered.take(event)?;
            }
            if let Some(last) = page.last() {
                *to = Some(last.position);
            }
            if page.len() < PAGE {
                return Ok(answer(gathered));
            }
        }
    }
}
