//! Reading a stream: as it is, as it was known, as it was true.
//!
//! Invariants: now and then are folded by the same `evolve`. *As known at K*: the longest beginning of the stream in
//! which nothing was recorded later than K. *As true at T*: of that beginning, what had happened by T, in the order
//! of the days on which it happened, within a day in the order of the log; of T's own day nothing that the log has after
//! something later than T, for of that day's entries one may rest on the one before.
//! Deliberately absent: what a clock shows at that moment; the domain reads it off the state.

use std::sync::Arc;

use jiff::Timestamp;
use om_domain::calendar::beijing;
use om_domain::decider::{Decider, EventRecord, Recorded};
use om_domain::ids::EventId;

use super::{Executor, Fault};
use crate::log::{Position, StreamName};
use crate::recorded::{self, Entry, Unreadable};
use crate::shown;

/// A state as it is at the end of its stream.
#[derive(Debug, Clone)]
pub struct Snapshot<S> {
    /// The state.
    pub state: Arc<S>,
    /// The last revision, `None` if the stream was never written to.
    pub revision: Option<u64>,
    /// When the last fact was recorded.
    pub recorded: Option<Timestamp>,
    /// The position of the last fact.
    pub position: Option<Position>,
}

/// Up to where facts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// All of them.
    #[default]
    Head,
    /// Up to this fact and with it.
    Event(EventId),
    /// Those recorded by this instant.
    Time(Timestamp),
}

/// Which past is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// As known when.
    pub known: Known,
    /// As true when; none takes all that is known, in the order of the log.
    pub as_of: Option<Timestamp>,
}

/// A state folded from a part of its stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded<S> {
    /// The state.
    pub state: S,
    /// The last revision that was known.
    pub known_revision: Option<u64>,
    /// When the last known fact was recorded.
    pub known_recorded: Option<Timestamp>,
    /// How many of the known facts had happened by the instant asked for.
    pub facts: usize,
}

/// A past could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The fact named is not in this stream.
    #[error("event {event} is not in stream {stream}")]
    UnknownEvent {
        /// The stream.
        stream: StreamName,
        /// The fact.
        event: EventId,
    },
    /// The stream could not be read.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl<D: Decider> Executor<D> {
    /// The state of a stream at its end; what is in memory is read on unless it is known to be that.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn state(&self, stream: &StreamName) -> Result<Snapshot<D::State>, Fault> {
        // whoever reads one state after another lets others go on, too: what is in memory is never waited for
        tokio::task::coop::consume_budget().await;
        let slot = self.slots.get(stream);
        let end = self.end().await?;
        if let Some((snapshot, seen)) = slot.readable()
            && self.still_ends(stream, seen, end)
        {
            slot.seen_again(snapshot.revision, end);
            shown::stream(stream, snapshot.revision);
            return Ok(snapshot);
        }
        let mut turn = slot.turn().await;
        let cached = match turn.take() {
            Some(mut cached) => {
                // on a copy, so that what is readable stays as it is if that fails
                self.catch_up(stream, &mut cached, end).await?;
                cached
            }
            None => self.load(stream).await?,
        };
        let snapshot = cached.snapshot();
        shown::stream(stream, snapshot.revision);
        // that a stream does not exist is kept too: it is small, and of most applicants there is no record
        turn.leave(cached);
        Ok(snapshot)
    }

    /// The state in memory and when it was last seen to be the stream's end, asking the log nothing: for showing while
    /// the log cannot be reached, never for deciding.
    pub async fn remembered(&self, stream: &StreamName) -> Option<(Snapshot<D::State>, Timestamp)> {
        shown::something_else();
        let slot = self.slots.get(stream);
        let mut known = slot.readable();
        if known.is_none() {
            // whatever a command under way comes to
            drop(slot.turn().await);
            known = slot.readable();
        }
        // one that was not there then may be there now
        known.filter(|(known, _)| known.revision.is_some()).map(|(known, seen)| (known, seen.on))
    }

    /// The facts of a stream from a revision on, at most `max`, in the order of the log.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn history(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<Entry<D::Event>>, Fault> {
        let events = self.host.log.read_stream(stream, from, max).await?;
        let entries: Result<_, Unreadable> = events.iter().map(recorded::decode).collect();
        entries.map_err(|e| Fault::Load(e.into()))
    }

    /// The facts as known and as true at some past, in the order they are folded in.
    ///
    /// # Errors
    /// As [`Executor::fold_at`].
    pub async fn facts_at(&self, stream: &StreamName, at: At) -> Result<Vec<Entry<D::Event>>, HistoryError> {
        Ok(true_at(self.known_at(stream, at.known).await?, at.as_of))
    }

    /// The state as known and as true at some past.
    ///
    /// # Errors
    /// When the fact named is not in the stream, or the log or an event cannot be read.
    pub async fn fold_at(&self, stream: &StreamName, at: At) -> Result<Folded<D::State>, HistoryError> {
        Ok(fold::<D>(self.known_at(stream, at.known).await?, at.as_of))
    }

    /// The state by what had been recorded by an instant.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn known_by(&self, stream: &StreamName, instant: Timestamp) -> Result<Folded<D::State>, Fault> {
        let mut entries = self.entries(stream).await?;
        entries.truncate(recorded_by(&entries, instant));
        Ok(fold::<D>(entries, None))
    }

    async fn known_at(
        &self,
        stream: &StreamName,
        until: Known,
    ) -> Result<Vec<Entry<D::Event>>, HistoryError> {
        let entries = self.entries(stream).await?;
        known(entries, until).map_err(|event| HistoryError::UnknownEvent { stream: stream.clone(), event })
    }

    async fn entries(&self, stream: &StreamName) -> Result<Vec<Entry<D::Event>>, Fault> {
        let events = self.store.events(stream, 0).await.map_err(Fault::from)?;
        let entries: Result<_, Unreadable> = events.iter().map(recorded::decode).collect();
        entries.map_err(|e| Fault::Load(e.into()))
    }
}

fn known<E>(mut entries: Vec<Entry<E>>, known: Known) -> Result<Vec<Entry<E>>, EventId> {
    let count = match known {
        Known::Head => entries.len(),
        Known::Event(id) => entries.iter().position(|entry| entry.fact.id == id).ok_or(id)? + 1,
        Known::Time(instant) => recorded_by(&entries, instant),
    };
    entries.truncate(count);
    Ok(entries)
}

fn recorded_by<E>(entries: &[Entry<E>], instant: Timestamp) -> usize {
    entries.iter().take_while(|entry| entry.fact.recorded <= instant).count()
}

/// What of a stream had happened by an instant.
#[derive(Debug, Clone, Copy)]
pub struct Happened {
    by: Timestamp,
    /// Of the instant's own day, only what the log has before this revision.
    before: Option<u64>,
}

impl Happened {
    /// By an instant, of these facts in the order of the log.
    pub fn by<'a, E: 'a>(by: Timestamp, known: impl IntoIterator<Item = &'a Recorded<E>>) -> Self {
        let day = beijing(by);
        let later = |fact: &&Recorded<E>| fact.effective.day() == day && !fact.effective.is_by(by);
        Self { by, before: known.into_iter().find(later).map(|fact| fact.revision) }
    }

    /// Whether this had.
    pub fn has<E>(&self, fact: &Recorded<E>) -> bool {
        fact.effective.is_by(self.by)
            && (fact.effective.day() < beijing(self.by)
                || self.before.is_none_or(|before| fact.revision < before))
    }
}

/// Of what is known, what had happened by the instant, in the order of its days.
fn true_at<E>(mut known: Vec<Entry<E>>, as_of: Option<Timestamp>) -> Vec<Entry<E>> {
    if let Some(instant) = as_of {
        let happened = Happened::by(instant, known.iter().map(|entry| &entry.fact));
        known.retain(|entry| happened.has(&entry.fact));
        known.sort_by_key(|entry| (entry.fact.effective.day(), entry.fact.revision));
    }
    known
}

fn fold<D: Decider>(known: Vec<Entry<D::Event>>, as_of: Option<Timestamp>) -> Folded<D::State>
where
    D::Event: EventRecord,
{
    let last = known.last().map(|entry| (entry.fact.revision, entry.fact.recorded));
    let known = true_at(known, as_of);
    let mut state = D::State::default();
    for entry in &known {
        D::evolve(&mut state, &entry.fact);
    }
    let (known_revision, known_recorded) = last.unzip();
    Folded { state, known_revision, known_recorded, facts: known.len() }
}
