//! Which matters an applicant has: read off the log, for what is so in all of them at once.
//!
//! Invariants: an answer knows every matter proposed before it was asked for. A matter's applicant is never corrected, so where
//! it was proposed says it.
//! Deliberately absent: how the matters are; whoever asks reads their streams.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::decider::Decider;
use om_domain::ids::{ApplicantId, CountyId, MatterId};
use om_domain::matter::{MatterDecider, MatterEvent};

use crate::executor::Fault;
use crate::log::{EventLog, StoredEvent};
use crate::log_index::{Gathered, LogIndex};
use crate::recorded;

/// The fact that says who applies.
const PROPOSED: &str = "MatterProposed";

/// The matters of the applicants in one log.
pub struct ApplicantMatters(LogIndex<Matters>);

#[derive(Default)]
struct Matters(HashMap<(String, ApplicantId), BTreeSet<MatterId>>);

impl Gathered for Matters {
    const CATEGORY: &'static str = MatterDecider::CATEGORY;

    fn take(&mut self, event: &StoredEvent) -> Result<(), Fault> {
        // the others need not be decoded
        if *event.kind != *PROPOSED {
            return Ok(());
        }
        let entry = recorded::decode::<MatterEvent>(event).map_err(|e| Fault::Load(e.into()))?;
        if let MatterEvent::MatterProposed(proposed) = entry.fact.event {
            let key = (event.stream.county().to_owned(), proposed.project.applicant);
            self.0.entry(key).or_default().insert(event.stream.id().parse()?);
        }
        Ok(())
    }
}

impl ApplicantMatters {
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

    /// The applicant's matters, ended ones too.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn of(&self, county: &CountyId, applicant: &ApplicantId) -> Result<BTreeSet<MatterId>, Fault> {
        let key = (county.to_string(), applicant.clone());
        self.0.ask(|matters| matters.0.get(&key).cloned().unwrap_or_default()).await
    }
}
