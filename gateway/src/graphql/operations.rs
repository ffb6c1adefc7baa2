//! How the installation runs, for who keeps it and who audits it: the log, what follows it, where papers and texts are kept.
//!
//! Invariants: the figures are those of `/readyz` and `/metrics`; no name of a matter, a person, a file or a host of the
//! installation is among them; a store is asked for something that is not there, so that it is known to answer.
//! Deliberately absent: who may see it, which the policy says before (`access`), and again as long as one listens; doing anything about it; that is the command line's (`onematter doctor`, `rebuild`).

use super::{
    error::{Code, bad_input, error},
    matter::queries::of_request,
    scalars::Instant,
};
use crate::{context::Requester, services::Services};
use async_graphql::{Context, Enum, Result, SimpleObject, Subscription};
use futures::Stream;
use om_domain::{
    access::{Action, may},
    decider::Actor,
    ids::{CountyId, PaperHash, VaultRef},
};
use om_infra::{
    log,
    policy_runner::PolicyHealth,
    runner::{Phase, ProjectionHealth},
};
use std::{future::Future, sync::Arc, time::Duration};

/// How often a subscriber's figures are taken anew.
const LOOK: Duration = Duration::from_secs(1);
/// How long a store may take to answer before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum KeptIn {
    /// In files of this gateway's data directory.
    Directory,
    /// In a PostgreSQL database.
    Database,
    /// On the nodes of an event store, for every gateway.
    Cluster,
}

/// Whether the log acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum LogStanding {
    /// It reads and records.
    Serving,
    /// It reads; nothing is recorded until the gateway is started again.
    Stopped,
    /// Its nodes do not answer; nothing is lost, and it goes on once they do.
    Unreachable,
}

/// The log, the only truth.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(serial)]
pub struct LogFigures {
    /// Which engine keeps it.
    pub kept_in: KeptIn,
    /// Whether it acknowledges.
    pub standing: LogStanding,
    /// Since when it does not answer; none while it does.
    pub since: Option<Instant>,
    /// The place of its last entry, counted by the engine; none while it is empty or does not answer.
    pub head: Option<String>,
}

/// What a projection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProjectionPhase {
    /// It is built from the log.
    Building,
    /// It follows the log.
    Live,
    /// It stopped at an entry that this version cannot read.
    Stopped,
    /// It cannot write, or cannot read the log, and tries again.
    Failing,
}

/// A projection: the lists are read off it.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
#[graphql(serial)]
pub struct ProjectionFigures {
    /// Its name, such as `board`.
    pub name: String,
    /// The version of its rows.
    pub schema: u32,
    /// What it is doing.
    pub phase: ProjectionPhase,
    /// Entries it has not folded yet; none where they cannot be counted.
    pub lag_entries: Option<u64>,
    /// Bytes of the log it has not read yet, where entries cannot be counted.
    pub lag_bytes: Option<u64>,
    /// For how many milliseconds it has been behind without a break.
    pub lag_ms: u64,
    /// While it is built: the share that is done, 0 to 1.
    pub built: Option<f64>,
    /// Where it stopped, as the log counts.
    pub stopped_at: Option<String>,
}

/// A policy: it carries on what follows from an entry elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(serial)]
pub struct PolicyFigures {
    /// Its name.
    pub name: String,
    /// Whether it waits for something to be put right.
    pub waits: bool,
}

/// A store beside the log.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(serial)]
pub struct StoreFigures {
    /// Where it is kept.
    pub kept_in: KeptIn,
    /// Whether it answered just now.
    pub answers: bool,
}

/// How the installation runs, as this gateway sees it.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
#[graphql(serial)]
pub struct Operations {
    /// The program's version.
    pub version: String,
    /// Whether requests can be relied upon: the log records, and every list follows it; those that may come later (search, performance)
    /// may still be being built.
    pub ready: bool,
    /// The log.
    pub log: LogFigures,
    /// The projections; none while the log does not answer.
    pub projections: Vec<ProjectionFigures>,
    /// The policies.
    pub policies: Vec<PolicyFigures>,
    /// Where names, notes and other personal texts are kept.
    pub vault: StoreFigures,
    /// Where papers are kept.
    pub papers: StoreFigures,
    /// The largest paper that is taken, in bytes.
    pub paper_limit: u64,
}

impl LogFigures {
    async fn of(services: &Services) -> Self {
        let (standing, since) = match services.log.state() {
            log::LogState::Serving => (LogStanding::Serving, None),
            log::LogState::Stopped { .. } => (LogStanding::Stopped, None),
            log::LogState::Unreachable { since, .. } => (LogStanding::Unreachable, Some(since.into())),
        };
        let kept_in = if services.apart.log { KeptIn::Cluster } else { KeptIn::Directory };
        let head = services.head().await.ok().flatten().map(|head| head.number().to_string());
        LogFigures { kept_in, standing, since, head }
    }
}

impl ProjectionFigures {
    fn of(health: &ProjectionHealth) -> Self {
        let (phase, built, stopped_at) = match &health.phase {
            Phase::Building { folded, of } => (ProjectionPhase::Building, share(*folded, *of), None),
            Phase::Live => (ProjectionPhase::Live, None, None),
            Phase::Stopped { poison } => (ProjectionPhase::Stopped, None, Some(poison.position.to_string())),
            Phase::Failing { .. } => (ProjectionPhase::Failing, None, None),
        };
        ProjectionFigures {
            name: health.name.to_owned(),
            schema: health.schema,
            phase,
            lag_entries: health.lag.events(),
            lag_bytes: health.lag.bytes(),
            lag_ms: health.lag_ms,
            built,
            stopped_at,
        }
    }
}

/// To a thousandth, which is as much as anybody sees.
fn share(part: u64, whole: u64) -> Option<f64> {
    let thousandth = u32::try_from(part.saturating_mul(1_000).checked_div(whole)?).ok()?;
    Some(f64::from(thousandth.min(1_000)) / 1_000.0)
}

impl From<PolicyHealth> for PolicyFigures {
    fn from(health: PolicyHealth) -> Self {
        PolicyFigures { name: health.name.to_owned(), waits: health.failing.is_some() }
    }
}

async fn answers<T, E>(asked: impl Future<Output = std::result::Result<T, E>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(_)))
}

impl StoreFigures {
    fn of(in_database: bool, answers: bool) -> Self {
        StoreFigures { kept_in: if in_database { KeptIn::Database } else { KeptIn::Directory }, answers }
    }
}

impl Operations {
    async fn of(services: &Services, county: &CountyId) -> Result<Self> {
        let nothing: VaultRef = format!("vault:{}", "0".repeat(26)).parse().map_err(bad_input)?;
        let no_paper: PaperHash = "0".repeat(64).parse().map_err(bad_input)?;
        let (vault, papers) = tokio::join!(
            answers(services.vault.get(county, &nothing)),
            answers(services.papers.find(county, &no_paper)),
        );
        let log = LogFigures::of(services).await;
        let health = services.projections.health().await.unwrap_or_default();
        let following = !health.is_empty() && health.iter().all(ProjectionHealth::lets_serve);
        Ok(Operations {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ready: log.standing == LogStanding::Serving && following,
            log,
            projections: health.iter().map(ProjectionFigures::of).collect(),
            policies: services.policies().into_iter().map(Into::into).collect(),
            vault: StoreFigures::of(services.apart.vault, vault),
            papers: StoreFigures::of(services.apart.papers, papers),
            paper_limit: services.papers.limit(),
        })
    }
}

fn let_in(actor: &Actor) -> Result<()> {
    match may(actor, Action::ReadHealth) {
        true => Ok(()),
        false => {
            Err(error(Code::Forbidden, "how the installation runs is shown to administrators and auditors"))
        }
    }
}

/// Queries about the installation.
#[derive(Default)]
pub struct OperationsQuery;

#[async_graphql::Object]
impl OperationsQuery {
    /// How the installation runs, for administrators and auditors: the log, how far what is read off it is behind, where papers
    /// and texts are kept.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn operations(&self, ctx: &Context<'_>) -> Result<Operations> {
        let (services, who) = of_request(ctx)?;
        om_infra::shown::something_else();
        Operations::of(services, who.county()).await
    }
}

/// Subscriptions to the installation's figures.
#[derive(Default)]
pub struct OperationsSubscription;

#[Subscription]
impl OperationsSubscription {
    /// How the installation runs, for administrators and auditors: at once, then whenever a figure is another, looked at every second.
    async fn operations_changed(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Result<Operations>>> {
        let who = ctx.data::<Requester>()?.clone();
        let services = Arc::clone(ctx.data::<Arc<Services>>()?);
        Ok(futures::stream::unfold(Watching { services, who, last: None, over: false }, step))
    }
}

struct Watching {
    services: Arc<Services>,
    who: Requester,
    last: Option<Operations>,
    over: bool,
}

async fn step(mut watching: Watching) -> Option<(Result<Operations>, Watching)> {
    if watching.over {
        return None;
    }
    loop {
        if watching.last.is_some() {
            tokio::time::sleep(LOOK).await;
        }
        match look(&watching).await {
            Ok(now) if watching.last.as_ref() == Some(&now) => {}
            Ok(now) => {
                watching.last = Some(now.clone());
                return Some((Ok(now), watching));
            }
            Err(error) => {
                watching.over = true;
                return Some((Err(error), watching));
            }
        }
    }
}

/// With the roles that the account has now; those it had while the directory cannot be read.
async fn look(Watching { services, who, .. }: &Watching) -> Result<Operations> {
    match services.as_registered(Arc::clone(&who.actor)).await {
        Ok(Some(actor)) => let_in(&actor)?,
        Ok(None) => return Err(error(Code::Unauthenticated, "the account was retired")),
        Err(_) => {}
    }
    Operations::of(services, who.county()).await
}
