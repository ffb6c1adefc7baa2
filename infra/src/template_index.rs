//! Which templates each county has imported: the names of their streams, read off the log.
//!
//! Invariant: an answer shows every import acknowledged before it was asked for.
//! Deliberately absent: what a template says; its own stream does. A projection of its own would keep a few names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::decider::Decider;
use om_domain::ids::{CountyId, TemplateId};
use om_domain::template::TemplateDecider;

use crate::executor::Fault;
use crate::log::{EventLog, StoredEvent};
use crate::log_index::{Gathered, LogIndex};

/// The names of all templates in one log.
pub struct TemplateIndex(LogIndex<Templates>);

#[derive(Default)]
struct Templates(HashMap<String, BTreeSet<TemplateId>>);

impl Gathered for Templates {
    const CATEGORY: &'static str = TemplateDecider::CATEGORY;

    fn take(&mut self, event: &StoredEvent) -> Result<(), Fault> {
        let id = TemplateId::recorded(event.stream.id())?;
        self.0.entry(event.stream.county().to_owned()).or_default().insert(id);
        Ok(())
    }
}

impl TemplateIndex {
    /// The index of a log; nothing is read yet.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self(LogIndex::new(log))
    }

    /// Reads on to the log's end, so that whoever asks next need not.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub(crate) async fn read_on(&self) -> Result<(), Fault> {
        self.0.ask(|_| ()).await
    }

    /// The templates that a county has imported, by id.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn of(&self, county: &CountyId) -> Result<BTreeSet<TemplateId>, Fault> {
        self.0.ask(|templates| templates.0.get(county.as_str()).cloned().unwrap_or_default()).await
    }
}
