//! Every event is folded exactly once, whatever is restarted, rebuilt or broken.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use om_infra::log::sqlite::FILE_NAME;
use om_infra::log::{Distance, EventLog, Expected, NewEvent};
use om_infra::runner::{Change, OnProgress, Phase, Projections, ReadError, ToRun};
use tempfile::tempdir;
use uuid::Uuid;

use crate::sums::{LaterSums, Sums, all};
use crate::toy::*;

const LONG: Duration = Duration::from_secs(20);

fn start(house: &House, dir: &Path) -> Projections {
    Projections::start(house.log.clone(), &dir.join("read"), &[ToRun::new::<Sums>()], None)
}

async fn rows(projections: &Projections) -> Vec<(String, i64, i64)> {
    projections.read::<Sums, _>(all).await.unwrap()
}

fn row(tally: &str, sum: i64, events: i64) -> (String, i64, i64) {
    (tally.to_owned(), sum, events)
}

#[tokio::test]
async fn a_writer_reads_its_own_writes_and_hears_of_the_change() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    let projections = start(&house, dir.path());
    projections.caught_up().await.unwrap();
    let mut changes = projections.changes();
    executor.execute(open("a", 1)).await.unwrap();
    for n in 0..10 {
        let receipt = done(executor.execute(raise("a", 10 + n, 2)).await.unwrap());
        projections.wait_for(receipt.position, LONG).await.unwrap();
        let sum = 2 * (i64::try_from(n).unwrap() + 1);
        assert_eq!(rows(&projections).await, [row("a", sum, sum / 2 + 1)]);
        let mut heard: Change = changes.recv().await.unwrap();
        while heard.position < receipt.position {
            heard = changes.recv().await.unwrap();
        }
        assert_eq!((heard.stream, heard.position), (stream("a"), receipt.position));
    }
    let health = &projections.health().await.unwrap()[0];
    assert!(health.is_ready());
    assert_eq!((health.lag, health.lag_ms), (Distance::Events(0), 0));
    projections.measure(&house.host.metrics).await.unwrap();
    assert!(house.host.metrics.gather().unwrap().contains("onematter_log_head 11"));
}

#[tokio::test]
async fn every_event_is_folded_once_across_restarts() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    for n in 0..30 {
        // ended in order, or left in the middle of what it is doing
        let projections = start(&house, dir.path());
        for m in 0..3 {
            executor.execute(raise("a", 100 + 10 * n + m, 1)).await.unwrap();
        }
        match n % 3 {
            0 => projections.caught_up().await.unwrap(),
            1 => projections.shutdown().await,
            _ => drop(projections),
        }
    }
    let projections = start(&house, dir.path());
    projections.caught_up().await.unwrap();
    assert_eq!(rows(&projections).await, [row("a", 90, 91)]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_its_projection_loudly() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    executor.execute(open("a", 1)).await.unwrap();
    let last = done(executor.execute(raise("a", 2, 5)).await.unwrap());
    let unknown = NewEvent {
        id: Uuid::from_u128(1),
        kind: "SumDoubled".into(),
        version: 1,
        recorded: NOON.parse::<Timestamp>().unwrap(),
        payload: "{}".into(),
        metadata: "{}".into(),
    };
    let poison = house.log.append(&stream("b"), Expected::NoStream, vec![unknown]).await.unwrap();
    let after = done(executor.execute(raise("a", 3, 5)).await.unwrap());
    // found while building, and found while following
    for _ in 0..2 {
        let projections = start(&house, dir.path());
        projections.caught_up().await.unwrap();
        while !matches!(projections.health().await.unwrap()[0].phase, Phase::Stopped { .. }) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let health = &projections.health().await.unwrap()[0];
        assert!(!health.is_ready());
        assert_eq!((health.position, health.lag), (Some(last.position), Distance::Events(2)));
        match &health.phase {
            Phase::Stopped { poison: told } => {
                assert_eq!(told.position, poison.position.number());
                assert!(told.reason.contains("SumDoubled"), "{told}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(rows(&projections).await, [row("a", 5, 2)], "what came before is shown");
        projections.wait_for(last.position, LONG).await.unwrap();
        projections.wait_for(after.position, LONG).await.unwrap_err();
        projections.shutdown().await;
    }
}

#[tokio::test]
async fn a_rebuild_beside_the_living_rows_gives_the_same_rows() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = house.executor();
    let told = Arc::new(AtomicU64::new(0));
    let most = Arc::clone(&told);
    let on_progress: OnProgress = Arc::new(move |progress| {
        assert!(progress.folded <= progress.of);
        most.fetch_max(progress.folded, Ordering::Relaxed);
    });
    let projections = Projections::start(
        house.log.clone(),
        &dir.path().join("read"),
        &[ToRun::new::<Sums>()],
        Some(on_progress),
    );
    let seen = Mutex::new(Vec::new());
    let write = async {
        for n in 0..200 {
            let tally = format!("t{}", n % 7);
            executor.execute(open(&tally, 1)).await.unwrap();
            let receipt = done(executor.execute(raise(&tally, 100 + n, 1)).await.unwrap());
            projections.wait_for(receipt.position, LONG).await.unwrap();
            // rows never go back, whatever is being built beside them
            let sum: i64 = rows(&projections).await.iter().map(|(_, sum, _)| sum).sum();
            seen.lock().unwrap().push(sum);
        }
    };
    let rebuild = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            projections.rebuild().await.unwrap();
        }
    };
    tokio::join!(write, rebuild);
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen, (1..=200).collect::<Vec<i64>>());
    assert!(told.load(Ordering::Relaxed) > 0);
    let living = rows(&projections).await;
    projections.rebuild().await.unwrap();
    projections.caught_up().await.unwrap();
    assert_eq!(rows(&projections).await, living);
    projections.shutdown().await;
    let files: Vec<_> = std::fs::read_dir(dir.path().join("read"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".db") || name.contains("building"))
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[tokio::test]
async fn rows_of_another_log_are_not_taken_for_rows_of_this_one() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    let house = House::open(one.path());
    house.executor().execute(open("a", 1)).await.unwrap();
    let projections = start(&house, one.path());
    projections.caught_up().await.unwrap();
    projections.shutdown().await;
    let newcomer = House::open(other.path());
    newcomer.executor().execute(open("b", 1)).await.unwrap();
    let projections = start(&newcomer, one.path());
    projections.caught_up().await.unwrap();
    assert_eq!(rows(&projections).await, [row("b", 0, 1)]);
}

#[tokio::test]
async fn rows_of_a_log_that_was_restored_and_has_grown_are_built_again() {
    let dir = tempdir().unwrap();
    let mut before = None;
    for rest in [&[7_u32][..], &[1, 2]] {
        let file = dir.path().join(FILE_NAME);
        if let Some(copy) = &before {
            std::fs::write(&file, copy).unwrap();
        }
        let house = House::open(dir.path());
        house.executor().execute(open("a", 1)).await.unwrap();
        house.executor().execute(raise("a", 2, 5)).await.unwrap();
        house.log.close().await;
        drop(house);
        before.get_or_insert_with(|| std::fs::read(&file).unwrap());

        // as far as it had come, or farther, by other facts
        let house = House::open(dir.path());
        for (n, amount) in (10..).zip(rest) {
            house.executor().execute(raise("a", n + u128::from(*amount), *amount)).await.unwrap();
        }
        let projections = start(&house, dir.path());
        projections.caught_up().await.unwrap();
        let sum = 5 + rest.iter().sum::<u32>();
        let events = i64::try_from(rest.len()).unwrap() + 2;
        assert_eq!(rows(&projections).await, [row("a", sum.into(), events)]);
        projections.shutdown().await;
        house.log.close().await;
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_built_again() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    house.executor().execute(open("a", 1)).await.unwrap();
    std::fs::create_dir_all(dir.path().join("read")).unwrap();
    std::fs::write(dir.path().join("read/sums-1-7.db"), "not a database at all").unwrap();
    let projections = start(&house, dir.path());
    assert!(matches!(projections.read::<Sums, _>(all).await, Err(ReadError::Building("sums")) | Ok(_)));
    projections.caught_up().await.unwrap();
    assert_eq!(rows(&projections).await, [row("a", 0, 1)]);
    assert!(!dir.path().join("read/sums-1-7.db").exists());
}

#[tokio::test]
async fn what_may_come_later_waits_for_what_is_needed_and_nobody_waits_for_it() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let at = done(house.executor().execute(open("a", 1)).await.unwrap()).position;
    let both = [ToRun::new::<LaterSums>(), ToRun::new::<Sums>()];
    let start = || Projections::start(house.log.clone(), &dir.path().join("read"), &both, None);
    // where the rows that are needed would be built stands something else
    let in_the_way = dir.path().join("read/sums-1-1.db.building");
    std::fs::create_dir_all(&in_the_way).unwrap();
    let projections = start();
    while !matches!(projections.health().await.unwrap()[1].phase, Phase::Failing { .. }) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let health = projections.health().await.unwrap();
    assert!(matches!(health[0].phase, Phase::Building { .. }) && health[0].later, "{health:?}");
    assert!(health[0].lets_serve() && !health[1].lets_serve());
    assert!(matches!(projections.read::<LaterSums, _>(all).await, Err(ReadError::Building("later-sums"))));
    assert_eq!(projections.wait_for(at, Duration::ZERO).await.unwrap_err().projection, "sums");
    // one that still waits for its turn ends when told
    tokio::time::timeout(LONG, projections.shutdown()).await.unwrap();

    std::fs::remove_dir_all(&in_the_way).unwrap();
    let projections = start();
    projections.caught_up().await.unwrap();
    let at = done(house.executor().execute(raise("a", 2, 5)).await.unwrap()).position;
    projections.wait_for(at, LONG).await.unwrap();
    for rows in [projections.read::<LaterSums, _>(all).await, projections.read::<Sums, _>(all).await] {
        assert_eq!(rows.unwrap(), [row("a", 5, 2)], "once it is there, a writer waits for it too");
    }
    projections.shutdown().await;
}
