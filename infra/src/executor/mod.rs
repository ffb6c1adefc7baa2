//! Carries out commands: state, settle, decide, append, receipt.
//!
//! What always holds:
//! - commands on one stream run one after another in this process; between processes the append's expected
//!   revision decides, and who came second loads again and decides again;
//! - a refusal or "already so" is answered only after the stream was read to its end;
//! - a command id is carried out once. Sent again it yields the first receipt; sent for something else, or by
//!   somebody else, it is [`Outcome::CommandIdReused`];
//! - after an append whose outcome is unknown, the stream is looked at before anything else is done; while it may still be
//!   stored, at the revision it names, nothing is answered that says it was not;
//! - a state in memory is one that was acknowledged: while a command is under way its state is taken out, and
//!   is put back only when the log has acknowledged.
//!
//! Deliberately absent: who may do what (the rules say so), reading other streams for a decision.

mod history;
mod request;
mod slots;

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use om_domain::decider::{Actor, Decider, Effective};
use om_domain::ids::{CommandId, CountyId, EventId};
use om_domain::metadata::RequestHash;
use tracing::Instrument;
use uuid::Uuid;

pub use history::{At, Folded, Happened, HistoryError, Known, Snapshot};
pub use request::{Fault, Outcome, Receipt, Request, Standing};

use crate::calendars::Calendars;
use crate::clock::Clock;
use crate::event_store::{CommitError, LogEventStore};
use crate::hosting::{Ask, Hosted, Rejected, Remembered, Stored};
use crate::log::{
    AppendError, Appended, EventLog, LogError, LogState, Position, StreamName, StreamNameError,
};
use crate::recorded::{Origin, platform_actor, request_hash};
use crate::telemetry::{self, Metrics};
use slots::{Cached, LastSeen, Slot, Slots, Turn};

/// How often a command that came second, or whose append was left unanswered, is tried again.
const RETRIES: usize = 3;

/// What every executor works with.
#[derive(Clone)]
pub struct Host {
    /// The event log.
    pub log: Arc<dyn EventLog>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The counties' calendars.
    pub calendars: Arc<dyn Calendars>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// Carries out one aggregate's commands.
pub struct Executor<D: Decider> {
    store: LogEventStore<D>,
    host: Host,
    slots: Slots<Slot<D>>,
}

/// A command under way; a job without a command only settles.
struct Job<D: Decider> {
    stream: StreamName,
    county: CountyId,
    command: Option<Arc<D::Command>>,
    origin: Arc<Origin>,
    by: Actor,
    platform: Actor,
    effective: Option<Effective>,
    as_of: Option<jiff::Timestamp>,
    reads: Arc<D::Reads>,
    expected: Option<u64>,
}

/// How an attempt ended, and the state if it is still good.
enum Attempt<D: Decider> {
    Answered(Outcome<D::Refusal>, Cached<D>),
    /// What the county counts by could not be read: nothing was decided, and the state is still good.
    NotAsked(Fault, Cached<D>),
    /// The state was behind its stream; now it is not.
    CaughtUp(Cached<D>),
    /// Somebody else appended first.
    CameSecond(Option<u64>),
    /// The log gave no answer to an append at this revision.
    Unanswered(LogError, Option<u64>),
}

impl<D: Decider> Executor<D> {
    /// An executor that keeps at most `capacity` streams in memory.
    pub fn new(host: Host, capacity: usize) -> Self {
        Self { store: LogEventStore::new(Arc::clone(&host.log)), host, slots: Slots::new(capacity) }
    }

    /// The name of the stream of this aggregate with this id.
    ///
    /// # Errors
    /// When the id is too long or has control characters.
    pub fn stream(county: &CountyId, id: impl std::fmt::Display) -> Result<StreamName, StreamNameError> {
        StreamName::new(county.as_str(), D::CATEGORY, id)
    }

    /// Carries out a command.
    ///
    /// Dropping the future does not withdraw an append that is under way.
    ///
    /// # Errors
    /// See [`Fault`]; only [`Fault::OutcomeUnknown`] leaves open whether the command was carried out.
    pub async fn execute(&self, request: Request<D>) -> Result<Outcome<D::Refusal>, Fault> {
        let span = tracing::info_span!("execute", category = D::CATEGORY, stream = %request.stream);
        let started = Instant::now();
        let result = async { self.queued(Self::job(request)?).await }.instrument(span).await;
        let name = result.as_ref().map_or_else(Fault::code, Outcome::name);
        self.host.metrics.command(D::CATEGORY, name, started.elapsed());
        result
    }

    /// Records what time alone has made true of a stream by now, and nothing else.
    ///
    /// # Errors
    /// As [`Executor::execute`].
    pub async fn settle(&self, stream: &StreamName) -> Result<Standing, Fault> {
        let span = tracing::info_span!("settle", category = D::CATEGORY, stream = %stream);
        self.settled(stream).instrument(span).await
    }

    async fn settled(&self, stream: &StreamName) -> Result<Standing, Fault> {
        let county: CountyId = stream.county().parse()?;
        let platform = platform_actor(&county)?;
        let command = CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{stream}/settle").as_bytes()));
        let origin = Origin {
            command,
            request: RequestHash([0; 32]),
            correlation: command,
            causation: None,
            traceparent: telemetry::traceparent(),
            entered_by: None,
        };
        let job = Job {
            stream: stream.clone(),
            county,
            command: None,
            origin: Arc::new(origin),
            by: platform.clone(),
            platform,
            effective: None,
            as_of: None,
            reads: Arc::default(),
            expected: None,
        };
        match self.queued(job).await? {
            Outcome::NoChange(standing) | Outcome::Refused { standing, .. } | Outcome::Conflict(standing) => {
                Ok(standing)
            }
            Outcome::Done(receipt) | Outcome::CommandIdReused { first: receipt } => Ok(Standing {
                stream: receipt.stream,
                revision: Some(receipt.last_revision),
                position: Some(receipt.position),
            }),
        }
    }

    fn job(request: Request<D>) -> Result<Job<D>, Fault> {
        let Request { stream, command, command_id, by, effective, as_of, reads, expected, .. } = request;
        if stream.county() != by.county.as_str() {
            return Err(Fault::OtherCounty { stream, county: by.county });
        }
        let asked = request_hash(&stream, &command, effective, &by).map_err(Fault::Unwritable)?;
        let platform = platform_actor(&by.county)?;
        let origin = Origin {
            command: command_id,
            request: asked,
            correlation: request.correlation.unwrap_or(command_id),
            causation: request.causation,
            traceparent: request.traceparent.or_else(telemetry::traceparent),
            entered_by: request.entered_by,
        };
        Ok(Job {
            county: by.county.clone(),
            stream,
            command: Some(Arc::new(command)),
            origin: Arc::new(origin),
            by,
            platform,
            effective,
            as_of,
            reads: Arc::new(reads),
            expected,
        })
    }

    /// Waits for its turn on the stream, then tries until there is an answer.
    async fn queued(&self, job: Job<D>) -> Result<Outcome<D::Refusal>, Fault> {
        if job.stream.category() != D::CATEGORY {
            return Err(Fault::OtherCategory { stream: job.stream, category: D::CATEGORY });
        }
        let slot = self.slots.get(&job.stream);
        let mut turn = slot.turn().await;
        let mut unanswered = Vec::new();
        let answer = self.tried(job, &mut turn, &mut unanswered).await;
        // whatever kept it from an answer in the end, an append before that may have been stored
        answer.map_err(|fault| unanswered.pop().map_or(fault, Fault::OutcomeUnknown))
    }

    async fn tried(
        &self,
        job: Job<D>,
        turn: &mut Turn<'_, D>,
        unanswered: &mut Vec<LogError>,
    ) -> Result<Outcome<D::Refusal>, Fault> {
        let (mut at_end, mut second, mut sent_at) = (false, 0, None);
        loop {
            // what a stopped log still shows may never have been synced: it is no ground for an answer
            if let LogState::Stopped { reason } = self.host.log.state() {
                return Err(LogError::Stopped { reason }.into());
            }
            let cached = match turn.take() {
                Some(cached) => cached,
                None => {
                    at_end = true;
                    self.load(&job.stream).await?
                }
            };
            match self.attempt(&job, turn, cached, at_end).await? {
                Attempt::Answered(outcome, cached) => {
                    if sent_at == Some(cached.hosted.revision())
                        && !outcome.is_recorded()
                        && let Some(error) = unanswered.pop()
                    {
                        // it may still be under way, and finds the stream where it expects it
                        return Err(Fault::OutcomeUnknown(error));
                    }
                    turn.leave(cached);
                    return Ok(outcome);
                }
                Attempt::NotAsked(fault, cached) => {
                    turn.leave(cached);
                    return Err(fault);
                }
                Attempt::CaughtUp(cached) => {
                    turn.leave(cached);
                    at_end = true;
                }
                Attempt::CameSecond(revision) => {
                    self.host.metrics.conflicts.with_label_values(&[D::CATEGORY]).inc();
                    second += 1;
                    if second > RETRIES {
                        // who came first may have been this very command: sent by another way, or left unanswered
                        let cached = self.load(&job.stream).await?;
                        let conflict = || Standing { stream: job.stream.clone(), revision, position: None };
                        let outcome = recall(&job, &cached.hosted);
                        turn.leave(cached);
                        return Ok(outcome.unwrap_or_else(|| Outcome::Conflict(conflict())));
                    }
                }
                Attempt::Unanswered(error, head) => {
                    sent_at = Some(head);
                    if unanswered.len() >= RETRIES {
                        return Err(Fault::OutcomeUnknown(error));
                    }
                    unanswered.push(error);
                }
            }
        }
    }

    async fn load(&self, stream: &StreamName) -> Result<Cached<D>, Fault> {
        let seen = self.end().await?;
        Ok(Cached { hosted: self.store.load(stream).await?, seen })
    }

    async fn attempt(
        &self,
        job: &Job<D>,
        turn: &Turn<'_, D>,
        mut cached: Cached<D>,
        at_end: bool,
    ) -> Result<Attempt<D>, Fault> {
        if let Some(outcome) = recall(job, &cached.hosted) {
            return Ok(Attempt::Answered(outcome, cached));
        }
        let head = cached.hosted.revision();
        if job.expected.is_some() && job.expected != head {
            let standing = standing(&job.stream, &cached.hosted);
            return self.answer(job, Outcome::Conflict(standing), cached, at_end).await;
        }
        let ask = match self.ask(job).await {
            Ok(ask) => ask,
            Err(fault) => return Ok(Attempt::NotAsked(fault, cached)),
        };
        turn.hide();
        let sink = EventSink::default();
        let decided = cached.hosted.handle(ask, &(), &sink).await;
        let refusal = match decided {
            Ok(()) => None,
            Err(Rejected::Refused(refusal)) => Some(refusal),
            Err(Rejected::Endless) => return Err(Fault::Endless(job.stream.clone())),
        };
        let facts = sink.collect().await;
        if facts.is_empty() {
            let standing = standing(&job.stream, &cached.hosted);
            return self.answer(job, undone(refusal, standing), cached, at_end).await;
        }
        match self.append(job, head, &facts).await {
            Ok(appended) => {
                cached.hosted.stored_at(&facts, appended.position);
                cached.seen = LastSeen { at: Some(appended.position), on: self.host.clock.now() };
                let done = refusal.is_none().then(|| done(job, &facts, appended.position)).flatten();
                let standing = standing(&job.stream, &cached.hosted);
                let outcome = done.map_or_else(|| undone(refusal, standing), Outcome::Done);
                Ok(Attempt::Answered(outcome, cached))
            }
            Err(error) => self.not_appended(error, head),
        }
    }

    async fn ask(&self, job: &Job<D>) -> Result<Ask<D>, Fault> {
        let county = &job.county;
        let (calendar, settings) =
            tokio::try_join!(self.host.calendars.calendar(county), self.host.calendars.settings(county))?;
        Ok(Ask {
            stream: job.stream.clone(),
            command: job.command.clone(),
            origin: Arc::clone(&job.origin),
            by: job.by.clone(),
            platform: job.platform.clone(),
            now: self.host.clock.now(),
            calendar,
            settings,
            effective: job.effective,
            as_of: job.as_of,
            reads: Arc::clone(&job.reads),
        })
    }

    /// An answer that records nothing stands only on the stream's end.
    async fn answer(
        &self,
        job: &Job<D>,
        outcome: Outcome<D::Refusal>,
        mut cached: Cached<D>,
        at_end: bool,
    ) -> Result<Attempt<D>, Fault> {
        if !at_end && self.catch_up(&job.stream, &mut cached, self.end().await?).await? {
            return Ok(Attempt::CaughtUp(cached));
        }
        Ok(Attempt::Answered(outcome, cached))
    }

    /// Where the log ends now: whatever is read from here on, to the end of its stream, is the stream's end there at least.
    async fn end(&self) -> Result<LastSeen, Fault> {
        Ok(LastSeen { at: self.host.log.head().await?, on: self.host.clock.now() })
    }

    /// Whether a stream that ended at a state when it was last seen is known to do so still.
    fn still_ends(&self, stream: &StreamName, seen: LastSeen, end: LastSeen) -> bool {
        seen.at == end.at || self.host.log.is_known_quiet(stream, seen.at)
    }

    /// Reads a state up to its stream's end; tells whether it had been behind. A state of which that failed is good for nothing.
    async fn catch_up(
        &self,
        stream: &StreamName,
        cached: &mut Cached<D>,
        end: LastSeen,
    ) -> Result<bool, Fault> {
        let moved = !self.still_ends(stream, cached.seen, end)
            && self.store.catch_up(stream, &mut cached.hosted).await?;
        cached.seen.again(end);
        Ok(moved)
    }

    async fn append(
        &self,
        job: &Job<D>,
        head: Option<u64>,
        facts: &[Stored<D::Event>],
    ) -> Result<Appended, CommitError> {
        let started = Instant::now();
        let span = tracing::info_span!("append", events = facts.len());
        let appended = self.store.append(&job.stream, head, facts).instrument(span).await;
        // whatever came of it: an append without an answer may have been stored
        self.host.calendars.grown(&job.stream);
        let seconds = self.host.metrics.append_seconds.with_label_values(&[D::CATEGORY]);
        seconds.observe(started.elapsed().as_secs_f64());
        appended
    }

    fn not_appended(&self, error: CommitError, head: Option<u64>) -> Result<Attempt<D>, Fault> {
        match error {
            CommitError::Append(AppendError::Conflict { actual, .. }) => Ok(Attempt::CameSecond(actual)),
            // stored by somebody else with the same ids: the stream will show it
            CommitError::Append(AppendError::DuplicateEvent { .. }) => Ok(Attempt::CameSecond(None)),
            CommitError::Append(AppendError::Fault(error)) if !error.is_surely_unstored() => {
                if self.host.log.state() == LogState::Serving {
                    return Ok(Attempt::Unanswered(error, head));
                }
                Err(Fault::OutcomeUnknown(error))
            }
            other => Err(Fault::NotRecorded(other)),
        }
    }
}

fn standing<D: Decider>(stream: &StreamName, hosted: &Hosted<D>) -> Standing {
    Standing { stream: stream.clone(), revision: hosted.revision(), position: hosted.position() }
}

fn undone<R>(refusal: Option<R>, standing: Standing) -> Outcome<R> {
    match refusal {
        Some(refusal) => Outcome::Refused { refusal, standing },
        None => Outcome::NoChange(standing),
    }
}

/// The receipt of what the command itself has brought about, if it has brought about anything.
fn done<D: Decider>(job: &Job<D>, facts: &[Stored<D::Event>], position: Position) -> Option<Receipt> {
    let own: Vec<_> = facts.iter().filter(|stored| stored.origin.command == job.origin.command).collect();
    let (first, last) = (own.first()?, own.last()?);
    Some(Receipt {
        stream: job.stream.clone(),
        command: job.origin.command,
        first_revision: first.fact.revision,
        last_revision: last.fact.revision,
        position,
        events: own.iter().map(|stored| stored.fact.id).collect(),
        recorded: last.fact.recorded,
        repeated: false,
    })
}

/// The answer to a command that the stream has carried out already.
fn recall<D: Decider>(job: &Job<D>, hosted: &Hosted<D>) -> Option<Outcome<D::Refusal>> {
    job.command.as_ref()?;
    let command = job.origin.command;
    let Remembered { request, first_revision, last_revision, position, recorded } =
        *hosted.remembered(&command)?;
    let count = usize::try_from(last_revision.saturating_sub(first_revision)).unwrap_or(usize::MAX);
    let receipt = Receipt {
        stream: job.stream.clone(),
        command,
        first_revision,
        last_revision,
        position,
        events: (0..=count).map(|index| EventId::derive(job.stream.as_str(), &command, index)).collect(),
        recorded,
        repeated: true,
    };
    Some(if request == job.origin.request {
        Outcome::Done(receipt)
    } else {
        Outcome::CommandIdReused { first: receipt }
    })
}
