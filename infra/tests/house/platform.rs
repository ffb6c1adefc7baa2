//! An installation is opened, serves, ends and is opened again; a demo is never mistaken for one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use om_domain::ids::{ApplicantId, BodyId, CountyId, PaperHash};
use om_infra::clock::{Clock, VirtualClock};
use om_infra::log::{EventLog, LogState};
use om_infra::notice_index::NoticeKind;
use om_infra::platform::{DemoClock, Platform, PlatformError, PlatformOptions};
use om_infra::ticker::TickerOptions;
use tempfile::tempdir;

use crate::faults::BadLine;
use crate::toy::{House, NOON, done, open as open_tally};

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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gathered_off_the_log_is_read_before_anybody_asks() {
    let (dir, apart) = (tempdir().unwrap(), tempdir().unwrap());
    let house = House::open(apart.path());
    done(house.executor().execute(open_tally("a", 1)).await.unwrap());
    let log = BadLine::to(&house);
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
        log.no_beginning.store(true, Ordering::SeqCst);
        answered = known().await.is_ok();
        log.no_beginning.store(false, Ordering::SeqCst);
        if answered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answered, "somebody waits for the whole log");
    platform.shutdown().await;
}
