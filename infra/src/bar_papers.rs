//! Which papers are decisions that barred an applicant (R9): read off the log, since no matter names them.
//!
//! Invariant: an answer knows every bar acknowledged before it was asked for.
//! Deliberately absent: who may read them, which follows from the permit they are about.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::applicant::{ApplicantDecider, ApplicantEvent};
use om_domain::decider::Decider;
use om_domain::ids::{CountyId, MatterId, PaperHash, PermitCode};

use crate::executor::Fault;
use crate::log::{EventLog, StoredEvent};
use crate::log_index::{Gathered, LogIndex};
use crate::recorded;

/// The papers of bars in one log.
pub struct BarPapers(LogIndex<Bars>);

#[derive(Default)]
struct Bars(HashMap<(String, PaperHash), BTreeSet<(MatterId, PermitCode)>>);

impl Gathered for Bars {
    const CATEGORY: &'static str = ApplicantDecider::CATEGORY;

    fn take(&mut self, event: &StoredEvent) -> Result<(), Fault> {
        let entry = recorded::decode::<ApplicantEvent>(event).map_err(|e| Fault::Load(e.into()))?;
        if let ApplicantEvent::BarImposed(bar) = entry.fact.event
            && let Some(paper) = bar.decision.paper
        {
            let key = (event.stream.county().to_owned(), paper);
            self.0.entry(key).or_default().insert((bar.matter, bar.permit));
        }
        Ok(())
    }
}

impl BarPapers {
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

    /// The permits that bars by a decision of this paper came up in.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn of(
        &self,
        county: &CountyId,
        paper: &PaperHash,
    ) -> Result<BTreeSet<(MatterId, PermitCode)>, Fault> {
        let key = (county.to_string(), paper.clone());
        self.0.ask(|bars| bars.0.get(&key).cloned().unwrap_or_default()).await
    }
}
