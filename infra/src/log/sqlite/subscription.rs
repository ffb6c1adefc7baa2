//! Catch-up subscriptions: what is stored, then what comes.
//!
//! Invariant: events come in the order of their positions, each once. The writer wakes the subscription;
//! there is no timer. At most one batch is held, and no read is open between batches.
//! Deliberately absent: groups, acknowledgements, filters; a subscriber keeps its own bookmark.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use super::Shared;
use crate::log::{LogError, Position, StoredEvent};

/// The most that a subscription holds: events, and bytes after which a batch ends.
const BATCH_EVENTS: usize = 512;
const BATCH_BYTES: usize = 1 << 20;

struct Subscription {
    shared: Arc<Shared>,
    head: watch::Receiver<u64>,
    /// The number of the last position that was handed out.
    after: u64,
    batch: VecDeque<StoredEvent>,
}

pub(super) fn subscribe(
    shared: Arc<Shared>,
    after: Option<Position>,
) -> BoxStream<'static, Result<StoredEvent, LogError>> {
    let start = async move {
        let after = shared.check_position(after)?;
        shared.check_not_ahead(after).await?;
        let head = shared.head.clone();
        Ok(Subscription { shared, head, after, batch: VecDeque::new() })
    };
    stream::once(start)
        .flat_map(|started| match started {
            Ok(subscription) => stream::unfold(Some(subscription), |state| async move {
                let mut subscription = state?;
                match subscription.next().await {
                    Ok(event) => Some((Ok(event), Some(subscription))),
                    Err(error) => Some((Err(error), None)),
                }
            })
            .boxed(),
            Err(error) => stream::once(async move { Err(error) }).boxed(),
        })
        .boxed()
}

impl Subscription {
    async fn next(&mut self) -> Result<StoredEvent, LogError> {
        loop {
            if let Some(event) = self.batch.pop_front() {
                self.after = event.position.number();
                return Ok(event);
            }
            if *self.head.borrow_and_update() <= self.after {
                self.head.changed().await.map_err(|_| LogError::Closed)?;
                continue;
            }
            self.batch = self.shared.read_after(self.after, BATCH_EVENTS, BATCH_BYTES).await?.into();
        }
    }
}
