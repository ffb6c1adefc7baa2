//! The platform over one data directory: log, executors, projections, vault, clock.
//!
//! ```text
//! DIR/events.db           the log, the only truth
//! DIR/vault.db            personal text
//! DIR/read/               projections, disposable
//! DIR/virtual-clock.json  only in a demo's directory
//! ```
//!
//! Invariant: a demo's directory is served as a demo or not at all; its clock is not the world's.
//! Deliberately absent: HTTP, and what a demo plays.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use om_domain::matter::MatterDecider;
use om_projections::board::Board;
use serde::{Deserialize, Serialize};

use crate::calendars::{Calendars, CountyCalendars};
use crate::clock::{Clock, SystemClock, VirtualClock};
use crate::executor::{Executor, Host};
use crate::log::sqlite::Options;
use crate::log::{EventLog, OpenError, SqliteLog};
use crate::registers::Registers;
use crate::runner::{OnProgress, Projections, ToRun};
use crate::telemetry::Metrics;
use crate::vault::{FileVault, Vault, VaultError};

/// The file that marks a demo's directory and holds its clock.
pub const VIRTUAL_CLOCK: &str = "virtual-clock.json";
/// Matters kept in memory.
const MATTERS: usize = 2_000;
/// Other streams kept in memory, per aggregate.
const OTHERS: usize = 256;

/// A demo's clock: it stood at `virtual_time` when the world's stood at `real_time`, and runs on at real speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoClock {
    /// The demo's time.
    pub virtual_time: Timestamp,
    /// The world's time.
    pub real_time: Timestamp,
}

impl DemoClock {
    /// The demo's clock of a directory; none if it is not a demo's.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(dir: &Path) -> Result<Option<Self>, PlatformError> {
        let file = dir.join(VIRTUAL_CLOCK);
        let wrong = |reason: String| PlatformError::DemoClock { file: file.clone(), reason };
        match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| wrong(e.to_string())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(wrong(e.to_string())),
        }
    }

    /// Writes it into a directory, which is a demo's from then on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(self, dir: &Path) -> Result<(), PlatformError> {
        let file = dir.join(VIRTUAL_CLOCK);
        let wrong = |reason: String| PlatformError::DemoClock { file: file.clone(), reason };
        let bytes = serde_json::to_vec_pretty(&self).map_err(|e| wrong(e.to_string()))?;
        std::fs::create_dir_all(dir).map_err(|e| wrong(e.to_string()))?;
        std::fs::write(&file, bytes).map_err(|e| wrong(e.to_string()))
    }

    /// What it shows when the world's clock shows `real`.
    pub fn at(self, real: Timestamp) -> Timestamp {
        let ran = real.duration_since(self.real_time).max(jiff::SignedDuration::ZERO);
        self.virtual_time.checked_add(ran).unwrap_or(self.virtual_time)
    }
}

/// How a platform is opened.
#[derive(Default)]
pub struct PlatformOptions {
    /// The clock; none: the system's, or a demo directory's own.
    pub clock: Option<Arc<dyn Clock>>,
    /// Whether a demo's directory may be opened.
    pub demo: bool,
    /// Hears how far the building of projections has come.
    pub on_progress: Option<OnProgress>,
    /// The log's options.
    pub log: Options,
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

/// The platform over one data directory.
pub struct Platform {
    /// The data directory.
    pub data: PathBuf,
    /// The log.
    pub log: Arc<SqliteLog>,
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
}

impl Platform {
    /// Opens the directory, creating what is not there. Call it inside a runtime: the projections start.
    ///
    /// # Errors
    /// See [`PlatformError`]: each says what to do.
    pub fn open(data: &Path, options: PlatformOptions) -> Result<Self, PlatformError> {
        let clock = clock(data, &options)?;
        let log = SqliteLog::open(data, options.log)?;
        let vault: Arc<dyn Vault> = Arc::new(FileVault::open(data)?);
        let calendars = Arc::new(CountyCalendars::default());
        let metrics = Arc::new(Metrics::new()?);
        let host = Host {
            log: Arc::clone(&log) as Arc<dyn EventLog>,
            clock: Arc::clone(&clock),
            calendars: Arc::clone(&calendars) as Arc<dyn Calendars>,
            metrics: Arc::clone(&metrics),
        };
        let registers = Registers {
            directory: Arc::new(Executor::new(host.clone(), OTHERS)),
            templates: Arc::new(Executor::new(host.clone(), OTHERS)),
            applicants: Arc::new(Executor::new(host.clone(), OTHERS)),
            projects: Arc::new(Executor::new(host.clone(), OTHERS)),
        };
        let matters = Arc::new(Executor::new(host, MATTERS));
        let projections = Arc::new(Projections::start(
            Arc::clone(&log) as Arc<dyn EventLog>,
            &data.join("read"),
            &[ToRun::new::<Board>()],
            options.on_progress,
        ));
        let data = data.to_owned();
        Ok(Self { data, log, clock, calendars, metrics, matters, registers, projections, vault })
    }

    /// Finishes what is under way and closes the log.
    pub async fn shutdown(&self) {
        self.projections.shutdown().await;
        self.log.close().await;
    }
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
