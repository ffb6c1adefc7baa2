//! The platform over one data directory: log, executors, projections, policies, ticker, vault, clock.
//!
//! ```text
//! DIR/events.db           the log, the only truth; not there if the log is in a cluster
//! DIR/vault.db            personal text, sealed
//! DIR/keys.db             the keys of its subjects; backed up apart
//! DIR/vault.key           the master key that wraps them, unless a file elsewhere is named
//! DIR/papers/             papers, by their hash; not there if they are in a database, but for what passes through
//! DIR/read/               projections, disposable
//! DIR/policies.db         how far the policies have come, disposable
//! DIR/virtual-clock.json  only in a demo's directory
//! ```
//!
//! Invariants: one process at a time has a directory open for writing (its lock); a demo's directory is
//! served as a demo or not at all; its clock is not the world's.
//! Deliberately absent: HTTP, signals (whoever serves calls [`Platform::shutdown`]), and what a demo plays.

mod demo;
mod read_ahead;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use om_domain::matter::MatterDecider;
use om_domain::person::PersonDecider;
use om_projections::board::Board;
use om_projections::contacts::Contacts;
use om_projections::meetings::Meetings;
use om_projections::named_papers::NamedPapers;
use om_projections::performance::Performance;
use om_projections::search::Search;

pub use demo::{DemoClock, VIRTUAL_CLOCK};
use read_ahead::ReadAhead;

use crate::access_log::AccessBook;
use crate::calendars::{Calendars, CountyCalendars};
use crate::clock::{Clock, SystemClock, VirtualClock};
use crate::erasures::{ErasureError, Erasures, Reapplied};
use crate::executor::{Executor, Host};
use crate::log::sqlite::Options;
use crate::log::{EventLog, LogError, LogState, OpenError, SqliteLog, sqlite};
use crate::papers::{self, FilePapers, PaperError, PaperStore, Papers};
use crate::policies::{LapseCostsEligibility, LapseSetAsideLifts, ReviseOpenDues, TerminationReleasesCode};
use crate::policy_runner::{CheckpointError, PolicyHealth, PolicyRunner};
use crate::registers::Registers;
use crate::runner::{OnProgress, ProjectionHealth, Projections, ToRun};
use crate::telemetry::Metrics;
use crate::ticker::{Settles, Ticker, TickerOptions, Ticking};
use crate::vault::{FileVault, Vault, VaultError};

/// Matters kept in memory, if not told otherwise.
const MATTERS: usize = 4_096;
/// Other streams kept in memory, per aggregate.
const OTHERS: usize = 512;
/// Facts of time lead to commands, and those to facts of time: rounds of that at most.
const MOST_ROUNDS: usize = 16;

/// How a platform is opened.
#[derive(Default)]
pub struct PlatformOptions {
    /// The clock; none: the system's, or a demo directory's own.
    pub clock: Option<Arc<dyn Clock>>,
    /// Whether a demo's directory may be opened.
    pub demo: bool,
    /// When deadlines are acted on; policies are delivered meanwhile, and what is gathered off the log is read ahead. None: nothing happens
    /// by itself, as for an import, but by [`Platform::settle_due`].
    pub ticker: Option<TickerOptions>,
    /// How many matters are kept in memory.
    pub cached_matters: Option<usize>,
    /// Where personal text is kept; none: in a file of the directory.
    pub vault: Option<Arc<dyn Vault>>,
    /// The file of the master key, for the vault in files; none: the directory's own.
    pub vault_key: Option<PathBuf>,
    /// Where papers are kept; none: in files of the directory.
    pub papers: Option<Arc<dyn PaperStore>>,
    /// The largest paper that is taken, in bytes; none: [`papers::MAX_BYTES`].
    pub papers_limit: Option<u64>,
    /// Hears how far the building of projections has come.
    pub on_progress: Option<OnProgress>,
    /// The log, opened before; none: the embedded one in the directory.
    pub log: Option<Arc<dyn EventLog>>,
    /// The embedded log's options.
    pub embedded: Options,
}

/// The platform could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The log.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The papers.
    #[error(transparent)]
    Papers(#[from] PaperError),
    /// The policies' file.
    #[error(transparent)]
    Policies(#[from] CheckpointError),
    /// The metrics.
    #[error("metrics cannot be registered: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A demo's directory, and no demo asked for.
    #[error(
        "{} holds a demo, whose clock is not the world's. Serve it with --demo, or name another directory",
        dir.display()
    )]
    IsADemo {
        /// The directory.
        dir: PathBuf,
    },
    /// A demo asked for, and the directory holds real matters.
    #[error("{} holds no demo. Leave out --demo, or name the demo's directory", dir.display())]
    IsNoDemo {
        /// The directory.
        dir: PathBuf,
    },
    /// The demo's clock cannot be used.
    #[error("the demo's clock {} cannot be used: {reason}. Play the demo into a new directory", file.display())]
    DemoClock {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Whether the platform can serve, and what keeps it from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Whether the log takes appends and every projection follows it. A policy that waits does not count: it is
    /// for a person to look at, and no request depends on it.
    pub ready: bool,
    /// The log.
    pub log: LogState,
    /// The projections.
    pub projections: Vec<ProjectionHealth>,
    /// The policies.
    pub policies: Vec<PolicyHealth>,
}

/// Which stores lie apart from the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart {
    /// The log, in a cluster.
    pub log: bool,
    /// Personal text, in a database.
    pub vault: bool,
    /// Papers, in a database.
    pub papers: bool,
}

/// The metrics could not be told.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The text.
    #[error(transparent)]
    Text(#[from] prometheus::Error),
}

/// The platform over one data directory.
pub struct Platform {
    /// The data directory.
    pub data: PathBuf,
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The counties' calendars.
    pub calendars: Arc<CountyCalendars>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Matters.
    pub matters: Arc<Executor<MatterDecider>>,
    /// What matters refer to.
    pub registers: Registers,
    /// Projections.
    pub projections: Arc<Projections>,
    /// Personal text.
    pub vault: Arc<dyn Vault>,
    /// What happened to a subject's personal texts.
    pub persons: Arc<Executor<PersonDecider>>,
    /// Papers.
    pub papers: Arc<Papers>,
    /// Where denials and readings are written down.
    pub access_log: AccessBook,
    /// Which of them lie apart from the directory.
    pub apart: Apart,
    policies: PolicyRunner,
    settlers: Vec<Arc<dyn Settles>>,
    ticking: Option<Ticking>,
    read_ahead: Option<ReadAhead>,
    /// Of the directory, where no embedded log holds one.
    _lock: Option<File>,
}

impl Platform {
    /// Opens the directory, creating what is not there. Call it inside a runtime: the projections start, and may
    /// still be catching up when it returns ([`Projections::caught_up`]).
    ///
    /// # Errors
    /// See [`PlatformError`]: each says what to do.
    pub fn open(data: &Path, options: PlatformOptions) -> Result<Self, PlatformError> {
        let clock = clock(data, &options)?;
        let apart = Apart {
            log: options.log.is_some(),
            vault: options.vault.is_some(),
            papers: options.papers.is_some(),
        };
        let (log, lock): (Arc<dyn EventLog>, _) = match options.log {
            Some(log) => (log, Some(sqlite::hold(data)?)),
            None => (SqliteLog::open(data, options.embedded)?, None),
        };
        let vault = match options.vault {
            Some(vault) => vault,
            None => Arc::new(FileVault::open_with(data, options.vault_key.as_deref())?),
        };
        let papers = papers(data, options.papers, options.papers_limit)?;
        let calendars = Arc::new(CountyCalendars::new(Arc::clone(&log)));
        let metrics = Arc::new(Metrics::new()?);
        let host = Host {
            log: Arc::clone(&log),
            clock: Arc::clone(&clock),
            calendars: Arc::clone(&calendars) as Arc<dyn Calendars>,
            metrics: Arc::clone(&metrics),
        };
        let matters = Arc::new(Executor::new(host.clone(), options.cached_matters.unwrap_or(MATTERS)));
        let registers = Registers::new(&host, OTHERS, Arc::clone(&matters), Some(Arc::clone(&papers)));
        let policies = policies(&host, data, &matters, &registers)?;
        let projections = Arc::new(Projections::start(
            Arc::clone(&host.log),
            &data.join("read"),
            &[
                ToRun::new::<Board>(),
                ToRun::new::<Contacts>(),
                ToRun::new::<Meetings>(),
                ToRun::new::<NamedPapers>(),
                ToRun::new::<Performance>(),
                ToRun::new::<Search>(),
            ],
            options.on_progress,
        ));
        let settlers: Vec<Arc<dyn Settles>> =
            vec![matters.clone(), registers.applicants.clone(), registers.meetings.clone()];
        let ticking = options.ticker.map(|options| {
            policies.start();
            Ticker::new(Arc::clone(&clock), projections.clone(), settlers.clone(), options).start()
        });
        let read_ahead = ticking.is_some().then(|| ReadAhead::start(projections.clone(), registers.clone()));
        let access_log = AccessBook::start(&host);
        let persons = Arc::new(Executor::new(host, OTHERS));
        let data = data.to_owned();
        Ok(Self {
            data,
            log,
            clock,
            calendars,
            metrics,
            matters,
            registers,
            projections,
            vault,
            persons,
            papers,
            access_log,
            apart,
            policies,
            settlers,
            ticking,
            read_ahead,
            _lock: lock,
        })
    }

    /// What every executor works with.
    pub fn host(&self) -> Host {
        Host {
            log: Arc::clone(&self.log),
            clock: Arc::clone(&self.clock),
            calendars: Arc::clone(&self.calendars) as Arc<dyn Calendars>,
            metrics: Arc::clone(&self.metrics),
        }
    }

    /// Records what time has made true by now wherever a deadline has passed, and delivers what follows from it;
    /// tells how many streams were asked. What fails is logged, and found again by the next look.
    pub async fn settle_due(&self) -> usize {
        let options = TickerOptions::default();
        let ticker =
            Ticker::new(Arc::clone(&self.clock), self.projections.clone(), self.settlers.clone(), options);
        let mut asked = 0;
        for _ in 0..MOST_ROUNDS {
            let before = self.log.head().await.ok();
            if let Err(error) = self.projections.caught_up().await {
                tracing::error!(%error, "deadlines are not known");
                break;
            }
            match ticker.once().await {
                Ok(streams) => asked += streams,
                Err(error) => tracing::error!(%error, "deadlines cannot be read"),
            }
            self.policies.catch_up().await;
            if self.log.head().await.ok() == before {
                break;
            }
        }
        asked
    }

    /// Holds log and key store together: call it before anything is served.
    ///
    /// # Errors
    /// When either cannot be read or written; then nothing may be served.
    pub async fn reapply_erasures(&self) -> Result<Reapplied, ErasureError> {
        Erasures { log: &self.log, persons: &self.persons, vault: &self.vault }.reapply().await
    }

    /// Whether the platform can serve.
    ///
    /// # Errors
    /// When the log's end is not known.
    pub async fn readiness(&self) -> Result<Readiness, LogError> {
        let projections = self.projections.health().await?;
        let log = self.log.state();
        let ready = log == LogState::Serving && projections.iter().all(ProjectionHealth::lets_serve);
        Ok(Readiness { ready, log, projections, policies: self.policies.health() })
    }

    /// How the policies are.
    pub fn policies(&self) -> Vec<PolicyHealth> {
        self.policies.health()
    }

    /// The metrics in Prometheus' text form.
    ///
    /// # Errors
    /// When the log's end is not known, or a metric cannot be written.
    pub async fn gather(&self) -> Result<String, MetricsError> {
        self.projections.measure(&self.metrics).await?;
        Ok(self.metrics.gather()?)
    }

    /// Does some work, and closes whatever came of it: what still follows the log when its runtime ends would be torn off in the
    /// middle.
    pub async fn closed_after<T>(&self, work: impl Future<Output = T>) -> T {
        let done = work.await;
        self.shutdown().await;
        done
    }

    /// Finishes what is under way and closes the log. Call it once no more requests come.
    pub async fn shutdown(&self) {
        if let Some(ticking) = &self.ticking {
            ticking.shutdown().await;
        }
        if let Some(reading) = &self.read_ahead {
            reading.shutdown().await;
        }
        self.access_log.finish().await;
        self.policies.shutdown().await;
        self.projections.shutdown().await;
        self.log.close().await;
    }
}

/// The papers of a directory. Call it once the directory is this process's own: what came in earlier and was not kept
/// is thrown away.
fn papers(
    data: &Path,
    store: Option<Arc<dyn PaperStore>>,
    limit: Option<u64>,
) -> Result<Arc<Papers>, PaperError> {
    let dir = data.join(papers::DIRECTORY);
    let store = match store {
        Some(store) => store,
        None => Arc::new(FilePapers::open(&dir)?),
    };
    Ok(Arc::new(Papers::new(store, &dir, limit.unwrap_or(papers::MAX_BYTES))?))
}

fn policies(
    host: &Host,
    data: &Path,
    matters: &Arc<Executor<MatterDecider>>,
    registers: &Registers,
) -> Result<PolicyRunner, CheckpointError> {
    let (applicants, projects) = (registers.applicants.clone(), registers.projects.clone());
    PolicyRunner::open(
        &host.log,
        &data.join("policies.db"),
        vec![
            Arc::new(LapseCostsEligibility { matters: matters.clone(), applicants: applicants.clone() }),
            Arc::new(LapseSetAsideLifts { matters: matters.clone(), applicants }),
            Arc::new(TerminationReleasesCode { matters: matters.clone(), projects }),
            Arc::new(ReviseOpenDues {
                log: Arc::clone(&host.log),
                calendars: Arc::clone(&host.calendars),
                matters: matters.clone(),
            }),
        ],
    )
}

fn clock(data: &Path, options: &PlatformOptions) -> Result<Arc<dyn Clock>, PlatformError> {
    let demo = DemoClock::read(data)?;
    match (demo, options.demo, &options.clock) {
        (Some(_), false, _) => Err(PlatformError::IsADemo { dir: data.to_owned() }),
        (_, _, Some(clock)) => Ok(Arc::clone(clock)),
        (None, true, None) => Err(PlatformError::IsNoDemo { dir: data.to_owned() }),
        (Some(demo), true, None) => Ok(Arc::new(VirtualClock::running(demo.at(SystemClock.now())))),
        (None, false, None) => Ok(Arc::new(SystemClock)),
    }
}
