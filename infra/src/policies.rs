//! The domain's policies with what they need to reach their streams.
//!
//! Invariant: which fact asks what is the domain's; here only the addressee is looked up, on the matter's own state.
//! Deliberately absent: delivery; that is the policy runner's.

use std::sync::Arc;

use async_trait::async_trait;
use om_domain::applicant::ApplicantDecider;
use om_domain::decider::Decider;
use om_domain::ids::{CountyId, MatterId};
use om_domain::matter::event::ProjectFacts;
use om_domain::matter::{MatterDecider, MatterEvent};
use om_domain::policies::{lapse_costs_eligibility, termination_releases_code};
use om_domain::project::ProjectDecider;

use crate::event_store::LoadError;
use crate::executor::{Executor, Fault};
use crate::log::StoredEvent;
use crate::policy_runner::{Order, Policy, order};
use crate::recorded::{Entry, decode};

/// A tolerance that ran out costs the applicant its eligibility (R10).
pub struct LapseCostsEligibility {
    /// Where the matter is read.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Where the lapse is told.
    pub applicants: Arc<Executor<ApplicantDecider>>,
}

/// A matter that is given up gives its project code back.
pub struct TerminationReleasesCode {
    /// Where the matter is read.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Where the code is released.
    pub projects: Arc<Executor<ProjectDecider>>,
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
