//! The fold of a stream that every county has one of, read once and again after it has grown.
//!
//! Invariant: whoever asks after an entry was acknowledged, was read off the log, or counts in the log's end, sees it.
//! Deliberately absent: following the log. Every append of this process is told to [`MainStream::grown`] before it is
//! answered; what was committed and not told yet, the log is asked for; if others write the log too, for the stream's end
//! each time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use om_domain::decider::Decider;
use om_domain::ids::CountyId;

use crate::event_store::{LoadError, LogEventStore};
use crate::executor::Fault;
use crate::log::{EventLog, Position, StreamName};
use crate::recorded;
use crate::shown;

/// What is read of a county's stream: its state, its last revision, and where the log ended when it was the last.
type Read<D> = (Arc<<D as Decider>::State>, Option<u64>, Option<Position>);

/// The streams of one aggregate, one a county, each of the same id.
pub struct MainStream<D: Decider> {
    id: &'static str,
    store: LogEventStore<D>,
    kept: RwLock<HashMap<String, Kept<D>>>,
}

/// What is known of a county's stream.
struct Kept<D: Decider> {
    /// How often it has grown: what was read before the last time is not kept.
    grown: u64,
    read: Option<Read<D>>,
}

impl<D: Decider> Default for Kept<D> {
    fn default() -> Self {
        Self { grown: 0, read: None }
    }
}

impl<D: Decider> MainStream<D> {
    /// The streams of this id in this log.
    pub fn new(log: Arc<dyn EventLog>, id: &'static str) -> Self {
        Self { id, store: LogEventStore::new(log), kept: RwLock::default() }
    }

    fn name(&self, county: &CountyId) -> Result<StreamName, Fault> {
        Ok(StreamName::new(county.as_str(), D::CATEGORY, self.id)?)
    }

    /// The state if it is in memory, and how often the stream has grown so far.
    fn known(&self, county: &CountyId) -> (Option<Read<D>>, u64) {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(county.as_str()).map_or((None, 0), |kept| (kept.read.clone(), kept.grown))
    }

    /// The state as known now.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn state(&self, county: &CountyId) -> Result<Arc<D::State>, Fault> {
        let (known, grown) = self.known(county);
        let name = self.name(county)?;
        let log = self.store.log();
        let end = if log.is_shared() { None } else { log.head().await? };
        let (state, revision) = match known {
            Some((state, revision, at)) if end.is_some() && at == end => {
                shown::stream(&name, revision);
                return Ok(state);
            }
            Some((state, revision, at))
                if (at.is_some() && log.is_known_quiet(&name, at))
                    || log.stream_head(&name).await? == revision =>
            {
                (state, revision)
            }
            _ => {
                let read = self.store.load(&name).await?;
                (Arc::clone(read.state()), read.revision())
            }
        };
        shown::stream(&name, revision);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.entry(county.to_string()).or_default();
        if entry.grown == grown {
            entry.read = Some((Arc::clone(&state), revision, end));
        }
        Ok(state)
    }

    /// The state in memory, asking the log nothing: for showing while the log cannot be reached, never for deciding.
    pub fn remembered(&self, county: &CountyId) -> Option<Arc<D::State>> {
        shown::something_else();
        self.known(county).0.map(|(state, ..)| state)
    }

    /// The state by what had been recorded by an instant.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn known_by(&self, county: &CountyId, instant: Timestamp) -> Result<D::State, Fault> {
        let mut known = D::State::default();
        for event in self.store.events(&self.name(county)?, 0).await? {
            let entry = recorded::decode(&event).map_err(LoadError::from)?;
            if entry.fact.recorded > instant {
                break;
            }
            D::evolve(&mut known, &entry.fact);
        }
        Ok(known)
    }

    /// A stream has grown, or may have: if it is one of these, what was read of it before is not relied on any more.
    pub fn grown(&self, stream: &StreamName) {
        if stream.category() == D::CATEGORY {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            let entry = kept.entry(stream.county().to_owned()).or_default();
            entry.grown += 1;
            entry.read = None;
        }
    }
}
