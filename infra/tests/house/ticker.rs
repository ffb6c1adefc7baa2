//! The ticker acts after the end of the last day in Beijing and a grace, and never on a clock that is behind.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use om_infra::executor::{Fault, Standing};
use om_infra::log::{LogError, StreamName};
use om_infra::runner::{Projections, ReadError, ToRun};
use om_infra::ticker::{DueStreams, Settles, Ticker, TickerOptions};
use tempfile::{TempDir, tempdir};

use crate::sums::{self, Sums};
use crate::toy::*;

/// Tallies whose day has passed; all that there are run. Whether the rows are whole is said by the test.
struct DueTallies {
    rows: Projections,
    whole: AtomicBool,
}

#[async_trait]
impl DueStreams for DueTallies {
    async fn due(&self, before: Date, limit: usize) -> Result<Vec<StreamName>, ReadError> {
        let due = self.rows.read::<Sums, _>(move |db| sums::due(db, before, limit)).await?;
        Ok(due.iter().map(|tally| stream(tally)).collect())
    }

    async fn running(&self) -> Result<Vec<StreamName>, ReadError> {
        let all = self.rows.read::<Sums, _>(sums::all).await?;
        Ok(all.iter().map(|(tally, ..)| stream(tally)).collect())
    }

    async fn show_all_before(&self, _: Date) -> Result<bool, ReadError> {
        Ok(self.whole.load(Ordering::SeqCst))
    }

    fn last_recorded(&self) -> Option<Timestamp> {
        self.rows.last_recorded()
    }
}

const OPTIONS: TickerOptions =
    TickerOptions { every: Duration::from_secs(3_600), grace: Duration::from_secs(60) };

/// Two tallies due on the tenth of March, a third one later.
async fn due_house() -> (TempDir, House, Arc<DueTallies>, Ticker) {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = Arc::new(house.executor());
    executor.execute(open("a", 1)).await.unwrap();
    executor.execute(open("b", 1)).await.unwrap();
    let late = TallyCommand::Open { due: day("2026-04-01") };
    executor.execute(ask("c", 1, late)).await.unwrap();
    let read = dir.path().join("read");
    let rows = Projections::start(house.log.clone(), &read, &[ToRun::new::<Sums>()], None);
    let due = Arc::new(DueTallies { rows, whole: AtomicBool::new(true) });
    due.rows.caught_up().await.unwrap();
    let ticker = Ticker::new(house.clock.clone(), due.clone(), vec![executor], OPTIONS);
    (dir, house, due, ticker)
}

#[tokio::test]
async fn it_acts_after_the_last_day_and_a_grace_and_once() {
    let (_dir, house, due, ticker) = due_house().await;
    for too_early in [NOON, "2026-03-10T15:59:59Z", "2026-03-10T16:00:59Z"] {
        house.set(too_early);
        assert_eq!(ticker.once().await.unwrap(), 0);
    }
    house.set("2026-03-10T16:01:00Z");
    assert_eq!(ticker.once().await.unwrap(), 2);
    // before the rows have caught up it may ask again, and finds nothing more to state
    ticker.once().await.unwrap();
    due.rows.caught_up().await.unwrap();
    assert_eq!(ticker.once().await.unwrap(), 0);
    for tally in ["a", "b"] {
        assert_eq!(house.kinds(tally).await, ["CountOpened", "TermEnded"]);
    }
    assert_eq!(house.kinds("c").await, ["CountOpened"]);
}

#[tokio::test]
async fn a_clock_that_is_behind_what_was_recorded_moves_nothing() {
    let (_dir, house, due, ticker) = due_house().await;
    house.set("2026-05-01T00:00:00Z");
    house.executor().execute(open("d", 1)).await.unwrap();
    due.rows.caught_up().await.unwrap();
    house.set("2026-04-15T00:00:00Z");
    assert_eq!(ticker.once().await.unwrap(), 0);
    house.set("2026-05-01T00:00:00Z");
    assert_eq!(
        ticker.once().await.unwrap(),
        3,
        "the fourth was opened after its last day, and ended at once"
    );
    assert_eq!(house.kinds("d").await, ["CountOpened", "TermEnded"]);
}

#[tokio::test]
async fn it_looks_whenever_somebody_sets_the_clock() {
    let (_dir, house, due, ticker) = due_house().await;
    let mut changes = due.rows.changes();
    let ticking = ticker.start();
    house.set("2026-03-11T00:00:00Z");
    let heard = [changes.recv().await.unwrap().stream, changes.recv().await.unwrap().stream];
    assert!(heard.contains(&stream("a")) && heard.contains(&stream("b")));
    ticking.shutdown().await;
}

/// Notes who is asked; one of them cannot be, so many times.
struct Asked {
    names: Mutex<Vec<String>>,
    fails: AtomicUsize,
}

#[async_trait]
impl Settles for Asked {
    fn category(&self) -> &'static str {
        "tally"
    }

    async fn settle(&self, name: &StreamName) -> Result<Standing, Fault> {
        self.names.lock().unwrap().push(name.id().to_owned());
        let fails = |left: usize| left.checked_sub(1);
        if name.id() == "b" && self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
            return Err(LogError::Unreachable { reason: "a cable".into() }.into());
        }
        Ok(Standing { stream: name.clone(), revision: Some(0), position: None })
    }
}

#[tokio::test]
async fn what_could_not_be_asked_is_asked_again_on_the_same_day() {
    let (_dir, house, due, _) = due_house().await;
    let asked = Arc::new(Asked { names: Mutex::default(), fails: AtomicUsize::new(2) });
    let ticker = Ticker::new(house.clock.clone(), due.clone(), vec![asked.clone()], OPTIONS);
    let looks = async |expected: &[&str]| {
        ticker.once().await.unwrap();
        let mut names = std::mem::take(&mut *asked.names.lock().unwrap());
        names.sort();
        assert_eq!(names, expected);
    };
    looks(&["a", "b", "c"]).await;
    looks(&["b"]).await;
    looks(&["b"]).await;
    looks(&[]).await;
    house.set("2026-03-03T04:00:00Z");
    // rows that do not show all of the days before may lack a stream: it is not done with yet
    due.whole.store(false, Ordering::SeqCst);
    looks(&["a", "b", "c"]).await;
    due.whole.store(true, Ordering::SeqCst);
    looks(&["a", "b", "c"]).await;
    looks(&[]).await;
}
