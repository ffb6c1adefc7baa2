//! An installation is opened, serves, ends and is opened again; a demo is never mistaken for one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use om_domain::ids::{ApplicantId, BodyId, CountyId, PaperHash};
use om_infra::clock::{Clock, VirtualClock};
use om_infra::log::sqlite::Options;
use om_infra::log::{
    AppendError, Appended, EventLog, Expected, LogError, LogId, LogState, NewEvent, Position, SqliteLog,
    StoredEvent, StreamName,
};
use om_infra::notice_index::NoticeKind;
use om_infra::platform::{DemoClock, Platform, PlatformError, PlatformOptions};
use om_infra::ticker::TickerOptions;
use tempfile::tempdir;
use uuid::Uuid;

use crate::toy::{NOON, stream};

fn open(data: &Path, demo: bool) -> Result<Platform, PlatformError> {
    let ticker = Some(TickerOptions::default());
    Platform::open(data, PlatformOptions { demo, ticker, ..PlatformOptions::default() })
}

#[tokio::test]
async fn an_installation_opens_becomes_ready_and_ends() {
    let dir = tempdir().unwrap();
    for _ in 0..2 {
        let platform = open(dir.path(), false).unwrap();
        platform.projections.caught_up().await.unwrap();
        let readiness = platform.readiness().await.unwrap();
        assert!(readiness.ready, "{readiness:?}");
        assert_eq!((readiness.log, readiness.policies.len()), (LogState::Serving, 4));
        assert!(platform.gather().await.unwrap().contains("onematter_projection_lag_events"));
        assert_eq!(platform.settle_due().await, 0);
        let second = open(dir.path(), false);
        assert!(matches!(second, Err(PlatformError::Log(_))), "one process at a time");
        platform.shutdown().await;
        drop(platform);
    }
}

#[tokio::test]
async fn a_demo_has_a_clock_and_a_directory_of_its_own() {
    let dir = tempdir().unwrap();
    let (demo, real) = (dir.path().join("demo"), dir.path().join("real"));
    open(&real, false).unwrap().shutdown().await;
    assert!(matches!(open(&real, true), Err(PlatformError::IsNoDemo { .. })));
    // played on a clock of the player's, then marked, then served on the clock that is kept
    let clock = Arc::new(VirtualClock::standing(NOON.parse().unwrap()));
    let options = PlatformOptions { demo: true, clock: Some(clock), ..PlatformOptions::default() };
    Platform::open(&demo, options).unwrap().shutdown().await;
    let virtual_time = "2024-01-02T00:00:00Z".parse().unwrap();
    let real_time = om_infra::clock::SystemClock.now();
    DemoClock { virtual_time, real_time }.write(&demo).unwrap();
    assert!(matches!(open(&demo, false), Err(PlatformError::IsADemo { .. })));
    let platform = open(&demo, true).unwrap();
    let ran = platform.clock.now().duration_since(virtual_time);
    assert!((0..60).contains(&ran.as_secs()), "{ran:?}");
    platform.shutdown().await;
}

/// The embedded log; from a moment on nobody gets it from its beginning.
struct NoBeginning {
    log: Arc<SqliteLog>,
    from_now_on: AtomicBool,
}

#[async_trait]
impl EventLog for NoBeginning {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        self.log.append(stream, expected, events).await
    }
    async fn read_stream(&self, s: &StreamName, from: u64, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        self.log.read_stream(s, from, max).await
    }
    async fn read_all(&self, after: Option<Position>, max: usize) -> Result<Vec<StoredEvent>, LogError> {
        if after.is_none() && self.from_now_on.load(Ordering::SeqCst) {
            return Err(LogError::Closed);
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
        self.log.head().await
    }
    async fn stream_head(&self, stream: &StreamName) -> Result<Option<u64>, LogError> {
        self.log.stream_head(stream).await
    }
    fn state(&self) -> LogState {
        self.log.state()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gathered_off_the_log_is_read_before_anybody_asks() {
    let (dir, apart) = (tempdir().unwrap(), tempdir().unwrap());
    let log = SqliteLog::open(apart.path(), Options::default()).unwrap();
    let event = NewEvent {
        id: Uuid::from_u128(1),
        kind: "Raised".into(),
        version: 1,
        recorded: NOON.parse().unwrap(),
        payload: "{}".into(),
        metadata: "{}".into(),
    };
    log.append(&stream("a"), Expected::NoStream, vec![event]).await.unwrap();
    let log = Arc::new(NoBeginning { log, from_now_on: AtomicBool::new(false) });
    let (ticker, shared) = (Some(TickerOptions::default()), Arc::clone(&log) as Arc<dyn EventLog>);
    let options = PlatformOptions { ticker, log: Some(shared), ..PlatformOptions::default() };
    let platform = Platform::open(dir.path(), options).unwrap();
    let county: CountyId = "530322".parse().unwrap();
    let body: BodyId = "water".parse().unwrap();
    let paper: PaperHash = "ab".repeat(32).parse().unwrap();
    let applicant: ApplicantId = "luliang-city-investment".parse().unwrap();
    let known = async || {
        let registers = &platform.registers;
        registers.notices.last(&county, &body, NoticeKind::Approval, 2026).await?;
        registers.template_index.of(&county).await?;
        registers.bar_papers.of(&county, &paper).await?;
        registers.applicant_matters.of(&county, &applicant).await
    };
    let mut answered = false;
    for _ in 0..500 {
        log.from_now_on.store(true, Ordering::SeqCst);
        answered = known().await.is_ok();
        log.from_now_on.store(false, Ordering::SeqCst);
        if answered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answered, "somebody waits for the whole log");
    platform.shutdown().await;
}
