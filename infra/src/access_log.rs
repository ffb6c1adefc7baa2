//! Writing down who was denied what, and who read what is protected (访问记录).
//!
//! ```text
//! denied ──▶ gathered by account ──▶ writer: once a second, with how often ──▶ {county}.access-{day}
//! read ────▶ queue ────────────────▶ writer: at once, with what else waits ─▶ … ──▶ then the answer
//! ```
//!
//! Invariants: what is protected is given after its reading was written down, once in ten minutes, or not at all; a denial is
//! answered without waiting, and what was sent to the log without an answer is sent again as it was, so that it stands there once; of each account so many different denials are told one by one, what goes beyond is told by
//! action and rule alone, and none is lost while the process runs, however much others are denied.
//! Deliberately absent: who may read it; what is protected.

mod denials;
mod recent;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use om_domain::access_log::{
    About, AccessDenied, AccessLogCommand, AccessLogDecider, AccessLogEvent, Accessor, ProtectedRead,
};
use om_domain::calendar::beijing;
use om_domain::ids::{CommandId, CountyId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::clock::Clock;
use crate::executor::{Executor, Fault, Host, Outcome, Request};
use crate::recorded::{self, platform_actor};
use crate::telemetry::Metrics;
use denials::Gathered;
use recent::Recent;

/// Readings that wait for the writer.
const WAITING: usize = 4_096;
/// Days kept in memory.
const DAYS: usize = 16;
/// Entries of one command.
const AT_ONCE: usize = 256;
/// For so long the same denial is the same entry.
const GATHERING: Duration = Duration::from_secs(1);
/// How long after a failure nothing protected is asked for, in milliseconds.
const WITHHELD_MS: u64 = 2_000;
/// How long after a failure denials are tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// A reading could not be written down, so that nothing may be given.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the access log takes nothing now: {0}")]
pub struct NotWritten(String);

/// A denial.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denied {
    /// Whom.
    pub by: Accessor,
    /// What was wanted.
    pub action: String,
    /// The rule.
    pub rule: &'static str,
    /// Of what, where it was about one thing.
    pub about: Option<About>,
    /// The stream of the register that a command was refused on.
    pub register: Option<String>,
}

enum Entry {
    Read(CountyId, ProtectedRead, oneshot::Sender<Result<(), NotWritten>>),
    Finish(oneshot::Sender<()>),
}

/// Where denials and readings are told, and read.
#[derive(Clone)]
pub struct AccessBook {
    queue: mpsc::Sender<Entry>,
    days: Arc<Executor<AccessLogDecider>>,
    /// When a reading could last not be written down, in milliseconds since the book was opened; 0: it could.
    failed: Arc<AtomicU64>,
    opened: Instant,
    gathered: Arc<Gathered>,
    recent: Arc<Recent>,
    clock: Arc<dyn Clock>,
}

impl PartialEq for AccessBook {
    fn eq(&self, other: &Self) -> bool {
        self.queue.same_channel(&other.queue)
    }
}

impl Eq for AccessBook {}

impl std::fmt::Debug for AccessBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessBook")
    }
}

impl AccessBook {
    /// The book in a log, with its writer; call it inside a runtime.
    pub fn start(host: &Host) -> Self {
        let (queue, entries) = mpsc::channel(WAITING);
        let days = Arc::new(Executor::new(host.clone(), DAYS));
        let gathered = Arc::<Gathered>::default();
        let writer = Writer {
            days: Arc::clone(&days),
            clock: Arc::clone(&host.clock),
            metrics: Arc::clone(&host.metrics),
            gathered: Arc::clone(&gathered),
            sent: None,
        };
        tokio::spawn(writer.run(entries));
        let (recent, clock) = (Arc::default(), Arc::clone(&host.clock));
        Self { queue, days, failed: Arc::default(), opened: Instant::now(), gathered, recent, clock }
    }

    /// Whether a reading can be written down, as far as was seen in the last seconds: what cannot be is better not asked for,
    /// so that the rest of an answer is given.
    pub fn takes(&self) -> bool {
        let failed = self.failed.load(Ordering::Relaxed);
        failed == 0 || self.since_opened().saturating_sub(failed) > WITHHELD_MS
    }

    fn since_opened(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// The entries of a day in Beijing below a revision (from its end if none), newest first, at most `max`.
    ///
    /// # Errors
    /// When the log or an entry cannot be read.
    pub async fn entries(
        &self,
        (county, day): (&CountyId, Date),
        below: Option<u64>,
        max: usize,
    ) -> Result<Vec<recorded::Entry<AccessLogEvent>>, Fault> {
        let stream = Executor::<AccessLogDecider>::stream(county, day)?;
        let end = match below {
            Some(below) => below,
            None => self.days.state(&stream).await?.revision.map_or(0, |last| last + 1),
        };
        let from = end.saturating_sub(u64::try_from(max).unwrap_or(u64::MAX));
        let how_many = usize::try_from(end - from).unwrap_or(max);
        if how_many == 0 {
            return Ok(Vec::new());
        }
        let mut entries = self.days.history(&stream, from, how_many).await?;
        entries.reverse();
        Ok(entries)
    }

    /// Has a denial written down soon.
    pub fn denied(&self, county: &CountyId, denied: Denied) {
        self.gathered.one_more(county, denied, 1);
    }

    /// Writes down that something protected is about to be given. Give it once this has returned, and only then. What the same account was
    /// given within the last ten minutes is written down already.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn read(&self, county: &CountyId, read: ProtectedRead) -> Result<(), NotWritten> {
        let ProtectedRead { by, about } = read;
        let day = beijing(self.clock.now());
        let about = self.recent.not_yet((county, &by, day), about, Instant::now());
        if about.is_empty() {
            return Ok(());
        }
        let read = ProtectedRead { by, about };
        let (answer, answered) = oneshot::channel();
        let stopped = || NotWritten("the server is stopping".into());
        self.queue.send(Entry::Read(county.clone(), read.clone(), answer)).await.map_err(|_| stopped())?;
        let written = answered.await.unwrap_or_else(|_| Err(stopped()));
        self.failed.store(if written.is_ok() { 0 } else { self.since_opened() }, Ordering::Relaxed);
        if written.is_ok() {
            self.recent.written((county, &read.by, day), read.about, Instant::now());
        }
        written
    }

    /// Writes down what waits.
    pub async fn finish(&self) {
        let (done, finished) = oneshot::channel();
        if self.queue.send(Entry::Finish(done)).await.is_ok() {
            // the writer is gone: then nothing waits
            let _ = finished.await;
        }
    }
}

type Reads = BTreeMap<CountyId, Vec<(ProtectedRead, oneshot::Sender<Result<(), NotWritten>>)>>;

fn entry(denied: &Denied, times: u32) -> AccessDenied {
    let Denied { by, action, rule, about, register } = denied.clone();
    AccessDenied { by, action, rule: rule.to_owned(), about, register, times }
}

struct Writer {
    days: Arc<Executor<AccessLogDecider>>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    /// Denials to write, each with how often.
    gathered: Arc<Gathered>,
    /// Denials that were sent and not acknowledged: they may stand in the log.
    sent: Option<Request<AccessLogDecider>>,
}

impl Writer {
    async fn run(mut self, mut entries: mpsc::Receiver<Entry>) {
        let (mut due, mut failing): (Option<Instant>, bool) = (None, false);
        loop {
            let in_time = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let gathered = Arc::clone(&self.gathered);
            let (mut next, mut time_has_come) = (None, false);
            tokio::select! {
                entry = entries.recv() => match entry {
                    Some(entry) => next = Some(entry),
                    None => break,
                },
                () = gathered.there_are() => {}
                () = in_time => time_has_come = true,
            }
            let (mut reads, mut finished) = (Reads::new(), Vec::new());
            while let Some(entry) = next {
                match entry {
                    Entry::Read(county, read, answer) => {
                        reads.entry(county).or_default().push((read, answer))
                    }
                    Entry::Finish(done) => finished.push(done),
                }
                next = entries.try_recv().ok();
            }
            if !reads.is_empty() {
                self.write_reads(reads).await;
            }
            let full = !failing && self.gathered.len() >= AT_ONCE;
            if time_has_come || full || !finished.is_empty() {
                failing = !self.write_denied().await;
                due = failing.then(|| Instant::now() + AGAIN);
            } else if due.is_none() && self.gathered.len() > 0 {
                due = Some(Instant::now() + GATHERING);
            }
            for done in finished {
                // whoever waited may have gone
                let _ = done.send(());
            }
        }
        if !self.write_denied().await {
            let left = self.waiting();
            self.metrics.denials_unrecorded(left);
            tracing::error!(left, "denials are not in the access log, which took none until the end");
        }
    }

    /// Writes the denials that are due; tells whether none is left.
    async fn write_denied(&mut self) -> bool {
        loop {
            let request = match self.sent.take() {
                // by its own id, so that it is written once, whatever became of it
                Some(request) => request,
                None => {
                    let Some((county, some)) = self.gathered.take(AT_ONCE) else { return true };
                    let entries = some.iter().map(|(denied, times)| entry(denied, *times)).collect();
                    match self.request(&county, entries, Vec::new()) {
                        Ok(request) => request,
                        Err(error) => {
                            for (denied, times) in some {
                                self.gathered.one_more(&county, denied, times);
                            }
                            return self.wait(&error);
                        }
                    }
                }
            };
            if let Err(error) = self.write(request.clone()).await {
                self.sent = Some(request);
                return self.wait(&error);
            }
        }
    }

    /// Says that denials wait; that some are left.
    fn wait(&self, error: &NotWritten) -> bool {
        tracing::warn!(%error, waiting = self.waiting(), "denials wait to be written down");
        false
    }

    /// How many entries wait.
    fn waiting(&self) -> usize {
        let sent = self.sent.as_ref().map_or(0, |request| {
            let AccessLogCommand::NoteAccess { denied, .. } = &request.command;
            denied.len()
        });
        sent + self.gathered.len()
    }

    async fn write_reads(&self, reads: Reads) {
        for (county, mut waiting) in reads {
            while !waiting.is_empty() {
                let rest = waiting.split_off(waiting.len().min(AT_ONCE));
                let (some, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
                let written = match self.request(&county, Vec::new(), some) {
                    Ok(request) => self.write(request).await,
                    Err(error) => Err(error),
                };
                for answer in answers {
                    // whoever asked may have gone
                    let _ = answer.send(written.clone());
                }
                waiting = rest;
            }
        }
    }

    fn request(
        &self,
        county: &CountyId,
        denied: Vec<AccessDenied>,
        read: Vec<ProtectedRead>,
    ) -> Result<Request<AccessLogDecider>, NotWritten> {
        let failed = |error: String| NotWritten(error);
        let day = beijing(self.clock.now());
        let stream = Executor::<AccessLogDecider>::stream(county, day).map_err(|e| failed(e.to_string()))?;
        let by = platform_actor(county).map_err(|e| failed(e.to_string()))?;
        let command = AccessLogCommand::NoteAccess { denied, read };
        Ok(Request::new(stream, CommandId(Uuid::new_v4()), by, command))
    }

    async fn write(&self, request: Request<AccessLogDecider>) -> Result<(), NotWritten> {
        match self.days.execute(request).await {
            Ok(Outcome::Done(_) | Outcome::NoChange(_)) => Ok(()),
            Ok(other) => Err(NotWritten(other.name().to_owned())),
            Err(fault) => Err(NotWritten(fault.to_string())),
        }
    }
}
