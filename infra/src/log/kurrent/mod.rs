//! The log in a KurrentDB (EventStoreDB) cluster, by its official client.
//!
//! What always holds:
//! - an append names the revision it was decided on; nothing is answered before what was stored was compared, byte
//!   for byte, with what was to be stored: the cluster takes two appends with the same ids for the same;
//! - an append that got no answer is sent again as it was; it is stored once, and finds its first receipt;
//! - a position is the commit position; our events are those whose stream has a name of ours;
//! - the client is never left alone: every wait has a limit, a dead connection is made anew, and one subscription a
//!   process, on a thread of its own, tells whether the cluster answers.
//!
//! Deliberately absent: a server. What was measured of the client, and how each trap is met: docs/decisions/0022.

mod address;
mod append;
mod calls;
mod follower;
mod health;
mod link;
mod nodelay;
mod password;
mod probe;
mod subscription;
mod tail;
mod thread;
mod trap;
mod wire;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use kurrentdb::{Client, RecordedEvent};
use rand::Rng as _;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{
    AppendError, Appended, Distance, EventLog, Expected, LogError, LogId, LogState, NewEvent, Position,
    StoredEvent, StreamName, event,
};
use crate::shown;
use calls::Identity;
use health::Health;
use link::{Lent, Link};
use tail::Tail;
use thread::Thread;
use wire::{Trouble, opened};

pub use address::{Address, AddressError};

/// Connections to the cluster. One carries any number of calls; the second keeps a large page from holding up an append.
const LINKS: usize = 2;
/// Events and bytes asked for at once.
const PAGE_EVENTS: usize = 2_048;
const PAGE_BYTES: usize = 8 << 20;
/// How long a call is tried again in all.
const PATIENCE: Duration = Duration::from_secs(5);

/// The log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The cluster does not answer, or answers no.
    #[error("the event log at {address} cannot be opened: {source}")]
    Log {
        /// Where.
        address: String,
        /// What came of it.
        source: LogError,
    },
    /// The machine does not give a thread.
    #[error("no threads can be started for the event log: {0}")]
    Threads(#[from] std::io::Error),
}

/// The log in a cluster. Dropping it ends its threads.
pub struct KurrentLog {
    shared: Arc<Shared>,
    runtime: Mutex<Option<Thread>>,
}

/// What appends, reads, subscriptions and the follower have in common.
struct Shared {
    id: LogId,
    counts_events: bool,
    address: Address,
    runtime: tokio::runtime::Handle,
    links: Arc<[Link]>,
    health: Health,
    tail: Tail,
    closed: watch::Sender<bool>,
}

impl KurrentLog {
    /// Opens the log at `address`, trying for as long as `patience` if it does not answer.
    ///
    /// # Errors
    /// See [`ConnectError`]: each says what to do.
    pub async fn open(address: Address, patience: Duration) -> Result<Arc<Self>, ConnectError> {
        let runtime = Thread::spawn("om-esdb")?;
        let handle = runtime.handle().clone();
        let links: Arc<[Link]> = (0..LINKS).map(|_| Link::new()).collect();
        let begun = handle.spawn(begin(Arc::clone(&links), address.clone(), patience)).await;
        let begun = begun.map_err(|e| Trouble::NoAnswer(e.to_string())).and_then(|begun| begun);
        let (Identity { id, counts_events }, last) = match begun {
            Ok(begun) => begun,
            Err(trouble) => {
                drop(runtime);
                return Err(ConnectError::Log { address: address.to_string(), source: trouble.into() });
            }
        };
        let head = last.as_ref().map_or(0, |event| event.position.commit);
        let leaf = last.and_then(|event| opened(id, event, None).ok()).map(|event| event.leaf);
        let shared = Arc::new(Shared {
            id,
            counts_events,
            address,
            runtime: handle.clone(),
            links,
            health: Health::new(),
            tail: Tail::new(head, leaf),
            closed: watch::Sender::new(false),
        });
        handle.spawn(shared.health.announce(shared.address.to_string()));
        handle.spawn(follower::watch(Arc::clone(&shared)));
        let warm = Arc::clone(&shared);
        // making a client reads the system's certificates, which takes a while; the first one is made already
        handle.spawn_blocking(move || {
            warm.links.iter().for_each(|link| link.warm(&warm.address, &warm.runtime))
        });
        Ok(Arc::new(Self { shared, runtime: Mutex::new(Some(runtime)) }))
    }

    fn let_go(&self) {
        self.shared.closed.send_replace(true);
        drop(self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for KurrentLog {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// The log's identity and its end, once the cluster answers.
async fn begin(
    links: Arc<[Link]>,
    address: Address,
    patience: Duration,
) -> Result<(Identity, Option<RecordedEvent>), Trouble> {
    let until = Instant::now() + patience;
    loop {
        let asked = async {
            let lent = least_busy(&links)?.lend(&address, &tokio::runtime::Handle::current())?;
            let asked = async {
                let identity = calls::identity(&lent.client, &address).await?;
                let last = calls::last_of_all(&lent.client, &address).await?;
                Ok::<_, Trouble>((identity, last))
            };
            let answer = asked.await;
            match &answer {
                Ok(_) => lent.has_answered(),
                Err(_) => lent.is_dead(),
            }
            answer
        };
        let trouble = match asked.await {
            Err(trouble) if trouble.passes() => trouble,
            answer => return answer,
        };
        // the client keeps to itself why it has no connection
        match probe::why(&address).await {
            Some(why) if why.stays => return Err(Trouble::Refused(why.text)),
            why if Instant::now() >= until => {
                return Err(why.map_or(trouble, |why| Trouble::NotSent(why.text)));
            }
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

fn least_busy(links: &[Link]) -> Result<&Link, Trouble> {
    let link = links.iter().min_by_key(|link| link.asking());
    link.ok_or_else(|| Trouble::NotSent("there is no connection".into()))
}

/// A position's number, 0 standing for none.
fn some(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

impl Shared {
    /// What is said when another log answers.
    fn replaced_by(&self, other: Option<Identity>) -> String {
        let other = other.map_or("without an identity".into(), |other| other.id.to_string());
        format!("another log ({other}) answers where {} did; restart this gateway", self.id)
    }

    /// Whether asking again may help: also where a password is just being changed, on one side and then the other.
    fn may_pass(&self, trouble: &Trouble) -> bool {
        let denied = matches!(trouble, Trouble::Denied) && self.address.password_may_change();
        if denied {
            self.address.read_password_again();
        }
        denied || trouble.passes()
    }

    fn check_position(&self, after: Option<Position>) -> Result<u64, LogError> {
        match after {
            None => Ok(0),
            Some(position) if position.belongs_to(self.id) => Ok(position.number()),
            Some(position) => Err(LogError::OtherLog { position, log: self.id }),
        }
    }

    async fn check_not_ahead(self: &Arc<Self>, after: u64) -> Result<(), LogError> {
        if after <= self.tail.head() {
            return Ok(());
        }
        let head = self.head().await?;
        if after <= head {
            return Ok(());
        }
        Err(LogError::AheadOfLog { position: Position::new(self.id, after), head })
    }

    async fn head(self: &Arc<Self>) -> Result<u64, LogError> {
        let last =
            self.ask(|client, shared| async move { calls::last_of_all(&client, &shared.address).await });
        Ok(last.await?.map_or(0, |event| event.position.commit))
    }

    /// The least busy link.
    fn link(&self) -> Result<Lent<'_>, Trouble> {
        least_busy(&self.links)?.lend(&self.address, &self.runtime)
    }

    /// Asks something that may be asked again, on the log's own runtime, until there is an answer or patience ends.
    async fn ask<T, F, Fut>(self: &Arc<Self>, call: F) -> Result<T, LogError>
    where
        T: Send + 'static,
        F: Fn(Client, Arc<Self>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Trouble>> + Send,
    {
        self.health.check()?;
        let shared = Arc::clone(self);
        let asking = async move {
            let mut retry = Retry::new();
            loop {
                let lent = shared.link()?;
                match call(lent.client.clone(), Arc::clone(&shared)).await {
                    Err(trouble) if shared.may_pass(&trouble) => {
                        if trouble.passes() {
                            lent.is_dead();
                        }
                        drop(lent);
                        if !retry.again(&shared).await {
                            return Err(trouble);
                        }
                    }
                    answer => {
                        lent.has_answered();
                        return answer;
                    }
                }
            }
        };
        match self.runtime.spawn(asking).await {
            Ok(Ok(answer)) => Ok(answer),
            // of a read it makes no difference whether it was sent
            Ok(Err(Trouble::NoAnswer(reason))) => Err(LogError::Unreachable { reason }),
            Ok(Err(trouble)) => Err(trouble.into()),
            Err(error) => Err(ended(&error)),
        }
    }

    async fn last_of_stream(self: &Arc<Self>, stream: &StreamName) -> Result<Option<u64>, LogError> {
        let name = stream.clone();
        let last = self.ask(move |client, shared| {
            let name = name.clone();
            async move { calls::last_of_stream(&client, &shared.address, name.as_str()).await }
        });
        Ok(last.await?.map(|event| event.revision))
    }

    async fn read_stream(
        self: &Arc<Self>,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = Vec::new();
        let mut next = from;
        while events.len() < max && next < i64::MAX as u64 {
            let page = PAGE_EVENTS.min(max - events.len());
            let name = stream.clone();
            let read = self.ask(move |client, shared| {
                let name = name.clone();
                async move { calls::read_stream(&client, &shared.address, name.as_str(), next, page).await }
            });
            let read = read.await?;
            let full = read.len() == page;
            let fallback = self.fallback(&read).await?;
            for event in read {
                if event.revision != next {
                    let what =
                        format!("stream {stream} has revision {} in the place of {next}", event.revision);
                    return Err(LogError::Damaged { what });
                }
                events.push(opened(self.id, event, fallback)?);
                next += 1;
            }
            if !full {
                break;
            }
        }
        Ok(events)
    }

    /// An older server tells no positions with a stream: what it gave lies at the log's end at the latest.
    async fn fallback(self: &Arc<Self>, events: &[RecordedEvent]) -> Result<Option<u64>, LogError> {
        match events.iter().any(|event| event.position.commit == u64::MAX) {
            true => Ok(Some(self.head().await?)),
            false => Ok(None),
        }
    }

    /// At most `max` events after a number, fewer if they exceed `max_bytes`; from memory if they are recent.
    async fn read_after(
        self: &Arc<Self>,
        after: u64,
        max: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        if let Some(events) = self.tail.after(after, max, max_bytes) {
            return Ok(events);
        }
        self.read_page(after, max, max_bytes).await
    }

    /// The same from the cluster. It reads from a position on, so the event at it is asked for too.
    async fn read_page(
        self: &Arc<Self>,
        after: u64,
        max: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let read = self.ask(move |client, shared| async move {
            calls::read_all(&client, &shared.address, some(after), max.saturating_add(1), max_bytes).await
        });
        let read = read.await?.into_iter().filter(|event| event.position.commit > after).take(max);
        read.map(|event| opened(self.id, event, None)).collect()
    }
}

/// Waits between one try and the next.
struct Retry {
    until: Instant,
    pause: Duration,
}

impl Retry {
    fn new() -> Self {
        Self { until: Instant::now() + PATIENCE, pause: Duration::from_millis(25) }
    }

    /// Waits a little longer each time, and while it is known to be in vain; false once patience ends.
    async fn again(&mut self, shared: &Shared) -> bool {
        self.pause = (self.pause * 2).min(Duration::from_millis(500));
        let pause = self.pause.mul_f64(rand::rng().random_range(0.5..1.0));
        let waited = async {
            tokio::time::sleep(pause).await;
            shared.health.returned().await;
        };
        tokio::time::timeout_at(self.until, waited).await.is_ok()
    }
}

/// A task of the log's runtime did not end by itself.
fn ended(error: &tokio::task::JoinError) -> LogError {
    match error.is_panic() {
        true => LogError::NoAnswer { reason: "the client of the log panicked".into() },
        false => LogError::Closed,
    }
}

#[async_trait]
impl EventLog for KurrentLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        event::check(&events)?;
        self.shared.append(stream.clone(), expected, events).await
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from: u64,
        max: usize,
    ) -> Result<Vec<StoredEvent>, LogError> {
        shown::off_the_log();
        self.shared.read_stream(stream, from, max).await
    }

    /// A filtered read may end before the log does, so it is the end only when nothing more comes.
    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        shown::off_the_log();
        let mut after = self.shared.check_position(after)?;
        self.shared.check_not_ahead(after).await?;
        let mut events = Vec::new();
        while events.len() < max {
            let part = self.shared.read_page(after, PAGE_EVENTS.min(max - events.len()), PAGE_BYTES).await?;
            let Some(last) = part.last() else { break };
            after = last.position.number();
            events.extend(part);
        }
        Ok(events)
    }

    async fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, LogError> {
        shown::off_the_log();
        let number = self.shared.check_position(Some(position))?;
        let found = self.shared.ask(move |client, shared| async move {
            calls::event_at(&client, &shared.address, number).await
        });
        found.await?.map(|event| opened(self.shared.id, event, None)).transpose()
    }

    fn subscribe(&self, after: Option<Position>) -> BoxStream<'static, Result<StoredEvent, LogError>> {
        subscription::subscribe(Arc::clone(&self.shared), after)
    }

    fn id(&self) -> LogId {
        self.shared.id
    }

    async fn head(&self) -> Result<Option<Position>, LogError> {
        Ok(some(self.shared.head().await?).map(|number| Position::new(self.shared.id, number)))
    }

    /// A cluster's positions are bytes; events are counted as far as they are in memory.
    fn distance(&self, from: Option<Position>, to: Option<Position>) -> Distance {
        let number = |at: Option<Position>| at.map_or(0, |at| at.number());
        let (from, to) = (number(from), number(to));
        let far = to.saturating_sub(from);
        match self.shared.counts_events {
            true => Distance::Events(far),
            false => self.shared.tail.count(from, to).map_or(Distance::Bytes(far), Distance::Events),
        }
    }

    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        self.shared.last_of_stream(stream).await
    }

    fn state(&self) -> LogState {
        self.shared.health.state()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.let_go();
    }
}
