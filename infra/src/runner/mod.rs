//! Runs projections: each follows the log into a SQLite file of its own and is rebuilt beside what it serves.
//!
//! What always holds:
//! - every event is folded exactly once: rows and checkpoint are one transaction;
//! - an event that a projection cannot read stops that projection, loudly, and no other;
//! - reads see one state of the rows; [`Projections::wait_for`] is how a writer reads its own writes.
//!
//! Deliberately absent: what a row is and how it is queried; that is `om-projections`'.

mod build;
mod file;
mod follow;
mod pool;
mod shared;
mod sweep;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use om_projections::folding::Folding;
use om_projections::projection::{AnyProjection, Projection};
use rusqlite::Connection;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use file::FileError;
pub(crate) use file::look;
pub use follow::RunError;
pub use pool::ReadError;
pub use shared::{Change, Phase, Progress, ProjectionHealth};

use crate::log::{EventLog, LogError, Position};
use crate::shown;
use crate::telemetry::Metrics;
use build::Builder;
use file::Files;
use follow::{Control, Follower};
use shared::Shared;

/// Changes kept for a listener that is slow; one that is slower is told that it has missed some.
const CHANGES_KEPT: usize = 4_096;

/// How far a build has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildProgress {
    /// The projection.
    pub projection: &'static str,
    /// Events folded.
    pub folded: u64,
    /// Events in the log.
    pub of: u64,
}

/// Hears how far a build has come.
pub type OnProgress = Arc<dyn Fn(BuildProgress) + Send + Sync>;

/// A projection to be run.
#[derive(Debug, Clone, Copy)]
pub struct ToRun {
    make: fn() -> Box<dyn AnyProjection>,
    sweep: Option<sweep::Sweep>,
    later: bool,
}

impl ToRun {
    /// This projection.
    pub fn new<P: Projection>() -> Self
    where
        Folding<P>: AnyProjection + 'static,
    {
        Self { make: || Box::new(Folding::<P>::default()), sweep: sweep::of::<P>(), later: P::LATER }
    }
}

/// A projection's rows do not show what was waited for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("projection {projection} does not show position {position} yet")]
pub struct Behind {
    /// The projection.
    pub projection: &'static str,
    /// What was waited for.
    pub position: Position,
}

struct Running {
    shared: Arc<Shared>,
    control: mpsc::Sender<Control>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Running {
    /// Waits until it shows a position.
    async fn shows(&self, position: Position, deadline: Instant) -> Result<(), Behind> {
        if self.shared.comes_later() {
            return Ok(());
        }
        let behind = Behind { projection: self.shared.name, position };
        let mut progress = self.shared.progress.subscribe();
        let shown = |progress: &Progress| progress.position.is_some_and(|at| at >= position);
        let stands = matches!(self.shared.phase(), Phase::Stopped { .. } | Phase::Failing { .. });
        if stands && !shown(&progress.borrow()) {
            return Err(behind);
        }
        match tokio::time::timeout_at(deadline, progress.wait_for(shown)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(behind),
        }
    }
}

/// The projections of one log.
pub struct Projections {
    log: Arc<dyn EventLog>,
    running: Vec<Running>,
    changes: broadcast::Sender<Change>,
}

impl Projections {
    /// Starts them. Rows are kept in `dir`; what is not there, or is of another log, is built.
    pub fn start(
        log: Arc<dyn EventLog>,
        dir: &Path,
        projections: &[ToRun],
        on_progress: Option<OnProgress>,
    ) -> Self {
        let changes = broadcast::Sender::new(CHANGES_KEPT);
        let awaited = Arc::new(watch::Sender::new(projections.iter().filter(|to_run| !to_run.later).count()));
        let running = projections
            .iter()
            .map(|to_run| {
                let projection = (to_run.make)();
                let shared = Arc::new(Shared::new(projection.as_ref(), to_run.later, changes.clone()));
                let (control, told) = mpsc::channel(4);
                let builder = Builder {
                    make: to_run.make,
                    sweep: to_run.sweep,
                    files: Files::new(dir, projection.as_ref()),
                    log: Arc::clone(&log),
                    shared: Arc::clone(&shared),
                    on_progress: on_progress.clone(),
                    awaited: Arc::clone(&awaited),
                };
                let follower = Follower { builder, control: told, has_served: false };
                let task = tokio::sync::Mutex::new(Some(tokio::spawn(follower.run())));
                Running { shared, control, task }
            })
            .collect();
        Self { log, running, changes }
    }

    fn named(&self, name: &'static str) -> Result<&Running, ReadError> {
        self.running.iter().find(|running| running.shared.name == name).ok_or(ReadError::Unknown(name))
    }

    /// Answers a query on the rows of one projection.
    ///
    /// # Errors
    /// When it is being built for the first time, or SQLite fails.
    pub async fn read<P: Projection, T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let running = self.named(P::NAME)?;
        shown::rows(P::NAME, running.shared.rows());
        let pool = running.shared.pool().ok_or(ReadError::Building(P::NAME))?;
        pool.read(query).await
    }

    /// Waits until all projections show a position, so that a writer reads its own writes; not for one that may come later and
    /// is being built for the first time, which shows nothing that could be read.
    ///
    /// # Errors
    /// Names one that does not by the end of `timeout`; at once if it has stopped, or cannot write.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> Result<(), Behind> {
        let deadline = Instant::now() + timeout;
        for running in &self.running {
            running.shows(position, deadline).await?;
        }
        Ok(())
    }

    /// Waits until one projection shows a position, as [`Projections::wait_for`] does for all.
    ///
    /// # Errors
    /// When it does not.
    pub async fn wait_for_one<P: Projection>(
        &self,
        position: Position,
        timeout: Duration,
    ) -> Result<(), Behind> {
        let behind = |_| Behind { projection: P::NAME, position };
        self.named(P::NAME).map_err(behind)?.shows(position, Instant::now() + timeout).await
    }

    /// How often the rows of a projection may have changed while it ran here: with each event of what it folds, not with every
    /// event of the log.
    pub(crate) fn rows_of(&self, name: &'static str) -> Option<u64> {
        self.named(name).ok().map(|running| running.shared.rows())
    }

    /// How far a projection has come, as it comes.
    ///
    /// # Errors
    /// When no such projection runs here.
    pub fn progress<P: Projection>(&self) -> Result<watch::Receiver<Progress>, ReadError> {
        Ok(self.named(P::NAME)?.shared.progress.subscribe())
    }

    /// Which streams' rows have changed, from now on. A listener that falls behind is told so and reads anew.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// How the projections are.
    ///
    /// # Errors
    /// When the log's end is not known.
    pub async fn health(&self) -> Result<Vec<ProjectionHealth>, LogError> {
        let head = self.log.head().await?;
        Ok(self.running.iter().map(|running| running.shared.health(&*self.log, head)).collect())
    }

    /// When the last event that a projection shows was recorded.
    pub fn last_recorded(&self) -> Option<Timestamp> {
        self.running.iter().filter_map(|running| running.shared.progress.borrow().recorded).max()
    }

    /// Where the log ends that they follow.
    ///
    /// # Errors
    /// When the log's end is not known.
    pub async fn end(&self) -> Result<Option<Position>, LogError> {
        self.log.head().await
    }

    /// Waits until every projection has been built and stands at the log's end as it is now, or has stopped.
    ///
    /// # Errors
    /// When the log's end is not known.
    pub async fn caught_up(&self) -> Result<(), LogError> {
        let head = self.log.head().await?;
        let there = |health: &ProjectionHealth| match &health.phase {
            Phase::Stopped { .. } => true,
            Phase::Live => head.is_none_or(|head| health.position.is_some_and(|at| at >= head)),
            Phase::Building { .. } | Phase::Failing { .. } => false,
        };
        for running in &self.running {
            let mut progress = running.shared.progress.subscribe();
            while !there(&running.shared.health(&*self.log, head)) {
                // a phase may change with no progress
                let changed = tokio::time::timeout(Duration::from_millis(20), progress.changed()).await;
                if matches!(changed, Ok(Err(_))) {
                    return Err(LogError::Closed);
                }
            }
        }
        Ok(())
    }

    /// Builds every projection anew beside what it serves, then serves what was built.
    ///
    /// # Errors
    /// When one cannot be built; it goes on serving what it served.
    pub async fn rebuild(&self) -> Result<(), RunError> {
        for running in &self.running {
            let (reply, built) = oneshot::channel();
            running.control.send(Control::Rebuild(reply)).await.map_err(|_| RunError::Ended)?;
            built.await.map_err(|_| RunError::Ended)??;
        }
        Ok(())
    }

    /// Puts lag and health into the metrics.
    ///
    /// # Errors
    /// When the log's end is not known.
    pub async fn measure(&self, metrics: &Metrics) -> Result<(), LogError> {
        let gauge = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        metrics.log_head.set(gauge(self.log.head().await?.map_or(0, |head| head.number())));
        for health in self.health().await? {
            let labels = [health.name];
            // a figure that is not known is not shown, rather than shown as another
            for (metric, lag) in [
                (&metrics.projection_lag_events, health.lag.events()),
                (&metrics.projection_lag_bytes, health.lag.bytes()),
            ] {
                match lag {
                    Some(lag) => metric.with_label_values(&labels).set(gauge(lag)),
                    // an error means that it was not there
                    None => drop(metric.remove_label_values(&labels)),
                }
            }
            metrics.projection_lag_ms.with_label_values(&labels).set(gauge(health.lag_ms));
            let stopped = i64::from(matches!(health.phase, Phase::Stopped { .. }));
            metrics.projection_stopped.with_label_values(&labels).set(stopped);
        }
        Ok(())
    }

    /// Finishes the batches under way and ends.
    pub async fn shutdown(&self) {
        for running in &self.running {
            running.shared.stop();
            // an error means that it has ended already
            let _ = running.control.send(Control::Stop).await;
        }
        for running in &self.running {
            if let Some(task) = running.task.lock().await.take() {
                // a panic of it was reported by its thread
                let _ = task.await;
            }
        }
    }
}
