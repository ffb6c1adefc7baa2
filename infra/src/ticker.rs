//! Asks streams to state what time has made true, once a term's last day is over; and once a day every stream in which a
//! term runs, for what falls due before a last day (yellow cards, R13); one that could not be asked, again on the same day.
//!
//! Invariants: it acts after the end of the last day in Beijing and a grace, and never while the clock is behind
//! what has been recorded already; late, double or from several nodes, the result is the same, because stating
//! is the executor's and idempotent.
//! Deliberately absent: what time makes true, and any need for it: a command finds the same without the ticker (R22).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use om_domain::calendar::beijing;
use om_domain::decider::Decider;
use om_domain::ids::{CountyId, MatterId};
use om_domain::matter::MatterDecider;
use om_domain::meeting::MeetingDecider;
use om_projections::board::Board;
use om_projections::deadlines::{due_streams, running_streams};
use om_projections::meetings::{Meetings, due_meetings};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::{self, Clock};
use crate::executor::{Executor, Fault, Standing};
use crate::log::StreamName;
use crate::runner::{Projections, ReadError};

/// Streams asked at a time.
const AT_A_TIME: usize = 10_000;

/// Which streams time has something to state of, as the read side knows it.
#[async_trait]
pub trait DueStreams: Send + Sync {
    /// Streams with an open term whose last day is before `day`, the longest past first, at most `limit`.
    ///
    /// # Errors
    /// When the rows cannot be read.
    async fn due(&self, before: Date, limit: usize) -> Result<Vec<StreamName>, ReadError>;

    /// Streams in which a term runs, due or not: asked once a day, for what falls due before a last day (cards, R13).
    ///
    /// # Errors
    /// When the rows cannot be read.
    async fn running(&self) -> Result<Vec<StreamName>, ReadError> {
        Ok(Vec::new())
    }

    /// Whether the rows show all that was recorded before this day in Beijing.
    ///
    /// # Errors
    /// When the rows cannot be read, or the log's end is not known.
    async fn show_all_before(&self, day: Date) -> Result<bool, ReadError> {
        let _ = day;
        Ok(true)
    }

    /// When the last event that the rows show was recorded.
    fn last_recorded(&self) -> Option<Timestamp>;
}

/// The deadlines of matters, and the dates of meetings' tasks.
#[async_trait]
impl DueStreams for Projections {
    async fn due(&self, before: Date, limit: usize) -> Result<Vec<StreamName>, ReadError> {
        let matters = self.read::<Board, _>(move |db| due_streams(db, before, limit)).await?;
        let meetings = self.read::<Meetings, _>(move |db| due_meetings(db, before, limit)).await?;
        let matter = |id: String, county: &str| StreamName::new(county, MatterDecider::CATEGORY, id);
        let meeting = |id: String, county: &str| StreamName::new(county, MeetingDecider::CATEGORY, id);
        let mut due: Vec<_> = matters
            .into_iter()
            .map(|due| (due.due, matter(due.matter.to_string(), due.county.as_str())))
            .chain(
                meetings
                    .into_iter()
                    .map(|due| (due.due, meeting(due.meeting.to_string(), due.county.as_str()))),
            )
            .collect();
        due.sort_by_key(|(day, _)| *day);
        due.truncate(limit);
        // a county and an id always make a name
        Ok(due.into_iter().filter_map(|(_, name)| name.ok()).collect())
    }

    async fn running(&self) -> Result<Vec<StreamName>, ReadError> {
        let running = self.read::<Board, _>(running_streams).await?;
        let name = |(county, matter): (CountyId, MatterId)| {
            StreamName::new(county.as_str(), MatterDecider::CATEGORY, matter)
        };
        Ok(running.into_iter().filter_map(|found| name(found).ok()).collect())
    }

    async fn show_all_before(&self, day: Date) -> Result<bool, ReadError> {
        let progress = *self.progress::<Board>()?.borrow();
        if progress.recorded.is_some_and(|recorded| beijing(recorded) >= day) {
            return Ok(true);
        }
        // where the end is not known, the rows may be behind it
        Ok(self.end().await.is_ok_and(|end| end <= progress.position))
    }

    fn last_recorded(&self) -> Option<Timestamp> {
        Projections::last_recorded(self)
    }
}

/// An executor, whatever it decides on.
#[async_trait]
pub trait Settles: Send + Sync {
    /// The category of its streams.
    fn category(&self) -> &'static str;
    /// Records what time alone has made true of a stream.
    ///
    /// # Errors
    /// As [`Executor::settle`].
    async fn settle(&self, stream: &StreamName) -> Result<Standing, Fault>;
}

#[async_trait]
impl<D: Decider> Settles for Executor<D> {
    fn category(&self) -> &'static str {
        D::CATEGORY
    }

    async fn settle(&self, stream: &StreamName) -> Result<Standing, Fault> {
        Executor::settle(self, stream).await
    }
}

/// When the ticker acts.
#[derive(Debug, Clone, Copy)]
pub struct TickerOptions {
    /// How often it looks.
    pub every: Duration,
    /// How long after the end of a day in Beijing it acts.
    pub grace: Duration,
}

impl Default for TickerOptions {
    fn default() -> Self {
        Self { every: Duration::from_secs(20), grace: Duration::from_secs(60) }
    }
}

/// Looks for due streams from time to time.
pub struct Ticker {
    clock: Arc<dyn Clock>,
    due: Arc<dyn DueStreams>,
    settlers: Vec<Arc<dyn Settles>>,
    options: TickerOptions,
    swept: Mutex<Swept>,
}

/// How far the asking of all running streams has come.
#[derive(Default)]
struct Swept {
    /// The day for which all were last asked.
    day: Option<Date>,
    /// Those of them that could not be asked: they are asked again on the same day.
    failed: Vec<StreamName>,
}

/// A ticker at work; dropping it ends it.
pub struct Ticking {
    stop: watch::Sender<bool>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Ticker {
    /// A ticker over these deadlines.
    pub fn new(
        clock: Arc<dyn Clock>,
        due: Arc<dyn DueStreams>,
        settlers: Vec<Arc<dyn Settles>>,
        options: TickerOptions,
    ) -> Self {
        Self { clock, due, settlers, options, swept: Mutex::default() }
    }

    /// Looks once; tells how many streams were asked because a last day has passed.
    ///
    /// # Errors
    /// When the deadlines cannot be read. A stream that cannot be asked is logged and asked again next time.
    pub async fn once(&self) -> Result<usize, ReadError> {
        let now = self.clock.now();
        if self.due.last_recorded().is_some_and(|last| now < last) {
            tracing::warn!(%now, "the clock is behind what has been recorded; no deadline is acted on");
            return Ok(0);
        }
        let grace = SignedDuration::try_from(self.options.grace).unwrap_or(SignedDuration::MAX);
        let before = beijing(now.checked_sub(grace).unwrap_or(Timestamp::MIN));
        let mut due = self.due.due(before, AT_A_TIME).await?;
        let overdue = due.len();
        let swept = self.to_sweep(before, &due).await?;
        due.extend(swept);
        let (mut asked, mut failed) = (0, Vec::new());
        for (place, stream) in due.into_iter().enumerate() {
            let Some(settler) = self.settlers.iter().find(|s| s.category() == stream.category()) else {
                continue;
            };
            match settler.settle(&stream).await {
                Ok(standing) => {
                    asked += usize::from(place < overdue);
                    tracing::debug!(%stream, revision = standing.revision, "asked what time has made true");
                }
                Err(error) => {
                    tracing::error!(%stream, %error, "what time has made true was not recorded");
                    failed.push(stream);
                }
            }
        }
        self.swept().failed = failed;
        Ok(asked)
    }

    /// Of the streams in which a term runs, those that are still to be asked for a day, but for those that are due anyway. A day is
    /// done with once the rows show all that was recorded before it: what is recorded on it is asked with its command.
    async fn to_sweep(&self, day: Date, due: &[StreamName]) -> Result<Vec<StreamName>, ReadError> {
        let first: HashSet<&StreamName> = due.iter().collect();
        let done = self.swept().day == Some(day);
        let mut streams = if done {
            std::mem::take(&mut self.swept().failed)
        } else {
            let whole = self.due.show_all_before(day).await?;
            let running = self.due.running().await?;
            if whole {
                self.swept().day = Some(day);
            }
            running
        };
        streams.retain(|stream| !first.contains(stream));
        Ok(streams)
    }

    fn swept(&self) -> MutexGuard<'_, Swept> {
        self.swept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks from time to time, and whenever somebody sets the clock, until stopped.
    pub fn start(self) -> Ticking {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(self.run(stopped));
        Ticking { stop, task: tokio::sync::Mutex::new(Some(task)) }
    }

    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut moves = self.clock.moves();
        let mut failing = false;
        loop {
            match self.once().await {
                Ok(_) => failing = false,
                Err(ReadError::Building(_)) => {}
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "deadlines cannot be read; trying again");
                    }
                    failing = true;
                }
            }
            tokio::select! {
                _ = stopped.changed() => return,
                () = tokio::time::sleep(self.options.every) => {}
                () = clock::moved(&mut moves) => {}
            }
        }
    }
}

impl Ticking {
    /// Ends it after the stream it is asking.
    pub async fn shutdown(&self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.lock().await.take() {
            // a panic of it was reported by its thread
            let _ = task.await;
        }
    }
}
