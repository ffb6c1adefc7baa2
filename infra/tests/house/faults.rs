//! What is done when the log's answer is lost, and that one trace runs through it all.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use om_domain::access_log::{AccessLogEvent, Accessor};
use om_domain::calendar::beijing;
use om_infra::access_log::{AccessBook, Denied};
use om_infra::calendars::CountyCalendars;
use om_infra::clock::VirtualClock;
use om_infra::executor::{Executor, Fault, Request};
use om_infra::log::{
    AppendError, Appended, EventLog, Expected, LogError, LogId, LogState, NewEvent, Position, SqliteLog,
    StoredEvent, StreamName,
};
use opentelemetry::trace::TracerProvider;
use tempfile::{TempDir, tempdir};
use tokio::sync::Barrier;
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

use crate::toy::*;

/// The real log behind a bad line: some appends are stored and their answers lost, others never arrive.
pub struct BadLine {
    log: Arc<SqliteLog>,
    answers_lost: AtomicU32,
    appends_lost: AtomicU32,
    /// Whether nothing can be read.
    unreachable: AtomicBool,
    /// Whether nobody gets the log from its beginning.
    pub no_beginning: AtomicBool,
    /// Where whoever asks for the log's end waits until so many ask.
    asked_together: Mutex<Option<Arc<Barrier>>>,
    /// When the next append is held back on its way, until this moment has come.
    holds_until: Mutex<Option<&'static str>>,
    held: Mutex<Vec<(StreamName, Expected, Vec<NewEvent>)>>,
    clock: Arc<VirtualClock>,
    /// What others do before each append.
    before: Mutex<VecDeque<Request<Tally>>>,
    others: Executor<Tally>,
}

impl BadLine {
    pub fn to(house: &House) -> Arc<Self> {
        Arc::new(BadLine {
            log: Arc::clone(&house.log),
            answers_lost: AtomicU32::new(0),
            appends_lost: AtomicU32::new(0),
            unreachable: AtomicBool::new(false),
            no_beginning: AtomicBool::new(false),
            asked_together: Mutex::default(),
            holds_until: Mutex::default(),
            held: Mutex::default(),
            clock: Arc::clone(&house.clock),
            before: Mutex::default(),
            others: house.executor(),
        })
    }
}

fn take(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn lost() -> AppendError {
    let source = Arc::new(std::io::Error::other("connection reset"));
    AppendError::Fault(LogError::Storage { doing: "appending", source })
}

#[async_trait]
impl EventLog for BadLine {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        let first = self.before.lock().unwrap().pop_front();
        if let Some(first) = first {
            done(self.others.execute(first).await.unwrap());
        }
        if let Some(moment) = self.holds_until.lock().unwrap().take() {
            self.held.lock().unwrap().push((stream.clone(), expected, events));
            self.clock.set(moment.parse().unwrap());
            return Err(lost());
        }
        if take(&self.appends_lost) {
            return Err(lost());
        }
        let appended = self.log.append(stream, expected, events).await;
        if self.unreachable.load(Ordering::SeqCst) {
            return Err(lost());
        }
        if take(&self.answers_lost) { Err(lost()) } else { appended }
    }
    async fn read_stream(&self, s: &StreamName, from: u64, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        self.log.read_stream(s, from, max).await
    }
    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        if after.is_none() && self.no_beginning.load(Ordering::SeqCst) {
            return Err(LogError::Unreachable { reason: "connection refused".into() });
        }
        self.log.read_all(after, max).await
    }
    async fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, LogError> {
        self.log.event_at(position).await
    }
    fn subscribe(&self, after: Option<Position>) -> BoxStream<'static, Result<StoredEvent, LogError>> {
        self.log.subscribe(after)
    }
    fn id(&self) -> LogId {
        self.log.id()
    }
    async fn head(&self) -> Result<Option<Position>, LogError> {
        if self.unreachable.load(Ordering::SeqCst) {
            return Err(LogError::Unreachable { reason: "connection refused".into() });
        }
        let together = self.asked_together.lock().unwrap().clone();
        if let Some(together) = together {
            together.wait().await;
        }
        self.log.head().await
    }
    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        self.log.stream_head(stream).await
    }
    fn state(&self) -> LogState {
        self.log.state()
    }
}

fn on_a_bad_line() -> (TempDir, House, Arc<BadLine>) {
    let dir = tempdir().unwrap();
    let mut house = House::open(dir.path());
    let line = BadLine::to(&house);
    house.host.log = line.clone();
    (dir, house, line)
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_a_lost_append_is_sent_again() {
    let (_dir, house, line) = on_a_bad_line();
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    line.answers_lost.store(1, Ordering::SeqCst);
    done(executor.execute(raise("a", 2, 1)).await.unwrap());
    line.appends_lost.store(3, Ordering::SeqCst);
    done(executor.execute(raise("a", 3, 1)).await.unwrap());
    assert_eq!(executor.state(&stream("a")).await.unwrap().state.total(), 2);
    // when it does not get better, the sender hears that nobody knows, and may send it again
    line.appends_lost.store(100, Ordering::SeqCst);
    let unknown = executor.execute(raise("a", 4, 1)).await;
    assert!(matches!(&unknown, Err(fault @ Fault::OutcomeUnknown(_)) if fault.code() == "OUTCOME_UNKNOWN"));
    line.appends_lost.store(0, Ordering::SeqCst);
    done(executor.execute(raise("a", 4, 1)).await.unwrap());
    assert_eq!(executor.state(&stream("a")).await.unwrap().state.total(), 3);
    assert_eq!(house.kinds("a").await.len(), 4);
}

#[tokio::test]
async fn a_log_lost_amid_a_command_leaves_its_outcome_unknown_and_before_it_nothing() {
    let (_dir, house, line) = on_a_bad_line();
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    line.unreachable.store(true, Ordering::SeqCst);
    // stored, unanswered, and nobody can look: it must not read as "nothing was recorded"
    let unknown = executor.execute(raise("a", 2, 1)).await.unwrap_err();
    assert_eq!(unknown.code(), "OUTCOME_UNKNOWN", "{unknown}");
    // nothing was tried: it must not read as "perhaps"
    let nothing = executor.execute(raise("a", 3, 1)).await.unwrap_err();
    assert_eq!((nothing.code(), nothing.is_outage()), ("LOG_UNREACHABLE", true), "{nothing}");
    line.unreachable.store(false, Ordering::SeqCst);
    done(executor.execute(raise("a", 2, 1)).await.unwrap());
    assert_eq!(executor.state(&stream("a")).await.unwrap().state.total(), 1, "once");
}

#[tokio::test]
async fn a_command_that_did_not_reach_the_log_leaves_what_was_there_to_be_shown() {
    let (_dir, mut house, line) = on_a_bad_line();
    house.host.calendars = Arc::new(CountyCalendars::new(line.clone()));
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    line.unreachable.store(true, Ordering::SeqCst);
    let nothing = executor.execute(raise("a", 2, 1)).await.unwrap_err();
    assert!(nothing.is_outage(), "{nothing}");
    assert!(
        done(executor.execute(open("a", 1)).await.unwrap()).repeated,
        "what was done is told all the same"
    );
    let (shown, _) = executor.remembered(&stream("a")).await.unwrap();
    assert_eq!(shown.revision, Some(0));
}

#[tokio::test]
async fn who_reads_a_stream_does_not_wait_for_others_who_read_it() {
    let (_dir, house, line) = on_a_bad_line();
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    *line.asked_together.lock().unwrap() = Some(Arc::new(Barrier::new(3)));
    let stream = stream("a");
    let readers = [(); 3].map(|()| executor.state(&stream));
    let read = tokio::time::timeout(Duration::from_secs(30), futures::future::try_join_all(readers));
    let read = read.await.expect("they wait for each other").unwrap();
    let read: Vec<_> = read.iter().map(|seen| seen.revision).collect();
    assert_eq!(read, [Some(0); 3]);
}

#[tokio::test]
async fn what_may_still_be_stored_is_not_refused() {
    let (_dir, house, line) = on_a_bad_line();
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    // sent on a Saturday and under way when Sunday begins, on which it would be refused
    house.set("2026-03-07T15:59:59Z");
    *line.holds_until.lock().unwrap() = Some("2026-03-07T16:00:00Z");
    let unknown = executor.execute(raise("a", 2, 1)).await;
    assert!(matches!(unknown, Err(Fault::OutcomeUnknown(_))), "{unknown:?}");
    let (stream, expected, events) = line.held.lock().unwrap().pop().unwrap();
    line.log.append(&stream, expected, events).await.unwrap();
    assert!(done(executor.execute(raise("a", 2, 1)).await.unwrap()).repeated);
    assert_eq!(executor.state(&stream).await.unwrap().state.total(), 1);
}

#[tokio::test]
async fn who_came_first_may_have_been_this_very_command() {
    let (_dir, house, line) = on_a_bad_line();
    let executor = house.executor();
    done(executor.execute(open("a", 1)).await.unwrap());
    let mut twin = raise("a", 2, 1);
    twin.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    let others = [raise("a", 11, 1), raise("a", 12, 1), raise("a", 13, 1), twin];
    line.before.lock().unwrap().extend(others);
    let receipt = done(executor.execute(raise("a", 2, 1)).await.unwrap());
    assert_eq!((receipt.repeated, receipt.first_revision), (true, 4));
    assert_eq!(house.kinds("a").await.len(), 5);
}

#[tokio::test]
async fn a_denial_whose_writing_was_not_answered_is_counted_once() {
    let (_dir, house, line) = on_a_bad_line();
    let book = AccessBook::start(&house.host);
    let deny = |officer: &str| {
        let by = Accessor { officer: officer.parse().unwrap(), body: "water".parse().unwrap() };
        let (action, rule, register) = ("ReadDesk".to_owned(), "A4", None);
        book.denied(&county(), Denied { by, action, rule, about: None, register });
    };
    deny("first");
    book.finish().await;
    deny("one");
    // stored, unanswered, and nobody can look
    line.unreachable.store(true, Ordering::SeqCst);
    book.finish().await;
    line.unreachable.store(false, Ordering::SeqCst);
    deny("one");
    deny("two");
    book.finish().await;
    let today = beijing(house.host.clock.now());
    let entries = book.entries((&county(), today), None, 10).await.unwrap();
    let mut counted: Vec<_> = entries
        .iter()
        .map(|entry| match &entry.fact.event {
            AccessLogEvent::AccessDenied(denied) => (denied.by.officer.to_string(), denied.times),
            other => panic!("{other:?}"),
        })
        .collect();
    counted.sort();
    assert_eq!(
        counted,
        [("first", 1), ("one", 1), ("one", 1), ("two", 1)].map(|(who, n)| (who.to_owned(), n))
    );
}

#[tokio::test]
async fn an_event_names_the_trace_of_its_request() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor: Executor<Tally> = house.executor();
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let request = tracing::info_span!("request");
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    om_infra::telemetry::continue_from(&request, header);
    executor.execute(open("a", 1)).instrument(request).await.unwrap();
    let entry = &executor.history(&stream("a"), 0, 1).await.unwrap()[0];
    let kept = entry.origin.traceparent.as_deref().unwrap();
    assert!(kept.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && kept != header, "{kept}");
}
