//! Builds a generation of a projection from the log's first event.
//!
//! Invariants: reading and folding run beside each other; what is built has its name only once it is
//! whole and synced. While one is built, an older one may serve and follow the log.
//! Deliberately absent: a build taken up again after a crash; it starts anew.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use om_projections::projection::{AnyProjection, Poison};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::spawn_blocking;

use super::file::{self, FileError, Files};
use super::follow::RunError;
use super::shared::{Phase, Progress, Shared};
use super::sweep::{self, Sweep};
use super::worker::{self, Ended, Worker};
use super::{BuildProgress, OnProgress};
use crate::log::{EventLog, LogError, Position, StoredEvent};

/// Events folded at a time: few enough that their memory is used again and not given back to the system between pages.
const PAGE: usize = 1_024;
/// Batches under way between the reader and the folding thread.
pub(super) const AHEAD: usize = 2;

/// How often who waits for its turn looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// A file that can serve.
pub(super) struct Generation {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    pub(super) reached: Progress,
    pub(super) poison: Option<Poison>,
}

#[derive(Clone)]
pub(super) struct Builder {
    pub(super) make: fn() -> Box<dyn AnyProjection>,
    pub(super) sweep: Option<Sweep>,
    pub(super) files: Files,
    pub(super) log: Arc<dyn EventLog>,
    pub(super) shared: Arc<Shared>,
    pub(super) on_progress: Option<OnProgress>,
    /// How many projections that a gateway cannot do without have not served yet.
    pub(super) awaited: Arc<watch::Sender<usize>>,
}

impl Builder {
    /// Waits until those are built that a gateway cannot do without, if this is not one of them.
    ///
    /// # Errors
    /// When it is to end before that.
    pub(super) async fn its_turn(&self) -> Result<(), RunError> {
        let mut awaited = self.awaited.subscribe();
        while self.shared.later && !self.shared.is_stopping() {
            let turn = awaited.wait_for(|left| *left == 0);
            // whoever is to end is not told by these
            if tokio::time::timeout(LOOK, turn).await.is_ok() {
                return Ok(());
            }
        }
        if self.shared.is_stopping() { Err(RunError::Ended) } else { Ok(()) }
    }

    /// Builds up to the log's end: stream by stream where that can be, else in the log's order.
    pub(super) async fn build(self, number: u32) -> Result<Generation, RunError> {
        let head = self.log.head().await?;
        let of = head.map_or(0, |head| head.number());
        let serves = self.shared.pool().is_some();
        if !serves {
            self.shared.set_phase(Phase::Building { folded: 0, of });
        }
        if let Some(upto) = head
            && let Some(last) = self.log.event_at(upto).await?
        {
            let report = self.reporter(of, serves);
            let builder = self.clone();
            let swept = spawn_blocking(move || builder.build_by_stream(number, &last, &report)).await??;
            if let Some(generation) = swept {
                return self.top_up(generation).await;
            }
        }
        self.build_in_order(number, of, serves).await
    }

    /// Folds whole streams up to an event and with it; `None` if that cannot be done here.
    fn build_by_stream(
        &self,
        number: u32,
        last: &StoredEvent,
        report: &dyn Fn(u64),
    ) -> Result<Option<Generation>, RunError> {
        let Some(sweep) = self.sweep else { return Ok(None) };
        let mut readers = sweep::readers(self.log.as_ref())?;
        let upto = last.position;
        let Some(recorded) = sweep::recorded(&mut readers, upto)? else { return Ok(None) };
        let mut projection = (self.make)();
        let (building, db) = self.files.begin(number, projection.as_mut())?;
        let database = |source| FileError::Database { file: building.clone(), source };
        db.execute_batch("BEGIN").map_err(database)?;
        let folded = Cell::new(0);
        let progress = |events| {
            folded.set(folded.get() + events);
            report(folded.get());
        };
        let swept = file::synced_meanwhile(&building, || sweep(readers, &db, upto, &progress))?;
        if let Err(halt) = swept {
            return halt.into_error(&building).map_or(Ok(None), Err);
        }
        let reached = Progress { position: Some(upto), recorded: Some(recorded), leaf: Some(last.leaf) };
        worker::end(&db, self.log.id(), reached).map_err(database)?;
        let path = self.files.finish(number, &building, db)?;
        Ok(Some(Generation { number, path, reached, poison: None }))
    }

    async fn build_in_order(self, number: u32, of: u64, serves: bool) -> Result<Generation, RunError> {
        let (batches, mut incoming) = mpsc::channel(AHEAD);
        let (files, make, log) = (self.files.clone(), self.make, self.log.id());
        let report = self.reporter(of, serves);
        let work = spawn_blocking(move || -> Result<Generation, RunError> {
            let mut projection = make();
            let (building, db) = files.begin(number, projection.as_mut())?;
            let built = worker::build(projection.as_mut(), &db, log, &mut incoming, &report)
                .map_err(|source| FileError::Database { file: building.clone(), source })?;
            let (poison, reached) = built.ok_or(RunError::Ended)?;
            let path = files.finish(number, &building, db)?;
            Ok(Generation { number, path, reached, poison })
        });
        self.feed(None, &batches).await?;
        // an error means that the thread has ended; it says why
        let _ = batches.send(Vec::new()).await;
        work.await?
    }

    /// Folds into a built generation what has come since, up to the log's end.
    pub(super) async fn top_up(&self, mut generation: Generation) -> Result<Generation, RunError> {
        if generation.poison.is_some() {
            return Ok(generation);
        }
        let quiet = Shared::new((self.make)().as_ref(), false, broadcast::Sender::new(1));
        quiet.progress.send_replace(generation.reached);
        let quiet = Arc::new(quiet);
        let worker = self.worker(&generation, Arc::clone(&quiet)).await?;
        let (batches, incoming) = mpsc::channel(AHEAD);
        let work = spawn_blocking(move || worker.run(incoming));
        self.feed(generation.reached.position, &batches).await?;
        drop(batches);
        match work.await? {
            Ended::Poisoned(poison) => generation.poison = Some(poison),
            Ended::Drained => {}
            Ended::Overtaken(_) => return Err(RunError::Ended),
            Ended::Broken(source) => return Err(FileError::Database { file: generation.path, source }.into()),
        }
        generation.reached = *quiet.progress.borrow();
        Ok(generation)
    }

    /// Whether what was folded last still stands in the log where it stood: one that was restored from an older copy has lost it,
    /// or has grown over its place.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(super) async fn is_of_this_log(&self, reached: Progress) -> Result<bool, LogError> {
        let Some(position) = reached.position else { return Ok(true) };
        let found = self.log.event_at(position).await?;
        Ok(found.is_some_and(|event| Some(event.leaf) == reached.leaf))
    }

    /// A folding thread's equipment for a generation.
    pub(super) async fn worker(
        &self,
        generation: &Generation,
        shared: Arc<Shared>,
    ) -> Result<Worker, RunError> {
        let (path, reached) = (generation.path.clone(), generation.reached);
        let (log, make) = (self.log.id(), self.make);
        let opened = spawn_blocking(move || -> Result<Worker, FileError> {
            let database = |source| FileError::Database { file: path.clone(), source };
            let connection = file::open(&path).map_err(database)?;
            let mut projection = make();
            projection.install(&connection).map_err(database)?;
            Ok(Worker { projection, connection, log, reached, shared })
        });
        Ok(opened.await??)
    }

    async fn feed(
        &self,
        mut after: Option<Position>,
        batches: &mpsc::Sender<Vec<StoredEvent>>,
    ) -> Result<(), LogError> {
        loop {
            let page = self.log.read_all(after, PAGE).await?;
            let full = page.len() == PAGE;
            after = page.last().map(|event| event.position).or(after);
            // an error means that the thread has ended; it says why
            if (!page.is_empty() && batches.send(page).await.is_err()) || !full {
                return Ok(());
            }
        }
    }

    fn reporter(&self, of: u64, serves: bool) -> impl Fn(u64) + Send + 'static {
        let (shared, on_progress) = (Arc::clone(&self.shared), self.on_progress.clone());
        move |folded| {
            let of = of.max(folded);
            if !serves {
                shared.set_phase(Phase::Building { folded, of });
            }
            if let Some(on_progress) = &on_progress {
                on_progress(BuildProgress { projection: shared.name, folded, of });
            }
        }
    }
}
