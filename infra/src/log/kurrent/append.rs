//! One append: sent until there is an answer, and answered by what was stored.
//!
//! Invariant: a receipt is given for these very events. The cluster takes an append with the ids of an earlier one for
//! that one whatever else it says, so what is stored is compared by its leaves: as it comes by the subscription, or
//! read if that is behind.
//! Deliberately absent: which command an event belongs to; the executor asks the stream.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kurrentdb::StreamState;

use super::wire::{Trouble, leaf, sealed, state_of};
use super::{Retry, Shared, calls, ended};
use crate::log::{AppendError, Appended, Expected, LogError, NewEvent, StoredEvent, StreamName};

/// How long the subscription is waited for before the stream is read.
const COMES_BY: Duration = Duration::from_millis(250);

/// What is to be stored, and where.
struct Order {
    stream: StreamName,
    expected: Expected,
    state: StreamState,
    first: u64,
    last: u64,
    events: Vec<NewEvent>,
}

impl Shared {
    pub(super) async fn append(
        self: &Arc<Self>,
        stream: StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        self.health.check()?;
        if !self.address.sees(stream.county()) {
            let reason = format!("county {} is not among those of the log's address", stream.county());
            return Err(LogError::Refused { reason }.into());
        }
        let Some(state) = state_of(expected) else {
            let actual = self.last_of_stream(&stream).await?;
            return Err(AppendError::Conflict { stream, expected, actual });
        };
        if let Some(id) = repeated(&events) {
            let actual = self.last_of_stream(&stream).await?;
            return Err(match expected == Expected::of_head(actual) {
                true => AppendError::DuplicateEvent { stream, id },
                false => AppendError::Conflict { stream, expected, actual },
            });
        }
        let first = expected.next_revision();
        let last = first.saturating_add(events.len() as u64 - 1);
        let order = Order { stream, expected, state, first, last, events };
        let shared = Arc::clone(self);
        // a caller that goes away does not withdraw it
        match self.runtime.spawn(async move { shared.carry_out(order).await }).await {
            Ok(answer) => answer,
            Err(error) => Err(ended(&error).into()),
        }
    }

    async fn carry_out(self: &Arc<Self>, order: Order) -> Result<Appended, AppendError> {
        let mut retry = Retry::new();
        let mut unanswered = None;
        loop {
            let trouble = match self.send(&order).await {
                Ok(number) => return self.confirm(order, number).await,
                Err(Trouble::Elsewhere(actual)) => return self.judge(order, actual).await,
                Err(Trouble::Exists) => return self.name_duplicate(order).await,
                Err(trouble) => trouble,
            };
            let passes = self.may_pass(&trouble);
            let error = LogError::from(trouble);
            if !error.is_surely_unstored() {
                unanswered = Some(error.clone());
            }
            if !passes || !retry.again(self).await {
                // one that may have been stored outweighs all that were not
                return Err(unanswered.unwrap_or(error).into());
            }
        }
    }

    /// Sends it; tells the position the cluster gives it.
    async fn send(&self, order: &Order) -> Result<u64, Trouble> {
        let lent = self.link()?;
        let events = sealed(&order.stream, order.first, &order.events);
        let sent =
            calls::append(&lent.client, &self.address, order.stream.as_str(), order.state, events).await;
        match &sent {
            Err(trouble) if trouble.passes() => lent.is_dead(),
            _ => lent.has_answered(),
        }
        Ok(sent?.position.commit)
    }

    /// The cluster says that it is stored: this one, or one with the same ids.
    async fn confirm(self: &Arc<Self>, order: Order, number: u64) -> Result<Appended, AppendError> {
        let mut seen = self.tail.seen();
        if number != u64::MAX {
            // if it does not come, the stream is read
            let _ = tokio::time::timeout(COMES_BY, seen.wait_for(|seen| *seen >= number)).await;
        }
        let stored = match self.tail.of_stream(&order.stream, order.first, order.last) {
            Some(stored) => stored,
            None => self.read_back(&order).await.map_err(unconfirmed)?,
        };
        match compared(&order, &stored) {
            Some(answer) => answer,
            None => Err(LogError::Damaged {
                what: format!("stream {} does not hold what was acknowledged", order.stream),
            }
            .into()),
        }
    }

    /// The stream stands elsewhere: a conflict, unless this very append is what put it there.
    async fn judge(self: &Arc<Self>, order: Order, actual: Option<u64>) -> Result<Appended, AppendError> {
        if actual.is_some_and(|actual| order.last <= actual) {
            let stored = self.read_back(&order).await.map_err(unconfirmed)?;
            if let Some(answer) = compared(&order, &stored) {
                return answer;
            }
        }
        let Order { stream, expected, .. } = order;
        Err(AppendError::Conflict { stream, expected, actual })
    }

    /// The server knows an id of it already: in this very place, or in another.
    async fn name_duplicate(self: &Arc<Self>, order: Order) -> Result<Appended, AppendError> {
        let stored = self.read_back(&order).await.map_err(unconfirmed)?;
        let id = order.events.first().map(|event| event.id).unwrap_or_default();
        compared(&order, &stored).unwrap_or(Err(AppendError::DuplicateEvent { stream: order.stream, id }))
    }

    /// What the subscription did not bring may lie in another log, which has just taken this one's address.
    async fn read_back(self: &Arc<Self>, order: &Order) -> Result<Vec<StoredEvent>, LogError> {
        let stored = self.read_stream(&order.stream, order.first, order.events.len()).await?;
        let told =
            self.ask(|client, shared| async move { calls::told_identity(&client, &shared.address).await });
        match told.await? {
            Some(identity) if identity.id == self.id => Ok(stored),
            other => {
                let reason = self.replaced_by(other);
                self.health.stop(reason.clone());
                Err(LogError::Stopped { reason })
            }
        }
    }
}

/// It was sent, so that nothing was stored cannot be said.
fn unconfirmed(error: LogError) -> LogError {
    match error {
        LogError::Unreachable { reason } | LogError::Refused { reason } => LogError::NoAnswer { reason },
        error => error,
    }
}

/// The answer if these ids stand in this place; none if others do.
fn compared(order: &Order, stored: &[StoredEvent]) -> Option<Result<Appended, AppendError>> {
    if stored.len() != order.events.len() {
        return None;
    }
    for ((revision, event), stored) in (order.first..).zip(&order.events).zip(stored) {
        if stored.id != event.id {
            return None;
        }
        if stored.leaf != leaf(&order.stream, revision, event) {
            let duplicate = AppendError::DuplicateEvent { stream: order.stream.clone(), id: event.id };
            return Some(Err(duplicate));
        }
    }
    let position = stored.last()?.position;
    Some(Ok(Appended { position, first_revision: order.first, last_revision: order.last }))
}

/// The first id that is twice in the append.
fn repeated(events: &[NewEvent]) -> Option<uuid::Uuid> {
    let mut ids = HashSet::with_capacity(events.len());
    events.iter().map(|event| event.id).find(|id| !ids.insert(*id))
}
