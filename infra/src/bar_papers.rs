//! Which papers are decisions that barred an applicant (R9): read off the log, since no matter names them.
//!
//! Invariants: an answer knows every bar acknowledged before it was asked for; what was read once is not read again while
//! the process runs.
//! Deliberately absent: who may read them, which follows from the permit they are about.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::applicant::{ApplicantDecider, ApplicantEvent};
use om_domain::decider::Decider;
use om_domain::ids::{CountyId, MatterId, PaperHash, PermitCode};
use tokio::sync::Mutex;

use crate::executor::Fault;
use crate::log::{EventLog, Position};
use crate::recorded;

/// Events looked at between two reads.
const PAGE: usize = 4_096;

/// The papers of bars in one log. The first question reads the whole log, later ones what has come since.
pub struct BarPapers {
    log: Arc<dyn EventLog>,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    to: Option<Position>,
    bars: HashMap<(String, PaperHash), BTreeSet<(MatterId, PermitCode)>>,
}

impl BarPapers {
    /// The index of a log; nothing is read yet.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, read: Mutex::default() }
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
        let mut read = self.read.lock().await;
        loop {
            let page = self.log.read_all(read.to, PAGE).await?;
            for event in page.iter().filter(|event| event.stream.category() == ApplicantDecider::CATEGORY) {
                let entry = recorded::decode::<ApplicantEvent>(event).map_err(|e| Fault::Load(e.into()))?;
                let ApplicantEvent::BarImposed(bar) = entry.fact.event else { continue };
                let Some(paper) = bar.decision.paper else { continue };
                let key = (event.stream.county().to_owned(), paper);
                read.bars.entry(key).or_default().insert((bar.matter, bar.permit));
            }
            if let Some(last) = page.last() {
                read.to = Some(last.position);
            }
            if page.len() < PAGE {
                let key = (county.to_string(), paper.clone());
                return Ok(read.bars.get(&key).cloned().unwrap_or_default());
            }
        }
    }
}
