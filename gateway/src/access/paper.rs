//! Whose a paper is, and who may name it: by custody, by having handed it in, or while nothing names it.
//!
//! Invariants: that nothing names a paper, or nothing that one sees, is believed only once the list has passed the log's end; a paper that one may
//! not see reads as one that is not there, in an answer and in a command that names it; a denial is told to the access log.
//! Deliberately absent: the custody itself ([`om_domain::access::of_paper`]).

use super::{log, verdict};
use crate::{
    context::Requester,
    services::{Services, stream},
};
use om_domain::{
    access::{Action, Denial, Of, Verdict, of_paper},
    access_log::About,
    ids::{MatterId, PaperHash, PermitCode},
    matter::MatterDecider,
};
use om_infra::{
    executor::{At, Fault, HistoryError, Known},
    log::LogError,
    runner::ReadError,
};
use om_projections::named_papers::{self, NamedPapers};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long the lists may take to pass the log's end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Matters that name a paper, each with the permits for whose sake an applicant was barred by it.
type Naming = BTreeMap<MatterId, BTreeSet<PermitCode>>;

/// Whether the requester may read this paper, and so name it in a command: one of a permit through its hands ([`of_paper`]) or of a
/// matter as a whole, one that its own body has handed in here, or one that nothing names yet, which only those know who handed it in.
///
/// # Errors
/// When the list of papers or a matter cannot be read.
pub async fn sees_paper(services: &Services, who: &Requester, paper: &PaperHash) -> Result<bool, Unreadable> {
    if let Verdict::Deny(denial) = verdict(who, Action::ReadMatter, Of::County) {
        denied(services, who, &denial, paper).await;
        return Ok(false);
    }
    let body = (who.county().clone(), who.actor.body.clone());
    if who.asker().sees_all() || services.handed_in.is_of(&body, paper) {
        return Ok(true);
    }
    if let Named::Seen = judged(services, who, paper).await? {
        return Ok(true);
    }
    // another list or a matter's own screen may show already what names it
    passed_the_end(services).await?;
    match judged(services, who, paper).await? {
        Named::Seen | Named::Nowhere => Ok(true),
        Named::Unseen(denial) => {
            denied(services, who, &denial, paper).await;
            Ok(false)
        }
    }
}

/// By what is known to name a paper.
enum Named {
    /// By something through which the requester sees it.
    Seen,
    /// By other things alone.
    Unseen(Denial),
    /// By nothing.
    Nowhere,
}

async fn judged(services: &Services, who: &Requester, paper: &PaperHash) -> Result<Named, Unreadable> {
    let mut named = Named::Nowhere;
    for (matter, barred_for) in &naming(services, who, paper).await? {
        let name = stream::<MatterDecider>(who.county(), matter).map_err(Fault::from)?;
        let state = services.matters.state(&name).await?.state;
        let mut sees = verdict(who, Action::ReadMatter, Of::Parties(&state.parties));
        if sees.is_allowed() {
            let facts = services.matters.facts_at(&name, At { known: Known::Head, as_of: None }).await?;
            let parties = of_paper(&state, facts.iter().map(|entry| &entry.fact), barred_for, paper);
            sees = verdict(who, Action::ReadMatter, Of::Parties(&parties));
        }
        match sees {
            Verdict::Allow => return Ok(Named::Seen),
            Verdict::Deny(denial) => named = Named::Unseen(denial),
        }
    }
    Ok(named)
}

/// Those of the papers a command names that its giver may not see: to the rules they are not there, or whoever heard of a hash would
/// have its paper by handing it on.
///
/// # Errors
/// When the list of papers or a matter cannot be read.
pub async fn unseen(
    services: &Services,
    who: &Requester,
    named: impl IntoIterator<Item = &PaperHash>,
    missing: &BTreeSet<PaperHash>,
) -> Result<BTreeSet<PaperHash>, Unreadable> {
    let named: BTreeSet<_> = named.into_iter().filter(|paper| !missing.contains(*paper)).collect();
    let mut unseen = BTreeSet::new();
    for paper in named {
        if !sees_paper(services, who, paper).await? {
            unseen.insert(paper.clone());
        }
    }
    Ok(unseen)
}

async fn naming(services: &Services, who: &Requester, paper: &PaperHash) -> Result<Naming, Unreadable> {
    let (county, named) = (who.county().clone(), paper.clone());
    let matters = services
        .projections
        .read::<NamedPapers, _>(move |db| named_papers::naming(db, &county, &named))
        .await?;
    let mut naming: Naming = matters.into_iter().map(|matter| (matter, BTreeSet::new())).collect();
    for (matter, permit) in services.registers.bar_papers.of(who.county(), paper).await? {
        naming.entry(matter).or_default().insert(permit);
    }
    Ok(naming)
}

/// Waits until the list of papers has passed the log's end as it is now: a matter's own screen may name one before that does.
async fn passed_the_end(services: &Services) -> Result<(), Unreadable> {
    let Some(end) = services.head().await? else { return Ok(()) };
    let mut progress = services.projections.progress::<NamedPapers>()?;
    let passed = progress.wait_for(|progress| progress.position.is_some_and(|at| at >= end));
    match tokio::time::timeout(PATIENCE, passed).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Unreadable::Behind),
    }
}

/// Of hashes that are no papers' there is no end: they are all one denial.
async fn denied(services: &Services, who: &Requester, denial: &Denial, paper: &PaperHash) {
    let found = services.papers.find(who.county(), paper).await.ok().flatten();
    log::denied(who, denial, found.map(|paper| About::Paper(paper.hash)));
}

/// Whose a paper is could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The list of papers.
    #[error(transparent)]
    Lists(#[from] ReadError),
    /// The list of papers stands behind the log.
    #[error("the lists have not caught up with the log")]
    Behind,
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A matter.
    #[error(transparent)]
    Matter(#[from] Fault),
    /// Its facts.
    #[error(transparent)]
    Facts(#[from] HistoryError),
}
