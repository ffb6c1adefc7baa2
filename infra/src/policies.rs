//! The domain's policies with what they need to reach their streams.
//!
//! Invariant: which fact asks what is the domain's; here only the addressee is looked up: on the matter's own state,
//! and for a whole county in the log.
//! Deliberately absent: delivery; that is the policy runner's.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use om_domain::applicant::ApplicantDecider;
use om_domain::calendar_book::{CalendarBookDecider, CalendarBookEvent};
use om_domain::decider::Decider;
use om_domain::ids::{CountyId, MatterId};
use om_domain::matter::event::ProjectFacts;
use om_domain::matter::{MatterDecider, MatterEvent};
use om_domain::policies::{
    lapse_costs_eligibility, lapse_set_aside_lifts, revise_open_dues, termination_releases_code,
};
use om_domain::project::ProjectDecider;

use crate::calendars::Calendars;
use crate::event_store::LoadError;
use crate::executor::{Executor, Fault};
use crate::log::{EventLog, Position, StoredEvent};
use crate::policy_runner::{Order, Policy, order};
use crate::recorded::{Entry, decode};

/// A tolerance that ran out costs the applicant its eligibility (R10).
pub struct LapseCostsEligibility {
    /// Where the matter is read.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Where the lapse is told.
    pub applicants: Arc<Executor<ApplicantDecider>>,
}

/// A lapse set aside costs the applicant nothing (R10).
pub struct LapseSetAsideLifts {
    /// Where the matter is read.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Where it is told.
    pub applicants: Arc<Executor<ApplicantDecider>>,
}

/// A matter that is given up gives its project code back.
pub struct TerminationReleasesCode {
    /// Where the matter is read.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Where the code is released.
    pub projects: Arc<Executor<ProjectDecider>>,
}

/// Events of the log looked at between two reads.
const PAGE: usize = 4_096;

/// A holiday notice, or a county's own days, revise the open due dates of the county's open matters (R20).
pub struct ReviseOpenDues {
    /// Where the matters are found: a notice comes once a year, and for it the log is read once.
    pub log: Arc<dyn EventLog>,
    /// What the matters count by.
    pub calendars: Arc<dyn Calendars>,
    /// Where the dates are revised.
    pub matters: Arc<Executor<MatterDecider>>,
}

impl ReviseOpenDues {
    /// The county's matters that were open when the fact at this place was recorded. A matter proposed later has
    /// counted by the new calendar from its first day.
    async fn open(&self, county: &str, at: Position) -> Result<BTreeSet<MatterId>, Fault> {
        let (mut open, mut after) = (BTreeSet::new(), None);
        loop {
            let page = self.log.read_all(after, PAGE).await?;
            let until_then = page.iter().take_while(|event| event.position < at);
            let ours = until_then.filter(|event| {
                event.stream.category() == MatterDecider::CATEGORY && event.stream.county() == county
            });
            for event in ours {
                match &*event.kind {
                    "MatterProposed" => open.insert(event.stream.id().parse()?),
                    "MatterCompleted" | "MatterTerminated" => open.remove(&event.stream.id().parse()?),
                    _ => false,
                };
            }
            match page.last() {
                Some(last) if page.len() == PAGE && last.position < at => after = Some(last.position),
                _ => return Ok(open),
            }
        }
    }
}

/// A matter's fact of this name.
fn fact_of(event: &StoredEvent, kind: &str) -> Result<Option<(MatterId, Entry<MatterEvent>)>, Fault> {
    if event.stream.category() != MatterDecider::CATEGORY || *event.kind != *kind {
        return Ok(None);
    }
    let entry = decode(event).map_err(|e| Fault::Load(LoadError::from(e)))?;
    Ok(Some((event.stream.id().parse()?, entry)))
}

async fn project(
    matters: &Executor<MatterDecider>,
    event: &StoredEvent,
) -> Result<Option<ProjectFacts>, Fault> {
    Ok(matters.state(&event.stream).await?.state.project.clone())
}

#[async_trait]
impl Policy for LapseCostsEligibility {
    fn name(&self) -> &'static str {
        "lapse-costs-eligibility"
    }

    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault> {
        let Some((matter, entry)) = fact_of(event, "ToleranceLapsed")? else { return Ok(Vec::new()) };
        let Some(command) = lapse_costs_eligibility(matter, &entry.fact) else { return Ok(Vec::new()) };
        let Some(project) = project(&self.matters, event).await? else { return Ok(Vec::new()) };
        let county: CountyId = event.stream.county().parse()?;
        let stream = Executor::<ApplicantDecider>::stream(&county, &project.applicant)?;
        Ok(vec![order(&self.applicants, stream, command)])
    }
}

#[async_trait]
impl Policy for LapseSetAsideLifts {
    fn name(&self) -> &'static str {
        "lapse-set-aside-lifts"
    }

    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault> {
        let Some((matter, entry)) = fact_of(event, "LapseSetAside")? else { return Ok(Vec::new()) };
        let Some(command) = lapse_set_aside_lifts(matter, &entry.fact) else { return Ok(Vec::new()) };
        let Some(project) = project(&self.matters, event).await? else { return Ok(Vec::new()) };
        let county: CountyId = event.stream.county().parse()?;
        let stream = Executor::<ApplicantDecider>::stream(&county, &project.applicant)?;
        Ok(vec![order(&self.applicants, stream, command)])
    }
}

#[async_trait]
impl Policy for TerminationReleasesCode {
    fn name(&self) -> &'static str {
        "termination-releases-code"
    }

    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault> {
        let Some((matter, entry)) = fact_of(event, "MatterTerminated")? else { return Ok(Vec::new()) };
        let Some(command) = termination_releases_code(matter, &entry.fact) else { return Ok(Vec::new()) };
        let Some(project) = project(&self.matters, event).await? else { return Ok(Vec::new()) };
        let county: CountyId = event.stream.county().parse()?;
        let stream = Executor::<ProjectDecider>::stream(&county, &project.code)?;
        Ok(vec![order(&self.projects, stream, command)])
    }
}

#[async_trait]
impl Policy for ReviseOpenDues {
    fn name(&self) -> &'static str {
        "revise-open-dues"
    }

    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault> {
        if event.stream.category() != CalendarBookDecider::CATEGORY {
            return Ok(Vec::new());
        }
        // the log may show the notice before whoever appended it has been answered
        self.calendars.grown(&event.stream);
        let entry: Entry<CalendarBookEvent> = decode(event).map_err(|e| Fault::Load(LoadError::from(e)))?;
        let county: CountyId = event.stream.county().parse()?;
        let open = self.open(county.as_str(), event.position).await?;
        let orders = revise_open_dues(open, &entry.fact).into_iter().map(|(matter, command)| {
            let stream = Executor::<MatterDecider>::stream(&county, matter)?;
            Ok(order(&self.matters, stream, command))
        });
        orders.collect()
    }
}
