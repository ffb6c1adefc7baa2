//! The life of one projection: built if need be, following the log, rebuilt beside its serving rows when asked.
//!
//! Invariants: what serves goes on serving, and following, until what replaces it shows at least as much; rows
//! folded from another log, or from a newer copy of this one, are never taken for rows of this log, whatever it has grown since.
//! Deliberately absent: a way past an event that cannot be read; install a version that reads it, or rebuild.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use om_projections::projection::Poison;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use super::build::{AHEAD, Builder, Generation};
use super::file::{self, FileError};
use super::shared::Phase;
use super::worker::Ended;
use crate::log::{LogError, StoredEvent};

/// Events folded at a time.
const CHUNK: usize = 1_024;
/// Why rows are of no use.
const RESTORED: &str = "the log no longer holds what was folded last: it was restored from an older copy";
/// How long to wait before what failed is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// A projection stopped working for a reason of the machine's.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A thread of it ended by panicking.
    #[error("a thread of the projection ended unexpectedly: {0}")]
    Thread(#[from] JoinError),
    /// The runner has ended.
    #[error("the projection is not running any more")]
    Ended,
}

type Reply = oneshot::Sender<Result<(), RunError>>;
type Building = JoinHandle<Result<Generation, RunError>>;

/// What a running projection can be told.
pub(super) enum Control {
    /// Build a new generation, then serve it.
    Rebuild(Reply),
    /// Finish what is under way and end.
    Stop,
}

pub(super) struct Follower {
    pub(super) builder: Builder,
    pub(super) control: mpsc::Receiver<Control>,
    pub(super) has_served: bool,
}

/// Why following ended.
enum Left {
    Stop,
    /// A new generation was built.
    Built(Reply, Generation),
    /// The rows are of another log, or the file is broken.
    Resync(String),
    /// Somebody else has folded into the file.
    Overtaken,
    Failed(RunError),
}

impl Follower {
    /// Runs until told to stop. Failures of the machine are tried again; they show in the health.
    pub(super) async fn run(mut self) {
        let mut generation = loop {
            match self.open().await {
                Ok(generation) => break generation,
                Err(error) if self.failed(&error).await => return,
                Err(_) => {}
            }
        };
        self.builder.files.tidy(self.name(), generation.number);
        loop {
            self.serve(&generation);
            let failed = match self.follow(&mut generation).await {
                Left::Stop => return,
                Left::Built(reply, built) => match self.builder.top_up(built).await {
                    Ok(built) => {
                        generation = built;
                        self.serve(&generation);
                        // whoever asked may have stopped waiting
                        let _ = reply.send(Ok(()));
                        None
                    }
                    Err(error) => {
                        let _ = reply.send(Err(error));
                        None
                    }
                },
                Left::Resync(why) => {
                    tracing::warn!(projection = self.name(), why, "the rows are built again");
                    match self.builder.clone().build(generation.number + 1).await {
                        Ok(built) => {
                            generation = built;
                            None
                        }
                        Err(error) => Some(error),
                    }
                }
                Left::Overtaken => None,
                Left::Failed(error) => Some(error),
            };
            if let Some(error) = failed
                && self.failed(&error).await
            {
                return;
            }
        }
    }

    fn name(&self) -> &'static str {
        self.builder.shared.name
    }

    /// Says that something failed and waits a little; true if it is to end.
    async fn failed(&mut self, error: &RunError) -> bool {
        let ends = match error {
            RunError::Log(LogError::Closed) => true,
            // the runtime is ending, and has no more time to wait by
            RunError::Thread(stopped) => stopped.is_cancelled(),
            _ => false,
        };
        if ends || self.builder.shared.is_stopping() {
            return true;
        }
        tracing::error!(projection = self.name(), %error, "the projection failed; trying again");
        self.builder.shared.set_phase(Phase::Failing { reason: error.to_string() });
        tokio::select! {
            // whoever was told to end, or has nobody left to tell it anything, does not look at the time first
            biased;
            told = self.control.recv() => !matches!(told, Some(Control::Rebuild(_))),
            () = tokio::time::sleep(PAUSE) => false,
        }
    }

    /// The newest file that was folded from this log, or a new one.
    async fn open(&mut self) -> Result<Generation, RunError> {
        let (files, log) = (self.builder.files.clone(), self.builder.log.id());
        let newest = spawn_blocking(move || files.newest()).await??;
        let last = newest.as_ref().map_or(0, |(number, _)| *number);
        if let Some((number, path)) = newest {
            let at = path.clone();
            let known =
                spawn_blocking(move || file::open(&at).and_then(|db| file::checkpoint(&db, log))).await?;
            match known {
                Ok(Some(reached)) if self.builder.is_of_this_log(reached).await? => {
                    return Ok(Generation { number, path, reached, poison: None });
                }
                Ok(Some(_)) => tracing::warn!(projection = self.name(), RESTORED, "the rows are built again"),
                Err(source) if file::is_passing(&source) => {
                    return Err(FileError::Database { file: path, source }.into());
                }
                Ok(None) | Err(_) => {}
            }
        }
        self.builder.its_turn().await?;
        self.builder.clone().build(last + 1).await
    }

    fn serve(&mut self, generation: &Generation) {
        self.builder.shared.serve(&generation.path, generation.reached);
        match &generation.poison {
            Some(poison) => self.stopped(poison),
            None => self.builder.shared.set_phase(Phase::Live),
        }
        if !std::mem::replace(&mut self.has_served, true) && !self.builder.shared.later {
            self.builder.awaited.send_modify(|left| *left -= 1);
        }
    }

    fn stopped(&self, poison: &Poison) {
        tracing::error!(projection = self.name(), %poison, "the projection has stopped");
        self.builder.shared.received();
        self.builder.shared.set_phase(Phase::Stopped { poison: poison.clone() });
    }

    /// Folds what comes until told otherwise. A poisoned event ends the folding, not the waiting to be told.
    async fn follow(&mut self, generation: &mut Generation) -> Left {
        if generation.poison.is_some() {
            return self.wait(generation.number, None).await;
        }
        // following broke off before, and the log may have been put in another's place meanwhile
        match self.builder.is_of_this_log(generation.reached).await {
            Ok(true) => {}
            Ok(false) | Err(LogError::OtherLog { .. }) => return Left::Resync(RESTORED.to_owned()),
            Err(error) => return Left::Failed(error.into()),
        }
        let worker = match self.builder.worker(generation, Arc::clone(&self.builder.shared)).await {
            Ok(worker) => worker,
            Err(RunError::File(FileError::Database { source, .. })) if !file::is_passing(&source) => {
                return Left::Resync(source.to_string());
            }
            Err(error) => return Left::Failed(error),
        };
        let (batches, incoming) = mpsc::channel(AHEAD);
        let mut work = spawn_blocking(move || worker.run(incoming));
        let mut events = self.builder.log.subscribe(generation.reached.position).ready_chunks(CHUNK);
        let mut building: Option<(Reply, Building)> = None;
        let left = loop {
            tokio::select! {
                told = self.control.recv() => match told {
                    Some(Control::Rebuild(reply)) => self.begin(&mut building, reply, generation.number),
                    Some(Control::Stop) | None => break Left::Stop,
                },
                built = finished(&mut building) => match built {
                    Ok((reply, built)) => break Left::Built(reply, built),
                    Err((reply, error)) => {
                        // whoever asked may have stopped waiting
                        let _ = reply.send(Err(error));
                    }
                },
                ended = &mut work => {
                    return match self.ended(generation, ended) {
                        Some(left) => left,
                        None if generation.poison.is_some() => self.wait(generation.number, building).await,
                        None => Left::Failed(RunError::Ended),
                    };
                }
                chunk = events.next() => match pass_on(chunk, &batches).await {
                    Ok(()) => {}
                    Err(error @ (LogError::OtherLog { .. } | LogError::AheadOfLog { .. })) => {
                        break Left::Resync(error.to_string());
                    }
                    Err(error) => break Left::Failed(error.into()),
                },
            }
        };
        drop(batches);
        let ended = self.ended(generation, work.await);
        match left {
            // what somebody asked for comes before how the thread ended
            Left::Stop | Left::Built(..) => left,
            left => ended.unwrap_or(left),
        }
    }

    /// What the folding thread's end means, if it does not leave things as they are.
    fn ended(&self, generation: &mut Generation, ended: Result<Ended, JoinError>) -> Option<Left> {
        generation.reached = *self.builder.shared.progress.borrow();
        match ended {
            Ok(Ended::Drained) => None,
            Ok(Ended::Poisoned(poison)) => {
                self.stopped(&poison);
                generation.poison = Some(poison);
                None
            }
            Ok(Ended::Overtaken(reached)) => {
                generation.reached = reached;
                Some(Left::Overtaken)
            }
            Ok(Ended::Broken(error)) => Some(Left::Resync(error.to_string())),
            Err(error) => Some(Left::Failed(error.into())),
        }
    }

    fn begin(&self, building: &mut Option<(Reply, Building)>, reply: Reply, number: u32) {
        match building {
            None => *building = Some((reply, tokio::spawn(self.builder.clone().build(number + 1)))),
            // one is under way: whoever asks again hears that it has not waited for it
            Some(_) => drop(reply),
        }
    }

    /// Waits for a rebuild or the end.
    async fn wait(&mut self, number: u32, mut building: Option<(Reply, Building)>) -> Left {
        loop {
            tokio::select! {
                told = self.control.recv() => match told {
                    Some(Control::Rebuild(reply)) => self.begin(&mut building, reply, number),
                    Some(Control::Stop) | None => return Left::Stop,
                },
                built = finished(&mut building) => match built {
                    Ok((reply, built)) => return Left::Built(reply, built),
                    Err((reply, error)) => {
                        // whoever asked may have stopped waiting
                        let _ = reply.send(Err(error));
                    }
                },
            }
        }
    }
}

/// The end of a build under way; never, if none is.
async fn finished(
    building: &mut Option<(Reply, Building)>,
) -> Result<(Reply, Generation), (Reply, RunError)> {
    let result = match building {
        Some((_, work)) => work.await,
        None => return pending().await,
    };
    let Some((reply, _)) = building.take() else { return pending().await };
    match result {
        Ok(Ok(generation)) => Ok((reply, generation)),
        Ok(Err(error)) => Err((reply, error)),
        Err(error) => Err((reply, error.into())),
    }
}

async fn pass_on(
    chunk: Option<Vec<Result<StoredEvent, LogError>>>,
    batches: &mpsc::Sender<Vec<StoredEvent>>,
) -> Result<(), LogError> {
    let mut batch = Vec::new();
    let mut error = None;
    for event in chunk.ok_or(LogError::Closed)? {
        match event {
            Ok(event) => batch.push(event),
            Err(found) => error = Some(found),
        }
    }
    if !batch.is_empty() {
        // an error means that the thread has ended; its end says why
        let _ = batches.send(batch).await;
    }
    error.map_or(Ok(()), Err)
}
