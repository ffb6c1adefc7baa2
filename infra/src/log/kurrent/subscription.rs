//! Catch-up subscriptions: what is stored, then what comes.
//!
//! Invariants: events come in the order of their positions, each once, whatever becomes of the connection meanwhile;
//! at most one batch is held. While the cluster does not answer a subscriber waits, and hears nothing of it.
//! Deliberately absent: a subscription in the cluster for each; the one of the follower serves them all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use rand::Rng as _;
use tokio::sync::watch;

use super::Shared;
use crate::log::{LogError, LogState, Position, StoredEvent};

/// The most that a subscription holds: events, and bytes after which a batch ends.
const BATCH_EVENTS: usize = 512;
const BATCH_BYTES: usize = 1 << 20;

struct Subscription {
    shared: Arc<Shared>,
    seen: watch::Receiver<u64>,
    closed: watch::Receiver<bool>,
    /// The number of the last position that was handed out.
    after: u64,
    batch: VecDeque<StoredEvent>,
}

pub(super) fn subscribe(
    shared: Arc<Shared>,
    after: Option<Position>,
) -> BoxStream<'static, Result<StoredEvent, LogError>> {
    let start = async move {
        let number = shared.check_position(after)?;
        loop {
            match shared.check_not_ahead(number).await {
                Ok(()) => break,
                Err(error) => shared.outlived(error).await?,
            }
        }
        let (seen, closed) = (shared.tail.seen(), shared.closed.subscribe());
        Ok(Subscription { shared, seen, closed, after: number, batch: VecDeque::new() })
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
            if *self.seen.borrow_and_update() <= self.after {
                self.news().await?;
                continue;
            }
            match self.shared.read_after(self.after, BATCH_EVENTS, BATCH_BYTES).await {
                Ok(events) => self.batch = events.into(),
                Err(error) => self.shared.outlived(error).await?,
            }
        }
    }

    /// Waits for the next event, or for the end.
    async fn news(&mut self) -> Result<(), LogError> {
        tokio::select! {
            _ = self.seen.changed() => Ok(()),
            _ = self.closed.wait_for(|closed| *closed) => Err(LogError::Closed),
            reason = self.shared.health.stopped() => Err(LogError::Stopped { reason }),
        }
    }
}

impl Shared {
    /// Waits until what failed may be tried again; gives back an error that time does not heal.
    async fn outlived(&self, error: LogError) -> Result<(), LogError> {
        if !matches!(error, LogError::Unreachable { .. } | LogError::NoAnswer { .. }) {
            return Err(error);
        }
        let mut closed = self.closed.subscribe();
        let millis = rand::rng().random_range(50..250);
        tokio::select! {
            () = self.health.returned() => {}
            _ = closed.wait_for(|closed| *closed) => return Err(LogError::Closed),
        }
        match self.health.state() {
            LogState::Stopped { reason } => Err(LogError::Stopped { reason }),
            _ => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                Ok(())
            }
        }
    }
}
