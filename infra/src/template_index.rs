//! Which templates each county has imported: the names of their streams, read off the log.
//!
//! Invariants: an answer shows every import acknowledged before it was asked for; what was read once is not read again
//! while the process runs.
//! Deliberately absent: what a template says; its own stream does. A projection of its own would keep a few names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use om_domain::decider::Decider;
use om_domain::ids::{CountyId, TemplateId};
use om_domain::template::TemplateDecider;
use tokio::sync::Mutex;

use crate::executor::Fault;
use crate::log::{EventLog, Position};

/// Events looked at between two reads.
const PAGE: usize = 4_096;

/// The names of all templates in one log. The first question reads the whole log, later ones what has come since.
pub struct TemplateIndex {
    log: Arc<dyn EventLog>,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    to: Option<Position>,
    templates: HashMap<String, BTreeSet<TemplateId>>,
}

impl TemplateIndex {
    /// The index of a log; nothing is read yet.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, read: Mutex::default() }
    }

    /// The templates that a county has imported, by id.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn of(&self, county: &CountyId) -> Result<BTreeSet<TemplateId>, Fault> {
        let mut read = self.read.lock().await;
        loop {
            let page = self.log.read_all(read.to, PAGE).await?;
            for event in page.iter().filter(|event| event.stream.category() == TemplateDecider::CATEGORY) {
                let id = TemplateId::recorded(event.stream.id())?;
                read.templates.entry(event.stream.county().to_owned()).or_default().insert(id);
            }
            if let Some(last) = page.last() {
                read.to = Some(last.position);
            }
            if page.len() < PAGE {
                return Ok(read.templates.get(county.as_str()).cloned().unwrap_or_default());
            }
        }
    }
}
