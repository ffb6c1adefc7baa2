//! The fold of a stream that every county has one of, read once and again after it has grown.
//!
//! Invariant: whoever asks after an entry was acknowledged, was read off the log, or counts in the log's end, sees it.
//! Deliberately absent: following the log. Every append of an executor is told to [`MainStream::grown`] before it is answered;
//! what others append, through a node of this process or to a log that is shared, shows at the log's end, which is asked for
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

/// What is read of a county's stream.
struct Read<D: Decider> {
    name: StreamName,
    state: Arc<D::State>,
    revision: Option<u64>,
    /// Where the log ended when the stream was last seen to end here.
    seen_at: Option<Position>,
}

impl<D: Decider> Clone for Read<D> {
    fn clone(&self) -> Self {
        let Self { name, state, revision, seen_at } = self;
        Self { name: name.clone(), state: Arc::clone(state), revision: *revision, seen_at: *seen_at }
    }
}

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
        let head = self.embedded_head().await?;
        if let Some(read) = known
            && self.still_ends(&read, head).await?
        {
            shown::stream(&read.name, read.revision);
            let state = Arc::clone(&read.state);
            if head.is_some() && head != read.seen_at {
                self.keep(county, grown, Read { seen_at: head, ..read });
            }
            return Ok(state);
        }
        let name = self.name(county)?;
        let read = self.store.load(&name).await?;
        shown::stream(&name, read.revision());
        let (state, revision) = (Arc::clone(read.state()), read.revision());
        self.keep(county, grown, Read { name, state: Arc::clone(&state), revision, seen_at: head });
        Ok(state)
    }

    /// Where the log ends, if that is known without asking another process.
    async fn embedded_head(&self) -> Result<Option<Position>, Fault> {
        let log = self.store.log();
        Ok(if log.is_shared() { None } else { log.head().await? })
    }

    /// Whether the stream still ends where it was read to.
    async fn still_ends(&self, read: &Read<D>, head: Option<Position>) -> Result<bool, Fault> {
        let Read { name, revision, seen_at, .. } = read;
        let log = self.store.log();
        let quiet = !log.is_shared() && (head == *seen_at || log.is_known_quiet(name, *seen_at));
        Ok(quiet || log.stream_head(name).await? == *revision)
    }

    fn keep(&self, county: &CountyId, grown: u64, read: Read<D>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let entry = match kept.get_mut(county.as_str()) {
            Some(entry) => entry,
            None => kept.entry(county.to_string()).or_default(),
        };
        if entry.grown == grown {
            entry.read = Some(read);
        }
    }

    /// The state in memory, asking the log nothing: for showing while the log cannot be reached, never for deciding.
    pub fn remembered(&self, county: &CountyId) -> Option<Arc<D::State>> {
        shown::something_else();
        self.known(county).0.map(|read| read.state)
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
