//! Hearing of a matter across servers that are killed and stopped: nothing is missed, nothing comes twice.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use om_tests::load::{planned, send};
use om_tests::server::{Api, PATIENCE, Server, prepare};
use om_tests::subscriber::{Heard, follow};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

async fn act(api: &Api, numbers: std::ops::Range<u64>, matter: &str, facts: &mut Vec<String>) {
    for n in numbers {
        let answer = send(api, &planned(3, 0, n, Some(matter))).await.unwrap();
        facts.extend(answer.unwrap_or_else(|answer| panic!("{answer}")).events);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_misses_nothing_across_restarts() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let first = Server::start(&data);
    first.ready().await;
    let proposed = send(&first.api(), &planned(3, 0, 0, None)).await.unwrap().unwrap();
    let (matter, mut facts) = (proposed.matter, proposed.events);
    let (tell, servers) = watch::channel(first.address);
    let (hear, mut heard) = mpsc::unbounded_channel();
    let follower = tokio::spawn(follow(servers, matter.clone(), hear));

    act(&first.api(), 1..10, &matter, &mut facts).await;
    first.kill();
    let second = Server::start(&data);
    // what is recorded before the subscriber is back is heard as well
    act(&second.api(), 10..13, &matter, &mut facts).await;
    tell.send(second.address).unwrap();
    act(&second.api(), 13..17, &matter, &mut facts).await;
    let (mut entries, mut closed) = (Vec::new(), Vec::new());
    let mut until = async |wanted: usize, entries: &mut Vec<(u64, String)>, closed: &mut Vec<u16>| {
        while entries.len() < wanted {
            match tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap() {
                Heard::Entry { revision, id } => entries.push((revision, id)),
                Heard::Closed(code) => closed.push(code),
            }
        }
    };
    until(facts.len(), &mut entries, &mut closed).await;
    let (status, _) = second.terminate(Duration::from_secs(20));
    assert!(status.success());
    let third = Server::start(&data);
    tell.send(third.address).unwrap();
    act(&third.api(), 17..22, &matter, &mut facts).await;
    until(facts.len(), &mut entries, &mut closed).await;

    let expected: Vec<_> = (0..).zip(facts).collect();
    assert_eq!(entries, expected);
    assert_eq!(closed, [1001], "a server that stops says that it goes away");
    assert!(!follower.is_finished(), "the subscriber still listens");
    follower.abort();
}
