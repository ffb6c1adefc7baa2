//! What a fact asks of another stream is delivered, whatever happens in between, and has one effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use om_infra::executor::{Executor, Fault};
use om_infra::log::sqlite::FILE_NAME;
use om_infra::log::{EventLog, LogError, StoredEvent};
use om_infra::policy_runner::{Order, Policy, PolicyRunner, order};
use om_infra::recorded::decode;
use tempfile::tempdir;

use crate::toy::*;

/// Every sum raised in a tally is raised in the tally `all` too.
struct Together {
    executor: Arc<Executor<Tally>>,
    broken: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Policy for Together {
    fn name(&self) -> &'static str {
        "together"
    }

    async fn react(&self, event: &StoredEvent) -> Result<Vec<Order>, Fault> {
        if event.stream == stream("all") || &*event.kind != "SumRaised" {
            return Ok(Vec::new());
        }
        if self.broken.load(Ordering::Relaxed) {
            return Err(LogError::Damaged { what: "a cable".into() }.into());
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let TallyEvent::SumRaised(raised) = decode(event).unwrap().fact.event else { return Ok(Vec::new()) };
        let command = TallyCommand::Raise { amount: raised.amount };
        Ok(vec![order(&self.executor, stream("all"), command)])
    }
}

#[tokio::test]
async fn where_the_log_was_restored_and_has_grown_all_facts_are_passed_again() {
    let dir = tempdir().unwrap();
    let mut before = None;
    for rest in [&[7_u32][..], &[1, 2, 3]] {
        let file = dir.path().join(FILE_NAME);
        if let Some(copy) = &before {
            std::fs::write(&file, copy).unwrap();
        }
        let house = House::open(dir.path());
        house.executor().execute(open("all", 1)).await.unwrap();
        house.executor().execute(open("a", 1)).await.unwrap();
        house.log.close().await;
        drop(house);
        before.get_or_insert_with(|| std::fs::read(&file).unwrap());

        let house = House::open(dir.path());
        let executor = Arc::new(house.executor());
        for (n, amount) in (10..).zip(rest) {
            executor.execute(raise("a", n + u128::from(*amount), *amount)).await.unwrap();
        }
        let log: Arc<dyn EventLog> = house.log.clone();
        let (broken, asked) = (Arc::default(), Arc::default());
        let policy = Arc::new(Together { executor: executor.clone(), broken, asked });
        let runner = PolicyRunner::open(&log, &dir.path().join("policies.db"), vec![policy]).unwrap();
        runner.catch_up().await;
        let total = executor.state(&stream("all")).await.unwrap().state.total();
        assert_eq!(total, rest.iter().sum::<u32>());
        house.log.close().await;
    }
}

#[tokio::test]
async fn it_is_delivered_at_least_once_and_has_one_effect() {
    let dir = tempdir().unwrap();
    let house = House::open(dir.path());
    let executor = Arc::new(house.executor());
    let (broken, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let log: Arc<dyn EventLog> = house.log.clone();
    let open_runner = |file: &str| {
        let (executor, broken, asked) = (executor.clone(), broken.clone(), asked.clone());
        let policy = Arc::new(Together { executor, broken, asked });
        PolicyRunner::open(&log, &dir.path().join(file), vec![policy]).unwrap()
    };
    let total = async || executor.state(&stream("all")).await.unwrap().state.total();
    let settled = async |expected| {
        for _ in 0..1_000 {
            if total().await == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} instead of {expected}", total().await);
    };
    executor.execute(open("all", 1)).await.unwrap();
    executor.execute(open("a", 1)).await.unwrap();
    executor.execute(raise("a", 2, 5)).await.unwrap();
    let runner = open_runner("policies.db");
    runner.start();
    settled(5).await;
    executor.execute(raise("a", 3, 7)).await.unwrap();
    settled(12).await;
    runner.shutdown().await;
    executor.execute(raise("a", 4, 1)).await.unwrap();
    // it goes on where it was
    let before = asked.load(Ordering::Relaxed);
    let runner = open_runner("policies.db");
    runner.start();
    settled(13).await;
    assert_eq!(asked.load(Ordering::Relaxed), before + 1);
    // while it cannot deliver it waits at the fact and says so
    broken.store(true, Ordering::Relaxed);
    executor.execute(raise("a", 5, 2)).await.unwrap();
    while runner.health()[0].failing.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(runner.health()[0].failing.as_ref().unwrap().contains("a cable"));
    broken.store(false, Ordering::Relaxed);
    settled(15).await;
    runner.shutdown().await;
    // with its checkpoints lost everything is delivered again, to no effect
    let before = asked.load(Ordering::Relaxed);
    open_runner("other.db").catch_up().await;
    assert_eq!(asked.load(Ordering::Relaxed), before + 4);
    assert_eq!(total().await, 15);
    let caused = &executor.history(&stream("all"), 1, 1).await.unwrap()[0];
    let cause = &executor.history(&stream("a"), 1, 1).await.unwrap()[0];
    assert_eq!(caused.origin.causation, Some(cause.fact.id));
    assert_eq!(caused.origin.correlation, cause.origin.command);
}
