//! The fold of a stream that every county has one of, read once and again after it has grown.
//!
//! Invariant: whoever asks after an entry was acknowledged, or was read off the log, sees it.
//! Deliberately absent: following the log. Every append of this process is told to [`MainStream::grown`] before it is
//! answered; if others write the log too, the stream's end is asked for each time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use om_domain::decider::Decider;
use om_domain::ids::CountyId;

use crate::event_store::{LoadError, LogEventStore};
use crate::executor::Fault;
use crate::log::{EventLog, StreamName};
use crate::recorded;
use crate::shown;

/// What is read of a county's stream: its state and its last revision.
type Read<D> = (Arc<<D as Decider>::State>, Option<u64>);

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
        if let Some((state, revision)) = known {
            let log = self.store.log();
            if !log.is_shared() || log.stream_head(&name).await? == revision {
                shown::stream(&name, revision);
                return Ok(state);
            }
        }
        let read = self.store.load(&name).await?;
        shown::stream(&name, read.revision());
        let state = Arc::clone(read.state());
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.entry(county.to_string()).or_default();
        if entry.grown == grown {
            entry.read = Some((Arc::clone(&state), read.revision()));
        }
        Ok(state)
    }

    /// The state in memory, asking the log nothing: for showing while the log cannot be reached, never for deciding.
    pub fn remembered(&self, county: &CountyId) -> Option<Arc<D::State>> {
        shown::something_else();
        self.known(county).0.map(|(state, _)| state)
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
