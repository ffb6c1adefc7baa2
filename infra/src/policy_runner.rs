//! Delivers what one stream's fact asks of another, at least once.
//!
//! Invariants: a command's id is derived from the fact, the policy and its index, so that a delivery that comes
//! twice is one effect; a fact is passed only when all it asks has been answered; a policy that cannot deliver
//! waits at that fact, says so, and holds up no other policy; where the log no longer holds the last fact that was passed, as one
//! restored from an older copy, all are passed again.
//! Deliberately absent: what a fact asks; that is the domain's.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use om_domain::decider::{Actor, Decider};
use om_domain::ids::{CommandId, CountyId, EventId};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;
use uuid::Uuid;

use crate::executor::{Executor, Fault, Outcome, Request};
use crate::log::{EventLog, LogError, LogId, Position, StoredEvent, StreamName};
use crate::recorded::platform_actor;
use crate::telemetry;

/// Events looked at between two checkpoints, if none asks for anything.
const CHUNK: usize = 256;
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a fact asks of other streams.
#[async_trait]
pub trait Policy: Send + Sync {
    /// Its name, part of its commands' ids; never changes.
    fn name(&self) -> &'static str;

    /// What the fact asks, always the same for the same fact; nothing for most.
    ///
    /// # Errors
    /// When the fact, or what it refers to, cannot be read.
    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault>;
}

/// A command for a stream, whatever its aggregate.
pub type Order = Box<dyn Deliver>;

/// Carries out a command under an envelope.
#[async_trait]
pub trait Deliver: Send {
    /// Carries it out.
    ///
    /// # Errors
    /// As the executor's.
    async fn deliver(&self, envelope: Envelope) -> Result<Delivered, Fault>;
}

/// Who asks, and because of what.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The platform.
    pub by: Actor,
    /// Derived from the fact.
    pub command_id: CommandId,
    /// The fact.
    pub causation: EventId,
    /// The first command of the chain.
    pub correlation: CommandId,
    /// The trace of the request that led to the fact, in the span of its delivery.
    pub traceparent: Option<String>,
}

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It was answered, in a word.
    Answered(&'static str),
    /// The rules refused it: for a person to look at.
    Refused(String),
    /// The stream was too busy: deliver it again.
    Again,
}

struct To<D: Decider> {
    executor: Arc<Executor<D>>,
    stream: StreamName,
    command: D::Command,
}

/// An order for this stream.
pub fn order<D: Decider>(executor: &Arc<Executor<D>>, stream: StreamName, command: D::Command) -> Order {
    Box::new(To { executor: Arc::clone(executor), stream, command })
}

#[async_trait]
impl<D: Decider> Deliver for To<D> {
    async fn deliver(&self, envelope: Envelope) -> Result<Delivered, Fault> {
        let Envelope { by, command_id, causation, correlation, traceparent } = envelope;
        let mut request = Request::new(self.stream.clone(), command_id, by, self.command.clone());
        request.causation = Some(causation);
        request.correlation = Some(correlation);
        request.traceparent = traceparent;
        Ok(match self.executor.execute(request).await? {
            Outcome::Refused { refusal, .. } => Delivered::Refused(format!("{refusal:?}")),
            Outcome::Conflict(_) => Delivered::Again,
            outcome => Delivered::Answered(outcome.name()),
        })
    }
}

/// The runner's own file could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the policies' file failed: {0}. It can be deleted; what was delivered is not delivered twice")]
pub struct CheckpointError(#[from] rusqlite::Error);

/// How a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyHealth {
    /// Its name.
    pub name: &'static str,
    /// The last fact it has passed.
    pub position: Option<Position>,
    /// Why it waits, if it does.
    pub failing: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Progress {
    position: Option<Position>,
    /// The leaf of the fact there; none where a file of before there were leaves says how far it has come.
    leaf: Option<[u8; 32]>,
    failing: Option<String>,
}

/// Where the policies stand.
struct Checkpoints(Mutex<Connection>);

impl Checkpoints {
    fn open(file: &Path) -> Result<Self, CheckpointError> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS policy (name TEXT PRIMARY KEY, log TEXT NOT NULL, position TEXT NOT NULL);",
        )?;
        if connection.prepare("SELECT leaf FROM policy").is_err() {
            connection.execute_batch("ALTER TABLE policy ADD COLUMN leaf BLOB;")?;
        }
        Ok(Self(Mutex::new(connection)))
    }

    fn get(&self, policy: &str, log: LogId) -> Result<Progress, CheckpointError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let row: Option<(String, Option<[u8; 32]>)> = connection
            .query_row(
                "SELECT position, leaf FROM policy WHERE name = ?1 AND log = ?2",
                params![policy, log.to_string()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let known = row.and_then(|(text, leaf)| Some((text.parse().ok()?, leaf)));
        Ok(known.map_or_else(Progress::default, |(position, leaf)| Progress {
            position: Some(position),
            leaf,
            failing: None,
        }))
    }

    fn set(&self, policy: &str, passed: &StoredEvent, log: LogId) -> Result<(), CheckpointError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .prepare_cached(
                "INSERT INTO policy (name, log, position, leaf) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET log = excluded.log, position = excluded.position, leaf = excluded.leaf",
            )?
            .execute(params![policy, log.to_string(), passed.position.to_string(), passed.leaf])?;
        Ok(())
    }
}

/// The policies of one log.
pub struct PolicyRunner {
    policies: Vec<Arc<One>>,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl PolicyRunner {
    /// Opens them; nothing is delivered yet. A policy that is new begins with the first fact of the log.
    ///
    /// # Errors
    /// When the file of their checkpoints cannot be used.
    pub fn open(
        log: &Arc<dyn EventLog>,
        file: &Path,
        policies: Vec<Arc<dyn Policy>>,
    ) -> Result<Self, CheckpointError> {
        let checkpoints = Arc::new(Checkpoints::open(file)?);
        let one = |policy: Arc<dyn Policy>| -> Result<_, CheckpointError> {
            let progress = watch::Sender::new(checkpoints.get(policy.name(), log.id())?);
            let (log, checkpoints) = (Arc::clone(log), Arc::clone(&checkpoints));
            Ok(Arc::new(One { policy, log, checkpoints, progress, turn: tokio::sync::Mutex::default() }))
        };
        let policies = policies.into_iter().map(one).collect::<Result<_, _>>()?;
        Ok(Self { policies, stop: watch::Sender::new(false), tasks: Mutex::default() })
    }

    /// From now on they deliver by themselves, until the runner is shut down.
    pub fn start(&self) {
        let run = |one: &Arc<One>| tokio::spawn(Arc::clone(one).run(self.stop.subscribe()));
        let tasks = self.policies.iter().map(run);
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
    }

    /// Delivers what the facts recorded by now ask, whether or not they deliver by themselves. What cannot be
    /// delivered is logged and waits.
    pub async fn catch_up(&self) {
        for one in &self.policies {
            if let Err(error) = one.catch_up().await {
                one.waits(&error);
            }
        }
    }

    /// How the policies are.
    pub fn health(&self) -> Vec<PolicyHealth> {
        let health = |one: &Arc<One>| {
            let Progress { position, failing, .. } = one.progress.borrow().clone();
            PolicyHealth { name: one.policy.name(), position, failing }
        };
        self.policies.iter().map(health).collect()
    }

    /// Ends them after the delivery under way.
    pub async fn shutdown(&self) {
        self.stop.send_replace(true);
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // a panic of it was reported by its thread
            let _ = task.await;
        }
    }
}

struct One {
    policy: Arc<dyn Policy>,
    log: Arc<dyn EventLog>,
    checkpoints: Arc<Checkpoints>,
    progress: watch::Sender<Progress>,
    /// Held while facts are passed, so that each is passed once; whether the log is known to hold the last one.
    turn: tokio::sync::Mutex<bool>,
}

/// Why a policy waits.
#[derive(Debug, thiserror::Error)]
enum Waits {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("its metadata cannot be read: {0}")]
    Metadata(#[from] serde_json::Error),
    #[error("the stream it asks is too busy")]
    Busy,
}

impl One {
    /// Passes facts as they come, until told to stop.
    async fn run(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let before = self.position();
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = self.news() => {}
            }
            // not cut off by the end: what is under way is finished
            match self.pass(&stopped).await {
                Ok(()) => {
                    pause = SHORTEST_PAUSE;
                    continue;
                }
                Err(Waits::Log(LogError::Closed)) => return,
                Err(error) => self.waits(&error),
            }
            let moved = self.position() != before;
            pause = if moved { SHORTEST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Waits until there is something after what was passed, or the log says why there is not.
    async fn news(&self) {
        self.log.subscribe(self.position()).next().await;
    }

    fn position(&self) -> Option<Position> {
        self.progress.borrow().position
    }

    async fn catch_up(&self) -> Result<(), Waits> {
        let never = watch::Sender::new(false);
        self.pass(&never.subscribe()).await
    }

    /// Passes the facts that are there.
    async fn pass(&self, stopped: &watch::Receiver<bool>) -> Result<(), Waits> {
        let mut known = self.turn.lock().await;
        if !std::mem::replace(&mut *known, true)
            && let Err(error) = self.recognise().await
        {
            *known = false;
            return Err(error);
        }
        let passed = self.pass_on(stopped).await;
        *known = passed.is_ok();
        passed
    }

    /// Begins with the first fact where the log no longer holds the last one that was passed.
    async fn recognise(&self) -> Result<(), Waits> {
        let Progress { position, leaf, .. } = self.progress.borrow().clone();
        let (Some(position), Some(leaf)) = (position, leaf) else { return Ok(()) };
        let found = self.log.event_at(position).await?;
        if found.is_none_or(|event| event.leaf != leaf) {
            let why = "the log no longer holds the last fact passed: it was restored from an older copy";
            tracing::warn!(policy = self.policy.name(), why, "beginning with the first fact again");
            self.progress.send_replace(Progress::default());
        }
        Ok(())
    }

    async fn pass_on(&self, stopped: &watch::Receiver<bool>) -> Result<(), Waits> {
        loop {
            let passed = self.position();
            let events = self.log.read_all(passed, CHUNK).await?;
            let Some(last) = events.last().map(|event| event.position) else { return Ok(()) };
            for event in &events {
                let asked = self.answer(event).await?;
                let (position, leaf) = (Some(event.position), Some(event.leaf));
                self.progress.send_replace(Progress { position, leaf, failing: None });
                if asked || event.position == last || *stopped.borrow() {
                    self.checkpoints.set(self.policy.name(), event, self.log.id())?;
                }
                if *stopped.borrow() {
                    return Ok(());
                }
            }
        }
    }

    /// Says why it waits; once, until it goes on.
    fn waits(&self, error: &Waits) {
        if matches!(error, Waits::Log(LogError::OtherLog { .. } | LogError::AheadOfLog { .. })) {
            tracing::warn!(policy = self.policy.name(), %error, "beginning with the first fact again");
            self.progress.send_replace(Progress::default());
            return;
        }
        if self.progress.borrow().failing.is_none() {
            tracing::error!(policy = self.policy.name(), %error, "a policy cannot deliver; trying again");
        }
        self.progress.send_modify(|progress| progress.failing = Some(error.to_string()));
    }

    /// Delivers what a fact asks; tells whether it asks anything.
    async fn answer(&self, event: &StoredEvent) -> Result<bool, Waits> {
        let orders = self.policy.react(event).await?;
        let asked = !orders.is_empty();
        let span = if asked { self.span(event) } else { tracing::Span::none() };
        self.deliver(event, orders).instrument(span).await?;
        Ok(asked)
    }

    /// A span of the trace of the request that led to the fact.
    fn span(&self, event: &StoredEvent) -> tracing::Span {
        let span = tracing::info_span!("react", policy = self.policy.name(), event = %event.id);
        let metadata = event.metadata.stored().whole().ok();
        if let Some(traceparent) = metadata.and_then(|metadata| metadata.traceparent) {
            telemetry::continue_from(&span, &traceparent);
        }
        span
    }

    async fn deliver(&self, event: &StoredEvent, orders: Vec<Order>) -> Result<(), Waits> {
        for (index, order) in orders.into_iter().enumerate() {
            let name = self.policy.name();
            match order.deliver(envelope(event, name, index)?).await? {
                Delivered::Answered(outcome) => {
                    tracing::info!(policy = name, event = %event.id, outcome, "a policy's command was answered");
                }
                Delivered::Refused(refusal) => {
                    tracing::warn!(policy = name, event = %event.id, refusal, "a policy's command was refused");
                }
                Delivered::Again => return Err(Waits::Busy),
            }
        }
        Ok(())
    }
}

fn envelope(event: &StoredEvent, policy: &str, index: usize) -> Result<Envelope, Waits> {
    let metadata = event.metadata.stored().whole()?;
    let county: CountyId = metadata.county;
    Ok(Envelope {
        by: platform_actor(&county).map_err(Fault::from)?,
        command_id: CommandId(Uuid::new_v5(&event.id, format!("{policy}/{index}").as_bytes())),
        causation: EventId(event.id),
        correlation: metadata.correlation,
        traceparent: telemetry::traceparent().or(metadata.traceparent),
    })
}
