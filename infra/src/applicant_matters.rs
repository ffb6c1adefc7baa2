//! Which matters an applicant has: read off the log, for what is so in all of them at once.
//!
//! Invariants: an answer knows every matter proposed before it was asked for; what was read once is not read again while the
//! process runs. A matter's applicant is never corrected, so where it was proposed says it.
//! Deliberately absent: how the matters are; whoever asks reads their streams.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::decider::Decider;
use om_domain::ids::{ApplicantId, CountyId, MatterId};
use om_domain::matter::{MatterDecider, MatterEvent};
use tokio::sync::Mutex;

use crate::executor::Fault;
use crate::log::{EventLog, Position};
use crate::recorded;

/// Events looked at between two reads.
const PAGE: usize = 4_096;
/// The fact that says who applies.
const PROPOSED: &str = "MatterProposed";

/// The matters of the applicants in one log. The first question reads the whole log, later ones what has come since.
pub struct ApplicantMatters {
    log: Arc<dyn EventLog>,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    to: Option<Position>,
    matters: HashMap<(String, ApplicantId), BTreeSet<MatterId>>,
}

impl ApplicantMatters {
    /// The index of a log; nothing is read yet.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, read: Mutex::default() }
    }

    /// The applicant's matters, ended ones too.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub async fn of(&self, county: &CountyId, applicant: &ApplicantId) -> Result<BTreeSet<MatterId>, Fault> {
        let mut read = self.read.lock().await;
        loop {
            let page = self.log.read_all(read.to, PAGE).await?;
            let proposals = page.iter().filter(|event| {
                event.stream.category() == MatterDecider::CATEGORY && *event.kind == *PROPOSED
            });
            for event in proposals {
                let entry = recorded::decode::<MatterEvent>(event).map_err(|e| Fault::Load(e.into()))?;
                let MatterEvent::MatterProposed(proposed) = entry.fact.event else { continue };
                let key = (event.stream.county().to_owned(), proposed.project.applicant);
                read.matters.entry(key).or_default().insert(event.stream.id().parse()?);
            }
            if let Some(last) = page.last() {
                read.to = Some(last.position);
            }
            if page.len() < PAGE {
                let key = (county.to_string(), applicant.clone());
                return Ok(read.matters.get(&key).cloned().unwrap_or_default());
            }
        }
    }
}
